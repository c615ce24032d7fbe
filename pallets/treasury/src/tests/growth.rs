//! The growth limit.

use cairn_primitives::{BalanceSheet, BurnReason, Issuance, MintReason};
use frame_support::{
	assert_noop, assert_ok,
	traits::tokens::{fungibles::Mutate, Fortitude, Precision, Preservation},
};
use proptest::prelude::*;

use crate::{mock::*, Error, Policy};

type Tokens = <Test as crate::Config>::Fungibles;

fn borrow(amount: u128) -> Result<(), sp_runtime::DispatchError> {
	Treasury::mint(&CUSD, &ALICE, amount, MintReason::Borrow)
}

fn room() -> Option<u128> {
	Treasury::balance_sheet(CUSD).unwrap().growth_room
}

#[test]
fn an_asset_without_a_limit_grows_as_it_likes() {
	with_books(|| {
		assert_eq!(room(), None);
		assert_ok!(borrow(u128::MAX / 2));
	});
}

#[test]
fn half_of_the_limit_may_be_borrowed_at_once_less_what_interest_keeps() {
	with_books(|| {
		set_policy(CUSD, policy(0, 0, 2_000));
		assert_eq!(room(), Some(950));
		assert_noop!(borrow(951), Error::<Test>::GrowthCapReached);
		assert_ok!(borrow(950));
		assert_eq!(room(), Some(0));
		assert_noop!(borrow(1), Error::<Test>::GrowthCapReached);
		// Interest still finds room, and no more than is kept for it.
		assert_ok!(Treasury::mint_to_reserve(&CUSD, 50, MintReason::Interest));
		assert_noop!(
			Treasury::mint_to_reserve(&CUSD, 1, MintReason::Interest),
			Error::<Test>::GrowthCapReached
		);
		skip(HOUR / 2);
		assert_eq!(room(), Some(450));
		skip(HOUR / 2);
		assert_eq!(room(), Some(950));
	});
}

#[test]
fn the_limit_grows_with_the_issuance() {
	with_books(|| {
		assert_ok!(borrow(100_000));
		set_policy(CUSD, policy(0, 10, 2_000));
		assert_eq!(room(), Some(4_750));
		assert_ok!(Treasury::burn(&CUSD, &ALICE, 90_000, BurnReason::Repay));
		assert_eq!(room(), Some(950));
	});
}

#[test]
fn refinancing_is_not_growth() {
	with_books(|| {
		set_policy(CUSD, policy(0, 0, 2_000));
		assert_ok!(borrow(950));
		for _ in 0..10 {
			assert_ok!(Treasury::burn(&CUSD, &ALICE, 900, BurnReason::Repay));
			assert_ok!(borrow(900));
		}
		assert_noop!(borrow(1), Error::<Test>::GrowthCapReached);
	});
}

#[test]
fn a_limit_of_nothing_stops_lending() {
	with_books(|| {
		set_policy(CUSD, policy(0, 0, 0));
		assert_noop!(borrow(1), Error::<Test>::GrowthCapReached);
		set_policy(CUSD, Policy::default());
		assert_ok!(borrow(1));
	});
}

#[test]
fn repaying_netting_and_liquidating_need_no_room() {
	with_books(|| {
		assert_ok!(borrow(1_000));
		set_policy(CUSD, policy(0, 0, 0));
		assert_ok!(Treasury::burn(&CUSD, &ALICE, 100, BurnReason::Repay));
		Treasury::debt_seized(&CUSD, 300);
		assert_ok!(Treasury::burn(&CUSD, &ALICE, 100, BurnReason::Recovered));
		Treasury::debt_lost(&CUSD, 200);
		assert_ok!(Treasury::pay_reserve(&CUSD, &ALICE, 200));
		next_block();
		assert_eq!(Treasury::bad_debt(&CUSD), 0);
	});
}

/// What may be lent now is lent to the unit, and not a unit more.
fn lends_exactly(expected: u128) {
	assert_eq!(Treasury::lendable_floor(&CUSD), expected);
	frame_support::storage::with_transaction(|| {
		assert_ok!(borrow(expected));
		assert!(borrow(1).is_err());
		sp_runtime::TransactionOutcome::Rollback(Ok::<_, sp_runtime::DispatchError>(()))
	})
	.unwrap();
	if let Some(more) = expected.checked_add(1) {
		assert!(borrow(more).is_err());
	}
}

#[test]
fn what_is_said_to_be_lendable_is_what_is_lent() {
	with_books(|| {
		assert_eq!(Treasury::lendable_floor(&CGBP), 0);
		lends_exactly(u128::MAX);
		assert_ok!(borrow(1_000));
		// Without a limit, what a balance can count.
		lends_exactly(u128::MAX - 1_000);
		set_policy(CUSD, policy(0, 0, 2_000));
		lends_exactly(950);
		assert_ok!(borrow(950));
		lends_exactly(0);
		assert_ok!(Treasury::burn(&CUSD, &ALICE, 7, BurnReason::Repay));
		lends_exactly(7);
		// Interest may use what is kept for it, and what is not; lending then has less than none.
		assert_ok!(Treasury::mint_to_reserve(&CUSD, 50, MintReason::Interest));
		lends_exactly(0);
		skip(HOUR);
		lends_exactly(950);
		set_policy(CUSD, policy(0, 0, 0));
		lends_exactly(0);
		set_policy(CUSD, policy(0, 0, 2_000));
		lends_exactly(950);
		assert_ok!(Treasury::blow_fuse(RuntimeOrigin::signed(GUARDIAN), CUSD));
		lends_exactly(0);
		assert_ok!(Treasury::reset_fuse(RuntimeOrigin::root(), CUSD));
		lends_exactly(950);
		// A limit beyond what a balance can count.
		let room = u128::MAX - issuance(CUSD);
		set_policy(CUSD, Policy::default());
		assert_ok!(borrow(room - 10));
		set_policy(CUSD, policy(0, 0, u128::MAX));
		lends_exactly(10);
	});
}

#[test]
fn nothing_is_lendable_on_books_that_do_not_add_up() {
	with_books(|| {
		assert_ok!(borrow(1_000));
		assert_ok!(Tokens::mint_into(CUSD, &ALICE, 1));
		lends_exactly(0);
		assert_noop!(borrow(1), Error::<Test>::BooksBroken);
		assert_ok!(Tokens::burn_from(
			CUSD,
			&ALICE,
			1,
			Preservation::Expendable,
			Precision::Exact,
			Fortitude::Polite
		));
		lends_exactly(u128::MAX - 1_000);
	});
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(fuzz_cases(100)))]

	/// Whatever anybody does, and whatever the reason: no hour sees more growth than its limit.
	#[test]
	fn no_hour_grows_by_more_than_its_limit(
		cap in 0u128..1_000_000,
		steps in prop::collection::vec((0u32..700, 0u128..600_000, 0u8..3), 1..40),
	) {
		with_books(|| {
			set_policy(CUSD, policy(0, 0, cap));
			let mut history = vec![(System::block_number(), 0u128)];
			for (wait, amount, what) in steps {
				if wait > 0 {
					skip(wait);
				}
				lends_exactly(Treasury::lendable_floor(&CUSD));
				let _ = match what {
					0 => borrow(amount),
					1 => Treasury::mint_to_reserve(&CUSD, amount, MintReason::Interest),
					_ => Treasury::burn(&CUSD, &ALICE, amount, BurnReason::Repay),
				};
				history.push((System::block_number(), issuance(CUSD)));
			}
			for (from, before) in &history {
				for (to, after) in &history {
					if from <= to && to - from <= HOUR && after > before {
						// Of two moments in the same block either may have been the first.
						prop_assert!(from == to || after - before <= cap, "{cap}: {history:?}");
					}
				}
			}
			Ok(())
		})?;
	}
}
