//! What the reserve pays to those who liquidate what the start of a block did not come to.
//!
//! A keeper is paid out of what his liquidations bring the reserve, in advance, and never more than half
//! of it: whoever liquidates his own vault pays the whole of it. What the reserve needs to cover bad debt
//! is not paid out, and neither is anything while the books are in doubt.

use cairn_math::Perbill;
use cairn_primitives::{AssetId, Balance, BalanceSheet, BlockNumber, KeeperReward};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{
	dispatch::DispatchResult,
	storage::with_storage_layer,
	traits::tokens::{fungibles::Mutate, Preservation},
	weights::Weight,
};
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};

use crate::{Book, Books, Config, Event, Pallet, WeightInfo, LOG_TARGET};

/// What a keeper is paid for a liquidation: `flat + share · fee`, where `fee` is what it brings the
/// reserve, but at most half of that.
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
	Serialize,
	Deserialize,
)]
pub struct KeeperTerms {
	/// In smallest units of the debt asset.
	pub flat: Balance,
	/// Half at most.
	pub share: Perbill,
	/// The most that all keepers are paid in one block, in smallest units. Nothing for no rewards.
	pub cap: Balance,
}

impl KeeperTerms {
	/// Nobody is paid.
	pub const NONE: Self = Self {
		flat: 0,
		share: Perbill::from_parts(0),
		cap: 0,
	};

	/// What is paid for a liquidation that brings `fee`: `min(flat + ⌊share · fee⌋, ⌊fee / 2⌋)`.
	pub fn reward_floor(&self, fee: Balance) -> Balance {
		self.share
			.mul_floor(fee)
			.saturating_add(self.flat)
			.min(fee / 2)
	}

	/// Whether the share is one that can be paid.
	pub fn is_sound(&self) -> bool {
		self.share <= Perbill::from_percent(50)
	}

	/// Whether no keeper is ever paid more on these terms than on `other`.
	pub fn is_as_safe_as(&self, other: &Self) -> bool {
		self.flat <= other.flat && self.share <= other.share && self.cap <= other.cap
	}
}

/// What keepers were paid last.
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
pub struct Rewarded {
	/// In which block.
	pub at: BlockNumber,
	/// How much within it, in smallest units.
	pub amount: Balance,
}

impl<T: Config> KeeperReward<T::AccountId, AssetId> for Pallet<T> {
	fn reward(asset: &AssetId, keeper: &T::AccountId, fees: &[Balance]) -> Balance {
		let Some(mut book) = Books::<T>::get(asset).filter(|book| book.fuse.is_none()) else {
			return 0;
		};
		let amount = Self::reward_due(asset, &book, fees);
		if amount == 0 {
			return 0;
		}
		let now = Self::now();
		let before = book.rewarded.in_block(now);
		book.rewarded = Rewarded {
			at: now,
			amount: before.saturating_add(amount),
		};
		book.flows.rewarded = book.flows.rewarded.wrapping_add(amount);
		match with_storage_layer(|| Self::pay_keeper(asset, keeper, amount, book)) {
			Ok(()) => amount,
			Err(error) => {
				log::warn!(target: LOG_TARGET, "{asset:?}: a keeper cannot be paid: {error:?}");
				0
			}
		}
	}

	fn reward_weight() -> Weight {
		T::WeightInfo::reward()
	}
}

impl<T: Config> Pallet<T> {
	/// What of the rewards for `fees` can be paid now.
	fn reward_due(asset: &AssetId, book: &Book, fees: &[Balance]) -> Balance {
		let terms = Self::policy_of(asset).keeper;
		let wanted = fees
			.iter()
			.map(|fee| terms.reward_floor(*fee))
			.fold(0, Balance::saturating_add);
		let left = terms
			.cap
			.saturating_sub(book.rewarded.in_block(Self::now()));
		let spare = Self::reserve(asset).saturating_sub(book.sheet.bad_debt);
		wanted.min(left).min(spare)
	}

	fn pay_keeper(
		asset: &AssetId,
		keeper: &T::AccountId,
		amount: Balance,
		book: Book,
	) -> DispatchResult {
		T::Fungibles::transfer(
			asset.clone(),
			&Self::account_id(),
			keeper,
			amount,
			Preservation::Expendable,
		)?;
		Books::<T>::insert(asset, book);
		Self::deposit_event(Event::KeeperRewarded {
			asset: asset.clone(),
			keeper: keeper.clone(),
			amount,
		});
		Ok(())
	}
}

impl Rewarded {
	/// How much of it was in block `now`.
	const fn in_block(&self, now: BlockNumber) -> Balance {
		if self.at == now {
			self.amount
		} else {
			0
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	proptest! {
		/// I30: whoever has himself liquidated to be paid for it loses at least half of the fee.
		#[test]
		fn nobody_is_paid_more_than_half_of_what_he_brings(
			flat: u128, share in 0..=1_000_000_000u32, fee: u128,
		) {
			let terms = KeeperTerms { flat, share: Perbill::from_parts(share), cap: u128::MAX };
			let reward = terms.reward_floor(fee);
			prop_assert!(reward <= fee / 2);
			prop_assert!(fee == 0 || reward < fee);
		}

		#[test]
		fn safer_terms_never_pay_more(
			one in (any::<u128>(), 0..=1_000_000_000u32), other in (any::<u128>(), 0..=1_000_000_000u32),
			fee: u128,
		) {
			let terms = |(flat, share)| KeeperTerms {
				flat,
				share: Perbill::from_parts(share),
				cap: 0,
			};
			let (one, other) = (terms(one), terms(other));
			if one.is_as_safe_as(&other) {
				prop_assert!(one.reward_floor(fee) <= other.reward_floor(fee));
			}
		}
	}
}
