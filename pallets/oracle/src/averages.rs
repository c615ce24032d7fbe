//! Averages and volatility over irregular steps of time: pure functions.
//!
//! All of them take the implicit Euler step of `x' = (y − x) / τ`, which is
//! `x ← x + (y − x) · t / (t + τ)`: it needs no exponential, holds for steps of any length, stays
//! between the two values, and for the steps of a few seconds that occur differs from the exponential
//! by less than one part in a thousand of the step. After a long silence the value that ends it counts
//! for most of that time.

use cairn_math::{mul_div_floor, Price};
use cairn_primitives::Moment;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

const MINUTE: Moment = 60 * 1_000;

/// Time constant of [`Quote::slow`](cairn_primitives::Quote::slow).
pub const HALF_HOUR: Moment = 30 * MINUTE;
/// Time constant of [`Movement::day`](cairn_primitives::Movement::day).
pub const DAY: Moment = 24 * 60 * MINUTE;

/// Returns are taken over steps of this length, or longer ones if no price came.
pub const RETURN_STEP: Moment = 5 * MINUTE;
/// Time constant of the variance: a half-life of 1.9 hours.
const VARIANCE_TIME: Moment = 164 * MINUTE;
/// A return counts for at most this many standard deviations, so that one wild step does not
/// poison the variance for hours.
const MOST_DEVIATIONS: u64 = 8;
/// The least standard deviation that this limit is taken of: 0.02 % in five minutes, squared.
const LEAST_VARIANCE: u64 = 40_000_000_000;

/// `from`, moved towards `to` by `t / (t + τ)` of the distance, rounded towards `from`.
fn step(from: u128, to: u128, elapsed: Moment, time_constant: Moment) -> u128 {
	let elapsed = u128::from(elapsed);
	let whole = elapsed.saturating_add(time_constant.into());
	// Never more than the distance, as `elapsed ≤ whole`, and `whole` is not zero.
	let part = mul_div_floor(from.abs_diff(to), elapsed, whole).unwrap_or_default();
	if to > from {
		from.saturating_add(part)
	} else {
		from.saturating_sub(part)
	}
}

/// The average after `elapsed` milliseconds at `price`, rounded towards the old `average`.
pub fn average(average: Price, price: Price, elapsed: Moment, time_constant: Moment) -> Price {
	Price::new(step(average.raw(), price.raw(), elapsed, time_constant)).unwrap_or(price)
}

/// How much a price moves: an exponentially weighted variance of returns.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct Volatility {
	/// Variance of the logarithmic return over [`RETURN_STEP`], in units of 1e-18.
	pub variance: u64,
	/// The price that the next return is measured from.
	pub anchor: Price,
	/// Since when.
	pub since: Moment,
}

impl Volatility {
	/// Nothing is known but a first price.
	pub fn new(price: Price, time: Moment) -> Self {
		Self {
			variance: 0,
			anchor: price,
			since: time,
		}
	}

	/// Takes in a price, if it is time for another return.
	///
	/// A return over a longer time `t` counts as `r² · RETURN_STEP / t`, in the same proportion as
	/// the variance of a random walk grows.
	pub fn after(self, price: Price, time: Moment) -> Self {
		let elapsed = time.saturating_sub(self.since);
		if elapsed < RETURN_STEP {
			return self;
		}
		let seen = mul_div_floor(
			squared_return(self.anchor, price).into(),
			RETURN_STEP.into(),
			elapsed.into(),
		);
		let limit = self
			.variance
			.max(LEAST_VARIANCE)
			.saturating_mul(MOST_DEVIATIONS.saturating_mul(MOST_DEVIATIONS));
		let seen = seen.unwrap_or_default().min(limit.into());
		let variance = step(self.variance.into(), seen, elapsed, VARIANCE_TIME);
		Self {
			variance: u64::try_from(variance).unwrap_or(u64::MAX),
			anchor: price,
			since: time,
		}
	}

	/// `⌊deviations² · variance · t / RETURN_STEP⌋`, the square of so many standard deviations over
	/// `elapsed` milliseconds, in units of 1e-18. Longer than a step counts as one: after a silence a
	/// larger move is likely, but nothing that happened in it is known.
	pub fn reach_squared(&self, deviations: u8, elapsed: Moment) -> u128 {
		let deviations = u128::from(deviations);
		u128::from(self.variance)
			.saturating_mul(deviations.saturating_mul(deviations))
			.saturating_mul(elapsed.min(RETURN_STEP).into())
			/ u128::from(RETURN_STEP)
	}
}

/// `r²` in units of 1e-18, rounded down, with `r = 2·(p − a) / (p + a)`, which differs from
/// `ln(p / a)` by `r³ / 12`: a hundredth of it for a move of a third. At most 4e18.
pub fn squared_return(from: Price, to: Price) -> u64 {
	let sum = from.raw().saturating_add(to.raw());
	let distance = from.raw().abs_diff(to.raw());
	let in_billionths = mul_div_floor(distance, 2_000_000_000, sum).unwrap_or_default();
	u64::try_from(in_billionths.saturating_mul(in_billionths)).unwrap_or(u64::MAX)
}
