//! That the checks notice what is wrong with a row: of a lot that is open, closed, current or announced.

use cairn_math::Perbill;
use cairn_primitives::{LiquidationLots, LotId};
use frame_support::assert_err;

use super::corruption::{change, damaged};
use crate::{mock::*, Announced, ClosedLot, ClosedLots, Current, NextLot, Place, Sale};

fn change_sale(lot: LotId, damage: impl FnOnce(&mut Sale)) {
	change(lot, |row| damage(row.sale.as_mut().unwrap()));
}

/// A lot that closed with so much DOT left over of so much put up, under the next number.
fn close(leftover: u128, contributed: u128) -> LotId {
	let id = NextLot::<Test>::mutate(|next| {
		*next += 1;
		*next - 1
	});
	let row = ClosedLot {
		collateral: DOT,
		leftover,
		contributed,
	};
	ClosedLots::<Test>::insert(id, row);
	id
}

#[test]
fn a_lot_of_a_number_that_was_never_given_is_noticed() {
	damaged(
		NextLot::<Test>::put,
		"a lot has a number that was never given",
	);
}

#[test]
fn a_lot_from_the_future_is_noticed() {
	damaged(
		|lot| change(lot, |lot| lot.opened_at += 1),
		"a lot was opened in the future",
	);
}

#[test]
fn a_lot_on_terms_that_nobody_can_have_set_is_noticed() {
	damaged(
		|lot| change(lot, |lot| lot.terms.floor = Perbill::zero()),
		"a lot has unsound terms",
	);
	damaged(
		|lot| change(lot, |lot| lot.terms.rounds = 0),
		"a lot has unsound terms",
	);
}

#[test]
fn a_lot_in_a_round_too_many_is_noticed() {
	damaged(
		|lot| {
			change(lot, |lot| lot.round = TERMS.rounds);
			check();
			change(lot, |lot| lot.round += 1);
		},
		"a lot is in a round that it does not have",
	);
}

#[test]
fn a_lot_that_is_open_and_closed_is_noticed() {
	damaged(
		|lot| {
			let closed = close(1, 1);
			let row = ClosedLots::<Test>::take(closed).unwrap();
			ClosedLots::<Test>::insert(lot, row);
		},
		"a lot is open and closed",
	);
}

#[test]
fn a_sale_out_of_its_time_is_noticed() {
	for started_at in [0, 2] {
		damaged(
			|lot| change_sale(lot, |sale| sale.started_at = started_at),
			"a sale started before its lot was opened, or in the future",
		);
	}
}

#[test]
fn a_sale_that_does_not_end_after_it_started_is_noticed() {
	for place in [Place::Agenda(0), Place::Agenda(1), Place::Queue(0)] {
		damaged(
			|lot| change(lot, |lot| lot.place = place),
			"a sale ends before it started, or never",
		);
	}
}

#[test]
fn a_sale_in_no_round_is_noticed() {
	damaged(
		|lot| change(lot, |lot| lot.round = 0),
		"a lot is on sale in no round",
	);
}

#[test]
fn lots_that_hold_more_than_any_number_are_noticed() {
	let complaint = "what lots hold overflows";
	let fill = |lot| {
		change(lot, |lot| {
			lot.contributed = u128::MAX;
			lot.remaining = u128::MAX;
		})
	};
	damaged(
		|lot| {
			seize(STABLES, &DOT, ONE_DOT, ONE_CUSD, 0);
			check();
			fill(lot);
		},
		complaint,
	);
	// With what is left over of others.
	damaged(
		|lot| {
			close(1, 1);
			fill(lot);
		},
		complaint,
	);
}

#[test]
fn a_closed_lot_of_a_number_that_was_never_given_is_noticed() {
	damaged(
		|_| {
			let closed = close(1, 1);
			NextLot::<Test>::put(closed);
		},
		"a closed lot has a number that was never given",
	);
}

#[test]
fn a_closed_lot_that_owes_nothing_or_to_nobody_is_noticed() {
	for (leftover, contributed) in [(0, 1), (1, 0)] {
		damaged(
			|_| {
				close(leftover, contributed);
			},
			"a closed lot is kept although nothing of it is owed",
		);
	}
}

#[test]
fn a_closed_lot_with_more_left_over_than_was_put_up_is_noticed() {
	damaged(
		|_| {
			close(2, 1);
		},
		"more is left over of a lot than was put up",
	);
}

#[test]
fn a_leftover_that_is_not_held_is_noticed() {
	damaged(
		|_| {
			close(1, 1);
		},
		"what lots hold is not the sum over lots",
	);
}

#[test]
fn a_current_lot_without_a_number_or_a_past_is_noticed() {
	let complaint = "a current lot has no number or no past";
	damaged(
		|_| {
			let next = NextLot::<Test>::get();
			Current::<Test>::insert(STABLES, DOT, (next, 1));
		},
		complaint,
	);
	damaged(
		|lot| Current::<Test>::insert(MAJORS, DOT, (lot, 2)),
		complaint,
	);
}

#[test]
fn a_current_lot_of_two_books_is_noticed() {
	damaged(
		|_| {
			// Not put up yet, so that its row cannot tell whose it is.
			let announced = Auctions::current_lot(STABLES, &DOT);
			check();
			Current::<Test>::insert(MAJORS, ETH, (announced, 1));
		},
		"two books have the same current lot",
	);
}

#[test]
fn a_current_lot_of_another_book_is_noticed() {
	for (facility, collateral) in [(STABLES, DOT), (MAJORS, ETH)] {
		damaged(
			|_| {
				let current = Current::<Test>::take(MAJORS, DOT).unwrap();
				check();
				Current::<Test>::insert(facility, collateral, current);
			},
			"the current lot of a book belongs to another",
		);
	}
}

#[test]
fn a_lot_that_is_announced_to_nobody_is_noticed() {
	let complaint = "a lot is announced, but not current";
	damaged(
		|_| {
			Auctions::current_lot(STABLES, &DOT);
			check();
			Current::<Test>::remove(STABLES, DOT);
		},
		complaint,
	);
	// In the future.
	damaged(
		|_| {
			let announced = Auctions::current_lot(STABLES, &DOT);
			check();
			Announced::<Test>::insert(announced, 2);
		},
		complaint,
	);
}

#[test]
fn a_lot_that_is_announced_and_put_up_is_noticed() {
	let complaint = "a lot is announced although it was put up";
	damaged(|lot| Announced::<Test>::insert(lot, 1), complaint);
	// And closed since.
	new_ext().execute_with(|| {
		lend(BUYER, 10_000 * ONE_CUSD);
		let lot = dot_lot();
		take(lot, u128::MAX).unwrap();
		assert!(ClosedLots::<Test>::contains_key(lot));
		Current::<Test>::insert(MAJORS, DOT, (lot, 1));
		check();
		Announced::<Test>::insert(lot, 1);
		assert_err!(Auctions::do_try_state(), complaint);
	});
}
