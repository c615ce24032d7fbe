//! What a block would cost that looks at every vault.

use super::Lab;
use crate::{
	chain::{median, micros, Chain},
	ledger::{self, View},
	results::Line,
	Result, Spec,
};
use cairn_primitives::Hash;
use frame_support::view_functions::runtime_api::RuntimeViewFunction;
use rand_chacha::{
	rand_core::{RngCore, SeedableRng},
	ChaCha8Rng,
};
use sp_api::ProvideRuntimeApi;
use std::time::Instant;

/// Vaults that are looked at, anywhere in the state.
const SAMPLE: u32 = 2_000;

/// Adds the cost of a scan of so many vaults.
///
/// The time that a vault takes is that of the view function `health`, less that of the same call for
/// a vault that does not exist, which is the way into the runtime and out of it, and less what a
/// scan would read once for all vaults: the facility and the quotes.
pub fn run(lab: &mut Lab, vaults: u32) -> Result<()> {
	let chain = lab.workshop.chain(&Spec::vaults(vaults))?;
	let at = chain.genesis()?;
	let mut random = ChaCha8Rng::seed_from_u64(2);
	let mut samples: [Vec<f64>; 4] = Default::default();
	let sample = SAMPLE.min(vaults);
	// The first tenth fills the caches.
	for number in 0..sample + sample / 10 {
		let vault = random.next_u64() % u64::from(vaults);
		let views = [
			ledger::health_view(vault),
			ledger::health_view(u64::MAX - vault),
			ledger::facility_view(),
			ledger::quotes_view(),
		];
		for (position, (view, times)) in views.into_iter().zip(&mut samples).enumerate() {
			let (took, answer) = ask(&chain, at, view)?;
			if position == 0 && !ledger::is_health(&answer) {
				return Err(format!("vault {vault} has no health").into());
			}
			if number >= sample / 10 {
				times.push(took);
			}
		}
	}
	let [health, nothing, facility, quotes] = samples.each_mut().map(|times| median(times));
	let us_per_vault = (health - nothing) - (facility - nothing) - (quotes - nothing);
	if us_per_vault <= 0.0 {
		return Err(format!("looking at a vault took {us_per_vault} µs").into());
	}
	lab.results.add(
		Line::new("scan_baseline")
			.with("vaults", vaults)
			.with_rounded("us_per_block", us_per_vault * f64::from(vaults), 0)
			.with_rounded("us_per_vault", us_per_vault, 2),
	)
}

/// Asks a view function in WASM.
fn ask(chain: &Chain, at: Hash, (id, input): View) -> Result<(f64, Vec<u8>)> {
	let client = chain.client()?;
	let started = Instant::now();
	let answer = client.runtime_api().execute_view_function(at, id, input)?;
	let took = micros(started);
	Ok((took, answer.map_err(|error| format!("{error:?}"))?))
}
