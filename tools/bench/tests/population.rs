//! That the vaults which are written into a chain's state are those that calls would have opened.

use cairn_bench::{
	ledger::{
		genesis, genesis_with,
		population::{Population, Rows, FACILITY},
	},
	spec::Spec,
	Result,
};
use cairn_runtime::{Assets, Balances, RuntimeCall, RuntimeOrigin};
use cairn_vaults::types::{Adjustment, Limits};
use frame_support::traits::{fungible::Mutate as _, fungibles::Mutate as _};
use sp_runtime::traits::Dispatchable;

/// Gives the owners what they have, and lets each open his vaults.
fn open_by_calls(population: &Population) -> Result<Rows> {
	for owner in &population.owners {
		Balances::mint_into(&owner.account, owner.native).expect("it is minted");
		for (id, amount) in &owner.collateral {
			Assets::mint_into(*id, &owner.account, *amount).expect("it is minted");
		}
	}
	for opening in &population.openings {
		let call = RuntimeCall::Vaults(cairn_vaults::Call::open {
			facility: FACILITY,
			adjustment: Adjustment {
				deposit: opening.deposit.clone(),
				borrow: opening.borrow,
				..Default::default()
			},
			limits: Limits::default(),
		});
		let owner = population.owners[opening.owner as usize].account.clone();
		call.dispatch(RuntimeOrigin::signed(owner))
			.expect("the vault is opened");
	}
	Ok(Rows::new())
}

#[test]
fn what_is_written_is_what_calls_leave_behind() {
	// Such that the last owner has fewer vaults than the others; in the end all of a book in few ticks,
	// so that those have many pages.
	let usual = (1.2, 3.0);
	for (vaults, legs, health, lots) in [
		(1, 1, usual, 0),
		(1_003, 1, usual, 0),
		(1_003, 3, usual, 3),
		(1_003, 1, (1.5, 1.501), 0),
	] {
		let spec = Spec {
			legs,
			health,
			lots,
			..Spec::vaults(vaults)
		};
		let written = genesis(&spec).expect("it is written").top;
		let called = genesis_with(&spec, open_by_calls).expect("it is made").top;
		assert_eq!(
			written.len(),
			called.len(),
			"{vaults} vaults of {legs} legs"
		);
		for (key, value) in &called {
			assert_eq!(
				written.get(key),
				Some(value),
				"{vaults} vaults of {legs} legs: {key:?}"
			);
		}
	}
}
