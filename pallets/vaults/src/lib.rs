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
//! - `enforcement`: finding and liquidating unsafe vaults
//! - `sweep`: looking after the index
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
#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
mod calls;
mod enforcement;
mod extent;
mod facility;
mod governance;
mod guard;
pub mod index;
pub mod liquidation;
mod position;
pub mod ramp;
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

// Storage, events and errors are here; the calls are imported from `calls.rs`.
#[import_section(calls::calls)]
#[frame_support::pallet]
pub mod pallet {
	use super::*;
	use crate::{
		extent::Extent,
		index::{Page, Summary, Word},
		ramp::FacilityRecord,
		types::*,
	};
	use alloc::vec::Vec;
	use cairn_math::{FixedU128, Tick};
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

	/// Terms of facilities. Bounded by `MaxFacilities`.
	// Keys are numbers that the chain gives out: no need for a cryptographic hasher.
	#[pallet::storage]
	pub type Facilities<T: Config> = StorageMap<_, Twox64Concat, FacilityId, FacilityRecord<T>>;

	/// Totals of facilities. Bounded by `MaxFacilities`.
	#[pallet::storage]
	pub type FacilityStates<T: Config> = StorageMap<_, Twox64Concat, FacilityId, FacilityState<T>>;

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
	pub type Pages<T: Config> = StorageMap<_, Twox64Concat, (BookId, Tick, u16), Page>;

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

	/// What happened.
	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A facility was created.
		FacilityCreated {
			/// Its number.
			facility: FacilityId,
			/// What it issues.
			debt_asset: AssetId,
		},
		/// Governance changed a facility.
		FacilityChanged {
			/// Which.
			facility: FacilityId,
			/// What has changed.
			change: FacilityChange,
			/// When that of it which is to the borrowers' disadvantage begins and ends to take
			/// effect, in milliseconds since 1970; `None` if all of it holds at once.
			gradual: Option<(Moment, Moment)>,
		},
		/// A vault was opened.
		Opened {
			/// Its number.
			vault: VaultId,
			/// Its facility.
			facility: FacilityId,
			/// Its owner.
			owner: T::AccountId,
		},
		/// A vault was adjusted.
		Adjusted {
			/// Which.
			vault: VaultId,
			/// Who called.
			by: T::AccountId,
			/// Collateral that came in.
			deposited: Basket,
			/// Collateral that went out to the owner.
			withdrawn: Basket,
			/// Debt taken on.
			borrowed: Balance,
			/// Debt paid back.
			repaid: Balance,
			/// What is owed now.
			debt: Balance,
		},
		/// A vault was closed; everything went back to its owner.
		Closed {
			/// Which.
			vault: VaultId,
			/// Its owner.
			owner: T::AccountId,
			/// The debt paid back.
			repaid: Balance,
			/// Collateral given back.
			withdrawn: Basket,
		},
		/// A vault was unsafe, and collateral was taken from it to repay debt.
		Liquidated {
			/// Which.
			vault: VaultId,
			/// Its owner.
			owner: T::AccountId,
			/// Debt that left the vault.
			repaid: Balance,
			/// Collateral that left the vault.
			seized: Basket,
			/// Debt that is still owed.
			debt: Balance,
		},
		/// Collateral that its lots did not need has come back to a vault.
		LeftoverReturned {
			/// Which vault.
			vault: VaultId,
			/// What came back.
			returned: Basket,
		},
		/// The owner of a vault has ordered what is to be done when its health falls.
		GuardSet {
			/// Which vault.
			vault: VaultId,
			/// The order; `None` if there is none any more.
			guard: Option<Guard>,
		},
		/// The health of a vault fell below the level of its guard. The guard has done what it
		/// could and is gone.
		GuardActed {
			/// Which vault.
			vault: VaultId,
			/// Its owner.
			owner: T::AccountId,
			/// What was repaid from the owner's balance; zero if he had too little to make the vault
			/// safe.
			repaid: Balance,
			/// What is still owed.
			debt: Balance,
		},
		/// The owner of a vault has offered it to somebody, or taken his offer back.
		Offered {
			/// Which vault.
			vault: VaultId,
			/// Its owner.
			owner: T::AccountId,
			/// Who may accept it; `None` if nobody.
			to: Option<T::AccountId>,
		},
		/// A vault has another owner.
		Transferred {
			/// Which vault.
			vault: VaultId,
			/// Who was its owner.
			from: T::AccountId,
			/// Who is now.
			to: T::AccountId,
		},
		/// An entry of the risk index and its vault disagreed. The entry is dropped or rewritten;
		/// this is a defect to be reported.
		IndexDrift {
			/// The vault.
			vault: VaultId,
		},
	}

	/// Why a call was refused. Nothing but the fee is spent then.
	#[pallet::error]
	pub enum Error<T> {
		/// No facility has this number.
		UnknownFacility,
		/// No vault has this number, or it has been closed.
		UnknownVault,
		/// The token does not exist, or has more than 24 decimals.
		UnknownAsset,
		/// The facility does not accept this token as collateral.
		CollateralNotAccepted,
		/// Only the owner of the vault may do this.
		NotOwner,
		/// An amount is zero, or the call asks for nothing.
		ZeroAmount,
		/// A token is named twice.
		DuplicateAsset,
		/// A vault may hold, or wait for, at most eight different collaterals.
		TooManyLegs,
		/// The vault holds less of this collateral than that.
		NotEnoughCollateral,
		/// The vault has no debt.
		NoDebt,
		/// The payment is too small to reduce the debt by a single unit.
		RepaymentTooSmall,
		/// The vault would owe something, but less than the facility's minimum debt. Repay all of
		/// it, or leave more.
		BelowMinimumDebt,
		/// The facility would owe more than its ceiling.
		CeilingReached,
		/// The facility would borrow more in a short time than its fill limit allows. Borrow less,
		/// or later.
		FillLimitReached,
		/// The facility's vaults hold as much of this collateral as its cap allows, or more. None
		/// can be added but to a vault with debt whose health is low, and no new risk be taken on
		/// it.
		CapReached,
		/// The collateral does not carry the debt at the borrow factors. Deposit more, borrow less,
		/// or withdraw less.
		Undercollateralized,
		/// New risk needs a Live quote of the debt asset, and of enough collateral to carry the
		/// debt. Wait for the oracle, or deposit a collateral that has a Live quote.
		PriceNotLive,
		/// The vault's health afterwards would be below the caller's `min_health`.
		HealthBelowLimit,
		/// The vault's health would be below the level of its guard, which would act at once. Change
		/// the guard first.
		BelowGuardLevel,
		/// A guard's level must be above one and at most ten.
		BadGuardLevel,
		/// The vault has not been offered to the caller.
		NotOffered,
		/// The vault is his already.
		AlreadyOwner,
		/// The caller's deadline has passed.
		DeadlinePassed,
		/// The debt exceeds the caller's `max_repay`.
		RepaymentAboveLimit,
		/// The vault waits for lots that may return collateral to it; close it after them.
		ClaimsPending,
		/// The breaker of the facility has switched this off.
		SwitchedOff,
		/// The vault is safe.
		VaultIsSafe,
		/// The vault is unsafe, but none of its collateral has a quote to sell it at.
		NothingToSell,
		/// No vault waits to be liquidated, or none can be now.
		NothingToEnforce,
		/// The guardian may only raise the breaker's level, and lower ceilings, fill limits and caps.
		GuardianOnlyTightens,
		/// Too many terms of the facility are on their way already. Wait for one to arrive.
		TooManyRamps,
		/// As many facilities exist as are allowed.
		TooManyFacilities,
		/// A facility of this number exists already, or something of it does.
		FacilityExists,
		/// A facility needs a collateral.
		NoCollateral,
		/// A collateral is listed twice, or is the debt asset itself.
		DuplicateCollateral,
		/// More collaterals than a facility may have.
		TooManyCollaterals,
		/// Factors must satisfy `0 < B < L < 1`.
		BadFactors,
		/// Penalties must satisfy `f < π < 1`.
		BadPenalty,
		/// Target health must be above one and at most ten.
		BadTargetHealth,
		/// The minimum debt must not be zero.
		BadMinimumDebt,
		/// An annual rate may be at most 10,000 %.
		RateTooHigh,
		/// The custody account does not hold the token's minimum balance. Send it there first.
		CustodyNotSeeded,
		/// An amount is beyond what the chain can count.
		Overflow,
		/// There is nothing to claim yet.
		NothingToClaim,
	}

	#[pallet::view_functions]
	impl<T: Config> Pallet<T> {
		/// A vault with its debt, health, and liquidation prices as of this block.
		pub fn vault(vault: VaultId) -> Option<VaultView<T::AccountId>> {
			Self::view_vault(vault)
		}

		/// The vaults of an account.
		pub fn vaults_of(owner: T::AccountId) -> Vec<VaultId> {
			VaultsOf::<T>::iter_key_prefix(owner).collect()
		}

		/// Totals and terms of a facility.
		pub fn facility(facility: FacilityId) -> Option<FacilityView> {
			Self::view_facility(facility)
		}

		/// Health of a vault as liquidation measures it; `None` if there is no such vault, no debt,
		/// or no price.
		pub fn health(vault: VaultId) -> Option<FixedU128> {
			Self::view_vault(vault).and_then(|view| view.health)
		}

		/// The most of a collateral that the owner can withdraw from a vault now and leave the rest
		/// as it is, in smallest units; `None` if there is no such vault or collateral.
		pub fn max_withdraw(vault: VaultId, asset: AssetId) -> Option<Balance> {
			Self::view_max_withdraw(vault, &asset)
		}

		/// Up to `count` vaults of a facility, at most 100, that are nearest to being liquidated,
		/// the least healthy first.
		pub fn riskiest(facility: FacilityId, count: u32) -> Vec<RiskyVault> {
			Self::view_riskiest(facility, count)
		}

		/// What enforcement has not come to yet in a facility.
		pub fn backlog(facility: FacilityId) -> Option<Backlog> {
			Self::view_backlog(facility)
		}
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn integrity_test() {
			assert!(
				T::MaxCollaterals::get() <= COLLATERAL_INDICES,
				"each collateral has two books, and their number is one byte"
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
