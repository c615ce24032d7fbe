//! All quotes, and what dates them.

use cairn_primitives::{AssetId, Moment};
use codec::{Decode, Encode, MaxEncodedLen};
use core::marker::PhantomData;
use frame_support::{
	traits::Get, BoundedBTreeMap, BoundedVec, CloneNoBound, DebugNoBound, DefaultNoBound,
	EqNoBound, PartialEqNoBound,
};
use scale_info::TypeInfo;

use super::{Round, StoredQuote};
use crate::clock::{Clock, Pace};

/// When a block was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Dated {
	/// Its number.
	pub block: u32,
	/// Its time.
	pub time: Moment,
}

/// How many dates it takes: one for each round that a report may be of, and one before.
pub struct Dates<MaxReportAge>(PhantomData<MaxReportAge>);

impl<MaxReportAge: Get<u32>> Get<u32> for Dates<MaxReportAge> {
	fn get() -> u32 {
		MaxReportAge::get().saturating_add(2)
	}
}

/// Everything that a consumer of prices has to know: one value, read and written at once.
#[derive(
	CloneNoBound,
	DebugNoBound,
	DefaultNoBound,
	PartialEqNoBound,
	EqNoBound,
	Encode,
	Decode,
	MaxEncodedLen,
	TypeInfo,
)]
#[scale_info(skip_type_params(MaxFeeds, MaxReportAge))]
#[codec(mel_bound())]
pub struct QuoteBook<MaxFeeds: Get<u32>, MaxReportAge: Get<u32>> {
	/// When the latest blocks were that looked at reports, ascending: the last of each round.
	pub dates: BoundedVec<Dated, Dates<MaxReportAge>>,
	/// When a quorum last looked at any feed.
	pub looked_at: Moment,
	/// For how many milliseconds the oracle had not been down until then. Time in which it is down adds
	/// nothing: neither while it lasts nor when it is over.
	pub awake: Moment,
	/// The price of each asset that has one.
	pub quotes: BoundedBTreeMap<AssetId, StoredQuote, MaxFeeds>,
}

impl<MaxFeeds: Get<u32>, MaxReportAge: Get<u32>> QuoteBook<MaxFeeds, MaxReportAge> {
	/// The present block, as far as its number and time say what it is.
	///
	/// The oracle is down if no feed is watched by validators ([`AgreedPrice::is_watched`]). So too if
	/// none is reported at all.
	///
	/// [`AgreedPrice::is_watched`]: super::AgreedPrice::is_watched
	pub fn clock(&self, block: u32, time: Moment, pace: Pace) -> Clock {
		let clock = Clock {
			block,
			round: block.checked_div(pace.blocks).unwrap_or(block),
			time,
			pace,
			is_down: true,
			awake: self.awake,
		};
		let mut prices = self.quotes.values().filter_map(StoredQuote::agreed);
		if !prices.any(|price| price.is_watched(&clock, self.looked_at)) {
			return clock;
		}
		let since = time.saturating_sub(self.looked_at);
		Clock {
			is_down: false,
			awake: self.awake.saturating_add(since),
			..clock
		}
	}

	/// Notes when the present block is.
	pub fn date(&mut self, clock: &Clock) {
		let (block, time) = (clock.block, clock.time);
		if self.dates.is_empty() {
			// The genesis block has no time of its own.
			let block = block.saturating_sub(1);
			let _ = self.dates.try_push(Dated { block, time });
		}
		// The first round that begins with the block or after it: the earliest that the date says
		// anything about, and of two such dates the later says more.
		let told = |block: u32| block.div_ceil(clock.pace.blocks.max(1));
		match self.dates.last_mut() {
			Some(last) if last.block >= block => {}
			Some(last) if told(last.block) == told(block) => *last = Dated { block, time },
			_ => {
				if self.dates.is_full() {
					self.dates.remove(0);
				}
				let _ = self.dates.try_push(Dated { block, time });
			}
		}
	}

	/// When the reports were made, at the earliest, that are of `round` or later and that the last block
	/// or an earlier one brought. Never too late: of what is not known it takes the time that the blocks
	/// since the last known one take at least.
	pub fn time_of(&self, round: Round, clock: &Clock) -> Moment {
		let begin = round
			.saturating_mul(clock.pace.blocks)
			.min(clock.block.saturating_sub(1));
		let known = self.dates.iter().rfind(|known| known.block <= begin);
		known.map_or(0, |known| {
			let blocks = begin.saturating_sub(known.block);
			let since = clock.pace.least_time(blocks);
			known.time.saturating_add(since).min(clock.time)
		})
	}

	/// A quorum looked at some feed at `time`, found in the block of `clock`, which was made before.
	pub fn look(&mut self, time: Moment, clock: &Clock) {
		let since = time.saturating_sub(self.looked_at);
		if since == 0 {
			return;
		}
		if !clock.is_down {
			self.awake = self.awake.saturating_add(since);
		}
		self.looked_at = time;
	}

	/// For how long the oracle had been awake at `time`, at or shortly before the last look.
	pub fn awake_at(&self, time: Moment) -> Moment {
		let before = self.looked_at.saturating_sub(time);
		self.awake.saturating_sub(before)
	}
}
