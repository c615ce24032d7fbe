//! What the worker keeps in the database of its own node.
//!
//! Everything is under [`PREFIX`] in the persistent part, where the RPC methods
//! `offchain_localStorageSet` and `offchain_localStorageGet` (unsafe ones, for the operator only)
//! reach it too.
//!
//! # Overrides
//!
//! The operator of a node can have a source asked elsewhere, through a mirror or a proxy that adds an
//! API key, or at a test server, without anyone else's consent: the value under
//! `cairn-oracle::override::<name of the source>`, plain text, takes the place of the scheme and host
//! of the source's address. With `http://127.0.0.1:9000/kraken` under
//! `cairn-oracle::override::kraken`, the source `kraken` at `https://api.kraken.com/0/public/Ticker` is
//! asked at `http://127.0.0.1:9000/kraken/0/public/Ticker`.

use alloc::{borrow::ToOwned, string::String};
use codec::{Decode, Encode};
use sp_core::offchain::StorageKind;
use sp_runtime::offchain::storage::StorageValueRef;

use super::LOG_TARGET;
use crate::types::{split_url, Round, Source};

/// All keys of the worker begin with this.
pub const PREFIX: &str = "cairn-oracle::";
/// Held while a run is going.
pub(super) const LOCK: &[u8] = b"cairn-oracle::lock";
const SENT: &[u8] = b"cairn-oracle::sent";
const STATE: &[u8] = b"cairn-oracle::state";

/// Where the override of the source `name` is kept.
pub fn override_key(name: &str) -> String {
	[PREFIX, "override::", name].concat()
}

/// Where `source` is asked: its address, or what the operator of the node says instead.
pub fn address(source: &Source) -> String {
	let key = override_key(source.name());
	let Some(base) = sp_io::offchain::local_storage_get(StorageKind::PERSISTENT, key.as_bytes())
	else {
		return source.url().to_owned();
	};
	let base = core::str::from_utf8(&base)
		.unwrap_or_default()
		.trim()
		.trim_end_matches('/');
	match (split_url(base), split_url(source.url())) {
		(Some(_), Some((_, path))) => [base, path].concat(),
		_ => {
			log::debug!(target: LOG_TARGET, "the override of {} is no address", source.name());
			source.url().to_owned()
		}
	}
}

/// The last report that was given to the pool.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Sent {
	/// Its round.
	pub round: Round,
	/// The block after which it was sent.
	pub block: u32,
	/// The round that the chain had from us then.
	pub on_chain: Option<Round>,
	/// How many reports were sent since that last changed.
	pub lost: u32,
}

impl Sent {
	/// Whether `round` has to be reported after `block`, given the last round `on_chain`.
	pub fn is_due(&self, round: Round, block: u32, on_chain: Option<Round>, patience: u32) -> bool {
		if on_chain.is_some_and(|arrived| arrived >= round) {
			return false;
		}
		// A later round than the present one is from another chain, or from a fork that lost.
		self.round != round || block >= self.block.saturating_add(patience)
	}

	/// The note on a report for `round`, sent after `block`.
	pub fn after(last: Option<Self>, round: Round, block: u32, on_chain: Option<Round>) -> Self {
		let lost = match last {
			Some(last) if last.on_chain == on_chain => last.lost.saturating_add(1),
			_ => 0,
		};
		Self {
			round,
			block,
			on_chain,
			lost,
		}
	}
}

/// The note on the last report. One that cannot be read is as good as none.
pub fn sent() -> Option<Sent> {
	StorageValueRef::persistent(SENT).get().ok().flatten()
}

/// Keeps the note.
pub fn set_sent(sent: &Sent) {
	StorageValueRef::persistent(SENT).set(sent);
}

/// How reporting goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub enum State {
	/// Reports are sent, and arrive.
	Reporting {
		/// How many feeds are in them.
		reported: u32,
		/// How many there could be.
		feeds: u32,
	},
	/// No feed has enough sources.
	NoPrices,
	/// Reports cannot be signed or submitted.
	NotSent,
	/// Reports are sent but do not arrive on chain.
	NotIncluded,
}

/// Tells the operator when the state changes, and only then.
pub fn enter(state: State) {
	let kept = StorageValueRef::persistent(STATE);
	if kept.get::<State>() == Ok(Some(state)) {
		return;
	}
	kept.set(&state);
	match state {
		State::Reporting { reported, feeds } if reported == feeds => {
			log::info!(target: LOG_TARGET, "reporting the prices of all {feeds} feeds")
		}
		State::Reporting { reported, feeds } => log::warn!(
			target: LOG_TARGET,
			"reporting the prices of only {reported} of {feeds} feeds: the others lack sources",
		),
		State::NoPrices => {
			log::warn!(target: LOG_TARGET, "not reporting: too few sources answer for any feed")
		}
		State::NotSent => {
			log::warn!(target: LOG_TARGET, "not reporting: the report cannot be signed or submitted")
		}
		State::NotIncluded => log::warn!(
			target: LOG_TARGET,
			"reports are sent but do not arrive on chain: see to peers, clock and the session key",
		),
	}
}
