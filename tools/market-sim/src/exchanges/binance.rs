//! Binance spot: `/api/v3/ticker/{price,bookTicker,24hr}`, quoted in USDT.

use super::{answer, json, Asked, Exchange, Listing, Reply};
use crate::{asset::Asset, decimal::Decimal, quote::Ticker, AppState};
use axum::{
	extract::{Query, State},
	http::StatusCode,
	response::Response,
	routing::get,
	Router,
};
use serde::{Deserialize, Serialize};

/// Its markets.
pub const LISTINGS: [Listing; 5] = [
	Listing {
		asset: Asset::Btc,
		symbol: "BTCUSDT",
		decimals: 2,
	},
	Listing {
		asset: Asset::Eth,
		symbol: "ETHUSDT",
		decimals: 2,
	},
	Listing {
		asset: Asset::Dot,
		symbol: "DOTUSDT",
		decimals: 3,
	},
	Listing {
		asset: Asset::Usdc,
		symbol: "USDCUSDT",
		decimals: 5,
	},
	Listing {
		asset: Asset::Crn,
		symbol: "CRNUSDT",
		decimals: 5,
	},
];

/// Its routes.
pub fn routes() -> Router<AppState> {
	Router::new()
		.route("/binance/api/v3/ticker/price", get(price))
		.route("/binance/api/v3/ticker/bookTicker", get(book_ticker))
		.route("/binance/api/v3/ticker/24hr", get(day_ticker))
}

async fn price(State(state): State<AppState>, Query(wanted): Query<Wanted>) -> Response {
	let single = wanted.symbol.is_some();
	let render = |tickers: &[Ticker]| one_or_list(single, tickers, price_body);
	answer(&state, Exchange::Binance, wanted.listings(), render).await
}

async fn book_ticker(State(state): State<AppState>, Query(wanted): Query<Wanted>) -> Response {
	let single = wanted.symbol.is_some();
	let render = |tickers: &[Ticker]| one_or_list(single, tickers, book_body);
	answer(&state, Exchange::Binance, wanted.listings(), render).await
}

async fn day_ticker(State(state): State<AppState>, Query(wanted): Query<Wanted>) -> Response {
	let single = wanted.symbol.is_some();
	let render = |tickers: &[Ticker]| one_or_list(single, tickers, day_body);
	answer(&state, Exchange::Binance, wanted.listings(), render).await
}

/// One market, a JSON list of markets, or neither for all of them.
#[derive(Deserialize)]
struct Wanted {
	symbol: Option<String>,
	symbols: Option<String>,
}

impl Wanted {
	fn listings(&self) -> Asked {
		let names = match (&self.symbol, &self.symbols) {
			(None, None) => return Ok(LISTINGS.iter().collect()),
			(Some(_), Some(_)) => {
				return Err(bad_request(
					-1128,
					"Combination of optional parameters invalid.",
				))
			}
			(Some(symbol), None) => vec![symbol.clone()],
			(None, Some(symbols)) => serde_json::from_str(symbols).map_err(|_| {
				bad_request(
					-1100,
					"Illegal characters found in parameter 'symbols'; legal range is \
					'^\\[(\"[A-Z0-9-_.]{1,20}\"(,\"[A-Z0-9-_.]{1,20}\"){0,}){0,1}\\]$'.",
				)
			})?,
		};
		names.iter().map(|name| listing(name)).collect()
	}
}

fn listing(symbol: &str) -> Result<&'static Listing, Reply> {
	let legal = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit() || b"-_.".contains(&b);
	if symbol.is_empty() {
		return Err(bad_request(-1105, "Parameter 'symbol' was empty."));
	}
	if symbol.len() > 20 || !symbol.bytes().all(legal) {
		return Err(bad_request(
			-1100,
			"Illegal characters found in parameter 'symbol'; legal range is '^[A-Z0-9-_.]{1,20}$'.",
		));
	}
	Exchange::Binance
		.listing_named(symbol)
		.ok_or_else(|| bad_request(-1121, "Invalid symbol."))
}

fn bad_request(code: i32, msg: &str) -> Reply {
	Reply {
		status: StatusCode::BAD_REQUEST,
		body: error(code, msg),
	}
}

/// An error body.
pub fn error(code: i32, msg: &str) -> String {
	#[derive(Serialize)]
	struct Body<'a> {
		code: i32,
		msg: &'a str,
	}
	json(&Body { code, msg })
}

/// The body of a 429.
pub fn too_many_requests() -> String {
	error(
		-1003,
		"Too much request weight used; current limit is 6000 request weight per 1 MINUTE. Please \
		 use WebSocket Streams for live updates to avoid polling the API.",
	)
}

fn one_or_list<T: Serialize>(
	single: bool,
	tickers: &[Ticker],
	body: impl Fn(&Ticker) -> T,
) -> String {
	match tickers {
		[ticker] if single => json(&body(ticker)),
		_ => json(&tickers.iter().map(body).collect::<Vec<_>>()),
	}
}

/// Every number is printed with eight decimals, whatever the price step.
fn eight(number: Decimal) -> String {
	number.fixed(8)
}

#[derive(Serialize)]
struct PriceBody {
	symbol: &'static str,
	price: String,
}

fn price_body(t: &Ticker) -> PriceBody {
	PriceBody {
		symbol: t.listing.symbol,
		price: eight(t.last),
	}
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct BookBody {
	symbol: &'static str,
	bid_price: String,
	bid_qty: String,
	ask_price: String,
	ask_qty: String,
}

fn book_body(t: &Ticker) -> BookBody {
	BookBody {
		symbol: t.listing.symbol,
		bid_price: eight(t.bid),
		bid_qty: "31.21000000".into(),
		ask_price: eight(t.ask),
		ask_qty: "40.66000000".into(),
	}
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DayBody {
	symbol: &'static str,
	price_change: String,
	price_change_percent: String,
	weighted_avg_price: String,
	prev_close_price: String,
	last_price: String,
	last_qty: String,
	bid_price: String,
	bid_qty: String,
	ask_price: String,
	ask_qty: String,
	open_price: String,
	high_price: String,
	low_price: String,
	volume: String,
	quote_volume: String,
	open_time: u64,
	close_time: u64,
	first_id: u64,
	last_id: u64,
	count: u64,
}

fn day_body(t: &Ticker) -> DayBody {
	const TRADES: u64 = 76;
	let BookBody {
		symbol,
		bid_price,
		bid_qty,
		ask_price,
		ask_qty,
	} = book_body(t);
	DayBody {
		symbol,
		price_change: t.last.fixed_change(t.open, 8),
		price_change_percent: t.change_percent(3),
		weighted_avg_price: eight(t.average),
		prev_close_price: eight(t.open),
		last_price: eight(t.last),
		last_qty: "0.20000000".into(),
		bid_price,
		bid_qty,
		ask_price,
		ask_qty,
		open_price: eight(t.open),
		high_price: eight(t.high),
		low_price: eight(t.low),
		volume: eight(t.volume),
		quote_volume: eight(t.turnover),
		open_time: t.millis.saturating_sub(86_400_000),
		close_time: t.millis,
		first_id: t.trade_id().saturating_sub(TRADES - 1),
		last_id: t.trade_id(),
		count: TRADES,
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::quote::tests::ticker;

	fn asked(symbol: Option<&str>, symbols: Option<&str>) -> Asked {
		Wanted {
			symbol: symbol.map(Into::into),
			symbols: symbols.map(Into::into),
		}
		.listings()
	}

	fn refusal(asked: Asked) -> String {
		let reply = asked.unwrap_err();
		assert_eq!(reply.status, StatusCode::BAD_REQUEST);
		reply.body
	}

	#[test]
	fn price_has_the_exact_shape() {
		let btc = ticker(Exchange::Binance, Asset::Btc);
		let body = one_or_list(true, &[btc], price_body);
		assert_eq!(body, r#"{"symbol":"BTCUSDT","price":"60012.00000000"}"#);
	}

	#[test]
	fn a_list_is_an_array_even_of_one() {
		let tickers = [ticker(Exchange::Binance, Asset::Usdc)];
		let body = one_or_list(false, &tickers, price_body);
		assert_eq!(body, r#"[{"symbol":"USDCUSDT","price":"1.00020000"}]"#);
	}

	#[test]
	fn book_ticker_has_the_exact_shape() {
		let body = one_or_list(true, &[ticker(Exchange::Binance, Asset::Btc)], book_body);
		assert_eq!(
			body,
			r#"{"symbol":"BTCUSDT","bidPrice":"60005.99000000","bidQty":"31.21000000","askPrice":"60018.01000000","askQty":"40.66000000"}"#
		);
	}

	#[test]
	fn day_ticker_has_the_exact_shape() {
		let body = one_or_list(true, &[ticker(Exchange::Binance, Asset::Btc)], day_body);
		assert_eq!(
			body,
			concat!(
				r#"{"symbol":"BTCUSDT","priceChange":"600.12000000","priceChangePercent":"1.010","#,
				r#""weightedAvgPrice":"59711.94000000","prevClosePrice":"59411.88000000","#,
				r#""lastPrice":"60012.00000000","lastQty":"0.20000000","#,
				r#""bidPrice":"60005.99000000","bidQty":"31.21000000","#,
				r#""askPrice":"60018.01000000","askQty":"40.66000000","#,
				r#""openPrice":"59411.88000000","highPrice":"60312.06000000","#,
				r#""lowPrice":"59111.82000000","volume":"833.16669999","#,
				r#""quoteVolume":"50000000.00000000","openTime":1772282096789,"#,
				r#""closeTime":1772368496789,"firstId":17723684892,"lastId":17723684967,"count":76}"#
			)
		);
	}

	#[test]
	fn markets_are_found_one_by_one_by_list_and_all() {
		assert_eq!(asked(Some("CRNUSDT"), None).unwrap(), [&LISTINGS[4]]);
		let two = asked(None, Some(r#"["ETHUSDT","BTCUSDT"]"#)).unwrap();
		assert_eq!(two, [&LISTINGS[1], &LISTINGS[0]]);
		assert_eq!(asked(None, None).unwrap().len(), LISTINGS.len());
	}

	#[test]
	fn what_is_not_listed_is_an_invalid_symbol() {
		for symbol in ["USDTUSDT", "BTCUSD", "DOGEUSDT"] {
			let body = refusal(asked(Some(symbol), None));
			assert_eq!(body, r#"{"code":-1121,"msg":"Invalid symbol."}"#);
		}
		let list = asked(None, Some(r#"["BTCUSDT","USDTUSDT"]"#));
		assert_eq!(refusal(list), r#"{"code":-1121,"msg":"Invalid symbol."}"#);
	}

	#[test]
	fn a_malformed_question_is_answered_as_binance_does() {
		assert_eq!(
			refusal(asked(Some("btcusdt"), None)),
			r#"{"code":-1100,"msg":"Illegal characters found in parameter 'symbol'; legal range is '^[A-Z0-9-_.]{1,20}$'."}"#
		);
		assert_eq!(
			refusal(asked(Some(""), None)),
			r#"{"code":-1105,"msg":"Parameter 'symbol' was empty."}"#
		);
		assert!(refusal(asked(None, Some("BTCUSDT"))).starts_with(r#"{"code":-1100,"#));
		assert!(refusal(asked(Some("BTCUSDT"), Some("[]"))).starts_with(r#"{"code":-1128,"#));
	}

	#[test]
	fn a_429_names_the_limit() {
		assert!(too_many_requests().starts_with(r#"{"code":-1003,"msg":"Too much request weight"#));
	}
}
