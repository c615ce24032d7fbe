//! The risk index: which vaults a price can hurt.
//!
//! One book per collateral of a facility. A book holds an entry `(θ, vault)` for each leg of a
//! vault with debt, in log-spaced ticks; a tick has pages of entries; a two-level bitmap leads to
//! the highest occupied tick in two reads. Everything else in the pallet sees only the functions
//! of [`Index`].
//!
//! ```text
//! Summaries[book]         768 bits: which words are not empty
//! Words[book, word]       256 bits: which ticks are not empty
//! Pages[book, tick, page] up to 32 entries; page 0 also heads the tick
//! ```
//!
//! Entries are not sorted within a tick, which is at most 0.1 % wide. Its head knows a bound of its
//! triggers, so that a tick around the price of today is gone through once, not once a block. An
//! entry never moves by itself, so a vault that remembers its page finds it again with one read.
//!
//! Beside its book of the risk each collateral has a book of those who wait for it: vaults that are
//! unsafe while nothing of them can be sold. They are out of the way there, and are looked at as
//! soon as the collateral has a price again.

use crate::{
	rows::Rows,
	types::{BookId, Entry},
	Config, Pages, Summaries,
};
use alloc::vec::Vec;
use cairn_math::{Tick, Trigger, TICKS};
use cairn_primitives::VaultId;
use codec::{Decode, Encode, MaxEncodedLen};
use core::marker::PhantomData;
use frame_support::{traits::ConstU32, BoundedVec};
use scale_info::TypeInfo;

/// Entries of a page.
pub const PAGE_ENTRIES: u32 = 32;
const WORD_TICKS: u32 = 256;
const WORDS: usize = (TICKS / WORD_TICKS) as usize;
const SUMMARY_LIMBS: usize = WORDS / 64;
/// How many empty pages at the end of a tick one removal clears away.
const TRIM_STEPS: u32 = 4;

/// Bits of the words of a book.
pub type Summary = [u64; SUMMARY_LIMBS];
/// Bits of the ticks of a word.
pub type Word = [u64; 4];

/// Part of the entries of a tick.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Page {
	/// On page 0, how many pages the tick has; not used on others.
	pub pages: u16,
	/// On page 0, how many of the other pages have entries; not used on others.
	pub occupied: u16,
	/// On page 0, a page that had room when an entry was last removed; not used on others.
	pub roomy: u16,
	/// On page 0, a bound that no trigger of the tick exceeds; not used on others.
	pub highest: Trigger,
	/// The entries.
	pub entries: BoundedVec<(Trigger, VaultId), ConstU32<PAGE_ENTRIES>>,
}

impl Page {
	/// The head of a tick that has no entries yet.
	fn head() -> Self {
		Self {
			pages: 1,
			..Default::default()
		}
	}

	/// Removes an entry; `None` if the vault has none here.
	fn remove(&mut self, trigger: Trigger, vault: VaultId) -> Option<()> {
		// Of a vault that stands there twice, which is a corruption, the one that is meant.
		let exact = self
			.entries
			.iter()
			.position(|here| *here == (trigger, vault));
		let position = exact.or_else(|| self.entries.iter().position(|(_, v)| *v == vault))?;
		self.entries.swap_remove(position);
		Some(())
	}

	/// Cuts off the empty pages of a tick that has entries in its head only, and drops a head that is
	/// not needed any more.
	fn tidy_head(row: &mut Option<Self>) {
		let Some(head) = row else {
			return;
		};
		if head.occupied == 0 {
			// Whatever was between has been emptied.
			head.pages = 1;
		}
		if head.entries.is_empty() && head.pages <= 1 {
			*row = None;
		}
	}
}

/// What [`Index::above`] found in a page.
pub struct Above {
	/// The vaults, and where their entries lie.
	pub vaults: Vec<(VaultId, Entry)>,
	/// The highest trigger of the others; the lowest of all if there are none.
	pub highest_other: Trigger,
}

/// How many rows of the index an entry that comes or goes can touch: its page, the head of its
/// tick, a word, and the summary.
pub const ROWS_OF_ENTRY: u32 = 4;

/// The books.
pub struct Index<T>(PhantomData<T>);

impl<T: Config> Index<T> {
	/// Adds an entry and returns where it lies.
	///
	/// If the tick is full, which takes two million vaults, the entry goes to the next higher one:
	/// such a vault is looked at too early, never too late.
	pub fn insert(book: BookId, trigger: Trigger, vault: VaultId, rows: &mut Rows<T>) -> Entry {
		let mut trigger = trigger;
		loop {
			if let Some(page) = Self::insert_in_tick(book, trigger, vault, rows) {
				return Entry { trigger, page };
			}
			match trigger.next_tick() {
				Some(higher) => trigger = higher,
				None => {
					frame_support::defensive!("the highest tick of a book is full");
					return Entry {
						trigger,
						page: u16::MAX,
					};
				}
			}
		}
	}

	fn insert_in_tick(
		book: BookId,
		trigger: Trigger,
		vault: VaultId,
		rows: &mut Rows<T>,
	) -> Option<u16> {
		let tick = trigger.tick();
		let (mut roomy, mut pages) = (0, 0);
		let in_head = rows.change((book, tick, 0), |head: &mut Option<Page>| {
			let was_empty = head.is_none();
			let head = head.get_or_insert_with(Page::head);
			(roomy, pages) = (head.roomy, head.pages);
			head.entries.try_push((trigger, vault)).ok()?;
			head.highest = head.highest.max(trigger);
			Some(was_empty)
		});
		match in_head {
			Some(was_empty) => {
				if was_empty {
					Self::set_bit(book, tick, rows);
				}
				Some(0)
			}
			None => Self::insert_beside_head(book, (trigger, vault), (roomy, pages), rows),
		}
	}

	/// Puts an entry into a tick whose head, of which `roomy` and `pages` are, is full: into another page
	/// that has room, or into a new one. `None` if there cannot be another.
	fn insert_beside_head(
		book: BookId,
		(trigger, vault): (Trigger, VaultId),
		(roomy, pages): (u16, u16),
		rows: &mut Rows<T>,
	) -> Option<u16> {
		let tick = trigger.tick();
		let last = pages.saturating_sub(1);
		let open = [roomy, last]
			.into_iter()
			.filter(|page| (1..pages).contains(page));
		// A new page gets the next number.
		let more = (pages < u16::MAX).then_some(pages);
		let (number, is_more) = open.chain(more).find_map(|number| {
			let is_more = rows.change((book, tick, number), |row: &mut Option<Page>| {
				// Whatever lies beyond the end of a tick does not belong there.
				row.take_if(|_| number == pages);
				let is_more = row.is_none();
				let page = row.get_or_insert_default();
				page.entries.try_push((trigger, vault)).ok()?;
				Some(is_more)
			});
			is_more.map(|is_more| (number, is_more))
		})?;
		rows.change((book, tick, 0), |head: &mut Option<Page>| {
			let head = head.as_mut()?;
			if !is_more && head.highest >= trigger {
				return None;
			}
			head.highest = head.highest.max(trigger);
			head.occupied = head.occupied.saturating_add(u16::from(is_more));
			if number == pages {
				head.pages = number.saturating_add(1);
				head.roomy = number;
			}
			Some(())
		});
		Some(number)
	}

	/// Removes an entry. `false` if it is not where it should be; nothing has changed then.
	#[must_use]
	pub fn remove(book: BookId, entry: Entry, vault: VaultId, rows: &mut Rows<T>) -> bool {
		let tick = entry.trigger.tick();
		let taken = rows.change((book, tick, entry.page), |row: &mut Option<Page>| {
			let page = row.as_mut()?;
			let was_full = page.entries.is_full();
			page.remove(entry.trigger, vault)?;
			if entry.page == 0 {
				Page::tidy_head(row);
			} else if page.entries.is_empty() {
				*row = None;
			}
			Some((was_full, row.is_none()))
		});
		let Some((was_full, is_gone)) = taken else {
			return false;
		};
		if entry.page > 0 {
			if was_full || is_gone {
				Self::note_room(book, tick, entry.page, is_gone, rows);
			}
		} else if is_gone {
			Self::clear_bit(book, tick, rows);
		}
		true
	}

	/// The vaults of a page whose trigger is above `bound`, and that are `wanted`.
	pub fn above(
		book: BookId,
		(tick, number): (Tick, u16),
		bound: Trigger,
		wanted: impl Fn(&VaultId) -> bool,
		rows: &mut Rows<T>,
	) -> Above {
		let mut above = Above {
			vaults: Vec::new(),
			highest_other: Trigger::MIN,
		};
		rows.look((book, tick, number), |page: Option<&Page>| {
			for (trigger, vault) in page.iter().flat_map(|page| page.entries.iter().copied()) {
				if trigger > bound && wanted(&vault) {
					let entry = Entry {
						trigger,
						page: number,
					};
					above.vaults.push((vault, entry));
				} else {
					above.highest_other = above.highest_other.max(trigger);
				}
			}
		});
		above
	}

	/// How many pages a tick has, and the bound of its triggers; `None` if it is empty.
	pub fn extent(book: BookId, tick: Tick, rows: &mut Rows<T>) -> Option<(u16, Trigger)> {
		rows.look((book, tick, 0), |head: Option<&Page>| {
			head.map(|head| (head.pages, head.highest))
		})
	}

	/// Gives a tick the bound `highest`. Nothing happens if the tick is empty.
	pub fn set_highest(book: BookId, tick: Tick, highest: Trigger, rows: &mut Rows<T>) {
		rows.change((book, tick, 0), |head: &mut Option<Page>| {
			let head = head.as_mut().filter(|head| head.highest != highest)?;
			head.highest = highest;
			Some(())
		});
	}

	/// Whether an entry is where it should be.
	pub fn contains(book: BookId, entry: Entry, vault: VaultId) -> bool {
		Pages::<T>::get((book, entry.trigger.tick(), entry.page))
			.is_some_and(|page| page.entries.contains(&(entry.trigger, vault)))
	}

	/// Whether a book has no entry.
	pub fn is_empty(book: BookId) -> bool {
		!Summaries::<T>::contains_key(book)
	}

	/// The highest tick with an entry.
	pub fn highest(book: BookId, rows: &mut Rows<T>) -> Option<Tick> {
		Self::highest_up_to(book, TICKS.checked_sub(1)?, rows)
	}

	/// The highest tick with an entry below `tick`.
	pub fn next_below(book: BookId, tick: Tick, rows: &mut Rows<T>) -> Option<Tick> {
		Self::highest_up_to(book, tick.checked_sub(1)?, rows)
	}

	fn highest_up_to(book: BookId, tick: Tick, rows: &mut Rows<T>) -> Option<Tick> {
		let summary = rows.look(book, |summary: Option<&Summary>| summary.copied())?;
		let highest_of = |word: u32, bit: u32, rows: &mut Rows<T>| {
			let found = rows.look((book, word as u16), |bits: Option<&Word>| {
				highest_set(bits?, bit)
			})?;
			Some(word.saturating_mul(WORD_TICKS).saturating_add(found))
		};
		let (word, bit) = (tick / WORD_TICKS, tick % WORD_TICKS);
		if is_set(&summary, word) {
			if let Some(found) = highest_of(word, bit, rows) {
				return Some(found);
			}
		}
		let word = highest_set(&summary, word.checked_sub(1)?)?;
		highest_of(word, WORD_TICKS.saturating_sub(1), rows)
	}

	/// Remembers that a page other than the head has room, and drops empty pages from the end.
	fn note_room(book: BookId, tick: Tick, number: u16, is_gone: bool, rows: &mut Rows<T>) {
		let Some((mut pages, _)) = Self::extent(book, tick, rows) else {
			return;
		};
		for _ in 0..TRIM_STEPS {
			let last = pages.saturating_sub(1);
			if last == 0 || rows.look((book, tick, last), |page: Option<&Page>| page.is_some()) {
				break;
			}
			pages = last;
		}
		let is_empty = rows.change((book, tick, 0), |row: &mut Option<Page>| {
			let head = row.as_mut()?;
			head.pages = pages;
			head.roomy = number;
			head.occupied = head.occupied.saturating_sub(u16::from(is_gone));
			Page::tidy_head(row);
			Some(row.is_none())
		});
		if is_empty == Some(true) {
			Self::clear_bit(book, tick, rows);
		}
	}

	fn set_bit(book: BookId, tick: Tick, rows: &mut Rows<T>) {
		let (word, bit) = (tick / WORD_TICKS, tick % WORD_TICKS);
		let was_empty = rows.change((book, word as u16), |row: &mut Option<Word>| {
			// A word without bits is a corruption. It is treated as what it should be.
			let was_empty = row.as_ref().is_none_or(|bits| *bits == Word::default());
			set(row.get_or_insert_default(), bit);
			Some(was_empty)
		});
		if was_empty == Some(true) {
			rows.change(book, |row: &mut Option<Summary>| {
				set(row.get_or_insert_default(), word);
				Some(())
			});
		}
	}

	fn clear_bit(book: BookId, tick: Tick, rows: &mut Rows<T>) {
		let (word, bit) = (tick / WORD_TICKS, tick % WORD_TICKS);
		let is_empty = rows.change((book, word as u16), |row: &mut Option<Word>| {
			clear(row.get_or_insert_default(), bit);
			row.take_if(|bits| *bits == Word::default());
			Some(row.is_none())
		});
		if is_empty == Some(true) {
			rows.change(book, |row: &mut Option<Summary>| {
				clear(row.get_or_insert_default(), word);
				row.take_if(|bits| *bits == Summary::default());
				Some(())
			});
		}
	}
}

/// Whether a bit is set; bits out of range are not.
pub(crate) fn is_set(limbs: &[u64], bit: u32) -> bool {
	limbs
		.get((bit / 64) as usize)
		.is_some_and(|limb| limb >> (bit % 64) & 1 == 1)
}

fn set(limbs: &mut [u64], bit: u32) {
	if let Some(limb) = limbs.get_mut((bit / 64) as usize) {
		*limb |= 1 << (bit % 64);
	}
}

fn clear(limbs: &mut [u64], bit: u32) {
	if let Some(limb) = limbs.get_mut((bit / 64) as usize) {
		*limb &= !(1 << (bit % 64));
	}
}

/// The highest bit that is set among `0..=up_to`.
fn highest_set(limbs: &[u64], up_to: u32) -> Option<u32> {
	let (top, bit) = ((up_to / 64) as usize, up_to % 64);
	let mask = u64::MAX >> 63u32.saturating_sub(bit);
	for position in (0..=top.min(limbs.len().checked_sub(1)?)).rev() {
		let limb = limbs.get(position)?;
		let limb = if position == top { limb & mask } else { *limb };
		if limb != 0 {
			return Some(
				(position as u32)
					.saturating_mul(64)
					.saturating_add(limb.ilog2()),
			);
		}
	}
	None
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	proptest! {
		#[test]
		fn the_highest_bit_is_the_highest_bit(bits in prop::collection::vec(0u32..256, 0..20), up_to in 0u32..256) {
			let mut word = Word::default();
			bits.iter().for_each(|bit| set(&mut word, *bit));
			let expected = bits.iter().copied().filter(|bit| *bit <= up_to).max();
			prop_assert_eq!(highest_set(&word, up_to), expected);
			bits.iter().for_each(|bit| clear(&mut word, *bit));
			prop_assert_eq!(word, Word::default());
		}
	}
}
