//! What the pallet needs to know of its own cost. A runtime measures it with `benchmarking.rs`.

use frame_support::weights::Weight;

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
	/// Paying a keeper.
	fn reward() -> Weight;
}

/// For tests.
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

	fn reward() -> Weight {
		Weight::from_parts(1_000, 10)
	}
}
