//! Buying from a lot.

use cairn_math::Price;
use cairn_primitives::{AssetDecimals, Balance, BurnReason, Issuance, LotId};
use frame_support::{
	dispatch::DispatchResult,
	ensure,
	traits::{
		tokens::{
			fungibles::{Inspect, Mutate},
			Preservation, Provenance,
		},
		Get,
	},
};
use sp_runtime::{ArithmeticError, DispatchError};

use crate::{
	purchase::{purchase, Offer, Rate, Refusal},
	Config, Error, Event, Lot, Lots, NextLot, Pallet, TakeQuote,
};

impl<T: Config> Pallet<T> {
	/// The open lot of this number.
	fn open_lot(id: LotId) -> Result<Lot, Error<T>> {
		Lots::<T>::get(id).ok_or_else(|| {
			if id < NextLot::<T>::get() {
				Error::LotClosed
			} else {
				Error::UnknownLot
			}
		})
	}

	/// What `lot` does not sell below at the oracle's present price.
	pub(crate) fn floor_price(lot: &Lot) -> Result<Price, Error<T>> {
		let quote = Self::sale_quote(&lot.collateral).ok_or(Error::CollateralNotQuoted)?;
		Ok(lot.terms.floor_price(quote.price))
	}

	/// What `lot` sells at now: its curve, and never less than its floor.
	pub(crate) fn sale_price(lot: &Lot) -> Result<Price, Error<T>> {
		let floor = Self::floor_price(lot)?;
		let now = Self::now();
		let start = lot
			.start_price
			.filter(|_| now < lot.next_event)
			.ok_or(Error::AwaitingReset)?;
		let elapsed = now.saturating_sub(lot.started_at);
		Ok(lot.terms.price_after(start, elapsed).max(floor))
	}

	/// What taking up to `max_amount` of `lot` comes to now.
	pub(crate) fn quote_for(lot: &Lot, max_amount: Balance) -> Result<TakeQuote, DispatchError> {
		ensure!(max_amount > 0, Error::<T>::ZeroAmount);
		let price = Self::sale_price(lot)?;
		let debt_quote = Self::sale_quote(&lot.debt_asset).ok_or(Error::<T>::DebtNotQuoted)?;
		let decimals = |asset| T::Decimals::decimals(asset).ok_or(Error::<T>::UnknownDecimals);
		let rate = Rate {
			price,
			decimals: decimals(&lot.collateral)?,
			debt_price: debt_quote.price,
			debt_decimals: decimals(&lot.debt_asset)?,
		};
		let offer = Offer {
			remaining: lot.remaining,
			debt: lot.debt,
			fee: lot.fee,
		};
		let purchase = purchase(offer, max_amount, rate, T::MinimumRemainder::get()).map_err(
			|refusal| -> DispatchError {
				match refusal {
					Refusal::Nothing => Error::<T>::ZeroAmount.into(),
					Refusal::RemainderTooSmall => Error::<T>::RemainderTooSmall.into(),
					Refusal::Overflow => ArithmeticError::Overflow.into(),
				}
			},
		)?;
		Ok(TakeQuote { price, purchase })
	}

	pub(crate) fn view_take(id: LotId, max_amount: Balance) -> Result<TakeQuote, DispatchError> {
		Self::quote_for(&Self::open_lot(id)?, max_amount)
	}

	/// See [`Pallet::take`]. Relies on the storage layer of the dispatch for being all or nothing.
	#[frame_support::require_transactional]
	pub(crate) fn do_take(
		buyer: T::AccountId,
		id: LotId,
		max_amount: Balance,
		max_price: Price,
		recipient: Option<T::AccountId>,
	) -> DispatchResult {
		let mut lot = Self::open_lot(id)?;
		let TakeQuote { price, purchase } = Self::quote_for(&lot, max_amount)?;
		ensure!(price <= max_price, Error::<T>::PriceAboveMaximum);
		let recipient = recipient.unwrap_or_else(|| buyer.clone());
		ensure!(
			recipient != T::Custody::get(),
			Error::<T>::RecipientIsCustody
		);

		T::Issuance::burn(
			&lot.debt_asset,
			&buyer,
			purchase.recovered,
			BurnReason::Recovered,
		)?;
		T::Issuance::pay_reserve(&lot.debt_asset, &buyer, purchase.to_reserve())?;
		Self::deliver(&lot, &recipient, purchase.collateral)?;

		lot.remaining = purchase.remaining;
		lot.debt = purchase.debt;
		lot.fee = purchase.fee;
		Self::deposit_event(Event::LotTaken {
			lot: id,
			buyer,
			recipient,
			collateral: purchase.collateral,
			paid: purchase.payment,
			price,
			remaining: purchase.remaining,
		});
		Self::keep_or_close(id, lot);
		Ok(())
	}

	/// Moves collateral out of custody, never so that dust would be left there: dust is lost, and it
	/// belongs to other lots and to vaults.
	fn deliver(lot: &Lot, recipient: &T::AccountId, amount: Balance) -> DispatchResult {
		let custody = T::Custody::get();
		let asset = || lot.collateral.clone();
		T::Fungibles::can_deposit(asset(), recipient, amount, Provenance::Extant)
			.into_result()
			.map_err(|_| Error::<T>::RecipientCannotReceive)?;
		let left = T::Fungibles::balance(asset(), &custody).checked_sub(amount);
		let preservation = match left {
			Some(0) => Preservation::Expendable,
			Some(left) => {
				ensure!(
					left >= T::Fungibles::minimum_balance(asset()),
					Error::<T>::CustodyTooLow
				);
				Preservation::Preserve
			}
			None => return Err(Error::<T>::CustodyTooLow.into()),
		};
		T::Fungibles::transfer(asset(), &custody, recipient, amount, preservation)?;
		Self::release(&lot.collateral, amount);
		Ok(())
	}
}
