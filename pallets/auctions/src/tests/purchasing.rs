//! How much is sold for how much.

use cairn_math::{step_price_floor, Perbill, Price};
use cairn_primitives::Balance;
use proptest::prelude::*;

use crate::{
	mock::fuzz_cases,
	purchase::{purchase, Bid, Offer, Rate, Refusal},
	Purchase, TakeQuote,
};

const CUSD: Balance = 1_000_000_000_000;
const MINIMUM: Balance = 100 * CUSD;

fn usd(dollars: u128) -> Price {
	Price::new(dollars * Price::ONE.raw()).unwrap()
}

/// A token of 10 decimals at `dollars`, against CUSD at par.
fn rate(dollars: u128) -> Rate {
	Rate {
		price: usd(dollars),
		decimals: 10,
		debt_price: Price::ONE,
		debt_decimals: 12,
	}
}

const DOT: Balance = 10_000_000_000;

/// On sale at $5 from the start.
fn offer(dots: u128, debt: u128, fee: u128) -> Offer {
	Offer {
		remaining: dots * DOT,
		debt: debt * CUSD,
		fee: fee * CUSD,
		offered: (debt + fee) * CUSD,
		start_price: usd(5),
	}
}

/// What somebody gets who would pay any price.
fn buy(offer: Offer, wanted: Balance, rate: Rate, minimum: Balance) -> Result<Purchase, Refusal> {
	let max_price = Price::MAX;
	purchase(offer, Bid { wanted, max_price }, rate, minimum).map(|quote| quote.purchase)
}

#[test]
fn a_part_is_paid_principal_first() {
	let bought = buy(offer(1_000, 4_000, 80), 500 * DOT, rate(5), MINIMUM).unwrap();
	assert_eq!(
		(bought.collateral, bought.payment),
		(500 * DOT, 2_500 * CUSD)
	);
	assert_eq!((bought.debt, bought.fee), (1_500 * CUSD, 80 * CUSD));
	assert!(!bought.closes());
}

#[test]
fn the_tab_is_paid_and_the_rest_is_left_over() {
	let bought = buy(offer(1_000, 4_000, 80), 1_000 * DOT, rate(5), MINIMUM).unwrap();
	assert_eq!(
		(bought.collateral, bought.payment),
		(816 * DOT, 4_080 * CUSD)
	);
	assert_eq!(
		(bought.recovered, bought.to_reserve()),
		(4_000 * CUSD, 80 * CUSD)
	);
	assert_eq!(bought.remaining, 184 * DOT);
	assert!(bought.closes());
}

#[test]
fn the_floor_of_the_tab_is_what_the_buyer_gets() {
	let offer = Offer {
		remaining: 1_000 * DOT,
		debt: 100 * CUSD + 1,
		fee: 0,
		offered: 100 * CUSD + 1,
		start_price: usd(5),
	};
	let bought = buy(offer, Balance::MAX, rate(3), MINIMUM).unwrap();
	assert_eq!(bought.payment, 100 * CUSD + 1);
	assert_eq!(bought.collateral, 333_333_333_333);
}

#[test]
fn a_lot_that_is_sold_out_leaves_its_debt() {
	let bought = buy(offer(10, 4_000, 80), 10 * DOT, rate(5), MINIMUM).unwrap();
	assert_eq!(
		(bought.remaining, bought.debt, bought.fee),
		(0, 3_950 * CUSD, 80 * CUSD)
	);
	assert!(bought.closes());
}

#[test]
fn a_purchase_that_would_leave_a_crumb_of_debt_leaves_the_minimum() {
	// 810 DOT would pay 4,050 of 4,080.
	let bought = buy(offer(1_000, 4_000, 80), 810 * DOT, rate(5), MINIMUM).unwrap();
	assert_eq!(
		(bought.collateral, bought.payment),
		(796 * DOT, 3_980 * CUSD)
	);
	assert_eq!(bought.debt + bought.fee, MINIMUM);
}

#[test]
fn a_purchase_that_would_leave_a_crumb_of_collateral_leaves_the_minimum() {
	// All but one smallest unit, for 4,999.99… of 8,000.
	let offer = offer(1_000, 8_000, 0);
	let bought = buy(offer, 1_000 * DOT - 1, rate(5), MINIMUM).unwrap();
	assert_eq!((bought.collateral, bought.remaining), (980 * DOT, 20 * DOT));
}

#[test]
fn a_lot_below_the_minimum_is_sold_whole_or_not_at_all() {
	let small = offer(1_000, 90, 0);
	assert_eq!(
		buy(small, DOT, rate(5), MINIMUM),
		Err(Refusal::RemainderTooSmall)
	);
	assert_eq!(
		buy(small, 18 * DOT, rate(5), MINIMUM).unwrap().payment,
		90 * CUSD
	);
	let worthless = offer(10, 4_000, 0);
	assert_eq!(
		buy(worthless, DOT, rate(5), MINIMUM),
		Err(Refusal::RemainderTooSmall)
	);
	assert!(buy(worthless, 10 * DOT, rate(5), MINIMUM).unwrap().closes());
}

/// An expensive token of few decimals: the tab is worth less than its smallest unit.
#[test]
fn a_tab_below_one_unit_buys_one_unit_at_its_price() {
	let rate = Rate {
		price: usd(50_000),
		decimals: 2,
		debt_price: Price::ONE,
		debt_decimals: 12,
	};
	let offer = Offer {
		remaining: 7,
		debt: 3,
		fee: 4,
		offered: 7,
		start_price: usd(50_000),
	};
	let bought = buy(offer, 7, rate, MINIMUM).unwrap();
	assert_eq!((bought.collateral, bought.payment), (1, 500 * CUSD));
	assert_eq!((bought.recovered, bought.to_reserve()), (3, 500 * CUSD - 3));
	assert_eq!((bought.remaining, bought.debt, bought.fee), (6, 0, 0));
}

#[test]
fn nothing_is_never_sold() {
	assert_eq!(
		buy(offer(10, 40, 0), 0, rate(5), MINIMUM),
		Err(Refusal::Nothing)
	);
	assert_eq!(
		buy(offer(0, 40, 0), DOT, rate(5), MINIMUM),
		Err(Refusal::Nothing)
	);
	assert_eq!(
		buy(offer(10, 0, 0), DOT, rate(5), MINIMUM),
		Err(Refusal::Nothing)
	);
}

#[test]
fn a_price_beyond_all_numbers_is_refused() {
	let rate = Rate {
		price: Price::MAX,
		decimals: 0,
		debt_price: Price::MIN,
		debt_decimals: 24,
	};
	let offer = Offer {
		remaining: 1,
		debt: 1,
		fee: 0,
		offered: 1,
		start_price: Price::MAX,
	};
	assert_eq!(buy(offer, 1, rate, 1), Err(Refusal::Overflow));
	let offer = Offer {
		remaining: 1,
		debt: Balance::MAX,
		fee: 1,
		offered: 1,
		start_price: Price::MAX,
	};
	assert_eq!(buy(offer, 1, rate, 1), Err(Refusal::Overflow));
}

prop_compose! {
	fn any_rate()(
		price in prop_oneof![1u128..1_000, 1u128..Price::MAX.raw()],
		decimals in 0u8..=18,
		debt_price in Price::ONE.raw() / 2..Price::ONE.raw() * 2,
		debt_decimals in 6u8..=18,
	) -> Rate {
		Rate {
			price: Price::new(price).unwrap(),
			decimals,
			debt_price: Price::new(debt_price).unwrap(),
			debt_decimals,
		}
	}
}

fn amount() -> impl Strategy<Value = Balance> {
	prop_oneof![0u128..10, 0u128..1_000_000, 0u128..10u128.pow(24)]
}

#[test]
fn no_more_is_raised_than_is_offered() {
	let offer = Offer {
		offered: 1_000 * CUSD,
		..offer(1_000, 4_000, 80)
	};
	let bought = buy(offer, Balance::MAX, rate(5), MINIMUM).unwrap();
	assert_eq!(
		(bought.collateral, bought.payment),
		(200 * DOT, 1_000 * CUSD)
	);
	assert!(!bought.closes());
	// A part leaves the minimum of what is offered.
	let bought = buy(offer, 199 * DOT, rate(5), MINIMUM).unwrap();
	assert_eq!(bought.payment, 900 * CUSD);
}

#[test]
fn what_would_be_too_little_for_later_is_offered_as_well() {
	// 4,080 to raise, of which 80 would wait.
	let tab = Offer {
		offered: 4_000 * CUSD,
		..offer(1_000, 4_000, 80)
	};
	let bought = buy(tab, Balance::MAX, rate(5), MINIMUM).unwrap();
	assert_eq!(bought.payment, 4_080 * CUSD);
	// 210 DOT are worth 1,050: 50 would be left for a tab of 3,080.
	let collateral = Offer {
		offered: 1_000 * CUSD,
		..offer(210, 4_000, 80)
	};
	let bought = buy(collateral, Balance::MAX, rate(5), MINIMUM).unwrap();
	assert_eq!((bought.payment, bought.remaining), (1_050 * CUSD, 0));
}

/// `offer` some steps of the price after it started.
fn rate_after(offer: &Offer, rate: Rate, steps: u32) -> Rate {
	let price = step_price_floor(offer.start_price, Perbill::from_percent(99), steps);
	let price = price.unwrap_or(Price::MIN);
	Rate { price, ..rate }
}

/// The smallest lot there is any use in: 26 CUSD, bought one step after it was quoted.
#[test]
fn who_comes_a_step_late_for_a_small_lot_gets_what_he_was_quoted() {
	let offer = offer(1_000, 25, 1);
	let max_price = rate_after(&offer, rate(5), 3).price;
	let all = Bid {
		wanted: Balance::MAX,
		max_price,
	};
	let quoted = purchase(offer, all, rate_after(&offer, rate(5), 3), MINIMUM).unwrap();
	let late = Bid {
		wanted: quoted.purchase.collateral,
		max_price,
	};
	for steps in 4..500 {
		let rate = rate_after(&offer, rate(5), steps);
		let bought = purchase(offer, late, rate, MINIMUM).unwrap();
		assert_eq!(bought.purchase, quoted.purchase);
		assert!(bought.price <= max_price && bought.price > rate.price);
		// Who asks for all of it pays the price of now.
		let all = purchase(offer, all, rate, MINIMUM).unwrap();
		assert!(all.purchase.collateral > quoted.purchase.collateral);
	}
}

#[test]
fn who_would_not_pay_for_the_crumb_is_told_to_take_all() {
	let offer = offer(1_000, 25, 1);
	let now = rate_after(&offer, rate(5), 10);
	let bid = |wanted, max_price| Bid { wanted, max_price };
	let all = purchase(offer, bid(Balance::MAX, now.price), now, MINIMUM).unwrap();
	let less = all.purchase.collateral - all.purchase.collateral / 100;
	let refused = Err(Refusal::RemainderTooSmall);
	assert_eq!(purchase(offer, bid(less, now.price), now, MINIMUM), refused);
	let quoted = purchase(offer, bid(less, Price::MAX), now, MINIMUM).unwrap();
	assert_eq!(quoted.purchase.collateral, less);
	assert_eq!(
		purchase(offer, bid(less, quoted.price), now, MINIMUM),
		Ok(quoted)
	);
	let cheaper = Price::new(quoted.price.raw() - 1).unwrap();
	assert_eq!(purchase(offer, bid(less, cheaper), now, MINIMUM), refused);
	// Half of it would cost twice what the lot has ever cost.
	assert_eq!(
		purchase(offer, bid(less / 2, Price::MAX), now, MINIMUM),
		refused
	);
}

#[test]
fn a_lot_that_can_be_halved_is_sold_in_part_to_who_comes_late() {
	let offer = offer(1_000, 196, 4);
	let late = rate_after(&offer, rate(5), 1);
	let bought = buy(offer, 40 * DOT, late, MINIMUM).unwrap();
	assert_eq!(
		(bought.payment, bought.debt + bought.fee),
		(100 * CUSD, MINIMUM)
	);
}

#[test]
fn collateral_that_is_left_is_valued_at_the_start() {
	// 30 DOT at $5, of which 21 are left, now at $4: 84.
	let offer = offer(30, 4_000, 0);
	let bought = buy(offer, 9 * DOT, rate(4), MINIMUM).unwrap();
	assert_eq!((bought.collateral, bought.remaining), (9 * DOT, 21 * DOT));
	let bought = buy(offer, 11 * DOT, rate(4), MINIMUM).unwrap();
	assert_eq!((bought.collateral, bought.remaining), (10 * DOT, 20 * DOT));
}

prop_compose! {
	/// An offer that may start anywhere at or above `rate`.
	fn any_offer()(
		remaining in amount(),
		debt in amount(),
		fee in amount(),
		offered in amount(),
		start in 1..Price::MAX.raw(),
	) -> Offer {
		let (offered, start_price) = (offered.min(debt + fee), Price::new(start).unwrap());
		Offer { remaining, debt, fee, offered, start_price }
	}
}

prop_compose! {
	/// What is worth about as much as is to be raised, so that all rules come into play, and a rate
	/// at which it started.
	fn likely_offer()(
		decimals in 0u8..=18,
		debt_decimals in 6u8..=18,
		debt_price in Price::ONE.raw() / 2..Price::ONE.raw() * 2,
		start in prop_oneof![1u128..1_000_000, Price::ONE.raw() / 1_000..100_000 * Price::ONE.raw()],
		debt in amount(),
		fee in 0u128..100,
		offered in prop_oneof![Just(1_000u128), 0u128..1_000],
		worth in prop_oneof![0u128..2_000, 900u128..1_400],
	) -> (Offer, Rate) {
		let start_price = Price::new(start).unwrap();
		let debt_price = Price::new(debt_price).unwrap();
		let rate = Rate { price: start_price, decimals, debt_price, debt_decimals };
		let fee = debt * fee / 1_000;
		let remaining = rate.bought_floor((debt + fee) * worth / 1_000).min(10u128.pow(30));
		let offered = (debt + fee) * offered / 1_000;
		(Offer { remaining, debt, fee, offered, start_price }, rate)
	}
}

fn minimum(offer: &Offer, tab_in_minimums: u128) -> Balance {
	((offer.debt + offer.fee) * 100 / tab_in_minimums.max(1)).max(1)
}

/// What must be true of every purchase.
fn check(
	offer: Offer,
	bid: Bid,
	rate: Rate,
	minimum: Balance,
	quote: TakeQuote,
) -> Result<(), TestCaseError> {
	let Offer {
		remaining,
		debt,
		fee,
		offered,
		start_price,
	} = offer;
	let bought = quote.purchase;
	prop_assert!(bought.collateral > 0 && bought.payment > 0);
	prop_assert!(bought.collateral <= bid.wanted.min(remaining));
	prop_assert!(bought.payment >= rate.cost_ceil(bought.collateral).unwrap());
	prop_assert_eq!(bought.collateral + bought.remaining, remaining);
	prop_assert_eq!(bought.recovered + bought.debt, debt);
	prop_assert!(bought.fee + bought.to_reserve() >= fee);
	if bought.fee > 0 {
		prop_assert_eq!(bought.debt + bought.fee + bought.payment, debt + fee);
	}
	// Principal first.
	prop_assert!(bought.debt == 0 || bought.to_reserve() == 0);
	// At the price of now, or at one that the buyer allows and that the lot has had.
	if quote.price != rate.price {
		prop_assert!(quote.price > rate.price);
		prop_assert!(quote.price <= bid.max_price && quote.price <= start_price);
		prop_assert!(bought.closes() || bought.payment >= offered);
	}
	// But for less than one unit, that is what he pays.
	let dear = Rate {
		price: quote.price,
		..rate
	};
	let most = dear.cost_ceil(bought.collateral.saturating_add(1));
	prop_assert!(most.is_none_or(|most| bought.payment <= most), "{quote:?}");
	// One unit that is worth more than all that is offered may leave anything.
	if !bought.closes() && bought.collateral > 1 {
		let at_start = Rate {
			price: start_price,
			..rate
		};
		prop_assert!(bought.debt + bought.fee >= minimum);
		prop_assert!(at_start
			.cost_ceil(bought.remaining)
			.is_none_or(|left| left >= minimum));
	}
	if bought.payment > debt + fee {
		prop_assert_eq!(bought.collateral, 1);
	}
	// The limit is exceeded by the minimum at most, but for its rounding, or by what one unit costs.
	prop_assert!(
		bought.payment <= offered + minimum + 2 || bought.collateral == 1,
		"{bought:?}"
	);
	Ok(())
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(fuzz_cases(5_000)))]

	#[test]
	fn nothing_is_sold_below_its_price_and_all_of_it_is_accounted_for(
		rate in any_rate(),
		offer in any_offer(),
		wanted in amount(),
		max_price in 1..Price::MAX.raw(),
		minimum in 1..1_000_000_000_000_000u128,
	) {
		let start_price = offer.start_price.max(rate.price);
		let offer = Offer { start_price, ..offer };
		let bid = Bid { wanted, max_price: Price::new(max_price).unwrap() };
		if let Ok(quote) = purchase(offer, bid, rate, minimum) {
			check(offer, bid, rate, minimum, quote)?;
		}
	}

	#[test]
	fn nothing_likely_is_sold_below_its_price_either(
		(offer, rate) in likely_offer(),
		steps in 0u32..100,
		wanted in 0u128..1_100,
		patience in 0u32..100,
		minimums in 1u128..1_000,
	) {
		let bid = Bid {
			wanted: offer.remaining / 1_000 * wanted + wanted,
			max_price: rate_after(&offer, rate, patience).price,
		};
		let (rate, minimum) = (rate_after(&offer, rate, steps), minimum(&offer, minimums));
		if let Ok(quote) = purchase(offer, bid, rate, minimum) {
			check(offer, bid, rate, minimum, quote)?;
		}
	}

	#[test]
	fn all_that_is_offered_can_always_be_taken(
		rate in any_rate(),
		offer in any_offer(),
		max_price in 1..Price::MAX.raw(),
		minimum in 1..1_000_000_000_000_000u128,
	) {
		if offer.remaining == 0 || offer.offered == 0 {
			return Ok(());
		}
		let bid = Bid { wanted: offer.remaining, max_price: Price::new(max_price).unwrap() };
		let quote = purchase(offer, bid, rate, minimum).unwrap();
		prop_assert_eq!(quote.price, rate.price);
		prop_assert!(quote.purchase.closes() || quote.purchase.payment >= offer.offered);
	}

	/// Whatever somebody was quoted, he gets it or more favourable terms at every later step of the
	/// price, if nobody else has bought and he pays what he was quoted.
	#[test]
	fn what_was_quoted_is_never_refused_later(
		(offer, rate) in likely_offer(),
		wanted in prop_oneof![Just(u128::MAX), 0u128..1_100],
		before in 0u32..50,
		later in prop_oneof![1u32..5, 1u32..200],
		minimums in 1u128..1_000,
	) {
		let minimum = minimum(&offer, minimums);
		let wanted = match wanted {
			u128::MAX => wanted,
			share => offer.remaining / 1_000 * share + share,
		};
		let bid = Bid { wanted, max_price: offer.start_price };
		let Ok(quoted) = purchase(offer, bid, rate_after(&offer, rate, before), minimum) else {
			return Ok(());
		};
		let bid = Bid { wanted: quoted.purchase.collateral, max_price: quoted.price };
		let late = rate_after(&offer, rate, before + later);
		let bought = purchase(offer, bid, late, minimum);
		prop_assert!(bought.is_ok(), "{bought:?} {quoted:?}");
		prop_assert!(bought.unwrap().purchase.payment <= quoted.purchase.payment);
	}
}
