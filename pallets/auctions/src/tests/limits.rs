//! How much may be for sale at once, and what waits.

use cairn_primitives::{LiquidationLots, QuoteStatus};
use frame_support::{assert_noop, assert_ok};

use crate::{mock::*, Error, Event, Lots, NextEvent, Queue};

/// Lots of 1,000 CUSD each, from books of their own.
fn lots(count: u32) -> Vec<u64> {
	(0..count)
		.map(|facility| seize(facility, &DOT, 1_000 * ONE_DOT, 1_000 * ONE_CUSD, 0))
		.collect()
}

#[test]
fn what_has_no_room_is_put_up_and_waits_its_turn() {
	run(|| {
		lend(BUYER, 10_000 * ONE_CUSD);
		limit(1_000, 2_000);
		let lots = lots(4);
		assert!(!is_queued(lots[0]) && !is_queued(lots[1]));
		assert!(is_queued(lots[2]) && is_queued(lots[3]));
		assert_noop!(take(lots[2], ONE_DOT), Error::<Test>::AwaitingReset);
		let market = Auctions::market(CUSD);
		assert_eq!(
			(market.on_sale, market.lots, market.queued),
			(2_000 * ONE_CUSD, 2, 2)
		);
		assert_eq!(Auctions::lot(lots[3]).unwrap().next, NextEvent::Queued(1));
		run_to(10);
		assert!(is_queued(lots[2]));
		// Room for a part is not room.
		assert_ok!(take(lots[1], 50 * ONE_DOT));
		next_block();
		assert!(is_queued(lots[2]));
		// It starts from the price of the day on which there is room.
		set_price(&DOT, cents(510));
		assert_ok!(take(lots[1], u128::MAX));
		next_block();
		assert_eq!(sale(lots[2]).start_price.raw(), 5_865_000_000_000_000_000);
		assert_eq!(sale(lots[2]).started_at, 12);
		System::assert_has_event(
			Event::LotReset {
				lot: lots[2],
				start_price: sale(lots[2]).start_price,
				offered: 1_000 * ONE_CUSD,
			}
			.into(),
		);
		assert!(is_queued(lots[3]));
	});
}

#[test]
fn one_lot_offers_no_more_at_a_time_than_it_may() {
	run(|| {
		lend(BUYER, 10_000 * ONE_CUSD);
		limit(1_000, 10_000);
		// 4,080 to raise.
		let lot = dot_lot();
		assert_eq!(sale(lot).offered, 1_000 * ONE_CUSD);
		run_to(100);
		let before = balance(CUSD, BUYER);
		assert_ok!(take(lot, u128::MAX));
		assert_eq!(before - balance(CUSD, BUYER), 1_000 * ONE_CUSD);
		// The next offer starts at once, from the top.
		assert_eq!(
			(sale(lot).started_at, sale(lot).offered),
			(100, 1_000 * ONE_CUSD)
		);
		assert_eq!(Auctions::price(lot), Some(cents(575)));
		assert_ok!(take(lot, u128::MAX));
		assert_ok!(take(lot, u128::MAX));
		// 1,080 are left: 80 would be too little to wait.
		assert_eq!(sale(lot).offered, 1_080 * ONE_CUSD);
		assert_ok!(take(lot, u128::MAX));
		assert!(!Lots::<Test>::contains_key(lot));
		assert_eq!(balance(CUSD, BUYER), 5_920 * ONE_CUSD);
	});
}

#[test]
fn what_is_sold_of_a_lot_goes_behind_those_that_wait() {
	run(|| {
		lend(BUYER, 10_000 * ONE_CUSD);
		limit(1_000, 1_000);
		let large = seize(MAJORS, &DOT, 1_000 * ONE_DOT, 2_000 * ONE_CUSD, 0);
		let small = seize(STABLES, &DOT, 1_000 * ONE_DOT, 500 * ONE_CUSD, 0);
		assert_ok!(take(large, u128::MAX));
		assert!(is_queued(large));
		System::assert_last_event(Event::LotQueued { lot: large }.into());
		next_block();
		assert!(!is_queued(small) && is_queued(large));
		assert_ok!(take(small, u128::MAX));
		next_block();
		assert!(!is_queued(large));
	});
}

#[test]
fn no_more_lots_are_on_sale_than_may_be() {
	run(|| {
		lend(BUYER, 10_000 * ONE_CUSD);
		MaxLots::set(2);
		let lots = lots(4);
		assert_eq!(lots.iter().filter(|lot| is_queued(**lot)).count(), 2);
		assert_ok!(take(lots[0], u128::MAX));
		next_block();
		assert!(!is_queued(lots[2]) && is_queued(lots[3]));
	});
}

/// What a market takes is learnt from what it pays, while others wait.
#[test]
fn more_comes_up_when_buyers_do_not_wait_for_it_to_be_cheap() {
	run(|| {
		lend(BUYER, 100_000 * ONE_CUSD);
		limit_between(1_000, 2_000, 2_500);
		let lots = lots(5);
		let large = seize(9, &DOT, 1_000 * ONE_DOT, 4_000 * ONE_CUSD, 0);
		assert_eq!(Auctions::market(CUSD).room, 2_000 * ONE_CUSD);
		assert_ok!(take(lots[0], 50 * ONE_DOT));
		let paid = 1_000 * ONE_CUSD - sale(lots[0]).offered;
		assert_eq!(Auctions::market(CUSD).room, 2_000 * ONE_CUSD + paid / 2);
		assert_ok!(take(lots[0], u128::MAX));
		// Never more than the most.
		next_block();
		assert_eq!(Auctions::market(CUSD).room, 2_500 * ONE_CUSD);
		for lot in &lots[1..] {
			while take(*lot, u128::MAX).is_err() {
				next_block();
			}
		}
		next_block();
		// One lot may be larger, too, by as much.
		assert_eq!(sale(large).offered, 1_250 * ONE_CUSD);
	});
}

#[test]
fn less_comes_up_when_buyers_wait_for_it_to_be_cheap() {
	run(|| {
		lend(BUYER, 100_000 * ONE_CUSD);
		limit_between(1_000, 1_000, 10_000);
		let lots = lots(3);
		// Nobody buys, and more and more is tried, until nothing waits.
		run_to(750);
		let market = Auctions::market(CUSD);
		let room = market.room / ONE_CUSD;
		assert!((3_000..3_100).contains(&room), "{room}");
		assert_eq!((market.lots, market.queued), (3, 0));
		// 1.15 to 0.5175 of the oracle's price: the upper half ends at 0.834.
		assert!(Auctions::price(lots[0]).unwrap() < cents(417));
		assert_ok!(take(lots[0], 100 * ONE_DOT));
		// No more than was on sale, less half of what was paid.
		let paid = 1_000 * ONE_CUSD - sale(lots[0]).offered;
		assert_eq!(Auctions::market(CUSD).room, 3_000 * ONE_CUSD - paid / 2);
		assert_ok!(take(lots[0], u128::MAX));
		let room = 3_000 * ONE_CUSD - paid - (1_000 * ONE_CUSD - paid) / 2;
		assert_eq!(Auctions::market(CUSD).room, room);
		// The third has not been for sale for long: that somebody buys it proves nothing.
		assert_ok!(take(lots[2], 10 * ONE_DOT));
		assert_eq!(Auctions::market(CUSD).room, room);
		run_to(1_150);
		for (lot, room) in [(lots[1], 1_500), (lots[2], 1_000)] {
			assert!(Auctions::price(lot).unwrap() < cents(417));
			assert_ok!(take(lot, u128::MAX));
			// Never less than may always be.
			assert!(Auctions::market(CUSD).room <= room * ONE_CUSD);
			assert!(Auctions::market(CUSD).room >= 1_000 * ONE_CUSD);
		}
	});
}

/// A market that is never asked for more is never known to take more.
#[test]
fn without_buyers_nobody_waits_for_ever() {
	run(|| {
		limit_between(1_000, 1_000, 1_000_000);
		let lots = lots(30);
		let been_on_sale = || {
			let been = |lot: &&u64| Lots::<Test>::get(lot).is_some_and(|lot| lot.round > 0);
			lots.iter().filter(been).count()
		};
		assert_eq!(been_on_sale(), 1);
		// Not even five doublings of 360 blocks.
		run_to(1_776);
		assert_eq!(been_on_sale(), 30);
		assert!(Auctions::market(CUSD).room <= 33_000 * ONE_CUSD);
	});
}

#[test]
fn what_nobody_waits_for_proves_nothing() {
	run(|| {
		lend(BUYER, 100_000 * ONE_CUSD);
		limit_between(1_000, 2_000, 10_000);
		let lots = lots(2);
		assert_ok!(take(lots[0], u128::MAX));
		run_to(100);
		assert_eq!(Auctions::market(CUSD).room, 2_000 * ONE_CUSD);
	});
}

/// Lots that ran out go behind those that have not been on sale, and come up again: with room for
/// one lot at a time, all of four have been on sale.
#[test]
fn everybody_gets_a_turn() {
	run(|| {
		MaxLots::set(1);
		let lots = lots(4);
		let mut seen = vec![0; lots.len()];
		for _ in 0..12 {
			System::set_block_number(System::block_number() + 960);
			next_block();
			next_block();
			for (lot, count) in lots.iter().zip(&mut seen) {
				if Lots::<Test>::get(lot).is_some_and(|lot| lot.sale.is_some()) {
					*count += 1;
				}
			}
		}
		assert!(seen.iter().all(|count| *count >= 2), "{seen:?}");
	});
}

#[test]
fn what_is_seized_while_the_last_lot_of_the_book_waits_joins_it() {
	run(|| {
		limit(1_000, 1_000);
		let first = dot_lot();
		let second = seize(MAJORS, &ETH, ONE_ETH, 300 * ONE_CUSD, 0);
		for _ in 0..3 {
			next_block();
			assert_eq!(Auctions::current_lot(MAJORS, &ETH), second);
			assert_eq!(seize(MAJORS, &ETH, ONE_ETH, 300 * ONE_CUSD, 0), second);
		}
		assert_eq!(Lots::<Test>::get(second).unwrap().contributed, 4 * ONE_ETH);
		// It is as large as one lot may be: the next takes over.
		next_block();
		let third = seize(MAJORS, &ETH, ONE_ETH, 300 * ONE_CUSD, 0);
		assert_ne!(third, second);
		// One that has been on sale takes nothing from later blocks.
		assert_ne!(Auctions::current_lot(MAJORS, &DOT), first);
	});
}

/// The queue does not grow with time, however long nobody buys and however often something is
/// seized.
#[test]
fn the_number_of_lots_is_bounded_by_books_and_not_by_time() {
	run(|| {
		limit(1_000_000, 1_000_000);
		MaxLots::set(2);
		let mut most = 0;
		for _ in 0..300 {
			for facility in 0..3 {
				seize(facility, &DOT, 10 * ONE_DOT, 30 * ONE_CUSD, 0);
			}
			System::set_block_number(System::block_number() + 100);
			next_block();
			most = most.max(Lots::<Test>::iter().count());
		}
		// Three books, three rounds, one waiting lot a book, two on sale.
		assert!(most <= 3 * 4 + 2, "{most}");
		assert_eq!(
			Queue::<Test>::iter().count() as u64,
			Auctions::market(CUSD).queued
		);
	});
}

/// A vault whose claims are full joins an older lot. What it brings is not sold at that lot's price.
#[test]
fn what_joins_a_falling_price_waits_for_the_next_start() {
	run(|| {
		lend(BUYER, 100_000 * ONE_CUSD);
		let old = dot_lot();
		run_to(500);
		let price = Auctions::price(old).unwrap();
		assert!(price < usd(4));
		seize_into(
			old,
			MAJORS,
			&DOT,
			1_000 * ONE_DOT,
			3_000 * ONE_CUSD,
			60 * ONE_CUSD,
		);
		assert_eq!(Auctions::price(old), Some(price));
		assert_eq!(sale(old).offered, 4_080 * ONE_CUSD);
		let before = balance(CUSD, BUYER);
		assert_ok!(take(old, u128::MAX));
		assert_eq!(before - balance(CUSD, BUYER), 4_080 * ONE_CUSD);
		// The rest starts anew.
		assert_eq!(
			(Auctions::price(old), sale(old).started_at),
			(Some(cents(575)), 500)
		);
		assert_eq!(sale(old).offered, 3_060 * ONE_CUSD);
		// What goes in after that, in the block of the start, is offered with it.
		seize_into(old, MAJORS, &DOT, 1_000 * ONE_DOT, 3_000 * ONE_CUSD, 0);
		assert_eq!(sale(old).offered, 6_060 * ONE_CUSD);
	});
}

#[test]
fn a_lot_whose_feed_is_dead_does_not_hold_up_the_queue() {
	run(|| {
		lend(BUYER, 10_000 * ONE_CUSD);
		limit(1_000, 1_000);
		let first = seize(MAJORS, &DOT, 1_000 * ONE_DOT, 1_000 * ONE_CUSD, 0);
		let dead = seize(MAJORS, &ETH, ONE_ETH, 1_000 * ONE_CUSD, 0);
		let alive = seize(STABLES, &DOT, 1_000 * ONE_DOT, 1_000 * ONE_CUSD, 0);
		set_status(&ETH, QuoteStatus::Stale);
		assert_ok!(take(first, u128::MAX));
		next_block();
		assert!(!is_queued(alive));
		assert_eq!(
			Auctions::lot(dead).unwrap().next,
			NextEvent::LooksForPrice(due(dead))
		);
		// When it is back, the lot takes its place in the queue.
		set_status(&ETH, QuoteStatus::Live);
		run_to(due(dead));
		assert!(is_queued(dead));
	});
}

/// Long queues are looked at when something has made room, and every sixteenth block.
#[test]
fn a_queue_is_left_alone_until_something_makes_room() {
	run(|| {
		lend(BUYER, 100_000 * ONE_CUSD);
		limit(1_000, 1_000);
		let lots = lots(20);
		next_block();
		let idle = next_block_with(frame_support::weights::Weight::MAX);
		for block in 4..40 {
			let market = crate::Markets::<Test>::get()[&CUSD];
			assert!(!market.stirred, "{block}");
			assert_eq!(next_block_with(frame_support::weights::Weight::MAX), idle);
		}
		// Governance makes room: within sixteen blocks it is known.
		limit(1_000, 3_000);
		run_to(48);
		assert!(!is_queued(lots[2]) && is_queued(lots[3]));
		// A buyer makes room: at once.
		assert_ok!(take(lots[0], u128::MAX));
		next_block();
		assert_eq!(sale(lots[3]).started_at, 49);
	});
}

/// Whoever wants others to wait has to buy what they would have bought.
#[test]
fn nobody_closes_the_market_for_a_crumb_at_a_time() {
	run(|| {
		lend(BUYER, 100_000 * ONE_CUSD);
		limit_between(1_000, 1_000, 100_000);
		let lots = lots(30);
		for lot in &lots[..10] {
			while is_queued(*lot) {
				next_block();
			}
			assert_ok!(take(*lot, u128::MAX));
		}
		next_block();
		let room = Auctions::market(CUSD).room;
		assert!(room >= 6_000 * ONE_CUSD, "{room}");
		run_to(700);
		let (before, start) = (Auctions::market(CUSD).room, balance(CUSD, BUYER));
		assert!(before >= room && Auctions::price(lots[10]).unwrap() < cents(417));
		// One unit in every block, for an hour.
		let mut crumbs = 0;
		for _ in 0..1_200 {
			let is_cheap = |lot: &&u64| Auctions::price(**lot).is_some_and(|now| now < cents(417));
			if let Some(lot) = lots.iter().find(is_cheap) {
				assert_ok!(take(*lot, 1));
				crumbs += 1;
			}
			next_block();
		}
		let spent = start - balance(CUSD, BUYER);
		assert!(crumbs > 500 && spent < ONE_CUSD, "{crumbs} {spent}");
		assert!(Auctions::market(CUSD).room + 8 * spent >= before);
	});
}
