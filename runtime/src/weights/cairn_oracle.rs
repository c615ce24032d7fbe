//! Weights of `cairn_oracle`, measured by its benchmarks in the WASM runtime. Written by
//! `make weights`: not to be changed by hand.
//!
//! Date 2026-11-29, CPU Intel(R) Xeon(R) Processor, 16 steps, 12 repeats,
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
		// Least time measured: 161_307_000 picoseconds.
		Weight::from_parts(174_421_702, 4687)
			// Standard error: 69_556
			.saturating_add(Weight::from_parts(1_076_947, 0).saturating_mul(f.into()))
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
		// Least time measured: 42_519_000 picoseconds.
		Weight::from_parts(53_450_688, 4606)
			// Standard error: 72_517
			.saturating_add(Weight::from_parts(148_497, 0).saturating_mul(f.into()))
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	/// Storage: `Oracle::Quotes` (r:1 w:1)
	/// Proof: `Oracle::Quotes` (`max_values`: Some(1), `max_size`: Some(6094), added: 6589, mode: `MaxEncodedLen`)
	/// Storage: `Timestamp::Now` (r:1 w:0)
	/// Proof: `Timestamp::Now` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
	/// Storage: `Oracle::NewReports` (r:1 w:0)
	/// Proof: `Oracle::NewReports` (`max_values`: Some(1), `max_size`: Some(0), added: 495, mode: `MaxEncodedLen`)
	fn aggregate_idle() -> Weight {
		// Least time measured: 248_467_000 picoseconds.
		Weight::from_parts(262_029_000, 7579)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// Storage: `Oracle::Quotes` (r:1 w:1)
	/// Proof: `Oracle::Quotes` (`max_values`: Some(1), `max_size`: Some(6094), added: 6589, mode: `MaxEncodedLen`)
	/// Storage: `Timestamp::Now` (r:1 w:0)
	/// Proof: `Timestamp::Now` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
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
	/// Proof: `Oracle::Shadows` (`max_values`: Some(1), `max_size`: Some(6465), added: 6960, mode: `MaxEncodedLen`)
	/// `v` in `[1, 100]`.
	/// `f` in `[1, 32]`.
	fn aggregate(v: u32, f: u32, ) -> Weight {
		// Least time measured: 300_335_000 picoseconds.
		Weight::from_parts(304_681_000, 7950)
			// Standard error: 650_225
			.saturating_add(Weight::from_parts(15_831_506, 0).saturating_mul(v.into()))
			// Standard error: 2_037_245
			.saturating_add(Weight::from_parts(26_223_308, 0).saturating_mul(f.into()))
			.saturating_add(T::DbWeight::get().reads(9))
			.saturating_add(T::DbWeight::get().reads((1_u64).saturating_mul(v.into())))
			.saturating_add(T::DbWeight::get().writes(4))
			.saturating_add(Weight::from_parts(0, 3616).saturating_mul(v.into()))
	}
	/// Storage: `Oracle::Shadows` (r:1 w:1)
	/// Proof: `Oracle::Shadows` (`max_values`: Some(1), `max_size`: Some(6465), added: 6960, mode: `MaxEncodedLen`)
	/// Storage: `Oracle::Feeds` (r:2 w:0)
	/// Proof: `Oracle::Feeds` (`max_values`: None, `max_size`: Some(5897), added: 8372, mode: `MaxEncodedLen`)
	/// Storage: `Oracle::NextFeedId` (r:1 w:1)
	/// Proof: `Oracle::NextFeedId` (`max_values`: Some(1), `max_size`: Some(2), added: 497, mode: `MaxEncodedLen`)
	/// Storage: `Oracle::ReportedFeeds` (r:1 w:1)
	/// Proof: `Oracle::ReportedFeeds` (`max_values`: Some(1), `max_size`: Some(2369), added: 2864, mode: `MaxEncodedLen`)
	/// Storage: `Oracle::ShadowFeeds` (r:0 w:1)
	/// Proof: `Oracle::ShadowFeeds` (`max_values`: None, `max_size`: Some(5897), added: 8372, mode: `MaxEncodedLen`)
	fn set_feed() -> Weight {
		// Least time measured: 238_398_000 picoseconds.
		Weight::from_parts(265_139_000, 17734)
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(4))
	}
	/// Storage: `Oracle::Feeds` (r:1 w:1)
	/// Proof: `Oracle::Feeds` (`max_values`: None, `max_size`: Some(5897), added: 8372, mode: `MaxEncodedLen`)
	/// Storage: `Oracle::ReportedFeeds` (r:1 w:1)
	/// Proof: `Oracle::ReportedFeeds` (`max_values`: Some(1), `max_size`: Some(2369), added: 2864, mode: `MaxEncodedLen`)
	/// Storage: `Oracle::Quotes` (r:1 w:1)
	/// Proof: `Oracle::Quotes` (`max_values`: Some(1), `max_size`: Some(6094), added: 6589, mode: `MaxEncodedLen`)
	/// Storage: `Oracle::Shadows` (r:1 w:1)
	/// Proof: `Oracle::Shadows` (`max_values`: Some(1), `max_size`: Some(6465), added: 6960, mode: `MaxEncodedLen`)
	/// Storage: `Oracle::CounterForFeeds` (r:1 w:1)
	/// Proof: `Oracle::CounterForFeeds` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Oracle::ShadowFeeds` (r:0 w:1)
	/// Proof: `Oracle::ShadowFeeds` (`max_values`: None, `max_size`: Some(5897), added: 8372, mode: `MaxEncodedLen`)
	fn remove_feed() -> Weight {
		// Least time measured: 236_725_000 picoseconds.
		Weight::from_parts(254_098_000, 9362)
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(6))
	}
	/// Storage: `Oracle::Quotes` (r:1 w:1)
	/// Proof: `Oracle::Quotes` (`max_values`: Some(1), `max_size`: Some(6094), added: 6589, mode: `MaxEncodedLen`)
	/// Storage: `Timestamp::Now` (r:1 w:0)
	/// Proof: `Timestamp::Now` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
	/// Storage: `Oracle::Shadows` (r:1 w:1)
	/// Proof: `Oracle::Shadows` (`max_values`: Some(1), `max_size`: Some(6465), added: 6960, mode: `MaxEncodedLen`)
	/// Storage: `Oracle::ShadowFeeds` (r:1 w:1)
	/// Proof: `Oracle::ShadowFeeds` (`max_values`: None, `max_size`: Some(5897), added: 8372, mode: `MaxEncodedLen`)
	/// Storage: `Oracle::Feeds` (r:1 w:1)
	/// Proof: `Oracle::Feeds` (`max_values`: None, `max_size`: Some(5897), added: 8372, mode: `MaxEncodedLen`)
	/// Storage: `Oracle::ReportedFeeds` (r:1 w:1)
	/// Proof: `Oracle::ReportedFeeds` (`max_values`: Some(1), `max_size`: Some(2369), added: 2864, mode: `MaxEncodedLen`)
	fn promote_feed() -> Weight {
		// Least time measured: 222_176_000 picoseconds.
		Weight::from_parts(243_932_000, 9362)
			.saturating_add(T::DbWeight::get().reads(6))
			.saturating_add(T::DbWeight::get().writes(5))
	}
	/// Storage: `Oracle::ShadowFeeds` (r:1 w:1)
	/// Proof: `Oracle::ShadowFeeds` (`max_values`: None, `max_size`: Some(5897), added: 8372, mode: `MaxEncodedLen`)
	/// Storage: `Oracle::Shadows` (r:1 w:1)
	/// Proof: `Oracle::Shadows` (`max_values`: Some(1), `max_size`: Some(6465), added: 6960, mode: `MaxEncodedLen`)
	/// Storage: `Oracle::ReportedFeeds` (r:1 w:1)
	/// Proof: `Oracle::ReportedFeeds` (`max_values`: Some(1), `max_size`: Some(2369), added: 2864, mode: `MaxEncodedLen`)
	fn withdraw_shadow() -> Weight {
		// Least time measured: 110_194_000 picoseconds.
		Weight::from_parts(122_012_000, 9362)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	/// Storage: `Guardians::Members` (r:1 w:0)
	/// Proof: `Guardians::Members` (`max_values`: Some(1), `max_size`: Some(513), added: 1008, mode: `MaxEncodedLen`)
	/// Storage: `Oracle::Quotes` (r:1 w:1)
	/// Proof: `Oracle::Quotes` (`max_values`: Some(1), `max_size`: Some(6094), added: 6589, mode: `MaxEncodedLen`)
	fn halt_feed() -> Weight {
		// Least time measured: 109_210_000 picoseconds.
		Weight::from_parts(121_189_000, 7579)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// Storage: `Oracle::Quotes` (r:1 w:1)
	/// Proof: `Oracle::Quotes` (`max_values`: Some(1), `max_size`: Some(6094), added: 6589, mode: `MaxEncodedLen`)
	fn resume_feed() -> Weight {
		// Least time measured: 94_211_000 picoseconds.
		Weight::from_parts(103_013_000, 7579)
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
		// Least time measured: 224_477_000 picoseconds.
		Weight::from_parts(249_807_000, 5487)
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
		// Least time measured: 135_699_000 picoseconds.
		Weight::from_parts(150_312_000, 11061)
			.saturating_add(T::DbWeight::get().reads(6))
			.saturating_add(T::DbWeight::get().writes(3))
	}
}
