//! Prices read from a CSV file: `unix_seconds,asset,price`, interpolated between rows.

use crate::{
	asset::{parse_price, Asset, ASSETS},
	decimal::Decimal,
};

/// The only header taken.
const HEADER: &str = "unix_seconds,asset,price";

/// The latest time taken, the start of the year 2100. It bounds the interpolation's products.
const LAST_SECOND: u64 = 4_102_444_800;

/// A course of prices for some of the assets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PricePath {
	/// By asset: (milliseconds, price), strictly ascending in time. Empty if the file says nothing.
	points: [Vec<(u64, Decimal)>; ASSETS],
	/// The earliest row of all, in milliseconds: where the path starts.
	start: u64,
}

impl PricePath {
	/// Reads the whole file. Rows may come in any order; of two rows for the same asset and second
	/// the last one wins. The error names the line and says why.
	pub fn parse(text: &str) -> Result<PricePath, String> {
		// Spreadsheets like to begin a file with a byte order mark.
		let text = text.strip_prefix('\u{feff}').unwrap_or(text);
		let mut lines = text
			.lines()
			.enumerate()
			.map(|(index, line)| (index + 1, line.trim()));
		match lines.next() {
			Some((_, HEADER)) => (),
			Some((_, other)) => {
				return Err(format!(
					"line 1: the header must be `{HEADER}`, not `{other}`"
				))
			}
			None => {
				return Err(format!(
					"the file is empty; its first line must be `{HEADER}`"
				))
			}
		}

		let mut points: [Vec<(u64, Decimal)>; ASSETS] = Default::default();
		for (number, line) in lines.filter(|(_, line)| !line.is_empty()) {
			let (asset, time, price) =
				parse_row(line).map_err(|why| format!("line {number}: {why}"))?;
			points[asset as usize].push((time, price));
		}
		for course in &mut points {
			course.sort_by_key(|(time, _)| *time);
			// The sort is stable, so the later row stands behind: overwrite, then drop the latter.
			course.dedup_by(|later, kept| {
				let same = later.0 == kept.0;
				if same {
					kept.1 = later.1;
				}
				same
			});
		}
		let start = points
			.iter()
			.filter_map(|course| course.first())
			.map(|(time, _)| *time)
			.min();
		match start {
			Some(start) => Ok(PricePath { points, start }),
			None => Err("there is no row behind the header".into()),
		}
	}

	/// The price `after` milliseconds from the start of the path: linear between two rows, the
	/// first price before the first row, the last one behind the last. `None` if the path does not
	/// name the asset.
	pub fn price(&self, asset: Asset, after: u64) -> Option<Decimal> {
		let course = &self.points[asset as usize];
		let now = self.start.saturating_add(after);
		let next = course.partition_point(|(time, _)| *time <= now);
		let Some(&(t1, p1)) = course.get(next) else {
			return course.last().map(|(_, price)| *price);
		};
		let Some(&(t0, p0)) = next.checked_sub(1).and_then(|before| course.get(before)) else {
			return Some(p1);
		};
		let moved = p0.distance(p1).units() * u128::from(now - t0) / u128::from(t1 - t0);
		Some(Decimal::from_units(if p1 > p0 {
			p0.units() + moved
		} else {
			p0.units() - moved
		}))
	}

	/// Whether the file has a row for the asset.
	pub fn names(&self, asset: Asset) -> bool {
		!self.points[asset as usize].is_empty()
	}
}

/// One row as (asset, milliseconds, price).
fn parse_row(line: &str) -> Result<(Asset, u64, Decimal), String> {
	let fields: Vec<&str> = line.split(',').map(str::trim).collect();
	let [time, asset, price] = fields[..] else {
		return Err(format!(
			"expected 3 fields (`{HEADER}`), found {}",
			fields.len()
		));
	};
	let seconds = time
		.parse::<u64>()
		.ok()
		.filter(|seconds| *seconds <= LAST_SECOND)
		.ok_or_else(|| format!("`{time}` is not a time in whole seconds since 1970"))?;
	Ok((asset.parse()?, seconds * 1_000, parse_price(price)?))
}

#[cfg(test)]
mod tests {
	use super::*;

	fn path(rows: &str) -> Result<PricePath, String> {
		PricePath::parse(&format!("{HEADER}\n{rows}"))
	}

	fn at(path: &PricePath, asset: Asset, after: u64) -> String {
		path.price(asset, after).unwrap().to_string()
	}

	#[test]
	fn interpolates_between_rows_and_holds_the_ends() {
		let path = path("100,BTC,60000\n110,BTC,50000\n105,ETH,3000").unwrap();
		assert_eq!(at(&path, Asset::Btc, 0), "60000");
		assert_eq!(at(&path, Asset::Btc, 2_500), "57500");
		assert_eq!(at(&path, Asset::Btc, 10_000), "50000");
		assert_eq!(at(&path, Asset::Btc, 99_000), "50000");
		// Its only row lies five seconds ahead of the start.
		assert_eq!(at(&path, Asset::Eth, 0), "3000");
		assert_eq!(at(&path, Asset::Eth, 60_000), "3000");
		assert_eq!(path.price(Asset::Dot, 0), None);
		assert!(path.names(Asset::Eth) && !path.names(Asset::Dot));
	}

	#[test]
	fn rises_as_exactly_as_it_falls() {
		let path = path("0,CRN,0.5\n3,CRN,0.8").unwrap();
		assert_eq!(at(&path, Asset::Crn, 1_000), "0.6");
		assert_eq!(at(&path, Asset::Crn, 2_000), "0.7");
	}

	#[test]
	fn unordered_rows_are_sorted_and_the_last_duplicate_wins() {
		let mixed = path("20,BTC,3\n10,BTC,9\n10,BTC,8\n10,btc,1\n\n").unwrap();
		assert_eq!(mixed, path("10,BTC,1\n20,BTC,3").unwrap());
		assert_eq!(at(&mixed, Asset::Btc, 5_000), "2");
	}

	#[test]
	fn the_largest_steps_do_not_overflow() {
		let path = path("0,BTC,1000000000000\n4102444800,BTC,0.000000000001").unwrap();
		assert_eq!(
			at(&path, Asset::Btc, 4_102_444_800_000 / 2),
			"500000000000.000000000001"
		);
		assert_eq!(at(&path, Asset::Btc, u64::MAX), "0.000000000001");
	}

	#[test]
	fn a_row_that_cannot_be_used_is_refused_with_its_line_and_reason() {
		for (row, reason) in [
			(
				"1,BTC",
				"line 3: expected 3 fields (`unix_seconds,asset,price`), found 2",
			),
			(
				"1,BTC,5,6",
				"line 3: expected 3 fields (`unix_seconds,asset,price`), found 4",
			),
			(
				"x,BTC,5",
				"line 3: `x` is not a time in whole seconds since 1970",
			),
			(
				"1.5,BTC,5",
				"line 3: `1.5` is not a time in whole seconds since 1970",
			),
			(
				"-1,BTC,5",
				"line 3: `-1` is not a time in whole seconds since 1970",
			),
			(
				"4102444801,BTC,5",
				"line 3: `4102444801` is not a time in whole seconds",
			),
			("1,DOGE,5", "line 3: unknown asset `DOGE`; use one of"),
			("1,BTC,-5", "line 3: `-5` is not a decimal number"),
			("1,BTC,0", "line 3: a price must be above zero"),
			("1,BTC,NaN", "line 3: `NaN` is not a decimal number"),
		] {
			let why = path(&format!("1,BTC,1\n{row}\n2,BTC,2")).unwrap_err();
			assert!(why.starts_with(reason), "{why}");
		}
	}

	#[test]
	fn a_file_without_header_or_rows_is_refused() {
		assert!(PricePath::parse("")
			.unwrap_err()
			.contains("the file is empty"));
		assert!(PricePath::parse("1,BTC,5")
			.unwrap_err()
			.starts_with("line 1: the header must be"));
		assert!(path("").unwrap_err().contains("no row"));
		assert!(PricePath::parse("\u{feff}unix_seconds,asset,price\r\n1,BTC,5\r\n").is_ok());
	}
}
