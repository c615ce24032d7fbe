//! How seized collateral becomes a lot.

use cairn_primitives::{BalanceSheet, Leftover, LiquidationLots, QuoteStatus, Seizure};

use crate::{curve::band, mock::*, ClosedLots, Event, Lot, Lots, Mark, Place, Sale};

#[test]
fn a_lot_opens_above_the_oracles_price_on_todays_terms() {
	run(|| {
		let id = dot_lot();
		let lot = Lot {
			facility: MAJORS,
			debt_asset: CUSD,
			collateral: DOT,
			contributed: 1_000 * ONE_DOT,
			remaining: 1_000 * ONE_DOT,
			debt: 4_000 * ONE_CUSD,
			fee: 80 * ONE_CUSD,
			opened_at: 1,
			round: 1,
			sale: Some(Sale {
				started_at: 1,
				start_price: cents(575),
				offered: 4_080 * ONE_CUSD,
				mark: Mark {
					era: 0,
					band: band(usd(5)),
				},
			}),
			terms: TERMS,
			place: Place::Agenda(961),
		};
		assert_eq!(Lots::<Test>::get(id), Some(lot));
		assert_eq!(Auctions::held(&DOT), 1_000 * ONE_DOT);
		System::assert_last_event(
			Event::LotOpened {
				lot: id,
				facility: MAJORS,
				collateral: DOT,
				amount: 1_000 * ONE_DOT,
				debt: 4_000 * ONE_CUSD,
				fee: 80 * ONE_CUSD,
				start_price: Some(cents(575)),
			}
			.into(),
		);
	});
}

#[test]
fn what_is_seized_in_one_block_goes_into_one_lot() {
	run(|| {
		let first = dot_lot();
		set_price(&DOT, usd(4));
		let second = seize(MAJORS, &DOT, 10 * ONE_DOT, 40 * ONE_CUSD, ONE_CUSD);
		assert_eq!(first, second);
		let lot = Lots::<Test>::get(first).unwrap();
		assert_eq!(
			(lot.contributed, lot.remaining),
			(1_010 * ONE_DOT, 1_010 * ONE_DOT)
		);
		assert_eq!((lot.debt, lot.fee), (4_040 * ONE_CUSD, 81 * ONE_CUSD));
		// Topping up keeps the price and its event.
		assert_eq!((sale(first).start_price, due(first)), (cents(575), 961));
		assert_eq!(sale(first).offered, 4_121 * ONE_CUSD);
		System::assert_last_event(
			Event::LotToppedUp {
				lot: first,
				amount: 10 * ONE_DOT,
				debt: 40 * ONE_CUSD,
				fee: ONE_CUSD,
			}
			.into(),
		);
	});
}

#[test]
fn each_book_and_each_block_has_a_lot_of_its_own() {
	run(|| {
		let numbers = [
			Auctions::current_lot(MAJORS, &DOT),
			Auctions::current_lot(MAJORS, &ETH),
			Auctions::current_lot(STABLES, &DOT),
		];
		assert_eq!(numbers, [0, 1, 2]);
		assert_eq!(Auctions::current_lot(MAJORS, &ETH), 1);
		next_block();
		assert_eq!(Auctions::current_lot(MAJORS, &ETH), 3);
		assert_eq!(Auctions::current_lot(MAJORS, &DOT), 4);
	});
}

#[test]
fn what_is_seized_after_a_lot_has_closed_goes_into_another() {
	run(|| {
		lend(BUYER, 10_000 * ONE_CUSD);
		let first = dot_lot();
		take(first, 1_000 * ONE_DOT).unwrap();
		let second = dot_lot();
		assert_ne!(first, second);
		assert!(Lots::<Test>::contains_key(second));
		// Its own leftover is not shared with those who came later.
		let closed = ClosedLots::<Test>::get(first).unwrap();
		assert_eq!(closed.contributed, 1_000 * ONE_DOT);
	});
}

#[test]
fn a_lot_that_was_partly_taken_is_still_topped_up_in_its_block() {
	run(|| {
		lend(BUYER, 10_000 * ONE_CUSD);
		let lot = dot_lot();
		take(lot, 500 * ONE_DOT).unwrap();
		assert_eq!(dot_lot(), lot);
		let lot = Lots::<Test>::get(lot).unwrap();
		assert_eq!(
			(lot.contributed, lot.remaining),
			(2_000 * ONE_DOT, 1_500 * ONE_DOT)
		);
	});
}

#[test]
fn a_seizure_without_collateral_is_bad_debt_at_once() {
	run(|| {
		let id = seize(MAJORS, &DOT, 0, 50 * ONE_CUSD, ONE_CUSD);
		assert!(!Lots::<Test>::contains_key(id));
		assert_eq!(Treasury::bad_debt(&CUSD), 50 * ONE_CUSD);
	});
}

#[test]
fn a_seizure_without_collateral_joins_the_lot_of_its_block() {
	run(|| {
		let id = dot_lot();
		assert_eq!(seize(MAJORS, &DOT, 0, 50 * ONE_CUSD, 0), id);
		assert_eq!(Lots::<Test>::get(id).unwrap().debt, 4_050 * ONE_CUSD);
		assert_eq!(Treasury::bad_debt(&CUSD), 0);
	});
}

#[test]
fn a_seizure_without_a_tab_is_left_over_whole() {
	run(|| {
		let id = seize(MAJORS, &DOT, 7, 0, 0);
		assert!(!Lots::<Test>::contains_key(id));
		assert_eq!(Auctions::leftover(id, 7), Leftover::Ready(7));
		assert_eq!(Auctions::settle(id, 7), Leftover::Ready(7));
		assert_eq!(Auctions::held(&DOT), 0);
	});
}

#[test]
fn putting_up_nothing_opens_nothing() {
	run(|| {
		let lot = Auctions::current_lot(MAJORS, &DOT);
		Auctions::put_up(lot, MAJORS, &CUSD, &DOT, Seizure::default());
		assert!(!Lots::<Test>::contains_key(lot));
	});
}

#[test]
fn without_a_quote_a_lot_opens_without_a_price() {
	for status in [QuoteStatus::Jump, QuoteStatus::Stale, QuoteStatus::Halted] {
		run(|| {
			set_status(&DOT, status);
			let id = dot_lot();
			let lot = Lots::<Test>::get(id).unwrap();
			assert_eq!((lot.sale, due(id)), (None, 21));
			set_status(&DOT, QuoteStatus::Degraded);
			run_to(21);
			assert_eq!(
				(sale(id).start_price, sale(id).started_at),
				(cents(575), 21)
			);
		});
	}
}

/// A vault whose list of claims is full joins a lot it has a claim on.
#[test]
fn an_older_lot_can_be_joined_while_it_is_for_sale() {
	run(|| {
		let old = dot_lot();
		run_to(100);
		let price = Auctions::lot(old).unwrap().price;
		join(old, &DOT);
		let row = Lots::<Test>::get(old).unwrap();
		assert_eq!(
			(row.contributed, row.debt),
			(1_010 * ONE_DOT, 4_040 * ONE_CUSD)
		);
		assert_eq!((row.opened_at, due(old)), (1, 961));
		assert_eq!(Auctions::lot(old).unwrap().price, price);
		// It did not become the current lot.
		assert_ne!(Auctions::current_lot(MAJORS, &DOT), old);
	});
}

/// Puts 10 tokens for 40 CUSD into a lot of the caller's choice.
fn join(lot: u64, collateral: &cairn_primitives::AssetId) {
	use cairn_primitives::BalanceSheet;
	use frame_support::traits::tokens::fungibles::Mutate;
	lend(OTHER, 40 * ONE_CUSD);
	Tokens::mint_into(collateral.clone(), &CUSTODY, 10 * ONE_DOT).unwrap();
	Treasury::debt_seized(&CUSD, 40 * ONE_CUSD);
	let seizure = Seizure {
		collateral: 10 * ONE_DOT,
		debt: 40 * ONE_CUSD,
		fee: 0,
	};
	Auctions::put_up(lot, MAJORS, &CUSD, collateral, seizure);
}

#[test]
#[cfg_attr(debug_assertions, should_panic)]
fn a_lot_that_cannot_be_joined_does_not_upset_the_books() {
	run(|| {
		lend(BUYER, 10_000 * ONE_CUSD);
		let closed = dot_lot();
		take(closed, u128::MAX).unwrap();
		join(closed, &DOT);
		assert_eq!(
			ClosedLots::<Test>::get(closed).unwrap().contributed,
			1_000 * ONE_DOT
		);
		let other = dot_lot();
		join(other, &ETH);
		assert_eq!(Lots::<Test>::get(other).unwrap().collateral, DOT);
		join(77, &DOT);
		assert_eq!(Auctions::held(&ETH), 10 * ONE_DOT);
	});
}

#[test]
fn a_number_that_was_never_used_leaves_at_most_one_row_a_book() {
	run(|| {
		for _ in 0..10 {
			Auctions::current_lot(MAJORS, &DOT);
			next_block();
		}
		assert_eq!(crate::Announced::<Test>::iter().count(), 1);
		dot_lot();
		assert_eq!(crate::Announced::<Test>::iter().count(), 0);
	});
}
