//! Noticing that the oracle has left a lot behind, without looking at the lot.
//!
//! Lots for sale in a collateral are listed by the band of the oracle's price in which theirs
//! started. Once a block the present band is compared with the few that are in use: lots more than
//! one band away have been left behind, and only those are touched.
//!
//! - When the oracle's price has risen, a lot would be sold below what it was meant for: it starts
//!   again.
//! - When it has fallen, a lot starts again if that makes it cheaper. If it has come down further by
//!   itself, it goes on from where it is.
//! - When the oracle was silent for longer than [`LONGEST_BLINK`], every lot starts again: its price
//!   fell while nobody could buy. Silence about a debt asset that lots raise counts for all of them.

use alloc::vec::Vec;
use cairn_math::Price;
use cairn_primitives::{AssetId, BlockNumber, LotId, Quote};
use frame_support::{defensive, weights::WeightMeter};

use crate::{
	curve::band, Config, Lots, Mark, Markets, Pallet, Sale, Watch, Watched, Watches, WeightInfo,
	LOG_TARGET,
};

/// For this many blocks the oracle may be silent without lots starting again: as many as a price
/// takes for two steps on the default terms, which is one per cent.
pub const LONGEST_BLINK: BlockNumber = 4;

impl Mark {
	/// Whether the oracle's price, now in `band` of `era`, has left this mark behind.
	pub const fn is_left_behind(&self, era: u32, band: u16) -> bool {
		self.era != era || self.band.abs_diff(band) > 1
	}
}

impl<T: Config> Pallet<T> {
	/// Lists `lot` by the oracle's `price`. `None` if there is no room for that.
	pub(crate) fn watch(lot: LotId, collateral: &AssetId, price: Price) -> Option<Mark> {
		let mut watches = Watches::<T>::get();
		let mut watch = watches.get(collateral).cloned().unwrap_or_default();
		let mark = Mark {
			era: watch.era,
			band: band(price),
		};
		let is_new = !watch.marks.contains(&mark);
		if is_new {
			watch.marks.try_push(mark).ok()?;
			watches.try_insert(collateral.clone(), watch).ok()?;
		}
		Watched::<T>::try_append(collateral, mark, lot).ok()?;
		if is_new {
			Watches::<T>::put(watches);
		}
		Some(mark)
	}

	/// Takes `lot` off the list of `mark`.
	pub(crate) fn unwatch(lot: LotId, collateral: &AssetId, mark: Mark) {
		let emptied = Watched::<T>::mutate_exists(collateral, mark, |list| {
			let lots = list.as_mut()?;
			if let Some(at) = lots.iter().position(|other| *other == lot) {
				lots.swap_remove(at);
			}
			lots.is_empty().then(|| *list = None)
		});
		if emptied.is_some() {
			Self::forget_mark(collateral, mark);
		}
	}

	fn forget_mark(collateral: &AssetId, mark: Mark) {
		Watches::<T>::mutate(|watches| {
			let Some(watch) = watches.get_mut(collateral) else {
				return;
			};
			watch.marks.retain(|other| *other != mark);
			if watch.marks.is_empty() {
				watches.remove(collateral);
			}
		});
	}

	/// Whether the oracle has left behind a lot for sale in `collateral`.
	pub(crate) fn is_left_behind(sale: &Sale, collateral: &AssetId, oracle: Price) -> bool {
		let watches = Watches::<T>::get();
		let era = watches.get(collateral).map_or(0, |watch| watch.era);
		sale.mark.is_left_behind(era, band(oracle))
	}

	/// Compares the oracle's prices with those that lots for sale started from, another collateral
	/// first in each block, and deals with the lots that are left behind, as far as `meter` allows.
	pub(crate) fn advance_watches(meter: &mut WeightMeter) {
		let collaterals: Vec<AssetId> = Watches::<T>::get().keys().cloned().collect();
		let now = Self::now();
		let can_pay = Markets::<T>::get()
			.iter()
			.all(|(asset, market)| market.lots == 0 || Self::sale_quote(asset).is_some());
		let first = (now as usize).checked_rem(collaterals.len()).unwrap_or(0);
		let (later, sooner) = collaterals.split_at(first);
		for collateral in sooner.iter().chain(later) {
			if meter.try_consume(T::WeightInfo::advance_watch()).is_err()
				|| !Self::advance_watch(collateral, can_pay, now, meter)
			{
				return;
			}
		}
	}

	/// `false` if `meter` did not suffice.
	fn advance_watch(
		collateral: &AssetId,
		can_pay: bool,
		now: BlockNumber,
		meter: &mut WeightMeter,
	) -> bool {
		let mut watches = Watches::<T>::get();
		let Some(watch) = watches.get_mut(collateral) else {
			return true;
		};
		let quote = Self::sale_quote(collateral);
		let changed = watch.note_light(can_pay && quote.is_some(), now);
		let watch = watch.clone();
		if changed {
			Watches::<T>::put(watches);
		}
		Self::catch_up(collateral, &watch, quote, meter)
	}

	/// Deals with the lots that `quote` has left behind. `false` if `meter` did not suffice.
	fn catch_up(
		collateral: &AssetId,
		watch: &Watch,
		quote: Option<Quote>,
		meter: &mut WeightMeter,
	) -> bool {
		let Some(quote) = quote else { return true };
		let present = band(quote.price);
		for mark in &watch.marks {
			if !mark.is_left_behind(watch.era, present) {
				continue;
			}
			for lot in Watched::<T>::get(collateral, mark) {
				if meter.try_consume(Self::event_weight()).is_err() {
					return false;
				}
				Self::revisit(lot, collateral, *mark, watch.era, &quote);
			}
		}
		true
	}

	/// Deals with a lot that is left behind.
	fn revisit(id: LotId, collateral: &AssetId, mark: Mark, era: u32, quote: &Quote) {
		let Some(mut lot) = Lots::<T>::get(id) else {
			log::error!(target: LOG_TARGET, "lot {id} is watched, but not open");
			defensive!("a lot that is watched is not open");
			return Self::unwatch(id, collateral, mark);
		};
		let Some(sale) = lot.sale else {
			defensive!("a lot that is watched is not for sale");
			return Self::unwatch(id, collateral, mark);
		};
		let fell = mark.era == era && band(quote.price) < mark.band;
		let cheaper = Self::curve_price(&lot, &sale, Self::now());
		if fell && cheaper <= lot.terms.start_price(quote.price) {
			Self::unwatch(id, collateral, mark);
			if let Some(mark) = Self::watch(id, collateral, quote.price) {
				lot.sale = Some(Sale { mark, ..sale });
				Lots::<T>::insert(id, lot);
				return;
			}
			// No room to watch it where it is now: it starts again when there is.
		}
		Self::end_sale(id, &mut lot);
		Self::leave_place(id, &lot);
		Self::come_up_again(id, &mut lot, true);
		Lots::<T>::insert(id, lot);
	}
}

impl Watch {
	/// Notes whether there is a price now. `true` if that changed anything.
	fn note_light(&mut self, light: bool, now: BlockNumber) -> bool {
		match (light, self.dark_since) {
			(true, None) | (false, Some(_)) => false,
			(false, None) => {
				self.dark_since = Some(now);
				true
			}
			(true, Some(since)) => {
				self.dark_since = None;
				if now.saturating_sub(since) > LONGEST_BLINK {
					// Wraps after more silences than there are blocks.
					self.era = self.era.wrapping_add(1);
				}
				true
			}
		}
	}
}
