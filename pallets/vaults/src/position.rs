//! A vault in memory with its facility: loaded once, changed by movements, written once.

use crate::{
	extent::Extent,
	index::Index,
	rows::Rows,
	types::{
		Basket, BookId, BookKind, CollateralIndex, Entry, Expected, Facility, FacilityState, Leg,
		LimitsOf, Vault,
	},
	valuation::{health_floor, LiquidationPrices, NewRisk},
	Config, Error, Event, FacilityStates, Pallet, Vaults, MAX_LEGS,
};
use alloc::{
	collections::{BTreeMap, BTreeSet},
	rc::Rc,
	vec::Vec,
};
use cairn_math::{FixedU128, NormalizedDebt, Trigger, Value};
use cairn_primitives::{
	AssetId, Balance, BurnReason, Issuance, Leftover, LiquidationLots, MintReason, VaultId,
};
use frame_support::{
	ensure,
	traits::{
		fungibles::{Inspect, Mutate},
		tokens::Preservation,
		Get,
	},
};
use sp_runtime::{traits::Zero, DispatchError, DispatchResult};

/// A vault in memory with its facility, between load and commit.
pub(crate) struct Position<T: Config> {
	pub id: VaultId,
	pub vault: Vault<T>,
	pub facility: Rc<Facility<T>>,
	pub state: FacilityState<T>,
}

impl<T: Config> Position<T> {
	/// Loads a vault. Each of its rows is read once.
	pub fn load(id: VaultId) -> Result<Self, DispatchError> {
		let vault = Vaults::<T>::get(id).ok_or(Error::<T>::UnknownVault)?;
		let facility =
			Pallet::<T>::facility_now(vault.facility).ok_or(Error::<T>::UnknownFacility)?;
		let state = FacilityStates::<T>::get(vault.facility).ok_or(Error::<T>::UnknownFacility)?;
		Ok(Self {
			id,
			vault,
			facility: Rc::new(facility),
			state,
		})
	}

	/// What an operation that ends now had to deal with, but for claims that it has settled.
	pub fn extent(&self) -> Extent {
		Extent {
			legs: self.vault.legs.len() as u32,
			claims: self.vault.claims.len() as u32,
		}
	}

	/// What is owed, rounded up.
	pub fn owed_ceil(&self) -> Result<Balance, DispatchError> {
		let owed = self.vault.debt.owed_ceil(self.state.accumulator);
		owed.ok_or(Error::<T>::Overflow.into())
	}

	/// Takes debt from the vault and from the facility's total: the only way in which debt leaves a
	/// vault. Changes both or neither.
	///
	/// # Errors
	///
	/// `Overflow` if either owes less.
	pub fn clear_debt(&mut self, cleared: NormalizedDebt) -> DispatchResult {
		let (Some(debt), Some(total)) = (
			self.vault.debt.checked_sub(cleared),
			self.state.normalized_debt.checked_sub(cleared),
		) else {
			return Err(Error::<T>::Overflow.into());
		};
		(self.vault.debt, self.state.normalized_debt) = (debt, total);
		Ok(())
	}

	/// What the vaults of the facility hold of a collateral.
	fn held(&self, index: CollateralIndex) -> Balance {
		let held = self.state.held.get(usize::from(index));
		held.copied().unwrap_or(Balance::MAX)
	}

	/// Adds collateral to a leg and to the facility's total.
	pub fn credit(&mut self, index: CollateralIndex, amount: Balance) -> DispatchResult {
		if amount.is_zero() {
			return Ok(());
		}
		let held = self
			.state
			.held
			.get_mut(usize::from(index))
			.ok_or(Error::<T>::CollateralNotAccepted)?;
		*held = held.checked_add(amount).ok_or(Error::<T>::Overflow)?;
		if let Some(leg) = self
			.vault
			.legs
			.iter_mut()
			.find(|leg| leg.collateral == index)
		{
			leg.amount = leg.amount.checked_add(amount).ok_or(Error::<T>::Overflow)?;
			return Ok(());
		}
		self.vault
			.legs
			.try_push(Leg {
				collateral: index,
				amount,
				entry: None,
			})
			.map_err(|_| Error::<T>::TooManyLegs.into())
	}

	/// Takes collateral from a leg and from the facility's total. A leg that becomes empty stays
	/// until [`Position::commit`], which drops it with its index entry.
	pub fn debit(&mut self, index: CollateralIndex, amount: Balance) -> DispatchResult {
		let leg = self
			.vault
			.legs
			.iter_mut()
			.find(|leg| leg.collateral == index)
			.ok_or(Error::<T>::NotEnoughCollateral)?;
		leg.amount = leg
			.amount
			.checked_sub(amount)
			.ok_or(Error::<T>::NotEnoughCollateral)?;
		let held = self
			.state
			.held
			.get_mut(usize::from(index))
			.ok_or(Error::<T>::CollateralNotAccepted)?;
		*held = held.checked_sub(amount).ok_or(Error::<T>::Overflow)?;
		Ok(())
	}

	/// Brings back what closed lots have left over, and says so even where that is nothing: the vault
	/// waits for it no longer.
	pub fn settle_claims(&mut self) -> DispatchResult {
		let mut returned = BTreeMap::<AssetId, Balance>::new();
		let mut position = 0;
		while let Some(claim) = self.vault.claims.get(position).copied() {
			match T::Lots::settle(claim.lot, claim.contributed) {
				Leftover::Pending => position = position.saturating_add(1),
				Leftover::Ready(amount) => {
					self.vault.claims.remove(position);
					self.credit(claim.collateral, amount)?;
					let asset = self.facility.terms_of(claim.collateral)?.asset.clone();
					let sum = returned.entry(asset).or_default();
					*sum = sum.checked_add(amount).ok_or(Error::<T>::Overflow)?;
				}
			}
		}
		if !returned.is_empty() {
			Pallet::<T>::deposit_event(Event::LeftoverReturned {
				vault: self.id,
				// Claims name no more collaterals than a vault may have legs.
				returned: Basket::truncate_from(returned.into_iter().collect()),
			});
		}
		Ok(())
	}

	/// Counts what closed lots have left over as if it had come back, as it does before anything else
	/// that is done with the vault. For views: nothing is fetched.
	pub fn count_leftovers(&mut self) -> DispatchResult {
		for claim in self.vault.claims.clone() {
			if let Leftover::Ready(amount) = T::Lots::leftover(claim.lot, claim.contributed) {
				self.credit(claim.collateral, amount)?;
			}
		}
		Ok(())
	}

	/// Takes collateral from `from`; the vault gets a new leg from its owner only. A cap refuses what is
	/// beyond it, but not to a vault in danger whose owner takes on no new risk with the same call:
	/// `only_adding`.
	pub fn deposit(
		&mut self,
		from: &T::AccountId,
		basket: &Basket,
		only_adding: bool,
	) -> DispatchResult {
		let is_owner = self.vault.owner == *from;
		let mut beyond_a_cap = false;
		for (asset, amount) in basket {
			let index = self.facility.index_of(asset)?;
			let has_leg = self.vault.legs.iter().any(|leg| leg.collateral == index);
			ensure!(is_owner || has_leg, Error::<T>::OnlyOwnerAddsLegs);
			let held = self.held(index).checked_add(*amount);
			let cap = self.facility.terms_of(index)?.cap;
			beyond_a_cap |= held.is_none_or(|held| held > cap);
		}
		if beyond_a_cap {
			ensure!(only_adding && self.is_in_danger(), Error::<T>::CapReached);
		}
		for (asset, amount) in basket {
			let index = self.facility.index_of(asset)?;
			self.credit(index, *amount)?;
			// Take everything, or leave what can stay: a remainder below the minimum balance would
			// be lost to the owner.
			let preservation = if T::Fungibles::balance(asset.clone(), from) == *amount {
				Preservation::Expendable
			} else {
				Preservation::Preserve
			};
			T::Fungibles::transfer(
				asset.clone(),
				from,
				&T::Custody::get(),
				*amount,
				preservation,
			)?;
		}
		// Collateral that may come back needs room too.
		let distinct: BTreeSet<_> = self
			.vault
			.legs
			.iter()
			.map(|leg| leg.collateral)
			.chain(self.vault.claims.iter().map(|claim| claim.collateral))
			.collect();
		ensure!(distinct.len() <= MAX_LEGS as usize, Error::<T>::TooManyLegs);
		Ok(())
	}

	pub fn withdraw(&mut self, basket: &Basket) -> DispatchResult {
		for (asset, amount) in basket {
			let index = self.facility.index_of(asset)?;
			self.debit(index, *amount)?;
			self.release(asset, *amount)?;
		}
		Ok(())
	}

	/// Moves collateral out of custody to the owner.
	pub fn release(&self, asset: &AssetId, amount: Balance) -> DispatchResult {
		T::Fungibles::transfer(
			asset.clone(),
			&T::Custody::get(),
			&self.vault.owner,
			amount,
			Preservation::Preserve,
		)?;
		Ok(())
	}

	/// Repays at most `amount` from `who`; returns what was taken.
	pub fn repay(&mut self, who: &T::AccountId, amount: Balance) -> Result<Balance, DispatchError> {
		let owed = self.owed_ceil()?;
		ensure!(!owed.is_zero(), Error::<T>::NoDebt);
		let paid = amount.min(owed);
		let cleared = if paid == owed {
			self.vault.debt
		} else {
			// Down, against the user; never more than the debt, since less than it is paid.
			NormalizedDebt::from_debt_floor(paid, self.state.accumulator)
				.ok_or(Error::<T>::Overflow)?
		};
		ensure!(!cleared.is_zero(), Error::<T>::RepaymentTooSmall);
		self.clear_debt(cleared)?;
		// Between two accruals a debt may round up to more than has been issued against all debt:
		// what has not been issued is the reserve's.
		let burned = paid.min(self.state.minted);
		self.state.minted = self.state.minted.saturating_sub(burned);
		self.state.give_room(paid);
		T::Issuance::burn(&self.facility.debt_asset, who, burned, BurnReason::Repay)?;
		let rest = paid.saturating_sub(burned);
		if !rest.is_zero() {
			T::Issuance::pay_reserve(&self.facility.debt_asset, who, rest)?;
		}
		Ok(paid)
	}

	pub fn borrow(&mut self, amount: Balance) -> DispatchResult {
		let taken = NormalizedDebt::from_debt_ceil(amount, self.state.accumulator)
			.ok_or(Error::<T>::Overflow)?;
		self.vault.debt = self
			.vault
			.debt
			.checked_add(taken)
			.ok_or(Error::<T>::Overflow)?;
		self.state.normalized_debt = self
			.state
			.normalized_debt
			.checked_add(taken)
			.ok_or(Error::<T>::Overflow)?;
		let total = self
			.state
			.normalized_debt
			.owed_ceil(self.state.accumulator)
			.ok_or(Error::<T>::Overflow)?;
		ensure!(total <= self.facility.ceiling, Error::<T>::CeilingReached);
		let filled = self
			.state
			.filled
			.checked_add(amount)
			.ok_or(Error::<T>::Overflow)?;
		ensure!(
			filled <= self.facility.fill_limit,
			Error::<T>::FillLimitReached
		);
		self.state.filled = filled;
		self.state.minted = self
			.state
			.minted
			.checked_add(amount)
			.ok_or(Error::<T>::Overflow)?;
		T::Issuance::mint(
			&self.facility.debt_asset,
			&self.vault.owner,
			amount,
			MintReason::Borrow,
		)
	}

	/// The vault carries its debt by the strict measure.
	pub fn ensure_new_risk_is_covered(&self) -> DispatchResult {
		let owed = self.owed_ceil()?;
		if owed.is_zero() {
			return Ok(());
		}
		let risk = NewRisk::measure(&self.facility, &self.vault.legs);
		let price = risk.debt_price.ok_or(Error::<T>::PriceNotLive)?;
		let debt = Value::of_ceil(owed, self.facility.debt_decimals, price);
		if risk.weighted >= debt {
			return Ok(());
		}
		if risk.something_not_live {
			Err(Error::<T>::PriceNotLive.into())
		} else {
			Err(Error::<T>::Undercollateralized.into())
		}
	}

	/// No new risk is taken on a collateral of which there is more than its cap: neither by
	/// borrowing, nor by withdrawing another collateral.
	pub fn ensure_caps_allow(&self, withdrawn: &Basket, borrowed: Balance) -> DispatchResult {
		for leg in self.vault.legs.iter().filter(|leg| !leg.amount.is_zero()) {
			let terms = self.facility.terms_of(leg.collateral)?;
			let others = withdrawn.iter().any(|(asset, _)| *asset != terms.asset);
			let relied_on = !borrowed.is_zero() || others;
			ensure!(
				!relied_on || self.held(leg.collateral) <= terms.cap,
				Error::<T>::CapReached
			);
		}
		Ok(())
	}

	/// Health as liquidation measures it; `None` without debt.
	fn health_floor(&self) -> Result<Option<FixedU128>, DispatchError> {
		let owed = self.owed_ceil()?;
		if owed.is_zero() {
			return Ok(None);
		}
		let prices = LiquidationPrices::read(&self.facility).ok_or(Error::<T>::PriceNotLive)?;
		let weighted = prices.weighted_floor(&self.facility, &self.vault.legs);
		let debt = prices.debt_value_ceil(&self.facility, owed);
		Ok(health_floor(weighted, debt))
	}

	/// Whether the vault owes, and is no healthier than a liquidation would leave it, for all that
	/// is known.
	fn is_in_danger(&self) -> bool {
		let is_low = |health| health < self.facility.target_health;
		!self.vault.debt.is_zero() && self.health_floor().map_or(true, |h| h.is_none_or(is_low))
	}

	/// The vault owes no more and holds no less than is expected of it.
	pub fn ensure_as_expected(&self, expected: &Expected) -> DispatchResult {
		let owed = self.owed_ceil()?;
		ensure!(owed <= expected.debt_at_most, Error::<T>::NotAsExpected);
		for (asset, least) in &expected.collateral_at_least {
			let index = self.facility.index_of(asset)?;
			let mut legs = self.vault.legs.iter();
			let has = legs.any(|leg| leg.collateral == index && leg.amount >= *least);
			ensure!(has, Error::<T>::NotAsExpected);
		}
		Ok(())
	}

	/// The vault's health is at least what the caller insists on.
	pub fn ensure_within(&self, limits: &LimitsOf<T>) -> DispatchResult {
		let Some(least) = limits.min_health else {
			return Ok(());
		};
		let is_less = self.health_floor()?.is_some_and(|health| health < least);
		ensure!(!is_less, Error::<T>::HealthBelowLimit);
		Ok(())
	}

	/// Says what has left the vault and gone to nobody, if anything has.
	pub fn tell_forfeited(&self, forfeited: Basket) {
		if !forfeited.is_empty() {
			Pallet::<T>::deposit_event(Event::Forfeited {
				vault: self.id,
				owner: self.vault.owner.clone(),
				forfeited,
			});
		}
	}

	/// The book in which the vault's entry for a collateral lies, if it has one.
	pub fn book(&self, collateral: CollateralIndex) -> BookId {
		self.vault.book(collateral)
	}

	/// The entries of all legs, and in which books they lie.
	pub fn entries(&self) -> Vec<(BookId, Entry)> {
		let legs = self.vault.legs.iter();
		legs.filter_map(|leg| Some((self.book(leg.collateral), leg.entry?)))
			.collect()
	}

	/// Says in which books the vault's entries are to lie, and counts it if it waits. None may be in the
	/// others.
	fn set_books(&mut self, books: BookKind) {
		let before = core::mem::replace(&mut self.vault.books, books);
		let of = |kind| u32::from(kind == BookKind::Waiting);
		let waiting = self.state.waiting.saturating_sub(of(before));
		self.state.waiting = waiting.saturating_add(of(books));
	}

	/// Takes all entries of the vault out of the index. `false` if one was not where it should be.
	pub fn unindex(&mut self, rows: &mut Rows<T>) -> bool {
		let mut sound = true;
		for position in 0..self.vault.legs.len() {
			let Some((collateral, entry)) = self
				.vault
				.legs
				.get_mut(position)
				.and_then(|leg| Some((leg.collateral, leg.entry.take()?)))
			else {
				continue;
			};
			sound &= Index::<T>::remove(self.book(collateral), entry, self.id, rows);
		}
		self.set_books(BookKind::default());
		sound
	}

	/// Drops empty legs, brings the index up to date, and writes the vault's row. The facility's
	/// totals are left to the caller, who may have more vaults to go through.
	///
	/// With `waiting` the vault is put among those who wait for their collateral.
	pub fn store_vault(
		&mut self,
		prices: Option<&LiquidationPrices>,
		waiting: bool,
		rows: &mut Rows<T>,
	) {
		let waiting = waiting && !self.vault.debt.is_zero();
		let books = if waiting {
			BookKind::Waiting
		} else {
			self.vault.books_of_its_own()
		};
		let drifted = books != self.vault.books && !self.unindex(rows);
		self.set_books(books);
		let wanted = if waiting {
			Some(alloc::vec![Trigger::MAX; self.vault.legs.len()])
		} else {
			self.triggers(prices)
		};
		let drifted = !self.reindex(wanted, rows) || drifted;
		if drifted {
			Pallet::<T>::drifted(self.id);
		}
		self.vault.legs.retain(|leg| !leg.amount.is_zero());
		Vaults::<T>::insert(self.id, &self.vault);
	}

	/// Moves the entries of all legs to the triggers `wanted`. `false` if one was not where it should
	/// be.
	fn reindex(&mut self, wanted: Option<Vec<Trigger>>, rows: &mut Rows<T>) -> bool {
		let mut sound = true;
		for position in 0..self.vault.legs.len() {
			let Some(leg) = self.vault.legs.get(position).copied() else {
				continue;
			};
			let trigger = wanted
				.as_ref()
				.and_then(|triggers| triggers.get(position).copied())
				.filter(|_| !leg.amount.is_zero());
			if leg.entry.map(|entry| entry.trigger) == trigger {
				continue;
			}
			let book = self.book(leg.collateral);
			if let Some(entry) = leg.entry {
				sound &= Index::<T>::remove(book, entry, self.id, rows);
			}
			let entry = trigger.map(|trigger| Index::<T>::insert(book, trigger, self.id, rows));
			if let Some(leg) = self.vault.legs.get_mut(position) {
				leg.entry = entry;
			}
		}
		sound
	}

	/// The triggers of all legs, empty ones included; `None` without debt.
	fn triggers(&self, prices: Option<&LiquidationPrices>) -> Option<Vec<Trigger>> {
		if self.vault.debt.is_zero() {
			return None;
		}
		let filled: Vec<Leg> = self
			.vault
			.legs
			.iter()
			.copied()
			.filter(|leg| !leg.amount.is_zero())
			.collect();
		let of_filled = match (self.vault.watched_debt(), prices) {
			(Some(watched), Some(prices)) => prices.triggers_ceil(&self.facility, &filled, watched),
			// One leg's trigger needs no price.
			(Some(watched), None) if filled.len() == 1 => LiquidationPrices {
				debt: cairn_math::Price::ONE,
				collaterals: Vec::new(),
			}
			.triggers_ceil(&self.facility, &filled, watched),
			// Looked at whenever anything is.
			_ => alloc::vec![Trigger::MAX; filled.len()],
		};
		let mut of_filled = of_filled.into_iter();
		let triggers = self.vault.legs.iter().map(|leg| {
			if leg.amount.is_zero() {
				Trigger::MIN
			} else {
				of_filled.next().unwrap_or(Trigger::MAX)
			}
		});
		Some(triggers.collect())
	}

	/// Writes everything.
	pub fn commit(mut self) {
		let prices = (self.vault.legs.len() > 1 && !self.vault.debt.is_zero())
			.then(|| LiquidationPrices::read(&self.facility))
			.flatten();
		self.store_vault(prices.as_ref(), false, &mut Rows::direct());
		self.state.operations = self.state.operations.saturating_add(1);
		FacilityStates::<T>::insert(self.vault.facility, self.state);
	}
}
