//! Collateral that the reserve has bought, and what it is worth to it.

use cairn_primitives::{AssetId, Balance, LotLedger};
use frame_support::{
	dispatch::DispatchResult,
	ensure,
	traits::tokens::{
		fungibles::{Inspect, Mutate},
		Preservation,
	},
};

use crate::{Books, Config, Error, Pallet, Stock, StockView};

impl<T: Config> Pallet<T> {
	/// What the stock of `asset` can be counted on to bring, in smallest units of `asset`.
	pub(crate) fn stock_value(asset: &AssetId) -> Balance {
		Stock::<T>::get(asset)
			.iter()
			.map(|(collateral, amount)| T::Lots::floor_value(asset, collateral, *amount))
			.fold(0, Balance::saturating_add)
	}

	/// What the stocks of all debt assets hold of `collateral`.
	pub(crate) fn in_stock(collateral: &AssetId) -> Balance {
		Stock::<T>::iter_values()
			.filter_map(|stock| stock.get(collateral).copied())
			.fold(0, Balance::saturating_add)
	}

	/// See [`Reserve::add_stock`](cairn_primitives::Reserve::add_stock). What a reserve holds of a debt
	/// asset is that asset's reserve, so none is kept in the stock of another.
	pub(crate) fn do_add_stock(
		asset: &AssetId,
		collateral: &AssetId,
		amount: Balance,
	) -> DispatchResult {
		if amount == 0 {
			return Ok(());
		}
		ensure!(Books::<T>::contains_key(asset), Error::<T>::NotEnabled);
		ensure!(!Books::<T>::contains_key(collateral), Error::<T>::NoStock);
		Stock::<T>::try_mutate(asset, |stock| {
			let there = stock.get(collateral).copied().unwrap_or(0);
			let all = there
				.checked_add(amount)
				.ok_or(sp_runtime::ArithmeticError::Overflow)?;
			stock
				.try_insert(collateral.clone(), all)
				.map_err(|_| Error::<T>::NoStock)?;
			Ok(())
		})
	}

	/// See [`Reserve::sell_stock`](cairn_primitives::Reserve::sell_stock). The caller sees to it that
	/// it is all or nothing.
	pub(crate) fn do_sell_stock(
		asset: &AssetId,
		collateral: &AssetId,
		to: &T::AccountId,
		amount: Balance,
	) -> DispatchResult {
		let reserve = Self::account_id();
		Stock::<T>::try_mutate_exists(asset, |row| {
			let stock = row.as_mut().ok_or(Error::<T>::NotInStock)?;
			let there = stock.get_mut(collateral).ok_or(Error::<T>::NotInStock)?;
			*there = there.checked_sub(amount).ok_or(Error::<T>::NotInStock)?;
			if *there == 0 {
				stock.remove(collateral);
			}
			if stock.is_empty() {
				*row = None;
			}
			Ok::<_, Error<T>>(())
		})?;
		let left = T::Fungibles::balance(collateral.clone(), &reserve)
			.checked_sub(amount)
			.ok_or(Error::<T>::NotInStock)?;
		let preservation = if left >= T::Fungibles::minimum_balance(collateral.clone()) {
			Preservation::Preserve
		} else {
			// The token does away with what is left. That must be nobody's: a gift.
			ensure!(Self::in_stock(collateral) == 0, Error::<T>::StockTooLow);
			Preservation::Expendable
		};
		T::Fungibles::transfer(collateral.clone(), &reserve, to, amount, preservation)?;
		Ok(())
	}

	pub(crate) fn view_stock(asset: &AssetId) -> alloc::vec::Vec<StockView> {
		Stock::<T>::get(asset)
			.into_iter()
			.map(|(collateral, amount)| StockView {
				floor_value: T::Lots::floor_value(asset, &collateral, amount),
				collateral,
				amount,
			})
			.collect()
	}
}
