//! Surplus for native tokens, which are burned.

use cairn_math::Price;
use cairn_primitives::{Balance, BalanceSheet, QuoteStatus, Reserve, Standing};
use frame_support::{assert_noop, assert_ok, dispatch::DispatchResult, weights::WeightMeter};
use sp_runtime::TokenError;

use super::system::*;
use crate::{mock::*, Error, Event, SystemLotKind, SystemLots, WeightInfo};

const LOT: Balance = 10_000 * ONE_CUSD;

fn buy(amount: Balance) -> DispatchResult {
	Auctions::buy_surplus(RuntimeOrigin::signed(BUYER), CUSD, amount, Price::MIN, None)
}

/// 12,500 of surplus, and a buyer with ten million CRN at 10 cents.
fn with_surplus(test: impl FnOnce()) {
	run(|| {
		endow(BUYER, 10_000_000 * ONE_CRN);
		earn(LOT * 5 / 4);
		skip(1);
		test();
	})
}

#[test]
fn a_lot_opens_once_there_is_enough_beyond_the_target() {
	run(|| {
		set_target(50);
		earn(LOT);
		lend(OTHER, LOT - 1);
		skip(1);
		// Of 19,999.99 issued the reserve keeps half.
		assert_eq!(Auctions::system_lot(CUSD), None);
		earn(LOT * 2);
		skip(1);
		let view = Auctions::system_lot(CUSD).unwrap();
		assert_eq!(view.lot.kind, SystemLotKind::Surplus);
		assert_eq!((view.lot.remaining, view.available), (LOT, LOT));
		let event = Event::SystemLotOpened {
			asset: CUSD,
			kind: SystemLotKind::Surplus,
			amount: LOT,
		};
		System::assert_last_event(event.into());
	});
}

#[test]
fn native_tokens_are_burned_for_it_at_a_price_that_rises_past_the_market() {
	with_surplus(|| {
		// 10 cents · 0.95, within the hour to 10 cents · 1.02.
		let price = || Auctions::system_lot(CUSD).unwrap().price.unwrap().raw();
		assert_eq!(price(), cents(10).raw() * 95 / 100);
		let before = native();
		assert_ok!(buy(950 * ONE_CUSD));
		assert_eq!(before - native(), 10_000 * ONE_CRN);
		assert_eq!(balance(CUSD, BUYER), 950 * ONE_CUSD);
		assert_eq!(Treasury::reserve(&CUSD), LOT * 5 / 4 - 950 * ONE_CUSD);
		let event = Event::SurplusSold {
			asset: CUSD,
			buyer: BUYER,
			recipient: BUYER,
			amount: 950 * ONE_CUSD,
			burned: 10_000 * ONE_CRN,
			price: Price::new(price()).unwrap(),
			remaining: LOT - 950 * ONE_CUSD,
		};
		System::assert_last_event(event.into());
		skip(1_200);
		assert_eq!(price(), cents(10).raw() * 102 / 100);
		skip(10_000);
		assert_eq!(price(), cents(10).raw() * 102 / 100);
		assert_ok!(buy(1_020 * ONE_CUSD));
		assert_eq!(before - native(), 20_000 * ONE_CRN);
	});
}

#[test]
fn a_lot_that_is_sold_out_closes_and_the_next_one_waits_for_its_hour() {
	with_surplus(|| {
		assert_ok!(buy(Balance::MAX));
		assert_eq!(balance(CUSD, BUYER), LOT);
		let event = Event::SystemLotClosed {
			asset: CUSD,
			kind: SystemLotKind::Surplus,
			unsold: 0,
		};
		System::assert_has_event(event.into());
		assert_noop!(buy(1), Error::<Test>::NoSurplusLot);
		earn(LOT);
		skip(1_199);
		assert_eq!(Auctions::system_lot(CUSD), None);
		skip(1);
		assert_eq!(Auctions::system_lot(CUSD).unwrap().lot.remaining, LOT);
	});
}

#[test]
fn the_price_follows_the_market_without_anybody_starting_it_again() {
	with_surplus(|| {
		skip(1_200);
		for price in [1, 5, 20, 1_000] {
			set_price(&CRN, cents(price));
			let view = Auctions::system_lot(CUSD).unwrap();
			assert_eq!(view.price.unwrap().raw(), cents(price).raw() * 102 / 100);
		}
	});
}

#[test]
fn doubt_is_against_the_buyer() {
	with_surplus(|| {
		set_spread(&CRN, cents(2).raw());
		let view = Auctions::system_lot(CUSD).unwrap();
		assert_eq!(view.price.unwrap().raw(), cents(8).raw() * 95 / 100);
	});
}

#[test]
fn nothing_is_sold_without_a_live_quote_and_no_lot_opens() {
	with_surplus(|| {
		for status in [
			QuoteStatus::Degraded,
			QuoteStatus::Jump,
			QuoteStatus::Stale,
			QuoteStatus::Halted,
		] {
			set_status(&CRN, status);
			assert_noop!(buy(ONE_CUSD), Error::<Test>::NativeNotQuoted);
			let view = Auctions::system_lot(CUSD).unwrap();
			assert_eq!((view.price, view.available), (None, 0));
		}
		set_status(&CRN, QuoteStatus::Live);
		set_status(&CUSD, QuoteStatus::Stale);
		assert_noop!(buy(ONE_CUSD), Error::<Test>::DebtNotQuoted);
		set_status(&CUSD, QuoteStatus::Live);
		assert_ok!(buy(Balance::MAX));
		set_status(&CRN, QuoteStatus::Degraded);
		earn(LOT);
		skip(2_000);
		assert_eq!(Auctions::system_lot(CUSD), None);
		forget_price(&CRN);
		skip(1);
		assert_eq!(Auctions::system_lot(CUSD), None);
		set_price(&CRN, cents(10));
		skip(1);
		assert!(Auctions::system_lot(CUSD).is_some());
	});
}

/// DESIGN's seventh invariant from the buyer's side: bad debt ends the sale in the very moment.
#[test]
fn bad_debt_ends_a_sale_at_once() {
	with_surplus(|| {
		lose(1);
		assert_noop!(buy(1), Error::<Test>::NoSurplusLot);
		assert_eq!(Auctions::system_lot(CUSD).unwrap().available, 0);
		check();
		// Covered with the next block: there is surplus again, and the lot has kept its place.
		skip(1);
		assert_eq!(Treasury::bad_debt(&CUSD), 0);
		assert_ok!(buy(1));
	});
}

#[test]
fn a_lot_that_has_lost_its_reason_closes() {
	with_surplus(|| {
		lose(LOT * 5 / 4);
		skip(1);
		assert_eq!(Auctions::system_lot(CUSD), None);
		let event = Event::SystemLotClosed {
			asset: CUSD,
			kind: SystemLotKind::Surplus,
			unsold: LOT,
		};
		System::assert_last_event(event.into());
		assert_eq!(Treasury::standing(&CUSD), Standing::Even);
	});
}

#[test]
fn no_more_is_sold_than_there_is_surplus_now() {
	with_surplus(|| {
		// Somebody's debt goes to auction: it could be lost, so as much is kept.
		lend(OTHER, LOT);
		Treasury::debt_seized(&CUSD, LOT);
		assert_eq!(Auctions::system_lot(CUSD).unwrap().available, LOT / 4);
		let quote = Auctions::quote_system_lot(CUSD, Balance::MAX).unwrap();
		assert_eq!(quote.debt, LOT / 4);
		assert_ok!(buy(Balance::MAX));
		assert_eq!(balance(CUSD, BUYER), LOT / 4);
		assert_noop!(buy(1), Error::<Test>::NoSurplusLot);
		// As the mock's own check wants it: the debt belongs to no lot.
		Treasury::debt_lost(&CUSD, LOT);
	});
}

#[test]
fn a_blown_fuse_ends_a_sale_at_once() {
	with_surplus(|| {
		assert_ok!(Treasury::blow_fuse(RuntimeOrigin::root(), CUSD));
		assert_noop!(buy(1), Error::<Test>::NoSurplusLot);
		skip(1);
		assert_eq!(Auctions::system_lot(CUSD), None);
		assert_ok!(Treasury::reset_fuse(RuntimeOrigin::root(), CUSD));
	});
}

#[test]
fn the_buyer_is_protected_and_pays_no_more_than_was_quoted() {
	with_surplus(|| {
		let quote = Auctions::quote_system_lot(CUSD, 777).unwrap();
		let at = |min_price| {
			Auctions::buy_surplus(RuntimeOrigin::signed(BUYER), CUSD, 777, min_price, None)
		};
		let more = Price::new(quote.price.raw() + 1).unwrap();
		assert_noop!(at(more), Error::<Test>::PriceBelowMinimum);
		let before = balance(CRN, BUYER);
		assert_ok!(at(quote.price));
		assert_eq!(before - balance(CRN, BUYER), quote.native);
		assert_eq!(balance(CUSD, BUYER), 777);
		assert_noop!(buy(0), Error::<Test>::ZeroAmount);
		assert_noop!(
			Auctions::recapitalise(RuntimeOrigin::signed(BUYER), CUSD, 1, Price::MAX, None),
			Error::<Test>::NoRecapitalisationLot
		);
		assert_eq!(
			Auctions::quote_system_lot(DOT, 1),
			Err(Error::<Test>::NoSystemLot.into())
		);
	});
}

#[test]
fn the_buyer_keeps_the_minimum_balance_and_the_recipient_must_be_able_to_hold() {
	with_surplus(|| {
		let to = |who| {
			Auctions::buy_surplus(
				RuntimeOrigin::signed(BUYER),
				CUSD,
				ONE_CUSD,
				Price::MIN,
				Some(who),
			)
		};
		assert_noop!(to(NOBODY), Error::<Test>::RecipientCannotReceive);
		assert_ok!(to(OTHER));
		assert_eq!(balance(CUSD, OTHER), ONE_CUSD);
		// OTHER has one CRN: all of it but 1,000 units may be burned, and not a unit more.
		let all = Auctions::quote_system_lot(CUSD, Balance::MAX).unwrap();
		let most = (ONE_CRN - 1_000) * (all.price.raw() / 1_000_000_000_000) / 1_000_000;
		let by_other = |amount| {
			Auctions::buy_surplus(RuntimeOrigin::signed(OTHER), CUSD, amount, Price::MIN, None)
		};
		assert_noop!(by_other(most + 1), TokenError::FundsUnavailable);
		assert_ok!(by_other(most));
		assert!((1_000..1_020).contains(&balance(CRN, OTHER)));
	});
}

/// One smallest unit of CUSD is worth 10 units of CRN at 10 cents, and 10.5… at 9.5: 11 are paid.
#[test]
fn what_is_paid_is_rounded_up() {
	with_surplus(|| {
		let before = native();
		assert_ok!(buy(1));
		assert_eq!(before - native(), 11);
	});
}

#[test]
fn a_small_meter_opens_what_it_can() {
	run(|| {
		earn(LOT);
		let base = <Test as crate::Config>::WeightInfo::system_base();
		Auctions::advance_system_lots(&mut WeightMeter::with_limit(base));
		assert_eq!(SystemLots::<Test>::iter().count(), 0);
		let one = base.saturating_add(<Test as crate::Config>::WeightInfo::system_asset());
		let mut meter = WeightMeter::with_limit(one);
		Auctions::advance_system_lots(&mut meter);
		assert_eq!(SystemLots::<Test>::iter().count(), 1);
		assert_eq!(meter.consumed(), one);
	});
}
