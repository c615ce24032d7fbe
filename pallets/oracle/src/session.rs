//! The set of validators that report.

use alloc::{collections::BTreeMap, vec::Vec};
use cairn_primitives::oracle::sr25519::AuthorityId;
use frame_support::{traits::OneSessionHandler, WeakBoundedVec};
use sp_runtime::BoundToRuntimeAppPublic;

use crate::{
	types::StoredReport, Authorities, Config, Disabled, LatestReports, Pallet, SessionStart, SetId,
};

impl<T: Config> BoundToRuntimeAppPublic for Pallet<T> {
	type Public = AuthorityId;
}

impl<T: Config> OneSessionHandler<T::AccountId> for Pallet<T> {
	type Key = AuthorityId;

	fn on_genesis_session<'a, I>(validators: I)
	where
		I: Iterator<Item = (&'a T::AccountId, AuthorityId)> + 'a,
	{
		Self::put_authorities(validators.map(|(_, key)| key).collect());
	}

	fn on_new_session<'a, I>(changed: bool, validators: I, _queued: I)
	where
		I: Iterator<Item = (&'a T::AccountId, AuthorityId)> + 'a,
	{
		SessionStart::<T>::put(Self::current_round());
		if !changed {
			return;
		}
		// The session forgets who was disabled when its set changes, and so do we.
		Disabled::<T>::kill();
		let incoming: Vec<AuthorityId> = validators.map(|(_, key)| key).collect();
		if Authorities::<T>::get()[..] != incoming[..] {
			Self::change_set(incoming);
		}
	}

	fn on_disabled(index: u32) {
		Disabled::<T>::mutate(|disabled| {
			if let Err(position) = disabled.binary_search(&index) {
				let mut indices = disabled.to_vec();
				indices.insert(position, index);
				*disabled = WeakBoundedVec::force_from(indices, Some("disabled authorities"));
			}
		});
	}
}

impl<T: Config> Pallet<T> {
	fn put_authorities(authorities: Vec<AuthorityId>) {
		Authorities::<T>::put(WeakBoundedVec::<_, T::MaxAuthorities>::force_from(
			authorities,
			Some("authorities of the oracle"),
		));
	}

	/// Puts `incoming` in place of the present set. Whoever stays keeps the latest report under the
	/// new index, so that a change of a few does not cost the quorum; the reports of all others go.
	fn change_set(incoming: Vec<AuthorityId>) {
		let outgoing = Authorities::<T>::get();
		let mut reports: BTreeMap<AuthorityId, StoredReport<T::MaxFeeds>> = (0u32..)
			.zip(outgoing)
			.filter_map(|(index, key)| Some((key, LatestReports::<T>::take(index)?)))
			.collect();
		for (index, key) in (0u32..).zip(&incoming) {
			if let Some(report) = reports.remove(key) {
				LatestReports::<T>::insert(index, report);
			}
		}
		SetId::<T>::mutate(|set| *set = set.saturating_add(1));
		Self::put_authorities(incoming);
	}
}
