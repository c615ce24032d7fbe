//! Weights of the calls and of what lots do by themselves.
//!
//! ESTIMATES, not measurements: cautious figures by the number of storage items that are touched.
//! The output of the benchmarks of `benchmarking.rs` replaces them.

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

/// What the pallet needs to know of its own cost.
pub trait WeightInfo {
	/// Buying the last of a lot, with leftover and with a fee, or all that is offered of it.
	fn take() -> Weight;
	/// Buying part of what is offered.
	fn take_part() -> Weight;
	/// [`WeightInfo::take`], paid by selling part of what is bought on the longest way there is.
	fn take_with_swap() -> Weight;
	/// Changing the terms.
	fn set_terms() -> Weight;
	/// Changing the limits.
	fn set_limits() -> Weight;
	/// Looking where the agenda, the queues and the watches stand.
	fn advance_base() -> Weight;
	/// Looking into one slot of the agenda, and writing it back.
	fn advance_slot() -> Weight;
	/// Comparing the oracle's price of one collateral with those that lots started from.
	fn advance_watch() -> Weight;
	/// Starting the price of one lot again, in a crowded agenda.
	fn advance_restart() -> Weight;
	/// Giving what one lot offers to the reserve.
	fn advance_takeover() -> Weight;
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
	/// Valuing one collateral in stock, and opening a lot of it.
	fn system_stock() -> Weight;
	/// Buying the last of a stock.
	fn buy_stock() -> Weight;
}

/// Estimated weights, priced by the runtime's database.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	fn take() -> Weight {
		// Lots, ClosedLots, Held, Agenda (r:6 w:2), Current, Markets, Watches, Watched (r:2 w:2),
		// LotLimits, two quotes (r:4), decimals (r:2), books (r:1 w:1), two assets (r:2 w:2), four
		// holdings (r:4 w:4), three accounts (r:3 w:3)
		Weight::from_parts(280_000_000, 45_000)
			.saturating_add(T::DbWeight::get().reads_writes(32, 22))
	}

	fn take_part() -> Weight {
		// Lots, Held, Markets (r:3 w:3), Watches, LotLimits (r:2), two quotes (r:4), decimals (r:2),
		// books (r:1 w:1), two assets (r:2 w:2), three holdings (r:3 w:3), two accounts (r:2 w:2)
		Weight::from_parts(170_000_000, 25_000)
			.saturating_add(T::DbWeight::get().reads_writes(19, 11))
	}

	fn take_with_swap() -> Weight {
		// As `take`, another transfer of the collateral (r:2 w:2), and a swap over two pools: pools
		// and fees (r:4), three assets (r:1 w:1), six holdings (r:4 w:4), accounts (r:2 w:2)
		Weight::from_parts(600_000_000, 70_000)
			.saturating_add(T::DbWeight::get().reads_writes(46, 32))
	}

	fn set_terms() -> Weight {
		Weight::from_parts(10_000_000, 0).saturating_add(T::DbWeight::get().writes(1))
	}

	fn set_limits() -> Weight {
		Weight::from_parts(10_000_000, 0).saturating_add(T::DbWeight::get().writes(1))
	}

	fn advance_base() -> Weight {
		// AgendaCursor, Markets (r:2 w:2), Watches, LotLimits (r:2), quotes of debt assets (r:32)
		Weight::from_parts(50_000_000, 25_000)
			.saturating_add(T::DbWeight::get().reads_writes(36, 2))
	}

	fn advance_slot() -> Weight {
		// Agenda (r:1 w:1)
		Weight::from_parts(10_000_000, 5_000).saturating_add(T::DbWeight::get().reads_writes(1, 1))
	}

	fn advance_watch() -> Weight {
		// a quote (r:2), Watches (w:1), Watched (r:1)
		Weight::from_parts(15_000_000, 12_000).saturating_add(T::DbWeight::get().reads_writes(3, 1))
	}

	fn advance_restart() -> Weight {
		// Lots (r:1 w:1), Markets, Watches (w:2), Watched (r:2 w:2), Queue (r:1 w:1), two quotes
		// (r:4), Agenda (r:6 w:2)
		Weight::from_parts(90_000_000, 45_000)
			.saturating_add(T::DbWeight::get().reads_writes(14, 8))
	}

	fn advance_takeover() -> Weight {
		// As `take`, with the lot closing
		Weight::from_parts(280_000_000, 45_000)
			.saturating_add(T::DbWeight::get().reads_writes(32, 22))
	}

	fn buy_surplus() -> Weight {
		// SystemLots, Books (r:2 w:2), Policies (r:1), two quotes (r:4), decimals (r:2), the asset
		// (r:1 w:1), two holdings (r:2 w:2), three accounts (r:3 w:3)
		Weight::from_parts(200_000_000, 20_000)
			.saturating_add(T::DbWeight::get().reads_writes(15, 8))
	}

	fn recapitalise() -> Weight {
		// SystemLots, SystemSaleTerms, NativeMade, Books (r:4 w:3), two quotes (r:4), decimals (r:2),
		// the asset (r:1 w:1), two holdings (r:2 w:1), three accounts (r:3 w:2); Stock (r:1), and of each
		// collateral in it StockLots, a quote, decimals (r:16 * 4)
		Weight::from_parts(400_000_000, 90_000)
			.saturating_add(T::DbWeight::get().reads_writes(81, 7))
	}

	fn set_system_terms() -> Weight {
		Weight::from_parts(10_000_000, 0).saturating_add(T::DbWeight::get().writes(1))
	}

	fn system_base() -> Weight {
		// DebtAssets (r:1)
		Weight::from_parts(5_000_000, 2_000).saturating_add(T::DbWeight::get().reads(1))
	}

	fn system_asset() -> Weight {
		// SystemLots (r:1 w:1), Books, Policies, Stock, a holding (r:4), SystemSaleTerms, NativeMade
		// (r:2), a quote (r:2), SurplusNotBefore (r:1 w:1)
		Weight::from_parts(65_000_000, 17_000)
			.saturating_add(T::DbWeight::get().reads_writes(10, 2))
	}

	fn system_stock() -> Weight {
		// StockLots (r:1 w:1), Stock (r:1), SystemSaleTerms (r:1), two quotes (r:4), decimals (r:2)
		Weight::from_parts(40_000_000, 12_000).saturating_add(T::DbWeight::get().reads_writes(9, 1))
	}

	fn buy_stock() -> Weight {
		// StockLots, Stock, Books (r:3 w:3), Stock of the other debt assets (r:15), two quotes (r:4),
		// decimals (r:2), two assets (r:2 w:2), four holdings (r:4 w:4), three accounts (r:3 w:3)
		Weight::from_parts(250_000_000, 40_000)
			.saturating_add(T::DbWeight::get().reads_writes(33, 12))
	}
}

impl WeightInfo for () {
	fn take() -> Weight {
		Weight::from_parts(2_000, 10)
	}

	fn take_part() -> Weight {
		Weight::from_parts(1_000, 10)
	}

	fn take_with_swap() -> Weight {
		Weight::from_parts(3_000, 10)
	}

	fn set_terms() -> Weight {
		Weight::from_parts(1_000, 10)
	}

	fn set_limits() -> Weight {
		Weight::from_parts(1_000, 10)
	}

	fn advance_base() -> Weight {
		Weight::from_parts(1_000, 10)
	}

	fn advance_slot() -> Weight {
		Weight::from_parts(1_000, 10)
	}

	fn advance_watch() -> Weight {
		Weight::from_parts(1_000, 10)
	}

	fn advance_restart() -> Weight {
		Weight::from_parts(1_000, 10)
	}

	fn advance_takeover() -> Weight {
		Weight::from_parts(2_000, 10)
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

	fn system_stock() -> Weight {
		Weight::from_parts(1_000, 10)
	}

	fn buy_stock() -> Weight {
		Weight::from_parts(1_000, 10)
	}
}
