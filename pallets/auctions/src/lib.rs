//! # Auctions
//!
//! The market for seized collateral: Dutch lots, pooled over all vaults of a facility that were
//! liquidated in the same block.
//!
//! ## Key terms
//!
//! - **lot**: collateral for sale. One for each (facility, collateral) and block, however many
//!   vaults were hit.
//! - **tab**: what a lot must raise: the debt that was seized with the collateral, and a fee for
//!   the reserve.
//! - **contribution**: how much of a lot's collateral came from one vault.
//! - **leftover**: collateral that a lot did not need to sell. It goes back to the vaults by their
//!   contributions.
//! - **custody**: the one account that holds the collateral of all vaults and lots.
//! - **sale**: a price that falls, and how much may be raised at it.
//! - **agenda**: when the chain looks after which lot. **queue**: which lots wait for room.
//! - **watch**: where the oracle's price was when the sales of a collateral started.
//!
//! ## A lot's life
//!
//! ```text
//!                    no room                    room
//!      ┌──────────► queued ───────────────────────────────┐
//!      │                                                  ▼
//!  put up ────────────────────────────────────────────► on sale ──► paid or sold out: closed
//!      │                                                 ▲ │ │
//!      └──────────► waits for a price ───────────────────┘ │ └──► nobody bought in the last round:
//!         no quote                        quote            │      the reserve buys what is on offer
//!                     ▲                                    │
//!                     └─── too low, too old, left behind by the oracle, offer sold ───┘
//! ```
//!
//! 1. *Put up.* Seizing moves no token: the collateral stays in custody and the books say that it
//!    belongs to the lot.
//! 2. *On sale.* The price starts above the oracle's, by [`Terms::premium`], and falls step by step,
//!    the same for everybody at any block: `max(start · cut ^ steps, floor · oracle)`. Anyone may
//!    [`take`](Pallet::take) any part of it at once: no bids, no locked capital. What he pays recovers
//!    debt first (and is burned), then goes to the reserve. Whoever has none of the debt asset pays by
//!    selling part of what he takes, in the same call ([`take_with_swap`](Pallet::take_with_swap)).
//! 3. *Started again*, by the chain itself, when the price has fallen too far or for too long, or when
//!    the oracle's price has left it behind. Every open lot is in exactly one place where the chain
//!    will find it, so a block's work does not depend on how many lots are resting, and no lot is
//!    forgotten.
//! 4. *The last of [`Terms::rounds`]* comes down to the floor. What nobody buys there, the reserve
//!    buys, with what it has; for the rest it owns collateral against bad debt. It sells that again.
//! 5. *Closed*, when the tab is paid or all collateral is sold. What is left of the collateral goes
//!    back to the vaults, what is left of the debt becomes bad debt; an unpaid fee is forgone.
//!
//! Beside them stand the [`system`] lots, by which the treasury sells what it has too much of and raises
//! what it lacks.
//!
//! ## What was decided
//!
//! - **Limits postpone.** At most so much of one lot, and of all lots, is on sale at once, so that
//!   buyers are not asked for more than they can have; how much that is they show by what they take
//!   (`room.rs`). What exceeds it is put up all the same, and comes up when there is room. A lot that has not come up takes what is seized later from its book,
//!   so the queue is no longer than there are books, lots as large as the limit, and lots that have
//!   come up before.
//! - **A price is for what it was started for.** What joins a lot whose price is falling waits in it
//!   for the next start.
//! - **No sale without a price to compare with.** The curve alone would need no oracle, but then
//!   nobody knew how far below the market it is. While the quote is neither live nor degraded,
//!   nothing is sold; the owners and the reserve are better served by waiting. After a silence too
//!   long to ignore every price starts again: it fell while nobody could buy.
//! - **No sale past the event.** A lot whose price should have started again by now is not for sale
//!   until it has, so that an outage of the oracle or a long agenda sells nothing at a price that
//!   was meant to be left behind.
//! - **Terms are the lot's own.** Changing them changes lots that are opened from then on.
//! - **Nobody is paid for housekeeping**, so nobody can take anybody's reward.
//! - **A closed lot is kept only while something of it is owed.** A number that is neither open, nor
//!   closed, nor announced in this block means that nothing comes back.

#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod agenda;
mod backstop;
mod calls;
pub mod curve;
mod errors;
mod events;
mod lots;
pub mod purchase;
mod queue;
mod room;
mod sale;
pub mod system;
mod take;
pub mod terms;
mod try_state;
pub mod types;
mod views;
pub mod watch;
pub mod weights;

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;

// The attribute names itself again in what it expands to.
use frame_support::pallet_macros::import_section;
pub use pallet::*;
pub use system::{
	curve::Curve,
	types::{
		RecapitalisationTerms, StockLot, StockLotView, StockQuote, StockTerms, SurplusTerms,
		SystemLot, SystemLotKind, SystemLotView, SystemQuote, SystemTerms, SystemTermsFault,
	},
};
pub use terms::{Limits, LimitsFault, Terms, TermsFault};
pub use types::{
	ClosedLot, Lot, LotView, Mark, Market, MarketView, NextEvent, Place, Purchase, Sale, SwapQuote,
	TakeQuote, Watch,
};
pub use weights::WeightInfo;

/// Target of this pallet's log lines.
const LOG_TARGET: &str = "runtime::cairn-auctions";

// Configuration, storage and view functions are here; calls, events and errors are imported.
#[import_section(calls::calls)]
#[import_section(errors::errors)]
#[import_section(events::events)]
#[frame_support::pallet]
pub mod pallet {
	use super::*;
	use alloc::{boxed::Box, vec::Vec};
	use cairn_math::{Allowance, Price};
	#[cfg(feature = "runtime-benchmarks")]
	use cairn_primitives::CreateAsset;
	use cairn_primitives::{
		AssetDecimals, AssetId, Balance, BalanceSheet, BlockNumber, Exchange, FacilityId, Issuance,
		LotId, PriceSource, Reserve,
	};
	use frame_support::{pallet_prelude::*, traits::tokens::fungibles};
	use frame_system::pallet_prelude::*;

	#[pallet::pallet]
	pub struct Pallet<T>(_);

	#[pallet::config]
	pub trait Config: frame_system::Config<RuntimeEvent: From<Event<Self>>> {
		/// Who may change the terms on which lots are sold.
		type AdminOrigin: EnsureOrigin<Self::RuntimeOrigin>;

		/// The tokens that are for sale.
		type Fungibles: fungibles::Mutate<Self::AccountId, AssetId = AssetId, Balance = Balance>;

		/// How many decimals tokens have.
		type Decimals: AssetDecimals<AssetId>;

		/// Where prices come from.
		type Prices: PriceSource<AssetId>;

		/// How buyers pay.
		type Issuance: Issuance<Self::AccountId, AssetId>;

		/// Where debt is booked that a lot does not recover.
		type Sheet: BalanceSheet<AssetId>;

		/// The account that holds the collateral of all vaults and lots. It needs an endowment of
		/// the minimum balance of each collateral if that is above one unit: delivery never lets the
		/// account fall below it while it holds something.
		type Custody: Get<Self::AccountId>;

		/// The least that may be left of a lot, both of its tab and of the value of its collateral at
		/// where its price started, in smallest units of the debt asset: the minimum debt of a vault.
		#[pallet::constant]
		type MinimumRemainder: Get<Balance>;

		/// How much may be for sale at once, unless [`Pallet::set_limits`] has said otherwise.
		type DefaultLimits: Get<Limits>;

		/// Where buyers without the debt asset sell part of what they take.
		type Exchange: Exchange<Self::AccountId, AssetId>;

		/// The most lots of a debt asset that are on sale at once.
		#[pallet::constant]
		type MaxLots: Get<u32>;

		/// The most debt assets that lots raise.
		#[pallet::constant]
		type MaxDebtAssets: Get<u32>;

		/// The most collaterals that are on sale at once.
		#[pallet::constant]
		type MaxCollaterals: Get<u32>;

		/// The most lots that one block has on the agenda.
		#[pallet::constant]
		type MaxEventsPerBlock: Get<u32>;

		/// Weights of the calls and of the agenda.
		type WeightInfo: WeightInfo;

		/// The native token: what surplus is sold for, and what recapitalisation makes.
		type NativeToken: Get<AssetId>;

		/// Where surplus comes from, and what covers bad debt goes to.
		type Reserve: Reserve<Self::AccountId, AssetId>;

		/// Makes the tokens that benchmarks need.
		#[cfg(feature = "runtime-benchmarks")]
		type BenchmarkHelper: CreateAsset<AssetId>;
	}

	/// The terms of lots that are opened from now on.
	#[pallet::storage]
	pub type LotTerms<T: Config> = StorageValue<_, Terms, ValueQuery>;

	/// The number of the next lot. Numbers are never used twice.
	#[pallet::storage]
	pub type NextLot<T: Config> = StorageValue<_, LotId, ValueQuery>;

	/// The lot into which went what was last seized from a facility in a collateral, and the block
	/// in which that was. Worth something in that block only.
	#[pallet::storage]
	pub type Current<T: Config> = StorageDoubleMap<
		_,
		Twox64Concat,
		FacilityId,
		Twox64Concat,
		AssetId,
		(LotId, BlockNumber),
		OptionQuery,
	>;

	/// Lots that have a number since the given block, but were not put up yet. Gone by the end of the
	/// block, unless nothing was put up: then one a book may stay until the book's next lot.
	#[pallet::storage]
	pub type Announced<T: Config> = StorageMap<_, Twox64Concat, LotId, BlockNumber, OptionQuery>;

	/// The lots for sale.
	#[pallet::storage]
	pub type Lots<T: Config> = StorageMap<_, Twox64Concat, LotId, Lot, OptionQuery>;

	/// Closed lots of which something is still owed to vaults.
	#[pallet::storage]
	pub type ClosedLots<T: Config> = StorageMap<_, Twox64Concat, LotId, ClosedLot, OptionQuery>;

	/// What lots hold of each collateral in the custody account: for sale, or left over and not yet
	/// settled. In smallest units.
	#[pallet::storage]
	pub type Held<T: Config> = StorageMap<_, Twox64Concat, AssetId, Balance, ValueQuery>;

	/// How much may be for sale at once.
	#[pallet::storage]
	pub type LotLimits<T: Config> = StorageValue<_, Limits, ValueQuery, T::DefaultLimits>;

	/// What is on sale for each debt asset, and the tickets of its queue.
	#[pallet::storage]
	pub type Markets<T: Config> =
		StorageValue<_, BoundedBTreeMap<AssetId, Market, T::MaxDebtAssets>, ValueQuery>;

	/// The lots that wait for room, by debt asset and ticket.
	#[pallet::storage]
	pub type Queue<T: Config> =
		StorageDoubleMap<_, Twox64Concat, AssetId, Twox64Concat, u64, LotId, OptionQuery>;

	/// Where the oracle's price was when the sales of each collateral started.
	#[pallet::storage]
	pub type Watches<T: Config> =
		StorageValue<_, BoundedBTreeMap<AssetId, Watch, T::MaxCollaterals>, ValueQuery>;

	/// The lots on sale in a collateral that have the same mark.
	#[pallet::storage]
	pub type Watched<T: Config> = StorageDoubleMap<
		_,
		Twox64Concat,
		AssetId,
		Twox64Concat,
		Mark,
		BoundedVec<LotId, T::MaxLots>,
		ValueQuery,
	>;

	/// Which lots the chain looks after in a block. Each open lot that is not queued is in exactly one
	/// slot, the one its row names.
	#[pallet::storage]
	pub type Agenda<T: Config> = StorageMap<
		_,
		Twox64Concat,
		BlockNumber,
		BoundedVec<LotId, T::MaxEventsPerBlock>,
		ValueQuery,
	>;

	/// The first block whose slot of the agenda may not be empty.
	#[pallet::storage]
	pub type AgendaCursor<T: Config> = StorageValue<_, BlockNumber, ValueQuery>;

	/// How system lots are sold.
	#[pallet::storage]
	pub type SystemSaleTerms<T: Config> = StorageValue<_, SystemTerms, ValueQuery>;

	/// What is sold of, or for, each debt asset by the system. At most one lot each.
	#[pallet::storage]
	pub type SystemLots<T: Config> = StorageMap<_, Twox64Concat, AssetId, SystemLot, OptionQuery>;

	/// The block before which no surplus of a debt asset is put up again. One for each debt asset at
	/// most.
	#[pallet::storage]
	pub type SurplusNotBefore<T: Config> =
		StorageMap<_, Twox64Concat, AssetId, BlockNumber, ValueQuery>;

	/// What is for sale of the collateral that the reserve of each debt asset has in stock.
	#[pallet::storage]
	pub type StockLots<T: Config> =
		StorageDoubleMap<_, Twox64Concat, AssetId, Twox64Concat, AssetId, StockLot, OptionQuery>;

	/// The native tokens that recapitalisation has made of late.
	#[pallet::storage]
	pub type NativeMade<T: Config> = StorageValue<_, Allowance, ValueQuery>;

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		#[cfg(feature = "try-runtime")]
		fn try_state(_now: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}

		fn integrity_test() {
			assert!(
				T::MaxEventsPerBlock::get() > 0,
				"the agenda must have room for a lot"
			);
			assert!(
				T::MinimumRemainder::get() > 0,
				"something must be left of a lot"
			);
			assert!(T::MaxLots::get() > 0, "something must be for sale");
			assert_eq!(
				T::DefaultLimits::get().fault(T::MinimumRemainder::get()),
				None,
				"the default limits must be sound"
			);
			assert_eq!(
				Terms::default().fault(),
				None,
				"the default terms must be sound"
			);
			assert_eq!(
				SystemTerms::default().fault(),
				None,
				"the default terms of system lots must be sound"
			);
		}
	}

	#[pallet::view_functions]
	impl<T: Config> Pallet<T> {
		/// The lot of this number with its present price, its floor, and what the chain will do with it
		/// next; `None` if it is not open.
		pub fn lot(id: LotId) -> Option<LotView> {
			Self::view_lot(id)
		}

		/// Up to `limit` open lots, at most 100, in the order of their storage. For the next page
		/// name the last lot of this one as `after`.
		pub fn lots(after: Option<LotId>, limit: u32) -> Vec<LotView> {
			Self::view_lots(None, after, limit)
		}

		/// As `lots`, of one facility only.
		pub fn lots_of(facility: FacilityId, after: Option<LotId>, limit: u32) -> Vec<LotView> {
			Self::view_lots(Some(facility), after, limit)
		}

		/// What `lot` sells at now, in 1e-18 USD per whole token; `None` while it is not on sale.
		pub fn price(lot: LotId) -> Option<Price> {
			Self::view_price(lot)
		}

		/// The blocks in which the price of `lot` falls, from the present one on, and what it falls to
		/// if the oracle's price stays where it is: up to `limit` of them, at most 100. Empty while
		/// the lot is not on sale.
		pub fn curve(lot: LotId, limit: u32) -> Vec<(BlockNumber, Price)> {
			Self::view_curve(lot, limit)
		}

		/// What is on sale for `debt_asset`, what waits for room, how much room there is, and the limits.
		pub fn market(debt_asset: AssetId) -> MarketView {
			Self::view_market(&debt_asset)
		}

		/// What taking up to `max_amount` of `lot` would come to now, or why it would fail. It may
		/// still fail for the buyer's funds or the recipient's account.
		pub fn quote_take(lot: LotId, max_amount: Balance) -> Result<TakeQuote, DispatchError> {
			Self::view_take(lot, max_amount)
		}

		/// What `take_with_swap` would come to now, or why it would fail.
		pub fn quote_take_with_swap(
			lot: LotId,
			max_amount: Balance,
		) -> Result<SwapQuote, DispatchError> {
			Self::view_take_with_swap(lot, max_amount)
		}

		/// What the system sells of, or for, `asset` now; `None` if nothing.
		pub fn system_lot(asset: AssetId) -> Option<SystemLotView> {
			Self::view_system_lot(&asset)
		}

		/// What up to `max_amount` of the debt asset of the system lot would come to now, or why
		/// `buy_surplus` or `recapitalise` would fail. They may still fail for the buyer's funds or
		/// the recipient's account.
		pub fn quote_system_lot(
			asset: AssetId,
			max_amount: Balance,
		) -> Result<SystemQuote, DispatchError> {
			Self::view_system_quote(&asset, max_amount)
		}

		/// The collateral that the reserve of `asset` has in stock, and what of it is for sale.
		pub fn stock_lots(asset: AssetId) -> Vec<StockLotView> {
			Self::view_stock_lots(&asset)
		}

		/// What up to `max_amount` of `collateral` out of the stock of `asset` would come to now, or
		/// why `buy_stock` would fail. It may still fail for the buyer's funds or the recipient's
		/// account.
		pub fn quote_stock_lot(
			asset: AssetId,
			collateral: AssetId,
			max_amount: Balance,
		) -> Result<StockQuote, DispatchError> {
			Self::quote_stock(&asset, &collateral, max_amount)
		}
	}
}
