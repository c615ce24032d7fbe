//! A naive ledger to compare the pallet with.
//!
//! It knows nothing of the pallet's storage. It learns what happened from the calls that
//! succeeded and from the events, and keeps its own sums in integers wide enough to round nothing
//! but where the rules say so.

use super::exact::{self, TRADED};
use crate::{mock::*, types::Guard, Event};
use cairn_primitives::{AssetId, Balance, BalanceSheet, FacilityId, VaultId};
use frame_support::traits::fungibles::Inspect;
use primitive_types::U512;
use std::collections::BTreeMap;

pub const RAY: u128 = 1_000_000_000_000_000_000_000_000_000;

fn div_ceil(numerator: U512, denominator: U512) -> u128 {
	let (quotient, rest) = numerator.div_mod(denominator);
	(quotient + U512::from(u8::from(!rest.is_zero()))).as_u128()
}

/// `⌈a · b / c⌉`
fn ceil(a: u128, b: u128, c: u128) -> u128 {
	div_ceil(U512::from(a) * U512::from(b), U512::from(c))
}

/// `⌊a · b / c⌋`
fn floor(a: u128, b: u128, c: u128) -> u128 {
	(U512::from(a) * U512::from(b) / U512::from(c)).as_u128()
}

#[derive(Default)]
pub struct Account {
	pub facility: FacilityId,
	pub owner: AccountId,
	pub debt: u128,
	pub legs: BTreeMap<AssetId, Balance>,
	pub guard: Option<Guard>,
	pub offered_to: Option<AccountId>,
}

#[derive(Default)]
pub struct Line {
	pub accumulator: u128,
	pub minted: u128,
	pub filled: u128,
}

pub struct Ledger {
	pub vaults: BTreeMap<VaultId, Account>,
	pub lines: BTreeMap<FacilityId, Line>,
	/// CUSD of everybody, the reserve among them.
	pub cusd: BTreeMap<AccountId, Balance>,
	/// Collateral with lots.
	pub for_sale: BTreeMap<AssetId, Balance>,
	/// What exists of each collateral in the accounts that matter.
	pub existing: BTreeMap<AssetId, Balance>,
	/// In custody and nobody's.
	pub donated: BTreeMap<AssetId, Balance>,
}

fn holders() -> [AccountId; 5] {
	[ALICE, BOB, CAROL, CUSTODY, Treasury::account_id()]
}

fn existing(asset: &AssetId) -> Balance {
	holders()
		.iter()
		.map(|who| balance(asset.clone(), *who))
		.sum()
}

impl Ledger {
	pub fn new(facilities: &[FacilityId]) -> Self {
		Self {
			vaults: BTreeMap::new(),
			lines: facilities
				.iter()
				.map(|id| {
					(
						*id,
						Line {
							accumulator: RAY,
							minted: 0,
							filled: 0,
						},
					)
				})
				.collect(),
			cusd: holders().iter().map(|who| (*who, 0)).collect(),
			for_sale: TRADED.into_iter().map(|asset| (asset, 0)).collect(),
			existing: TRADED
				.into_iter()
				.map(|asset| (asset.clone(), existing(&asset)))
				.collect(),
			donated: TRADED
				.into_iter()
				.map(|a| (a.clone(), balance(a, CUSTODY)))
				.collect(),
		}
	}

	pub fn accumulator(&self, facility: FacilityId) -> u128 {
		self.lines[&facility].accumulator
	}

	pub fn debts(&self, facility: FacilityId) -> u128 {
		self.vaults
			.values()
			.filter(|v| v.facility == facility)
			.map(|v| v.debt)
			.sum()
	}

	pub fn owed(&self, vault: VaultId) -> u128 {
		let vault = &self.vaults[&vault];
		ceil(vault.debt, self.accumulator(vault.facility), RAY)
	}

	pub fn borrow(&mut self, vault: VaultId, amount: Balance) {
		let Account {
			facility, owner, ..
		} = self.vaults[&vault];
		let taken = ceil(amount, RAY, self.accumulator(facility));
		self.vaults.get_mut(&vault).unwrap().debt += taken;
		let line = self.lines.get_mut(&facility).unwrap();
		line.minted += amount;
		line.filled += amount;
		*self.cusd.get_mut(&owner).unwrap() += amount;
	}

	pub fn repay(&mut self, vault: VaultId, payer: AccountId, amount: Balance) -> Balance {
		let owed = self.owed(vault);
		let facility = self.vaults[&vault].facility;
		let (paid, accumulator) = (amount.min(owed), self.accumulator(facility));
		let account = self.vaults.get_mut(&vault).unwrap();
		account.debt -= if paid == owed {
			account.debt
		} else {
			floor(paid, RAY, accumulator)
		};
		let line = self.lines.get_mut(&facility).unwrap();
		let burned = paid.min(line.minted);
		line.minted -= burned;
		line.filled = line.filled.saturating_sub(paid);
		*self.cusd.get_mut(&payer).unwrap() -= paid;
		*self.cusd.get_mut(&Treasury::account_id()).unwrap() += paid - burned;
		paid
	}

	pub fn deposit(&mut self, vault: VaultId, asset: &AssetId, amount: Balance) {
		*self
			.vaults
			.get_mut(&vault)
			.unwrap()
			.legs
			.entry(asset.clone())
			.or_default() += amount;
	}

	pub fn withdraw(&mut self, vault: VaultId, asset: &AssetId, amount: Balance) {
		let legs = &mut self.vaults.get_mut(&vault).unwrap().legs;
		let left = legs[asset] - amount;
		legs.insert(asset.clone(), left);
		legs.retain(|_, amount| *amount > 0);
	}

	/// Takes over what the pallet did by itself.
	pub fn follow(&mut self, events: Vec<Event<Test>>) {
		for event in events {
			match event {
				Event::Liquidated {
					vault,
					repaid,
					seized,
					debt,
					..
				} => {
					for (asset, amount) in seized {
						self.withdraw(vault, &asset, amount);
						*self.for_sale.get_mut(&asset).unwrap() += amount;
					}
					let facility = self.vaults[&vault].facility;
					let accumulator = self.accumulator(facility);
					let account = self.vaults.get_mut(&vault).unwrap();
					let left = row(vault).debt.0;
					assert_eq!(debt, ceil(left, accumulator, RAY));
					let cleared = account.debt - left;
					account.debt = left;
					let minted = &mut self.lines.get_mut(&facility).unwrap().minted;
					// Rounded up, and never more than was issued.
					assert_eq!(repaid, ceil(cleared, accumulator, RAY).min(*minted));
					*minted -= repaid;
				}
				Event::LeftoverReturned { vault, returned } => {
					for (asset, amount) in returned {
						self.deposit(vault, &asset, amount);
						*self.for_sale.get_mut(&asset).unwrap() -= amount;
					}
				}
				Event::GuardActed {
					vault,
					owner,
					repaid,
					debt,
				} => {
					let account = self.vaults.get_mut(&vault).unwrap();
					assert_eq!(account.owner, owner);
					let guard = account.guard.take().expect("it had one");
					assert!(repaid <= guard.amount);
					if repaid > 0 {
						assert_eq!(self.repay(vault, owner, repaid), repaid);
						assert!(self.cusd[&owner] > 0, "nothing is left of the account");
					}
					assert_eq!(debt, self.owed(vault));
				}
				Event::IndexDrift { vault } => panic!("the entry of {vault} has drifted"),
				_ => {}
			}
		}
	}

	/// Interest: second by second, each product rounded up. The pallet rounds in other places.
	pub fn accrue(
		&mut self,
		seconds: u64,
		rates: &BTreeMap<FacilityId, u128>,
		limits: &BTreeMap<FacilityId, u128>,
	) {
		for (id, line) in self.lines.iter_mut() {
			let rate = rates[id];
			let compound = |from: u128, factor: u128, times: u64| {
				(0..times).fold(from, |all, _| ceil(all, factor, RAY))
			};
			let mut naive = compound(line.accumulator, rate, seconds % 3_600);
			if seconds >= 3_600 {
				naive = compound(naive, compound(RAY, rate, 3_600), seconds / 3_600);
			}
			let real = state(*id).accumulator.0;
			// A unit a second, and what those grow by.
			let growth = real / line.accumulator + 1;
			assert!(
				real.abs_diff(naive) <= (u128::from(seconds) + 20) * growth * (real / RAY + 1),
				"{real} {naive}"
			);
			line.accumulator = real;
			let made_good = U512::from(limits[id]) * U512::from(seconds) / U512::from(3_600);
			line.filled -= made_good.min(line.filled.into()).as_u128();
		}
		let reserve = Treasury::account_id();
		for id in self.lines.keys().copied().collect::<Vec<_>>() {
			let backing = ceil(self.debts(id), self.accumulator(id), RAY);
			let line = self.lines.get_mut(&id).unwrap();
			*self.cusd.get_mut(&reserve).unwrap() += backing - line.minted;
			line.minted = backing;
			assert_eq!(state(id).minted, backing);
		}
	}

	pub fn compare(&self) {
		assert_eq!(
			exact::all(),
			self.vaults.keys().copied().collect::<Vec<_>>()
		);
		for (id, account) in &self.vaults {
			let view = Vaults::vault(*id).unwrap();
			assert_eq!(
				(view.owner, view.facility),
				(account.owner, account.facility)
			);
			assert_eq!((row(*id).debt.0, view.debt), (account.debt, self.owed(*id)));
			let legs = view
				.legs
				.into_iter()
				.map(|leg| (leg.asset, leg.amount))
				.collect();
			assert_eq!(account.legs, legs);
			assert_eq!(
				(view.guard, view.offered_to),
				(account.guard, account.offered_to)
			);
		}
		for (id, line) in &self.lines {
			let (state, debts) = (state(*id), self.debts(*id));
			assert_eq!(
				(state.normalized_debt.0, state.minted, state.filled),
				(debts, line.minted, line.filled)
			);
			assert!(line.minted <= ceil(debts, line.accumulator, RAY));
		}
		for asset in TRADED {
			let in_vaults: Balance = self
				.vaults
				.values()
				.filter_map(|vault| vault.legs.get(&asset))
				.sum();
			let owed = in_vaults + self.for_sale[&asset] + self.donated[&asset];
			assert_eq!(balance(asset.clone(), CUSTODY), owed, "{asset:?}");
			assert_eq!(existing(&asset), self.existing[&asset], "{asset:?}");
		}
		for (who, amount) in &self.cusd {
			assert_eq!(balance(CUSD, *who), *amount, "CUSD of {who}");
		}
		let issued: Balance = self.cusd.values().sum();
		assert_eq!(Tokens::total_issuance(CUSD), issued);
		let minted: Balance = self.lines.values().map(|line| line.minted).sum();
		let elsewhere = Treasury::in_auction(&CUSD) + Treasury::bad_debt(&CUSD);
		assert_eq!(issued, minted + elsewhere);
	}
}
