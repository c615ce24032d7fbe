//! What anyone may ask.

use cairn_primitives::QuoteStatus;
use frame_support::assert_err;

use crate::{mock::*, Error, NextEvent};

#[test]
fn a_quote_is_what_a_purchase_comes_to() {
	run(|| {
		lend(BUYER, 100_000 * ONE_CUSD);
		let lot = dot_lot();
		run_to(100);
		for amount in [1, 100 * ONE_DOT, 333 * ONE_DOT + 7, u128::MAX] {
			let quoted = Auctions::quote_take(lot, amount).unwrap();
			let before = (balance(CUSD, BUYER), balance(DOT, BUYER));
			Auctions::take(
				RuntimeOrigin::signed(BUYER),
				lot,
				amount,
				quoted.price,
				None,
			)
			.unwrap();
			assert_eq!(before.0 - balance(CUSD, BUYER), quoted.purchase.payment);
			assert_eq!(balance(DOT, BUYER) - before.1, quoted.purchase.collateral);
			assert_eq!(Auctions::lot(lot).is_none(), quoted.purchase.closes());
		}
	});
}

#[test]
fn a_quote_names_what_a_purchase_would_fail_for() {
	run(|| {
		let lot = dot_lot();
		assert_err!(Auctions::quote_take(lot, 0), Error::<Test>::ZeroAmount);
		assert_err!(Auctions::quote_take(lot + 1, 1), Error::<Test>::UnknownLot);
		set_status(&DOT, QuoteStatus::Stale);
		assert_err!(
			Auctions::quote_take(lot, 1),
			Error::<Test>::CollateralNotQuoted
		);
	});
}

#[test]
fn open_lots_come_in_pages() {
	run(|| {
		for facility in 0..25 {
			seize(facility, &DOT, ONE_DOT, ONE_CUSD, 0);
		}
		let mut seen = vec![];
		let mut last = None;
		loop {
			let page = Auctions::lots(last, 10);
			assert!(page.len() <= 10);
			let Some(view) = page.last() else { break };
			last = Some(view.id);
			assert!(page.iter().all(|view| view.price == Some(cents(575))));
			seen.extend(page.iter().map(|view| view.id));
		}
		seen.sort();
		assert_eq!(seen, (0..25).collect::<Vec<_>>());
	});
}

#[test]
fn a_page_is_bounded_whatever_is_asked() {
	run(|| {
		for facility in 0..120 {
			seize(facility, &DOT, ONE_DOT, ONE_CUSD, 0);
		}
		assert_eq!(Auctions::lots(None, u32::MAX).len(), 100);
	});
}

#[test]
fn a_lot_that_is_not_open_has_no_view() {
	run(|| {
		assert_eq!(Auctions::lot(0), None);
	});
}

#[test]
fn the_curve_is_what_the_price_will_be() {
	run(|| {
		let lot = dot_lot();
		run_to(6);
		let curve = Auctions::curve(lot, 200);
		// Bounded, and from the present block on.
		assert_eq!((curve.len(), curve[0]), (80, (6, cents(575))));
		assert_eq!(curve[1].0, 13);
		for (block, price) in curve {
			run_to(block);
			assert_eq!(Auctions::price(lot), Some(price));
		}
		assert_eq!(
			Auctions::lot(lot).unwrap().next,
			NextEvent::StartsAgain(961)
		);
		assert_eq!(Auctions::curve(lot, 0), vec![]);
		set_status(&DOT, QuoteStatus::Stale);
		assert_eq!(Auctions::curve(lot, 10), vec![]);
		assert_eq!(Auctions::curve(77, 10), vec![]);
	});
}

#[test]
fn lots_are_found_by_their_facility() {
	run(|| {
		for collateral in [&DOT, &ETH, &CRN] {
			seize(MAJORS, collateral, 1_000, ONE_CUSD, 0);
			seize(STABLES, collateral, 1_000, ONE_CUSD, 0);
		}
		let first = Auctions::lots_of(STABLES, None, 2);
		let rest = Auctions::lots_of(STABLES, first.last().map(|view| view.id), 10);
		let mut lots: Vec<_> = first.iter().chain(&rest).map(|view| view.id).collect();
		lots.sort();
		assert_eq!(lots, [1, 3, 5]);
		assert!(first.iter().all(|view| view.lot.facility == STABLES));
	});
}
