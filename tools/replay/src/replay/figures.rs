//! The figures of a replay that is over.

use super::{Replay, Run};
use crate::{
	chain::{tokens::whole, usd, Lot, SLOT_SECONDS},
	summary::{Details, Summary},
};
use std::time::Instant;

impl Run<'_> {
	/// Counts what is left, and puts all figures together.
	pub(super) fn close(mut self, blocks: u64, from: Instant) -> Replay {
		let tokens = &self.feed.tokens;
		let unsold = self.chain.look(|view| {
			let quotes = view.quotes();
			let worth = |lot: Lot| {
				let quote = quotes.get(lot.token).copied().flatten();
				let price = quote.map_or(0.0, |quote| usd(quote.price));
				whole(&tokens[lot.token], lot.remaining) * price
			};
			view.lots().into_iter().map(worth).sum()
		});
		let (settings, tally) = (self.settings, self.tally);
		let summary = Summary {
			prices: settings.name.clone(),
			vaults: self.opened.len(),
			liquidations: tally.liquidations,
			debt_liquidated: rounded(tally.debt_liquidated),
			bad_debt_peak: rounded(tally.bad_debt_peak),
			bad_debt_end: rounded(self.sheet.bad_debt),
			reserve_start: rounded(self.before.reserve),
			reserve_end: rounded(self.sheet.reserve),
			backlog_peak: tally.backlog_peak,
			blocks_with_backlog: tally.blocks_with_backlog,
			lowest_sale_to_oracle: tally.lowest_sale.map(rounded),
			sold_below_floor: tally.sold_below_floor,
			owner_loss_mean_pct: self.loss.mean_loss_percent().map(rounded),
			unsold_end: rounded(unsold),
			invariant_violations: tally.violations,
			block_seconds: (settings.block_seconds != SLOT_SECONDS)
				.then_some(settings.block_seconds),
		};
		let details = Details {
			bidders: settings.bidders,
			blocks,
			latency_blocks: settings.latency_blocks,
			seed: settings.seed,
			issuance_start: self.before.issuance,
			issuance_end: self.sheet.issuance,
			in_auction_end: self.sheet.in_auction,
			lots: tally.lots,
			sales: tally.sales,
			failed_takes: tally.failed_takes,
			paid: tally.paid,
			got: tally.got,
			mean_sale: self.shortfall.mean_sale(),
			mean_wait: self.shortfall.mean_wait(),
			short: self.shortfall.short,
			fell: self.shortfall.fell,
			discount: self.shortfall.discount,
			reserve_purchases: tally.reserve_purchases,
			reserve_bought: tally.reserve_bought,
			reserve_paid: tally.reserve_paid,
			reserve_lowest: tally.reserve_lowest,
			longest_unsafe: self.watch.longest,
			checks: tally.checks,
			first_violation: tally.first_violation,
			took: from.elapsed(),
		};
		Replay {
			summary,
			details,
			series: self.series,
		}
	}
}

/// To six places, which is more than means something.
fn rounded(amount: f64) -> f64 {
	// A sum of nothing may be minus zero.
	(amount * 1e6).round() / 1e6 + 0.0
}
