//! Weights of the calls and of the agenda.
//!
//! ESTIMATES, not measurements: cautious figures by the number of storage items that are touched.
//! The output of the benchmarks of `benchmarking.rs` replaces them.

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

/// What the pallet needs to know of its own cost.
pub trait WeightInfo {
	/// Buying the last of a lot, with leftover and with a fee.
	fn take() -> Weight;
	/// Changing the terms.
	fn set_terms() -> Weight;
	/// Looking where the agenda stands.
	fn advance_base() -> Weight;
	/// Looking into one slot of the agenda, and writing it back.
	fn advance_slot() -> Weight;
	/// Starting the price of one lot again, in a crowded agenda.
	fn advance_lot() -> Weight;
	/// Buying the last of a lot of surplus.
	fn buy_surplus() -> Weight;
	/// Buying the last of a lot of native tokens.
	fn recapitalise() -> Weight;
	/// Changing how system lots are sold.
	fn set_system_terms() -> Weight;
	/// Reading which debt assets there are.
	fn system_base() -> Weight;
	/// Closing the system lot of one debt asset, and opening one of the other kind.
	fn system_asset() -> Weight;
}

/// Estimated weights, priced by the runtime's database.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	fn take() -> Weight {
		// Lots, ClosedLots, Held, Agenda, Current (r:5 w:5), two quotes (r:4), decimals (r:2), books
		// (r:1 w:1), two assets (r:2 w:2), four holdings (r:4 w:4), three accounts (r:3 w:3)
		Weight::from_parts(220_000_000, 25_000)
			.saturating_add(T::DbWeight::get().reads_writes(21, 15))
	}

	fn set_terms() -> Weight {
		Weight::from_parts(10_000_000, 0).saturating_add(T::DbWeight::get().writes(1))
	}

	fn advance_base() -> Weight {
		// AgendaCursor (r:1 w:1)
		Weight::from_parts(5_000_000, 1_500).saturating_add(T::DbWeight::get().reads_writes(1, 1))
	}

	fn advance_slot() -> Weight {
		// Agenda (r:1 w:1)
		Weight::from_parts(10_000_000, 5_000).saturating_add(T::DbWeight::get().reads_writes(1, 1))
	}

	fn advance_lot() -> Weight {
		// Lots (r:1 w:1), a quote (r:2), Agenda (r:5 w:1)
		Weight::from_parts(60_000_000, 30_000).saturating_add(T::DbWeight::get().reads_writes(8, 2))
	}

	fn buy_surplus() -> Weight {
		// SystemLots, Books (r:2 w:2), Policies (r:1), two quotes (r:4), decimals (r:2), the asset
		// (r:1 w:1), two holdings (r:2 w:2), three accounts (r:3 w:3)
		Weight::from_parts(200_000_000, 20_000)
			.saturating_add(T::DbWeight::get().reads_writes(15, 8))
	}

	fn recapitalise() -> Weight {
		// SystemLots, SystemSaleTerms, NativeMade, Books (r:4 w:3), two quotes (r:4), decimals (r:2),
		// the asset (r:1 w:1), two holdings (r:2 w:1), three accounts (r:3 w:2)
		Weight::from_parts(200_000_000, 20_000)
			.saturating_add(T::DbWeight::get().reads_writes(16, 7))
	}

	fn set_system_terms() -> Weight {
		Weight::from_parts(10_000_000, 0).saturating_add(T::DbWeight::get().writes(1))
	}

	fn system_base() -> Weight {
		// DebtAssets (r:1)
		Weight::from_parts(5_000_000, 2_000).saturating_add(T::DbWeight::get().reads(1))
	}

	fn system_asset() -> Weight {
		// SystemLots (r:1 w:1), Books, Policies, a holding (r:3), SystemSaleTerms, NativeMade (r:2), a
		// quote (r:2), SurplusNotBefore (r:1 w:1)
		Weight::from_parts(60_000_000, 15_000).saturating_add(T::DbWeight::get().reads_writes(9, 2))
	}
}

impl WeightInfo for () {
	fn take() -> Weight {
		Weight::from_parts(1_000, 10)
	}

	fn set_terms() -> Weight {
		Weight::from_parts(1_000, 10)
	}

	fn advance_base() -> Weight {
		Weight::from_parts(1_000, 10)
	}

	fn advance_slot() -> Weight {
		Weight::from_parts(1_000, 10)
	}

	fn advance_lot() -> Weight {
		Weight::from_parts(1_000, 10)
	}

	fn buy_surplus() -> Weight {
		Weight::from_parts(1_000, 10)
	}

	fn recapitalise() -> Weight {
		Weight::from_parts(1_000, 10)
	}

	fn set_system_terms() -> Weight {
		Weight::from_parts(1_000, 10)
	}

	fn system_base() -> Weight {
		Weight::from_parts(1_000, 10)
	}

	fn system_asset() -> Weight {
		Weight::from_parts(1_000, 10)
	}
}
