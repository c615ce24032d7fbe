//! The sweep finds what the index has lost, and leaves alone what it has not.

use crate::{
	index::Index, mock::*, rows::Rows, sweep::SWEPT_PER_BLOCK, types::BookKind, Event, Pages,
	SweepCursor, Vaults as Rows_, WeightInfo,
};
use cairn_math::Trigger;
use cairn_primitives::VaultId;
use frame_support::{
	assert_ok,
	traits::Hooks,
	weights::{Weight, WeightMeter},
};

fn idle(weight: Weight) -> Weight {
	let block = System::block_number();
	<Vaults as Hooks<_>>::on_idle(block, weight)
}

fn basket() -> VaultId {
	let basket = [(ETH, ONE_ETH), (DOT, 500 * ONE_DOT)];
	open(ALICE, create_still(), &basket, 3_000 * ONE_CUSD).unwrap()
}

fn drifts() -> usize {
	let is_drift = |event: &Event<Test>| matches!(event, Event::IndexDrift { .. });
	events().iter().filter(|event| is_drift(event)).count()
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
		idle(Weight::MAX);
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
		idle(Weight::MAX);
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
