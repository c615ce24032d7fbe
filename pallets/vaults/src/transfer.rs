//! Giving a vault to another owner, with his consent.

use crate::{
	adjust::Position,
	extent::Extent,
	types::{Breaker, Expected, LimitsOf},
	Config, Error, Event, HoldReason, Pallet, Vaults, VaultsOf,
};
use cairn_primitives::VaultId;
use frame_support::{
	ensure, require_transactional,
	traits::{fungible::MutateHold, tokens::Precision, Get},
};
use sp_runtime::{DispatchError, DispatchResult};

impl<T: Config> Pallet<T> {
	#[require_transactional]
	pub(crate) fn do_offer(
		who: T::AccountId,
		vault: VaultId,
		to: Option<T::AccountId>,
	) -> DispatchResult {
		Vaults::<T>::try_mutate(vault, |row| {
			let row = row.as_mut().ok_or(Error::<T>::UnknownVault)?;
			ensure!(row.owner == who, Error::<T>::NotOwner);
			ensure!(to.as_ref() != Some(&who), Error::<T>::AlreadyOwner);
			row.offered_to = to.clone();
			Self::deposit_event(Event::Offered {
				vault,
				owner: who,
				to,
			});
			Ok(())
		})
	}

	/// The claims go with the vault. The guard does not: it was ordered on another's balance.
	#[require_transactional]
	pub(crate) fn do_accept(
		who: T::AccountId,
		vault: VaultId,
		expected: Expected,
		limits: LimitsOf<T>,
	) -> Result<Extent, DispatchError> {
		Self::ensure_deadline(&limits)?;
		Self::ensure_each_once(&expected.collateral_at_least)?;
		let mut position = Position::<T>::load(vault)?;
		let claims = position.extent().claims;
		let is_meant = position.vault.offered_to.as_ref() == Some(&who);
		ensure!(is_meant, Error::<T>::NotOffered);
		ensure!(
			position.facility.breaker < Breaker::Frozen,
			Error::<T>::SwitchedOff
		);
		position.settle_claims()?;
		position.ensure_as_expected(&expected)?;
		position.ensure_within(&limits)?;
		let (reason, deposit) = (HoldReason::VaultDeposit.into(), T::VaultDeposit::get());
		T::Native::hold(&reason, &who, deposit)?;
		let from = core::mem::replace(&mut position.vault.owner, who.clone());
		let returned = core::mem::replace(&mut position.vault.deposit, deposit);
		T::Native::release(&reason, &from, returned, Precision::BestEffort)?;
		VaultsOf::<T>::remove(&from, vault);
		VaultsOf::<T>::insert(&who, vault, ());
		position.vault.offered_to = None;
		position.vault.guard = None;
		let extent = Extent {
			claims,
			..position.extent()
		};
		position.commit();
		Self::deposit_event(Event::Transferred {
			vault,
			from,
			to: who,
		});
		Ok(extent)
	}
}
