//! The exchanges: who lists what, and the one way by which every request is answered.

pub mod binance;
pub mod bitstamp;
pub mod coinbase;
pub mod kraken;
pub mod okx;

use crate::{
	asset::Asset,
	decimal::Decimal,
	failures::{self, FailureMode},
	quote::{now_millis, Ticker},
	AppState,
};
use axum::{
	http::{header, StatusCode},
	response::{IntoResponse, Response},
};
use serde::Serialize;
use std::str::FromStr;

/// An exchange that is imitated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exchange {
	Binance,
	Kraken,
	Coinbase,
	Okx,
	Bitstamp,
}

/// What an exchange's prices are in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QuoteCurrency {
	Usd,
	Usdt,
}

/// A market of an exchange.
#[derive(Debug, PartialEq, Eq)]
pub struct Listing {
	/// What is traded.
	pub asset: Asset,
	/// What the exchange calls the market in its answers.
	pub symbol: &'static str,
	/// Digits behind the point of the smallest price step.
	pub decimals: usize,
}

/// How many exchanges there are.
pub const EXCHANGES: usize = Exchange::ALL.len();

impl Exchange {
	/// Every exchange, in the order of its discriminant.
	pub const ALL: [Exchange; 5] = [
		Exchange::Binance,
		Exchange::Kraken,
		Exchange::Coinbase,
		Exchange::Okx,
		Exchange::Bitstamp,
	];

	/// The first segment of its paths, and its name in the admin requests.
	pub const fn name(self) -> &'static str {
		match self {
			Exchange::Binance => "binance",
			Exchange::Kraken => "kraken",
			Exchange::Coinbase => "coinbase",
			Exchange::Okx => "okx",
			Exchange::Bitstamp => "bitstamp",
		}
	}

	/// Basis points by which its quotes differ from the price. Exchanges never agree exactly, but
	/// the median of these does with the price, so that a test can name the number it expects.
	pub const fn offset(self) -> i32 {
		match self {
			Exchange::Binance => 2,
			Exchange::Kraken => 0,
			Exchange::Coinbase => 1,
			Exchange::Okx => -2,
			Exchange::Bitstamp => -1,
		}
	}

	/// What its prices of `asset` are in. Tether is not traded against itself.
	pub const fn quote_currency(self, asset: Asset) -> QuoteCurrency {
		match (self, asset) {
			(_, Asset::Usdt) => QuoteCurrency::Usd,
			(Exchange::Binance | Exchange::Okx, _) => QuoteCurrency::Usdt,
			(Exchange::Kraken | Exchange::Coinbase | Exchange::Bitstamp, _) => QuoteCurrency::Usd,
		}
	}

	/// Its markets.
	pub const fn listings(self) -> &'static [Listing] {
		match self {
			Exchange::Binance => &binance::LISTINGS,
			Exchange::Kraken => &kraken::LISTINGS,
			Exchange::Coinbase => &coinbase::LISTINGS,
			Exchange::Okx => &okx::LISTINGS,
			Exchange::Bitstamp => &bitstamp::LISTINGS,
		}
	}

	/// Its market for an asset, if it has one.
	pub fn listing(self, asset: Asset) -> Option<&'static Listing> {
		self.listings()
			.iter()
			.find(|listing| listing.asset == asset)
	}

	/// Its market of that name, if it has one.
	pub fn listing_named(self, symbol: &str) -> Option<&'static Listing> {
		self.listings()
			.iter()
			.find(|listing| listing.symbol == symbol)
	}

	/// Another of its markets than the one given: the next in its list.
	fn other_listing(self, listing: &'static Listing) -> &'static Listing {
		let mut following = self
			.listings()
			.iter()
			.cycle()
			.skip_while(|other| *other != listing);
		following.nth(1).unwrap_or(listing)
	}

	/// Its own way to say that there were too many requests.
	pub fn too_many_requests(self) -> String {
		match self {
			Exchange::Binance => binance::too_many_requests(),
			Exchange::Kraken => kraken::error("EAPI:Rate limit exceeded"),
			Exchange::Coinbase => coinbase::error("Public rate limit exceeded"),
			Exchange::Okx => okx::error("50011", "Too Many Requests"),
			Exchange::Bitstamp => {
				bitstamp::error("400.002", "Request rejected due to exceeded rate limit.")
			}
		}
	}

	/// Its own way to say that something broke on its side.
	pub fn internal_error(self) -> String {
		match self {
			Exchange::Binance => binance::error(
				-1000,
				"An unknown error occurred while processing the request.",
			),
			Exchange::Kraken => kraken::error("EGeneral:Internal error"),
			Exchange::Coinbase => coinbase::error("Internal server error"),
			Exchange::Okx => okx::error("50026", "System error. Try again later"),
			Exchange::Bitstamp => bitstamp::error("500.001", "Internal server error."),
		}
	}

	/// Its own way to say that it is not available now, or what comes nearest to it.
	pub fn unavailable(self) -> String {
		match self {
			Exchange::Binance => binance::error(
				-1001,
				"Internal error; unable to process your request. Please try again.",
			),
			Exchange::Kraken => kraken::error("EService:Unavailable"),
			Exchange::Coinbase => coinbase::error("Service unavailable"),
			Exchange::Okx => okx::error(
				"50001",
				"Service temporarily unavailable. Please try again later.",
			),
			Exchange::Bitstamp => bitstamp::error("503.001", "Service unavailable."),
		}
	}
}

impl FromStr for Exchange {
	type Err = String;

	/// The error is a sentence for the user.
	fn from_str(text: &str) -> Result<Exchange, String> {
		Exchange::ALL
			.into_iter()
			.find(|exchange| exchange.name() == text)
			.ok_or_else(|| {
				let known = Exchange::ALL.map(Exchange::name).join(", ");
				format!("unknown exchange `{text}`; use one of {known}")
			})
	}
}

/// A status and a JSON body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
	pub status: StatusCode,
	pub body: String,
}

impl Reply {
	/// Success.
	pub fn ok(body: String) -> Reply {
		Reply {
			status: StatusCode::OK,
			body,
		}
	}
}

impl IntoResponse for Reply {
	fn into_response(self) -> Response {
		(
			self.status,
			[(header::CONTENT_TYPE, "application/json")],
			self.body,
		)
			.into_response()
	}
}

/// The markets a request asks for, or what the exchange says when it asks wrongly.
pub type Asked = Result<Vec<&'static Listing>, Reply>;

/// Answers a request to an exchange: counts it, quotes, and fails in the way it was told to.
pub async fn answer(
	state: &AppState,
	exchange: Exchange,
	asked: Asked,
	render: impl FnOnce(&[Ticker]) -> String,
) -> Response {
	let (failure, reply) = {
		let mut sim = state.lock();
		sim.requests[exchange as usize] += 1;
		match asked {
			Err(reply) => (sim.failures.of(exchange, None), reply),
			Ok(listings) => {
				let prices = sim.prices();
				let millis = now_millis();
				let mut spoiling = None;
				let mut tickers = Vec::with_capacity(listings.len());
				for listing in listings {
					let (mut quoted, mut factor) = (listing, Decimal::ONE);
					match sim.failures.of(exchange, Some(listing.asset)) {
						Some(FailureMode::WrongSymbol) => quoted = exchange.other_listing(listing),
						Some(FailureMode::WrongPrice { factor: wrong }) => factor = wrong,
						other => spoiling = spoiling.or(other),
					}
					tickers.push(Ticker::new(exchange, quoted, &prices, factor, millis));
				}
				(spoiling, Reply::ok(render(&tickers)))
			}
		}
	};
	failures::apply(failure, exchange, reply, &state.slow_answers).await
}

/// JSON text of a value whose serialization cannot fail.
pub(crate) fn json(value: &impl Serialize) -> String {
	serde_json::to_string(value).expect("plain structs with string keys; qed")
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn every_exchange_lists_what_it_should() {
		for exchange in Exchange::ALL {
			for asset in Asset::ALL {
				let unlisted = match exchange {
					// A tether market does not trade tether against itself; OKX has dollars too.
					Exchange::Binance => asset == Asset::Usdt,
					// Coinbase treats USDC as dollars.
					Exchange::Coinbase => asset == Asset::Usdc,
					_ => false,
				};
				assert_eq!(
					exchange.listing(asset).is_none(),
					unlisted,
					"{exchange:?} {asset}"
				);
			}
			assert_eq!(exchange.name().parse(), Ok(exchange));
			assert_eq!(Exchange::ALL[exchange as usize], exchange);
		}
		assert!("ftx"
			.parse::<Exchange>()
			.unwrap_err()
			.contains("use one of binance, kraken"));
	}

	#[test]
	fn the_other_market_is_always_another() {
		for exchange in Exchange::ALL {
			for listing in exchange.listings() {
				assert_ne!(exchange.other_listing(listing), listing);
			}
		}
	}

	#[test]
	fn every_error_body_is_json() {
		for exchange in Exchange::ALL {
			let (busy, broken, away) = (
				exchange.too_many_requests(),
				exchange.internal_error(),
				exchange.unavailable(),
			);
			for body in [busy, broken, away] {
				assert!(serde_json::from_str::<serde_json::Value>(&body)
					.unwrap()
					.is_object());
			}
		}
	}
}
