//! Weights of what the treasury does within a block.
//!
//! ESTIMATES, not measurements: cautious figures by the number of storage items that are touched.
//! The output of the benchmarks of `benchmarking.rs` replaces them.

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

/// What the pallet needs to know of its own cost.
pub trait WeightInfo {
	/// Reading the list of assets with bad debt.
	fn settle_base() -> Weight;
	/// Covering the bad debt of one asset.
	fn settle_asset() -> Weight;
}

/// Estimated weights, priced by the runtime's database.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	fn settle_base() -> Weight {
		// Uncovered (r:1)
		Weight::from_parts(5_000_000, 1_500).saturating_add(T::DbWeight::get().reads(1))
	}

	fn settle_asset() -> Weight {
		// Books (r:1 w:1), Asset (r:1 w:1), Account (r:1 w:1), System::Account (r:1 w:1),
		// Uncovered (r:1 w:1)
		Weight::from_parts(80_000_000, 12_000).saturating_add(T::DbWeight::get().reads_writes(5, 5))
	}
}

impl WeightInfo for () {
	fn settle_base() -> Weight {
		Weight::from_parts(1_000, 10)
	}

	fn settle_asset() -> Weight {
		Weight::from_parts(1_000, 10)
	}
}
