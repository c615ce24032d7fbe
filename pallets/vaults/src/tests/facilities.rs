//! How facilities come into being, and how interest differs between them.

use super::because;
use crate::{
	index::Index,
	mock::*,
	rows::Rows,
	settlement::Receipt,
	types::{BookId, BookKind, FacilityChange, FacilityTerms},
	Call, Error, Event, Facilities, FacilityStates, NextFacility, Receipts, SettledFacilities,
	Settlements,
};
use cairn_math::{FixedU128, Perbill, Ray, Trigger, SECONDS_PER_YEAR};
use cairn_primitives::AssetId;
use codec::{Decode, Encode};
use frame_support::{assert_noop, assert_ok, traits::fungible::NativeOrWithId, weights::Weight};
use sp_runtime::{BuildStorage, DispatchResult};

fn create(terms: FacilityTerms<Test>) -> DispatchResult {
	govern(Call::create_facility { terms })
}

fn good() -> FacilityTerms<Test> {
	facility_terms(vec![terms(ETH, 72, 80, 0), terms(DOT, 62, 70, 1)])
}

fn token(id: u32) -> AssetId {
	NativeOrWithId::WithId(id)
}

/// Good terms but for this, and refused for it.
fn refused(change: impl FnOnce(&mut FacilityTerms<Test>), error: Error<Test>) {
	run(|| {
		let mut terms = good();
		change(&mut terms);
		assert_noop!(create(terms), because(error));
		assert_ok!(create(good()));
	});
}

#[test]
fn a_facility_is_created_with_the_next_number() {
	run(|| {
		System::reset_events();
		assert_ok!(create(good()));
		assert_eq!(
			events(),
			vec![Event::FacilityCreated {
				facility: 2,
				debt_asset: CUSD
			}]
		);
		assert_eq!(NextFacility::<Test>::get(), 3);
		let state = state(2);
		assert_eq!(
			(state.accumulator, state.normalized_debt.0, state.minted),
			(Ray::ONE, 0, 0)
		);
		assert_eq!(state.accrued_at, Timestamp::get());
		assert_ok!(open(ALICE, 2, &[(ETH, ONE_ETH)], MINIMUM_DEBT));
	});
}

#[test]
fn a_target_health_out_of_range() {
	for (numerator, denominator) in [(0, 1), (1, 1), (10_000_000_001, 1_000_000_000)] {
		let target = FixedU128::from_rational(numerator, denominator);
		refused(|terms| terms.target_health = target, Error::BadTargetHealth);
	}
	run(|| {
		for target in [
			FixedU128::from_inner(1_000_000_000_000_000_001),
			FixedU128::from_u32(10),
		] {
			assert_ok!(create(FacilityTerms {
				target_health: target,
				..good()
			}));
		}
	});
}

#[test]
fn no_minimum_debt() {
	refused(|terms| terms.minimum_debt = 0, Error::BadMinimumDebt);
}

#[test]
fn an_absurd_rate() {
	refused(
		|terms| terms.annual_rate = Ray(100 * Ray::ONE.0 + 1),
		Error::RateTooHigh,
	);
	refused(
		|terms| terms.annual_rate = Ray(u128::MAX),
		Error::RateTooHigh,
	);
}

#[test]
fn a_token_that_does_not_exist_or_has_too_many_decimals() {
	refused(|terms| terms.debt_asset = token(77), Error::UnknownAsset);
	// 25 decimals.
	refused(
		|terms| terms.collaterals[0].asset = token(45),
		Error::UnknownAsset,
	);
	// Nobody has said how many decimals it has.
	refused(
		|terms| terms.collaterals[0].asset = ODD,
		Error::UnknownAsset,
	);
	refused(
		|terms| terms.collaterals[1].asset = token(77),
		Error::UnknownAsset,
	);
}

#[test]
fn no_collateral_at_all() {
	refused(
		|terms| terms.collaterals = Default::default(),
		Error::NoCollateral,
	);
}

#[test]
fn more_collaterals_than_allowed_are_not_even_decoded() {
	let many: Vec<_> = (20..33).map(|id| terms(token(id), 50, 60, 0)).collect();
	let FacilityTerms {
		debt_asset,
		ceiling,
		fill_limit,
		minimum_debt,
		target_health,
		annual_rate,
		..
	} = good();
	let encoded = (
		debt_asset,
		many,
		ceiling,
		fill_limit,
		minimum_debt,
		target_health,
		annual_rate,
	)
		.encode();
	assert!(FacilityTerms::<Test>::decode(&mut &encoded[..]).is_err());
}

#[test]
fn a_collateral_listed_twice_or_that_is_the_debt_asset() {
	refused(
		|terms| terms.collaterals[1].asset = ETH,
		Error::DuplicateCollateral,
	);
	refused(
		|terms| terms.collaterals[1].asset = CUSD,
		Error::DuplicateCollateral,
	);
}

#[test]
fn factors_out_of_order() {
	for (borrow, liquidation) in [(0, 80), (80, 80), (81, 80), (0, 0), (72, 100)] {
		refused(
			|terms| {
				terms.collaterals[1].borrow_factor = Perbill::from_percent(borrow);
				terms.collaterals[1].liquidation_factor = Perbill::from_percent(liquidation);
			},
			Error::BadFactors,
		);
	}
}

#[test]
fn a_fee_that_is_not_below_the_penalty() {
	for (fee, penalty) in [(8, 8), (9, 8), (0, 0), (2, 100)] {
		refused(
			|terms| {
				terms.collaterals[0].fee = Perbill::from_percent(fee);
				terms.collaterals[0].penalty = Perbill::from_percent(penalty);
			},
			Error::BadPenalty,
		);
	}
}

#[test]
fn a_custody_account_without_the_minimum_balance() {
	run(|| {
		let with = || facility_terms(vec![terms(token(30), 50, 60, 0)]);
		send(token(30), CUSTODY, ALICE, 1);
		assert_noop!(create(with()), Error::<Test>::CustodyNotSeeded);
		send(token(30), ALICE, CUSTODY, 1);
		assert_ok!(create(with()));
	});
}

#[test]
fn a_debt_asset_that_exists_by_other_means() {
	run(|| {
		let terms = FacilityTerms {
			debt_asset: USDT,
			..facility_terms(vec![terms(ETH, 72, 80, 0)])
		};
		assert_noop!(create(terms), cairn_treasury::Error::<Test>::AlreadyIssued);
	});
}

#[test]
fn one_facility_too_many() {
	run(|| {
		for _ in 2..8 {
			assert_ok!(create(good()));
		}
		assert_noop!(create(good()), Error::<Test>::TooManyFacilities);
	});
}

#[test]
fn a_facility_of_which_anything_exists_already() {
	run(|| {
		let totals = state(MIXED);
		FacilityStates::<Test>::insert(2, totals);
		assert_noop!(create(good()), Error::<Test>::FacilityExists);
		FacilityStates::<Test>::remove(2);
		let facility = Facilities::<Test>::get(MIXED).unwrap();
		Facilities::<Test>::insert(2, facility);
		assert_noop!(create(good()), Error::<Test>::FacilityExists);
		Facilities::<Test>::remove(2);
		assert_ok!(settle(MIXED, &[]));
		let wound_up = settlement(MIXED);
		Settlements::<Test>::insert(2, wound_up);
		assert_noop!(create(good()), Error::<Test>::FacilityExists);
		Settlements::<Test>::remove(2);
		SettledFacilities::<Test>::try_append(2).unwrap();
		assert_noop!(create(good()), Error::<Test>::FacilityExists);
		SettledFacilities::<Test>::mutate(|settled| settled.pop());
		Receipts::<Test>::insert(2, BOB, Receipt::new(2));
		assert_noop!(create(good()), Error::<Test>::FacilityExists);
		Receipts::<Test>::remove(2, BOB);
		assert_ok!(create(good()));
	});
}

/// An entry in a book, and how to be rid of it.
fn stray_entry(book: BookId) -> impl FnOnce() {
	let entry = Index::<Test>::insert(book, Trigger::MAX, 0, &mut Rows::direct());
	move || assert!(Index::<Test>::remove(book, entry, 0, &mut Rows::direct()))
}

#[test]
fn a_facility_whose_books_are_not_empty() {
	// Of each of the two collaterals that it would have.
	for index in [0, 1] {
		for book in BookKind::ALL.map(|kind| kind.book(2, index)) {
			run(|| {
				let remove = stray_entry(book);
				assert_noop!(create(good()), Error::<Test>::BookNotEmpty);
				remove();
				assert_ok!(create(good()));
			});
		}
	}
}

#[test]
fn a_collateral_that_is_added_and_whose_books_are_not_empty() {
	for book in BookKind::ALL.map(|kind| kind.book(STABLE, 1)) {
		run(|| {
			let add = || {
				let terms = terms(ETH, 72, 80, 0);
				change_facility(STABLE, FacilityChange::AddCollateral(terms))
			};
			let remove = stray_entry(book);
			assert_noop!(add(), Error::<Test>::BookNotEmpty);
			remove();
			assert_ok!(add());
		});
	}
}

#[test]
fn books_of_other_facilities_and_collaterals_are_nobodys_business() {
	run(|| {
		// The facility's own book of what comes after its last collateral, and one of another's.
		let others = [BookKind::Risk.book(2, 2), BookKind::Waiting.book(1, 0)].map(stray_entry);
		assert_ok!(create(good()));
		others.into_iter().for_each(|remove| remove());
	});
}

#[test]
#[should_panic = "facility 0 of the genesis block is refused"]
fn a_genesis_block_with_a_bad_facility_is_no_genesis_block() {
	let facilities = vec![FacilityTerms {
		minimum_debt: 0,
		..good()
	}];
	let _ = crate::GenesisConfig::<Test> { facilities }.build_storage();
}

#[test]
fn each_facility_charges_its_own_rate() {
	run(|| {
		let year = SECONDS_PER_YEAR * 1_000;
		let at = |rate| {
			create_facility(FacilityTerms {
				annual_rate: rate,
				..good()
			})
		};
		let (none, all) = (at(Ray(0)), at(Ray::ONE));
		let open =
			|facility| open(ALICE, facility, &[(ETH, 10 * ONE_ETH)], 1_000 * ONE_CUSD).unwrap();
		let (free, dear, usual) = (open(none), open(all), open(MIXED));
		next_block_with(Weight::MAX, year);
		assert_eq!(debt(free), 1_000 * ONE_CUSD);
		assert_eq!(state(none).accumulator, Ray::ONE);
		assert!(debt(dear).abs_diff(2_000 * ONE_CUSD) < 10_000);
		assert!(debt(usual).abs_diff(1_040 * ONE_CUSD) < 10);
		next_block_with(Weight::MAX, year);
		assert!(debt(dear).abs_diff(4_000 * ONE_CUSD) < 40_000);
	});
}

#[test]
fn interest_that_the_reserve_cannot_take_stays_due() {
	run(|| {
		let vault = open(ALICE, MIXED, &[(ETH, ONE_ETH)], 1_000 * ONE_CUSD).unwrap();
		next_block();
		let reserve = Treasury::account_id();
		let root = RuntimeOrigin::signed(ISSUER);
		assert_ok!(Assets::block(root.clone(), 1, reserve));
		let before = balance(CUSD, reserve);
		run_blocks(5);
		assert_eq!(balance(CUSD, reserve), before);
		assert!(debt(vault) > state(MIXED).minted + 5);
		assert_ok!(Assets::thaw(root, 1, reserve));
		next_block();
		let owed = debt(vault);
		assert!(owed - state(MIXED).minted <= 1);
		assert_eq!(
			balance(CUSD, reserve) + 1_000 * ONE_CUSD,
			state(MIXED).minted
		);
	});
}

#[test]
fn an_accumulator_at_its_end_stops_and_everybody_can_still_leave() {
	run(|| {
		let _alarms = expect_alarms();
		let facility = create_facility(FacilityTerms {
			annual_rate: Ray(100 * Ray::ONE.0),
			..good()
		});
		let vault = open(ALICE, facility, &[(ETH, 10 * ONE_ETH)], 1_000 * ONE_CUSD).unwrap();
		set_breaker(facility, crate::types::Breaker::NoNewLiquidations);
		for _ in 0..8 {
			next_block_with(Weight::MAX, SECONDS_PER_YEAR * 1_000);
		}
		let end = state(facility).accumulator;
		next_block_with(Weight::MAX, SECONDS_PER_YEAR * 1_000);
		assert_eq!(state(facility).accumulator, end);
		assert!(end.0 > 100_000_000_000 * Ray::ONE.0 / 100);
		let (owed, reserved) = (debt(vault), state(facility).minted);
		assert_ok!(deposit(BOB, vault, ETH, ONE_ETH));
		// The reserve has all that was charged, but for a fraction of a unit.
		send(
			CUSD,
			Treasury::account_id(),
			ALICE,
			state(facility).minted - 1_000 * ONE_CUSD,
		);
		lend(ALICE, 100 * ONE_CUSD);
		assert_ok!(close(ALICE, vault));
		assert_eq!(balance(CUSD, ALICE) + owed, state(STABLE).minted + reserved);
	});
}
