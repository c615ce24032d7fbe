//! What watchers of the oracle ask.

use alloc::vec::Vec;
use cairn_primitives::{AssetId, Movement, PriceHistory, QuoteStatus};
use codec::{Decode, Encode};
use frame_support::traits::Get as _;
use scale_info::TypeInfo;

use crate::{
	status::Reason, types::*, Authorities, Conducts, Config, Disabled, LatestReports, Pallet,
	Quotes, ReportedFeeds, Reporters, SessionStart, Shadows,
};

/// How far the price of an asset can be trusted, and why.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct StatusView {
	/// The status.
	pub status: QuoteStatus,
	/// What it is due to. Of several doubts the worst.
	pub reason: Reason,
	/// How many rounds old the price is, by their number or by the clock, if it is reported.
	pub rounds: Option<u32>,
	/// How many validators' reports are in it, if it is reported.
	pub reporters: Option<u32>,
	/// For how many rounds in succession its second opinion has been apart from it, if it is reported.
	pub apart: Option<u16>,
	/// How the price has moved, if it is reported.
	pub movement: Option<Movement>,
}

impl<T: Config> Pallet<T> {
	pub(crate) fn current_status(asset: &AssetId) -> Option<StatusView> {
		let book = Quotes::<T>::get();
		let (clock, quotes) = (Self::clock(&book), &book.quotes);
		let quote = quotes.get(asset)?;
		let (status, reason) = clock.assess(quotes, quote)?;
		let agreed = quote.agreed();
		Some(StatusView {
			status,
			reason,
			rounds: agreed.map(|price| price.rounds(&clock)),
			reporters: agreed.map(|price| price.reporters),
			apart: agreed.map(|price| price.apart),
			movement: Self::movement(asset),
		})
	}

	pub(crate) fn current_shadows() -> Vec<ShadowView> {
		let book = Quotes::<T>::get();
		let (clock, quotes) = (Self::clock(&book), &book.quotes);
		Shadows::<T>::get()
			.into_iter()
			.map(|(asset, shadow)| {
				let own = shadow.quote.as_ref();
				let own = own.and_then(|own| clock.present(quotes, own));
				let quoted = quotes.get(&asset);
				let quoted = quoted.and_then(|quoted| clock.present(quotes, quoted));
				ShadowView {
					asset,
					feed: shadow.feed,
					price: own.map(|own| own.price),
					quoted: quoted.map(|quoted| quoted.price),
					status: own.map(|own| own.status),
					close: shadow.close,
					needed: T::ShadowRounds::get(),
				}
			})
			.collect()
	}

	pub(crate) fn latest_reports() -> Vec<ReportView> {
		let (now, session) = (Self::current_round(), SessionStart::<T>::get());
		let (feeds, disabled) = (ReportedFeeds::<T>::get(), Disabled::<T>::get());
		let (reporters, conducts) = (Reporters::<T>::get(), Conducts::<T>::get());
		let authorities = Authorities::<T>::decode_len().unwrap_or_default();
		let authorities = authorities.min(T::MaxAuthorities::get() as usize) as u32;
		(0..authorities)
			.map(|authority_index| {
				let report = LatestReports::<T>::get(authority_index);
				let round = report.as_ref().map(|report| report.round);
				let reports_in_session = match &report {
					Some(report) if report.round >= session => report.reports_in_session,
					_ => 0,
				};
				let prices = report.map(|report| report.prices).unwrap_or_default();
				let position = authority_index as usize;
				let conduct = conducts.get(position).copied().unwrap_or_default();
				ReportView {
					authority_index,
					disabled: disabled.binary_search(&authority_index).is_ok(),
					round,
					rounds_ago: round.map(|round| now.saturating_sub(round)),
					reports_in_session,
					rounds_in_session: now.saturating_sub(session).saturating_add(1),
					weight: reporters
						.get(position)
						.map_or(0, |reporter| reporter.weight),
					compared_in_session: conduct.compared,
					outliers_in_session: conduct.outliers,
					prices: prices
						.into_iter()
						.filter_map(|price| Some((Self::asset_of(&feeds, price.feed)?, price)))
						.collect(),
				}
			})
			.collect()
	}
}
