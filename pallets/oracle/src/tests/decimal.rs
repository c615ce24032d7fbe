use super::cases;
use crate::worker::decimal::{parse_fixed, parse_price, DecimalError::*};
use cairn_math::Price;
use proptest::prelude::*;

const ONE: u128 = 1_000_000_000_000_000_000;

#[test]
fn what_exchanges_send_is_read_exactly() {
	assert_eq!(parse_fixed("4.00000200"), Ok(4_000_002_000_000_000_000));
	assert_eq!(
		parse_fixed("29207.50000"),
		Ok(29_207_500_000_000_000_000_000)
	);
	assert_eq!(
		parse_fixed("43808.30302432908"),
		Ok(43_808_303_024_329_080_000_000)
	);
	assert_eq!(parse_fixed("25940"), Ok(25_940 * ONE));
	assert_eq!(parse_fixed("0"), Ok(0));
}

#[test]
fn exponents_shift_the_point() {
	assert_eq!(parse_fixed("7.94e-06"), Ok(7_940_000_000_000));
	assert_eq!(parse_fixed("1E3"), Ok(1_000 * ONE));
	assert_eq!(parse_fixed("1.5e+2"), Ok(150 * ONE));
	assert_eq!(parse_fixed("123e-18"), Ok(123));
	assert_eq!(parse_fixed("0e40"), Ok(0));
}

#[test]
fn what_is_below_the_last_place_is_rounded_down() {
	assert_eq!(parse_fixed("0.0000000000000000019"), Ok(1));
	assert_eq!(parse_fixed("99e-20"), Ok(0));
	assert_eq!(parse_fixed("1e-40"), Ok(0));
}

#[test]
fn what_is_no_plain_number_is_malformed() {
	for text in [
		"", " ", "-1", "+1", ".5", "5.", "1.2.3", "1,5", "NaN", "inf", "Infinity", "0x10", "1e",
		"1e+", "1e1.5", "1e5e5", " 1", "1 ", "1_000", "١",
	] {
		assert_eq!(parse_fixed(text), Err(Malformed), "{text:?}");
	}
}

#[test]
fn what_is_too_large_is_out_of_range() {
	for text in [
		"1e41",
		"1e-41",
		"1e99999999999999999999",
		"340282366920938463464",
		"1e21",
	] {
		assert_eq!(parse_fixed(text), Err(OutOfRange), "{text:?}");
	}
	assert_eq!(parse_fixed(&"9".repeat(60_000)), Err(OutOfRange));
	assert_eq!(
		parse_fixed(&["1.", &"9".repeat(60_000)].concat()),
		Ok(2 * ONE - 1)
	);
}

#[test]
fn neither_zero_nor_more_than_a_billion_is_a_price() {
	assert_eq!(parse_price("0.000"), Err(NotAPrice));
	assert_eq!(parse_price("1000000000"), Ok(Price::MAX));
	assert_eq!(parse_price("1000000000.000000000000000001"), Err(NotAPrice));
	assert_eq!(parse_price("1e-18"), Ok(Price::MIN));
}

proptest! {
	#![proptest_config(cases(256))]

	#[test]
	fn every_price_survives_being_written_and_read(raw in 0u128..=u128::MAX / 2) {
		let text = format!("{}.{:018}", raw / ONE, raw % ONE);
		prop_assert_eq!(parse_fixed(&text), Ok(raw));
	}

	#[test]
	fn every_way_to_write_a_number_means_the_same(digits in 1u64.., shift in 0i32..18) {
		let plain = u128::from(digits) * 10u128.pow(18 - shift as u32);
		prop_assert_eq!(parse_fixed(&format!("{digits}e-{shift}")), Ok(plain));
		prop_assert_eq!(parse_fixed(&format!("{digits}E-0{shift}")), Ok(plain));
		prop_assert_eq!(parse_fixed(&format!("00{digits}.0e-{shift}")), Ok(plain));
	}

	#[test]
	fn no_text_panics(text in ".*") {
		let _ = parse_fixed(&text);
	}

	#[test]
	fn nothing_that_looks_like_a_number_panics(text in "[0-9]{0,50}[.]?[0-9]{0,50}[eE]?[+-]?[0-9]{0,12}") {
		let _ = parse_fixed(&text);
	}
}
