//! What a lot is, and what is known of lots together.

use cairn_math::Price;
use cairn_primitives::{AssetId, Balance, BlockNumber, FacilityId, LotId};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{traits::ConstU32, BoundedVec};
use scale_info::TypeInfo;

use crate::{Limits, Terms};

/// Collateral for sale: everything that was seized from one facility in one collateral in one
/// block, and what has joined it.
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
	/// Which time it is that the price falls for what is on offer; zero if it has not yet.
	pub round: u32,
	/// The sale that is under way; none while the lot waits.
	pub sale: Option<Sale>,
	/// How it is sold.
	pub terms: Terms,
	/// Where the chain will find it again.
	pub place: Place,
}

/// A price that falls, and for how much of a lot.
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
pub struct Sale {
	/// When the price started to fall.
	pub started_at: BlockNumber,
	/// Where it started.
	pub start_price: Price,
	/// How much may be raised before the price starts again, in smallest units of the debt asset. Not
	/// more than the lot is to raise.
	pub offered: Balance,
	/// Where the oracle's price was when it started, or when it was last looked at.
	pub mark: Mark,
}

/// Where a lot is found when its time has come. Every open lot is in exactly one place.
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
pub enum Place {
	/// In this slot of the agenda: its price starts again then, or it looks for one, or goes to the
	/// reserve.
	Agenda(BlockNumber),
	/// In the queue of its debt asset, with this ticket: it starts when there is room for it.
	Queue(u64),
}

/// Where the oracle's price of a collateral was.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	PartialOrd,
	Ord,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct Mark {
	/// Goes up with every silence of the oracle that was too long to let prices fall through.
	pub era: u32,
	/// Which of the bands that [`crate::curve::band`] divides prices into.
	pub band: u16,
}

/// The most different marks that the lots for sale in a collateral have. While there is no room for
/// another, no lot starts that would need one.
pub const MAX_MARKS: u32 = 16;

/// What is for sale in a collateral, by where the oracle's price was when it started.
#[derive(
	Clone,
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
pub struct Watch {
	/// Of which silence of the oracle this is the end.
	pub era: u32,
	/// Since when there is no price to sell by; none while there is one.
	pub dark_since: Option<BlockNumber>,
	/// The marks that lots for sale have.
	pub marks: BoundedVec<Mark, ConstU32<MAX_MARKS>>,
}

/// What is for sale for one debt asset.
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
pub struct Market {
	/// How much may be raised at the prices that are falling now, in smallest units.
	pub on_sale: Balance,
	/// How many prices are falling now.
	pub lots: u32,
	/// How much may be raised at once by what buyers have shown, in smallest units. Counts as far as
	/// the [`Limits`] allow.
	pub room: Balance,
	/// What all open lots have to recover, on sale or not, in smallest units.
	pub debt: Balance,
	/// The ticket that is next.
	pub first_ticket: u64,
	/// The ticket that is given out next.
	pub next_ticket: u64,
	/// Whether anything has happened since the first in the queue was found to have no room.
	pub stirred: bool,
}

impl Market {
	/// How many lots are in the queue.
	pub const fn queued(&self) -> u64 {
		self.next_ticket.saturating_sub(self.first_ticket)
	}
}

impl Lot {
	/// What it is to raise.
	pub const fn tab(&self) -> Balance {
		self.debt.saturating_add(self.fee)
	}

	/// Whether nothing is left to raise.
	pub const fn is_paid(&self) -> bool {
		self.debt == 0 && self.fee == 0
	}

	/// Whether it goes to the reserve when nobody buys it this time.
	pub const fn is_last_round(&self) -> bool {
		self.round >= self.terms.rounds
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
	/// What the chain will do with it, if nobody does anything.
	pub next: NextEvent,
}

/// What the chain does with a lot by itself.
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
pub enum NextEvent {
	/// Its price starts again in this block, or in the first one after it that has room, or earlier
	/// if the oracle's price leaves it behind.
	StartsAgain(BlockNumber),
	/// What of it is on offer goes to the reserve in this block, at the price of then.
	GoesToReserve(BlockNumber),
	/// It looks for a price to start from in this block.
	LooksForPrice(BlockNumber),
	/// It starts when there is room, after as many others.
	Queued(u64),
}

/// What is for sale for a debt asset, as anyone may ask for it.
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
pub struct MarketView {
	/// How much may be raised at the prices that are falling now, in smallest units.
	pub on_sale: Balance,
	/// How many prices are falling now.
	pub lots: u32,
	/// How many lots wait for room.
	pub queued: u64,
	/// How much may be raised at once now, in smallest units.
	pub room: Balance,
	/// Between which bounds that is.
	pub limits: Limits,
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
	/// The price, in 1e-18 USD per whole token: the least that `max_price` must be. The lot's present
	/// price, or above it where the purchase pays for a remainder too small to be left.
	pub price: Price,
	/// What is got and paid.
	pub purchase: Purchase,
}

/// What a purchase would come to that is paid by selling part of what it brings.
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
pub struct SwapQuote {
	/// The purchase.
	pub take: TakeQuote,
	/// Collateral that is sold to pay for it, in smallest units.
	pub sold: Balance,
	/// Collateral that the recipient gets, in smallest units.
	pub kept: Balance,
}
