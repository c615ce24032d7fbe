//! Exact decimals, so that no price ever passes through binary floating point on its way to a
//! quoted string.

use std::{fmt, str::FromStr};

/// Units of a [`Decimal`] to the whole: twelve decimals.
const ONE: u128 = 1_000_000_000_000;

/// Digits behind the point of a [`Decimal`].
const DECIMALS: usize = 12;

/// A non-negative decimal with twelve digits behind the point, at most [`Decimal::MAX`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Decimal(u128);

impl Decimal {
	/// Nothing.
	pub const ZERO: Decimal = Decimal(0);

	/// One.
	pub const ONE: Decimal = Decimal(ONE);

	/// The largest number held: 10¹². Large enough for any price, small enough for a product of
	/// two to fit 128 bits whenever one of them is below 10⁻¹² of it, which every price ratio is.
	pub const MAX: Decimal = Decimal(ONE * ONE);

	/// A whole number.
	pub const fn whole(n: u64) -> Decimal {
		let units = n as u128 * ONE;
		if units > Self::MAX.0 {
			Self::MAX
		} else {
			Decimal(units)
		}
	}

	/// From units of 10⁻¹², held down to [`Decimal::MAX`].
	pub const fn from_units(units: u128) -> Decimal {
		if units > Self::MAX.0 {
			Self::MAX
		} else {
			Decimal(units)
		}
	}

	/// In units of 10⁻¹².
	pub const fn units(self) -> u128 {
		self.0
	}

	/// `self · other`, rounded to nearest, held down to [`Decimal::MAX`].
	pub fn times(self, other: Decimal) -> Decimal {
		match self.0.checked_mul(other.0) {
			Some(product) => Self::from_units((product + ONE / 2) / ONE),
			None => Self::MAX,
		}
	}

	/// `self / other`, rounded to nearest, held down to [`Decimal::MAX`]. `other` must not be zero.
	pub fn over(self, other: Decimal) -> Decimal {
		Self::from_units((self.0 * ONE + other.0 / 2) / other.0)
	}

	/// `self · (1 + points/10,000)`, rounded to nearest. `points` must not be below −10,000.
	pub fn shifted_by_basis_points(self, points: i32) -> Decimal {
		let factor = 10_000i32.saturating_add(points).unsigned_abs();
		Self::from_units((self.0 * u128::from(factor) + 5_000) / 10_000)
	}

	/// Rounded to nearest at `decimals` digits behind the point.
	pub fn round_to(self, decimals: usize) -> Decimal {
		let tick = Self::tick(decimals).0;
		Self::from_units((self.0 + tick / 2) / tick * tick)
	}

	/// Rounded down at `decimals` digits behind the point.
	pub fn floor_to(self, decimals: usize) -> Decimal {
		let tick = Self::tick(decimals).0;
		Decimal(self.0 / tick * tick)
	}

	/// Rounded up at `decimals` digits behind the point.
	pub fn ceil_to(self, decimals: usize) -> Decimal {
		let tick = Self::tick(decimals).0;
		Self::from_units(self.0.div_ceil(tick) * tick)
	}

	/// The smallest step at `decimals` (at most twelve) digits behind the point.
	pub fn tick(decimals: usize) -> Decimal {
		Decimal(10u128.pow(DECIMALS.saturating_sub(decimals) as u32))
	}

	/// `self + other`, held down to [`Decimal::MAX`].
	pub fn plus(self, other: Decimal) -> Decimal {
		Self::from_units(self.0 + other.0)
	}

	/// `|self − other|`.
	pub fn distance(self, other: Decimal) -> Decimal {
		Decimal(self.0.abs_diff(other.0))
	}

	/// With exactly `decimals` (at most twelve) digits behind the point; what does not fit is cut
	/// off, so round first.
	pub fn fixed(self, decimals: usize) -> String {
		let whole = self.0 / ONE;
		if decimals == 0 {
			return whole.to_string();
		}
		let fraction = format!("{:012}", self.0 % ONE);
		format!("{whole}.{}", &fraction[..decimals.min(DECIMALS)])
	}

	/// `self − from` with its sign and exactly `decimals` digits behind the point.
	pub fn fixed_change(self, from: Decimal, decimals: usize) -> String {
		let change = self.distance(from).round_to(decimals);
		let sign = if self < from && change > Decimal::ZERO {
			"-"
		} else {
			""
		};
		format!("{sign}{}", change.fixed(decimals))
	}
}

/// The shortest exact form: no zeros at the end, no point behind a whole number.
impl fmt::Display for Decimal {
	fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
		let text = self.fixed(DECIMALS);
		f.write_str(text.trim_end_matches('0').trim_end_matches('.'))
	}
}

impl FromStr for Decimal {
	type Err = String;

	/// Plain digits with at most one point. The error is a sentence for the user.
	fn from_str(text: &str) -> Result<Decimal, String> {
		let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
		let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
		if whole.is_empty()
			|| !digits(whole)
			|| !digits(fraction)
			|| (fraction.is_empty() && text.contains('.'))
		{
			return Err(format!(
				"`{text}` is not a decimal number; write it like 54000.5"
			));
		}
		if fraction.len() > DECIMALS {
			return Err(format!(
				"`{text}` has more than {DECIMALS} digits behind the point"
			));
		}
		let too_large = || {
			format!(
				"`{text}` is above the largest number taken, {}",
				Decimal::MAX
			)
		};
		let units = format!("{whole}{fraction:0<DECIMALS$}")
			.parse::<u128>()
			.map_err(|_| too_large())?;
		if units > Self::MAX.0 {
			return Err(too_large());
		}
		Ok(Decimal(units))
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	fn d(text: &str) -> Decimal {
		text.parse().unwrap()
	}

	#[test]
	fn reads_and_writes_the_same_number() {
		for text in [
			"0",
			"1",
			"54000.5",
			"0.000000000001",
			"1000000000000",
			"0.1",
		] {
			assert_eq!(d(text).to_string(), text);
		}
		assert_eq!(d("007.10").to_string(), "7.1");
	}

	#[test]
	fn refuses_what_is_not_plain_digits() {
		for text in [
			"", ".5", "5.", "-1", "+1", "1e3", "1,5", "0x1", "NaN", " 1", "1.2.3",
		] {
			let why = text.parse::<Decimal>().unwrap_err();
			assert!(why.contains("is not a decimal number"), "{text}: {why}");
		}
		assert!("0.0000000000001"
			.parse::<Decimal>()
			.unwrap_err()
			.contains("12 digits"));
		assert!("1000000000000.1"
			.parse::<Decimal>()
			.unwrap_err()
			.contains("largest"));
		assert!("9"
			.repeat(60)
			.parse::<Decimal>()
			.unwrap_err()
			.contains("largest"));
	}

	#[test]
	fn prints_exactly_the_decimals_asked_for() {
		assert_eq!(d("29207.5").fixed(5), "29207.50000");
		assert_eq!(d("29207.5").fixed(0), "29207");
		assert_eq!(d("1.01").fixed_change(d("1"), 3), "0.010");
		assert_eq!(d("1").fixed_change(d("1.01"), 3), "-0.010");
		assert_eq!(d("1").fixed_change(d("1.0001"), 3), "0.000");
	}

	#[test]
	fn rounds_in_the_direction_named() {
		assert_eq!(d("1.25").floor_to(1), d("1.2"));
		assert_eq!(d("1.21").ceil_to(1), d("1.3"));
		assert_eq!(d("1.25").round_to(1), d("1.3"));
		assert_eq!(d("1.2").ceil_to(1), d("1.2"));
	}

	#[test]
	fn multiplies_and_divides_exactly_and_never_overflows() {
		assert_eq!(d("60000").over(d("0.96")), d("62500"));
		assert_eq!(d("60000").times(d("0.5")), d("30000"));
		assert_eq!(d("60000").shifted_by_basis_points(-2), d("59988"));
		assert_eq!(Decimal::MAX.times(Decimal::MAX), Decimal::MAX);
		assert_eq!(Decimal::MAX.over(Decimal::from_units(1)), Decimal::MAX);
		assert_eq!(Decimal::MAX.shifted_by_basis_points(5), Decimal::MAX);
	}
}
