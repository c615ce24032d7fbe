//! What must be true of the books after every block.

use alloc::collections::BTreeSet;
use frame_support::{
	ensure,
	traits::{tokens::fungibles::Inspect, Get},
};
use sp_runtime::TryRuntimeError;

use crate::{Books, Config, Pallet, Uncovered};

impl<T: Config> Pallet<T> {
	/// Checks, for every debt asset:
	///
	/// 1. what has been issued of it is exactly what its lines add up to;
	/// 2. it is on the list of assets with bad debt, once, if and only if it has some.
	///
	/// # Errors
	///
	/// Which of the two is broken.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		let uncovered = Uncovered::<T>::get();
		let listed: BTreeSet<_> = uncovered.iter().cloned().collect();
		ensure!(
			listed.len() == uncovered.len(),
			"an asset is listed twice as having bad debt"
		);
		let mut with_bad_debt = BTreeSet::new();
		let mut enabled = 0u32;
		for (asset, sheet) in Books::<T>::iter() {
			enabled = enabled.saturating_add(1);
			let booked = sheet.total().ok_or("the lines of a debt asset overflow")?;
			ensure!(
				T::Fungibles::total_issuance(asset.clone()) == booked,
				"issuance of a debt asset is not what stands behind it"
			);
			if sheet.bad_debt > 0 {
				with_bad_debt.insert(asset);
			}
		}
		ensure!(
			listed == with_bad_debt,
			"bad debt and the list of assets that have it disagree"
		);
		ensure!(
			enabled == Books::<T>::count() && enabled <= T::MaxDebtAssets::get(),
			"the number of debt assets is wrong"
		);
		Ok(())
	}
}
