//! Making and destroying a debt asset, and the accounts of what is owed for it.

use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{dispatch::DispatchResult, weights::Weight};
use scale_info::TypeInfo;
use sp_runtime::DispatchError;

use crate::Balance;

/// Why units of a debt asset come into being. There is no other way to make one.
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
pub enum MintReason {
	/// Borrowed against a vault.
	Borrow,
	/// Interest that a facility's vaults owe.
	Interest,
}

/// Why units of a debt asset cease to be.
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
pub enum BurnReason {
	/// A vault's debt is paid back.
	Repay,
	/// A buyer pays for seized collateral, and with it the debt it was seized for.
	Recovered,
	/// The reserve covers bad debt.
	BadDebt,
	/// Somebody covers bad debt with units of his own: for native tokens that did not exist before, or
	/// because he redeems where bad debt was made.
	Recapitalised,
}

/// The one place where debt assets are made and destroyed.
pub trait Issuance<AccountId, AssetId> {
	/// Makes `amount` of `asset` for `who`, and books it by its reason.
	fn mint(
		asset: &AssetId,
		who: &AccountId,
		amount: Balance,
		reason: MintReason,
	) -> DispatchResult;

	/// The most that [`Issuance::mint`] would make of `asset` now to be borrowed, in smallest units,
	/// rounded down: as much is not refused for its amount, and a unit more is. Zero while nothing is
	/// lent, or if the asset is not enabled. Whether `who` can hold it is another matter.
	fn lendable_floor(asset: &AssetId) -> Balance;

	/// Makes `amount` of `asset` for the reserve, and books it by its reason.
	fn mint_to_reserve(asset: &AssetId, amount: Balance, reason: MintReason) -> DispatchResult;

	/// Destroys `amount` of the `asset` that `who` holds, and books it by its reason.
	fn burn(
		asset: &AssetId,
		who: &AccountId,
		amount: Balance,
		reason: BurnReason,
	) -> DispatchResult;

	/// Moves `amount` of `asset` from `who` to the reserve.
	fn pay_reserve(asset: &AssetId, who: &AccountId, amount: Balance) -> DispatchResult;

	/// The account that holds the reserve. What it buys is delivered to it, and burning what it
	/// holds pays for that.
	fn reserve_account() -> AccountId;

	/// Prepares `asset` to be issued. Fails if the asset does not exist or has been issued by other
	/// means.
	fn enable(asset: &AssetId) -> Result<(), DispatchError>;
}

/// What stands behind a debt asset, as the treasury books it. None of these can fail: they move
/// amounts between two lines of the books, from within block execution.
pub trait BalanceSheet<AssetId> {
	/// `amount` of debt has left its vault with the collateral seized for it: from the vaults' line
	/// to the auctions' line.
	fn debt_seized(asset: &AssetId, amount: Balance);

	/// `amount` of debt will not be recovered by a lot: from the auctions' line to bad debt.
	fn debt_lost(asset: &AssetId, amount: Balance);

	/// Issued against vaults.
	fn backed_by_vaults(asset: &AssetId) -> Balance;

	/// Issued against debt that lots are selling collateral for.
	fn in_auction(asset: &AssetId) -> Balance;

	/// Issued with nothing behind it but the reserve.
	fn bad_debt(asset: &AssetId) -> Balance;

	/// What the treasury holds of the asset.
	fn reserve(asset: &AssetId) -> Balance;
}

/// Where a debt asset stands: what its reserve has too much of, or too little.
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
pub enum Standing {
	/// There is no bad debt, and the reserve holds this much more than its target and all debt in
	/// auction: it may be paid out.
	Surplus(Balance),
	/// The reserve covers all bad debt, and has nothing to pay out. Also while the books are in
	/// doubt: then nothing is done on their word.
	Even,
	/// This much bad debt is beyond the reserve, and beyond what its stock of collateral brings: it may
	/// be raised.
	Deficit(Balance),
}

/// The reserve of each debt asset, as whoever fills or empties it sees it.
pub trait Reserve<AccountId, AssetId> {
	/// The debt assets, in the order in which they were enabled. A bounded number.
	fn debt_assets() -> Vec<AssetId>;

	/// Where `asset` stands now. Never a surplus and a deficit at once.
	fn standing(asset: &AssetId) -> Standing;

	/// Pays `amount` of the surplus to `to`. Fails if there is not as much surplus now.
	fn pay_surplus(asset: &AssetId, to: &AccountId, amount: Balance) -> DispatchResult;

	/// Burns `amount` that `from` holds against bad debt. Fails if there is not as much deficit now.
	fn cover_deficit(asset: &AssetId, from: &AccountId, amount: Balance) -> DispatchResult;

	/// Books `amount` of `collateral`, which has been delivered to [`Issuance::reserve_account`], as
	/// stock of the reserve of `asset`: what it has bought, or holds against bad debt. Fails if the
	/// reserve keeps no stock of it.
	fn add_stock(asset: &AssetId, collateral: &AssetId, amount: Balance) -> DispatchResult;

	/// The collateral that the reserve of `asset` has in stock, with the amounts, all above nothing. A
	/// bounded number.
	fn stock(asset: &AssetId) -> Vec<(AssetId, Balance)>;

	/// Delivers `amount` of the stock to `to`. Fails if there is not as much.
	fn sell_stock(
		asset: &AssetId,
		collateral: &AssetId,
		to: &AccountId,
		amount: Balance,
	) -> DispatchResult;
}

/// Those who sell collateral, as the treasury sees them: a second account of what the balance sheet
/// says of the auctions, and what collateral would bring.
pub trait LotLedger<AssetId> {
	/// The debt that open lots have to recover; `None` if nobody counts.
	fn debt_in_lots(asset: &AssetId) -> Option<Balance>;

	/// What [`LotLedger::debt_in_lots`] weighs at most.
	fn debt_in_lots_weight() -> Weight;

	/// What `amount` of `collateral`, in the stock of the reserve of `asset`, can be counted on to
	/// bring, in smallest units of `asset`, rounded down. Nothing while nobody can tell.
	fn floor_value(asset: &AssetId, collateral: &AssetId, amount: Balance) -> Balance;
}

/// No lots: there is nothing to compare the balance sheet with, and nobody to sell to.
impl<AssetId> LotLedger<AssetId> for () {
	fn debt_in_lots(_: &AssetId) -> Option<Balance> {
		None
	}

	fn debt_in_lots_weight() -> Weight {
		Weight::zero()
	}

	fn floor_value(_: &AssetId, _: &AssetId, _: Balance) -> Balance {
		0
	}
}

/// Collateral: what is there, and what is owed.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Holding<AssetId> {
	/// Which collateral.
	pub asset: AssetId,
	/// What vaults own of it, and what of it covers the debts of vaults that are settled, in its
	/// smallest units.
	pub in_vaults: Balance,
	/// What lots sell of it, or still owe to vaults, in its smallest units.
	pub in_lots: Balance,
	/// What the custody account holds of it, in its smallest units. At least the sum of the two.
	pub in_custody: Balance,
}

/// The ledger of who owes a debt asset: a second account of what the balance sheet says of the
/// vaults, kept by somebody else.
pub trait DebtLedger<AssetId> {
	/// What the ledger has issued of each debt asset, each asset once; `None` if there is no ledger.
	fn issued() -> Option<Vec<(AssetId, Balance)>>;

	/// What [`DebtLedger::issued`] weighs at most.
	fn issued_weight() -> Weight;

	/// All collateral, for whoever wants to see it proven. Reads too much for a block.
	fn holdings() -> Vec<Holding<AssetId>>;
}

/// No ledger: there is nothing to compare the balance sheet with.
impl<AssetId> DebtLedger<AssetId> for () {
	fn issued() -> Option<Vec<(AssetId, Balance)>> {
		None
	}

	fn issued_weight() -> Weight {
		Weight::zero()
	}

	fn holdings() -> Vec<Holding<AssetId>> {
		Vec::new()
	}
}
