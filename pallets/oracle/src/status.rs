//! From agreements to a price that can be trusted so and so far: pure functions.
//!
//! ```text
//!              far away                     again, on the same side
//!   Live ────────────────────► Jump ─────────────────────────────────► Live, or Degraded while the
//!    ▲  ◄──────────────────────  │                                     latest is farther on still
//!    │       back again          │ nothing new
//!    │                           ▼
//!    ├──────── rounds ───► Degraded ───────── rounds ───────────────► Stale
//!    ├──────── too much doubt, as long as it lasts ─────────────────► Stale
//!    └──────── guardian, or a second opinion that contradicts ───────► Halted ── resumed, and ten
//!                                                                     settled rounds ──► Live
//! ```
//!
//! Nothing is clamped. What is quoted is always a price that a quorum agreed on; what may be wrong is
//! not served with confidence, but with the status that says so.

use cairn_math::{mul_div_floor, Perbill, Price};
use cairn_primitives::{Moment, QuoteStatus};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};

use crate::{
	aggregation::Agreement,
	averages::{average, Volatility, DAY, HALF_HOUR},
	clock::{Clock, Pace},
	types::{AgreedPrice, Candidate, Halt, Round, Standing},
};

/// After how many rounds without a new price a quote says so: by their number or by the clock
/// ([`Pace::rounds_ceil`]).
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
	Serialize,
	Deserialize,
)]
#[serde(rename_all = "camelCase", default)]
pub struct Validity {
	/// Up to this many it is [`QuoteStatus::Live`], and its confidence is what was agreed.
	pub live: u16,
	/// Up to this many it is [`QuoteStatus::Degraded`] with twice the confidence.
	pub degraded: u16,
	/// Up to this many it is [`QuoteStatus::Degraded`] with four times the confidence. Then it is
	/// [`QuoteStatus::Stale`].
	pub stale: u16,
}

impl Default for Validity {
	fn default() -> Self {
		Self {
			live: 3,
			degraded: 10,
			stale: 50,
		}
	}
}

impl Validity {
	/// The status that `rounds` alone allow.
	pub fn status(&self, rounds: u32) -> QuoteStatus {
		if rounds <= self.live.into() {
			QuoteStatus::Live
		} else if rounds <= self.stale.into() {
			QuoteStatus::Degraded
		} else {
			QuoteStatus::Stale
		}
	}

	/// How many times the agreed confidence holds after `rounds`.
	pub fn doubt(&self, rounds: u32) -> u128 {
		if rounds <= self.live.into() {
			1
		} else if rounds <= self.degraded.into() {
			2
		} else {
			4
		}
	}
}

/// What it takes for a feed to be Live, and what a jump is.
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
	Serialize,
	Deserialize,
)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Thresholds {
	/// How a quote ages.
	pub validity: Validity,
	/// A Live quote has a confidence of at most this share of the price.
	pub live_confidence: Perbill,
	/// With a confidence beyond this share of the price there is no agreement.
	pub most_confidence: Perbill,
	/// A price that differs by more than this share needs to be confirmed,
	pub jump: Perbill,
	/// unless that is less than so many standard deviations of the price's own movement.
	pub jump_deviations: u8,
	/// So many settled agreements in succession bring a resumed feed back.
	pub recovery: u16,
}

impl Default for Thresholds {
	/// For the great volatile assets.
	fn default() -> Self {
		Self {
			validity: Validity::default(),
			live_confidence: Perbill::from_percent(1),
			most_confidence: Perbill::from_percent(3),
			jump: Perbill::from_percent(2),
			jump_deviations: 12,
			recovery: 10,
		}
	}
}

impl Thresholds {
	/// For assets with a thin market.
	pub fn thin() -> Self {
		Self {
			jump: Perbill::from_percent(5),
			..Self::default()
		}
	}

	/// For assets that are meant to stay where they are.
	pub fn stable() -> Self {
		Self {
			jump: Perbill::from_parts(5_000_000),
			..Self::default()
		}
	}

	/// Whether they are in order. A jump is between 0.01 % and 50 %: without the one nothing would
	/// ever be settled, without the other nothing would ever be confirmed.
	pub fn are_valid(&self) -> bool {
		let Validity {
			live,
			degraded,
			stale,
		} = self.validity;
		live >= 1
			&& live <= degraded
			&& degraded <= stale
			&& !self.live_confidence.is_zero()
			&& self.live_confidence <= self.most_confidence
			&& self.jump >= Perbill::from_parts(100_000)
			&& self.jump <= Perbill::from_percent(50)
			&& self.recovery >= 1
	}

	/// Whether `to` is so far from `from` that it has to be confirmed:
	/// `|to − from| > max(jump, k·σ) · from`, with `σ` the standard deviation of the price's movement
	/// over `elapsed` milliseconds.
	fn is_far(&self, from: Price, to: Price, volatility: &Volatility, elapsed: Moment) -> bool {
		let distance = from.raw().abs_diff(to.raw());
		if distance <= self.jump.mul_floor(from.raw()) {
			return false;
		}
		// In billionths, squared to 1e-18. A distance of more than 1e19 billionths is far anyhow.
		let share = mul_div_floor(distance, 1_000_000_000, from.raw()).unwrap_or(u128::MAX);
		let reach = volatility.reach_squared(self.jump_deviations, elapsed);
		share.saturating_mul(share) > reach
	}
}

/// Why a quote has the status that it has.
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
pub enum Reason {
	/// It is the unit of account, or everything is well.
	Fine,
	/// The last price is this many rounds old, by their number or by the clock.
	Old {
		/// Rounds.
		rounds: u32,
	},
	/// The validators' prices lie further apart than those of a Live quote.
	Doubtful,
	/// The last two agreements lie far from the price before, and far from each other.
	Moving {
		/// The latest.
		latest: Price,
	},
	/// The last agreement lies far away and waits for its confirmation.
	Jump {
		/// That agreement.
		candidate: Price,
	},
	/// The validators' prices lie too far apart to be an agreement.
	Disputed {
		/// How far, in units of 1e-18 USD.
		confidence: u128,
	},
	/// It was stopped.
	Stopped,
	/// It was resumed and proves itself.
	Resuming {
		/// How many settled agreements there were in succession.
		settled: u16,
	},
	/// One of the two that it is computed from is no better.
	Derived,
}

impl AgreedPrice {
	/// How many rounds old the price is, by their number or by the clock.
	pub fn rounds(&self, now: &Clock) -> u32 {
		now.rounds_since(self.agreed, self.updated_at)
	}

	/// How far the price can be trusted `now`, and why. Of several doubts the worst counts.
	pub fn assess(&self, now: &Clock) -> (QuoteStatus, Reason) {
		match self.halt {
			Some(Halt::Stopped) => return (QuoteStatus::Halted, Reason::Stopped),
			Some(Halt::Resuming { settled }) => {
				return (QuoteStatus::Halted, Reason::Resuming { settled })
			}
			None => {}
		}
		let rounds = self.rounds(now);
		let by_age = (self.validity.status(rounds), Reason::Old { rounds });
		let by_standing = match self.standing {
			Standing::Settled => (QuoteStatus::Live, Reason::Fine),
			Standing::Doubtful => (QuoteStatus::Degraded, Reason::Doubtful),
			Standing::Moving(Candidate { price, .. }) => {
				(QuoteStatus::Degraded, Reason::Moving { latest: price })
			}
			Standing::Jump(Candidate { price, .. }) => {
				(QuoteStatus::Jump, Reason::Jump { candidate: price })
			}
			Standing::Disputed { confidence } => {
				(QuoteStatus::Stale, Reason::Disputed { confidence })
			}
		};
		if by_age.0 > by_standing.0 {
			by_age
		} else {
			by_standing
		}
	}

	/// How far the price can be trusted `now`.
	pub fn status(&self, now: &Clock) -> QuoteStatus {
		self.assess(now).0
	}

	/// Whether validators still look: a quorum's last reports are no older than a price may be, nor is it
	/// longer ago that one `looked_at` any feed.
	pub fn is_watched(&self, now: &Clock, looked_at: Moment) -> bool {
		let rounds = now.rounds_since(self.observed.max(self.agreed), looked_at);
		self.validity.status(rounds) != QuoteStatus::Stale
	}
}

/// An agreement, where the chain found it, and when it was made.
#[derive(Clone, Copy, Debug)]
pub struct Found {
	/// What the validators agree on.
	pub agreement: Agreement,
	/// How many of them.
	pub reporters: u32,
	/// The round.
	pub round: Round,
	/// When they looked, at the earliest.
	pub time: Moment,
	/// For how many milliseconds the oracle as a whole had not been down until then.
	pub awake: Moment,
	/// How fast rounds go by.
	pub pace: Pace,
}

impl Found {
	/// How many rounds there are between two agreements, by their number or by the clock.
	fn rounds_since(&self, round: Round, time: Moment) -> u32 {
		let rounds = self.round.saturating_sub(round);
		self.pace.rounds_old(rounds, self.time.saturating_sub(time))
	}
}

/// The price after an agreement, given the `last` one; `None` if it tells nothing new: no quorum has
/// looked again since, or a first price would have too much doubt.
///
/// - An agreement near the last price, or confirmed by the one before it, becomes the price. It is
///   confirmed if it is near that one, or lies between that one and the last price.
/// - If both lie far away on the same side and the latest is farther on, the price is the former: that
///   far both quorums went. So in a fall without end the price follows, one round behind.
/// - Otherwise it becomes a candidate.
pub fn advance(
	last: Option<&AgreedPrice>,
	found: Found,
	thresholds: &Thresholds,
) -> Option<AgreedPrice> {
	let Agreement {
		price,
		confidence,
		observed,
	} = found.agreement;
	let disputed = confidence > thresholds.most_confidence.mul_floor(price.raw());
	let Some(last) = last else {
		return (!disputed).then(|| first(found, thresholds));
	};
	if observed <= last.observed {
		return None;
	}
	let mut next = AgreedPrice {
		observed,
		validity: thresholds.validity,
		..*last
	};
	if last.halt == Some(Halt::Stopped) {
		return Some(next);
	}
	let candidate = Candidate {
		price,
		confidence,
		round: found.round,
		time: found.time,
	};
	let elapsed = found.time.saturating_sub(last.updated_at);
	let is_far = |from, to| thresholds.is_far(from, to, &last.volatility, elapsed);
	if disputed {
		next.standing = Standing::Disputed { confidence };
	} else if !is_far(last.price, price) {
		publish(&mut next, candidate, found, thresholds);
	} else {
		let before = match last.standing {
			Standing::Jump(before) | Standing::Moving(before) => Some(before),
			_ => None,
		};
		let before = before.filter(|before| {
			let rounds = found.rounds_since(before.round, before.time);
			let consecutive = rounds <= thresholds.validity.live.into();
			consecutive && (before.price < last.price) == (price < last.price)
		});
		match before {
			None => next.standing = Standing::Jump(candidate),
			Some(before) => {
				let near = !is_far(before.price, price);
				let from_last = |price: Price| price.raw().abs_diff(last.price.raw());
				if near || from_last(price) <= from_last(before.price) {
					publish(&mut next, candidate, found, thresholds);
				} else {
					publish(&mut next, before, found, thresholds);
					next.standing = Standing::Moving(candidate);
				}
			}
		}
	}
	recover(&mut next, last, found, thresholds);
	Some(next)
}

fn first(found: Found, thresholds: &Thresholds) -> AgreedPrice {
	let Agreement {
		price,
		confidence,
		observed,
	} = found.agreement;
	let standing = standing(price, confidence, thresholds);
	AgreedPrice {
		price,
		confidence,
		slow: price,
		day: price,
		volatility: Volatility::new(price, found.time),
		observed,
		agreed: found.round,
		updated_at: found.time,
		awake_at: found.awake,
		reporters: found.reporters,
		standing,
		apart: 0,
		validity: thresholds.validity,
		halt: None,
		// Which age cannot make worse: it was seen a moment ago.
		announced: match standing {
			Standing::Settled => QuoteStatus::Live,
			_ => QuoteStatus::Degraded,
		},
	}
}

/// Makes `new` the price.
fn publish(next: &mut AgreedPrice, new: Candidate, found: Found, thresholds: &Thresholds) {
	let Candidate {
		price,
		confidence,
		time,
		..
	} = new;
	let elapsed = time.saturating_sub(next.updated_at);
	*next = AgreedPrice {
		price,
		confidence,
		slow: average(next.slow, price, elapsed, HALF_HOUR),
		day: average(next.day, price, elapsed, DAY),
		volatility: next.volatility.after(price, time),
		agreed: found.round,
		updated_at: time,
		awake_at: found.awake.saturating_sub(found.time.saturating_sub(time)),
		reporters: found.reporters,
		standing: standing(price, confidence, thresholds),
		..*next
	};
}

fn standing(price: Price, confidence: u128, thresholds: &Thresholds) -> Standing {
	if confidence <= thresholds.live_confidence.mul_floor(price.raw()) {
		Standing::Settled
	} else {
		Standing::Doubtful
	}
}

/// Counts the settled agreements of a feed that was resumed.
fn recover(next: &mut AgreedPrice, last: &AgreedPrice, found: Found, thresholds: &Thresholds) {
	let Some(Halt::Resuming { settled }) = next.halt else {
		return;
	};
	let rounds = found.rounds_since(last.agreed, last.updated_at);
	let gap = rounds > thresholds.validity.live.into();
	let settled = match (next.standing, gap) {
		(Standing::Settled, false) => settled.saturating_add(1),
		(Standing::Settled, true) => 1,
		_ => 0,
	};
	next.halt = (settled < thresholds.recovery).then_some(Halt::Resuming { settled });
}
