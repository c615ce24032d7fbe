//! What bidders do after each block.

use super::Run;
use crate::{
	bidders,
	chain::{
		self,
		tokens::{cusd, units, whole},
		usd, Account, Lot,
	},
	market::Market,
};
use cairn_runtime::RuntimeCall;

/// Blocks between two times that bidders get CUSD for what they have sold.
const REFILL_EVERY: u64 = 20;

/// Somebody who buys.
pub(super) struct Bidder {
	pub(super) account: Account,
	/// What he requires, as a share of what he pays.
	pub(super) profit: f64,
	/// The CUSD that he may have.
	pub(super) capital: f64,
}

impl Run<'_> {
	/// What the holders of CUSD sell to the bidders in this block, if anything: as much as a bidder
	/// turns over, up to his capital.
	pub(super) fn refill(&mut self, block: u64) -> Option<RuntimeCall> {
		if !block.is_multiple_of(REFILL_EVERY) {
			return None;
		}
		let terms = self.settings.bidders.terms();
		let elapsed = (REFILL_EVERY * self.settings.block_seconds) as f64;
		let (bidders, holders) = (&self.bidders, &self.holders);
		let (cash, mut left) = self.chain.look(|view| {
			let cash: Vec<_> = bidders
				.iter()
				.map(|b| view.cusd_of(&b.account.id))
				.collect();
			(cash, view.cusd_of(&holders.id))
		});
		let mut calls = Vec::new();
		for (bidder, cash) in bidders.iter().zip(cash) {
			let most = bidder.capital * elapsed / terms.turnover;
			let amount = (bidder.capital - cash).min(most).min(left);
			if amount >= bidders::LEAST_PAYMENT {
				left -= amount;
				calls.push(chain::pay(&bidder.account.id, cusd(amount)));
			}
		}
		(!calls.is_empty()).then(|| chain::each(calls))
	}

	/// What bidders want, now that they see this block.
	pub(super) fn bid(&mut self) -> Vec<(usize, RuntimeCall)> {
		let (bidders, tokens) = (&self.bidders, &self.feed.tokens);
		// They plan on a market that their own purchases move.
		let mut markets = self.markets.clone();
		let mut turn: Vec<usize> = (0..bidders.len()).collect();
		self.random.shuffle(&mut turn);
		self.chain.look(|view| {
			let mut cash: Vec<_> = bidders
				.iter()
				.map(|b| view.cusd_of(&b.account.id))
				.collect();
			let mut wanted = Vec::new();
			for lot in cheapest_first(view.lots(), &markets) {
				let Some(price) = lot.price else { continue };
				let (token, market) = (&tokens[lot.token], &mut markets[lot.token]);
				let mut remaining = lot.remaining;
				for bidder in &turn {
					let profit = bidders[*bidder].profit;
					let amount = bidders::wanted(market, usd(price), cash[*bidder], profit);
					let amount = units(token, amount).min(remaining);
					if amount == 0 {
						continue;
					}
					let Some((bought, payment)) = view.quote_take(lot.id, amount) else {
						continue;
					};
					if payment > cash[*bidder] {
						continue;
					}
					// Up to what he wants, not what it comes to now: in the next block the price
					// may be lower, and the same tab buys more.
					wanted.push((*bidder, chain::take(lot.id, amount, price)));
					market.sell(whole(token, bought));
					cash[*bidder] -= payment;
					remaining = remaining.saturating_sub(bought);
					if bought < amount {
						// The lot has no more to raise, or too little to be sold on.
						break;
					}
				}
			}
			wanted
		})
	}
}

/// Lots in the order in which bidders look at them: the largest discount first.
fn cheapest_first(mut lots: Vec<Lot>, markets: &[Market]) -> Vec<Lot> {
	let ratio = |lot: &Lot| match lot.price {
		Some(price) => usd(price) / markets[lot.token].mid.max(f64::MIN_POSITIVE),
		None => f64::INFINITY,
	};
	lots.sort_by(|a, b| ratio(a).total_cmp(&ratio(b)).then(a.id.cmp(&b.id)));
	lots
}
