//! What went wrong for somebody else, and must not go wrong here. Each test is named for it.

use crate::{
	mock::*, types::Adjustment, Call, Error, Event, Facilities, FacilityStates, NextFacility,
	Pages, Vaults as Rows,
};
use cairn_math::{FixedU128, Ray, Trigger, SECONDS_PER_YEAR};
use cairn_primitives::{BalanceSheet, QuoteStatus, VaultId};
use codec::{Decode, Encode};
use frame_support::{assert_noop, assert_ok, weights::Weight};
use primitive_types::U512;

/// 10 ETH for 20,000 CUSD without interest: unsafe below 2,500 USD.
fn tens() -> VaultId {
	open(
		ALICE,
		create_still(),
		&[(ETH, 10 * ONE_ETH)],
		20_000 * ONE_CUSD,
	)
	.unwrap()
}

fn is_drift(event: &Event<Test>, of: VaultId) -> bool {
	matches!(event, Event::IndexDrift { vault } if *vault == of)
}

/// Writes an entry for `vault` above all prices into the ETH book of a facility.
fn dangle(facility: u32, vault: VaultId) -> Trigger {
	let trigger = Trigger::from_ratio_ceil(U512::from(1_000u32), U512::one());
	let mut rows = crate::rows::Rows::direct();
	crate::index::Index::<Test>::insert((facility, 2), trigger, vault, &mut rows);
	trigger
}

/// Maker: debt before `init` was debt at a rate of zero, free of interest and of repayment.
#[test]
fn there_is_no_debt_in_a_facility_before_it_is_initialised() {
	run(|| {
		let next = NextFacility::<Test>::get();
		let borrowing = open(ALICE, next, &[(ETH, ONE_ETH)], MINIMUM_DEBT);
		assert_eq!(borrowing, Err(Error::<Test>::UnknownFacility.into()));
		assert!(!Facilities::<Test>::contains_key(next));
		assert!(!FacilityStates::<Test>::contains_key(next));
		create_still();
		assert_eq!(state(next).accumulator, Ray::ONE);
		assert_eq!(state(next).normalized_debt.0, 0);
		let vault = open(ALICE, next, &[(ETH, ONE_ETH)], MINIMUM_DEBT).unwrap();
		assert_eq!(debt(vault), MINIMUM_DEBT);
	});
}

/// Maker: an accumulator that starts at zero seconds would charge for 50 years at once.
#[test]
fn a_facility_of_the_genesis_block_charges_nothing_for_the_time_before_it() {
	run(|| {
		assert_eq!(state(MIXED).accumulator, Ray::ONE);
		assert_eq!(state(MIXED).accrued_at, Timestamp::get());
	});
}

/// Kava #330: an index entry without its position halted the chain.
#[test]
fn a_stale_index_entry_is_skipped_and_reported_and_the_block_goes_on() {
	run(|| {
		let _alarms = expect_alarms();
		let vault = tens();
		let facility = row(vault).facility;
		dangle(facility, 4_711);
		Prices::set_cents(ETH, 2_400_00);
		begin_block_unchecked();
		assert_eq!(enforce_with(Weight::MAX), 1);
		end_of_begin();
		assert!(events().iter().any(|event| is_drift(event, 4_711)));
		assert!(debt(vault) < 20_000 * ONE_CUSD);
		// It is gone with it.
		assert_eq!(next_block(), 0);
		assert!(!events().iter().any(|event| is_drift(event, 4_711)));
	});
}

#[test]
fn an_index_entry_of_a_closed_vault_harms_nobody() {
	run(|| {
		let _alarms = expect_alarms();
		let vault = tens();
		let facility = row(vault).facility;
		assert_ok!(close(ALICE, vault));
		dangle(facility, vault);
		begin_block_unchecked();
		assert_eq!(enforce_with(Weight::MAX), 0);
		end_of_begin();
		assert!(events().iter().any(|event| is_drift(event, vault)));
		assert_eq!(Pages::<Test>::iter().count(), 0);
	});
}

#[test]
fn a_second_entry_of_a_safe_vault_goes_and_the_right_one_stays() {
	run(|| {
		let vault = tens();
		let (facility, before) = (row(vault).facility, row(vault));
		dangle(facility, vault);
		begin_block_unchecked();
		assert_eq!(enforce_with(Weight::MAX), 0);
		end_of_begin();
		assert!(events().iter().any(|event| is_drift(event, vault)));
		assert_eq!(row(vault), before);
		Prices::set_cents(ETH, 2_400_00);
		assert_eq!(next_block(), 1);
	});
}

/// Both are found in one page, and the vault is indexed anew after the first.
#[test]
fn a_second_entry_in_the_same_page_goes_and_the_right_one_stays() {
	for step in [-1, 0, 1] {
		run(|| {
			let vault = tens();
			let before = row(vault);
			let entry = before.legs[0].entry.unwrap();
			let raw = entry.trigger.raw().checked_add_signed(step).unwrap();
			let second = Trigger::decode(&mut &raw.encode()[..]).unwrap();
			assert_eq!(second.tick(), entry.trigger.tick());
			let mut rows = crate::rows::Rows::direct();
			crate::index::Index::<Test>::insert((before.facility, 2), second, vault, &mut rows);
			Prices::set_cents(ETH, 2_499_00);
			begin_block_unchecked();
			assert!(enforce_with(Weight::MAX) > 0);
			end_of_begin();
			let drifts = events().iter().filter(|e| is_drift(e, vault)).count();
			assert_eq!(drifts, 1, "{step}");
			let pages = Pages::<Test>::iter_values();
			let entries: Vec<_> = pages.flat_map(|page| page.entries).collect();
			let entry = row(vault).legs[0].entry.unwrap();
			assert_eq!(entries, [(entry.trigger, vault)], "{step}");
		});
	}
}

#[test]
fn an_entry_for_a_vault_of_another_facility_or_of_another_collateral_is_dropped() {
	run(|| {
		let _alarms = expect_alarms();
		let vault = tens();
		let before = row(vault);
		dangle(MIXED, vault);
		let trigger = Trigger::from_ratio_ceil(U512::from(1_000u32), U512::one());
		let mut rows = crate::rows::Rows::direct();
		crate::index::Index::<Test>::insert((before.facility, 0), trigger, vault, &mut rows);
		begin_block_unchecked();
		assert_eq!(enforce_with(Weight::MAX), 0);
		end_of_begin();
		assert_eq!(
			events()
				.iter()
				.filter(|event| is_drift(event, vault))
				.count(),
			2
		);
		assert_eq!(row(vault), before);
	});
}

#[test]
fn a_missing_entry_keeps_nobody_from_repaying_and_closing() {
	run(|| {
		let vault = tens();
		let pages: Vec<_> = Pages::<Test>::iter_keys().collect();
		pages.into_iter().for_each(Pages::<Test>::remove);
		let _ = crate::Words::<Test>::clear(u32::MAX, None);
		let _ = crate::Summaries::<Test>::clear(u32::MAX, None);
		System::reset_events();
		assert_ok!(repay(ALICE, vault, ONE_CUSD));
		assert!(events().iter().any(|event| is_drift(event, vault)));
		// Any operation on the vault mends it.
		check_all();
		let _ = crate::Pages::<Test>::clear(u32::MAX, None);
		let _ = crate::Words::<Test>::clear(u32::MAX, None);
		let _ = crate::Summaries::<Test>::clear(u32::MAX, None);
		assert_ok!(close(ALICE, vault));
	});
}

/// Kava #367: interest was added only when somebody touched the position.
#[test]
fn a_vault_that_nobody_touches_owes_more_each_block_and_is_liquidated_for_it() {
	run(|| {
		let vault = open(ALICE, MIXED, &[(ETH, ONE_ETH)], 2_160 * ONE_CUSD).unwrap();
		let untouched = row(vault);
		let mut owed = debt(vault);
		let mut liquidated = 0;
		for _ in 0..40 {
			assert_eq!(row(vault), untouched);
			liquidated += next_block_with(Weight::MAX, SECONDS_PER_YEAR * 1_000 / 12);
			if liquidated > 0 {
				break;
			}
			assert!(debt(vault) > owed);
			owed = debt(vault);
		}
		assert_eq!(liquidated, 1);
	});
}

/// GEB: what a liquidation left below the dust limit could never be liquidated again.
#[test]
fn a_dusty_remainder_can_be_liquidated() {
	run(|| {
		// A debt below the minimum, left behind by a leg that could not be sold.
		let basket = [(ETH, ONE_ETH / 10), (DOT, 50 * ONE_DOT)];
		let vault = open(ALICE, create_still(), &basket, 375 * ONE_CUSD).unwrap();
		Prices::set_stale(DOT, 13 * 3_600_000);
		assert_eq!(next_block(), 1);
		let dust = debt(vault);
		assert!(dust > 0 && dust < MINIMUM_DEBT, "{dust}");
		Prices::set_cents(DOT, 1_00);
		assert_eq!(next_block(), 1);
		assert_eq!(debt(vault), 0);
	});
}

#[test]
fn a_vault_of_a_single_smallest_unit_is_liquidated_as_well() {
	run(|| {
		// 60,000 USD in one unit of a token without decimals.
		let facility = create_facility(still(vec![terms(super::exact::token(0), 50, 60, 0)]));
		Prices::set_cents(super::exact::token(0), 60_000_00);
		let vault = open(
			ALICE,
			facility,
			&[(super::exact::token(0), 1)],
			30_000 * ONE_CUSD,
		)
		.unwrap();
		Prices::set_cents(super::exact::token(0), 49_999_99);
		assert_eq!(next_block(), 1);
		// A unit cannot be halved: it goes, and the owner gets nothing back that does not exist.
		assert_eq!((debt(vault), leg(vault, super::exact::token(0))), (0, 0));
	});
}

/// Kava #1488: at exactly the ratio the index and the check disagreed, and the block failed.
#[test]
fn at_exactly_the_ratio_index_and_evaluation_agree() {
	for debt_asset in [20_000u128, 19_999, 17_777, 12_345] {
		run(|| {
			let collateral = [(ETH, 10 * ONE_ETH)];
			let vault = open(ALICE, create_still(), &collateral, debt_asset * ONE_CUSD).unwrap();
			// 8 ETH at this price are exactly the debt.
			let exactly = debt_asset * 10u128.pow(18) / 8;
			Prices::set_raw(ETH, exactly);
			assert_eq!(health(vault), Some(FixedU128::from_u32(1)));
			for _ in 0..3 {
				assert_eq!(next_block(), 0);
			}
			assert_noop!(liquidate(BOB, vault), Error::<Test>::VaultIsSafe);
			Prices::set_raw(ETH, exactly - 1);
			assert_eq!(next_block(), 1);
		});
	}
}

/// sDOLA and others: tokens sent to the contract moved its price.
#[test]
fn a_donation_to_custody_changes_no_price_no_health_and_no_vault() {
	run(|| {
		let vault = open(
			ALICE,
			MIXED,
			&[(ETH, ONE_ETH), (DOT, ONE_DOT)],
			2_000 * ONE_CUSD,
		)
		.unwrap();
		let before = (Vaults::vault(vault), Vaults::facility(MIXED), row(vault));
		for asset in [ETH, DOT, CRN, ODD] {
			send(asset, BOB, CUSTODY, 1_000);
		}
		send(CUSD, ALICE, CUSTODY, ONE_CUSD);
		send(CUSD, ALICE, Treasury::account_id(), ONE_CUSD);
		check_all();
		assert_eq!(
			before,
			(Vaults::vault(vault), Vaults::facility(MIXED), row(vault))
		);
		// Nor can anybody have it.
		let eth = leg(vault, ETH);
		assert_noop!(
			withdraw(ALICE, vault, ETH, eth + 1),
			Error::<Test>::NotEnoughCollateral
		);
	});
}

/// Euler: `donateToReserves` lowered the health of an account and never looked at it.
#[test]
fn every_operation_that_lowers_health_ends_with_a_look_at_it() {
	run(|| {
		let vault = open(ALICE, MIXED, &[(ETH, ONE_ETH)], 2_160 * ONE_CUSD).unwrap();
		let movements = [
			Adjustment {
				borrow: 1,
				..Default::default()
			},
			Adjustment {
				withdraw: basket(&[(ETH, 1)]),
				..Default::default()
			},
			Adjustment {
				deposit: basket(&[(DOT, 1)]),
				withdraw: basket(&[(ETH, ONE_ETH / 1_000)]),
				..Default::default()
			},
			Adjustment {
				repay: ONE_CUSD,
				borrow: ONE_CUSD + 1,
				..Default::default()
			},
			Adjustment {
				deposit: basket(&[(ETH, 1)]),
				borrow: ONE_CUSD,
				..Default::default()
			},
			Adjustment {
				repay: ONE_CUSD,
				withdraw: basket(&[(ETH, ONE_ETH / 100)]),
				..Default::default()
			},
		];
		for adjustment in movements {
			let error = Error::<Test>::Undercollateralized;
			assert_noop!(adjust(ALICE, vault, adjustment, no_limits()), error);
		}
		let limits = no_limits();
		let adjustment = Adjustment {
			deposit: basket(&[(ETH, ONE_ETH)]),
			borrow: 2_160 * ONE_CUSD + 1,
			..Default::default()
		};
		assert_noop!(
			call(
				ALICE,
				Call::open {
					facility: MIXED,
					adjustment,
					limits
				}
			),
			Error::<Test>::Undercollateralized
		);
	});
}

/// LUNA on several chains: a frozen feed went on serving a price that no longer was one.
#[test]
fn a_frozen_a_missing_and_a_vanishing_price_take_on_no_debt_and_break_nothing() {
	run(|| {
		let vault = tens();
		for status in [QuoteStatus::Stale, QuoteStatus::Halted, QuoteStatus::Jump] {
			Prices::alter(ETH, |quote| quote.status = status);
			assert_noop!(borrow(ALICE, vault, 1), Error::<Test>::PriceNotLive);
			assert_noop!(withdraw(ALICE, vault, ETH, 1), Error::<Test>::PriceNotLive);
			assert_eq!(next_block(), 0);
		}
		Prices::forget(ETH);
		assert_noop!(borrow(ALICE, vault, 1), Error::<Test>::PriceNotLive);
		assert_eq!(next_block(), 0);
		assert_eq!(debt(vault), 20_000 * ONE_CUSD);
		// There is no price of zero; the lowest there is leaves nothing unaccounted for.
		Prices::set_raw(ETH, 1);
		Prices::alter(ETH, |quote| quote.confidence = 0);
		assert_eq!(next_block(), 1);
		assert_eq!(
			(debt(vault), Treasury::in_auction(&CUSD)),
			(0, 20_000 * ONE_CUSD)
		);
		assert!(Rows::<Test>::contains_key(vault));
	});
}

/// Liquity #441: a redemption that met the remains of one position and then a tail under water
/// never came to its end.
#[test]
fn dust_and_a_tail_under_water_do_not_keep_enforcement_from_its_end() {
	run(|| {
		let facility = create_still();
		// What cannot be sold waits, at the very top of its book.
		let stuck = open(ALICE, facility, &[(DOT, 1_000 * ONE_DOT)], 3_000 * ONE_CUSD).unwrap();
		// Dust: what a leg that cannot be sold has left behind.
		let basket = [(ETH, ONE_ETH / 10), (DOT, 50 * ONE_DOT)];
		let dust = open(ALICE, facility, &basket, 375 * ONE_CUSD).unwrap();
		let open = |number: u128| {
			let borrowed = (2_000 + number) * ONE_CUSD;
			open(BOB, facility, &[(ETH, ONE_ETH)], borrowed).unwrap()
		};
		let tail: Vec<_> = (0..40).map(open).collect();
		Prices::set_stale(DOT, 13 * 3_600_000);
		Prices::set_cents(ETH, 500_00);
		assert_eq!(next_block(), 41);
		assert!(tail.iter().all(|vault| debt(*vault) == 0));
		assert!(debt(dust) > 0 && debt(stuck) == 3_000 * ONE_CUSD);
		for _ in 0..5 {
			assert_eq!(next_block(), 0);
		}
		// When they can be sold they are, and the books close.
		Prices::set_cents(DOT, 10);
		assert_eq!(next_block(), 2);
		assert_eq!((debt(dust), debt(stuck)), (0, 0));
		assert_eq!(Pages::<Test>::iter().count(), 0);
	});
}

/// Liquity v2, February 2025: a product of many small factors lost its digits, or became zero.
#[test]
fn a_debt_of_few_units_never_rounds_to_nothing_however_long_it_grows() {
	run(|| {
		let mut dear = facility_terms(vec![terms(ETH, 72, 80, 0)]);
		dear.minimum_debt = 1;
		dear.annual_rate = Ray(100 * Ray::ONE.0);
		let facility = create_facility(dear);
		let borrowed = [1u128, 2, 3, 1_000, ONE_CUSD];
		let open = |amount| open(ALICE, facility, &[(ETH, 1_000 * ONE_ETH)], amount).unwrap();
		let vaults = borrowed.map(open);
		for _ in 0..40 {
			let before = vaults.map(debt);
			next_block_with(Weight::MAX, SECONDS_PER_YEAR * 1_000 / 20);
			let after = vaults.map(debt);
			for (before, after) in before.into_iter().zip(after) {
				// 101 ^ (1/20) = 1.2596: never less, and no more than rounding up.
				assert!(after >= before && after * 10_000 <= (before + 1) * 12_596 + 20_000);
			}
		}
		// 101² of everything, to the unit.
		for (borrowed, vault) in borrowed.into_iter().zip(vaults) {
			let owed = debt(vault);
			assert!(owed <= borrowed * 10_201 && owed + 1 >= borrowed * 10_200);
		}
		// A debt taken on at a high accumulator is no less exact.
		let late = open(1);
		assert!(debt(late) >= 1);
		assert_eq!(row(late).debt.0, 1);
	});
}
