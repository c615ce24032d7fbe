//! What the world outside of the chain pays for collateral.
//!
//! Each asset has a price, from the file, and a depth: selling so many dollars of it at once lowers
//! what is got for the next by one per cent. The market forgets: half of what was sold into it is
//! gone after the half-life. So the price got for the next unit is
//!
//! ```text
//! mid · (1 − pressure / (100 · depth)),    pressure(t + h) = pressure(t) / 2
//! ```

/// Below this share of the price nothing is got: nobody is there at all.
const WORST: f64 = 0.05;

/// One asset's market.
#[derive(Clone, Debug)]
pub struct Market {
	/// The price before anything is sold, in USD.
	pub mid: f64,
	/// Dollars' worth sold for one per cent.
	depth: f64,
	/// Seconds in which half of the pressure goes.
	half_life: f64,
	/// Dollars' worth sold and not yet forgotten.
	pressure: f64,
}

impl Market {
	/// A market nobody has sold into yet.
	pub fn new(depth: f64, half_life: f64) -> Self {
		Self {
			mid: 0.0,
			depth,
			half_life,
			pressure: 0.0,
		}
	}

	/// Time passes, and the price is another.
	pub fn pass(&mut self, seconds: f64, mid: f64) {
		self.pressure *= 0.5f64.powf(seconds / self.half_life);
		self.mid = mid;
	}

	/// The share of the price that is got for the next unit, after `more` dollars' worth.
	fn share_after(&self, more: f64) -> f64 {
		(1.0 - (self.pressure + more) / (100.0 * self.depth)).max(WORST)
	}

	/// How many units can be sold until the next one brings no more than `price`.
	pub fn room_down_to(&self, price: f64) -> f64 {
		if self.mid <= 0.0 || self.share_after(0.0) * self.mid <= price {
			return 0.0;
		}
		// Where the share has fallen to what the price is of the mid, or to the end of the market.
		let share = (price / self.mid).max(WORST);
		let worth = (1.0 - share) * 100.0 * self.depth - self.pressure;
		worth.max(0.0) / self.mid
	}

	/// Sells so many units, and returns what is got for them in USD.
	pub fn sell(&mut self, units: f64) -> f64 {
		let worth = units * self.mid;
		let got = worth * (self.share_after(0.0) + self.share_after(worth)) / 2.0;
		self.pressure += worth;
		got
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	fn market(depth: f64, mid: f64) -> Market {
		let mut market = Market::new(depth, 600.0);
		market.pass(0.0, mid);
		market
	}

	#[test]
	fn selling_the_depth_costs_one_per_cent_of_the_next_price() {
		let mut market = market(1_000.0, 10.0);
		assert_eq!(market.room_down_to(9.9).round(), 100.0);
		let got = market.sell(100.0);
		assert!((got - 995.0).abs() < 1e-6, "{got}");
		assert_eq!(market.room_down_to(9.9), 0.0);
	}

	#[test]
	fn the_market_forgets_half_in_a_half_life() {
		let mut market = market(1_000.0, 10.0);
		market.sell(100.0);
		market.pass(600.0, 20.0);
		assert_eq!((market.pressure, market.mid), (500.0, 20.0));
	}

	#[test]
	fn nothing_can_be_sold_above_the_market() {
		assert_eq!(market(1_000.0, 10.0).room_down_to(10.0), 0.0);
		assert_eq!(market(1_000.0, 0.0).room_down_to(0.0), 0.0);
	}

	proptest! {
		#[test]
		fn what_is_sold_down_to_a_price_brings_more_than_that(
			depth in 1.0f64..1e9,
			mid in 1e-6f64..1e6,
			share in 0.06f64..1.1,
			before in 0.0f64..50.0,
		) {
			let mut market = market(depth, mid);
			market.sell(before * depth / mid);
			let price = share * mid;
			let room = market.room_down_to(price);
			prop_assert!(room >= 0.0);
			if room > 0.0 {
				let got = market.sell(room);
				prop_assert!(got >= room * price * (1.0 - 1e-9), "{got} {room} {price}");
				prop_assert!(market.room_down_to(price) * mid <= 1e-6 * depth);
			}
		}
	}
}
