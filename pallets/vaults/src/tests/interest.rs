//! What debt grows by.

use crate::mock::*;
use cairn_math::{Ray, SECONDS_PER_YEAR};
use cairn_primitives::BalanceSheet;
use frame_support::weights::Weight;

/// 1 ETH and 100 DOT, 3,600 USD, of which 2,532 can be borrowed.
fn alices() -> u64 {
	open(
		ALICE,
		MIXED,
		&[(ETH, ONE_ETH), (DOT, 100 * ONE_DOT)],
		1_000 * ONE_CUSD,
	)
	.unwrap()
}

#[test]
fn a_year_at_four_per_cent_costs_four_per_cent() {
	run(|| {
		let vault = alices();
		let reserve = Treasury::reserve(&CUSD);
		next_block_with(Weight::MAX, SECONDS_PER_YEAR * 1_000);
		let interest = debt(vault) - 1_000 * ONE_CUSD;
		assert!(interest <= 40 * ONE_CUSD + 1);
		assert!(interest > 40 * ONE_CUSD - 10, "{interest}");
		// All of it but the rounding has been minted to the reserve.
		let minted = Treasury::reserve(&CUSD) - reserve;
		assert!(minted == interest || minted + 1 == interest);
	});
}

#[test]
fn interest_compounds_by_blocks_as_it_does_at_once() {
	let at_once = || {
		let vault = alices();
		next_block_with(Weight::MAX, 500 * SLOT);
		debt(vault)
	};
	let by_blocks = || {
		let vault = alices();
		run_blocks(500);
		debt(vault)
	};
	let (once, blocks) = (
		new_test_ext().execute_with(at_once),
		new_test_ext().execute_with(by_blocks),
	);
	assert!(blocks >= once && blocks - once <= 1, "{once} {blocks}");
}

#[test]
fn interest_follows_the_accumulator_exactly() {
	run(|| {
		let vault = alices();
		let rate = state(MIXED).rate_per_second;
		let mut expected = Ray::ONE;
		for seconds in [3u64, 1, 60, 86_400, 7] {
			let before = state(MIXED).accumulator;
			next_block_with(Weight::MAX, seconds * 1_000);
			expected = before.mul_ceil(rate.pow_ceil(seconds).unwrap()).unwrap();
			assert_eq!(state(MIXED).accumulator, expected);
		}
		assert_eq!(debt(vault), row(vault).debt.owed_ceil(expected).unwrap());
	});
}

#[test]
fn fractions_of_a_second_are_not_lost() {
	run(|| {
		alices();
		let begin = state(MIXED).accumulator;
		for _ in 0..4 {
			next_block_with(Weight::MAX, 1_500);
		}
		let seconds = state(MIXED).rate_per_second;
		let end = state(MIXED).accumulator;
		// Six seconds have passed: as 1, 2, 1 and 2.
		assert!(end >= begin.mul_floor(seconds.pow_floor(6).unwrap()).unwrap());
		assert!(end > begin.mul_ceil(seconds.pow_ceil(5).unwrap()).unwrap());
	});
}

#[test]
fn interest_is_charged_once_however_often_a_block_accrues() {
	run(|| {
		alices();
		run_blocks(2);
		let before = state(MIXED);
		Vaults::accrue(&mut frame_support::weights::WeightMeter::new());
		assert_eq!(state(MIXED), before);
	});
}
