//! Why lots do not recover their debt.
//!
//! Collateral worth more than the debt is seized for it. What a lot falls short by, and the cushion it
//! had, has gone in two ways: the oracle's price fell between seizure and sale, or buyers paid less
//! than the oracle's price.

use crate::chain::{tokens::whole, usd, Happened, Quote, Token};
use cairn_math::Price;
use cairn_primitives::{Balance, LotId};
use std::collections::BTreeMap;

#[derive(Clone, Copy)]
struct Lot {
	token: usize,
	/// Whole tokens, and what they were worth when they were seized.
	amount: f64,
	worth: f64,
	/// What the oracle's price fell by until the sales so far, and what buyers paid less than it.
	fell: f64,
	discount: f64,
	/// The block in which it was opened.
	since: u64,
}

/// The account of all lots. In CUSD or USD.
#[derive(Default)]
pub struct Shortfall {
	lots: BTreeMap<LotId, Lot>,
	/// Debt that lots did not recover.
	pub short: f64,
	/// Of their collateral, by what the oracle's price fell between seizure and sale.
	pub fell: f64,
	/// Of their collateral, by what it was sold below the oracle's price.
	pub discount: f64,
	sold: f64,
	brought: f64,
	waited: f64,
}

impl Shortfall {
	/// Books the events of the block `now`, in which the oracle said `quotes`.
	pub fn book(
		&mut self,
		happened: &[Happened],
		now: u64,
		tokens: &[Token],
		quotes: &[Option<Quote>],
	) {
		let oracle = |token: usize| quotes.get(token).copied().flatten().map(|q| usd(q.price));
		for event in happened {
			match event {
				Happened::PutUp { lot, book, amount } => {
					if let Some((_, token)) = book {
						let empty = Lot {
							token: *token,
							amount: 0.0,
							worth: 0.0,
							fell: 0.0,
							discount: 0.0,
							since: now,
						};
						self.lots.insert(*lot, empty);
					}
					if let Some(lot) = self.lots.get_mut(lot) {
						let amount = tokens.get(lot.token).map_or(0.0, |t| whole(t, *amount));
						lot.amount += amount;
						lot.worth += amount * oracle(lot.token).unwrap_or(0.0);
					}
				}
				Happened::Taken {
					lot,
					amount,
					paid,
					price,
				} => {
					if let Some((worth, since)) = self.sale(*lot, *amount, *price, tokens, &oracle)
					{
						self.sold += worth;
						self.brought += paid;
						self.waited += paid * now.saturating_sub(since) as f64;
					}
				}
				Happened::TakenByReserve {
					lot, amount, price, ..
				} => {
					self.sale(*lot, *amount, *price, tokens, &oracle);
				}
				Happened::Closed { lot, shortfall, .. } => {
					let lot = self.lots.remove(lot).filter(|_| *shortfall > 0.0);
					if let Some(lot) = lot {
						self.short += shortfall;
						self.fell += lot.fell;
						self.discount += lot.discount;
					}
				}
				_ => {}
			}
		}
	}

	/// Books a sale, and returns what the oracle says it was worth, and since when the lot was open.
	fn sale(
		&mut self,
		id: LotId,
		amount: Balance,
		price: Price,
		tokens: &[Token],
		oracle: &impl Fn(usize) -> Option<f64>,
	) -> Option<(f64, u64)> {
		let lot = self.lots.get_mut(&id)?;
		let amount = whole(tokens.get(lot.token)?, amount);
		let now = oracle(lot.token)?;
		lot.fell += amount * (lot.worth / lot.amount.max(f64::MIN_POSITIVE) - now);
		lot.discount += amount * (now - usd(price));
		Some((amount * now, lot.since))
	}

	/// What buyers paid, as a share of the oracle's price; `None` without a sale.
	pub fn mean_sale(&self) -> Option<f64> {
		(self.sold > 0.0).then_some(self.brought / self.sold)
	}

	/// Blocks from the opening of a lot to a sale, by what was paid; `None` without a sale.
	pub fn mean_wait(&self) -> Option<f64> {
		(self.brought > 0.0).then_some(self.waited / self.brought)
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::chain::genesis::Genesis;

	const ETH: usize = 1;

	#[test]
	fn what_is_short_has_fallen_or_was_sold_cheap() {
		let raw = |dollars: u128| Price::new(dollars * Price::ONE.raw()).unwrap();
		let quotes = |price| {
			let quote = Quote {
				price: raw(price),
				sells: true,
				counts: price as f64,
			};
			[None, Some(quote)]
		};
		let ether = 10u128.pow(18);
		let tokens = Genesis::new().tokens().to_vec();
		let mut shortfall = Shortfall::default();
		let put_up = Happened::PutUp {
			lot: 1,
			book: Some((0, ETH)),
			amount: 10 * ether,
		};
		shortfall.book(&[put_up], 5, &tokens, &quotes(100));
		assert_eq!(shortfall.mean_sale(), None);
		// 1,000 were to bring 920; 10 fall by 5 each, and are sold 6 below that.
		let taken = Happened::Taken {
			lot: 1,
			amount: 10 * ether,
			paid: 890.0,
			price: raw(89),
		};
		let closed = Happened::Closed {
			lot: 1,
			leftover: 0,
			shortfall: 30.0,
		};
		shortfall.book(&[taken, closed], 25, &tokens, &quotes(95));
		assert_eq!((shortfall.short, shortfall.fell), (30.0, 50.0));
		assert_eq!(shortfall.discount, 60.0);
		assert_eq!(shortfall.mean_sale(), Some(890.0 / 950.0));
		assert_eq!(shortfall.mean_wait(), Some(20.0));
		assert!(shortfall.lots.is_empty());
	}
}
