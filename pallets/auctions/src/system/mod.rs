//! System lots: what the treasury has too much of is sold for native tokens, which are burned; what
//! it lacks is raised by selling new ones; collateral that it had to buy is sold for what it lacks.
//!
//! ## How they are sold
//!
//! At a share of the oracle's price that moves with time in the buyer's favour ([`curve`]), any part
//! at once, by whoever likes the price: no bids, no locked capital, no last second. While there is no
//! quote to sell by, nothing is sold: a surplus can wait, and bad debt is not made better by new
//! native tokens at no price.
//!
//! ## What bounds them
//!
//! - There is one system lot for each debt asset at most, and it is one or the other.
//! - Nothing is set apart for a lot. What may be sold is asked of the treasury with every purchase,
//!   so bad debt that comes up ends a sale of surplus in the same moment, and a deficit that was
//!   netted meanwhile is not raised twice.
//! - Surplus: one lot of a given size, and a pause. Never far above the oracle's price.
//! - Recapitalisation: never below the floor price, never more than the deficit, never more native
//!   tokens within any period than the cap.
//! - Stock of collateral: one lot of each at a time, of a given size, with a pause, never below a share
//!   of a live price. What it can be counted on to bring is no deficit, so that no native token is made
//!   for what collateral covers. Surplus may be for sale beside it: there is none while there is bad
//!   debt.
//!
//! The start of a block opens lots and closes those that have lost their reason; it looks at each debt
//! asset once, whatever happens on the market.

pub mod curve;
mod recapitalisation;
pub mod stock;
mod surplus;
mod try_state;
pub mod types;
mod views;

use cairn_math::Price;
use cairn_primitives::{
	AssetDecimals, AssetId, Balance, BlockNumber, PriceSource, Quote, Reserve, Standing,
};
use frame_support::{
	traits::Get,
	weights::{Weight, WeightMeter},
};

use crate::{
	purchase::Rate, Config, Error, Event, Pallet, SurplusNotBefore, SystemLots, SystemSaleTerms,
	WeightInfo,
};
use curve::Curve;
use types::{SystemLot, SystemLotKind, SystemTerms};

impl<T: Config> Pallet<T> {
	/// Opens and closes system lots, as far as `meter` allows, another debt asset first each block.
	///
	/// The runtime calls it at the start of every block, after the treasury has settled. Does not
	/// fail; weighs at most [`Pallet::weight_of_system_lots`].
	pub fn advance_system_lots(meter: &mut WeightMeter) {
		if meter.try_consume(T::WeightInfo::system_base()).is_err() {
			return;
		}
		let now = Self::now();
		let mut assets = T::Reserve::debt_assets();
		if let Some(first) = (now as usize).checked_rem(assets.len()) {
			assets.rotate_left(first);
		}
		for asset in assets {
			if meter.try_consume(T::WeightInfo::system_asset()).is_err() {
				return;
			}
			let stock = T::Reserve::stock(&asset);
			if meter
				.try_consume(Self::weight_of_stock(stock.len()))
				.is_err()
			{
				return;
			}
			Self::advance_system_lot(&asset, now);
			Self::advance_stock(&asset, stock, now);
		}
	}

	/// The most that [`Pallet::advance_system_lots`] weighs.
	pub fn weight_of_system_lots() -> Weight {
		let assets = T::Reserve::debt_assets();
		let stock = assets
			.iter()
			.map(|asset| T::Reserve::stock(asset).len())
			.sum();
		T::WeightInfo::system_asset()
			.saturating_mul(assets.len() as u64)
			.saturating_add(T::WeightInfo::system_base())
			.saturating_add(Self::weight_of_stock(stock))
	}

	/// What it weighs to look after so many collaterals in stock.
	fn weight_of_stock(collaterals: usize) -> Weight {
		T::WeightInfo::system_stock().saturating_mul(collaterals as u64)
	}

	fn advance_system_lot(asset: &AssetId, now: BlockNumber) {
		let standing = T::Reserve::standing(asset);
		if let Some(lot) = SystemLots::<T>::get(asset) {
			if Self::reason(lot.kind, standing) > 0 {
				return;
			}
			Self::close_system_lot(asset, lot.kind, lot.remaining);
		}
		let terms = SystemSaleTerms::<T>::get();
		match standing {
			Standing::Surplus(surplus) if surplus >= terms.surplus.lot => {
				Self::open_surplus_lot(asset, now, &terms)
			}
			Standing::Deficit(deficit) => {
				Self::open_recapitalisation_lot(asset, now, &terms, deficit)
			}
			_ => {}
		}
	}

	/// How much of the debt asset there is reason to sell or raise by a lot of this kind.
	fn reason(kind: SystemLotKind, standing: Standing) -> Balance {
		match (kind, standing) {
			(SystemLotKind::Surplus, Standing::Surplus(amount))
			| (SystemLotKind::Recapitalisation, Standing::Deficit(amount)) => amount,
			_ => 0,
		}
	}

	fn open_surplus_lot(asset: &AssetId, now: BlockNumber, terms: &SystemTerms) {
		let terms = &terms.surplus;
		if now < SurplusNotBefore::<T>::get(asset) || Self::bid_quote().is_none() {
			return;
		}
		SurplusNotBefore::<T>::insert(asset, now.saturating_add(terms.pause));
		let lot = SystemLot {
			kind: SystemLotKind::Surplus,
			remaining: terms.lot,
			opened_at: now,
			curve: terms.curve,
		};
		Self::open_system_lot(asset, lot);
	}

	fn open_recapitalisation_lot(
		asset: &AssetId,
		now: BlockNumber,
		terms: &SystemTerms,
		deficit: Balance,
	) {
		let terms = &terms.recapitalisation;
		if Self::may_be_made(terms) == 0 || Self::ask_quote().is_none() {
			return;
		}
		let lot = SystemLot {
			kind: SystemLotKind::Recapitalisation,
			remaining: deficit.min(terms.lot),
			opened_at: now,
			curve: terms.curve,
		};
		Self::open_system_lot(asset, lot);
	}

	fn open_system_lot(asset: &AssetId, lot: SystemLot) {
		SystemLots::<T>::insert(asset, lot);
		Self::deposit_event(Event::SystemLotOpened {
			asset: asset.clone(),
			kind: lot.kind,
			amount: lot.remaining,
		});
	}

	fn close_system_lot(asset: &AssetId, kind: SystemLotKind, unsold: Balance) {
		SystemLots::<T>::remove(asset);
		Self::deposit_event(Event::SystemLotClosed {
			asset: asset.clone(),
			kind,
			unsold,
		});
	}

	/// Writes `lot` back with `sold` less, or closes it if that was the last of it.
	fn sell_from(asset: &AssetId, mut lot: SystemLot, sold: Balance) -> Balance {
		lot.remaining = lot.remaining.saturating_sub(sold);
		if lot.remaining == 0 {
			Self::close_system_lot(asset, lot.kind, 0);
		} else {
			SystemLots::<T>::insert(asset, lot);
		}
		lot.remaining
	}

	/// The quote to take native tokens at. There is no hurry, so it has to be live.
	fn bid_quote() -> Option<Quote> {
		T::Prices::quote(&T::NativeToken::get()).filter(|quote| quote.status.allows_new_risk())
	}

	/// The quote to sell new native tokens at.
	fn ask_quote() -> Option<Quote> {
		Self::sale_quote(&T::NativeToken::get())
	}

	/// What native tokens are taken or sold at, for `lot`. Doubt is against the buyer: the low end of
	/// what is believed when they are taken, the high end when they are sold.
	fn system_price(lot: &SystemLot) -> Result<Price, Error<T>> {
		let elapsed = Self::now().saturating_sub(lot.opened_at);
		match lot.kind {
			SystemLotKind::Surplus => {
				let quote = Self::bid_quote().ok_or(Error::NativeNotQuoted)?;
				Ok(lot.curve.bid_floor(quote.low(), elapsed))
			}
			SystemLotKind::Recapitalisation => {
				let quote = Self::ask_quote().ok_or(Error::NativeNotQuoted)?;
				let floor = SystemSaleTerms::<T>::get().recapitalisation.floor;
				Ok(lot.curve.ask_ceil(quote.high(), elapsed).max(floor))
			}
		}
	}

	/// At what rate native tokens are exchanged for the debt asset.
	fn system_rate(asset: &AssetId, price: Price) -> Result<Rate, Error<T>> {
		let decimals = |asset| T::Decimals::decimals(asset).ok_or(Error::<T>::UnknownDecimals);
		let debt_quote = Self::sale_quote(asset).ok_or(Error::DebtNotQuoted)?;
		Ok(Rate {
			price,
			decimals: decimals(&T::NativeToken::get())?,
			debt_price: debt_quote.price,
			debt_decimals: decimals(asset)?,
		})
	}
}
