//! How often vaults of several collaterals are looked at without need. This counts, so it runs
//! natively.

use super::Lab;
use crate::{
	ledger::{self, Market},
	results::Line,
	Result, Spec,
};
use cairn_runtime::{Runtime, System};
use rand_chacha::{rand_core::SeedableRng, ChaCha8Rng};
use sp_io::TestExternalities;

/// Blocks of a day.
const BLOCKS: u32 = 28_800;

/// Standard deviation of the logarithm of a price over a year.
const VOLATILITY: f64 = 0.9;

/// Of each two prices.
const CORRELATION: f64 = 0.7;

const SEED: u64 = 3;

/// What a simulated stretch of time came to.
pub struct Day {
	/// Vaults that enforcement looked at.
	pub evaluated: u32,
	/// Vaults that it liquidated.
	pub liquidated: u32,
}

/// Adds how often a vault is looked at on a day.
pub fn run(lab: &mut Lab, vaults: u32) -> Result<()> {
	let day = simulate(vaults, BLOCKS)?;
	let Day {
		evaluated,
		liquidated,
	} = day;
	let wasted = f64::from(evaluated.saturating_sub(liquidated)) / f64::from(evaluated.max(1));
	lab.results.add(
		Line::new("basket_reevaluations")
			.with("vaults", vaults)
			.with_rounded("per_vault_day", f64::from(evaluated) / f64::from(vaults), 4)
			.with_rounded("wasted_share", wasted, 4)
			.with("evaluated", evaluated)
			.with("liquidated", liquidated)
			.with("legs", 3)
			.with("native", true),
	)
}

/// So many blocks with vaults of three legs, as close to being unsafe as borrowing lets them be, and
/// three prices that walk randomly, reported in every block.
pub fn simulate(vaults: u32, blocks: u32) -> Result<Day> {
	let spec = Spec {
		legs: 3,
		health: (1.15, 1.6),
		..Spec::vaults(vaults)
	};
	let mut chain = TestExternalities::new(ledger::genesis(&spec)?);
	chain.commit_all()?;
	let mut random = ChaCha8Rng::seed_from_u64(SEED);
	let step = VOLATILITY / (365.25 * f64::from(BLOCKS)).sqrt();
	let mut market = Market::STILL;
	let mut day = Day {
		evaluated: 0,
		liquidated: 0,
	};
	for block in 1..=blocks {
		let common = normal(&mut random);
		for factor in &mut market.0 {
			let own = normal(&mut random);
			let shock = CORRELATION.sqrt() * common + (1.0 - CORRELATION).sqrt() * own;
			*factor *= (step * shock - step * step / 2.0).exp();
		}
		day.liquidated += chain.execute_with(|| -> Result<u32> {
			System::set_block_number(block);
			System::reset_events();
			frame_system::BlockWeight::<Runtime>::kill();
			let now = ledger::time_of(ledger::GENESIS_SLOT + u64::from(block));
			pallet_timestamp::Now::<Runtime>::put(now);
			ledger::start_of_block();
			ledger::report_natively(market, block)?;
			let events = System::read_events_no_consensus().map(|record| record.event);
			Ok(ledger::liquidated(&events.collect::<Vec<_>>()))
		})?;
		// Enforcement writes the row of a vault that it has looked at, and of no other.
		let written = chain.overlayed_changes().changes();
		day.evaluated += written.filter(|(key, _)| ledger::is_vault(key)).count() as u32;
		chain.commit_all()?;
		if block % 4_800 == 0 {
			eprintln!("    {} of {} hours", block / 1_200, blocks / 1_200);
		}
	}
	chain.execute_with(ledger::check_invariants)?;
	Ok(day)
}

/// A standard normal deviate: the sum of twelve uniform ones, less six.
fn normal(random: &mut ChaCha8Rng) -> f64 {
	(0..12).map(|_| ledger::uniform(random)).sum::<f64>() - 6.0
}
