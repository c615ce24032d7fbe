//! Prices that start again.

use cairn_primitives::{LiquidationLots, QuoteStatus};
use frame_support::{assert_noop, weights::Weight};

use crate::{mock::*, Agenda, AgendaCursor, Error, Event, Lots, WeightInfo};

type Weights = <Test as crate::Config>::WeightInfo;

fn slots() -> Vec<(u32, Vec<u64>)> {
	let mut slots: Vec<_> = Agenda::<Test>::iter()
		.map(|(at, lots)| (at, lots.to_vec()))
		.collect();
	slots.sort();
	slots
}

/// Weight for one slot with `lots` lots.
fn for_lots(lots: u64) -> Weight {
	Weights::advance_base() + Weights::advance_slot() + Weights::advance_lot() * lots
}

#[test]
fn a_price_starts_again_from_the_oracles_when_it_has_fallen_too_far() {
	run(|| {
		let lot = dot_lot();
		run_to(960);
		// 79 steps: 0.452 of the start, and still above the floor.
		assert!(Auctions::lot(lot).unwrap().price.unwrap() > cents(259));
		set_price(&DOT, usd(3));
		run_to(961);
		let row = Lots::<Test>::get(lot).unwrap();
		assert_eq!((row.start_price, row.started_at), (Some(cents(345)), 961));
		assert_eq!((row.opened_at, row.next_event), (1, 1_921));
		assert_eq!(slots(), vec![(1_921, vec![lot])]);
		System::assert_last_event(
			Event::LotReset {
				lot,
				start_price: cents(345),
			}
			.into(),
		);
	});
}

#[test]
fn without_a_quote_a_lot_leaves_the_market_and_tries_again() {
	run(|| {
		lend(BUYER, 10_000 * ONE_CUSD);
		let lot = dot_lot();
		run_to(950);
		set_status(&DOT, QuoteStatus::Stale);
		run_to(961);
		System::assert_last_event(Event::LotSuspended { lot }.into());
		assert_eq!(slots(), vec![(981, vec![lot])]);
		set_status(&DOT, QuoteStatus::Live);
		assert_noop!(take(lot, ONE_DOT), Error::<Test>::AwaitingReset);
		assert_eq!(Auctions::lot(lot).unwrap().price, None);
		assert_eq!(Auctions::lot(lot).unwrap().floor, Some(usd(2)));
		run_to(981);
		assert_eq!(Auctions::lot(lot).unwrap().price, Some(cents(575)));
		take(lot, ONE_DOT).unwrap();
	});
}

#[test]
fn a_suspended_lot_says_so_once() {
	run(|| {
		forget_price(&DOT);
		dot_lot();
		System::reset_events();
		run_to(100);
		assert!(!System::events().iter().any(|record| matches!(
			record.event,
			RuntimeEvent::Auctions(Event::LotSuspended { .. } | Event::LotReset { .. })
		)));
		assert_eq!(slots(), vec![(101, vec![0])]);
	});
}

#[test]
fn a_full_slot_spills_into_later_ones() {
	run(|| {
		// Four fit into a slot; nine books of this block all want block 961.
		for facility in 0..9 {
			seize(facility, &DOT, ONE_DOT, ONE_CUSD, 0);
		}
		assert_eq!(
			slots(),
			vec![
				(961, vec![0, 1, 2, 3]),
				(962, vec![4, 5, 6, 7]),
				(964, vec![8])
			]
		);
		for facility in 10..18 {
			seize(facility, &DOT, ONE_DOT, ONE_CUSD, 0);
		}
		let used: Vec<_> = slots().iter().map(|(at, _)| *at).collect();
		assert_eq!(used, vec![961, 962, 964, 967, 971]);
	});
}

#[test]
fn a_small_meter_leaves_the_rest_for_the_next_block_in_order() {
	run(|| {
		for facility in 0..4 {
			seize(facility, &DOT, ONE_DOT, ONE_CUSD, 0);
		}
		run_to(960);
		let used = next_block_with(for_lots(3));
		assert_eq!(used, for_lots(3));
		assert_eq!(AgendaCursor::<Test>::get(), 961);
		assert_eq!(slots(), vec![(961, vec![3]), (1_921, vec![0, 1, 2])]);
		// What waits is not for sale at a price that should be gone.
		assert_noop!(take(3, 1), Error::<Test>::AwaitingReset);
		next_block();
		assert_eq!(AgendaCursor::<Test>::get(), 963);
		assert_eq!(slots(), vec![(1_921, vec![0, 1, 2]), (1_922, vec![3])]);
	});
}

#[test]
fn the_agenda_never_takes_more_than_its_meter() {
	run(|| {
		for facility in 0..9 {
			seize(facility, &DOT, ONE_DOT, ONE_CUSD, 0);
		}
		run_to(960);
		for limit in [
			Weight::zero(),
			Weights::advance_base(),
			Weights::advance_base() + Weights::advance_slot(),
			for_lots(1),
			for_lots(2),
			for_lots(100),
		] {
			assert!(next_block_with(limit).all_lte(limit));
		}
		// All nine have started again meanwhile.
		assert_eq!(slots().iter().map(|(_, lots)| lots.len()).sum::<usize>(), 9);
		assert!(slots().iter().all(|(at, _)| *at > 1_900));
	});
}

#[test]
fn resting_lots_cost_a_block_nothing() {
	run(|| {
		next_block();
		let idle = next_block_with(Weight::MAX);
		for facility in 0..100 {
			seize(facility, &DOT, ONE_DOT, ONE_CUSD, 0);
		}
		assert_eq!(next_block_with(Weight::MAX), idle);
	});
}

#[test]
fn a_lot_that_closes_leaves_the_agenda() {
	run(|| {
		lend(BUYER, 100_000 * ONE_CUSD);
		let (first, second) = (dot_lot(), seize(STABLES, &DOT, ONE_DOT, ONE_CUSD, 0));
		take(first, u128::MAX).unwrap();
		assert_eq!(slots(), vec![(961, vec![second])]);
		take(second, u128::MAX).unwrap();
		assert_eq!(slots(), vec![]);
		run_to(1_000);
	});
}

#[test]
fn the_agenda_catches_up_after_blocks_in_which_it_was_not_advanced() {
	run(|| {
		let lot = dot_lot();
		System::set_block_number(2_000);
		Auctions::advance(&mut frame_support::weights::WeightMeter::with_limit(
			Weight::MAX,
		));
		assert_eq!(AgendaCursor::<Test>::get(), 2_001);
		assert_eq!(Lots::<Test>::get(lot).unwrap().started_at, 2_000);
	});
}
