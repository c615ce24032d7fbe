//! What views show is what happens.

use super::exact::{self, worth, TRADED};
use crate::{
	mock::*,
	types::{Adjustment, Breaker, FacilityChange, RiskyVault},
	Error,
};
use cairn_math::{FixedU128, Perbill};
use cairn_primitives::{Balance, BalanceSheet, LiquidationLots, QuoteStatus, VaultId};
use cairn_treasury::{GrowthCap, Policy, ReserveProof};
use frame_support::{assert_noop, assert_ok, traits::fungibles::Inspect, weights::Weight};
use proptest::prelude::*;
use sp_runtime::DispatchError;

#[test]
fn the_most_that_can_be_withdrawn_can_be_withdrawn_and_no_unit_more() {
	run(|| {
		let basket = [
			(ETH, 3 * ONE_ETH),
			(DOT, 500 * ONE_DOT),
			(USDT, 777 * ONE_USDT),
		];
		let vault = open(ALICE, MIXED, &basket, 5_432 * ONE_CUSD).unwrap();
		for asset in [ETH, DOT, USDT] {
			let most = Vaults::max_withdraw(vault, asset.clone()).unwrap();
			if most < leg(vault, asset.clone()) {
				let error = Error::<Test>::Undercollateralized;
				assert_noop!(withdraw(ALICE, vault, asset.clone(), most + 1), error);
			}
			frame_support::storage::with_transaction(|| {
				assert_ok!(withdraw(ALICE, vault, asset.clone(), most));
				sp_runtime::TransactionOutcome::Rollback(Ok::<_, DispatchError>(()))
			})
			.unwrap();
		}
		assert_eq!(Vaults::max_withdraw(vault, BTC), Some(0));
		assert_eq!(Vaults::max_withdraw(vault, ODD), None);
		assert_eq!(Vaults::max_withdraw(vault + 1, ETH), None);
		// The whole leg if the others carry the debt.
		assert_eq!(Vaults::max_withdraw(vault, USDT), Some(777 * ONE_USDT));
		// A leg without a Live price counts nothing, and so is in nobody's way.
		Prices::alter(DOT, |quote| quote.status = QuoteStatus::Stale);
		assert_eq!(Vaults::max_withdraw(vault, DOT), Some(500 * ONE_DOT));
		Prices::alter(ETH, |quote| quote.status = QuoteStatus::Stale);
		assert_eq!(Vaults::max_withdraw(vault, DOT), Some(0));
		Prices::set_cents(ETH, 3_000_00);
		set_breaker(MIXED, Breaker::NoNewRisk);
		assert_eq!(Vaults::max_withdraw(vault, ETH), Some(0));
		assert_eq!(Vaults::vault(vault).unwrap().max_borrow, 0);
		assert_ok!(repay(ALICE, vault, u128::MAX));
		assert_eq!(Vaults::max_withdraw(vault, ETH), Some(3 * ONE_ETH));
		set_breaker(MIXED, Breaker::Frozen);
		assert_eq!(Vaults::max_withdraw(vault, ETH), Some(0));
	});
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(fuzz_cases(200)))]

	#[test]
	fn what_a_view_says_is_possible_is_and_a_unit_more_is_not(
		hundreds in prop::collection::vec(0u16..300, 4),
		prices in prop::collection::vec(20u128..400, 4),
		share in 1u128..=100,
		level in prop_oneof![Just(None), (101u32..400).prop_map(Some)],
		seconds in 1u64..100_000_000,
		which in 0..4usize,
	) {
		run(|| {
			let basket: Vec<_> = TRADED
				.into_iter()
				.zip(hundreds)
				.filter(|(_, hundreds)| *hundreds > 0)
				.map(|(asset, hundreds)| (asset.clone(), worth(&asset, hundreds)))
				.collect();
			let vault = open(ALICE, MIXED, &basket, 0).unwrap();
			let most = Vaults::vault(vault).unwrap().max_borrow;
			let _ = borrow(ALICE, vault, most / 100 * share);
			for (asset, percent) in TRADED.into_iter().zip(prices) {
				let raw = exact::price(&asset) / 100 * percent;
				Prices::set_raw(asset, raw);
			}
			next_block_with(Weight::MAX, seconds * 1_000);
			if let Some(level) = level {
				let _ = set_guard(ALICE, vault, level, ONE_CUSD);
			}
			let most = Vaults::vault(vault).unwrap().max_borrow;
			let owed = debt(vault);
			assert!(borrow(ALICE, vault, most + 1).is_err());
			if most > 0 && owed + most >= MINIMUM_DEBT {
				frame_support::storage::with_transaction(|| {
					assert_ok!(borrow(ALICE, vault, most));
					sp_runtime::TransactionOutcome::Rollback(Ok::<_, DispatchError>(()))
				})
				.unwrap();
			}
			let asset = TRADED[which].clone();
			let most = Vaults::max_withdraw(vault, asset.clone()).unwrap();
			assert!(withdraw(ALICE, vault, asset.clone(), most + 1).is_err());
			if most > 0 {
				assert_ok!(withdraw(ALICE, vault, asset, most));
			}
		});
	}
}

#[test]
fn the_riskiest_come_first_and_no_more_than_asked_for() {
	run(|| {
		let facility = create_still();
		let open = |number: u128| {
			let borrowed = (1_000 + 10 * number) * ONE_CUSD;
			open(ALICE, facility, &[(ETH, ONE_ETH)], borrowed).unwrap()
		};
		let vaults: Vec<_> = (0..100).map(open).collect();
		open_basket(facility);
		let riskiest = |count| Vaults::riskiest(facility, count).unwrap().vaults;
		let seven = riskiest(7);
		let expected: Vec<_> = vaults.iter().rev().take(7).copied().collect();
		let found: Vec<_> = seven.iter().map(|risky| risky.vault).collect();
		assert_eq!(found, expected);
		assert!(seven
			.iter()
			.all(|risky| Some(risky.health) == health(risky.vault)));
		assert!(seven
			.windows(2)
			.all(|pair| pair[0].health <= pair[1].health));
		assert_eq!(riskiest(0), vec![]);
		assert_eq!(riskiest(u32::MAX).len(), 100);
		// Both legs of a basket lead to it, and it is shown once.
		Prices::set_cents(DOT, 10);
		let basket = vaults[99] + 1;
		let expected = RiskyVault {
			vault: basket,
			health: health(basket).unwrap(),
		};
		let three = riskiest(3);
		assert_eq!(three[0], expected);
		assert!(three[1..].iter().all(|risky| risky.vault != basket));
	});
}

fn open_basket(facility: u32) -> VaultId {
	let basket = [(ETH, ONE_ETH / 100), (DOT, 1_000 * ONE_DOT)];
	open(BOB, facility, &basket, 2_000 * ONE_CUSD).unwrap()
}

#[test]
fn the_backlog_is_what_enforcement_has_not_come_to() {
	run(|| {
		let facility = create_still();
		for number in 0..50u128 {
			let borrowed = (1_951 + 2 * number) * ONE_CUSD;
			open(ALICE, facility, &[(ETH, ONE_ETH)], borrowed).unwrap();
		}
		let count = |facility| {
			let backlog = Vaults::backlog(facility).unwrap();
			assert!(backlog.complete);
			let of_eth = backlog.entries.iter().find(|(asset, _)| *asset == ETH);
			of_eth.unwrap().1
		};
		assert_eq!(count(facility), 0);
		Prices::set_cents(ETH, 2_500_00);
		// Unsafe above 2,000.
		assert_eq!(count(facility), 25);
		begin_block(SLOT);
		let done = enforce_with(looking(6) + liquidations(12) + room_for_one());
		end_of_begin();
		assert!(done > 0 && done < 25);
		assert_eq!(count(facility), 25 - done);
		next_block();
		assert_eq!(count(facility), 0);
		assert_eq!(Vaults::backlog(77), None);
	});
}

#[test]
fn those_that_wait_are_of_the_backlog_once_their_collateral_can_be_sold() {
	run(|| {
		let facility = create_still();
		let open = |legs: &[_], debt: u128| open(ALICE, facility, legs, debt * ONE_CUSD).unwrap();
		let mut vaults: Vec<_> = (0..40)
			.map(|number| open(&[(DOT, 500 * ONE_DOT)], 1_800 + number))
			.collect();
		vaults.push(open(&[(ETH, ONE_ETH), (DOT, 500 * ONE_DOT)], 4_000));
		Prices::set_stale(DOT, 30 * 3_600_000);
		Prices::set_stale(ETH, 30 * 3_600_000);
		next_block();
		let count = |of| {
			let backlog = Vaults::backlog(facility).unwrap();
			assert!(backlog.complete);
			let mut entries = backlog.entries.into_iter();
			entries.find(|(asset, _)| *asset == of).unwrap().1
		};
		let waiting = || Vaults::facility(facility).unwrap().waiting;
		assert_eq!((count(DOT), count(ETH), waiting()), (0, 0, 41));
		Prices::set_cents(DOT, 5_00);
		assert_eq!((count(DOT), count(ETH), waiting()), (41, 0, 41));
		begin_block(SLOT);
		let done = enforce_with(looking(6) + liquidations(12) + room_for_one());
		end_of_begin();
		assert!(done > 0 && done < 41);
		// Of those that have been looked at the basket waits on, for ETH.
		let waits = |vault: &&VaultId| row(**vault).is_waiting();
		let waits_for_dot = |vault: &&VaultId| waits(vault) && leg(**vault, DOT) > 0;
		assert_eq!(
			count(DOT),
			vaults.iter().filter(waits_for_dot).count() as u32
		);
		assert_eq!(waiting(), vaults.iter().filter(waits).count() as u32);
		assert_eq!(count(DOT), 41 - done);
		// All DOT of the basket is gone, and what it still owes waits for ETH.
		next_block();
		assert_eq!((count(DOT), count(ETH), waiting()), (0, 0, 1));
		Prices::set_cents(ETH, 100_00);
		assert_eq!((count(DOT), count(ETH), waiting()), (0, 1, 1));
		next_block();
		assert_eq!((count(DOT), count(ETH), waiting()), (0, 0, 0));
	});
}

#[test]
fn the_proof_of_reserves_adds_up() {
	run(|| {
		let vault = open(ALICE, MIXED, &[(ETH, 10 * ONE_ETH)], 20_000 * ONE_CUSD).unwrap();
		open(BOB, STABLE, &[(USDT, 1_000 * ONE_USDT)], 500 * ONE_CUSD).unwrap();
		send(ETH, BOB, CUSTODY, 123);
		Prices::set_cents(ETH, 2_400_00);
		assert_eq!(next_block(), 1);
		let proof = Treasury::proof_of_reserves();
		assert!(proof.whole);
		assert_eq!(proof.held.len(), 5);
		let of_eth = |proof: ReserveProof| {
			let found = proof.held.into_iter().find(|held| held.asset == ETH);
			found.unwrap()
		};
		let eth = of_eth(proof.clone());
		assert_eq!(eth.in_vaults, leg(vault, ETH));
		assert_eq!(eth.in_lots, <Auctions as LiquidationLots<_>>::held(&ETH));
		assert_eq!(eth.in_vaults + eth.in_lots, 10 * ONE_ETH);
		// The minimum balance and the donation.
		assert_eq!(eth.in_custody, 10 * ONE_ETH + 1_000 + 123);
		assert_eq!(eth.in_custody, balance(ETH, CUSTODY));
		let [(asset, cusd)] = &proof.issued[..] else {
			panic!("one debt asset")
		};
		assert_eq!(*asset, CUSD);
		assert_eq!(cusd.issuance, Tokens::total_issuance(CUSD));
		assert_eq!(
			cusd.issuance,
			cusd.backed_by_vaults + cusd.in_auction + cusd.bad_debt
		);
		assert_eq!(cusd.reserve, Treasury::reserve(&CUSD));
		// What is missing is not hidden.
		send(ETH, CUSTODY, CAROL, 2_000);
		let proof = Treasury::proof_of_reserves();
		assert!(!proof.whole);
		let eth = of_eth(proof);
		assert!(eth.in_vaults + eth.in_lots > eth.in_custody);
		send(ETH, CAROL, CUSTODY, 2_000);
	});
}

#[test]
fn the_room_of_a_facility_is_what_can_be_borrowed_in_it() {
	run(|| {
		let facility = create_still();
		let set = |change| change_facility(facility, change).unwrap();
		set(FacilityChange::Ceiling(5_000 * ONE_CUSD));
		set(FacilityChange::FillLimit(3_000 * ONE_CUSD));
		let room = || Vaults::facility(facility).unwrap().room;
		assert_eq!(room(), 3_000 * ONE_CUSD);
		let vault = open(ALICE, facility, &[(ETH, 10 * ONE_ETH)], 2_000 * ONE_CUSD).unwrap();
		assert_eq!(room(), 1_000 * ONE_CUSD);
		assert_eq!(Vaults::vault(vault).unwrap().max_borrow, 1_000 * ONE_CUSD);
		next_block_with(Weight::MAX, DAY);
		assert_eq!(room(), 3_000 * ONE_CUSD);
		assert_ok!(borrow(ALICE, vault, 2_000 * ONE_CUSD));
		next_block_with(Weight::MAX, DAY);
		assert_eq!(room(), 1_000 * ONE_CUSD);
	});
}

#[test]
fn what_the_ceiling_leaves_is_exact_although_debts_are_rounded() {
	run(|| {
		let open = |who, debt| open(who, MIXED, &[(ETH, 100 * ONE_ETH)], debt).unwrap();
		let vaults: Vec<_> = (0..20).map(|n| open(BOB, 1_000 * ONE_CUSD + n)).collect();
		let vault = open(ALICE, 1_000 * ONE_CUSD);
		for number in 1..=20 {
			next_block_with(Weight::MAX, DAY);
			// The more often, the more has been rounded since.
			for vault in &vaults[..number] {
				assert_ok!(borrow(BOB, *vault, number as Balance));
			}
			let owed = Vaults::facility(MIXED).unwrap().debt;
			let ceiling = owed + 500 * ONE_CUSD + number as Balance;
			change_facility(MIXED, FacilityChange::Ceiling(ceiling)).unwrap();
			let room = Vaults::facility(MIXED).unwrap().room;
			assert_eq!(Vaults::vault(vault).unwrap().max_borrow, room);
			assert_noop!(
				borrow(ALICE, vault, room + 1),
				Error::<Test>::CeilingReached
			);
			assert_ok!(borrow(ALICE, vault, room));
			assert_ok!(repay(ALICE, vault, room));
			let ceiling = 100_000_000 * ONE_CUSD;
			change_facility(MIXED, FacilityChange::Ceiling(ceiling)).unwrap();
		}
	});
}

/// CUSD grows by at most `least` within an hour.
fn limit_growth(least: Balance) {
	let policy = Policy {
		growth: Some(GrowthCap {
			share: Perbill::zero(),
			least,
		}),
		..Default::default()
	};
	assert_ok!(Treasury::set_policy(RuntimeOrigin::root(), CUSD, policy));
}

#[test]
fn the_views_know_what_the_treasury_lets_be_issued() {
	run(|| {
		let _alarms = expect_alarms();
		let facility = create_still();
		let vault = open(ALICE, facility, &[(ETH, 10 * ONE_ETH)], 2_000 * ONE_CUSD).unwrap();
		let shown = || {
			let (vault, facility) = (Vaults::vault(vault), Vaults::facility(facility));
			(vault.unwrap().max_borrow, facility.unwrap().room)
		};
		let by_collateral = 19_600 * ONE_CUSD;
		assert_eq!(shown().0, by_collateral);
		limit_growth(1_000 * ONE_CUSD);
		// Half of it at once, of which a twentieth is kept for interest.
		let most = 475 * ONE_CUSD;
		assert_eq!(shown(), (most, most));
		let refused = DispatchError::from(cairn_treasury::Error::<Test>::GrowthCapReached);
		assert_noop!(borrow(ALICE, vault, most + 1), refused);
		assert_ok!(borrow(ALICE, vault, most));
		assert_eq!(shown(), (0, 0));
		assert_noop!(borrow(ALICE, vault, 1), refused);
		assert_ok!(repay(ALICE, vault, 7 * ONE_CUSD));
		assert_eq!(shown(), (7 * ONE_CUSD, 7 * ONE_CUSD));
		run_blocks(100);
		let (most, room) = shown();
		assert!(most > 7 * ONE_CUSD && most < 475 * ONE_CUSD && room == most);
		assert_noop!(borrow(ALICE, vault, most + 1), refused);
		assert_ok!(borrow(ALICE, vault, most));
		// What is not limited by growth is so by the collateral again.
		limit_growth(1_000_000 * ONE_CUSD);
		let (most, room) = shown();
		assert!(most < by_collateral && most > 18_000 * ONE_CUSD && room > most);
		let refused = cairn_treasury::Error::<Test>::FuseBlown;
		assert_ok!(Treasury::blow_fuse(RuntimeOrigin::root(), CUSD));
		assert_eq!(shown(), (0, 0));
		assert_noop!(borrow(ALICE, vault, 1), refused);
		assert_ok!(Treasury::reset_fuse(RuntimeOrigin::root(), CUSD));
		assert_eq!(shown(), (most, room));
		assert_noop!(
			borrow(ALICE, vault, most + 1),
			Error::<Test>::Undercollateralized
		);
		assert_ok!(borrow(ALICE, vault, most));
	});
}

#[test]
fn the_health_that_a_view_shows_is_the_one_that_a_limit_sees() {
	run(|| {
		let vault = open(ALICE, MIXED, &[(ETH, ONE_ETH)], 1_000 * ONE_CUSD).unwrap();
		next_block();
		let shown = Vaults::health(vault).unwrap();
		let limits = |health| crate::types::Limits {
			min_health: Some(health),
			deadline: None,
		};
		let adjustment = Adjustment {
			deposit: basket(&[(DOT, 1)]),
			..Default::default()
		};
		assert_ok!(adjust(ALICE, vault, adjustment, limits(shown)));
		let nothing = Adjustment {
			borrow: 1,
			..Default::default()
		};
		let more = FixedU128::from_inner(shown.into_inner() + 1_000_000_000);
		assert_noop!(
			adjust(ALICE, vault, nothing, limits(more)),
			Error::<Test>::HealthBelowLimit
		);
	});
}

#[test]
fn the_most_that_can_be_borrowed_or_withdrawn_counts_what_closed_lots_have_left_over() {
	run(|| {
		let facility = create_still();
		let legs = [(ETH, 10 * ONE_ETH)];
		let vault = open(ALICE, facility, &legs, 20_000 * ONE_CUSD).unwrap();
		Prices::set_cents(ETH, 2_400_00);
		assert_eq!(next_block(), 1);
		lend(CAROL, 50_000 * ONE_CUSD);
		let shown = || {
			let borrowed = Vaults::vault(vault).unwrap().max_borrow;
			(borrowed, Vaults::max_withdraw(vault, ETH).unwrap())
		};
		assert_ok!(take(CAROL, lots()[0].0, Balance::MAX));
		Prices::set_cents(ETH, 3_000_00);
		let (stored, waits) = (leg(vault, ETH), row(vault).claims.len());
		let (most, withdrawn) = shown();
		let refused = DispatchError::from(Error::<Test>::Undercollateralized);
		assert_noop!(borrow(ALICE, vault, most + 1), refused);
		assert_noop!(withdraw(ALICE, vault, ETH, withdrawn + 1), refused);
		// Nothing is fetched by looking.
		assert_eq!((leg(vault, ETH), row(vault).claims.len()), (stored, waits));
		assert_ok!(claim(PAUPER, vault));
		assert!(leg(vault, ETH) > stored);
		assert_eq!(shown(), (most, withdrawn));
		assert_ok!(withdraw(ALICE, vault, ETH, withdrawn));
		assert_eq!(shown().1, 0);
	});
}
