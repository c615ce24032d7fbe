//! That the sum over vaults, lots and bad debt is compared with what exists: asked by itself, because
//! where it does not agree one of the pallets has complained before.

use super::{block::prices, treasury::lending, *};
use cairn_auctions::Lots;
use cairn_primitives::{BalanceSheet, Issuance, MintReason};
use cairn_runtime::{
	configs::assets::Fungibles,
	invariants::{check, issuance},
	units::CUSD,
	Treasury,
};
use cairn_treasury::{Book, Books};
use cairn_vaults::{types::FacilityState, FacilityStates};
use frame_support::{
	assert_err, assert_ok, hypothetically,
	traits::{
		fungibles::Mutate,
		tokens::{Fortitude, Precision, Preservation},
	},
};

const CUSD_ASSET: AssetId = AssetId::WithId(1);

const BROKEN: &str =
	"more or less of a debt asset exists than vaults, lots and bad debt account for";

/// Bob owes, part of his debt is in a lot, and there is bad debt. Damages something, and expects to be
/// told so by the sum alone; nothing of the damage is left after it.
fn damaged(damages: &[fn()], complaint: &'static str) {
	lending(|| {
		// Confirmed before it counts.
		for _ in 0..3 {
			block(vec![report(&prices(2_300))]);
		}
		let eve = account(Sr25519Keyring::Eve);
		let lost = 100 * CUSD;
		assert_ok!(Treasury::mint(&CUSD_ASSET, &eve, lost, MintReason::Borrow));
		Treasury::debt_seized(&CUSD_ASSET, lost);
		Treasury::debt_lost(&CUSD_ASSET, lost);
		let sheet = Treasury::balance_sheet(CUSD_ASSET).unwrap();
		assert!(sheet.backed_by_vaults > 0 && sheet.in_auction > 0 && sheet.bad_debt == lost);
		assert_ok!(check());
		assert_ok!(issuance());
		for damage in damages {
			hypothetically!({
				damage();
				assert_err!(issuance(), complaint);
				// Whoever asks for everything is told sooner.
				assert!(check().is_err_and(|told| !told.starts_with("runtime")));
			});
		}
		assert_ok!(check());
	});
}

fn change_facility(change: impl FnOnce(&mut FacilityState<Runtime>)) {
	FacilityStates::<Runtime>::mutate(0, |state| change(state.as_mut().unwrap()));
}

fn change_lot(change: impl FnOnce(&mut cairn_auctions::Lot)) {
	let lot = Lots::<Runtime>::iter_keys().next().unwrap();
	Lots::<Runtime>::mutate(lot, |row| change(row.as_mut().unwrap()));
}

fn change_book(change: impl FnOnce(&mut Book)) {
	Books::<Runtime>::mutate(CUSD_ASSET, |book| change(book.as_mut().unwrap()));
}

#[test]
fn a_unit_more_or_less_than_vaults_lots_and_bad_debt_account_for_is_noticed() {
	damaged(
		&[
			|| {
				Fungibles::mint_into(CUSD_ASSET, &account(Sr25519Keyring::Eve), 1).unwrap();
			},
			|| {
				Fungibles::burn_from(
					CUSD_ASSET,
					&account(Sr25519Keyring::Eve),
					1,
					Preservation::Expendable,
					Precision::Exact,
					Fortitude::Polite,
				)
				.unwrap();
			},
			|| change_facility(|state| state.minted += 1),
			|| change_facility(|state| state.minted -= 1),
			|| change_lot(|lot| lot.debt += 1),
			|| change_lot(|lot| lot.debt -= 1),
			|| change_book(|book| book.sheet.bad_debt += 1),
			|| change_book(|book| book.sheet.bad_debt -= 1),
			// None of it at all.
			|| FacilityStates::<Runtime>::remove(0),
			|| {
				let _ = Lots::<Runtime>::clear(u32::MAX, None);
			},
		],
		BROKEN,
	);
}

#[test]
fn sums_beyond_all_numbers_are_noticed() {
	damaged(
		&[
			|| change_lot(|lot| lot.debt = u128::MAX),
			|| change_book(|book| book.sheet.bad_debt = u128::MAX),
		],
		"what stands behind a debt asset overflows",
	);
	damaged(
		&[|| {
			let lot = Lots::<Runtime>::iter_values().next().unwrap();
			Lots::<Runtime>::insert(u64::MAX, lot);
			change_lot(|lot| lot.debt = u128::MAX);
		}],
		"the debt of all lots overflows",
	);
}
