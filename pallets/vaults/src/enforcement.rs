//! Finding unsafe vaults and liquidating them, within a budget and with no way to fail.

use crate::{
	adjust::Position,
	extent::Extent,
	index::{Index, Rows, ROWS_OF_ENTRY},
	liquidation::{plan, Sale, SellableLeg},
	types::{
		risk_book, waiting_book, Basket, BookId, Breaker, Claim, CollateralIndex, Entry, Facility,
		FacilityState, Vault,
	},
	valuation::LiquidationPrices,
	weights::WeightInfo,
	Config, Error, Event, FacilityStates, LeftBehind, NextFacility, Pallet, Vaults, LOG_TARGET,
	MAX_CLAIMS, MAX_CLAIMS_PER_COLLATERAL, MAX_LEGS,
};
use alloc::{
	collections::{BTreeMap, BTreeSet},
	vec::Vec,
};
use cairn_math::{NormalizedDebt, Tick, Trigger, Value};
use cairn_primitives::{
	AssetId, Balance, BalanceSheet, BlockNumber, FacilityId, KeeperReward, Leftover,
	LiquidationLots, LotId, PriceSource, Seizure, VaultId,
};
use frame_support::{
	require_transactional,
	traits::Get,
	weights::{Weight, WeightMeter},
	BoundedVec,
};
use sp_runtime::{
	traits::{UniqueSaturatedInto, Zero},
	DispatchError,
};

/// How many vaults [`WeightInfo::enforce_batch`] is for.
pub(crate) const BATCH: u32 = 32;

/// What an evaluation of a vault came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
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
struct Evaluated {
	verdict: Verdict,
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

/// A facility in the middle of enforcement: everything that is written once for many vaults.
struct Batch<T: Config> {
	id: FacilityId,
	facility: Facility<T>,
	state: FacilityState<T>,
	prices: LiquidationPrices,
	lots: BTreeMap<LotId, (CollateralIndex, Seizure)>,
	rows: Rows,
	debt_seized: Balance,
	liquidated: u32,
	/// Who is paid for it, if anybody is.
	keeper: Option<T::AccountId>,
	/// What each liquidation brings the reserve, if somebody is paid.
	fees: Vec<Balance>,
}

/// What has been done for a keeper, or by the start of a block.
#[derive(Default)]
pub(crate) struct Enforced {
	/// How many vaults have been liquidated.
	pub liquidated: u32,
	/// How often somebody was owed something for it.
	pub rewards: u32,
	/// The facilities that were not finished.
	unfinished: Vec<FacilityId>,
}

impl<T: Config> Batch<T> {
	/// `None` if nothing can be liquidated in this facility now.
	fn open(id: FacilityId, rows: Rows) -> Option<Self> {
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
			facility,
			state,
			prices,
			lots: BTreeMap::new(),
			rows,
			debt_seized: 0,
			liquidated: 0,
			keeper: None,
			fees: Vec::new(),
		})
	}

	/// `keeper` is to be paid for this, if the start of the block did not finish the facility.
	fn for_keeper(mut self, keeper: Option<&T::AccountId>) -> Self {
		self.keeper = keeper
			.filter(|_| Pallet::<T>::is_left_behind(self.id))
			.cloned();
		self
	}

	fn asset(&self, index: CollateralIndex) -> Option<&AssetId> {
		self.facility
			.collaterals
			.get(usize::from(index))
			.map(|c| &c.terms.asset)
	}

	/// The books of one collateral that have to be gone through, each with the trigger down to which.
	fn books_of(&self, index: CollateralIndex) -> Vec<(BookId, Trigger)> {
		let Some(collateral) = self.facility.collaterals.get(usize::from(index)) else {
			return Vec::new();
		};
		let effective =
			self.prices
				.effective_floor(&self.facility, collateral, index, self.state.accumulator);
		let mut books = alloc::vec![(risk_book(self.id, index), effective)];
		if self.state.waiting > 0 && self.prices.of(index).sellable {
			books.push((waiting_book(self.id, index), Trigger::MIN));
		}
		books
	}

	/// Goes through the books of one collateral, each from its highest trigger down.
	fn enforce_collateral(&mut self, index: CollateralIndex, meter: &mut WeightMeter) -> Reached {
		let mut reached = Reached::End;
		for (book, bound) in self.books_of(index) {
			if self.enforce_book(book, bound, meter) == Reached::Limit {
				reached = Reached::Limit;
			}
		}
		reached
	}

	fn enforce_book(&mut self, book: BookId, bound: Trigger, meter: &mut WeightMeter) -> Reached {
		// A vault that is put back into the same book is not looked at a second time.
		let mut seen = BTreeSet::new();
		let mut cursor = Index::<T>::highest(book);
		while let Some(tick) = cursor.filter(|tick| *tick >= bound.tick()) {
			if self.enforce_tick(book, tick, bound, &mut seen, meter) == Reached::Limit
				|| meter.try_consume(T::WeightInfo::visit_page()).is_err()
			{
				return Reached::Limit;
			}
			cursor = Index::<T>::next_below(book, tick);
		}
		Reached::End
	}

	/// Goes through a tick from its last page to its first, so that the pages at its end that become
	/// empty go as it goes.
	fn enforce_tick(
		&mut self,
		book: BookId,
		tick: Tick,
		bound: Trigger,
		seen: &mut BTreeSet<VaultId>,
		meter: &mut WeightMeter,
	) -> Reached {
		let Some((pages, highest)) = Index::<T>::extent(book, tick) else {
			return Reached::End;
		};
		if highest <= bound {
			return Reached::End;
		}
		// What is put into the tick meanwhile raises the bound again.
		Index::<T>::set_highest(book, tick, Trigger::MIN, &mut self.rows);
		let (mut reached, mut left) = (Reached::End, Trigger::MIN);
		for number in (0..pages).rev() {
			let page = (tick, number);
			let Some(left_here) = self.enforce_page(book, page, bound, seen, meter) else {
				(reached, left) = (Reached::Limit, highest);
				break;
			};
			left = left.max(left_here);
		}
		if let Some((_, added)) = Index::<T>::extent(book, tick) {
			Index::<T>::set_highest(book, tick, left.max(added), &mut self.rows);
		}
		reached
	}

	/// Visits the vaults of a page that the price hurts; the highest trigger that stays in the page,
	/// or `None` if the budget ended before.
	fn enforce_page(
		&mut self,
		book: BookId,
		page: (Tick, u16),
		bound: Trigger,
		seen: &mut BTreeSet<VaultId>,
		meter: &mut WeightMeter,
	) -> Option<Trigger> {
		loop {
			meter.try_consume(T::WeightInfo::visit_page()).ok()?;
			// Each is reserved for at its worst, and charged for what it was.
			let most = meter
				.remaining()
				.checked_div_per_component(&Pallet::<T>::heaviest_vault())
				.filter(|most| *most > 0)?;
			let most = most.min(u64::from(u32::MAX)) as u32;
			let wanted = |vault: &VaultId| !seen.contains(vault);
			let taken = Index::<T>::take_above(book, page, bound, most, wanted, &mut self.rows);
			for (vault, entry) in taken.vaults {
				seen.insert(vault);
				let weight = self.visit(book, vault, entry);
				meter.consume(weight);
			}
			if !taken.more {
				return Some(taken.highest_left);
			}
		}
	}

	/// Looks at a vault whose entry has been taken out of `book`; returns what that weighs.
	fn visit(&mut self, book: BookId, id: VaultId, entry: Entry) -> Weight {
		let Some(mut vault) = Vaults::<T>::get(id) else {
			log::error!(target: LOG_TARGET, "the index names vault {id}, which does not exist");
			Pallet::<T>::deposit_event(Event::IndexDrift { vault: id });
			return Pallet::<T>::weight_of_vault(0, 0);
		};
		if vault.facility != self.id {
			log::error!(target: LOG_TARGET, "vault {id} stands in a book of another facility");
			Pallet::<T>::deposit_event(Event::IndexDrift { vault: id });
			return Pallet::<T>::weight_of_vault(0, 0);
		}
		let waiting = vault.waiting;
		let found = vault.legs.iter_mut().find(|leg| {
			let here = if waiting { waiting_book } else { risk_book };
			here(self.id, leg.collateral) == book && leg.entry == Some(entry)
		});
		match found {
			Some(leg) => leg.entry = None,
			// The leg's own entry, if it has one, is another one and still in its place.
			None => Pallet::<T>::deposit_event(Event::IndexDrift { vault: id }),
		}
		let (legs, claims, lots) = (vault.legs.len(), vault.claims.len(), self.lots.len());
		let evaluated = self.evaluate(id, vault);
		let claims = if evaluated.settled { claims } else { 0 };
		let guards = u64::from(evaluated.guarded);
		let rows = self.rows.take_fresh();
		let lots = self.lots.len().saturating_sub(lots) as u64;
		Pallet::<T>::weight_of_vault(legs as u32, claims as u32)
			.saturating_add(T::WeightInfo::index_rows(rows))
			.saturating_add(T::WeightInfo::put_up().saturating_mul(lots))
			.saturating_add(T::WeightInfo::run_guard().saturating_mul(guards))
	}

	/// Evaluates a vault exactly, lets its guard act, liquidates it if it is unsafe, and indexes it
	/// anew.
	fn evaluate(&mut self, id: VaultId, vault: Vault<T>) -> Evaluated {
		let mut position = Position {
			id,
			vault,
			facility: self.facility.clone(),
			state: self.state.clone(),
		};
		let claimed = position.vault.claims.len();
		let guarded = position.run_guard(&self.prices);
		let of_guard = position.vault.claims.len() < claimed;
		let (verdict, settled) = self.liquidate(&mut position);
		position.store_vault(
			Some(&self.prices),
			verdict == Verdict::Waiting,
			&mut self.rows,
		);
		self.state = position.state;
		Evaluated {
			verdict: match verdict {
				Verdict::Safe if guarded => Verdict::Saved,
				verdict => verdict,
			},
			settled: settled || of_guard,
			guarded,
		}
	}

	fn liquidate(&mut self, position: &mut Position<T>) -> (Verdict, bool) {
		let Ok(owed) = position.owed_ceil() else {
			log::error!(target: LOG_TARGET, "the debt of vault {} is not a number", position.id);
			return (Verdict::Waiting, false);
		};
		let mut settled = false;
		let debt = self.prices.debt_value_ceil(&self.facility, owed);
		let mut weighted = self
			.prices
			.weighted_floor(&self.facility, &position.vault.legs);
		if weighted < debt && !position.vault.claims.is_empty() {
			// What lots have left over is the vault's: it may save it, and where it does not, it
			// must not be left to the owner while his debt goes bad.
			settled = true;
			if position.settle_claims().is_err() {
				frame_support::defensive!("a leftover does not fit its vault");
			}
			weighted = self
				.prices
				.weighted_floor(&self.facility, &position.vault.legs);
		}
		if weighted >= debt {
			return (Verdict::Safe, settled);
		}
		let verdict = match self.plan(position, debt, weighted) {
			Some((sales, cleared)) => self.seize(position, &sales, cleared),
			None => Verdict::Waiting,
		};
		(verdict, settled)
	}

	/// What of an unsafe vault is sold, and which part of its debt leaves it for that; `None` if
	/// nothing can be sold now.
	fn plan(
		&self,
		position: &mut Position<T>,
		debt: Value,
		weighted: Value,
	) -> Option<(Vec<Sale>, NormalizedDebt)> {
		let legs = self.sellable_legs(&position.vault);
		if legs.is_empty() {
			return None;
		}
		let unsold_stays = legs.len() < position.vault.legs.len();
		let target = self.facility.target_health;
		let mut planned = plan(legs.clone(), debt, weighted, target, false);
		let remaining = planned
			.remaining
			.to_amount_ceil(self.facility.debt_decimals, self.prices.debt)
			.unwrap_or(Balance::MAX);
		// Limits never refuse: what would be left below the minimum debt is liquidated as well.
		if !remaining.is_zero() && remaining < self.facility.minimum_debt {
			planned = plan(legs, debt, weighted, target, true);
		}
		let all_sold = planned.sales.iter().all(|sale| {
			position
				.vault
				.legs
				.iter()
				.any(|leg| leg.collateral == sale.collateral && leg.amount == sale.amount)
		}) && planned.sales.len() == position.vault.legs.len();
		let cleared = if planned.remaining.is_zero() || (all_sold && !unsold_stays) {
			position.vault.debt
		} else {
			let repaid = debt.saturating_sub(planned.remaining);
			repaid
				.to_amount_ceil(self.facility.debt_decimals, self.prices.debt)
				.and_then(|repaid| NormalizedDebt::from_debt_ceil(repaid, self.state.accumulator))
				.map_or(position.vault.debt, |cleared| {
					cleared.min(position.vault.debt)
				})
		};
		if cleared.is_zero() {
			// All that can be sold is worth less than 10^-18 dollars. It goes out of the books, into
			// what custody holds beyond them, or it would have to be looked at in every block.
			for sale in &planned.sales {
				let _ = position.debit(sale.collateral, sale.amount);
			}
			return None;
		}
		Some((planned.sales, cleared))
	}

	fn sellable_legs(&self, vault: &Vault<T>) -> Vec<SellableLeg> {
		vault
			.legs
			.iter()
			.filter_map(|leg| {
				let counted = self.prices.of(leg.collateral);
				let collateral = self.facility.collaterals.get(usize::from(leg.collateral))?;
				let price = counted.price.filter(|_| counted.sellable)?;
				Some(SellableLeg {
					collateral: leg.collateral,
					amount: leg.amount,
					decimals: collateral.decimals,
					price,
					factor: collateral.terms.liquidation_factor,
					penalty: collateral.terms.penalty,
					risk_rank: collateral.terms.risk_rank,
				})
			})
			.collect()
	}

	/// Moves collateral and debt out of a vault and into lots.
	fn seize(
		&mut self,
		position: &mut Position<T>,
		sales: &[Sale],
		cleared: NormalizedDebt,
	) -> Verdict {
		// Rounded up, and never more than was issued: so what stays issued is still covered by what
		// stays owed. See `FacilityState::minted`.
		let moved = cleared
			.owed_ceil(self.state.accumulator)
			.unwrap_or(Balance::MAX)
			.min(position.state.minted);
		let (Some(debt_left), Some(total_left)) = (
			position.vault.debt.checked_sub(cleared),
			position.state.normalized_debt.checked_sub(cleared),
		) else {
			frame_support::defensive!("a vault owes more than its facility");
			return Verdict::Waiting;
		};
		position.vault.debt = debt_left;
		position.state.normalized_debt = total_left;
		position.state.minted = position.state.minted.saturating_sub(moved);
		position.state.operations = position.state.operations.saturating_add(1);
		self.debt_seized = self.debt_seized.saturating_add(moved);
		let mut seized = Basket::new();
		let mut unassigned = moved;
		let (mut brings, mut fees) = (0, 0);
		for (number, sale) in sales.iter().enumerate() {
			if position.debit(sale.collateral, sale.amount).is_err() {
				frame_support::defensive!("a sale exceeds its leg");
				continue;
			}
			let repaid = sale
				.repaid
				.to_amount_ceil(self.facility.debt_decimals, self.prices.debt)
				.unwrap_or(Balance::MAX)
				.min(unassigned);
			let last = number.saturating_add(1) == sales.len();
			let debt = if last { unassigned } else { repaid };
			unassigned = unassigned.saturating_sub(debt);
			let collateral = self.facility.collaterals.get(usize::from(sale.collateral));
			// The fee is on what the collateral repays, not on what it fails to.
			let fee = collateral.map_or(0, |c| c.terms.fee.mul_ceil(repaid));
			let penalty = collateral.map_or(0, |c| c.terms.penalty.mul_floor(repaid));
			brings = repaid.saturating_add(penalty).saturating_add(brings);
			fees = fee.saturating_add(fees);
			let seizure = Seizure {
				collateral: sale.amount,
				debt,
				fee,
			};
			if let Some(asset) = self.asset(sale.collateral).cloned() {
				self.assign(position, sale.collateral, &asset, seizure);
				let _ = seized.try_push((asset, sale.amount));
			}
		}
		self.liquidated = self.liquidated.saturating_add(1);
		if self.keeper.is_some() {
			// What the collateral is worth comes to the fee only after all of the debt: nothing of it is
			// left where the vault was under water.
			self.fees.push(fees.min(brings.saturating_sub(moved)));
		}
		Pallet::<T>::deposit_event(Event::Liquidated {
			vault: position.id,
			owner: position.vault.owner.clone(),
			repaid: moved,
			seized,
			debt: position.owed_ceil().unwrap_or(Balance::MAX),
		});
		Verdict::Liquidated
	}

	/// Puts a seizure into a lot and gives the vault a claim on what is left of it.
	///
	/// A vault keeps at most [`MAX_CLAIMS_PER_COLLATERAL`] claims on each collateral. Claims on
	/// lots that have closed are settled before; beyond the rest the seizure joins a lot that the
	/// vault has a claim on already: a full row never stops a liquidation.
	fn assign(
		&mut self,
		position: &mut Position<T>,
		index: CollateralIndex,
		asset: &AssetId,
		seizure: Seizure,
	) {
		let of_this = || {
			position
				.vault
				.claims
				.iter()
				.filter(|claim| claim.collateral == index)
		};
		let joined = (of_this().count() >= MAX_CLAIMS_PER_COLLATERAL as usize)
			.then(|| of_this().next_back())
			.flatten()
			.map(|claim| claim.lot)
			.filter(|lot| T::Lots::leftover(*lot, 0) == Leftover::Pending);
		let lot = joined.unwrap_or_else(|| T::Lots::current_lot(self.id, asset));
		let contributed = seizure.collateral;
		let same = position
			.vault
			.claims
			.iter_mut()
			.find(|claim| claim.lot == lot && claim.collateral == index);
		match same {
			Some(claim) => claim.contributed = claim.contributed.saturating_add(contributed),
			None => {
				let claim = Claim {
					lot,
					collateral: index,
					contributed,
				};
				if position.vault.claims.try_push(claim).is_err() {
					frame_support::defensive!("legs and claims name more than eight collaterals");
				}
			}
		}
		let (_, sum) = self.lots.entry(lot).or_insert((index, Seizure::default()));
		sum.collateral = sum.collateral.saturating_add(seizure.collateral);
		sum.debt = sum.debt.saturating_add(seizure.debt);
		sum.fee = sum.fee.saturating_add(seizure.fee);
	}

	/// Writes what concerns all vaults of the batch, and hands the seizures over. Tells how many
	/// vaults were liquidated, and whether somebody is owed something for it.
	fn close(self) -> (u32, bool) {
		FacilityStates::<T>::insert(self.id, &self.state);
		if !self.debt_seized.is_zero() {
			T::Sheet::debt_seized(&self.facility.debt_asset, self.debt_seized);
		}
		for (lot, (index, seizure)) in &self.lots {
			if let Some(asset) = self.asset(*index) {
				T::Lots::put_up(*lot, self.id, &self.facility.debt_asset, asset, *seizure);
			}
		}
		let owed = self.keeper.filter(|_| !self.fees.is_empty());
		if let Some(keeper) = &owed {
			T::Keepers::reward(&self.facility.debt_asset, keeper, &self.fees);
		}
		(self.liquidated, owed.is_some())
	}
}

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
		let enforced = Self::enforce_for(None, meter);
		let unfinished = BoundedVec::truncate_from(enforced.unfinished);
		// A block that comes to the end of all books has nothing to write.
		if !unfinished.is_empty() && meter.try_consume(T::DbWeight::get().writes(1)).is_ok() {
			LeftBehind::<T>::put((Self::this_block(), unfinished));
		}
		enforced.liquidated
	}

	/// Whether the start of this block did not come to all unsafe vaults of a facility.
	fn is_left_behind(facility: FacilityId) -> bool {
		let (block, facilities) = LeftBehind::<T>::get();
		block == Self::this_block() && facilities.contains(&facility)
	}

	fn this_block() -> BlockNumber {
		frame_system::Pallet::<T>::block_number().unique_saturated_into()
	}

	/// [`Pallet::enforce`], by the start of a block or by a keeper, who is paid for what that has not
	/// come to.
	pub(crate) fn enforce_for(keeper: Option<&T::AccountId>, meter: &mut WeightMeter) -> Enforced {
		let facilities = NextFacility::<T>::get();
		let now = Self::this_block();
		let round = now.checked_div(facilities).unwrap_or_default();
		let least = T::WeightInfo::visit_facility(T::MaxCollaterals::get())
			.saturating_add(Self::weight_of_one());
		let mut enforced = Enforced::default();
		let mut unfinished = Vec::new();
		for step in 0..facilities {
			let Some(id) = now.wrapping_add(step).checked_rem(facilities) else {
				break;
			};
			let mut own = Self::share(meter, facilities.saturating_sub(step), least);
			if Self::enforce_facility(id, round, keeper, &mut own, &mut enforced) == Reached::Limit
			{
				unfinished.push(id);
			}
			meter.consume(own.consumed());
		}
		for id in unfinished {
			if Self::enforce_facility(id, round, keeper, meter, &mut enforced) == Reached::Limit {
				enforced.unfinished.push(id);
			}
		}
		enforced
	}

	pub(crate) fn enforce_facility(
		id: FacilityId,
		round: u32,
		keeper: Option<&T::AccountId>,
		meter: &mut WeightMeter,
		enforced: &mut Enforced,
	) -> Reached {
		let max = T::MaxCollaterals::get();
		if meter
			.try_consume(T::WeightInfo::visit_facility(max))
			.is_err()
		{
			return Reached::Limit;
		}
		let Some(batch) = Batch::<T>::open(id, Rows::counting()) else {
			return Reached::End;
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
		let (liquidated, owed) = batch.close();
		enforced.liquidated = enforced.liquidated.saturating_add(liquidated);
		enforced.rewards = enforced.rewards.saturating_add(owed.into());
		reached
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
	fn weight_of_vault(legs: u32, claims: u32) -> Weight {
		let of_claims = match claims {
			0 => Weight::zero(),
			_ => T::WeightInfo::claim(claims),
		};
		// Rounded up, for less than a picosecond.
		let batch = T::WeightInfo::enforce_batch(legs);
		let one = Weight::from_parts(
			batch.ref_time().div_ceil(u64::from(BATCH)),
			batch.proof_size().div_ceil(u64::from(BATCH)),
		);
		one.saturating_add(of_claims)
	}

	/// The most that one vault can weigh.
	pub(crate) fn heaviest_vault() -> Weight {
		let rows = MAX_LEGS.saturating_mul(ROWS_OF_ENTRY).saturating_mul(2);
		Self::weight_of_vault(MAX_LEGS, MAX_CLAIMS)
			.saturating_add(T::WeightInfo::index_rows(rows))
			.saturating_add(T::WeightInfo::put_up().saturating_mul(u64::from(MAX_LEGS)))
			.saturating_add(T::WeightInfo::run_guard())
	}

	/// What it takes to get at one vault, whatever it is.
	fn weight_of_one() -> Weight {
		T::WeightInfo::visit_page().saturating_add(Self::heaviest_vault())
	}

	/// The most that enforcing `max` vaults can weigh.
	pub(crate) fn weight_of_enforcing(max: u32) -> Weight {
		let facilities = T::WeightInfo::visit_facility(T::MaxCollaterals::get())
			.saturating_mul(u64::from(T::MaxFacilities::get()));
		Self::weight_of_one()
			.saturating_mul(u64::from(max))
			.saturating_add(facilities)
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
	/// Tells for how many batches he was owed something.
	#[require_transactional]
	pub(crate) fn do_liquidate(
		keeper: &T::AccountId,
		id: VaultId,
	) -> Result<(Extent, u32), DispatchError> {
		let vault = Vaults::<T>::get(id).ok_or(Error::<T>::UnknownVault)?;
		let extent = Extent {
			legs: vault.legs.len() as u32,
			claims: vault.claims.len() as u32,
		};
		// One that is in no book would not have been found by any budget.
		let is_indexed = vault.legs.iter().any(|leg| leg.entry.is_some());
		let mut batch = Batch::<T>::open(vault.facility, Rows::uncounted())
			.ok_or(Error::<T>::SwitchedOff)?
			.for_keeper(Some(keeper).filter(|_| is_indexed));
		match batch.evaluate(id, vault).verdict {
			Verdict::Safe => Err(Error::<T>::VaultIsSafe.into()),
			Verdict::Waiting => Err(Error::<T>::NothingToSell.into()),
			Verdict::Saved | Verdict::Liquidated => {
				let (_, owed) = batch.close();
				Ok((extent, owed.into()))
			}
		}
	}
}
