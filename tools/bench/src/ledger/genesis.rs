//! The genesis state of a chain to measure on.

use super::{
	accounts::session_keys,
	debug,
	market::{report_natively, worth, Market, COLLATERALS},
	population::{Population, Rows},
	DEBT_ASSET,
};
use crate::{Result, Spec};
use cairn_oracle::types::GenesisFeedKind;
use cairn_primitives::{
	AssetId, Balance, BalanceSheet, Issuance, LiquidationLots, MintReason, Moment, QuoteStatus,
	Seizure,
};
use cairn_runtime::{
	configs::collateral::Custody,
	genesis_presets,
	units::{CRN, CUSD, SLOT_MILLISECONDS},
	Assets, Auctions, Oracle, Runtime, RuntimeGenesisConfig, StartOfBlock, Treasury,
};
use frame_support::{
	genesis_builder_helper::get_preset,
	traits::{fungibles::Mutate as _, PostInherents},
};
use rand_chacha::{rand_core::RngCore, ChaCha8Rng};
use sp_core::storage::Storage;
use sp_keyring::Sr25519Keyring;
use sp_runtime::BuildStorage;
use sp_state_machine::BasicExternalities;

/// The slot of the genesis state. That of a block is its number more.
pub const GENESIS_SLOT: u64 = 600_000_000;

/// The time of a slot.
pub fn time_of(slot: u64) -> Moment {
	slot * SLOT_MILLISECONDS
}

/// The genesis state of `spec`, but for the runtime's code. Its books are not checked yet.
pub fn genesis(spec: &Spec) -> Result<Storage> {
	genesis_with(spec, Population::write)
}

/// The genesis state of `spec` with the vaults that `populate` makes: it changes the state, and returns
/// rows to add to it.
pub fn genesis_with(
	spec: &Spec,
	populate: impl FnOnce(&Population) -> Result<Rows>,
) -> Result<Storage> {
	let mut storage = genesis_config(spec)?.build_storage()?;
	let mut rows = BasicExternalities::execute_with_storage(&mut storage, || -> Result<Rows> {
		pallet_timestamp::Now::<Runtime>::put(time_of(GENESIS_SLOT));
		report_natively(Market::STILL, 0)?;
		start_of_block();
		for (asset, quote) in Oracle::quotes() {
			if quote.status != QuoteStatus::Live {
				return Err(format!("the quote of {asset:?} is {:?}", quote.status).into());
			}
		}
		put_up_lots(spec.lots)?;
		populate(&Population::of(spec)?)
	})?;
	storage.top.append(&mut rows);
	Ok(storage)
}

/// The number of the first book that lots of a [`Spec`] come from. There is no such facility.
const BOOKS: u32 = 1_000_000;

/// Whether the books are right, by all invariants of the runtime. Lots of a [`Spec`] came from no vaults,
/// so no vaults have claims on them: on a chain with such lots, claims are not compared.
pub fn check_invariants() -> Result<()> {
	let by_hand = cairn_auctions::Lots::<Runtime>::iter_values().any(|lot| lot.facility >= BOOKS);
	let check = if by_hand {
		cairn_runtime::invariants::books
	} else {
		cairn_runtime::invariants::check
	};
	check().map_err(Into::into)
}

/// Whether the books of a state are right.
pub fn check_state(storage: Storage) -> Result<()> {
	BasicExternalities::new(storage).execute_with(check_invariants)
}

/// The `development` preset with room for any number of vaults, and with the validators and feeds
/// of `spec`.
fn genesis_config(spec: &Spec) -> Result<RuntimeGenesisConfig> {
	let parse = |json: Option<Vec<u8>>| -> Result<serde_json::Value> {
		Ok(serde_json::from_slice(&json.ok_or("no preset")?)?)
	};
	let mut whole = parse(get_preset::<RuntimeGenesisConfig>(&None, |_| None))?;
	let preset = genesis_presets::DEVELOPMENT.into();
	merge(&mut whole, parse(genesis_presets::get_preset(&preset))?);
	let mut config: RuntimeGenesisConfig = serde_json::from_str(&whole.to_string())?;

	for facility in &mut config.vaults.facilities {
		facility.ceiling = 1_000_000_000_000 * CUSD;
		facility.fill_limit = facility.ceiling;
		for collateral in facility.collaterals.iter_mut() {
			collateral.cap = Balance::MAX / 1_000_000;
		}
	}
	for (_, policy) in &mut config.treasury.policies {
		policy.growth = None;
	}
	if spec.validators > 1 {
		config.session.keys = (0..spec.validators).map(session_keys).collect();
		let accounts = config.session.keys.iter().map(|keys| keys.0.clone());
		let endowed: Vec<_> = accounts.map(|who| (who, 1_000 * CRN)).collect();
		config.balances.balances.extend(endowed);
	}
	let reported = |kind: &GenesisFeedKind| matches!(kind, GenesisFeedKind::Reported { .. });
	let feeds = &mut config.oracle.feeds;
	let count = feeds.iter().filter(|feed| reported(&feed.feed)).count() as u32;
	let model = feeds.iter().rfind(|feed| reported(&feed.feed)).cloned();
	let model = model.ok_or("no feed is reported")?;
	feeds.extend((count..spec.feeds).map(|number| {
		let mut feed = model.clone();
		feed.asset = AssetId::WithId(1_000 + number);
		feed
	}));
	Ok(config)
}

fn merge(into: &mut serde_json::Value, patch: serde_json::Value) {
	use serde_json::Value;
	match (into, patch) {
		(Value::Object(into), Value::Object(patch)) => {
			for (key, value) in patch {
				merge(into.entry(key).or_insert(Value::Null), value);
			}
		}
		(into, patch) => *into = patch,
	}
}

/// What the runtime does before the first transaction of a block.
pub fn start_of_block() {
	StartOfBlock::post_inherents();
}

/// Uniformly from nothing to one.
pub fn uniform(random: &mut ChaCha8Rng) -> f64 {
	(random.next_u64() >> 11) as f64 / (1u64 << 53) as f64
}

/// Lots as enforcement would put them up, each of a facility of its own, since there is one lot a
/// block for each facility and collateral.
fn put_up_lots(lots: u32) -> Result<()> {
	let (id, ..) = COLLATERALS[2];
	let asset = AssetId::WithId(id);
	let seizure = Seizure {
		collateral: worth(&asset, 900.0),
		debt: 600 * CUSD,
		fee: 12 * CUSD,
	};
	let debt = seizure.debt * Balance::from(lots);
	// No owner of vaults: their rows are written as if they had nothing else.
	let holder = Sr25519Keyring::Alice.to_account_id();
	Treasury::mint(&DEBT_ASSET, &holder, debt, MintReason::Borrow).map_err(debug)?;
	<Treasury as BalanceSheet<AssetId>>::debt_seized(&DEBT_ASSET, debt);
	let collateral = seizure.collateral * Balance::from(lots);
	if collateral > 0 {
		Assets::mint_into(id, &Custody::get(), collateral).map_err(debug)?;
	}
	for number in 0..lots {
		let facility = BOOKS + number;
		let lot = Auctions::current_lot(facility, &asset);
		Auctions::put_up(lot, facility, &DEBT_ASSET, &asset, seizure);
	}
	Ok(())
}
