//! Winding a facility up: its prices are fixed once, and its vaults give to the pool what covers
//! their debt, one by one, whenever anybody comes to them.

use crate::{
	extent::Extent,
	position::Position,
	settlement::{taking_ceil, Pool, PricedLeg, Settlement, MAX_NAMED_PRICES},
	types::{Basket, Breaker, Facility},
	weights::WeightInfo,
	Config, Error, Event, Facilities, FacilityStates, NextFacility, Pallet, SettledFacilities,
	Settlements, MAX_CLAIMS, MAX_LEGS,
};
use alloc::{collections::BTreeMap, vec::Vec};
use cairn_math::{NormalizedDebt, Price, Value};
use cairn_primitives::{AssetId, Balance, BalanceSheet, FacilityId, PriceSource, VaultId};
use frame_support::{
	ensure, require_transactional,
	storage::with_storage_layer,
	traits::{ConstU32, Time},
	weights::{Weight, WeightMeter},
	BoundedVec,
};
use sp_runtime::{DispatchError, DispatchResult};

/// Prices that governance names, in units of 1e-18 USD a whole token.
pub type NamedPrices = BoundedVec<(AssetId, Price), ConstU32<MAX_NAMED_PRICES>>;

/// What settling has done to a vault.
struct Settled {
	taken: Basket,
	/// Debt for which the pool has got collateral.
	covered: Balance,
	/// Debt for which there is none.
	lost: Balance,
}

impl<T: Config> Position<T> {
	/// Moves collateral that covers the debt into the pool, and the debt with it. What the vault
	/// lacks is lost, unless lots may still return something to it: that much it goes on owing.
	fn settle_into(&mut self, settlement: &mut Settlement<T>) -> Result<Settled, DispatchError> {
		ensure!(!self.vault.debt.is_zero(), Error::<T>::NoDebt);
		self.settle_claims()?;
		let waits = !self.vault.claims.is_empty();
		ensure!(
			!waits || !self.vault.legs.is_empty(),
			Error::<T>::ClaimsPending
		);
		let owed = self.owed_ceil()?;
		let decimals = self.facility.debt_decimals;
		let value = Value::of_ceil(owed, decimals, settlement.debt_price);
		let taking = taking_ceil(&self.priced_legs(settlement)?, value);
		let mut taken = Basket::new();
		for (leg, amount) in self.vault.legs.clone().into_iter().zip(taking.amounts) {
			self.debit(leg.collateral, amount)?;
			let pool = settlement.pools.get_mut(usize::from(leg.collateral));
			let pool = pool.ok_or(Error::<T>::CollateralNotAccepted)?;
			pool.taken = pool.taken.checked_add(amount).ok_or(Error::<T>::Overflow)?;
			let asset = self.facility.terms_of(leg.collateral)?.asset.clone();
			taken
				.try_push((asset, amount))
				.map_err(|_| Error::<T>::TooManyLegs)?;
		}
		// All that is covered of what is owed, rounded down.
		let worth = taking.falls_short.map_or(owed, |worth| {
			let worth = worth.to_amount_floor(decimals, settlement.debt_price);
			worth.map_or(owed, |worth| worth.min(owed))
		});
		let cleared = if waits && worth < owed {
			NormalizedDebt::from_debt_floor(worth, self.state.accumulator)
				.ok_or(Error::<T>::Overflow)?
		} else {
			self.vault.debt
		};
		// Never more than was issued: see `FacilityState::minted`.
		let covered = worth.min(self.state.minted);
		let lost = if waits {
			0
		} else {
			owed.min(self.state.minted).saturating_sub(covered)
		};
		self.clear_debt(cleared)?;
		self.state.minted = self
			.state
			.minted
			.saturating_sub(covered)
			.saturating_sub(lost);
		self.vault.guard = None;
		for (line, amount) in [
			(&mut settlement.covered, covered),
			(&mut settlement.owed, covered),
			(&mut settlement.lost, lost),
			(&mut settlement.uncovered, lost),
		] {
			*line = line.checked_add(amount).ok_or(Error::<T>::Overflow)?;
		}
		Ok(Settled {
			taken,
			covered,
			lost,
		})
	}

	fn priced_legs(&self, settlement: &Settlement<T>) -> Result<Vec<PricedLeg>, DispatchError> {
		let legs = self.vault.legs.iter().map(|leg| {
			let index = usize::from(leg.collateral);
			let (Some(pool), Some(collateral)) = (
				settlement.pools.get(index),
				self.facility.collaterals.get(index),
			) else {
				return Err(Error::<T>::CollateralNotAccepted.into());
			};
			Ok(PricedLeg {
				amount: leg.amount,
				decimals: collateral.decimals,
				price: pool.price,
			})
		});
		legs.collect()
	}
}

impl<T: Config> Pallet<T> {
	/// The facilities that are not settled.
	pub(crate) fn live_facilities() -> Vec<FacilityId> {
		let settled = SettledFacilities::<T>::get();
		(0..NextFacility::<T>::get())
			.filter(|id| !settled.contains(id))
			.collect()
	}

	/// Fixes debts and prices of a facility, for ever. Reads and writes what belongs to the facility,
	/// and no vault.
	#[require_transactional]
	pub(crate) fn do_settle_facility(id: FacilityId, named: NamedPrices) -> DispatchResult {
		let mut record = Facilities::<T>::get(id).ok_or(Error::<T>::UnknownFacility)?;
		ensure!(
			record.base.breaker != Breaker::Settled,
			Error::<T>::FacilitySettled
		);
		let mut state = FacilityStates::<T>::get(id).ok_or(Error::<T>::UnknownFacility)?;
		let now = T::Time::now();
		let rate = record.rate_at(state.accrued_at);
		Self::accrue_facility(&record.base, rate, &mut state, now);
		let (debt_price, prices) = Self::settlement_prices(&record.base, named)?;
		let told = record.base.collaterals.iter().zip(&prices);
		Self::deposit_event(Event::FacilitySettled {
			facility: id,
			debt_price,
			prices: told
				.map(|(collateral, price)| (collateral.terms.asset.clone(), *price))
				.collect(),
		});
		let pools = prices.into_iter().map(|price| Pool {
			price,
			taken: 0,
			paid: 0,
		});
		let settlement = Settlement {
			at: now,
			accumulator: state.accumulator,
			debt_price,
			pools: BoundedVec::truncate_from(pools.collect()),
			covered: 0,
			owed: 0,
			lost: 0,
			uncovered: 0,
			redeemed: 0,
		};
		record.base = record.clone().at(|| now);
		record.ramps = BoundedVec::new();
		record.base.breaker = Breaker::Settled;
		Facilities::<T>::insert(id, record);
		FacilityStates::<T>::insert(id, state);
		Settlements::<T>::insert(id, settlement);
		SettledFacilities::<T>::try_append(id).map_err(|()| Error::<T>::TooManyFacilities)?;
		Ok(())
	}

	/// The price of the debt asset and of each collateral: what governance names, or else what the
	/// oracle quotes, if liquidations could go by it.
	fn settlement_prices(
		facility: &Facility<T>,
		named: NamedPrices,
	) -> Result<(Price, Vec<Price>), DispatchError> {
		let mut by_asset = BTreeMap::new();
		for (asset, price) in named {
			let is_known = asset == facility.debt_asset || facility.index_of(&asset).is_ok();
			ensure!(is_known, Error::<T>::CollateralNotAccepted);
			let price = Price::new(price.raw()).ok_or(Error::<T>::BadPrice)?;
			let twice = by_asset.insert(asset, price).is_some();
			ensure!(!twice, Error::<T>::DuplicateAsset);
		}
		let down = T::Prices::is_down();
		let price_of = |asset: &AssetId| {
			let quoted = || {
				T::Prices::quote(asset)
					.filter(|quote| !down && quote.status.allows_liquidation())
					.map(|quote| quote.price)
			};
			let price = by_asset.get(asset).copied().or_else(quoted);
			price.ok_or(DispatchError::from(Error::<T>::PriceNotNamed))
		};
		let collaterals = facility.collaterals.iter();
		let prices = collaterals.map(|collateral| price_of(&collateral.terms.asset));
		let prices = prices.collect::<Result<_, _>>()?;
		Ok((price_of(&facility.debt_asset)?, prices))
	}

	/// Settles one vault.
	#[require_transactional]
	pub(crate) fn do_settle_vault(id: VaultId) -> Result<Extent, DispatchError> {
		let position = Position::<T>::load(id)?;
		Self::settle_position(position)
	}

	fn settle_position(mut position: Position<T>) -> Result<Extent, DispatchError> {
		let facility = position.vault.facility;
		let mut settlement =
			Settlements::<T>::get(facility).ok_or(Error::<T>::FacilityNotSettled)?;
		let claims = position.extent().claims;
		let Settled {
			taken,
			covered,
			lost,
		} = position.settle_into(&mut settlement)?;
		Settlements::<T>::insert(facility, settlement);
		// By way of the auctions' line: the two movements that the books know.
		T::Sheet::debt_seized(&position.facility.debt_asset, lost);
		T::Sheet::debt_lost(&position.facility.debt_asset, lost);
		Self::deposit_event(Event::VaultSettled {
			vault: position.id,
			owner: position.vault.owner.clone(),
			taken,
			covered,
			lost,
			debt: position.owed_ceil()?,
		});
		let extent = Extent {
			claims,
			..position.extent()
		};
		position.commit();
		Ok(extent)
	}

	/// The most that settling a vault weighs.
	fn heaviest_settling() -> Weight {
		T::WeightInfo::settle_vault(MAX_LEGS).saturating_add(T::WeightInfo::claim(MAX_CLAIMS))
	}

	/// Settles a vault that the sweep has come to, if there is weight for it: so all vaults of a
	/// settled facility are settled in time, whether somebody takes the trouble or not.
	pub(crate) fn settle_in_passing(position: Position<T>, meter: &mut WeightMeter) {
		if position.vault.debt.is_zero() || meter.try_consume(Self::heaviest_settling()).is_err() {
			return;
		}
		// It waits for its lots, or somebody's books are wrong: either way there will be another look.
		let _ = with_storage_layer(|| Self::settle_position(position));
	}
}
