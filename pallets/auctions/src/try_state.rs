//! What must be true of all lots after every block.

use alloc::collections::{BTreeMap, BTreeSet};
use cairn_primitives::{AssetId, Balance, BalanceSheet, BlockNumber, LotId};
use frame_support::{
	ensure,
	traits::{tokens::fungibles::Inspect, Get},
};
use sp_runtime::TryRuntimeError;

use crate::{
	Agenda, AgendaCursor, Announced, ClosedLots, Config, Current, Held, Lots, Mark, Markets,
	NextLot, Pallet, Place, Queue, Watched, Watches,
};

/// What the rows of open lots say.
#[derive(Default)]
struct OpenLots {
	/// What they hold of each collateral.
	held: BTreeMap<AssetId, Balance>,
	/// Which slot of the agenda each is in.
	scheduled: BTreeMap<LotId, BlockNumber>,
	/// Which ticket each has.
	queued: BTreeMap<(AssetId, u64), LotId>,
	/// What is on sale for each debt asset, and in how many lots.
	markets: BTreeMap<AssetId, (Balance, u32)>,
	/// Where those on sale are watched.
	watched: BTreeMap<LotId, (AssetId, Mark)>,
}

impl<T: Config> Pallet<T> {
	/// Checks that
	///
	/// 1. every open lot has something to sell and something to raise, and numbers that fit;
	/// 2. every open lot is in exactly the slot of the agenda, or of the queue, that its row names,
	///    and both hold nothing else, no empty slot, and nothing before their cursors (I29: every lot has
	///    a next event);
	/// 3. a closed lot is kept exactly as long as something of it is owed;
	/// 4. what lots hold of a collateral is the sum over open and closed lots, and custody has it (I27:
	///    no lot sells what is not there);
	/// 5. the debt of all lots is what their market has counted, and what the balance sheet has in
	///    auction (I26: the tabs are the debt in auction);
	/// 6. current lots belong to their books, and what is announced is current and nothing else;
	/// 7. what is known of each market is the sum over the lots on sale, and no more of them are on
	///    sale than may be;
	/// 8. every lot on sale is watched where its mark says, and nothing else is;
	/// 9. system lots are as [`Pallet::try_system_lots`] says, and lots of stock as
	///    [`Pallet::try_stock_lots`] does.
	///
	/// # Errors
	///
	/// Which of these is broken.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		let mut open = OpenLots::default();
		Self::try_open_lots(&mut open)?;
		Self::try_closed_lots(&mut open.held)?;
		Self::try_agenda(&open.scheduled)?;
		Self::try_queue(&open.queued)?;
		Self::try_held(&open.held)?;
		Self::try_current()?;
		Self::try_markets(&open.markets)?;
		Self::try_watches(&open.watched)?;
		Self::try_debt()?;
		Self::try_system_lots()?;
		Self::try_stock_lots()
	}

	fn try_debt() -> Result<(), TryRuntimeError> {
		let sums = Self::debt_in_lots()?;
		let counted = Markets::<T>::get();
		ensure!(
			sums.keys().all(|asset| counted.contains_key(asset)),
			"the debt of a lot is not counted"
		);
		for (asset, market) in counted {
			let debt = sums.get(&asset).copied().unwrap_or(0);
			ensure!(
				market.debt == debt,
				"the debt that lots have counted is not the sum over lots"
			);
			ensure!(
				T::Sheet::in_auction(&asset) == debt,
				"the debt of all lots is not the debt in auction"
			);
		}
		Ok(())
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

	fn try_open_lots(open: &mut OpenLots) -> Result<(), TryRuntimeError> {
		let (now, next) = (Self::now(), NextLot::<T>::get());
		for (id, lot) in Lots::<T>::iter() {
			ensure!(id < next, "a lot has a number that was never given");
			ensure!(lot.remaining > 0, "an open lot has nothing to sell");
			ensure!(!lot.is_paid(), "an open lot has nothing to raise");
			ensure!(
				lot.remaining <= lot.contributed,
				"a lot has more to sell than was put up"
			);
			ensure!(lot.opened_at <= now, "a lot was opened in the future");
			ensure!(lot.terms.fault().is_none(), "a lot has unsound terms");
			ensure!(
				lot.round <= lot.terms.rounds,
				"a lot is in a round that it does not have"
			);
			ensure!(
				!ClosedLots::<T>::contains_key(id),
				"a lot is open and closed"
			);
			if let Some(sale) = &lot.sale {
				ensure!(
					lot.opened_at <= sale.started_at && sale.started_at <= now,
					"a sale started before its lot was opened, or in the future"
				);
				ensure!(
					matches!(lot.place, Place::Agenda(at) if at > sale.started_at),
					"a sale ends before it started, or never"
				);
				ensure!(lot.round > 0, "a lot is on sale in no round");
				ensure!(
					sale.offered > 0 && sale.offered <= lot.tab(),
					"a lot offers nothing, or more than it is to raise"
				);
				let market = open.markets.entry(lot.debt_asset.clone()).or_default();
				market.0 = market.0.saturating_add(sale.offered);
				market.1 = market.1.saturating_add(1);
				open.watched.insert(id, (lot.collateral.clone(), sale.mark));
			}
			add(&mut open.held, lot.collateral, lot.remaining)?;
			match lot.place {
				Place::Agenda(at) => {
					open.scheduled.insert(id, at);
				}
				Place::Queue(ticket) => {
					open.queued.insert((lot.debt_asset, ticket), id);
				}
			}
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

	fn try_queue(queued: &BTreeMap<(AssetId, u64), LotId>) -> Result<(), TryRuntimeError> {
		let tickets: BTreeMap<_, _> = Queue::<T>::iter()
			.map(|(asset, ticket, lot)| ((asset, ticket), lot))
			.collect();
		ensure!(
			tickets == *queued,
			"the queue does not hold the lots that say they are in it"
		);
		for (asset, ticket) in tickets.keys() {
			let market = Self::market_of(asset);
			ensure!(
				(market.first_ticket..market.next_ticket).contains(ticket),
				"the queue has a ticket that will not be reached"
			);
		}
		Ok(())
	}

	fn try_markets(expected: &BTreeMap<AssetId, (Balance, u32)>) -> Result<(), TryRuntimeError> {
		let markets = Markets::<T>::get();
		for (asset, market) in &markets {
			ensure!(
				expected.get(asset).copied().unwrap_or_default() == (market.on_sale, market.lots),
				"what is on sale is not the sum over lots"
			);
			ensure!(
				market.lots <= T::MaxLots::get(),
				"more lots are on sale than may be"
			);
			let queued = Queue::<T>::iter_prefix(asset).count() as u64;
			ensure!(
				queued == market.queued(),
				"the queue is longer or shorter than its tickets"
			);
			ensure!(
				!market.stirred || queued > 0,
				"a queue without lots is to be looked at"
			);
		}
		ensure!(
			expected.keys().all(|asset| markets.contains_key(asset)),
			"a lot is on sale for a debt asset that has no market"
		);
		Ok(())
	}

	fn try_watches(expected: &BTreeMap<LotId, (AssetId, Mark)>) -> Result<(), TryRuntimeError> {
		let mut watched = BTreeMap::new();
		let mut marks = BTreeSet::new();
		for (asset, mark, lots) in Watched::<T>::iter() {
			ensure!(!lots.is_empty(), "a list of watched lots is empty");
			for lot in lots {
				ensure!(
					watched.insert(lot, (asset.clone(), mark)).is_none(),
					"a lot is watched twice"
				);
			}
			marks.insert((asset, mark));
		}
		ensure!(
			watched == *expected,
			"the lots that are watched are not those on sale"
		);
		let mut known = 0usize;
		for (asset, watch) in Watches::<T>::get() {
			ensure!(
				!watch.marks.is_empty(),
				"a collateral is watched for no lot"
			);
			known = known.saturating_add(watch.marks.len());
			ensure!(
				watch
					.marks
					.iter()
					.all(|mark| marks.contains(&(asset.clone(), *mark))),
				"a mark is known that no lot has"
			);
		}
		ensure!(known == marks.len(), "a mark of a lot is not known");
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
