//! That the claims of vaults on a lot are compared with what the lot says was contributed to it.

use super::{
	block::{open_vault, prices},
	treasury::lending,
	*,
};
use cairn_auctions::{ClosedLots, Current, Lots};
use cairn_primitives::{Balance, LotId};
use cairn_runtime::invariants::{books, check, claims};
use cairn_vaults::types::{Claim, Vault};
use frame_support::{assert_err, assert_ok, hypothetically};

const CONTRIBUTIONS: &str = "the claims on a lot are not what was contributed to it";
const ANOTHER: &str = "a claim is on a lot of something else";

/// Two vaults have been liquidated into one lot.
fn with_lot(test: impl FnOnce(LotId)) {
	lending(|| {
		open_vault();
		for _ in 0..3 {
			block(vec![report(&prices(2_300))]);
		}
		let lots: Vec<_> = Lots::<Runtime>::iter_keys().collect();
		assert_eq!(lots.len(), 1);
		assert_eq!(claims_on(lots[0]).len(), 2);
		test(lots[0]);
	});
}

/// Bob buys as much of a lot as raises what it is to raise; the rest is left over.
fn buy(lot: LotId) {
	let call = cairn_auctions::Call::take {
		lot,
		max_amount: Balance::MAX,
		max_price: Price::MAX,
		recipient: None,
	};
	assert_ok!(dispatch(Sr25519Keyring::Bob, RuntimeCall::Auctions(call)));
}

fn claims_on(lot: LotId) -> Vec<Claim> {
	let all = cairn_vaults::Vaults::<Runtime>::iter_values().flat_map(|vault| vault.claims);
	all.filter(|claim| claim.lot == lot).collect()
}

fn change_vault(change: impl FnOnce(&mut Vault<Runtime>)) {
	cairn_vaults::Vaults::<Runtime>::mutate(0, |vault| change(vault.as_mut().unwrap()));
}

fn change_claim(change: impl FnOnce(&mut Claim)) {
	change_vault(|vault| change(&mut vault.claims[0]));
}

/// Each damage is complained of in these words, by nothing but the comparison of claims.
fn complained_of(damages: &[&dyn Fn()], complaint: &'static str) {
	for damage in damages {
		hypothetically!({
			damage();
			assert_ok!(books());
			assert_err!(claims(), complaint);
			assert_eq!(check(), Err(format!("runtime: {complaint}")));
		});
	}
	assert_ok!(check());
}

/// What can be wrong with a claim, whether its lot is open or closed.
fn claims_are_compared() {
	complained_of(
		&[
			&|| change_claim(|claim| claim.contributed += 1),
			&|| change_claim(|claim| claim.contributed -= 1),
			&|| change_vault(|vault| vault.claims.clear()),
			&|| {
				change_vault(|vault| {
					let twice = vault.claims[0];
					vault.claims.try_push(twice).unwrap();
				})
			},
		],
		CONTRIBUTIONS,
	);
	complained_of(&[&|| change_claim(|claim| claim.collateral = 0)], ANOTHER);
	complained_of(
		&[&|| change_claim(|claim| claim.lot += 1)],
		"a claim is on a lot that there has never been",
	);
	complained_of(
		&[&|| change_claim(|claim| claim.collateral = 99)],
		"a claim names no collateral of its facility",
	);
	complained_of(
		&[&|| {
			change_vault(|vault| {
				let all = Claim {
					contributed: Balance::MAX,
					..vault.claims[0]
				};
				vault.claims.try_push(all).unwrap();
			})
		}],
		"the claims on a lot overflow",
	);
}

#[test]
fn the_claims_on_an_open_lot_are_what_was_put_up() {
	with_lot(|lot| {
		claims_are_compared();
		complained_of(
			&[&|| Lots::<Runtime>::mutate(lot, |row| row.as_mut().unwrap().contributed += 1)],
			CONTRIBUTIONS,
		);
		complained_of(
			&[&|| {
				Lots::<Runtime>::mutate(lot, |row| row.as_mut().unwrap().facility = 1);
				// It would be noticed there before.
				let _ = Current::<Runtime>::clear_prefix(0, u32::MAX, None);
			}],
			ANOTHER,
		);
	});
}

#[test]
fn the_claims_on_a_closed_lot_are_what_is_not_settled_of_the_contributions() {
	with_lot(|lot| {
		let all: Balance = claims_on(lot).iter().map(|claim| claim.contributed).sum();
		buy(lot);
		let closed = ClosedLots::<Runtime>::get(lot).unwrap();
		assert!(closed.contributed == all && closed.leftover > 0);
		claims_are_compared();
		complained_of(
			&[
				&|| {
					ClosedLots::<Runtime>::mutate(lot, |row| row.as_mut().unwrap().contributed += 1)
				},
			],
			CONTRIBUTIONS,
		);
		// One of two has settled.
		let claim = cairn_vaults::Call::claim { vault: 1 };
		assert_ok!(dispatch(Sr25519Keyring::Bob, RuntimeCall::Vaults(claim)));
		assert_eq!(claims_on(lot).len(), 1);
		assert!(ClosedLots::<Runtime>::get(lot).unwrap().contributed < all);
		claims_are_compared();
	});
}

/// It brings nothing back, so nobody counts it; whoever touches the vault removes it.
#[test]
fn a_claim_on_a_lot_that_is_gone_is_nothing_to_complain_of() {
	with_lot(|lot| {
		buy(lot);
		let claim = |vault| {
			let call = cairn_vaults::Call::claim { vault };
			dispatch(Sr25519Keyring::Bob, RuntimeCall::Vaults(call))
		};
		let before = claims_on(lot);
		assert_ok!(claim(0));
		assert_ok!(claim(1));
		assert!(!ClosedLots::<Runtime>::contains_key(lot));
		assert_ok!(check());
		change_vault(|vault| vault.claims.try_push(before[0]).unwrap());
		assert_ok!(check());
		assert_ok!(claim(0));
		assert!(claims_on(lot).is_empty());
		assert_ok!(check());
	});
}
