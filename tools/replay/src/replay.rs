//! A replay: a crowd of vaults and some bidders on the real chain, through a path of prices.

use crate::{
	bidders::{self, Kind},
	chain::{
		self,
		genesis::Genesis,
		tokens::{cusd, units, whole},
		usd, Account, Chain, Happened, Lot, Order, Outcome, Sheet, Token, SLOT_SECONDS,
	},
	crowd::{self, Plan, OPENING},
	feed::Feed,
	market::Market,
	owners::Owners,
	picture::{Moment, Series},
	prices::Prices,
	random::Random,
	shortfall::Shortfall,
	summary::{Details, Summary},
	tally::Tally,
	watch::Watch,
};
use cairn_primitives::{AccountId, AssetId, FacilityId, VaultId};
use cairn_runtime::{units::CRN, RuntimeCall};
use std::{
	collections::{BTreeMap, VecDeque},
	time::Instant,
};

/// Blocks before the path: prices become known, vaults are opened, prices come down to the first of
/// the path, bidders get their CUSD.
const WARM_UP: u64 = 1_000;
/// Blocks of it until vaults are opened.
const QUIET: u64 = 10;
/// Blocks of it until prices come down, and until they are down.
const FALL: (u64, u64) = (600, 900);
/// Vaults that are tried in one block.
const OPENED_AT_ONCE: usize = 1_000;
/// Blocks between two times that bidders get CUSD for what they have sold.
const REFILL_EVERY: u64 = 20;

/// What to replay, and with whom.
#[derive(Clone, Debug)]
pub struct Settings {
	/// The name of the price file.
	pub name: String,
	/// How many vaults.
	pub vaults: usize,
	/// The seed of vaults and bidders.
	pub seed: u64,
	/// Who bids.
	pub bidders: Kind,
	/// Blocks by which the oracle sees prices late.
	pub latency_blocks: u64,
	/// Seconds from block to block: a multiple of a slot. Slots between have no block.
	pub block_seconds: u64,
	/// What is put into the reserve before the path, in per cent of the issuance.
	pub reserve_percent: f64,
	/// Seconds for which the chain goes on after the path, at its last prices.
	pub after_seconds: u64,
	/// Blocks between two checks of all books.
	pub check_every: u64,
}

/// All that is known after a replay.
pub struct Replay {
	/// The figures.
	pub summary: Summary,
	/// More figures.
	pub details: Details,
	/// What happened when.
	pub series: Series,
}

/// How far a replay is.
pub struct Progress {
	/// Blocks made.
	pub done: u64,
	/// Blocks to make.
	pub blocks: u64,
	/// What goes on.
	pub what: String,
}

/// Runs a replay. `progress` is told after every block.
///
/// # Errors
///
/// If the file has more assets than a chain can, or the vaults cannot be opened.
pub fn run(
	prices: &Prices,
	settings: &Settings,
	mut progress: impl FnMut(Progress),
) -> Result<Replay, String> {
	let from = Instant::now();
	let seconds = prices.end() - prices.start() + settings.after_seconds as f64;
	let blocks = (seconds / settings.block_seconds as f64).ceil() as u64;
	let mut run = Run::set_up(prices, settings, blocks)?;
	run.warm_up(|done, what| {
		progress(Progress {
			done,
			blocks: WARM_UP + blocks,
			what,
		})
	})?;
	run.start();
	for block in 1..=blocks {
		run.block(block);
		progress(Progress {
			done: WARM_UP + block,
			blocks: WARM_UP + blocks,
			what: format!(
				"{} liquidations, {} unsafe, {} lots, bad debt {:.0}",
				run.tally.liquidations,
				run.backlog,
				run.tally.open_lots(),
				run.sheet.bad_debt
			),
		});
	}
	run.check();
	Ok(run.close(blocks, from))
}

/// Somebody who buys.
struct Bidder {
	account: Account,
	/// What he requires, as a share of what he pays.
	profit: f64,
	/// The CUSD that he may have.
	capital: f64,
}

/// A replay under way.
struct Run<'a> {
	settings: &'a Settings,
	feed: Feed<'a>,
	chain: Chain,
	plans: Vec<Plan>,
	owners: Vec<Account>,
	/// Vaults, and the plan that each was opened by.
	opened: Vec<(VaultId, usize)>,
	facility_of: BTreeMap<VaultId, FacilityId>,
	bidders: Vec<Bidder>,
	/// Who has the CUSD that owners have spent.
	holders: Account,
	markets: Vec<Market>,
	random: Random,
	watch: Watch,
	loss: Owners,
	shortfall: Shortfall,
	tally: Tally,
	series: Series,
	/// What bidders want in the next block: who, and his call.
	wanted: Vec<(usize, RuntimeCall)>,
	/// The books when the path starts.
	before: Sheet,
	/// The books after the last block.
	sheet: Sheet,
	/// Unsafe vaults after the last block.
	backlog: u64,
}

impl<'a> Run<'a> {
	fn set_up(prices: &'a Prices, settings: &'a Settings, blocks: u64) -> Result<Self, String> {
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
	fn warm_up(&mut self, mut progress: impl FnMut(u64, String)) -> Result<(), String> {
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

	/// The last thing before the path: the first look at everything.
	fn start(&mut self) {
		for (vault, number) in &self.opened {
			let plan = &self.plans[*number];
			let tokens = plan.legs.iter().map(|(token, _)| *token);
			self.watch.add(*vault, plan.facility as usize, tokens);
			self.facility_of.insert(*vault, plan.facility);
		}
		self.before = self.chain.look(|view| view.sheet());
		self.sheet = self.before;
		self.check();
	}

	/// One block of the path.
	fn block(&mut self, block: u64) {
		let step = self.settings.block_seconds;
		let time = self.feed.prices.start() + (block * step) as f64;
		let behind = (self.settings.latency_blocks * step) as f64;
		let market = self.feed.market(time);
		for (market, price) in self.markets.iter_mut().zip(&market) {
			market.pass(step as f64, price.unwrap_or(0.0));
		}
		let takes = std::mem::take(&mut self.wanted);
		let takers = takes.len();
		let refill = self.refill(block);
		let mut orders: Vec<_> = takes
			.into_iter()
			.map(|(bidder, call)| Order {
				from: &self.bidders[bidder].account,
				call,
			})
			.collect();
		orders.extend(refill.map(|call| Order {
			from: &self.holders,
			call,
		}));
		let slot = self.chain.slot() + step / SLOT_SECONDS;
		let made = self
			.chain
			.block(slot, &self.feed.seen(time - behind), &orders);
		for outcome in made.outcomes.into_iter().take(takers) {
			tally_failure(&mut self.tally.failed_takes, outcome);
		}

		let Self {
			chain,
			watch,
			tally,
			loss,
			shortfall,
			markets,
			facility_of,
			feed,
			..
		} = self;
		(self.sheet, self.backlog) = chain.look(|view| {
			let quotes = view.quotes();
			let oracle: Vec<_> = quotes.iter().map(|q| q.map(|q| usd(q.price))).collect();
			let counts: Vec<_> = quotes.iter().map(|q| q.map_or(0.0, |q| q.counts)).collect();
			let happened = &made.happened;
			tally.events(happened, &feed.tokens, &quotes, markets, |price| {
				view.floor(price)
			});
			shortfall.book(happened, block, &feed.tokens, &quotes);
			loss.book(happened, |vault| facility_of.get(&vault).copied(), &oracle);
			let accumulators = view.accumulators();
			let health = |vault| view.health(vault);
			let backlog = watch.unsafe_vaults(block, &counts, &accumulators, health);
			(view.sheet(), backlog)
		});
		self.tally.after_block(self.backlog, &self.sheet);
		self.series.push(Moment {
			hours: (block * step) as f64 / 3_600.0,
			prices: self.feed.relative(time),
			backlog: self.backlog,
			bad_debt: self.sheet.bad_debt,
			in_auction: self.sheet.in_auction,
			reserve: self.sheet.reserve,
		});
		if self.tally.open_lots() > 0 && !self.bidders.is_empty() {
			self.wanted = self.bid();
		}
		if block.is_multiple_of(self.settings.check_every) {
			self.check();
		}
	}

	/// What the holders of CUSD sell to the bidders in this block, if anything: as much as a bidder
	/// turns over, up to his capital.
	fn refill(&mut self, block: u64) -> Option<RuntimeCall> {
		if !block.is_multiple_of(REFILL_EVERY) {
			return None;
		}
		let terms = self.settings.bidders.terms();
		let elapsed = (REFILL_EVERY * self.settings.block_seconds) as f64;
		let (bidders, holders) = (&self.bidders, &self.holders);
		let (cash, mut left) = self.chain.look(|view| {
			let cash: Vec<_> = bidders
				.iter()
				.map(|b| view.cusd_of(&b.account.id))
				.collect();
			(cash, view.cusd_of(&holders.id))
		});
		let mut calls = Vec::new();
		for (bidder, cash) in bidders.iter().zip(cash) {
			let most = bidder.capital * elapsed / terms.turnover;
			let amount = (bidder.capital - cash).min(most).min(left);
			if amount >= bidders::LEAST_PAYMENT {
				left -= amount;
				calls.push(chain::pay(&bidder.account.id, cusd(amount)));
			}
		}
		(!calls.is_empty()).then(|| chain::each(calls))
	}

	/// What bidders want, now that they see this block.
	fn bid(&mut self) -> Vec<(usize, RuntimeCall)> {
		let (bidders, tokens) = (&self.bidders, &self.feed.tokens);
		// They plan on a market that their own purchases move.
		let mut markets = self.markets.clone();
		let mut turn: Vec<usize> = (0..bidders.len()).collect();
		self.random.shuffle(&mut turn);
		self.chain.look(|view| {
			let mut cash: Vec<_> = bidders
				.iter()
				.map(|b| view.cusd_of(&b.account.id))
				.collect();
			let mut wanted = Vec::new();
			for lot in cheapest_first(view.lots(), &markets) {
				let Some(price) = lot.price else { continue };
				let (token, market) = (&tokens[lot.token], &mut markets[lot.token]);
				let mut remaining = lot.remaining;
				for bidder in &turn {
					let profit = bidders[*bidder].profit;
					let amount = bidders::wanted(market, usd(price), cash[*bidder], profit);
					let amount = units(token, amount).min(remaining);
					if amount == 0 {
						continue;
					}
					let Some((bought, payment)) = view.quote_take(lot.id, amount) else {
						continue;
					};
					if payment > cash[*bidder] {
						continue;
					}
					// Up to what he wants, not what it comes to now: in the next block the price
					// may be lower, and the same tab buys more.
					wanted.push((*bidder, chain::take(lot.id, amount, price)));
					market.sell(whole(token, bought));
					cash[*bidder] -= payment;
					remaining = remaining.saturating_sub(bought);
					if bought < amount {
						// The lot has no more to raise, or too little to be sold on.
						break;
					}
				}
			}
			wanted
		})
	}

	/// Checks all books, and the count of unsafe vaults against asking every one.
	fn check(&mut self) {
		let (watch, backlog) = (&self.watch, self.backlog);
		let checked = self.chain.look(|view| {
			view.check()?;
			let found = watch.count_all(|vault| view.health(vault));
			match found == backlog {
				true => Ok(()),
				false => Err(format!(
					"{found} vaults are unsafe, and {backlog} were expected"
				)),
			}
		});
		self.tally.check(checked);
	}

	fn close(mut self, blocks: u64, from: Instant) -> Replay {
		let tokens = &self.feed.tokens;
		let unsold = self.chain.look(|view| {
			let quotes = view.quotes();
			let worth = |lot: Lot| {
				let quote = quotes.get(lot.token).copied().flatten();
				let price = quote.map_or(0.0, |quote| usd(quote.price));
				whole(&tokens[lot.token], lot.remaining) * price
			};
			view.lots().into_iter().map(worth).sum()
		});
		let (settings, tally) = (self.settings, self.tally);
		let summary = Summary {
			prices: settings.name.clone(),
			vaults: self.opened.len(),
			liquidations: tally.liquidations,
			debt_liquidated: rounded(tally.debt_liquidated),
			bad_debt_peak: rounded(tally.bad_debt_peak),
			bad_debt_end: rounded(self.sheet.bad_debt),
			reserve_start: rounded(self.before.reserve),
			reserve_end: rounded(self.sheet.reserve),
			backlog_peak: tally.backlog_peak,
			blocks_with_backlog: tally.blocks_with_backlog,
			lowest_sale_to_oracle: tally.lowest_sale.map(rounded),
			sold_below_floor: tally.sold_below_floor,
			owner_loss_mean_pct: self.loss.mean_loss_percent().map(rounded),
			unsold_end: rounded(unsold),
			invariant_violations: tally.violations,
			block_seconds: (settings.block_seconds != SLOT_SECONDS)
				.then_some(settings.block_seconds),
		};
		let details = Details {
			bidders: settings.bidders,
			blocks,
			latency_blocks: settings.latency_blocks,
			seed: settings.seed,
			issuance_start: self.before.issuance,
			issuance_end: self.sheet.issuance,
			in_auction_end: self.sheet.in_auction,
			lots: tally.lots,
			sales: tally.sales,
			failed_takes: tally.failed_takes,
			paid: tally.paid,
			got: tally.got,
			mean_sale: self.shortfall.mean_sale(),
			mean_wait: self.shortfall.mean_wait(),
			short: self.shortfall.short,
			fell: self.shortfall.fell,
			discount: self.shortfall.discount,
			reserve_purchases: tally.reserve_purchases,
			reserve_bought: tally.reserve_bought,
			reserve_paid: tally.reserve_paid,
			reserve_lowest: tally.reserve_lowest,
			longest_unsafe: self.watch.longest,
			checks: tally.checks,
			first_violation: tally.first_violation,
			took: from.elapsed(),
		};
		Replay {
			summary,
			details,
			series: self.series,
		}
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

/// Lots in the order in which bidders look at them: the largest discount first.
fn cheapest_first(mut lots: Vec<Lot>, markets: &[Market]) -> Vec<Lot> {
	let ratio = |lot: &Lot| match lot.price {
		Some(price) => usd(price) / markets[lot.token].mid.max(f64::MIN_POSITIVE),
		None => f64::INFINITY,
	};
	lots.sort_by(|a, b| ratio(a).total_cmp(&ratio(b)).then(a.id.cmp(&b.id)));
	lots
}

/// Counts a take that came to nothing, by its reason.
fn tally_failure(failed: &mut BTreeMap<String, u64>, outcome: Outcome) {
	let why = match outcome {
		Outcome::Done => return,
		Outcome::NoRoom => "no room in the block".into(),
		Outcome::Failed(why) => why,
	};
	*failed.entry(why).or_default() += 1;
}

/// To six places, which is more than means something.
fn rounded(amount: f64) -> f64 {
	// A sum of nothing may be minus zero.
	(amount * 1e6).round() / 1e6 + 0.0
}
