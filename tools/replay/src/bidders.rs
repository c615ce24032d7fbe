//! Who buys from lots, with how much, and for which profit.
//!
//! A bidder sees the chain as it is after a block, sends his `take` for the next one, and sells
//! what he gets outside (see [`crate::market`]). He takes as much as leaves him his profit on the
//! last unit, as much as he has CUSD for, and as much as there is. CUSD that he has paid is burned:
//! he gets new ones from their holders, up to his capital again, in the time that it takes to turn
//! collateral into CUSD. When the holders have none left, nobody gets any.

use crate::market::Market;
use clap::ValueEnum;
use std::fmt;

/// How many bidders there are, and what market stands behind them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Kind {
	/// Nobody ever bids.
	None,
	/// A few, with little.
	Thin,
	/// What a market of this size may be expected to have.
	Normal,
	/// More than is needed.
	Deep,
}

/// What a [`Kind`] means. Shares are of all CUSD that exist when the path starts, so that a replay
/// means the same whatever its size.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Terms {
	/// How many bidders.
	pub bidders: usize,
	/// CUSD of all bidders together, as a share.
	pub capital: f64,
	/// Profit that the first and the last of them require; the others lie between.
	pub profit: (f64, f64),
	/// Seconds in which a bidder can spend his capital once.
	pub turnover: f64,
	/// What sold at once lowers an asset's price outside by one per cent, as a share.
	pub depth: f64,
	/// Seconds in which the market forgets half of what was sold.
	pub half_life: f64,
}

impl Kind {
	/// What it means.
	pub const fn terms(self) -> Terms {
		match self {
			Self::None => Terms {
				bidders: 0,
				capital: 0.0,
				profit: (0.0, 0.0),
				turnover: 3_600.0,
				depth: 0.005,
				half_life: 600.0,
			},
			Self::Thin => Terms {
				bidders: 3,
				capital: 0.005,
				profit: (0.04, 0.08),
				turnover: 3_600.0,
				depth: 0.0005,
				half_life: 1_200.0,
			},
			Self::Normal => Terms {
				bidders: 8,
				capital: 0.05,
				profit: (0.01, 0.05),
				turnover: 600.0,
				depth: 0.005,
				half_life: 600.0,
			},
			Self::Deep => Terms {
				bidders: 20,
				capital: 0.2,
				profit: (0.005, 0.03),
				turnover: 300.0,
				depth: 0.015,
				half_life: 300.0,
			},
		}
	}
}

impl fmt::Display for Kind {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str(match self {
			Self::None => "none",
			Self::Thin => "thin",
			Self::Normal => "normal",
			Self::Deep => "deep",
		})
	}
}

impl Terms {
	/// The profit that bidder number `index` requires.
	pub fn profit_of(&self, index: usize) -> f64 {
		let (first, last) = self.profit;
		match self.bidders {
			0 | 1 => first,
			bidders => first + (last - first) * index as f64 / (bidders - 1) as f64,
		}
	}

	/// CUSD that each bidder has at most, of `issuance`.
	pub fn capital_of_each(&self, issuance: f64) -> f64 {
		self.capital * issuance / self.bidders.max(1) as f64
	}
}

/// The least that is worth a transaction, in CUSD.
pub const LEAST_PAYMENT: f64 = 10.0;

/// How many units of a lot at `price` a bidder wants who has so much CUSD and requires `profit`.
/// Nothing if it is not worth a transaction.
pub fn wanted(market: &Market, price: f64, cash: f64, profit: f64) -> f64 {
	let room = market.room_down_to(price * (1.0 + profit));
	// A float is not exact to the last unit of his money.
	let amount = room.min(cash * (1.0 - 1e-9) / price);
	if amount * price < LEAST_PAYMENT {
		return 0.0;
	}
	amount
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	fn market() -> Market {
		let mut market = Market::new(10_000.0, 600.0);
		market.pass(0.0, 100.0);
		market
	}

	#[test]
	fn nobody_buys_above_the_market_less_the_profit() {
		assert_eq!(wanted(&market(), 115.0, 1e6, 0.01), 0.0);
		assert_eq!(wanted(&market(), 99.5, 1e6, 0.01), 0.0);
		assert!(wanted(&market(), 95.0, 1e6, 0.01) > 0.0);
	}

	#[test]
	fn money_limits_and_so_does_the_market() {
		// 95 · 1.01 = 95.95: four and a bit per cent of depth 10,000 at 100.
		let deep = wanted(&market(), 95.0, 1e9, 0.01);
		assert!((deep - 405.0).abs() < 1e-6, "{deep}");
		let poor = wanted(&market(), 95.0, 950.0, 0.01);
		assert!(poor < 10.0 && poor > 9.999_999, "{poor}");
		assert_eq!(wanted(&market(), 95.0, 9.0, 0.01), 0.0);
	}

	#[test]
	fn profits_spread_over_the_bidders() {
		let terms = Kind::Normal.terms();
		assert_eq!(terms.profit_of(0), 0.01);
		assert!((terms.profit_of(7) - 0.05).abs() < 1e-12);
		assert!((terms.capital_of_each(8_000.0) - 50.0).abs() < 1e-9);
		assert_eq!(Kind::None.terms().capital_of_each(1e6), 0.0);
	}

	#[test]
	fn each_kind_has_more_of_everything_than_the_one_before() {
		let kinds = [Kind::Thin, Kind::Normal, Kind::Deep].map(Kind::terms);
		for pair in kinds.windows(2) {
			let [less, more] = pair else { unreachable!() };
			assert!(less.capital < more.capital && less.depth < more.depth);
			assert!(less.turnover > more.turnover && less.profit.0 > more.profit.0);
		}
	}

	proptest! {
		#[test]
		fn whoever_buys_makes_his_profit(
			price in 1.0f64..120.0,
			cash in 0.0f64..1e7,
			profit in 0.0f64..0.2,
		) {
			let mut market = market();
			let amount = wanted(&market, price, cash, profit);
			let paid = amount * price;
			prop_assert!(paid <= cash * (1.0 + 1e-9));
			let got = market.sell(amount);
			prop_assert!(got >= paid * (1.0 + profit) * (1.0 - 1e-9), "{got} {paid}");
		}
	}
}
