//! Prices and the values they give to amounts.

use crate::wide::{div_mod_256, mul_128, mul_256};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::ops::{Add, Sub};
use primitive_types::U256;
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};
use sp_arithmetic::Perbill;

/// Tokens have at most this many decimals.
const MAX_DECIMALS: u8 = 24;

/// `10 ^ decimals`. `decimals` above 24 count as 24, the most that any token here may have.
pub const fn unit(decimals: u8) -> u128 {
	let decimals = if decimals > MAX_DECIMALS {
		MAX_DECIMALS
	} else {
		decimals
	};
	UNITS[decimals as usize]
}

/// Powers of ten: taking them is what a valuation would otherwise spend its time with.
const UNITS: [u128; MAX_DECIMALS as usize + 1] = {
	let mut units = [1; MAX_DECIMALS as usize + 1];
	let mut position = 1;
	while position < units.len() {
		units[position] = units[position - 1] * 10;
		position += 1;
	}
	units
};

/// USD for one whole token, in units of 1e-18.
///
/// Never zero, at most a billion dollars: a price outside of that is an error where it enters.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	PartialOrd,
	Ord,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
	Serialize,
	Deserialize,
)]
pub struct Price(u128);

impl Price {
	/// One dollar.
	pub const ONE: Self = Self(1_000_000_000_000_000_000);
	/// The smallest price: 1e-18 USD.
	pub const MIN: Self = Self(1);
	/// The largest price: 1e9 USD.
	pub const MAX: Self = Self(1_000_000_000_000_000_000_000_000_000);

	/// A price of `raw` · 1e-18 USD, or `None` if that is zero or above [`Price::MAX`].
	pub const fn new(raw: u128) -> Option<Self> {
		if raw == 0 || raw > Self::MAX.0 {
			None
		} else {
			Some(Self(raw))
		}
	}

	/// The price in units of 1e-18 USD.
	pub const fn raw(self) -> u128 {
		self.0
	}

	/// The price plus `distance`, at most [`Price::MAX`].
	pub fn raised(self, distance: u128) -> Self {
		Self(self.0.saturating_add(distance).min(Self::MAX.0))
	}

	/// The price less `distance`, or `None` if nothing is left.
	pub fn lowered(self, distance: u128) -> Option<Self> {
		Self::new(self.0.saturating_sub(distance))
	}

	/// `share` of the price, rounded down, or `None` if nothing is left.
	pub fn share_floor(self, share: Perbill) -> Option<Self> {
		Self::new(share.mul_floor(self.0))
	}
}

/// An amount of USD in units of 1e-18.
///
/// 256 bits wide so that no amount of any token at any [`Price`] leaves its range: a sum of eight
/// legs takes at most 128 + 90 + 3 bits.
#[derive(
	Clone,
	Copy,
	Debug,
	Default,
	PartialEq,
	Eq,
	PartialOrd,
	Ord,
	Encode,
	Decode,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct Value(U256);

impl Value {
	/// Nothing.
	pub const ZERO: Self = Self(U256::zero());

	/// `⌊amount · price / 10^decimals⌋`.
	pub fn of_floor(amount: u128, decimals: u8, price: Price) -> Self {
		let product = mul_128(amount, price.0);
		Self(div_mod_256(product, unit(decimals).into()).0)
	}

	/// `⌈amount · price / 10^decimals⌉`.
	pub fn of_ceil(amount: u128, decimals: u8, price: Price) -> Self {
		let product = mul_128(amount, price.0);
		Self(div_ceil(product, unit(decimals).into()))
	}

	/// `⌊value · share⌋`.
	pub fn share_floor(self, share: Perbill) -> Self {
		Self(billionths(self.0, share.deconstruct(), false))
	}

	/// `⌈value · share⌉`.
	pub fn share_ceil(self, share: Perbill) -> Self {
		Self(billionths(self.0, share.deconstruct(), true))
	}

	/// A value with `surcharge`: `⌈value · (1 + surcharge)⌉`.
	pub fn with_surcharge_ceil(self, surcharge: Perbill) -> Self {
		self + self.share_ceil(surcharge)
	}

	/// What a value was before `surcharge` came to it: `⌊value / (1 + surcharge)⌋`.
	pub fn without_surcharge_floor(self, surcharge: Perbill) -> Self {
		// Values are far below where this saturates (see the type).
		let scaled = mul_256(self.0, BILLION.into()).unwrap_or(U256::MAX);
		let whole = BILLION + u64::from(surcharge.deconstruct());
		Self(div_mod_256(scaled, whole.into()).0)
	}

	/// How many smallest units of a token are worth this much, rounded down; `None` beyond `u128`.
	pub fn to_amount_floor(self, decimals: u8, price: Price) -> Option<u128> {
		let scaled = mul_256(self.0, unit(decimals).into())?;
		u128::try_from(div_mod_256(scaled, price.0.into()).0).ok()
	}

	/// How many smallest units of a token are worth this much, rounded up; `None` beyond `u128`.
	pub fn to_amount_ceil(self, decimals: u8, price: Price) -> Option<u128> {
		let scaled = mul_256(self.0, unit(decimals).into())?;
		u128::try_from(div_ceil(scaled, U256::from(price.0))).ok()
	}

	/// The lowest price at which this much is worth no more than `amount` smallest units of a token,
	/// rounded down: `⌊value · 10^decimals / (amount + 1)⌋ + 1`. `None` beyond [`Price::MAX`].
	pub fn lowest_price_for(self, amount: u128, decimals: u8) -> Option<Price> {
		let scaled = mul_256(self.0, unit(decimals).into())?;
		let below = scaled / (U256::from(amount) + U256::one());
		Price::new(u128::try_from(below).ok()?.checked_add(1)?)
	}

	/// The value in units of 1e-18 USD; `None` beyond `u128`.
	pub fn raw(self) -> Option<u128> {
		u128::try_from(self.0).ok()
	}

	/// The value in units of 1e-18 USD.
	pub const fn wide(self) -> U256 {
		self.0
	}

	/// From units of 1e-18 USD.
	pub const fn from_wide(raw: U256) -> Self {
		Self(raw)
	}

	/// `self − other`, at least nothing.
	pub fn saturating_sub(self, other: Self) -> Self {
		Self(self.0.saturating_sub(other.0))
	}

	/// Whether this is nothing at all.
	pub fn is_zero(self) -> bool {
		self.0.is_zero()
	}
}

impl Add for Value {
	type Output = Self;
	/// Sums stay far below 256 bits (see the type); the saturation is out of reach.
	fn add(self, other: Self) -> Self {
		Self(self.0.saturating_add(other.0))
	}
}

impl Sub for Value {
	type Output = Self;
	fn sub(self, other: Self) -> Self {
		self.saturating_sub(other)
	}
}

impl core::iter::Sum for Value {
	fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
		iter.fold(Self::ZERO, Add::add)
	}
}

const BILLION: u64 = 1_000_000_000;

fn div_ceil(numerator: U256, denominator: U256) -> U256 {
	let (quotient, rest) = div_mod_256(numerator, denominator);
	if rest.is_zero() {
		quotient
	} else {
		quotient + U256::one()
	}
}

/// `value · parts / 10^9` for at most 10^9 parts, without leaving 256 bits: the quotient and the rest are
/// scaled apart.
fn billionths(value: U256, parts: u32, up: bool) -> U256 {
	let (whole, rest) = div_mod_256(value, BILLION.into());
	// Both below 10^9.
	let scaled = rest.low_u64() * u64::from(parts);
	let tail = if up {
		scaled.div_ceil(BILLION)
	} else {
		scaled / BILLION
	};
	whole * parts + U256::from(tail)
}

#[cfg(test)]
mod tests {
	use super::*;
	use primitive_types::U512;
	use proptest::prelude::*;

	/// Numbers of up to so many bits, all magnitudes alike, and the highest that they can hold.
	fn magnitude(bits: u32) -> impl Strategy<Value = U256> {
		let most = (U256::one() << bits) - U256::one();
		let any = (0..bits, any::<[u64; 4]>()).prop_map(|(bit, noise)| {
			let lead = U256::one() << bit;
			lead | (U256(noise) & (lead - U256::one()))
		});
		prop_oneof![30 => any, 1 => Just(most)]
	}

	fn amount() -> impl Strategy<Value = u128> {
		prop_oneof![30 => magnitude(128).prop_map(|amount| amount.as_u128()), 1 => Just(0)]
	}

	fn price() -> impl Strategy<Value = Price> {
		magnitude(90).prop_map(|raw| Price(raw.as_u128().min(Price::MAX.0)))
	}

	/// Up to eight legs of all that a balance can count, at the highest price.
	fn value() -> impl Strategy<Value = Value> {
		prop_oneof![30 => magnitude(221).prop_map(Value), 1 => Just(Value::ZERO)]
	}

	fn exactly(a: U256, b: U256, c: U256, up: bool) -> U512 {
		let (quotient, rest) = a.full_mul(b).div_mod(U512::from(c));
		quotient + U512::from(u8::from(up && !rest.is_zero()))
	}

	proptest! {
		#[test]
		fn values_and_amounts_are_exact_or_no_number(
			amount in amount(),
			decimals in 0u8..=24,
			price in price(),
			value in value(),
			share in 0..=1_000_000_000u32,
		) {
			let (units, raw) = (U256::from(unit(decimals)), U256::from(price.0));
			let wide = |value: Value| U512::from(value.0);
			let of = |up| exactly(amount.into(), raw, units, up);
			prop_assert_eq!(wide(Value::of_floor(amount, decimals, price)), of(false));
			prop_assert_eq!(wide(Value::of_ceil(amount, decimals, price)), of(true));
			let bought = |up| u128::try_from(exactly(value.0, units, raw, up)).ok();
			prop_assert_eq!(value.to_amount_floor(decimals, price), bought(false));
			prop_assert_eq!(value.to_amount_ceil(decimals, price), bought(true));
			let billion = U256::from(BILLION);
			let of = |up| exactly(value.0, share.into(), billion, up);
			let part = Perbill::from_parts(share);
			prop_assert_eq!(wide(value.share_floor(part)), of(false));
			prop_assert_eq!(wide(value.share_ceil(part)), of(true));
			prop_assert_eq!(wide(value.with_surcharge_ceil(part)), wide(value) + of(true));
			let without = exactly(value.0, billion, billion + U256::from(share), false);
			prop_assert_eq!(wide(value.without_surcharge_floor(part)), without);
		}

		#[test]
		fn a_round_trip_never_gains(amount in amount(), decimals in 0u8..=24, price in price()) {
			let back = Value::of_floor(amount, decimals, price).to_amount_floor(decimals, price);
			prop_assert!(back.unwrap() <= amount);
			let back = Value::of_ceil(amount, decimals, price).to_amount_ceil(decimals, price);
			prop_assert!(back.is_none_or(|back| back >= amount));
		}

		#[test]
		fn the_lowest_price_for_an_amount_is_the_lowest(
			value in value(),
			amount in amount().prop_map(|amount| amount.min(u128::MAX - 1)),
			decimals in 0u8..=24,
		) {
			let bought = |raw| value.to_amount_floor(decimals, Price(raw));
			let Some(lowest) = value.lowest_price_for(amount, decimals) else {
				prop_assert!(bought(Price::MAX.0).is_none_or(|bought| bought > amount));
				return Ok(());
			};
			prop_assert!(bought(lowest.0).is_some_and(|bought| bought <= amount));
			if lowest > Price::MIN {
				prop_assert!(bought(lowest.0 - 1).is_none_or(|bought| bought > amount));
			}
		}

		#[test]
		fn up_is_down_or_one_more(
			amount in amount(),
			decimals in 0u8..=24,
			price in price(),
			share in 0..=1_000_000_000u32,
		) {
			let (down, up) = (Value::of_floor(amount, decimals, price), Value::of_ceil(amount, decimals, price));
			prop_assert!(up.0 - down.0 <= U256::one());
			let share = Perbill::from_parts(share);
			prop_assert!(up.share_ceil(share).0 - up.share_floor(share).0 <= U256::one());
			// What is left of it, and the share of that, are the whole but for at most two units.
			let left = up.without_surcharge_floor(share);
			let whole = left + left.share_floor(share);
			prop_assert!(whole <= up && up.0 - whole.0 <= U256::from(2));
		}

		#[test]
		fn prices_of_all_magnitudes_move_by_what_they_are_told(
			price in price(), distance in price(), share in 0..=1_000_000_000u32,
		) {
			let raised = price.0 + distance.0;
			prop_assert_eq!(price.raised(distance.0).0, raised.min(Price::MAX.0));
			let lowered = price.0.checked_sub(distance.0).filter(|left| *left > 0);
			prop_assert_eq!(price.lowered(distance.0), lowered.map(Price));
			let part = exactly(price.0.into(), share.into(), BILLION.into(), false).as_u128();
			let left = price.share_floor(Perbill::from_parts(share));
			prop_assert_eq!(left, Some(part).filter(|part| *part > 0).map(Price));
		}
	}

	#[test]
	fn an_eighteen_decimal_whale_does_not_saturate() {
		// `FixedU128::saturating_from_integer` gives up at 340 of these tokens.
		let tokens = 10_000_000u128;
		let price = Price::new(3_000 * Price::ONE.0).unwrap();
		let value = Value::of_floor(tokens * 10u128.pow(18), 18, price);
		assert_eq!(
			value.wide(),
			U256::from(tokens * 3_000) * U256::from(Price::ONE.0)
		);
	}

	#[test]
	fn the_extremes_stay_in_range() {
		let value = Value::of_ceil(u128::MAX, 0, Price::MAX);
		assert_eq!(value.share_ceil(Perbill::one()), value);
		assert_eq!(value.to_amount_floor(0, Price::MAX), Some(u128::MAX));
		assert_eq!(value.to_amount_floor(0, Price::ONE), None);
		assert_eq!(Price::new(0), None);
		assert_eq!(Price::new(Price::MAX.0 + 1), None);
	}
}
