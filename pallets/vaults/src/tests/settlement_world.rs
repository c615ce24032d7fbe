//! Random lives of facilities that are settled: what vaults they have, and what is done in them.

use super::exact::TRADED;
use crate::mock::*;
use cairn_primitives::{AssetId, Balance};
use frame_support::{traits::Hooks, weights::Weight};
use proptest::prelude::*;

pub const USERS: [AccountId; 3] = [ALICE, BOB, CAROL];
pub const HOLDERS: [AccountId; 4] = [ALICE, BOB, CAROL, PAUPER];

/// A vault as it is when its facility is settled.
#[derive(Clone, Debug)]
pub struct Opening {
	pub who: usize,
	/// Hundreds of dollars of each of [`TRADED`].
	pub legs: [u16; 4],
	/// Of half of their value, in per cent.
	pub debt: u8,
}

#[derive(Clone, Debug)]
pub enum Doing {
	Settle {
		vault: usize,
	},
	Repay {
		who: usize,
		vault: usize,
		share: u8,
	},
	Close {
		vault: usize,
	},
	Withdraw {
		vault: usize,
		asset: usize,
		share: u8,
	},
	Redeem {
		who: usize,
		share: u8,
	},
	Send {
		from: usize,
		to: usize,
		share: u8,
	},
	Donate {
		who: usize,
		asset: usize,
	},
	Claim {
		vault: usize,
	},
	Buy {
		who: usize,
		lot: usize,
		share: u8,
	},
	Price {
		asset: usize,
		percent: u8,
	},
	Feed {
		share: u8,
	},
	Idle,
	Block {
		seconds: u32,
	},
}

pub fn opening() -> impl Strategy<Value = Opening> {
	let leg = || prop_oneof![1 => Just(0u16), 1 => 1u16..300];
	(0..3usize, [leg(), leg(), leg(), leg()], 0u8..=100).prop_map(|(who, legs, debt)| Opening {
		who,
		legs,
		debt,
	})
}

pub fn doing() -> impl Strategy<Value = Doing> {
	let (n, user, holder) = (any::<usize>, 0..3usize, 0..4usize);
	let share = 0u8..=110;
	prop_oneof![
		6 => n().prop_map(|vault| Doing::Settle { vault }),
		2 => (user.clone(), n(), share.clone())
			.prop_map(|(who, vault, share)| Doing::Repay { who, vault, share }),
		1 => n().prop_map(|vault| Doing::Close { vault }),
		2 => (n(), 0..4usize, share.clone())
			.prop_map(|(vault, asset, share)| Doing::Withdraw { vault, asset, share }),
		6 => (holder.clone(), share.clone()).prop_map(|(who, share)| Doing::Redeem { who, share }),
		3 => (holder.clone(), holder, share.clone())
			.prop_map(|(from, to, share)| Doing::Send { from, to, share }),
		1 => (user.clone(), 0..4usize).prop_map(|(who, asset)| Doing::Donate { who, asset }),
		2 => n().prop_map(|vault| Doing::Claim { vault }),
		3 => (user, n(), prop_oneof![1 => 0u8..=100, 1 => Just(110)])
			.prop_map(|(who, lot, share)| Doing::Buy { who, lot, share }),
		1 => (0..4usize, 50u8..150).prop_map(|(asset, percent)| Doing::Price { asset, percent }),
		1 => share.prop_map(|share| Doing::Feed { share }),
		1 => Just(Doing::Idle),
		1 => (1u32..100_000).prop_map(|seconds| Doing::Block { seconds }),
	]
}

pub fn part(all: Balance, share: u8) -> Balance {
	all / 100 * u128::from(share)
}

pub fn existing(asset: &AssetId) -> Balance {
	let all = [ALICE, BOB, CAROL, PAUPER, CUSTODY, Treasury::account_id()];
	all.iter().map(|who| balance(asset.clone(), *who)).sum()
}

pub fn idle() {
	let block = System::block_number();
	<Vaults as Hooks<_>>::on_idle(block, Weight::MAX);
}

/// A unit of every token, so that nobody is too poor to be given a little.
pub fn endow() {
	for asset in TRADED {
		send(asset, ALICE, PAUPER, 1_000);
	}
}
