//! Numbers that look random and are the same for the same seed.

use rand_chacha::{
	rand_core::{RngCore, SeedableRng},
	ChaCha8Rng,
};

/// A source of numbers.
pub struct Random(ChaCha8Rng);

impl Random {
	/// The numbers of `seed` for one `purpose`. Different purposes have nothing to do with each
	/// other, so that drawing more for one changes nothing for another.
	pub fn new(seed: u64, purpose: u64) -> Self {
		let mut rng = ChaCha8Rng::seed_from_u64(seed);
		rng.set_stream(purpose);
		Self(rng)
	}

	/// Even between zero, included, and one, excluded.
	pub fn share(&mut self) -> f64 {
		// The 53 bits that a float can tell apart.
		(self.0.next_u64() >> 11) as f64 / (1u64 << 53) as f64
	}

	/// Even between two numbers.
	pub fn between(&mut self, low: f64, high: f64) -> f64 {
		low + (high - low) * self.share()
	}

	/// Normal, mean zero and deviation one (Box and Muller).
	pub fn normal(&mut self) -> f64 {
		let radius = (-2.0 * (1.0 - self.share()).ln()).sqrt();
		radius * (std::f64::consts::TAU * self.share()).cos()
	}

	/// Log-normal with this median, `sigma` being the deviation of its logarithm.
	pub fn log_normal(&mut self, median: f64, sigma: f64) -> f64 {
		median * (sigma * self.normal()).exp()
	}

	/// An index, with probabilities in proportion to `weights`. Zero if none has any.
	pub fn pick(&mut self, weights: &[f64]) -> usize {
		let mut left = self.share() * weights.iter().sum::<f64>();
		for (index, weight) in weights.iter().enumerate() {
			if left < *weight {
				return index;
			}
			left -= weight;
		}
		weights
			.iter()
			.rposition(|weight| *weight > 0.0)
			.unwrap_or(0)
	}

	/// Puts them into another order.
	pub fn shuffle<T>(&mut self, items: &mut [T]) {
		for last in (1..items.len()).rev() {
			let other = (self.share() * (last + 1) as f64) as usize;
			items.swap(last, other.min(last));
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn the_same_seed_gives_the_same_numbers_and_purposes_differ() {
		let draw = |seed, purpose| {
			let mut random = Random::new(seed, purpose);
			(0..5).map(|_| random.share()).collect::<Vec<_>>()
		};
		assert_eq!(draw(1, 0), draw(1, 0));
		assert_ne!(draw(1, 0), draw(1, 1));
		assert_ne!(draw(1, 0), draw(2, 0));
	}

	#[test]
	fn distributions_are_what_they_are_called() {
		let mut random = Random::new(7, 0);
		let draws: Vec<_> = (0..20_000).map(|_| random.normal()).collect();
		let mean = draws.iter().sum::<f64>() / 20_000.0;
		let variance = draws.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 20_000.0;
		assert!(
			mean.abs() < 0.03 && (variance - 1.0).abs() < 0.05,
			"{mean} {variance}"
		);
		let above = (0..20_000)
			.filter(|_| random.log_normal(3.0, 0.8) > 3.0)
			.count();
		assert!((9_700..10_300).contains(&above), "{above}");
		let mut picked = [0; 3];
		(0..20_000).for_each(|_| picked[random.pick(&[1.0, 0.0, 3.0])] += 1);
		assert!(
			picked[1] == 0 && (4_700..5_300).contains(&picked[0]),
			"{picked:?}"
		);
	}
}
