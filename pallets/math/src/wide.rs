//! Products and quotients of wide numbers, by the narrowest operation that does it.
//!
//! Types are wide because the extremes are: nearly every number that a block multiplies or divides
//! would fit into half of its type, and in WASM both take several times longer for each doubling.
//! Results are the same.

use primitive_types::{U256, U512};

/// The low half, if there is nothing in the high one.
fn narrow_256(wide: U256) -> Option<u128> {
	(wide.0[2] == 0 && wide.0[3] == 0).then(|| wide.low_u128())
}

/// The low half, if there is nothing in the high one.
fn narrow_512(wide: U512) -> Option<U256> {
	let [a, b, c, d, high @ ..] = wide.0;
	(high == [0; 4]).then_some(U256([a, b, c, d]))
}

/// `a · b`, by at most four products of halves.
pub fn mul_128(a: u128, b: u128) -> U256 {
	let halves = |whole: u128| (whole >> 64, whole & u128::from(u64::MAX));
	let ((a_high, a_low), (b_high, b_low)) = (halves(a), halves(b));
	let low = a_low * b_low;
	if a_high == 0 && b_high == 0 {
		return low.into();
	}
	let ((cross_high, cross_low), (other_high, other_low)) =
		(halves(a_high * b_low), halves(a_low * b_high));
	let (carry, middle) = halves((low >> 64) + cross_low + other_low);
	let high = a_high * b_high + cross_high + other_high + carry;
	U256([low as u64, middle as u64, high as u64, (high >> 64) as u64])
}

/// `a · b`, `None` beyond 256 bits.
pub(crate) fn mul_256(a: U256, b: U256) -> Option<U256> {
	match (narrow_256(a), narrow_256(b)) {
		(Some(a), Some(b)) => Some(mul_128(a, b)),
		_ => a.checked_mul(b),
	}
}

/// `a · b`, whatever they are.
pub fn full_mul_256(a: U256, b: U256) -> U512 {
	match (narrow_256(a), narrow_256(b)) {
		(Some(a), Some(b)) => mul_128(a, b).into(),
		_ => a.full_mul(b),
	}
}

/// Quotient and rest. The denominator is not zero.
pub(crate) fn div_mod_256(numerator: U256, denominator: U256) -> (U256, U256) {
	match (narrow_256(numerator), narrow_256(denominator)) {
		(Some(n), Some(d)) => (U256::from(n / d), U256::from(n % d)),
		_ => numerator.div_mod(denominator),
	}
}

/// Quotient and rest. The denominator is not zero.
pub(crate) fn div_mod_512(numerator: U512, denominator: U512) -> (U512, U512) {
	match (narrow_512(numerator), narrow_512(denominator)) {
		(Some(n), Some(d)) => {
			let (quotient, rest) = div_mod_256(n, d);
			(quotient.into(), rest.into())
		}
		_ => numerator.div_mod(denominator),
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	/// So many limbs of a number.
	fn cut<const N: usize>(limbs: [u64; N], count: usize) -> [u64; N] {
		let mut cut = [0; N];
		cut[..count].copy_from_slice(&limbs[..count]);
		cut
	}

	proptest! {
		#[test]
		fn narrow_products_are_what_wide_ones_are(
			a: [u64; 4], b: [u64; 4], n in 0usize..=4, m in 0usize..=4,
		) {
			let (a, b) = (U256(cut(a, n)), U256(cut(b, m)));
			prop_assert_eq!(mul_256(a, b), a.checked_mul(b));
			prop_assert_eq!(full_mul_256(a, b), a.full_mul(b));
		}

		#[test]
		fn narrow_divisions_give_what_wide_ones_do(
			numerator: [u64; 8], denominator: [u64; 8], n in 1usize..=8, d in 1usize..=8,
		) {
			let (n, d) = (U512(cut(numerator, n)), U512(cut(denominator, d)).max(U512::one()));
			prop_assert_eq!(div_mod_512(n, d), n.div_mod(d));
			if let (Some(n), Some(d)) = (narrow_512(n), narrow_512(d)) {
				prop_assert_eq!(div_mod_256(n, d), n.div_mod(d));
			}
		}
	}

	#[test]
	fn the_largest_products_carry_to_the_last_bit() {
		for (a, b) in [
			(u128::MAX, u128::MAX),
			(u128::MAX, 1 << 64),
			(u128::MAX, u64::MAX.into()),
		] {
			assert_eq!(mul_128(a, b), U256::from(a) * U256::from(b));
		}
	}
}
