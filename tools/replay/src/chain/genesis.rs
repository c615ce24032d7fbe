//! The chain that a replay starts from: the test network's preset, with room for a crowd.
//!
//! Keys, facilities, factors, feeds and terms of lots are the preset's. What is added are accounts
//! and their tokens, room under caps and ceilings, and, for every asset of the price file that the
//! preset does not know, a token with a feed, accepted by the mixed facility.

use super::{Memory, Token};
use cairn_math::Perbill;
use cairn_oracle::{
	status::Thresholds,
	types::{GenesisFeed, GenesisFeedKind, Unit},
};
use cairn_primitives::{AccountId, AssetId, Balance, FacilityId};
use cairn_runtime::{genesis_presets, Runtime, RuntimeGenesisConfig};
use frame_support::{genesis_builder_helper::get_preset, traits::BuildGenesisConfig};
use serde_json::Value;
use sp_core::H256;

/// What the client would put there: the hash of the first block.
pub const HASH: H256 = H256::repeat_byte(7);

/// Facility that accepts every collateral.
pub const MIXED: FacilityId = 0;
/// Facility that accepts stablecoins only.
pub const STABLE: FacilityId = 1;

/// Decimals of tokens that the preset does not know.
const NEW_DECIMALS: u8 = 6;
/// Borrow and liquidation factor, in per cent, of tokens that the preset does not know: those of
/// DOT.
const NEW_FACTORS: (u32, u32) = (62, 70);
/// Prices that are believed of them.
const NEW_BOUNDS: (&str, &str) = ("0.000000001", "10000000");

/// What a facility takes, as far as opening a vault in it goes.
#[derive(Clone, Debug)]
pub struct Accepted {
	/// The token, by its number among the chain's.
	pub token: usize,
	/// `B`
	pub borrow_factor: f64,
	/// `L`
	pub liquidation_factor: f64,
}

/// A genesis block in the making.
pub struct Genesis {
	config: RuntimeGenesisConfig,
	tokens: Vec<Token>,
}

impl Genesis {
	/// The preset of the test network with its four validators.
	pub fn new() -> Self {
		let text = |json: Option<Vec<u8>>| json.expect("the runtime has this preset");
		let parse = |json: Vec<u8>| -> Value { serde_json::from_slice(&json).expect("it is JSON") };
		let mut whole = parse(text(get_preset::<RuntimeGenesisConfig>(&None, |_| None)));
		let preset = genesis_presets::get_preset(&genesis_presets::LOCAL_TESTNET.into());
		merge(&mut whole, parse(text(preset)));
		let config: RuntimeGenesisConfig =
			serde_json::from_str(&whole.to_string()).expect("the preset is a genesis block");
		let tokens = tokens(&config);
		Self { config, tokens }
	}

	/// The tokens that vaults may hold.
	pub fn tokens(&self) -> &[Token] {
		&self.tokens
	}

	/// Makes a token for an asset that the preset does not know.
	///
	/// # Errors
	///
	/// If there are as many collaterals as a facility can have.
	pub fn add_token(&mut self, symbol: &str) -> Result<(), String> {
		let known = &self.config.assets.assets;
		let id = known.iter().map(|(id, ..)| *id).max().unwrap_or(0) + 1;
		let (_, owner, ..) = known.first().cloned().expect("the preset has tokens");
		let asset = AssetId::WithId(id);
		let facility = self
			.config
			.vaults
			.facilities
			.get_mut(MIXED as usize)
			.expect("the preset has facilities");
		let mut terms = facility
			.collaterals
			.first()
			.cloned()
			.expect("a facility has a collateral");
		terms.asset = asset.clone();
		terms.borrow_factor = Perbill::from_percent(NEW_FACTORS.0);
		terms.liquidation_factor = Perbill::from_percent(NEW_FACTORS.1);
		// Sold first.
		terms.risk_rank = 0;
		facility.collaterals.try_push(terms).map_err(|_| {
			format!("there is no room for {symbol}: a facility can have no more collaterals")
		})?;
		let like = self
			.config
			.oracle
			.feeds
			.iter()
			.find_map(|feed| match &feed.feed {
				GenesisFeedKind::Reported { sources, .. } => Some(sources.clone()),
				_ => None,
			});
		self.config.oracle.feeds.push(GenesisFeed {
			asset: asset.clone(),
			feed: GenesisFeedKind::Reported {
				min: NEW_BOUNDS.0.into(),
				max: NEW_BOUNDS.1.into(),
				sources: like.unwrap_or_default(),
				unit: Unit::Dollars,
				thresholds: Thresholds::default(),
				sanity: None,
			},
		});
		let assets = &mut self.config.assets;
		assets.assets.push((id, owner, true, 1));
		assets
			.metadata
			.push((id, symbol.into(), symbol.into(), NEW_DECIMALS));
		let custody = cairn_runtime::configs::collateral::Custody::get();
		assets.accounts.push((id, custody, 1));
		self.tokens.push(Token {
			symbol: symbol.into(),
			asset,
			decimals: NEW_DECIMALS,
			minimum: 1,
			stable: false,
		});
		Ok(())
	}

	/// Those of these assets that cannot be collateral of a replay, and why: the debt asset itself, and,
	/// in their order, those beyond what a facility can accept.
	pub fn without_room(mut self, assets: &[String]) -> Vec<(String, String)> {
		let mut refused = Vec::new();
		for asset in assets {
			if asset == "CUSD" {
				refused.push((
					asset.clone(),
					"is what vaults owe, and always at par".into(),
				));
			} else if !self.tokens.iter().any(|token| token.symbol == *asset) {
				if let Err(why) = self.add_token(asset) {
					refused.push((asset.clone(), format!("is left out: {why}")));
				}
			}
		}
		refused
	}

	/// What a facility takes.
	pub fn accepted(&self, facility: FacilityId) -> Vec<Accepted> {
		let terms = self.config.vaults.facilities.get(facility as usize);
		let collaterals = terms.map(|terms| terms.collaterals.to_vec());
		let share = |part: Perbill| f64::from(part.deconstruct()) / 1e9;
		collaterals
			.unwrap_or_default()
			.into_iter()
			.filter_map(|terms| {
				Some(Accepted {
					token: self
						.tokens
						.iter()
						.position(|token| token.asset == terms.asset)?,
					borrow_factor: share(terms.borrow_factor),
					liquidation_factor: share(terms.liquidation_factor),
				})
			})
			.collect()
	}

	/// Gives native tokens to an account.
	pub fn endow_native(&mut self, who: &AccountId, amount: Balance) {
		self.config.balances.balances.push((who.clone(), amount));
	}

	/// Gives an account some of a token that vaults may hold. The native one only with
	/// [`Genesis::endow_native`].
	pub fn endow(&mut self, who: &AccountId, token: usize, amount: Balance) {
		if let Some(AssetId::WithId(id)) = self.tokens.get(token).map(|token| &token.asset) {
			self.config.assets.accounts.push((*id, who.clone(), amount));
		}
	}

	/// Lifts caps, ceilings and limits of growth so that these deposits (by token) and this debt fit: the replay asks
	/// what a market does to a crowd of vaults, not how large a crowd is let in.
	pub fn make_room(&mut self, deposits: &[Balance], debt: Balance) {
		for (_, policy) in &mut self.config.treasury.policies {
			policy.growth = None;
		}
		for facility in &mut self.config.vaults.facilities {
			facility.ceiling = facility.ceiling.max(debt.saturating_mul(2));
			facility.fill_limit = facility.ceiling;
			for terms in facility.collaterals.iter_mut() {
				let token = self
					.tokens
					.iter()
					.position(|token| token.asset == terms.asset);
				let deposit = token.and_then(|token| deposits.get(token)).copied();
				terms.cap = terms.cap.max(deposit.unwrap_or(0).saturating_mul(2));
			}
		}
	}

	/// The state of the genesis block.
	pub fn build(self) -> Memory {
		let mut memory = Memory::default();
		memory.execute_with(|| {
			self.config.build();
			frame_system::BlockHash::<Runtime>::insert(0, HASH);
		});
		memory
	}
}

impl Default for Genesis {
	fn default() -> Self {
		Self::new()
	}
}

/// The collaterals of all facilities.
fn tokens(config: &RuntimeGenesisConfig) -> Vec<Token> {
	let accepted = |facility: usize| {
		let terms = config.vaults.facilities.get(facility);
		terms
			.map(|terms| terms.collaterals.to_vec())
			.unwrap_or_default()
	};
	let stable: Vec<AssetId> = accepted(STABLE as usize)
		.into_iter()
		.map(|terms| terms.asset)
		.collect();
	accepted(MIXED as usize)
		.into_iter()
		.map(|terms| {
			let asset = terms.asset;
			let stable = stable.contains(&asset);
			match asset {
				AssetId::Native => Token {
					symbol: "CRN".into(),
					asset,
					decimals: cairn_runtime::configs::assets::CRN_DECIMALS,
					minimum: cairn_runtime::units::EXISTENTIAL_DEPOSIT,
					stable,
				},
				AssetId::WithId(id) => {
					let metadata = config.assets.metadata.iter().find(|(of, ..)| *of == id);
					let (_, _, symbol, decimals) = metadata.expect("a collateral has a name");
					let details = config.assets.assets.iter().find(|(of, ..)| *of == id);
					let (_, _, _, minimum) = details.expect("a collateral exists");
					Token {
						symbol: String::from_utf8_lossy(symbol).to_uppercase(),
						asset: AssetId::WithId(id),
						decimals: *decimals,
						minimum: *minimum,
						stable,
					}
				}
			}
		})
		.collect()
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

#[cfg(test)]
mod tests {
	use super::*;
	use crate::chain::tokens::whole;

	#[test]
	fn the_preset_is_understood() {
		let genesis = Genesis::new();
		let symbols: Vec<_> = genesis.tokens().iter().map(|t| t.symbol.as_str()).collect();
		assert_eq!(symbols, ["BTC", "ETH", "DOT", "CRN", "USDT", "USDC"]);
		let stable: Vec<_> = genesis.tokens().iter().filter(|t| t.stable).collect();
		assert_eq!(stable.len(), 2);
		assert_eq!(genesis.accepted(STABLE).len(), 2);
		let eth = &genesis.accepted(MIXED)[1];
		assert_eq!(
			(eth.token, eth.borrow_factor, eth.liquidation_factor),
			(1, 0.72, 0.80)
		);
		assert_eq!(whole(&genesis.tokens()[1], 10u128.pow(18)), 1.0);
	}

	#[test]
	fn a_token_that_nobody_knows_gets_a_feed_and_is_accepted() {
		let mut genesis = Genesis::new();
		genesis.add_token("LUNA").unwrap();
		let accepted = genesis.accepted(MIXED);
		assert_eq!(genesis.tokens()[accepted[6].token].symbol, "LUNA");
		genesis.build().execute_with(|| {
			cairn_runtime::invariants::check().unwrap();
			assert!(
				cairn_runtime::Vaults::facility(MIXED)
					.unwrap()
					.collateral
					.len() == 7
			);
		});
		let mut genesis = Genesis::new();
		let added = (0..20).take_while(|n| genesis.add_token(&format!("X{n}")).is_ok());
		assert_eq!(added.count(), 10);

		let assets: Vec<_> = (10..22).map(|n| format!("X{n}")).collect();
		let assets = [&["CUSD".to_string(), "ETH".into()], &assets[..]].concat();
		let refused = Genesis::new().without_room(&assets);
		let names: Vec<_> = refused.iter().map(|(asset, _)| asset.as_str()).collect();
		assert_eq!(names, ["CUSD", "X20", "X21"]);
	}
}
