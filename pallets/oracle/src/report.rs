//! Which reports are let in.

use alloc::vec::Vec;
use cairn_math::Price;
use cairn_primitives::oracle::sr25519::AuthoritySignature;
use frame_support::{
	ensure,
	pallet_prelude::{
		InvalidTransaction, TransactionSource, TransactionValidityError,
		TransactionValidityWithRefund, ValidTransaction, Weight,
	},
	traits::Get,
};
use frame_system::pallet_prelude::BlockNumberFor;
use sp_application_crypto::RuntimeAppPublic;
use sp_runtime::traits::{UniqueSaturatedInto, Zero};

use crate::{
	types::*, Authorities, Config, Disabled, LatestReports, NewReports, NextFeedId, Pallet,
	ReportedFeeds, SessionStart, SetId,
};

/// Why a report, or a proof made of two, is refused. Each is reported as `InvalidTransaction::Custom` with this number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum ReportError {
	/// It is made for another set of validators than the present one.
	WrongSet = 101,
	/// Its round is more than one ahead of the chain.
	RoundInFuture = 102,
	/// Its round is more than `MaxReportAge` behind the chain.
	RoundTooOld = 103,
	/// There is no validator of this index.
	UnknownAuthority = 104,
	/// The validator is disabled.
	Disabled = 105,
	/// The validator has reported this round already, or a later one.
	AlreadyReported = 106,
	/// It holds no price.
	Empty = 107,
	/// Its feeds are not strictly ascending.
	Unordered = 108,
	/// It holds a feed that there never was.
	UnknownFeed = 109,
	/// A price is outside the bounds of its feed.
	OutOfBounds = 110,
	/// A confidence is larger than its price.
	Doubtful = 111,
	/// A price is from fewer than [`MIN_SOURCES`].
	TooFewSources = 112,
	/// It is not signed by the validator, for this chain.
	BadSignature = 113,
	/// Two reports that prove nothing: they are the same, or about different rounds, validators or
	/// sets.
	NoContradiction = 114,
	/// What the validator signed for this round is settled by an earlier proof.
	AlreadyProven = 115,
}

impl From<ReportError> for TransactionValidityError {
	fn from(error: ReportError) -> Self {
		InvalidTransaction::Custom(error as u8).into()
	}
}

impl<T: Config> Pallet<T> {
	/// The round of the present block.
	pub fn current_round() -> Round {
		Self::round_of(frame_system::Pallet::<T>::block_number())
	}

	pub(crate) fn round_of(block: BlockNumberFor<T>) -> Round {
		let block: u32 = block.unique_saturated_into();
		block.checked_div(T::RoundLength::get()).unwrap_or(block)
	}

	/// Whether a report may enter the pool, and a block.
	pub(crate) fn authorize_report(
		_source: TransactionSource,
		report: &Report<T::MaxFeeds>,
		signature: &AuthoritySignature,
	) -> TransactionValidityWithRefund {
		Self::check_report(report, signature)?;
		let valid = ValidTransaction::with_tag_prefix("CairnOracle")
			.priority(T::ReportPriority::get())
			.longevity(T::ReportLongevity::get())
			.and_provides((report.set_id, report.round, report.authority_index))
			.propagate(true)
			.build()?;
		Ok((valid, Weight::zero()))
	}

	/// Everything that can be wrong with a report, the cheap checks first and the signature last.
	fn check_report(
		report: &Report<T::MaxFeeds>,
		signature: &AuthoritySignature,
	) -> Result<(), ReportError> {
		ensure!(report.set_id == SetId::<T>::get(), ReportError::WrongSet);
		let now = Self::current_round();
		ensure!(
			report.round <= now.saturating_add(1),
			ReportError::RoundInFuture
		);
		ensure!(Self::is_fresh(report.round, now), ReportError::RoundTooOld);
		Self::check_prices(&report.prices)?;

		let index = report.authority_index;
		let authorities = Authorities::<T>::get();
		let authority = authorities
			.get(index as usize)
			.ok_or(ReportError::UnknownAuthority)?;
		ensure!(
			Disabled::<T>::get().binary_search(&index).is_err(),
			ReportError::Disabled
		);
		let newer = LatestReports::<T>::get(index).is_none_or(|last| last.round < report.round);
		ensure!(newer, ReportError::AlreadyReported);

		let payload = Self::report_payload(report);
		ensure!(
			authority.verify(&payload, signature),
			ReportError::BadSignature
		);
		Ok(())
	}

	fn check_prices(prices: &[ReportedPrice]) -> Result<(), ReportError> {
		ensure!(!prices.is_empty(), ReportError::Empty);
		let ascending = prices
			.iter()
			.zip(prices.iter().skip(1))
			.all(|(a, b)| a.feed < b.feed);
		ensure!(ascending, ReportError::Unordered);
		let feeds = ReportedFeeds::<T>::get();
		let next = NextFeedId::<T>::get();
		for reported in prices {
			let Some(feed) = find_feed(&feeds, reported.feed) else {
				// It has been removed or replaced while the report was on its way. That costs the
				// others nothing.
				ensure!(reported.feed < next, ReportError::UnknownFeed);
				continue;
			};
			ensure!(
				feed.bounds.contain(reported.price),
				ReportError::OutOfBounds
			);
			ensure!(
				reported.confidence <= Price::raw(reported.price),
				ReportError::Doubtful
			);
			ensure!(
				usize::from(reported.sources) >= MIN_SOURCES,
				ReportError::TooFewSources
			);
		}
		Ok(())
	}

	/// Whether a report of `round` still counts.
	pub(crate) fn is_fresh(round: Round, now: Round) -> bool {
		round.saturating_add(T::MaxReportAge::get()) >= now
	}

	/// What the reporter of `report` signs on this chain.
	pub(crate) fn report_payload(report: &Report<T::MaxFeeds>) -> Vec<u8> {
		report.payload(&frame_system::Pallet::<T>::block_hash(
			BlockNumberFor::<T>::zero(),
		))
	}

	/// Keeps a report that was let in.
	pub(crate) fn store_report(report: Report<T::MaxFeeds>) {
		let session = SessionStart::<T>::get();
		LatestReports::<T>::mutate(report.authority_index, |latest| {
			let before = match latest {
				Some(last) if last.round >= session => last.reports_in_session,
				_ => 0,
			};
			*latest = Some(StoredReport {
				round: report.round,
				reports_in_session: before.saturating_add(1),
				prices: report.prices,
			});
		});
		NewReports::<T>::put(());
	}
}

/// The feed that reports call `id`. `feeds` ascend by id.
pub(crate) fn find_feed(feeds: &[FeedIndex], id: FeedId) -> Option<&FeedIndex> {
	let position = feeds.binary_search_by_key(&id, |feed| feed.id).ok()?;
	feeds.get(position)
}
