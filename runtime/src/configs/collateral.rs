//! What Cairn is for: prices, vaults, lots, and the treasury, tied together.

use super::{
	assets::{Decimals, Fungibles},
	consensus::MAX_AUTHORITIES,
	exchange::Pools,
	governance::{Admin, Guardian},
	offences::OnRecord,
};
use crate::{
	units::{deposit, CUSD, DAYS, HOURS, SLOT_MILLISECONDS},
	AccountId, AssetId, Auctions, Balance, Balances, Oracle, Runtime, RuntimeHoldReason, Timestamp,
	Treasury, Vaults,
};
use cairn_auctions::Limits;
use cairn_math::Perbill;
use cairn_primitives::Moment;
use cairn_treasury::{GrowthCap, KeeperTerms, Policy};
use frame_support::{
	parameter_types,
	traits::{ConstU128, ConstU32, ConstU64},
	PalletId,
};
use sp_runtime::{traits::AccountIdConversion, transaction_validity::TransactionPriority};

/// The debt of a vault is zero or at least this much, and so is what a lot leaves.
pub const MINIMUM_DEBT: Balance = 100 * CUSD;

/// How many synthetic tokens there can be.
type MaxDebtAssets = ConstU32<16>;
/// In milliseconds.
const DAY: Moment = 86_400_000;

parameter_types! {
	pub const TreasuryId: PalletId = PalletId(*b"cairn/tr");
	/// Holds the collateral of all vaults and lots. Nobody has a key to it.
	pub Custody: AccountId = PalletId(*b"cairn/cu").into_account_truncating();
	pub const Quorum: (u32, u32) = (2, 3);
	pub const NativeToken: AssetId = AssetId::Native;
	/// How a debt asset is managed until governance says otherwise.
	pub const DefaultPolicy: Policy = Policy {
		reserve_target: Perbill::from_percent(5),
		growth: Some(GrowthCap {
			share: Perbill::from_percent(10),
			least: 10_000_000 * CUSD,
		}),
		// More than a transaction costs by far, less than half of what a liquidation of the smallest
		// debt brings or it is not paid.
		keeper: KeeperTerms {
			flat: CUSD,
			share: Perbill::from_percent(5),
			cap: 1_000 * CUSD,
		},
	};
	/// What may always be on sale, and what may be at most once buyers have shown that they take it.
	pub const LotLimits: Limits = Limits {
		lot: 25_000 * CUSD,
		total: 100_000 * CUSD,
		most: 50_000_000 * CUSD,
	};
	pub const ShadowTolerance: Perbill = Perbill::from_percent(2);
}

impl cairn_oracle::Config for Runtime {
	type AdminOrigin = Admin;
	type GuardianOrigin = Guardian;
	type MaxAuthorities = ConstU32<MAX_AUTHORITIES>;
	type MaxFeeds = ConstU32<32>;
	type MaxReportAge = ConstU32<3>;
	type MaxSources = ConstU32<8>;
	type OnMisconduct = OnRecord;
	type Quorum = Quorum;
	type ReportLongevity = ConstU64<5>;
	// No tip lifts a transaction as high: see `payment`.
	type ReportPriority = ConstU64<{ TransactionPriority::MAX }>;
	type RoundLength = ConstU32<1>;
	// A day.
	type ShadowRounds = ConstU32<DAYS>;
	type ShadowTolerance = ShadowTolerance;
	type SlotLength = ConstU64<SLOT_MILLISECONDS>;
	// Validators count the same: they are chosen, and have nothing at stake that could tell them apart.
	type Stakes = ();
	type Time = Timestamp;
	type WeightInfo = crate::weights::cairn_oracle::WeightInfo<Runtime>;
}

impl cairn_treasury::Config for Runtime {
	type AdminOrigin = Admin;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = crate::benchmarks::Tokens;
	type BlocksPerHour = ConstU32<HOURS>;
	type DefaultPolicy = DefaultPolicy;
	type EraLength = ConstU32<DAYS>;
	type Fungibles = Fungibles;
	type GuardianOrigin = Guardian;
	type Ledger = Vaults;
	type Lots = Auctions;
	type MaxDebtAssets = MaxDebtAssets;
	type MaxStock = ConstU32<16>;
	type PalletId = TreasuryId;
	type WeightInfo = crate::weights::cairn_treasury::WeightInfo<Runtime>;
}

impl cairn_auctions::Config for Runtime {
	type AdminOrigin = Admin;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = crate::benchmarks::Tokens;
	type Custody = Custody;
	type Decimals = Decimals;
	type DefaultLimits = LotLimits;
	type Exchange = Pools;
	type Fungibles = Fungibles;
	type Issuance = Treasury;
	type MaxCollaterals = ConstU32<32>;
	type MaxDebtAssets = MaxDebtAssets;
	type MaxEventsPerBlock = ConstU32<64>;
	type MaxLots = ConstU32<512>;
	type MinimumRemainder = ConstU128<MINIMUM_DEBT>;
	type NativeToken = NativeToken;
	type Prices = Oracle;
	type Reserve = Treasury;
	type Sheet = Treasury;
	type WeightInfo = crate::weights::cairn_auctions::WeightInfo<Runtime>;
}

impl cairn_vaults::Config for Runtime {
	type AdminOrigin = Admin;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = crate::benchmarks::Tokens;
	type Custody = Custody;
	type Decimals = Decimals;
	type Fungibles = Fungibles;
	type GuardianOrigin = Guardian;
	type Issuance = Treasury;
	type Keepers = Treasury;
	type Lots = Auctions;
	type MaxCollaterals = ConstU32<16>;
	type MaxFacilities = ConstU32<32>;
	type Native = Balances;
	type Prices = Oracle;
	type ReceiptDeposit = ConstU128<{ deposit(1, 400) }>;
	// Whoever disagrees with what is coming has a day to leave, and a week until it is there.
	type RampDelay = ConstU64<{ DAY }>;
	type RampLength = ConstU64<{ 7 * DAY }>;
	type RuntimeHoldReason = RuntimeHoldReason;
	type Sheet = Treasury;
	type Time = Timestamp;
	type VaultDeposit = ConstU128<{ deposit(2, 800) }>;
	type WeightInfo = crate::weights::cairn_vaults::WeightInfo<Runtime>;
}
