//! Weights of `cairn_oracle`, measured by its benchmarks in the WASM runtime. Written by
//! `make weights`: not to be changed by hand.
//!
//! Date 2026-11-28, CPU Intel(R) Xeon(R) Processor, 8 steps, 4 repeats,
//! Compiled WASM.

#![cfg_attr(rustfmt, rustfmt_skip)]

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

/// Weights for a node on ParityDB.
pub struct WeightInfo<T>(PhantomData<T>);

impl<T: frame_system::Config> cairn_oracle::WeightInfo for WeightInfo<T> {
	/// Storage: `Oracle::SetId` (r:1 w:0)
	/// Proof: `Oracle::SetId` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
	/// Storage: `Oracle::ReportedFeeds` (r:1 w:0)
	/// Proof: `Oracle::ReportedFeeds` (`max_values`: Some(1), `max_size`: Some(2369), added: 2864, mode: `MaxEncodedLen`)
	/// Storage: `Oracle::NextFeedId` (r:1 w:0)
	/// Proof: `Oracle::NextFeedId` (`max_values`: Some(1), `max_size`: Some(2), added: 497, mode: `MaxEncodedLen`)
	/// Storage: `Oracle::Authorities` (r:1 w:0)
	/// Proof: `Oracle::Authorities` (`max_values`: Some(1), `max_size`: Some(3202), added: 3697, mode: `MaxEncodedLen`)
	/// Storage: `Oracle::Disabled` (r:1 w:0)
	/// Proof: `Oracle::Disabled` (`max_values`: Some(1), `max_size`: Some(402), added: 897, mode: `MaxEncodedLen`)
	/// Storage: `Oracle::LatestReports` (r:1 w:0)
	/// Proof: `Oracle::LatestReports` (`max_values`: None, `max_size`: Some(1141), added: 3616, mode: `MaxEncodedLen`)
	/// Storage: `System::BlockHash` (r:1 w:0)
	/// Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	/// `f` in `[1, 32]`.
	fn authorize_report(f: u32, ) -> Weight {
		// Least time measured: 122_037_000 picoseconds.
		Weight::from_parts(166_173_271, 4687)
			// Standard error: 61_913
			.saturating_add(Weight::from_parts(630_979, 0).saturating_mul(f.into()))
			.saturating_add(T::DbWeight::get().reads(7))
	}
	/// Storage: `Oracle::SessionStart` (r:1 w:0)
	/// Proof: `Oracle::SessionStart` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Oracle::LatestReports` (r:1 w:1)
	/// Proof: `Oracle::LatestReports` (`max_values`: None, `max_size`: Some(1141), added: 3616, mode: `MaxEncodedLen`)
	/// Storage: `Oracle::NewReports` (r:0 w:1)
	/// Proof: `Oracle::NewReports` (`max_values`: Some(1), `max_size`: Some(0), added: 495, mode: `MaxEncodedLen`)
	/// `f` in `[1, 32]`.
	fn report(f: u32, ) -> Weight {
		// Least time measured: 28_968_000 picoseconds.
		Weight::from_parts(57_702_204, 4606)
			// Standard error: 74_582
			.saturating_add(Weight::from_parts(243_459, 0).saturating_mul(f.into()))
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	/// Storage: `Timestamp::Now` (r:1 w:0)
	/// Proof: `Timestamp::Now` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
	/// Storage: `Oracle::Quotes` (r:1 w:1)
	/// Proof: `Oracle::Quotes` (`max_values`: Some(1), `max_size`: Some(5505), added: 6000, mode: `MaxEncodedLen`)
	/// Storage: `Oracle::NewReports` (r:1 w:0)
	/// Proof: `Oracle::NewReports` (`max_values`: Some(1), `max_size`: Some(0), added: 495, mode: `MaxEncodedLen`)
	fn aggregate_idle() -> Weight {
		// Least time measured: 144_329_000 picoseconds.
		Weight::from_parts(158_199_000, 6990)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// Storage: `Timestamp::Now` (r:1 w:0)
	/// Proof: `Timestamp::Now` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
	/// Storage: `Oracle::Quotes` (r:1 w:1)
	/// Proof: `Oracle::Quotes` (`max_values`: Some(1), `max_size`: Some(5505), added: 6000, mode: `MaxEncodedLen`)
	/// Storage: `Oracle::NewReports` (r:1 w:1)
	/// Proof: `Oracle::NewReports` (`max_values`: Some(1), `max_size`: Some(0), added: 495, mode: `MaxEncodedLen`)
	/// Storage: `Oracle::ReportedFeeds` (r:1 w:0)
	/// Proof: `Oracle::ReportedFeeds` (`max_values`: Some(1), `max_size`: Some(2369), added: 2864, mode: `MaxEncodedLen`)
	/// Storage: `Oracle::Reporters` (r:1 w:0)
	/// Proof: `Oracle::Reporters` (`max_values`: Some(1), `max_size`: Some(4002), added: 4497, mode: `MaxEncodedLen`)
	/// Storage: `Oracle::Disabled` (r:1 w:0)
	/// Proof: `Oracle::Disabled` (`max_values`: Some(1), `max_size`: Some(402), added: 897, mode: `MaxEncodedLen`)
	/// Storage: `Oracle::LatestReports` (r:100 w:0)
	/// Proof: `Oracle::LatestReports` (`max_values`: None, `max_size`: Some(1141), added: 3616, mode: `MaxEncodedLen`)
	/// Storage: `Oracle::SessionStart` (r:1 w:0)
	/// Proof: `Oracle::SessionStart` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Oracle::Conducts` (r:1 w:1)
	/// Proof: `Oracle::Conducts` (`max_values`: Some(1), `max_size`: Some(1202), added: 1697, mode: `MaxEncodedLen`)
	/// Storage: `Oracle::Shadows` (r:1 w:1)
	/// Proof: `Oracle::Shadows` (`max_values`: Some(1), `max_size`: Some(5953), added: 6448, mode: `MaxEncodedLen`)
	/// `v` in `[1, 100]`.
	/// `f` in `[1, 32]`.
	fn aggregate(v: u32, f: u32, ) -> Weight {
		// Least time measured: 182_136_000 picoseconds.
		Weight::from_parts(200_466_000, 7438)
			// Standard error: 804_755
			.saturating_add(Weight::from_parts(10_349_075, 0).saturating_mul(v.into()))
			// Standard error: 2_522_294
			.saturating_add(Weight::from_parts(16_833_585, 0).saturating_mul(f.into()))
			.saturating_add(T::DbWeight::get().reads(9))
			.saturating_add(T::DbWeight::get().reads((1_u64).saturating_mul(v.into())))
			.saturating_add(T::DbWeight::get().writes(3))
			.saturating_add(Weight::from_parts(0, 3616).saturating_mul(v.into()))
	}
	/// Storage: `Oracle::Shadows` (r:1 w:1)
	/// Proof: `Oracle::Shadows` (`max_values`: Some(1), `max_size`: Some(5953), added: 6448, mode: `MaxEncodedLen`)
	/// Storage: `Oracle::Feeds` (r:2 w:0)
	/// Proof: `Oracle::Feeds` (`max_values`: None, `max_size`: Some(5897), added: 8372, mode: `MaxEncodedLen`)
	/// Storage: `Oracle::NextFeedId` (r:1 w:1)
	/// Proof: `Oracle::NextFeedId` (`max_values`: Some(1), `max_size`: Some(2), added: 497, mode: `MaxEncodedLen`)
	/// Storage: `Oracle::ReportedFeeds` (r:1 w:1)
	/// Proof: `Oracle::ReportedFeeds` (`max_values`: Some(1), `max_size`: Some(2369), added: 2864, mode: `MaxEncodedLen`)
	/// Storage: `Oracle::ShadowFeeds` (r:0 w:1)
	/// Proof: `Oracle::ShadowFeeds` (`max_values`: None, `max_size`: Some(5897), added: 8372, mode: `MaxEncodedLen`)
	fn set_feed() -> Weight {
		// Least time measured: 154_455_000 picoseconds.
		Weight::from_parts(176_511_000, 17734)
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(4))
	}
	/// Storage: `Oracle::Feeds` (r:1 w:1)
	/// Proof: `Oracle::Feeds` (`max_values`: None, `max_size`: Some(5897), added: 8372, mode: `MaxEncodedLen`)
	/// Storage: `Oracle::ReportedFeeds` (r:1 w:1)
	/// Proof: `Oracle::ReportedFeeds` (`max_values`: Some(1), `max_size`: Some(2369), added: 2864, mode: `MaxEncodedLen`)
	/// Storage: `Oracle::Quotes` (r:1 w:1)
	/// Proof: `Oracle::Quotes` (`max_values`: Some(1), `max_size`: Some(5505), added: 6000, mode: `MaxEncodedLen`)
	/// Storage: `Oracle::Shadows` (r:1 w:1)
	/// Proof: `Oracle::Shadows` (`max_values`: Some(1), `max_size`: Some(5953), added: 6448, mode: `MaxEncodedLen`)
	/// Storage: `Oracle::CounterForFeeds` (r:1 w:1)
	/// Proof: `Oracle::CounterForFeeds` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Oracle::ShadowFeeds` (r:0 w:1)
	/// Proof: `Oracle::ShadowFeeds` (`max_values`: None, `max_size`: Some(5897), added: 8372, mode: `MaxEncodedLen`)
	fn remove_feed() -> Weight {
		// Least time measured: 150_928_000 picoseconds.
		Weight::from_parts(184_634_000, 9362)
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(6))
	}
	/// Storage: `Timestamp::Now` (r:1 w:0)
	/// Proof: `Timestamp::Now` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
	/// Storage: `Oracle::Shadows` (r:1 w:1)
	/// Proof: `Oracle::Shadows` (`max_values`: Some(1), `max_size`: Some(5953), added: 6448, mode: `MaxEncodedLen`)
	/// Storage: `Oracle::Quotes` (r:1 w:1)
	/// Proof: `Oracle::Quotes` (`max_values`: Some(1), `max_size`: Some(5505), added: 6000, mode: `MaxEncodedLen`)
	/// Storage: `Oracle::ShadowFeeds` (r:1 w:1)
	/// Proof: `Oracle::ShadowFeeds` (`max_values`: None, `max_size`: Some(5897), added: 8372, mode: `MaxEncodedLen`)
	/// Storage: `Oracle::Feeds` (r:1 w:1)
	/// Proof: `Oracle::Feeds` (`max_values`: None, `max_size`: Some(5897), added: 8372, mode: `MaxEncodedLen`)
	/// Storage: `Oracle::ReportedFeeds` (r:1 w:1)
	/// Proof: `Oracle::ReportedFeeds` (`max_values`: Some(1), `max_size`: Some(2369), added: 2864, mode: `MaxEncodedLen`)
	fn promote_feed() -> Weight {
		// Least time measured: 167_812_000 picoseconds.
		Weight::from_parts(261_208_000, 9362)
			.saturating_add(T::DbWeight::get().reads(6))
			.saturating_add(T::DbWeight::get().writes(5))
	}
	/// Storage: `Oracle::ShadowFeeds` (r:1 w:1)
	/// Proof: `Oracle::ShadowFeeds` (`max_values`: None, `max_size`: Some(5897), added: 8372, mode: `MaxEncodedLen`)
	/// Storage: `Oracle::Shadows` (r:1 w:1)
	/// Proof: `Oracle::Shadows` (`max_values`: Some(1), `max_size`: Some(5953), added: 6448, mode: `MaxEncodedLen`)
	/// Storage: `Oracle::ReportedFeeds` (r:1 w:1)
	/// Proof: `Oracle::ReportedFeeds` (`max_values`: Some(1), `max_size`: Some(2369), added: 2864, mode: `MaxEncodedLen`)
	fn withdraw_shadow() -> Weight {
		// Least time measured: 75_458_000 picoseconds.
		Weight::from_parts(98_282_000, 9362)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	/// Storage: `Guardians::Members` (r:1 w:0)
	/// Proof: `Guardians::Members` (`max_values`: Some(1), `max_size`: Some(513), added: 1008, mode: `MaxEncodedLen`)
	/// Storage: `Oracle::Quotes` (r:1 w:1)
	/// Proof: `Oracle::Quotes` (`max_values`: Some(1), `max_size`: Some(5505), added: 6000, mode: `MaxEncodedLen`)
	fn halt_feed() -> Weight {
		// Least time measured: 74_732_000 picoseconds.
		Weight::from_parts(106_123_000, 6990)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// Storage: `Oracle::Quotes` (r:1 w:1)
	/// Proof: `Oracle::Quotes` (`max_values`: Some(1), `max_size`: Some(5505), added: 6000, mode: `MaxEncodedLen`)
	fn resume_feed() -> Weight {
		// Least time measured: 62_213_000 picoseconds.
		Weight::from_parts(76_525_000, 6990)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// Storage: `Oracle::Convictions` (r:1 w:0)
	/// Proof: `Oracle::Convictions` (`max_values`: None, `max_size`: Some(32), added: 2507, mode: `MaxEncodedLen`)
	/// Storage: `Oracle::SetId` (r:1 w:0)
	/// Proof: `Oracle::SetId` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
	/// Storage: `Oracle::Authorities` (r:1 w:0)
	/// Proof: `Oracle::Authorities` (`max_values`: Some(1), `max_size`: Some(3202), added: 3697, mode: `MaxEncodedLen`)
	/// Storage: `Oracle::Reporters` (r:1 w:0)
	/// Proof: `Oracle::Reporters` (`max_values`: Some(1), `max_size`: Some(4002), added: 4497, mode: `MaxEncodedLen`)
	/// Storage: `System::BlockHash` (r:1 w:0)
	/// Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	fn authorize_prove_two_reports() -> Weight {
		// Least time measured: 168_842_000 picoseconds.
		Weight::from_parts(189_191_000, 5487)
			.saturating_add(T::DbWeight::get().reads(5))
	}
	/// Storage: `Oracle::SetId` (r:1 w:0)
	/// Proof: `Oracle::SetId` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
	/// Storage: `Oracle::Authorities` (r:1 w:0)
	/// Proof: `Oracle::Authorities` (`max_values`: Some(1), `max_size`: Some(3202), added: 3697, mode: `MaxEncodedLen`)
	/// Storage: `Oracle::Reporters` (r:1 w:0)
	/// Proof: `Oracle::Reporters` (`max_values`: Some(1), `max_size`: Some(4002), added: 4497, mode: `MaxEncodedLen`)
	/// Storage: `Session::CurrentIndex` (r:1 w:0)
	/// Proof: `Session::CurrentIndex` (`max_values`: Some(1), `max_size`: None, mode: `Measured`)
	/// Storage: `Offences::ConcurrentReportsIndex` (r:1 w:1)
	/// Proof: `Offences::ConcurrentReportsIndex` (`max_values`: None, `max_size`: None, mode: `Measured`)
	/// Storage: `Offences::Reports` (r:1 w:1)
	/// Proof: `Offences::Reports` (`max_values`: None, `max_size`: None, mode: `Measured`)
	/// Storage: `Oracle::Convictions` (r:0 w:1)
	/// Proof: `Oracle::Convictions` (`max_values`: None, `max_size`: Some(32), added: 2507, mode: `MaxEncodedLen`)
	fn prove_two_reports() -> Weight {
		// Least time measured: 81_908_000 picoseconds.
		Weight::from_parts(115_376_000, 11061)
			.saturating_add(T::DbWeight::get().reads(6))
			.saturating_add(T::DbWeight::get().writes(3))
	}
}
