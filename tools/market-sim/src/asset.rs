//! The assets the simulated market knows.

use crate::decimal::Decimal;
use std::{fmt, str::FromStr};

/// An asset with a price in USD.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Asset {
	Btc,
	Eth,
	Dot,
	Usdt,
	Usdc,
	/// The chain's own token. No real exchange lists it; all simulated ones do.
	Crn,
}

/// How many assets there are.
pub const ASSETS: usize = Asset::ALL.len();

/// A USD price for each asset, indexed by `asset as usize`.
pub type Prices = [Decimal; ASSETS];

impl Asset {
	/// Every asset, in the order of its discriminant.
	pub const ALL: [Asset; 6] = [
		Asset::Btc,
		Asset::Eth,
		Asset::Dot,
		Asset::Usdt,
		Asset::Usdc,
		Asset::Crn,
	];

	/// The upper-case ticker.
	pub const fn name(self) -> &'static str {
		match self {
			Asset::Btc => "BTC",
			Asset::Eth => "ETH",
			Asset::Dot => "DOT",
			Asset::Usdt => "USDT",
			Asset::Usdc => "USDC",
			Asset::Crn => "CRN",
		}
	}

	/// Whether the asset is meant to be worth one dollar.
	pub const fn is_stable(self) -> bool {
		matches!(self, Asset::Usdt | Asset::Usdc)
	}
}

/// What everything costs unless the user says otherwise.
pub fn default_prices() -> Prices {
	[
		Decimal::whole(60_000),
		Decimal::whole(3_000),
		Decimal::whole(6),
		Decimal::ONE,
		Decimal::ONE,
		Decimal::from_units(500_000_000_000),
	]
}

impl fmt::Display for Asset {
	fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
		f.write_str(self.name())
	}
}

impl FromStr for Asset {
	type Err = String;

	/// Takes the ticker in either case. The error is a sentence for the user.
	fn from_str(text: &str) -> Result<Asset, String> {
		Asset::ALL
			.into_iter()
			.find(|asset| asset.name().eq_ignore_ascii_case(text))
			.ok_or_else(|| {
				let known = Asset::ALL.map(Asset::name).join(", ");
				format!("unknown asset `{text}`; use one of {known}")
			})
	}
}

/// Reads a price: a decimal above zero. The error is a sentence for the user.
pub fn parse_price(text: &str) -> Result<Decimal, String> {
	let price = text.parse::<Decimal>()?;
	if price == Decimal::ZERO {
		return Err("a price must be above zero".into());
	}
	Ok(price)
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn all_is_in_the_order_of_the_index() {
		for (index, asset) in Asset::ALL.into_iter().enumerate() {
			assert_eq!(asset as usize, index);
			assert_eq!(asset.name().parse(), Ok(asset));
		}
		assert_eq!("crn".parse(), Ok(Asset::Crn));
		assert_eq!(default_prices()[Asset::Crn as usize].to_string(), "0.5");
	}

	#[test]
	fn an_unknown_asset_is_answered_with_the_known_ones() {
		let why = "DOGE".parse::<Asset>().unwrap_err();
		assert_eq!(
			why,
			"unknown asset `DOGE`; use one of BTC, ETH, DOT, USDT, USDC, CRN"
		);
	}

	#[test]
	fn a_price_of_zero_is_refused() {
		assert!(parse_price("0.00").unwrap_err().contains("above zero"));
	}
}
