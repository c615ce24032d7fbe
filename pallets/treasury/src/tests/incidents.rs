//! What went wrong for somebody else, and does not here.

use cairn_primitives::{BalanceSheet, Issuance, MintReason, Reserve, Standing};
use frame_support::{assert_noop, assert_ok, traits::tokens::fungibles::Mutate};

use crate::{mock::*, Cause, Error};

type Tokens = <Test as crate::Config>::Fungibles;

/// Acala, August 2022: a reward parameter was wrong, and users claimed 3,022 million aUSD that an
/// incentives pallet minted. Nothing compared what existed with what was owed for a day.
#[test]
fn three_billion_that_nobody_owes_stop_lending_within_a_block() {
	with_books(|| {
		set_policy(CUSD, policy(5, 10, 10_000_000 * UNIT));
		assert_ok!(Treasury::mint(
			&CUSD,
			&ALICE,
			4_000_000 * UNIT,
			MintReason::Borrow
		));
		Ledger::counts(CUSD, 4_000_000 * UNIT);
		next_block();

		// Past the treasury: noticed with the very next loan, and by the audit.
		Tokens::mint_into(CUSD, &BOB, 3_022_000_000 * UNIT).unwrap();
		assert_noop!(
			Treasury::mint(&CUSD, &BOB, UNIT, MintReason::Borrow),
			Error::<Test>::BooksBroken
		);
		next_block_unchecked();
		let sheet = Treasury::balance_sheet(CUSD).unwrap();
		assert!(matches!(sheet.fuse.unwrap().cause, Cause::Issuance { .. }));
		assert_eq!(sheet.difference, (3_022_000_000 * UNIT) as i128);

		// What governance did in 36 days by hand: what is left of it is a loss to be covered.
		assert_ok!(Treasury::recognise_loss(RuntimeOrigin::root(), CUSD));
		assert_eq!(Treasury::bad_debt(&CUSD), 3_022_000_000 * UNIT);
	});
}

/// The same through the treasury: the growth limit bounds it before the audit sees it.
#[test]
fn three_billion_through_the_front_door_are_bounded_by_the_hour() {
	with_books(|| {
		set_policy(CUSD, policy(5, 10, 10_000_000 * UNIT));
		Ledger::counts(CUSD, 0);
		let mut stolen = 0;
		for _ in 0..3_022 {
			let amount = 1_000_000 * UNIT;
			for reason in [MintReason::Borrow, MintReason::Interest] {
				if Treasury::mint(&CUSD, &BOB, amount, reason).is_ok() {
					stolen += amount;
				}
			}
		}
		assert!(stolen <= 5_000_000 * UNIT, "{stolen}");
		next_block_unchecked();
		let cause = Treasury::balance_sheet(CUSD).unwrap().fuse.unwrap().cause;
		assert!(matches!(cause, Cause::Vaults { issued: 0, .. }));
		assert_ok!(Treasury::recognise_loss(RuntimeOrigin::root(), CUSD));
	});
}

/// Maker, March 2020: 5.67 million of deficit. Only what the buffer could not cover went to debt
/// auctions, and no surplus was sold while it lasted.
#[test]
fn a_deficit_is_raised_only_beyond_the_buffer() {
	with_books(|| {
		set_policy(CUSD, policy(1, 100, u128::MAX));
		let million = 1_000_000 * UNIT;
		assert_ok!(Treasury::mint(
			&CUSD,
			&ALICE,
			100 * million,
			MintReason::Borrow
		));
		assert_ok!(Treasury::mint_to_reserve(
			&CUSD,
			2 * million,
			MintReason::Interest
		));
		assert!(matches!(Treasury::standing(&CUSD), Standing::Surplus(_)));
		Treasury::debt_seized(&CUSD, 10 * million);
		// While it is being auctioned, what could be lost is kept.
		assert_eq!(Treasury::standing(&CUSD), Standing::Even);
		Treasury::debt_lost(&CUSD, 567 * million / 100);
		next_block();
		assert_eq!(
			Treasury::standing(&CUSD),
			Standing::Deficit(367 * million / 100)
		);
		assert_eq!(Treasury::reserve(&CUSD), 0);
	});
}

/// Maker's MIP19: a debt auction kept asking for bad debt that had been netted meanwhile, and could
/// not be dealt. Here what is raised is never more than what is still missing.
#[test]
fn what_was_netted_meanwhile_is_not_raised_again() {
	with_books(|| {
		assert_ok!(Treasury::mint(&CUSD, &ALICE, 1_000, MintReason::Borrow));
		Treasury::debt_seized(&CUSD, 500);
		Treasury::debt_lost(&CUSD, 500);
		assert_eq!(Treasury::standing(&CUSD), Standing::Deficit(500));
		assert_ok!(Treasury::mint_to_reserve(&CUSD, 450, MintReason::Interest));
		// Before the netting and after it.
		for _ in 0..2 {
			assert_noop!(
				Treasury::cover_deficit(&CUSD, &ALICE, 51),
				Error::<Test>::NoDeficit
			);
			assert_eq!(Treasury::standing(&CUSD), Standing::Deficit(50));
			next_block();
		}
		assert_ok!(Treasury::cover_deficit(&CUSD, &ALICE, 50));
		assert_eq!(Treasury::bad_debt(&CUSD), 0);
	});
}
