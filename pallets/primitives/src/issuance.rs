//! Making and destroying a debt asset, and the accounts of what is owed for it.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::dispatch::DispatchResult;
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
