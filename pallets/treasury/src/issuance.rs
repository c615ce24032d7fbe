//! Making and destroying debt assets.

use cairn_primitives::{AssetId, Balance, BurnReason, Issuance, MintReason};
use frame_support::{
	dispatch::DispatchResult,
	ensure,
	storage::with_storage_layer,
	traits::{
		tokens::{
			fungibles::{Inspect, Mutate},
			DepositConsequence, Fortitude, Precision, Preservation, Provenance,
		},
		Get,
	},
};
use sp_runtime::{ArithmeticError, DispatchError};

use crate::{Books, Config, Error, Event, Line, Pallet, Sheet};

impl<T: Config> Issuance<T::AccountId, AssetId> for Pallet<T> {
	/// Both reasons are debt of a vault from the moment on in which the units exist.
	///
	/// # Errors
	///
	/// [`Error::NotEnabled`], [`Error::Inexact`], or the token's own, if `who` cannot hold it.
	fn mint(
		asset: &AssetId,
		who: &T::AccountId,
		amount: Balance,
		reason: MintReason,
	) -> DispatchResult {
		let line = match reason {
			MintReason::Borrow | MintReason::Interest => Line::Vaults,
		};
		if amount == 0 {
			return Ok(());
		}
		with_storage_layer(|| {
			let before = Books::<T>::get(asset).ok_or(Error::<T>::NotEnabled)?;
			let after = before
				.with_more(line, amount)
				.ok_or(ArithmeticError::Overflow)?;
			let minted = T::Fungibles::mint_into(asset.clone(), who, amount)?;
			ensure!(minted == amount, Error::<T>::Inexact);
			Self::put_sheet(asset, &before, after);
			Ok(())
		})
	}

	fn mint_to_reserve(asset: &AssetId, amount: Balance, reason: MintReason) -> DispatchResult {
		Self::mint(asset, &Self::account_id(), amount, reason)
	}

	/// Takes the whole amount or nothing.
	///
	/// # Errors
	///
	/// [`Error::NotEnabled`], [`Error::LineExceeded`], [`Error::Inexact`], or the token's own, if
	/// `who` does not have as much to spend.
	fn burn(
		asset: &AssetId,
		who: &T::AccountId,
		amount: Balance,
		reason: BurnReason,
	) -> DispatchResult {
		if amount == 0 {
			return Ok(());
		}
		with_storage_layer(|| {
			let before = Books::<T>::get(asset).ok_or(Error::<T>::NotEnabled)?;
			let after = before
				.with_less(Line::reduced_by(reason), amount)
				.ok_or(Error::<T>::LineExceeded)?;
			let burned = T::Fungibles::burn_from(
				asset.clone(),
				who,
				amount,
				Preservation::Expendable,
				Precision::Exact,
				Fortitude::Polite,
			)?;
			ensure!(burned == amount, Error::<T>::Inexact);
			Self::put_sheet(asset, &before, after);
			Ok(())
		})
	}

	/// # Errors
	///
	/// [`Error::NotEnabled`], or the token's own, if `who` does not have as much to spend.
	fn pay_reserve(asset: &AssetId, who: &T::AccountId, amount: Balance) -> DispatchResult {
		if amount == 0 {
			return Ok(());
		}
		ensure!(Books::<T>::contains_key(asset), Error::<T>::NotEnabled);
		let reserve = Self::account_id();
		T::Fungibles::transfer(
			asset.clone(),
			who,
			&reserve,
			amount,
			Preservation::Expendable,
		)?;
		Self::deposit_event(Event::ReservePaid {
			asset: asset.clone(),
			who: who.clone(),
			amount,
		});
		Ok(())
	}

	fn reserve_account() -> T::AccountId {
		Self::account_id()
	}

	/// Enabling what is enabled already changes nothing: all that exists of it is in the books.
	///
	/// # Errors
	///
	/// [`Error::UnknownAsset`], [`Error::AlreadyIssued`], [`Error::MinimumBalanceTooHigh`],
	/// [`Error::TooManyDebtAssets`], [`Error::ReserveCannotHold`].
	fn enable(asset: &AssetId) -> Result<(), DispatchError> {
		if Books::<T>::contains_key(asset) {
			return Ok(());
		}
		ensure!(
			T::Fungibles::asset_exists(asset.clone()),
			Error::<T>::UnknownAsset
		);
		ensure!(
			T::Fungibles::total_issuance(asset.clone()) == 0,
			Error::<T>::AlreadyIssued
		);
		// With a minimum balance of one unit there is no dust, which a token would burn on top of
		// what it is asked to, unseen by the books.
		ensure!(
			T::Fungibles::minimum_balance(asset.clone()) <= 1,
			Error::<T>::MinimumBalanceTooHigh
		);
		ensure!(
			Books::<T>::count() < T::MaxDebtAssets::get(),
			Error::<T>::TooManyDebtAssets
		);
		with_storage_layer(|| {
			let reserve = Self::account_id();
			if !frame_system::Pallet::<T>::account_exists(&reserve) {
				// Lets the account hold tokens without an endowment that somebody must remember.
				frame_system::Pallet::<T>::inc_providers(&reserve);
			}
			ensure!(
				T::Fungibles::can_deposit(asset.clone(), &reserve, 1, Provenance::Minted)
					== DepositConsequence::Success,
				Error::<T>::ReserveCannotHold
			);
			Books::<T>::insert(asset, Sheet::default());
			Self::deposit_event(Event::Enabled {
				asset: asset.clone(),
			});
			Ok(())
		})
	}
}
