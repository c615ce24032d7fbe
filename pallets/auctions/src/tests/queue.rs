//! Whom a queue is woken by, and what cannot be had by keeping others waiting.

use cairn_primitives::{BalanceSheet, Issuance, LiquidationLots, MintReason, QuoteStatus, Seizure};
use frame_support::{
	assert_ok,
	storage::storage_prefix,
	traits::tokens::fungibles::Mutate,
	weights::{Weight, WeightMeter},
};

use crate::{mock::*, AgendaCursor, Lots, WeightInfo};

type Weights = <Test as crate::Config>::WeightInfo;

/// After so many blocks a queue is looked at whatever has happened.
const PATIENCE: u32 = 16;

/// Lots of so many CUSD each, from books of their own.
fn lots(count: u32, debt: u128) -> Vec<u64> {
	(0..count)
		.map(|facility| seize(facility, &DOT, 1_000 * ONE_DOT, debt * ONE_CUSD, 0))
		.collect()
}

fn is_on_sale(lot: u64) -> bool {
	Lots::<Test>::get(lot).is_some_and(|lot| lot.sale.is_some())
}

fn on_sale(lots: &[u64]) -> usize {
	lots.iter().filter(|lot| is_on_sale(**lot)).count()
}

/// Block by block up to the next one in which every queue is looked at.
fn run_to_the_end_of_patience() {
	run_to((System::block_number() / PATIENCE + 1) * PATIENCE);
}

/// Blocks until `lot` is on sale.
fn blocks_until_on_sale(lot: u64) -> u32 {
	let start = System::block_number();
	while !is_on_sale(lot) {
		next_block();
	}
	System::block_number() - start
}

#[test]
fn a_price_that_runs_out_makes_room_at_once() {
	run(|| {
		limit(1_000, 1_000);
		let lots = lots(3, 1_000);
		run_to(960);
		assert!(is_on_sale(lots[0]));
		// The block in which the price runs out, and the one after it.
		assert!(blocks_until_on_sale(lots[1]) <= 2);
		assert!(is_queued(lots[0]) && is_queued(lots[2]));
	});
}

#[test]
fn a_price_that_the_oracle_leaves_behind_makes_room_at_once() {
	run(|| {
		limit(1_000, 1_000);
		let lots = lots(3, 1_000);
		run_to(33);
		set_price(&DOT, usd(6));
		assert!(blocks_until_on_sale(lots[1]) <= 2);
		assert_eq!(sale(lots[1]).start_price, cents(690));
		assert!(is_queued(lots[0]));
	});
}

/// All prices are gone, for a day, and come back: whoever waited, for room or for a price, is served.
#[test]
fn who_waits_through_a_silence_is_found_after_it() {
	run(|| {
		lend(BUYER, 10_000 * ONE_CUSD);
		limit(1_000, 2_000);
		let lots = lots(5, 1_000);
		for status in [QuoteStatus::Halted, QuoteStatus::Stale] {
			set_status(&DOT, status);
			run_to(System::block_number() + 1_500);
			assert_eq!(on_sale(&lots), 0);
		}
		set_status(&DOT, QuoteStatus::Live);
		run_to(System::block_number() + TERMS.retry_after);
		assert_eq!(on_sale(&lots), 2);
		assert_eq!(Auctions::market(CUSD).queued, 3);
		for _ in 0..5 {
			let next = lots.iter().find(|lot| is_on_sale(**lot)).unwrap();
			assert_ok!(take(*next, u128::MAX));
			next_block();
		}
		assert_eq!(Lots::<Test>::iter().count(), 0);
	});
}

#[test]
fn who_loses_his_price_at_the_head_does_not_keep_smaller_ones_waiting() {
	run(|| {
		limit(1_000, 1_500);
		let first = seize(0, &DOT, 1_000 * ONE_DOT, 1_000 * ONE_CUSD, 0);
		let large = seize(1, &ETH, ONE_ETH, 1_000 * ONE_CUSD, 0);
		let small = seize(2, &DOT, 1_000 * ONE_DOT, 500 * ONE_CUSD, 0);
		run_to(3);
		// There is room for the small one, but the large one was there first.
		assert!(is_on_sale(first) && is_queued(large) && is_queued(small));
		set_status(&ETH, QuoteStatus::Stale);
		run_to_the_end_of_patience();
		assert!(is_on_sale(small) && !is_on_sale(large) && !is_queued(large));
	});
}

#[test]
fn what_governance_changes_is_known_within_sixteen_blocks() {
	for block in 1..=PATIENCE {
		run(|| {
			limit(1_000, 1_000);
			let lots = lots(3, 1_000);
			run_to(PATIENCE + block);
			limit(1_000, 2_000);
			assert!(blocks_until_on_sale(lots[1]) <= PATIENCE);
			assert!(is_queued(lots[2]));
			MaxLots::set(2);
			limit(1_000, 100_000);
			run_to_the_end_of_patience();
			assert!(is_queued(lots[2]));
			MaxLots::set(3);
			assert!(blocks_until_on_sale(lots[2]) <= PATIENCE);
		});
	}
}

#[test]
fn whom_a_block_has_no_weight_for_the_next_one_starts() {
	run(|| {
		limit(1_000, 1_000);
		let lots = lots(12, 1_000);
		run_to(PATIENCE - 1);
		limit(1_000, 12_000);
		let least = Auctions::least_weight();
		for block in PATIENCE..PATIENCE + 11 {
			let before = on_sale(&lots);
			assert!(before < 12, "{block}");
			next_block_with(least);
			assert!(on_sale(&lots) > before, "{block}");
			if on_sale(&lots) == 12 {
				return;
			}
		}
		panic!("{} of 12 are on sale", on_sale(&lots));
	});
}

/// With weight for one lot a block, two queues take turns.
#[test]
fn no_debt_asset_keeps_another_waiting() {
	run(|| {
		MaxLots::set(1);
		let of_cusd = lots(6, 1_000);
		assert_ok!(Treasury::enable(&ETH));
		let borrow = |facility: u32| -> u64 {
			let (debt, collateral) = (1_000_000, ONE_CRN);
			Treasury::mint(&ETH, &OTHER, debt, MintReason::Borrow).unwrap();
			Treasury::debt_seized(&ETH, debt);
			Tokens::mint_into(CRN, &CUSTODY, collateral).unwrap();
			let lot = Auctions::current_lot(facility, &CRN);
			let seizure = Seizure {
				collateral,
				debt,
				fee: 0,
			};
			Auctions::put_up(lot, facility, &ETH, &CRN, seizure);
			lot
		};
		let of_eth: Vec<_> = (100..106).map(borrow).collect();
		run_to(PATIENCE - 1);
		assert_eq!((on_sale(&of_cusd), on_sale(&of_eth)), (1, 1));
		MaxLots::set(100);
		let one = Weights::advance_base()
			+ Weights::advance_slot()
			+ Weights::advance_watch() * 2
			+ Auctions::event_weight();
		// Two of each, one after the other: in one of three blocks queues come before all else, and two fit.
		for _ in 0..3 {
			next_block_with(one);
		}
		assert_eq!((on_sale(&of_cusd), on_sale(&of_eth)), (3, 3));
	});
}

/// Counted in what blocks leave in the state.
#[test]
fn what_waits_writes_nothing_in_fifteen_of_sixteen_blocks() {
	let mut ext = new_ext();
	ext.execute_with(|| {
		limit(1_000, 1_000);
		lots(100, 1_000);
		run_to(2);
	});
	let mut written = Vec::new();
	for block in 3..3 + 3 * PATIENCE {
		ext.commit_all().unwrap();
		ext.execute_with(|| {
			System::set_block_number(block);
			Auctions::advance(&mut WeightMeter::with_limit(Weight::MAX));
		});
		// These say only that there was a block.
		let every_block = [
			storage_prefix(b"System", b"Number"),
			AgendaCursor::<Test>::hashed_key(),
		];
		let mut changed = ext.overlayed_changes().changes().map(|(key, _)| &key[..]);
		if changed.any(|key| every_block.iter().all(|other| other[..] != *key)) {
			written.push(block);
		}
	}
	assert_eq!(written, vec![PATIENCE, 2 * PATIENCE, 3 * PATIENCE]);
}

/// Room is for those who have too little of it.
#[test]
fn who_waits_for_others_to_leave_makes_no_room() {
	run(|| {
		limit_between(1_000, 2_000, 1_000_000);
		MaxLots::set(3);
		let crumbs = lots(5, 150);
		run_to(700);
		assert_eq!((on_sale(&crumbs), Auctions::market(CUSD).queued), (3, 2));
		assert_eq!(Auctions::market(CUSD).room, 2_000 * ONE_CUSD);
		// One that is too large for what is left makes room for itself.
		MaxLots::set(100);
		let large: Vec<_> = (10..13)
			.map(|facility| seize(facility, &DOT, 1_000 * ONE_DOT, 1_000 * ONE_CUSD, 0))
			.collect();
		run_to(900);
		assert_eq!((on_sale(&large), Auctions::market(CUSD).queued), (2, 1));
		assert!(Auctions::market(CUSD).room > 2_000 * ONE_CUSD);
	});
}

/// Whoever wants more on sale than buyers take has to take it himself.
#[test]
fn nobody_opens_the_market_for_a_crumb_at_a_time() {
	let room_after = |crumbs: bool| {
		run(|| {
			lend(BUYER, 100_000 * ONE_CUSD);
			limit_between(1_000, 1_000, 100_000);
			let lots = lots(30, 1_000);
			let (start, mut bought) = (balance(CUSD, BUYER), 0);
			while System::block_number() < 350 {
				next_block();
				// In the upper half of its way, all the time.
				assert!(Auctions::price(lots[0]).unwrap() > cents(417));
				for _ in 0..5 {
					if crumbs {
						assert_ok!(take(lots[0], 1));
						bought += 1;
					}
				}
			}
			assert_eq!(bought, if crumbs { 1_745 } else { 0 });
			let spent = start - balance(CUSD, BUYER);
			(Auctions::market(CUSD).room, spent)
		})
	};
	let (alone, nothing) = room_after(false);
	let (pushed, spent) = room_after(true);
	assert!(nothing == 0 && spent > 0 && spent < ONE_CUSD);
	// By waiting it doubles once and no more, and what was paid adds no more than a half of itself,
	// with what that has grown by since.
	assert!(alone < 2_100 * ONE_CUSD && pushed >= alone);
	assert!(pushed - alone <= spent, "{pushed} {alone} {spent}");
}
