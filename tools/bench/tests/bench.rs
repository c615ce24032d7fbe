//! What needs no WASM: that chains can be made, and that results can be read.

use cairn_bench::{
	benches::{basket_reevaluations::simulate, jobs, names},
	chain::{median, quantile},
	goals::goals,
	ledger,
	results::{Line, Results},
	spec::{grouped, Spec},
	SET_UP,
};
use serde_json::Value;
use sp_state_machine::BasicExternalities;

/// Makes a chain natively, checks its invariants, and looks at it.
fn look<R>(spec: &Spec, look: impl FnOnce() -> R) -> R {
	let mut storage = ledger::genesis(spec).expect("it can be made");
	BasicExternalities::execute_with_storage(&mut storage, || {
		ledger::check_invariants().expect("the books are right");
		look()
	})
}

/// Health of the first vaults.
fn healths(vaults: u32) -> Vec<f64> {
	let health = |vault: u32| {
		cairn_runtime::Vaults::health(vault.into()).map(|h| h.into_inner() as f64 / 1e18)
	};
	(0..vaults).filter_map(health).collect()
}

#[test]
fn fifty_vaults_pass_the_invariants_and_have_the_health_they_should() {
	for legs in [1, 3] {
		let spec = Spec {
			legs,
			..Spec::vaults(50)
		};
		let healths = look(&spec, || healths(51));
		// The last one owes nothing.
		assert_eq!(healths.len(), 50);
		// The oracle's doubt counts in favour of owners who are about to be liquidated.
		assert!(
			healths.iter().all(|health| (1.199..3.001).contains(health)),
			"{healths:?}"
		);
		let (low, high) = healths
			.iter()
			.fold((f64::MAX, 0f64), |(low, high), health| {
				(low.min(*health), high.max(*health))
			});
		assert!(low < 1.5 && high > 2.5, "{low} to {high}");
	}
}

#[test]
fn chains_with_many_validators_feeds_and_lots_can_be_made() {
	let spec = Spec {
		validators: 21,
		feeds: 16,
		lots: 100,
		..Spec::vaults(4)
	};
	look(&spec, || {
		let reports = ledger::reports(ledger::Market::STILL);
		assert_eq!(reports.expect("all keys are known").len(), 21);
		assert_eq!(
			cairn_oracle::ReportedFeeds::<cairn_runtime::Runtime>::get().len(),
			16
		);
		assert!(ledger::lot_for_sale().is_some());
		assert_eq!(cairn_runtime::Auctions::lots(None, 100).len(), 100);
	});
}

#[test]
fn different_chains_have_different_names() {
	let spec = Spec::vaults(1_000);
	let others = [
		Spec::vaults(100),
		Spec {
			legs: 3,
			..spec.clone()
		},
		Spec {
			health: (1.2, 2.0),
			..spec.clone()
		},
		Spec {
			validators: 21,
			..spec.clone()
		},
		Spec {
			feeds: 16,
			..spec.clone()
		},
		Spec {
			lots: 10,
			..spec.clone()
		},
	];
	assert!(others.iter().all(|other| other.name() != spec.name()));
}

/// After these three hours of a falling market, in others of which nobody comes to be unsafe.
#[test]
fn hours_after_a_decline_keep_the_books_right_and_liquidate_the_weakest() {
	let outcome = simulate(300, 3_600, 9).expect("it runs");
	assert!(outcome.liquidated > 0);
	assert!(outcome.liquidated < outcome.evaluated);
}

#[test]
fn a_line_is_json_with_its_fields_in_order() {
	let line = Line::new("adjust")
		.with("vaults", 5)
		.with_rounded("us", 1.26, 1);
	let json = serde_json::to_string(&line).unwrap();
	assert_eq!(json, r#"{"bench":"adjust","vaults":5,"us":1.3}"#);
	let parsed: Value = serde_json::from_str(&json).unwrap();
	assert_eq!(parsed["us"], 1.3);
	assert_eq!(line.number("vaults"), Some(5.0));
}

#[test]
fn a_run_replaces_its_own_results_and_keeps_those_of_others() {
	let folder = std::env::temp_dir().join(format!("cairn-bench-{}", std::process::id()));
	let path = folder.join("results.jsonl");
	let mut first = Results::new(&path, &["adjust", "take"]).unwrap();
	first.add(Line::new("adjust").with("us", 1)).unwrap();
	first.add(Line::new("take").with("us", 2)).unwrap();
	let mut second = Results::new(&path, &["take"]).unwrap();
	second.add(Line::new("take").with("us", 3)).unwrap();
	let collected = std::fs::read_to_string(&path).unwrap();
	std::fs::remove_dir_all(&folder).unwrap();
	let values: Vec<Value> = collected
		.lines()
		.map(|l| serde_json::from_str(l).unwrap())
		.collect();
	let figures: Vec<_> = values.iter().map(|v| v["us"].as_u64().unwrap()).collect();
	assert_eq!(figures, [1, 3]);
}

#[test]
fn a_goal_is_met_missed_or_not_measured() {
	let idle = |vaults: u32, us: f64| {
		Line::new("enforce_idle")
			.with("vaults", vaults)
			.with("us_per_block", us)
	};
	let verdict = |lines: &[Line]| goals(lines)[0].outcome.clone().map(|(_, met)| met);
	assert_eq!(verdict(&[idle(1_000, 100.0)]), None);
	assert_eq!(
		verdict(&[idle(1_000, 100.0), idle(1_000_000, 129.0)]),
		Some(true)
	);
	assert_eq!(
		verdict(&[idle(1_000, 100.0), idle(1_000_000, 131.0)]),
		Some(false)
	);
	assert!(goals(&[]).iter().all(|goal| goal.outcome.is_none()));
}

#[test]
fn set_up_must_not_take_longer_than_what_is_measured() {
	let verdict = |making: f64| {
		let line = Line::new(SET_UP)
			.with("making_s", making)
			.with("measuring_s", 100.0);
		let goals = goals(&[line]);
		let goal = goals.into_iter().find(|goal| goal.what.starts_with(SET_UP));
		goal.and_then(|goal| goal.outcome).map(|(_, met)| met)
	};
	assert_eq!(verdict(99.0), Some(true));
	assert_eq!(verdict(101.0), Some(false));
}

#[test]
fn whatever_takes_longer_than_it_is_charged_for_is_noticed() {
	let call = |us: f64| Line::new("call").with("us", us).with("charged_us", 100);
	let crash = |us: f64| {
		Line::new("liquidate")
			.with("us_per_vault", us)
			.with("charged_us_per_vault", 100)
	};
	let round = |authorize: f64, aggregate: f64| {
		Line::new("oracle_round")
			.with("us_authorize", authorize)
			.with("charged_us_authorize", 100)
			.with("us_aggregate", aggregate)
			.with("charged_us_aggregate", 100)
	};
	let verdict = |lines: &[Line]| goals(lines).last().unwrap().outcome.clone().unwrap().1;
	assert!(verdict(&[call(99.0), crash(100.0), round(100.0, 100.0)]));
	assert!(!verdict(&[round(101.0, 99.0)]));
	assert!(!verdict(&[round(99.0, 101.0)]));
	assert!(!verdict(&[call(99.0), crash(101.0)]));
	assert!(!verdict(&[call(101.0), crash(99.0)]));
}

#[test]
fn the_largest_chains_come_last_and_every_benchmark_has_a_job() {
	let jobs = jobs(&[1_000, 100_000, 1_000_000]);
	assert!(jobs.iter().rev().take(3).all(|job| job.size == 1_000_000));
	let names = names();
	assert_eq!(names.len(), 9, "{names:?}");
	assert!(names
		.iter()
		.all(|name| jobs.iter().any(|job| job.name == *name)));
}

#[test]
fn quantiles_are_where_they_should_be() {
	assert_eq!(median(&mut [3.0, 1.0, 2.0]), 2.0);
	assert_eq!(quantile(&mut [4.0, 3.0, 2.0, 1.0], 1, 4), 2.0);
	assert!(median(&mut []).is_nan());
}

#[test]
fn numbers_for_people_have_separators() {
	assert_eq!(grouped(7), "7");
	assert_eq!(grouped(1_000), "1,000");
	assert_eq!(grouped(1_000_000), "1,000,000");
}
