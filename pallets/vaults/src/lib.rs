//! # Vaults
//!
//! The ledger of facilities and vaults: the only place where debt against collateral is made or
//! unmade. Users lock baskets of up to eight assets in a vault and borrow a debt asset against
//! them; the pallet finds every vault that has become unsafe, and liquidates it, while the block is
//! executed.
//!
//! ## Overview
//!
//! | word | meaning |
//! |---|---|
//! | facility | a line of issuance of one debt asset: accepted collaterals with their factors, interest, ceiling |
//! | vault | belongs to one facility and one owner; up to eight legs of collateral, one debt |
//! | accumulator `R` | what one unit of normalised debt owes; starts at one, only grows |
//! | health `H` | `Σ q·L·P / (d·R·P_debt)`; a vault is safe if and only if it is at least one |
//! | trigger `θ` | the effective price of a collateral at which the vault has to be looked at again |
//!
//! Debt owed is `⌈d·R⌉`. Interest costs nothing per vault: one accumulator a facility is advanced
//! once a block.
//!
//! ## Where to find what
//!
//! - [`types`]: storage and call types
//! - `facility`: creating facilities, interest
//! - `governance`: changing facilities, and who may
//! - [`ramp`]: terms that move gradually
//! - `calls`: what can be called, and by whom
//! - `adjust`: what users do with their vaults
//! - `position`: a vault in memory, between load and commit
//! - [`valuation`]: what collateral and debt count
//! - [`index`]: the risk index
//! - [`liquidation`]: what a liquidation takes, as a pure function
//! - `guard`: repaying on the owner's behalf before it comes to that
//! - `transfer`: giving a vault to another owner
//! - `enforcement`: finding unsafe vaults within a budget; `batch` goes through the books of a
//!   facility, `seizing` liquidates
//! - [`settlement`]: a facility that is wound up; `settling` fixes prices and takes from vaults,
//!   `redemption` pays holders of the debt asset
//! - `sweep`: looking after the index; `mend` puts right what leads to an entry
//! - `views`: what wallets read
//! - `try_state`: the invariants
//!
//! ## Start of the block
//!
//! The runtime calls [`Pallet::accrue`], lets the oracle settle its prices, and then calls
//! [`Pallet::enforce`], all before the first user transaction. So the block in which a price takes
//! effect is the block in which every vault that it makes unsafe is liquidated, as far as the budget
//! goes; what does not fit stays at the head of its book.

#![cfg_attr(not(feature = "std"), no_std)]
#![deny(missing_docs)]

extern crate alloc;

mod adjust;
mod backing;
mod batch;
#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
mod calls;
mod enforcement;
mod errors;
mod events;
mod extent;
mod facility;
mod governance;
mod guard;
pub mod index;
pub mod liquidation;
mod mend;
mod position;
pub mod ramp;
mod redemption;
mod riskiest;
pub mod rows;
mod seizing;
pub mod settlement;
mod settling;
// Prices in tests are in cents, written as dollars_cents: 3_000_00.
#[cfg(test)]
#[allow(clippy::inconsistent_digit_grouping)]
mod mock;
mod sweep;
#[cfg(test)]
#[allow(clippy::inconsistent_digit_grouping)]
mod tests;
mod transfer;
mod try_state;
pub mod types;
pub mod valuation;
mod views;
mod walk;
pub mod weights;

// The attribute names itself again in what it expands to.
use frame_support::pallet_macros::import_section;
pub use pallet::*;
pub use weights::WeightInfo;

/// Legs of a vault, at most.
pub const MAX_LEGS: u32 = 8;
/// Claims of a vault on each collateral, at most, before it joins a lot that it has a claim on.
pub const MAX_CLAIMS_PER_COLLATERAL: u32 = 2;
/// Claims of a vault, at most: legs and claims together never name more than [`MAX_LEGS`] different
/// collaterals.
pub const MAX_CLAIMS: u32 = MAX_LEGS * MAX_CLAIMS_PER_COLLATERAL;

const LOG_TARGET: &str = "cairn::vaults";

// What is stored is here; calls, events and errors are imported.
#[import_section(calls::calls)]
#[import_section(errors::errors)]
#[import_section(events::events)]
#[frame_support::pallet]
pub mod pallet {
	use super::*;
	use crate::{
		adjust::By,
		extent::{moved_by, Extent},
		index::{Page, Summary, Word},
		ramp::FacilityRecord,
		settlement::{Receipt, RedemptionView, Settlement, SettlementView},
		settling::NamedPrices,
		types::*,
	};
	use alloc::vec::Vec;
	use cairn_math::{FixedU128, Price, Tick};
	use cairn_primitives::{
		AssetDecimals, AssetId, Balance, BalanceSheet, BlockNumber, FacilityId, Issuance,
		KeeperReward, LiquidationLots, Moment, PriceSource, VaultId,
	};
	use frame_support::{
		pallet_prelude::*,
		traits::{fungible, fungibles, Time},
	};
	use frame_system::pallet_prelude::*;

	/// What the pallet needs from the runtime.
	#[pallet::config]
	pub trait Config: frame_system::Config<RuntimeEvent: From<Event<Self>>> {
		/// Reasons for holds, this pallet's among them.
		type RuntimeHoldReason: From<HoldReason>;
		/// Who creates and changes facilities.
		type AdminOrigin: EnsureOrigin<Self::RuntimeOrigin>;
		/// Who may make facilities take on less risk, at once: raise the breaker's level, lower
		/// ceilings, fill limits and caps. Whoever is the admin may do this too.
		type GuardianOrigin: EnsureOrigin<Self::RuntimeOrigin>;
		/// All tokens.
		type Fungibles: fungibles::Mutate<Self::AccountId, AssetId = AssetId, Balance = Balance>;
		/// The native token, on hold for storage.
		type Native: fungible::MutateHold<
			Self::AccountId,
			Balance = Balance,
			Reason = Self::RuntimeHoldReason,
		>;
		/// Decimals of tokens.
		type Decimals: AssetDecimals<AssetId>;
		/// Quotes.
		type Prices: PriceSource<AssetId>;
		/// Where debt assets are made and destroyed.
		type Issuance: Issuance<Self::AccountId, AssetId>;
		/// Where debt is booked that has left its vault.
		type Sheet: BalanceSheet<AssetId>;
		/// Where seized collateral is sold.
		type Lots: LiquidationLots<AssetId>;
		/// Who pays those that liquidate what the start of a block did not come to.
		type Keepers: KeeperReward<Self::AccountId, AssetId>;
		/// The clock.
		type Time: Time<Moment = Moment>;
		/// The account that holds the collateral of all vaults and lots.
		#[pallet::constant]
		type Custody: Get<Self::AccountId>;
		/// What an owner has on hold for each vault, in the native token.
		#[pallet::constant]
		type VaultDeposit: Get<Balance>;
		/// What a holder has on hold for the receipt of a redemption that is not complete, in the native
		/// token.
		#[pallet::constant]
		type ReceiptDeposit: Get<Balance>;
		/// How long borrowers know of a change to their disadvantage before it begins, in
		/// milliseconds.
		#[pallet::constant]
		type RampDelay: Get<Moment>;
		/// How long such a change takes, from its beginning to its end, in milliseconds.
		#[pallet::constant]
		type RampLength: Get<Moment>;
		/// Facilities, at most.
		#[pallet::constant]
		type MaxFacilities: Get<u32>;
		/// Collaterals of a facility, at most [`COLLATERAL_INDICES`].
		#[pallet::constant]
		type MaxCollaterals: Get<u32>;
		/// Makes tokens for benchmarks.
		#[cfg(feature = "runtime-benchmarks")]
		type BenchmarkHelper: cairn_primitives::CreateAsset<AssetId>;
		/// Weights.
		type WeightInfo: WeightInfo;
	}

	/// Why native tokens of an owner are on hold.
	#[pallet::composite_enum]
	pub enum HoldReason {
		/// For the storage of a vault; released when it is closed.
		VaultDeposit,
		/// For the receipt of a redemption; released when all of it is paid.
		ReceiptDeposit,
	}

	/// The pallet.
	#[pallet::pallet]
	pub struct Pallet<T>(_);

	/// The next facility's number. Facilities are never removed.
	#[pallet::storage]
	pub type NextFacility<T> = StorageValue<_, FacilityId, ValueQuery>;

	/// The next vault's number.
	#[pallet::storage]
	pub type NextVault<T> = StorageValue<_, VaultId, ValueQuery>;

	/// The block whose start did not come to all unsafe vaults, and the facilities that it did not
	/// finish. Worth something in that block only.
	#[pallet::storage]
	pub type LeftBehind<T: Config> =
		StorageValue<_, (BlockNumber, BoundedVec<FacilityId, T::MaxFacilities>), ValueQuery>;

	/// The vault that the sweep looks at next, see `sweep.rs`.
	#[pallet::storage]
	pub type SweepCursor<T> = StorageValue<_, VaultId, ValueQuery>;

	/// How often [`Event::IndexDrift`] has been told since the chain began. Anything but zero is a defect
	/// to be reported.
	#[pallet::storage]
	pub type Drifts<T> = StorageValue<_, u32, ValueQuery>;

	/// Terms of facilities. Bounded by `MaxFacilities`.
	// Keys are numbers that the chain gives out: no need for a cryptographic hasher.
	#[pallet::storage]
	pub type Facilities<T: Config> = StorageMap<_, Twox64Concat, FacilityId, FacilityRecord<T>>;

	/// Totals of facilities. Bounded by `MaxFacilities`.
	#[pallet::storage]
	pub type FacilityStates<T: Config> = StorageMap<_, Twox64Concat, FacilityId, FacilityState<T>>;

	/// Facilities that are settled. They neither accrue nor are enforced; each block looks at what the
	/// reserve has covered of what they lost.
	#[pallet::storage]
	pub type SettledFacilities<T: Config> =
		StorageValue<_, BoundedVec<FacilityId, T::MaxFacilities>, ValueQuery>;

	/// Settlements of facilities. Bounded by `MaxFacilities`.
	#[pallet::storage]
	pub type Settlements<T: Config> = StorageMap<_, Twox64Concat, FacilityId, Settlement<T>>;

	/// Who has redeemed what of a settlement that is not complete. Each is paid for by a hold.
	#[pallet::storage]
	pub type Receipts<T: Config> =
		StorageDoubleMap<_, Twox64Concat, FacilityId, Blake2_128Concat, T::AccountId, Receipt<T>>;

	/// Vaults. Each is paid for by a hold on its owner.
	#[pallet::storage]
	pub type Vaults<T: Config> = StorageMap<_, Twox64Concat, VaultId, Vault<T>>;

	/// The vaults of an account. Paid for with the vault.
	#[pallet::storage]
	pub type VaultsOf<T: Config> =
		StorageDoubleMap<_, Blake2_128Concat, T::AccountId, Twox64Concat, VaultId, (), OptionQuery>;

	/// Risk index: which words of a book are not empty.
	#[pallet::storage]
	pub type Summaries<T: Config> = StorageMap<_, Twox64Concat, BookId, Summary>;

	/// Risk index: which ticks of a word are not empty.
	#[pallet::storage]
	pub type Words<T: Config> = StorageDoubleMap<_, Twox64Concat, BookId, Twox64Concat, u16, Word>;

	/// Risk index: the entries. At most one for each leg of each vault.
	#[pallet::storage]
	pub type Pages<T: Config> = StorageMap<_, Twox64Concat, (BookId, Tick, u32), Page>;

	/// Facilities of the genesis block.
	#[pallet::genesis_config]
	#[derive(frame_support::DefaultNoBound)]
	pub struct GenesisConfig<T: Config> {
		/// Numbered in this order, from zero.
		pub facilities: Vec<FacilityTerms<T>>,
	}

	#[pallet::genesis_build]
	impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
		fn build(&self) {
			for (number, terms) in self.facilities.iter().enumerate() {
				if let Err(error) = Pallet::<T>::do_create_facility(terms.clone()) {
					panic!("facility {number} of the genesis block is refused: {error:?}");
				}
			}
		}
	}

	#[pallet::view_functions]
	impl<T: Config> Pallet<T> {
		/// A vault with its debt, health, liquidation prices, and what can be borrowed more, as of this
		/// block.
		pub fn vault(vault: VaultId) -> Option<VaultView<T::AccountId>> {
			Self::view_vault(vault)
		}

		/// The vaults of an account.
		pub fn vaults_of(owner: T::AccountId) -> Vec<VaultId> {
			VaultsOf::<T>::iter_key_prefix(owner).collect()
		}

		/// Totals and terms of a facility, what can be borrowed in it at once, and how many of its
		/// vaults wait for a price to be liquidated at. `None` if there is no such facility.
		pub fn facility(facility: FacilityId) -> Option<FacilityView> {
			Self::view_facility(facility)
		}

		/// Health of a vault as liquidation measures it, rounded down; the largest number of its type if it
		/// is above that, `u128::MAX` · 1e-18. `None` if there is no such vault, no debt, or no price.
		pub fn health(vault: VaultId) -> Option<FixedU128> {
			Self::view_vault(vault).and_then(|view| view.health)
		}

		/// The most of a collateral that the owner can withdraw from a vault now and leave the rest
		/// as it is, with what closed lots have left over, in smallest units; `None` if there is no such
		/// vault or collateral.
		pub fn max_withdraw(vault: VaultId, asset: AssetId) -> Option<Balance> {
			Self::view_max_withdraw(vault, &asset)
		}

		/// Up to `count` vaults of a facility, at most 100, that are nearest to being liquidated, the
		/// least healthy first, with those that wait for a price to be liquidated at; and whether it
		/// is certain that these are the ones. `None` if there is no such facility, or no price of
		/// what it lends. None are listed of a facility that is settled.
		pub fn riskiest(facility: FacilityId, count: u32) -> Option<Riskiest> {
			Self::view_riskiest(facility, count)
		}

		/// What enforcement has not come to yet in a facility, with the vaults that have waited for a
		/// collateral which can be sold again. `None` if there is no such facility, or no price of
		/// what it lends.
		pub fn backlog(facility: FacilityId) -> Option<Backlog> {
			Self::view_backlog(facility)
		}

		/// How far the settlement of a facility has come; `None` if it is not settled.
		pub fn settlement(facility: FacilityId) -> Option<SettlementView> {
			Self::view_settlement(facility)
		}

		/// What [`Pallet::redeem`] with this amount, in smallest units of the debt asset, would burn
		/// and pay now; with zero, what is due of earlier redemptions. `None` if the facility is not
		/// settled. It does not ask whether `who` has the amount, nor the `ReceiptDeposit` that is put on
		/// hold if something stays due, nor whether his account can receive what is paid.
		pub fn redemption(
			facility: FacilityId,
			who: T::AccountId,
			amount: Balance,
		) -> Option<RedemptionView> {
			Self::view_redemption(facility, &who, amount)
		}
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn integrity_test() {
			assert!(
				T::MaxCollaterals::get() <= COLLATERAL_INDICES,
				"two bits of the number of a book are its kind, and it is one byte"
			);
		}

		fn on_idle(_: BlockNumberFor<T>, remaining: Weight) -> Weight {
			let mut meter = frame_support::weights::WeightMeter::with_limit(remaining);
			Self::sweep(&mut meter);
			meter.consumed()
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}
}
