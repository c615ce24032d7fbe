//! What the collateral and the debt of a vault count.
//!
//! Two measures exist. *Liquidation* is lenient: the favourable side of the quote and the
//! liquidation factor. *New risk* is strict: the unfavourable side, the slow average, and the
//! borrow factor. What passes the strict measure passes the lenient one, so no operation can end in
//! an unsafe vault.

use crate::{
	types::{Collateral, Facility, Leg},
	Config,
};
use alloc::vec::Vec;
use cairn_math::{
	full_mul_256, mul_128, unit, FixedU128, NormalizedDebt, Perbill, Price, Trigger, Value,
};
use cairn_primitives::{AssetId, Balance, Moment, PriceSource, Quote};
use primitive_types::U512;

const HOUR: Moment = 3_600_000;
/// A stale quote counts in full for this long.
const DECAY_START: Moment = HOUR;
/// A stale quote counts for nothing after this long.
const DECAY_END: Moment = 25 * HOUR;

/// What one collateral counts in a liquidation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counted {
	/// Its price; `None` if it counts for nothing.
	pub price: Option<Price>,
	/// Whether it may be sold at that price.
	pub sellable: bool,
}

impl Counted {
	const NOTHING: Self = Self {
		price: None,
		sellable: false,
	};
}

/// The share that a quote still counts which is stale and has been silent for so many milliseconds:
/// one for the first hour, then falling to nothing over a day, so that the leg neither shields its
/// vault for ever nor dooms it at once.
pub fn staleness_share_floor(silent_for: Moment) -> Perbill {
	let left = DECAY_END.saturating_sub(silent_for.max(DECAY_START));
	Perbill::from_rational(left, DECAY_END - DECAY_START)
}

/// What a collateral with this quote counts in a liquidation. Only silence of its own decays: for as
/// long as the oracle as a whole is down [`Quote::silent_for`] stands still, and what it was silent for
/// is not made up for when it is back.
pub fn counted(quote: Option<&Quote>) -> Counted {
	let Some(quote) = quote else {
		return Counted::NOTHING;
	};
	if quote.status.allows_liquidation() {
		Counted {
			price: Some(quote.high()),
			sellable: true,
		}
	} else {
		let share = staleness_share_floor(quote.silent_for);
		Counted {
			price: quote.high().share_floor(share),
			sellable: false,
		}
	}
}

/// The weighted value of an amount, rounded down twice: `⌊⌊q·P⌋·factor⌋`.
fn weighted_floor(amount: Balance, decimals: u8, price: Option<Price>, factor: Perbill) -> Value {
	price.map_or(Value::ZERO, |price| {
		Value::of_floor(amount, decimals, price).share_floor(factor)
	})
}

/// Prices of a facility at which vaults are found unsafe and their collateral is valued.
pub struct LiquidationPrices {
	/// Price of the debt asset.
	pub debt: Price,
	/// What each collateral counts, by its index.
	pub collaterals: Vec<Counted>,
}

impl LiquidationPrices {
	/// Reads the quotes of a facility. `None` if the debt asset has no quote.
	pub fn read<T: Config>(facility: &Facility<T>) -> Option<Self> {
		let listed = facility.collaterals.iter().map(|c| &c.terms.asset);
		let assets: Vec<_> = core::iter::once(&facility.debt_asset)
			.chain(listed)
			.collect();
		let quotes = T::Prices::quotes_of(&assets);
		let (debt, collaterals) = quotes.split_first()?;
		let debt = debt.as_ref()?.low();
		let collaterals = collaterals
			.iter()
			.map(|quote| counted(quote.as_ref()))
			.collect();
		Some(Self { debt, collaterals })
	}

	/// What the collateral with this index counts.
	pub fn of(&self, index: u8) -> Counted {
		self.collaterals
			.get(usize::from(index))
			.copied()
			.unwrap_or(Counted::NOTHING)
	}

	/// `W = Σ q·L·P`, rounded down.
	pub fn weighted_floor<T: Config>(&self, facility: &Facility<T>, legs: &[Leg]) -> Value {
		legs.iter()
			.filter_map(|leg| {
				let collateral = facility.collaterals.get(usize::from(leg.collateral))?;
				Some(weighted_floor(
					leg.amount,
					collateral.decimals,
					self.of(leg.collateral).price,
					collateral.terms.liquidation_factor,
				))
			})
			.sum()
	}

	/// What the collateral is worth, `Σ q·P`, each leg rounded down.
	pub fn value_floor<T: Config>(&self, facility: &Facility<T>, legs: &[Leg]) -> Value {
		legs.iter()
			.filter_map(|leg| {
				let collateral = facility.collaterals.get(usize::from(leg.collateral))?;
				let price = self.of(leg.collateral).price?;
				Some(Value::of_floor(leg.amount, collateral.decimals, price))
			})
			.sum()
	}

	/// Value of a debt, rounded up.
	pub fn debt_value_ceil<T: Config>(&self, facility: &Facility<T>, owed: Balance) -> Value {
		Value::of_ceil(owed, facility.debt_decimals, self.debt)
	}

	/// The effective price `e = L·P / (P_debt·R)` of a collateral, rounded down: the normalised debt
	/// that one smallest unit of it carries.
	pub fn effective_floor<T: Config>(
		&self,
		facility: &Facility<T>,
		collateral: &Collateral,
		index: u8,
		accumulator: cairn_math::Ray,
	) -> Trigger {
		let Some(price) = self.of(index).price else {
			return Trigger::MIN;
		};
		let numerator = U512::from(price.raw())
			* U512::from(collateral.terms.liquidation_factor.deconstruct())
			* U512::from(unit(facility.debt_decimals))
			* U512::from(cairn_math::Ray::ONE.0);
		let denominator = U512::from(self.debt.raw())
			* U512::from(accumulator.0)
			* U512::from(unit(collateral.decimals))
			* U512::from(1_000_000_000u64);
		Trigger::from_ratio_floor(numerator, denominator)
	}

	/// The trigger `θ = e / H` of each leg of a vault with debt, rounded up.
	///
	/// Written without `R` and the price of the debt, which cancel:
	/// `θ_c = d · L_c·P_c / W`, and for a single leg `θ = d / q` whatever the price.
	pub fn triggers_ceil<T: Config>(
		&self,
		facility: &Facility<T>,
		legs: &[Leg],
		debt: NormalizedDebt,
	) -> Vec<Trigger> {
		if let [leg] = legs {
			let trigger = Trigger::from_ratio_ceil(U512::from(debt.0), U512::from(leg.amount));
			return alloc::vec![trigger];
		}
		let weighted = self.weighted_floor(facility, legs).wide();
		if weighted.is_zero() {
			// Nothing counts at present, so nothing says at which price it would suffice. Any price
			// that comes back has to find the vault.
			return alloc::vec![Trigger::MAX; legs.len()];
		}
		legs.iter()
			.map(|leg| {
				let Some(collateral) = facility.collaterals.get(usize::from(leg.collateral)) else {
					return Trigger::MAX;
				};
				let Some(price) = self.of(leg.collateral).price else {
					return Trigger::MIN;
				};
				let factor = collateral.terms.liquidation_factor.deconstruct();
				// At most 1e27 · 1e9 and 1e24 · 1e9.
				let counted = price.raw().saturating_mul(factor.into());
				let whole = unit(collateral.decimals).saturating_mul(1_000_000_000);
				let numerator = U512::from(mul_128(counted, debt.0));
				Trigger::from_ratio_ceil(numerator, full_mul_256(weighted, whole.into()))
			})
			.collect()
	}
}

/// How a vault stands up to the strict measure.
pub struct NewRisk {
	/// `Σ q·B·P` at the unfavourable side of each quote; collateral without a Live quote counts
	/// nothing.
	pub weighted: Value,
	/// Price of the debt asset at its unfavourable side; `None` unless its quote is Live.
	pub debt_price: Option<Price>,
	/// Whether some collateral of the vault has no Live quote.
	pub something_not_live: bool,
}

impl NewRisk {
	fn live_quote<T: Config>(asset: &AssetId) -> Option<Quote> {
		T::Prices::quote(asset).filter(|quote| quote.status.allows_new_risk())
	}

	/// What one collateral counts; `None` if it counts nothing.
	pub fn price_of<T: Config>(asset: &AssetId) -> Option<Price> {
		Self::live_quote::<T>(asset).map(|quote| quote.collateral_for_new_risk())
	}

	/// Measures the legs of a vault.
	pub fn measure<T: Config>(facility: &Facility<T>, legs: &[Leg]) -> Self {
		let collaterals: Vec<_> = legs
			.iter()
			.filter_map(|leg| {
				let collateral = facility.collaterals.get(usize::from(leg.collateral))?;
				Some((leg, collateral))
			})
			.collect();
		let of_legs = collaterals.iter().map(|(_, c)| &c.terms.asset);
		let assets: Vec<_> = of_legs
			.chain(core::iter::once(&facility.debt_asset))
			.collect();
		let mut quotes = T::Prices::quotes_of(&assets)
			.into_iter()
			.map(|quote| quote.filter(|quote| quote.status.allows_new_risk()));
		let mut something_not_live = false;
		let weighted = collaterals
			.iter()
			.filter_map(|(leg, collateral)| {
				let quote = quotes.next()?;
				something_not_live |= quote.is_none();
				Some(weighted_floor(
					leg.amount,
					collateral.decimals,
					quote.map(|quote| quote.collateral_for_new_risk()),
					collateral.terms.borrow_factor,
				))
			})
			.sum();
		let debt_price = quotes
			.next()
			.flatten()
			.map(|quote| quote.debt_for_new_risk());
		Self {
			weighted,
			debt_price,
			something_not_live,
		}
	}
}

/// `W / D`, rounded down, at most the largest that the type holds: a number to show.
pub fn health_floor(weighted: Value, debt: Value) -> Option<FixedU128> {
	if debt.is_zero() {
		return None;
	}
	let scaled = U512::from(weighted.wide()) * U512::from(1_000_000_000_000_000_000u64);
	let ratio = scaled / U512::from(debt.wide());
	Some(FixedU128::from_inner(
		u128::try_from(ratio).unwrap_or(u128::MAX),
	))
}
