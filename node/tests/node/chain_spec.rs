//! The chains that are built in, and those that come as files.

use cairn_node::chain_spec::{
	development, load, local_testnet, properties, runtime_code, ChainSpec,
};
use cairn_runtime::{opaque::Block, WASM_BINARY};
use sc_chain_spec::{get_extension, ChainType};
use sc_service::ChainSpec as _;
use sc_sync_state_rpc::LightSyncStateExtension;

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
