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
//! The pages of a tick are a list in both directions, and each but the head has an entry: whoever goes
//! through a tick reads at most one page more than it has vaults, whatever has come and gone. A new page
//! comes right after the head, so that numbers fall along the list. Its head knows where one who had to
//! stop has to go on.
//!
//! Beside its book of the risk each collateral has a book of those who wait: vaults that are
//! unsafe while nothing of them can be sold. They are out of the way there, and are looked at as
//! soon as the collateral has a price again. And it has a book of the vaults with a guard, which
//! is gone through last.

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

/// Bits of the words of a book.
pub type Summary = [u64; SUMMARY_LIMBS];
/// Bits of the ticks of a word.
pub type Word = [u64; 4];

/// Part of the entries of a tick.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Page {
	/// The page after this one; 0 if it is the last.
	pub next: u32,
	/// The page before this one; not used on page 0, which is the first.
	pub previous: u32,
	/// On page 0, how many numbers pages of this tick have been given; not used on others.
	pub numbered: u32,
	/// On page 0, another page that had room when an entry was last removed, or 0; not used on others.
	pub roomy: u32,
	/// On page 0, the page at which to go on with the tick; not used on others.
	pub resume: u32,
	/// On page 0, a bound that no trigger of the tick exceeds; not used on others.
	pub highest: Trigger,
	/// The entries.
	pub entries: BoundedVec<(Trigger, VaultId), ConstU32<PAGE_ENTRIES>>,
}

impl Page {
	/// The head of a tick that has no entries yet.
	pub(crate) fn head() -> Self {
		Self {
			numbered: 1,
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

	/// Drops the head of a tick without entries.
	fn tidy_head(row: &mut Option<Self>) {
		row.take_if(|head| head.entries.is_empty() && head.next == 0);
	}
}

/// What [`Index::above`] found in a page.
pub struct Above {
	/// The vaults, and where their entries lie.
	pub vaults: Vec<(VaultId, Entry)>,
	/// The highest trigger of the others; the lowest of all if there are none.
	pub highest_other: Trigger,
	/// The page after it; 0 if it is the last.
	pub next: u32,
}

/// What the head of a tick says of it.
#[derive(Clone, Copy)]
pub struct Head {
	/// A bound that no trigger exceeds.
	pub highest: Trigger,
	/// The page at which to go on with the tick, 0 to begin at its head.
	pub resume: u32,
}

/// How many rows of the index an entry that comes or goes can touch: its page, the head of its
/// tick, a word, and the summary.
pub const ROWS_OF_ENTRY: u32 = 4;

/// The books.
pub struct Index<T>(PhantomData<T>);

impl<T: Config> Index<T> {
	/// Adds an entry and returns where it lies.
	///
	/// If the tick has no number left for a page, which takes four billion of them, the entry goes to the
	/// next higher one: such a vault is looked at too early, never too late.
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
						page: u32::MAX,
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
	) -> Option<u32> {
		let tick = trigger.tick();
		let mut open = [0; 2];
		let in_head = rows.change((book, tick, 0), |head: &mut Option<Page>| {
			let was_empty = head.is_none();
			let head = head.get_or_insert_with(Page::head);
			open = [head.roomy, head.next];
			head.entries.try_push((trigger, vault)).ok()?;
			head.highest = head.highest.max(trigger);
			Some(was_empty)
		});
		if let Some(was_empty) = in_head {
			if was_empty {
				Self::set_bit(book, tick, rows);
			}
			return Some(0);
		}
		let mut others = open.into_iter().filter(|number| *number > 0);
		let found = others.find(|number| {
			let pushed = rows.change((book, tick, *number), |row: &mut Option<Page>| {
				row.as_mut()?.entries.try_push((trigger, vault)).ok()
			});
			pushed.is_some()
		});
		if found.is_some() {
			rows.change((book, tick, 0), |head: &mut Option<Page>| {
				let head = head.as_mut().filter(|head| head.highest < trigger)?;
				head.highest = trigger;
				Some(())
			});
		}
		found.or_else(|| Self::insert_in_new_page(book, trigger, vault, rows))
	}

	/// Puts an entry into a new page, the first after the head. `None` if there is no number left for it.
	fn insert_in_new_page(
		book: BookId,
		trigger: Trigger,
		vault: VaultId,
		rows: &mut Rows<T>,
	) -> Option<u32> {
		let tick = trigger.tick();
		let (number, next) = rows.change((book, tick, 0), |head: &mut Option<Page>| {
			let head = head.as_mut()?;
			let number = head.numbered;
			head.numbered = number.checked_add(1)?;
			head.highest = head.highest.max(trigger);
			head.roomy = number;
			Some((number, core::mem::replace(&mut head.next, number)))
		})?;
		// Whatever lies there does not belong to the tick.
		rows.change((book, tick, number), |row: &mut Option<Page>| {
			let mut page = Page {
				next,
				..Default::default()
			};
			page.entries.try_push((trigger, vault)).ok()?;
			*row = Some(page);
			Some(())
		});
		if next > 0 {
			rows.change((book, tick, next), |row: &mut Option<Page>| {
				row.as_mut()?.previous = number;
				Some(())
			});
		}
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
			let neighbours = (page.previous, page.next);
			if entry.page == 0 {
				Page::tidy_head(row);
			} else if page.entries.is_empty() {
				*row = None;
			}
			let neighbours = row.is_none().then_some(neighbours);
			Some((was_full, neighbours))
		});
		match (taken, entry.page) {
			(None, _) => return false,
			(Some((_, Some(_))), 0) => Self::clear_bit(book, tick, rows),
			(Some((_, Some(neighbours))), number) => {
				Self::unlink(book, (tick, number), neighbours, rows);
			}
			(Some((was_full, None)), number) => {
				if was_full && number > 0 {
					Self::note_room(book, (tick, number), rows);
				}
			}
		}
		true
	}

	/// The vaults of a page whose trigger is above `bound`, and that are `wanted`.
	pub fn above(
		book: BookId,
		(tick, number): (Tick, u32),
		bound: Trigger,
		wanted: impl Fn(&VaultId) -> bool,
		rows: &mut Rows<T>,
	) -> Above {
		let mut above = Above {
			vaults: Vec::new(),
			highest_other: Trigger::MIN,
			next: 0,
		};
		rows.look((book, tick, number), |page: Option<&Page>| {
			above.next = page.map_or(0, |page| page.next);
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

	/// What the head of a tick says; `None` if it is empty.
	pub fn head(book: BookId, tick: Tick, rows: &mut Rows<T>) -> Option<Head> {
		rows.look((book, tick, 0), |head: Option<&Page>| {
			head.map(|head| Head {
				highest: head.highest,
				resume: head.resume,
			})
		})
	}

	/// Has the head of a tick say this. Nothing happens if the tick is empty.
	pub fn set_head(book: BookId, tick: Tick, to: Head, rows: &mut Rows<T>) {
		rows.change((book, tick, 0), |head: &mut Option<Page>| {
			let head = head.as_mut()?;
			let is_new = (head.highest, head.resume) != (to.highest, to.resume);
			(head.highest, head.resume) = (to.highest, to.resume);
			is_new.then_some(())
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

	/// Remembers that a page other than the head has room.
	fn note_room(book: BookId, (tick, number): (Tick, u32), rows: &mut Rows<T>) {
		rows.change((book, tick, 0), |head: &mut Option<Page>| {
			let head = head.as_mut().filter(|head| head.roomy != number)?;
			head.roomy = number;
			Some(())
		});
	}

	/// Closes the gap that a page other than the head has left, and drops a head that is not needed any
	/// more. Pages that do not name it are none of its neighbours, whatever it says.
	fn unlink(
		book: BookId,
		(tick, number): (Tick, u32),
		(previous, next): (u32, u32),
		rows: &mut Rows<T>,
	) {
		if next > 0 {
			rows.change((book, tick, next), |row: &mut Option<Page>| {
				let after = row.as_mut().filter(|after| after.previous == number)?;
				after.previous = previous;
				Some(())
			});
		}
		if previous > 0 {
			rows.change((book, tick, previous), |row: &mut Option<Page>| {
				let before = row.as_mut().filter(|before| before.next == number)?;
				before.next = next;
				Some(())
			});
		}
		let is_empty = rows.change((book, tick, 0), |row: &mut Option<Page>| {
			let head = row.as_mut()?;
			let mut is_new = false;
			let replaced = [
				(&mut head.next, next),
				(&mut head.roomy, 0),
				(&mut head.resume, next),
			];
			for (field, instead) in replaced {
				if *field == number {
					*field = instead;
					is_new = true;
				}
			}
			is_new.then(|| {
				Page::tidy_head(row);
				row.is_none()
			})
		});
		if is_empty == Some(true) {
			Self::clear_bit(book, tick, rows);
		}
	}

	fn set_bit(book: BookId, tick: Tick, rows: &mut Rows<T>) {
		let (word, bit) = word_of(tick);
		let was_empty = rows.change((book, word), |row: &mut Option<Word>| {
			// A word without bits is a corruption. It is treated as what it should be.
			let was_empty = row.as_ref().is_none_or(|bits| *bits == Word::default());
			set(row.get_or_insert_default(), bit);
			Some(was_empty)
		});
		if was_empty == Some(true) {
			rows.change(book, |row: &mut Option<Summary>| {
				set(row.get_or_insert_default(), word.into());
				Some(())
			});
		}
	}

	fn clear_bit(book: BookId, tick: Tick, rows: &mut Rows<T>) {
		let (word, bit) = word_of(tick);
		let is_empty = rows.change((book, word), |row: &mut Option<Word>| {
			clear(row.get_or_insert_default(), bit);
			row.take_if(|bits| *bits == Word::default());
			Some(row.is_none())
		});
		if is_empty == Some(true) {
			rows.change(book, |row: &mut Option<Summary>| {
				clear(row.get_or_insert_default(), word.into());
				row.take_if(|bits| *bits == Summary::default());
				Some(())
			});
		}
	}
}

/// The word of a tick, and its bit in it.
pub(crate) fn word_of(tick: Tick) -> (u16, u32) {
	((tick / WORD_TICKS) as u16, tick % WORD_TICKS)
}

/// Whether a bit is set; bits out of range are not.
pub(crate) fn is_set(limbs: &[u64], bit: u32) -> bool {
	limbs
		.get((bit / 64) as usize)
		.is_some_and(|limb| limb >> (bit % 64) & 1 == 1)
}

pub(crate) fn set(limbs: &mut [u64], bit: u32) {
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
