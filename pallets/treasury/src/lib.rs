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
//!   come in; covering bad debt is what it is for.
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
//!
//! There is no other way to change a line: no mint that is not tied to a vault or to interest on
//! one. For the equation to hold, nobody else may be able to mint or burn the asset: the runtime
//! sees to it that its team in `pallet-assets` is nobody, and that holders cannot burn their own
//! by `refund` with `allow_burn`.
//!
//! ## Netting
//!
//! At the start of every block the runtime calls [`Pallet::settle`], which burns as much bad debt as
//! the reserve can cover. Only assets with bad debt are visited.

#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod issuance;
mod netting;
mod sheet;
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

pub use pallet::*;
pub use types::{BalanceSheetView, Line, Sheet};
pub use weights::WeightInfo;

/// Target of this pallet's log lines.
const LOG_TARGET: &str = "runtime::cairn-treasury";

#[frame_support::pallet]
pub mod pallet {
	use super::*;
	use alloc::vec::Vec;
	#[cfg(feature = "runtime-benchmarks")]
	use cairn_primitives::CreateAsset;
	use cairn_primitives::{AssetId, Balance};
	use frame_support::{pallet_prelude::*, traits::tokens::fungibles, PalletId};
	use frame_system::pallet_prelude::*;

	#[pallet::pallet]
	pub struct Pallet<T>(_);

	#[pallet::config]
	pub trait Config: frame_system::Config<RuntimeEvent: From<Event<Self>>> {
		/// The tokens, debt assets among them.
		type Fungibles: fungibles::Mutate<Self::AccountId, AssetId = AssetId, Balance = Balance>;

		/// The treasury's account, which holds the reserve, is derived from it.
		#[pallet::constant]
		type PalletId: Get<PalletId>;

		/// The most debt assets there can be.
		#[pallet::constant]
		type MaxDebtAssets: Get<u32>;

		/// Weights of what this pallet does within a block.
		type WeightInfo: WeightInfo;

		/// Makes the tokens that benchmarks need.
		#[cfg(feature = "runtime-benchmarks")]
		type BenchmarkHelper: CreateAsset<AssetId>;
	}

	/// The books of every enabled debt asset.
	#[pallet::storage]
	pub type Books<T: Config> = CountedStorageMap<_, Twox64Concat, AssetId, Sheet, OptionQuery>;

	/// The debt assets that have bad debt: those that netting visits.
	#[pallet::storage]
	pub type Uncovered<T: Config> =
		StorageValue<_, BoundedVec<AssetId, T::MaxDebtAssets>, ValueQuery>;

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
		}
	}

	#[pallet::view_functions]
	impl<T: Config> Pallet<T> {
		/// The balance sheet of `asset`; `None` if it is not a debt asset.
		pub fn balance_sheet(asset: AssetId) -> Option<BalanceSheetView> {
			Self::view_balance_sheet(&asset)
		}

		/// All debt assets, in no particular order.
		pub fn debt_assets() -> Vec<AssetId> {
			Self::view_debt_assets()
		}

		/// The account that holds the reserve.
		pub fn account() -> T::AccountId {
			Self::account_id()
		}
	}
}
