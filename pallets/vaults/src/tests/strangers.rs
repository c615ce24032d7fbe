//! What somebody may put into a vault that is not his: more of what it holds, and nothing else.

use super::because;
use crate::{
	mock::*,
	types::{Adjustment, Basket},
	Error, Vaults as Rows,
};
use cairn_primitives::{AssetId, Balance, VaultId};
use frame_support::{assert_noop, assert_ok, storage::with_transaction, BoundedVec};
use proptest::prelude::*;
use sp_runtime::{DispatchError, TransactionOutcome};

/// What [`create_still`] accepts, each with the amount that is moved here.
const ACCEPTED: [(AssetId, Balance); 5] = [
	(CRN, ONE_CRN),
	(DOT, ONE_DOT),
	(ETH, ONE_ETH),
	(BTC, ONE_BTC),
	(USDT, ONE_USDT),
];

/// 1 ETH for 1,000 CUSD.
fn alices() -> VaultId {
	open(ALICE, create_still(), &[(ETH, ONE_ETH)], 1_000 * ONE_CUSD).unwrap()
}

fn depositing(amounts: &[(AssetId, Balance)]) -> Adjustment {
	Adjustment {
		deposit: basket(amounts),
		..Default::default()
	}
}

/// As if a vault had lost all its legs, and not its debt.
fn without_legs(vault: VaultId, check: impl FnOnce()) {
	let undone: Result<(), DispatchError> = with_transaction(|| {
		Rows::<Test>::mutate(vault, |row| row.as_mut().unwrap().legs = BoundedVec::new());
		check();
		TransactionOutcome::Rollback(Ok(()))
	});
	assert_ok!(undone);
}

#[test]
fn a_stranger_adds_to_what_a_vault_holds_and_its_owner_whatever_he_likes() {
	run(|| {
		let vault = alices();
		let error = because(Error::OnlyOwnerAddsLegs);
		assert_ok!(deposit(BOB, vault, ETH, 1));
		assert_noop!(deposit(BOB, vault, DOT, 1), error);
		assert_ok!(deposit(ALICE, vault, DOT, ONE_DOT));
		assert_ok!(deposit(BOB, vault, DOT, 1));
		// What she has taken out is no leg any more.
		assert_ok!(withdraw(ALICE, vault, DOT, ONE_DOT + 1));
		assert_noop!(deposit(BOB, vault, DOT, 1), error);
	});
}

#[test]
fn nobody_makes_anothers_vault_a_basket() {
	run(|| {
		let vault = alices();
		lend(BOB, 200 * ONE_CUSD);
		let error = because(Error::OnlyOwnerAddsLegs);
		let all = [(ETH, 1), (CRN, 1), (DOT, 1), (BTC, 1), (USDT, 1)];
		for (asset, amount) in &all[1..] {
			assert_noop!(deposit(BOB, vault, asset.clone(), *amount), error);
		}
		// Not by doing something good in the same call either.
		let adjustment = Adjustment {
			repay: 100 * ONE_CUSD,
			..depositing(&all)
		};
		assert_noop!(
			adjust(BOB, vault, adjustment, no_limits()),
			because(Error::NotOwner)
		);
		assert_ok!(repay(BOB, vault, 100 * ONE_CUSD));
		assert_ok!(adjust(ALICE, vault, depositing(&all), no_limits()));
		assert_eq!(row(vault).legs.len(), 5);
	});
}

#[test]
fn a_stranger_puts_nothing_into_a_vault_without_a_leg() {
	run(|| {
		let error = because(Error::OnlyOwnerAddsLegs);
		let empty = open(ALICE, MIXED, &[], 0).unwrap();
		assert_noop!(deposit(BOB, empty, ETH, ONE_ETH), error);
		let vault = alices();
		without_legs(vault, || {
			assert!(debt(vault) > 0);
			assert_noop!(deposit(BOB, vault, ETH, ONE_ETH), error);
			assert_ok!(deposit(ALICE, vault, ETH, ONE_ETH));
		});
		assert_ok!(deposit(ALICE, empty, ETH, ONE_ETH));
	});
}

#[test]
fn what_a_lot_may_return_is_no_leg_and_what_it_returns_with_the_call_is_one() {
	run(|| {
		let vault = open(ALICE, create_still(), &[(ETH, ONE_ETH)], 2_000 * ONE_CUSD).unwrap();
		Prices::set_cents(ETH, 2_160_00);
		next_block();
		assert_eq!((row(vault).legs.len(), row(vault).claims.len()), (0, 1));
		let error = because(Error::OnlyOwnerAddsLegs);
		assert_noop!(deposit(BOB, vault, ETH, 1), error);
		lend(ALICE, 1_000 * ONE_CUSD);
		assert_ok!(take(ALICE, lots()[0].0, Balance::MAX));
		assert_noop!(deposit(BOB, vault, DOT, 1), error);
		assert_ok!(deposit(BOB, vault, ETH, 1));
		assert!(leg(vault, ETH) > 1 && row(vault).claims.is_empty());
	});
}

/// Some of what is accepted, so many times the usual amount.
fn some_of(which: [Option<u8>; 5]) -> Basket {
	let named = ACCEPTED.into_iter().zip(which);
	let some: Vec<_> = named
		.filter_map(|((asset, amount), times)| Some((asset, amount * u128::from(times?))))
		.collect();
	basket(&some)
}

fn part(vault: VaultId, percent: u8) -> Balance {
	debt(vault) / 100 * u128::from(percent)
}

fn amounts() -> impl Strategy<Value = [Option<u8>; 5]> {
	prop::array::uniform5(prop::option::of(0u8..4))
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(fuzz_cases(64)))]

	#[test]
	fn a_stranger_never_changes_which_legs_a_vault_has(
		held in prop::array::uniform5(prop::option::of(1u8..4)),
		debt in prop_oneof![Just(0u8), 1u8..=100],
		calls in prop::collection::vec(
			(amounts(), prop_oneof![Just(0u8), 1u8..110], prop::option::weighted(0.1, amounts()), prop::bool::weighted(0.05)),
			1..12,
		),
	) {
		run(|| {
			let facility = create_still();
			let vault = open(ALICE, facility, &some_of(held), 0).unwrap();
			let most = Vaults::vault(vault).unwrap().max_borrow / 100 * u128::from(debt);
			let _ = borrow(ALICE, vault, most);
			lend(BOB, 100_000 * ONE_CUSD);
			let legs = || row(vault).legs.iter().map(|leg| leg.collateral).collect::<Vec<_>>();
			let before = legs();
			for (deposited, repaid, withdrawn, borrows) in calls {
				for (asset, amount) in some_of(deposited) {
					let fits = leg(vault, asset.clone()) > 0;
					let done = deposit(BOB, vault, asset, amount).is_ok();
					assert!(fits || !done);
				}
				let _ = repay(BOB, vault, part(vault, repaid));
				let adjustment = Adjustment {
					deposit: some_of(deposited),
					repay: part(vault, repaid),
					withdraw: withdrawn.map_or(Basket::new(), some_of),
					borrow: u128::from(borrows) * ONE_CUSD,
				};
				assert!(adjust(BOB, vault, adjustment, no_limits()).is_err());
				assert_eq!(legs(), before);
			}
		});
	}
}
