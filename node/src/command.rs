//! What each command does.

use sc_cli::{Result, SubstrateCli};

use cairn_runtime::opaque::Block;

use crate::{
	cli::{Cli, RunArgs, Subcommand},
	service::{self, Partial},
};

/// Reads the command line and obeys it.
pub fn run() -> Result<()> {
	let cli = Cli::from_args();

	match &cli.subcommand {
		None => run_node(&cli, &cli.run),
		Some(Subcommand::Run(arguments)) => run_node(&cli, arguments),
		Some(Subcommand::BuildSpec(command)) => cli
			.create_runner(command)?
			.sync_run(|config| command.run(config.chain_spec, config.network)),
		Some(Subcommand::ExportChainSpec(command)) => command.run(cli.load_spec(&command.chain)?),
		Some(Subcommand::Key(command)) => command.run(&cli),
		Some(Subcommand::CheckBlock(command)) => cli.create_runner(command)?.async_run(|config| {
			let Partial {
				client,
				task_manager,
				import_queue,
				..
			} = service::new_partial(&config)?;
			Ok((command.run(client, import_queue), task_manager))
		}),
		Some(Subcommand::ExportBlocks(command)) => {
			cli.create_runner(command)?.async_run(|config| {
				let Partial {
					client,
					task_manager,
					..
				} = service::new_partial(&config)?;
				Ok((command.run(client, config.database), task_manager))
			})
		}
		Some(Subcommand::ImportBlocks(command)) => {
			cli.create_runner(command)?.async_run(|config| {
				let Partial {
					client,
					task_manager,
					import_queue,
					..
				} = service::new_partial(&config)?;
				Ok((command.run(client, import_queue), task_manager))
			})
		}
		Some(Subcommand::PurgeChain(command)) => cli
			.create_runner(command)?
			.sync_run(|config| command.run(config.database)),
		Some(Subcommand::Revert(command)) => cli.create_runner(command)?.async_run(|config| {
			let Partial {
				client,
				backend,
				task_manager,
				..
			} = service::new_partial(&config)?;
			Ok((
				command.run(client, backend, Some(Box::new(revert_consensus))),
				task_manager,
			))
		}),
		Some(Subcommand::ChainInfo(command)) => cli
			.create_runner(command)?
			.sync_run(|config| command.run::<Block>(&config)),
		#[cfg(feature = "runtime-benchmarks")]
		Some(Subcommand::Benchmark(command)) => crate::benchmarking::run(&cli, command),
	}
}

fn run_node(cli: &Cli, arguments: &RunArgs) -> Result<()> {
	let storage_monitor = arguments.storage_monitor.clone();
	cli.create_runner(&arguments.node)?
		.run_node_until_exit(|config| async move {
			service::start(config, storage_monitor).map_err(sc_cli::Error::Service)
		})
}

/// Consensus keeps data of its own beside the blocks: BABE its epochs, GRANDPA its set of
/// authorities. Both must follow when blocks go, or the node refuses the next ones.
fn revert_consensus(
	client: std::sync::Arc<service::FullClient>,
	backend: std::sync::Arc<service::FullBackend>,
	blocks: cairn_primitives::BlockNumber,
) -> Result<()> {
	sc_consensus_babe::revert(client.clone(), backend, blocks)?;
	sc_consensus_grandpa::revert(client, blocks)?;
	Ok(())
}
