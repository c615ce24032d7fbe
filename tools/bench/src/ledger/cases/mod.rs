//! Each call of our pallets: where it can be made, what has to come before it, and what it is made of.
//!
//! Whoever adds a call to a pallet adds a case for it here: a test compares the lists.

mod others;
mod vaults;

pub use others::{buy_all, AUCTIONS, ORACLE, TREASURY};
pub use vaults::{alice_borrows, settle_facility, settle_vaults, stop_liquidations, VAULTS};

use super::{
	accounts::{account_of, owner_pair},
	calls::{authorized, signed_by},
};
use crate::{Result, Spec};
use cairn_primitives::AccountId;
use cairn_runtime::{RuntimeCall, System, UncheckedExtrinsic};
use sp_core::Pair;
use sp_keyring::Sr25519Keyring;
use std::collections::HashMap;

/// Who makes a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
	/// An owner of vaults, by his number.
	Owner(u32),
	/// Alice, who has plenty of every token, and no vault in the genesis block.
	Alice,
	/// Root, by Alice's `sudo`.
	Root,
	/// Nobody: the call says itself why it is valid.
	Itself,
}

/// A call that is to be made.
pub type Planned = (By, RuntimeCall);

/// A state of the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scene {
	/// The genesis state: prices are Live, and every vault is safe.
	Calm,
	/// Prices have fallen, one vault in eight is unsafe, and the breaker has kept all of them from being
	/// liquidated.
	Crashed,
	/// Some vaults have been liquidated, and their lots are for sale.
	ForSale,
	/// These lots are sold.
	Sold,
	/// Facility 0 is settled, most of its vaults are not.
	Settled,
	/// As many of its vaults are settled as have owners that could redeem.
	Redeemable,
}

/// A call, and how to have many of it in one block.
pub struct Case {
	/// The call's name, as the metadata has it.
	pub call: &'static str,
	/// Which of several ways to make it.
	pub way: &'static str,
	/// On what it is made.
	pub scene: Scene,
	/// What is in the block before it, on both blocks that are compared.
	pub before: fn(&Stage) -> Result<Vec<Planned>>,
	/// The calls, each of which must succeed.
	pub calls: fn(&Stage) -> Result<Vec<Planned>>,
}

impl Case {
	/// Of a call that needs nothing before it.
	const fn new(
		call: &'static str,
		scene: Scene,
		calls: fn(&Stage) -> Result<Vec<Planned>>,
	) -> Self {
		Self {
			call,
			way: "",
			scene,
			before: |_| Ok(Vec::new()),
			calls,
		}
	}

	const fn way(self, way: &'static str) -> Self {
		Self { way, ..self }
	}

	const fn after(self, before: fn(&Stage) -> Result<Vec<Planned>>) -> Self {
		Self { before, ..self }
	}
}

/// How large the chain is, and how many calls are wanted.
#[derive(Clone, Debug)]
pub struct Stage {
	/// The chain.
	pub spec: Spec,
	/// Of each call so many, if there can be.
	pub count: u32,
}

impl Stage {
	/// Owners who do not share anything, as many as calls are wanted: every second one, so that the
	/// one after each of them is free for something else.
	fn senders(&self) -> impl Iterator<Item = u32> {
		let owners = super::owners(self.spec.vaults);
		(0..owners / 2).take(self.count as usize).map(|n| n * 2)
	}

	fn each(&self, call: impl Fn(u32) -> Result<RuntimeCall>) -> Result<Vec<Planned>> {
		let planned = |owner| Ok((By::Owner(owner), call(owner)?));
		self.senders().map(planned).collect()
	}
}

/// The transactions of a block, in the order in which the calls are to be made. To be called in the
/// state that the block is built on.
pub fn transactions(planned: Vec<Planned>) -> Result<Vec<UncheckedExtrinsic>> {
	let mut nonces = HashMap::<AccountId, u32>::new();
	let mut transactions = Vec::new();
	for (by, call) in planned {
		let (pair, call) = match by {
			By::Owner(owner) => (owner_pair(owner), call),
			By::Alice => (Sr25519Keyring::Alice.pair(), call),
			By::Root => {
				let call = Box::new(call);
				let call = RuntimeCall::Sudo(pallet_sudo::Call::sudo { call });
				(Sr25519Keyring::Alice.pair(), call)
			}
			By::Itself => {
				transactions.push(authorized(call));
				continue;
			}
		};
		let account = account_of(pair.public());
		let nonce = nonces
			.entry(account.clone())
			.or_insert_with(|| System::account_nonce(&account));
		transactions.push(signed_by(&pair, *nonce, call)?);
		*nonce += 1;
	}
	Ok(transactions)
}
