//! Moving debt between the lines of the books, and reading them.

use cairn_primitives::{AssetId, Balance, BalanceSheet};
use frame_support::{
	defensive,
	traits::{
		tokens::{fungibles::Inspect, Fortitude, Preservation},
		Get,
	},
};
use sp_runtime::traits::AccountIdConversion;

use crate::{Books, Config, Event, Line, Pallet, Sheet, Uncovered, LOG_TARGET};

impl<T: Config> Pallet<T> {
	/// The account that holds the reserve.
	pub fn account_id() -> T::AccountId {
		T::PalletId::get().into_account_truncating()
	}

	/// Writes the books of `asset`, and keeps the list of assets with bad debt in step with them.
	pub(crate) fn put_sheet(asset: &AssetId, before: &Sheet, after: Sheet) {
		match (before.bad_debt > 0, after.bad_debt > 0) {
			(false, true) => Uncovered::<T>::mutate(|assets| {
				if assets.try_push(asset.clone()).is_err() {
					defensive!("more assets with bad debt than debt assets");
				}
			}),
			(true, false) => Uncovered::<T>::mutate(|assets| assets.retain(|other| other != asset)),
			_ => {}
		}
		Books::<T>::insert(asset, after);
	}

	/// Moves `amount` from one line to another and returns the books after it. Cannot fail: what
	/// the line does not hold stays where it is, loudly.
	fn shift(asset: &AssetId, from: Line, to: Line, amount: Balance) -> Sheet {
		let enabled = Books::<T>::get(asset);
		let before = enabled.unwrap_or_default();
		let mut after = before;
		let missing = after.shift(from, to, amount);
		if missing > 0 {
			log::error!(
				target: LOG_TARGET,
				"{asset:?}: {from:?} is {missing} short of the {amount} that should go to {to:?}",
			);
			Self::deposit_event(Event::Inconsistent {
				asset: asset.clone(),
				line: from,
				missing,
			});
			defensive!("a line of the books is shorter than what leaves it");
		}
		if after != before {
			Self::put_sheet(asset, &before, after);
		}
		after
	}
}

impl<T: Config> BalanceSheet<AssetId> for Pallet<T> {
	fn debt_seized(asset: &AssetId, amount: Balance) {
		Self::shift(asset, Line::Vaults, Line::InAuction, amount);
	}

	fn debt_lost(asset: &AssetId, amount: Balance) {
		let before = Self::bad_debt(asset);
		let after = Self::shift(asset, Line::InAuction, Line::BadDebt, amount);
		let lost = after.bad_debt.saturating_sub(before);
		if lost > 0 {
			Self::deposit_event(Event::DebtLost {
				asset: asset.clone(),
				amount: lost,
				bad_debt: after.bad_debt,
			});
		}
	}

	fn backed_by_vaults(asset: &AssetId) -> Balance {
		Books::<T>::get(asset).unwrap_or_default().vaults
	}

	fn in_auction(asset: &AssetId) -> Balance {
		Books::<T>::get(asset).unwrap_or_default().in_auction
	}

	fn bad_debt(asset: &AssetId) -> Balance {
		Books::<T>::get(asset).unwrap_or_default().bad_debt
	}

	fn reserve(asset: &AssetId) -> Balance {
		T::Fungibles::reducible_balance(
			asset.clone(),
			&Self::account_id(),
			Preservation::Expendable,
			Fortitude::Polite,
		)
	}
}
