//! What anyone may ask.

use alloc::vec::Vec;
use cairn_primitives::{AssetId, Balance, BalanceSheet};
use frame_support::traits::tokens::fungibles::Inspect;

use crate::{BalanceSheetView, Books, Config, Pallet};

impl<T: Config> Pallet<T> {
	pub(crate) fn view_balance_sheet(asset: &AssetId) -> Option<BalanceSheetView> {
		let sheet = Books::<T>::get(asset)?;
		let issuance = T::Fungibles::total_issuance(asset.clone());
		Some(BalanceSheetView {
			issuance,
			backed_by_vaults: sheet.vaults,
			in_auction: sheet.in_auction,
			bad_debt: sheet.bad_debt,
			reserve: Self::reserve(asset),
			difference: difference(issuance, sheet.total().unwrap_or(Balance::MAX)),
		})
	}

	pub(crate) fn view_debt_assets() -> Vec<AssetId> {
		Books::<T>::iter_keys().collect()
	}
}

/// `issued − booked`, for display: at the ends of its range it says "far too much" or "far too
/// little".
fn difference(issued: Balance, booked: Balance) -> i128 {
	let distance = i128::try_from(issued.abs_diff(booked)).unwrap_or(i128::MAX);
	if issued >= booked {
		distance
	} else {
		-distance
	}
}
