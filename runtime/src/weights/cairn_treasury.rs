//! Weights of `cairn_treasury`, measured by its benchmarks in the WASM runtime. Written by
//! `make weights`: not to be changed by hand. Picoseconds, as they were measured.
//!
//! Date 2026-11-29, CPU AMD EPYC, 20 steps, 10 repeats,
//! Compiled WASM.

#![cfg_attr(rustfmt, rustfmt_skip)]

use super::measured;
use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

/// Weights for a node on ParityDB.
pub struct WeightInfo<T>(PhantomData<T>);

impl<T: frame_system::Config> cairn_treasury::WeightInfo for WeightInfo<T> {
	/// Storage: `Treasury::Books` (r:1 w:0)
	/// Proof: `Treasury::Books` (`max_values`: None, `max_size`: Some(383), added: 2858, mode: `MaxEncodedLen`)
	/// Storage: `Treasury::Policies` (r:0 w:1)
	/// Proof: `Treasury::Policies` (`max_values`: None, `max_size`: Some(74), added: 2549, mode: `MaxEncodedLen`)
	fn set_policy() -> Weight {
		// Least time measured: 10_015_000 picoseconds.
		measured(10_766_000, 3848)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// Storage: `Guardians::Members` (r:1 w:0)
	/// Proof: `Guardians::Members` (`max_values`: Some(1), `max_size`: Some(513), added: 1008, mode: `MaxEncodedLen`)
	/// Storage: `Treasury::Books` (r:1 w:1)
	/// Proof: `Treasury::Books` (`max_values`: None, `max_size`: Some(383), added: 2858, mode: `MaxEncodedLen`)
	fn blow_fuse() -> Weight {
		// Least time measured: 15_674_000 picoseconds.
		measured(16_975_000, 3848)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// Storage: `Treasury::Books` (r:1 w:1)
	/// Proof: `Treasury::Books` (`max_values`: None, `max_size`: Some(383), added: 2858, mode: `MaxEncodedLen`)
	/// Storage: `Vaults::NextFacility` (r:1 w:0)
	/// Proof: `Vaults::NextFacility` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Vaults::Facilities` (r:2 w:0)
	/// Proof: `Vaults::Facilities` (`max_values`: None, `max_size`: Some(3942), added: 6417, mode: `MaxEncodedLen`)
	/// Storage: `Vaults::FacilityStates` (r:2 w:0)
	/// Proof: `Vaults::FacilityStates` (`max_values`: None, `max_size`: Some(367), added: 2842, mode: `MaxEncodedLen`)
	/// Storage: `Vaults::SettledFacilities` (r:1 w:0)
	/// Proof: `Vaults::SettledFacilities` (`max_values`: Some(1), `max_size`: Some(129), added: 624, mode: `MaxEncodedLen`)
	/// Storage: `Assets::Asset` (r:1 w:0)
	/// Proof: `Assets::Asset` (`max_values`: None, `max_size`: Some(210), added: 2685, mode: `MaxEncodedLen`)
	/// Storage: `Auctions::Markets` (r:1 w:0)
	/// Proof: `Auctions::Markets` (`max_values`: Some(1), `max_size`: Some(1185), added: 1680, mode: `MaxEncodedLen`)
	fn reset_fuse() -> Weight {
		// Least time measured: 32_769_000 picoseconds.
		measured(35_033_000, 13824)
			.saturating_add(T::DbWeight::get().reads(9))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// Storage: `Treasury::Books` (r:1 w:1)
	/// Proof: `Treasury::Books` (`max_values`: None, `max_size`: Some(383), added: 2858, mode: `MaxEncodedLen`)
	/// Storage: `Assets::Asset` (r:1 w:0)
	/// Proof: `Assets::Asset` (`max_values`: None, `max_size`: Some(210), added: 2685, mode: `MaxEncodedLen`)
	/// Storage: `Vaults::NextFacility` (r:1 w:0)
	/// Proof: `Vaults::NextFacility` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Vaults::Facilities` (r:2 w:0)
	/// Proof: `Vaults::Facilities` (`max_values`: None, `max_size`: Some(3942), added: 6417, mode: `MaxEncodedLen`)
	/// Storage: `Vaults::FacilityStates` (r:2 w:0)
	/// Proof: `Vaults::FacilityStates` (`max_values`: None, `max_size`: Some(367), added: 2842, mode: `MaxEncodedLen`)
	/// Storage: `Vaults::SettledFacilities` (r:1 w:0)
	/// Proof: `Vaults::SettledFacilities` (`max_values`: Some(1), `max_size`: Some(129), added: 624, mode: `MaxEncodedLen`)
	/// Storage: `Auctions::Markets` (r:1 w:0)
	/// Proof: `Auctions::Markets` (`max_values`: Some(1), `max_size`: Some(1185), added: 1680, mode: `MaxEncodedLen`)
	fn recognise_loss() -> Weight {
		// Least time measured: 34_592_000 picoseconds.
		measured(36_816_000, 13824)
			.saturating_add(T::DbWeight::get().reads(9))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// Storage: `Vaults::NextFacility` (r:1 w:0)
	/// Proof: `Vaults::NextFacility` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Vaults::SettledFacilities` (r:1 w:0)
	/// Proof: `Vaults::SettledFacilities` (`max_values`: Some(1), `max_size`: Some(129), added: 624, mode: `MaxEncodedLen`)
	/// Storage: `Vaults::Facilities` (r:2 w:0)
	/// Proof: `Vaults::Facilities` (`max_values`: None, `max_size`: Some(3942), added: 6417, mode: `MaxEncodedLen`)
	/// Storage: `Vaults::FacilityStates` (r:2 w:0)
	/// Proof: `Vaults::FacilityStates` (`max_values`: None, `max_size`: Some(367), added: 2842, mode: `MaxEncodedLen`)
	/// Storage: `Treasury::DebtAssets` (r:1 w:0)
	/// Proof: `Treasury::DebtAssets` (`max_values`: Some(1), `max_size`: Some(81), added: 576, mode: `MaxEncodedLen`)
	fn audit_base() -> Weight {
		// Least time measured: 22_624_000 picoseconds.
		measured(23_896_000, 13824)
			.saturating_add(T::DbWeight::get().reads(7))
	}
	/// Storage: `Vaults::NextFacility` (r:1 w:0)
	/// Proof: `Vaults::NextFacility` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Vaults::SettledFacilities` (r:1 w:0)
	/// Proof: `Vaults::SettledFacilities` (`max_values`: Some(1), `max_size`: Some(129), added: 624, mode: `MaxEncodedLen`)
	/// Storage: `Vaults::Facilities` (r:2 w:0)
	/// Proof: `Vaults::Facilities` (`max_values`: None, `max_size`: Some(3942), added: 6417, mode: `MaxEncodedLen`)
	/// Storage: `Vaults::FacilityStates` (r:2 w:0)
	/// Proof: `Vaults::FacilityStates` (`max_values`: None, `max_size`: Some(367), added: 2842, mode: `MaxEncodedLen`)
	/// Storage: `Treasury::DebtAssets` (r:1 w:0)
	/// Proof: `Treasury::DebtAssets` (`max_values`: Some(1), `max_size`: Some(81), added: 576, mode: `MaxEncodedLen`)
	/// Storage: `Treasury::Books` (r:2 w:1)
	/// Proof: `Treasury::Books` (`max_values`: None, `max_size`: Some(383), added: 2858, mode: `MaxEncodedLen`)
	/// Storage: `Assets::Asset` (r:2 w:0)
	/// Proof: `Assets::Asset` (`max_values`: None, `max_size`: Some(210), added: 2685, mode: `MaxEncodedLen`)
	/// Storage: `Auctions::Markets` (r:1 w:0)
	/// Proof: `Auctions::Markets` (`max_values`: Some(1), `max_size`: Some(1185), added: 1680, mode: `MaxEncodedLen`)
	fn audit_asset() -> Weight {
		// Least time measured: 44_767_000 picoseconds.
		measured(47_842_000, 13824)
			.saturating_add(T::DbWeight::get().reads(12))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// Storage: `Treasury::DebtAssets` (r:1 w:0)
	/// Proof: `Treasury::DebtAssets` (`max_values`: Some(1), `max_size`: Some(81), added: 576, mode: `MaxEncodedLen`)
	fn settle_base() -> Weight {
		// Least time measured: 3_465_000 picoseconds.
		measured(3_855_000, 1566)
			.saturating_add(T::DbWeight::get().reads(1))
	}
	/// Storage: `Treasury::DebtAssets` (r:1 w:0)
	/// Proof: `Treasury::DebtAssets` (`max_values`: Some(1), `max_size`: Some(81), added: 576, mode: `MaxEncodedLen`)
	/// Storage: `Treasury::Books` (r:2 w:2)
	/// Proof: `Treasury::Books` (`max_values`: None, `max_size`: Some(383), added: 2858, mode: `MaxEncodedLen`)
	/// Storage: `Assets::Asset` (r:2 w:1)
	/// Proof: `Assets::Asset` (`max_values`: None, `max_size`: Some(210), added: 2685, mode: `MaxEncodedLen`)
	/// Storage: `Assets::Account` (r:2 w:1)
	/// Proof: `Assets::Account` (`max_values`: None, `max_size`: Some(134), added: 2609, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:1 w:1)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	fn settle_asset() -> Weight {
		// Least time measured: 76_515_000 picoseconds.
		measured(80_101_000, 6706)
			.saturating_add(T::DbWeight::get().reads(8))
			.saturating_add(T::DbWeight::get().writes(5))
	}
	/// Storage: `Treasury::Books` (r:1 w:1)
	/// Proof: `Treasury::Books` (`max_values`: None, `max_size`: Some(383), added: 2858, mode: `MaxEncodedLen`)
	/// Storage: `Treasury::Policies` (r:1 w:0)
	/// Proof: `Treasury::Policies` (`max_values`: None, `max_size`: Some(74), added: 2549, mode: `MaxEncodedLen`)
	/// Storage: `Assets::Asset` (r:1 w:1)
	/// Proof: `Assets::Asset` (`max_values`: None, `max_size`: Some(210), added: 2685, mode: `MaxEncodedLen`)
	/// Storage: `Assets::Account` (r:2 w:2)
	/// Proof: `Assets::Account` (`max_values`: None, `max_size`: Some(134), added: 2609, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:2 w:2)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	fn reward() -> Weight {
		// Least time measured: 61_923_000 picoseconds.
		measured(65_087_000, 6208)
			.saturating_add(T::DbWeight::get().reads(7))
			.saturating_add(T::DbWeight::get().writes(6))
	}
}
