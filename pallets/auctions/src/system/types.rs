//! What a system lot is.

use cairn_math::{FixedU128, Price};
use cairn_primitives::{Balance, BlockNumber};
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
}

impl Default for SystemTerms {
	/// For tokens of 12 decimals and blocks of 3 seconds.
	///
	/// Surplus: 10,000 an hour at most, from 0.95 to 1.02 of the oracle's price within an hour: it
	/// passes the market on its way, and never pays more than 2 % above it. Recapitalisation: 50,000 a lot, from 1.10 to
	/// 0.70 within four hours, never below a cent, and never more than a million native tokens a day.
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
}

impl SystemTerms {
	/// The first thing that is wrong with the terms, if anything is.
	pub fn fault(&self) -> Option<SystemTermsFault> {
		let (surplus, recapitalisation) = (&self.surplus, &self.recapitalisation);
		if surplus.lot == 0 || recapitalisation.lot == 0 {
			Some(SystemTermsFault::LotIsZero)
		} else if !SystemLotKind::Surplus.accepts(&surplus.curve) {
			Some(SystemTermsFault::SurplusCurve)
		} else if !SystemLotKind::Recapitalisation.accepts(&recapitalisation.curve) {
			Some(SystemTermsFault::RecapitalisationCurve)
		} else if recapitalisation.period == 0 {
			Some(SystemTermsFault::PeriodIsZero)
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
		let (most_bid, most_asked) = (FixedU128::from_rational(11, 10), FixedU128::from_u32(10));
		let proper = !curve.start.is_zero() && !curve.end.is_zero();
		proper
			&& match self {
				Self::Surplus => curve.start <= curve.end && curve.end <= most_bid,
				Self::Recapitalisation => curve.start >= curve.end && curve.start <= most_asked,
			}
	}
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
