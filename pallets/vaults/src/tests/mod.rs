//! Tests by topic.

use crate::{mock::Test, Error};
use sp_runtime::DispatchError;

mod bad_input;
mod claims;
mod corruption;
mod enforcement;
mod exact;
mod extremes;
mod facilities;
mod index;
mod ledger;
mod operations;
mod regressions;
mod staleness;

/// An error as a call returns it.
fn because(error: Error<Test>) -> DispatchError {
	error.into()
}
