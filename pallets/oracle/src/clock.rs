//! How old a price is: pure functions.
//!
//! Two things make a price old. Rounds are counted in blocks, so rounds without a new price say that
//! validators were silent, however many slots had no block. The clock says the rest: a chain that stands
//! still has no rounds, and its last prices would be as good as new when it goes on. Of the two the worse
//! counts ([`Pace::rounds_ceil`]).

use alloc::collections::BTreeMap;
use cairn_primitives::{AssetId, Moment, Quote, QuoteStatus};

use crate::{
	derived::derive,
	status::Reason,
	types::{AgreedPrice, Round, StoredQuote},
};

/// For so many slots a block a round is no older by the clock than it is by itself. While a third of the
/// validators is away a block takes one slot and a half; with fewer there is no quorum.
const SLOTS_PER_BLOCK: Moment = 2;

/// So many slots more do not count: that many can be without a block by chance.
const MISSED_SLOTS: Moment = 20;

/// How fast rounds go by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
	/// The least time from a block to the next, in milliseconds.
	pub slot: Moment,
	/// Blocks in a round.
	pub blocks: u32,
}

impl Pace {
	/// How many rounds old a price at least is that was seen `elapsed` milliseconds ago:
	/// `⌈(elapsed − 20 slots) / (2 slots · blocks in a round)⌉`, or none.
	pub fn rounds_ceil(self, elapsed: Moment) -> u32 {
		let beyond = elapsed.saturating_sub(self.slot.saturating_mul(MISSED_SLOTS));
		let slots = SLOTS_PER_BLOCK.saturating_mul(self.blocks.into());
		let rounds = beyond.div_ceil(self.slot.saturating_mul(slots).max(1));
		u32::try_from(rounds).unwrap_or(u32::MAX)
	}

	/// How many rounds old something is after so many rounds and milliseconds: whichever says more.
	pub fn rounds_old(self, rounds: u32, elapsed: Moment) -> u32 {
		rounds.max(self.rounds_ceil(elapsed))
	}

	/// How long so many blocks take at least.
	pub fn least_time(self, blocks: u32) -> Moment {
		self.slot.saturating_mul(blocks.into())
	}
}

/// The present block: where age is counted from.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
	/// Its number.
	pub block: u32,
	/// The round it belongs to.
	pub round: Round,
	/// Its time.
	pub time: Moment,
	/// How fast rounds go by.
	pub pace: Pace,
	/// Whether the oracle as a whole is silent.
	pub is_down: bool,
	/// For how many milliseconds the oracle was not, up to now.
	pub awake: Moment,
}

impl Clock {
	/// How many rounds ago that is, by the number of rounds or by the clock: whichever is more.
	pub fn rounds_since(&self, round: Round, time: Moment) -> u32 {
		let rounds = self.round.saturating_sub(round);
		self.pace.rounds_old(rounds, self.time.saturating_sub(time))
	}

	/// What `quote` says now; `None` if it is computed from something that has no price. It is one of
	/// `quotes`, or one that could be.
	pub fn present(
		&self,
		quotes: &BTreeMap<AssetId, StoredQuote>,
		quote: &StoredQuote,
	) -> Option<Quote> {
		let derived = match quote {
			StoredQuote::Par => return Some(Quote::par()),
			StoredQuote::Agreed(price) | StoredQuote::Rate(price) => {
				return Some(self.present_agreed(price))
			}
			StoredQuote::Derived(derived) => derived,
		};
		// A derived feed is not made of derived ones, so this goes one level deep.
		let leg = |asset| match quotes.get(asset)? {
			StoredQuote::Par => Some(Quote::par()),
			StoredQuote::Agreed(price) | StoredQuote::Rate(price) => {
				Some(self.present_agreed(price))
			}
			StoredQuote::Derived(_) => None,
		};
		let [(one, _), (other, _)] = derived.derivation.legs();
		let quote = derive(&derived.derivation, &leg(one)?, &leg(other)?)?;
		Some(if derived.halted {
			Quote {
				status: QuoteStatus::Halted,
				..quote
			}
		} else {
			quote
		})
	}

	fn present_agreed(&self, price: &AgreedPrice) -> Quote {
		let doubt = price.validity.doubt(price.rounds(self));
		Quote {
			price: price.price,
			// At most four times the highest price: far from the end of `u128`.
			confidence: price.confidence.saturating_mul(doubt),
			slow: price.slow,
			status: price.status(self),
			updated_at: price.updated_at,
			age: self.time.saturating_sub(price.updated_at),
			silent_for: self.awake.saturating_sub(price.awake_at),
		}
	}

	/// How far `quote` can be trusted now, and why; `None` if it has no price.
	pub fn assess(
		&self,
		quotes: &BTreeMap<AssetId, StoredQuote>,
		quote: &StoredQuote,
	) -> Option<(QuoteStatus, Reason)> {
		Some(match quote {
			StoredQuote::Par => (QuoteStatus::Live, Reason::Fine),
			StoredQuote::Agreed(price) | StoredQuote::Rate(price) => price.assess(self),
			StoredQuote::Derived(derived) => match self.present(quotes, quote)?.status {
				status if derived.halted => (status, Reason::Stopped),
				QuoteStatus::Live => (QuoteStatus::Live, Reason::Fine),
				status => (status, Reason::Derived),
			},
		})
	}
}
