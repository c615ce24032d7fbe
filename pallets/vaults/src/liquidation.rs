//! What a liquidation takes from a vault: a pure function of the vault, its facility and prices.

use crate::types::CollateralIndex;
use alloc::vec::Vec;
use cairn_math::{
	repay_to_target_ceil, FixedU128, NormalizedDebt, Perbill, Price, Ray, Repayment, Value,
};
use cairn_primitives::Balance;
use sp_runtime::traits::Zero;

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

/// A debt as liquidations see it: it leaves its vault by whole units of normalised debt.
#[derive(Clone, Copy, Debug)]
pub struct Debt {
	/// `d`.
	pub normalized: NormalizedDebt,
	/// `R`.
	pub accumulator: Ray,
	/// Decimals of the debt asset.
	pub decimals: u8,
	/// Its price in the liquidation.
	pub price: Price,
}

impl Debt {
	/// What is owed when `cleared` is gone, in smallest units, rounded up.
	pub fn left_ceil(&self, cleared: NormalizedDebt) -> Balance {
		let left = self.normalized.checked_sub(cleared);
		self.owed_ceil(left.unwrap_or(NormalizedDebt::ZERO))
	}

	fn owed_ceil(&self, normalized: NormalizedDebt) -> Balance {
		normalized
			.owed_ceil(self.accumulator)
			.unwrap_or(Balance::MAX)
	}

	/// How much of it so many smallest units clear.
	fn cleared_floor(&self, repaid: Balance) -> NormalizedDebt {
		NormalizedDebt::from_debt_floor(repaid, self.accumulator)
			.map_or(self.normalized, |cleared| cleared.min(self.normalized))
	}

	/// How much has to be repaid in all for a debt of no more than `left` to stay: what a number of whole
	/// units of normalised debt owes.
	fn repaid_to_leave_ceil(&self, left: Value) -> Balance {
		let kept = self.cleared_floor(self.covered_floor(left));
		let cleared = self.normalized.checked_sub(kept);
		self.owed_ceil(cleared.unwrap_or(NormalizedDebt::ZERO))
	}

	/// How many smallest units a value pays for.
	fn covered_floor(&self, value: Value) -> Balance {
		value
			.to_amount_floor(self.decimals, self.price)
			.unwrap_or(Balance::MAX)
	}

	fn value_ceil(&self, owed: Balance) -> Value {
		Value::of_ceil(owed, self.decimals, self.price)
	}

	/// What has been cleared and what is left are rounded up apart: they may be so many smallest units more
	/// than the whole.
	fn rounded_apart(&self) -> Balance {
		Balance::from(self.accumulator > Ray::ONE)
	}
}

/// Part of a leg to sell, and the debt to repay from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sale {
	/// Which collateral.
	pub collateral: CollateralIndex,
	/// How much of it, in smallest units.
	pub amount: Balance,
	/// How much debt that pays for, in smallest units of its asset.
	pub repaid: Balance,
}

/// Which legs to sell how much of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
	/// In the order of selling.
	pub sales: Vec<Sale>,
	/// The debt that they repay in full.
	pub cleared: NormalizedDebt,
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
/// - a sale is worth `repaid · (1 + π)` at the leg's price, to a smallest unit of it and of the debt, never
///   more than the leg: no leg pays for a part of a unit, nor for another leg's;
/// - what is sold to reach the target clears whole units of normalised debt, rounded up. The target can
///   be missed by as much as a smallest unit of the last leg is worth.
pub fn plan(
	mut legs: Vec<SellableLeg>,
	debt: Debt,
	mut weighted: Value,
	target: FixedU128,
	whole: bool,
) -> Plan {
	legs.sort_by_key(|leg| (leg.risk_rank, leg.collateral));
	let listed = legs.len();
	let (mut sales, mut all_whole) = (Vec::with_capacity(listed), true);
	let all = debt.left_ceil(NormalizedDebt::ZERO);
	let (mut repaid, mut cleared) = (0, NormalizedDebt::ZERO);
	for leg in legs {
		let goal = if whole {
			all
		} else {
			let left = debt.left_ceil(cleared).saturating_add(debt.rounded_apart());
			let left = debt.value_ceil(left);
			match repay_to_target_ceil(left, weighted, target, leg.factor, leg.penalty) {
				Repayment::Nothing => break,
				Repayment::Part(more) => debt.repaid_to_leave_ceil(left.saturating_sub(more)),
				Repayment::All => all,
			}
		};
		let wanted = goal.saturating_sub(repaid);
		if wanted.is_zero() {
			break;
		}
		let taken = debt.value_ceil(wanted).with_surcharge_ceil(leg.penalty);
		let fitting = taken
			.to_amount_ceil(leg.decimals, leg.price)
			.filter(|amount| *amount <= leg.amount);
		// Rounding up to a whole unit may take more than was wanted, a lot more where a unit is worth
		// much: then that much more is repaid.
		let amount = fitting.unwrap_or(leg.amount);
		let sold = Value::of_floor(amount, leg.decimals, leg.price);
		let repays = debt.covered_floor(sold.without_surcharge_floor(leg.penalty));
		let sale = Sale {
			collateral: leg.collateral,
			amount,
			repaid: repays.min(all.saturating_sub(repaid)),
		};
		weighted = weighted.saturating_sub(sold.share_floor(leg.factor));
		repaid = repaid.saturating_add(sale.repaid);
		cleared = debt.cleared_floor(repaid);
		all_whole &= sale.amount == leg.amount;
		sales.push(sale);
		if fitting.is_some() {
			// The vault may be a hair below its target: no reason to sell a hair of the next leg.
			break;
		}
	}
	Plan {
		sold_out: sales.len() == listed && all_whole,
		sales,
		cleared,
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

	/// In units of 1e-12 USD.
	fn owing(value: Value) -> Debt {
		in_units_of(12, Ray::ONE, value)
	}

	/// In dollars, each of which has come to two and a half by interest.
	fn in_dollars(dollars: u128) -> Debt {
		in_units_of(0, Ray(Ray::ONE.0 / 2 * 5), usd(dollars))
	}

	/// The least that comes to no less than `value`.
	fn in_units_of(decimals: u8, accumulator: Ray, value: Value) -> Debt {
		let owed = value.to_amount_ceil(decimals, Price::ONE).unwrap();
		Debt {
			normalized: NormalizedDebt::from_debt_ceil(owed, accumulator).unwrap(),
			accumulator,
			decimals,
			price: Price::ONE,
		}
	}

	fn target() -> FixedU128 {
		FixedU128::from_rational(11, 10)
	}

	#[test]
	fn the_riskiest_collateral_goes_first() {
		let legs = vec![leg(0, 10, 1_000, 80, 2), leg(1, 1_000, 10, 70, 1)];
		// W = 8,000 + 7,000 = 15,000.
		let plan = plan(
			legs.clone(),
			owing(usd(15_100)),
			weighted(&legs),
			target(),
			false,
		);
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
			let debt = usd(15_100) + Value::from_wide(U256::from(odd) * 1_000_000u64);
			let plan = plan(legs.clone(), owing(debt), weighted(&legs), target(), false);
			assert_eq!(plan.sales.len(), 1, "{odd}");
		}
	}

	#[test]
	fn a_leg_that_does_not_suffice_is_sold_whole_and_the_next_one_follows() {
		let legs = vec![leg(0, 10, 1_000, 80, 2), leg(1, 100, 10, 70, 1)];
		let plan = plan(
			legs.clone(),
			owing(usd(9_000)),
			weighted(&legs),
			target(),
			false,
		);
		assert_eq!(plan.sales.len(), 2);
		assert_eq!(plan.sales[0].amount, legs[1].amount);
		assert!(plan.sales[1].amount < legs[0].amount);
	}

	#[test]
	fn debt_is_repaid_in_whole_units() {
		let legs = vec![leg(0, 10, 1_000, 80, 2)];
		// 3,201 units owe 8,003, and one more for rounding; (1.1 · 8,004 − 8,000) / (1.1 − 0.8 · 1.08) =
		// 3,408.4… would do, and leave 4,595.5…, of which 1,838 units are covered. 1,363 go, for 3,408.
		let debt = in_dollars(8_001);
		let plan = plan(legs.clone(), debt, weighted(&legs), target(), false);
		assert_eq!((debt.normalized.0, plan.cleared.0), (3_201, 1_363));
		assert_eq!(plan.sales[0].repaid, 3_408);
		assert_eq!(plan.sales[0].amount, 3_408 * 10u128.pow(5) * 108);
	}

	#[test]
	fn what_a_leg_lacks_of_a_unit_the_next_one_pays() {
		let cents = |cents: u128| SellableLeg {
			amount: cents * 10u128.pow(8),
			..leg(1, 0, 1, 10, 1)
		};
		// The first one repays 7 dollars and 40 cents, of which 5 clear 2 units.
		let legs = vec![leg(0, 10, 1_000, 80, 2), cents(8_00)];
		let debt = in_dollars(7_280);
		let weighted = weighted(&legs);
		let plan = plan(legs, debt, weighted, target(), false);
		// 7,275 would be left, and one more, against 8,000: (1.1 · 7,276 − 8,000) / 0.236 = 15.2… leave 7,260.7…
		// of which 2,904 are covered. 8 go, for 20, of which 7 have been paid.
		assert_eq!(
			(plan.sales[0].repaid, plan.sales[1].repaid, plan.cleared.0),
			(7, 13, 8)
		);
	}

	#[test]
	fn a_unit_that_is_worth_more_than_all_of_the_debt_repays_no_more_than_that() {
		let house = SellableLeg {
			amount: 3,
			decimals: 0,
			..leg(0, 0, 100_000, 80, 0)
		};
		for whole in [false, true] {
			let debt = owing(usd(20_000));
			let plan = plan(vec![house], debt, usd(19_000), target(), whole);
			assert_eq!((plan.sales[0].amount, plan.sold_out), (1, false));
			assert_eq!(plan.sales[0].repaid, 20_000 * 10u128.pow(12));
			assert_eq!(plan.cleared, debt.normalized);
		}
	}

	#[test]
	fn a_vault_under_water_gives_all_and_not_more_is_cleared() {
		let legs = vec![leg(0, 10, 1_000, 80, 0)];
		let debt = owing(usd(20_000));
		let plan = plan(legs.clone(), debt, weighted(&legs), target(), true);
		assert!(plan.sold_out);
		assert_eq!(plan.sales[0].amount, legs[0].amount);
		// 10,000 / 1.08.
		assert_eq!(plan.cleared.0, 9_259_259_259_259_259);
	}

	proptest! {
		#[test]
		fn health_never_falls_and_no_more_is_taken_than_needed(
			amounts in prop::collection::vec((1u128..1_000_000, 1u128..100_000, 30u32..90, 0u8..4), 1..8),
			distress in 700u128..1_000,
			decimals in 0u8..=18,
			growth in 0..Ray::ONE.0 * 3,
		) {
			let legs: Vec<_> = amounts
				.iter()
				.enumerate()
				.map(|(i, (tokens, dollars, factor, rank))| leg(i as u8, *tokens, *dollars, *factor, *rank))
				.collect();
			let w = weighted(&legs);
			// Debt a little above the weighted value: health between 0.7 and 1.
			let debt = Value::from_wide(w.wide() * 1_000u64 / U256::from(distress) + 1u64);
			let debt = in_units_of(decimals, Ray(Ray::ONE.0 + growth), debt);
			let plan = plan(legs.clone(), debt, w, target(), false);
			let mut after = w;
			let mut repaid = 0;
			for sale in &plan.sales {
				let leg = legs.iter().find(|l| l.collateral == sale.collateral).unwrap();
				prop_assert!(sale.amount <= leg.amount);
				// No debt is repaid that is not paid for, and the owner loses at most the penalty and a smallest
				// unit of both.
				let sold = Value::of_floor(sale.amount, leg.decimals, leg.price);
				let repays = |more| Value::of_ceil(sale.repaid + more, decimals, Price::ONE);
				prop_assert!(repays(0).with_surcharge_ceil(leg.penalty) <= sold);
				let most = Value::of_ceil(1, leg.decimals, leg.price);
				prop_assert!(sold <= repays(1).with_surcharge_ceil(leg.penalty) + most);
				after = after - sold.share_floor(leg.factor);
				repaid += sale.repaid;
			}
			prop_assert!(plan.cleared.owed_ceil(debt.accumulator).unwrap() <= repaid);
			prop_assert!(plan.sold_out || !plan.cleared.is_zero());
			// Only the last leg is sold in part: once one suffices, no crumb of another goes.
			for sale in plan.sales.iter().rev().skip(1) {
				prop_assert_eq!(sale.amount, legs[usize::from(sale.collateral)].amount);
			}
			let everything = plan.sales.len() == legs.len()
				&& plan.sales.iter().all(|s| legs.iter().any(|l| l.collateral == s.collateral && l.amount == s.amount));
			prop_assert_eq!(plan.sold_out, everything);
			if !everything {
				// At the target, but for a smallest unit of the last leg.
				let left = debt.value_ceil(debt.left_ceil(plan.cleared)).wide() * 11u64 / 10u64;
				let last = plan.sales.last().map(|sale| &legs[usize::from(sale.collateral)]).unwrap();
				let unit = Value::of_ceil(1, last.decimals, last.price);
				prop_assert!((after + unit).wide() + 20u64 >= left, "{after:?} {:?}", plan.cleared);
			}
		}
	}
}
