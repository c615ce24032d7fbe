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
//! A [`Quote`] is a price with its doubts: confidence, slow average, age and status ([`status`]). The
//! status is the worst that any of these gives; the numbers are the feed's [`Thresholds`](status::Thresholds),
//! here with their defaults.
//!
//! | what | status | confidence |
//! |---|---|---|
//! | agreed on in the last 3 rounds | Live | as agreed |
//! | … in the last 10 rounds | Degraded | twice what was agreed |
//! | … in the last 50 rounds | Degraded | four times what was agreed |
//! | … longer ago | Stale | four times what was agreed |
//! | confidence above 1 % of the price | Degraded | as agreed |
//! | the latest agreement is above 3 % in doubt: no price is taken from it | Stale | of the last price |
//! | the latest is farther away than max(2 %, 12 σ), and the first to be so | Jump | of the last price |
//! | the last two are, and the latest is farther on | Degraded | of the former, which is the price |
//! | the guardian or governance stopped it, or its second opinion ([`Sanity`]) was apart for too long, or it has resumed and not proved itself for 10 rounds | Halted | of the last price |
//!
//! Rounds are counted in blocks. A price that was seen long ago is as old as so much time says, even if
//! there were few blocks ([`clock`]): it is dated by the block after which the validators looked, and on
//! the defaults no longer Live after 78 seconds, and Stale after six minutes.
//!
//! So a quote that ages is good for less and less: no new risk after some rounds, liquidation at ever
//! more cautious prices for some more, and nothing thereafter. It is never clamped, and never taken for
//! fresh. An agreement counts as new only if a quorum has looked again since the last one: a single
//! validator that goes on reporting does not keep a price alive.
//!
//! ## Feeds
//!
//! A feed is at par, reported, or derived from two others ([`Derivation`]). What governance sets runs
//! in shadow first ([`feeds`]), so that a feed that multiplies the wrong way is found out before anybody is
//! quoted it. [`discipline`] says how validators are held to what they report.
//!
//! ## What a report must be
//!
//! See [`ReportError`]: each way to be wrong has a code of its own, costs nothing but the check, and
//! changes nothing.
//!
//! ## Storage
//!
//! [`Quotes`] is one value for all feeds, not a map: the trie is what costs, and there are at most
//! `MaxFeeds` × 210 bytes. Applying an agreement writes one item instead of one per feed, enforcement
//! reads one item for all collaterals, and a consumer that wants a single quote decodes some
//! kilobytes, microseconds against a trie read. [`ReportedFeeds`] holds what checking a report needs,
//! so that the feeds with their sources (up to 5 kB each) are read by the worker only.

#![cfg_attr(not(feature = "std"), no_std)]
#![deny(missing_docs)]

extern crate alloc;

pub mod aggregation;
pub mod averages;
#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
mod calls;
pub mod clock;
pub mod derived;
pub mod discipline;
pub mod feeds;
mod quotes;
mod report;
mod session;
pub mod status;
mod try_state;
pub mod types;
mod views;
pub mod weights;
pub mod worker;

#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;

// The attribute names itself again in what it expands to.
use frame_support::pallet_macros::import_section;
pub use pallet::*;
pub use report::ReportError;
pub use types::*;
pub use views::StatusView;
pub use weights::WeightInfo;

/// What [`Quotes`] are kept in.
pub type BookOf<T> = QuoteBook<<T as Config>::MaxFeeds, <T as Config>::MaxReportAge>;

// Storage, events and errors are here; the calls are imported from `calls.rs`.
// The type of a function that authorizes a call of four arguments is as the macro writes it.
#[allow(clippy::type_complexity)]
#[import_section(calls::calls)]
#[frame_support::pallet]
pub mod pallet {
	use super::*;
	use alloc::vec::Vec;
	use cairn_math::{Perbill, Price};
	use cairn_primitives::{
		oracle::{
			sr25519::{AuthorityId, AuthoritySignature},
			Misconduct, OnMisconduct, ReporterWeights,
		},
		AssetId, Moment, Quote, QuoteStatus,
	};
	use frame_support::{pallet_prelude::*, traits::Time, BoundedBTreeMap};
	use frame_system::{offchain::CreateAuthorizedTransaction, pallet_prelude::*};

	/// Most recent layout of the storage: that of the first chain. As long as none is launched, changes
	/// take neither a number nor a migration.
	const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	#[pallet::config]
	pub trait Config: frame_system::Config + CreateAuthorizedTransaction<Call<Self>> {
		/// Who may set, promote, resume and remove feeds.
		type AdminOrigin: EnsureOrigin<Self::RuntimeOrigin>;

		/// Who may stop a feed, and nothing else. The admin may, too.
		type GuardianOrigin: EnsureOrigin<Self::RuntimeOrigin>;

		/// How much each validator counts. Asked at the start of a session.
		type Stakes: ReporterWeights<Self::AccountId>;

		/// What follows from misconduct.
		type OnMisconduct: OnMisconduct<Self::AccountId>;

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

		/// The least time from a block to the next, in milliseconds.
		#[pallet::constant]
		type SlotLength: Get<Moment>;

		/// Blocks in a round, at least one. Fixed for the life of the chain: rounds are counted from its
		/// genesis, and all that is stored about prices is dated by them.
		#[pallet::constant]
		type RoundLength: Get<u32>;

		/// The share of the validators' weight that must agree, as numerator and denominator.
		#[pallet::constant]
		type Quorum: Get<(u32, u32)>;

		/// A report counts for this many rounds after its own.
		#[pallet::constant]
		type MaxReportAge: Get<u32>;

		/// A feed in shadow takes over after so many rounds close to what it replaces.
		#[pallet::constant]
		type ShadowRounds: Get<u32>;

		/// How close that is, as a share of the price.
		#[pallet::constant]
		type ShadowTolerance: Get<Perbill>;

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

	/// Who the [`Authorities`] are and how much each counts in this session, in the same order.
	#[pallet::storage]
	pub type Reporters<T: Config> =
		StorageValue<_, WeakBoundedVec<Reporter<T::AccountId>, T::MaxAuthorities>, ValueQuery>;

	/// What the reports of each of the [`Authorities`] were worth in this session, in the same order.
	#[pallet::storage]
	pub type Conducts<T: Config> =
		StorageValue<_, WeakBoundedVec<Conduct, T::MaxAuthorities>, ValueQuery>;

	/// The authorities before the present ones. Proofs of what they signed are still taken.
	#[pallet::storage]
	pub type PreviousSet<T: Config> =
		StorageValue<_, FormerSet<T::AccountId, T::MaxAuthorities>, OptionQuery>;

	/// By set and index, the round up to which an authority has been convicted of contradicting
	/// itself. Kept as long as the set is the present or the previous one.
	#[pallet::storage]
	pub type Convictions<T: Config> =
		StorageDoubleMap<_, Twox64Concat, u64, Twox64Concat, u32, Round>;

	/// How assets get their prices.
	#[pallet::storage]
	pub type Feeds<T: Config> =
		CountedStorageMap<_, Blake2_128Concat, AssetId, Feed<T::MaxSources>>;

	/// Feeds on trial, by the asset that they are to price.
	#[pallet::storage]
	pub type ShadowFeeds<T: Config> = StorageMap<_, Blake2_128Concat, AssetId, Feed<T::MaxSources>>;

	/// How the [`ShadowFeeds`] do.
	#[pallet::storage]
	pub type Shadows<T: Config> =
		StorageValue<_, BoundedBTreeMap<AssetId, Shadow, T::MaxFeeds>, ValueQuery>;

	/// The feeds that are reported, those in shadow too, ascending by [`FeedId`].
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

	/// The price of each asset that has one, and what says how old it is.
	#[pallet::storage]
	pub type Quotes<T: Config> = StorageValue<_, BookOf<T>, ValueQuery>;

	#[pallet::genesis_config]
	#[derive(frame_support::DefaultNoBound)]
	pub struct GenesisConfig<T: Config> {
		/// The feeds that the chain starts with, quoted at once. A derived feed comes after those that it
		/// is made of.
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
				Pallet::<T>::do_set_genesis_feed(asset.clone(), feed)
					.unwrap_or_else(|why| panic!("feed of {asset:?}: {why:?}"));
			}
		}
	}

	#[pallet::event]
	#[pallet::generate_deposit(pub(crate) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A feed was set, and runs in shadow. `feed` is its id in reports, if it is reported.
		ShadowStarted {
			/// What it prices.
			asset: AssetId,
			/// Its id in reports.
			feed: Option<FeedId>,
		},
		/// A feed in shadow is too far from what it is to replace. Told once until it is close again.
		ShadowApart {
			/// What it prices.
			asset: AssetId,
			/// Its price.
			price: Price,
			/// The price that is quoted.
			quoted: Price,
		},
		/// A feed in shadow was withdrawn.
		ShadowWithdrawn {
			/// What it would have priced.
			asset: AssetId,
		},
		/// A feed has left the shadow: it is what is quoted from now on.
		FeedPromoted {
			/// What it prices.
			asset: AssetId,
			/// Its id in reports, if it is reported.
			feed: Option<FeedId>,
		},
		/// A feed that was stopped proves itself. [`Event::StatusChanged`] tells when it has, as it
		/// told that it was stopped.
		FeedResumed {
			/// What it prices.
			asset: AssetId,
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
		/// A price and its second opinion have been apart for too long. The feed is stopped, which
		/// [`Event::StatusChanged`] tells too.
		Contradicted {
			/// What the feed prices.
			asset: AssetId,
			/// Its price.
			price: Price,
			/// What it is compared with.
			against: AssetId,
			/// The price of that.
			other: Price,
		},
		/// A validator did not do its part.
		Misconduct {
			/// The validator.
			who: T::AccountId,
			/// What it did.
			misconduct: Misconduct,
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
		/// Two sources of a feed have the same name or the same address: asking one exchange twice
		/// proves nothing.
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
		/// The sources of a rate state a plain number, those of a price quote a currency.
		InvalidCurrency,
		/// The thresholds are out of order or out of range.
		InvalidThresholds,
		/// A derived feed is made of two different other feeds that are quoted, that are not derived,
		/// and of which each is in its unit; and no feed may be derived from it, or compared with it.
		InvalidDerivation,
		/// The second opinion on a feed is another feed that is reported, in the same unit, with a
		/// tolerance and a number of rounds.
		InvalidSanity,
		/// A price cannot become a rate, nor a rate a price. Remove the feed first.
		UnitChanged,
		/// Another feed is derived from this one, or compared with it.
		FeedInUse,
		/// The asset has no feed in shadow.
		NoShadow,
		/// The feed in shadow has no Live price.
		ShadowNotLive,
		/// The feed in shadow is too far from the price that is quoted. If that is the wrong one, halt
		/// the feed first.
		ShadowApart,
		/// The asset has no price yet, so there is nothing to stop.
		NoPrice,
		/// Par is so by definition: there is nothing to stop.
		NotStoppable,
		/// The feed was not stopped, or has been resumed.
		NotHalted,
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
			assert!(T::SlotLength::get() > 0, "blocks take time");
			assert!(
				T::MaxReportAge::get() > 0,
				"a report arrives a round after its own at best"
			);
			assert!(
				T::ShadowRounds::get() > 0,
				"a feed is compared before it takes over"
			);
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

		/// How far the price of `asset` can be trusted now, and why.
		pub fn status(asset: AssetId) -> Option<StatusView> {
			Self::current_status(&asset)
		}

		/// The feeds in shadow, beside what they are to replace.
		pub fn shadows() -> Vec<ShadowView> {
			Self::current_shadows()
		}

		/// Who of the validators reported what, and when; by their place in the set.
		pub fn reports() -> Vec<ReportView> {
			Self::latest_reports()
		}
	}
}
