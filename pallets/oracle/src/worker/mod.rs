//! What a validator does off chain: look, report, and see that the report arrives.
//!
//! Runs after each block that the node imports as its best one, and does something only if the node
//! holds a key (`orcl`) of a validator in the set. Nothing in here can stop the node or its other
//! workers: one deadline ends everything that waits, and every failure of a source stays with that
//! source ([`gather`]).
//!
//! A report counts only once it stands in a block. That the pool took it says nothing: the fork-aware
//! pool accepts what no view of it accepts. So each run looks on the chain for what earlier runs sent,
//! sends again what did not arrive while its round lasts, and says so when several did not.
//!
//! Logs are of the target `cairn::oracle`: what happens to sources and reports at `debug`, and a line
//! when the state of reporting changes at `info` or `warn`.

pub mod decimal;
mod gather;
pub mod http;
pub mod json;
pub mod local;
pub mod price;

use alloc::vec::Vec;
use cairn_primitives::oracle::sr25519::AuthorityId;
use frame_support::BoundedVec;
use frame_system::{
	offchain::{CreateAuthorizedTransaction, SubmitTransaction},
	pallet_prelude::BlockNumberFor,
};
use sp_application_crypto::RuntimeAppPublic;
use sp_core::offchain::Duration;
use sp_runtime::{
	offchain::storage_lock::{StorageLock, Time},
	traits::UniqueSaturatedInto,
};

pub use gather::{settle, Observed};
use local::{Sent, State};

use crate::{
	types::{Report, ReportedPrice},
	Authorities, Call, Config, LatestReports, Pallet, ReportedFeeds, SetId,
};

/// Target of all log lines.
pub const LOG_TARGET: &str = "cairn::oracle";
/// All sources have to answer within this time.
pub const FETCH_TIME: Duration = Duration::from_millis(2_000);
/// A run that is still going then has crashed.
const LOCK_TIME: Duration = Duration::from_millis(6_000);
/// A report that is not on chain after this many blocks is sent again while its round lasts.
const RESEND_BLOCKS: u32 = 3;
/// After this many reports of which none arrived, the log says so.
const LOST_REPORTS: u32 = 5;

/// What a run came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
	/// The node holds no key of a validator in the set.
	NoKey,
	/// No feed is reported on this chain.
	NoFeeds,
	/// Another run is still going.
	Busy,
	/// The round is reported already.
	Done,
	/// No feed has enough sources.
	NoPrices,
	/// This many reports, one for each key, were given to the pool.
	Sent(u32),
	/// The pool or the keystore refused every report.
	Refused,
}

/// Looks and reports, if it is this node's turn.
pub fn run<T: Config>(block: BlockNumberFor<T>) -> Outcome {
	let keys = local_authorities::<T>();
	let Some((index, _)) = keys.first() else {
		return Outcome::NoKey;
	};
	let feeds = ReportedFeeds::<T>::decode_len().unwrap_or_default() as u32;
	if feeds == 0 {
		return Outcome::NoFeeds;
	}
	let mut lock = StorageLock::<Time>::with_deadline(local::LOCK, LOCK_TIME);
	let Ok(_guard) = lock.try_lock() else {
		log::debug!(target: LOG_TARGET, "the last run is still going");
		return Outcome::Busy;
	};

	let round = Pallet::<T>::round_of(block);
	let block: u32 = block.unique_saturated_into();
	let on_chain = LatestReports::<T>::get(index).map(|report| report.round);
	let sent = local::sent();
	if sent
		.as_ref()
		.is_some_and(|sent| !sent.is_due(round, block, on_chain, RESEND_BLOCKS))
	{
		return Outcome::Done;
	}

	let deadline = sp_io::offchain::timestamp().add(FETCH_TIME);
	let prices = gather::gather::<T>(deadline);
	if prices.is_empty() {
		local::enter(State::NoPrices);
		return Outcome::NoPrices;
	}
	let reported = prices.len() as u32;
	let accepted = send_reports::<T>(&keys, round, prices);
	if accepted == 0 {
		local::enter(State::NotSent);
		return Outcome::Refused;
	}
	let sent = Sent::after(sent, round, block, on_chain);
	local::enter(if sent.lost >= LOST_REPORTS {
		State::NotIncluded
	} else {
		State::Reporting { reported, feeds }
	});
	local::set_sent(&sent);
	Outcome::Sent(accepted)
}

/// The authorities whose key this node holds, with their index.
fn local_authorities<T: Config>() -> Vec<(u32, AuthorityId)> {
	let held = AuthorityId::all();
	if held.is_empty() {
		return Vec::new();
	}
	let authorities = Authorities::<T>::get();
	(0u32..)
		.zip(authorities)
		.filter(|(_, authority)| held.contains(authority))
		.collect()
}

/// Signs a report with each key, and returns how many the pool took.
fn send_reports<T: Config>(
	keys: &[(u32, AuthorityId)],
	round: u32,
	prices: BoundedVec<ReportedPrice, T::MaxFeeds>,
) -> u32 {
	let set_id = SetId::<T>::get();
	let mut accepted = 0u32;
	for (authority_index, key) in keys {
		let (authority_index, prices) = (*authority_index, prices.clone());
		let report = Report {
			set_id,
			round,
			authority_index,
			prices,
		};
		let Some(signature) = key.sign(&Pallet::<T>::report_payload(&report)) else {
			log::debug!(target: LOG_TARGET, "the keystore does not sign for {authority_index}");
			continue;
		};
		let call = Call::<T>::report { report, signature };
		let transaction =
			<T as CreateAuthorizedTransaction<Call<T>>>::create_authorized_transaction(call.into());
		match SubmitTransaction::<T, Call<T>>::submit_transaction(transaction) {
			Ok(()) => accepted = accepted.saturating_add(1),
			Err(()) => log::debug!(
				target: LOG_TARGET,
				"the pool refused the report of {authority_index} for round {round}",
			),
		}
	}
	accepted
}
