//! That the checks notice what is wrong with the risk index.

use super::corruption::{change, change_state, damaged, move_to, Scene, ETH_LEG};
use crate::{
	index::{Index, Page},
	mock::*,
	rows::Rows,
	types::{BookId, BookKind, Entry, Facility},
	Pages, Summaries, Words,
};
use cairn_math::{Tick, Trigger};
use cairn_primitives::{FacilityId, VaultId};
use codec::{Decode, Encode};
use frame_support::assert_ok;

fn facility_of(facility: FacilityId) -> Facility<Test> {
	facility_now(facility)
}

/// The one page there is.
fn the_page() -> ((BookId, Tick, u32), Page) {
	Pages::<Test>::iter().next().unwrap()
}

fn change_page(change: impl FnOnce(&mut Page)) {
	let (key, mut page) = the_page();
	change(&mut page);
	Pages::<Test>::insert(key, page);
}

#[test]
fn a_page_whose_number_was_not_given() {
	damaged(
		|_| change_page(|page| page.numbered = 0),
		"a page has a number that was not given",
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
		"a page has a number that was not given",
	);
}

#[test]
fn an_empty_page() {
	damaged(
		|_| {
			change_page(|page| (page.numbered, page.next) = (2, 1));
			let ((book, tick, _), _) = the_page();
			Pages::<Test>::insert((book, tick, 1), Page::default());
		},
		"an empty page is kept",
	);
}

/// Puts `number` entries on pages of their own, as if they had been put there: the last comes first.
fn spread(number: u32) {
	let ((book, tick, _), head) = the_page();
	for page in 1..=number {
		let entries = vec![(head.highest, 1_000 + VaultId::from(page))]
			.try_into()
			.unwrap();
		let page_of = Page {
			next: page - 1,
			previous: if page < number { page + 1 } else { 0 },
			entries,
			..Default::default()
		};
		Pages::<Test>::insert((book, tick, page), page_of);
	}
	Pages::<Test>::mutate((book, tick, 0), |head| {
		let head = head.as_mut().unwrap();
		(head.next, head.numbered) = (number, number + 1);
	});
}

/// Three pages, one of which is then changed.
fn with_pages_changed(number: u32, change: impl FnOnce(&mut Option<Page>)) {
	let ((book, tick, _), _) = the_page();
	spread(3);
	Pages::<Test>::mutate_exists((book, tick, number), change);
}

#[test]
fn a_list_of_pages_that_leads_nowhere() {
	damaged(
		|_| with_pages_changed(2, |page| *page = None),
		"a list of pages leads nowhere",
	);
}

#[test]
fn a_list_of_pages_that_is_another_one_backwards() {
	for (number, previous) in [(1, 3), (2, 0), (3, 1)] {
		damaged(
			|_| with_pages_changed(number, |page| page.as_mut().unwrap().previous = previous),
			"a list of pages is not the same both ways",
		);
	}
}

#[test]
fn a_list_of_pages_that_turns_in_a_circle() {
	damaged(
		|_| with_pages_changed(1, |page| page.as_mut().unwrap().next = 3),
		"a list of pages is not the same both ways",
	);
}

#[test]
fn a_list_of_pages_whose_numbers_rise() {
	damaged(
		|_| {
			let ((book, tick, _), _) = the_page();
			spread(2);
			let relink = |number, previous, next| {
				Pages::<Test>::mutate((book, tick, number), |page| {
					let page = page.as_mut().unwrap();
					(page.previous, page.next) = (previous, next);
				});
			};
			relink(0, 0, 1);
			relink(1, 0, 2);
			relink(2, 1, 0);
		},
		"a list of pages is not in the order of their numbers",
	);
}

#[test]
fn a_page_that_its_list_goes_past() {
	damaged(
		|_| with_pages_changed(2, |page| page.as_mut().unwrap().next = 0),
		"a page is not in the list of its tick",
	);
}

#[test]
fn a_head_that_points_at_a_page_that_there_is_not() {
	for point in [
		|head: &mut Page| head.roomy = 7,
		|head: &mut Page| head.resume = 7,
	] {
		damaged(
			|_| change_page(point),
			"a head points at a page that there is not",
		);
	}
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
fn a_tick_without_entries() {
	damaged(
		|_| change_page(|page| page.entries = Default::default()),
		"an empty page is kept",
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
fn a_leg_that_is_indexed_and_owes_nothing() {
	damaged(
		|scene| {
			let entry = place(scene, Trigger::MIN, scene.free);
			change(scene.free, |row| row.legs[0].entry = Some(entry));
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

/// The same place within the tick below.
fn a_tick_lower(trigger: Trigger) -> Trigger {
	let next = trigger.next_tick().unwrap();
	let width = next.next_tick().unwrap().raw() - next.raw();
	let lower = Trigger::decode(&mut &(trigger.raw() - width).encode()[..]).unwrap();
	assert_eq!(lower.tick() + 1, trigger.tick());
	lower
}

#[test]
fn a_trigger_of_a_basket_that_is_a_tick_too_low() {
	// Each of its two legs: however little it is of the whole.
	for position in [0, 1] {
		damaged(
			|scene| {
				let legs = [(ETH, 10 * ONE_ETH), (DOT, 10 * ONE_DOT)];
				let basket = open(ALICE, scene.facility, &legs, 20_000 * ONE_CUSD).unwrap();
				check_all();
				let leg = row(basket).legs[position];
				let (book, entry) = (
					BookKind::Risk.book(scene.facility, leg.collateral),
					leg.entry.unwrap(),
				);
				let rows = &mut Rows::direct();
				assert!(Index::<Test>::remove(book, entry, basket, rows));
				let lower = a_tick_lower(entry.trigger);
				let entry = Index::<Test>::insert(book, lower, basket, rows);
				assert_eq!(entry.trigger, lower);
				change(basket, |row| row.legs[position].entry = Some(entry));
			},
			"a vault could become unsafe unseen",
		);
	}
}

/// Moves the vault's only entry to another trigger, in the book and in the row.
fn shift(scene: &Scene, trigger: Trigger) {
	let entry = row(scene.vault).legs[0].entry.unwrap();
	let is_there = Index::<Test>::remove(book(scene), entry, scene.vault, &mut Rows::direct());
	assert!(is_there);
	let entry = place(scene, trigger, scene.vault);
	change(scene.vault, |row| row.legs[0].entry = Some(entry));
}

fn place(scene: &Scene, trigger: Trigger, vault: VaultId) -> Entry {
	Index::<Test>::insert(book(scene), trigger, vault, &mut Rows::direct())
}

/// `⌈debt / amount⌉` of the vault.
fn right(scene: &Scene, more: u128) -> Trigger {
	let row = row(scene.vault);
	Trigger::from_ratio_ceil((row.debt.0 + more).into(), row.legs[0].amount.into())
}

#[test]
fn a_trigger_that_is_too_high() {
	let complaint = "a trigger is not that of its debt and its collateral";
	damaged(|scene| shift(scene, right(scene, ONE_CUSD)), complaint);
	damaged(|scene| shift(scene, Trigger::MAX), complaint);
	// As if it had a guard.
	damaged(
		|scene| shift(scene, right(scene, 2_000 * ONE_CUSD)),
		complaint,
	);
}

#[test]
fn a_trigger_above_full_ticks_is_where_it_has_to_be() {
	new_test_ext().execute_with(|| {
		let facility = create_still();
		let vault = open(ALICE, facility, &[(ETH, 10 * ONE_ETH)], 20_000 * ONE_CUSD).unwrap();
		let scene = Scene {
			facility,
			vault,
			free: vault,
		};
		let wanted = right(&scene, 0);
		assert_eq!(row(vault).legs[0].entry.unwrap().trigger, wanted);
		let next = wanted.next_tick().unwrap();
		for higher in [next, next.next_tick().unwrap()] {
			shift(&scene, higher);
			check_all();
		}
	});
}

#[test]
fn a_trigger_that_does_not_know_of_a_guard_any_more() {
	damaged(
		|scene| {
			assert_ok!(set_guard(ALICE, scene.vault, 110, ONE_CUSD));
			check_all();
			change(scene.vault, |row| row.guard = None);
			move_to(scene, BookKind::Risk);
		},
		"a trigger is not that of its debt and its collateral",
	);
}

#[test]
fn a_vault_that_waits_in_the_middle_of_its_book() {
	damaged(
		|scene| {
			move_to(scene, BookKind::Waiting);
			change_state(scene.facility, |state| state.waiting = 1);
		},
		"a vault that waits is not at the top of its book",
	);
}

#[test]
fn a_vault_that_waits_and_stands_in_the_risk_book() {
	damaged(
		|scene| {
			change(scene.vault, |row| row.books = BookKind::Waiting);
			change_state(scene.facility, |state| state.waiting = 1);
		},
		"a leg and its book disagree",
	);
	// At the top of it, as if it waited there.
	damaged(
		|scene| {
			shift(scene, Trigger::MAX);
			change(scene.vault, |row| row.books = BookKind::Waiting);
			change_state(scene.facility, |state| state.waiting = 1);
		},
		"a leg and its book disagree",
	);
}

#[test]
fn a_vault_that_does_not_wait_and_stands_in_the_waiting_book() {
	damaged(
		|scene| {
			let entry = row(scene.vault).legs[0].entry.unwrap();
			let rows = &mut Rows::direct();
			assert!(Index::<Test>::remove(book(scene), entry, scene.vault, rows));
			let waiting = BookKind::Waiting.book(scene.facility, ETH_LEG as u8);
			let entry = Index::<Test>::insert(waiting, entry.trigger, scene.vault, rows);
			change(scene.vault, |row| row.legs[0].entry = Some(entry));
		},
		"a leg and its book disagree",
	);
}

#[test]
fn a_vault_among_those_with_a_guard_that_has_none() {
	damaged(
		|scene| move_to(scene, BookKind::Guard),
		"a vault is in other books than it should be",
	);
}

#[test]
fn a_vault_with_a_guard_among_those_at_risk() {
	damaged(
		|scene| {
			assert_ok!(set_guard(ALICE, scene.vault, 110, ONE_CUSD));
			move_to(scene, BookKind::Risk);
		},
		"a vault is in other books than it should be",
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
