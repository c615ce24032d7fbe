//! What the naive ledger knows of lots: what of whom is in which, and what comes back.

use super::{
	ledger::Ledger,
	ledger_rules::{floor, Bounds, Due},
};
use crate::{mock::*, types::Basket};
use cairn_primitives::{AssetId, Balance, FacilityId, LotId, VaultId};
use std::collections::BTreeMap;

/// A lot.
#[derive(Clone, Debug)]
pub struct Stock {
	/// Whose vaults it is of, and what is in it.
	book: (FacilityId, AssetId),
	/// Collateral that has neither been sold nor given back.
	pub left: Balance,
	/// What was put up and has not been settled.
	pub contributed: Balance,
	/// Debt and fee to be raised, in CUSD.
	pub debt: Balance,
	pub fee: Balance,
	/// In which block it was last the one that everything goes into.
	chosen_at: u32,
}

/// What has been seized of one collateral, and what has to be raised for it.
#[derive(Clone, Debug, Default)]
pub struct Seized {
	amount: Balance,
	due: Due,
}

impl Seized {
	pub fn add(&mut self, amount: Balance, due: Due) {
		self.amount += amount;
		self.due.add(due);
	}
}

/// Collateral, lot and contribution of claims that have been settled meanwhile.
pub type Settling = BTreeMap<VaultId, Vec<(AssetId, LotId, Balance)>>;

/// What a vault's row says about its claims, if it has one.
pub fn claims(vault: VaultId, listed: &[AssetId]) -> BTreeMap<(AssetId, LotId), Balance> {
	let row = crate::Vaults::<Test>::get(vault);
	let claims = row.map(|row| row.claims).into_iter().flatten();
	let named = claims.map(|claim| {
		let asset = &listed[usize::from(claim.collateral)];
		((asset.clone(), claim.lot), claim.contributed)
	});
	named.collect()
}

fn is_open(lot: LotId) -> bool {
	cairn_auctions::Lots::<Test>::contains_key(lot)
}

impl Ledger {
	/// Whether a lot that has something of the vault is closed.
	pub fn may_claim(&self, vault: VaultId) -> bool {
		let mut claims = self.vaults[&vault].claims.keys();
		claims.any(|(_, lot)| !is_open(*lot))
	}

	/// Takes out claims that have been settled.
	pub fn settle(&mut self) -> Settling {
		let mut settling = Settling::new();
		for (id, account) in self.vaults.iter_mut() {
			let now = claims(*id, &self.lines[&account.facility].terms.assets);
			account.claims.retain(|(asset, lot), contributed| {
				let stays = now.contains_key(&(asset.clone(), *lot));
				assert!(stays || !is_open(*lot), "a claim on an open lot is gone");
				if !stays {
					let settled = (asset.clone(), *lot, *contributed);
					settling.entry(*id).or_default().push(settled);
				}
				stays
			});
		}
		settling
	}

	/// Whoever settles gets his share of what is left of a closed lot, rounded down, and the last one all
	/// of it. He is told of each collateral once, of nothing too. What has been seized in this very block may
	/// come back as a whole, if it has nothing to raise.
	pub fn give_back(&mut self, settling: &mut Settling, vault: VaultId, returned: &Basket) {
		let mut due = BTreeMap::<AssetId, Balance>::new();
		for (asset, lot, contributed) in settling.remove(&vault).unwrap_or_default() {
			let stock = self.lots.get_mut(&lot).unwrap();
			let share = floor(stock.left, contributed, stock.contributed);
			stock.left -= share;
			stock.contributed -= contributed;
			*self.for_sale.get_mut(&asset).unwrap() -= share;
			self.deposit(vault, &asset, share);
			*due.entry(asset).or_default() += share;
		}
		let told: BTreeMap<_, _> = returned.iter().cloned().collect();
		for (asset, amount) in &told {
			let settled = due.get(asset).copied();
			let more = amount.saturating_sub(settled.unwrap_or_default());
			if settled.is_none() || more > 0 {
				self.take_back(vault, asset, more);
				*due.entry(asset.clone()).or_default() += more;
			}
		}
		assert_eq!((&told, told.len()), (&due, returned.len()), "vault {vault}");
		self.vaults
			.get_mut(&vault)
			.unwrap()
			.legs
			.retain(|_, amount| *amount > 0);
	}

	/// A lot that has nothing to raise is closed before anybody could see it.
	fn take_back(&mut self, vault: VaultId, asset: &AssetId, amount: Balance) {
		let unplaced = &mut self.vaults.get_mut(&vault).unwrap().unplaced;
		let seized = unplaced.remove(asset).expect("it has not been seized");
		let Due { debt, fee } = seized.due;
		assert_eq!((seized.amount, debt.0, fee.0), (amount, 0, 0));
		*self.for_sale.get_mut(asset).unwrap() -= amount;
		self.deposit(vault, asset, amount);
	}

	/// Finds the lots that what was seized has gone into: one for all that is seized of a collateral of a
	/// facility in a block. Only vaults that have claims on two lots already go on with the later of these.
	pub fn place(&mut self) {
		let now = System::block_number();
		let mut placed = Vec::new();
		let mut vaults = std::mem::take(&mut self.vaults);
		for (id, account) in vaults.iter_mut() {
			let now_has = claims(*id, &self.lines[&account.facility].terms.assets);
			let mut unplaced = std::mem::take(&mut account.unplaced);
			for ((asset, lot), contributed) in now_has {
				let key = (asset.clone(), lot);
				let before = account.claims.get(&key).copied();
				let more = contributed - before.unwrap_or_default();
				if more == 0 {
					continue;
				}
				let seized = unplaced.remove(&asset).expect("something was seized");
				assert_eq!(seized.amount, more, "not all of it is in lot {lot}");
				let of_this = account.claims.keys().filter(|(other, _)| *other == asset);
				let others: Vec<_> = of_this.map(|(_, lot)| *lot).collect();
				let is_chosen = others.len() < 2;
				if !is_chosen {
					assert_eq!(others.last(), Some(&lot), "not the later of two lots");
				}
				account.claims.insert(key, contributed);
				placed.push((lot, (account.facility, asset), is_chosen, more, seized.due));
			}
			assert!(unplaced.is_empty(), "{unplaced:?} without a claim");
		}
		self.vaults = vaults;
		// In the order in which they were made: one that has nothing to raise is closed at once, and what is
		// seized in the same block by somebody's call goes into another.
		placed.sort_by_key(|(lot, ..)| *lot);
		let mut given = BTreeMap::<LotId, Due>::new();
		for (lot, book, is_chosen, more, due) in placed {
			if is_chosen {
				self.choose(lot, &book, now);
			}
			let stock = self.lots.get_mut(&lot).expect("it has been chosen");
			assert_eq!(stock.book, book, "lot {lot} is of another book");
			stock.left += more;
			stock.contributed += more;
			given.entry(lot).or_default().add(due);
		}
		for (lot, due) in given {
			self.owe(lot, due);
		}
	}

	/// `lot` is what everything of its book goes into now. It stays so for the whole block, and longer
	/// while nothing of it has been sold; otherwise it is a new one.
	fn choose(&mut self, lot: LotId, book: &(FacilityId, AssetId), now: u32) {
		let last = self.lots.iter().rfind(|(_, stock)| stock.book == *book);
		if let Some((last, stock)) = last {
			assert!(lot >= *last, "lot {lot} after lot {last}");
			let is_of_now = stock.chosen_at == now && is_open(*last);
			assert!(lot == *last || !is_of_now, "another lot in a block");
			let is_whole = stock.left == stock.contributed;
			assert!(lot > *last || is_of_now || is_whole, "lot {lot} is on sale");
		}
		let stock = self.lots.entry(lot).or_insert_with(|| Stock {
			book: book.clone(),
			left: 0,
			contributed: 0,
			debt: 0,
			fee: 0,
			chosen_at: now,
		});
		stock.chosen_at = now;
	}

	/// What a lot has to raise has grown by as much as the rules say, as exactly as they say it.
	fn owe(&mut self, lot: LotId, due: Due) {
		let stock = self.lots.get_mut(&lot).unwrap();
		let open = cairn_auctions::Lots::<Test>::get(lot);
		let (debt, fee) = open.map_or((0, 0), |open| (open.debt, open.fee));
		let is_within = |more: Option<Balance>, (least, most): Bounds| {
			more.is_some_and(|more| (least..=most).contains(&more))
		};
		let (more_debt, more_fee) = (debt.checked_sub(stock.debt), fee.checked_sub(stock.fee));
		assert!(
			is_within(more_debt, due.debt) && is_within(more_fee, due.fee),
			"lot {lot} has {more_debt:?} and {more_fee:?} more to raise, not {due:?}"
		);
		(stock.debt, stock.fee) = (debt, fee);
	}

	/// Somebody gets so much of a lot for so much. Debt is recovered before the fee; and a lot is open as
	/// long as it has something left, and something to raise. Returns what of the payment is the
	/// reserve's.
	pub fn sell(&mut self, lot: LotId, got: Balance, paid: Balance) -> Balance {
		let stock = self.lots.get_mut(&lot).unwrap();
		let recovered = paid.min(stock.debt);
		let fee = paid - recovered;
		stock.left -= got;
		stock.debt -= recovered;
		stock.fee = stock.fee.saturating_sub(fee);
		self.in_auction -= recovered;
		if stock.left == 0 || stock.debt + stock.fee == 0 {
			// What it has not raised is lost.
			self.in_auction -= stock.debt;
			self.bad_debt += stock.debt;
			(stock.debt, stock.fee) = (0, 0);
			assert!(!is_open(lot), "lot {lot} stays open");
		} else {
			assert!(is_open(lot), "lot {lot} is closed");
		}
		fee
	}

	/// There is in each lot what was put up and not sold, and vaults have claims on all of it; and each
	/// has to raise what it was put up for and has not been paid.
	pub fn compare_lots(&self) {
		let mut claimed = BTreeMap::<LotId, Balance>::new();
		for account in self.vaults.values() {
			for ((asset, lot), contributed) in &account.claims {
				*claimed.entry(*lot).or_default() += contributed;
				assert_eq!(self.lots[lot].book, (account.facility, asset.clone()));
			}
		}
		for (id, stock) in &self.lots {
			let claimed = claimed.remove(id).unwrap_or_default();
			assert_eq!(claimed, stock.contributed, "claims on lot {id}");
		}
		assert!(claimed.is_empty(), "claims on no lot: {claimed:?}");
		let mut others: BTreeMap<_, _> = self.lots.iter().collect();
		let mut in_auction = 0;
		for (id, lot) in lots() {
			let stock = others.remove(&id).expect("it was put up");
			assert_eq!((lot.facility, lot.collateral), stock.book, "lot {id}");
			assert_eq!(
				(lot.remaining, lot.contributed, lot.debt, lot.fee),
				(stock.left, stock.contributed, stock.debt, stock.fee),
				"lot {id}"
			);
			in_auction += stock.debt;
		}
		assert_eq!(in_auction, self.in_auction);
		for (id, lot) in cairn_auctions::ClosedLots::<Test>::iter() {
			let stock = others.remove(&id).expect("it was put up");
			assert_eq!(
				(lot.leftover, lot.contributed),
				(stock.left, stock.contributed),
				"closed lot {id}"
			);
		}
		// Of the others nothing is left, as far as vaults are concerned.
		assert!(others.values().all(|stock| stock.left == 0), "{others:?}");
	}
}
