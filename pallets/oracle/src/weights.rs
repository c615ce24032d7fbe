//! What the calls cost.
//!
//! ESTIMATES, on the cautious side, until they are generated from `benchmarking.rs`.

use core::marker::PhantomData;
use frame_support::{
	traits::Get,
	weights::{constants::RocksDbWeight, Weight},
};

/// What the calls and hooks of the pallet cost.
pub trait WeightInfo {
	/// Checking a report of `f` feeds.
	fn authorize_report(f: u32) -> Weight;
	/// Keeping a report of `f` feeds.
	fn report(f: u32) -> Weight;
	/// A block without reports: reading the quotes, and writing them for a change of status.
	fn aggregate_idle() -> Weight;
	/// Aggregating the reports of `v` validators on `f` feeds, beyond [`Self::aggregate_idle`].
	fn aggregate(v: u32, f: u32) -> Weight;
	/// Setting a feed with as many sources as possible.
	fn set_feed() -> Weight;
	/// Removing a feed.
	fn remove_feed() -> Weight;
}

/// Weights with the database costs of the runtime.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	fn authorize_report(f: u32) -> Weight {
		estimates::authorize_report(f, T::DbWeight::get())
	}
	fn report(f: u32) -> Weight {
		estimates::report(f, T::DbWeight::get())
	}
	fn aggregate_idle() -> Weight {
		estimates::aggregate_idle(T::DbWeight::get())
	}
	fn aggregate(v: u32, f: u32) -> Weight {
		estimates::aggregate(v, f, T::DbWeight::get())
	}
	fn set_feed() -> Weight {
		estimates::set_feed(T::DbWeight::get())
	}
	fn remove_feed() -> Weight {
		estimates::remove_feed(T::DbWeight::get())
	}
}

impl WeightInfo for () {
	fn authorize_report(f: u32) -> Weight {
		estimates::authorize_report(f, RocksDbWeight::get())
	}
	fn report(f: u32) -> Weight {
		estimates::report(f, RocksDbWeight::get())
	}
	fn aggregate_idle() -> Weight {
		estimates::aggregate_idle(RocksDbWeight::get())
	}
	fn aggregate(v: u32, f: u32) -> Weight {
		estimates::aggregate(v, f, RocksDbWeight::get())
	}
	fn set_feed() -> Weight {
		estimates::set_feed(RocksDbWeight::get())
	}
	fn remove_feed() -> Weight {
		estimates::remove_feed(RocksDbWeight::get())
	}
}

mod estimates {
	use frame_support::weights::{RuntimeDbWeight, Weight};

	const MICROSECOND: u64 = 1_000_000;

	fn weight(microseconds: u64, reads: u64, writes: u64, db: RuntimeDbWeight) -> Weight {
		Weight::from_parts(microseconds.saturating_mul(MICROSECOND), 0)
			.saturating_add(db.reads_writes(reads, writes))
	}

	/// An sr25519 verification takes about 50 µs, hashing the payload and looking up a feed 0.2 µs
	/// each. Reads: block number and genesis hash, set, feeds, authorities, disabled, latest report.
	pub fn authorize_report(f: u32, db: RuntimeDbWeight) -> Weight {
		weight(100u64.saturating_add(f.into()), 7, 0, db)
	}

	pub fn report(f: u32, db: RuntimeDbWeight) -> Weight {
		weight(15u64.saturating_add((f / 4).into()), 2, 2, db)
	}

	pub fn aggregate_idle(db: RuntimeDbWeight) -> Weight {
		weight(40, 4, 4, db)
	}

	/// Sorting three opinions for each of `v · f` votes is what takes time.
	pub fn aggregate(v: u32, f: u32, db: RuntimeDbWeight) -> Weight {
		let votes = u64::from(v).saturating_mul(f.into());
		let microseconds = 30u64
			.saturating_add(u64::from(v).saturating_mul(3))
			.saturating_add(u64::from(f).saturating_mul(5))
			.saturating_add(votes);
		weight(microseconds, u64::from(v).saturating_add(4), 2, db)
	}

	pub fn set_feed(db: RuntimeDbWeight) -> Weight {
		weight(120, 6, 6, db)
	}

	pub fn remove_feed(db: RuntimeDbWeight) -> Weight {
		weight(60, 5, 5, db)
	}
}
