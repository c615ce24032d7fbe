//! What each pallet is configured with, one file a concern.

pub mod assets;
pub mod collateral;
pub mod consensus;
pub mod exchange;
pub mod governance;
pub mod offences;
pub mod system;
