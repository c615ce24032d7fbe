//! What an owner's guard does, and what it never does.

use super::because;
use crate::{
	mock::*,
	types::{Breaker, FacilityChange, Guard},
	Call, Error, Event,
};
use cairn_math::FixedU128;
use cairn_primitives::{Balance, VaultId};
use frame_support::{assert_noop, assert_ok, weights::Weight};

/// 10 ETH for 20,000 CUSD without interest: health 1.2, unsafe below 2,500 USD; Alice has the CUSD.
fn tens() -> VaultId {
	open(
		ALICE,
		create_still(),
		&[(ETH, 10 * ONE_ETH)],
		20_000 * ONE_CUSD,
	)
	.unwrap()
}

fn cusd(amount: u128) -> Balance {
	amount * ONE_CUSD
}

fn acted(vault: VaultId) -> Option<(Balance, Balance)> {
	events().into_iter().find_map(|event| match event {
		Event::GuardActed {
			vault: of,
			repaid,
			debt,
			..
		} if of == vault => Some((repaid, debt)),
		_ => None,
	})
}

fn is_liquidated() -> bool {
	events()
		.iter()
		.any(|event| matches!(event, Event::Liquidated { .. }))
}

/// Alice keeps this much of her CUSD.
fn left_with(amount: Balance) {
	let all = balance(CUSD, ALICE);
	send(CUSD, ALICE, BOB, all - amount);
}

#[test]
fn a_guard_repays_in_the_block_in_which_health_falls_below_its_level() {
	run(|| {
		let vault = tens();
		assert_ok!(set_guard(ALICE, vault, 115, cusd(5_000)));
		// 1.15 are 2,875 USD.
		Prices::set_cents(ETH, 2_875_00);
		assert_eq!(next_block(), 0);
		assert_eq!((acted(vault), debt(vault)), (None, cusd(20_000)));
		Prices::set_cents(ETH, 2_874_99);
		assert_eq!(next_block(), 0);
		assert_eq!(acted(vault), Some((cusd(5_000), cusd(15_000))));
		assert_eq!(
			(debt(vault), balance(CUSD, ALICE)),
			(cusd(15_000), cusd(15_000))
		);
		assert_eq!(leg(vault, ETH), 10 * ONE_ETH);
		// Once.
		assert_eq!(row(vault).guard, None);
		Prices::set_cents(ETH, 1_900_00);
		assert_eq!(next_block(), 0);
		assert_eq!((acted(vault), debt(vault)), (None, cusd(15_000)));
		// From then on the vault is like any other.
		Prices::set_cents(ETH, 1_870_00);
		assert_eq!(next_block(), 1);
	});
}

#[test]
fn a_crash_through_both_levels_lets_the_guard_act_first() {
	run(|| {
		let vault = tens();
		assert_ok!(set_guard(ALICE, vault, 115, cusd(5_000)));
		// 10 · 0.8 · 2,000 = 16,000 carry what is left.
		Prices::set_cents(ETH, 2_000_00);
		assert_eq!(next_block(), 0);
		assert_eq!(acted(vault), Some((cusd(5_000), cusd(15_000))));
		assert!(!is_liquidated());
	});
}

#[test]
fn no_money_is_spent_on_a_vault_that_it_does_not_save() {
	run(|| {
		let vault = tens();
		assert_ok!(set_guard(ALICE, vault, 115, cusd(5_000)));
		Prices::set_cents(ETH, 1_800_00);
		assert_eq!(next_block(), 1);
		assert_eq!(acted(vault), Some((0, cusd(20_000))));
		assert_eq!(balance(CUSD, ALICE), cusd(20_000));
		assert_eq!(row(vault).guard, None);
	});
}

#[test]
fn a_guard_takes_no_more_than_there_is_and_leaves_the_account_alive() {
	run(|| {
		let vault = tens();
		assert_ok!(set_guard(ALICE, vault, 115, cusd(5_000)));
		left_with(cusd(1_000));
		Prices::set_cents(ETH, 2_800_00);
		assert_eq!(next_block(), 0);
		// The minimum balance of a CUSD account is one unit.
		assert_eq!(acted(vault), Some((cusd(1_000) - 1, cusd(19_000) + 1)));
		assert_eq!(balance(CUSD, ALICE), 1);
	});
}

#[test]
fn a_guard_without_money_or_with_frozen_money_does_nothing_and_breaks_nothing() {
	run(|| {
		let (empty, frozen) = (tens(), tens());
		assert_ok!(offer(ALICE, frozen, Some(BOB)));
		assert_ok!(accept(BOB, frozen));
		for (who, vault) in [(ALICE, empty), (BOB, frozen)] {
			assert_ok!(set_guard(who, vault, 115, cusd(5_000)));
		}
		left_with(0);
		assert_ok!(Assets::freeze(RuntimeOrigin::signed(ISSUER), 1, BOB));
		let before = balance(CUSD, BOB);
		Prices::set_cents(ETH, 2_800_00);
		assert_eq!(next_block(), 0);
		for vault in [empty, frozen] {
			assert_eq!(
				(acted(vault), debt(vault)),
				(Some((0, cusd(20_000))), cusd(20_000))
			);
		}
		assert_eq!(balance(CUSD, BOB), before);
	});
}

#[test]
fn a_guard_leaves_the_minimum_debt_or_none() {
	run(|| {
		let facility = create_still();
		let open = |amount: u128| {
			let eth = ONE_ETH / 3_000 * amount * 3 / 2;
			open(ALICE, facility, &[(ETH, eth)], cusd(amount)).unwrap()
		};
		// Health 1.2 for all of them.
		let (all, most, least) = (open(300), open(300), open(100));
		assert_ok!(set_guard(ALICE, all, 115, cusd(300)));
		assert_ok!(set_guard(ALICE, most, 115, cusd(250)));
		assert_ok!(set_guard(ALICE, least, 115, cusd(50)));
		lend(ALICE, cusd(1_000));
		Prices::set_cents(ETH, 2_800_00);
		assert_eq!(next_block(), 0);
		assert_eq!(acted(all), Some((cusd(300), 0)));
		assert_eq!(acted(most), Some((cusd(200), cusd(100))));
		assert_eq!(acted(least), Some((0, cusd(100))));
	});
}

#[test]
fn a_guard_pays_what_it_can_of_less_than_a_risen_minimum() {
	run(|| {
		let facility = create_still();
		let vault = open(ALICE, facility, &[(ETH, ONE_ETH / 15)], cusd(133)).unwrap();
		let risen = FacilityChange::MinimumDebt(cusd(150));
		assert_ok!(change_facility(facility, risen));
		next_block_with(Weight::MAX, RAMP_DELAY + RAMP_LENGTH);
		assert_ok!(set_guard(ALICE, vault, 115, cusd(33)));
		Prices::set_cents(ETH, 2_800_00);
		assert_eq!(next_block(), 0);
		assert_eq!(acted(vault), Some((cusd(33), cusd(100))));
	});
}

#[test]
fn a_guard_does_not_pay_for_a_vault_that_is_worth_less_than_its_debt() {
	for (price, pays) in [(2_000_00, true), (1_999_99, false)] {
		run(|| {
			let vault = tens();
			assert_ok!(set_guard(ALICE, vault, 115, cusd(20_000)));
			let before = balance(CUSD, ALICE);
			// 10 ETH for 20,000 CUSD.
			Prices::set_cents(ETH, price);
			assert_eq!(next_block(), u32::from(!pays));
			// All but the minimum debt: the last unit stays on the account.
			let paid = if pays { cusd(19_900) } else { 0 };
			assert_eq!(acted(vault).map(|(paid, _)| paid), Some(paid));
			assert_eq!(balance(CUSD, ALICE), before - paid);
		});
	}
}

#[test]
fn a_guard_acts_on_interest_alone() {
	run(|| {
		let vault = open(ALICE, MIXED, &[(ETH, ONE_ETH)], cusd(2_000)).unwrap();
		// Health 1.2, less 4 % in a year.
		assert_ok!(set_guard(ALICE, vault, 116, cusd(500)));
		let year = cairn_math::SECONDS_PER_YEAR * 1_000;
		assert_eq!(next_block_with(Weight::MAX, year * 3 / 4), 0);
		assert_eq!(acted(vault), None);
		next_block_with(Weight::MAX, year / 4);
		assert_eq!(acted(vault).map(|(repaid, _)| repaid), Some(cusd(500)));
	});
}

#[test]
fn a_guard_acts_on_a_basket() {
	run(|| {
		let basket = [
			(ETH, 5 * ONE_ETH),
			(DOT, 1_000 * ONE_DOT),
			(BTC, ONE_BTC / 10),
		];
		let vault = open(ALICE, create_still(), &basket, cusd(16_000)).unwrap();
		// 12,000 + 4,200 + 4,800 = 21,000.
		assert_ok!(set_guard(ALICE, vault, 125, cusd(4_000)));
		Prices::set_cents(DOT, 5_00);
		Prices::set_cents(BTC, 59_000_00);
		assert_eq!(next_block(), 0);
		assert_eq!(acted(vault), None);
		Prices::set_cents(ETH, 2_940_00);
		next_block();
		assert_eq!(acted(vault), Some((cusd(4_000), cusd(12_000))));
	});
}

#[test]
fn new_risk_stops_at_the_guard_and_views_know_it() {
	run(|| {
		let vault = open(ALICE, create_still(), &[(ETH, 10 * ONE_ETH)], cusd(15_000)).unwrap();
		assert_ok!(set_guard(ALICE, vault, 150, cusd(1_000)));
		// 24,000 / 1.5.
		assert_eq!(Vaults::vault(vault).unwrap().max_borrow, cusd(1_000));
		assert_noop!(
			borrow(ALICE, vault, cusd(1_000) + 1),
			because(Error::BelowGuardLevel)
		);
		assert_ok!(borrow(ALICE, vault, cusd(500)));
		let most = Vaults::max_withdraw(vault, ETH).unwrap();
		assert_noop!(
			withdraw(ALICE, vault, ETH, most + 1),
			because(Error::BelowGuardLevel)
		);
		assert_ok!(withdraw(ALICE, vault, ETH, most));
		assert_eq!(next_block(), 0);
		assert_eq!(acted(vault), None);
		// Without the guard there is more.
		assert_ok!(call(ALICE, Call::set_guard { vault, guard: None }));
		assert_ok!(withdraw(ALICE, vault, ETH, 1));
	});
}

#[test]
fn a_guard_that_makes_no_sense() {
	run(|| {
		let vault = tens();
		assert_noop!(set_guard(BOB, vault, 115, 1), because(Error::NotOwner));
		assert_noop!(
			set_guard(ALICE, vault + 1, 115, 1),
			because(Error::UnknownVault)
		);
		assert_noop!(set_guard(ALICE, vault, 115, 0), because(Error::ZeroAmount));
		for level in [0, 99, 100, 1_001] {
			assert_noop!(
				set_guard(ALICE, vault, level, 1),
				because(Error::BadGuardLevel)
			);
		}
		// It is at 1.2.
		assert_noop!(
			set_guard(ALICE, vault, 121, 1),
			because(Error::BelowGuardLevel)
		);
		assert_ok!(set_guard(ALICE, vault, 120, 1));
		for level in [Breaker::NoNewRisk, Breaker::NoNewLiquidations] {
			set_breaker(row(vault).facility, level);
			assert_ok!(set_guard(ALICE, vault, 120, 2));
		}
		set_breaker(row(vault).facility, Breaker::Frozen);
		assert_noop!(set_guard(ALICE, vault, 110, 1), because(Error::SwitchedOff));
		System::reset_events();
		assert_ok!(call(ALICE, Call::set_guard { vault, guard: None }));
		assert_eq!(events(), vec![Event::GuardSet { vault, guard: None }]);
		// Without debt any level will do, and it waits for a debt.
		let free = open(ALICE, MIXED, &[(ETH, ONE_ETH)], 0).unwrap();
		assert_ok!(set_guard(ALICE, free, 1_000, 1));
		let level = FixedU128::from_u32(10);
		assert_eq!(row(free).guard, Some(Guard { level, amount: 1 }));
		assert_noop!(
			borrow(ALICE, free, cusd(1_000)),
			because(Error::BelowGuardLevel)
		);
		assert_ok!(borrow(ALICE, free, cusd(240)));
	});
}

#[test]
fn a_guard_waits_while_the_breaker_or_the_oracle_stops_liquidations() {
	run(|| {
		let vault = tens();
		assert_ok!(set_guard(ALICE, vault, 115, cusd(5_000)));
		Prices::set_cents(ETH, 2_800_00);
		set_breaker(row(vault).facility, Breaker::NoNewLiquidations);
		next_block();
		assert_eq!(acted(vault), None);
		set_breaker(row(vault).facility, Breaker::AllEnabled);
		Prices::set_down(true);
		next_block();
		assert_eq!(acted(vault), None);
		Prices::set_down(false);
		next_block();
		assert_eq!(acted(vault).map(|(repaid, _)| repaid), Some(cusd(5_000)));
	});
}

#[test]
fn a_falling_liquidation_factor_and_a_rising_minimum_reach_guards_too() {
	run(|| {
		let vault = tens();
		assert_ok!(set_guard(ALICE, vault, 115, cusd(5_000)));
		let change = FacilityChange::Factors {
			asset: ETH,
			borrow: cairn_math::Perbill::from_percent(50),
			liquidation: cairn_math::Perbill::from_percent(60),
		};
		assert_ok!(change_facility(row(vault).facility, change));
		// 1.15 / 1.2 of 80 % are 76.67 %, a sixth of the way.
		next_block_with(Weight::MAX, RAMP_DELAY + RAMP_LENGTH / 6 - DAY / 24);
		assert_eq!(acted(vault), None);
		next_block_with(Weight::MAX, DAY / 12);
		assert_eq!(acted(vault), Some((cusd(5_000), cusd(15_000))));
	});
}

#[test]
fn what_a_lot_left_over_comes_before_the_owners_money() {
	run(|| {
		let vault = tens();
		Prices::set_cents(ETH, 2_400_00);
		assert_eq!(next_block(), 1);
		// The lot starts again where the oracle has gone.
		Prices::set_cents(ETH, 3_000_00);
		assert_eq!(next_block(), 0);
		lend(BOB, cusd(50_000));
		let level = health(vault).unwrap().into_inner() / 10_000_000_000_000_000;
		assert_ok!(set_guard(ALICE, vault, level as u32, cusd(1_000)));
		let lot = lots()[0].0;
		assert_ok!(take(BOB, lot, Balance::MAX));
		assert!(!row(vault).claims.is_empty());
		Prices::set_cents(ETH, 2_960_00);
		next_block();
		// The leftover suffices.
		assert_eq!(acted(vault), None);
		assert!(row(vault).claims.is_empty() && row(vault).guard.is_some());
	});
}

#[test]
fn what_a_lot_left_over_counts_when_a_guard_is_set() {
	run(|| {
		let vault = tens();
		Prices::set_cents(ETH, 2_400_00);
		assert_eq!(next_block(), 1);
		let level = || health(vault).unwrap().into_inner() / 10_000_000_000_000_000;
		let without = level();
		lend(BOB, cusd(50_000));
		assert_ok!(take(BOB, lots()[0].0, Balance::MAX));
		let with = level();
		assert!(with > without);
		assert_ok!(set_guard(ALICE, vault, with as u32, cusd(1_000)));
		assert!(row(vault).claims.is_empty());
		assert_eq!(level(), with);
	});
}

#[test]
fn anybody_may_make_a_guard_act_that_the_budget_did_not_reach() {
	run(|| {
		let vault = tens();
		assert_ok!(set_guard(ALICE, vault, 115, cusd(5_000)));
		Prices::set_cents(ETH, 2_450_00);
		assert_eq!(next_block_with(Weight::zero(), SLOT), 0);
		assert_eq!(acted(vault), None);
		assert_ok!(liquidate(PAUPER, vault));
		assert_eq!(acted(vault), Some((cusd(5_000), cusd(15_000))));
		assert!(!is_liquidated());
	});
}

#[test]
fn a_budget_too_small_for_a_guard_postpones_it_and_a_larger_one_does_not() {
	run(|| {
		let vaults: Vec<_> = (0..5).map(|_| tens()).collect();
		for vault in &vaults {
			assert_ok!(set_guard(ALICE, *vault, 115, cusd(5_000)));
		}
		Prices::set_cents(ETH, 2_450_00);
		let mut blocks = 0;
		while vaults.iter().any(|vault| row(*vault).guard.is_some()) {
			assert_eq!(next_block_with(looking(3) + room_for_one(), SLOT), 0);
			assert!(!is_liquidated());
			blocks += 1;
			assert!(blocks <= 5, "guards are postponed for ever");
		}
		assert!(vaults.iter().all(|vault| debt(*vault) == cusd(15_000)));
	});
}

#[test]
fn many_guards_of_one_owner_share_what_he_has() {
	run(|| {
		let vaults: Vec<_> = (0..3).map(|_| tens()).collect();
		for vault in &vaults {
			assert_ok!(set_guard(ALICE, *vault, 115, cusd(5_000)));
		}
		left_with(cusd(7_000));
		Prices::set_cents(ETH, 2_800_00);
		assert_eq!(next_block(), 0);
		let repaid: Balance = vaults.iter().map(|vault| acted(*vault).unwrap().0).sum();
		assert_eq!(repaid, cusd(7_000) - 1);
	});
}
