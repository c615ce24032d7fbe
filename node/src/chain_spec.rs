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

/// The chain of `--dev`.
pub fn development() -> Result<ChainSpec, String> {
	from_preset(
		DEV_RUNTIME_PRESET,
		"Cairn Development",
		"cairn_dev",
		ChainType::Development,
	)
}

/// The test network on one machine.
pub fn local_testnet() -> Result<ChainSpec, String> {
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

/// The runtime in this binary.
///
/// # Errors
///
/// A sentence that says why there is none, and how to get one.
pub fn runtime_code(binary: Option<&'static [u8]>) -> Result<&'static [u8], String> {
	binary.ok_or_else(|| {
		"This node was built without its WASM runtime (SKIP_WASM_BUILD was set), so it has no \
		built-in chain. Build it again without SKIP_WASM_BUILD, or name a chain specification that \
		carries a runtime: `--chain <file.json>`."
			.into()
	})
}

/// How wallets and explorers show accounts and amounts.
pub fn properties() -> Properties {
	let mut properties = Properties::new();
	properties.insert("tokenSymbol".into(), "CRN".into());
	properties.insert("tokenDecimals".into(), 12.into());
	properties.insert("ss58Format".into(), 42.into());
	properties
}
