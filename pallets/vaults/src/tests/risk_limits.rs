//! How much may be borrowed, deposited and left: each limit, to the unit.

use super::because;
use crate::{mock::*, Call, Error};
use cairn_primitives::VaultId;
use frame_support::{assert_noop, assert_ok};

/// 1 ETH for 1,000 CUSD.
fn alices() -> VaultId {
	open(ALICE, MIXED, &[(ETH, ONE_ETH)], 1_000 * ONE_CUSD).unwrap()
}

#[test]
fn more_than_the_ceiling() {
	run(|| {
		let vault = alices();
		let set = |ceiling| {
			govern(Call::set_ceiling {
				facility: MIXED,
				ceiling,
			})
		};
		assert_ok!(set(1_500 * ONE_CUSD));
		assert_noop!(
			borrow(ALICE, vault, 500 * ONE_CUSD + 1),
			Error::<Test>::CeilingReached
		);
		assert_eq!(Vaults::vault(vault).unwrap().max_borrow, 500 * ONE_CUSD);
		assert_ok!(borrow(ALICE, vault, 500 * ONE_CUSD));
		// A lower ceiling takes nothing back, and interest passes it.
		assert_ok!(set(0));
		run_blocks(3);
		assert!(debt(vault) > 1_500 * ONE_CUSD);
		assert_noop!(borrow(ALICE, vault, 1), Error::<Test>::CeilingReached);
		assert_ok!(repay(ALICE, vault, 500 * ONE_CUSD));
		// The other facility has its own.
		assert_ok!(open(
			BOB,
			STABLE,
			&[(USDT, 1_000 * ONE_USDT)],
			100 * ONE_CUSD
		));
	});
}

#[test]
fn more_than_the_cap() {
	run(|| {
		let mut capped = terms(ETH, 72, 80, 0);
		capped.cap = 10 * ONE_ETH;
		let facility = create_facility(facility_terms(vec![capped]));
		let vault = open(ALICE, facility, &[(ETH, 6 * ONE_ETH)], 0).unwrap();
		let error = because(Error::CapReached);
		assert_noop!(open(BOB, facility, &[(ETH, 4 * ONE_ETH + 1)], 0), error);
		assert_ok!(open(BOB, facility, &[(ETH, 4 * ONE_ETH)], 0));
		assert_noop!(deposit(ALICE, vault, ETH, 1), error);
		assert_ok!(withdraw(ALICE, vault, ETH, 2));
		assert_ok!(deposit(ALICE, vault, ETH, 2));
	});
}

#[test]
fn a_debt_below_the_minimum() {
	run(|| {
		let vault = open(ALICE, MIXED, &[(ETH, ONE_ETH)], 0).unwrap();
		let error = because(Error::BelowMinimumDebt);
		assert_noop!(borrow(ALICE, vault, MINIMUM_DEBT - 1), error);
		assert_noop!(open(ALICE, MIXED, &[(ETH, ONE_ETH)], 1), error);
		assert_ok!(borrow(ALICE, vault, MINIMUM_DEBT + ONE_CUSD));
		assert_noop!(repay(ALICE, vault, ONE_CUSD + 1), error);
		assert_noop!(repay(ALICE, vault, MINIMUM_DEBT + ONE_CUSD - 1), error);
		assert_ok!(repay(ALICE, vault, ONE_CUSD));
	});
}

#[test]
fn repaying_what_is_not_owed_or_too_little_to_count() {
	run(|| {
		let empty = open(ALICE, MIXED, &[(ETH, ONE_ETH)], 0).unwrap();
		let vault = alices();
		assert_noop!(repay(ALICE, empty, 1), Error::<Test>::NoDebt);
		next_block();
		// One unit of normalised debt owes more than one unit by now.
		assert_noop!(repay(ALICE, vault, 1), Error::<Test>::RepaymentTooSmall);
		assert_ok!(repay(ALICE, vault, 2));
	});
}

#[test]
fn more_than_the_collateral_carries() {
	run(|| {
		let vault = alices();
		let error = because(Error::Undercollateralized);
		assert_noop!(borrow(ALICE, vault, 1_160 * ONE_CUSD + 1), error);
		assert_noop!(withdraw(ALICE, vault, ETH, ONE_ETH), error);
		assert_noop!(withdraw(ALICE, vault, ETH, ONE_ETH * 54 / 100), error);
		assert_ok!(withdraw(ALICE, vault, ETH, ONE_ETH * 53 / 100));
		assert_noop!(open(ALICE, MIXED, &[], MINIMUM_DEBT), error);
	});
}
