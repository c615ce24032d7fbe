//! The price curve of a Dutch auction.

use crate::Price;
use sp_arithmetic::Perbill;

/// `start · cut ^ steps`, each step rounded down: the step-exponential curve that Maker's
/// liquidations 2.0 use.
///
/// `None` once nothing is left of the price. The number of multiplications is the logarithm of
/// `steps`.
pub fn step_price_floor(start: Price, cut: Perbill, steps: u32) -> Option<Price> {
	// Powers of the cut in units of 1e-18, so that a thousand steps lose nothing that matters.
	const ONE: u128 = 1_000_000_000_000_000_000;
	let mut factor = ONE;
	let mut base = u128::from(cut.deconstruct()) * 1_000_000_000;
	let mut steps = steps;
	while steps > 0 {
		if steps & 1 == 1 {
			factor = factor * base / ONE;
		}
		steps >>= 1;
		base = base * base / ONE;
	}
	crate::mul_div_floor(start.raw(), factor, ONE).and_then(Price::new)
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	#[test]
	fn a_cent_off_at_each_step() {
		let start = Price::new(1_150 * Price::ONE.raw()).unwrap();
		let cut = Perbill::from_percent(99);
		assert_eq!(step_price_floor(start, cut, 0), Some(start));
		assert_eq!(
			step_price_floor(start, cut, 1).unwrap().raw(),
			1_138_500_000_000_000_000_000
		);
		// 0.99 ^ 14 = 0.868745…: the oracle's price is passed after 14 steps from 1.15.
		let later = step_price_floor(start, cut, 14).unwrap().raw();
		assert!(later < 1_000 * Price::ONE.raw() && later > 999 * Price::ONE.raw());
	}

	proptest! {
		#[test]
		fn never_rises(start in 1..Price::MAX.raw(), cut in 0u32..=1_000_000_000, steps in 0u32..100_000) {
			let (start, cut) = (Price::new(start).unwrap(), Perbill::from_parts(cut));
			let price = |steps| step_price_floor(start, cut, steps).map_or(0, Price::raw);
			// Rounding inside the powers may show in the last of 18 places, never more.
			let slack = start.raw() / 1_000_000_000_000_000 + 1;
			prop_assert!(price(steps + 1) <= price(steps) + slack);
			prop_assert!(price(steps) <= start.raw());
		}
	}
}
