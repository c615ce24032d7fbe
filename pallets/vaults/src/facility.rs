//! Facilities: how they come into being, change, and accrue interest.

use crate::{
	types::{Breaker, Collateral, Facility, FacilityState, FacilityTerms},
	weights::WeightInfo,
	Config, Error, Event, Facilities, FacilityStates, NextFacility, Pallet, LOG_TARGET,
};
use cairn_math::{FixedU128, NormalizedDebt, Perbill, Ray};
use cairn_primitives::{AssetDecimals, AssetId, Balance, FacilityId, Issuance, MintReason};
use frame_support::{
	ensure,
	storage::with_storage_layer,
	traits::{fungibles::Inspect, Get, Time},
	weights::WeightMeter,
	BoundedVec,
};
use sp_runtime::{
	traits::{One, Zero},
	DispatchError, DispatchResult,
};

/// Tokens with more decimals than this are not accepted.
pub(crate) const MAX_DECIMALS: u8 = 24;
/// A liquidation restores at most this health.
const MAX_TARGET_HEALTH: u128 = 10;

impl<T: Config> Pallet<T> {
	/// Creates a facility of which nothing exists yet.
	pub(crate) fn do_create_facility(terms: FacilityTerms<T>) -> Result<FacilityId, DispatchError> {
		let id = NextFacility::<T>::get();
		ensure!(id < T::MaxFacilities::get(), Error::<T>::TooManyFacilities);
		ensure!(
			!Facilities::<T>::contains_key(id) && !FacilityStates::<T>::contains_key(id),
			Error::<T>::FacilityExists
		);
		let (facility, state) = Self::check_terms(terms)?;
		T::Issuance::enable(&facility.debt_asset)?;
		Self::deposit_event(Event::FacilityCreated {
			facility: id,
			debt_asset: facility.debt_asset.clone(),
		});
		Facilities::<T>::insert(id, facility);
		FacilityStates::<T>::insert(id, state);
		NextFacility::<T>::put(id.saturating_add(1));
		Ok(id)
	}

	fn check_terms(
		terms: FacilityTerms<T>,
	) -> Result<(Facility<T>, FacilityState<T>), DispatchError> {
		let FacilityTerms {
			debt_asset,
			collaterals,
			ceiling,
			minimum_debt,
			target_health,
			annual_rate,
		} = terms;
		ensure!(
			target_health > FixedU128::one()
				&& target_health <= FixedU128::from_u32(MAX_TARGET_HEALTH as u32),
			Error::<T>::BadTargetHealth
		);
		ensure!(!minimum_debt.is_zero(), Error::<T>::BadMinimumDebt);
		let rate_per_second = Ray::per_second_floor(annual_rate).ok_or(Error::<T>::RateTooHigh)?;
		let decimals_of = |asset: &AssetId| {
			T::Decimals::decimals(asset)
				.filter(|decimals| *decimals <= MAX_DECIMALS)
				.ok_or(Error::<T>::UnknownAsset)
		};
		let debt_decimals = decimals_of(&debt_asset)?;
		ensure!(!collaterals.is_empty(), Error::<T>::NoCollateral);
		let mut listed = BoundedVec::<Collateral, T::MaxCollaterals>::new();
		for terms in collaterals {
			ensure!(
				terms.asset != debt_asset
					&& !listed.iter().any(|other| other.terms.asset == terms.asset),
				Error::<T>::DuplicateCollateral
			);
			ensure!(
				!terms.borrow_factor.is_zero()
					&& terms.borrow_factor < terms.liquidation_factor
					&& terms.liquidation_factor < Perbill::one(),
				Error::<T>::BadFactors
			);
			ensure!(
				terms.fee < terms.penalty && terms.penalty < Perbill::one(),
				Error::<T>::BadPenalty
			);
			// Transfers out of custody keep its account alive, so that the last of a token's
			// owners gets his last unit. That takes a minimum balance which nobody owns.
			ensure!(
				T::Fungibles::balance(terms.asset.clone(), &T::Custody::get())
					>= T::Fungibles::minimum_balance(terms.asset.clone()),
				Error::<T>::CustodyNotSeeded
			);
			let decimals = decimals_of(&terms.asset)?;
			listed
				.try_push(Collateral { terms, decimals })
				.map_err(|_| Error::<T>::TooManyCollaterals)?;
		}
		let held = BoundedVec::truncate_from(alloc::vec![Balance::zero(); listed.len()]);
		let facility = Facility {
			debt_asset,
			debt_decimals,
			ceiling,
			minimum_debt,
			target_health,
			annual_rate,
			breaker: Breaker::AllEnabled,
			collaterals: listed,
		};
		let state = FacilityState {
			accumulator: Ray::ONE,
			rate_per_second,
			accrued_at: T::Time::now(),
			normalized_debt: NormalizedDebt::ZERO,
			minted: 0,
			operations: 0,
			waiting: 0,
			held,
		};
		Ok((facility, state))
	}

	pub(crate) fn mutate_facility(
		id: FacilityId,
		change: impl FnOnce(&mut Facility<T>),
	) -> DispatchResult {
		Facilities::<T>::try_mutate(id, |facility| {
			change(facility.as_mut().ok_or(Error::<T>::UnknownFacility)?);
			Ok(())
		})
	}

	/// Advances the accumulator of every facility to now and mints the interest to the reserve.
	///
	/// Called by the runtime once a block, first of all. If the reserve cannot take the interest,
	/// it stays due and is minted with that of a later block.
	pub fn accrue(meter: &mut WeightMeter) {
		let now = T::Time::now();
		for id in 0..NextFacility::<T>::get() {
			if meter.try_consume(T::WeightInfo::accrue_facility()).is_err() {
				log::error!(target: LOG_TARGET, "no weight left to accrue facility {id}");
				return;
			}
			let (Some(facility), Some(mut state)) =
				(Facilities::<T>::get(id), FacilityStates::<T>::get(id))
			else {
				continue;
			};
			Self::accrue_facility(&facility, &mut state, now);
			FacilityStates::<T>::insert(id, state);
		}
	}

	/// Advances one accumulator.
	pub(crate) fn accrue_facility(
		facility: &Facility<T>,
		state: &mut FacilityState<T>,
		now: cairn_primitives::Moment,
	) {
		// A facility of the genesis block starts its clock with the first block that has a time.
		if state.accrued_at.is_zero() {
			state.accrued_at = now;
		}
		let seconds = now.saturating_sub(state.accrued_at) / 1_000;
		let grown = state
			.rate_per_second
			.pow_ceil(seconds)
			.and_then(|growth| state.accumulator.mul_ceil(growth))
			// The sum of the debt must stay a number, or nobody could ever repay it.
			.filter(|grown| state.normalized_debt.owed_ceil(*grown).is_some());
		match grown {
			Some(grown) => {
				state.accumulator = grown;
				state.accrued_at = state
					.accrued_at
					.saturating_add(seconds.saturating_mul(1_000));
			}
			None => log::error!(target: LOG_TARGET, "an accumulator has reached its end"),
		}
		let backing = state
			.normalized_debt
			.backing_floor(state.accumulator)
			.unwrap_or(state.minted);
		let due = backing.saturating_sub(state.minted);
		if due.is_zero() {
			state.operations = 0;
			return;
		}
		let minted = with_storage_layer(|| {
			T::Issuance::mint_to_reserve(&facility.debt_asset, due, MintReason::Interest)
		});
		match minted {
			Ok(()) => {
				state.minted = backing;
				state.operations = 0;
			}
			Err(error) => {
				log::warn!(target: LOG_TARGET, "the reserve cannot take {due} interest: {error:?}");
				// Says that the difference between `minted` and what is owed has a reason.
				state.operations = state.operations.saturating_add(1);
			}
		}
	}
}
