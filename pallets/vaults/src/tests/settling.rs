//! What it costs to settle a facility: nothing that grows with its vaults.

use crate::{mock::*, Facilities, FacilityStates, SettledFacilities, Settlements};
use cairn_primitives::FacilityId;
use core::iter;
use frame_support::assert_ok;
use std::collections::{BTreeMap, BTreeSet};

/// The head of the keys of everything that the pallet stores.
fn prefix() -> [u8; 16] {
	sp_io::hashing::twox_128(b"Vaults")
}

/// Everything that the pallet has stored.
fn stored() -> BTreeMap<Vec<u8>, Vec<u8>> {
	let following = |key: &Vec<u8>| sp_io::storage::next_key(key);
	iter::successors(following(&prefix().to_vec()), following)
		.take_while(|key| key.starts_with(&prefix()))
		.map(|key| {
			let value = sp_io::storage::get(&key).unwrap_or_default();
			(key, value.to_vec())
		})
		.collect()
}

/// Where the facility itself is stored.
fn own_keys(facility: FacilityId) -> BTreeSet<Vec<u8>> {
	BTreeSet::from([
		Facilities::<Test>::hashed_key_for(facility),
		FacilityStates::<Test>::hashed_key_for(facility),
		SettledFacilities::<Test>::hashed_key().to_vec(),
		Settlements::<Test>::hashed_key_for(facility),
	])
}

/// A hundred vaults, one with two legs, a guard, and somebody whom it is offered to.
fn a_hundred() -> FacilityId {
	let facility = create_still();
	for number in 0..99 {
		let debt = (1_000 + number) * ONE_CUSD;
		assert_ok!(open(CAROL, facility, &[(ETH, ONE_ETH)], debt));
	}
	let legs = [(ETH, ONE_ETH), (DOT, 500 * ONE_DOT)];
	let vault = open(ALICE, facility, &legs, 1_000 * ONE_CUSD).unwrap();
	assert_ok!(set_guard(ALICE, vault, 150, ONE_CUSD));
	assert_ok!(offer(ALICE, vault, Some(BOB)));
	facility
}

#[test]
fn settling_a_facility_changes_no_vault_however_many_there_are() {
	run(|| {
		let facility = a_hundred();
		let before = stored();
		assert!(before.len() > 300);
		assert_ok!(settle(facility, &[]));
		let after = stored();
		let keys: BTreeSet<_> = before.keys().chain(after.keys()).collect();
		let changed: BTreeSet<_> = keys
			.into_iter()
			.filter(|key| before.get(*key) != after.get(*key))
			.cloned()
			.collect();
		assert_eq!(changed, own_keys(facility));
	});
}

#[test]
fn settling_a_facility_reads_and_writes_no_vault_not_even_to_leave_it_as_it_is() {
	let mut ext = new_test_ext();
	let facility = ext.execute_with(a_hundred);
	ext.commit_all().unwrap();
	let (before, own) = ext.execute_with(|| (stored(), own_keys(facility)));
	let (outcome, proof) = ext.execute_and_prove(|| settle(facility, &[]));
	assert_ok!(outcome);
	let written: BTreeSet<_> = ext
		.overlayed_changes()
		.changes()
		.map(|(key, _)| key.clone())
		.filter(|key| key.starts_with(&prefix()))
		.collect();
	assert_eq!(written, own);
	// What is longer than a hash is a node of its own, which is there only if it was read.
	let read: BTreeSet<_> = proof.into_iter_nodes().collect();
	let (of_it, of_vaults): (Vec<_>, Vec<_>) = before
		.into_iter()
		.filter(|(_, value)| value.len() > 32)
		.partition(|(key, _)| own.contains(key));
	assert!(!of_it.is_empty() && of_it.iter().all(|(_, value)| read.contains(value)));
	assert!(of_vaults.len() > 100);
	assert!(of_vaults.iter().all(|(_, value)| !read.contains(value)));
	ext.execute_with(check_all);
}
