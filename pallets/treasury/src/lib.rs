//! # Treasury
//!
//! The balance sheet of the system: the only place where debt assets are made and destroyed, and
//! the books of what stands behind each unit of them.
//!
//! ## Key terms
//!
//! - **debt asset**: a synthetic token that vaults issue, CUSD first. It has to be enabled here
//!   before the first unit is issued.
//! - **line**: one of the three things that can stand behind a unit: a vault, a lot that is selling
//!   the vault's collateral, or nothing (**bad debt**).
//! - **reserve**: what the treasury's account holds of a debt asset. Fees, penalties and interest
//!   come in; covering bad debt is what it is for. Its **target** is a share of the issuance.
//! - **surplus**: what the reserve holds beyond its target and all debt in auction, while there is no
//!   bad debt. It is sold, by lots, for native tokens that are burned.
//! - **stock**: collateral that the reserve has bought because nobody else did, or holds against bad
//!   debt. It is sold, by lots, for the debt asset.
//! - **deficit**: bad debt beyond the reserve, and beyond what its stock can be counted on to bring. It
//!   is raised, by lots of new native tokens.
//! - **fuse**: blown once the books of an asset are found to be wrong. Nothing is lent then.
//! - **growth limit**: how much of an asset may be issued within an hour, net of what is burned.
//! - **era**: the stretch of time over which flows are summed, and then published in an event.
//!
//! ## The equation
//!
//! ```text
//! total issuance = vaults + in auction + bad debt        exactly, for every debt asset
//! ```
//!
//! | event | vaults | in auction | bad debt | issuance | reserve |
//! |---|---|---|---|---|---|
//! | borrow | + | | | + | |
//! | interest | + | | | + | + |
//! | repay | − | | | − | |
//! | collateral is seized | − | + | | | |
//! | a buyer pays, principal | | − | | − | |
//! | a buyer pays, fee | | | | | + |
//! | a lot falls short | | − | + | | |
//! | netting | | | − | − | − |
//! | recapitalisation | | | − | − | |
//! | surplus is sold | | | | | − |
//! | a keeper is paid | | | | | − |
//! | stock is sold | | | | | + |
//! | a loss is recognised | | | + | | |
//!
//! There is no other way to change a line: no mint that is not tied to a vault or to interest on
//! one. For the equation to hold, nobody else may be able to mint or burn the asset: the runtime
//! sees to it that its team in `pallet-assets` is nobody, and that holders cannot burn their own
//! by `refund` with `allow_burn`. That it does hold is checked in every block ([`Pallet::audit`]).
//!
//! ## The waterfall
//!
//! At the start of every block the runtime calls [`Pallet::settle`]. What comes in covers bad debt
//! first; then it fills the reserve; only what is beyond its target, and beyond all debt that lots
//! may yet fail to recover, is paid out. A reserve of one debt asset never pays for another.

#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod fuse;
mod issuance;
pub mod keeper;
mod netting;
pub mod policy;
mod sheet;
mod stock;
mod try_state;
pub mod types;
mod views;
pub mod weights;

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;

pub use keeper::{KeeperTerms, Rewarded};
pub use pallet::*;
pub use policy::{GrowthCap, Policy};
pub use types::{
	BalanceSheetView, Blown, Book, Cause, EraReport, Flows, Line, ReserveProof, Sheet, StockView,
};
pub use weights::WeightInfo;

/// Target of this pallet's log lines.
const LOG_TARGET: &str = "runtime::cairn-treasury";

#[frame_support::pallet]
pub mod pallet {
	use super::*;
	use alloc::{boxed::Box, vec::Vec};
	#[cfg(feature = "runtime-benchmarks")]
	use cairn_primitives::CreateAsset;
	use cairn_primitives::{AssetId, Balance, BlockNumber, DebtLedger, LotLedger};
	use frame_support::{pallet_prelude::*, traits::tokens::fungibles, PalletId};
	use frame_system::pallet_prelude::*;

	#[pallet::pallet]
	pub struct Pallet<T>(_);

	#[pallet::config]
	pub trait Config: frame_system::Config<RuntimeEvent: From<Event<Self>>> {
		/// Who decides on policies and puts things right.
		type AdminOrigin: EnsureOrigin<Self::RuntimeOrigin>;

		/// Who may make things safer at once, and nothing else.
		type GuardianOrigin: EnsureOrigin<Self::RuntimeOrigin>;

		/// The tokens, debt assets among them.
		type Fungibles: fungibles::Mutate<Self::AccountId, AssetId = AssetId, Balance = Balance>;

		/// Who keeps count of what vaults owe, to compare the books with.
		type Ledger: DebtLedger<AssetId>;

		/// Who sells collateral: to compare the books with, and to say what stock would bring.
		type Lots: LotLedger<AssetId>;

		/// The treasury's account, which holds the reserve, is derived from it.
		#[pallet::constant]
		type PalletId: Get<PalletId>;

		/// The most debt assets there can be.
		#[pallet::constant]
		type MaxDebtAssets: Get<u32>;

		/// The most collaterals that the reserve of a debt asset has in stock.
		#[pallet::constant]
		type MaxStock: Get<u32>;

		/// Blocks of an hour: what growth limits are for.
		#[pallet::constant]
		type BlocksPerHour: Get<BlockNumber>;

		/// After how many blocks flows are published.
		#[pallet::constant]
		type EraLength: Get<BlockNumber>;

		/// The policy of debt assets that have none of their own yet.
		type DefaultPolicy: Get<Policy>;

		/// Weights of the calls and of what this pallet does at the start of a block.
		type WeightInfo: WeightInfo;

		/// Makes the tokens that benchmarks need.
		#[cfg(feature = "runtime-benchmarks")]
		type BenchmarkHelper: CreateAsset<AssetId>;
	}

	/// The debt assets, in the order in which they were enabled.
	#[pallet::storage]
	pub type DebtAssets<T: Config> =
		StorageValue<_, BoundedVec<AssetId, T::MaxDebtAssets>, ValueQuery>;

	/// The books of every debt asset.
	#[pallet::storage]
	pub type Books<T: Config> = StorageMap<_, Twox64Concat, AssetId, Book, OptionQuery>;

	/// How each debt asset is managed. Apart from its book, which every payment writes.
	#[pallet::storage]
	pub type Policies<T: Config> = StorageMap<_, Twox64Concat, AssetId, Policy, OptionQuery>;

	/// The collateral that the reserve of each debt asset has in stock, in smallest units. The
	/// treasury's account holds at least as much; what it holds beyond that was given to it.
	#[pallet::storage]
	pub type Stock<T: Config> = StorageMap<
		_,
		Twox64Concat,
		AssetId,
		BoundedBTreeMap<AssetId, Balance, T::MaxStock>,
		ValueQuery,
	>;

	/// Policies of the genesis block.
	#[pallet::genesis_config]
	#[derive(frame_support::DefaultNoBound)]
	pub struct GenesisConfig<T: Config> {
		/// For debt assets that are enabled later in the genesis block or after it.
		pub policies: Vec<(AssetId, Policy)>,
		/// The pallet's configuration.
		#[serde(skip)]
		pub _config: core::marker::PhantomData<T>,
	}

	#[pallet::genesis_build]
	impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
		fn build(&self) {
			for (asset, policy) in &self.policies {
				assert!(policy.keeper.is_sound(), "rewards must be payable");
				Policies::<T>::insert(asset, policy);
			}
		}
	}

	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A debt asset may be issued from now on.
		Enabled {
			/// The debt asset.
			asset: AssetId,
		},
		/// Somebody paid into the reserve.
		ReservePaid {
			/// The debt asset.
			asset: AssetId,
			/// Who paid.
			who: T::AccountId,
			/// How much, in smallest units.
			amount: Balance,
		},
		/// Somebody was paid for liquidations that the start of the block had not come to.
		KeeperRewarded {
			/// The debt asset.
			asset: AssetId,
			/// Who was paid.
			keeper: T::AccountId,
			/// How much, in smallest units.
			amount: Balance,
		},
		/// A lot fell short of its debt: part of the issuance has nothing behind it any more.
		DebtLost {
			/// The debt asset.
			asset: AssetId,
			/// By how much, in smallest units.
			amount: Balance,
			/// All bad debt of the asset after it.
			bad_debt: Balance,
		},
		/// The reserve covered bad debt.
		BadDebtCovered {
			/// The debt asset.
			asset: AssetId,
			/// How much was burned out of the reserve, in smallest units.
			amount: Balance,
			/// The bad debt that is left.
			bad_debt: Balance,
		},
		/// Somebody covered bad debt that the reserve could not.
		BadDebtRaised {
			/// The debt asset.
			asset: AssetId,
			/// Who paid.
			from: T::AccountId,
			/// How much was burned, in smallest units.
			amount: Balance,
			/// The bad debt that is left.
			bad_debt: Balance,
		},
		/// A debt asset is managed in another way from now on.
		PolicySet {
			/// The debt asset.
			asset: AssetId,
			/// How.
			policy: Policy,
		},
		/// The books of a debt asset are wrong, or its guardian thinks so. No more of it is lent.
		FuseBlown {
			/// The debt asset.
			asset: AssetId,
			/// What is wrong.
			cause: Cause,
		},
		/// The books of a debt asset are right again, and it is lent again.
		FuseReset {
			/// The debt asset.
			asset: AssetId,
		},
		/// What was issued with nothing behind it is bad debt from now on.
		LossRecognised {
			/// The debt asset.
			asset: AssetId,
			/// How much it was, in smallest units.
			amount: Balance,
			/// All bad debt of the asset after it.
			bad_debt: Balance,
		},
		/// An era is over.
		EraClosed {
			/// The debt asset.
			asset: AssetId,
			/// What happened.
			era: Box<EraReport>,
		},
		/// A line was to be lowered by more than it holds. It was lowered to nothing instead, and
		/// somebody's books are wrong.
		Inconsistent {
			/// The debt asset.
			asset: AssetId,
			/// The line that was too short.
			line: Line,
			/// By how much, in smallest units.
			missing: Balance,
		},
	}

	#[pallet::error]
	pub enum Error<T> {
		/// The asset is not a debt asset. Enable it first.
		NotEnabled,
		/// There is no such asset. Create it first.
		UnknownAsset,
		/// Units of the asset exist that no vault stands behind. Choose an asset nobody has issued.
		AlreadyIssued,
		/// The asset's minimum balance is above one unit, so that burning could take more than it
		/// was asked to. Create it with a minimum balance of one.
		MinimumBalanceTooHigh,
		/// There are as many debt assets as there can be.
		TooManyDebtAssets,
		/// The treasury's account cannot hold the asset, so no fee could ever be paid.
		ReserveCannotHold,
		/// More was to be burned than the books say was issued for that reason.
		LineExceeded,
		/// The token did not mint or burn exactly what it was asked to. Nothing was changed.
		Inexact,
		/// The books of the debt asset were found to be wrong, so nothing of it is lent. Repaying and
		/// closing go on. Wait until governance has put it right.
		FuseBlown,
		/// What exists of the debt asset is not what stands behind it.
		BooksBroken,
		/// So much of the debt asset has been issued within the last hour that no more may be. Borrow
		/// less, or wait: the limit comes back evenly within an hour.
		GrowthCapReached,
		/// The reserve has not that much surplus now.
		NoSurplus,
		/// There is not that much bad debt beyond the reserve now.
		NoDeficit,
		/// The reserve of the debt asset has not that much of the collateral in stock.
		NotInStock,
		/// The reserve keeps no stock of this: it is a debt asset itself, or there are too many kinds.
		NoStock,
		/// Less than the minimum balance of the collateral would be left of the stock. Take all of it, or
		/// less.
		StockTooLow,
		/// The fuse of the debt asset is not blown.
		FuseIntact,
		/// All that exists of the debt asset has something behind it.
		NoLoss,
		/// Keepers would be promised more than half of what they bring, which is never paid.
		RewardTooHigh,
		/// The policy would be laxer in some way. The guardian only tightens.
		NotSafer,
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		#[cfg(feature = "try-runtime")]
		fn try_state(_now: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}

		fn integrity_test() {
			assert!(
				T::MaxDebtAssets::get() > 0,
				"there must be room for a debt asset"
			);
			assert!(
				T::DefaultPolicy::get().keeper.is_sound(),
				"rewards must be payable"
			);
			assert!(
				T::BlocksPerHour::get() > 0 && T::EraLength::get() > 0,
				"an hour and an era take time"
			);
		}
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Changes how a debt asset is managed.
		///
		/// Origin: [`Config::AdminOrigin`].
		///
		/// A laxer growth limit or a lower reserve is more risk for all holders: an administrator
		/// that is a vote belongs behind a delay.
		///
		/// # Errors
		///
		/// [`Error::NotEnabled`], [`Error::RewardTooHigh`].
		///
		/// # Events
		///
		/// [`Event::PolicySet`].
		#[pallet::call_index(0)]
		#[pallet::weight(T::WeightInfo::set_policy())]
		pub fn set_policy(origin: OriginFor<T>, asset: AssetId, policy: Policy) -> DispatchResult {
			T::AdminOrigin::ensure_origin(origin)?;
			Self::do_set_policy(asset, policy)
		}

		/// Changes how a debt asset is managed, to a policy that is laxer in nothing.
		///
		/// Origin: [`Config::GuardianOrigin`].
		///
		/// # Errors
		///
		/// [`Error::NotEnabled`], [`Error::NotSafer`].
		///
		/// # Events
		///
		/// [`Event::PolicySet`].
		#[pallet::call_index(1)]
		#[pallet::weight(T::WeightInfo::set_policy())]
		pub fn tighten(origin: OriginFor<T>, asset: AssetId, policy: Policy) -> DispatchResult {
			T::GuardianOrigin::ensure_origin(origin)?;
			Self::do_tighten(asset, policy)
		}

		/// Stops lending a debt asset, and selling its surplus and native tokens for its bad debt.
		/// Repaying, closing and liquidating go on.
		///
		/// Origin: [`Config::GuardianOrigin`]. Nothing happens if the fuse is blown already.
		///
		/// # Errors
		///
		/// [`Error::NotEnabled`].
		///
		/// # Events
		///
		/// [`Event::FuseBlown`].
		#[pallet::call_index(2)]
		#[pallet::weight(T::WeightInfo::blow_fuse())]
		pub fn blow_fuse(origin: OriginFor<T>, asset: AssetId) -> DispatchResult {
			T::GuardianOrigin::ensure_origin(origin)?;
			Self::do_blow(asset)
		}

		/// Lends a debt asset again, if its books are right.
		///
		/// Origin: [`Config::AdminOrigin`].
		///
		/// # Errors
		///
		/// [`Error::NotEnabled`], [`Error::FuseIntact`], [`Error::BooksBroken`].
		///
		/// # Events
		///
		/// [`Event::FuseReset`].
		#[pallet::call_index(3)]
		#[pallet::weight(T::WeightInfo::reset_fuse().saturating_add(Pallet::<T>::weight_of_counting()))]
		pub fn reset_fuse(origin: OriginFor<T>, asset: AssetId) -> DispatchResult {
			T::AdminOrigin::ensure_origin(origin)?;
			Self::do_reset_fuse(asset)
		}

		/// Books as bad debt what exists of a debt asset with nothing behind it, so that the reserve
		/// and then recapitalisation pay for it. The first step after the fuse has blown; the second
		/// is [`Pallet::reset_fuse`].
		///
		/// Origin: [`Config::AdminOrigin`]. Burning what was issued wrongly where it still lies comes
		/// before: what is recognised here, everybody pays for.
		///
		/// # Errors
		///
		/// [`Error::NotEnabled`], [`Error::FuseIntact`], [`Error::NoLoss`],
		/// [`Error::BooksBroken`].
		///
		/// # Events
		///
		/// [`Event::LossRecognised`].
		#[pallet::call_index(4)]
		#[pallet::weight(T::WeightInfo::recognise_loss().saturating_add(Pallet::<T>::weight_of_counting()))]
		pub fn recognise_loss(origin: OriginFor<T>, asset: AssetId) -> DispatchResult {
			T::AdminOrigin::ensure_origin(origin)?;
			Self::do_recognise_loss(asset)
		}
	}

	#[pallet::view_functions]
	impl<T: Config> Pallet<T> {
		/// The balance sheet of `asset`; `None` if it is not a debt asset.
		pub fn balance_sheet(asset: AssetId) -> Option<BalanceSheetView> {
			Self::view_balance_sheet(&asset)
		}

		/// All debt assets, in the order in which they were enabled.
		pub fn debt_assets() -> Vec<AssetId> {
			DebtAssets::<T>::get().into_inner()
		}

		/// How `asset` is managed; `None` if it is not a debt asset.
		pub fn policy(asset: AssetId) -> Option<Policy> {
			Books::<T>::contains_key(&asset).then(|| Self::policy_of(&asset))
		}

		/// The collateral that the reserve of `asset` has in stock, and what it can be counted on to
		/// bring.
		pub fn stock(asset: AssetId) -> Vec<StockView> {
			Self::view_stock(&asset)
		}

		/// The proof of reserves: all debt assets with what stands behind them, all collateral with what
		/// is owed of it and what is there, and whether it adds up. Reads every facility.
		pub fn proof_of_reserves() -> ReserveProof {
			Self::view_proof()
		}

		/// The account that holds the reserve.
		pub fn account() -> T::AccountId {
			Self::account_id()
		}
	}
}
