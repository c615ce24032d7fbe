//! The validators as reporters of prices: their key, how much each counts, and what one can do wrong.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::weights::Weight;
use scale_info::TypeInfo;

/// How much each reporter counts.
pub trait ReporterWeights<AccountId> {
	/// The weight of `who`. Only proportions matter, and zero counts as one: whoever is in the set
	/// may speak.
	fn weight(who: &AccountId) -> u64;
}

/// Everyone counts the same.
impl<AccountId> ReporterWeights<AccountId> for () {
	fn weight(_: &AccountId) -> u64 {
		1
	}
}

/// What a reporter did wrong.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub enum Misconduct {
	/// It missed too many rounds of a session.
	Silent {
		/// Rounds without a report.
		missed: u32,
		/// Rounds of the session.
		rounds: u32,
	},
	/// Too many of its reports in a session lay far from what everyone agreed on.
	Astray {
		/// Reports that did.
		outliers: u32,
		/// Its reports that were compared with an agreement.
		compared: u32,
	},
	/// It signed two different reports for one round.
	TwoReports {
		/// The round.
		round: u32,
	},
}

/// What follows from misconduct.
pub trait OnMisconduct<AccountId> {
	/// `offenders`, out of a set of `reporters`, have been found out. Called at the end of a session
	/// with all that its record shows, and on each proof of [`Misconduct::TwoReports`].
	fn on_misconduct(offenders: &[(AccountId, Misconduct)], reporters: u32);

	/// What this weighs at most on a proof, which names one offender. The end of a session is charged
	/// as a whole.
	fn weight() -> Weight;
}

/// Nothing follows, beyond the events.
impl<AccountId> OnMisconduct<AccountId> for () {
	fn on_misconduct(_: &[(AccountId, Misconduct)], _: u32) {}
	fn weight() -> Weight {
		Weight::zero()
	}
}

/// Session key of the oracle: sr25519, key type `orcl`.
pub mod sr25519 {
	mod app {
		use sp_application_crypto::{app_crypto, sr25519};
		use sp_core::crypto::KeyTypeId;

		app_crypto!(sr25519, KeyTypeId(*b"orcl"));
	}

	sp_application_crypto::with_pair! {
		/// Key pair of a reporting validator.
		pub type AuthorityPair = app::Pair;
	}

	/// Signature under a report.
	pub type AuthoritySignature = app::Signature;

	/// Public key of a reporting validator.
	pub type AuthorityId = app::Public;
}
