//! What a lot is.

use cairn_math::{Perbill, Price};
use cairn_primitives::{AssetId, Balance, BlockNumber, FacilityId, LotId};
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
	/// Nothing is sold below this share of the oracle's price at the time. Above nothing.
	pub floor: Perbill,
	/// A lot that should start again while there is no price to start from tries once more after
	/// this many blocks. At least one.
	pub retry_after: BlockNumber,
}

impl Default for Terms {
	fn default() -> Self {
		Self {
			premium: Perbill::from_percent(15),
			cut: Perbill::from_percent(99),
			step: 12,
			reset_below: Perbill::from_percent(45),
			reset_after: 1_800,
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
		} else if self.floor.is_zero() {
			Some(TermsFault::Floor)
		} else if self.retry_after == 0 {
			Some(TermsFault::RetryAfter)
		} else {
			None
		}
	}
}

/// Collateral for sale: everything that was seized from one facility in one collateral in one
/// block.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Lot {
	/// Whose vaults it was seized from.
	pub facility: FacilityId,
	/// What is paid with.
	pub debt_asset: AssetId,
	/// What is for sale.
	pub collateral: AssetId,
	/// All that was put up, in smallest units of the collateral. What is left over in the end is
	/// shared by what each vault contributed to it.
	pub contributed: Balance,
	/// What of it is not sold yet.
	pub remaining: Balance,
	/// Debt still to recover, in smallest units of the debt asset.
	pub debt: Balance,
	/// What is still to raise for the reserve, in smallest units of the debt asset.
	pub fee: Balance,
	/// When it was put up.
	pub opened_at: BlockNumber,
	/// When its price last started to fall.
	pub started_at: BlockNumber,
	/// Where its price started. Without one the lot is not for sale: it waits for its next event to
	/// find a price.
	pub start_price: Option<Price>,
	/// How it is sold.
	pub terms: Terms,
	/// When its price starts again: the slot of the agenda it is in.
	pub next_event: BlockNumber,
}

impl Lot {
	/// Whether nothing is left to raise.
	pub const fn is_paid(&self) -> bool {
		self.debt == 0 && self.fee == 0
	}
}

/// A lot that has closed with collateral left over, until every vault has taken its share.
///
/// Each share is `⌊leftover · contribution / contributed⌋` of what is left of both, so the last one
/// to settle gets all that the earlier ones' rounding left: shares add up to the leftover exactly.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct ClosedLot {
	/// What is left over.
	pub collateral: AssetId,
	/// How much of it nobody has taken back yet, in smallest units.
	pub leftover: Balance,
	/// The contributions that have not been settled yet, in smallest units.
	pub contributed: Balance,
}

/// What a purchase comes to. Amounts in smallest units of what they are.
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
pub struct Purchase {
	/// Collateral that the buyer gets.
	pub collateral: Balance,
	/// Debt asset that the buyer pays.
	pub payment: Balance,
	/// What of the payment recovers debt, and is burned.
	pub recovered: Balance,
	/// Collateral for sale after it.
	pub remaining: Balance,
	/// Debt to recover after it.
	pub debt: Balance,
	/// What is to raise for the reserve after it.
	pub fee: Balance,
}

impl Purchase {
	/// What of the payment goes to the reserve.
	pub const fn to_reserve(&self) -> Balance {
		self.payment.saturating_sub(self.recovered)
	}

	/// Whether the lot closes with it.
	pub const fn closes(&self) -> bool {
		self.remaining == 0 || (self.debt == 0 && self.fee == 0)
	}
}

/// A lot for sale, as anyone may ask for it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct LotView {
	/// Its number.
	pub id: LotId,
	/// The lot itself.
	pub lot: Lot,
	/// What it sells at now, in 1e-18 USD per whole token; `None` while it is not for sale.
	pub price: Option<Price>,
	/// The price it does not sell below at the oracle's present price; `None` while the oracle has
	/// no price to sell by.
	pub floor: Option<Price>,
}

/// What a purchase would come to if it were made now.
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
pub struct TakeQuote {
	/// The price, in 1e-18 USD per whole token: the least that `max_price` must be.
	pub price: Price,
	/// What is got and paid.
	pub purchase: Purchase,
}
