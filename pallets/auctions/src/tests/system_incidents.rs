//! What went wrong with other systems' surplus and debt auctions, and does not here.

use cairn_math::Price;
use cairn_primitives::{Balance, BalanceSheet};
use frame_support::{assert_noop, assert_ok};

use super::system::*;
use crate::{mock::*, Error, SystemLotKind, SystemLots, SystemTerms};

/// Maker, 19 March 2020: 5.67 million of deficit were raised in 86 auctions that minted more than
/// 20,000 MKR. What is made here within a day is bounded, whatever was lost, and whatever the price.
#[test]
fn a_hole_of_any_size_never_makes_unlimited_native_tokens() {
	run(|| {
		lend(BUYER, 1_000_000_000 * ONE_CUSD);
		lose(500_000_000 * ONE_CUSD);
		set_price(&CRN, Price::MIN);
		let start = native();
		let terms = SystemTerms::default().recapitalisation;
		let mut most_paid_for = 0;
		for _ in 0..288 {
			skip(99);
			let made = native();
			let before = balance(CUSD, BUYER);
			let buyer = RuntimeOrigin::signed(BUYER);
			let _ = Auctions::recapitalise(buyer, CUSD, Balance::MAX, Price::MAX, None);
			let (made, paid) = (native() - made, before - balance(CUSD, BUYER));
			// Never below the floor of a cent.
			assert!(paid >= made / 100);
			most_paid_for = most_paid_for.max(made);
		}
		assert!(most_paid_for > 0);
		assert!(native() - start <= terms.cap);
		assert_eq!(
			Treasury::bad_debt(&CUSD),
			500_000_000 * ONE_CUSD - (1_000_000_000 * ONE_CUSD - balance(CUSD, BUYER))
		);
	});
}

/// Maker's MIP19: debt auctions that could not be dealt, because the debt they were for had been
/// netted while they ran. Kava: an auction without bids never ended, and its debt hung. Nothing is
/// set apart for a lot here, so nothing hangs.
#[test]
fn a_lot_nobody_wants_ends_by_itself_when_its_reason_does() {
	run(|| {
		lose(100 * ONE_CUSD);
		skip(1);
		skip(1_000_000);
		assert!(SystemLots::<Test>::contains_key(CUSD));
		earn(100 * ONE_CUSD);
		skip(1);
		assert_eq!(Treasury::bad_debt(&CUSD), 0);
		assert!(!SystemLots::<Test>::contains_key(CUSD));
	});
}

/// Maker, March 2020, from the other side: with one bidder only, a lot went for nothing.
#[test]
fn the_only_buyer_of_surplus_pays_the_market_price() {
	run(|| {
		endow(BUYER, 10_000_000 * ONE_CRN);
		earn(10_000 * ONE_CUSD);
		skip(1);
		skip(1_000_000);
		let before = native();
		let buyer = RuntimeOrigin::signed(BUYER);
		assert_ok!(Auctions::buy_surplus(
			buyer,
			CUSD,
			Balance::MAX,
			Price::MIN,
			None
		));
		// 10,000 CUSD at 10.2 cents.
		assert_eq!((before - native()) / ONE_CRN, 98_039);
	});
}

/// Maker's surplus auctions went to one bidder as a whole, after hours in which his bid was locked. A
/// lot here is sold in any parts, to anybody, at once.
#[test]
fn a_lot_is_sold_in_parts_to_whoever_comes() {
	run(|| {
		earn(10_000 * ONE_CUSD);
		for who in [BUYER, OTHER] {
			endow(who, 1_000_000 * ONE_CRN);
		}
		skip(1);
		for part in 1..=100u128 {
			let who = if part % 2 == 0 { BUYER } else { OTHER };
			let amount = 100 * ONE_CUSD;
			assert_ok!(Auctions::buy_surplus(
				RuntimeOrigin::signed(who),
				CUSD,
				amount,
				Price::MIN,
				None
			));
			let left = SystemLots::<Test>::get(CUSD).map_or(0, |lot| lot.remaining);
			assert_eq!(left, (100 - part) * amount);
		}
	});
}

/// Acala, August 2022: billions that nobody owed were sold for what was worth something. Here what
/// is in doubt is not sold, however much of it there is.
#[test]
fn units_that_nobody_owes_are_not_sold_as_surplus() {
	use frame_support::traits::tokens::fungibles::Mutate;
	new_ext().execute_with(|| {
		endow(BUYER, 10_000_000 * ONE_CRN);
		Tokens::mint_into(CUSD, &Treasury::account_id(), 3_022_000_000 * ONE_CUSD).unwrap();
		let mut plenty = frame_support::weights::WeightMeter::new();
		System::set_block_number(2);
		Treasury::audit(&mut plenty);
		Treasury::settle(&mut plenty);
		Auctions::advance_system_lots(&mut plenty);
		assert!(!SystemLots::<Test>::contains_key(CUSD));
		assert_noop!(
			Auctions::buy_surplus(
				RuntimeOrigin::signed(BUYER),
				CUSD,
				ONE_CUSD,
				Price::MIN,
				None
			),
			Error::<Test>::NoSurplusLot
		);
		// As bad debt it is covered by the very reserve it was in.
		assert_ok!(Treasury::recognise_loss(RuntimeOrigin::root(), CUSD));
		assert_ok!(Treasury::reset_fuse(RuntimeOrigin::root(), CUSD));
		skip(1);
		assert_eq!(Treasury::balance_sheet(CUSD).unwrap().issuance, 0);
	});
}

/// One debt asset has too much, another too little: each for itself.
#[test]
fn one_debt_asset_does_not_pay_for_another() {
	use cairn_primitives::{Issuance, MintReason};
	run(|| {
		Treasury::enable(&DOT).unwrap();
		earn(10_000 * ONE_CUSD);
		Treasury::mint(&DOT, &OTHER, ONE_DOT, MintReason::Borrow).unwrap();
		Treasury::debt_seized(&DOT, ONE_DOT);
		Treasury::debt_lost(&DOT, ONE_DOT);
		skip(1);
		let kind = |asset| SystemLots::<Test>::get(asset).map(|lot| lot.kind);
		assert_eq!(kind(CUSD), Some(SystemLotKind::Surplus));
		assert_eq!(kind(DOT), Some(SystemLotKind::Recapitalisation));
	});
}
