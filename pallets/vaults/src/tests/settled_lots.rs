//! A facility that is wound up while lots of its vaults are still for sale.

use super::{because, settlement::idle};
use crate::{mock::*, Error};
use cairn_primitives::{Balance, BalanceSheet, FacilityId, VaultId};
use frame_support::{assert_noop, assert_ok};

/// A vault of 10 ETH for 20,000 CUSD that has been liquidated at 2,400 USD, with all of its lot still
/// for sale.
fn liquidated() -> (FacilityId, VaultId) {
	let facility = create_still();
	let vault = open(ALICE, facility, &[(ETH, 10 * ONE_ETH)], 20_000 * ONE_CUSD).unwrap();
	Prices::set_cents(ETH, 2_400_00);
	assert_eq!(next_block(), 1);
	assert!(debt(vault) > 5_000 * ONE_CUSD && leg(vault, ETH) > 2 * ONE_ETH);
	(facility, vault)
}

fn buy_all() {
	lend(BOB, 100_000 * ONE_CUSD);
	assert_ok!(take(BOB, lots()[0].0, Balance::MAX));
	assert_eq!(lots(), vec![]);
}

#[test]
fn lots_are_sold_on_and_what_they_leave_is_the_owners() {
	run(|| {
		let (facility, vault) = liquidated();
		assert_ok!(settle(facility, &[]));
		assert_ok!(settle_vault(CAROL, vault));
		assert_eq!(debt(vault), 0);
		let (left, before) = (leg(vault, ETH), balance(ETH, ALICE));
		assert_ok!(close(ALICE, vault));
		assert_eq!((leg(vault, ETH), balance(ETH, ALICE)), (0, before + left));
		assert_noop!(close(ALICE, vault), because(Error::ClaimsPending));
		buy_all();
		assert_ok!(claim(CAROL, vault));
		assert!(leg(vault, ETH) > 0);
		assert_ok!(close(ALICE, vault));
		audit();
	});
}

#[test]
fn a_vault_under_water_owes_on_until_its_lots_are_closed() {
	run(|| {
		let (facility, vault) = liquidated();
		let (owed, left) = (debt(vault), leg(vault, ETH));
		// A tenth of what it was.
		assert_ok!(settle(facility, &[(ETH, 300_00)]));
		assert_ok!(settle_vault(CAROL, vault));
		let covered = left * 300 * ONE_CUSD / ONE_ETH;
		assert_eq!((debt(vault), leg(vault, ETH)), (owed - covered, 0));
		assert_eq!(Treasury::bad_debt(&CUSD), 0);
		assert_noop!(settle_vault(CAROL, vault), because(Error::ClaimsPending));
		idle();
		assert_eq!(debt(vault), owed - covered);
		check_all();
		buy_all();
		check_all();
		assert_ok!(settle_vault(CAROL, vault));
		let settlement = settlement(facility);
		assert_eq!(debt(vault), 0);
		assert_eq!(settlement.covered + settlement.lost, owed);
		let worth = settlement.pools[2].taken * 300 * ONE_CUSD / ONE_ETH;
		assert!(settlement.covered <= worth && settlement.covered + 2 >= worth);
		assert!(settlement.pools[2].taken > left && leg(vault, ETH) == 0);
		audit();
	});
}

#[test]
fn a_leftover_that_somebody_has_fetched_is_settled_like_any_leg() {
	run(|| {
		let (facility, vault) = liquidated();
		assert_ok!(settle(facility, &[(ETH, 300_00)]));
		assert_ok!(settle_vault(CAROL, vault));
		buy_all();
		assert_ok!(claim(BOB, vault));
		check_all();
		assert!(leg(vault, ETH) > 0);
		assert_noop!(withdraw(ALICE, vault, ETH, 1), because(Error::SwitchedOff));
		assert_ok!(settle_vault(CAROL, vault));
		assert_eq!((debt(vault), leg(vault, ETH)), (0, 0));
	});
}

#[test]
fn a_vault_whose_lots_leave_nothing_is_written_off() {
	run(|| {
		let (facility, vault) = liquidated();
		assert_ok!(settle(facility, &[(ETH, 300_00)]));
		assert_ok!(settle_vault(CAROL, vault));
		let owed = debt(vault);
		// The market falls below the tab: all of the lot goes.
		Prices::set_cents(ETH, 300_00);
		lend(BOB, 100_000 * ONE_CUSD);
		while let Some((lot, _)) = lots().first().cloned() {
			if take(BOB, lot, Balance::MAX).is_err() {
				next_block();
			}
		}
		let _ = claim(BOB, vault);
		check_all();
		assert_ok!(settle_vault(CAROL, vault));
		assert_eq!((debt(vault), settlement(facility).lost), (0, owed));
		audit();
	});
}
