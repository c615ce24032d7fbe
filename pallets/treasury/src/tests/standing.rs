//! The waterfall: bad debt, then the reserve, then payout.

use cairn_primitives::{BalanceSheet, Issuance, MintReason, Reserve, Standing};
use frame_support::{assert_noop, assert_ok};
use proptest::prelude::*;
use sp_runtime::TokenError;

use crate::{mock::*, Error, Event};

/// 1,000 lent to Alice, 200 of interest in the reserve, a target of 10 per cent.
fn start() {
	set_policy(CUSD, policy(10, 100, u128::MAX));
	assert_ok!(Treasury::mint(&CUSD, &ALICE, 1_000, MintReason::Borrow));
	assert_ok!(Treasury::mint_to_reserve(&CUSD, 200, MintReason::Interest));
}

#[test]
fn the_surplus_is_what_the_reserve_holds_beyond_its_target() {
	with_books(|| {
		start();
		assert_eq!(Treasury::standing(&CUSD), Standing::Surplus(80));
		assert_noop!(
			Treasury::pay_surplus(&CUSD, &BOB, 81),
			Error::<Test>::NoSurplus
		);
		assert_ok!(Treasury::pay_surplus(&CUSD, &BOB, 80));
		assert_eq!(balance(CUSD, BOB), 80);
		assert_eq!(Treasury::standing(&CUSD), Standing::Even);
		assert_noop!(
			Treasury::pay_surplus(&CUSD, &BOB, 1),
			Error::<Test>::NoSurplus
		);
		assert_eq!(Treasury::balance_sheet(CUSD).unwrap().flows.paid_out, 80);
	});
}

#[test]
fn debt_in_auction_may_be_lost_yet_so_the_reserve_keeps_as_much() {
	with_books(|| {
		start();
		Treasury::debt_seized(&CUSD, 50);
		assert_eq!(Treasury::standing(&CUSD), Standing::Surplus(30));
		Treasury::debt_seized(&CUSD, 30);
		assert_eq!(Treasury::standing(&CUSD), Standing::Even);
	});
}

#[test]
fn nothing_is_paid_out_while_there_is_bad_debt() {
	with_books(|| {
		start();
		Treasury::debt_seized(&CUSD, 1);
		Treasury::debt_lost(&CUSD, 1);
		assert_eq!(Treasury::standing(&CUSD), Standing::Even);
		assert_noop!(
			Treasury::pay_surplus(&CUSD, &BOB, 1),
			Error::<Test>::NoSurplus
		);
		next_block();
		assert_eq!(Treasury::standing(&CUSD), Standing::Surplus(199 - 120));
	});
}

#[test]
fn a_deficit_is_bad_debt_beyond_the_reserve_and_anybody_may_cover_it() {
	with_books(|| {
		start();
		Treasury::debt_seized(&CUSD, 700);
		Treasury::debt_lost(&CUSD, 700);
		assert_eq!(Treasury::standing(&CUSD), Standing::Deficit(500));
		assert_noop!(
			Treasury::cover_deficit(&CUSD, &ALICE, 501),
			Error::<Test>::NoDeficit
		);
		assert_noop!(
			Treasury::cover_deficit(&CUSD, &BOB, 1),
			TokenError::FundsUnavailable
		);
		assert_ok!(Treasury::cover_deficit(&CUSD, &ALICE, 400));
		let event = Event::BadDebtRaised {
			asset: CUSD,
			from: ALICE,
			amount: 400,
			bad_debt: 300,
		};
		System::assert_last_event(event.into());
		next_block();
		assert_eq!(Treasury::standing(&CUSD), Standing::Deficit(100));
		assert_ok!(Treasury::cover_deficit(&CUSD, &ALICE, 100));
		assert_eq!(Treasury::standing(&CUSD), Standing::Even);
		assert_eq!((Treasury::bad_debt(&CUSD), issuance(CUSD)), (0, 500));
	});
}

/// The last unit of the reserve can be paid out, and the account that is gone can be paid into.
#[test]
fn the_whole_reserve_can_leave_and_come_back() {
	with_books(|| {
		start();
		set_policy(CUSD, policy(0, 100, u128::MAX));
		assert_ok!(Treasury::pay_surplus(&CUSD, &BOB, 200));
		assert_eq!(Treasury::reserve(&CUSD), 0);
		assert_eq!(Treasury::standing(&CUSD), Standing::Even);
		assert_ok!(Treasury::pay_reserve(&CUSD, &BOB, 200));
		assert_eq!(Treasury::standing(&CUSD), Standing::Surplus(200));
	});
}

#[test]
fn surplus_goes_to_nobody_who_cannot_hold_it() {
	with_books(|| {
		start();
		const NOBODY: AccountId = 77;
		assert_noop!(
			Treasury::pay_surplus(&CUSD, &NOBODY, 80),
			TokenError::CannotCreate
		);
	});
}

/// Whoever gives to the reserve makes it larger, and changes no debt.
#[test]
fn a_donation_is_surplus() {
	with_books(|| {
		start();
		let before = Treasury::balance_sheet(CUSD).unwrap();
		assert_ok!(Assets::transfer(
			RuntimeOrigin::signed(ALICE),
			1,
			Treasury::account_id(),
			15
		));
		let after = Treasury::balance_sheet(CUSD).unwrap();
		assert_eq!(after.standing, Standing::Surplus(95));
		assert_eq!(
			(after.issuance, after.flows),
			(before.issuance, before.flows)
		);
	});
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(fuzz_cases(300)))]

	/// I31: no surplus is distributed while there is bad debt or less than the target; nothing is
	/// raised while the reserve has something left.
	#[test]
	fn never_a_surplus_and_a_deficit(
		lent in 0u128..10_000, interest in 0u128..10_000, seized in 0u128..10_000,
		lost in 0u128..10_000, target in 0u32..=100, net: bool,
	) {
		with_books(|| {
			set_policy(CUSD, policy(target, 100, u128::MAX));
			Treasury::mint(&CUSD, &ALICE, lent, MintReason::Borrow).unwrap();
			Treasury::mint_to_reserve(&CUSD, interest, MintReason::Interest).unwrap();
			Treasury::debt_seized(&CUSD, seized.min(lent));
			Treasury::debt_lost(&CUSD, lost.min(seized).min(lent));
			if net {
				next_block();
			}
			let sheet = Treasury::balance_sheet(CUSD).unwrap();
			let kept = sheet.reserve_target + sheet.in_auction;
			match sheet.standing {
				Standing::Surplus(surplus) => {
					prop_assert_eq!(sheet.bad_debt, 0);
					prop_assert_eq!(sheet.reserve, kept + surplus);
					prop_assert!(surplus > 0);
				}
				Standing::Deficit(deficit) => {
					prop_assert!(deficit > 0);
					prop_assert_eq!(sheet.bad_debt, sheet.reserve + deficit);
					prop_assert!(!net || sheet.reserve == 0);
				}
				Standing::Even => prop_assert!(
					(sheet.bad_debt > 0 && sheet.bad_debt <= sheet.reserve)
						|| (sheet.bad_debt == 0 && sheet.reserve <= kept)
				),
			}
			Ok(())
		})?;
	}
}
