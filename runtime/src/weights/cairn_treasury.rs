//! Weights of `cairn_treasury`, measured by its benchmarks in the WASM runtime. Written by
//! `make weights`: not to be changed by hand.
//!
//! Date 2026-11-22, CPU AMD EPYC, 12 steps, 6 repeats,
//! Compiled WASM.

#![cfg_attr(rustfmt, rustfmt_skip)]

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

/// Weights for a node on ParityDB.
pub struct WeightInfo<T>(PhantomData<T>);

impl<T: frame_system::Config> cairn_treasury::WeightInfo for WeightInfo<T> {
	/// Storage: `Treasury::Books` (r:1 w:0)
	/// Proof: `Treasury::Books` (`max_values`: None, `max_size`: Some(347), added: 2822, mode: `MaxEncodedLen`)
	/// Storage: `Treasury::Policies` (r:0 w:1)
	/// Proof: `Treasury::Policies` (`max_values`: None, `max_size`: Some(38), added: 2513, mode: `MaxEncodedLen`)
	fn set_policy() -> Weight {
		// Least time measured: 13_150_000 picoseconds.
		Weight::from_parts(15_643_000, 3812)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// Storage: `Treasury::Books` (r:1 w:1)
	/// Proof: `Treasury::Books` (`max_values`: None, `max_size`: Some(347), added: 2822, mode: `MaxEncodedLen`)
	fn blow_fuse() -> Weight {
		// Least time measured: 19_309_000 picoseconds.
		Weight::from_parts(25_908_000, 3812)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// Storage: `Treasury::Books` (r:1 w:1)
	/// Proof: `Treasury::Books` (`max_values`: None, `max_size`: Some(347), added: 2822, mode: `MaxEncodedLen`)
	/// Storage: `Vaults::NextFacility` (r:1 w:0)
	/// Proof: `Vaults::NextFacility` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Vaults::Facilities` (r:2 w:0)
	/// Proof: `Vaults::Facilities` (`max_values`: None, `max_size`: Some(3942), added: 6417, mode: `MaxEncodedLen`)
	/// Storage: `Vaults::FacilityStates` (r:2 w:0)
	/// Proof: `Vaults::FacilityStates` (`max_values`: None, `max_size`: Some(365), added: 2840, mode: `MaxEncodedLen`)
	/// Storage: `Assets::Asset` (r:1 w:0)
	/// Proof: `Assets::Asset` (`max_values`: None, `max_size`: Some(210), added: 2685, mode: `MaxEncodedLen`)
	fn reset_fuse() -> Weight {
		// Least time measured: 42_664_000 picoseconds.
		Weight::from_parts(65_457_000, 13824)
			.saturating_add(T::DbWeight::get().reads(7))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// Storage: `Treasury::Books` (r:1 w:1)
	/// Proof: `Treasury::Books` (`max_values`: None, `max_size`: Some(347), added: 2822, mode: `MaxEncodedLen`)
	/// Storage: `Assets::Asset` (r:1 w:0)
	/// Proof: `Assets::Asset` (`max_values`: None, `max_size`: Some(210), added: 2685, mode: `MaxEncodedLen`)
	/// Storage: `Vaults::NextFacility` (r:1 w:0)
	/// Proof: `Vaults::NextFacility` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Vaults::Facilities` (r:2 w:0)
	/// Proof: `Vaults::Facilities` (`max_values`: None, `max_size`: Some(3942), added: 6417, mode: `MaxEncodedLen`)
	/// Storage: `Vaults::FacilityStates` (r:2 w:0)
	/// Proof: `Vaults::FacilityStates` (`max_values`: None, `max_size`: Some(365), added: 2840, mode: `MaxEncodedLen`)
	fn recognise_loss() -> Weight {
		// Least time measured: 44_316_000 picoseconds.
		Weight::from_parts(49_183_000, 13824)
			.saturating_add(T::DbWeight::get().reads(7))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// Storage: `Vaults::NextFacility` (r:1 w:0)
	/// Proof: `Vaults::NextFacility` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Vaults::Facilities` (r:2 w:0)
	/// Proof: `Vaults::Facilities` (`max_values`: None, `max_size`: Some(3942), added: 6417, mode: `MaxEncodedLen`)
	/// Storage: `Vaults::FacilityStates` (r:2 w:0)
	/// Proof: `Vaults::FacilityStates` (`max_values`: None, `max_size`: Some(365), added: 2840, mode: `MaxEncodedLen`)
	/// Storage: `Treasury::DebtAssets` (r:1 w:0)
	/// Proof: `Treasury::DebtAssets` (`max_values`: Some(1), `max_size`: Some(81), added: 576, mode: `MaxEncodedLen`)
	fn audit_base() -> Weight {
		// Least time measured: 28_001_000 picoseconds.
		Weight::from_parts(31_036_000, 13824)
			.saturating_add(T::DbWeight::get().reads(6))
	}
	/// Storage: `Vaults::NextFacility` (r:1 w:0)
	/// Proof: `Vaults::NextFacility` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Vaults::Facilities` (r:2 w:0)
	/// Proof: `Vaults::Facilities` (`max_values`: None, `max_size`: Some(3942), added: 6417, mode: `MaxEncodedLen`)
	/// Storage: `Vaults::FacilityStates` (r:2 w:0)
	/// Proof: `Vaults::FacilityStates` (`max_values`: None, `max_size`: Some(365), added: 2840, mode: `MaxEncodedLen`)
	/// Storage: `Treasury::DebtAssets` (r:1 w:0)
	/// Proof: `Treasury::DebtAssets` (`max_values`: Some(1), `max_size`: Some(81), added: 576, mode: `MaxEncodedLen`)
	/// Storage: `Treasury::Books` (r:2 w:1)
	/// Proof: `Treasury::Books` (`max_values`: None, `max_size`: Some(347), added: 2822, mode: `MaxEncodedLen`)
	/// Storage: `Assets::Asset` (r:2 w:0)
	/// Proof: `Assets::Asset` (`max_values`: None, `max_size`: Some(210), added: 2685, mode: `MaxEncodedLen`)
	fn audit_asset() -> Weight {
		// Least time measured: 59_328_000 picoseconds.
		Weight::from_parts(65_768_000, 13824)
			.saturating_add(T::DbWeight::get().reads(10))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// Storage: `Treasury::DebtAssets` (r:1 w:0)
	/// Proof: `Treasury::DebtAssets` (`max_values`: Some(1), `max_size`: Some(81), added: 576, mode: `MaxEncodedLen`)
	fn settle_base() -> Weight {
		// Least time measured: 4_106_000 picoseconds.
		Weight::from_parts(4_657_000, 1566)
			.saturating_add(T::DbWeight::get().reads(1))
	}
	/// Storage: `Treasury::DebtAssets` (r:1 w:0)
	/// Proof: `Treasury::DebtAssets` (`max_values`: Some(1), `max_size`: Some(81), added: 576, mode: `MaxEncodedLen`)
	/// Storage: `Treasury::Books` (r:2 w:2)
	/// Proof: `Treasury::Books` (`max_values`: None, `max_size`: Some(347), added: 2822, mode: `MaxEncodedLen`)
	/// Storage: `Assets::Asset` (r:2 w:1)
	/// Proof: `Assets::Asset` (`max_values`: None, `max_size`: Some(210), added: 2685, mode: `MaxEncodedLen`)
	/// Storage: `Assets::Account` (r:2 w:1)
	/// Proof: `Assets::Account` (`max_values`: None, `max_size`: Some(134), added: 2609, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:1 w:1)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	fn settle_asset() -> Weight {
		// Least time measured: 99_107_000 picoseconds.
		Weight::from_parts(105_266_000, 6634)
			.saturating_add(T::DbWeight::get().reads(8))
			.saturating_add(T::DbWeight::get().writes(5))
	}
	/// ESTIMATE: Books (r:1 w:1), Policies (r:1), the asset (r:1 w:1), two holdings (r:2 w:2), two
	/// accounts (r:2 w:2).
	fn reward() -> Weight {
		Weight::from_parts(120_000_000, 9_000)
			.saturating_add(T::DbWeight::get().reads_writes(7, 6))
	}
}
