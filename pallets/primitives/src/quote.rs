//! What the oracle says about an asset.

use alloc::vec::Vec;
use cairn_math::Price;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};

use crate::Moment;

/// How far a quote can be trusted.
///
/// What each operation needs is decided where the operation is: opening, borrowing and withdrawing
/// need [`Live`](Self::Live), liquidation [`Live`](Self::Live) or [`Degraded`](Self::Degraded),
/// repaying, depositing and closing nothing.
///
/// Ordered by severity, so that the worse of two is the greater one.
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
	Serialize,
	Deserialize,
)]
pub enum QuoteStatus {
	/// A quorum of validators agreed within the last rounds.
	Live,
	/// The last agreement is some rounds old, or its confidence is wide, or the price is moving fast.
	Degraded,
	/// The validators see a price so far away that it waits for its confirmation.
	Jump,
	/// The last agreement is too old to act on, or the validators disagree too widely.
	Stale,
	/// Stopped by governance or its guardian.
	Halted,
}

impl QuoteStatus {
	/// Whether new risk may be taken on at this quote.
	pub const fn allows_new_risk(self) -> bool {
		matches!(self, Self::Live)
	}

	/// Whether collateral may be seized and sold at this quote.
	pub const fn allows_liquidation(self) -> bool {
		matches!(self, Self::Live | Self::Degraded)
	}
}

/// The price of an asset in USD with all that a consumer must know to use it.
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
pub struct Quote {
	/// The last price that the validators agreed on.
	pub price: Price,
	/// The price is believed to lie within `price ± confidence`, in units of 1e-18 USD.
	pub confidence: u128,
	/// The slow average that new risk is also measured by.
	pub slow: Price,
	/// How far the above can be trusted now.
	pub status: QuoteStatus,
	/// When the validators looked who agreed on it.
	pub updated_at: Moment,
	/// How long ago that is, in milliseconds.
	pub age: Moment,
	/// For how much of that time, in milliseconds, the oracle as a whole was not silent: what counts
	/// against the asset. It stands still while [`PriceSource::is_down`].
	pub silent_for: Moment,
}

impl Quote {
	/// A quote of exactly one dollar that never ages: what a unit of account is worth in itself.
	pub const fn par() -> Self {
		Self {
			price: Price::ONE,
			confidence: 0,
			slow: Price::ONE,
			status: QuoteStatus::Live,
			updated_at: 0,
			age: 0,
			silent_for: 0,
		}
	}

	/// The highest price that is still believed: what collateral is worth to an owner who is about
	/// to be liquidated.
	pub fn high(&self) -> Price {
		self.price.raised(self.confidence)
	}

	/// The lowest price that is still believed; at least [`Price::MIN`].
	pub fn low(&self) -> Price {
		self.price.lowered(self.confidence).unwrap_or(Price::MIN)
	}

	/// What collateral counts when new risk is taken on: the lower of [`Quote::low`] and the slow
	/// average.
	pub fn collateral_for_new_risk(&self) -> Price {
		self.low().min(self.slow)
	}

	/// What debt counts when new risk is taken on: the higher of [`Quote::high`] and the slow
	/// average.
	pub fn debt_for_new_risk(&self) -> Price {
		self.high().max(self.slow)
	}
}

/// How the price of an asset has moved.
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
pub struct Movement {
	/// Average over about half an hour.
	pub slow: Price,
	/// Average over about a day.
	pub day: Price,
	/// Exponentially weighted variance of the logarithmic return over five minutes, in units of
	/// 1e-18: the square of the volatility. Times 105,192 it is that of a year.
	pub variance: u64,
}

/// Where risk models learn how prices move.
pub trait PriceHistory<AssetId> {
	/// How the price of `asset` has moved; `None` if it is not reported, or has no price yet.
	fn movement(asset: &AssetId) -> Option<Movement>;
}

/// Where quotes come from.
pub trait PriceSource<AssetId> {
	/// The quote of `asset`, whatever its status; `None` if the asset has no feed or its feed has
	/// never had an agreed price.
	fn quote(asset: &AssetId) -> Option<Quote>;

	/// The quotes of several assets, in their order: cheaper than one by one where all quotes are
	/// kept together.
	fn quotes_of(assets: &[&AssetId]) -> Vec<Option<Quote>> {
		assets.iter().map(|asset| Self::quote(asset)).collect()
	}

	/// Whether the oracle as a whole is silent: no quorum has looked at any asset for longer than a
	/// price may be old, by the number of rounds or by the clock.
	fn is_down() -> bool;

	/// Make `asset` quote `price`, Live, without spread, from now on.
	#[cfg(feature = "runtime-benchmarks")]
	fn set_quote(asset: &AssetId, price: Price);
}
