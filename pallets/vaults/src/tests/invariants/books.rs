//! I1 to I8: the books.

use super::{
	backing, facilities, is_ready,
	life::{after_each, deeds},
	rows, sell_all_lots, what_if, SHARED,
};
use crate::{
	mock::*,
	tests::exact::{self, TRADED},
	FacilityStates, NextFacility,
};
use cairn_math::Ray;
use cairn_primitives::{AssetId, Balance, BalanceSheet, FacilityId, LiquidationLots};
use frame_support::traits::{fungible::InspectHold, fungibles::Inspect};
use proptest::prelude::*;
use std::collections::BTreeMap;

const ALL: [AccountId; 7] = [ALICE, BOB, CAROL, PAUPER, ISSUER, CUSTODY, GUARDIAN];

fn in_vaults(asset: &AssetId) -> Balance {
	let all = exact::all().into_iter();
	all.map(|vault| leg(vault, asset.clone())).sum()
}

/// What is in custody is what vaults and lots are owed, what has been given away, and the minimum
/// balance, and not a unit more.
fn assert_custody_is_exact(donated: &BTreeMap<AssetId, Balance>) {
	for asset in TRADED {
		let for_sale = <Auctions as LiquidationLots<_>>::held(&asset);
		let given = donated.get(&asset).copied().unwrap_or_default();
		let minimum = Tokens::minimum_balance(asset.clone());
		assert_eq!(
			balance(asset.clone(), CUSTODY),
			in_vaults(&asset) + for_sale + given + minimum
		);
	}
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(fuzz_cases_of(SHARED, 24)))]

	#[test]
	fn i1_normalised_debts_add_up(deeds in deeds(fuzz_steps(80))) {
		after_each(deeds, |_| {
			for id in facilities() {
				let of_it = rows().into_iter().filter(|(_, vault)| vault.facility == id);
				let sum: u128 = of_it.map(|(_, vault)| vault.debt.0).sum();
				assert_eq!(sum, state(id).normalized_debt.0);
			}
		});
	}

	#[test]
	fn i2_what_exists_is_owed_by_vaults_or_lots_or_is_bad_debt(deeds in deeds(fuzz_steps(80))) {
		after_each(deeds, |_| {
			let minted: Balance = facilities().map(|id| state(id).minted).sum();
			let elsewhere = Treasury::in_auction(&CUSD) + Treasury::bad_debt(&CUSD);
			assert_eq!(Tokens::total_issuance(CUSD), minted + elsewhere);
			for id in facilities() {
				let state = state(id);
				// Two roundings for each operation, each of less than `⌈R⌉`.
				let slack = 2 * Balance::from(state.operations) * state.accumulator.0.div_ceil(Ray::ONE.0);
				assert!(backing(id) - state.minted <= state.due + slack);
			}
			// Interest and what was rounded are issued with the next block.
			what_if(|| {
				begin_block(SLOT);
				assert!(facilities().all(|id| backing(id) == state(id).minted));
				let backed: Balance = facilities().map(backing).sum();
				assert_eq!(Tokens::total_issuance(CUSD), backed + elsewhere);
			});
		});
	}

	#[test]
	fn i3_balances_add_up_to_what_exists_and_no_facility_issues_more_than_it_is_owed(deeds in deeds(fuzz_steps(80))) {
		after_each(deeds, |_| {
			let treasury = Treasury::account_id();
			let held: Balance = ALL.iter().chain([&treasury]).map(|who| balance(CUSD, *who)).sum();
			assert_eq!(held, Tokens::total_issuance(CUSD));
			for id in facilities() {
				let state = state(id);
				assert!(state.minted <= backing(id));
				let owed: Balance = rows()
					.into_iter()
					.filter(|(_, vault)| vault.facility == id)
					.map(|(vault, _)| debt(vault))
					.sum();
				assert!(state.minted <= owed);
			}
		});
	}

	#[test]
	fn i4_debt_of_lots_adds_up_to_what_is_in_auction(deeds in deeds(fuzz_steps(80))) {
		after_each(deeds, |_| {
			let of_lots = || -> Balance { lots().into_iter().map(|(_, lot)| lot.debt).sum() };
			assert_eq!(of_lots(), Treasury::in_auction(&CUSD));
			what_if(|| {
				sell_all_lots();
				assert_eq!(Treasury::in_auction(&CUSD), 0);
			});
		});
	}

	#[test]
	fn i5_custody_holds_what_vaults_and_lots_are_owed_and_what_it_was_given(deeds in deeds(fuzz_steps(80))) {
		let mut donated = BTreeMap::new();
		after_each(deeds, |_| {
			for (number, asset) in (1..).zip(TRADED) {
				send(asset.clone(), BOB, CUSTODY, number);
				*donated.entry(asset).or_default() += number;
			}
			assert_custody_is_exact(&donated);
			what_if(|| {
				sell_all_lots();
				assert_custody_is_exact(&donated);
				for (vault, before) in rows() {
					assert!(before.claims.iter().all(is_ready));
					assert_eq!(claim(BOB, vault).is_ok(), !before.claims.is_empty());
				}
				// What is left over is the vaults' then, and nothing is for sale any more.
				for asset in TRADED {
					assert_eq!(<Auctions as LiquidationLots<_>>::held(&asset), 0);
				}
				assert_custody_is_exact(&donated);
			});
		});
	}

	#[test]
	fn i6_what_everybody_has_on_hold_is_what_his_vaults_record(deeds in deeds(fuzz_steps(80))) {
		after_each(deeds, |_| {
			let reason = crate::HoldReason::VaultDeposit.into();
			for who in ALL {
				let his = rows().into_iter().filter(|(_, vault)| vault.owner == who);
				let recorded: Balance = his.map(|(_, vault)| vault.deposit).sum();
				assert_eq!(Balances::balance_on_hold(&reason, &who), recorded);
			}
		});
	}

	#[test]
	fn i7_the_proof_of_reserves_is_true_and_shows_no_gap(deeds in deeds(fuzz_steps(80))) {
		after_each(deeds, |_| {
			let proof = Treasury::proof_of_reserves();
			assert!(proof.whole);
			for asset in TRADED {
				let held = proof.held.iter().find(|held| held.asset == asset).unwrap();
				assert_eq!(held.in_vaults, in_vaults(&asset));
				let of_lots = lots().into_iter().filter(|(_, lot)| lot.collateral == asset);
				let for_sale: Balance = of_lots.map(|(_, lot)| lot.remaining).sum();
				assert!(held.in_lots >= for_sale);
				assert_eq!(held.in_custody, balance(asset, CUSTODY));
			}
			assert!(proof.held.iter().all(|held| held.in_vaults + held.in_lots <= held.in_custody));
			for (_, of) in proof.issued {
				assert_eq!(of.issuance, of.backed_by_vaults + of.in_auction + of.bad_debt);
				assert_eq!(of.debt_in_lots, Some(of.in_auction));
				assert_eq!(of.issued_by_vaults, Some(of.backed_by_vaults));
			}
		});
	}

	#[test]
	fn i8_accumulators_begin_at_one_and_never_fall(deeds in deeds(fuzz_steps(80))) {
		let mut accumulators = BTreeMap::<FacilityId, Ray>::new();
		after_each(deeds, |step| {
			for id in facilities() {
				let now = state(id).accumulator;
				let before = accumulators.insert(id, now);
				assert!(now >= before.unwrap_or(Ray::ONE));
				// Time changes it, and nothing else.
				assert!(step.is_block || before.is_none_or(|before| now == before));
				assert!(state(id).normalized_debt.owed_ceil(now).is_some());
			}
			// What does not exist owes nothing.
			assert!(FacilityStates::<Test>::iter_keys().all(|id| id < NextFacility::<Test>::get()));
			assert!(rows().into_iter().all(|(_, vault)| vault.facility < NextFacility::<Test>::get()));
		});
	}
}
