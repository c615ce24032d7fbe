//! What the command line understands, and what it calls itself.

use cairn_node::cli::{Cli, Subcommand};
use clap::CommandFactory;
use sc_cli::{CliConfiguration, KeySubcommand, SubstrateCli};

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
