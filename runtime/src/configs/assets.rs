//! Tokens, fees, and what is done with them.

use super::governance::Admin;
use crate::{
	units::{deposit, CRN, EXISTENTIAL_DEPOSIT},
	AccountId, AssetId, Assets, Authorship, Balance, Balances, Runtime, RuntimeEvent,
	RuntimeFreezeReason, RuntimeHoldReason, System,
};
use cairn_primitives::AssetDecimals;
use frame_support::{
	parameter_types,
	traits::{
		fungible::{Balanced, Credit, NativeFromLeft, UnionOf},
		fungibles::metadata::Inspect as InspectMetadata,
		AsEnsureOriginWithArg, ConstU128, ConstU32, ConstU8, Imbalance, OnUnbalanced,
		VariantCountOf,
	},
	weights::{ConstantMultiplier, IdentityFee},
};
use frame_system::EnsureNever;
use pallet_transaction_payment::{FungibleAdapter, Multiplier, TargetedFeeAdjustment};
use sp_runtime::{traits::Bounded, FixedPointNumber, Perquintill};

/// Decimals of CRN. The only token whose decimals are not in `pallet-assets`.
pub const CRN_DECIMALS: u8 = 12;

impl pallet_balances::Config for Runtime {
	type AccountStore = System;
	type Balance = Balance;
	type DoneSlashHandler = ();
	type DustRemoval = ();
	type ExistentialDeposit = ConstU128<EXISTENTIAL_DEPOSIT>;
	type FreezeIdentifier = RuntimeFreezeReason;
	type MaxFreezes = VariantCountOf<RuntimeFreezeReason>;
	type MaxLocks = ConstU32<50>;
	type MaxReserves = ConstU32<50>;
	type ReserveIdentifier = [u8; 8];
	type RuntimeEvent = RuntimeEvent;
	type RuntimeFreezeReason = RuntimeFreezeReason;
	type RuntimeHoldReason = RuntimeHoldReason;
	type WeightInfo = pallet_balances::weights::SubstrateWeight<Runtime>;
}

impl pallet_assets::Config for Runtime {
	type ApprovalDeposit = ConstU128<{ deposit(1, 64) }>;
	type AssetAccountDeposit = ConstU128<{ deposit(1, 64) }>;
	type AssetDeposit = ConstU128<{ deposit(1, 190) }>;
	type AssetId = u32;
	type AssetIdAllocator = ();
	type AssetIdParameter = codec::Compact<u32>;
	type Balance = Balance;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = ();
	type CallbackHandle = ();
	// A collateral's admin could freeze the account that holds it for everybody, so tokens come
	// into being by governance, never by themselves.
	type CreateOrigin = AsEnsureOriginWithArg<EnsureNever<AccountId>>;
	type Currency = Balances;
	type Extra = ();
	type ForceOrigin = Admin;
	type Freezer = ();
	type Holder = ();
	type MetadataDepositBase = ConstU128<{ deposit(1, 68) }>;
	type MetadataDepositPerByte = ConstU128<{ deposit(0, 1) }>;
	type RemoveItemsLimit = ConstU32<1_000>;
	type ReserveData = ();
	type RuntimeEvent = RuntimeEvent;
	type StringLimit = ConstU32<50>;
	type WeightInfo = pallet_assets::weights::SubstrateWeight<Runtime>;
}

/// All tokens behind one interface.
pub type Fungibles = UnionOf<Balances, Assets, NativeFromLeft, AssetId, AccountId>;

/// Decimals from where each token keeps them.
pub struct Decimals;

impl AssetDecimals<AssetId> for Decimals {
	fn decimals(asset: &AssetId) -> Option<u8> {
		match asset {
			AssetId::Native => Some(CRN_DECIMALS),
			AssetId::WithId(id) => {
				// Without metadata the pallet answers zero decimals; a token has a symbol.
				let named = !<Assets as InspectMetadata<AccountId>>::symbol(*id).is_empty();
				named.then(|| <Assets as InspectMetadata<AccountId>>::decimals(*id))
			}
		}
	}
}

parameter_types! {
	/// Fees rise while blocks are fuller than this.
	pub const TargetBlockFullness: Perquintill = Perquintill::from_percent(25);
	pub AdjustmentVariable: Multiplier = Multiplier::saturating_from_rational(75, 1_000_000);
	pub MinimumMultiplier: Multiplier = Multiplier::saturating_from_rational(1, 10u128);
	pub MaximumMultiplier: Multiplier = Bounded::max_value();
}

/// Fees and tips go to the author of the block.
pub struct ToAuthor;

impl OnUnbalanced<Credit<AccountId, Balances>> for ToAuthor {
	fn on_nonzero_unbalanced(credit: Credit<AccountId, Balances>) {
		if let Some(author) = Authorship::author() {
			// What an author without an account cannot take is burned with the credit.
			if let Err(credit) = Balances::resolve(&author, credit) {
				log::debug!(target: "cairn::fees", "the author cannot take {}", credit.peek());
			}
		}
	}
}

impl pallet_transaction_payment::Config for Runtime {
	type FeeMultiplierUpdate = TargetedFeeAdjustment<
		Self,
		TargetBlockFullness,
		AdjustmentVariable,
		MinimumMultiplier,
		MaximumMultiplier,
	>;
	// A megabyte costs ten CRN, a full block of computation one.
	type LengthToFee = ConstantMultiplier<Balance, ConstU128<{ CRN / 100_000 }>>;
	type OnChargeTransaction = FungibleAdapter<Balances, ToAuthor>;
	type OperationalFeeMultiplier = ConstU8<5>;
	type RuntimeEvent = RuntimeEvent;
	type WeightInfo = pallet_transaction_payment::weights::SubstrateWeight<Runtime>;
	type WeightToFee = IdentityFee<Balance>;
}
