use super::cases;
use crate::worker::json::{find, is_pointer, parse, says, text, JsonError};
use proptest::prelude::*;

const KRAKEN: &str = r#"{"error":[],"result":{"XXBTZUSD":{"a":["29207.50000","1","1.000"],
	"b":["29204.50000","2","2.000"],"c":["29207.50000","0.01327170"],"t":[27258,43204]}}}"#;
const COINGECKO: &str =
	r#"{"bitcoin":{"usd":43808.30302432908,"last_updated_at":1711356300},"pepe":{"usd":7.94e-06}}"#;
const BITFINEX: &str = r#"[["tBTCUSD",25008.1,3.5,25008.5,1,-12,-0.0005,25008.4,700,26000,24000]]"#;

fn read(document: &str, pointer: &str) -> Result<String, JsonError> {
	let root = parse(document.as_bytes())?;
	text(find(root, pointer.as_bytes())?).map(|text| text.into_owned())
}

#[test]
fn a_number_is_the_same_bare_or_in_a_string() {
	assert_eq!(read(r#"{"p":"1.50"}"#, "/p").unwrap(), "1.50");
	assert_eq!(read(r#"{"p": 1.50 }"#, "/p").unwrap(), "1.50");
}

#[test]
fn no_digit_is_lost_to_a_float() {
	assert_eq!(
		read(COINGECKO, "/bitcoin/usd").unwrap(),
		"43808.30302432908"
	);
	assert_eq!(read(COINGECKO, "/pepe/usd").unwrap(), "7.94e-06");
	let long = r#"{"p":0.123456789012345678901234567890}"#;
	assert_eq!(
		read(long, "/p").unwrap(),
		"0.123456789012345678901234567890"
	);
}

#[test]
fn arrays_are_indexed() {
	assert_eq!(read(KRAKEN, "/result/XXBTZUSD/a/0").unwrap(), "29207.50000");
	assert_eq!(read(BITFINEX, "/0/1").unwrap(), "25008.1");
	assert_eq!(read(BITFINEX, "/0/11"), Err(JsonError::NotFound));
	assert_eq!(read(BITFINEX, "/00/1"), Err(JsonError::NotFound));
	assert_eq!(read(BITFINEX, "/-1/1"), Err(JsonError::NotFound));
	assert_eq!(
		read(BITFINEX, "/99999999999999999999999/1"),
		Err(JsonError::NotFound)
	);
}

#[test]
fn the_star_is_the_only_member() {
	assert_eq!(read(KRAKEN, "/result/*/b/0").unwrap(), "29204.50000");
	assert_eq!(read(BITFINEX, "/*/1").unwrap(), "25008.1");
	assert_eq!(read(COINGECKO, "/*/usd"), Err(JsonError::Ambiguous));
	assert_eq!(
		read(r#"{"result":{}}"#, "/result/*"),
		Err(JsonError::NotFound)
	);
	assert_eq!(
		read(r#"{"result":7}"#, "/result/*"),
		Err(JsonError::NotFound)
	);
}

#[test]
fn a_key_that_is_there_twice_is_no_answer() {
	assert_eq!(
		read(r#"{"p":"1","p":"2"}"#, "/p"),
		Err(JsonError::Ambiguous)
	);
}

#[test]
fn escapes_are_those_of_the_rfc() {
	let document = r#"{"a/b":1,"m~n":2,"":3,"k\"l":4,"\u00e9":5}"#;
	assert_eq!(read(document, "/a~1b").unwrap(), "1");
	assert_eq!(read(document, "/m~0n").unwrap(), "2");
	assert_eq!(read(document, "/").unwrap(), "3");
	assert_eq!(read(document, "/k\"l").unwrap(), "4");
	assert_eq!(read(document, "/é").unwrap(), "5");
	for pointer in ["a", "/a~2", "/a~"] {
		assert!(!is_pointer(pointer.as_bytes()), "{pointer}");
	}
	assert!(is_pointer(b"") && is_pointer(b"/a/*/0") && !is_pointer(b"/\xff"));
}

#[test]
fn only_numbers_and_strings_are_text() {
	for value in ["null", "true", "[]", "{}", "[1]"] {
		assert_eq!(
			read(&format!(r#"{{"p":{value}}}"#), "/p"),
			Err(JsonError::NotText),
			"{value}"
		);
	}
}

#[test]
fn what_a_source_says_of_errors_is_compared_without_blanks() {
	let says = |document: &str, expected: &str| {
		says(parse(document.as_bytes()).unwrap(), expected.as_bytes())
	};
	assert!(says("[ ]", "[]") && says("\"0\"", "0") && says("0", "0") && says(" { } ", "{}"));
	assert!(!says(r#"["EQuery:Unknown asset pair"]"#, "[]") && !says("\"51001\"", "0"));
	assert!(says("null", "null") && !says("null", ""));
}

#[test]
fn what_is_no_json_is_malformed() {
	for document in [
		"",
		" ",
		"<html>",
		"{",
		"{}}",
		r#"{"p":1"#,
		r#"{"p":}"#,
		r#"{p:1}"#,
		"NaN",
		r#"{"p":01}"#,
		"{'p':1}",
		"[1,]",
		"\"\\ud800\"x",
	] {
		assert_eq!(
			read(document, "/p"),
			Err(JsonError::Malformed),
			"{document}"
		);
	}
	assert_eq!(parse(b"{\"p\":\"\xff\"}").err(), Some(JsonError::Malformed));
}

#[test]
fn deep_nesting_is_no_danger() {
	let deep = [&"[".repeat(30_000), "1", &"]".repeat(30_000)].concat();
	assert!(read(&deep, &"/0".repeat(40)).is_err());
	let unclosed = "[".repeat(60_000);
	assert_eq!(read(&unclosed, "/0"), Err(JsonError::Malformed));
	let hidden = format!(r#"{{"x":{deep},"p":2}}"#);
	assert_eq!(read(&hidden, "/p").unwrap(), "2");
}

proptest! {
	#![proptest_config(cases(256))]

	#[test]
	fn no_bytes_panic(document: Vec<u8>, pointer: Vec<u8>) {
		if let Ok(root) = parse(&document) {
			let _ = find(root, &pointer).map(|value| text(value).map(|text| text.len()));
		}
	}

	#[test]
	fn nothing_that_looks_like_json_panics(
		document in r#"[\[\]{}",:0-9a-e.\\u *-]{0,60}"#,
		pointer in r#"[/*~a-e0-2]{0,12}"#,
	) {
		if let Ok(root) = parse(document.as_bytes()) {
			let _ = find(root, pointer.as_bytes()).map(|value| text(value).map(|text| text.len()));
		}
	}

	#[test]
	fn every_member_is_found(
		members in prop::collection::btree_map("[a-z~/\"\\\\é]{0,6}", 0u64.., 1..8),
	) {
		let document = serde_json::to_string(&members).unwrap();
		for (key, value) in &members {
			let pointer = format!("/{}", key.replace('~', "~0").replace('/', "~1"));
			prop_assert_eq!(read(&document, &pointer), Ok(value.to_string()));
		}
	}

	/// Answers as exchanges send them, damaged on their way.
	#[test]
	fn no_damage_panics(
		which in 0usize..3,
		damages in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0u8..3), 1..6),
		pointer in prop::sample::select(vec!["/result/*/a/0", "/bitcoin/usd", "/0/1", "/*/*", ""]),
	) {
		let mut document = [KRAKEN, COINGECKO, BITFINEX][which].as_bytes().to_vec();
		for (place, byte, how) in damages {
			let place = place.index(document.len());
			match how {
				0 => document[place] = byte,
				1 => document.insert(place, byte),
				_ => document.truncate(place + 1),
			}
		}
		if let Ok(root) = parse(&document) {
			if let Ok(text) = find(root, pointer.as_bytes()).and_then(text) {
				let _ = crate::worker::decimal::parse_price(&text);
			}
		}
	}
}
