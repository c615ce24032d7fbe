//! Redeeming the debt asset of a settled facility for shares of its pools.

use crate::{
	settlement::{PoolView, Receipt, RedemptionView, Settlement, SettlementView},
	types::{Facility, FacilityState},
	weights::WeightInfo,
	Config, Error, Event, Facilities, FacilityStates, HoldReason, Pallet, Receipts,
	SettledFacilities, Settlements,
};
use alloc::{collections::BTreeMap, vec::Vec};
use cairn_primitives::{AssetId, Balance, BalanceSheet, BurnReason, FacilityId, Issuance};
use frame_support::{
	ensure, require_transactional,
	storage::with_storage_layer,
	traits::{
		fungible::MutateHold,
		fungibles::Mutate,
		tokens::{Precision, Preservation},
		Get,
	},
	weights::{Weight, WeightMeter},
};
use sp_runtime::{traits::Zero, DispatchError};

/// A settled facility with one holder's receipt, between load and commit.
struct Redemption<T: Config> {
	facility: Facility<T>,
	state: FacilityState<T>,
	settlement: Settlement<T>,
	receipt: Receipt<T>,
}

/// What of an asset's bad debt its reserve does not cover.
fn deficit<T: Config>(asset: &AssetId) -> Balance {
	T::Sheet::bad_debt(asset).saturating_sub(T::Sheet::reserve(asset))
}

/// Lets a settlement know what the reserve has come to cover since this block began. Others of the
/// asset have their part of it with the next one.
fn note_deficit<T: Config>(facility: &Facility<T>, settlement: &mut Settlement<T>) {
	let lost = settlement.uncovered;
	if !lost.is_zero() {
		settlement.note_deficit(deficit::<T>(&facility.debt_asset), lost);
	}
}

impl<T: Config> Pallet<T> {
	/// Lets the settled facilities know what of their losses the reserve has covered by now: of each of an
	/// asset the same part. So it does not matter at which of them somebody redeems first, nor whether
	/// anybody does before something else is lost.
	///
	/// The runtime calls it in every block: before anything can be lost in it, and after the treasury has
	/// covered what it can. Weighs at most [`Pallet::weight_of_noting`].
	pub fn note_deficits(meter: &mut WeightMeter) {
		if meter.try_consume(T::DbWeight::get().reads(1)).is_err() {
			return;
		}
		let mut short = Vec::new();
		let mut lost = BTreeMap::<_, Balance>::new();
		for id in SettledFacilities::<T>::get() {
			if meter.try_consume(T::WeightInfo::note_deficit()).is_err() {
				break;
			}
			let Some(settlement) = Settlements::<T>::get(id).filter(|s| !s.uncovered.is_zero())
			else {
				continue;
			};
			if let Some(record) = Facilities::<T>::get(id) {
				let asset = record.base.debt_asset;
				// Together no more than was ever issued, which is a number.
				let all = lost.entry(asset.clone()).or_default();
				*all = all.saturating_add(settlement.uncovered);
				short.push((id, asset, settlement));
			}
		}
		for (id, asset, mut settlement) in short {
			let before = settlement.uncovered;
			let all = lost.get(&asset).copied().unwrap_or(before);
			settlement.note_deficit(deficit::<T>(&asset), all);
			if settlement.uncovered < before {
				Settlements::<T>::insert(id, settlement);
			}
		}
	}

	/// The most that [`Pallet::note_deficits`] weighs, with the facilities that are settled.
	pub fn weight_of_noting() -> Weight {
		let settled = SettledFacilities::<T>::decode_len().unwrap_or(0) as u64;
		T::WeightInfo::note_deficit()
			.saturating_mul(settled)
			.saturating_add(T::DbWeight::get().reads(1))
	}
}

impl<T: Config> Redemption<T> {
	fn load(id: FacilityId, who: &T::AccountId) -> Result<Self, DispatchError> {
		let facility = Facilities::<T>::get(id)
			.ok_or(Error::<T>::UnknownFacility)?
			.base;
		let mut settlement = Settlements::<T>::get(id).ok_or(Error::<T>::FacilityNotSettled)?;
		let state = FacilityStates::<T>::get(id).ok_or(Error::<T>::UnknownFacility)?;
		let receipt =
			Receipts::<T>::get(id, who).unwrap_or_else(|| Receipt::new(facility.collaterals.len()));
		note_deficit(&facility, &mut settlement);
		Ok(Self {
			facility,
			state,
			settlement,
			receipt,
		})
	}

	/// What is due, each with the index of its collateral.
	fn dues(&self) -> Vec<(usize, AssetId, Balance)> {
		let collaterals = self.facility.collaterals.iter().enumerate();
		collaterals
			.map(|(index, collateral)| {
				let due = self
					.settlement
					.due_floor(index, &self.receipt, self.state.minted);
				(index, collateral.terms.asset.clone(), due)
			})
			.filter(|(.., due)| !due.is_zero())
			.collect()
	}

	/// Books at most `amount` as redeemed; what is answered for, and what was lost.
	fn redeem(&mut self, amount: Balance) -> Result<(Balance, Balance), DispatchError> {
		let amount = amount.min(self.settlement.redeemable());
		let parts = self.settlement.redeem(amount).ok_or(Error::<T>::Overflow)?;
		let redeemed = self.receipt.redeemed.checked_add(amount);
		self.receipt.redeemed = redeemed.ok_or(Error::<T>::Overflow)?;
		Ok(parts)
	}

	/// Pays one due out of custody. `false` if the token refuses: it stays due then.
	fn pay(&mut self, who: &T::AccountId, index: usize, asset: &AssetId, due: Balance) -> bool {
		let (Some(pool), Some(had)) = (
			self.settlement.pools.get_mut(index),
			self.receipt.paid.get_mut(index),
		) else {
			return false;
		};
		let paid = with_storage_layer(|| {
			let (custody, alive) = (T::Custody::get(), Preservation::Preserve);
			T::Fungibles::transfer(asset.clone(), &custody, who, due, alive)
		});
		if paid.is_err() {
			return false;
		}
		pool.paid = pool.paid.saturating_add(due);
		*had = had.saturating_add(due);
		true
	}
}

impl<T: Config> Pallet<T> {
	/// Burns at most `amount` from `who` and pays what is due to him; returns of how many collaterals
	/// something was due.
	#[require_transactional]
	pub(crate) fn do_redeem(
		who: T::AccountId,
		id: FacilityId,
		amount: Balance,
	) -> Result<u32, DispatchError> {
		let mut redemption = Redemption::<T>::load(id, &who)?;
		let (answered, given_up) = redemption.redeem(amount)?;
		let burned = answered.saturating_add(given_up);
		let debt_asset = redemption.facility.debt_asset.clone();
		T::Issuance::burn(&debt_asset, &who, answered, BurnReason::Repay)?;
		T::Issuance::burn(&debt_asset, &who, given_up, BurnReason::Recapitalised)?;
		let mut paid = Vec::new();
		let mut all_paid = true;
		let dues = redemption.dues();
		let of_how_many = dues.len() as u32;
		for (index, asset, due) in dues {
			if redemption.pay(&who, index, &asset, due) {
				paid.push((asset, due));
			} else {
				all_paid = false;
			}
		}
		ensure!(
			!burned.is_zero() || !paid.is_empty(),
			Error::<T>::NothingToRedeem
		);
		let Redemption {
			state,
			settlement,
			mut receipt,
			..
		} = redemption;
		let reason = HoldReason::ReceiptDeposit.into();
		if all_paid && settlement.is_complete(&state) {
			T::Native::release(&reason, &who, receipt.deposit, Precision::BestEffort)?;
			Receipts::<T>::remove(id, &who);
		} else {
			if receipt.deposit.is_zero() {
				receipt.deposit = T::ReceiptDeposit::get();
				T::Native::hold(&reason, &who, receipt.deposit)?;
			}
			Receipts::<T>::insert(id, &who, receipt);
		}
		Settlements::<T>::insert(id, settlement);
		Self::deposit_event(Event::Redeemed {
			facility: id,
			who,
			burned,
			paid,
		});
		Ok(of_how_many)
	}

	pub(crate) fn view_settlement(id: FacilityId) -> Option<SettlementView> {
		let facility = Facilities::<T>::get(id)?.base;
		let state = FacilityStates::<T>::get(id)?;
		let mut settlement = Settlements::<T>::get(id)?;
		note_deficit(&facility, &mut settlement);
		let complete = settlement.is_complete(&state);
		let redeemable = settlement.redeemable();
		let pools = facility.collaterals.iter().zip(settlement.pools);
		let pools = pools.map(|(collateral, pool)| PoolView {
			asset: collateral.terms.asset.clone(),
			price: pool.price,
			taken: pool.taken,
			paid: pool.paid,
		});
		Some(SettlementView {
			at: settlement.at,
			debt_price: settlement.debt_price,
			pools: pools.collect(),
			debt_asset: facility.debt_asset,
			unsettled: state.minted,
			redeemable,
			uncovered: settlement.uncovered,
			redeemed: settlement.redeemed,
			complete,
		})
	}

	pub(crate) fn view_redemption(
		id: FacilityId,
		who: &T::AccountId,
		amount: Balance,
	) -> Option<RedemptionView> {
		let mut redemption = Redemption::<T>::load(id, who).ok()?;
		let (answered, given_up) = redemption.redeem(amount).ok()?;
		let paid = redemption.dues().into_iter();
		Some(RedemptionView {
			burned: answered.saturating_add(given_up),
			paid: paid.map(|(_, asset, due)| (asset, due)).collect(),
			complete: redemption.settlement.is_complete(&redemption.state),
		})
	}
}
