//! Calls of the vaults.

use super::{By, Case, Planned, Scene, Stage};
use crate::{
	ledger::{
		accounts::owner_account,
		debug,
		market::{collaterals_of, worth, COLLATERALS},
		population::FACILITY,
	},
	Result,
};
use cairn_math::{FixedU128, Ray};
use cairn_primitives::{AssetId, Balance, FacilityId, VaultId};
use cairn_runtime::{units::CUSD, Runtime, RuntimeCall, Vaults};
use cairn_vaults::{
	types::{Adjustment, Basket, Breaker, Expected, FacilityChange, FacilityTerms, Guard, Limits},
	Call, NextFacility,
};
use frame_support::BoundedVec;

/// How often governance does something: no more facilities can be created.
const TIMES: u32 = 20;

/// Vaults that a block settles by itself before a test of settling comes to them.
const SWEPT_BEFORE: u64 = 100;

/// Collateral of the value of so many dollars for each leg of an owner's vaults.
fn basket(stage: &Stage, owner: u32, usd: f64) -> Result<Basket> {
	let legs = collaterals_of(owner, stage.spec.legs).map(|at| {
		let asset = AssetId::WithId(COLLATERALS[at].0);
		let amount = worth(&asset, usd);
		(asset, amount)
	});
	Ok(BoundedVec::try_from(legs.collect::<Vec<_>>()).map_err(debug)?)
}

/// One leg of an owner's vaults, with collateral of the value of so many dollars.
fn leg(stage: &Stage, owner: u32, usd: f64) -> Result<(AssetId, Balance)> {
	let mut legs = basket(stage, owner, usd)?.into_inner();
	Ok(legs.pop().ok_or("a vault without legs")?)
}

fn vaults(call: Call<Runtime>) -> Result<RuntimeCall> {
	Ok(RuntimeCall::Vaults(call))
}

fn adjust(owner: u32, adjustment: Adjustment) -> Result<RuntimeCall> {
	let limits = Limits {
		min_health: Some(FixedU128::from_u32(1)),
		deadline: Some(u32::MAX),
	};
	vaults(Call::adjust {
		vault: owner.into(),
		adjustment,
		limits,
	})
}

fn open(stage: &Stage, owner: u32, borrow: Balance) -> Result<RuntimeCall> {
	let deposit = if borrow == 0 {
		Basket::new()
	} else {
		basket(stage, owner, 1_000.0)?
	};
	vaults(Call::open {
		facility: FACILITY,
		adjustment: Adjustment {
			deposit,
			borrow,
			..Default::default()
		},
		limits: Limits::default(),
	})
}

fn set_guard(owner: u32, is_set: bool) -> Result<RuntimeCall> {
	let guard = is_set.then_some(Guard {
		level: FixedU128::from_rational(11, 10),
		amount: 100 * CUSD,
	});
	vaults(Call::set_guard {
		vault: owner.into(),
		guard,
	})
}

fn offer(owner: u32) -> Result<RuntimeCall> {
	vaults(Call::offer {
		vault: owner.into(),
		to: Some(owner_account(owner + 1)),
	})
}

fn set_breaker(breaker: Breaker) -> RuntimeCall {
	RuntimeCall::Vaults(Call::set_breaker {
		facility: FACILITY,
		breaker,
	})
}

/// What keeps enforcement from liquidating.
pub fn stop_liquidations() -> Planned {
	(By::Root, set_breaker(Breaker::NoNewLiquidations))
}

fn go_on(_: &Stage) -> Result<Vec<Planned>> {
	Ok(vec![(By::Root, set_breaker(Breaker::AllEnabled))])
}

/// Fixes the prices of a facility.
pub fn settle_facility(facility: FacilityId) -> Planned {
	let prices = Default::default();
	(
		By::Root,
		RuntimeCall::Vaults(Call::settle_facility { facility, prices }),
	)
}

/// Settles vaults that no block has come to by itself yet.
pub fn settle_vaults(stage: &Stage) -> Vec<Planned> {
	let first = u64::from(stage.spec.vaults).min(SWEPT_BEFORE);
	let numbers = first..first + u64::from(stage.count);
	numbers
		.zip(stage.senders())
		.map(|(vault, sender)| {
			let call = RuntimeCall::Vaults(Call::settle_vault { vault });
			(By::Owner(sender), call)
		})
		.collect()
}

/// Many times what governance does.
fn many_times(stage: &Stage, call: impl Fn(u32) -> Call<Runtime>) -> Result<Vec<Planned>> {
	let number = 0..stage.count.min(TIMES);
	Ok(number
		.map(|n| (By::Root, RuntimeCall::Vaults(call(n))))
		.collect())
}

fn terms() -> Result<FacilityTerms<Runtime>> {
	let view = Vaults::facility(FACILITY).ok_or("there is no facility")?;
	Ok(FacilityTerms {
		debt_asset: view.debt_asset,
		collaterals: BoundedVec::try_from(view.terms).map_err(debug)?,
		ceiling: view.ceiling,
		fill_limit: view.fill_limit,
		minimum_debt: view.minimum_debt,
		target_health: view.target_health,
		annual_rate: view.annual_rate,
	})
}

/// More facilities like the first one.
fn create_facilities(stage: &Stage) -> Result<Vec<Planned>> {
	let terms = terms()?;
	many_times(stage, |_| Call::create_facility {
		terms: terms.clone(),
	})
}

/// To the second facility what only the first one accepts.
fn add_collaterals(_: &Stage) -> Result<Vec<Planned>> {
	let facility = FACILITY + 1;
	let view = Vaults::facility(facility).ok_or("there is no second facility")?;
	let is_new = |asset: &AssetId| view.terms.iter().all(|terms| terms.asset != *asset);
	let added = terms()?.collaterals.into_iter();
	Ok(added
		.filter(|terms| is_new(&terms.asset))
		.map(|terms| {
			let change = FacilityChange::AddCollateral(terms);
			let call = Call::change_facility { facility, change };
			(By::Root, RuntimeCall::Vaults(call))
		})
		.collect())
}

/// Numbers of vaults that are as they should be for something.
fn such_vaults(stage: &Stage, such: impl Fn(VaultId) -> bool) -> impl Iterator<Item = VaultId> {
	let all = 0..u64::from(stage.spec.vaults);
	let such: Vec<_> = all.filter(|vault| such(*vault)).collect();
	such.into_iter()
}

fn is_unsafe(vault: VaultId) -> bool {
	Vaults::health(vault).is_some_and(|health| health < FixedU128::from_u32(1))
}

/// Each by another owner, of `vaults` one each.
fn by_others(
	stage: &Stage,
	vaults: impl Iterator<Item = VaultId>,
	call: impl Fn(VaultId) -> Call<Runtime>,
) -> Result<Vec<Planned>> {
	let planned = vaults.zip(stage.senders());
	Ok(planned
		.map(|(vault, sender)| (By::Owner(sender), RuntimeCall::Vaults(call(vault))))
		.collect())
}

/// Of each call at least one.
pub const VAULTS: &[Case] = &[
	Case::new("open", Scene::Calm, |stage| {
		stage.each(|owner| open(stage, owner, 200 * CUSD))
	}),
	Case::new("open", Scene::Calm, |stage| {
		stage.each(|owner| open(stage, owner, 0))
	})
	.way("with nothing in it"),
	Case::new("adjust", Scene::Calm, |stage| {
		stage.each(|owner| {
			adjust(
				owner,
				Adjustment {
					deposit: basket(stage, owner, 100.0)?,
					repay: 20 * CUSD,
					withdraw: basket(stage, owner, 1.0)?,
					borrow: 20 * CUSD,
				},
			)
		})
	})
	.way("in all four ways"),
	Case::new("adjust", Scene::Calm, |stage| {
		stage.each(|owner| {
			let deposit = vec![leg(stage, owner, 100.0)?];
			adjust(
				owner,
				Adjustment {
					deposit: deposit.try_into().map_err(|_| "too many legs")?,
					borrow: 20 * CUSD,
					..Default::default()
				},
			)
		})
	})
	.way("depositing and borrowing"),
	Case::new("deposit", Scene::Calm, |stage| {
		stage.each(|owner| {
			let (asset, amount) = leg(stage, owner, 100.0)?;
			vaults(Call::deposit {
				vault: owner.into(),
				asset,
				amount,
			})
		})
	}),
	Case::new("withdraw", Scene::Calm, |stage| {
		stage.each(|owner| {
			let (asset, amount) = leg(stage, owner, 1.0)?;
			vaults(Call::withdraw {
				vault: owner.into(),
				asset,
				amount,
			})
		})
	}),
	Case::new("borrow", Scene::Calm, |stage| {
		stage.each(|owner| {
			vaults(Call::borrow {
				vault: owner.into(),
				amount: 2 * CUSD,
			})
		})
	}),
	Case::new("repay", Scene::Calm, |stage| {
		stage.each(|owner| {
			vaults(Call::repay {
				vault: owner.into(),
				amount: 20 * CUSD,
			})
		})
	}),
	Case::new("close", Scene::Calm, |stage| {
		stage.each(|owner| {
			vaults(Call::close {
				vault: owner.into(),
				max_repay: Balance::MAX,
			})
		})
	}),
	Case::new("claim", Scene::Sold, |stage| {
		let claiming = |vault| Vaults::vault(vault).is_some_and(|v| !v.claims.is_empty());
		by_others(stage, such_vaults(stage, claiming), |vault| Call::claim {
			vault,
		})
	}),
	Case::new("repay", Scene::Sold, |stage| {
		let claiming = |vault| {
			Vaults::vault(vault).is_some_and(|v| !v.claims.is_empty() && v.debt > 200 * CUSD)
		};
		by_others(stage, such_vaults(stage, claiming), |vault| Call::repay {
			vault,
			amount: CUSD,
		})
	})
	.way("with claims"),
	Case::new("liquidate", Scene::Crashed, |stage| {
		by_others(stage, such_vaults(stage, is_unsafe), |vault| {
			Call::liquidate { vault }
		})
	})
	.after(go_on),
	Case::new("enforce_backlog", Scene::Crashed, |stage| {
		// What is reserved for 20 at their worst is enough for many: a second caller may find nothing.
		let call = RuntimeCall::Vaults(Call::enforce_backlog { max: 20 });
		let sender = stage.senders().next().ok_or("there are no owners")?;
		Ok(vec![(By::Owner(sender), call)])
	})
	.after(go_on),
	Case::new("create_facility", Scene::Calm, create_facilities),
	Case::new("set_ceiling", Scene::Calm, |stage| {
		many_times(stage, |number| Call::set_ceiling {
			facility: FACILITY,
			ceiling: CUSD * Balance::from(number),
		})
	}),
	Case::new("set_breaker", Scene::Calm, |stage| {
		many_times(stage, |number| Call::set_breaker {
			facility: FACILITY,
			breaker: if number % 2 == 0 {
				Breaker::NoNewRisk
			} else {
				Breaker::AllEnabled
			},
		})
	}),
	Case::new("change_facility", Scene::Calm, |stage| {
		many_times(stage, |number| Call::change_facility {
			facility: FACILITY,
			change: FacilityChange::AnnualRate(Ray(Ray::ONE.0 / 20 + u128::from(number))),
		})
	}),
	Case::new("change_facility", Scene::Calm, add_collaterals).way("by a collateral more"),
	Case::new("set_guard", Scene::Calm, |stage| {
		stage.each(|owner| set_guard(owner, true))
	}),
	Case::new("set_guard", Scene::Calm, |stage| {
		stage.each(|owner| set_guard(owner, false))
	})
	.way("cancelling")
	.after(|stage| stage.each(|owner| set_guard(owner, true))),
	Case::new("offer", Scene::Calm, |stage| stage.each(offer)),
	Case::new("accept", Scene::Calm, |stage| {
		let planned = stage.senders().map(|owner| {
			// Some of each leg.
			let expected = Expected {
				debt_at_most: Balance::MAX,
				collateral_at_least: basket(stage, owner, 1.0)?,
			};
			let call = Call::accept {
				vault: owner.into(),
				expected,
				limits: Limits {
					min_health: Some(FixedU128::from_u32(1)),
					deadline: Some(u32::MAX),
				},
			};
			Ok((By::Owner(owner + 1), RuntimeCall::Vaults(call)))
		});
		planned.collect()
	})
	.after(|stage| {
		let mut before = stage.each(|owner| set_guard(owner, true))?;
		before.extend(stage.each(offer)?);
		Ok(before)
	}),
	// Facilities without vaults: those of others would be settled in the same block, by what it has of
	// weight left over.
	Case::new("settle_facility", Scene::Calm, |stage| {
		let first = NextFacility::<Runtime>::get();
		let others = first..first + TIMES.min(stage.count);
		Ok(others.map(settle_facility).collect())
	})
	.after(create_facilities),
	Case::new("settle_vault", Scene::Settled, |stage| {
		Ok(settle_vaults(stage))
	}),
	Case::new("redeem", Scene::Redeemable, |stage| {
		stage.each(|_| {
			vaults(Call::redeem {
				facility: FACILITY,
				amount: 10 * CUSD,
			})
		})
	}),
];

/// What Alice borrows to buy with: far more than all lots take.
pub fn alice_borrows() -> Result<Vec<Planned>> {
	let ether = AssetId::WithId(COLLATERALS[1].0);
	let amount = worth(&ether, 3e6);
	let deposit = vec![(ether, amount)];
	let call = Call::open {
		facility: FACILITY,
		adjustment: Adjustment {
			deposit: deposit.try_into().map_err(|_| "too many legs")?,
			borrow: 1_000_000 * CUSD,
			..Default::default()
		},
		limits: Limits::default(),
	};
	Ok(vec![(By::Alice, RuntimeCall::Vaults(call))])
}
