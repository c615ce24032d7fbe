//! That the checks notice what is wrong with the ledger: one test for each thing they claim.

use crate::{
	index::Index,
	mock::*,
	types::{BookKind, Claim, FacilityState, Guard, Leg, Vault},
	Facilities, FacilityStates, NextFacility, NextVault, Vaults as Rows, VaultsOf,
};
use cairn_math::{FixedU128, NormalizedDebt, Ray};
use cairn_primitives::{AssetId, FacilityId, VaultId};
use frame_support::{
	assert_err, assert_ok,
	traits::{
		fungible::{MutateHold, NativeOrWithId},
		fungibles::{Inspect, Mutate},
		tokens::{Fortitude, Precision, Preservation},
	},
};

/// Who has never been heard of.
const NOBODY: AccountId = 404;

/// The ETH book of the facility.
pub const ETH_LEG: usize = 2;

pub struct Scene {
	pub facility: FacilityId,
	/// 10 ETH for 20,000 CUSD.
	pub vault: VaultId,
	/// 1 ETH and no debt.
	pub free: VaultId,
}

/// Sets the scene, damages something, and expects to be told so.
pub fn damaged(damage: impl FnOnce(&Scene), complaint: &'static str) {
	new_test_ext().execute_with(|| {
		let facility = create_still();
		let vault = open(ALICE, facility, &[(ETH, 10 * ONE_ETH)], 20_000 * ONE_CUSD).unwrap();
		let free = open(BOB, facility, &[(ETH, ONE_ETH)], 0).unwrap();
		check_all();
		damage(&Scene {
			facility,
			vault,
			free,
		});
		assert_err!(Vaults::do_try_state(), complaint);
	});
}

/// Moves the entry of the vault's first leg into a book of another kind.
pub fn move_to(scene: &Scene, books: BookKind) {
	let vault = row(scene.vault);
	let Leg {
		collateral, entry, ..
	} = vault.legs[0];
	let (entry, rows) = (entry.unwrap(), &mut crate::rows::Rows::direct());
	assert!(Index::<Test>::remove(
		vault.book(collateral),
		entry,
		scene.vault,
		rows
	));
	let book = books.book(vault.facility, collateral);
	let entry = Index::<Test>::insert(book, entry.trigger, scene.vault, rows);
	change(scene.vault, |row| {
		row.books = books;
		row.legs[0].entry = Some(entry);
	});
}

pub fn change(vault: VaultId, change: impl FnOnce(&mut Vault<Test>)) {
	Rows::<Test>::mutate(vault, |row| change(row.as_mut().unwrap()));
}

pub fn change_state(facility: FacilityId, change: impl FnOnce(&mut FacilityState<Test>)) {
	FacilityStates::<Test>::mutate(facility, |state| change(state.as_mut().unwrap()));
}

fn leg(collateral: u8, amount: u128) -> Leg {
	Leg {
		collateral,
		amount,
		entry: None,
	}
}

/// Two facilities whose only vaults hold and owe `legs` and `debt`, in the books as well.
fn overloaded(scene: &Scene, held: u128, debt: u128) {
	for (facility, vault) in [(scene.facility, scene.free), (STABLE, scene.vault)] {
		change(vault, |row| {
			row.facility = facility;
			row.debt = NormalizedDebt(debt);
			row.legs = vec![leg(0, held)].try_into().unwrap();
		});
		change_state(facility, |state| {
			state.held.iter_mut().for_each(|held| *held = 0);
			state.held[0] = held;
			state.normalized_debt = NormalizedDebt(debt);
			state.minted = debt;
			state.accumulator = Ray::ONE;
		});
		Facilities::<Test>::mutate(facility, |facility| {
			facility.as_mut().unwrap().base.collaterals[0].terms.asset = USDT;
		});
	}
}

#[test]
fn a_facility_without_terms() {
	damaged(
		|scene| Facilities::<Test>::remove(scene.facility),
		"a facility is missing",
	);
}

#[test]
fn a_facility_without_totals() {
	damaged(
		|scene| FacilityStates::<Test>::remove(scene.facility),
		"a facility's totals are missing",
	);
}

#[test]
fn a_facility_of_a_number_that_was_never_given_out() {
	let next = || NextFacility::<Test>::get();
	let terms = |scene: &Scene| Facilities::<Test>::get(scene.facility).unwrap();
	damaged(
		|scene| Facilities::<Test>::insert(next(), terms(scene)),
		// Whoever adds up what is issued would miss its totals.
		"a facility has a number that was never given out",
	);
	damaged(
		|_| FacilityStates::<Test>::insert(next(), state(STABLE)),
		"totals are of no facility",
	);
	// A whole one.
	damaged(
		|scene| {
			Facilities::<Test>::insert(next(), terms(scene));
			FacilityStates::<Test>::insert(next(), state(STABLE));
		},
		"a facility has a number that was never given out",
	);
}

#[test]
fn an_accumulator_below_one() {
	damaged(
		|scene| {
			change_state(scene.facility, |state| {
				state.accumulator = Ray(Ray::ONE.0 - 1)
			})
		},
		"an accumulator is below one",
	);
}

#[test]
fn debts_beyond_all_numbers() {
	damaged(
		|scene| {
			change(scene.vault, |row| row.debt = NormalizedDebt(u128::MAX));
			change(scene.free, |row| row.debt = NormalizedDebt(1));
		},
		"the sum of debts overflows",
	);
}

#[test]
fn an_empty_leg() {
	damaged(
		|scene| change(scene.free, |row| row.legs.try_push(leg(0, 0)).unwrap()),
		"a leg is empty",
	);
}

#[test]
fn a_leg_of_no_collateral() {
	damaged(
		|scene| change(scene.free, |row| row.legs.try_push(leg(5, 1)).unwrap()),
		"a leg names no collateral of its facility",
	);
}

#[test]
fn legs_beyond_all_numbers() {
	damaged(
		|scene| change(scene.free, |row| row.legs[0].amount = u128::MAX),
		"the sum of legs overflows",
	);
}

#[test]
fn a_sum_of_debts_that_is_a_number_only_without_interest() {
	damaged(
		|scene| {
			change(scene.vault, |row| row.debt = NormalizedDebt(u128::MAX));
			change_state(scene.facility, |state| {
				state.normalized_debt = NormalizedDebt(u128::MAX);
				state.accumulator = Ray(2 * Ray::ONE.0);
			});
		},
		"the sum of debts overflows",
	);
}

#[test]
fn those_who_wait_that_are_miscounted() {
	damaged(
		|scene| change_state(scene.facility, |state| state.waiting = 1),
		"those who wait are miscounted",
	);
	damaged(
		|scene| change(scene.vault, |row| row.books = BookKind::Waiting),
		"those who wait are miscounted",
	);
}

#[test]
fn a_total_of_debt_that_is_not_the_sum() {
	damaged(
		|scene| change(scene.vault, |row| row.debt.0 += 1),
		"normalised debts do not add up",
	);
	damaged(
		|scene| change_state(scene.facility, |state| state.normalized_debt.0 -= 1),
		"normalised debts do not add up",
	);
}

#[test]
fn a_total_of_collateral_that_is_not_the_sum() {
	damaged(
		|scene| change(scene.free, |row| row.legs[0].amount -= 1),
		"legs do not add up to what is held",
	);
	damaged(
		|scene| change_state(scene.facility, |state| state.held[0] += 1),
		"legs do not add up to what is held",
	);
}

#[test]
fn more_issued_than_owed() {
	damaged(
		|scene| change_state(scene.facility, |state| state.minted += 1),
		"more has been issued than is owed",
	);
}

#[test]
fn owed_and_never_issued() {
	damaged(
		|scene| {
			change_state(scene.facility, |state| {
				state.minted -= 1;
				state.operations = 0;
			});
		},
		"owed debt has not been issued",
	);
}

#[test]
fn a_number_from_the_future() {
	damaged(
		|scene| NextVault::<Test>::put(scene.free),
		"a vault has a number that was never given out",
	);
}

#[test]
fn a_vault_of_no_facility() {
	damaged(
		|_| {
			let homeless = open(ALICE, MIXED, &[], 0).unwrap();
			change(homeless, |row| row.facility = 7);
		},
		"a vault has no facility",
	);
}

#[test]
fn a_vault_that_its_owner_does_not_list() {
	damaged(
		|scene| VaultsOf::<Test>::remove(ALICE, scene.vault),
		"an owner does not list a vault",
	);
	damaged(
		|scene| change(scene.vault, |row| row.owner = CAROL),
		"an owner does not list a vault",
	);
}

#[test]
fn a_vault_that_is_listed_and_gone() {
	damaged(
		|_| VaultsOf::<Test>::insert(CAROL, 0, ()),
		"an owner lists a vault that is gone",
	);
}

#[test]
fn a_collateral_in_two_legs() {
	damaged(
		|scene| {
			change(scene.free, |row| {
				row.legs[0].amount -= 1;
				let same = leg(row.legs[0].collateral, 1);
				row.legs.try_push(same).unwrap();
			});
		},
		"a vault has two legs of one collateral",
	);
}

#[test]
fn claims_that_leave_no_room() {
	damaged(
		|scene| {
			change(scene.free, |row| {
				for collateral in 3..11 {
					row.claims
						.try_push(Claim {
							lot: 0,
							collateral,
							contributed: 1,
						})
						.unwrap();
				}
			});
		},
		"a vault has no room for what it may get back",
	);
}

#[test]
fn a_debt_without_collateral() {
	damaged(
		|scene| {
			change(scene.vault, |row| row.legs = Default::default());
			change_state(scene.facility, |state| state.held[ETH_LEG] -= 10 * ONE_ETH);
		},
		"a vault owes with no collateral",
	);
}

#[test]
fn collateral_beyond_all_numbers() {
	damaged(
		|scene| overloaded(scene, u128::MAX, 0),
		"the sum of collateral overflows",
	);
}

#[test]
fn collateral_that_is_a_number_only_without_lots() {
	damaged(
		|scene| {
			let small = open(ALICE, scene.facility, &[(ETH, ONE_ETH)], 2_000 * ONE_CUSD).unwrap();
			Prices::set_cents(ETH, 2_400_00);
			assert_eq!(next_block(), 2);
			assert!(!row(small).claims.is_empty());
			// All that could be there beside the minimum balance.
			let most = u128::MAX - Tokens::minimum_balance(ETH);
			let others = state(scene.facility).held[ETH_LEG] - row(scene.vault).legs[0].amount;
			change(scene.vault, |row| row.legs[0].amount = most - others);
			change_state(scene.facility, |state| state.held[ETH_LEG] = most);
		},
		"the sum of collateral overflows",
	);
}

#[test]
fn collateral_that_is_a_number_only_without_the_minimum_balance() {
	damaged(
		|scene| {
			let most = u128::MAX - Tokens::minimum_balance(ETH);
			change(scene.free, |row| {
				row.legs[0].amount = most - 10 * ONE_ETH + 1
			});
			change_state(scene.facility, |state| state.held[ETH_LEG] = most + 1);
		},
		"the sum of collateral overflows",
	);
}

#[test]
fn custody_that_holds_too_little() {
	damaged(
		|_| send(ETH, CUSTODY, CAROL, 1),
		"custody holds less than it owes",
	);
	// The minimum balance is nobody's collateral.
	damaged(
		|_| {
			let (how_much, how_polite) = (Precision::Exact, Fortitude::Force);
			let all = Preservation::Expendable;
			assert_ok!(Tokens::burn_from(
				USDT, &CUSTODY, 1, all, how_much, how_polite
			));
		},
		"custody holds less than it owes",
	);
}

#[test]
fn issuance_beyond_all_numbers() {
	damaged(
		|scene| {
			overloaded(scene, 1_000, u128::MAX);
			assert_ok!(Tokens::mint_into(USDT, &CUSTODY, 2_000));
		},
		"the sum of issuance overflows",
	);
}

#[test]
fn treasury_and_facilities_that_disagree() {
	damaged(
		|scene| {
			change_state(scene.facility, |state| {
				state.minted -= 1;
				state.operations += 1;
			});
		},
		"facilities and treasury disagree on what was issued",
	);
}

#[test]
fn more_unissued_than_the_operations_explain() {
	// Two roundings of a unit each.
	for (missing, is_too_much) in [(4, false), (5, true)] {
		let result = new_test_ext().execute_with(|| {
			let facility = create_still();
			open(ALICE, facility, &[(ETH, 10 * ONE_ETH)], 20_000 * ONE_CUSD).unwrap();
			change_state(facility, |state| {
				state.minted -= missing;
				state.operations = 2;
			});
			Vaults::do_try_state()
		});
		let issued = sp_runtime::TryRuntimeError::from("owed debt has not been issued");
		assert_eq!(result == Err(issued), is_too_much, "{result:?}");
	}
}

#[test]
fn an_offer_to_its_owner() {
	damaged(
		|scene| change(scene.vault, |row| row.offered_to = Some(ALICE)),
		"a vault is offered to its owner",
	);
}

#[test]
fn a_guard_that_watches_nothing_or_does_nothing() {
	let level = FixedU128::from_rational(11, 10);
	for guard in [
		Guard { level, amount: 0 },
		Guard {
			level: FixedU128::from_u32(1),
			amount: 1,
		},
	] {
		damaged(
			|scene| change(scene.free, |row| row.guard = Some(guard)),
			"a guard has nothing to watch, or nothing to do",
		);
	}
}

#[test]
fn a_guard_that_the_index_does_not_know_of() {
	let level = FixedU128::from_rational(11, 10);
	damaged(
		|scene| {
			change(scene.vault, |row| {
				row.guard = Some(Guard { level, amount: 1 })
			});
			move_to(scene, BookKind::Guard);
		},
		"a vault could become unsafe unseen",
	);
}

#[test]
fn a_deposit_that_is_not_on_hold() {
	damaged(
		|scene| change(scene.vault, |row| row.deposit += 1),
		"what an owner has on hold is not what his vaults say",
	);
	damaged(
		|_| {
			let reason = crate::HoldReason::VaultDeposit.into();
			assert_ok!(Balances::hold(&reason, &BOB, 1));
		},
		"what an owner has on hold is not what his vaults say",
	);
	// Of somebody who has no vault.
	damaged(
		|_| {
			let reason = crate::HoldReason::VaultDeposit.into();
			assert_ok!(Balances::hold(&reason, &CAROL, 1));
		},
		"what an owner has on hold is not what his vaults say",
	);
	// Of somebody who is not even an account.
	damaged(
		|scene| {
			VaultsOf::<Test>::remove(BOB, scene.free);
			VaultsOf::<Test>::insert(NOBODY, scene.free, ());
			change(scene.free, |row| row.owner = NOBODY);
			let reason = crate::HoldReason::VaultDeposit.into();
			let all = Precision::Exact;
			assert_ok!(Balances::release(&reason, &BOB, VAULT_DEPOSIT, all));
		},
		"what an owner has on hold is not what his vaults say",
	);
	damaged(
		|scene| {
			change(scene.vault, |row| row.deposit = u128::MAX);
			let other = open(ALICE, MIXED, &[], 0).unwrap();
			change(other, |row| row.deposit = 1);
		},
		"the sum of deposits overflows",
	);
}

#[test]
fn a_sound_state_is_not_complained_about() {
	let asset: AssetId = NativeOrWithId::Native;
	run(|| {
		open(
			ALICE,
			MIXED,
			&[(asset, 1_000 * ONE_CRN), (ETH, ONE_ETH)],
			2_000 * ONE_CUSD,
		)
		.unwrap();
	});
}
