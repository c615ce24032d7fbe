//! That the checks notice what is wrong with what is known of lots together: tickets, what is on sale,
//! what is watched, and what is to be recovered.

use cairn_primitives::{AssetId, LotId};
use frame_support::{assert_err, BoundedVec};

use super::corruption::{change, damaged};
use crate::{mock::*, Lots, Mark, Market, Markets, Queue, Watch, Watched, Watches};

fn change_market(damage: impl FnOnce(&mut Market)) {
	Markets::<Test>::mutate(|markets| damage(markets.get_mut(&CUSD).unwrap()));
}

fn change_watch(collateral: &AssetId, damage: impl FnOnce(&mut Watch)) {
	Watches::<Test>::mutate(|watches| damage(watches.get_mut(collateral).unwrap()));
}

/// Another lot of DOT on sale.
fn another_lot() -> LotId {
	let lot = seize(STABLES, &DOT, ONE_DOT, ONE_CUSD, 0);
	assert!(Lots::<Test>::get(lot).unwrap().sale.is_some());
	check();
	lot
}

/// Where no lot is watched.
fn other_mark(lot: LotId) -> Mark {
	let mark = sale(lot).mark;
	Mark {
		band: mark.band + 1,
		..mark
	}
}

/// As many tickets were given out as are in the queue, but others.
#[test]
fn a_ticket_out_of_reach_is_noticed() {
	for shift in [
		(|market| {
			market.first_ticket += 1;
			market.next_ticket += 1;
		}) as fn(&mut Market),
		|market| market.next_ticket -= 1,
	] {
		damaged(
			|_| {
				limit(4_080, 4_080);
				let lot = seize(STABLES, &DOT, 1_000 * ONE_DOT, 4_000 * ONE_CUSD, 0);
				assert!(is_queued(lot));
				assert_eq!(Queue::<Test>::get(CUSD, 0), Some(lot));
				check();
				change_market(shift);
			},
			"the queue has a ticket that will not be reached",
		);
	}
}

/// As after an upgrade that allows fewer than there are.
#[test]
fn more_lots_on_sale_than_may_be_are_noticed() {
	damaged(
		|_| {
			another_lot();
			MaxLots::set(1);
		},
		"more lots are on sale than may be",
	);
}

#[test]
fn a_sale_on_no_market_is_noticed() {
	damaged(
		|_| Markets::<Test>::kill(),
		"a lot is on sale for a debt asset that has no market",
	);
}

#[test]
fn a_list_of_no_watched_lots_is_noticed() {
	damaged(
		|lot| Watched::<Test>::insert(DOT, other_mark(lot), BoundedVec::default()),
		"a list of watched lots is empty",
	);
}

#[test]
fn a_lot_that_is_watched_twice_is_noticed() {
	let complaint = "a lot is watched twice";
	damaged(
		|lot| Watched::<Test>::try_append(DOT, sale(lot).mark, lot).unwrap(),
		complaint,
	);
	damaged(
		|lot| Watched::<Test>::try_append(DOT, other_mark(lot), lot).unwrap(),
		complaint,
	);
	damaged(
		|lot| Watched::<Test>::try_append(ETH, sale(lot).mark, lot).unwrap(),
		complaint,
	);
}

#[test]
fn a_lot_that_is_watched_elsewhere_or_not_on_sale_is_noticed() {
	let complaint = "the lots that are watched are not those on sale";
	for (collateral, is_moved) in [(DOT, true), (ETH, false)] {
		damaged(
			|lot| {
				let mark = sale(lot).mark;
				let lots = Watched::<Test>::take(DOT, mark);
				let there = if is_moved { other_mark(lot) } else { mark };
				Watched::<Test>::insert(collateral, there, lots);
			},
			complaint,
		);
	}
	damaged(
		|lot| Watched::<Test>::try_append(DOT, sale(lot).mark, 99).unwrap(),
		complaint,
	);
}

#[test]
fn a_watch_for_nothing_is_noticed() {
	damaged(
		|_| {
			Watches::<Test>::mutate(|watches| {
				watches.try_insert(ETH, Watch::default()).unwrap();
			})
		},
		"a collateral is watched for no lot",
	);
}

#[test]
fn a_mark_of_no_lot_is_noticed() {
	damaged(
		|lot| change_watch(&DOT, |watch| watch.marks.try_push(other_mark(lot)).unwrap()),
		"a mark is known that no lot has",
	);
}

#[test]
fn debt_on_no_market_is_noticed() {
	new_ext().execute_with(|| {
		// It waits for a price, so nothing is on sale.
		forget_price(&DOT);
		let lot = dot_lot();
		assert_eq!(Lots::<Test>::get(lot).unwrap().sale, None);
		check();
		Markets::<Test>::kill();
		assert_err!(Auctions::do_try_state(), "the debt of a lot is not counted");
	});
}

#[test]
fn debts_beyond_all_numbers_are_noticed() {
	damaged(
		|lot| {
			another_lot();
			change(lot, |lot| lot.debt = u128::MAX);
		},
		"the debt of all lots overflows",
	);
}
