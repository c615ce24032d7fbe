//! What users do with their vaults: one load, the movements, the checks, one commit.

use crate::{
	extent::Extent,
	rows::Rows,
	types::{Adjustment, Basket, BookKind, Breaker, LimitsOf, Vault},
	Config, Error, Event, Facilities, FacilityStates, HoldReason, NextVault, Pallet, Vaults,
	VaultsOf,
};
use alloc::collections::BTreeSet;
use cairn_math::NormalizedDebt;
use cairn_primitives::{Balance, FacilityId, VaultId};
use frame_support::{
	ensure, require_transactional,
	traits::{
		fungible::MutateHold,
		fungibles::Inspect,
		tokens::{DepositConsequence, Precision, Provenance},
		Get,
	},
	BoundedVec,
};
use sp_runtime::{traits::Zero, DispatchError, DispatchResult};

pub(crate) use crate::position::Position;

/// For whom an adjustment is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum By {
	/// Only for the owner, whatever it asks for: he can give somebody else the right to call this for
	/// him without giving away more than his own vaults.
	Owner,
	/// For anybody, as long as it makes the vault no riskier.
	Anybody,
}

impl<T: Config> Pallet<T> {
	#[require_transactional]
	pub(crate) fn do_open(
		owner: T::AccountId,
		facility: FacilityId,
		adjustment: Adjustment,
		limits: LimitsOf<T>,
	) -> DispatchResult {
		let record = Facilities::<T>::get(facility).ok_or(Error::<T>::UnknownFacility)?;
		ensure!(
			record.base.breaker < Breaker::NoNewRisk,
			Error::<T>::SwitchedOff
		);
		let id = NextVault::<T>::get();
		NextVault::<T>::put(id.checked_add(1).ok_or(Error::<T>::Overflow)?);
		let deposit = T::VaultDeposit::get();
		T::Native::hold(&HoldReason::VaultDeposit.into(), &owner, deposit)?;
		Vaults::<T>::insert(
			id,
			Vault {
				facility,
				owner: owner.clone(),
				debt: NormalizedDebt::ZERO,
				legs: BoundedVec::new(),
				claims: BoundedVec::new(),
				books: BookKind::default(),
				deposit,
				guard: None,
				offered_to: None,
			},
		);
		VaultsOf::<T>::insert(&owner, id, ());
		Self::deposit_event(Event::Opened {
			vault: id,
			facility,
			owner: owner.clone(),
		});
		if adjustment == Adjustment::default() {
			return Self::ensure_deadline(&limits);
		}
		Self::do_adjust(owner, id, adjustment, limits, By::Owner)?;
		Ok(())
	}

	#[require_transactional]
	pub(crate) fn do_adjust(
		who: T::AccountId,
		vault: VaultId,
		adjustment: Adjustment,
		limits: LimitsOf<T>,
		by: By,
	) -> Result<Extent, DispatchError> {
		Self::ensure_deadline(&limits)?;
		Self::ensure_well_formed(&adjustment)?;
		let mut position = Position::<T>::load(vault)?;
		let claims = position.extent().claims;
		let Adjustment {
			deposit,
			repay,
			withdraw,
			borrow,
		} = adjustment;
		let riskier = !withdraw.is_empty() || !borrow.is_zero();
		let breaker = position.facility.breaker;
		// Deposited after prices were fixed, collateral would be sold at them.
		let settled = breaker == Breaker::Settled;
		ensure!(!settled || deposit.is_empty(), Error::<T>::FacilitySettled);
		let may = position.vault.owner == who || (by == By::Anybody && !riskier);
		ensure!(may, Error::<T>::NotOwner);
		if riskier {
			ensure!(
				borrow.is_zero() || breaker < Breaker::NoNewRisk,
				Error::<T>::SwitchedOff
			);
			ensure!(
				settled || breaker < Breaker::Frozen,
				Error::<T>::SwitchedOff
			);
		}
		position.settle_claims()?;
		position.deposit(&who, &deposit, !riskier)?;
		let owed = position.owed_ceil()?;
		let repaid = if repay.is_zero() {
			0
		} else {
			position.repay(&who, repay)?
		};
		position.withdraw(&withdraw)?;
		if !borrow.is_zero() {
			position.borrow(borrow)?;
		}
		let debt = position.owed_ceil()?;
		if !borrow.is_zero() || !repaid.is_zero() {
			let minimum = position.facility.minimum_debt;
			// Whoever owed less already, since the minimum has risen, may go on repaying.
			let may_owe_less = borrow.is_zero() && owed < minimum;
			ensure!(
				debt.is_zero() || debt >= minimum || may_owe_less,
				Error::<T>::BelowMinimumDebt
			);
		}
		if riskier {
			// Withdrawing against debt is new risk too.
			ensure!(
				debt.is_zero() || breaker < Breaker::NoNewRisk,
				Error::<T>::SwitchedOff
			);
			if !debt.is_zero() {
				position.ensure_caps_allow(&withdraw, borrow)?;
				position.ensure_new_risk_is_covered()?;
				position.ensure_guard_rests()?;
			}
		}
		position.ensure_within(&limits)?;
		let extent = Extent {
			claims,
			..position.extent()
		};
		position.commit();
		Self::deposit_event(Event::Adjusted {
			vault,
			by: who,
			deposited: deposit,
			withdrawn: withdraw,
			borrowed: borrow,
			repaid,
			debt,
		});
		Ok(extent)
	}

	/// Pays the debt back and hands everything out. Removes the vault, unless lots may still return
	/// something to it.
	#[require_transactional]
	pub(crate) fn do_close(
		who: T::AccountId,
		vault: VaultId,
		max_repay: Balance,
	) -> Result<Extent, DispatchError> {
		let mut position = Position::<T>::load(vault)?;
		ensure!(position.vault.owner == who, Error::<T>::NotOwner);
		let claims = position.extent().claims;
		position.settle_claims()?;
		let may_get_more = !position.vault.claims.is_empty();
		let owed = position.owed_ceil()?;
		let is_empty = owed.is_zero() && position.vault.legs.is_empty();
		ensure!(!may_get_more || !is_empty, Error::<T>::ClaimsPending);
		ensure!(owed <= max_repay, Error::<T>::RepaymentAboveLimit);
		let repaid = if owed.is_zero() {
			0
		} else {
			position.repay(&who, owed)?
		};
		if !position.unindex(&mut Rows::direct()) {
			Self::drifted(vault);
		}
		let extent = Extent {
			claims,
			..position.extent()
		};
		let (mut withdrawn, mut forfeited) = (Basket::new(), Basket::new());
		for leg in position.vault.legs.clone() {
			let asset = position.facility.terms_of(leg.collateral)?.asset.clone();
			position.debit(leg.collateral, leg.amount)?;
			// Less than a minimum balance cannot exist in an account that has none of the token.
			// Whoever put it there, it must not keep the vault from closing: it stays behind.
			let consequence =
				T::Fungibles::can_deposit(asset.clone(), &who, leg.amount, Provenance::Extant);
			let gone = if consequence == DepositConsequence::BelowMinimum {
				&mut forfeited
			} else {
				position.release(&asset, leg.amount)?;
				&mut withdrawn
			};
			gone.try_push((asset, leg.amount))
				.map_err(|_| Error::<T>::TooManyLegs)?;
		}
		position.tell_forfeited(forfeited);
		if may_get_more {
			position.commit();
			Self::deposit_event(Event::Adjusted {
				vault,
				by: who,
				deposited: Basket::new(),
				withdrawn,
				borrowed: 0,
				repaid,
				debt: 0,
			});
			return Ok(extent);
		}
		T::Native::release(
			&HoldReason::VaultDeposit.into(),
			&who,
			position.vault.deposit,
			Precision::BestEffort,
		)?;
		position.state.operations = position.state.operations.saturating_add(1);
		FacilityStates::<T>::insert(position.vault.facility, position.state);
		Vaults::<T>::remove(vault);
		VaultsOf::<T>::remove(&who, vault);
		Self::deposit_event(Event::Closed {
			vault,
			owner: who,
			repaid,
			withdrawn,
		});
		Ok(extent)
	}

	#[require_transactional]
	pub(crate) fn do_claim(vault: VaultId) -> Result<Extent, DispatchError> {
		let mut position = Position::<T>::load(vault)?;
		let claims = position.extent().claims;
		position.settle_claims()?;
		let extent = position.extent();
		ensure!(extent.claims < claims, Error::<T>::NothingToClaim);
		position.commit();
		Ok(Extent { claims, ..extent })
	}

	pub(crate) fn ensure_deadline(limits: &LimitsOf<T>) -> DispatchResult {
		let now = frame_system::Pallet::<T>::block_number();
		let in_time = limits.deadline.is_none_or(|deadline| now <= deadline);
		ensure!(in_time, Error::<T>::DeadlinePassed);
		Ok(())
	}

	fn ensure_well_formed(adjustment: &Adjustment) -> DispatchResult {
		let Adjustment {
			deposit,
			repay,
			withdraw,
			borrow,
		} = adjustment;
		let nothing =
			deposit.is_empty() && withdraw.is_empty() && repay.is_zero() && borrow.is_zero();
		ensure!(!nothing, Error::<T>::ZeroAmount);
		Self::ensure_each_once(deposit)?;
		Self::ensure_each_once(withdraw)
	}

	/// Each token is named once, and more than nothing of it.
	pub(crate) fn ensure_each_once(basket: &Basket) -> DispatchResult {
		let mut seen = BTreeSet::new();
		for (asset, amount) in basket {
			ensure!(!amount.is_zero(), Error::<T>::ZeroAmount);
			ensure!(seen.insert(asset), Error::<T>::DuplicateAsset);
		}
		Ok(())
	}
}
