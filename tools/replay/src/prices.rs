//! Prices over time, read from a CSV file.
//!
//! Rows come as they are: in any order, with gaps, repeated, each asset with steps of its own. A row
//! that cannot be used is left out and named by its line. Between two prices of an asset the price
//! is linear in time; before the first and after the last it is constant. An empty price means that
//! nobody can see the asset's price from then until its next row: the oracle is silent about it,
//! while the market goes on (linear, as if the row were not there).

use crate::notes::Note;
use std::{
	collections::BTreeMap,
	io::{BufRead, BufReader, Read},
};

/// Where times end: the year 2286. What is beyond is most likely counted in milliseconds.
const LAST_SECOND: f64 = 9_999_999_999.0;
/// The largest price that a chain can hold, in USD.
const HIGHEST_PRICE: f64 = 1e9;
/// The smallest.
const LOWEST_PRICE: f64 = 1e-18;

/// What the file says about one asset.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Course {
	/// Seconds and USD, strictly ascending in time.
	points: Vec<(f64, f64)>,
	/// From when and until when nobody sees the price. The end is infinite if no row follows.
	silences: Vec<(f64, f64)>,
	/// Rows that are used.
	rows: usize,
}

impl Course {
	/// The price at `time`; `None` if the file has none at all.
	fn at(&self, time: f64) -> Option<f64> {
		let next = self.points.partition_point(|(at, _)| *at <= time);
		let after = self.points.get(next);
		let before = next.checked_sub(1).and_then(|i| self.points.get(i));
		match (before, after) {
			(Some((t0, p0)), Some((t1, p1))) => Some(p0 + (p1 - p0) * (time - t0) / (t1 - t0)),
			(Some((_, price)), None) | (None, Some((_, price))) => Some(*price),
			(None, None) => None,
		}
	}

	fn is_silent(&self, time: f64) -> bool {
		let next = self.silences.partition_point(|(from, _)| *from <= time);
		next.checked_sub(1)
			.and_then(|i| self.silences.get(i))
			.is_some_and(|(_, until)| time < *until)
	}
}

/// All assets of a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Prices {
	courses: BTreeMap<String, Course>,
	/// Rows that are used.
	pub rows: usize,
	/// Rows that are not, and rows that replace others, in the order of the file.
	pub notes: Vec<Note>,
}

/// A row as it is used.
struct Row {
	line: u64,
	time: f64,
	price: Option<f64>,
}

impl Prices {
	/// Reads a file.
	///
	/// # Errors
	///
	/// If it has no header `unix_seconds,asset,price` (in any order and case, among other columns),
	/// or no price.
	pub fn read(file: impl Read) -> Result<Self, String> {
		let mut notes = Vec::new();
		let mut rows = BTreeMap::<String, Vec<Row>>::new();
		let mut columns = None;
		let mut file = BufReader::new(file);
		let mut bytes = Vec::new();
		for line in 1u64.. {
			bytes.clear();
			let read = file.read_until(b'\n', &mut bytes);
			if read.map_err(|why| format!("cannot be read: {why}"))? == 0 {
				break;
			}
			let Ok(text) = std::str::from_utf8(&bytes) else {
				notes.push(Note::unused(line, "is not UTF-8"));
				continue;
			};
			if text.trim().is_empty() {
				continue;
			}
			let fields = match fields(text) {
				Ok(fields) => fields,
				Err(why) => {
					notes.push(Note::unused(line, &why));
					continue;
				}
			};
			let fields: Vec<&str> = fields.iter().map(clean).collect();
			let Some(columns) = &columns else {
				columns =
					Some(Columns::find(&fields).map_err(|why| format!("line {line}: {why}"))?);
				continue;
			};
			match columns.parse(&fields) {
				Ok((time, asset, price)) => {
					let row = Row { line, time, price };
					rows.entry(asset).or_default().push(row);
				}
				Err(why) => notes.push(Note::unused(line, &why)),
			}
		}
		if columns.is_none() {
			return Err(
				"the file is empty: its first line must be unix_seconds,asset,price".into(),
			);
		}
		let mut used = 0;
		let mut courses = BTreeMap::new();
		for (asset, rows) in rows {
			let rows = in_order(&asset, rows, &mut notes);
			used += rows.len();
			let course = course(rows);
			if course.points.is_empty() {
				let what = format!("{asset} has no price in the whole file, and is left out");
				notes.push(Note::unused(0, &what));
			} else {
				courses.insert(asset, course);
			}
		}
		notes.sort_by_key(|note| note.line);
		if courses.is_empty() {
			return Err(match notes.first() {
				Some(note) => format!("no row can be used; line {}: {}", note.line, note.what),
				None => "there is no row below the header".into(),
			});
		}
		Ok(Self {
			courses,
			rows: used,
			notes,
		})
	}

	/// Leaves out an asset with all of its rows, and notes why.
	pub fn leave_out(&mut self, asset: &str, why: &str) {
		if let Some(course) = self.courses.remove(asset) {
			self.rows = self.rows.saturating_sub(course.rows);
			self.notes
				.insert(0, Note::unused(0, &format!("{asset} {why}")));
		}
	}

	/// The assets, in alphabetical order and in capitals.
	pub fn assets(&self) -> impl Iterator<Item = &str> {
		self.courses.keys().map(String::as_str)
	}

	/// The time of the first row, in seconds.
	pub fn start(&self) -> f64 {
		self.times().fold(f64::INFINITY, f64::min)
	}

	/// The time of the last row, in seconds.
	pub fn end(&self) -> f64 {
		self.times().fold(f64::NEG_INFINITY, f64::max)
	}

	fn times(&self) -> impl Iterator<Item = f64> + '_ {
		self.courses.values().flat_map(|course| {
			let silences = course.silences.iter();
			let ends = silences.flat_map(|(from, until)| [*from, *until]);
			let points = course.points.iter().map(|(time, _)| *time);
			points.chain(ends.filter(|time| time.is_finite()))
		})
	}

	/// What the market pays for `asset` at `time`; `None` if the file does not name it.
	pub fn market(&self, asset: &str, time: f64) -> Option<f64> {
		self.courses.get(asset)?.at(time)
	}

	/// What can be seen of it at `time`: `None` too while the oracle is silent about it.
	pub fn seen(&self, asset: &str, time: f64) -> Option<f64> {
		let course = self.courses.get(asset)?;
		if course.is_silent(time) {
			return None;
		}
		course.at(time)
	}

	/// Whether nothing of the file can be seen at `time`: the oracle as a whole is silent.
	pub fn is_dark(&self, time: f64) -> bool {
		self.courses.values().all(|course| course.is_silent(time))
	}
}

/// The fields of a line. Read line by line, so that a quote that is never closed spoils one row and
/// not the rest of the file, and lines can be counted.
fn fields(line: &str) -> Result<csv::StringRecord, String> {
	let mut reader = csv::ReaderBuilder::new()
		.has_headers(false)
		.flexible(true)
		.buffer_capacity(128)
		.from_reader(line.as_bytes());
	let mut record = csv::StringRecord::new();
	match reader.read_record(&mut record) {
		Ok(_) => Ok(record),
		Err(why) => Err(format!("is no row: {why}")),
	}
}

/// A field without what spreadsheets put around it: a byte order mark, blanks, and quotes after
/// blanks.
fn clean(field: &str) -> &str {
	field
		.trim_start_matches('\u{feff}')
		.trim()
		.trim_matches('"')
		.trim()
}

/// Sorts an asset's rows by time. Of several rows for one time the last of the file counts.
fn in_order(asset: &str, mut rows: Vec<Row>, notes: &mut Vec<Note>) -> Vec<Row> {
	rows.sort_by(|a, b| a.time.total_cmp(&b.time).then(a.line.cmp(&b.line)));
	let mut kept: Vec<Row> = Vec::with_capacity(rows.len());
	for row in rows {
		match kept.last_mut() {
			Some(last) if last.time == row.time => {
				if last.price != row.price {
					notes.push(Note {
						line: row.line,
						what: format!(
							"says something else about {asset} at {} than line {}, and counts",
							row.time, last.line
						),
						unused: false,
					});
				}
				*last = row;
			}
			_ => kept.push(row),
		}
	}
	kept
}

fn course(rows: Vec<Row>) -> Course {
	let mut course = Course {
		rows: rows.len(),
		..Course::default()
	};
	let mut silent_from = None;
	for row in rows {
		match row.price {
			Some(price) => {
				course.points.push((row.time, price));
				if let Some(from) = silent_from.take() {
					course.silences.push((from, row.time));
				}
			}
			None => {
				silent_from.get_or_insert(row.time);
			}
		}
	}
	if let Some(from) = silent_from {
		course.silences.push((from, f64::INFINITY));
	}
	course
}

/// Where in a row stands what.
struct Columns {
	time: usize,
	asset: usize,
	price: usize,
}

impl Columns {
	fn find(header: &[&str]) -> Result<Self, String> {
		let position = |name: &str| {
			let found = header
				.iter()
				.position(|field| field.eq_ignore_ascii_case(name));
			found.ok_or_else(|| {
				format!(
					"the header must be unix_seconds,asset,price, and there is no {name} in {:?}",
					header.join(",")
				)
			})
		};
		Ok(Self {
			time: position("unix_seconds")?,
			asset: position("asset")?,
			price: position("price")?,
		})
	}

	fn parse(&self, fields: &[&str]) -> Result<(f64, String, Option<f64>), String> {
		let field = |at: usize, name: &str| {
			fields
				.get(at)
				.copied()
				.ok_or_else(|| format!("has {} fields, and none is its {name}", fields.len()))
		};
		let time = field(self.time, "unix_seconds")?;
		let seconds = time
			.parse::<f64>()
			.ok()
			.filter(|seconds| seconds.is_finite() && *seconds >= 0.0)
			.ok_or_else(|| format!("{time:?} is no time in seconds"))?;
		if seconds > LAST_SECOND {
			return Err(format!(
				"{time} is no time in seconds (milliseconds, perhaps?)"
			));
		}
		let asset = symbol(field(self.asset, "asset")?)?;
		let price = field(self.price, "price")?;
		if price.is_empty() {
			return Ok((seconds, asset, None));
		}
		let usd = price
			.parse::<f64>()
			.ok()
			.filter(|usd| usd.is_finite())
			.ok_or_else(|| format!("{price:?} is no price"))?;
		if !(LOWEST_PRICE..=HIGHEST_PRICE).contains(&usd) {
			return Err(format!(
				"{price} is not between the least and the highest price there can be"
			));
		}
		Ok((seconds, asset, Some(usd)))
	}
}

/// An asset's name in capitals, without the dollars it is quoted in.
fn symbol(text: &str) -> Result<String, String> {
	let upper = text.to_uppercase();
	let base = ["-USDT", "/USDT", "_USDT", "-USD", "/USD", "_USD"]
		.iter()
		.find_map(|quote| upper.strip_suffix(quote))
		.unwrap_or(&upper)
		.trim();
	let fits = (1..=16).contains(&base.len()) && base.bytes().all(|b| b.is_ascii_alphanumeric());
	if !fits {
		return Err(format!("{text:?} is no asset: 1 to 16 letters or digits"));
	}
	Ok(base.into())
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	fn read(text: &str) -> Prices {
		Prices::read(text.as_bytes()).unwrap()
	}

	fn unused_lines(prices: &Prices) -> Vec<u64> {
		let unused = prices.notes.iter().filter(|note| note.unused);
		unused.map(|note| note.line).collect()
	}

	#[test]
	fn between_two_rows_the_price_is_linear() {
		let prices = read("unix_seconds,asset,price\n100,ETH,200\n200,ETH,100\n");
		let at = |time| prices.market("ETH", time).unwrap();
		assert_eq!([at(0.0), at(100.0), at(150.0)], [200.0, 200.0, 150.0]);
		assert_eq!([at(199.0), at(200.0), at(1e9)], [101.0, 100.0, 100.0]);
		assert_eq!((prices.start(), prices.end()), (100.0, 200.0));
		assert_eq!(prices.market("BTC", 150.0), None);
	}

	#[test]
	fn rows_come_in_any_order_and_each_asset_with_its_own_steps() {
		let text = "unix_seconds,asset,price\n300,BTC,9\n0,ETH,1\n10,eth,3\n0,BTC,6\n5,ETH,2\n";
		let prices = read(text);
		assert_eq!(prices.assets().collect::<Vec<_>>(), ["BTC", "ETH"]);
		assert_eq!(prices.market("ETH", 7.5), Some(2.5));
		assert_eq!(prices.market("BTC", 100.0), Some(7.0));
		assert_eq!((prices.rows, prices.notes.len()), (5, 0));
	}

	#[test]
	fn of_two_rows_for_one_time_the_later_line_counts_and_says_so() {
		let prices = read("unix_seconds,asset,price\n1,ETH,5\n1,ETH,5\n1,ETH,7\n");
		assert_eq!((prices.market("ETH", 1.0), prices.rows), (Some(7.0), 1));
		assert_eq!(prices.notes.len(), 1);
		assert_eq!((prices.notes[0].line, prices.notes[0].unused), (4, false));
	}

	#[test]
	fn an_empty_price_is_silence_until_the_next_row_and_the_market_goes_on() {
		let text = "unix_seconds,asset,price\n0,ETH,100\n10,ETH,\n15,ETH,\n20,ETH,80\n90,ETH,\n";
		let prices = read(text);
		assert_eq!(prices.seen("ETH", 9.0), Some(91.0));
		assert_eq!(prices.seen("ETH", 10.0), None);
		assert_eq!(prices.market("ETH", 10.0), Some(90.0));
		assert_eq!(prices.seen("ETH", 19.9), None);
		assert_eq!(prices.seen("ETH", 20.0), Some(80.0));
		assert!(prices.is_dark(15.0) && !prices.is_dark(20.0));
		assert!(prices.is_dark(1e9));
		assert_eq!(prices.end(), 90.0);
	}

	#[test]
	fn the_oracle_is_dark_only_if_all_are_silent() {
		let prices = read("unix_seconds,asset,price\n0,ETH,1\n0,BTC,1\n5,ETH,\n9,ETH,1\n");
		assert!(!prices.is_dark(6.0));
		assert_eq!(prices.seen("ETH", 6.0), None);
	}

	#[test]
	fn a_row_that_cannot_be_used_is_named_by_its_line() {
		let text = "unix_seconds,asset,price\n\
			1,ETH,10\n\
			x,ETH,1\n\
			2,ETH,NaN\n\
			\n\
			3,ETH,-4\n\
			4,ETH,0\n\
			1583971200000,ETH,5\n\
			5,,5\n\
			6,ETH\n\
			7,E T H,5\n\
			8,ETH,inf\n\
			9,ETH,1e3\n";
		let prices = read(text);
		assert_eq!(unused_lines(&prices), [3, 4, 6, 7, 8, 9, 10, 11, 12]);
		assert_eq!(prices.market("ETH", 9.0), Some(1_000.0));
		assert!(prices.notes[4].what.contains("milliseconds"));
	}

	#[test]
	fn what_spreadsheets_do_to_a_file_does_no_harm() {
		let text = "\u{feff}Asset;x,UNIX_SECONDS , price,asset,note\r\n\
			a, 10 , \"1.5\" ,\" eth/usd\",hello\r\n\
			a,20,2.5,ETH-USDT,\r\n";
		let prices = read(text);
		assert_eq!(prices.market("ETH", 15.0), Some(2.0));
		assert_eq!(prices.notes, []);
	}

	#[test]
	fn a_file_without_header_or_price_is_refused() {
		let refusal = |text: &str| Prices::read(text.as_bytes()).unwrap_err();
		assert!(refusal("").contains("empty"));
		assert!(refusal("1,ETH,5\n").contains("line 1"));
		assert!(refusal("unix_seconds,asset,price\n").contains("no row"));
		assert!(refusal("unix_seconds,asset,price\n1,ETH,x\n").contains("line 2"));
		assert!(refusal("unix_seconds,asset,price\n1,ETH,\n").contains("ETH"));
	}

	#[test]
	fn a_line_that_is_not_text_is_named_too() {
		let mut text = b"unix_seconds,asset,price\n1,ETH,5\n".to_vec();
		text.extend(b"2,\xff\xfe,5\n3,ETH,6\n");
		let prices = Prices::read(&text[..]).unwrap();
		assert_eq!((unused_lines(&prices), prices.rows), (vec![3], 2));
	}

	#[test]
	fn what_is_left_out_is_gone_and_named() {
		let mut prices = read("unix_seconds,asset,price\n0,ETH,1\n9,DOGE,2\n10,DOGE,\n");
		prices.leave_out("DOGE", "has no room");
		prices.leave_out("XRP", "was never there");
		assert_eq!(prices.assets().collect::<Vec<_>>(), ["ETH"]);
		assert_eq!((prices.rows, prices.end()), (1, 0.0));
		assert_eq!(prices.notes, [Note::unused(0, "DOGE has no room")]);
	}

	proptest! {
		#[test]
		fn whatever_the_bytes_it_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
			let mut text = b"unix_seconds,asset,price\n".to_vec();
			text.extend(bytes);
			if let Ok(prices) = Prices::read(&text[..]) {
				prop_assert!(prices.start() <= prices.end());
			}
		}

		#[test]
		fn every_line_is_used_or_named_or_said_twice(
			lines in prop::collection::vec("[0-9]{1,3},(ETH|BTC|),(|[0-9]{1,2}|-1|x)", 1..60),
		) {
			let text = format!("unix_seconds,asset,price\n{}\n", lines.join("\n"));
			let Ok(prices) = Prices::read(text.as_bytes()) else { return Ok(()) };
			let unused = prices.notes.iter().filter(|note| note.unused && note.line > 0).count();
			prop_assert!(prices.rows + unused <= lines.len());
			for (number, line) in lines.iter().enumerate() {
				let [time, asset, price] = line.split(',').collect::<Vec<_>>()[..] else {
					return Ok(());
				};
				let bad = asset.is_empty() || ["-1", "x", "0", "00"].contains(&price);
				let named = prices
					.notes
					.iter()
					.any(|note| note.unused && note.line == number as u64 + 2);
				prop_assert_eq!(bad, named, "{} {}", time, line);
			}
		}

		#[test]
		fn the_price_stays_between_its_neighbours(
			mut points in prop::collection::vec((0u32..10_000, 1u32..1_000_000), 1..40),
			time in 0u32..10_000,
		) {
			let rows: Vec<_> = points.iter().map(|(t, p)| format!("{t},ETH,{p}")).collect();
			let prices = read(&format!("unix_seconds,asset,price\n{}", rows.join("\n")));
			// Of equal times the last stays.
			points.reverse();
			points.sort_by_key(|(t, _)| *t);
			points.dedup_by_key(|(t, _)| *t);
			let price = prices.market("ETH", time.into()).unwrap();
			let before = points.iter().rev().find(|(t, _)| *t <= time).or(points.first()).unwrap();
			let after = points.iter().find(|(t, _)| *t >= time).or(points.last()).unwrap();
			let (low, high) = (before.1.min(after.1), before.1.max(after.1));
			prop_assert!(price >= f64::from(low) - 1e-6 && price <= f64::from(high) + 1e-6);
		}
	}
}
