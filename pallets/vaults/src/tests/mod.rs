//! Tests by topic.

use crate::{mock::Test, Error};
use sp_runtime::DispatchError;

mod bad_input;
mod batches;
mod brute_force;
mod budget;
mod charges;
mod claims;
mod corrupt_index;
mod corrupt_settlement;
mod corrupt_terms;
mod corruption;
mod debt_assets;
mod deficits;
mod enforcement;
mod exact;
pub mod extremes;
mod facilities;
mod governance;
mod guard;
mod guard_fuzz;
mod index;
mod interest;
mod invariants;
mod keepers;
mod ledger;
mod ledger_calls;
mod ledger_fuzz;
mod ledger_lots;
mod ledger_others;
mod ledger_rules;
mod ledger_terms;
mod ledger_views;
mod ledger_world;
mod leg_prices;
mod magnitudes;
mod modes;
mod operations;
mod refunds;
mod regressions;
mod risk_limits;
mod riskiest;
mod settled_lots;
mod settlement;
mod settlement_extremes;
mod settlement_fuzz;
mod settlement_world;
mod settling;
mod staleness;
mod strangers;
mod sweep;
mod tally;
mod transfer;
mod viewing;

/// An error as a call returns it.
fn because(error: Error<Test>) -> DispatchError {
	error.into()
}
