//! From reports to quotes.

use alloc::vec::Vec;
use cairn_primitives::{AssetId, Moment, PriceSource, Quote, QuoteStatus};
use frame_support::{
	traits::{Get, Time},
	weights::WeightMeter,
};

use crate::{
	aggregation::{self, Agreement, Validity, Vote},
	report::find_feed,
	types::*,
	Authorities, Config, Disabled, Event, LatestReports, NewReports, Pallet, Quotes, ReportedFeeds,
	WeightInfo,
};

impl<T: Config> Pallet<T> {
	/// Turns the reports that came in since the last time into quotes, and tells which quotes can be
	/// trusted more or less than before.
	///
	/// The runtime calls this once a block, after the inherents and before any transaction. It cannot
	/// fail: what there is no weight for in `meter` waits for the next block, and a feed without a
	/// quorum keeps its last price and grows older.
	pub fn aggregate(meter: &mut WeightMeter) {
		if meter.try_consume(T::WeightInfo::aggregate_idle()).is_err() {
			return;
		}
		let now = Self::current_round();
		let mut quotes = Quotes::<T>::get().into_inner();
		let mut changed = false;
		if let Some(agreements) = Self::agreements(meter, now) {
			let time = T::Time::now();
			for (feed, agreement, reporters) in agreements {
				let last = match quotes.get(&feed.asset) {
					Some(StoredQuote::Agreed(last)) => Some(*last),
					_ => None,
				};
				if let Some(next) = next_price(last, agreement, now, time, reporters) {
					if last.is_none() {
						let (from, to) = (None, next.announced);
						Self::deposit_event(Event::StatusChanged {
							asset: feed.asset.clone(),
							from,
							to,
						});
					}
					quotes.insert(feed.asset, StoredQuote::Agreed(next));
					changed = true;
				}
			}
		}
		for (asset, quote) in &mut quotes {
			let StoredQuote::Agreed(price) = quote else {
				continue;
			};
			let (from, to) = (price.announced, Self::status(price, now));
			if from != to {
				price.announced = to;
				changed = true;
				Self::deposit_event(Event::StatusChanged {
					asset: asset.clone(),
					from: Some(from),
					to,
				});
			}
		}
		// Only reported feeds have agreements, so there are no more quotes than feeds.
		if let (true, Ok(quotes)) = (changed, quotes.try_into()) {
			Quotes::<T>::put::<frame_support::BoundedBTreeMap<_, _, T::MaxFeeds>>(quotes);
		}
	}

	/// What a quorum agrees on now, by feed and with the number of reporters. `None` if there is no
	/// new report or no weight to look at them.
	fn agreements(meter: &mut WeightMeter, now: Round) -> Option<Vec<(FeedIndex, Agreement, u32)>> {
		if !NewReports::<T>::exists() {
			return None;
		}
		let feeds = ReportedFeeds::<T>::get();
		let authorities = Authorities::<T>::decode_len().unwrap_or_default() as u32;
		meter
			.try_consume(T::WeightInfo::aggregate(authorities, feeds.len() as u32))
			.ok()?;
		NewReports::<T>::kill();

		let mut weights = alloc::vec![1u64; authorities as usize];
		aggregation::cap_weights(&mut weights);
		let total = weights
			.iter()
			.fold(0u64, |sum, weight| sum.saturating_add(*weight));
		let quorum = aggregation::quorum_ceil(total, T::Quorum::get());

		let disabled = Disabled::<T>::get();
		let mut votes: Vec<Vec<Vote>> = alloc::vec![Vec::new(); feeds.len()];
		for (index, weight) in (0u32..).zip(weights) {
			if disabled.binary_search(&index).is_ok() {
				continue;
			}
			let Some(report) = LatestReports::<T>::get(index) else {
				continue;
			};
			if !Self::is_fresh(report.round, now) {
				continue;
			}
			for reported in report.prices {
				let position = feeds.binary_search_by_key(&reported.feed, |feed| feed.id);
				let slot = position
					.ok()
					.and_then(|at| Some((feeds.get(at)?, votes.get_mut(at)?)));
				// The feed may have been removed, or its bounds narrowed, since the report.
				let Some((feed, votes)) = slot else { continue };
				if feed.bounds.contain(reported.price) {
					let ReportedPrice {
						price, confidence, ..
					} = reported;
					votes.push(Vote {
						price,
						confidence,
						round: report.round,
						weight,
					});
				}
			}
		}
		let agreements = feeds.into_iter().zip(votes).filter_map(|(feed, votes)| {
			Some((
				feed,
				aggregation::agree(&votes, quorum)?,
				votes.len() as u32,
			))
		});
		Some(agreements.collect())
	}

	fn validity() -> Validity {
		Validity {
			live: T::LiveRounds::get(),
			degraded: T::DegradedRounds::get(),
			stale: T::StaleRounds::get(),
		}
	}

	pub(crate) fn status(price: &AgreedPrice, now: Round) -> QuoteStatus {
		Self::validity().status(now.saturating_sub(price.agreed))
	}

	fn present(quote: &StoredQuote, now: Round, time: Moment) -> Quote {
		let price = match quote {
			StoredQuote::Par => return Quote::par(),
			StoredQuote::Agreed(price) => price,
		};
		let doubt = Self::validity().doubt(now.saturating_sub(price.agreed));
		Quote {
			price: price.price,
			// At most four times the highest price: far from the end of `u128`.
			confidence: price.confidence.saturating_mul(doubt),
			slow: price.slow,
			status: Self::status(price, now),
			updated_at: price.updated_at,
			age: time.saturating_sub(price.updated_at),
		}
	}

	pub(crate) fn current_quote(asset: &AssetId) -> Option<Quote> {
		let quotes = Quotes::<T>::get();
		Some(Self::present(
			quotes.get(asset)?,
			Self::current_round(),
			T::Time::now(),
		))
	}

	pub(crate) fn current_quotes() -> Vec<(AssetId, Quote)> {
		let (now, time) = (Self::current_round(), T::Time::now());
		Quotes::<T>::get()
			.into_iter()
			.map(|(asset, quote)| (asset, Self::present(&quote, now, time)))
			.collect()
	}

	/// The asset that reports call `id`.
	pub(crate) fn asset_of(feeds: &[FeedIndex], id: FeedId) -> Option<AssetId> {
		find_feed(feeds, id).map(|feed| feed.asset.clone())
	}
}

/// The price after `agreement`, unless no quorum has looked again since the `last` one.
fn next_price(
	last: Option<AgreedPrice>,
	agreement: Agreement,
	now: Round,
	time: Moment,
	reporters: u32,
) -> Option<AgreedPrice> {
	let Agreement {
		price,
		confidence,
		observed,
	} = agreement;
	if last.is_some_and(|last| observed <= last.observed) {
		return None;
	}
	let slow = last.map_or(price, |last| {
		aggregation::slow_average(last.slow, price, time.saturating_sub(last.updated_at))
	});
	let announced = last.map_or(QuoteStatus::Live, |last| last.announced);
	Some(AgreedPrice {
		price,
		confidence,
		slow,
		observed,
		agreed: now,
		updated_at: time,
		reporters,
		announced,
	})
}

impl<T: Config> PriceSource<AssetId> for Pallet<T> {
	fn quote(asset: &AssetId) -> Option<Quote> {
		Self::current_quote(asset)
	}

	/// Whether no reported price is Live or Degraded. So too if none is reported at all.
	fn is_down() -> bool {
		let now = Self::current_round();
		!Quotes::<T>::get().values().any(|quote| match quote {
			StoredQuote::Par => false,
			StoredQuote::Agreed(price) => Self::status(price, now).allows_liquidation(),
		})
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn set_quote(asset: &AssetId, price: cairn_math::Price) {
		let agreed = AgreedPrice {
			price,
			confidence: 0,
			slow: price,
			observed: Round::MAX,
			agreed: Round::MAX,
			updated_at: T::Time::now(),
			reporters: 0,
			announced: QuoteStatus::Live,
		};
		Quotes::<T>::mutate(|quotes| {
			let _ = quotes.try_insert(asset.clone(), StoredQuote::Agreed(agreed));
		});
	}
}
