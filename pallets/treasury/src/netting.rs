//! What the treasury does once a block: it covers bad debt out of the reserve, and closes eras.

use alloc::boxed::Box;
use cairn_primitives::{AssetId, Balance, BalanceSheet, BurnReason, Issuance};
use frame_support::{
	traits::{tokens::fungibles::Inspect, Get},
	weights::{Weight, WeightMeter},
};

use crate::{
	Book, Books, Config, DebtAssets, EraReport, Event, Flows, Pallet, WeightInfo, LOG_TARGET,
};

impl<T: Config> Pallet<T> {
	/// Burns as much bad debt of each debt asset as its reserve covers, and closes the era of the
	/// assets whose time has come, as far as `meter` allows.
	///
	/// The runtime calls it at the start of every block. Does not fail: an asset whose burn is
	/// refused is logged and left as it was. Weighs at most [`Pallet::weight_of_settling`].
	pub fn settle(meter: &mut WeightMeter) {
		if meter.try_consume(T::WeightInfo::settle_base()).is_err() {
			return;
		}
		for asset in Self::by_turns() {
			if meter.try_consume(T::WeightInfo::settle_asset()).is_err() {
				return;
			}
			let Some(book) = Books::<T>::get(&asset) else {
				continue;
			};
			let bad_debt = book.sheet.bad_debt;
			if bad_debt > 0 {
				Self::net(&asset, bad_debt);
			}
			let age = Self::now().saturating_sub(book.era_began);
			if age >= T::EraLength::get() {
				Self::close_era(&asset);
			}
		}
	}

	/// The most that [`Pallet::settle`] weighs, with the debt assets there are.
	pub fn weight_of_settling() -> Weight {
		let assets = DebtAssets::<T>::decode_len().unwrap_or(0) as u64;
		T::WeightInfo::settle_asset()
			.saturating_mul(assets)
			.saturating_add(T::WeightInfo::settle_base())
	}

	fn net(asset: &AssetId, bad_debt: Balance) {
		let amount = bad_debt.min(Self::reserve(asset));
		if amount == 0 {
			return;
		}
		match Self::burn(asset, &Self::account_id(), amount, BurnReason::BadDebt) {
			Ok(()) => Self::deposit_event(Event::BadDebtCovered {
				asset: asset.clone(),
				amount,
				bad_debt: bad_debt.saturating_sub(amount),
			}),
			Err(error) => log::error!(
				target: LOG_TARGET,
				"{asset:?}: {amount} of bad debt could not be covered: {error:?}",
			),
		}
	}

	/// Publishes what has moved since the last time, and starts counting anew.
	fn close_era(asset: &AssetId) {
		let Some(book) = Books::<T>::get(asset) else {
			return;
		};
		let now = Self::now();
		let era = EraReport {
			began: book.era_began,
			opening: book.opening,
			flows: book.flows,
			closing: book.sheet,
			issuance: T::Fungibles::total_issuance(asset.clone()),
			reserve: Self::reserve(asset),
		};
		Self::deposit_event(Event::EraClosed {
			asset: asset.clone(),
			era: Box::new(era),
		});
		let next = Book {
			era_began: now,
			opening: book.sheet,
			flows: Flows::default(),
			..book
		};
		Books::<T>::insert(asset, next);
	}
}
