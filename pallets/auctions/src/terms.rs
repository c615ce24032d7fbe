//! On what terms lots are sold, and how much may be for sale at once.

use cairn_math::Perbill;
use cairn_primitives::{Balance, BlockNumber};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// How a lot is sold. Every lot keeps the terms it was opened with.
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
pub struct Terms {
	/// The price starts this share above the oracle's.
	pub premium: Perbill,
	/// Each step leaves this share of the price. Between nothing and all of it, both excluded.
	pub cut: Perbill,
	/// Blocks from one step to the next. At least one.
	pub step: BlockNumber,
	/// The price starts again once it is below this share of its start. Between nothing and all of
	/// it, both excluded.
	pub reset_below: Perbill,
	/// The price starts again after this many blocks at the latest. At least one step.
	pub reset_after: BlockNumber,
	/// How often the price falls until the lot goes to the reserve. At least once. The last time it
	/// does not start again for being low, so that it comes down to the floor.
	pub rounds: u32,
	/// Nothing is sold below this share of the oracle's price at the time. Above nothing.
	pub floor: Perbill,
	/// A lot that should start again while there is no price to start from tries once more after
	/// this many blocks. At least one.
	pub retry_after: BlockNumber,
}

impl Default for Terms {
	fn default() -> Self {
		Self {
			premium: Perbill::from_percent(2),
			cut: Perbill::from_parts(995_000_000),
			step: 2,
			reset_below: Perbill::from_percent(90),
			reset_after: 1_800,
			rounds: 30,
			floor: Perbill::from_percent(40),
			retry_after: 20,
		}
	}
}

/// What is wrong with [`Terms`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TermsFault {
	/// The price would fall to nothing at the first step, or never fall.
	Cut,
	/// The price would step infinitely often.
	Step,
	/// The price would start again at once, or only by time.
	ResetBelow,
	/// The price would start again before its first step.
	ResetAfter,
	/// The lot would go to the reserve without having been for sale.
	Rounds,
	/// Collateral could be sold for nothing.
	Floor,
	/// A lot without a price would try again in the very block.
	RetryAfter,
}

impl Terms {
	/// The first thing that is wrong with the terms, if anything is.
	pub fn fault(&self) -> Option<TermsFault> {
		let proper = |share: Perbill| !share.is_zero() && !share.is_one();
		if !proper(self.cut) {
			Some(TermsFault::Cut)
		} else if self.step == 0 {
			Some(TermsFault::Step)
		} else if !proper(self.reset_below) {
			Some(TermsFault::ResetBelow)
		} else if self.reset_after < self.step {
			Some(TermsFault::ResetAfter)
		} else if self.rounds == 0 {
			Some(TermsFault::Rounds)
		} else if self.floor.is_zero() {
			Some(TermsFault::Floor)
		} else if self.retry_after == 0 {
			Some(TermsFault::RetryAfter)
		} else {
			None
		}
	}
}

/// How much may be for sale at once, in smallest units of the debt asset that it is to raise. What
/// exceeds it waits; nothing is ever refused for it.
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
pub struct Limits {
	/// Of one lot, while no more than `total` may be for sale; in proportion more when more may be. At
	/// least the minimum remainder. May be exceeded by less than that, so that no crumb has to wait.
	pub lot: Balance,
	/// Of all lots of a debt asset, whatever buyers do. At least as much as of one lot.
	pub total: Balance,
	/// Of all lots of a debt asset, however eagerly buyers take it. At least `total`; where it is
	/// `total`, what buyers do changes nothing.
	pub most: Balance,
}

/// What is wrong with [`Limits`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LimitsFault {
	/// Less of a lot would be for sale than may be left of it.
	Lot,
	/// A lot could be for sale only in part of what one lot may.
	Total,
	/// Less could be for sale when buyers are eager than when they are not.
	Most,
}

impl Limits {
	/// The first thing that is wrong with the limits, if anything is.
	pub fn fault(&self, minimum: Balance) -> Option<LimitsFault> {
		if self.lot < minimum {
			Some(LimitsFault::Lot)
		} else if self.total < self.lot {
			Some(LimitsFault::Total)
		} else if self.most < self.total {
			Some(LimitsFault::Most)
		} else {
			None
		}
	}

	/// The limits while the market is known to take `room`: never less than `total`, never more than
	/// `most`, and of one lot in proportion, rounded down.
	pub fn widened(&self, room: Balance) -> Self {
		let total = room.min(self.most).max(self.total);
		let lot = cairn_math::mul_div_floor(self.lot, total, self.total).unwrap_or(self.lot);
		Self {
			lot,
			total,
			most: self.most,
		}
	}

	/// How much of a lot that is to raise `tab` is offered at a time: all of it, or as much as one
	/// lot may, such that `minimum` or more is left for later.
	pub const fn offer(&self, tab: Balance, minimum: Balance) -> Balance {
		if tab.saturating_sub(self.lot) < minimum {
			tab
		} else {
			self.lot
		}
	}
}
