//! Who is on the chain: validators, and owners of vaults.

use cairn_primitives::AccountId;
use cairn_runtime::SessionKeys;
use codec::Encode;
use sp_core::{ed25519, sr25519, Pair};
use sp_runtime::{traits::IdentifyAccount, MultiSigner};

/// Vaults of one owner.
const VAULTS_OF_AN_OWNER: u32 = 4;

fn seed(role: &str, number: u32) -> [u8; 32] {
	sp_io::hashing::blake2_256(&(role, number).encode())
}

pub(super) fn validator_pair(number: u32) -> sr25519::Pair {
	sr25519::Pair::from_seed(&seed("validator", number))
}

pub(super) fn session_keys(number: u32) -> (AccountId, AccountId, SessionKeys) {
	let key = validator_pair(number).public();
	let account = account_of(key);
	let keys = SessionKeys {
		babe: key.into(),
		grandpa: ed25519::Pair::from_seed(&seed("validator", number))
			.public()
			.into(),
		authority_discovery: key.into(),
		oracle: key.into(),
	};
	(account.clone(), account, keys)
}

pub(super) fn account_of(key: sr25519::Public) -> AccountId {
	MultiSigner::from(key).into_account()
}

/// How many owners there are.
pub fn owners(vaults: u32) -> u32 {
	vaults.div_ceil(VAULTS_OF_AN_OWNER)
}

/// The key of an owner, who has vaults `owner`, `owner + owners`, and so on.
pub fn owner_pair(owner: u32) -> sr25519::Pair {
	sr25519::Pair::from_seed(&seed("owner", owner))
}

/// The account of an owner.
pub fn owner_account(owner: u32) -> AccountId {
	account_of(owner_pair(owner).public())
}
