//! What chain a measurement needs.

/// A chain to start from. Everything is in its genesis state, so that it costs no blocks to make.
#[derive(Clone, Debug, PartialEq)]
pub struct Spec {
	/// Vaults with debt, all in facility 0. At least one. After them comes one with nothing in it.
	pub vaults: u32,
	/// Collaterals of each vault: one, alternating between BTC, ETH and DOT, or three.
	pub legs: u32,
	/// Health of the vaults, uniformly between these two. Nothing says whether they could be opened so:
	/// what borrowing takes is the caller's business.
	pub health: (f64, f64),
	/// Validators that report prices.
	pub validators: u32,
	/// Feeds that are reported, at least as many as the preset has.
	pub feeds: u32,
	/// Lots that are for sale.
	pub lots: u32,
}

impl Spec {
	/// Vaults of one leg on a chain with one validator.
	pub fn vaults(vaults: u32) -> Self {
		Self {
			vaults,
			legs: 1,
			health: (1.2, 3.0),
			validators: 1,
			feeds: 0,
			lots: 0,
		}
	}

	/// Names a folder: different chains have different names.
	pub fn name(&self) -> String {
		let (low, high) = self.health;
		format!(
			"{}x{}-health-{low}-{high}-validators-{}-feeds-{}-lots-{}",
			self.vaults, self.legs, self.validators, self.feeds, self.lots
		)
	}
}

/// A number with separators, for people.
pub fn grouped(number: u32) -> String {
	let digits = number.to_string();
	let mut grouped = String::new();
	for (position, digit) in digits.chars().enumerate() {
		if position > 0 && (digits.len() - position).is_multiple_of(3) {
			grouped.push(',');
		}
		grouped.push(digit);
	}
	grouped
}
