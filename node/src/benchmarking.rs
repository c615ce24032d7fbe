//! The `benchmark` command: measures this binary and its runtime on this machine.
//!
//! `overhead` and `extrinsic` need signed transactions. They are made from the runtime's metadata,
//! so that a change of the transaction format needs no change here.

use std::time::Duration;

use frame_benchmarking_cli::{
	BenchmarkCmd, DynamicRemarkBuilder, ExtrinsicFactory, SUBSTRATE_REFERENCE_HARDWARE,
};
use sc_cli::{Result, SubstrateCli};
use sc_service::Configuration;
use sp_inherents::{InherentData, InherentDataProvider};
use sp_runtime::traits::HashingFor;

use cairn_runtime::opaque::Block;

use crate::{
	cli::Cli,
	service::{self, Partial},
};

/// Runs one benchmark.
pub fn run(cli: &Cli, command: &BenchmarkCmd) -> Result<()> {
	cli.create_runner(command)?
		.sync_run(|config| measure(config, command))
}

fn measure(config: Configuration, command: &BenchmarkCmd) -> Result<()> {
	// `pallet` and `overhead` bring executors of their own, which know what the runtime imports.
	type NoExtraHostFunctions = ();

	match command {
		BenchmarkCmd::Pallet(command) => command
			.run_with_spec::<HashingFor<Block>, NoExtraHostFunctions>(Some(config.chain_spec)),
		BenchmarkCmd::Block(command) => {
			let Partial { client, .. } = service::new_partial(&config)?;
			command.run(client)
		}
		BenchmarkCmd::Storage(command) => {
			let Partial {
				client, backend, ..
			} = service::new_partial(&config)?;
			let database = backend.expose_db();
			let storage = backend.expose_storage();
			let trie_cache = backend.expose_shared_trie_cache();
			command.run(config, client, database, storage, trie_cache)
		}
		BenchmarkCmd::Overhead(command) => command
			.run_with_default_builder_and_spec::<Block, NoExtraHostFunctions>(Some(
				config.chain_spec,
			)),
		BenchmarkCmd::Extrinsic(command) => {
			let Partial { client, .. } = service::new_partial(&config)?;
			let builder = DynamicRemarkBuilder::new_from_client(client.clone())?;
			let factory = ExtrinsicFactory(vec![Box::new(builder)]);
			command.run(client, genesis_inherents()?, Vec::new(), &factory)
		}
		BenchmarkCmd::Machine(command) => {
			command.run(&config, SUBSTRATE_REFERENCE_HARDWARE.clone())
		}
	}
}

/// The inherents of a block that follows genesis in slot 0, the slot BABE assumes for a block
/// without its digest.
fn genesis_inherents() -> Result<InherentData> {
	let mut inherents = InherentData::new();
	let timestamp = sp_timestamp::InherentDataProvider::new(Duration::ZERO.into());
	futures::executor::block_on(timestamp.provide_inherent_data(&mut inherents))
		.map_err(|error| format!("The inherents cannot be made: {error}"))?;
	Ok(inherents)
}
