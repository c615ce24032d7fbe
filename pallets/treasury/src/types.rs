//! The books of one debt asset.

use cairn_primitives::{Balance, BurnReason};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

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
	/// The line that a burn takes off.
	pub const fn reduced_by(reason: BurnReason) -> Self {
		match reason {
			BurnReason::Repay => Self::Vaults,
			BurnReason::Recovered => Self::InAuction,
			BurnReason::BadDebt => Self::BadDebt,
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
	/// Issuance less the three lines. Anything but zero means that units were made or destroyed
	/// behind the treasury's back.
	pub difference: i128,
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
