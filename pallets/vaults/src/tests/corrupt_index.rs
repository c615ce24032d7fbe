//! That the checks notice what is wrong with the risk index.

use super::corruption::{change, change_state, damaged, Scene, ETH_LEG};
use crate::{
	index::Page,
	mock::*,
	types::{BookId, Facility},
	Pages, Summaries, Words,
};
use cairn_math::{Tick, Trigger};
use cairn_primitives::FacilityId;

fn facility_of(facility: FacilityId) -> Facility<Test> {
	facility_now(facility)
}

/// The one page there is.
fn the_page() -> ((BookId, Tick, u16), Page) {
	Pages::<Test>::iter().next().unwrap()
}

fn change_page(change: impl FnOnce(&mut Page)) {
	let (key, mut page) = the_page();
	change(&mut page);
	Pages::<Test>::insert(key, page);
}

#[test]
fn a_tick_of_no_pages() {
	damaged(
		|_| change_page(|page| page.pages = 0),
		"a tick has no pages",
	);
}

#[test]
fn a_page_without_a_head() {
	damaged(
		|_| {
			let ((book, tick, _), page) = the_page();
			Pages::<Test>::insert((book, tick + 1, 1), page);
		},
		"a page has no head",
	);
}

#[test]
fn a_page_beyond_the_end() {
	damaged(
		|_| {
			let ((book, tick, _), page) = the_page();
			Pages::<Test>::insert((book, tick, 1), page);
		},
		"a page is beyond the end of its tick",
	);
}

#[test]
fn an_empty_page() {
	damaged(
		|_| {
			change_page(|page| page.pages = 2);
			let ((book, tick, _), _) = the_page();
			Pages::<Test>::insert((book, tick, 1), Page::default());
		},
		"an empty page is kept",
	);
}

#[test]
fn an_entry_in_the_wrong_tick() {
	damaged(
		|_| change_page(|page| page.entries[0].0 = Trigger::MAX),
		"an entry is in the wrong tick",
	);
}

#[test]
fn a_bound_that_does_not_bound() {
	damaged(
		|_| change_page(|page| page.highest = Trigger::MIN),
		"a trigger exceeds its tick's bound",
	);
}

#[test]
fn an_entry_twice() {
	damaged(
		|_| {
			change_page(|page| {
				let twice = page.entries[0];
				page.entries.try_push(twice).unwrap();
			});
		},
		"a vault stands twice in a book",
	);
}

#[test]
fn a_tick_that_miscounts_its_pages() {
	damaged(
		|_| change_page(|page| page.occupied = 1),
		"a tick miscounts its pages",
	);
}

#[test]
fn a_tick_without_entries() {
	damaged(
		|_| change_page(|page| page.entries = Default::default()),
		"a tick without entries is kept",
	);
}

#[test]
fn a_leg_that_points_elsewhere() {
	damaged(
		|scene| {
			change(scene.vault, |row| {
				row.legs[0].entry.as_mut().unwrap().page = 1
			})
		},
		"a leg and its book disagree",
	);
	damaged(
		|scene| change(scene.vault, |row| row.legs[0].entry = None),
		"a leg and its book disagree",
	);
}

#[test]
fn a_leg_that_owes_and_is_not_indexed() {
	damaged(
		|scene| {
			change(scene.vault, |row| row.legs[0].entry = None);
			Pages::<Test>::remove(the_page().0);
		},
		"a leg is indexed if and only if its vault owes",
	);
}

#[test]
fn an_entry_of_nobody() {
	damaged(
		|_| change_page(|page| page.entries.try_push((page.entries[0].0, 77)).unwrap()),
		"a book names a leg that does not exist",
	);
}

#[test]
fn a_trigger_that_is_too_low() {
	damaged(
		|scene| {
			// A little more debt, booked everywhere, and the entry as it was.
			change(scene.vault, |row| row.debt.0 += 1_000);
			change_state(scene.facility, |state| {
				state.normalized_debt.0 += 1_000;
				state.due += 1_000;
			});
		},
		"a vault could become unsafe unseen",
	);
}

#[test]
fn an_empty_word() {
	damaged(
		|scene| Words::<Test>::insert(book(scene), 3, [0; 4]),
		"an empty word is kept",
	);
}

#[test]
fn words_without_a_summary() {
	damaged(
		|scene| Summaries::<Test>::remove(book(scene)),
		"a book has words but no summary",
	);
}

#[test]
fn a_word_that_the_summary_misses() {
	damaged(
		|scene| Summaries::<Test>::insert(book(scene), [0; 12]),
		"the summary misses a word",
	);
}

#[test]
fn a_bit_of_an_empty_tick() {
	damaged(
		|scene| {
			let (_, word, mut bits) = Words::<Test>::iter().next().unwrap();
			bits.iter_mut().for_each(|limb| *limb = u64::MAX);
			Words::<Test>::insert(book(scene), word, bits);
		},
		"a bit is set for an empty tick",
	);
}

#[test]
fn a_tick_without_a_bit() {
	damaged(
		|scene| {
			let (_, word, _) = Words::<Test>::iter().next().unwrap();
			Words::<Test>::remove(book(scene), word);
		},
		"a tick with entries has no bit",
	);
}

#[test]
fn a_word_that_only_the_summary_knows() {
	damaged(
		|scene| Summaries::<Test>::mutate(book(scene), |summary| summary.as_mut().unwrap()[0] |= 1),
		"the summary names an empty word",
	);
}

fn book(scene: &Scene) -> BookId {
	assert_eq!(
		facility_of(scene.facility).collaterals[ETH_LEG].terms.asset,
		ETH
	);
	(scene.facility, ETH_LEG as u8)
}
