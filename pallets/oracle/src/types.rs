//! Feeds, reports and agreed prices: what the pallet stores and what comes in from outside.

use alloc::{string::String, vec::Vec};
use cairn_math::Price;
use cairn_primitives::{AssetId, Moment, QuoteStatus};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{
	traits::{ConstU32, Get},
	BoundedVec, CloneNoBound, DebugNoBound, EqNoBound, PartialEqNoBound,
};
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};

use crate::worker::{decimal, json};

/// A period in which every validator reports once: the block's number divided by `RoundLength`.
pub type Round = u32;

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
	/// Prices outside of these are refused.
	pub bounds: Bounds,
	/// Where validators look, at least [`MIN_SOURCES`] different ones.
	pub sources: BoundedVec<Source, MaxSources>,
}

/// Why a feed cannot be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FeedError {
	/// The bounds are no prices, or the lower one is above the upper one.
	Bounds,
	/// Fewer than [`MIN_SOURCES`].
	TooFewSources,
	/// Two sources have the same name.
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
}

impl<MaxSources: Get<u32>> ReportedFeed<MaxSources> {
	/// Whether the worker can work with this feed of `asset`.
	pub fn validate(&self, asset: &AssetId) -> Result<(), FeedError> {
		let check = |condition: bool, error| if condition { Ok(()) } else { Err(error) };
		check(self.bounds.are_valid(), FeedError::Bounds)?;
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
				earlier.into_iter().all(|other| other.name != source.name),
				FeedError::DuplicateSource,
			)?;
			check(source.price_pointers().next().is_some(), FeedError::NoPrice)?;
			let error_pointer = source.error.iter().map(|error| &error.pointer);
			for pointer in source.price_pointers().chain(error_pointer) {
				check(json::is_pointer(pointer), FeedError::Pointer)?;
			}
			let itself = matches!(&source.quote, QuoteCurrency::Asset(other) if other == asset);
			check(!itself, FeedError::QuotedInItself)?;
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

/// What reports and quotes need to know of a reported feed, without its sources.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct FeedIndex {
	/// Its name in reports.
	pub id: FeedId,
	/// What it prices.
	pub asset: AssetId,
	/// What is believed.
	pub bounds: Bounds,
}

/// What a validator says about one feed.
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
pub struct ReportedPrice {
	/// The feed.
	pub feed: FeedId,
	/// Median over the validator's sources.
	pub price: Price,
	/// How far they lie apart, in units of 1e-18 USD.
	pub confidence: u128,
	/// How many of them answered.
	pub sources: u8,
}

/// What a validator says in a round.
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
#[scale_info(skip_type_params(MaxFeeds))]
#[codec(mel_bound())]
pub struct Report<MaxFeeds: Get<u32>> {
	/// The set of authorities that the reporter is one of.
	pub set_id: u64,
	/// When the reporter looked.
	pub round: Round,
	/// Which one of the authorities it is.
	pub authority_index: u32,
	/// All feeds that it has a price for, ascending by feed.
	pub prices: BoundedVec<ReportedPrice, MaxFeeds>,
}

/// Sets a report apart from everything else that a validator's key may sign.
const REPORT_DOMAIN: [u8; 15] = *b"cairn/oracle/v1";

impl<MaxFeeds: Get<u32>> Report<MaxFeeds> {
	/// What the reporter signs: domain, chain and report.
	pub fn payload(&self, genesis: &impl Encode) -> Vec<u8> {
		(REPORT_DOMAIN, genesis, self).encode()
	}
}

/// The latest report of an authority, as it is kept.
#[derive(
	CloneNoBound, DebugNoBound, PartialEqNoBound, EqNoBound, Encode, Decode, MaxEncodedLen, TypeInfo,
)]
#[scale_info(skip_type_params(MaxFeeds))]
#[codec(mel_bound())]
pub struct StoredReport<MaxFeeds: Get<u32>> {
	/// When the reporter looked.
	pub round: Round,
	/// How many reports it made in the session that this one belongs to.
	pub reports_in_session: u32,
	/// What it saw.
	pub prices: BoundedVec<ReportedPrice, MaxFeeds>,
}

/// A price that a quorum agreed on.
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
pub struct AgreedPrice {
	/// Weighted median of the reports.
	pub price: Price,
	/// How far the reports lie apart, in units of 1e-18 USD.
	pub confidence: u128,
	/// Average over about half an hour.
	pub slow: Price,
	/// The round that a quorum has reported, or a later one.
	pub observed: Round,
	/// The round in which the chain found them to agree. What a quote's status counts from.
	pub agreed: Round,
	/// The time of that block.
	pub updated_at: Moment,
	/// How many authorities' reports are in it.
	pub reporters: u32,
	/// The status that the last event told.
	pub announced: QuoteStatus,
}

/// What is known of an asset's price.
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
pub enum StoredQuote {
	/// One dollar by definition.
	Par,
	/// Reported.
	Agreed(AgreedPrice),
}

/// What an authority reported last, for whoever watches the validators.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct ReportView {
	/// Place in the set.
	pub authority_index: u32,
	/// Whether its reports are ignored because it was disabled.
	pub disabled: bool,
	/// The round of its last report, if it ever made one.
	pub round: Option<Round>,
	/// How many rounds ago that was.
	pub rounds_ago: Option<u32>,
	/// Reports in this session.
	pub reports_in_session: u32,
	/// Rounds that this session has had, the present one included.
	pub rounds_in_session: u32,
	/// What it said, by asset.
	pub prices: Vec<(AssetId, ReportedPrice)>,
}

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
	},
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
	/// The asset that the prices are in; dollars if there is none.
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
		let (min, max, sources) = match self {
			Self::Par => return Ok(Feed::Par),
			Self::Reported { min, max, sources } => (min, max, sources),
		};
		let price = |text: &str| decimal::parse_price(text).map_err(|_| "a bound is no price");
		let sources = sources
			.into_iter()
			.map(GenesisSource::into_source)
			.collect::<Result<Vec<_>, _>>()?;
		Ok(Feed::Reported(ReportedFeed {
			bounds: Bounds {
				min: price(&min)?,
				max: price(&max)?,
			},
			sources: sources.try_into().map_err(|_| "too many sources")?,
		}))
	}
}

impl GenesisSource {
	fn into_source(self) -> Result<Source, &'static str> {
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
			quote: self
				.quoted_in
				.map_or(QuoteCurrency::Usd, QuoteCurrency::Asset),
		})
	}
}
