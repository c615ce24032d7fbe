//! The invariants of the ledger and of the risk index.

use crate::{
	index::is_set,
	settlement::Settlement,
	sweep::triggers_carry,
	types::{BookId, Breaker, Collateral, Facility, Vault},
	Config, Facilities, FacilityStates, HoldReason, NextFacility, NextVault, Pages, Pallet,
	Receipts, SettledFacilities, Settlements, Summaries, Vaults, VaultsOf, Words, MAX_LEGS,
};
use alloc::{collections::BTreeMap, vec::Vec};
use cairn_math::{mul_div_floor, FixedU128, NormalizedDebt, Ray, Tick, Trigger, Value};
use cairn_primitives::{
	AssetId, Balance, BalanceSheet, FacilityId, LiquidationLots, Moment, VaultId,
};
use core::iter;
use frame_support::{
	ensure,
	traits::{fungible::InspectHold, fungibles::Inspect, Get, Time},
};
use primitive_types::U512;
use sp_runtime::{
	traits::{One, Zero},
	TryRuntimeError,
};

impl<T: Config> Pallet<T> {
	/// Checks every invariant of the pallet against its whole state. Reads everything: for tests,
	/// for `try-runtime`, and for whoever asks a node over RPC; never within a block.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		let vaults: Vec<(VaultId, Vault<T>)> = Vaults::<T>::iter().collect();
		Self::check_terms_in_force()?;
		Self::check_facilities(&vaults)?;
		Self::check_owners(&vaults)?;
		Self::check_deposits(&vaults)?;
		Self::check_custody()?;
		Self::check_issuance()?;
		Self::check_settlements()?;
		Self::check_index(&vaults)
	}

	/// Terms are within their limits now and when all ramps have ended; a ramp moves a term that
	/// exists, does not end before it begins, and is the only one of its term.
	fn check_terms_in_force() -> Result<(), TryRuntimeError> {
		for (_, record) in Facilities::<T>::iter() {
			let mut moving: Vec<_> = record.ramps.iter().map(|ramp| ramp.term).collect();
			let exist = moving.iter().all(|term| record.base.get(*term).is_some());
			ensure!(exist, "a ramp moves a term that does not exist");
			let ramps = moving.len();
			moving.sort_unstable();
			moving.dedup();
			ensure!(moving.len() == ramps, "a term has two ramps");
			let in_order = record.ramps.iter().all(|ramp| ramp.start <= ramp.end);
			ensure!(in_order, "a ramp ends before it begins");
			let moments = [T::Time::now(), Moment::MAX];
			for facility in moments.map(|moment| record.clone().at(|| moment)) {
				Self::check_minimum_debt(facility.minimum_debt)?;
				Self::check_rates(facility.annual_rate, facility.rate_per_second)?;
				Self::check_target_health(facility.target_health)?;
				for Collateral { terms, .. } in &facility.collaterals {
					Self::check_factors(terms.borrow_factor, terms.liquidation_factor)?;
					Self::check_penalty(terms.penalty, terms.fee)?;
				}
			}
		}
		Ok(())
	}

	/// `Σ_v d_v = A_k`; `R_k ≥ 1`; `minted_k ≤ ⌈A_k·R_k⌉` and close to it; `Σ legs = held`. There are
	/// as many facilities as numbers were given out, and each has its totals.
	fn check_facilities(vaults: &[(VaultId, Vault<T>)]) -> Result<(), TryRuntimeError> {
		for id in 0..NextFacility::<T>::get() {
			let facility = Facilities::<T>::get(id).ok_or("a facility is missing")?;
			let state = FacilityStates::<T>::get(id).ok_or("a facility's totals are missing")?;
			ensure!(state.accumulator >= Ray::ONE, "an accumulator is below one");
			let mut debt = NormalizedDebt::ZERO;
			let mut held = alloc::vec![0u128; facility.base.collaterals.len()];
			for (_, vault) in vaults.iter().filter(|(_, vault)| vault.facility == id) {
				debt = debt
					.checked_add(vault.debt)
					.ok_or("the sum of debts overflows")?;
				for leg in &vault.legs {
					ensure!(leg.amount > 0, "a leg is empty");
					let sum = held
						.get_mut(usize::from(leg.collateral))
						.ok_or("a leg names no collateral of its facility")?;
					*sum = sum
						.checked_add(leg.amount)
						.ok_or("the sum of legs overflows")?;
				}
			}
			ensure!(
				debt == state.normalized_debt,
				"normalised debts do not add up"
			);
			let waiting = vaults
				.iter()
				.filter(|(_, vault)| vault.facility == id && vault.is_waiting());
			ensure!(
				waiting.count() == state.waiting as usize,
				"those who wait are miscounted"
			);
			ensure!(
				held == state.held.to_vec(),
				"legs do not add up to what is held"
			);
			let backing = debt
				.owed_ceil(state.accumulator)
				.ok_or("the sum of debts overflows")?;
			ensure!(state.minted <= backing, "more has been issued than is owed");
			// What the reserve could not take, and two roundings for each operation since.
			let unit = state.accumulator.0.div_ceil(Ray::ONE.0);
			let slack = unit
				.saturating_mul(2)
				.saturating_mul(state.operations.into())
				.saturating_add(state.due);
			ensure!(
				backing.saturating_sub(state.minted) <= slack,
				"owed debt has not been issued"
			);
		}
		// All that should be there are: whatever is more is none of them.
		let known = NextFacility::<T>::get() as usize;
		ensure!(
			Facilities::<T>::iter_keys().count() == known,
			"a facility has a number that was never given out"
		);
		ensure!(
			FacilityStates::<T>::iter_keys().count() == known,
			"totals are of no facility"
		);
		Ok(())
	}

	fn check_owners(vaults: &[(VaultId, Vault<T>)]) -> Result<(), TryRuntimeError> {
		for (id, vault) in vaults {
			ensure!(
				*id < NextVault::<T>::get(),
				"a vault has a number that was never given out"
			);
			ensure!(
				vault.facility < NextFacility::<T>::get(),
				"a vault has no facility"
			);
			ensure!(
				VaultsOf::<T>::contains_key(&vault.owner, id),
				"an owner does not list a vault"
			);
			let mut named: Vec<_> = vault.legs.iter().map(|leg| leg.collateral).collect();
			named.sort_unstable();
			let legs = named.len();
			named.dedup();
			ensure!(
				named.len() == legs,
				"a vault has two legs of one collateral"
			);
			named.extend(vault.claims.iter().map(|claim| claim.collateral));
			named.sort_unstable();
			named.dedup();
			ensure!(
				named.len() <= MAX_LEGS as usize,
				"a vault has no room for what it may get back"
			);
			// In a settled facility it may wait for what its lots return.
			ensure!(
				vault.debt.is_zero()
					|| !vault.legs.is_empty()
					|| Settlements::<T>::contains_key(vault.facility),
				"a vault owes with no collateral"
			);
			ensure!(
				vault.offered_to.as_ref() != Some(&vault.owner),
				"a vault is offered to its owner"
			);
			let watches = vault
				.guard
				.is_none_or(|guard| guard.level > FixedU128::one() && guard.amount > 0);
			ensure!(watches, "a guard has nothing to watch, or nothing to do");
		}
		ensure!(
			VaultsOf::<T>::iter().count() == vaults.len(),
			"an owner lists a vault that is gone"
		);
		Ok(())
	}

	/// Each account has on hold for vaults what its vaults say, and no more; nothing if it has none.
	fn check_deposits(vaults: &[(VaultId, Vault<T>)]) -> Result<(), TryRuntimeError> {
		let mut recorded = BTreeMap::<T::AccountId, Balance>::new();
		for (_, vault) in vaults {
			let sum = recorded.entry(vault.owner.clone()).or_default();
			*sum = sum
				.checked_add(vault.deposit)
				.ok_or("the sum of deposits overflows")?;
		}
		Self::check_holds(
			HoldReason::VaultDeposit,
			recorded,
			"what an owner has on hold is not what his vaults say",
		)
	}

	/// Each account has on hold for this what is recorded. Whoever has native tokens has an account of
	/// the system, so no hold is missed.
	fn check_holds(
		reason: HoldReason,
		mut recorded: BTreeMap<T::AccountId, Balance>,
		complaint: &'static str,
	) -> Result<(), TryRuntimeError> {
		let reason = reason.into();
		for who in frame_system::Account::<T>::iter_keys() {
			let held = T::Native::balance_on_hold(&reason, &who);
			ensure!(held == recorded.remove(&who).unwrap_or_default(), complaint);
		}
		// What is left is of those who have no account, and so nothing on hold.
		ensure!(recorded.values().all(Balance::is_zero), complaint);
		Ok(())
	}

	/// Custody holds at least what legs, lots and pools say, and the minimum balance beside it.
	fn check_custody() -> Result<(), TryRuntimeError> {
		let mut owed = BTreeMap::<AssetId, Balance>::new();
		for (id, facility) in Facilities::<T>::iter() {
			let state = FacilityStates::<T>::get(id).ok_or("a facility's totals are missing")?;
			for (collateral, held) in facility.base.collaterals.iter().zip(state.held.iter()) {
				let sum = owed.entry(collateral.terms.asset.clone()).or_default();
				*sum = sum
					.checked_add(*held)
					.ok_or("the sum of collateral overflows")?;
			}
			let pools = Settlements::<T>::get(id).map(|settlement| settlement.pools);
			let pools = pools.unwrap_or_default();
			for (collateral, pool) in facility.base.collaterals.iter().zip(&pools) {
				let sum = owed.entry(collateral.terms.asset.clone()).or_default();
				*sum = sum
					.checked_add(pool.left())
					.ok_or("the sum of collateral overflows")?;
			}
		}
		for (asset, in_vaults) in owed {
			let owed = in_vaults
				.checked_add(T::Lots::held(&asset))
				.and_then(|sum| sum.checked_add(T::Fungibles::minimum_balance(asset.clone())))
				.ok_or("the sum of collateral overflows")?;
			let there = T::Fungibles::balance(asset, &T::Custody::get());
			ensure!(there >= owed, "custody holds less than it owes");
		}
		Ok(())
	}

	/// `Σ_k minted_k`, with what pools answer for, is what the treasury has booked as issued against vaults.
	fn check_issuance() -> Result<(), TryRuntimeError> {
		let mut minted = BTreeMap::<AssetId, Balance>::new();
		for (id, facility) in Facilities::<T>::iter() {
			let state = FacilityStates::<T>::get(id).ok_or("a facility's totals are missing")?;
			let sum = minted.entry(facility.base.debt_asset).or_default();
			let owed = Settlements::<T>::get(id).map_or(0, |settlement| settlement.owed);
			*sum = sum
				.checked_add(state.minted)
				.and_then(|sum| sum.checked_add(owed))
				.ok_or("the sum of issuance overflows")?;
		}
		for (asset, minted) in minted {
			ensure!(
				T::Sheet::backed_by_vaults(&asset) == minted,
				"facilities and treasury disagree on what was issued"
			);
		}
		Ok(())
	}

	/// Settlements belong to facilities that are settled and stand still; what pools have taken is
	/// worth what they answer for, and what they have paid is what holders were due.
	fn check_settlements() -> Result<(), TryRuntimeError> {
		let listed: Vec<_> = SettledFacilities::<T>::get().into_inner();
		for id in 0..NextFacility::<T>::get() {
			let facility = Facilities::<T>::get(id)
				.ok_or("a facility is missing")?
				.base;
			let settled = facility.breaker == Breaker::Settled;
			ensure!(
				listed.iter().filter(|listed| **listed == id).count() == usize::from(settled),
				"a settled facility is not listed, or another one is"
			);
			let Some(settlement) = Settlements::<T>::get(id) else {
				ensure!(!settled, "a settled facility has no settlement");
				continue;
			};
			ensure!(settled, "a facility has a settlement and is not settled");
			let state = FacilityStates::<T>::get(id).ok_or("a facility's totals are missing")?;
			ensure!(
				state.accumulator == settlement.accumulator,
				"a settled facility has accrued"
			);
			Self::check_pools(&facility, &settlement)?;
			Self::check_receipts(id, &settlement, state.minted)?;
		}
		let known = NextFacility::<T>::get();
		ensure!(
			Settlements::<T>::iter_keys().count() == listed.len()
				&& listed.iter().all(|id| *id < known),
			"a settlement belongs to no facility"
		);
		Self::check_receipt_deposits()
	}

	fn check_pools(
		facility: &Facility<T>,
		settlement: &Settlement<T>,
	) -> Result<(), TryRuntimeError> {
		ensure!(
			settlement.pools.len() == facility.collaterals.len(),
			"a settlement has not one pool for each collateral"
		);
		let mut worth = Value::ZERO;
		for (pool, collateral) in settlement.pools.iter().zip(&facility.collaterals) {
			ensure!(pool.paid <= pool.taken, "a pool has paid more than it took");
			// Up: each vault's values were rounded down before they were added up.
			worth = worth + Value::of_ceil(pool.taken, collateral.decimals, pool.price);
		}
		let covered = Value::of_floor(
			settlement.covered,
			facility.debt_decimals,
			settlement.debt_price,
		);
		ensure!(worth >= covered, "pools answer for more than they took");
		let given_up = settlement
			.covered
			.checked_sub(settlement.owed)
			.and_then(|answered| settlement.redeemed.checked_sub(answered))
			.ok_or("a pool answers for what was redeemed")?;
		ensure!(
			given_up
				.checked_add(settlement.uncovered)
				.is_some_and(|sum| sum <= settlement.lost),
			"more is uncovered than was lost"
		);
		Ok(())
	}

	/// Nobody has been paid more than his share, nor all together more than was paid.
	fn check_receipts(
		id: FacilityId,
		settlement: &Settlement<T>,
		minted: Balance,
	) -> Result<(), TryRuntimeError> {
		let receipts: Vec<_> = Receipts::<T>::iter_prefix(id).collect();
		let mut redeemed = Balance::zero();
		for (_, receipt) in &receipts {
			redeemed = redeemed
				.checked_add(receipt.redeemed)
				.ok_or("the sum of receipts overflows")?;
		}
		ensure!(
			redeemed <= settlement.redeemed,
			"receipts say more than was redeemed"
		);
		let base = settlement.base(minted);
		let mut paid = alloc::vec![Balance::zero(); settlement.pools.len()];
		for (_, receipt) in &receipts {
			ensure!(
				receipt.paid.len() == paid.len(),
				"a receipt does not know all collaterals"
			);
			for ((pool, had), sum) in settlement.pools.iter().zip(&receipt.paid).zip(&mut paid) {
				// Without a base nobody has redeemed anything.
				let share = mul_div_floor(pool.taken, receipt.redeemed, base).unwrap_or_default();
				ensure!(*had <= share, "somebody has had more than his share");
				// Shares of what was taken, of which there is no more than one whole.
				*sum = sum.saturating_add(*had);
			}
		}
		ensure!(
			settlement
				.pools
				.iter()
				.zip(&paid)
				.all(|(pool, sum)| *sum <= pool.paid),
			"receipts say more than was paid"
		);
		Ok(())
	}

	/// Each account has on hold for receipts what its receipts say, and no more; nothing if it has
	/// none.
	fn check_receipt_deposits() -> Result<(), TryRuntimeError> {
		let mut recorded = BTreeMap::<T::AccountId, Balance>::new();
		for (id, who, receipt) in Receipts::<T>::iter() {
			ensure!(
				Settlements::<T>::contains_key(id),
				"a receipt is of no settlement"
			);
			let sum = recorded.entry(who).or_default();
			*sum = sum
				.checked_add(receipt.deposit)
				.ok_or("the sum of deposits overflows")?;
		}
		Self::check_holds(
			HoldReason::ReceiptDeposit,
			recorded,
			"what a holder has on hold is not what his receipts say",
		)
	}

	/// Books and vaults agree both ways, and the bitmaps with the pages.
	fn check_index(vaults: &[(VaultId, Vault<T>)]) -> Result<(), TryRuntimeError> {
		let mut entries = BTreeMap::<(BookId, VaultId), (Trigger, u32)>::new();
		let mut ticks = BTreeMap::<(BookId, Tick), usize>::new();
		let mut pages = BTreeMap::<(BookId, Tick), u32>::new();
		for ((book, tick, number), page) in Pages::<T>::iter() {
			let listed = &page.entries;
			let head = Pages::<T>::get((book, tick, 0)).ok_or("a page has no head")?;
			*pages.entry((book, tick)).or_default() += 1;
			ensure!(
				number < head.numbered,
				"a page has a number that was not given"
			);
			ensure!(
				!listed.is_empty() || number == 0 && page.next > 0,
				"an empty page is kept"
			);
			*ticks.entry((book, tick)).or_default() += listed.len();
			for (trigger, vault) in listed {
				ensure!(trigger.tick() == tick, "an entry is in the wrong tick");
				ensure!(
					*trigger <= head.highest,
					"a trigger exceeds its tick's bound"
				);
				let twice = entries.insert((book, *vault), (*trigger, number)).is_some();
				ensure!(!twice, "a vault stands twice in a book");
			}
		}
		for ((book, tick), count) in pages {
			Self::check_list_of_pages(book, tick, count)?;
		}
		for (id, vault) in vaults {
			ensure!(
				vault.is_waiting() || vault.books == vault.books_of_its_own(),
				"a vault is in other books than it should be"
			);
			for leg in &vault.legs {
				let book = vault.book(leg.collateral);
				let found = entries.remove(&(book, *id));
				let expected = leg.entry.map(|entry| (entry.trigger, entry.page));
				ensure!(found == expected, "a leg and its book disagree");
				ensure!(
					leg.entry.is_some() != vault.debt.is_zero(),
					"a leg is indexed if and only if its vault owes"
				);
			}
		}
		ensure!(entries.is_empty(), "a book names a leg that does not exist");
		Self::check_triggers(vaults)?;
		Self::check_bitmaps(&ticks)
	}

	/// The list of a tick has all of its `count` pages, and what its head says of them is so.
	fn check_list_of_pages(book: BookId, tick: Tick, count: u32) -> Result<(), TryRuntimeError> {
		let page_of = |number| Pages::<T>::get((book, tick, number));
		let head = page_of(0).ok_or("a page has no head")?;
		let (mut listed, mut last, mut next) = (1, 0, head.next);
		while next > 0 {
			let page = page_of(next).ok_or("a list of pages leads nowhere")?;
			ensure!(
				page.previous == last && listed < count,
				"a list of pages is not the same both ways"
			);
			ensure!(
				last == 0 || next < last,
				"a list of pages is not in the order of their numbers"
			);
			(listed, last, next) = (listed + 1, next, page.next);
		}
		ensure!(listed == count, "a page is not in the list of its tick");
		for pointed in [head.roomy, head.resume] {
			ensure!(
				page_of(pointed).is_some(),
				"a head points at a page that there is not"
			);
		}
		Ok(())
	}

	/// No vault's triggers are too low. Those that depend on no price are what they have to be: all of
	/// a vault that waits, and that of a vault's only leg. Those of a basket were made at prices that are
	/// gone: of them only `Σ q·θ ≥ g·d` can be checked, which does not find any that are too high.
	fn check_triggers(vaults: &[(VaultId, Vault<T>)]) -> Result<(), TryRuntimeError> {
		for (_, vault) in vaults {
			let has_triggers = !vault.legs.is_empty();
			ensure!(
				!has_triggers || triggers_carry(vault),
				"a vault could become unsafe unseen"
			);
			let mut entries = vault.legs.iter().filter_map(|leg| leg.entry);
			if vault.is_waiting() {
				ensure!(
					entries.all(|entry| entry.trigger == Trigger::MAX),
					"a vault that waits is not at the top of its book"
				);
			} else if let [leg] = vault.legs.as_slice() {
				let wanted = vault.watched_debt().map_or(Trigger::MAX, |watched| {
					Trigger::from_ratio_ceil(U512::from(watched.0), U512::from(leg.amount))
				});
				ensure!(
					entries.all(|entry| is_at_or_above_full_ticks(wanted, entry.trigger)),
					"a trigger is not that of its debt and its collateral"
				);
			}
		}
		Ok(())
	}

	fn check_bitmaps(ticks: &BTreeMap<(BookId, Tick), usize>) -> Result<(), TryRuntimeError> {
		let mut set = 0usize;
		for (book, number, word) in Words::<T>::iter() {
			ensure!(word.iter().any(|limb| *limb != 0), "an empty word is kept");
			let summary = Summaries::<T>::get(book).ok_or("a book has words but no summary")?;
			ensure!(is_set(&summary, number.into()), "the summary misses a word");
			for bit in (0..256).filter(|bit| is_set(&word, *bit)) {
				set += 1;
				let tick = u32::from(number) * 256 + bit;
				ensure!(
					ticks.contains_key(&(book, tick)),
					"a bit is set for an empty tick"
				);
			}
		}
		ensure!(set == ticks.len(), "a tick with entries has no bit");
		let words = Words::<T>::iter().count() as u32;
		let summarised: u32 = Summaries::<T>::iter()
			.map(|(_, s)| s.iter().map(|l| l.count_ones()).sum::<u32>())
			.sum();
		ensure!(words == summarised, "the summary names an empty word");
		Ok(())
	}
}

/// Whether [`crate::index::Index::insert`] can have put an entry with the trigger `wanted` at `found`:
/// there, or, tick after tick being full, at the beginning of a higher one.
fn is_at_or_above_full_ticks(wanted: Trigger, found: Trigger) -> bool {
	let mut places = iter::successors(Some(wanted), |trigger| trigger.next_tick());
	places.find(|place| *place >= found) == Some(found)
}
