use super::cases;
use crate::{
	mock::*,
	types::*,
	worker::{
		decimal::DecimalError,
		json::JsonError,
		price::{agree, convert, median, observe, AnswerError, Observation, Rate},
		settle, Observed,
	},
};
use cairn_math::Price;
use cairn_primitives::AssetId;
use frame_support::{traits::ConstU32, BoundedVec};
use proptest::prelude::*;
use std::collections::BTreeSet;

fn bounded<const N: u32>(text: &str) -> BoundedVec<u8, ConstU32<N>> {
	text.as_bytes().to_vec().try_into().unwrap()
}

fn exchange(bid: &str, ask: &str, last: &str, error: Option<(&str, &str)>) -> Source {
	let pointer = |text: &str| (!text.is_empty()).then(|| bounded(text));
	Source {
		name: bounded("exchange"),
		url: bounded("https://exchange.example"),
		bid: pointer(bid),
		ask: pointer(ask),
		last: pointer(last),
		error: error.map(|(pointer, none)| ErrorCheck {
			pointer: bounded(pointer),
			none: bounded(none),
		}),
		quote: QuoteCurrency::Usd,
	}
}

fn at(price: Price) -> Observation {
	Observation {
		price,
		spread: 0,
		doubt: 0,
	}
}

#[test]
fn the_answers_of_the_great_exchanges_are_understood() {
	let cases = [
		(
			exchange(
				"/result/*/b/0",
				"/result/*/a/0",
				"/result/*/c/0",
				Some(("/error", "[]")),
			),
			r#"{"error":[],"result":{"XXBTZUSD":{"a":["29207.5","1","1.000"],"b":["29204.5","2","2.000"],
			"c":["29206.5","0.01327170"],"t":[27258,43204],"o":"29476.80000"}}}"#,
			29_206_500,
		),
		(
			exchange(
				"/data/0/bidPx",
				"/data/0/askPx",
				"/data/0/last",
				Some(("/code", "0")),
			),
			r#"{"code":"0","msg":"","data":[{"instId":"BTC-USDT","last":"24969.2","askPx":"24969.3",
			"bidPx":"24969.2","ts":"1686844335704"}]}"#,
			24_969_200,
		),
		(
			exchange("/bid", "/ask", "/price", None),
			r#"{"ask":"25499.81","bid":"25499.8","volume":"1","trade_id":5,"price":"25499.81"}"#,
			25_499_810,
		),
		(
			exchange("", "", "/data/amount", None),
			r#"{"data":{"amount":"1020.25"}}"#,
			1_020_250,
		),
		(
			exchange("", "", "/bitcoin/usd", None),
			r#"{"bitcoin":{"usd":43808.303}}"#,
			43_808_303,
		),
		(
			exchange("/0/1", "/0/3", "/0/7", None),
			r#"[["tBTCUSD",25008.1,3.5,25008.5,1,-12,-0.0005,25008.4,700,26000,24000]]"#,
			25_008_400,
		),
	];
	for (source, answer, expected) in cases {
		assert_eq!(
			observe(&source, answer.as_bytes()).unwrap().price,
			milli(expected),
			"{answer}"
		);
	}
}

#[test]
fn an_error_with_status_200_is_an_error() {
	let kraken = exchange("/result/*/b/0", "", "", Some(("/error", "[]")));
	let answer = br#"{"error":["EQuery:Unknown asset pair"]}"#;
	assert_eq!(observe(&kraken, answer), Err(AnswerError::Refused));
	let okx = exchange("/data/0/bidPx", "", "", Some(("/code", "0")));
	let answer = br#"{"code":"51001","msg":"Instrument ID doesn't exist.","data":[]}"#;
	assert_eq!(observe(&okx, answer), Err(AnswerError::Refused));
	let not_found = Err(AnswerError::Json(JsonError::NotFound));
	let answer = br#"{"Response":"Error","Message":"There is no data for the symbol","Type":2}"#;
	assert_eq!(observe(&exchange("", "", "/USD", None), answer), not_found);
	assert_eq!(
		observe(&exchange("", "", "/bitcoin/usd", None), b"{}"),
		not_found
	);
	assert_eq!(observe(&kraken, b"{}"), not_found);
}

#[test]
fn a_print_of_zero_is_no_price() {
	let all = exchange("/bid", "/ask", "/last", None);
	let last = exchange("", "", "/last", None);
	// What an exchange that has just lost its market shows, and what is too little to be a price.
	for zero in [
		"0",
		"0.0",
		"0.00000000",
		"0e9",
		"1e-19",
		"0.0000000000000000009",
	] {
		for zero in [zero.to_owned(), format!("\"{zero}\"")] {
			let error = Err(AnswerError::Decimal(DecimalError::NotAPrice));
			let answer = format!(r#"{{"bid":"0","ask":"0","last":{zero}}}"#);
			assert_eq!(observe(&last, answer.as_bytes()), error, "{zero}");
			// Not even if the order book is there.
			let answer = format!(r#"{{"bid":"99.9","ask":"100.1","last":{zero}}}"#);
			assert_eq!(observe(&all, answer.as_bytes()), error, "{zero}");
		}
	}
	// It leaves the others alone.
	let seen = [100, 101, 102].map(|dollars| at(usd(dollars)));
	assert_eq!(agree(&seen).unwrap().price, usd(101));
	assert_eq!(agree(&seen[..2]), None);
}

#[test]
fn a_malformed_answer_has_a_reason() {
	let source = exchange("/bid", "/ask", "/last", None);
	let observe = |answer: &str| observe(&source, answer.as_bytes());
	assert_eq!(
		observe("<html>502</html>"),
		Err(AnswerError::Json(JsonError::Malformed))
	);
	assert_eq!(
		observe(r#"{"bid":"1","ask":"2"}"#),
		Err(AnswerError::Json(JsonError::NotFound)),
		"all that the feed asks for has to be there",
	);
	assert_eq!(
		observe(r#"{"bid":"1","ask":"2","last":null}"#),
		Err(AnswerError::Json(JsonError::NotText)),
	);
	assert_eq!(
		observe(r#"{"bid":"1","ask":"2","last":"n/a"}"#),
		Err(AnswerError::Decimal(DecimalError::Malformed)),
	);
	assert_eq!(
		observe(r#"{"bid":"0","ask":"2","last":"1"}"#),
		Err(AnswerError::Decimal(DecimalError::NotAPrice)),
	);
	assert_eq!(
		observe(r#"{"bid":-1,"ask":"2","last":"1"}"#),
		Err(AnswerError::Decimal(DecimalError::Malformed)),
	);
	assert_eq!(
		observe(r#"{"bid":"3","ask":"2","last":"1"}"#),
		Err(AnswerError::Crossed)
	);
}

#[test]
fn the_middle_of_the_market_withstands_a_wild_last_trade() {
	let source = exchange("/bid", "/ask", "/last", None);
	let seen = observe(&source, br#"{"bid":"99","ask":"101","last":"5000"}"#).unwrap();
	assert_eq!(
		seen,
		Observation {
			price: usd(101),
			spread: usd(2).raw(),
			doubt: 0
		}
	);
}

#[test]
fn fewer_than_three_sources_are_no_price() {
	assert_eq!(agree(&[at(usd(5)), at(usd(5))]), None);
	assert_eq!(
		agree(&[at(usd(5)), at(usd(6)), at(usd(5))]).unwrap().price,
		usd(5)
	);
}

#[test]
fn an_outlier_does_not_count() {
	let seen = [
		at(milli(99_900)),
		at(usd(100)),
		at(milli(100_100)),
		at(usd(250)),
	];
	let agreed = agree(&seen).unwrap();
	assert_eq!((agreed.price, agreed.sources), (usd(100), 4));
	// 1.4826 · 0.1
	assert_eq!(agreed.confidence, 148_260_000_000_000_000);
}

#[test]
fn confidence_is_never_finer_than_two_basis_points() {
	assert_eq!(
		agree(&[at(usd(100)); 5]).unwrap().confidence,
		milli(20).raw()
	);
}

#[test]
fn a_wide_market_is_doubtful() {
	let wide = Observation {
		spread: usd(6).raw(),
		..at(usd(100))
	};
	assert_eq!(agree(&[wide; 3]).unwrap().confidence, usd(3).raw());
}

#[test]
fn the_median_of_an_even_number_is_the_middle() {
	assert_eq!(median(vec![]), None);
	assert_eq!(median(vec![7]), Some(7));
	assert_eq!(median(vec![4, 1, 3, 2]), Some(2));
	assert_eq!(median(vec![u128::MAX, u128::MAX - 2]), Some(u128::MAX - 1));
}

#[test]
fn a_dollar_of_tether_is_not_a_dollar() {
	let seen = Observation {
		spread: usd(1).raw(),
		..at(usd(10))
	};
	let tether = Rate {
		price: milli(950),
		confidence: milli(2).raw(),
	};
	assert_eq!(
		convert(seen, tether).unwrap(),
		Observation {
			price: milli(9_500),
			spread: milli(950).raw(),
			doubt: milli(20).raw(),
		}
	);
}

#[test]
fn the_doubt_about_a_currency_is_doubt_about_what_it_buys() {
	let doubtful = Observation {
		doubt: usd(2).raw(),
		..at(usd(100))
	};
	let sure = at(usd(100));
	let confidence = |seen: &[Observation]| agree(seen).unwrap().confidence - milli(20).raw();
	assert_eq!(confidence(&[doubtful; 4]), usd(2).raw());
	// As many in dollars: half of it. Most in dollars: their median is in dollars.
	assert_eq!(confidence(&[doubtful, doubtful, sure, sure]), usd(1).raw());
	assert_eq!(confidence(&[doubtful, sure, sure]), 0);
}

/// Any two feeds have different ids.
fn id(asset: &AssetId) -> FeedId {
	match asset {
		AssetId::Native => FeedId(0),
		AssetId::WithId(id) => FeedId(*id as u16),
	}
}

fn observed(asset: AssetId, seen: &[(Option<AssetId>, Price)]) -> Observed {
	let currency = |asset: &Option<AssetId>| {
		asset
			.clone()
			.map_or(QuoteCurrency::Usd, QuoteCurrency::Asset)
	};
	let observations = seen
		.iter()
		.map(|(asset, price)| (currency(asset), at(*price)))
		.collect();
	Observed {
		feed: id(&asset),
		asset,
		is_currency: true,
		observations,
	}
}

fn times(count: usize, asset: Option<AssetId>, price: Price) -> Vec<(Option<AssetId>, Price)> {
	vec![(asset, price); count]
}

#[test]
fn feeds_are_converted_by_feeds_whatever_their_order() {
	let native = AssetId::Native;
	let settled = settle(
		vec![
			observed(native.clone(), &times(3, Some(DOT), usd(2))),
			observed(DOT, &times(3, Some(USDT), usd(10))),
			observed(
				USDT,
				&[
					(None, milli(950)),
					(None, milli(950)),
					(Some(CUSD), milli(950)),
				],
			),
		],
		BTreeSet::from([CUSD]),
	);
	assert_eq!(settled[&id(&USDT)].price, milli(950));
	assert_eq!(settled[&id(&DOT)].price, milli(9_500));
	assert_eq!(settled[&id(&native)].price, usd(19));
	// And with the doubts of both: 0.02 % each, rounded up.
	let tether = settled[&id(&USDT)].confidence;
	let dot = settled[&id(&DOT)].confidence;
	assert_eq!(tether, milli(950).raw() / 5_000);
	assert_eq!(dot, milli(9_500).raw() / 5_000 + 10 * tether);
}

#[test]
fn a_currency_without_a_price_costs_only_the_sources_that_quote_it() {
	let enough = [
		(None, usd(10)),
		(None, usd(10)),
		(None, usd(10)),
		(Some(USDT), usd(10)),
	];
	let settled = settle(
		vec![
			observed(DOT, &enough),
			observed(USDT, &times(2, None, usd(1))),
		],
		BTreeSet::new(),
	);
	assert_eq!(settled[&id(&DOT)].sources, 3);
	assert!(!settled.contains_key(&id(&USDT)));
}

#[test]
fn a_feed_on_trial_is_no_currency() {
	let trial = Observed {
		feed: FeedId(99),
		is_currency: false,
		..observed(USDT, &times(3, None, milli(500)))
	};
	let settled = settle(
		vec![
			trial,
			observed(DOT, &times(3, Some(USDT), usd(10))),
			observed(USDT, &times(3, None, usd(1))),
		],
		BTreeSet::new(),
	);
	assert_eq!(settled[&FeedId(99)].price, milli(500));
	assert_eq!(settled[&id(&DOT)].price, usd(10));
}

#[test]
fn a_circle_of_currencies_ends() {
	let settled = settle(
		vec![
			observed(DOT, &times(3, Some(USDT), usd(10))),
			observed(USDT, &times(3, Some(DOT), milli(100))),
			observed(AssetId::Native, &[(Some(DOT), milli(100)), (None, usd(3))]),
		],
		BTreeSet::new(),
	);
	assert!(settled.is_empty());
}

proptest! {
	#![proptest_config(cases(256))]

	#[test]
	fn the_price_lies_among_the_sources(prices in prop::collection::vec(1..Price::MAX.raw(), 3..10)) {
		let seen: Vec<_> = prices.iter().map(|raw| at(Price::new(*raw).unwrap())).collect();
		let agreed = agree(&seen).unwrap();
		prop_assert!(agreed.price.raw() >= *prices.iter().min().unwrap());
		prop_assert!(agreed.price.raw() <= *prices.iter().max().unwrap());
	}

	#[test]
	fn a_minority_of_sources_cannot_move_the_price_out_of_the_honest_range(
		honest in prop::collection::vec(900u128..1_100, 3..8),
		lies in prop::collection::vec(1u128..1_000_000, 0..7),
	) {
		let lies = &lies[..lies.len().min(honest.len() - 1)];
		let seen: Vec<_> = honest.iter().chain(lies).map(|price| at(milli(*price))).collect();
		let price = agree(&seen).unwrap().price;
		prop_assert!(price >= milli(*honest.iter().min().unwrap()));
		prop_assert!(price <= milli(*honest.iter().max().unwrap()));
	}

	#[test]
	fn no_answer_panics(answer: Vec<u8>) {
		let _ = observe(&exchange("/a/*", "/b/0", "", Some(("/c", "[]"))), &answer);
	}
}
