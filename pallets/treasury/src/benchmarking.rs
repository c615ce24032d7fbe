//! Benchmarks. Each sets up the worst case.

use cairn_math::Perbill;
use cairn_primitives::{
	AssetId, Balance, BalanceSheet, CreateAsset, Issuance, KeeperReward, MintReason,
};
use frame_benchmarking::v2::*;
use frame_support::{
	traits::{
		tokens::{fungible::NativeOrWithId, fungibles::Mutate},
		EnsureOrigin, Get,
	},
	weights::{Weight, WeightMeter},
};

use crate::{Books, Call, Config, GrowthCap, KeeperTerms, Pallet, Policies, Policy};

const ASSET: AssetId = NativeOrWithId::WithId(900_001);
const AMOUNT: Balance = 1_000_000_000_000_000;

fn enable<T: Config>() -> Result<(), BenchmarkError> {
	T::BenchmarkHelper::create_asset(&ASSET, 12);
	Pallet::<T>::enable(&ASSET)?;
	Ok(())
}

fn admin<T: Config>() -> Result<T::RuntimeOrigin, BenchmarkError> {
	T::AdminOrigin::try_successful_origin().map_err(|()| BenchmarkError::Weightless)
}

fn guardian<T: Config>() -> Result<T::RuntimeOrigin, BenchmarkError> {
	T::GuardianOrigin::try_successful_origin().map_err(|()| BenchmarkError::Weightless)
}

/// Units that nobody has booked.
fn break_books<T: Config>() -> Result<(), BenchmarkError> {
	T::Fungibles::mint_into(ASSET, &Pallet::<T>::account_id(), AMOUNT)?;
	Ok(())
}

fn forever() -> WeightMeter {
	WeightMeter::with_limit(Weight::MAX)
}

#[benchmarks]
mod benchmarks {
	use super::*;

	#[benchmark]
	fn set_policy() -> Result<(), BenchmarkError> {
		enable::<T>()?;
		let policy = Policy {
			reserve_target: Perbill::from_percent(5),
			growth: Some(GrowthCap {
				share: Perbill::from_percent(10),
				least: AMOUNT,
			}),
			keeper: KeeperTerms::NONE,
		};
		let origin = admin::<T>()?;
		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, ASSET, policy);
		assert_eq!(Policies::<T>::get(ASSET), Some(policy));
		Ok(())
	}

	#[benchmark]
	fn blow_fuse() -> Result<(), BenchmarkError> {
		enable::<T>()?;
		let origin = guardian::<T>()?;
		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, ASSET);
		assert!(Books::<T>::get(ASSET).is_some_and(|book| book.fuse.is_some()));
		Ok(())
	}

	#[benchmark]
	fn reset_fuse() -> Result<(), BenchmarkError> {
		enable::<T>()?;
		Pallet::<T>::do_blow(ASSET)?;
		let origin = admin::<T>()?;
		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, ASSET);
		assert!(Books::<T>::get(ASSET).is_some_and(|book| book.fuse.is_none()));
		Ok(())
	}

	#[benchmark]
	fn recognise_loss() -> Result<(), BenchmarkError> {
		enable::<T>()?;
		break_books::<T>()?;
		Pallet::<T>::audit(&mut forever());
		let origin = admin::<T>()?;
		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, ASSET);
		assert_eq!(Pallet::<T>::bad_debt(&ASSET), AMOUNT);
		Ok(())
	}

	/// With no debt asset; the ledger weighs for itself.
	#[benchmark]
	fn audit_base() {
		let weight = <T::WeightInfo as crate::WeightInfo>::audit_base()
			.saturating_add(Pallet::<T>::weight_of_counting());
		let mut meter = WeightMeter::with_limit(weight);
		#[block]
		{
			Pallet::<T>::audit(&mut meter);
		}
	}

	#[benchmark]
	fn audit_asset() -> Result<(), BenchmarkError> {
		enable::<T>()?;
		break_books::<T>()?;
		#[block]
		{
			Pallet::<T>::audit(&mut forever());
		}
		assert!(Books::<T>::get(ASSET).is_some_and(|book| book.fuse.is_some()));
		Ok(())
	}

	#[benchmark]
	fn settle_base() {
		let mut meter =
			WeightMeter::with_limit(<T::WeightInfo as crate::WeightInfo>::settle_base());
		#[block]
		{
			Pallet::<T>::settle(&mut meter);
		}
	}

	/// Bad debt that its reserve covers to the last unit, so that the treasury's account of it goes,
	/// at the end of an era.
	#[benchmark]
	fn settle_asset() -> Result<(), BenchmarkError> {
		enable::<T>()?;
		Pallet::<T>::mint_to_reserve(&ASSET, AMOUNT, MintReason::Interest)?;
		Pallet::<T>::debt_seized(&ASSET, AMOUNT);
		Pallet::<T>::debt_lost(&ASSET, AMOUNT);
		let end = Pallet::<T>::now().saturating_add(T::EraLength::get());
		frame_system::Pallet::<T>::set_block_number(end.into());
		#[block]
		{
			Pallet::<T>::settle(&mut forever());
		}
		let book = Books::<T>::get(ASSET).ok_or("the asset is enabled")?;
		assert_eq!((book.sheet.bad_debt, book.era_began), (0, end));
		Ok(())
	}

	/// The last of the reserve, for somebody who has none of the asset yet.
	#[benchmark]
	fn reward() -> Result<(), BenchmarkError> {
		enable::<T>()?;
		let keeper: T::AccountId = account("keeper", 0, 0);
		frame_system::Pallet::<T>::inc_providers(&keeper);
		Pallet::<T>::mint_to_reserve(&ASSET, AMOUNT, MintReason::Interest)?;
		let policy = Policy {
			keeper: KeeperTerms {
				flat: AMOUNT,
				cap: AMOUNT,
				..KeeperTerms::NONE
			},
			..Default::default()
		};
		Pallet::<T>::do_set_policy(ASSET, policy)?;
		let paid;
		#[block]
		{
			paid = Pallet::<T>::reward(&ASSET, &keeper, &[AMOUNT * 2]);
		}
		assert_eq!(paid, AMOUNT);
		Ok(())
	}

	impl_benchmark_test_suite!(Pallet, crate::mock::empty(), crate::mock::Test);
}
