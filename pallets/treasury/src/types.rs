//! The books of one debt asset.

use alloc::vec::Vec;
use cairn_math::Allowance;
use cairn_primitives::{AssetId, Balance, BlockNumber, BurnReason, Holding, MintReason, Standing};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

use crate::Rewarded;

/// One line of a [`Sheet`].
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
pub enum Line {
	/// Issued against vaults.
	Vaults,
	/// Issued against debt that lots are selling collateral for.
	InAuction,
	/// Issued with nothing behind it but the reserve.
	BadDebt,
}

impl Line {
	/// The line that a mint adds to.
	pub const fn raised_by(reason: MintReason) -> Self {
		match reason {
			MintReason::Borrow | MintReason::Interest => Self::Vaults,
		}
	}

	/// The line that a burn takes off.
	pub const fn reduced_by(reason: BurnReason) -> Self {
		match reason {
			BurnReason::Repay => Self::Vaults,
			BurnReason::Recovered => Self::InAuction,
			BurnReason::BadDebt | BurnReason::Recapitalised => Self::BadDebt,
		}
	}
}

/// What stands behind a debt asset. The lines add up to what has been issued of it, exactly.
///
/// All amounts in smallest units of the debt asset.
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
pub struct Sheet {
	/// Issued against vaults.
	pub vaults: Balance,
	/// Issued against debt that lots are selling collateral for.
	pub in_auction: Balance,
	/// Issued with nothing behind it but the reserve.
	pub bad_debt: Balance,
}

impl Sheet {
	/// The sum of all lines; `None` beyond `u128`, which no issuance can reach.
	pub fn total(&self) -> Option<Balance> {
		self.vaults
			.checked_add(self.in_auction)?
			.checked_add(self.bad_debt)
	}

	/// What `line` holds.
	pub const fn line(&self, line: Line) -> Balance {
		match line {
			Line::Vaults => self.vaults,
			Line::InAuction => self.in_auction,
			Line::BadDebt => self.bad_debt,
		}
	}

	/// The books with `amount` more in `line`; `None` beyond `u128`.
	pub fn with_more(mut self, line: Line, amount: Balance) -> Option<Self> {
		let entry = self.line_mut(line);
		*entry = entry.checked_add(amount)?;
		Some(self)
	}

	/// The books with `amount` less in `line`; `None` if the line holds less than that.
	pub fn with_less(mut self, line: Line, amount: Balance) -> Option<Self> {
		let entry = self.line_mut(line);
		*entry = entry.checked_sub(amount)?;
		Some(self)
	}

	/// Moves `amount` between two lines, or as much of it as `from` holds and `to` can take. Returns
	/// what could not be moved: zero unless somebody's books are wrong. The total stays the same.
	#[must_use]
	pub fn shift(&mut self, from: Line, to: Line, amount: Balance) -> Balance {
		let movable = amount.min(self.line(from));
		match self
			.with_less(from, movable)
			.and_then(|sheet| sheet.with_more(to, movable))
		{
			Some(shifted) => {
				*self = shifted;
				amount - movable
			}
			None => amount,
		}
	}

	fn line_mut(&mut self, line: Line) -> &mut Balance {
		match line {
			Line::Vaults => &mut self.vaults,
			Line::InAuction => &mut self.in_auction,
			Line::BadDebt => &mut self.bad_debt,
		}
	}
}

/// What has moved over the lines of a [`Sheet`] since its era began, by reason.
///
/// The lines are at any time what they were at the beginning of the era plus what has come in less
/// what has gone out, exactly. Amounts in smallest units, modulo 2^128: the same units can be lent
/// and repaid any number of times within an era, so no issuance bounds the sums.
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
pub struct Flows {
	/// Borrowed against vaults: issued.
	pub borrowed: Balance,
	/// Interest: issued to the reserve.
	pub interest: Balance,
	/// Repaid by vaults: burned.
	pub repaid: Balance,
	/// Seized with collateral: from vaults to auctions.
	pub seized: Balance,
	/// Recovered by lots: burned.
	pub recovered: Balance,
	/// Not recovered by lots: from auctions to bad debt.
	pub lost: Balance,
	/// Found to be issued with nothing behind it, and recognised as bad debt.
	pub recognised: Balance,
	/// Bad debt that the reserve has covered: burned.
	pub covered: Balance,
	/// Bad debt that buyers of new native tokens have covered: burned.
	pub recapitalised: Balance,
	/// Penalties, fees and payments of anybody into the reserve. No line changes.
	pub paid_in: Balance,
	/// Surplus that has left the reserve. No line changes.
	pub paid_out: Balance,
	/// What the reserve has paid to keepers. No line changes.
	pub rewarded: Balance,
}

impl Flows {
	/// Counts `amount` that was minted.
	pub fn count_mint(&mut self, reason: MintReason, amount: Balance) {
		let flow = match reason {
			MintReason::Borrow => &mut self.borrowed,
			MintReason::Interest => &mut self.interest,
		};
		*flow = flow.wrapping_add(amount);
	}

	/// Counts `amount` that was burned.
	pub fn count_burn(&mut self, reason: BurnReason, amount: Balance) {
		let flow = match reason {
			BurnReason::Repay => &mut self.repaid,
			BurnReason::Recovered => &mut self.recovered,
			BurnReason::BadDebt => &mut self.covered,
			BurnReason::Recapitalised => &mut self.recapitalised,
		};
		*flow = flow.wrapping_add(amount);
	}

	/// The lines at the end of an era that began with `opening`, modulo 2^128.
	pub fn closing(&self, opening: &Sheet) -> Sheet {
		Sheet {
			vaults: opening
				.vaults
				.wrapping_add(self.borrowed)
				.wrapping_add(self.interest)
				.wrapping_sub(self.repaid)
				.wrapping_sub(self.seized),
			in_auction: opening
				.in_auction
				.wrapping_add(self.seized)
				.wrapping_sub(self.recovered)
				.wrapping_sub(self.lost),
			bad_debt: opening
				.bad_debt
				.wrapping_add(self.lost)
				.wrapping_add(self.recognised)
				.wrapping_sub(self.covered)
				.wrapping_sub(self.recapitalised),
		}
	}
}

/// What happened to a debt asset within an era. The lines at its end are those at its beginning plus
/// what came in, less what went out; see [`Flows::closing`].
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
pub struct EraReport {
	/// The block in which it began.
	pub began: BlockNumber,
	/// The lines when it began.
	pub opening: Sheet,
	/// What has moved.
	pub flows: Flows,
	/// The lines when it ended.
	pub closing: Sheet,
	/// What existed of the asset when it ended, in smallest units.
	pub issuance: Balance,
	/// What the reserve held when it ended, in smallest units.
	pub reserve: Balance,
}

/// Why nothing more is lent of a debt asset.
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
pub enum Cause {
	/// What exists is not what the lines add up to.
	Issuance {
		/// What exists.
		issued: Balance,
		/// What the lines add up to.
		booked: Balance,
	},
	/// The vaults have not issued what the sheet says they have.
	Vaults {
		/// What the vaults have issued by their own count.
		issued: Balance,
		/// What the sheet says.
		booked: Balance,
	},
	/// A line was to be lowered by more than it held.
	Line {
		/// Which.
		line: Line,
		/// By how much more.
		missing: Balance,
	},
	/// The guardian said so.
	Guardian,
	/// The lots are not selling collateral for what the sheet says is in auction.
	Lots {
		/// What the lots have to recover by their own count.
		open: Balance,
		/// What the sheet says.
		booked: Balance,
	},
}

/// A fuse that has blown.
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
pub struct Blown {
	/// In which block.
	pub at: BlockNumber,
	/// Why.
	pub cause: Cause,
}

/// All that is booked of one debt asset: one row, because what changes one part changes most.
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
pub struct Book {
	/// What stands behind the asset.
	pub sheet: Sheet,
	/// How much of its growth limit is used up.
	pub growth: Allowance,
	/// Set once the books were found to be wrong. Nothing is lent then, and neither surplus nor
	/// recapitalisation is sold.
	pub fuse: Option<Blown>,
	/// When the present era began.
	pub era_began: BlockNumber,
	/// The lines when it began.
	pub opening: Sheet,
	/// What has moved since.
	pub flows: Flows,
	/// What keepers were paid last.
	pub rewarded: Rewarded,
}

/// The balance sheet of one debt asset, as anyone may ask for it. All amounts in smallest units.
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
pub struct BalanceSheetView {
	/// What exists of the asset.
	pub issuance: Balance,
	/// Issued against vaults.
	pub backed_by_vaults: Balance,
	/// Issued against debt that lots are selling collateral for.
	pub in_auction: Balance,
	/// Issued with nothing behind it but the reserve.
	pub bad_debt: Balance,
	/// What the treasury holds of the asset.
	pub reserve: Balance,
	/// What the collateral that the reserve has in stock can be counted on to bring.
	pub stock_value: Balance,
	/// Issuance less the three lines. Anything but zero means that units were made or destroyed
	/// behind the treasury's back.
	pub difference: i128,
	/// What the vaults have issued by their own count: the same as `backed_by_vaults`, or somebody's
	/// books are wrong. `None` if nobody keeps such a count.
	pub issued_by_vaults: Option<Balance>,
	/// What lots have to recover by their own count: the same as `in_auction`, or somebody's books are
	/// wrong. `None` if nobody keeps such a count.
	pub debt_in_lots: Option<Balance>,
	/// What the reserve should hold.
	pub reserve_target: Balance,
	/// Whether the reserve has something to pay out, or lacks something.
	pub standing: Standing,
	/// How much may be borrowed now before the growth limit refuses; `None` for any amount.
	pub growth_room: Option<Balance>,
	/// Why nothing more is lent, if that is so.
	pub fuse: Option<Blown>,
	/// When the present era began.
	pub era_began: BlockNumber,
	/// What has moved since.
	pub flows: Flows,
}

/// Collateral that a reserve has bought and not sold yet.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct StockView {
	/// Which collateral.
	pub collateral: AssetId,
	/// How much of it, in its smallest units.
	pub amount: Balance,
	/// What it can be counted on to bring, in smallest units of the debt asset.
	pub floor_value: Balance,
}

/// Proof that what is owed is there, as anyone may ask for it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct ReserveProof {
	/// Every debt asset: what exists of it, and what stands behind it.
	pub issued: Vec<(AssetId, BalanceSheetView)>,
	/// Every collateral: what is owed of it to vaults and lots, and what is there.
	pub held: Vec<Holding<AssetId>>,
	/// Every debt asset whose reserve has collateral in stock: what collateral.
	pub stock: Vec<(AssetId, Vec<StockView>)>,
	/// Whether all that exists is booked, all that is booked is owed, and all that is owed is there.
	pub whole: bool,
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	fn line() -> impl Strategy<Value = Line> {
		prop_oneof![
			Just(Line::Vaults),
			Just(Line::InAuction),
			Just(Line::BadDebt)
		]
	}

	proptest! {
		#[test]
		fn shifting_keeps_the_total(
			vaults in 0..u128::MAX / 4,
			in_auction in 0..u128::MAX / 4,
			bad_debt in 0..u128::MAX / 4,
			amount: u128,
			from in line(),
			to in line(),
		) {
			let before = Sheet { vaults, in_auction, bad_debt };
			let mut sheet = before;
			let missing = sheet.shift(from, to, amount);
			prop_assert_eq!(sheet.total(), before.total());
			prop_assert_eq!(missing, amount.saturating_sub(before.line(from)));
		}
	}

	#[test]
	fn a_line_never_goes_below_zero() {
		let sheet = Sheet {
			vaults: 5,
			in_auction: 0,
			bad_debt: 0,
		};
		assert_eq!(sheet.with_less(Line::Vaults, 6), None);
		assert_eq!(sheet.with_less(Line::InAuction, 1), None);
		assert_eq!(sheet.with_more(Line::Vaults, u128::MAX), None);
	}
}
