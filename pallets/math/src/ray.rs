//! Ratios with 27 decimals: rates and the accumulators they drive.

use crate::mul_div::{mul_div_ceil, mul_div_floor};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};

/// Seconds of a Julian year: the year that every annual rate of the chain means.
pub const SECONDS_PER_YEAR: u64 = 31_557_600;

/// A ratio in units of 1e-27.
///
/// Holds up to 3.4e11, so an accumulator that grows by 100 % a year lasts for 38 years.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	PartialOrd,
	Ord,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
	Serialize,
	Deserialize,
)]
pub struct Ray(pub u128);

impl Ray {
	/// 1e27 units.
	pub const ONE: Self = Self(1_000_000_000_000_000_000_000_000_000);

	/// `numerator / denominator`, rounded down.
	pub fn from_rational_floor(numerator: u128, denominator: u128) -> Option<Self> {
		mul_div_floor(numerator, Self::ONE.0, denominator).map(Self)
	}

	/// Product, rounded up.
	pub fn mul_ceil(self, other: Self) -> Option<Self> {
		mul_div_ceil(self.0, other.0, Self::ONE.0).map(Self)
	}

	/// Product, rounded down.
	pub fn mul_floor(self, other: Self) -> Option<Self> {
		mul_div_floor(self.0, other.0, Self::ONE.0).map(Self)
	}

	/// `self ^ exponent` by repeated squaring, each product rounded up.
	///
	/// Interest compounds with it: a borrower is charged about `exponent` units of 1e-27 (relative) more
	/// than the exact power at most, since what is rounded up early is squared with the rest. That is
	/// 3e-20 for a year of seconds.
	pub fn pow_ceil(self, exponent: u64) -> Option<Self> {
		self.pow(exponent, Self::mul_ceil)
	}

	/// `self ^ exponent` by repeated squaring, each product rounded down.
	pub fn pow_floor(self, exponent: u64) -> Option<Self> {
		self.pow(exponent, Self::mul_floor)
	}

	fn pow(self, mut exponent: u64, mul: fn(Self, Self) -> Option<Self>) -> Option<Self> {
		let mut result = Self::ONE;
		let mut base = self;
		while exponent > 0 {
			if exponent & 1 == 1 {
				result = mul(result, base)?;
			}
			exponent >>= 1;
			if exponent > 0 {
				base = mul(base, base)?;
			}
		}
		Some(result)
	}

	/// The largest factor per second that does not exceed `1 + annual` over a year:
	/// `max { s : s ^ SECONDS_PER_YEAR ≤ 1 + annual }`.
	///
	/// `annual` is the *effective* rate of a year, 4 % being `0.04e27`. `None` above 10,000 % a
	/// year. Takes up to eight powers: meant for calls that set a rate, which keep the result.
	///
	/// From a factor `s` that comes to `g`, less than the target `t`, the next one is `s · (1 + x / n)`
	/// with `x = 2 · (t − g) / (t + g)`, Halley's step for the root of a power. `x ≤ ln(t / g)`, so that
	/// `s ^ n · (1 + x / n) ^ n ≤ g · eˣ ≤ t`: no step goes too far by more than the powers are rounded,
	/// which is a few units of `s`, and each cubes what is missing. The last steps are of one unit.
	pub fn per_second_floor(annual: Self) -> Option<Self> {
		Self::root_floor(annual, |factor| factor.pow_ceil(SECONDS_PER_YEAR))
	}

	/// [`Ray::per_second_floor`], by what a factor comes to in a year.
	fn root_floor(annual: Self, mut year: impl FnMut(Self) -> Option<Self>) -> Option<Self> {
		const HIGHEST_ANNUAL: u128 = 100;
		if annual.0 > HIGHEST_ANNUAL.saturating_mul(Self::ONE.0) {
			return None;
		}
		let target = Self(Self::ONE.0.checked_add(annual.0)?);
		// s − 1 ≤ annual / seconds, because (1 + x)^n ≥ 1 + n·x.
		let seconds = u128::from(SECONDS_PER_YEAR);
		let mut high = Self::ONE.0.checked_add(annual.0.checked_div(seconds)?)?;
		let (mut low, mut grown) = (Self::ONE, Self::ONE);
		while low.0 < high {
			let missing = target.0.checked_sub(grown.0)?.checked_mul(2)?;
			let both = target.0.checked_add(grown.0)?.checked_mul(seconds)?;
			let step = mul_div_floor(low.0, missing, both)?.max(1);
			let next = Self(low.0.checked_add(step)?.min(high));
			match year(next) {
				Some(power) if power <= target => (low, grown) = (next, power),
				_ => high = next.0.checked_sub(1)?,
			}
		}
		Some(low)
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use primitive_types::U512;
	use proptest::prelude::*;

	const FOUR_PER_CENT: Ray = Ray(40_000_000_000_000_000_000_000_000);

	#[test]
	fn four_per_cent_a_year_is_four_per_cent_after_a_year() {
		let second = Ray::per_second_floor(FOUR_PER_CENT).unwrap();
		let year = second.pow_ceil(SECONDS_PER_YEAR).unwrap();
		let target = Ray::ONE.0 + FOUR_PER_CENT.0;
		assert!(year.0 <= target);
		// One unit more a second would overshoot.
		assert!(Ray(second.0 + 1).pow_ceil(SECONDS_PER_YEAR).unwrap().0 > target);
		// Exact to 1e-18.
		assert!(target - year.0 < 1_000_000_000);
	}

	/// The largest factor is what halving what is left of the range comes to as well.
	fn per_second_by_halving(annual: Ray) -> Ray {
		let target = Ray(Ray::ONE.0 + annual.0);
		let mut low = Ray::ONE.0;
		let mut high = low + annual.0 / u128::from(SECONDS_PER_YEAR);
		while low < high {
			let middle = low + (high - low).div_ceil(2);
			match Ray(middle).pow_ceil(SECONDS_PER_YEAR) {
				Some(grown) if grown <= target => low = middle,
				_ => high = middle - 1,
			}
		}
		Ray(low)
	}

	/// How many powers it takes to find the factor of a rate.
	fn powers_for(annual: Ray) -> u32 {
		let mut powers = 0;
		let found = Ray::root_floor(annual, |factor| {
			powers += 1;
			factor.pow_ceil(SECONDS_PER_YEAR)
		});
		assert!(found.is_some());
		powers
	}

	/// The benchmarks of setting a rate set this one.
	#[test]
	fn a_rate_of_9_964_per_cent_takes_as_many_powers_as_any() {
		assert_eq!(powers_for(Ray(9_964 * Ray::ONE.0 / 100)), 8);
		assert_eq!(powers_for(Ray(100 * Ray::ONE.0)), 7);
	}

	#[test]
	fn no_rate_is_no_growth() {
		assert_eq!(Ray::per_second_floor(Ray(0)), Some(Ray::ONE));
		assert_eq!(Ray::ONE.pow_ceil(u64::MAX), Some(Ray::ONE));
	}

	#[test]
	fn an_absurd_rate_is_refused() {
		assert_eq!(Ray::per_second_floor(Ray(101 * Ray::ONE.0)), None);
		assert!(Ray::per_second_floor(Ray(100 * Ray::ONE.0)).is_some());
	}

	#[test]
	fn growth_beyond_the_range_is_no_number() {
		assert_eq!(Ray(2 * Ray::ONE.0).pow_ceil(39), None);
	}

	/// `factor ^ exponent` over 2^200, rounded down: to 58 digits for all that this is used for.
	fn power_floor(factor: Ray, exponent: u64) -> U512 {
		const PLACES: usize = 210;
		let mut square = (U512::from(factor.0) << PLACES) / U512::from(Ray::ONE.0);
		let (mut power, mut left) = (U512::one() << PLACES, exponent);
		while left > 0 {
			if left & 1 == 1 {
				power = (power * square) >> PLACES;
			}
			square = (square * square) >> PLACES;
			left >>= 1;
		}
		power >> 10
	}

	#[test]
	fn ten_years_in_blocks_equal_ten_years_at_once() {
		// A block of three seconds, the accumulator multiplied each time as the chain does it.
		let second = Ray::per_second_floor(FOUR_PER_CENT).unwrap();
		let block = second.pow_ceil(3).unwrap();
		let mut stepwise = Ray::ONE;
		for _ in 0..10 * SECONDS_PER_YEAR / 3 {
			stepwise = stepwise.mul_ceil(block).unwrap();
		}
		let exactly = power_floor(second, 10 * SECONDS_PER_YEAR);
		let scaled = (U512::from(stepwise.0) << 200) / U512::from(Ray::ONE.0);
		// Never less, and not a unit of 1e-18 more.
		assert!(scaled >= exactly);
		let excess = (scaled - exactly) * U512::from(10u8).pow(18.into());
		assert!(excess < exactly, "{}", excess * 1_000u32 / exactly);
	}

	proptest! {
		#[test]
		fn no_rate_takes_more_than_eight_powers(annual in 75 * Ray::ONE.0..=100 * Ray::ONE.0) {
			prop_assert!(powers_for(Ray(annual)) <= 8);
		}

		#[test]
		fn no_larger_factor_stays_below_the_rate(digits in 0u32..30, rest in any::<u128>()) {
			let annual = Ray((rest % 10u128.pow(digits)).min(100 * Ray::ONE.0));
			let found = Ray::per_second_floor(annual);
			prop_assert_eq!(found, Some(per_second_by_halving(annual)));
			prop_assert!(powers_for(annual) <= 8);
		}

		#[test]
		fn powers_bracket_each_other(rate in 0u128..1_000_000_000_000_000_000, n in 0u64..100_000_000) {
			let base = Ray(Ray::ONE.0 + rate);
			let (down, up) = (base.pow_floor(n), base.pow_ceil(n));
			if let (Some(down), Some(up)) = (down, up) {
				prop_assert!(down <= up);
				prop_assert!(up.0 - down.0 <= up.0 / 1_000_000_000_000_000 + 200);
			}
		}
	}
}
