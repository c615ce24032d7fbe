//! What liquidations cost owners.
//!
//! An owner loses the collateral that was seized, less what his lot left over, for the debt that he
//! owes no more. All of it at the oracle's price of the moment of the seizure: what the market does
//! later is not the liquidation's doing. Where the collateral was worth less than the debt nothing is
//! lost.

use crate::chain::Happened;
use cairn_primitives::{Balance, FacilityId, LotId, VaultId};
use std::collections::BTreeMap;

/// A seizure: what it was worth, and the debt it paid.
#[derive(Clone, Copy)]
struct Seizure {
	worth: f64,
	debt: f64,
}

#[derive(Default)]
struct Lot {
	book: Option<(FacilityId, usize)>,
	put_up: Balance,
	seizures: Vec<Seizure>,
}

/// The accounts.
#[derive(Default)]
pub struct Owners {
	lots: BTreeMap<LotId, Lot>,
	lost: f64,
	debt: f64,
}

impl Owners {
	/// Books a block. `facility` knows the facility of a vault, `prices` the oracle's prices.
	pub fn book(
		&mut self,
		happened: &[Happened],
		facility: impl Fn(VaultId) -> Option<FacilityId>,
		prices: &[Option<f64>],
	) {
		let mut seized = BTreeMap::<(FacilityId, usize), Vec<Seizure>>::new();
		let mut put_up = BTreeMap::<(FacilityId, usize), LotId>::new();
		for event in happened {
			match event {
				Happened::Liquidated {
					vault,
					debt,
					seized: legs,
				} => {
					let Some(facility) = facility(*vault) else {
						continue;
					};
					let worth = |(token, amount): &(usize, f64)| {
						amount * prices.get(*token).copied().flatten().unwrap_or(0.0)
					};
					let all: f64 = legs.iter().map(worth).sum();
					for leg in legs {
						let worth = worth(leg);
						// Each leg pays in proportion to its worth, very nearly.
						let debt = debt * worth / all.max(f64::MIN_POSITIVE);
						let book = seized.entry((facility, leg.0)).or_default();
						book.push(Seizure { worth, debt });
					}
				}
				Happened::PutUp {
					lot: id,
					book,
					amount,
				} => {
					let lot = self.lots.entry(*id).or_default();
					lot.book = book.or(lot.book);
					lot.put_up = lot.put_up.saturating_add(*amount);
					// A vault may join an older lot; of several the newest has the most of them.
					if let Some(book) = lot.book {
						let newest = put_up.entry(book).or_insert(*id);
						*newest = (*newest).max(*id);
					}
				}
				_ => {}
			}
		}
		for (book, seizures) in seized {
			if let Some(lot) = put_up.get(&book).and_then(|id| self.lots.get_mut(id)) {
				lot.seizures.extend(seizures);
			}
		}
		for event in happened {
			if let Happened::Closed { lot, leftover, .. } = event {
				self.close(*lot, *leftover);
			}
		}
	}

	fn close(&mut self, id: LotId, leftover: Balance) {
		let Some(lot) = self.lots.remove(&id) else {
			return;
		};
		let kept = 1.0 - leftover as f64 / (lot.put_up.max(1)) as f64;
		for Seizure { worth, debt } in lot.seizures {
			self.lost += (worth * kept - debt).max(0.0);
			self.debt += debt;
		}
	}

	/// The mean loss, in per cent of the debt paid, of all whose lots are closed; `None` if there is
	/// none.
	pub fn mean_loss_percent(&self) -> Option<f64> {
		(self.debt > 0.0).then_some(100.0 * self.lost / self.debt)
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn an_owner_loses_what_does_not_come_back() {
		let mut owners = Owners::default();
		let liquidated = |vault, debt, amount| Happened::Liquidated {
			vault,
			debt,
			seized: vec![(0, amount)],
		};
		let block = [
			liquidated(1, 100.0, 10.8),
			// Worth less than its debt: nothing is lost.
			liquidated(2, 100.0, 9.0),
			Happened::PutUp {
				lot: 5,
				book: Some((0, 0)),
				amount: 1_000,
			},
		];
		owners.book(&block, |_| Some(0), &[Some(10.0)]);
		assert_eq!(owners.mean_loss_percent(), None);
		owners.book(
			&[Happened::Closed {
				lot: 5,
				leftover: 50,
				shortfall: 0.0,
			}],
			|_| None,
			&[Some(1.0)],
		);
		// 108 · 0.95 − 100 of 200.
		let loss = owners.mean_loss_percent().unwrap();
		assert!((loss - 1.3).abs() < 1e-9, "{loss}");
		assert!(owners.lots.is_empty());
	}
}
