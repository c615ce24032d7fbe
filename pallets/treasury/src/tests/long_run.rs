//! One long life of the books.

use proptest::{
	strategy::{Strategy, ValueTree},
	test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};

use super::model::{operation, Model};
use crate::mock::*;

/// A hundred thousand random operations; `CAIRN_FUZZ_CASES` is how many thousands.
#[test]
fn a_hundred_thousand_steps_conserve_every_unit() {
	let seed = [7u8; 32];
	let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
	let mut runner = TestRunner::new_with_rng(Config::default(), rng);
	let operations = operation();
	with_books(|| {
		let mut model = Model::start();
		for step in 0..fuzz_cases(100) * 1_000 {
			let operation = operations.new_tree(&mut runner).unwrap().current();
			let result = model.both(operation.clone()).and_then(|()| model.compare());
			if let Err(error) = result {
				panic!("seed {seed:?}, step {step}, {operation:?}: {error}");
			}
		}
	});
}
