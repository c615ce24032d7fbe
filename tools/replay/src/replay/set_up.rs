//! What comes before the path: the chain, its vaults, and the money of those who will buy.

use super::{Bidder, Run, Settings};
use crate::{
	chain::{
		self, genesis::Genesis, tokens::cusd, Account, Chain, Happened, Order, Outcome, Sheet,
		Token, SLOT_SECONDS,
	},
	crowd::{self, Plan, OPENING},
	feed::Feed,
	market::Market,
	owners::Owners,
	picture::Series,
	prices::Prices,
	random::Random,
	shortfall::Shortfall,
	tally::Tally,
	watch::Watch,
};
use cairn_primitives::{AccountId, AssetId};
use cairn_runtime::{units::CRN, RuntimeCall};
use std::collections::{BTreeMap, VecDeque};

/// Blocks before the path: prices become known, vaults are opened, prices come down to the first of
/// the path, bidders get their CUSD.
pub(super) const WARM_UP: u64 = 1_000;
/// Blocks of it until vaults are opened.
const QUIET: u64 = 10;
/// Blocks of it until prices come down, and until they are down.
const FALL: (u64, u64) = (600, 900);
/// Vaults that are tried in one block.
const OPENED_AT_ONCE: usize = 1_000;

impl<'a> Run<'a> {
	pub(super) fn set_up(
		prices: &'a Prices,
		settings: &'a Settings,
		blocks: u64,
	) -> Result<Self, String> {
		let mut genesis = Genesis::new();
		for asset in prices.assets() {
			let known = genesis.tokens().iter().any(|token| token.symbol == asset);
			if !known && asset != "CUSD" {
				genesis.add_token(asset)?;
			}
		}
		let tokens = genesis.tokens().to_vec();
		let feed = Feed { prices, tokens };
		let plans = crowd::plan(&genesis, &feed.held(), settings.vaults, settings.seed)?;
		let owners: Vec<_> = (0..plans.len())
			.map(|number| Account::new(&format!("owner {number} of {}", settings.seed)))
			.collect();
		let terms = settings.bidders.terms();
		let bidders: Vec<_> = (0..terms.bidders)
			.map(|number| Bidder {
				account: Account::new(&format!("bidder {number}")),
				profit: terms.profit_of(number),
				capital: 0.0,
			})
			.collect();
		let holders = Account::new("holders of CUSD");
		endow_owners(&mut genesis, &feed.tokens, &plans, &owners);
		genesis.endow_native(&holders.id, 1_000_000 * CRN);
		for bidder in &bidders {
			genesis.endow_native(&bidder.account.id, 1_000_000 * CRN);
			for (number, token) in feed.tokens.iter().enumerate() {
				genesis.endow(&bidder.account.id, number, token.minimum);
			}
		}
		let first = (prices.start() / SLOT_SECONDS as f64) as u64;
		let before = first
			.checked_sub(WARM_UP)
			.filter(|slot| *slot > 0)
			.ok_or("the path starts within the first hour of 1970: times are unix seconds")?;
		Ok(Self {
			settings,
			chain: Chain::new(genesis, before),
			plans,
			owners,
			opened: Vec::new(),
			facility_of: BTreeMap::new(),
			bidders,
			holders,
			markets: Vec::new(),
			random: Random::new(settings.seed, 1),
			watch: Watch::default(),
			loss: Owners::default(),
			shortfall: Shortfall::default(),
			tally: Tally::default(),
			series: Series::new(prices.assets().map(String::from).collect(), blocks),
			wanted: Vec::new(),
			before: Sheet::default(),
			sheet: Sheet::default(),
			backlog: 0,
			feed,
		})
	}

	/// What comes before the path, in slots that end where it starts.
	pub(super) fn warm_up(&mut self, mut progress: impl FnMut(u64, String)) -> Result<(), String> {
		let start = self.feed.market(self.feed.prices.start());
		let owners = self.owners.iter().map(|owner| owner.id.clone());
		let by_owner: BTreeMap<AccountId, usize> = owners.zip(0..).collect();
		let mut waiting: VecDeque<usize> = (0..self.plans.len()).collect();
		let mut why = String::from("there was no time for all of them");
		for block in 1..=WARM_UP {
			let prices = opening_prices(&self.feed.tokens, &start, block);
			let count = match block > QUIET && block <= FALL.0 {
				true => waiting.len().min(OPENED_AT_ONCE),
				false => 0,
			};
			let now: Vec<usize> = waiting.drain(..count).collect();
			let calls: Vec<_> = now.iter().map(|number| self.opening(*number)).collect();
			let payments = match block == FALL.1 {
				true => Some(chain::each(self.fund())),
				false => None,
			};
			let from_owners = now.iter().zip(calls).map(|(number, call)| Order {
				from: &self.owners[*number],
				call,
			});
			let from_holders = payments.map(|call| Order {
				from: &self.holders,
				call,
			});
			let orders: Vec<_> = from_owners.chain(from_holders).collect();
			let slot = self.chain.slot() + 1;
			let made = self.chain.block(slot, &prices, &orders);
			for (number, outcome) in now.into_iter().zip(made.outcomes) {
				if let Outcome::Failed(error) = &outcome {
					why.clone_from(error);
				}
				if outcome != Outcome::Done {
					waiting.push_back(number);
				}
			}
			for event in made.happened {
				if let Happened::Opened { vault, owner } = event {
					let number = by_owner.get(&owner).copied();
					self.opened.extend(number.map(|number| (vault, number)));
				}
			}
			if block == FALL.0 && !waiting.is_empty() {
				return Err(format!("{} vaults cannot be opened: {why}", waiting.len()));
			}
			progress(block, format!("{} vaults opened", self.opened.len()));
		}
		Ok(())
	}

	fn opening(&self, number: usize) -> RuntimeCall {
		let plan = &self.plans[number];
		let deposits: Vec<_> = plan
			.legs
			.iter()
			.map(|(token, amount)| (self.feed.tokens[*token].asset.clone(), *amount))
			.collect();
		chain::open(plan.facility, &deposits, plan.debt, &self.holders.id)
	}

	/// Measures bidders and markets by the CUSD that there are. Returns what the holders of CUSD
	/// pay to bidders and treasury.
	fn fund(&mut self) -> Vec<RuntimeCall> {
		let terms = self.settings.bidders.terms();
		let issuance = self.chain.look(|view| view.sheet()).issuance;
		let market = Market::new(terms.depth * issuance, terms.half_life);
		self.markets = vec![market; self.feed.tokens.len()];
		let mut calls = Vec::new();
		for bidder in &mut self.bidders {
			bidder.capital = terms.capital_of_each(issuance);
			calls.push(chain::pay(&bidder.account.id, cusd(bidder.capital)));
		}
		let reserve = issuance * self.settings.reserve_percent / 100.0;
		if reserve > 0.0 {
			calls.push(chain::pay(&chain::treasury(), cusd(reserve)));
		}
		calls
	}
}

/// Gives owners what their vaults need, and lets it in.
fn endow_owners(genesis: &mut Genesis, tokens: &[Token], plans: &[Plan], owners: &[Account]) {
	let mut deposits = vec![0; tokens.len()];
	let mut debt = 0;
	for (plan, owner) in plans.iter().zip(owners) {
		// For fees and the deposit.
		let mut native = 100 * CRN;
		for (token, amount) in &plan.legs {
			deposits[*token] += amount;
			match tokens[*token].asset {
				AssetId::Native => native += amount,
				_ => genesis.endow(&owner.id, *token, amount + tokens[*token].minimum),
			}
		}
		genesis.endow_native(&owner.id, native);
		debt += plan.debt;
	}
	genesis.make_room(&deposits, debt);
}

/// Prices before the path: volatile assets are dearer while vaults are opened, and come down to
/// what they are when it starts.
fn opening_prices(tokens: &[Token], start: &[Option<f64>], block: u64) -> Vec<Option<f64>> {
	let fallen = block.clamp(FALL.0, FALL.1) - FALL.0;
	let share = fallen as f64 / (FALL.1 - FALL.0) as f64;
	let factor = OPENING + (1.0 - OPENING) * share;
	let price = |(token, price): (&Token, &Option<f64>)| {
		price.map(|price| if token.stable { price } else { price * factor })
	};
	tokens.iter().zip(start).map(price).collect()
}
