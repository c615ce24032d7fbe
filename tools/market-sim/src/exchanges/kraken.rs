//! Kraken spot: `/0/public/Ticker`, quoted in USD. Errors come with status 200.

use super::{answer, json, Asked, Exchange, Listing, Reply};
use crate::{asset::Asset, quote::Ticker, AppState};
use axum::{
	extract::{Query, State},
	response::Response,
	routing::get,
	Router,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Its markets, by the names its answers use. See [`ALIASES`] for those of its requests.
pub const LISTINGS: [Listing; 6] = [
	Listing {
		asset: Asset::Btc,
		symbol: "XXBTZUSD",
		decimals: 1,
	},
	Listing {
		asset: Asset::Eth,
		symbol: "XETHZUSD",
		decimals: 2,
	},
	Listing {
		asset: Asset::Dot,
		symbol: "DOTUSD",
		decimals: 4,
	},
	Listing {
		asset: Asset::Usdt,
		symbol: "USDTZUSD",
		decimals: 5,
	},
	Listing {
		asset: Asset::Usdc,
		symbol: "USDCUSD",
		decimals: 4,
	},
	Listing {
		asset: Asset::Crn,
		symbol: "CRNUSD",
		decimals: 5,
	},
];

/// What else a market may be asked by; the answer's key is the symbol of the listing all the same.
const ALIASES: [(&str, Asset); 10] = [
	("XBTUSD", Asset::Btc),
	("BTCUSD", Asset::Btc),
	("XBT/USD", Asset::Btc),
	("ETHUSD", Asset::Eth),
	("ETH/USD", Asset::Eth),
	("DOT/USD", Asset::Dot),
	("USDTUSD", Asset::Usdt),
	("USDT/USD", Asset::Usdt),
	("USDC/USD", Asset::Usdc),
	("CRN/USD", Asset::Crn),
];

/// Its routes.
pub fn routes() -> Router<AppState> {
	Router::new().route("/kraken/0/public/Ticker", get(ticker))
}

#[derive(Deserialize)]
struct Wanted {
	pair: Option<String>,
}

async fn ticker(State(state): State<AppState>, Query(wanted): Query<Wanted>) -> Response {
	answer(
		&state,
		Exchange::Kraken,
		listings(wanted.pair.as_deref()),
		body,
	)
	.await
}

/// A list separated by commas, or everything. One unknown pair fails the whole list.
fn listings(pair: Option<&str>) -> Asked {
	let Some(pair) = pair else {
		return Ok(LISTINGS.iter().collect());
	};
	pair.split(',')
		.map(|name| {
			let alias = ALIASES.iter().find(|(alias, _)| *alias == name);
			match alias {
				Some((_, asset)) => Exchange::Kraken.listing(*asset),
				None => Exchange::Kraken.listing_named(name),
			}
			.ok_or_else(|| Reply::ok(error("EQuery:Unknown asset pair")))
		})
		.collect()
}

/// An error body.
pub fn error(what: &str) -> String {
	#[derive(Serialize)]
	struct Body<'a> {
		error: [&'a str; 1],
	}
	json(&Body { error: [what] })
}

#[derive(Serialize)]
struct Body {
	error: [&'static str; 0],
	result: BTreeMap<&'static str, Pair>,
}

#[derive(Serialize)]
struct Pair {
	/// Ask: price, whole lots, lots.
	a: [String; 3],
	/// Bid, likewise.
	b: [String; 3],
	/// Last trade: price, volume.
	c: [String; 2],
	/// Volume today and in 24 hours, as all pairs that follow.
	v: [String; 2],
	/// Average price.
	p: [String; 2],
	/// Number of trades.
	t: [u32; 2],
	/// Lowest price.
	l: [String; 2],
	/// Highest price.
	h: [String; 2],
	/// Opening price today.
	o: String,
}

fn body(tickers: &[Ticker]) -> String {
	let result = tickers
		.iter()
		.map(|t| (t.listing.symbol, pair(t)))
		.collect();
	json(&Body { error: [], result })
}

fn pair(t: &Ticker) -> Pair {
	// The two assets of the old naming scheme keep five decimals, whatever their price step.
	let decimals = if t.listing.symbol.starts_with('X') {
		5
	} else {
		t.listing.decimals
	};
	let price = |price: crate::decimal::Decimal| price.fixed(decimals);
	let twice = |text: String| [text.clone(), text];
	Pair {
		a: [price(t.ask), "1".into(), "1.000".into()],
		b: [price(t.bid), "2".into(), "2.000".into()],
		c: [price(t.last), "0.01327170".into()],
		v: twice(t.volume.fixed(8)),
		p: twice(price(t.average)),
		t: [27_258, 43_204],
		l: twice(price(t.low)),
		h: twice(price(t.high)),
		o: price(t.open),
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::quote::tests::ticker;
	use axum::http::StatusCode;

	#[test]
	fn ticker_has_the_exact_shape_and_its_own_key() {
		assert_eq!(
			body(&[ticker(Exchange::Kraken, Asset::Btc)]),
			concat!(
				r#"{"error":[],"result":{"XXBTZUSD":{"a":["60006.00000","1","1.000"],"#,
				r#""b":["59994.00000","2","2.000"],"c":["60000.00000","0.01327170"],"#,
				r#""v":["833.33333333","833.33333333"],"p":["59700.00000","59700.00000"],"#,
				r#""t":[27258,43204],"l":["59100.00000","59100.00000"],"#,
				r#""h":["60300.00000","60300.00000"],"o":"59400.00000"}}}"#
			)
		);
	}

	#[test]
	fn several_pairs_share_one_result() {
		let tickers = [Asset::Usdt, Asset::Dot].map(|asset| ticker(Exchange::Kraken, asset));
		let parsed: serde_json::Value = serde_json::from_str(&body(&tickers)).unwrap();
		assert_eq!(parsed["result"]["USDTZUSD"]["c"][0], "1.00000");
		assert_eq!(parsed["result"]["DOTUSD"]["c"][0], "6.0000");
		assert_eq!(parsed["result"]["DOTUSD"]["a"][0], "6.0006");
	}

	#[test]
	fn every_alias_leads_to_its_market() {
		for (alias, asset) in ALIASES {
			assert_eq!(listings(Some(alias)).unwrap()[0].asset, asset);
		}
		for listing in &LISTINGS {
			assert_eq!(listings(Some(listing.symbol)).unwrap(), [listing]);
		}
		assert_eq!(
			listings(Some("XBTUSD,CRNUSD")).unwrap(),
			[&LISTINGS[0], &LISTINGS[5]]
		);
		assert_eq!(listings(None).unwrap().len(), LISTINGS.len());
	}

	#[test]
	fn one_unknown_pair_fails_the_list_with_status_200() {
		for pair in ["", "DOGEUSD", "XBTUSD,DOGEUSD", "xbtusd"] {
			let reply = listings(Some(pair)).unwrap_err();
			assert_eq!(reply.status, StatusCode::OK);
			assert_eq!(reply.body, r#"{"error":["EQuery:Unknown asset pair"]}"#);
		}
	}
}
