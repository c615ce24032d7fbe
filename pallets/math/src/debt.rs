//! Debt and its normalised form.

use crate::{
	mul_div::{mul_div_ceil, mul_div_floor},
	Ray,
};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};

/// Debt divided by its facility's accumulator `R`: what stays the same while interest accrues.
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
pub struct NormalizedDebt(pub u128);

impl NormalizedDebt {
	/// No debt.
	pub const ZERO: Self = Self(0);

	/// The smallest normalised debt that covers `debt`: `⌈debt / R⌉`. For debt that is taken on.
	pub fn from_debt_ceil(debt: u128, accumulator: Ray) -> Option<Self> {
		mul_div_ceil(debt, Ray::ONE.0, accumulator.0).map(Self)
	}

	/// The largest normalised debt that `debt` covers: `⌊debt / R⌋`. For debt that is paid back.
	pub fn from_debt_floor(debt: u128, accumulator: Ray) -> Option<Self> {
		mul_div_floor(debt, Ray::ONE.0, accumulator.0).map(Self)
	}

	/// What is owed: `⌈d · R⌉`.
	pub fn owed_ceil(self, accumulator: Ray) -> Option<u128> {
		mul_div_ceil(self.0, accumulator.0, Ray::ONE.0)
	}

	/// What may be issued against it: `⌊d · R⌋`.
	pub fn backing_floor(self, accumulator: Ray) -> Option<u128> {
		mul_div_floor(self.0, accumulator.0, Ray::ONE.0)
	}

	/// Sum, `None` beyond `u128`.
	pub fn checked_add(self, other: Self) -> Option<Self> {
		self.0.checked_add(other.0).map(Self)
	}

	/// Difference, `None` below zero.
	pub fn checked_sub(self, other: Self) -> Option<Self> {
		self.0.checked_sub(other.0).map(Self)
	}

	/// Whether there is no debt.
	pub const fn is_zero(self) -> bool {
		self.0 == 0
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	proptest! {
		#[test]
		fn borrowing_and_repaying_the_same_gains_nothing(
			debt in 0..u128::MAX / 1_000_000_000_000,
			growth in 0..Ray::ONE.0 * 1_000,
		) {
			let accumulator = Ray(Ray::ONE.0 + growth);
			let taken = NormalizedDebt::from_debt_ceil(debt, accumulator).unwrap();
			let paid = NormalizedDebt::from_debt_floor(debt, accumulator).unwrap();
			prop_assert!(paid <= taken);
			prop_assert!(taken.owed_ceil(accumulator).unwrap() >= debt);
			prop_assert!(taken.backing_floor(accumulator).unwrap() >= debt);
		}

		#[test]
		fn paying_what_is_owed_clears_the_debt(normalized in 0..u128::MAX / 1_000_000, growth in 0..Ray::ONE.0) {
			let accumulator = Ray(Ray::ONE.0 + growth);
			let debt = NormalizedDebt(normalized);
			let owed = debt.owed_ceil(accumulator).unwrap();
			prop_assert!(NormalizedDebt::from_debt_floor(owed, accumulator).unwrap() >= debt);
		}
	}
}
