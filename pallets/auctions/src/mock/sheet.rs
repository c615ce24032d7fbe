//! The sheet that lots read.

use std::cell::Cell;

use cairn_primitives::{AssetId, Balance, BalanceSheet};

use super::Treasury;

/// What a test has it say.
#[derive(Clone, Copy)]
struct Told {
	bad_debt: Balance,
	reserve: Balance,
}

thread_local! {
	static TOLD: Cell<Option<Told>> = const { Cell::new(None) };
}

/// The treasury's, unless a test has it say something else of bad debt and of the reserve.
pub struct ToldSheet;

impl ToldSheet {
	/// So much bad debt there is from now on, and so much in the reserve, whatever the treasury knows.
	pub fn tells(bad_debt: Balance, reserve: Balance) {
		TOLD.set(Some(Told { bad_debt, reserve }));
	}

	/// What the treasury knows.
	pub fn tells_the_truth() {
		TOLD.set(None);
	}
}

impl BalanceSheet<AssetId> for ToldSheet {
	fn debt_seized(asset: &AssetId, amount: Balance) {
		Treasury::debt_seized(asset, amount);
	}

	fn debt_lost(asset: &AssetId, amount: Balance) {
		Treasury::debt_lost(asset, amount);
	}

	fn backed_by_vaults(asset: &AssetId) -> Balance {
		Treasury::backed_by_vaults(asset)
	}

	fn in_auction(asset: &AssetId) -> Balance {
		Treasury::in_auction(asset)
	}

	fn bad_debt(asset: &AssetId) -> Balance {
		TOLD.get()
			.map_or_else(|| Treasury::bad_debt(asset), |told| told.bad_debt)
	}

	fn reserve(asset: &AssetId) -> Balance {
		TOLD.get()
			.map_or_else(|| Treasury::reserve(asset), |told| told.reserve)
	}
}
