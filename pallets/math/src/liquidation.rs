//! How much of a vault has to be sold.

use crate::{
	wide::{div_mod_512, full_mul_256},
	Value,
};
use primitive_types::{U256, U512};
use sp_arithmetic::{FixedU128, Perbill};

/// What [`repay_to_target_ceil`] found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repayment {
	/// The vault is at or above the target already.
	Nothing,
	/// Repaying this much, at most the whole debt, brings the vault to its target.
	Part(Value),
	/// Selling this collateral cannot bring the vault to its target: sell all of it.
	All,
}

/// The smallest repayment that brings a vault to its target health by selling one collateral:
///
/// ```text
///              H*·D − W
/// x  =  ─────────────────────── ,   rounded up
///         H* − L·(1 + π)
/// ```
///
/// with `D` the debt, `W` the weighted value of all collateral, `H*` the target health, `L` the
/// liquidation factor of the collateral that is sold and `π` the penalty. Selling collateral worth
/// `x·(1+π)` takes `L·x·(1+π)` off `W` and `x` off `D`, which solves to the above. The same
/// relation is used for account-wide liquidation by Hydration's worker.
pub fn repay_to_target_ceil(
	debt: Value,
	weighted: Value,
	target: FixedU128,
	factor: Perbill,
	penalty: Perbill,
) -> Repayment {
	// All ratios in units of 1e-18: H* as it is, L·(1+π) from two shares of 1e-9 each.
	let target = U256::from(target.into_inner());
	let with_penalty = 1_000_000_000 + u64::from(penalty.deconstruct());
	let sold = U256::from(u128::from(factor.deconstruct()) * u128::from(with_penalty));
	let wanted = full_mul_256(debt.wide(), target);
	let held = full_mul_256(weighted.wide(), 1_000_000_000_000_000_000u64.into());
	if held >= wanted {
		return Repayment::Nothing;
	}
	if target <= sold {
		return Repayment::All;
	}
	let (quotient, rest) = div_mod_512(wanted - held, widen(target - sold));
	let repaid = if rest.is_zero() {
		quotient
	} else {
		quotient + U512::one()
	};
	if repaid >= widen(debt.wide()) {
		return Repayment::All;
	}
	U256::try_from(repaid).map_or(Repayment::All, |repaid| {
		Repayment::Part(Value::from_wide(repaid))
	})
}

fn widen(value: U256) -> U512 {
	U512::from(value)
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	fn usd(dollars: u128) -> Value {
		Value::from_wide(U256::from(dollars) * U256::from(10u128.pow(18)))
	}

	#[test]
	fn the_example_of_the_documentation() {
		// 10 ETH at 2,000 with L = 0.8 carry W = 16,000; D = 17,000; H* = 1.1, π = 8 %.
		let repay = repay_to_target_ceil(
			usd(17_000),
			usd(16_000),
			FixedU128::from_rational(11, 10),
			Perbill::from_percent(80),
			Perbill::from_percent(8),
		);
		// (18,700 − 16,000) / (1.1 − 0.864) = 11,440.677966…
		let Repayment::Part(repaid) = repay else {
			panic!("{repay:?}")
		};
		assert_eq!(repaid.raw().unwrap() / 10u128.pow(12), 11_440_677_966);
	}

	#[test]
	fn a_safe_vault_repays_nothing() {
		let target = FixedU128::from_rational(11, 10);
		let (factor, penalty) = (Perbill::from_percent(80), Perbill::from_percent(8));
		assert_eq!(
			repay_to_target_ceil(usd(100), usd(110), target, factor, penalty),
			Repayment::Nothing
		);
	}

	#[test]
	fn collateral_that_helps_too_little_is_sold_whole() {
		// L·(1+π) = 1.026 leaves nothing to gain below a target of 1.02.
		let target = FixedU128::from_rational(102, 100);
		let (factor, penalty) = (Perbill::from_percent(95), Perbill::from_percent(8));
		assert_eq!(
			repay_to_target_ceil(usd(100), usd(99), target, factor, penalty),
			Repayment::All
		);
	}

	proptest! {
		#[test]
		fn the_target_is_reached_and_one_less_would_not_reach_it(
			debt in 1u128..10u128.pow(36),
			health in 1u128..1_099,
			target in 1_050u128..1_500,
			factor in 1u32..950_000_000,
			penalty in 0u32..200_000_000,
		) {
			let weighted = debt / 1_000 * health;
			let target = FixedU128::from_rational(target, 1_000);
			let (factor, penalty) = (Perbill::from_parts(factor), Perbill::from_parts(penalty));
			let (d, w) = (Value::from_wide(debt.into()), Value::from_wide(weighted.into()));
			if let Repayment::Part(x) = repay_to_target_ceil(d, w, target, factor, penalty) {
				let reaches = |x: U512| {
					// (W − L·(1+π)·x) ≥ H*·(D − x), all scaled by 1e18.
					let sold = U512::from(factor.deconstruct()) * U512::from(1_000_000_000 + penalty.deconstruct());
					let one = U512::from(10u128.pow(18));
					let target = U512::from(target.into_inner());
					U512::from(weighted) * one + target * x >= target * U512::from(debt) + sold * x
				};
				prop_assert!(reaches(widen(x.wide())));
				if !x.is_zero() {
					prop_assert!(!reaches(widen(x.wide()) - U512::one()));
				}
			}
		}
	}
}
