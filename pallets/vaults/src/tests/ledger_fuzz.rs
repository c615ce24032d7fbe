//! The same random operations on the pallet and on the naive ledger, compared after each.

use super::{
	because,
	exact::price,
	ledger::{Account, Ledger},
	ledger_calls::Outlook,
	ledger_others::rewards,
	ledger_rules::{ceil, DEALT},
	ledger_terms::{change_of, Terms},
	ledger_world::{found, founding, insistent, Doing, Founding, Insisting},
	tally::Tally,
};
use crate::{
	mock::*,
	types::{Adjustment, Guard, LimitsOf},
	Call, Error, Event,
};
use cairn_math::FixedU128;
use cairn_primitives::{AssetId, Balance, FacilityId, PriceSource, VaultId};
use frame_support::weights::Weight;
use proptest::prelude::*;
use sp_runtime::DispatchResult;

const USERS: [AccountId; 3] = [ALICE, BOB, CAROL];
const KEEPERS: [AccountId; 4] = [ALICE, BOB, CAROL, PAUPER];

fn move_price(asset: AssetId, percent: u8) {
	let raw = price(&asset) / 100 * u128::from(percent);
	Prices::set_raw(asset, raw.clamp(10u128.pow(9), 10u128.pow(26)));
}

/// Of all prices, to so much of what they are.
fn fall(percent: u8) {
	for asset in DEALT {
		move_price(asset, percent);
	}
}

pub fn part(all: Balance, share: u8) -> Balance {
	all / 100 * u128::from(share)
}

impl Ledger {
	fn nth(&self, number: usize) -> Option<VaultId> {
		let number = number.checked_rem(self.vaults.len())?;
		self.vaults.keys().nth(number).copied()
	}

	/// Whether a call has come to what it must, and whether what was insisted on was what refused it.
	fn check(&mut self, outlook: Outlook, result: DispatchResult) {
		outlook.check(result);
		for (reason, what) in [
			(Error::DeadlinePassed, "call that comes too late"),
			(
				Error::HealthBelowLimit,
				"call that leaves too little health",
			),
			(Error::RepaymentAboveLimit, "closing that costs too much"),
		] {
			let is_reason = result == Err(because(reason));
			self.tally.add(what, usize::from(is_reason));
		}
	}

	/// What has happened in a step, and what there is after it.
	fn count(&mut self) {
		self.tally.hear();
		let wait = self.vaults.values().filter(|account| account.waiting);
		self.tally.add("vault that waits", wait.count());
		let silent = if Prices::is_down() {
			self.vaults.len()
		} else {
			0
		};
		self.tally.add("vault while the oracle is silent", silent);
	}

	/// Does it to the pallet and, if it succeeds, to the ledger.
	fn perform(&mut self, doing: Doing, insisting: Insisting, facilities: &[FacilityId]) {
		System::reset_events();
		let mut safe: Vec<_> = self.vaults.keys().copied().collect();
		safe.retain(|vault| !self.case(*vault).is_unsafe());
		let prices_stay = !matches!(
			doing,
			Doing::Price { .. }
				| Doing::Fall { .. }
				| Doing::Crash { .. }
				| Doing::Quote { .. }
				| Doing::Strand { .. }
				| Doing::Block { .. }
				| Doing::Silence { .. }
		);
		match doing {
			Doing::Open {
				who,
				facility,
				legs,
				share,
			} => {
				let (owner, facility) = (USERS[who], facilities[facility]);
				let deposit = self.basket(facility, &legs);
				let hundreds: u128 = legs.iter().map(|leg| u128::from(leg.1)).sum();
				// A third of its value can be borrowed against any of them.
				let wish = part(hundreds * 100 * ONE_CUSD, share);
				let account = Account {
					facility,
					owner,
					..Default::default()
				};
				let adjustment = Adjustment {
					deposit: deposit.clone(),
					borrow: wish,
					..Default::default()
				};
				let limits = insisting.limits();
				let outlook = self.outlook_of_open(account.clone(), &adjustment, &limits);
				let vault = crate::NextVault::<Test>::get();
				let open = Call::open {
					facility,
					adjustment,
					limits,
				};
				let opened = call(owner, open);
				self.check(outlook, opened);
				if opened.is_ok() {
					assert!(self.vaults.insert(vault, account).is_none());
					for (asset, amount) in &deposit {
						self.deposit(vault, asset, *amount);
					}
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
			Doing::Price { asset, percent } => move_price(DEALT[asset].clone(), percent),
			Doing::Fall { percent } => fall(percent),
			Doing::Crash {
				percent,
				budget,
				who,
				most,
			} => {
				fall(percent);
				self.block(budget, 6);
				self.compare();
				self.tally.hear();
				System::reset_events();
				self.keep(KEEPERS[who], Call::enforce_backlog { max: most });
			}
			Doing::Quote {
				asset,
				status,
				hours,
				spread,
			} => Prices::alter(DEALT[asset].clone(), |quote| {
				use cairn_primitives::QuoteStatus::*;
				quote.status = [Live, Degraded, Jump, Stale, Halted][status];
				quote.silent_for = u64::from(hours) * 3_600_000;
				quote.confidence = quote.price.raw() / 100 * u128::from(spread);
			}),
			Doing::Strand { vault, hours, dust } => {
				if let Some(vault) = self.nth(vault) {
					self.strand(vault, hours, dust);
				}
			}
			Doing::Block { budget, seconds } => self.block(budget, seconds.into()),
			Doing::Silence { down } => Prices::set_down(down),
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
			of_vault => self.operate(of_vault, insisting),
		}
		if prices_stay {
			safe.retain(|vault| self.vaults.contains_key(vault));
			for vault in safe {
				let is_safe = !self.case(vault).is_unsafe();
				assert!(is_safe, "an operation has made vault {vault} unsafe");
			}
		}
	}

	fn operate(&mut self, doing: Doing, insisting: Insisting) {
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
		let limits = insisting.limits();
		match doing {
			Doing::Deposit { who, legs, .. } => {
				let deposit = self.gift(USERS[who], vault, &legs);
				self.adjust(
					USERS[who],
					vault,
					Adjustment {
						deposit,
						..Default::default()
					},
					limits,
				);
			}
			Doing::Withdraw {
				leg: number, share, ..
			} => {
				let asset = self.leg(vault, number);
				let most = Vaults::max_withdraw(vault, asset.clone()).unwrap_or_default();
				// Now and then the most, or a unit more.
				let amount = match share {
					90..100 => most,
					100 => most + 1,
					_ => part(leg(vault, asset.clone()), share),
				};
				let is_free = limits == no_limits();
				let withdraw = basket(&[(asset, amount)]);
				let done = self.adjust(
					owner,
					vault,
					Adjustment {
						withdraw,
						..Default::default()
					},
					limits,
				);
				assert!(amount <= most || !done, "more than the most is withdrawn");
				let is_refused = is_free && !done && amount > 0;
				assert!(amount > most || !is_refused, "the most is not withdrawn");
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
					limits,
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
					limits,
				);
			}
			Doing::All {
				legs,
				leg: number,
				repaid,
				taken,
				borrowed,
				..
			} => {
				let got = self.leg(vault, number);
				let adjustment = Adjustment {
					deposit: self.basket(self.vaults[&vault].facility, &legs),
					repay: part(owed, repaid),
					withdraw: basket(&[(got.clone(), part(leg(vault, got), taken))]),
					borrow: part(most, borrowed),
				};
				self.adjust(owner, vault, adjustment, limits);
			}
			Doing::Close { .. } => {
				let share = |percent: u8| ceil(owed, percent.into(), 100);
				let max_repay = insisting.repaid.map_or(Balance::MAX, share);
				let outlook = self.outlook_of_close(vault, max_repay);
				let result = call(owner, Call::close { vault, max_repay });
				self.check(outlook, result);
				let done = result.is_ok();
				if done {
					self.follow();
					self.repay(vault, owner, owed);
					// It stays for what its lots may still return, and has nothing meanwhile.
					let account = self.vaults.get_mut(&vault).unwrap();
					account.legs.clear();
					account.waiting = false;
					if !crate::Vaults::<Test>::contains_key(vault) {
						self.vaults.remove(&vault);
					}
				}
			}
			Doing::Claim { .. } => {
				let done = claim(BOB, vault).is_ok();
				assert_eq!(done, self.may_claim(vault));
				if done {
					self.vaults.get_mut(&vault).unwrap().waiting = false;
				}
				self.follow();
			}
			Doing::Guard { percent, share, .. } => {
				let level = FixedU128::from_rational(percent.into(), 100);
				let amount = part(owed, share);
				let guard = (share > 2).then_some(Guard { level, amount });
				let outlook = self.outlook_of_guard(vault, guard);
				let result = call(owner, Call::set_guard { vault, guard });
				outlook.check(result);
				if result.is_ok() {
					self.follow();
					let account = self.vaults.get_mut(&vault).unwrap();
					(account.guard, account.waiting) = (guard, false);
				}
			}
			Doing::Offer { to, .. } => {
				let to = USERS.get(to).copied();
				let done = offer(owner, vault, to).is_ok();
				assert_eq!(done, to != Some(owner));
				if done {
					self.vaults.get_mut(&vault).unwrap().offered_to = to;
				}
			}
			Doing::Accept { who, wish, .. } => {
				let offered = self
					.vaults
					.iter()
					.find_map(|(id, of)| Some((*id, of.offered_to?)));
				let named = USERS.get(who).map(|who| (vault, *who));
				let Some((vault, who)) = named.or(offered) else {
					return;
				};
				let (expected, is_so) = self.expect(vault, wish);
				let outlook = self.outlook_of_accept(who, vault, is_so, &limits);
				let result = accept_if(who, vault, expected, limits);
				self.check(outlook, result);
				if result.is_ok() {
					self.follow();
					let account = self.vaults.get_mut(&vault).unwrap();
					account.owner = who;
					(account.offered_to, account.guard) = (None, None);
					account.waiting = false;
				}
			}
			_ => unreachable!("not an operation on a vault"),
		}
	}

	/// Nothing has been heard of the legs of a vault for so long; and a block that looks at it.
	fn strand(&mut self, vault: VaultId, hours: u8, dust: bool) {
		// A unit of it repays nothing that can be told apart.
		let least = DEALT[8].clone();
		if dust && !self.vaults[&vault].legs.contains_key(&least) {
			let owner = self.vaults[&vault].owner;
			let adjustment = Adjustment {
				deposit: basket(&[(least.clone(), 1)]),
				..Default::default()
			};
			self.adjust(owner, vault, adjustment, no_limits());
			self.tally.hear();
		}
		for (asset, amount) in &self.vaults[&vault].legs {
			if *asset != least || *amount > 1 {
				Prices::set_stale(asset.clone(), u64::from(hours) * 3_600_000);
			}
		}
		self.block(u32::MAX, 6);
	}

	/// Whether the pallet has done it. Whoever is not the owner has a call for each movement, and no limits.
	fn adjust(
		&mut self,
		who: AccountId,
		vault: VaultId,
		adjustment: Adjustment,
		limits: LimitsOf<Test>,
	) -> bool {
		if self.vaults[&vault].owner == who {
			let of_owner = Call::adjust {
				vault,
				adjustment: adjustment.clone(),
				limits: limits.clone(),
			};
			return self.adjust_by(of_owner, who, vault, adjustment, limits);
		}
		let Adjustment { deposit, repay, .. } = adjustment;
		let mut done = true;
		for (asset, amount) in deposit {
			let alone = Adjustment {
				deposit: basket(&[(asset.clone(), amount)]),
				..Default::default()
			};
			let of_anybody = Call::deposit {
				vault,
				asset,
				amount,
			};
			done &= self.adjust_by(of_anybody, who, vault, alone, no_limits());
		}
		if repay > 0 {
			let alone = Adjustment {
				repay,
				..Default::default()
			};
			let of_anybody = Call::repay {
				vault,
				amount: repay,
			};
			done &= self.adjust_by(of_anybody, who, vault, alone, no_limits());
		}
		done
	}

	/// By this call, which does this.
	fn adjust_by(
		&mut self,
		by: Call<Test>,
		who: AccountId,
		vault: VaultId,
		adjustment: Adjustment,
		limits: LimitsOf<Test>,
	) -> bool {
		let Adjustment {
			deposit,
			repay,
			withdraw,
			borrow,
		} = adjustment.clone();
		// What an earlier call of the same doing has told has been followed.
		System::reset_events();
		let outlook = self.outlook_of_adjust(who, vault, &adjustment, &limits);
		let result = call(who, by);
		self.check(outlook, result);
		if result.is_err() {
			return false;
		}
		self.vaults.get_mut(&vault).unwrap().waiting = false;
		self.follow();
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
		// Interest and what is made good go by the terms at the beginning.
		let of_each = |term: fn(&Terms) -> u128| {
			let lines = self.lines.iter();
			lines.map(|(id, line)| (*id, term(&line.terms))).collect()
		};
		let rates = of_each(Terms::rate_per_second);
		let limits = of_each(Terms::fill_limit);
		begin_block(seconds * 1_000);
		self.accrue(seconds, &rates, &limits);
		self.compare();
		let unlimited = budget == u32::MAX;
		let weight = looking(2) + liquidations(budget.into());
		enforce_with(if unlimited { Weight::MAX } else { weight });
		self.follow();
		self.wait(unlimited);
		self.compare();
		for (vault, account) in &self.vaults {
			if !unlimited || !self.goes_on(account.facility) {
				continue;
			}
			let case = self.case(*vault);
			let left = case.is_unsafe() && case.is_sellable();
			assert!(!left, "vault {vault} is unsafe and left");
			let level = account.guard.map_or(0, |guard| guard.level.into_inner());
			assert!(!case.is_below(level), "a guard has not acted");
		}
		self.is_hurried = !unlimited;
		let behind = self.vaults.iter().filter(|(vault, account)| {
			let case = self.case(**vault);
			case.is_unsafe() && case.is_sellable() && self.goes_on(account.facility)
		});
		let behind: Vec<_> = behind
			.map(|(id, account)| (*id, account.facility))
			.collect();
		self.compare_backlogs(&behind);
		self.compare_riskiest();
		self.left_behind = behind.into_iter().map(|(_, facility)| facility).collect();
		self.rewarded = 0;
		end_of_begin();
		// The reserve covers what it can of what lots have lost.
		let reserve = self.cusd.get_mut(&Treasury::account_id()).unwrap();
		let netted = self.bad_debt.min(*reserve);
		*reserve -= netted;
		self.bad_debt -= netted;
	}
}

/// What facilities differ in, and what is done in them.
type Life = ([Founding; 3], Vec<(Doing, Insisting)>);

pub fn lives(steps: usize) -> impl Strategy<Value = Life> {
	let foundings = [founding(), founding(), founding()];
	(foundings, life(insistent(), steps))
}

/// One thing after the other on both, which are compared after each.
pub fn keep_books((foundings, doings): Life, tally: &mut Tally) {
	run(|| {
		let policy = cairn_treasury::Policy {
			keeper: rewards(),
			..Default::default()
		};
		Treasury::set_policy(RuntimeOrigin::root(), CUSD, policy).unwrap();
		let facilities = found(&foundings);
		let mut ledger = Ledger::new(&facilities);
		ledger.tally = std::mem::take(tally);
		for (doing, insisting) in doings {
			ledger.perform(doing, insisting, &facilities);
			ledger.compare();
			check_all();
			ledger.count();
		}
		*tally = ledger.tally;
	});
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(fuzz_cases(500)))]

	#[test]
	fn the_pallet_keeps_the_books_that_a_naive_ledger_keeps(life in lives(fuzz_steps(50))) {
		keep_books(life, &mut Tally::default());
	}
}
