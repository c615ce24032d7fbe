//! A long life: conservation to the last unit over very many steps of the model.

use cairn_primitives::QuoteStatus;
use proptest::{
	prelude::*,
	strategy::ValueTree,
	test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};

use super::model::{Model, Operation};
use crate::mock::*;

/// Steps of each case. After them everything is sold, and everything comes back.
const STEPS: u32 = 1_000;

pub fn operation() -> impl Strategy<Value = Operation> {
	let status = prop_oneof![
		2 => Just(QuoteStatus::Live),
		1 => Just(QuoteStatus::Degraded),
		1 => Just(QuoteStatus::Stale),
	];
	// From cents to hundreds of thousands of dollars, as many of each size.
	let worth = || (4..26u32, 0..1_000u64).prop_map(|(bits, more)| (1u64 << bits) + more);
	// As often up as down, as far.
	let percent = prop::sample::select(vec![80u8, 90, 95, 99, 101, 105, 111, 125]);
	prop_oneof![
		16 => (0..2u32, 0..3usize, worth(), 1..150u8).prop_map(
			|(facility, collateral, worth, share)| Operation::Seize {
				facility,
				collateral,
				worth,
				share,
			}
		),
		4 => (any::<usize>(), worth(), 1..150u8).prop_map(
			|(lot, worth, share)| Operation::Join { lot, worth, share }
		),
		28 => (any::<usize>(), 0..1_200u16).prop_map(|(lot, share)| Operation::Take { lot, share }),
		10 => (any::<usize>(), 0..1_200u16).prop_map(|(lot, share)| Operation::Swap { lot, share }),
		6 => (0..3usize, percent).prop_map(
			|(collateral, percent)| Operation::Move { collateral, percent }
		),
		4 => (0..3usize, status).prop_map(
			|(collateral, status)| Operation::Trust { collateral, status }
		),
		28 => any::<usize>().prop_map(|claim| Operation::Settle { claim }),
		10 => (0..200u16).prop_map(|blocks| Operation::Wait { blocks }),
		1 => (100..20_000u64, 1..5u8, 1..5u8).prop_map(
			|(lot, times, wider)| Operation::Limit { lot, times, wider }
		),
		1 => (1..4u8).prop_map(|rounds| Operation::Rounds { rounds }),
	]
}

/// What draws operations: the same for the same seed.
pub fn seeded(seed: [u8; 32]) -> TestRunner {
	let random = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
	TestRunner::new_with_rng(Config::default(), random)
}

/// The next operation.
pub fn draw(runner: &mut TestRunner, operations: &impl Strategy<Value = Operation>) -> Operation {
	operations.new_tree(runner).unwrap().current()
}

/// A hundred thousand steps; `CAIRN_FUZZ_CASES` is how many thousands.
#[test]
fn nothing_is_lost_in_a_long_life() {
	const SEED: [u8; 32] = [7; 32];
	let (mut runner, operations) = (seeded(SEED), operation());
	let mut ext = new_ext();
	let mut model = ext.execute_with(Model::new);
	for case in 0..fuzz_cases(100) {
		for step in 0..STEPS {
			let operation = draw(&mut runner, &operations);
			let told = format!("seed {SEED:?}, case {case}, step {step}: {operation:?}");
			ext.execute_with(|| {
				let mut result = model.apply(operation);
				result = result.and_then(|()| model.compare_totals());
				if step % 50 == 0 {
					result = result.and_then(|()| model.compare());
				}
				result.unwrap_or_else(|error| panic!("{told}: {error}"));
			});
			// Until they are committed, keys that are gone stay where every look at a map passes them.
			if step % 100 == 0 {
				ext.commit_all().unwrap();
			}
		}
		ext.execute_with(|| {
			model
				.wind_up()
				.unwrap_or_else(|error| panic!("seed {SEED:?}, end of case {case}: {error}"));
		});
	}
	for what in [
		"reset",
		"suspended",
		"queued",
		"left alone",
		"joined while it waits",
		"taken by the reserve",
		"swap",
		"swap too dear",
		"offer sold, lot goes on",
		"room widens",
		"room narrows",
	] {
		assert!(model.seen.contains_key(what), "{what}: {:?}", model.seen);
	}
}
