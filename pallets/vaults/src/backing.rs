//! The vaults' own count of what they have issued, for the treasury to compare its books with.

use alloc::{collections::BTreeMap, vec::Vec};
use cairn_primitives::{AssetId, Balance, DebtLedger, Holding, LiquidationLots};
use frame_support::{
	traits::{fungibles::Inspect, Get},
	weights::Weight,
};

use crate::{
	Config, Facilities, FacilityStates, NextFacility, Pallet, SettledFacilities, Settlements,
};

impl<T: Config> DebtLedger<AssetId> for Pallet<T> {
	/// `Σ minted` over the facilities of each debt asset, and what the pools of settled ones answer
	/// for. A sum beyond `u128` counts as the largest
	/// number, which no treasury has booked.
	fn issued() -> Option<Vec<(AssetId, Balance)>> {
		let mut issued = BTreeMap::<AssetId, Balance>::new();
		for id in 0..NextFacility::<T>::get() {
			if let (Some(facility), Some(state)) =
				(Facilities::<T>::get(id), FacilityStates::<T>::get(id))
			{
				let sum = issued.entry(facility.base.debt_asset).or_default();
				*sum = sum.saturating_add(state.minted);
			}
		}
		for id in SettledFacilities::<T>::get() {
			if let (Some(facility), Some(settlement)) =
				(Facilities::<T>::get(id), Settlements::<T>::get(id))
			{
				let sum = issued.entry(facility.base.debt_asset).or_default();
				*sum = sum.saturating_add(settlement.owed);
			}
		}
		Some(issued.into_iter().collect())
	}

	/// By the facilities there are. Accruing reads the same rows in the same block, so they are paid
	/// for twice.
	fn issued_weight() -> Weight {
		let facilities = u64::from(NextFacility::<T>::get());
		let settled = SettledFacilities::<T>::decode_len().unwrap_or_default() as u64;
		let rows = facilities.saturating_mul(2).saturating_add(settled);
		T::DbWeight::get().reads(rows.saturating_add(2))
	}

	/// What the pools of settled facilities have counts as in vaults: it came from there, and is owed.
	fn holdings() -> Vec<Holding<AssetId>> {
		let mut in_vaults = BTreeMap::<AssetId, Balance>::new();
		for id in 0..NextFacility::<T>::get() {
			let (Some(facility), Some(state)) =
				(Facilities::<T>::get(id), FacilityStates::<T>::get(id))
			else {
				continue;
			};
			for (collateral, held) in facility.base.collaterals.iter().zip(state.held.iter()) {
				let sum = in_vaults.entry(collateral.terms.asset.clone()).or_default();
				*sum = sum.saturating_add(*held);
			}
		}
		for id in SettledFacilities::<T>::get() {
			let (Some(facility), Some(settlement)) =
				(Facilities::<T>::get(id), Settlements::<T>::get(id))
			else {
				continue;
			};
			for (collateral, pool) in facility.base.collaterals.iter().zip(&settlement.pools) {
				let sum = in_vaults.entry(collateral.terms.asset.clone()).or_default();
				*sum = sum.saturating_add(pool.left());
			}
		}
		let custody = T::Custody::get();
		in_vaults
			.into_iter()
			.map(|(asset, in_vaults)| Holding {
				in_vaults,
				in_lots: T::Lots::held(&asset),
				in_custody: T::Fungibles::balance(asset.clone(), &custody),
				asset,
			})
			.collect()
	}
}
