//! Finding unsafe vaults and liquidating them, within a budget and with no way to fail.

use crate::{
	batch::{Batch, Evaluated, Progress, Reached, Verdict},
	extent::Extent,
	index::ROWS_OF_ENTRY,
	rows::Rows,
	types::CollateralIndex,
	weights::WeightInfo,
	Config, Error, LeftBehind, Pallet, Vaults, MAX_CLAIMS, MAX_LEGS,
};
use alloc::vec::Vec;
use cairn_primitives::{BlockNumber, FacilityId, KeeperReward, VaultId};
use frame_support::{
	require_transactional,
	traits::Get,
	weights::{Weight, WeightMeter},
	BoundedVec,
};
use sp_runtime::{traits::UniqueSaturatedInto, DispatchError};

/// How many vaults [`WeightInfo::enforce_batch`] is for. So many that what is written once for all of
/// them does not count: that is charged for by [`WeightInfo::visit_facility`] and
/// [`WeightInfo::put_up`].
pub(crate) const BATCH: u32 = 256;

/// How many rows of the index a share of [`WeightInfo::index_rows`] is a share of.
pub(crate) const ROWS: u32 = 97;

impl<T: Config> Pallet<T> {
	/// Evaluates every vault that the prices of now can hurt and liquidates the unsafe ones, as far
	/// as the meter allows; returns how many it liquidated. Called by the runtime once a block
	/// before the first user transaction.
	///
	/// Each book has an equal share of what is left of the budget when its turn comes, but at least
	/// what one vault takes; what is left in the end goes to those whose share was too small. Another
	/// facility is first each block, and another of its books each time that all facilities have
	/// been. So no book can starve another however small the budget is, and one that is alone in
	/// need has all of it. What does not fit waits at the head of its book.
	pub fn enforce(meter: &mut WeightMeter) -> u32 {
		// Vaults use up all but what it takes to note that some are left, or keepers would not be paid.
		let note = T::DbWeight::get().writes(1);
		let mut own = WeightMeter::with_limit(meter.remaining().saturating_sub(note));
		let (progress, unfinished) = Self::enforce_for(None, &mut own);
		meter.consume(own.consumed());
		let unfinished = BoundedVec::truncate_from(unfinished);
		// A block that comes to the end of all books has nothing to write.
		if !unfinished.is_empty() && meter.try_consume(note).is_ok() {
			LeftBehind::<T>::put((Self::this_block(), unfinished));
		}
		progress.liquidated
	}

	/// Whether the start of this block did not come to all unsafe vaults of a facility.
	pub(crate) fn is_left_behind(facility: FacilityId) -> bool {
		let (block, facilities) = LeftBehind::<T>::get();
		block == Self::this_block() && facilities.contains(&facility)
	}

	fn this_block() -> BlockNumber {
		frame_system::Pallet::<T>::block_number().unique_saturated_into()
	}

	/// [`Pallet::enforce`], by the start of a block or by a keeper, who is paid for what that has not
	/// come to. Tells what has been done, and which facilities were not finished.
	pub(crate) fn enforce_for(
		keeper: Option<&T::AccountId>,
		meter: &mut WeightMeter,
	) -> (Progress, Vec<FacilityId>) {
		let mut progress = Progress::default();
		if meter.try_consume(T::WeightInfo::list_facilities()).is_err() {
			return (progress, Vec::new());
		}
		let live = Self::live_facilities();
		let facilities = live.len() as u32;
		let now = Self::this_block();
		let round = now.checked_div(facilities).unwrap_or_default();
		let first = now.checked_rem(facilities).unwrap_or_default() as usize;
		let least = T::WeightInfo::visit_facility(T::MaxCollaterals::get())
			.saturating_add(Self::weight_of_one());
		let mut again = Vec::new();
		let by_turns = live.iter().cycle().skip(first).take(live.len());
		for (step, id) in (0u32..).zip(by_turns) {
			let mut own = Self::share(meter, facilities.saturating_sub(step), least);
			let (done, reached) = Self::enforce_facility(*id, round, keeper, &mut own);
			meter.consume(own.consumed());
			progress.add(done);
			if reached == Reached::Limit {
				again.push(*id);
			}
		}
		let mut unfinished = Vec::new();
		for id in again {
			let (done, reached) = Self::enforce_facility(id, round, keeper, meter);
			progress.add(done);
			if reached == Reached::Limit {
				unfinished.push(id);
			}
		}
		(progress, unfinished)
	}

	pub(crate) fn enforce_facility(
		id: FacilityId,
		round: u32,
		keeper: Option<&T::AccountId>,
		meter: &mut WeightMeter,
	) -> (Progress, Reached) {
		let max = T::MaxCollaterals::get();
		if meter
			.try_consume(T::WeightInfo::visit_facility(max))
			.is_err()
		{
			return (Progress::default(), Reached::Limit);
		}
		let Some(batch) = Batch::<T>::open(id, Rows::of_batch()) else {
			return (Progress::default(), Reached::End);
		};
		let mut batch = batch.for_keeper(keeper);
		let books = batch.facility.collaterals.len() as u32;
		let mut unfinished = Vec::new();
		for step in 0..books {
			let Some(index) = round.wrapping_add(step).checked_rem(books) else {
				break;
			};
			let index = index as CollateralIndex;
			let mut own = Self::share(meter, books.saturating_sub(step), Self::weight_of_one());
			if batch.enforce_collateral(index, &mut own) == Reached::Limit {
				unfinished.push(index);
			}
			meter.consume(own.consumed());
		}
		let mut reached = Reached::End;
		for index in unfinished {
			if batch.enforce_collateral(index, meter) == Reached::Limit {
				reached = Reached::Limit;
			}
		}
		(batch.close(), reached)
	}

	/// A meter for one of `left` equal shares of what is left, but for `least` if that is more and
	/// there is as much.
	fn share(meter: &WeightMeter, left: u32, least: Weight) -> WeightMeter {
		let remaining = meter.remaining();
		let equal = remaining.checked_div(left.into()).unwrap_or_default();
		WeightMeter::with_limit(equal.max(least).min(remaining))
	}

	/// What evaluating and liquidating a vault of so many legs weighs, without the rows of the index
	/// and without the lots, in case so many of its claims have to be looked at.
	pub(crate) fn weight_of_vault(legs: u32, claims: u32) -> Weight {
		let of_claims = match claims {
			0 => Weight::zero(),
			_ => T::WeightInfo::claim(claims),
		};
		share_ceil(T::WeightInfo::enforce_batch(legs), BATCH).saturating_add(of_claims)
	}

	/// What it weighs to write so many rows of the index for the first time in a block.
	pub(crate) fn weight_of_rows(rows: u32) -> Weight {
		share_ceil(T::WeightInfo::index_rows(ROWS), ROWS).saturating_mul(u64::from(rows))
	}

	/// The most that a vault can weigh that has so many legs and claims, and a guard perhaps. Each claim
	/// may give it another leg; and the entry that led to it may be one too many.
	pub(crate) fn most_of_vault(legs: u32, claims: u32, guarded: bool) -> Weight {
		let legs = legs.saturating_add(claims).min(MAX_LEGS);
		let entries = legs.saturating_mul(2).saturating_add(1);
		let rows = entries.saturating_mul(ROWS_OF_ENTRY);
		Self::weight_of_vault(legs, claims)
			.saturating_add(Self::weight_of_rows(rows))
			.saturating_add(T::WeightInfo::put_up().saturating_mul(u64::from(legs)))
			.saturating_add(T::WeightInfo::run_guard().saturating_mul(u64::from(guarded)))
	}

	/// The most that one vault can weigh when it is enforced.
	pub fn heaviest_vault() -> Weight {
		Self::most_of_vault(MAX_LEGS, MAX_CLAIMS, true)
	}

	/// What it takes to get at one vault, whatever it is.
	pub fn weight_of_one() -> Weight {
		Self::weight_of_first_page().saturating_add(Self::heaviest_vault())
	}

	/// What it takes to begin with a tick: its first page, and the row in which its bound stands.
	pub(crate) fn weight_of_first_page() -> Weight {
		T::WeightInfo::visit_page().saturating_add(Self::weight_of_rows(1))
	}

	/// The most that enforcing `max` vaults can weigh.
	pub(crate) fn weight_of_enforcing(max: u32) -> Weight {
		let facilities = T::WeightInfo::visit_facility(T::MaxCollaterals::get())
			.saturating_mul(u64::from(T::MaxFacilities::get()));
		Self::weight_of_one()
			.saturating_mul(u64::from(max))
			.saturating_add(facilities)
			.saturating_add(T::WeightInfo::list_facilities())
	}

	/// The most that paying for the enforcement of `max` vaults can weigh: each facility is gone through
	/// twice at most.
	pub(crate) fn weight_of_rewards(max: u32) -> Weight {
		let most = T::MaxFacilities::get().saturating_mul(2).min(max);
		// Whether anything was left behind is read in any case.
		T::Keepers::reward_weight()
			.saturating_mul(most.into())
			.saturating_add(T::DbWeight::get().reads(1))
	}

	/// Liquidates one vault for `keeper`, who is paid if the start of the block did not come to it.
	/// Tells whether it had a guard, and for how many batches he was owed something.
	#[require_transactional]
	pub(crate) fn do_liquidate(
		keeper: &T::AccountId,
		id: VaultId,
	) -> Result<(Extent, bool, u32), DispatchError> {
		let vault = Vaults::<T>::get(id).ok_or(Error::<T>::UnknownVault)?;
		let claims = vault.claims.len() as u32;
		let is_guarded = vault.guard.is_some();
		// One that is in no book would not have been found by any budget.
		let is_indexed = vault.legs.iter().any(|leg| leg.entry.is_some());
		let mut batch = Batch::<T>::open(vault.facility, Rows::direct())
			.ok_or(Error::<T>::SwitchedOff)?
			.for_keeper(Some(keeper).filter(|_| is_indexed));
		let Evaluated { verdict, legs, .. } = batch.evaluate(id, vault);
		match verdict {
			Verdict::Safe => Err(Error::<T>::VaultIsSafe.into()),
			Verdict::Waiting => Err(Error::<T>::NothingToSell.into()),
			Verdict::Saved | Verdict::Liquidated => {
				let extent = Extent { legs, claims };
				Ok((extent, is_guarded, batch.close().rewards))
			}
		}
	}
}

/// One of `parts` equal parts of `whole`.
fn share_ceil(whole: Weight, parts: u32) -> Weight {
	let parts = u64::from(parts);
	Weight::from_parts(
		whole.ref_time().div_ceil(parts),
		whole.proof_size().div_ceil(parts),
	)
}
