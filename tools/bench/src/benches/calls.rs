//! What calls take, beside what they are charged.

use super::Lab;
use crate::{
	chain::{Built, Chain},
	ledger,
	results::Line,
	Result, Spec,
};
use cairn_runtime::RuntimeCall;

/// Transactions in a block, if they fit.
pub const TRANSACTIONS: u32 = 200;

/// How often a block is built to see how its costs divide.
const BUILDS: usize = 5;

/// Adds what each of [`ledger::CALLS`] costs.
pub fn run(lab: &mut Lab, vaults: u32) -> Result<()> {
	let mut chain = lab.workshop.chain(&Spec::vaults(vaults))?;
	let empty = filled(&chain, 0, 0, |_, _| Err("no transactions".into()))?;
	for (name, call) in ledger::CALLS {
		let calling = filled(&chain, ledger::owners(vaults), TRANSACTIONS, |owner, _| {
			call(owner)
		})?;
		let count = calling.transactions as f64;
		let [none, calls] = chain.measure([&empty, &calling], lab.repeat)?;
		let keys = calling.keys_changed as f64 - empty.keys_changed as f64;
		lab.results.add(
			Line::new("call")
				.with("call", name)
				.with("vaults", vaults)
				.with("transactions", calling.transactions)
				.with_rounded("us", (calls.least - none.least) / count, 1)
				.with_rounded("us_cold", (calls.cold - none.cold) / count, 1)
				.with_rounded("charged_us", ledger::charged_us(&calling.events) / count, 1)
				.with_rounded("keys_changed", keys / count, 2),
		)?;
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
