//! The price of a lot over time. Pure functions of its [`Terms`].

use cairn_math::{step_price_floor, Perbill, Price};
use cairn_primitives::BlockNumber;

use crate::Terms;

impl Terms {
	/// Where the price starts when the oracle says `oracle`: `oracle · (1 + premium)`, rounded up.
	pub fn start_price(&self, oracle: Price) -> Price {
		oracle.raised(self.premium.mul_ceil(oracle.raw()))
	}

	/// Halfway from where the price starts down to where it would start again, when the oracle says
	/// `oracle`: who pays as much has not waited for the end. Rounded down, at least [`Price::MIN`].
	pub fn halfway_price(&self, oracle: Price) -> Price {
		let start = self.start_price(oracle);
		// At most half of it, so the sum is at most one.
		let half = Perbill::from_percent(50).deconstruct();
		let share = half.saturating_add(self.reset_below.deconstruct() / 2);
		start
			.share_floor(Perbill::from_parts(share))
			.unwrap_or(Price::MIN)
	}

	/// The price `elapsed` blocks after it started at `start`: `start · cut ^ ⌊elapsed / step⌋`.
	/// At least [`Price::MIN`].
	pub fn price_after(&self, start: Price, elapsed: BlockNumber) -> Price {
		let steps = elapsed.checked_div(self.step).unwrap_or(0);
		step_price_floor(start, self.cut, steps).unwrap_or(Price::MIN)
	}

	/// What nothing is sold below when the oracle says `oracle`: `oracle · floor`, rounded down. At
	/// least [`Price::MIN`].
	pub fn floor_price(&self, oracle: Price) -> Price {
		oracle.share_floor(self.floor).unwrap_or(Price::MIN)
	}

	/// How many blocks after its start the price has fallen for long enough: with the step that takes
	/// it below `start · reset_below`, unless this is the last round, and after `reset_after` blocks
	/// at the latest. At least one block.
	///
	/// Found by bisection over the steps, about ten evaluations of the curve.
	pub fn lifetime(&self, start: Price, last_round: bool) -> BlockNumber {
		if last_round {
			return self.reset_after.max(1);
		}
		let Some(threshold) = start.share_floor(self.reset_below) else {
			return self.reset_after.max(1);
		};
		let passed =
			|steps| step_price_floor(start, self.cut, steps).is_none_or(|price| price < threshold);
		let last = self.reset_after.checked_div(self.step).unwrap_or(0);
		if !passed(last) {
			return self.reset_after.max(1);
		}
		// The curve has passed the threshold at `high`, and has not at `low`.
		let (mut low, mut high) = (0, last);
		while high - low > 1 {
			let middle = low + (high - low) / 2;
			if passed(middle) {
				high = middle;
			} else {
				low = middle;
			}
		}
		// At most `last · step`, which is at most `reset_after`.
		high.saturating_mul(self.step).max(1)
	}
}

/// Which of 16 bands to each doubling a price lies in: between 3 % and 6 % wide, with no logarithm
/// taken. Higher for higher prices.
pub fn band(price: Price) -> u16 {
	const BITS: u32 = 4;
	let raw = price.raw();
	// A price is at least 1 and at most 2^90.
	let exponent = 127u32.saturating_sub(raw.leading_zeros());
	let mantissa = if exponent >= BITS {
		raw >> (exponent - BITS)
	} else {
		raw << (BITS - exponent)
	};
	((exponent << BITS) | (mantissa as u32 & ((1 << BITS) - 1))) as u16
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	fn usd(dollars: u128) -> Price {
		Price::new(dollars * Price::ONE.raw()).unwrap()
	}

	#[test]
	fn the_default_curve_passes_the_oracle_in_seconds_and_its_threshold_in_two_minutes() {
		let terms = Terms::default();
		let start = terms.start_price(usd(2_000));
		assert_eq!(start, usd(2_040));
		assert_eq!(terms.price_after(start, 0), start);
		assert_eq!(terms.price_after(start, 1), start);
		// 2,040 · 0.995.
		assert_eq!(terms.price_after(start, 2).raw(), 20_298 * 10u128.pow(17));
		// 4 steps, 8 blocks of 3 seconds: 24 seconds to the oracle's price.
		assert!(terms.price_after(start, 7) > usd(2_000));
		assert!(terms.price_after(start, 8) < usd(2_000));
		// 0.995 ^ 22 = 0.8956: 44 blocks, 132 seconds; 30 rounds are 66 minutes.
		assert_eq!(terms.lifetime(start, false), 44);
		assert_eq!(terms.lifetime(start, true), 1_800);
		assert_eq!(terms.floor_price(usd(2_000)), usd(800));
		// 2,040 · 0.95.
		assert_eq!(terms.halfway_price(usd(2_000)), usd(1_938));
	}

	/// Collateral worth 1.08 of a debt is seized for it. What it must be sold at to raise the debt is
	/// 1 / 1.08 = 0.926 of the price of then; a round that is not the last ends close to that.
	#[test]
	fn no_round_but_the_last_gives_collateral_away() {
		let terms = Terms::default();
		let start = terms.start_price(usd(1_000));
		let lowest = terms.price_after(start, terms.lifetime(start, false) - 1);
		assert!(lowest >= start.share_floor(terms.reset_below).unwrap());
		assert!(lowest > usd(917), "{lowest:?}");
	}

	#[test]
	fn the_last_round_comes_down_to_the_floor_before_it_ends() {
		let terms = Terms::default();
		let start = terms.start_price(usd(2_000));
		let floor = terms.floor_price(usd(2_000));
		assert!(terms.price_after(start, terms.lifetime(start, true) - 1) < floor);
		// 0.40 / 1.02 takes 187 steps of 2 blocks.
		assert!(terms.price_after(start, 373) > floor && terms.price_after(start, 374) < floor);
		// A round that is not the last ends above it.
		assert!(terms.price_after(start, terms.lifetime(start, false)) > floor);
	}

	#[test]
	fn a_flat_curve_starts_again_by_time() {
		let terms = Terms {
			cut: Perbill::from_parts(999_999_999),
			..Terms::default()
		};
		assert_eq!(terms.lifetime(usd(1), false), 1_800);
	}

	#[test]
	fn the_smallest_price_is_no_trap() {
		let terms = Terms::default();
		assert_eq!(terms.floor_price(Price::MIN), Price::MIN);
		assert_eq!(terms.price_after(Price::MIN, 1_800), Price::MIN);
		assert_eq!(terms.lifetime(Price::MIN, false), 1_800);
	}

	proptest! {
		#[test]
		fn bands_order_as_prices_do_and_are_narrow(
			low in prop_oneof![1u128..1_000, 1u128..Price::MAX.raw()],
			high in prop_oneof![1u128..1_000, 1u128..Price::MAX.raw()],
		) {
			let (low, high) = (low.min(high), low.max(high));
			let bands = |raw| u32::from(band(Price::new(raw).unwrap()));
			prop_assert!(bands(low) <= bands(high));
			// Two bands away is at least 3 % away; one band away at most 13 %.
			if bands(high) >= bands(low) + 2 {
				prop_assert!(high as f64 >= low as f64 * 1.03);
			} else {
				prop_assert!(high as f64 <= low as f64 * 1.13);
			}
		}

		#[test]
		fn halfway_is_between_the_start_and_the_threshold(
			oracle in 1_000_000u128..Price::MAX.raw() / 4,
			premium in 0u32..1_000_000_000,
			reset_below in 1u32..1_000_000_000,
		) {
			let terms = Terms {
				premium: Perbill::from_parts(premium),
				reset_below: Perbill::from_parts(reset_below),
				..Terms::default()
			};
			let oracle = Price::new(oracle).unwrap();
			let (start, half) = (terms.start_price(oracle), terms.halfway_price(oracle));
			prop_assert!(half <= start);
			let threshold = start.share_floor(terms.reset_below).unwrap();
			// The half of an odd share is rounded down.
			prop_assert!(half.raw() + start.raw() / 1_000_000_000 + 2 >= threshold.raw());
			let middle = (start.raw() + threshold.raw()) / 2;
			prop_assert!(half.raw().abs_diff(middle) <= start.raw() / 1_000_000_000 + 2);
		}

		#[test]
		fn the_curve_lives_until_its_threshold_and_not_a_step_longer(
			start in 1_000_000_000u128..Price::MAX.raw(),
			cut in 1u32..1_000_000_000,
			step in 1u32..50,
			reset_below in 1u32..1_000_000_000,
			steps in 1u32..500,
		) {
			let terms = Terms {
				cut: Perbill::from_parts(cut),
				step,
				reset_below: Perbill::from_parts(reset_below),
				reset_after: steps * step,
				..Terms::default()
			};
			prop_assert_eq!(terms.fault(), None);
			let start = Price::new(start).unwrap();
			let lifetime = terms.lifetime(start, false);
			prop_assert!(lifetime >= 1 && lifetime <= terms.reset_after);
			let Some(threshold) = start.share_floor(terms.reset_below) else { return Ok(()) };
			prop_assert!(
				lifetime == terms.reset_after || terms.price_after(start, lifetime) < threshold
			);
			// Rounding inside the powers may show in the last places.
			let slack = start.raw() / 1_000_000_000_000 + 2;
			let before = terms.price_after(start, lifetime - 1).raw();
			prop_assert!(before + slack >= threshold.raw());
		}
	}
}
