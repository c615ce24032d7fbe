//! A naive ledger to compare the pallet with.
//!
//! It knows nothing of the pallet's storage. It learns what happened from the calls that
//! succeeded and from the events, and keeps its own sums in integers wide enough to round nothing
//! but where the rules say so.

use super::{
	exact,
	ledger_lots::{claims, Seized, Stock},
	ledger_rules::{ceil, compound, floor, may_be_left, Bounds, Case, DEALT, RAY},
	ledger_terms::Terms,
	tally::Tally,
};
use crate::{
	mock::*,
	types::{Breaker, Guard},
	Event,
};
use cairn_primitives::{AssetId, Balance, BalanceSheet, FacilityId, LotId, PriceSource, VaultId};
use frame_support::traits::fungibles::Inspect;
use primitive_types::U512;
use std::collections::{BTreeMap, BTreeSet};

/// In seconds.
const HOUR: u64 = 3_600;

#[derive(Clone, Default)]
pub struct Account {
	pub facility: FacilityId,
	pub owner: AccountId,
	pub debt: u128,
	pub legs: BTreeMap<AssetId, Balance>,
	/// What it has given to which lot of which collateral.
	pub claims: BTreeMap<(AssetId, LotId), Balance>,
	/// What has been seized of it and is in none of these yet.
	pub unplaced: BTreeMap<AssetId, Seized>,
	/// Whether it is unsafe and nothing of it can be sold.
	pub waiting: bool,
	pub guard: Option<Guard>,
	pub offered_to: Option<AccountId>,
}

pub struct Line {
	pub terms: Terms,
	pub accumulator: u128,
	pub minted: u128,
	/// In 3,600ths of a unit.
	pub filled: U512,
}

impl Line {
	/// What is filled, in units.
	pub fn filled_ceil(&self) -> u128 {
		((self.filled + HOUR - 1) / HOUR).as_u128()
	}
}

pub struct Ledger {
	pub vaults: BTreeMap<VaultId, Account>,
	pub lines: BTreeMap<FacilityId, Line>,
	/// CUSD of everybody, the reserve among them.
	pub cusd: BTreeMap<AccountId, Balance>,
	/// Collateral with lots.
	pub for_sale: BTreeMap<AssetId, Balance>,
	/// The same by lot.
	pub lots: BTreeMap<LotId, Stock>,
	/// What exists of each collateral in the accounts that matter.
	pub existing: BTreeMap<AssetId, Balance>,
	/// In custody and nobody's.
	pub donated: BTreeMap<AssetId, Balance>,
	/// Debt that lots have to recover.
	pub in_auction: Balance,
	/// Debt that nothing stands behind.
	pub bad_debt: Balance,
	/// What each liquidation of the last operation has brought the reserve.
	pub fees: BTreeMap<FacilityId, Vec<Bounds>>,
	/// Whether the start of this block had too little weight, perhaps.
	pub is_hurried: bool,
	/// Facilities of which it has left unsafe vaults behind for sure.
	pub left_behind: BTreeSet<FacilityId>,
	/// What keepers have been paid in this block.
	pub rewarded: Balance,
	/// How often what has happened.
	pub tally: Tally,
}

fn holders() -> [AccountId; 6] {
	let reserve = Treasury::account_id();
	[ALICE, BOB, CAROL, PAUPER, CUSTODY, reserve]
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
							terms: Terms::of(*id),
							accumulator: RAY,
							minted: 0,
							filled: U512::zero(),
						},
					)
				})
				.collect(),
			cusd: holders().iter().map(|who| (*who, 0)).collect(),
			for_sale: DEALT.into_iter().map(|asset| (asset, 0)).collect(),
			existing: DEALT
				.into_iter()
				.map(|asset| (asset.clone(), existing(&asset)))
				.collect(),
			donated: DEALT
				.into_iter()
				.map(|a| (a.clone(), balance(a, CUSTODY)))
				.collect(),
			lots: BTreeMap::new(),
			in_auction: 0,
			bad_debt: 0,
			fees: BTreeMap::new(),
			is_hurried: false,
			left_behind: BTreeSet::new(),
			rewarded: 0,
			tally: Tally::default(),
		}
	}

	pub fn accumulator(&self, facility: FacilityId) -> u128 {
		self.lines[&facility].accumulator
	}

	pub fn terms(&self, facility: FacilityId) -> &Terms {
		&self.lines[&facility].terms
	}

	/// Whether unsafe vaults of a facility are liquidated, and guards act: not while the oracle is silent.
	pub fn goes_on(&self, facility: FacilityId) -> bool {
		self.terms(facility).breaker < Breaker::NoNewLiquidations && !Prices::is_down()
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
		line.filled += U512::from(amount) * HOUR;
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
		line.filled = line.filled.saturating_sub(U512::from(paid) * HOUR);
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

	/// Takes over what the pallet did by itself, in the order in which it did it.
	pub fn follow(&mut self) {
		let mut settling = self.settle();
		self.fees.clear();
		for record in System::events() {
			let event = match record.event {
				RuntimeEvent::Vaults(event) => event,
				RuntimeEvent::Treasury(event) => {
					self.reward(event);
					continue;
				}
				_ => continue,
			};
			match event {
				Event::Liquidated {
					vault,
					repaid,
					seized,
					debt,
					..
				} => self.liquidate(vault, seized.into_iter().collect(), repaid, debt),
				Event::LeftoverReturned { vault, returned } => {
					self.give_back(&mut settling, vault, &returned);
				}
				Event::GuardActed {
					vault,
					owner,
					repaid,
					debt,
				} => {
					assert_eq!(self.vaults[&vault].owner, owner);
					self.act(vault, repaid);
					assert_eq!(debt, self.owed(vault));
				}
				Event::Forfeited {
					vault, forfeited, ..
				} => {
					for (asset, amount) in forfeited {
						let is_dust = amount < Tokens::minimum_balance(asset.clone());
						let accumulator = self.accumulator(self.vaults[&vault].facility);
						let case = self.case(vault);
						assert!(is_dust || case.repays_nothing(&asset, amount, accumulator));
						self.withdraw(vault, &asset, amount);
						*self.donated.get_mut(&asset).unwrap() += amount;
					}
				}
				Event::IndexDrift { vault } => panic!("the entry of {vault} has drifted"),
				_ => {}
			}
		}
		assert!(settling.is_empty(), "of {settling:?} nothing is told");
		self.place();
	}

	/// The vault as liquidations and guards see it.
	pub fn case(&self, vault: VaultId) -> Case {
		let account = &self.vaults[&vault];
		Case::new(
			self.terms(account.facility),
			&account.legs,
			self.owed(vault),
		)
	}

	/// Takes off what has been seized, if that is what the rules say.
	fn liquidate(
		&mut self,
		vault: VaultId,
		seized: BTreeMap<AssetId, Balance>,
		repaid: Balance,
		left: Balance,
	) {
		let case = self.case(vault);
		let facility = self.vaults[&vault].facility;
		let (accumulator, debt) = (self.accumulator(facility), self.vaults[&vault].debt);
		case.check_seized(debt, accumulator, &seized);
		// No two normalised debts owe the same.
		let cleared = case
			.cleared(debt, accumulator, &seized)
			.into_iter()
			.find(|cleared| ceil(debt - cleared, accumulator, RAY) == left);
		let cleared = cleared.unwrap_or_else(|| panic!("{left} is left of {}", case.owed));
		self.vaults.get_mut(&vault).unwrap().debt -= cleared;
		let minted = &mut self.lines.get_mut(&facility).unwrap().minted;
		// Rounded up, and never more than was issued.
		assert_eq!(repaid, ceil(cleared, accumulator, RAY).min(*minted));
		*minted -= repaid;
		self.in_auction += repaid;
		let dues = case.dues(&seized, repaid);
		self.fees.entry(facility).or_default().push(dues.fees);
		for (asset, amount) in seized {
			self.withdraw(vault, &asset, amount);
			*self.for_sale.get_mut(&asset).unwrap() += amount;
			let unplaced = &mut self.vaults.get_mut(&vault).unwrap().unplaced;
			let due = dues.of_legs[&asset];
			unplaced.entry(asset).or_default().add(amount, due);
		}
	}

	/// Who waits after enforcement, which has come to `all` vaults or perhaps to some.
	pub fn wait(&mut self, all: bool) {
		let liquidated: BTreeSet<_> = events()
			.into_iter()
			.filter_map(|event| match event {
				Event::Liquidated { vault, .. } => Some(vault),
				_ => None,
			})
			.collect();
		for id in self.vaults.keys().copied().collect::<Vec<_>>() {
			let (account, now) = (&self.vaults[&id], row(id).is_waiting());
			let (owner, before) = (account.owner, account.waiting);
			// The owner is told when it begins to wait, and of nothing else. What is liquidated may have
			// waited before, and do so again.
			let deferred = Event::LiquidationDeferred { vault: id, owner };
			let told = events().iter().filter(|told| **told == deferred).count();
			let begins = usize::from(now && !before);
			let may_be_told = begins.max(usize::from(now && liquidated.contains(&id)));
			assert!(
				(begins..=may_be_told).contains(&told),
				"{id}: told {told} times"
			);
			if !self.goes_on(account.facility) {
				continue;
			}
			let case = self.case(id);
			let may_wait = before || case.is_nearly_unsafe();
			assert!(!now || may_wait && !(all && case.is_sellable()));
			// One that has just been liquidated may be looked at again in the next block only. And
			// nobody looks at those who wait while nothing of them can be sold.
			let must_wait = !case.is_sellable() && (before || case.is_unsafe());
			let is_known = all && !liquidated.contains(&id);
			assert!(now || !is_known || !must_wait, "vault {id} does not wait");
			self.vaults.get_mut(&id).unwrap().waiting = now;
		}
	}

	/// A guard acts: it pays what was ordered, as far as the owner has it and less than the minimum debt
	/// is not left, if that makes the vault safe and the vault is worth its debt.
	fn act(&mut self, vault: VaultId, repaid: Balance) {
		let case = self.case(vault);
		let account = self.vaults.get_mut(&vault).unwrap();
		let (owner, facility) = (account.owner, account.facility);
		let guard = account.guard.take().expect("it had one");
		let before = account.debt;
		assert!(case.is_nearly_below(guard.level.into_inner()));
		if case.is_under_water() {
			return assert_eq!(repaid, 0, "a guard has paid for less than that");
		}
		// The last unit keeps the account.
		let spendable = self.cusd[&owner].saturating_sub(1);
		let minimum = self.terms(facility).minimum_debt();
		let mut payment = guard.amount.min(spendable).min(case.owed);
		if !may_be_left(case.owed - payment, case.owed, minimum) {
			payment = case.owed.saturating_sub(minimum);
		}
		let accumulator = self.accumulator(facility);
		let clears = payment == case.owed || floor(payment, RAY, accumulator) > 0;
		if payment == 0 || !clears {
			return assert_eq!(repaid, 0);
		}
		let legs = &self.vaults[&vault].legs;
		let cleared = if payment == case.owed {
			before
		} else {
			floor(payment, RAY, accumulator)
		};
		let left = ceil(before - cleared, accumulator, RAY);
		let after = Case::new(self.terms(facility), legs, left);
		if repaid == 0 {
			let may_rest = after.is_nearly_unsafe() || case.is_nearly_under_water();
			assert!(may_rest, "a guard has not paid");
		} else {
			assert!(!after.is_unsafe(), "a guard has paid in vain");
			assert_eq!(
				(repaid, self.repay(vault, owner, payment)),
				(payment, payment)
			);
		}
	}

	/// Interest of so many seconds, and what time makes good of what has been borrowed.
	pub fn accrue(
		&mut self,
		seconds: u64,
		rates: &BTreeMap<FacilityId, u128>,
		limits: &BTreeMap<FacilityId, u128>,
	) {
		for (id, line) in self.lines.iter_mut() {
			line.accumulator = compound(line.accumulator, rates[id], seconds);
			assert_eq!(state(*id).accumulator.0, line.accumulator);
			let made_good = U512::from(limits[id]) * U512::from(seconds);
			line.filled = line.filled.saturating_sub(made_good);
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
			self.compare_health(*id, view.health);
			let legs = view
				.legs
				.into_iter()
				.map(|leg| (leg.asset, leg.amount))
				.collect();
			assert_eq!(account.legs, legs);
			let listed = &self.terms(account.facility).assets;
			assert_eq!(account.claims, claims(*id, listed));
			assert_eq!(row(*id).is_waiting(), account.waiting, "vault {id}");
			assert_eq!(
				(view.guard, view.offered_to),
				(account.guard, account.offered_to)
			);
		}
		self.compare_lots();
		for owner in [ALICE, BOB, CAROL] {
			// CRN is for deposits only.
			let vaults = self.vaults.values().filter(|v| v.owner == owner);
			let held = VAULT_DEPOSIT * vaults.count() as Balance;
			let all = 1_000_000 * ONE_CRN;
			let free = Balances::free_balance(owner);
			assert_eq!(
				(free, Balances::reserved_balance(owner)),
				(all - held, held)
			);
		}
		for (id, line) in &self.lines {
			line.terms.compare(*id);
			let (state, debts) = (state(*id), self.debts(*id));
			assert_eq!(
				(state.normalized_debt.0, state.minted, state.filled),
				(debts, line.minted, line.filled_ceil())
			);
			assert!(line.minted <= ceil(debts, line.accumulator, RAY));
		}
		for asset in DEALT {
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
		let sheet = [
			Treasury::backed_by_vaults(&CUSD),
			Treasury::in_auction(&CUSD),
			Treasury::bad_debt(&CUSD),
		];
		assert_eq!(sheet, [minted, self.in_auction, self.bad_debt]);
		assert_eq!(issued, sheet.iter().sum());
	}
}
