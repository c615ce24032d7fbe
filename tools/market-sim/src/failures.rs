//! The ways an exchange can fail, and which one it is told to fail in.

use crate::{
	asset::{Asset, ASSETS},
	decimal::Decimal,
	exchanges::{Exchange, Reply, EXCHANGES},
};
use axum::{
	body::Body,
	http::{header, StatusCode},
	response::{Html, IntoResponse, Response},
};
use futures::stream;
use std::{io, sync::Arc, time::Duration};
use tokio::{
	sync::{OwnedSemaphorePermit, Semaphore},
	time::sleep,
};

/// The longest a hanging or dripping answer takes. Longer than any sensible client waits, short
/// enough that forgotten connections go away.
pub const LONGEST_ANSWER: Duration = Duration::from_secs(60);

/// Hanging and dripping answers under way at once; a further request is refused with a 503.
pub const MAX_SLOW_ANSWERS: usize = 512;

/// Size of the body in [`FailureMode::Huge`].
pub const HUGE_BYTES: usize = 1024 * 1024;

/// The time between two bytes of a dripping answer.
const DRIP_INTERVAL: Duration = Duration::from_secs(1);

/// A way to fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureMode {
	/// Status 429 with the exchange's own body.
	Http429,
	/// Status 500 with the exchange's own body.
	Http500,
	/// No answer for [`LONGEST_ANSWER`], then a 504.
	Hang,
	/// Headers at once, then one byte of the right body each second, and the connection is broken
	/// off after [`LONGEST_ANSWER`].
	Drip,
	/// The right answer, but 1 MiB long.
	Huge,
	/// The right answer, broken off in the middle.
	BadJson,
	/// A web page with status 200.
	Html,
	/// A well-formed answer about another market than the one asked for.
	WrongSymbol,
	/// The exchange's error body with status 200.
	Error200,
	/// A well-formed answer with every price multiplied.
	WrongPrice {
		/// By what.
		factor: Decimal,
	},
}

impl FailureMode {
	/// The words for them in the admin requests, in the order of the documentation.
	pub const NAMES: [&'static str; 10] = [
		"http429",
		"http500",
		"hang",
		"drip",
		"huge",
		"bad_json",
		"html",
		"wrong_symbol",
		"error_200",
		"wrong_price",
	];

	/// The mode of that name; `factor` is for a wrong price only.
	pub fn from_name(name: &str, factor: Decimal) -> Option<FailureMode> {
		Some(match name {
			"http429" => FailureMode::Http429,
			"http500" => FailureMode::Http500,
			"hang" => FailureMode::Hang,
			"drip" => FailureMode::Drip,
			"huge" => FailureMode::Huge,
			"bad_json" => FailureMode::BadJson,
			"html" => FailureMode::Html,
			"wrong_symbol" => FailureMode::WrongSymbol,
			"error_200" => FailureMode::Error200,
			"wrong_price" => FailureMode::WrongPrice { factor },
			_ => return None,
		})
	}

	/// The word for it in the admin requests.
	pub const fn name(self) -> &'static str {
		match self {
			FailureMode::Http429 => "http429",
			FailureMode::Http500 => "http500",
			FailureMode::Hang => "hang",
			FailureMode::Drip => "drip",
			FailureMode::Huge => "huge",
			FailureMode::BadJson => "bad_json",
			FailureMode::Html => "html",
			FailureMode::WrongSymbol => "wrong_symbol",
			FailureMode::Error200 => "error_200",
			FailureMode::WrongPrice { .. } => "wrong_price",
		}
	}
}

/// What each exchange is told: something for all its markets, and something for single ones.
#[derive(Default)]
pub struct Failures {
	everywhere: [Option<FailureMode>; EXCHANGES],
	by_asset: [[Option<FailureMode>; ASSETS]; EXCHANGES],
}

/// One thing an exchange is told.
pub struct Told {
	pub exchange: Exchange,
	/// `None` is all markets.
	pub asset: Option<Asset>,
	pub mode: FailureMode,
}

impl Failures {
	/// Tells an exchange how to fail (`None`: not at all), for one asset's market or for all of
	/// them. What is said for all replaces what was said for single ones.
	pub fn tell(&mut self, exchange: Exchange, asset: Option<Asset>, mode: Option<FailureMode>) {
		let by_asset = &mut self.by_asset[exchange as usize];
		match asset {
			Some(asset) => by_asset[asset as usize] = mode,
			None => {
				*by_asset = Default::default();
				self.everywhere[exchange as usize] = mode;
			}
		}
	}

	/// How the exchange fails on an asset's market; what is said for that one goes first.
	pub fn of(&self, exchange: Exchange, asset: Option<Asset>) -> Option<FailureMode> {
		asset
			.and_then(|asset| self.by_asset[exchange as usize][asset as usize])
			.or(self.everywhere[exchange as usize])
	}

	/// Everything that is told now.
	pub fn all(&self) -> impl Iterator<Item = Told> + '_ {
		Exchange::ALL.into_iter().flat_map(move |exchange| {
			let everywhere = self.everywhere[exchange as usize].map(|mode| Told {
				exchange,
				asset: None,
				mode,
			});
			let single = Asset::ALL.into_iter().filter_map(move |asset| {
				self.by_asset[exchange as usize][asset as usize].map(|mode| Told {
					exchange,
					asset: Some(asset),
					mode,
				})
			});
			everywhere.into_iter().chain(single)
		})
	}
}

/// Sends the reply, spoilt if the exchange is to fail. Wrong symbols and prices are in the reply
/// already.
pub async fn apply(
	failure: Option<FailureMode>,
	exchange: Exchange,
	reply: Reply,
	slow_answers: &Arc<Semaphore>,
) -> Response {
	match failure {
		None | Some(FailureMode::WrongSymbol | FailureMode::WrongPrice { .. }) => {
			reply.into_response()
		}
		Some(FailureMode::Http429) => {
			let body = exchange.too_many_requests();
			let reply = Reply {
				status: StatusCode::TOO_MANY_REQUESTS,
				body,
			};
			([(header::RETRY_AFTER, "10")], reply).into_response()
		}
		Some(FailureMode::Http500) => {
			let body = exchange.internal_error();
			Reply {
				status: StatusCode::INTERNAL_SERVER_ERROR,
				body,
			}
			.into_response()
		}
		Some(FailureMode::Hang) => match slow_answers.clone().try_acquire_owned() {
			// The server drops this future when the client leaves.
			Ok(_permit) => {
				sleep(LONGEST_ANSWER).await;
				StatusCode::GATEWAY_TIMEOUT.into_response()
			}
			Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
		},
		Some(FailureMode::Drip) => match slow_answers.clone().try_acquire_owned() {
			Ok(permit) => {
				let headers = [(header::CONTENT_TYPE, "application/json")];
				(reply.status, headers, dripping(reply.body, permit)).into_response()
			}
			Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
		},
		Some(FailureMode::Huge) => Reply {
			body: inflated(&reply.body),
			..reply
		}
		.into_response(),
		Some(FailureMode::BadJson) => {
			let middle = reply.body.len() / 2;
			let body = reply.body.chars().take(middle).collect();
			Reply { body, ..reply }.into_response()
		}
		Some(FailureMode::Html) => Html(
			"<!DOCTYPE html>\n<html><head><title>Scheduled maintenance</title></head>\
			 <body><h1>We&rsquo;ll be back soon</h1></body></html>\n",
		)
		.into_response(),
		Some(FailureMode::Error200) => Reply::ok(exchange.unavailable()).into_response(),
	}
}

/// A body of one byte each second. It ends with an error if it takes too long, so that no client
/// can mistake it for complete.
fn dripping(text: String, permit: OwnedSemaphorePermit) -> Body {
	let longest = (LONGEST_ANSWER.as_secs() / DRIP_INTERVAL.as_secs()) as usize;
	Body::from_stream(stream::unfold(
		(text, 0, permit),
		move |(text, sent, permit)| async move {
			let byte = *text.as_bytes().get(sent)?;
			sleep(DRIP_INTERVAL).await;
			let piece = if sent < longest {
				Ok(vec![byte])
			} else {
				Err(io::Error::new(
					io::ErrorKind::TimedOut,
					"the answer dripped for too long",
				))
			};
			Some((piece, (text, sent + 1, permit)))
		},
	))
}

/// The same JSON, with so many spaces behind its first bracket that it is [`HUGE_BYTES`] long. A
/// client that cuts it off is left with nothing it could parse.
fn inflated(body: &str) -> String {
	let (bracket, rest) = body.split_at(body.len().min(1));
	format!(
		"{bracket}{}{rest}",
		" ".repeat(HUGE_BYTES.saturating_sub(body.len()))
	)
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn names_lead_to_modes_and_back() {
		for name in FailureMode::NAMES {
			assert_eq!(
				FailureMode::from_name(name, Decimal::ONE).unwrap().name(),
				name
			);
		}
		assert_eq!(FailureMode::from_name("explode", Decimal::ONE), None);
	}

	#[test]
	fn what_is_told_for_one_market_goes_before_what_is_told_for_all() {
		let mut failures = Failures::default();
		failures.tell(Exchange::Okx, None, Some(FailureMode::Hang));
		failures.tell(Exchange::Okx, Some(Asset::Btc), Some(FailureMode::Html));
		assert_eq!(
			failures.of(Exchange::Okx, Some(Asset::Btc)),
			Some(FailureMode::Html)
		);
		assert_eq!(
			failures.of(Exchange::Okx, Some(Asset::Eth)),
			Some(FailureMode::Hang)
		);
		assert_eq!(failures.of(Exchange::Okx, None), Some(FailureMode::Hang));
		assert_eq!(failures.of(Exchange::Kraken, Some(Asset::Btc)), None);
		assert_eq!(failures.all().count(), 2);

		failures.tell(Exchange::Okx, None, None);
		assert_eq!(failures.all().count(), 0);
	}

	#[test]
	fn a_huge_body_is_valid_json_of_exactly_one_mebibyte() {
		let huge = inflated(r#"{"a":[1]}"#);
		assert_eq!(huge.len(), HUGE_BYTES);
		assert_eq!(
			serde_json::from_str::<serde_json::Value>(&huge).unwrap()["a"][0],
			1
		);
		assert!(serde_json::from_str::<serde_json::Value>(&huge[..HUGE_BYTES - 9]).is_err());
	}
}
