//! A leg whose quote is too old neither shields its vault nor dooms it.

use crate::{mock::*, Error, Event};
use cairn_math::FixedU128;
use cairn_primitives::{Moment, VaultId};
use frame_support::{
	assert_noop, assert_ok,
	weights::{Weight, WeightMeter},
};

const HOUR: Moment = 3_600_000;

/// W = 2,400 of ETH and 2,100 of DOT, for 4,000 CUSD.
fn halves() -> VaultId {
	let basket = [(ETH, ONE_ETH), (DOT, 500 * ONE_DOT)];
	open(ALICE, create_still(), &basket, 4_000 * ONE_CUSD).unwrap()
}

fn at(parts: u128) -> Option<FixedU128> {
	Some(FixedU128::from_rational(parts, 100_000))
}

#[test]
fn it_counts_in_full_for_an_hour_and_falls_to_nothing_within_a_day() {
	run(|| {
		let vault = halves();
		for (age, parts) in [
			(0, 112_500),
			(HOUR, 112_500),
			(HOUR + 6 * HOUR, 99_375),
			(13 * HOUR, 86_250),
			(19 * HOUR, 73_125),
			(25 * HOUR, 60_000),
			(1_000 * HOUR, 60_000),
		] {
			Prices::set_stale(DOT, age);
			assert_eq!(health(vault), at(parts), "{age}");
		}
		// It has fallen a millisecond after the hour, and is not quite nothing one before the end.
		Prices::set_stale(DOT, HOUR + 1);
		assert!(health(vault) < at(112_500));
		Prices::set_stale(DOT, 25 * HOUR - 1);
		assert!(health(vault) > at(60_000));
	});
}

#[test]
fn a_stale_leg_does_not_doom_the_vault() {
	run(|| {
		halves();
		for age in [0, HOUR, 2 * HOUR, 6 * HOUR] {
			Prices::set_stale(DOT, age);
			assert_eq!(next_block(), 0, "{age}");
		}
	});
}

#[test]
fn a_stale_leg_does_not_shield_the_vault_and_is_not_sold_itself() {
	run(|| {
		let vault = halves();
		Prices::set_stale(DOT, 13 * HOUR);
		assert_eq!(next_block(), 1);
		// All of the ETH is sold, and DOT carries what is left of the debt.
		assert_eq!((leg(vault, ETH), leg(vault, DOT)), (0, 500 * ONE_DOT));
		assert_eq!(lots().len(), 1);
		let left = debt(vault);
		assert_eq!(left, 4_000 * ONE_CUSD - 2_777_777_777_777_777);
		// Unsafe as it may be, there is nothing to sell.
		assert_eq!(next_block(), 0);
		assert_noop!(liquidate(BOB, vault), Error::<Test>::NothingToSell);
		assert_eq!(debt(vault), left);
		// Back at its old price it carries the rest; at half of it, it does not.
		Prices::set_cents(DOT, 6_00);
		assert_eq!(next_block(), 0);
		Prices::set_cents(DOT, 3_00);
		assert_eq!(next_block(), 1);
	});
}

#[test]
fn the_safe_leg_that_is_sold_restores_the_target_if_it_can() {
	run(|| {
		let basket = [(ETH, 2 * ONE_ETH), (DOT, 100 * ONE_DOT)];
		let vault = open(ALICE, create_still(), &basket, 4_600 * ONE_CUSD).unwrap();
		Prices::set_stale(DOT, 25 * HOUR);
		Prices::set_cents(ETH, 2_800_00);
		assert_eq!(next_block(), 1);
		assert_eq!(leg(vault, DOT), 100 * ONE_DOT);
		let reached = health(vault).unwrap();
		assert!(
			reached >= FixedU128::from_rational(1_099_999, 1_000_000),
			"{reached:?}"
		);
		assert!(
			reached <= FixedU128::from_rational(1_100_001, 1_000_000),
			"{reached:?}"
		);
	});
}

#[test]
fn a_vault_of_stale_legs_only_waits_and_is_found_when_a_price_returns() {
	for returning in [DOT, ETH] {
		run(|| {
			let vault = halves();
			Prices::set_stale(DOT, 30 * HOUR);
			Prices::set_stale(ETH, 30 * HOUR);
			assert_eq!(next_block(), 0);
			assert_eq!(health(vault), at(0));
			// One price comes back, lower than the vault can bear.
			Prices::set_cents(returning.clone(), 5_00);
			assert_eq!(next_block(), 1);
			assert_eq!(leg(vault, returning.clone()), 0);
			// And the other one.
			let other = if returning == DOT { ETH } else { DOT };
			Prices::set_cents(other, 1_00);
			assert_eq!(next_block(), 1);
			assert_eq!(debt(vault), 0);
		});
	}
}

#[test]
fn a_vault_of_stale_legs_only_is_safe_again_when_the_prices_return_as_they_were() {
	run(|| {
		let vault = halves();
		Prices::forget(DOT);
		Prices::forget(ETH);
		assert_eq!(next_block(), 0);
		Prices::set_cents(DOT, 6_00);
		Prices::set_cents(ETH, 3_000_00);
		assert_eq!(next_block(), 0);
		assert_eq!(health(vault), at(112_500));
		// Its place in the index is as good as before.
		Prices::set_cents(ETH, 2_300_00);
		assert_eq!(next_block(), 1);
	});
}

#[test]
fn a_vault_that_waits_does_not_keep_others_waiting() {
	run(|| {
		let facility = create_still();
		for number in 0..10 {
			open(
				BOB,
				facility,
				&[(DOT, 500 * ONE_DOT)],
				(1_800 + number) * ONE_CUSD,
			)
			.unwrap();
		}
		let basket = [(ETH, ONE_ETH), (DOT, 500 * ONE_DOT)];
		let vault = open(ALICE, facility, &basket, 4_000 * ONE_CUSD).unwrap();
		Prices::set_stale(DOT, 24 * HOUR);
		assert_eq!(next_block(), 1);
		assert_eq!(leg(vault, ETH), 0);
	});
}

#[test]
fn a_vault_whose_other_legs_have_no_price_can_be_repaid_and_left() {
	run(|| {
		let vault = halves();
		Prices::set_stale(DOT, 30 * HOUR);
		Prices::set_stale(ETH, 30 * HOUR);
		next_block();
		assert_ok!(repay(ALICE, vault, 1_000 * ONE_CUSD));
		assert_ok!(deposit(ALICE, vault, BTC, ONE_BTC));
		assert_eq!(next_block(), 0);
		assert_ok!(close(ALICE, vault));
	});
}

/// How many vaults enforcement looks at in the next block, and what it weighs.
fn looked_at() -> (u32, Weight) {
	begin_block(SLOT);
	let mut meter = WeightMeter::new();
	let (progress, unfinished) = Vaults::enforce_for(None, &mut meter);
	assert!(unfinished.is_empty());
	end_of_begin();
	(progress.visited, meter.consumed())
}

#[test]
fn vaults_that_wait_cost_nothing_while_they_do() {
	run(|| {
		let facility = create_still();
		let idle = looked_at();
		assert_eq!(idle, (0, looking(3)));
		let mut vaults = Vec::new();
		for number in 0..40 {
			let debt = (1_800 + number) * ONE_CUSD;
			vaults.push(open(BOB, facility, &[(DOT, 500 * ONE_DOT)], debt).unwrap());
		}
		let basket = [(ETH, ONE_ETH), (DOT, 500 * ONE_DOT)];
		vaults.push(open(ALICE, facility, &basket, 4_000 * ONE_CUSD).unwrap());
		Prices::set_stale(DOT, 30 * HOUR);
		Prices::set_stale(ETH, 30 * HOUR);
		assert_eq!(looked_at().0, 41);
		assert!(vaults.iter().all(|vault| row(*vault).is_waiting()));
		assert_eq!(looked_at(), idle);
		// The owner can do what does not add risk, which takes it off the list until the next block.
		assert_ok!(deposit(BOB, vaults[0], DOT, ONE_DOT));
		assert!(!row(vaults[0]).is_waiting());
		assert_eq!(looked_at().0, 1);
		assert_eq!(looked_at(), idle);
		// The price of one collateral concerns those alone who have it.
		Prices::set_cents(ETH, 3_000_00);
		// One vault, twice: for what can be sold of it, and, that being sold, for the rest.
		assert_eq!(looked_at().0, 2);
		assert_eq!(looked_at(), idle);
		Prices::set_cents(DOT, 6_00);
		assert_eq!(looked_at().0, 41);
		assert!(vaults.iter().all(|vault| !row(*vault).is_waiting()));
		assert_eq!(looked_at(), idle);
	});
}

#[test]
fn a_vault_that_waits_can_be_closed() {
	run(|| {
		let vault = halves();
		let facility = row(vault).facility;
		Prices::set_stale(DOT, 30 * HOUR);
		Prices::set_stale(ETH, 30 * HOUR);
		next_block();
		assert_eq!(
			(row(vault).is_waiting(), state(facility).waiting),
			(true, 1)
		);
		assert_ok!(close(ALICE, vault));
		assert_eq!(state(facility).waiting, 0);
	});
}

#[test]
fn the_owner_is_told_once_that_his_vault_waits() {
	run(|| {
		let vault = halves();
		let told = || {
			let deferred = Event::LiquidationDeferred {
				vault,
				owner: ALICE,
			};
			events()
				.into_iter()
				.filter(|event| *event == deferred)
				.count()
		};
		Prices::set_stale(DOT, 30 * HOUR);
		Prices::set_stale(ETH, 30 * HOUR);
		next_block();
		assert_eq!(told(), 1);
		System::reset_events();
		next_block();
		assert_eq!((told(), row(vault).is_waiting()), (0, true));
	});
}

#[test]
fn what_repays_nothing_leaves_a_vault_that_waits_and_its_owner_is_told() {
	run(|| {
		let basket_of_it = [(ETH, 1), (DOT, 500 * ONE_DOT)];
		let vault = open(ALICE, create_still(), &basket_of_it, 1_800 * ONE_CUSD).unwrap();
		Prices::set_stale(DOT, 30 * HOUR);
		// 5e-19 dollars are left of it.
		Prices::set_cents(ETH, 50);
		// That is for the start of a block. A call that sells nothing fails.
		assert_noop!(liquidate(BOB, vault), Error::<Test>::NothingToSell);
		next_block();
		let (dust, rest) = (leg(vault, ETH), leg(vault, DOT));
		assert_eq!(
			(dust, rest, row(vault).is_waiting()),
			(0, 500 * ONE_DOT, true)
		);
		assert_eq!(debt(vault), 1_800 * ONE_CUSD);
		let forfeited = basket(&[(ETH, 1)]);
		let told = Event::Forfeited {
			vault,
			owner: ALICE,
			forfeited,
		};
		assert!(events().contains(&told));
		System::reset_events();
		next_block();
		assert!(!events().contains(&told));
	});
}

/// It is sold with what is worth something, and has nothing to raise: its lot gives it back at once. Whoever
/// comes to the vault again in the same block finds it there.
#[test]
fn what_repays_nothing_may_come_and_go_in_one_block() {
	run(|| {
		let listed = [(BTC, 72, 80), (ETH, 72, 80), (DOT, 62, 70)];
		let listed = listed.map(|(asset, borrow, keep)| terms(asset, borrow, keep, 0));
		let facility = create_facility(still(listed.to_vec()));
		let held = [(BTC, ONE_BTC / 100), (ETH, 1), (DOT, 500 * ONE_DOT)];
		let vault = open(ALICE, facility, &held, 1_800 * ONE_CUSD).unwrap();
		Prices::set_stale(DOT, 30 * HOUR);
		Prices::set_cents(ETH, 50);
		begin_block(SLOT);
		assert_ok!(liquidate(BOB, vault));
		assert_eq!((leg(vault, BTC), leg(vault, ETH)), (0, 0));
		assert_eq!(enforce_with(Weight::MAX), 0);
		end_of_begin();
		let told = events();
		let at = |wanted: &Event<Test>| told.iter().position(|event| event == wanted);
		let (owner, dust) = (ALICE, basket(&[(ETH, 1)]));
		let returned = at(&Event::LeftoverReturned {
			vault,
			returned: dust.clone(),
		});
		let forfeited = at(&Event::Forfeited {
			vault,
			owner,
			forfeited: dust,
		});
		assert!(returned.is_some() && returned < forfeited, "{told:?}");
		assert_eq!((leg(vault, BTC), leg(vault, ETH)), (0, 0));
		assert!(debt(vault) > 0 && row(vault).is_waiting());
	});
}

/// Who has been told in this block that his vault waits.
fn deferred() -> Vec<VaultId> {
	let told = events().into_iter().filter_map(|event| match event {
		Event::LiquidationDeferred { vault, .. } => Some(vault),
		_ => None,
	});
	told.collect()
}

#[test]
fn nobody_is_told_that_a_vault_waits_which_is_safe_or_saved_or_liquidated() {
	run(|| {
		let waits = halves();
		let facility = row(waits).facility;
		let of_btc =
			|who, debt: u128| open(who, facility, &[(BTC, ONE_BTC)], debt * ONE_CUSD).unwrap();
		let (safe, saved, sold) = (
			of_btc(BOB, 20_000),
			of_btc(BOB, 40_000),
			of_btc(CAROL, 40_000),
		);
		assert_ok!(set_guard(BOB, saved, 110, 20_000 * ONE_CUSD));
		Prices::set_stale(DOT, 30 * HOUR);
		Prices::set_stale(ETH, 30 * HOUR);
		Prices::set_cents(BTC, 48_000_00);
		System::reset_events();
		assert_eq!(next_block(), 1);
		assert_eq!(deferred(), [waits]);
		assert!(debt(sold) < 40_000 * ONE_CUSD && row(saved).guard.is_none());
		assert_eq!(
			(debt(saved), debt(safe)),
			(20_000 * ONE_CUSD, 20_000 * ONE_CUSD)
		);
		// Nor when the wait is over.
		System::reset_events();
		Prices::set_cents(DOT, 6_00);
		Prices::set_cents(ETH, 3_000_00);
		assert_eq!(next_block(), 0);
		assert_eq!((deferred(), row(waits).is_waiting()), (vec![], false));
	});
}

#[test]
fn who_forfeits_nothing_is_not_told_that_he_does() {
	run(|| {
		let told = || {
			let events = events();
			let forfeited = events
				.iter()
				.any(|event| matches!(event, Event::Forfeited { .. }));
			let liquidated = events
				.iter()
				.any(|event| matches!(event, Event::Liquidated { .. }));
			(liquidated, forfeited)
		};
		let vault = halves();
		Prices::set_stale(DOT, 30 * HOUR);
		Prices::set_cents(ETH, 2_500_00);
		System::reset_events();
		assert_eq!(next_block(), 1);
		assert_eq!(told(), (true, false));
		assert_ok!(close(ALICE, vault));
		assert_eq!(told(), (true, false));
	});
}

#[test]
fn who_waits_on_after_another_look_is_not_told_again() {
	run(|| {
		let basket_of_it = [(ETH, 1), (DOT, 500 * ONE_DOT)];
		let vault = open(ALICE, create_still(), &basket_of_it, 1_800 * ONE_CUSD).unwrap();
		Prices::set_stale(DOT, 30 * HOUR);
		Prices::set_stale(ETH, 30 * HOUR);
		next_block();
		assert_eq!((deferred(), row(vault).is_waiting()), (vec![vault], true));
		System::reset_events();
		// It is looked at, since one of its legs can be sold again, for nothing.
		Prices::set_cents(ETH, 50);
		next_block();
		assert_eq!((leg(vault, ETH), row(vault).is_waiting()), (0, true));
		assert!(deferred().is_empty());
	});
}
