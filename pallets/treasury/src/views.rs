//! What anyone may ask.

use alloc::vec::Vec;
use cairn_primitives::{AssetId, Balance, BalanceSheet, DebtLedger, LotLedger, Reserve};
use frame_support::traits::tokens::fungibles::Inspect;

use crate::{fuse::Counted, BalanceSheetView, Books, Config, Pallet, ReserveProof};

impl<T: Config> Pallet<T> {
	pub(crate) fn view_balance_sheet(asset: &AssetId) -> Option<BalanceSheetView> {
		Self::show(asset, &Self::counted())
	}

	fn show(asset: &AssetId, counted: &Counted) -> Option<BalanceSheetView> {
		let book = Books::<T>::get(asset)?;
		let sheet = book.sheet;
		let issuance = T::Fungibles::total_issuance(asset.clone());
		Some(BalanceSheetView {
			issuance,
			backed_by_vaults: sheet.vaults,
			in_auction: sheet.in_auction,
			bad_debt: sheet.bad_debt,
			reserve: Self::reserve(asset),
			stock_value: Self::stock_value(asset),
			difference: difference(issuance, sheet.total().unwrap_or(Balance::MAX)),
			issued_by_vaults: counted
				.as_ref()
				.map(|counted| counted.get(asset).copied().unwrap_or(0)),
			debt_in_lots: T::Lots::debt_in_lots(asset),
			reserve_target: Self::policy_of(asset).target_ceil(issuance),
			standing: Self::standing(asset),
			growth_room: Self::growth_room(asset, &book),
			fuse: book.fuse,
			era_began: book.era_began,
			flows: book.flows,
		})
	}

	pub(crate) fn view_proof() -> ReserveProof {
		let counted = Self::counted();
		let issued: Vec<_> = Self::debt_assets()
			.into_iter()
			.filter_map(|asset| {
				let sheet = Self::show(&asset, &counted)?;
				Some((asset, sheet))
			})
			.collect();
		let held = T::Ledger::holdings();
		let booked = issued.iter().all(|(asset, _)| {
			Books::<T>::get(asset).is_some_and(|book| Self::fault(asset, &book, &counted).is_none())
		});
		let there = held.iter().all(|holding| {
			let owed = holding.in_vaults.checked_add(holding.in_lots);
			owed.is_some_and(|owed| owed <= holding.in_custody)
		});
		let stock: Vec<_> = Self::debt_assets()
			.into_iter()
			.map(|asset| (asset.clone(), Self::view_stock(&asset)))
			.filter(|(_, stock)| !stock.is_empty())
			.collect();
		let in_reserve = stock.iter().flat_map(|(_, stock)| stock).all(|entry| {
			let balance = T::Fungibles::balance(entry.collateral.clone(), &Self::account_id());
			Self::in_stock(&entry.collateral) <= balance
		});
		ReserveProof {
			issued,
			held,
			stock,
			whole: booked && there && in_reserve,
		}
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
