//! A replay: a crowd of vaults and some bidders on the real chain, through a path of prices.
//!
//! - here: what to replay, and one block after the other
//! - `set_up`: what comes before the path
//! - `bidding`: what bidders do after each block
//! - `figures`: what it came to

mod bidding;
mod figures;
mod set_up;

use crate::{
	bidders::Kind,
	chain::{usd, Account, Chain, Order, Outcome, Sheet, SLOT_SECONDS},
	crowd::Plan,
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
use bidding::Bidder;
use cairn_primitives::{FacilityId, VaultId};
use cairn_runtime::RuntimeCall;
use set_up::WARM_UP;
use std::{collections::BTreeMap, time::Instant};

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

impl Run<'_> {
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
