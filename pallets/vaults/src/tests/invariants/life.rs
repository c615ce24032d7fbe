//! Random lives: what happens in them, and what was before each step.

use super::{is_ready, limit_lots, rows};
use crate::{
	mock::*,
	tests::{
		brute_force::{doing, perform, Doing},
		exact::{self, price, TRADED},
		tally::Tally,
	},
	types::{FacilityChange, Vault},
};
use cairn_math::Price;
use cairn_primitives::{Balance, FacilityId, PriceSource, VaultId};
use proptest::prelude::*;
use std::collections::BTreeMap;

/// A step of a life.
#[derive(Clone, Debug)]
pub enum Deed {
	Do(Doing),
	/// Carol buys so many hundredths of a lot.
	Buy(usize, u8),
	/// Somebody fetches what a vault has been left.
	Claim(usize),
	Close(usize),
	Liquidate(usize),
	/// A vault goes from Alice to Bob, or from Bob to Alice.
	Give(usize),
	/// So many hundreds of CUSD are the minimum debt: more of it gradually, less of it at once.
	Minimum(u8),
	/// So many hundreds of CUSD of all lots may be on sale at once.
	Limit(u32),
	/// All prices go to so many hundredths of what they are.
	Fall(u8),
}

/// Lives of less than `steps`.
pub fn deeds(steps: usize) -> impl Strategy<Value = Vec<Deed>> {
	let deed = prop_oneof![
		24 => doing().prop_map(Deed::Do),
		3 => (any::<usize>(), prop_oneof![1u8..100, Just(100)]).prop_map(|(n, s)| Deed::Buy(n, s)),
		2 => any::<usize>().prop_map(Deed::Claim),
		1 => any::<usize>().prop_map(Deed::Close),
		2 => any::<usize>().prop_map(Deed::Liquidate),
		1 => any::<usize>().prop_map(Deed::Give),
		1 => (1u8..60).prop_map(Deed::Minimum),
		1 => prop_oneof![3 => 1u32..20, 1 => Just(1_000_000)].prop_map(Deed::Limit),
		3 => (60u8..125).prop_map(Deed::Fall),
	];
	prop::collection::vec(deed, steps / 8..steps)
}

impl Deed {
	/// Whether prices may be others after it, or later.
	pub fn is_of_prices_or_time(&self) -> bool {
		use Doing::*;
		matches!(
			self,
			Self::Fall(_) | Self::Do(Price(..) | Spread(..) | Status(..) | Down(_) | Block(..))
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
					let amount = match share {
						100 => Balance::MAX,
						_ => of.remaining / 100 * u128::from(share),
					};
					let _ = take(CAROL, *lot, amount);
				}
				None
			}
			Self::Claim(number) => nth(number).map(|vault| claim(BOB, vault)),
			Self::Minimum(hundreds) => {
				let minimum = Balance::from(hundreds) * 100 * ONE_CUSD;
				let change = FacilityChange::MinimumDebt(minimum);
				Some(change_facility(facility, change))
			}
			Self::Limit(hundreds) => {
				limit_lots(Balance::from(hundreds) * 100 * ONE_CUSD);
				None
			}
			Self::Fall(percent) => {
				fall(percent);
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

/// All prices go to so many hundredths of what they are.
pub fn fall(percent: u8) {
	// Whatever else is wrong with a quote stays so.
	for asset in TRADED {
		let raw = price(&asset) / 100 * u128::from(percent);
		let price = Price::new(raw.clamp(1_000_000, 10u128.pow(26))).expect("a price");
		Prices::alter(asset, |quote| (quote.price, quote.slow) = (price, price));
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
			System::reset_events();
			deed.perform(facilities[number % 2]);
			check(step);
		}
		Prices::set_down(false);
	});
}

/// Of each step what there is for invariants to be checked of.
pub fn count(tally: &mut Tally, step: &Step) {
	tally.hear();
	let rows = rows();
	let of_all = |is: fn(&Vault<Test>) -> bool| rows.iter().filter(|(_, vault)| is(vault)).count();
	tally.add("vault with debt", of_all(|vault| !vault.debt.is_zero()));
	let is_basket = |vault: &Vault<Test>| !vault.debt.is_zero() && vault.legs.len() > 1;
	tally.add("basket with debt", of_all(is_basket));
	tally.add("vault that waits", of_all(|vault| vault.is_waiting()));
	tally.add("vault with a guard", of_all(|vault| vault.guard.is_some()));
	let has_ready = |vault: &Vault<Test>| vault.claims.iter().any(is_ready);
	tally.add("vault with something to claim", of_all(has_ready));
	let changed = |(id, vault): &&(VaultId, Vault<Test>)| {
		let before = step.before.get(id).filter(|_| step.is_block);
		before.is_some_and(|before| before.legs != vault.legs)
			&& is_basket(vault)
			&& !vault.is_waiting()
	};
	let moved = rows.iter().filter(changed).count();
	tally.add("basket placed anew by a block", moved);
	let unsafe_ones = rows.iter().filter(|(id, _)| !exact::is_safe(*id));
	tally.add("unsafe vault", unsafe_ones.clone().count());
	let can_be_sold = unsafe_ones.filter(|(id, _)| exact::is_sellable(*id));
	tally.add("unsafe vault that can be sold", can_be_sold.count());
	let small = rows.iter().filter(|(id, vault)| {
		let owed = debt(*id);
		owed > 0 && owed < facility_now(vault.facility).minimum_debt
	});
	tally.add("debt below the minimum", small.count());
	tally.add(
		"closed lot",
		cairn_auctions::ClosedLots::<Test>::iter().count(),
	);
	let lots = lots();
	tally.add("lot", lots.len());
	let queued = |lot: &cairn_auctions::Lot| matches!(lot.place, cairn_auctions::Place::Queue(_));
	tally.add(
		"lot that waits for room",
		lots.iter().filter(|(_, lot)| queued(lot)).count(),
	);
	tally.add("oracle that is down", usize::from(Prices::is_down()));
}
