//! Decimal text to fixed point, without a float in between.

use cairn_math::Price;

/// A price has this many decimals.
const DECIMALS: i32 = 18;
/// Exponents beyond this are nonsense for a price.
const MAX_EXPONENT: i32 = 40;

/// Why a text is no number here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecimalError {
	/// It is not of the form `digits[.digits][e[±]digits]`. So signs, `NaN` and blanks are out.
	Malformed,
	/// More digits than can be held, or an exponent beyond 40.
	OutOfRange,
	/// It is a number, but not one that a price can be: zero or above [`Price::MAX`].
	NotAPrice,
}

/// The number that `text` says, in units of 1e-18, rounded down where it has further decimals.
///
/// Exact: `parse_fixed("7.94e-06") = 7_940_000_000_000`. Negative numbers are malformed.
pub fn parse_fixed(text: &str) -> Result<u128, DecimalError> {
	let (mantissa, exponent) = match text.split_once(['e', 'E']) {
		Some((mantissa, exponent)) => (mantissa, parse_exponent(exponent)?),
		None => (text, 0),
	};
	let (whole, fraction) = match mantissa.split_once('.') {
		Some((whole, fraction)) if !fraction.is_empty() => (whole, fraction),
		Some(_) => return Err(DecimalError::Malformed),
		None => (mantissa, ""),
	};
	let digits = whole.bytes().chain(fraction.bytes());
	if whole.is_empty() || !digits.clone().all(|digit| digit.is_ascii_digit()) {
		return Err(DecimalError::Malformed);
	}
	// The value is the digits in front of `kept` and nothing of those behind it.
	let shift = exponent
		.checked_add(DECIMALS)
		.ok_or(DecimalError::OutOfRange)?;
	let whole = i32::try_from(whole.len()).map_err(|_| DecimalError::OutOfRange)?;
	let kept = whole.checked_add(shift).ok_or(DecimalError::OutOfRange)?;
	// Digits that are not written are zeros.
	let mut digits = digits.chain(core::iter::repeat(b'0'));
	let mut value = 0u128;
	for _ in 0..kept {
		let digit = digits.next().map_or(0, |digit| digit.saturating_sub(b'0'));
		value = value
			.checked_mul(10)
			.and_then(|value| value.checked_add(digit.into()))
			.ok_or(DecimalError::OutOfRange)?;
	}
	Ok(value)
}

/// The price that `text` says.
pub fn parse_price(text: &str) -> Result<Price, DecimalError> {
	parse_fixed(text).and_then(|raw| Price::new(raw).ok_or(DecimalError::NotAPrice))
}

fn parse_exponent(text: &str) -> Result<i32, DecimalError> {
	let (negative, digits) = match text.as_bytes() {
		[b'-', digits @ ..] => (true, digits),
		[b'+', digits @ ..] | digits => (false, digits),
	};
	if digits.is_empty() {
		return Err(DecimalError::Malformed);
	}
	let mut value = 0i32;
	for digit in digits {
		if !digit.is_ascii_digit() {
			return Err(DecimalError::Malformed);
		}
		value = value
			.checked_mul(10)
			.and_then(|value| value.checked_add(i32::from(digit.saturating_sub(b'0'))))
			.filter(|value| *value <= MAX_EXPONENT)
			.ok_or(DecimalError::OutOfRange)?;
	}
	Ok(if negative {
		value.saturating_neg()
	} else {
		value
	})
}
