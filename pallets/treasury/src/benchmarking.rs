//! Benchmarks. Each sets up the worst case.

use cairn_primitives::{AssetId, BalanceSheet, CreateAsset, Issuance, MintReason};
use frame_benchmarking::v2::*;
use frame_support::{
	traits::tokens::fungible::NativeOrWithId,
	weights::{Weight, WeightMeter},
};

use crate::{Config, Pallet, Uncovered};

const ASSET: AssetId = NativeOrWithId::WithId(900_001);

/// A debt asset with bad debt that its reserve covers to the last unit, so that netting writes all
/// that it can write: the asset leaves the list, and the treasury's account of it goes.
fn covered_bad_debt<T: Config>() -> Result<(), BenchmarkError> {
	let amount = 1_000_000_000_000_000;
	T::BenchmarkHelper::create_asset(&ASSET, 12);
	Pallet::<T>::enable(&ASSET)?;
	Pallet::<T>::mint_to_reserve(&ASSET, amount, MintReason::Interest)?;
	Pallet::<T>::debt_seized(&ASSET, amount);
	Pallet::<T>::debt_lost(&ASSET, amount);
	Ok(())
}

#[benchmarks]
mod benchmarks {
	use super::*;

	#[benchmark]
	fn settle_base() {
		#[block]
		{
			Pallet::<T>::settle(&mut WeightMeter::with_limit(Weight::MAX));
		}
	}

	#[benchmark]
	fn settle_asset() -> Result<(), BenchmarkError> {
		covered_bad_debt::<T>()?;
		#[block]
		{
			Pallet::<T>::settle(&mut WeightMeter::with_limit(Weight::MAX));
		}
		assert!(Uncovered::<T>::get().is_empty());
		assert_eq!(Pallet::<T>::bad_debt(&ASSET), 0);
		Ok(())
	}

	impl_benchmark_test_suite!(Pallet, crate::mock::empty(), crate::mock::Test);
}
