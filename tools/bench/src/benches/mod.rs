//! What is measured, one file each. What each figure means is in `docs/benchmarks.md`.

mod adjust;
pub mod basket_reevaluations;
pub mod calls;
mod enforce_idle;
pub mod liquidate;
mod lots_tick;
mod oracle_round;
mod scan_baseline;
mod take;

use crate::{chain::Workshop, results::Results, Result};

/// What a benchmark works with.
pub struct Lab {
	/// Makes chains.
	pub workshop: Workshop,
	/// Numbers of vaults to measure at, ascending.
	pub sizes: Vec<u32>,
	/// How often a block is executed.
	pub repeat: usize,
	/// Where results go.
	pub results: Results,
}

/// One benchmark at one size.
#[derive(Clone, Copy)]
pub struct Job {
	/// Its name in results.
	pub name: &'static str,
	/// How many of something.
	pub size: u32,
	/// Of what.
	pub unit: &'static str,
	/// Measures it and adds the results.
	pub run: fn(&mut Lab, u32) -> Result<()>,
}

/// The largest chain that those benchmarks use which are for one size only.
const ONE_SIZE: u32 = 100_000;

/// All benchmarks, those on small chains first. `sizes` ascend.
pub fn jobs(sizes: &[u32]) -> Vec<Job> {
	let one_size = sizes.iter().copied().filter(|size| *size <= ONE_SIZE).max();
	let one_size = one_size.unwrap_or(ONE_SIZE);
	let job = |name, size, unit, run| Job {
		name,
		size,
		unit,
		run,
	};
	let mut jobs = vec![
		job("oracle_round", 21, "validators", oracle_round::run),
		job("oracle_round", 100, "validators", oracle_round::run),
		job("lots_tick", 10_000, "lots at most", lots_tick::run),
		job(
			"basket_reevaluations",
			10_000,
			"vaults",
			basket_reevaluations::run,
		),
	];
	for size in sizes {
		jobs.push(job("scan_baseline", *size, "vaults", scan_baseline::run));
		jobs.push(job(
			"liquidate",
			*size,
			"vaults of one leg",
			liquidate::one_leg,
		));
		jobs.push(job("adjust", *size, "vaults", adjust::run));
		if *size == one_size {
			jobs.push(job("call", *size, "vaults", calls::run));
			jobs.push(job("take", *size, "vaults", take::run));
			jobs.push(job(
				"liquidate",
				*size,
				"vaults of three legs",
				liquidate::three_legs,
			));
		}
	}
	let largest = sizes.last().copied().unwrap_or(one_size);
	jobs.push(job(
		"enforce_idle",
		largest,
		"vaults at most",
		enforce_idle::run,
	));
	jobs
}

/// Names of benchmarks.
pub fn names() -> Vec<&'static str> {
	let mut names: Vec<_> = jobs(&[ONE_SIZE]).iter().map(|job| job.name).collect();
	names.sort_unstable();
	names.dedup();
	names
}
