//! The set of validators that report.

use alloc::{collections::BTreeMap, vec::Vec};
use cairn_primitives::oracle::{sr25519::AuthorityId, ReporterWeights};
use frame_support::{traits::OneSessionHandler, WeakBoundedVec};
use sp_runtime::BoundToRuntimeAppPublic;

use crate::{
	aggregation::cap_weights, types::*, Authorities, Conducts, Config, Convictions, Disabled,
	LatestReports, Pallet, PreviousSet, Reporters, SessionStart, SetId,
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
		let (accounts, keys) = validators.map(|(who, key)| (who.clone(), key)).unzip();
		Self::put_authorities(keys);
		Self::weigh(accounts);
	}

	fn on_new_session<'a, I>(changed: bool, validators: I, _queued: I)
	where
		I: Iterator<Item = (&'a T::AccountId, AuthorityId)> + 'a,
	{
		SessionStart::<T>::put(Self::current_round());
		Conducts::<T>::kill();
		let (accounts, incoming): (Vec<T::AccountId>, Vec<AuthorityId>) =
			validators.map(|(who, key)| (who.clone(), key)).unzip();
		if changed {
			// The session forgets who was disabled when its set changes, and so do we.
			Disabled::<T>::kill();
			if Authorities::<T>::get()[..] != incoming[..] {
				Self::change_set(incoming);
			}
		}
		Self::weigh(accounts);
	}

	fn on_before_session_ending() {
		Self::end_session();
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

	/// Takes down what each of the authorities counts in this session.
	fn weigh(accounts: Vec<T::AccountId>) {
		let mut weights: Vec<u64> = accounts.iter().map(T::Stakes::weight).collect();
		cap_weights(&mut weights);
		let reporters = accounts
			.into_iter()
			.zip(weights)
			.map(|(who, weight)| Reporter { who, weight })
			.collect();
		Reporters::<T>::put(WeakBoundedVec::<_, T::MaxAuthorities>::force_from(
			reporters,
			Some("reporters of the oracle"),
		));
	}

	/// Puts `incoming` in place of the present set. Whoever stays keeps the latest report under the
	/// new index, so that a change of a few does not cost the quorum; the reports of all others go.
	/// The former set is remembered for proofs against it, the one before that is not.
	fn change_set(incoming: Vec<AuthorityId>) {
		let outgoing = Authorities::<T>::get();
		let set_id = SetId::<T>::get();
		if let Some(forgotten) = PreviousSet::<T>::get() {
			let members = forgotten.members.len() as u32;
			let _ = Convictions::<T>::clear_prefix(forgotten.set_id, members, None);
		}
		let accounts = Reporters::<T>::get()
			.into_iter()
			.map(|reporter| reporter.who);
		let members = outgoing.iter().cloned().zip(accounts).collect();
		PreviousSet::<T>::put(FormerSet {
			set_id,
			members: WeakBoundedVec::<_, T::MaxAuthorities>::force_from(
				members,
				Some("former authorities of the oracle"),
			),
		});

		let mut reports: BTreeMap<AuthorityId, StoredReport<T::MaxFeeds>> = (0u32..)
			.zip(outgoing)
			.filter_map(|(index, key)| Some((key, LatestReports::<T>::take(index)?)))
			.collect();
		for (index, key) in (0u32..).zip(&incoming) {
			if let Some(report) = reports.remove(key) {
				LatestReports::<T>::insert(index, report);
			}
		}
		SetId::<T>::put(set_id.saturating_add(1));
		Self::put_authorities(incoming);
	}
}
