//! An independent model of a vault's health: two integers over a common denominator, nothing
//! rounded.

use crate::{
	mock::*,
	types::{Leg, Vault},
	Vaults as Rows,
};
use cairn_primitives::{AssetDecimals, AssetId, PriceSource, Quote, QuoteStatus, VaultId};
use frame_support::traits::fungible::NativeOrWithId;
use primitive_types::U512;

const HOUR: u64 = 3_600_000;

fn pow10(exponent: u8) -> U512 {
	U512::from(10u8).pow(exponent.into())
}

/// The favourable side of a quote times what its silence leaves of it, in 1 / (24 · `HOUR`).
fn price_in_day_parts(quote: &Quote) -> U512 {
	let high = (quote.price.raw() + quote.confidence).min(cairn_math::Price::MAX.raw());
	let fresh = matches!(quote.status, QuoteStatus::Live | QuoteStatus::Degraded);
	let left = if fresh {
		24 * HOUR
	} else {
		(25 * HOUR).saturating_sub(quote.silent_for.max(HOUR))
	};
	U512::from(high) * U512::from(left)
}

fn quote(asset: &AssetId) -> Option<Quote> {
	<Prices as PriceSource<_>>::quote(asset)
}

fn asset_of(vault: &Vault<Test>, collateral: u8) -> (AssetId, u32) {
	let facility = facility_now(vault.facility);
	let terms = &facility.collaterals[usize::from(collateral)].terms;
	(terms.asset.clone(), terms.liquidation_factor.deconstruct())
}

/// One unit of 1e-18 USD in what [`sides`] counts in.
pub fn unit() -> U512 {
	pow10(24) * pow10(9) * pow10(27) * pow10(12) * U512::from(24 * HOUR)
}

/// `L·P` of a leg: what one unit of it carries, in the measure of [`owed_by_unit`].
pub fn carried_by_unit(vault: &Vault<Test>, leg: &Leg) -> U512 {
	let (asset, factor) = asset_of(vault, leg.collateral);
	let Some(quote) = quote(&asset) else {
		return U512::zero();
	};
	let decimals = Decimals::decimals(&asset).unwrap();
	price_in_day_parts(&quote) * U512::from(factor) * pow10(30 - decimals)
}

/// `R·P`: what one unit of normalised debt has to be carried by.
pub fn owed_by_unit(vault: &Vault<Test>) -> U512 {
	let accumulator = U512::from(state(vault.facility).accumulator.0);
	accumulator * U512::from(price(&CUSD)) * U512::from(24 * HOUR)
}

/// `Σ q·L·P` of a vault, in the measure of [`carried_by_unit`].
pub fn carried(vault: &Vault<Test>) -> U512 {
	let legs = vault.legs.iter();
	let each = legs.map(|leg| U512::from(leg.amount) * carried_by_unit(vault, leg));
	each.fold(U512::zero(), |sum, leg| sum + leg)
}

/// `Σ q·L·P` and `d·R`.
pub fn sides(vault: VaultId) -> (U512, U512) {
	let vault = row(vault);
	let debt = U512::from(vault.debt.0) * owed_by_unit(&vault);
	(carried(&vault) * pow10(33), debt * pow10(33))
}

pub fn is_safe(vault: VaultId) -> bool {
	let (weighted, debt) = sides(vault);
	weighted >= debt
}

/// Whether the vault could pass for unsafe when everything is rounded against it: up to a
/// billionth of a dollar.
pub fn is_nearly_unsafe(vault: VaultId) -> bool {
	let (weighted, debt) = sides(vault);
	weighted < debt + unit() * pow10(9)
}

/// Whether the vault's health is below `level` in units of 1e-18, whichever way things are rounded.
pub fn is_clearly_below(vault: VaultId, level: u128) -> bool {
	let (weighted, debt) = sides(vault);
	// Divided first: what that loses is far below the tolerance.
	let debt = debt / pow10(18) * U512::from(level);
	weighted + unit() * pow10(9) < debt
}

/// Whether the vault's health could pass for less than `level` in units of 1e-18.
pub fn is_nearly_below(vault: VaultId, level: u128) -> bool {
	let (weighted, debt) = sides(vault);
	weighted < debt / pow10(18) * U512::from(level) + unit() * pow10(9)
}

/// Whether something of it could be sold now.
pub fn is_sellable(vault: VaultId) -> bool {
	let vault = row(vault);
	!Prices::is_down()
		&& vault.legs.iter().any(|leg| {
			let (asset, _) = asset_of(&vault, leg.collateral);
			quote(&asset).is_some_and(|quote| quote.status.allows_liquidation())
		})
}

/// Whether all of it that could be sold now is worth less than two units of normalised debt, and two for each
/// leg: so it may repay none.
pub fn is_dust(vault: VaultId) -> bool {
	let vault = row(vault);
	let mut worth = U512::zero();
	for leg in &vault.legs {
		let (asset, _) = asset_of(&vault, leg.collateral);
		let Some(quote) = quote(&asset).filter(|quote| quote.status.allows_liquidation()) else {
			continue;
		};
		let decimals = Decimals::decimals(&asset).unwrap();
		worth += U512::from(leg.amount) * price_in_day_parts(&quote) * pow10(24 - decimals);
	}
	// In 1e-18 USD, of which a unit of debt is worth `P / 1e12`.
	let units = 2 * (1 + vault.legs.len() as u64);
	worth * pow10(12) < owed_by_unit(&vault) * units * pow10(24) / pow10(27)
}

/// All vaults there are.
pub fn all() -> Vec<VaultId> {
	let mut all: Vec<_> = Rows::<Test>::iter_keys().collect();
	all.sort_unstable();
	all
}

/// A token of the given decimals that facilities of tests accept.
pub fn token(decimals: u8) -> AssetId {
	NativeOrWithId::WithId(20 + u32::from(decimals))
}

/// What property tests deal in.
pub const TRADED: [AssetId; 4] = [DOT, ETH, BTC, USDT];

/// The price of a token, in 1e-18 USD.
pub fn price(asset: &AssetId) -> u128 {
	quote(asset).expect("it has one").price.raw()
}

/// How much of a token is worth this many hundreds of dollars.
pub fn worth(asset: &AssetId, hundreds: u16) -> u128 {
	let decimals = Decimals::decimals(asset).expect("it has some");
	let value = U512::from(hundreds) * U512::from(100u8) * pow10(18 + decimals);
	(value / U512::from(price(asset))).as_u128()
}
