//! Triggers: where in the risk index a vault stands.
//!
//! A trigger `θ` is normalised debt per unit of collateral: a ratio that spans forty decades,
//! because tokens have 0 to 24 decimals. It is kept as a floating-point number in an integer:
//!
//! ```text
//!  62      55 54                                                   0
//! ┌──────────┬──────────────────────────────────────────────────────┐
//! │ exponent │ mantissa without its leading one                     │   value = (1 + m/2^55) · 2^(exponent − 96)
//! └──────────┴──────────────────────────────────────────────────────┘
//!             └ 10 bits ┘
//! └────── tick ─────────┘
//! ```
//!
//! so that integers order as the ratios do, and the top 18 bits are a log-spaced tick 0.05 % to
//! 0.1 % wide, with no logarithm taken.

use crate::wide::div_mod_512;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use primitive_types::U512;
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};

const MANTISSA_BITS: u32 = 55;
const BIAS: i32 = 96;
const EXPONENTS: u32 = 192;
const TICK_SHIFT: u32 = 45;

/// A bucket of neighbouring triggers. Higher is riskier.
pub type Tick = u32;

/// There are this many ticks, `0..TICKS`.
pub const TICKS: Tick = EXPONENTS << (MANTISSA_BITS - TICK_SHIFT);

/// Normalised debt per smallest unit of collateral, between 2^-96 and 2^96, exact to 2^-55.
#[derive(
	Clone,
	Copy,
	Debug,
	Default,
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
pub struct Trigger(u64);

impl Trigger {
	/// Below every other trigger.
	pub const MIN: Self = Self(0);
	/// Above every other trigger.
	pub const MAX: Self = Self(((EXPONENTS as u64) << MANTISSA_BITS) - 1);

	/// The smallest trigger that is not below `numerator / denominator`, and above [`Trigger::MIN`] unless
	/// the numerator is zero.
	///
	/// What is out of range becomes the nearest end of it, and a denominator of zero is infinitely high.
	/// Still a ratio that is above another has a ceiling above the other's floor, in range or not: so a
	/// vault may be looked at too early, but never too late.
	pub fn from_ratio_ceil(numerator: U512, denominator: U512) -> Self {
		let least = u64::from(!numerator.is_zero());
		Self::from_ratio(numerator, denominator, true).max(Self(least))
	}

	/// The largest trigger that is not above `numerator / denominator`, and below [`Trigger::MAX`].
	///
	/// What is out of range becomes the nearest end of it, and a denominator of zero is infinitely high.
	pub fn from_ratio_floor(numerator: U512, denominator: U512) -> Self {
		Self::from_ratio(numerator, denominator, false).min(Self(Self::MAX.0 - 1))
	}

	/// The bucket in which this trigger lies.
	pub const fn tick(self) -> Tick {
		(self.0 >> TICK_SHIFT) as Tick
	}

	/// The lowest trigger of the next higher tick; `None` at the top.
	pub const fn next_tick(self) -> Option<Self> {
		let tick = self.tick() + 1;
		if tick < TICKS {
			Some(Self((tick as u64) << TICK_SHIFT))
		} else {
			None
		}
	}

	/// The number itself, ordered as the triggers are.
	pub const fn raw(self) -> u64 {
		self.0
	}

	fn from_ratio(numerator: U512, denominator: U512, up: bool) -> Self {
		if numerator.is_zero() {
			return Self::MIN;
		}
		if denominator.is_zero() {
			return Self::MAX;
		}
		// With this shift the quotient has 56 or 57 bits.
		let distance = numerator.bits() as i32 - denominator.bits() as i32;
		let shift = MANTISSA_BITS as i32 + 1 - distance;
		let (numerator, denominator) = if shift >= 0 {
			// Callers multiply at most three factors, so there is room; what has none is huge.
			if numerator.bits() + shift as usize > 512 {
				return Self::from_ratio(numerator >> 64, denominator >> 64, up);
			}
			(numerator << shift as usize, denominator)
		} else {
			if denominator.bits() + shift.unsigned_abs() as usize > 512 {
				return Self::from_ratio(numerator >> 64, denominator >> 64, up);
			}
			(numerator, denominator << shift.unsigned_abs() as usize)
		};
		let (quotient, rest) = div_mod_512(numerator, denominator);
		let mut exponent = distance - 1;
		let mut mantissa = quotient.low_u64();
		let mut inexact = !rest.is_zero();
		if mantissa >> (MANTISSA_BITS + 1) != 0 {
			inexact |= mantissa & 1 == 1;
			mantissa >>= 1;
			exponent += 1;
		}
		if up && inexact {
			mantissa += 1;
			if mantissa >> (MANTISSA_BITS + 1) != 0 {
				mantissa >>= 1;
				exponent += 1;
			}
		}
		let biased = exponent + BIAS;
		if biased < 0 {
			return Self::MIN;
		}
		if biased >= EXPONENTS as i32 {
			return Self::MAX;
		}
		Self(((biased as u64) << MANTISSA_BITS) | (mantissa & ((1 << MANTISSA_BITS) - 1)))
	}

	/// The ratio as `(numerator, denominator)`, exact.
	pub fn to_ratio(self) -> (U512, U512) {
		let mantissa = (1u64 << MANTISSA_BITS) | (self.0 & ((1 << MANTISSA_BITS) - 1));
		let exponent = (self.0 >> MANTISSA_BITS) as i32 - BIAS - MANTISSA_BITS as i32;
		if exponent >= 0 {
			(U512::from(mantissa) << exponent as usize, U512::one())
		} else {
			(
				U512::from(mantissa),
				U512::one() << exponent.unsigned_abs() as usize,
			)
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use core::cmp::Ordering;
	use proptest::prelude::*;

	fn compare(trigger: Trigger, numerator: u128, denominator: u128) -> Ordering {
		let (n, d) = trigger.to_ratio();
		(n * U512::from(denominator)).cmp(&(U512::from(numerator) * d))
	}

	proptest! {
		#[test]
		fn brackets_the_ratio(numerator in 1u128.., denominator in 1u128..) {
			// Ratios of `u128` reach 2^±128; the type covers 2^±96.
			let distance = numerator.ilog2().abs_diff(denominator.ilog2());
			prop_assume!(distance < 95);
			let up = Trigger::from_ratio_ceil(numerator.into(), denominator.into());
			let down = Trigger::from_ratio_floor(numerator.into(), denominator.into());
			prop_assert_ne!(compare(up, numerator, denominator), Ordering::Less);
			prop_assert_ne!(compare(down, numerator, denominator), Ordering::Greater);
			prop_assert!(up.0 - down.0 <= 1);
		}

		#[test]
		fn orders_as_the_ratios_do(a in 1u64.., b in 1u64.., c in 1u64.., d in 1u64..) {
			let (x, y) = (
				Trigger::from_ratio_floor(a.into(), b.into()),
				Trigger::from_ratio_floor(c.into(), d.into()),
			);
			if u128::from(a) * u128::from(d) < u128::from(c) * u128::from(b) {
				prop_assert!(x <= y);
				prop_assert!(x.tick() <= y.tick());
			}
		}

		#[test]
		fn a_ratio_above_another_has_its_ceiling_above_the_floor_of_the_other(
			a in 1u128.., b in 1u128.., other: u128, closely: bool, up in 0usize..256, down in 0usize..256,
		) {
			// Both far out of range, on the same side, as often as not.
			let (n, d) = (U512::from(a) << up, U512::from(b) << down);
			let n_other = if closely { n - (n >> 60) - U512::one() } else { U512::from(other) << up };
			prop_assume!(n_other < n);
			prop_assert!(Trigger::from_ratio_ceil(n, d) > Trigger::from_ratio_floor(n_other, d));
		}

		#[test]
		fn wide_operands_agree_with_narrow_ones(a in 1u128.., b in 1u128.., shift in 0usize..384) {
			let (x, y) = (U512::from(a), U512::from(b));
			let narrow = Trigger::from_ratio_ceil(x, y);
			let wide = Trigger::from_ratio_ceil(x << shift, y << shift);
			prop_assert_eq!(narrow, wide);
		}
	}

	#[test]
	fn a_tick_is_at_most_a_thousandth_wide() {
		for raw in [0u64, 1 << MANTISSA_BITS, Trigger::MAX.0 - (1 << TICK_SHIFT)] {
			let low = Trigger(raw >> TICK_SHIFT << TICK_SHIFT);
			let high = Trigger(low.0 + (1 << TICK_SHIFT));
			let ((n, d), (m, e)) = (low.to_ratio(), high.to_ratio());
			// high / low ≤ 1 + 1/1024
			assert!(m * d * U512::from(1024) <= n * e * U512::from(1025));
			assert_eq!(low.tick() + 1, high.tick());
		}
		assert_eq!(Trigger::MAX.tick() + 1, TICKS);
	}

	#[test]
	fn out_of_range_goes_to_the_ends() {
		let huge = U512::one() << 200;
		assert_eq!(Trigger::from_ratio_ceil(huge, U512::one()), Trigger::MAX);
		assert_eq!(Trigger::from_ratio_ceil(U512::one(), huge).raw(), 1);
		assert_eq!(
			Trigger::from_ratio_floor(huge, U512::one()).raw(),
			Trigger::MAX.raw() - 1
		);
		assert_eq!(Trigger::from_ratio_floor(U512::one(), huge), Trigger::MIN);
		assert_eq!(Trigger::from_ratio_ceil(U512::zero(), huge), Trigger::MIN);
		assert_eq!(
			Trigger::from_ratio_ceil(U512::one(), U512::zero()),
			Trigger::MAX
		);
		assert_eq!(
			Trigger::from_ratio_floor(U512::zero(), U512::one()),
			Trigger::MIN
		);
	}
}
