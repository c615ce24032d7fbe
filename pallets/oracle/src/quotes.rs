//! From reports to quotes.

use alloc::{collections::BTreeMap, vec::Vec};
use cairn_primitives::{AssetId, Moment, Movement, PriceHistory, PriceSource, Quote, QuoteStatus};
use frame_support::{
	traits::{Get, Time},
	weights::WeightMeter,
	BoundedBTreeMap,
};
use sp_runtime::traits::UniqueSaturatedInto;

use crate::{
	aggregation::{self, Agreement, Vote},
	clock::{Clock, Pace},
	report::find_feed,
	status::{advance, Found},
	types::*,
	BookOf, Config, Disabled, Event, LatestReports, NewReports, Pallet, Quotes, ReportedFeeds,
	Reporters, Shadows, WeightInfo,
};

/// What a feed's reports come to, and how many there are.
struct Outcome {
	feed: FeedIndex,
	agreement: Agreement,
	reporters: u32,
	/// When they looked, at the earliest.
	time: Moment,
}

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
		let mut book = Quotes::<T>::get();
		let clock = Self::clock(&book);
		// Blocks are dated when the quotes are written anyway, and the first one is.
		let (mut changed, mut shadows) = (book.dates.is_empty(), None);
		book.date(&clock);
		let outcomes = Self::outcomes(meter, &book, &clock);
		let mut quotes = core::mem::take(&mut book.quotes).into_inner();
		if let Some(outcomes) = outcomes {
			// Even if they come to nothing: the next reports are dated by this block.
			changed = true;
			let latest = outcomes.iter().map(|outcome| outcome.time).max();
			book.look(latest.unwrap_or_default(), &clock);
			let mut trials = Shadows::<T>::get().into_inner();
			let mut tried = false;
			let mut opinions = Vec::new();
			for outcome in outcomes {
				let is_shadow = outcome.feed.shadow;
				let sanity = outcome.feed.sanity.clone();
				let known = if is_shadow {
					trials
						.get(&outcome.feed.asset)
						.and_then(|shadow| shadow.quote.as_ref())
				} else {
					quotes.get(&outcome.feed.asset)
				};
				let awake = book.awake_at(outcome.time);
				let Some((asset, quote)) = Self::quote_after(known, outcome, awake, &clock) else {
					continue;
				};
				if !is_shadow {
					opinions.extend(sanity.map(|sanity| (asset.clone(), sanity)));
					quotes.insert(asset, quote);
				} else if let Some(shadow) = trials.get_mut(&asset) {
					shadow.quote = Some(quote);
					tried = true;
				}
			}
			Self::compare_opinions(&mut quotes, opinions, &clock);
			tried |= Self::compare_shadows(&quotes, &mut trials, &clock);
			shadows = tried.then_some(trials);
		}
		changed |= Self::announce(&mut quotes, &clock);
		// Only feeds have quotes, and there are no more feeds than there is room for.
		if let (true, Ok(quotes)) = (changed, quotes.try_into()) {
			Quotes::<T>::put(BookOf::<T> { quotes, ..book });
		}
		let Some(shadows) = shadows else { return };
		if let Ok(bounded) = shadows.clone().try_into() {
			Shadows::<T>::put::<BoundedBTreeMap<_, _, T::MaxFeeds>>(bounded);
		}
		Self::promote_ripe(&shadows, &clock, meter);
	}

	/// What is `known` of a feed's price after the `outcome` of its reports, until which the oracle had
	/// not been down for `awake` milliseconds; `None` if that is nothing new.
	fn quote_after(
		known: Option<&StoredQuote>,
		outcome: Outcome,
		awake: Moment,
		clock: &Clock,
	) -> Option<(AssetId, StoredQuote)> {
		let Outcome {
			feed,
			agreement,
			reporters,
			time,
		} = outcome;
		let found = Found {
			agreement,
			reporters,
			round: clock.round,
			time,
			awake,
			pace: clock.pace,
		};
		let last = known.and_then(StoredQuote::agreed);
		let next = advance(last, found, &feed.thresholds)?;
		if last.is_none() && !feed.shadow {
			let asset = feed.asset.clone();
			let (from, to) = (None, next.announced);
			Self::deposit_event(Event::StatusChanged { asset, from, to });
		}
		let quote = match feed.unit {
			Unit::Dollars => StoredQuote::Agreed(next),
			Unit::Rate => StoredQuote::Rate(next),
		};
		Some((feed.asset, quote))
	}

	/// Compares prices that have just been looked at with the second opinions on them, and stops those
	/// that have been contradicted for too long. Only what is in use is compared, and only with what is
	/// Live: other rounds neither count nor begin the count anew.
	fn compare_opinions(
		quotes: &mut BTreeMap<AssetId, StoredQuote>,
		opinions: Vec<(AssetId, Sanity)>,
		clock: &Clock,
	) {
		let within = |stored: Option<&StoredQuote>, worst| {
			let price = stored?.agreed()?;
			(price.status(clock) <= worst).then_some(price.price)
		};
		for (asset, sanity) in opinions {
			let own = within(quotes.get(&asset), QuoteStatus::Degraded);
			let other = within(quotes.get(&sanity.against), QuoteStatus::Live);
			let Some((price, other)) = own.zip(other) else {
				continue;
			};
			let Some(agreed) = quotes.get_mut(&asset).and_then(StoredQuote::agreed_mut) else {
				continue;
			};
			agreed.apart = if sanity.is_apart(price, other) {
				agreed.apart.saturating_add(1)
			} else {
				0
			};
			if agreed.apart >= sanity.rounds {
				agreed.apart = 0;
				agreed.halt = Some(Halt::Stopped);
				let against = sanity.against;
				Self::deposit_event(Event::Contradicted {
					asset,
					price,
					against,
					other,
				});
			}
		}
	}

	/// Tells which statuses have changed, and says whether any has.
	fn announce(quotes: &mut BTreeMap<AssetId, StoredQuote>, clock: &Clock) -> bool {
		let statuses = quotes.iter().filter_map(|(asset, quote)| {
			let (from, to) = match quote {
				StoredQuote::Par => return None,
				StoredQuote::Agreed(price) | StoredQuote::Rate(price) => {
					(Some(price.announced), price.status(clock))
				}
				StoredQuote::Derived(derived) => {
					(derived.announced, clock.present(quotes, quote)?.status)
				}
			};
			(from != Some(to)).then(|| (asset.clone(), from, to))
		});
		let statuses: Vec<(AssetId, Option<QuoteStatus>, QuoteStatus)> = statuses.collect();
		let changed = !statuses.is_empty();
		for (asset, from, to) in statuses {
			match quotes.get_mut(&asset) {
				Some(StoredQuote::Agreed(price) | StoredQuote::Rate(price)) => price.announced = to,
				Some(StoredQuote::Derived(derived)) => derived.announced = Some(to),
				Some(StoredQuote::Par) | None => {}
			}
			Self::deposit_event(Event::StatusChanged { asset, from, to });
		}
		changed
	}

	/// What a quorum agrees on now, by feed. `None` if there is no new report or no weight to look at
	/// them.
	fn outcomes(meter: &mut WeightMeter, book: &BookOf<T>, clock: &Clock) -> Option<Vec<Outcome>> {
		if !NewReports::<T>::exists() {
			return None;
		}
		let feeds = ReportedFeeds::<T>::get();
		let authorities = Reporters::<T>::decode_len().unwrap_or_default() as u32;
		meter
			.try_consume(T::WeightInfo::aggregate(authorities, feeds.len() as u32))
			.ok()?;
		NewReports::<T>::kill();

		let reporters = Reporters::<T>::get();
		let total = reporters
			.iter()
			.fold(0u64, |sum, reporter| sum.saturating_add(reporter.weight));
		let quorum = aggregation::quorum_ceil(total, T::Quorum::get());

		let disabled = Disabled::<T>::get();
		let mut votes: Vec<Vec<Vote>> = alloc::vec![Vec::new(); feeds.len()];
		for (authority, reporter) in (0u32..).zip(&reporters) {
			if disabled.binary_search(&authority).is_ok() {
				continue;
			}
			let Some(report) = LatestReports::<T>::get(authority) else {
				continue;
			};
			let seen = book.time_of(report.round, clock);
			if clock.rounds_since(report.round, seen) > T::MaxReportAge::get() {
				continue;
			}
			for reported in report.prices {
				// The feed may have gone since the report.
				let position = feeds.binary_search_by_key(&reported.feed, |feed| feed.id);
				if let Some(votes) = position.ok().and_then(|at| votes.get_mut(at)) {
					votes.push(Vote {
						authority,
						price: reported.price,
						confidence: reported.confidence,
						round: report.round,
						weight: reporter.weight,
					});
				}
			}
		}
		let mut outcomes = Vec::new();
		let mut judged = BTreeMap::new();
		for (feed, votes) in feeds.into_iter().zip(votes) {
			let Some(agreement) = aggregation::agree(&votes, quorum) else {
				continue;
			};
			if !feed.shadow {
				for vote in &votes {
					let (round, outlier) = judged.entry(vote.authority).or_default();
					*round = vote.round;
					*outlier |= aggregation::is_outlier(vote, &agreement);
				}
			}
			outcomes.push(Outcome {
				feed,
				agreement,
				reporters: votes.len() as u32,
				time: book.time_of(agreement.observed, clock),
			});
		}
		Self::note_conduct(reporters.len(), judged);
		Some(outcomes)
	}

	/// The present block.
	pub(crate) fn clock(book: &BookOf<T>) -> Clock {
		let block = frame_system::Pallet::<T>::block_number().unique_saturated_into();
		let pace = Pace {
			slot: T::SlotLength::get(),
			blocks: T::RoundLength::get(),
		};
		book.clock(block, T::Time::now(), pace)
	}

	pub(crate) fn current_quote(asset: &AssetId) -> Option<Quote> {
		Self::current_quotes_of(&[asset]).pop().flatten()
	}

	pub(crate) fn current_quotes_of(assets: &[&AssetId]) -> Vec<Option<Quote>> {
		let book = Quotes::<T>::get();
		let (clock, quotes) = (Self::clock(&book), &book.quotes);
		let present = |asset: &&AssetId| {
			let quote = quotes.get(*asset)?;
			if matches!(quote, StoredQuote::Rate(_)) {
				return None;
			}
			clock.present(quotes, quote)
		};
		assets.iter().map(present).collect()
	}

	pub(crate) fn current_quotes() -> Vec<(AssetId, Quote)> {
		let book = Quotes::<T>::get();
		let (clock, quotes) = (Self::clock(&book), &book.quotes);
		quotes
			.iter()
			.filter(|(_, quote)| !matches!(quote, StoredQuote::Rate(_)))
			.filter_map(|(asset, quote)| Some((asset.clone(), clock.present(quotes, quote)?)))
			.collect()
	}

	/// The asset whose quoted feed reports call `id`.
	pub(crate) fn asset_of(feeds: &[FeedIndex], id: FeedId) -> Option<AssetId> {
		find_feed(feeds, id)
			.filter(|feed| !feed.shadow)
			.map(|feed| feed.asset.clone())
	}
}

impl<T: Config> PriceSource<AssetId> for Pallet<T> {
	/// Rates have no quote: they are no prices.
	fn quote(asset: &AssetId) -> Option<Quote> {
		Self::current_quote(asset)
	}

	/// Decodes the quotes once.
	fn quotes_of(assets: &[&AssetId]) -> Vec<Option<Quote>> {
		Self::current_quotes_of(assets)
	}

	/// Whether no quorum has lately looked at any asset. So too if none is reported at all.
	fn is_down() -> bool {
		Self::clock(&Quotes::<T>::get()).is_down
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn set_quote(asset: &AssetId, price: cairn_math::Price) {
		let agreed = AgreedPrice {
			price,
			confidence: 0,
			slow: price,
			day: price,
			volatility: crate::averages::Volatility::new(price, T::Time::now()),
			observed: Round::MAX,
			agreed: Round::MAX,
			updated_at: Moment::MAX,
			awake_at: 0,
			reporters: 0,
			standing: Standing::Settled,
			apart: 0,
			validity: Default::default(),
			halt: None,
			announced: QuoteStatus::Live,
		};
		Quotes::<T>::mutate(|book| {
			book.looked_at = Moment::MAX;
			let _ = book
				.quotes
				.try_insert(asset.clone(), StoredQuote::Agreed(agreed));
		});
	}
}

impl<T: Config> PriceHistory<AssetId> for Pallet<T> {
	fn movement(asset: &AssetId) -> Option<Movement> {
		let book = Quotes::<T>::get();
		let AgreedPrice {
			slow,
			day,
			volatility,
			..
		} = book.quotes.get(asset)?.agreed()?;
		Some(Movement {
			slow: *slow,
			day: *day,
			variance: volatility.variance,
		})
	}
}
