//! What a system lot is.

use cairn_math::{FixedU128, Price};
use cairn_primitives::{AssetId, Balance, BlockNumber};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_runtime::traits::Zero;

use super::curve::Curve;

/// How surplus is sold for native tokens.
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
pub struct SurplusTerms {
	/// How much of the debt asset a lot has, in smallest units. A lot opens once there is as much
	/// surplus. Above nothing.
	pub lot: Balance,
	/// The share of the oracle's price that native tokens are taken at. Rises: the system bids little
	/// at first.
	pub curve: Curve,
	/// Blocks from the opening of one lot to that of the next, at least.
	pub pause: BlockNumber,
}

/// How native tokens are sold for bad debt.
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
pub struct RecapitalisationTerms {
	/// How much of the debt asset a lot is to raise, in smallest units, if as much is missing. Above
	/// nothing.
	pub lot: Balance,
	/// The share of the oracle's price that native tokens are sold at. Falls: the system asks much at
	/// first.
	pub curve: Curve,
	/// No native token is sold below this, whatever the oracle says. Holds for open lots as well.
	pub floor: Price,
	/// The most native tokens that are made within any [`period`](Self::period), for all debt assets
	/// together, in smallest units. Nothing for never. Holds for open lots as well.
	pub cap: Balance,
	/// In blocks. At least one.
	pub period: BlockNumber,
}

/// How collateral that the reserve has bought is sold for the debt asset.
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
pub struct StockTerms {
	/// What a lot is worth at most when it is opened, in smallest units of the debt asset. Above
	/// nothing.
	pub lot: Balance,
	/// The share of the oracle's price that collateral is sold at. Falls to its floor: the system asks
	/// much at first.
	pub curve: Curve,
	/// Blocks from the opening of one lot of a collateral to that of the next, at least.
	pub pause: BlockNumber,
	/// For how many blocks after its price has come down a lot that nobody has bought still counts as
	/// worth what it asks. After that, new native tokens are sold for the bad debt it was to cover.
	pub patience: BlockNumber,
}

/// How system lots are sold. A lot keeps the curve it was opened with.
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
pub struct SystemTerms {
	/// How surplus is sold.
	pub surplus: SurplusTerms,
	/// How native tokens are sold.
	pub recapitalisation: RecapitalisationTerms,
	/// How collateral is sold that the reserve has bought.
	pub stock: StockTerms,
}

impl Default for SystemTerms {
	/// For tokens of 12 decimals and blocks of 3 seconds.
	///
	/// Surplus: 10,000 an hour at most, from 0.95 to 1.02 of the oracle's price within an hour: it
	/// passes the market on its way, and never pays more than 2 % above it. Recapitalisation: 50,000 a lot, from 1.10 to
	/// 0.70 within four hours, never below a cent, and never more than a million native tokens a day.
	/// Stock: 100,000 an hour of each collateral at most, from 1.05 to 0.80 within four hours; what
	/// nobody buys for a day at that counts as nothing.
	fn default() -> Self {
		const UNIT: Balance = 1_000_000_000_000;
		const HOUR: BlockNumber = 1_200;
		let hundredths = |share| FixedU128::from_rational(share, 100);
		Self {
			surplus: SurplusTerms {
				lot: 10_000 * UNIT,
				curve: Curve {
					start: hundredths(95),
					end: hundredths(102),
					duration: HOUR,
				},
				pause: HOUR,
			},
			recapitalisation: RecapitalisationTerms {
				lot: 50_000 * UNIT,
				curve: Curve {
					start: hundredths(110),
					end: hundredths(70),
					duration: 4 * HOUR,
				},
				floor: Price::MIN.raised(Price::ONE.raw() / 100 - 1),
				cap: 1_000_000 * UNIT,
				period: 24 * HOUR,
			},
			stock: StockTerms {
				lot: 100_000 * UNIT,
				curve: Curve {
					start: hundredths(105),
					end: hundredths(80),
					duration: 4 * HOUR,
				},
				pause: HOUR,
				patience: 24 * HOUR,
			},
		}
	}
}

/// What is wrong with [`SystemTerms`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SystemTermsFault {
	/// A lot would have nothing to sell or to raise.
	LotIsZero,
	/// The price of surplus would fall, would be nothing, or more than a tenth above the oracle's.
	SurplusCurve,
	/// The price of native tokens would rise, or would be nothing, or more than ten times the
	/// oracle's.
	RecapitalisationCurve,
	/// The cap would be one of no time.
	PeriodIsZero,
	/// The price of stock would rise, or would be nothing, or more than ten times the oracle's.
	StockCurve,
}

impl SystemTerms {
	/// The first thing that is wrong with the terms, if anything is.
	pub fn fault(&self) -> Option<SystemTermsFault> {
		let (surplus, recapitalisation) = (&self.surplus, &self.recapitalisation);
		if surplus.lot == 0 || recapitalisation.lot == 0 || self.stock.lot == 0 {
			Some(SystemTermsFault::LotIsZero)
		} else if !SystemLotKind::Surplus.accepts(&surplus.curve) {
			Some(SystemTermsFault::SurplusCurve)
		} else if !SystemLotKind::Recapitalisation.accepts(&recapitalisation.curve) {
			Some(SystemTermsFault::RecapitalisationCurve)
		} else if recapitalisation.period == 0 {
			Some(SystemTermsFault::PeriodIsZero)
		} else if !falls(&self.stock.curve) {
			Some(SystemTermsFault::StockCurve)
		} else {
			None
		}
	}
}

/// Which way a system lot goes.
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
pub enum SystemLotKind {
	/// Surplus of a debt asset for native tokens, which are burned.
	Surplus,
	/// New native tokens for a debt asset, which is burned against bad debt.
	Recapitalisation,
}

impl SystemLotKind {
	/// Whether a lot of this kind may be sold along `curve`.
	pub fn accepts(self, curve: &Curve) -> bool {
		match self {
			Self::Surplus => {
				let most_bid = FixedU128::from_rational(11, 10);
				!curve.start.is_zero() && curve.start <= curve.end && curve.end <= most_bid
			}
			Self::Recapitalisation => falls(curve),
		}
	}
}

/// Whether something may be sold for the debt asset along `curve`: it falls, or stays, and not to
/// nothing, from ten times the oracle's price at most.
pub(crate) fn falls(curve: &Curve) -> bool {
	let most_asked = FixedU128::from_u32(10);
	!curve.end.is_zero() && curve.start >= curve.end && curve.start <= most_asked
}

/// What the system sells for a debt asset, or of it. One for each debt asset at most, so never both
/// kinds at once.
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
pub struct SystemLot {
	/// Which way it goes.
	pub kind: SystemLotKind,
	/// Debt asset that is still to be sold or raised, in smallest units. Nothing is set apart for it:
	/// what the treasury has less of by now is not sold.
	pub remaining: Balance,
	/// When it was opened.
	pub opened_at: BlockNumber,
	/// How its price moves.
	pub curve: Curve,
}

/// A system lot, as anyone may ask for it.
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
pub struct SystemLotView {
	/// The lot itself.
	pub lot: SystemLot,
	/// The price of a whole native token now, in 1e-18 USD; `None` while there is no quote to sell
	/// by.
	pub price: Option<Price>,
	/// What of the lot can be had at once, in smallest units of the debt asset.
	pub available: Balance,
}

/// What a purchase comes to. Amounts in smallest units.
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
pub struct SystemQuote {
	/// The price of a whole native token, in 1e-18 USD.
	pub price: Price,
	/// Debt asset: what the buyer of surplus gets, and the recapitaliser pays.
	pub debt: Balance,
	/// Native tokens: what the buyer of surplus pays, and the recapitaliser gets.
	pub native: Balance,
}

/// Collateral for sale out of the stock of a reserve. One for each debt asset and collateral at most.
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
pub struct StockLot {
	/// What of it is not sold yet, in smallest units of the collateral. When it is nothing the next one
	/// waits for its time. Nothing is set apart for a lot: it is never more than there is in stock.
	pub remaining: Balance,
	/// When it was opened.
	pub opened_at: BlockNumber,
	/// How its price moves.
	pub curve: Curve,
}

/// Stock for sale, as anyone may ask for it.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct StockLotView {
	/// The collateral.
	pub collateral: AssetId,
	/// What the reserve has in stock of it, in its smallest units.
	pub stock: Balance,
	/// What is for sale of it; `None` if there has been no lot yet.
	pub lot: Option<StockLot>,
	/// The price of a whole token now, in 1e-18 USD; `None` while nothing is for sale, or there is no
	/// live quote.
	pub price: Option<Price>,
}

/// What a purchase of stock comes to. Amounts in smallest units.
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
pub struct StockQuote {
	/// The price of a whole token of the collateral, in 1e-18 USD.
	pub price: Price,
	/// Collateral that the buyer gets.
	pub amount: Balance,
	/// Debt asset that he pays.
	pub payment: Balance,
}
