//! A facility that is wound up: what its settlement holds, and what it takes and gives, as pure
//! functions.
//!
//! Three sums stay equal to what they have to be whatever is done in whatever order:
//!
//! - each vault gives to the **pool** what covers its debt at prices that are fixed once. What that is
//!   depends on the vault and on nothing else;
//! - each unit of the debt asset that the facility has issued is in exactly one place: with a vault
//!   that is not settled (`minted`), answered for by the pool (`owed`), lost (`uncovered`), or
//!   redeemed. So the sum of the four, the **base**, changes only when a unit goes elsewhere: repaid
//!   by an owner, or burned by the reserve. It never grows;
//! - whoever has redeemed `x` is due `⌊taken · x / base⌋` of each collateral, ever, less what he has
//!   had. `taken` never falls and `base` never grows, so what is due only grows, and it ends at the
//!   same number for all who redeemed the same, whenever they came.

use crate::{types::FacilityState, Config};
use alloc::vec::Vec;
use cairn_math::{mul_div_ceil, mul_div_floor, Price, Ray, Value};
use cairn_primitives::{AssetId, Balance, Moment};
use codec::{Decode, Encode, MaxEncodedLen};
use frame_support::{BoundedVec, CloneNoBound, DebugNoBound, EqNoBound, PartialEqNoBound};
use primitive_types::U512;
use scale_info::TypeInfo;

/// Prices that governance may name for a settlement, at most: one for each collateral that a facility
/// can have, and one for the debt asset.
pub const MAX_NAMED_PRICES: u32 = crate::types::COLLATERAL_INDICES + 1;

/// One collateral of a settlement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Pool {
	/// The price at which it is taken, for ever.
	pub price: Price,
	/// What has been taken from vaults, in its smallest units. Never falls.
	pub taken: Balance,
	/// What of that has been paid out.
	pub paid: Balance,
}

impl Pool {
	/// What of it is in custody.
	pub fn left(&self) -> Balance {
		self.taken.saturating_sub(self.paid)
	}
}

/// The settlement of a facility. Amounts of the debt asset in its smallest units.
#[derive(
	CloneNoBound, DebugNoBound, PartialEqNoBound, EqNoBound, Encode, Decode, MaxEncodedLen, TypeInfo,
)]
#[scale_info(skip_type_params(T))]
pub struct Settlement<T: Config> {
	/// When prices and debts were fixed.
	pub at: Moment,
	/// The accumulator that stays.
	pub accumulator: Ray,
	/// What a whole token of the debt asset counts.
	pub debt_price: Price,
	/// Each collateral, by its index.
	pub pools: BoundedVec<Pool, T::MaxCollaterals>,
	/// What vaults have brought collateral for. Never falls.
	pub covered: Balance,
	/// What of that has not been redeemed: issued, and answered for by the pools.
	pub owed: Balance,
	/// What vaults owed beyond their collateral, booked as bad debt. Never falls.
	pub lost: Balance,
	/// What of that neither the reserve has covered, as far as is known, nor a holder.
	pub uncovered: Balance,
	/// What has been burned for shares of the pools. Never falls.
	pub redeemed: Balance,
}

/// What an account has redeemed of a settlement that is not complete.
#[derive(
	CloneNoBound, DebugNoBound, PartialEqNoBound, EqNoBound, Encode, Decode, MaxEncodedLen, TypeInfo,
)]
#[scale_info(skip_type_params(T))]
pub struct Receipt<T: Config> {
	/// What it has burned.
	pub redeemed: Balance,
	/// What it has had of each collateral, by its index.
	pub paid: BoundedVec<Balance, T::MaxCollaterals>,
	/// What it has on hold for the row.
	pub deposit: Balance,
}

impl<T: Config> Receipt<T> {
	/// Of somebody who has redeemed nothing yet.
	pub fn new(collaterals: usize) -> Self {
		Self {
			redeemed: 0,
			paid: BoundedVec::truncate_from(alloc::vec![0; collaterals]),
			deposit: 0,
		}
	}
}

impl<T: Config> Settlement<T> {
	/// All that has a share in the pools: see the head of the file. `minted` is what has been issued
	/// against vaults that are not settled.
	pub fn base(&self, minted: Balance) -> Balance {
		// Parts of what has been issued, which is a number.
		minted
			.saturating_add(self.owed)
			.saturating_add(self.uncovered)
			.saturating_add(self.redeemed)
	}

	/// What can be redeemed at once.
	pub fn redeemable(&self) -> Balance {
		self.owed.saturating_add(self.uncovered)
	}

	/// Takes note that of `all` that settlements of the asset have lost no more than `deficit` is beyond
	/// its reserve: each has the same part of what it has lost covered, rounded so that no more is called
	/// covered than is. What is covered once stays covered, or shares that have been paid would turn out
	/// to have been too large.
	pub fn note_deficit(&mut self, deficit: Balance, all: Balance) {
		if deficit < all {
			let part = mul_div_ceil(self.uncovered, deficit, all);
			self.uncovered = part.unwrap_or(Balance::MAX).min(self.uncovered);
		}
	}

	/// Books `amount` as redeemed; returns how much of it the pools answered for, and how much was
	/// lost. `None` if less can be redeemed.
	pub fn redeem(&mut self, amount: Balance) -> Option<(Balance, Balance)> {
		let answered = amount.min(self.owed);
		let given_up = amount.checked_sub(answered)?;
		self.uncovered = self.uncovered.checked_sub(given_up)?;
		self.owed = self.owed.checked_sub(answered)?;
		self.redeemed = self.redeemed.checked_add(amount)?;
		Some((answered, given_up))
	}

	/// What a receipt is due of a collateral: `⌊taken · redeemed / base⌋` less what it has had. Never
	/// more than there is.
	pub fn due_floor(&self, index: usize, receipt: &Receipt<T>, minted: Balance) -> Balance {
		let Some(pool) = self.pools.get(index) else {
			return 0;
		};
		let had = receipt.paid.get(index).copied().unwrap_or_default();
		mul_div_floor(pool.taken, receipt.redeemed, self.base(minted))
			.unwrap_or_default()
			.saturating_sub(had)
			.min(pool.left())
	}

	/// Whether shares are final: no vault owes any more, and what was lost is covered. Then whoever
	/// redeems has all that he will ever get.
	pub fn is_complete(&self, state: &FacilityState<T>) -> bool {
		state.normalized_debt.is_zero() && self.uncovered == 0
	}
}

/// A leg as the settlement values it.
#[derive(Clone, Copy, Debug)]
pub struct PricedLeg {
	/// How much, in smallest units.
	pub amount: Balance,
	/// Decimals of the token.
	pub decimals: u8,
	/// The fixed price.
	pub price: Price,
}

/// What is taken from a vault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taking {
	/// Of each leg, in smallest units.
	pub amounts: Vec<Balance>,
	/// What it is worth if that is not enough for the debt; `None` if it is.
	pub falls_short: Option<Value>,
}

/// The same part of each leg, such that all parts together are worth the debt: `⌈q · D / V⌉` with
/// `V = Σ ⌊q·P⌋`, rounded up in favour of the pool, or all of it if `V < D`.
pub fn taking_ceil(legs: &[PricedLeg], debt: Value) -> Taking {
	let worth: Value = legs
		.iter()
		.map(|leg| Value::of_floor(leg.amount, leg.decimals, leg.price))
		.sum();
	if worth < debt {
		return Taking {
			amounts: legs.iter().map(|leg| leg.amount).collect(),
			falls_short: Some(worth),
		};
	}
	let part = |leg: &PricedLeg| {
		let scaled = U512::from(leg.amount) * U512::from(debt.wide());
		// No worth and no debt: nothing is taken.
		let (quotient, rest) = scaled
			.checked_div(U512::from(worth.wide()))
			.map(|quotient| (quotient, scaled % U512::from(worth.wide())))
			.unwrap_or_default();
		let up = quotient + U512::from(u8::from(!rest.is_zero()));
		// No more than the leg, since the debt is no more than the worth.
		u128::try_from(up).map_or(leg.amount, |up| up.min(leg.amount))
	};
	Taking {
		amounts: legs.iter().map(part).collect(),
		falls_short: None,
	}
}

/// One collateral of a settlement as a wallet shows it. Amounts in smallest units.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct PoolView {
	/// The token.
	pub asset: AssetId,
	/// The fixed price of a whole token.
	pub price: Price,
	/// What has been taken from vaults.
	pub taken: Balance,
	/// What of that has been paid to holders.
	pub paid: Balance,
}

/// A settlement as a wallet shows it. Amounts of the debt asset in its smallest units.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct SettlementView {
	/// When prices and debts were fixed.
	pub at: Moment,
	/// What is redeemed.
	pub debt_asset: AssetId,
	/// The fixed price of a whole token of it.
	pub debt_price: Price,
	/// Each collateral.
	pub pools: Vec<PoolView>,
	/// What has been issued against vaults that are not settled yet.
	pub unsettled: Balance,
	/// What can be redeemed now.
	pub redeemable: Balance,
	/// What of that was lost and is not covered by the reserve: shares are smaller as long as it is
	/// not.
	pub uncovered: Balance,
	/// What has been redeemed.
	pub redeemed: Balance,
	/// Whether shares are final.
	pub complete: bool,
}

/// What redeeming would give. Amounts in smallest units.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct RedemptionView {
	/// What would be burned: what was asked about, or as much of it as can be redeemed now.
	pub burned: Balance,
	/// What would be paid out at once, with what is due of earlier redemptions.
	pub paid: Vec<(AssetId, Balance)>,
	/// Whether that would be all; if not, more may fall due as more vaults are settled.
	pub complete: bool,
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::tests::extremes::{amount, decimals, price};
	use proptest::prelude::*;

	fn priced() -> impl Strategy<Value = PricedLeg> {
		(amount(), decimals(), price()).prop_map(|(amount, decimals, price)| PricedLeg {
			amount,
			decimals,
			price: Price::new(price).unwrap(),
		})
	}

	fn worth(legs: &[PricedLeg], amounts: &[Balance]) -> Value {
		let legs = legs.iter().zip(amounts);
		legs.map(|(leg, amount)| Value::of_floor(*amount, leg.decimals, leg.price))
			.sum()
	}

	proptest! {
		#[test]
		fn what_is_taken_covers_the_debt_and_less_would_not(
			legs in prop::collection::vec(priced(), 1..=8),
			share in 0u32..=1_000_000,
		) {
			let all: Vec<_> = legs.iter().map(|leg| leg.amount).collect();
			let worth_all = worth(&legs, &all).wide();
			let debt = worth_all / 1_000_000u32 * share;
			let Taking { amounts, falls_short } = taking_ceil(&legs, Value::from_wide(debt));
			prop_assert_eq!(falls_short, None);
			for (taken, all) in amounts.iter().zip(&all) {
				let wanted = U512::from(*all) * U512::from(debt);
				let of = |taken: u128| U512::from(taken) * U512::from(worth_all);
				prop_assert!(taken <= all && of(*taken) >= wanted);
				prop_assert!(*taken == 0 || of(taken - 1) < wanted);
			}
			// Values are rounded down, by less than a unit a leg.
			prop_assert!(worth(&legs, &amounts).wide() + legs.len() >= debt);
		}

		#[test]
		fn what_is_not_enough_is_taken_whole(
			legs in prop::collection::vec(priced(), 0..=8),
			beyond in 1u128..,
		) {
			let all: Vec<_> = legs.iter().map(|leg| leg.amount).collect();
			let worth = worth(&legs, &all);
			let taking = taking_ceil(&legs, Value::from_wide(worth.wide() + beyond));
			prop_assert_eq!(taking, Taking { amounts: all, falls_short: Some(worth) });
		}
	}

	#[test]
	fn without_debt_or_collateral_nothing_is_taken() {
		assert_eq!(taking_ceil(&[], Value::ZERO).amounts, Vec::<Balance>::new());
		let worthless = PricedLeg {
			amount: 1,
			decimals: 24,
			price: Price::MIN,
		};
		assert_eq!(taking_ceil(&[worthless], Value::ZERO).amounts, vec![0]);
	}
}
