//! Making and destroying debt assets: the only two functions that do, and the reserve's till.

use cairn_primitives::{
	AssetId, Balance, BalanceSheet, BurnReason, Issuance, MintReason, Reserve, Standing,
};
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

use crate::{Book, Books, Config, DebtAssets, Error, Event, Line, Pallet, Policies, Stock};

impl<T: Config> Pallet<T> {
	/// Refuses new debt while the books are in doubt.
	fn ensure_lending(asset: &AssetId, book: &Book) -> DispatchResult {
		ensure!(book.fuse.is_none(), Error::<T>::FuseBlown);
		// Reads the row that minting reads anyway. So what was made behind the treasury's back stops
		// new debt at once, and not only when the next block is audited.
		ensure!(
			book.sheet.total() == Some(T::Fungibles::total_issuance(asset.clone())),
			Error::<T>::BooksBroken
		);
		Ok(())
	}

	/// Takes `amount` from what may still be issued within the hour.
	fn draw_growth(
		asset: &AssetId,
		book: &mut Book,
		amount: Balance,
		reason: MintReason,
	) -> DispatchResult {
		let Some((limit, kept)) = Self::growth_terms(asset, book, reason) else {
			return Ok(());
		};
		book.growth = book
			.growth
			.drawn(amount, kept, Self::now(), limit)
			.ok_or(Error::<T>::GrowthCapReached)?;
		Ok(())
	}
}

impl<T: Config> Issuance<T::AccountId, AssetId> for Pallet<T> {
	/// Both reasons are debt of a vault from the moment on in which the units exist.
	///
	/// # Errors
	///
	/// [`Error::NotEnabled`], [`Error::GrowthCapReached`], [`Error::Inexact`], or the token's own,
	/// if `who` cannot hold it. To borrow also [`Error::FuseBlown`] and [`Error::BooksBroken`].
	fn mint(
		asset: &AssetId,
		who: &T::AccountId,
		amount: Balance,
		reason: MintReason,
	) -> DispatchResult {
		if amount == 0 {
			return Ok(());
		}
		with_storage_layer(|| {
			let mut book = Books::<T>::get(asset).ok_or(Error::<T>::NotEnabled)?;
			match reason {
				MintReason::Borrow => Self::ensure_lending(asset, &book)?,
				MintReason::Interest => {}
			}
			Self::draw_growth(asset, &mut book, amount, reason)?;
			book.sheet = book
				.sheet
				.with_more(Line::raised_by(reason), amount)
				.ok_or(ArithmeticError::Overflow)?;
			book.flows.count_mint(reason, amount);
			let minted = T::Fungibles::mint_into(asset.clone(), who, amount)?;
			ensure!(minted == amount, Error::<T>::Inexact);
			Books::<T>::insert(asset, book);
			Ok(())
		})
	}

	/// Without a growth limit it is what a balance can count beside what exists.
	fn lendable_floor(asset: &AssetId) -> Balance {
		let Some(book) = Books::<T>::get(asset) else {
			return 0;
		};
		if Self::ensure_lending(asset, &book).is_err() {
			return 0;
		}
		let countable = Balance::MAX.saturating_sub(T::Fungibles::total_issuance(asset.clone()));
		let room = Self::growth_room(asset, &book);
		room.map_or(countable, |room| room.min(countable))
	}

	fn mint_to_reserve(asset: &AssetId, amount: Balance, reason: MintReason) -> DispatchResult {
		Self::mint(asset, &Self::account_id(), amount, reason)
	}

	/// Takes the whole amount or nothing. What is burned may be issued again: the growth limit is on
	/// the net.
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
			let mut book = Books::<T>::get(asset).ok_or(Error::<T>::NotEnabled)?;
			book.sheet = book
				.sheet
				.with_less(Line::reduced_by(reason), amount)
				.ok_or(Error::<T>::LineExceeded)?;
			book.flows.count_burn(reason, amount);
			book.growth = book.growth.given_back(amount);
			let burned = T::Fungibles::burn_from(
				asset.clone(),
				who,
				amount,
				Preservation::Expendable,
				Precision::Exact,
				Fortitude::Polite,
			)?;
			ensure!(burned == amount, Error::<T>::Inexact);
			Books::<T>::insert(asset, book);
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
		with_storage_layer(|| {
			let mut book = Books::<T>::get(asset).ok_or(Error::<T>::NotEnabled)?;
			book.flows.paid_in = book.flows.paid_in.wrapping_add(amount);
			T::Fungibles::transfer(
				asset.clone(),
				who,
				&Self::account_id(),
				amount,
				Preservation::Expendable,
			)?;
			Books::<T>::insert(asset, book);
			Self::deposit_event(Event::ReservePaid {
				asset: asset.clone(),
				who: who.clone(),
				amount,
			});
			Ok(())
		})
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
		with_storage_layer(|| {
			DebtAssets::<T>::try_append(asset.clone())
				.map_err(|()| Error::<T>::TooManyDebtAssets)?;
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
			let book = Book {
				era_began: Self::now(),
				..Default::default()
			};
			Books::<T>::insert(asset, book);
			if !Policies::<T>::contains_key(asset) {
				Policies::<T>::insert(asset, T::DefaultPolicy::get());
			}
			Self::deposit_event(Event::Enabled {
				asset: asset.clone(),
			});
			Ok(())
		})
	}
}

impl<T: Config> Reserve<T::AccountId, AssetId> for Pallet<T> {
	fn debt_assets() -> alloc::vec::Vec<AssetId> {
		DebtAssets::<T>::get().into_inner()
	}

	/// Debt in auction may be lost yet, so the reserve keeps as much before it has a surplus.
	fn standing(asset: &AssetId) -> Standing {
		let Some(book) = Books::<T>::get(asset).filter(|book| book.fuse.is_none()) else {
			return Standing::Even;
		};
		Self::standing_of(asset, &book)
	}

	/// # Errors
	///
	/// [`Error::NoSurplus`], or the token's own, if `to` cannot hold it.
	fn pay_surplus(asset: &AssetId, to: &T::AccountId, amount: Balance) -> DispatchResult {
		match Self::standing(asset) {
			Standing::Surplus(surplus) if amount <= surplus => {}
			_ => return Err(Error::<T>::NoSurplus.into()),
		}
		with_storage_layer(|| {
			let mut book = Books::<T>::get(asset).ok_or(Error::<T>::NotEnabled)?;
			book.flows.paid_out = book.flows.paid_out.wrapping_add(amount);
			T::Fungibles::transfer(
				asset.clone(),
				&Self::account_id(),
				to,
				amount,
				Preservation::Expendable,
			)?;
			Books::<T>::insert(asset, book);
			Ok(())
		})
	}

	/// # Errors
	///
	/// [`Error::NoDeficit`], or those of [`Issuance::burn`].
	fn cover_deficit(asset: &AssetId, from: &T::AccountId, amount: Balance) -> DispatchResult {
		match Self::standing(asset) {
			Standing::Deficit(deficit) if amount <= deficit => {}
			_ => return Err(Error::<T>::NoDeficit.into()),
		}
		Self::burn(asset, from, amount, BurnReason::Recapitalised)?;
		Self::deposit_event(Event::BadDebtRaised {
			asset: asset.clone(),
			from: from.clone(),
			amount,
			bad_debt: Self::bad_debt(asset),
		});
		Ok(())
	}

	/// # Errors
	///
	/// [`Error::NotEnabled`], [`Error::NoStock`], or an overflow.
	fn add_stock(asset: &AssetId, collateral: &AssetId, amount: Balance) -> DispatchResult {
		Self::do_add_stock(asset, collateral, amount)
	}

	fn stock(asset: &AssetId) -> alloc::vec::Vec<(AssetId, Balance)> {
		Stock::<T>::get(asset).into_iter().collect()
	}

	/// # Errors
	///
	/// [`Error::NotInStock`], [`Error::StockTooLow`], or the token's own, if `to` cannot hold it.
	fn sell_stock(
		asset: &AssetId,
		collateral: &AssetId,
		to: &T::AccountId,
		amount: Balance,
	) -> DispatchResult {
		with_storage_layer(|| Self::do_sell_stock(asset, collateral, to, amount))
	}
}
