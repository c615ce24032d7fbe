//! How the reports of many validators become one price: pure functions.

use alloc::vec::Vec;
use cairn_math::{mul_div_ceil, Perbill, Price};

use crate::types::Round;

/// No authority counts for more than one part in this many.
const LARGEST_SHARE: u64 = 5;

/// What one authority says about one feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Vote {
	/// Whose it is: its index in the set.
	pub authority: u32,
	/// Its price.
	pub price: Price,
	/// Its doubt, in units of 1e-18 USD.
	pub confidence: u128,
	/// When it looked.
	pub round: Round,
	/// How much it counts.
	pub weight: u64,
}

/// What the authorities agree on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Agreement {
	/// Weighted median of the votes.
	pub price: Price,
	/// The larger distance from the price to the lower and to the upper quartile of what the voters
	/// think possible.
	pub confidence: u128,
	/// The latest round in which, or after which, votes of a quorum's weight were made.
	pub observed: Round,
}

/// `⌈total · numerator / denominator⌉`, the weight that a quorum takes. At least one.
pub fn quorum_ceil(total: u64, (numerator, denominator): (u32, u32)) -> u64 {
	let scaled = u128::from(total).saturating_mul(numerator.into());
	let quorum = scaled.div_ceil(u128::from(denominator.max(1)));
	u64::try_from(quorum).unwrap_or(u64::MAX).max(1)
}

/// Weights of which none is more than a fifth of their sum.
///
/// What is above the cap is cut off, and the cap is a fifth of what is left then. Among five or
/// fewer a cap of a fifth would leave no weights at all or only equal ones, so it is an equal share:
/// with `s = min(5, n)` the cap `c` solves `c = (k·c + rest) / s`, where `k` are the authorities
/// that it cuts and `rest` is the sum of the others, which gives `c = rest / (s − k)`. Everyone
/// counts for at least one.
pub fn cap_weights(weights: &mut [u64]) {
	let mut descending: Vec<u64> = weights.iter().map(|weight| (*weight).max(1)).collect();
	descending.sort_unstable_by(|a, b| b.cmp(a));
	let mut rest: u128 = descending.iter().map(|weight| u128::from(*weight)).sum();
	let shares = LARGEST_SHARE.min(descending.len() as u64);
	let mut cap = u64::MAX;
	for (cut, weight) in (0..shares).zip(descending) {
		// `cut < shares`, so the divisor is at least one.
		let fair = rest / u128::from(shares.saturating_sub(cut).max(1));
		if u128::from(weight) <= fair {
			cap = u64::try_from(fair).unwrap_or(u64::MAX);
			break;
		}
		rest = rest.saturating_sub(weight.into());
	}
	for weight in weights {
		*weight = (*weight).clamp(1, cap.max(1));
	}
}

/// What `votes` agree on, or `None` if they weigh less than `quorum`.
pub fn agree(votes: &[Vote], quorum: u64) -> Option<Agreement> {
	let observed = quorum_round(votes, quorum)?;
	let price = weighted_median(
		votes
			.iter()
			.map(|vote| (vote.price.raw(), vote.weight))
			.collect(),
	)?;
	let confidence = confidence(votes, price)?;
	Some(Agreement {
		price: Price::new(price)?,
		confidence,
		observed,
	})
}

/// How far the votes lie from the `price` that they make.
///
/// Three opinions each: the price, and both ends of what the reporter thinks possible. They share the
/// reporter's weight, and only proportions matter, so each opinion counts in full. The confidence is the
/// larger distance from the price to the lower and to the upper quartile of the opinions.
///
/// A quartile is within reach of a quarter of the weight, so that a few could make any price seem
/// disputed. Therefore, with `m` the median distance from the price, opinions of those who are farther
/// away than `max(4 · 1.4826 · m, 0.5 %)` are not asked for, and nobody's doubt counts for more than that,
/// or four times the median doubt. Less than half of the votes cannot move either median beyond what
/// the others say.
fn confidence(votes: &[Vote], price: u128) -> Option<u128> {
	let distance = |vote: &Vote| vote.price.raw().abs_diff(price);
	let median_distance = weighted_median(
		votes
			.iter()
			.map(|vote| (distance(vote), vote.weight))
			.collect(),
	)?;
	let median_doubt = weighted_median(
		votes
			.iter()
			.map(|vote| (vote.confidence, vote.weight))
			.collect(),
	)?;
	let tolerance = mul_div_ceil(median_distance, 59_304, 10_000)?.max(price / 200);
	let most_doubt = median_doubt.saturating_mul(4).max(tolerance);
	let mut opinions: Vec<(u128, u64)> = votes
		.iter()
		.filter(|vote| distance(vote) <= tolerance)
		.flat_map(|vote| {
			let (price, doubt) = (vote.price.raw(), vote.confidence.min(most_doubt));
			[
				price.saturating_sub(doubt),
				price,
				price.saturating_add(doubt),
			]
			.map(|opinion| (opinion, vote.weight))
		})
		.collect();
	opinions.sort_unstable();
	let low = quantile(opinions.iter(), 1, 4)?;
	let high = quantile(opinions.iter().rev(), 1, 4)?;
	let confidence = price
		.saturating_sub(low)
		.max(high.saturating_sub(price))
		.min(price);
	Some(confidence)
}

/// The latest round such that the votes of that round and later ones weigh at least `quorum`.
fn quorum_round(votes: &[Vote], quorum: u64) -> Option<Round> {
	let mut rounds: Vec<(Round, u64)> =
		votes.iter().map(|vote| (vote.round, vote.weight)).collect();
	rounds.sort_unstable_by(|a, b| b.cmp(a));
	let mut weight = 0u128;
	rounds.into_iter().find_map(|(round, more)| {
		weight = weight.saturating_add(more.into());
		(weight >= u128::from(quorum)).then_some(round)
	})
}

/// The value with half of the weight on each side.
///
/// That is every value between the smallest with at least half of the weight at or below it and the
/// largest with at least half at or above it; the middle of the two is taken, rounded down, so that
/// an even number of reporters does not lean to one side.
pub fn weighted_median(mut values: Vec<(u128, u64)>) -> Option<u128> {
	values.sort_unstable();
	let lower = quantile(values.iter(), 1, 2)?;
	let upper = quantile(values.iter().rev(), 1, 2)?;
	// `lower ≤ upper`: otherwise less than half on either side would exceed the whole.
	lower.checked_add(upper.saturating_sub(lower) / 2)
}

/// The first of the ordered `values` up to which lies `part / whole` of their weight.
fn quantile<'a>(
	values: impl Iterator<Item = &'a (u128, u64)> + Clone,
	part: u128,
	whole: u128,
) -> Option<u128> {
	let total: u128 = values.clone().map(|(_, weight)| u128::from(*weight)).sum();
	let mut weight = 0u128;
	values.into_iter().find_map(|(value, more)| {
		weight = weight.saturating_add((*more).into());
		(weight.saturating_mul(whole) >= total.saturating_mul(part)).then_some(*value)
	})
}

/// Whether `vote` lies so far from the agreement that its reporter must have looked elsewhere: by
/// more than `max(3 %, 5 · confidence)`.
pub fn is_outlier(vote: &Vote, agreement: &Agreement) -> bool {
	let price = agreement.price.raw();
	let tolerance = Perbill::from_percent(3)
		.mul_floor(price)
		.max(agreement.confidence.saturating_mul(5));
	vote.price.raw().abs_diff(price) > tolerance
}
