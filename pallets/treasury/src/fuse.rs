//! The audit of every block, and the fuse that it blows.
//!
//! A bug that mints is found by whoever mints with it first. In August 2022 a wrong parameter of an
//! incentives pallet let users of Acala claim three billion aUSD that nobody owed; the chain knew
//! both numbers all the time and never compared them. So:
//!
//! - what exists is compared with the lines of the sheet (a mint past the treasury);
//! - the vaults' line is compared with the vaults' own count (a mint through the treasury that no
//!   vault owes);
//! - the auctions' line is compared with the lots' own count (debt that was seized, and that no lot is
//!   selling collateral for);
//!
//! in every block, before anything else happens in it, in time that depends on nothing but the
//! number of debt assets and facilities.

use alloc::collections::BTreeMap;
use cairn_primitives::{AssetId, Balance, BalanceSheet, DebtLedger, LotLedger};
use frame_support::{
	dispatch::DispatchResult,
	ensure,
	traits::tokens::fungibles::Inspect,
	weights::{Weight, WeightMeter},
};

use crate::{
	Blown, Book, Books, Cause, Config, DebtAssets, Error, Event, Line, Pallet, WeightInfo,
	LOG_TARGET,
};

/// What the vaults have issued of each debt asset by their own count; `None` if nobody counts.
pub(crate) type Counted = Option<BTreeMap<AssetId, Balance>>;

impl<T: Config> Pallet<T> {
	/// Compares what exists of each debt asset with what stands behind it, and stops lending what
	/// does not agree.
	///
	/// The runtime calls it at the start of every block, before anything else. Cannot fail; weighs
	/// at most [`Pallet::weight_of_audit`].
	pub fn audit(meter: &mut WeightMeter) {
		let base = T::WeightInfo::audit_base().saturating_add(Self::weight_of_counting());
		if meter.try_consume(base).is_err() {
			log::error!(target: LOG_TARGET, "no weight left for the audit");
			return;
		}
		let counted = Self::counted();
		for asset in Self::by_turns() {
			if meter.try_consume(T::WeightInfo::audit_asset()).is_err() {
				log::error!(target: LOG_TARGET, "no weight left to audit {asset:?}");
				return;
			}
			let Some(mut book) = Books::<T>::get(&asset) else {
				continue;
			};
			if book.fuse.is_some() {
				continue;
			}
			if let Some(cause) = Self::fault(&asset, &book, &counted) {
				Self::blow(&asset, &mut book, cause);
				Books::<T>::insert(&asset, book);
			}
		}
	}

	/// The most that [`Pallet::audit`] weighs, with the debt assets there are.
	pub fn weight_of_audit() -> Weight {
		let assets = DebtAssets::<T>::decode_len().unwrap_or(0) as u64;
		T::WeightInfo::audit_base()
			.saturating_add(Self::weight_of_counting())
			.saturating_add(T::WeightInfo::audit_asset().saturating_mul(assets))
	}

	/// What it weighs to hear what vaults and lots have counted.
	pub(crate) fn weight_of_counting() -> Weight {
		T::Ledger::issued_weight().saturating_add(T::Lots::debt_in_lots_weight())
	}

	/// The debt assets, another one first in each block, so that none waits for ever when weight is
	/// short.
	pub(crate) fn by_turns() -> alloc::vec::Vec<AssetId> {
		let mut assets = DebtAssets::<T>::get().into_inner();
		if let Some(first) = (Self::now() as usize).checked_rem(assets.len()) {
			assets.rotate_left(first);
		}
		assets
	}

	pub(crate) fn counted() -> Counted {
		T::Ledger::issued().map(|issued| issued.into_iter().collect())
	}

	/// What is wrong with the books of `asset`, if anything is.
	pub(crate) fn fault(asset: &AssetId, book: &Book, counted: &Counted) -> Option<Cause> {
		let issued = T::Fungibles::total_issuance(asset.clone());
		if book.sheet.total() != Some(issued) {
			return Some(Cause::Issuance {
				issued,
				booked: book.sheet.total().unwrap_or(Balance::MAX),
			});
		}
		if let Some(counted) = counted {
			let issued = counted.get(asset).copied().unwrap_or(0);
			let booked = book.sheet.vaults;
			if issued != booked {
				return Some(Cause::Vaults { issued, booked });
			}
		}
		let booked = book.sheet.in_auction;
		T::Lots::debt_in_lots(asset)
			.filter(|open| *open != booked)
			.map(|open| Cause::Lots { open, booked })
	}

	/// Stops lending. The caller writes the book.
	pub(crate) fn blow(asset: &AssetId, book: &mut Book, cause: Cause) {
		if book.fuse.is_some() {
			return;
		}
		log::error!(target: LOG_TARGET, "{asset:?}: no more is lent: {cause:?}");
		book.fuse = Some(Blown {
			at: Self::now(),
			cause,
		});
		Self::deposit_event(Event::FuseBlown {
			asset: asset.clone(),
			cause,
		});
	}

	/// Blows the fuse of `asset` by hand. Nothing happens if it is blown already.
	pub(crate) fn do_blow(asset: AssetId) -> DispatchResult {
		Books::<T>::try_mutate(&asset, |book| {
			let book = book.as_mut().ok_or(Error::<T>::NotEnabled)?;
			Self::blow(&asset, book, Cause::Guardian);
			Ok(())
		})
	}

	/// Lends again, if the books agree.
	pub(crate) fn do_reset_fuse(asset: AssetId) -> DispatchResult {
		Books::<T>::try_mutate(&asset, |book| {
			let book = book.as_mut().ok_or(Error::<T>::NotEnabled)?;
			ensure!(book.fuse.is_some(), Error::<T>::FuseIntact);
			ensure!(
				Self::fault(&asset, book, &Self::counted()).is_none(),
				Error::<T>::BooksBroken
			);
			book.fuse = None;
			Self::deposit_event(Event::FuseReset {
				asset: asset.clone(),
			});
			Ok(())
		})
	}

	/// Books as bad debt what is issued with nothing behind it: what exists beyond the lines, what the
	/// vaults' line holds beyond the vaults' own count, and the auctions' line beyond the lots'. The
	/// reserve and, beyond it, buyers of new native tokens pay for it from then on, as for any other
	/// loss.
	pub(crate) fn do_recognise_loss(asset: AssetId) -> DispatchResult {
		let mut book = Books::<T>::get(&asset).ok_or(Error::<T>::NotEnabled)?;
		ensure!(book.fuse.is_some(), Error::<T>::FuseIntact);
		let issued = T::Fungibles::total_issuance(asset.clone());
		let booked = book.sheet.total().ok_or(Error::<T>::BooksBroken)?;
		let unbooked = issued.saturating_sub(booked);
		let counted = Self::counted().map(|counted| counted.get(&asset).copied().unwrap_or(0));
		let unowed = counted.map_or(0, |counted| book.sheet.vaults.saturating_sub(counted));
		let unsold = T::Lots::debt_in_lots(&asset)
			.map_or(0, |open| book.sheet.in_auction.saturating_sub(open));
		let loss = unbooked
			.checked_add(unowed)
			.and_then(|loss| loss.checked_add(unsold))
			.filter(|loss| *loss > 0)
			.ok_or(Error::<T>::NoLoss)?;
		if unbooked > 0 {
			book.sheet = book
				.sheet
				.with_more(Line::BadDebt, unbooked)
				.ok_or(Error::<T>::BooksBroken)?;
			book.flows.recognised = book.flows.recognised.wrapping_add(unbooked);
			Books::<T>::insert(&asset, book);
		}
		if unowed > 0 {
			Self::shift(&asset, Line::Vaults, Line::InAuction, unowed);
		}
		if unowed > 0 || unsold > 0 {
			let lost = unowed.saturating_add(unsold);
			Self::shift(&asset, Line::InAuction, Line::BadDebt, lost);
		}
		Self::deposit_event(Event::LossRecognised {
			bad_debt: Self::bad_debt(&asset),
			asset,
			amount: loss,
		});
		Ok(())
	}
}
