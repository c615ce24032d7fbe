//! The state transition function of Cairn: composition only.
//!
//! - `configs/`: what each pallet is configured with, one file a concern
//! - [`start_of_block`]: what happens in every block before the first user transaction
//! - [`invariants`]: whether the books are right
//! - [`payment`]: fees and tips, and what a tip cannot buy
//! - [`apis`]: what nodes and wallets ask the runtime
//! - [`genesis_presets`]: chains to start from

#![cfg_attr(not(feature = "std"), no_std)]
// `impl_runtime_apis` and the runtime macro generate deep types.
#![recursion_limit = "512"]

#[cfg(feature = "std")]
include!(concat!(env!("OUT_DIR"), "/wasm_binary.rs"));

extern crate alloc;

pub mod apis;
#[cfg(feature = "runtime-benchmarks")]
mod benchmarks;
pub mod configs;
pub mod genesis_presets;
pub mod invariants;
pub mod payment;
mod start_of_block;
mod transactions;
mod weights;

pub use apis::RuntimeApi;
pub use cairn_primitives::{AccountId, AssetId, Balance, BlockNumber, Hash, Nonce, Signature};
pub use pallet_balances::Call as BalancesCall;
pub use start_of_block::StartOfBlock;
pub use transactions::{TxExtension, UncheckedExtrinsic};

use alloc::{borrow::Cow, vec::Vec};
use sp_runtime::{generic, impl_opaque_keys, traits::BlakeTwo256, MultiAddress};
use sp_version::{runtime_version, RuntimeVersion};

/// Time and amounts.
pub mod units {
	use cairn_primitives::{Balance, BlockNumber, Moment};

	/// A slot. Fixed for the life of the chain.
	pub const SLOT_MILLISECONDS: Moment = 3_000;
	/// Blocks of a minute.
	pub const MINUTES: BlockNumber = 60_000 / (SLOT_MILLISECONDS as BlockNumber);
	/// Blocks of an hour.
	pub const HOURS: BlockNumber = MINUTES * 60;
	/// Blocks of a day.
	pub const DAYS: BlockNumber = HOURS * 24;

	/// One CRN.
	pub const CRN: Balance = 1_000_000_000_000;
	/// A thousandth of a CRN.
	pub const MILLI_CRN: Balance = CRN / 1_000;
	/// One CUSD.
	pub const CUSD: Balance = 1_000_000_000_000;
	/// An account holds at least this much CRN.
	pub const EXISTENTIAL_DEPOSIT: Balance = MILLI_CRN;

	/// What storage costs in CRN while it is used: so much an item and so much a byte.
	pub const fn deposit(items: u32, bytes: u32) -> Balance {
		items as Balance * 20 * MILLI_CRN + bytes as Balance * (MILLI_CRN / 10)
	}
}

impl_opaque_keys! {
	/// What a validator signs with.
	pub struct SessionKeys {
		/// Block production.
		pub babe: Babe,
		/// Finality.
		pub grandpa: Grandpa,
		/// Finding each other.
		pub authority_discovery: AuthorityDiscovery,
		/// Price reports.
		pub oracle: Oracle,
	}
}

/// The version of this runtime.
#[runtime_version]
pub const VERSION: RuntimeVersion = RuntimeVersion {
	spec_name: Cow::Borrowed("cairn"),
	impl_name: Cow::Borrowed("cairn"),
	authoring_version: 1,
	spec_version: 100,
	impl_version: 1,
	apis: apis::RUNTIME_API_VERSIONS,
	transaction_version: 1,
	system_version: 1,
};

/// Types for whoever handles blocks without looking into them.
pub mod opaque {
	use super::{generic, BlakeTwo256, BlockNumber};
	pub use sp_runtime::OpaqueExtrinsic as UncheckedExtrinsic;

	/// Block header.
	pub type Header = generic::Header<BlockNumber, BlakeTwo256>;
	/// Block with extrinsics as bytes.
	pub type Block = generic::Block<Header, UncheckedExtrinsic>;
	/// Block identifier.
	pub type BlockId = generic::BlockId<Block>;
}

/// Address of a transaction.
pub type Address = MultiAddress<AccountId, ()>;
/// Block header.
pub type Header = generic::Header<BlockNumber, BlakeTwo256>;
/// Block.
pub type Block = generic::Block<Header, UncheckedExtrinsic>;

/// What executes blocks.
pub type Executive = frame_executive::Executive<
	Runtime,
	Block,
	frame_system::ChainContext<Runtime>,
	Runtime,
	AllPalletsWithSystem,
>;

// Indices are part of every transaction: never change one, never use one twice.
#[frame_support::runtime]
mod runtime {
	use frame_support::instances::Instance1;

	/// The runtime.
	#[runtime::runtime]
	#[runtime::derive(
		RuntimeCall,
		RuntimeEvent,
		RuntimeError,
		RuntimeOrigin,
		RuntimeFreezeReason,
		RuntimeHoldReason,
		RuntimeSlashReason,
		RuntimeLockId,
		RuntimeTask,
		RuntimeViewFunction
	)]
	pub struct Runtime;

	// The block itself.
	#[runtime::pallet_index(0)]
	pub type System = frame_system::Pallet<Runtime>;
	#[runtime::pallet_index(1)]
	pub type Timestamp = pallet_timestamp::Pallet<Runtime>;

	// Consensus. Authorship comes before session, session before what it hands keys to.
	#[runtime::pallet_index(10)]
	pub type Babe = pallet_babe::Pallet<Runtime>;
	#[runtime::pallet_index(11)]
	pub type Authorship = pallet_authorship::Pallet<Runtime>;
	#[runtime::pallet_index(12)]
	pub type Offences = pallet_offences::Pallet<Runtime>;
	#[runtime::pallet_index(13)]
	pub type Historical = pallet_session::historical::Pallet<Runtime>;
	#[runtime::pallet_index(14)]
	pub type Session = pallet_session::Pallet<Runtime>;
	#[runtime::pallet_index(15)]
	pub type Grandpa = pallet_grandpa::Pallet<Runtime>;
	#[runtime::pallet_index(16)]
	pub type AuthorityDiscovery = pallet_authority_discovery::Pallet<Runtime>;

	// Tokens and fees.
	#[runtime::pallet_index(20)]
	pub type Balances = pallet_balances::Pallet<Runtime>;
	#[runtime::pallet_index(21)]
	pub type Assets = pallet_assets::Pallet<Runtime>;
	#[runtime::pallet_index(22)]
	pub type TransactionPayment = pallet_transaction_payment::Pallet<Runtime>;
	#[runtime::pallet_index(23)]
	pub type PoolAssets = pallet_assets::Pallet<Runtime, Instance1>;
	#[runtime::pallet_index(24)]
	pub type AssetConversion = pallet_asset_conversion::Pallet<Runtime>;

	// Conveniences.
	#[runtime::pallet_index(30)]
	pub type Utility = pallet_utility::Pallet<Runtime>;
	#[runtime::pallet_index(31)]
	pub type Multisig = pallet_multisig::Pallet<Runtime>;
	#[runtime::pallet_index(32)]
	pub type Proxy = pallet_proxy::Pallet<Runtime>;

	// Governance.
	#[runtime::pallet_index(40)]
	pub type Preimage = pallet_preimage::Pallet<Runtime>;
	#[runtime::pallet_index(41)]
	pub type Scheduler = pallet_scheduler::Pallet<Runtime>;
	#[runtime::pallet_index(42)]
	pub type Sudo = pallet_sudo::Pallet<Runtime>;
	#[runtime::pallet_index(43)]
	pub type Guardians = pallet_membership::Pallet<Runtime>;

	// What Cairn is for. Genesis is built in this order: the treasury before the vaults that have
	// it enable their debt asset.
	#[runtime::pallet_index(50)]
	pub type Oracle = cairn_oracle::Pallet<Runtime>;
	#[runtime::pallet_index(51)]
	pub type Treasury = cairn_treasury::Pallet<Runtime>;
	#[runtime::pallet_index(52)]
	pub type Auctions = cairn_auctions::Pallet<Runtime>;
	#[runtime::pallet_index(53)]
	pub type Vaults = cairn_vaults::Pallet<Runtime>;
}
