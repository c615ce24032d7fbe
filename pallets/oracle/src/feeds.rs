//! Setting, promoting, stopping and removing feeds, and keeping what is derived from them in step.
//!
//! A feed that governance sets runs in shadow first: validators report it, the chain aggregates it,
//! nobody is quoted it. It takes the place of what is quoted
//!
//! - by itself, once it has been within `ShadowTolerance` of it for `ShadowRounds` rounds on end;
//! - by [`Call::promote_feed`](crate::Call::promote_feed), if it is within the tolerance now, or if
//!   there is nothing to compare it with: the asset is new, or its old feed is Stale or Halted.

use alloc::collections::BTreeMap;
use cairn_primitives::{AssetId, Quote, QuoteStatus};
use frame_support::{ensure, pallet_prelude::DispatchResult, traits::Get, weights::WeightMeter};

use crate::{
	clock::Clock, types::*, Config, Error, Event, Feeds, NextFeedId, Pallet, Quotes, ReportedFeeds,
	ShadowFeeds, Shadows, WeightInfo,
};

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
			FeedError::Currency => Self::InvalidCurrency,
			FeedError::Thresholds => Self::InvalidThresholds,
			FeedError::Sanity => Self::InvalidSanity,
		}
	}
}

impl<T: Config> Pallet<T> {
	/// Sets a feed that is quoted at once, when there is no chain yet.
	pub(crate) fn do_set_genesis_feed(asset: AssetId, feed: Feed<T::MaxSources>) -> DispatchResult {
		Self::validate_feed(&asset, &feed)?;
		ensure!(
			Feeds::<T>::count() < T::MaxFeeds::get(),
			Error::<T>::TooManyFeeds
		);
		if let Feed::Reported(reported) = &feed {
			Self::index_feed(&asset, reported, false)?;
		}
		if let Some(quote) = unreported(&feed) {
			Quotes::<T>::try_mutate(|book| {
				let inserted = book.quotes.try_insert(asset.clone(), quote);
				inserted.map_err(|_| Error::<T>::TooManyFeeds)
			})?;
		}
		Feeds::<T>::insert(asset, feed);
		Ok(())
	}

	/// Starts a feed in shadow.
	pub(crate) fn do_set_feed(asset: AssetId, feed: Feed<T::MaxSources>) -> DispatchResult {
		Self::validate_feed(&asset, &feed)?;
		match Feeds::<T>::get(&asset) {
			Some(live) => ensure!(live.unit() == feed.unit(), Error::<T>::UnitChanged),
			None => ensure!(
				Feeds::<T>::count() < T::MaxFeeds::get(),
				Error::<T>::TooManyFeeds
			),
		}
		let id = if let Feed::Reported(reported) = &feed {
			Some(Self::index_feed(&asset, reported, true)?)
		} else {
			Self::unindex_shadow(&asset);
			None
		};
		let shadow = Shadow {
			feed: id,
			quote: unreported(&feed),
			close: 0,
			apart: false,
			compared: None,
		};
		Shadows::<T>::try_mutate(|shadows| {
			let inserted = shadows.try_insert(asset.clone(), shadow);
			inserted.map_err(|_| Error::<T>::TooManyFeeds)
		})?;
		ShadowFeeds::<T>::insert(&asset, feed);
		Self::deposit_event(Event::ShadowStarted { asset, feed: id });
		Ok(())
	}

	fn validate_feed(asset: &AssetId, feed: &Feed<T::MaxSources>) -> DispatchResult {
		match feed {
			Feed::Par => ensure!(!Self::is_compared(asset), Error::<T>::FeedInUse),
			Feed::Reported(reported) => {
				reported.validate(asset).map_err(Error::<T>::from)?;
				if let Some(sanity) = &reported.sanity {
					let fits = Self::is_reported(&sanity.against, reported.unit);
					ensure!(fits, Error::<T>::InvalidSanity);
				}
			}
			Feed::Derived(derivation) => {
				let [(one, _), (other, _)] = derivation.legs();
				let different = one != other && one != asset && other != asset;
				let fits = |(leg, unit)| Self::underived(leg, unit).is_some();
				ensure!(
					different && !Self::is_needed(asset) && derivation.legs().into_iter().all(fits),
					Error::<T>::InvalidDerivation
				);
			}
		}
		Ok(())
	}

	/// The feed of `asset`, if it is in this unit and neither derived nor to be.
	fn underived(asset: &AssetId, unit: Unit) -> Option<Feed<T::MaxSources>> {
		let shadows = Shadows::<T>::get();
		let shadow = shadows.get(asset).and_then(|shadow| shadow.quote.as_ref());
		Feeds::<T>::get(asset).filter(|feed| {
			feed.unit() == unit
				&& !matches!(feed, Feed::Derived(_))
				&& !matches!(shadow, Some(StoredQuote::Derived(_)))
		})
	}

	/// Whether the feed of `asset` is in this unit, and reported, and is not to be anything else.
	pub(crate) fn is_reported(asset: &AssetId, unit: Unit) -> bool {
		let shadow = Shadows::<T>::get().get(asset).cloned();
		shadow.is_none_or(|shadow| shadow.quote.is_none())
			&& matches!(Feeds::<T>::get(asset), Some(Feed::Reported(feed)) if feed.unit == unit)
	}

	/// Whether another feed is compared with that of `asset`, or would be.
	fn is_compared(asset: &AssetId) -> bool {
		let names =
			|feed: &FeedIndex| matches!(&feed.sanity, Some(sanity) if sanity.against == *asset);
		ReportedFeeds::<T>::get().iter().any(names)
	}

	/// Whether another feed is computed from that of `asset` or compared with it, or would be.
	fn is_needed(asset: &AssetId) -> bool {
		let is_made_of = |quote: &StoredQuote| match quote {
			StoredQuote::Derived(derived) => derived.derivation.is_made_of(asset),
			_ => false,
		};
		Self::is_compared(asset)
			|| Quotes::<T>::get().quotes.values().any(is_made_of)
			|| Shadows::<T>::get()
				.values()
				.any(|shadow| shadow.quote.as_ref().is_some_and(is_made_of))
	}

	/// Enters the feed into [`ReportedFeeds`] under a new id, in place of a former shadow.
	fn index_feed(
		asset: &AssetId,
		feed: &ReportedFeed<T::MaxSources>,
		shadow: bool,
	) -> Result<FeedId, Error<T>> {
		let id = NextFeedId::<T>::get();
		let next =
			id.0.checked_add(1)
				.map(FeedId)
				.ok_or(Error::<T>::NoFeedId)?;
		ReportedFeeds::<T>::try_mutate(|feeds| {
			feeds.retain(|feed| !(feed.shadow && feed.asset == *asset));
			// The highest id so far, so that the order is kept.
			feeds.try_push(FeedIndex {
				id,
				asset: asset.clone(),
				unit: feed.unit,
				bounds: feed.bounds,
				thresholds: feed.thresholds,
				sanity: feed.sanity.clone(),
				shadow,
			})
		})
		.map_err(|_| Error::<T>::TooManyFeeds)?;
		NextFeedId::<T>::put(next);
		Ok(id)
	}

	fn unindex_shadow(asset: &AssetId) {
		ReportedFeeds::<T>::mutate(|feeds| {
			feeds.retain(|feed| !(feed.shadow && feed.asset == *asset));
		});
	}

	/// Puts the shadow of `asset` in the place of what is quoted.
	pub(crate) fn do_promote(asset: AssetId) -> DispatchResult {
		let mut book = Quotes::<T>::get();
		let clock = Self::clock(&book);
		let quotes = &mut book.quotes;
		let mut shadows = Shadows::<T>::get();
		let shadow = shadows.remove(&asset).ok_or(Error::<T>::NoShadow)?;
		let feed = ShadowFeeds::<T>::get(&asset).ok_or(Error::<T>::NoShadow)?;
		let stored = shadow.quote.ok_or(Error::<T>::ShadowNotLive)?;
		let quote = clock
			.present(quotes, &stored)
			.filter(|quote| quote.status == QuoteStatus::Live)
			.ok_or(Error::<T>::ShadowNotLive)?;
		let replaced = quotes.get(&asset).cloned();
		let usable = replaced
			.as_ref()
			.and_then(|replaced| clock.present(quotes, replaced))
			.filter(|replaced| replaced.status < QuoteStatus::Stale);
		if let Some(usable) = &usable {
			ensure!(!Self::is_apart(&quote, usable), Error::<T>::ShadowApart);
		}
		let room = Feeds::<T>::contains_key(&asset) || Feeds::<T>::count() < T::MaxFeeds::get();
		ensure!(room, Error::<T>::TooManyFeeds);
		let (promoted, from) = inherit(stored, replaced, usable.is_some());
		quotes
			.try_insert(asset.clone(), promoted)
			.map_err(|_| Error::<T>::TooManyFeeds)?;

		Quotes::<T>::put(book);
		Shadows::<T>::put(shadows);
		ShadowFeeds::<T>::remove(&asset);
		Feeds::<T>::insert(&asset, feed);
		ReportedFeeds::<T>::mutate(|feeds| {
			feeds.retain(|feed| feed.shadow || feed.asset != asset);
			if let Some(feed) = feeds.iter_mut().find(|feed| feed.asset == asset) {
				feed.shadow = false;
			}
		});
		let feed = shadow.feed;
		Self::deposit_event(Event::FeedPromoted {
			asset: asset.clone(),
			feed,
		});
		if from != Some(quote.status) {
			let to = quote.status;
			Self::deposit_event(Event::StatusChanged { asset, from, to });
		}
		Ok(())
	}

	/// Whether a shadow is too far from what it is to replace.
	pub(crate) fn is_apart(shadow: &Quote, quoted: &Quote) -> bool {
		let tolerance = T::ShadowTolerance::get().mul_floor(quoted.price.raw());
		shadow.price.raw().abs_diff(quoted.price.raw()) > tolerance
	}

	/// Compares the shadows with what is quoted, once a round, and says whether anything changed. Only
	/// Live is compared with Live: an old price says nothing about a new feed.
	pub(crate) fn compare_shadows(
		quotes: &BTreeMap<AssetId, StoredQuote>,
		shadows: &mut BTreeMap<AssetId, Shadow>,
		clock: &Clock,
	) -> bool {
		let mut changed = false;
		for (asset, shadow) in shadows {
			let live = |stored: Option<&StoredQuote>| {
				clock
					.present(quotes, stored?)
					.filter(|quote| quote.status == QuoteStatus::Live)
			};
			let pair = live(shadow.quote.as_ref()).zip(live(quotes.get(asset)));
			let Some((own, quoted)) = pair.filter(|_| shadow.compared != Some(clock.round)) else {
				continue;
			};
			let apart = Self::is_apart(&own, &quoted);
			if apart && !shadow.apart {
				Self::deposit_event(Event::ShadowApart {
					asset: asset.clone(),
					price: own.price,
					quoted: quoted.price,
				});
			}
			shadow.close = if apart {
				0
			} else {
				shadow.close.saturating_add(1)
			};
			shadow.apart = apart;
			shadow.compared = Some(clock.round);
			changed = true;
		}
		changed
	}

	/// Promotes one shadow that has been close for long enough, if there is one and the weight for it.
	pub(crate) fn promote_ripe(
		shadows: &BTreeMap<AssetId, Shadow>,
		clock: &Clock,
		meter: &mut WeightMeter,
	) {
		// What has been compared in this round replaces something, and both are Live.
		let ripe = shadows.iter().find(|(_, shadow)| {
			shadow.close >= T::ShadowRounds::get() && shadow.compared == Some(clock.round)
		});
		let Some((asset, _)) = ripe else { return };
		if meter.try_consume(T::WeightInfo::promote_feed()).is_ok() {
			// It changes nothing if it fails, and is tried again.
			let _ = Self::do_promote(asset.clone());
		}
	}

	pub(crate) fn do_withdraw_shadow(asset: AssetId) -> DispatchResult {
		ShadowFeeds::<T>::take(&asset).ok_or(Error::<T>::NoShadow)?;
		Shadows::<T>::mutate(|shadows| shadows.remove(&asset));
		Self::unindex_shadow(&asset);
		Self::deposit_event(Event::ShadowWithdrawn { asset });
		Ok(())
	}

	pub(crate) fn do_remove_feed(asset: AssetId) -> DispatchResult {
		ensure!(Feeds::<T>::contains_key(&asset), Error::<T>::NoFeed);
		ensure!(!Self::is_needed(&asset), Error::<T>::FeedInUse);
		Feeds::<T>::remove(&asset);
		ShadowFeeds::<T>::remove(&asset);
		Shadows::<T>::mutate(|shadows| shadows.remove(&asset));
		ReportedFeeds::<T>::mutate(|feeds| feeds.retain(|feed| feed.asset != asset));
		Quotes::<T>::mutate(|book| book.quotes.remove(&asset));
		Self::deposit_event(Event::FeedRemoved { asset });
		Ok(())
	}

	pub(crate) fn do_halt(asset: AssetId) -> DispatchResult {
		let from = Quotes::<T>::try_mutate(|book| {
			let quote = book.quotes.get_mut(&asset).ok_or(Error::<T>::NoPrice)?;
			let to = QuoteStatus::Halted;
			Ok::<_, Error<T>>(match quote {
				StoredQuote::Par => return Err(Error::<T>::NotStoppable),
				StoredQuote::Agreed(price) | StoredQuote::Rate(price) => {
					price.halt = Some(Halt::Stopped);
					Some(core::mem::replace(&mut price.announced, to))
				}
				StoredQuote::Derived(derived) => {
					derived.halted = true;
					derived.announced.replace(to)
				}
			})
		})?;
		let to = QuoteStatus::Halted;
		if from != Some(to) {
			Self::deposit_event(Event::StatusChanged { asset, from, to });
		}
		Ok(())
	}

	pub(crate) fn do_resume(asset: AssetId) -> DispatchResult {
		Quotes::<T>::try_mutate(|book| match book.quotes.get_mut(&asset) {
			Some(StoredQuote::Agreed(price) | StoredQuote::Rate(price))
				if price.halt == Some(Halt::Stopped) =>
			{
				price.halt = Some(Halt::Resuming { settled: 0 });
				Ok(())
			}
			Some(StoredQuote::Derived(derived)) if derived.halted => {
				derived.halted = false;
				Ok(())
			}
			_ => Err(Error::<T>::NotHalted),
		})?;
		Self::deposit_event(Event::FeedResumed { asset });
		Ok(())
	}
}

/// The quote of a feed that needs no reports.
fn unreported<S: Get<u32>>(feed: &Feed<S>) -> Option<StoredQuote> {
	match feed {
		Feed::Par => Some(StoredQuote::Par),
		Feed::Reported(_) => None,
		Feed::Derived(derivation) => Some(StoredQuote::Derived(DerivedQuote {
			derivation: derivation.clone(),
			halted: false,
			announced: None,
		})),
	}
}

/// The quote of a promoted shadow, which is Live, with the status that was last told of the asset.
/// If what it replaces was `usable`, its longer memory of averages and movement is kept.
fn inherit(
	promoted: StoredQuote,
	replaced: Option<StoredQuote>,
	usable: bool,
) -> (StoredQuote, Option<QuoteStatus>) {
	let from = match &replaced {
		None => None,
		Some(StoredQuote::Par) => Some(QuoteStatus::Live),
		Some(StoredQuote::Agreed(last) | StoredQuote::Rate(last)) => Some(last.announced),
		Some(StoredQuote::Derived(last)) => last.announced,
	};
	let memory = replaced.filter(|_| usable);
	let memory = memory.as_ref().and_then(StoredQuote::agreed);
	let inherited = |price: AgreedPrice| AgreedPrice {
		slow: memory.map_or(price.slow, |last| last.slow),
		day: memory.map_or(price.day, |last| last.day),
		volatility: memory.map_or(price.volatility, |last| last.volatility),
		announced: QuoteStatus::Live,
		..price
	};
	let promoted = match promoted {
		StoredQuote::Par => StoredQuote::Par,
		StoredQuote::Agreed(price) => StoredQuote::Agreed(inherited(price)),
		StoredQuote::Rate(price) => StoredQuote::Rate(inherited(price)),
		StoredQuote::Derived(derived) => StoredQuote::Derived(DerivedQuote {
			announced: Some(QuoteStatus::Live),
			..derived
		}),
	};
	(promoted, from)
}
