//! What a user's operation costs, beside the cheapest thing a user can do.

use super::{
	calls::{filled, TRANSACTIONS},
	Lab,
};
use crate::{
	chain::Built,
	ledger::{self, Movement},
	results::Line,
	Result, Spec,
};

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
		let us = adjusts.beyond(&none) / f64::from(count);
		let transfer_us = transfers.beyond(&none) / f64::from(count);
		let keys = |built: &Built| each(built.keys_changed as f64, empty.keys_changed as f64);
		let root = |built: &Built| each(built.finalize_us, empty.finalize_us);
		lab.results.add(
			Line::new("adjust")
				.with("movement", movement.name())
				.with("vaults", vaults)
				.with("transactions", count)
				.with_rounded("us", us, 1)
				.with_rounded("transfer_us", transfer_us, 1)
				.with_rounded("ratio", adjusts.times(&transfers, &none), 2)
				.with_rounded(
					"charged_us",
					ledger::charged_us(&adjusting.events) / f64::from(count),
					1,
				)
				.with_rounded("us_root", root(&adjusting), 1)
				.with_rounded("transfer_us_root", root(&transferring), 1)
				.with_rounded("keys_changed", keys(&adjusting), 2)
				.with_rounded("transfer_keys_changed", keys(&transferring), 2),
		)?;
	}
	Ok(())
}
