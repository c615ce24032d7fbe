//! Prices that are computed from two others: pure functions.
//!
//! Such a quote is as good as the worse of the two, as old as the older one, and its confidence covers
//! every price that both confidences allow.

use cairn_math::{mul_div_ceil, mul_div_floor, Price};
use cairn_primitives::Quote;

use crate::types::Derivation;

/// The quote that `derivation` makes of its two legs, in their order; `None` if that is no price.
pub fn derive(derivation: &Derivation, one: &Quote, other: &Quote) -> Option<Quote> {
	let (combine, highest): (Combine, Extreme) = match derivation {
		Derivation::Product { .. } => (product_floor, |one, other| {
			mul_div_ceil(one.high, other.high, Price::ONE.raw())
		}),
		Derivation::Ratio { .. } => (ratio_floor, |one, other| {
			mul_div_ceil(one.high, Price::ONE.raw(), other.low)
		}),
		Derivation::Minimum { .. } => (minimum, |one, other| Some(one.high.min(other.high))),
	};
	let lowest: Extreme = match derivation {
		Derivation::Product { .. } => {
			|one, other| mul_div_floor(one.low, other.low, Price::ONE.raw())
		}
		Derivation::Ratio { .. } => {
			|one, other| mul_div_floor(one.low, Price::ONE.raw(), other.high)
		}
		Derivation::Minimum { .. } => |one, other| Some(one.low.min(other.low)),
	};
	let price = combine(one.price, other.price)?;
	let (near, far) = (Range::of(one), Range::of(other));
	let above = highest(&near, &far)?.saturating_sub(price.raw());
	let below = price.raw().saturating_sub(lowest(&near, &far)?);
	Some(Quote {
		price,
		confidence: above.max(below),
		slow: combine(one.slow, other.slow)?,
		status: one.status.max(other.status),
		updated_at: one.updated_at.min(other.updated_at),
		age: one.age.max(other.age),
		silent_for: one.silent_for.max(other.silent_for),
	})
}

type Combine = fn(Price, Price) -> Option<Price>;
type Extreme = fn(&Range, &Range) -> Option<u128>;

/// Every price that a quote allows.
struct Range {
	low: u128,
	high: u128,
}

impl Range {
	fn of(quote: &Quote) -> Self {
		let price = quote.price.raw();
		Self {
			low: price.saturating_sub(quote.confidence),
			high: price.saturating_add(quote.confidence),
		}
	}
}

fn product_floor(price: Price, rate: Price) -> Option<Price> {
	Price::new(mul_div_floor(price.raw(), rate.raw(), Price::ONE.raw())?)
}

fn ratio_floor(price: Price, rate: Price) -> Option<Price> {
	Price::new(mul_div_floor(price.raw(), Price::ONE.raw(), rate.raw())?)
}

fn minimum(one: Price, other: Price) -> Option<Price> {
	Some(one.min(other))
}
