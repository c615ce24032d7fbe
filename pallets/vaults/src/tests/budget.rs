//! Enforcement within a budget: never beyond it, never idle, and fair.

use super::because;
use crate::{mock::*, Call, Error, WeightInfo};
use cairn_math::FixedU128;
use cairn_primitives::{FacilityId, VaultId};
use frame_support::{
	assert_noop, assert_ok,
	traits::Get,
	weights::{RuntimeDbWeight, Weight, WeightMeter},
};

/// What so many pages weigh.
fn pages(count: u64) -> Weight {
	<() as WeightInfo>::visit_page() * count
}

/// Vaults of different health at 2,400 USD, all of them unsafe.
fn unsafe_vaults(facility: FacilityId, count: u128) -> Vec<VaultId> {
	let open = |number| {
		open(
			ALICE,
			facility,
			&[(ETH, ONE_ETH)],
			(2_000 + number) * ONE_CUSD,
		)
	};
	(0..count).map(|number| open(number).unwrap()).collect()
}

#[test]
fn the_backlog_can_be_worked_off_by_anybody_as_far_as_he_pays() {
	run(|| {
		let vaults = unsafe_vaults(create_still(), 20);
		let unsafe_ones = || {
			vaults
				.iter()
				.filter(|vault| health(**vault) < Some(FixedU128::from_u32(1)))
				.count()
		};
		Prices::set_cents(ETH, 2_400_00);
		next_block_with(Weight::zero(), SLOT);
		assert_eq!(unsafe_ones(), 20);
		assert_ok!(call(PAUPER, Call::enforce_backlog { max: 1 }));
		let first = unsafe_ones();
		assert!(first < 20, "at least the one that was paid for");
		assert_ok!(call(PAUPER, Call::enforce_backlog { max: 5 }));
		assert!(unsafe_ones() <= first - 5);
		assert_ok!(call(PAUPER, Call::enforce_backlog { max: 100 }));
		assert_eq!(unsafe_ones(), 0);
		let nothing = because(Error::NothingToEnforce);
		assert_noop!(call(PAUPER, Call::enforce_backlog { max: 100 }), nothing);
		assert_noop!(call(PAUPER, Call::enforce_backlog { max: 0 }), nothing);
	});
}

#[test]
fn nothing_is_begun_with_that_is_not_paid_for() {
	// A page without the row in which its bound stands, and both.
	let row = Vaults::weight_of_rows(1);
	for (more, spent) in [(pages(1), Weight::zero()), (pages(1) + row, pages(1) + row)] {
		run(|| {
			unsafe_vaults(create_still(), 3);
			// The other two facilities have their turn before.
			while !(System::block_number() + 1).is_multiple_of(3) {
				next_block();
			}
			Prices::set_cents(ETH, 2_400_00);
			begin_block(SLOT);
			// It is noted that they are left.
			let looks = looking(3) + <DbWeight as Get<RuntimeDbWeight>>::get().writes(1);
			let mut meter = WeightMeter::with_limit(looks + more);
			assert_eq!(Vaults::enforce(&mut meter), 0);
			assert_eq!(meter.consumed(), looks + spent);
		});
	}
}

#[test]
fn a_backlog_of_guards_is_a_backlog() {
	run(|| {
		let facility = create_still();
		lend(ALICE, 10_000 * ONE_CUSD);
		let guarded: Vec<_> = (0..3)
			.map(|number| {
				let debt = (2_000 - number) * ONE_CUSD;
				let vault = open(ALICE, facility, &[(ETH, ONE_ETH)], debt).unwrap();
				assert_ok!(set_guard(ALICE, vault, 110, 500 * ONE_CUSD));
				vault
			})
			.collect();
		// Below the level, and none of them unsafe.
		Prices::set_cents(ETH, 2_600_00);
		next_block_with(Weight::zero(), SLOT);
		let left = || {
			guarded
				.iter()
				.filter(|vault| row(**vault).guard.is_some())
				.count()
		};
		while left() > 0 {
			let before = left();
			assert_ok!(call(PAUPER, Call::enforce_backlog { max: 1 }));
			assert!(left() < before);
		}
		assert!(guarded.iter().all(|vault| debt(*vault) <= 1_500 * ONE_CUSD));
		let nothing = because(Error::NothingToEnforce);
		assert_noop!(call(PAUPER, Call::enforce_backlog { max: 1 }), nothing);
	});
}

/// Whoever has nothing to repay with sets guards that are due with the next fall: they cost a block a
/// look each, and no vault that is unsafe its turn.
#[test]
fn guards_that_are_due_do_not_keep_enforcement_from_vaults_that_are_unsafe() {
	run(|| {
		let facility = create_still();
		let guards: Vec<_> = (0..8)
			.map(|_| {
				// Health 1.2, and after the fall 1.04: higher in a common book than any that is unsafe.
				let vault = open(BOB, facility, &[(ETH, ONE_ETH)], 2_000 * ONE_CUSD).unwrap();
				assert_ok!(set_guard(BOB, vault, 119, 500 * ONE_CUSD));
				vault
			})
			.collect();
		send(CUSD, BOB, CAROL, balance(CUSD, BOB));
		let debts = [2_120, 2_140, 2_155];
		let unsafe_ones =
			debts.map(|debt| open(ALICE, facility, &[(ETH, ONE_ETH)], debt * ONE_CUSD).unwrap());
		Prices::set_cents(ETH, 2_600_00);
		let waits = |vault: &&VaultId| health(**vault) < Some(FixedU128::from_u32(1));
		let due = |vault: &&VaultId| row(**vault).guard.is_some();
		for left in (0..unsafe_ones.len()).rev() {
			assert_eq!(next_block_with(looking(3) + room_for_one(), SLOT), 1);
			assert_eq!(unsafe_ones.iter().filter(waits).count(), left);
			assert_eq!(guards.iter().filter(due).count(), guards.len());
		}
		// Then it is their turn.
		next_block();
		assert_eq!(guards.iter().filter(due).count(), 0);
		assert!(guards.iter().all(|vault| debt(*vault) == 2_000 * ONE_CUSD));
	});
}

#[test]
fn a_vault_that_is_put_aside_is_progress() {
	run(|| {
		let facility = create_still();
		let vault = open(ALICE, facility, &[(ETH, ONE_ETH)], 2_000 * ONE_CUSD).unwrap();
		Prices::set_stale(ETH, 24 * 3_600_000);
		next_block_with(Weight::zero(), SLOT);
		assert_ok!(call(PAUPER, Call::enforce_backlog { max: 1 }));
		assert!(row(vault).is_waiting());
		let nothing = because(Error::NothingToEnforce);
		assert_noop!(call(PAUPER, Call::enforce_backlog { max: 1 }), nothing);
	});
}

#[test]
fn the_least_budget_makes_progress_each_block_and_the_riskiest_are_first() {
	run(|| {
		let facility = create_still();
		// More than a tick apart: within a tick there is no order.
		let open = |number: u128| {
			open(
				ALICE,
				facility,
				&[(ETH, ONE_ETH)],
				(2_000 + 5 * number) * ONE_CUSD,
			)
			.unwrap()
		};
		let vaults: Vec<_> = (0..12).map(open).collect();
		Prices::set_cents(ETH, 2_400_00);
		for left in (0..vaults.len()).rev() {
			assert_eq!(next_block_with(looking(3) + room_for_one(), SLOT), 1);
			for (number, vault) in vaults.iter().enumerate() {
				let is_unsafe = health(*vault) < Some(FixedU128::from_u32(1));
				assert_eq!(is_unsafe, number < left);
			}
		}
		assert_eq!(next_block(), 0);
	});
}

#[test]
fn whatever_the_budget_it_is_not_exceeded_and_never_wasted() {
	// All facilities are looked at, and two of them once more.
	let looks = looking(3) + looking(2);
	for part in 0..60 {
		let budget = liquidations(part);
		run(|| {
			unsafe_vaults(MIXED, 20);
			unsafe_vaults(create_still(), 20);
			Prices::set_cents(ETH, 2_400_00);
			let mut left = 40;
			while left > 0 {
				let done = next_block_with(budget, SLOT);
				if !budget.all_gte(looking(3) + room_for_one()) {
					break;
				}
				// Each of two books ends its share, and then its second turn, with a look at a page for
				// which there is no vault any more. What the last turn has not used is lost: less than
				// a vault is reserved for.
				let lost = looks + room_for_one() + pages(4);
				let for_vaults = budget.saturating_sub(lost);
				let wanted = for_vaults.ref_time() / liquidations(1).ref_time();
				let wanted = (wanted as u32).clamp(1, left);
				assert!(
					done >= wanted,
					"{done} of {left} in block with {part} parts, not {wanted}"
				);
				left -= done;
			}
		});
	}
}

#[test]
fn no_book_and_no_facility_starves_another() {
	run(|| {
		let facilities = [create_still(), create_still()];
		let mut groups = Vec::new();
		for facility in facilities {
			groups.push(unsafe_vaults(facility, 30));
			let of_dot = |number: u128| {
				open(
					BOB,
					facility,
					&[(DOT, 1_000 * ONE_DOT)],
					(3_400 + number) * ONE_CUSD,
				)
				.unwrap()
			};
			groups.push((0..30).map(of_dot).collect());
		}
		Prices::set_cents(ETH, 2_400_00);
		Prices::set_cents(DOT, 4_80);
		let done = |group: &Vec<VaultId>| {
			group
				.iter()
				.filter(|vault| health(**vault) >= Some(FixedU128::from_u32(1)))
				.count()
		};
		for _ in 0..20 {
			assert!(next_block_with(looking(4) + room_for_one(), SLOT) >= 1);
		}
		for group in &groups {
			assert!(
				done(group) > 0,
				"{:?}",
				groups.iter().map(done).collect::<Vec<_>>()
			);
		}
		// With more of it each has its share of a block, whoever has the rest.
		let before: Vec<_> = groups.iter().map(done).collect();
		next_block_with(looking(8) + liquidations(2 * 2 * 12), SLOT);
		let gained = groups.iter().zip(before);
		let gained: Vec<_> = gained.map(|(group, before)| done(group) - before).collect();
		assert!(gained.iter().all(|gained| *gained >= 1), "{gained:?}");
		assert!(groups.iter().any(|group| done(group) < 30));
		next_block();
		assert!(groups.iter().all(|group| done(group) == 30));
	});
}

#[test]
fn one_book_alone_in_need_has_the_whole_budget() {
	run(|| {
		unsafe_vaults(create_still(), 30);
		Prices::set_cents(ETH, 2_400_00);
		// The facility is looked at twice.
		let budget = looking(4) + liquidations(29) + room_for_one();
		assert_eq!(next_block_with(budget, SLOT), 30);
	});
}

#[test]
fn many_blocks_of_small_budgets_do_what_one_block_does() {
	let prepare = || {
		let vaults = unsafe_vaults(create_still(), 15);
		Prices::set_cents(ETH, 2_300_00);
		vaults
	};
	let rows = |vaults: Vec<VaultId>| -> Vec<_> {
		vaults
			.into_iter()
			.map(|vault| (row(vault).debt, leg(vault, ETH)))
			.collect()
	};
	let at_once = new_test_ext().execute_with(|| {
		let vaults = prepare();
		assert_eq!(next_block(), 15);
		rows(vaults)
	});
	let bit_by_bit = new_test_ext().execute_with(|| {
		let vaults = prepare();
		while next_block_with(looking(3) + room_for_one(), SLOT) > 0 {}
		rows(vaults)
	});
	assert_eq!(at_once, bit_by_bit);
}
