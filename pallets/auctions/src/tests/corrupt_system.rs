//! That the checks notice what is wrong with system lots. What is wrong with lots of stock is in
//! `system_stock.rs`.

use cairn_math::Allowance;
use frame_support::{assert_err, assert_ok};

use super::system::*;
use crate::{
	mock::*, NativeMade, SystemLot, SystemLotKind, SystemLots, SystemSaleTerms, SystemTerms,
};

/// Damages something where no system lot is, and expects to be told so.
fn damaged(damage: impl FnOnce(), complaint: &'static str) {
	new_ext().execute_with(|| {
		check();
		damage();
		assert_err!(Auctions::do_try_state(), complaint);
	});
}

/// A lot of surplus as it might be, if there were any.
fn surplus_lot() -> SystemLot {
	SystemLot {
		kind: SystemLotKind::Surplus,
		remaining: 1,
		opened_at: 1,
		curve: SystemTerms::default().surplus.curve,
	}
}

#[test]
fn a_system_lot_of_no_debt_asset_is_noticed() {
	damaged(
		|| {
			SystemLots::<Test>::insert(CUSD, surplus_lot());
			check();
			SystemLots::<Test>::insert(DOT, surplus_lot());
		},
		"a system lot is of something that is no debt asset",
	);
}

#[test]
fn a_system_lot_that_nobody_can_have_opened_is_noticed() {
	let rising = SystemTerms::default().surplus.curve;
	let falling = SystemTerms::default().recapitalisation.curve;
	let sound = surplus_lot();
	for lot in [
		SystemLot {
			remaining: 0,
			..sound
		},
		SystemLot {
			opened_at: 2,
			..sound
		},
		SystemLot {
			curve: falling,
			..sound
		},
		SystemLot {
			kind: SystemLotKind::Recapitalisation,
			curve: rising,
			..sound
		},
	] {
		damaged(
			|| SystemLots::<Test>::insert(CUSD, lot),
			"a system lot is empty, from the future, or goes the wrong way",
		);
	}
}

/// What is for sale is asked of the treasury with every purchase, so no damage to the storage sells what
/// there is not. A sheet that tells something else than the treasury would.
#[test]
fn surplus_for_sale_that_there_is_not_is_noticed() {
	for (bad_debt, reserve) in [(1, u128::MAX), (0, 0)] {
		damaged(
			|| {
				earn(12_500 * ONE_CUSD);
				skip(1);
				assert_ok!(Auctions::quote_system_lot(CUSD, 1));
				ToldSheet::tells(bad_debt, reserve);
			},
			"surplus is for sale that there is not",
		);
	}
	// As much as is in auction is not beyond it.
	for (reserve, is_surplus) in [(4_000 * ONE_CUSD, false), (4_000 * ONE_CUSD + 1, true)] {
		new_ext().execute_with(|| {
			earn(22_500 * ONE_CUSD);
			dot_lot();
			skip(1);
			assert_ok!(Auctions::quote_system_lot(CUSD, 1));
			ToldSheet::tells(0, reserve);
			let told = Auctions::do_try_state();
			assert_eq!(told.is_ok(), is_surplus, "{told:?}");
		});
	}
}

#[test]
fn native_tokens_for_sale_without_need_are_noticed() {
	for (bad_debt, reserve) in [(0, 0), (5, 5), (5, 6)] {
		damaged(
			|| {
				lose(120_000 * ONE_CUSD);
				skip(1);
				assert_ok!(Auctions::quote_system_lot(CUSD, ONE_CUSD));
				ToldSheet::tells(bad_debt, reserve);
			},
			"native tokens are for sale although the reserve covers all bad debt",
		);
	}
}

#[test]
fn terms_of_system_lots_that_nobody_can_have_set_are_noticed() {
	let complaint = "the terms of system lots are unsound";
	damaged(
		|| SystemSaleTerms::<Test>::mutate(|terms| terms.stock.lot = 0),
		complaint,
	);
	// Made in the future.
	damaged(
		|| NativeMade::<Test>::put(Allowance { used: 0, at: 2 }),
		complaint,
	);
}
