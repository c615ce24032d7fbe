//! When the chain looks after which lot.
//!
//! A slot of the agenda holds a bounded number of lots; what does not fit goes into a later one. So
//! a block's work is bounded, and depends on the lots that are due and not on those that rest.

use cairn_primitives::{BlockNumber, LotId};
use frame_support::{defensive, traits::Get, weights::Weight, weights::WeightMeter};

use crate::{Agenda, AgendaCursor, Config, Lot, Lots, Pallet, WeightInfo, LOG_TARGET};

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

	/// What [`LiquidationLots::advance`](cairn_primitives::LiquidationLots::advance) needs to be sure
	/// to get on with at least one lot, if there is one whose time has come.
	pub fn least_weight() -> Weight {
		let watches =
			T::WeightInfo::advance_watch().saturating_mul(T::MaxCollaterals::get().into());
		T::WeightInfo::advance_base()
			.saturating_add(T::WeightInfo::advance_slot())
			.saturating_add(watches)
			.saturating_add(Self::event_weight())
	}

	/// Everything that lots do by themselves, as far as `meter` allows. Each block starts with
	/// another of the three, so that none can starve the others.
	pub(crate) fn advance_all(meter: &mut WeightMeter) {
		if meter.try_consume(T::WeightInfo::advance_base()).is_err() {
			return;
		}
		let now = Self::now();
		for step in 0..3 {
			match now.wrapping_add(step) % 3 {
				0 => Self::advance_agenda(now, meter),
				1 => Self::advance_watches(meter),
				_ => Self::advance_queues(meter),
			}
		}
	}

	/// Works off the slots that are due, in order. What is left waits at the head of the agenda, and
	/// its lots are not for sale meanwhile.
	fn advance_agenda(now: BlockNumber, meter: &mut WeightMeter) {
		let first = AgendaCursor::<T>::get();
		let mut slot = first;
		while slot <= now && meter.try_consume(T::WeightInfo::advance_slot()).is_ok() {
			let mut due = Agenda::<T>::get(slot);
			if !due.is_empty() {
				let affordable = due
					.iter()
					.take_while(|_| meter.try_consume(Self::event_weight()).is_ok())
					.count();
				let reached: alloc::vec::Vec<_> = due.drain(..affordable).collect();
				let done = due.is_empty();
				if done {
					Agenda::<T>::remove(slot);
				} else if !reached.is_empty() {
					Agenda::<T>::insert(slot, due);
				}
				for lot in reached {
					Self::look_after(lot, now);
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

	/// Deals with a lot whose slot has come, and that is off it: its price starts again, or what it
	/// offers goes to the reserve. Either way it has another place after it, or is closed.
	fn look_after(id: LotId, now: BlockNumber) {
		let Some(mut lot) = Lots::<T>::get(id) else {
			log::error!(target: LOG_TARGET, "lot {id} is on the agenda, but not open");
			defensive!("a lot on the agenda is not open");
			return;
		};
		let was_on_sale = lot.sale.is_some();
		match Self::has_run_out(&lot) {
			Some(oracle) if lot.is_last_round() => {
				return Self::give_to_reserve(id, lot, oracle, now);
			}
			Some(_) => lot.round = lot.round.saturating_add(1),
			None => {}
		}
		Self::end_sale(id, &mut lot);
		Self::come_up_again(id, &mut lot, was_on_sale);
		Lots::<T>::insert(id, lot);
	}

	/// The oracle's price, if the price of `lot` has come down without being bought at: if there are
	/// prices to sell by, and the oracle has not left it behind.
	fn has_run_out(lot: &Lot) -> Option<cairn_math::Price> {
		let sale = lot.sale.as_ref()?;
		let oracle = Self::quote_of(lot)?.price;
		(!Self::is_left_behind(sale, &lot.collateral, oracle)).then_some(oracle)
	}
}
