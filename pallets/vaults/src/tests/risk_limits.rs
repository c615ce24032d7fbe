//! How much may be borrowed, deposited and left: each limit, to the unit.

use super::because;
use crate::{
	mock::*,
	types::{Adjustment, FacilityChange},
	Call, Error,
};
use cairn_primitives::{Balance, VaultId};
use frame_support::{assert_noop, assert_ok, weights::Weight};

/// 1 ETH for 1,000 CUSD.
fn alices() -> VaultId {
	open(ALICE, MIXED, &[(ETH, ONE_ETH)], 1_000 * ONE_CUSD).unwrap()
}

#[test]
fn more_than_the_ceiling() {
	run(|| {
		let vault = alices();
		let set = |ceiling| {
			govern(Call::set_ceiling {
				facility: MIXED,
				ceiling,
			})
		};
		assert_ok!(set(1_500 * ONE_CUSD));
		assert_noop!(
			borrow(ALICE, vault, 500 * ONE_CUSD + 1),
			Error::<Test>::CeilingReached
		);
		assert_eq!(Vaults::vault(vault).unwrap().max_borrow, 500 * ONE_CUSD);
		assert_ok!(borrow(ALICE, vault, 500 * ONE_CUSD));
		// A lower ceiling takes nothing back, and interest passes it.
		assert_ok!(set(0));
		run_blocks(3);
		assert!(debt(vault) > 1_500 * ONE_CUSD);
		assert_noop!(borrow(ALICE, vault, 1), Error::<Test>::CeilingReached);
		assert_ok!(repay(ALICE, vault, 500 * ONE_CUSD));
		// The other facility has its own.
		assert_ok!(open(
			BOB,
			STABLE,
			&[(USDT, 1_000 * ONE_USDT)],
			100 * ONE_CUSD
		));
	});
}

#[test]
fn more_than_the_cap() {
	run(|| {
		let mut capped = terms(ETH, 72, 80, 0);
		capped.cap = 10 * ONE_ETH;
		let facility = create_facility(facility_terms(vec![capped]));
		let vault = open(ALICE, facility, &[(ETH, 6 * ONE_ETH)], 0).unwrap();
		let error = because(Error::CapReached);
		assert_noop!(open(BOB, facility, &[(ETH, 4 * ONE_ETH + 1)], 0), error);
		assert_ok!(open(BOB, facility, &[(ETH, 4 * ONE_ETH)], 0));
		assert_noop!(deposit(ALICE, vault, ETH, 1), error);
		assert_ok!(withdraw(ALICE, vault, ETH, 2));
		assert_ok!(deposit(ALICE, vault, ETH, 2));
	});
}

#[test]
fn a_debt_below_the_minimum() {
	run(|| {
		let vault = open(ALICE, MIXED, &[(ETH, ONE_ETH)], 0).unwrap();
		let error = because(Error::BelowMinimumDebt);
		assert_noop!(borrow(ALICE, vault, MINIMUM_DEBT - 1), error);
		assert_noop!(open(ALICE, MIXED, &[(ETH, ONE_ETH)], 1), error);
		assert_ok!(borrow(ALICE, vault, MINIMUM_DEBT + ONE_CUSD));
		assert_noop!(repay(ALICE, vault, ONE_CUSD + 1), error);
		assert_noop!(repay(ALICE, vault, MINIMUM_DEBT + ONE_CUSD - 1), error);
		assert_ok!(repay(ALICE, vault, ONE_CUSD));
	});
}

#[test]
fn repaying_what_is_not_owed_or_too_little_to_count() {
	run(|| {
		let empty = open(ALICE, MIXED, &[(ETH, ONE_ETH)], 0).unwrap();
		let vault = alices();
		assert_noop!(repay(ALICE, empty, 1), Error::<Test>::NoDebt);
		next_block();
		// One unit of normalised debt owes more than one unit by now.
		assert_noop!(repay(ALICE, vault, 1), Error::<Test>::RepaymentTooSmall);
		assert_ok!(repay(ALICE, vault, 2));
	});
}

#[test]
fn more_than_the_collateral_carries() {
	run(|| {
		let vault = alices();
		let error = because(Error::Undercollateralized);
		assert_noop!(borrow(ALICE, vault, 1_160 * ONE_CUSD + 1), error);
		assert_noop!(withdraw(ALICE, vault, ETH, ONE_ETH), error);
		assert_noop!(withdraw(ALICE, vault, ETH, ONE_ETH * 54 / 100), error);
		assert_ok!(withdraw(ALICE, vault, ETH, ONE_ETH * 53 / 100));
		assert_noop!(open(ALICE, MIXED, &[], MINIMUM_DEBT), error);
	});
}

#[test]
fn a_facility_fills_no_faster_than_its_limit() {
	run(|| {
		let hourly = 1_000 * ONE_CUSD;
		let vault = alices();
		assert_ok!(change_facility(MIXED, FacilityChange::FillLimit(hourly)));
		// What was borrowed before counts: the limit is full.
		let error = because(Error::FillLimitReached);
		assert_noop!(borrow(ALICE, vault, 1), error);
		next_block_with(Weight::MAX, 1_800_000);
		assert_noop!(borrow(ALICE, vault, hourly / 2 + 1), error);
		assert_ok!(borrow(ALICE, vault, hourly / 2));
		// What is repaid may be borrowed again, by whomever.
		assert_ok!(repay(ALICE, vault, 100 * ONE_CUSD));
		assert_noop!(
			open(BOB, MIXED, &[(ETH, ONE_ETH)], 100 * ONE_CUSD + 1),
			error
		);
		assert_ok!(open(BOB, MIXED, &[(ETH, ONE_ETH)], 100 * ONE_CUSD));
		// Repaying and borrowing in one step is no new borrowing.
		let adjustment = Adjustment {
			repay: 300 * ONE_CUSD,
			borrow: 300 * ONE_CUSD,
			..Default::default()
		};
		assert_ok!(adjust(ALICE, vault, adjustment, no_limits()));
		// However long nobody borrows, never more than the limit at once.
		next_block_with(Weight::MAX, 30 * DAY);
		assert_noop!(open(BOB, MIXED, &[(ETH, ONE_ETH)], hourly + 1), error);
		assert_ok!(open(BOB, MIXED, &[(ETH, ONE_ETH)], hourly));
		// Another facility has its own.
		lend(CAROL, 2_000 * ONE_CUSD);
	});
}

/// A limit of a few units comes back too, though each block makes less than one of them good.
#[test]
fn a_limit_of_few_units_comes_back_within_an_hour() {
	run(|| {
		let vault = alices();
		assert_ok!(change_facility(MIXED, FacilityChange::FillLimit(700)));
		let filled = || state(MIXED).filled;
		let before = filled();
		for _ in 0..1_200 {
			next_block();
		}
		assert_eq!(filled(), before - 700);
		// What is repaid makes no difference to that, and where nothing is filled nothing is kept.
		assert_ok!(repay(ALICE, vault, 100));
		next_block();
		assert_eq!((filled(), state(MIXED).made_good), (before - 800, 2_100));
		assert_ok!(change_facility(
			MIXED,
			FacilityChange::FillLimit(Balance::MAX)
		));
		next_block();
		assert_eq!((filled(), state(MIXED).made_good), (0, 0));
	});
}

#[test]
fn at_most_twice_the_limit_is_borrowed_in_any_hour() {
	run(|| {
		let limit = 600 * ONE_CUSD;
		assert_ok!(change_facility(MIXED, FacilityChange::FillLimit(limit)));
		let vault = open(ALICE, MIXED, &[(ETH, 100 * ONE_ETH)], 0).unwrap();
		let mut borrowed = vec![0];
		// Three hours of minutes in which somebody takes all that he can get.
		for _ in 0..180 {
			let most = Vaults::vault(vault).unwrap().max_borrow;
			if most >= MINIMUM_DEBT || debt(vault) > 0 {
				assert_eq!(borrow(ALICE, vault, most).is_ok(), most > 0);
			}
			borrowed.push(debt(vault));
			next_block_with(Weight::MAX, 60_000);
		}
		for hour in borrowed.windows(61) {
			assert!(hour[60] - hour[0] <= 2 * limit + ONE_CUSD);
		}
		assert!(borrowed[180] > 3 * limit);
	});
}

/// A facility for at most 10 ETH, with DOT beside it.
fn capped() -> u32 {
	let mut eth = terms(ETH, 72, 80, 0);
	eth.cap = 10 * ONE_ETH;
	create_facility(still(vec![eth, terms(DOT, 62, 70, 1)]))
}

#[test]
fn a_cap_does_not_refuse_collateral_that_saves_a_vault() {
	run(|| {
		let facility = capped();
		let vault = open(ALICE, facility, &[(ETH, 10 * ONE_ETH)], 20_000 * ONE_CUSD).unwrap();
		let error = because(Error::CapReached);
		// It is well, at 1.2.
		assert_noop!(deposit(ALICE, vault, ETH, 1), error);
		Prices::set_cents(ETH, 2_700_00);
		// Below the target of 1.1 it is not. Anybody may help.
		assert_noop!(open(BOB, facility, &[(ETH, 1)], 0), error);
		assert_ok!(deposit(BOB, vault, ETH, ONE_ETH));
		// Saved: enough is enough.
		assert_noop!(deposit(BOB, vault, ETH, ONE_ETH), error);
		assert_eq!(next_block(), 0);
	});
}

#[test]
fn a_cap_does_not_refuse_collateral_where_there_is_no_price_to_tell_by() {
	run(|| {
		let vault = open(ALICE, capped(), &[(ETH, 10 * ONE_ETH)], 20_000 * ONE_CUSD).unwrap();
		Prices::forget(ETH);
		assert_ok!(deposit(BOB, vault, ETH, ONE_ETH));
	});
}

#[test]
fn nobody_takes_new_risk_on_what_is_beyond_its_cap() {
	run(|| {
		let facility = capped();
		let both = [(ETH, 6 * ONE_ETH), (DOT, 1_000 * ONE_DOT)];
		let vault = open(ALICE, facility, &both, 10_000 * ONE_CUSD).unwrap();
		let cap = FacilityChange::Cap {
			asset: ETH,
			cap: 5 * ONE_ETH,
		};
		assert_ok!(call(
			GUARDIAN,
			Call::change_facility {
				facility,
				change: cap
			}
		));
		let error = because(Error::CapReached);
		assert_noop!(borrow(ALICE, vault, 1), error);
		assert_eq!(Vaults::vault(vault).unwrap().max_borrow, 0);
		// Less DOT would leave more to the ETH.
		assert_noop!(withdraw(ALICE, vault, DOT, 1), error);
		assert_eq!(Vaults::max_withdraw(vault, DOT), Some(0));
		// Less ETH is welcome, and so is everything that makes the vault safer.
		assert_ok!(withdraw(ALICE, vault, ETH, 1));
		assert_ok!(deposit(ALICE, vault, DOT, ONE_DOT));
		assert_ok!(repay(ALICE, vault, ONE_CUSD));
		// Who has none of it is not concerned.
		let other = open(BOB, facility, &[(DOT, 1_000 * ONE_DOT)], 1_000 * ONE_CUSD).unwrap();
		assert_ok!(borrow(BOB, other, 1));
		// At the cap it is as before.
		assert_ok!(withdraw(ALICE, vault, ETH, ONE_ETH - 1));
		assert_ok!(borrow(ALICE, vault, ONE_CUSD));
		// Nor does it keep anybody in.
		lend(ALICE, 10_000 * ONE_CUSD);
		assert_ok!(close(ALICE, vault));
	});
}

#[test]
fn a_rescue_is_no_way_around_the_cap() {
	run(|| {
		let facility = capped();
		let vault = open(ALICE, facility, &[(ETH, 10 * ONE_ETH)], 20_000 * ONE_CUSD).unwrap();
		Prices::set_cents(ETH, 2_700_00);
		let error = because(Error::CapReached);
		let adjustment = Adjustment {
			deposit: basket(&[(ETH, 10 * ONE_ETH)]),
			borrow: ONE_CUSD,
			..Default::default()
		};
		assert_noop!(adjust(ALICE, vault, adjustment, no_limits()), error);
		assert_ok!(deposit(ALICE, vault, ETH, 10 * ONE_ETH));
		assert_noop!(borrow(ALICE, vault, ONE_CUSD), error);
	});
}
