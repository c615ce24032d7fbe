//! The invariants that other systems have been proven, or broken, by: each after every step of a
//! random life of three facilities. Numbers are those by which the survey of those systems lists
//! them; those of stability pools, redemptions and the like concern other pallets.

use super::{
	brute_force::{doings, perform, Doing},
	exact,
};
use crate::{
	index::Index, mock::*, rows::Rows as IndexRows, Event, FacilityStates, NextFacility, Pages,
	Vaults as Rows,
};
use cairn_math::{FixedU128, Ray};
use cairn_primitives::{Balance, BalanceSheet, FacilityId, LiquidationLots, PriceSource, VaultId};
use frame_support::{
	storage::with_transaction,
	traits::{fungible::InspectHold, fungibles::Inspect},
};
use proptest::prelude::*;
use sp_runtime::{DispatchError, TransactionOutcome};
use std::collections::{BTreeMap, BTreeSet};

/// What has happened to whom so far.
#[derive(Default)]
struct Story {
	liquidated: BTreeSet<VaultId>,
	accumulators: BTreeMap<FacilityId, Ray>,
}

/// Does one thing after the other, and checks after each.
fn after_each(doings: Vec<Doing>, mut check: impl FnMut(&mut Story)) {
	run(|| {
		let facilities = [create_still(), MIXED];
		let mut story = Story::default();
		for (number, doing) in doings.into_iter().enumerate() {
			perform(doing, facilities[number % 2]);
			let liquidated = events().into_iter().filter_map(|event| match event {
				Event::Liquidated { vault, .. } => Some(vault),
				_ => None,
			});
			story.liquidated.extend(liquidated);
			// Of blocks before the last one the claims tell.
			let claiming = rows()
				.into_iter()
				.filter(|(_, vault)| !vault.claims.is_empty());
			story.liquidated.extend(claiming.map(|(vault, _)| vault));
			check(&mut story);
		}
		Prices::set_down(false);
	});
}

/// What would come of it.
fn what_if<R>(what: impl FnOnce() -> R) -> R {
	with_transaction(|| TransactionOutcome::Rollback(Ok::<_, DispatchError>(what()))).unwrap()
}

fn facilities() -> impl Iterator<Item = FacilityId> {
	0..NextFacility::<Test>::get()
}

fn rows() -> Vec<(VaultId, crate::types::Vault<Test>)> {
	Rows::<Test>::iter().collect()
}

fn minted() -> Balance {
	facilities().map(|id| state(id).minted).sum()
}

fn shown(vault: VaultId) -> FixedU128 {
	health(vault).unwrap_or(FixedU128::from_u32(0))
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(fuzz_cases(24)))]

	#[test]
	fn i1_normalised_debts_add_up(doings in doings()) {
		after_each(doings, |_| {
			for id in facilities() {
				let of_it = rows().into_iter().filter(|(_, vault)| vault.facility == id);
				let sum: u128 = of_it.map(|(_, vault)| vault.debt.0).sum();
				assert_eq!(sum, state(id).normalized_debt.0);
			}
		});
	}

	#[test]
	fn i2_what_exists_is_owed_by_vaults_or_lots_or_is_bad_debt(doings in doings()) {
		after_each(doings, |_| {
			let elsewhere = Treasury::in_auction(&CUSD) + Treasury::bad_debt(&CUSD);
			assert_eq!(Tokens::total_issuance(CUSD), minted() + elsewhere);
		});
	}

	#[test]
	fn i3_balances_add_up_to_what_exists_and_no_facility_issues_more_than_it_is_owed(doings in doings()) {
		after_each(doings, |_| {
			let holders = [ALICE, BOB, CAROL, CUSTODY, Treasury::account_id()];
			let held: Balance = holders.iter().map(|who| balance(CUSD, *who)).sum();
			assert_eq!(held, Tokens::total_issuance(CUSD));
			for id in facilities() {
				let state = state(id);
				assert!(state.minted <= state.normalized_debt.owed_ceil(state.accumulator).unwrap());
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
	fn i4_debt_of_lots_adds_up_to_what_is_in_auction(doings in doings()) {
		after_each(doings, |_| {
			let of_lots: Balance = lots().into_iter().map(|(_, lot)| lot.debt).sum();
			assert_eq!(of_lots, Treasury::in_auction(&CUSD));
		});
	}

	#[test]
	fn i5_custody_holds_all_that_vaults_and_lots_are_owed(doings in doings()) {
		after_each(doings, |_| {
			for asset in exact::TRADED {
				let in_vaults: Balance = rows().into_iter().map(|(vault, _)| leg(vault, asset.clone())).sum();
				let for_sale = <Auctions as LiquidationLots<_>>::held(&asset);
				let minimum = Tokens::minimum_balance(asset.clone());
				assert!(balance(asset, CUSTODY) >= in_vaults + for_sale + minimum);
			}
		});
	}

	#[test]
	fn i6_what_is_on_hold_is_what_is_recorded(doings in doings()) {
		after_each(doings, |_| {
			let recorded: Balance = rows().into_iter().map(|(_, vault)| vault.deposit).sum();
			let reason = crate::HoldReason::VaultDeposit.into();
			let held: Balance = [ALICE, BOB, CAROL].iter().map(|who| Balances::balance_on_hold(&reason, who)).sum();
			assert_eq!(held, recorded);
		});
	}

	#[test]
	fn i7_the_proof_of_reserves_shows_no_gap(doings in doings()) {
		after_each(doings, |_| {
			let proof = Treasury::proof_of_reserves();
			assert!(proof.whole);
			assert!(proof.held.iter().all(|held| held.in_vaults + held.in_lots <= held.in_custody));
			for (_, of) in proof.issued {
				assert_eq!(of.issuance, of.backed_by_vaults + of.in_auction + of.bad_debt);
				assert_eq!(of.debt_in_lots, Some(of.in_auction));
				assert_eq!(of.issued_by_vaults, Some(of.backed_by_vaults));
			}
		});
	}

	#[test]
	fn i8_accumulators_begin_at_one_and_never_fall(doings in doings()) {
		after_each(doings, |story| {
			for id in facilities() {
				let state = state(id);
				let before = story.accumulators.insert(id, state.accumulator).unwrap_or(Ray::ONE);
				assert!(state.accumulator >= before);
				assert!(state.normalized_debt.owed_ceil(state.accumulator).is_some());
			}
			assert!(FacilityStates::<Test>::get(NextFacility::<Test>::get()).is_none());
		});
	}

	#[test]
	fn i9_debt_is_nothing_or_the_minimum_but_for_what_a_liquidation_left(doings in doings()) {
		after_each(doings, |story| {
			for (vault, _) in rows() {
				let owed = debt(vault);
				assert!(owed == 0 || owed >= MINIMUM_DEBT || story.liquidated.contains(&vault));
			}
		});
	}

	#[test]
	fn i10_no_debt_is_without_collateral(doings in doings()) {
		after_each(doings, |_| {
			assert!(rows().into_iter().all(|(_, vault)| vault.debt.is_zero() || !vault.legs.is_empty()));
		});
	}

	#[test]
	fn i11_only_prices_and_time_make_a_vault_unsafe(doings in doings()) {
		run(|| {
			let facilities = [create_still(), MIXED];
			for (number, doing) in doings.into_iter().enumerate() {
				let safe: Vec<_> = exact::all().into_iter().filter(|v| exact::is_safe(*v)).collect();
				let may = matches!(
					doing,
					Doing::Price(..) | Doing::Spread(..) | Doing::Status(..) | Doing::Down(_) | Doing::Block(..)
				);
				perform(doing, facilities[number % 2]);
				assert!(may || safe.into_iter().all(exact::is_safe));
			}
			Prices::set_down(false);
		});
	}

	#[test]
	fn i12_a_liquidation_succeeds_if_and_only_if_the_vault_is_unsafe(doings in doings()) {
		after_each(doings, |_| {
			for vault in exact::all() {
				let outcome = what_if(|| liquidate(CAROL, vault));
				if !exact::is_safe(vault) && exact::is_sellable(vault) {
					// Dust may repay nothing at all; whatever repays something is sold.
					assert!(outcome.is_ok() || debt(vault) < ONE_CUSD, "{outcome:?}");
				}
				let guarded = row(vault).guard.is_some();
				assert!(outcome.is_err() || guarded || exact::is_nearly_unsafe(vault));
			}
		});
	}

	#[test]
	fn i13_a_liquidation_that_leaves_debt_leaves_a_healthier_vault(doings in doings()) {
		after_each(doings, |_| {
			for vault in exact::all() {
				// What cannot be sold now may be the better part of it.
				let legs = Vaults::vault(vault).unwrap().legs;
				let quote = |asset| <Prices as PriceSource<_>>::quote(asset).unwrap();
				let is_whole = legs.iter().all(|leg| quote(&leg.asset).status.allows_liquidation());
				let before = shown(vault);
				let (outcome, left, after) =
					what_if(|| (liquidate(CAROL, vault), debt(vault), shown(vault)));
				let is_better = left == 0 || after >= before;
				assert!(outcome.is_err() || !is_whole || is_better, "{before:?} {after:?}");
			}
		});
	}

	#[test]
	fn i14_a_round_trip_profits_nobody(doings in doings()) {
		after_each(doings, |_| {
			what_if(|| {
				let wealth = || exact::TRADED.map(|asset| balance(asset, BOB));
				let (before, money) = (wealth(), balance(CUSD, BOB));
				let Ok(vault) = open(BOB, MIXED, &[(BTC, ONE_BTC)], MINIMUM_DEBT) else { return };
				let owed = debt(vault);
				assert!(owed >= MINIMUM_DEBT);
				if money < owed - MINIMUM_DEBT { return }
				close(BOB, vault).unwrap();
				assert_eq!(wealth(), before);
				assert!(balance(CUSD, BOB) <= money);
			});
		});
	}

	#[test]
	fn i15_depositing_claiming_repaying_and_closing_always_work(doings in doings(), level in 0..4usize) {
		use crate::types::Breaker::*;
		let level = [AllEnabled, NoNewRisk, NoNewLiquidations, Frozen][level];
		after_each(doings, |_| {
			what_if(|| {
				facilities().for_each(|id| set_breaker(id, level));
				exact::TRADED.into_iter().for_each(Prices::forget);
				for (vault, before) in rows() {
					if before.legs.iter().any(|leg| leg.collateral == 2) {
						deposit(BOB, vault, ETH, 1).unwrap();
					}
					// Whatever is there can be fetched.
					let claimed = claim(BOB, vault);
					let nothing = super::because(crate::Error::NothingToClaim);
					assert!(claimed.is_ok() || claimed == Err(nothing), "{claimed:?}");
					let owed = debt(vault);
					let Ok(_) = <Tokens as frame_support::traits::fungibles::Mutate<_>>::mint_into(CUSD, &before.owner, owed + 1) else { return };
					if owed > 0 {
						repay(before.owner, vault, Balance::MAX).unwrap();
					}
					if row(vault).claims.is_empty() {
						close(before.owner, vault).unwrap();
					}
				}
			});
			restore_quotes();
		});
	}

	#[test]
	fn i16_nobody_borrows_beyond_the_ceiling(doings in doings(), thousands in 1u128..1_000) {
		run(|| {
			let facilities = [create_still(), MIXED];
			for facility in facilities {
				let ceiling = thousands * 1_000 * ONE_CUSD;
				govern(crate::Call::set_ceiling { facility, ceiling }).unwrap();
			}
			for (number, doing) in doings.into_iter().enumerate() {
				let facility = facilities[number % 2];
				let total = || {
					let state = state(facility);
					state.normalized_debt.owed_ceil(state.accumulator).unwrap()
				};
				let before = total();
				let time_passes = matches!(doing, Doing::Block(..));
				perform(doing, facility);
				assert!(time_passes || total() <= before.max(thousands * 1_000 * ONE_CUSD));
			}
			Prices::set_down(false);
		});
	}

	#[test]
	fn i17_a_leg_is_indexed_if_and_only_if_its_vault_owes(doings in doings()) {
		after_each(doings, |_| {
			let mut indexed = 0;
			for (_, vault) in rows() {
				assert!(vault.legs.iter().all(|leg| leg.entry.is_some() != vault.debt.is_zero()));
				indexed += vault.legs.iter().filter(|leg| leg.entry.is_some()).count();
			}
			let listed: usize = Pages::<Test>::iter_values().map(|page| page.entries.len()).sum();
			assert_eq!(indexed, listed);
		});
	}

	#[test]
	fn i18_a_book_read_from_the_top_is_in_order_and_complete(doings in doings()) {
		after_each(doings, |_| {
			for id in facilities() {
				for index in 0..facility_now(id).collaterals.len() as u8 {
					let mut ticks = Vec::new();
					let mut cursor = Index::<Test>::highest((id, index), &mut IndexRows::direct());
					while let Some(tick) = cursor {
						ticks.push(tick);
						cursor = Index::<Test>::next_below((id, index), tick, &mut IndexRows::direct());
					}
					assert!(ticks.windows(2).all(|pair| pair[0] > pair[1]));
					let there: BTreeSet<_> = Pages::<Test>::iter_keys()
						.filter(|(book, ..)| *book == (id, index))
						.map(|(_, tick, _)| tick)
						.collect();
					assert_eq!(there, ticks.into_iter().collect());
				}
			}
		});
	}

	#[test]
	fn i19_a_completed_enforcement_leaves_nobody_behind(doings in doings()) {
		after_each(doings, |_| {
			what_if(|| {
				next_block();
				for vault in exact::all() {
					assert!(exact::is_safe(vault) || !exact::is_sellable(vault) || debt(vault) < ONE_CUSD);
				}
			});
		});
	}

	#[test]
	fn i20_a_lot_is_the_sum_of_what_its_vaults_contributed(doings in doings()) {
		after_each(doings, |_| {
			for (id, lot) in lots() {
				let claims = rows().into_iter().flat_map(|(_, vault)| vault.claims);
				let sum: Balance = claims.filter(|claim| claim.lot == id).map(|claim| claim.contributed).sum();
				assert_eq!(sum, lot.contributed);
			}
		});
	}
}

/// Quotes do not roll back with the storage.
fn restore_quotes() {
	for (asset, cents) in [(DOT, 6_00), (ETH, 3_000_00), (BTC, 60_000_00), (USDT, 1_00)] {
		Prices::set_cents(asset, cents);
	}
}
