//! What went wrong for somebody else, and does not here.

use cairn_math::Price;
use cairn_primitives::{BalanceSheet, LiquidationLots, QuoteStatus};
use frame_support::{assert_noop, assert_ok};

use crate::{mock::*, Error, Event, Lots, WeightInfo};

/// Maker, March 2020: with nobody else bidding, collateral worth $8M went for nothing.
#[test]
fn nobody_wins_a_lot_for_nothing_by_being_the_only_bidder() {
	run(|| {
		lend(BUYER, 10_000 * ONE_CUSD);
		let lot = dot_lot();
		for block in [2, 500, 960, 961, 2_000, 5_000] {
			run_to(block);
			assert_noop!(
				Auctions::take(RuntimeOrigin::signed(BUYER), lot, ONE_DOT, Price::MIN, None),
				Error::<Test>::PriceAboveMaximum
			);
			let view = Auctions::lot(lot).unwrap();
			assert!(view.price.unwrap() >= view.floor.unwrap());
			assert!(view.price.unwrap() > cents(250));
		}
		// Not a unit of debt is paid with less than one.
		let before = balance(CUSD, BUYER);
		assert_ok!(take(lot, 1));
		assert!(balance(CUSD, BUYER) < before);
	});
}

/// The same with a price that has fallen to its floor.
#[test]
fn a_lot_is_not_sold_below_the_floor_however_far_the_curve_has_fallen() {
	run(|| {
		let lot = dot_lot();
		// The market doubles, then nothing happens: the curve is far below 0.40 of it.
		set_price(&DOT, usd(10));
		run_to(950);
		assert_eq!(Auctions::lot(lot).unwrap().price, Some(usd(4)));
		assert_eq!(Auctions::lot(lot).unwrap().floor, Some(usd(4)));
	});
}

/// pUSD's auctions measure their floor against the price at the start: below 0.78 of it nothing
/// sells until somebody restarts them.
#[test]
fn the_floor_follows_the_market_down() {
	run(|| {
		lend(BUYER, 10_000 * ONE_CUSD);
		let lot = dot_lot();
		set_price(&DOT, usd(1));
		run_to(950);
		let view = Auctions::lot(lot).unwrap();
		assert_eq!(view.floor, Some(cents(40)));
		// It falls with the curve, and from the next event on it starts near the market.
		assert!(view.price.unwrap() < cents(265));
		run_to(961);
		assert_eq!(Auctions::lot(lot).unwrap().price, Some(cents(115)));
	});
}

/// A remainder that is too small to be sold in part, and must not be sold in part, could never be
/// sold at all.
#[test]
fn every_remainder_can_be_bought() {
	run(|| {
		lend(BUYER, 100_000 * ONE_CUSD);
		// Tabs and collateral around the minimum, in all combinations.
		let debts = [
			1,
			99 * ONE_CUSD,
			100 * ONE_CUSD,
			101 * ONE_CUSD,
			5_000 * ONE_CUSD,
		];
		let amounts = [1, 17 * ONE_DOT, 18 * ONE_DOT, 1_000 * ONE_DOT];
		for debt in debts {
			for amount in amounts {
				let lot = seize(MAJORS, &DOT, amount, debt, debt / 50);
				// Whatever somebody leaves of it…
				let _ = take(lot, amount / 2);
				let _ = take(lot, amount.saturating_sub(1));
				// … somebody else can take.
				if Lots::<Test>::contains_key(lot) {
					assert_ok!(take(lot, u128::MAX));
				}
				assert!(!Lots::<Test>::contains_key(lot));
				check();
			}
		}
	});
}

/// A crumb of collateral left with all of the debt: nobody would ever come for it, and the debt
/// would never be known to be lost.
#[test]
fn no_crumb_keeps_a_debt_waiting() {
	run(|| {
		lend(BUYER, 100_000 * ONE_CUSD);
		let lot = seize(MAJORS, &DOT, 1_000 * ONE_DOT, 50_000 * ONE_CUSD, 0);
		assert_ok!(take(lot, 1_000 * ONE_DOT - 1));
		let left = Lots::<Test>::get(lot).unwrap();
		let worth = Auctions::quote_take(lot, left.remaining)
			.unwrap()
			.purchase
			.payment;
		assert!(worth >= 100 * ONE_CUSD);
	});
}

/// pUSD pays whoever restarted an auction last the reward of whoever started it.
#[test]
fn starting_a_lot_again_pays_nobody() {
	run(|| {
		let lot = dot_lot();
		let accounts = [ISSUER, BUYER, OTHER, CUSTODY, Treasury::account_id()];
		let holdings = || accounts.map(|who| (balance(CUSD, who), balance(DOT, who)));
		let before = holdings();
		run_to(961);
		assert!(Lots::<Test>::get(lot).unwrap().started_at == 961);
		assert_eq!(holdings(), before);
	});
}

/// Kava's auctions without a bid end in the distant future.
#[test]
fn every_lot_has_its_next_event_at_hand() {
	run(|| {
		set_status(&ETH, QuoteStatus::Stale);
		let lots = [
			dot_lot(),
			seize(MAJORS, &ETH, ONE_ETH, ONE_CUSD, 0),
			seize(STABLES, &DOT, 1, ONE_CUSD, 0),
		];
		for block in (1..4_000).step_by(333) {
			run_to(block);
			for lot in lots {
				let next = Lots::<Test>::get(lot).unwrap().next_event;
				assert!(next > block && next <= block + 1_800);
			}
		}
	});
}

/// A lot that was put up while the oracle was silent has no price that time could lower: it must
/// neither be given away nor stay for ever.
#[test]
fn a_lot_without_a_quote_is_neither_given_away_nor_stuck() {
	run(|| {
		lend(BUYER, 10_000 * ONE_CUSD);
		forget_price(&DOT);
		let lot = dot_lot();
		run_to(3_000);
		assert_noop!(take(lot, ONE_DOT), Error::<Test>::CollateralNotQuoted);
		set_price(&DOT, usd(5));
		assert_noop!(take(lot, ONE_DOT), Error::<Test>::AwaitingReset);
		run_to(3_001);
		assert_eq!(Auctions::lot(lot).unwrap().price, Some(cents(575)));
		assert_ok!(take(lot, ONE_DOT));
	});
}

/// A lot whose event comes due during an outage is not sold at the old, low price in the moment the
/// oracle is back.
#[test]
fn the_end_of_an_outage_is_no_sale() {
	run(|| {
		lend(BUYER, 10_000 * ONE_CUSD);
		let lot = dot_lot();
		run_to(940);
		set_status(&DOT, QuoteStatus::Halted);
		run_to(2_000);
		set_status(&DOT, QuoteStatus::Live);
		assert_noop!(take(lot, ONE_DOT), Error::<Test>::AwaitingReset);
		run_to(2_020);
		assert_eq!(
			Auctions::lot(lot).map(|lot| lot.price >= Some(usd(5))),
			Some(true)
		);
	});
}

/// ORML closes all auctions that end in a block, however many, whatever that weighs.
#[test]
fn a_thousand_lots_that_are_due_at_once_fit_into_the_blocks_budget() {
	run(|| {
		// Four a block, as many as a slot holds.
		for _ in 0..250 {
			for facility in 0..4 {
				seize(facility, &DOT, ONE_DOT, ONE_CUSD, 0);
			}
			next_block();
		}
		// Then a long time without a block in which the agenda was advanced.
		System::set_block_number(5_000);
		type Weights = <Test as crate::Config>::WeightInfo;
		let budget =
			Weights::advance_base() + Weights::advance_slot() * 20 + Weights::advance_lot() * 40;
		let mut resets = 0;
		for _ in 0..100 {
			System::reset_events();
			assert!(next_block_with(budget).all_lte(budget));
			let reset = |event: &RuntimeEvent| {
				matches!(event, RuntimeEvent::Auctions(Event::LotReset { .. }))
			};
			resets += System::events()
				.iter()
				.filter(|record| reset(&record.event))
				.count();
		}
		assert_eq!(resets, 1_000);
		assert!(Lots::<Test>::iter_values().all(|lot| lot.next_event > System::block_number()));
	});
}

/// Maker's running auctions change with the parameters. See also `terms.rs`.
#[test]
fn governance_does_not_reprice_a_running_lot() {
	run(|| {
		let lot = dot_lot();
		let before = Auctions::lot(lot);
		let terms = crate::Terms {
			cut: cairn_math::Perbill::from_percent(1),
			step: 1,
			..Default::default()
		};
		assert_ok!(Auctions::set_terms(RuntimeOrigin::root(), terms));
		assert_eq!(Auctions::lot(lot), before);
	});
}

/// Tokens that somebody sends to custody change neither a price nor a share.
#[test]
fn a_donation_changes_nothing() {
	run(|| {
		use frame_support::traits::tokens::fungibles::Mutate;
		lend(BUYER, 10_000 * ONE_CUSD);
		let lot = dot_lot();
		Tokens::mint_into(DOT, &CUSTODY, 1_000_000 * ONE_DOT).unwrap();
		let quoted = Auctions::quote_take(lot, u128::MAX).unwrap().purchase;
		assert_ok!(take(lot, u128::MAX));
		assert_eq!(Auctions::held(&DOT), quoted.remaining);
		assert_eq!(
			Auctions::settle(lot, 1_000 * ONE_DOT),
			cairn_primitives::Leftover::Ready(quoted.remaining)
		);
	});
}

/// A buyer who pays for what is worth less than one unit of debt still pays one.
#[test]
fn the_smallest_purchase_is_not_free() {
	run(|| {
		lend(BUYER, 10_000 * ONE_CUSD);
		// One unit of ETH costs 2.3e-15 USD: less than a unit of CUSD.
		let lot = seize(MAJORS, &ETH, ONE_ETH, 1_000 * ONE_CUSD, 0);
		assert_ok!(take(lot, 1));
		assert_eq!(balance(CUSD, BUYER), 10_000 * ONE_CUSD - 1);
		assert_eq!(Treasury::in_auction(&CUSD), 1_000 * ONE_CUSD - 1);
	});
}
