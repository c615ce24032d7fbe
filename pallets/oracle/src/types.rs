//! Feeds, reports and agreed prices: what the pallet stores and what comes in from outside.

mod book;
mod feed;
mod genesis;
mod price;
mod report;

pub use book::*;
pub use feed::*;
pub use genesis::*;
pub use price::*;
pub use report::*;

/// A period in which every validator reports once: the block's number divided by `RoundLength`.
pub type Round = u32;
