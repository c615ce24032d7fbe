//! Those who do what the start of a block did not come to.

use frame_support::weights::Weight;

use crate::Balance;

/// Pays keepers.
pub trait KeeperReward<AccountId, AssetId> {
	/// Pays `keeper` for liquidations that the start of the block had not come to. `fees` has for each
	/// of them what it brings the reserve of `asset`, at the prices it was made at.
	///
	/// Returns what was paid, which may be nothing. Cannot fail: a liquidation that is not rewarded is
	/// made all the same. What is paid for each is at most half of what it brings.
	fn reward(asset: &AssetId, keeper: &AccountId, fees: &[Balance]) -> Balance;

	/// What [`KeeperReward::reward`] weighs at most.
	fn reward_weight() -> Weight;
}

/// Nobody is paid.
impl<AccountId, AssetId> KeeperReward<AccountId, AssetId> for () {
	fn reward(_: &AssetId, _: &AccountId, _: &[Balance]) -> Balance {
		0
	}

	fn reward_weight() -> Weight {
		Weight::zero()
	}
}
