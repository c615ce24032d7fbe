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
//!
//! # Headers
//!
//! What a source wants to be sent, an API key above all, stands under
//! `cairn-oracle::header::<name of the source>`: in the first line the scheme and host that it may be
//! sent to, in each following one a header. With
//!
//! ```text
//! https://pro-api.coingecko.com
//! x-cg-pro-api-key: CG-abc
//! ```
//!
//! under `cairn-oracle::header::coingecko`, the source `coingecko` is asked with that header, wherever on
//! that host it is asked. The host is there because addresses are on chain: without it, governance could
//! have every validator send its key to anyone.

use alloc::{
	borrow::ToOwned,
	string::{String, ToString},
	vec::Vec,
};
use cairn_primitives::oracle::sr25519::AuthoritySignature;
use codec::{Decode, Encode};
use frame_support::{traits::Get, CloneNoBound, DebugNoBound, EqNoBound, PartialEqNoBound};
use sp_core::offchain::StorageKind;
use sp_runtime::offchain::storage::StorageValueRef;

use super::{http::Question, LOG_TARGET};
use crate::types::{split_url, Report, Round, Source};

/// All keys of the worker begin with this.
pub const PREFIX: &str = "cairn-oracle::";
/// Held while a run is going.
pub(super) const LOCK: &[u8] = b"cairn-oracle::lock";
const SENT: &[u8] = b"cairn-oracle::sent";
const STATE: &[u8] = b"cairn-oracle::state";
/// A source is sent at most this many headers.
const MOST_HEADERS: usize = 8;

/// Where the override of the source `name` is kept.
pub fn override_key(name: &str) -> String {
	[PREFIX, "override::", name].concat()
}

/// Where the headers of the source `name` are kept.
pub fn header_key(name: &str) -> String {
	[PREFIX, "header::", name].concat()
}

fn setting(key: &str) -> Option<String> {
	let value = sp_io::offchain::local_storage_get(StorageKind::PERSISTENT, key.as_bytes())?;
	Some(String::from_utf8(value).unwrap_or_default())
}

/// What `source` is asked: at its address, or what the operator of the node says instead, and with the
/// headers that the operator says.
pub fn question(source: &Source) -> Question {
	let url = address(source);
	let headers = headers(source, &url);
	Question { url, headers }
}

fn address(source: &Source) -> String {
	let Some(base) = setting(&override_key(source.name())) else {
		return source.url().to_owned();
	};
	let base = base.trim().trim_end_matches('/');
	match (split_url(base), split_url(source.url())) {
		(Some(_), Some((_, path))) => [base, path].concat(),
		_ => {
			log::debug!(target: LOG_TARGET, "the override of {} is no address", source.name());
			source.url().to_owned()
		}
	}
}

/// The headers for `source`, unless they are for another host than that of `url`.
fn headers(source: &Source, url: &str) -> Vec<(String, String)> {
	let Some(text) = setting(&header_key(source.name())) else {
		return Vec::new();
	};
	let mut lines = text.lines().map(str::trim);
	let meant = lines.next().and_then(split_url).map(|(server, _)| server);
	let asked = split_url(url).map(|(server, _)| server);
	if meant.is_none() || meant != asked {
		let name = source.name();
		log::debug!(target: LOG_TARGET, "the headers of {name} are for another host, or for none");
		return Vec::new();
	}
	lines
		.filter_map(|line| {
			let (name, value) = line.split_once(':')?;
			let (name, value) = (name.trim(), value.trim());
			let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
			let is_value = |byte: u8| byte.is_ascii_graphic() || byte == b' ';
			let valid =
				!name.is_empty() && name.bytes().all(is_name) && value.bytes().all(is_value);
			valid.then(|| (name.to_string(), value.to_string()))
		})
		.take(MOST_HEADERS)
		.collect()
}

/// A report with the signature under it.
pub type SignedReport<MaxFeeds> = (Report<MaxFeeds>, AuthoritySignature);

/// The last reports that were signed, one for each key of the node. They are kept before they are sent,
/// and sent again as they are: who signs a second report for a round can be convicted of it.
#[derive(CloneNoBound, DebugNoBound, PartialEqNoBound, EqNoBound, Encode, Decode)]
pub struct Sent<MaxFeeds: Get<u32>> {
	/// The genesis of the chain that they are for.
	pub genesis: Vec<u8>,
	/// Their round. Nothing is signed for this or an earlier one any more.
	pub round: Round,
	/// The block after which they were last sent.
	pub block: u32,
	/// Whether the pool took one then.
	pub taken: bool,
	/// The round that the chain had from us then.
	pub on_chain: Option<Round>,
	/// For how many rounds that has not changed.
	pub lost: u32,
	/// The reports.
	pub reports: Vec<SignedReport<MaxFeeds>>,
}

/// What there is to do in a round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Duty {
	/// Look and sign.
	Report,
	/// Send again what was signed.
	Resend,
	/// Nothing: it is on chain, or under way.
	Nothing,
	/// Nothing before this round is over, which was signed on a fork that lost, or before the chain was
	/// reverted.
	Wait(Round),
}

impl<MaxFeeds: Get<u32>> Sent<MaxFeeds> {
	/// What there is to do after `block`, given the last round `on_chain`.
	pub fn duty(
		&self,
		round: Round,
		set_id: u64,
		block: u32,
		on_chain: Option<Round>,
		patience: u32,
	) -> Duty {
		if on_chain.is_some_and(|arrived| arrived >= round) {
			return Duty::Nothing;
		}
		if self.round < round {
			return Duty::Report;
		}
		if self.round > round {
			return Duty::Wait(self.round);
		}
		let of_this_set = self
			.reports
			.iter()
			.any(|(report, _)| report.set_id == set_id);
		let late = block >= self.block.saturating_add(patience);
		if of_this_set && (late || !self.taken) {
			Duty::Resend
		} else {
			Duty::Nothing
		}
	}

	/// For how many rounds nothing new of ours is on chain, if it still has what it had.
	pub fn lost_with(last: Option<&Self>, on_chain: Option<Round>) -> u32 {
		match last {
			Some(last) if last.on_chain == on_chain => last.lost.saturating_add(1),
			_ => 0,
		}
	}
}

/// The note on the last reports. One that cannot be read, or is from another chain, is as good as none.
pub fn sent<MaxFeeds: Get<u32>>(genesis: &[u8]) -> Option<Sent<MaxFeeds>> {
	let kept: Option<Sent<MaxFeeds>> = StorageValueRef::persistent(SENT).get().ok().flatten();
	kept.filter(|sent| sent.genesis == genesis)
}

/// Keeps the note.
pub fn set_sent<MaxFeeds: Get<u32>>(sent: &Sent<MaxFeeds>) {
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
	/// A later round is signed already.
	Waiting,
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
		State::Waiting => log::warn!(
			target: LOG_TARGET,
			"not reporting until the chain is as far as it was when this node last reported",
		),
		State::NotIncluded => log::warn!(
			target: LOG_TARGET,
			"reports are sent but do not arrive on chain: see to peers, clock and the session key",
		),
	}
}
