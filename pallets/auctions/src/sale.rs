//! Prices that start to fall, and how much is on sale.
//!
//! A lot is put on sale when the oracle has prices to sell by and there is room under the
//! [`crate::Limits`], which widen and narrow by what buyers take (`room.rs`). If there is no price, it
//! looks for one again after [`Terms::retry_after`](crate::Terms::retry_after); if there is no room,
//! it takes a ticket of the queue of its debt asset (`queue.rs`).

use cairn_math::Price;
use cairn_primitives::{AssetId, Balance, BlockNumber, LotId, Quote};
use frame_support::{defensive, traits::Get};

use crate::{Config, Event, Lot, Market, Markets, Pallet, Place, Queue, Sale, WeightInfo};

/// Where a lot has got that wanted to be for sale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
	/// It is for sale.
	OnSale,
	/// There is no price to start from: it looks for one later.
	NoPrice,
	/// There is no room: it is in the queue.
	Queued,
}

impl<T: Config> Pallet<T> {
	/// The quote of the collateral of `lot`, if both it and the quote of the debt asset are to sell
	/// by.
	pub(crate) fn quote_of(lot: &Lot) -> Option<Quote> {
		let quote = Self::sale_quote(&lot.collateral)?;
		Self::sale_quote(&lot.debt_asset).map(|_| quote)
	}

	/// What is for sale for a debt asset.
	pub(crate) fn market_of(debt_asset: &AssetId) -> Market {
		Markets::<T>::get()
			.get(debt_asset)
			.copied()
			.unwrap_or_default()
	}

	pub(crate) fn put_market(debt_asset: &AssetId, market: Market) {
		Markets::<T>::mutate(|markets| {
			if markets.try_insert(debt_asset.clone(), market).is_err() {
				defensive!("lots are to raise more debt assets than there can be");
			}
		});
	}

	/// Changes what is known to be for sale for a debt asset.
	pub(crate) fn change_market(debt_asset: &AssetId, change: impl FnOnce(&mut Market)) {
		let mut market = Self::market_of(debt_asset);
		change(&mut market);
		market.stirred = market.queued() > 0;
		Self::put_market(debt_asset, market);
	}

	/// How much of `lot` is offered at a time.
	pub(crate) fn offer(lot: &Lot) -> Balance {
		let market = Self::market_of(&lot.debt_asset);
		Self::limits_now(&market).offer(lot.tab(), T::MinimumRemainder::get())
	}

	/// Whether `offer` more may be for sale. When nothing is, anything may.
	pub(crate) fn has_room(market: &Market, offer: Balance) -> bool {
		let limits = Self::limits_now(market);
		let free = limits.total.saturating_sub(market.on_sale);
		market.lots < T::MaxLots::get() && (free >= offer || market.lots == 0)
	}

	/// Puts `lot`, which is neither on sale nor in any place, on sale or where it waits for that.
	pub(crate) fn come_up(id: LotId, lot: &mut Lot) -> Outcome {
		let Some(quote) = Self::quote_of(lot) else {
			return Self::look_for_price_later(id, lot);
		};
		let market = Self::market_of(&lot.debt_asset);
		if market.queued() == 0 && Self::has_room(&market, Self::offer(lot)) {
			Self::start(id, lot, &quote)
		} else {
			Self::join_queue(id, lot)
		}
	}

	/// [`Self::come_up`] for a lot that has been put up before: tells what became of it.
	pub(crate) fn come_up_again(id: LotId, lot: &mut Lot, was_on_sale: bool) {
		let outcome = Self::come_up(id, lot);
		Self::tell(id, lot, outcome, was_on_sale);
	}

	pub(crate) fn tell(id: LotId, lot: &Lot, outcome: Outcome, was_on_sale: bool) {
		match (outcome, &lot.sale) {
			(Outcome::OnSale, Some(sale)) => Self::deposit_event(Event::LotReset {
				lot: id,
				start_price: sale.start_price,
				offered: sale.offered,
			}),
			(Outcome::NoPrice, _) if was_on_sale => {
				Self::deposit_event(Event::LotSuspended { lot: id });
			}
			(Outcome::Queued, _) => Self::deposit_event(Event::LotQueued { lot: id }),
			_ => {}
		}
	}

	/// Starts the price of `lot`, for which there is room.
	pub(crate) fn start(id: LotId, lot: &mut Lot, quote: &Quote) -> Outcome {
		let Some(mark) = Self::watch(id, &lot.collateral, quote.price) else {
			// The oracle's price could not be watched for it. That passes, as lots are sold.
			return Self::look_for_price_later(id, lot);
		};
		let now = Self::now();
		let offered = Self::offer(lot);
		let start_price = lot.terms.start_price(quote.price);
		lot.round = lot.round.max(1);
		let wait = lot.terms.lifetime(start_price, lot.is_last_round());
		lot.place = Place::Agenda(Self::schedule(id, now, wait));
		lot.sale = Some(Sale {
			started_at: now,
			start_price,
			offered,
			mark,
		});
		Self::change_market(&lot.debt_asset, |market| {
			market.on_sale = market.on_sale.saturating_add(offered);
			market.lots = market.lots.saturating_add(1);
		});
		Outcome::OnSale
	}

	pub(crate) fn look_for_price_later(id: LotId, lot: &mut Lot) -> Outcome {
		let at = Self::schedule(id, Self::now(), lot.terms.retry_after);
		lot.place = Place::Agenda(at);
		Outcome::NoPrice
	}

	/// Takes `lot` off sale, and returns the sale that was under way. Its place stays.
	pub(crate) fn end_sale(id: LotId, lot: &mut Lot) -> Option<Sale> {
		let sale = lot.sale.take()?;
		Self::unwatch(id, &lot.collateral, sale.mark);
		Self::change_market(&lot.debt_asset, |market| {
			market.on_sale = market.on_sale.saturating_sub(sale.offered);
			market.lots = market.lots.saturating_sub(1);
		});
		Some(sale)
	}

	/// Takes `lot` out of its place.
	pub(crate) fn leave_place(id: LotId, lot: &Lot) {
		match lot.place {
			Place::Agenda(at) => Self::unschedule(id, at),
			Place::Queue(ticket) => Queue::<T>::remove(&lot.debt_asset, ticket),
		}
	}

	/// Notes that `paid` has been raised of what `lot` offers.
	pub(crate) fn lower_offer(lot: &mut Lot, paid: Balance) {
		let Some(sale) = &mut lot.sale else { return };
		let sold = sale.offered.min(paid);
		sale.offered = sale.offered.saturating_sub(sold);
		Self::change_market(&lot.debt_asset, |market| {
			market.on_sale = market.on_sale.saturating_sub(sold);
		});
	}

	/// Offers more of a lot whose price has started in this block and that more has been put into,
	/// as far as there is room. In any other, what is new waits for the next start.
	pub(crate) fn raise_offer(lot: &mut Lot, now: BlockNumber) {
		let wanted = Self::offer(lot);
		let Some(sale) = lot.sale.as_mut().filter(|sale| sale.started_at == now) else {
			return;
		};
		let market = Self::market_of(&lot.debt_asset);
		let free = Self::limits_now(&market)
			.total
			.saturating_sub(market.on_sale);
		let more = wanted.saturating_sub(sale.offered);
		if more == 0 || (more > free && market.lots > 1) {
			return;
		}
		sale.offered = sale.offered.saturating_add(more);
		Self::change_market(&lot.debt_asset, |market| {
			market.on_sale = market.on_sale.saturating_add(more);
		});
	}

	/// What `lot` would sell at in `block`, whatever the oracle says.
	pub(crate) fn curve_price(lot: &Lot, sale: &Sale, block: BlockNumber) -> Price {
		let elapsed = block.saturating_sub(sale.started_at);
		lot.terms.price_after(sale.start_price, elapsed)
	}

	/// The most that it weighs to deal with one lot whose time has come.
	pub(crate) fn event_weight() -> frame_support::weights::Weight {
		T::WeightInfo::advance_restart()
			.max(T::WeightInfo::advance_queued())
			.max(T::WeightInfo::advance_takeover())
	}
}
