//! How much of a lot is sold for how much. Pure functions: no storage, no time.
//!
//! The rules are those of Maker's `clip.take`, with three holes closed: the collateral that is left
//! is held to the minimum as well as the debt that is left, so that no crumb of collateral keeps a
//! debt waiting that nobody will come for; taking all of a lot is always possible; and a tab that
//! is worth less than one unit of collateral still buys that unit.

use cairn_math::{Price, Value};
use cairn_primitives::Balance;

use crate::Purchase;

/// What is for sale, and for how much debt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offer {
	/// Collateral for sale.
	pub remaining: Balance,
	/// Debt to recover.
	pub debt: Balance,
	/// What is to raise beyond it for the reserve.
	pub fee: Balance,
	/// How much of both may be raised at this price.
	pub offered: Balance,
}

/// At what rate collateral is exchanged for the debt asset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
	/// Price of the collateral.
	pub price: Price,
	/// Decimals of the collateral.
	pub decimals: u8,
	/// Price of the debt asset.
	pub debt_price: Price,
	/// Decimals of the debt asset.
	pub debt_decimals: u8,
}

impl Rate {
	/// What `collateral` costs in the debt asset, rounded up; `None` beyond `u128`.
	pub fn cost_ceil(&self, collateral: Balance) -> Option<Balance> {
		Value::of_ceil(collateral, self.decimals, self.price)
			.to_amount_ceil(self.debt_decimals, self.debt_price)
	}

	/// How much collateral `payment` buys, rounded down; all there could be beyond `u128`.
	pub fn bought_floor(&self, payment: Balance) -> Balance {
		Value::of_floor(payment, self.debt_decimals, self.debt_price)
			.to_amount_floor(self.decimals, self.price)
			.unwrap_or(Balance::MAX)
	}

	/// How much collateral is worth at least `payment`, rounded up; `None` beyond `u128`.
	pub fn covering_ceil(&self, payment: Balance) -> Option<Balance> {
		Value::of_ceil(payment, self.debt_decimals, self.debt_price)
			.to_amount_ceil(self.decimals, self.price)
	}
}

/// Why a purchase is not made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
	/// Nothing was asked for, or nothing is left.
	Nothing,
	/// What would be left is too little to be sold on. Take all of it, or less.
	RemainderTooSmall,
	/// The payment or the tab is beyond all numbers.
	Overflow,
}

/// What `wanted` of the `offer` comes to at `rate`, if no less than `minimum` (of the debt asset)
/// may be left of it.
///
/// What may be raised is what is offered; but the whole tab if what that would leave, of the tab or
/// of the collateral, is less than `minimum`.
///
/// - The buyer pays `⌈wanted · price⌉`, and gets what is left if that is less than `wanted`.
/// - If that is all that may be raised or more, he pays so much and gets `⌊payment / price⌋`: what
///   is offered is paid. (If it is worth less than one unit, he gets one and pays what it costs.)
/// - If that is less although it is all that is left, the lot is sold out.
/// - Otherwise something is left: of what is offered, and of the collateral, worth `minimum` or more
///   each. Where `wanted` would leave less, he gets as much as leaves exactly that; and where nothing
///   can be sold in part that way, nothing is.
///
/// # Errors
///
/// See [`Refusal`]. Wanting all of a lot of which something is offered is never refused, short of an
/// overflow.
pub fn purchase(
	offer: Offer,
	wanted: Balance,
	rate: Rate,
	minimum: Balance,
) -> Result<Purchase, Refusal> {
	let Offer {
		remaining,
		debt,
		fee,
		offered,
	} = offer;
	let tab = debt.checked_add(fee).ok_or(Refusal::Overflow)?;
	let wanted = wanted.min(remaining);
	if wanted == 0 || tab == 0 || offered == 0 {
		return Err(Refusal::Nothing);
	}
	let limit = raisable(offer, tab, rate, minimum);
	let (collateral, payment) = match rate.cost_ceil(wanted).filter(|cost| *cost < limit) {
		None => match rate.bought_floor(limit).min(wanted) {
			0 => (1, rate.cost_ceil(1).ok_or(Refusal::Overflow)?),
			collateral => (collateral, limit),
		},
		Some(cost) if wanted == remaining => (wanted, cost),
		Some(cost) => part(remaining, limit, wanted, cost, rate, minimum)?,
	};
	let recovered = payment.min(debt);
	Ok(Purchase {
		collateral,
		payment,
		recovered,
		remaining: remaining - collateral,
		debt: debt - recovered,
		// More than the fee is paid only for the one unit that costs more than the tab.
		fee: fee.saturating_sub(payment - recovered),
	})
}

/// How much of `tab` may be raised: what is offered, or all of it if the rest would be too little.
fn raisable(offer: Offer, tab: Balance, rate: Rate, minimum: Balance) -> Balance {
	if offer.offered >= tab || tab - offer.offered < minimum {
		return tab;
	}
	let left = offer
		.remaining
		.saturating_sub(rate.bought_floor(offer.offered));
	match rate.cost_ceil(left) {
		Some(worth) if worth < minimum => tab,
		_ => offer.offered,
	}
}

/// A purchase of `wanted` for `cost` that leaves something, or as much less as must be left.
fn part(
	remaining: Balance,
	limit: Balance,
	wanted: Balance,
	cost: Balance,
	rate: Rate,
	minimum: Balance,
) -> Result<(Balance, Balance), Refusal> {
	// The most that can be paid, and the most that can be got, such that the minimum is left.
	let payable = limit
		.checked_sub(minimum)
		.ok_or(Refusal::RemainderTooSmall)?;
	let sellable = rate
		.covering_ceil(minimum)
		.and_then(|kept| remaining.checked_sub(kept))
		.ok_or(Refusal::RemainderTooSmall)?;
	let (collateral, payment) = if cost <= payable {
		(wanted, cost)
	} else {
		(rate.bought_floor(payable).min(wanted), payable)
	};
	let (collateral, payment) = if collateral <= sellable {
		(collateral, payment)
	} else {
		(sellable, rate.cost_ceil(sellable).ok_or(Refusal::Overflow)?)
	};
	if collateral == 0 || payment == 0 {
		return Err(Refusal::RemainderTooSmall);
	}
	Ok((collateral, payment))
}

#[cfg(test)]
mod tests {
	use super::*;
	use cairn_math::Price;
	use proptest::prelude::*;

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

	fn offer(dots: u128, debt: u128, fee: u128) -> Offer {
		Offer {
			remaining: dots * DOT,
			debt: debt * CUSD,
			fee: fee * CUSD,
			offered: (debt + fee) * CUSD,
		}
	}

	#[test]
	fn a_part_is_paid_principal_first() {
		let bought = purchase(offer(1_000, 4_000, 80), 500 * DOT, rate(5), MINIMUM).unwrap();
		assert_eq!(
			(bought.collateral, bought.payment),
			(500 * DOT, 2_500 * CUSD)
		);
		assert_eq!((bought.debt, bought.fee), (1_500 * CUSD, 80 * CUSD));
		assert!(!bought.closes());
	}

	#[test]
	fn the_tab_is_paid_and_the_rest_is_left_over() {
		let bought = purchase(offer(1_000, 4_000, 80), 1_000 * DOT, rate(5), MINIMUM).unwrap();
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
		};
		let bought = purchase(offer, Balance::MAX, rate(3), MINIMUM).unwrap();
		assert_eq!(bought.payment, 100 * CUSD + 1);
		assert_eq!(bought.collateral, 333_333_333_333);
	}

	#[test]
	fn a_lot_that_is_sold_out_leaves_its_debt() {
		let bought = purchase(offer(10, 4_000, 80), 10 * DOT, rate(5), MINIMUM).unwrap();
		assert_eq!(
			(bought.remaining, bought.debt, bought.fee),
			(0, 3_950 * CUSD, 80 * CUSD)
		);
		assert!(bought.closes());
	}

	#[test]
	fn a_purchase_that_would_leave_a_crumb_of_debt_leaves_the_minimum() {
		// 810 DOT would pay 4,050 of 4,080.
		let bought = purchase(offer(1_000, 4_000, 80), 810 * DOT, rate(5), MINIMUM).unwrap();
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
		let bought = purchase(offer, 1_000 * DOT - 1, rate(5), MINIMUM).unwrap();
		assert_eq!((bought.collateral, bought.remaining), (980 * DOT, 20 * DOT));
	}

	#[test]
	fn a_lot_below_the_minimum_is_sold_whole_or_not_at_all() {
		let small = offer(1_000, 90, 0);
		assert_eq!(
			purchase(small, DOT, rate(5), MINIMUM),
			Err(Refusal::RemainderTooSmall)
		);
		assert_eq!(
			purchase(small, 18 * DOT, rate(5), MINIMUM).unwrap().payment,
			90 * CUSD
		);
		let worthless = offer(10, 4_000, 0);
		assert_eq!(
			purchase(worthless, DOT, rate(5), MINIMUM),
			Err(Refusal::RemainderTooSmall)
		);
		assert!(purchase(worthless, 10 * DOT, rate(5), MINIMUM)
			.unwrap()
			.closes());
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
		};
		let bought = purchase(offer, 7, rate, MINIMUM).unwrap();
		assert_eq!((bought.collateral, bought.payment), (1, 500 * CUSD));
		assert_eq!((bought.recovered, bought.to_reserve()), (3, 500 * CUSD - 3));
		assert_eq!((bought.remaining, bought.debt, bought.fee), (6, 0, 0));
	}

	#[test]
	fn nothing_is_never_sold() {
		assert_eq!(
			purchase(offer(10, 40, 0), 0, rate(5), MINIMUM),
			Err(Refusal::Nothing)
		);
		assert_eq!(
			purchase(offer(0, 40, 0), DOT, rate(5), MINIMUM),
			Err(Refusal::Nothing)
		);
		assert_eq!(
			purchase(offer(10, 0, 0), DOT, rate(5), MINIMUM),
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
		};
		assert_eq!(purchase(offer, 1, rate, 1), Err(Refusal::Overflow));
		let offer = Offer {
			remaining: 1,
			debt: Balance::MAX,
			fee: 1,
			offered: 1,
		};
		assert_eq!(purchase(offer, 1, rate, 1), Err(Refusal::Overflow));
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
		let bought = purchase(offer, Balance::MAX, rate(5), MINIMUM).unwrap();
		assert_eq!(
			(bought.collateral, bought.payment),
			(200 * DOT, 1_000 * CUSD)
		);
		assert!(!bought.closes());
		// A part leaves the minimum of what is offered.
		let bought = purchase(offer, 199 * DOT, rate(5), MINIMUM).unwrap();
		assert_eq!(bought.payment, 900 * CUSD);
	}

	#[test]
	fn what_would_be_too_little_for_later_is_offered_as_well() {
		// 4,080 to raise, of which 80 would wait.
		let tab = Offer {
			offered: 4_000 * CUSD,
			..offer(1_000, 4_000, 80)
		};
		let bought = purchase(tab, Balance::MAX, rate(5), MINIMUM).unwrap();
		assert_eq!(bought.payment, 4_080 * CUSD);
		// 210 DOT are worth 1,050: 50 would be left for a tab of 3,080.
		let collateral = Offer {
			offered: 1_000 * CUSD,
			..offer(210, 4_000, 80)
		};
		let bought = purchase(collateral, Balance::MAX, rate(5), MINIMUM).unwrap();
		assert_eq!((bought.payment, bought.remaining), (1_050 * CUSD, 0));
	}

	proptest! {
		#![proptest_config(ProptestConfig::with_cases(5_000))]

		#[test]
		fn nothing_is_sold_below_its_price_and_all_of_it_is_accounted_for(
			rate in any_rate(),
			remaining in amount(),
			debt in amount(),
			fee in amount(),
			offered in amount(),
			wanted in amount(),
			minimum in 1..1_000_000_000_000_000u128,
		) {
			let offered = offered.min(debt + fee);
			let offer = Offer { remaining, debt, fee, offered };
			let Ok(bought) = purchase(offer, wanted, rate, minimum) else {
				return Ok(());
			};
			prop_assert!(bought.collateral > 0 && bought.payment > 0);
			prop_assert!(bought.collateral <= wanted.min(remaining));
			prop_assert!(bought.payment >= rate.cost_ceil(bought.collateral).unwrap());
			prop_assert_eq!(bought.collateral + bought.remaining, remaining);
			prop_assert_eq!(bought.recovered + bought.debt, debt);
			prop_assert!(bought.fee + bought.to_reserve() >= fee);
			if bought.fee > 0 {
				prop_assert_eq!(bought.debt + bought.fee + bought.payment, debt + fee);
			}
			// Principal first.
			prop_assert!(bought.debt == 0 || bought.to_reserve() == 0);
			// One unit that is worth more than all that is offered may leave anything.
			if !bought.closes() && bought.collateral > 1 {
				prop_assert!(bought.debt + bought.fee >= minimum);
				prop_assert!(rate.cost_ceil(bought.remaining).is_none_or(|left| left >= minimum));
			}
			if bought.payment > debt + fee {
				prop_assert_eq!(bought.collateral, 1);
			}
			// The limit is exceeded by less than the minimum, or by what one unit costs.
			prop_assert!(
				bought.payment < offered + minimum || bought.collateral == 1,
				"{bought:?}"
			);
		}

		#[test]
		fn all_that_is_offered_can_always_be_taken(
			rate in any_rate(),
			remaining in amount(),
			debt in amount(),
			fee in amount(),
			offered in amount(),
			minimum in 1..1_000_000_000_000_000u128,
		) {
			let offered = offered.min(debt + fee);
			if remaining == 0 || offered == 0 {
				return Ok(());
			}
			let offer = Offer { remaining, debt, fee, offered };
			let bought = purchase(offer, remaining, rate, minimum).unwrap();
			prop_assert!(bought.closes() || bought.payment >= offered);
		}
	}
}
