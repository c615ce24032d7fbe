//! When the oracle leaves a lot behind.

use cairn_math::Price;
use cairn_primitives::QuoteStatus;
use frame_support::{assert_noop, assert_ok, weights::Weight};

use crate::{mock::*, watch::LONGEST_BLINK, Error, Event, Lots, Watches, WeightInfo};

#[test]
fn a_price_that_rises_starts_the_lot_again_before_anybody_can_buy_it_cheap() {
	run(|| {
		lend(BUYER, 10_000 * ONE_CUSD);
		let lot = dot_lot();
		run_to(200);
		assert!(Auctions::price(lot).unwrap() < usd(5));
		set_price(&DOT, cents(650));
		// Not even in the block before the chain has come to it.
		assert_noop!(take(lot, ONE_DOT), Error::<Test>::AwaitingReset);
		next_block();
		let start_price = Price::new(7_475_000_000_000_000_000).unwrap();
		assert_eq!(Auctions::price(lot), Some(start_price));
		System::assert_last_event(
			Event::LotReset {
				lot,
				start_price,
				offered: 4_080 * ONE_CUSD,
			}
			.into(),
		);
		// That does not count as a round: nobody had the time to buy.
		assert_eq!(Lots::<Test>::get(lot).unwrap().round, 1);
	});
}

#[test]
fn a_price_that_falls_starts_the_lot_again_only_if_that_makes_it_cheaper() {
	run(|| {
		let lot = dot_lot();
		next_block();
		set_price(&DOT, usd(4));
		next_block();
		assert_eq!(Auctions::price(lot), Some(cents(460)));
		// 40 steps later it has come down to 3.08.
		run_to(3 + 40 * 12);
		let price = Auctions::price(lot).unwrap();
		set_price(&DOT, usd(3));
		next_block();
		assert_eq!(Auctions::price(lot), Some(price));
		assert_eq!(sale(lot).started_at, 3);
		// But it is measured by where the oracle has come to: back up is up.
		set_price(&DOT, usd(4));
		next_block();
		assert_eq!(Auctions::price(lot), Some(cents(460)));
	});
}

#[test]
fn a_price_that_hardly_moves_changes_nothing() {
	run(|| {
		let lot = dot_lot();
		for cent in [510, 495, 505, 490, 500] {
			set_price(&DOT, cents(cent));
			next_block();
			assert_eq!(sale(lot).started_at, 1);
			assert!(Auctions::price(lot).is_some());
		}
	});
}

#[test]
fn only_lots_of_that_collateral_and_of_that_price_are_touched() {
	run(|| {
		let (old, eth) = (dot_lot(), seize(MAJORS, &ETH, ONE_ETH, ONE_CUSD, 0));
		run_to(5);
		set_price(&DOT, usd(8));
		next_block();
		let new = dot_lot();
		run_to(10);
		set_price(&DOT, usd(12));
		next_block();
		assert_eq!(sale(old).started_at, 11);
		assert_eq!(sale(new).started_at, 11);
		assert_eq!(sale(eth).started_at, 1);
	});
}

/// A price that falls while nobody can buy is not a price.
#[test]
fn after_a_long_silence_every_price_starts_again() {
	for silence in [LONGEST_BLINK, LONGEST_BLINK + 1] {
		run(|| {
			lend(BUYER, 10_000 * ONE_CUSD);
			let lot = dot_lot();
			run_to(300);
			set_status(&DOT, QuoteStatus::Stale);
			next_block();
			run_to(300 + silence);
			set_status(&DOT, QuoteStatus::Live);
			next_block();
			let long = silence > LONGEST_BLINK;
			assert_eq!(sale(lot).started_at == System::block_number(), long);
			if long {
				assert_eq!(Auctions::price(lot), Some(cents(575)));
			}
			assert_ok!(take(lot, ONE_DOT));
		});
	}
}

/// Nor can anybody buy while there is no price of what he pays with.
#[test]
fn silence_about_the_debt_asset_is_silence() {
	run(|| {
		let lots = [dot_lot(), seize(MAJORS, &ETH, ONE_ETH, ONE_CUSD, 0)];
		run_to(300);
		set_status(&CUSD, QuoteStatus::Stale);
		run_to(320);
		assert!(lots.iter().all(|lot| sale(*lot).started_at == 1));
		set_status(&CUSD, QuoteStatus::Live);
		next_block();
		assert!(lots.iter().all(|lot| sale(*lot).started_at == 321));
	});
}

#[test]
fn lots_of_other_collaterals_are_not_in_the_dark() {
	run(|| {
		let (dot, eth) = (dot_lot(), seize(MAJORS, &ETH, ONE_ETH, ONE_CUSD, 0));
		set_status(&DOT, QuoteStatus::Jump);
		run_to(100);
		set_status(&DOT, QuoteStatus::Live);
		next_block();
		assert_eq!((sale(dot).started_at, sale(eth).started_at), (101, 1));
	});
}

/// A crash leaves a thousand lots behind at once: a bounded number is dealt with in each block, and
/// the others are not for sale until then.
#[test]
fn a_crowd_that_is_left_behind_fits_into_the_blocks_budget() {
	run(|| {
		lend(BUYER, 10_000 * ONE_CUSD);
		for facility in 0..200 {
			seize(facility, &DOT, ONE_DOT, ONE_CUSD, 0);
		}
		next_block();
		set_price(&DOT, usd(10));
		type Weights = <Test as crate::Config>::WeightInfo;
		let budget = Auctions::least_weight() + Weights::advance_takeover() * 20;
		let mut blocks = 0;
		while Lots::<Test>::iter().any(|(_, lot)| lot.sale.unwrap().started_at == 1) {
			assert!(next_block_with(budget).all_lte(budget));
			for (id, lot) in Lots::<Test>::iter() {
				let left = lot.sale.unwrap().started_at == 1;
				assert_eq!(Auctions::price(id).is_none(), left);
			}
			blocks += 1;
		}
		assert!((5..=10).contains(&blocks), "{blocks}");
		assert_eq!(Watches::<Test>::get()[&DOT].marks.len(), 1);
	});
}

/// However wild the market and however small the budget: marks run out, and lots wait for a price
/// instead of being forgotten.
#[test]
fn more_marks_than_there_is_room_for_postpone_and_never_lose() {
	run(|| {
		for step in 0..40u32 {
			set_price(&DOT, usd(u128::from(2 + step)));
			seize(step, &DOT, ONE_DOT, ONE_CUSD, 0);
			System::set_block_number(System::block_number() + 1);
			next_block_with(Weight::zero());
		}
		assert_eq!(Lots::<Test>::iter().count(), 40);
		for _ in 0..3 {
			System::set_block_number(System::block_number() + 20);
			next_block();
		}
		assert!(Lots::<Test>::iter().all(|(_, lot)| lot.sale.is_some()));
	});
}
