//! Winding a facility up: what stops, what goes on, who gets what.

use super::because;
use crate::{
	mock::*,
	types::{Adjustment, Breaker, FacilityChange},
	Call, Error, Event, Receipts, SettledFacilities, Settlements, WeightInfo,
};
use cairn_math::{FixedU128, Price, Ray};
use cairn_primitives::{
	AssetId, Balance, BalanceSheet, DebtLedger, FacilityId, QuoteStatus, VaultId,
};
use frame_support::{
	assert_noop, assert_ok,
	traits::{fungible::InspectHold, fungibles::Inspect, Hooks},
	weights::{Weight, WeightMeter},
	BoundedVec,
};
use sp_runtime::{DispatchError, TokenError};

/// 10 ETH for 20,000 CUSD of Alice's, 30,000 DOT for 60,000 CUSD of Bob's, at 3,000 and 6 USD.
fn two_vaults() -> (FacilityId, VaultId, VaultId) {
	let facility = create_still();
	let eth = open(ALICE, facility, &[(ETH, 10 * ONE_ETH)], 20_000 * ONE_CUSD).unwrap();
	let dot = open(BOB, facility, &[(DOT, 30_000 * ONE_DOT)], 60_000 * ONE_CUSD).unwrap();
	(facility, eth, dot)
}

fn held_for_receipts(who: AccountId) -> Balance {
	Balances::balance_on_hold(&crate::HoldReason::ReceiptDeposit.into(), &who)
}

pub fn idle() {
	let block = System::block_number();
	<Vaults as Hooks<_>>::on_idle(block, Weight::MAX);
}

#[test]
fn only_the_administrator_settles_and_only_once() {
	run(|| {
		let (facility, ..) = two_vaults();
		let settle_it = |facility| Call::settle_facility {
			facility,
			prices: Default::default(),
		};
		assert_noop!(call(ALICE, settle_it(facility)), DispatchError::BadOrigin);
		assert_noop!(
			call(GUARDIAN, settle_it(facility)),
			DispatchError::BadOrigin
		);
		assert_noop!(settle(77, &[]), because(Error::UnknownFacility));
		assert_ok!(settle(facility, &[]));
		assert_noop!(settle(facility, &[]), because(Error::FacilitySettled));
		assert_eq!(SettledFacilities::<Test>::get().into_inner(), [facility]);
	});
}

#[test]
fn prices_are_the_oracles_unless_it_has_none_or_governance_names_one() {
	run(|| {
		let facility = create_still();
		let named = |asset: AssetId, raw: u128| {
			// As it can come out of a transaction.
			let price: Price =
				codec::Decode::decode(&mut &codec::Encode::encode(&raw)[..]).unwrap();
			Call::settle_facility {
				facility,
				prices: BoundedVec::truncate_from(vec![(asset, price)]),
			}
		};
		let bad = because(Error::BadPrice);
		assert_noop!(govern(named(ETH, 0)), bad);
		assert_noop!(govern(named(ETH, Price::MAX.raw() + 1)), bad);
		let unknown = because(Error::CollateralNotAccepted);
		assert_noop!(govern(named(ODD, 1)), unknown);
		let twice = because(Error::DuplicateAsset);
		assert_noop!(settle(facility, &[(ETH, 1_00), (ETH, 1_00)]), twice);
		let missing = because(Error::PriceNotNamed);
		Prices::forget(CRN);
		assert_noop!(settle(facility, &[]), missing);
		Prices::set_cents(CRN, 50);
		for status in [QuoteStatus::Jump, QuoteStatus::Stale, QuoteStatus::Halted] {
			Prices::alter(DOT, |quote| quote.status = status);
			assert_noop!(settle(facility, &[(ETH, 2_000_00)]), missing);
		}
		Prices::alter(BTC, |quote| quote.status = QuoteStatus::Degraded);
		assert_ok!(settle(
			facility,
			&[(DOT, 4_00), (ETH, 2_000_00), (CUSD, 99)]
		));
		let cents = |cents: u128| Price::new(cents * 10u128.pow(16)).unwrap();
		let expected = [50, 4_00, 2_000_00, 60_000_00, 1_00].map(cents);
		let settlement = settlement(facility);
		let prices: Vec<_> = settlement.pools.iter().map(|pool| pool.price).collect();
		assert_eq!(
			(prices, settlement.debt_price),
			(expected.to_vec(), cents(99))
		);
		let told = [CRN, DOT, ETH, BTC, USDT].into_iter().zip(expected);
		let event = Event::FacilitySettled {
			facility,
			debt_price: cents(99),
			prices: told.collect(),
		};
		assert!(events().contains(&event));
	});
}

#[test]
fn while_the_oracle_is_silent_governance_names_all_prices() {
	run(|| {
		let facility = create_facility(still(vec![terms(ETH, 72, 80, 0)]));
		Prices::set_down(true);
		assert_noop!(
			settle(facility, &[(ETH, 1_00)]),
			because(Error::PriceNotNamed)
		);
		assert_ok!(settle(facility, &[(ETH, 1_00), (CUSD, 1_00)]));
		Prices::set_down(false);
	});
}

#[test]
fn what_adds_risk_or_collateral_ends_and_terms_stand_still() {
	run(|| {
		let (facility, eth, _) = two_vaults();
		assert_ok!(settle(facility, &[]));
		let settled = because(Error::FacilitySettled);
		let off = because(Error::SwitchedOff);
		assert_noop!(deposit(ALICE, eth, ETH, ONE_ETH), settled);
		let both = Adjustment {
			deposit: basket(&[(ETH, 1)]),
			repay: ONE_CUSD,
			..Default::default()
		};
		assert_noop!(adjust(ALICE, eth, both, no_limits()), settled);
		assert_noop!(borrow(ALICE, eth, ONE_CUSD), off);
		assert_noop!(withdraw(ALICE, eth, ETH, 1), off);
		assert_noop!(set_guard(ALICE, eth, 110, 1), off);
		assert_ok!(offer(ALICE, eth, Some(BOB)));
		assert_noop!(accept(BOB, eth), off);
		assert_noop!(open(BOB, facility, &[], 0), off);
		assert_noop!(liquidate(BOB, eth), off);
		let changes = [
			FacilityChange::Breaker(Breaker::AllEnabled),
			FacilityChange::AnnualRate(Ray(0)),
			FacilityChange::AddCollateral(terms(ODD, 50, 60, 0)),
		];
		for change in changes {
			assert_noop!(change_facility(facility, change), settled);
		}
		let ceiling = 0;
		let lower = Call::set_ceiling { facility, ceiling };
		assert_noop!(call(GUARDIAN, lower), settled);
	});
}

#[test]
fn the_breaker_does_not_settle() {
	run(|| {
		let breaker = Breaker::Settled;
		let call_it = Call::set_breaker {
			facility: MIXED,
			breaker,
		};
		let not = because(Error::FacilityNotSettled);
		assert_noop!(govern(call_it.clone()), not);
		assert_noop!(call(GUARDIAN, call_it), not);
		let vault = open(ALICE, MIXED, &[(ETH, ONE_ETH)], 1_000 * ONE_CUSD).unwrap();
		assert_noop!(settle_vault(BOB, vault), not);
		assert_noop!(redeem(ALICE, MIXED, 1), not);
		assert_noop!(redeem(ALICE, 77, 1), because(Error::UnknownFacility));
		assert_noop!(settle_vault(BOB, 77), because(Error::UnknownVault));
	});
}

#[test]
fn repaying_and_closing_go_on_until_a_vault_is_settled() {
	run(|| {
		let (facility, eth, dot) = two_vaults();
		assert_ok!(settle(facility, &[(ETH, 100_00)]));
		assert_ok!(repay(BOB, eth, 5_000 * ONE_CUSD));
		assert_eq!(debt(eth), 15_000 * ONE_CUSD);
		let before = balance(ETH, ALICE);
		assert_ok!(close(ALICE, eth));
		assert_eq!(balance(ETH, ALICE) - before, 10 * ONE_ETH);
		assert_ok!(settle_vault(CAROL, dot));
		assert_noop!(repay(BOB, dot, ONE_CUSD), because(Error::NoDebt));
		assert_noop!(settle_vault(CAROL, dot), because(Error::NoDebt));
		assert_ok!(close(BOB, dot));
		// 60,000 of it came from here, though 20,000 are gone.
		assert_eq!(settlement(facility).owed, 60_000 * ONE_CUSD);
	});
}

#[test]
fn interest_liquidations_and_guards_end_and_are_not_paid_for_any_more() {
	run(|| {
		let vault = open(ALICE, MIXED, &[(ETH, ONE_ETH)], 2_000 * ONE_CUSD).unwrap();
		assert_ok!(set_guard(ALICE, vault, 110, 1_000 * ONE_CUSD));
		run_blocks(10);
		let weight_of_a_block = || {
			let mut meter = WeightMeter::new();
			Vaults::enforce(&mut meter);
			Vaults::accrue(&mut meter);
			meter.consumed()
		};
		let before = weight_of_a_block();
		assert_ok!(settle(MIXED, &[]));
		let owed = debt(vault);
		// Looking at a facility, and letting it accrue.
		let one = <() as WeightInfo>::visit_facility(12) + <() as WeightInfo>::accrue_facility();
		assert_eq!(before - weight_of_a_block(), one);
		Prices::set_cents(ETH, 1_000_00);
		assert_eq!(next_block_with(Weight::MAX, 365 * DAY), 0);
		assert_eq!((debt(vault), row(vault).guard.is_some()), (owed, true));
		let enforce = Call::enforce_backlog { max: 10 };
		assert_noop!(call(BOB, enforce), because(Error::NothingToEnforce));
		assert_eq!(Vaults::backlog(MIXED).unwrap().entries, vec![]);
		assert_ok!(settle(STABLE, &[]));
		// To see that there is nothing left to look at.
		assert_eq!(
			weight_of_a_block(),
			<() as WeightInfo>::list_facilities() * 2
		);
	});
}

#[test]
fn interest_is_charged_up_to_the_moment_and_issued() {
	run(|| {
		open(ALICE, MIXED, &[(ETH, ONE_ETH)], 2_000 * ONE_CUSD).unwrap();
		begin_block(DAY);
		crate::FacilityStates::<Test>::mutate(MIXED, |state| {
			state.as_mut().unwrap().accrued_at -= DAY;
		});
		assert_ok!(settle(MIXED, &[]));
		let state = state(MIXED);
		let backing = state.normalized_debt.owed_ceil(state.accumulator).unwrap();
		assert_eq!(state.minted, backing);
		assert!(backing > 2_000 * ONE_CUSD);
		assert_eq!(settlement(MIXED).accumulator, state.accumulator);
		audit();
	});
}

#[test]
fn an_owner_keeps_what_exceeds_his_debt_and_holders_get_the_rest() {
	run(|| {
		let (facility, eth, dot) = two_vaults();
		assert_ok!(settle(facility, &[]));
		// Whatever prices do later.
		Prices::set_cents(ETH, 1_00);
		assert_ok!(settle_vault(CAROL, eth));
		let told = Event::VaultSettled {
			vault: eth,
			owner: ALICE,
			taken: basket(&[(ETH, 6_666_666_666_666_666_667)]),
			covered: 20_000 * ONE_CUSD,
			lost: 0,
			debt: 0,
		};
		assert!(events().contains(&told));
		assert_eq!(
			Vaults::max_withdraw(eth, ETH),
			Some(3_333_333_333_333_333_333)
		);
		assert_ok!(withdraw(ALICE, eth, ETH, 3_333_333_333_333_333_333));
		assert_ok!(settle_vault(CAROL, dot));
		assert_eq!(leg(dot, DOT), 20_000 * ONE_DOT);
		let before = (balance(ETH, ALICE), balance(DOT, ALICE));
		assert_ok!(redeem(ALICE, facility, 20_000 * ONE_CUSD));
		// A quarter of each pool.
		assert_eq!(
			balance(ETH, ALICE) - before.0,
			6_666_666_666_666_666_667 / 4
		);
		assert_eq!(balance(DOT, ALICE) - before.1, 10_000 * ONE_DOT / 4);
		assert_eq!(balance(CUSD, ALICE), 0);
		// All is settled: nothing to come back for, and no receipt.
		assert_eq!(Receipts::<Test>::iter().count(), 0);
		assert_eq!(held_for_receipts(ALICE), 0);
		assert_ok!(redeem(BOB, facility, 60_000 * ONE_CUSD));
		let left: Vec<_> = settlement(facility)
			.pools
			.iter()
			.map(|pool| pool.left())
			.collect();
		assert_eq!(left, [0, 0, 1, 0, 0]);
		assert_noop!(redeem(BOB, facility, 1), because(Error::NothingToRedeem));
		audit();
	});
}

#[test]
fn who_redeems_early_gets_the_same_in_the_end() {
	run(|| {
		let (facility, eth, dot) = two_vaults();
		assert_ok!(settle(facility, &[]));
		assert_noop!(
			redeem(ALICE, facility, ONE_CUSD),
			because(Error::NothingToRedeem)
		);
		assert_ok!(settle_vault(CAROL, eth));
		let before = (balance(ETH, ALICE), balance(DOT, ALICE));
		// Of what he asks for no more is burned than is covered.
		send(CUSD, BOB, ALICE, 20_000 * ONE_CUSD);
		assert_ok!(redeem(ALICE, facility, 40_000 * ONE_CUSD));
		assert_eq!(balance(CUSD, ALICE), 20_000 * ONE_CUSD);
		let quarter = 6_666_666_666_666_666_667 / 4;
		assert_eq!(balance(ETH, ALICE) - before.0, quarter);
		assert_eq!(held_for_receipts(ALICE), RECEIPT_DEPOSIT);
		assert_noop!(redeem(ALICE, facility, 0), because(Error::NothingToRedeem));
		assert_ok!(settle_vault(CAROL, dot));
		let due = Vaults::redemption(facility, ALICE, 0).unwrap();
		assert_eq!(
			(due.burned, due.paid, due.complete),
			(0, vec![(DOT, 2_500 * ONE_DOT)], true)
		);
		assert_ok!(redeem(ALICE, facility, 0));
		assert_eq!(balance(ETH, ALICE) - before.0, quarter);
		assert_eq!(balance(DOT, ALICE) - before.1, 2_500 * ONE_DOT);
		assert_eq!(held_for_receipts(ALICE), 0);
		assert_eq!(Receipts::<Test>::iter().count(), 0);
	});
}

#[test]
fn what_a_vault_lacks_is_bad_debt_and_the_reserve_covers_it() {
	run(|| {
		let (facility, eth, dot) = two_vaults();
		let other = create_still();
		open(CAROL, other, &[(ETH, 10 * ONE_ETH)], 10_000 * ONE_CUSD).unwrap();
		// 10 ETH are worth 15,000 of the 20,000 that are owed.
		assert_ok!(settle(facility, &[(ETH, 1_500_00)]));
		send(CUSD, CAROL, Treasury::account_id(), 5_000 * ONE_CUSD);
		assert_ok!(settle_vault(CAROL, eth));
		assert_ok!(settle_vault(CAROL, dot));
		assert_eq!(Treasury::bad_debt(&CUSD), 5_000 * ONE_CUSD);
		assert_eq!(settlement(facility).owed, 75_000 * ONE_CUSD);
		// The reserve has it, though it has not paid yet.
		let before = (balance(ETH, ALICE), balance(DOT, ALICE));
		assert_ok!(redeem(ALICE, facility, 15_000 * ONE_CUSD));
		assert_eq!(balance(ETH, ALICE) - before.0, 2 * ONE_ETH);
		assert_eq!(balance(DOT, ALICE) - before.1, 2_000 * ONE_DOT);
		next_block();
		assert_eq!(Treasury::bad_debt(&CUSD), 0);
		assert_ok!(redeem(BOB, facility, 60_000 * ONE_CUSD));
		let left = settlement(facility).pools;
		assert!(left.iter().all(|pool| pool.left() == 0));
		audit();
	});
}

#[test]
fn what_the_reserve_cannot_cover_is_shared_and_nobody_gains_by_being_first() {
	run(|| {
		let (facility, eth, dot) = two_vaults();
		assert_ok!(settle(facility, &[(ETH, 1_500_00)]));
		assert_ok!(settle_vault(CAROL, eth));
		assert_ok!(settle_vault(CAROL, dot));
		send(CUSD, BOB, CAROL, 40_000 * ONE_CUSD);
		let wealth = |who| (balance(ETH, who), balance(DOT, who));
		let (first, last) = (wealth(ALICE), wealth(BOB));
		assert_ok!(redeem(ALICE, facility, 20_000 * ONE_CUSD));
		assert_ok!(redeem(CAROL, facility, 40_000 * ONE_CUSD));
		// The pools answer for 15,000 more, and 5,000 were lost.
		assert_eq!(settlement(facility).owed, 15_000 * ONE_CUSD);
		assert_ok!(redeem(BOB, facility, 20_000 * ONE_CUSD));
		let gained = |who, before: (u128, u128)| {
			(balance(ETH, who) - before.0, balance(DOT, who) - before.1)
		};
		assert_eq!(gained(ALICE, first), (5 * ONE_ETH / 2, 2_500 * ONE_DOT));
		assert_eq!(gained(BOB, last), gained(ALICE, first));
		assert_eq!(Treasury::bad_debt(&CUSD), 0);
		assert_eq!(Tokens::total_issuance(CUSD), 0);
		audit();
	});
}

#[test]
fn what_the_reserve_covers_later_is_everybodys_who_redeemed_before() {
	run(|| {
		let (facility, eth, dot) = two_vaults();
		let other = create_still();
		open(CAROL, other, &[(ETH, 10 * ONE_ETH)], 10_000 * ONE_CUSD).unwrap();
		assert_ok!(settle(facility, &[(ETH, 1_500_00)]));
		assert_ok!(settle_vault(CAROL, eth));
		assert_ok!(settle_vault(CAROL, dot));
		let before = balance(ETH, ALICE);
		assert_ok!(redeem(ALICE, facility, 20_000 * ONE_CUSD));
		assert_eq!(balance(ETH, ALICE) - before, 5 * ONE_ETH / 2);
		send(CUSD, CAROL, Treasury::account_id(), 5_000 * ONE_CUSD);
		next_block();
		assert_ok!(redeem(ALICE, facility, 0));
		// 20,000 of 75,000.
		assert_eq!(balance(ETH, ALICE) - before, 10 * ONE_ETH * 20 / 75);
		assert_ok!(redeem(BOB, facility, 55_000 * ONE_CUSD));
		assert_eq!(Receipts::<Test>::iter().count(), 0);
		audit();
	});
}

#[test]
fn no_more_is_redeemed_than_the_facility_has_issued() {
	run(|| {
		let (facility, eth, dot) = two_vaults();
		let other = create_still();
		open(CAROL, other, &[(ETH, 100 * ONE_ETH)], 200_000 * ONE_CUSD).unwrap();
		assert_ok!(settle(facility, &[]));
		assert_ok!(settle_vault(CAROL, eth));
		assert_ok!(settle_vault(CAROL, dot));
		assert_ok!(redeem(CAROL, facility, Balance::MAX));
		assert_eq!(balance(CUSD, CAROL), 120_000 * ONE_CUSD);
		assert_noop!(
			redeem(ALICE, facility, ONE_CUSD),
			because(Error::NothingToRedeem)
		);
		assert_eq!(state(other).minted, 200_000 * ONE_CUSD);
		audit();
	});
}

#[test]
fn nobody_redeems_what_he_does_not_hold() {
	run(|| {
		let (facility, eth, _) = two_vaults();
		assert_ok!(settle(facility, &[]));
		assert_ok!(settle_vault(CAROL, eth));
		let error = redeem(PAUPER, facility, ONE_CUSD).unwrap_err();
		assert_eq!(error, DispatchError::Token(TokenError::FundsUnavailable));
	});
}

#[test]
fn vaults_are_settled_in_time_if_nobody_takes_the_trouble() {
	run(|| {
		let facility = create_still();
		let vaults: Vec<_> = (0..30)
			.map(|n| open(ALICE, facility, &[(ETH, ONE_ETH)], (500 + n) * ONE_CUSD).unwrap())
			.collect();
		let live = open(ALICE, MIXED, &[(ETH, ONE_ETH)], 500 * ONE_CUSD).unwrap();
		assert_ok!(settle(facility, &[]));
		for _ in 0..5 {
			idle();
			next_block();
		}
		assert!(vaults.into_iter().all(|vault| debt(vault) == 0));
		assert!(debt(live) > 0);
		assert!(Vaults::settlement(facility).unwrap().complete);
	});
}

#[test]
fn the_sweep_leaves_a_vault_alone_that_it_has_no_weight_for() {
	run(|| {
		let (facility, eth, _) = two_vaults();
		assert_ok!(settle(facility, &[]));
		let one = <() as WeightInfo>::sweep_vault();
		let block = System::block_number();
		assert_eq!(<Vaults as Hooks<_>>::on_idle(block, one), one);
		assert!(debt(eth) > 0);
	});
}

#[test]
fn what_cannot_be_received_stays_due() {
	run(|| {
		let facility = create_still();
		let vault = open(ALICE, facility, &[(DOT, 1_000 * ONE_DOT)], 1_000 * ONE_CUSD).unwrap();
		assert_ok!(settle(facility, &[]));
		assert_ok!(settle_vault(CAROL, vault));
		// 90 units of DOT, of which an account needs a hundred.
		let dear = 90 * 6 * 100;
		send(CUSD, ALICE, PAUPER, 2 * dear);
		assert_ok!(redeem(PAUPER, facility, dear));
		assert_eq!((balance(DOT, PAUPER), balance(CUSD, PAUPER)), (0, dear));
		assert_eq!(held_for_receipts(PAUPER), RECEIPT_DEPOSIT);
		assert_ok!(redeem(PAUPER, facility, dear));
		assert_eq!((balance(DOT, PAUPER), held_for_receipts(PAUPER)), (180, 0));
	});
}

#[test]
fn a_vault_of_many_legs_gives_the_same_part_of_each() {
	run(|| {
		let facility = create_still();
		let legs = [
			(ETH, ONE_ETH),
			(DOT, 500 * ONE_DOT),
			(USDT, 3_000 * ONE_USDT),
		];
		let vault = open(ALICE, facility, &legs, 3_000 * ONE_CUSD).unwrap();
		assert_ok!(settle(facility, &[]));
		assert_ok!(settle_vault(BOB, vault));
		// A third.
		for (asset, amount) in legs {
			assert_eq!(leg(vault, asset), amount * 2 / 3);
		}
		assert!(row(vault).legs.iter().all(|leg| leg.entry.is_none()));
	});
}

#[test]
fn a_vault_without_debt_is_as_free_as_before() {
	run(|| {
		let facility = create_still();
		let vault = open(ALICE, facility, &[(ETH, ONE_ETH)], 0).unwrap();
		set_breaker(facility, Breaker::Frozen);
		assert_noop!(withdraw(ALICE, vault, ETH, 1), because(Error::SwitchedOff));
		assert_ok!(settle(facility, &[]));
		assert_noop!(settle_vault(BOB, vault), because(Error::NoDebt));
		assert_ok!(withdraw(ALICE, vault, ETH, ONE_ETH / 2));
		assert_ok!(close(ALICE, vault));
	});
}

#[test]
fn views_say_what_happens() {
	run(|| {
		let (facility, eth, dot) = two_vaults();
		assert_eq!(Vaults::settlement(facility), None);
		assert_eq!(Vaults::redemption(facility, ALICE, 1), None);
		assert_ok!(settle(facility, &[(ETH, 1_500_00)]));
		assert_eq!(
			Vaults::facility(facility).unwrap().breaker,
			Breaker::Settled
		);
		let view = Vaults::settlement(facility).unwrap();
		assert_eq!((view.unsettled, view.redeemable), (80_000 * ONE_CUSD, 0));
		for (settled, complete) in [(eth, false), (dot, false)] {
			assert_ok!(settle_vault(CAROL, settled));
			let seen = Vaults::redemption(facility, ALICE, 10_000 * ONE_CUSD).unwrap();
			let before = [ETH, DOT].map(|asset| balance(asset, ALICE));
			let burned = balance(CUSD, ALICE);
			assert_ok!(redeem(ALICE, facility, 10_000 * ONE_CUSD));
			assert_eq!(seen.burned, burned - balance(CUSD, ALICE));
			assert_eq!(seen.complete, complete);
			let paid = [(DOT, 1), (ETH, 0)]
				.map(|(asset, number)| (asset.clone(), balance(asset, ALICE) - before[number]));
			let paid: Vec<_> = paid.into_iter().filter(|(_, amount)| *amount > 0).collect();
			assert_eq!(seen.paid, paid);
		}
		let view = Vaults::settlement(facility).unwrap();
		assert_eq!((view.unsettled, view.redeemed), (0, 20_000 * ONE_CUSD));
		assert_eq!(
			(view.redeemable, view.uncovered),
			(60_000 * ONE_CUSD, 5_000 * ONE_CUSD)
		);
		// The proof of reserves counts the pools as in vaults.
		let holdings = <Vaults as DebtLedger<AssetId>>::holdings();
		let of_eth = holdings.iter().find(|held| held.asset == ETH).unwrap();
		assert_eq!(of_eth.in_vaults, settlement(facility).pools[2].left());
		assert_eq!(of_eth.in_custody, of_eth.in_vaults + of_eth.in_lots + 1_000);
	});
}

#[test]
fn a_settled_facility_costs_no_more_than_it_has_given() {
	run(|| {
		let (facility, ..) = two_vaults();
		assert_ok!(settle(facility, &[]));
		assert_eq!(Settlements::<Test>::iter().count(), 1);
		// A new one can take its place.
		let next = create_still();
		assert_ne!(next, facility);
		assert_ok!(open(ALICE, next, &[(ETH, ONE_ETH)], 1_000 * ONE_CUSD));
		assert!(health(0) > Some(FixedU128::from_u32(1)));
	});
}
