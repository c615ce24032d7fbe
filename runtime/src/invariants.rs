//! Proof, to whoever asks, that the books of the chain are right.

use crate::{AssetId, Auctions, Balance, Oracle, Treasury, Vaults};
use alloc::{collections::BTreeMap, format, string::String};
use cairn_primitives::{BalanceSheet, DebtLedger};
use frame_support::traits::fungibles::Inspect;
use sp_runtime::TryRuntimeError;

sp_api::decl_runtime_apis! {
	/// Checks the books of a block.
	pub trait InvariantsApi {
		/// Checks every invariant of Cairn's pallets against the whole state: that all that is
		/// issued is owed, all that is owed is recorded, all collateral is there, and the risk index
		/// names exactly the vaults with debt.
		///
		/// Reads all vaults. `Err` says in a sentence which invariant is broken.
		fn check() -> Result<(), String>;
	}
}

/// Every invariant of Cairn's own pallets.
pub fn check() -> Result<(), String> {
	let named = |pallet: &str, result: Result<(), TryRuntimeError>| {
		result.map_err(|error| match error {
			TryRuntimeError::Other(sentence) => format!("{pallet}: {sentence}"),
			error => format!("{pallet}: {error:?}"),
		})
	};
	named("oracle", Oracle::do_try_state())?;
	named("treasury", Treasury::do_try_state())?;
	named("auctions", Auctions::do_try_state())?;
	named("vaults", Vaults::do_try_state())?;
	named("runtime", issuance())
}

/// The issuance of a debt asset is what its facilities have minted, what its lots are to recover,
/// and bad debt: each counted by the pallet that has it, and none by the one that sums it up. Part of
/// [`check`], which has the pallets' own comparisons before it.
///
/// # Errors
///
/// If it is not, or if one of the sums is beyond `u128`.
pub fn issuance() -> Result<(), TryRuntimeError> {
	let minted: BTreeMap<AssetId, Balance> = Vaults::issued()
		.ok_or("the vaults keep no count")?
		.into_iter()
		.collect();
	let in_lots = Auctions::debt_in_lots()?;
	for asset in Treasury::debt_assets() {
		let sum = |sums: &BTreeMap<_, Balance>| sums.get(&asset).copied().unwrap_or(0);
		let backed = sum(&minted)
			.checked_add(sum(&in_lots))
			.and_then(|backed| backed.checked_add(Treasury::bad_debt(&asset)))
			.ok_or("what stands behind a debt asset overflows")?;
		frame_support::ensure!(
			crate::configs::assets::Fungibles::total_issuance(asset) == backed,
			"more or less of a debt asset exists than vaults, lots and bad debt account for"
		);
	}
	Ok(())
}
