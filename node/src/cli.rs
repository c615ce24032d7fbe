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
