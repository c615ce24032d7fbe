//! Invariants I26 to I29, each asked of the storage itself after every step of a random life, by other
//! words than `try_state` uses. I30 (no keeper is paid what a liquidation costs) and I31 (surplus and
//! bad debt are never sold together) are the treasury's: `keeper.rs` and `tests/standing.rs` there.

use std::collections::BTreeMap;

use cairn_primitives::{AssetId, BalanceSheet, LiquidationLots, LotId};
use frame_support::traits::tokens::fungibles::Inspect;

use super::{
	long_run::{operation, seeded},
	model::{buying::check_price, Model, COLLATERALS},
};
use crate::{mock::*, Agenda, ClosedLots, Event, Lots, Place, Queue};

/// Asks `holds` after each of so many random steps, and in the end how often it had anything to ask.
fn after_every_step(steps: u32, mut holds: impl FnMut() -> u32) {
	let (mut runner, operations) = (seeded([26; 32]), operation());
	new_ext().execute_with(|| {
		let mut model = Model::new();
		let mut asked = 0;
		for step in 0..steps {
			System::reset_events();
			let operation = super::long_run::draw(&mut runner, &operations);
			let told = format!("step {step}: {operation:?}");
			let result = model.apply(operation);
			result.unwrap_or_else(|error| panic!("{told}: {error}"));
			asked += holds();
		}
		assert!(asked > steps / 50, "hardly anything was asked: {asked}");
	});
}

#[test]
fn i26_the_tabs_of_all_lots_are_the_debt_in_auction() {
	let mut most = 0;
	after_every_step(2_000, || {
		let rows: Vec<_> = Lots::<Test>::iter_values().collect();
		let debt: u128 = rows.iter().map(|lot| lot.debt).sum();
		assert_eq!(Treasury::in_auction(&CUSD), debt);
		// What is on sale is no more than lots have to raise, and as much as the market says.
		let offered = |lot: &crate::Lot| lot.sale.map_or(0, |sale| sale.offered);
		assert!(rows.iter().all(|lot| offered(lot) <= lot.debt + lot.fee));
		let on_sale: u128 = rows.iter().map(offered).sum();
		let market = Auctions::market(CUSD);
		assert_eq!(market.on_sale, on_sale);
		// Nor more than ever was allowed, but for what would be too little to leave.
		most = market.limits.most.max(most);
		assert!(on_sale <= most + 100 * ONE_CUSD);
		rows.len() as u32
	});
}

#[test]
fn i27_lots_sell_what_custody_has_for_them() {
	after_every_step(2_000, || {
		let mut sums = BTreeMap::<AssetId, u128>::new();
		for lot in Lots::<Test>::iter_values() {
			*sums.entry(lot.collateral).or_default() += lot.remaining;
		}
		for lot in ClosedLots::<Test>::iter_values() {
			*sums.entry(lot.collateral).or_default() += lot.leftover;
		}
		for collateral in COLLATERALS {
			let sum = sums.get(&collateral).copied().unwrap_or(0);
			assert_eq!(Auctions::held(&collateral), sum);
			assert!(Tokens::balance(collateral, &CUSTODY) >= sum);
		}
		sums.len() as u32
	});
}

/// Black Thursday. In events, which anybody can read: each sale, to whomever.
#[test]
fn i28_nothing_leaves_for_nothing_nor_below_the_floor() {
	let floor = |asset: &AssetId| Auctions::sale_quote(asset).unwrap().price.raw() * 2 / 5;
	let mut collaterals = BTreeMap::<LotId, AssetId>::new();
	after_every_step(3_000, || {
		let mut sales = 0;
		for record in System::events() {
			let (lot, amount, paid, price) = match record.event {
				RuntimeEvent::Auctions(Event::LotTaken {
					lot,
					collateral,
					paid,
					price,
					..
				}) => (lot, collateral, paid, price),
				RuntimeEvent::Auctions(Event::LotTakenByReserve {
					lot,
					collateral,
					worth,
					price,
					..
				}) => (lot, collateral, worth, price),
				_ => continue,
			};
			assert!(amount > 0 && paid > 0, "lot {lot}");
			let asset = &collaterals[&lot];
			assert!(price.raw() >= floor(asset), "lot {lot}");
			// Nor is less paid than the price says.
			check_price(asset, amount, paid, price.raw() as f64).unwrap();
			sales += 1;
		}
		// Whoever is sold in the next step is open after this one.
		collaterals.extend(Lots::<Test>::iter().map(|(lot, row)| (lot, row.collateral)));
		sales
	});
}

/// Kava's distant future.
#[test]
fn i29_every_lot_has_a_next_event_within_reach() {
	after_every_step(2_000, || {
		let now = System::block_number();
		let rows: Vec<_> = Lots::<Test>::iter().collect();
		for (id, lot) in &rows {
			match lot.place {
				Place::Agenda(at) => {
					assert!(Agenda::<Test>::get(at).contains(id));
					// A round, and as many slots of four as all lots could fill.
					let latest = now + 1_800 + 10 * rows.len() as u32;
					assert!(at <= latest, "lot {id}: {at} at {now}");
				}
				Place::Queue(ticket) => {
					assert_eq!(Queue::<Test>::get(CUSD, ticket), Some(*id));
				}
			}
		}
		rows.len() as u32
	});
}
