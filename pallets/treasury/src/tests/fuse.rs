//! The audit and the fuse.

use cairn_primitives::{BalanceSheet, BurnReason, Issuance, MintReason, Reserve, Standing};
use frame_support::{
	assert_noop, assert_ok,
	traits::tokens::{fungibles::Mutate, Fortitude, Precision, Preservation},
	weights::WeightMeter,
};
use sp_runtime::DispatchError;

use crate::{mock::*, Blown, Books, Cause, Error, Event, WeightInfo};

type Tokens = <Test as crate::Config>::Fungibles;

fn burn_behind_the_back(amount: u128) {
	Tokens::burn_from(
		CUSD,
		&ALICE,
		amount,
		Preservation::Expendable,
		Precision::Exact,
		Fortitude::Polite,
	)
	.unwrap();
}

fn cause() -> Option<Cause> {
	Books::<Test>::get(CUSD)
		.unwrap()
		.fuse
		.map(|blown| blown.cause)
}

#[test]
fn a_mint_by_other_means_stops_lending_at_once_and_blows_the_fuse_with_the_next_block() {
	with_books(|| {
		assert_ok!(Treasury::mint(&CUSD, &ALICE, 100, MintReason::Borrow));
		Tokens::mint_into(CUSD, &BOB, 3).unwrap();
		let borrow = || Treasury::mint(&CUSD, &ALICE, 1, MintReason::Borrow);
		assert_noop!(borrow(), Error::<Test>::BooksBroken);
		next_block_unchecked();
		let cause = Cause::Issuance {
			issued: 103,
			booked: 100,
		};
		System::assert_last_event(Event::FuseBlown { asset: CUSD, cause }.into());
		assert_eq!(
			Treasury::balance_sheet(CUSD).unwrap().fuse,
			Some(Blown { at: 2, cause })
		);
		assert_noop!(borrow(), Error::<Test>::FuseBlown);
		// Once is enough.
		System::reset_events();
		next_block_unchecked();
		assert_eq!(System::events().len(), 0);
		// Other debt assets are not to blame.
		assert_ok!(Treasury::mint(&CEUR, &ALICE, 1, MintReason::Borrow));
		// Put right where it lies, and lent again.
		let reset = || Treasury::reset_fuse(RuntimeOrigin::root(), CUSD);
		assert_noop!(reset(), Error::<Test>::BooksBroken);
		burn_behind_the_back(3);
		assert_noop!(borrow(), Error::<Test>::FuseBlown);
		assert_ok!(reset());
		System::assert_last_event(Event::FuseReset { asset: CUSD }.into());
		assert_ok!(borrow());
		assert_noop!(reset(), Error::<Test>::FuseIntact);
	});
}

#[test]
fn a_mint_that_no_vault_owes_blows_the_fuse_although_the_sheet_adds_up() {
	with_books(|| {
		assert_ok!(Treasury::mint(&CUSD, &ALICE, 100, MintReason::Borrow));
		Ledger::counts(CUSD, 100);
		next_block();
		assert_eq!(cause(), None);
		// Some other pallet is let in to the one place where debt assets are made.
		assert_ok!(Treasury::mint(&CUSD, &BOB, 900, MintReason::Borrow));
		assert_eq!(Treasury::balance_sheet(CUSD).unwrap().difference, 0);
		next_block_unchecked();
		let expected = Cause::Vaults {
			issued: 100,
			booked: 1_000,
		};
		assert_eq!(cause(), Some(expected));
		Ledger::counts(CUSD, 1_000);
	});
}

#[test]
fn a_blown_fuse_stops_new_debt_and_nothing_else() {
	with_books(|| {
		assert_ok!(Treasury::mint(&CUSD, &ALICE, 1_000, MintReason::Borrow));
		assert_ok!(Treasury::blow_fuse(RuntimeOrigin::signed(GUARDIAN), CUSD));
		assert_eq!(cause(), Some(Cause::Guardian));
		let refused = Error::<Test>::FuseBlown;
		assert_noop!(
			Treasury::mint(&CUSD, &ALICE, 1, MintReason::Borrow),
			refused
		);
		assert_ok!(Treasury::burn(&CUSD, &ALICE, 100, BurnReason::Repay));
		assert_ok!(Treasury::mint_to_reserve(&CUSD, 10, MintReason::Interest));
		Treasury::debt_seized(&CUSD, 200);
		assert_ok!(Treasury::burn(&CUSD, &ALICE, 50, BurnReason::Recovered));
		assert_ok!(Treasury::pay_reserve(&CUSD, &ALICE, 10));
		Treasury::debt_lost(&CUSD, 150);
		next_block();
		assert_eq!(Treasury::bad_debt(&CUSD), 130);
		// But nobody is sold anything on the word of books that are in doubt.
		assert_eq!(Treasury::standing(&CUSD), Standing::Even);
		assert_noop!(
			Treasury::cover_deficit(&CUSD, &ALICE, 1),
			Error::<Test>::NoDeficit
		);
		// By hand it can be blown twice, and is blown once.
		let before = System::events().len();
		assert_ok!(Treasury::blow_fuse(RuntimeOrigin::signed(GUARDIAN), CUSD));
		assert_eq!(System::events().len(), before);
	});
}

#[test]
fn what_is_issued_with_nothing_behind_it_is_recognised_and_covered_like_any_loss() {
	with_books(|| {
		assert_ok!(Treasury::mint(&CUSD, &ALICE, 100, MintReason::Borrow));
		assert_ok!(Treasury::mint(&CUSD, &BOB, 40, MintReason::Borrow));
		Tokens::mint_into(CUSD, &BOB, 7).unwrap();
		Ledger::counts(CUSD, 100);
		let recognise = || Treasury::recognise_loss(RuntimeOrigin::root(), CUSD);
		assert_noop!(recognise(), Error::<Test>::FuseIntact);
		next_block_unchecked();
		assert_ok!(recognise());
		let event = Event::LossRecognised {
			asset: CUSD,
			amount: 47,
			bad_debt: 47,
		};
		System::assert_last_event(event.into());
		assert_noop!(recognise(), Error::<Test>::NoLoss);
		assert_ok!(Treasury::reset_fuse(RuntimeOrigin::root(), CUSD));
		assert_eq!(Treasury::standing(&CUSD), Standing::Deficit(47));
		assert_ok!(Treasury::pay_reserve(&CUSD, &BOB, 47));
		next_block();
		assert_eq!(Treasury::bad_debt(&CUSD), 0);
		assert_eq!(issuance(CUSD), 100);
	});
}

/// Less exists than is owed: somebody burned his own past the books. No new units make up for it.
#[test]
fn less_than_is_booked_is_no_loss_to_recognise() {
	with_books(|| {
		assert_ok!(Treasury::mint(&CUSD, &ALICE, 100, MintReason::Borrow));
		burn_behind_the_back(1);
		next_block_unchecked();
		let expected = Cause::Issuance {
			issued: 99,
			booked: 100,
		};
		assert_eq!(cause(), Some(expected));
		assert_noop!(
			Treasury::recognise_loss(RuntimeOrigin::root(), CUSD),
			Error::<Test>::NoLoss
		);
		Tokens::mint_into(CUSD, &ALICE, 1).unwrap();
	});
}

#[test]
fn an_audit_takes_what_it_says_and_starts_with_another_asset_each_block() {
	with_books(|| {
		for asset in [CUSD, CEUR] {
			Tokens::mint_into(asset, &BOB, 1).unwrap();
		}
		let blown = || {
			let assets = Treasury::debt_assets().into_iter();
			assets
				.filter(|asset| Books::<Test>::get(asset).unwrap().fuse.is_some())
				.count()
		};
		let one = <Test as crate::Config>::WeightInfo::audit_base()
			.saturating_add(Treasury::weight_of_counting())
			.saturating_add(<Test as crate::Config>::WeightInfo::audit_asset());
		Treasury::audit(&mut WeightMeter::with_limit(0.into()));
		assert_eq!(blown(), 0);
		for expected in [1, 2] {
			System::set_block_number(System::block_number() + 1);
			let mut meter = WeightMeter::with_limit(one);
			Treasury::audit(&mut meter);
			assert_eq!(meter.consumed(), one);
			assert_eq!(blown(), expected);
		}
		for asset in [CUSD, CEUR] {
			assert_ok!(Treasury::recognise_loss(RuntimeOrigin::root(), asset));
		}
	});
}

#[test]
fn each_call_is_for_whom_it_is_for() {
	with_books(|| {
		let (root, guardian, alice) = (
			RuntimeOrigin::root,
			|| RuntimeOrigin::signed(GUARDIAN),
			|| RuntimeOrigin::signed(ALICE),
		);
		for not_guardian in [root(), alice()] {
			assert_noop!(
				Treasury::blow_fuse(not_guardian.clone(), CUSD),
				DispatchError::BadOrigin
			);
			assert_noop!(
				Treasury::tighten(not_guardian, CUSD, policy(5, 5, 5)),
				DispatchError::BadOrigin
			);
		}
		for not_admin in [guardian(), alice()] {
			assert_noop!(
				Treasury::reset_fuse(not_admin.clone(), CUSD),
				DispatchError::BadOrigin
			);
			assert_noop!(
				Treasury::recognise_loss(not_admin.clone(), CUSD),
				DispatchError::BadOrigin
			);
			assert_noop!(
				Treasury::set_policy(not_admin, CUSD, policy(5, 5, 5)),
				DispatchError::BadOrigin
			);
		}
		let refused = Error::<Test>::NotEnabled;
		assert_noop!(Treasury::blow_fuse(guardian(), NOWHERE), refused);
		let refused = Error::<Test>::NotEnabled;
		assert_noop!(Treasury::reset_fuse(root(), NOWHERE), refused);
		let refused = Error::<Test>::NotEnabled;
		assert_noop!(Treasury::recognise_loss(root(), NOWHERE), refused);
		assert_noop!(
			Treasury::set_policy(root(), NOWHERE, policy(5, 5, 5)),
			Error::<Test>::NotEnabled
		);
	});
}
