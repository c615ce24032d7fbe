//! What comes back.

use cairn_primitives::{Leftover, LiquidationLots};
use proptest::prelude::*;

use crate::{mock::*, ClosedLots};

/// A lot of three contributions, paid with something left over.
fn closed_lot() -> (u64, u128) {
	lend(BUYER, 10_000 * ONE_CUSD);
	let lot = seize(MAJORS, &DOT, 1_000_000_000_001, 100 * ONE_CUSD, ONE_CUSD);
	seize(MAJORS, &DOT, 2_000_000_000_003, 200 * ONE_CUSD, ONE_CUSD);
	seize(MAJORS, &DOT, 7, 0, 0);
	take(lot, u128::MAX).unwrap();
	(lot, Auctions::held(&DOT))
}

#[test]
fn a_contribution_is_pending_while_the_lot_is_for_sale() {
	run(|| {
		let lot = dot_lot();
		assert_eq!(Auctions::leftover(lot, 1), Leftover::Pending);
		assert_eq!(Auctions::settle(lot, 1), Leftover::Pending);
	});
}

#[test]
fn shares_add_up_to_the_leftover_in_any_order() {
	let parts = [1_000_000_000_001, 2_000_000_000_003, 7];
	for order in [[0, 1, 2], [2, 1, 0], [1, 0, 2]] {
		run(|| {
			let (lot, leftover) = closed_lot();
			let mut shares = 0;
			for part in order.map(|i| parts[i]) {
				let announced = Auctions::leftover(lot, part);
				let settled = Auctions::settle(lot, part);
				assert_eq!(settled, announced);
				let Leftover::Ready(share) = settled else {
					panic!("{settled:?}")
				};
				shares += share;
				assert_eq!(Auctions::held(&DOT), leftover - shares);
				check();
			}
			assert_eq!(shares, leftover);
			// Nothing is kept of a lot of which nothing is owed.
			assert!(!ClosedLots::<Test>::contains_key(lot));
			assert_eq!(balance(DOT, CUSTODY), leftover);
		});
	}
}

#[test]
fn a_forgotten_lot_has_nothing_left() {
	run(|| {
		lend(BUYER, 10_000 * ONE_CUSD);
		let lot = seize(MAJORS, &DOT, 100 * ONE_DOT, 4_000 * ONE_CUSD, 0);
		take(lot, 100 * ONE_DOT).unwrap();
		assert!(!ClosedLots::<Test>::contains_key(lot));
		assert_eq!(Auctions::leftover(lot, 100 * ONE_DOT), Leftover::Ready(0));
		assert_eq!(Auctions::settle(lot, 100 * ONE_DOT), Leftover::Ready(0));
		assert_eq!(Auctions::leftover(77, 1), Leftover::Ready(0));
	});
}

/// Vaults write their claims before the block's seizures are put up. A claim that is looked at in
/// between must not be taken for one on a forgotten lot.
#[test]
fn a_lot_that_is_about_to_be_put_up_is_pending() {
	run(|| {
		let lot = Auctions::current_lot(MAJORS, &DOT);
		assert_eq!(Auctions::settle(lot, 5), Leftover::Pending);
		next_block();
		// Nothing was ever put up.
		assert_eq!(Auctions::settle(lot, 5), Leftover::Ready(0));
	});
}

#[test]
#[cfg_attr(debug_assertions, should_panic)]
fn a_claim_for_more_than_was_contributed_does_not_reach_into_other_lots() {
	run(|| {
		let (lot, leftover) = closed_lot();
		let other = dot_lot();
		assert_eq!(Auctions::settle(lot, u128::MAX), Leftover::Ready(leftover));
		assert_eq!(Auctions::settle(lot, u128::MAX), Leftover::Ready(0));
		assert_eq!(Auctions::held(&DOT), 1_000 * ONE_DOT);
		assert_eq!(Auctions::leftover(other, 1), Leftover::Pending);
	});
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(300))]

	#[test]
	fn shares_are_fair_and_add_up(
		parts in prop::collection::vec(prop_oneof![1u128..10, 1u128..10u128.pow(24)], 1..12),
		sold in 0u32..1_000_000,
		shuffle: u64,
	) {
		let contributed: u128 = parts.iter().sum();
		let leftover = contributed - contributed / 1_000_000 * u128::from(sold);
		let mut closed = crate::ClosedLot { collateral: DOT, leftover, contributed };
		let mut order = parts.clone();
		order.rotate_left(shuffle as usize % parts.len());
		let mut paid = 0;
		for part in &order {
			let share = closed.share_floor(*part);
			let exact = cairn_math::mul_div_floor(leftover, *part, contributed).unwrap();
			// The rounding of those before may come on top of one's own, never more.
			prop_assert!(share >= exact && share <= exact + order.len() as u128);
			closed.leftover -= share;
			closed.contributed -= part;
			paid += share;
		}
		prop_assert_eq!(paid, leftover);
	}
}
