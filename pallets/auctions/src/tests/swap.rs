//! Taking and paying in one.

use cairn_math::Price;
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchError;

use crate::{mock::*, Error, Event, Lots};

fn swap(
	lot: u64,
	amount: u128,
	min_kept: u128,
	recipient: Option<AccountId>,
) -> frame_support::dispatch::DispatchResult {
	Auctions::take_with_swap(
		RuntimeOrigin::signed(BUYER),
		lot,
		amount,
		Price::MAX,
		min_kept,
		recipient,
	)
}

/// A lot whose price has come down to 3.73, and a dealer who buys at 4.95.
fn cheap_lot() -> u64 {
	lend(DEALER, 100_000 * ONE_CUSD);
	let lot = dot_lot();
	run_to(520);
	lot
}

#[test]
fn a_buyer_without_a_unit_of_the_debt_asset_pays_by_selling_part() {
	run(|| {
		let lot = cheap_lot();
		let quoted = Auctions::quote_take_with_swap(lot, 400 * ONE_DOT).unwrap();
		assert_eq!(
			quoted.take,
			Auctions::quote_take(lot, 400 * ONE_DOT).unwrap()
		);
		assert_eq!(quoted.sold + quoted.kept, 400 * ONE_DOT);
		assert!(quoted.kept > 90 * ONE_DOT);
		assert_eq!(balance(CUSD, BUYER), 0);
		assert_ok!(swap(lot, 400 * ONE_DOT, quoted.kept, None));
		assert_eq!(
			(balance(CUSD, BUYER), balance(DOT, BUYER)),
			(0, quoted.kept)
		);
		assert_eq!(balance(DOT, DEALER), quoted.sold);
		assert_eq!(Lots::<Test>::get(lot).unwrap().remaining, 600 * ONE_DOT);
		System::assert_has_event(
			Event::PaidBySwap {
				lot,
				sold: quoted.sold,
				kept: quoted.kept,
			}
			.into(),
		);
	});
}

#[test]
fn what_is_kept_goes_to_the_recipient_and_the_lot_can_close_so() {
	run(|| {
		let lot = cheap_lot();
		assert_ok!(swap(lot, u128::MAX, 1, Some(OTHER)));
		assert!(!Lots::<Test>::contains_key(lot));
		assert_eq!(balance(DOT, BUYER), 0);
		assert!(balance(DOT, OTHER) > 200 * ONE_DOT);
	});
}

#[test]
fn nobody_keeps_less_than_he_said() {
	run(|| {
		let lot = cheap_lot();
		let kept = Auctions::quote_take_with_swap(lot, 400 * ONE_DOT)
			.unwrap()
			.kept;
		assert_noop!(
			swap(lot, 400 * ONE_DOT, kept + 1, None),
			DispatchError::Other("the dealer wants more")
		);
		assert_noop!(
			swap(lot, 400 * ONE_DOT, 401 * ONE_DOT, None),
			Error::<Test>::TooLittleKept
		);
		assert_ok!(swap(lot, 400 * ONE_DOT, kept, None));
	});
}

#[test]
fn where_nobody_trades_there_is_nothing_to_pay_with() {
	run(|| {
		let lot = dot_lot();
		run_to(520);
		assert_noop!(swap(lot, ONE_DOT, 0, None), DispatchError::Unavailable);
		assert_eq!(
			Auctions::quote_take_with_swap(lot, ONE_DOT),
			Err(Error::<Test>::NoMarket.into())
		);
	});
}

#[test]
fn a_swap_keeps_the_rules_of_a_purchase() {
	run(|| {
		let lot = cheap_lot();
		assert_noop!(swap(lot, 0, 0, None), Error::<Test>::ZeroAmount);
		assert_noop!(swap(99, 1, 0, None), Error::<Test>::UnknownLot);
		assert_noop!(
			swap(lot, ONE_DOT, 0, Some(CUSTODY)),
			Error::<Test>::RecipientIsCustody
		);
		assert_noop!(
			Auctions::take_with_swap(
				RuntimeOrigin::signed(BUYER),
				lot,
				ONE_DOT,
				Price::MIN,
				0,
				None
			),
			Error::<Test>::PriceAboveMaximum
		);
		assert_noop!(
			Auctions::take_with_swap(RuntimeOrigin::root(), lot, 1, Price::MAX, 0, None),
			DispatchError::BadOrigin
		);
	});
}

/// Kept is nothing: all of it is sold, nothing is transferred to anybody.
#[test]
fn a_recipient_of_nothing_is_not_touched() {
	run(|| {
		lend(DEALER, 100_000 * ONE_CUSD);
		let lot = dot_lot();
		// At 0.99 of the oracle's price, what the dealer takes is all of it.
		run_to(1 + 16 * 12);
		let quoted = Auctions::quote_take_with_swap(lot, 100 * ONE_DOT);
		if let Ok(quoted) = quoted {
			assert_ok!(swap(lot, 100 * ONE_DOT, quoted.kept, Some(OTHER)));
		}
	});
}
