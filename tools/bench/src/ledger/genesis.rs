//! The genesis state of a chain to measure on.

use super::{
	accounts::{owner_account, owners, session_keys},
	debug,
	market::{collaterals_of, report_natively, worth, Market, COLLATERALS},
	DEBT_ASSET,
};
use crate::{spec::grouped, Result, Spec};
use cairn_oracle::types::GenesisFeedKind;
use cairn_primitives::{
	AccountId, AssetId, Balance, BalanceSheet, Issuance, LiquidationLots, MintReason, Moment,
	QuoteStatus, Seizure,
};
use cairn_runtime::{
	configs::collateral::Custody,
	genesis_presets,
	units::{CRN, CUSD, SLOT_MILLISECONDS},
	Assets, Auctions, Balances, Oracle, Runtime, RuntimeCall, RuntimeGenesisConfig, RuntimeOrigin,
	StartOfBlock, Treasury,
};
use cairn_vaults::types::{Adjustment, FacilityTerms, Limits};
use frame_support::{
	genesis_builder_helper::get_preset,
	traits::{fungible::Mutate as _, fungibles::Mutate as _, PostInherents},
};
use rand_chacha::{
	rand_core::{RngCore, SeedableRng},
	ChaCha8Rng,
};
use sp_core::storage::Storage;
use sp_runtime::{traits::Dispatchable, BuildStorage};
use sp_state_machine::BasicExternalities;

/// The slot of the genesis state. That of a block is its number more.
pub const GENESIS_SLOT: u64 = 600_000_000;

/// Up to so many vaults, all invariants are checked after set-up.
const CHECKED: u32 = 100_000;

/// The time of a slot.
pub fn time_of(slot: u64) -> Moment {
	slot * SLOT_MILLISECONDS
}

/// The genesis state of `spec`, but for the runtime's code. Vaults and prices have come into being
/// as on a running chain, by dispatching calls, and the books are checked.
pub fn genesis(spec: &Spec) -> Result<Storage> {
	let config = genesis_config(spec)?;
	let facility = config
		.vaults
		.facilities
		.first()
		.ok_or("no facility")?
		.clone();
	let mut storage = config.build_storage()?;
	BasicExternalities::execute_with_storage(&mut storage, || -> Result<()> {
		pallet_timestamp::Now::<Runtime>::put(time_of(GENESIS_SLOT));
		report_natively(Market::STILL, 0)?;
		start_of_block();
		for (asset, quote) in Oracle::quotes() {
			if quote.status != QuoteStatus::Live {
				return Err(format!("the quote of {asset:?} is {:?}", quote.status).into());
			}
		}
		open_vaults(spec, &facility)?;
		put_up_lots(spec.lots)?;
		if spec.vaults <= CHECKED {
			check_invariants()?;
		}
		Ok(())
	})?;
	Ok(storage)
}

/// Whether the books are right.
pub fn check_invariants() -> Result<()> {
	cairn_runtime::invariants::check().map_err(Into::into)
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

fn open_vaults(spec: &Spec, facility: &FacilityTerms<Runtime>) -> Result<()> {
	let owners = owners(spec.vaults);
	let mut random = ChaCha8Rng::seed_from_u64(1);
	let accounts: Vec<AccountId> = (0..owners).map(owner_account).collect();
	for (owner, account) in (0..owners).zip(&accounts) {
		Balances::mint_into(account, 1_000 * CRN).map_err(debug)?;
		for at in collaterals_of(owner, spec.legs) {
			let (id, ..) = COLLATERALS[at];
			let amount = worth(&AssetId::WithId(id), 1e6);
			Assets::mint_into(id, account, amount).map_err(debug)?;
		}
	}
	for vault in 0..spec.vaults {
		let owner = vault % owners;
		let (low, high) = spec.health;
		let health = low + (high - low) * uniform(&mut random);
		let debt = 200.0 + 1_800.0 * uniform(&mut random);
		let mut deposit = Vec::new();
		for at in collaterals_of(owner, spec.legs) {
			let asset = AssetId::WithId(COLLATERALS[at].0);
			let terms = facility.collaterals.iter().find(|c| c.asset == asset);
			let factor = terms.ok_or("not accepted")?.liquidation_factor;
			let factor = f64::from(factor.deconstruct()) / 1e9;
			let amount = worth(&asset, health * debt / f64::from(spec.legs) / factor);
			deposit.push((asset, amount));
		}
		let adjustment = Adjustment {
			deposit: deposit.try_into().map_err(|_| "too many legs")?,
			borrow: (debt * CUSD as f64) as Balance,
			..Default::default()
		};
		let call = RuntimeCall::Vaults(cairn_vaults::Call::open {
			facility: 0,
			adjustment,
			limits: Limits::default(),
		});
		let account = accounts[owner as usize].clone();
		call.dispatch(RuntimeOrigin::signed(account))
			.map_err(debug)?;
		if vault % 100_000 == 99_999 {
			eprintln!("    {} vaults opened", grouped(vault + 1));
		}
	}
	// One with nothing in it.
	let call = RuntimeCall::Vaults(cairn_vaults::Call::open {
		facility: 0,
		adjustment: Adjustment::default(),
		limits: Limits::default(),
	});
	let account = accounts.into_iter().next().ok_or("there are no owners")?;
	call.dispatch(RuntimeOrigin::signed(account))
		.map_err(debug)?;
	Ok(())
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
	let holder = owner_account(0);
	Treasury::mint(&DEBT_ASSET, &holder, debt, MintReason::Borrow).map_err(debug)?;
	<Treasury as BalanceSheet<AssetId>>::debt_seized(&DEBT_ASSET, debt);
	let collateral = seizure.collateral * Balance::from(lots);
	if collateral > 0 {
		Assets::mint_into(id, &Custody::get(), collateral).map_err(debug)?;
	}
	for number in 0..lots {
		let facility = 1_000_000 + number;
		let lot = Auctions::current_lot(facility, &asset);
		Auctions::put_up(lot, facility, &DEBT_ASSET, &asset, seizure);
	}
	Ok(())
}
