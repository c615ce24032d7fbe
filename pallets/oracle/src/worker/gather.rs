//! From feeds to prices: ask all sources, read what they answer, convert, and find what they agree on.

use alloc::{
	collections::{BTreeMap, BTreeSet},
	vec::Vec,
};
use cairn_primitives::AssetId;
use core::fmt::Debug;
use frame_support::BoundedVec;
use sp_core::offchain::Timestamp;

use super::{
	http::{self, FetchError, Fetched, Question},
	local,
	price::{self, AnswerError, Consensus, Observation, Rate},
	rests::{Resting, Rests},
	LOG_TARGET,
};
use crate::{types::*, Config, Feeds, Quotes, ReportedFeeds, ShadowFeeds};

/// Why a source is left out of a feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(dead_code)] // Read by the log, through `Debug`.
enum SourceError {
	/// It was not asked.
	Resting(Resting),
	/// There is no answer.
	Fetch(FetchError),
	/// The answer is of no use.
	Answer(AnswerError),
}

/// What the sources of a feed answered.
#[derive(Clone, Debug)]
pub struct Observed {
	/// The feed.
	pub feed: FeedId,
	/// What it prices.
	pub asset: AssetId,
	/// Whether others convert by it: it is in dollars, and not on trial.
	pub is_currency: bool,
	/// One for each source that gave a usable answer, with the currency it is in.
	pub observations: Vec<(QuoteCurrency, Observation)>,
}

/// A source and what it is asked.
struct Asked {
	source: Source,
	question: Question,
}

/// A feed, and what its sources are asked.
struct Inquiry {
	index: FeedIndex,
	sources: Vec<Asked>,
}

/// The prices of all feeds that have enough sources, ready to be reported.
pub(super) fn gather<T: Config>(deadline: Timestamp) -> BoundedVec<ReportedPrice, T::MaxFeeds> {
	let inquiries = inquiries::<T>();
	let observed = observe_all(&inquiries, deadline);
	let par = Quotes::<T>::get()
		.quotes
		.into_iter()
		.filter(|(_, quote)| *quote == StoredQuote::Par)
		.map(|(asset, _)| asset)
		.collect();
	let settled = settle(observed, par);
	let prices = inquiries.into_iter().filter_map(|inquiry| {
		let FeedIndex {
			id, asset, bounds, ..
		} = inquiry.index;
		let Some(Consensus {
			price,
			confidence,
			sources,
		}) = settled.get(&id).copied()
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

/// All reported feeds, ascending by id, with what their sources are asked on this node.
fn inquiries<T: Config>() -> Vec<Inquiry> {
	let inquire = |index: FeedIndex| {
		let feed = if index.shadow {
			ShadowFeeds::<T>::get(&index.asset)
		} else {
			Feeds::<T>::get(&index.asset)
		};
		let Some(Feed::Reported(feed)) = feed else {
			return None;
		};
		let sources = feed.sources.into_iter().map(|source| {
			let question = local::question(&source);
			Asked { source, question }
		});
		Some(Inquiry {
			index,
			sources: sources.collect(),
		})
	};
	ReportedFeeds::<T>::get()
		.into_iter()
		.filter_map(inquire)
		.collect()
}

/// What is to be asked now: of each feed all that does not rest, and what rests because it failed if
/// that leaves the feed no more than it needs.
fn choose<'a>(inquiries: &'a [Inquiry], rests: &Rests, now: Timestamp) -> BTreeSet<&'a Question> {
	let mut chosen = BTreeSet::new();
	for inquiry in inquiries {
		let resting = |asked: &Asked| rests.of(&asked.question.url, now);
		let awake = inquiry
			.sources
			.iter()
			.filter(|asked| resting(asked).is_none());
		let needed = awake.count() <= MIN_SOURCES;
		chosen.extend(
			inquiry
				.sources
				.iter()
				.filter(|asked| match resting(asked) {
					None => true,
					Some(Resting::Failing) => needed,
					Some(Resting::Forbidden) => false,
				})
				.map(|asked| &asked.question),
		);
	}
	chosen
}

/// Asks the sources of every feed, each address once, reads the answers, and remembers who failed.
fn observe_all(inquiries: &[Inquiry], deadline: Timestamp) -> Vec<Observed> {
	let mut rests = Rests::load();
	let before = rests.clone();
	let now = sp_io::offchain::timestamp();
	let chosen = choose(inquiries, &rests, now);
	let answers = http::fetch_all(chosen.iter().copied(), deadline);
	let answers: BTreeMap<&Question, Fetched> = chosen.into_iter().zip(answers).collect();

	// Whether an address was of use to anyone, and if not, why it did not answer.
	let mut uses: BTreeMap<&str, (bool, Option<FetchError>)> = BTreeMap::new();
	let mut observe = |asked: &'_ Asked| -> Result<Observation, SourceError> {
		let Some(answer) = answers.get_key_value(&asked.question) else {
			let why = rests.of(&asked.question.url, now);
			return Err(SourceError::Resting(why.unwrap_or(Resting::Failing)));
		};
		let (question, answer) = answer;
		let (useful, failure) = uses.entry(question.url.as_str()).or_default();
		let body = answer.as_ref().map_err(|why| {
			*failure = Some(*why);
			SourceError::Fetch(*why)
		})?;
		let observation = price::observe(&asked.source, body).map_err(SourceError::Answer)?;
		*useful = true;
		Ok(observation)
	};
	let mut observed = Vec::with_capacity(inquiries.len());
	for Inquiry { index, sources } in inquiries {
		let observations = sources.iter().filter_map(|asked| {
			let observation = contained(&index.asset, &asked.source, observe(asked))?;
			Some((asked.source.quote.clone(), observation))
		});
		observed.push(Observed {
			feed: index.id,
			asset: index.asset.clone(),
			is_currency: !index.shadow && index.unit == Unit::Dollars,
			observations: observations.collect(),
		});
	}
	for (address, (useful, failure)) in uses {
		if useful {
			rests.well(address);
		} else {
			rests.failed(address, failure, now);
		}
	}
	let addresses = inquiries
		.iter()
		.flat_map(|inquiry| &inquiry.sources)
		.map(|asked| asked.question.url.as_str());
	rests.retain(&addresses.collect());
	if rests != before {
		rests.save();
	}
	observed
}

/// What went wrong with a source goes no further than the log.
fn contained<V, E: Debug>(asset: &AssetId, source: &Source, result: Result<V, E>) -> Option<V> {
	result
		.inspect_err(|error| {
			log::debug!(target: LOG_TARGET, "{asset:?}: {} left out: {error:?}", source.name());
		})
		.ok()
}

/// What the sources of each feed agree on in dollars, given the assets at `par`; for a rate, what
/// they agree on.
///
/// A feed whose sources quote another asset is settled after that asset's quoted feed. An observation in
/// a currency without a price is left out, and so is one in a circle of currencies.
pub fn settle(observed: Vec<Observed>, par: BTreeSet<AssetId>) -> BTreeMap<FeedId, Consensus> {
	let mut open = observed;
	let mut settled = BTreeMap::new();
	let mut rates: BTreeMap<AssetId, Rate> =
		par.into_iter().map(|asset| (asset, Rate::ONE)).collect();
	while !open.is_empty() {
		let waiting: BTreeSet<AssetId> = open
			.iter()
			.filter(|feed| feed.is_currency)
			.map(|feed| feed.asset.clone())
			.collect();
		let is_ready = |feed: &Observed| {
			feed.observations
				.iter()
				.all(|(currency, _)| match currency {
					QuoteCurrency::Usd | QuoteCurrency::Plain => true,
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
		let mut found = Vec::new();
		for feed in now {
			let rate = |currency: &QuoteCurrency| match currency {
				QuoteCurrency::Usd | QuoteCurrency::Plain => Some(Rate::ONE),
				QuoteCurrency::Asset(asset) => rates.get(asset).copied(),
			};
			let in_dollars: Vec<Observation> = feed
				.observations
				.iter()
				.filter_map(|(currency, observation)| price::convert(*observation, rate(currency)?))
				.collect();
			let Some(consensus) = price::agree(&in_dollars) else {
				continue;
			};
			settled.insert(feed.feed, consensus);
			if feed.is_currency {
				let Consensus {
					price, confidence, ..
				} = consensus;
				found.push((feed.asset, Rate { price, confidence }));
			}
		}
		// Not before all of this turn are settled: in a circle none has a rate.
		rates.extend(found);
		open = later;
	}
	settled
}
