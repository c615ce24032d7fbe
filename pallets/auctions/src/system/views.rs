//! What anyone may ask about system lots. The prices are those that are charged, by the same code.

use cairn_primitives::{AssetId, Balance};
use sp_runtime::DispatchError;

use super::types::{SystemLotKind, SystemLotView, SystemQuote};
use crate::{Config, Error, Pallet, SystemLots};

impl<T: Config> Pallet<T> {
	pub(crate) fn view_system_lot(asset: &AssetId) -> Option<SystemLotView> {
		let lot = SystemLots::<T>::get(asset)?;
		let all = Self::view_system_quote(asset, Balance::MAX);
		Some(SystemLotView {
			lot,
			price: Self::system_price(&lot).ok(),
			available: all.map_or(0, |quote| quote.debt),
		})
	}

	pub(crate) fn view_system_quote(
		asset: &AssetId,
		max_amount: Balance,
	) -> Result<SystemQuote, DispatchError> {
		match SystemLots::<T>::get(asset).map(|lot| lot.kind) {
			Some(SystemLotKind::Surplus) => Self::quote_surplus(asset, max_amount),
			Some(SystemLotKind::Recapitalisation) => {
				Self::quote_recapitalisation(asset, max_amount)
			}
			None => Err(Error::<T>::NoSystemLot.into()),
		}
	}
}
