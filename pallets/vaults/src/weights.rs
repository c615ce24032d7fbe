//! What the pallet needs to know of its own cost. A runtime measures it with `benchmarking.rs`.

use frame_support::weights::Weight;

/// What each call, and each step of the start-of-block work, weighs.
pub trait WeightInfo {
	/// [`crate::Pallet::open`] with `l` deposits, one already there.
	fn open(l: u32) -> Weight;
	/// [`crate::Pallet::adjust`] of a vault of `l` legs: all of them deposited to and withdrawn from,
	/// some debt repaid and some borrowed.
	fn adjust(l: u32) -> Weight;
	/// [`crate::Pallet::close`] of a vault with `l` legs and a debt.
	fn close(l: u32) -> Weight;
	/// [`crate::Pallet::claim`] of `c` claims into a vault of eight legs.
	fn claim(c: u32) -> Weight;
	/// [`crate::Pallet::liquidate`] of a vault of `l` legs, each of them into a lot of its own.
	fn liquidate(l: u32) -> Weight;
	/// [`crate::Pallet::create_facility`].
	fn create_facility() -> Weight;
	/// [`crate::Pallet::change_facility`], whatever it changes.
	fn change_facility() -> Weight;
	/// [`crate::Pallet::settle_facility`] with a price for every token.
	fn settle_facility() -> Weight;
	/// [`crate::Pallet::settle_vault`] of a vault of `l` legs that do not cover its debt.
	fn settle_vault(l: u32) -> Weight;
	/// [`crate::Pallet::redeem`] in a facility of `c` collaterals, each of which is due, for the first
	/// time, and not for the last.
	fn redeem(c: u32) -> Weight;
	/// Reading which facilities there are, and which of them are settled.
	fn list_facilities() -> Weight;
	/// Advancing the accumulator of one facility and minting its interest.
	fn accrue_facility() -> Weight;
	/// Reading a facility, its `c` quotes, and the heads of its books; writing its totals.
	fn visit_facility(c: u32) -> Weight;
	/// Looking through a full page of a book for whom the price hurts, and finding the next tick.
	fn visit_page() -> Weight;
	/// Evaluating 256 vaults of `l` legs each, all in the same pages, and liquidating them all.
	fn enforce_batch(l: u32) -> Weight;
	/// Writing `r` rows of the index for the first time in a block.
	fn index_rows(r: u32) -> Weight;
	/// Opening a lot, or topping one up, and what a batch of vaults does once for all its lots.
	fn put_up() -> Weight;
	/// Comparing a vault of eight legs with its entries and indexing it anew.
	fn sweep_vault() -> Weight;
	/// [`crate::Pallet::set_guard`] on a vault of eight legs.
	fn set_guard() -> Weight;
	/// What a guard does, beside evaluating its vault: repaying once.
	fn run_guard() -> Weight;
	/// [`crate::Pallet::offer`].
	fn offer() -> Weight;
	/// [`crate::Pallet::accept`] of a vault of eight legs with all claims that it can have.
	fn accept() -> Weight;
}

/// For tests.
impl WeightInfo for () {
	fn open(_: u32) -> Weight {
		Weight::from_parts(1_000_000, 0)
	}
	fn adjust(_: u32) -> Weight {
		Weight::from_parts(1_000_000, 0)
	}
	fn close(_: u32) -> Weight {
		Weight::from_parts(1_000_000, 0)
	}
	fn claim(_: u32) -> Weight {
		Weight::zero()
	}
	fn liquidate(_: u32) -> Weight {
		Weight::from_parts(1_000_000, 0)
	}
	fn create_facility() -> Weight {
		Weight::from_parts(1_000_000, 0)
	}
	fn change_facility() -> Weight {
		Weight::from_parts(1_000_000, 0)
	}
	fn settle_facility() -> Weight {
		Weight::from_parts(1_000_000, 0)
	}
	fn settle_vault(_: u32) -> Weight {
		Weight::from_parts(1_000_000, 0)
	}
	fn redeem(_: u32) -> Weight {
		Weight::from_parts(1_000_000, 0)
	}
	fn list_facilities() -> Weight {
		Weight::zero()
	}
	fn accrue_facility() -> Weight {
		Weight::from_parts(1_000_000, 0)
	}
	fn visit_facility(_: u32) -> Weight {
		Weight::from_parts(1_000_000, 0)
	}
	fn visit_page() -> Weight {
		Weight::from_parts(1_000_000, 0)
	}
	fn enforce_batch(_: u32) -> Weight {
		Weight::from_parts(256_000_000, 0)
	}
	fn index_rows(_: u32) -> Weight {
		Weight::zero()
	}
	fn put_up() -> Weight {
		Weight::zero()
	}
	fn sweep_vault() -> Weight {
		Weight::from_parts(1_000_000, 0)
	}
	fn set_guard() -> Weight {
		Weight::from_parts(1_000_000, 0)
	}
	fn run_guard() -> Weight {
		Weight::zero()
	}
	fn offer() -> Weight {
		Weight::from_parts(1_000_000, 0)
	}
	fn accept() -> Weight {
		Weight::from_parts(1_000_000, 0)
	}
}
