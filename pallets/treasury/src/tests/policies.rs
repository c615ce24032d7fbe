//! Who may change what about a debt asset.

use cairn_primitives::Issuance;
use frame_support::{assert_noop, assert_ok};

use crate::{mock::*, Error, Event, Policies, Policy};

#[test]
fn the_administrator_sets_any_policy() {
	with_books(|| {
		for policy in [
			policy(5, 10, 1_000),
			policy(0, 100, 9_999),
			Policy::default(),
		] {
			assert_ok!(Treasury::set_policy(RuntimeOrigin::root(), CUSD, policy));
			assert_eq!(Treasury::policy(CUSD), Some(policy));
			System::assert_last_event(
				Event::PolicySet {
					asset: CUSD,
					policy,
				}
				.into(),
			);
		}
	});
}

#[test]
fn the_guardian_only_makes_things_safer() {
	with_books(|| {
		let tighten = |policy| Treasury::tighten(RuntimeOrigin::signed(GUARDIAN), CUSD, policy);
		// From no limit to some.
		assert_ok!(tighten(policy(5, 10, 1_000)));
		for laxer in [
			policy(4, 10, 1_000),
			policy(5, 11, 1_000),
			policy(5, 10, 1_001),
			policy(50, 1, 1_001),
			Policy {
				growth: None,
				..policy(50, 0, 0)
			},
		] {
			assert_noop!(tighten(laxer), Error::<Test>::NotSafer);
		}
		for safer in [
			policy(5, 10, 1_000),
			policy(6, 10, 1_000),
			policy(6, 9, 1_000),
			policy(6, 9, 999),
			policy(100, 0, 0),
		] {
			assert_ok!(tighten(safer));
			assert_eq!(Treasury::policy(CUSD), Some(safer));
		}
		assert_noop!(
			Treasury::tighten(RuntimeOrigin::signed(GUARDIAN), NOWHERE, policy(100, 0, 0)),
			Error::<Test>::NotEnabled
		);
	});
}

#[test]
fn a_policy_of_the_genesis_block_comes_before_the_default() {
	use sp_runtime::BuildStorage;
	let mine = policy(7, 8, 9);
	let mut ext = empty();
	let storage = crate::GenesisConfig::<Test> {
		policies: vec![(CUSD, mine)],
		..Default::default()
	}
	.build_storage()
	.unwrap();
	ext.execute_with(|| {
		for (key, value) in storage.top {
			sp_io::storage::set(&key, &value);
		}
		Treasury::enable(&CUSD).unwrap();
		Treasury::enable(&CEUR).unwrap();
		assert_eq!(Treasury::policy(CUSD), Some(mine));
		assert_eq!(Policies::<Test>::get(CEUR), Some(DefaultPolicy::get()));
	});
}
