//! How facilities change: who may change what, and what takes its time.

use crate::{
	ramp::{Change, FacilityRecord, RampedTerm},
	types::{Breaker, CollateralIndex, CollateralTerms, FacilityChange},
	weights::WeightInfo,
	Config, Error, Event, Facilities, FacilityStates, Pallet,
};
use cairn_math::Ray;
use cairn_primitives::{AssetId, FacilityId, Moment};
use frame_support::{
	ensure, require_transactional,
	traits::{EnsureOrigin, Get, Time},
	weights::Weight,
};
use sp_runtime::{DispatchError, DispatchResult};

/// Who asks for a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Authority {
	/// May change everything.
	Admin,
	/// May only make a facility take on less risk.
	Guardian,
}

impl Authority {
	/// The guardian's changes must not loosen anything.
	fn ensure_tightens<T: Config>(self, tightens: bool) -> DispatchResult {
		let allowed = self == Self::Admin || tightens;
		ensure!(allowed, Error::<T>::GuardianOnlyTightens);
		Ok(())
	}

	fn ensure_admin(self) -> DispatchResult {
		ensure!(self == Self::Admin, DispatchError::BadOrigin);
		Ok(())
	}
}

impl FacilityChange {
	/// What making it weighs.
	pub(crate) fn weight<T: Config>(&self) -> Weight {
		match self {
			Self::AddCollateral(_) => T::WeightInfo::add_collateral(),
			_ => T::WeightInfo::change_facility(),
		}
	}

	/// Whether one direction of the change is the guardian's business.
	fn has_a_safer_side(&self) -> bool {
		matches!(
			self,
			Self::Ceiling(_) | Self::FillLimit(_) | Self::Breaker(_) | Self::Cap { .. }
		)
	}
}

/// A facility while it is being changed.
struct Changing<T: Config> {
	record: FacilityRecord<T>,
	now: Moment,
	gradual: bool,
}

impl<T: Config> Changing<T> {
	fn load(id: FacilityId) -> Result<Self, DispatchError> {
		let mut record = Facilities::<T>::get(id).ok_or(Error::<T>::UnknownFacility)?;
		ensure!(
			record.base.breaker != Breaker::Settled,
			Error::<T>::FacilitySettled
		);
		let now = T::Time::now();
		record.settle(now);
		Ok(Self {
			record,
			now,
			gradual: false,
		})
	}

	/// When what changes gradually begins and ends.
	fn schedule(&self) -> (Moment, Moment) {
		let start = self.now.saturating_add(T::RampDelay::get());
		(start, start.saturating_add(T::RampLength::get()))
	}

	fn change(&mut self, term: RampedTerm, value: u128) -> DispatchResult {
		let schedule = self.schedule();
		let change = self.record.change(term, value, self.now, schedule);
		match change.ok_or(Error::<T>::TooManyRamps)? {
			Change::AtOnce => {}
			Change::Gradual => self.gradual = true,
		}
		Ok(())
	}

	fn index_of(&self, asset: &AssetId) -> Result<CollateralIndex, DispatchError> {
		self.record.base.index_of(asset)
	}

	fn terms_mut(&mut self, asset: &AssetId) -> Result<&mut CollateralTerms, DispatchError> {
		let mut listed = self.record.base.collaterals.iter_mut();
		let found = listed.find(|collateral| collateral.terms.asset == *asset);
		Ok(&mut found.ok_or(Error::<T>::CollateralNotAccepted)?.terms)
	}

	fn apply(&mut self, id: FacilityId, by: Authority, change: &FacilityChange) -> DispatchResult {
		if !change.has_a_safer_side() {
			by.ensure_admin()?;
		}
		match change {
			FacilityChange::Ceiling(ceiling) => {
				by.ensure_tightens::<T>(*ceiling <= self.record.base.ceiling)?;
				self.record.base.ceiling = *ceiling;
				Ok(())
			}
			FacilityChange::FillLimit(limit) => {
				by.ensure_tightens::<T>(*limit <= self.record.base.fill_limit)?;
				self.record.base.fill_limit = *limit;
				Ok(())
			}
			FacilityChange::Breaker(breaker) => {
				// Prices have to be fixed with it.
				ensure!(*breaker != Breaker::Settled, Error::<T>::FacilityNotSettled);
				by.ensure_tightens::<T>(*breaker >= self.record.base.breaker)?;
				self.record.base.breaker = *breaker;
				Ok(())
			}
			FacilityChange::Cap { asset, cap } => {
				let terms = self.terms_mut(asset)?;
				by.ensure_tightens::<T>(*cap <= terms.cap)?;
				terms.cap = *cap;
				Ok(())
			}
			FacilityChange::MinimumDebt(minimum) => {
				Pallet::<T>::check_minimum_debt(*minimum)?;
				self.change(RampedTerm::MinimumDebt, *minimum)
			}
			FacilityChange::TargetHealth(target) => {
				Pallet::<T>::check_target_health(*target)?;
				self.change(RampedTerm::TargetHealth, target.into_inner())
			}
			FacilityChange::AnnualRate(annual) => {
				let rate = Ray::per_second_floor(*annual).ok_or(Error::<T>::RateTooHigh)?;
				self.record.base.annual_rate = *annual;
				self.change(RampedTerm::RatePerSecond, rate.0)
			}
			FacilityChange::Factors {
				asset,
				borrow,
				liquidation,
			} => {
				Pallet::<T>::check_factors(*borrow, *liquidation)?;
				let index = self.index_of(asset)?;
				self.terms_mut(asset)?.borrow_factor = *borrow;
				let factor = liquidation.deconstruct().into();
				self.change(RampedTerm::LiquidationFactor(index), factor)
			}
			FacilityChange::Penalty {
				asset,
				penalty,
				fee,
			} => {
				Pallet::<T>::check_penalty(*penalty, *fee)?;
				let index = self.index_of(asset)?;
				self.change(RampedTerm::Penalty(index), penalty.deconstruct().into())?;
				self.change(RampedTerm::Fee(index), fee.deconstruct().into())
			}
			FacilityChange::RiskRank { asset, rank } => {
				self.terms_mut(asset)?.risk_rank = *rank;
				Ok(())
			}
			FacilityChange::AddCollateral(terms) => {
				Pallet::<T>::list(id, &mut self.record.base, terms.clone())?;
				FacilityStates::<T>::try_mutate(id, |state| {
					let state = state.as_mut().ok_or(Error::<T>::UnknownFacility)?;
					let pushed = state.held.try_push(0);
					pushed.map_err(|_| Error::<T>::TooManyCollaterals.into())
				})
			}
		}
	}
}

impl<T: Config> Pallet<T> {
	/// Whose origin it is; `BadOrigin` if it is nobody's who may change anything.
	pub(crate) fn ensure_authority(origin: T::RuntimeOrigin) -> Result<Authority, DispatchError> {
		match T::AdminOrigin::try_origin(origin) {
			Ok(_) => Ok(Authority::Admin),
			Err(origin) => {
				T::GuardianOrigin::ensure_origin(origin)?;
				Ok(Authority::Guardian)
			}
		}
	}

	#[require_transactional]
	pub(crate) fn do_change_facility(
		by: Authority,
		facility: FacilityId,
		change: FacilityChange,
	) -> DispatchResult {
		let mut changing = Changing::<T>::load(facility)?;
		changing.apply(facility, by, &change)?;
		let gradual = changing.gradual.then(|| changing.schedule());
		Facilities::<T>::insert(facility, changing.record);
		Self::deposit_event(Event::FacilityChanged {
			facility,
			change,
			gradual,
		});
		Ok(())
	}
}
