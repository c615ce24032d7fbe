//! What must be true of all lots after every block.

use alloc::collections::{BTreeMap, BTreeSet};
use cairn_primitives::{AssetId, Balance, BalanceSheet, BlockNumber, LotId};
use frame_support::{
	ensure,
	traits::{tokens::fungibles::Inspect, Get},
};
use sp_runtime::TryRuntimeError;

use crate::{
	Agenda, AgendaCursor, Announced, ClosedLots, Config, Current, Held, Lots, NextLot, Pallet,
};

impl<T: Config> Pallet<T> {
	/// Checks that
	///
	/// 1. every open lot has something to sell and something to raise, and numbers that fit;
	/// 2. every open lot is in exactly the slot of the agenda that its row names, and the agenda
	///    holds nothing else, no empty slot, and nothing before its cursor;
	/// 3. a closed lot is kept exactly as long as something of it is owed;
	/// 4. what lots hold of a collateral is the sum over open and closed lots, and custody has it;
	/// 5. the debt of all lots is what the balance sheet has in auction;
	/// 6. current lots belong to their books, and what is announced is current and nothing else;
	/// 7. system lots are as [`Pallet::try_system_lots`] says.
	///
	/// # Errors
	///
	/// Which of these is broken.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		let mut held = BTreeMap::<AssetId, Balance>::new();
		let mut scheduled = BTreeMap::<LotId, BlockNumber>::new();
		Self::try_open_lots(&mut held, &mut scheduled)?;
		Self::try_closed_lots(&mut held)?;
		Self::try_agenda(&scheduled)?;
		Self::try_held(&held)?;
		Self::try_current()?;
		for (asset, debt) in Self::debt_in_lots()? {
			ensure!(
				T::Sheet::in_auction(&asset) == debt,
				"the debt of all lots is not the debt in auction"
			);
		}
		Self::try_system_lots()
	}

	/// The sum of the debt that open lots have to recover, by debt asset. Reads all lots.
	///
	/// # Errors
	///
	/// If the sum of any debt asset is beyond `u128`.
	pub fn debt_in_lots() -> Result<BTreeMap<AssetId, Balance>, TryRuntimeError> {
		let mut debts = BTreeMap::<AssetId, Balance>::new();
		for lot in Lots::<T>::iter_values() {
			let sum = debts.entry(lot.debt_asset).or_default();
			*sum = sum
				.checked_add(lot.debt)
				.ok_or("the debt of all lots overflows")?;
		}
		Ok(debts)
	}

	fn try_open_lots(
		held: &mut BTreeMap<AssetId, Balance>,
		scheduled: &mut BTreeMap<LotId, BlockNumber>,
	) -> Result<(), TryRuntimeError> {
		let (now, next) = (Self::now(), NextLot::<T>::get());
		for (id, lot) in Lots::<T>::iter() {
			ensure!(id < next, "a lot has a number that was never given");
			ensure!(lot.remaining > 0, "an open lot has nothing to sell");
			ensure!(!lot.is_paid(), "an open lot has nothing to raise");
			ensure!(
				lot.remaining <= lot.contributed,
				"a lot has more to sell than was put up"
			);
			ensure!(
				lot.opened_at <= lot.started_at && lot.started_at <= now,
				"a lot started before it was opened, or in the future"
			);
			ensure!(
				lot.next_event > lot.started_at,
				"a lot starts again before it started"
			);
			ensure!(lot.terms.fault().is_none(), "a lot has unsound terms");
			ensure!(
				!ClosedLots::<T>::contains_key(id),
				"a lot is open and closed"
			);
			add(held, lot.collateral, lot.remaining)?;
			scheduled.insert(id, lot.next_event);
		}
		Ok(())
	}

	fn try_closed_lots(held: &mut BTreeMap<AssetId, Balance>) -> Result<(), TryRuntimeError> {
		let next = NextLot::<T>::get();
		for (id, closed) in ClosedLots::<T>::iter() {
			ensure!(id < next, "a closed lot has a number that was never given");
			ensure!(
				closed.leftover > 0 && closed.contributed > 0,
				"a closed lot is kept although nothing of it is owed"
			);
			ensure!(
				closed.leftover <= closed.contributed,
				"more is left over of a lot than was put up"
			);
			add(held, closed.collateral, closed.leftover)?;
		}
		Ok(())
	}

	fn try_agenda(scheduled: &BTreeMap<LotId, BlockNumber>) -> Result<(), TryRuntimeError> {
		let cursor = AgendaCursor::<T>::get();
		let mut found = BTreeSet::new();
		for (at, slot) in Agenda::<T>::iter() {
			ensure!(
				at >= cursor,
				"the agenda has a slot that will not be reached"
			);
			ensure!(!slot.is_empty(), "the agenda has an empty slot");
			for lot in slot {
				ensure!(found.insert(lot), "a lot is on the agenda twice");
				ensure!(
					scheduled.get(&lot) == Some(&at),
					"a lot is on the agenda where its row does not say so"
				);
			}
		}
		ensure!(
			found.len() == scheduled.len(),
			"an open lot is not on the agenda"
		);
		Ok(())
	}

	fn try_held(held: &BTreeMap<AssetId, Balance>) -> Result<(), TryRuntimeError> {
		let custody = T::Custody::get();
		let booked: BTreeMap<_, _> = Held::<T>::iter().collect();
		ensure!(booked == *held, "what lots hold is not the sum over lots");
		for (asset, amount) in booked {
			ensure!(
				T::Fungibles::balance(asset, &custody) >= amount,
				"custody has less collateral than the lots hold"
			);
		}
		Ok(())
	}

	fn try_current() -> Result<(), TryRuntimeError> {
		let (now, next) = (Self::now(), NextLot::<T>::get());
		let mut current = BTreeSet::new();
		for (facility, collateral, (id, block)) in Current::<T>::iter() {
			ensure!(
				id < next && block <= now,
				"a current lot has no number or no past"
			);
			ensure!(current.insert(id), "two books have the same current lot");
			if let Some(lot) = Lots::<T>::get(id) {
				ensure!(
					(lot.facility, &lot.collateral) == (facility, &collateral),
					"the current lot of a book belongs to another"
				);
			}
		}
		for (id, block) in Announced::<T>::iter() {
			ensure!(
				block <= now && current.contains(&id),
				"a lot is announced, but not current"
			);
			ensure!(
				!Lots::<T>::contains_key(id) && !ClosedLots::<T>::contains_key(id),
				"a lot is announced although it was put up"
			);
		}
		Ok(())
	}
}

fn add(
	sums: &mut BTreeMap<AssetId, Balance>,
	asset: AssetId,
	amount: Balance,
) -> Result<(), TryRuntimeError> {
	let sum = sums.entry(asset).or_default();
	*sum = sum.checked_add(amount).ok_or("what lots hold overflows")?;
	Ok(())
}
