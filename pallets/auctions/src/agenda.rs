//! When prices start again.
//!
//! Each open lot is in one slot of the agenda. A slot holds a bounded number of lots; what does not
//! fit goes into a later one. So a block's work is bounded, and depends on the lots that are due
//! and not on those that rest.

use cairn_primitives::{BlockNumber, LotId};
use frame_support::{defensive, weights::WeightMeter};

use crate::{Agenda, AgendaCursor, Config, Event, Lots, Pallet, WeightInfo, LOG_TARGET};

impl<T: Config> Pallet<T> {
	/// Puts `lot` on the agenda, `wait` blocks from `now` or as soon after that as there is room.
	/// Returns the block.
	///
	/// Looks 0, 1, 3, 6, 10, … blocks further on, which thins a crowd out quickly: with no more lots
	/// wanting the same block than two slots hold, the second or third look finds room.
	pub(crate) fn schedule(lot: LotId, now: BlockNumber, wait: BlockNumber) -> BlockNumber {
		let mut at = now.saturating_add(wait.max(1));
		for stride in 1..=BlockNumber::MAX {
			if Agenda::<T>::try_append(at, lot).is_ok() {
				return at;
			}
			let Some(next) = at.checked_add(stride) else {
				break;
			};
			at = next;
		}
		// Out of reach: tens of thousands of full slots, over four centuries.
		defensive!("no room on the agenda");
		BlockNumber::MAX
	}

	/// Takes `lot` off the slot of the agenda that its row names.
	pub(crate) fn unschedule(lot: LotId, at: BlockNumber) {
		Agenda::<T>::mutate_exists(at, |slot| {
			let Some(lots) = slot else { return };
			lots.retain(|other| *other != lot);
			if lots.is_empty() {
				*slot = None;
			}
		});
	}

	/// Works off the slots that are due, in order, as far as `meter` allows. What is left waits at
	/// the head of the agenda, and its lots are not for sale meanwhile.
	///
	/// Makes progress if the meter allows for at least one slot and one lot.
	pub(crate) fn advance_agenda(meter: &mut WeightMeter) {
		if meter.try_consume(T::WeightInfo::advance_base()).is_err() {
			return;
		}
		let now = Self::now();
		let first = AgendaCursor::<T>::get();
		let mut slot = first;
		while slot <= now && meter.try_consume(T::WeightInfo::advance_slot()).is_ok() {
			let mut due = Agenda::<T>::get(slot);
			if !due.is_empty() {
				let affordable = due
					.iter()
					.take_while(|_| meter.try_consume(T::WeightInfo::advance_lot()).is_ok())
					.count();
				let reached: alloc::vec::Vec<_> = due.drain(..affordable).collect();
				let done = due.is_empty();
				if done {
					Agenda::<T>::remove(slot);
				} else {
					Agenda::<T>::insert(slot, due);
				}
				for lot in reached {
					Self::start_again(lot, now);
				}
				if !done {
					break;
				}
			}
			slot = slot.saturating_add(1);
		}
		if slot != first {
			AgendaCursor::<T>::put(slot);
		}
	}

	/// Starts the price of `lot` again from the oracle's price, or takes it off sale until there is
	/// one. Either way it is back on the agenda.
	fn start_again(id: LotId, now: BlockNumber) {
		let Some(mut lot) = Lots::<T>::get(id) else {
			log::error!(target: LOG_TARGET, "lot {id} is on the agenda, but not open");
			defensive!("a lot on the agenda is not open");
			return;
		};
		let wait = match Self::sale_quote(&lot.collateral) {
			Some(quote) => {
				let start_price = lot.terms.start_price(quote.price);
				lot.start_price = Some(start_price);
				lot.started_at = now;
				Self::deposit_event(Event::LotReset {
					lot: id,
					start_price,
				});
				lot.terms.lifetime(start_price)
			}
			None => {
				if lot.start_price.take().is_some() {
					Self::deposit_event(Event::LotSuspended { lot: id });
				}
				lot.terms.retry_after
			}
		};
		lot.next_event = Self::schedule(id, now, wait);
		Lots::<T>::insert(id, lot);
	}
}
