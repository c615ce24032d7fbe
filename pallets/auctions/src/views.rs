//! What anyone may ask. The prices are those that [`Pallet::take`] charges, by the same code.

use alloc::vec::Vec;
use cairn_math::Price;
use cairn_primitives::{AssetId, BlockNumber, FacilityId, LotId};

use crate::{Config, Lot, LotLimits, LotView, Lots, MarketView, NextEvent, Pallet, Place};

/// The most lots on one page, and the most points of a curve.
const MAX_PAGE: u32 = 100;

impl<T: Config> Pallet<T> {
	pub(crate) fn view_lot(id: LotId) -> Option<LotView> {
		Lots::<T>::get(id).map(|lot| Self::show(id, lot))
	}

	pub(crate) fn view_lots(
		facility: Option<FacilityId>,
		after: Option<LotId>,
		limit: u32,
	) -> Vec<LotView> {
		let lots = match after {
			Some(last) => Lots::<T>::iter_from_key(last),
			None => Lots::<T>::iter(),
		};
		lots.filter(|(_, lot)| facility.is_none_or(|facility| lot.facility == facility))
			.take(limit.min(MAX_PAGE) as usize)
			.map(|(id, lot)| Self::show(id, lot))
			.collect()
	}

	pub(crate) fn view_price(id: LotId) -> Option<Price> {
		Self::sale_price(&Lots::<T>::get(id)?).ok()
	}

	/// The blocks in which the price falls, from the present one on, and what it falls to if the
	/// oracle's price stays where it is.
	pub(crate) fn view_curve(id: LotId, limit: u32) -> Vec<(BlockNumber, Price)> {
		let Some(lot) = Lots::<T>::get(id) else {
			return Vec::new();
		};
		let (Some(sale), Place::Agenda(end), Ok(present), Some(floor)) = (
			lot.sale,
			lot.place,
			Self::sale_price(&lot),
			Self::floor_price(&lot),
		) else {
			return Vec::new();
		};
		let (now, step) = (Self::now(), lot.terms.step.max(1));
		let elapsed = now.saturating_sub(sale.started_at);
		let to_next = step.saturating_sub(elapsed % step);
		let first = now.saturating_add(to_next);
		let steps = (0..limit.min(MAX_PAGE).saturating_sub(1))
			.map(|n| first.saturating_add(step.saturating_mul(n)))
			.take_while(|block| *block < end)
			.map(|block| (block, Self::curve_price(&lot, &sale, block).max(floor)));
		let now = (limit > 0).then_some((now, present));
		now.into_iter().chain(steps).collect()
	}

	pub(crate) fn view_market(debt_asset: &AssetId) -> MarketView {
		let market = Self::market_of(debt_asset);
		MarketView {
			on_sale: market.on_sale,
			lots: market.lots,
			queued: market.queued(),
			room: Self::limits_now(&market).total,
			limits: LotLimits::<T>::get(),
		}
	}

	fn show(id: LotId, lot: Lot) -> LotView {
		LotView {
			id,
			price: Self::sale_price(&lot).ok(),
			floor: Self::floor_price(&lot),
			next: Self::next_event(&lot),
			lot,
		}
	}

	fn next_event(lot: &Lot) -> NextEvent {
		match lot.place {
			Place::Queue(ticket) => {
				let first = Self::market_of(&lot.debt_asset).first_ticket;
				NextEvent::Queued(ticket.saturating_sub(first))
			}
			Place::Agenda(at) if lot.sale.is_none() => NextEvent::LooksForPrice(at),
			Place::Agenda(at) if lot.is_last_round() => NextEvent::GoesToReserve(at),
			Place::Agenda(at) => NextEvent::StartsAgain(at),
		}
	}
}
