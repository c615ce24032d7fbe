//! Random operations on the pallet and on a naive model, compared after each.

pub mod buying;

use std::collections::BTreeMap;

use cairn_math::Price;
use cairn_primitives::{
	AssetDecimals, AssetId, BalanceSheet, FacilityId, Leftover, LiquidationLots, LotId,
	PriceSource, QuoteStatus,
};
use proptest::prelude::*;

use crate::{mock::*, ClosedLots, Event, Lots, Queue, Terms};
use buying::check_price;

#[derive(Clone, Debug)]
pub enum Operation {
	/// A vault loses collateral worth `worth` cents for a debt of `share` percent of that.
	Seize {
		facility: FacilityId,
		collateral: usize,
		worth: u64,
		share: u8,
	},
	/// As `Seize`, into a lot that the vault has a claim on already.
	Join { lot: usize, worth: u64, share: u8 },
	/// Somebody buys `share` thousandths of what is left of a lot, or all but one unit.
	Take { lot: usize, share: u16 },
	/// As `Take`, paid by selling part of it.
	Swap { lot: usize, share: u16 },
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
	/// So many CUSD of a lot, and `times` that of all, may be on sale at once; up to `wider` times as
	/// much if buyers take it.
	Limit { lot: u64, times: u8, wider: u8 },
	/// Lots are opened with as many rounds from now on.
	Rounds { rounds: u8 },
}

pub const COLLATERALS: [AssetId; 3] = [DOT, ETH, CRN];

fn operation() -> impl Strategy<Value = Operation> {
	let status = prop_oneof![
		3 => Just(QuoteStatus::Live),
		1 => Just(QuoteStatus::Degraded),
		1 => Just(QuoteStatus::Stale),
	];
	let seize = |worth, share| (0..2u32, 0..3usize, worth, share);
	prop_oneof![
		5 => seize(1..2_000_000u64, 1..150u8).prop_map(
			|(facility, collateral, worth, share)| Operation::Seize {
				facility,
				collateral,
				worth,
				share,
			}
		),
		1 => (any::<usize>(), 1..2_000_000u64, 1..150u8).prop_map(
			|(lot, worth, share)| Operation::Join { lot, worth, share }
		),
		6 => (any::<usize>(), 0..1_200u16).prop_map(|(lot, share)| Operation::Take { lot, share }),
		2 => (any::<usize>(), 0..1_200u16).prop_map(|(lot, share)| Operation::Swap { lot, share }),
		2 => (0..3usize, 60..140u8).prop_map(
			|(collateral, percent)| Operation::Move { collateral, percent }
		),
		1 => (0..3usize, status).prop_map(
			|(collateral, status)| Operation::Trust { collateral, status }
		),
		3 => any::<usize>().prop_map(|claim| Operation::Settle { claim }),
		3 => (0..400u16).prop_map(|blocks| Operation::Wait { blocks }),
		1 => (100..20_000u64, 1..5u8, 1..5u8).prop_map(
			|(lot, times, wider)| Operation::Limit { lot, times, wider }
		),
		1 => (1..4u8).prop_map(|rounds| Operation::Rounds { rounds }),
	]
}

/// One lot, as somebody with a sheet of paper would keep it.
#[derive(Clone, Debug)]
struct Paper {
	facility: FacilityId,
	collateral: AssetId,
	contributed: u128,
	remaining: u128,
	debt: u128,
	fee: u128,
	/// How many contributions it had, and how many of them are settled.
	contributions: u128,
	settled: u128,
	/// What came back to vaults so far.
	returned: u128,
	open: bool,
}

impl Paper {
	fn add(&mut self, amount: u128, debt: u128, fee: u128) {
		self.contributed += amount;
		self.contributions += 1;
		self.remaining += amount;
		self.debt += debt;
		self.fee += fee;
		self.open = self.debt + self.fee > 0;
	}

	/// Takes `sold` out for `paid`; returns what of that recovers debt, and what debt is lost.
	fn sell(&mut self, sold: u128, paid: u128) -> (u128, u128) {
		let recovered = paid.min(self.debt);
		self.remaining -= sold;
		self.debt -= recovered;
		self.fee = self.fee.saturating_sub(paid - recovered);
		let mut lost = 0;
		if self.remaining == 0 || self.debt + self.fee == 0 {
			self.open = false;
			lost = self.debt;
			self.debt = 0;
			self.fee = 0;
		}
		(recovered, lost)
	}
}

#[derive(Default)]
pub struct Model {
	lots: BTreeMap<LotId, Paper>,
	claims: Vec<(LotId, u128)>,
	/// Collateral that came back to vaults, and that the reserve bought, by collateral.
	vaults: BTreeMap<AssetId, u128>,
	bought: BTreeMap<AssetId, u128>,
	bad_debt: u128,
	reserve: u128,
	/// The most that was ever allowed to be on sale at once.
	most: u128,
	/// Whether limits, or what can be sold, have changed since queues were last looked at without a
	/// reason.
	disturbed: bool,
	/// How often each of the rarer things has happened.
	pub seen: BTreeMap<&'static str, u32>,
}

fn price_of(collateral: &AssetId) -> Price {
	Prices::quote(collateral).unwrap().price
}

/// How many smallest units of a collateral `worth` cents are.
fn units(collateral: &AssetId, worth: u64) -> u128 {
	let decimals = u32::from(Decimals::decimals(collateral).unwrap());
	let worth = u128::from(worth) * 10u128.pow(18) / 100;
	cairn_math::mul_div_floor(worth, 10u128.pow(decimals), price_of(collateral).raw())
		.unwrap()
		.max(1)
}

fn fail(error: impl core::fmt::Debug) -> TestCaseError {
	TestCaseError::fail(format!("{error:?}"))
}

impl Model {
	/// Nothing for sale, and somebody who can buy all there will be.
	pub fn new() -> Self {
		lend(BUYER, 1_000_000_000_000 * ONE_CUSD);
		lend(DEALER, 1_000_000_000_000 * ONE_CUSD);
		let mut model = Self::default();
		model.note_limits();
		model
	}

	pub fn apply(&mut self, operation: Operation) -> Result<(), TestCaseError> {
		match operation {
			Operation::Seize {
				facility,
				collateral,
				worth,
				share,
			} => self.seize(facility, &COLLATERALS[collateral], worth, share, None),
			Operation::Join { lot, worth, share } => {
				if let Some(id) = self.pick(lot) {
					let paper = &self.lots[&id];
					let (facility, collateral) = (paper.facility, paper.collateral.clone());
					self.seize(facility, &collateral, worth, share, Some(id));
				}
			}
			Operation::Take { lot, share } => self.take(lot, share, false)?,
			Operation::Swap { lot, share } => self.take(lot, share, true)?,
			Operation::Move {
				collateral,
				percent,
			} => {
				let asset = &COLLATERALS[collateral];
				let status = Prices::quote(asset).unwrap().status;
				let raw = price_of(asset).raw() * u128::from(percent) / 100;
				let price = raw.clamp(10u128.pow(15), 10u128.pow(23));
				set_price(asset, Price::new(price).unwrap());
				set_status(asset, status);
			}
			Operation::Trust { collateral, status } => {
				set_status(&COLLATERALS[collateral], status);
				self.disturbed = true;
			}
			Operation::Settle { claim } => self.settle(claim)?,
			Operation::Wait { blocks } => {
				// Most blocks only pass; the first and the last are complete.
				self.next_block()?;
				System::set_block_number(System::block_number() + u32::from(blocks));
				self.next_block()?;
			}
			Operation::Limit { lot, times, wider } => {
				let total = u128::from(lot) * u128::from(times);
				limit_between(lot.into(), total, total * u128::from(wider));
				self.note_limits();
			}
			Operation::Rounds { rounds } => {
				let terms = Terms {
					rounds: rounds.into(),
					..TERMS
				};
				Auctions::set_terms(RuntimeOrigin::root(), terms).unwrap();
			}
		}
		Ok(())
	}

	fn note_limits(&mut self) {
		self.disturbed = true;
		let limits = Auctions::market(CUSD).limits;
		self.most = self.most.max(limits.most);
	}

	fn pick(&self, pick: usize) -> Option<LotId> {
		let open: Vec<_> = self
			.lots
			.iter()
			.filter(|(_, lot)| lot.open)
			.map(|(id, _)| *id)
			.collect();
		open.get(pick.checked_rem(open.len())?).copied()
	}

	fn saw(&mut self, what: &'static str) {
		*self.seen.entry(what).or_default() += 1;
	}

	/// The next block, with what lots do by themselves.
	fn next_block(&mut self) -> Result<(), TestCaseError> {
		System::reset_events();
		let before = Auctions::market(CUSD);
		next_block();
		let after = Auctions::market(CUSD);
		// Every sixteenth block makes room for those who wait, and no other.
		let time = System::block_number().is_multiple_of(16);
		let grows = time && before.queued > 0 && before.room < before.limits.most;
		prop_assert!(after.room >= before.room && (after.room > before.room || !grows));
		prop_assert!(after.room == before.room || time);
		self.disturbed &= !time;
		prop_assert!(self.disturbed || self.nobody_waits_for_nothing());
		for record in System::events() {
			match record.event {
				RuntimeEvent::Auctions(Event::LotTakenByReserve {
					lot,
					collateral,
					worth,
					paid,
					price,
					remaining,
				}) => self.taken_by_reserve(lot, collateral, worth, paid, price, remaining)?,
				RuntimeEvent::Auctions(Event::LotReset { .. }) => self.saw("reset"),
				RuntimeEvent::Auctions(Event::LotSuspended { .. }) => self.saw("suspended"),
				RuntimeEvent::Auctions(Event::LotQueued { .. }) => self.saw("queued"),
				_ => {}
			}
		}
		let netted = self.bad_debt.min(self.reserve);
		self.bad_debt -= netted;
		self.reserve -= netted;
		Ok(())
	}

	/// I29: a lot that could be on sale is on sale, or the next block puts it there.
	fn nobody_waits_for_nothing(&mut self) -> bool {
		let market = Auctions::market_of(&CUSD);
		let Some(first) = Queue::<Test>::get(CUSD, market.first_ticket) else {
			return market.queued() == 0;
		};
		let Some(lot) = Lots::<Test>::get(first) else {
			return false;
		};
		let fits = Auctions::has_room(&market, Auctions::offer(&lot));
		if !fits && !market.stirred {
			self.saw("left alone");
		}
		market.stirred || !fits
	}

	fn taken_by_reserve(
		&mut self,
		lot: LotId,
		collateral: u128,
		worth: u128,
		paid: u128,
		price: Price,
		remaining: u128,
	) -> Result<(), TestCaseError> {
		self.saw("taken by the reserve");
		let paper = self.lots.get_mut(&lot).ok_or_else(|| fail("unknown lot"))?;
		let asset = paper.collateral.clone();
		let (recovered, lost) = paper.sell(collateral, worth);
		prop_assert_eq!(paper.remaining, remaining);
		// The reserve pays what it can; its fee it would pay to itself.
		prop_assert_eq!(paid, recovered.min(self.reserve));
		self.reserve -= paid;
		self.bad_debt += recovered - paid + lost;
		*self.bought.entry(asset.clone()).or_default() += collateral;
		let floor = price_of(&asset).raw() as f64 * 0.40;
		prop_assert!(price.raw() as f64 >= floor * (1.0 - 1e-9));
		check_price(&asset, collateral, worth, price.raw() as f64)
	}

	fn seize(
		&mut self,
		facility: FacilityId,
		collateral: &AssetId,
		worth: u64,
		share: u8,
		lot: Option<LotId>,
	) {
		let amount = units(collateral, worth);
		let debt = u128::from(worth) * ONE_CUSD / 100 * u128::from(share) / 100;
		let fee = debt / 50;
		let joined = lot.is_some();
		let lot = lot.unwrap_or_else(|| Auctions::current_lot(facility, collateral));
		seize_into(lot, facility, collateral, amount, debt, fee);
		self.claims.push((lot, amount));
		let waits = self.lots.contains_key(&lot) && Lots::<Test>::get(lot).unwrap().round == 0;
		if waits && !joined {
			self.saw("joined while it waits");
		}
		let paper = self.lots.entry(lot).or_insert_with(|| Paper {
			facility,
			collateral: collateral.clone(),
			contributed: 0,
			contributions: 0,
			settled: 0,
			remaining: 0,
			debt: 0,
			fee: 0,
			returned: 0,
			open: true,
		});
		paper.add(amount, debt, fee);
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
				paper.settled += 1;
				*self.vaults.entry(paper.collateral.clone()).or_default() += share;
				if paper.settled == paper.contributions {
					prop_assert_eq!(paper.returned, paper.remaining);
					prop_assert!(!ClosedLots::<Test>::contains_key(lot));
					self.lots.remove(&lot);
				}
				self.claims.swap_remove(index);
			}
		}
		Ok(())
	}

	/// Every line of the model against every line of the chain.
	pub fn compare(&self) -> Result<(), TestCaseError> {
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
		// What is on sale stays within the limits, but for what would have been too little to wait.
		let market = Auctions::market(CUSD);
		prop_assert!(market.on_sale <= self.most.saturating_add(100 * ONE_CUSD));
		self.compare_totals()
	}

	/// What must add up whatever each lot says.
	pub fn compare_totals(&self) -> Result<(), TestCaseError> {
		prop_assert_eq!(Treasury::bad_debt(&CUSD), self.bad_debt);
		prop_assert_eq!(Treasury::reserve(&CUSD), self.reserve);
		for collateral in COLLATERALS {
			let endowment = if collateral == CRN { ENDOWMENT } else { 0 };
			let of = |map: &BTreeMap<AssetId, u128>| map.get(&collateral).copied().unwrap_or(0);
			let held = Auctions::held(&collateral);
			let custody = balance(collateral.clone(), CUSTODY);
			prop_assert_eq!(custody, endowment + of(&self.vaults) + held);
			let reserve = balance(collateral.clone(), Treasury::account_id());
			prop_assert_eq!(reserve, of(&self.bought));
		}
		Ok(())
	}

	/// From wherever we are, everything can be sold and everything comes back.
	pub fn wind_up(&mut self) -> Result<(), TestCaseError> {
		for collateral in &COLLATERALS {
			set_status(collateral, QuoteStatus::Live);
		}
		limit(1_000_000_000, 1_000_000_000_000);
		self.disturbed = true;
		// Far enough for every lot that waits for a price, in slots of four.
		for _ in 0..3 {
			System::set_block_number(System::block_number() + 50);
			self.next_block()?;
			self.compare()?;
		}
		// And for those that wait for room.
		for _ in 0..16 {
			self.next_block()?;
		}
		// Twice: the first time some still offer what limits of before left them.
		for _ in 0..2 {
			let open: Vec<_> = Lots::<Test>::iter_keys().collect();
			for id in open {
				self.take_lot(id, 1_000, false)?;
			}
			self.compare()?;
		}
		prop_assert_eq!(Lots::<Test>::iter().count(), 0);
		self.next_block()?;
		while !self.claims.is_empty() {
			let before = self.claims.len();
			self.settle(0)?;
			prop_assert!(self.claims.len() < before);
		}
		self.compare()?;
		prop_assert_eq!(ClosedLots::<Test>::iter().count(), 0);
		prop_assert!(self.lots.is_empty());
		for collateral in COLLATERALS {
			prop_assert_eq!(Auctions::held(&collateral), 0);
		}
		let market = Auctions::market(CUSD);
		prop_assert_eq!((market.on_sale, market.lots, market.queued), (0, 0, 0));
		Ok(())
	}
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(fuzz_cases(150)))]

	#[test]
	fn lots_do_what_a_sheet_of_paper_says(
		operations in prop::collection::vec(operation(), 1..60),
	) {
		new_ext().execute_with(|| {
			let mut model = Model::new();
			for operation in operations {
				model.apply(operation)?;
				model.compare()?;
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
