//! A market outside of the auctions, where a buyer of collateral can get what he pays with.

use sp_runtime::DispatchError;

use crate::Balance;

/// Where one token can be sold for another.
pub trait Exchange<AccountId, AssetId> {
	/// Sells as much of the `sold` that `who` holds as it takes to have exactly `amount` of
	/// `bought` more, and returns how much that was.
	///
	/// All or nothing: if it fails, nothing has changed. It fails if it would take more than `most`,
	/// or if nobody trades the two for each other.
	fn buy_exact(
		who: &AccountId,
		sold: &AssetId,
		bought: &AssetId,
		amount: Balance,
		most: Balance,
	) -> Result<Balance, DispatchError>;

	/// How much of `sold` it would take now to have `amount` of `bought`; `None` if it cannot be had.
	fn cost(sold: &AssetId, bought: &AssetId, amount: Balance) -> Option<Balance>;

	/// Makes a market in which `amount` of each can be had for the other, on the longest way there
	/// is. Both exist.
	#[cfg(feature = "runtime-benchmarks")]
	fn set_up(sold: &AssetId, bought: &AssetId, amount: Balance);
}

/// Nobody trades anything.
impl<AccountId, AssetId> Exchange<AccountId, AssetId> for () {
	fn buy_exact(
		_: &AccountId,
		_: &AssetId,
		_: &AssetId,
		_: Balance,
		_: Balance,
	) -> Result<Balance, DispatchError> {
		Err(DispatchError::Unavailable)
	}

	fn cost(_: &AssetId, _: &AssetId, _: Balance) -> Option<Balance> {
		None
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn set_up(_: &AssetId, _: &AssetId, _: Balance) {}
}
