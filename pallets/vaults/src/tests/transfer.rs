//! Vaults change hands only if both want it.

use super::because;
use crate::{
	mock::*,
	types::{Adjustment, Breaker, Expected, Limits},
	Error, Event, HoldReason,
};
use cairn_math::FixedU128;
use cairn_primitives::VaultId;
use frame_support::{
	assert_noop, assert_ok,
	traits::{
		fungible::{InspectHold, MutateHold},
		tokens::Precision,
	},
};

fn alices() -> VaultId {
	open(ALICE, MIXED, &[(ETH, ONE_ETH)], 1_000 * ONE_CUSD).unwrap()
}

fn on_hold(who: AccountId) -> u128 {
	Balances::balance_on_hold(&HoldReason::VaultDeposit.into(), &who)
}

#[test]
fn a_vault_that_is_offered_and_accepted_has_another_owner() {
	run(|| {
		let vault = alices();
		System::reset_events();
		assert_ok!(offer(ALICE, vault, Some(BOB)));
		assert_eq!(Vaults::vault(vault).unwrap().offered_to, Some(BOB));
		assert_ok!(accept(BOB, vault));
		assert_eq!(
			events(),
			vec![
				Event::Offered {
					vault,
					owner: ALICE,
					to: Some(BOB)
				},
				Event::Transferred {
					vault,
					from: ALICE,
					to: BOB
				},
			]
		);
		assert_eq!((on_hold(ALICE), on_hold(BOB)), (0, VAULT_DEPOSIT));
		assert!(Vaults::vaults_of(ALICE).is_empty());
		assert_eq!(Vaults::vaults_of(BOB), vec![vault]);
		// All of it is his, and nothing is hers.
		assert_noop!(withdraw(ALICE, vault, ETH, 1), because(Error::NotOwner));
		assert_noop!(offer(ALICE, vault, None), because(Error::NotOwner));
		assert_ok!(withdraw(BOB, vault, ETH, 1));
		assert_eq!(row(vault).offered_to, None);
		assert_noop!(accept(BOB, vault), because(Error::NotOffered));
		send(CUSD, ALICE, BOB, 1_000 * ONE_CUSD);
		assert_ok!(close(BOB, vault));
		assert_eq!(on_hold(BOB), 0);
	});
}

#[test]
fn only_whom_it_is_offered_to_may_accept_and_only_while_it_is() {
	run(|| {
		let vault = alices();
		assert_noop!(accept(BOB, vault), because(Error::NotOffered));
		assert_noop!(offer(BOB, vault, Some(BOB)), because(Error::NotOwner));
		assert_noop!(
			offer(ALICE, vault, Some(ALICE)),
			because(Error::AlreadyOwner)
		);
		assert_noop!(
			offer(ALICE, vault + 1, Some(BOB)),
			because(Error::UnknownVault)
		);
		assert_noop!(accept(BOB, vault + 1), because(Error::UnknownVault));
		assert_ok!(offer(ALICE, vault, Some(BOB)));
		assert_noop!(accept(CAROL, vault), because(Error::NotOffered));
		// One offer at a time.
		assert_ok!(offer(ALICE, vault, Some(CAROL)));
		assert_noop!(accept(BOB, vault), because(Error::NotOffered));
		assert_ok!(offer(ALICE, vault, None));
		assert_noop!(accept(CAROL, vault), because(Error::NotOffered));
		assert_eq!(row(vault).owner, ALICE);
	});
}

#[test]
fn who_accepts_pays_the_deposit_or_does_not_become_the_owner() {
	run(|| {
		let vault = alices();
		let nobody = 77;
		assert_ok!(offer(ALICE, vault, Some(nobody)));
		assert!(accept(nobody, vault).is_err());
		assert_eq!((row(vault).owner, on_hold(ALICE)), (ALICE, VAULT_DEPOSIT));
		assert_ok!(offer(ALICE, vault, Some(PAUPER)));
		assert_ok!(accept(PAUPER, vault));
		assert_eq!((on_hold(ALICE), on_hold(PAUPER)), (0, VAULT_DEPOSIT));
	});
}

/// As if a vault had been opened when the deposit was half of what it is now.
fn halve_the_deposit_of(vault: VaultId) {
	let half = VAULT_DEPOSIT / 2;
	let reason = HoldReason::VaultDeposit.into();
	let owner = row(vault).owner;
	assert_ok!(Balances::release(&reason, &owner, half, Precision::Exact));
	crate::Vaults::<Test>::mutate(vault, |row| row.as_mut().unwrap().deposit = half);
}

#[test]
fn a_deposit_is_given_back_as_it_was_taken_and_the_next_owner_pays_what_it_is_now() {
	run(|| {
		// Her others are not touched.
		let (vault, _) = (alices(), alices());
		halve_the_deposit_of(vault);
		assert_ok!(offer(ALICE, vault, Some(BOB)));
		assert_ok!(accept(BOB, vault));
		assert_eq!(
			(on_hold(ALICE), on_hold(BOB)),
			(VAULT_DEPOSIT, VAULT_DEPOSIT)
		);
		assert_eq!(row(vault).deposit, VAULT_DEPOSIT);
		let another = alices();
		halve_the_deposit_of(another);
		assert_ok!(close(ALICE, another));
		assert_eq!(on_hold(ALICE), VAULT_DEPOSIT);
	});
}

#[test]
fn the_new_owner_is_not_surprised() {
	run(|| {
		let vault = alices();
		assert_ok!(offer(ALICE, vault, Some(BOB)));
		let accept_with = |min_health: u128, deadline| {
			let min_health = Some(FixedU128::from_rational(min_health, 100));
			let limits = Limits {
				min_health,
				deadline: Some(deadline),
			};
			accept_if(BOB, vault, whatever(), limits)
		};
		let now = System::block_number();
		assert_noop!(accept_with(200, now - 1), because(Error::DeadlinePassed));
		// She makes it worse before he accepts.
		assert_ok!(borrow(ALICE, vault, 500 * ONE_CUSD));
		assert_noop!(accept_with(200, now), because(Error::HealthBelowLimit));
		assert_ok!(accept_with(150, now));
	});
}

/// Somebody who expects nothing of a vault.
fn whatever() -> Expected {
	Expected {
		debt_at_most: u128::MAX,
		..Default::default()
	}
}

#[test]
fn a_vault_without_debt_is_not_emptied_before_it_is_accepted() {
	run(|| {
		let vault = open(ALICE, MIXED, &[(ETH, ONE_ETH)], 0).unwrap();
		assert_ok!(offer(ALICE, vault, Some(BOB)));
		let seen = expected(vault);
		assert_ok!(withdraw(ALICE, vault, ETH, ONE_ETH));
		// It has no health that could be too low.
		let limits = Limits {
			min_health: Some(FixedU128::from_u32(10)),
			deadline: None,
		};
		let error = because(Error::NotAsExpected);
		assert_noop!(accept_if(BOB, vault, seen.clone(), limits.clone()), error);
		// A unit less is less, and another token is no substitute.
		assert_ok!(deposit(ALICE, vault, ETH, ONE_ETH - 1));
		assert_ok!(deposit(ALICE, vault, BTC, ONE_BTC));
		assert_noop!(accept_if(BOB, vault, seen.clone(), limits.clone()), error);
		assert_ok!(deposit(ALICE, vault, ETH, 1));
		assert_ok!(accept_if(BOB, vault, seen, limits));
	});
}

#[test]
fn a_vault_is_not_made_smaller_at_the_same_health_before_it_is_accepted() {
	run(|| {
		let legs = [(USDT, 2_000 * ONE_USDT)];
		let vault = open(ALICE, create_still(), &legs, 1_000 * ONE_CUSD).unwrap();
		assert_ok!(offer(ALICE, vault, Some(BOB)));
		let (seen, before) = (expected(vault), health(vault));
		let shrinking = Adjustment {
			repay: 900 * ONE_CUSD,
			withdraw: basket(&[(USDT, 1_800 * ONE_USDT)]),
			..Default::default()
		};
		assert_ok!(adjust(ALICE, vault, shrinking, no_limits()));
		assert_eq!(health(vault), before);
		let limits = Limits {
			min_health: before,
			deadline: None,
		};
		let error = because(Error::NotAsExpected);
		assert_noop!(accept_if(BOB, vault, seen, limits.clone()), error);
		// Nor larger.
		let seen = expected(vault);
		let growing = Adjustment {
			deposit: basket(&[(USDT, 1_800 * ONE_USDT)]),
			borrow: 900 * ONE_CUSD,
			..Default::default()
		};
		assert_ok!(adjust(ALICE, vault, growing, no_limits()));
		assert_eq!(health(vault), before);
		assert_noop!(accept_if(BOB, vault, seen, limits), error);
	});
}

#[test]
fn the_debt_that_is_expected_is_with_interest_and_rounded_up() {
	run(|| {
		let vault = alices();
		assert_ok!(offer(ALICE, vault, Some(BOB)));
		run_blocks(10);
		let owing = |debt_at_most| Expected {
			debt_at_most,
			..Default::default()
		};
		let error = because(Error::NotAsExpected);
		let owed = debt(vault);
		assert!(owed > 1_000 * ONE_CUSD);
		for less in [0, 1_000 * ONE_CUSD, owed - 1] {
			assert_noop!(accept_if(BOB, vault, owing(less), no_limits()), error);
		}
		assert_ok!(accept_if(BOB, vault, owing(owed), no_limits()));
	});
}

#[test]
fn what_is_expected_is_well_formed_and_of_the_facility() {
	run(|| {
		let vault = alices();
		assert_ok!(offer(ALICE, vault, Some(BOB)));
		let holding = |amounts: &[_]| Expected {
			collateral_at_least: basket(amounts),
			..whatever()
		};
		for (amounts, error) in [
			(vec![(ETH, 1), (ETH, 1)], Error::DuplicateAsset),
			(vec![(ETH, 1), (DOT, 0)], Error::ZeroAmount),
			(vec![(CUSD, 1)], Error::CollateralNotAccepted),
			(vec![(ETH, 1), (DOT, 1)], Error::NotAsExpected),
		] {
			let expected = holding(&amounts);
			assert_noop!(accept_if(BOB, vault, expected, no_limits()), because(error));
		}
		assert_ok!(accept_if(BOB, vault, holding(&[(ETH, 1)]), no_limits()));
	});
}

#[test]
fn the_guard_of_the_former_owner_does_not_outlive_him() {
	run(|| {
		let vault = open(ALICE, create_still(), &[(ETH, ONE_ETH)], 2_000 * ONE_CUSD).unwrap();
		assert_ok!(set_guard(ALICE, vault, 115, 1_000 * ONE_CUSD));
		assert_ok!(offer(ALICE, vault, Some(BOB)));
		assert_ok!(accept(BOB, vault));
		assert_eq!(row(vault).guard, None);
		Prices::set_cents(ETH, 2_800_00);
		next_block();
		assert_eq!(
			(balance(CUSD, ALICE), debt(vault)),
			(2_000 * ONE_CUSD, 2_000 * ONE_CUSD)
		);
	});
}

#[test]
fn claims_go_with_the_vault() {
	run(|| {
		let vault = open(
			ALICE,
			create_still(),
			&[(ETH, 10 * ONE_ETH)],
			20_000 * ONE_CUSD,
		)
		.unwrap();
		Prices::set_cents(ETH, 2_400_00);
		assert_eq!(next_block(), 1);
		assert_ok!(offer(ALICE, vault, Some(BOB)));
		assert_ok!(accept(BOB, vault));
		assert_eq!(row(vault).claims.len(), 1);
		lend(CAROL, 50_000 * ONE_CUSD);
		assert_ok!(take(CAROL, lots()[0].0, u128::MAX));
		let before = leg(vault, ETH);
		assert_ok!(claim(PAUPER, vault));
		assert!(leg(vault, ETH) > before);
	});
}

#[test]
fn a_frozen_facility_keeps_its_owners_and_other_levels_do_not_matter() {
	run(|| {
		let vault = alices();
		set_breaker(MIXED, Breaker::Frozen);
		assert_ok!(offer(ALICE, vault, Some(BOB)));
		assert_noop!(accept(BOB, vault), because(Error::SwitchedOff));
		set_breaker(MIXED, Breaker::NoNewLiquidations);
		assert_ok!(accept(BOB, vault));
	});
}

#[test]
fn what_lots_have_left_over_comes_before_the_new_owner_looks_at_the_health() {
	run(|| {
		let facility = create_still();
		let legs = [(ETH, 10 * ONE_ETH)];
		let vault = open(ALICE, facility, &legs, 20_000 * ONE_CUSD).unwrap();
		Prices::set_cents(ETH, 2_400_00);
		assert_eq!(next_block(), 1);
		lend(CAROL, 50_000 * ONE_CUSD);
		let without = Vaults::health(vault).unwrap();
		assert_ok!(take(CAROL, lots()[0].0, u128::MAX));
		let (with, had) = (Vaults::health(vault).unwrap(), leg(vault, ETH));
		assert!(with > without);
		assert_ok!(offer(ALICE, vault, Some(BOB)));
		let limits = Limits {
			min_health: Some(with),
			deadline: None,
		};
		// All of what is owed and held then, and not a unit less of the one or more of the other.
		let back = {
			let mut position = crate::position::Position::<Test>::load(vault).unwrap();
			position.count_leftovers().unwrap();
			position.vault.legs[0].amount - had
		};
		let expecting = |more| Expected {
			debt_at_most: debt(vault),
			collateral_at_least: basket(&[(ETH, had + back + more)]),
		};
		let error = because(Error::NotAsExpected);
		assert_noop!(accept_if(BOB, vault, expecting(1), limits.clone()), error);
		assert_ok!(accept_if(BOB, vault, expecting(0), limits));
		assert!(leg(vault, ETH) > had && row(vault).claims.is_empty());
	});
}
