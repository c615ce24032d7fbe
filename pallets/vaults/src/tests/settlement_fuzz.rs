//! Settlements in any order: what everybody has in the end against a naive model that knows no order.

use super::{
	exact::{price, worth, TRADED},
	settlement_world::{
		doing, endow, existing, idle, opening, part, Doing, Opening, HOLDERS, USERS,
	},
	tally::Tally,
};
use crate::{mock::*, types::Breaker, Event, Settlements};
use cairn_math::Price;
use cairn_primitives::{AssetDecimals, AssetId, Balance, BalanceSheet, FacilityId, VaultId};
use frame_support::{traits::fungibles::Inspect, weights::Weight};
use primitive_types::U512;
use proptest::prelude::*;
use std::collections::BTreeMap;

fn ceil(numerator: U512, denominator: U512) -> u128 {
	let (quotient, rest) = numerator.div_mod(denominator);
	(quotient + U512::from(u8::from(!rest.is_zero()))).as_u128()
}

fn pow10(exponent: u8) -> U512 {
	U512::from(10u8).pow(exponent.into())
}

/// What the model knows of a vault.
#[derive(Clone, Debug)]
struct Account {
	owner: AccountId,
	legs: BTreeMap<AssetId, Balance>,
	owed: Balance,
}

impl Account {
	/// What a settlement at `prices` takes of each leg, and what of the debt that covers.
	fn taken(&self, prices: &BTreeMap<AssetId, u128>) -> (BTreeMap<AssetId, Balance>, Balance) {
		let value = |asset: &AssetId, amount: Balance| {
			let decimals = Decimals::decimals(asset).unwrap();
			U512::from(amount) * U512::from(prices[asset]) / pow10(decimals)
		};
		let all: U512 = self
			.legs
			.iter()
			.map(|(asset, amount)| value(asset, *amount))
			.fold(U512::zero(), |sum, value| sum + value);
		// A CUSD is a dollar.
		let debt = U512::from(self.owed) * pow10(6);
		if all < debt {
			return (self.legs.clone(), (all / pow10(6)).as_u128());
		}
		let taken = self.legs.iter().map(|(asset, amount)| {
			let amount = ceil(U512::from(*amount) * debt, all.max(U512::one()));
			(asset.clone(), amount)
		});
		(taken.collect(), self.owed)
	}
}

/// The books of somebody who writes down who did what, but not when.
struct Model {
	facility: FacilityId,
	prices: BTreeMap<AssetId, u128>,
	vaults: BTreeMap<VaultId, Account>,
	/// What settled vaults have given, in all.
	taken: BTreeMap<AssetId, Balance>,
	covered: Balance,
	lost: Balance,
	/// What each has redeemed, and what he has had for it.
	redeemed: BTreeMap<AccountId, Balance>,
	paid: BTreeMap<(AccountId, AssetId), Balance>,
	/// Redemptions that were paid in full and left no receipt: each may have lost a unit.
	roundings: u128,
}

impl Model {
	fn nth(&self, number: usize) -> Option<VaultId> {
		let number = number.checked_rem(self.vaults.len())?;
		self.vaults.keys().nth(number).copied()
	}

	/// A vault that owes.
	fn settle(&mut self, vault: VaultId) {
		let account = self.vaults.get_mut(&vault).unwrap();
		let (taken, covered) = account.taken(&self.prices);
		for (asset, amount) in taken {
			*account.legs.get_mut(&asset).unwrap() -= amount;
			*self.taken.entry(asset).or_default() += amount;
		}
		account.legs.retain(|_, amount| *amount > 0);
		self.covered += covered;
		self.lost += account.owed - covered;
		account.owed = 0;
	}

	fn follow(&mut self) {
		for event in events() {
			match event {
				Event::VaultSettled { vault, debt, .. } => {
					assert_eq!(debt, 0);
					self.settle(vault);
				}
				Event::Redeemed {
					who, burned, paid, ..
				} => {
					*self.redeemed.entry(who).or_default() += burned;
					for (asset, amount) in paid {
						*self.paid.entry((who, asset)).or_default() += amount;
					}
					if !crate::Receipts::<Test>::contains_key(self.facility, who) {
						self.roundings += 1;
					}
				}
				Event::IndexDrift { vault } => panic!("the entry of {vault} has drifted"),
				_ => {}
			}
		}
		System::reset_events();
	}

	fn compare(&self) {
		for (id, account) in &self.vaults {
			assert_eq!(debt(*id), account.owed);
			for asset in TRADED {
				let amount = account.legs.get(&asset).copied().unwrap_or_default();
				assert_eq!(leg(*id, asset.clone()), amount, "{asset:?} of {id}");
			}
		}
		let settlement = settlement(self.facility);
		assert_eq!(
			(settlement.covered, settlement.lost),
			(self.covered, self.lost)
		);
		assert_eq!(settlement.redeemed, self.redeemed.values().sum::<Balance>());
		for (index, asset) in TRADED.into_iter().enumerate() {
			let taken = self.taken.get(&asset).copied().unwrap_or_default();
			assert_eq!(settlement.pools[index].taken, taken);
			let paid: Balance = HOLDERS
				.iter()
				.filter_map(|who| self.paid.get(&(*who, asset.clone())))
				.sum();
			assert_eq!(settlement.pools[index].paid, paid);
		}
	}

	/// What is everybody's in the end depends on sums, and on nothing else. `fed` is all that the
	/// reserve has ever had.
	fn compare_shares(&self, fed: Balance) {
		let base = self.covered + self.lost.saturating_sub(fed);
		for who in HOLDERS {
			let redeemed = self.redeemed.get(&who).copied().unwrap_or_default();
			for asset in TRADED {
				let taken = self.taken.get(&asset).copied().unwrap_or_default();
				let paid = self
					.paid
					.get(&(who, asset.clone()))
					.copied()
					.unwrap_or_default();
				let share = if base == 0 {
					0
				} else {
					(U512::from(taken) * U512::from(redeemed) / U512::from(base)).as_u128()
				};
				assert!(
					paid <= share,
					"{who} has had {paid} {asset:?} instead of {share}"
				);
				assert!(
					share - paid <= self.roundings,
					"{who} has had only {paid} {asset:?} of {share}"
				);
			}
		}
	}
}

fn open_all(facility: FacilityId, openings: &[Opening]) -> BTreeMap<VaultId, Account> {
	let mut vaults = BTreeMap::new();
	for Opening { who, legs, debt } in openings {
		let hundreds: u16 = legs.iter().sum();
		let legs: BTreeMap<_, _> = TRADED
			.into_iter()
			.zip(legs)
			.filter(|(_, hundreds)| **hundreds > 0)
			.map(|(asset, hundreds)| (asset.clone(), worth(&asset, *hundreds)))
			.collect();
		let owed = part(u128::from(hundreds) * 50 * ONE_CUSD, *debt);
		let deposit: Vec<_> = legs.clone().into_iter().collect();
		if let Ok(vault) = open(USERS[*who], facility, &deposit, owed) {
			let owner = USERS[*who];
			vaults.insert(vault, Account { owner, legs, owed });
		}
	}
	vaults
}

/// A facility to be settled, what becomes of each price meanwhile, what of its debt the reserve has, in per
/// cent, and what is done afterwards.
type Settled = (Vec<Opening>, [u8; 4], u8, Vec<Doing>);

pub fn settled(steps: usize) -> impl Strategy<Value = Settled> {
	(
		prop::collection::vec(opening(), 1..12),
		[10u8..150, 10u8..150, 10u8..150, 10u8..150],
		prop_oneof![Just(0u8), 0u8..=30],
		life(doing(), steps),
	)
}

/// Without interest, every number of the model is exact.
pub fn settle_in_any_order((openings, moves, reserve, doings): Settled, tally: &mut Tally) {
	run(|| {
		endow();
		let terms = TRADED
			.into_iter()
			.map(|asset| terms(asset, 70, 75, 0))
			.collect();
		let facility = create_facility(still(terms));
		// Others of the same debt asset, who are none of its business.
		let other = create_still();
		open(CAROL, other, &[(ETH, 1_000 * ONE_ETH)], 500_000 * ONE_CUSD).unwrap();
		let vaults = open_all(facility, &openings);
		let issued = state(facility).minted;
		let fed = part(issued, reserve).max(1);
		send(CUSD, CAROL, Treasury::account_id(), fed);
		let prices: BTreeMap<_, _> = TRADED
			.into_iter()
			.zip(moves)
			.map(|(asset, percent)| (asset.clone(), price(&asset) / 100 * u128::from(percent)))
			.collect();
		for (asset, raw) in &prices {
			Prices::set_raw(asset.clone(), *raw);
		}
		settle(facility, &[]).unwrap();
		let supply: Vec<_> = TRADED.iter().map(existing).collect();
		let mut model = Model {
			facility,
			prices,
			vaults,
			taken: BTreeMap::new(),
			covered: 0,
			lost: 0,
			redeemed: BTreeMap::new(),
			paid: BTreeMap::new(),
			roundings: 0,
		};
		System::reset_events();
		for doing in doings {
			match doing {
				Doing::Settle { vault } => {
					let Some(vault) = model.nth(vault) else {
						continue;
					};
					let owes = model.vaults[&vault].owed > 0;
					assert_eq!(settle_vault(BOB, vault).is_ok(), owes);
				}
				Doing::Repay { who, vault, share } => {
					let Some(vault) = model.nth(vault) else {
						continue;
					};
					let owed = model.vaults[&vault].owed;
					let amount = part(owed, share);
					let paid = amount.min(owed);
					if repay(USERS[who], vault, amount).is_ok() {
						model.vaults.get_mut(&vault).unwrap().owed -= paid;
					}
				}
				Doing::Close { vault } => {
					let Some(vault) = model.nth(vault) else {
						continue;
					};
					let Account { owner, legs, owed } = model.vaults[&vault].clone();
					let can = balance(CUSD, owner) >= owed;
					let before: Vec<_> = TRADED.iter().map(|a| balance(a.clone(), owner)).collect();
					assert_eq!(close(owner, vault).is_ok(), can);
					if can {
						for (asset, before) in TRADED.into_iter().zip(before) {
							let back = legs.get(&asset).copied().unwrap_or_default();
							assert_eq!(balance(asset, owner) - before, back);
						}
						model.vaults.remove(&vault);
					}
				}
				Doing::Withdraw {
					vault,
					asset,
					share,
				} => {
					let Some(vault) = model.nth(vault) else {
						continue;
					};
					let account = model.vaults.get_mut(&vault).unwrap();
					let held = account
						.legs
						.get(&TRADED[asset])
						.copied()
						.unwrap_or_default();
					let amount = part(held, share);
					let may = account.owed == 0 && amount > 0 && amount <= held;
					let done = withdraw(account.owner, vault, TRADED[asset].clone(), amount);
					assert_eq!(done.is_ok(), may, "{done:?}");
					if may {
						*account.legs.get_mut(&TRADED[asset]).unwrap() -= amount;
						account.legs.retain(|_, amount| *amount > 0);
					}
				}
				Doing::Redeem { who, share } => {
					let who = HOLDERS[who];
					let amount = part(balance(CUSD, who), share);
					let seen = Vaults::redemption(facility, who, amount).unwrap();
					let can = seen.burned <= balance(CUSD, who)
						&& (seen.burned > 0 || !seen.paid.is_empty());
					assert_eq!(redeem(who, facility, amount).is_ok(), can);
					let told = events().into_iter().find_map(|event| match event {
						Event::Redeemed { burned, paid, .. } => Some((burned, paid)),
						_ => None,
					});
					assert_eq!(told, can.then_some((seen.burned, seen.paid)));
				}
				Doing::Send { from, to, share } => {
					let (from, to) = (HOLDERS[from], HOLDERS[to]);
					let amount = part(balance(CUSD, from), share.min(99));
					if from != to && amount > 0 {
						send(CUSD, from, to, amount);
					}
				}
				Doing::Donate { who, asset } => {
					send(TRADED[asset].clone(), USERS[who], CUSTODY, 1_000)
				}
				Doing::Price { asset, percent } => {
					let raw = price(&TRADED[asset]) / 100 * u128::from(percent);
					Prices::set_raw(
						TRADED[asset].clone(),
						raw.clamp(10u128.pow(9), 10u128.pow(26)),
					);
				}
				Doing::Idle => idle(),
				Doing::Block { seconds } => {
					next_block_with(Weight::MAX, u64::from(seconds) * 1_000);
				}
				// Nothing was seized; and what the reserve gets when is not the holders' doing.
				Doing::Claim { .. } | Doing::Buy { .. } | Doing::Feed { .. } => {}
			}
			tally.hear();
			model.follow();
			model.compare();
			check_all();
			audit();
		}
		// Those who were forgotten.
		for (vault, account) in model.vaults.clone() {
			if account.owed > 0 {
				settle_vault(BOB, vault).unwrap();
				model.follow();
			}
		}
		next_block();
		for who in HOLDERS {
			let _ = redeem(who, facility, 0);
			model.follow();
		}
		model.compare();
		model.compare_shares(fed);
		for (asset, supply) in TRADED.iter().zip(supply) {
			assert_eq!(existing(asset), supply);
		}
		// The rest is there for whoever brings it.
		let rest = settlement(facility).redeemable();
		if balance(CUSD, CAROL) >= rest && rest > 0 {
			redeem(CAROL, facility, Balance::MAX).unwrap();
			model.follow();
			model.compare_shares(fed);
		}
		audit();
	});
}

/// A facility, a crash that has vaults liquidated, the prices at which it is settled, in per cent of those
/// then, and what is done afterwards.
type Crashed = (Vec<Opening>, [u8; 4], [u8; 4], Vec<Doing>);

pub fn crashed(steps: usize) -> impl Strategy<Value = Crashed> {
	let fall = || 35u8..=100;
	(
		prop::collection::vec(opening(), 1..12),
		[fall(), fall(), fall(), fall()],
		[20u8..150, 20u8..150, 20u8..150, 20u8..150],
		life(doing(), steps),
	)
}

/// With interest, lots that are open, and claims: the sums hold after every step, and shares are those of
/// the sums in the end.
pub fn settle_after_a_crash((openings, crash, moves, doings): Crashed, tally: &mut Tally) {
	run(|| {
		endow();
		let of_all = TRADED
			.into_iter()
			.map(|asset| terms(asset, 70, 75, 0))
			.collect();
		let facility = create_facility(facility_terms(of_all));
		lend(CAROL, 500_000 * ONE_CUSD);
		open_all(facility, &openings);
		next_block_with(Weight::MAX, 30 * DAY);
		for (asset, percent) in TRADED.into_iter().zip(crash) {
			Prices::set_raw(asset.clone(), price(&asset) / 100 * u128::from(percent));
		}
		next_block();
		tally.hear();
		let named: Vec<_> = TRADED
			.into_iter()
			.zip(moves)
			.map(|(asset, percent)| {
				let raw = price(&asset) / 100 * u128::from(percent);
				(asset, Price::new(raw).unwrap())
			})
			.collect();
		let prices = frame_support::BoundedVec::truncate_from(named);
		govern(crate::Call::settle_facility { facility, prices }).unwrap();
		let supply: Vec<_> = TRADED.iter().map(existing).collect();
		let mut base = state(facility).minted;
		let mut redeemed = BTreeMap::<AccountId, Balance>::new();
		let mut paid = BTreeMap::<(AccountId, AssetId), Balance>::new();
		let mut roundings = 0;
		let mut step = |what: &mut dyn FnMut()| {
			System::reset_events();
			what();
			tally.hear();
			tally.add("lot after a settlement", lots().len());
			for event in events() {
				if let Event::Redeemed {
					who,
					burned,
					paid: got,
					..
				} = event
				{
					*redeemed.entry(who).or_default() += burned;
					for (asset, amount) in got {
						*paid.entry((who, asset)).or_default() += amount;
					}
					roundings += u128::from(!crate::Receipts::<Test>::contains_key(facility, who));
				}
			}
			let settlement = settlement(facility);
			let now = settlement.base(state(facility).minted);
			assert!(now <= base, "the base has grown from {base} to {now}");
			base = now;
			assert_eq!(facility_now(facility).breaker, Breaker::Settled);
			check_all();
			audit();
			(redeemed.clone(), paid.clone(), roundings)
		};
		let vaults = || super::exact::all();
		let nth = |number: usize| {
			let all = vaults();
			number.checked_rem(all.len()).map(|number| all[number])
		};
		for doing in doings {
			step(&mut || match doing.clone() {
				Doing::Settle { vault } => {
					let _ = nth(vault).map(|vault| settle_vault(BOB, vault));
				}
				Doing::Repay { who, vault, share } => {
					let _ =
						nth(vault).map(|vault| repay(USERS[who], vault, part(debt(vault), share)));
				}
				Doing::Close { vault } => {
					let _ = nth(vault).map(|vault| close(row(vault).owner, vault));
				}
				Doing::Withdraw {
					vault,
					asset,
					share,
				} => {
					let asset = TRADED[asset].clone();
					let _ = nth(vault).map(|vault| {
						let amount = part(leg(vault, asset.clone()), share);
						withdraw(row(vault).owner, vault, asset, amount)
					});
				}
				Doing::Redeem { who, share } => {
					let amount = part(balance(CUSD, HOLDERS[who]), share);
					let _ = redeem(HOLDERS[who], facility, amount);
				}
				Doing::Send { from, to, share } => {
					let (from, to) = (HOLDERS[from], HOLDERS[to]);
					let amount = part(balance(CUSD, from), share.min(99));
					if from != to && amount > 0 {
						send(CUSD, from, to, amount);
					}
				}
				Doing::Donate { who, asset } => {
					send(TRADED[asset].clone(), USERS[who], CUSTODY, 1_000)
				}
				Doing::Claim { vault } => {
					let _ = nth(vault).map(|vault| claim(BOB, vault));
				}
				Doing::Buy { who, lot, share } => {
					let lots = lots();
					if let Some(number) = lot.checked_rem(lots.len()) {
						let amount = part(lots[number].1.remaining, share);
						let _ = take(USERS[who], lots[number].0, amount);
					}
				}
				Doing::Price { asset, percent } => {
					let raw = price(&TRADED[asset]) / 100 * u128::from(percent);
					Prices::set_raw(
						TRADED[asset].clone(),
						raw.clamp(10u128.pow(9), 10u128.pow(26)),
					);
				}
				Doing::Feed { share } => {
					let amount = part(balance(CUSD, CAROL), share.min(20));
					if amount > 0 {
						send(CUSD, CAROL, Treasury::account_id(), amount);
					}
				}
				Doing::Idle => idle(),
				Doing::Block { seconds } => {
					next_block_with(Weight::MAX, u64::from(seconds) * 1_000);
				}
			});
		}
		// Lots that nobody buys are the reserve's in the end; meanwhile what can be settled is.
		for vault in vaults() {
			step(&mut || {
				let _ = settle_vault(BOB, vault);
			});
		}
		step(&mut || {
			next_block();
		});
		for who in HOLDERS {
			step(&mut || {
				let _ = redeem(who, facility, 0);
			});
		}
		let (redeemed, paid, roundings) = step(&mut || {});
		let settlement = Settlements::<Test>::get(facility).unwrap();
		let base = settlement.base(state(facility).minted);
		for who in HOLDERS {
			for (index, asset) in TRADED.into_iter().enumerate() {
				let redeemed = redeemed.get(&who).copied().unwrap_or_default();
				let paid = paid.get(&(who, asset)).copied().unwrap_or_default();
				let product = U512::from(settlement.pools[index].taken) * U512::from(redeemed);
				let share = product
					.checked_div(U512::from(base))
					.unwrap_or_default()
					.as_u128();
				assert!(
					paid <= share && share - paid <= roundings,
					"{paid} of {share}"
				);
			}
		}
		let view = Vaults::settlement(facility).unwrap();
		assert!(Tokens::total_issuance(CUSD) >= view.redeemable + view.unsettled);
		assert!(Treasury::bad_debt(&CUSD) >= view.uncovered);
		for (asset, supply) in TRADED.iter().zip(supply) {
			assert_eq!(existing(asset), supply);
		}
	});
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(fuzz_cases(500)))]

	#[test]
	fn everybody_gets_the_same_whatever_the_order(settled in settled(fuzz_steps(50))) {
		settle_in_any_order(settled, &mut Tally::default());
	}

	#[test]
	fn the_books_hold_whatever_happens_before_and_after_a_settlement(crashed in crashed(fuzz_steps(50))) {
		settle_after_a_crash(crashed, &mut Tally::default());
	}
}
