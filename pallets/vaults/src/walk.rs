//! Counting in the risk index from its top, for views: reads only, and never more than it was told to.

use crate::{index::Index, rows::Rows, types::BookId, Config, Pages};
use cairn_math::Trigger;

/// What is at the top of a book.
pub(crate) struct Above {
	/// How many entries.
	pub entries: u32,
	/// Whether all have been counted.
	pub complete: bool,
}

impl<T: Config> Index<T> {
	/// Counts the entries of a book with a trigger above `bound`. Looks at no more than `pages` pages,
	/// and says if that was too few.
	pub(crate) fn count_above(book: BookId, bound: Trigger, pages: u32) -> Above {
		let mut left = pages;
		let mut above = Above {
			entries: 0,
			complete: true,
		};
		let mut rows = Rows::direct();
		let mut cursor = Self::highest(book, &mut rows);
		while let Some(tick) = cursor.filter(|tick| *tick >= bound.tick()) {
			let mut number = 0;
			loop {
				if left == 0 {
					above.complete = false;
					return above;
				}
				left = left.saturating_sub(1);
				let page = Pages::<T>::get((book, tick, number)).unwrap_or_default();
				let entries = page.entries.iter();
				let counted = entries.filter(|(trigger, _)| *trigger > bound).count();
				above.entries = above.entries.saturating_add(counted as u32);
				number = page.next;
				if number == 0 {
					break;
				}
			}
			cursor = Self::next_below(book, tick, &mut rows);
		}
		above
	}
}
