//! The same random operations on the pallet and on a naive ledger, compared after each.
//!
//! The ledger knows nothing of the pallet's storage. It learns what happened from the calls that
//! succeeded and from the events, and keeps its own sums in integers wide enough to round nothing
//! but where the rules say so.

use super::exact;
use crate::{mock::*, types::Adjustment, Event};
use cairn_primitives::{AssetId, Balance, BalanceSheet, FacilityId, VaultId};
use frame_support::{traits::fungibles::Inspect, weights::Weight};
use primitive_types::U512;
use proptest::prelude::*;
use std::collections::BTreeMap;

const USERS: [AccountId; 3] = [ALICE, BOB, CAROL];
const TRADED: [AssetId; 4] = [DOT, ETH, BTC, USDT];
const RAY: u128 = 1_000_000_000_000_000_000_000_000_000;

fn div_ceil(numerator: U512, denominator: U512) -> u128 {
	let (quotient, rest) = numerator.div_mod(denominator);
	(quotient + U512::from(u8::from(!rest.is_zero()))).as_u128()
}

/// `⌈a · b / c⌉`
fn ceil(a: u128, b: u128, c: u128) -> u128 {
	div_ceil(U512::from(a) * U512::from(b), U512::from(c))
}

/// `⌊a · b / c⌋`
fn floor(a: u128, b: u128, c: u128) -> u128 {
	(U512::from(a) * U512::from(b) / U512::from(c)).as_u128()
}

#[derive(Default)]
struct Account {
	facility: FacilityId,
	owner: AccountId,
	debt: u128,
	legs: BTreeMap<AssetId, Balance>,
}

#[derive(Default)]
struct Line {
	accumulator: u128,
	minted: u128,
}

struct Ledger {
	vaults: BTreeMap<VaultId, Account>,
	lines: BTreeMap<FacilityId, Line>,
	/// CUSD of everybody, the reserve among them.
	cusd: BTreeMap<AccountId, Balance>,
	/// Collateral with lots.
	for_sale: BTreeMap<AssetId, Balance>,
	/// What exists of each collateral in the accounts that matter.
	existing: BTreeMap<AssetId, Balance>,
	/// In custody and nobody's.
	donated: BTreeMap<AssetId, Balance>,
}

fn holders() -> [AccountId; 5] {
	[ALICE, BOB, CAROL, CUSTODY, Treasury::account_id()]
}

fn existing(asset: &AssetId) -> Balance {
	holders()
		.iter()
		.map(|who| balance(asset.clone(), *who))
		.sum()
}

impl Ledger {
	fn new(facilities: &[FacilityId]) -> Self {
		Self {
			vaults: BTreeMap::new(),
			lines: facilities
				.iter()
				.map(|id| {
					(
						*id,
						Line {
							accumulator: RAY,
							minted: 0,
						},
					)
				})
				.collect(),
			cusd: holders().iter().map(|who| (*who, 0)).collect(),
			for_sale: TRADED.into_iter().map(|asset| (asset, 0)).collect(),
			existing: TRADED
				.into_iter()
				.map(|asset| (asset.clone(), existing(&asset)))
				.collect(),
			donated: TRADED
				.into_iter()
				.map(|a| (a.clone(), balance(a, CUSTODY)))
				.collect(),
		}
	}

	fn accumulator(&self, facility: FacilityId) -> u128 {
		self.lines[&facility].accumulator
	}

	fn debts(&self, facility: FacilityId) -> u128 {
		self.vaults
			.values()
			.filter(|v| v.facility == facility)
			.map(|v| v.debt)
			.sum()
	}

	fn owed(&self, vault: VaultId) -> u128 {
		let vault = &self.vaults[&vault];
		ceil(vault.debt, self.accumulator(vault.facility), RAY)
	}

	fn borrow(&mut self, vault: VaultId, amount: Balance) {
		let Account {
			facility, owner, ..
		} = self.vaults[&vault];
		let taken = ceil(amount, RAY, self.accumulator(facility));
		self.vaults.get_mut(&vault).unwrap().debt += taken;
		self.lines.get_mut(&facility).unwrap().minted += amount;
		*self.cusd.get_mut(&owner).unwrap() += amount;
	}

	fn repay(&mut self, vault: VaultId, payer: AccountId, amount: Balance) -> Balance {
		let owed = self.owed(vault);
		let facility = self.vaults[&vault].facility;
		let (paid, accumulator) = (amount.min(owed), self.accumulator(facility));
		let account = self.vaults.get_mut(&vault).unwrap();
		account.debt -= if paid == owed {
			account.debt
		} else {
			floor(paid, RAY, accumulator)
		};
		let minted = &mut self.lines.get_mut(&facility).unwrap().minted;
		let burned = paid.min(*minted);
		*minted -= burned;
		*self.cusd.get_mut(&payer).unwrap() -= paid;
		*self.cusd.get_mut(&Treasury::account_id()).unwrap() += paid - burned;
		paid
	}

	fn deposit(&mut self, vault: VaultId, asset: &AssetId, amount: Balance) {
		*self
			.vaults
			.get_mut(&vault)
			.unwrap()
			.legs
			.entry(asset.clone())
			.or_default() += amount;
	}

	fn withdraw(&mut self, vault: VaultId, asset: &AssetId, amount: Balance) {
		let legs = &mut self.vaults.get_mut(&vault).unwrap().legs;
		let left = legs[asset] - amount;
		legs.insert(asset.clone(), left);
		legs.retain(|_, amount| *amount > 0);
	}

	/// Takes over what the pallet did by itself.
	fn follow(&mut self, events: Vec<Event<Test>>) {
		for event in events {
			match event {
				Event::Liquidated {
					vault,
					repaid,
					seized,
					debt,
					..
				} => {
					for (asset, amount) in seized {
						self.withdraw(vault, &asset, amount);
						*self.for_sale.get_mut(&asset).unwrap() += amount;
					}
					let facility = self.vaults[&vault].facility;
					let accumulator = self.accumulator(facility);
					let account = self.vaults.get_mut(&vault).unwrap();
					let left = row(vault).debt.0;
					assert_eq!(debt, ceil(left, accumulator, RAY));
					let cleared = account.debt - left;
					account.debt = left;
					let minted = &mut self.lines.get_mut(&facility).unwrap().minted;
					// Rounded up, and never more than was issued.
					assert_eq!(repaid, ceil(cleared, accumulator, RAY).min(*minted));
					*minted -= repaid;
				}
				Event::LeftoverReturned { vault, returned } => {
					for (asset, amount) in returned {
						self.deposit(vault, &asset, amount);
						*self.for_sale.get_mut(&asset).unwrap() -= amount;
					}
				}
				Event::IndexDrift { vault } => panic!("the entry of {vault} has drifted"),
				_ => {}
			}
		}
	}

	/// Interest: second by second, each product rounded up. The pallet rounds in other places.
	fn accrue(&mut self, seconds: u64) {
		for (id, line) in self.lines.iter_mut() {
			let rate = state(*id).rate_per_second.0;
			let naive = (0..seconds).fold(line.accumulator, |all, _| ceil(all, rate, RAY));
			let real = state(*id).accumulator.0;
			assert!(
				real.abs_diff(naive) <= u128::from(seconds) + 20,
				"{real} {naive}"
			);
			line.accumulator = real;
		}
		let reserve = Treasury::account_id();
		for id in self.lines.keys().copied().collect::<Vec<_>>() {
			let backing = floor(self.debts(id), self.accumulator(id), RAY);
			let line = self.lines.get_mut(&id).unwrap();
			*self.cusd.get_mut(&reserve).unwrap() += backing - line.minted;
			line.minted = backing;
			assert_eq!(state(id).minted, backing);
		}
	}

	fn compare(&self) {
		assert_eq!(
			exact::all(),
			self.vaults.keys().copied().collect::<Vec<_>>()
		);
		for (id, account) in &self.vaults {
			let view = Vaults::vault(*id).unwrap();
			assert_eq!(
				(view.owner, view.facility),
				(account.owner, account.facility)
			);
			assert_eq!((row(*id).debt.0, view.debt), (account.debt, self.owed(*id)));
			let legs = view
				.legs
				.into_iter()
				.map(|leg| (leg.asset, leg.amount))
				.collect();
			assert_eq!(account.legs, legs);
		}
		for (id, line) in &self.lines {
			let (state, debts) = (state(*id), self.debts(*id));
			assert_eq!(
				(state.normalized_debt.0, state.minted),
				(debts, line.minted)
			);
			assert!(line.minted <= floor(debts, line.accumulator, RAY));
		}
		for asset in TRADED {
			let in_vaults: Balance = self
				.vaults
				.values()
				.filter_map(|vault| vault.legs.get(&asset))
				.sum();
			let owed = in_vaults + self.for_sale[&asset] + self.donated[&asset];
			assert_eq!(balance(asset.clone(), CUSTODY), owed, "{asset:?}");
			assert_eq!(existing(&asset), self.existing[&asset], "{asset:?}");
		}
		for (who, amount) in &self.cusd {
			assert_eq!(balance(CUSD, *who), *amount, "CUSD of {who}");
		}
		let issued: Balance = self.cusd.values().sum();
		assert_eq!(Tokens::total_issuance(CUSD), issued);
		let minted: Balance = self.lines.values().map(|line| line.minted).sum();
		let elsewhere = Treasury::in_auction(&CUSD) + Treasury::bad_debt(&CUSD);
		assert_eq!(issued, minted + elsewhere);
	}
}

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
	Price {
		asset: usize,
		percent: u8,
	},
	Block {
		budget: u32,
		seconds: u16,
	},
}

fn doing() -> impl Strategy<Value = Doing> {
	let (n, who, asset) = (any::<usize>, 0..3usize, 0..4usize);
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
		1 => (who.clone(), who.clone(), share.clone())
			.prop_map(|(from, to, share)| Doing::Send { from, to, share }),
		1 => (who.clone(), asset.clone()).prop_map(|(who, asset)| Doing::Donate { who, asset }),
		3 => (who, n(), 0u8..=100).prop_map(|(who, lot, share)| Doing::Buy { who, lot, share }),
		4 => (asset, 70u8..125).prop_map(|(asset, percent)| Doing::Price { asset, percent }),
		4 => (prop_oneof![3 => Just(u32::MAX), 1 => 0u32..15], 1u16..600)
			.prop_map(|(budget, seconds)| Doing::Block { budget, seconds }),
	]
}

fn worth(asset: &AssetId, hundreds: u16) -> Balance {
	use cairn_primitives::{AssetDecimals, PriceSource};
	let decimals = Decimals::decimals(asset).unwrap();
	let price = <Prices as PriceSource<_>>::quote(asset)
		.unwrap()
		.price
		.raw();
	u128::from(hundreds) * 100 * 10u128.pow(18 + u32::from(decimals)) / price
}

fn part(all: Balance, share: u8) -> Balance {
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
		let prices_stay = !matches!(doing, Doing::Price { .. } | Doing::Block { .. });
		match doing {
			Doing::Open {
				who,
				facility,
				asset,
				hundreds,
				share,
			} => {
				let asset = TRADED[asset].clone();
				let (owner, amount) = (USERS[who], worth(&asset, hundreds));
				let facility = facilities[facility];
				// Half of its value can be borrowed against any of them.
				let wish = part(u128::from(hundreds) * 100 * ONE_CUSD, share);
				if let Ok(vault) = open(owner, facility, &[(asset.clone(), amount)], wish) {
					let account = Account {
						facility,
						owner,
						..Default::default()
					};
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
				send(TRADED[asset].clone(), USERS[who], CUSTODY, 1_000);
				*self.donated.get_mut(&TRADED[asset]).unwrap() += 1_000;
			}
			Doing::Buy { who, lot, share } => self.buy(USERS[who], lot, share),
			Doing::Price { asset, percent } => {
				use cairn_primitives::PriceSource;
				let asset = TRADED[asset].clone();
				let raw = <Prices as PriceSource<_>>::quote(&asset)
					.unwrap()
					.price
					.raw();
				let raw = raw / 100 * u128::from(percent);
				Prices::set_raw(asset, raw.clamp(10u128.pow(9), 10u128.pow(26)));
			}
			Doing::Block { budget, seconds } => self.block(budget, seconds.into()),
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
				let (asset, who) = (TRADED[asset].clone(), USERS[who]);
				let amount = worth(&asset, hundreds);
				let has_it = balance(asset.clone(), who) >= amount;
				let deposit = basket(&[(asset, amount)]);
				let done = self.adjust(
					who,
					vault,
					Adjustment {
						deposit,
						..Default::default()
					},
				);
				assert!(done || !has_it, "a deposit is refused");
			}
			Doing::Withdraw { asset, share, .. } => {
				let amount = part(leg(vault, TRADED[asset].clone()), share);
				let withdraw = basket(&[(TRADED[asset].clone(), amount)]);
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
				let (put, got) = (TRADED[asset].clone(), TRADED[(asset + 1) % 4].clone());
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
					self.vaults.remove(&vault);
				}
				assert!(
					done || !can_pay || !row(vault).claims.is_empty(),
					"a vault cannot be closed"
				);
			}
			Doing::Claim { .. } => {
				let _ = claim(BOB, vault);
				self.follow(events());
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
		if adjust(who, vault, adjustment, no_limits()).is_err() {
			return false;
		}
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

	fn buy(&mut self, who: AccountId, lot: usize, share: u8) {
		let lots = lots();
		let Some(number) = lot.checked_rem(lots.len()) else {
			return;
		};
		let (id, lot) = lots[number].clone();
		let reserve = Treasury::account_id();
		let before = (balance(CUSD, who), balance(CUSD, reserve));
		let got = balance(lot.collateral.clone(), who);
		let wanted = if share == 100 {
			Balance::MAX
		} else {
			part(lot.remaining, share)
		};
		if take(who, id, wanted).is_ok() {
			// What buyers pay is the auctions' business; what they get must have been for sale.
			let got = balance(lot.collateral.clone(), who) - got;
			*self.for_sale.get_mut(&lot.collateral).unwrap() -= got;
			*self.cusd.get_mut(&who).unwrap() -= before.0 - balance(CUSD, who);
			*self.cusd.get_mut(&reserve).unwrap() += balance(CUSD, reserve) - before.1;
		}
	}

	fn block(&mut self, budget: u32, seconds: u64) {
		begin_block(seconds * 1_000);
		self.accrue(seconds);
		self.compare();
		let unlimited = budget == u32::MAX;
		let weight = Weight::from_parts(1_000_000, 0) * u64::from(budget);
		enforce_with(if unlimited { Weight::MAX } else { weight });
		self.follow(events());
		self.compare();
		let all_safe = exact::all().into_iter().all(exact::is_safe);
		assert!(all_safe || !unlimited, "an unsafe vault is left");
		let covered = Treasury::bad_debt(&CUSD);
		end_of_begin();
		let netted = covered - Treasury::bad_debt(&CUSD);
		*self.cusd.get_mut(&Treasury::account_id()).unwrap() -= netted;
	}
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(fuzz_cases(64)))]

	#[test]
	fn the_pallet_keeps_the_books_that_a_naive_ledger_keeps(
		doings in prop::collection::vec(doing(), 1..60),
	) {
		run(|| {
			let facilities = [MIXED, create_still(), {
				let mut dear = facility_terms(TRADED.into_iter().map(|a| terms(a, 70, 75, 0)).collect());
				dear.annual_rate = cairn_math::Ray(50 * RAY);
				dear.target_health = cairn_math::FixedU128::from_rational(13, 10);
				create_facility(dear)
			}];
			let mut ledger = Ledger::new(&facilities);
			for doing in doings {
				ledger.perform(doing, &facilities);
				ledger.compare();
			}
		});
	}
}
