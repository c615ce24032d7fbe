//! Agreed prices, and feeds in shadow.

use cairn_math::Price;
use cairn_primitives::{AssetId, Moment, QuoteStatus};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

use super::{Derivation, FeedId, Round};
use crate::{averages::Volatility, status::Validity};

/// A price that a quorum saw and that is not, or not wholly, believed yet.
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
pub struct Candidate {
	/// What they agreed on.
	pub price: Price,
	/// How far they lay apart, in units of 1e-18 USD.
	pub confidence: u128,
	/// In which round the chain found it.
	pub round: Round,
	/// When they looked.
	pub time: Moment,
}

/// What the latest agreement says about the price that is quoted.
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
pub enum Standing {
	/// It is that price.
	Settled,
	/// It is that price, with more doubt than a Live quote may have.
	Doubtful,
	/// The price is what the last two agreements have in common; the latest is farther on.
	Moving(Candidate),
	/// It is so far away that the next has to confirm it.
	Jump(Candidate),
	/// It has so much doubt that it is no price.
	Disputed {
		/// How much, in units of 1e-18 USD.
		confidence: u128,
	},
}

/// A feed that was stopped.
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
pub enum Halt {
	/// By the guardian, by governance, or because a second opinion contradicts it. Its price stays what
	/// it was.
	Stopped,
	/// It was resumed, and has yet to prove itself.
	Resuming {
		/// How many settled agreements there were in succession.
		settled: u16,
	},
}

/// A price that a quorum agreed on.
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
pub struct AgreedPrice {
	/// Weighted median of the reports.
	pub price: Price,
	/// How far the reports lie apart, in units of 1e-18 USD.
	pub confidence: u128,
	/// Average over about half an hour.
	pub slow: Price,
	/// Average over about a day.
	pub day: Price,
	/// How much the price moves.
	pub volatility: Volatility,
	/// The round that a quorum has reported, or a later one, whether or not it changed the price.
	pub observed: Round,
	/// The round in which the chain took this price. What its age in rounds counts from.
	pub agreed: Round,
	/// When the validators looked who agreed on it, at the earliest. What its age by the clock counts
	/// from.
	pub updated_at: Moment,
	/// For how many milliseconds the oracle as a whole had not been down until then.
	pub awake_at: Moment,
	/// How many authorities' reports are in it.
	pub reporters: u32,
	/// What the latest agreement says about it.
	pub standing: Standing,
	/// For how many rounds in succession its second opinion has been apart from it.
	pub apart: u16,
	/// How it ages.
	pub validity: Validity,
	/// Whether it was stopped.
	pub halt: Option<Halt>,
	/// The status that the last event told.
	pub announced: QuoteStatus,
}

/// A quote that is computed from two others.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct DerivedQuote {
	/// From which, and how.
	pub derivation: Derivation,
	/// Whether it was stopped.
	pub halted: bool,
	/// The status that the last event told, if there ever was a price.
	pub announced: Option<QuoteStatus>,
}

/// What is known of an asset's price.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub enum StoredQuote {
	/// One dollar by definition.
	Par,
	/// Reported in dollars.
	Agreed(AgreedPrice),
	/// Reported as a rate: for derived feeds only.
	Rate(AgreedPrice),
	/// Computed from two others.
	Derived(DerivedQuote),
}

impl StoredQuote {
	/// What the validators agreed on, if they report it.
	pub fn agreed(&self) -> Option<&AgreedPrice> {
		match self {
			Self::Agreed(price) | Self::Rate(price) => Some(price),
			Self::Par | Self::Derived(_) => None,
		}
	}

	/// What the validators agreed on, if they report it.
	pub fn agreed_mut(&mut self) -> Option<&mut AgreedPrice> {
		match self {
			Self::Agreed(price) | Self::Rate(price) => Some(price),
			Self::Par | Self::Derived(_) => None,
		}
	}
}

/// A feed on trial.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Shadow {
	/// Its id in reports, if it is reported.
	pub feed: Option<FeedId>,
	/// What would be quoted, once there is something.
	pub quote: Option<StoredQuote>,
	/// For how many rounds it has been close to what it is to replace, without a break.
	pub close: u32,
	/// Whether it was apart when they were last compared.
	pub apart: bool,
	/// The round in which they were last compared.
	pub compared: Option<Round>,
}

/// A feed on trial, beside what it is to replace.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct ShadowView {
	/// What it prices.
	pub asset: AssetId,
	/// Its id in reports, if it is reported.
	pub feed: Option<FeedId>,
	/// Its own price.
	pub price: Option<Price>,
	/// The price that is quoted meanwhile.
	pub quoted: Option<Price>,
	/// How far its own price can be trusted.
	pub status: Option<QuoteStatus>,
	/// For how many rounds the two have been close, without a break.
	pub close: u32,
	/// After how many it takes over by itself, if it replaces a feed.
	pub needed: u32,
}
