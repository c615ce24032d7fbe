//! The sweep finds what the index has lost, and leaves alone what it has not.

use crate::{
	index::{Index, Page},
	mock::*,
	rows::Rows,
	sweep::SWEPT_PER_BLOCK,
	types::{BookId, BookKind},
	Drifts, Event, NextVault, Pages, Summaries, SweepCursor, Vaults as Rows_, WeightInfo, Words,
};
use cairn_math::{Tick, Trigger};
use cairn_primitives::{Balance, VaultId};
use frame_support::{
	assert_ok,
	storage::with_transaction,
	traits::Hooks,
	weights::{Weight, WeightMeter},
};
use sp_runtime::{DispatchError, TransactionOutcome};

fn idle(weight: Weight) -> Weight {
	let block = System::block_number();
	<Vaults as Hooks<_>>::on_idle(block, weight)
}

fn basket() -> VaultId {
	let basket = [(ETH, ONE_ETH), (DOT, 500 * ONE_DOT)];
	open(ALICE, create_still(), &basket, 3_000 * ONE_CUSD).unwrap()
}

/// As many as are told of are counted.
fn drifts() -> usize {
	let is_drift = |event: &Event<Test>| matches!(event, Event::IndexDrift { .. });
	let told = events().iter().filter(|event| is_drift(event)).count();
	assert_eq!(Drifts::<Test>::get() as usize, told);
	told
}

/// Takes the entries of a vault out of the index behind its back.
fn lose(vault: VaultId) {
	let row = row(vault);
	for leg in &row.legs {
		let book = BookKind::Risk.book(row.facility, leg.collateral);
		let entry = leg.entry.unwrap();
		assert!(Index::<Test>::remove(
			book,
			entry,
			vault,
			&mut Rows::direct()
		));
	}
}

#[test]
fn entries_that_are_lost_are_made_again() {
	run(|| {
		let vault = basket();
		lose(vault);
		assert!(Vaults::do_try_state().is_err());
		let alarms = expect_alarms();
		idle(Weight::MAX);
		drop(alarms);
		assert_eq!(drifts(), 1);
		assert_ok!(Vaults::do_try_state());
		Prices::set_cents(ETH, 1_000_00);
		assert_eq!(next_block(), 1);
	});
}

#[test]
fn an_entry_that_is_too_low_is_raised() {
	run(|| {
		let vault = basket();
		lose(vault);
		Rows_::<Test>::mutate(vault, |row| {
			let row = row.as_mut().unwrap();
			for leg in row.legs.iter_mut() {
				let book = BookKind::Risk.book(row.facility, leg.collateral);
				let mut rows = Rows::direct();
				leg.entry = Some(Index::<Test>::insert(book, Trigger::MIN, vault, &mut rows));
			}
		});
		assert!(Vaults::do_try_state().is_err());
		let alarms = expect_alarms();
		idle(Weight::MAX);
		drop(alarms);
		assert_eq!(drifts(), 1);
		assert_ok!(Vaults::do_try_state());
	});
}

#[test]
fn what_is_right_stays_as_it_is() {
	run(|| {
		let facility = create_still();
		for number in 0..20u128 {
			let debt = if number > 4 {
				(1_000 + number) * ONE_CUSD
			} else {
				0
			};
			open(ALICE, facility, &[(ETH, ONE_ETH)], debt).unwrap();
		}
		Prices::set_stale(ETH, 100 * 3_600_000);
		next_block();
		let pages: Vec<_> = Pages::<Test>::iter().collect();
		for _ in 0..10 {
			idle(Weight::MAX);
		}
		assert_eq!(drifts(), 0);
		assert_eq!(pages, Pages::<Test>::iter().collect::<Vec<_>>());
	});
}

#[test]
fn every_vault_has_its_turn_within_the_weight_that_is_left() {
	run(|| {
		let facility = create_still();
		let vaults: Vec<_> = (0..19)
			.map(|_| open(ALICE, facility, &[(ETH, ONE_ETH)], 1_000 * ONE_CUSD).unwrap())
			.collect();
		let next = vaults.last().unwrap() + 1;
		assert_eq!(idle(Weight::zero()), Weight::zero());
		assert_eq!(SweepCursor::<Test>::get(), 0);
		let one = <() as WeightInfo>::sweep_vault();
		assert_eq!(idle(one * 2), one * 2);
		assert_eq!(SweepCursor::<Test>::get(), 2);
		for block in 1..=next.div_ceil(u64::from(SWEPT_PER_BLOCK)) {
			assert!(idle(Weight::MAX).all_lte(one * u64::from(SWEPT_PER_BLOCK)));
			let cursor = SweepCursor::<Test>::get();
			assert_eq!(
				cursor,
				(2 + block * u64::from(SWEPT_PER_BLOCK) - 1) % next + 1
			);
		}
		let mut none = WeightMeter::with_limit(Weight::zero());
		Vaults::sweep(&mut none);
		assert_eq!(none.consumed(), Weight::zero());
	});
}

/// Vaults of one tick: 32 at its head, 32 on each of the pages 1 and 2, and 4 on page 3, which comes right
/// after the head.
const CROWD: u32 = 100;

/// How many of the crowd enforcement finds when the price falls, without anything coming of it.
fn found() -> u32 {
	let outcome = with_transaction(|| {
		Prices::set_cents(ETH, 1_000_00);
		begin_block_unchecked();
		let found = enforce_with(Weight::MAX);
		Prices::set_cents(ETH, 3_000_00);
		TransactionOutcome::Rollback(Ok::<_, DispatchError>(found))
	});
	outcome.unwrap()
}

/// So many blocks that the sweep comes by each vault so often.
fn sweep_all(times: u64) {
	for _ in 0..times * NextVault::<Test>::get().div_ceil(SWEPT_PER_BLOCK.into()) {
		idle(Weight::MAX);
	}
}

/// Breaks the index in which a crowd stands so that only so many of it are found, and expects the sweep to
/// notice it, and all to be found when it has come by so often.
fn mended(corrupt: impl FnOnce(BookId, Tick), found_before: u32, times: u64) -> usize {
	let mut reported = 0;
	run(|| {
		let facility = create_still();
		for _ in 0..CROWD {
			open(ALICE, facility, &[(ETH, ONE_ETH)], 1_000 * ONE_CUSD).unwrap();
		}
		let ((book, tick, _), _) = Pages::<Test>::iter().next().unwrap();
		let lists = [0, 3, 2].map(|page| Pages::<Test>::get((book, tick, page)).unwrap().next);
		assert_eq!(lists, [3, 2, 1]);
		assert_eq!(found(), CROWD);
		corrupt(book, tick);
		assert_eq!(found(), found_before);
		assert!(Vaults::do_try_state().is_err());
		let alarms = expect_alarms();
		sweep_all(times);
		drop(alarms);
		reported = drifts();
		assert!(reported > 0, "nothing was reported");
		check_all();
		sweep_all(1);
		assert_eq!(drifts(), reported);
		System::reset_events();
		Prices::set_cents(ETH, 1_000_00);
		assert_eq!(next_block(), CROWD);
	});
	reported
}

fn change_page(book: BookId, tick: Tick, number: u32, change: impl FnOnce(&mut Page)) {
	Pages::<Test>::mutate((book, tick, number), |page| change(page.as_mut().unwrap()));
}

#[test]
fn a_lost_bit_of_a_word_is_set_again() {
	let lose = |book, tick: Tick| {
		Words::<Test>::mutate(book, (tick / 256) as u16, |word| {
			let word = word.as_mut().unwrap();
			word[(tick % 256 / 64) as usize] &= !(1 << (tick % 64));
		});
	};
	assert_eq!(mended(lose, 0, 1), 1);
	let lose_word = |book, tick: Tick| Words::<Test>::remove(book, (tick / 256) as u16);
	assert_eq!(mended(lose_word, 0, 1), 1);
}

#[test]
fn a_lost_bit_of_a_summary_is_set_again() {
	let lose = |book, tick: Tick| {
		Summaries::<Test>::mutate(book, |summary| {
			let word = tick / 256;
			summary.as_mut().unwrap()[(word / 64) as usize] &= !(1 << (word % 64));
		});
	};
	assert_eq!(mended(lose, 0, 1), 1);
	assert_eq!(mended(|book, _| Summaries::<Test>::remove(book), 0, 1), 1);
}

#[test]
fn a_bound_that_is_too_low_is_raised() {
	let lower = |book, tick| change_page(book, tick, 0, |head| head.highest = Trigger::MIN);
	assert_eq!(mended(lower, 0, 1), 1);
}

#[test]
fn a_head_that_is_gone_is_made_again() {
	let remove = |book, tick| Pages::<Test>::remove((book, tick, 0));
	// All that stood on it are put there again, and each of the other pages is linked or counted.
	assert_eq!(mended(remove, 0, 1), 32 + 3);
}

#[test]
fn a_head_that_is_gone_is_made_again_by_whoever_of_its_tick_comes_first() {
	let remove = |book, tick| {
		Pages::<Test>::remove((book, tick, 0));
		// One of the last page.
		SweepCursor::<Test>::put(NextVault::<Test>::get() - 1);
	};
	assert_eq!(mended(remove, 0, 2), 32 + 1);
}

#[test]
fn a_page_that_the_one_before_it_does_not_lead_to_is_linked_again() {
	let unlink =
		|number, next| move |book, tick| change_page(book, tick, number, |page| page.next = next);
	// From the head, from another page, and to where there is nothing, or to another one.
	assert_eq!(mended(unlink(0, 0), 32, 1), 1);
	assert_eq!(mended(unlink(3, 0), 36, 1), 1);
	assert_eq!(mended(unlink(3, 7), 36, 1), 1);
	assert_eq!(mended(unlink(3, 1), 68, 1), 1);
	// The head keeps what it leads to, so that those who are found still are; who stood between goes elsewhere.
	assert!(mended(unlink(0, 1), 64, 3) > 32);
}

#[test]
fn a_page_that_does_not_lead_back_does_so_again() {
	let unlink = |number, previous| {
		move |book, tick| change_page(book, tick, number, |page| page.previous = previous)
	};
	// The head is asked by whoever stands on it, before the page is.
	assert_eq!(mended(unlink(3, 2), CROWD, 1), 1);
	let by_the_page = |book, tick| {
		unlink(3, 2)(book, tick);
		SweepCursor::<Test>::put(NextVault::<Test>::get() - 1);
	};
	assert_eq!(mended(by_the_page, CROWD, 1), 1);
	// It does not know which page leads there: a vault goes elsewhere, to the one that does.
	assert_eq!(mended(unlink(2, 7), CROWD, 1), 1);
	assert_eq!(mended(unlink(2, 1), CROWD, 1), 1);
}

#[test]
fn a_page_that_is_lost_loses_nobody() {
	assert!(mended(|book, tick| Pages::<Test>::remove((book, tick, 2)), 36, 3) > 32);
}

#[test]
fn pages_that_turn_in_a_circle_beside_the_list_are_noticed() {
	let turn = |book, tick| {
		// 1 → 2 → 1, both ways.
		change_page(book, tick, 3, |page| page.next = 0);
		change_page(book, tick, 2, |page| page.previous = 1);
		change_page(book, tick, 1, |page| page.next = 2);
	};
	assert!(mended(turn, 36, 3) > 32);
}

#[test]
fn what_a_lot_leaves_over_for_a_vault_that_waits_is_sold_too() {
	run(|| {
		let (eth, dot) = ((ETH, ONE_ETH), (DOT, 500 * ONE_DOT));
		let vault = open(ALICE, create_still(), &[eth, dot], 3_800 * ONE_CUSD).unwrap();
		Prices::set_stale(DOT, 30 * 3_600_000);
		assert_eq!(next_block(), 1);
		assert_eq!(next_block(), 0);
		assert!(row(vault).is_waiting());
		assert_eq!((leg(vault, ETH), row(vault).claims.len()), (0, 1));
		lend(CAROL, 10_000 * ONE_CUSD);
		for (lot, _) in lots() {
			assert_ok!(take(CAROL, lot, Balance::MAX));
		}
		assert!(lots().is_empty());
		assert!(row(vault).is_waiting() && !row(vault).claims.is_empty());
		// No block would come to it: no entry says that something of it can be sold.
		next_block();
		assert!(row(vault).is_waiting());
		let before = debt(vault);
		let looks = <() as WeightInfo>::sweep_vault() * NextVault::<Test>::get();
		assert_eq!(idle(Weight::MAX), looks + <() as WeightInfo>::claim(1));
		assert!(!row(vault).is_waiting() && row(vault).claims.is_empty());
		let returned = leg(vault, ETH);
		assert!(returned > 0);
		assert_eq!(next_block(), 1);
		assert!(leg(vault, ETH) == 0 && debt(vault) < before);
		next_block();
		assert!(row(vault).is_waiting());
		// Nothing more comes of looking at it again.
		System::reset_events();
		idle(Weight::MAX);
		assert!(row(vault).is_waiting() && events().is_empty());
	});
}
