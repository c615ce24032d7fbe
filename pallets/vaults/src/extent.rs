//! How much an operation had to deal with, and what that weighs.
//!
//! Before a call nobody knows how many legs and claims its vault has: it is charged for the most
//! that there can be, and given back the rest.

use crate::{types::Adjustment, weights::WeightInfo, Config, MAX_CLAIMS, MAX_LEGS};
use frame_support::weights::Weight;

/// How many legs an operation moved or indexed, and how many claims it looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Extent {
	/// Legs of the vault, those included that the operation emptied.
	pub legs: u32,
	/// Claims that the vault had.
	pub claims: u32,
}

impl Extent {
	/// The most that there can be.
	pub const MAX: Self = Self {
		legs: MAX_LEGS,
		claims: MAX_CLAIMS,
	};

	/// Of a vault that is opened with this.
	pub fn of(adjustment: &Adjustment) -> Self {
		Self {
			legs: adjustment.deposit.len().max(adjustment.withdraw.len()) as u32,
			claims: 0,
		}
	}

	/// Of [`crate::Pallet::open`].
	pub fn weight_of_open<T: Config>(self, adjustment: &Adjustment) -> Weight {
		let opening = T::WeightInfo::open(self.legs);
		if adjustment.withdraw.is_empty() && adjustment.repay == 0 {
			opening
		} else {
			opening.saturating_add(T::WeightInfo::adjust(self.legs))
		}
	}

	/// Of [`crate::Pallet::adjust`] and its short forms.
	pub fn weight_of_adjust<T: Config>(self) -> Weight {
		T::WeightInfo::adjust(self.legs).saturating_add(self.weight_of_claims::<T>())
	}

	/// Of [`crate::Pallet::close`].
	pub fn weight_of_close<T: Config>(self) -> Weight {
		T::WeightInfo::close(self.legs).saturating_add(self.weight_of_claims::<T>())
	}

	/// Of [`crate::Pallet::liquidate`].
	pub fn weight_of_liquidate<T: Config>(self) -> Weight {
		T::WeightInfo::liquidate(self.legs)
			.saturating_add(self.weight_of_claims::<T>())
			.saturating_add(T::WeightInfo::run_guard())
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
