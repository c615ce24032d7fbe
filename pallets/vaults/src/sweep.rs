//! A slow look at every vault in turn, with what weight a block has left over.
//!
//! The index is right by construction. Should a defect ever leave an entry out or too low, or lose what
//! leads to it, the vault would be invisible to enforcement, and nobody would know. So a few vaults a block
//! are compared with their entries, and these with what leads to them. What is wrong is mended where it is,
//! or the vault is indexed anew if it cannot be; either is reported. Vaults of a settled facility are settled
//! on the way, and those that wait get what lots have left over for them.
//!
//! What one look mends is what leads to the page of one vault. Pages that stood behind one that is gone need
//! a look at each of their vaults.

use crate::{
	index::Index,
	position::Position,
	rows::Rows,
	types::{Breaker, Vault},
	valuation::LiquidationPrices,
	weights::WeightInfo,
	Config, Drifts, Event, NextVault, Pallet, SweepCursor, LOG_TARGET,
};
use cairn_math::{FixedU128, Trigger};
use cairn_primitives::VaultId;
use frame_support::{storage::with_storage_layer, weights::WeightMeter};
use primitive_types::U512;
use sp_runtime::{
	traits::{One, Zero},
	DispatchError,
};

/// Numbers of vaults that are looked at in a block, at most.
pub const SWEPT_PER_BLOCK: u32 = 8;

/// `Σ q·θ ≥ g·d`, with `g` the level of the vault's guard, or one without: while no effective price is
/// below its trigger, the health is not below `g`, so the vault does not become unsafe, nor its guard
/// due, unless the index points at it.
pub(crate) fn triggers_carry<T: Config>(vault: &Vault<T>) -> bool {
	let mut carried = U512::zero();
	for leg in &vault.legs {
		let Some(entry) = leg.entry else { continue };
		if entry.trigger == Trigger::MAX {
			// At the top of its book: never passed over.
			return true;
		}
		// Over a common denominator of 2^151, which is exact.
		let (numerator, denominator) = entry.trigger.to_ratio();
		let scaled = (numerator << 151) / denominator;
		carried = carried.saturating_add(U512::from(leg.amount).saturating_mul(scaled));
	}
	let one = FixedU128::one().into_inner();
	let level = vault.guard.map_or(one, |guard| guard.level.into_inner());
	let watched = (U512::from(vault.debt.0) << 151).saturating_mul(level.into());
	carried.saturating_mul(one.into()) >= watched
}

impl<T: Config> Pallet<T> {
	/// Looks at the next few vaults, as far as the meter allows.
	pub(crate) fn sweep(meter: &mut WeightMeter) {
		let end = NextVault::<T>::get();
		if end.is_zero() || meter.try_consume(T::WeightInfo::sweep_vault()).is_err() {
			return;
		}
		// The first was paid for with the cursor.
		let mut cursor = SweepCursor::<T>::get();
		for number in 0..u64::from(SWEPT_PER_BLOCK).min(end) {
			if number > 0 && meter.try_consume(T::WeightInfo::sweep_vault()).is_err() {
				break;
			}
			if cursor >= end {
				cursor = 0;
			}
			Self::sweep_vault(cursor, meter);
			cursor = cursor.saturating_add(1);
		}
		SweepCursor::<T>::put(cursor);
	}

	/// Compares a vault with its entries, and has the index lead to it if it does not; settles it if its
	/// facility is settled, and its claims if it waits. The meter has paid for the first.
	pub(crate) fn sweep_vault(id: VaultId, meter: &mut WeightMeter) {
		// Closed vaults leave gaps in the numbers.
		let Ok(mut position) = Position::<T>::load(id) else {
			return;
		};
		if position.facility.breaker == Breaker::Settled {
			return Self::settle_in_passing(position, meter);
		}
		if Self::is_watched(&position) {
			return Self::recall(position, meter);
		}
		log::error!(target: LOG_TARGET, "vault {id} was not indexed as it should be");
		let mut rows = Rows::direct();
		let entries = position.entries();
		for (book, entry) in &entries {
			Index::<T>::mend(*book, *entry, id, &mut rows);
		}
		if !Self::is_watched(&position) {
			// What is there goes, what is not need not: either way nothing is left of it.
			let _ = position.unindex(&mut rows);
			for (book, entry) in entries {
				Index::<T>::avoid(book, entry, &mut rows);
			}
			let prices = LiquidationPrices::read(&position.facility);
			position.store_vault(prices.as_ref(), false, &mut rows);
			crate::FacilityStates::<T>::insert(position.vault.facility, &position.state);
			// Where it has come to may be no better.
			for (book, entry) in position.entries() {
				Index::<T>::mend(book, entry, id, &mut rows);
			}
		}
		Self::drifted(id);
	}

	/// What lots have left over for a vault that waits may be sold, though nothing else of it can be: it comes
	/// among the others again, where the next block judges it. No entry of it would lead there.
	fn recall(mut position: Position<T>, meter: &mut WeightMeter) {
		let claims = position.vault.claims.len() as u32;
		let is_concerned = position.vault.is_waiting() && claims > 0;
		if !is_concerned || meter.try_consume(T::WeightInfo::claim(claims)).is_err() {
			return;
		}
		// It fails if somebody's books are wrong, and then nothing is done.
		let _ = with_storage_layer(|| {
			let held = position.vault.legs.clone();
			position.settle_claims()?;
			if claims > position.vault.claims.len() as u32 {
				let is_richer = position.vault.legs != held;
				let prices = LiquidationPrices::read(&position.facility);
				position.store_vault(prices.as_ref(), !is_richer, &mut Rows::direct());
				crate::FacilityStates::<T>::insert(position.vault.facility, &position.state);
			}
			Ok::<_, DispatchError>(())
		});
	}

	/// Counts that something was wrong, and tells of it. That is one row more than is charged for, once a
	/// block however many there are: no block pays for what does not happen.
	pub(crate) fn drifted(vault: VaultId) {
		Drifts::<T>::mutate(|drifts| *drifts = drifts.saturating_add(1));
		Self::deposit_event(Event::IndexDrift { vault });
	}

	/// Whether the vault cannot become unsafe, nor its guard due, without enforcement coming to it.
	fn is_watched(position: &Position<T>) -> bool {
		let owes = !position.vault.debt.is_zero();
		let listed = position.vault.legs.iter().all(|leg| match leg.entry {
			Some(entry) => {
				owes && Index::<T>::leads_to(position.book(leg.collateral), entry, position.id)
			}
			None => !owes,
		});
		listed && (!owes || triggers_carry(&position.vault))
	}
}
