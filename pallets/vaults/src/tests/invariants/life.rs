//! Random lives: what happens in them, and what was before each step.

use super::rows;
use crate::{
	mock::*,
	tests::{
		brute_force::{doing, perform, Doing},
		exact,
	},
	types::Vault,
};
use cairn_primitives::{FacilityId, VaultId};
use proptest::prelude::*;
use std::collections::BTreeMap;

/// A step of a life.
#[derive(Clone, Debug)]
pub enum Deed {
	Do(Doing),
	/// Carol buys so many hundredths of a lot, and whoever is left something of it fetches that.
	Buy(usize, u8),
	Close(usize),
	Liquidate(usize),
	/// A vault goes from Alice to Bob, or from Bob to Alice.
	Give(usize),
}

pub fn deeds() -> impl Strategy<Value = Vec<Deed>> {
	let deed = prop_oneof![
		24 => doing().prop_map(Deed::Do),
		3 => (any::<usize>(), prop_oneof![1u8..100, Just(100)]).prop_map(|(n, s)| Deed::Buy(n, s)),
		1 => any::<usize>().prop_map(Deed::Close),
		2 => any::<usize>().prop_map(Deed::Liquidate),
		1 => any::<usize>().prop_map(Deed::Give),
	];
	prop::collection::vec(deed, 10..80)
}

impl Deed {
	/// Whether prices may be others after it, or later.
	pub fn is_of_prices_or_time(&self) -> bool {
		use Doing::*;
		matches!(
			self,
			Self::Do(Price(..) | Spread(..) | Status(..) | Down(_) | Block(..))
		)
	}

	/// Whether interest is charged and vaults are enforced.
	pub fn is_block(&self) -> bool {
		matches!(self, Self::Do(Doing::Block(..)))
	}

	/// Refusals are fine, as with [`perform`].
	pub fn perform(self, facility: FacilityId) {
		let nth = |number: usize| {
			let all = exact::all();
			number.checked_rem(all.len()).map(|number| all[number])
		};
		let _ = match self {
			Self::Do(doing) => return perform(doing, facility),
			Self::Buy(number, share) => {
				let lots = lots();
				if let Some((lot, of)) = number.checked_rem(lots.len()).map(|n| &lots[n]) {
					let _ = take(CAROL, *lot, of.remaining / 100 * u128::from(share));
				}
				for vault in exact::all() {
					let _ = claim(BOB, vault);
				}
				None
			}
			Self::Close(number) => nth(number).map(|vault| close(row(vault).owner, vault)),
			Self::Liquidate(number) => nth(number).map(|vault| liquidate(CAROL, vault)),
			Self::Give(number) => nth(number).map(|vault| {
				let owner = row(vault).owner;
				let other = if owner == ALICE { BOB } else { ALICE };
				offer(owner, vault, Some(other))?;
				accept(other, vault)
			}),
		};
	}
}

/// What was before a step.
pub struct Step {
	/// The vaults.
	pub before: BTreeMap<VaultId, Vault<Test>>,
	/// Those of them that were safe.
	pub safe: Vec<VaultId>,
	/// Whether the step was a price or time, and not what somebody did.
	pub is_of_prices_or_time: bool,
	/// Whether it was a block or more.
	pub is_block: bool,
}

/// The facilities in which vaults are opened. Carol, who buys, has borrowed in the third, and given some
/// of it to somebody who does nothing with it.
pub fn begin() -> [FacilityId; 2] {
	lend(CAROL, 2_000_000 * ONE_CUSD);
	lend(PAUPER, MINIMUM_DEBT);
	[create_still(), MIXED]
}

/// Does one thing after the other, and checks after each.
pub fn after_each(deeds: Vec<Deed>, mut check: impl FnMut(Step)) {
	run(|| {
		let facilities = begin();
		for (number, deed) in deeds.into_iter().enumerate() {
			let step = Step {
				before: rows().into_iter().collect(),
				safe: exact::all()
					.into_iter()
					.filter(|vault| exact::is_safe(*vault))
					.collect(),
				is_of_prices_or_time: deed.is_of_prices_or_time(),
				is_block: deed.is_block(),
			};
			deed.perform(facilities[number % 2]);
			check(step);
		}
		Prices::set_down(false);
	});
}
