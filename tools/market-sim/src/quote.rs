//! From the price of an asset to what one exchange quotes for it.

use crate::{
	asset::{Asset, Prices},
	decimal::Decimal,
	exchanges::{Exchange, Listing, QuoteCurrency},
};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Bid and ask stand this many basis points from the exchange's mid.
const HALF_SPREAD: i32 = 1;

/// Value traded in a day on every market, in its quote currency.
const DAY_TURNOVER: Decimal = Decimal::whole(50_000_000);

/// All the numbers an exchange's ticker is made of, rounded to the market's price step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ticker {
	/// The market.
	pub listing: &'static Listing,
	/// The best price somebody buys at.
	pub bid: Decimal,
	/// The best price somebody sells at; above `bid`.
	pub ask: Decimal,
	/// The last trade, between the two.
	pub last: Decimal,
	/// The price a day ago. The day's course is made up from `last`.
	pub open: Decimal,
	/// The day's highest price.
	pub high: Decimal,
	/// The day's lowest price.
	pub low: Decimal,
	/// The day's average price by volume.
	pub average: Decimal,
	/// The day's volume in the asset.
	pub volume: Decimal,
	/// The day's volume in the quote currency.
	pub turnover: Decimal,
	/// Milliseconds since 1970.
	pub millis: u64,
}

impl Ticker {
	/// What `exchange` quotes on one of its markets; `factor` makes the quote wrong.
	pub fn new(
		exchange: Exchange,
		listing: &'static Listing,
		prices: &Prices,
		factor: Decimal,
		millis: u64,
	) -> Ticker {
		let usd = prices[listing.asset as usize];
		let mid = match exchange.quote_currency(listing.asset) {
			QuoteCurrency::Usd => usd,
			QuoteCurrency::Usdt => usd.over(prices[Asset::Usdt as usize]),
		};
		// However small a price, a market cannot quote less than its step.
		let step = Decimal::tick(listing.decimals);
		let mid = mid
			.times(factor)
			.shifted_by_basis_points(exchange.offset())
			.max(step);
		let rounded = |points| {
			mid.shifted_by_basis_points(points)
				.round_to(listing.decimals)
		};

		let last = rounded(0);
		let bid = mid
			.shifted_by_basis_points(-HALF_SPREAD)
			.floor_to(listing.decimals)
			.max(step)
			.min(last);
		let ask = mid
			.shifted_by_basis_points(HALF_SPREAD)
			.ceil_to(listing.decimals)
			.max(last)
			.max(bid.plus(step));
		Ticker {
			listing,
			bid,
			ask,
			last,
			open: rounded(-100).max(step),
			high: rounded(50).max(ask),
			low: rounded(-150).max(step).min(bid),
			average: rounded(-50).max(step),
			volume: DAY_TURNOVER.over(mid).round_to(8),
			turnover: DAY_TURNOVER,
			millis,
		}
	}

	/// A price as the market prints it, all decimals of its step shown.
	pub fn padded(&self, price: Decimal) -> String {
		price.fixed(self.listing.decimals)
	}

	/// The day's change in per cent of the opening price.
	pub fn change_percent(&self, decimals: usize) -> String {
		let relative = |price: Decimal| price.times(Decimal::whole(100)).over(self.open);
		relative(self.last).fixed_change(relative(self.open), decimals)
	}

	/// A number that grows with time, as trade numbers do.
	pub fn trade_id(&self) -> u64 {
		self.millis / 100
	}

	/// Whole seconds since 1970.
	pub fn seconds(&self) -> u64 {
		self.millis / 1_000
	}
}

/// Milliseconds since 1970.
pub fn now_millis() -> u64 {
	let now = SystemTime::now()
		.duration_since(UNIX_EPOCH)
		.unwrap_or(Duration::ZERO);
	u64::try_from(now.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
pub(crate) mod tests {
	use super::*;
	use crate::asset::default_prices;

	/// A moment every rendering test uses: 2026-03-01T12:34:56.789Z.
	pub const MILLIS: u64 = 1_772_368_496_789;

	/// What an exchange quotes at the default prices.
	pub fn ticker(exchange: Exchange, asset: Asset) -> Ticker {
		let listing = exchange.listing(asset).unwrap();
		Ticker::new(exchange, listing, &default_prices(), Decimal::ONE, MILLIS)
	}

	#[test]
	fn every_quote_is_ordered_positive_and_near_the_price() {
		let mut extremes = vec![default_prices()];
		extremes.push([Decimal::from_units(1); 6]);
		extremes.push([Decimal::MAX; 6]);
		let mut cheap_dollar = [Decimal::MAX; 6];
		cheap_dollar[Asset::Usdt as usize] = Decimal::from_units(1);
		extremes.push(cheap_dollar);
		for prices in &extremes {
			for exchange in Exchange::ALL {
				for listing in exchange.listings() {
					let t = Ticker::new(exchange, listing, prices, Decimal::ONE, MILLIS);
					assert!(Decimal::ZERO < t.low && t.low <= t.bid, "{t:?}");
					assert!(
						t.bid <= t.last && t.last <= t.ask && t.ask <= t.high,
						"{t:?}"
					);
					assert!(t.bid < t.ask || t.ask == Decimal::MAX, "{t:?}");
				}
			}
		}
		for exchange in Exchange::ALL {
			for listing in exchange.listings() {
				let t = ticker(exchange, listing.asset);
				let price = default_prices()[listing.asset as usize];
				let off = t
					.last
					.distance(price)
					.times(Decimal::whole(10_000))
					.over(price);
				assert!(off <= Decimal::whole(3), "{t:?}");
			}
		}
	}

	#[test]
	fn the_median_of_all_exchanges_is_the_price() {
		for asset in [Asset::Btc, Asset::Eth, Asset::Dot, Asset::Crn] {
			let mut quotes = Exchange::ALL.map(|exchange| ticker(exchange, asset).last);
			quotes.sort();
			assert_eq!(quotes[2], default_prices()[asset as usize]);
			assert!(quotes[0] < quotes[4]);
		}
	}

	#[test]
	fn tether_markets_divide_by_the_price_of_tether() {
		let mut prices = default_prices();
		prices[Asset::Usdt as usize] = "0.96".parse().unwrap();
		let last = |exchange: Exchange| {
			let listing = exchange.listing(Asset::Btc).unwrap();
			Ticker::new(exchange, listing, &prices, Decimal::ONE, MILLIS)
				.last
				.to_string()
		};
		assert_eq!(last(Exchange::Binance), "62512.5");
		assert_eq!(last(Exchange::Okx), "62487.5");
		assert_eq!(last(Exchange::Kraken), "60000");
	}

	#[test]
	fn the_change_is_computed_from_the_open() {
		let t = ticker(Exchange::Kraken, Asset::Btc);
		assert_eq!(
			(t.open.to_string(), t.last.to_string()),
			("59400".into(), "60000".into())
		);
		assert_eq!(t.change_percent(2), "1.01");
	}
}
