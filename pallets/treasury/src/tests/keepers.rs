//! What keepers are paid.

use cairn_math::Perbill;
use cairn_primitives::{BalanceSheet, Issuance, KeeperReward, MintReason};
use frame_support::{assert_noop, assert_ok};

use crate::{mock::*, Error, Event, KeeperTerms, Policy};

const BASE: u128 = 1_000;

fn terms(flat: u128, percent: u32, cap: u128) -> Policy {
	Policy {
		keeper: KeeperTerms {
			flat,
			share: Perbill::from_percent(percent),
			cap,
		},
		..policy(0, 100, 1_000_000)
	}
}

/// A reserve of `reserve`, and a part of it that has to cover `bad_debt`.
fn start(reserve: u128, bad_debt: u128) {
	assert_ok!(Treasury::mint_to_reserve(
		&CUSD,
		reserve,
		MintReason::Interest
	));
	Treasury::debt_seized(&CUSD, bad_debt);
	Treasury::debt_lost(&CUSD, bad_debt);
}

fn reward(fees: &[u128]) -> u128 {
	let (before, reserve) = (balance(CUSD, BOB), Treasury::reserve(&CUSD));
	let paid = Treasury::reward(&CUSD, &BOB, fees);
	assert_eq!(balance(CUSD, BOB) - before, paid);
	assert_eq!(reserve - Treasury::reserve(&CUSD), paid);
	paid
}

#[test]
fn a_reward_is_a_flat_part_and_a_share_but_half_at_most() {
	with_books(|| {
		set_policy(CUSD, terms(10, 5, BASE));
		start(BASE, 0);
		assert_eq!(reward(&[200]), 20);
		System::assert_last_event(
			Event::KeeperRewarded {
				asset: CUSD,
				keeper: BOB,
				amount: 20,
			}
			.into(),
		);
		assert_eq!(reward(&[15]), 7);
		assert_eq!(reward(&[200, 15, 0, 1]), 27);
		assert_eq!(reward(&[]), 0);
		assert_eq!(Treasury::balance_sheet(CUSD).unwrap().flows.rewarded, 54);
		next_block();
	});
}

#[test]
fn a_block_pays_no_more_than_the_cap_and_the_next_one_pays_again() {
	with_books(|| {
		set_policy(CUSD, terms(10, 0, 25));
		start(BASE, 0);
		assert_eq!(reward(&[100]), 10);
		assert_eq!(reward(&[100, 100]), 15);
		assert_eq!(reward(&[100]), 0);
		next_block();
		assert_eq!(reward(&[u128::MAX, u128::MAX]), 20);
	});
}

#[test]
fn what_covers_bad_debt_is_not_paid_out() {
	with_books(|| {
		set_policy(CUSD, terms(100, 0, BASE));
		start(BASE, BASE - 30);
		assert_eq!(reward(&[500]), 30);
		assert_eq!(reward(&[500]), 0);
		next_block();
		assert_eq!(
			(Treasury::bad_debt(&CUSD), Treasury::reserve(&CUSD)),
			(0, 0)
		);
		assert_eq!(reward(&[500]), 0);
	});
}

#[test]
fn nothing_is_paid_without_terms_or_books_or_with_a_blown_fuse() {
	with_books(|| {
		start(BASE, 0);
		assert_eq!(reward(&[500]), 0);
		set_policy(CUSD, terms(100, 0, BASE));
		assert_eq!(Treasury::reward(&NOWHERE, &BOB, &[500]), 0);
		assert_ok!(Treasury::blow_fuse(RuntimeOrigin::signed(GUARDIAN), CUSD));
		assert_eq!(reward(&[500]), 0);
	});
}

/// CUSD is not sufficient in this mock, and nobody lives at this account.
#[test]
fn a_keeper_who_cannot_be_paid_changes_nothing() {
	with_books(|| {
		set_policy(CUSD, terms(100, 0, BASE));
		start(BASE, 0);
		let before = Treasury::balance_sheet(CUSD);
		assert_eq!(Treasury::reward(&CUSD, &999, &[500]), 0);
		assert_eq!(Treasury::balance_sheet(CUSD), before);
		assert_eq!(reward(&[500]), 100);
	});
}

#[test]
fn terms_that_promise_what_is_never_paid_are_refused() {
	with_books(|| {
		assert_noop!(
			Treasury::set_policy(RuntimeOrigin::root(), CUSD, terms(0, 51, 0)),
			Error::<Test>::RewardTooHigh
		);
		set_policy(CUSD, terms(5, 50, 7));
		let tighten = |policy| Treasury::tighten(RuntimeOrigin::signed(GUARDIAN), CUSD, policy);
		for laxer in [terms(6, 50, 7), terms(5, 50, 8)] {
			assert_noop!(tighten(laxer), Error::<Test>::NotSafer);
		}
		for safer in [terms(4, 50, 7), terms(4, 49, 7), terms(4, 49, 6)] {
			assert_ok!(tighten(safer));
		}
		assert_noop!(tighten(terms(4, 50, 6)), Error::<Test>::NotSafer);
	});
}
