//! Feeds: how assets get their prices.

use cairn_math::{Perbill, Price};
use cairn_primitives::AssetId;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{
	traits::{ConstU32, Get},
	BoundedVec, CloneNoBound, DebugNoBound, EqNoBound, PartialEqNoBound,
};
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};

use crate::{status::Thresholds, worker::json};

/// At least this many sources must answer before a validator reports a feed.
pub const MIN_SOURCES: usize = 3;

/// Name of a source: the same for one exchange in every feed.
pub type SourceName = BoundedVec<u8, ConstU32<32>>;
/// Address that a source is asked at: `http` or `https`.
pub type Url = BoundedVec<u8, ConstU32<256>>;
/// Where in a JSON document a value stands, see [`json`].
pub type Pointer = BoundedVec<u8, ConstU32<96>>;

/// A reported feed as reports name it. Never used twice.
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
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
	Serialize,
	Deserialize,
)]
pub struct FeedId(pub u16);

/// The prices that are believed at all. A report outside is refused, not clamped.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct Bounds {
	/// Lowest price.
	pub min: Price,
	/// Highest price.
	pub max: Price,
}

impl Bounds {
	/// Whether `price` lies within.
	pub fn contain(&self, price: Price) -> bool {
		self.min <= price && price <= self.max
	}

	/// Whether the bounds are prices, and in order. (A decoded [`Price`] may be anything.)
	pub fn are_valid(&self) -> bool {
		Price::new(self.min.raw()).is_some()
			&& Price::new(self.max.raw()).is_some()
			&& self.min <= self.max
	}
}

/// What a source quotes its prices in.
#[derive(
	Clone,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
	Serialize,
	Deserialize,
)]
pub enum QuoteCurrency {
	/// Dollars.
	Usd,
	/// An asset that has a feed of its own, by whose price the worker converts.
	Asset(AssetId),
	/// None: the source of a rate states a plain number.
	Plain,
}

/// What the number of a reported feed means.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
	Serialize,
	Deserialize,
)]
#[serde(rename_all = "camelCase")]
pub enum Unit {
	/// Dollars for a whole token: a price.
	Dollars,
	/// How many tokens of one kind a token of another is worth. No price, and never quoted as one:
	/// it serves derived feeds only.
	Rate,
}

/// How a price is made of two others. Dollars and rates cannot be taken for each other: whatever
/// fits these types is in dollars.
#[derive(
	Clone,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
	Serialize,
	Deserialize,
)]
#[serde(rename_all = "camelCase")]
pub enum Derivation {
	/// `price · rate`: of a token that `rate` tokens of the priced one can be had for.
	Product {
		/// A feed in dollars.
		price: AssetId,
		/// A feed that is a rate.
		rate: AssetId,
	},
	/// `price / rate`: of a token of which `rate` make one of the priced one.
	Ratio {
		/// A feed in dollars.
		price: AssetId,
		/// A feed that is a rate.
		rate: AssetId,
	},
	/// The lower of two prices.
	Minimum {
		/// A feed in dollars.
		one: AssetId,
		/// Another feed in dollars.
		other: AssetId,
	},
}

impl Derivation {
	/// The feeds that it is made of, each with the unit that it has to be in.
	pub fn legs(&self) -> [(&AssetId, Unit); 2] {
		match self {
			Self::Product { price, rate } | Self::Ratio { price, rate } => {
				[(price, Unit::Dollars), (rate, Unit::Rate)]
			}
			Self::Minimum { one, other } => [(one, Unit::Dollars), (other, Unit::Dollars)],
		}
	}

	/// Whether it is made of `asset`.
	pub fn is_made_of(&self, asset: &AssetId) -> bool {
		self.legs().into_iter().any(|(leg, _)| leg == asset)
	}
}

/// How a source says that it failed although it answers with status 200.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct ErrorCheck {
	/// Where the answer speaks of errors. It must be there.
	pub pointer: Pointer,
	/// What stands there when there is none: the content of a string, or JSON without blanks.
	pub none: BoundedVec<u8, ConstU32<32>>,
}

/// One place where a price can be had.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Source {
	/// Who it is.
	pub name: SourceName,
	/// What is asked, with `GET`.
	pub url: Url,
	/// Where the highest bid stands.
	pub bid: Option<Pointer>,
	/// Where the lowest ask stands.
	pub ask: Option<Pointer>,
	/// Where the last trade stands.
	pub last: Option<Pointer>,
	/// How the source reports an error, if not by the HTTP status or by leaving the prices out.
	pub error: Option<ErrorCheck>,
	/// What the prices are in.
	pub quote: QuoteCurrency,
}

impl Source {
	/// Name, for messages.
	pub fn name(&self) -> &str {
		core::str::from_utf8(&self.name).unwrap_or("?")
	}

	/// Address, for requests.
	pub fn url(&self) -> &str {
		core::str::from_utf8(&self.url).unwrap_or_default()
	}

	/// The pointers that lead to prices.
	pub fn price_pointers(&self) -> impl Iterator<Item = &Pointer> {
		[&self.bid, &self.ask, &self.last].into_iter().flatten()
	}
}

/// A second opinion on a price: another feed, with sources of its own.
///
/// If the two are apart for long enough, one of them is wrong, and the chain cannot know which: the price
/// is stopped, as the guardian would. The second opinion must not lag by as many rounds as are given
/// here, or every crash stops the price in the hour in which it is needed.
#[derive(
	Clone,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
	Serialize,
	Deserialize,
)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Sanity {
	/// The other feed: reported, and in the same unit.
	pub against: AssetId,
	/// They are apart if they differ by more than this share of the other.
	pub tolerance: Perbill,
	/// For so many rounds in succession, at least one.
	pub rounds: u16,
}

impl Sanity {
	/// Whether it can be used for a feed of `asset`.
	pub fn is_valid(&self, asset: &AssetId) -> bool {
		self.against != *asset && !self.tolerance.is_zero() && self.rounds >= 1
	}

	/// Whether `price` is too far from the `other`.
	pub fn is_apart(&self, price: Price, other: Price) -> bool {
		price.raw().abs_diff(other.raw()) > self.tolerance.mul_floor(other.raw())
	}
}

/// How an asset gets its price.
#[derive(
	CloneNoBound,
	DebugNoBound,
	PartialEqNoBound,
	EqNoBound,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
#[scale_info(skip_type_params(MaxSources))]
#[codec(mel_bound())]
pub enum Feed<MaxSources: Get<u32>> {
	/// It is one dollar by definition: the unit of account that debt is counted in.
	Par,
	/// Validators report it.
	Reported(ReportedFeed<MaxSources>),
	/// It is computed from two other feeds, neither of which is derived.
	Derived(Derivation),
}

impl<MaxSources: Get<u32>> Feed<MaxSources> {
	/// What its number means.
	pub fn unit(&self) -> Unit {
		match self {
			Self::Reported(feed) => feed.unit,
			Self::Par | Self::Derived(_) => Unit::Dollars,
		}
	}
}

/// A feed that validators report.
#[derive(
	CloneNoBound,
	DebugNoBound,
	PartialEqNoBound,
	EqNoBound,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
#[scale_info(skip_type_params(MaxSources))]
#[codec(mel_bound())]
pub struct ReportedFeed<MaxSources: Get<u32>> {
	/// What the number means.
	pub unit: Unit,
	/// What it takes to be Live, and what a jump is.
	pub thresholds: Thresholds,
	/// Prices outside of these are refused.
	pub bounds: Bounds,
	/// Where validators look, at least [`MIN_SOURCES`] different ones.
	pub sources: BoundedVec<Source, MaxSources>,
	/// What the price is compared with, if with anything.
	pub sanity: Option<Sanity>,
}

/// Why a feed cannot be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FeedError {
	/// The bounds are no prices, or the lower one is above the upper one.
	Bounds,
	/// Fewer than [`MIN_SOURCES`].
	TooFewSources,
	/// Two sources have the same name or the same address.
	DuplicateSource,
	/// A name is empty or not made of visible ASCII characters.
	Name,
	/// An address is not `http://host…` or `https://host…` in visible ASCII characters.
	Url,
	/// A source says neither bid, ask nor last.
	NoPrice,
	/// A pointer is not one.
	Pointer,
	/// A source quotes the asset in the asset itself.
	QuotedInItself,
	/// A rate has sources that quote a currency, or a price has one that quotes none.
	Currency,
	/// The thresholds are out of order or out of range.
	Thresholds,
	/// It is its own second opinion, or one without a tolerance or a number of rounds.
	Sanity,
}

impl<MaxSources: Get<u32>> ReportedFeed<MaxSources> {
	/// Whether the worker can work with this feed of `asset`.
	pub fn validate(&self, asset: &AssetId) -> Result<(), FeedError> {
		let check = |condition: bool, error| if condition { Ok(()) } else { Err(error) };
		check(self.bounds.are_valid(), FeedError::Bounds)?;
		check(self.thresholds.are_valid(), FeedError::Thresholds)?;
		check(
			self.sanity
				.as_ref()
				.is_none_or(|sanity| sanity.is_valid(asset)),
			FeedError::Sanity,
		)?;
		check(self.sources.len() >= MIN_SOURCES, FeedError::TooFewSources)?;
		for (position, source) in self.sources.iter().enumerate() {
			let visible = |text: &[u8]| !text.is_empty() && text.iter().all(u8::is_ascii_graphic);
			check(visible(&source.name), FeedError::Name)?;
			check(
				visible(&source.url) && split_url(source.url()).is_some(),
				FeedError::Url,
			)?;
			let earlier = self.sources.iter().take(position);
			check(
				earlier
					.into_iter()
					.all(|other| other.name != source.name && other.url != source.url),
				FeedError::DuplicateSource,
			)?;
			check(source.price_pointers().next().is_some(), FeedError::NoPrice)?;
			let error_pointer = source.error.iter().map(|error| &error.pointer);
			for pointer in source.price_pointers().chain(error_pointer) {
				check(json::is_pointer(pointer), FeedError::Pointer)?;
			}
			let itself = matches!(&source.quote, QuoteCurrency::Asset(other) if other == asset);
			check(!itself, FeedError::QuotedInItself)?;
			let is_plain = source.quote == QuoteCurrency::Plain;
			check(is_plain == (self.unit == Unit::Rate), FeedError::Currency)?;
		}
		Ok(())
	}
}

/// `(scheme and host, the rest)` of an `http` or `https` address.
pub fn split_url(url: &str) -> Option<(&str, &str)> {
	let scheme = ["https://", "http://"]
		.into_iter()
		.find(|scheme| url.starts_with(scheme))?;
	let end = url
		.get(scheme.len()..)?
		.find(['/', '?', '#'])
		.map_or(url.len(), |host| scheme.len().saturating_add(host));
	(end > scheme.len()).then(|| url.split_at(end))
}

/// What reports and quotes need to know of a reported feed, without its sources. None of it changes
/// while the feed has this id.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct FeedIndex {
	/// Its name in reports.
	pub id: FeedId,
	/// What it prices.
	pub asset: AssetId,
	/// What the number means.
	pub unit: Unit,
	/// What is believed.
	pub bounds: Bounds,
	/// What it takes to be Live, and what a jump is.
	pub thresholds: Thresholds,
	/// What its price is compared with, if with anything.
	pub sanity: Option<Sanity>,
	/// Whether it is reported and compared, but not quoted yet.
	pub shadow: bool,
}
