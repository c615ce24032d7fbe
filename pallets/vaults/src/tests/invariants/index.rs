//! I17 to I20: the risk index, enforcement, and lots.

use super::{
	facilities, is_ready,
	life::{after_each, deeds},
	rows, sell_all_lots, what_if, SHARED,
};
use crate::{
	index::Index,
	mock::*,
	rows::Rows as IndexRows,
	tests::exact,
	types::{BookId, BookKind, Leg, Vault},
	Event, Pages,
};
use cairn_math::{Price, Tick, Trigger};
use cairn_primitives::{Balance, PriceSource, VaultId};
use primitive_types::U512;
use proptest::prelude::*;
use std::collections::BTreeSet;

const BILLION: u64 = 1_000_000_000;

/// The debt by which the index places a vault: `⌈d·g⌉`.
fn watched(vault: &Vault<Test>) -> U512 {
	let one = U512::from(BILLION) * U512::from(BILLION);
	let guard = vault.guard.as_ref();
	let level = guard.map_or(one, |guard| U512::from(guard.level.into_inner()));
	(U512::from(vault.debt.0) * level + one - 1) / one
}

/// `q·θ` for each leg, in parts of 2^151, adds up to what is watched: so the vault is found before its
/// health falls below one, or below its guard's level.
fn is_carried(vault: &Vault<Test>) -> bool {
	let mut carried = U512::zero();
	for leg in &vault.legs {
		let trigger = leg.entry.unwrap().trigger;
		if trigger == Trigger::MAX {
			return true;
		}
		let (numerator, denominator) = trigger.to_ratio();
		carried += U512::from(leg.amount) * ((numerator << 151) / denominator);
	}
	carried >= watched(vault) << 151
}

/// Where the index has to hold the only leg of a vault, whatever prices are: `⌈⌈d·g⌉ / q⌉`.
fn trigger_of_only(vault: &Vault<Test>, leg: &Leg) -> Trigger {
	Trigger::from_ratio_ceil(watched(vault), U512::from(leg.amount))
}

/// Whether a leg of a basket lies where prices of now want it: at `θ = d·g·L·P / Σ q·L·P`, up to a
/// billionth more.
fn is_where_prices_want_it(vault: &Vault<Test>, leg: &Leg) -> bool {
	let trigger = leg.entry.unwrap().trigger;
	let (all, each) = (exact::carried(vault), exact::carried_by_unit(vault, leg));
	if all.is_zero() || each.is_zero() {
		return trigger
			== if all.is_zero() {
				Trigger::MAX
			} else {
				Trigger::MIN
			};
	}
	let (numerator, denominator) = trigger.to_ratio();
	// What is shifted out is far below the tolerance.
	let (all, each) = (all >> 64, each >> 64);
	let (here, there) = (numerator * all, watched(vault) * each * denominator);
	let hair = there / BILLION;
	here + hair >= there && here <= there + hair
}

/// Whether prices of now are below the trigger of a leg: enforcement looks at it.
fn is_pointed_at(vault: &Vault<Test>, leg: &Leg) -> bool {
	let trigger = leg.entry.unwrap().trigger;
	if trigger == Trigger::MAX {
		return true;
	}
	let (numerator, denominator) = trigger.to_ratio();
	let carried = exact::carried_by_unit(vault, leg);
	numerator * exact::owed_by_unit(vault) > carried * denominator
}

/// The same, and by more than a billionth.
fn is_clearly_pointed_at(vault: &Vault<Test>, leg: &Leg) -> bool {
	let trigger = leg.entry.unwrap().trigger;
	if trigger == Trigger::MIN || trigger == Trigger::MAX {
		return trigger == Trigger::MAX;
	}
	let (numerator, denominator) = trigger.to_ratio();
	let carried = exact::carried_by_unit(vault, leg) * denominator;
	numerator * exact::owed_by_unit(vault) > carried + carried / BILLION
}

/// Sets the price of a vault's only collateral a millionth below the lowest at which it is safe.
/// `false` if that would not be a price.
fn set_price_just_below(id: VaultId, vault: &Vault<Test>, leg: &Leg) -> bool {
	let facility = facility_now(vault.facility);
	let asset = &facility.collaterals[usize::from(leg.collateral)]
		.terms
		.asset;
	let price = exact::price(asset);
	Prices::set_down(false);
	Prices::set_raw(asset.clone(), price);
	let (weighted, debt) = exact::sides(id);
	let edge = U512::from(price) * debt / weighted;
	let is_price = edge > U512::from(1_000_000) && edge < U512::from(Price::MAX.raw());
	if is_price {
		let edge = edge.as_u128();
		Prices::set_raw(asset.clone(), edge - edge / 1_000_000 - 1);
	}
	is_price
}

fn book_of(vault: &Vault<Test>, leg: &Leg) -> BookId {
	let kind = match (vault.is_waiting(), vault.guard) {
		(true, _) => BookKind::Waiting,
		(false, Some(_)) => BookKind::Guard,
		(false, None) => BookKind::Risk,
	};
	kind.book(vault.facility, leg.collateral)
}

/// All books of all facilities.
fn books() -> Vec<BookId> {
	let of_one = |id| {
		let indices = 0..facility_now(id).collaterals.len() as u8;
		indices.flat_map(move |index| BookKind::ALL.map(|kind| kind.book(id, index)))
	};
	facilities().flat_map(of_one).collect()
}

/// What a book lists in its ticks.
fn listed(book: BookId) -> Vec<(Tick, Trigger, VaultId)> {
	let pages = Pages::<Test>::iter().filter(|((of, ..), _)| *of == book);
	let entries = pages.flat_map(|((_, tick, _), page)| {
		let entries = page.entries.into_iter();
		entries.map(move |(trigger, vault)| (tick, trigger, vault))
	});
	entries.collect()
}

/// What a lot has been given is what vaults have a claim on, also after it is closed.
fn assert_claims_add_up() {
	let claimed = |id| -> Balance {
		let claims = rows().into_iter().flat_map(|(_, vault)| vault.claims);
		claims
			.filter(|claim| claim.lot == id)
			.map(|claim| claim.contributed)
			.sum()
	};
	for (id, lot) in lots() {
		assert_eq!(claimed(id), lot.contributed);
	}
	for (id, lot) in cairn_auctions::ClosedLots::<Test>::iter() {
		assert_eq!(claimed(id), lot.contributed);
	}
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(fuzz_cases_of(SHARED, 24)))]

	#[test]
	fn i17_a_leg_is_indexed_if_and_only_if_its_vault_owes_and_where_it_should_be(deeds in deeds(fuzz_steps(80))) {
		after_each(deeds, |step| {
			let mut wanted = Vec::new();
			for (id, vault) in rows() {
				assert!(vault.legs.iter().all(|leg| leg.entry.is_some() != vault.debt.is_zero()));
				if vault.debt.is_zero() {
					continue;
				}
				assert!(is_carried(&vault));
				let is_same = |before: &Vault<Test>| {
					(&before.legs, before.debt, &before.guard) == (&vault.legs, vault.debt, &vault.guard)
				};
				// Prices are those of now, also when a block has changed it.
				let is_new = !step.before.get(&id).is_some_and(is_same);
				for leg in &vault.legs {
					let trigger = leg.entry.unwrap().trigger;
					if vault.is_waiting() {
						assert_eq!(trigger, Trigger::MAX);
					} else if vault.legs.len() == 1 {
						assert_eq!(trigger, trigger_of_only(&vault, leg));
					} else if is_new {
						assert!(is_where_prices_want_it(&vault, leg));
					}
					wanted.push((book_of(&vault, leg), trigger, id));
				}
			}
			let of_book = |book| listed(book).into_iter().map(move |(_, trigger, id)| (book, trigger, id));
			let mut there: Vec<_> = books().into_iter().flat_map(of_book).collect();
			let all: usize = Pages::<Test>::iter_values().map(|page| page.entries.len()).sum();
			assert_eq!(there.len(), all);
			wanted.sort();
			there.sort();
			assert_eq!(wanted, there);
		});
	}

	#[test]
	fn i18_a_book_read_from_the_top_is_in_order_and_complete(deeds in deeds(fuzz_steps(80))) {
		after_each(deeds, |_| {
			for book in books() {
				let below = |tick| Index::<Test>::next_below(book, tick, &mut IndexRows::direct());
				let mut ticks = Vec::new();
				let mut cursor = Index::<Test>::highest(book, &mut IndexRows::direct());
				while let Some(tick) = cursor {
					ticks.push(tick);
					cursor = below(tick);
				}
				assert!(ticks.windows(2).all(|pair| pair[0] > pair[1]));
				// And so it is from wherever one begins.
				assert!(ticks.iter().all(|tick| below(tick + 1) == Some(*tick)));
				let between = |pair: &[Tick]| pair[1] + (pair[0] - pair[1]).div_ceil(2);
				assert!(ticks.windows(2).all(|pair| below(between(pair)) == Some(pair[1])));
				let listed = listed(book);
				assert!(listed.iter().all(|(tick, trigger, _)| trigger.tick() == *tick));
				let there: BTreeSet<_> = listed.iter().map(|(tick, ..)| *tick).collect();
				assert_eq!(there, ticks.into_iter().collect());
				let legs = rows().into_iter().flat_map(|(_, vault)| {
					let indexed = vault.legs.iter().filter(|leg| leg.entry.is_some());
					indexed.map(|leg| book_of(&vault, leg)).collect::<Vec<_>>()
				});
				assert_eq!(legs.filter(|of| *of == book).count(), listed.len());
			}
		});
	}

	#[test]
	fn i19_a_completed_enforcement_leaves_nobody_behind_and_another_leaves_them_at_the_head(
		deeds in deeds(fuzz_steps(80)),
		budget in 0u64..3,
	) {
		after_each(deeds, |_| {
			what_if(|| {
				next_block();
				let events = events();
				let is_liquidated = |id| events.iter().any(
					|event| matches!(event, Event::Liquidated { vault, .. } if *vault == id),
				);
				for (id, vault) in rows() {
					let is_left = !exact::is_safe(id) && exact::is_sellable(id);
					assert!(!is_left || exact::is_dust(id));
					// Who has just lost all that can be sold now is put aside by the next block.
					let is_spent = is_liquidated(id) && !exact::is_sellable(id);
					let is_passed = vault.debt.is_zero() || vault.is_waiting() || is_spent || Prices::is_down();
					assert!(is_passed || !vault.legs.iter().any(|leg| is_clearly_pointed_at(&vault, leg)));
				}
			});
			let only = |(_, vault): &(_, Vault<Test>)| vault.legs.len() == 1 && !vault.debt.is_zero();
			for (id, vault) in rows().into_iter().filter(only).take(2) {
				what_if(|| {
					if set_price_just_below(id, &vault, &vault.legs[0]) {
						assert!(!exact::is_safe(id));
						next_block();
						assert!(exact::is_safe(id));
					}
				});
			}
			what_if(|| {
				next_block_with(looking(2) + liquidations(budget), SLOT);
				for (id, vault) in rows() {
					let is_left = !exact::is_safe(id) && exact::is_sellable(id);
					let is_found = || vault.is_waiting() || vault.legs.iter().any(|leg| is_pointed_at(&vault, leg));
					assert!(!is_left || is_found());
				}
			});
		});
	}

	#[test]
	fn i20_a_lot_is_the_sum_of_what_its_vaults_contributed(deeds in deeds(fuzz_steps(80))) {
		after_each(deeds, |_| {
			assert_claims_add_up();
			what_if(|| {
				sell_all_lots();
				assert_claims_add_up();
				for (vault, before) in rows() {
					if before.claims.iter().any(is_ready) {
						claim(BOB, vault).unwrap();
						assert_claims_add_up();
					}
				}
				assert_eq!(cairn_auctions::ClosedLots::<Test>::iter().count(), 0);
			});
		});
	}
}
