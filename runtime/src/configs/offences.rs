//! What follows from misconduct of validators: it is put on record, as an offence, by session.
//!
//! Nothing is taken from anybody and nobody is disabled: there is nothing at stake that could be taken,
//! and a validator that is disabled counts in the oracle's quorum without being heard.

use super::consensus::{ReportSessions, MAX_AUTHORITIES};
use crate::{AccountId, Offences, Runtime, RuntimeEvent, Session};
use alloc::vec::Vec;
use cairn_primitives::oracle::{Misconduct, OnMisconduct};
use codec::Encode;
use core::marker::PhantomData;
use frame_support::weights::Weight;
use pallet_session::historical::IdentificationTuple;
use sp_runtime::Perbill;
use sp_staking::{
	offence::{Kind, Offence, ReportOffence},
	SessionIndex,
};

impl pallet_offences::Config for Runtime {
	type IdentificationTuple = IdentificationTuple<Self>;
	// Offences are proven and recorded. What one costs is decided with the validators' bonds.
	type OnOffenceHandler = ();
	type RuntimeEvent = RuntimeEvent;
}

/// A kind of misconduct that goes on record.
pub trait Recorded {
	/// What the kind is called on record.
	const KIND: Kind;

	/// Whether `misconduct` is of this kind.
	fn is(misconduct: &Misconduct) -> bool;

	/// The share of what they have at stake that `offenders` out of `validators` would lose.
	///
	/// Nothing, unless both have proven it themselves: what a majority says about a minority is no
	/// proof, and a validator whose exchanges do not answer has deceived nobody.
	fn slash_fraction(_offenders: u32, _validators: u32) -> Perbill {
		Perbill::zero()
	}
}

/// No reports in most rounds of a session.
pub struct Silence;

impl Recorded for Silence {
	const KIND: Kind = *b"oracle:silence__";

	fn is(misconduct: &Misconduct) -> bool {
		matches!(misconduct, Misconduct::Silent { .. })
	}
}

/// Reports far from what everyone agreed on.
pub struct Straying;

impl Recorded for Straying {
	const KIND: Kind = *b"oracle:straying_";

	fn is(misconduct: &Misconduct) -> bool {
		matches!(misconduct, Misconduct::Astray { .. })
	}
}

/// Two reports for one round.
pub struct Contradiction;

impl Recorded for Contradiction {
	const KIND: Kind = *b"oracle:tworeport";

	fn is(misconduct: &Misconduct) -> bool {
		matches!(misconduct, Misconduct::TwoReports { .. })
	}

	/// `min(1, (3k/n)²)`, as for two blocks in one slot: one who errs alone loses little, those who act
	/// together lose all.
	fn slash_fraction(offenders: u32, validators: u32) -> Perbill {
		let threefold = offenders.saturating_mul(3);
		Perbill::from_rational(threefold, validators.max(1)).square()
	}
}

/// Misconduct of the kind `K` in a session.
pub struct OracleOffence<K> {
	session: SessionIndex,
	validators: u32,
	offenders: Vec<IdentificationTuple<Runtime>>,
	kind: PhantomData<K>,
}

impl<K: Recorded> Offence<IdentificationTuple<Runtime>> for OracleOffence<K> {
	const ID: Kind = K::KIND;
	/// The session: whatever a validator does of a kind in one session is one offence.
	type Slot = SessionIndex;

	fn offenders(&self) -> Vec<IdentificationTuple<Runtime>> {
		self.offenders.clone()
	}

	fn session_index(&self) -> SessionIndex {
		self.session
	}

	fn validator_set_count(&self) -> u32 {
		self.validators
	}

	fn slot(&self) -> SessionIndex {
		self.session
	}

	fn slash_fraction(&self, offenders: u32) -> Perbill {
		K::slash_fraction(offenders, self.validators)
	}
}

/// Puts what the oracle finds out about validators on record.
///
/// The session on record is the one in which it is found out. Nobody is named as having reported it: the
/// chain itself counts silence and straying, and proofs of two reports come from nobody.
pub struct OnRecord;

impl OnRecord {
	fn put<K: Recorded>(offenders: &[(AccountId, Misconduct)], validators: u32) {
		let offenders: Vec<_> = offenders
			.iter()
			.filter(|(_, misconduct)| K::is(misconduct))
			.map(|(who, _)| (who.clone(), ()))
			.collect();
		if offenders.is_empty() {
			return;
		}
		let offence = OracleOffence::<K> {
			session: Session::current_index(),
			validators,
			offenders,
			kind: PhantomData,
		};
		// Refused if all of them are on record for this session already. That is no news.
		let _ = Offences::report_offence(Vec::new(), offence);
	}

	fn forget_kind<K: Recorded>(session: SessionIndex) {
		let slot = session.encode();
		for id in pallet_offences::ConcurrentReportsIndex::<Runtime>::take(K::KIND, &slot) {
			pallet_offences::Reports::<Runtime>::remove(id);
		}
	}

	/// Forgets what has been on record for [`ReportSessions`] when `session` begins. Nobody pays for
	/// it, so it cannot stay for ever; the events of that time say the same.
	pub fn forget(session: SessionIndex) {
		let kept = u32::try_from(ReportSessions::get()).unwrap_or(SessionIndex::MAX);
		let Some(forgotten) = session.checked_sub(kept.saturating_add(1)) else {
			return;
		};
		Self::forget_kind::<Silence>(forgotten);
		Self::forget_kind::<Straying>(forgotten);
		Self::forget_kind::<Contradiction>(forgotten);
	}
}

impl OnMisconduct<AccountId> for OnRecord {
	fn on_misconduct(offenders: &[(AccountId, Misconduct)], reporters: u32) {
		Self::put::<Silence>(offenders, reporters);
		Self::put::<Straying>(offenders, reporters);
		Self::put::<Contradiction>(offenders, reporters);
	}

	/// The session, the index of what is on record for it and each of these, of this set and the one
	/// before; the index and the new one are written.
	fn weight() -> Weight {
		let on_record = u64::from(MAX_AUTHORITIES).saturating_mul(2);
		let db = <Runtime as frame_system::Config>::DbWeight::get();
		let reads = on_record.saturating_add(3);
		// Decoding and hashing, generously: 1 µs each.
		Weight::from_parts(reads.saturating_mul(1_000_000), 0)
			.saturating_add(db.reads_writes(reads, 2))
	}
}
