//! Random operations on the pallet and on a handful of plain numbers, compared after each.

use cairn_primitives::{BalanceSheet, BurnReason, Issuance, MintReason, Reserve, Standing};
use proptest::prelude::*;

use crate::mock::*;

#[derive(Clone, Debug)]
pub enum Operation {
	Borrow(u128),
	Interest(u128),
	Repay(u128),
	Seize(u128),
	Recover(u128),
	Lose(u128),
	Pay(u128),
	PaySurplus(u128),
	CoverDeficit(u128),
	/// In per cent of the issuance.
	Target(u32),
	/// At most so much growth within an hour.
	Cap(u128),
	Wait(u32),
}

pub fn operation() -> impl Strategy<Value = Operation> {
	let amount = || prop_oneof![0u128..1_000, 0u128..1_000_000_000];
	prop_oneof![
		6 => amount().prop_map(Operation::Borrow),
		2 => amount().prop_map(Operation::Interest),
		4 => amount().prop_map(Operation::Repay),
		4 => amount().prop_map(Operation::Seize),
		4 => amount().prop_map(Operation::Recover),
		2 => amount().prop_map(Operation::Lose),
		2 => amount().prop_map(Operation::Pay),
		2 => amount().prop_map(Operation::PaySurplus),
		2 => amount().prop_map(Operation::CoverDeficit),
		1 => (0..=100u32).prop_map(Operation::Target),
		1 => amount().prop_map(|cap| Operation::Cap(cap * 10)),
		4 => (1..400u32).prop_map(Operation::Wait),
	]
}

/// The growth limit as somebody with a sheet of paper keeps it: half at once, the rest with time.
#[derive(Debug, PartialEq)]
struct Growth {
	cap: u128,
	used: u128,
	/// When it was last drawn from.
	at: u32,
}

impl Growth {
	fn used_now(&self) -> u128 {
		let elapsed = u128::from((System::block_number() - self.at).min(HOUR));
		self.used
			.saturating_sub(self.cap / 2 * elapsed / u128::from(HOUR))
	}

	fn draw(&mut self, amount: u128, kept: u128) -> bool {
		let used = self.used_now();
		let fits = amount + used + kept <= self.cap / 2;
		if fits && amount > 0 {
			self.used = used + amount;
			self.at = System::block_number();
		}
		fits || amount == 0
	}
}

#[derive(Debug, PartialEq)]
pub struct Model {
	vaults: u128,
	in_auction: u128,
	bad_debt: u128,
	alice: u128,
	reserve: u128,
	target: u32,
	growth: Growth,
}

impl Model {
	/// Nothing is there yet.
	pub fn start() -> Self {
		let model = Self {
			vaults: 0,
			in_auction: 0,
			bad_debt: 0,
			alice: 0,
			reserve: 0,
			target: 0,
			growth: Growth {
				cap: 10_000_000_000,
				used: 0,
				at: 0,
			},
		};
		model.set_policy();
		model
	}

	fn set_policy(&self) {
		set_policy(CUSD, policy(self.target, 0, self.growth.cap));
	}

	fn issuance(&self) -> u128 {
		self.vaults + self.in_auction + self.bad_debt
	}

	fn standing(&self) -> Standing {
		let kept = (self.issuance() * u128::from(self.target)).div_ceil(100) + self.in_auction;
		if self.bad_debt > self.reserve {
			Standing::Deficit(self.bad_debt - self.reserve)
		} else if self.bad_debt == 0 && self.reserve > kept {
			Standing::Surplus(self.reserve - kept)
		} else {
			Standing::Even
		}
	}

	/// Does `operation` here and there; whether it succeeds must be the same.
	pub fn both(&mut self, operation: Operation) -> Result<(), TestCaseError> {
		use Operation::*;
		match operation {
			Borrow(amount) => {
				let done = Treasury::mint(&CUSD, &ALICE, amount, MintReason::Borrow);
				let fits = self.growth.draw(amount, self.growth.cap / 2 / 20);
				prop_assert_eq!(done.is_ok(), fits, "{:?}", done);
				if fits {
					self.vaults += amount;
					self.alice += amount;
				}
			}
			Interest(amount) => {
				let done = Treasury::mint_to_reserve(&CUSD, amount, MintReason::Interest);
				let fits = self.growth.draw(amount, 0);
				prop_assert_eq!(done.is_ok(), fits, "{:?}", done);
				if fits {
					self.vaults += amount;
					self.reserve += amount;
				}
			}
			Repay(amount) => {
				let fits = amount <= self.vaults && amount <= self.alice;
				let done = Treasury::burn(&CUSD, &ALICE, amount, BurnReason::Repay);
				prop_assert_eq!(done.is_ok(), fits);
				if fits {
					self.vaults -= amount;
					self.burned(amount);
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
					self.burned(amount);
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
			PaySurplus(amount) => {
				let fits = matches!(self.standing(), Standing::Surplus(most) if amount <= most);
				prop_assert_eq!(Treasury::pay_surplus(&CUSD, &ALICE, amount).is_ok(), fits);
				if fits {
					self.reserve -= amount;
					self.alice += amount;
				}
			}
			CoverDeficit(amount) => {
				let fits = matches!(self.standing(), Standing::Deficit(most) if amount <= most)
					&& amount <= self.alice;
				prop_assert_eq!(Treasury::cover_deficit(&CUSD, &ALICE, amount).is_ok(), fits);
				if fits {
					self.bad_debt -= amount;
					self.burned(amount);
				}
			}
			Target(percent) => {
				self.target = percent;
				self.set_policy();
			}
			Cap(cap) => {
				self.growth.cap = cap;
				self.set_policy();
			}
			Wait(blocks) => {
				skip(blocks);
				let netted = self.bad_debt.min(self.reserve);
				self.bad_debt -= netted;
				self.reserve -= netted;
				self.growth.used = self.growth.used.saturating_sub(netted);
			}
		}
		Ok(())
	}

	/// What Alice had is gone, and may be issued again.
	fn burned(&mut self, amount: u128) {
		self.alice -= amount;
		self.growth.used = self.growth.used.saturating_sub(amount);
	}

	/// What the pallet holds, read through its traits, is what the paper says.
	pub fn compare(&self) -> Result<(), TestCaseError> {
		prop_assert_eq!(Treasury::backed_by_vaults(&CUSD), self.vaults);
		prop_assert_eq!(Treasury::in_auction(&CUSD), self.in_auction);
		prop_assert_eq!(Treasury::bad_debt(&CUSD), self.bad_debt);
		prop_assert_eq!(Treasury::reserve(&CUSD), self.reserve);
		prop_assert_eq!(balance(CUSD, ALICE), self.alice);
		prop_assert_eq!(Treasury::standing(&CUSD), self.standing());
		// Not a unit is made or lost on the way.
		prop_assert_eq!(issuance(CUSD), self.issuance());
		prop_assert_eq!(issuance(CUSD), self.alice + self.reserve);
		// The vaults would say the same, so the audit has no reason to blow the fuse.
		Ledger::counts(CUSD, self.vaults);
		let sheet = Treasury::balance_sheet(CUSD).ok_or(TestCaseError::fail("no books"))?;
		prop_assert_eq!((sheet.difference, sheet.fuse), (0, None));
		let kept = self.growth.cap / 2 / 20;
		let room = (self.growth.cap / 2).saturating_sub(self.growth.used_now());
		prop_assert_eq!(sheet.growth_room, Some(room.saturating_sub(kept)));
		Treasury::do_try_state().map_err(|e| TestCaseError::fail(format!("{e:?}")))
	}
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(fuzz_cases(300)))]

	#[test]
	fn the_books_are_what_a_sheet_of_paper_says(
		operations in prop::collection::vec(operation(), 1..120),
	) {
		with_books(|| {
			let mut model = Model::start();
			for operation in operations {
				model.both(operation)?;
				model.compare()?;
			}
			Ok::<_, TestCaseError>(())
		})?;
	}
}
