//! The guardians of the composition: who they are, and that they can only tighten.

use crate::{account, block, development, dispatch};
use cairn_runtime::{AssetId, Runtime, RuntimeCall};
use cairn_vaults::types::{Breaker, FacilityChange};
use frame_support::{assert_noop, assert_ok};
use sp_keyring::Sr25519Keyring::{self, Alice, Bob, Ferdie};
use sp_runtime::{traits::BadOrigin, DispatchResult};

const CUSD: AssetId = AssetId::WithId(1);
const DOT: AssetId = AssetId::WithId(2);

fn breaker(who: Sr25519Keyring, breaker: Breaker) -> DispatchResult {
	let call = cairn_vaults::Call::set_breaker {
		facility: 0,
		breaker,
	};
	dispatch(who, RuntimeCall::Vaults(call))
}

fn ceiling(who: Sr25519Keyring, ceiling: u128) -> DispatchResult {
	let call = cairn_vaults::Call::change_facility {
		facility: 0,
		change: FacilityChange::Ceiling(ceiling),
	};
	dispatch(who, RuntimeCall::Vaults(call))
}

fn halt(who: Sr25519Keyring) -> DispatchResult {
	let call = cairn_oracle::Call::halt_feed { asset: DOT };
	dispatch(who, RuntimeCall::Oracle(call))
}

fn blow(who: Sr25519Keyring) -> DispatchResult {
	let call = cairn_treasury::Call::blow_fuse { asset: CUSD };
	dispatch(who, RuntimeCall::Treasury(call))
}

/// What root says through sudo.
fn sudo(call: RuntimeCall) -> DispatchResult {
	let call = Box::new(call);
	dispatch(Alice, RuntimeCall::Sudo(pallet_sudo::Call::sudo { call }))
}

#[test]
fn a_guardian_alone_tightens_and_cannot_loosen() {
	development().execute_with(|| {
		block(vec![]);
		assert_ok!(breaker(Ferdie, Breaker::NoNewRisk));
		assert_ok!(ceiling(Ferdie, 1));
		assert_ok!(blow(Ferdie));
		let refused = cairn_vaults::Error::<Runtime>::GuardianOnlyTightens;
		assert_noop!(breaker(Ferdie, Breaker::AllEnabled), refused);
		let refused = cairn_vaults::Error::<Runtime>::GuardianOnlyTightens;
		assert_noop!(ceiling(Ferdie, 2), refused);
		let reset = cairn_treasury::Call::reset_fuse { asset: CUSD };
		assert_noop!(dispatch(Ferdie, RuntimeCall::Treasury(reset)), BadOrigin);
		let resume = cairn_oracle::Call::resume_feed { asset: DOT };
		assert_noop!(dispatch(Ferdie, RuntimeCall::Oracle(resume)), BadOrigin);
		block(vec![]);
	});
}

#[test]
fn a_guardian_reaches_the_oracle() {
	development().execute_with(|| {
		block(vec![]);
		// There is no price to stop yet, but it was not for him to be refused.
		assert_noop!(halt(Ferdie), cairn_oracle::Error::<Runtime>::NoPrice);
		assert_noop!(halt(Bob), BadOrigin);
	});
}

#[test]
fn nobody_else_is_a_guardian_and_root_says_who_is() {
	development().execute_with(|| {
		block(vec![]);
		for who in Sr25519Keyring::iter().filter(|who| *who != Ferdie) {
			assert_noop!(breaker(who, Breaker::Frozen), BadOrigin);
			assert_noop!(ceiling(who, 0), BadOrigin);
			assert_noop!(blow(who), BadOrigin);
		}
		let add = pallet_membership::Call::add_member {
			who: account(Bob).into(),
		};
		assert_noop!(
			dispatch(Ferdie, RuntimeCall::Guardians(add.clone())),
			BadOrigin
		);
		assert_ok!(sudo(RuntimeCall::Guardians(add)));
		let remove = pallet_membership::Call::remove_member {
			who: account(Ferdie).into(),
		};
		assert_ok!(sudo(RuntimeCall::Guardians(remove)));
		assert_noop!(breaker(Ferdie, Breaker::NoNewRisk), BadOrigin);
		assert_ok!(breaker(Bob, Breaker::NoNewRisk));
	});
}
