//! What users do with their vaults, when all goes well.

use crate::{
	mock::*,
	types::{Adjustment, FacilityChange, Limits},
	Error, Event, NextVault, VaultsOf,
};
use cairn_math::FixedU128;
use cairn_primitives::Balance;
use frame_support::{assert_noop, assert_ok, traits::fungible::InspectHold, weights::Weight};

/// 1 ETH and 100 DOT, 3,600 USD, of which 2,532 can be borrowed.
fn alices() -> u64 {
	open(
		ALICE,
		MIXED,
		&[(ETH, ONE_ETH), (DOT, 100 * ONE_DOT)],
		1_000 * ONE_CUSD,
	)
	.unwrap()
}

fn held(who: AccountId) -> Balance {
	Balances::total_balance_on_hold(&who)
}

#[test]
fn an_empty_vault_costs_its_deposit_and_nothing_else() {
	run(|| {
		let before = balance(CRN, ALICE);
		let vault = open(ALICE, MIXED, &[], 0).unwrap();
		assert_eq!(held(ALICE), VAULT_DEPOSIT);
		assert_eq!(balance(CRN, ALICE), before - VAULT_DEPOSIT);
		assert_eq!(Vaults::vaults_of(ALICE), vec![vault]);
		let view = Vaults::vault(vault).unwrap();
		assert_eq!((view.debt, view.health, view.max_borrow), (0, None, 0));
		assert_eq!(
			events(),
			vec![Event::Opened {
				vault,
				facility: MIXED,
				owner: ALICE
			}]
		);
		assert_ok!(close(ALICE, vault));
		assert_eq!((held(ALICE), balance(CRN, ALICE)), (0, before));
	});
}

#[test]
fn a_vault_is_opened_used_and_closed_to_the_last_unit() {
	run(|| {
		let (eth, dot) = (balance(ETH, ALICE), balance(DOT, ALICE));
		let vault = alices();
		assert_eq!(balance(CUSD, ALICE), 1_000 * ONE_CUSD);
		assert_eq!(balance(ETH, ALICE), eth - ONE_ETH);
		assert_eq!((leg(vault, ETH), leg(vault, DOT)), (ONE_ETH, 100 * ONE_DOT));
		run_blocks(10);
		lend(ALICE, 200 * ONE_CUSD);
		let owed = debt(vault);
		assert!(owed > 1_000 * ONE_CUSD);
		assert_ok!(close(ALICE, vault));
		assert_eq!(balance(CUSD, ALICE), 1_200 * ONE_CUSD - owed);
		assert_eq!((balance(ETH, ALICE), balance(DOT, ALICE)), (eth, dot));
		assert_eq!((held(ALICE), Vaults::vault(vault)), (0, None));
		assert!(!VaultsOf::<Test>::contains_key(ALICE, vault));
		let withdrawn = basket(&[(ETH, ONE_ETH), (DOT, 100 * ONE_DOT)]);
		let closed = Event::Closed {
			vault,
			owner: ALICE,
			repaid: owed,
			withdrawn,
		};
		assert_eq!(events().last(), Some(&closed));
		assert_eq!(state(MIXED).normalized_debt.0, 0);
	});
}

#[test]
fn the_number_of_a_closed_vault_is_not_used_again() {
	run(|| {
		let first = open(ALICE, MIXED, &[], 0).unwrap();
		assert_ok!(close(ALICE, first));
		assert_eq!(open(ALICE, MIXED, &[], 0), Ok(first + 1));
		assert_eq!(NextVault::<Test>::get(), first + 2);
	});
}

#[test]
fn all_four_movements_happen_in_one_call() {
	run(|| {
		let vault = alices();
		lend(ALICE, 500 * ONE_CUSD);
		let before = (
			balance(ETH, ALICE),
			balance(BTC, ALICE),
			balance(CUSD, ALICE),
		);
		let adjustment = Adjustment {
			deposit: basket(&[(BTC, ONE_BTC)]),
			repay: 400 * ONE_CUSD,
			withdraw: basket(&[(ETH, ONE_ETH), (BTC, ONE_BTC / 2)]),
			borrow: 7_000 * ONE_CUSD,
		};
		let Adjustment {
			deposit: deposited,
			withdraw: withdrawn,
			..
		} = adjustment.clone();
		assert_ok!(adjust(ALICE, vault, adjustment, no_limits()));
		assert_eq!(balance(ETH, ALICE), before.0 + ONE_ETH);
		assert_eq!(balance(BTC, ALICE), before.1 - ONE_BTC / 2);
		assert_eq!(balance(CUSD, ALICE), before.2 + 6_600 * ONE_CUSD);
		assert_eq!((leg(vault, ETH), leg(vault, BTC)), (0, ONE_BTC / 2));
		assert_eq!(debt(vault), 7_600 * ONE_CUSD);
		let (borrowed, repaid, debt) = (7_000 * ONE_CUSD, 400 * ONE_CUSD, 7_600 * ONE_CUSD);
		let adjusted = Event::Adjusted {
			vault,
			by: ALICE,
			deposited,
			withdrawn,
			borrowed,
			repaid,
			debt,
		};
		assert_eq!(events().last(), Some(&adjusted));
	});
}

#[test]
fn collateral_is_exchanged_in_one_step_though_neither_step_would_do_alone() {
	run(|| {
		let vault = open(ALICE, MIXED, &[(ETH, ONE_ETH)], 2_000 * ONE_CUSD).unwrap();
		assert_noop!(
			withdraw(ALICE, vault, ETH, ONE_ETH),
			Error::<Test>::Undercollateralized
		);
		let adjustment = Adjustment {
			deposit: basket(&[(BTC, ONE_BTC)]),
			withdraw: basket(&[(ETH, ONE_ETH)]),
			..Default::default()
		};
		assert_ok!(adjust(ALICE, vault, adjustment, no_limits()));
		assert_eq!(row(vault).legs.len(), 1);
	});
}

#[test]
fn what_is_repaid_first_can_be_borrowed_again_in_the_same_call() {
	run(|| {
		let vault = open(ALICE, MIXED, &[(ETH, ONE_ETH)], 2_160 * ONE_CUSD).unwrap();
		assert_noop!(borrow(ALICE, vault, 1), Error::<Test>::Undercollateralized);
		// Paying all back and borrowing half: in the wrong order this would be refused.
		let half = 1_080 * ONE_CUSD;
		let adjustment = Adjustment {
			repay: 2_160 * ONE_CUSD,
			borrow: half,
			..Default::default()
		};
		assert_ok!(adjust(ALICE, vault, adjustment, no_limits()));
		assert_eq!((debt(vault), balance(CUSD, ALICE)), (half, half));
	});
}

#[test]
fn anybody_may_deposit_and_repay_with_his_own_tokens() {
	run(|| {
		let vault = alices();
		lend(BOB, 300 * ONE_CUSD);
		let before = (balance(ETH, ALICE), balance(CUSD, ALICE), balance(ETH, BOB));
		assert_ok!(deposit(BOB, vault, ETH, ONE_ETH));
		assert_ok!(repay(BOB, vault, 300 * ONE_CUSD));
		assert_eq!(
			(balance(ETH, ALICE), balance(CUSD, ALICE)),
			(before.0, before.1)
		);
		assert_eq!(
			(balance(ETH, BOB), balance(CUSD, BOB)),
			(before.2 - ONE_ETH, 0)
		);
		assert_eq!(
			(leg(vault, ETH), debt(vault)),
			(2 * ONE_ETH, 700 * ONE_CUSD)
		);
		// What is in the vault is the owner's.
		assert_ok!(withdraw(ALICE, vault, ETH, ONE_ETH));
		assert_eq!(balance(ETH, ALICE), before.0 + ONE_ETH);
	});
}

#[test]
fn repaying_takes_at_most_what_is_owed() {
	run(|| {
		let vault = alices();
		run_blocks(3);
		lend(BOB, 2_000 * ONE_CUSD);
		let owed = debt(vault);
		assert_ok!(repay(BOB, vault, 2_000 * ONE_CUSD));
		assert_eq!(
			(debt(vault), balance(CUSD, BOB)),
			(0, 2_000 * ONE_CUSD - owed)
		);
		assert!(row(vault).legs.iter().all(|leg| leg.entry.is_none()));
	});
}

#[test]
fn closing_takes_exactly_what_is_owed_and_not_more_than_the_caller_allows() {
	run(|| {
		let vault = alices();
		run_blocks(3);
		lend(ALICE, 200 * ONE_CUSD);
		let owed = debt(vault);
		let close = |max_repay| call(ALICE, crate::Call::close { vault, max_repay });
		assert_noop!(close(owed - 1), Error::<Test>::RepaymentAboveLimit);
		assert_ok!(close(owed));
		assert_eq!(balance(CUSD, ALICE), 1_200 * ONE_CUSD - owed);
	});
}

#[test]
fn a_limit_is_met_at_exactly_its_value() {
	run(|| {
		// Health of 3,000 · 0.8 / 2,000 = 1.2.
		let vault = open(ALICE, MIXED, &[(ETH, ONE_ETH)], 1_600 * ONE_CUSD).unwrap();
		let by_borrowing = |least: FixedU128, deadline| {
			let limits = Limits {
				min_health: Some(least),
				deadline: Some(deadline),
			};
			let adjustment = Adjustment {
				borrow: 400 * ONE_CUSD,
				..Default::default()
			};
			adjust(ALICE, vault, adjustment, limits)
		};
		let now = System::block_number();
		let (exact, above) = (
			FixedU128::from_rational(12, 10),
			FixedU128::from_inner(1_200_000_000_000_000_001),
		);
		assert_noop!(by_borrowing(above, now), Error::<Test>::HealthBelowLimit);
		assert_noop!(by_borrowing(exact, now - 1), Error::<Test>::DeadlinePassed);
		assert_ok!(by_borrowing(exact, now));
		assert_eq!(health(vault), Some(exact));
	});
}

#[test]
fn a_vault_without_debt_meets_any_least_health() {
	run(|| {
		let limits = Limits {
			min_health: Some(FixedU128::from_u32(1_000_000)),
			deadline: None,
		};
		let adjustment = Adjustment {
			deposit: basket(&[(ETH, 1_000)]),
			..Default::default()
		};
		assert_ok!(call(
			ALICE,
			crate::Call::open {
				facility: MIXED,
				adjustment,
				limits
			}
		));
	});
}

#[test]
fn the_most_that_can_be_borrowed_can_be_borrowed_and_one_unit_more_cannot() {
	run(|| {
		let vault = alices();
		run_blocks(7);
		let most = Vaults::vault(vault).unwrap().max_borrow;
		assert_noop!(
			borrow(ALICE, vault, most + 1),
			Error::<Test>::Undercollateralized
		);
		assert_ok!(borrow(ALICE, vault, most));
		assert_eq!(Vaults::vault(vault).unwrap().max_borrow, 0);
	});
}

#[test]
fn new_risk_is_measured_at_the_unfavourable_side_of_every_number() {
	run(|| {
		let vault = open(ALICE, MIXED, &[(ETH, ONE_ETH)], 0).unwrap();
		let most = || Vaults::vault(vault).unwrap().max_borrow;
		assert_eq!(most(), 2_160 * ONE_CUSD);
		// 3,000 ± 100: 2,900 · 0.72.
		Prices::alter(ETH, |quote| quote.confidence = 100 * 10u128.pow(18));
		assert_eq!(most(), 2_088 * ONE_CUSD);
		// The slow average lags behind a rise: 2,500 · 0.72.
		Prices::alter(ETH, |quote| {
			quote.slow = cairn_math::Price::new(2_500 * 10u128.pow(18)).unwrap()
		});
		assert_eq!(most(), 1_800 * ONE_CUSD);
		assert_noop!(
			borrow(ALICE, vault, 1_800 * ONE_CUSD + 1),
			Error::<Test>::Undercollateralized
		);
		assert_ok!(borrow(ALICE, vault, 1_800 * ONE_CUSD));
	});
}

#[test]
fn a_leg_without_a_live_quote_counts_for_nothing_but_the_others_carry_new_debt() {
	run(|| {
		let vault = alices();
		Prices::set_stale(DOT, 0);
		assert_noop!(
			borrow(ALICE, vault, 1_161 * ONE_CUSD),
			Error::<Test>::PriceNotLive
		);
		assert_ok!(borrow(ALICE, vault, 1_160 * ONE_CUSD));
	});
}

#[test]
fn a_deposit_that_would_leave_dust_behind_is_refused_but_all_can_be_deposited() {
	run(|| {
		let vault = open(ALICE, MIXED, &[], 0).unwrap();
		let all = balance(DOT, ALICE);
		// Of DOT one has a hundred units or none.
		assert!(deposit(ALICE, vault, DOT, all - 99).is_err());
		assert_eq!(balance(DOT, ALICE), all);
		assert_ok!(deposit(ALICE, vault, DOT, all));
		assert_eq!((balance(DOT, ALICE), leg(vault, DOT)), (0, all));
		assert_ok!(withdraw(ALICE, vault, DOT, all));
		assert_eq!(balance(DOT, ALICE), all);
	});
}

#[test]
fn a_remainder_may_be_withdrawn_unit_by_unit_and_the_empty_leg_disappears() {
	run(|| {
		let vault = alices();
		assert_ok!(withdraw(ALICE, vault, DOT, 100 * ONE_DOT - 1));
		assert_eq!(leg(vault, DOT), 1);
		assert_ok!(withdraw(ALICE, vault, DOT, 1));
		assert_eq!(row(vault).legs.len(), 1);
		assert_eq!(state(MIXED).held[1], 0);
	});
}

#[test]
fn dust_does_not_keep_a_vault_from_closing() {
	run(|| {
		send(DOT, BOB, PAUPER, ONE_DOT);
		send(ETH, BOB, PAUPER, ONE_ETH);
		let vault = open(PAUPER, MIXED, &[(DOT, ONE_DOT), (ETH, ONE_ETH)], 0).unwrap();
		// One unit of DOT cannot exist in an account of its own.
		assert_ok!(withdraw(PAUPER, vault, DOT, ONE_DOT - 1));
		send(DOT, PAUPER, BOB, ONE_DOT - 1);
		assert_eq!(balance(DOT, PAUPER), 0);
		assert_ok!(close(PAUPER, vault));
		assert_eq!((balance(DOT, PAUPER), balance(ETH, PAUPER)), (0, ONE_ETH));
		// What he does not get is named, and not among what he does.
		let forfeited = basket(&[(DOT, 1)]);
		let told = [
			Event::Forfeited {
				vault,
				owner: PAUPER,
				forfeited,
			},
			Event::Closed {
				vault,
				owner: PAUPER,
				repaid: 0,
				withdrawn: basket(&[(ETH, ONE_ETH)]),
			},
		];
		assert!(events().ends_with(&told));
		assert_eq!(Vaults::vault(vault), None);
	});
}

#[test]
fn two_vaults_of_one_owner_do_not_touch_each_other() {
	run(|| {
		let first = alices();
		let second = open(ALICE, STABLE, &[(USDT, 1_000 * ONE_USDT)], 500 * ONE_CUSD).unwrap();
		assert_eq!(held(ALICE), 2 * VAULT_DEPOSIT);
		let before = row(first);
		assert_ok!(borrow(ALICE, second, 100 * ONE_CUSD));
		assert_ok!(close(ALICE, second));
		assert_eq!(row(first), before);
		assert_eq!(held(ALICE), VAULT_DEPOSIT);
	});
}

#[test]
fn a_vault_owes_nothing_or_the_minimum_also_at_exactly_the_minimum() {
	run(|| {
		let vault = open(ALICE, MIXED, &[(ETH, ONE_ETH)], MINIMUM_DEBT).unwrap();
		assert_ok!(borrow(ALICE, vault, ONE_CUSD));
		assert_ok!(repay(ALICE, vault, ONE_CUSD));
		assert_eq!(debt(vault), MINIMUM_DEBT);
		assert_ok!(repay(ALICE, vault, MINIMUM_DEBT));
		assert_eq!(debt(vault), 0);
	});
}

#[test]
fn who_owes_less_than_a_risen_minimum_may_repay_a_part_but_borrow_nothing() {
	run(|| {
		let facility = create_still();
		let vault = open(ALICE, facility, &[(ETH, ONE_ETH)], 150 * ONE_CUSD).unwrap();
		let risen = FacilityChange::MinimumDebt(200 * ONE_CUSD);
		assert_ok!(change_facility(facility, risen));
		next_block_with(Weight::MAX, RAMP_DELAY + RAMP_LENGTH);
		assert_eq!(facility_now(facility).minimum_debt, 200 * ONE_CUSD);

		assert_ok!(repay(ALICE, vault, 20 * ONE_CUSD));
		assert_eq!(debt(vault), 130 * ONE_CUSD);
		let refused = || Err(super::because(Error::BelowMinimumDebt));
		assert_eq!(borrow(ALICE, vault, 50 * ONE_CUSD), refused());
		let both = Adjustment {
			repay: 20 * ONE_CUSD,
			borrow: 10 * ONE_CUSD,
			..Default::default()
		};
		assert_eq!(adjust(ALICE, vault, both, no_limits()), refused());
		// With enough it owes the minimum again, and then it may not owe less.
		assert_ok!(borrow(ALICE, vault, 70 * ONE_CUSD));
		assert_eq!(repay(ALICE, vault, ONE_CUSD), refused());
		assert_ok!(repay(ALICE, vault, 200 * ONE_CUSD));
		assert_eq!(debt(vault), 0);
	});
}

#[test]
fn the_view_of_a_facility_adds_up() {
	run(|| {
		let vault = alices();
		run_blocks(5);
		let view = Vaults::facility(MIXED).unwrap();
		assert_eq!(view.debt, debt(vault));
		assert!(view.minted <= view.debt && view.debt - view.minted <= 1);
		assert!(view.collateral.contains(&(ETH, ONE_ETH)));
		assert!(view.collateral.contains(&(DOT, 100 * ONE_DOT)));
		assert_eq!(Vaults::facility(7), None);
	});
}
