//! Small replays, on the real runtime.

use cairn_replay::{
	bidders::Kind,
	prices::Prices,
	replay::{run, Replay, Settings},
};

/// A fall by two fifths in five minutes, in rows as a real file has them.
const FALL: &str = "unix_seconds,asset,price\n\
	1700000001,ETH,2000\n\
	1700000700,BTC,30000\n\
	1700000001,BTC,30000\n\
	oops,BTC,30000\n\
	1700000300,ETH,1200\n\
	1700000300,ETH,1200\n\
	1700000900,LUNA,50\n\
	1700000300,LUNA,60\n\
	1700000600,ETH,1220\n";

fn settings(bidders: Kind) -> Settings {
	Settings {
		name: "a fall".into(),
		vaults: 200,
		seed: 1,
		bidders,
		latency_blocks: 0,
		block_seconds: 3,
		reserve_percent: 0.0,
		after_seconds: 1_500,
		check_every: 50,
	}
}

fn replay(text: &str, settings: &Settings) -> Replay {
	let prices = Prices::read(text.as_bytes()).expect("the file can be read");
	run(&prices, settings, |_| {}).expect("it runs")
}

#[test]
fn a_crash_is_survived_and_told_in_figures() {
	let mut told = 0;
	let prices = Prices::read(FALL.as_bytes()).unwrap();
	let found = run(&prices, &settings(Kind::Normal), |progress| {
		told += 1;
		assert!(progress.done <= progress.blocks);
	})
	.unwrap();
	let (summary, details) = (&found.summary, &found.details);
	assert_eq!(
		summary.invariant_violations, 0,
		"{:?}",
		details.first_violation
	);
	assert_eq!(summary.sold_below_floor, 0);
	assert_eq!(summary.vaults, 200);
	assert_eq!(told, 1_000 + details.blocks);
	assert!(summary.liquidations > 10 && summary.debt_liquidated > 1_000.0);
	assert!(details.sales > 0 && details.got > details.paid);
	let lowest = summary.lowest_sale_to_oracle.unwrap();
	assert!((0.4..1.0).contains(&lowest), "{lowest}");
	// Whoever is liquidated pays the fee at least, and the penalty at most.
	let loss = summary.owner_loss_mean_pct.unwrap();
	assert!((0.0..=8.01).contains(&loss), "{loss}");

	let json = serde_json::to_string(summary).unwrap();
	let fields = [
		"prices",
		"vaults",
		"liquidations",
		"debt_liquidated",
		"bad_debt_peak",
		"bad_debt_end",
		"reserve_start",
		"reserve_end",
		"backlog_peak",
		"blocks_with_backlog",
		"lowest_sale_to_oracle",
		"sold_below_floor",
		"owner_loss_mean_pct",
		"unsold_end",
		"invariant_violations",
	];
	let value: serde_json::Value = serde_json::from_str(&json).unwrap();
	let mut names: Vec<_> = value
		.as_object()
		.unwrap()
		.keys()
		.map(String::as_str)
		.collect();
	let mut expected = fields.to_vec();
	names.sort_unstable();
	expected.sort_unstable();
	assert_eq!(names, expected);
	// In this order, too.
	let places: Vec<_> = fields
		.iter()
		.map(|f| json.find(&format!("\"{f}\":")).unwrap())
		.collect();
	assert!(places.is_sorted(), "{json}");
	assert!(summary.table(details).contains("liquidations"));
	assert!(found.series.svg("a fall").unwrap().contains("LUNA"));
}

#[test]
fn without_bidders_nothing_is_sold_and_every_cusd_is_accounted_for() {
	let found = replay(FALL, &settings(Kind::None));
	let (summary, details) = (&found.summary, &found.details);
	assert_eq!(
		summary.invariant_violations, 0,
		"{:?}",
		details.first_violation
	);
	assert!(summary.liquidations > 10);
	assert_eq!((summary.sold_below_floor, details.sales), (0, 0));
	assert_eq!((details.paid, summary.lowest_sale_to_oracle), (0.0, None));
}

#[test]
fn the_same_seed_gives_the_same_figures() {
	let text = "unix_seconds,asset,price\n1700000001,ETH,2000\n1700000150,ETH,1500\n";
	let mut settings = settings(Kind::Thin);
	(settings.vaults, settings.after_seconds) = (60, 300);
	let figures = |settings: &Settings| serde_json::to_string(&replay(text, settings).summary);
	let first = figures(&settings).unwrap();
	assert_eq!(first, figures(&settings).unwrap());
	settings.seed = 2;
	assert_ne!(first, figures(&settings).unwrap());
}

#[test]
fn a_late_oracle_liquidates_later() {
	let text = "unix_seconds,asset,price\n1700000001,ETH,2000\n1700000301,ETH,1400\n";
	let mut settings = settings(Kind::None);
	(settings.vaults, settings.after_seconds) = (60, 0);
	let on_time = replay(text, &settings).summary;
	settings.latency_blocks = 60;
	let late = replay(text, &settings).summary;
	assert!(late.debt_liquidated < on_time.debt_liquidated);
	settings.latency_blocks = 200;
	assert_eq!(replay(text, &settings).summary.liquidations, 0);
}

#[test]
fn blocks_may_be_rarer_and_then_say_so() {
	let text = "unix_seconds,asset,price\n1700000001,ETH,2000\n1700003601,ETH,1500\n";
	let mut settings = settings(Kind::Deep);
	(settings.vaults, settings.block_seconds) = (60, 30);
	let found = replay(text, &settings);
	assert_eq!(
		found.summary.invariant_violations, 0,
		"{:?}",
		found.details.first_violation
	);
	assert_eq!(
		(found.summary.block_seconds, found.details.blocks),
		(Some(30), 170)
	);
	assert!(found.summary.liquidations > 0);
}

#[test]
fn nothing_is_liquidated_while_the_oracle_is_dark() {
	let text = "unix_seconds,asset,price\n\
		1700000001,ETH,2000\n\
		1700000030,ETH,\n\
		1700000900,ETH,1500\n\
		1700000960,ETH,1500\n";
	let mut settings = settings(Kind::Normal);
	(settings.vaults, settings.after_seconds) = (60, 0);
	let dark = text.replace(
		"1700000900,ETH,1500\n1700000960,ETH,1500\n",
		"1700000900,ETH,\n",
	);
	assert_eq!(replay(&dark, &settings).summary.liquidations, 0);
	let found = replay(text, &settings).summary;
	assert!(found.liquidations > 0 && found.invariant_violations == 0);
}
