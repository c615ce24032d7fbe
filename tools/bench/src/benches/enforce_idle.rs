//! A block that applies a price move which hurts nobody.

use super::Lab;
use crate::{
	chain::{Built, Chain},
	ledger::{self, Market},
	results::Line,
	Result, Spec,
};

/// Adds the cost of an idle block among each number of vaults. What counts is one number beside another,
/// so their blocks are executed in turns.
pub fn run(lab: &mut Lab, _: u32) -> Result<()> {
	let mut pairs = Vec::new();
	for vaults in &lab.sizes {
		let chain = lab.workshop.chain(&Spec::vaults(*vaults))?;
		let block = idle_block(&chain)?;
		pairs.push((chain, block));
	}
	let times = Chain::measure_in_turns(&mut pairs, lab.repeat)?;
	for (vaults, time) in lab.sizes.iter().zip(times) {
		lab.results.add(
			Line::new("enforce_idle")
				.with("vaults", *vaults)
				.with_rounded("us_per_block", time.least, 1)
				.with_rounded("us_median", time.median, 1)
				.with_rounded("us_cold", time.cold, 1),
		)?;
	}
	Ok(())
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
