//! I9 to I16: what vaults, their owners, and liquidations may do, and always can.

use super::{
	backing, buy_all_lots, endow, facilities, is_ready,
	life::{after_each, begin, deeds, fall},
	rows, sell_all_lots, what_if, SHARED,
};
use crate::{
	mock::*,
	tests::{
		because,
		exact::{self, worth, TRADED},
	},
	types::{Breaker, Vault},
	Error, Event, Vaults as Rows,
};
use cairn_math::{FixedU128, Perbill};
use cairn_primitives::{AssetId, Balance, FacilityId, PriceSource, VaultId};
use cairn_treasury::{GrowthCap, Policy};
use frame_support::traits::{fungible::Inspect as _, fungibles::Inspect};
use proptest::prelude::*;
use sp_runtime::DispatchResult;

fn shown(vault: VaultId) -> FixedU128 {
	health(vault).unwrap_or(FixedU128::from_u32(0))
}

/// Whether some lot has been given something of the vault.
fn was_seized(vault: &Vault<Test>, before: &Vault<Test>) -> bool {
	vault.claims.iter().any(|claim| {
		let mut of_before = before.claims.iter();
		let same = of_before.find(|old| (old.lot, old.collateral) == (claim.lot, claim.collateral));
		same.is_none_or(|old| claim.contributed > old.contributed)
	})
}

/// A vault that somebody wants to be liquidated, by fractions.
struct Facts {
	is_safe: bool,
	is_nearly_unsafe: bool,
	/// Than its guard's level.
	is_nearly_below: bool,
	can_be_sold: bool,
}

/// What somebody does with a vault of his own, as one step of a round trip.
#[derive(Clone, Debug)]
enum Move {
	/// So many hundreds of dollars of a token.
	Deposit(usize, u16),
	/// So many hundredths of what there is, or could be, as in all that follow.
	Withdraw(usize, u8),
	Borrow(u8),
	Repay(u8),
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
	let one = prop_oneof![
		(0..4usize, 1u16..100).prop_map(|(asset, hundreds)| Move::Deposit(asset, hundreds)),
		(0..4usize, 1u8..=100).prop_map(|(asset, share)| Move::Withdraw(asset, share)),
		(1u8..=100).prop_map(Move::Borrow),
		(1u8..=100).prop_map(Move::Repay),
	];
	prop::collection::vec(one, 0..12)
}

impl Move {
	/// Bob does it. Refusals are fine. What CUSD he gets and what he pays.
	fn perform(&self, vault: VaultId) -> (Balance, Balance) {
		let part = |all: Balance, share: &u8| all / 100 * u128::from(*share);
		let done = |outcome: DispatchResult, amount| outcome.map_or(0, |()| amount);
		match self {
			Self::Deposit(asset, hundreds) => {
				let asset = TRADED[*asset].clone();
				let _ = deposit(BOB, vault, asset.clone(), worth(&asset, *hundreds));
				(0, 0)
			}
			Self::Withdraw(asset, share) => {
				let asset = TRADED[*asset].clone();
				let _ = withdraw(BOB, vault, asset.clone(), part(leg(vault, asset), share));
				(0, 0)
			}
			Self::Borrow(share) => {
				let amount = part(Vaults::vault(vault).unwrap().max_borrow, share);
				(done(borrow(BOB, vault, amount), amount), 0)
			}
			Self::Repay(share) => {
				let amount = part(debt(vault), share);
				(0, done(repay(BOB, vault, amount), amount))
			}
		}
	}
}

/// Bob opens a vault against whatever has a price; if nothing has, against ETH at its last one.
fn open_somehow() -> VaultId {
	let minimum = facility_now(MIXED).minimum_debt;
	let against = |asset: AssetId| {
		// Ten times as much.
		let amount = worth(&asset, (minimum / (10 * ONE_CUSD)) as u16);
		open(BOB, MIXED, &[(asset, amount)], minimum)
	};
	let opened = TRADED.into_iter().find_map(|asset| against(asset).ok());
	opened.unwrap_or_else(|| {
		Prices::set_down(false);
		Prices::set_raw(ETH, exact::price(&ETH));
		against(ETH).expect("he can")
	})
}

/// The tokens of a facility, and how many cents each of them was last quoted at.
fn last_prices(id: FacilityId) -> Vec<(AssetId, u128)> {
	let facility = facility_now(id);
	let collaterals = facility.collaterals.into_iter();
	let assets = collaterals.map(|collateral| collateral.terms.asset);
	assets
		.chain([facility.debt_asset])
		.map(|asset| {
			let cents = exact::price(&asset) / 10_000_000_000_000_000;
			(asset, cents.max(1))
		})
		.collect()
}

/// The oracle is silent and has no price of what vaults hold; all facilities are at a level.
fn silence(level: Breaker) {
	let prices: Vec<_> = facilities().map(last_prices).collect();
	TRADED.into_iter().for_each(Prices::forget);
	Prices::set_down(true);
	for (id, prices) in facilities().zip(prices) {
		match level {
			Breaker::Settled => settle(id, &prices).unwrap(),
			level => set_breaker(id, level),
		}
	}
}

/// Its owner deposits into a vault whatever its facility accepts, and anybody more of it, unless it is
/// settled: it would be sold at a price that was fixed before.
fn deposit_all(vault: VaultId, level: Breaker) {
	let owner = row(vault).owner;
	let stranger = if owner == BOB { ALICE } else { BOB };
	let facility = facility_now(row(vault).facility);
	let expected = match level {
		Breaker::Settled => Err(because(Error::FacilitySettled)),
		_ => Ok(()),
	};
	for collateral in facility.collaterals {
		let asset = collateral.terms.asset;
		for who in [owner, stranger] {
			assert_eq!(deposit(who, vault, asset.clone(), 1_000), expected);
		}
	}
}

/// Anybody fetches what is there, for whom it is.
fn fetch(vault: VaultId) {
	let expected = match row(vault).claims.iter().any(is_ready) {
		true => Ok(()),
		false => Err(because(Error::NothingToClaim)),
	};
	assert_eq!(claim(CAROL, vault), expected);
}

/// The owner pays his debt, gets all that the vault holds, and is rid of it but for what lots may still
/// return to it.
fn leave(vault: VaultId) {
	let before = row(vault);
	let owner = before.owner;
	let legs = Vaults::vault(vault).unwrap().legs;
	let owed = debt(vault);
	let held = |asset: &AssetId| balance(asset.clone(), owner);
	let had: Vec<_> = legs.iter().map(|leg| held(&leg.asset)).collect();
	let money = balance(CUSD, owner);
	let waits = before.claims.iter().any(|claim| !is_ready(claim));
	let pending = Err(because(Error::ClaimsPending));
	if waits && owed == 0 && legs.is_empty() {
		return assert_eq!(close(owner, vault), pending);
	}
	close(owner, vault).unwrap();
	assert_eq!(balance(CUSD, owner), money - owed);
	for (leg, had) in legs.into_iter().zip(had) {
		assert!(held(&leg.asset) >= had + leg.amount);
	}
	assert_eq!(Rows::<Test>::contains_key(vault), waits);
	if waits {
		assert!(row(vault).legs.is_empty());
		assert_eq!((debt(vault), close(owner, vault)), (0, pending));
	}
}

/// Each vault is liquidated if and only if it is unsafe, something of it can be sold, and its facility, of
/// which the breaker is at `level`, lets it.
fn check_liquidations(level: Breaker) {
	for vault in exact::all() {
		let (outcome, events) = what_if(|| {
			set_breaker(row(vault).facility, level);
			System::reset_events();
			(liquidate(CAROL, vault), events())
		});
		let is_let = level < Breaker::NoNewLiquidations && !Prices::is_down();
		let is_liquidated = events
			.iter()
			.any(|event| matches!(event, Event::Liquidated { vault: of, .. } if *of == vault));
		let is_saved = events.iter().any(
			|event| matches!(event, Event::GuardActed { vault: of, repaid, .. } if *of == vault && *repaid > 0),
		);
		// What closed lots have left it counts: it comes back before anything is sold.
		let facts = what_if(|| {
			let _ = claim(PAUPER, vault);
			let level = row(vault).guard.map_or(0, |guard| guard.level.into_inner());
			Facts {
				is_safe: exact::is_safe(vault),
				is_nearly_unsafe: exact::is_nearly_unsafe(vault),
				is_nearly_below: exact::is_nearly_below(vault, level),
				can_be_sold: exact::is_sellable(vault) && !exact::is_dust(vault),
			}
		});
		if is_let && !facts.is_safe && facts.can_be_sold {
			assert!(outcome.is_ok() && is_liquidated != is_saved, "{outcome:?}");
		}
		if is_liquidated {
			assert!(facts.is_nearly_unsafe);
		}
		match outcome {
			Ok(()) => assert!(is_let && (is_liquidated || facts.is_nearly_below)),
			Err(error) if error == because(Error::VaultIsSafe) => {
				assert!(is_let && facts.is_safe);
			}
			Err(error) if error == because(Error::NothingToSell) => {
				assert!(is_let && facts.is_nearly_unsafe && !facts.can_be_sold);
			}
			Err(error) => assert!(!is_let && error == because(Error::SwitchedOff), "{error:?}"),
		}
	}
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(fuzz_cases_of(SHARED, 24)))]

	#[test]
	fn i9_debt_is_nothing_or_the_minimum_but_for_what_a_liquidation_left(deeds in deeds(fuzz_steps(80))) {
		after_each(deeds, |step| {
			for (id, vault) in rows() {
				let owed = debt(id);
				// The minimum of now: it rises, and falls.
				let minimum = facility_now(vault.facility).minimum_debt;
				if owed == 0 || owed >= minimum {
					continue;
				}
				let before = step.before.get(&id).expect("whoever comes owes the minimum");
				// Who owes less already, or does so since the minimum has risen, never owes more.
				let accumulator = state(vault.facility).accumulator;
				let owed_before = before.debt.owed_ceil(accumulator).unwrap();
				let was_small = owed_before < minimum && vault.debt <= before.debt;
				assert!(was_seized(&vault, before) || was_small, "{owed_before} {owed} of {minimum}");
			}
		});
	}

	#[test]
	fn i10_no_debt_is_without_collateral(deeds in deeds(fuzz_steps(80))) {
		after_each(deeds, |_| {
			for (_, vault) in rows() {
				assert!(vault.debt.is_zero() || !vault.legs.is_empty());
				assert!(vault.legs.iter().all(|leg| leg.amount > 0));
			}
		});
	}

	#[test]
	fn i11_only_prices_and_time_make_a_vault_unsafe(deeds in deeds(fuzz_steps(80))) {
		after_each(deeds, |step| {
			let mut left = step.safe.into_iter().filter(|vault| Rows::<Test>::contains_key(vault));
			assert!(step.is_of_prices_or_time || left.all(exact::is_safe));
			// Nor is anybody who has come in by it.
			let mut new = exact::all().into_iter().filter(|vault| !step.before.contains_key(vault));
			assert!(new.all(exact::is_safe));
		});
	}

	#[test]
	fn i12_a_liquidation_succeeds_if_and_only_if_the_vault_is_unsafe_and_its_facility_lets_it(
		deeds in deeds(fuzz_steps(80)),
		level in 0..4usize,
		percent in 70u8..=100,
	) {
		let level = [Breaker::AllEnabled, Breaker::NoNewRisk, Breaker::NoNewLiquidations, Breaker::Frozen][level];
		after_each(deeds, |_| {
			check_liquidations(level);
			what_if(|| {
				buy_all_lots();
				fall(percent);
				check_liquidations(level);
			});
		});
	}

	#[test]
	fn i13_a_liquidation_that_leaves_debt_leaves_a_healthier_vault(deeds in deeds(fuzz_steps(80))) {
		after_each(deeds, |_| {
			for vault in exact::all() {
				// What cannot be sold now may be the better part of it.
				let legs = what_if(|| {
					let _ = claim(PAUPER, vault);
					Vaults::vault(vault).unwrap().legs
				});
				let quote = |asset| <Prices as PriceSource<_>>::quote(asset).unwrap();
				let is_whole = legs.iter().all(|leg| quote(&leg.asset).status.allows_liquidation());
				let before = shown(vault);
				let (outcome, left, after) =
					what_if(|| (liquidate(CAROL, vault), debt(vault), shown(vault)));
				let is_better = left == 0 || after >= before;
				assert!(outcome.is_err() || !is_whole || is_better, "{before:?} {after:?}");
				// And a safe one.
				let is_safe = left == 0 || after >= FixedU128::from_u32(1);
				assert!(outcome.is_err() || !is_whole || is_safe, "{before:?} {after:?}");
			}
		});
	}

	#[test]
	fn i14_a_round_trip_profits_nobody(deeds in deeds(fuzz_steps(80)), moves in moves()) {
		after_each(deeds, |_| {
			what_if(|| {
				// For what is rounded.
				send(CUSD, PAUPER, BOB, ONE_CUSD);
				let wealth = || TRADED.map(|asset| balance(asset, BOB));
				let (before, money, native) = (wealth(), balance(CUSD, BOB), Balances::total_balance(&BOB));
				let vault = open_somehow();
				// What rounding has taken from him.
				let lost = || (money + debt(vault)).checked_sub(balance(CUSD, BOB)).expect("he has gained");
				let mut taken = lost();
				for each in &moves {
					let had = balance(CUSD, BOB);
					let (got, paid) = each.perform(vault);
					assert_eq!(balance(CUSD, BOB) + paid, had + got);
					assert!(lost() >= taken);
					taken = lost();
					let has = TRADED.map(|asset| balance(asset.clone(), BOB) + leg(vault, asset));
					assert_eq!(has, before);
				}
				close(BOB, vault).unwrap();
				assert_eq!(wealth(), before);
				// That, and not a unit less.
				assert_eq!(balance(CUSD, BOB) + taken, money);
				assert_eq!(Balances::total_balance(&BOB), native);
			});
		});
	}

	#[test]
	fn i15_depositing_claiming_repaying_and_leaving_always_work(
		deeds in deeds(fuzz_steps(80)),
		level in 0..5usize,
		is_repaid in any::<bool>(),
		is_settled in any::<bool>(),
	) {
		use Breaker::*;
		let level = [AllEnabled, NoNewRisk, NoNewLiquidations, Frozen, Settled][level];
		after_each(deeds, |_| {
			what_if(|| {
				silence(level);
				for (vault, before) in rows() {
					deposit_all(vault, level);
					fetch(vault);
					let owed = debt(vault);
					endow(before.owner, owed + 1);
					if owed > 0 && level == Settled && is_settled {
						settle_vault(CAROL, vault).unwrap();
					}
					if debt(vault) > 0 && is_repaid {
						// Anybody may, with his own.
						endow(PAUPER, owed + 1);
						repay(PAUPER, vault, Balance::MAX).unwrap();
						assert_eq!(debt(vault), 0);
					}
					leave(vault);
				}
				// Whoever waited for lots gets what they leave, and goes.
				sell_all_lots();
				for (vault, _) in rows() {
					fetch(vault);
					leave(vault);
				}
				assert!(rows().is_empty());
				for id in facilities() {
					assert!(state(id).held.iter().all(|held| *held == 0));
					assert!(state(id).normalized_debt.is_zero());
				}
			});
		});
	}

	#[test]
	fn i16_nobody_borrows_beyond_the_ceiling_nor_all_together_faster_than_they_may(
		deeds in deeds(fuzz_steps(80)),
		thousands in 1u128..1_000,
		fast in 10u128..1_000,
	) {
		run(|| {
			let facilities = begin();
			let ceiling = thousands * 1_000 * ONE_CUSD;
			for facility in facilities {
				govern(crate::Call::set_ceiling { facility, ceiling }).unwrap();
			}
			let least = fast * 1_000 * ONE_CUSD;
			let growth = Some(GrowthCap { share: Perbill::zero(), least });
			let policy = Policy { growth, ..Default::default() };
			Treasury::set_policy(RuntimeOrigin::root(), CUSD, policy).unwrap();
			let issued = || Tokens::total_issuance(CUSD);
			let mut lowest = issued();
			for (number, deed) in deeds.into_iter().enumerate() {
				let before = facilities.map(backing);
				let is_block = deed.is_block();
				deed.perform(facilities[number % 2]);
				if is_block {
					lowest = issued();
					continue;
				}
				for (facility, before) in facilities.into_iter().zip(before) {
					assert!(backing(facility) <= before.max(ceiling));
				}
				// Half of what may be issued within an hour may be issued at once.
				lowest = lowest.min(issued());
				assert!(issued() <= lowest + least / 2);
				// Not even who has collateral for far more.
				for facility in facilities {
					let before = backing(facility);
					let room = ceiling.saturating_sub(before).max(MINIMUM_DEBT);
					for amount in [room, room + ONE_CUSD, least / 2 + ONE_CUSD] {
						what_if(|| {
							let _ = open(BOB, facility, &[(USDT, 9_000_000 * ONE_USDT)], amount);
							assert!(backing(facility) <= before.max(ceiling));
							assert!(issued() <= lowest + least / 2);
						});
					}
				}
			}
			Prices::set_down(false);
		});
	}
}
