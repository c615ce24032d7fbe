//! The rows of the risk index, as who changes them sees them.
//!
//! A call reads and writes the state. A batch of vaults keeps what it has read, changes that, and
//! writes each row once in the end: many of its vaults share a page, and nearly all of them share a
//! word and the summary. It is also charged so, for the rows that it changes and not for how often; and
//! for those that it would have changed and found as they should be.

use crate::{
	index::{Page, Summary, Word},
	types::BookId,
	Config, Pages, Summaries, Words,
};
use alloc::collections::BTreeMap;
use cairn_math::Tick;
use core::marker::PhantomData;

/// Where the rows are read and written.
pub struct Rows<T> {
	kept: Option<Kept>,
	fresh: u32,
	marker: PhantomData<T>,
}

/// What has been read, and perhaps changed.
#[derive(Default)]
pub(crate) struct Kept {
	summaries: BTreeMap<BookId, Slot<Summary>>,
	words: BTreeMap<(BookId, u16), Slot<Word>>,
	pages: BTreeMap<(BookId, Tick, u32), Slot<Page>>,
}

pub(crate) struct Slot<R> {
	row: Option<R>,
	changed: bool,
	/// Whether it is in what [`Rows::take_fresh`] has said or will say.
	counted: bool,
}

/// A kind of row.
pub(crate) trait Row<T>: Sized + 'static {
	/// What leads to it.
	type Key: Copy + Ord + 'static;

	/// The row in the state.
	fn read(key: Self::Key) -> Option<Self>;

	/// Puts it there, or removes it.
	fn write(key: Self::Key, row: Option<Self>);

	/// Those of its kind that are kept.
	fn slots(kept: &mut Kept) -> &mut BTreeMap<Self::Key, Slot<Self>>;
}

impl<T> Rows<T> {
	/// Those of the state. Not counted: the caller is charged for the worst case.
	pub fn direct() -> Self {
		Self {
			kept: None,
			fresh: 0,
			marker: PhantomData,
		}
	}

	/// Those of a batch, which is lost unless it is written in the end.
	pub fn of_batch() -> Self {
		Self {
			kept: Some(Kept::default()),
			..Self::direct()
		}
	}

	/// How many rows somebody has gone for to change them since this was last asked, each counted once.
	/// Mostly he has: but he may have found a page full.
	pub fn take_fresh(&mut self) -> u32 {
		core::mem::take(&mut self.fresh)
	}

	/// Looks at a row.
	pub(crate) fn look<R: Row<T>, X>(
		&mut self,
		key: R::Key,
		look: impl FnOnce(Option<&R>) -> X,
	) -> X {
		match &mut self.kept {
			None => look(R::read(key).as_ref()),
			Some(kept) => look(slot(kept, key).row.as_ref()),
		}
	}

	/// Has a row changed by `change`, which says `None` if there is nothing to change. It must leave the
	/// row as it is then: a batch would keep what is not written.
	pub(crate) fn change<R: Row<T>, X>(
		&mut self,
		key: R::Key,
		change: impl FnOnce(&mut Option<R>) -> Option<X>,
	) -> Option<X> {
		let Some(kept) = &mut self.kept else {
			let mut row = R::read(key);
			let outcome = change(&mut row)?;
			R::write(key, row);
			return Some(outcome);
		};
		let is_new = !R::slots(kept).contains_key(&key);
		let slot = slot(kept, key);
		let outcome = change(&mut slot.row);
		let counts = is_new || outcome.is_some();
		if counts && !slot.counted {
			slot.counted = true;
			self.fresh = self.fresh.saturating_add(1);
		}
		slot.changed |= outcome.is_some();
		outcome
	}
}

/// A row that is kept from now on.
fn slot<T, R: Row<T>>(kept: &mut Kept, key: R::Key) -> &mut Slot<R> {
	R::slots(kept).entry(key).or_insert_with(|| Slot {
		row: R::read(key),
		changed: false,
		counted: false,
	})
}

impl<T: Config> Rows<T> {
	/// Writes what a batch has changed.
	pub fn write(&mut self) {
		if let Some(kept) = &mut self.kept {
			write::<T, Summary>(kept);
			write::<T, Word>(kept);
			write::<T, Page>(kept);
		}
	}
}

fn write<T, R: Row<T>>(kept: &mut Kept) {
	for (key, slot) in core::mem::take(R::slots(kept)) {
		if slot.changed {
			R::write(key, slot.row);
		}
	}
}

impl<T: Config> Row<T> for Summary {
	type Key = BookId;

	fn read(key: Self::Key) -> Option<Self> {
		Summaries::<T>::get(key)
	}

	fn write(key: Self::Key, row: Option<Self>) {
		Summaries::<T>::set(key, row);
	}

	fn slots(kept: &mut Kept) -> &mut BTreeMap<Self::Key, Slot<Self>> {
		&mut kept.summaries
	}
}

impl<T: Config> Row<T> for Word {
	type Key = (BookId, u16);

	fn read((book, number): Self::Key) -> Option<Self> {
		Words::<T>::get(book, number)
	}

	fn write((book, number): Self::Key, row: Option<Self>) {
		Words::<T>::set(book, number, row);
	}

	fn slots(kept: &mut Kept) -> &mut BTreeMap<Self::Key, Slot<Self>> {
		&mut kept.words
	}
}

impl<T: Config> Row<T> for Page {
	type Key = (BookId, Tick, u32);

	fn read(key: Self::Key) -> Option<Self> {
		Pages::<T>::get(key)
	}

	fn write(key: Self::Key, row: Option<Self>) {
		Pages::<T>::set(key, row);
	}

	fn slots(kept: &mut Kept) -> &mut BTreeMap<Self::Key, Slot<Self>> {
		&mut kept.pages
	}
}
