//! Proof, to whoever asks, that the books of the chain are right.

use crate::{Auctions, Oracle, Treasury, Vaults};
use alloc::{format, string::String};
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
	named("vaults", Vaults::do_try_state())
}
