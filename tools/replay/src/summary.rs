//! What a replay came to.

use crate::bidders::Kind;
use comfy_table::{presets::UTF8_BORDERS_ONLY, Table};
use serde::Serialize;
use std::{collections::BTreeMap, time::Duration};

/// The figures that are compared from run to run, in whole CUSD, USD, per cent, or as counts.
#[derive(Clone, Debug, Serialize)]
pub struct Summary {
	/// The price file.
	pub prices: String,
	/// Vaults that were opened.
	pub vaults: usize,
	/// Liquidations; one vault may have several.
	pub liquidations: u64,
	/// Debt that left vaults by them.
	pub debt_liquidated: f64,
	/// The most bad debt after any block.
	pub bad_debt_peak: f64,
	/// Bad debt in the end.
	pub bad_debt_end: f64,
	/// The treasury's CUSD when the path starts.
	pub reserve_start: f64,
	/// And in the end.
	pub reserve_end: f64,
	/// The most vaults that were unsafe after any block.
	pub backlog_peak: u64,
	/// Blocks after which any was.
	pub blocks_with_backlog: u64,
	/// The lowest price of any sale, as a share of the oracle's at that time; none without a sale.
	pub lowest_sale_to_oracle: Option<f64>,
	/// Sales below the floor, or for less than their price.
	pub sold_below_floor: u64,
	/// What liquidations cost owners, in per cent of the debt; none if no lot was closed.
	pub owner_loss_mean_pct: Option<f64>,
	/// What lots still have for sale in the end, at the oracle's price.
	pub unsold_end: f64,
	/// Times that a check of the books found something wrong.
	pub invariant_violations: u64,
	/// Seconds between two blocks, if they are not those of a slot.
	#[serde(skip_serializing_if = "Option::is_none")]
	pub block_seconds: Option<u64>,
}

/// What people want to know beside.
#[derive(Clone, Debug)]
pub struct Details {
	/// Who bids.
	pub bidders: Kind,
	/// Blocks of the path and after it.
	pub blocks: u64,
	/// Blocks by which the oracle is behind the market.
	pub latency_blocks: u64,
	/// The seed.
	pub seed: u64,
	/// CUSD in existence when the path starts.
	pub issuance_start: f64,
	/// And in the end.
	pub issuance_end: f64,
	/// Debt that lots have still to recover in the end.
	pub in_auction_end: f64,
	/// Lots that were opened.
	pub lots: u64,
	/// Sales.
	pub sales: u64,
	/// Takes that came to nothing, by their reasons.
	pub failed_takes: BTreeMap<String, u64>,
	/// What buyers paid.
	pub paid: f64,
	/// What they got for it outside.
	pub got: f64,
	/// The mean price of sales, as a share of the oracle's.
	pub mean_sale: Option<f64>,
	/// Blocks from the opening of a lot to a sale, in the mean.
	pub mean_wait: Option<f64>,
	/// Debt that lots did not recover, whatever covered it then.
	pub short: f64,
	/// By what the oracle's price of their collateral fell between seizure and sale.
	pub fell: f64,
	/// By what their collateral was sold below the oracle's price.
	pub discount: f64,
	/// Purchases by the reserve, of what nobody bought.
	pub reserve_purchases: u64,
	/// What that was worth, at the price of these.
	pub reserve_bought: f64,
	/// What the reserve had to pay for it with.
	pub reserve_paid: f64,
	/// The lowest price of these, as a share of the oracle's.
	pub reserve_lowest: Option<f64>,
	/// The most blocks that a vault was unsafe without a break.
	pub longest_unsafe: u64,
	/// How often the books were checked.
	pub checks: u64,
	/// What the first violation says.
	pub first_violation: Option<String>,
	/// How long it took.
	pub took: Duration,
}

impl Summary {
	/// For people.
	pub fn table(&self, details: &Details) -> String {
		let mut table = Table::new();
		table.load_preset(UTF8_BORDERS_ONLY);
		let mut row = |what: &str, value: String| {
			table.add_row([what.to_string(), value]);
		};
		row("prices", self.prices.clone());
		row(
			"run",
			format!(
				"{} vaults, {} bidders, latency {} blocks, seed {}, {} blocks of {} s",
				count(self.vaults as u64),
				details.bidders,
				details.latency_blocks,
				details.seed,
				count(details.blocks),
				self.block_seconds.unwrap_or(crate::chain::SLOT_SECONDS),
			),
		);
		let issued = |value: f64| {
			format!(
				"{} ({:.3} % of issuance)",
				money(value),
				percent(value, details.issuance_start)
			)
		};
		row(
			"issuance, start → end",
			format!(
				"{} → {}",
				money(details.issuance_start),
				money(details.issuance_end)
			),
		);
		row("liquidations", count(self.liquidations));
		row("debt liquidated", issued(self.debt_liquidated));
		row("bad debt, peak", issued(self.bad_debt_peak));
		row("bad debt, end", issued(self.bad_debt_end));
		row(
			"reserve, start → end",
			format!(
				"{} → {}",
				money(self.reserve_start),
				money(self.reserve_end)
			),
		);
		row(
			"unsafe vaults after a block, most",
			format!(
				"{}, in {} blocks any; longest {} blocks",
				count(self.backlog_peak),
				count(self.blocks_with_backlog),
				count(details.longest_unsafe)
			),
		);
		row(
			"lots, sales",
			format!("{}, {}", count(details.lots), count(details.sales)),
		);
		for (why, times) in &details.failed_takes {
			row("takes that failed", format!("{} × {why}", count(*times)));
		}
		row(
			"buyers paid, and got outside",
			format!("{}, {}", money(details.paid), money(details.got)),
		);
		row(
			"lowest sale, of the oracle's price",
			share(self.lowest_sale_to_oracle.map(|share| share * 100.0)),
		);
		row(
			"mean sale, and time since seizure",
			format!(
				"{}, {:.0} blocks",
				share(details.mean_sale.map(|share| share * 100.0)),
				details.mean_wait.unwrap_or(0.0)
			),
		);
		row(
			"not recovered by lots",
			format!(
				"{}; their collateral fell by {} before it was sold, and was sold for {} less",
				money(details.short),
				money(details.fell),
				money(details.discount)
			),
		);
		if details.reserve_purchases > 0 {
			row(
				"bought by the reserve",
				format!(
					"{} times, for {} of debt, with {} CUSD; lowest {} of the oracle's price",
					count(details.reserve_purchases),
					money(details.reserve_bought),
					money(details.reserve_paid),
					share(details.reserve_lowest.map(|share| share * 100.0))
				),
			);
		}
		row("sold below the floor", count(self.sold_below_floor));
		row(
			"owners' loss, mean",
			format!("{} of the debt liquidated", share(self.owner_loss_mean_pct)),
		);
		row(
			"unsold in the end",
			format!(
				"{} of collateral, for {} CUSD of debt",
				money(self.unsold_end),
				money(details.in_auction_end)
			),
		);
		row(
			"invariants violated",
			format!(
				"{} (of {} checks){}",
				count(self.invariant_violations),
				count(details.checks),
				details
					.first_violation
					.as_ref()
					.map_or(String::new(), |first| format!(": {first}"))
			),
		);
		row("took", format!("{:.1} s", details.took.as_secs_f64()));
		table.to_string()
	}
}

fn percent(part: f64, whole: f64) -> f64 {
	if whole > 0.0 {
		100.0 * part / whole
	} else {
		0.0
	}
}

fn share(percent: Option<f64>) -> String {
	percent.map_or("none".into(), |percent| format!("{percent:.2} %"))
}

fn count(number: u64) -> String {
	grouped(&number.to_string())
}

/// An amount of dollars with two places.
fn money(amount: f64) -> String {
	let text = format!("{:.2}", amount.abs());
	let (whole, cents) = text.split_once('.').unwrap_or((&text, "00"));
	let sign = if amount < 0.0 { "-" } else { "" };
	format!("{sign}{}.{cents}", grouped(whole))
}

fn grouped(digits: &str) -> String {
	let mut grouped = String::new();
	for (position, digit) in digits.chars().enumerate() {
		if position > 0 && (digits.len() - position).is_multiple_of(3) {
			grouped.push(',');
		}
		grouped.push(digit);
	}
	grouped
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn numbers_can_be_read() {
		assert_eq!(money(1_234_567.891), "1,234,567.89");
		assert_eq!(money(-12.0), "-12.00");
		assert_eq!(
			(count(0), count(999), count(1_000)),
			("0".into(), "999".into(), "1,000".into())
		);
	}
}
