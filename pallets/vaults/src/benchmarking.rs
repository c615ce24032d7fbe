//! Benchmarks. Each sets up the worst case: every token is new to somebody, every entry of the
//! index stands alone in its tick and in its word unless it says otherwise, and every row that can
//! be absent is written.

use crate::{
	enforcement::{Enforced, BATCH},
	index::{Index, Rows, PAGE_ENTRIES},
	position::Position,
	ramp::{Ramp, RampedTerm, MAX_RAMPS},
	types::*,
	valuation::LiquidationPrices,
	Call, Config, Facilities, FacilityStates, NextFacility, NextVault, Pallet, SweepCursor, Vaults,
	VaultsOf, MAX_CLAIMS, MAX_LEGS,
};
use cairn_math::{FixedU128, Perbill, Price, Ray, Trigger};
use cairn_primitives::{
	AssetId, Balance, BalanceSheet, CreateAsset, FacilityId, Issuance, LiquidationLots, MintReason,
	Moment, PriceSource, Seizure, VaultId,
};
use frame_benchmarking::v2::*;
use frame_support::{
	traits::{fungibles::Mutate as _, EnsureOrigin, Get, Time},
	weights::WeightMeter,
	BoundedVec,
};
use frame_system::{pallet_prelude::BlockNumberFor, Pallet as System, RawOrigin};
use primitive_types::U512;
use sp_runtime::traits::Zero;

const DEBT_ASSET: AssetId = AssetId::WithId(800_000);
const UNIT: Balance = 1_000_000_000_000;
/// What a leg holds; at a dollar a token it carries 800 tokens of debt.
const LEG: Balance = 1_000 * UNIT;
/// What a leg owes.
const DEBT: Balance = 500 * UNIT;

fn collateral(number: u32) -> AssetId {
	AssetId::WithId(800_001 + number)
}

fn cents(cents: u128) -> Price {
	Price::new(cents * 10_000_000_000_000_000).unwrap_or(Price::ONE)
}

/// A facility of `collaterals` tokens at a dollar each; whoever `holds` them has plenty of each.
fn facility<T: Config>(
	collaterals: u32,
	holder: &T::AccountId,
) -> Result<FacilityId, BenchmarkError> {
	T::BenchmarkHelper::create_asset(&DEBT_ASSET, 12);
	T::Prices::set_quote(&DEBT_ASSET, Price::ONE);
	let mut listed = BoundedVec::new();
	for number in 0..collaterals {
		let asset = collateral(number);
		T::BenchmarkHelper::create_asset(&asset, 12);
		T::Prices::set_quote(&asset, Price::ONE);
		T::Fungibles::mint_into(asset.clone(), &T::Custody::get(), UNIT)?;
		T::Fungibles::mint_into(asset.clone(), holder, 1_000_000 * LEG)?;
		let terms = CollateralTerms {
			asset,
			borrow_factor: Perbill::from_percent(70),
			liquidation_factor: Perbill::from_percent(80),
			penalty: Perbill::from_percent(8),
			fee: Perbill::from_percent(2),
			cap: Balance::MAX,
			risk_rank: number as u8,
		};
		listed
			.try_push(terms)
			.map_err(|_| "more collaterals than a facility may have")?;
	}
	let id = NextFacility::<T>::get();
	Pallet::<T>::do_create_facility(FacilityTerms {
		debt_asset: DEBT_ASSET,
		collaterals: listed,
		ceiling: Balance::MAX,
		fill_limit: Balance::MAX,
		minimum_debt: UNIT,
		target_health: FixedU128::from_rational(11, 10),
		annual_rate: Ray(Ray::ONE.0 / 25),
	})?;
	fund::<T>(holder)?;
	Ok(id)
}

/// CRN for deposits.
fn fund<T: Config>(who: &T::AccountId) -> Result<(), BenchmarkError> {
	let amount = T::VaultDeposit::get()
		.saturating_add(UNIT)
		.saturating_mul(1_000);
	T::Fungibles::mint_into(AssetId::Native, who, amount)?;
	Ok(())
}

fn basket(legs: u32, amount: Balance) -> Basket {
	let of_all = (0..legs).map(|number| (collateral(number), amount));
	BoundedVec::truncate_from(of_all.collect())
}

/// Opens a vault of `legs` legs that owes `debt` on each.
fn vault<T: Config>(
	owner: &T::AccountId,
	facility: FacilityId,
	legs: u32,
	debt: Balance,
) -> Result<VaultId, BenchmarkError> {
	let id = NextVault::<T>::get();
	let adjustment = Adjustment {
		deposit: basket(legs, LEG),
		borrow: debt.saturating_mul(legs.into()),
		..Default::default()
	};
	frame_support::storage::with_storage_layer(|| {
		Pallet::<T>::do_open(owner.clone(), facility, adjustment, Limits::default())
	})?;
	Ok(id)
}

/// Lets a year of interest fall due.
fn owe_interest<T: Config>(facility: FacilityId) {
	FacilityStates::<T>::mutate(facility, |state| {
		if let Some(state) = state {
			let year = 365 * 24 * 3_600_000;
			state.accrued_at = T::Time::now().saturating_sub(year).max(1);
		}
	});
}

/// Time passes, so that nothing is zero that can be more.
fn later<T: Config>() {
	System::<T>::set_block_number(BlockNumberFor::<T>::from(1_000u32));
}

/// All quotes fall so far that a vault with [`DEBT`] on each leg is unsafe, but not under water.
fn crash<T: Config>(collaterals: u32) {
	for number in 0..collaterals {
		T::Prices::set_quote(&collateral(number), cents(60));
	}
}

/// Gives a vault claims on lots that have been sold for less than they had: everything they had
/// comes back.
fn claims<T: Config>(id: VaultId, facility: FacilityId, count: u32) -> Result<(), BenchmarkError> {
	let mut given = BoundedVec::new();
	for number in 0..count {
		let index = number % MAX_LEGS;
		let asset = collateral(index);
		// Each round of eight needs lots of its own.
		if index.is_zero() {
			let next = System::<T>::block_number() + 1u32.into();
			System::<T>::set_block_number(next);
		}
		let lot = T::Lots::current_lot(facility, &asset);
		T::Fungibles::mint_into(asset.clone(), &T::Custody::get(), LEG)?;
		let seizure = Seizure {
			collateral: LEG,
			debt: 0,
			fee: 0,
		};
		// A lot that has nothing to raise is closed at once, and all of it comes back.
		T::Lots::put_up(lot, facility, &DEBT_ASSET, &asset, seizure);
		given
			.try_push(Claim {
				lot,
				collateral: index as u8,
				contributed: LEG,
			})
			.map_err(|_| "more claims than a vault may have")?;
	}
	Vaults::<T>::mutate(id, |vault| {
		if let Some(vault) = vault {
			vault.claims = given;
		}
	});
	Ok(())
}

/// Gives a facility this many terms that are on their way.
fn fill_ramps<T: Config>(facility: FacilityId, count: u32) -> Result<(), BenchmarkError> {
	Facilities::<T>::mutate(facility, |record| {
		let record = record.as_mut().ok_or("the facility is there")?;
		for _ in 0..count {
			let ramp = Ramp {
				term: RampedTerm::TargetHealth,
				from: record.base.target_health.into_inner(),
				to: record.base.target_health.into_inner() * 2,
				start: Moment::MAX - 1,
				end: Moment::MAX,
			};
			record
				.ramps
				.try_push(ramp)
				.map_err(|_| "more ramps than a facility may have")?;
		}
		Ok(())
	})
}

#[benchmarks]
mod benchmarks {
	use super::*;

	#[benchmark]
	fn open(l: Linear<0, MAX_LEGS>) -> Result<(), BenchmarkError> {
		let owner: T::AccountId = whitelisted_caller();
		let facility = facility::<T>(T::MaxCollaterals::get(), &owner)?;
		later::<T>();
		let adjustment = Adjustment {
			deposit: basket(l, LEG),
			borrow: DEBT.saturating_mul(l.into()),
			..Default::default()
		};
		#[extrinsic_call]
		_(
			RawOrigin::Signed(owner.clone()),
			facility,
			adjustment,
			Limits::default(),
		);
		let id = NextVault::<T>::get() - 1;
		assert_eq!(Vaults::<T>::get(id).map(|v| v.legs.len()), Some(l as usize));
		assert!(VaultsOf::<T>::contains_key(owner, id));
		Ok(())
	}

	/// Everything that can be asked for in one call; the second deposit leaves each entry in another
	/// tick and another word than it was in.
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
		let before = Vaults::<T>::get(id).ok_or("the vault is there")?.legs[0].entry;
		#[extrinsic_call]
		_(RawOrigin::Signed(owner), id, adjustment, limits);
		let after = Vaults::<T>::get(id).ok_or("the vault is there")?.legs[0].entry;
		assert!(before != after);
		Ok(())
	}

	#[benchmark]
	fn close(l: Linear<1, MAX_LEGS>) -> Result<(), BenchmarkError> {
		let owner: T::AccountId = whitelisted_caller();
		let facility = facility::<T>(T::MaxCollaterals::get(), &owner)?;
		let id = vault::<T>(&owner, facility, l, DEBT)?;
		later::<T>();
		#[extrinsic_call]
		_(RawOrigin::Signed(owner), id, Balance::MAX);
		assert!(!Vaults::<T>::contains_key(id));
		Ok(())
	}

	#[benchmark]
	fn claim(c: Linear<1, MAX_CLAIMS>) -> Result<(), BenchmarkError> {
		let owner: T::AccountId = whitelisted_caller();
		let facility = facility::<T>(T::MaxCollaterals::get(), &owner)?;
		let id = vault::<T>(&owner, facility, MAX_LEGS, DEBT)?;
		claims::<T>(id, facility, c)?;
		#[extrinsic_call]
		_(RawOrigin::Signed(owner), id);
		assert_eq!(Vaults::<T>::get(id).map(|v| v.claims.len()), Some(0));
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
		#[extrinsic_call]
		_(RawOrigin::Signed(caller), id);
		assert_eq!(
			Vaults::<T>::get(id).map(|v| v.claims.len()),
			Some(l as usize)
		);
		Ok(())
	}

	#[benchmark]
	fn create_facility() -> Result<(), BenchmarkError> {
		let holder: T::AccountId = whitelisted_caller();
		let first = facility::<T>(T::MaxCollaterals::get(), &holder)?;
		let facility = Facilities::<T>::get(first)
			.ok_or("the facility is there")?
			.base;
		let collaterals = facility.collaterals.iter().map(|c| c.terms.clone());
		let terms = FacilityTerms {
			debt_asset: DEBT_ASSET,
			collaterals: BoundedVec::truncate_from(collaterals.collect()),
			ceiling: Balance::MAX,
			fill_limit: Balance::MAX,
			minimum_debt: UNIT,
			target_health: facility.target_health,
			annual_rate: facility.annual_rate,
		};
		let origin =
			T::AdminOrigin::try_successful_origin().map_err(|_| BenchmarkError::Weightless)?;
		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, terms);
		assert_eq!(NextFacility::<T>::get(), first + 2);
		Ok(())
	}

	#[benchmark]
	fn change_facility() -> Result<(), BenchmarkError> {
		let holder: T::AccountId = whitelisted_caller();
		let facility = facility::<T>(T::MaxCollaterals::get(), &holder)?;
		let origin =
			T::AdminOrigin::try_successful_origin().map_err(|_| BenchmarkError::Weightless)?;
		fill_ramps::<T>(facility, MAX_RAMPS - 1)?;
		let rate = Ray(Ray::ONE.0 / 10);
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
	fn accrue_facility() -> Result<(), BenchmarkError> {
		let owner: T::AccountId = whitelisted_caller();
		let facility = facility::<T>(T::MaxCollaterals::get(), &owner)?;
		vault::<T>(&owner, facility, 1, DEBT)?;
		owe_interest::<T>(facility);
		let mut state = FacilityStates::<T>::get(facility).ok_or("the facility is there")?;
		let before = state.minted;
		fill_ramps::<T>(facility, MAX_RAMPS)?;
		#[block]
		{
			let mut record = Facilities::<T>::get(facility).ok_or("the facility is there")?;
			let rate = record.rate_at(state.accrued_at);
			Pallet::<T>::accrue_facility(&record.base, rate, &mut state, T::Time::now());
			FacilityStates::<T>::insert(facility, state.clone());
			record.settle(Moment::MAX);
			Facilities::<T>::insert(facility, record);
		}
		assert!(state.minted > before || T::Time::now().is_zero());
		Ok(())
	}

	/// It had a guard, so that all its entries move far; it has one again.
	#[benchmark]
	fn set_guard() -> Result<(), BenchmarkError> {
		let owner: T::AccountId = whitelisted_caller();
		let facility = facility::<T>(T::MaxCollaterals::get(), &owner)?;
		let id = vault::<T>(&owner, facility, MAX_LEGS, UNIT)?;
		later::<T>();
		let guard = Some(Guard {
			level: FixedU128::from_u32(10),
			amount: UNIT,
		});
		#[extrinsic_call]
		_(RawOrigin::Signed(owner), id, guard);
		assert_eq!(Vaults::<T>::get(id).map(|v| v.guard), Some(guard));
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

	/// All claims that a vault can have come back with it, and its guard goes: every entry moves.
	#[benchmark]
	fn accept() -> Result<(), BenchmarkError> {
		let owner: T::AccountId = account("owner", 0, 0);
		let to: T::AccountId = whitelisted_caller();
		let facility = facility::<T>(T::MaxCollaterals::get(), &owner)?;
		fund::<T>(&to)?;
		let id = vault::<T>(&owner, facility, MAX_LEGS, UNIT)?;
		let guard = Some(Guard {
			level: FixedU128::from_u32(10),
			amount: UNIT,
		});
		frame_support::storage::with_storage_layer(|| {
			Pallet::<T>::do_set_guard(owner.clone(), id, guard)?;
			Pallet::<T>::do_offer(owner, id, Some(to.clone()))
		})?;
		claims::<T>(id, facility, MAX_CLAIMS)?;
		let limits = Limits {
			min_health: Some(FixedU128::from_u32(1)),
			deadline: Some(BlockNumberFor::<T>::from(u32::MAX)),
		};
		#[extrinsic_call]
		_(RawOrigin::Signed(to.clone()), id, limits);
		assert_eq!(Vaults::<T>::get(id).map(|v| v.owner), Some(to));
		Ok(())
	}

	/// A facility in which the price hurts nobody.
	#[benchmark]
	fn visit_facility(c: Linear<1, { T::MaxCollaterals::get() }>) -> Result<(), BenchmarkError> {
		let owner: T::AccountId = whitelisted_caller();
		let facility = facility::<T>(c, &owner)?;
		vault::<T>(&owner, facility, c.min(MAX_LEGS), DEBT)?;
		FacilityStates::<T>::mutate(facility, |state| {
			if let Some(state) = state {
				state.waiting = 1;
			}
		});
		let mut meter = WeightMeter::new();
		#[block]
		{
			let mut enforced = Default::default();
			Pallet::<T>::enforce_facility(facility, 0, None, &mut meter, &mut enforced);
		}
		assert!(FacilityStates::<T>::contains_key(facility));
		Ok(())
	}

	/// A full page that has to be looked through to the end and hurts nobody, with a tick below it
	/// in another word.
	#[benchmark]
	fn visit_page() -> Result<(), BenchmarkError> {
		let book = risk_book(1_000, 0);
		let mut rows = Rows::counting();
		let trigger = Trigger::from_ratio_ceil(U512::from(1_000_000u32), U512::from(999_999u32));
		for vault in 0..u64::from(PAGE_ENTRIES) {
			Index::<T>::insert(book, trigger, vault, &mut rows);
		}
		let far = Trigger::from_ratio_ceil(U512::one(), U512::from(1_000_000u32));
		Index::<T>::insert(book, far, 1_000, &mut rows);
		let tick = trigger.tick();
		let (found, next);
		#[block]
		{
			Index::<T>::set_highest(book, tick, Trigger::MIN, &mut rows);
			let taken =
				Index::<T>::take_above(book, (tick, 0), trigger, u32::MAX, |_| true, &mut rows);
			Index::<T>::set_highest(book, tick, taken.highest_left, &mut rows);
			found = taken.vaults.len();
			next = Index::<T>::next_below(book, tick);
		}
		assert_eq!(found, 0);
		assert_eq!(next, Some(far.tick()));
		Ok(())
	}

	/// What is left of the index' cost is that of its rows, which is charged for each.
	#[benchmark]
	fn enforce_batch(l: Linear<1, MAX_LEGS>) -> Result<(), BenchmarkError> {
		let owner: T::AccountId = whitelisted_caller();
		let facility = facility::<T>(T::MaxCollaterals::get(), &owner)?;
		for _ in 0..BATCH {
			vault::<T>(&owner, facility, l, DEBT)?;
		}
		later::<T>();
		crash::<T>(l);
		let mut meter = WeightMeter::new();
		let mut enforced = Enforced::default();
		#[block]
		{
			Pallet::<T>::enforce_facility(facility, 0, None, &mut meter, &mut enforced);
		}
		assert_eq!(enforced.liquidated, BATCH);
		Ok(())
	}

	/// Each entry is alone in its tick and in its word: a page and a word for each.
	#[benchmark]
	fn index_rows(r: Linear<2, 96>) {
		let book = risk_book(1_000, 0);
		let mut rows = Rows::counting();
		#[block]
		{
			for number in 0..r / 2 {
				let ratio = U512::one() << (number as usize * 2);
				let trigger = Trigger::from_ratio_ceil(ratio, U512::one() << 96);
				Index::<T>::insert(book, trigger, number.into(), &mut rows);
			}
		}
		assert_eq!(rows.take_fresh(), r / 2 * 2);
	}

	#[benchmark]
	fn put_up() -> Result<(), BenchmarkError> {
		let holder: T::AccountId = whitelisted_caller();
		let facility = facility::<T>(1, &holder)?;
		T::Issuance::mint(&DEBT_ASSET, &holder, DEBT, MintReason::Borrow)?;
		T::Fungibles::mint_into(collateral(0), &T::Custody::get(), LEG)?;
		T::Sheet::debt_seized(&DEBT_ASSET, DEBT);
		later::<T>();
		let seizure = Seizure {
			collateral: LEG,
			debt: DEBT,
			fee: UNIT,
		};
		#[block]
		{
			let lot = T::Lots::current_lot(facility, &collateral(0));
			T::Lots::put_up(lot, facility, &DEBT_ASSET, &collateral(0), seizure);
		}
		assert_eq!(T::Lots::held(&collateral(0)), LEG);
		Ok(())
	}

	/// One that has lost all its entries.
	#[benchmark]
	fn sweep_vault() -> Result<(), BenchmarkError> {
		let owner: T::AccountId = whitelisted_caller();
		let facility = facility::<T>(T::MaxCollaterals::get(), &owner)?;
		let id = vault::<T>(&owner, facility, MAX_LEGS, DEBT)?;
		let vault = Vaults::<T>::get(id).ok_or("the vault is there")?;
		for leg in &vault.legs {
			let entry = leg.entry.ok_or("a leg with debt has an entry")?;
			let book = risk_book(facility, leg.collateral);
			assert!(Index::<T>::remove(book, entry, id, &mut Rows::uncounted()));
		}
		#[block]
		{
			Pallet::<T>::sweep_vault(id);
			SweepCursor::<T>::put(id);
		}
		for leg in &Vaults::<T>::get(id).ok_or("the vault is there")?.legs {
			let entry = leg.entry.ok_or("a leg with debt has an entry")?;
			assert!(Index::<T>::contains(
				risk_book(facility, leg.collateral),
				entry,
				id
			));
		}
		Ok(())
	}
}
