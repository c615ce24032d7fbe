//! That the checks notice what is wrong: where lots are found, what they hold, and what they owe. One test
//! for each thing they claim; those about rows, markets and system lots are in files of their own.

use cairn_primitives::{BurnReason, Issuance};
use frame_support::{
	assert_err,
	traits::tokens::{fungibles::Mutate, Fortitude, Precision, Preservation},
};

use crate::{
	mock::*, Agenda, AgendaCursor, ClosedLots, Held, Lot, Lots, Markets, Place, Queue, Watched,
	Watches,
};

/// Opens a lot, damages something, and expects to be told so.
pub fn damaged(damage: impl FnOnce(u64), complaint: &'static str) {
	new_ext().execute_with(|| {
		let lot = dot_lot();
		check();
		damage(lot);
		assert_err!(Auctions::do_try_state(), complaint);
	});
}

pub fn change(lot: u64, change: impl FnOnce(&mut Lot)) {
	Lots::<Test>::mutate(lot, |row| change(row.as_mut().unwrap()));
}

#[test]
fn a_lot_that_was_forgotten_by_the_agenda_is_noticed() {
	damaged(
		|_| Agenda::<Test>::remove(961),
		"an open lot is not on the agenda",
	);
}

#[test]
fn a_lot_on_the_agenda_that_is_not_open_is_noticed() {
	damaged(
		|_| Agenda::<Test>::try_append(5, 7).unwrap(),
		"a lot is on the agenda where its row does not say so",
	);
}

#[test]
fn a_lot_that_is_on_the_agenda_twice_is_noticed() {
	damaged(
		|lot| Agenda::<Test>::try_append(961, lot).unwrap(),
		"a lot is on the agenda twice",
	);
}

#[test]
fn a_slot_that_will_not_be_reached_is_noticed() {
	damaged(
		|_| AgendaCursor::<Test>::put(962),
		"the agenda has a slot that will not be reached",
	);
}

#[test]
fn an_empty_slot_is_noticed() {
	damaged(
		|_| Agenda::<Test>::insert(5, frame_support::BoundedVec::default()),
		"the agenda has an empty slot",
	);
}

#[test]
fn collateral_that_is_held_by_no_lot_is_noticed() {
	damaged(
		|_| Held::<Test>::mutate(DOT, |held| *held += 1),
		"what lots hold is not the sum over lots",
	);
}

#[test]
fn collateral_that_has_left_custody_is_noticed() {
	damaged(
		|_| {
			let (preservation, precision) = (Preservation::Expendable, Precision::Exact);
			Tokens::burn_from(DOT, &CUSTODY, 1, preservation, precision, Fortitude::Polite)
				.unwrap();
		},
		"custody has less collateral than the lots hold",
	);
}

#[test]
fn debt_that_was_recovered_behind_the_lots_is_noticed() {
	damaged(
		|_| Treasury::burn(&CUSD, &OTHER, 1, BurnReason::Recovered).unwrap(),
		"the debt of all lots is not the debt in auction",
	);
}

#[test]
fn a_lot_that_should_have_closed_is_noticed() {
	damaged(
		|lot| change(lot, |lot| lot.remaining = 0),
		"an open lot has nothing to sell",
	);
	damaged(
		|lot| {
			change(lot, |lot| {
				lot.debt = 0;
				lot.fee = 0;
			})
		},
		"an open lot has nothing to raise",
	);
}

#[test]
fn a_lot_that_sells_what_it_was_not_given_is_noticed() {
	damaged(
		|lot| change(lot, |lot| lot.remaining += 1),
		"a lot has more to sell than was put up",
	);
}

#[test]
fn a_closed_lot_of_which_nothing_is_owed_is_noticed() {
	new_ext().execute_with(|| {
		lend(BUYER, 10_000 * ONE_CUSD);
		let lot = dot_lot();
		take(lot, u128::MAX).unwrap();
		check();
		ClosedLots::<Test>::mutate(lot, |row| row.as_mut().unwrap().contributed = 0);
		assert_err!(
			Auctions::do_try_state(),
			"a closed lot is kept although nothing of it is owed"
		);
	});
}

#[test]
fn a_ticket_without_a_lot_is_noticed() {
	damaged(
		|lot| Queue::<Test>::insert(CUSD, 7, lot),
		"the queue does not hold the lots that say they are in it",
	);
}

#[test]
fn a_lot_that_says_it_is_queued_is_noticed() {
	damaged(
		|lot| {
			change(lot, |lot| {
				lot.sale = None;
				lot.place = Place::Queue(0);
			})
		},
		"a lot is on the agenda where its row does not say so",
	);
}

#[test]
fn a_market_that_has_lost_count_is_noticed() {
	for change in [
		(|market| market.on_sale += 1) as fn(&mut crate::Market),
		|market| market.lots += 1,
	] {
		damaged(
			|_| Markets::<Test>::mutate(|markets| change(markets.get_mut(&CUSD).unwrap())),
			"what is on sale is not the sum over lots",
		);
	}
	damaged(
		|_| Markets::<Test>::mutate(|markets| markets.get_mut(&CUSD).unwrap().next_ticket += 1),
		"the queue is longer or shorter than its tickets",
	);
	damaged(
		|_| Markets::<Test>::mutate(|markets| markets.get_mut(&CUSD).unwrap().stirred = true),
		"a queue without lots is to be looked at",
	);
}

#[test]
fn debt_that_is_miscounted_is_noticed_and_blows_the_fuse() {
	damaged(
		|_| Markets::<Test>::mutate(|markets| markets.get_mut(&CUSD).unwrap().debt -= 1),
		"the debt that lots have counted is not the sum over lots",
	);
	new_ext().execute_with(|| {
		dot_lot();
		let mut plenty = frame_support::weights::WeightMeter::new();
		Treasury::audit(&mut plenty);
		assert_eq!(Treasury::balance_sheet(CUSD).unwrap().fuse, None);
		Markets::<Test>::mutate(|markets| markets.get_mut(&CUSD).unwrap().debt -= 1);
		Treasury::audit(&mut plenty);
		let (open, booked) = (4_000 * ONE_CUSD - 1, 4_000 * ONE_CUSD);
		let blown = Treasury::balance_sheet(CUSD).unwrap().fuse.unwrap();
		assert_eq!(blown.cause, cairn_treasury::Cause::Lots { open, booked });
	});
}

#[test]
fn a_lot_that_is_not_watched_is_noticed() {
	damaged(
		|lot| Watched::<Test>::remove(DOT, sale(lot).mark),
		"the lots that are watched are not those on sale",
	);
	damaged(|_| Watches::<Test>::kill(), "a mark of a lot is not known");
}

#[test]
fn an_offer_of_nothing_or_of_too_much_is_noticed() {
	for offered in [0, 4_080 * ONE_CUSD + 1] {
		damaged(
			|lot| change(lot, |lot| lot.sale.as_mut().unwrap().offered = offered),
			"a lot offers nothing, or more than it is to raise",
		);
	}
}

/// What starts blocks meets damage without failing: it reports, skips, and goes on.
#[test]
#[cfg_attr(debug_assertions, should_panic)]
fn advancing_survives_damage() {
	new_ext().execute_with(|| {
		let lots = [dot_lot(), seize(STABLES, &DOT, ONE_DOT, ONE_CUSD, 0)];
		Lots::<Test>::remove(lots[0]);
		Queue::<Test>::insert(CUSD, 0, 99);
		Markets::<Test>::mutate(|markets| markets.get_mut(&CUSD).unwrap().next_ticket = 2);
		set_price(&DOT, usd(9));
		for block in 2..2_000 {
			System::set_block_number(block);
			let mut meter = frame_support::weights::WeightMeter::new();
			<Auctions as cairn_primitives::LiquidationLots<_>>::advance(&mut meter);
		}
		assert!(Lots::<Test>::get(lots[1]).unwrap().sale.is_some());
	});
}
