//! What the figures should be.

use crate::{results::Line, spec::grouped, SET_UP};

/// A goal, and what came of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Goal {
	/// What is measured.
	pub what: String,
	/// What it should be.
	pub wanted: String,
	/// What it is, and whether that is as it should be. `None` if it was not measured.
	pub outcome: Option<(String, bool)>,
}

/// Every goal, held against the results.
pub fn goals(lines: &[Line]) -> Vec<Goal> {
	vec![
		enforce_idle(lines),
		liquidate_time(lines),
		liquidate_budget(lines),
		adjust(lines),
		oracle_round(lines),
		lots_tick(lines),
		set_up(lines),
		charged(lines),
	]
}

/// A number of the first result of `bench` whose other numbers are these.
fn number(lines: &[Line], bench: &str, where_: &[(&str, u32)], name: &str) -> Option<f64> {
	let found = lines.iter().find(|line| {
		let matches = |(name, value): &(&str, u32)| line.number(name) == Some(f64::from(*value));
		line.is_of(bench) && where_.iter().all(matches)
	});
	found?.number(name)
}

fn enforce_idle(lines: &[Line]) -> Goal {
	let cost = |vaults| number(lines, "enforce_idle", &[("vaults", vaults)], "us_per_block");
	let ratio = cost(1_000_000)
		.zip(cost(1_000))
		.map(|(many, few)| many / few);
	Goal {
		what: "enforce_idle: 1,000,000 vaults to 1,000".into(),
		wanted: "at most 1.3 times".into(),
		outcome: ratio.map(|ratio| (format!("{ratio:.2} times"), ratio <= 1.3)),
	}
}

const CRASH: [(&str, u32); 2] = [("vaults", 100_000), ("legs", 1)];

fn liquidate_time(lines: &[Line]) -> Goal {
	let us = number(lines, "liquidate", &CRASH, "us_per_vault");
	Goal {
		what: "liquidate: a vault of one leg among 100,000".into(),
		wanted: "at most 100 µs".into(),
		outcome: us.map(|us| (format!("{us:.1} µs"), us <= 100.0)),
	}
}

fn liquidate_budget(lines: &[Line]) -> Goal {
	let budget = number(lines, "liquidate", &CRASH, "per_block_budget");
	Goal {
		what: "liquidate: vaults of one leg in a block's budget".into(),
		wanted: "at least 2,500".into(),
		outcome: budget.map(|budget| (grouped(budget as u32), budget >= 2_500.0)),
	}
}

fn adjust(lines: &[Line]) -> Goal {
	let ratio = number(lines, "adjust", &[("vaults", 100_000)], "ratio");
	Goal {
		what: "adjust: one leg among 100,000, to a transfer".into(),
		wanted: "at most 2 times".into(),
		outcome: ratio.map(|ratio| (format!("{ratio:.2} times"), ratio <= 2.0)),
	}
}

fn oracle_round(lines: &[Line]) -> Goal {
	let size = [("validators", 21), ("feeds", 16)];
	let share = number(lines, "oracle_round", &size, "share_of_block");
	Goal {
		what: "oracle_round: 21 validators, 16 feeds".into(),
		wanted: "at most 1 % of a block".into(),
		outcome: share.map(|share| (format!("{:.2} %", share * 100.0), share <= 0.01)),
	}
}

fn lots_tick(lines: &[Line]) -> Goal {
	let costs = lines.iter().filter(|line| line.is_of("lots_tick"));
	let costs: Vec<f64> = costs
		.filter_map(|line| line.number("us_per_block"))
		.collect();
	let ratio = costs.first().zip(costs.last()).filter(|_| costs.len() > 1);
	let ratio = ratio.map(|(few, many)| many / few);
	Goal {
		what: "lots_tick: 10,000 lots resting to 10".into(),
		wanted: "at most 1.3 times".into(),
		outcome: ratio.map(|ratio| (format!("{ratio:.2} times"), ratio <= 1.3)),
	}
}

/// Whether more time goes into measuring than into making what is measured.
fn set_up(lines: &[Line]) -> Goal {
	let seconds = |name| number(lines, SET_UP, &[], name);
	let ratio = seconds("making_s")
		.zip(seconds("measuring_s"))
		.map(|(making, measuring)| making / measuring);
	Goal {
		what: "set_up: making chains, to measuring".into(),
		wanted: "at most 1.0 times".into(),
		outcome: ratio.map(|ratio| (format!("{ratio:.2} times"), ratio <= 1.0)),
	}
}

/// Whether nothing took longer than it was charged for: neither a transaction nor a liquidation, nor a
/// report or what is made of all of them.
fn charged(lines: &[Line]) -> Goal {
	let pair =
		|line: &Line, took: &str, charged: &str| Some((line.number(took)?, line.number(charged)?));
	let pairs = [
		("us", "charged_us"),
		("us_per_vault", "charged_us_per_vault"),
		("us_authorize", "charged_us_authorize"),
		("us_aggregate", "charged_us_aggregate"),
	];
	let shares = lines.iter().flat_map(|line| {
		let known = pairs.iter();
		known
			.filter_map(move |(took, charged)| pair(line, took, charged))
			.map(|(took, charged)| took / charged)
	});
	let worst = shares.reduce(f64::max);
	Goal {
		what: "charges: what took most of its weight".into(),
		wanted: "at most 100 %".into(),
		outcome: worst.map(|share| (format!("{:.0} %", share * 100.0), share <= 1.0)),
	}
}
