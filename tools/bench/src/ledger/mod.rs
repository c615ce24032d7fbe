//! All that the benchmarks know of Cairn's own pallets. When a pallet changes, this is the folder to
//! change with it.
//!
//! - `genesis`: the state that a chain starts from
//! - [`population`]: the vaults of that state, and their owners
//! - `accounts`: validators and owners
//! - [`Market`]: prices, and reports of them
//! - `calls`: what people call
//! - [`cases`]: each call of our pallets, where it can be made, and what it is made of
//! - `outcome`: what happened in a block
//!
//! Functions that read or write state run the native runtime, within externalities that the caller
//! sets: those of a genesis state in the making, or of a block in the database.

mod accounts;
mod calls;
pub mod cases;
mod genesis;
mod market;
mod outcome;
pub mod population;

pub use accounts::{owner_account, owner_pair, owners};
pub use calls::{adjust, signed, take, transfer_keep_alive, Movement};
pub use genesis::{
	check_invariants, check_state, genesis, genesis_with, start_of_block, time_of, uniform,
	GENESIS_SLOT,
};
pub use market::{collateral_asset, price_of_bitcoin, report_natively, reports, worth, Market};
pub use outcome::{
	block_us, budget, charged_us, events, first_failure, health_view, is_health, is_vault,
	liquidated, lot_for_sale, mandatory_weight, View,
};

use cairn_primitives::AssetId;

const DEBT_ASSET: AssetId = AssetId::WithId(1);

fn debug(error: impl std::fmt::Debug) -> String {
	format!("{error:?}")
}
