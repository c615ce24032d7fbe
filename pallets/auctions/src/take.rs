//! Buying from a lot.

use cairn_math::Price;
use cairn_primitives::{AssetDecimals, Balance, BurnReason, Exchange, Issuance, LotId};
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
	purchase::{purchase, Bid, Offer, Rate, Refusal},
	Config, Error, Event, Lot, Lots, NextLot, Pallet, Place, Purchase, SwapQuote, TakeQuote,
};

impl<T: Config> Pallet<T> {
	/// The open lot of this number.
	pub(crate) fn open_lot(id: LotId) -> Result<Lot, Error<T>> {
		Lots::<T>::get(id).ok_or_else(|| {
			if id < NextLot::<T>::get() {
				Error::LotClosed
			} else {
				Error::UnknownLot
			}
		})
	}

	/// What `lot` does not sell below at the oracle's present price.
	pub(crate) fn floor_price(lot: &Lot) -> Option<Price> {
		let quote = Self::sale_quote(&lot.collateral)?;
		Some(lot.terms.floor_price(quote.price))
	}

	/// What `lot` sells at now: its curve, and never less than its floor.
	pub(crate) fn sale_price(lot: &Lot) -> Result<Price, Error<T>> {
		let oracle = Self::sale_quote(&lot.collateral)
			.ok_or(Error::CollateralNotQuoted)?
			.price;
		let now = Self::now();
		let sale = lot
			.sale
			.filter(|_| matches!(lot.place, Place::Agenda(at) if now < at))
			.filter(|sale| !Self::is_left_behind(sale, &lot.collateral, oracle))
			.ok_or(Error::AwaitingReset)?;
		let floor = lot.terms.floor_price(oracle);
		Ok(Self::curve_price(lot, &sale, now).max(floor))
	}

	/// What taking up to `max_amount` of `lot` comes to now, at no more than `max_price`.
	pub(crate) fn quote_for(
		lot: &Lot,
		max_amount: Balance,
		max_price: Price,
	) -> Result<TakeQuote, DispatchError> {
		ensure!(max_amount > 0, Error::<T>::ZeroAmount);
		let price = Self::sale_price(lot)?;
		ensure!(price <= max_price, Error::<T>::PriceAboveMaximum);
		let bid = Bid {
			wanted: max_amount,
			max_price,
		};
		Self::purchase_at(lot, bid, price)
	}

	/// What `bid` for `lot` comes to when its price is `price`.
	pub(crate) fn purchase_at(
		lot: &Lot,
		bid: Bid,
		price: Price,
	) -> Result<TakeQuote, DispatchError> {
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
			offered: lot.sale.map_or(0, |sale| sale.offered),
			start_price: lot.sale.map_or(price, |sale| sale.start_price.max(price)),
		};
		purchase(offer, bid, rate, T::MinimumRemainder::get()).map_err(|refusal| match refusal {
			Refusal::Nothing => Error::<T>::ZeroAmount.into(),
			Refusal::RemainderTooSmall => Error::<T>::RemainderTooSmall.into(),
			Refusal::Overflow => ArithmeticError::Overflow.into(),
		})
	}

	pub(crate) fn view_take(id: LotId, max_amount: Balance) -> Result<TakeQuote, DispatchError> {
		Self::quote_for(&Self::open_lot(id)?, max_amount, Price::MAX)
	}

	pub(crate) fn view_take_with_swap(
		id: LotId,
		max_amount: Balance,
	) -> Result<SwapQuote, DispatchError> {
		let lot = Self::open_lot(id)?;
		let take = Self::quote_for(&lot, max_amount, Price::MAX)?;
		let payment = take.purchase.payment;
		let sold = T::Exchange::cost(&lot.collateral, &lot.debt_asset, payment)
			.ok_or(Error::<T>::NoMarket)?;
		let kept = take
			.purchase
			.collateral
			.checked_sub(sold)
			.ok_or(Error::<T>::TooLittleKept)?;
		Ok(SwapQuote { take, sold, kept })
	}

	/// See [`Pallet::take`]. Relies on the storage layer of the dispatch for being all or nothing.
	/// `true` if only part of what is offered was bought, and the lot stays as it is.
	#[frame_support::require_transactional]
	pub(crate) fn do_take(
		buyer: T::AccountId,
		id: LotId,
		max_amount: Balance,
		max_price: Price,
		recipient: Option<T::AccountId>,
	) -> Result<bool, DispatchError> {
		let (lot, quote, recipient) = Self::agree(&buyer, id, max_amount, max_price, recipient)?;
		let bought = &quote.purchase;
		Self::pay(&lot, &buyer, bought)?;
		Self::deliver(&lot, &recipient, bought.collateral)?;
		Ok(Self::conclude(id, lot, buyer, recipient, &quote))
	}

	/// See [`Pallet::take_with_swap`]. Relies on the storage layer of the dispatch for being all or
	/// nothing: delivery comes before payment, but nobody can act in between.
	#[frame_support::require_transactional]
	pub(crate) fn do_take_with_swap(
		buyer: T::AccountId,
		id: LotId,
		max_amount: Balance,
		max_price: Price,
		min_kept: Balance,
		recipient: Option<T::AccountId>,
	) -> DispatchResult {
		let (lot, quote, recipient) = Self::agree(&buyer, id, max_amount, max_price, recipient)?;
		let bought = &quote.purchase;
		let most = bought
			.collateral
			.checked_sub(min_kept)
			.ok_or(Error::<T>::TooLittleKept)?;
		Self::deliver(&lot, &buyer, bought.collateral)?;
		let (collateral, debt_asset) = (&lot.collateral, &lot.debt_asset);
		let sold = T::Exchange::buy_exact(&buyer, collateral, debt_asset, bought.payment, most)?;
		let kept = bought
			.collateral
			.checked_sub(sold)
			.filter(|kept| *kept >= min_kept)
			.ok_or(Error::<T>::TooLittleKept)?;
		Self::pay(&lot, &buyer, bought)?;
		if recipient != buyer && kept > 0 {
			let asset = collateral.clone();
			T::Fungibles::transfer(asset, &buyer, &recipient, kept, Preservation::Expendable)?;
		}
		Self::deposit_event(Event::PaidBySwap {
			lot: id,
			sold,
			kept,
		});
		Self::conclude(id, lot, buyer, recipient, &quote);
		Ok(())
	}

	/// What the buyer gets for what, and who gets it, if he agrees to the price.
	fn agree(
		buyer: &T::AccountId,
		id: LotId,
		max_amount: Balance,
		max_price: Price,
		recipient: Option<T::AccountId>,
	) -> Result<(Lot, TakeQuote, T::AccountId), DispatchError> {
		let lot = Self::open_lot(id)?;
		let quote = Self::quote_for(&lot, max_amount, max_price)?;
		let recipient = recipient.unwrap_or_else(|| buyer.clone());
		ensure!(
			recipient != T::Custody::get(),
			Error::<T>::RecipientIsCustody
		);
		Ok((lot, quote, recipient))
	}

	/// Takes the payment: what recovers debt is burned, the rest goes to the reserve.
	fn pay(lot: &Lot, buyer: &T::AccountId, bought: &Purchase) -> DispatchResult {
		let asset = &lot.debt_asset;
		T::Issuance::burn(asset, buyer, bought.recovered, BurnReason::Recovered)?;
		T::Issuance::pay_reserve(asset, buyer, bought.to_reserve())
	}

	/// Books a purchase that is paid and delivered. `true` if the lot stays as it is.
	fn conclude(
		id: LotId,
		lot: Lot,
		buyer: T::AccountId,
		recipient: T::AccountId,
		quote: &TakeQuote,
	) -> bool {
		let bought = &quote.purchase;
		let offered = lot.sale.map_or(0, |sale| sale.offered);
		Self::deposit_event(Event::LotTaken {
			lot: id,
			buyer,
			recipient,
			collateral: bought.collateral,
			paid: bought.payment,
			price: quote.price,
			remaining: bought.remaining,
		});
		Self::note_purchase(&lot, quote.price, bought.payment);
		Self::settle_purchase(id, lot, bought, true);
		!bought.closes() && bought.payment < offered
	}

	/// Moves collateral out of custody, never so that dust would be left there: dust is lost, and it
	/// belongs to other lots and to vaults.
	pub(crate) fn deliver(lot: &Lot, recipient: &T::AccountId, amount: Balance) -> DispatchResult {
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
