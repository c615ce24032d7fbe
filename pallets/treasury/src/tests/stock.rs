//! Collateral that the reserve has bought.

use cairn_primitives::{BalanceSheet, Issuance, MintReason, Reserve, Standing};
use frame_support::{
	assert_err, assert_noop, assert_ok, hypothetically,
	traits::tokens::{fungible::NativeOrWithId, fungibles::Mutate},
};

use crate::{mock::*, Cause, Error, Stock, StockView};

type Tokens = <Test as crate::Config>::Fungibles;

/// Another collateral, of a minimum balance of one.
const GOLD: cairn_primitives::AssetId = NativeOrWithId::WithId(3);

/// Somebody borrows, is liquidated, and nothing of it is recovered.
fn lose(amount: u128) {
	Treasury::mint(&CUSD, &ALICE, amount, MintReason::Borrow).unwrap();
	Treasury::debt_seized(&CUSD, amount);
	Treasury::debt_lost(&CUSD, amount);
}

/// `amount` of `collateral` is delivered to the reserve of CUSD.
fn deliver(collateral: &cairn_primitives::AssetId, amount: u128) {
	Tokens::mint_into(collateral.clone(), &Treasury::account_id(), amount).unwrap();
	assert_ok!(Treasury::add_stock(&CUSD, collateral, amount));
}

#[test]
fn what_collateral_will_bring_is_not_raised() {
	with_books(|| {
		lose(100);
		assert_eq!(Treasury::standing(&CUSD), Standing::Deficit(100));
		deliver(&GOLD, 10);
		// Nobody can say what it is worth.
		assert_eq!(Treasury::standing(&CUSD), Standing::Deficit(100));
		Lots::value(GOLD, 7);
		assert_eq!(Treasury::standing(&CUSD), Standing::Deficit(30));
		assert_noop!(
			Treasury::cover_deficit(&CUSD, &ALICE, 31),
			Error::<Test>::NoDeficit
		);
		hypothetically!({
			assert_ok!(Treasury::cover_deficit(&CUSD, &ALICE, 30));
			assert_eq!(Treasury::standing(&CUSD), Standing::Even);
		});
		Lots::value(GOLD, 10);
		assert_eq!(Treasury::standing(&CUSD), Standing::Even);
		let sheet = Treasury::balance_sheet(CUSD).unwrap();
		assert_eq!((sheet.bad_debt, sheet.stock_value), (100, 100));
		assert_eq!(
			Treasury::stock(CUSD),
			vec![StockView {
				collateral: GOLD,
				amount: 10,
				floor_value: 100
			}]
		);
		assert!(Treasury::stock(CEUR).is_empty());
	});
}

#[test]
fn collateral_is_no_surplus() {
	with_books(|| {
		Lots::value(GOLD, 7);
		deliver(&GOLD, 10);
		assert_eq!(Treasury::standing(&CUSD), Standing::Even);
	});
}

#[test]
fn a_gift_is_no_stock() {
	with_books(|| {
		lose(100);
		Lots::value(GOLD, 7);
		Tokens::mint_into(GOLD, &Treasury::account_id(), 1_000).unwrap();
		assert_eq!(Treasury::standing(&CUSD), Standing::Deficit(100));
		assert_noop!(
			Treasury::sell_stock(&CUSD, &GOLD, &ALICE, 1),
			Error::<Test>::NotInStock
		);
	});
}

#[test]
fn no_more_is_sold_than_is_in_stock_of_that_debt_asset() {
	with_books(|| {
		deliver(&GOLD, 10);
		Tokens::mint_into(GOLD, &Treasury::account_id(), 5).unwrap();
		assert_ok!(Treasury::add_stock(&CEUR, &GOLD, 5));
		assert_noop!(
			Treasury::sell_stock(&CUSD, &GOLD, &ALICE, 11),
			Error::<Test>::NotInStock
		);
		assert_ok!(Treasury::sell_stock(&CUSD, &GOLD, &ALICE, 4));
		assert_eq!(balance(GOLD, ALICE), 4);
		assert_eq!(<Treasury as Reserve<_, _>>::stock(&CUSD), vec![(GOLD, 6)]);
		assert_ok!(Treasury::sell_stock(&CUSD, &GOLD, &ALICE, 6));
		assert!(!Stock::<Test>::contains_key(CUSD));
		assert_ok!(Treasury::sell_stock(&CEUR, &GOLD, &ALICE, 5));
		assert_eq!(balance(GOLD, Treasury::account_id()), 0);
	});
}

/// DUSTY has a minimum balance of two.
#[test]
fn dust_of_others_is_not_swept_away_by_a_sale() {
	with_books(|| {
		Tokens::mint_into(DUSTY, &Treasury::account_id(), 4).unwrap();
		assert_ok!(Treasury::add_stock(&CUSD, &DUSTY, 3));
		assert_ok!(Treasury::add_stock(&CEUR, &DUSTY, 1));
		assert_noop!(
			Treasury::sell_stock(&CUSD, &DUSTY, &ALICE, 3),
			Error::<Test>::StockTooLow
		);
		assert_ok!(Treasury::sell_stock(&CUSD, &DUSTY, &ALICE, 2));
		assert_noop!(
			Treasury::sell_stock(&CUSD, &DUSTY, &ALICE, 1),
			Error::<Test>::StockTooLow
		);
	});
}

/// Somebody gives the treasury a unit, so that the last of the stock would leave dust.
#[test]
fn a_gift_does_not_hold_up_the_last_of_the_stock() {
	with_books(|| {
		Tokens::mint_into(DUSTY, &Treasury::account_id(), 5).unwrap();
		assert_ok!(Treasury::add_stock(&CUSD, &DUSTY, 4));
		assert_ok!(Treasury::sell_stock(&CUSD, &DUSTY, &ALICE, 4));
		assert!(balance(DUSTY, ALICE) >= 4);
		assert_eq!(balance(DUSTY, Treasury::account_id()), 0);
	});
}

#[test]
fn a_debt_asset_is_no_stock_and_kinds_are_bounded() {
	with_books(|| {
		assert_noop!(Treasury::add_stock(&CUSD, &CEUR, 1), Error::<Test>::NoStock);
		assert_noop!(
			Treasury::add_stock(&GOLD, &DUSTY, 1),
			Error::<Test>::NotEnabled
		);
		deliver(&GOLD, 1);
		deliver(&DUSTY, 2);
		let native = NativeOrWithId::Native;
		assert_noop!(
			Treasury::add_stock(&CUSD, &native, 1),
			Error::<Test>::NoStock
		);
		deliver(&GOLD, 1);
		assert_noop!(
			Treasury::add_stock(&CUSD, &GOLD, u128::MAX),
			sp_runtime::ArithmeticError::Overflow
		);
	});
}

#[test]
fn stock_that_is_gone_is_found() {
	empty().execute_with(|| {
		Treasury::enable(&CUSD).unwrap();
		deliver(&GOLD, 10);
		assert!(Treasury::proof_of_reserves().whole);
		assert_eq!(Treasury::proof_of_reserves().stock.len(), 1);
		Stock::<Test>::mutate(CUSD, |stock| *stock.get_mut(&GOLD).unwrap() = 11);
		assert_err!(
			Treasury::do_try_state(),
			"the treasury has less collateral than its stock"
		);
		assert!(!Treasury::proof_of_reserves().whole);
	});
}

/// Debt is seized, but no lot sells collateral for it: the fuse blows, and what is missing is bad debt.
#[test]
fn debt_that_no_lot_recovers_is_found_and_recognised() {
	with_books(|| {
		Treasury::mint(&CUSD, &ALICE, 100, MintReason::Borrow).unwrap();
		Treasury::debt_seized(&CUSD, 60);
		Lots::count(CUSD, 60);
		next_block();
		Lots::count(CUSD, 45);
		next_block_unchecked();
		let sheet = Treasury::balance_sheet(CUSD).unwrap();
		let cause = Cause::Lots {
			open: 45,
			booked: 60,
		};
		assert_eq!(sheet.fuse.unwrap().cause, cause);
		assert_eq!((sheet.debt_in_lots, sheet.in_auction), (Some(45), 60));
		assert_err!(
			Treasury::do_try_state(),
			"lots and treasury disagree on what is in auction"
		);
		let root = RuntimeOrigin::root;
		assert_noop!(
			Treasury::reset_fuse(root(), CUSD),
			Error::<Test>::BooksBroken
		);
		assert_ok!(Treasury::recognise_loss(root(), CUSD));
		assert_eq!(
			(Treasury::in_auction(&CUSD), Treasury::bad_debt(&CUSD)),
			(45, 15)
		);
		assert_ok!(Treasury::reset_fuse(root(), CUSD));
	});
}
