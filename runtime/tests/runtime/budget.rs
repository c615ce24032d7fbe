//! That the start of a block gets on with vaults however much else there is to do, in the numbers of
//! this runtime.

use super::{
	block::prices,
	treasury::{lending, sudo},
	*,
};
use cairn_oracle::WeightInfo as _;
use cairn_runtime::{Auctions, Balance, StartOfBlock, Treasury, Vaults};
use cairn_treasury::{DebtAssets, Stock};
use cairn_vaults::{types::Breaker, NextFacility, SettledFacilities, WeightInfo as _};
use frame_support::{
	assert_ok,
	weights::{Weight, WeightMeter},
	BoundedBTreeMap, BoundedVec,
};
use std::collections::BTreeMap;

type VaultsWeights = <Runtime as cairn_vaults::Config>::WeightInfo;
type OracleWeights = <Runtime as cairn_oracle::Config>::WeightInfo;

/// As many debt assets as there can be, each with all collaterals in stock, and as many facilities,
/// all of them settled: what the pallets say they weigh is then the most.
fn fill() {
	let assets: u32 = <Runtime as cairn_treasury::Config>::MaxDebtAssets::get();
	let assets: Vec<_> = (100..100 + assets).map(AssetId::WithId).collect();
	let stock: u32 = <Runtime as cairn_treasury::Config>::MaxStock::get();
	let stock = (200..200 + stock).map(|id| (AssetId::WithId(id), 1));
	let stock: BTreeMap<_, Balance> = stock.collect();
	let stock: BoundedBTreeMap<_, _, _> = stock.try_into().unwrap();
	for asset in &assets {
		Stock::<Runtime>::insert(asset, stock.clone());
	}
	DebtAssets::<Runtime>::put(BoundedVec::truncate_from(assets));
	let facilities: u32 = <Runtime as cairn_vaults::Config>::MaxFacilities::get();
	NextFacility::<Runtime>::put(facilities);
	let settled = (0..facilities).collect();
	SettledFacilities::<Runtime>::put(BoundedVec::truncate_from(settled));
}

fn sum(weights: &[Weight]) -> Weight {
	weights
		.iter()
		.fold(Weight::zero(), |sum, weight| sum.saturating_add(*weight))
}

/// What enforcement has to have to be sure to get at one vault: it notes that others are left, and goes
/// through all facilities before the one that has it.
fn enough_for_one_vault() -> Weight {
	let facilities: u32 = <Runtime as cairn_vaults::Config>::MaxFacilities::get();
	let collaterals = <Runtime as cairn_vaults::Config>::MaxCollaterals::get();
	let visits = VaultsWeights::visit_facility(collaterals).saturating_mul(facilities.into());
	sum(&[
		<Runtime as frame_system::Config>::DbWeight::get().writes(1),
		VaultsWeights::list_facilities(),
		visits,
		Vaults::weight_of_one(),
	])
}

#[test]
fn the_heaviest_vault_has_its_turn_in_the_fullest_start_of_a_block() {
	development().execute_with(|| {
		fill();
		let facilities: u32 = <Runtime as cairn_vaults::Config>::MaxFacilities::get();
		let accruing = VaultsWeights::accrue_facility().saturating_mul(facilities.into());
		let aggregating = OracleWeights::aggregate(
			<Runtime as cairn_oracle::Config>::MaxAuthorities::get(),
			<Runtime as cairn_oracle::Config>::MaxFeeds::get(),
		);
		let before = sum(&[
			Treasury::weight_of_audit(),
			Vaults::weight_of_noting(),
			VaultsWeights::list_facilities(),
			accruing,
			OracleWeights::aggregate_idle(),
			aggregating,
		]);
		let set_aside = sum(&[
			Treasury::weight_of_settling(),
			Vaults::weight_of_noting(),
			Auctions::weight_of_system_lots(),
			Auctions::least_weight(),
		]);
		let needed = sum(&[before, set_aside, enough_for_one_vault()]);
		let budget = StartOfBlock::budget();
		assert!(
			needed.all_lte(budget),
			"{before:?} and {set_aside:?} leave too little of {budget:?} for {:?}",
			enough_for_one_vault()
		);
	});
}

#[test]
fn that_much_is_enough_to_liquidate_one_vault() {
	lending(|| {
		let breaker = |breaker| {
			assert_ok!(sudo(RuntimeCall::Vaults(cairn_vaults::Call::set_breaker {
				facility: 0,
				breaker,
			})));
		};
		breaker(Breaker::NoNewLiquidations);
		for _ in 0..3 {
			block(vec![report(&prices(2_300))]);
		}
		breaker(Breaker::AllEnabled);
		let mut meter = WeightMeter::with_limit(enough_for_one_vault());
		assert_eq!(Vaults::enforce(&mut meter), 1);
	});
}
