//! That the checks notice what is wrong with the books: one test for each thing they claim. What is made
//! or destroyed by other means is in `books.rs`.

use cairn_primitives::{AssetId, BalanceSheet, Issuance, MintReason, Reserve, Standing};
use frame_support::{
	assert_err, assert_ok, storage::unhashed, traits::tokens::fungibles::Mutate, BoundedBTreeMap,
};

use crate::{mock::*, Book, Books, DebtAssets, Line, Stock};

type Tokens = <Test as crate::Config>::Fungibles;

/// A collateral. The treasury has ten of it.
const GOLD: AssetId = CGBP;

/// Alice has borrowed 100 CUSD, and nobody anything of CEUR. Damages something, and expects to be told
/// so.
fn damaged(damage: impl FnOnce(), complaint: &'static str) {
	empty().execute_with(|| {
		Treasury::enable(&CUSD).unwrap();
		Treasury::enable(&CEUR).unwrap();
		assert_ok!(Treasury::mint(&CUSD, &ALICE, 100, MintReason::Borrow));
		Tokens::mint_into(GOLD, &Treasury::account_id(), 10).unwrap();
		assert_ok!(Treasury::do_try_state());
		damage();
		assert_err!(Treasury::do_try_state(), complaint);
	});
}

fn change(change: impl FnOnce(&mut Book)) {
	Books::<Test>::mutate(CUSD, |book| change(book.as_mut().unwrap()));
}

/// Moves a unit of what is lent to another line, and tells nobody.
fn shift(to: Line) {
	change(|book| assert_eq!(book.sheet.shift(Line::Vaults, to, 1), 0));
}

/// The reserve of `asset` has so much in stock.
fn put_stock(asset: AssetId, stock: &[(AssetId, u128)]) {
	let mut row = BoundedBTreeMap::new();
	for (collateral, amount) in stock {
		row.try_insert(collateral.clone(), *amount).unwrap();
	}
	Stock::<Test>::insert(asset, row);
}

#[test]
fn a_debt_asset_that_is_listed_twice() {
	damaged(
		|| DebtAssets::<Test>::put(frame_support::BoundedVec::truncate_from(vec![CUSD, CUSD])),
		"a debt asset is listed twice, or there are too many",
	);
}

#[test]
fn a_list_and_books_that_disagree() {
	let complaint = "the debt assets and their books disagree";
	damaged(|| Books::<Test>::remove(CEUR), complaint);
	damaged(|| Books::<Test>::insert(CGBP, Book::default()), complaint);
	damaged(
		|| DebtAssets::<Test>::mutate(|assets| assets.truncate(1)),
		complaint,
	);
	// Too many cannot be read, and so are none.
	damaged(
		|| unhashed::put(&DebtAssets::<Test>::hashed_key(), &vec![CUSD, CEUR, CGBP]),
		complaint,
	);
}

#[test]
fn lines_beyond_all_numbers() {
	damaged(
		|| change(|book| book.sheet.in_auction = u128::MAX - 99),
		"the lines of a debt asset overflow",
	);
	damaged(
		|| {
			change(|book| {
				book.sheet.in_auction = u128::MAX - 100;
				book.sheet.bad_debt = 1;
			})
		},
		"the lines of a debt asset overflow",
	);
}

#[test]
fn a_line_that_nobody_was_issued() {
	let lines = [
		(|book| book.sheet.vaults += 1) as fn(&mut Book),
		|book| book.sheet.vaults -= 1,
		|book| book.sheet.in_auction += 1,
		|book| book.sheet.bad_debt += 1,
	];
	for line in lines {
		damaged(
			|| change(line),
			"issuance of a debt asset is not what stands behind it",
		);
	}
}

#[test]
fn vaults_that_have_counted_something_else() {
	let complaint = "facilities and treasury disagree on what was issued";
	for counted in [99, 101] {
		damaged(|| Ledger::counts(CUSD, counted), complaint);
	}
	// Of another debt asset, or of this one nothing.
	damaged(
		|| {
			Ledger::counts(CUSD, 100);
			assert_ok!(Treasury::do_try_state());
			Ledger::counts(CEUR, 1);
		},
		complaint,
	);
	damaged(|| Ledger::counts(CEUR, 0), complaint);
	// The treasury's line it is that is wrong.
	damaged(
		|| {
			Ledger::counts(CUSD, 100);
			assert_ok!(Treasury::do_try_state());
			shift(Line::BadDebt);
		},
		complaint,
	);
}

#[test]
fn lots_that_have_counted_something_else() {
	let complaint = "lots and treasury disagree on what is in auction";
	damaged(|| Lots::count(CUSD, 1), complaint);
	damaged(
		|| {
			Treasury::debt_seized(&CUSD, 60);
			Lots::count(CUSD, 60);
			assert_ok!(Treasury::do_try_state());
			Lots::count(CUSD, 59);
		},
		complaint,
	);
	// The treasury's line it is that is wrong.
	damaged(
		|| {
			Lots::count(CUSD, 0);
			assert_ok!(Treasury::do_try_state());
			shift(Line::InAuction);
		},
		complaint,
	);
}

#[test]
fn moves_that_were_not_counted_and_counts_of_none() {
	let complaint = "what has moved does not explain the lines of a debt asset";
	for to in [Line::InAuction, Line::BadDebt] {
		damaged(|| shift(to), complaint);
	}
	let changes = [
		(|book| book.opening.vaults += 1) as fn(&mut Book),
		|book| book.opening.in_auction += 1,
		|book| book.opening.bad_debt += 1,
		|book| book.flows.borrowed += 1,
		|book| book.flows.interest += 1,
		|book| book.flows.repaid += 1,
		|book| book.flows.seized += 1,
		|book| book.flows.recovered += 1,
		|book| book.flows.lost += 1,
		|book| book.flows.recognised += 1,
		|book| book.flows.covered += 1,
		|book| book.flows.recapitalised += 1,
	];
	for wrong in changes {
		damaged(|| change(wrong), complaint);
	}
}

#[test]
fn an_era_or_a_growth_limit_from_the_future() {
	let complaint = "an era or a growth limit began in the future";
	damaged(|| change(|book| book.era_began += 1), complaint);
	damaged(|| change(|book| book.growth.at = 2), complaint);
}

/// Where a debt asset stands is not stored: it is worked out of what was found to be right before. So no
/// damage to the storage is told by this sentence; whoever values the stock can be wrong yet.
#[test]
fn a_deficit_of_another_size_than_what_is_not_covered() {
	damaged(
		|| {
			Treasury::debt_seized(&CUSD, 60);
			Treasury::debt_lost(&CUSD, 60);
			put_stock(CUSD, &[(GOLD, 10)]);
			Lots::value(GOLD, 2);
			assert_ok!(Treasury::do_try_state());
			assert_eq!(Treasury::standing(&CUSD), Standing::Deficit(40));
			Lots::waver();
		},
		"surplus is paid out while there is bad debt, or raised while there is none",
	);
}

#[test]
fn stock_of_no_debt_asset_and_stock_that_is_none() {
	let complaint = "something that is no debt asset has stock, or a stock is empty";
	damaged(|| put_stock(NOWHERE, &[(GOLD, 1)]), complaint);
	damaged(|| put_stock(CUSD, &[]), complaint);
}

#[test]
fn stock_of_nothing_and_of_a_debt_asset() {
	let complaint = "stock is of nothing, or of a debt asset";
	damaged(|| put_stock(CUSD, &[(GOLD, 0)]), complaint);
	damaged(
		|| {
			Tokens::mint_into(CEUR, &Treasury::account_id(), 1).unwrap();
			change_euro(|book| {
				book.sheet.vaults = 1;
				book.flows.borrowed = 1;
			});
			assert_ok!(Treasury::do_try_state());
			put_stock(CUSD, &[(CEUR, 1)]);
		},
		complaint,
	);
}

fn change_euro(change: impl FnOnce(&mut Book)) {
	Books::<Test>::mutate(CEUR, |book| change(book.as_mut().unwrap()));
}

#[test]
fn stock_beyond_all_numbers() {
	damaged(
		|| {
			put_stock(CUSD, &[(GOLD, u128::MAX)]);
			put_stock(CEUR, &[(GOLD, 1)]);
		},
		"stock overflows",
	);
}

#[test]
fn stock_that_is_not_there() {
	let complaint = "the treasury has less collateral than its stock";
	damaged(|| put_stock(CUSD, &[(GOLD, 11)]), complaint);
	// That of two debt assets together.
	damaged(
		|| {
			put_stock(CUSD, &[(GOLD, 6)]);
			put_stock(CEUR, &[(GOLD, 4)]);
			assert_ok!(Treasury::do_try_state());
			put_stock(CEUR, &[(GOLD, 5)]);
		},
		complaint,
	);
}
