//! Looking through the risk index from its top, for views: reads only, and never more than it was
//! told to.

use crate::{index::Index, rows::Rows, types::BookId, Config, Pages};
use alloc::vec::Vec;
use cairn_math::Trigger;
use cairn_primitives::VaultId;

/// What is at the top of a book.
pub(crate) struct Top {
	/// Entries, those with the highest triggers first.
	pub entries: Vec<(Trigger, VaultId)>,
	/// Whether nothing that was asked for has been left out.
	pub complete: bool,
}

impl<T: Config> Index<T> {
	/// The entries of a book with a trigger above `bound`: at least `wanted` of them if there are as
	/// many, and no others have higher triggers. Looks at no more than `pages` pages, and says if
	/// that was too few.
	pub(crate) fn top(book: BookId, bound: Trigger, wanted: usize, pages: u32) -> Top {
		let mut left = pages;
		let mut found = Vec::new();
		let mut complete = true;
		let mut rows = Rows::direct();
		let mut cursor = Self::highest(book, &mut rows);
		'ticks: while let Some(tick) = cursor {
			if tick < bound.tick() || found.len() >= wanted {
				break;
			}
			let count = Pages::<T>::get((book, tick, 0)).map_or(0, |head| head.pages);
			for number in 0..count {
				if left == 0 {
					complete = false;
					break 'ticks;
				}
				left = left.saturating_sub(1);
				let page = Pages::<T>::get((book, tick, number)).unwrap_or_default();
				let above = page
					.entries
					.into_iter()
					.filter(|(trigger, _)| *trigger > bound);
				found.extend(above);
			}
			cursor = Self::next_below(book, tick, &mut rows);
		}
		found.sort_unstable_by(|a, b| b.cmp(a));
		Top {
			entries: found,
			complete,
		}
	}
}
