//! Division of wide numbers, by the narrowest division that does it.
//!
//! Types are wide because the extremes are: nearly every number that a block divides would fit into
//! half of its type, and in WASM a division takes several times longer for each doubling. Results are
//! the same.

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

	proptest! {
		#[test]
		fn narrow_divisions_give_what_wide_ones_do(
			numerator: [u64; 8], denominator: [u64; 8], n in 1usize..=8, d in 1usize..=8,
		) {
			let cut = |limbs: [u64; 8], count: usize| {
				let mut cut = [0; 8];
				cut[..count].copy_from_slice(&limbs[..count]);
				U512(cut)
			};
			let (n, d) = (cut(numerator, n), cut(denominator, d).max(U512::one()));
			prop_assert_eq!(div_mod_512(n, d), n.div_mod(d));
			if let (Some(n), Some(d)) = (narrow_512(n), narrow_512(d)) {
				prop_assert_eq!(div_mod_256(n, d), n.div_mod(d));
			}
		}
	}
}
