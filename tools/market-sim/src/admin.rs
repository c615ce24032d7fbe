//! The endpoints that move prices and break exchanges while the server runs.

use crate::{
	asset::{parse_price, Asset},
	decimal::Decimal,
	exchanges::{json, Exchange, Reply},
	failures::FailureMode,
	AppState, Simulation,
};
use axum::{
	body::Bytes,
	extract::{DefaultBodyLimit, State},
	http::StatusCode,
	response::{IntoResponse, Response},
	routing::{get, post, put},
	Router,
};
use serde::Serialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// The largest request body taken.
const MAX_BODY: usize = 16 * 1024;

/// The largest factor for a wrong price or move taken.
const MAX_FACTOR: Decimal = Decimal::whole(1_000_000);

/// The routes under `/admin`.
pub fn routes() -> Router<AppState> {
	Router::new()
		.route("/admin/state", get(state))
		.route("/admin/price", put(set_price).post(set_price))
		.route("/admin/move", post(move_price))
		.route("/admin/fail", post(fail))
		.route("/admin/reset", post(reset))
		.layer(DefaultBodyLimit::max(MAX_BODY))
}

/// Every answer of an admin endpoint that went well: what is the case now.
async fn state(State(state): State<AppState>) -> Response {
	report(&mut state.lock())
}

/// `{"BTC": "54000.5"}`: sets prices and keeps them there.
async fn set_price(State(state): State<AppState>, body: Bytes) -> Response {
	change(
		&state,
		|| by_asset(&body, parse_price),
		|simulation, prices| {
			for (asset, price) in prices {
				simulation.market.set(asset, price);
			}
			Ok(())
		},
	)
}

/// `{"ETH": "-20"}`: moves prices by so many per cent.
async fn move_price(State(state): State<AppState>, body: Bytes) -> Response {
	change(
		&state,
		|| by_asset(&body, parse_move),
		|simulation, moves| {
			let (elapsed, prices) = (simulation.elapsed(), simulation.prices());
			for (asset, factor) in &moves {
				let moved = prices[*asset as usize].times(*factor);
				if moved == Decimal::ZERO || moved == Decimal::MAX {
					return Err(format!(
						"that would move {asset} out of range; move it by less"
					));
				}
			}
			for (asset, factor) in moves {
				simulation.market.scale(asset, factor, elapsed);
			}
			Ok(())
		},
	)
}

/// `{"exchange": "kraken", "mode": "hang"}`, with `symbol` for one market only and `factor` for a
/// wrong price.
async fn fail(State(state): State<AppState>, body: Bytes) -> Response {
	change(
		&state,
		|| Told::parse(&body),
		|simulation, told| {
			simulation
				.failures
				.tell(told.exchange, told.asset, told.mode);
			Ok(())
		},
	)
}

/// Everything as it was at the start: prices, failures, counters.
async fn reset(State(state): State<AppState>) -> Response {
	let mut simulation = state.lock();
	simulation.reset();
	report(&mut simulation)
}

/// Reads the request in full, then changes everything it says or nothing.
fn change<T>(
	state: &AppState,
	read: impl FnOnce() -> Result<T, String>,
	apply: impl FnOnce(&mut Simulation, T) -> Result<(), String>,
) -> Response {
	let wanted = match read() {
		Ok(wanted) => wanted,
		Err(why) => return refuse(why),
	};
	let mut simulation = state.lock();
	match apply(&mut simulation, wanted) {
		Ok(()) => report(&mut simulation),
		Err(why) => refuse(why),
	}
}

fn refuse(why: String) -> Response {
	let body = serde_json::json!({ "error": why }).to_string();
	Reply {
		status: StatusCode::BAD_REQUEST,
		body,
	}
	.into_response()
}

#[derive(Serialize)]
struct Report {
	mode: &'static str,
	/// USD.
	prices: BTreeMap<&'static str, String>,
	/// What moves each asset now; one set by hand is `fixed` in every mode.
	moved_by: BTreeMap<&'static str, &'static str>,
	failures: Vec<ReportedFailure>,
	/// Requests to each exchange since the start or the last reset.
	requests: BTreeMap<&'static str, u64>,
}

#[derive(Serialize)]
struct ReportedFailure {
	exchange: &'static str,
	mode: &'static str,
	#[serde(skip_serializing_if = "Option::is_none")]
	symbol: Option<&'static str>,
	#[serde(skip_serializing_if = "Option::is_none")]
	factor: Option<String>,
}

fn report(simulation: &mut Simulation) -> Response {
	let prices = simulation.prices();
	let market = &simulation.market;
	let failures = simulation.failures.all().map(|told| ReportedFailure {
		exchange: told.exchange.name(),
		mode: told.mode.name(),
		symbol: told.asset.map(Asset::name),
		factor: match told.mode {
			FailureMode::WrongPrice { factor } => Some(factor.to_string()),
			_ => None,
		},
	});
	let report = Report {
		mode: market.mode().name(),
		prices: Asset::ALL
			.map(|a| (a.name(), prices[a as usize].to_string()))
			.into(),
		moved_by: Asset::ALL.map(|a| (a.name(), market.track_name(a))).into(),
		failures: failures.collect(),
		requests: Exchange::ALL
			.map(|e| (e.name(), simulation.requests[e as usize]))
			.into(),
	};
	Reply::ok(json(&report)).into_response()
}

fn object(body: &[u8]) -> Result<Map<String, Value>, String> {
	match serde_json::from_slice(body) {
		Ok(Value::Object(object)) => Ok(object),
		Ok(_) => Err("the body must be a JSON object".into()),
		Err(why) => Err(format!("the body is not JSON: {why}")),
	}
}

/// The text of a JSON string or number.
fn text(key: &str, value: &Value) -> Result<String, String> {
	match value {
		Value::String(text) => Ok(text.clone()),
		Value::Number(number) => Ok(number.to_string()),
		_ => Err(format!("`{key}` must be a string or a number")),
	}
}

/// A value for each of some assets.
fn by_asset<T>(
	body: &[u8],
	parse: impl Fn(&str) -> Result<T, String>,
) -> Result<BTreeMap<Asset, T>, String> {
	let object = object(body)?;
	if object.is_empty() {
		return Err(r#"name at least one asset, like {"BTC": "54000.5"}"#.into());
	}
	object
		.iter()
		.map(|(key, value)| {
			let asset = key.parse()?;
			let value = parse(&text(key, value)?).map_err(|why| format!("{key}: {why}"))?;
			Ok((asset, value))
		})
		.collect()
}

/// A change in per cent as a factor: `-20` is 0.8.
fn parse_move(text: &str) -> Result<Decimal, String> {
	let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
	let percent = unsigned
		.parse::<Decimal>()
		.map_err(|_| format!("`{text}` is not a change in per cent; write it like -20 or 7.5"))?;
	let change = percent.over(Decimal::whole(100));
	let factor = match text.starts_with('-') {
		true if change >= Decimal::ONE => {
			return Err("a price cannot fall by 100 per cent or more".into())
		}
		true => Decimal::ONE.distance(change),
		false => Decimal::ONE.plus(change),
	};
	if factor > MAX_FACTOR {
		return Err(format!(
			"that is more than {MAX_FACTOR} times the price; move it by less"
		));
	}
	Ok(factor)
}

/// What `/admin/fail` says.
struct Told {
	exchange: Exchange,
	asset: Option<Asset>,
	mode: Option<FailureMode>,
}

impl Told {
	fn parse(body: &[u8]) -> Result<Told, String> {
		let object = object(body)?;
		let known = ["exchange", "mode", "symbol", "factor"];
		if let Some(other) = object.keys().find(|key| !known.contains(&key.as_str())) {
			return Err(format!("unknown field `{other}`; use {}", known.join(", ")));
		}
		let field = |key: &str| object.get(key).map(|value| text(key, value)).transpose();
		let required = |key: &str| {
			field(key)?.ok_or_else(|| {
				format!(r#"`{key}` is missing; write {{"exchange": "kraken", "mode": "hang"}}"#)
			})
		};

		let exchange: Exchange = required("exchange")?.parse()?;
		let asset = field("symbol")?.map(|symbol| symbol.parse()).transpose()?;
		let name = required("mode")?;
		let factor = field("factor")?;
		if factor.is_some() && name != "wrong_price" {
			return Err("`factor` goes with the mode wrong_price only; leave it out".into());
		}
		let factor = parse_price(factor.as_deref().unwrap_or("0.5"))
			.ok()
			.filter(|factor| *factor <= MAX_FACTOR)
			.ok_or_else(|| format!("`factor` must be above zero and at most {MAX_FACTOR}"))?;
		let mode = FailureMode::from_name(&name, factor);
		if mode.is_none() && name != "none" {
			let known = FailureMode::NAMES.join(", ");
			return Err(format!("unknown mode `{name}`; use one of none, {known}"));
		}
		Ok(Told {
			exchange,
			asset,
			mode,
		})
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	fn refused(body: &str) -> String {
		Told::parse(body.as_bytes()).err().unwrap()
	}

	#[test]
	fn moves_are_read_as_factors() {
		for (text, factor) in [("-20", "0.8"), ("7.5", "1.075"), ("+100", "2"), ("0", "1")] {
			assert_eq!(parse_move(text).unwrap().to_string(), factor);
		}
		assert!(parse_move("-100")
			.unwrap_err()
			.contains("cannot fall by 100 per cent"));
		assert!(parse_move("--5").unwrap_err().contains("write it like -20"));
		assert!(parse_move("1000000000")
			.unwrap_err()
			.contains("move it by less"));
	}

	#[test]
	fn prices_come_as_strings_or_numbers() {
		let read = by_asset(br#"{"BTC":"54000.5","eth":2500.25,"DOT":7}"#, parse_price).unwrap();
		let read: Vec<_> = read.iter().map(|(a, p)| format!("{a} {p}")).collect();
		assert_eq!(read, ["BTC 54000.5", "ETH 2500.25", "DOT 7"]);
	}

	#[test]
	fn bad_prices_are_refused_with_a_sentence() {
		let refused = |body: &str| by_asset(body.as_bytes(), parse_price).unwrap_err();
		assert!(refused("nonsense").starts_with("the body is not JSON"));
		assert!(refused("[]").contains("must be a JSON object"));
		assert!(refused("{}").contains("name at least one asset"));
		assert!(refused(r#"{"DOGE":1}"#).starts_with("unknown asset `DOGE`"));
		assert!(refused(r#"{"BTC":null}"#).contains("must be a string or a number"));
		assert!(refused(r#"{"BTC":"-1"}"#).starts_with("BTC: `-1` is not a decimal"));
		assert!(refused(r#"{"BTC":0}"#).contains("above zero"));
	}

	#[test]
	fn failures_are_read_with_their_options() {
		let told = Told::parse(br#"{"exchange":"kraken","mode":"hang"}"#).unwrap();
		assert_eq!((told.exchange, told.asset), (Exchange::Kraken, None));
		assert_eq!(told.mode, Some(FailureMode::Hang));
		let told = br#"{"exchange":"okx","mode":"wrong_price","factor":2,"symbol":"BTC"}"#;
		let told = Told::parse(told).unwrap();
		assert_eq!(told.asset, Some(Asset::Btc));
		assert_eq!(
			told.mode,
			Some(FailureMode::WrongPrice {
				factor: Decimal::whole(2)
			})
		);
		assert_eq!(
			Told::parse(br#"{"exchange":"okx","mode":"none"}"#)
				.unwrap()
				.mode,
			None
		);
	}

	#[test]
	fn bad_failures_are_refused_with_a_sentence() {
		assert!(refused(r#"{"mode":"hang"}"#).starts_with("`exchange` is missing"));
		assert!(refused(r#"{"exchange":"okx"}"#).starts_with("`mode` is missing"));
		assert!(refused(r#"{"exchange":"ftx","mode":"hang"}"#).contains("use one of binance"));
		assert!(refused(r#"{"exchange":"okx","mode":"x"}"#).contains("use one of none, http429"));
		assert!(refused(r#"{"exchange":"okx","mode":"hang","symbol":"X"}"#).contains("BTC, ETH"));
		assert!(refused(r#"{"exchange":"okx","mode":"hang","factor":2}"#).contains("leave it out"));
		assert!(refused(r#"{"exchange":"okx","mode":"hang","extra":2}"#).contains("`extra`"));
		let zero = refused(r#"{"exchange":"okx","mode":"wrong_price","factor":"0"}"#);
		assert!(zero.contains("above zero"));
	}
}
