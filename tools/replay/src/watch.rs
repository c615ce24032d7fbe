//! Which vaults are unsafe and not liquidated yet, without asking the chain for each in each block.
//!
//! A vault's health is known exactly when it was last asked for. Since then it cannot have fallen by
//! more than its worst collateral has, and by the interest: while that leaves it above one, nobody
//! needs to ask. This is independent of the chain's own index, which it checks.

use cairn_primitives::VaultId;

/// A vault as it was last seen.
struct Watched {
	vault: VaultId,
	facility: usize,
	/// Token of each leg, and what it counted when health was asked for.
	legs: Vec<(usize, f64)>,
	/// The accumulator of that time.
	accumulator: f64,
	/// Health of that time; infinite without debt.
	health: f64,
	/// Since when it has been unsafe, as a number of the replay's block.
	unsafe_since: Option<u64>,
}

/// All vaults of a replay.
#[derive(Default)]
pub struct Watch {
	vaults: Vec<Watched>,
	/// How often health was asked for.
	pub asked: u64,
	/// The longest that a vault has been unsafe without a break, in blocks.
	pub longest: u64,
}

/// A little more than rounding can come to.
const MARGIN: f64 = 1e-7;

impl Watch {
	/// Watches a vault too.
	pub fn add(&mut self, vault: VaultId, facility: usize, tokens: impl Iterator<Item = usize>) {
		self.vaults.push(Watched {
			vault,
			facility,
			legs: tokens.map(|token| (token, 0.0)).collect(),
			accumulator: 1.0,
			health: 0.0,
			unsafe_since: None,
		});
	}

	/// How many vaults are unsafe after this block, in which collaterals count `counts` and debts
	/// have grown to `accumulators`.
	pub fn unsafe_vaults(
		&mut self,
		block: u64,
		counts: &[f64],
		accumulators: &[f64],
		mut health: impl FnMut(VaultId) -> Option<f64>,
	) -> u64 {
		let mut backlog = 0;
		for vault in &mut self.vaults {
			let accumulator = accumulators.get(vault.facility).copied().unwrap_or(1.0);
			if vault.unsafe_since.is_some() || vault.least(counts, accumulator) < 1.0 + MARGIN {
				self.asked += 1;
				vault.health = health(vault.vault).unwrap_or(f64::INFINITY);
				vault.accumulator = accumulator;
				for (token, counted) in &mut vault.legs {
					*counted = counts.get(*token).copied().unwrap_or(0.0);
				}
				if vault.health >= 1.0 {
					vault.unsafe_since = None;
				} else {
					vault.unsafe_since.get_or_insert(block);
				}
			}
			if let Some(since) = vault.unsafe_since {
				backlog += 1;
				self.longest = self.longest.max(block - since + 1);
			}
		}
		backlog
	}

	/// How many are unsafe if every single one is asked.
	pub fn count_all(&self, mut health: impl FnMut(VaultId) -> Option<f64>) -> u64 {
		let is_unsafe = |vault: &&Watched| health(vault.vault).is_some_and(|health| health < 1.0);
		self.vaults.iter().filter(is_unsafe).count() as u64
	}
}

impl Watched {
	/// Health now is at least this.
	fn least(&self, counts: &[f64], accumulator: f64) -> f64 {
		if self.health.is_infinite() {
			return self.health;
		}
		let worst = self.legs.iter().map(|(token, before)| {
			let now = counts.get(*token).copied().unwrap_or(0.0);
			match *before > 0.0 {
				true => now / before,
				// It counted nothing, so it can only count more.
				false => f64::INFINITY,
			}
		});
		let worst = worst.fold(f64::INFINITY, f64::min);
		if worst.is_infinite() {
			return 0.0;
		}
		self.health * worst * self.accumulator / accumulator
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	proptest! {
		/// Against asking every vault in every block.
		#[test]
		fn nobody_becomes_unsafe_unseen(
			vaults in prop::collection::vec(
				prop::collection::vec((0usize..3, 0.1f64..10.0), 1..4), 1..20,
			),
			moves in prop::collection::vec(prop::collection::vec(0.5f64..1.5, 3), 1..40),
		) {
			let mut watch = Watch::default();
			let mut counts = vec![100.0, 100.0, 100.0];
			let mut accumulator = 1.0;
			for (number, legs) in vaults.iter().enumerate() {
				watch.add(number as VaultId, 0, legs.iter().map(|(token, _)| *token));
			}
			for (block, factors) in moves.iter().enumerate() {
				for (count, factor) in counts.iter_mut().zip(factors) {
					*count *= factor;
				}
				accumulator *= 1.001;
				let health = |vault: VaultId| {
					let legs = &vaults[vault as usize];
					let worth: f64 = legs.iter().map(|(token, q)| q * counts[*token]).sum();
					let debt = 80.0 * legs.iter().map(|(_, q)| q).sum::<f64>();
					Some(worth / (debt * accumulator))
				};
				let seen = watch.unsafe_vaults(block as u64, &counts, &[accumulator], health);
				prop_assert_eq!(seen, watch.count_all(health));
			}
		}
	}

	#[test]
	fn a_vault_is_asked_only_when_it_may_be_unsafe() {
		let mut watch = Watch::default();
		watch.add(0, 0, [0].into_iter());
		let at = |watch: &mut Watch, block, count: f64| {
			watch.unsafe_vaults(block, &[count], &[1.0], |_| Some(count / 50.0))
		};
		assert_eq!(at(&mut watch, 0, 100.0), 0);
		assert_eq!((at(&mut watch, 1, 51.0), watch.asked), (0, 1));
		assert_eq!((at(&mut watch, 2, 49.0), watch.asked), (1, 2));
		assert_eq!(at(&mut watch, 3, 49.5), 1);
		assert_eq!((at(&mut watch, 4, 60.0), watch.longest), (0, 2));
		// Without debt nobody asks again.
		watch.unsafe_vaults(5, &[1.0], &[1.0], |_| None);
		let asked = watch.asked;
		watch.unsafe_vaults(6, &[0.1], &[1.0], |_| unreachable!());
		assert_eq!(watch.asked, asked);
	}
}
