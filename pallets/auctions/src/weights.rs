//! What the pallet needs to know of its own cost. A runtime measures it with `benchmarking.rs`.

use frame_support::weights::Weight;

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
	/// Starting the price of one lot that has waited in the queue, in a crowded agenda.
	fn advance_queued() -> Weight;
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

	fn advance_queued() -> Weight {
		Weight::from_parts(1_500, 10)
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
