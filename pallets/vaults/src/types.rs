//! What the vaults' storage holds, and what their calls take.

use crate::{ramp::Ramp, Config, MAX_CLAIMS, MAX_LEGS};
use cairn_math::{FixedU128, NormalizedDebt, Perbill, Ray, Trigger};
use cairn_primitives::{AssetId, Balance, FacilityId, LotId, Moment, VaultId};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{
	traits::ConstU32, BoundedVec, CloneNoBound, DebugNoBound, EqNoBound, PartialEqNoBound,
};
use frame_system::pallet_prelude::BlockNumberFor;
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};

/// Position of a collateral in its facility's list. Never changes once given.
pub type CollateralIndex = u8;

/// One book of the risk index: a collateral of a facility, and a [`BookKind`].
pub type BookId = (FacilityId, u8);

/// A facility may have this many collaterals at most: the number of a book has two bits for its kind.
pub const COLLATERAL_INDICES: u32 = 64;
/// The time in which the fill limit comes back in full, in seconds.
const FILL_SECONDS: u128 = 3_600;

/// In which of the books of their collaterals the entries of a vault lie. Enforcement goes through them
/// in this order: whoever sets guards must not keep it from vaults that are unsafe.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub enum BookKind {
	/// In those of the vaults that a fall can make unsafe.
	#[default]
	Risk,
	/// In those of the vaults that are unsafe and wait until something of them can be sold.
	Waiting,
	/// In those of the vaults whose guard a fall can call on.
	Guard,
}

impl BookKind {
	/// All kinds.
	pub const ALL: [Self; 3] = [Self::Risk, Self::Waiting, Self::Guard];

	/// The book of this kind of a collateral.
	pub const fn book(self, facility: FacilityId, collateral: CollateralIndex) -> BookId {
		let kind = match self {
			Self::Risk => 0,
			Self::Waiting => 0x80,
			Self::Guard => 0x40,
		};
		(facility, collateral | kind)
	}
}

/// How much of a facility is switched off. Repaying and closing never are, nor is depositing before
/// the facility is settled.
#[derive(
	Clone,
	Copy,
	Debug,
	Default,
	PartialEq,
	Eq,
	PartialOrd,
	Ord,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
	Serialize,
	Deserialize,
)]
pub enum Breaker {
	/// Everything works.
	#[default]
	AllEnabled,
	/// No opening, borrowing or withdrawing against debt.
	NoNewRisk,
	/// Also no new liquidations.
	NoNewLiquidations,
	/// Also no withdrawing at all, but for closing.
	Frozen,
	/// Wound up for good, see [`crate::settlement`]: no depositing either, but what a vault holds
	/// beyond its debt can be withdrawn once the vault is settled. Set by settling the facility only.
	Settled,
}

/// A collateral as governance lists it in a facility.
#[derive(
	Clone,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
	Serialize,
	Deserialize,
)]
pub struct CollateralTerms {
	/// The token.
	pub asset: AssetId,
	/// Share of its value that may be borrowed against: `B`, below `liquidation_factor`.
	pub borrow_factor: Perbill,
	/// Share of its value that keeps a vault safe: `L`, below one.
	pub liquidation_factor: Perbill,
	/// What a liquidation costs the owner beyond the debt repaid, at most: `π`.
	pub penalty: Perbill,
	/// The part of the penalty that the treasury keeps: `f`, below `penalty`.
	pub fee: Perbill,
	/// The most of it that all vaults of the facility may hold, in smallest units.
	pub cap: Balance,
	/// Liquidations sell the collateral with the lowest rank first, and of equal ranks the one that was
	/// listed first.
	pub risk_rank: u8,
}

/// A facility as governance creates it.
#[derive(
	CloneNoBound,
	DebugNoBound,
	PartialEqNoBound,
	EqNoBound,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
	Serialize,
	Deserialize,
)]
#[scale_info(skip_type_params(T))]
#[serde(bound = "")]
pub struct FacilityTerms<T: Config> {
	/// What is borrowed.
	pub debt_asset: AssetId,
	/// What may be borrowed against.
	pub collaterals: BoundedVec<CollateralTerms, T::MaxCollaterals>,
	/// The most that all vaults together may owe when one borrows, in smallest units of the debt
	/// asset. Interest may carry the sum beyond it.
	pub ceiling: Balance,
	/// How fast the facility fills: so much can be borrowed at once beyond what is repaid, and so
	/// much more with each hour.
	pub fill_limit: Balance,
	/// A vault owes nothing or at least this much.
	pub minimum_debt: Balance,
	/// The health that a liquidation restores: `H*`, above one.
	pub target_health: FixedU128,
	/// Interest of a year, effective, in units of 1e-27.
	pub annual_rate: Ray,
}

/// A collateral of a facility, with what does not change about the token at hand.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Collateral {
	/// As governance set it.
	pub terms: CollateralTerms,
	/// Decimals of the token, as they were when it was listed.
	pub decimals: u8,
}

/// What governance changes about a facility.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub enum FacilityChange {
	/// See [`FacilityTerms::ceiling`]. Debt beyond a lower ceiling stays; nothing more can be
	/// borrowed.
	Ceiling(Balance),
	/// See [`FacilityTerms::fill_limit`].
	FillLimit(Balance),
	/// See [`FacilityTerms::minimum_debt`]. Gradual if it rises.
	MinimumDebt(Balance),
	/// See [`FacilityTerms::target_health`]. Gradual if it rises.
	TargetHealth(FixedU128),
	/// See [`FacilityTerms::annual_rate`]. Gradual if it rises.
	AnnualRate(Ray),
	/// What is switched off.
	Breaker(Breaker),
	/// One more collateral.
	AddCollateral(CollateralTerms),
	/// Factors of a collateral. A lower liquidation factor is gradual; a lower borrow factor is
	/// not, so that nobody borrows what the lower liquidation factor will not carry.
	Factors {
		/// The collateral.
		asset: AssetId,
		/// See [`CollateralTerms::borrow_factor`].
		borrow: Perbill,
		/// See [`CollateralTerms::liquidation_factor`].
		liquidation: Perbill,
	},
	/// What liquidation costs. Gradual as far as it rises.
	Penalty {
		/// The collateral.
		asset: AssetId,
		/// See [`CollateralTerms::penalty`].
		penalty: Perbill,
		/// See [`CollateralTerms::fee`].
		fee: Perbill,
	},
	/// See [`CollateralTerms::cap`]. Collateral beyond a lower cap stays; no new risk is taken on
	/// it.
	Cap {
		/// The collateral.
		asset: AssetId,
		/// In smallest units of the collateral.
		cap: Balance,
	},
	/// See [`CollateralTerms::risk_rank`].
	RiskRank {
		/// The collateral.
		asset: AssetId,
		/// Lower is sold first.
		rank: u8,
	},
}

/// A facility's terms as the chain uses them.
#[derive(
	CloneNoBound, DebugNoBound, PartialEqNoBound, EqNoBound, Encode, Decode, MaxEncodedLen, TypeInfo,
)]
#[scale_info(skip_type_params(T))]
pub struct Facility<T: Config> {
	/// What is borrowed.
	pub debt_asset: AssetId,
	/// Decimals of the debt asset.
	pub debt_decimals: u8,
	/// See [`FacilityTerms::ceiling`].
	pub ceiling: Balance,
	/// See [`FacilityTerms::fill_limit`].
	pub fill_limit: Balance,
	/// See [`FacilityTerms::minimum_debt`].
	pub minimum_debt: Balance,
	/// See [`FacilityTerms::target_health`].
	pub target_health: FixedU128,
	/// What governance last set. While it rises, `rate_per_second` says what is charged.
	pub annual_rate: Ray,
	/// What `R` is multiplied with each second.
	pub rate_per_second: Ray,
	/// What is switched off.
	pub breaker: Breaker,
	/// What may be borrowed against; the position in this list is the collateral's index.
	pub collaterals: BoundedVec<Collateral, T::MaxCollaterals>,
}

/// What changes about a facility all the time: one row, written once an operation and once a block.
#[derive(
	CloneNoBound, DebugNoBound, PartialEqNoBound, EqNoBound, Encode, Decode, MaxEncodedLen, TypeInfo,
)]
#[scale_info(skip_type_params(T))]
pub struct FacilityState<T: Config> {
	/// `R`: what one unit of normalised debt owes.
	pub accumulator: Ray,
	/// When `R` was last advanced; zero if it has never been.
	pub accrued_at: Moment,
	/// `A`: normalised debt of all vaults.
	pub normalized_debt: NormalizedDebt,
	/// What has been issued against it, never more than `⌈A·R⌉`.
	pub minted: Balance,
	/// What the reserve could not take of that difference when `R` was last advanced. Zero but for
	/// accidents.
	pub due: Balance,
	/// Operations since `R` was last advanced. Each may leave up to `2·⌈R⌉` units more of difference
	/// between `minted` and `⌈A·R⌉`, which the next advance mints to the reserve.
	pub operations: u32,
	/// What has been borrowed beyond what was repaid, less what time has made good. At most
	/// [`Facility::fill_limit`] when somebody borrows.
	pub filled: Balance,
	/// What time has made good of the last unit of that, in 3,600ths of it.
	pub made_good: u16,
	/// Vaults in the books of those who wait, see [`BookKind::Waiting`].
	pub waiting: u32,
	/// What the vaults' legs hold of each collateral.
	pub held: BoundedVec<Balance, T::MaxCollaterals>,
}

impl<T: Config> FacilityState<T> {
	/// What is repaid, or made good by time, may be borrowed again.
	pub(crate) fn give_room(&mut self, amount: Balance) {
		self.filled = self.filled.saturating_sub(amount);
		if self.filled == 0 {
			self.made_good = 0;
		}
	}

	/// So many seconds make `fill_limit` good in each hour of them, to the unit: what is less than one is
	/// kept for the next time.
	pub(crate) fn pass_time(&mut self, fill_limit: Balance, seconds: u64) {
		let seconds = u128::from(seconds);
		let (each, rest) = (fill_limit / FILL_SECONDS, fill_limit % FILL_SECONDS);
		// Less than 2^12 · 2^64, and 2^12.
		let parts = rest
			.saturating_mul(seconds)
			.saturating_add(self.made_good.into());
		self.made_good = (parts % FILL_SECONDS) as u16;
		let made_good = each
			.saturating_mul(seconds)
			.saturating_add(parts / FILL_SECONDS);
		self.give_room(made_good);
	}
}

/// One collateral of a vault, and where the vault stands in that collateral's book.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Leg {
	/// Which collateral.
	pub collateral: CollateralIndex,
	/// How much, in smallest units. Never zero.
	pub amount: Balance,
	/// The entry in the risk index; `None` while the vault has no debt.
	pub entry: Option<Entry>,
}

/// Where a vault's entry lies in a book.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Entry {
	/// `θ`.
	pub trigger: Trigger,
	/// The page of the tick.
	pub page: u32,
}

/// What a vault may get back from a lot that its collateral went into.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Claim {
	/// The lot.
	pub lot: LotId,
	/// Which collateral.
	pub collateral: CollateralIndex,
	/// How much of it came from this vault.
	pub contributed: Balance,
}

/// What an owner has ordered to be done before it comes to a liquidation.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct Guard {
	/// The health below which it acts. Above one, at most ten.
	pub level: FixedU128,
	/// The most that it repays from the owner's balance, in smallest units of the debt asset.
	pub amount: Balance,
}

/// A vault.
#[derive(
	CloneNoBound, DebugNoBound, PartialEqNoBound, EqNoBound, Encode, Decode, MaxEncodedLen, TypeInfo,
)]
#[scale_info(skip_type_params(T))]
pub struct Vault<T: Config> {
	/// The facility it belongs to.
	pub facility: FacilityId,
	/// Who may withdraw, borrow and close.
	pub owner: T::AccountId,
	/// What it owes, divided by the facility's accumulator.
	pub debt: NormalizedDebt,
	/// Its collateral.
	pub legs: BoundedVec<Leg, ConstU32<{ MAX_LEGS }>>,
	/// What may come back to it.
	pub claims: BoundedVec<Claim, ConstU32<{ MAX_CLAIMS }>>,
	/// In which books its entries lie, if it has any.
	pub books: BookKind,
	/// What the owner has on hold for the row.
	pub deposit: Balance,
	/// What is done once when its health falls.
	pub guard: Option<Guard>,
	/// Who may become its owner by accepting it.
	pub offered_to: Option<T::AccountId>,
}

impl<T: Config> Vault<T> {
	/// Whether it is unsafe and waits until something of it can be sold.
	pub fn is_waiting(&self) -> bool {
		self.books == BookKind::Waiting
	}

	/// The book in which its entry for a collateral lies, if it has one.
	pub fn book(&self, collateral: CollateralIndex) -> BookId {
		self.books.book(self.facility, collateral)
	}
}

/// Amounts of several collaterals.
pub type Basket = BoundedVec<(AssetId, Balance), ConstU32<{ MAX_LEGS }>>;

/// The four movements of a vault, applied in this order.
#[derive(
	Clone,
	Debug,
	Default,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct Adjustment {
	/// Collateral from the caller to the vault.
	pub deposit: Basket,
	/// Debt to pay back from the caller's balance; what exceeds the debt is not taken.
	pub repay: Balance,
	/// Collateral from the vault to its owner.
	pub withdraw: Basket,
	/// Debt to take on, paid out to the owner.
	pub borrow: Balance,
}

/// What somebody expects of a vault that he is to become the owner of.
#[derive(
	Clone,
	Debug,
	Default,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct Expected {
	/// The most that it owes, with interest, in smallest units of the debt asset, rounded up.
	pub debt_at_most: Balance,
	/// What it holds of each of these collaterals, at least.
	pub collateral_at_least: Basket,
}

/// What the caller insists on.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Limits<BlockNumber> {
	/// The vault's health afterwards must be at least this.
	pub min_health: Option<FixedU128>,
	/// The last block in which the call may take effect.
	pub deadline: Option<BlockNumber>,
}

impl<BlockNumber> Default for Limits<BlockNumber> {
	fn default() -> Self {
		Self {
			min_health: None,
			deadline: None,
		}
	}
}

/// [`Limits`] in block numbers of the runtime.
pub type LimitsOf<T> = Limits<BlockNumberFor<T>>;

/// One collateral of a vault as a wallet shows it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct LegView {
	/// The token.
	pub asset: AssetId,
	/// How much the vault holds, in smallest units.
	pub amount: Balance,
	/// If this collateral alone moved, the price below which the vault is unsafe, in 1e-18 USD, rounded
	/// up. `None`
	///
	/// - if its fall alone cannot make the vault unsafe, or there is no debt;
	/// - if the price of the debt is not known: [`VaultView::health`] is `None` then as well;
	/// - if the number does not fit: then the vault is unsafe whatever this collateral costs, and
	///   [`VaultView::health`] is below one.
	///
	/// May be more than [`cairn_math::Price::MAX`], which no feed reports: then the vault is unsafe as well.
	pub liquidation_price: Option<u128>,
}

/// A vault as a wallet shows it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct VaultView<AccountId> {
	/// The vault.
	pub vault: VaultId,
	/// Its facility.
	pub facility: FacilityId,
	/// Its owner.
	pub owner: AccountId,
	/// What is owed now with interest, in smallest units of the debt asset.
	pub debt: Balance,
	/// Its health with what closed lots have left over, rounded down; the largest number of its type if it
	/// is above that, `u128::MAX` · 1e-18. `None` without debt, or without a price.
	pub health: Option<FixedU128>,
	/// The most that could be borrowed now beside the present debt, by all limits but the minimum
	/// debt: of the collateral, with what closed lots have left over; of the facility; and of what the
	/// treasury lets be issued. Rounded down; in smallest units of the debt asset.
	pub max_borrow: Balance,
	/// What is done once when its health falls.
	pub guard: Option<Guard>,
	/// Who may become its owner by accepting it.
	pub offered_to: Option<AccountId>,
	/// Its collateral, without what closed lots have left over and nobody has fetched yet.
	pub legs: alloc::vec::Vec<LegView>,
	/// Lots that may return collateral to it.
	pub claims: alloc::vec::Vec<Claim>,
}

/// A facility's totals as a wallet shows them.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct FacilityView {
	/// What is borrowed.
	pub debt_asset: AssetId,
	/// What all vaults owe.
	pub debt: Balance,
	/// What has been issued against it.
	pub minted: Balance,
	/// The most that may be owed when somebody borrows.
	pub ceiling: Balance,
	/// See [`FacilityTerms::fill_limit`].
	pub fill_limit: Balance,
	/// What can be borrowed at once now, as far as the ceiling, the fill limit and what the treasury
	/// lets be issued go. Rounded down.
	pub room: Balance,
	/// A vault owes nothing or at least this much.
	pub minimum_debt: Balance,
	/// The health that a liquidation restores.
	pub target_health: FixedU128,
	/// Interest of a year in 1e-27, as governance last set it.
	pub annual_rate: Ray,
	/// What `R` is multiplied with each second.
	pub rate_per_second: Ray,
	/// `R`.
	pub accumulator: Ray,
	/// What is switched off.
	pub breaker: Breaker,
	/// Vaults that were found unsafe when nothing of them could be sold. They are liquidated when it
	/// can.
	pub waiting: u32,
	/// Token and amount of all collateral in its vaults.
	pub collateral: alloc::vec::Vec<(AssetId, Balance)>,
	/// Terms of its collaterals as they are now.
	pub terms: alloc::vec::Vec<CollateralTerms>,
	/// Terms that are on their way.
	pub ramps: alloc::vec::Vec<Ramp>,
}

/// A vault near its liquidation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct RiskyVault {
	/// The vault.
	pub vault: VaultId,
	/// Its health, rounded down.
	pub health: FixedU128,
}

/// The vaults of a facility that are nearest to their liquidation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct Riskiest {
	/// The least healthy first; of the same health the one with the lower number.
	pub vaults: alloc::vec::Vec<RiskyVault>,
	/// Whether it is certain that no others belong here. If not, there was more to look at than a view
	/// does, and a vault that is left out may be less healthy than one that is listed.
	pub complete: bool,
}

/// What enforcement has to look at.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct Backlog {
	/// By collateral, entries of the risk index above its effective price, and those of vaults that wait
	/// for it if it can be sold again. A basket may have one for each leg.
	pub entries: alloc::vec::Vec<(AssetId, u32)>,
	/// Whether all have been counted, or there are more than a view looks at.
	pub complete: bool,
}
