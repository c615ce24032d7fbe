//! That the checks notice what is wrong with a settlement: one test for each thing they claim.

use super::corruption::change_state;
use crate::{
	mock::*,
	settlement::{Receipt, Settlement},
	types::Breaker,
	Facilities, Receipts, SettledFacilities, Settlements,
};
use cairn_math::Ray;
use cairn_primitives::FacilityId;
use frame_support::{assert_err, assert_ok, traits::fungible::MutateHold};

/// A settled facility with one vault of 10 ETH for 20,000 CUSD settled, of which Alice has redeemed
/// 5,000, and one of a tenth of that not settled. Damages something, and expects to be told so.
fn damaged(damage: impl FnOnce(FacilityId), complaint: &'static str) {
	new_test_ext().execute_with(|| {
		let facility = create_still();
		let vault = open(ALICE, facility, &[(ETH, 10 * ONE_ETH)], 20_000 * ONE_CUSD).unwrap();
		open(BOB, facility, &[(ETH, ONE_ETH)], 2_000 * ONE_CUSD).unwrap();
		assert_ok!(settle(facility, &[]));
		assert_ok!(settle_vault(BOB, vault));
		assert_ok!(redeem(ALICE, facility, 5_000 * ONE_CUSD));
		check_all();
		damage(facility);
		assert_err!(Vaults::do_try_state(), complaint);
	});
}

fn change(facility: FacilityId, change: impl FnOnce(&mut Settlement<Test>)) {
	Settlements::<Test>::mutate(facility, |row| change(row.as_mut().unwrap()));
}

fn change_receipt(facility: FacilityId, change: impl FnOnce(&mut Receipt<Test>)) {
	Receipts::<Test>::mutate(facility, ALICE, |row| change(row.as_mut().unwrap()));
}

#[test]
fn a_settled_facility_that_is_not_listed_or_a_live_one_that_is() {
	let complaint = "a settled facility is not listed, or another one is";
	damaged(|_| SettledFacilities::<Test>::kill(), complaint);
	damaged(
		|_| SettledFacilities::<Test>::try_append(MIXED).unwrap(),
		complaint,
	);
	damaged(
		|id| SettledFacilities::<Test>::try_append(id).unwrap(),
		complaint,
	);
	damaged(
		|id| {
			Facilities::<Test>::mutate(id, |row| {
				row.as_mut().unwrap().base.breaker = Breaker::Frozen;
			});
		},
		complaint,
	);
}

#[test]
fn a_settled_facility_without_settlement() {
	damaged(
		|id| {
			Settlements::<Test>::remove(id);
			// Or the sum of issuance is found wrong before.
			let asset = CUSD;
			<Treasury as cairn_primitives::BalanceSheet<_>>::debt_seized(&asset, 15_000 * ONE_CUSD);
		},
		"a settled facility has no settlement",
	);
}

#[test]
fn a_settlement_of_a_live_facility() {
	damaged(
		|id| {
			Settlements::<Test>::insert(
				STABLE,
				Settlement {
					owed: 0,
					..settlement(id)
				},
			)
		},
		"a facility has a settlement and is not settled",
	);
}

#[test]
fn a_settlement_of_no_facility() {
	damaged(
		|id| Settlements::<Test>::insert(77, settlement(id)),
		"a settlement belongs to no facility",
	);
	// Listed as if there were one.
	damaged(
		|id| {
			Settlements::<Test>::insert(77, settlement(id));
			SettledFacilities::<Test>::try_append(77).unwrap();
		},
		"a settlement belongs to no facility",
	);
}

#[test]
fn interest_after_the_end() {
	damaged(
		|id| {
			change_state(id, |state| {
				state.accumulator = Ray(state.accumulator.0 + 1);
				state.operations += 1;
			})
		},
		"a settled facility has accrued",
	);
}

#[test]
fn pools_that_are_not_the_collaterals() {
	damaged(
		|id| {
			change(id, |row| {
				row.pools.pop();
			})
		},
		"a settlement has not one pool for each collateral",
	);
}

#[test]
fn a_pool_that_has_paid_too_much() {
	damaged(
		|id| change(id, |row| row.pools[2].paid = row.pools[2].taken + 1),
		"a pool has paid more than it took",
	);
}

#[test]
fn a_pool_that_answers_for_too_much() {
	damaged(
		|id| change(id, |row| row.pools[2].taken -= 1_000),
		"pools answer for more than they took",
	);
}

#[test]
fn a_pool_that_answers_for_what_was_redeemed() {
	damaged(
		|id| change(id, |row| row.redeemed -= 1),
		"a pool answers for what was redeemed",
	);
	damaged(
		|id| change(id, |row| row.covered -= 20_000 * ONE_CUSD),
		"a pool answers for what was redeemed",
	);
}

#[test]
fn more_uncovered_than_lost() {
	damaged(
		|id| change(id, |row| row.uncovered += 1),
		"more is uncovered than was lost",
	);
	damaged(
		|id| change(id, |row| row.redeemed += 1),
		"more is uncovered than was lost",
	);
}

#[test]
fn issuance_that_no_pool_answers_for() {
	damaged(
		|id| change(id, |row| row.owed -= 1),
		"facilities and treasury disagree on what was issued",
	);
}

#[test]
fn collateral_of_a_pool_that_is_not_there() {
	damaged(
		|id| change(id, |row| row.pools[2].taken += 1),
		"custody holds less than it owes",
	);
	damaged(
		|_| send(ETH, CUSTODY, CAROL, 1),
		"custody holds less than it owes",
	);
}

#[test]
fn pools_beyond_all_numbers() {
	damaged(
		|id| {
			change(id, |row| row.pools[2].taken = u128::MAX);
		},
		"the sum of collateral overflows",
	);
}

#[test]
fn a_receipt_that_has_had_more_than_its_share() {
	damaged(
		|id| change_receipt(id, |receipt| receipt.paid[2] += 1),
		"somebody has had more than his share",
	);
	damaged(
		|id| change_receipt(id, |receipt| receipt.redeemed -= ONE_CUSD),
		"somebody has had more than his share",
	);
}

#[test]
fn receipts_for_more_than_was_redeemed() {
	damaged(
		|id| change_receipt(id, |receipt| receipt.redeemed += 1),
		"receipts say more than was redeemed",
	);
}

#[test]
fn receipts_for_more_than_was_paid() {
	damaged(
		|id| {
			send(ETH, CAROL, CUSTODY, 1);
			change(id, |row| row.pools[2].paid -= 1);
		},
		"receipts say more than was paid",
	);
}

#[test]
fn receipts_beyond_all_numbers() {
	damaged(
		|id| {
			Receipts::<Test>::insert(
				id,
				BOB,
				Receipt {
					redeemed: u128::MAX,
					..Receipt::new(5)
				},
			)
		},
		"the sum of receipts overflows",
	);
}

#[test]
fn a_receipt_of_other_collaterals() {
	damaged(
		|id| Receipts::<Test>::insert(id, BOB, Receipt::new(4)),
		"a receipt does not know all collaterals",
	);
}

#[test]
fn a_receipt_of_no_settlement() {
	damaged(
		|_| Receipts::<Test>::insert(STABLE, BOB, Receipt::new(1)),
		"a receipt is of no settlement",
	);
}

#[test]
fn a_deposit_for_a_receipt_that_is_not_on_hold() {
	let complaint = "what a holder has on hold is not what his receipts say";
	damaged(
		|id| change_receipt(id, |receipt| receipt.deposit += 1),
		complaint,
	);
	damaged(
		|_| {
			let reason = crate::HoldReason::ReceiptDeposit.into();
			assert_ok!(Balances::hold(&reason, &ALICE, 1));
		},
		complaint,
	);
	// Of somebody who has no receipt.
	damaged(
		|_| {
			let reason = crate::HoldReason::ReceiptDeposit.into();
			assert_ok!(Balances::hold(&reason, &BOB, 1));
		},
		complaint,
	);
	damaged(
		|id| {
			change_receipt(id, |receipt| receipt.deposit = u128::MAX);
			// The same holder in another settlement.
			assert_ok!(settle(STABLE, &[]));
			Receipts::<Test>::insert(
				STABLE,
				ALICE,
				Receipt {
					deposit: 1,
					..Receipt::new(1)
				},
			);
		},
		"the sum of deposits overflows",
	);
}
