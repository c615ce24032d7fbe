//! What is taken for a settlement and what is paid from it, at the ends of all ranges: an error or the
//! exact answer.

use super::{
	exact,
	extremes::{amount, decimals, ends_of, magnitude, price},
};
use crate::{
	mock::*,
	settlement::{Pool, Receipt, Settlement},
	types::FacilityTerms,
};
use cairn_math::{Price, Ray};
use cairn_primitives::{Balance, BalanceSheet, VaultId};
use frame_support::{assert_ok, BoundedVec};
use primitive_types::U512;
use proptest::prelude::*;

fn settlement_of(taken: Balance, owed: Balance, uncovered: Balance) -> Settlement<Test> {
	let pool = Pool {
		price: Price::ONE,
		taken,
		paid: 0,
	};
	Settlement {
		at: 0,
		accumulator: Ray::ONE,
		debt_price: Price::ONE,
		pools: BoundedVec::truncate_from(vec![pool]),
		covered: owed,
		owed,
		lost: uncovered,
		uncovered,
		redeemed: 0,
	}
}

/// `⌊a · b / c⌋`
fn down(a: u128, b: u128, c: U512) -> U512 {
	U512::from(a) * U512::from(b) / c
}

/// `⌈a · b / c⌉`
fn up(a: U512, b: U512, c: U512) -> U512 {
	let (quotient, rest) = (a * b).div_mod(c);
	quotient + U512::from(u8::from(!rest.is_zero()))
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(fuzz_cases(1_000)))]

	#[test]
	fn every_holder_gets_his_share_to_the_unit_whenever_he_comes(
		taken in prop_oneof![amount(), Just(u128::MAX), Just(0)],
		later in amount(),
		held in prop::collection::vec(amount(), 1..6),
		of_vaults in amount(),
		lost_share in 0u128..=100,
		parts in prop::collection::vec((0..6usize, magnitude(0..=120)), 0..20),
	) {
		// What is with vaults yet is not redeemed in this test, but has a share.
		let all: u128 = held.iter().sum();
		let lost = all / 100 * lost_share;
		let mut settlement = settlement_of(taken, all - lost, lost);
		let base = U512::from(all) + U512::from(of_vaults);
		let mut receipts: Vec<_> = held.iter().map(|_| Receipt::<Test>::new(1)).collect();
		let last = (0..held.len()).map(|who| (who, u128::MAX));
		let steps = parts.len();
		for (step, (who, wish)) in parts.into_iter().chain(last).enumerate() {
			let who = who % held.len();
			if step == steps / 2 {
				// Another vault is settled.
				let pool = &mut settlement.pools[0];
				pool.taken = pool.taken.saturating_add(later);
			}
			let redeemed = wish.min(held[who] - receipts[who].redeemed);
			let before = settlement.clone();
			let (answered, given_up) = settlement.redeem(redeemed).unwrap();
			prop_assert_eq!(answered, redeemed.min(before.owed));
			prop_assert_eq!(answered + given_up, redeemed);
			prop_assert_eq!(settlement.owed, before.owed - answered);
			prop_assert_eq!(settlement.uncovered, before.uncovered - given_up);
			prop_assert_eq!(settlement.base(of_vaults), before.base(of_vaults));
			receipts[who].redeemed += redeemed;

			let had = receipts[who].paid[0];
			let due = settlement.due_floor(0, &receipts[who], of_vaults);
			let (taken, redeemed) = (settlement.pools[0].taken, receipts[who].redeemed);
			prop_assert_eq!(U512::from(had) + U512::from(due), down(taken, redeemed, base));
			receipts[who].paid[0] += due;
			settlement.pools[0].paid += due;
			// Nothing is due twice, nor of a collateral that there is not.
			prop_assert_eq!(settlement.due_floor(0, &receipts[who], of_vaults), 0);
			prop_assert_eq!(settlement.due_floor(1, &receipts[who], of_vaults), 0);
		}
		// All is redeemed, and no more can be.
		prop_assert_eq!((settlement.redeemable(), settlement.redeemed), (0, all));
		let before = settlement.clone();
		prop_assert_eq!(settlement.redeem(1), None);
		prop_assert_eq!(settlement.redeemable(), before.redeemable());
		for (receipt, held) in receipts.iter().zip(&held) {
			let pool = &settlement.pools[0];
			let due = settlement.due_floor(0, receipt, of_vaults);
			let had = U512::from(receipt.paid[0]) + U512::from(due);
			prop_assert_eq!(had, down(pool.taken, *held, base));
		}
	}
}

#[test]
fn nothing_is_due_of_a_settlement_without_anything_in_it() {
	let settlement = settlement_of(0, 0, 0);
	assert_eq!(settlement.due_floor(0, &Receipt::new(1), 0), 0);
	assert_eq!(
		settlement_of(u128::MAX, u128::MAX, 0).redeem(u128::MAX),
		Some((u128::MAX, 0))
	);
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum End {
	/// Nobody can owe that.
	Refused,
	/// All vaults are worth what they owe.
	Covered,
	/// One is not.
	Lost,
}

/// Two vaults of one collateral at a price, and what they have borrowed.
struct Line {
	decimals: (u8, u8),
	price: U512,
	debt_price: U512,
}

impl Line {
	fn one(decimals: u8) -> U512 {
		U512::from(10u8).pow(decimals.into())
	}

	fn worth(&self, amount: Balance) -> U512 {
		U512::from(amount) * self.price / Self::one(self.decimals.0)
	}

	/// What a vault gives, and what of its debt that covers.
	fn given(&self, amount: Balance, owed: Balance) -> (U512, U512) {
		let (debt, worth) = (
			up(owed.into(), self.debt_price, Self::one(self.decimals.1)),
			self.worth(amount),
		);
		if worth < debt {
			let covered = worth * Self::one(self.decimals.1) / self.debt_price;
			(amount.into(), covered.min(owed.into()))
		} else {
			(up(amount.into(), debt, worth), owed.into())
		}
	}
}

fn live(
	decimals: (u8, u8),
	amounts: [Balance; 2],
	prices: (u128, u128),
	shares: [u128; 2],
	fall: u128,
	burned: u128,
) -> End {
	let (asset, debt_asset) = (exact::token(decimals.0), debt_token(decimals.1));
	let mut listed = terms(asset.clone(), 50, 60, 0);
	listed.cap = u128::MAX;
	let facility = create_facility(FacilityTerms {
		debt_asset: debt_asset.clone(),
		minimum_debt: 1,
		ceiling: u128::MAX,
		..still(vec![listed])
	});
	Prices::set_raw(asset.clone(), prices.0);
	Prices::set_raw(debt_asset.clone(), prices.1);
	let mut vaults: Vec<(VaultId, Balance, Balance)> = Vec::new();
	for ((who, amount), share) in [ALICE, BOB].into_iter().zip(amounts).zip(shares) {
		let vault = open(who, facility, &[(asset.clone(), amount)], 0).unwrap();
		let most = Vaults::vault(vault).unwrap().max_borrow;
		let wish = (most / 100 * share).max(1);
		if borrow(who, vault, wish).is_err() {
			assert_eq!(most, 0);
			return End::Refused;
		}
		vaults.push((vault, amount, wish));
	}
	let price = (prices.0 / 100 * fall).max(1);
	Prices::set_raw(asset.clone(), price);
	assert_ok!(settle(facility, &[]));
	let line = Line {
		decimals,
		price: price.into(),
		debt_price: prices.1.into(),
	};
	let (mut taken, mut covered, mut issued) = (U512::zero(), U512::zero(), 0);
	for (vault, amount, owed) in &vaults {
		assert_ok!(settle_vault(CAROL, *vault));
		let (gives, covers) = line.given(*amount, *owed);
		assert_eq!(U512::from(amount - leg(*vault, asset.clone())), gives);
		assert_eq!(debt(*vault), 0);
		(taken, covered, issued) = (taken + gives, covered + covers, issued + owed);
	}
	let pools = settlement(facility);
	assert_eq!(U512::from(pools.pools[0].taken), taken);
	assert_eq!(U512::from(pools.covered), covered);
	assert_eq!(U512::from(pools.lost) + covered, issued.into());
	assert_eq!(Treasury::bad_debt(&debt_asset), pools.lost);

	// One of them redeems a part, the other all, and the first the rest.
	let taken = pools.pools[0].taken;
	let first = vaults[0].2.min(burned);
	let rounds = [(ALICE, first), (BOB, u128::MAX), (ALICE, u128::MAX)];
	let before = [ALICE, BOB].map(|who| balance(asset.clone(), who));
	for (who, wish) in rounds {
		let has = balance(debt_asset.clone(), who);
		let _ = redeem(who, facility, wish.min(has));
		assert_eq!(balance(debt_asset.clone(), who), has - wish.min(has));
	}
	let due = |redeemed| down(taken, redeemed, issued.into());
	let (of_first, of_other) = (vaults[0].2, vaults[1].2);
	// Where shares are final from the start each redemption is rounded by itself.
	let of_first = if pools.lost == 0 {
		due(first) + due(of_first - first)
	} else {
		due(of_first)
	};
	for (number, expected) in [of_first, due(of_other)].into_iter().enumerate() {
		let had = balance(asset.clone(), [ALICE, BOB][number]) - before[number];
		assert_eq!(U512::from(had), expected);
	}
	if pools.lost == 0 {
		End::Covered
	} else {
		End::Lost
	}
}

#[test]
fn whatever_the_numbers_vaults_give_and_holders_get_what_is_theirs_to_the_unit() {
	let inputs = (
		(decimals(), decimals()),
		// Of a half each: nobody has more than 2^120.
		prop::array::uniform2(magnitude(0..=119)),
		(price(), price()),
		prop::array::uniform2(1u128..=100),
		1u128..=100,
		amount(),
	);
	let cases = fuzz_cases(500).max(300);
	let ends = ends_of(
		cases,
		inputs,
		|(decimals, amounts, prices, shares, fall, burned)| {
			let mut end = None;
			run(|| end = Some(live(decimals, amounts, prices, shares, fall, burned)));
			end.unwrap()
		},
	);
	let came = |end| ends.get(&end).copied().unwrap_or_default();
	assert!(came(End::Covered) * 5 > cases, "{ends:?}");
	assert!(came(End::Lost) * 10 > cases, "{ends:?}");
}
