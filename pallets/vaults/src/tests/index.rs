//! The risk index: the structure by itself, and that it finds whom prices hurt.

use super::exact;
use crate::{
	index::{Costs, Index, Page, PAGE_ENTRIES},
	mock::*,
	types::{BookId, Entry},
	Event, Pages, Summaries, Words,
};
use cairn_math::{Tick, Trigger};
use cairn_primitives::{AssetId, QuoteStatus, VaultId};
use frame_support::{
	assert_ok,
	weights::{Weight, WeightMeter},
};
use primitive_types::U512;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// A book of no facility: these tests are about the structure alone.
const BOOK: BookId = (7, 3);

fn trigger(numerator: u64) -> Trigger {
	Trigger::from_ratio_ceil(U512::from(numerator), U512::from(1_000_000u64))
}

fn step(count: u64) -> Weight {
	Weight::from_parts(count, 0)
}

fn take(tick: Tick, bound: Trigger, budget: u64) -> (crate::index::Taken, u64) {
	let mut meter = WeightMeter::with_limit(step(budget));
	let costs = Costs {
		page: step(1),
		vault: step(1),
	};
	let taken = Index::<Test>::take_above(BOOK, tick, bound, costs, &mut meter);
	(taken, meter.consumed().ref_time())
}

/// Storage and a naive map agree.
fn compare(model: &BTreeMap<VaultId, Entry>) {
	let mut listed = BTreeMap::new();
	let mut pages = BTreeMap::<Tick, (u16, u16)>::new();
	for ((book, tick, number), page) in Pages::<Test>::iter() {
		assert_eq!(book, BOOK);
		assert!(number == 0 || !page.entries.is_empty());
		let of_tick = pages.entry(tick).or_default();
		of_tick.0 = of_tick.0.max(number + 1);
		of_tick.1 += u16::from(number > 0);
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
	for (tick, (highest, occupied)) in pages {
		let head = Pages::<Test>::get((BOOK, tick, 0)).unwrap();
		assert!(head.pages >= highest);
		assert_eq!(head.occupied, occupied);
	}
	let mut walked = Vec::new();
	let mut cursor = Index::<Test>::highest(BOOK);
	while let Some(tick) = cursor {
		walked.push(tick);
		cursor = Index::<Test>::next_below(BOOK, tick);
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
			let entry = Index::<Test>::insert(BOOK, trigger(numerator), *next);
			assert_eq!(entry.trigger, trigger(numerator));
			model.insert(*next, entry);
			*next += 1;
		}
		Step::Remove(rank) => {
			let Some((vault, entry)) = nth(model, rank) else {
				return;
			};
			assert!(Index::<Test>::remove(BOOK, entry, vault));
			assert!(!Index::<Test>::remove(BOOK, entry, vault), "it is gone");
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
			let (taken, consumed) = take(tick, bound, budget);
			assert!(consumed <= budget && taken.vaults.len() as u64 <= budget);
			for (vault, entry) in &taken.vaults {
				assert!(above(entry));
				assert_eq!(model.remove(vault), Some(*entry));
			}
			assert!(taken.exhausted || taken.vaults.len() == wanted);
			// Nobody is kept waiting by a budget that suffices.
			assert!(budget < 60 || !taken.exhausted);
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
				assert!(Index::<Test>::remove(BOOK, entry, vault));
			}
			assert!(is_empty());
		});
	}
}

#[test]
fn ticks_far_apart_are_found_from_the_highest_down() {
	new_test_ext().execute_with(|| {
		let mut model = BTreeMap::new();
		for bit in (0..190).step_by(7) {
			let (numerator, denominator) = (U512::one() << bit, U512::one() << 95);
			let trigger = Trigger::from_ratio_ceil(numerator, denominator);
			model.insert(bit as u64, Index::<Test>::insert(BOOK, trigger, bit as u64));
		}
		for extreme in [Trigger::MIN, Trigger::MAX] {
			let vault = 1_000 + extreme.raw();
			model.insert(vault, Index::<Test>::insert(BOOK, extreme, vault));
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
			let place = |vault: &VaultId| Index::<Test>::insert(BOOK, trigger(1), *vault);
			let entries: Vec<_> = all.iter().map(place).collect();
			assert_eq!(
				Pages::<Test>::iter().count(),
				330usize.div_ceil(PAGE_ENTRIES as usize)
			);
			for vault in &order {
				assert!(Index::<Test>::remove(
					BOOK,
					entries[*vault as usize],
					*vault
				));
			}
			assert!(is_empty());
		});
	}
}

#[test]
fn room_in_a_page_is_used_before_a_new_page_is_made() {
	new_test_ext().execute_with(|| {
		let place = |vault| Index::<Test>::insert(BOOK, trigger(1), vault);
		let entries: Vec<_> = (0..100).map(place).collect();
		assert_eq!(entries[50].page, 1);
		assert!(Index::<Test>::remove(BOOK, entries[50], 50));
		assert_eq!(place(1_000).page, 1);
		assert!(Index::<Test>::remove(BOOK, entries[3], 3));
		assert_eq!(place(1_001).page, 0);
	});
}

#[test]
fn an_entry_that_is_not_where_it_should_be_changes_nothing() {
	new_test_ext().execute_with(|| {
		let entry = Index::<Test>::insert(BOOK, trigger(1), 1);
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
			assert!(!Index::<Test>::remove(book, entry, vault));
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
			pages: u16::MAX,
			occupied: u16::MAX - 1,
			roomy: 0,
			entries,
		};
		Pages::<Test>::insert((BOOK, tick, u16::MAX - 1), head.clone());
		Pages::<Test>::insert((BOOK, tick, 0), head);
		let entry = Index::<Test>::insert(BOOK, trigger(1), 2);
		assert_eq!((entry.trigger.tick(), entry.page), (tick + 1, 0));
		assert!(Index::<Test>::remove(BOOK, entry, 2));
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
		assert_eq!(next_block_with(step(30_000_000), SLOT), 16);
	});
}

#[derive(Clone, Debug)]
enum Doing {
	/// A vault of up to four legs (worth this many hundreds of dollars each) borrows a share of
	/// what it can.
	Open([u16; 4], u8),
	Deposit(usize, usize, u16),
	Withdraw(usize, usize, u8),
	Borrow(usize, u8),
	Repay(usize, u8),
	Price(usize, u8),
	Spread(usize, u8),
	Status(usize, u8, u8),
	Down(bool),
	Block(u32, u16),
}

const TRADED: [AssetId; 4] = [DOT, ETH, BTC, USDT];

fn doings() -> impl Strategy<Value = Vec<Doing>> {
	let leg = prop_oneof![1 => Just(0u16), 2 => 1u16..500];
	let (vault, asset) = (any::<usize>(), 0..4usize);
	let doing = prop_oneof![
		6 => ([leg.clone(), leg.clone(), leg.clone(), leg], 50u8..=100)
			.prop_map(|(legs, share)| Doing::Open(legs, share)),
		1 => (vault, asset.clone(), 1u16..500).prop_map(|(v, a, n)| Doing::Deposit(v, a, n)),
		1 => (vault, asset.clone(), 1u8..=100).prop_map(|(v, a, n)| Doing::Withdraw(v, a, n)),
		1 => (vault, 1u8..=100).prop_map(|(v, n)| Doing::Borrow(v, n)),
		1 => (vault, 1u8..=100).prop_map(|(v, n)| Doing::Repay(v, n)),
		5 => (asset.clone(), 80u8..115).prop_map(|(a, n)| Doing::Price(a, n)),
		1 => (asset.clone(), 0u8..5).prop_map(|(a, n)| Doing::Spread(a, n)),
		1 => (asset, 0u8..4, 0u8..=11).prop_map(|(a, s, n)| Doing::Status(a, s, n)),
		1 => prop::bool::weighted(0.2).prop_map(Doing::Down),
		5 => (prop_oneof![Just(u32::MAX), 0u32..20], 1u16..10_000).prop_map(|(b, t)| Doing::Block(b, t)),
	];
	prop::collection::vec(doing, 10..80)
}

fn price(asset: &AssetId) -> u128 {
	<Prices as cairn_primitives::PriceSource<_>>::quote(asset)
		.unwrap()
		.price
		.raw()
}

fn worth(asset: &AssetId, hundreds: u16) -> u128 {
	let decimals = <Decimals as cairn_primitives::AssetDecimals<_>>::decimals(asset).unwrap();
	u128::from(hundreds) * 100 * 10u128.pow(18 + u32::from(decimals)) / price(asset)
}

fn perform(doing: Doing, facility: u32) {
	let nth = |number: usize| {
		let all = exact::all();
		number.checked_rem(all.len()).map(|number| all[number])
	};
	// Refusals are fine here: what matters is that whatever succeeds keeps the index sound.
	let _ = match doing {
		Doing::Open(legs, share) => {
			let legs = TRADED
				.into_iter()
				.zip(legs)
				.filter(|(_, hundreds)| *hundreds > 0);
			let legs: Vec<_> = legs
				.map(|(a, hundreds)| (a.clone(), worth(&a, hundreds)))
				.collect();
			open(ALICE, facility, &legs, 0).and_then(|vault| {
				let most = Vaults::vault(vault).unwrap().max_borrow;
				borrow(ALICE, vault, most / 100 * u128::from(share))
			})
		}
		Doing::Deposit(vault, asset, hundreds) => nth(vault).map_or(Ok(()), |vault| {
			deposit(
				BOB,
				vault,
				TRADED[asset].clone(),
				worth(&TRADED[asset], hundreds),
			)
		}),
		Doing::Withdraw(vault, asset, share) => nth(vault).map_or(Ok(()), |vault| {
			let amount = leg(vault, TRADED[asset].clone()) / 100 * u128::from(share);
			withdraw(ALICE, vault, TRADED[asset].clone(), amount)
		}),
		Doing::Borrow(vault, share) => nth(vault).map_or(Ok(()), |vault| {
			let most = Vaults::vault(vault).unwrap().max_borrow;
			borrow(ALICE, vault, most / 100 * u128::from(share))
		}),
		Doing::Repay(vault, share) => nth(vault).map_or(Ok(()), |vault| {
			repay(ALICE, vault, debt(vault) / 100 * u128::from(share))
		}),
		Doing::Price(asset, percent) => {
			let raw = price(&TRADED[asset]) / 100 * u128::from(percent);
			Prices::set_raw(TRADED[asset].clone(), raw.clamp(1_000_000, 10u128.pow(26)));
			Ok(())
		}
		Doing::Spread(asset, percent) => {
			let spread = price(&TRADED[asset]) / 100 * u128::from(percent);
			Prices::alter(TRADED[asset].clone(), |quote| quote.confidence = spread);
			Ok(())
		}
		Doing::Status(asset, status, tenths) => {
			Prices::alter(TRADED[asset].clone(), |quote| {
				quote.status = [
					QuoteStatus::Degraded,
					QuoteStatus::Jump,
					QuoteStatus::Stale,
					QuoteStatus::Halted,
				][usize::from(status)];
				// Tenths of what is between an hour and 25, so that the share is exact.
				quote.age = 3_600_000 + u64::from(tenths) * 8_640_000;
			});
			Ok(())
		}
		Doing::Down(down) => {
			Prices::set_down(down);
			Ok(())
		}
		Doing::Block(budget, minutes) => {
			block(budget, u64::from(minutes) * 60_000);
			Ok(())
		}
	};
}

/// A block whose enforcement is compared with a look at every vault.
fn block(budget: u32, time: u64) {
	begin_block(time);
	let all = exact::all();
	let is_due = |vault: &VaultId| !exact::is_safe(*vault) && exact::is_sellable(*vault);
	let due: BTreeSet<_> = all.iter().copied().filter(is_due).collect();
	let may: BTreeSet<_> = all
		.into_iter()
		.filter(|v| exact::is_nearly_unsafe(*v))
		.collect();
	let unlimited = budget == u32::MAX;
	let budget = if unlimited {
		Weight::MAX
	} else {
		step(1_000_000) * u64::from(budget)
	};
	let count = enforce_with(budget);
	let liquidated: Vec<_> = events()
		.into_iter()
		.filter_map(|event| match event {
			Event::Liquidated { vault, .. } => Some(vault),
			_ => None,
		})
		.collect();
	let distinct: BTreeSet<_> = liquidated.iter().copied().collect();
	assert_eq!(
		(distinct.len(), count as usize),
		(liquidated.len(), liquidated.len())
	);
	assert!(distinct.is_subset(&may), "a safe vault is liquidated");
	assert!(!events()
		.iter()
		.any(|event| matches!(event, Event::IndexDrift { .. })));
	if unlimited {
		assert!(
			due.is_subset(&distinct),
			"an unsafe vault is missed: {due:?} {distinct:?}"
		);
		for vault in exact::all() {
			assert!(
				exact::is_safe(vault) || !exact::is_sellable(vault),
				"{vault} is left unsafe"
			);
		}
	}
	end_of_begin();
	if !unlimited && budget.all_gte(step(5_000_000)) {
		work_off(budget);
	}
}

/// However small the budget: if nothing else happens, nobody is left unsafe after some blocks.
fn work_off(budget: Weight) {
	for _ in 0..8 * exact::all().len() + 20 {
		let unsafe_ones: Vec<_> = exact::all()
			.into_iter()
			.filter(|v| !exact::is_safe(*v))
			.collect();
		// Those that cannot be sold are looked at again and again, and may use all of it up.
		if unsafe_ones.is_empty() || !unsafe_ones.into_iter().all(exact::is_sellable) {
			break;
		}
		begin_block(0);
		enforce_with(budget);
		end_of_begin();
	}
	let all = exact::all();
	let waits = all
		.iter()
		.any(|vault| !exact::is_safe(*vault) && !exact::is_sellable(*vault));
	assert!(
		waits || all.into_iter().all(exact::is_safe),
		"a backlog is never worked off"
	);
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(fuzz_cases(96)))]

	#[test]
	fn enforcement_finds_exactly_those_that_a_look_at_every_vault_finds(doings in doings()) {
		run(|| {
			let facility = create_still();
			let facilities = [facility, MIXED];
			for (number, doing) in doings.into_iter().enumerate() {
				perform(doing, facilities[number % 2]);
			}
			Prices::set_down(false);
			block(u32::MAX, SLOT);
		});
	}
}
