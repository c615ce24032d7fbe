//! What a liquidation takes from a vault: a pure function of the vault, its facility and prices.

use crate::types::CollateralIndex;
use alloc::vec::Vec;
use cairn_math::{repay_to_target_ceil, FixedU128, Perbill, Price, Repayment, Value};
use cairn_primitives::Balance;

/// One leg, as much of it as matters here.
#[derive(Clone, Copy, Debug)]
pub struct SellableLeg {
	/// Which collateral.
	pub collateral: CollateralIndex,
	/// How much, in smallest units.
	pub amount: Balance,
	/// Decimals of the token.
	pub decimals: u8,
	/// Its price in the liquidation.
	pub price: Price,
	/// `L`.
	pub factor: Perbill,
	/// `π`.
	pub penalty: Perbill,
	/// Lower is sold first.
	pub risk_rank: u8,
}

/// Part of a leg to sell, and the debt to repay from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sale {
	/// Which collateral.
	pub collateral: CollateralIndex,
	/// How much of it, in smallest units.
	pub amount: Balance,
	/// Value of the debt that it is sold for.
	pub repaid: Value,
}

/// Which legs to sell how much of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
	/// In the order of selling.
	pub sales: Vec<Sale>,
	/// Value of the debt that stays in the vault.
	pub remaining: Value,
	/// Whether all of every leg is sold.
	pub sold_out: bool,
}

/// Plans the liquidation of an unsafe vault.
///
/// Goes through `legs` from the riskiest to the least risky and sells of each as much as brings the
/// vault to `target` health, or all of it when that is not enough. With `whole` it repays all the
/// debt that the legs can repay instead.
///
/// - `weighted` is the weighted value of all legs, also of those that cannot be sold now;
/// - a sale is worth `repaid · (1 + π)` at the leg's price, to a smallest unit, never more than the
///   leg;
/// - if the legs do not suffice, `remaining` says what no collateral covers.
pub fn plan(
	mut legs: Vec<SellableLeg>,
	mut debt: Value,
	mut weighted: Value,
	target: FixedU128,
	whole: bool,
) -> Plan {
	legs.sort_by_key(|leg| (leg.risk_rank, leg.collateral));
	let listed = legs.len();
	let (mut sales, mut all_whole) = (Vec::with_capacity(listed), true);
	for leg in legs {
		if debt.is_zero() {
			break;
		}
		let wanted = if whole {
			debt
		} else {
			match repay_to_target_ceil(debt, weighted, target, leg.factor, leg.penalty) {
				Repayment::Nothing => break,
				Repayment::Part(value) => value.min(debt),
				Repayment::All => debt,
			}
		};
		let worth = Value::of_floor(leg.amount, leg.decimals, leg.price);
		let taken = wanted.with_surcharge_ceil(leg.penalty);
		let fitting = taken
			.to_amount_ceil(leg.decimals, leg.price)
			.filter(|amount| *amount <= leg.amount);
		let sale = match fitting {
			Some(amount) => {
				// Rounding up to a whole unit may take more than was wanted, a lot more where a unit
				// is worth much: then that much more is repaid.
				let worth = Value::of_floor(amount, leg.decimals, leg.price);
				let repaid = worth
					.without_surcharge_floor(leg.penalty)
					.max(wanted)
					.min(debt);
				Sale {
					collateral: leg.collateral,
					amount,
					repaid,
				}
			}
			None => Sale {
				collateral: leg.collateral,
				amount: leg.amount,
				repaid: worth.without_surcharge_floor(leg.penalty).min(wanted),
			},
		};
		let sold = Value::of_floor(sale.amount, leg.decimals, leg.price);
		weighted = weighted.saturating_sub(sold.share_floor(leg.factor));
		debt = debt.saturating_sub(sale.repaid);
		all_whole &= sale.amount == leg.amount;
		sales.push(sale);
		if fitting.is_some() {
			// Rounding the sale up to a whole unit may leave the vault a hair below its target: no
			// reason to sell a hair of the next leg.
			break;
		}
	}
	Plan {
		sold_out: sales.len() == listed && all_whole,
		sales,
		remaining: debt,
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use primitive_types::U256;
	use proptest::prelude::*;

	fn usd(dollars: u128) -> Value {
		Value::from_wide(U256::from(dollars) * U256::from(Price::ONE.raw()))
	}

	fn leg(collateral: u8, tokens: u128, dollars: u128, factor: u32, rank: u8) -> SellableLeg {
		SellableLeg {
			collateral,
			amount: tokens * 10u128.pow(10),
			decimals: 10,
			price: Price::new(dollars * Price::ONE.raw()).unwrap(),
			factor: Perbill::from_percent(factor),
			penalty: Perbill::from_percent(8),
			risk_rank: rank,
		}
	}

	fn weighted(legs: &[SellableLeg]) -> Value {
		legs.iter()
			.map(|l| Value::of_floor(l.amount, l.decimals, l.price).share_floor(l.factor))
			.sum()
	}

	fn target() -> FixedU128 {
		FixedU128::from_rational(11, 10)
	}

	#[test]
	fn the_riskiest_collateral_goes_first() {
		let legs = vec![leg(0, 10, 1_000, 80, 2), leg(1, 1_000, 10, 70, 1)];
		// W = 8,000 + 7,000 = 15,000.
		let plan = plan(legs.clone(), usd(15_100), weighted(&legs), target(), false);
		assert_eq!(plan.sales.len(), 1);
		assert_eq!(plan.sales[0].collateral, 1);
		assert!(plan.sales[0].amount < legs[1].amount);
	}

	#[test]
	fn once_a_leg_suffices_no_crumb_of_the_next_is_sold() {
		// With 24 decimals a unit is worth less than values can tell apart, so that the target is
		// missed by a hair as often as not.
		let fine = |mut leg: SellableLeg| {
			leg.amount *= 10u128.pow(14);
			leg.decimals = 24;
			leg
		};
		let legs = vec![
			fine(leg(0, 10, 1_000, 80, 2)),
			fine(leg(1, 1_000, 10, 70, 1)),
		];
		for odd in 0..200u64 {
			let debt = usd(15_100) + Value::from_wide(odd.into());
			let plan = plan(legs.clone(), debt, weighted(&legs), target(), false);
			assert_eq!(plan.sales.len(), 1, "{odd}");
		}
	}

	#[test]
	fn a_leg_that_does_not_suffice_is_sold_whole_and_the_next_one_follows() {
		let legs = vec![leg(0, 10, 1_000, 80, 2), leg(1, 100, 10, 70, 1)];
		let plan = plan(legs.clone(), usd(9_000), weighted(&legs), target(), false);
		assert_eq!(plan.sales.len(), 2);
		assert_eq!(plan.sales[0].amount, legs[1].amount);
		assert!(plan.sales[1].amount < legs[0].amount);
	}

	#[test]
	fn a_vault_under_water_gives_all_and_says_what_is_missing() {
		let legs = vec![leg(0, 10, 1_000, 80, 0)];
		let plan = plan(legs.clone(), usd(20_000), weighted(&legs), target(), true);
		assert_eq!(plan.sales[0].amount, legs[0].amount);
		// 10,000 / 1.08 repaid.
		assert!(plan.remaining > usd(10_740) && plan.remaining < usd(10_741));
	}

	proptest! {
		#[test]
		fn health_never_falls_and_no_more_is_taken_than_needed(
			amounts in prop::collection::vec((1u128..1_000_000, 1u128..100_000, 30u32..90, 0u8..4), 1..8),
			distress in 700u128..1_000,
		) {
			let legs: Vec<_> = amounts
				.iter()
				.enumerate()
				.map(|(i, (tokens, dollars, factor, rank))| leg(i as u8, *tokens, *dollars, *factor, *rank))
				.collect();
			let w = weighted(&legs);
			// Debt a little above the weighted value: health between 0.7 and 1.
			let debt = Value::from_wide(w.wide() * 1_000u64 / U256::from(distress) + 1u64);
			let plan = plan(legs.clone(), debt, w, target(), false);
			let mut after = w;
			let mut repaid = Value::ZERO;
			for sale in &plan.sales {
				let leg = legs.iter().find(|l| l.collateral == sale.collateral).unwrap();
				prop_assert!(sale.amount <= leg.amount);
				let sold = Value::of_floor(sale.amount, leg.decimals, leg.price);
				// The owner loses at most the penalty and one smallest unit.
				let most = Value::of_ceil(1, leg.decimals, leg.price);
				prop_assert!(sold <= sale.repaid.with_surcharge_ceil(leg.penalty) + most
					|| sale.amount == leg.amount);
				after = after - sold.share_floor(leg.factor);
				repaid = repaid + sale.repaid;
			}
			prop_assert_eq!(debt - repaid, plan.remaining);
			// Only the last leg is sold in part: once one suffices, no crumb of another goes.
			for sale in plan.sales.iter().rev().skip(1) {
				prop_assert_eq!(sale.amount, legs[usize::from(sale.collateral)].amount);
			}
			let everything = plan.sales.len() == legs.len()
				&& plan.sales.iter().all(|s| legs.iter().any(|l| l.collateral == s.collateral && l.amount == s.amount));
			if !everything && !plan.remaining.is_zero() {
				// At the target, but for the rounding of single units.
				let wanted = plan.remaining.wide() * 1_099_999u64 / 1_000_000u64;
				prop_assert!(after.wide() >= wanted, "{after:?} {:?}", plan.remaining);
			}
		}
	}
}
