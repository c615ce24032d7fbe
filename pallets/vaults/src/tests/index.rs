//! The risk index: the structure by itself, and that it finds whom prices hurt.

use crate::{
	index::{Head, Index, Page, PAGE_ENTRIES},
	mock::*,
	rows::Rows,
	types::{BookId, Entry},
	Pages, Summaries, WeightInfo, Words,
};
use cairn_math::{FixedU128, Tick, Trigger};
use cairn_primitives::VaultId;
use frame_support::{assert_ok, weights::WeightMeter};
use primitive_types::U512;
use proptest::prelude::*;
use sp_runtime::traits::One;
use std::collections::{BTreeMap, BTreeSet};

/// A book of no facility: these tests are about the structure alone.
const BOOK: BookId = (7, 3);

fn trigger(numerator: u64) -> Trigger {
	Trigger::from_ratio_ceil(U512::from(numerator), U512::from(1_000_000u64))
}

fn place(trigger: Trigger, vault: VaultId) -> Entry {
	Index::<Test>::insert(BOOK, trigger, vault, &mut Rows::direct())
}

fn remove(book: BookId, entry: Entry, vault: VaultId) -> bool {
	Index::<Test>::remove(book, entry, vault, &mut Rows::direct())
}

/// Takes at most `most` vaults above a bound out of a tick, as enforcement does.
fn take(tick: Tick, bound: Trigger, most: usize) -> Vec<(VaultId, Entry)> {
	let mut vaults = Vec::new();
	let Some(head) = Index::<Test>::head(BOOK, tick, &mut Rows::direct()) else {
		return vaults;
	};
	let mut rows = Rows::direct();
	let (mut left, mut number) = (Trigger::MIN, 0);
	loop {
		let page = (tick, number);
		let above = Index::<Test>::above(BOOK, page, bound, |_| true, &mut rows);
		number = above.next;
		assert!(above.vaults.iter().all(|(_, entry)| entry.trigger > bound));
		assert!(above.highest_other <= bound);
		left = left.max(above.highest_other);
		for (vault, entry) in above.vaults {
			if vaults.len() == most {
				left = left.max(entry.trigger);
				continue;
			}
			assert!(remove(BOOK, entry, vault));
			vaults.push((vault, entry));
		}
		if number == 0 {
			break;
		}
	}
	assert!(left <= head.highest);
	let head = Head {
		highest: left,
		..head
	};
	Index::<Test>::set_head(BOOK, tick, head, &mut rows);
	vaults
}

type PagesOfBook = BTreeMap<(Tick, u32), Page>;
type WordsOfBook = BTreeMap<u16, [u64; 4]>;

/// Pages and words, all of them.
fn index_rows() -> (PagesOfBook, WordsOfBook) {
	let pages = Pages::<Test>::iter().map(|((_, tick, number), page)| ((tick, number), page));
	let words = Words::<Test>::iter().map(|(_, number, word)| (number, word));
	(pages.collect(), words.collect())
}

fn changed<K: Ord, V: PartialEq>(before: &BTreeMap<K, V>, after: &BTreeMap<K, V>) -> usize {
	let keys: BTreeSet<_> = before.keys().chain(after.keys()).collect();
	keys.into_iter()
		.filter(|key| before.get(key) != after.get(key))
		.count()
}

/// The pages of a tick as its list leads from one to the next, and back.
fn pages_in_order(tick: Tick) -> BTreeSet<u32> {
	let mut listed = BTreeSet::from([0]);
	let (mut last, mut next) = (0, Pages::<Test>::get((BOOK, tick, 0)).unwrap().next);
	while next > 0 {
		let page = Pages::<Test>::get((BOOK, tick, next)).unwrap();
		assert_eq!(page.previous, last);
		assert!(listed.insert(next));
		(last, next) = (next, page.next);
	}
	listed
}

/// Storage and a naive map agree.
fn compare(model: &BTreeMap<VaultId, Entry>) {
	let mut listed = BTreeMap::new();
	let mut pages = BTreeMap::<Tick, BTreeSet<u32>>::new();
	for ((book, tick, number), page) in Pages::<Test>::iter() {
		assert_eq!(book, BOOK);
		assert!(number == 0 || !page.entries.is_empty());
		pages.entry(tick).or_default().insert(number);
		for (trigger, vault) in page.entries {
			assert_eq!(trigger.tick(), tick);
			assert!(listed
				.insert(
					vault,
					Entry {
						trigger,
						page: number
					}
				)
				.is_none());
		}
	}
	assert_eq!(&listed, model);
	for (tick, pages) in pages {
		let head = Pages::<Test>::get((BOOK, tick, 0)).unwrap();
		assert_eq!(pages_in_order(tick), pages);
		assert!(pages.contains(&head.roomy) && pages.contains(&head.resume));
		let of_tick = model.values().filter(|entry| entry.trigger.tick() == tick);
		assert!(of_tick.map(|entry| entry.trigger).max() <= Some(head.highest));
	}
	let mut walked = Vec::new();
	let mut cursor = Index::<Test>::highest(BOOK, &mut Rows::direct());
	while let Some(tick) = cursor {
		walked.push(tick);
		cursor = Index::<Test>::next_below(BOOK, tick, &mut Rows::direct());
	}
	let ticks: BTreeSet<_> = model.values().map(|entry| entry.trigger.tick()).collect();
	assert_eq!(walked, ticks.into_iter().rev().collect::<Vec<_>>());
}

fn is_empty() -> bool {
	Pages::<Test>::iter().count() == 0
		&& Words::<Test>::iter().count() == 0
		&& Summaries::<Test>::iter().count() == 0
}

#[derive(Clone, Debug)]
enum Step {
	/// An entry is added, at one of a few neighbouring triggers or anywhere.
	Insert(u64),
	/// The entry of this rank is removed.
	Remove(usize),
	/// A tick is emptied above a bound.
	Take(usize, u64, u64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
	let numerator = prop_oneof![8 => 1_000_000u64..1_001_500, 1 => 1u64..u64::MAX];
	let grow = prop_oneof![
		9 => numerator.prop_map(Step::Insert),
		2 => any::<usize>().prop_map(Step::Remove),
	];
	let shrink = prop_oneof![
		1 => (1_000_000u64..1_001_500).prop_map(Step::Insert),
		5 => any::<usize>().prop_map(Step::Remove),
		2 => (any::<usize>(), 1_000_000u64..1_001_500, 0u64..60)
			.prop_map(|(tick, bound, budget)| Step::Take(tick, bound, budget)),
	];
	(
		prop::collection::vec(grow, 0..250),
		prop::collection::vec(shrink, 0..150),
	)
		.prop_map(|(first, second)| first.into_iter().chain(second).collect())
}

fn apply(step: Step, model: &mut BTreeMap<VaultId, Entry>, next: &mut VaultId) {
	let nth = |model: &BTreeMap<VaultId, Entry>, rank: usize| {
		let rank = rank.checked_rem(model.len())?;
		model
			.iter()
			.nth(rank)
			.map(|(vault, entry)| (*vault, *entry))
	};
	match step {
		Step::Insert(numerator) => {
			let entry = place(trigger(numerator), *next);
			assert_eq!(entry.trigger, trigger(numerator));
			model.insert(*next, entry);
			*next += 1;
		}
		Step::Remove(rank) => {
			let Some((vault, entry)) = nth(model, rank) else {
				return;
			};
			assert!(remove(BOOK, entry, vault));
			assert!(!remove(BOOK, entry, vault), "it is gone");
			model.remove(&vault);
		}
		Step::Take(rank, bound, budget) => {
			let Some((
				_,
				Entry {
					trigger: of_tick, ..
				},
			)) = nth(model, rank)
			else {
				return;
			};
			let (tick, bound) = (of_tick.tick(), trigger(bound));
			let above = |entry: &Entry| entry.trigger.tick() == tick && entry.trigger > bound;
			let wanted = model.values().filter(|entry| above(entry)).count();
			let taken = take(tick, bound, budget as usize);
			for (vault, entry) in &taken {
				assert!(above(entry));
				assert_eq!(model.remove(vault), Some(*entry));
			}
			assert_eq!(taken.len(), wanted.min(budget as usize));
		}
	}
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(48))]

	#[test]
	fn the_books_are_a_sorted_map(steps in steps()) {
		new_test_ext().execute_with(|| {
			let (mut model, mut next) = (BTreeMap::new(), 0);
			for (number, step) in steps.into_iter().enumerate() {
				apply(step, &mut model, &mut next);
				if number % 16 == 0 {
					compare(&model);
				}
			}
			compare(&model);
			for (vault, entry) in model {
				assert!(remove(BOOK, entry, vault));
			}
			assert!(is_empty());
		});
	}

	/// What a batch is charged for is at least what it writes.
	#[test]
	fn every_row_that_changes_is_counted(steps in steps(), cut in any::<prop::sample::Index>()) {
		new_test_ext().execute_with(|| {
			let cut = cut.index(steps.len().max(1)).min(steps.len());
			let (mut model, mut next) = (BTreeMap::new(), 0);
			for step in &steps[..cut] {
				apply(step.clone(), &mut model, &mut next);
			}
			let before = index_rows();
			let mut rows = Rows::of_batch();
			for step in &steps[cut..] {
				match step {
					Step::Insert(numerator) => {
						let trigger = trigger(*numerator);
						let entry = Index::<Test>::insert(BOOK, trigger, next, &mut rows);
						model.insert(next, entry);
						next += 1;
					}
					Step::Remove(rank) | Step::Take(rank, ..) if !model.is_empty() => {
						let vault = *model.keys().nth(rank % model.len()).unwrap();
						let entry = model.remove(&vault).unwrap();
						assert!(Index::<Test>::remove(BOOK, entry, vault, &mut rows));
					}
					_ => {}
				}
			}
			assert_eq!(index_rows(), before, "a batch writes in the end");
			rows.write();
			let after = index_rows();
			let written = changed(&before.0, &after.0) + changed(&before.1, &after.1);
			assert!(written as u32 <= rows.take_fresh());
			assert_eq!(rows.take_fresh(), 0);
			compare(&model);
		});
	}
}

/// That is a corruption; what enforcement then finds is not to cost the vault its right entry.
#[test]
fn of_a_vault_that_stands_twice_in_a_page_the_entry_that_is_meant_is_removed() {
	new_test_ext().execute_with(|| {
		let (low, high) = (trigger(1_000_000), trigger(1_000_001));
		assert_eq!(low.tick(), high.tick());
		for (first, second) in [(low, high), (high, low)] {
			let stays = place(first, 7);
			let goes = place(second, 7);
			assert!(remove(BOOK, goes, 7));
			assert!(Index::<Test>::contains(BOOK, stays, 7));
			assert!(!Index::<Test>::contains(BOOK, goes, 7));
			assert!(remove(BOOK, stays, 7));
		}
		assert!(is_empty());
	});
}

#[test]
fn ticks_far_apart_are_found_from_the_highest_down() {
	new_test_ext().execute_with(|| {
		let mut model = BTreeMap::new();
		for bit in (0..190).step_by(7) {
			let (numerator, denominator) = (U512::one() << bit, U512::one() << 95);
			let trigger = Trigger::from_ratio_ceil(numerator, denominator);
			model.insert(bit as u64, place(trigger, bit as u64));
		}
		for extreme in [Trigger::MIN, Trigger::MAX] {
			let vault = 1_000 + extreme.raw();
			model.insert(vault, place(extreme, vault));
		}
		compare(&model);
	});
}

#[test]
fn a_tick_of_many_pages_leaves_nothing_behind_in_whatever_order_it_is_emptied() {
	let all: Vec<VaultId> = (0..330).collect();
	let backwards = all.iter().rev().copied().collect();
	let scattered = all.iter().map(|vault| vault * 157 % 330).collect();
	for order in [all.clone(), backwards, scattered] {
		new_test_ext().execute_with(|| {
			let entries: Vec<_> = all.iter().map(|vault| place(trigger(1), *vault)).collect();
			assert_eq!(
				Pages::<Test>::iter().count(),
				330usize.div_ceil(PAGE_ENTRIES as usize)
			);
			for vault in &order {
				assert!(remove(BOOK, entries[*vault as usize], *vault));
			}
			assert!(is_empty());
		});
	}
}

#[test]
fn room_in_a_page_is_used_before_a_new_page_is_made() {
	new_test_ext().execute_with(|| {
		let place = |vault| place(trigger(1), vault);
		let entries: Vec<_> = (0..100).map(place).collect();
		assert_eq!(entries[50].page, 1);
		assert!(remove(BOOK, entries[50], 50));
		assert_eq!(place(1_000).page, 1);
		assert!(remove(BOOK, entries[3], 3));
		assert_eq!(place(1_001).page, 0);
	});
}

#[test]
fn an_entry_that_is_not_where_it_should_be_changes_nothing() {
	new_test_ext().execute_with(|| {
		let entry = place(trigger(1), 1);
		let elsewhere = [
			(BOOK, Entry { page: 1, ..entry }, 1),
			(
				BOOK,
				Entry {
					trigger: trigger(2),
					..entry
				},
				1,
			),
			(BOOK, entry, 2),
			((7, 4), entry, 1),
		];
		for (book, entry, vault) in elsewhere {
			assert!(!remove(book, entry, vault));
		}
		compare(&[(1, entry)].into());
	});
}

#[test]
fn a_tick_that_is_full_sends_the_vault_to_the_next_higher_one() {
	new_test_ext().execute_with(|| {
		let tick = trigger(1).tick();
		let entries = vec![(trigger(1), 1); PAGE_ENTRIES as usize]
			.try_into()
			.unwrap();
		let head = Page {
			numbered: u32::MAX,
			highest: trigger(1),
			entries,
			..Default::default()
		};
		Pages::<Test>::insert((BOOK, tick, 0), head);
		let entry = place(trigger(1), 2);
		assert_eq!((entry.trigger.tick(), entry.page), (tick + 1, 0));
		assert!(remove(BOOK, entry, 2));
	});
}

#[test]
fn several_hundred_vaults_of_one_tick_are_liquidated_in_one_block() {
	run(|| {
		let facility = create_still();
		let vaults: Vec<_> = (0..400)
			.map(|_| open(ALICE, facility, &[(ETH, ONE_ETH)], 2_000 * ONE_CUSD).unwrap())
			.collect();
		let safe = open(BOB, facility, &[(ETH, ONE_ETH)], 1_000 * ONE_CUSD).unwrap();
		assert_eq!(Pages::<Test>::iter().count(), 400usize.div_ceil(32) + 1);
		Prices::set_cents(ETH, 1_300_00);
		assert_eq!(next_block(), 400);
		assert!(vaults.iter().all(|vault| debt(*vault) == 0));
		// One lot for all of them, and only the one that was passed over is still indexed.
		assert_eq!((lots().len(), Pages::<Test>::iter().count()), (1, 1));
		assert_eq!(debt(safe), 1_000 * ONE_CUSD);
		assert_ok!(repay(BOB, safe, u128::MAX));
		assert!(is_empty());
	});
}

#[test]
fn the_safe_vaults_of_the_boundary_tick_are_passed_over_with_one_page_for_all() {
	run(|| {
		let facility = create_still();
		for number in 0..32 {
			// A thousandth of a tick apart.
			let debt = 2_000 * ONE_CUSD + number * ONE_CUSD / 1_000;
			open(ALICE, facility, &[(ETH, ONE_ETH)], debt).unwrap();
		}
		assert_eq!(Pages::<Test>::iter().count(), 1);
		// 2,000.0155 / 0.8.
		Prices::set_raw(ETH, 2_500_019_375_000_000_000_000);
		// Visiting all 32 would take more than this.
		let budget = looking(6) + liquidations(16) + room_for_one();
		assert!(!budget.all_gte(Vaults::weight_of_vault(1, 0) * 32));
		assert_eq!(next_block_with(budget, SLOT), 16);
	});
}

#[test]
fn the_safe_vaults_of_the_boundary_tick_are_looked_through_once_and_not_once_a_block() {
	run(|| {
		let facility = create_still();
		for number in 0..96 {
			let debt = 2_000 * ONE_CUSD + number * ONE_CUSD / 1_000;
			open(ALICE, facility, &[(ETH, ONE_ETH)], debt).unwrap();
		}
		let highest = open(
			BOB,
			facility,
			&[(ETH, ONE_ETH)],
			2_000_200 * ONE_CUSD / 1_000,
		)
		.unwrap();
		assert_eq!(Pages::<Test>::iter().count(), 4, "one tick");
		assert_ok!(repay(BOB, highest, u128::MAX));
		// The price lies within their tick, above all that are left of it: 2,000.15 / 0.8.
		Prices::set_raw(ETH, 2_500_187_500_000_000_000_000);
		let weight_of_a_block = || {
			begin_block(SLOT);
			let mut meter = WeightMeter::new();
			assert_eq!(Vaults::enforce(&mut meter), 0);
			end_of_begin();
			meter.consumed()
		};
		let first = weight_of_a_block();
		assert_eq!(
			first - weight_of_a_block(),
			<() as WeightInfo>::visit_page() * 2 + Vaults::weight_of_rows(1),
			"three pages and a new bound, and then a look at it"
		);
	});
}

/// An unsafe vault is reached also if it stands behind more pages of safe ones, all within the tick of today's
/// price, than a block can look at.
#[test]
fn a_tick_that_a_block_cannot_go_through_is_gone_through_by_several() {
	const PAGES: u64 = 64;
	run(|| {
		let facility = create_still();
		let vaults: Vec<_> = (0..PAGES * u64::from(PAGE_ENTRIES))
			.map(|_| open(ALICE, facility, &[(ETH, ONE_ETH)], 2_000 * ONE_CUSD).unwrap())
			.collect();
		assert_eq!(Pages::<Test>::iter().count() as u64, PAGES, "one tick");
		// On page 1, which is the last in the list; unsafe at 2,000.05 / 0.8.
		let weakest = vaults[PAGE_ENTRIES as usize];
		assert_ok!(borrow(ALICE, weakest, ONE_CUSD / 10));
		assert_eq!(row(weakest).legs[0].entry.unwrap().page, 1);
		Prices::set_raw(ETH, 2_500_062_500_000_000_000_000);
		let is_unsafe = || health(weakest) < Some(FixedU128::one());
		let of_pages = <() as WeightInfo>::visit_page() * (PAGES / 4)
			+ Vaults::most_of_vault(1, 0, false)
			+ <() as WeightInfo>::visit_page();
		assert!((<() as WeightInfo>::visit_page() * (PAGES - 1)).all_gte(of_pages));
		let mut blocks = 0;
		while is_unsafe() {
			next_block_with(looking(6) + of_pages, SLOT);
			blocks += 1;
			assert!(blocks <= 4, "it is not found");
		}
		assert!(blocks > 1, "a block can look at all of them");
	});
}

/// All of a tick that is left stands where the walk goes on, and goes.
#[test]
fn a_walk_that_empties_the_tick_in_which_it_goes_on_ends() {
	run(|| {
		let facility = create_still();
		let open = |_| open(ALICE, facility, &[(ETH, ONE_ETH)], 2_000 * ONE_CUSD).unwrap();
		let vaults: Vec<_> = (0..=PAGE_ENTRIES).map(open).collect();
		let (last, others) = vaults.split_last().unwrap();
		lend(ALICE, 100_000 * ONE_CUSD);
		for vault in others {
			assert_ok!(repay(ALICE, *vault, u128::MAX));
		}
		let entry = row(*last).legs[0].entry.unwrap();
		assert_eq!(entry.page, 1);
		let head = (
			crate::types::BookKind::Risk.book(facility, 2),
			entry.trigger.tick(),
			0,
		);
		Pages::<Test>::mutate(head, |head| head.as_mut().unwrap().resume = 1);
		Prices::set_cents(ETH, 2_400_00);
		begin_block(SLOT);
		let mut meter = WeightMeter::with_limit(looking(6) + liquidations(1_000));
		assert_eq!(Vaults::enforce(&mut meter), 1);
		end_of_begin();
		assert!(meter.consumed().all_lte(looking(6) + liquidations(3)));
	});
}

/// Who puts vaults into a tick and takes them out again leaves nothing behind that others would have to go
/// through, whatever stays at its ends.
#[test]
fn a_tick_has_no_more_pages_than_vaults_whatever_has_come_and_gone() {
	new_test_ext().execute_with(|| {
		let of_page = u64::from(PAGE_ENTRIES);
		let place = |vault| (vault, place(trigger(1), vault));
		let mut stay: Vec<_> = (0..of_page).map(place).collect();
		for round in 1..50 {
			let from = round * 10 * of_page;
			let group: Vec<_> = (from..from + 3 * of_page).map(place).collect();
			let (goes, stays) = group.split_at(group.len() - 1);
			for (vault, entry) in goes {
				assert!(remove(BOOK, *entry, *vault));
			}
			stay.extend_from_slice(stays);
			assert!(Pages::<Test>::iter().count() <= stay.len());
			compare(&stay.iter().copied().collect());
		}
		for (vault, entry) in stay {
			assert!(remove(BOOK, entry, vault));
		}
		assert!(is_empty());
	});
}

#[test]
fn a_page_beyond_the_end_of_its_tick_hides_nobody_who_comes_later() {
	// A corruption, which the next insertion must not make worse.
	for strays in [1, PAGE_ENTRIES] {
		run(|| {
			let here = trigger(1_000);
			let full: Vec<_> = (0..u64::from(PAGE_ENTRIES))
				.map(|vault| (vault, place(here, vault)))
				.collect();
			let mut stray = Page::default();
			for number in 0..strays {
				assert_ok!(stray.entries.try_push((here, 900 + u64::from(number))));
			}
			Pages::<Test>::insert((BOOK, here.tick(), 1), stray);
			let later = place(here, 500);
			assert_eq!(later.trigger, here);
			let (vault, entry) = full[0];
			assert!(remove(BOOK, entry, vault));
			let found = take(here.tick(), Trigger::MIN, usize::MAX);
			assert!(found.contains(&(500, later)));
			assert_eq!(found.len() as u32, PAGE_ENTRIES);
			assert_eq!(Pages::<Test>::iter().count(), 0);
		});
	}
}

#[test]
fn a_word_without_bits_hides_nobody_who_comes_later() {
	run(|| {
		let here = trigger(1_000);
		Words::<Test>::insert(BOOK, (here.tick() / 256) as u16, [0u64; 4]);
		let entry = place(here, 1);
		let highest = Index::<Test>::highest(BOOK, &mut Rows::direct());
		assert_eq!(highest, Some(here.tick()));
		assert!(remove(BOOK, entry, 1));
		assert_eq!(Words::<Test>::iter().count(), 0);
	});
}
