//! Covering bad debt out of the reserve.

use cairn_primitives::{AssetId, BalanceSheet, BurnReason, Issuance};
use frame_support::weights::WeightMeter;

use crate::{Config, Event, Pallet, Uncovered, WeightInfo, LOG_TARGET};

impl<T: Config> Pallet<T> {
	/// Burns as much bad debt of each debt asset as its reserve covers, as far as `meter` allows.
	///
	/// The runtime calls it at the start of every block. Does not fail: an asset whose burn is
	/// refused is logged and left as it was.
	pub fn settle(meter: &mut WeightMeter) {
		if meter.try_consume(T::WeightInfo::settle_base()).is_err() {
			return;
		}
		for asset in Uncovered::<T>::get() {
			if meter.try_consume(T::WeightInfo::settle_asset()).is_err() {
				return;
			}
			Self::net(&asset);
		}
	}

	fn net(asset: &AssetId) {
		let bad_debt = Self::bad_debt(asset);
		let amount = bad_debt.min(Self::reserve(asset));
		if amount == 0 {
			return;
		}
		match Self::burn(asset, &Self::account_id(), amount, BurnReason::BadDebt) {
			Ok(()) => Self::deposit_event(Event::BadDebtCovered {
				asset: asset.clone(),
				amount,
				bad_debt: bad_debt - amount,
			}),
			Err(error) => log::error!(
				target: LOG_TARGET,
				"{asset:?}: {amount} of bad debt could not be covered: {error:?}",
			),
		}
	}
}
