//! What a user's operation costs, beside the cheapest thing a user can do.

use super::Lab;
use crate::{
	chain::{Built, Chain},
	ledger::{self, Movement},
	results::Line,
	Result, Spec,
};
use cairn_runtime::RuntimeCall;

/// Transactions in a block, if they fit.
const TRANSACTIONS: u32 = 200;

/// How often a block is built to see how its costs divide.
const BUILDS: usize = 5;

/// Adds what each movement costs, the one that does most first, and a transfer beside it.
pub fn run(lab: &mut Lab, vaults: u32) -> Result<()> {
	let mut chain = lab.workshop.chain(&Spec::vaults(vaults))?;
	let empty = filled(&chain, 0, 0, |_, _| Err("no transactions".into()))?;
	let owners = ledger::owners(vaults);
	for movement in Movement::ALL {
		let adjusting = filled(&chain, owners, TRANSACTIONS, |owner, _| {
			ledger::adjust(owner, movement)
		})?;
		// As many as there are of the other.
		let count = adjusting.transactions as u32;
		let transferring = filled(&chain, owners, count, |_, other| {
			Ok(ledger::transfer_keep_alive(other))
		})?;
		if transferring.transactions != adjusting.transactions {
			return Err("fewer transfers than adjustments fit into a block".into());
		}
		let each = |whole: f64, empty: f64| (whole - empty) / f64::from(count);
		let blocks = [&empty, &adjusting, &transferring];
		let [none, adjusts, transfers] = chain.measure(blocks, lab.repeat)?;
		let us = each(adjusts.least, none.least);
		let transfer_us = each(transfers.least, none.least);
		let keys = |built: &Built| each(built.keys_changed as f64, empty.keys_changed as f64);
		let root = |built: &Built| each(built.finalize_us, empty.finalize_us);
		lab.results.add(
			Line::new("adjust")
				.with("movement", movement.name())
				.with("vaults", vaults)
				.with("transactions", count)
				.with_rounded("us", us, 1)
				.with_rounded("transfer_us", transfer_us, 1)
				.with_rounded("ratio", us / transfer_us, 2)
				.with_rounded("us_root", root(&adjusting), 1)
				.with_rounded("transfer_us_root", root(&transferring), 1)
				.with_rounded("keys_changed", keys(&adjusting), 2)
				.with_rounded("transfer_keys_changed", keys(&transferring), 2),
		)?;
	}
	Ok(())
}

/// A block with one transaction each of up to `count` owners, made of the sender and another owner
/// who does not send. Both are anywhere in the state.
fn filled(
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
