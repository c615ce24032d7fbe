//! Random operations on the pallet and on a naive model, compared after each.

use std::collections::BTreeMap;

use cairn_math::Price;
use cairn_primitives::{
	AssetId, BalanceSheet, FacilityId, Leftover, LiquidationLots, LotId, QuoteStatus,
};
use proptest::prelude::*;

use crate::{mock::*, ClosedLots, Event, Lots};

#[derive(Clone, Debug)]
enum Operation {
	/// A vault loses collateral worth `worth` cents for a debt of `share` percent of that.
	Seize {
		facility: FacilityId,
		collateral: usize,
		worth: u64,
		share: u8,
	},
	/// Somebody buys `share` thousandths of what is left of a lot, or all but one unit.
	Take { lot: usize, share: u16 },
	/// A price moves to `percent` of itself.
	Move { collateral: usize, percent: u8 },
	/// A quote is as trustworthy as said.
	Trust {
		collateral: usize,
		status: QuoteStatus,
	},
	/// A vault takes back its share.
	Settle { claim: usize },
	/// Time passes.
	Wait { blocks: u16 },
}

const COLLATERALS: [AssetId; 3] = [DOT, ETH, CRN];

fn operation() -> impl Strategy<Value = Operation> {
	let status = prop_oneof![
		3 => Just(QuoteStatus::Live),
		1 => Just(QuoteStatus::Degraded),
		1 => Just(QuoteStatus::Stale),
	];
	prop_oneof![
		4 => (0..2u32, 0..3usize, 1..2_000_000u64, 1..150u8).prop_map(
			|(facility, collateral, worth, share)| Operation::Seize {
				facility,
				collateral,
				worth,
				share,
			}
		),
		6 => (any::<usize>(), 0..1_200u16).prop_map(|(lot, share)| Operation::Take { lot, share }),
		2 => (0..3usize, 60..140u8).prop_map(
			|(collateral, percent)| Operation::Move { collateral, percent }
		),
		1 => (0..3usize, status).prop_map(
			|(collateral, status)| Operation::Trust { collateral, status }
		),
		3 => any::<usize>().prop_map(|claim| Operation::Settle { claim }),
		3 => (1..400u16).prop_map(|blocks| Operation::Wait { blocks }),
	]
}

/// One lot, as somebody with a sheet of paper would keep it.
#[derive(Clone, Debug)]
struct Paper {
	collateral: AssetId,
	contributed: u128,
	remaining: u128,
	debt: u128,
	fee: u128,
	/// How many contributions it had.
	contributions: u128,
	/// What came back to vaults so far.
	returned: u128,
	open: bool,
}

#[derive(Default)]
struct Model {
	lots: BTreeMap<LotId, Paper>,
	claims: Vec<(LotId, u128)>,
	/// Collateral that came back to vaults, by collateral.
	vaults: BTreeMap<AssetId, u128>,
	bad_debt: u128,
	reserve: u128,
}

/// How many smallest units of a collateral `worth` cents are.
fn units(collateral: &AssetId, worth: u64) -> u128 {
	let decimals = if *collateral == DOT {
		10
	} else if *collateral == ETH {
		18
	} else {
		12
	};
	let price = <Prices as cairn_primitives::PriceSource<AssetId>>::quote(collateral)
		.unwrap()
		.price;
	(u128::from(worth) * 10u128.pow(18) / 100 * 10u128.pow(decimals) / price.raw()).max(1)
}

fn fail(error: impl core::fmt::Debug) -> TestCaseError {
	TestCaseError::fail(format!("{error:?}"))
}

impl Model {
	fn apply(&mut self, operation: Operation) -> Result<(), TestCaseError> {
		match operation {
			Operation::Seize {
				facility,
				collateral,
				worth,
				share,
			} => self.seize(facility, &COLLATERALS[collateral], worth, share),
			Operation::Take { lot, share } => self.take(lot, share)?,
			Operation::Move {
				collateral,
				percent,
			} => {
				let asset = &COLLATERALS[collateral];
				let quote =
					<Prices as cairn_primitives::PriceSource<AssetId>>::quote(asset).unwrap();
				let raw = quote.price.raw() * u128::from(percent) / 100;
				let price = raw.clamp(10u128.pow(15), 10u128.pow(23));
				set_price(asset, Price::new(price).unwrap());
				set_status(asset, quote.status);
			}
			Operation::Trust { collateral, status } => set_status(&COLLATERALS[collateral], status),
			Operation::Settle { claim } => self.settle(claim)?,
			Operation::Wait { blocks } => {
				// Most blocks only pass; the first and the last are complete.
				next_block();
				System::set_block_number(System::block_number() + u32::from(blocks));
				next_block();
				self.net();
			}
		}
		self.compare()
	}

	fn net(&mut self) {
		let netted = self.bad_debt.min(self.reserve);
		self.bad_debt -= netted;
		self.reserve -= netted;
	}

	fn seize(&mut self, facility: FacilityId, collateral: &AssetId, worth: u64, share: u8) {
		let amount = units(collateral, worth);
		let debt = u128::from(worth) * ONE_CUSD / 100 * u128::from(share) / 100;
		let fee = debt / 50;
		let lot = seize(facility, collateral, amount, debt, fee);
		self.claims.push((lot, amount));
		let paper = self.lots.entry(lot).or_insert_with(|| Paper {
			collateral: collateral.clone(),
			contributed: 0,
			contributions: 0,
			remaining: 0,
			debt: 0,
			fee: 0,
			returned: 0,
			open: true,
		});
		paper.contributed += amount;
		paper.contributions += 1;
		paper.remaining += amount;
		paper.debt += debt;
		paper.fee += fee;
		paper.open = paper.debt + paper.fee > 0;
	}

	fn take(&mut self, pick: usize, share: u16) -> Result<(), TestCaseError> {
		let open: Vec<_> = self
			.lots
			.iter()
			.filter(|(_, lot)| lot.open)
			.map(|(id, _)| *id)
			.collect();
		let Some(id) = open.get(pick % open.len().max(1)).copied() else {
			return Ok(());
		};
		let row = Lots::<Test>::get(id).ok_or_else(|| fail("an open lot is gone"))?;
		let paper = self.lots.get_mut(&id).ok_or_else(|| fail("unknown lot"))?;
		let wanted = match share {
			1_000..1_100 => paper.remaining,
			1_100.. => paper.remaining.saturating_sub(1),
			_ => paper.remaining * u128::from(share) / 1_000,
		};
		let (cusd, got) = (
			balance(CUSD, BUYER),
			balance(paper.collateral.clone(), BUYER),
		);
		let done = take(id, wanted);
		let quote = <Prices as cairn_primitives::PriceSource<AssetId>>::quote(&paper.collateral);
		let usable = quote.filter(|quote| quote.status.allows_liquidation());
		let priced = row
			.start_price
			.filter(|_| System::block_number() < row.next_event);
		let (Some(quote), Some(start)) = (usable, priced) else {
			prop_assert!(done.is_err());
			return Ok(());
		};
		if let Err(refusal) = done {
			// Everything must be possible, except to take nothing or to leave a crumb.
			let refusals = [
				crate::Error::<Test>::RemainderTooSmall.into(),
				crate::Error::<Test>::ZeroAmount.into(),
			];
			prop_assert!(refusals.contains(&refusal), "{refusal:?}");
			prop_assert!(wanted < paper.remaining, "{refusal:?}");
			return Ok(());
		}
		let paid = cusd - balance(CUSD, BUYER);
		let bought = balance(paper.collateral.clone(), BUYER) - got;
		prop_assert!(paid > 0 && bought > 0 && bought <= wanted);

		// Nothing is sold below the curve nor below the floor; in floating point, as a check on the
		// integers.
		let steps = (System::block_number() - row.started_at) / 12;
		let curve = start.raw() as f64 * 0.99f64.powi(steps as i32);
		let floor = quote.price.raw() as f64 * 0.40;
		let decimals =
			<Decimals as cairn_primitives::AssetDecimals<AssetId>>::decimals(&paper.collateral);
		let whole = 10f64.powi(i32::from(decimals.unwrap()));
		let price = paid as f64 * 10f64.powi(18 - 12) / (bought as f64 / whole);
		prop_assert!(
			price >= curve.max(floor) * (1.0 - 1e-9),
			"{price} {curve} {floor}"
		);

		let recovered = paid.min(paper.debt);
		let tab = paper.debt + paper.fee;
		prop_assert!(paid <= tab || bought == 1);
		paper.remaining -= bought;
		paper.debt -= recovered;
		paper.fee = paper.fee.saturating_sub(paid - recovered);
		self.reserve += paid - recovered;
		if paper.remaining == 0 || paper.debt + paper.fee == 0 {
			paper.open = false;
			self.bad_debt += paper.debt;
			paper.debt = 0;
			paper.fee = 0;
		}
		Ok(())
	}

	fn settle(&mut self, pick: usize) -> Result<(), TestCaseError> {
		if self.claims.is_empty() {
			return Ok(());
		}
		let index = pick % self.claims.len();
		let (lot, contributed) = self.claims[index];
		let announced = Auctions::leftover(lot, contributed);
		let settled = Auctions::settle(lot, contributed);
		prop_assert_eq!(announced, settled);
		let paper = self.lots.get_mut(&lot).ok_or_else(|| fail("unknown lot"))?;
		match settled {
			Leftover::Pending => {
				prop_assert!(paper.open);
			}
			Leftover::Ready(share) => {
				prop_assert!(!paper.open);
				// In proportion, give or take the rounding of those who settled before.
				let exact =
					cairn_math::mul_div_floor(paper.remaining, contributed, paper.contributed);
				prop_assert!(share.abs_diff(exact.unwrap()) <= paper.contributions);
				paper.returned += share;
				*self.vaults.entry(paper.collateral.clone()).or_default() += share;
				self.claims.swap_remove(index);
			}
		}
		Ok(())
	}

	fn compare(&self) -> Result<(), TestCaseError> {
		Auctions::do_try_state().map_err(fail)?;
		Treasury::do_try_state().map_err(fail)?;
		let mut debt = 0;
		for (id, paper) in &self.lots {
			match Lots::<Test>::get(id) {
				Some(row) => {
					prop_assert!(paper.open);
					prop_assert_eq!(row.remaining, paper.remaining);
					prop_assert_eq!(row.contributed, paper.contributed);
					prop_assert_eq!((row.debt, row.fee), (paper.debt, paper.fee));
					debt += row.debt;
				}
				None => {
					prop_assert!(!paper.open);
					let left = ClosedLots::<Test>::get(id).map_or(0, |row| row.leftover);
					prop_assert_eq!(left + paper.returned, paper.remaining);
				}
			}
		}
		prop_assert_eq!(Treasury::in_auction(&CUSD), debt);
		prop_assert_eq!(Treasury::bad_debt(&CUSD), self.bad_debt);
		prop_assert_eq!(Treasury::reserve(&CUSD), self.reserve);
		for collateral in COLLATERALS {
			let endowment = if collateral == CRN { ENDOWMENT } else { 0 };
			let vaults = self.vaults.get(&collateral).copied().unwrap_or(0);
			let held = Auctions::held(&collateral);
			prop_assert_eq!(balance(collateral, CUSTODY), endowment + vaults + held);
		}
		Ok(())
	}

	/// From wherever we are, everything can be sold and everything comes back.
	fn wind_up(&mut self) -> Result<(), TestCaseError> {
		for collateral in &COLLATERALS {
			set_status(collateral, QuoteStatus::Live);
		}
		// Far enough for every lot that waits for a price, in slots of four.
		for _ in 0..3 {
			System::set_block_number(System::block_number() + 2_000);
			next_block();
		}
		self.net();
		let open: Vec<_> = Lots::<Test>::iter_keys().collect();
		for id in open {
			let index = self
				.lots
				.iter()
				.filter(|(_, lot)| lot.open)
				.position(|(key, _)| *key == id);
			self.take(index.unwrap(), 1_000)?;
			self.compare()?;
		}
		prop_assert_eq!(Lots::<Test>::iter().count(), 0);
		next_block();
		self.net();
		while !self.claims.is_empty() {
			let before = self.claims.len();
			self.settle(0)?;
			prop_assert!(self.claims.len() < before);
		}
		self.compare()?;
		prop_assert_eq!(ClosedLots::<Test>::iter().count(), 0);
		for collateral in COLLATERALS {
			prop_assert_eq!(Auctions::held(&collateral), 0);
		}
		for paper in self.lots.values() {
			prop_assert_eq!(paper.returned, paper.remaining);
		}
		Ok(())
	}
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(150))]

	#[test]
	fn lots_do_what_a_sheet_of_paper_says(
		operations in prop::collection::vec(operation(), 1..50),
	) {
		new_ext().execute_with(|| {
			lend(BUYER, 1_000_000_000 * ONE_CUSD);
			let mut model = Model::default();
			for operation in operations {
				model.apply(operation)?;
			}
			model.wind_up()
		})?;
	}
}

/// The events of a lot tell its whole story.
#[test]
fn events_add_up() {
	run(|| {
		lend(BUYER, 100_000 * ONE_CUSD);
		let lot = dot_lot();
		seize(MAJORS, &DOT, 500 * ONE_DOT, 1_000 * ONE_CUSD, 20 * ONE_CUSD);
		for amount in [100, 200, 10_000] {
			run_to(System::block_number() + 100);
			take(lot, amount * ONE_DOT).unwrap();
		}
		let (mut put_up, mut sold, mut paid, mut left) = (0, 0, 0, None);
		// `run_to` does not reset events.
		for record in System::events() {
			match record.event {
				RuntimeEvent::Auctions(Event::LotOpened { amount, .. }) => put_up += amount,
				RuntimeEvent::Auctions(Event::LotToppedUp { amount, .. }) => put_up += amount,
				RuntimeEvent::Auctions(Event::LotTaken {
					collateral,
					paid: price,
					..
				}) => {
					sold += collateral;
					paid += price;
				}
				RuntimeEvent::Auctions(Event::LotClosed { leftover, .. }) => left = Some(leftover),
				_ => {}
			}
		}
		assert_eq!(put_up, sold + left.unwrap());
		assert_eq!(paid, 5_100 * ONE_CUSD);
	});
}
