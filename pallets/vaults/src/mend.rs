//! Whether the index leads to an entry, and mending it where it does not. For the sweep: a healthy index
//! is never mended.
//!
//! A page is reached through the pages before it in the list of its tick, of which there can be any
//! number. But each new page comes right after the head, so that numbers fall along the list. If each page
//! is named by the one that it names as its previous one, and that is the head or has a higher number, then
//! every one of them is reached from the head, and no list turns in a circle. So it is enough to look at
//! the neighbours of each page, one page at a time.

use crate::{
	index::{is_set, set, word_of, Index, Page, Summary, Word},
	rows::Rows,
	types::{BookId, Entry},
	Config, Pages, Summaries, Words,
};
use cairn_math::Tick;
use cairn_primitives::VaultId;

/// Whether `before` may stand before page `number` in the list of a tick.
fn in_order(before: u32, number: u32) -> bool {
	before == 0 || before > number
}

impl<T: Config> Index<T> {
	/// Whether enforcement comes to the entry of a vault: it is where it should be, summary, word and head
	/// lead to its tick and hide nothing of it, and its page and the neighbours of it name each other. Reads
	/// six rows at most.
	pub fn leads_to(book: BookId, entry: Entry, vault: VaultId) -> bool {
		let (tick, number) = (entry.trigger.tick(), entry.page);
		let page_of = |number| Pages::<T>::get((book, tick, number));
		let Some(page) = page_of(number) else {
			return false;
		};
		let is_there = page.entries.contains(&(entry.trigger, vault));
		let (before, after) = (page.previous, page.next);
		let head = if number == 0 { Some(page) } else { page_of(0) };
		let is_headed = head
			.as_ref()
			.is_some_and(|head| head.highest >= entry.trigger && head.numbered > number);
		let is_named = number == 0
			|| in_order(before, number) && {
				let before = if before == 0 { head } else { page_of(before) };
				before.is_some_and(|before| before.next == number)
			};
		let names = after == 0 || page_of(after).is_some_and(|after| after.previous == number);
		let (word, bit) = word_of(tick);
		is_there
			&& is_headed
			&& is_named
			&& names && Words::<T>::get(book, word).is_some_and(|bits| is_set(&bits, bit))
			&& Summaries::<T>::get(book).is_some_and(|bits| is_set(&bits, word.into()))
	}

	/// Puts right what leads to the entry of a vault, as far as its page and the neighbours of it know what is
	/// right: the head, the bits, and the links. Does nothing if it is not where it should be.
	///
	/// What is linked both ways stays so. A page whose previous one is lost may stay without one; so its entries
	/// have to be put elsewhere, see [`Index::avoid`].
	pub fn mend(book: BookId, entry: Entry, vault: VaultId, rows: &mut Rows<T>) {
		let (tick, number) = (entry.trigger.tick(), entry.page);
		let is_there = rows.look((book, tick, number), |page: Option<&Page>| {
			page.is_some_and(|page| page.entries.contains(&(entry.trigger, vault)))
		});
		if !is_there {
			return;
		}
		rows.change((book, tick, 0), |row: &mut Option<Page>| {
			let was = row.clone();
			let head = row.get_or_insert_with(Page::head);
			head.highest = head.highest.max(entry.trigger);
			let last = number.max(head.next);
			head.numbered = head.numbered.max(last.saturating_add(1));
			(*row != was).then_some(())
		});
		let (word, bit) = word_of(tick);
		rows.change((book, word), |row: &mut Option<Word>| {
			let bits = row.get_or_insert_default();
			(!is_set(bits, bit)).then(|| set(bits, bit))
		});
		rows.change(book, |row: &mut Option<Summary>| {
			let bits = row.get_or_insert_default();
			(!is_set(bits, word.into())).then(|| set(bits, word.into()))
		});
		Self::mend_previous(book, (tick, number), rows);
		Self::mend_next(book, (tick, number), rows);
	}

	/// Nothing more is put into the page of an entry before something has been taken out of it. For a page
	/// that is out of the list: what is taken out of it must not come back.
	pub fn avoid(book: BookId, entry: Entry, rows: &mut Rows<T>) {
		let (tick, number) = (entry.trigger.tick(), entry.page);
		rows.change((book, tick, 0), |head: &mut Option<Page>| {
			let head = head.as_mut()?;
			let is_meant = number > 0 && head.roomy == number;
			is_meant.then(|| head.roomy = 0)
		});
	}

	/// Puts a page back behind the one that it names, or the head, if nothing else is linked there.
	fn mend_previous(book: BookId, (tick, number): (Tick, u32), rows: &mut Rows<T>) {
		let Some((previous, _)) = Self::links(book, (tick, number), rows).filter(|_| number > 0)
		else {
			return;
		};
		let next_of = |before, rows: &mut Rows<T>| {
			let links = Self::links(book, (tick, before), rows)?;
			Some(links.1).filter(|_| in_order(before, number))
		};
		if next_of(previous, rows) == Some(number) {
			return;
		}
		let is_free = |before, rows: &mut Rows<T>| {
			next_of(before, rows).is_some_and(|next| {
				let is_back = |after: (u32, u32)| next > 0 && after.0 == before;
				!Self::links(book, (tick, next), rows).is_some_and(is_back)
			})
		};
		let mut places = [previous, 0].into_iter();
		let place = if next_of(0, rows) == Some(number) {
			Some(0)
		} else {
			places.find(|before| is_free(*before, rows))
		};
		if let Some(before) = place {
			Self::set_links(book, (tick, before), None, Some(number), rows);
			Self::set_links(book, (tick, number), Some(before), None, rows);
		}
	}

	/// Has the page after this one name it, unless that is another one's; then this one is the last.
	fn mend_next(book: BookId, (tick, number): (Tick, u32), rows: &mut Rows<T>) {
		let links = Self::links(book, (tick, number), rows);
		let Some(next) = links.map(|links| links.1).filter(|next| *next > 0) else {
			return;
		};
		let previous = Self::links(book, (tick, next), rows).map(|links| links.0);
		if previous == Some(number) {
			return;
		}
		let is_of_another = previous.is_none_or(|previous| {
			let named = Self::links(book, (tick, previous), rows).map(|links| links.1);
			number > 0 && named == Some(next)
		});
		if is_of_another || !in_order(number, next) {
			Self::set_links(book, (tick, number), None, Some(0), rows);
		} else {
			Self::set_links(book, (tick, next), Some(number), None, rows);
		}
	}

	/// The previous page and the next one that a page names.
	fn links(book: BookId, (tick, number): (Tick, u32), rows: &mut Rows<T>) -> Option<(u32, u32)> {
		rows.look((book, tick, number), |page: Option<&Page>| {
			page.map(|page| (page.previous, page.next))
		})
	}

	fn set_links(
		book: BookId,
		(tick, number): (Tick, u32),
		previous: Option<u32>,
		next: Option<u32>,
		rows: &mut Rows<T>,
	) {
		rows.change((book, tick, number), |row: &mut Option<Page>| {
			let page = row.as_mut()?;
			let links = (previous.unwrap_or(page.previous), next.unwrap_or(page.next));
			let is_new = (page.previous, page.next) != links;
			(page.previous, page.next) = links;
			is_new.then_some(())
		});
	}
}
