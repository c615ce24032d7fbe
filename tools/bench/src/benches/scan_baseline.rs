//! What a block would cost that looks at every vault.

use super::Lab;
use crate::{
	chain::{micros, quantile, Chain},
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
/// The time that a vault takes is that of the view function `health`, less that of the same function
/// for a vault that holds and owes nothing: with it goes all that a scan would do once for all
/// vaults, as there are reading the facility and the quotes, and the way into the runtime and out.
pub fn run(lab: &mut Lab, vaults: u32) -> Result<()> {
	let chain = lab.workshop.chain(&Spec::vaults(vaults))?;
	let at = chain.genesis()?;
	let mut random = ChaCha8Rng::seed_from_u64(2);
	let (mut some, mut none) = (Vec::new(), Vec::new());
	let sample = SAMPLE.min(vaults);
	let warm_up = sample / 10;
	for number in 0..sample + warm_up {
		let vault = random.next_u64() % u64::from(vaults);
		let (took, answer) = ask(&chain, at, ledger::health_view(vault))?;
		if !ledger::is_health(&answer) {
			return Err(format!("vault {vault} has no health").into());
		}
		let (nothing_took, _) = ask(&chain, at, ledger::health_view(u64::from(vaults)))?;
		if number >= warm_up {
			some.push(took);
			none.push(nothing_took);
		}
	}
	// The lower quartiles: on a busy machine, half of the calls may have been interrupted.
	let us_per_vault = quantile(&mut some, 1, 4) - quantile(&mut none, 1, 4);
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
