//! Changing how lots are sold.

use cairn_math::Perbill;
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchError;

use crate::{mock::*, Error, Event, Limits, LotTerms, Terms};

fn set(terms: Terms) -> frame_support::dispatch::DispatchResult {
	Auctions::set_terms(RuntimeOrigin::root(), terms)
}

#[test]
fn only_the_admin_changes_terms() {
	run(|| {
		assert_noop!(
			Auctions::set_terms(RuntimeOrigin::signed(BUYER), TERMS),
			DispatchError::BadOrigin
		);
	});
}

#[test]
fn a_running_lot_keeps_the_terms_it_was_opened_with() {
	run(|| {
		let old = dot_lot();
		let terms = Terms {
			premium: Perbill::from_percent(20),
			cut: Perbill::from_percent(90),
			floor: Perbill::from_percent(80),
			..TERMS
		};
		assert_ok!(set(terms));
		System::assert_last_event(Event::TermsSet { terms }.into());
		assert_eq!(LotTerms::<Test>::get(), terms);
		next_block();
		let new = dot_lot();
		assert_eq!(Auctions::lot(old).unwrap().price, Some(cents(575)));
		assert_eq!(Auctions::lot(old).unwrap().floor, Some(usd(2)));
		assert_eq!(Auctions::lot(new).unwrap().price, Some(usd(6)));
		assert_eq!(Auctions::lot(new).unwrap().floor, Some(usd(4)));
		// It also starts again on its own terms.
		run_to(962);
		assert_eq!(
			(sale(old).start_price, sale(old).started_at),
			(cents(575), 961)
		);
	});
}

#[test]
fn each_unsound_term_is_refused_by_name() {
	run(|| {
		let terms = TERMS;
		for cut in [Perbill::zero(), Perbill::one()] {
			assert_noop!(set(Terms { cut, ..terms }), Error::<Test>::CutOutOfRange);
		}
		assert_noop!(set(Terms { step: 0, ..terms }), Error::<Test>::StepIsZero);
		for reset_below in [Perbill::zero(), Perbill::one()] {
			let refused = Error::<Test>::ResetBelowOutOfRange;
			assert_noop!(
				set(Terms {
					reset_below,
					..terms
				}),
				refused
			);
		}
		let refused = Error::<Test>::ResetAfterTooShort;
		assert_noop!(
			set(Terms {
				reset_after: 11,
				..terms
			}),
			refused
		);
		assert_noop!(set(Terms { rounds: 0, ..terms }), Error::<Test>::NoRounds);
		let floor = Perbill::zero();
		assert_noop!(set(Terms { floor, ..terms }), Error::<Test>::FloorIsZero);
		assert_noop!(
			set(Terms {
				retry_after: 0,
				..terms
			}),
			Error::<Test>::RetryAfterIsZero
		);
	});
}

#[test]
fn only_the_admin_changes_limits_and_only_to_sound_ones() {
	run(|| {
		let limits = |lot, total, most| Limits {
			lot: lot * ONE_CUSD,
			total: total * ONE_CUSD,
			most: most * ONE_CUSD,
		};
		let set = |limits| Auctions::set_limits(RuntimeOrigin::root(), limits);
		assert_noop!(
			Auctions::set_limits(RuntimeOrigin::signed(BUYER), limits(100, 100, 100)),
			DispatchError::BadOrigin
		);
		assert_noop!(set(limits(99, 1_000, 1_000)), Error::<Test>::LotLimitTooLow);
		assert_noop!(set(limits(1_000, 999, 1_000)), Error::<Test>::TotalBelowLot);
		assert_noop!(set(limits(100, 1_000, 999)), Error::<Test>::MostBelowTotal);
		let limits = limits(100, 100, 100);
		assert_ok!(set(limits));
		System::assert_last_event(Event::LimitsSet { limits }.into());
		assert_eq!(Auctions::market(CUSD).limits, limits);
	});
}
