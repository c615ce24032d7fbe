//! What anyone may ask. The prices are those that [`Pallet::take`] charges, by the same code.

use alloc::vec::Vec;
use cairn_primitives::LotId;

use crate::{Config, Lot, LotView, Lots, Pallet};

/// The most lots on one page.
const MAX_PAGE: u32 = 100;

impl<T: Config> Pallet<T> {
	pub(crate) fn view_lot(id: LotId) -> Option<LotView> {
		Lots::<T>::get(id).map(|lot| Self::show(id, lot))
	}

	pub(crate) fn view_lots(after: Option<LotId>, limit: u32) -> Vec<LotView> {
		let lots = match after {
			Some(last) => Lots::<T>::iter_from_key(last),
			None => Lots::<T>::iter(),
		};
		lots.take(limit.min(MAX_PAGE) as usize)
			.map(|(id, lot)| Self::show(id, lot))
			.collect()
	}

	fn show(id: LotId, lot: Lot) -> LotView {
		LotView {
			id,
			price: Self::sale_price(&lot).ok(),
			floor: Self::floor_price(&lot).ok(),
			lot,
		}
	}
}
