//! Benchmarks. Each sets up the worst case: every token is new to somebody, every entry of the index
//! leaves a full tick, in which it stands alone on a page between others, for another full one, in
//! which it needs a new page; and every row that can be absent is written.

mod crowds;
mod set_up;

use crate::{
	adjust::By,
	batch::Batch,
	enforcement::{BATCH, ROWS},
	index::{Index, PAGE_ENTRIES},
	position::Position,
	ramp::MAX_RAMPS,
	rows::Rows,
	types::{
		Adjustment, BookKind, CollateralIndex, Expected, FacilityChange, FacilityTerms, Guard,
		Limits,
	},
	valuation::LiquidationPrices,
	Call, Config, Facilities, FacilityStates, NextFacility, NextVault, Pallet, Receipts,
	SettledFacilities, Settlements, Summaries, SweepCursor, Vaults, VaultsOf, MAX_CLAIMS, MAX_LEGS,
};
use alloc::vec::Vec;
use cairn_math::{FixedU128, Trigger};
use cairn_primitives::{
	Balance, BalanceSheet, FacilityId, Issuance, LiquidationLots, MintReason, Moment, PriceSource,
	Seizure,
};
use crowds::*;
use frame_benchmarking::v2::*;
use frame_support::{
	traits::{fungibles::Mutate as _, EnsureOrigin, Get},
	weights::WeightMeter,
	BoundedVec,
};
use frame_system::{pallet_prelude::BlockNumberFor, RawOrigin};
use primitive_types::U512;
use set_up::*;
use sp_runtime::traits::Zero;

#[benchmarks]
mod benchmarks {
	use super::*;

	#[benchmark]
	fn open(l: Linear<1, MAX_LEGS>) -> Result<(), BenchmarkError> {
		let owner: T::AccountId = whitelisted_caller();
		let facility = facility::<T>(T::MaxCollaterals::get(), &owner)?;
		later::<T>();
		let adjustment = Adjustment {
			deposit: basket(l, LEG),
			borrow: DEBT.saturating_mul(l.into()),
			..Default::default()
		};
		crowd_ahead::<T>(|| {
			let (adjustment, limits) = (adjustment.clone(), Limits::default());
			let id = NextVault::<T>::get();
			Pallet::<T>::do_open(owner.clone(), facility, adjustment, limits).map(|()| id)
		})?;
		#[extrinsic_call]
		_(
			RawOrigin::Signed(owner.clone()),
			facility,
			adjustment,
			Limits::default(),
		);
		let id = NextVault::<T>::get() - 1;
		assert!(came_into_crowds::<T>(id, l));
		assert!(VaultsOf::<T>::contains_key(owner, id));
		Ok(())
	}

	/// Everything that can be asked for in one call; the second deposit moves each entry.
	#[benchmark]
	fn adjust(l: Linear<1, MAX_LEGS>) -> Result<(), BenchmarkError> {
		let owner: T::AccountId = whitelisted_caller();
		let facility = facility::<T>(T::MaxCollaterals::get(), &owner)?;
		let id = vault::<T>(&owner, facility, l, DEBT)?;
		later::<T>();
		let adjustment = Adjustment {
			deposit: basket(l, 9 * LEG),
			repay: DEBT / 2,
			withdraw: basket(l, UNIT),
			borrow: DEBT / 4,
		};
		let limits = Limits {
			min_health: Some(FixedU128::from_u32(1)),
			deadline: Some(BlockNumberFor::<T>::from(u32::MAX)),
		};
		crowd_entries::<T>(id);
		crowd_ahead::<T>(|| {
			let (adjustment, limits) = (adjustment.clone(), limits.clone());
			Pallet::<T>::do_adjust(owner.clone(), id, adjustment, limits, By::Owner).map(|_| id)
		})?;
		#[extrinsic_call]
		_(RawOrigin::Signed(owner), id, adjustment, limits);
		assert!(came_into_crowds::<T>(id, l));
		Ok(())
	}

	#[benchmark]
	fn close(l: Linear<1, MAX_LEGS>) -> Result<(), BenchmarkError> {
		let owner: T::AccountId = whitelisted_caller();
		let facility = facility::<T>(T::MaxCollaterals::get(), &owner)?;
		let id = vault::<T>(&owner, facility, l, DEBT)?;
		later::<T>();
		crowd_entries::<T>(id);
		#[extrinsic_call]
		_(RawOrigin::Signed(owner), id, Balance::MAX);
		assert!(!Vaults::<T>::contains_key(id));
		Ok(())
	}

	/// Without loading and writing the vault, which every operation does that settles claims.
	#[benchmark]
	fn claim(c: Linear<1, MAX_CLAIMS>) -> Result<(), BenchmarkError> {
		let owner: T::AccountId = whitelisted_caller();
		let facility = facility::<T>(T::MaxCollaterals::get(), &owner)?;
		let id = vault::<T>(&owner, facility, MAX_LEGS, DEBT)?;
		claims::<T>(id, facility, c)?;
		let mut position = Position::<T>::load(id)?;
		let settled;
		#[block]
		{
			settled = position.settle_claims();
		}
		assert!(settled.is_ok() && position.vault.claims.is_empty());
		Ok(())
	}

	#[benchmark]
	fn liquidate(l: Linear<1, MAX_LEGS>) -> Result<(), BenchmarkError> {
		let owner: T::AccountId = whitelisted_caller();
		let caller: T::AccountId = account("caller", 0, 0);
		let facility = facility::<T>(T::MaxCollaterals::get(), &owner)?;
		let id = vault::<T>(&owner, facility, l, DEBT)?;
		later::<T>();
		// So low that all of it has to be sold, into a lot for each leg.
		for number in 0..l {
			T::Prices::set_quote(&collateral(number), cents(50));
		}
		crowd_entries::<T>(id);
		#[extrinsic_call]
		_(RawOrigin::Signed(caller), id);
		assert_eq!(
			Vaults::<T>::get(id).map(|v| v.claims.len()),
			Some(l as usize)
		);
		Ok(())
	}

	/// With the rate of which it takes longest to find what it comes to in a second.
	#[benchmark]
	fn create_facility() -> Result<(), BenchmarkError> {
		let holder: T::AccountId = whitelisted_caller();
		let first = facility::<T>(T::MaxCollaterals::get(), &holder)?;
		let terms = FacilityTerms {
			annual_rate: SLOWEST_RATE,
			..facility_terms::<T>(T::MaxCollaterals::get())
		};
		let origin =
			T::AdminOrigin::try_successful_origin().map_err(|_| BenchmarkError::Weightless)?;
		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, terms);
		assert_eq!(NextFacility::<T>::get(), first + 2);
		Ok(())
	}

	/// A rate is what takes longest.
	#[benchmark]
	fn change_facility() -> Result<(), BenchmarkError> {
		let holder: T::AccountId = whitelisted_caller();
		let facility = facility::<T>(T::MaxCollaterals::get(), &holder)?;
		let origin =
			T::AdminOrigin::try_successful_origin().map_err(|_| BenchmarkError::Weightless)?;
		fill_ramps::<T>(facility, MAX_RAMPS - 1)?;
		let rate = SLOWEST_RATE;
		#[extrinsic_call]
		_(
			origin as T::RuntimeOrigin,
			facility,
			FacilityChange::AnnualRate(rate),
		);
		let record = Facilities::<T>::get(facility).ok_or("the facility is there")?;
		assert_eq!(record.base.annual_rate, rate);
		assert_eq!(record.ramps.len() as u32, MAX_RAMPS);
		Ok(())
	}

	#[benchmark]
	fn add_collateral() -> Result<(), BenchmarkError> {
		let holder: T::AccountId = whitelisted_caller();
		let most = T::MaxCollaterals::get();
		let all = facility::<T>(most, &holder)?;
		let all = Facilities::<T>::get(all).ok_or("the facility is there")?;
		let last = all.base.collaterals.last().ok_or("it has collaterals")?;
		let facility = facility::<T>(most - 1, &holder)?;
		fill_ramps::<T>(facility, MAX_RAMPS)?;
		let origin =
			T::AdminOrigin::try_successful_origin().map_err(|_| BenchmarkError::Weightless)?;
		#[extrinsic_call]
		change_facility(
			origin as T::RuntimeOrigin,
			facility,
			FacilityChange::AddCollateral(last.terms.clone()),
		);
		let record = Facilities::<T>::get(facility).ok_or("the facility is there")?;
		assert_eq!(record.base.collaterals.len() as u32, most);
		Ok(())
	}

	/// Interest falls due with it, a term is on its way, and as many facilities are settled already as
	/// there can be others.
	#[benchmark]
	fn settle_facility() -> Result<(), BenchmarkError> {
		let owner: T::AccountId = whitelisted_caller();
		let facility = facility::<T>(T::MaxCollaterals::get(), &owner)?;
		vault::<T>(&owner, facility, 1, DEBT)?;
		owe_interest::<T>(facility);
		let before = FacilityStates::<T>::get(facility).ok_or("the facility is there")?;
		fill_ramps::<T>(facility, MAX_RAMPS)?;
		let others = alloc::vec![FacilityId::MAX; T::MaxFacilities::get() as usize - 1];
		SettledFacilities::<T>::put(BoundedVec::truncate_from(others));
		let named = settlement_prices::<T>(100);
		let origin =
			T::AdminOrigin::try_successful_origin().map_err(|_| BenchmarkError::Weightless)?;
		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, facility, named);
		assert!(Settlements::<T>::contains_key(facility));
		let after = FacilityStates::<T>::get(facility).ok_or("the facility is there")?;
		assert!(after.minted > before.minted && after.due.is_zero());
		Ok(())
	}

	#[benchmark]
	fn settle_vault(l: Linear<1, MAX_LEGS>) -> Result<(), BenchmarkError> {
		let owner: T::AccountId = whitelisted_caller();
		let caller: T::AccountId = account("caller", 0, 0);
		let facility = facility::<T>(T::MaxCollaterals::get(), &owner)?;
		let id = vault::<T>(&owner, facility, l, DEBT)?;
		settle::<T>(facility, 10)?;
		later::<T>();
		crowd_entries::<T>(id);
		#[extrinsic_call]
		_(RawOrigin::Signed(caller), id);
		let vault = Vaults::<T>::get(id).ok_or("the vault is there")?;
		assert!(vault.legs.is_empty() && vault.debt.is_zero());
		let settlement = Settlements::<T>::get(facility).ok_or("it is settled")?;
		assert!(settlement.lost > 0);
		Ok(())
	}

	/// Part of what is burned was lost, and another vault is not settled yet.
	#[benchmark]
	fn redeem(c: Linear<1, { T::MaxCollaterals::get() }>) -> Result<(), BenchmarkError> {
		let owner: T::AccountId = account("owner", 0, 0);
		let holder: T::AccountId = whitelisted_caller();
		let facility = facility::<T>(T::MaxCollaterals::get(), &owner)?;
		fund::<T>(&holder)?;
		let id = vault::<T>(&owner, facility, 1, DEBT)?;
		vault::<T>(&owner, facility, 1, DEBT)?;
		T::Fungibles::transfer(
			DEBT_ASSET,
			&owner,
			&holder,
			DEBT,
			frame_support::traits::tokens::Preservation::Expendable,
		)?;
		settle::<T>(facility, 10)?;
		frame_support::storage::with_storage_layer(|| Pallet::<T>::do_settle_vault(id))?;
		take_from_others::<T>(facility, c)?;
		later::<T>();
		#[extrinsic_call]
		_(RawOrigin::Signed(holder.clone()), facility, DEBT);
		let receipt = Receipts::<T>::get(facility, &holder).ok_or("there is a receipt")?;
		assert_eq!(
			receipt.paid.iter().filter(|paid| **paid > 0).count(),
			c as usize
		);
		let settlement = Settlements::<T>::get(facility).ok_or("it is settled")?;
		assert!(settlement.redeemed > settlement.covered - settlement.owed);
		Ok(())
	}

	#[benchmark]
	fn list_facilities() -> Result<(), BenchmarkError> {
		let all: Vec<_> = (0..T::MaxFacilities::get()).collect();
		NextFacility::<T>::put(T::MaxFacilities::get());
		SettledFacilities::<T>::put(BoundedVec::truncate_from(all));
		let live;
		#[block]
		{
			live = Pallet::<T>::live_facilities();
		}
		assert!(live.is_empty());
		Ok(())
	}

	#[benchmark]
	fn accrue_facility() -> Result<(), BenchmarkError> {
		let owner: T::AccountId = whitelisted_caller();
		let facility = facility::<T>(T::MaxCollaterals::get(), &owner)?;
		vault::<T>(&owner, facility, 1, DEBT)?;
		owe_interest::<T>(facility);
		let before = FacilityStates::<T>::get(facility).ok_or("the facility is there")?;
		fill_ramps::<T>(facility, MAX_RAMPS)?;
		// A year after the last time: more to multiply than between any two blocks.
		let now = before.accrued_at.saturating_add(365 * 24 * 3_600_000);
		#[block]
		{
			let mut record = Facilities::<T>::get(facility).ok_or("the facility is there")?;
			let mut state = FacilityStates::<T>::get(facility).ok_or("the facility is there")?;
			let rate = record.rate_at(state.accrued_at);
			Pallet::<T>::accrue_facility(&record.base, rate, &mut state, now);
			FacilityStates::<T>::insert(facility, state);
			record.settle(Moment::MAX);
			Facilities::<T>::insert(facility, record);
		}
		let after = FacilityStates::<T>::get(facility).ok_or("the facility is there")?;
		assert!(after.minted > before.minted && after.due.is_zero());
		Ok(())
	}

	/// It had lost something, and the reserve has come to cover it.
	#[benchmark]
	fn note_deficit() -> Result<(), BenchmarkError> {
		let owner: T::AccountId = whitelisted_caller();
		let facility = facility::<T>(T::MaxCollaterals::get(), &owner)?;
		let id = vault::<T>(&owner, facility, 1, DEBT)?;
		settle::<T>(facility, 10)?;
		frame_support::storage::with_storage_layer(|| Pallet::<T>::do_settle_vault(id))?;
		let lost = |id| Settlements::<T>::get(id).map(|settlement| settlement.uncovered);
		let before = lost(facility).ok_or("it is settled")?;
		// More than is in any book.
		Settlements::<T>::mutate(facility, |settlement| {
			if let Some(settlement) = settlement {
				settlement.uncovered = before.saturating_add(UNIT);
			}
		});
		let mut meter = WeightMeter::new();
		#[block]
		{
			Pallet::<T>::note_deficits(&mut meter);
		}
		assert!(lost(facility).is_some_and(|after| after <= before));
		Ok(())
	}

	/// All its entries move far.
	#[benchmark]
	fn set_guard(l: Linear<1, MAX_LEGS>) -> Result<(), BenchmarkError> {
		let owner: T::AccountId = whitelisted_caller();
		let facility = facility::<T>(T::MaxCollaterals::get(), &owner)?;
		let id = vault::<T>(&owner, facility, l, UNIT)?;
		later::<T>();
		let guard = Some(Guard {
			level: FixedU128::from_u32(10),
			amount: UNIT,
		});
		crowd_entries::<T>(id);
		crowd_ahead::<T>(|| Pallet::<T>::do_set_guard(owner.clone(), id, guard).map(|_| id))?;
		#[extrinsic_call]
		_(RawOrigin::Signed(owner), id, guard);
		assert_eq!(Vaults::<T>::get(id).map(|v| v.guard), Some(guard));
		assert!(came_into_crowds::<T>(id, l));
		Ok(())
	}

	/// What the owner has pays all but the minimum back.
	#[benchmark]
	fn run_guard() -> Result<(), BenchmarkError> {
		let owner: T::AccountId = whitelisted_caller();
		let facility = facility::<T>(T::MaxCollaterals::get(), &owner)?;
		let id = vault::<T>(&owner, facility, 1, DEBT)?;
		let level = FixedU128::from_rational(15, 10);
		let amount = DEBT / 2;
		let guard = Some(Guard { level, amount });
		frame_support::storage::with_storage_layer(|| {
			Pallet::<T>::do_set_guard(owner.clone(), id, guard)
		})?;
		later::<T>();
		T::Prices::set_quote(&collateral(0), cents(80));
		let mut position = Position::<T>::load(id)?;
		let prices = LiquidationPrices::read(&position.facility).ok_or("there are quotes")?;
		let acted;
		#[block]
		{
			acted = position.run_guard(&prices);
		}
		assert!(acted);
		assert!(position.owed_ceil()? <= DEBT - amount + 1);
		Ok(())
	}

	#[benchmark]
	fn offer() -> Result<(), BenchmarkError> {
		let owner: T::AccountId = whitelisted_caller();
		let to: T::AccountId = account("to", 0, 0);
		let facility = facility::<T>(T::MaxCollaterals::get(), &owner)?;
		let id = vault::<T>(&owner, facility, MAX_LEGS, DEBT)?;
		#[extrinsic_call]
		_(RawOrigin::Signed(owner), id, Some(to.clone()));
		assert_eq!(Vaults::<T>::get(id).and_then(|v| v.offered_to), Some(to));
		Ok(())
	}

	/// Its guard goes: every entry moves.
	#[benchmark]
	fn accept(l: Linear<1, MAX_LEGS>) -> Result<(), BenchmarkError> {
		let owner: T::AccountId = account("owner", 0, 0);
		let to: T::AccountId = whitelisted_caller();
		let facility = facility::<T>(T::MaxCollaterals::get(), &owner)?;
		fund::<T>(&to)?;
		let id = vault::<T>(&owner, facility, l, UNIT)?;
		let guard = Some(Guard {
			level: FixedU128::from_u32(10),
			amount: UNIT,
		});
		frame_support::storage::with_storage_layer(|| {
			Pallet::<T>::do_set_guard(owner.clone(), id, guard)?;
			Pallet::<T>::do_offer(owner, id, Some(to.clone()))
		})?;
		// No more can be named than the vault holds.
		let expected = Expected {
			debt_at_most: Balance::MAX,
			collateral_at_least: basket(l, LEG),
		};
		let limits = Limits {
			min_health: Some(FixedU128::from_u32(1)),
			deadline: Some(BlockNumberFor::<T>::from(u32::MAX)),
		};
		crowd_entries::<T>(id);
		crowd_ahead::<T>(|| {
			let (expected, limits) = (expected.clone(), limits.clone());
			Pallet::<T>::do_accept(to.clone(), id, expected, limits).map(|_| id)
		})?;
		#[extrinsic_call]
		_(RawOrigin::Signed(to.clone()), id, expected, limits);
		assert_eq!(Vaults::<T>::get(id).map(|v| v.owner), Some(to));
		assert!(came_into_crowds::<T>(id, l));
		Ok(())
	}

	/// A facility in which the price hurts nobody, with vaults at risk and vaults with a guard in the books of
	/// every collateral.
	#[benchmark]
	fn visit_facility(c: Linear<1, { T::MaxCollaterals::get() }>) -> Result<(), BenchmarkError> {
		let owner: T::AccountId = whitelisted_caller();
		let facility = facility::<T>(c, &owner)?;
		fill_books::<T>(&owner, facility, c)?;
		for index in 0..c as CollateralIndex {
			let is_there =
				|kind: BookKind| Summaries::<T>::contains_key(kind.book(facility, index));
			assert!(is_there(BookKind::Risk) && is_there(BookKind::Guard));
		}
		FacilityStates::<T>::mutate(facility, |state| {
			if let Some(state) = state {
				state.waiting = 1;
			}
		});
		let mut meter = WeightMeter::new();
		#[block]
		{
			Pallet::<T>::enforce_facility(facility, 0, None, &mut meter);
		}
		assert!(FacilityStates::<T>::contains_key(facility));
		Ok(())
	}

	/// A full page that has to be looked through to the end and hurts nobody, with a tick below it
	/// in another word. What is written of it is charged by the row.
	#[benchmark]
	fn visit_page() -> Result<(), BenchmarkError> {
		let book = BookKind::Risk.book(1_000, 0);
		let mut rows = Rows::direct();
		let trigger = Trigger::from_ratio_ceil(U512::from(1_000_000u32), U512::from(999_999u32));
		for vault in 0..u64::from(PAGE_ENTRIES) {
			Index::<T>::insert(book, trigger, vault, &mut rows);
		}
		let far = Trigger::from_ratio_ceil(U512::one(), U512::from(1_000_000u32));
		Index::<T>::insert(book, far, 1_000, &mut rows);
		let tick = trigger.tick();
		let mut rows = Rows::of_batch();
		let (found, next);
		#[block]
		{
			assert!(Index::<T>::head(book, tick, &mut rows).is_some());
			let above = Index::<T>::above(book, (tick, 0), trigger, |_| true, &mut rows);
			found = above.vaults.len();
			next = Index::<T>::next_below(book, tick, &mut rows);
		}
		assert_eq!(found, 0);
		assert_eq!(next, Some(far.tick()));
		Ok(())
	}

	/// Without what a batch does once, which is charged for by the facility, the page, the row of the
	/// index, and the lot.
	#[benchmark]
	fn enforce_batch(l: Linear<1, MAX_LEGS>) -> Result<(), BenchmarkError> {
		let owner: T::AccountId = whitelisted_caller();
		let facility = facility::<T>(T::MaxCollaterals::get(), &owner)?;
		for _ in 0..BATCH {
			vault::<T>(&owner, facility, l, SMALL_DEBT)?;
		}
		later::<T>();
		crash::<T>(l);
		let mut batch = Batch::<T>::open(facility, Rows::of_batch()).ok_or("a facility at work")?;
		let mut meter = WeightMeter::new();
		#[block]
		{
			for index in 0..l as CollateralIndex {
				batch.enforce_collateral(index, &mut meter);
			}
		}
		assert_eq!(batch.close().liquidated, BATCH);
		Ok(())
	}

	/// Each entry is alone in its tick and in its word: a page and a word for each, and a summary.
	#[benchmark]
	fn index_rows(r: Linear<3, ROWS>) {
		let book = BookKind::Risk.book(1_000, 0);
		let mut rows = Rows::of_batch();
		#[block]
		{
			for number in 0..(r - 1) / 2 {
				let ratio = U512::one() << (number as usize * 2);
				let trigger = Trigger::from_ratio_ceil(ratio, U512::one() << 96);
				Index::<T>::insert(book, trigger, number.into(), &mut rows);
			}
			rows.write();
		}
		assert_eq!(rows.take_fresh(), (r - 1) / 2 * 2 + 1);
	}

	/// With what a batch does once for all its lots.
	#[benchmark]
	fn put_up() -> Result<(), BenchmarkError> {
		let holder: T::AccountId = whitelisted_caller();
		let facility = facility::<T>(1, &holder)?;
		T::Issuance::mint(&DEBT_ASSET, &holder, DEBT, MintReason::Borrow)?;
		T::Fungibles::mint_into(collateral(0), &T::Custody::get(), LEG)?;
		later::<T>();
		let seizure = Seizure {
			collateral: LEG,
			debt: DEBT,
			fee: UNIT,
		};
		#[block]
		{
			T::Sheet::debt_seized(&DEBT_ASSET, DEBT);
			let lot = T::Lots::current_lot(facility, &collateral(0));
			T::Lots::put_up(lot, facility, &DEBT_ASSET, &collateral(0), seizure);
		}
		assert_eq!(T::Lots::held(&collateral(0)), LEG);
		Ok(())
	}

	/// One to whose entries nothing leads any more, and that comes elsewhere.
	#[benchmark]
	fn sweep_vault() -> Result<(), BenchmarkError> {
		let owner: T::AccountId = whitelisted_caller();
		let facility = facility::<T>(T::MaxCollaterals::get(), &owner)?;
		let id = vault::<T>(&owner, facility, MAX_LEGS, DEBT)?;
		let sweep = || {
			Pallet::<T>::sweep_vault(id, &mut WeightMeter::new());
			SweepCursor::<T>::put(id);
		};
		// The triggers of a basket go by what its other legs are worth.
		for number in 1..MAX_LEGS {
			T::Prices::set_quote(&collateral(number), cents(300));
		}
		crowd_entries::<T>(id);
		lose_entries::<T>(id);
		crowd_ahead::<T>(|| {
			sweep();
			Ok(id)
		})?;
		lose_entries::<T>(id);
		#[block]
		{
			sweep();
		}
		assert!(came_into_crowds::<T>(id, MAX_LEGS));
		let position = Position::<T>::load(id)?;
		for (book, entry) in position.entries() {
			assert!(Index::<T>::leads_to(book, entry, id));
		}
		Ok(())
	}
}
