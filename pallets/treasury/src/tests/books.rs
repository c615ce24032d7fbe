//! That the books notice what is wrong with them.

use cairn_primitives::{BalanceSheet, Holding, Issuance, MintReason, Standing};
use frame_support::{
	assert_err, assert_ok,
	traits::tokens::{fungibles::Mutate, Fortitude, Precision, Preservation},
};

use crate::{mock::*, BalanceSheetView, Books, Cause, DebtAssets, Event, Flows, Line};

type Tokens = <Test as crate::Config>::Fungibles;

const BROKEN: &str = "issuance of a debt asset is not what stands behind it";

#[test]
fn a_mint_by_other_means_is_noticed() {
	empty().execute_with(|| {
		Treasury::enable(&CUSD).unwrap();
		assert_ok!(Treasury::mint(&CUSD, &ALICE, 100, MintReason::Borrow));
		Tokens::mint_into(CUSD, &BOB, 1).unwrap();
		assert_err!(Treasury::do_try_state(), BROKEN);
		assert_eq!(Treasury::balance_sheet(CUSD).unwrap().difference, 1);
	});
}

#[test]
fn a_burn_by_other_means_is_noticed() {
	empty().execute_with(|| {
		Treasury::enable(&CUSD).unwrap();
		assert_ok!(Treasury::mint(&CUSD, &ALICE, 100, MintReason::Borrow));
		let (preservation, precision) = (Preservation::Expendable, Precision::Exact);
		Tokens::burn_from(CUSD, &ALICE, 4, preservation, precision, Fortitude::Polite).unwrap();
		assert_err!(Treasury::do_try_state(), BROKEN);
		assert_eq!(Treasury::balance_sheet(CUSD).unwrap().difference, -4);
	});
}

/// `pallet-assets` lets a holder burn what he has. The runtime has to filter that call; this shows
/// why, and that it would not go unnoticed.
#[test]
fn a_holder_who_burns_his_own_is_noticed() {
	empty().execute_with(|| {
		Treasury::enable(&CUSD).unwrap();
		assert_ok!(Treasury::mint(&CUSD, &ALICE, 100, MintReason::Borrow));
		assert_ok!(Assets::refund(RuntimeOrigin::signed(ALICE), 1, true));
		assert_err!(Treasury::do_try_state(), BROKEN);
	});
}

#[test]
fn a_list_of_debt_assets_that_is_out_of_step_is_noticed() {
	empty().execute_with(|| {
		Treasury::enable(&CUSD).unwrap();
		DebtAssets::<Test>::mutate(|assets| assets.try_push(CUSD).unwrap());
		assert_err!(
			Treasury::do_try_state(),
			"a debt asset is listed twice, or there are too many"
		);
		DebtAssets::<Test>::kill();
		assert_err!(
			Treasury::do_try_state(),
			"the debt assets and their books disagree"
		);
	});
}

#[test]
fn a_move_that_was_not_counted_is_noticed() {
	empty().execute_with(|| {
		Treasury::enable(&CUSD).unwrap();
		assert_ok!(Treasury::mint(&CUSD, &ALICE, 100, MintReason::Borrow));
		Books::<Test>::mutate(CUSD, |book| {
			let book = book.as_mut().unwrap();
			assert_eq!(book.sheet.shift(Line::Vaults, Line::BadDebt, 7), 0);
		});
		assert_err!(
			Treasury::do_try_state(),
			"what has moved does not explain the lines of a debt asset"
		);
	});
}

#[test]
fn a_ledger_that_disagrees_is_noticed() {
	empty().execute_with(|| {
		Treasury::enable(&CUSD).unwrap();
		assert_ok!(Treasury::mint(&CUSD, &ALICE, 100, MintReason::Borrow));
		Ledger::counts(CUSD, 99);
		assert_err!(
			Treasury::do_try_state(),
			"facilities and treasury disagree on what was issued"
		);
		Ledger::counts(CUSD, 100);
		assert_ok!(Treasury::do_try_state());
	});
}

/// Block execution must go on, so the line is lowered as far as it goes. Builds with debug
/// assertions stop here instead.
#[test]
#[cfg_attr(debug_assertions, should_panic)]
fn a_seizure_of_more_than_there_is_is_clamped_and_reported() {
	with_books(|| {
		assert_ok!(Treasury::mint(&CUSD, &ALICE, 100, MintReason::Borrow));
		Treasury::debt_seized(&CUSD, 130);
		assert_eq!(
			(
				Treasury::backed_by_vaults(&CUSD),
				Treasury::in_auction(&CUSD)
			),
			(0, 100)
		);
		let event = Event::Inconsistent {
			asset: CUSD,
			line: Line::Vaults,
			missing: 30,
		};
		System::assert_has_event(event.into());
		let cause = Cause::Line {
			line: Line::Vaults,
			missing: 30,
		};
		System::assert_last_event(Event::FuseBlown { asset: CUSD, cause }.into());
		Treasury::debt_lost(&CUSD, 101);
		assert_eq!(
			(Treasury::in_auction(&CUSD), Treasury::bad_debt(&CUSD)),
			(0, 100)
		);
		System::assert_has_event(
			Event::Inconsistent {
				asset: CUSD,
				line: Line::InAuction,
				missing: 1,
			}
			.into(),
		);
		let event = Event::DebtLost {
			asset: CUSD,
			amount: 100,
			bad_debt: 100,
		};
		System::assert_last_event(event.into());
	});
}

#[test]
#[cfg_attr(debug_assertions, should_panic)]
fn a_seizure_of_an_unknown_asset_makes_no_books() {
	with_books(|| {
		Treasury::debt_seized(&NOWHERE, 1);
		assert!(!Books::<Test>::contains_key(NOWHERE));
	});
}

#[test]
fn the_balance_sheet_adds_up() {
	with_books(|| {
		set_policy(CUSD, policy(10, 0, 1_000));
		Ledger::counts(CUSD, 70);
		assert_ok!(Treasury::mint(&CUSD, &ALICE, 100, MintReason::Borrow));
		assert_ok!(Treasury::mint_to_reserve(&CUSD, 20, MintReason::Interest));
		Treasury::debt_seized(&CUSD, 50);
		Treasury::debt_lost(&CUSD, 10);
		let sheet = BalanceSheetView {
			issuance: 120,
			backed_by_vaults: 70,
			in_auction: 40,
			bad_debt: 10,
			reserve: 20,
			stock_value: 0,
			difference: 0,
			issued_by_vaults: Some(70),
			debt_in_lots: None,
			reserve_target: 12,
			standing: Standing::Even,
			growth_room: Some(475 - 120),
			fuse: None,
			era_began: 1,
			flows: Flows {
				borrowed: 100,
				interest: 20,
				seized: 50,
				lost: 10,
				..Default::default()
			},
		};
		assert_eq!(Treasury::balance_sheet(CUSD), Some(sheet));
		assert_eq!(Treasury::balance_sheet(NOWHERE), None);
		assert_eq!(Treasury::debt_assets(), vec![CUSD, CEUR]);
		assert_eq!(Treasury::policy(CUSD), Some(policy(10, 0, 1_000)));
		assert_eq!(Treasury::policy(NOWHERE), None);
		assert_eq!(Treasury::account(), Treasury::account_id());
	});
}

#[test]
fn a_proof_shows_that_all_that_is_owed_is_there() {
	with_books(|| {
		assert_ok!(Treasury::mint(&CUSD, &ALICE, 100, MintReason::Borrow));
		let holding = |in_custody| Holding {
			asset: CGBP,
			in_vaults: 70,
			in_lots: 30,
			in_custody,
		};
		Ledger::holds(vec![holding(100)]);
		let proof = Treasury::proof_of_reserves();
		assert!(proof.whole);
		assert_eq!(proof.issued.len(), 2);
		assert_eq!(proof.issued[0].0, CUSD);
		assert_eq!(proof.issued[0].1, Treasury::balance_sheet(CUSD).unwrap());
		assert_eq!(proof.held, vec![holding(100)]);
		Ledger::holds(vec![holding(99)]);
		assert!(!Treasury::proof_of_reserves().whole);
		Ledger::holds(vec![holding(100)]);
		Tokens::mint_into(CUSD, &BOB, 1).unwrap();
		assert!(!Treasury::proof_of_reserves().whole);
		Tokens::burn_from(
			CUSD,
			&BOB,
			1,
			Preservation::Expendable,
			Precision::Exact,
			Fortitude::Polite,
		)
		.unwrap();
	});
}
