//! From feeds to prices: ask all sources, read what they answer, convert, and find what they agree on.

use alloc::{
	collections::{BTreeMap, BTreeSet},
	string::String,
	vec::Vec,
};
use cairn_math::Price;
use cairn_primitives::AssetId;
use core::fmt::Debug;
use frame_support::{traits::Get, BoundedVec};
use sp_core::offchain::Timestamp;

use super::{
	http::{self, FetchError},
	local,
	price::{self, AnswerError, Consensus, Observation},
	LOG_TARGET,
};
use crate::{types::*, Config, Feeds, ReportedFeeds};

/// Why a source is left out of a feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(dead_code)] // Read by the log, through `Debug`.
enum SourceError {
	/// There is no answer.
	Fetch(FetchError),
	/// The answer is of no use.
	Answer(AnswerError),
}

/// What the sources of a feed answered.
#[derive(Clone, Debug)]
pub struct Observed {
	/// What the feed prices.
	pub asset: AssetId,
	/// One for each source that gave a usable answer, with the currency it is in.
	pub observations: Vec<(QuoteCurrency, Observation)>,
}

/// The prices of all feeds that have enough sources, ready to be reported.
pub(super) fn gather<T: Config>(deadline: Timestamp) -> BoundedVec<ReportedPrice, T::MaxFeeds> {
	let feeds: BTreeMap<AssetId, Feed<T::MaxSources>> = Feeds::<T>::iter().collect();
	let observed = observe_all(&feeds, deadline);
	let par = feeds
		.iter()
		.filter(|(_, feed)| matches!(feed, Feed::Par))
		.map(|(asset, _)| asset.clone())
		.collect();
	let settled = settle(observed, par);
	let prices = ReportedFeeds::<T>::get().into_iter().filter_map(|feed| {
		let FeedIndex { id, asset, bounds } = feed;
		let Some(Consensus {
			price,
			confidence,
			sources,
		}) = settled.get(&asset).copied()
		else {
			log::debug!(target: LOG_TARGET, "{asset:?}: too few sources");
			return None;
		};
		if !bounds.contain(price) {
			log::debug!(target: LOG_TARGET, "{asset:?}: {price:?} is out of bounds");
			return None;
		}
		Some(ReportedPrice {
			feed: id,
			price,
			confidence: confidence.min(price.raw()),
			sources,
		})
	});
	BoundedVec::truncate_from(prices.collect())
}

/// Asks every source of every feed, each address once, and reads the answers.
fn observe_all<S: Get<u32>>(
	feeds: &BTreeMap<AssetId, Feed<S>>,
	deadline: Timestamp,
) -> Vec<Observed> {
	let reported = || {
		feeds.iter().filter_map(|(asset, feed)| match feed {
			Feed::Par => None,
			Feed::Reported(feed) => Some((asset, feed)),
		})
	};
	let addresses: Vec<String> = reported()
		.flat_map(|(_, feed)| feed.sources.iter().map(local::address))
		.collect::<BTreeSet<_>>()
		.into_iter()
		.collect();
	let answers = http::fetch_all(addresses.iter().map(String::as_str), deadline);
	let answers: BTreeMap<&str, _> = addresses.iter().map(String::as_str).zip(answers).collect();

	let observe = |source: &Source| -> Result<Observation, SourceError> {
		let address = local::address(source);
		let answer = answers.get(address.as_str());
		let answer = answer.map_or(Err(FetchError::NotSent), |answer| {
			answer.as_ref().map_err(|e| *e)
		});
		price::observe(source, answer.map_err(SourceError::Fetch)?).map_err(SourceError::Answer)
	};
	reported()
		.map(|(asset, feed)| {
			let observations = feed.sources.iter().filter_map(|source| {
				let observation = contained(asset, source, observe(source))?;
				Some((source.quote.clone(), observation))
			});
			Observed {
				asset: asset.clone(),
				observations: observations.collect(),
			}
		})
		.collect()
}

/// What went wrong with a source goes no further than the log.
fn contained<V, E: Debug>(asset: &AssetId, source: &Source, result: Result<V, E>) -> Option<V> {
	result
		.inspect_err(|error| {
			log::debug!(target: LOG_TARGET, "{asset:?}: {} left out: {error:?}", source.name());
		})
		.ok()
}

/// What the sources of each feed agree on in dollars, given the assets at `par`.
///
/// A feed whose sources quote another asset is settled after that asset's feed. An observation in a
/// currency without a price is left out, and so is one in a circle of currencies.
pub fn settle(observed: Vec<Observed>, par: BTreeSet<AssetId>) -> BTreeMap<AssetId, Consensus> {
	let mut open = observed;
	let mut settled = BTreeMap::new();
	while !open.is_empty() {
		let waiting: BTreeSet<AssetId> = open.iter().map(|feed| feed.asset.clone()).collect();
		let is_ready = |feed: &Observed| {
			feed.observations
				.iter()
				.all(|(currency, _)| match currency {
					QuoteCurrency::Usd => true,
					QuoteCurrency::Asset(asset) => !waiting.contains(asset),
				})
		};
		let (ready, rest): (Vec<_>, Vec<_>) = open.into_iter().partition(is_ready);
		// None is ready: what is left goes in a circle.
		let (now, later) = if ready.is_empty() {
			(rest, Vec::new())
		} else {
			(ready, rest)
		};
		let agreed: Vec<(AssetId, Consensus)> = now
			.into_iter()
			.filter_map(|feed| {
				let rate = |currency: &QuoteCurrency| match currency {
					QuoteCurrency::Usd => Some(Price::ONE),
					QuoteCurrency::Asset(asset) if par.contains(asset) => Some(Price::ONE),
					QuoteCurrency::Asset(asset) => settled
						.get(asset)
						.map(|consensus: &Consensus| consensus.price),
				};
				let in_dollars: Vec<Observation> = feed
					.observations
					.iter()
					.filter_map(|(currency, observation)| {
						price::convert(*observation, rate(currency)?)
					})
					.collect();
				Some((feed.asset, price::agree(&in_dollars)?))
			})
			.collect();
		settled.extend(agreed);
		open = later;
	}
	settled
}
