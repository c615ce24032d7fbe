//! What nobody buys.

use cairn_primitives::{BalanceSheet, Issuance, LiquidationLots, MintReason, QuoteStatus};
use frame_support::{assert_ok, traits::tokens::fungibles::Mutate};

use crate::{mock::*, Event, Lots, NextEvent};

/// The block in which the third round of a lot that was opened in block 1 ends.
const END: u32 = 1_921 + 1_800;

fn endow_reserve(amount: u128) {
	Treasury::mint_to_reserve(&CUSD, amount, MintReason::Interest).unwrap();
}

#[test]
fn what_nobody_buys_at_the_floor_the_reserve_buys_at_the_floor() {
	run(|| {
		endow_reserve(10_000 * ONE_CUSD);
		// At $2, 1,000 DOT are worth 2,000: more than the tab.
		let lot = seize(
			MAJORS,
			&DOT,
			1_000 * ONE_DOT,
			1_500 * ONE_CUSD,
			30 * ONE_CUSD,
		);
		run_to(END - 1);
		assert_eq!(
			Auctions::lot(lot).unwrap().next,
			NextEvent::GoesToReserve(END)
		);
		assert_eq!(Auctions::price(lot), Some(usd(2)));
		next_block();
		assert!(!Lots::<Test>::contains_key(lot));
		System::assert_has_event(
			Event::LotTakenByReserve {
				lot,
				collateral: 765 * ONE_DOT,
				worth: 1_530 * ONE_CUSD,
				paid: 1_500 * ONE_CUSD,
				price: usd(2),
				remaining: 235 * ONE_DOT,
			}
			.into(),
		);
		assert_eq!(balance(DOT, Treasury::account_id()), 765 * ONE_DOT);
		assert_eq!(Auctions::held(&DOT), 235 * ONE_DOT);
		assert_eq!(Treasury::reserve(&CUSD), 8_500 * ONE_CUSD);
		assert_eq!(
			(Treasury::in_auction(&CUSD), Treasury::bad_debt(&CUSD)),
			(0, 0)
		);
	});
}

#[test]
fn what_the_reserve_cannot_pay_is_bad_debt_against_collateral() {
	run(|| {
		endow_reserve(500 * ONE_CUSD);
		let lot = seize(
			MAJORS,
			&DOT,
			1_000 * ONE_DOT,
			3_000 * ONE_CUSD,
			60 * ONE_CUSD,
		);
		run_to(END - 1);
		System::set_block_number(END);
		Auctions::advance(&mut frame_support::weights::WeightMeter::new());
		// Worth 2,000 at the floor, 500 paid; 1,000 not even worth it.
		assert!(!Lots::<Test>::contains_key(lot));
		assert_eq!(balance(DOT, Treasury::account_id()), 1_000 * ONE_DOT);
		assert_eq!(Treasury::reserve(&CUSD), 0);
		assert_eq!(Treasury::in_auction(&CUSD), 0);
		assert_eq!(Treasury::bad_debt(&CUSD), 2_500 * ONE_CUSD);
		System::assert_last_event(
			Event::LotClosed {
				lot,
				leftover: 0,
				shortfall: 1_000 * ONE_CUSD,
			}
			.into(),
		);
	});
}

#[test]
fn the_reserve_takes_only_what_was_on_offer() {
	run(|| {
		endow_reserve(10_000 * ONE_CUSD);
		limit(1_000, 10_000);
		let lot = seize(MAJORS, &DOT, 1_000 * ONE_DOT, 1_500 * ONE_CUSD, 0);
		run_to(END);
		let row = Lots::<Test>::get(lot).unwrap();
		assert_eq!((row.remaining, row.debt), (500 * ONE_DOT, 500 * ONE_CUSD));
		assert_eq!(row.round, 1);
		assert_eq!(
			(sale(lot).started_at, sale(lot).offered),
			(END, 500 * ONE_CUSD)
		);
	});
}

#[test]
fn the_reserve_does_not_buy_without_a_price() {
	run(|| {
		endow_reserve(10_000 * ONE_CUSD);
		let lot = dot_lot();
		run_to(END - 1);
		set_status(&DOT, QuoteStatus::Stale);
		next_block();
		assert_eq!(Lots::<Test>::get(lot).unwrap().remaining, 1_000 * ONE_DOT);
		// When there is one again, the last round is repeated: somebody may buy after all.
		set_status(&DOT, QuoteStatus::Live);
		run_to(due(lot));
		assert_eq!(Auctions::price(lot), Some(cents(575)));
		let end = due(lot);
		assert_eq!(
			Auctions::lot(lot).unwrap().next,
			NextEvent::GoesToReserve(end)
		);
		run_to(end);
		assert!(balance(DOT, Treasury::account_id()) > 0);
	});
}

#[test]
fn what_the_reserve_cannot_hold_is_for_sale_once_more() {
	run(|| {
		lend(BUYER, 10_000 * ONE_CUSD);
		endow_reserve(10_000 * ONE_CUSD);
		// Less than the minimum balance of BTC: worth 45 cents.
		Tokens::mint_into(BTC, &CUSTODY, 1_000).unwrap();
		let lot = seize(MAJORS, &BTC, 900, ONE_CUSD / 5, 0);
		run_to(END);
		assert_eq!(balance(BTC, Treasury::account_id()), 0);
		let row = Lots::<Test>::get(lot).unwrap();
		assert_eq!((row.remaining, row.round), (900, 3));
		assert_eq!(sale(lot).started_at, END);
		// Books as before; and once it can hold BTC, it takes it.
		assert_eq!(Treasury::in_auction(&CUSD), ONE_CUSD / 5);
		let other = seize(MAJORS, &BTC, ONE_BTC, ONE_CUSD, 0);
		assert_ok!(Auctions::take(
			RuntimeOrigin::signed(BUYER),
			other,
			2_000,
			cairn_math::Price::MAX,
			Some(Treasury::account_id()),
		)
		.map(|_| ())
		.map_err(|failed| failed.error));
		run_to(due(lot));
		assert!(!Lots::<Test>::contains_key(lot));
	});
}

/// Whatever the terms: the reserve does not pay less than anybody would have had to.
#[test]
fn the_reserve_pays_the_curve_where_that_is_above_the_floor() {
	run(|| {
		endow_reserve(10_000 * ONE_CUSD);
		let terms = crate::Terms {
			rounds: 1,
			reset_after: 120,
			..TERMS
		};
		assert_ok!(Auctions::set_terms(RuntimeOrigin::root(), terms));
		let lot = seize(MAJORS, &DOT, 1_000 * ONE_DOT, 1_000 * ONE_CUSD, 0);
		run_to(120);
		let last = Auctions::price(lot).unwrap();
		next_block();
		// One more step than in the block before.
		let price = last.raw() * 99 / 100;
		let sold = balance(DOT, Treasury::account_id());
		let expected = 1_000 * 10u128.pow(18) * ONE_DOT / price;
		assert!(sold.abs_diff(expected) <= 1_000, "{sold} {expected}");
	});
}
