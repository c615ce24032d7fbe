//! How much an operation had to deal with, and what that weighs.
//!
//! Before a call nobody knows how many legs and claims its vault has: it is charged for the most
//! that there can be, and given back the rest. What the call itself says, such as which collaterals
//! move, it is charged for as it says it.

use crate::{
	index::ROWS_OF_ENTRY, types::Adjustment, weights::WeightInfo, Config, Pallet, MAX_CLAIMS,
	MAX_LEGS,
};
use alloc::collections::BTreeSet;
use frame_support::weights::Weight;

/// What of a vault an operation had to deal with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Extent {
	/// Legs of the vault, those included that the operation emptied.
	pub legs: u32,
	/// Claims that the vault had.
	pub claims: u32,
}

/// How many collaterals an adjustment moves, each counted once. No more than a vault can have legs:
/// an adjustment that names more fails.
pub fn moved_by(adjustment: &Adjustment) -> u32 {
	let named = adjustment.deposit.iter().chain(&adjustment.withdraw);
	let distinct: BTreeSet<_> = named.map(|(asset, _)| asset).collect();
	(distinct.len() as u32).min(MAX_LEGS)
}

impl Extent {
	/// The most that there can be.
	pub const MAX: Self = Self {
		legs: MAX_LEGS,
		claims: MAX_CLAIMS,
	};

	/// Of [`crate::Pallet::open`], which knows all of its vault beforehand.
	pub fn weight_of_open<T: Config>(adjustment: &Adjustment) -> Weight {
		let opening = T::WeightInfo::open(adjustment.deposit.len() as u32);
		if adjustment.withdraw.is_empty() && adjustment.repay == 0 {
			opening
		} else {
			opening.saturating_add(T::WeightInfo::adjust(moved_by(adjustment)))
		}
	}

	/// Of [`crate::Pallet::adjust`] and its short forms, if so many collaterals have `moved`. The
	/// other legs are indexed anew, as they are for a guard.
	pub fn weight_of_adjust<T: Config>(self, moved: u32) -> Weight {
		let others = match self.legs.saturating_sub(moved) {
			0 => Weight::zero(),
			others => T::WeightInfo::set_guard(others),
		};
		T::WeightInfo::adjust(moved)
			.saturating_add(others)
			.saturating_add(self.weight_of_claims::<T>())
	}

	/// Of [`crate::Pallet::close`].
	pub fn weight_of_close<T: Config>(self) -> Weight {
		T::WeightInfo::close(self.legs).saturating_add(self.weight_of_claims::<T>())
	}

	/// Of [`crate::Pallet::claim`]. All legs are indexed anew, as they are for a guard.
	pub fn weight_of_claim<T: Config>(self) -> Weight {
		T::WeightInfo::set_guard(self.legs).saturating_add(self.weight_of_claims::<T>())
	}

	/// Of [`crate::Pallet::liquidate`], without what a keeper is paid.
	pub fn weight_of_liquidate<T: Config>(self, is_guarded: bool) -> Weight {
		let liquidating =
			T::WeightInfo::liquidate(self.legs).saturating_add(self.weight_of_claims::<T>());
		if is_guarded {
			liquidating.saturating_add(T::WeightInfo::run_guard())
		} else {
			liquidating
		}
	}

	/// Of [`crate::Pallet::set_guard`]. Who sets a guard has claims settled, and pays for what the start of some
	/// block will do for it: evaluate the vault, settle its claims, repay, and index it anew. What is seized if that
	/// does not save it would be seized without a guard too.
	pub fn weight_of_set_guard<T: Config>(self, is_set: bool) -> Weight {
		let setting = T::WeightInfo::set_guard(self.legs);
		if !is_set {
			return setting;
		}
		// Each entry goes, and comes elsewhere.
		let rows = self.legs.saturating_mul(ROWS_OF_ENTRY).saturating_mul(2);
		setting
			.saturating_add(self.weight_of_claims::<T>())
			.saturating_add(Pallet::<T>::weight_of_vault(self.legs, self.claims))
			.saturating_add(Pallet::<T>::weight_of_rows(rows))
			.saturating_add(T::WeightInfo::run_guard())
	}

	/// Of [`crate::Pallet::accept`].
	pub fn weight_of_accept<T: Config>(self) -> Weight {
		T::WeightInfo::accept(self.legs).saturating_add(self.weight_of_claims::<T>())
	}

	/// Of [`crate::Pallet::settle_vault`].
	pub fn weight_of_settling<T: Config>(self) -> Weight {
		T::WeightInfo::settle_vault(self.legs).saturating_add(self.weight_of_claims::<T>())
	}

	fn weight_of_claims<T: Config>(self) -> Weight {
		match self.claims {
			0 => Weight::zero(),
			claims => T::WeightInfo::claim(claims),
		}
	}
}
