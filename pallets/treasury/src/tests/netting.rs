//! Bad debt and the reserve.

use cairn_primitives::{BalanceSheet, BurnReason, Issuance, MintReason};
use frame_support::{
	assert_ok,
	weights::{Weight, WeightMeter},
};

use crate::{mock::*, Event, WeightInfo};

/// Issues `amount` of `asset` to Alice and lets all of it become bad debt.
fn lose(asset: &cairn_primitives::AssetId, amount: u128) {
	assert_ok!(Treasury::mint(asset, &ALICE, amount, MintReason::Borrow));
	Treasury::debt_seized(asset, amount);
	Treasury::debt_lost(asset, amount);
}

#[test]
fn bad_debt_waits_for_a_reserve_and_is_covered_when_there_is_one() {
	with_books(|| {
		lose(&CUSD, 100);
		next_block();
		assert_eq!(Treasury::bad_debt(&CUSD), 100);

		assert_ok!(Treasury::pay_reserve(&CUSD, &ALICE, 30));
		next_block();
		assert_eq!(
			(Treasury::bad_debt(&CUSD), Treasury::reserve(&CUSD)),
			(70, 0)
		);
		let event = Event::BadDebtCovered {
			asset: CUSD,
			amount: 30,
			bad_debt: 70,
		};
		System::assert_last_event(event.into());

		assert_ok!(Treasury::mint_to_reserve(&CUSD, 100, MintReason::Interest));
		next_block();
		assert_eq!(
			(Treasury::bad_debt(&CUSD), Treasury::reserve(&CUSD)),
			(0, 30)
		);
		// 70 that Alice still has, 30 of reserve: the 100 of interest stand behind them.
		assert_eq!(issuance(CUSD), 100);
	});
}

#[test]
fn one_asset_does_not_pay_for_another() {
	with_books(|| {
		lose(&CUSD, 100);
		lose(&CEUR, 50);
		assert_ok!(Treasury::mint_to_reserve(
			&CEUR,
			1_000,
			MintReason::Interest
		));
		next_block();
		assert_eq!(
			(Treasury::bad_debt(&CUSD), Treasury::bad_debt(&CEUR)),
			(100, 0)
		);
		assert_eq!(Treasury::reserve(&CEUR), 950);
	});
}

#[test]
fn a_small_meter_covers_what_it_can() {
	with_books(|| {
		for asset in [CUSD, CEUR] {
			lose(&asset, 10);
			assert_ok!(Treasury::mint_to_reserve(&asset, 10, MintReason::Interest));
		}
		let with_bad_debt = || {
			let assets = Treasury::debt_assets().into_iter();
			assets.filter(|asset| Treasury::bad_debt(asset) > 0).count()
		};
		let one = <Test as crate::Config>::WeightInfo::settle_base()
			.saturating_add(<Test as crate::Config>::WeightInfo::settle_asset());
		Treasury::settle(&mut WeightMeter::with_limit(Weight::zero()));
		assert_eq!(with_bad_debt(), 2);
		// Another asset is first in each block, so neither waits for ever.
		for left in [1, 0] {
			System::set_block_number(System::block_number() + 1);
			let mut meter = WeightMeter::with_limit(one);
			Treasury::settle(&mut meter);
			assert_eq!(meter.consumed(), one);
			assert_eq!(with_bad_debt(), left);
		}
	});
}

#[test]
fn what_is_paid_for_a_lot_leaves_the_auctions_line() {
	with_books(|| {
		assert_ok!(Treasury::mint(&CUSD, &ALICE, 100, MintReason::Borrow));
		Treasury::debt_seized(&CUSD, 80);
		assert_ok!(Treasury::burn(&CUSD, &ALICE, 50, BurnReason::Recovered));
		Treasury::debt_lost(&CUSD, 30);
		assert_eq!(Treasury::backed_by_vaults(&CUSD), 20);
		assert_eq!(Treasury::in_auction(&CUSD), 0);
		assert_eq!(Treasury::bad_debt(&CUSD), 30);
		let event = Event::DebtLost {
			asset: CUSD,
			amount: 30,
			bad_debt: 30,
		};
		System::assert_last_event(event.into());
	});
}

#[test]
fn a_frozen_reserve_leaves_the_books_as_they_are() {
	with_books(|| {
		lose(&CUSD, 10);
		assert_ok!(Treasury::pay_reserve(&CUSD, &ALICE, 10));
		assert_ok!(Assets::freeze(
			RuntimeOrigin::signed(ISSUER),
			1,
			Treasury::account_id()
		));
		next_block();
		assert_eq!(Treasury::bad_debt(&CUSD), 10);
		assert_ok!(Assets::thaw(
			RuntimeOrigin::signed(ISSUER),
			1,
			Treasury::account_id()
		));
		next_block();
		assert_eq!(Treasury::bad_debt(&CUSD), 0);
	});
}
