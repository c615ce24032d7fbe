//! An amount that may be drawn within a period, and comes back with time.

use crate::mul_div_floor;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// How much may be drawn: at most [`cap`](Self::cap) within any [`period`](Self::period) blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimit {
	/// The most that may be drawn, net of what is given back, within any period.
	pub cap: u128,
	/// How long a period is, in blocks. Zero counts as one.
	pub period: u32,
}

/// What has been drawn of a [`RateLimit`] and has not come back yet: a leaky bucket.
///
/// The bucket holds half of the cap, and the other half leaks out of it within each period, evenly.
/// So no more than half is drawn at once, and, wherever a period begins, no more than
/// `cap / 2 + cap / 2` within it. A fixed window would let twice its cap pass around its border.
///
/// One that was never drawn from is empty, so that a chain starts with all of its allowance.
#[derive(
	Clone,
	Copy,
	Debug,
	Default,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct Allowance {
	/// What is in the bucket as of [`at`](Self::at).
	pub used: u128,
	/// The block in which it was last drawn from.
	pub at: u32,
}

impl Allowance {
	/// What is still in the bucket at block `now`. The leak is rounded down.
	pub fn used_ceil(&self, now: u32, limit: RateLimit) -> u128 {
		let period = limit.period.max(1);
		let elapsed = now.saturating_sub(self.at).min(period);
		// Always a number: no more than all of it leaks.
		let leaked = mul_div_floor(limit.cap / 2, elapsed.into(), period.into());
		self.used.saturating_sub(leaked.unwrap_or(0))
	}

	/// What may be drawn at block `now`.
	pub fn available_floor(&self, now: u32, limit: RateLimit) -> u128 {
		(limit.cap / 2).saturating_sub(self.used_ceil(now, limit))
	}

	/// The allowance after `amount` is drawn at block `now`, of which `kept` must be left; `None` if
	/// there is not as much.
	pub fn drawn(&self, amount: u128, kept: u128, now: u32, limit: RateLimit) -> Option<Self> {
		let drawable = self.available_floor(now, limit).checked_sub(kept)?;
		(amount <= drawable).then(|| Self {
			// Both are at most half of the cap.
			used: self.used_ceil(now, limit).saturating_add(amount),
			at: now,
		})
	}

	/// The allowance after `amount` is given back. It is never more than whole.
	///
	/// Needs no limit: whether the bucket leaks before or after makes no difference.
	#[must_use]
	pub fn given_back(self, amount: u128) -> Self {
		Self {
			used: self.used.saturating_sub(amount),
			..self
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	const HOUR: RateLimit = RateLimit {
		cap: 1_000,
		period: 1_200,
	};

	#[test]
	fn half_of_it_at_once_and_the_other_half_with_time() {
		let fresh = Allowance::default();
		assert_eq!(fresh.available_floor(1, HOUR), 500);
		assert_eq!(fresh.drawn(501, 0, 1, HOUR), None);
		let used = fresh.drawn(500, 0, 1, HOUR).unwrap();
		assert_eq!(used.available_floor(1, HOUR), 0);
		assert_eq!(used.available_floor(601, HOUR), 250);
		assert_eq!(used.available_floor(1_201, HOUR), 500);
		assert_eq!(used.available_floor(u32::MAX, HOUR), 500);
	}

	#[test]
	fn what_is_kept_cannot_be_drawn() {
		let fresh = Allowance::default();
		assert_eq!(fresh.drawn(476, 25, 1, HOUR), None);
		let used = fresh.drawn(475, 25, 1, HOUR).unwrap();
		assert!(used.drawn(25, 0, 1, HOUR).is_some());
		assert_eq!(used.drawn(0, 26, 1, HOUR), None);
	}

	#[test]
	fn a_cap_of_nothing_lets_nothing_pass() {
		let never = RateLimit { cap: 0, period: 0 };
		assert_eq!(Allowance::default().drawn(1, 0, 9, never), None);
		assert!(Allowance::default().drawn(0, 0, 9, never).is_some());
	}

	#[test]
	fn the_greatest_numbers_are_numbers() {
		let limit = RateLimit {
			cap: u128::MAX,
			period: u32::MAX,
		};
		let used = Allowance::default()
			.drawn(u128::MAX / 2, 0, 0, limit)
			.unwrap();
		assert_eq!(used.available_floor(0, limit), 0);
		assert_eq!(used.available_floor(u32::MAX, limit), u128::MAX / 2);
		assert_eq!(used.given_back(u128::MAX).used, 0);
	}

	proptest! {
		#[test]
		fn no_period_sees_more_than_the_cap(
			cap in 0u128..1_000_000,
			period in 1u32..500,
			steps in prop::collection::vec((0u32..100, 0u128..400_000, any::<bool>()), 1..60),
		) {
			let limit = RateLimit { cap, period };
			let mut allowance = Allowance::default();
			let mut now = 0;
			let mut moves: Vec<(u32, i128)> = Vec::new();
			for (wait, amount, give) in steps {
				now += wait;
				if give {
					allowance = allowance.given_back(amount);
					moves.push((now, -(amount as i128)));
				} else if let Some(after) = allowance.drawn(amount, 0, now, limit) {
					allowance = after;
					moves.push((now, amount as i128));
				}
			}
			// Wherever a stretch of less than a period begins, and wherever it ends.
			for first in 0..moves.len() {
				let mut net = 0i128;
				for (at, amount) in &moves[first..] {
					if *at - moves[first].0 > period {
						break;
					}
					net += amount;
					prop_assert!(net <= cap as i128, "{net} of {cap} from move {first}");
				}
			}
		}

		#[test]
		fn what_was_drawn_comes_back_within_a_period(
			cap: u128,
			period in 1u32..1_000_000,
			at in 0u32..1_000_000,
			share in 0u32..=1_000,
		) {
			let limit = RateLimit { cap, period };
			let amount = mul_div_floor(cap / 2, share.into(), 1_000).unwrap();
			let used = Allowance::default().drawn(amount, 0, at, limit).unwrap();
			prop_assert_eq!(used.available_floor(at, limit), cap / 2 - amount);
			prop_assert_eq!(used.available_floor(at + period, limit), cap / 2);
		}
	}
}
