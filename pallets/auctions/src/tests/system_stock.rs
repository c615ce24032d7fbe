//! Collateral that the reserve had to buy.

use cairn_math::{FixedU128, Price};
use cairn_primitives::{AssetId, Balance, BalanceSheet, QuoteStatus, Reserve, Standing};
use frame_support::{
	assert_err, assert_noop, assert_ok, dispatch::DispatchResult, hypothetically,
	traits::tokens::fungibles::Mutate,
};
use proptest::prelude::*;
use sp_runtime::TokenError;

use super::system::*;
use crate::{
	mock::*, Curve, Error, Event, StockLot, StockLots, StockTerms, SystemLots, SystemTerms,
};

const HOUR: u32 = 1_200;
/// How long the price comes down, by default.
const FALL: u32 = 4 * HOUR;
const PATIENCE: u32 = 24 * HOUR;

fn buy(collateral: AssetId, amount: Balance) -> DispatchResult {
	let (signed, most) = (RuntimeOrigin::signed(BUYER), Price::MAX);
	Auctions::buy_stock(signed, CUSD, collateral, amount, most, None)
}

/// The reserve gets `amount` of `collateral` for its money.
fn stock_up(collateral: &AssetId, amount: Balance) {
	Tokens::mint_into(collateral.clone(), &Treasury::account_id(), amount).unwrap();
	assert_ok!(Treasury::add_stock(&CUSD, collateral, amount));
}

fn in_stock(collateral: &AssetId) -> Balance {
	<Treasury as Reserve<_, _>>::stock(&CUSD)
		.into_iter()
		.find_map(|(held, amount)| (held == *collateral).then_some(amount))
		.unwrap_or(0)
}

fn on_sale(collateral: &AssetId) -> Balance {
	StockLots::<Test>::get(CUSD, collateral).map_or(0, |lot| lot.remaining)
}

fn set_terms(change: impl FnOnce(&mut StockTerms)) {
	let mut terms = SystemTerms::default();
	change(&mut terms.stock);
	assert_ok!(Auctions::set_system_terms(
		RuntimeOrigin::root(),
		Box::new(terms)
	));
}

/// 10,000 of bad debt, 1,000 DOT in stock that are worth 5,000, a buyer with a million.
fn with_stock(test: impl FnOnce()) {
	run(|| {
		lend(BUYER, 1_000_000 * ONE_CUSD);
		lose(10_000 * ONE_CUSD);
		stock_up(&DOT, 1_000 * ONE_DOT);
		skip(1);
		test();
	})
}

#[test]
fn what_the_reserve_had_to_buy_it_sells_for_bad_debt() {
	with_stock(|| {
		System::assert_has_event(
			Event::StockPutUp {
				asset: CUSD,
				collateral: DOT,
				amount: 1_000 * ONE_DOT,
			}
			.into(),
		);
		let [view] = &Auctions::stock_lots(CUSD)[..] else {
			panic!("one collateral is in stock")
		};
		assert_eq!(
			(view.stock, view.price),
			(1_000 * ONE_DOT, Some(cents(525)))
		);
		let quoted = Auctions::quote_stock_lot(CUSD, DOT, 400 * ONE_DOT).unwrap();
		assert_eq!(
			(quoted.amount, quoted.payment),
			(400 * ONE_DOT, 2_100 * ONE_CUSD)
		);
		assert_ok!(buy(DOT, 400 * ONE_DOT));
		System::assert_last_event(
			Event::StockSold {
				asset: CUSD,
				collateral: DOT,
				buyer: BUYER,
				recipient: BUYER,
				amount: 400 * ONE_DOT,
				paid: 2_100 * ONE_CUSD,
				price: cents(525),
				remaining: 600 * ONE_DOT,
			}
			.into(),
		);
		assert_eq!(balance(DOT, BUYER), 400 * ONE_DOT);
		assert_eq!(Treasury::reserve(&CUSD), 2_100 * ONE_CUSD);
		skip(1);
		assert_eq!(
			(Treasury::reserve(&CUSD), Treasury::bad_debt(&CUSD)),
			(0, 7_900 * ONE_CUSD)
		);
		assert_ok!(buy(DOT, Balance::MAX));
		assert!(StockLots::<Test>::get(CUSD, DOT).is_none());
		assert_eq!(
			(in_stock(&DOT), balance(DOT, Treasury::account_id())),
			(0, 0)
		);
	});
}

/// From a lot that nobody wants to the last unit of bad debt.
#[test]
fn a_lot_that_nobody_wants_is_sold_in_the_end_and_its_debt_covered() {
	run(|| {
		lend(BUYER, 10_000 * ONE_CUSD);
		let lot = dot_lot();
		while Auctions::lot(lot).is_some() {
			skip(due(lot) - System::block_number());
		}
		// All of it at the floor of $2; the rest of the debt is not even worth that.
		assert_eq!(in_stock(&DOT), 1_000 * ONE_DOT);
		assert_eq!(Treasury::bad_debt(&CUSD), 4_000 * ONE_CUSD);
		// It is worth 4,000 at the least, so no native token is made for it.
		assert_eq!(Treasury::standing(&CUSD), Standing::Even);
		assert!(!SystemLots::<Test>::contains_key(CUSD));
		skip(FALL / 5);
		assert_eq!(Auctions::stock_lots(CUSD)[0].price, Some(usd(5)));
		assert_ok!(buy(DOT, Balance::MAX));
		skip(1);
		assert_eq!(Treasury::bad_debt(&CUSD), 0);
		assert_eq!(Treasury::reserve(&CUSD), 1_000 * ONE_CUSD);
		assert!(StockLots::<Test>::iter().next().is_none());
	});
}

#[test]
fn native_tokens_are_made_for_no_more_than_collateral_leaves() {
	with_stock(|| {
		// 1,000 DOT at 0.80 of $5.
		assert_eq!(
			Treasury::standing(&CUSD),
			Standing::Deficit(6_000 * ONE_CUSD)
		);
		let lot = SystemLots::<Test>::get(CUSD).unwrap();
		assert_eq!(lot.remaining, 6_000 * ONE_CUSD);
		// What it brings more is not raised.
		assert_ok!(buy(DOT, Balance::MAX));
		skip(1);
		let signed = RuntimeOrigin::signed(BUYER);
		assert_ok!(Auctions::recapitalise(
			signed,
			CUSD,
			Balance::MAX,
			Price::MAX,
			None
		));
		skip(1);
		assert_eq!(
			(Treasury::bad_debt(&CUSD), Treasury::reserve(&CUSD)),
			(0, 0)
		);
	});
}

#[test]
fn the_price_falls_to_its_floor_and_no_further() {
	with_stock(|| {
		set_spread(&DOT, Price::ONE.raw() / 10);
		// The buyer pays for the doubt.
		let price = |share: u128| Some(cents(510 * share / 100));
		assert_eq!(
			Auctions::stock_lots(CUSD)[0].price,
			Some(Price::new(510 * 105 * 10u128.pow(14)).unwrap())
		);
		skip(FALL);
		assert_eq!(Auctions::stock_lots(CUSD)[0].price, price(80));
		skip(FALL);
		assert_eq!(Auctions::stock_lots(CUSD)[0].price, price(80));
		// It counts for the low end.
		assert_eq!(
			Treasury::balance_sheet(CUSD).unwrap().stock_value,
			3_920 * ONE_CUSD
		);
	});
}

#[test]
fn without_a_live_quote_nothing_is_sold_and_nothing_is_opened() {
	run(|| {
		lend(BUYER, 1_000_000 * ONE_CUSD);
		set_status(&DOT, QuoteStatus::Degraded);
		stock_up(&DOT, 1_000 * ONE_DOT);
		skip(1);
		assert_noop!(buy(DOT, ONE_DOT), Error::<Test>::NoStockLot);
		set_status(&DOT, QuoteStatus::Live);
		skip(1);
		set_status(&DOT, QuoteStatus::Degraded);
		assert_noop!(buy(DOT, ONE_DOT), Error::<Test>::CollateralNotQuoted);
		set_status(&DOT, QuoteStatus::Live);
		set_status(&CUSD, QuoteStatus::Stale);
		assert_noop!(buy(DOT, ONE_DOT), Error::<Test>::DebtNotQuoted);
	});
}

/// A feed that hesitates makes no native tokens; one that is dead does not keep debt bad for ever.
#[test]
fn collateral_counts_for_nothing_once_its_feed_is_dead() {
	with_stock(|| {
		set_status(&DOT, QuoteStatus::Degraded);
		assert_eq!(
			Treasury::standing(&CUSD),
			Standing::Deficit(6_000 * ONE_CUSD)
		);
		for status in [QuoteStatus::Jump, QuoteStatus::Stale, QuoteStatus::Halted] {
			set_status(&DOT, status);
			assert_eq!(
				Treasury::standing(&CUSD),
				Standing::Deficit(10_000 * ONE_CUSD)
			);
		}
		forget_price(&DOT);
		assert_eq!(
			Treasury::standing(&CUSD),
			Standing::Deficit(10_000 * ONE_CUSD)
		);
	});
}

#[test]
fn what_nobody_buys_counts_for_nothing_in_the_end() {
	with_stock(|| {
		skip(FALL + PATIENCE);
		assert_eq!(
			Treasury::standing(&CUSD),
			Standing::Deficit(6_000 * ONE_CUSD)
		);
		skip(1);
		assert_eq!(
			Treasury::standing(&CUSD),
			Standing::Deficit(10_000 * ONE_CUSD)
		);
		// More of the same does not change that; it is for sale all the same.
		stock_up(&DOT, 1_000 * ONE_DOT);
		skip(1);
		assert_eq!(
			Treasury::standing(&CUSD),
			Standing::Deficit(10_000 * ONE_CUSD)
		);
		assert_ok!(buy(DOT, Balance::MAX));
		// Somebody wants it after all.
		assert_eq!(
			Treasury::standing(&CUSD),
			Standing::Deficit(2_000 * ONE_CUSD)
		);
	});
}

#[test]
fn no_more_is_for_sale_at_once_than_a_lot_and_none_before_the_pause_is_over() {
	run(|| {
		lend(BUYER, 1_000_000 * ONE_CUSD);
		set_terms(|terms| terms.lot = 2_000 * ONE_CUSD);
		stock_up(&DOT, 1_000 * ONE_DOT);
		stock_up(&ETH, ONE_ETH);
		skip(1);
		assert_eq!((on_sale(&DOT), on_sale(&ETH)), (400 * ONE_DOT, ONE_ETH));
		assert_ok!(buy(DOT, Balance::MAX));
		assert_eq!(balance(DOT, BUYER), 400 * ONE_DOT);
		assert_noop!(buy(DOT, 1), Error::<Test>::NoStockLot);
		skip(HOUR - 1);
		assert_eq!(on_sale(&DOT), 0);
		skip(1);
		assert_eq!(on_sale(&DOT), 400 * ONE_DOT);
		assert_eq!(Auctions::stock_lots(CUSD).len(), 2);
	});
}

/// 15 DOT, worth 75 CUSD, are left of a lot; 205 are in stock: they are all of the next lot.
#[test]
fn a_crumb_of_a_lot_goes_into_the_next_one() {
	run(|| {
		lend(BUYER, 1_000_000 * ONE_CUSD);
		set_terms(|terms| terms.lot = 1_000 * ONE_CUSD);
		stock_up(&DOT, 400 * ONE_DOT);
		skip(1);
		assert_ok!(buy(DOT, 185 * ONE_DOT));
		skip(HOUR);
		assert_eq!(on_sale(&DOT), 215 * ONE_DOT);
		// What is left of that is more than a crumb, and stays.
		assert_ok!(buy(DOT, 190 * ONE_DOT));
		stock_up(&DOT, 100 * ONE_DOT);
		skip(HOUR);
		assert_eq!(on_sale(&DOT), 25 * ONE_DOT);
	});
}

#[test]
fn a_buyer_gets_what_he_agreed_to_or_nothing() {
	with_stock(|| {
		let offer = |amount, most, recipient| {
			let signed = RuntimeOrigin::signed(BUYER);
			Auctions::buy_stock(signed, CUSD, DOT, amount, most, recipient)
		};
		assert_noop!(offer(0, Price::MAX, None), Error::<Test>::ZeroAmount);
		assert_noop!(offer(1, cents(524), None), Error::<Test>::PriceAboveMaximum);
		let treasury = Treasury::account_id();
		assert_noop!(
			offer(1, Price::MAX, Some(treasury)),
			Error::<Test>::RecipientCannotReceive
		);
		assert_noop!(buy(ETH, 1), Error::<Test>::NoStockLot);
		let poor = RuntimeOrigin::signed(DEALER);
		assert_noop!(
			Auctions::buy_stock(poor, CUSD, DOT, ONE_DOT, Price::MAX, None),
			TokenError::FundsUnavailable
		);
		assert_ok!(offer(ONE_DOT, cents(525), Some(NOBODY)));
		assert_eq!(balance(DOT, NOBODY), ONE_DOT);
		// The smallest unit is not for free.
		let before = balance(CUSD, BUYER);
		assert_ok!(offer(1, Price::MAX, None));
		assert!(balance(CUSD, BUYER) < before);
	});
}

/// BTC has a minimum balance of 1,000 units, and native tokens one of as many.
#[test]
fn the_last_of_a_stock_leaves_no_dust() {
	run(|| {
		lend(BUYER, 1_000_000 * ONE_CUSD);
		stock_up(&BTC, ONE_BTC);
		stock_up(&CRN, 1_000_000 * ONE_CRN);
		skip(1);
		let dust = cairn_treasury::Error::<Test>::StockTooLow;
		assert_noop!(buy(BTC, ONE_BTC - 999), dust);
		assert_ok!(buy(BTC, Balance::MAX));
		assert_ok!(buy(CRN, Balance::MAX));
		assert_eq!((in_stock(&BTC), in_stock(&CRN)), (0, 0));
	});
}

/// While the books are in doubt nothing is done that makes it worse. Selling stock makes it better.
#[test]
fn stock_is_sold_while_the_fuse_is_blown() {
	with_stock(|| {
		assert_ok!(Treasury::blow_fuse(RuntimeOrigin::root(), CUSD));
		assert_eq!(Treasury::standing(&CUSD), Standing::Even);
		assert_ok!(buy(DOT, ONE_DOT));
	});
}

#[test]
fn surplus_and_stock_may_be_for_sale_together_but_not_with_bad_debt() {
	run(|| {
		lend(BUYER, 1_000_000 * ONE_CUSD);
		earn(20_000 * ONE_CUSD);
		stock_up(&DOT, 1_000 * ONE_DOT);
		skip(1);
		assert!(SystemLots::<Test>::contains_key(CUSD) && on_sale(&DOT) > 0);
		assert!(Auctions::quote_system_lot(CUSD, ONE_CUSD).is_ok());
		lose(10_000 * ONE_CUSD);
		assert!(Auctions::quote_system_lot(CUSD, ONE_CUSD).is_err());
		assert!(Auctions::quote_stock_lot(CUSD, DOT, ONE_DOT).is_ok());
	});
}

#[test]
fn terms_of_stock_that_make_no_sense_are_refused() {
	run(|| {
		let hundredths = |share| FixedU128::from_rational(share, 100);
		let curve = |start, end| Curve {
			start: hundredths(start),
			end: hundredths(end),
			duration: HOUR,
		};
		for wrong in [curve(80, 105), curve(105, 0), curve(1_001, 80)] {
			let mut terms = SystemTerms::default();
			terms.stock.curve = wrong;
			assert_noop!(
				Auctions::set_system_terms(RuntimeOrigin::root(), Box::new(terms)),
				Error::<Test>::StockCurveOutOfRange
			);
		}
		let mut terms = SystemTerms::default();
		terms.stock.lot = 0;
		assert_noop!(
			Auctions::set_system_terms(RuntimeOrigin::root(), Box::new(terms)),
			Error::<Test>::SystemLotIsZero
		);
	});
}

#[test]
fn damage_to_lots_of_stock_is_noticed() {
	let damaged = |change: fn(&mut StockLot), complaint: &'static str| {
		with_stock(|| {
			hypothetically!({
				StockLots::<Test>::mutate(CUSD, DOT, |lot| change(lot.as_mut().unwrap()));
				assert_err!(Auctions::do_try_state(), complaint);
			})
		})
	};
	let too_much = "more stock is for sale than there is";
	damaged(|lot| lot.remaining += 1, too_much);
	let odd = "a lot of stock is from the future, or goes the wrong way";
	damaged(|lot| lot.opened_at += 1, odd);
	damaged(|lot| lot.curve.end = lot.curve.start + lot.curve.start, odd);
	with_stock(|| {
		hypothetically!({
			let lot = StockLots::<Test>::get(CUSD, DOT).unwrap();
			StockLots::<Test>::insert(CUSD, ETH, lot);
			assert_err!(Auctions::do_try_state(), too_much);
		})
	});
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(fuzz_cases(60)))]

	/// Whatever happens: no unit of collateral or of the debt asset comes from nowhere or goes
	/// nowhere, nothing is sold below its floor, and no native token is made for what collateral will
	/// bring.
	#[test]
	fn all_that_is_bought_is_sold_for_what_it_is_worth(
		steps in prop::collection::vec((0u8..7, 1u128..1_000), 1..60),
	) {
		new_ext().execute_with(|| {
			lend(BUYER, 100_000_000 * ONE_CUSD);
			set_terms(|terms| terms.lot = 3_000 * ONE_CUSD);
			let (mut brought, mut price) = (0, 500u128);
			for (step, size) in steps {
				let standing = Treasury::standing(&CUSD);
				let cusd = balance(CUSD, BUYER);
				match step {
					0 => lose(size * 10 * ONE_CUSD),
					1 => {
						stock_up(&DOT, size * ONE_DOT);
						brought += size * ONE_DOT;
					}
					2 => {
						let (reserve, dots) = (Treasury::reserve(&CUSD), balance(DOT, BUYER));
						if buy(DOT, size * ONE_DOT / 3).is_ok() {
							let paid = cusd - balance(CUSD, BUYER);
							prop_assert_eq!(Treasury::reserve(&CUSD) - reserve, paid);
							let bought = balance(DOT, BUYER) - dots;
							prop_assert!(bought > 0 && bought <= size * ONE_DOT / 3);
							// 12 decimals against 10: a cent for a unit is a unit for a unit.
							prop_assert!(paid >= bought * price * 8 / 10);
						}
					}
					3 => {
						price = (size / 2).max(100);
						set_price(&DOT, cents(price));
					}
					4 => {
						let crn = native();
						let signed = RuntimeOrigin::signed(BUYER);
						let amount = size * 10 * ONE_CUSD;
						if Auctions::recapitalise(signed, CUSD, amount, Price::MAX, None).is_ok() {
							let Standing::Deficit(most) = standing else {
								panic!("{standing:?}");
							};
							prop_assert!(cusd - balance(CUSD, BUYER) <= most && native() > crn);
						}
					}
					5 => skip(size as u32),
					_ => skip(1),
				}
				check();
				prop_assert_eq!(in_stock(&DOT) + balance(DOT, BUYER), brought);
				if let Standing::Deficit(deficit) = Treasury::standing(&CUSD) {
					let covered = Treasury::balance_sheet(CUSD).unwrap().stock_value;
					let rest = Treasury::bad_debt(&CUSD) - Treasury::reserve(&CUSD);
					prop_assert_eq!(deficit + covered, rest);
				}
			}
			Ok(())
		})?;
	}
}
