//! What comes back to those whose collateral was sold.

use crate::{mock::*, Event};
use cairn_primitives::{Balance, LiquidationLots, VaultId};
use frame_support::{assert_noop, assert_ok};
use proptest::prelude::*;

#[test]
fn what_is_left_over_returns_in_proportion_and_sums_exactly() {
	run(|| {
		let facility = create_still();
		let of = |owner, tokens: u128| {
			let amount = tokens * ONE_ETH / 7;
			open(
				owner,
				facility,
				&[(ETH, amount)],
				tokens * 2_000 * ONE_CUSD / 7,
			)
			.unwrap()
		};
		let vaults = [of(ALICE, 3), of(BOB, 11), of(CAROL, 23), of(ALICE, 1)];
		Prices::set_cents(ETH, 2_400_00);
		assert_eq!(next_block(), 4);
		let (lot, of_all) = lots()[0].clone();
		let contributed: Vec<_> = vaults
			.iter()
			.map(|v| row(*v).claims[0].contributed)
			.collect();
		assert_eq!(contributed.iter().sum::<Balance>(), of_all.remaining);
		assert_noop!(
			claim(ALICE, vaults[0]),
			crate::Error::<Test>::NothingToClaim
		);
		lend(BOB, 20_000 * ONE_CUSD);
		assert_ok!(take(BOB, lot, Balance::MAX));
		let leftover = Auctions::held(&ETH);
		assert!(leftover > 0);
		let mut sum = 0;
		for (vault, contributed) in vaults.into_iter().zip(contributed) {
			let before = leg(vault, ETH);
			System::reset_events();
			assert_ok!(claim(PAUPER, vault));
			let back = leg(vault, ETH) - before;
			let returned = basket(&[(ETH, back)]);
			assert_eq!(events(), vec![Event::LeftoverReturned { vault, returned }]);
			let share = cairn_math::mul_div_floor(leftover, contributed, of_all.remaining).unwrap();
			assert!(back.abs_diff(share) <= 4);
			sum += back;
		}
		assert_eq!((sum, Auctions::held(&ETH)), (leftover, 0));
	});
}

#[test]
fn a_leftover_returns_with_the_next_operation_and_counts_for_it() {
	run(|| {
		let vault = open(ALICE, create_still(), &[(ETH, ONE_ETH)], 2_000 * ONE_CUSD).unwrap();
		Prices::set_cents(ETH, 2_400_00);
		next_block();
		let before = leg(vault, ETH);
		let lot = lots()[0].0;
		assert_ok!(take(ALICE, lot, Balance::MAX));
		// More than what was left in the vault: what comes back can be withdrawn at once.
		assert_ok!(deposit(ALICE, vault, DOT, ONE_DOT));
		assert!(leg(vault, ETH) > before);
		assert!(row(vault).claims.is_empty());
		assert!(row(vault).legs.iter().all(|leg| leg.entry.is_some()));
	});
}

#[test]
fn a_leftover_returns_when_the_vault_is_closed() {
	run(|| {
		let before = balance(ETH, ALICE);
		let vault = open(ALICE, create_still(), &[(ETH, ONE_ETH)], 2_000 * ONE_CUSD).unwrap();
		Prices::set_cents(ETH, 1_200_00);
		next_block();
		assert_eq!((debt(vault), leg(vault, ETH)), (0, 0));
		Prices::set_cents(ETH, 3_000_00);
		run_blocks(250);
		lend(BOB, 20_000 * ONE_CUSD);
		let bought = balance(ETH, BOB);
		assert_ok!(take(BOB, lots()[0].0, Balance::MAX));
		let bought = balance(ETH, BOB) - bought;
		assert_ok!(close(ALICE, vault));
		assert_eq!(balance(ETH, ALICE), before - bought);
	});
}

#[test]
fn a_leftover_may_come_back_to_a_vault_that_holds_nothing_else() {
	run(|| {
		let vault = open(ALICE, create_still(), &[(ETH, ONE_ETH)], 2_000 * ONE_CUSD).unwrap();
		Prices::set_cents(ETH, 2_160_00);
		next_block();
		assert_eq!(row(vault).legs.len(), 0);
		lend(ALICE, 1_000 * ONE_CUSD);
		assert_ok!(take(ALICE, lots()[0].0, Balance::MAX));
		assert_ok!(claim(ALICE, vault));
		assert!(leg(vault, ETH) > 0);
		assert_ok!(close(ALICE, vault));
	});
}

#[test]
fn it_is_told_when_nothing_comes_back() {
	run(|| {
		let vault = open(ALICE, create_still(), &[(ETH, ONE_ETH)], 2_000 * ONE_CUSD).unwrap();
		Prices::set_cents(ETH, 2_160_00);
		next_block();
		// Sold for less than it has to raise, whole.
		Prices::set_cents(ETH, 1_000_00);
		run_blocks(250);
		lend(BOB, 20_000 * ONE_CUSD);
		assert_ok!(take(BOB, lots()[0].0, Balance::MAX));
		assert_eq!((lots().len(), Auctions::held(&ETH)), (0, 0));
		System::reset_events();
		assert_ok!(claim(PAUPER, vault));
		let returned = basket(&[(ETH, 0)]);
		assert_eq!(events(), vec![Event::LeftoverReturned { vault, returned }]);
		assert!(row(vault).claims.is_empty() && row(vault).legs.is_empty());
		assert_noop!(claim(PAUPER, vault), crate::Error::<Test>::NothingToClaim);
	});
}

#[test]
fn seven_legs_and_a_claim_leave_room_for_one_that_returns() {
	run(|| {
		let id = |number| frame_support::traits::fungible::NativeOrWithId::WithId(number);
		let mut listed = vec![terms(ETH, 72, 80, 0)];
		listed.extend((20..31).map(|number| terms(id(number), 50, 60, 1)));
		let facility = create_facility(still(listed));
		(20..31).for_each(|number| Prices::set_raw(id(number), 1));
		let mut amounts = vec![(ETH, ONE_ETH)];
		amounts.extend((20..27).map(|number| (id(number), 5)));
		let vault = open(ALICE, facility, &amounts, 2_000 * ONE_CUSD).unwrap();
		Prices::set_cents(ETH, 2_160_00);
		next_block();
		assert_eq!(leg(vault, ETH), 0);
		assert_noop!(
			deposit(ALICE, vault, id(30), 1),
			crate::Error::<Test>::TooManyLegs
		);
		lend(ALICE, 1_000 * ONE_CUSD);
		assert_ok!(take(ALICE, lots()[0].0, Balance::MAX));
		assert_ok!(claim(BOB, vault));
		assert!(leg(vault, ETH) > 0);
	});
}

#[test]
fn a_leftover_may_save_a_vault_before_it_is_liquidated() {
	run(|| {
		let vault = open(
			ALICE,
			create_still(),
			&[(ETH, 10 * ONE_ETH)],
			20_000 * ONE_CUSD,
		)
		.unwrap();
		Prices::set_cents(ETH, 2_400_00);
		assert_eq!(next_block(), 1);
		assert_ok!(take(ALICE, lots()[0].0, Balance::MAX));
		// 1.1 times a tenth less than it was is unsafe, but for what the lot has left over.
		Prices::set_cents(ETH, 2_180_00);
		let before = debt(vault);
		assert_eq!(next_block(), 0);
		assert_eq!(debt(vault), before);
		assert!(row(vault).claims.is_empty());
		assert!(health(vault) >= Some(cairn_math::FixedU128::from_u32(1)));
	});
}

#[test]
fn a_leftover_is_not_left_to_an_owner_whose_debt_goes_bad() {
	run(|| {
		let vault = open(
			ALICE,
			create_still(),
			&[(ETH, 10 * ONE_ETH)],
			20_000 * ONE_CUSD,
		)
		.unwrap();
		Prices::set_cents(ETH, 2_400_00);
		assert_eq!(next_block(), 1);
		assert_ok!(take(ALICE, lots()[0].0, Balance::MAX));
		assert!(Auctions::held(&ETH) > 0);
		Prices::set_cents(ETH, 500_00);
		assert_eq!(next_block(), 1);
		assert_eq!((debt(vault), row(vault).legs.len()), (0, 0));
		// All that is held is for sale now.
		assert_eq!(Auctions::held(&ETH), lots()[0].1.remaining);
	});
}

/// What the owner of a vault has lost by a liquidation, in 1e-18 USD at the price of it, and what
/// was repaid for him.
fn loss(vault: VaultId, cents: u128, begin: (Balance, Balance)) -> (i128, u128) {
	let (repaid, gone) = (begin.0 - debt(vault), begin.1 - leg(vault, ETH));
	let (repaid, gone) = (repaid * 1_000_000, gone / 100 * cents);
	(gone as i128 - repaid as i128, repaid)
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(32))]

	#[test]
	fn an_owner_loses_at_most_the_penalty(
		tokens in 1u128..10_000,
		cents in 2_200_00u128..2_499_00,
		wait in prop_oneof![0u32..16, 0u32..400],
		moved in 60u128..140,
	) {
		new_test_ext().execute_with(|| {
			let vault =
				open(ALICE, create_still(), &[(ETH, tokens * ONE_ETH)], tokens * 2_000 * ONE_CUSD);
			let vault = vault.unwrap();
			Prices::set_cents(ETH, cents);
			let begin = (debt(vault), leg(vault, ETH));
			assert_eq!(next_block(), 1);
			let (lost, repaid) = loss(vault, cents, begin);
			// 8 % and a few roundings when nothing comes back at all.
			assert!(lost <= (repaid / 100 * 8) as i128 + 10_000_000, "{lost} of {repaid}");
			// The market may do what it likes now.
			Prices::set_cents(ETH, cents * moved / 100);
			for _ in 0..wait {
				System::set_block_number(System::block_number() + 1);
			}
			end_of_begin();
			let lot = lots()[0].0;
			assert_ok!(take(ALICE, lot, Balance::MAX));
			assert_ok!(claim(BOB, vault));
			let (after, _) = loss(vault, cents, begin);
			assert!(after <= lost);
			// Sold at the oracle's price or above, he has not lost more than the fee.
			if wait < 4 * 2 && moved >= 100 {
				assert!(after <= (repaid / 100 * 2) as i128 + 10_000_000, "{after} of {repaid}");
			}
			check_all();
		});
	}
}
