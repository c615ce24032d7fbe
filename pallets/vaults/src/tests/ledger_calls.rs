//! Whether a call must succeed or fail, and why, from what the naive ledger knows and the rules say.

use super::{
	because,
	ledger::{Account, Ledger},
	ledger_rules::{ceil, floor, may_be_left, Case, Measure, RAY},
	ledger_terms::Terms,
};
use crate::{
	mock::*,
	types::{Adjustment, Breaker, Expected, Guard, LimitsOf},
	Error,
};
use cairn_primitives::{AssetId, Balance, Leftover, LiquidationLots, PriceSource, VaultId};
use frame_support::traits::fungibles::Inspect;
use sp_runtime::{DispatchError, DispatchResult};
use std::collections::{BTreeMap, BTreeSet};

/// A health of one.
const HEALTHY: u128 = 1_000_000_000_000_000_000;

/// What a call must come to.
#[derive(Debug)]
pub enum Outlook {
	/// Nothing forbids it.
	Done,
	/// It fails, for one of these reasons; for any if none is named.
	Refused(Vec<DispatchError>),
	/// Less than is rounded decides.
	Either,
}

impl Outlook {
	pub fn check(self, result: DispatchResult) {
		match (&self, result) {
			(Self::Either, _) | (Self::Done, Ok(())) => {}
			(Self::Refused(reasons), Err(error)) => {
				assert!(
					reasons.is_empty() || reasons.contains(&error),
					"refused as {error:?}, not as {reasons:?}"
				);
			}
			(_, result) => panic!("{result:?}, but {self:?}"),
		}
	}
}

/// Why a step ends here.
type Step = Result<(), Vec<DispatchError>>;

fn unless(fine: bool, error: Error<Test>) -> Step {
	if fine {
		Ok(())
	} else {
		Err(vec![because(error)])
	}
}

/// A call of which the outcome is looked for.
struct Looking<'a> {
	ledger: &'a Ledger,
	terms: &'a Terms,
	account: Account,
	who: AccountId,
	adjustment: &'a Adjustment,
	limits: &'a LimitsOf<Test>,
	/// What is in all vaults of the facility beside this one.
	beside: BTreeMap<AssetId, Balance>,
	/// Normalised, before anything is done.
	debt_before: u128,
	/// Whether rounding has decided something.
	unsure: bool,
}

impl Ledger {
	/// Of opening a vault with an adjustment.
	pub fn outlook_of_open(
		&self,
		account: Account,
		adjustment: &Adjustment,
		limits: &LimitsOf<Test>,
	) -> Outlook {
		if self.terms(account.facility).breaker >= Breaker::NoNewRisk {
			return Outlook::Refused(vec![because(Error::SwitchedOff)]);
		}
		let mut looking = self.look(account.owner, None, account, adjustment, limits);
		let steps = looking.steps();
		looking.outlook(steps)
	}

	/// A vault with what closed lots have left over: it comes back before anything else is done.
	pub fn with_leftovers(&self, vault: VaultId) -> Account {
		let mut account = self.vaults[&vault].clone();
		for ((asset, lot), contributed) in account.claims.clone() {
			if let Leftover::Ready(amount) =
				<Auctions as LiquidationLots<AssetId>>::leftover(lot, contributed)
			{
				account.claims.remove(&(asset.clone(), lot));
				*account.legs.entry(asset).or_default() += amount;
			}
		}
		account.legs.retain(|_, amount| *amount > 0);
		account
	}

	/// Of adjusting a vault.
	pub fn outlook_of_adjust(
		&self,
		who: AccountId,
		vault: VaultId,
		adjustment: &Adjustment,
		limits: &LimitsOf<Test>,
	) -> Outlook {
		let account = self.with_leftovers(vault);
		let mut looking = self.look(who, Some(vault), account, adjustment, limits);
		let steps = looking.steps();
		looking.outlook(steps)
	}

	/// Of accepting a vault.
	pub fn outlook_of_accept(
		&self,
		who: AccountId,
		vault: VaultId,
		is_as_expected: bool,
		limits: &LimitsOf<Test>,
	) -> Outlook {
		let (account, nothing) = (self.with_leftovers(vault), Adjustment::default());
		let is_meant = account.offered_to == Some(who);
		let frozen = self.terms(account.facility).breaker >= Breaker::Frozen;
		let mut looking = self.look(who, Some(vault), account, &nothing, limits);
		let steps = looking
			.deadline()
			.and_then(|()| unless(is_meant, Error::NotOffered))
			.and_then(|()| unless(!frozen, Error::SwitchedOff))
			.and_then(|()| unless(is_as_expected, Error::NotAsExpected))
			.and_then(|()| looking.least_health());
		looking.outlook(steps)
	}

	/// Of its owner's closing a vault.
	pub fn outlook_of_close(&self, vault: VaultId, max_repay: Balance) -> Outlook {
		let (account, owed) = (self.with_leftovers(vault), self.owed(vault));
		let is_empty = owed == 0 && account.legs.is_empty();
		if is_empty && !account.claims.is_empty() {
			return Outlook::Refused(vec![because(Error::ClaimsPending)]);
		}
		if owed > max_repay {
			return Outlook::Refused(vec![because(Error::RepaymentAboveLimit)]);
		}
		if self.cusd[&account.owner] < owed {
			// Why is the token's business.
			return Outlook::Refused(Vec::new());
		}
		Outlook::Done
	}

	/// What can be expected of a vault and no unit more, as `wish` has it: 0 is just that, 1 a unit less of
	/// debt, others a unit more of some leg. With it, whether it is so.
	pub fn expect(&self, vault: VaultId, wish: usize) -> (Expected, bool) {
		let (owed, mut legs) = (self.owed(vault), self.with_leftovers(vault).legs);
		let debt_at_most = owed.saturating_sub(u128::from(wish == 1));
		let number = wish.checked_sub(2).and_then(|n| n.checked_rem(legs.len()));
		let more = number.and_then(|number| legs.values_mut().nth(number));
		let is_more = more.map(|amount| *amount += 1).is_some();
		let named: Vec<_> = legs.into_iter().collect();
		let expected = Expected {
			debt_at_most,
			collateral_at_least: basket(&named),
		};
		(expected, debt_at_most == owed && !is_more)
	}

	/// Of the owner's order for a guard.
	pub fn outlook_of_guard(&self, vault: VaultId, guard: Option<Guard>) -> Outlook {
		let Some(Guard { level, amount }) = guard else {
			return Outlook::Done;
		};
		let (level, ten) = (level.into_inner(), 10 * HEALTHY);
		let frozen = self.terms(self.vaults[&vault].facility).breaker >= Breaker::Frozen;
		let (owes, case) = (self.vaults[&vault].debt > 0, self.shown_case(vault));
		let reason = if level <= HEALTHY || level > ten {
			Error::BadGuardLevel
		} else if amount == 0 {
			Error::ZeroAmount
		} else if frozen {
			Error::SwitchedOff
		} else if owes && case.is_below(level) {
			Error::BelowGuardLevel
		} else if owes && case.is_nearly_below(level) {
			return Outlook::Either;
		} else {
			return Outlook::Done;
		};
		Outlook::Refused(vec![because(reason)])
	}

	fn look<'a>(
		&'a self,
		who: AccountId,
		vault: Option<VaultId>,
		account: Account,
		adjustment: &'a Adjustment,
		limits: &'a LimitsOf<Test>,
	) -> Looking<'a> {
		let others = self
			.vaults
			.iter()
			.filter(|(id, other)| Some(**id) != vault && other.facility == account.facility);
		let mut beside = BTreeMap::new();
		for (asset, amount) in others.flat_map(|(_, other)| &other.legs) {
			*beside.entry(asset.clone()).or_default() += amount;
		}
		Looking {
			ledger: self,
			terms: self.terms(account.facility),
			beside,
			debt_before: account.debt,
			account,
			who,
			adjustment,
			limits,
			unsure: false,
		}
	}
}

impl Looking<'_> {
	fn outlook(self, steps: Step) -> Outlook {
		match steps {
			Ok(()) if self.unsure => Outlook::Either,
			Ok(()) => Outlook::Done,
			Err(_) if self.unsure => Outlook::Refused(Vec::new()),
			Err(reasons) => Outlook::Refused(reasons),
		}
	}

	fn steps(&mut self) -> Step {
		self.deadline()?;
		let Adjustment {
			deposit,
			repay,
			withdraw,
			borrow,
		} = self.adjustment;
		let moves = deposit.iter().chain(withdraw.iter());
		let nothing = deposit.is_empty() && withdraw.is_empty() && *repay == 0 && *borrow == 0;
		let empty = moves.clone().any(|(_, amount)| *amount == 0);
		unless(!nothing && !empty, Error::ZeroAmount)?;
		let riskier = !withdraw.is_empty() || *borrow > 0;
		let breaker = self.terms.breaker;
		if riskier {
			unless(self.account.owner == self.who, Error::NotOwner)?;
			let stopped = *borrow > 0 && breaker >= Breaker::NoNewRisk;
			unless(!stopped && breaker < Breaker::Frozen, Error::SwitchedOff)?;
		}
		self.deposit(riskier)?;
		let before = self.owed();
		let paid = (*repay).min(before);
		self.repay(paid)?;
		let quoted_before: Vec<_> = self.account.legs.keys().cloned().collect();
		self.withdraw()?;
		self.borrow()?;
		let owed = self.owed();
		if *borrow > 0 || paid > 0 {
			// Whoever borrows has no former debt to be judged by.
			let before = if *borrow > 0 { Balance::MAX } else { before };
			unless(
				may_be_left(owed, before, self.terms.minimum_debt()),
				Error::BelowMinimumDebt,
			)?;
		}
		if riskier && owed > 0 {
			unless(breaker < Breaker::NoNewRisk, Error::SwitchedOff)?;
			self.caps()?;
			self.risk(&quoted_before)?;
			self.guard()?;
		}
		self.least_health()
	}

	/// It is not too late.
	fn deadline(&self) -> Step {
		let now = System::block_number();
		let in_time = self.limits.deadline.is_none_or(|last| now <= last);
		unless(in_time, Error::DeadlinePassed)
	}

	/// The vault is as healthy as is insisted on.
	fn least_health(&mut self) -> Step {
		let Some(least) = self.limits.min_health.filter(|_| self.account.debt > 0) else {
			return Ok(());
		};
		let (case, least) = (self.case(Measure::Liquidation), least.into_inner());
		self.unless_below(
			case.is_below(least),
			case.is_nearly_below(least),
			vec![because(Error::HealthBelowLimit)],
		)
	}

	fn owed(&self) -> Balance {
		let accumulator = self.ledger.accumulator(self.account.facility);
		ceil(self.account.debt, accumulator, RAY)
	}

	/// What all vaults hold, and the cap.
	fn listed(&self, asset: &AssetId) -> Result<(Balance, Balance), Vec<DispatchError>> {
		let found = self.terms.listed(asset);
		let listed = found.ok_or(vec![because(Error::CollateralNotAccepted)])?;
		let of = |legs: &BTreeMap<_, Balance>| legs.get(asset).copied().unwrap_or_default();
		Ok((of(&self.beside) + of(&self.account.legs), listed.cap))
	}

	fn case(&self, measure: Measure) -> Case {
		Case::measured(self.terms, &self.account.legs, self.owed(), measure)
	}

	/// `below` for sure, `nearly` for all that rounding may do.
	fn unless_below(&mut self, below: bool, nearly: bool, errors: Vec<DispatchError>) -> Step {
		if below {
			return Err(errors);
		}
		self.unsure |= nearly;
		Ok(())
	}

	fn deposit(&mut self, riskier: bool) -> Step {
		let mut is_beyond = false;
		for (asset, amount) in &self.adjustment.deposit {
			let (held, cap) = self.listed(asset)?;
			let is_new = !self.account.legs.contains_key(asset);
			let is_stranger = self.account.owner != self.who;
			unless(!(is_new && is_stranger), Error::OnlyOwnerAddsLegs)?;
			is_beyond |= held + amount > cap;
		}
		if is_beyond {
			// A vault may be rescued beyond a cap.
			unless(!riskier && self.account.debt > 0, Error::CapReached)?;
			let (case, target) = (self.case(Measure::Liquidation), self.terms.target_health());
			unless(case.is_nearly_below(target), Error::CapReached)?;
			self.unsure |= !case.is_below(target);
		}
		for (asset, amount) in &self.adjustment.deposit {
			let left = balance(asset.clone(), self.who).checked_sub(*amount);
			let least = Tokens::minimum_balance(asset.clone());
			if left.is_none_or(|left| left > 0 && left < least) {
				// Why is the token's business.
				return Err(Vec::new());
			}
			*self.account.legs.entry(asset.clone()).or_default() += amount;
		}
		// What may come back needs room too.
		let claimed = self.account.claims.keys().map(|(asset, _)| asset);
		let distinct: BTreeSet<_> = self.account.legs.keys().chain(claimed).collect();
		unless(distinct.len() <= 8, Error::TooManyLegs)
	}

	fn repay(&mut self, paid: Balance) -> Step {
		if self.adjustment.repay == 0 {
			return Ok(());
		}
		let owed = self.owed();
		unless(owed > 0, Error::NoDebt)?;
		let accumulator = self.ledger.accumulator(self.account.facility);
		let cleared = if paid == owed {
			self.account.debt
		} else {
			floor(paid, RAY, accumulator)
		};
		unless(cleared > 0, Error::RepaymentTooSmall)?;
		if self.ledger.cusd.get(&self.who).copied().unwrap_or_default() < paid {
			return Err(Vec::new());
		}
		self.account.debt -= cleared;
		Ok(())
	}

	fn withdraw(&mut self) -> Step {
		for (asset, amount) in &self.adjustment.withdraw {
			self.listed(asset)?;
			let held = self.account.legs.get(asset).copied().unwrap_or_default();
			unless(held > 0 && *amount <= held, Error::NotEnoughCollateral)?;
			let has = balance(asset.clone(), self.account.owner);
			if has + amount < Tokens::minimum_balance(asset.clone()) {
				return Err(Vec::new());
			}
			self.account.legs.insert(asset.clone(), held - amount);
		}
		self.account.legs.retain(|_, amount| *amount > 0);
		Ok(())
	}

	fn borrow(&mut self) -> Step {
		let amount = self.adjustment.borrow;
		if amount == 0 {
			return Ok(());
		}
		let id = self.account.facility;
		let accumulator = self.ledger.accumulator(id);
		let paid_back = self.adjustment.repay.min(self.owed_before());
		self.account.debt += ceil(amount, RAY, accumulator);
		let all = self.ledger.debts(id) - self.debt_before + self.account.debt;
		let total = ceil(all, accumulator, RAY);
		unless(total <= self.terms.ceiling(), Error::CeilingReached)?;
		let filled = self.ledger.lines[&id].filled_ceil();
		let filled = filled.saturating_sub(paid_back);
		unless(
			filled
				.checked_add(amount)
				.is_some_and(|filled| filled <= self.terms.fill_limit()),
			Error::FillLimitReached,
		)
	}

	fn owed_before(&self) -> Balance {
		let accumulator = self.ledger.accumulator(self.account.facility);
		ceil(self.debt_before, accumulator, RAY)
	}

	/// No new risk on a collateral beyond its cap.
	fn caps(&mut self) -> Step {
		for asset in self.account.legs.keys() {
			let (held, cap) = self.listed(asset)?;
			let mut withdrawn = self.adjustment.withdraw.iter();
			let is_relied_on =
				self.adjustment.borrow > 0 || withdrawn.any(|(other, _)| other != asset);
			unless(!is_relied_on || held <= cap, Error::CapReached)?;
		}
		Ok(())
	}

	/// The strict measure carries the debt.
	fn risk(&mut self, quoted: &[AssetId]) -> Step {
		let case = self.case(Measure::NewRisk);
		let is_live = |asset: &AssetId| {
			<Prices as PriceSource<_>>::quote(asset)
				.is_some_and(|quote| quote.status.allows_new_risk())
		};
		let error = if quoted.iter().all(is_live) {
			Error::Undercollateralized
		} else {
			Error::PriceNotLive
		};
		self.unless_below(
			case.is_unsafe(),
			case.is_nearly_unsafe(),
			vec![because(error)],
		)
	}

	/// The vault does not stand below its guard's level.
	fn guard(&mut self) -> Step {
		let Some(guard) = self.account.guard else {
			return Ok(());
		};
		let (case, level) = (self.case(Measure::Liquidation), guard.level.into_inner());
		self.unless_below(
			case.is_below(level),
			case.is_nearly_below(level),
			vec![because(Error::BelowGuardLevel)],
		)
	}
}
