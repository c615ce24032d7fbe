//! Selling the collateral that a reserve has bought, because nobody else did, for the debt asset.
//!
//! It is sold as the other system lots are: at a share of the oracle's price that moves with time, any
//! part at once. What it brings goes to the reserve, and covers bad debt with the next settling. Until
//! then, what it can be counted on to bring holds back new native tokens for just as much bad debt.

use alloc::vec::Vec;
use cairn_math::Price;
use cairn_primitives::{
	AssetDecimals, AssetId, Balance, BlockNumber, Issuance, PriceSource, Quote, Reserve,
};
use frame_support::{
	dispatch::DispatchResult,
	ensure,
	traits::{
		tokens::{fungibles::Inspect, Provenance},
		Get,
	},
};
use sp_runtime::{ArithmeticError, DispatchError, TryRuntimeError};

use super::types::{falls, StockLot, StockLotView, StockQuote, StockTerms};
use crate::{purchase::Rate, Config, Error, Event, Pallet, StockLots, SystemSaleTerms};

impl<T: Config> Pallet<T> {
	/// The quote to sell stock at. There is no hurry, so it has to be live.
	fn stock_quote(collateral: &AssetId) -> Option<Quote> {
		T::Prices::quote(collateral).filter(|quote| quote.status.allows_new_risk())
	}

	/// At what rate `collateral` at `price` is exchanged for `asset`.
	fn stock_rate(asset: &AssetId, collateral: &AssetId, price: Price) -> Result<Rate, Error<T>> {
		let decimals = |asset| T::Decimals::decimals(asset).ok_or(Error::<T>::UnknownDecimals);
		let debt_quote = Self::sale_quote(asset).ok_or(Error::DebtNotQuoted)?;
		Ok(Rate {
			price,
			decimals: decimals(collateral)?,
			debt_price: debt_quote.price,
			debt_decimals: decimals(asset)?,
		})
	}

	/// What `amount` of `collateral` in the stock of `asset` can be counted on to bring: what is asked
	/// for it in the end, at the low end of what is believed of its price. `None` without quotes to sell
	/// by, and once nobody has bought at that for too long.
	pub(crate) fn stock_value_floor(
		asset: &AssetId,
		collateral: &AssetId,
		amount: Balance,
	) -> Option<Balance> {
		let quote = Self::sale_quote(collateral)?;
		let terms = SystemSaleTerms::<T>::get().stock;
		let lot = StockLots::<T>::get(asset, collateral).filter(|lot| lot.remaining > 0);
		if lot.is_some_and(|lot| lot.is_unwanted(&terms, Self::now())) {
			return None;
		}
		// What comes after the lot is sold on the terms of then.
		let on_sale = lot.map_or(0, |lot| lot.remaining.min(amount));
		let worth = |amount, curve: &super::Curve| {
			let price = curve.bid_floor(quote.low(), BlockNumber::MAX);
			let rate = Self::stock_rate(asset, collateral, price).ok()?;
			rate.worth_floor(amount)
		};
		let of_lot = lot.map_or(Some(0), |lot| worth(on_sale, &lot.curve))?;
		let of_rest = worth(amount.saturating_sub(on_sale), &terms.curve)?;
		of_lot.checked_add(of_rest)
	}

	/// Opens the lots of the stock of `asset` whose time has come.
	pub(crate) fn advance_stock(asset: &AssetId, stock: Vec<(AssetId, Balance)>, now: BlockNumber) {
		let terms = SystemSaleTerms::<T>::get().stock;
		for (collateral, amount) in stock {
			if let Some(lot) = Self::next_stock_lot(asset, &collateral, amount, &terms, now) {
				StockLots::<T>::insert(asset, &collateral, lot);
				Self::deposit_event(Event::StockPutUp {
					asset: asset.clone(),
					collateral,
					amount: lot.remaining,
				});
			}
		}
	}

	/// The lot that is to be opened now, if one is: when there is none, or too little left of the last
	/// one for anybody to come for it while there is more in stock.
	fn next_stock_lot(
		asset: &AssetId,
		collateral: &AssetId,
		amount: Balance,
		terms: &StockTerms,
		now: BlockNumber,
	) -> Option<StockLot> {
		let last = StockLots::<T>::get(asset, collateral);
		if let Some(last) = &last {
			let next = last.opened_at.saturating_add(terms.pause);
			if now < next || last.remaining >= amount {
				return None;
			}
		}
		let price = Self::stock_quote(collateral)?.price;
		let rate = Self::stock_rate(asset, collateral, price).ok()?;
		let is_crumb = |amount| {
			rate.worth_floor(amount)
				.is_some_and(|worth| worth < T::MinimumRemainder::get())
		};
		if last.is_some_and(|last| !is_crumb(last.remaining)) {
			return None;
		}
		let lot = rate.bought_floor(terms.lot).clamp(1, amount.max(1));
		let rest = amount.saturating_sub(lot);
		Some(StockLot {
			remaining: if is_crumb(rest) { amount } else { lot },
			opened_at: now,
			curve: terms.curve,
		})
	}

	/// What getting up to `max_amount` of `collateral` out of the stock of `asset` comes to now: what is
	/// paid is rounded up.
	pub(crate) fn quote_stock(
		asset: &AssetId,
		collateral: &AssetId,
		max_amount: Balance,
	) -> Result<StockQuote, DispatchError> {
		ensure!(max_amount > 0, Error::<T>::ZeroAmount);
		let lot = StockLots::<T>::get(asset, collateral)
			.filter(|lot| lot.remaining > 0)
			.ok_or(Error::<T>::NoStockLot)?;
		let price = Self::stock_price(&lot, collateral)?;
		let amount = max_amount.min(lot.remaining);
		let payment = Self::stock_rate(asset, collateral, price)?
			.cost_ceil(amount)
			.ok_or(ArithmeticError::Overflow)?;
		Ok(StockQuote {
			price,
			amount,
			payment,
		})
	}

	/// What `lot` is sold at. Doubt is against the buyer.
	fn stock_price(lot: &StockLot, collateral: &AssetId) -> Result<Price, Error<T>> {
		let quote = Self::stock_quote(collateral).ok_or(Error::CollateralNotQuoted)?;
		let elapsed = Self::now().saturating_sub(lot.opened_at);
		Ok(lot.curve.ask_ceil(quote.high(), elapsed))
	}

	/// See [`Pallet::buy_stock`]. Relies on the storage layer of the dispatch for being all or nothing.
	#[frame_support::require_transactional]
	pub(crate) fn do_buy_stock(
		buyer: T::AccountId,
		asset: AssetId,
		collateral: AssetId,
		max_amount: Balance,
		max_price: Price,
		recipient: Option<T::AccountId>,
	) -> DispatchResult {
		let StockQuote {
			price,
			amount,
			payment,
		} = Self::quote_stock(&asset, &collateral, max_amount)?;
		ensure!(price <= max_price, Error::<T>::PriceAboveMaximum);
		let recipient = recipient.unwrap_or_else(|| buyer.clone());
		ensure!(
			recipient != T::Issuance::reserve_account(),
			Error::<T>::RecipientCannotReceive
		);
		T::Fungibles::can_deposit(collateral.clone(), &recipient, amount, Provenance::Extant)
			.into_result()
			.map_err(|_| Error::<T>::RecipientCannotReceive)?;
		// Paid first, delivered after.
		T::Issuance::pay_reserve(&asset, &buyer, payment)?;
		T::Reserve::sell_stock(&asset, &collateral, &recipient, amount)?;
		let remaining = StockLots::<T>::mutate_exists(&asset, &collateral, |row| {
			let remaining = row
				.as_ref()
				.map_or(0, |lot| lot.remaining.saturating_sub(amount));
			let is_left = T::Reserve::stock(&asset)
				.iter()
				.any(|(left, _)| *left == collateral);
			*row = row
				.filter(|_| is_left)
				.map(|lot| StockLot { remaining, ..lot });
			remaining
		});
		Self::deposit_event(Event::StockSold {
			asset,
			collateral,
			buyer,
			recipient,
			amount,
			paid: payment,
			price,
			remaining,
		});
		Ok(())
	}

	pub(crate) fn view_stock_lots(asset: &AssetId) -> Vec<StockLotView> {
		T::Reserve::stock(asset)
			.into_iter()
			.map(|(collateral, stock)| {
				let lot = StockLots::<T>::get(asset, &collateral);
				let on_sale = lot.filter(|lot| lot.remaining > 0);
				StockLotView {
					price: on_sale.and_then(|lot| Self::stock_price(&lot, &collateral).ok()),
					collateral,
					stock,
					lot,
				}
			})
			.collect()
	}

	/// Checks that every lot of stock is of collateral that is in stock, has no more of it than there
	/// is, was not opened in the future, and has a price that falls.
	///
	/// # Errors
	///
	/// If one is not.
	pub fn try_stock_lots() -> Result<(), TryRuntimeError> {
		for (asset, collateral, lot) in StockLots::<T>::iter() {
			let there = T::Reserve::stock(&asset)
				.into_iter()
				.find_map(|(held, amount)| (held == collateral).then_some(amount));
			ensure!(
				there.is_some_and(|there| lot.remaining <= there),
				"more stock is for sale than there is"
			);
			ensure!(
				lot.opened_at <= Self::now() && falls(&lot.curve),
				"a lot of stock is from the future, or goes the wrong way"
			);
		}
		Ok(())
	}
}

impl StockLot {
	/// Whether nobody has bought all of it for longer after its price came down than `terms` wait.
	fn is_unwanted(&self, terms: &StockTerms, now: BlockNumber) -> bool {
		let wait = self.curve.duration.saturating_add(terms.patience);
		now.saturating_sub(self.opened_at) > wait
	}
}
