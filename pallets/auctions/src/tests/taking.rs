//! Buying.

use cairn_math::Price;
use cairn_primitives::{BalanceSheet, LiquidationLots, QuoteStatus};
use frame_support::{assert_noop, assert_ok, traits::tokens::fungibles::Mutate};
use sp_runtime::{DispatchError, TokenError};

use crate::{mock::*, Error, Event, Lots};

fn buy(
	lot: u64,
	amount: u128,
	max_price: Price,
	recipient: Option<AccountId>,
) -> frame_support::dispatch::DispatchResultWithPostInfo {
	Auctions::take(
		RuntimeOrigin::signed(BUYER),
		lot,
		amount,
		max_price,
		recipient,
	)
}

#[test]
fn a_buyer_pays_first_and_gets_his_part_at_once() {
	run(|| {
		lend(BUYER, 10_000 * ONE_CUSD);
		let lot = dot_lot();
		assert_ok!(buy(lot, 400 * ONE_DOT, cents(575), None));
		// 400 DOT at $5.75.
		assert_eq!(balance(CUSD, BUYER), 7_700 * ONE_CUSD);
		assert_eq!(balance(DOT, BUYER), 400 * ONE_DOT);
		assert_eq!(balance(DOT, CUSTODY), 600 * ONE_DOT);
		assert_eq!(Auctions::held(&DOT), 600 * ONE_DOT);
		let left = Lots::<Test>::get(lot).unwrap();
		assert_eq!(
			(left.remaining, left.debt, left.fee),
			(600 * ONE_DOT, 1_700 * ONE_CUSD, 80 * ONE_CUSD,)
		);
		assert_eq!(Treasury::in_auction(&CUSD), 1_700 * ONE_CUSD);
		assert_eq!(Treasury::reserve(&CUSD), 0);
		System::assert_last_event(
			Event::LotTaken {
				lot,
				buyer: BUYER,
				recipient: BUYER,
				collateral: 400 * ONE_DOT,
				paid: 2_300 * ONE_CUSD,
				price: cents(575),
				remaining: 600 * ONE_DOT,
			}
			.into(),
		);
	});
}

#[test]
fn the_price_falls_step_by_step_for_everybody() {
	run(|| {
		lend(BUYER, 10_000 * ONE_CUSD);
		let lot = dot_lot();
		run_to(12);
		assert_eq!(Auctions::lot(lot).unwrap().price, Some(cents(575)));
		run_to(13);
		let price = Price::new(5_692_500_000_000_000_000).unwrap();
		assert_eq!(Auctions::lot(lot).unwrap().price, Some(price));
		assert_ok!(buy(lot, 100 * ONE_DOT, price, None));
		assert_eq!(
			balance(CUSD, BUYER),
			10_000 * ONE_CUSD - 569_250_000_000_000
		);
	});
}

#[test]
fn paying_the_tab_closes_the_lot_and_leaves_the_rest_to_the_owners() {
	run(|| {
		lend(BUYER, 10_000 * ONE_CUSD);
		let lot = dot_lot();
		assert_ok!(buy(lot, 1_000 * ONE_DOT, Price::MAX, Some(OTHER)));
		assert_eq!(balance(CUSD, BUYER), 5_920 * ONE_CUSD);
		// 4,080 / 5.75, rounded down.
		let bought = 7_095_652_173_913;
		assert_eq!(balance(DOT, OTHER), bought);
		assert_eq!(
			(balance(DOT, BUYER), Treasury::reserve(&CUSD)),
			(0, 80 * ONE_CUSD)
		);
		assert_eq!(Treasury::in_auction(&CUSD), 0);
		assert_eq!(Auctions::held(&DOT), 1_000 * ONE_DOT - bought);
		System::assert_last_event(
			Event::LotClosed {
				lot,
				leftover: 1_000 * ONE_DOT - bought,
				shortfall: 0,
			}
			.into(),
		);
	});
}

#[test]
fn selling_out_turns_what_is_missing_into_bad_debt_and_forgoes_the_fee() {
	run(|| {
		lend(BUYER, 10_000 * ONE_CUSD);
		let lot = seize(MAJORS, &DOT, 100 * ONE_DOT, 4_000 * ONE_CUSD, 80 * ONE_CUSD);
		assert_ok!(buy(lot, 100 * ONE_DOT, Price::MAX, None));
		assert_eq!(Treasury::bad_debt(&CUSD), 3_425 * ONE_CUSD);
		assert_eq!(
			(Treasury::in_auction(&CUSD), Treasury::reserve(&CUSD)),
			(0, 0)
		);
		assert_eq!(balance(DOT, CUSTODY), 0);
		System::assert_last_event(
			Event::LotClosed {
				lot,
				leftover: 0,
				shortfall: 3_425 * ONE_CUSD,
			}
			.into(),
		);
	});
}

#[test]
fn bad_debt_of_a_lot_is_covered_by_the_fees_of_others() {
	run(|| {
		lend(BUYER, 10_000 * ONE_CUSD);
		let short = seize(MAJORS, &DOT, 100 * ONE_DOT, 600 * ONE_CUSD, 0);
		assert_ok!(buy(short, 100 * ONE_DOT, Price::MAX, None));
		assert_eq!(Treasury::bad_debt(&CUSD), 25 * ONE_CUSD);
		let good = seize(MAJORS, &ETH, ONE_ETH, 1_000 * ONE_CUSD, 20 * ONE_CUSD);
		assert_ok!(buy(good, ONE_ETH, Price::MAX, None));
		next_block();
		assert_eq!(
			(Treasury::bad_debt(&CUSD), Treasury::reserve(&CUSD)),
			(5 * ONE_CUSD, 0)
		);
	});
}

#[test]
fn zero_is_not_an_amount() {
	run(|| {
		let lot = dot_lot();
		assert_noop!(buy(lot, 0, Price::MAX, None), Error::<Test>::ZeroAmount);
	});
}

#[test]
fn a_lot_that_never_was_is_unknown() {
	run(|| {
		dot_lot();
		assert_noop!(buy(1, 1, Price::MAX, None), Error::<Test>::UnknownLot);
	});
}

#[test]
fn a_lot_that_was_is_closed() {
	run(|| {
		lend(BUYER, 10_000 * ONE_CUSD);
		let lot = dot_lot();
		assert_ok!(buy(lot, 1_000 * ONE_DOT, Price::MAX, None));
		assert_noop!(buy(lot, 1, Price::MAX, None), Error::<Test>::LotClosed);
	});
}

#[test]
fn nobody_pays_more_than_he_said() {
	run(|| {
		lend(BUYER, 10_000 * ONE_CUSD);
		let lot = dot_lot();
		assert_noop!(
			buy(lot, ONE_DOT, cents(574), None),
			Error::<Test>::PriceAboveMaximum
		);
		assert_ok!(buy(lot, ONE_DOT, cents(575), None));
	});
}

#[test]
fn without_a_price_to_compare_with_nothing_is_sold() {
	run(|| {
		lend(BUYER, 10_000 * ONE_CUSD);
		let lot = dot_lot();
		for status in [QuoteStatus::Jump, QuoteStatus::Stale, QuoteStatus::Halted] {
			set_status(&DOT, status);
			assert_noop!(
				buy(lot, ONE_DOT, Price::MAX, None),
				Error::<Test>::CollateralNotQuoted
			);
		}
		set_status(&DOT, QuoteStatus::Degraded);
		assert_ok!(buy(lot, ONE_DOT, Price::MAX, None));
		forget_price(&DOT);
		assert_noop!(
			buy(lot, ONE_DOT, Price::MAX, None),
			Error::<Test>::CollateralNotQuoted
		);
	});
}

#[test]
fn without_a_price_of_the_debt_asset_nothing_is_sold() {
	run(|| {
		lend(BUYER, 10_000 * ONE_CUSD);
		let lot = dot_lot();
		set_status(&CUSD, QuoteStatus::Stale);
		assert_noop!(
			buy(lot, ONE_DOT, Price::MAX, None),
			Error::<Test>::DebtNotQuoted
		);
	});
}

#[test]
fn a_debt_asset_below_par_takes_more_of_it_to_pay() {
	run(|| {
		lend(BUYER, 10_000 * ONE_CUSD);
		let lot = dot_lot();
		set_price(&CUSD, cents(50));
		assert_ok!(buy(lot, 100 * ONE_DOT, Price::MAX, None));
		assert_eq!(balance(CUSD, BUYER), (10_000 - 1_150) * ONE_CUSD);
	});
}

#[test]
fn a_token_of_unknown_decimals_is_not_sold_by_guess() {
	run(|| {
		lend(BUYER, 10_000 * ONE_CUSD);
		let lot = seize(MAJORS, &ODD, 1_000, 100 * ONE_CUSD, 0);
		assert_noop!(
			buy(lot, 1_000, Price::MAX, None),
			Error::<Test>::UnknownDecimals
		);
	});
}

#[test]
fn a_remainder_that_nobody_could_buy_is_refused() {
	run(|| {
		lend(BUYER, 10_000 * ONE_CUSD);
		let lot = seize(MAJORS, &DOT, 1_000 * ONE_DOT, 90 * ONE_CUSD, 0);
		assert_noop!(
			buy(lot, ONE_DOT, Price::MAX, None),
			Error::<Test>::RemainderTooSmall
		);
		assert_ok!(buy(lot, 1_000 * ONE_DOT, Price::MAX, None));
	});
}

/// 6 DOT are quoted for the 26 CUSD that a lot is to raise. Then the price falls.
#[test]
fn a_bidder_who_is_late_gets_what_he_was_quoted() {
	run(|| {
		lend(BUYER, 100 * ONE_CUSD);
		let tab = (25 * ONE_CUSD, ONE_CUSD);
		let lot = seize(MAJORS, &DOT, 10 * ONE_DOT, tab.0, tab.1);
		let quoted = Auctions::quote_take(lot, u128::MAX).unwrap();
		assert_eq!(quoted.purchase.payment, tab.0 + tab.1);
		let wanted = quoted.purchase.collateral;
		run_to(13);
		let now = Auctions::price(lot).unwrap();
		assert!(now < quoted.price);
		// Not at the price of now: that would leave a crumb.
		assert_noop!(
			buy(lot, wanted, now, None),
			Error::<Test>::RemainderTooSmall
		);
		let late = Auctions::quote_take(lot, wanted).unwrap();
		assert_eq!(late.purchase, quoted.purchase);
		assert!(now < late.price && late.price <= quoted.price);
		assert_ok!(buy(lot, wanted, quoted.price, None));
		assert_eq!(balance(DOT, BUYER), wanted);
		assert_eq!(balance(CUSD, BUYER), 74 * ONE_CUSD);
		assert!(!Lots::<Test>::contains_key(lot));
		assert_eq!(Auctions::held(&DOT), 10 * ONE_DOT - wanted);
	});
}

#[test]
fn a_buyer_without_money_gets_nothing() {
	run(|| {
		let lot = dot_lot();
		assert_noop!(
			buy(lot, ONE_DOT, Price::MAX, None),
			TokenError::FundsUnavailable
		);
		// Enough for the debt, not for the fee.
		lend(BUYER, 4_079 * ONE_CUSD);
		let refused = TokenError::FundsUnavailable;
		assert_noop!(buy(lot, 1_000 * ONE_DOT, Price::MAX, None), refused);
	});
}

#[test]
fn a_recipient_who_would_hold_dust_is_refused() {
	run(|| {
		lend(BUYER, 10_000 * ONE_CUSD);
		// BTC has a minimum balance of 1,000 units, and these are worth 50 cents.
		let lot = seize(MAJORS, &BTC, ONE_BTC, 40_000 * ONE_CUSD, 0);
		let refused = Error::<Test>::RecipientCannotReceive;
		assert_noop!(buy(lot, 999, Price::MAX, None), refused);
		assert_ok!(buy(lot, 1_000, Price::MAX, None));
		assert_ok!(buy(lot, 999, Price::MAX, None));
		// Native tokens to an account that does not exist.
		let lot = seize(MAJORS, &CRN, 1_000_000 * ONE_CRN, 40_000 * ONE_CUSD, 0);
		let refused = Error::<Test>::RecipientCannotReceive;
		assert_noop!(buy(lot, 999, Price::MAX, Some(NOBODY)), refused);
		assert_ok!(buy(lot, 1_000, Price::MAX, Some(NOBODY)));
	});
}

#[test]
fn custody_does_not_buy_from_itself() {
	run(|| {
		lend(BUYER, 10_000 * ONE_CUSD);
		let lot = dot_lot();
		let refused = Error::<Test>::RecipientIsCustody;
		assert_noop!(buy(lot, ONE_DOT, Price::MAX, Some(CUSTODY)), refused);
	});
}

#[test]
fn delivery_never_leaves_dust_in_custody() {
	run(|| {
		lend(BUYER, 100_000 * ONE_CUSD);
		// At $57,500 the debt takes all but 999 units of the lot: dust, that the token would swallow.
		let lot = seize(MAJORS, &BTC, ONE_BTC, 57_499_425_575_000_000, 0);
		assert_eq!(
			Auctions::quote_take(lot, ONE_BTC)
				.unwrap()
				.purchase
				.remaining,
			999
		);
		assert_noop!(
			buy(lot, ONE_BTC, Price::MAX, None),
			Error::<Test>::CustodyTooLow
		);
		// One unit of somebody else's in custody, and it is none.
		Tokens::mint_into(BTC, &CUSTODY, 1).unwrap();
		assert_ok!(buy(lot, ONE_BTC, Price::MAX, None));
		assert_eq!((balance(BTC, CUSTODY), Auctions::held(&BTC)), (1_000, 999));
	});
}

#[test]
fn custody_may_be_emptied() {
	run(|| {
		lend(BUYER, 100_000 * ONE_CUSD);
		let lot = seize(MAJORS, &BTC, ONE_BTC, 60_000 * ONE_CUSD, 0);
		assert_ok!(buy(lot, ONE_BTC, Price::MAX, None));
		assert_eq!(balance(BTC, CUSTODY), 0);
	});
}

#[test]
fn only_a_signer_can_buy() {
	run(|| {
		let lot = dot_lot();
		assert_noop!(
			Auctions::take(RuntimeOrigin::root(), lot, 1, Price::MAX, None),
			DispatchError::BadOrigin
		);
	});
}

#[test]
fn a_failed_delivery_gives_the_payment_back() {
	run(|| {
		lend(BUYER, 10_000 * ONE_CUSD);
		let lot = dot_lot();
		assert_ok!(Assets::freeze(RuntimeOrigin::signed(ISSUER), 2, CUSTODY));
		let before = (balance(CUSD, BUYER), Treasury::in_auction(&CUSD));
		assert!(buy(lot, ONE_DOT, Price::MAX, None).is_err());
		assert_eq!((balance(CUSD, BUYER), Treasury::in_auction(&CUSD)), before);
	});
}
