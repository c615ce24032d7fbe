//! What is counted while a replay runs.

use crate::{
	chain::{
		tokens::{dollars, whole},
		usd, Happened, Quote, Sheet, Token,
	},
	market::Market,
};
use cairn_math::Price;
use cairn_primitives::{Balance, LotId};
use std::collections::BTreeMap;

/// The counts. Amounts in whole CUSD or USD.
#[derive(Default)]
pub struct Tally {
	/// Liquidations.
	pub liquidations: u64,
	/// Debt that left vaults by them.
	pub debt_liquidated: f64,
	/// The most bad debt after a block.
	pub bad_debt_peak: f64,
	/// The most unsafe vaults after a block.
	pub backlog_peak: u64,
	/// Blocks after which any was.
	pub blocks_with_backlog: u64,
	/// Lots that were opened.
	pub lots: u64,
	/// Sales.
	pub sales: u64,
	/// Takes that came to nothing, by their reasons.
	pub failed_takes: BTreeMap<String, u64>,
	/// What buyers paid.
	pub paid: f64,
	/// What they got for it outside, and on the chain's own exchange.
	pub got: f64,
	/// Purchases by the reserve, of what nobody bought.
	pub reserve_purchases: u64,
	/// What the reserve bought was worth, at its price.
	pub reserve_bought: f64,
	/// What it had to pay with.
	pub reserve_paid: f64,
	/// The lowest price of these, as a share of the oracle's.
	pub reserve_lowest: Option<f64>,
	/// The lowest price of a sale, as a share of the oracle's.
	pub lowest_sale: Option<f64>,
	/// Sales below the floor, for less than their price, or at a price that nothing is sold at. To the
	/// reserve, too.
	pub sold_below_floor: u64,
	/// Checks of the books.
	pub checks: u64,
	/// How many found something.
	pub violations: u64,
	/// What the first of these found.
	pub first_violation: Option<String>,
	/// Open lots, and the token that each sells.
	open: BTreeMap<LotId, usize>,
}

impl Tally {
	/// Open lots.
	pub fn open_lots(&self) -> usize {
		self.open.len()
	}

	/// Books what a block leaves behind.
	pub fn after_block(&mut self, backlog: u64, sheet: &Sheet) {
		self.backlog_peak = self.backlog_peak.max(backlog);
		self.blocks_with_backlog += u64::from(backlog > 0);
		self.bad_debt_peak = self.bad_debt_peak.max(sheet.bad_debt);
	}

	/// Books the events of a block, in which the oracle said `quotes`. What was bought is sold into
	/// `markets`. `floor` is the price below which nothing may be sold, by the oracle's.
	pub fn events(
		&mut self,
		happened: &[Happened],
		tokens: &[Token],
		quotes: &[Option<Quote>],
		markets: &mut [Market],
		floor: impl Fn(Price) -> Price,
	) {
		// What the next buyer of a lot sells of it on the chain's own exchange, for what he pays.
		let mut swapped = BTreeMap::<LotId, Balance>::new();
		for event in happened {
			match event {
				Happened::Liquidated { debt, .. } => {
					self.liquidations += 1;
					self.debt_liquidated += debt;
				}
				Happened::PutUp { lot, book, .. } => {
					if let Some((_, token)) = book {
						self.lots += 1;
						self.open.insert(*lot, *token);
					}
				}
				Happened::Taken {
					lot,
					amount,
					paid,
					price,
				} => {
					let swap = swapped.remove(lot);
					let token = self.open.get(lot).copied();
					let known = token.and_then(|at| Some((tokens.get(at)?, markets.get_mut(at)?)));
					let quote = token.and_then(|at| quotes.get(at).copied().flatten());
					let Some((token, market)) = known else {
						// Of a lot that nobody opened.
						self.sold_below_floor += 1;
						continue;
					};
					let outside = amount.saturating_sub(swap.unwrap_or(0));
					self.got += market.sell(whole(token, outside)) + swap.map_or(0.0, |_| *paid);
					self.sales += 1;
					self.paid += paid;
					let ratio = self.sale(token, *amount, *paid, *price, quote, &floor);
					self.lowest_sale = lower(self.lowest_sale, ratio);
				}
				Happened::PaidBySwap { lot, sold } => {
					swapped.insert(*lot, *sold);
				}
				Happened::TakenByReserve {
					lot,
					amount,
					worth,
					paid,
					price,
				} => {
					let token = self.open.get(lot).copied();
					let quote = token.and_then(|at| quotes.get(at).copied().flatten());
					let Some(token) = token.and_then(|at| tokens.get(at)) else {
						self.sold_below_floor += 1;
						continue;
					};
					self.reserve_purchases += 1;
					self.reserve_bought += worth;
					self.reserve_paid += paid;
					// What it cannot pay is booked as lost: its worth is what counts.
					let ratio = self.sale(token, *amount, *worth, *price, quote, &floor);
					self.reserve_lowest = lower(self.reserve_lowest, ratio);
				}
				Happened::Closed { lot, .. } => {
					self.open.remove(lot);
				}
				Happened::Opened { .. } => {}
			}
		}
	}

	/// Holds a sale to the floor and to its price. Returns that as a share of the oracle's.
	fn sale(
		&mut self,
		token: &Token,
		amount: Balance,
		paid: f64,
		price: Price,
		quote: Option<Quote>,
		floor: &impl Fn(Price) -> Price,
	) -> Option<f64> {
		let Some(quote) = quote else {
			self.sold_below_floor += 1;
			return None;
		};
		// Rounding is for the seller; a float has fifteen digits.
		let worth = whole(token, amount) * usd(price);
		let too_little = paid + dollars(1) < worth * (1.0 - 1e-9);
		if price < floor(quote.price) || too_little || paid <= 0.0 || !quote.sells {
			self.sold_below_floor += 1;
		}
		Some(usd(price) / usd(quote.price))
	}

	/// Books a check of the books.
	pub fn check(&mut self, result: Result<(), String>) {
		self.checks += 1;
		if let Err(why) = result {
			self.violations += 1;
			self.first_violation.get_or_insert(why);
		}
	}
}

/// The lower of two, as far as they are known.
fn lower(before: Option<f64>, now: Option<f64>) -> Option<f64> {
	match (before, now) {
		(Some(before), Some(now)) => Some(before.min(now)),
		(before, now) => before.or(now),
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::chain::genesis::Genesis;

	const ETH: usize = 1;

	const ETHER: Balance = 10u128.pow(18);

	fn raw(dollars: u128) -> Price {
		Price::new(dollars * Price::ONE.raw()).unwrap()
	}

	/// Sells one ETH at `price` dollars for `paid`, while the oracle says 100 and the floor is 40.
	fn sell(price: u128, paid: f64, sells: bool) -> Tally {
		let taken = Happened::Taken {
			lot: 1,
			amount: ETHER,
			paid,
			price: raw(price),
		};
		book(&[taken], sells)
	}

	/// Books what happens to a lot of ETH, while the oracle says 100 and the floor is 40.
	fn book(happened: &[Happened], sells: bool) -> Tally {
		let quote = Quote {
			price: raw(100),
			sells,
			counts: 100.0,
		};
		let mut tally = Tally::default();
		let put_up = Happened::PutUp {
			lot: 1,
			book: Some((0, ETH)),
			amount: ETHER,
		};
		let happened: Vec<_> = [put_up].into_iter().chain(happened.to_vec()).collect();
		let mut markets = vec![Market::new(1e6, 600.0); 6];
		markets[ETH].pass(0.0, 100.0);
		let tokens = Genesis::new().tokens().to_vec();
		let quotes = [None, Some(quote), None, None, None, None];
		tally.events(&happened, &tokens, &quotes, &mut markets, |_| raw(40));
		tally
	}

	#[test]
	fn a_sale_is_held_to_the_floor_its_price_and_its_quote() {
		let fair = sell(90, 90.0, true);
		assert_eq!(
			(fair.sales, fair.sold_below_floor, fair.lowest_sale),
			(1, 0, Some(0.9))
		);
		assert!((fair.got - 100.0).abs() < 0.01);
		assert_eq!(sell(40, 40.0, true).sold_below_floor, 0);
		assert_eq!(sell(39, 39.0, true).sold_below_floor, 1);
		assert_eq!(sell(90, 89.9, true).sold_below_floor, 1);
		assert_eq!(sell(90, 0.0, true).sold_below_floor, 1);
		assert_eq!(sell(90, 90.0, false).sold_below_floor, 1);
	}

	#[test]
	fn the_reserve_is_held_to_the_same_whatever_it_can_pay() {
		let take = |price, worth, sells| {
			let taken = Happened::TakenByReserve {
				lot: 1,
				amount: ETHER,
				worth,
				paid: 0.0,
				price: raw(price),
			};
			book(&[taken], sells)
		};
		let fair = take(40, 40.0, true);
		assert_eq!(
			(fair.reserve_purchases, fair.reserve_lowest),
			(1, Some(0.4))
		);
		assert_eq!((fair.sales, fair.lowest_sale), (0, None));
		assert_eq!((fair.reserve_bought, fair.sold_below_floor), (40.0, 0));
		for (price, worth, sells) in [(39, 39.0, true), (40, 39.9, true), (40, 40.0, false)] {
			assert_eq!(take(price, worth, sells).sold_below_floor, 1);
		}
	}

	#[test]
	fn what_is_sold_on_chain_is_not_sold_outside_again() {
		let swap = Happened::PaidBySwap {
			lot: 1,
			sold: ETHER / 4 * 3,
		};
		let taken = Happened::Taken {
			lot: 1,
			amount: ETHER,
			paid: 70.0,
			price: raw(70),
		};
		let tally = book(&[swap, taken], true);
		assert_eq!(
			(tally.sales, tally.paid, tally.sold_below_floor),
			(1, 70.0, 0)
		);
		// The quarter that he keeps, sold at 100, and what he has paid.
		assert!((tally.got - 95.0).abs() < 0.01, "{}", tally.got);
	}

	#[test]
	fn a_check_that_finds_something_counts() {
		let mut tally = Tally::default();
		tally.check(Ok(()));
		tally.check(Err("first".into()));
		tally.check(Err("second".into()));
		assert_eq!((tally.checks, tally.violations), (3, 2));
		assert_eq!(tally.first_violation.as_deref(), Some("first"));
	}
}
