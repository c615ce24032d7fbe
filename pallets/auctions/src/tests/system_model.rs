//! Random operations on system lots and on plain numbers, compared after each.

use cairn_math::Price;
use cairn_primitives::{BalanceSheet, PriceSource, QuoteStatus, Reserve, Standing};
use proptest::prelude::*;

use super::system::*;
use crate::{mock::*, Event, SystemLotKind, SystemLots, SystemSaleTerms};

#[derive(Clone, Debug)]
enum Operation {
	Earn(u128),
	Lose(u128),
	BuySurplus(u128),
	Recapitalise(u128),
	/// The price of CRN moves to so many per cent of itself.
	Move(u8),
	Trust(QuoteStatus),
	Target(u32),
	Blow,
	Reset,
	Wait(u32),
}

fn operation() -> impl Strategy<Value = Operation> {
	let amount = || prop_oneof![1u128..1_000, 1u128..100_000 * ONE_CUSD, Just(u128::MAX)];
	let some = || prop_oneof![1u128..1_000, 1u128..30_000 * ONE_CUSD];
	let status = prop_oneof![
		4 => Just(QuoteStatus::Live),
		1 => Just(QuoteStatus::Degraded),
		1 => Just(QuoteStatus::Stale),
	];
	prop_oneof![
		4 => some().prop_map(Operation::Earn),
		3 => some().prop_map(Operation::Lose),
		5 => amount().prop_map(Operation::BuySurplus),
		5 => amount().prop_map(Operation::Recapitalise),
		2 => (30..250u8).prop_map(Operation::Move),
		2 => status.prop_map(Operation::Trust),
		1 => (0..30u32).prop_map(Operation::Target),
		1 => Just(Operation::Blow),
		2 => Just(Operation::Reset),
		5 => (1..3_000u32).prop_map(Operation::Wait),
	]
}

/// What there is, kept by somebody with a sheet of paper.
struct Model {
	/// Issued with vaults behind it.
	vaults: u128,
	bad_debt: u128,
	reserve: u128,
	buyer: u128,
	/// What others hold.
	others: u128,
	native: u128,
	/// When and how many native tokens were made.
	made: Vec<(u32, u128)>,
}

fn fail(error: impl core::fmt::Debug) -> TestCaseError {
	TestCaseError::fail(format!("{error:?}"))
}

fn oracle() -> Price {
	Prices::quote(&CRN).unwrap().price
}

/// The price of a purchase in dollars a token, in floating point, as a check on the integers.
fn dollars(debt: u128, native: u128) -> f64 {
	debt as f64 / native as f64
}

impl Model {
	fn apply(&mut self, operation: Operation) -> Result<(), TestCaseError> {
		match operation {
			Operation::Earn(amount) => {
				earn(amount);
				self.vaults += amount;
				self.reserve += amount;
			}
			// Nobody borrows while the fuse is blown, so nobody is liquidated either.
			Operation::Lose(_) if self.is_blown() => {}
			Operation::Lose(amount) => {
				lose(amount);
				self.bad_debt += amount;
				self.others += amount;
			}
			Operation::BuySurplus(amount) => self.buy_surplus(amount)?,
			Operation::Recapitalise(amount) => self.recapitalise(amount)?,
			Operation::Move(percent) => {
				let raw = oracle().raw() / 100 * u128::from(percent);
				let status = Prices::quote(&CRN).unwrap().status;
				set_price(
					&CRN,
					Price::new(raw.clamp(cents(1).raw() / 10, usd(1_000).raw())).unwrap(),
				);
				set_status(&CRN, status);
			}
			Operation::Trust(status) => set_status(&CRN, status),
			Operation::Target(percent) => set_target(percent),
			Operation::Blow => Treasury::blow_fuse(RuntimeOrigin::root(), CUSD).map_err(fail)?,
			Operation::Reset => {
				let _ = Treasury::reset_fuse(RuntimeOrigin::root(), CUSD);
			}
			Operation::Wait(blocks) => {
				skip(blocks);
				let netted = self.bad_debt.min(self.reserve);
				self.bad_debt -= netted;
				self.reserve -= netted;
				self.lot_has_a_reason()?;
			}
		}
		self.compare()
	}

	fn is_blown(&self) -> bool {
		Treasury::balance_sheet(CUSD).is_some_and(|sheet| sheet.fuse.is_some())
	}

	/// After the start of a block there is a lot only where there is a reason for it.
	fn lot_has_a_reason(&self) -> Result<(), TestCaseError> {
		let standing = Treasury::standing(&CUSD);
		match SystemLots::<Test>::get(CUSD).map(|lot| lot.kind) {
			Some(SystemLotKind::Surplus) => {
				prop_assert!(matches!(standing, Standing::Surplus(_)), "{standing:?}")
			}
			Some(SystemLotKind::Recapitalisation) => {
				prop_assert!(matches!(standing, Standing::Deficit(_)), "{standing:?}")
			}
			None => {
				let live = Prices::quote(&CRN).unwrap().status == QuoteStatus::Live;
				let capped = crate::NativeMade::<Test>::get().available_floor(
					System::block_number(),
					cairn_math::RateLimit {
						cap: SystemSaleTerms::<Test>::get().recapitalisation.cap,
						period: SystemSaleTerms::<Test>::get().recapitalisation.period,
					},
				) == 0;
				prop_assert!(
					!live || capped || !matches!(standing, Standing::Deficit(_)),
					"{standing:?}"
				);
			}
		}
		Ok(())
	}

	fn buy_surplus(&mut self, amount: u128) -> Result<(), TestCaseError> {
		let quote = Auctions::quote_system_lot(CUSD, amount);
		let lot = SystemLots::<Test>::get(CUSD);
		let buyer = RuntimeOrigin::signed(BUYER);
		let done = Auctions::buy_surplus(buyer, CUSD, amount, Price::MIN, None);
		let for_sale = lot.filter(|lot| lot.kind == SystemLotKind::Surplus);
		let (Some(lot), Ok(quote)) = (for_sale, quote) else {
			prop_assert!(done.is_err());
			return Ok(());
		};
		if done.is_err() {
			// He has not got as many native tokens.
			prop_assert!(quote.native + 1_000 > self.native, "{done:?}");
			return Ok(());
		}
		prop_assert_eq!(self.bad_debt, 0);
		prop_assert!(quote.debt <= amount.min(lot.remaining).min(self.reserve));
		// Never more than 2 % above the market, and not below what is asked at first.
		let (paid, market) = (
			dollars(quote.debt, quote.native),
			oracle().raw() as f64 / 1e18,
		);
		prop_assert!(paid <= market * 1.02 * (1.0 + 1e-9), "{paid} {market}");
		prop_assert!(quote.native < 1_000_000 || paid >= market * 0.95 * (1.0 - 1e-5));
		self.reserve -= quote.debt;
		self.buyer += quote.debt;
		self.native -= quote.native;
		Ok(())
	}

	fn recapitalise(&mut self, amount: u128) -> Result<(), TestCaseError> {
		let quote = Auctions::quote_system_lot(CUSD, amount);
		let lot = SystemLots::<Test>::get(CUSD);
		let buyer = RuntimeOrigin::signed(BUYER);
		let done = Auctions::recapitalise(buyer, CUSD, amount, Price::MAX, None);
		let for_sale = lot.filter(|lot| lot.kind == SystemLotKind::Recapitalisation);
		let (Some(lot), Ok(quote)) = (for_sale, quote) else {
			prop_assert!(done.is_err());
			return Ok(());
		};
		if done.is_err() {
			prop_assert!(quote.debt > self.buyer, "{done:?}");
			return Ok(());
		}
		prop_assert!(quote.debt <= amount.min(lot.remaining));
		prop_assert!(quote.debt <= self.bad_debt - self.reserve);
		let (paid, market) = (
			dollars(quote.debt, quote.native),
			oracle().raw() as f64 / 1e18,
		);
		let terms = SystemSaleTerms::<Test>::get().recapitalisation;
		prop_assert!(paid >= market * 0.70 * (1.0 - 1e-9), "{paid} {market}");
		prop_assert!(paid >= terms.floor.raw() as f64 / 1e18 * (1.0 - 1e-9));
		self.bad_debt -= quote.debt;
		self.buyer -= quote.debt;
		self.native += quote.native;
		let now = System::block_number();
		self.made.push((now, quote.native));
		let within: u128 = self
			.made
			.iter()
			.filter(|(at, _)| now - at <= terms.period)
			.map(|(_, native)| native)
			.sum();
		prop_assert!(within <= terms.cap, "{within} of {}", terms.cap);
		Ok(())
	}

	fn compare(&self) -> Result<(), TestCaseError> {
		Auctions::do_try_state().map_err(fail)?;
		Treasury::do_try_state().map_err(fail)?;
		prop_assert_eq!(Treasury::backed_by_vaults(&CUSD), self.vaults);
		prop_assert_eq!(Treasury::bad_debt(&CUSD), self.bad_debt);
		prop_assert_eq!(Treasury::reserve(&CUSD), self.reserve);
		prop_assert_eq!(balance(CUSD, BUYER), self.buyer);
		prop_assert_eq!(balance(CUSD, OTHER), self.others);
		prop_assert_eq!(balance(CRN, BUYER), self.native);
		// Not a unit is made or lost on the way.
		prop_assert_eq!(
			self.vaults + self.bad_debt,
			self.reserve + self.buyer + self.others
		);
		Ok(())
	}
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(fuzz_cases(200)))]

	#[test]
	fn system_lots_do_what_a_sheet_of_paper_says(
		operations in prop::collection::vec(operation(), 1..120),
	) {
		new_ext().execute_with(|| {
			lend(BUYER, 200_000 * ONE_CUSD);
			endow(BUYER, 20_000_000 * ONE_CRN);
			let mut model = Model {
				vaults: 200_000 * ONE_CUSD,
				bad_debt: 0,
				reserve: 0,
				buyer: 200_000 * ONE_CUSD,
				others: 0,
				native: balance(CRN, BUYER),
				made: Vec::new(),
			};
			let before = native();
			for operation in operations {
				model.apply(operation)?;
			}
			// The events tell of every native token.
			let (mut made, mut burned) = (0, 0);
			for record in System::events() {
				match record.event {
					RuntimeEvent::Auctions(Event::Recapitalised { made: new, .. }) => made += new,
					RuntimeEvent::Auctions(Event::SurplusSold { burned: old, .. }) => burned += old,
					_ => {}
				}
			}
			prop_assert_eq!(before + made - burned, native());
			Ok(())
		})?;
	}
}
