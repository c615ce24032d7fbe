use super::cases;
use crate::averages::*;
use cairn_math::Price;
use cairn_primitives::Moment;
use proptest::prelude::*;

fn price(raw: u128) -> Price {
	Price::new(raw).unwrap()
}

fn slow(from: Price, to: Price, elapsed: Moment) -> Price {
	average(from, to, elapsed, HALF_HOUR)
}

#[test]
fn an_average_takes_its_time() {
	let (low, high) = (price(1_000_000), price(2_000_000));
	assert_eq!(slow(low, high, 0), low);
	for time in [HALF_HOUR, DAY] {
		assert_eq!(average(low, high, time, time), price(1_500_000));
		assert_eq!(average(high, low, time, time), price(1_500_000));
	}
	// 600 steps of three seconds: 1 − e⁻¹ = 63.2 %
	let after = (0..600).fold(low, |average, _| slow(average, high, 3_000));
	assert!((1_631_000..1_633_000).contains(&after.raw()), "{after:?}");
	assert!(slow(low, high, u64::MAX) > price(1_999_998));
}

#[test]
fn steps_of_any_length_come_to_much_the_same() {
	let (low, high) = (price(10u128.pow(18)), price(2 * 10u128.pow(18)));
	let even = (0..200).fold(low, |average, _| slow(average, high, 3_000));
	// The same ten minutes in steps from one to nine seconds.
	let uneven = (0..120).fold(low, |average, step| {
		slow(average, high, 1_000 + step % 5 * 2_000)
	});
	assert!(
		even.raw().abs_diff(uneven.raw()) < 10u128.pow(15),
		"{even:?} {uneven:?}"
	);
}

#[test]
fn a_return_is_the_logarithm_to_the_third_order() {
	for (from, to) in [(1.0f64, 1.01f64), (1.0, 0.99), (100.0, 120.0), (3.0, 2.0)] {
		let square = (to / from).ln().powi(2);
		let found = squared_return(price_of(from), price_of(to)) as f64 / 1e18;
		let off = (found - square).abs() / square;
		assert!(off <= square / 5.0 + 1e-6, "{from} {to}: {found} {square}");
	}
	let most = squared_return(Price::MIN, Price::MAX);
	assert!(
		most <= 4 * 10u64.pow(18) && most > 399 * 10u64.pow(16),
		"{most}"
	);
}

fn price_of(dollars: f64) -> Price {
	price((dollars * 1e9) as u128 * 10u128.pow(9))
}

/// Of a price that goes up and down by this factor every five minutes, for so many hours.
fn variance_of(factor: f64, hours: u64) -> u64 {
	let mut known = Volatility::new(price_of(100.0), 0);
	for step in 1..=hours * 12 {
		let price = if step % 2 == 1 { 100.0 * factor } else { 100.0 };
		known = known.after(price_of(price), step * RETURN_STEP);
	}
	known.variance
}

#[test]
fn the_variance_is_that_of_five_minutes() {
	// 0.25 % in five minutes is about 81 % a year.
	let found = variance_of(1.0025, 48) as f64;
	let expected = 1.0025f64.ln().powi(2) * 1e18;
	assert!((found / expected - 1.0).abs() < 0.001, "{found} {expected}");
	let deviations_a_year = (found / 1e18 * 105_192.0).sqrt();
	assert!((0.80..0.82).contains(&deviations_a_year));
}

#[test]
fn the_variance_follows_in_two_hours() {
	let whole = variance_of(1.0025, 48) as f64;
	let half = variance_of(1.0025, 2) as f64;
	assert!((0.45..0.58).contains(&(half / whole)), "{}", half / whole);
}

#[test]
fn nothing_counts_before_its_time() {
	let known = Volatility::new(price(100), 1_000);
	assert_eq!(known.after(price(200), 1_000 + RETURN_STEP - 1), known);
	assert_ne!(known.after(price(200), 1_000 + RETURN_STEP), known);
}

#[test]
fn a_return_over_a_longer_time_counts_for_less() {
	let calm = Volatility {
		variance: 10u64.pow(14),
		..Volatility::new(price_of(100.0), 0)
	};
	let quick = calm.after(price_of(101.0), RETURN_STEP);
	let slow = calm.after(price_of(101.0), 4 * RETURN_STEP);
	// Four times the time at a quarter of the return squared, in steps that are nearly as long.
	assert!(slow.variance < quick.variance);
	assert!(quick.variance < 4 * slow.variance);
}

#[test]
fn one_wild_print_does_not_poison_the_variance() {
	let calm = Volatility {
		variance: 10u64.pow(13),
		..Volatility::new(price_of(100.0), 0)
	};
	let after = calm.after(price_of(1_000.0), RETURN_STEP);
	assert!(after.variance < 3 * calm.variance, "{after:?}");
}

#[test]
fn the_reach_grows_with_time_up_to_a_step() {
	let known = Volatility {
		variance: 9 * 10u64.pow(12),
		..Volatility::new(price(1), 0)
	};
	assert_eq!(known.reach_squared(2, RETURN_STEP), 36 * 10u128.pow(12));
	assert_eq!(
		known.reach_squared(2, RETURN_STEP / 100),
		36 * 10u128.pow(10)
	);
	assert_eq!(
		known.reach_squared(2, u64::MAX),
		known.reach_squared(2, RETURN_STEP)
	);
	assert_eq!(known.reach_squared(0, 1), 0);
}

proptest! {
	#![proptest_config(cases(256))]

	#[test]
	fn an_average_stays_between(
		from in 1..Price::MAX.raw(),
		to in 1..Price::MAX.raw(),
		elapsed: u64,
		time in 1u64..1_000_000_000,
	) {
		let after = average(price(from), price(to), elapsed, time).raw();
		prop_assert!(after >= from.min(to) && after <= from.max(to));
	}

	#[test]
	fn no_price_and_no_time_is_too_much(
		from in 1..=Price::MAX.raw(),
		to in 1..=Price::MAX.raw(),
		variance: u64,
		since: u64,
		now: u64,
		deviations: u8,
	) {
		let known = Volatility { variance, anchor: price(from), since };
		let after = known.after(price(to), now);
		prop_assert!(after.variance <= variance.max(4 * 10u64.pow(18)));
		after.reach_squared(deviations, now);
	}
}
