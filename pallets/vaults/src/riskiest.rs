//! The vaults that are nearest to their liquidation, found without looking at all the others.
//!
//! A vault's triggers carry its debt, `Σ q·θ ≥ d`, and its health is `Σ q·e / d`; so this is at least
//! the least `e/θ` of its legs, whatever has become of the prices since the triggers were made. It
//! may be far more: a guard makes the triggers higher, and one leg may have risen while another fell.
//! So the order of a book is not that of the healths. But once `e/θ` is more than the health of the
//! last of those that are listed, neither this entry nor any below it leads to a vault that should be.

use crate::{
	index::{Index, Page},
	position::Position,
	rows::Rows,
	types::{
		BookId, BookKind, Breaker, CollateralIndex, Facility, FacilityState, Riskiest, RiskyVault,
	},
	valuation::{health_floor, LiquidationPrices},
	Config, FacilityStates, Pages, Pallet, Vaults,
};
use alloc::{collections::BTreeSet, rc::Rc, vec::Vec};
use cairn_math::{FixedU128, Tick, Trigger};
use cairn_primitives::{FacilityId, VaultId};
use primitive_types::U512;
use sp_runtime::traits::Zero;

/// What [`Pallet::riskiest`] lists at most.
const MAX_RISKIEST: u32 = 100;
/// Pages that it looks at, at most, of all books together.
pub(crate) const MAX_PAGES: usize = 1_000;
const ONE: u128 = 1_000_000_000_000_000_000;
/// How much a bound may be above the health that is shown, as one part in so many. Healths are shown as
/// they decide, with debt rounded up to a unit and values to 1e-18 USD; bounds are of what is not
/// rounded. For a debt of less than some thousand units, or worth less than some thousand times 1e-18
/// USD, rounding may come to more.
const TOLERANCE: u128 = 1_000;

/// How far a book has been gone through, from its top.
struct Cursor {
	book: BookId,
	/// The effective price of its collateral. The lowest there is for a book of vaults that wait: all
	/// of them are looked at.
	effective: Trigger,
	/// The page that comes next; `None` at the end.
	next: Option<(Tick, u32)>,
}

impl Cursor {
	fn at_top<T: Config>(book: BookId, effective: Trigger, rows: &mut Rows<T>) -> Self {
		Self {
			book,
			effective,
			next: Index::<T>::highest(book, rows).map(|tick| (tick, 0)),
		}
	}

	/// A bound of the triggers of a tick. A tick without a head is a defect of the index; it is gone past.
	fn highest_of<T: Config>(&self, tick: Tick, rows: &mut Rows<T>) -> Trigger {
		Index::<T>::head(self.book, tick, rows).map_or(Trigger::MAX, |head| head.highest)
	}

	/// Whether an entry with this trigger can lead to a vault no healthier than `last`.
	fn may_matter(&self, trigger: Trigger, last: Option<FixedU128>) -> bool {
		last.is_none_or(|last| {
			let last = last.into_inner();
			let tolerated = last.saturating_add(last / TOLERANCE);
			health_bound_floor(self.effective, trigger) <= tolerated
		})
	}

	/// Whether anything that comes next can.
	fn is_open<T: Config>(&self, last: Option<FixedU128>, rows: &mut Rows<T>) -> bool {
		self.next
			.is_some_and(|(tick, _)| self.may_matter(self.highest_of(tick, rows), last))
	}

	/// The next page.
	fn advance<T: Config>(&mut self, rows: &mut Rows<T>) -> Option<Page> {
		let (tick, number) = self.next?;
		let page = Pages::<T>::get((self.book, tick, number)).unwrap_or_default();
		self.next = match page.next {
			0 => Index::<T>::next_below(self.book, tick, rows).map(|tick| (tick, 0)),
			number => Some((tick, number)),
		};
		Some(page)
	}
}

/// `⌊e/θ⌋` in units of 1e-18. Nothing if either is at the end of what a trigger can be where it might
/// be less than it says.
fn health_bound_floor(effective: Trigger, trigger: Trigger) -> u128 {
	if effective == Trigger::MIN || trigger == Trigger::MAX {
		return 0;
	}
	// At most 2^96 over 2^151 each.
	let (price, price_unit) = effective.to_ratio();
	let (trigger, trigger_unit) = trigger.to_ratio();
	let bound = (price * trigger_unit * U512::from(ONE)).checked_div(price_unit * trigger);
	u128::try_from(bound.unwrap_or_default()).unwrap_or(u128::MAX)
}

/// The least healthy of the vaults that have been looked at.
struct Found<T: Config> {
	id: FacilityId,
	facility: Rc<Facility<T>>,
	state: FacilityState<T>,
	prices: LiquidationPrices,
	wanted: usize,
	seen: BTreeSet<VaultId>,
	first: BTreeSet<(FixedU128, VaultId)>,
}

impl<T: Config> Found<T> {
	/// The health of the last one, if there are as many as are wanted.
	fn last(&self) -> Option<FixedU128> {
		let last = self
			.first
			.last()
			.filter(|_| self.first.len() >= self.wanted);
		last.map(|(health, _)| *health)
	}

	/// Looks at a vault, unless it has done so.
	fn look_at(&mut self, vault: VaultId) {
		if !self.seen.insert(vault) {
			return;
		}
		if let Some(health) = self.health_floor(vault) {
			self.first.insert((health, vault));
			if self.first.len() > self.wanted {
				self.first.pop_last();
			}
		}
	}

	/// With what closed lots have left over. `None` of a vault that should not be in these books.
	fn health_floor(&self, id: VaultId) -> Option<FixedU128> {
		let vault = Vaults::<T>::get(id).filter(|vault| vault.facility == self.id)?;
		let mut position = Position {
			id,
			vault,
			facility: self.facility.clone(),
			state: self.state.clone(),
		};
		position.count_leftovers().ok()?;
		let owed = position.owed_ceil().ok()?;
		let legs = &position.vault.legs;
		let weighted = self.prices.weighted_floor(&self.facility, legs);
		health_floor(weighted, self.prices.debt_value_ceil(&self.facility, owed))
	}

	/// A cursor for each book that has entries, those of vaults that wait first.
	fn cursors(&self, rows: &mut Rows<T>) -> Vec<Cursor> {
		let collaterals = || (0 as CollateralIndex..).zip(&self.facility.collaterals);
		let waiting = collaterals()
			.filter(|_| !self.state.waiting.is_zero())
			.map(|(index, _)| (BookKind::Waiting.book(self.id, index), Trigger::MIN));
		let at_risk = collaterals().map(|(index, collateral)| {
			let accumulator = self.state.accumulator;
			let effective =
				self.prices
					.effective_floor(&self.facility, collateral, index, accumulator);
			[BookKind::Risk, BookKind::Guard].map(|kind| (kind.book(self.id, index), effective))
		});
		waiting
			.chain(at_risk.flatten())
			.map(|(book, effective)| Cursor::at_top(book, effective, rows))
			.collect()
	}

	/// Goes through all books side by side, a page of each in turn, so that none keeps another from
	/// being looked at. Whether it has come to the end of what can matter.
	fn search(&mut self, rows: &mut Rows<T>) -> bool {
		let mut cursors = self.cursors(rows);
		let mut left = MAX_PAGES;
		loop {
			let last = self.last();
			cursors.retain(|cursor| cursor.is_open(last, rows));
			if cursors.is_empty() || left == 0 {
				return cursors.is_empty();
			}
			for cursor in cursors.iter_mut().take(left) {
				left = left.saturating_sub(1);
				let page = cursor.advance(rows);
				for (trigger, vault) in page.into_iter().flat_map(|page| page.entries) {
					if cursor.may_matter(trigger, self.last()) {
						self.look_at(vault);
					}
				}
			}
		}
	}
}

impl<T: Config> Pallet<T> {
	pub(crate) fn view_riskiest(id: FacilityId, count: u32) -> Option<Riskiest> {
		let facility = Self::facility_now(id)?;
		let state = FacilityStates::<T>::get(id)?;
		let mut riskiest = Riskiest {
			vaults: Vec::new(),
			complete: true,
		};
		if facility.breaker == Breaker::Settled || count.is_zero() {
			return Some(riskiest);
		}
		let mut found = Found::<T> {
			id,
			prices: LiquidationPrices::read(&facility)?,
			facility: Rc::new(facility),
			state,
			wanted: count.min(MAX_RISKIEST) as usize,
			seen: BTreeSet::new(),
			first: BTreeSet::new(),
		};
		riskiest.complete = found.search(&mut Rows::direct());
		riskiest.vaults = found
			.first
			.into_iter()
			.map(|(health, vault)| RiskyVault { vault, health })
			.collect();
		Some(riskiest)
	}
}
