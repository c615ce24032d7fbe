//! What is done to a vault that is found unsafe: what of it is sold, and into which lots it goes.

use crate::{
	adjust::Position,
	batch::{Batch, Verdict},
	liquidation::{plan, Debt, Sale, SellableLeg},
	types::{Basket, Claim, CollateralIndex, Vault},
	Config, Event, Pallet, LOG_TARGET, MAX_CLAIMS_PER_COLLATERAL,
};
use alloc::vec::Vec;
use cairn_math::{NormalizedDebt, Value};
use cairn_primitives::{AssetId, Balance, Leftover, LiquidationLots, Seizure};
use sp_runtime::traits::Zero;

impl<T: Config> Batch<T> {
	/// Liquidates a vault if it is unsafe. Says also how many legs it had then, and whether its claims
	/// were looked at.
	pub fn liquidate(&mut self, position: &mut Position<T>) -> (Verdict, u32, bool) {
		let Ok(owed) = position.owed_ceil() else {
			log::error!(target: LOG_TARGET, "the debt of vault {} is not a number", position.id);
			return (Verdict::Waiting, position.extent().legs, false);
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
		let legs = position.extent().legs;
		if weighted >= debt {
			return (Verdict::Safe, legs, settled);
		}
		let verdict = match self.plan(position, weighted) {
			Some((sales, cleared)) => self.seize(position, &sales, cleared),
			None => Verdict::Waiting,
		};
		(verdict, legs, settled)
	}

	/// What of an unsafe vault is sold, and which part of its debt leaves it for that; `None` if
	/// nothing can be sold now.
	fn plan(
		&self,
		position: &mut Position<T>,
		weighted: Value,
	) -> Option<(Vec<Sale>, NormalizedDebt)> {
		let legs = self.sellable_legs(&position.vault);
		if legs.is_empty() {
			return None;
		}
		let unsold_stays = legs.len() < position.vault.legs.len();
		let target = self.facility.target_health;
		let debt = Debt {
			normalized: position.vault.debt,
			accumulator: self.state.accumulator,
			decimals: self.facility.debt_decimals,
			price: self.prices.debt,
		};
		let mut planned = plan(legs.clone(), debt, weighted, target, false);
		let left = debt.left_ceil(planned.cleared);
		// Limits never refuse: what would be left below the minimum debt is liquidated as well.
		if !left.is_zero() && left < self.facility.minimum_debt {
			planned = plan(legs, debt, weighted, target, true);
		}
		let cleared = if planned.sold_out && !unsold_stays {
			position.vault.debt
		} else {
			planned.cleared
		};
		if cleared.is_zero() {
			// Nothing that can be sold repays a unit of debt. It goes out of the books, into what custody
			// holds beyond them, or it would have to be looked at in every block.
			self.forfeit(position, &planned.sales);
			return None;
		}
		Some((planned.sales, cleared))
	}

	fn forfeit(&self, position: &mut Position<T>, sales: &[Sale]) {
		let mut forfeited = Basket::new();
		for sale in sales {
			let debited = position.debit(sale.collateral, sale.amount);
			if let Some(asset) = self.asset(sale.collateral).filter(|_| debited.is_ok()) {
				let _ = forfeited.try_push((asset.clone(), sale.amount));
			}
		}
		position.tell_forfeited(forfeited);
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
		if position.clear_debt(cleared).is_err() {
			frame_support::defensive!("a vault owes more than its facility");
			return Verdict::Waiting;
		}
		position.state.minted = position.state.minted.saturating_sub(moved);
		position.state.operations = position.state.operations.saturating_add(1);
		self.debt_seized = self.debt_seized.saturating_add(moved);
		let mut seized = Basket::new();
		let mut unassigned = moved;
		let repaid = sales
			.iter()
			.fold(0, |sum: Balance, sale| sum.saturating_add(sale.repaid));
		// All that the vault has goes for more than it repays: what its legs repay of a unit in part is not
		// the owner's, so that each raises the whole unit.
		let short = Balance::from(repaid < moved);
		let (mut brings, mut fees): (Balance, Balance) = (0, 0);
		for (number, sale) in sales.iter().enumerate() {
			if position.debit(sale.collateral, sale.amount).is_err() {
				frame_support::defensive!("a sale exceeds its leg");
				continue;
			}
			let repaid = sale.repaid.min(unassigned);
			let last = number.saturating_add(1) == sales.len();
			let debt = if last {
				unassigned
			} else {
				sale.repaid.saturating_add(short).min(unassigned)
			};
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
		self.progress.liquidated = self.progress.liquidated.saturating_add(1);
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
		let lot = joined.unwrap_or_else(|| self.current_lot(index, asset));
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
}
