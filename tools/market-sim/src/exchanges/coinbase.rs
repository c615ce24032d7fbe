//! Coinbase Exchange: `/products/{product}/ticker`, quoted in USD.

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

/// Its markets. USDC is not among them: Coinbase treats it as dollars.
pub const LISTINGS: [Listing; 5] = [
	Listing {
		asset: Asset::Btc,
		symbol: "BTC-USD",
		decimals: 2,
	},
	Listing {
		asset: Asset::Eth,
		symbol: "ETH-USD",
		decimals: 2,
	},
	Listing {
		asset: Asset::Dot,
		symbol: "DOT-USD",
		decimals: 3,
	},
	Listing {
		asset: Asset::Usdt,
		symbol: "USDT-USD",
		decimals: 5,
	},
	Listing {
		asset: Asset::Crn,
		symbol: "CRN-USD",
		decimals: 5,
	},
];

/// Its routes.
pub fn routes() -> Router<AppState> {
	Router::new().route("/coinbase/products/{product}/ticker", get(ticker))
}

async fn ticker(State(state): State<AppState>, Path(product): Path<String>) -> Response {
	answer(&state, Exchange::Coinbase, listing(&product), body).await
}

fn listing(product: &str) -> Asked {
	match Exchange::Coinbase.listing_named(product) {
		Some(listing) => Ok(vec![listing]),
		None => Err(Reply {
			status: StatusCode::NOT_FOUND,
			body: error("NotFound"),
		}),
	}
}

/// An error body.
pub fn error(message: &str) -> String {
	#[derive(Serialize)]
	struct Body<'a> {
		message: &'a str,
	}
	json(&Body { message })
}

/// Prices are printed without zeros at the end.
#[derive(Serialize)]
struct Body {
	ask: String,
	bid: String,
	volume: String,
	trade_id: u64,
	price: String,
	size: &'static str,
	time: String,
}

fn body(tickers: &[Ticker]) -> String {
	let bodies: Vec<Body> = tickers
		.iter()
		.map(|t| Body {
			ask: t.ask.to_string(),
			bid: t.bid.to_string(),
			volume: t.volume.to_string(),
			trade_id: t.trade_id(),
			price: t.last.to_string(),
			size: "0.00003172",
			time: timestamp(t.millis),
		})
		.collect();
	// The exchange has no request for more than one product.
	json(&bodies.first())
}

/// ISO 8601 with microseconds, in UTC.
fn timestamp(millis: u64) -> String {
	let (seconds, micros) = (millis / 1_000, millis % 1_000 * 1_000);
	let (year, month, day) = civil_from_days(seconds / 86_400);
	let (hour, minute, second) = (seconds / 3_600 % 24, seconds / 60 % 60, seconds % 60);
	format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{micros:06}Z")
}

/// The date of a day counted from 1970-01-01, in the Gregorian calendar. Years are counted from
/// March, so that the leap day is a year's last.
fn civil_from_days(days: u64) -> (u64, u64, u64) {
	const DAYS_TO_1970: u64 = 719_468;
	const ERA: u64 = 146_097;
	let days = days + DAYS_TO_1970;
	let (era, day_of_era) = (days / ERA, days % ERA);
	let year_of_era =
		(day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
	let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	let month_from_march = (5 * day_of_year + 2) / 153;
	let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
	let month = if month_from_march < 10 {
		month_from_march + 3
	} else {
		month_from_march - 9
	};
	(era * 400 + year_of_era + u64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::quote::tests::ticker;

	#[test]
	fn ticker_has_the_exact_shape() {
		assert_eq!(
			body(&[ticker(Exchange::Coinbase, Asset::Btc)]),
			concat!(
				r#"{"ask":"60012.01","bid":"59999.99","volume":"833.25000833","#,
				r#""trade_id":17723684967,"price":"60006","size":"0.00003172","#,
				r#""time":"2026-03-01T12:34:56.789000Z"}"#
			)
		);
	}

	#[test]
	fn what_is_not_listed_is_not_found() {
		for product in ["DOGE-USD", "BTC-USDT", "btc-usd", "USDC-USD"] {
			let reply = listing(product).unwrap_err();
			assert_eq!(reply.status, StatusCode::NOT_FOUND);
			assert_eq!(reply.body, r#"{"message":"NotFound"}"#);
		}
		assert_eq!(listing("CRN-USD").unwrap()[0].asset, Asset::Crn);
	}

	#[test]
	fn dates_are_right_around_leap_days() {
		for (seconds, expected) in [
			(0, "1970-01-01T00:00:00.000000Z"),
			(951_782_399, "2000-02-28T23:59:59.000000Z"),
			(951_782_400, "2000-02-29T00:00:00.000000Z"),
			(1_709_164_800, "2024-02-29T00:00:00.000000Z"),
			(1_735_689_599, "2024-12-31T23:59:59.000000Z"),
			(4_107_542_400, "2100-03-01T00:00:00.000000Z"),
		] {
			assert_eq!(timestamp(seconds * 1_000), expected);
		}
	}
}
