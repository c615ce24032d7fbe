//! How much the market takes at once, and how the chain learns it.
//!
//! Nobody knows beforehand how much buyers can pay within a minute. So as much is put on sale as they
//! have shown to take:
//!
//! - What is bought before its price has come down halfway to where it would start again was wanted.
//!   While other lots wait, half of what was paid is added to what may be on sale.
//! - What is bought later was taken for being cheap. Half of what was paid is taken off what is on
//!   sale now, and no more than that may be from then on. But it takes off no more than eight times what
//!   was paid: else anybody could close the market for a crumb at a time.
//! - In every sixteenth block in which lots wait for room, a 32nd is added, so that it doubles in 18
//!   minutes: a market that is never asked for more is never known to take more, and lots do not wait for
//!   ever. Lots that wait because as many are on sale as may be do not count: 512 crumbs that nobody
//!   bothers to buy would make room for all that there is.
//!
//! Less than [`Limits::total`] it never is, and never more than [`Limits::most`]. What the reserve
//! buys in the end says nothing about buyers.

use cairn_math::Price;
use cairn_primitives::{Balance, BlockNumber};
use frame_support::traits::Get;

use crate::{Config, Limits, Lot, LotLimits, Market, Markets, Pallet};

/// Of what was paid, this part is added or taken off.
const PART_OF_PAYMENT: Balance = 2;

/// So many times what was paid is the most that a purchase takes off.
const MOST_PER_PAYMENT: Balance = 8;

/// After so many blocks more is tried where lots wait: so most blocks write nothing for them.
pub(crate) const PATIENCE: BlockNumber = 16;

/// This part is added then.
const PART_OF_ROOM: Balance = 32;

/// Whether more is tried in block `now` where lots wait.
pub(crate) const fn is_time_for_more(now: BlockNumber) -> bool {
	now.is_multiple_of(PATIENCE)
}

impl Market {
	/// How much may be on sale after somebody has paid `paid` of what is on sale now. `eagerly`: while
	/// the price was in the upper half of its way.
	pub fn room_after_purchase(&self, limits: &Limits, paid: Balance, eagerly: bool) -> Balance {
		let room = limits.widened(self.room).total;
		let part = paid / PART_OF_PAYMENT;
		let room = match (eagerly, self.queued()) {
			(true, 0) => room,
			(true, _) => room.saturating_add(part),
			(false, _) => {
				let most = paid.saturating_mul(MOST_PER_PAYMENT);
				let narrowed = room.min(self.on_sale).saturating_sub(part);
				narrowed.max(room.saturating_sub(most))
			}
		};
		limits.widened(room).total
	}

	/// How much may be on sale after lots have waited where no more than `max_lots` are on sale at once.
	/// More, unless it is the most already, or they wait for others to leave.
	pub fn room_after_waiting(&self, limits: &Limits, max_lots: u32) -> Balance {
		let room = limits.widened(self.room).total;
		if self.queued() == 0 || self.lots >= max_lots {
			return room;
		}
		let more = (room / PART_OF_ROOM).max(1);
		limits.widened(room.saturating_add(more)).total
	}
}

impl<T: Config> Pallet<T> {
	/// The limits by what is known of `market`.
	pub(crate) fn limits_now(market: &Market) -> Limits {
		LotLimits::<T>::get().widened(market.room)
	}

	/// Notes that somebody pays `paid` at `price` for part of `lot`, which is on sale.
	pub(crate) fn note_purchase(lot: &Lot, price: Price, paid: Balance) {
		let Some(oracle) = Self::sale_quote(&lot.collateral) else {
			return;
		};
		let eagerly = price >= lot.terms.halfway_price(oracle.price);
		let limits = LotLimits::<T>::get();
		Self::change_market(&lot.debt_asset, |market| {
			market.room = market.room_after_purchase(&limits, paid, eagerly);
		});
	}

	/// Makes more room for each debt asset whose lots wait for it, and has each queue looked at, whatever
	/// has happened to it or not.
	pub(crate) fn make_room_for_those_who_wait() {
		let limits = LotLimits::<T>::get();
		let mut markets = Markets::<T>::get();
		let mut changed = false;
		for (_, market) in markets.iter_mut().filter(|(_, market)| market.queued() > 0) {
			market.room = market.room_after_waiting(&limits, T::MaxLots::get());
			market.stirred = true;
			changed = true;
		}
		if changed {
			Markets::<T>::put(markets);
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	prop_compose! {
		fn limits()(
			lot in 1u128..1_000_000,
			more in 0u128..10_000_000,
			most in prop_oneof![0u128..1_000_000_000, Just(Balance::MAX / 2)],
		) -> Limits {
			Limits { lot, total: lot + more, most: lot + more + most }
		}
	}

	prop_compose! {
		fn market()(
			room in prop_oneof![0u128..100_000_000, Just(Balance::MAX)],
			on_sale in 0u128..100_000_000,
			queued in 0u64..3,
			lots in 0u32..4,
		) -> Market {
			Market { room, on_sale, lots, next_ticket: queued, ..Default::default() }
		}
	}

	/// More than any market of these tests has on sale.
	const MANY: u32 = 4;

	proptest! {
		#![proptest_config(ProptestConfig::with_cases(2_000))]

		#[test]
		fn room_stays_between_its_bounds_and_moves_by_half_of_what_is_paid(
			limits in limits(),
			market in market(),
			paid in prop_oneof![0u128..10_000_000, Just(Balance::MAX)],
			eagerly: bool,
		) {
			prop_assert_eq!(limits.fault(limits.lot), None);
			let before = limits.widened(market.room).total;
			let after = market.room_after_purchase(&limits, paid, eagerly);
			prop_assert!((limits.total..=limits.most).contains(&after));
			if eagerly {
				prop_assert!(after >= before && after - before <= paid / 2);
				prop_assert!(market.queued() > 0 || after == before);
			} else {
				prop_assert!(after <= before);
				// Whoever pays little changes little.
				prop_assert!((before - after) / 8 <= paid);
				if paid.saturating_mul(8) >= before {
					prop_assert!(after <= market.on_sale.max(limits.total));
				}
			}
			let waited = market.room_after_waiting(&limits, MANY);
			prop_assert!((before..=limits.most).contains(&waited));
			if market.queued() == 0 {
				prop_assert_eq!(waited, before);
			} else {
				prop_assert!(waited > before || before == limits.most);
			}
			// Who waits for others to leave makes no room.
			prop_assert_eq!(market.room_after_waiting(&limits, market.lots), before);
		}

		/// However a payment is divided, and whatever is on sale meanwhile: it moves the room by no more
		/// than its share, one way or the other.
		#[test]
		fn many_crumbs_move_the_room_no_further_than_what_is_paid_for_them(
			limits in limits(),
			mut market in market(),
			crumbs in prop::collection::vec((0u128..1_000_000, 0u128..100_000_000, any::<bool>()), 1..50),
		) {
			let before = limits.widened(market.room).total;
			let (mut eagerly_paid, mut late_paid) = (0, 0);
			for (paid, on_sale, eagerly) in crumbs {
				market.on_sale = on_sale;
				market.room = market.room_after_purchase(&limits, paid, eagerly);
				*if eagerly { &mut eagerly_paid } else { &mut late_paid } += paid;
			}
			prop_assert!(market.room <= before + eagerly_paid / PART_OF_PAYMENT);
			prop_assert!(before <= market.room + late_paid * MOST_PER_PAYMENT);
		}

		#[test]
		fn one_lot_has_the_same_share_of_the_room_at_any_room(
			limits in limits(),
			room in prop_oneof![0u128..100_000_000, Just(Balance::MAX)],
		) {
			let now = limits.widened(room);
			prop_assert_eq!(now.fault(limits.lot), None);
			prop_assert!((limits.lot..=now.total).contains(&now.lot));
			if now.total < 1_000_000_000_000 {
				prop_assert_eq!(now.lot, limits.lot * now.total / limits.total);
			}
		}
	}

	/// From the least to 500 times as much: by waiting, and by selling what there is over and over.
	#[test]
	fn a_market_that_takes_everything_is_known_soon() {
		let limits = Limits {
			lot: 25_000,
			total: 100_000,
			most: 50_000_000,
		};
		let mut market = Market {
			next_ticket: 1,
			..Default::default()
		};
		let waiting = (0..).find(|_| {
			market.room = market.room_after_waiting(&limits, MANY);
			market.room == limits.most
		});
		// Nine doublings of 18 minutes.
		let waiting = waiting.unwrap() * i64::from(PATIENCE);
		assert!((3_100..3_300).contains(&waiting), "{waiting:?}");
		market.room = 0;
		let sales = (0..).find(|_| {
			market.on_sale = limits.widened(market.room).total;
			market.room = market.room_after_purchase(&limits, market.on_sale, true);
			market.room == limits.most
		});
		assert_eq!(sales, Some(15));
	}
}
