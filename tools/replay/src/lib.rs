//! Crash replays: the real runtime through a path of prices.
//!
//! - [`prices`]: the path, from a CSV file; [`notes`]: what it is told about that; [`feed`]: what of it whom reaches
//! - [`chain`]: the runtime in memory; all that depends on its inside
//! - [`crowd`]: the vaults; [`bidders`] and [`market`]: who buys, and what he can do with it
//! - [`replay`]: how these meet, block by block
//! - [`watch`], [`owners`], [`shortfall`], [`tally`]: what is measured; [`summary`], [`picture`]: how
//!   it is shown
//! - [`alarms`]: errors that the runtime logs
//! - [`paths`]: the paths that come with the tool
//!
//! How to use it, and what its figures mean, is in `docs/replay.md`.

pub mod alarms;
pub mod bidders;
pub mod chain;
pub mod crowd;
pub mod feed;
pub mod market;
pub mod notes;
pub mod owners;
pub mod paths;
pub mod picture;
pub mod prices;
pub mod random;
pub mod replay;
pub mod shortfall;
pub mod summary;
pub mod tally;
pub mod watch;
