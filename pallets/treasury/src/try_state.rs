//! What must be true of the books after every block.

use alloc::collections::{BTreeMap, BTreeSet};
use cairn_primitives::{Balance, BalanceSheet, Reserve, Standing};
use frame_support::{
	ensure,
	traits::{tokens::fungibles::Inspect, Get},
};
use sp_runtime::TryRuntimeError;

use crate::{Books, Cause, Config, DebtAssets, Pallet, Stock};

impl<T: Config> Pallet<T> {
	/// Checks, for every debt asset:
	///
	/// 1. what has been issued of it is exactly what its lines add up to, its vaults' line is what the
	///    vaults have issued by their own count, and its auctions' line what lots have to recover by
	///    theirs;
	/// 2. its lines are what they were when the era began, plus what came in, less what went out;
	/// 3. nothing is paid out while there is bad debt, nothing is raised while there is surplus, and
	///    neither while its fuse is blown;
	/// 4. it is listed once;
	/// 5. the collateral that its reserve has in stock is there, and counts only for what the lots say.
	///
	/// # Errors
	///
	/// Which of these is broken.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		let listed = DebtAssets::<T>::get();
		let distinct: BTreeSet<_> = listed.iter().cloned().collect();
		ensure!(
			distinct.len() == listed.len() && listed.len() <= T::MaxDebtAssets::get() as usize,
			"a debt asset is listed twice, or there are too many"
		);
		ensure!(
			Books::<T>::iter_keys().collect::<BTreeSet<_>>() == distinct,
			"the debt assets and their books disagree"
		);
		let counted = Self::counted();
		for (asset, book) in Books::<T>::iter() {
			ensure!(
				book.sheet.total().is_some(),
				"the lines of a debt asset overflow"
			);
			match Self::fault(&asset, &book, &counted) {
				None => {}
				Some(Cause::Vaults { .. }) => {
					return Err("facilities and treasury disagree on what was issued".into())
				}
				Some(Cause::Lots { .. }) => {
					return Err("lots and treasury disagree on what is in auction".into())
				}
				Some(_) => {
					return Err("issuance of a debt asset is not what stands behind it".into())
				}
			}
			ensure!(
				book.flows.closing(&book.opening) == book.sheet,
				"what has moved does not explain the lines of a debt asset"
			);
			ensure!(
				book.era_began <= Self::now() && book.growth.at <= Self::now(),
				"an era or a growth limit began in the future"
			);
			let (reserve, sheet) = (Self::reserve(&asset), book.sheet);
			let allowed = match Self::standing(&asset) {
				Standing::Even => true,
				Standing::Surplus(surplus) => {
					sheet.bad_debt == 0
						&& surplus
							.checked_add(
								Self::policy_of(&asset)
									.target_ceil(T::Fungibles::total_issuance(asset.clone())),
							)
							.and_then(|sum| sum.checked_add(sheet.in_auction))
							.is_some_and(|sum| sum == reserve)
				}
				Standing::Deficit(deficit) => deficit
					.checked_add(Self::stock_value(&asset))
					.and_then(|sum| sum.checked_add(reserve))
					.is_some_and(|sum| sum == sheet.bad_debt),
			};
			ensure!(
				allowed && (book.fuse.is_none() || Self::standing(&asset) == Standing::Even),
				"surplus is paid out while there is bad debt, or raised while there is none"
			);
		}
		Self::try_stock()
	}

	/// Checks that stock is of debt assets that there are, of something that is no debt asset, above
	/// nothing, and in the treasury's account.
	fn try_stock() -> Result<(), TryRuntimeError> {
		let mut sums = BTreeMap::<_, Balance>::new();
		for (asset, stock) in Stock::<T>::iter() {
			ensure!(
				Books::<T>::contains_key(&asset) && !stock.is_empty(),
				"something that is no debt asset has stock, or a stock is empty"
			);
			for (collateral, amount) in stock {
				ensure!(
					amount > 0 && !Books::<T>::contains_key(&collateral),
					"stock is of nothing, or of a debt asset"
				);
				let sum = sums.entry(collateral).or_default();
				*sum = sum.checked_add(amount).ok_or("stock overflows")?;
			}
		}
		for (collateral, sum) in sums {
			ensure!(
				T::Fungibles::balance(collateral, &Self::account_id()) >= sum,
				"the treasury has less collateral than its stock"
			);
		}
		Ok(())
	}
}
