//! Full ticks of the risk index: an entry that leaves one, or comes into one, touches as many rows as
//! it ever does.

use crate::{
	index::{Index, Page, PAGE_ENTRIES},
	rows::Rows,
	types::{BookId, Entry},
	Config, Pages, Summaries, Vaults, Words,
};
use alloc::vec::Vec;
use cairn_math::Trigger;
use cairn_primitives::VaultId;
use frame_benchmarking::v2::BenchmarkError;
use frame_support::{storage::with_transaction, BoundedVec};
use sp_runtime::{DispatchError, TransactionOutcome};

/// Whom all other entries are of.
const STRANGER: VaultId = VaultId::MAX;

/// A full page of strangers.
fn strangers(trigger: Trigger, previous: u32, next: u32) -> Page {
	let entries = alloc::vec![(trigger, STRANGER); PAGE_ENTRIES as usize];
	Page {
		next,
		previous,
		entries: BoundedVec::truncate_from(entries),
		..Default::default()
	}
}

fn entries_of<T: Config>(id: VaultId) -> Vec<(BookId, Entry)> {
	let Some(vault) = Vaults::<T>::get(id) else {
		return Vec::new();
	};
	let entries = vault.legs.iter().filter_map(|leg| {
		let book = vault.book(leg.collateral);
		leg.entry.map(|entry| (book, entry))
	});
	entries.collect()
}

/// Puts each entry of a vault alone on a page in the middle of a full tick. When it leaves, four rows
/// change: its page, those before and after it, and the head, which knows it as the one with room.
pub fn crowd_entries<T: Config>(id: VaultId) {
	for (book, Entry { trigger, .. }) in entries_of::<T>(id) {
		let tick = trigger.tick();
		let head = Page {
			numbered: 4,
			roomy: 2,
			resume: 2,
			highest: trigger,
			..strangers(trigger, 0, 1)
		};
		let alone = Page {
			next: 3,
			previous: 1,
			entries: BoundedVec::truncate_from(alloc::vec![(trigger, id)]),
			..Default::default()
		};
		Pages::<T>::insert((book, tick, 0), head);
		Pages::<T>::insert((book, tick, 1), strangers(trigger, 0, 2));
		Pages::<T>::insert((book, tick, 2), alone);
		Pages::<T>::insert((book, tick, 3), strangers(trigger, 2, 0));
	}
	Vaults::<T>::mutate(id, |vault| {
		let legs = vault.iter_mut().flat_map(|vault| vault.legs.iter_mut());
		let entries = legs.filter_map(|leg| leg.entry.as_mut());
		entries.for_each(|entry| entry.page = 2);
	});
}

/// Fills the ticks in which `operation` is going to put the entries of the vault that it returns: the
/// head, the page known to have room, and the one after the head. Each entry comes onto a new page.
pub fn crowd_ahead<T: Config>(
	operation: impl FnOnce() -> Result<VaultId, DispatchError>,
) -> Result<(), BenchmarkError> {
	let ahead = with_transaction(|| {
		let after = operation().map(entries_of::<T>);
		TransactionOutcome::Rollback(after)
	})?;
	for (book, Entry { trigger, .. }) in ahead {
		let tick = trigger.tick();
		if Pages::<T>::contains_key((book, tick, 0)) {
			return Err("an entry is to leave its tick, for one in which there is nobody".into());
		}
		Index::<T>::insert(book, trigger, STRANGER, &mut Rows::direct());
		let head = Page {
			numbered: 3,
			roomy: 2,
			highest: trigger,
			..strangers(trigger, 0, 1)
		};
		Pages::<T>::insert((book, tick, 0), head);
		Pages::<T>::insert((book, tick, 1), strangers(trigger, 0, 2));
		Pages::<T>::insert((book, tick, 2), strangers(trigger, 1, 0));
	}
	Ok(())
}

/// Loses all that leads to the entries of a vault that have been crowded: the bits of their books, the
/// bounds of their ticks, and the pages before theirs.
pub fn lose_entries<T: Config>(id: VaultId) {
	for (book, entry) in entries_of::<T>(id) {
		let tick = entry.trigger.tick();
		let _ = Words::<T>::clear_prefix(book, u32::MAX, None);
		Summaries::<T>::remove(book);
		Pages::<T>::mutate((book, tick, 0), |head| {
			if let Some(head) = head {
				head.highest = Trigger::MIN;
			}
		});
		Pages::<T>::mutate((book, tick, entry.page), |page| {
			if let Some(page) = page {
				page.previous = 9;
			}
		});
	}
}

/// Whether each entry of a vault, and there are `count` of them, lies on a page that was new in a tick
/// which had been crowded.
pub fn came_into_crowds<T: Config>(id: VaultId, count: u32) -> bool {
	let entries = entries_of::<T>(id);
	entries.len() == count as usize && entries.iter().all(|(_, entry)| entry.page == 3)
}
