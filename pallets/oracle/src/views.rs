//! What watchers of the validators ask.

use alloc::vec::Vec;
use frame_support::traits::Get as _;

use crate::{
	types::ReportView, Authorities, Config, Disabled, LatestReports, Pallet, ReportedFeeds,
	SessionStart,
};

impl<T: Config> Pallet<T> {
	pub(crate) fn latest_reports() -> Vec<ReportView> {
		let (now, session) = (Self::current_round(), SessionStart::<T>::get());
		let (feeds, disabled) = (ReportedFeeds::<T>::get(), Disabled::<T>::get());
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
				ReportView {
					authority_index,
					disabled: disabled.binary_search(&authority_index).is_ok(),
					round,
					rounds_ago: round.map(|round| now.saturating_sub(round)),
					reports_in_session,
					rounds_in_session: now.saturating_sub(session).saturating_add(1),
					prices: prices
						.into_iter()
						.filter_map(|price| Some((Self::asset_of(&feeds, price.feed)?, price)))
						.collect(),
				}
			})
			.collect()
	}
}
