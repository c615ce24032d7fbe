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
//! Two different reports for one round are misconduct ([`crate::discipline`]), and a validator must not
//! come to it by a fork, a crash or a resend: what is signed is kept first, sent again as it is, and
//! nothing is signed for a round that is not later than all before ([`local::Sent`]).
//!
//! Logs are of the target `cairn::oracle`: what happens to sources and reports at `debug`, and a line
//! when the state of reporting changes at `info` or `warn`.

pub mod decimal;
mod gather;
pub mod http;
pub mod json;
pub mod local;
pub mod price;
pub mod rests;

use alloc::vec::Vec;
use cairn_primitives::oracle::sr25519::AuthorityId;
use codec::Encode;
use frame_support::BoundedVec;
use frame_system::{
	offchain::{CreateAuthorizedTransaction, SubmitTransaction},
	pallet_prelude::BlockNumberFor,
};
use sp_application_crypto::RuntimeAppPublic;
use sp_core::offchain::Duration;
use sp_runtime::{
	offchain::storage_lock::{StorageLock, Time},
	traits::{UniqueSaturatedInto, Zero},
};

pub use gather::{settle, Observed};
use local::{Duty, Sent, SignedReport, State};

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
	/// A later round is signed already: this is a fork, or a chain that was reverted.
	Waiting,
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
	let set_id = SetId::<T>::get();
	let genesis = frame_system::Pallet::<T>::block_hash(BlockNumberFor::<T>::zero()).encode();
	let on_chain = LatestReports::<T>::get(index).map(|report| report.round);
	let last = local::sent::<T::MaxFeeds>(&genesis);
	let duty = last.as_ref().map_or(Duty::Report, |last| {
		last.duty(round, set_id, block, on_chain, RESEND_BLOCKS)
	});
	let mut sent = match (duty, last) {
		(Duty::Resend, Some(last)) => Sent { block, ..last },
		(Duty::Nothing, _) => return Outcome::Done,
		(Duty::Wait(until), _) => {
			log::debug!(target: LOG_TARGET, "round {until} is signed already, this is {round}");
			local::enter(State::Waiting);
			return Outcome::Waiting;
		}
		(_, last) => {
			let deadline = sp_io::offchain::timestamp().add(FETCH_TIME);
			let prices = gather::gather::<T>(deadline);
			if prices.is_empty() {
				local::enter(State::NoPrices);
				return Outcome::NoPrices;
			}
			let reports = sign_reports::<T>(&keys, set_id, round, prices);
			if reports.is_empty() {
				local::enter(State::NotSent);
				return Outcome::Refused;
			}
			let lost = Sent::lost_with(last.as_ref(), on_chain);
			Sent {
				genesis,
				round,
				block,
				taken: false,
				on_chain,
				lost,
				reports,
			}
		}
	};
	// Before anyone else can see it.
	local::set_sent(&sent);
	let accepted = submit::<T>(&sent.reports);
	if accepted == 0 {
		local::enter(State::NotSent);
		return Outcome::Refused;
	}
	sent.taken = true;
	local::set_sent(&sent);
	let reported = sent.reports.first();
	let reported = reported.map_or(0, |(report, _)| report.prices.len() as u32);
	local::enter(if sent.lost >= LOST_REPORTS {
		State::NotIncluded
	} else {
		State::Reporting { reported, feeds }
	});
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

/// A report signed with each key that the keystore signs with.
fn sign_reports<T: Config>(
	keys: &[(u32, AuthorityId)],
	set_id: u64,
	round: u32,
	prices: BoundedVec<ReportedPrice, T::MaxFeeds>,
) -> Vec<SignedReport<T::MaxFeeds>> {
	let sign = |(authority_index, key): &(u32, AuthorityId)| {
		let report = Report {
			set_id,
			round,
			authority_index: *authority_index,
			prices: prices.clone(),
		};
		let Some(signature) = key.sign(&Pallet::<T>::report_payload(&report)) else {
			log::debug!(target: LOG_TARGET, "the keystore does not sign for {authority_index}");
			return None;
		};
		Some((report, signature))
	};
	keys.iter().filter_map(sign).collect()
}

/// Gives the reports to the pool, and returns how many it took.
fn submit<T: Config>(reports: &[SignedReport<T::MaxFeeds>]) -> u32 {
	let mut accepted = 0u32;
	for (report, signature) in reports {
		let (round, index) = (report.round, report.authority_index);
		let call = Call::<T>::report {
			report: report.clone(),
			signature: signature.clone(),
		};
		let transaction =
			<T as CreateAuthorizedTransaction<Call<T>>>::create_authorized_transaction(call.into());
		match SubmitTransaction::<T, Call<T>>::submit_transaction(transaction) {
			Ok(()) => accepted = accepted.saturating_add(1),
			Err(()) => log::debug!(
				target: LOG_TARGET,
				"the pool refused the report of {index} for round {round}",
			),
		}
	}
	accepted
}
