//! An owner's automation: debt is paid back from his own balance before it comes to a liquidation.
//!
//! A guard watches a health `g` above one. The index holds the vault at `θ = g·e/H` instead of
//! `e/H`, as if it owed `g` times as much, so that the block in which its health falls below `g`
//! finds it; and in books of their own, which come last: many guards that are due at once keep
//! enforcement from nothing that is unsafe. What a guard then does, it does once, as follows from the guard's own terms: nothing of it
//! can fail, and nothing of it can leave the vault or its owner worse off than a repayment that the
//! owner makes himself.

use crate::{
	adjust::Position,
	extent::Extent,
	facility::MAX_HEALTH,
	types::{BookKind, Breaker, Guard, Vault},
	valuation::LiquidationPrices,
	Config, Error, Event, Pallet,
};
use cairn_math::{mul_div_ceil, FixedU128, NormalizedDebt};
use cairn_primitives::{Balance, VaultId};
use frame_support::{
	defensive, ensure, require_transactional,
	storage::with_storage_layer,
	traits::{
		fungibles::Inspect,
		tokens::{Fortitude, Preservation},
	},
};
use primitive_types::U512;
use sp_runtime::{
	traits::{One, Zero},
	DispatchError, DispatchResult,
};

const ONE: u128 = 1_000_000_000_000_000_000;

impl<T: Config> Vault<T> {
	/// In which books its entries belong, unless it waits.
	pub(crate) fn books_of_its_own(&self) -> BookKind {
		if self.guard.is_some() && !self.debt.is_zero() {
			BookKind::Guard
		} else {
			BookKind::Risk
		}
	}

	/// The debt by which the risk index places the vault: `⌈d·g⌉`; `None` if that is beyond all
	/// numbers.
	pub(crate) fn watched_debt(&self) -> Option<NormalizedDebt> {
		self.guard.map_or(Some(self.debt), |guard| {
			mul_div_ceil(self.debt.0, guard.level.into_inner(), ONE).map(NormalizedDebt)
		})
	}
}

impl<T: Config> Position<T> {
	/// Whether the vault owes, and its health is below `level`: `W < g·D`.
	fn is_below(&self, prices: &LiquidationPrices, level: FixedU128) -> bool {
		let Ok(owed) = self.owed_ceil() else {
			return false;
		};
		let weighted = prices.weighted_floor(&self.facility, &self.vault.legs);
		let debt = prices.debt_value_ceil(&self.facility, owed);
		let scaled = U512::from(debt.wide()) * U512::from(level.into_inner());
		U512::from(weighted.wide()) * U512::from(ONE) < scaled
	}

	/// Whether all of the collateral is worth less than what is owed.
	fn is_under_water(&self, prices: &LiquidationPrices) -> bool {
		let Ok(owed) = self.owed_ceil() else {
			return true;
		};
		let worth = prices.value_floor(&self.facility, &self.vault.legs);
		worth < prices.debt_value_ceil(&self.facility, owed)
	}

	/// Whether the vault has a guard whose moment has come.
	pub fn guard_is_due(&self, prices: &LiquidationPrices) -> bool {
		let guard = self.vault.guard;
		guard.is_some_and(|guard| self.is_below(prices, guard.level))
	}

	/// What a guard may pay: as much as was ordered, is owed, and can be spent without endangering
	/// the owner's account, and so much less that what is left of the debt may be left: not less than the
	/// minimum, unless it was less before.
	fn guard_payment(&self, ordered: Balance) -> Result<Balance, DispatchError> {
		let asset = self.facility.debt_asset.clone();
		let spendable = T::Fungibles::reducible_balance(
			asset,
			&self.vault.owner,
			Preservation::Preserve,
			Fortitude::Polite,
		);
		let owed = self.owed_ceil()?;
		let most = ordered.min(spendable).min(owed);
		let least_left = self.facility.minimum_debt;
		if most == owed || owed < least_left || owed.saturating_sub(most) >= least_left {
			Ok(most)
		} else {
			Ok(owed.saturating_sub(least_left))
		}
	}

	/// Does what the owner has ordered if its moment has come, and forgets the order. Whether it
	/// was so.
	///
	/// Nothing is paid unless it makes the vault safe: the owner should not lose his money beside
	/// his collateral. And nothing for a vault that is worth less than its debt: nobody has to pay
	/// that, and after a liquidation he need not have.
	pub fn run_guard(&mut self, prices: &LiquidationPrices) -> bool {
		if !self.guard_is_due(prices) {
			return false;
		}
		if !self.vault.claims.is_empty() {
			if self.settle_claims().is_err() {
				defensive!("a leftover does not fit its vault");
			}
			if !self.guard_is_due(prices) {
				return false;
			}
		}
		let Some(guard) = self.vault.guard.take() else {
			return false;
		};
		let (debt, total) = (self.vault.debt, self.state.normalized_debt);
		let (minted, filled) = (self.state.minted, self.state.filled);
		let made_good = self.state.made_good;
		let paid = with_storage_layer(|| {
			ensure!(
				!self.is_under_water(prices),
				Error::<T>::Undercollateralized
			);
			let payment = self.guard_payment(guard.amount)?;
			if payment.is_zero() {
				return Ok(payment);
			}
			let owner = self.vault.owner.clone();
			let paid = self.repay(&owner, payment)?;
			let is_saved = !self.is_below(prices, FixedU128::one());
			ensure!(is_saved, Error::<T>::Undercollateralized);
			Ok::<_, DispatchError>(paid)
		});
		let repaid = paid.unwrap_or_else(|_| {
			(self.vault.debt, self.state.normalized_debt) = (debt, total);
			(self.state.minted, self.state.filled) = (minted, filled);
			self.state.made_good = made_good;
			0
		});
		self.state.operations = self.state.operations.saturating_add(1);
		Pallet::<T>::deposit_event(Event::GuardActed {
			vault: self.id,
			owner: self.vault.owner.clone(),
			repaid,
			debt: self.owed_ceil().unwrap_or(Balance::MAX),
		});
		true
	}

	/// New risk must not be what a guard acts on.
	pub fn ensure_guard_rests(&self) -> DispatchResult {
		if self.vault.guard.is_none() || self.vault.debt.is_zero() {
			return Ok(());
		}
		let prices = LiquidationPrices::read(&self.facility).ok_or(Error::<T>::PriceNotLive)?;
		ensure!(!self.guard_is_due(&prices), Error::<T>::BelowGuardLevel);
		Ok(())
	}
}

impl<T: Config> Pallet<T> {
	#[require_transactional]
	pub(crate) fn do_set_guard(
		who: T::AccountId,
		vault: VaultId,
		guard: Option<Guard>,
	) -> Result<Extent, DispatchError> {
		let mut position = Position::<T>::load(vault)?;
		ensure!(position.vault.owner == who, Error::<T>::NotOwner);
		let claims = position.extent().claims;
		if let Some(Guard { level, amount }) = guard {
			let in_range = level > FixedU128::one() && level <= FixedU128::from_u32(MAX_HEALTH);
			ensure!(in_range, Error::<T>::BadGuardLevel);
			ensure!(!amount.is_zero(), Error::<T>::ZeroAmount);
			ensure!(
				position.facility.breaker < Breaker::Frozen,
				Error::<T>::SwitchedOff
			);
			// Before it acts they would be settled too.
			position.settle_claims()?;
		}
		position.vault.guard = guard;
		position.ensure_guard_rests()?;
		let extent = Extent {
			claims,
			..position.extent()
		};
		position.commit();
		Self::deposit_event(Event::GuardSet { vault, guard });
		Ok(extent)
	}
}
