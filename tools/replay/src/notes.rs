//! What a reader should know of a price file.

/// Notes that are told in full. Of the others, the lines of rows that are not used are named.
const TOLD: usize = 20;

/// Something in the file that a reader should know of, by the number of its line.
#[derive(Clone, Debug, PartialEq)]
pub struct Note {
	/// The line, from 1; 0 if it is about no single one.
	pub line: u64,
	/// What is the matter with it.
	pub what: String,
	/// Whether the row was left out.
	pub unused: bool,
}

impl Note {
	/// A row that is left out.
	pub fn unused(line: u64, what: &str) -> Self {
		Self {
			line,
			what: what.into(),
			unused: true,
		}
	}
}

/// The notes as lines of text. However many there are, every line of the file that is not used is
/// named by its number.
pub fn told(notes: &[Note]) -> Vec<String> {
	let (first, others) = notes.split_at(notes.len().min(TOLD));
	let mut told: Vec<String> = first
		.iter()
		.map(|note| {
			let end = if note.unused { ": not used" } else { "" };
			match note.line {
				0 => format!("{}{end}", note.what),
				line => format!("line {line} {}{end}", note.what),
			}
		})
		.collect();
	let (unused, used): (Vec<&Note>, Vec<&Note>) = others.iter().partition(|note| note.unused);
	if !used.is_empty() {
		told.push(format!(
			"and {} more count instead of others of the same time",
			used.len()
		));
	}
	if !unused.is_empty() {
		let lines: Vec<u64> = unused.iter().map(|note| note.line).collect();
		told.push(format!(
			"and {} more are not used: lines {}",
			unused.len(),
			ranges(&lines)
		));
	}
	told
}

/// Numbers in ascending order, with those that follow each other as one range.
fn ranges(numbers: &[u64]) -> String {
	let mut ranges: Vec<(u64, u64)> = Vec::new();
	for number in numbers {
		match ranges.last_mut() {
			Some((_, last)) if *number <= last.saturating_add(1) => *last = *number,
			_ => ranges.push((*number, *number)),
		}
	}
	let texts: Vec<String> = ranges
		.into_iter()
		.map(|(first, last)| match first == last {
			true => first.to_string(),
			false => format!("{first}-{last}"),
		})
		.collect();
	texts.join(", ")
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn every_row_that_is_not_used_is_named_however_many_there_are() {
		let mut notes: Vec<Note> = (2..5_002)
			.map(|line| Note::unused(line, "is bad"))
			.collect();
		notes.extend([6_000, 6_002, 6_003].map(|line| Note::unused(line, "is bad")));
		let told = told(&notes);
		assert_eq!(told.len(), TOLD + 1);
		assert_eq!(told[0], "line 2 is bad: not used");
		assert_eq!(told[TOLD - 1], "line 21 is bad: not used");
		assert_eq!(
			told[TOLD],
			"and 4983 more are not used: lines 22-5001, 6000, 6002-6003"
		);
	}

	#[test]
	fn what_counts_instead_of_another_row_is_not_called_unused() {
		let counts = |line| Note {
			line,
			what: "counts".into(),
			unused: false,
		};
		let mut notes: Vec<Note> = (0..30).map(counts).collect();
		notes.push(Note::unused(31, "is bad"));
		let told = told(&notes);
		assert_eq!(told[0], "counts");
		assert_eq!(told[1], "line 1 counts");
		assert_eq!(
			told[TOLD..],
			[
				"and 10 more count instead of others of the same time",
				"and 1 more are not used: lines 31"
			]
		);
	}
}
