//! Who decides, and the tools that accounts have to act together or for each other.

use crate::{
	units::deposit, AccountId, Balance, Balances, Guardians, OriginCaller, Preimage, Runtime,
	RuntimeCall, RuntimeEvent, RuntimeHoldReason, RuntimeOrigin, System,
};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{
	parameter_types,
	traits::{
		fungible::HoldConsideration, ConstU128, ConstU32, EitherOfDiverse, EqualPrivilegeOnly,
		InstanceFilter, LinearStoragePrice,
	},
	weights::Weight,
};
use frame_system::{EnsureRoot, EnsureSignedBy};
use scale_info::TypeInfo;
use sp_runtime::{traits::BlakeTwo256, Perbill};

use super::system::BlockWeights;

/// Who decides about everything.
pub type Admin = EnsureRoot<AccountId>;

/// Who may only make things safer, each guardian alone: an alarm must not wait for a vote. What that
/// is each pallet says, call by call. An account that several keep together can be one of them.
pub type Guardian = EitherOfDiverse<EnsureSignedBy<Guardians, AccountId>, Admin>;

impl pallet_membership::Config for Runtime {
	type AddOrigin = Admin;
	type MaxMembers = ConstU32<16>;
	type MembershipChanged = ();
	type MembershipInitialized = ();
	type PrimeOrigin = Admin;
	type RemoveOrigin = Admin;
	type ResetOrigin = Admin;
	type RuntimeEvent = RuntimeEvent;
	type SwapOrigin = Admin;
	type WeightInfo = pallet_membership::weights::SubstrateWeight<Runtime>;
}

impl pallet_utility::Config for Runtime {
	type PalletsOrigin = OriginCaller;
	type RuntimeCall = RuntimeCall;
	type RuntimeEvent = RuntimeEvent;
	type WeightInfo = pallet_utility::weights::SubstrateWeight<Runtime>;
}

impl pallet_multisig::Config for Runtime {
	type BlockNumberProvider = System;
	type Currency = Balances;
	type DepositBase = ConstU128<{ deposit(1, 88) }>;
	type DepositFactor = ConstU128<{ deposit(0, 32) }>;
	type MaxSignatories = ConstU32<100>;
	type RuntimeCall = RuntimeCall;
	type RuntimeEvent = RuntimeEvent;
	type WeightInfo = pallet_multisig::weights::SubstrateWeight<Runtime>;
}

/// What a proxy may do.
#[derive(
	Clone,
	Copy,
	Debug,
	Default,
	PartialEq,
	Eq,
	PartialOrd,
	Ord,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub enum ProxyType {
	/// Everything.
	#[default]
	Any,
	/// Nothing that moves tokens: neither transfers, nor the exchange, nor vaults and auctions. Nor what
	/// is done in another's name, by a proxy or a multisig, or as root, because what is called in that way
	/// would not be held to this.
	NonTransfer,
	/// Managing the owner's vaults: what is put into them is his, and what leaves them comes to him, so
	/// a bot can be trusted with it. Neither giving a vault away nor taking one over, and nothing that
	/// spends his tokens on vaults of others.
	Vaults,
	/// Announced calls of others may be rejected.
	CancelProxy,
}

impl InstanceFilter<RuntimeCall> for ProxyType {
	fn filter(&self, call: &RuntimeCall) -> bool {
		match self {
			Self::Any => true,
			Self::NonTransfer => moves_nothing(call),
			Self::Vaults => {
				matches!(call, RuntimeCall::Vaults(call) if manages_own_vaults(call))
			}
			Self::CancelProxy => matches!(
				call,
				RuntimeCall::Proxy(pallet_proxy::Call::reject_announcement { .. })
			),
		}
	}
	fn is_superset(&self, other: &Self) -> bool {
		self == &Self::Any || self == other
	}
}

/// What [`ProxyType::NonTransfer`] may do. Without a wildcard: of a new pallet it has to be decided.
fn moves_nothing(call: &RuntimeCall) -> bool {
	match call {
		RuntimeCall::System(..)
		| RuntimeCall::Timestamp(..)
		| RuntimeCall::Babe(..)
		| RuntimeCall::Session(..)
		| RuntimeCall::Grandpa(..)
		| RuntimeCall::Preimage(..)
		| RuntimeCall::Scheduler(..)
		| RuntimeCall::Guardians(..)
		| RuntimeCall::Oracle(..)
		// Governance and guardians only: nobody's tokens are moved by any of its calls.
		| RuntimeCall::Treasury(..)
		// Each call in a batch has to pass on its own.
		| RuntimeCall::Utility(..) => true,
		// What is called in the name of another passes no filter but that of its own proxy.
		RuntimeCall::Proxy(call) => !matches!(
			call,
			pallet_proxy::Call::proxy { .. } | pallet_proxy::Call::proxy_announced { .. }
		),
		RuntimeCall::Multisig(..) | RuntimeCall::Sudo(..) => false,
		RuntimeCall::Balances(..)
		| RuntimeCall::Assets(..)
		| RuntimeCall::PoolAssets(..)
		| RuntimeCall::AssetConversion(..)
		| RuntimeCall::Auctions(..)
		| RuntimeCall::Vaults(..) => false,
	}
}

/// What [`ProxyType::Vaults`] may do. `deposit` and `repay` are not among it, because anybody may do that
/// for any vault: the owner's own are served by `adjust`, which is for their owner only.
fn manages_own_vaults(call: &cairn_vaults::Call<Runtime>) -> bool {
	use cairn_vaults::Call;
	matches!(
		call,
		Call::open { .. }
			| Call::adjust { .. }
			| Call::withdraw { .. }
			| Call::borrow { .. }
			| Call::close { .. }
			| Call::claim { .. }
			| Call::set_guard { .. }
			| Call::liquidate { .. }
			| Call::enforce_backlog { .. }
	)
}

impl pallet_proxy::Config for Runtime {
	type AnnouncementDepositBase = ConstU128<{ deposit(1, 16) }>;
	type AnnouncementDepositFactor = ConstU128<{ deposit(0, 68) }>;
	type BlockNumberProvider = System;
	type CallHasher = BlakeTwo256;
	type Currency = Balances;
	type MaxPending = ConstU32<32>;
	type MaxProxies = ConstU32<32>;
	type ProxyDepositBase = ConstU128<{ deposit(1, 40) }>;
	type ProxyDepositFactor = ConstU128<{ deposit(0, 33) }>;
	type ProxyType = ProxyType;
	type RuntimeCall = RuntimeCall;
	type RuntimeEvent = RuntimeEvent;
	type WeightInfo = pallet_proxy::weights::SubstrateWeight<Runtime>;
}

parameter_types! {
	pub const PreimageBaseDeposit: Balance = deposit(2, 64);
	pub const PreimageByteDeposit: Balance = deposit(0, 1);
	pub const PreimageHoldReason: RuntimeHoldReason =
		RuntimeHoldReason::Preimage(pallet_preimage::HoldReason::Preimage);
	pub MaximumSchedulerWeight: Weight = Perbill::from_percent(20) * BlockWeights::get().max_block;
}

impl pallet_preimage::Config for Runtime {
	type Consideration = HoldConsideration<
		AccountId,
		Balances,
		PreimageHoldReason,
		LinearStoragePrice<PreimageBaseDeposit, PreimageByteDeposit, Balance>,
	>;
	type Currency = Balances;
	type ManagerOrigin = EnsureRoot<AccountId>;
	type RuntimeEvent = RuntimeEvent;
	type WeightInfo = pallet_preimage::weights::SubstrateWeight<Runtime>;
}

impl pallet_scheduler::Config for Runtime {
	type BlockNumberProvider = System;
	type MaxScheduledPerBlock = ConstU32<50>;
	type MaximumWeight = MaximumSchedulerWeight;
	type OriginPrivilegeCmp = EqualPrivilegeOnly;
	type PalletsOrigin = OriginCaller;
	type Preimages = Preimage;
	type RuntimeCall = RuntimeCall;
	type RuntimeEvent = RuntimeEvent;
	type RuntimeOrigin = RuntimeOrigin;
	type ScheduleOrigin = EnsureRoot<AccountId>;
	type WeightInfo = pallet_scheduler::weights::SubstrateWeight<Runtime>;
}

impl pallet_sudo::Config for Runtime {
	type RuntimeCall = RuntimeCall;
	type RuntimeEvent = RuntimeEvent;
	type WeightInfo = pallet_sudo::weights::SubstrateWeight<Runtime>;
}
