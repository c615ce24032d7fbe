//! What calls take, beside what they are charged.

use super::Lab;
use crate::{
	chain::{Built, Chain},
	ledger::{
		self,
		cases::{transactions, Case, Stage, AUCTIONS, ORACLE, TREASURY, VAULTS},
	},
	results::Line,
	scenes::Scenes,
	Result, Spec,
};
use cairn_runtime::RuntimeCall;

/// Transactions in a block, if they fit.
pub const TRANSACTIONS: u32 = 200;

/// How often a block is built to see how its costs divide.
const BUILDS: usize = 5;

/// The calls that can be measured, by the name of their pallet.
pub const CASES: [(&str, &[Case]); 4] = [
	("vaults", VAULTS),
	("auctions", AUCTIONS),
	("treasury", TREASURY),
	("oracle", ORACLE),
];

/// Two blocks that differ in nothing but the calls that are measured.
pub struct Pair {
	/// With the calls.
	pub with: Built,
	/// Without them.
	pub without: Built,
	/// How many there are.
	pub count: usize,
}

impl Pair {
	/// Builds both on the scene of a case.
	pub fn build(chain: &Chain, scenes: &mut Scenes, stage: &Stage, case: &Case) -> Result<Self> {
		let parent = scenes.get(chain, stage, case.scene)?;
		let (before, all) = chain.at(parent, || -> Result<_> {
			let before = (case.before)(stage)?;
			let mut all = before.clone();
			all.extend((case.calls)(stage)?);
			Ok((transactions(before)?, transactions(all)?))
		})??;
		let without = chain.build(parent, before)?;
		let with = chain.build(parent, all)?;
		let count = with.transactions.saturating_sub(without.transactions);
		if count == 0 {
			return Err("there is nobody to make the call".into());
		}
		Ok(Self {
			with,
			without,
			count,
		})
	}

	/// One call's share of what the blocks differ in.
	pub fn each(&self, with: f64, without: f64) -> f64 {
		(with - without) / self.count as f64
	}

	/// What a call was charged, in microseconds.
	pub fn charged_us(&self) -> f64 {
		let charged = |block: &Built| ledger::charged_us(&block.events);
		self.each(charged(&self.with), charged(&self.without))
	}
}

/// Adds what each call costs.
pub fn run(lab: &mut Lab, vaults: u32) -> Result<()> {
	let stage = Stage {
		spec: Spec::vaults(vaults),
		count: TRANSACTIONS,
	};
	let mut chain = lab.workshop.chain(&stage.spec)?;
	let mut scenes = Scenes::default();
	for (pallet, cases) in CASES {
		for case in cases {
			let name = format!("{pallet}.{}", case.call);
			let pair = Pair::build(&chain, &mut scenes, &stage, case)
				.map_err(|error| format!("{name} {}: {error}", case.way))?;
			let blocks = [&pair.without, &pair.with];
			let [none, calls] = chain.measure(blocks, lab.repeat)?;
			let keys = |block: &Built| block.keys_changed as f64;
			lab.results.add(
				Line::new("call")
					.with("call", name)
					.with("way", case.way)
					.with("vaults", vaults)
					.with("transactions", pair.count)
					.with_rounded("us", calls.beyond(&none) / pair.count as f64, 1)
					.with_rounded("us_cold", pair.each(calls.cold, none.cold), 1)
					.with_rounded("charged_us", pair.charged_us(), 1)
					.with_rounded(
						"keys_changed",
						pair.each(keys(&pair.with), keys(&pair.without)),
						2,
					),
			)?;
		}
	}
	Ok(())
}

/// A block with one transaction each of up to `count` owners, made of the sender and another owner
/// who does not send. Both are anywhere in the state.
pub fn filled(
	chain: &Chain,
	owners: u32,
	count: u32,
	call: impl Fn(u32, u32) -> Result<RuntimeCall>,
) -> Result<Built> {
	let genesis = chain.genesis()?;
	let count = count.min(owners / 2);
	let transactions = chain.at(genesis, || {
		(0..count)
			.map(|number| {
				let (sender, other) = (number * 2, number * 2 + 1);
				ledger::signed(sender, call(sender, other)?)
			})
			.collect::<Result<Vec<_>>>()
	})??;
	let mut best = chain.build(genesis, transactions.clone())?;
	for _ in 1..BUILDS {
		let built = chain.build(genesis, transactions.clone())?;
		if built.finalize_us < best.finalize_us {
			best = built;
		}
	}
	Ok(best)
}
