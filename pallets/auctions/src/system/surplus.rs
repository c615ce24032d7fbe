//! Selling surplus for native tokens, which are burned.

use cairn_math::Price;
use cairn_primitives::{AssetId, Balance, Reserve};
use frame_support::{
	dispatch::DispatchResult,
	ensure,
	traits::{
		tokens::{
			fungibles::{Inspect, Mutate},
			Fortitude, Precision, Preservation, Provenance,
		},
		Get,
	},
};
use sp_runtime::{ArithmeticError, DispatchError};

use super::types::{SystemLot, SystemLotKind, SystemQuote};
use crate::{Config, Error, Event, Pallet, SystemLots};

impl<T: Config> Pallet<T> {
	fn surplus_lot(asset: &AssetId) -> Result<SystemLot, Error<T>> {
		SystemLots::<T>::get(asset)
			.filter(|lot| lot.kind == SystemLotKind::Surplus)
			.ok_or(Error::NoSurplusLot)
	}

	/// What getting up to `max_amount` of the surplus comes to now: the native tokens that are paid
	/// are rounded up.
	pub(crate) fn quote_surplus(
		asset: &AssetId,
		max_amount: Balance,
	) -> Result<SystemQuote, DispatchError> {
		ensure!(max_amount > 0, Error::<T>::ZeroAmount);
		let lot = Self::surplus_lot(asset)?;
		let there = Self::reason(lot.kind, T::Reserve::standing(asset));
		let debt = max_amount.min(lot.remaining).min(there);
		ensure!(debt > 0, Error::<T>::NoSurplusLot);
		let price = Self::system_price(&lot)?;
		let native = Self::system_rate(asset, price)?
			.covering_ceil(debt)
			.ok_or(ArithmeticError::Overflow)?;
		Ok(SystemQuote {
			price,
			debt,
			native,
		})
	}

	/// See [`Pallet::buy_surplus`]. Relies on the storage layer of the dispatch for being all or
	/// nothing.
	#[frame_support::require_transactional]
	pub(crate) fn do_buy_surplus(
		buyer: T::AccountId,
		asset: AssetId,
		max_amount: Balance,
		min_price: Price,
		recipient: Option<T::AccountId>,
	) -> DispatchResult {
		let SystemQuote {
			price,
			debt,
			native,
		} = Self::quote_surplus(&asset, max_amount)?;
		ensure!(price >= min_price, Error::<T>::PriceBelowMinimum);
		let recipient = recipient.unwrap_or_else(|| buyer.clone());
		T::Fungibles::can_deposit(asset.clone(), &recipient, debt, Provenance::Extant)
			.into_result()
			.map_err(|_| Error::<T>::RecipientCannotReceive)?;
		let burned = T::Fungibles::burn_from(
			T::NativeToken::get(),
			&buyer,
			native,
			Preservation::Preserve,
			Precision::Exact,
			Fortitude::Polite,
		)?;
		ensure!(burned == native, Error::<T>::InexactNative);
		T::Reserve::pay_surplus(&asset, &recipient, debt)?;
		let lot = Self::surplus_lot(&asset)?;
		let remaining = Self::sell_from(&asset, lot, debt);
		Self::deposit_event(Event::SurplusSold {
			asset,
			buyer,
			recipient,
			amount: debt,
			burned,
			price,
			remaining,
		});
		Ok(())
	}
}
