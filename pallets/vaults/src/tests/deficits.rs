//! What a settled facility has lost, and what of it the reserve has covered.

use crate::mock::*;
use cairn_primitives::{Balance, BalanceSheet, BurnReason, FacilityId, Issuance, VaultId};
use frame_support::assert_ok;

/// A facility that is settled at 1,500 USD, and its vault of 10 ETH with 20,000 CUSD of debt.
fn under_water(owner: AccountId) -> (FacilityId, VaultId) {
	let facility = create_still();
	let vault = open(owner, facility, &[(ETH, 10 * ONE_ETH)], 20_000 * ONE_CUSD).unwrap();
	assert_ok!(settle(facility, &[(ETH, 1_500_00)]));
	(facility, vault)
}

fn uncovered(facility: FacilityId) -> Balance {
	Vaults::settlement(facility).unwrap().uncovered
}

#[test]
fn what_is_covered_stays_covered_whether_or_not_somebody_redeems_before_more_is_lost() {
	let mut paid = Vec::new();
	for first in [0, ONE_CUSD] {
		run(|| {
			let (facility, vault) = under_water(ALICE);
			let (elsewhere, other) = under_water(BOB);
			assert_ok!(settle_vault(CAROL, vault));
			assert_eq!(uncovered(facility), 5_000 * ONE_CUSD);
			send(CUSD, ALICE, Treasury::account_id(), 5_000 * ONE_CUSD);
			next_block();
			assert_eq!(Treasury::bad_debt(&CUSD), 0);
			let before = balance(ETH, ALICE);
			if first > 0 {
				assert_ok!(redeem(ALICE, facility, first));
			}
			assert_ok!(settle_vault(CAROL, other));
			next_block();
			assert_eq!(Treasury::bad_debt(&CUSD), 5_000 * ONE_CUSD);
			assert_eq!(
				(uncovered(facility), uncovered(elsewhere)),
				(0, 5_000 * ONE_CUSD)
			);
			assert_ok!(redeem(ALICE, facility, 3_000 * ONE_CUSD - first));
			paid.push(balance(ETH, ALICE) - before);
		});
	}
	// 3,000 of the 15,000 that 10 ETH answer for; each redemption rounds down.
	assert_eq!(paid, [2 * ONE_ETH, 2 * ONE_ETH - 1]);
}

/// Covered by a transaction, and other debt is lost by the one after it, in the same block and the next.
#[test]
fn what_a_transaction_covers_is_noted_before_the_next_block_loses_anything() {
	run(|| {
		let (facility, vault) = under_water(ALICE);
		let (_, other) = under_water(BOB);
		assert_ok!(settle_vault(CAROL, vault));
		next_block();
		// As a sale of native tokens does it.
		let burned = 5_000 * ONE_CUSD;
		let recapitalised = BurnReason::Recapitalised;
		assert_ok!(Treasury::burn(&CUSD, &ALICE, burned, recapitalised));
		assert_eq!(Treasury::bad_debt(&CUSD), 0);
		begin_block(SLOT);
		assert_ok!(settle_vault(CAROL, other));
		end_of_begin();
		assert_eq!(Treasury::bad_debt(&CUSD), burned);
		assert_eq!(uncovered(facility), 0);
	});
}

#[test]
fn what_is_covered_of_several_losses_is_shared_so_that_it_does_not_matter_where_somebody_redeems_first(
) {
	let mut ends = Vec::new();
	for first in [0, 1] {
		run(|| {
			let (here, vault) = under_water(ALICE);
			let (there, other) = under_water(BOB);
			assert_ok!(settle_vault(CAROL, vault));
			assert_ok!(settle_vault(CAROL, other));
			send(CUSD, ALICE, Treasury::account_id(), 4_000 * ONE_CUSD);
			next_block();
			assert_eq!(Treasury::bad_debt(&CUSD), 6_000 * ONE_CUSD);
			let half = 3_000 * ONE_CUSD;
			assert_eq!((uncovered(here), uncovered(there)), (half, half));
			let before = [ALICE, BOB].map(|who| balance(ETH, who));
			let mut turns = [(ALICE, here), (BOB, there)];
			turns.rotate_left(first);
			// Alice has what is left of 20,000; Bob as much, so that both redeem the same.
			send(CUSD, BOB, ALICE, 2_000 * ONE_CUSD);
			for (who, facility) in turns {
				let amount = 18_000 * ONE_CUSD;
				assert_eq!(balance(CUSD, who), amount);
				assert_ok!(redeem(who, facility, amount));
				next_block();
			}
			assert_eq!((uncovered(here), uncovered(there)), (0, 0));
			let after = [ALICE, BOB].map(|who| balance(ETH, who));
			ends.push([after[0] - before[0], after[1] - before[1]]);
		});
	}
	// All that each facility has: 10 ETH for the 18,000 that are left of what it issued.
	assert_eq!(ends, [[10 * ONE_ETH; 2]; 2]);
}
