//! The block, its limits, and what runs in it besides transactions.

use crate::{
	units::SLOT_MILLISECONDS, AccountId, Babe, Block, Nonce, PalletInfo, Runtime, RuntimeCall,
	RuntimeEvent, RuntimeOrigin, RuntimeTask, StartOfBlock, VERSION,
};
use frame_support::{
	derive_impl,
	dispatch::DispatchClass,
	parameter_types,
	traits::{ConstU32, ConstU64, Contains},
	weights::{
		constants::{ParityDbWeight, WEIGHT_REF_TIME_PER_SECOND},
		Weight,
	},
};
use frame_system::limits;
use sp_runtime::Perbill;
use sp_version::RuntimeVersion;

/// Share of a block for ordinary transactions; the rest is for operational ones.
const NORMAL_SHARE: Perbill = Perbill::from_percent(75);

parameter_types! {
	pub const BlockHashCount: u32 = 2_400;
	pub const Version: RuntimeVersion = VERSION;
	// A third of the slot. There is no proof to carry, so its size is not limited.
	pub BlockWeights: limits::BlockWeights = limits::BlockWeights::with_sensible_defaults(
		Weight::from_parts(WEIGHT_REF_TIME_PER_SECOND, u64::MAX),
		NORMAL_SHARE,
	);
	pub BlockLength: limits::BlockLength = limits::BlockLength::builder()
		.max_length(5 * 1024 * 1024)
		.modify_max_length_for_class(DispatchClass::Normal, |max| *max = NORMAL_SHARE * *max)
		.build();
	pub const SS58Prefix: u16 = 42;
}

/// What nobody may call.
///
/// `pallet-assets` lets a holder give up an account with what is in it, which burns it. A debt asset
/// must not be burned past the treasury's books.
pub struct CallFilter;

impl Contains<RuntimeCall> for CallFilter {
	fn contains(call: &RuntimeCall) -> bool {
		!matches!(
			call,
			RuntimeCall::Assets(pallet_assets::Call::refund {
				allow_burn: true,
				..
			})
		)
	}
}

#[derive_impl(frame_system::config_preludes::SolochainDefaultConfig)]
impl frame_system::Config for Runtime {
	type AccountId = AccountId;
	type AccountData = pallet_balances::AccountData<crate::Balance>;
	type BaseCallFilter = CallFilter;
	type Block = Block;
	type BlockHashCount = BlockHashCount;
	type BlockLength = BlockLength;
	type BlockWeights = BlockWeights;
	type DbWeight = ParityDbWeight;
	type ExtensionsWeightInfo = frame_system::SubstrateExtensionsWeight<Runtime>;
	type MaxConsumers = ConstU32<128>;
	type Nonce = Nonce;
	type PostInherents = StartOfBlock;
	type SS58Prefix = SS58Prefix;
	type SystemWeightInfo = frame_system::weights::SubstrateWeight<Runtime>;
	type Version = Version;
}

impl pallet_timestamp::Config for Runtime {
	type Moment = cairn_primitives::Moment;
	type OnTimestampSet = Babe;
	type MinimumPeriod = ConstU64<{ SLOT_MILLISECONDS / 2 }>;
	type WeightInfo = pallet_timestamp::weights::SubstrateWeight<Runtime>;
}
