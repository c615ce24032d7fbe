//! A crash.

use super::{enforce_idle::idle_block, Lab};
use crate::{
	chain::{Built, Chain},
	ledger::{self, Market},
	results::Line,
	Result, Spec,
};
use cairn_primitives::Hash;

/// All volatile prices fall to this share: one vault in eight becomes unsafe.
const CRASH: f64 = 0.7;

/// Rounds within which a crash must be believed.
const PATIENCE: u32 = 60;

/// Adds what liquidating vaults of one leg costs.
pub fn one_leg(lab: &mut Lab, vaults: u32) -> Result<()> {
	run(lab, vaults, 1)
}

/// Adds what liquidating vaults of three legs costs.
pub fn three_legs(lab: &mut Lab, vaults: u32) -> Result<()> {
	run(lab, vaults, 3)
}

fn run(lab: &mut Lab, vaults: u32, legs: u32) -> Result<()> {
	let spec = Spec {
		legs,
		..Spec::vaults(vaults)
	};
	let mut chain = lab.workshop.chain(&spec)?;
	let idle = idle_block(&chain)?;
	let crash = crash_block(&chain, CRASH)?;
	let liquidated = ledger::liquidated(&crash.events);

	let [idle_time, time] = chain.measure([&idle, &crash], lab.repeat)?;
	let keys_changed = crash.keys_changed.saturating_sub(idle.keys_changed);
	let per_vault = |whole: f64, idle: f64| (whole - idle) / f64::from(liquidated);
	let us_per_vault = time.beyond(&idle_time) / f64::from(liquidated);

	let idle = chain.import(idle)?;
	let crash = chain.import(crash)?;
	let charged = chain.at(crash, ledger::mandatory_weight)? as f64;
	let charged_idle = chain.at(idle, ledger::mandatory_weight)? as f64;
	let charged_per_vault = per_vault(charged, charged_idle);
	// More to do in the next block means that this one had no room.
	let full = ledger::liquidated(&chain.build(crash, Vec::new())?.events) > 0;
	let budget = ledger::budget() as f64;
	let by_weight = if full {
		liquidated
	} else {
		(budget / charged_per_vault) as u32
	};
	lab.results.add(
		Line::new("liquidate")
			.with("vaults", vaults)
			.with("legs", legs)
			.with("liquidated", liquidated)
			.with_rounded("us_per_vault", us_per_vault, 1)
			.with("per_block_budget", by_weight)
			.with("per_block_by_time", (budget / 1e6 / us_per_vault) as u32)
			.with_rounded("charged_us_per_vault", charged_per_vault / 1e6, 1)
			.with_rounded(
				"keys_changed",
				keys_changed as f64 / f64::from(liquidated),
				2,
			)
			.with_rounded("us_per_block", time.least, 1)
			.with_rounded("us_per_vault_cold", per_vault(time.cold, idle_time.cold), 1),
	)
}

/// The first block that liquidates vaults after all volatile prices have fallen to `share`. A move
/// of that size may have to be confirmed before it is believed, so it is reported until then.
pub fn crash_block(chain: &Chain, share: f64) -> Result<Built> {
	let genesis = chain.genesis()?;
	let mut parent = genesis;
	for _ in 0..PATIENCE {
		parent = chain.extend(parent, reports(chain, parent, share)?)?;
		let block = chain.build(parent, Vec::new())?;
		if ledger::liquidated(&block.events) > 0 {
			return Ok(block);
		}
	}
	Err(format!("nothing was liquidated within {PATIENCE} blocks").into())
}

/// Reports for the block after `parent`.
pub fn reports(
	chain: &Chain,
	parent: Hash,
	share: f64,
) -> Result<Vec<cairn_runtime::UncheckedExtrinsic>> {
	chain.at(parent, || ledger::reports(Market::all(share)))?
}
