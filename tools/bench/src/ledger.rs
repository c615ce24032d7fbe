//! All that the benchmarks know of Cairn's own pallets. When a pallet changes, this is the file to
//! change with it.
//!
//! Functions that read or write state run the native runtime, within externalities that the caller
//! sets: those of a genesis state in the making, or of a block in the database.

use crate::{spec::grouped, Result, Spec};
use cairn_math::{FixedU128, Price};
use cairn_oracle::types::{GenesisFeedKind, Report, ReportedPrice};
use cairn_primitives::{
	AccountId, AssetId, Balance, BalanceSheet, Hash, Issuance, LiquidationLots, LotId, MintReason,
	Moment, QuoteStatus, Seizure, VaultId,
};
use cairn_runtime::{
	configs::collateral::Custody,
	genesis_presets,
	units::{CRN, CUSD, SLOT_MILLISECONDS},
	Assets, Auctions, Balances, Oracle, Runtime, RuntimeCall, RuntimeEvent, RuntimeGenesisConfig,
	RuntimeOrigin, SessionKeys, StartOfBlock, System, Treasury, TxExtension, UncheckedExtrinsic,
};
use cairn_vaults::types::{Adjustment, FacilityTerms, Guard, Limits};
use codec::{Decode, DecodeAll, Encode};
use frame_support::{
	dispatch::DispatchClass,
	genesis_builder_helper::get_preset,
	traits::{
		fungible::Mutate as _, fungibles::Mutate as _, PostInherents, UnfilteredDispatchable,
	},
	view_functions::{ViewFunction, ViewFunctionId},
};
use frame_system::{offchain::CreateAuthorizedTransaction, CheckNonce, RawOrigin};
use rand_chacha::{
	rand_core::{RngCore, SeedableRng},
	ChaCha8Rng,
};
use sp_core::{ed25519, sr25519, storage::Storage, Pair};
use sp_keyring::Sr25519Keyring;
use sp_runtime::{
	generic::SignedPayload,
	traits::{Dispatchable, IdentifyAccount},
	BuildStorage, MultiAddress, MultiSignature, MultiSigner,
};
use sp_state_machine::BasicExternalities;
use std::collections::HashMap;

/// The slot of the genesis state. That of a block is its number more.
pub const GENESIS_SLOT: u64 = 600_000_000;

/// Up to so many vaults, all invariants are checked after set-up.
const CHECKED: u32 = 100_000;

/// Vaults of one owner.
const VAULTS_OF_AN_OWNER: u32 = 4;

const DEBT_ASSET: AssetId = AssetId::WithId(1);

/// The collaterals of vaults, with whole dollars a token and decimals.
const COLLATERALS: [(u32, f64, i32); 3] = [(4, 60_000.0, 8), (3, 3_000.0, 18), (2, 6.0, 10)];

/// What everything costs: the prices of the preset's assets, with those of BTC, ETH and DOT each
/// multiplied by something.
#[derive(Clone, Copy, Debug)]
pub struct Market(pub [f64; 3]);

impl Market {
	/// Where all chains start.
	pub const STILL: Self = Self::all(1.0);

	/// All volatile prices multiplied by `factor`.
	pub const fn all(factor: f64) -> Self {
		Self([factor; 3])
	}

	fn usd(&self, asset: &AssetId) -> f64 {
		let AssetId::WithId(id) = asset else {
			return 0.5;
		};
		let volatile = COLLATERALS.iter().zip(self.0).find(|(c, _)| c.0 == *id);
		volatile.map_or(1.0, |((_, usd, _), factor)| usd * factor)
	}

	/// What validator `index` reports: each sees prices a little differently.
	fn price(&self, asset: &AssetId, index: u32) -> Result<Price> {
		let usd = self.usd(asset) * (1.0 + f64::from(index % 11) * 1e-6);
		Price::new((usd * 1e18) as u128).ok_or_else(|| format!("{usd} is no price").into())
	}
}

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

// Keys and accounts.

fn seed(role: &str, number: u32) -> [u8; 32] {
	sp_io::hashing::blake2_256(&(role, number).encode())
}

fn validator_pair(number: u32) -> sr25519::Pair {
	sr25519::Pair::from_seed(&seed("validator", number))
}

fn session_keys(number: u32) -> (AccountId, AccountId, SessionKeys) {
	let key = validator_pair(number).public();
	let account = account_of(key);
	let keys = SessionKeys {
		babe: key.into(),
		grandpa: ed25519::Pair::from_seed(&seed("validator", number))
			.public()
			.into(),
		authority_discovery: key.into(),
		oracle: key.into(),
	};
	(account.clone(), account, keys)
}

fn account_of(key: sr25519::Public) -> AccountId {
	MultiSigner::from(key).into_account()
}

/// How many owners there are.
pub fn owners(vaults: u32) -> u32 {
	vaults.div_ceil(VAULTS_OF_AN_OWNER)
}

/// The key of an owner, who has vaults `owner`, `owner + owners`, and so on.
pub fn owner_pair(owner: u32) -> sr25519::Pair {
	sr25519::Pair::from_seed(&seed("owner", owner))
}

/// The account of an owner.
pub fn owner_account(owner: u32) -> AccountId {
	account_of(owner_pair(owner).public())
}

/// Positions in [`COLLATERALS`] of what an owner's vaults hold.
fn collaterals_of(owner: u32, legs: u32) -> impl Iterator<Item = usize> {
	let first = if legs == 1 { owner as usize % 3 } else { 0 };
	first..first + legs.min(3) as usize
}

/// The asset of which an owner of one-legged vaults has some to spare.
pub fn collateral_asset(owner: u32) -> AssetId {
	AssetId::WithId(COLLATERALS[owner as usize % 3].0)
}

/// So much of a collateral as so many dollars buy when the chain starts.
pub fn worth(asset: &AssetId, usd: f64) -> Balance {
	let found = COLLATERALS.iter().find(|c| AssetId::WithId(c.0) == *asset);
	found.map_or(0, |(_, price, decimals)| {
		(usd / price * 10f64.powi(*decimals)) as Balance
	})
}

// Vaults and lots.

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

// Reports.

type OracleReport = Report<<Runtime as cairn_oracle::Config>::MaxFeeds>;

fn report_of(index: u32, market: Market, round: u32) -> Result<OracleReport> {
	let mut prices = Vec::new();
	for feed in cairn_oracle::ReportedFeeds::<Runtime>::get() {
		let price = market.price(&feed.asset, index)?;
		prices.push(ReportedPrice {
			feed: feed.id,
			price,
			confidence: price.raw() / 100_000,
			sources: 3,
		});
	}
	Ok(Report {
		set_id: cairn_oracle::SetId::<Runtime>::get(),
		round,
		authority_index: index,
		prices: prices.try_into().map_err(|_| "too many feeds")?,
	})
}

/// Reports of all validators for `round`, stored as if their transactions had been let in.
pub fn report_natively(market: Market, round: u32) -> Result<()> {
	let validators = cairn_oracle::Authorities::<Runtime>::get().len() as u32;
	for index in 0..validators {
		let call = cairn_oracle::Call::<Runtime>::report {
			report: report_of(index, market, round)?,
			signature: sr25519::Signature::default().into(),
		};
		call.dispatch_bypass_filter(RawOrigin::Authorized.into())
			.map_err(debug)?;
	}
	Ok(())
}

/// The transactions by which all validators report in the block after the present one.
pub fn reports(market: Market, genesis: Hash) -> Result<Vec<UncheckedExtrinsic>> {
	let authorities = cairn_oracle::Authorities::<Runtime>::get();
	let pairs = (0..authorities.len() as u32).map(validator_pair);
	let pairs: HashMap<_, _> = pairs
		.chain([Sr25519Keyring::Alice.pair()])
		.map(|pair| (pair.public().0, pair))
		.collect();
	let mut transactions = Vec::new();
	for (index, authority) in (0u32..).zip(&authorities) {
		let key = sr25519::Public::from(authority.clone());
		let pair = pairs.get(&key.0).ok_or("a validator's key is unknown")?;
		let report = report_of(index, market, System::block_number() + 1)?;
		let signature = pair.sign(&report.payload(&genesis)).into();
		let call = RuntimeCall::Oracle(cairn_oracle::Call::report { report, signature });
		transactions.push(
			<Runtime as CreateAuthorizedTransaction<RuntimeCall>>::create_authorized_transaction(
				call,
			),
		);
	}
	Ok(transactions)
}

/// What the chain takes BTC to cost, in dollars.
pub fn price_of_bitcoin() -> Option<f64> {
	let quote = Oracle::quote(AssetId::WithId(COLLATERALS[0].0))?;
	Some(quote.price.raw() as f64 / 1e18)
}

// Transactions.

/// A transaction of `owner` for the block after the present one.
pub fn signed(owner: u32, call: RuntimeCall) -> Result<UncheckedExtrinsic> {
	let pair = owner_pair(owner);
	let account = account_of(pair.public());
	let mut extension: TxExtension =
		<Runtime as CreateAuthorizedTransaction<RuntimeCall>>::create_extension();
	extension.6 = CheckNonce::from(System::account_nonce(&account));
	let payload = SignedPayload::new(call, extension).map_err(debug)?;
	let signature: MultiSignature = payload.using_encoded(|bytes| pair.sign(bytes)).into();
	let (call, extension, _) = payload.deconstruct();
	Ok(UncheckedExtrinsic::new_signed(
		call,
		MultiAddress::Id(account),
		signature,
		extension,
	))
}

/// Moves a thousandth of a CRN to another owner.
pub fn transfer_keep_alive(to: u32) -> RuntimeCall {
	RuntimeCall::Balances(pallet_balances::Call::transfer_keep_alive {
		dest: MultiAddress::Id(owner_account(to)),
		value: CRN / 1_000,
	})
}

/// What an `adjust` does. Each is for a vault of one leg.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Movement {
	/// Deposits collateral and borrows against it.
	DepositAndBorrow,
	/// Deposits collateral.
	Deposit,
	/// Borrows.
	Borrow,
	/// Repays part of the debt.
	Repay,
}

impl Movement {
	/// All of them, the one that does most first.
	pub const ALL: [Self; 4] = [
		Self::DepositAndBorrow,
		Self::Deposit,
		Self::Borrow,
		Self::Repay,
	];

	/// Its name in results.
	pub fn name(self) -> &'static str {
		match self {
			Self::DepositAndBorrow => "deposit+borrow",
			Self::Deposit => "deposit",
			Self::Borrow => "borrow",
			Self::Repay => "repay",
		}
	}
}

/// Adjusts the first vault of `owner`.
pub fn adjust(owner: u32, movement: Movement) -> Result<RuntimeCall> {
	let asset = collateral_asset(owner);
	let deposit = vec![(asset.clone(), worth(&asset, 100.0))];
	let deposit = deposit.try_into().map_err(|_| "too many legs")?;
	let adjustment = match movement {
		Movement::DepositAndBorrow => Adjustment {
			deposit,
			borrow: 20 * CUSD,
			..Default::default()
		},
		Movement::Deposit => Adjustment {
			deposit,
			..Default::default()
		},
		Movement::Borrow => Adjustment {
			borrow: 2 * CUSD,
			..Default::default()
		},
		Movement::Repay => Adjustment {
			repay: 20 * CUSD,
			..Default::default()
		},
	};
	Ok(RuntimeCall::Vaults(cairn_vaults::Call::adjust {
		vault: owner.into(),
		adjustment,
		limits: Limits::default(),
	}))
}

/// A call that an owner of a vault with one leg makes.
pub type CallOf = fn(owner: u32) -> Result<RuntimeCall>;

/// What an owner can do with a vault, beside adjusting it.
pub const CALLS: [(&str, CallOf); 5] = [
	("vaults.open", |owner| {
		let asset = collateral_asset(owner);
		let deposit = vec![(asset.clone(), worth(&asset, 1_000.0))];
		Ok(RuntimeCall::Vaults(cairn_vaults::Call::open {
			facility: 0,
			adjustment: Adjustment {
				deposit: deposit.try_into().map_err(|_| "too many legs")?,
				borrow: 200 * CUSD,
				..Default::default()
			},
			limits: Limits::default(),
		}))
	}),
	("vaults.withdraw", |owner| {
		let asset = collateral_asset(owner);
		Ok(RuntimeCall::Vaults(cairn_vaults::Call::withdraw {
			vault: owner.into(),
			amount: worth(&asset, 1.0),
			asset,
		}))
	}),
	("vaults.close", |owner| {
		Ok(RuntimeCall::Vaults(cairn_vaults::Call::close {
			vault: owner.into(),
			max_repay: Balance::MAX,
		}))
	}),
	("vaults.set_guard", |owner| {
		Ok(RuntimeCall::Vaults(cairn_vaults::Call::set_guard {
			vault: owner.into(),
			guard: Some(Guard {
				level: FixedU128::from_rational(11, 10),
				amount: 100 * CUSD,
			}),
		}))
	}),
	("vaults.offer", |owner| {
		Ok(RuntimeCall::Vaults(cairn_vaults::Call::offer {
			vault: owner.into(),
			to: Some(owner_account(owner + 1)),
		}))
	}),
];

/// Buys collateral of the value of so many dollars from a lot at whatever price.
pub fn take(lot: LotId, asset: &AssetId, usd: f64) -> RuntimeCall {
	RuntimeCall::Auctions(cairn_auctions::Call::take {
		lot,
		max_amount: worth(asset, usd),
		max_price: Price::MAX,
		recipient: None,
	})
}

// What happened in a block.

/// The events of a block, from what it has written.
pub fn events(changes: &[(Vec<u8>, Option<Vec<u8>>)]) -> Result<Vec<RuntimeEvent>> {
	let key = frame_support::storage::storage_prefix(b"System", b"Events");
	let Some((_, Some(bytes))) = changes.iter().find(|(changed, _)| *changed == key) else {
		return Ok(Vec::new());
	};
	let records = Vec::<frame_system::EventRecord<RuntimeEvent, Hash>>::decode(&mut &bytes[..])?;
	Ok(records.into_iter().map(|record| record.event).collect())
}

/// Why the first transaction failed that did.
pub fn first_failure(events: &[RuntimeEvent]) -> Option<String> {
	events.iter().find_map(|event| match event {
		RuntimeEvent::System(frame_system::Event::ExtrinsicFailed { dispatch_error, .. }) => {
			Some(format!("{dispatch_error:?}"))
		}
		_ => None,
	})
}

/// What the transactions of a block were charged together, in microseconds: the weight of each after
/// it was dispatched, and what every transaction weighs. Not what comes before the transactions.
pub fn charged_us(events: &[RuntimeEvent]) -> f64 {
	let weights = <Runtime as frame_system::Config>::BlockWeights::get();
	let charged = events.iter().map(|event| match event {
		RuntimeEvent::System(frame_system::Event::ExtrinsicSuccess { dispatch_info })
			if dispatch_info.class != DispatchClass::Mandatory =>
		{
			let base = weights.get(dispatch_info.class).base_extrinsic;
			dispatch_info.weight.saturating_add(base).ref_time()
		}
		_ => 0,
	});
	charged.sum::<u64>() as f64 / 1e6
}

/// How many vaults were liquidated.
pub fn liquidated(events: &[RuntimeEvent]) -> u32 {
	let liquidated = |event: &&RuntimeEvent| {
		matches!(
			event,
			RuntimeEvent::Vaults(cairn_vaults::Event::Liquidated { .. })
		)
	};
	events.iter().filter(liquidated).count() as u32
}

/// Whether the key is that of a vault's row.
pub fn is_vault(key: &[u8]) -> bool {
	key.starts_with(&frame_support::storage::storage_prefix(
		b"Vaults", b"Vaults",
	))
}

/// A lot for sale that holds an asset of which owners have accounts.
pub fn lot_for_sale() -> Option<(LotId, AssetId)> {
	let lots = Auctions::lots(None, 100);
	let on_sale = lots.into_iter().filter(|view| view.price.is_some());
	let largest = on_sale.max_by_key(|view| view.lot.debt)?;
	Some((largest.id, largest.lot.collateral))
}

/// What the start of the present block was charged, in picoseconds, with all else that is
/// mandatory.
pub fn mandatory_weight() -> u64 {
	System::block_weight()
		.get(DispatchClass::Mandatory)
		.ref_time()
}

/// What the start of a block may be charged, in picoseconds.
pub fn budget() -> u64 {
	StartOfBlock::budget().ref_time()
}

// Views.

/// A view function with its arguments.
pub type View = (ViewFunctionId, Vec<u8>);

/// Health of a vault.
pub fn health_view(vault: VaultId) -> View {
	let id = cairn_vaults::HealthViewFunction::<Runtime>::id();
	(id, vault.encode())
}

/// Whether the answer to [`health_view`] is a number.
pub fn is_health(answer: &[u8]) -> bool {
	matches!(
		Option::<cairn_math::FixedU128>::decode_all(&mut &answer[..]),
		Ok(Some(_))
	)
}

fn debug(error: impl std::fmt::Debug) -> String {
	format!("{error:?}")
}
