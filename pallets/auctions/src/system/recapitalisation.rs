//! Selling new native tokens for a debt asset, which is burned against bad debt.

use cairn_math::{Price, RateLimit};
use cairn_primitives::{AssetId, Balance, Reserve};
use frame_support::{
	dispatch::DispatchResult,
	ensure,
	traits::{
		tokens::{
			fungibles::{Inspect, Mutate},
			Provenance,
		},
		Get,
	},
};
use sp_runtime::{ArithmeticError, DispatchError};

use super::types::{RecapitalisationTerms, SystemLot, SystemLotKind, SystemQuote};
use crate::{Config, Error, Event, NativeMade, Pallet, SystemLots, SystemSaleTerms};

impl RecapitalisationTerms {
	/// How many native tokens may be made.
	pub(super) const fn limit(&self) -> RateLimit {
		RateLimit {
			cap: self.cap,
			period: self.period,
		}
	}
}

impl<T: Config> Pallet<T> {
	/// How many native tokens may be made now, in smallest units.
	pub(super) fn may_be_made(terms: &RecapitalisationTerms) -> Balance {
		NativeMade::<T>::get().available_floor(Self::now(), terms.limit())
	}

	fn recapitalisation_lot(asset: &AssetId) -> Result<SystemLot, Error<T>> {
		SystemLots::<T>::get(asset)
			.filter(|lot| lot.kind == SystemLotKind::Recapitalisation)
			.ok_or(Error::NoRecapitalisationLot)
	}

	/// What covering up to `max_amount` of the deficit comes to now: the native tokens that are made
	/// are rounded down. Where the cap leaves fewer of them, no more is paid than they cost.
	pub(crate) fn quote_recapitalisation(
		asset: &AssetId,
		max_amount: Balance,
	) -> Result<SystemQuote, DispatchError> {
		ensure!(max_amount > 0, Error::<T>::ZeroAmount);
		let lot = Self::recapitalisation_lot(asset)?;
		let missing = Self::reason(lot.kind, T::Reserve::standing(asset));
		let debt = max_amount.min(lot.remaining).min(missing);
		ensure!(debt > 0, Error::<T>::NoRecapitalisationLot);
		let price = Self::system_price(&lot)?;
		let rate = Self::system_rate(asset, price)?;
		let available = Self::may_be_made(&SystemSaleTerms::<T>::get().recapitalisation);
		ensure!(available > 0, Error::<T>::NativeCapReached);
		let wanted = rate.bought_floor(debt);
		let (debt, native) = if wanted <= available {
			(debt, wanted)
		} else {
			let cost = rate.cost_ceil(available).ok_or(ArithmeticError::Overflow)?;
			// Cheaper than what would buy more; the minimum says so even if a rounding did not.
			(cost.min(debt), available)
		};
		ensure!(native > 0, Error::<T>::PurchaseTooSmall);
		Ok(SystemQuote {
			price,
			debt,
			native,
		})
	}

	/// See [`Pallet::recapitalise`]. Relies on the storage layer of the dispatch for being all or
	/// nothing.
	#[frame_support::require_transactional]
	pub(crate) fn do_recapitalise(
		buyer: T::AccountId,
		asset: AssetId,
		max_amount: Balance,
		max_price: Price,
		recipient: Option<T::AccountId>,
	) -> DispatchResult {
		let SystemQuote {
			price,
			debt,
			native,
		} = Self::quote_recapitalisation(&asset, max_amount)?;
		ensure!(price <= max_price, Error::<T>::PriceAboveMaximum);
		let recipient = recipient.unwrap_or_else(|| buyer.clone());
		let token = T::NativeToken::get();
		T::Fungibles::can_deposit(token.clone(), &recipient, native, Provenance::Minted)
			.into_result()
			.map_err(|_| Error::<T>::RecipientCannotReceive)?;
		// Paid first, delivered after.
		T::Reserve::cover_deficit(&asset, &buyer, debt)?;
		let limit = SystemSaleTerms::<T>::get().recapitalisation.limit();
		let made = NativeMade::<T>::get()
			.drawn(native, 0, Self::now(), limit)
			.ok_or(Error::<T>::NativeCapReached)?;
		NativeMade::<T>::put(made);
		let minted = T::Fungibles::mint_into(token, &recipient, native)?;
		ensure!(minted == native, Error::<T>::InexactNative);
		let lot = Self::recapitalisation_lot(&asset)?;
		let remaining = Self::sell_from(&asset, lot, debt);
		Self::deposit_event(Event::Recapitalised {
			asset,
			buyer,
			recipient,
			paid: debt,
			made: minted,
			price,
			remaining,
		});
		Ok(())
	}
}
