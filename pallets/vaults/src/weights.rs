//! What the pallet needs to know of its own cost. A runtime measures it with `benchmarking.rs`.

use frame_support::weights::Weight;

/// What each call, and each step of the start-of-block work, weighs.
pub trait WeightInfo {
	/// [`crate::Pallet::open`] with `l` deposits, one already there.
	fn open(l: u32) -> Weight;
	/// [`crate::Pallet::adjust`] of `l` collaterals of a vault that has no others: all of them deposited
	/// and withdrawn, some debt repaid and some borrowed.
	fn adjust(l: u32) -> Weight;
	/// [`crate::Pallet::close`] of a vault with `l` legs and a debt.
	fn close(l: u32) -> Weight;
	/// Settling `c` claims of a vault that is loaded and will be written.
	fn claim(c: u32) -> Weight;
	/// [`crate::Pallet::liquidate`] of a vault of `l` legs, each of them into a lot of its own.
	fn liquidate(l: u32) -> Weight;
	/// [`crate::Pallet::create_facility`].
	fn create_facility() -> Weight;
	/// [`crate::Pallet::change_facility`], whatever it changes but for
	/// [`crate::types::FacilityChange::AddCollateral`].
	fn change_facility() -> Weight;
	/// [`crate::Pallet::change_facility`] that adds the last collateral there can be.
	fn add_collateral() -> Weight;
	/// [`crate::Pallet::settle_facility`] with a price for every token.
	fn settle_facility() -> Weight;
	/// [`crate::Pallet::settle_vault`] of a vault of `l` legs that do not cover its debt.
	fn settle_vault(l: u32) -> Weight;
	/// [`crate::Pallet::redeem`] in a facility of `c` collaterals, each of which is due, for the first
	/// time, and not for the last.
	fn redeem(c: u32) -> Weight;
	/// Reading which facilities there are, and which of them are settled.
	fn list_facilities() -> Weight;
	/// Finding out that the reserve has covered what a settled facility has lost.
	fn note_deficit() -> Weight;
	/// Advancing the accumulator of one facility and minting its interest.
	fn accrue_facility() -> Weight;
	/// Reading a facility, its `c` quotes, and the heads of its books; writing its totals.
	fn visit_facility(c: u32) -> Weight;
	/// Looking through a full page of a book for whom the price hurts, and finding the next tick.
	fn visit_page() -> Weight;
	/// Evaluating 256 vaults of `l` legs each, all in the same pages, and liquidating them all; without
	/// what is written once for all of them.
	fn enforce_batch(l: u32) -> Weight;
	/// Writing `r` rows of the index for the first time in a block.
	fn index_rows(r: u32) -> Weight;
	/// Opening a lot, or topping one up, and what a batch of vaults does once for all its lots.
	fn put_up() -> Weight;
	/// Comparing a vault of eight legs with its entries and indexing it anew.
	fn sweep_vault() -> Weight;
	/// [`crate::Pallet::set_guard`] on a vault of `l` legs: it is loaded, every entry of it moves, and it
	/// is written.
	fn set_guard(l: u32) -> Weight;
	/// What a guard does, beside evaluating its vault: repaying once.
	fn run_guard() -> Weight;
	/// [`crate::Pallet::offer`].
	fn offer() -> Weight;
	/// [`crate::Pallet::accept`] of a vault of `l` legs.
	fn accept(l: u32) -> Weight;
}

/// For tests. No two weigh the same and none weighs nothing, so that a charge that is missing, or made
/// for something else, shows in the sum. Evaluating a vault weighs by far the most, a little more
/// than a million.
impl WeightInfo for () {
	fn open(l: u32) -> Weight {
		linear(1_100_000, 21_000, l)
	}
	fn adjust(l: u32) -> Weight {
		linear(1_200_000, 22_000, l)
	}
	fn close(l: u32) -> Weight {
		linear(1_300_000, 23_000, l)
	}
	fn claim(c: u32) -> Weight {
		linear(17_000, 2_900, c)
	}
	fn liquidate(l: u32) -> Weight {
		linear(1_400_000, 24_000, l)
	}
	fn create_facility() -> Weight {
		linear(1_500_000, 0, 0)
	}
	fn change_facility() -> Weight {
		linear(1_600_000, 0, 0)
	}
	fn add_collateral() -> Weight {
		linear(1_650_000, 0, 0)
	}
	fn settle_facility() -> Weight {
		linear(1_700_000, 0, 0)
	}
	fn settle_vault(l: u32) -> Weight {
		linear(1_800_000, 25_000, l)
	}
	fn redeem(c: u32) -> Weight {
		linear(1_900_000, 26_000, c)
	}
	fn list_facilities() -> Weight {
		linear(5_300, 0, 0)
	}
	fn note_deficit() -> Weight {
		linear(27_000, 0, 0)
	}
	fn accrue_facility() -> Weight {
		linear(41_000, 0, 0)
	}
	fn visit_facility(c: u32) -> Weight {
		linear(61_000, 1_300, c)
	}
	fn visit_page() -> Weight {
		linear(31_000, 0, 0)
	}
	fn enforce_batch(l: u32) -> Weight {
		linear(1_010_000, 11_000, l).saturating_mul(256)
	}
	fn index_rows(r: u32) -> Weight {
		linear(0, 3_700, r)
	}
	fn put_up() -> Weight {
		linear(43_000, 0, 0)
	}
	fn sweep_vault() -> Weight {
		linear(510_000, 0, 0)
	}
	fn set_guard(l: u32) -> Weight {
		linear(700_000, 27_000, l)
	}
	fn run_guard() -> Weight {
		linear(71_000, 0, 0)
	}
	fn offer() -> Weight {
		linear(720_000, 0, 0)
	}
	fn accept(l: u32) -> Weight {
		linear(740_000, 28_000, l)
	}
}

/// So much, and so much more with each.
fn linear(base: u64, each: u64, count: u32) -> Weight {
	Weight::from_parts(base.saturating_add(each.saturating_mul(count.into())), 0)
}
