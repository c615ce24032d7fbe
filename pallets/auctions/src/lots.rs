//! Lots from the vaults' side: put up, and what comes back.

use cairn_primitives::{
	AssetId, Balance, BalanceSheet, BlockNumber, FacilityId, Leftover, LiquidationLots, LotId,
	LotLedger, PriceSource, Quote, Seizure,
};
use frame_support::{
	defensive,
	traits::Get,
	weights::{Weight, WeightMeter},
};
use sp_runtime::SaturatedConversion;

use crate::{
	sale::Outcome, Announced, ClosedLot, ClosedLots, Config, Current, Event, Held, Lot, LotTerms,
	Lots, NextLot, Pallet, Place, Purchase, LOG_TARGET,
};

impl<T: Config> Pallet<T> {
	/// The present block.
	pub(crate) fn now() -> BlockNumber {
		frame_system::Pallet::<T>::block_number().saturated_into()
	}

	/// The quote of `asset`, if it is one to sell by.
	pub(crate) fn sale_quote(asset: &AssetId) -> Option<Quote> {
		T::Prices::quote(asset).filter(|quote| quote.status.allows_liquidation())
	}

	/// Adds to what lots hold of a collateral.
	fn hold(collateral: &AssetId, amount: Balance) {
		Held::<T>::mutate(collateral, |held| *held = sum_or_report(*held, amount));
	}

	/// Takes off what lots hold of a collateral.
	pub(crate) fn release(collateral: &AssetId, amount: Balance) {
		Held::<T>::mutate_exists(collateral, |held| {
			let left = held.unwrap_or(0).checked_sub(amount).unwrap_or_else(|| {
				defensive!("lots release more collateral than they hold");
				0
			});
			*held = (left > 0).then_some(left);
		});
	}

	/// Adds to what lots have to recover of a debt asset.
	fn add_debt(debt_asset: &AssetId, amount: Balance) {
		Self::change_market(debt_asset, |market| {
			market.debt = sum_or_report(market.debt, amount);
		});
	}

	/// Takes off what lots have to recover of a debt asset.
	fn remove_debt(debt_asset: &AssetId, amount: Balance) {
		Self::change_market(debt_asset, |market| {
			market.debt = market.debt.checked_sub(amount).unwrap_or_else(|| {
				defensive!("lots recover more debt than they have to");
				0
			});
		});
	}

	/// Opens `id` with what was seized.
	fn open(
		id: LotId,
		facility: FacilityId,
		debt_asset: &AssetId,
		collateral: &AssetId,
		seizure: Seizure,
	) {
		let now = Self::now();
		Announced::<T>::remove(id);
		let mut lot = Lot {
			facility,
			debt_asset: debt_asset.clone(),
			collateral: collateral.clone(),
			contributed: seizure.collateral,
			remaining: seizure.collateral,
			debt: seizure.debt,
			fee: seizure.fee,
			opened_at: now,
			round: 0,
			sale: None,
			terms: LotTerms::<T>::get(),
			place: Place::Agenda(now),
		};
		Self::hold(collateral, seizure.collateral);
		Self::add_debt(debt_asset, seizure.debt);
		let has_market = lot.remaining > 0 && !lot.is_paid();
		let outcome = has_market.then(|| Self::come_up(id, &mut lot));
		Self::deposit_event(Event::LotOpened {
			lot: id,
			facility,
			collateral: collateral.clone(),
			amount: seizure.collateral,
			debt: seizure.debt,
			fee: seizure.fee,
			start_price: lot.sale.map(|sale| sale.start_price),
		});
		match outcome {
			None => Self::close(id, lot),
			Some(outcome) => {
				if outcome == Outcome::Queued {
					Self::deposit_event(Event::LotQueued { lot: id });
				}
				Lots::<T>::insert(id, lot);
			}
		}
	}

	/// Adds what was seized to an open lot. Its price and its next event stay, and unless its price
	/// started in this very block, what is new is not sold at it.
	fn top_up(id: LotId, mut lot: Lot, debt_asset: &AssetId, seizure: Seizure) {
		if lot.debt_asset != *debt_asset {
			defensive!("a facility has issued two debt assets");
		}
		lot.contributed = sum_or_report(lot.contributed, seizure.collateral);
		lot.remaining = sum_or_report(lot.remaining, seizure.collateral);
		lot.debt = sum_or_report(lot.debt, seizure.debt);
		lot.fee = sum_or_report(lot.fee, seizure.fee);
		Self::hold(&lot.collateral, seizure.collateral);
		Self::add_debt(&lot.debt_asset, seizure.debt);
		Self::raise_offer(&mut lot, Self::now());
		Self::deposit_event(Event::LotToppedUp {
			lot: id,
			amount: seizure.collateral,
			debt: seizure.debt,
			fee: seizure.fee,
		});
		Lots::<T>::insert(id, lot);
	}

	/// Writes `lot` back after a purchase. Closes it if it is paid or sold out; if all that was
	/// offered is paid, what is left comes up anew. `in_place` says whether the lot is still where its
	/// row says.
	pub(crate) fn settle_purchase(id: LotId, mut lot: Lot, bought: &Purchase, in_place: bool) {
		Self::remove_debt(&lot.debt_asset, lot.debt.saturating_sub(bought.debt));
		lot.remaining = bought.remaining;
		lot.debt = bought.debt;
		lot.fee = bought.fee;
		Self::lower_offer(&mut lot, bought.payment);
		let goes_on = lot.remaining > 0 && !lot.is_paid();
		let has_offer = lot.sale.is_some_and(|sale| sale.offered > 0);
		if goes_on && has_offer && in_place {
			Lots::<T>::insert(id, lot);
			return;
		}
		if in_place {
			Self::leave_place(id, &lot);
		}
		Self::end_sale(id, &mut lot);
		if goes_on {
			lot.round = 1;
			Self::come_up_again(id, &mut lot, true);
			Lots::<T>::insert(id, lot);
		} else {
			Self::close(id, lot);
		}
	}

	/// Closes a lot that is neither on sale nor in any place.
	fn close(id: LotId, lot: Lot) {
		Lots::<T>::remove(id);
		// What is seized later in this block goes into a lot of its own.
		Current::<T>::mutate_exists(lot.facility, &lot.collateral, |current| {
			if current.is_some_and(|(current, _)| current == id) {
				*current = None;
			}
		});
		if lot.remaining > 0 {
			let collateral = lot.collateral.clone();
			let (leftover, contributed) = (lot.remaining, lot.contributed);
			ClosedLots::<T>::insert(
				id,
				ClosedLot {
					collateral,
					leftover,
					contributed,
				},
			);
		}
		if lot.debt > 0 {
			Self::remove_debt(&lot.debt_asset, lot.debt);
			T::Sheet::debt_lost(&lot.debt_asset, lot.debt);
		}
		Self::deposit_event(Event::LotClosed {
			lot: id,
			leftover: lot.remaining,
			shortfall: lot.debt,
		});
	}

	/// Whether what is seized in a later block may go into `lot` as well: its price has never
	/// started, so nobody is sold at a price that was meant for others, and it is not yet as large as
	/// one lot may be for sale.
	fn takes_more(lot: LotId) -> bool {
		let waits = Lots::<T>::get(lot).filter(|lot| lot.round == 0);
		waits.is_some_and(|lot| {
			let market = Self::market_of(&lot.debt_asset);
			lot.tab() < Self::limits_now(&market).lot
		})
	}

	/// Whether `lot` has got its number in this block, and may be put up any moment.
	fn is_announced(lot: LotId) -> bool {
		Announced::<T>::get(lot) == Some(Self::now())
	}

	/// Gives the next number to what is seized from a book in this block.
	fn announce(facility: FacilityId, collateral: &AssetId) -> LotId {
		let now = Self::now();
		let lot = NextLot::<T>::mutate(|next| {
			let lot = *next;
			// A lot in every nanosecond would last for 584 years.
			*next = lot.saturating_add(1);
			lot
		});
		if let Some((last, _)) = Current::<T>::get(facility, collateral) {
			Announced::<T>::remove(last);
		}
		Current::<T>::insert(facility, collateral, (lot, now));
		Announced::<T>::insert(lot, now);
		lot
	}
}

impl ClosedLot {
	/// The share of a contribution: `⌊leftover · contribution / contributed⌋`, of what is left of
	/// both. Never more than there is.
	pub fn share_floor(&self, contribution: Balance) -> Balance {
		cairn_math::mul_div_floor(
			self.leftover,
			contribution.min(self.contributed),
			self.contributed,
		)
		.unwrap_or(0)
	}
}

impl<T: Config> LiquidationLots<AssetId> for Pallet<T> {
	/// The same answer all block long, unless the lot is closed in between: then what comes after
	/// goes into another.
	fn current_lot(facility: FacilityId, collateral: &AssetId) -> LotId {
		let now = Self::now();
		match Current::<T>::get(facility, collateral) {
			Some((lot, block)) if block == now => lot,
			Some((lot, _)) if Self::takes_more(lot) => {
				Current::<T>::insert(facility, collateral, (lot, now));
				lot
			}
			_ => Self::announce(facility, collateral),
		}
	}

	/// A seizure without collateral has nothing to sell: unless it joins a lot, its debt is lost at
	/// once. One without a tab has nothing to raise: its lot closes at once, all of it left over.
	/// Without a quote to start from, the lot waits for one; without room under the limits, for room.
	///
	/// If `lot` is neither open nor announced, or of another book, the seizure goes into the current
	/// lot, loudly: the books stay right, but what is left over of it finds no claim.
	fn put_up(
		lot: LotId,
		facility: FacilityId,
		debt_asset: &AssetId,
		collateral: &AssetId,
		seizure: Seizure,
	) {
		if seizure == Seizure::default() {
			return;
		}
		let fits = |open: &Lot| open.facility == facility && open.collateral == *collateral;
		let open = Lots::<T>::get(lot);
		let meant = match &open {
			Some(open) => fits(open),
			None => Self::is_announced(lot),
		};
		let (lot, open) = if meant {
			(lot, open)
		} else {
			log::error!(target: LOG_TARGET, "lot {lot} takes nothing from {facility}, {collateral:?}");
			defensive!("a seizure names a lot that does not take it");
			let lot = Self::current_lot(facility, collateral);
			(lot, Lots::<T>::get(lot))
		};
		match open {
			Some(open) => Self::top_up(lot, open, debt_asset, seizure),
			None if seizure.collateral == 0 => T::Sheet::debt_lost(debt_asset, seizure.debt),
			None => Self::open(lot, facility, debt_asset, collateral, seizure),
		}
	}

	fn leftover(lot: LotId, contributed: Balance) -> Leftover {
		if Lots::<T>::contains_key(lot) {
			return Leftover::Pending;
		}
		match ClosedLots::<T>::get(lot) {
			Some(closed) => Leftover::Ready(closed.share_floor(contributed)),
			None if Self::is_announced(lot) => Leftover::Pending,
			None => Leftover::Ready(0),
		}
	}

	/// A claim for more than is left of the contributions is cut down to that, and logged.
	fn settle(lot: LotId, contributed: Balance) -> Leftover {
		let Some(mut closed) = ClosedLots::<T>::get(lot) else {
			return Self::leftover(lot, contributed);
		};
		if contributed > closed.contributed {
			log::error!(
				target: LOG_TARGET,
				"lot {lot}: {contributed} claimed of {} contributed", closed.contributed,
			);
			defensive!("more is claimed of a lot than was contributed to it");
		}
		let share = closed.share_floor(contributed);
		closed.leftover -= share;
		closed.contributed -= contributed.min(closed.contributed);
		Self::release(&closed.collateral, share);
		// The last contribution takes all that is left. What is left without one is nothing; what is
		// owed without anything left is nothing either.
		if closed.contributed == 0 || closed.leftover == 0 {
			ClosedLots::<T>::remove(lot);
		} else {
			ClosedLots::<T>::insert(lot, closed);
		}
		Leftover::Ready(share)
	}

	fn advance(meter: &mut WeightMeter) {
		Self::advance_all(meter);
	}

	fn held(collateral: &AssetId) -> Balance {
		Held::<T>::get(collateral)
	}
}

impl<T: Config> LotLedger<AssetId> for Pallet<T> {
	fn debt_in_lots(asset: &AssetId) -> Option<Balance> {
		Some(Self::market_of(asset).debt)
	}

	fn debt_in_lots_weight() -> Weight {
		T::DbWeight::get().reads(1)
	}

	fn floor_value(asset: &AssetId, collateral: &AssetId, amount: Balance) -> Balance {
		Self::stock_value_floor(asset, collateral, amount).unwrap_or(0)
	}
}

/// The sum of two amounts of which no more than `u128` can exist. If there is more, somebody's
/// books are wrong, and this says so.
fn sum_or_report(a: Balance, b: Balance) -> Balance {
	a.checked_add(b).unwrap_or_else(|| {
		defensive!("amounts of a lot overflow");
		Balance::MAX
	})
}
