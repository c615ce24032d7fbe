//! Debt assets other than CUSD: of any number of decimals, at any price.

use super::{
	exact,
	extremes::{amount, decimals, price},
};
use crate::{
	mock::*,
	types::{CollateralTerms, FacilityTerms},
	Event,
};
use cairn_math::{FixedU128, Ray};
use cairn_primitives::{AssetId, Balance, FacilityId, VaultId};
use frame_support::assert_ok;
use primitive_types::U512;
use proptest::prelude::*;

/// One collateral of which a half may be borrowed and six tenths keep a vault safe.
struct Line {
	facility: FacilityId,
	collateral: (AssetId, u8),
	debt: (AssetId, u8),
}

fn pow10(exponent: u8) -> U512 {
	U512::from(10u8).pow(exponent.into())
}

impl Line {
	fn create(collateral: u8, debt: u8) -> Self {
		let (asset, debt_asset) = (exact::token(collateral), debt_token(debt));
		let mut listed = terms(asset.clone(), 50, 60, 0);
		listed.cap = u128::MAX;
		let facility = create_facility(FacilityTerms {
			debt_asset: debt_asset.clone(),
			minimum_debt: 1,
			ceiling: u128::MAX,
			..still(vec![listed])
		});
		Self {
			facility,
			collateral: (asset, collateral),
			debt: (debt_asset, debt),
		}
	}

	/// What an amount carries at the borrow factor, in units of the debt asset, rounded down as the
	/// rules say.
	fn carried(&self, amount: Balance) -> U512 {
		let ((asset, decimals), (debt, debt_decimals)) = (&self.collateral, &self.debt);
		let value = U512::from(amount) * U512::from(exact::price(asset)) / pow10(*decimals);
		value / 2u8 * pow10(*debt_decimals) / U512::from(exact::price(debt))
	}

	/// What the collateral of a vault counts and what its debt does, exactly, and a unit of 1e-18 USD
	/// in the same measure.
	fn sides(&self, vault: VaultId) -> [U512; 3] {
		let ((asset, decimals), (debt, debt_decimals)) = (&self.collateral, &self.debt);
		let row = row(vault);
		let held = row.legs.first().map_or(0, |leg| leg.amount);
		let tenths = U512::from(exact::price(asset)) * U512::from(6u8);
		let owed = U512::from(row.debt.0) * U512::from(exact::price(debt)) * U512::from(10u8);
		[
			U512::from(held) * tenths * pow10(*debt_decimals),
			owed * pow10(*decimals),
			pow10(*decimals + 1) * pow10(*debt_decimals),
		]
	}

	/// Whether so much of the collateral is worth so much of the debt, and the penalty of 8 %.
	fn pays_for(&self, sold: Balance, cleared: Balance) -> bool {
		let ((asset, decimals), (debt, debt_decimals)) = (&self.collateral, &self.debt);
		let worth = U512::from(sold) * U512::from(exact::price(asset)) * pow10(*debt_decimals);
		let debt = U512::from(cleared) * U512::from(exact::price(debt)) * pow10(*decimals);
		worth * U512::from(100u8) >= debt * U512::from(108u8)
	}

	fn is_safe(&self, vault: VaultId) -> bool {
		let [weighted, debt, _] = self.sides(vault);
		weighted >= debt
	}

	/// What is worth less than 1e-18 USD is not sold.
	fn is_dust(&self, vault: VaultId) -> bool {
		let [weighted, _, unit] = self.sides(vault);
		weighted < unit
	}

	/// Whether it could pass for unsafe when everything is rounded against it, to units of 1e-18 USD.
	fn is_nearly_unsafe(&self, vault: VaultId) -> bool {
		let [weighted, debt, unit] = self.sides(vault);
		weighted < debt + unit * U512::from(3u8)
	}
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(fuzz_cases(512)))]

	#[test]
	fn a_vault_of_any_debt_asset_is_liquidated_when_it_is_unsafe_and_not_before(
		(collateral, debt) in (decimals(), decimals()),
		amount in amount(),
		(price, debt_price) in (price(), price()),
		(fall, rise) in (1u128..=100, 100u128..150),
	) {
		run(|| {
			let line = Line::create(collateral, debt);
			let ((asset, _), (debt_asset, _)) = (line.collateral.clone(), line.debt.clone());
			Prices::set_raw(asset.clone(), price);
			Prices::set_raw(debt_asset.clone(), debt_price);
			let vault = open(ALICE, line.facility, &[(asset.clone(), amount)], 0).unwrap();
			let most = Vaults::vault(vault).unwrap().max_borrow;
			assert_eq!(U512::from(most), line.carried(amount).min(U512::from(u128::MAX)));
			if let Some(more) = most.checked_add(1) {
				assert!(borrow(ALICE, vault, more).is_err());
			}
			assert_eq!(borrow(ALICE, vault, most).is_ok(), most > 0);
			if most == 0 {
				return;
			}
			assert_eq!(balance(debt_asset.clone(), ALICE), most);
			assert_eq!(next_block(), 0);

			let risen = (debt_price / 100).saturating_mul(rise).max(debt_price);
			Prices::set_raw(asset.clone(), (price / 100 * fall).max(1));
			Prices::set_raw(debt_asset, risen.min(cairn_math::Price::MAX.raw()));
			let (is_safe, is_near) = (line.is_safe(vault), line.is_nearly_unsafe(vault));
			let is_dust = line.is_dust(vault);
			let before = row(vault).debt.0;
			let liquidated = next_block();
			let left = leg(vault, asset);
			let is_paid_for = line.pays_for(amount - left, before - row(vault).debt.0);
			assert!(is_paid_for || left == 0, "debt is cleared for less");
			assert!(is_safe || is_dust || liquidated == 1, "an unsafe vault is missed");
			assert!(is_near || liquidated == 0, "a safe vault is liquidated");
			// Where units are worth much it may take another block, and each repays something.
			while !line.is_safe(vault) && !line.is_dust(vault) {
				assert_eq!(next_block(), 1, "an unsafe vault is left");
			}
		});
	}
}

/// A unit of the debt is worth a dollar, and what can be sold is worth less.
#[test]
fn nobody_is_cleared_of_a_unit_of_debt_for_less() {
	run(|| {
		let (debt_asset, dust) = (debt_token(0), (ETH, ONE_ETH / 10_000));
		Prices::set_cents(debt_asset.clone(), 1_00);
		let facility = create_facility(FacilityTerms {
			debt_asset,
			minimum_debt: 1,
			..still(vec![terms(DOT, 62, 70, 1), terms(ETH, 72, 80, 2)])
		});
		let rest = (DOT, 500 * ONE_DOT);
		let vault = open(ALICE, facility, &[rest.clone(), dust.clone()], 1_000).unwrap();
		Prices::set_stale(DOT, 30 * 3_600_000);
		// 30 cents of it, and then 3 dollars.
		next_block();
		assert_eq!((debt(vault), leg(vault, ETH)), (1_000, 0));
		let forfeited = events().into_iter().find_map(|event| match event {
			Event::Forfeited { forfeited, .. } => Some(forfeited.into_inner()),
			_ => None,
		});
		assert_eq!(forfeited, Some(vec![dust]));
		assert_ok!(deposit(ALICE, vault, ETH, ONE_ETH / 1_000));
		next_block();
		// 3 / 1.05 is 2 and a half at least.
		assert_eq!((debt(vault), leg(vault, ETH)), (998, 0));
	});
}

/// A facility of which a unit of debt is worth 100 dollars.
fn hundreds(annual_rate: Ray, listed: Vec<CollateralTerms>) -> FacilityId {
	let debt_asset = debt_token(0);
	Prices::set_cents(debt_asset.clone(), 100_00);
	create_facility(FacilityTerms {
		debt_asset,
		minimum_debt: 1,
		target_health: FixedU128::from_rational(10_001, 10_000),
		annual_rate,
		..still(listed)
	})
}

/// A vault of which a cent would do is not cleared of a unit for a cent: whole units of it are sold. And no
/// rounding makes it unsafe again in the next block, and the one after that.
#[test]
fn a_unit_of_debt_is_cleared_for_what_it_is_worth() {
	for (rate, owed, paid, left) in [(0, 700, 1, 699), (4, 701, 16, 686)] {
		run(|| {
			let facility = hundreds(Ray(Ray::ONE.0 / 10_000 * rate), vec![terms(ETH, 72, 80, 0)]);
			// 700 units are worth 70,000 dollars, and eight tenths of the collateral 40 cents less.
			let vault = open(ALICE, facility, &[(ETH, 50 * ONE_ETH)], 700).unwrap();
			begin_block(24 * 3_600_000);
			end_of_begin();
			assert_eq!(debt(vault), owed);
			Prices::set_cents(ETH, 1_749_99);
			assert_eq!(next_block(), 1);
			let sold = 50 * ONE_ETH - leg(vault, ETH);
			assert_eq!(sold, paid * ONE_ETH * 108_00 / 1_749_99 + 1);
			assert_eq!(debt(vault), left);
			assert_eq!(next_block(), 0);
		});
	}
}

/// Of a unit of debt that legs pay for together nobody pays: each lot has to raise what its collateral pays
/// for.
#[test]
fn no_lot_has_to_raise_what_another_one_pays_for() {
	run(|| {
		let listed = [(DOT, 62, 70, 0), (BTC, 72, 80, 1), (ETH, 72, 80, 2)];
		let listed = listed.map(|(asset, borrow, keep, rank)| terms(asset, borrow, keep, rank));
		let facility = hundreds(Ray(0), listed.to_vec());
		// 60 dollars, 60 dollars, and 150,000.
		let held = [
			(DOT, 10 * ONE_DOT),
			(BTC, ONE_BTC / 1_000),
			(ETH, 50 * ONE_ETH),
		];
		let vault = open(ALICE, facility, &held, 700).unwrap();
		Prices::set_cents(ETH, 1_747_00);
		assert_eq!(next_block(), 1);
		let lots: Vec<_> = lots().into_iter().map(|(_, lot)| lot).collect();
		assert_eq!(lots.len(), 1, "{lots:?}");
		let worth = lots[0].contributed * 1_747 / ONE_ETH;
		let cleared = 700 - debt(vault);
		assert_eq!((lots[0].collateral.clone(), lots[0].debt), (ETH, cleared));
		assert!(
			cleared > 0 && worth >= cleared * 108,
			"{cleared} for {worth}"
		);
	});
}

/// Of a vault of which all goes each lot raises the unit that its collateral repays in part: nothing goes back
/// while there is debt that nobody pays.
#[test]
fn what_repays_a_unit_in_part_is_not_given_back_if_all_goes() {
	run(|| {
		let listed = [(DOT, 62, 70), (BTC, 72, 80), (ETH, 72, 80)];
		let listed = listed.map(|(asset, borrow, keep)| terms(asset, borrow, keep, 0));
		let facility = hundreds(Ray(0), listed.to_vec());
		let prices = |dollars: u128| {
			Prices::set_cents(DOT, dollars * 10);
			Prices::set_cents(BTC, dollars * 100_000);
			Prices::set_cents(ETH, dollars * 1_000);
		};
		prices(200);
		let held = [
			(DOT, 10 * ONE_DOT),
			(BTC, ONE_BTC / 1_000),
			(ETH, ONE_ETH / 10),
		];
		let vault = open(ALICE, facility, &held, 3).unwrap();
		// Each is worth a unit, but not the penalty.
		prices(107);
		assert_eq!(next_block(), 1);
		assert_eq!(debt(vault), 0);
		let debts: Vec<_> = lots().into_iter().map(|(_, lot)| lot.debt).collect();
		assert_eq!(debts, [1, 1, 1]);
	});
}

/// Effective prices and triggers far beyond what an entry of the index can say.
#[test]
fn vaults_beyond_both_ends_of_the_index_are_found() {
	// Collateral of which one unit is worth a billion dollars, and debt in units of 1e-24; and the other
	// way round.
	for (collateral, debt, price, amount) in [
		(0, 24, cairn_math::Price::MAX.raw(), 10),
		(24, 0, 1_000_000, 10u128.pow(36)),
	] {
		run(|| {
			let line = Line::create(collateral, debt);
			let (asset, debt_asset) = (line.collateral.0.clone(), line.debt.0.clone());
			Prices::set_raw(asset.clone(), price);
			Prices::set_cents(debt_asset, 1);
			let vault = open(ALICE, line.facility, &[(asset.clone(), amount)], 0).unwrap();
			let most = Vaults::vault(vault).unwrap().max_borrow;
			assert!(borrow(ALICE, vault, most).is_ok(), "{most}");
			assert_eq!(next_block(), 0);
			Prices::set_raw(asset, price / 100 * 83);
			assert!(!line.is_safe(vault));
			assert_eq!(next_block(), 1, "{collateral} and {debt} decimals");
		});
	}
}
