//! The price of a system lot: a share of the oracle's price that moves evenly with time. Pure
//! functions.

use cairn_math::{mul_div_ceil, mul_div_floor, FixedU128, Price};
use cairn_primitives::BlockNumber;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_runtime::FixedPointNumber;

/// From one share of the oracle's price to another, in a straight line, and then no further.
///
/// A share and not a price, so that the lot follows the market by itself: nothing has to be started
/// again, by anybody, however long it rests.
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
pub struct Curve {
	/// The share at first.
	pub start: FixedU128,
	/// The share after [`duration`](Self::duration), for good.
	pub end: FixedU128,
	/// In blocks.
	pub duration: BlockNumber,
}

impl Curve {
	/// The share `elapsed` blocks after the lot was opened. What it has moved is rounded down, so that
	/// it is never further from where it began than it should be.
	pub fn share(&self, elapsed: BlockNumber) -> FixedU128 {
		let (start, end) = (self.start.into_inner(), self.end.into_inner());
		if elapsed >= self.duration {
			return self.end;
		}
		// A share of a distance is a number: `elapsed` is less than the duration.
		let moved = mul_div_floor(start.abs_diff(end), elapsed.into(), self.duration.into());
		let moved = moved.unwrap_or(0);
		FixedU128::from_inner(if end >= start {
			start.saturating_add(moved)
		} else {
			start.saturating_sub(moved)
		})
	}

	/// What the system pays for a whole native token when the oracle says `oracle`, rounded down. At
	/// least [`Price::MIN`].
	pub fn bid_floor(&self, oracle: Price, elapsed: BlockNumber) -> Price {
		let share = self.share(elapsed).into_inner();
		mul_div_floor(oracle.raw(), share, FixedU128::accuracy())
			.map_or(Price::MIN, |raw| Price::MIN.raised(raw.saturating_sub(1)))
	}

	/// What the system asks for a whole native token when the oracle says `oracle`, rounded up. At
	/// most [`Price::MAX`].
	pub fn ask_ceil(&self, oracle: Price, elapsed: BlockNumber) -> Price {
		let share = self.share(elapsed).into_inner();
		mul_div_ceil(oracle.raw(), share, FixedU128::accuracy())
			.map_or(Price::MAX, |raw| Price::MIN.raised(raw.saturating_sub(1)))
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::system::types::{SystemLotKind, SystemTerms};
	use proptest::prelude::*;

	fn cents(cents: u128) -> Price {
		Price::new(cents * Price::ONE.raw() / 100).unwrap()
	}

	#[test]
	fn the_default_bid_passes_the_market_within_the_hour() {
		let curve = SystemTerms::default().surplus.curve;
		assert_eq!(curve.bid_floor(cents(10_000), 0), cents(9_500));
		assert_eq!(curve.bid_floor(cents(10_000), 600), cents(9_850));
		assert_eq!(curve.bid_floor(cents(10_000), 1_200), cents(10_200));
		assert_eq!(curve.bid_floor(cents(10_000), u32::MAX), cents(10_200));
	}

	#[test]
	fn the_default_ask_falls_below_the_market_within_two_hours() {
		let curve = SystemTerms::default().recapitalisation.curve;
		assert_eq!(curve.ask_ceil(cents(10_000), 0), cents(11_000));
		assert_eq!(curve.ask_ceil(cents(10_000), 1_200), cents(10_000));
		assert_eq!(curve.ask_ceil(cents(10_000), 4_800), cents(7_000));
		assert_eq!(SystemTerms::default().recapitalisation.floor, cents(1));
	}

	#[test]
	fn the_smallest_and_the_largest_prices_are_prices() {
		let curve = SystemTerms::default().surplus.curve;
		assert_eq!(curve.bid_floor(Price::MIN, 0), Price::MIN);
		let curve = SystemTerms::default().recapitalisation.curve;
		assert_eq!(curve.ask_ceil(Price::MAX, 0), Price::MAX);
		assert_eq!(curve.ask_ceil(Price::MIN, 0).raw(), 2);
	}

	prop_compose! {
		fn any_curve()(
			start in 1u128..10_000_000_000_000_000_000,
			end in 1u128..10_000_000_000_000_000_000,
			duration in 0u32..100_000,
		) -> Curve {
			Curve {
				start: FixedU128::from_inner(start),
				end: FixedU128::from_inner(end),
				duration,
			}
		}
	}

	proptest! {
		#[test]
		fn a_curve_goes_one_way_and_stays_between_its_ends(
			curve in any_curve(), elapsed in 0u32..200_000, oracle in 1..Price::MAX.raw(),
		) {
			let oracle = Price::new(oracle).unwrap();
			let (now, next) = (curve.share(elapsed), curve.share(elapsed + 1));
			let (low, high) = (curve.start.min(curve.end), curve.start.max(curve.end));
			prop_assert!(low <= now && now <= high);
			let (bid, ask) = (curve.bid_floor(oracle, elapsed), curve.ask_ceil(oracle, elapsed));
			prop_assert!(bid <= ask && ask.raw() - bid.raw() <= 1);
			if curve.end >= curve.start {
				prop_assert!(next >= now && curve.bid_floor(oracle, elapsed + 1) >= bid);
			} else {
				prop_assert!(next <= now && curve.ask_ceil(oracle, elapsed + 1) <= ask);
			}
			prop_assert_eq!(curve.share(curve.duration), curve.end);
			if SystemLotKind::Surplus.accepts(&curve) {
				prop_assert!(bid.raw() <= oracle.raw() / 10 * 11 + 11);
			}
		}
	}
}
