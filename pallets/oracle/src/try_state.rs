//! What always holds.

use cairn_math::Price;
use frame_support::{ensure, traits::Get};
use sp_runtime::TryRuntimeError;

use crate::{
	types::*, Authorities, Config, Disabled, Feeds, LatestReports, NextFeedId, Pallet, Quotes,
	ReportedFeeds,
};

impl<T: Config> Pallet<T> {
	/// Checks every invariant of the pallet.
	///
	/// 1. [`ReportedFeeds`] are the reported ones of [`Feeds`], with their bounds, ascending by ids that
	///    have been given out; every feed is one that could be set now.
	/// 2. [`Quotes`] are of assets that have a feed: par where the feed is, and a price that was agreed
	///    on, no later than now, where it is reported.
	/// 3. [`LatestReports`] are of authorities, not from beyond the next round, ascending by feed.
	/// 4. [`Disabled`] are authorities, ascending.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		Self::try_feeds()?;
		Self::try_quotes()?;
		Self::try_reports()
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
		let (mut all, mut reported) = (0u32, 0usize);
		for (asset, feed) in Feeds::<T>::iter() {
			all = all.saturating_add(1);
			let Feed::Reported(feed) = feed else { continue };
			reported = reported.saturating_add(1);
			ensure!(
				feed.validate(&asset).is_ok(),
				"oracle: a feed that cannot be set"
			);
			let listed = index.iter().filter(|listed| listed.asset == asset);
			let agrees = listed.map(|listed| listed.bounds).eq([feed.bounds]);
			ensure!(
				agrees,
				"oracle: a reported feed is not listed once with its bounds"
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
		let now = Self::current_round();
		let quotes = Quotes::<T>::get();
		for (asset, quote) in &quotes {
			match (quote, Feeds::<T>::get(asset)) {
				(StoredQuote::Par, Some(Feed::Par)) => {}
				(StoredQuote::Agreed(price), Some(Feed::Reported(_))) => {
					let valid = |price: Price| Price::new(price.raw()).is_some();
					ensure!(
						valid(price.price) && valid(price.slow),
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
						price.observed <= price.agreed.saturating_add(1),
						"oracle: a price is observed after it was agreed",
					);
				}
				_ => return Err("oracle: a quote does not fit its feed".into()),
			}
		}
		let par = Feeds::<T>::iter().filter(|(_, feed)| matches!(feed, Feed::Par));
		let quoted = par
			.into_iter()
			.all(|(asset, _)| quotes.contains_key(&asset));
		ensure!(quoted, "oracle: par without a quote");
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

fn ascending<I: Ord>(values: impl Iterator<Item = I> + Clone) -> bool {
	values.clone().zip(values.skip(1)).all(|(a, b)| a < b)
}
