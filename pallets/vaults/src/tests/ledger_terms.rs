//! The terms of facilities as the naive ledger knows them: what governance has said, and when.

use super::{
	exact::worth,
	ledger_rules::{compound, RAY},
};
use crate::{
	mock::*,
	types::{Breaker, CollateralTerms, FacilityChange},
};
use cairn_math::{FixedU128, Perbill, Ray, SECONDS_PER_YEAR};
use cairn_primitives::{AssetId, Balance, FacilityId, Moment};
use std::collections::BTreeMap;

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Term {
	Ceiling,
	FillLimit,
	MinimumDebt,
	TargetHealth,
	Rate,
	Borrow(AssetId),
	Liquidation(AssetId),
	Penalty(AssetId),
	Fee(AssetId),
	Cap(AssetId),
	Rank(AssetId),
}

impl Term {
	/// Whether borrowers must have time to get used to this.
	fn is_gradual(&self, old: u128, new: u128) -> bool {
		match self {
			Self::Liquidation(_) => new < old,
			Self::MinimumDebt
			| Self::TargetHealth
			| Self::Rate
			| Self::Penalty(_)
			| Self::Fee(_) => new > old,
			_ => false,
		}
	}
}

/// From what to what, and when it leaves.
#[derive(Clone, Debug)]
struct Way {
	from: u128,
	to: u128,
	leaves: Moment,
}

impl Way {
	/// On the straight line, and no further than that.
	fn at(&self, now: Moment) -> u128 {
		let gone = u128::from(now.saturating_sub(self.leaves).min(RAMP_LENGTH));
		let moved =
			super::ledger_rules::floor(self.from.abs_diff(self.to), gone, RAMP_LENGTH.into());
		if self.to > self.from {
			self.from + moved
		} else {
			self.from - moved
		}
	}
}

fn parts(share: Perbill) -> u128 {
	share.deconstruct().into()
}

/// A change of a term, which may make no sense.
pub fn change_of(asset: AssetId, what: u8, percent: u8) -> FacilityChange {
	let share = Perbill::from_percent(percent.into());
	match what {
		0 => FacilityChange::AnnualRate(Ray(RAY / 100 * u128::from(percent))),
		1 => FacilityChange::TargetHealth(FixedU128::from_rational(percent.into(), 50)),
		2 => FacilityChange::MinimumDebt(u128::from(percent) * 10 * ONE_CUSD),
		3 => FacilityChange::FillLimit(u128::from(percent) * 10_000 * ONE_CUSD),
		4 => FacilityChange::Penalty {
			asset,
			penalty: share,
			fee: share.square(),
		},
		5 => FacilityChange::Ceiling(u128::from(percent) * 20_000 * ONE_CUSD),
		6 => FacilityChange::Cap {
			cap: u128::from(percent) * worth(&asset, 20),
			asset,
		},
		7 => FacilityChange::RiskRank {
			asset,
			rank: percent % 4,
		},
		11 => FacilityChange::AddCollateral(terms(asset, 70, 80, percent % 4)),
		8 => {
			use Breaker::*;
			let levels = [AllEnabled, AllEnabled, NoNewRisk, NoNewLiquidations, Frozen];
			FacilityChange::Breaker(levels[usize::from(percent) % levels.len()])
		}
		_ => FacilityChange::Factors {
			asset,
			borrow: share,
			liquidation: Perbill::from_percent(u32::from(percent) + 5),
		},
	}
}

/// The terms of a facility.
#[derive(Clone)]
pub struct Terms {
	ways: BTreeMap<Term, Way>,
	/// In the order in which they were listed.
	pub assets: Vec<AssetId>,
	pub breaker: Breaker,
}

/// A collateral as a facility lists it now. Shares are in 1e-9.
#[derive(Clone, Copy, Debug)]
pub struct Listed {
	/// Among all that are listed.
	pub place: usize,
	pub borrow_factor: u64,
	pub liquidation_factor: u64,
	pub penalty: u64,
	pub fee: u64,
	pub cap: Balance,
	pub rank: u8,
}

impl Terms {
	/// Those that it has when the ledger is opened.
	pub fn of(facility: FacilityId) -> Self {
		let facility = facility_now(facility);
		let mut terms = Self {
			ways: BTreeMap::new(),
			assets: Vec::new(),
			breaker: facility.breaker,
		};
		terms.set(Term::Ceiling, facility.ceiling);
		terms.set(Term::FillLimit, facility.fill_limit);
		terms.set(Term::MinimumDebt, facility.minimum_debt);
		terms.set(Term::TargetHealth, facility.target_health.into_inner());
		terms.set(Term::Rate, facility.rate_per_second.0);
		for collateral in facility.collaterals {
			terms.list(collateral.terms);
		}
		terms
	}

	fn list(&mut self, terms: CollateralTerms) {
		let asset = terms.asset;
		self.set(Term::Borrow(asset.clone()), parts(terms.borrow_factor));
		self.set(
			Term::Liquidation(asset.clone()),
			parts(terms.liquidation_factor),
		);
		self.set(Term::Penalty(asset.clone()), parts(terms.penalty));
		self.set(Term::Fee(asset.clone()), parts(terms.fee));
		self.set(Term::Cap(asset.clone()), terms.cap);
		self.set(Term::Rank(asset.clone()), terms.risk_rank.into());
		self.assets.push(asset);
	}

	fn set(&mut self, term: Term, value: u128) {
		let way = Way {
			from: value,
			to: value,
			leaves: 0,
		};
		self.ways.insert(term, way);
	}

	fn at(&self, term: Term) -> u128 {
		self.ways[&term].at(Timestamp::get())
	}

	pub fn rate_per_second(&self) -> u128 {
		self.at(Term::Rate)
	}

	pub fn fill_limit(&self) -> Balance {
		self.at(Term::FillLimit)
	}

	pub fn ceiling(&self) -> Balance {
		self.at(Term::Ceiling)
	}

	pub fn minimum_debt(&self) -> Balance {
		self.at(Term::MinimumDebt)
	}

	/// In 1e-18.
	pub fn target_health(&self) -> u128 {
		self.at(Term::TargetHealth)
	}

	pub fn listed(&self, asset: &AssetId) -> Option<Listed> {
		let place = self.assets.iter().position(|other| other == asset)?;
		let share = |term: fn(AssetId) -> Term| self.at(term(asset.clone())) as u64;
		Some(Listed {
			place,
			borrow_factor: share(Term::Borrow),
			liquidation_factor: share(Term::Liquidation),
			penalty: share(Term::Penalty),
			fee: share(Term::Fee),
			cap: self.at(Term::Cap(asset.clone())),
			rank: share(Term::Rank) as u8,
		})
	}

	/// Where it stands, and from when on it goes where it should.
	fn change(&mut self, term: Term, value: u128) {
		let old = self.at(term.clone());
		self.set(term.clone(), value);
		if term.is_gradual(old, value) {
			let way = self.ways.get_mut(&term).unwrap();
			way.from = old;
			way.leaves = Timestamp::get() + RAMP_DELAY;
		}
	}

	/// Whether governance may say so.
	fn allows(&self, change: &FacilityChange) -> bool {
		let is_listed = |asset: &AssetId| self.assets.contains(asset);
		match change {
			FacilityChange::TargetHealth(target) => target.into_inner() > 10u128.pow(18),
			FacilityChange::Factors {
				asset,
				borrow,
				liquidation,
			} => is_listed(asset) && borrow < liquidation && *liquidation < Perbill::one(),
			FacilityChange::Penalty {
				asset,
				penalty,
				fee,
			} => is_listed(asset) && fee < penalty && *penalty < Perbill::one(),
			FacilityChange::Cap { asset, .. } | FacilityChange::RiskRank { asset, .. } => {
				is_listed(asset)
			}
			FacilityChange::AddCollateral(terms) => !is_listed(&terms.asset),
			_ => true,
		}
	}

	/// Has governance change `facility`.
	pub fn govern(&mut self, facility: FacilityId, change: FacilityChange) {
		let done = change_facility(facility, change.clone()).is_ok();
		assert_eq!(done, self.allows(&change), "{change:?}");
		if !done {
			return;
		}
		match change {
			FacilityChange::Ceiling(ceiling) => self.change(Term::Ceiling, ceiling),
			FacilityChange::FillLimit(limit) => self.change(Term::FillLimit, limit),
			FacilityChange::MinimumDebt(minimum) => self.change(Term::MinimumDebt, minimum),
			FacilityChange::TargetHealth(target) => {
				self.change(Term::TargetHealth, target.into_inner());
			}
			FacilityChange::AnnualRate(annual) => {
				let rate = Ray::per_second_floor(annual).unwrap().0;
				// The most that does not grow by more in a year.
				let of_a_year = |rate| compound(RAY, rate, SECONDS_PER_YEAR);
				assert!(of_a_year(rate) <= RAY + annual.0 && of_a_year(rate + 1) > RAY + annual.0);
				self.change(Term::Rate, rate);
			}
			FacilityChange::Breaker(breaker) => self.breaker = breaker,
			FacilityChange::AddCollateral(terms) => self.list(terms),
			FacilityChange::Factors {
				asset,
				borrow,
				liquidation,
			} => {
				self.change(Term::Borrow(asset.clone()), parts(borrow));
				self.change(Term::Liquidation(asset), parts(liquidation));
			}
			FacilityChange::Penalty {
				asset,
				penalty,
				fee,
			} => {
				self.change(Term::Penalty(asset.clone()), parts(penalty));
				self.change(Term::Fee(asset), parts(fee));
			}
			FacilityChange::Cap { asset, cap } => self.change(Term::Cap(asset), cap),
			FacilityChange::RiskRank { asset, rank } => self.change(Term::Rank(asset), rank.into()),
		}
	}

	/// Whether the pallet goes by the same terms now.
	pub fn compare(&self, facility: FacilityId) {
		let facility = facility_now(facility);
		assert_eq!(facility.breaker, self.breaker);
		let of_all = [
			(Term::Ceiling, facility.ceiling),
			(Term::FillLimit, facility.fill_limit),
			(Term::MinimumDebt, facility.minimum_debt),
			(Term::TargetHealth, facility.target_health.into_inner()),
			(Term::Rate, facility.rate_per_second.0),
		];
		let listed: Vec<_> = facility.collaterals.into_iter().map(|c| c.terms).collect();
		let assets: Vec<_> = listed.iter().map(|terms| terms.asset.clone()).collect();
		assert_eq!(assets, self.assets);
		let of_each = listed.into_iter().flat_map(|terms| {
			let asset = || terms.asset.clone();
			[
				(Term::Borrow(asset()), parts(terms.borrow_factor)),
				(Term::Liquidation(asset()), parts(terms.liquidation_factor)),
				(Term::Penalty(asset()), parts(terms.penalty)),
				(Term::Fee(asset()), parts(terms.fee)),
				(Term::Cap(asset()), terms.cap),
				(Term::Rank(asset()), terms.risk_rank.into()),
			]
		});
		for (term, value) in of_all.into_iter().chain(of_each) {
			assert_eq!(self.at(term.clone()), value, "{term:?}");
		}
	}
}
