//! Whether validators report, whether what they report is what they see, and whether they say one
//! thing only.
//!
//! Reports are compared with the agreement that they went into. At the end of a session every
//! authority that was silent or astray too often is named; what follows is for the runtime to say
//! ([`OnMisconduct`]). Two different reports for one round can be proven by anybody, at any time
//! while the set that they are of, or the one after it, is in office.

use alloc::{collections::BTreeMap, vec::Vec};
use cairn_primitives::oracle::{
	sr25519::{AuthorityId, AuthoritySignature},
	Misconduct, OnMisconduct,
};
use frame_support::{
	ensure,
	pallet_prelude::{TransactionSource, TransactionValidityWithRefund, ValidTransaction, Weight},
	traits::Get,
	WeakBoundedVec,
};
use sp_application_crypto::RuntimeAppPublic;

use crate::{
	types::*, Authorities, Conducts, Config, Convictions, Disabled, Event, LatestReports, Pallet,
	PreviousSet, ReportError, ReportedFeeds, Reporters, SessionStart, SetId,
};

/// Sessions shorter than this many rounds are not judged.
pub const LEAST_ROUNDS: u32 = 20;
/// For how many blocks a proof waits in the transaction pool.
const PROOF_LONGEVITY: u64 = 64;

/// What a session's record says of an authority: at most one of silent, in more than half of the
/// rounds, and astray, in more than a tenth of the reports that were compared.
pub fn judge(rounds: u32, reports: u32, conduct: &Conduct) -> Option<Misconduct> {
	if rounds < LEAST_ROUNDS {
		return None;
	}
	let missed = rounds.saturating_sub(reports);
	let Conduct {
		compared, outliers, ..
	} = *conduct;
	if missed > rounds / 2 {
		Some(Misconduct::Silent { missed, rounds })
	} else if outliers > compared / 10 {
		Some(Misconduct::Astray { outliers, compared })
	} else {
		None
	}
}

impl<T: Config> Pallet<T> {
	/// Notes which authorities' reports were compared with an agreement, of which round they are, and
	/// which lay far away. A report counts once, however long it is part of agreements.
	pub(crate) fn note_conduct(authorities: usize, judged: BTreeMap<u32, (Round, bool)>) {
		if judged.is_empty() {
			return;
		}
		let session = SessionStart::<T>::get();
		let mut conducts = Conducts::<T>::get().into_inner();
		conducts.resize(authorities, Conduct::default());
		for (authority, (round, outlier)) in judged {
			let Some(conduct) = conducts.get_mut(authority as usize) else {
				continue;
			};
			if round > conduct.last && round >= session {
				*conduct = Conduct {
					last: round,
					compared: conduct.compared.saturating_add(1),
					outliers: conduct.outliers.saturating_add(outlier.into()),
				};
			}
		}
		Conducts::<T>::put(WeakBoundedVec::<_, T::MaxAuthorities>::force_from(
			conducts,
			Some("conduct of the oracle's authorities"),
		));
	}

	/// Names those who did not do their part in the session that ends.
	pub(crate) fn end_session() {
		if ReportedFeeds::<T>::decode_len().unwrap_or_default() == 0 {
			return;
		}
		let session = SessionStart::<T>::get();
		let rounds = Self::current_round().saturating_sub(session);
		let disabled = Disabled::<T>::get();
		let conducts = Conducts::<T>::get();
		let reporters = Reporters::<T>::get();
		let count = reporters.len() as u32;
		let mut offenders = Vec::new();
		for (authority, reporter) in (0u32..).zip(reporters) {
			// Nobody hears those who are disabled.
			if disabled.binary_search(&authority).is_ok() {
				continue;
			}
			let reports = LatestReports::<T>::get(authority)
				.filter(|last| last.round >= session)
				.map_or(0, |last| last.reports_in_session);
			let conduct = conducts.get(authority as usize).copied();
			if let Some(misconduct) = judge(rounds, reports, &conduct.unwrap_or_default()) {
				offenders.push((reporter.who, misconduct));
			}
		}
		Self::name(offenders, count);
	}

	fn name(offenders: Vec<(T::AccountId, Misconduct)>, reporters: u32) {
		if offenders.is_empty() {
			return;
		}
		T::OnMisconduct::on_misconduct(&offenders, reporters);
		for (who, misconduct) in offenders {
			Self::deposit_event(Event::Misconduct { who, misconduct });
		}
	}

	/// The key and the account of an authority of the present set or the one before it.
	fn member(set_id: u64, index: u32) -> Option<(AuthorityId, T::AccountId)> {
		let index = index as usize;
		if set_id == SetId::<T>::get() {
			let key = Authorities::<T>::get().get(index)?.clone();
			return Some((key, Reporters::<T>::get().get(index)?.who.clone()));
		}
		let previous = PreviousSet::<T>::get().filter(|previous| previous.set_id == set_id)?;
		previous.members.get(index).cloned()
	}

	/// Whether a proof may enter the pool, and a block.
	pub(crate) fn authorize_proof(
		_source: TransactionSource,
		report: &Report<T::MaxFeeds>,
		signature: &AuthoritySignature,
		second: &Report<T::MaxFeeds>,
		second_signature: &AuthoritySignature,
	) -> TransactionValidityWithRefund {
		Self::check_proof((report, signature), (second, second_signature))?;
		let valid = ValidTransaction::with_tag_prefix("CairnOracleProof")
			// Above every user's transaction, below reports.
			.priority(T::ReportPriority::get() / 2)
			.longevity(PROOF_LONGEVITY)
			.and_provides((report.set_id, report.authority_index))
			.propagate(true)
			.build()?;
		Ok((valid, Weight::zero()))
	}

	fn check_proof(
		(first, first_signature): (&Report<T::MaxFeeds>, &AuthoritySignature),
		(second, second_signature): (&Report<T::MaxFeeds>, &AuthoritySignature),
	) -> Result<(), ReportError> {
		let key =
			|report: &Report<T::MaxFeeds>| (report.set_id, report.round, report.authority_index);
		ensure!(
			key(first) == key(second) && first != second,
			ReportError::NoContradiction
		);
		let (set_id, round, index) = key(first);
		// Such a report cannot count yet, and by the time it could the proof would be taken for new.
		ensure!(
			round <= Self::current_round().saturating_add(1),
			ReportError::RoundInFuture
		);
		let known = Convictions::<T>::get(set_id, index);
		ensure!(
			known.is_none_or(|until| round > until),
			ReportError::AlreadyProven
		);
		let (authority, _) = Self::member(set_id, index).ok_or(ReportError::UnknownAuthority)?;
		for (report, signature) in [(first, first_signature), (second, second_signature)] {
			let payload = Self::report_payload(report);
			ensure!(
				authority.verify(&payload, signature),
				ReportError::BadSignature
			);
		}
		Ok(())
	}

	/// Draws the consequence of a proof that was let in. Whatever the authority signed for rounds up
	/// to now is settled with it.
	pub(crate) fn convict(report: &Report<T::MaxFeeds>) {
		let (set_id, index, round) = (report.set_id, report.authority_index, report.round);
		let Some((_, who)) = Self::member(set_id, index) else {
			return;
		};
		let until = Self::current_round().saturating_add(1);
		Convictions::<T>::insert(set_id, index, until);
		let reporters = Reporters::<T>::decode_len().unwrap_or_default() as u32;
		Self::name(
			alloc::vec![(who, Misconduct::TwoReports { round })],
			reporters,
		);
	}
}
