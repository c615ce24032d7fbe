//! Feeds as they are written in a chain spec.

use alloc::{string::String, vec::Vec};
use cairn_primitives::AssetId;
use frame_support::{traits::Get, BoundedVec};
use serde::{Deserialize, Serialize};

use super::{
	Bounds, Derivation, ErrorCheck, Feed, QuoteCurrency, ReportedFeed, Sanity, Source, Unit,
};
use crate::{status::Thresholds, worker::decimal};

/// A feed as it is written in a chain spec.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GenesisFeed {
	/// What it prices.
	pub asset: AssetId,
	/// How.
	pub feed: GenesisFeedKind,
}

/// [`Feed`] as it is written in a chain spec.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub enum GenesisFeedKind {
	/// See [`Feed::Par`].
	Par,
	/// See [`Feed::Reported`].
	Reported {
		/// Lowest believed price in USD, as a decimal number in a string.
		min: String,
		/// Highest believed price.
		max: String,
		/// Where validators look.
		sources: Vec<GenesisSource>,
		/// What the number means; dollars if it is not said.
		#[serde(default = "dollars")]
		unit: Unit,
		/// What it takes to be Live, and what a jump is.
		#[serde(default)]
		thresholds: Thresholds,
		/// What the price is compared with: a feed that stands before this one.
		#[serde(default, skip_serializing_if = "Option::is_none")]
		sanity: Option<Sanity>,
	},
	/// See [`Feed::Derived`].
	Derived(Derivation),
}

fn dollars() -> Unit {
	Unit::Dollars
}

/// [`Source`] as it is written in a chain spec.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GenesisSource {
	/// Who it is.
	pub name: String,
	/// What is asked.
	pub url: String,
	/// Pointer to the highest bid.
	#[serde(default, skip_serializing_if = "Option::is_none")]
	pub bid: Option<String>,
	/// Pointer to the lowest ask.
	#[serde(default, skip_serializing_if = "Option::is_none")]
	pub ask: Option<String>,
	/// Pointer to the last trade.
	#[serde(default, skip_serializing_if = "Option::is_none")]
	pub last: Option<String>,
	/// How it reports errors.
	#[serde(default, skip_serializing_if = "Option::is_none")]
	pub error: Option<GenesisErrorCheck>,
	/// The asset that the prices are in. If there is none: dollars, or a plain number if the feed is a
	/// rate.
	#[serde(default, skip_serializing_if = "Option::is_none")]
	pub quoted_in: Option<AssetId>,
}

/// [`ErrorCheck`] as it is written in a chain spec.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GenesisErrorCheck {
	/// Where the answer speaks of errors.
	pub pointer: String,
	/// What stands there when there is none.
	pub none: String,
}

impl GenesisFeedKind {
	/// The feed, or what does not fit into one.
	pub fn into_feed<MaxSources: Get<u32>>(self) -> Result<Feed<MaxSources>, &'static str> {
		let price = |text: &str| decimal::parse_price(text).map_err(|_| "a bound is no price");
		match self {
			Self::Par => Ok(Feed::Par),
			Self::Derived(derivation) => Ok(Feed::Derived(derivation)),
			Self::Reported {
				min,
				max,
				sources,
				unit,
				thresholds,
				sanity,
			} => {
				let sources = sources
					.into_iter()
					.map(|source| source.into_source(unit))
					.collect::<Result<Vec<_>, _>>()?;
				Ok(Feed::Reported(ReportedFeed {
					unit,
					thresholds,
					bounds: Bounds {
						min: price(&min)?,
						max: price(&max)?,
					},
					sources: sources.try_into().map_err(|_| "too many sources")?,
					sanity,
				}))
			}
		}
	}
}

impl GenesisSource {
	fn into_source(self, unit: Unit) -> Result<Source, &'static str> {
		fn bounded<N: Get<u32>>(text: String) -> Result<BoundedVec<u8, N>, &'static str> {
			text.into_bytes()
				.try_into()
				.map_err(|_| "a text of a source is too long")
		}
		let error = match self.error {
			Some(check) => Some(ErrorCheck {
				pointer: bounded(check.pointer)?,
				none: bounded(check.none)?,
			}),
			None => None,
		};
		Ok(Source {
			name: bounded(self.name)?,
			url: bounded(self.url)?,
			bid: self.bid.map(bounded).transpose()?,
			ask: self.ask.map(bounded).transpose()?,
			last: self.last.map(bounded).transpose()?,
			error,
			quote: match (self.quoted_in, unit) {
				(Some(asset), _) => QuoteCurrency::Asset(asset),
				(None, Unit::Dollars) => QuoteCurrency::Usd,
				(None, Unit::Rate) => QuoteCurrency::Plain,
			},
		})
	}
}
