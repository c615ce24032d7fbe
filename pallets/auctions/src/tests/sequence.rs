//! The same at once or one after the other.

use cairn_primitives::{BalanceSheet, Leftover, LiquidationLots};
use proptest::prelude::*;

use crate::mock::*;

/// What a number of seizures comes to, at one price, once everything is bought: the debt in auction
/// and the collateral held before, and what is paid, bad debt, reserve and leftover after.
fn outcome(seizures: &[(u64, u8)], one_block: bool) -> [u128; 6] {
	new_ext().execute_with(|| {
		lend(BUYER, 1_000_000_000 * ONE_CUSD);
		let mut claims = vec![];
		for (dots, share) in seizures {
			let amount = u128::from(*dots) * ONE_DOT;
			let debt = u128::from(*dots) * 5 * ONE_CUSD * u128::from(*share) / 100;
			claims.push((seize(MAJORS, &DOT, amount, debt, debt / 50), amount));
			if !one_block {
				next_block();
			}
		}
		check();
		let before = [Treasury::in_auction(&CUSD), Auctions::held(&DOT)];
		let had = balance(CUSD, BUYER);
		// Each lot sold when its price has come down to one that is the same for all.
		let mut lots: Vec<_> = claims.iter().map(|(lot, _)| *lot).collect();
		lots.dedup();
		for lot in lots {
			run_to(sale(lot).started_at + 600);
			take(lot, u128::MAX).unwrap();
		}
		let mut left = 0;
		for (lot, amount) in claims {
			match Auctions::settle(lot, amount) {
				Leftover::Ready(share) => left += share,
				Leftover::Pending => panic!("lot {lot} is not closed"),
			}
		}
		check();
		let paid = had - balance(CUSD, BUYER);
		let (bad, reserve) = (Treasury::bad_debt(&CUSD), Treasury::reserve(&CUSD));
		[before[0], before[1], paid, bad, reserve, left]
	})
}

#[test]
fn a_batch_books_what_a_sequence_books() {
	// All of them well covered at the price of the sale: rounding of one unit a lot, no more.
	let seizures: Vec<_> = (1..=20u64).map(|n| (n * 100, 50)).collect();
	let (batch, sequence) = (outcome(&seizures, true), outcome(&seizures, false));
	assert_eq!(batch[..5], sequence[..5]);
	assert!(batch[5].abs_diff(sequence[5]) <= 20);
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(fuzz_cases(30)))]

	/// What a well covered vault has to spare in a pooled lot helps one that has not, and so the bad
	/// debt of a batch is at most that of a sequence. All else is the same.
	#[test]
	fn a_batch_loses_no_more_than_a_sequence(
		seizures in prop::collection::vec((100..10_000u64, 20..150u8), 1..8),
	) {
		let (batch, sequence) = (outcome(&seizures, true), outcome(&seizures, false));
		prop_assert_eq!(&batch[..2], &sequence[..2]);
		let recovered = |books: [u128; 6]| books[2] - books[4];
		// Debt is recovered or lost, to the last unit, in both.
		prop_assert!(recovered(batch) + batch[3] <= batch[0]);
		// But for the rounding of a unit a lot.
		let units = seizures.len() as u128;
		prop_assert!(batch[3] <= sequence[3] + units, "{batch:?} {sequence:?}");
	}
}
