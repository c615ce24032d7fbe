//! # Oracle: validators report prices, the chain turns them into quotes
//!
//! Every validator runs an offchain worker ([`worker`]) that asks at least three sources for each
//! feed, takes the median, and reports all feeds at once, signed with the session key `orcl`. The
//! report is a transaction without a sender ([`Call::report`]): free for a validator in the set,
//! impossible for anybody else. At the start of the next block, before any user's transaction, the
//! chain takes the weighted median of the reports of at least two thirds of the validators
//! ([`Pallet::aggregate`]), and that is the price until they agree on the next one.
//!
//! ```text
//!   sources ──► worker ──► report ──► authorize ──► LatestReports ──► aggregate ──► Quotes ──► consumers
//!           http       sign       pool                          next block
//! ```
//!
//! ## What a quote says
//!
//! A [`Quote`] is a price with its doubts: confidence, slow average, age and status. `r` being the
//! rounds since the validators last agreed on the asset:
//!
//! | rounds | status | confidence |
//! |---|---|---|
//! | `r ≤ LiveRounds` (3) | Live | as agreed |
//! | `r ≤ DegradedRounds` (10) | Degraded | twice what was agreed |
//! | `r ≤ StaleRounds` (50) | Degraded | four times what was agreed |
//! | `r > StaleRounds` | Stale | four times what was agreed |
//!
//! So a quote that ages is good for less and less: no new risk after `LiveRounds`, liquidation at
//! ever more cautious prices until `StaleRounds`, and nothing thereafter. It is never clamped, and
//! never taken for fresh. An agreement counts as new only if a quorum has looked again since the
//! last one: a single validator that goes on reporting does not keep a price alive.
//!
//! ## What a report must be
//!
//! See [`ReportError`]: each way to be wrong has a code of its own, costs nothing but the check, and
//! changes nothing.
//!
//! ## Storage
//!
//! [`Quotes`] is one value for all feeds, not a map: the trie is what costs, and there are at most
//! `MaxFeeds` × 110 bytes. Applying an agreement writes one item instead of one per feed, enforcement
//! reads one item for all collaterals, and a consumer that wants a single quote decodes some
//! kilobytes, microseconds against a trie read. [`ReportedFeeds`] holds what checking a report needs,
//! so that the feeds with their sources (up to 5 kB each) are read by the worker only.

#![cfg_attr(not(feature = "std"), no_std)]
#![deny(missing_docs)]

extern crate alloc;

pub mod aggregation;
#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
mod feeds;
mod quotes;
mod report;
mod session;
mod try_state;
pub mod types;
mod views;
pub mod weights;
pub mod worker;

#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;

pub use pallet::*;
pub use report::ReportError;
pub use types::*;
pub use weights::WeightInfo;

#[frame_support::pallet]
pub mod pallet {
	use super::*;
	use alloc::vec::Vec;
	use cairn_primitives::{
		oracle::sr25519::{AuthorityId, AuthoritySignature},
		AssetId, Moment, Quote, QuoteStatus,
	};
	use frame_support::{pallet_prelude::*, traits::Time, BoundedBTreeMap};
	use frame_system::{offchain::CreateAuthorizedTransaction, pallet_prelude::*};

	/// Most recent layout of the storage.
	const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	#[pallet::config]
	pub trait Config: frame_system::Config + CreateAuthorizedTransaction<Call<Self>> {
		/// Who may set and remove feeds.
		type AdminOrigin: EnsureOrigin<Self::RuntimeOrigin>;

		/// The time of the block.
		type Time: Time<Moment = Moment>;

		/// How many validators can report.
		#[pallet::constant]
		type MaxAuthorities: Get<u32>;

		/// How many feeds there can be.
		#[pallet::constant]
		type MaxFeeds: Get<u32>;

		/// How many sources a feed can have.
		#[pallet::constant]
		type MaxSources: Get<u32>;

		/// Blocks in a round, at least one.
		#[pallet::constant]
		type RoundLength: Get<u32>;

		/// The share of the validators' weight that must agree, as numerator and denominator.
		#[pallet::constant]
		type Quorum: Get<(u32, u32)>;

		/// A report counts for this many rounds after its own.
		#[pallet::constant]
		type MaxReportAge: Get<u32>;

		/// A quote is Live for this many rounds after the validators agreed on it.
		#[pallet::constant]
		type LiveRounds: Get<u32>;

		/// A quote's confidence is doubled until this many rounds, and fourfold after.
		#[pallet::constant]
		type DegradedRounds: Get<u32>;

		/// A quote is Stale after this many rounds.
		#[pallet::constant]
		type StaleRounds: Get<u32>;

		/// Priority of reports in the transaction pool.
		#[pallet::constant]
		type ReportPriority: Get<TransactionPriority>;

		/// For how many blocks a report waits in the transaction pool. At least two: a transaction
		/// with a longevity of one is dead on arrival.
		#[pallet::constant]
		type ReportLongevity: Get<TransactionLongevity>;

		/// What the calls cost.
		type WeightInfo: WeightInfo;
	}

	/// The validators that may report, in the order of the session.
	#[pallet::storage]
	pub type Authorities<T: Config> =
		StorageValue<_, WeakBoundedVec<AuthorityId, T::MaxAuthorities>, ValueQuery>;

	/// Counts the changes of [`Authorities`].
	#[pallet::storage]
	pub type SetId<T: Config> = StorageValue<_, u64, ValueQuery>;

	/// Which of the [`Authorities`] are disabled, ascending. Their reports are ignored.
	#[pallet::storage]
	pub type Disabled<T: Config> =
		StorageValue<_, WeakBoundedVec<u32, T::MaxAuthorities>, ValueQuery>;

	/// The round in which the session began.
	#[pallet::storage]
	pub type SessionStart<T: Config> = StorageValue<_, Round, ValueQuery>;

	/// How assets get their prices.
	#[pallet::storage]
	pub type Feeds<T: Config> =
		CountedStorageMap<_, Blake2_128Concat, AssetId, Feed<T::MaxSources>>;

	/// The feeds that are reported, ascending by [`FeedId`].
	#[pallet::storage]
	pub type ReportedFeeds<T: Config> =
		StorageValue<_, BoundedVec<FeedIndex, T::MaxFeeds>, ValueQuery>;

	/// The id of the next feed that is set. Ids are not used twice, so that no report can be taken
	/// for one about another asset.
	#[pallet::storage]
	pub type NextFeedId<T: Config> = StorageValue<_, FeedId, ValueQuery>;

	/// The latest report of each authority, by its index.
	#[pallet::storage]
	pub type LatestReports<T: Config> = StorageMap<_, Twox64Concat, u32, StoredReport<T::MaxFeeds>>;

	/// There are reports that [`Pallet::aggregate`] has not seen.
	#[pallet::storage]
	pub type NewReports<T: Config> = StorageValue<_, (), OptionQuery>;

	/// The price of each asset that has one.
	#[pallet::storage]
	pub type Quotes<T: Config> =
		StorageValue<_, BoundedBTreeMap<AssetId, StoredQuote, T::MaxFeeds>, ValueQuery>;

	#[pallet::genesis_config]
	#[derive(frame_support::DefaultNoBound)]
	pub struct GenesisConfig<T: Config> {
		/// The feeds that the chain starts with.
		pub feeds: Vec<GenesisFeed>,
		#[doc(hidden)]
		#[serde(skip)]
		pub _config: core::marker::PhantomData<T>,
	}

	#[pallet::genesis_build]
	impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
		/// Panics on a feed that [`Pallet::set_feed`] would refuse: there is no chain yet.
		fn build(&self) {
			for GenesisFeed { asset, feed } in self.feeds.iter().cloned() {
				assert!(!Feeds::<T>::contains_key(&asset), "{asset:?} has two feeds");
				let feed = feed
					.into_feed()
					.unwrap_or_else(|why| panic!("feed of {asset:?}: {why}"));
				Pallet::<T>::do_set_feed(asset.clone(), feed)
					.unwrap_or_else(|why| panic!("feed of {asset:?}: {why:?}"));
			}
		}
	}

	#[pallet::event]
	#[pallet::generate_deposit(pub(crate) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A feed was set. `feed` is its id in reports; a feed at par has none.
		FeedSet {
			/// What it prices.
			asset: AssetId,
			/// Its id in reports.
			feed: Option<FeedId>,
		},
		/// A feed was removed, and with it the quote of the asset.
		FeedRemoved {
			/// What it priced.
			asset: AssetId,
		},
		/// A quote can be trusted more or less than before.
		StatusChanged {
			/// What it prices.
			asset: AssetId,
			/// The status so far; none if this is the first price of the feed.
			from: Option<QuoteStatus>,
			/// The status from now on.
			to: QuoteStatus,
		},
	}

	#[pallet::error]
	pub enum Error<T> {
		/// The asset has no feed.
		NoFeed,
		/// There is no room for another feed.
		TooManyFeeds,
		/// All ids of feeds are used up.
		NoFeedId,
		/// The bounds are no prices, or the lower one is above the upper one.
		InvalidBounds,
		/// A reported feed needs at least three sources.
		TooFewSources,
		/// Two sources of a feed have the same name: asking one exchange twice proves nothing.
		DuplicateSource,
		/// The name of a source has to be visible ASCII characters.
		InvalidName,
		/// The address of a source has to be `http://host…` or `https://host…`.
		InvalidUrl,
		/// A source has to say where its bid, ask or last price stands.
		NoPricePointer,
		/// A pointer is empty or begins with `/`, and `~` in it is followed by `0` or `1`.
		InvalidPointer,
		/// A source cannot quote an asset in the asset itself.
		QuotedInItself,
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn offchain_worker(block: BlockNumberFor<T>) {
			worker::run::<T>(block);
		}

		fn integrity_test() {
			let (numerator, denominator) = T::Quorum::get();
			assert!(
				numerator <= denominator,
				"a quorum cannot be more than everyone"
			);
			assert!(
				u64::from(numerator) * 2 > u64::from(denominator),
				"two quorums must have a validator in common",
			);
			assert!(T::RoundLength::get() > 0, "a round has at least one block");
			assert!(
				T::MaxReportAge::get() > 0,
				"a report arrives a round after its own at best"
			);
			assert!(T::LiveRounds::get() <= T::DegradedRounds::get());
			assert!(T::DegradedRounds::get() <= T::StaleRounds::get());
			assert!(
				T::ReportLongevity::get() >= 2,
				"a longevity of one is dead on arrival"
			);
			assert!(T::MaxSources::get() as usize >= MIN_SOURCES);
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// What a validator saw in a round.
		///
		/// Origin: none; the report is authorized by its `signature`, made with the reporter's
		/// session key `orcl` over [`Report::payload`]. [`ReportError`] says what is refused, and
		/// why. Free, and at most one per validator and round.
		#[pallet::call_index(0)]
		#[pallet::weight((
			T::WeightInfo::report(report.prices.len() as u32),
			DispatchClass::Operational,
		))]
		#[pallet::weight_of_authorize(T::WeightInfo::authorize_report(report.prices.len() as u32))]
		#[pallet::authorize(Self::authorize_report)]
		pub fn report(
			origin: OriginFor<T>,
			report: Report<T::MaxFeeds>,
			signature: AuthoritySignature,
		) -> DispatchResult {
			ensure_authorized(origin)?;
			// Verified before this is dispatched.
			let _ = signature;
			Self::store_report(report);
			Ok(())
		}

		/// Sets how `asset` gets its price, or changes it.
		///
		/// Origin: `AdminOrigin`. While an asset has a reported feed it keeps its [`FeedId`] and the
		/// last agreed price; reports made from the former sources count for `MaxReportAge` rounds.
		///
		/// Errors: what [`ReportedFeed::validate`] finds; [`Error::TooManyFeeds`].
		///
		/// Events: [`Event::FeedSet`].
		#[pallet::call_index(1)]
		#[pallet::weight(T::WeightInfo::set_feed())]
		pub fn set_feed(
			origin: OriginFor<T>,
			asset: AssetId,
			feed: Feed<T::MaxSources>,
		) -> DispatchResult {
			T::AdminOrigin::ensure_origin(origin)?;
			Self::do_set_feed(asset, feed)
		}

		/// Removes the feed of `asset`: it has no quote from now on.
		///
		/// Origin: `AdminOrigin`.
		///
		/// Errors: [`Error::NoFeed`].
		///
		/// Events: [`Event::FeedRemoved`].
		#[pallet::call_index(2)]
		#[pallet::weight(T::WeightInfo::remove_feed())]
		pub fn remove_feed(origin: OriginFor<T>, asset: AssetId) -> DispatchResult {
			T::AdminOrigin::ensure_origin(origin)?;
			Self::do_remove_feed(asset)
		}
	}

	#[pallet::view_functions]
	impl<T: Config> Pallet<T> {
		/// What the oracle says about `asset` now.
		pub fn quote(asset: AssetId) -> Option<Quote> {
			Self::current_quote(&asset)
		}

		/// What the oracle says about every asset that has a price.
		pub fn quotes() -> Vec<(AssetId, Quote)> {
			Self::current_quotes()
		}

		/// Who of the validators reported what, and when; by their place in the set.
		pub fn reports() -> Vec<ReportView> {
			Self::latest_reports()
		}
	}
}
