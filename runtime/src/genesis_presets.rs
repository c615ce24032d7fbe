//! Chains to start from.
//!
//! Both presets are for one machine: well-known keys, test tokens, and exchanges that market-sim
//! plays on port 8088. A network of its own starts from `local_testnet` with keys, sources and
//! endowments replaced, and without `sudo`.

use crate::{
	configs::{
		assets::CRN_DECIMALS,
		collateral::{Custody, DefaultPolicy, TreasuryId, MINIMUM_DEBT},
		consensus::BABE_GENESIS_EPOCH_CONFIG,
	},
	units::{CRN, CUSD, EXISTENTIAL_DEPOSIT},
	AccountId, AssetId, AssetsConfig, BabeConfig, Balance, BalancesConfig, GuardiansConfig,
	OracleConfig, RuntimeGenesisConfig, SessionConfig, SessionKeys, SudoConfig, TreasuryConfig,
	VaultsConfig,
};
use alloc::{format, string::ToString, vec, vec::Vec};
use cairn_math::{FixedU128, Perbill, Ray};
use cairn_oracle::{
	status::Thresholds,
	types::{GenesisErrorCheck, GenesisFeed, GenesisFeedKind, GenesisSource, Unit},
};
use cairn_vaults::types::{CollateralTerms, FacilityTerms};
use frame_support::{build_struct_json_patch, BoundedVec};
use serde_json::Value;
use sp_genesis_builder::PresetId;
use sp_keyring::{Ed25519Keyring, Sr25519Keyring};
use sp_runtime::traits::AccountIdConversion;

/// One validator: Alice.
pub const DEVELOPMENT: &str = sp_genesis_builder::DEV_RUNTIME_PRESET;
/// Four validators: Alice, Bob, Charlie and Dave.
pub const LOCAL_TESTNET: &str = sp_genesis_builder::LOCAL_TESTNET_RUNTIME_PRESET;

/// Where market-sim plays the exchanges.
const EXCHANGES: &str = "http://127.0.0.1:8088";

/// A token of `pallet-assets`.
struct Token {
	id: u32,
	name: &'static str,
	symbol: &'static str,
	decimals: u8,
	/// The least an account holds, in smallest units.
	minimum: Balance,
	/// Whole tokens for each endowed account.
	endowment: Balance,
	/// Prices that are believed, in USD.
	bounds: (&'static str, &'static str),
}

/// The debt asset. Its minimum balance is a single unit, so that no transfer can lose dust, and an
/// account needs CRN to hold it, so that accounts are paid for.
const CUSD_ID: u32 = 1;
const DOT: Token = Token {
	id: 2,
	name: "Test DOT",
	symbol: "DOT",
	decimals: 10,
	minimum: 100_000_000,
	endowment: 1_000_000,
	bounds: ("0.01", "10000"),
};
const ETH: Token = Token {
	id: 3,
	name: "Test Ether",
	symbol: "ETH",
	decimals: 18,
	minimum: 1_000_000_000_000,
	endowment: 10_000,
	bounds: ("1", "1000000"),
};
const BTC: Token = Token {
	id: 4,
	name: "Test Bitcoin",
	symbol: "BTC",
	decimals: 8,
	minimum: 1,
	endowment: 1_000,
	bounds: ("10", "10000000"),
};
const USDT: Token = Token {
	id: 5,
	name: "Test Tether USD",
	symbol: "USDT",
	decimals: 6,
	minimum: 10_000,
	endowment: 10_000_000,
	bounds: ("0.01", "2"),
};
const USDC: Token = Token {
	id: 6,
	name: "Test USD Coin",
	symbol: "USDC",
	decimals: 6,
	minimum: 10_000,
	endowment: 10_000_000,
	bounds: ("0.01", "2"),
};
const TOKENS: [Token; 5] = [DOT, ETH, BTC, USDT, USDC];
const CRN_BOUNDS: (&str, &str) = ("0.0001", "10000");

impl Token {
	const fn asset(&self) -> AssetId {
		AssetId::WithId(self.id)
	}
}

/// The presets by name.
pub fn preset_names() -> Vec<PresetId> {
	vec![PresetId::from(DEVELOPMENT), PresetId::from(LOCAL_TESTNET)]
}

/// The genesis patch of a preset as JSON.
pub fn get_preset(id: &PresetId) -> Option<Vec<u8>> {
	use Sr25519Keyring::{Alice, Bob, Charlie, Dave};
	let patch = match id.as_ref() {
		DEVELOPMENT => genesis(&[Alice]),
		LOCAL_TESTNET => genesis(&[Alice, Bob, Charlie, Dave]),
		_ => return None,
	};
	Some(patch.to_string().into_bytes())
}

fn genesis(validators: &[Sr25519Keyring]) -> Value {
	let endowed: Vec<AccountId> = Sr25519Keyring::well_known()
		.map(|k| k.to_account_id())
		.collect();
	let treasury: AccountId = TreasuryId::get().into_account_truncating();
	let mut balances: Vec<_> = endowed
		.iter()
		.map(|who| (who.clone(), 10_000_000 * CRN))
		.collect();
	balances.push((Custody::get(), EXISTENTIAL_DEPOSIT));
	balances.push((treasury.clone(), EXISTENTIAL_DEPOSIT));
	build_struct_json_patch!(RuntimeGenesisConfig {
		balances: BalancesConfig { balances },
		assets: assets(&treasury, &endowed),
		babe: BabeConfig {
			epoch_config: BABE_GENESIS_EPOCH_CONFIG
		},
		session: SessionConfig {
			keys: validators.iter().map(session_keys).collect()
		},
		sudo: SudoConfig {
			key: Some(Sr25519Keyring::Alice.to_account_id())
		},
		guardians: GuardiansConfig {
			members: BoundedVec::truncate_from(vec![Sr25519Keyring::Ferdie.to_account_id()])
		},
		oracle: OracleConfig { feeds: feeds() },
		treasury: TreasuryConfig {
			policies: vec![(AssetId::WithId(CUSD_ID), DefaultPolicy::get())]
		},
		vaults: VaultsConfig {
			facilities: vec![mixed_facility(), stable_facility()]
		},
	})
}

fn session_keys(validator: &Sr25519Keyring) -> (AccountId, AccountId, SessionKeys) {
	let account = validator.to_account_id();
	let sr25519 = validator.public();
	// The two keyrings list the same people.
	let ed25519 = match validator {
		Sr25519Keyring::Bob => Ed25519Keyring::Bob,
		Sr25519Keyring::Charlie => Ed25519Keyring::Charlie,
		Sr25519Keyring::Dave => Ed25519Keyring::Dave,
		_ => Ed25519Keyring::Alice,
	}
	.public();
	let keys = SessionKeys {
		babe: sr25519.into(),
		grandpa: ed25519.into(),
		authority_discovery: sr25519.into(),
		oracle: sr25519.into(),
	};
	(account.clone(), account, keys)
}

/// The tokens. Their owner is the treasury's account, which nobody has a key to: only it can make
/// the debt asset, and nobody can freeze what custody holds.
fn assets(owner: &AccountId, endowed: &[AccountId]) -> AssetsConfig {
	let mut config = AssetsConfig {
		assets: vec![(CUSD_ID, owner.clone(), false, 1)],
		metadata: vec![(
			CUSD_ID,
			b"Cairn USD".to_vec(),
			b"CUSD".to_vec(),
			CRN_DECIMALS,
		)],
		..Default::default()
	};
	for token in TOKENS {
		config
			.assets
			.push((token.id, owner.clone(), true, token.minimum));
		config.metadata.push((
			token.id,
			token.name.into(),
			token.symbol.into(),
			token.decimals,
		));
		let amount = token.endowment * 10u128.pow(token.decimals.into());
		config
			.accounts
			.extend(endowed.iter().map(|who| (token.id, who.clone(), amount)));
		// What stays in custody for ever, so that its account does.
		config
			.accounts
			.push((token.id, Custody::get(), token.minimum));
	}
	config
}

fn collateral(
	asset: AssetId,
	(borrow, liquidation): (u32, u32),
	(penalty, fee): (u32, u32),
	cap: Balance,
	risk_rank: u8,
) -> CollateralTerms {
	CollateralTerms {
		asset,
		borrow_factor: Perbill::from_percent(borrow),
		liquidation_factor: Perbill::from_percent(liquidation),
		penalty: Perbill::from_percent(penalty),
		fee: Perbill::from_percent(fee),
		cap,
		risk_rank,
	}
}

fn facility(
	collaterals: Vec<CollateralTerms>,
	ceiling: Balance,
	target: (u128, u128),
) -> FacilityTerms<crate::Runtime> {
	FacilityTerms {
		debt_asset: AssetId::WithId(CUSD_ID),
		collaterals: BoundedVec::truncate_from(collaterals),
		ceiling,
		// A tenth of it an hour.
		fill_limit: ceiling / 10,
		minimum_debt: MINIMUM_DEBT,
		target_health: FixedU128::from_rational(target.0, target.1),
		annual_rate: Ray(Ray::ONE.0 / 25),
	}
}

const VOLATILE: (u32, u32) = (8, 2);
const STABLE: (u32, u32) = (3, 1);

fn whole(token: &Token, amount: Balance) -> Balance {
	amount * 10u128.pow(token.decimals.into())
}

/// Facility 0: any collateral.
fn mixed_facility() -> FacilityTerms<crate::Runtime> {
	facility(
		vec![
			collateral(BTC.asset(), (72, 80), VOLATILE, whole(&BTC, 5_000), 3),
			collateral(ETH.asset(), (72, 80), VOLATILE, whole(&ETH, 50_000), 2),
			collateral(DOT.asset(), (62, 70), VOLATILE, whole(&DOT, 5_000_000), 1),
			collateral(AssetId::Native, (40, 50), VOLATILE, 10_000_000 * CRN, 0),
			collateral(USDT.asset(), (92, 95), STABLE, whole(&USDT, 50_000_000), 4),
			collateral(USDC.asset(), (92, 95), STABLE, whole(&USDC, 50_000_000), 5),
		],
		100_000_000 * CUSD,
		(11, 10),
	)
}

/// Facility 1: stablecoins only, with higher factors.
fn stable_facility() -> FacilityTerms<crate::Runtime> {
	facility(
		vec![
			collateral(USDT.asset(), (95, 97), STABLE, whole(&USDT, 50_000_000), 0),
			collateral(USDC.asset(), (95, 97), STABLE, whole(&USDC, 50_000_000), 1),
		],
		50_000_000 * CUSD,
		(102, 100),
	)
}

fn feeds() -> Vec<GenesisFeed> {
	let mut feeds = vec![
		GenesisFeed {
			asset: AssetId::WithId(CUSD_ID),
			feed: GenesisFeedKind::Par,
		},
		feed(
			AssetId::Native,
			CRN_BOUNDS,
			Thresholds::thin(),
			traded("CRN"),
		),
	];
	for (token, thresholds) in [
		(DOT, Thresholds::thin()),
		(ETH, Thresholds::default()),
		(BTC, Thresholds::default()),
	] {
		let sources = traded(token.symbol);
		feeds.push(feed(token.asset(), token.bounds, thresholds, sources));
	}
	let stable = Thresholds::stable();
	feeds.push(feed(USDT.asset(), USDT.bounds, stable, tether()));
	feeds.push(feed(
		USDC.asset(),
		USDC.bounds,
		stable,
		vec![
			kraken("USDC"),
			bitstamp("USDC"),
			binance("USDC"),
			okx("USDC"),
		],
	));
	feeds
}

fn feed(
	asset: AssetId,
	(min, max): (&str, &str),
	thresholds: Thresholds,
	sources: Vec<GenesisSource>,
) -> GenesisFeed {
	let feed = GenesisFeedKind::Reported {
		min: min.into(),
		max: max.into(),
		sources,
		unit: Unit::Dollars,
		thresholds,
		sanity: None,
	};
	GenesisFeed { asset, feed }
}

/// Markets of USDT against dollars. Four, because what others quote in USDT needs its price: were
/// there three, the failure of any one exchange would silence every feed.
fn tether() -> Vec<GenesisSource> {
	let okx = okx_market("USDT-USD");
	vec![kraken("USDT"), coinbase("USDT"), bitstamp("USDT"), okx]
}

/// All five exchanges.
fn traded(symbol: &str) -> Vec<GenesisSource> {
	vec![
		binance(symbol),
		kraken(symbol),
		coinbase(symbol),
		okx(symbol),
		bitstamp(symbol),
	]
}

fn source(name: &str, path: &str, [bid, ask, last]: [&str; 3]) -> GenesisSource {
	GenesisSource {
		name: name.into(),
		url: format!("{EXCHANGES}/{name}/{path}"),
		bid: Some(bid.into()),
		ask: Some(ask.into()),
		last: Some(last.into()),
		error: None,
		quoted_in: None,
	}
}

fn binance(symbol: &str) -> GenesisSource {
	let path = format!("api/v3/ticker/24hr?symbol={symbol}USDT");
	let source = source("binance", &path, ["/bidPrice", "/askPrice", "/lastPrice"]);
	GenesisSource {
		quoted_in: Some(USDT.asset()),
		..source
	}
}

fn kraken(symbol: &str) -> GenesisSource {
	// Kraken has its own name for Bitcoin, and answers under yet another: hence the wildcard.
	let symbol = if symbol == "BTC" { "XBT" } else { symbol };
	let path = format!("0/public/Ticker?pair={symbol}USD");
	let source = source(
		"kraken",
		&path,
		["/result/*/b/0", "/result/*/a/0", "/result/*/c/0"],
	);
	let error = GenesisErrorCheck {
		pointer: "/error".into(),
		none: "[]".into(),
	};
	GenesisSource {
		error: Some(error),
		..source
	}
}

fn coinbase(symbol: &str) -> GenesisSource {
	let path = format!("products/{symbol}-USD/ticker");
	source("coinbase", &path, ["/bid", "/ask", "/price"])
}

fn okx(symbol: &str) -> GenesisSource {
	let source = okx_market(&format!("{symbol}-USDT"));
	GenesisSource {
		quoted_in: Some(USDT.asset()),
		..source
	}
}

fn okx_market(instrument: &str) -> GenesisSource {
	let path = format!("api/v5/market/ticker?instId={instrument}");
	let source = source(
		"okx",
		&path,
		["/data/0/bidPx", "/data/0/askPx", "/data/0/last"],
	);
	let error = GenesisErrorCheck {
		pointer: "/code".into(),
		none: "0".into(),
	};
	GenesisSource {
		error: Some(error),
		..source
	}
}

fn bitstamp(symbol: &str) -> GenesisSource {
	let path = format!("api/v2/ticker/{}usd/", symbol.to_ascii_lowercase());
	source("bitstamp", &path, ["/bid", "/ask", "/last"])
}
