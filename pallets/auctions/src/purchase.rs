//! How much of a lot is sold for how much. Pure functions: no storage, no time.
//!
//! The rules are those of Maker's `clip.take`, with four holes closed: the collateral that is left
//! is held to the minimum as well as the debt that is left, so that no crumb of collateral keeps a
//! debt waiting that nobody will come for; taking all of a lot is always possible; a tab that is
//! worth less than one unit of collateral still buys that unit; and who asks for the amount that
//! would have bought everything some steps of the price earlier, buys everything.

use cairn_math::{Price, Value};
use cairn_primitives::Balance;

use crate::{Purchase, TakeQuote};

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
	/// Where the price started: what is left is valued at it, so that whether it is enough does not
	/// depend on how far the price has fallen.
	pub start_price: Price,
}

/// What a buyer wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bid {
	/// At most so much collateral.
	pub wanted: Balance,
	/// At most at this price, for a whole token.
	pub max_price: Price,
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

	/// What `collateral` is worth in the debt asset, rounded down; `None` beyond `u128`.
	pub fn worth_floor(&self, collateral: Balance) -> Option<Balance> {
		Value::of_floor(collateral, self.decimals, self.price)
			.to_amount_floor(self.debt_decimals, self.debt_price)
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

	/// The lowest price at which `payment` buys no more than `collateral`, or `collateral` costs no less
	/// than `payment`: roundings apart the same. `None` beyond [`Price::MAX`].
	pub fn lowest_price_for(&self, payment: Balance, collateral: Balance) -> Option<Price> {
		let lowest = |payment, collateral| {
			Value::of_floor(payment, self.debt_decimals, self.debt_price)
				.lowest_price_for(collateral, self.decimals)
		};
		let costs_less = payment.checked_sub(1).zip(collateral.checked_sub(1));
		let costs = costs_less.and_then(|(payment, collateral)| lowest(payment, collateral));
		lowest(payment, collateral).into_iter().chain(costs).min()
	}

	/// The same at another price of the collateral.
	fn at(self, price: Price) -> Self {
		Self { price, ..self }
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

/// What collateral is sold, for how much, at what price.
struct Deal {
	collateral: Balance,
	payment: Balance,
	price: Price,
}

/// What `bid` comes to at `rate`, if no less than `minimum` (of the debt asset) may be left.
///
/// What may be raised is what is offered; but the whole tab if what that would leave, of the tab or
/// of the collateral, is less than `minimum`.
///
/// - The buyer pays `⌈wanted · price⌉`, and gets what is left if that is less than `wanted`.
/// - If that is all that may be raised or more, he pays so much and gets `⌊payment / price⌋`: what
///   is offered is paid. (If it is worth less than one unit, he gets one and pays what it costs.)
/// - If that is less although it is all that is left, the lot is sold out.
/// - Otherwise something is left: of what is offered, and of the collateral at the start price, worth
///   `minimum` or more each.
/// - Where `wanted` would leave less, there are two ways out. In part: he gets as much as leaves
///   exactly the minimum. Or the whole: he gets what he wants and pays all that may be raised, if
///   that would buy no more at his highest price, or at the start price if that is lower. So whoever
///   was quoted everything, at whatever step of the price, gets what he was quoted. What would be
///   halved or worse is sold whole if possible, what is larger in part.
///
/// Nothing is sold below the price of `rate`, nor above the start price, nor above the buyer's highest.
///
/// # Errors
///
/// See [`Refusal`]. Short of an overflow, neither wanting all of a lot of which something is offered
/// is ever refused, nor wanting what could have been had at a higher price of the same sale.
pub fn purchase(
	offer: Offer,
	bid: Bid,
	rate: Rate,
	minimum: Balance,
) -> Result<TakeQuote, Refusal> {
	let Offer {
		remaining,
		debt,
		fee,
		offered,
		..
	} = offer;
	let tab = debt.checked_add(fee).ok_or(Refusal::Overflow)?;
	let wanted = bid.wanted.min(remaining);
	if wanted == 0 || tab == 0 || offered == 0 {
		return Err(Refusal::Nothing);
	}
	let limit = raisable(&offer, tab, rate, minimum);
	let deal = |collateral, payment| Deal {
		collateral,
		payment,
		price: rate.price,
	};
	let deal = match rate.cost_ceil(wanted).filter(|cost| *cost < limit) {
		None => match rate.bought_floor(limit).min(wanted) {
			0 => deal(1, rate.cost_ceil(1).ok_or(Refusal::Overflow)?),
			collateral => deal(collateral, limit),
		},
		Some(cost) if wanted == remaining => deal(wanted, cost),
		Some(cost) => {
			let (part, whole) = (
				part(&offer, limit, wanted, cost, rate, minimum),
				whole(&offer, limit, wanted, bid.max_price, rate),
			);
			let is_divisible = limit / 2 >= minimum;
			match (part, whole) {
				(Ok(part), Some(_)) if is_divisible || part.collateral == wanted => part,
				(_, Some(whole)) => whole,
				(part, None) => part?,
			}
		}
	};
	let Deal {
		collateral,
		payment,
		price,
	} = deal;
	let recovered = payment.min(debt);
	let purchase = Purchase {
		collateral,
		payment,
		recovered,
		remaining: remaining - collateral,
		debt: debt - recovered,
		// More than the fee is paid only for the one unit that costs more than the tab.
		fee: fee.saturating_sub(payment - recovered),
	};
	Ok(TakeQuote { price, purchase })
}

/// How much of `tab` may be raised: what is offered, or all of it if the rest would be too little.
fn raisable(offer: &Offer, tab: Balance, rate: Rate, minimum: Balance) -> Balance {
	if offer.offered >= tab || tab - offer.offered < minimum {
		return tab;
	}
	let left = offer
		.remaining
		.saturating_sub(rate.bought_floor(offer.offered));
	match rate.at(offer.start_price).covering_ceil(minimum) {
		Some(kept) if left >= kept => offer.offered,
		_ => tab,
	}
}

/// All of `limit` for what is `wanted`, which costs less now: at the price at which it would buy just
/// that. `None` if the lot has not been as dear, or the buyer would not pay as much.
fn whole(
	offer: &Offer,
	limit: Balance,
	wanted: Balance,
	max_price: Price,
	rate: Rate,
) -> Option<Deal> {
	let price = rate.lowest_price_for(limit, wanted)?.max(rate.price);
	(price <= offer.start_price && price <= max_price).then_some(Deal {
		collateral: wanted,
		payment: limit,
		price,
	})
}

/// A purchase of `wanted` for `cost` that leaves something, or as much less as must be left.
fn part(
	offer: &Offer,
	limit: Balance,
	wanted: Balance,
	cost: Balance,
	rate: Rate,
	minimum: Balance,
) -> Result<Deal, Refusal> {
	// The most that can be paid, and the most that can be got, such that the minimum is left.
	let payable = limit
		.checked_sub(minimum)
		.ok_or(Refusal::RemainderTooSmall)?;
	let sellable = rate
		.at(offer.start_price)
		.covering_ceil(minimum)
		.and_then(|kept| offer.remaining.checked_sub(kept))
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
	Ok(Deal {
		collateral,
		payment,
		price: rate.price,
	})
}
