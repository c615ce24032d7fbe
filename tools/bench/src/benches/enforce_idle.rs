//! A block that applies a price move which hurts nobody.

use super::Lab;
use crate::{
	chain::{Built, Chain},
	ledger::{self, Market},
	results::Line,
	Result, Spec,
};

/// Adds the cost of an idle block among so many vaults.
pub fn run(lab: &mut Lab, vaults: u32) -> Result<()> {
	let mut chain = lab.workshop.chain(&Spec::vaults(vaults))?;
	let idle = idle_block(&chain)?;
	let [time] = chain.measure([&idle], lab.repeat)?;
	lab.results.add(
		Line::new("enforce_idle")
			.with("vaults", vaults)
			.with_rounded("us_per_block", time.least, 1)
			.with_rounded("us_median", time.median, 1)
			.with_rounded("us_cold", time.cold, 1),
	)
}

/// A block in which all volatile prices fall by one per cent, and nothing else happens.
pub fn idle_block(chain: &Chain) -> Result<Built> {
	let genesis = chain.genesis()?;
	let reports = chain.at(genesis, || ledger::reports(Market::all(0.99)))??;
	let parent = chain.extend(genesis, reports)?;
	let before = chain
		.at(parent, ledger::price_of_bitcoin)?
		.ok_or("no price")?;
	let idle = chain.build(parent, Vec::new())?;
	if ledger::liquidated(&idle.events) > 0 {
		return Err("the move was meant to hurt nobody".into());
	}
	let after = chain.import(chain.build(parent, Vec::new())?)?;
	let after = chain
		.at(after, ledger::price_of_bitcoin)?
		.ok_or("no price")?;
	let moved = after / before;
	if !(0.985..0.995).contains(&moved) {
		return Err(format!("the block moved the price by a factor of {moved}").into());
	}
	Ok(idle)
}
