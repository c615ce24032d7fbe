//! The price paths that come with the tool, generated from published facts.
//!
//! Hourly prices of 2020 to 2025 are those of ETHUSDT on Binance, as published; only opening, low,
//! high and closing prices of single hours are used, written down here by hand. Where within an hour
//! its low was is not published: it is put twenty minutes into the hour, which makes the fall three
//! times as steep as the hour itself. Other assets follow by a stated rule.

use std::fmt::Write;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// Time, asset and price; without a price where the oracle is silent.
type Row = (u64, &'static str, Option<f64>);

/// The paths by the names of their files, as CSV.
pub fn all() -> Vec<(&'static str, String)> {
	let paths: [(&str, Vec<Row>); 6] = [
		("march-2020.csv", march_2020()),
		("single-block-30.csv", single_block()),
		("slow-bleed.csv", slow_bleed()),
		("v.csv", v()),
		("dead-oracle.csv", dead_oracle()),
		("luna-to-zero.csv", luna_to_zero()),
	];
	paths
		.into_iter()
		.map(|(name, rows)| (name, csv(&rows)))
		.collect()
}

fn csv(rows: &[Row]) -> String {
	let mut text = String::from("unix_seconds,asset,price\n");
	for (time, asset, price) in rows {
		let price = price.map_or(String::new(), digits);
		writeln!(text, "{time},{asset},{price}").expect("a string takes everything");
	}
	text
}

/// A price with six digits that mean something.
fn digits(price: f64) -> String {
	let places = 5.0 - price.log10().floor();
	let text = format!("{price:.*}", places.clamp(0.0, 18.0) as usize);
	match text.contains('.') {
		true => text.trim_end_matches('0').trim_end_matches('.').into(),
		false => text,
	}
}

/// An hour of ETHUSDT: the hour since the start, opening, low, high if it was above both ends, and
/// closing price.
type Hour = (u64, f64, f64, Option<f64>, f64);

/// 12 March 2020 from 00:00 UTC.
const MARCH_2020: [Hour; 27] = [
	(0, 194.6, 192.2, None, 193.3),
	(6, 181.8, 172.0, None, 173.8),
	(9, 169.5, 167.4, None, 168.0),
	(10, 168.0, 125.0, None, 132.9),
	(11, 132.9, 123.0, None, 136.6),
	(12, 136.5, 134.0, None, 137.0),
	(13, 136.9, 126.8, None, 135.0),
	(15, 139.7, 136.4, None, 141.1),
	(17, 139.3, 138.5, None, 142.0),
	(19, 137.2, 136.9, None, 138.4),
	(20, 138.4, 125.0, None, 128.8),
	(21, 129.1, 125.1, None, 131.0),
	(22, 131.0, 126.2, None, 127.3),
	(23, 127.3, 101.2, None, 107.8),
	(24, 107.7, 104.2, None, 106.9),
	(25, 107.0, 96.0, None, 96.6),
	(26, 96.5, 86.0, Some(120.2), 111.1),
	(27, 111.3, 110.0, Some(138.0), 124.2),
	(28, 124.2, 106.0, None, 109.7),
	(29, 109.7, 109.2, None, 116.6),
	(30, 116.6, 114.2, None, 126.1),
	(33, 125.3, 125.0, None, 129.5),
	(36, 127.6, 125.3, None, 129.3),
	(39, 126.9, 114.9, None, 123.7),
	(42, 123.6, 114.8, None, 118.9),
	(43, 118.9, 116.4, None, 128.3),
	(47, 133.0, 130.2, None, 134.1),
];

/// 12 and 13 March 2020. BTC moves as ETH does to the power 0.9, which takes it from the 7,934.58
/// that 12 March opened at to the 4,410 that was its low.
fn march_2020() -> Vec<Row> {
	let start = 1_583_971_200;
	let mut rows = Vec::new();
	for (hour, open, low, high, close) in MARCH_2020 {
		let begin = start + hour * HOUR;
		let mut at = |seconds: u64, price: f64| {
			let moved = (price / 194.6f64).powf(0.9);
			rows.push((begin + seconds, "ETH", Some(price)));
			rows.push((begin + seconds, "BTC", Some(7_934.58 * moved)));
		};
		at(0, open);
		at(20 * MINUTE, low);
		if let Some(high) = high {
			at(45 * MINUTE, high);
		}
		// The next hour has an opening price of its own.
		at(HOUR - 3, close);
	}
	rows
}

/// Everything that is not a stablecoin loses 30 % from one block to the next.
fn single_block() -> Vec<Row> {
	let start = 1_700_000_001;
	let prices = [
		("ETH", 3_000.0),
		("BTC", 60_000.0),
		("DOT", 6.0),
		("CRN", 0.5),
	];
	let mut rows = Vec::new();
	for (asset, price) in prices {
		rows.push((start, asset, Some(price)));
		rows.push((start + HOUR, asset, Some(price)));
		rows.push((start + HOUR + 3, asset, Some(0.7 * price)));
		rows.push((start + 5 * HOUR, asset, Some(0.7 * price)));
	}
	rows
}

/// June 2022: ETH from 1,804 to 881.6 in nine days, 23.6 % of it in the worst 24 hours. How much fell
/// on each of the other days, and the saw teeth of 2 % every six hours, are made up. BTC from 30,000
/// moves as ETH does to the power 0.8.
fn slow_bleed() -> Vec<Row> {
	let start = 1_654_819_200;
	let daily = [
		-0.02, -0.05, -0.08, -0.12, -0.269, 0.06, -0.05, -0.10, -0.087,
	];
	let mut rows = Vec::new();
	let mut log = 0.0;
	for (day, change) in (0u64..).zip(daily) {
		for hour in 0..24u64 {
			let tooth = if hour % 6 == 3 { 0.02 } else { 0.0 };
			let moved: f64 = log + change * hour as f64 / 24.0 + tooth;
			let time = start + day * DAY + hour * HOUR;
			rows.push((time, "ETH", Some(1_804.0 * moved.exp())));
			rows.push((time, "BTC", Some(30_000.0 * (0.8 * moved).exp())));
		}
		log += change;
	}
	let end = start + 9 * DAY;
	rows.push((end, "ETH", Some(881.6)));
	rows.push((end, "BTC", Some(30_000.0 * (0.8 * log).exp())));
	rows
}

/// 10 October 2025: ETH from 4,393 to 3,435 and 13.1 % up again within one hour, BTC from 121,700 to
/// 102,000. It began at 20:50, and the worst was between 21:10 and 21:20.
fn v() -> Vec<Row> {
	let start = 1_760_122_800;
	let minutes = [0, 110, 130, 135, 140, 180, 360];
	let eth = [
		4_393.0, 4_300.0, 3_700.0, 3_435.0, 3_600.0, 3_885.0, 3_850.0,
	];
	let btc = [
		121_700.0, 119_500.0, 108_000.0, 102_000.0, 106_000.0, 112_500.0, 112_000.0,
	];
	let mut rows = Vec::new();
	for ((minute, eth), btc) in minutes.into_iter().zip(eth).zip(btc) {
		rows.push((start + minute * MINUTE, "ETH", Some(eth)));
		rows.push((start + minute * MINUTE, "BTC", Some(btc)));
	}
	rows
}

/// The validators see nothing for two hours in which everything loses a quarter, and then see it all
/// at once.
fn dead_oracle() -> Vec<Row> {
	let start = 1_700_000_001;
	let mut rows = Vec::new();
	for (asset, price) in [("ETH", 3_000.0), ("BTC", 60_000.0), ("DOT", 6.0)] {
		rows.push((start, asset, Some(price)));
		rows.push((start + HOUR, asset, Some(0.98 * price)));
		rows.push((start + HOUR + 3, asset, None));
		rows.push((start + 3 * HOUR, asset, Some(0.74 * price)));
		rows.push((start + 6 * HOUR, asset, Some(0.76 * price)));
	}
	rows
}

/// LUNA from 64 on 9 May 2022 to 0.00004 four days later, ETH meanwhile from 2,704 to 1,800 on the
/// morning of 12 May. Between the days LUNA falls by the same factor in every quarter of an hour; what
/// it was worth in between, and ETH's recovery, are made up.
fn luna_to_zero() -> Vec<Row> {
	let start = 1_652_054_400;
	let days = [64.0f64, 30.0, 17.0, 1.0, 0.000_04];
	let mut rows = Vec::new();
	for (day, pair) in (0u64..).zip(days.windows(2)) {
		let factor = pair[1] / pair[0];
		for quarter in 0..96u64 {
			let price = pair[0] * factor.powf(quarter as f64 / 96.0);
			let time = start + day * DAY + quarter * HOUR / 4;
			rows.push((time, "LUNA", Some(price)));
		}
	}
	rows.push((start + 4 * DAY, "LUNA", Some(0.000_04)));
	for (hours, price) in [
		(0, 2_704.0),
		(24, 2_350.0),
		(48, 2_340.0),
		(77, 1_800.0),
		(96, 2_000.0),
	] {
		rows.push((start + hours * HOUR, "ETH", Some(price)));
	}
	rows
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::prices::Prices;
	use std::path::Path;

	/// `cairn-replay --write-paths tools/replay/paths` writes them anew.
	#[test]
	fn the_files_are_those_that_are_generated() {
		let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("paths");
		for (name, text) in all() {
			let found = std::fs::read_to_string(folder.join(name)).unwrap_or_default();
			assert!(found == text, "{name} is not what is generated");
		}
		assert_eq!(std::fs::read_dir(folder).unwrap().count(), all().len());
	}

	fn path(name: &str) -> Prices {
		let (_, text) = all().into_iter().find(|(n, _)| *n == name).unwrap();
		let prices = Prices::read(text.as_bytes()).unwrap();
		assert_eq!(prices.notes, [], "{name}");
		prices
	}

	#[test]
	fn each_path_is_read_without_a_word_and_says_what_it_is_said_to() {
		let march = path("march-2020.csv");
		let hours = |h: f64| march.start() + h * 3_600.0;
		assert_eq!(march.market("ETH", hours(26.0) + 1_200.0), Some(86.0));
		assert_eq!(march.market("ETH", hours(10.0) + 1_200.0), Some(125.0));
		let low = march.market("BTC", hours(23.0) + 1_200.0).unwrap();
		assert!((low / 4_410.0 - 1.0).abs() < 0.01, "{low}");

		let block = path("single-block-30.csv");
		let fall = block.start() + 3_600.0;
		assert_eq!(block.market("ETH", fall), Some(3_000.0));
		assert_eq!(block.market("ETH", fall + 3.0), Some(2_100.0));

		let bleed = path("slow-bleed.csv");
		assert_eq!(bleed.market("ETH", bleed.end()), Some(881.6));
		assert_eq!(bleed.end() - bleed.start(), 9.0 * 86_400.0);

		let v = path("v.csv");
		assert_eq!(v.market("ETH", v.start() + 135.0 * 60.0), Some(3_435.0));

		let dead = path("dead-oracle.csv");
		assert!(dead.is_dark(dead.start() + 7_200.0));
		assert!(!dead.is_dark(dead.start() + 3.0 * 3_600.0));

		let luna = path("luna-to-zero.csv");
		assert_eq!(luna.market("LUNA", luna.start()), Some(64.0));
		assert_eq!(luna.market("LUNA", luna.end()), Some(0.000_04));
	}

	#[test]
	fn prices_are_written_with_six_digits() {
		let texts = [3_000.0, 0.000_04, 1.0, 123_456_789.0, 0.123_456_78].map(digits);
		assert_eq!(texts, ["3000", "0.00004", "1", "123456789", "0.123457"]);
	}
}
