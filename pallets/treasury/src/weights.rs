//! Weights of the calls and of what the treasury does at the start of a block.
//!
//! ESTIMATES, not measurements: cautious figures by the number of storage items that are touched.
//! The output of the benchmarks of `benchmarking.rs` replaces them.

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

/// What the pallet needs to know of its own cost.
pub trait WeightInfo {
	/// Changing a policy.
	fn set_policy() -> Weight;
	/// Blowing a fuse by hand.
	fn blow_fuse() -> Weight;
	/// Resetting a fuse, beside reading the ledger.
	fn reset_fuse() -> Weight;
	/// Recognising a loss, beside reading the ledger.
	fn recognise_loss() -> Weight;
	/// Reading which debt assets there are, before auditing them, beside reading the ledger.
	fn audit_base() -> Weight;
	/// Auditing one debt asset, and blowing its fuse.
	fn audit_asset() -> Weight;
	/// Reading which debt assets there are, before settling them.
	fn settle_base() -> Weight;
	/// Covering the bad debt of one asset, and closing its era.
	fn settle_asset() -> Weight;
}

/// Estimated weights, priced by the runtime's database.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	fn set_policy() -> Weight {
		// Books (r:1), Policies (r:1 w:1)
		Weight::from_parts(20_000_000, 4_500).saturating_add(T::DbWeight::get().reads_writes(2, 1))
	}

	fn blow_fuse() -> Weight {
		// Books (r:1 w:1)
		Weight::from_parts(20_000_000, 4_000).saturating_add(T::DbWeight::get().reads_writes(1, 1))
	}

	fn reset_fuse() -> Weight {
		// Books (r:1 w:1), Asset (r:1)
		Weight::from_parts(30_000_000, 7_000).saturating_add(T::DbWeight::get().reads_writes(2, 1))
	}

	fn recognise_loss() -> Weight {
		// Books (r:1 w:1), Asset (r:1)
		Weight::from_parts(50_000_000, 7_000).saturating_add(T::DbWeight::get().reads_writes(2, 1))
	}

	fn audit_base() -> Weight {
		// DebtAssets (r:1)
		Weight::from_parts(5_000_000, 2_000).saturating_add(T::DbWeight::get().reads(1))
	}

	fn audit_asset() -> Weight {
		// Books (r:1 w:1), Asset (r:1)
		Weight::from_parts(15_000_000, 7_000).saturating_add(T::DbWeight::get().reads_writes(2, 1))
	}

	fn settle_base() -> Weight {
		// DebtAssets (r:1)
		Weight::from_parts(5_000_000, 2_000).saturating_add(T::DbWeight::get().reads(1))
	}

	fn settle_asset() -> Weight {
		// Books (r:1 w:1), Asset (r:1 w:1), Account (r:1 w:1), System::Account (r:1 w:1)
		Weight::from_parts(90_000_000, 13_000).saturating_add(T::DbWeight::get().reads_writes(4, 4))
	}
}

impl WeightInfo for () {
	fn set_policy() -> Weight {
		Weight::from_parts(1_000, 10)
	}

	fn blow_fuse() -> Weight {
		Weight::from_parts(1_000, 10)
	}

	fn reset_fuse() -> Weight {
		Weight::from_parts(1_000, 10)
	}

	fn recognise_loss() -> Weight {
		Weight::from_parts(1_000, 10)
	}

	fn audit_base() -> Weight {
		Weight::from_parts(1_000, 10)
	}

	fn audit_asset() -> Weight {
		Weight::from_parts(1_000, 10)
	}

	fn settle_base() -> Weight {
		Weight::from_parts(1_000, 10)
	}

	fn settle_asset() -> Weight {
		Weight::from_parts(1_000, 10)
	}
}
