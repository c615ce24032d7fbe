//! All validators report all feeds, and the next block turns that into quotes.

use super::Lab;
use crate::{
	ledger::{self, Market},
	results::Line,
	Result, Spec,
};

const FEEDS: u32 = 16;

/// Vaults on the chain: of no consequence, but there.
const VAULTS: u32 = 1_000;

/// Microseconds of computation that a block has.
const BLOCK_US: f64 = 1e6;

/// Adds the cost of a round of so many validators.
pub fn run(lab: &mut Lab, validators: u32) -> Result<()> {
	let spec = Spec {
		validators,
		feeds: FEEDS,
		..Spec::vaults(VAULTS)
	};
	let mut chain = lab.workshop.chain(&spec)?;
	let genesis = chain.genesis()?;
	let reports = chain.at(genesis, || ledger::reports(Market::all(1.001)))??;

	// Two blocks with a round in them, and the same two without.
	let reporting = chain.build(genesis, reports)?;
	if reporting.transactions != validators as usize {
		return Err(format!("only {} reports fit into a block", reporting.transactions).into());
	}
	let silent = chain.build(genesis, Vec::new())?;
	let [reporting_time, silent_time] = chain.measure([&reporting, &silent], lab.repeat)?;
	let charged_reports = ledger::charged_us(&reporting.events);
	let aggregating = chain.import(reporting)?;
	let aggregating = chain.build(aggregating, Vec::new())?;
	let resting = chain.import(silent)?;
	let resting = chain.build(resting, Vec::new())?;
	let [aggregating_time, resting_time] = chain.measure([&aggregating, &resting], lab.repeat)?;

	// What the start of the block is charged for the reports, beyond what it is anyway.
	let aggregating = chain.import(aggregating)?;
	let resting = chain.import(resting)?;
	let start_of = |block| chain.at(block, ledger::mandatory_weight);
	let charged_aggregate = start_of(aggregating)?.saturating_sub(start_of(resting)?);

	let all_reports = reporting_time.beyond(&silent_time);
	let aggregate = aggregating_time.beyond(&resting_time);
	lab.results.add(
		Line::new("oracle_round")
			.with("validators", validators)
			.with("feeds", FEEDS)
			.with_rounded("us_authorize", all_reports / f64::from(validators), 1)
			.with_rounded("us_aggregate", aggregate, 1)
			.with_rounded("share_of_block", (all_reports + aggregate) / BLOCK_US, 5)
			.with_rounded(
				"charged_us_authorize",
				charged_reports / f64::from(validators),
				1,
			)
			.with_rounded("charged_us_aggregate", charged_aggregate as f64 / 1e6, 1)
			.with_rounded("us_round", all_reports + aggregate, 1),
	)
}
