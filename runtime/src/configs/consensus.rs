//! Who makes blocks, who finalises them, and how misbehaviour is proven. What follows from it is in
//! [`super::offences`].

use super::offences::OnRecord;
use crate::{
	units::{HOURS, MILLI_CRN, SLOT_MILLISECONDS},
	AccountId, AuthorityDiscovery, Babe, Balance, Balances, BlockNumber, Grandpa, Historical,
	Offences, Oracle, Runtime, RuntimeEvent, Session, SessionKeys,
};
use alloc::vec::Vec;
use frame_support::{
	parameter_types,
	traits::{ConstU32, ConstU64, KeyOwnerProofSystem},
};
use sp_core::crypto::KeyTypeId;
use sp_runtime::{
	traits::{Convert, OpaqueKeys},
	transaction_validity::TransactionPriority,
};
use sp_staking::SessionIndex;

/// Validators, at most.
pub const MAX_AUTHORITIES: u32 = 100;

/// Blocks of an epoch, which is also a session. Fixed for the life of the chain.
pub const EPOCH_BLOCKS: BlockNumber = HOURS;

/// What BABE runs with from the first block. A quarter of the slots have a primary author; plain
/// secondary slots fill the rest, so that blocks come at the slot rate.
pub const BABE_GENESIS_EPOCH_CONFIG: sp_consensus_babe::BabeEpochConfiguration =
	sp_consensus_babe::BabeEpochConfiguration {
		c: (1, 4),
		allowed_slots: sp_consensus_babe::AllowedSlots::PrimaryAndSecondaryPlainSlots,
	};

parameter_types! {
	/// An equivocation can be reported for this many sessions: a week.
	pub const ReportSessions: u64 = 7 * 24;
	pub const ReportLongevity: u64 = ReportSessions::get() * EPOCH_BLOCKS as u64;
	pub const KeyDeposit: Balance = 100 * MILLI_CRN;
	/// Above every user transaction, below the oracle's reports.
	pub const EquivocationPriority: TransactionPriority = TransactionPriority::MAX / 2;
}

impl pallet_babe::Config for Runtime {
	type DisabledValidators = Session;
	type EpochChangeTrigger = pallet_babe::ExternalTrigger;
	type EpochDuration = ConstU64<{ EPOCH_BLOCKS as u64 }>;
	type EquivocationReportSystem =
		pallet_babe::EquivocationReportSystem<Self, Offences, Historical, ReportLongevity>;
	type ExpectedBlockTime = ConstU64<SLOT_MILLISECONDS>;
	type KeyOwnerProof =
		<Historical as KeyOwnerProofSystem<(KeyTypeId, pallet_babe::AuthorityId)>>::Proof;
	type MaxAuthorities = ConstU32<MAX_AUTHORITIES>;
	type MaxNominators = ConstU32<0>;
	type WeightInfo = ();
}

impl pallet_grandpa::Config for Runtime {
	type EquivocationReportSystem =
		pallet_grandpa::EquivocationReportSystem<Self, Offences, Historical, ReportLongevity>;
	type KeyOwnerProof =
		<Historical as KeyOwnerProofSystem<(KeyTypeId, pallet_grandpa::AuthorityId)>>::Proof;
	type MaxAuthorities = ConstU32<MAX_AUTHORITIES>;
	type MaxNominators = ConstU32<0>;
	type MaxSetIdSessionEntries = ReportSessions;
	type RuntimeEvent = RuntimeEvent;
	type WeightInfo = ();
}

impl pallet_authorship::Config for Runtime {
	type EventHandler = ();
	type FindAuthor = pallet_session::FindAccountFromAuthorIndex<Self, Babe>;
}

impl pallet_authority_discovery::Config for Runtime {
	type MaxAuthorities = ConstU32<MAX_AUTHORITIES>;
}

/// The validators are those of the genesis block.
///
/// A session that changes nothing answers `None`, so that neither BABE nor GRANDPA starts a new set
/// for it.
pub struct GenesisValidators;

impl pallet_session::SessionManager<AccountId> for GenesisValidators {
	fn new_session_genesis(_: SessionIndex) -> Option<Vec<AccountId>> {
		// Only genesis validators have keys at that time. Some, not None: the proof that a key
		// belongs to a validator needs a set to be proven against.
		Some(pallet_session::NextKeys::<Runtime>::iter_keys().collect())
	}
	fn new_session(_: SessionIndex) -> Option<Vec<AccountId>> {
		None
	}
	fn start_session(_: SessionIndex) {}
	fn end_session(_: SessionIndex) {}
}

impl pallet_session::historical::SessionManager<AccountId, ()> for GenesisValidators {
	fn new_session_genesis(index: SessionIndex) -> Option<Vec<(AccountId, ())>> {
		<Self as pallet_session::SessionManager<_>>::new_session_genesis(index).map(|validators| {
			validators
				.into_iter()
				.map(|validator| (validator, ()))
				.collect()
		})
	}
	fn new_session(_: SessionIndex) -> Option<Vec<(AccountId, ())>> {
		None
	}
	fn start_session(session: SessionIndex) {
		OnRecord::forget(session);
	}
	fn end_session(_: SessionIndex) {}
}

/// Only validators have a validator's id, and so only they can set session keys.
pub struct ValidatorIdOf;

impl Convert<AccountId, Option<AccountId>> for ValidatorIdOf {
	fn convert(account: AccountId) -> Option<AccountId> {
		pallet_session::Validators::<Runtime>::get()
			.contains(&account)
			.then_some(account)
	}
}

/// Nothing is known of a validator beyond its account.
pub struct NoIdentification;

impl Convert<AccountId, Option<()>> for NoIdentification {
	fn convert(_: AccountId) -> Option<()> {
		Some(())
	}
}

impl pallet_session::Config for Runtime {
	type Currency = Balances;
	type DisablingStrategy = pallet_session::disabling::UpToLimitDisablingStrategy;
	type KeyDeposit = KeyDeposit;
	type Keys = SessionKeys;
	type NextSessionRotation = Babe;
	type RuntimeEvent = RuntimeEvent;
	type SessionHandler = <SessionKeys as OpaqueKeys>::KeyTypeIdProviders;
	type SessionManager = pallet_session::historical::NoteHistoricalRoot<Self, GenesisValidators>;
	type ShouldEndSession = Babe;
	type ValidatorId = AccountId;
	type ValidatorIdOf = ValidatorIdOf;
	type WeightInfo = pallet_session::weights::SubstrateWeight<Runtime>;
}

impl pallet_session::historical::Config for Runtime {
	type FullIdentification = ();
	type FullIdentificationOf = NoIdentification;
	type RuntimeEvent = RuntimeEvent;
}

// Named so that the order in which session keys reach the pallets is seen in one place.
const _: fn() = || {
	fn same<A, B>()
	where
		A: OpaqueKeys<KeyTypeIdProviders = B>,
	{
	}
	same::<SessionKeys, (Babe, Grandpa, AuthorityDiscovery, Oracle)>();
};
