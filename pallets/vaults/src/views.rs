//! What wallets read, computed by the code that decides.

use crate::{
	adjust::Position,
	batch::books_to_enforce,
	index::Index,
	types::{
		Backlog, Breaker, CollateralIndex, Facility, FacilityState, FacilityView, Leg, LegView,
		VaultView,
	},
	valuation::{health_floor, LiquidationPrices, NewRisk},
	Config, Facilities, FacilityStates, Pallet,
};
use alloc::vec::Vec;
use cairn_math::{unit, FixedU128, NormalizedDebt, Perbill, Price, Value};
use cairn_primitives::{AssetId, Balance, FacilityId, Issuance, VaultId};
use frame_support::traits::Time;
use primitive_types::{U256, U512};
use sp_runtime::traits::Zero;

/// Pages of a book whose entries are counted, at most.
const MAX_PAGES: u32 = 1_000;
const ONE: u128 = 1_000_000_000_000_000_000;
const BILLION: u64 = 1_000_000_000;

impl<T: Config> Pallet<T> {
	pub(crate) fn view_vault(id: VaultId) -> Option<VaultView<T::AccountId>> {
		let mut position = Position::<T>::load(id).ok()?;
		let owed = position.owed_ceil().ok()?;
		let prices = LiquidationPrices::read(&position.facility);
		let vault = position.vault.clone();
		position.count_leftovers().ok()?;
		let max_borrow = max_borrow_floor(&position, prices.as_ref());
		let (facility, whole) = (position.facility, position.vault.legs);
		let health = prices.as_ref().and_then(|prices| {
			let weighted = prices.weighted_floor(&facility, &whole);
			health_floor(weighted, prices.debt_value_ceil(&facility, owed))
		});
		let legs = vault
			.legs
			.iter()
			.filter_map(|leg| {
				let collateral = facility.collaterals.get(usize::from(leg.collateral))?;
				let with_leftover = whole.iter().find(|l| l.collateral == leg.collateral)?;
				let liquidation_price = prices.as_ref().and_then(|prices| {
					liquidation_price_ceil(prices, &facility, &whole, with_leftover, owed)
				});
				Some(LegView {
					asset: collateral.terms.asset.clone(),
					amount: leg.amount,
					liquidation_price,
				})
			})
			.collect();
		Some(VaultView {
			vault: id,
			facility: vault.facility,
			owner: vault.owner,
			debt: owed,
			health,
			max_borrow,
			guard: vault.guard,
			offered_to: vault.offered_to,
			legs,
			claims: vault.claims.into_inner(),
		})
	}

	pub(crate) fn view_facility(id: FacilityId) -> Option<FacilityView> {
		let record = Facilities::<T>::get(id)?;
		let ramps = record.ramps.to_vec();
		let facility = record.at(T::Time::now);
		let state = FacilityStates::<T>::get(id)?;
		let room = room_floor(&facility, &state);
		let collateral = facility
			.collaterals
			.iter()
			.zip(state.held.iter())
			.map(|(collateral, held)| (collateral.terms.asset.clone(), *held))
			.collect();
		Some(FacilityView {
			debt_asset: facility.debt_asset,
			debt: state.normalized_debt.owed_ceil(state.accumulator)?,
			minted: state.minted,
			ceiling: facility.ceiling,
			fill_limit: facility.fill_limit,
			room,
			minimum_debt: facility.minimum_debt,
			target_health: facility.target_health,
			annual_rate: facility.annual_rate,
			rate_per_second: facility.rate_per_second,
			accumulator: state.accumulator,
			breaker: facility.breaker,
			waiting: state.waiting,
			collateral,
			terms: facility.collaterals.into_iter().map(|c| c.terms).collect(),
			ramps,
		})
	}

	pub(crate) fn view_max_withdraw(id: VaultId, asset: &AssetId) -> Option<Balance> {
		let mut position = Position::<T>::load(id).ok()?;
		let index = position.facility.index_of(asset).ok()?;
		position.count_leftovers().ok()?;
		Some(max_withdraw_floor(&position, index).unwrap_or_default())
	}

	pub(crate) fn view_backlog(id: FacilityId) -> Option<Backlog> {
		let facility = Self::facility_now(id)?;
		let state = FacilityStates::<T>::get(id)?;
		let mut backlog = Backlog {
			entries: Vec::new(),
			complete: true,
		};
		if facility.breaker == Breaker::Settled {
			return Some(backlog);
		}
		let prices = LiquidationPrices::read(&facility)?;
		for (index, collateral) in facility.collaterals.iter().enumerate() {
			let index = index as CollateralIndex;
			let mut entries = 0u32;
			for (book, bound) in books_to_enforce(id, &facility, &state, &prices, index) {
				let above = Index::<T>::count_above(book, bound, MAX_PAGES);
				entries = entries.saturating_add(above.entries);
				backlog.complete &= above.complete;
			}
			backlog
				.entries
				.push((collateral.terms.asset.clone(), entries));
		}
		Some(backlog)
	}
}

/// The debt beside `taken` that `limit` leaves room for, rounded as borrowing does.
fn beside_floor<T: Config>(
	state: &FacilityState<T>,
	limit: Balance,
	taken: NormalizedDebt,
) -> Balance {
	NormalizedDebt::from_debt_floor(limit, state.accumulator)
		.and_then(|all| all.checked_sub(taken))
		.and_then(|room| room.backing_floor(state.accumulator))
		.unwrap_or_default()
}

/// What ceiling, fill limit and treasury let all vaults borrow at once.
fn room_floor<T: Config>(facility: &Facility<T>, state: &FacilityState<T>) -> Balance {
	let unfilled = facility.fill_limit.saturating_sub(state.filled);
	beside_floor(state, facility.ceiling, state.normalized_debt)
		.min(unfilled)
		.min(T::Issuance::lendable_floor(&facility.debt_asset))
}

/// The most that all limits but the minimum debt let the vault borrow beside what it owes.
fn max_borrow_floor<T: Config>(
	position: &Position<T>,
	prices: Option<&LiquidationPrices>,
) -> Balance {
	let Position {
		vault,
		facility,
		state,
		..
	} = position;
	let risk = NewRisk::measure(facility, &vault.legs);
	let Some(price) = risk.debt_price else {
		return 0;
	};
	let is_allowed = facility.breaker < Breaker::NoNewRisk
		&& position.ensure_caps_allow(&Default::default(), 1).is_ok();
	if !is_allowed {
		return 0;
	}
	let carried = |weighted: Value, price: Price| {
		let carried = weighted.to_amount_floor(facility.debt_decimals, price);
		beside_floor(state, carried.unwrap_or(Balance::MAX), vault.debt)
	};
	let by_guard = vault.guard.map_or(Balance::MAX, |guard| {
		prices.map_or(0, |prices| {
			let weighted = prices.weighted_floor(facility, &vault.legs);
			carried(at_health_floor(weighted, guard.level), prices.debt)
		})
	});
	carried(risk.weighted, price)
		.min(by_guard)
		.min(room_floor(facility, state))
}

/// `⌊W / g⌋`: what may be owed at a health of `g`.
fn at_health_floor(weighted: Value, level: FixedU128) -> Value {
	let level = U256::from(level.into_inner());
	let scaled = U512::from(weighted.wide()) * U512::from(ONE);
	let quotient = scaled.checked_div(U512::from(level)).unwrap_or_default();
	Value::from_wide(U256::try_from(quotient).unwrap_or(U256::MAX))
}

/// `⌈D · g⌉`: what must be carried at a health of `g`.
fn for_health_ceil(debt: Value, level: FixedU128) -> Value {
	let scaled = U512::from(debt.wide()) * U512::from(level.into_inner());
	let (quotient, rest) = scaled.div_mod(U512::from(ONE));
	let up = quotient + U512::from(u8::from(!rest.is_zero()));
	Value::from_wide(U256::try_from(up).unwrap_or(U256::MAX))
}

/// The most of one leg that the owner can withdraw; `None` if nothing.
fn max_withdraw_floor<T: Config>(
	position: &Position<T>,
	index: CollateralIndex,
) -> Option<Balance> {
	let (vault, facility) = (&position.vault, &position.facility);
	let leg = vault.legs.iter().find(|leg| leg.collateral == index)?;
	if facility.breaker == Breaker::Frozen {
		return None;
	}
	let owed = position.owed_ceil().ok()?;
	if owed.is_zero() {
		return Some(leg.amount);
	}
	let collateral = facility.collaterals.get(usize::from(index))?;
	let withdrawn = alloc::vec![(collateral.terms.asset.clone(), leg.amount)];
	position
		.ensure_caps_allow(&withdrawn.try_into().ok()?, 0)
		.ok()
		.filter(|()| facility.breaker < Breaker::NoNewRisk)?;
	let others: Vec<Leg> = vault
		.legs
		.iter()
		.copied()
		.filter(|other| other.collateral != index)
		.collect();
	// What of the leg must stay for its weighted value to fill a gap: both roundings undone.
	let kept = |gap: Value, price: Option<Price>, factor: Perbill| {
		if gap.is_zero() {
			return Some(0);
		}
		let scaled = U512::from(gap.wide()) * U512::from(BILLION);
		let (quotient, rest) = scaled.div_mod(U512::from(factor.deconstruct()));
		let value = U256::try_from(quotient + U512::from(u8::from(!rest.is_zero()))).ok()?;
		Value::from_wide(value).to_amount_ceil(collateral.decimals, price?)
	};
	let debt_of = |price| Value::of_ceil(owed, facility.debt_decimals, price);
	let strict = NewRisk::measure(facility, &others);
	let gap = debt_of(strict.debt_price?).saturating_sub(strict.weighted);
	let price = NewRisk::price_of::<T>(&collateral.terms.asset);
	let mut keep = kept(gap, price, collateral.terms.borrow_factor)?;
	if let Some(guard) = vault.guard {
		let prices = LiquidationPrices::read(facility)?;
		let wanted = for_health_ceil(prices.debt_value_ceil(facility, owed), guard.level);
		let gap = wanted.saturating_sub(prices.weighted_floor(facility, &others));
		let price = prices.of(index).price;
		keep = keep.max(kept(gap, price, collateral.terms.liquidation_factor)?);
	}
	leg.amount.checked_sub(keep)
}

/// `(D − Σ_others W) · 10^decimals / (q·L)`, rounded up: the price of one leg at which the vault
/// stops being safe while all other prices stay.
fn liquidation_price_ceil<T: Config>(
	prices: &LiquidationPrices,
	facility: &Facility<T>,
	legs: &[Leg],
	leg: &Leg,
	owed: Balance,
) -> Option<u128> {
	let collateral = facility.collaterals.get(usize::from(leg.collateral))?;
	let others: Value = prices.weighted_floor(facility, legs)
		- prices.weighted_floor(facility, core::slice::from_ref(leg));
	let missing = prices
		.debt_value_ceil(facility, owed)
		.saturating_sub(others);
	if missing.is_zero() {
		return None;
	}
	let numerator = U512::from(missing.wide())
		* U512::from(unit(collateral.decimals))
		* U512::from(1_000_000_000u64);
	let denominator =
		U512::from(leg.amount) * U512::from(collateral.terms.liquidation_factor.deconstruct());
	let (quotient, rest) = numerator.div_mod(denominator);
	let price = if rest.is_zero() {
		quotient
	} else {
		quotient + U512::one()
	};
	u128::try_from(price).ok()
}
