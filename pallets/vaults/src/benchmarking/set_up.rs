//! What benchmarks start from.

use crate::{
	ramp::{Ramp, RampedTerm},
	settling::NamedPrices,
	types::{Adjustment, Basket, Claim, CollateralTerms, FacilityTerms, Guard, Limits},
	Config, Facilities, FacilityStates, NextFacility, NextVault, Pallet, Settlements, Vaults,
	MAX_LEGS,
};
use cairn_math::{FixedU128, Perbill, Price, Ray};
use cairn_primitives::{
	AssetId, Balance, CreateAsset, FacilityId, LiquidationLots, Moment, PriceSource, Seizure,
	VaultId,
};
use core::ops::Range;
use frame_benchmarking::v2::BenchmarkError;
use frame_support::{
	traits::{fungibles::Mutate as _, Get, Time},
	BoundedVec,
};
use frame_system::{pallet_prelude::BlockNumberFor, Pallet as System};
use sp_runtime::traits::Zero;

pub const DEBT_ASSET: AssetId = AssetId::WithId(800_000);
pub const UNIT: Balance = 1_000_000_000_000;
/// What a leg holds; at a dollar a token it carries 800 tokens of debt.
pub const LEG: Balance = 1_000 * UNIT;
/// What a leg owes.
pub const DEBT: Balance = 500 * UNIT;

/// Of a year. No other takes longer to be set than this one, among the highest that there may be: a test
/// of `cairn-math` counts.
pub const SLOWEST_RATE: Ray = Ray(9_964 * Ray::ONE.0 / 100);

pub fn collateral(number: u32) -> AssetId {
	AssetId::WithId(800_001 + number)
}

pub fn cents(cents: u128) -> Price {
	Price::new(cents * 10_000_000_000_000_000).unwrap_or(Price::ONE)
}

/// Of `collaterals` tokens, at most as many as a facility may have.
pub fn facility_terms<T: Config>(collaterals: u32) -> FacilityTerms<T> {
	let listed = (0..collaterals).map(|number| CollateralTerms {
		asset: collateral(number),
		borrow_factor: Perbill::from_percent(70),
		liquidation_factor: Perbill::from_percent(80),
		penalty: Perbill::from_percent(8),
		fee: Perbill::from_percent(2),
		cap: Balance::MAX,
		risk_rank: number as u8,
	});
	FacilityTerms {
		debt_asset: DEBT_ASSET,
		collaterals: BoundedVec::truncate_from(listed.collect()),
		ceiling: Balance::MAX,
		fill_limit: Balance::MAX,
		minimum_debt: UNIT,
		target_health: FixedU128::from_rational(11, 10),
		annual_rate: Ray(Ray::ONE.0 / 25),
	}
}

/// A facility of `collaterals` tokens at a dollar each; whoever `holds` them has plenty of each.
pub fn facility<T: Config>(
	collaterals: u32,
	holder: &T::AccountId,
) -> Result<FacilityId, BenchmarkError> {
	T::BenchmarkHelper::create_asset(&DEBT_ASSET, 12);
	T::Prices::set_quote(&DEBT_ASSET, Price::ONE);
	for number in 0..collaterals {
		let asset = collateral(number);
		T::BenchmarkHelper::create_asset(&asset, 12);
		T::Prices::set_quote(&asset, Price::ONE);
		T::Fungibles::mint_into(asset.clone(), &T::Custody::get(), UNIT)?;
		T::Fungibles::mint_into(asset, holder, 1_000_000 * LEG)?;
	}
	let id = NextFacility::<T>::get();
	Pallet::<T>::do_create_facility(facility_terms::<T>(collaterals))?;
	fund::<T>(holder)?;
	Ok(id)
}

/// CRN for deposits.
pub fn fund<T: Config>(who: &T::AccountId) -> Result<(), BenchmarkError> {
	let amount = T::VaultDeposit::get()
		.saturating_add(UNIT)
		.saturating_mul(1_000);
	T::Fungibles::mint_into(AssetId::Native, who, amount)?;
	Ok(())
}

pub fn basket(legs: u32, amount: Balance) -> Basket {
	basket_of(0..legs, amount)
}

fn basket_of(numbers: Range<u32>, amount: Balance) -> Basket {
	let of_all = numbers.map(|number| (collateral(number), amount));
	BoundedVec::truncate_from(of_all.collect())
}

/// Opens a vault of the first `legs` collaterals that owes `debt` on each.
pub fn vault<T: Config>(
	owner: &T::AccountId,
	facility: FacilityId,
	legs: u32,
	debt: Balance,
) -> Result<VaultId, BenchmarkError> {
	vault_of::<T>(owner, facility, 0..legs, debt)
}

/// Opens a vault of the collaterals of these numbers that owes `debt` on each.
fn vault_of<T: Config>(
	owner: &T::AccountId,
	facility: FacilityId,
	numbers: Range<u32>,
	debt: Balance,
) -> Result<VaultId, BenchmarkError> {
	let id = NextVault::<T>::get();
	let adjustment = Adjustment {
		borrow: debt.saturating_mul(numbers.len() as Balance),
		deposit: basket_of(numbers, LEG),
		..Default::default()
	};
	frame_support::storage::with_storage_layer(|| {
		Pallet::<T>::do_open(owner.clone(), facility, adjustment, Limits::default())
	})?;
	Ok(id)
}

/// Opens vaults, some of them with a guard, so that the books of the first `collaterals` of a facility have
/// entries.
pub fn fill_books<T: Config>(
	owner: &T::AccountId,
	facility: FacilityId,
	collaterals: u32,
) -> Result<(), BenchmarkError> {
	let guard = Some(Guard {
		level: FixedU128::from_rational(11, 10),
		amount: UNIT,
	});
	for first in (0..collaterals).step_by(MAX_LEGS as usize) {
		let legs = first..collaterals.min(first + MAX_LEGS);
		vault_of::<T>(owner, facility, legs.clone(), DEBT)?;
		let guarded = vault_of::<T>(owner, facility, legs, DEBT)?;
		frame_support::storage::with_storage_layer(|| {
			Pallet::<T>::do_set_guard(owner.clone(), guarded, guard)
		})?;
	}
	Ok(())
}

/// A hundredth of the debt is due as interest that the reserve could not take so far. The clock of a
/// benchmark stands still, so that none falls due by itself.
pub fn owe_interest<T: Config>(facility: FacilityId) {
	FacilityStates::<T>::mutate(facility, |state| {
		if let Some(state) = state {
			let grown = state.accumulator.0 / 100 * 101;
			state.accumulator = Ray(grown);
			state.accrued_at = T::Time::now().max(1);
		}
	});
}

/// Time passes, so that nothing is zero that can be more.
pub fn later<T: Config>() {
	System::<T>::set_block_number(BlockNumberFor::<T>::from(1_000u32));
}

/// What a leg of one of many vaults owes: so little that the lots of a crash can be on sale whole.
pub const SMALL_DEBT: Balance = DEBT / 100;

/// All quotes fall so far that a vault with [`SMALL_DEBT`] on each leg is unsafe, but not under water.
pub fn crash<T: Config>(collaterals: u32) {
	let price = Price::new(cents(60).raw() / 100).unwrap_or(Price::MIN);
	for number in 0..collaterals {
		T::Prices::set_quote(&collateral(number), price);
	}
}

/// Gives a vault claims on lots that have been sold for less than they had: everything they had
/// comes back.
pub fn claims<T: Config>(
	id: VaultId,
	facility: FacilityId,
	count: u32,
) -> Result<(), BenchmarkError> {
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
pub fn fill_ramps<T: Config>(facility: FacilityId, count: u32) -> Result<(), BenchmarkError> {
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

/// A price in cents for every token.
pub fn settlement_prices<T: Config>(price: u128) -> NamedPrices {
	let of_all = (0..T::MaxCollaterals::get()).map(|number| (collateral(number), cents(price)));
	let of_debt = core::iter::once((DEBT_ASSET, Price::ONE));
	BoundedVec::truncate_from(of_all.chain(of_debt).collect())
}

/// Settles a facility at this many cents a token.
pub fn settle<T: Config>(facility: FacilityId, price: u128) -> Result<(), BenchmarkError> {
	let record = Facilities::<T>::get(facility).ok_or("the facility is there")?;
	let named = settlement_prices::<T>(price)
		.into_iter()
		.filter(|(asset, _)| *asset == DEBT_ASSET || record.base.index_of(asset).is_ok());
	let named = BoundedVec::truncate_from(named.collect());
	frame_support::storage::with_storage_layer(|| {
		Pallet::<T>::do_settle_facility(facility, named)
	})?;
	Ok(())
}

/// Of a facility that is settled, other vaults had other collateral: of all that are listed, so many are
/// due.
pub fn take_from_others<T: Config>(facility: FacilityId, count: u32) -> Result<(), BenchmarkError> {
	Settlements::<T>::try_mutate(facility, |settlement| {
		let pools = &mut settlement.as_mut().ok_or("it is settled")?.pools;
		for (number, pool) in (0..count).zip(pools) {
			T::Fungibles::mint_into(collateral(number), &T::Custody::get(), LEG)?;
			pool.taken += LEG;
		}
		Ok(())
	})
}
