//! Random operations on the pallet and on three plain numbers, compared after each.

use cairn_primitives::{BalanceSheet, BurnReason, Issuance, MintReason};
use proptest::prelude::*;

use crate::mock::*;

#[derive(Clone, Debug)]
enum Operation {
	Borrow(u128),
	Interest(u128),
	Repay(u128),
	Seize(u128),
	Recover(u128),
	Lose(u128),
	Pay(u128),
	NextBlock,
}

fn operation() -> impl Strategy<Value = Operation> {
	let amount = || prop_oneof![0u128..1_000, 0u128..1_000_000_000];
	prop_oneof![
		3 => amount().prop_map(Operation::Borrow),
		1 => amount().prop_map(Operation::Interest),
		2 => amount().prop_map(Operation::Repay),
		2 => amount().prop_map(Operation::Seize),
		2 => amount().prop_map(Operation::Recover),
		1 => amount().prop_map(Operation::Lose),
		1 => amount().prop_map(Operation::Pay),
		2 => Just(Operation::NextBlock),
	]
}

#[derive(Debug, Default, PartialEq)]
struct Model {
	vaults: u128,
	in_auction: u128,
	bad_debt: u128,
	alice: u128,
	reserve: u128,
}

impl Model {
	/// What the pallet holds, read through its traits.
	fn of_pallet() -> Self {
		Self {
			vaults: Treasury::backed_by_vaults(&CUSD),
			in_auction: Treasury::in_auction(&CUSD),
			bad_debt: Treasury::bad_debt(&CUSD),
			alice: balance(CUSD, ALICE),
			reserve: Treasury::reserve(&CUSD),
		}
	}

	/// Does `operation` here and there; whether it succeeds must be the same.
	fn both(&mut self, operation: Operation) -> Result<(), TestCaseError> {
		use Operation::*;
		match operation {
			Borrow(amount) => {
				prop_assert!(Treasury::mint(&CUSD, &ALICE, amount, MintReason::Borrow).is_ok());
				self.vaults += amount;
				self.alice += amount;
			}
			Interest(amount) => {
				prop_assert!(
					Treasury::mint_to_reserve(&CUSD, amount, MintReason::Interest).is_ok()
				);
				self.vaults += amount;
				self.reserve += amount;
			}
			Repay(amount) => {
				let fits = amount <= self.vaults && amount <= self.alice;
				let done = Treasury::burn(&CUSD, &ALICE, amount, BurnReason::Repay);
				prop_assert_eq!(done.is_ok(), fits);
				if fits {
					self.vaults -= amount;
					self.alice -= amount;
				}
			}
			Seize(amount) => {
				let amount = amount.min(self.vaults);
				Treasury::debt_seized(&CUSD, amount);
				self.vaults -= amount;
				self.in_auction += amount;
			}
			Recover(amount) => {
				let fits = amount <= self.in_auction && amount <= self.alice;
				let done = Treasury::burn(&CUSD, &ALICE, amount, BurnReason::Recovered);
				prop_assert_eq!(done.is_ok(), fits);
				if fits {
					self.in_auction -= amount;
					self.alice -= amount;
				}
			}
			Lose(amount) => {
				let amount = amount.min(self.in_auction);
				Treasury::debt_lost(&CUSD, amount);
				self.in_auction -= amount;
				self.bad_debt += amount;
			}
			Pay(amount) => {
				let fits = amount <= self.alice;
				prop_assert_eq!(Treasury::pay_reserve(&CUSD, &ALICE, amount).is_ok(), fits);
				if fits {
					self.alice -= amount;
					self.reserve += amount;
				}
			}
			NextBlock => {
				next_block();
				let netted = self.bad_debt.min(self.reserve);
				self.bad_debt -= netted;
				self.reserve -= netted;
			}
		}
		Ok(())
	}
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(200))]

	#[test]
	fn the_books_are_what_three_plain_numbers_say(
		operations in prop::collection::vec(operation(), 1..60),
	) {
		with_books(|| {
			let mut model = Model::default();
			for operation in operations {
				model.both(operation)?;
				prop_assert_eq!(&Model::of_pallet(), &model);
				prop_assert_eq!(issuance(CUSD), model.alice + model.reserve);
				Treasury::do_try_state().map_err(|e| TestCaseError::fail(format!("{e:?}")))?;
			}
			Ok::<_, TestCaseError>(())
		})?;
	}
}
