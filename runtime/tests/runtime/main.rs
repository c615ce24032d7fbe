//! Tests of the composition: what no pallet can test alone.

mod block;
mod budget;
mod claims;
mod composition;
mod deficits;
mod guardians;
mod invariants;
mod lots;
mod offences;
mod outage;
mod presets;
mod proxies;
mod tips;
mod treasury;

use cairn_math::Price;
use cairn_oracle::types::{Report, ReportedPrice};
use cairn_primitives::{oracle::sr25519::AuthoritySignature, Balance, FacilityId};
use cairn_runtime::{
	genesis_presets, AccountId, AssetId, Executive, Header, Oracle, Runtime, RuntimeCall,
	RuntimeGenesisConfig, System, UncheckedExtrinsic,
};
use cairn_vaults::types::{Adjustment, Limits};
use codec::Encode;
use frame_support::{
	genesis_builder_helper::{build_state, get_preset},
	traits::Get,
};
use frame_system::offchain::{CreateAuthorizedTransaction, CreateBare};
use serde_json::Value;
use sp_consensus_babe::{
	digests::{PreDigest, SecondaryPlainPreDigest},
	BABE_ENGINE_ID,
};
use sp_keyring::Sr25519Keyring;
use sp_runtime::{generic::DigestItem, traits::Header as _, Digest};

type TheReport = Report<<Runtime as cairn_oracle::Config>::MaxFeeds>;

/// The slot of the first block of tests.
const FIRST_SLOT: u64 = 600_000_000;

const GENESIS_HASH: sp_core::H256 = sp_core::H256::repeat_byte(7);

/// The JSON that a preset's patch makes of the default configuration.
fn genesis_json(preset: &str) -> Value {
	let parse = |json: Option<Vec<u8>>| -> Value {
		serde_json::from_slice(&json.expect("the preset exists")).expect("it is JSON")
	};
	let mut whole = parse(get_preset::<RuntimeGenesisConfig>(&None, |_| None));
	merge(
		&mut whole,
		parse(genesis_presets::get_preset(&preset.into())),
	);
	whole
}

fn merge(into: &mut Value, patch: Value) {
	match (into, patch) {
		(Value::Object(into), Value::Object(patch)) => {
			for (key, value) in patch {
				merge(into.entry(key).or_insert(Value::Null), value);
			}
		}
		(into, patch) => *into = patch,
	}
}

/// A chain at its genesis.
fn chain(genesis: &Value) -> sp_io::TestExternalities {
	let mut ext = sp_io::TestExternalities::default();
	ext.execute_with(|| {
		build_state::<RuntimeGenesisConfig>(genesis.to_string().into_bytes()).expect("it builds");
		// What the client does once it has a genesis block.
		frame_system::BlockHash::<Runtime>::insert(0, GENESIS_HASH);
	});
	ext
}

fn development() -> sp_io::TestExternalities {
	chain(&genesis_json(genesis_presets::DEVELOPMENT))
}

/// Executes the next block with the timestamp inherent and these transactions, and returns its
/// header. No slot was without a block.
fn block(transactions: Vec<UncheckedExtrinsic>) -> Header {
	let number = System::block_number() + 1;
	block_in_slot(FIRST_SLOT + u64::from(number), transactions)
}

/// The same in any later slot.
fn block_in_slot(slot: u64, transactions: Vec<UncheckedExtrinsic>) -> Header {
	open_block_in_slot(slot);
	for transaction in transactions {
		Executive::apply_extrinsic(transaction)
			.expect("it is valid")
			.expect("it succeeds");
	}
	let header = Executive::finalize_block();
	cairn_runtime::invariants::check().expect("the books are right");
	header
}

/// Begins the next block, up to the first transaction.
fn open_block() {
	let number = System::block_number() + 1;
	open_block_in_slot(FIRST_SLOT + u64::from(number));
}

fn open_block_in_slot(slot: u64) {
	let number = System::block_number() + 1;
	let pre_digest = PreDigest::SecondaryPlain(SecondaryPlainPreDigest {
		authority_index: 0,
		slot: slot.into(),
	});
	let digest = Digest {
		logs: vec![DigestItem::PreRuntime(BABE_ENGINE_ID, pre_digest.encode())],
	};
	let parent = if number == 1 {
		GENESIS_HASH
	} else {
		System::parent_hash()
	};
	let header = Header::new(
		number,
		Default::default(),
		Default::default(),
		parent,
		digest,
	);
	Executive::initialize_block(&header);
	let now = slot * cairn_runtime::units::SLOT_MILLISECONDS;
	let timestamp = <Runtime as CreateBare<RuntimeCall>>::create_bare(RuntimeCall::Timestamp(
		pallet_timestamp::Call::set { now },
	));
	Executive::apply_extrinsic(timestamp).unwrap().unwrap();
}

/// A report of all feeds by Alice for the round of the last block, signed for this chain.
fn report(cents: &[(AssetId, u128)]) -> UncheckedExtrinsic {
	let (report, signature) = signed_report(Sr25519Keyring::Alice, cents);
	let call = cairn_oracle::Call::report { report, signature };
	authorized(call)
}

/// The transaction that needs no signer.
fn authorized(call: cairn_oracle::Call<Runtime>) -> UncheckedExtrinsic {
	<Runtime as CreateAuthorizedTransaction<RuntimeCall>>::create_authorized_transaction(
		RuntimeCall::Oracle(call),
	)
}

/// What a validator signs when it sees these prices in cents after the last block.
fn signed_report(
	who: Sr25519Keyring,
	cents: &[(AssetId, u128)],
) -> (TheReport, AuthoritySignature) {
	let feeds = cairn_oracle::ReportedFeeds::<Runtime>::get();
	let mut prices: Vec<_> = cents
		.iter()
		.map(|(asset, cents)| ReportedPrice {
			feed: feeds
				.iter()
				.find(|feed| feed.asset == *asset)
				.expect("it is reported")
				.id,
			price: Price::new(cents * 10u128.pow(16)).unwrap(),
			confidence: 0,
			sources: 3,
		})
		.collect();
	prices.sort_by_key(|price| price.feed);
	let key = who.public().into();
	let authority_index = cairn_oracle::Authorities::<Runtime>::get()
		.iter()
		.position(|authority| *authority == key)
		.expect("it is a validator") as u32;
	let report = TheReport {
		set_id: cairn_oracle::SetId::<Runtime>::get(),
		round: Oracle::current_round(),
		authority_index,
		prices: prices.try_into().unwrap(),
	};
	let genesis = System::block_hash(0);
	let signature = who.sign(&report.payload(&genesis)).into();
	(report, signature)
}

/// Opens a vault with these legs, and borrows against them.
fn opening(facility: FacilityId, legs: &[(AssetId, Balance)], borrow: Balance) -> RuntimeCall {
	let adjustment = Adjustment {
		deposit: legs.to_vec().try_into().unwrap(),
		borrow,
		..Default::default()
	};
	RuntimeCall::Vaults(cairn_vaults::Call::open {
		facility,
		adjustment,
		limits: Limits::default(),
	})
}

fn dispatch(who: Sr25519Keyring, call: impl Into<RuntimeCall>) -> sp_runtime::DispatchResult {
	use sp_runtime::traits::Dispatchable;
	let origin = cairn_runtime::RuntimeOrigin::signed(account(who));
	call.into()
		.dispatch(origin)
		.map(|_| ())
		.map_err(|error| error.error)
}

fn account(who: Sr25519Keyring) -> AccountId {
	who.to_account_id()
}

/// Weight of a whole block.
fn max_block() -> frame_support::weights::Weight {
	<cairn_runtime::configs::system::BlockWeights as Get<frame_system::limits::BlockWeights>>::get()
		.max_block
}
