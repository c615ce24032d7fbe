//! Weights of `cairn_oracle`, measured by its benchmarks in the WASM runtime. Written by
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
		// Least time measured: 53_540_000 picoseconds.
		measured(54_334_687, 4687)
			// Standard error: 20_139
			.saturating_add(measured(703_348, 0).saturating_mul(f.into()))
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
		// Least time measured: 10_516_000 picoseconds.
		measured(11_571_146, 4606)
			// Standard error: 15_076
			.saturating_add(measured(313_134, 0).saturating_mul(f.into()))
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
		// Least time measured: 79_529_000 picoseconds.
		measured(85_268_000, 7579)
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
		// Least time measured: 99_128_000 picoseconds.
		measured(101_743_000, 7950)
			// Standard error: 218_787
			.saturating_add(measured(5_839_730, 0).saturating_mul(v.into()))
			// Standard error: 684_271
			.saturating_add(measured(9_775_934, 0).saturating_mul(f.into()))
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
		// Least time measured: 84_607_000 picoseconds.
		measured(94_352_000, 17734)
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
		// Least time measured: 73_200_000 picoseconds.
		measured(86_941_000, 9362)
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
		// Least time measured: 74_221_000 picoseconds.
		measured(87_932_000, 9362)
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
		// Least time measured: 34_392_000 picoseconds.
		measured(43_085_000, 9362)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	/// Storage: `Guardians::Members` (r:1 w:0)
	/// Proof: `Guardians::Members` (`max_values`: Some(1), `max_size`: Some(513), added: 1008, mode: `MaxEncodedLen`)
	/// Storage: `Oracle::Quotes` (r:1 w:1)
	/// Proof: `Oracle::Quotes` (`max_values`: Some(1), `max_size`: Some(6094), added: 6589, mode: `MaxEncodedLen`)
	fn halt_feed() -> Weight {
		// Least time measured: 32_188_000 picoseconds.
		measured(40_621_000, 7579)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	/// Storage: `Oracle::Quotes` (r:1 w:1)
	/// Proof: `Oracle::Quotes` (`max_values`: Some(1), `max_size`: Some(6094), added: 6589, mode: `MaxEncodedLen`)
	fn resume_feed() -> Weight {
		// Least time measured: 28_552_000 picoseconds.
		measured(33_701_000, 7579)
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
		// Least time measured: 98_828_000 picoseconds.
		measured(112_599_000, 5487)
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
		// Least time measured: 39_570_000 picoseconds.
		measured(60_401_000, 11061)
			.saturating_add(T::DbWeight::get().reads(6))
			.saturating_add(T::DbWeight::get().writes(3))
	}
}
