//! A facility in the middle of enforcement: goes through its books, and looks at one vault after the
//! other.

use crate::{
	adjust::Position,
	index::{Above, Head, Index},
	rows::Rows,
	types::{BookId, BookKind, Breaker, CollateralIndex, Entry, Facility, FacilityState, Vault},
	valuation::LiquidationPrices,
	weights::WeightInfo,
	Config, Event, FacilityStates, Pallet, Vaults, LOG_TARGET,
};
use alloc::{
	collections::{BTreeMap, BTreeSet},
	rc::Rc,
	vec::Vec,
};
use cairn_math::{Tick, Trigger};
use cairn_primitives::{
	AssetId, Balance, BalanceSheet, FacilityId, KeeperReward, LiquidationLots, LotId, PriceSource,
	Seizure, VaultId,
};
use frame_support::{
	traits::Get,
	weights::{Weight, WeightMeter},
};
use sp_runtime::traits::Zero;

/// What an evaluation of a vault came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
	/// Its health is at least one.
	Safe,
	/// It is unsafe, but nothing of it can be sold now. It waits for one of its collaterals.
	Waiting,
	/// Its owner's guard has made it safe.
	Saved,
	/// Collateral and debt have left it.
	Liquidated,
}

/// What has been done about a vault.
pub(crate) struct Evaluated {
	pub verdict: Verdict,
	/// How many legs it had when it was weighed: claims may have brought some.
	pub legs: u32,
	/// Whether its claims were looked at.
	settled: bool,
	/// Whether its guard has acted.
	guarded: bool,
}

/// How far enforcement has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reached {
	/// To the last vault that the prices can hurt.
	End,
	/// As far as the budget went; there may be more.
	Limit,
}

/// What enforcement has done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Progress {
	/// Vaults that it has looked at: each is liquidated, saved by its guard, put aside until
	/// something of it can be sold, or found safe and given new triggers.
	pub visited: u32,
	/// Those of them that it has liquidated.
	pub liquidated: u32,
	/// How often a keeper was owed something for it.
	pub rewards: u32,
}

impl Progress {
	/// Adds what was done elsewhere.
	pub fn add(&mut self, other: Self) {
		self.visited = self.visited.saturating_add(other.visited);
		self.liquidated = self.liquidated.saturating_add(other.liquidated);
		self.rewards = self.rewards.saturating_add(other.rewards);
	}
}

/// A facility in the middle of enforcement: everything that is written once for many vaults.
pub(crate) struct Batch<T: Config> {
	pub id: FacilityId,
	pub facility: Rc<Facility<T>>,
	pub state: FacilityState<T>,
	pub prices: LiquidationPrices,
	/// Where seizures of a collateral go: the same lot for all of the batch.
	current: BTreeMap<CollateralIndex, LotId>,
	/// What each lot is given.
	pub lots: BTreeMap<LotId, (CollateralIndex, Seizure)>,
	pub debt_seized: Balance,
	pub progress: Progress,
	/// What each liquidation brings the reserve, if somebody is paid.
	pub fees: Vec<Balance>,
	/// Who is paid for it, if anybody is.
	pub keeper: Option<T::AccountId>,
	rows: Rows<T>,
}

/// The books of one collateral that have to be gone through, each with the trigger down to which.
pub(crate) fn books_to_enforce<T: Config>(
	id: FacilityId,
	facility: &Facility<T>,
	state: &FacilityState<T>,
	prices: &LiquidationPrices,
	index: CollateralIndex,
) -> Vec<(BookId, Trigger)> {
	let Some(collateral) = facility.collaterals.get(usize::from(index)) else {
		return Vec::new();
	};
	let effective = prices.effective_floor(facility, collateral, index, state.accumulator);
	let waits = state.waiting > 0 && prices.of(index).sellable;
	let kinds = BookKind::ALL.into_iter().filter_map(|kind| match kind {
		BookKind::Risk | BookKind::Guard => Some((kind, effective)),
		BookKind::Waiting => waits.then_some((kind, Trigger::MIN)),
	});
	kinds
		.map(|(kind, bound)| (kind.book(id, index), bound))
		.collect()
}

impl<T: Config> Batch<T> {
	/// `None` if nothing can be liquidated in this facility now.
	pub fn open(id: FacilityId, rows: Rows<T>) -> Option<Self> {
		let facility = Pallet::<T>::facility_now(id)?;
		if facility.breaker >= Breaker::NoNewLiquidations || T::Prices::is_down() {
			return None;
		}
		let debt_quote = T::Prices::quote(&facility.debt_asset)?;
		if !debt_quote.status.allows_liquidation() {
			return None;
		}
		let state = FacilityStates::<T>::get(id)?;
		let prices = LiquidationPrices::read(&facility)?;
		Some(Self {
			id,
			facility: Rc::new(facility),
			state,
			prices,
			current: BTreeMap::new(),
			lots: BTreeMap::new(),
			debt_seized: 0,
			progress: Progress::default(),
			fees: Vec::new(),
			keeper: None,
			rows,
		})
	}

	/// `keeper` is to be paid for this, if the start of the block did not finish the facility.
	pub fn for_keeper(mut self, keeper: Option<&T::AccountId>) -> Self {
		self.keeper = keeper
			.filter(|_| Pallet::<T>::is_left_behind(self.id))
			.cloned();
		self
	}

	pub fn asset(&self, index: CollateralIndex) -> Option<&AssetId> {
		self.facility
			.collaterals
			.get(usize::from(index))
			.map(|c| &c.terms.asset)
	}

	/// The lot that takes what is seized of a collateral now.
	pub fn current_lot(&mut self, index: CollateralIndex, asset: &AssetId) -> LotId {
		let facility = self.id;
		let lot = self.current.entry(index);
		*lot.or_insert_with(|| T::Lots::current_lot(facility, asset))
	}

	/// Goes through the books of one collateral, each from its highest trigger down.
	pub fn enforce_collateral(
		&mut self,
		index: CollateralIndex,
		meter: &mut WeightMeter,
	) -> Reached {
		let mut reached = Reached::End;
		let books = books_to_enforce(self.id, &self.facility, &self.state, &self.prices, index);
		for (book, bound) in books {
			if self.enforce_book(book, bound, meter) == Reached::Limit {
				reached = Reached::Limit;
			}
		}
		reached
	}

	fn enforce_book(&mut self, book: BookId, bound: Trigger, meter: &mut WeightMeter) -> Reached {
		// A vault that is put back into the same book is not looked at a second time.
		let mut seen = BTreeSet::new();
		let mut cursor = Index::<T>::highest(book, &mut self.rows);
		while let Some(tick) = cursor.filter(|tick| *tick >= bound.tick()) {
			if self.enforce_tick(book, tick, bound, &mut seen, meter) == Reached::Limit {
				return Reached::Limit;
			}
			cursor = Index::<T>::next_below(book, tick, &mut self.rows);
		}
		Reached::End
	}

	/// Goes through all pages of a tick, beginning where the budget has ended the last time. What is
	/// charged for a page includes the way to the next tick.
	fn enforce_tick(
		&mut self,
		book: BookId,
		tick: Tick,
		bound: Trigger,
		seen: &mut BTreeSet<VaultId>,
		meter: &mut WeightMeter,
	) -> Reached {
		let head = Index::<T>::head(book, tick, &mut self.rows);
		let Some(before) = head.filter(|head| head.highest > bound) else {
			let charged = meter.try_consume(T::WeightInfo::visit_page());
			return charged.map_or(Reached::Limit, |()| Reached::End);
		};
		// Nothing is changed that is not paid for: a page, and the row in which the bound stands.
		if !meter.can_consume(Pallet::<T>::weight_of_first_page()) {
			return Reached::Limit;
		}
		// What is put into the tick meanwhile raises the bound again.
		let unbounded = Head {
			highest: Trigger::MIN,
			..before
		};
		Index::<T>::set_head(book, tick, unbounded, &mut self.rows);
		meter.consume(Pallet::<T>::weight_of_rows(self.rows.take_fresh()));
		let (mut number, mut stop) = (before.resume, None);
		let (mut reached, mut left) = (Reached::End, Trigger::MIN);
		loop {
			let Some(here) = self.enforce_page(book, (tick, number), bound, seen, meter) else {
				(reached, left) = (Reached::Limit, before.highest);
				break;
			};
			left = left.max(here.highest_other);
			number = here.next;
			// From the last page on to the head, and to where it began, or what has taken its place; that is
			// nothing if all from there on are gone, or all of the tick.
			if number == 0 && before.resume > 0 && stop.is_none() {
				let head = Index::<T>::head(book, tick, &mut self.rows);
				stop = Some(head.map_or(0, |head| head.resume));
			} else if number == 0 || Some(number) == stop {
				break;
			}
		}
		if let Some(added) = Index::<T>::head(book, tick, &mut self.rows) {
			let after = Head {
				highest: left.max(added.highest),
				resume: if reached == Reached::Limit { number } else { 0 },
			};
			Index::<T>::set_head(book, tick, after, &mut self.rows);
		}
		reached
	}

	/// Visits the vaults of a page that the price hurts; what there was, or `None` if the budget ended
	/// before.
	fn enforce_page(
		&mut self,
		book: BookId,
		page: (Tick, u32),
		bound: Trigger,
		seen: &mut BTreeSet<VaultId>,
		meter: &mut WeightMeter,
	) -> Option<Above> {
		meter.try_consume(T::WeightInfo::visit_page()).ok()?;
		let wanted = |vault: &VaultId| !seen.contains(vault);
		let mut above = Index::<T>::above(book, page, bound, wanted, &mut self.rows);
		for (id, entry) in core::mem::take(&mut above.vaults) {
			let read = T::DbWeight::get().reads(1);
			if !meter.can_consume(read) {
				return None;
			}
			let vault = Vaults::<T>::get(id);
			// It is reserved for at its worst, and charged for what it was.
			if !meter.can_consume(Self::most_of(vault.as_ref())) {
				meter.consume(read);
				return None;
			}
			seen.insert(id);
			// It was there when the page was read, and only its own visit moves it.
			let _ = Index::<T>::remove(book, entry, id, &mut self.rows);
			let weight = self.visit(book, id, vault, entry);
			meter.consume(weight);
		}
		Some(above)
	}

	/// The most that it can weigh to visit this vault, which is none if the index is wrong.
	fn most_of(vault: Option<&Vault<T>>) -> Weight {
		let (legs, claims, guarded) = vault.map_or((0, 0, false), |vault| {
			let (legs, claims) = (vault.legs.len(), vault.claims.len());
			(legs as u32, claims as u32, vault.guard.is_some())
		});
		Pallet::<T>::most_of_vault(legs, claims, guarded)
	}

	/// Looks at a vault whose entry has been taken out of `book`; returns what that weighs.
	fn visit(
		&mut self,
		book: BookId,
		id: VaultId,
		vault: Option<Vault<T>>,
		entry: Entry,
	) -> Weight {
		self.progress.visited = self.progress.visited.saturating_add(1);
		let Some(mut vault) = vault else {
			log::error!(target: LOG_TARGET, "the index names vault {id}, which does not exist");
			Pallet::<T>::drifted(id);
			return Pallet::<T>::weight_of_vault(0, 0);
		};
		if vault.facility != self.id {
			log::error!(target: LOG_TARGET, "vault {id} stands in a book of another facility");
			Pallet::<T>::drifted(id);
			return Pallet::<T>::weight_of_vault(0, 0);
		}
		let kind = vault.books;
		let found = vault
			.legs
			.iter_mut()
			.find(|leg| kind.book(self.id, leg.collateral) == book && leg.entry == Some(entry));
		match found {
			Some(leg) => leg.entry = None,
			// The leg's own entry, if it has one, is another one and still in its place.
			None => Pallet::<T>::drifted(id),
		}
		let (claims, lots) = (vault.claims.len(), self.lots.len());
		let evaluated = self.evaluate(id, vault);
		let claims = if evaluated.settled { claims } else { 0 };
		let guards = u64::from(evaluated.guarded);
		let rows = self.rows.take_fresh();
		let lots = self.lots.len().saturating_sub(lots) as u64;
		Pallet::<T>::weight_of_vault(evaluated.legs, claims as u32)
			.saturating_add(Pallet::<T>::weight_of_rows(rows))
			.saturating_add(T::WeightInfo::put_up().saturating_mul(lots))
			.saturating_add(T::WeightInfo::run_guard().saturating_mul(guards))
	}

	/// Evaluates a vault exactly, lets its guard act, liquidates it if it is unsafe, and indexes it
	/// anew.
	pub fn evaluate(&mut self, id: VaultId, vault: Vault<T>) -> Evaluated {
		let mut position = Position {
			id,
			vault,
			facility: self.facility.clone(),
			state: self.state.clone(),
		};
		let (claimed, waited) = (position.vault.claims.len(), position.vault.is_waiting());
		let guarded = position.run_guard(&self.prices);
		let of_guard = position.vault.claims.len() < claimed;
		let (verdict, legs, settled) = self.liquidate(&mut position);
		position.store_vault(
			Some(&self.prices),
			verdict == Verdict::Waiting,
			&mut self.rows,
		);
		if position.vault.is_waiting() && !waited {
			Pallet::<T>::deposit_event(Event::LiquidationDeferred {
				vault: id,
				owner: position.vault.owner.clone(),
			});
		}
		self.state = position.state;
		Evaluated {
			verdict: match verdict {
				Verdict::Safe if guarded => Verdict::Saved,
				verdict => verdict,
			},
			legs,
			settled: settled || of_guard,
			guarded,
		}
	}

	/// Writes what concerns all vaults of the batch, hands the seizures over, and has the keeper paid.
	pub fn close(mut self) -> Progress {
		self.rows.write();
		FacilityStates::<T>::insert(self.id, &self.state);
		if !self.debt_seized.is_zero() {
			T::Sheet::debt_seized(&self.facility.debt_asset, self.debt_seized);
		}
		for (lot, (index, seizure)) in &self.lots {
			if let Some(asset) = self.asset(*index) {
				T::Lots::put_up(*lot, self.id, &self.facility.debt_asset, asset, *seizure);
			}
		}
		if let Some(keeper) = self.keeper.filter(|_| !self.fees.is_empty()) {
			T::Keepers::reward(&self.facility.debt_asset, &keeper, &self.fees);
			self.progress.rewards = 1;
		}
		self.progress
	}
}
