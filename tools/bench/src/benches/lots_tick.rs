//! The start of a block while lots rest.

use super::Lab;
use crate::{chain::Chain, results::Line, Result, Spec};

/// Vaults on the chain: of no consequence, but there.
const VAULTS: u32 = 1_000;

/// How many lots are compared.
const LOTS: [u32; 3] = [10, 1_000, 10_000];

/// Adds the cost of a block in which nothing happens while so many lots are on sale or wait to be. What
/// counts is one number of lots beside another, so their blocks are executed in turns.
pub fn run(lab: &mut Lab, _: u32) -> Result<()> {
	let mut pairs = Vec::new();
	for lots in LOTS {
		let spec = Spec {
			lots,
			..Spec::vaults(VAULTS)
		};
		let chain = lab.workshop.chain(&spec)?;
		let block = chain.build(chain.genesis()?, Vec::new())?;
		pairs.push((chain, block));
	}
	let times = Chain::measure_in_turns(&mut pairs, lab.repeat)?;
	for (lots, time) in LOTS.into_iter().zip(times) {
		lab.results.add(
			Line::new("lots_tick")
				.with("lots", lots)
				.with_rounded("us_per_block", time.least, 1)
				.with_rounded("us_median", time.median, 1)
				.with_rounded("us_cold", time.cold, 1),
		)?;
	}
	Ok(())
}
