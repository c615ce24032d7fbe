//! The price of one leg below which its vault is unsafe, at the ends of all ranges.

use super::{
	exact,
	extremes::{amount, decimals, ends_of, magnitude, price},
};
use crate::{mock::*, types::FacilityTerms};
use cairn_math::{FixedU128, Price};
use cairn_primitives::{AssetId, Balance, VaultId};
use frame_support::assert_ok;
use primitive_types::U512;
use proptest::prelude::*;

fn div_ceil(numerator: U512, denominator: U512) -> U512 {
	let (quotient, rest) = numerator.div_mod(denominator);
	quotient + U512::from(u8::from(!rest.is_zero()))
}

fn pow10(exponent: u8) -> U512 {
	U512::from(10u8).pow(exponent.into())
}

/// A leg that counts sixty per cent.
#[derive(Clone, Debug)]
struct Held {
	asset: AssetId,
	amount: Balance,
	decimals: u8,
	price: u128,
}

impl Held {
	/// In 1e-18 USD.
	fn weighted(&self) -> U512 {
		let value = U512::from(self.amount) * U512::from(self.price) / pow10(self.decimals);
		value * 60u8 / 100u8
	}

	/// `⌈missing / (q·L)⌉`, of a whole token: what it must cost to carry so much.
	fn price_to_carry(&self, missing: U512) -> U512 {
		let whole = missing * pow10(self.decimals) * 100u8;
		div_ceil(whole, U512::from(self.amount) * 60u8)
	}
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum End {
	/// There is no debt.
	Refused,
	/// The others carry it.
	Carried,
	Price,
	/// One that a feed could never report.
	NoFeeds,
	/// One that has no number.
	NoNumber,
}

/// What a view says of a leg, held against what comes of it.
fn check(vault: VaultId, leg: &Held, debt: U512, others: U512) -> End {
	let view = Vaults::vault(vault).unwrap();
	let shown = view.legs.iter().find(|of| of.asset == leg.asset).unwrap();
	let is_safe = view.health >= Some(FixedU128::from_u32(1));
	if debt <= others {
		assert_eq!(shown.liquidation_price, None);
		assert!(is_safe, "{view:?}");
		Prices::set_raw(leg.asset.clone(), 1);
		assert!(Vaults::health(vault) >= Some(FixedU128::from_u32(1)));
		Prices::set_raw(leg.asset.clone(), leg.price);
		return End::Carried;
	}
	let exactly = leg.price_to_carry(debt - others);
	let expected = u128::try_from(exactly).ok();
	assert_eq!(shown.liquidation_price, expected);
	let Some(limit) = expected else {
		// It says nothing about the leg, and the vault is unsafe at whatever it costs.
		assert!(!is_safe, "{view:?}");
		Prices::set_raw(leg.asset.clone(), Price::MAX.raw());
		assert!(Vaults::health(vault) < Some(FixedU128::from_u32(1)));
		Prices::set_raw(leg.asset.clone(), leg.price);
		return End::NoNumber;
	};
	// Below it the vault is unsafe. At it nothing is missing, but for what rounding takes.
	let below = (limit - 1).min(Price::MAX.raw());
	if below > 0 {
		Prices::set_raw(leg.asset.clone(), below);
		assert!(Vaults::health(vault) < Some(FixedU128::from_u32(1)));
	}
	if limit <= Price::MAX.raw() {
		Prices::set_raw(leg.asset.clone(), limit);
		assert!(exact::is_safe(vault));
	}
	Prices::set_raw(leg.asset.clone(), leg.price);
	if limit > Price::MAX.raw() {
		assert!(!is_safe, "{view:?}");
		return End::NoFeeds;
	}
	End::Price
}

fn live(mut legs: [Held; 2], share: u128, changes: [u128; 2], which: usize) -> End {
	let listed = legs.clone().map(|leg| {
		let mut listed = terms(leg.asset, 50, 60, 0);
		listed.cap = u128::MAX;
		listed
	});
	let facility = create_facility(FacilityTerms {
		ceiling: u128::MAX,
		..still(listed.to_vec())
	});
	for leg in &legs {
		Prices::set_raw(leg.asset.clone(), leg.price);
	}
	let basket = legs.clone().map(|leg| (leg.asset, leg.amount));
	let vault = open(ALICE, facility, &basket, 0).unwrap();
	let views = |vault| Vaults::vault(vault).unwrap();
	assert!(views(vault)
		.legs
		.iter()
		.all(|leg| leg.liquidation_price.is_none()));
	let most = views(vault).max_borrow;
	if most < MINIMUM_DEBT {
		return End::Refused;
	}
	assert_ok!(borrow(ALICE, vault, (most / 100 * share).max(MINIMUM_DEBT)));
	for (leg, percent) in legs.iter_mut().zip(changes) {
		leg.price = (leg.price / 100)
			.saturating_mul(percent)
			.clamp(1, Price::MAX.raw());
		Prices::set_raw(leg.asset.clone(), leg.price);
	}
	// A unit of CUSD is a million of 1e-18 USD.
	let owed = U512::from(debt(vault)) * U512::from(1_000_000u32);
	check(vault, &legs[which], owed, legs[1 - which].weighted())
}

#[test]
fn a_vault_is_unsafe_below_the_price_that_a_view_says_and_not_at_it() {
	let inputs = (
		prop::array::uniform2(decimals()),
		prop::array::uniform2(amount()),
		prop::array::uniform2(price()),
		1u128..=100,
		prop::array::uniform2(prop_oneof![1u128..200, magnitude(1..=20)]),
		0..2usize,
	);
	let cases = fuzz_cases(1_000).max(500);
	let ends = ends_of(
		cases,
		inputs,
		|(decimals, amounts, prices, share, changes, which)| {
			let second = if decimals[0] == decimals[1] {
				(decimals[1] + 1) % 25
			} else {
				decimals[1]
			};
			let held = |number: usize, decimals| Held {
				asset: exact::token(decimals),
				amount: amounts[number],
				decimals,
				price: prices[number],
			};
			let mut end = None;
			run(|| {
				let legs = [held(0, decimals[0]), held(1, second)];
				end = Some(live(legs, share, changes, which));
			});
			end.unwrap()
		},
	);
	let came = |end| ends.get(&end).copied().unwrap_or_default();
	assert!(came(End::Refused) * 2 < cases, "{ends:?}");
	for end in [End::Carried, End::Price, End::NoFeeds, End::NoNumber] {
		assert!(came(end) * 500 > cases, "{end:?} of {ends:?}");
	}
}
