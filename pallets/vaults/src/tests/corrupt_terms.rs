//! That the checks notice what is wrong with the terms of a facility, and with what moves them.

use super::corruption::{damaged, Scene};
use crate::{
	mock::*,
	ramp::{FacilityRecord, Ramp, RampedTerm},
	Error, Facilities,
};
use cairn_math::{Perbill, Ray};
use cairn_primitives::FacilityId;

/// Ten, in units of 1e-18.
const HIGHEST_TARGET: u128 = 10_000_000_000_000_000_000;

#[test]
fn a_ramp_of_nothing() {
	damaged(
		|scene| change_ramps(scene, &[ramp(RampedTerm::Fee(5), 1, 2)]),
		"a ramp moves a term that does not exist",
	);
}

#[test]
fn two_ramps_of_one_term() {
	let twice = ramp(RampedTerm::MinimumDebt, 1, 2);
	damaged(
		|scene| change_ramps(scene, &[twice, twice]),
		"a term has two ramps",
	);
}

#[test]
fn a_ramp_that_ends_before_it_begins() {
	// Of what stays where it is, so that nothing else is wrong.
	let same = ramp(RampedTerm::MinimumDebt, MINIMUM_DEBT, MINIMUM_DEBT);
	damaged(
		|scene| {
			change_ramps(
				scene,
				&[Ramp {
					end: same.start - 1,
					..same
				}],
			)
		},
		"a ramp ends before it begins",
	);
	new_test_ext().execute_with(|| {
		let facility = create_still();
		let at_once = Ramp {
			end: same.start,
			..same
		};
		change_record(facility, |record| {
			record.ramps = vec![at_once].try_into().unwrap()
		});
		check_all();
	});
}

#[test]
fn a_rate_that_nobody_can_have_set() {
	new_test_ext().execute_with(|| {
		let facility = create_still();
		let highest = Ray(100 * Ray::ONE.0);
		change_record(facility, |record| {
			record.base.annual_rate = highest;
			record.base.rate_per_second = Ray::per_second_floor(highest).unwrap();
		});
		check_all();
		change_record(facility, |record| record.base.annual_rate.0 += 1);
		assert_eq!(
			Vaults::do_try_state(),
			Err(super::because(Error::RateTooHigh))
		);
	});
}

/// `B` has no ramp.
#[test]
fn a_borrow_factor_of_nothing_or_not_below_the_liquidation_factor() {
	let liquidation = Perbill::from_percent(50);
	for (borrow, is_sound) in [
		(Perbill::zero(), false),
		(Perbill::from_parts(1), true),
		(Perbill::from_parts(liquidation.deconstruct() - 1), true),
		(liquidation, false),
	] {
		new_test_ext().execute_with(|| {
			let facility = create_still();
			change_record(facility, |record| {
				let terms = &mut record.base.collaterals[0].terms;
				assert_eq!(terms.liquidation_factor, liquidation);
				terms.borrow_factor = borrow;
			});
			let expected = if is_sound {
				Ok(())
			} else {
				Err(super::because(Error::BadFactors))
			};
			assert_eq!(Vaults::do_try_state(), expected, "{borrow:?}");
		});
	}
}

#[test]
fn terms_at_the_end_of_their_range_are_in_order() {
	let almost = u128::from(Perbill::one().deconstruct()) - 1;
	for (term, right) in [
		(RampedTerm::LiquidationFactor(0), almost),
		(RampedTerm::Penalty(0), almost),
		(RampedTerm::TargetHealth, HIGHEST_TARGET),
	] {
		new_test_ext().execute_with(|| {
			let scene = Scene {
				facility: create_still(),
				vault: 0,
				free: 0,
			};
			change_ramps(&scene, &[ramp(term, right, right)]);
			check_all();
		});
	}
}

#[test]
fn terms_that_are_or_will_be_out_of_order() {
	let highest = Ray::per_second_floor(Ray(100 * Ray::ONE.0)).unwrap().0;
	let whole = Perbill::one().deconstruct().into();
	let out_of_order = [
		(RampedTerm::LiquidationFactor(0), 1, Error::BadFactors),
		(RampedTerm::LiquidationFactor(0), whole, Error::BadFactors),
		(RampedTerm::Penalty(0), 1, Error::BadPenalty),
		(RampedTerm::Penalty(0), whole, Error::BadPenalty),
		(RampedTerm::Fee(0), 500_000_000, Error::BadPenalty),
		(RampedTerm::TargetHealth, 1, Error::BadTargetHealth),
		(
			RampedTerm::TargetHealth,
			HIGHEST_TARGET + 1,
			Error::BadTargetHealth,
		),
		(RampedTerm::MinimumDebt, 0, Error::BadMinimumDebt),
		(
			RampedTerm::RatePerSecond,
			Ray::ONE.0 - 1,
			Error::RateTooHigh,
		),
		(RampedTerm::RatePerSecond, highest + 1, Error::RateTooHigh),
	];
	for (term, wrong, error) in out_of_order {
		let error = super::because(error);
		for now in [true, false] {
			new_test_ext().execute_with(|| {
				let facility = create_still();
				let right = facility_now(facility).get(term).unwrap();
				let (from, to) = if now { (wrong, right) } else { (right, wrong) };
				let scene = Scene {
					facility,
					vault: 0,
					free: 0,
				};
				change_ramps(&scene, &[ramp(term, from, to)]);
				assert_eq!(Vaults::do_try_state(), Err(error));
			});
		}
	}
}

fn ramp(term: RampedTerm, from: u128, to: u128) -> Ramp {
	Ramp {
		term,
		from,
		to,
		start: u64::MAX - 2,
		end: u64::MAX - 1,
	}
}

fn change_ramps(scene: &Scene, ramps: &[Ramp]) {
	change_record(scene.facility, |record| {
		record.ramps = ramps.to_vec().try_into().unwrap();
	});
}

fn change_record(facility: FacilityId, change: impl FnOnce(&mut FacilityRecord<Test>)) {
	Facilities::<Test>::mutate(facility, |record| change(record.as_mut().unwrap()));
}
