//! Changing how lots are sold.

use cairn_math::Perbill;
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchError;

use crate::{mock::*, Error, Event, LotTerms, Lots, Terms};

fn set(terms: Terms) -> frame_support::dispatch::DispatchResult {
	Auctions::set_terms(RuntimeOrigin::root(), terms)
}

#[test]
fn only_the_admin_changes_terms() {
	run(|| {
		assert_noop!(
			Auctions::set_terms(RuntimeOrigin::signed(BUYER), Terms::default()),
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
			..Terms::default()
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
			Lots::<Test>::get(old).unwrap().start_price,
			Some(cents(575))
		);
	});
}

#[test]
fn each_unsound_term_is_refused_by_name() {
	run(|| {
		let terms = Terms::default();
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
