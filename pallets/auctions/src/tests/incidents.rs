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
		for block in [2, 500, 960, 961, 2_000, 3_500] {
			run_to(block);
			assert_noop!(
				Auctions::take(RuntimeOrigin::signed(BUYER), lot, ONE_DOT, Price::MIN, None),
				Error::<Test>::PriceAboveMaximum
			);
			let view = Auctions::lot(lot).unwrap();
			assert!(view.price.unwrap() >= view.floor.unwrap());
			assert!(view.price.unwrap() >= usd(2));
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
		// The third round started in block 1,921 and is below the floor after 106 steps.
		run_to(1_921 + 106 * 12);
		let (row, sale) = (Lots::<Test>::get(lot).unwrap(), sale(lot));
		assert!(Auctions::curve_price(&row, &sale, System::block_number()) < usd(2));
		for block in [3_193, 3_500, 3_720] {
			run_to(block);
			assert_eq!(Auctions::lot(lot).unwrap().price, Some(usd(2)));
			assert_eq!(Auctions::lot(lot).unwrap().floor, Some(usd(2)));
		}
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
		assert_eq!(Auctions::lot(lot).unwrap().floor, Some(cents(40)));
		// And the price with it, in the block that takes the oracle's.
		next_block();
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
		assert_eq!(sale(lot).started_at, 961);
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
		for block in (1..3_700).step_by(333) {
			run_to(block);
			for lot in lots {
				let next = due(lot);
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
		let budget = Weights::advance_base()
			+ Weights::advance_slot() * 20
			+ Weights::advance_takeover() * 40;
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
		assert!(Lots::<Test>::iter_keys().all(|lot| due(lot) > System::block_number()));
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

/// GEB's "dusty" safe: what was left of a partial sale was too small to be sold, so the sale was
/// refused altogether. Limits postpone, they never refuse.
#[test]
fn a_limit_never_leaves_a_crumb_that_cannot_be_sold() {
	run(|| {
		lend(BUYER, 1_000_000 * ONE_CUSD);
		for tab in [1_000, 1_001, 1_099, 1_100, 1_101, 2_050, 2_099, 2_100] {
			limit(1_000, 1_000);
			let lot = seize(MAJORS, &DOT, 10_000 * ONE_DOT, tab * ONE_CUSD, 0);
			for _ in 0..3 {
				let Some(row) = Lots::<Test>::get(lot) else {
					break;
				};
				let rest = row.tab() - row.sale.unwrap().offered;
				assert!(rest == 0 || rest >= 100 * ONE_CUSD, "{tab}");
				// Somebody tries to leave as little as he can.
				let price = Auctions::price(lot).unwrap().raw();
				let just_less = (row.sale.unwrap().offered - 1) * 10u128.pow(16) / price;
				let _ = take(lot, just_less);
				if Lots::<Test>::contains_key(lot) {
					assert_ok!(take(lot, u128::MAX));
				}
			}
			assert!(!Lots::<Test>::contains_key(lot), "{tab}");
			check();
		}
	});
}

/// Kava's auctions without a bid end in the distant future; Maker's need a keeper to be reset. Here
/// nobody does anything, and every lot comes to its end.
#[test]
fn with_nobody_at_all_every_lot_comes_to_its_end() {
	run(|| {
		limit(1_000, 2_000);
		let lots = [
			dot_lot(),
			seize(MAJORS, &ETH, ONE_ETH, 1_500 * ONE_CUSD, 30 * ONE_CUSD),
			seize(
				STABLES,
				&DOT,
				1_000 * ONE_DOT,
				500 * ONE_CUSD,
				10 * ONE_CUSD,
			),
		];
		let mut rounds = 0;
		while Lots::<Test>::iter().count() > 0 {
			System::set_block_number(System::block_number() + 100);
			next_block();
			rounds += 1;
			assert!(rounds < 1_000);
		}
		for lot in lots {
			let given = matches!(
				Auctions::leftover(lot, 1_000),
				cairn_primitives::Leftover::Ready(_)
			);
			assert!(given);
		}
		// Nothing was sold for nothing: the reserve has all that the tabs come to at the floor.
		let reserve = Treasury::account_id();
		assert_eq!(balance(DOT, reserve), 1_255 * ONE_DOT);
		assert_eq!(balance(ETH, reserve), ONE_ETH);
		assert_eq!(Treasury::in_auction(&CUSD), 0);
		// The reserve was empty, so all of it is bad debt, to the last unit.
		assert_eq!(Treasury::bad_debt(&CUSD), 6_000 * ONE_CUSD);
	});
}

/// Acala tries one way of selling after the other without a storage layer: one that failed half way
/// leaves its effects behind.
#[test]
fn a_swap_that_fails_half_way_leaves_nothing_behind() {
	run(|| {
		lend(DEALER, 10_000 * ONE_CUSD);
		let lot = dot_lot();
		// At 15 % above the market, the collateral does not bring what it costs. That shows when it is
		// delivered already.
		assert_noop!(
			Auctions::take_with_swap(
				RuntimeOrigin::signed(BUYER),
				lot,
				100 * ONE_DOT,
				Price::MAX,
				0,
				None
			),
			sp_runtime::DispatchError::Other("the dealer wants more")
		);
	});
}

/// Acala's liquidations are charged one weight, whatever they do.
#[test]
fn a_purchase_is_charged_for_what_it_does() {
	run(|| {
		use crate::Call;
		use frame_support::dispatch::GetDispatchInfo;
		type Weights = <Test as crate::Config>::WeightInfo;
		lend(BUYER, 10_000 * ONE_CUSD);
		let lot = dot_lot();
		let take = |max_amount| Call::<Test>::take {
			lot,
			max_amount,
			max_price: Price::MAX,
			recipient: None,
		};
		let signed = || RuntimeOrigin::signed(BUYER);
		assert_eq!(take(1).get_dispatch_info().call_weight, Weights::take());
		let part = Auctions::take(signed(), lot, ONE_DOT, Price::MAX, None).unwrap();
		assert_eq!(part.actual_weight, Some(Weights::take_part()));
		let all = Auctions::take(signed(), lot, u128::MAX, Price::MAX, None).unwrap();
		assert_eq!(all.actual_weight, None);
	});
}
