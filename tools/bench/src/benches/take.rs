//! Buying from a lot.

use super::{
	liquidate::{crash_block, reports},
	Lab,
};
use crate::{ledger, results::Line, Result, Spec};

/// Buyers in a block, if they fit.
const BUYERS: u32 = 100;

/// How many vaults the crash should make unsafe: few enough for a block.
const UNSAFE: f64 = 50.0;

/// Blocks within which all of them are liquidated.
const PATIENCE: u32 = 100;

/// Adds the cost of a partial purchase.
pub fn run(lab: &mut Lab, vaults: u32) -> Result<()> {
	let spec = Spec::vaults(vaults);
	let mut chain = lab.workshop.chain(&spec)?;
	let (low, high) = spec.health;
	let share = 1.0 / (low + (high - low) * (UNSAFE / f64::from(vaults)).min(1.0));
	let crash = crash_block(&chain, share)?;
	let mut parent = chain.import(crash)?;
	for _ in 0..PATIENCE {
		let block = chain.build(parent, reports(&chain, parent, share)?)?;
		let done = ledger::liquidated(&block.events) == 0;
		parent = chain.import(block)?;
		if done {
			break;
		}
	}

	let (lot, asset) = chain
		.at(parent, ledger::lot_for_sale)?
		.ok_or("no lot is for sale")?;
	let owners = (0..ledger::owners(vaults)).filter(|o| ledger::collateral_asset(*o) == asset);
	let purchases = chain.at(parent, || {
		owners
			.take(BUYERS as usize)
			.map(|owner| ledger::signed(owner, ledger::take(lot, &asset, 10.0)))
			.collect::<Result<Vec<_>>>()
	})??;
	let empty = chain.build(parent, Vec::new())?;
	let taking = chain.build(parent, purchases)?;
	let [empty_time, time] = chain.measure([&empty, &taking], lab.repeat)?;
	let each = |whole: f64, empty: f64| (whole - empty) / taking.transactions as f64;
	let keys = each(taking.keys_changed as f64, empty.keys_changed as f64);
	lab.results.add(
		Line::new("take")
			.with("vaults", vaults)
			.with("transactions", taking.transactions)
			.with_rounded(
				"us",
				time.beyond(&empty_time) / taking.transactions as f64,
				1,
			)
			.with_rounded(
				"charged_us",
				ledger::charged_us(&taking.events) / taking.transactions as f64,
				1,
			)
			.with_rounded("us_cold", each(time.cold, empty_time.cold), 1)
			.with_rounded("keys_changed", keys, 2),
	)
}
