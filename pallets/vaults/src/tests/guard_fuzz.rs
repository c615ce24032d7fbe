//! The same random world, and the same block in it, with guards and without: what they change, and
//! what they must leave alone.

use super::{
	exact::{self, price, worth, TRADED},
	tally::Tally,
};
use crate::{
	mock::*,
	types::{Guard, Leg},
	Call, Event,
};
use cairn_math::FixedU128;
use cairn_primitives::{AssetId, Balance, BalanceSheet, FacilityId, VaultId};
use frame_support::weights::Weight;
use primitive_types::U512;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

const USERS: [AccountId; 3] = [ALICE, BOB, CAROL];
const RAY: u128 = 1_000_000_000_000_000_000_000_000_000;

/// A vault, and the guard that one of the worlds gives it.
#[derive(Clone, Debug)]
struct Opening {
	who: usize,
	facility: usize,
	/// Hundreds of dollars of each of [`TRADED`].
	legs: [u16; 4],
	/// Of the most that it can borrow, in per cent.
	debt: u8,
	guard: Option<(u16, u8)>,
}

#[derive(Clone, Debug)]
pub struct World {
	vaults: Vec<Opening>,
	/// How much of his CUSD each of [`USERS`] spends, in per cent.
	spent: [u8; 3],
	/// What becomes of each price, in per cent.
	prices: [u8; 4],
	seconds: u32,
}

fn opening() -> impl Strategy<Value = Opening> {
	let leg = || prop_oneof![1 => Just(0u16), 1 => 1u16..300];
	let guard = prop::option::weighted(0.7, (101u16..160, 1u8..=100));
	(
		0..3usize,
		0..2usize,
		[leg(), leg(), leg(), leg()],
		60u8..=100,
		guard,
	)
		.prop_map(|(who, facility, legs, debt, guard)| Opening {
			who,
			facility,
			legs,
			debt,
			guard,
		})
}

pub fn world() -> impl Strategy<Value = World> {
	let fall = || 60u8..=101;
	(
		prop::collection::vec(opening(), 1..8),
		[0u8..=100, 0u8..=100, 0u8..=100],
		[fall(), fall(), fall(), fall()],
		prop_oneof![3 => 3u32..100, 1 => 100u32..20_000_000],
	)
		.prop_map(|(vaults, spent, prices, seconds)| World {
			vaults,
			spent,
			prices,
			seconds,
		})
}

/// A vault, as far as a guard of another one could be felt in it. Lots are left out: which number a
/// lot gets depends on who is liquidated before.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Seen {
	owner: AccountId,
	facility: FacilityId,
	debt: u128,
	owed: Balance,
	legs: Vec<Leg>,
	claims: Vec<(u8, Balance)>,
	waiting: bool,
	sides: (U512, U512),
}

impl Seen {
	fn of(vault: VaultId) -> Self {
		let row = row(vault);
		// Where an entry stands in its book is the index's business; a guard moves its own.
		let legs = row.legs.iter().map(|leg| Leg {
			entry: None,
			..*leg
		});
		Self {
			owner: row.owner,
			facility: row.facility,
			debt: row.debt.0,
			owed: debt(vault),
			legs: legs.collect(),
			claims: row
				.claims
				.iter()
				.map(|claim| (claim.collateral, claim.contributed))
				.collect(),
			waiting: row.is_waiting(),
			sides: exact::sides(vault),
		}
	}

	/// Whether its health, `W / D`, is lower than that of another.
	fn is_less_healthy_than(&self, other: &Self) -> bool {
		// Halved so often that the products fit: far below what a unit of debt is.
		let small = |side: U512| side >> 120;
		let (weighted, debt) = (small(self.sides.0), small(self.sides.1));
		weighted * small(other.sides.1) < small(other.sides.0) * debt
	}
}

type Vaults = BTreeMap<VaultId, Seen>;

/// The block: what there was after interest and before enforcement, and after it.
pub struct Outcome {
	before: Vaults,
	after: Vaults,
	cusd: [BTreeMap<AccountId, Balance>; 2],
	/// What each guard that acted has paid.
	acted: BTreeMap<VaultId, Balance>,
	liquidated: BTreeSet<VaultId>,
	guards: BTreeMap<VaultId, Guard>,
	/// Collateral and CUSD in lots.
	in_lots: (BTreeMap<AssetId, Balance>, Balance),
}

fn look(vaults: &[VaultId]) -> Vaults {
	vaults.iter().map(|id| (*id, Seen::of(*id))).collect()
}

fn cusd() -> BTreeMap<AccountId, Balance> {
	[ALICE, BOB, CAROL, PAUPER, CUSTODY]
		.into_iter()
		.map(|who| (who, balance(CUSD, who)))
		.collect()
}

impl World {
	fn open(&self, opening: &Opening, facilities: [FacilityId; 2]) -> Option<VaultId> {
		let legs: Vec<_> = TRADED
			.into_iter()
			.zip(opening.legs)
			.filter(|(_, hundreds)| *hundreds > 0)
			.map(|(asset, hundreds)| (asset.clone(), worth(&asset, hundreds)))
			.collect();
		let owner = USERS[opening.who];
		let vault = open(owner, facilities[opening.facility], &legs, 0).ok()?;
		let most = crate::Pallet::<Test>::vault(vault).unwrap().max_borrow;
		let _ = borrow(owner, vault, most / 100 * u128::from(opening.debt));
		Some(vault)
	}

	/// Sets the guards; `None` where the vault would be below the level at once, or owes nothing.
	fn order(&self, vaults: &[VaultId], openings: &[&Opening]) -> BTreeMap<VaultId, Guard> {
		let mut guards = BTreeMap::new();
		for (vault, opening) in vaults.iter().zip(openings) {
			let Some((percent, share)) = opening.guard else {
				continue;
			};
			let guard = Guard {
				level: FixedU128::from_rational(percent.into(), 100),
				amount: debt(*vault) / 100 * u128::from(share),
			};
			let order = Call::set_guard {
				vault: *vault,
				guard: Some(guard),
			};
			if call(USERS[opening.who], order).is_ok() {
				guards.insert(*vault, guard);
			}
		}
		guards
	}

	fn run(&self, guarded: bool) -> Outcome {
		let mut outcome = None;
		run(|| {
			let facilities = [MIXED, create_still()];
			let (mut vaults, mut openings) = (Vec::new(), Vec::new());
			for opening in &self.vaults {
				if let Some(vault) = self.open(opening, facilities) {
					vaults.push(vault);
					openings.push(opening);
				}
			}
			for (who, share) in USERS.into_iter().zip(self.spent) {
				let amount = balance(CUSD, who) / 100 * u128::from(share);
				if amount > 0 {
					send(CUSD, who, PAUPER, amount);
				}
			}
			let guards = if guarded {
				self.order(&vaults, &openings)
			} else {
				BTreeMap::new()
			};
			for (asset, percent) in TRADED.into_iter().zip(self.prices) {
				let raw = price(&asset) / 100 * u128::from(percent);
				Prices::set_raw(asset, raw);
			}
			begin_block(u64::from(self.seconds) * 1_000);
			let (before, purses) = (look(&vaults), cusd());
			enforce_with(Weight::MAX);
			outcome = Some(Outcome {
				before,
				after: look(&vaults),
				cusd: [purses, cusd()],
				acted: acted(),
				liquidated: liquidated(),
				guards,
				in_lots: (
					TRADED
						.into_iter()
						.map(|asset| (asset.clone(), Auctions::held_of(&asset)))
						.collect(),
					Treasury::in_auction(&CUSD),
				),
			});
			end_of_begin();
		});
		outcome.expect("the world has been run")
	}
}

/// What is in lots of a collateral.
trait HeldOf {
	fn held_of(asset: &AssetId) -> Balance;
}

impl HeldOf for Auctions {
	fn held_of(asset: &AssetId) -> Balance {
		<Self as cairn_primitives::LiquidationLots<AssetId>>::held(asset)
	}
}

fn acted() -> BTreeMap<VaultId, Balance> {
	let acted = events().into_iter().filter_map(|event| match event {
		Event::GuardActed { vault, repaid, .. } => Some((vault, repaid)),
		_ => None,
	});
	acted.collect()
}

fn liquidated() -> BTreeSet<VaultId> {
	let liquidated = events().into_iter().filter_map(|event| match event {
		Event::Liquidated { vault, .. } => Some(vault),
		_ => None,
	});
	liquidated.collect()
}

/// What a repayment may round: the most that one unit of normalised debt owes.
fn unit_of_debt(facility: FacilityId) -> Balance {
	// The facilities have had a year at 4 % at most.
	let most = RAY + RAY / 25;
	assert!(facility <= 2);
	most.div_ceil(RAY)
}

impl Outcome {
	/// What each owner has in CUSD less what he owes, before and after enforcement.
	fn net(&self, owner: AccountId) -> [i128; 2] {
		let owed = |vaults: &Vaults| -> Balance {
			vaults
				.values()
				.filter(|seen| seen.owner == owner)
				.map(|seen| seen.owed)
				.sum()
		};
		let net =
			|purse: &BTreeMap<_, Balance>, vaults| purse[&owner] as i128 - owed(vaults) as i128;
		[
			net(&self.cusd[0], &self.before),
			net(&self.cusd[1], &self.after),
		]
	}

	/// A guard that pays leaves its vault as it was but for the debt, healthier than it was, and safe.
	fn check_those_that_paid(&self) {
		for (vault, paid) in self.acted.iter().filter(|(_, paid)| **paid > 0) {
			let (before, after) = (&self.before[vault], &self.after[vault]);
			let guard = self.guards[vault];
			assert!(*paid <= guard.amount && *paid <= before.owed);
			assert!(!self.liquidated.contains(vault), "it has paid in vain");
			assert!(exact_is_safe(after), "it has paid in vain");
			let may_be_left = after.owed == 0 || after.owed >= MINIMUM_DEBT;
			assert!(
				may_be_left || before.owed < MINIMUM_DEBT,
				"it leaves a crumb"
			);
			assert!(!after.is_less_healthy_than(before));
			assert_eq!((&before.legs, &before.claims), (&after.legs, &after.claims));
			// Never more of the debt than was paid, and less by no more than rounding.
			let cleared = before.owed - after.owed;
			assert!(cleared <= *paid && paid - cleared <= unit_of_debt(before.facility));
		}
	}

	/// Nobody's CUSD moves but an owner's whose guard has paid, and his by what it has paid.
	fn check_purses(&self) {
		for (who, before) in &self.cusd[0] {
			let paid: Balance = self
				.acted
				.iter()
				.filter(|(vault, _)| self.before[vault].owner == *who)
				.map(|(_, paid)| paid)
				.sum();
			assert_eq!(before - paid, self.cusd[1][who]);
			// The minimum balance stays, or the account was empty before.
			assert!(*before == 0 || self.cusd[1][who] > 0);
		}
	}

	/// An owner none of whose vaults is liquidated has as much as before: what he has less is what he
	/// owes less.
	fn check_owners(&self) {
		for owner in USERS {
			let of_his = |vault: &VaultId| self.before[vault].owner == owner;
			if self.liquidated.iter().any(of_his) {
				continue;
			}
			let [before, after] = self.net(owner);
			let payments = self.acted.keys().filter(|vault| of_his(vault)).count() as i128;
			let rounding = payments * unit_of_debt(0) as i128;
			assert!(
				before - rounding <= after && after <= before,
				"{before} {after}"
			);
		}
	}

	/// What guards there were, and what they did that was not done without them.
	pub fn count(&self, unguarded: &Self, tally: &mut Tally) {
		let paid = self.acted.values().filter(|paid| **paid > 0).count();
		let is_spared = |vault: &&VaultId| !self.liquidated.contains(vault);
		let spared = unguarded.liquidated.iter().filter(is_spared).count();
		tally.add("guard that pays", paid);
		tally.add("guard in vain", self.acted.len() - paid);
		tally.add("guard that rests", self.guards.len() - self.acted.len());
		tally.add("liquidation that a guard has spared", spared);
		tally.add("liquidation beside guards", self.liquidated.len());
	}

	/// Against the same block without guards: a vault whose guard has not paid is what it would have
	/// been, one whose guard has paid is not liquidated and has all its collateral, and no vault is
	/// liquidated that would not have been.
	fn check_against(&self, unguarded: &Self) {
		let same = |a: &Vaults, b: &Vaults| a.len() == b.len() && a.iter().eq(b.iter());
		assert!(same(&self.before, &unguarded.before), "another world");
		assert!(unguarded.acted.is_empty());
		let paid = |vault: &VaultId| self.acted.get(vault).is_some_and(|paid| *paid > 0);
		let mut spared = unguarded.liquidated.clone();
		spared.retain(|vault| !self.liquidated.contains(vault));
		assert!(spared.iter().all(paid), "liquidations are left out");
		assert!(self.liquidated.is_subset(&unguarded.liquidated));
		for (vault, with) in &self.after {
			let without = &unguarded.after[vault];
			if paid(vault) {
				assert!(
					with.legs.len() >= without.legs.len()
						&& !with.is_less_healthy_than(&self.before[vault])
				);
			} else {
				assert_eq!(
					with, without,
					"another one's guard has changed vault {vault}"
				);
			}
		}
		// Lots have what was seized, and of those vaults only.
		let lots = |outcome: &Self| outcome.in_lots.clone();
		if spared.is_empty() {
			assert_eq!(lots(self), lots(unguarded));
		}
		assert!(self.in_lots.1 <= unguarded.in_lots.1);
		for (asset, amount) in &self.in_lots.0 {
			assert!(*amount <= unguarded.in_lots.0[asset]);
		}
	}

	/// Whose moment has come acts, and nobody else's guard does.
	fn check_moments(&self) {
		for (vault, guard) in &self.guards {
			let seen = &self.before[vault];
			let level = U512::from(guard.level.into_inner());
			let one = U512::from(10u8).pow(18u8.into());
			let (weighted, debt) = (seen.sides.0, seen.sides.1 / one * level);
			let tolerance = exact::unit() * U512::from(1_000_000_000u64);
			let acted = self.acted.contains_key(vault);
			assert!(acted || weighted + tolerance >= debt, "it has not acted");
			assert!(!acted || weighted < debt + tolerance, "it has acted early");
		}
		let ordered: BTreeSet<_> = self.guards.keys().collect();
		assert!(self.acted.keys().all(|vault| ordered.contains(vault)));
	}
}

/// As [`exact::is_safe`], of a vault as it was.
fn exact_is_safe(seen: &Seen) -> bool {
	seen.sides.0 >= seen.sides.1
}

/// The world with guards and the one without, and all that is said of the two.
pub fn compared(world: &World) -> [Outcome; 2] {
	let (guarded, unguarded) = (world.run(true), world.run(false));
	guarded.check_moments();
	guarded.check_those_that_paid();
	guarded.check_purses();
	guarded.check_owners();
	guarded.check_against(&unguarded);
	[guarded, unguarded]
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(fuzz_cases(500)))]

	#[test]
	fn guards_make_nothing_worse(world in world()) {
		compared(&world);
	}
}
