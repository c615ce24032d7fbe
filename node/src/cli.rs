//! The command line: which commands exist and what the binary calls itself.

use sc_cli::{
	BuildSpecCmd, ChainInfoCmd, ChainSpec, CheckBlockCmd, ExportBlocksCmd, ExportChainSpecCmd,
	ImportBlocksCmd, KeySubcommand, PurgeChainCmd, RevertCmd, RunCmd, SubstrateCli,
};
use sc_storage_monitor::StorageMonitorParams;

use crate::chain_spec;

/// The arguments of a node that takes part in the network.
#[derive(Debug, clap::Args)]
pub struct RunArgs {
	#[command(flatten)]
	pub node: RunCmd,

	#[command(flatten)]
	pub storage_monitor: StorageMonitorParams,
}

/// The whole command line. Without a subcommand the node runs.
#[derive(Debug, clap::Parser)]
pub struct Cli {
	#[command(subcommand)]
	pub subcommand: Option<Subcommand>,

	#[command(flatten)]
	pub run: RunArgs,
}

#[derive(Debug, clap::Subcommand)]
pub enum Subcommand {
	/// Run the node. The same as giving no subcommand.
	Run(Box<RunArgs>),

	/// Print a chain specification as JSON, with a default boot node, plain or raw.
	BuildSpec(BuildSpecCmd),

	/// Write a chain specification as JSON to a file or to the standard output, plain or raw.
	ExportChainSpec(ExportChainSpecCmd),

	/// Generate, inspect and insert keys.
	#[command(subcommand)]
	Key(KeySubcommand),

	/// Execute a block of the database again and check it.
	CheckBlock(CheckBlockCmd),

	/// Write blocks to a file or to the standard output.
	ExportBlocks(ExportBlocksCmd),

	/// Read blocks from a file or from the standard input, and import them.
	ImportBlocks(ImportBlocksCmd),

	/// Delete the database of a chain. Keys stay.
	PurgeChain(PurgeChainCmd),

	/// Undo the last blocks that are not final.
	Revert(RevertCmd),

	/// Print the best, the final and the genesis block of the database.
	ChainInfo(ChainInfoCmd),

	/// Measure the runtime and the machine, and write weights.
	#[cfg(feature = "runtime-benchmarks")]
	#[command(subcommand)]
	Benchmark(frame_benchmarking_cli::BenchmarkCmd),
}

impl SubstrateCli for Cli {
	fn impl_name() -> String {
		"Cairn Node".into()
	}

	fn impl_version() -> String {
		env!("SUBSTRATE_CLI_IMPL_VERSION").into()
	}

	fn description() -> String {
		env!("CARGO_PKG_DESCRIPTION").into()
	}

	fn author() -> String {
		"the Cairn developers".into()
	}

	fn support_url() -> String {
		concat!(env!("CARGO_PKG_REPOSITORY"), "/issues").into()
	}

	fn copyright_start_year() -> i32 {
		2026
	}

	fn load_spec(&self, id: &str) -> Result<Box<dyn ChainSpec>, String> {
		chain_spec::load(id)
	}
}

#[cfg(test)]
mod tests {
	use clap::CommandFactory;
	use sc_cli::CliConfiguration;

	use super::*;

	fn parse(arguments: &[&str]) -> Cli {
		let command_line = std::iter::once("cairn-node").chain(arguments.iter().copied());
		<Cli as SubstrateCli>::try_from_iter(command_line)
			.unwrap_or_else(|error| panic!("{arguments:?} is refused: {error}"))
	}

	#[test]
	fn no_two_arguments_collide() {
		Cli::setup_command(Cli::command()).debug_assert();
	}

	#[test]
	fn every_subcommand_parses() {
		use Subcommand::*;

		assert!(matches!(parse(&["run", "--dev"]).subcommand, Some(Run(_))));
		assert!(matches!(
			parse(&["build-spec", "--raw"]).subcommand,
			Some(BuildSpec(_))
		));
		assert!(matches!(
			parse(&["export-chain-spec", "--chain", "dev", "--raw"]).subcommand,
			Some(ExportChainSpec(_))
		));
		assert!(matches!(
			parse(&["key", "generate-node-key"]).subcommand,
			Some(Key(KeySubcommand::GenerateNodeKey(_)))
		));
		assert!(matches!(
			parse(&["key", "insert", "--key-type", "babe", "--scheme", "sr25519"]).subcommand,
			Some(Key(KeySubcommand::Insert(_)))
		));
		assert!(matches!(
			parse(&["check-block", "7"]).subcommand,
			Some(CheckBlock(_))
		));
		assert!(matches!(
			parse(&["export-blocks", "--from", "1", "--to", "9", "blocks.json"]).subcommand,
			Some(ExportBlocks(_))
		));
		assert!(matches!(
			parse(&["import-blocks", "blocks.json"]).subcommand,
			Some(ImportBlocks(_))
		));
		assert!(matches!(
			parse(&["purge-chain", "--dev", "-y"]).subcommand,
			Some(PurgeChain(_))
		));
		assert!(matches!(
			parse(&["revert", "5"]).subcommand,
			Some(Revert(_))
		));
		assert!(matches!(
			parse(&["chain-info"]).subcommand,
			Some(ChainInfo(_))
		));
	}

	#[cfg(feature = "runtime-benchmarks")]
	#[test]
	fn every_benchmark_parses() {
		use frame_benchmarking_cli::BenchmarkCmd::*;

		let benchmark = |arguments: &[&str]| match parse(arguments).subcommand {
			Some(Subcommand::Benchmark(command)) => command,
			other => panic!("{arguments:?} is no benchmark but {other:?}"),
		};
		assert!(matches!(
			benchmark(&["benchmark", "pallet", "--list"]),
			Pallet(_)
		));
		assert!(matches!(
			benchmark(&["benchmark", "storage", "--state-version", "1"]),
			Storage(_)
		));
		assert!(matches!(benchmark(&["benchmark", "overhead"]), Overhead(_)));
		assert!(matches!(
			benchmark(&["benchmark", "extrinsic", "--list"]),
			Extrinsic(_)
		));
		assert!(matches!(
			benchmark(&["benchmark", "block", "--from", "1", "--to", "2"]),
			Block(_)
		));
		assert!(matches!(benchmark(&["benchmark", "machine"]), Machine(_)));
	}

	#[test]
	fn the_node_runs_without_a_subcommand() {
		let cli = parse(&["--validator", "--chain", "local", "--name", "one"]);
		assert!(cli.subcommand.is_none());
		assert!(cli.run.node.validator);
	}

	#[test]
	fn the_dev_flag_makes_a_validator_of_the_dev_chain() {
		let cli = parse(&["--dev"]);
		let node = &cli.run.node;
		assert_eq!(node.chain_id(node.is_dev().unwrap()).unwrap(), "dev");
		assert!(node.role(true).unwrap().is_authority());
		assert!(node.force_authoring().unwrap());
	}

	#[test]
	fn a_full_disk_stops_the_node_before_it_corrupts_the_database() {
		assert_eq!(parse(&["--dev"]).run.storage_monitor.threshold, 1024);
		assert_eq!(
			parse(&["--db-storage-threshold", "0"])
				.run
				.storage_monitor
				.threshold,
			0
		);
	}

	#[test]
	fn both_network_backends_can_be_chosen() {
		use sc_cli::NetworkBackendType;

		for (name, backend) in [
			("libp2p", NetworkBackendType::Libp2p),
			("litep2p", NetworkBackendType::Litep2p),
		] {
			let cli = parse(&["--network-backend", name]);
			assert_eq!(cli.run.node.network_params.network_backend, backend);
		}
	}

	#[test]
	fn a_chain_that_does_not_exist_is_refused_by_name() {
		let error = parse(&[]).load_spec("no-such-chain.json").err().unwrap();
		for part in ["no-such-chain.json", "`dev`", "`local`"] {
			assert!(error.contains(part), "{part} is missing in: {error}");
		}
	}
}
