//! Facilities: how they come into being, and accrue interest.

use crate::{
	index::Index,
	ramp::FacilityRecord,
	types::{
		BookKind, Breaker, Collateral, CollateralIndex, CollateralTerms, Facility, FacilityState,
		FacilityTerms,
	},
	weights::WeightInfo,
	Config, Error, Event, Facilities, FacilityStates, NextFacility, Pallet, Receipts,
	SettledFacilities, Settlements, LOG_TARGET,
};
use cairn_math::{FixedU128, NormalizedDebt, Perbill, Ray};
use cairn_primitives::{AssetDecimals, AssetId, Balance, FacilityId, Issuance, MintReason, Moment};
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
/// No health above this is promised by a liquidation, or watched by a guard.
pub(crate) const MAX_HEALTH: u32 = 10;
/// The highest annual rate there is, 10,000 %.
pub(crate) const HIGHEST_ANNUAL_RATE: Ray = Ray(100 * Ray::ONE.0);
/// What it comes to in a second. Kept, because finding it takes a thousand times as long as
/// comparing with it.
const HIGHEST_RATE_PER_SECOND: Ray = Ray(1_000_000_146_244_354_903_697_132_213);

impl<T: Config> Facility<T> {
	/// The position of a collateral in the list.
	pub(crate) fn index_of(&self, asset: &AssetId) -> Result<CollateralIndex, DispatchError> {
		let mut listed = self.collaterals.iter();
		let position = listed.position(|collateral| collateral.terms.asset == *asset);
		let index = position.and_then(|position| CollateralIndex::try_from(position).ok());
		index.ok_or(Error::<T>::CollateralNotAccepted.into())
	}

	/// The terms of a collateral.
	pub(crate) fn terms_of(
		&self,
		index: CollateralIndex,
	) -> Result<&CollateralTerms, DispatchError> {
		let collateral = self.collaterals.get(usize::from(index));
		Ok(&collateral.ok_or(Error::<T>::CollateralNotAccepted)?.terms)
	}
}

impl<T: Config> Pallet<T> {
	/// Creates a facility of which nothing exists yet.
	pub(crate) fn do_create_facility(terms: FacilityTerms<T>) -> Result<FacilityId, DispatchError> {
		let id = NextFacility::<T>::get();
		ensure!(id < T::MaxFacilities::get(), Error::<T>::TooManyFacilities);
		let of_it = Facilities::<T>::contains_key(id)
			|| FacilityStates::<T>::contains_key(id)
			|| Settlements::<T>::contains_key(id)
			|| SettledFacilities::<T>::get().contains(&id)
			|| Receipts::<T>::iter_key_prefix(id).next().is_some();
		// Nor can there be vaults of it, for which all would have to be read: a vault is opened in a facility
		// that there is, and no number is given to two.
		ensure!(!of_it, Error::<T>::FacilityExists);
		let (facility, state) = Self::check_terms(id, terms)?;
		T::Issuance::enable(&facility.debt_asset)?;
		Self::deposit_event(Event::FacilityCreated {
			facility: id,
			debt_asset: facility.debt_asset.clone(),
		});
		Facilities::<T>::insert(id, FacilityRecord::new(facility));
		FacilityStates::<T>::insert(id, state);
		NextFacility::<T>::put(id.saturating_add(1));
		Ok(id)
	}

	fn check_terms(
		id: FacilityId,
		terms: FacilityTerms<T>,
	) -> Result<(Facility<T>, FacilityState<T>), DispatchError> {
		let FacilityTerms {
			debt_asset,
			collaterals,
			ceiling,
			fill_limit,
			minimum_debt,
			target_health,
			annual_rate,
		} = terms;
		Self::check_target_health(target_health)?;
		Self::check_minimum_debt(minimum_debt)?;
		let rate_per_second = Ray::per_second_floor(annual_rate).ok_or(Error::<T>::RateTooHigh)?;
		let debt_decimals = Self::decimals_of(&debt_asset)?;
		ensure!(!collaterals.is_empty(), Error::<T>::NoCollateral);
		let mut facility = Facility {
			debt_asset,
			debt_decimals,
			ceiling,
			fill_limit,
			minimum_debt,
			target_health,
			annual_rate,
			rate_per_second,
			breaker: Breaker::AllEnabled,
			collaterals: BoundedVec::new(),
		};
		for terms in collaterals {
			Self::list(id, &mut facility, terms)?;
		}
		let held = alloc::vec![Balance::zero(); facility.collaterals.len()];
		let state = FacilityState {
			accumulator: Ray::ONE,
			accrued_at: T::Time::now(),
			normalized_debt: NormalizedDebt::ZERO,
			minted: 0,
			due: 0,
			operations: 0,
			filled: 0,
			made_good: 0,
			waiting: 0,
			held: BoundedVec::truncate_from(held),
		};
		Ok((facility, state))
	}

	/// Adds a collateral to a facility in memory. Nothing of it may be in the risk index yet.
	pub(crate) fn list(
		id: FacilityId,
		facility: &mut Facility<T>,
		terms: CollateralTerms,
	) -> DispatchResult {
		let is_listed =
			|asset: &AssetId| facility.collaterals.iter().any(|c| c.terms.asset == *asset);
		ensure!(
			terms.asset != facility.debt_asset && !is_listed(&terms.asset),
			Error::<T>::DuplicateCollateral
		);
		Self::check_factors(terms.borrow_factor, terms.liquidation_factor)?;
		Self::check_penalty(terms.penalty, terms.fee)?;
		// Transfers out of custody keep its account alive, so that the last of a token's
		// owners gets his last unit. That takes a minimum balance which nobody owns.
		ensure!(
			T::Fungibles::balance(terms.asset.clone(), &T::Custody::get())
				>= T::Fungibles::minimum_balance(terms.asset.clone()),
			Error::<T>::CustodyNotSeeded
		);
		let decimals = Self::decimals_of(&terms.asset)?;
		// An entry that is there already would count for whichever vault has its number.
		let index = CollateralIndex::try_from(facility.collaterals.len())
			.map_err(|_| Error::<T>::TooManyCollaterals)?;
		let books = BookKind::ALL.map(|kind| kind.book(id, index));
		ensure!(
			books.into_iter().all(Index::<T>::is_empty),
			Error::<T>::BookNotEmpty
		);
		facility
			.collaterals
			.try_push(Collateral { terms, decimals })
			.map_err(|_| Error::<T>::TooManyCollaterals.into())
	}

	pub(crate) fn check_target_health(target: FixedU128) -> DispatchResult {
		let in_range = target > FixedU128::one() && target <= FixedU128::from_u32(MAX_HEALTH);
		ensure!(in_range, Error::<T>::BadTargetHealth);
		Ok(())
	}

	pub(crate) fn check_minimum_debt(minimum: Balance) -> DispatchResult {
		ensure!(!minimum.is_zero(), Error::<T>::BadMinimumDebt);
		Ok(())
	}

	/// What is stored of a rate is within what [`Ray::per_second_floor`] can come to.
	pub(crate) fn check_rates(annual: Ray, per_second: Ray) -> DispatchResult {
		let in_range = annual <= HIGHEST_ANNUAL_RATE
			&& (Ray::ONE..=HIGHEST_RATE_PER_SECOND).contains(&per_second);
		ensure!(in_range, Error::<T>::RateTooHigh);
		Ok(())
	}

	pub(crate) fn check_factors(borrow: Perbill, liquidation: Perbill) -> DispatchResult {
		let ordered = borrow < liquidation && liquidation < Perbill::one();
		ensure!(!borrow.is_zero() && ordered, Error::<T>::BadFactors);
		Ok(())
	}

	pub(crate) fn check_penalty(penalty: Perbill, fee: Perbill) -> DispatchResult {
		ensure!(
			fee < penalty && penalty < Perbill::one(),
			Error::<T>::BadPenalty
		);
		Ok(())
	}

	fn decimals_of(asset: &AssetId) -> Result<u8, DispatchError> {
		let decimals = T::Decimals::decimals(asset).filter(|decimals| *decimals <= MAX_DECIMALS);
		decimals.ok_or(Error::<T>::UnknownAsset.into())
	}

	/// The terms of a facility as of now.
	pub(crate) fn facility_now(id: FacilityId) -> Option<Facility<T>> {
		Facilities::<T>::get(id).map(|record| record.at(T::Time::now))
	}

	/// Advances the accumulator of every facility that is not settled to now and mints the interest to the reserve.
	///
	/// Called by the runtime once a block, first of all. If the reserve cannot take the interest,
	/// it stays due and is minted with that of a later block.
	pub fn accrue(meter: &mut WeightMeter) {
		if meter.try_consume(T::WeightInfo::list_facilities()).is_err() {
			log::error!(target: LOG_TARGET, "no weight left to accrue");
			return;
		}
		let now = T::Time::now();
		for id in Self::live_facilities() {
			if meter.try_consume(T::WeightInfo::accrue_facility()).is_err() {
				log::error!(target: LOG_TARGET, "no weight left to accrue facility {id}");
				return;
			}
			let (Some(mut record), Some(mut state)) =
				(Facilities::<T>::get(id), FacilityStates::<T>::get(id))
			else {
				continue;
			};
			// Nobody pays for the time that has passed at a rate that was not in force yet.
			let rate = record.rate_at(state.accrued_at);
			Self::accrue_facility(&record.base, rate, &mut state, now);
			FacilityStates::<T>::insert(id, state);
			if record.settle(now) {
				Facilities::<T>::insert(id, record);
			}
		}
	}

	/// Advances one accumulator, and mints what is owed and not issued yet.
	pub(crate) fn accrue_facility(
		facility: &Facility<T>,
		rate: Ray,
		state: &mut FacilityState<T>,
		now: Moment,
	) {
		// A facility of the genesis block starts its clock with the first block that has a time.
		if state.accrued_at.is_zero() {
			state.accrued_at = now;
		}
		let seconds = now.saturating_sub(state.accrued_at) / 1_000;
		let grown = rate
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
				state.pass_time(facility.fill_limit, seconds);
			}
			None => log::error!(target: LOG_TARGET, "an accumulator has reached its end"),
		}
		// Rounded up: debts, each rounded up, add up to no less. So whoever owes all that is owed
		// finds all of it in existence.
		let backing = state
			.normalized_debt
			.owed_ceil(state.accumulator)
			.unwrap_or(state.minted);
		let due = backing.saturating_sub(state.minted);
		state.operations = 0;
		state.due = 0;
		if due.is_zero() {
			return;
		}
		let minted = with_storage_layer(|| {
			T::Issuance::mint_to_reserve(&facility.debt_asset, due, MintReason::Interest)
		});
		match minted {
			Ok(()) => state.minted = backing,
			Err(error) => {
				log::warn!(target: LOG_TARGET, "the reserve cannot take {due} interest: {error:?}");
				state.due = due;
			}
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn the_highest_rate_is_the_highest_that_can_be_set() {
		let per_second = Ray::per_second_floor(HIGHEST_ANNUAL_RATE);
		assert_eq!(per_second, Some(HIGHEST_RATE_PER_SECOND));
		assert_eq!(Ray::per_second_floor(Ray(HIGHEST_ANNUAL_RATE.0 + 1)), None);
	}
}
