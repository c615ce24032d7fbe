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
const DAY: u32 = 28_800;

/// Days of a walk.
const DAYS: u32 = 1;

/// Blocks before the first day, in which all prices fall to [`DECLINE`].
const HOUR: u32 = 1_200;

/// From the least that borrowing allows to the edge of being unsafe.
const DECLINE: f64 = 0.9;

/// Standard deviation of the logarithm of a price over a year.
const VOLATILITY: f64 = 0.9;

/// Of each two prices.
const CORRELATION: f64 = 0.7;

/// Of walks of prices. What comes of one depends on how long it stays where many vaults are at the edge.
const SEEDS: [u64; 3] = [3, 4, 5];

/// What a simulated stretch of time came to.
pub struct Outcome {
	/// Vaults that enforcement looked at.
	pub evaluated: u32,
	/// Vaults that it liquidated.
	pub liquidated: u32,
}

/// Adds how often a vault is looked at on a day.
pub fn run(lab: &mut Lab, vaults: u32) -> Result<()> {
	let (mut evaluated, mut liquidated) = (0, 0);
	let (mut least, mut most) = (f64::INFINITY, 0f64);
	let vault_days = f64::from(vaults) * f64::from(DAYS);
	for seed in SEEDS {
		eprintln!("    prices of seed {seed}");
		let walk = simulate(vaults, DAYS * DAY, seed)?;
		evaluated += walk.evaluated;
		liquidated += walk.liquidated;
		let of_walk = f64::from(walk.evaluated) / vault_days;
		(least, most) = (least.min(of_walk), most.max(of_walk));
	}
	let wasted = f64::from(evaluated.saturating_sub(liquidated)) / f64::from(evaluated.max(1));
	let mean = f64::from(evaluated) / vault_days / SEEDS.len() as f64;
	lab.results.add(
		Line::new("basket_reevaluations")
			.with("vaults", vaults)
			.with_rounded("per_vault_day", mean, 4)
			.with_rounded("least", least, 4)
			.with_rounded("most", most, 4)
			.with_rounded("wasted_share", wasted, 4)
			.with("evaluated", evaluated)
			.with("liquidated", liquidated)
			.with("walks", SEEDS.len())
			.with("days", DAYS)
			.with("legs", 3)
			.with("native", true),
	)
}

/// Vaults of three legs of which some come to the edge of being unsafe in an hour of decline that
/// does not count, and then so many blocks in which three prices walk randomly, as `seed` has
/// it, and are reported. Nobody looks after the vaults.
pub fn simulate(vaults: u32, blocks: u32, seed: u64) -> Result<Outcome> {
	let spec = Spec {
		legs: 3,
		health: (1.13, 2.0),
		..Spec::vaults(vaults)
	};
	let mut chain = TestExternalities::new(ledger::genesis(&spec)?);
	chain.commit_all()?;
	let mut random = ChaCha8Rng::seed_from_u64(seed);
	let step = VOLATILITY / (365.25 * f64::from(DAY)).sqrt();
	let mut market = Market::STILL;
	let mut outcome = Outcome {
		evaluated: 0,
		liquidated: 0,
	};
	for block in 1..=HOUR + blocks {
		if block <= HOUR {
			market = Market::all(DECLINE.powf(f64::from(block) / f64::from(HOUR)));
		} else {
			let common = normal(&mut random);
			for factor in &mut market.0 {
				let own = normal(&mut random);
				let shock = CORRELATION.sqrt() * common + (1.0 - CORRELATION).sqrt() * own;
				*factor *= (step * shock - step * step / 2.0).exp();
			}
		}
		let liquidated = chain.execute_with(|| -> Result<u32> {
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
		if block > HOUR {
			// Enforcement writes the row of a vault that it has looked at, and of no other.
			let written = chain.overlayed_changes().changes();
			outcome.evaluated += written.filter(|(key, _)| ledger::is_vault(key)).count() as u32;
			outcome.liquidated += liquidated;
		}
		chain.commit_all()?;
		if block % DAY == 0 {
			eprintln!("    {} of {} days", block / DAY, blocks / DAY);
		}
	}
	chain.execute_with(ledger::check_invariants)?;
	Ok(outcome)
}

/// A standard normal deviate: the sum of twelve uniform ones, less six.
fn normal(random: &mut ChaCha8Rng) -> f64 {
	(0..12).map(|_| ledger::uniform(random)).sum::<f64>() - 6.0
}
