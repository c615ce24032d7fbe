//! Setting and removing feeds, and keeping what is derived from them in step.

use cairn_primitives::AssetId;
use frame_support::{ensure, pallet_prelude::DispatchResult, traits::Get};

use crate::{types::*, Config, Error, Event, Feeds, NextFeedId, Pallet, Quotes, ReportedFeeds};

impl<T> From<FeedError> for Error<T> {
	fn from(error: FeedError) -> Self {
		match error {
			FeedError::Bounds => Self::InvalidBounds,
			FeedError::TooFewSources => Self::TooFewSources,
			FeedError::DuplicateSource => Self::DuplicateSource,
			FeedError::Name => Self::InvalidName,
			FeedError::Url => Self::InvalidUrl,
			FeedError::NoPrice => Self::NoPricePointer,
			FeedError::Pointer => Self::InvalidPointer,
			FeedError::QuotedInItself => Self::QuotedInItself,
		}
	}
}

impl<T: Config> Pallet<T> {
	pub(crate) fn do_set_feed(asset: AssetId, feed: Feed<T::MaxSources>) -> DispatchResult {
		let room = Feeds::<T>::count() < T::MaxFeeds::get();
		ensure!(
			room || Feeds::<T>::contains_key(&asset),
			Error::<T>::TooManyFeeds
		);
		let id = match &feed {
			Feed::Par => {
				ReportedFeeds::<T>::mutate(|feeds| feeds.retain(|feed| feed.asset != asset));
				Quotes::<T>::try_mutate(|quotes| {
					quotes.try_insert(asset.clone(), StoredQuote::Par)
				})
				.map_err(|_| Error::<T>::TooManyFeeds)?;
				None
			}
			Feed::Reported(reported) => {
				reported.validate(&asset).map_err(Error::<T>::from)?;
				Some(Self::index_feed(&asset, reported.bounds)?)
			}
		};
		Feeds::<T>::insert(&asset, feed);
		Self::deposit_event(Event::FeedSet { asset, feed: id });
		Ok(())
	}

	/// Enters the feed into [`ReportedFeeds`] under the id that it has, or a new one.
	fn index_feed(asset: &AssetId, bounds: Bounds) -> Result<FeedId, Error<T>> {
		ReportedFeeds::<T>::try_mutate(|feeds| {
			if let Some(known) = feeds.iter_mut().find(|feed| feed.asset == *asset) {
				known.bounds = bounds;
				return Ok(known.id);
			}
			let id = NextFeedId::<T>::get();
			let next =
				id.0.checked_add(1)
					.map(FeedId)
					.ok_or(Error::<T>::NoFeedId)?;
			feeds
				.try_push(FeedIndex {
					id,
					asset: asset.clone(),
					bounds,
				})
				.map_err(|_| Error::<T>::TooManyFeeds)?;
			NextFeedId::<T>::put(next);
			// It may have been at par so far.
			Quotes::<T>::mutate(|quotes| quotes.remove(asset));
			Ok(id)
		})
	}

	pub(crate) fn do_remove_feed(asset: AssetId) -> DispatchResult {
		Feeds::<T>::take(&asset).ok_or(Error::<T>::NoFeed)?;
		ReportedFeeds::<T>::mutate(|feeds| feeds.retain(|feed| feed.asset != asset));
		Quotes::<T>::mutate(|quotes| quotes.remove(&asset));
		Self::deposit_event(Event::FeedRemoved { asset });
		Ok(())
	}
}
