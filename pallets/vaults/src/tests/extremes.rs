//! Numbers at the ends of their range, and round trips: an error or the exact answer.

use super::exact;
use crate::{mock::*, types::FacilityTerms};
use cairn_math::{FixedU128, Perbill, Price};
use cairn_primitives::{Balance, VaultId};
use frame_support::{assert_ok, weights::Weight};
use primitive_types::U512;
use proptest::{prelude::*, test_runner::TestRunner};
use std::{cell::RefCell, collections::BTreeMap, ops::RangeInclusive};

/// Numbers of these powers of two, all magnitudes alike, up to the highest power itself and no further.
pub fn magnitude(bits: RangeInclusive<u32>) -> impl Strategy<Value = u128> {
	let most = 1u128 << bits.end();
	(bits, any::<u128>())
		.prop_map(move |(bits, noise)| ((1u128 << bits) | (noise & ((1 << bits) - 1))).min(most))
}

/// Balances from 1 to 2^120.
pub fn amount() -> impl Strategy<Value = Balance> {
	magnitude(0..=120)
}

/// Prices from 1e-12 to 1e9 USD, in 1e-18 USD.
pub fn price() -> impl Strategy<Value = u128> {
	prop_oneof![
		8 => magnitude(20..=90).prop_map(|raw| raw.min(Price::MAX.raw())),
		1 => Just(Price::MAX.raw()),
		1 => Just(1_000_000u128),
	]
}

/// Those that occur, and all others.
pub fn decimals() -> impl Strategy<Value = u8> {
	prop_oneof![
		Just(0u8),
		Just(6u8),
		Just(8u8),
		Just(12u8),
		Just(18u8),
		Just(24u8),
		0u8..=24
	]
}

/// Tries a property on so many drawn inputs: how often it came to which end. So that nobody has to
/// believe that it does not come to the same one every time.
pub fn ends_of<Inputs: Strategy, End: Ord>(
	cases: u32,
	inputs: Inputs,
	property: impl Fn(Inputs::Value) -> End,
) -> BTreeMap<End, u32> {
	let ends = RefCell::new(BTreeMap::new());
	let mut runner = TestRunner::new(ProptestConfig {
		failure_persistence: None,
		..ProptestConfig::with_cases(cases)
	});
	let tried = runner.run(&inputs, |input| {
		let end = property(input);
		*ends.borrow_mut().entry(end).or_default() += 1;
		Ok(())
	});
	if let Err(error) = tried {
		panic!("{error}");
	}
	ends.into_inner()
}

/// What `amount` carries at the borrow factor of a half, in CUSD, rounded down as the rules say.
fn carried(amount: Balance, decimals: u8, price: u128) -> U512 {
	let value = U512::from(amount) * U512::from(price) / U512::from(10u8).pow(decimals.into());
	let weighted = value / 2u8;
	weighted * U512::from(10u64.pow(12)) / U512::from(Price::ONE.raw())
}

pub fn limitless(decimals: u8) -> FacilityTerms<Test> {
	let mut listed = terms(exact::token(decimals), 50, 60, 0);
	listed.cap = u128::MAX;
	FacilityTerms {
		ceiling: u128::MAX,
		..still(vec![listed])
	}
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(fuzz_cases(256)))]

	#[test]
	fn the_most_that_an_amount_carries_is_exact_or_refused(
		decimals in decimals(),
		amount in amount(),
		price in price(),
		fall in 1u128..100,
	) {
		run(|| {
			let facility = create_facility(limitless(decimals));
			let asset = exact::token(decimals);
			Prices::set_raw(asset.clone(), price);
			let vault = open(ALICE, facility, &[(asset.clone(), amount)], 0).unwrap();
			let carried = carried(amount, decimals, price);
			let most = Vaults::vault(vault).unwrap().max_borrow;
			assert_eq!(U512::from(most), carried.min(U512::from(u128::MAX)));
			// More than that is refused, and so is what is below the minimum debt.
			if let Some(more) = most.checked_add(1) {
				assert!(borrow(ALICE, vault, more).is_err());
			}
			let possible = most >= MINIMUM_DEBT;
			assert_eq!(borrow(ALICE, vault, most).is_ok(), possible);
			if !possible {
				return;
			}
			assert_eq!((debt(vault), balance(CUSD, ALICE)), (most, most));
			next_block();
			assert_eq!(debt(vault), most);
			// 0.5 / 0.6 of the price, and a vault is at its limit.
			let lower = (price / 100 * fall).max(1);
			Prices::set_raw(asset, lower);
			let (is_safe, is_near) = (exact::is_safe(vault), exact::is_nearly_unsafe(vault));
			let liquidated = next_block();
			assert!(is_safe || liquidated == 1, "an unsafe vault is missed");
			assert!(is_near || liquidated == 0, "a safe vault is liquidated");
			assert!(exact::is_safe(vault));
		});
	}

	#[test]
	fn round_trips_profit_nobody(
		seconds in 1u64..100_000_000,
		amount in 100 * ONE_CUSD..2_000 * ONE_CUSD,
		deposited in 1u128..10 * ONE_ETH,
	) {
		run(|| {
			let owing = open(BOB, MIXED, &[(ETH, 10 * ONE_ETH)], 1_000 * ONE_CUSD).unwrap();
			next_block_with(Weight::MAX, seconds * 1_000);
			lend(ALICE, 1_000 * ONE_CUSD);
			let wealth = || (balance(CUSD, ALICE), balance(ETH, ALICE), balance(CRN, ALICE));
			let before = wealth();
			// Open and close.
			let vault = open(ALICE, MIXED, &[(ETH, 10 * ONE_ETH)], amount).unwrap();
			assert!(debt(vault) >= amount && debt(vault) <= amount + 2);
			assert_ok!(close(ALICE, vault));
			let after = wealth();
			assert!(after.0 <= before.0 && before.0 - after.0 <= 2);
			assert_eq!((after.1, after.2), (before.1, before.2));
			// Deposit and withdraw.
			let vault = open(ALICE, MIXED, &[(ETH, 10 * ONE_ETH)], amount).unwrap();
			let (wealthy, owed) = (wealth(), debt(vault));
			assert_ok!(deposit(ALICE, vault, ETH, deposited));
			assert_ok!(withdraw(ALICE, vault, ETH, deposited));
			assert_eq!((wealth(), debt(vault)), (wealthy, owed));
			// Borrow and repay, in both orders.
			assert_ok!(borrow(ALICE, vault, amount));
			assert_ok!(repay(ALICE, vault, amount));
			assert_eq!(wealth(), wealthy);
			assert!(debt(vault) >= owed && debt(vault) <= owed + 2);
			let owed = debt(owing);
			assert_ok!(repay(ALICE, owing, 500 * ONE_CUSD));
			assert_ok!(borrow(BOB, owing, 500 * ONE_CUSD));
			assert!(debt(owing) >= owed && debt(owing) <= owed + 2);
		});
	}

	#[test]
	fn repaying_in_parts_is_never_cheaper_than_at_once(
		seconds in 1u64..100_000_000,
		parts in prop::collection::vec(2u128..50 * ONE_CUSD, 1..15),
	) {
		run(|| {
			let open = || open(ALICE, MIXED, &[(ETH, 10 * ONE_ETH)], 1_000 * ONE_CUSD).unwrap();
			let (at_once, in_parts): (VaultId, VaultId) = (open(), open());
			next_block_with(Weight::MAX, seconds * 1_000);
			let sum: Balance = parts.iter().sum();
			assert_ok!(repay(ALICE, at_once, sum));
			for part in parts {
				assert_ok!(repay(ALICE, in_parts, part));
			}
			assert!(debt(in_parts) >= debt(at_once));
		});
	}
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(fuzz_cases(256)))]

	#[test]
	fn whatever_the_numbers_a_basket_is_found_guarded_and_withdrawn_to_the_unit(
		decimals in prop::array::uniform2(decimals()),
		amounts in prop::array::uniform2(amount()),
		prices in prop::array::uniform2(price()),
		share in 1u128..=100,
		falls in prop::array::uniform2(1u128..120),
		level in 101u32..1_000,
	) {
		prop_assume!(decimals[0] != decimals[1]);
		run(|| {
			let assets = decimals.map(exact::token);
			let listed = assets.clone().map(|asset| {
				let mut listed = terms(asset, 50, 60, 0);
				listed.cap = u128::MAX;
				listed
			});
			let facility = create_facility(FacilityTerms {
				ceiling: u128::MAX,
				..still(listed.to_vec())
			});
			let mut basket = Vec::new();
			for position in 0..2 {
				Prices::set_raw(assets[position].clone(), prices[position]);
				basket.push((assets[position].clone(), amounts[position]));
			}
			let vault = open(ALICE, facility, &basket, 0).unwrap();
			let most = Vaults::vault(vault).unwrap().max_borrow;
			let wish = if share == 100 { most } else { most / 100 * share };
			if borrow(ALICE, vault, wish).is_err() {
				assert!(wish < MINIMUM_DEBT);
				return;
			}
			let _ = set_guard(ALICE, vault, level, wish / 2 + 1);
			// No more can be withdrawn than a view says, and that much can.
			for asset in &assets {
				let most = Vaults::max_withdraw(vault, asset.clone()).unwrap();
				if let Some(more) = most.checked_add(1) {
					assert!(withdraw(ALICE, vault, asset.clone(), more).is_err());
				}
			}
			let most = Vaults::max_withdraw(vault, assets[0].clone()).unwrap();
			if most > 0 {
				assert_ok!(withdraw(ALICE, vault, assets[0].clone(), most));
			}
			assert!(exact::is_safe(vault));
			for position in 0..2 {
				let lower = (prices[position] / 100 * falls[position]).clamp(1, Price::MAX.raw());
				Prices::set_raw(assets[position].clone(), lower);
			}
			let (is_safe, is_near) = (exact::is_safe(vault), exact::is_nearly_unsafe(vault));
			let liquidated = next_block();
			assert!(is_near || liquidated == 0, "a safe vault is liquidated");
			let saved = row(vault).guard.is_none();
			assert!(is_safe || liquidated == 1 || saved, "an unsafe vault is missed");
			assert!(exact::is_safe(vault));
			if let Some(guard) = row(vault).guard {
				assert!(!exact::is_clearly_below(vault, guard.level.into_inner()));
			}
		});
	}
}

#[test]
fn magnitudes_go_to_their_ends_and_no_further() {
	let ends = ends_of(2_000, amount(), |amount| match amount {
		0 => panic!("an amount of nothing"),
		1 => -1,
		1_329_227_995_784_915_872_903_807_060_280_344_576 => 1,
		beyond if beyond > 1 << 120 => panic!("{beyond} is beyond the range"),
		_ => 0,
	});
	assert!(ends[&-1] > 0 && ends[&0] > 1_900 && ends[&1] > 0);
}

#[test]
fn a_token_of_every_number_of_decimals_is_worth_what_it_is_worth() {
	for decimals in [0u8, 6, 8, 12, 18, 24] {
		run(|| {
			let facility = create_facility(limitless(decimals));
			let asset = exact::token(decimals);
			Prices::set_cents(asset.clone(), 2_000_00);
			let one = 10u128.pow(decimals.into());
			let vault = open(ALICE, facility, &[(asset.clone(), 7 * one)], 0).unwrap();
			assert_eq!(Vaults::vault(vault).unwrap().max_borrow, 7_000 * ONE_CUSD);
			assert_ok!(borrow(ALICE, vault, 7_000 * ONE_CUSD));
			// 8,400 of weighted value for 7,000.
			let price = Vaults::vault(vault).unwrap().legs[0].liquidation_price;
			assert_eq!(price, Some(1_666_666_666_666_666_666_667));
			Prices::set_cents(asset, 1_600_00);
			assert_eq!(next_block(), 1);
		});
	}
}

#[test]
fn a_unit_that_is_worth_much_repays_what_it_is_worth() {
	run(|| {
		let facility = create_facility(limitless(0));
		let asset = exact::token(0);
		Prices::set_cents(asset.clone(), 2_000_00);
		let vault = open(ALICE, facility, &[(asset.clone(), 7)], 7_000 * ONE_CUSD).unwrap();
		Prices::set_cents(asset.clone(), 1_600_00);
		assert_eq!(next_block(), 1);
		// 1.46 of them would do; two go, and repay 3,200 / 1.08, rounded down.
		assert_eq!(leg(vault, asset), 5);
		assert_eq!(7_000 * ONE_CUSD - debt(vault), 2_962_962_962_962_962);
	});
}

#[test]
fn a_whale_of_all_that_exists_borrows_all_that_can_be_counted_or_nothing() {
	run(|| {
		let facility = create_facility(limitless(0));
		let asset = exact::token(0);
		Prices::set_raw(asset.clone(), Price::MAX.raw());
		let whale = 1u128 << 120;
		let vault = open(ALICE, facility, &[(asset.clone(), whale)], 0).unwrap();
		assert_eq!(Vaults::vault(vault).unwrap().max_borrow, u128::MAX);
		// What it has covers the least debt more often than a health can say.
		assert_ok!(borrow(ALICE, vault, MINIMUM_DEBT));
		let most = Some(FixedU128::from_inner(u128::MAX));
		assert_eq!(
			(health(vault), Vaults::vault(vault).unwrap().health),
			(most, most)
		);
		assert_ok!(borrow(ALICE, vault, u128::MAX - MINIMUM_DEBT));
		assert!(borrow(ALICE, vault, 1).is_err());
		// Nothing more can be issued to anybody, also not as interest.
		assert!(open(BOB, MIXED, &[(ETH, ONE_ETH)], MINIMUM_DEBT).is_err());
		next_block();
		assert_eq!(debt(vault), u128::MAX);
		assert!(health(vault) > Some(FixedU128::from_u32(u32::MAX)));
		Prices::set_raw(asset, 1);
		assert_eq!(next_block(), 1);
		assert_eq!(debt(vault), 0);
	});
}

#[test]
fn factors_of_one_in_a_billion_are_not_rounded_to_nothing() {
	run(|| {
		let mut listed = terms(exact::token(24), 50, 60, 0);
		listed.borrow_factor = Perbill::from_parts(1);
		listed.liquidation_factor = Perbill::from_parts(2);
		let facility = create_facility(still(vec![listed]));
		let asset = exact::token(24);
		Prices::set_raw(asset.clone(), Price::MAX.raw());
		let amount = 1_000 * 10u128.pow(24);
		let vault = open(
			ALICE,
			facility,
			&[(asset.clone(), amount)],
			1_000 * ONE_CUSD,
		)
		.unwrap();
		assert_eq!(Vaults::vault(vault).unwrap().max_borrow, 0);
		Prices::set_raw(asset, Price::MAX.raw() / 2 - 1);
		assert_eq!(next_block(), 1);
		assert_eq!(
			health(vault).map(|h| h.into_inner() / 1_000_000_000_000),
			Some(1_100_000)
		);
	});
}
