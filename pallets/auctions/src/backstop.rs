//! The buyer of last resort: what nobody buys in the last round goes to the reserve.
//!
//! The reserve pays what anybody would have paid in the end, with what it has: that is burned, and
//! recovers debt. What it cannot pay is bad debt, against which it holds the collateral. Either way the
//! collateral is stock of the reserve from then on, and [for sale](crate::system::stock).

use cairn_math::Price;
use cairn_primitives::{Balance, BalanceSheet, BlockNumber, BurnReason, Issuance, LotId, Reserve};
use frame_support::storage::with_storage_layer;
use sp_runtime::DispatchError;

use crate::{purchase::Bid, Config, Event, Lot, Lots, Pallet, Purchase, LOG_TARGET};

impl<T: Config> Pallet<T> {
	/// Gives what `lot` offers to the reserve, at the price that its last round ends with: its curve,
	/// and never less than the floor at `oracle`. The lot is off its place.
	///
	/// Where the reserve cannot take it, because it would be less than the token's minimum balance
	/// say, the last round is repeated.
	pub(crate) fn give_to_reserve(id: LotId, mut lot: Lot, oracle: Price, now: BlockNumber) {
		let curve = lot
			.sale
			.map_or(Price::MIN, |sale| Self::curve_price(&lot, &sale, now));
		let price = curve.max(lot.terms.floor_price(oracle));
		match with_storage_layer(|| Self::sell_to_reserve(&lot, price)) {
			Ok((bought, paid)) => {
				Self::deposit_event(Event::LotTakenByReserve {
					lot: id,
					collateral: bought.collateral,
					worth: bought.payment,
					paid,
					price,
					remaining: bought.remaining,
				});
				T::Sheet::debt_lost(&lot.debt_asset, bought.recovered.saturating_sub(paid));
				Self::settle_purchase(id, lot, &bought, false);
			}
			Err(error) => {
				log::warn!(target: LOG_TARGET, "the reserve cannot take lot {id}: {error:?}");
				Self::end_sale(id, &mut lot);
				Self::come_up_again(id, &mut lot, true);
				Lots::<T>::insert(id, lot);
			}
		}
	}

	/// Delivers to the reserve and burns what it can pay of the debt. The fee it would pay to itself.
	fn sell_to_reserve(lot: &Lot, price: Price) -> Result<(Purchase, Balance), DispatchError> {
		let all = Bid {
			wanted: Balance::MAX,
			max_price: price,
		};
		let bought = Self::purchase_at(lot, all, price)?.purchase;
		let reserve = T::Issuance::reserve_account();
		Self::deliver(lot, &reserve, bought.collateral)?;
		T::Reserve::add_stock(&lot.debt_asset, &lot.collateral, bought.collateral)?;
		let paid = bought.recovered.min(T::Sheet::reserve(&lot.debt_asset));
		T::Issuance::burn(&lot.debt_asset, &reserve, paid, BurnReason::Recovered)?;
		Ok((bought, paid))
	}
}
