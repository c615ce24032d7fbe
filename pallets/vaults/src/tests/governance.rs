//! Who changes what of a facility, and when it takes effect.

use super::because;
use crate::{
	mock::*,
	ramp::{Ramp, RampedTerm},
	types::{Breaker, CollateralTerms, Facility, FacilityChange},
	Call, Error, Event, Facilities,
};
use cairn_math::{FixedU128, Perbill, Ray, SECONDS_PER_YEAR};
use cairn_primitives::{AssetId, FacilityId, Moment};
use frame_support::{assert_noop, assert_ok, traits::fungible::NativeOrWithId, weights::Weight};
use sp_runtime::{DispatchError, DispatchResult};

/// At a facility's terms.
type Look<R> = fn(&Facility<Test>) -> R;

fn token(id: u32) -> AssetId {
	NativeOrWithId::WithId(id)
}

fn percent(percent: u32) -> Perbill {
	Perbill::from_percent(percent)
}

fn factors(borrow: u32, liquidation: u32) -> FacilityChange {
	FacilityChange::Factors {
		asset: ETH,
		borrow: percent(borrow),
		liquidation: percent(liquidation),
	}
}

fn penalty(penalty: u32, fee: u32) -> FacilityChange {
	FacilityChange::Penalty {
		asset: ETH,
		penalty: percent(penalty),
		fee: percent(fee),
	}
}

fn cap(cap: u128) -> FacilityChange {
	FacilityChange::Cap { asset: ETH, cap }
}

fn health(percent: u128) -> FacilityChange {
	FacilityChange::TargetHealth(FixedU128::from_rational(percent, 100))
}

fn eth(facility: FacilityId) -> CollateralTerms {
	let collaterals = facility_now(facility).collaterals;
	let listed = collaterals.into_iter().map(|collateral| collateral.terms);
	listed.into_iter().find(|terms| terms.asset == ETH).unwrap()
}

/// Lets time pass without interest or prices mattering.
fn pass(time: Moment) {
	next_block_with(Weight::MAX, time);
}

fn guard(facility: FacilityId, change: FacilityChange) -> DispatchResult {
	call(GUARDIAN, Call::change_facility { facility, change })
}

#[test]
fn every_term_can_be_changed_and_the_event_says_what_has_changed() {
	let at_once: [(FacilityChange, Look<bool>); 11] = [
		(FacilityChange::Ceiling(7), |f| f.ceiling == 7),
		(FacilityChange::FillLimit(7), |f| f.fill_limit == 7),
		(FacilityChange::MinimumDebt(7), |f| f.minimum_debt == 7),
		(health(105), |f| {
			f.target_health == FixedU128::from_rational(105, 100)
		}),
		(FacilityChange::AnnualRate(Ray(0)), |f| {
			(f.annual_rate, f.rate_per_second) == (Ray(0), Ray::ONE)
		}),
		(FacilityChange::Breaker(Breaker::NoNewRisk), |f| {
			f.breaker == Breaker::NoNewRisk
		}),
		(factors(10, 90), |f| {
			let terms = &f.collaterals[2].terms;
			(terms.borrow_factor, terms.liquidation_factor) == (percent(10), percent(90))
		}),
		(penalty(5, 1), |f| {
			let terms = &f.collaterals[2].terms;
			(terms.penalty, terms.fee) == (percent(5), percent(1))
		}),
		(cap(7), |f| f.collaterals[2].terms.cap == 7),
		(
			FacilityChange::RiskRank {
				asset: ETH,
				rank: 9,
			},
			|f| f.collaterals[2].terms.risk_rank == 9,
		),
		(
			FacilityChange::AddCollateral(terms(token(30), 50, 60, 9)),
			|f| {
				f.collaterals[5].terms == terms(token(30), 50, 60, 9)
					&& f.collaterals[5].decimals == 10
			},
		),
	];
	for (change, has_changed) in at_once {
		run(|| {
			System::reset_events();
			assert_ok!(change_facility(MIXED, change.clone()));
			assert!(has_changed(&facility_now(MIXED)), "{change:?}");
			let (facility, gradual) = (MIXED, None);
			let told = Event::FacilityChanged {
				facility,
				change,
				gradual,
			};
			assert_eq!(events(), vec![told]);
			// Nothing else has, and nothing else does later.
			let now = facility_now(MIXED);
			pass(30 * DAY);
			assert_eq!(facility_now(MIXED), now);
		});
	}
}

#[test]
fn what_hurts_borrowers_begins_after_a_delay_and_takes_its_time() {
	let gradual: [(FacilityChange, Look<u128>, u128, u128); 5] = [
		(
			factors(60, 70),
			|f| {
				f.collaterals[2]
					.terms
					.liquidation_factor
					.deconstruct()
					.into()
			},
			800_000_000,
			700_000_000,
		),
		(
			penalty(15, 2),
			|f| f.collaterals[2].terms.penalty.deconstruct().into(),
			80_000_000,
			150_000_000,
		),
		(
			penalty(8, 7),
			|f| f.collaterals[2].terms.fee.deconstruct().into(),
			20_000_000,
			70_000_000,
		),
		(
			health(180),
			|f| f.target_health.into_inner(),
			1_100_000_000_000_000_000,
			1_800_000_000_000_000_000,
		),
		(
			FacilityChange::MinimumDebt(800 * ONE_CUSD),
			|f| f.minimum_debt,
			MINIMUM_DEBT,
			800 * ONE_CUSD,
		),
	];
	for (change, read, from, to) in gradual {
		run(|| {
			let now = Timestamp::get();
			System::reset_events();
			assert_ok!(change_facility(MIXED, change.clone()));
			let told = Event::FacilityChanged {
				facility: MIXED,
				change,
				gradual: Some((now + RAMP_DELAY, now + RAMP_DELAY + RAMP_LENGTH)),
			};
			assert_eq!(events(), vec![told]);
			let read = || read(&facility_now(MIXED));
			assert_eq!(read(), from);
			pass(RAMP_DELAY);
			assert_eq!(read(), from);
			for seventh in 1..=7u128 {
				assert_eq!(Vaults::facility(MIXED).unwrap().ramps.len(), 1);
				pass(RAMP_LENGTH / 7);
				let moved = from.abs_diff(to) * seventh / 7;
				assert_eq!(read().abs_diff(from), moved);
			}
			assert_eq!(read(), to);
			// Once there it is a term like any other.
			let record = Facilities::<Test>::get(MIXED).unwrap();
			assert!(record.ramps.is_empty());
			assert_eq!(record.base, facility_now(MIXED));
			pass(DAY);
			assert_eq!(read(), to);
		});
	}
}

#[test]
fn a_lower_borrow_factor_holds_at_once_so_that_nobody_walks_into_the_ramp() {
	run(|| {
		assert_ok!(change_facility(MIXED, factors(50, 60)));
		assert_eq!(
			(eth(MIXED).borrow_factor, eth(MIXED).liquidation_factor),
			(percent(50), percent(80))
		);
		let limit = 1_500 * ONE_CUSD;
		assert_noop!(
			open(BOB, MIXED, &[(ETH, ONE_ETH)], limit + 1),
			Error::<Test>::Undercollateralized
		);
		let vault = open(BOB, MIXED, &[(ETH, ONE_ETH)], limit).unwrap();
		assert_eq!(next_block_with(Weight::MAX, RAMP_DELAY + RAMP_LENGTH), 0);
		assert_eq!(eth(MIXED).liquidation_factor, percent(60));
		assert!(Vaults::health(vault) > Some(FixedU128::from_rational(119, 100)));
	});
}

#[test]
fn a_falling_liquidation_factor_liquidates_when_it_gets_there_and_not_before() {
	run(|| {
		let facility = create_still();
		// 3,000 USD for 2,000 CUSD: unsafe below a factor of two thirds.
		let vault = open(ALICE, facility, &[(ETH, ONE_ETH)], 2_000 * ONE_CUSD).unwrap();
		let indexed = row(vault).legs[0].entry;
		assert_ok!(change_facility(facility, factors(50, 60)));
		assert_eq!(next_block_with(Weight::MAX, RAMP_DELAY), 0);
		// Two thirds are reached when the first two thirds of 20 % are gone.
		assert_eq!(next_block_with(Weight::MAX, RAMP_LENGTH * 2 / 3 - SLOT), 0);
		// Nothing of the index has been touched by it.
		assert_eq!(row(vault).legs[0].entry, indexed);
		assert_eq!(next_block_with(Weight::MAX, 2 * SLOT), 1);
		assert!(Vaults::health(vault) >= Some(FixedU128::from_rational(10_999, 10_000)));
	});
}

#[test]
fn a_higher_rate_is_charged_from_when_it_is_in_force_and_a_lower_one_at_once() {
	run(|| {
		let twice = Ray(2 * Ray::ONE.0 / 25);
		let before = facility_now(MIXED).rate_per_second;
		assert_ok!(change_facility(MIXED, FacilityChange::AnnualRate(twice)));
		let view = Vaults::facility(MIXED).unwrap();
		assert_eq!((view.annual_rate, view.rate_per_second), (twice, before));
		let accumulator = || state(MIXED).accumulator;
		let grown = |rate: Ray, time: Moment| {
			accumulator()
				.mul_ceil(rate.pow_ceil(time / 1_000).unwrap())
				.unwrap()
		};
		let expected = grown(before, RAMP_DELAY);
		pass(RAMP_DELAY);
		assert_eq!(accumulator(), expected);
		// The rate of when a block's time begins, not of when it ends.
		let expected = grown(before, RAMP_LENGTH / 2);
		pass(RAMP_LENGTH / 2);
		assert_eq!(accumulator(), expected);
		let half = facility_now(MIXED).rate_per_second;
		let target = Ray::per_second_floor(twice).unwrap();
		assert_eq!(half.0, before.0 + (target.0 - before.0) / 2);
		let expected = grown(half, RAMP_LENGTH / 2);
		pass(RAMP_LENGTH / 2);
		assert_eq!(accumulator(), expected);
		assert_eq!(facility_now(MIXED).rate_per_second, target);
		assert_ok!(change_facility(MIXED, FacilityChange::AnnualRate(Ray(0))));
		let expected = accumulator();
		pass(SECONDS_PER_YEAR * 1_000);
		assert_eq!(accumulator(), expected);
	});
}

#[test]
fn a_change_of_mind_begins_where_the_term_stands() {
	run(|| {
		assert_ok!(change_facility(MIXED, factors(50, 60)));
		pass(RAMP_DELAY + RAMP_LENGTH / 2);
		assert_eq!(eth(MIXED).liquidation_factor, percent(70));
		// Further down, from here, with a delay of its own.
		assert_ok!(change_facility(MIXED, factors(50, 56)));
		pass(RAMP_DELAY);
		assert_eq!(eth(MIXED).liquidation_factor, percent(70));
		pass(RAMP_LENGTH / 2);
		assert_eq!(eth(MIXED).liquidation_factor, percent(63));
		// Up again, which harms nobody.
		assert_ok!(change_facility(MIXED, factors(50, 75)));
		assert_eq!(eth(MIXED).liquidation_factor, percent(75));
		assert!(Facilities::<Test>::get(MIXED).unwrap().ramps.is_empty());
		pass(30 * DAY);
		assert_eq!(eth(MIXED).liquidation_factor, percent(75));
	});
}

#[test]
fn fee_and_penalty_keep_their_order_on_their_way() {
	run(|| {
		assert_ok!(change_facility(MIXED, penalty(20, 19)));
		for _ in 0..20 {
			pass(DAY / 2);
			assert!(eth(MIXED).fee < eth(MIXED).penalty);
		}
		assert_eq!(
			(eth(MIXED).penalty, eth(MIXED).fee),
			(percent(20), percent(19))
		);
		// One falls at once, the other rises slowly.
		assert_ok!(change_facility(MIXED, penalty(10, 1)));
		assert_ok!(change_facility(MIXED, penalty(9, 8)));
		assert_eq!(
			(eth(MIXED).penalty, eth(MIXED).fee),
			(percent(9), percent(1))
		);
	});
}

#[test]
fn the_guardian_may_make_a_facility_safer_and_nothing_else() {
	run(|| {
		let safer = [
			FacilityChange::Ceiling(50 * ONE_CUSD),
			FacilityChange::FillLimit(50 * ONE_CUSD),
			cap(10 * ONE_ETH),
			FacilityChange::Breaker(Breaker::NoNewRisk),
			FacilityChange::Breaker(Breaker::Frozen),
		];
		for change in safer {
			assert_ok!(guard(MIXED, change));
		}
		let looser = [
			FacilityChange::Ceiling(50 * ONE_CUSD + 1),
			FacilityChange::FillLimit(50 * ONE_CUSD + 1),
			cap(10 * ONE_ETH + 1),
			FacilityChange::Breaker(Breaker::NoNewLiquidations),
			FacilityChange::Breaker(Breaker::AllEnabled),
		];
		for change in looser {
			assert_noop!(
				guard(MIXED, change.clone()),
				Error::<Test>::GuardianOnlyTightens
			);
			assert_ok!(change_facility(MIXED, change));
		}
		let not_his = [
			factors(1, 2),
			factors(73, 81),
			penalty(7, 1),
			health(105),
			FacilityChange::MinimumDebt(1),
			FacilityChange::AnnualRate(Ray(0)),
			FacilityChange::RiskRank {
				asset: ETH,
				rank: 0,
			},
			FacilityChange::AddCollateral(terms(token(30), 50, 60, 0)),
		];
		for change in not_his {
			assert_noop!(guard(MIXED, change), DispatchError::BadOrigin);
		}
		let breaker = Breaker::Frozen;
		assert_ok!(call(
			GUARDIAN,
			Call::set_breaker {
				facility: MIXED,
				breaker
			}
		));
		assert_ok!(call(
			GUARDIAN,
			Call::set_ceiling {
				facility: MIXED,
				ceiling: 0
			}
		));
		assert_noop!(
			call(
				GUARDIAN,
				Call::set_ceiling {
					facility: MIXED,
					ceiling: 1
				}
			),
			Error::<Test>::GuardianOnlyTightens
		);
		let terms = facility_terms(vec![terms(ETH, 72, 80, 0)]);
		assert_noop!(
			call(GUARDIAN, Call::create_facility { terms }),
			DispatchError::BadOrigin
		);
	});
}

#[test]
fn nobody_else_may_change_anything() {
	run(|| {
		for change in [FacilityChange::Ceiling(0), factors(1, 2), cap(0)] {
			let call_of = |change| Call::change_facility {
				facility: MIXED,
				change,
			};
			assert_noop!(call(ALICE, call_of(change)), DispatchError::BadOrigin);
		}
	});
}

#[test]
fn changes_that_make_no_sense() {
	run(|| {
		let no_such = CollateralTerms {
			asset: ODD,
			..terms(ETH, 1, 2, 0)
		};
		let of_odd = |change: FacilityChange| match change {
			FacilityChange::Factors {
				borrow,
				liquidation,
				..
			} => FacilityChange::Factors {
				asset: ODD,
				borrow,
				liquidation,
			},
			FacilityChange::Penalty { penalty, fee, .. } => FacilityChange::Penalty {
				asset: ODD,
				penalty,
				fee,
			},
			_ => unreachable!(),
		};
		let refused = [
			(factors(0, 80), Error::BadFactors),
			(factors(80, 80), Error::BadFactors),
			(factors(80, 100), Error::BadFactors),
			(penalty(8, 8), Error::BadPenalty),
			(penalty(100, 8), Error::BadPenalty),
			(health(100), Error::BadTargetHealth),
			(health(1_001), Error::BadTargetHealth),
			(FacilityChange::MinimumDebt(0), Error::BadMinimumDebt),
			(
				FacilityChange::AnnualRate(Ray(101 * Ray::ONE.0)),
				Error::RateTooHigh,
			),
			(of_odd(factors(10, 20)), Error::CollateralNotAccepted),
			(of_odd(penalty(8, 2)), Error::CollateralNotAccepted),
			(
				FacilityChange::Cap { asset: ODD, cap: 0 },
				Error::CollateralNotAccepted,
			),
			(
				FacilityChange::RiskRank {
					asset: ODD,
					rank: 0,
				},
				Error::CollateralNotAccepted,
			),
			(FacilityChange::AddCollateral(no_such), Error::UnknownAsset),
			(
				FacilityChange::AddCollateral(terms(ETH, 50, 60, 0)),
				Error::DuplicateCollateral,
			),
			(
				FacilityChange::AddCollateral(terms(CUSD, 50, 60, 0)),
				Error::DuplicateCollateral,
			),
			(
				FacilityChange::AddCollateral(terms(token(30), 60, 60, 0)),
				Error::BadFactors,
			),
		];
		for (change, error) in refused {
			assert_noop!(change_facility(MIXED, change), because(error));
		}
		assert_noop!(
			change_facility(7, FacilityChange::Ceiling(0)),
			Error::<Test>::UnknownFacility
		);
	});
}

#[test]
fn a_new_collateral_can_be_deposited_and_borrowed_against_at_once() {
	run(|| {
		let vault = open(ALICE, MIXED, &[(ETH, ONE_ETH)], 1_000 * ONE_CUSD).unwrap();
		let (asset, one) = (token(30), 10u128.pow(10));
		assert_noop!(
			deposit(ALICE, vault, asset.clone(), one),
			Error::<Test>::CollateralNotAccepted
		);
		let added = FacilityChange::AddCollateral(terms(asset.clone(), 50, 60, 9));
		assert_ok!(change_facility(MIXED, added));
		Prices::set_cents(asset.clone(), 1_000_00);
		assert_ok!(deposit(ALICE, vault, asset.clone(), 10 * one));
		assert_ok!(borrow(ALICE, vault, 6_100 * ONE_CUSD));
		assert_eq!(state(MIXED).held.len(), 6);
		Prices::set_cents(asset.clone(), 700_00);
		assert_eq!(next_block(), 1);
		// The riskier ETH goes first.
		assert_eq!(leg(vault, ETH), 0);
		assert!(leg(vault, asset) > 0);
	});
}

#[test]
fn one_collateral_too_many() {
	run(|| {
		for id in 30..37 {
			let added = FacilityChange::AddCollateral(terms(token(id), 50, 60, 0));
			assert_ok!(change_facility(MIXED, added));
		}
		let added = FacilityChange::AddCollateral(terms(token(37), 50, 60, 0));
		assert_noop!(
			change_facility(MIXED, added),
			Error::<Test>::TooManyCollaterals
		);
	});
}

#[test]
fn a_ramp_too_many_is_refused_and_arrived_ones_make_room() {
	run(|| {
		let filler = Ramp {
			term: RampedTerm::TargetHealth,
			from: 1,
			to: 2,
			start: 0,
			end: Moment::MAX,
		};
		let original = Facilities::<Test>::get(MIXED).unwrap();
		Facilities::<Test>::mutate(MIXED, |record| {
			let ramps = &mut record.as_mut().unwrap().ramps;
			while ramps.try_push(filler).is_ok() {}
		});
		assert_noop!(
			change_facility(MIXED, factors(50, 60)),
			Error::<Test>::TooManyRamps
		);
		Facilities::<Test>::insert(MIXED, original);
		assert_ok!(change_facility(MIXED, factors(50, 60)));
	});
}
