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
	let event = Weights::advance_restart()
		.max(Weights::advance_queued())
		.max(Weights::advance_takeover());
	Weights::advance_base() + Weights::advance_slot() + event * lots
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
		assert_eq!(
			(sale(lot).start_price, sale(lot).started_at),
			(cents(345), 961)
		);
		assert_eq!(
			(Lots::<Test>::get(lot).unwrap().opened_at, due(lot)),
			(1, 1_921)
		);
		assert_eq!(slots(), vec![(1_921, vec![lot])]);
		System::assert_last_event(
			Event::LotReset {
				lot,
				start_price: cents(345),
				offered: 4_080 * ONE_CUSD,
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
		let enough = for_lots(3) + Weights::advance_watch();
		let used = next_block_with(enough);
		assert_eq!(used, enough);
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
		dot_lot();
		next_block();
		let one = next_block_with(Weight::MAX);
		for facility in 0..100 {
			seize(facility, &DOT, ONE_DOT, ONE_CUSD, 0);
		}
		assert_eq!(next_block_with(Weight::MAX), one);
	});
}

/// Counted by the nodes of the state that a block touches, not by what it says of itself.
#[test]
fn a_block_touches_as_much_of_the_state_however_many_lots_rest() {
	let touched = |lots: u32, queued: bool| {
		let mut ext = new_ext();
		ext.execute_with(|| {
			if queued {
				limit(100, 100);
			}
			for facility in 0..lots {
				seize(facility, &DOT, 100 * ONE_DOT, 100 * ONE_CUSD, 0);
			}
			next_block();
		});
		ext.commit_all().unwrap();
		let (_, proof) = ext.execute_and_prove(|| {
			System::set_block_number(System::block_number() + 1);
			let mut meter = frame_support::weights::WeightMeter::with_limit(Weight::MAX);
			Auctions::advance(&mut meter);
		});
		proof.iter_nodes().count()
	};
	// Ten, of which none waits.
	let few = touched(10, false);
	for (lots, queued) in [(1_000, false), (10, true), (1_000, true)] {
		let many = touched(lots, queued);
		// The paths down the trie get a little longer.
		assert!(
			many <= few + 12,
			"{few} nodes for 10 lots, {many} for {lots}"
		);
	}
}

/// Progress is guaranteed from this on, and nothing above it is ever used.
#[test]
fn the_least_weight_gets_on_with_one_lot_whatever_is_due() {
	run(|| {
		let least = Auctions::least_weight();
		let resets = |events: Vec<_>| {
			events
				.iter()
				.filter(|record: &&frame_system::EventRecord<RuntimeEvent, _>| {
					matches!(record.event, RuntimeEvent::Auctions(Event::LotReset { .. }))
				})
				.count()
		};
		for (facility, collateral) in [(0, &DOT), (1, &ETH), (2, &CRN), (3, &DOT), (4, &ETH)] {
			seize(facility, collateral, 1_000, ONE_CUSD, 0);
		}
		// Left behind by the oracle, all of them.
		for (collateral, price) in [(DOT, usd(10)), (ETH, usd(4_000)), (CRN, cents(20))] {
			set_price(&collateral, price);
		}
		let mut done = 0;
		while done < 5 {
			System::reset_events();
			assert!(next_block_with(least).all_lte(least));
			let resets = resets(System::events());
			assert!(resets >= 1, "{done}");
			done += resets;
		}
		// Due on the agenda, all of them, after a long time without blocks.
		System::set_block_number(1_500);
		let mut done = 0;
		for _ in 0..2_000 {
			System::reset_events();
			let before = AgendaCursor::<Test>::get();
			assert!(next_block_with(least).all_lte(least));
			let resets = resets(System::events());
			assert!(resets > 0 || AgendaCursor::<Test>::get() > before || done >= 5);
			done += resets;
		}
		assert!(done >= 5);
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
		assert_eq!(sale(lot).started_at, 2_000);
	});
}
