//! Bitstamp: `/api/v2/ticker/{pair}/`, quoted in USD.

use super::{answer, json, Asked, Exchange, Listing, Reply};
use crate::{asset::Asset, quote::Ticker, AppState};
use axum::{
	extract::{Path, State},
	http::StatusCode,
	response::Response,
	routing::get,
	Router,
};
use serde::Serialize;

/// Its markets, by the names its answers use; requests have them in lower case without the slash.
pub const LISTINGS: [Listing; 6] = [
	Listing {
		asset: Asset::Btc,
		symbol: "BTC/USD",
		decimals: 0,
	},
	Listing {
		asset: Asset::Eth,
		symbol: "ETH/USD",
		decimals: 1,
	},
	Listing {
		asset: Asset::Dot,
		symbol: "DOT/USD",
		decimals: 4,
	},
	Listing {
		asset: Asset::Usdt,
		symbol: "USDT/USD",
		decimals: 5,
	},
	Listing {
		asset: Asset::Usdc,
		symbol: "USDC/USD",
		decimals: 5,
	},
	Listing {
		asset: Asset::Crn,
		symbol: "CRN/USD",
		decimals: 5,
	},
];

/// Its routes. The real one takes a path with and without the slash at its end.
pub fn routes() -> Router<AppState> {
	Router::new()
		.route("/bitstamp/api/v2/ticker", get(all_tickers))
		.route("/bitstamp/api/v2/ticker/", get(all_tickers))
		.route("/bitstamp/api/v2/ticker/{pair}", get(ticker))
		.route("/bitstamp/api/v2/ticker/{pair}/", get(ticker))
}

async fn ticker(State(state): State<AppState>, Path(pair): Path<String>) -> Response {
	let render = |tickers: &[Ticker]| json(&tickers.first().map(body));
	answer(&state, Exchange::Bitstamp, listing(&pair), render).await
}

async fn all_tickers(State(state): State<AppState>) -> Response {
	let render = |tickers: &[Ticker]| json(&tickers.iter().map(body).collect::<Vec<_>>());
	answer(
		&state,
		Exchange::Bitstamp,
		Ok(LISTINGS.iter().collect()),
		render,
	)
	.await
}

fn listing(pair: &str) -> Asked {
	let found = LISTINGS
		.iter()
		.find(|l| l.symbol.replace('/', "").to_ascii_lowercase() == pair);
	match found {
		Some(listing) => Ok(vec![listing]),
		None => Err(Reply {
			status: StatusCode::NOT_FOUND,
			body: error("404.002", "Currency pair not found."),
		}),
	}
}

/// An error body. The real one's documentation lists the codes of refused requests; those of unknown
/// pairs and of its own trouble it does not show, so a client should go by the status.
pub fn error(code: &str, reason: &str) -> String {
	#[derive(Serialize)]
	struct Body<'a> {
		status: &'a str,
		reason: &'a str,
		response_code: &'a str,
	}
	json(&Body {
		status: "error",
		reason,
		response_code: code,
	})
}

#[derive(Serialize)]
struct Body {
	timestamp: String,
	open: String,
	high: String,
	low: String,
	last: String,
	volume: String,
	vwap: String,
	bid: String,
	ask: String,
	open_24: String,
	percent_change_24: String,
	pair: &'static str,
}

fn body(t: &Ticker) -> Body {
	Body {
		timestamp: t.seconds().to_string(),
		open: t.padded(t.open),
		high: t.padded(t.high),
		low: t.padded(t.low),
		last: t.padded(t.last),
		volume: t.volume.fixed(8),
		vwap: t.padded(t.average),
		bid: t.padded(t.bid),
		ask: t.padded(t.ask),
		open_24: t.padded(t.open),
		percent_change_24: t.change_percent(2),
		pair: t.listing.symbol,
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::quote::tests::ticker;

	#[test]
	fn ticker_has_the_exact_shape() {
		assert_eq!(
			json(&body(&ticker(Exchange::Bitstamp, Asset::Btc))),
			concat!(
				r#"{"timestamp":"1772368496","open":"59394","high":"60294","low":"59094","#,
				r#""last":"59994","volume":"833.41667500","vwap":"59694","bid":"59988","#,
				r#""ask":"60000","open_24":"59394","percent_change_24":"1.01","pair":"BTC/USD"}"#
			)
		);
	}

	#[test]
	fn markets_are_asked_for_in_lower_case() {
		for listing_of in &LISTINGS {
			let name = format!("{}usd", listing_of.asset.name().to_lowercase());
			assert_eq!(listing(&name).unwrap(), [listing_of]);
		}
	}

	#[test]
	fn what_is_not_listed_is_not_found() {
		for pair in ["dogeusd", "BTCUSD", "btc/usd"] {
			let reply = listing(pair).unwrap_err();
			assert_eq!(reply.status, StatusCode::NOT_FOUND);
			assert_eq!(
				reply.body,
				r#"{"status":"error","reason":"Currency pair not found.","response_code":"404.002"}"#
			);
		}
	}
}
