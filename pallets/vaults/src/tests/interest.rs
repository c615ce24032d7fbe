//! What debt grows by.

use crate::mock::*;
use cairn_math::{Ray, SECONDS_PER_YEAR};
use cairn_primitives::BalanceSheet;
use frame_support::{assert_ok, traits::fungibles::Inspect, weights::Weight};
use primitive_types::U512;

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
		// All of it has been minted to the reserve.
		assert_eq!(Treasury::reserve(&CUSD) - reserve, interest);
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
		let rate = facility_now(MIXED).rate_per_second;
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
		let seconds = facility_now(MIXED).rate_per_second;
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

/// `rate ^ seconds` over 2^200, rounded down and up: as exact as nobody needs it.
fn exact_power(rate: Ray, seconds: u64) -> (U512, U512) {
	let one = U512::one() << 200;
	let power = |round: fn(U512) -> U512| {
		let mut base = round((U512::from(rate.0) << 210) / U512::from(Ray::ONE.0));
		let mut result = one << 10;
		let mut left = seconds;
		while left > 0 {
			if left & 1 == 1 {
				result = round((result * base) >> 210);
			}
			left >>= 1;
			if left > 0 {
				base = round((base * base) >> 210);
			}
		}
		result >> 10
	};
	(power(|x| x), power(|x| x + U512::one()))
}

/// Ten years of blocks, from a slot to two hours each, at this annual rate.
fn ten_years_at(annual: Ray) {
	run(|| {
		let mut terms = facility_terms(vec![terms(ETH, 72, 80, 0)]);
		terms.annual_rate = annual;
		let facility = create_facility(terms);
		open(ALICE, facility, &[(ETH, ONE_ETH)], 1_000 * ONE_CUSD).unwrap();
		let rate = facility_now(facility).rate_per_second;
		let begin = Timestamp::get();
		let mut noise = 88_172_645_463_325_252u64;
		let end = begin + 10 * SECONDS_PER_YEAR * 1_000;
		let mut blocks = 0u32;
		while Timestamp::get() < end {
			noise ^= noise << 13;
			noise ^= noise >> 7;
			noise ^= noise << 17;
			let step = (3_000 + noise % 7_200_000).min(end - Timestamp::get());
			Timestamp::set_timestamp(Timestamp::get() + step);
			System::reset_events();
			Vaults::accrue(&mut frame_support::weights::WeightMeter::new());
			blocks += 1;
		}
		assert!(blocks > 80_000);
		let accumulator = state(facility).accumulator;
		let seconds = (state(facility).accrued_at - begin) / 1_000;
		let (low, high) = exact_power(rate, seconds);
		// The model knows it to 40 digits.
		assert!((high - low) * U512::from(10u8).pow(40.into()) < low);
		let scaled = (U512::from(accumulator.0) << 200) / U512::from(Ray::ONE.0);
		// Never less than it should be, nor a unit of 1e-18 more.
		assert!(scaled + U512::one() >= low, "{annual:?}: {scaled} {low}");
		let excess = scaled.saturating_sub(high);
		assert!(
			excess * U512::from(10u8).pow(18.into()) < high,
			"{annual:?}: {excess} {high}"
		);
	});
}

#[test]
fn ten_years_of_blocks_compound_to_what_they_should_to_eighteen_digits() {
	// From the least there is to the most that ten years of fit an accumulator: 1e10 times.
	let least = Ray(SECONDS_PER_YEAR.into());
	for annual in [least, percent(4), percent(25), percent(100), percent(900)] {
		ten_years_at(annual);
	}
}

fn percent(percent: u128) -> Ray {
	Ray(Ray::ONE.0 / 100 * percent)
}

#[test]
fn whoever_owes_all_that_is_owed_finds_all_of_it_in_existence() {
	for seconds in [1u64, 3, 1_000, 86_400, 31_557_600] {
		run(|| {
			let vault = open(ALICE, MIXED, &[(ETH, ONE_ETH)], 777 * ONE_CUSD).unwrap();
			next_block_with(Weight::MAX, seconds * 1_000);
			assert_eq!(debt(vault), Tokens::total_issuance(CUSD));
			let reserve = Treasury::account_id();
			send(CUSD, reserve, ALICE, balance(CUSD, reserve));
			assert_ok!(close(ALICE, vault));
			assert_eq!(Tokens::total_issuance(CUSD), 0);
			assert_eq!(
				(state(MIXED).minted, state(MIXED).normalized_debt.0),
				(0, 0)
			);
		});
	}
}
