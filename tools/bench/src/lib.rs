//! Measures the runtime as a node runs it: compiled WASM on ParityDB, with state roots.
//!
//! - [`benches`]: what is measured, one file each
//! - [`chain`]: a real client to build and execute blocks on
//! - [`ledger`]: all that is known here of Cairn's pallets
//! - [`scenes`]: states of the chain in which calls can be made
//! - [`goals`], [`results`]: what comes out
//!
//! Results are lines of JSON on standard output, everything else is on standard error.

pub mod benches;
pub mod chain;
pub mod goals;
pub mod ledger;
pub mod results;
pub mod scenes;
pub mod spec;

use benches::{Job, Lab};
use chain::Workshop;
use clap::Parser;
use results::{Line, Results};
use spec::{grouped, Spec};
use std::{fs, path::PathBuf, time::Instant};

/// What is said of the making of chains, as if it were a benchmark.
pub const SET_UP: &str = "set_up";

/// Any error ends the run.
pub type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Measures the runtime as a node runs it: compiled WASM on ParityDB, with state roots.
#[derive(Debug, Parser)]
#[command(version)]
pub struct Options {
	/// Only these benchmarks, separated by commas.
	#[arg(long, value_delimiter = ',', value_parser = benches::names())]
	only: Vec<String>,

	/// Numbers of vaults to measure at, separated by commas.
	#[arg(
		long,
		value_delimiter = ',',
		default_values_t = [1_000, 10_000, 100_000, 1_000_000],
		value_parser = clap::value_parser!(u32).range(100..=10_000_000),
	)]
	vaults: Vec<u32>,

	/// How often each block is executed, besides the first time with empty caches.
	#[arg(long, default_value_t = 15, value_parser = clap::value_parser!(u32).range(1..=10_000))]
	repeat: u32,

	/// Where `results.jsonl` and the databases go.
	#[arg(long, default_value = "target/bench")]
	out: PathBuf,

	/// The runtime to measure. The one that this program was built with, if there is none.
	#[arg(long)]
	wasm: Option<PathBuf>,
}

/// Does what the options say.
pub fn run(options: Options) -> Result<()> {
	let started = Instant::now();
	let code = match &options.wasm {
		Some(path) => fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?,
		None => cairn_runtime::WASM_BINARY
			.ok_or("this program was built without the runtime in WASM: name one with --wasm")?
			.to_vec(),
	};
	let mut sizes = options.vaults;
	sizes.sort_unstable();
	sizes.dedup();
	let chosen = |name: &str| options.only.is_empty() || options.only.iter().any(|n| n == name);
	let jobs: Vec<Job> = benches::jobs(&sizes)
		.into_iter()
		.filter(|job| chosen(job.name))
		.collect();
	let is_all = options.only.is_empty();
	let mut names: Vec<&str> = jobs.iter().map(|job| job.name).collect();
	names.extend(is_all.then_some(SET_UP));
	let mut lab = Lab {
		workshop: Workshop::new(options.out.join("chains"), code)?,
		sizes,
		repeat: options.repeat as usize,
		results: Results::new(&options.out.join("results.jsonl"), &names)?,
	};
	for (number, job) in jobs.iter().enumerate() {
		let (of, size) = (jobs.len(), grouped(job.size));
		eprintln!("==> {}/{of} {}: {size} {}", number + 1, job.name, job.unit);
		(job.run)(&mut lab, job.size).map_err(|error| format!("{}: {error}", job.name))?;
	}
	// Of a part of the benchmarks, or of chains that are there already, it would say nothing.
	if is_all && lab.workshop.has_made_all() {
		let making = lab.workshop.making().as_secs_f64();
		lab.results.add(
			Line::new(SET_UP)
				.with_rounded("making_s", making, 1)
				.with_rounded("measuring_s", started.elapsed().as_secs_f64() - making, 1),
		)?;
	}
	let goals = goals::goals(&lab.results.lines);
	let elapsed = started.elapsed().as_secs();
	eprintln!("\n{}", lab.results.summary(&goals));
	eprintln!("{} min {} s", elapsed / 60, elapsed % 60);
	Ok(())
}
