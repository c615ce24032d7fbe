//! The vaults of a replay, from its seed.
//!
//! | what | distribution |
//! |---|---|
//! | facility | 85 % mixed, 15 % stable |
//! | debt | log-normal, median 3,000 CUSD, σ 1.2, between 150 and 1,000,000 |
//! | health, mixed | 1.05 + log-normal, median 0.8, σ 0.8 |
//! | health, stable | 1.05 + log-normal, median 0.05, σ 0.8 |
//! | legs | 1 with 55 %, 2 with 30 %, 3 with 15 %, as far as there are collaterals |
//! | collaterals | the assets of the price file alike, stablecoins a quarter as often |
//! | weights of the legs | even between 0.2 and 1, then scaled to the whole |

use crate::{
	chain::{
		genesis::{Accepted, Genesis, MIXED, STABLE},
		tokens::{cusd, units},
	},
	random::Random,
};
use cairn_primitives::{Balance, FacilityId};

/// Health of every vault is above this.
pub const LEAST_HEALTH: f64 = 1.05;

/// What the open price of volatile assets is of the first of the path, while vaults are opened.
///
/// A vault can only be opened with what the borrow factor leaves, which is more than the least
/// health here. Those that are closer to the edge got there by a fall of prices, and so do these.
pub const OPENING: f64 = 1.25;

/// What may be lost of a price's value to the validators' spread, when a vault is opened.
const DOUBT: f64 = 0.998;

/// A vault to open.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
	/// Its facility.
	pub facility: FacilityId,
	/// Token and amount, in smallest units.
	pub legs: Vec<(usize, Balance)>,
	/// Debt in smallest units of CUSD.
	pub debt: Balance,
	/// Its health when the path starts.
	pub health: f64,
}

/// Plans `count` vaults at these prices, one for each token; `None` for a token that vaults of this
/// replay do not hold.
///
/// # Errors
///
/// If no collateral has a price.
pub fn plan(
	genesis: &Genesis,
	prices: &[Option<f64>],
	count: usize,
	seed: u64,
) -> Result<Vec<Plan>, String> {
	let priced = |facility| -> Vec<Accepted> {
		let accepted = genesis.accepted(facility);
		let has_price = |a: &Accepted| prices.get(a.token).copied().flatten().is_some();
		accepted.into_iter().filter(has_price).collect()
	};
	let (mixed, stable) = (priced(MIXED), priced(STABLE));
	if mixed.is_empty() {
		return Err("no asset of the file is a collateral".into());
	}
	let mut random = Random::new(seed, 0);
	let plans = (0..count).map(|_| {
		let is_stable = random.share() < 0.15 && !stable.is_empty();
		let (facility, accepted, excess) = if is_stable {
			(STABLE, &stable, 0.05)
		} else {
			(MIXED, &mixed, 0.8)
		};
		let debt = random.log_normal(3_000.0, 1.2).clamp(150.0, 1_000_000.0);
		let health = LEAST_HEALTH + random.log_normal(excess, 0.8);
		let tokens = legs(genesis, accepted, &mut random);
		basket(genesis, facility, &tokens, prices, debt, health)
	});
	Ok(plans.collect())
}

/// The collaterals of a vault, and the share of its weighted value in each.
fn legs(genesis: &Genesis, accepted: &[Accepted], random: &mut Random) -> Vec<(Accepted, f64)> {
	let count = 1 + random.pick(&[0.55, 0.30, 0.15]);
	let all_stable = accepted.iter().all(|a| genesis.tokens()[a.token].stable);
	let mut weights: Vec<f64> = accepted
		.iter()
		.map(|a| match genesis.tokens()[a.token].stable && !all_stable {
			true => 0.25,
			false => 1.0,
		})
		.collect();
	let mut legs = Vec::new();
	for _ in 0..count.min(accepted.len()) {
		let at = random.pick(&weights);
		weights[at] = 0.0;
		legs.push((accepted[at].clone(), random.between(0.2, 1.0)));
	}
	let sum: f64 = legs.iter().map(|(_, weight)| weight).sum();
	legs.iter_mut().for_each(|(_, weight)| *weight /= sum);
	legs
}

/// Amounts that give the health, or more where less could not be borrowed against.
fn basket(
	genesis: &Genesis,
	facility: FacilityId,
	legs: &[(Accepted, f64)],
	prices: &[Option<f64>],
	debt: f64,
	health: f64,
) -> Plan {
	let opening = |a: &Accepted| match genesis.tokens()[a.token].stable {
		true => 1.0,
		false => OPENING,
	};
	// What the borrow factors count at the opening prices, for one dollar of weighted value.
	let borrowable: f64 = legs
		.iter()
		.map(|(a, share)| share * opening(a) * a.borrow_factor / a.liquidation_factor * DOUBT)
		.sum();
	let health = health.max(1.0 / borrowable);
	let legs = legs
		.iter()
		.filter_map(|(a, share)| {
			let price = prices.get(a.token).copied().flatten()?;
			let token = &genesis.tokens()[a.token];
			let amount = health * debt * share / (a.liquidation_factor * price);
			Some((a.token, units(token, amount).max(token.minimum)))
		})
		.collect();
	Plan {
		facility,
		legs,
		debt: cusd(debt),
		health,
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::chain::tokens::{dollars, whole};

	const PRICES: [Option<f64>; 6] = [
		Some(60_000.0),
		Some(3_000.0),
		Some(6.0),
		Some(0.5),
		Some(1.0),
		Some(1.0),
	];

	#[test]
	fn vaults_are_as_healthy_as_they_are_said_to_be() {
		let genesis = Genesis::new();
		let plans = plan(&genesis, &PRICES, 5_000, 1).unwrap();
		for plan in &plans {
			let accepted = genesis.accepted(plan.facility);
			let weighted: f64 = plan
				.legs
				.iter()
				.map(|(token, amount)| {
					let a = accepted.iter().find(|a| a.token == *token).unwrap();
					let amount = whole(&genesis.tokens()[*token], *amount);
					amount * PRICES[*token].unwrap() * a.liquidation_factor
				})
				.sum();
			let health = weighted / dollars(plan.debt);
			assert!(
				(health / plan.health - 1.0).abs() < 1e-4,
				"{health} {plan:?}"
			);
			assert!(plan.health > LEAST_HEALTH && (1..=3).contains(&plan.legs.len()));
			assert!((150.0..=1_000_000.0).contains(&dollars(plan.debt)));
		}
		let share = |f: &dyn Fn(&Plan) -> bool| {
			plans.iter().filter(|plan| f(plan)).count() as f64 / 5_000.0
		};
		let mixed = share(&|plan| plan.facility == MIXED);
		assert!((mixed - 0.85).abs() < 0.02, "{mixed}");
		let single = share(&|plan| plan.legs.len() == 1);
		assert!((single - 0.55).abs() < 0.03, "{single}");
		let near = share(&|plan| plan.facility == MIXED && plan.health < 1.85) / mixed;
		assert!((near - 0.5).abs() < 0.03, "{near}");
	}

	#[test]
	fn the_same_seed_gives_the_same_vaults() {
		let genesis = Genesis::new();
		let plans = |seed| plan(&genesis, &PRICES, 50, seed).unwrap();
		assert_eq!(plans(3), plans(3));
		assert_ne!(plans(3), plans(4));
	}

	#[test]
	fn only_what_has_a_price_is_held() {
		let genesis = Genesis::new();
		let prices = [None, Some(200.0), None, None, None, None];
		let plans = plan(&genesis, &prices, 100, 1).unwrap();
		let all_eth =
			|plan: &Plan| plan.facility == MIXED && plan.legs.iter().all(|leg| leg.0 == 1);
		assert!(plans.iter().all(all_eth));
		assert!(plan(&genesis, &[None; 6], 1, 1).is_err());
	}
}
