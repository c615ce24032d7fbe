//! The start of a block while lots rest.

use super::Lab;
use crate::{results::Line, Result, Spec};

/// Vaults on the chain: of no consequence, but there.
const VAULTS: u32 = 1_000;

/// Adds the cost of a block in which nothing happens while so many lots are for sale.
pub fn run(lab: &mut Lab, lots: u32) -> Result<()> {
	let spec = Spec {
		lots,
		..Spec::vaults(VAULTS)
	};
	let mut chain = lab.workshop.chain(&spec)?;
	let block = chain.build(chain.genesis()?, Vec::new())?;
	let [time] = chain.measure([&block], lab.repeat)?;
	lab.results.add(
		Line::new("lots_tick")
			.with("lots", lots)
			.with_rounded("us_per_block", time.least, 1)
			.with_rounded("us_median", time.median, 1)
			.with_rounded("us_cold", time.cold, 1),
	)
}
