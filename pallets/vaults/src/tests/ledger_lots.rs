//! What the naive ledger knows of lots: what of whom is in which, and what comes back.

use super::{ledger::Ledger, ledger_rules::floor};
use crate::{mock::*, types::Basket};
use cairn_primitives::{AssetId, Balance, FacilityId, LotId, VaultId};
use std::collections::{BTreeMap, BTreeSet};

/// A lot.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stock {
	/// Collateral that has neither been sold nor given back.
	pub left: Balance,
	/// What was put up and has not been settled.
	pub contributed: Balance,
}

/// Claims that have been settled meanwhile.
#[derive(Default)]
pub struct Settling {
	/// Collateral, lot and contribution, of vaults of which it is told that they have got something.
	told: BTreeMap<VaultId, Vec<(AssetId, LotId, Balance)>>,
	/// Contributions of vaults that have got nothing. When, nobody knows.
	quiet: BTreeMap<LotId, Balance>,
}

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

	/// Takes out claims that have been settled; `told` are those of whom it is told that they have got
	/// something.
	pub fn settle(&mut self, told: BTreeSet<VaultId>) -> Settling {
		let mut settling = Settling::default();
		for (id, account) in self.vaults.iter_mut() {
			let now = claims(*id, &self.lines[&account.facility].terms.assets);
			account.claims.retain(|(asset, lot), contributed| {
				let stays = now.contains_key(&(asset.clone(), *lot));
				assert!(stays || !is_open(*lot), "a claim on an open lot is gone");
				if !stays && told.contains(id) {
					let settled = (asset.clone(), *lot, *contributed);
					settling.told.entry(*id).or_default().push(settled);
				} else if !stays {
					let Stock {
						left,
						contributed: all,
					} = self.lots[lot];
					let share = floor(left, *contributed, all);
					assert_eq!(share, 0, "vault {id} got nothing of lot {lot}");
					*settling.quiet.entry(*lot).or_default() += *contributed;
				}
				stays
			});
		}
		settling
	}

	/// Whoever settles gets his share of what is left of a closed lot, rounded down, and the last one all
	/// of it.
	pub fn give_back(&mut self, settling: &mut Settling, vault: VaultId, returned: &Basket) {
		// No more than eight are told.
		let is_all = returned.len() < 8;
		let mut told = BTreeMap::<AssetId, Balance>::new();
		for (asset, amount) in returned {
			*told.entry(asset.clone()).or_default() += amount;
		}
		for (asset, lot, contributed) in settling.told.remove(&vault).unwrap_or_default() {
			let stock = self.lots.get_mut(&lot).unwrap();
			let quiet = settling.quiet.get(&lot).copied().unwrap_or_default();
			let least = floor(stock.left, contributed, stock.contributed);
			let most = floor(stock.left, contributed, stock.contributed - quiet);
			let told = told.entry(asset.clone()).or_default();
			assert!(
				*told >= least || !is_all,
				"{told} of lot {lot}, not {least}"
			);
			let share = most.min(*told).max(least);
			*told -= share.min(*told);
			stock.left -= share;
			stock.contributed -= contributed;
			*self.for_sale.get_mut(&asset).unwrap() -= share;
			self.deposit(vault, &asset, share);
		}
		assert!(told.values().all(|rest| *rest == 0), "{told:?} too much");
		self.vaults
			.get_mut(&vault)
			.unwrap()
			.legs
			.retain(|_, amount| *amount > 0);
	}

	/// At last those who have got nothing.
	pub fn settled(&mut self, settling: Settling) {
		assert!(settling.told.is_empty());
		for (lot, contributed) in settling.quiet {
			self.lots.get_mut(&lot).unwrap().contributed -= contributed;
		}
	}

	/// Finds the lots that what was seized has gone into. All that is seized of a collateral of a facility
	/// at once goes into one lot, but for vaults that have claims on two lots already.
	pub fn place(&mut self) {
		let mut chosen = BTreeMap::<(FacilityId, AssetId), LotId>::new();
		for (id, account) in self.vaults.iter_mut() {
			let now = claims(*id, &self.lines[&account.facility].terms.assets);
			let mut unplaced = std::mem::take(&mut account.unplaced);
			for ((asset, lot), contributed) in now {
				let key = (asset.clone(), lot);
				let of_this = account.claims.keys().filter(|(other, _)| *other == asset);
				let others = of_this.count();
				let before = account.claims.get(&key).copied();
				let more = contributed - before.unwrap_or_default();
				if more > 0 {
					let left = unplaced.get_mut(&asset).expect("something was seized");
					*left -= more;
					assert!(before.is_some() || others < 2, "a third claim");
					if others < 2 {
						let book = (account.facility, asset);
						assert_eq!(*chosen.entry(book).or_insert(lot), lot, "another lot");
					}
					account.claims.insert(key, contributed);
					let stock = self.lots.entry(lot).or_default();
					stock.left += more;
					stock.contributed += more;
				}
			}
			assert!(unplaced.values().all(|left| *left == 0), "without a claim");
		}
	}

	/// There is in each lot what was put up and not sold, and vaults have claims on all of it.
	pub fn compare_lots(&self) {
		let mut claimed = BTreeMap::<LotId, Balance>::new();
		for account in self.vaults.values() {
			for ((asset, lot), contributed) in &account.claims {
				*claimed.entry(*lot).or_default() += contributed;
				if let Some(open) = cairn_auctions::Lots::<Test>::get(lot) {
					assert_eq!((open.facility, &open.collateral), (account.facility, asset));
				}
			}
		}
		let mut expected = self.lots.clone();
		for (id, stock) in &expected {
			let claimed = claimed.remove(id).unwrap_or_default();
			assert_eq!(claimed, stock.contributed, "claims on lot {id}");
		}
		assert!(claimed.is_empty(), "claims on no lot: {claimed:?}");
		for (id, lot) in lots() {
			let stock = Stock {
				left: lot.remaining,
				contributed: lot.contributed,
			};
			assert_eq!(expected.remove(&id), Some(stock), "lot {id}");
		}
		for (id, lot) in cairn_auctions::ClosedLots::<Test>::iter() {
			let stock = Stock {
				left: lot.leftover,
				contributed: lot.contributed,
			};
			assert_eq!(expected.remove(&id), Some(stock), "closed lot {id}");
		}
		// Of the others nothing is left, as far as vaults are concerned.
		assert!(
			expected.values().all(|stock| stock.left == 0),
			"{expected:?}"
		);
	}
}
