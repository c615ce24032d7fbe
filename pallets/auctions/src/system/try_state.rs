//! What must be true of system lots after every block.

use cairn_primitives::{BalanceSheet, Reserve};
use frame_support::ensure;
use sp_runtime::TryRuntimeError;

use crate::{Config, NativeMade, Pallet, SystemLots, SystemSaleTerms};

impl<T: Config> Pallet<T> {
	/// Checks that
	///
	/// 1. every system lot has something to sell or to raise, is one of a debt asset, was not opened in
	///    the future, and has a curve that goes the right way;
	/// 2. no surplus is for sale while there is bad debt or debt that the reserve could not cover, and
	///    no native token while the reserve has something left;
	/// 3. the terms are sound, and nothing was made in the future.
	///
	/// # Errors
	///
	/// Which of these is broken.
	pub fn try_system_lots() -> Result<(), TryRuntimeError> {
		let now = Self::now();
		let assets = T::Reserve::debt_assets();
		for (asset, lot) in SystemLots::<T>::iter() {
			ensure!(
				assets.contains(&asset),
				"a system lot is of something that is no debt asset"
			);
			ensure!(
				lot.remaining > 0 && lot.opened_at <= now && lot.kind.accepts(&lot.curve),
				"a system lot is empty, from the future, or goes the wrong way"
			);
			let sheet = (T::Sheet::bad_debt(&asset), T::Sheet::reserve(&asset));
			let (bad_debt, reserve) = sheet;
			if Self::quote_surplus(&asset, 1).is_ok() {
				ensure!(
					bad_debt == 0 && reserve > T::Sheet::in_auction(&asset),
					"surplus is for sale that there is not"
				);
			}
			if Self::quote_recapitalisation(&asset, u128::MAX).is_ok() {
				ensure!(
					bad_debt > reserve,
					"native tokens are for sale although the reserve covers all bad debt"
				);
			}
		}
		ensure!(
			SystemSaleTerms::<T>::get().fault().is_none() && NativeMade::<T>::get().at <= now,
			"the terms of system lots are unsound"
		);
		Ok(())
	}
}
