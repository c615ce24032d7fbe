//! Terms of a facility that move gradually.
//!
//! A change that makes borrowers less safe, or charges them more, must leave them the time to react.
//! It is stored as a [`Ramp`] beside the terms, and where a term stands at a moment is a pure
//! function of the two: nothing has to be advanced, and nobody has to call anything.

use crate::{
	types::{CollateralIndex, Facility},
	Config,
};
use cairn_math::{mul_div_floor, FixedU128, Perbill, Ray};
use cairn_primitives::Moment;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{
	traits::ConstU32, BoundedVec, CloneNoBound, DebugNoBound, EqNoBound, PartialEqNoBound,
};
use scale_info::TypeInfo;

/// Ramps of a facility, at most.
pub const MAX_RAMPS: u32 = 64;

/// A term that can move gradually.
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
)]
pub enum RampedTerm {
	/// `L` of a collateral, in units of 1e-9.
	LiquidationFactor(CollateralIndex),
	/// `π` of a collateral, in units of 1e-9.
	Penalty(CollateralIndex),
	/// `f` of a collateral, in units of 1e-9.
	Fee(CollateralIndex),
	/// `H*`, in units of 1e-18.
	TargetHealth,
	/// The minimum debt, in smallest units of the debt asset.
	MinimumDebt,
	/// What `R` is multiplied with each second, in units of 1e-27.
	RatePerSecond,
}

impl RampedTerm {
	/// Whether borrowers are worse off with `new` than with `old`.
	pub fn is_worse(self, old: u128, new: u128) -> bool {
		match self {
			Self::LiquidationFactor(_) => new < old,
			_ => new > old,
		}
	}
}

/// A term on its way.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct Ramp {
	/// What moves.
	pub term: RampedTerm,
	/// Where it stands until `start`.
	pub from: u128,
	/// Where it stands from `end` on.
	pub to: u128,
	/// When it begins to move.
	pub start: Moment,
	/// When it arrives.
	pub end: Moment,
}

impl Ramp {
	/// Where the term stands at `now`: on the straight line from `from` to `to`, rounded towards
	/// `from`, so that no change is ahead of its time.
	pub fn at(&self, now: Moment) -> u128 {
		if now >= self.end {
			return self.to;
		}
		let elapsed = now.saturating_sub(self.start);
		let length = self.end.saturating_sub(self.start);
		let distance = self.from.abs_diff(self.to);
		let moved = mul_div_floor(distance, elapsed.into(), length.into()).unwrap_or_default();
		if self.to < self.from {
			self.from.saturating_sub(moved)
		} else {
			self.from.saturating_add(moved)
		}
	}
}

/// A facility's terms as they are stored: where they stand, but for those that are on their way.
#[derive(
	CloneNoBound, DebugNoBound, PartialEqNoBound, EqNoBound, Encode, Decode, MaxEncodedLen, TypeInfo,
)]
#[scale_info(skip_type_params(T))]
pub struct FacilityRecord<T: Config> {
	/// The terms, each ramped one where its ramp begins.
	pub base: Facility<T>,
	/// At most one for each term.
	pub ramps: BoundedVec<Ramp, ConstU32<MAX_RAMPS>>,
}

impl<T: Config> FacilityRecord<T> {
	/// Terms that stay.
	pub fn new(base: Facility<T>) -> Self {
		Self {
			base,
			ramps: BoundedVec::new(),
		}
	}

	/// The terms as of `now`. The clock is read only if something moves.
	pub fn at(self, now: impl FnOnce() -> Moment) -> Facility<T> {
		let mut facility = self.base;
		if self.ramps.is_empty() {
			return facility;
		}
		let now = now();
		for ramp in &self.ramps {
			facility.put(ramp.term, ramp.at(now));
		}
		facility
	}

	/// What `R` is multiplied with each second as of `now`.
	pub fn rate_at(&self, now: Moment) -> Ray {
		self.ramps
			.iter()
			.find(|ramp| ramp.term == RampedTerm::RatePerSecond)
			.map_or(self.base.rate_per_second, |ramp| Ray(ramp.at(now)))
	}

	/// Ends the ramps that have arrived; `false` if none has.
	pub fn settle(&mut self, now: Moment) -> bool {
		let before = self.ramps.len();
		let Self { base, ramps } = self;
		ramps.retain(|ramp| {
			let arrived = now >= ramp.end;
			if arrived {
				base.put(ramp.term, ramp.to);
			}
			!arrived
		});
		self.ramps.len() < before
	}

	/// Moves a term to `value`: at once if borrowers are not worse off with it, otherwise between
	/// `start` and `end`. What the term was on its way to is forgotten. `None` if there are too many
	/// ramps already, or no such term.
	pub fn change(
		&mut self,
		term: RampedTerm,
		value: u128,
		now: Moment,
		(start, end): (Moment, Moment),
	) -> Option<Change> {
		let from = self.clone().at(|| now).get(term)?;
		self.ramps.retain(|ramp| ramp.term != term);
		if !term.is_worse(from, value) {
			self.base.put(term, value);
			return Some(Change::AtOnce);
		}
		self.base.put(term, from);
		let ramp = Ramp {
			term,
			from,
			to: value,
			start,
			end,
		};
		self.ramps.try_push(ramp).ok()?;
		Some(Change::Gradual)
	}
}

/// How a change takes effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
	/// Now.
	AtOnce,
	/// By a ramp.
	Gradual,
}

impl<T: Config> Facility<T> {
	/// A term as a number; `None` if there is no such collateral.
	pub(crate) fn get(&self, term: RampedTerm) -> Option<u128> {
		let terms = |index: CollateralIndex| {
			let collateral = self.collaterals.get(usize::from(index));
			collateral.map(|collateral| &collateral.terms)
		};
		let parts = |share: Perbill| u128::from(share.deconstruct());
		Some(match term {
			RampedTerm::LiquidationFactor(index) => parts(terms(index)?.liquidation_factor),
			RampedTerm::Penalty(index) => parts(terms(index)?.penalty),
			RampedTerm::Fee(index) => parts(terms(index)?.fee),
			RampedTerm::TargetHealth => self.target_health.into_inner(),
			RampedTerm::MinimumDebt => self.minimum_debt,
			RampedTerm::RatePerSecond => self.rate_per_second.0,
		})
	}

	/// Sets a term. Nothing happens if there is no such collateral.
	fn put(&mut self, term: RampedTerm, value: u128) {
		let share = Perbill::from_parts(u32::try_from(value).unwrap_or(u32::MAX));
		let collateral = match term {
			RampedTerm::LiquidationFactor(index)
			| RampedTerm::Penalty(index)
			| RampedTerm::Fee(index) => self.collaterals.get_mut(usize::from(index)),
			_ => None,
		};
		match (term, collateral) {
			(RampedTerm::LiquidationFactor(_), Some(collateral)) => {
				collateral.terms.liquidation_factor = share;
			}
			(RampedTerm::Penalty(_), Some(collateral)) => collateral.terms.penalty = share,
			(RampedTerm::Fee(_), Some(collateral)) => collateral.terms.fee = share,
			(RampedTerm::TargetHealth, _) => self.target_health = FixedU128::from_inner(value),
			(RampedTerm::MinimumDebt, _) => self.minimum_debt = value,
			(RampedTerm::RatePerSecond, _) => self.rate_per_second = Ray(value),
			(_, None) => {}
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use primitive_types::U256;
	use proptest::prelude::*;

	fn ramp(from: u128, to: u128, start: Moment, end: Moment) -> Ramp {
		Ramp {
			term: RampedTerm::TargetHealth,
			from,
			to,
			start,
			end,
		}
	}

	proptest! {
		#[test]
		fn a_ramp_is_a_straight_line_rounded_towards_its_beginning(
			from: u128,
			to: u128,
			start in 0u64..1_000_000,
			length in 1u64..1_000_000,
			now in 0u64..3_000_000,
		) {
			let at = ramp(from, to, start, start + length).at(now);
			prop_assert!(at >= from.min(to) && at <= from.max(to));
			let share = now.saturating_sub(start).min(length);
			let moved = U256::from(from.abs_diff(to)) * U256::from(share) / U256::from(length);
			prop_assert_eq!(U256::from(from.abs_diff(at)), moved);
		}

		#[test]
		fn a_ramp_never_turns_back(from: u128, to: u128, start in 0u64..1_000, length in 0u64..1_000, now in 0u64..3_000) {
			let ramp = ramp(from, to, start, start + length);
			prop_assert!(ramp.at(now + 1).abs_diff(to) <= ramp.at(now).abs_diff(to));
		}

		#[test]
		fn two_ramps_side_by_side_never_cross(
			a in 1u128..1_000_000_000, c in 1u128..1_000_000_000,
			gaps in (1u128..100_000_000, 1u128..100_000_000),
			length in 1u64..1_000_000, now in 0u64..1_000_000,
		) {
			let (b, d) = (a + gaps.0, c + gaps.1);
			if (a <= c) != (b <= d) {
				// Not both on their way: one of them is there at once.
				return Ok(());
			}
			let (low, high) = (ramp(a, c, 0, length), ramp(b, d, 0, length));
			prop_assert!(low.at(now) < high.at(now));
		}
	}

	#[test]
	fn a_ramp_without_length_is_a_step() {
		assert_eq!(ramp(7, 9, 100, 100).at(99), 7);
		assert_eq!(ramp(7, 9, 100, 100).at(100), 9);
	}
}
