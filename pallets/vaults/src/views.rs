//! What wallets read, computed by the code that decides.

use crate::{
	adjust::Position,
	types::{Facility, FacilityState, FacilityView, Leg, LegView, Vault, VaultView},
	valuation::{health_floor, LiquidationPrices, NewRisk},
	Config, Facilities, FacilityStates, Pallet,
};
use cairn_math::{NormalizedDebt, Value};
use cairn_primitives::{Balance, FacilityId, VaultId};
use primitive_types::U512;

impl<T: Config> Pallet<T> {
	pub(crate) fn view_vault(id: VaultId) -> Option<VaultView<T::AccountId>> {
		let position = Position::<T>::load(id).ok()?;
		let owed = position.owed_ceil().ok()?;
		let Position {
			vault,
			facility,
			state,
			..
		} = position;
		let prices = LiquidationPrices::read(&facility);
		let health = prices.as_ref().and_then(|prices| {
			let weighted = prices.weighted_floor(&facility, &vault.legs);
			health_floor(weighted, prices.debt_value_ceil(&facility, owed))
		});
		let legs = vault
			.legs
			.iter()
			.filter_map(|leg| {
				let collateral = facility.collaterals.get(usize::from(leg.collateral))?;
				let liquidation_price = prices.as_ref().and_then(|prices| {
					liquidation_price_ceil(prices, &facility, &vault.legs, leg, owed)
				});
				Some(LegView {
					asset: collateral.terms.asset.clone(),
					amount: leg.amount,
					liquidation_price,
				})
			})
			.collect();
		let max_borrow = max_borrow_floor(&facility, &state, &vault);
		Some(VaultView {
			vault: id,
			facility: vault.facility,
			owner: vault.owner,
			debt: owed,
			health,
			max_borrow,
			legs,
			claims: vault.claims.into_inner(),
		})
	}

	pub(crate) fn view_facility(id: FacilityId) -> Option<FacilityView> {
		let facility = Facilities::<T>::get(id)?;
		let state = FacilityStates::<T>::get(id)?;
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
			minimum_debt: facility.minimum_debt,
			annual_rate: facility.annual_rate,
			accumulator: state.accumulator,
			breaker: facility.breaker,
			collateral,
		})
	}
}

/// The most that the strict measure and the ceiling let the vault borrow beside what it owes.
fn max_borrow_floor<T: Config>(
	facility: &Facility<T>,
	state: &FacilityState<T>,
	vault: &Vault<T>,
) -> Balance {
	let risk = NewRisk::measure(facility, &vault.legs);
	let Some(price) = risk.debt_price else {
		return 0;
	};
	let carried = risk
		.weighted
		.to_amount_floor(facility.debt_decimals, price)
		.unwrap_or(Balance::MAX);
	// The normalised debt that `limit` leaves room for beside `taken`, rounded as borrowing does.
	let room = |limit: Balance, taken: NormalizedDebt| {
		NormalizedDebt::from_debt_floor(limit, state.accumulator)
			.and_then(|all| all.checked_sub(taken))
			.unwrap_or_default()
	};
	let by_collateral = room(carried, vault.debt);
	let by_ceiling = room(facility.ceiling, state.normalized_debt);
	by_collateral
		.min(by_ceiling)
		.backing_floor(state.accumulator)
		.unwrap_or_default()
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
		* U512::from(10u8).pow(collateral.decimals.into())
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
