//! `a * b / c` through a 256-bit intermediate.

use sp_arithmetic::{helpers_128bit::multiply_by_rational_with_rounding, Rounding};

/// `⌊a · b / c⌋`, or `None` if `c` is zero or the result exceeds `u128`.
pub fn mul_div_floor(a: u128, b: u128, c: u128) -> Option<u128> {
	multiply_by_rational_with_rounding(a, b, c, Rounding::Down)
}

/// `⌈a · b / c⌉`, or `None` if `c` is zero or the result exceeds `u128`.
pub fn mul_div_ceil(a: u128, b: u128, c: u128) -> Option<u128> {
	multiply_by_rational_with_rounding(a, b, c, Rounding::Up)
}

#[cfg(test)]
mod tests {
	use super::*;
	use primitive_types::U256;
	use proptest::prelude::*;

	proptest! {
		#[test]
		fn agrees_with_wide_arithmetic(a: u128, b: u128, c in 1u128..) {
			let product = U256::from(a) * U256::from(b);
			let (quotient, rest) = product.div_mod(U256::from(c));
			let up = quotient + U256::from(u8::from(!rest.is_zero()));
			prop_assert_eq!(mul_div_floor(a, b, c), u128::try_from(quotient).ok());
			prop_assert_eq!(mul_div_ceil(a, b, c), u128::try_from(up).ok());
		}
	}

	#[test]
	fn division_by_zero_is_no_number() {
		assert_eq!(mul_div_floor(1, 1, 0), None);
		assert_eq!(mul_div_ceil(0, 0, 0), None);
	}
}
