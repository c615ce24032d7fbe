//! The list of the riskiest is what sorting all vaults by their health would give.

use super::{
	brute_force::{doings, perform},
	exact,
};
use crate::{
	index::{Index, PAGE_ENTRIES},
	mock::*,
	riskiest::MAX_PAGES,
	rows::Rows,
	types::{BookId, BookKind, Riskiest},
	FacilityStates, Pages,
};
use cairn_math::{FixedU128, Trigger};
use cairn_primitives::{FacilityId, VaultId};
use frame_support::{assert_ok, weights::Weight};
use proptest::prelude::*;

const HOUR: u64 = 3_600_000;

/// What the view lists.
fn listed(facility: FacilityId, count: u32) -> Vec<(FixedU128, VaultId)> {
	let riskiest = Vaults::riskiest(facility, count).unwrap();
	assert!(riskiest.complete);
	let vaults = riskiest.vaults.into_iter();
	vaults.map(|risky| (risky.health, risky.vault)).collect()
}

/// All vaults of a facility that owe, the least healthy first.
fn sorted(facility: FacilityId) -> Vec<(FixedU128, VaultId)> {
	let mut all: Vec<_> = exact::all()
		.into_iter()
		.filter(|vault| row(*vault).facility == facility)
		.filter_map(|vault| Some((health(vault)?, vault)))
		.collect();
	all.sort_unstable();
	all
}

fn percent(number: u32) -> FixedU128 {
	FixedU128::from_rational(number.into(), 100)
}

#[test]
fn a_guard_that_is_nearly_due_does_not_hide_a_vault_that_is_nearly_unsafe() {
	run(|| {
		let facility = create_still();
		let open = |debt| open(ALICE, facility, &[(ETH, ONE_ETH)], debt * ONE_CUSD).unwrap();
		let (guarded, bare) = (open(1_500), open(2_000));
		assert_ok!(set_guard(ALICE, guarded, 150, ONE_CUSD));
		assert_eq!(listed(facility, 1), [(percent(120), bare)]);
		let both = [(percent(120), bare), (percent(160), guarded)];
		assert_eq!(listed(facility, 2), both);
	});
}

#[test]
fn a_basket_whose_other_leg_has_risen_does_not_hide_a_vault_that_is_nearly_unsafe() {
	run(|| {
		let facility = create_still();
		let legs = [(ETH, ONE_ETH), (DOT, 1_000 * ONE_DOT)];
		let basket = open(ALICE, facility, &legs, 4_000 * ONE_CUSD).unwrap();
		let single = open(BOB, facility, &[(ETH, ONE_ETH)], 1_000 * ONE_CUSD).unwrap();
		Prices::set_cents(ETH, 1_500_00);
		Prices::set_cents(DOT, 30_00);
		assert_eq!(listed(facility, 1), [(percent(120), single)]);
		assert_eq!(listed(facility, 2)[1], (percent(555), basket));
	});
}

#[test]
fn those_that_wait_for_a_price_are_listed_first() {
	run(|| {
		let facility = create_still();
		let legs = [(ETH, ONE_ETH), (DOT, 500 * ONE_DOT)];
		let waits = open(ALICE, facility, &legs, 4_000 * ONE_CUSD).unwrap();
		let safe = open(BOB, facility, &[(BTC, ONE_BTC)], 40_000 * ONE_CUSD).unwrap();
		Prices::set_stale(ETH, 13 * HOUR);
		Prices::set_stale(DOT, 13 * HOUR);
		next_block();
		assert!(row(waits).is_waiting());
		// Half of what they counted, 4,500.
		let expected = [
			(FixedU128::from_rational(225, 400), waits),
			(percent(120), safe),
		];
		assert_eq!(listed(facility, 5), expected);
		assert_eq!(listed(facility, 1), expected[..1]);
	});
}

/// Fills a book with so many pages of entries that lead nowhere.
fn fill(book: BookId, pages: usize) {
	let mut rows = Rows::of_batch();
	for number in 0..pages as u64 * u64::from(PAGE_ENTRIES) {
		Index::<Test>::insert(book, Trigger::MAX, 1_000_000 + number, &mut rows);
	}
	rows.write();
}

#[test]
fn a_view_that_has_not_looked_at_everything_says_so_and_no_book_hides_another() {
	new_test_ext().execute_with(|| {
		let facility = create_still();
		let near = open(ALICE, facility, &[(ETH, ONE_ETH)], 2_000 * ONE_CUSD).unwrap();
		let far = open(ALICE, facility, &[(BTC, ONE_BTC)], 20_000 * ONE_CUSD).unwrap();
		let all = [(percent(120), near), (percent(240), far)];
		assert_eq!(listed(facility, 10), all);
		// As many as can be looked at: two are those of the vaults.
		FacilityStates::<Test>::mutate(facility, |state| state.as_mut().unwrap().waiting = 1);
		fill(BookKind::Waiting.book(facility, 0), MAX_PAGES - 2);
		assert_eq!(listed(facility, 10), all);
		// A page of another book more.
		fill(BookKind::Risk.book(facility, 1), 1);
		let riskiest = Vaults::riskiest(facility, 10).unwrap();
		assert!(!riskiest.complete);
		let found = riskiest.vaults.iter().map(|risky| risky.vault);
		assert_eq!(found.collect::<Vec<_>>(), [near, far]);
		// Those that nobody counts as waiting are not looked at.
		FacilityStates::<Test>::mutate(facility, |state| state.as_mut().unwrap().waiting = 0);
		assert_eq!(listed(facility, 10), all);
	});
}

#[test]
fn only_the_top_of_a_long_book_is_looked_at() {
	new_test_ext().execute_with(|| {
		let facility = create_still();
		let near = open(ALICE, facility, &[(ETH, ONE_ETH)], 2_000 * ONE_CUSD).unwrap();
		let far = open(ALICE, facility, &[(ETH, ONE_ETH)], 1_000 * ONE_CUSD).unwrap();
		// Between the two there are more entries than can be looked at.
		let middle = Trigger::from_ratio_ceil((1_500 * ONE_CUSD).into(), ONE_ETH.into());
		let mut rows = Rows::of_batch();
		for number in 0..(MAX_PAGES as u64 + 1) * u64::from(PAGE_ENTRIES) {
			let book = BookKind::Risk.book(facility, 2);
			Index::<Test>::insert(book, middle, 1_000_000 + number, &mut rows);
		}
		rows.write();
		assert!(Pages::<Test>::iter().count() > MAX_PAGES);
		assert_eq!(listed(facility, 1), [(percent(120), near)]);
		assert_eq!(
			Vaults::riskiest(facility, 2).map(|found| (found.vaults.len(), found.complete)),
			Some((1, false))
		);
		assert!(row(far).legs[0].entry.is_some());
	});
}

#[test]
fn what_is_rounded_does_not_hide_a_vault_behind_one_that_is_hardly_healthier() {
	run(|| {
		// Of one health, and so of one place in the index. But a debt is rounded up to a unit when its
		// health is shown.
		for number in 0..40 {
			let debt = MINIMUM_DEBT + 999_983 * number;
			let amount = ONE_ETH / 20 * debt / MINIMUM_DEBT;
			assert_ok!(open(ALICE, MIXED, &[(ETH, amount)], debt));
		}
		next_block_with(Weight::MAX, 1_000 * HOUR);
		let all = sorted(MIXED);
		assert!(all.iter().any(|one| one.0 > all[0].0));
		assert!(!all.is_sorted_by_key(|(_, vault)| *vault));
		for count in 1..40 {
			assert_eq!(listed(MIXED, count as u32), all[..count]);
		}
	});
}

#[test]
fn a_vault_of_another_facility_is_not_listed_wherever_its_entries_are() {
	new_test_ext().execute_with(|| {
		let facility = create_still();
		let here = open(ALICE, facility, &[(ETH, ONE_ETH)], 1_000 * ONE_CUSD).unwrap();
		let elsewhere = open(ALICE, MIXED, &[(ETH, ONE_ETH)], 2_000 * ONE_CUSD).unwrap();
		let mut rows = Rows::direct();
		Index::<Test>::insert(
			BookKind::Risk.book(facility, 2),
			Trigger::MAX,
			elsewhere,
			&mut rows,
		);
		assert_eq!(listed(facility, 5), [(percent(240), here)]);
	});
}

#[test]
fn what_is_not_there_or_is_over_has_no_riskiest() {
	run(|| {
		assert_eq!(Vaults::riskiest(77, 5), None);
		let nobody = Riskiest {
			vaults: vec![],
			complete: true,
		};
		assert_eq!(Vaults::riskiest(STABLE, 5), Some(nobody.clone()));
		open(ALICE, STABLE, &[(USDT, 1_000 * ONE_USDT)], 500 * ONE_CUSD).unwrap();
		assert_eq!(listed(STABLE, 5).len(), 1);
		assert_eq!(Vaults::riskiest(STABLE, 0), Some(nobody.clone()));
		assert_ok!(settle(STABLE, &[]));
		assert_eq!(Vaults::riskiest(STABLE, 5), Some(nobody));
	});
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(fuzz_cases(96)))]

	#[test]
	fn the_riskiest_are_those_that_a_look_at_every_vault_finds(doings in doings(80), count in 1u32..8) {
		run(|| {
			let facilities = [create_still(), MIXED];
			for (number, doing) in doings.into_iter().enumerate() {
				perform(doing, facilities[number % 2]);
				for facility in facilities {
					let all = sorted(facility);
					assert_eq!(listed(facility, 100), all);
					let first = all.len().min(count as usize);
					assert_eq!(listed(facility, count), all[..first]);
				}
			}
		});
	}
}
