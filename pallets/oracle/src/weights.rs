//! What the pallet needs to know of its own cost. A runtime measures it with `benchmarking.rs`.

use frame_support::weights::{constants::RocksDbWeight, Weight};

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
	/// Putting the largest feed in the place of another.
	fn promote_feed() -> Weight;
	/// Withdrawing the largest feed in shadow.
	fn withdraw_shadow() -> Weight;
	/// Stopping a feed.
	fn halt_feed() -> Weight;
	/// Letting a stopped feed prove itself.
	fn resume_feed() -> Weight;
	/// Checking a proof made of two reports of all feeds.
	fn authorize_prove_two_reports() -> Weight;
	/// Drawing the consequence of a proof.
	fn prove_two_reports() -> Weight;
}

/// For tests.
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
	fn promote_feed() -> Weight {
		estimates::promote_feed(RocksDbWeight::get())
	}
	fn withdraw_shadow() -> Weight {
		estimates::withdraw_shadow(RocksDbWeight::get())
	}
	fn halt_feed() -> Weight {
		estimates::halt_feed(RocksDbWeight::get())
	}
	fn resume_feed() -> Weight {
		estimates::resume_feed(RocksDbWeight::get())
	}
	fn authorize_prove_two_reports() -> Weight {
		estimates::authorize_prove_two_reports(RocksDbWeight::get())
	}
	fn prove_two_reports() -> Weight {
		estimates::prove_two_reports(RocksDbWeight::get())
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
	/// each. Reads: block number and genesis hash, set, feeds and the next id, authorities, disabled,
	/// latest report.
	pub fn authorize_report(f: u32, db: RuntimeDbWeight) -> Weight {
		weight(100u64.saturating_add(f.into()), 8, 0, db)
	}

	/// Session start, the latest report, and the mark that there is one.
	pub fn report(f: u32, db: RuntimeDbWeight) -> Weight {
		weight(15u64.saturating_add((f / 4).into()), 2, 2, db)
	}

	/// Block number, time, quotes, the mark; quotes and the events.
	pub fn aggregate_idle(db: RuntimeDbWeight) -> Weight {
		weight(60, 4, 4, db)
	}

	/// Sorting three opinions for each of `v · f` votes is what takes time. Reads: feeds, reporters,
	/// disabled, session start, conducts, shadows, and a report of each. Writes: the mark, conducts,
	/// shadows.
	pub fn aggregate(v: u32, f: u32, db: RuntimeDbWeight) -> Weight {
		let votes = u64::from(v).saturating_mul(f.into());
		let microseconds = 40u64
			.saturating_add(u64::from(v).saturating_mul(3))
			.saturating_add(u64::from(f).saturating_mul(8))
			.saturating_add(votes.saturating_mul(2));
		weight(microseconds, u64::from(v).saturating_add(6), 3, db)
	}

	/// The feed, its legs if it is derived, their number, shadows, quotes, feeds and the next id.
	pub fn set_feed(db: RuntimeDbWeight) -> Weight {
		weight(150, 9, 7, db)
	}

	pub fn remove_feed(db: RuntimeDbWeight) -> Weight {
		weight(80, 6, 7, db)
	}

	/// Time, shadows, quotes, both feeds and their number, feeds.
	pub fn promote_feed(db: RuntimeDbWeight) -> Weight {
		weight(160, 8, 8, db)
	}

	pub fn withdraw_shadow(db: RuntimeDbWeight) -> Weight {
		weight(60, 3, 4, db)
	}

	pub fn halt_feed(db: RuntimeDbWeight) -> Weight {
		weight(40, 1, 2, db)
	}

	pub fn resume_feed(db: RuntimeDbWeight) -> Weight {
		weight(40, 1, 2, db)
	}

	/// Two verifications. Reads: block number and genesis hash, set, authorities, reporters, the
	/// previous set, convictions.
	pub fn authorize_prove_two_reports(db: RuntimeDbWeight) -> Weight {
		weight(260, 7, 0, db)
	}

	/// What the runtime makes of it is counted with another ten reads and writes.
	pub fn prove_two_reports(db: RuntimeDbWeight) -> Weight {
		weight(60, 14, 12, db)
	}
}
