//! From the answers of sources to one price of a feed, with nothing but integers.

use alloc::vec::Vec;
use cairn_math::{mul_div_ceil, mul_div_floor, Price};

use super::{
	decimal::{self, DecimalError},
	json::{self, JsonError},
};
use crate::types::{Pointer, Source, MIN_SOURCES};

/// What one source says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Observation {
	/// Middle of the market.
	pub price: Price,
	/// Distance from bid to ask, zero if the source does not say both.
	pub spread: u128,
	/// How far the price may be off because of the currency that it was converted from.
	pub doubt: u128,
}

/// What all sources of a feed say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Consensus {
	/// Median of the sources that agree with each other.
	pub price: Price,
	/// How far they lie apart.
	pub confidence: u128,
	/// How many sources answered.
	pub sources: u8,
}

/// Why a source's answer is of no use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnswerError {
	/// It is not JSON, or does not hold what the feed says it should.
	Json(JsonError),
	/// What should be a price is no number, or none that a price can be.
	Decimal(DecimalError),
	/// The source says that it failed.
	Refused,
	/// The bid is above the ask.
	Crossed,
}

/// Reads the answer of `source`, in the currency that it quotes.
///
/// Every pointer of the source has to lead to a price: an answer that lacks one is not what the
/// feed was set up for.
pub fn observe(source: &Source, body: &[u8]) -> Result<Observation, AnswerError> {
	let document = json::parse(body).map_err(AnswerError::Json)?;
	if let Some(check) = &source.error {
		let said = json::find(document, &check.pointer).map_err(AnswerError::Json)?;
		if !json::says(said, &check.none) {
			return Err(AnswerError::Refused);
		}
	}
	let read = |pointer: &Option<Pointer>| -> Result<Option<Price>, AnswerError> {
		let Some(pointer) = pointer else {
			return Ok(None);
		};
		let value = json::find(document, pointer).map_err(AnswerError::Json)?;
		let text = json::text(value).map_err(AnswerError::Json)?;
		decimal::parse_price(&text)
			.map(Some)
			.map_err(AnswerError::Decimal)
	};
	let (bid, ask, last) = (read(&source.bid)?, read(&source.ask)?, read(&source.last)?);
	let spread = match (bid, ask) {
		(Some(bid), Some(ask)) => ask
			.raw()
			.checked_sub(bid.raw())
			.ok_or(AnswerError::Crossed)?,
		_ => 0,
	};
	let prices = [bid, ask, last]
		.into_iter()
		.flatten()
		.map(Price::raw)
		.collect();
	let price = median(prices)
		.and_then(Price::new)
		.ok_or(AnswerError::Json(JsonError::NotFound))?;
	Ok(Observation {
		price,
		spread,
		doubt: 0,
	})
}

/// What a unit of a currency is worth in dollars.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
	/// The rate itself.
	pub price: Price,
	/// How far it may be off, in units of 1e-18 USD.
	pub confidence: u128,
}

impl Rate {
	/// A dollar.
	pub const ONE: Self = Self {
		price: Price::ONE,
		confidence: 0,
	};
}

/// `observation`, made in a currency that is worth `rate`, in dollars: `p · (r ± c) = p·r ± p·c`.
pub fn convert(observation: Observation, rate: Rate) -> Option<Observation> {
	let price = observation.price.raw();
	let worth = |raw| mul_div_floor(raw, rate.price.raw(), Price::ONE.raw());
	Some(Observation {
		price: Price::new(worth(price)?)?,
		spread: worth(observation.spread)?,
		doubt: mul_div_ceil(price, rate.confidence, Price::ONE.raw())?,
	})
}

/// What the sources agree on, or `None` if fewer than [`MIN_SOURCES`] answered.
///
/// With `m` the median and `σ = 1.4826 · MAD` the spread that outliers do not widen (MAD is the
/// median of the distances from `m`; the factor makes it the standard deviation of a normal
/// distribution), sources farther from `m` than `max(4σ, 0.5 %)` are left out. At least half of
/// them always stay. The confidence is the largest of `σ`, half the median spread and 0.02 % of
/// the price, and to that comes the median of the doubts that the sources have because of their
/// currency: all of one currency err together, so their number does not help; but if most sources
/// are in dollars, so is the median.
pub fn agree(observations: &[Observation]) -> Option<Consensus> {
	if observations.len() < MIN_SOURCES {
		return None;
	}
	let first = centre(observations.iter())?;
	let tolerance = first.deviation.checked_mul(4)?.max(first.median / 200);
	let kept: Vec<&Observation> = observations
		.iter()
		.filter(|observation| observation.price.raw().abs_diff(first.median) <= tolerance)
		.collect();
	let second = centre(kept.iter().copied())?;
	let spread = median(kept.iter().map(|observation| observation.spread).collect())?;
	let doubt = median(kept.iter().map(|observation| observation.doubt).collect())?;
	let apart = second.deviation.max(spread / 2).max(second.median / 5_000);
	Some(Consensus {
		price: Price::new(second.median)?,
		confidence: apart.checked_add(doubt)?,
		sources: u8::try_from(observations.len()).unwrap_or(u8::MAX),
	})
}

struct Centre {
	median: u128,
	/// `1.4826 · MAD`
	deviation: u128,
}

fn centre<'a>(observations: impl Iterator<Item = &'a Observation> + Clone) -> Option<Centre> {
	let median_price = median(observations.clone().map(|o| o.price.raw()).collect())?;
	let distances = observations
		.map(|o| o.price.raw().abs_diff(median_price))
		.collect();
	let deviation = mul_div_floor(median(distances)?, 14_826, 10_000)?;
	Some(Centre {
		median: median_price,
		deviation,
	})
}

/// The middle value, or the average of the two in the middle, rounded down.
pub fn median(mut values: Vec<u128>) -> Option<u128> {
	values.sort_unstable();
	let upper = *values.get(values.len() / 2)?;
	if values.len() % 2 == 1 {
		return Some(upper);
	}
	let lower = *values.get((values.len() / 2).checked_sub(1)?)?;
	lower.checked_add(upper.abs_diff(lower) / 2)
}
