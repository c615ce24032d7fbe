//! Which sources are left in peace for a while: those that failed several times on end, and those that
//! asked for it.
//!
//! Remembered between runs in the node's own database, under `cairn-oracle::rests`. The operator may
//! clear it; nothing else depends on it.
//!
//! A source that *failed* rests for `2^n` times [`UNIT`] after its `n`-th failure on end, from the second
//! on, at most [`LONGEST`]: but only as long as its feed has one more source than it needs
//! without it, so that an outage of everything is over as soon as it is over. A server that says that it
//! is asked *too often* (status 429, or 418) is left alone by all feeds, for as long as it says.

use alloc::{
	borrow::ToOwned,
	collections::{BTreeMap, BTreeSet},
	string::String,
};
use codec::{Decode, Encode};
use sp_core::offchain::Timestamp;
use sp_runtime::offchain::storage::StorageValueRef;

use super::http::FetchError;
use crate::types::split_url;

/// Where the rests are kept.
pub const RESTS: &[u8] = b"cairn-oracle::rests";
/// A second failure on end is worth four of these, in milliseconds.
const UNIT: u64 = 2_000;
/// The longest rest after a failure is this many doublings of [`UNIT`]: 128 seconds.
const LONGEST: u32 = 6;
/// How long a server is left alone that does not say for how long, in milliseconds.
const TOO_OFTEN: u64 = 60_000;
/// No server can ask to be left alone for longer, in milliseconds.
const MOST: u64 = 600_000;

/// Why an address is not to be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resting {
	/// It failed too often. It can be asked if it is needed.
	Failing,
	/// Its server does not want to be asked.
	Forbidden,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode)]
struct Rest {
	failures: u8,
	/// In milliseconds since the epoch.
	until: u64,
}

/// What is known of addresses and servers that failed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct Rests {
	failing: BTreeMap<String, Rest>,
	/// By scheme and host.
	forbidden: BTreeMap<String, u64>,
}

/// Whether `until` is ahead of `now`. What is too far ahead was written by a clock that went wrong.
fn is_ahead(until: u64, now: u64) -> bool {
	until > now && until <= now.saturating_add(MOST)
}

fn server(address: &str) -> &str {
	split_url(address).map_or(address, |(server, _)| server)
}

impl Rests {
	/// What was kept. What cannot be read is as good as nothing.
	pub fn load() -> Self {
		let kept = StorageValueRef::persistent(RESTS).get();
		kept.ok().flatten().unwrap_or_default()
	}

	/// Keeps it.
	pub fn save(&self) {
		StorageValueRef::persistent(RESTS).set(self);
	}

	/// Why `address` should not be asked now, if so.
	pub fn of(&self, address: &str, now: Timestamp) -> Option<Resting> {
		let now = now.unix_millis();
		let forbidden = self.forbidden.get(server(address));
		if forbidden.is_some_and(|until| is_ahead(*until, now)) {
			return Some(Resting::Forbidden);
		}
		let failing = self.failing.get(address);
		failing
			.is_some_and(|rest| is_ahead(rest.until, now))
			.then_some(Resting::Failing)
	}

	/// Notes that `address` was of use.
	pub fn well(&mut self, address: &str) {
		self.failing.remove(address);
		self.forbidden.remove(server(address));
	}

	/// Notes that `address` was not, and why if it did not answer.
	pub fn failed(&mut self, address: &str, why: Option<FetchError>, now: Timestamp) {
		let now = now.unix_millis();
		if let Some(FetchError::TooOften(seconds)) = why {
			let time = seconds.map_or(TOO_OFTEN, |seconds| {
				u64::from(seconds).saturating_mul(1_000)
			});
			let until = now.saturating_add(time.min(MOST));
			self.forbidden.insert(server(address).to_owned(), until);
			return;
		}
		let rest = self.failing.entry(address.to_owned()).or_default();
		rest.failures = rest.failures.saturating_add(1);
		rest.until = match rest.failures {
			0 | 1 => 0,
			failures => {
				let doublings = u32::from(failures).min(LONGEST);
				now.saturating_add(UNIT.saturating_mul(1u64 << doublings))
			}
		};
	}

	/// Forgets all but these addresses and their servers.
	pub fn retain(&mut self, addresses: &BTreeSet<&str>) {
		self.failing
			.retain(|address, _| addresses.contains(address.as_str()));
		let servers: BTreeSet<&str> = addresses.iter().map(|address| server(address)).collect();
		self.forbidden
			.retain(|known, _| servers.contains(known.as_str()));
	}
}
