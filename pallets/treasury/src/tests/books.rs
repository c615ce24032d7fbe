//! That the books notice what is wrong with them.

use cairn_primitives::{BalanceSheet, Issuance, MintReason};
use frame_support::{
	assert_err, assert_ok,
	traits::tokens::{fungibles::Mutate, Fortitude, Precision, Preservation},
};

use crate::{mock::*, BalanceSheetView, Books, Event, Line, Uncovered};

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
fn a_list_of_bad_debt_that_is_out_of_step_is_noticed() {
	empty().execute_with(|| {
		Treasury::enable(&CUSD).unwrap();
		Uncovered::<Test>::mutate(|assets| assets.try_push(CUSD).unwrap());
		assert_err!(
			Treasury::do_try_state(),
			"bad debt and the list of assets that have it disagree"
		);
		Uncovered::<Test>::mutate(|assets| assets.try_push(CUSD).unwrap());
		assert_err!(
			Treasury::do_try_state(),
			"an asset is listed twice as having bad debt"
		);
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
		System::assert_last_event(event.into());
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
			difference: 0,
		};
		assert_eq!(Treasury::balance_sheet(CUSD), Some(sheet));
		assert_eq!(Treasury::balance_sheet(NOWHERE), None);
		let mut assets = Treasury::debt_assets();
		assets.sort();
		assert_eq!(assets, vec![CUSD, CEUR]);
		assert_eq!(Treasury::account(), Treasury::account_id());
	});
}
