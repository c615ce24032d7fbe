//! Reports: what validators say.

use alloc::vec::Vec;
use cairn_math::Price;
use cairn_primitives::{oracle::sr25519::AuthorityId, AssetId};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{
	pallet_prelude::Member, traits::Get, BoundedVec, CloneNoBound, DebugNoBound, EqNoBound,
	PartialEqNoBound, WeakBoundedVec,
};
use scale_info::TypeInfo;

use super::{FeedId, Round};

/// What a validator says about one feed.
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
pub struct ReportedPrice {
	/// The feed.
	pub feed: FeedId,
	/// Median over the validator's sources.
	pub price: Price,
	/// How far they lie apart, in units of 1e-18 USD.
	pub confidence: u128,
	/// How many of them answered.
	pub sources: u8,
}

/// What a validator says in a round.
#[derive(
	CloneNoBound,
	DebugNoBound,
	PartialEqNoBound,
	EqNoBound,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
#[scale_info(skip_type_params(MaxFeeds))]
#[codec(mel_bound())]
pub struct Report<MaxFeeds: Get<u32>> {
	/// The set of authorities that the reporter is one of.
	pub set_id: u64,
	/// When the reporter looked.
	pub round: Round,
	/// Which one of the authorities it is.
	pub authority_index: u32,
	/// All feeds that it has a price for, ascending by feed.
	pub prices: BoundedVec<ReportedPrice, MaxFeeds>,
}

/// Sets a report apart from everything else that a validator's key may sign.
const REPORT_DOMAIN: [u8; 15] = *b"cairn/oracle/v1";

impl<MaxFeeds: Get<u32>> Report<MaxFeeds> {
	/// What the reporter signs: domain, chain and report.
	pub fn payload(&self, genesis: &impl Encode) -> Vec<u8> {
		(REPORT_DOMAIN, genesis, self).encode()
	}
}

/// The latest report of an authority, as it is kept.
#[derive(
	CloneNoBound, DebugNoBound, PartialEqNoBound, EqNoBound, Encode, Decode, MaxEncodedLen, TypeInfo,
)]
#[scale_info(skip_type_params(MaxFeeds))]
#[codec(mel_bound())]
pub struct StoredReport<MaxFeeds: Get<u32>> {
	/// When the reporter looked.
	pub round: Round,
	/// How many reports it made in the session that this one belongs to.
	pub reports_in_session: u32,
	/// What it saw.
	pub prices: BoundedVec<ReportedPrice, MaxFeeds>,
}

/// What an authority reported last, for whoever watches the validators.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct ReportView {
	/// Place in the set.
	pub authority_index: u32,
	/// Whether its reports are ignored because it was disabled.
	pub disabled: bool,
	/// The round of its last report, if it ever made one.
	pub round: Option<Round>,
	/// How many rounds ago that was.
	pub rounds_ago: Option<u32>,
	/// Reports in this session.
	pub reports_in_session: u32,
	/// Rounds that this session has had, the present one included.
	pub rounds_in_session: u32,
	/// How much it counts in this session.
	pub weight: u64,
	/// Reports in this session that were compared with what everyone agreed on.
	pub compared_in_session: u32,
	/// Those of them that lay far away.
	pub outliers_in_session: u32,
	/// What it said, by asset. Feeds in shadow are not among it.
	pub prices: Vec<(AssetId, ReportedPrice)>,
}

/// Who an authority is, and how much it counts in this session.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Reporter<AccountId> {
	/// Its account.
	pub who: AccountId,
	/// Its weight, capped.
	pub weight: u64,
}

/// What an authority's reports of a session were worth.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Conduct {
	/// The round of the last report that was compared with an agreement.
	pub last: Round,
	/// Reports that were.
	pub compared: u32,
	/// Reports of which a price lay far from the agreement.
	pub outliers: u32,
}

/// A set of authorities that is no longer in office.
#[derive(
	CloneNoBound, DebugNoBound, PartialEqNoBound, EqNoBound, Encode, Decode, MaxEncodedLen, TypeInfo,
)]
#[scale_info(skip_type_params(MaxAuthorities))]
#[codec(mel_bound(AccountId: MaxEncodedLen))]
pub struct FormerSet<AccountId: Member, MaxAuthorities: Get<u32>> {
	/// Its number.
	pub set_id: u64,
	/// Key and account of each.
	pub members: WeakBoundedVec<(AuthorityId, AccountId), MaxAuthorities>,
}
