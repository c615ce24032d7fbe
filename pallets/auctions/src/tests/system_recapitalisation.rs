//! New native tokens for bad debt.

use cairn_math::{FixedU128, Price};
use cairn_primitives::{Balance, BalanceSheet, QuoteStatus};
use frame_support::{assert_noop, assert_ok, dispatch::DispatchResult};
use sp_runtime::{DispatchError, TokenError};

use super::system::*;
use crate::{
	mock::*, Curve, Error, Event, RecapitalisationTerms, SurplusTerms, SystemLotKind, SystemTerms,
};

const LOT: Balance = 50_000 * ONE_CUSD;

fn pay(amount: Balance) -> DispatchResult {
	Auctions::recapitalise(RuntimeOrigin::signed(BUYER), CUSD, amount, Price::MAX, None)
}

/// 120,000 of bad debt, nothing in the reserve, a buyer with a million CUSD, CRN at 10 cents.
fn with_deficit(test: impl FnOnce()) {
	run(|| {
		lend(BUYER, 1_000_000 * ONE_CUSD);
		lose(120_000 * ONE_CUSD);
		skip(1);
		test();
	})
}

fn set_terms(change: impl FnOnce(&mut RecapitalisationTerms)) {
	let mut terms = SystemTerms::default();
	change(&mut terms.recapitalisation);
	assert_ok!(Auctions::set_system_terms(
		RuntimeOrigin::root(),
		Box::new(terms)
	));
}

#[test]
fn what_the_reserve_cannot_cover_is_raised_lot_by_lot() {
	run(|| {
		lend(BUYER, 1_000_000 * ONE_CUSD);
		earn(5_000 * ONE_CUSD);
		lose(60_000 * ONE_CUSD);
		skip(1);
		assert_eq!(Treasury::reserve(&CUSD), 0);
		assert_eq!(Treasury::bad_debt(&CUSD), 55_000 * ONE_CUSD);
		let view = Auctions::system_lot(CUSD).unwrap();
		assert_eq!(view.lot.kind, SystemLotKind::Recapitalisation);
		assert_eq!(view.available, LOT);
		assert_eq!(view.price.unwrap(), cents(11));
		let (cusd, crn) = (balance(CUSD, BUYER), native());
		assert_ok!(pay(11_000 * ONE_CUSD));
		assert_eq!(cusd - balance(CUSD, BUYER), 11_000 * ONE_CUSD);
		assert_eq!(native() - crn, 100_000 * ONE_CRN);
		let event = Event::Recapitalised {
			asset: CUSD,
			buyer: BUYER,
			recipient: BUYER,
			paid: 11_000 * ONE_CUSD,
			made: 100_000 * ONE_CRN,
			price: cents(11),
			remaining: LOT - 11_000 * ONE_CUSD,
		};
		System::assert_last_event(event.into());
		assert_eq!(Treasury::bad_debt(&CUSD), 44_000 * ONE_CUSD);
		assert_ok!(pay(Balance::MAX));
		skip(1);
		let view = Auctions::system_lot(CUSD).unwrap();
		assert_eq!(view.lot.remaining, 5_000 * ONE_CUSD);
		assert_ok!(pay(Balance::MAX));
		assert_eq!(Treasury::bad_debt(&CUSD), 0);
		skip(1);
		assert_eq!(Auctions::system_lot(CUSD), None);
	});
}

#[test]
fn the_ask_falls_past_the_market_and_never_below_the_floor() {
	with_deficit(|| {
		set_terms(|terms| terms.floor = cents(8));
		let price = || Auctions::system_lot(CUSD).unwrap().price.unwrap();
		assert_eq!(price(), cents(11));
		skip(1_200);
		assert_eq!(price(), cents(10));
		skip(2_400);
		assert_eq!(price(), cents(8));
		// 10 · 0.70 would be 7.
		skip(10_000);
		assert_eq!(price(), cents(8));
		// Whatever the oracle says: CRN to nothing.
		set_price(&CRN, Price::MIN);
		assert_eq!(price(), cents(8));
		let before = native();
		assert_ok!(pay(8_000 * ONE_CUSD));
		assert_eq!(native() - before, 100_000 * ONE_CRN);
	});
}

#[test]
fn doubt_is_against_the_buyer() {
	with_deficit(|| {
		set_spread(&CRN, cents(2).raw());
		let view = Auctions::system_lot(CUSD).unwrap();
		assert_eq!(view.price.unwrap().raw(), cents(12).raw() * 110 / 100);
	});
}

/// The cap is 1,000,000 CRN a day: half of it at once, and no more than all of it within a day.
#[test]
fn no_more_is_made_than_the_cap_allows() {
	run(|| {
		lend(BUYER, 10_000_000 * ONE_CUSD);
		lose(1_000_000 * ONE_CUSD);
		skip(1);
		let start = native();
		let made = || native() - start;
		assert_ok!(pay(Balance::MAX));
		skip(1);
		assert_ok!(pay(Balance::MAX));
		let at_once = made();
		let half = 500_000 * ONE_CRN;
		assert!(
			at_once >= half && at_once < half + half / 1_000,
			"{at_once}"
		);
		assert_noop!(pay(Balance::MAX), Error::<Test>::NativeCapReached);
		// A day of somebody who takes whatever he can get.
		for _ in 0..287 {
			skip(100);
			let _ = pay(Balance::MAX);
		}
		assert!(made() <= 1_000_000 * ONE_CRN, "{}", made());
		assert!(made() > 990_000 * ONE_CRN, "{}", made());
	});
}

#[test]
fn a_cap_of_nothing_makes_nothing_and_one_that_is_lowered_holds_at_once() {
	with_deficit(|| {
		set_terms(|terms| terms.cap = 0);
		assert_noop!(pay(ONE_CUSD), Error::<Test>::NativeCapReached);
		set_terms(|terms| terms.cap = 20 * ONE_CRN);
		let before = native();
		assert_ok!(pay(Balance::MAX));
		assert_eq!(native() - before, 10 * ONE_CRN);
		set_terms(|terms| terms.cap = 0);
		// The lot stays, but sells nothing; a new one would not open.
		assert_eq!(Auctions::system_lot(CUSD).unwrap().available, 0);
	});
	run(|| {
		set_terms(|terms| terms.cap = 0);
		lose(ONE_CUSD);
		skip(1);
		assert_eq!(Auctions::system_lot(CUSD), None);
	});
}

/// Where the cap leaves less than was asked for, less is paid.
#[test]
fn what_the_cap_cuts_off_is_not_paid_for() {
	with_deficit(|| {
		set_terms(|terms| terms.cap = 2_000 * ONE_CRN);
		let quote = Auctions::quote_system_lot(CUSD, 1_000 * ONE_CUSD).unwrap();
		assert_eq!(
			(quote.debt, quote.native),
			(110 * ONE_CUSD, 1_000 * ONE_CRN)
		);
		let before = balance(CUSD, BUYER);
		assert_ok!(pay(1_000 * ONE_CUSD));
		assert_eq!(before - balance(CUSD, BUYER), 110 * ONE_CUSD);
	});
}

#[test]
fn nothing_is_made_without_a_quote_and_a_degraded_one_will_do() {
	with_deficit(|| {
		for status in [QuoteStatus::Jump, QuoteStatus::Stale, QuoteStatus::Halted] {
			set_status(&CRN, status);
			assert_noop!(pay(ONE_CUSD), Error::<Test>::NativeNotQuoted);
		}
		forget_price(&CRN);
		assert_noop!(pay(ONE_CUSD), Error::<Test>::NativeNotQuoted);
		set_price(&CRN, cents(10));
		set_status(&CRN, QuoteStatus::Degraded);
		assert_ok!(pay(ONE_CUSD));
	});
	run(|| {
		forget_price(&CRN);
		lose(ONE_CUSD);
		skip(1);
		assert_eq!(Auctions::system_lot(CUSD), None);
		set_price(&CRN, cents(10));
		skip(1);
		assert!(Auctions::system_lot(CUSD).is_some());
	});
}

#[test]
fn what_was_netted_meanwhile_is_not_sold_for() {
	with_deficit(|| {
		earn(119_000 * ONE_CUSD);
		// Before it is netted.
		assert_eq!(
			Auctions::system_lot(CUSD).unwrap().available,
			1_000 * ONE_CUSD
		);
		skip(1);
		assert_ok!(pay(Balance::MAX));
		assert_eq!(Treasury::bad_debt(&CUSD), 0);
		assert_noop!(pay(1), Error::<Test>::NoRecapitalisationLot);
		skip(1);
		assert_eq!(Auctions::system_lot(CUSD), None);
	});
}

/// The kinds follow each other, and are never there together.
#[test]
fn a_lot_of_one_kind_gives_way_to_the_other() {
	with_deficit(|| {
		earn(140_000 * ONE_CUSD);
		assert_noop!(pay(1), Error::<Test>::NoRecapitalisationLot);
		skip(1);
		let view = Auctions::system_lot(CUSD).unwrap();
		assert_eq!(view.lot.kind, SystemLotKind::Surplus);
		lose(100_000 * ONE_CUSD);
		skip(1);
		let view = Auctions::system_lot(CUSD).unwrap();
		assert_eq!(view.lot.kind, SystemLotKind::Recapitalisation);
		assert_eq!(view.available, LOT);
	});
}

#[test]
fn the_buyer_is_protected_and_the_recipient_must_be_able_to_hold() {
	with_deficit(|| {
		let with = |amount, max_price, recipient| {
			let buyer = RuntimeOrigin::signed(BUYER);
			Auctions::recapitalise(buyer, CUSD, amount, max_price, recipient)
		};
		let less = Price::new(cents(11).raw() - 1).unwrap();
		assert_noop!(with(ONE_CUSD, less, None), Error::<Test>::PriceAboveMaximum);
		// Nobody comes to be with less than a minimum balance.
		assert_noop!(
			with(100, cents(11), Some(NOBODY)),
			Error::<Test>::RecipientCannotReceive
		);
		assert_ok!(with(110, cents(11), Some(NOBODY)));
		assert_eq!(balance(CRN, NOBODY), 1_000);
		assert_noop!(pay(0), Error::<Test>::ZeroAmount);
		assert_noop!(
			Auctions::recapitalise(
				RuntimeOrigin::signed(ISSUER),
				CUSD,
				ONE_CUSD,
				Price::MAX,
				None
			),
			TokenError::FundsUnavailable
		);
		assert_noop!(
			Auctions::buy_surplus(RuntimeOrigin::signed(BUYER), CUSD, 1, Price::MIN, None),
			Error::<Test>::NoSurplusLot
		);
	});
}

/// The last unit of CUSD can be spent on it.
#[test]
fn a_whole_balance_can_be_paid() {
	run(|| {
		lend(BUYER, 1_000 * ONE_CUSD);
		lose(50_000 * ONE_CUSD);
		skip(1);
		assert_ok!(pay(1_000 * ONE_CUSD));
		assert_eq!(balance(CUSD, BUYER), 0);
	});
}

/// A native token at $1,000: a smallest unit of it costs more than one of CUSD.
#[test]
fn a_payment_below_one_unit_is_refused_and_the_rest_rounded_down() {
	with_deficit(|| {
		set_price(&CRN, usd(1_000));
		assert_noop!(pay(1_099), Error::<Test>::PurchaseTooSmall);
		let before = native();
		assert_ok!(pay(2_199));
		assert_eq!(native() - before, 1);
	});
}

#[test]
fn terms_that_make_no_sense_are_refused() {
	run(|| {
		let good = SystemTerms::default();
		let curve = |start, end| Curve {
			start: FixedU128::from_rational(start, 100),
			end: FixedU128::from_rational(end, 100),
			duration: 10,
		};
		let surplus = |change: fn(&mut SurplusTerms)| {
			let mut terms = good;
			change(&mut terms.surplus);
			terms
		};
		let recapitalisation = |change: fn(&mut RecapitalisationTerms)| {
			let mut terms = good;
			change(&mut terms.recapitalisation);
			terms
		};
		let mut cases = vec![
			(surplus(|t| t.lot = 0), Error::<Test>::SystemLotIsZero),
			(recapitalisation(|t| t.lot = 0), Error::SystemLotIsZero),
			(recapitalisation(|t| t.period = 0), Error::PeriodIsZero),
		];
		for bad in [curve(0, 90), curve(90, 89), curve(90, 111)] {
			let mut terms = good;
			terms.surplus.curve = bad;
			cases.push((terms, Error::SurplusCurveOutOfRange));
		}
		for bad in [curve(100, 0), curve(90, 91), curve(1_001, 90)] {
			let mut terms = good;
			terms.recapitalisation.curve = bad;
			cases.push((terms, Error::RecapitalisationCurveOutOfRange));
		}
		for (terms, error) in cases {
			assert_noop!(
				Auctions::set_system_terms(RuntimeOrigin::root(), Box::new(terms)),
				error
			);
		}
		assert_noop!(
			Auctions::set_system_terms(RuntimeOrigin::signed(BUYER), Box::new(good)),
			DispatchError::BadOrigin
		);
		assert_ok!(Auctions::set_system_terms(
			RuntimeOrigin::root(),
			Box::new(good)
		));
		System::assert_last_event(Event::SystemTermsSet { terms: good }.into());
	});
}

/// Terms change for the next lot; floor and cap, which protect, for this one as well.
#[test]
fn an_open_lot_keeps_its_curve() {
	with_deficit(|| {
		set_terms(|terms| {
			terms.curve = Curve {
				start: FixedU128::from_u32(2),
				end: FixedU128::from_u32(1),
				duration: 100,
			}
		});
		let price = || Auctions::system_lot(CUSD).unwrap().price.unwrap();
		assert_eq!(price(), cents(11));
		assert_ok!(pay(LOT));
		skip(1);
		assert_eq!(price(), cents(20));
	});
}
