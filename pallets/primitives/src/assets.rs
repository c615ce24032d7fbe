//! What the pallets need to know of a token beyond its balances.

/// How many decimals tokens have.
///
/// A trait of its own because the native token keeps its decimals nowhere on chain, and because
/// `pallet-assets` answers 0 for an asset without metadata: an amount that is off by a factor of
/// 10^12 is worse than none.
pub trait AssetDecimals<AssetId> {
	/// The decimals of `asset`; `None` if it does not exist or nobody has said how many it has.
	fn decimals(asset: &AssetId) -> Option<u8>;
}

/// Makes tokens for benchmarks.
#[cfg(feature = "runtime-benchmarks")]
pub trait CreateAsset<AssetId> {
	/// Creates `asset` with `decimals` and a minimum balance of one unit, such that any account may
	/// hold it and nobody has been issued any. Nothing happens if it exists.
	fn create_asset(asset: &AssetId, decimals: u8);
}
