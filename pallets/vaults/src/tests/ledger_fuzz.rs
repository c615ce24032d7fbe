//! The same random operations on the pallet and on the naive ledger, compared after each.

use super::{
	exact::{self, price, worth},
	ledger::{Account, Ledger},
	ledger_rules::{COARSE, DEALT, RAY},
	ledger_terms::change_of,
};
use crate::{
	mock::*,
	types::{Adjustment, Breaker, Facility, Guard},
	Call, Event,
};
use cairn_math::{FixedU128, Perbill, Ray};
use cairn_primitives::{Balance, BalanceSheet, FacilityId, VaultId};
use frame_support::weights::Weight;
use proptest::prelude::*;

const USERS: [AccountId; 3] = [ALICE, BOB, CAROL];
const KEEPERS: [AccountId; 4] = [ALICE, BOB, CAROL, PAUPER];

/// Numbers are shares of what there is, or out of reach when above a hundred per cent.
#[derive(Clone, Debug)]
enum Doing {
	Open {
		who: usize,
		facility: usize,
		asset: usize,
		hundreds: u16,
		share: u8,
	},
	Deposit {
		who: usize,
		vault: usize,
		asset: usize,
		hundreds: u16,
	},
	Withdraw {
		vault: usize,
		asset: usize,
		share: u8,
	},
	Borrow {
		vault: usize,
		share: u8,
	},
	Repay {
		who: usize,
		vault: usize,
		share: u8,
		odd: u8,
	},
	All {
		vault: usize,
		asset: usize,
		hundreds: u16,
		repaid: u8,
		taken: u8,
		borrowed: u8,
	},
	Close {
		vault: usize,
	},
	Claim {
		vault: usize,
	},
	Guard {
		vault: usize,
		percent: u16,
		share: u8,
	},
	Offer {
		vault: usize,
		to: usize,
	},
	Accept {
		vault: usize,
		who: usize,
	},
	Govern {
		facility: usize,
		asset: usize,
		what: u8,
		percent: u8,
	},
	Send {
		from: usize,
		to: usize,
		share: u8,
	},
	Donate {
		who: usize,
		asset: usize,
	},
	Buy {
		who: usize,
		lot: usize,
		share: u8,
	},
	Liquidate {
		who: usize,
		vault: usize,
	},
	Enforce {
		who: usize,
		most: u32,
	},
	Price {
		asset: usize,
		percent: u8,
	},
	Quote {
		asset: usize,
		status: usize,
		hours: u8,
		spread: u8,
	},
	Block {
		budget: u32,
		seconds: u32,
	},
}

fn doing() -> impl Strategy<Value = Doing> {
	let (n, who, asset) = (any::<usize>, 0..3usize, 0..DEALT.len());
	let (share, hundreds) = (0u8..=110, 1u16..2_000);
	prop_oneof![
		4 => (who.clone(), 0..3usize, asset.clone(), hundreds.clone(), 0u8..=100).prop_map(
			|(who, facility, asset, hundreds, share)|
				Doing::Open { who, facility, asset, hundreds, share }),
		2 => (who.clone(), n(), asset.clone(), hundreds.clone())
			.prop_map(|(who, vault, asset, hundreds)| Doing::Deposit { who, vault, asset, hundreds }),
		2 => (n(), asset.clone(), share.clone())
			.prop_map(|(vault, asset, share)| Doing::Withdraw { vault, asset, share }),
		2 => (n(), share.clone()).prop_map(|(vault, share)| Doing::Borrow { vault, share }),
		3 => (who.clone(), n(), share.clone(), any::<u8>())
			.prop_map(|(who, vault, share, odd)| Doing::Repay { who, vault, share, odd }),
		2 => (n(), asset.clone(), hundreds, 0u8..=100, 0u8..=100, 0u8..=100).prop_map(
			|(vault, asset, hundreds, repaid, taken, borrowed)|
				Doing::All { vault, asset, hundreds, repaid, taken, borrowed }),
		1 => n().prop_map(|vault| Doing::Close { vault }),
		1 => n().prop_map(|vault| Doing::Claim { vault }),
		2 => (n(), 90u16..200, share.clone())
			.prop_map(|(vault, percent, share)| Doing::Guard { vault, percent, share }),
		1 => (n(), 0..4usize).prop_map(|(vault, to)| Doing::Offer { vault, to }),
		1 => (n(), who.clone()).prop_map(|(vault, who)| Doing::Accept { vault, who }),
		2 => (0..3usize, asset.clone(), 0u8..12, 1u8..100)
			.prop_map(|(facility, asset, what, percent)| Doing::Govern { facility, asset, what, percent }),
		2 => (0..4usize, n()).prop_map(|(who, vault)| Doing::Liquidate { who, vault }),
		1 => (0..4usize, 0u32..4).prop_map(|(who, most)| Doing::Enforce { who, most }),
		1 => (who.clone(), who.clone(), share.clone())
			.prop_map(|(from, to, share)| Doing::Send { from, to, share }),
		1 => (who.clone(), asset.clone()).prop_map(|(who, asset)| Doing::Donate { who, asset }),
		3 => (who, n(), 0u8..=100).prop_map(|(who, lot, share)| Doing::Buy { who, lot, share }),
		1 => (asset.clone(), 0..5usize, 0u8..30, 0u8..=5)
			.prop_map(|(asset, status, hours, spread)| Doing::Quote { asset, status, hours, spread }),
		4 => (asset, 70u8..125).prop_map(|(asset, percent)| Doing::Price { asset, percent }),
		4 => (prop_oneof![3 => Just(u32::MAX), 1 => 0u32..15], 1u16..600)
			.prop_map(|(budget, seconds)| Doing::Block { budget, seconds: seconds.into() }),
		// Up to a month: ramps pass, and interest adds up.
		1 => (600u32..2_600_000).prop_map(|seconds| Doing::Block { budget: u32::MAX, seconds }),
	]
}

pub fn part(all: Balance, share: u8) -> Balance {
	all / 100 * u128::from(share)
}

impl Ledger {
	fn nth(&self, number: usize) -> Option<VaultId> {
		let number = number.checked_rem(self.vaults.len())?;
		self.vaults.keys().nth(number).copied()
	}

	/// Does it to the pallet and, if it succeeds, to the ledger.
	fn perform(&mut self, doing: Doing, facilities: &[FacilityId]) {
		System::reset_events();
		let safe: Vec<_> = exact::all()
			.into_iter()
			.filter(|v| exact::is_safe(*v))
			.collect();
		let prices_stay = !matches!(
			doing,
			Doing::Price { .. } | Doing::Quote { .. } | Doing::Block { .. }
		);
		match doing {
			Doing::Open {
				who,
				facility,
				asset,
				hundreds,
				share,
			} => {
				let asset = DEALT[asset].clone();
				let (owner, amount) = (USERS[who], worth(&asset, hundreds));
				let facility = facilities[facility];
				// Half of its value can be borrowed against any of them.
				let wish = part(u128::from(hundreds) * 100 * ONE_CUSD, share);
				let account = Account {
					facility,
					owner,
					..Default::default()
				};
				let adjustment = Adjustment {
					deposit: basket(&[(asset.clone(), amount)]),
					borrow: wish,
					..Default::default()
				};
				let outlook = self.outlook_of_open(account.clone(), &adjustment);
				let opened = open(owner, facility, &[(asset.clone(), amount)], wish);
				outlook.check(opened.map(|_| ()));
				if let Ok(vault) = opened {
					assert!(self.vaults.insert(vault, account).is_none());
					self.deposit(vault, &asset, amount);
					self.borrow(vault, wish);
				}
			}
			Doing::Send { from, to, share } => {
				let (from, to) = (USERS[from], USERS[to]);
				let amount = part(self.cusd[&from], share.min(100));
				if from != to && amount > 0 {
					send(CUSD, from, to, amount);
					*self.cusd.get_mut(&from).unwrap() -= amount;
					*self.cusd.get_mut(&to).unwrap() += amount;
				}
			}
			Doing::Donate { who, asset } => {
				send(DEALT[asset].clone(), USERS[who], CUSTODY, 1_000);
				*self.donated.get_mut(&DEALT[asset]).unwrap() += 1_000;
			}
			Doing::Buy { who, lot, share } => self.buy(USERS[who], lot, share),
			Doing::Price { asset, percent } => {
				let asset = DEALT[asset].clone();
				let raw = price(&asset) / 100 * u128::from(percent);
				Prices::set_raw(asset, raw.clamp(10u128.pow(9), 10u128.pow(26)));
			}
			Doing::Quote {
				asset,
				status,
				hours,
				spread,
			} => Prices::alter(DEALT[asset].clone(), |quote| {
				use cairn_primitives::QuoteStatus::*;
				quote.status = [Live, Degraded, Jump, Stale, Halted][status];
				quote.age = u64::from(hours) * 3_600_000;
				quote.confidence = quote.price.raw() / 100 * u128::from(spread);
			}),
			Doing::Block { budget, seconds } => self.block(budget, seconds.into()),
			Doing::Liquidate { who, vault } => {
				if let Some(vault) = self.nth(vault) {
					self.liquidate_for(KEEPERS[who], vault);
				}
			}
			Doing::Enforce { who, most } => {
				let max = most;
				self.keep(KEEPERS[who], Call::enforce_backlog { max });
			}
			Doing::Govern {
				facility,
				asset,
				what,
				percent,
			} => {
				let facility = facilities[facility];
				let change = change_of(DEALT[asset].clone(), what, percent);
				let line = self.lines.get_mut(&facility).unwrap();
				line.terms.govern(facility, change);
			}
			of_vault => self.operate(of_vault),
		}
		if prices_stay {
			for vault in safe
				.into_iter()
				.filter(|vault| self.vaults.contains_key(vault))
			{
				assert!(
					exact::is_safe(vault),
					"an operation has made vault {vault} unsafe"
				);
			}
		}
	}

	fn operate(&mut self, doing: Doing) {
		let number = match doing {
			Doing::Deposit { vault, .. }
			| Doing::Withdraw { vault, .. }
			| Doing::Borrow { vault, .. }
			| Doing::Repay { vault, .. }
			| Doing::All { vault, .. }
			| Doing::Close { vault }
			| Doing::Guard { vault, .. }
			| Doing::Offer { vault, .. }
			| Doing::Accept { vault, .. }
			| Doing::Claim { vault } => vault,
			_ => return,
		};
		let Some(vault) = self.nth(number) else {
			return;
		};
		let (owner, owed) = (self.vaults[&vault].owner, self.owed(vault));
		let most = Vaults::vault(vault).unwrap().max_borrow;
		match doing {
			Doing::Deposit {
				who,
				asset,
				hundreds,
				..
			} => {
				let (asset, who) = (DEALT[asset].clone(), USERS[who]);
				let amount = worth(&asset, hundreds);
				let deposit = basket(&[(asset, amount)]);
				self.adjust(
					who,
					vault,
					Adjustment {
						deposit,
						..Default::default()
					},
				);
			}
			Doing::Withdraw { asset, share, .. } => {
				let amount = part(leg(vault, DEALT[asset].clone()), share);
				let withdraw = basket(&[(DEALT[asset].clone(), amount)]);
				self.adjust(
					owner,
					vault,
					Adjustment {
						withdraw,
						..Default::default()
					},
				);
			}
			Doing::Borrow { share, .. } => {
				let borrow = if share == 100 {
					most
				} else {
					part(most, share)
				};
				let done = self.adjust(
					owner,
					vault,
					Adjustment {
						borrow,
						..Default::default()
					},
				);
				assert!(borrow <= most || !done, "more than the most is borrowed");
			}
			Doing::Repay {
				who, share, odd, ..
			} => {
				let repay = part(owed, share) + u128::from(odd);
				self.adjust(
					USERS[who],
					vault,
					Adjustment {
						repay,
						..Default::default()
					},
				);
			}
			Doing::All {
				asset,
				hundreds,
				repaid,
				taken,
				borrowed,
				..
			} => {
				let (put, got) = (
					DEALT[asset].clone(),
					DEALT[(asset + 1) % DEALT.len()].clone(),
				);
				let adjustment = Adjustment {
					deposit: basket(&[(put.clone(), worth(&put, hundreds))]),
					repay: part(owed, repaid),
					withdraw: basket(&[(got.clone(), part(leg(vault, got), taken))]),
					borrow: part(most, borrowed),
				};
				self.adjust(owner, vault, adjustment);
			}
			Doing::Close { .. } => {
				let can_pay = balance(CUSD, owner) >= owed;
				let done = close(owner, vault).is_ok();
				if done {
					self.follow(events());
					self.repay(vault, owner, owed);
					// It stays for what its lots may still return, and has nothing meanwhile.
					let account = self.vaults.get_mut(&vault).unwrap();
					account.legs.clear();
					account.waiting = false;
					if !crate::Vaults::<Test>::contains_key(vault) {
						self.vaults.remove(&vault);
					}
				}
				let waits = || {
					let row = row(vault);
					!row.claims.is_empty() && row.legs.is_empty() && row.debt.is_zero()
				};
				assert!(done || !can_pay || waits(), "a vault cannot be closed");
			}
			Doing::Claim { .. } => {
				if claim(BOB, vault).is_ok() {
					self.vaults.get_mut(&vault).unwrap().waiting = false;
				}
				self.follow(events());
			}
			Doing::Guard { percent, share, .. } => {
				let level = FixedU128::from_rational(percent.into(), 100);
				let amount = part(owed, share);
				let guard = (share > 10).then_some(Guard { level, amount });
				if call(owner, Call::set_guard { vault, guard }).is_ok() {
					let account = self.vaults.get_mut(&vault).unwrap();
					(account.guard, account.waiting) = (guard, false);
				}
			}
			Doing::Offer { to, .. } => {
				let to = USERS.get(to).copied();
				if offer(owner, vault, to).is_ok() {
					self.vaults.get_mut(&vault).unwrap().offered_to = to;
				}
			}
			Doing::Accept { who, .. } => {
				let who = USERS[who];
				let is_meant = self.vaults[&vault].offered_to == Some(who);
				let frozen = facility_now(self.vaults[&vault].facility).breaker >= Breaker::Frozen;
				assert_eq!(accept(who, vault).is_ok(), is_meant && !frozen);
				if is_meant && !frozen {
					self.follow(events());
					let account = self.vaults.get_mut(&vault).unwrap();
					account.owner = who;
					(account.offered_to, account.guard) = (None, None);
					account.waiting = false;
				}
			}
			_ => unreachable!("not an operation on a vault"),
		}
	}

	/// Whether the pallet has done it.
	fn adjust(&mut self, who: AccountId, vault: VaultId, adjustment: Adjustment) -> bool {
		let Adjustment {
			deposit,
			repay,
			withdraw,
			borrow,
		} = adjustment.clone();
		let outlook = self.outlook_of_adjust(who, vault, &adjustment);
		let result = adjust(who, vault, adjustment, no_limits());
		outlook.check(result);
		if result.is_err() {
			return false;
		}
		self.vaults.get_mut(&vault).unwrap().waiting = false;
		self.follow(events());
		deposit
			.iter()
			.for_each(|(asset, amount)| self.deposit(vault, asset, *amount));
		let paid = self.repay(vault, who, repay);
		withdraw
			.iter()
			.for_each(|(asset, amount)| self.withdraw(vault, asset, *amount));
		self.borrow(vault, borrow);
		let told = events().into_iter().find_map(|event| match event {
			Event::Adjusted { repaid, debt, .. } => Some((repaid, debt)),
			_ => None,
		});
		assert_eq!(told, Some((paid, self.owed(vault))));
		true
	}

	fn block(&mut self, budget: u32, seconds: u64) {
		let of_each = |term: fn(&Facility<Test>) -> u128| {
			let ids = self.lines.keys();
			ids.map(|id| (*id, term(&facility_now(*id)))).collect()
		};
		let rates = of_each(|facility| facility.rate_per_second.0);
		let limits = of_each(|facility| facility.fill_limit);
		begin_block(seconds * 1_000);
		self.accrue(seconds, &rates, &limits);
		self.compare();
		let unlimited = budget == u32::MAX;
		let weight = looking(2) + liquidations(budget.into());
		enforce_with(if unlimited { Weight::MAX } else { weight });
		self.follow(events());
		self.wait(unlimited);
		self.compare();
		let goes_on =
			|vault: VaultId| facility_now(row(vault).facility).breaker < Breaker::NoNewLiquidations;
		for vault in exact::all() {
			let left = !exact::is_safe(vault) && goes_on(vault) && exact::is_sellable(vault);
			assert!(!left || !unlimited, "an unsafe vault is left");
		}
		for (vault, account) in &self.vaults {
			let level = account.guard.map_or(0, |guard| guard.level.into_inner());
			let is_due = exact::is_clearly_below(*vault, level);
			assert!(
				!is_due || !unlimited || !goes_on(*vault),
				"a guard has not acted"
			);
		}
		self.is_hurried = !unlimited;
		let (lots, before) = (Treasury::in_auction(&CUSD), Treasury::bad_debt(&CUSD));
		end_of_begin();
		// Lots that have waited long enough may have given up; then the reserve covers what it can.
		let lost = lots - Treasury::in_auction(&CUSD);
		let reserve = self.cusd.get_mut(&Treasury::account_id()).unwrap();
		let netted = (before + lost).min(*reserve);
		*reserve -= netted;
		self.in_auction -= lost;
		self.bad_debt = before + lost - netted;
	}
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(fuzz_cases(500)))]

	#[test]
	fn the_pallet_keeps_the_books_that_a_naive_ledger_keeps(
		doings in life(doing(), fuzz_steps(50)),
	) {
		run(|| {
			Prices::set_raw(COARSE, 7 * 10u128.pow(18));
			let keeper = cairn_treasury::KeeperTerms {
				flat: ONE_CUSD,
				share: Perbill::from_percent(40),
				cap: 1_000 * ONE_CUSD,
			};
			let policy = cairn_treasury::Policy {
				keeper,
				..Default::default()
			};
			Treasury::set_policy(RuntimeOrigin::root(), CUSD, policy).unwrap();
			let facilities = [MIXED, create_still(), {
				let mut dear = facility_terms(exact::TRADED.into_iter().map(|a| terms(a, 70, 75, 0)).collect());
				dear.annual_rate = Ray(50 * RAY);
				dear.target_health = FixedU128::from_rational(13, 10);
				create_facility(dear)
			}];
			let mut ledger = Ledger::new(&facilities);
			for doing in doings {
				ledger.perform(doing, &facilities);
				ledger.compare();
				check_all();
			}
		});
	}
}
