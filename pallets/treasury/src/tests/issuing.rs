//! Enabling, minting, burning.

use cairn_primitives::{BurnReason, Issuance, MintReason};
use frame_support::{
	assert_noop, assert_ok,
	traits::{fungible::NativeOrWithId, tokens::fungibles::Mutate},
};
use sp_runtime::{ArithmeticError, TokenError};

use crate::{mock::*, Books, Error};

type Tokens = <Test as crate::Config>::Fungibles;

#[test]
fn an_asset_that_does_not_exist_is_not_enabled() {
	empty().execute_with(|| {
		assert_noop!(Treasury::enable(&NOWHERE), Error::<Test>::UnknownAsset);
	});
}

#[test]
fn an_asset_that_somebody_has_issued_is_not_enabled() {
	empty().execute_with(|| {
		Tokens::mint_into(CUSD, &ALICE, 1).unwrap();
		assert_noop!(Treasury::enable(&CUSD), Error::<Test>::AlreadyIssued);
		assert_noop!(
			Treasury::enable(&NativeOrWithId::Native),
			Error::<Test>::AlreadyIssued
		);
	});
}

#[test]
fn an_asset_that_burns_dust_is_not_enabled() {
	empty().execute_with(|| {
		assert_noop!(
			Treasury::enable(&DUSTY),
			Error::<Test>::MinimumBalanceTooHigh
		);
	});
}

#[test]
fn there_is_room_for_a_bounded_number_of_debt_assets() {
	with_books(|| {
		assert_noop!(Treasury::enable(&CGBP), Error::<Test>::TooManyDebtAssets);
	});
}

#[test]
fn an_asset_the_treasury_cannot_hold_is_not_enabled() {
	empty().execute_with(|| {
		let team = || RuntimeOrigin::signed(ISSUER);
		assert_ok!(Assets::touch_other(team(), 1, Treasury::account_id()));
		assert_ok!(Assets::block(team(), 1, Treasury::account_id()));
		assert_noop!(Treasury::enable(&CUSD), Error::<Test>::ReserveCannotHold);
	});
}

#[test]
fn enabling_again_keeps_the_books() {
	with_books(|| {
		assert_ok!(Treasury::mint(&CUSD, &ALICE, 10, MintReason::Borrow));
		assert_ok!(Treasury::enable(&CUSD));
		assert_eq!(Books::<Test>::get(CUSD).unwrap().sheet.vaults, 10);
	});
}

#[test]
fn nothing_is_issued_of_an_asset_that_is_not_enabled() {
	empty().execute_with(|| {
		let refused = Error::<Test>::NotEnabled;
		assert_noop!(
			Treasury::mint(&CUSD, &ALICE, 1, MintReason::Borrow),
			refused
		);
		let refused = Error::<Test>::NotEnabled;
		assert_noop!(
			Treasury::mint_to_reserve(&CUSD, 1, MintReason::Interest),
			refused
		);
		let refused = Error::<Test>::NotEnabled;
		assert_noop!(Treasury::burn(&CUSD, &ALICE, 1, BurnReason::Repay), refused);
		assert_noop!(
			Treasury::pay_reserve(&CUSD, &ALICE, 1),
			Error::<Test>::NotEnabled
		);
	});
}

#[test]
fn borrowing_and_repaying_go_through_the_vaults_line() {
	with_books(|| {
		assert_ok!(Treasury::mint(
			&CUSD,
			&ALICE,
			100 * UNIT,
			MintReason::Borrow
		));
		assert_eq!(balance(CUSD, ALICE), 100 * UNIT);
		assert_ok!(Treasury::burn(&CUSD, &ALICE, 40 * UNIT, BurnReason::Repay));
		assert_eq!(balance(CUSD, ALICE), 60 * UNIT);
		assert_eq!(Books::<Test>::get(CUSD).unwrap().sheet.vaults, 60 * UNIT);
	});
}

#[test]
fn interest_fills_the_reserve() {
	with_books(|| {
		assert_ok!(Treasury::mint_to_reserve(&CUSD, 7, MintReason::Interest));
		assert_eq!(balance(CUSD, Treasury::account_id()), 7);
		assert_eq!(Books::<Test>::get(CUSD).unwrap().sheet.vaults, 7);
	});
}

#[test]
fn more_than_a_line_holds_is_not_burned() {
	with_books(|| {
		assert_ok!(Treasury::mint(&CUSD, &ALICE, 100, MintReason::Borrow));
		for reason in [BurnReason::Recovered, BurnReason::BadDebt] {
			let refused = Error::<Test>::LineExceeded;
			assert_noop!(Treasury::burn(&CUSD, &ALICE, 1, reason), refused);
		}
		let refused = Error::<Test>::LineExceeded;
		assert_noop!(
			Treasury::burn(&CUSD, &ALICE, 101, BurnReason::Repay),
			refused
		);
	});
}

#[test]
fn nobody_burns_what_he_does_not_have() {
	with_books(|| {
		assert_ok!(Treasury::mint(&CUSD, &ALICE, 100, MintReason::Borrow));
		let refused = TokenError::FundsUnavailable;
		assert_noop!(Treasury::burn(&CUSD, &BOB, 1, BurnReason::Repay), refused);
		assert_noop!(
			Treasury::pay_reserve(&CUSD, &BOB, 1),
			TokenError::FundsUnavailable
		);
	});
}

#[test]
fn a_minimum_balance_that_was_raised_later_does_not_upset_the_books() {
	with_books(|| {
		assert_ok!(Treasury::mint(&CUSD, &ALICE, 100, MintReason::Borrow));
		let root = RuntimeOrigin::root();
		let status = |min| {
			Assets::force_asset_status(
				root.clone(),
				1,
				ISSUER,
				ISSUER,
				ISSUER,
				ISSUER,
				min,
				true,
				false,
			)
		};
		assert_ok!(status(10));
		// The five units left would be dust, and burned with the rest.
		assert_noop!(
			Treasury::burn(&CUSD, &ALICE, 95, BurnReason::Repay),
			Error::<Test>::Inexact
		);
	});
}

#[test]
fn an_issuance_beyond_all_numbers_is_refused() {
	with_books(|| {
		assert_ok!(Treasury::mint(&CUSD, &ALICE, u128::MAX, MintReason::Borrow));
		let refused = ArithmeticError::Overflow;
		assert_noop!(
			Treasury::mint(&CUSD, &ALICE, 1, MintReason::Borrow),
			refused
		);
	});
}

#[test]
fn nothing_is_a_fine_amount() {
	with_books(|| {
		assert_ok!(Treasury::mint(&CUSD, &ALICE, 0, MintReason::Borrow));
		assert_ok!(Treasury::burn(&CUSD, &ALICE, 0, BurnReason::Repay));
		assert_ok!(Treasury::pay_reserve(&CUSD, &ALICE, 0));
		assert_eq!(issuance(CUSD), 0);
	});
}

#[test]
fn the_whole_balance_can_be_paid_in() {
	with_books(|| {
		assert_ok!(Treasury::mint(&CUSD, &ALICE, 3, MintReason::Borrow));
		assert_ok!(Treasury::pay_reserve(&CUSD, &ALICE, 3));
		assert_eq!(balance(CUSD, ALICE), 0);
		assert_eq!(balance(CUSD, Treasury::account_id()), 3);
		System::assert_last_event(
			crate::Event::ReservePaid {
				asset: CUSD,
				who: ALICE,
				amount: 3,
			}
			.into(),
		);
	});
}
