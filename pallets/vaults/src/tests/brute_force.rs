//! Enforcement finds whom a look at every vault finds, for random baskets and random prices.

use super::exact::{self, price, worth, TRADED};
use crate::{mock::*, types::FacilityChange, Event};
use cairn_math::Perbill;
use cairn_primitives::{PriceSource, QuoteStatus, VaultId};
use frame_support::weights::Weight;
use proptest::prelude::*;
use std::collections::BTreeSet;

#[derive(Clone, Debug)]
pub enum Doing {
	/// A vault of up to four legs (worth this many hundreds of dollars each) borrows a share of
	/// what it can.
	Open([u16; 4], u8),
	Deposit(usize, usize, u16),
	Withdraw(usize, usize, u8),
	Borrow(usize, u8),
	Repay(usize, u8),
	Guard(usize, u16, u8),
	/// Factors of a collateral: the liquidation factor falls gradually.
	Factors(usize, u8),
	Price(usize, u8),
	/// Of what is owed.
	DebtPrice(u8),
	Spread(usize, u8),
	Status(usize, u8, u8),
	Down(bool),
	Block(u32, u16),
}

pub fn doing() -> impl Strategy<Value = Doing> {
	let leg = prop_oneof![1 => Just(0u16), 2 => 1u16..500];
	let (vault, asset) = (any::<usize>(), 0..4usize);
	prop_oneof![
		6 => ([leg.clone(), leg.clone(), leg.clone(), leg], 50u8..=100)
			.prop_map(|(legs, share)| Doing::Open(legs, share)),
		1 => (vault, asset.clone(), 1u16..500).prop_map(|(v, a, n)| Doing::Deposit(v, a, n)),
		1 => (vault, asset.clone(), 1u8..=100).prop_map(|(v, a, n)| Doing::Withdraw(v, a, n)),
		1 => (vault, 1u8..=100).prop_map(|(v, n)| Doing::Borrow(v, n)),
		1 => (vault, 1u8..=100).prop_map(|(v, n)| Doing::Repay(v, n)),
		2 => (vault, 101u16..150, 1u8..=100).prop_map(|(v, l, n)| Doing::Guard(v, l, n)),
		2 => (asset.clone(), 30u8..98).prop_map(|(a, n)| Doing::Factors(a, n)),
		5 => (asset.clone(), 80u8..115).prop_map(|(a, n)| Doing::Price(a, n)),
		1 => (asset.clone(), 0u8..5).prop_map(|(a, n)| Doing::Spread(a, n)),
		1 => (asset, 0u8..4, 0u8..=11).prop_map(|(a, s, n)| Doing::Status(a, s, n)),
		1 => prop::bool::weighted(0.2).prop_map(Doing::Down),
		5 => (prop_oneof![Just(u32::MAX), 0u32..20], 1u16..10_000).prop_map(|(b, t)| Doing::Block(b, t)),
	]
}

/// Lives of less than `steps`, in which the debt asset has a price like any other.
pub fn doings(steps: usize) -> impl Strategy<Value = Vec<Doing>> {
	let doing = prop_oneof![
		14 => doing(),
		1 => (85u8..120).prop_map(Doing::DebtPrice),
	];
	prop::collection::vec(doing, steps / 8..steps)
}

pub fn perform(doing: Doing, facility: u32) {
	let nth = |number: usize| {
		let all = exact::all();
		number.checked_rem(all.len()).map(|number| all[number])
	};
	// Refusals are fine here: what matters is that whatever succeeds keeps the index sound.
	let _ = match doing {
		Doing::Open(legs, share) => {
			let legs = TRADED
				.into_iter()
				.zip(legs)
				.filter(|(_, hundreds)| *hundreds > 0);
			let legs: Vec<_> = legs
				.map(|(a, hundreds)| (a.clone(), worth(&a, hundreds)))
				.collect();
			open(ALICE, facility, &legs, 0).and_then(|vault| {
				let most = Vaults::vault(vault).unwrap().max_borrow;
				borrow(ALICE, vault, most / 100 * u128::from(share))
			})
		}
		Doing::Deposit(vault, asset, hundreds) => nth(vault).map_or(Ok(()), |vault| {
			deposit(
				row(vault).owner,
				vault,
				TRADED[asset].clone(),
				worth(&TRADED[asset], hundreds),
			)
		}),
		Doing::Withdraw(vault, asset, share) => nth(vault).map_or(Ok(()), |vault| {
			let amount = leg(vault, TRADED[asset].clone()) / 100 * u128::from(share);
			withdraw(ALICE, vault, TRADED[asset].clone(), amount)
		}),
		Doing::Borrow(vault, share) => nth(vault).map_or(Ok(()), |vault| {
			let most = Vaults::vault(vault).unwrap().max_borrow;
			borrow(ALICE, vault, most / 100 * u128::from(share))
		}),
		Doing::Repay(vault, share) => nth(vault).map_or(Ok(()), |vault| {
			repay(ALICE, vault, debt(vault) / 100 * u128::from(share))
		}),
		Doing::Guard(vault, level, share) => nth(vault).map_or(Ok(()), |vault| {
			let amount = debt(vault) / 100 * u128::from(share);
			set_guard(ALICE, vault, level.into(), amount)
		}),
		Doing::Factors(asset, percent) => {
			let change = FacilityChange::Factors {
				asset: TRADED[asset].clone(),
				borrow: Perbill::from_percent(u32::from(percent) * 9 / 10),
				liquidation: Perbill::from_percent(percent.into()),
			};
			change_facility(facility, change)
		}
		Doing::Price(asset, percent) => {
			let raw = price(&TRADED[asset]) / 100 * u128::from(percent);
			Prices::set_raw(TRADED[asset].clone(), raw.clamp(1_000_000, 10u128.pow(26)));
			Ok(())
		}
		Doing::DebtPrice(percent) => {
			let raw = price(&CUSD) / 100 * u128::from(percent);
			Prices::set_raw(CUSD, raw.clamp(10u128.pow(17), 10u128.pow(19)));
			Ok(())
		}
		Doing::Spread(asset, percent) => {
			let spread = price(&TRADED[asset]) / 100 * u128::from(percent);
			Prices::alter(TRADED[asset].clone(), |quote| quote.confidence = spread);
			Ok(())
		}
		Doing::Status(asset, status, tenths) => {
			Prices::alter(TRADED[asset].clone(), |quote| {
				quote.status = [
					QuoteStatus::Degraded,
					QuoteStatus::Jump,
					QuoteStatus::Stale,
					QuoteStatus::Halted,
				][usize::from(status)];
				// Tenths of what is between an hour and 25, so that the share is exact.
				quote.silent_for = 3_600_000 + u64::from(tenths) * 8_640_000;
			});
			Ok(())
		}
		Doing::Down(down) => {
			Prices::set_down(down);
			Ok(())
		}
		Doing::Block(budget, minutes) => {
			block(budget, u64::from(minutes) * 60_000);
			Ok(())
		}
	};
}

/// A block whose enforcement is compared with a look at every vault.
fn block(budget: u32, time: u64) {
	begin_block(time);
	let all = exact::all();
	// Of dust that repays nothing the vault is rid, and waits.
	let is_due = |vault: &VaultId| {
		!exact::is_safe(*vault) && exact::is_sellable(*vault) && !exact::is_dust(*vault)
	};
	let due: BTreeSet<_> = all.iter().copied().filter(is_due).collect();
	let may: BTreeSet<_> = all
		.into_iter()
		.filter(|v| exact::is_nearly_unsafe(*v))
		.collect();
	let unlimited = budget == u32::MAX;
	let budget = if unlimited {
		Weight::MAX
	} else {
		looking(2) + liquidations(budget.into())
	};
	let count = enforce_with(budget);
	let liquidated: Vec<_> = events()
		.into_iter()
		.filter_map(|event| match event {
			Event::Liquidated { vault, .. } => Some(vault),
			_ => None,
		})
		.collect();
	let saved: BTreeSet<_> = events()
		.into_iter()
		.filter_map(|event| match event {
			Event::GuardActed { vault, repaid, .. } if repaid > 0 => Some(vault),
			_ => None,
		})
		.collect();
	let returned: BTreeSet<_> = events()
		.into_iter()
		.filter_map(|event| match event {
			Event::LeftoverReturned { vault, .. } => Some(vault),
			_ => None,
		})
		.collect();
	assert!(saved.iter().all(|vault| !liquidated.contains(vault)));
	let distinct: BTreeSet<_> = liquidated.iter().copied().collect();
	assert_eq!(
		(distinct.len(), count as usize),
		(liquidated.len(), liquidated.len())
	);
	assert!(distinct.is_subset(&may), "a safe vault is liquidated");
	assert!(!events()
		.iter()
		.any(|event| matches!(event, Event::IndexDrift { .. })));
	if unlimited {
		assert!(
			due.iter().all(|vault| distinct.contains(vault)
				|| saved.contains(vault)
				|| returned.contains(vault)),
			"an unsafe vault is missed: {due:?} {distinct:?} {saved:?} {returned:?}"
		);
		for vault in exact::all() {
			assert!(
				exact::is_safe(vault) || !exact::is_sellable(vault),
				"{vault} is left unsafe"
			);
			let level = row(vault).guard.map_or(0, |guard| guard.level.into_inner());
			assert!(
				Prices::is_down() || !exact::is_clearly_below(vault, level),
				"the guard of {vault} has not acted"
			);
		}
	}
	end_of_begin();
	if !unlimited && budget.all_gte(looking(4) + room_for_one()) {
		work_off(budget);
	}
}

/// However small the budget: if nothing else happens, nobody is left unsafe after some blocks.
fn work_off(budget: Weight) {
	for _ in 0..8 * exact::all().len() + 20 {
		let unsafe_ones: Vec<_> = exact::all()
			.into_iter()
			.filter(|v| !exact::is_safe(*v))
			.collect();
		// Those that cannot be sold are looked at again and again, and may use all of it up.
		if unsafe_ones.is_empty() || !unsafe_ones.into_iter().all(exact::is_sellable) {
			break;
		}
		begin_block(0);
		enforce_with(budget);
		end_of_begin();
	}
	let all = exact::all();
	let waits = all
		.iter()
		.any(|vault| !exact::is_safe(*vault) && !exact::is_sellable(*vault));
	assert!(
		waits || all.into_iter().all(exact::is_safe),
		"a backlog is never worked off"
	);
}

/// One thing after the other, and a look `after` each.
pub fn live(doings: Vec<Doing>, mut after: impl FnMut()) {
	run(|| {
		let facility = create_still();
		let facilities = [facility, MIXED];
		for (number, doing) in doings.into_iter().enumerate() {
			System::reset_events();
			perform(doing, facilities[number % 2]);
			after();
		}
		Prices::set_down(false);
		block(u32::MAX, SLOT);
		after();
	});
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(fuzz_cases(96)))]

	#[test]
	fn enforcement_finds_exactly_those_that_a_look_at_every_vault_finds(doings in doings(fuzz_steps(80))) {
		live(doings, || ());
	}
}
