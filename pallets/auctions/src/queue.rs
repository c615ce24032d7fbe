//! Lots that wait for room, in the order in which they came.
//!
//! A queue is looked at in blocks in which something may have made room: a purchase, a price that has
//! run out, or the patience of those who wait (`room.rs`). In any other block it costs nothing, however
//! long it is.

use alloc::vec::Vec;
use cairn_primitives::{AssetId, LotId};
use frame_support::{defensive, weights::WeightMeter};

use crate::{
	room::is_time_for_more, sale::Outcome, Config, Lot, Lots, Markets, Pallet, Place, Queue,
	LOG_TARGET,
};

impl<T: Config> Pallet<T> {
	/// Gives `lot`, which is neither on sale nor in any place, the last ticket of its queue.
	pub(crate) fn join_queue(id: LotId, lot: &mut Lot) -> Outcome {
		let mut ticket = 0;
		Self::change_market(&lot.debt_asset, |market| {
			ticket = market.next_ticket;
			// A ticket in every nanosecond would last for 584 years.
			market.next_ticket = ticket.saturating_add(1);
		});
		Queue::<T>::insert(&lot.debt_asset, ticket, id);
		lot.place = Place::Queue(ticket);
		Outcome::Queued
	}

	/// Starts the lots at the head of each queue that has been stirred, as long as there is room and
	/// `meter` allows; those of another debt asset first in each block, so that none can starve the
	/// others.
	pub(crate) fn advance_queues(meter: &mut WeightMeter) {
		if is_time_for_more(Self::now()) {
			Self::make_room_for_those_who_wait();
		}
		let mut stirred: Vec<AssetId> = Markets::<T>::get()
			.into_iter()
			.filter(|(_, market)| market.stirred)
			.map(|(debt_asset, _)| debt_asset)
			.collect();
		let first = (Self::now() as usize).checked_rem(stirred.len());
		stirred.rotate_left(first.unwrap_or(0));
		for debt_asset in stirred {
			loop {
				let market = Self::market_of(&debt_asset);
				if market.queued() == 0 || !Self::has_room(&market, 1) {
					break;
				}
				if meter.try_consume(Self::event_weight()).is_err() {
					return;
				}
				if !Self::advance_queue(&debt_asset) {
					break;
				}
			}
			let mut market = Self::market_of(&debt_asset);
			market.stirred = false;
			Self::put_market(&debt_asset, market);
		}
	}

	/// Deals with the first ticket of a queue. `false` if it has to wait.
	fn advance_queue(debt_asset: &AssetId) -> bool {
		let market = Self::market_of(debt_asset);
		let ticket = market.first_ticket;
		let found = Queue::<T>::get(debt_asset, ticket);
		let waiting = found.and_then(|id| Lots::<T>::get(id).map(|lot| (id, lot)));
		if let Some((_, lot)) = &waiting {
			if !Self::has_room(&market, Self::offer(lot)) && Self::quote_of(lot).is_some() {
				return false;
			}
		}
		Queue::<T>::remove(debt_asset, ticket);
		Self::change_market(debt_asset, |market| {
			market.first_ticket = ticket.saturating_add(1).min(market.next_ticket);
		});
		match waiting {
			Some((id, mut lot)) => {
				let outcome = match Self::quote_of(&lot) {
					Some(quote) => Self::start(id, &mut lot, &quote),
					None => Self::look_for_price_later(id, &mut lot),
				};
				Self::tell(id, &lot, outcome, false);
				Lots::<T>::insert(id, lot);
			}
			None => {
				log::error!(target: LOG_TARGET, "ticket {ticket} of {debt_asset:?} has no lot");
				defensive!("a ticket of the queue has no lot");
			}
		}
		true
	}
}
