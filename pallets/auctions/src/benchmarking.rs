//! Benchmarks. Each sets up the worst case.

use cairn_math::Price;
use cairn_primitives::{
	AssetId, Balance, BalanceSheet, BlockNumber, CreateAsset, Issuance, LiquidationLots, LotId,
	MintReason, PriceSource, Reserve, Seizure, Standing,
};
use frame_benchmarking::v2::*;
use frame_support::{
	traits::{
		tokens::{fungible::NativeOrWithId, fungibles::Mutate},
		EnsureOrigin, Get,
	},
	weights::{Weight, WeightMeter},
	BoundedVec,
};
use frame_system::RawOrigin;

use crate::{
	Agenda, AgendaCursor, Call, ClosedLots, Config, Lots, Pallet, SurplusNotBefore, SystemLot,
	SystemLotKind, SystemLots, SystemTerms, Terms,
};

const DEBT_ASSET: AssetId = NativeOrWithId::WithId(900_001);
const COLLATERAL: AssetId = NativeOrWithId::WithId(900_002);
const UNIT: Balance = 1_000_000_000_000;

/// How many full slots an event meets before it finds room.
const FULL_SLOTS: BlockNumber = 4;

/// A lot of 1,000 tokens at a dollar each for a debt of 500 and a fee of 10, and somebody who can
/// pay it. Part of the debt asset is in the reserve, as it always is.
fn lot<T: Config>(buyer: &T::AccountId) -> Result<LotId, BenchmarkError> {
	T::BenchmarkHelper::create_asset(&DEBT_ASSET, 12);
	T::BenchmarkHelper::create_asset(&COLLATERAL, 12);
	T::Prices::set_quote(&DEBT_ASSET, Price::ONE);
	T::Prices::set_quote(&COLLATERAL, Price::ONE);
	T::Issuance::enable(&DEBT_ASSET)?;
	T::Issuance::mint(&DEBT_ASSET, buyer, 1_000 * UNIT, MintReason::Borrow)?;
	T::Issuance::mint_to_reserve(&DEBT_ASSET, UNIT, MintReason::Interest)?;
	T::Fungibles::mint_into(COLLATERAL, &T::Custody::get(), 2_000 * UNIT)?;
	T::Sheet::debt_seized(&DEBT_ASSET, 500 * UNIT);
	let id = Pallet::<T>::current_lot(0, &COLLATERAL);
	let seizure = Seizure {
		collateral: 1_000 * UNIT,
		debt: 500 * UNIT,
		fee: 10 * UNIT,
	};
	Pallet::<T>::put_up(id, 0, &DEBT_ASSET, &COLLATERAL, seizure);
	Ok(id)
}

/// Fills the slot of the agenda at `at` with numbers that are no lots, around what is there.
fn fill<T: Config>(at: BlockNumber) {
	let filler = (0..T::MaxEventsPerBlock::get()).map(|i| LotId::MAX - LotId::from(i));
	let here = Agenda::<T>::get(at);
	let room = T::MaxEventsPerBlock::get() as usize - here.len();
	let full: alloc::vec::Vec<_> = filler.take(room).chain(here).collect();
	Agenda::<T>::insert(at, BoundedVec::truncate_from(full));
}

/// A debt asset, a quote of it and of the native token at a dollar each, and a million of both for
/// the buyer.
fn system<T: Config>(buyer: &T::AccountId) -> Result<(), BenchmarkError> {
	T::BenchmarkHelper::create_asset(&DEBT_ASSET, 12);
	T::Prices::set_quote(&DEBT_ASSET, Price::ONE);
	T::Prices::set_quote(&T::NativeToken::get(), Price::ONE);
	T::Issuance::enable(&DEBT_ASSET)?;
	T::Fungibles::mint_into(T::NativeToken::get(), buyer, 1_000_000 * UNIT)?;
	T::Issuance::mint(&DEBT_ASSET, buyer, 1_000_000 * UNIT, MintReason::Borrow)?;
	Ok(())
}

/// The reserve of [`system`] has far more than its target.
fn surplus<T: Config>() -> Result<(), BenchmarkError> {
	T::Issuance::mint_to_reserve(&DEBT_ASSET, 1_000_000 * UNIT, MintReason::Interest)?;
	assert!(matches!(
		T::Reserve::standing(&DEBT_ASSET),
		Standing::Surplus(_)
	));
	Ok(())
}

/// What was lent in [`system`] is lost, and the reserve has nothing.
fn deficit<T: Config>(amount: Balance) {
	T::Sheet::debt_seized(&DEBT_ASSET, amount);
	T::Sheet::debt_lost(&DEBT_ASSET, amount);
	assert_eq!(T::Reserve::standing(&DEBT_ASSET), Standing::Deficit(amount));
}

fn open_system_lots<T: Config>() {
	Pallet::<T>::advance_system_lots(&mut WeightMeter::with_limit(Weight::MAX));
}

#[benchmarks]
mod benchmarks {
	use super::*;

	/// Closes the lot with leftover, pays debt and fee, opens the recipient's account, and takes the
	/// lot off a full slot in which it comes last.
	#[benchmark]
	fn take() -> Result<(), BenchmarkError> {
		let buyer: T::AccountId = whitelisted_caller();
		let recipient: T::AccountId = account("recipient", 0, 0);
		frame_system::Pallet::<T>::inc_providers(&recipient);
		let id = lot::<T>(&buyer)?;
		let row = Lots::<T>::get(id).ok_or("the lot is not open")?;
		fill::<T>(row.next_event);
		#[extrinsic_call]
		_(
			RawOrigin::Signed(buyer),
			id,
			Balance::MAX,
			Price::MAX,
			Some(recipient),
		);
		assert!(ClosedLots::<T>::contains_key(id));
		Ok(())
	}

	#[benchmark]
	fn set_terms() -> Result<(), BenchmarkError> {
		let origin =
			T::AdminOrigin::try_successful_origin().map_err(|_| BenchmarkError::Weightless)?;
		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, Terms::default());
		Ok(())
	}

	/// Nothing is due, not even a slot.
	#[benchmark]
	fn advance_base() {
		AgendaCursor::<T>::put(BlockNumber::MAX);
		#[block]
		{
			Pallet::<T>::advance(&mut WeightMeter::with_limit(Weight::MAX));
		}
	}

	/// A full slot, of which nothing is worked off: it is read and written back.
	#[benchmark]
	fn advance_slot() {
		let now = Pallet::<T>::now();
		AgendaCursor::<T>::put(now);
		fill::<T>(now);
		let weight = <T::WeightInfo as crate::WeightInfo>::advance_base()
			.saturating_add(<T::WeightInfo as crate::WeightInfo>::advance_slot());
		#[block]
		{
			Pallet::<T>::advance(&mut WeightMeter::with_limit(weight));
		}
		assert_eq!(
			Agenda::<T>::get(now).len(),
			T::MaxEventsPerBlock::get() as usize
		);
	}

	/// One lot starts again, and the first slots it wants are full.
	#[benchmark]
	fn advance_lot() -> Result<(), BenchmarkError> {
		let id = lot::<T>(&whitelisted_caller())?;
		let row = Lots::<T>::get(id).ok_or("the lot is not open")?;
		let start = row.start_price.ok_or("the lot has no price")?;
		let due = row.next_event;
		frame_system::Pallet::<T>::set_block_number(due.into());
		AgendaCursor::<T>::put(due);
		let mut at = due + row.terms.lifetime(start);
		for stride in 1..=FULL_SLOTS {
			fill::<T>(at);
			at += stride;
		}
		#[block]
		{
			Pallet::<T>::advance(&mut WeightMeter::with_limit(Weight::MAX));
		}
		let row = Lots::<T>::get(id).ok_or("the lot is gone")?;
		assert_eq!((row.started_at, row.next_event), (due, at));
		Ok(())
	}

	/// All of the lot, for another account, which is opened with it.
	#[benchmark]
	fn buy_surplus() -> Result<(), BenchmarkError> {
		let buyer: T::AccountId = whitelisted_caller();
		let recipient: T::AccountId = account("recipient", 0, 0);
		frame_system::Pallet::<T>::inc_providers(&recipient);
		system::<T>(&buyer)?;
		surplus::<T>()?;
		open_system_lots::<T>();
		assert!(SystemLots::<T>::contains_key(DEBT_ASSET));
		#[extrinsic_call]
		_(
			RawOrigin::Signed(buyer),
			DEBT_ASSET,
			Balance::MAX,
			Price::MIN,
			Some(recipient),
		);
		assert!(!SystemLots::<T>::contains_key(DEBT_ASSET));
		Ok(())
	}

	/// All of the lot, for another account, which is opened with it.
	#[benchmark]
	fn recapitalise() -> Result<(), BenchmarkError> {
		let buyer: T::AccountId = whitelisted_caller();
		let recipient: T::AccountId = account("recipient", 0, 0);
		system::<T>(&buyer)?;
		deficit::<T>(1_000 * UNIT);
		open_system_lots::<T>();
		assert!(SystemLots::<T>::contains_key(DEBT_ASSET));
		#[extrinsic_call]
		_(
			RawOrigin::Signed(buyer),
			DEBT_ASSET,
			Balance::MAX,
			Price::MAX,
			Some(recipient),
		);
		assert!(!SystemLots::<T>::contains_key(DEBT_ASSET));
		Ok(())
	}

	#[benchmark]
	fn set_system_terms() -> Result<(), BenchmarkError> {
		let origin =
			T::AdminOrigin::try_successful_origin().map_err(|_| BenchmarkError::Weightless)?;
		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, SystemTerms::default());
		Ok(())
	}

	#[benchmark]
	fn system_base() {
		let weight = <T::WeightInfo as crate::WeightInfo>::system_base();
		#[block]
		{
			Pallet::<T>::advance_system_lots(&mut WeightMeter::with_limit(weight));
		}
	}

	/// A lot of native tokens has lost its reason, and there is surplus for a lot.
	#[benchmark]
	fn system_asset() -> Result<(), BenchmarkError> {
		system::<T>(&whitelisted_caller())?;
		surplus::<T>()?;
		let terms = SystemTerms::default();
		let stale = SystemLot {
			kind: SystemLotKind::Recapitalisation,
			remaining: UNIT,
			opened_at: Pallet::<T>::now(),
			curve: terms.recapitalisation.curve,
		};
		SystemLots::<T>::insert(DEBT_ASSET, stale);
		SurplusNotBefore::<T>::insert(DEBT_ASSET, Pallet::<T>::now());
		#[block]
		{
			open_system_lots::<T>();
		}
		assert!(
			SystemLots::<T>::get(DEBT_ASSET).is_some_and(|lot| lot.kind == SystemLotKind::Surplus)
		);
		Ok(())
	}

	impl_benchmark_test_suite!(Pallet, crate::mock::new_ext(), crate::mock::Test);
}
