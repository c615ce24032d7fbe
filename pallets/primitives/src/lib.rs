//! Shared types of Cairn, and the traits by which its pallets meet.
//!
//! No pallet names another. Each states in its `Config` which of these traits it needs, and the
//! runtime decides who provides them:
//!
//! ```text
//!            PriceSource            LiquidationLots     Issuance, BalanceSheet, Reserve
//!   oracle ──────────────► vaults ──────────────────► auctions ────────────────────► treasury
//!                            ▲                           ▲          LotLedger           │ │
//!                            │                           └──────────────────────────────┘ │
//!                            └────────────────────────────────────────────────────────────┘
//!                                                    DebtLedger
//! ```
//!
//! Nothing here has logic of its own beyond reading its own fields.

#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod assets;
mod exchange;
mod issuance;
mod keeper;
mod lots;
pub mod oracle;
mod quote;

pub use assets::AssetDecimals;
#[cfg(feature = "runtime-benchmarks")]
pub use assets::CreateAsset;
pub use exchange::Exchange;
pub use issuance::{
	BalanceSheet, BurnReason, DebtLedger, Holding, Issuance, LotLedger, MintReason, Reserve,
	Standing,
};
pub use keeper::KeeperReward;
pub use lots::{Leftover, LiquidationLots, Seizure};
pub use quote::{Movement, PriceHistory, PriceSource, Quote, QuoteStatus};

use frame_support::traits::tokens::fungible::NativeOrWithId;
use sp_runtime::{
	traits::{IdentifyAccount, Verify},
	MultiSignature,
};

/// Signature of a transaction.
pub type Signature = MultiSignature;
/// Account of the chain.
pub type AccountId = <<Signature as Verify>::Signer as IdentifyAccount>::AccountId;
/// Amount of a token in its smallest units.
pub type Balance = u128;
/// Number of transactions an account has sent.
pub type Nonce = u32;
/// Hash of blocks and transactions.
pub type Hash = sp_core::H256;
/// Height of a block.
pub type BlockNumber = u32;
/// Milliseconds since the Unix epoch.
pub type Moment = u64;

/// A token: the native one or one of `pallet-assets`.
pub type AssetId = NativeOrWithId<u32>;
/// A line of issuance of one debt asset.
pub type FacilityId = u32;
/// A vault. Unique over all facilities and owners, never used twice.
pub type VaultId = u64;
/// A lot of seized collateral. Never used twice.
pub type LotId = u64;
