//! What always holds.

use cairn_math::Price;
use frame_support::{ensure, traits::Get};
use sp_runtime::TryRuntimeError;

use crate::{
	types::*, Authorities, BookOf, Conducts, Config, Convictions, Disabled, Feeds, LatestReports,
	NextFeedId, Pallet, PreviousSet, Quotes, ReportedFeeds, Reporters, SetId, ShadowFeeds, Shadows,
};

impl<T: Config> Pallet<T> {
	/// Checks every invariant of the pallet.
	///
	/// 1. [`ReportedFeeds`] are the reported ones of [`Feeds`] and [`ShadowFeeds`], as they are there,
	///    ascending by ids that have been given out; every feed is one that could be set now.
	/// 2. [`Quotes`] are of assets that have a feed, and of its kind: par, derived from two that are
	///    not derived, or a price that was agreed on, no later than now and than the last look at any
	///    feed. Feeds that need no reports have one. Blocks are dated in order, none of the future.
	/// 3. [`Shadows`] are of [`ShadowFeeds`], and of their kind.
	/// 4. [`LatestReports`] are of authorities, not from beyond the next round, ascending by feed.
	/// 5. [`Disabled`] are authorities, ascending; [`Reporters`] are as many, each counts for
	///    something, [`Conducts`] are no more; [`Convictions`] are of the present and the previous set.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		Self::try_feeds()?;
		Self::try_quotes()?;
		Self::try_shadows()?;
		Self::try_reports()?;
		Self::try_set()
	}

	fn try_feeds() -> Result<(), TryRuntimeError> {
		let index = ReportedFeeds::<T>::get();
		ensure!(
			ascending(index.iter().map(|feed| feed.id)),
			"oracle: feed ids do not ascend"
		);
		let next = NextFeedId::<T>::get();
		ensure!(
			index.iter().all(|feed| feed.id < next),
			"oracle: a feed id was not given out"
		);
		let live = Feeds::<T>::iter().map(|(asset, feed)| (asset, feed, false));
		let shadows = ShadowFeeds::<T>::iter().map(|(asset, feed)| (asset, feed, true));
		let (mut all, mut reported) = (0u32, 0usize);
		for (asset, feed, shadow) in live.chain(shadows) {
			all = all.saturating_add(u32::from(!shadow));
			let Feed::Reported(feed) = feed else { continue };
			reported = reported.saturating_add(1);
			ensure!(
				feed.validate(&asset).is_ok(),
				"oracle: a feed that cannot be set"
			);
			let listed = index
				.iter()
				.filter(|listed| listed.asset == asset && listed.shadow == shadow);
			let agrees = listed
				.map(|listed| {
					let FeedIndex {
						bounds,
						unit,
						thresholds,
						sanity,
						..
					} = listed.clone();
					(bounds, unit, thresholds, sanity)
				})
				.eq([(feed.bounds, feed.unit, feed.thresholds, feed.sanity.clone())]);
			ensure!(
				agrees,
				"oracle: a reported feed is not listed once as it is"
			);
		}
		for feed in &index {
			let Some(sanity) = &feed.sanity else { continue };
			ensure!(
				Self::is_reported(&sanity.against, feed.unit),
				"oracle: a feed is compared with what it cannot be compared with"
			);
		}
		ensure!(
			reported == index.len(),
			"oracle: a listed feed is not reported"
		);
		ensure!(
			all == Feeds::<T>::count(),
			"oracle: the feeds are miscounted"
		);
		ensure!(all <= T::MaxFeeds::get(), "oracle: too many feeds");
		Ok(())
	}

	fn try_quotes() -> Result<(), TryRuntimeError> {
		let book = Quotes::<T>::get();
		Self::try_dates(&book)?;
		let quotes = &book.quotes;
		for (asset, quote) in quotes {
			let feed = Feeds::<T>::get(asset).ok_or("oracle: a quote without a feed")?;
			ensure!(fits(&feed, quote), "oracle: a quote does not fit its feed");
			Self::try_agreed(quote, &book)?;
			let StoredQuote::Derived(derived) = quote else {
				continue;
			};
			for (leg, unit) in derived.derivation.legs() {
				let feed = Feeds::<T>::get(leg).ok_or("oracle: derived from nothing")?;
				ensure!(
					feed.unit() == unit && !matches!(feed, Feed::Derived(_)),
					"oracle: derived from what it cannot be derived from"
				);
			}
		}
		let quoted = Feeds::<T>::iter()
			.filter(|(_, feed)| !matches!(feed, Feed::Reported(_)))
			.all(|(asset, _)| quotes.contains_key(&asset));
		ensure!(quoted, "oracle: a feed that needs no reports has no quote");
		Ok(())
	}

	fn try_dates(book: &BookOf<T>) -> Result<(), TryRuntimeError> {
		let now = Self::clock(book);
		let dates = || book.dates.iter();
		ensure!(
			ascending(dates().map(|dated| dated.block)),
			"oracle: dates do not ascend"
		);
		let times = dates().map(|dated| dated.time);
		let ordered = times.clone().zip(times.skip(1)).all(|(a, b)| a <= b);
		ensure!(ordered, "oracle: a later block is dated earlier");
		ensure!(
			dates().all(|dated| dated.block <= now.block && dated.time <= now.time),
			"oracle: a block of the future is dated"
		);
		ensure!(
			book.looked_at <= now.time,
			"oracle: a quorum looked in the future"
		);
		ensure!(
			book.awake <= book.looked_at,
			"oracle: it was awake for longer than there is time"
		);
		Ok(())
	}

	fn try_agreed(quote: &StoredQuote, book: &BookOf<T>) -> Result<(), TryRuntimeError> {
		let now = Self::current_round();
		let Some(price) = quote.agreed() else {
			return Ok(());
		};
		let valid = |price: Price| Price::new(price.raw()).is_some();
		ensure!(
			[price.price, price.slow, price.day].into_iter().all(valid),
			"oracle: not a price"
		);
		ensure!(
			price.confidence <= price.price.raw(),
			"oracle: more doubt than price"
		);
		ensure!(
			price.agreed <= now,
			"oracle: a price is agreed in the future"
		);
		ensure!(
			price.observed <= now.saturating_add(1),
			"oracle: a price is observed in the future",
		);
		ensure!(
			price.updated_at <= book.looked_at && price.awake_at <= book.awake,
			"oracle: a price is later than the last look"
		);
		Ok(())
	}

	fn try_shadows() -> Result<(), TryRuntimeError> {
		let (shadows, book) = (Shadows::<T>::get(), Quotes::<T>::get());
		ensure!(
			ShadowFeeds::<T>::iter_keys().count() == shadows.len(),
			"oracle: shadows are miscounted"
		);
		for (asset, shadow) in &shadows {
			let feed = ShadowFeeds::<T>::get(asset).ok_or("oracle: a shadow of nothing")?;
			let fitting = match &shadow.quote {
				Some(quote) => fits(&feed, quote),
				None => matches!(feed, Feed::Reported(_)),
			};
			ensure!(
				fitting && shadow.feed.is_some() == matches!(feed, Feed::Reported(_)),
				"oracle: a shadow does not fit its feed"
			);
			if let Some(quote) = &shadow.quote {
				Self::try_agreed(quote, &book)?;
			}
		}
		Ok(())
	}

	fn try_set() -> Result<(), TryRuntimeError> {
		let authorities = Authorities::<T>::get().len();
		let reporters = Reporters::<T>::get();
		ensure!(
			reporters.len() == authorities,
			"oracle: not every authority has a weight"
		);
		ensure!(
			reporters.iter().all(|reporter| reporter.weight > 0),
			"oracle: an authority counts for nothing"
		);
		ensure!(
			Conducts::<T>::get().len() <= authorities,
			"oracle: conduct of nobody"
		);
		let previous = PreviousSet::<T>::get().map(|previous| previous.set_id);
		let sets = [Some(SetId::<T>::get()), previous];
		ensure!(
			Convictions::<T>::iter().all(|(set, ..)| sets.contains(&Some(set))),
			"oracle: a conviction of a set that is forgotten"
		);
		Ok(())
	}

	fn try_reports() -> Result<(), TryRuntimeError> {
		let authorities = Authorities::<T>::get().len() as u32;
		let latest = Self::current_round().saturating_add(1);
		for (index, report) in LatestReports::<T>::iter() {
			ensure!(index < authorities, "oracle: a report of nobody");
			ensure!(report.round <= latest, "oracle: a report from the future");
			let feeds = report.prices.iter().map(|price| price.feed);
			ensure!(ascending(feeds), "oracle: a report is not in order");
		}
		let disabled = Disabled::<T>::get();
		ensure!(
			ascending(disabled.iter()),
			"oracle: disabled authorities are not in order"
		);
		ensure!(
			disabled.iter().all(|index| *index < authorities),
			"oracle: nobody is disabled"
		);
		Ok(())
	}
}

/// Whether such a feed has such a quote.
fn fits<S: Get<u32>>(feed: &Feed<S>, quote: &StoredQuote) -> bool {
	match (feed, quote) {
		(Feed::Par, StoredQuote::Par) => true,
		(Feed::Reported(feed), StoredQuote::Agreed(_)) => feed.unit == Unit::Dollars,
		(Feed::Reported(feed), StoredQuote::Rate(_)) => feed.unit == Unit::Rate,
		(Feed::Derived(derivation), StoredQuote::Derived(derived)) => {
			derived.derivation == *derivation
		}
		_ => false,
	}
}

fn ascending<I: Ord>(values: impl Iterator<Item = I> + Clone) -> bool {
	values.clone().zip(values.skip(1)).all(|(a, b)| a < b)
}
