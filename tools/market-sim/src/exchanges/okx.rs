//! OKX: `/api/v5/market/ticker`, quoted in USDT, and USDT itself in USD. An unknown instrument comes with status 200.

use super::{answer, json, Asked, Exchange, Listing, Reply};
use crate::{asset::Asset, quote::Ticker, AppState};
use axum::{
	extract::{Query, State},
	http::StatusCode,
	response::Response,
	routing::get,
	Router,
};
use serde::{Deserialize, Serialize};

/// Its markets.
pub const LISTINGS: [Listing; 6] = [
	Listing {
		asset: Asset::Btc,
		symbol: "BTC-USDT",
		decimals: 1,
	},
	Listing {
		asset: Asset::Eth,
		symbol: "ETH-USDT",
		decimals: 2,
	},
	Listing {
		asset: Asset::Dot,
		symbol: "DOT-USDT",
		decimals: 4,
	},
	Listing {
		asset: Asset::Usdt,
		symbol: "USDT-USD",
		decimals: 5,
	},
	Listing {
		asset: Asset::Usdc,
		symbol: "USDC-USDT",
		decimals: 5,
	},
	Listing {
		asset: Asset::Crn,
		symbol: "CRN-USDT",
		decimals: 5,
	},
];

/// Its routes.
pub fn routes() -> Router<AppState> {
	Router::new().route("/okx/api/v5/market/ticker", get(ticker))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wanted {
	inst_id: Option<String>,
}

async fn ticker(State(state): State<AppState>, Query(wanted): Query<Wanted>) -> Response {
	answer(
		&state,
		Exchange::Okx,
		listing(wanted.inst_id.as_deref()),
		body,
	)
	.await
}

fn listing(instrument: Option<&str>) -> Asked {
	let Some(instrument) = instrument.filter(|name| !name.is_empty()) else {
		return Err(Reply {
			status: StatusCode::BAD_REQUEST,
			body: error("50014", "Parameter instId can not be empty"),
		});
	};
	match Exchange::Okx.listing_named(instrument) {
		Some(listing) => Ok(vec![listing]),
		None => Err(Reply::ok(error(
			"51001",
			"Instrument ID, Instrument ID code, or Spread ID doesn't exist.",
		))),
	}
}

#[derive(Serialize)]
struct Envelope<'a> {
	code: &'a str,
	msg: &'a str,
	data: &'a [Instrument],
}

/// An error body.
pub fn error(code: &str, msg: &str) -> String {
	json(&Envelope {
		code,
		msg,
		data: &[],
	})
}

/// Prices are printed without zeros at the end.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Instrument {
	inst_type: &'static str,
	inst_id: &'static str,
	last: String,
	last_sz: &'static str,
	ask_px: String,
	ask_sz: &'static str,
	bid_px: String,
	bid_sz: &'static str,
	open24h: String,
	high24h: String,
	low24h: String,
	vol_ccy24h: String,
	vol24h: String,
	ts: String,
	sod_utc0: String,
	sod_utc8: String,
}

fn body(tickers: &[Ticker]) -> String {
	let data: Vec<Instrument> = tickers.iter().map(instrument).collect();
	json(&Envelope {
		code: "0",
		msg: "",
		data: &data,
	})
}

fn instrument(t: &Ticker) -> Instrument {
	Instrument {
		inst_type: "SPOT",
		inst_id: t.listing.symbol,
		last: t.last.to_string(),
		last_sz: "0.00001143",
		ask_px: t.ask.to_string(),
		ask_sz: "1.41619718",
		bid_px: t.bid.to_string(),
		bid_sz: "0.95523449",
		open24h: t.open.to_string(),
		high24h: t.high.to_string(),
		low24h: t.low.to_string(),
		vol_ccy24h: t.turnover.to_string(),
		vol24h: t.volume.to_string(),
		ts: t.millis.to_string(),
		sod_utc0: t.open.to_string(),
		sod_utc8: t.average.to_string(),
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::quote::tests::ticker;

	#[test]
	fn ticker_has_the_exact_shape() {
		assert_eq!(
			body(&[ticker(Exchange::Okx, Asset::Btc)]),
			concat!(
				r#"{"code":"0","msg":"","data":[{"instType":"SPOT","instId":"BTC-USDT","#,
				r#""last":"59988","lastSz":"0.00001143","askPx":"59994","askSz":"1.41619718","#,
				r#""bidPx":"59982","bidSz":"0.95523449","open24h":"59388.1","#,
				r#""high24h":"60287.9","low24h":"59088.2","volCcy24h":"50000000","#,
				r#""vol24h":"833.50003334","ts":"1772368496789","sodUtc0":"59388.1","#,
				r#""sodUtc8":"59688.1"}]}"#
			)
		);
	}

	#[test]
	fn what_is_not_listed_is_an_error_with_status_200() {
		for instrument in ["USDT-USDT", "BTCUSDT", "DOGE-USDT"] {
			let reply = listing(Some(instrument)).unwrap_err();
			assert_eq!(reply.status, StatusCode::OK);
			assert_eq!(
				reply.body,
				r#"{"code":"51001","msg":"Instrument ID, Instrument ID code, or Spread ID doesn't exist.","data":[]}"#
			);
		}
		assert_eq!(listing(Some("USDC-USDT")).unwrap()[0].asset, Asset::Usdc);
	}

	#[test]
	fn a_missing_instrument_is_a_bad_request() {
		for instrument in [None, Some("")] {
			let reply = listing(instrument).unwrap_err();
			assert_eq!(reply.status, StatusCode::BAD_REQUEST);
			assert!(reply.body.starts_with(r#"{"code":"50014","#));
		}
	}
}
