//! Chain specifications: which network a node joins.
//!
//! Genesis itself is made by the runtime's presets. This file adds what the runtime cannot know:
//! the chain's name, its identifier, how tools show its token, and where light clients may start.

use std::path::PathBuf;

use sc_chain_spec::{
	ChainSpecExtension, ChainType, GenericChainSpec, Properties, DEV_RUNTIME_PRESET,
	LOCAL_TESTNET_RUNTIME_PRESET,
};
use sc_sync_state_rpc::LightSyncStateExtension;
use serde::{Deserialize, Serialize};

use cairn_runtime::{opaque::Block, WASM_BINARY};

/// Names the network protocols. Chains with different genesis blocks are kept apart by the genesis
/// hash, which is part of every protocol name too.
const PROTOCOL_ID: &str = "cairn";

/// What a specification may carry beside genesis.
#[derive(Default, Clone, Serialize, Deserialize, ChainSpecExtension)]
#[serde(rename_all = "camelCase")]
pub struct Extensions {
	/// Where a light client may start instead of at genesis; `sync_state_genSyncSpec` fills it.
	pub light_sync_state: LightSyncStateExtension,
	/// Blocks every node must have on its chain: the way back from a fork that split the network.
	pub fork_blocks: sc_client_api::ForkBlocks<Block>,
	/// Blocks no node may import.
	pub bad_blocks: sc_client_api::BadBlocks<Block>,
}

/// A Cairn chain specification.
pub type ChainSpec = GenericChainSpec<Extensions>;

/// Finds the specification an operator means by `--chain <id>`.
///
/// - `dev`: one validator, Alice; what `--dev` uses.
/// - `local`: the test network on one machine. Also what an empty identifier means, because there
///   is no public network yet that could be the default, and commands which need some chain
///   without caring which one (such as `key generate-node-key`) ask for the empty identifier.
/// - anything else: the path of a JSON file.
pub fn load(id: &str) -> Result<Box<dyn sc_service::ChainSpec>, String> {
	let spec = match id {
		"dev" => development()?,
		"" | "local" => local_testnet()?,
		path => from_file(path)?,
	};
	Ok(Box::new(spec))
}

fn development() -> Result<ChainSpec, String> {
	from_preset(
		DEV_RUNTIME_PRESET,
		"Cairn Development",
		"cairn_dev",
		ChainType::Development,
	)
}

fn local_testnet() -> Result<ChainSpec, String> {
	from_preset(
		LOCAL_TESTNET_RUNTIME_PRESET,
		"Cairn Local Testnet",
		"cairn_local",
		ChainType::Local,
	)
}

fn from_preset(
	preset: &str,
	name: &str,
	id: &str,
	chain_type: ChainType,
) -> Result<ChainSpec, String> {
	let spec = ChainSpec::builder(runtime_code(WASM_BINARY)?, Extensions::default())
		.with_name(name)
		.with_id(id)
		.with_chain_type(chain_type)
		.with_protocol_id(PROTOCOL_ID)
		.with_properties(properties())
		.with_genesis_config_preset_name(preset)
		.build();
	Ok(spec)
}

fn from_file(path: &str) -> Result<ChainSpec, String> {
	ChainSpec::from_json_file(PathBuf::from(path)).map_err(|error| {
		format!(
			"There is no chain `{path}`: it is neither `dev` nor `local`, and cannot be read as \
			the JSON file of a chain specification. {error}"
		)
	})
}

/// The runtime in this binary, or why there is none.
fn runtime_code(binary: Option<&'static [u8]>) -> Result<&'static [u8], String> {
	binary.ok_or_else(|| {
		"This node was built without its WASM runtime (SKIP_WASM_BUILD was set), so it has no \
		built-in chain. Build it again without SKIP_WASM_BUILD, or name a chain specification that \
		carries a runtime: `--chain <file.json>`."
			.into()
	})
}

/// How wallets and explorers show accounts and amounts.
fn properties() -> Properties {
	let mut properties = Properties::new();
	properties.insert("tokenSymbol".into(), "CRN".into());
	properties.insert("tokenDecimals".into(), 12.into());
	properties.insert("ss58Format".into(), 42.into());
	properties
}

#[cfg(test)]
mod tests {
	use sc_chain_spec::get_extension;
	use sc_service::ChainSpec as _;

	use super::*;

	/// A specification without code, as far as a node reads it before it builds genesis.
	const BARE_SPEC: &str = r#"{
		"name": "Bare",
		"id": "bare",
		"chainType": "Live",
		"bootNodes": [],
		"telemetryEndpoints": null,
		"genesis": { "raw": { "top": {}, "childrenDefault": {} } }
	}"#;

	/// The built-in chains, or nothing when the WASM runtime was not built.
	fn built_in() -> Vec<ChainSpec> {
		match WASM_BINARY {
			Some(_) => vec![development().unwrap(), local_testnet().unwrap()],
			None => Vec::new(),
		}
	}

	#[test]
	fn both_presets_convert_to_plain_and_raw_json() {
		for spec in built_in() {
			for raw in [false, true] {
				let json = spec.as_json(raw).unwrap();
				let read = ChainSpec::from_json_bytes(json.into_bytes()).unwrap();
				assert_eq!(read.id(), spec.id());
				assert_eq!(read.name(), spec.name());
				assert_eq!(read.properties(), properties());
			}
		}
	}

	#[test]
	fn plain_and_raw_json_describe_the_same_genesis() {
		for spec in built_in() {
			let raw = ChainSpec::from_json_bytes(spec.as_json(true).unwrap().into_bytes()).unwrap();
			let top = |spec: &ChainSpec| spec.as_storage_builder().build_storage().unwrap().top;
			assert_eq!(top(&raw), top(&spec));
		}
	}

	#[test]
	fn the_chains_keep_their_identity() {
		if WASM_BINARY.is_none() {
			return;
		}
		let (dev, local) = (load("dev").unwrap(), load("local").unwrap());
		assert_eq!((dev.id(), dev.name()), ("cairn_dev", "Cairn Development"));
		assert_eq!(dev.chain_type(), ChainType::Development);
		assert_eq!(
			(local.id(), local.name()),
			("cairn_local", "Cairn Local Testnet")
		);
		assert_eq!(local.chain_type(), ChainType::Local);
		assert_eq!(load("").unwrap().id(), local.id());
		for spec in [dev, local] {
			assert_eq!(spec.protocol_id(), Some("cairn"));
			assert!(spec.boot_nodes().is_empty());
		}
	}

	#[test]
	fn the_token_has_the_decimals_the_runtime_counts_in() {
		let properties = properties();
		assert_eq!(properties["tokenSymbol"], "CRN");
		assert_eq!(properties["tokenDecimals"], 12);
		assert_eq!(properties["ss58Format"], 42);
	}

	#[test]
	fn a_node_without_its_runtime_says_how_to_get_one() {
		let error = runtime_code(None).unwrap_err();
		assert!(error.contains("SKIP_WASM_BUILD"), "{error}");
		assert!(error.contains("--chain"), "{error}");
	}

	/// `sync_state_genSyncSpec` refuses to start on a specification that lacks the extension.
	#[test]
	fn a_file_that_does_not_mention_the_extensions_still_has_them() {
		let spec = ChainSpec::from_json_bytes(BARE_SPEC.as_bytes()).unwrap();
		let light: Option<&LightSyncStateExtension> = get_extension(spec.extensions());
		assert_eq!(light, Some(&None));
	}

	#[test]
	fn bad_blocks_of_a_file_are_read() {
		let hash = format!("0x{}", "11".repeat(32));
		let json = BARE_SPEC.replacen('{', &format!(r#"{{ "badBlocks": ["{hash}"],"#), 1);
		let spec = ChainSpec::from_json_bytes(json.into_bytes()).unwrap();
		let bad: &sc_client_api::BadBlocks<Block> = get_extension(spec.extensions()).unwrap();
		assert_eq!(bad.as_ref().unwrap().len(), 1);
	}

	#[test]
	fn a_file_that_is_not_json_is_refused_by_name() {
		let path = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
		let error = load(path).err().unwrap();
		assert!(error.contains(path) && error.contains("parsing"), "{error}");
	}
}
