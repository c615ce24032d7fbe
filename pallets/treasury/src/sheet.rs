//! Moving debt between the lines of the books, and reading them.

use cairn_primitives::{AssetId, Balance, BalanceSheet, BlockNumber, Standing};
use frame_support::{
	defensive,
	traits::{
		tokens::{fungibles::Inspect, Fortitude, Preservation},
		Get,
	},
};
use sp_runtime::{traits::AccountIdConversion, SaturatedConversion};

use crate::{Book, Books, Cause, Config, Event, Line, Pallet, LOG_TARGET};

impl<T: Config> Pallet<T> {
	/// The account that holds the reserve.
	pub fn account_id() -> T::AccountId {
		T::PalletId::get().into_account_truncating()
	}

	/// The present block.
	pub(crate) fn now() -> BlockNumber {
		frame_system::Pallet::<T>::block_number().saturated_into()
	}

	/// Moves `amount` from one line to another and returns how much it was and the bad debt after
	/// it. Cannot fail: what the line does not hold stays where it is, loudly, and blows the fuse.
	pub(crate) fn shift(
		asset: &AssetId,
		from: Line,
		to: Line,
		amount: Balance,
	) -> (Balance, Balance) {
		let enabled = Books::<T>::get(asset);
		let known = enabled.is_some();
		let mut book = enabled.unwrap_or_default();
		let missing = book.sheet.shift(from, to, amount);
		let moved = amount.saturating_sub(missing);
		match from {
			Line::Vaults => book.flows.seized = book.flows.seized.wrapping_add(moved),
			_ => book.flows.lost = book.flows.lost.wrapping_add(moved),
		}
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
			if known {
				let cause = Cause::Line {
					line: from,
					missing,
				};
				Self::blow(asset, &mut book, cause);
			}
		}
		if known {
			Books::<T>::insert(asset, book);
		}
		if missing > 0 {
			defensive!("a line of the books is shorter than what leaves it");
		}
		(moved, book.sheet.bad_debt)
	}

	/// Where `asset` stands by these books.
	pub(crate) fn standing_of(asset: &AssetId, book: &Book) -> Standing {
		let reserve = Self::reserve(asset);
		let sheet = book.sheet;
		if sheet.bad_debt > reserve {
			// What the stock brings comes first: native tokens are made for the rest.
			let beyond = sheet.bad_debt.saturating_sub(reserve);
			return match beyond.saturating_sub(Self::stock_value(asset)) {
				0 => Standing::Even,
				deficit => Standing::Deficit(deficit),
			};
		}
		if sheet.bad_debt > 0 {
			// The next netting covers it.
			return Standing::Even;
		}
		let kept = sheet
			.total()
			.map(|issuance| Self::policy_of(asset).target_ceil(issuance))
			.and_then(|target| target.checked_add(sheet.in_auction));
		match kept.and_then(|kept| reserve.checked_sub(kept)) {
			Some(surplus) if surplus > 0 => Standing::Surplus(surplus),
			_ => Standing::Even,
		}
	}
}

impl<T: Config> BalanceSheet<AssetId> for Pallet<T> {
	fn debt_seized(asset: &AssetId, amount: Balance) {
		if amount > 0 {
			Self::shift(asset, Line::Vaults, Line::InAuction, amount);
		}
	}

	fn debt_lost(asset: &AssetId, amount: Balance) {
		if amount == 0 {
			return;
		}
		let (lost, bad_debt) = Self::shift(asset, Line::InAuction, Line::BadDebt, amount);
		if lost > 0 {
			Self::deposit_event(Event::DebtLost {
				asset: asset.clone(),
				amount: lost,
				bad_debt,
			});
		}
	}

	fn backed_by_vaults(asset: &AssetId) -> Balance {
		Books::<T>::get(asset).unwrap_or_default().sheet.vaults
	}

	fn in_auction(asset: &AssetId) -> Balance {
		Books::<T>::get(asset).unwrap_or_default().sheet.in_auction
	}

	fn bad_debt(asset: &AssetId) -> Balance {
		Books::<T>::get(asset).unwrap_or_default().sheet.bad_debt
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
