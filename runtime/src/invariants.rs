//! Proof, to whoever asks, that the books of the chain are right.

use crate::{AssetId, Auctions, Balance, Oracle, Runtime, Treasury, Vaults};
use alloc::{collections::BTreeMap, format, string::String};
use cairn_auctions::{ClosedLots, Lots, NextLot};
use cairn_primitives::{BalanceSheet, DebtLedger, FacilityId, LotId};
use cairn_vaults::{types::Claim, Facilities};
use frame_support::{ensure, traits::fungibles::Inspect};
use sp_runtime::TryRuntimeError;

sp_api::decl_runtime_apis! {
	/// Checks the books of a block.
	pub trait InvariantsApi {
		/// Checks every invariant of Cairn's pallets against the whole state: that all that is
		/// issued is owed, all that is owed is recorded, all collateral is there, what comes back of a lot
		/// comes back to those it was seized from, and the risk index names exactly the vaults with debt.
		///
		/// Reads all vaults. `Err` says in a sentence which invariant is broken.
		fn check() -> Result<(), String>;
	}
}

/// Every invariant of Cairn's own pallets, and those that no pallet can see alone.
pub fn check() -> Result<(), String> {
	books()?;
	named("runtime", claims())
}

/// All of [`check`] but [`claims`]: for a state whose lots were put up by hand, from no vaults.
pub fn books() -> Result<(), String> {
	named("oracle", Oracle::do_try_state())?;
	named("treasury", Treasury::do_try_state())?;
	named("auctions", Auctions::do_try_state())?;
	named("vaults", Vaults::do_try_state())?;
	named("runtime", issuance())
}

fn named(pallet: &str, result: Result<(), TryRuntimeError>) -> Result<(), String> {
	result.map_err(|error| match error {
		TryRuntimeError::Other(sentence) => format!("{pallet}: {sentence}"),
		error => format!("{pallet}: {error:?}"),
	})
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
		ensure!(
			crate::configs::assets::Fungibles::total_issuance(asset) == backed,
			"more or less of a debt asset exists than vaults, lots and bad debt account for"
		);
	}
	Ok(())
}

/// Who has lost collateral to a lot has a claim on what it leaves, and nobody else has. The claims on an
/// open lot are exactly what was put up in it; those on a closed one exactly the contributions that are
/// not settled yet. Vaults and lots count them each for themselves, and rounding is only in what is paid
/// for a claim, so there is none here. Part of [`check`].
///
/// A claim on a lot that is neither open nor closed brings nothing back, because the lot was sold out or
/// all of its leftover has been taken; it stays until its vault is touched. No more is asked of it than
/// that there was such a lot.
///
/// # Errors
///
/// If it is not so, or if the claims on a lot are beyond `u128`.
pub fn claims() -> Result<(), TryRuntimeError> {
	let mut claimed = BTreeMap::<LotId, Balance>::new();
	for vault in cairn_vaults::Vaults::<Runtime>::iter_values() {
		for claim in &vault.claims {
			check_book(vault.facility, claim)?;
			let sum = claimed.entry(claim.lot).or_default();
			*sum = sum
				.checked_add(claim.contributed)
				.ok_or("the claims on a lot overflow")?;
		}
	}
	let open = Lots::<Runtime>::iter().map(|(id, lot)| (id, lot.contributed));
	let closed = ClosedLots::<Runtime>::iter().map(|(id, lot)| (id, lot.contributed));
	for (id, contributed) in open.chain(closed) {
		ensure!(
			claimed.get(&id).copied().unwrap_or(0) == contributed,
			"the claims on a lot are not what was contributed to it"
		);
	}
	Ok(())
}

/// The lot of a claim was given out, and sells the collateral that was claimed, from the same facility.
fn check_book(facility: FacilityId, claim: &Claim) -> Result<(), TryRuntimeError> {
	ensure!(
		claim.lot < NextLot::<Runtime>::get(),
		"a claim is on a lot that there has never been"
	);
	let terms = Facilities::<Runtime>::get(facility).ok_or("a vault has no facility")?;
	let collateral = terms
		.base
		.collaterals
		.get(usize::from(claim.collateral))
		.ok_or("a claim names no collateral of its facility")?;
	let asset = &collateral.terms.asset;
	let fits = Lots::<Runtime>::get(claim.lot)
		.is_none_or(|lot| lot.facility == facility && lot.collateral == *asset)
		&& ClosedLots::<Runtime>::get(claim.lot).is_none_or(|lot| lot.collateral == *asset);
	ensure!(fits, "a claim is on a lot of something else");
	Ok(())
}
