//! Who liquidates what the start of a block did not come to is paid for it.

use super::because;
use crate::{mock::*, Call, Error, LeftBehind};
use cairn_math::Perbill;
use cairn_primitives::{Balance, BalanceSheet, Issuance, VaultId};
use cairn_treasury::{KeeperTerms, Policy};
use frame_support::{
	assert_noop, assert_ok, hypothetically, traits::Get, weights::RuntimeDbWeight,
};
use proptest::prelude::*;

const KEEPER: AccountId = CAROL;

fn set_terms(flat: Balance, percent: u32, cap: Balance) {
	let policy = Policy {
		keeper: KeeperTerms {
			flat,
			share: Perbill::from_percent(percent),
			cap,
		},
		..Default::default()
	};
	assert_ok!(Treasury::set_policy(RuntimeOrigin::root(), CUSD, policy));
}

/// `count` vaults of one ETH at 3,000 USD, that owe 2,000 CUSD and a bit, in a facility of their own.
fn vaults(count: u128) -> Vec<VaultId> {
	let facility = create_still();
	(0..count)
		.map(|number| {
			let debt = (2_000 + number) * ONE_CUSD;
			open(ALICE, facility, &[(ETH, ONE_ETH)], debt).unwrap()
		})
		.collect()
}

/// A block that sees which facilities there are, and notes that it has come to none of them.
fn block_that_comes_to_nothing() {
	let noting_it = <DbWeight as Get<RuntimeDbWeight>>::get().writes(1);
	assert_eq!(next_block_with(looking(0) + noting_it, SLOT), 0);
}

fn crash(cents: u128) {
	Prices::set_cents(ETH, cents);
	block_that_comes_to_nothing();
}

fn paid() -> Balance {
	balance(CUSD, KEEPER)
}

/// The fee of all lots.
fn fees() -> Balance {
	lots().into_iter().map(|(_, lot)| lot.fee).sum()
}

/// Plenty in the reserve, by a fee that somebody paid.
fn with_reserve(test: impl FnOnce()) {
	run(|| {
		let lender = open(BOB, MIXED, &[(ETH, 10 * ONE_ETH)], 10_000 * ONE_CUSD).unwrap();
		assert!(debt(lender) > 0);
		assert_ok!(Treasury::pay_reserve(&CUSD, &BOB, 5_000 * ONE_CUSD));
		set_terms(ONE_CUSD, 10, 100 * ONE_CUSD);
		test();
	})
}

#[test]
fn a_keeper_is_paid_for_what_the_block_did_not_come_to() {
	with_reserve(|| {
		let vault = vaults(1)[0];
		crash(2_400_00);
		let (before, reserve) = (paid(), Treasury::reserve(&CUSD));
		assert_ok!(liquidate(KEEPER, vault));
		let fee = fees();
		let reward = paid() - before;
		assert_eq!(reward, ONE_CUSD + fee / 10);
		assert_eq!(reserve - Treasury::reserve(&CUSD), reward);
		let flows = Treasury::balance_sheet(CUSD).unwrap().flows;
		assert_eq!(flows.rewarded, reward);
		next_block();
		assert_eq!(Treasury::balance_sheet(CUSD).unwrap().fuse, None);
	});
}

#[test]
fn a_keeper_of_many_is_paid_for_each_of_them() {
	with_reserve(|| {
		vaults(10);
		crash(2_400_00);
		let before = paid();
		assert_ok!(call(KEEPER, Call::enforce_backlog { max: 100 }));
		// Each tenth is rounded down.
		let expected = 10 * ONE_CUSD + fees() / 10;
		assert!((expected - 10..=expected).contains(&(paid() - before)));
	});
}

#[test]
fn nobody_is_paid_for_what_the_block_has_done_or_would_do() {
	with_reserve(|| {
		let vaults = vaults(3);
		let before = paid();
		assert_noop!(liquidate(KEEPER, vaults[0]), because(Error::VaultIsSafe));
		Prices::set_cents(ETH, 2_400_00);
		// In the block that brings the price, before its start has come to anything: there is no such
		// moment on a chain, and it pays nobody.
		System::set_block_number(System::block_number() + 1);
		assert_ok!(liquidate(KEEPER, vaults[0]));
		assert_eq!(paid(), before);
		assert_eq!(next_block(), 2);
		for vault in vaults {
			assert!(liquidate(KEEPER, vault).is_err());
		}
		assert!(call(KEEPER, Call::enforce_backlog { max: 100 }).is_err());
		assert_eq!(paid(), before);
	});
}

/// Vaults that there is weight for never use up what it takes to say that there are more.
#[test]
fn what_is_left_behind_is_noted_whatever_the_weight() {
	run(|| {
		let facility = row(vaults(3)[0]).facility;
		Prices::set_cents(ETH, 2_400_00);
		let write = <DbWeight as Get<RuntimeDbWeight>>::get().writes(1);
		let (mut some, mut all) = (0, 0);
		for step in 0.. {
			let budget = looking(2) + write * step;
			let liquidated = hypothetically!({
				let liquidated = next_block_with(budget, SLOT);
				let (block, facilities) = LeftBehind::<Test>::get();
				let is_noted = block == System::block_number() && facilities.contains(&facility);
				assert_eq!(is_noted, liquidated < 3, "{liquidated} with {budget:?}");
				liquidated
			});
			some += u32::from(liquidated == 1 || liquidated == 2);
			all += u32::from(liquidated == 3);
			if all == 10 {
				break;
			}
		}
		assert!(some > 10, "{some} budgets for some");
	});
}

#[test]
fn what_was_left_behind_in_another_block_pays_nobody() {
	with_reserve(|| {
		let vaults = vaults(2);
		crash(2_400_00);
		assert!(LeftBehind::<Test>::exists());
		assert_ok!(liquidate(KEEPER, vaults[0]));
		let before = paid();
		// The next block comes to all of them, and then one is hurt that it could not know of.
		next_block();
		Prices::set_cents(ETH, 2_000_00);
		assert_ok!(liquidate(KEEPER, vaults[0]));
		assert_eq!(paid(), before);
	});
}

#[test]
fn who_liquidates_himself_loses() {
	with_reserve(|| {
		set_terms(1_000_000 * ONE_CUSD, 50, 1_000_000 * ONE_CUSD);
		let facility = create_still();
		let vault = open(KEEPER, facility, &[(ETH, ONE_ETH)], 2_000 * ONE_CUSD).unwrap();
		crash(2_400_00);
		let cusd = balance(CUSD, KEEPER);
		assert_ok!(liquidate(KEEPER, vault));
		let reward = balance(CUSD, KEEPER) - cusd;
		let [(lot, row)] = &lots()[..] else {
			panic!("one lot")
		};
		assert_eq!(reward, row.fee / 2);
		// He buys all of it himself, and gets back what it did not need.
		let (cusd, eth) = (balance(CUSD, KEEPER), balance(ETH, KEEPER));
		assert_ok!(take(KEEPER, *lot, Balance::MAX));
		let paid = cusd - balance(CUSD, KEEPER);
		assert_eq!(paid, row.debt + row.fee);
		assert_ok!(claim(KEEPER, vault));
		let bought = balance(ETH, KEEPER) - eth;
		assert_eq!(leg(vault, ETH) + bought, ONE_ETH);
		// What he has paid beyond his debt is more than what he was paid.
		assert!(paid - row.debt > reward);
	});
}

#[test]
fn a_vault_under_water_pays_nobody() {
	with_reserve(|| {
		let vault = vaults(1)[0];
		crash(1_900_00);
		let before = paid();
		assert_ok!(liquidate(KEEPER, vault));
		assert_eq!(paid(), before);
	});
}

/// The collateral is worth the debt and half of the fee.
#[test]
fn what_the_collateral_does_not_bring_is_not_shared() {
	with_reserve(|| {
		set_terms(0, 50, 1_000 * ONE_CUSD);
		let vault = vaults(1)[0];
		crash(2_020_00);
		let before = paid();
		assert_ok!(liquidate(KEEPER, vault));
		// 2,020 for 2,000: 20, of which he gets 10, but for roundings.
		let reward = paid() - before;
		assert!(
			reward <= 10 * ONE_CUSD && reward + 10 > 10 * ONE_CUSD,
			"{reward}"
		);
	});
}

#[test]
fn an_empty_reserve_stops_no_liquidation() {
	run(|| {
		set_terms(ONE_CUSD, 10, 100 * ONE_CUSD);
		let vaults = vaults(3);
		crash(2_400_00);
		let before = paid();
		assert_ok!(liquidate(KEEPER, vaults[0]));
		assert_ok!(call(KEEPER, Call::enforce_backlog { max: 100 }));
		assert_eq!(paid(), before);
		assert!(vaults.iter().all(|vault| health(*vault) >= Some(1.into())));
	});
}

#[test]
fn no_more_is_paid_in_a_block_than_the_cap() {
	with_reserve(|| {
		set_terms(ONE_CUSD, 10, 5 * ONE_CUSD);
		let vaults = vaults(40);
		crash(2_400_00);
		let before = paid();
		assert_ok!(liquidate(KEEPER, vaults[0]));
		assert!(paid() > before);
		assert_ok!(call(KEEPER, Call::enforce_backlog { max: 4 }));
		assert_ok!(call(KEEPER, Call::enforce_backlog { max: 1 }));
		assert_eq!(paid() - before, 5 * ONE_CUSD);
		block_that_comes_to_nothing();
		assert_ok!(call(KEEPER, Call::enforce_backlog { max: 100 }));
		assert_eq!(paid() - before, 10 * ONE_CUSD);
	});
}

#[test]
fn nothing_is_paid_while_the_books_are_in_doubt() {
	with_reserve(|| {
		let _alarms = expect_alarms();
		let vault = vaults(1)[0];
		crash(2_400_00);
		assert_ok!(Treasury::blow_fuse(RuntimeOrigin::root(), CUSD));
		let before = paid();
		assert_ok!(liquidate(KEEPER, vault));
		assert_eq!(paid(), before);
	});
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(fuzz_cases(40)))]

	/// However deep the crash and whatever the terms: a keeper is paid at most half of the fees, by the
	/// reserve and nobody else, and all books hold.
	#[test]
	fn keepers_are_paid_out_of_what_they_bring(
		cents in 1_500_00..2_450_00u128,
		flat in 0..100u128,
		percent in 0..=50u32,
		cap in 0..200u128,
		max in 1..12u32,
		count in 1..12u128,
	) {
		with_reserve(|| {
			set_terms(flat * ONE_CUSD, percent, cap * ONE_CUSD);
			vaults(count);
			crash(cents);
			use frame_support::traits::fungibles::Inspect;
			let issuance = Tokens::total_issuance(CUSD);
			let (before, reserve) = (paid(), Treasury::reserve(&CUSD));
			assert_ok!(call(KEEPER, Call::enforce_backlog { max }));
			let reward = paid() - before;
			assert_eq!(reserve - Treasury::reserve(&CUSD), reward);
			assert_eq!(Tokens::total_issuance(CUSD), issuance);
			assert!(reward <= fees() / 2 && reward <= cap * ONE_CUSD);
			assert_eq!(Treasury::bad_debt(&CUSD), 0);
			next_block();
			assert_eq!(Treasury::balance_sheet(CUSD).unwrap().fuse, None);
		});
	}
}
