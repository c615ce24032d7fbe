//! What enforcement is charged: each thing that it does, and nothing that it does not do. In the mock
//! no step weighs nothing and no two weigh the same, so that each sum has one explanation.

use crate::{
	index::ROWS_OF_ENTRY, mock::*, types::Entry, LeftBehind, Pages, SweepCursor, WeightInfo,
	MAX_CLAIMS, MAX_LEGS,
};
use cairn_math::Tick;
use cairn_primitives::{Balance, BalanceSheet, FacilityId, VaultId};
use frame_support::{
	assert_ok,
	traits::{Get, Hooks},
	weights::{RuntimeDbWeight, Weight, WeightMeter},
};
use std::collections::BTreeSet;

type Step = ();

/// A block's enforcement without a limit: what it is charged.
fn enforcement() -> Weight {
	begin_block(SLOT);
	let mut meter = WeightMeter::new();
	Vaults::enforce(&mut meter);
	end_of_begin();
	meter.consumed()
}

/// What a block does in facilities besides looking at them.
#[derive(Default)]
struct Done {
	pages: u64,
	/// Legs and claims of each vault.
	vaults: Vec<(u32, u32)>,
	rows: u32,
	lots: u64,
	guards: u64,
}

impl Done {
	/// What it weighs among so many facilities.
	fn among(self, facilities: u64) -> Weight {
		let vaults = self.vaults.into_iter();
		vaults
			.map(|(legs, claims)| Vaults::weight_of_vault(legs, claims))
			.fold(looking(facilities), |sum, vault| sum + vault)
			+ Step::visit_page() * self.pages
			+ Vaults::weight_of_rows(self.rows)
			+ Step::put_up() * self.lots
			+ Step::run_guard() * self.guards
	}
}

/// Where the entries of a vault lie: book, tick and page.
fn entries(vault: VaultId) -> Vec<(u8, Tick, u32)> {
	let place = |entry: Entry| (entry.trigger.tick(), entry.page);
	let row = row(vault);
	let indexed = row.legs.iter().filter_map(|leg| {
		let (tick, page) = place(leg.entry?);
		Some((row.book(leg.collateral).1, tick, page))
	});
	indexed.collect()
}

/// How many rows of the index entries lie in that are alone in theirs: a page, a word, and the summary
/// for each, those that they share counted once.
fn rows(entries: &[(u8, Tick, u32)]) -> u32 {
	let pages: BTreeSet<_> = entries.iter().collect();
	let words: BTreeSet<_> = entries
		.iter()
		.map(|(of, tick, _)| (of, tick / 256))
		.collect();
	let summaries: BTreeSet<_> = entries.iter().map(|(of, ..)| of).collect();
	(pages.len() + words.len() + summaries.len()) as u32
}

fn open_with(
	facility: FacilityId,
	deposit: &[(cairn_primitives::AssetId, Balance)],
	cusd: u128,
) -> VaultId {
	open(ALICE, facility, deposit, cusd * ONE_CUSD).expect("there is enough collateral")
}

fn one_eth(facility: FacilityId, cusd: u128) -> VaultId {
	open_with(facility, &[(ETH, ONE_ETH)], cusd)
}

#[test]
fn a_block_that_hurts_nobody_looks_at_each_facility_and_at_no_page() {
	run(|| {
		let facility = create_still();
		assert_eq!(enforcement(), looking(3));
		one_eth(facility, 2_000);
		one_eth(MIXED, 2_000);
		assert_eq!(enforcement(), looking(3));
		create_still();
		assert_eq!(enforcement(), looking(4));
	});
}

#[test]
fn a_liquidated_vault_is_charged_for_its_page_itself_its_rows_and_its_lot() {
	run(|| {
		let vault = one_eth(create_still(), 2_000);
		let mut places = entries(vault);
		Prices::set_cents(ETH, 2_400_00);
		let charged = enforcement();
		places.extend(entries(vault));
		assert_eq!(places.len(), 2, "it is indexed before and after");
		let done = Done {
			pages: 1,
			vaults: vec![(1, 0)],
			rows: rows(&places),
			lots: 1,
			..Default::default()
		};
		assert_eq!(charged, done.among(3));
	});
}

#[test]
fn a_vault_is_charged_by_its_legs_and_each_of_them_by_its_own_rows() {
	let legs = [
		(ETH, ONE_ETH),
		(USDT, ONE_USDT),
		(BTC, ONE_BTC / 10_000),
		(CRN, ONE_CRN),
	];
	for count in 1..=legs.len() {
		run(|| {
			// ETH is sold first, and suffices.
			let listed = [(ETH, 0), (USDT, 1), (BTC, 2), (CRN, 3)];
			let listed = listed.map(|(asset, rank)| terms(asset, 72, 80, rank));
			let facility = create_facility(still(listed.to_vec()));
			let vault = open_with(facility, &legs[..count], 2_000);
			let mut places = entries(vault);
			assert_eq!(places.len(), count);
			Prices::set_cents(ETH, 2_400_00);
			let charged = enforcement();
			places.extend(entries(vault));
			assert_eq!(places.len(), 2 * count);
			let done = Done {
				pages: 1,
				vaults: vec![(count as u32, 0)],
				rows: rows(&places),
				lots: 1,
				..Default::default()
			};
			assert_eq!(charged, done.among(3));
		});
	}
}

#[test]
fn rows_and_lots_are_charged_to_the_first_that_touches_them() {
	run(|| {
		let facility = create_still();
		let vaults = [1, 2, 3].map(|_| one_eth(facility, 2_000));
		let mut places = entries(vaults[0]);
		assert!(vaults.iter().all(|vault| entries(*vault) == places));
		Prices::set_cents(ETH, 2_400_00);
		let charged = enforcement();
		places.extend(entries(vaults[0]));
		// As one vault, but for the vaults themselves.
		let done = Done {
			pages: 1,
			vaults: vec![(1, 0); 3],
			rows: rows(&places),
			lots: 1,
			..Default::default()
		};
		assert_eq!(charged, done.among(3));
	});
}

#[test]
fn vaults_far_apart_are_charged_for_pages_and_rows_of_their_own() {
	run(|| {
		let facility = create_still();
		let vaults = [one_eth(facility, 2_000), one_eth(facility, 1_500)];
		let mut places: Vec<_> = vaults.iter().flat_map(|vault| entries(*vault)).collect();
		Prices::set_cents(ETH, 1_800_00);
		let charged = enforcement();
		places.extend(vaults.iter().flat_map(|vault| entries(*vault)));
		let done = Done {
			pages: 2,
			vaults: vec![(1, 0); 2],
			rows: rows(&places),
			lots: 1,
			..Default::default()
		};
		assert_eq!(charged, done.among(3));
	});
}

#[test]
fn each_collateral_that_is_seized_is_charged_for_a_lot() {
	run(|| {
		let facility = create_still();
		let both = [(ETH, ONE_ETH / 10), (DOT, 100 * ONE_DOT)];
		let vault = open_with(facility, &both, 550);
		let places = entries(vault);
		Prices::set_cents(ETH, 1_000_00);
		Prices::set_cents(DOT, 1_00);
		let charged = enforcement();
		assert!(row(vault).legs.is_empty(), "all of it is sold");
		let done = Done {
			pages: 1,
			vaults: vec![(2, 0)],
			rows: rows(&places),
			lots: 2,
			..Default::default()
		};
		assert_eq!(lots().len(), 2);
		assert_eq!(charged, done.among(3));
	});
}

#[test]
fn a_guard_that_acts_is_charged_and_one_that_rests_is_not() {
	run(|| {
		let facility = create_still();
		lend(ALICE, 10_000 * ONE_CUSD);
		let vault = one_eth(facility, 2_000);
		assert_ok!(set_guard(ALICE, vault, 110, 500 * ONE_CUSD));
		assert_eq!(enforcement(), looking(3));
		let mut places = entries(vault);
		// Below 1.1, and not unsafe.
		Prices::set_cents(ETH, 2_600_00);
		let charged = enforcement();
		assert!(row(vault).guard.is_none());
		places.extend(entries(vault));
		let done = Done {
			pages: 1,
			vaults: vec![(1, 0)],
			rows: rows(&places),
			guards: 1,
			..Default::default()
		};
		assert_eq!(charged, done.among(3));
	});
}

#[test]
fn claims_are_charged_when_they_are_looked_at() {
	run(|| {
		let facility = create_still();
		let vault = one_eth(facility, 2_000);
		Prices::set_cents(ETH, 2_400_00);
		next_block();
		assert_eq!(row(vault).claims.len(), 1);
		let mut places = entries(vault);
		Prices::set_cents(ETH, 2_000_00);
		let charged = enforcement();
		places.extend(entries(vault));
		let done = Done {
			pages: 1,
			vaults: vec![(1, 1)],
			rows: rows(&places),
			lots: 1,
			..Default::default()
		};
		assert_eq!(charged, done.among(3));
	});
}

#[test]
fn claims_of_a_vault_that_is_safe_are_not_looked_at_and_not_charged() {
	run(|| {
		let facility = create_still();
		let both = [(ETH, ONE_ETH), (DOT, 200 * ONE_DOT)];
		let vault = open_with(facility, &both, 2_600);
		Prices::set_cents(ETH, 2_100_00);
		next_block();
		let claims = row(vault).claims;
		assert!(!claims.is_empty());
		let legs = row(vault).legs.len() as u32;
		assert_ok!(deposit(ALICE, vault, BTC, ONE_BTC / 100));
		assert_ok!(repay(ALICE, vault, 100 * ONE_CUSD));
		let mut places = entries(vault);
		// One leg falls below its trigger, another one more than makes up for it.
		Prices::set_cents(ETH, 1_200_00);
		Prices::set_cents(BTC, 600_000_00);
		let charged = enforcement();
		assert_eq!(row(vault).claims, claims);
		places.extend(entries(vault));
		let done = Done {
			pages: 1,
			vaults: vec![(legs + 1, 0)],
			rows: rows(&places),
			..Default::default()
		};
		assert_eq!(charged, done.among(3));
	});
}

#[test]
fn every_page_that_is_looked_through_is_charged_once() {
	run(|| {
		let facility = create_still();
		let vaults: Vec<_> = (0..70).map(|_| one_eth(facility, 2_000)).collect();
		assert_eq!(Pages::<Test>::iter().count(), 3, "one tick");
		// Everything is sold, so that no entry comes anywhere.
		let mut places: Vec<_> = vaults.iter().flat_map(|vault| entries(*vault)).collect();
		places.sort_unstable();
		Prices::set_cents(ETH, 1_300_00);
		let charged = enforcement();
		let done = Done {
			pages: 3,
			vaults: vec![(1, 0); 70],
			rows: rows(&places),
			lots: 1,
			..Default::default()
		};
		assert_eq!(charged, done.among(3));
	});
}

#[test]
fn the_bound_of_a_tick_is_charged_by_its_page_and_its_row() {
	run(|| {
		let facility = create_still();
		one_eth(facility, 2_000);
		let higher = open_with(facility, &[(ETH, 10 * ONE_ETH)], 20_002);
		assert_eq!(Pages::<Test>::iter().count(), 1, "one tick");
		assert_ok!(close(ALICE, higher));
		// Below the bound of the tick, above what is left in it: 2,000.1 / 0.8.
		Prices::set_raw(ETH, 2_500_125_000_000_000_000_000);
		let looked_through = Done {
			pages: 1,
			rows: 1,
			..Default::default()
		};
		assert_eq!(enforcement(), looked_through.among(3));
		// Then the bound says that there is nothing.
		let passed_over = Done {
			pages: 1,
			..Default::default()
		};
		assert_eq!(enforcement(), passed_over.among(3));
	});
}

#[test]
fn noting_what_is_left_behind_is_charged_as_a_write_and_set_aside_before_all_else() {
	let write = <DbWeight as Get<RuntimeDbWeight>>::get().writes(1);
	let left_behind = |budget: Weight| {
		new_test_ext().execute_with(|| {
			one_eth(create_still(), 2_000);
			Prices::set_cents(ETH, 2_400_00);
			begin_block(SLOT);
			let mut meter = WeightMeter::with_limit(budget);
			assert_eq!(Vaults::enforce(&mut meter), 0);
			(LeftBehind::<Test>::exists(), meter.consumed())
		})
	};
	assert_eq!(left_behind(looking(0) + write), (true, looking(0) + write));
	let too_little = looking(0) + write - Weight::from_parts(1, 0);
	assert_eq!(left_behind(too_little), (false, Weight::zero()));
}

#[test]
fn a_vault_is_reserved_for_at_its_worst() {
	let rows = (MAX_LEGS * 2 + 1) * ROWS_OF_ENTRY;
	assert_eq!(
		Vaults::heaviest_vault(),
		Vaults::weight_of_vault(MAX_LEGS, MAX_CLAIMS)
			+ Vaults::weight_of_rows(rows)
			+ Step::put_up() * u64::from(MAX_LEGS)
			+ Step::run_guard()
	);
	assert_eq!(
		Vaults::weight_of_vault(3, 2),
		Weight::from_parts(1_010_000 + 3 * 11_000, 0) + Step::claim(2)
	);
	assert_eq!(Vaults::weight_of_rows(5), Step::index_rows(5));
}

#[test]
fn a_small_vault_needs_no_room_for_a_large_one() {
	let of_one = Vaults::most_of_vault(1, 0, false);
	assert!(of_one.ref_time() < Vaults::heaviest_vault().ref_time());
	// Its claim may become a second leg.
	assert_eq!(
		Vaults::most_of_vault(1, 1, false),
		Vaults::most_of_vault(2, 0, false) + Step::claim(1)
	);
	let liquidated = |room: Weight| {
		new_test_ext().execute_with(|| {
			one_eth(create_still(), 2_000);
			Prices::set_cents(ETH, 2_400_00);
			begin_block(SLOT);
			let mut meter = WeightMeter::with_limit(room);
			let liquidated = Vaults::enforce(&mut meter);
			assert!(meter.consumed().all_lte(room));
			liquidated
		})
	};
	let enough = Vaults::weight_of_first_page() + of_one;
	assert_eq!(liquidated(looking(3) + enough), 1);
	assert_eq!(
		liquidated(looking(1) + enough - Weight::from_parts(1, 0)),
		0
	);
}

#[test]
fn interest_is_charged_by_the_facility() {
	run(|| {
		let accrual = || {
			let mut meter = WeightMeter::new();
			Vaults::accrue(&mut meter);
			meter.consumed()
		};
		let of = |facilities| Step::list_facilities() + Step::accrue_facility() * facilities;
		assert_eq!(accrual(), of(2));
		create_still();
		assert_eq!(accrual(), of(3));
	});
}

#[test]
fn the_sweep_is_charged_by_the_vault_and_for_what_it_settles() {
	run(|| {
		let facility = create_still();
		let vaults = [1, 2].map(|_| one_eth(facility, 2_000));
		let idle = || {
			SweepCursor::<Test>::put(0);
			let block = System::block_number();
			<Vaults as Hooks<_>>::on_idle(block, Weight::MAX)
		};
		assert_eq!(idle(), Step::sweep_vault() * 2);
		assert_ok!(settle(facility, &[]));
		let settling = Step::settle_vault(MAX_LEGS) + Step::claim(MAX_CLAIMS);
		assert_eq!(idle(), (Step::sweep_vault() + settling) * 2);
		assert!(vaults.iter().all(|vault| debt(*vault) == 0));
		assert_eq!(idle(), Step::sweep_vault() * 2);
		assert_eq!(Treasury::bad_debt(&CUSD), 0);
	});
}
