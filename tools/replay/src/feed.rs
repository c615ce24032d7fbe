//! Prices by token: those of the file, and those that everybody knows.

use crate::{chain::Token, prices::Prices};

/// CRN in USD where the file does not say.
const CRN_PRICE: f64 = 0.5;

/// Prices by token.
pub struct Feed<'a> {
	/// The file.
	pub prices: &'a Prices,
	/// The chain's tokens.
	pub tokens: Vec<Token>,
}

impl Feed<'_> {
	fn is_named(&self, token: &Token) -> bool {
		self.prices.assets().any(|asset| asset == token.symbol)
	}

	/// What the file or, where it does not name the token, common knowledge says: stablecoins are
	/// worth a dollar, and CRN what it is in the presets. Others have no price.
	fn price(&self, token: &Token, from_file: Option<f64>) -> Option<f64> {
		if self.is_named(token) {
			return from_file;
		}
		match token.symbol.as_str() {
			"CRN" => Some(CRN_PRICE),
			_ => token.stable.then_some(1.0),
		}
	}

	/// What the market pays at `time`, in seconds.
	pub fn market(&self, time: f64) -> Vec<Option<f64>> {
		let of = |t: &Token| self.price(t, self.prices.market(&t.symbol, time));
		self.tokens.iter().map(of).collect()
	}

	/// What the validators see at `time`. Nothing at all while they see nothing of the file.
	pub fn seen(&self, time: f64) -> Vec<Option<f64>> {
		if self.prices.is_dark(time) {
			return vec![None; self.tokens.len()];
		}
		let of = |t: &Token| self.price(t, self.prices.seen(&t.symbol, time));
		self.tokens.iter().map(of).collect()
	}

	/// The first prices of what vaults hold: the file's assets and stablecoins.
	pub fn held(&self) -> Vec<Option<f64>> {
		let first = self.market(self.prices.start());
		let held = |token: &Token| token.stable || self.is_named(token);
		let pairs = self.tokens.iter().zip(first);
		pairs
			.map(|(token, price)| price.filter(|_| held(token)))
			.collect()
	}

	/// What the market pays for each asset of the file, in per cent of what it paid at the start.
	pub fn relative(&self, time: f64) -> Vec<f64> {
		let start = self.prices.start();
		let of = |asset| {
			let price = |time| self.prices.market(asset, time);
			Some(100.0 * price(time)? / price(start)?)
		};
		self.prices
			.assets()
			.map(|asset| of(asset).unwrap_or(0.0))
			.collect()
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::chain::genesis::Genesis;

	#[test]
	fn what_the_file_does_not_name_is_known_or_unknown() {
		let text = "unix_seconds,asset,price\n0,ETH,200\n10,ETH,\n20,ETH,100\n0,USDC,0.9\n";
		let prices = Prices::read(text.as_bytes()).unwrap();
		let tokens = Genesis::new().tokens().to_vec();
		let feed = Feed {
			prices: &prices,
			tokens,
		};
		let (eth, usdc, usdt) = (Some(200.0), Some(0.9), Some(1.0));
		// BTC, ETH, DOT, CRN, USDT, USDC.
		assert_eq!(feed.seen(0.0), [None, eth, None, Some(0.5), usdt, usdc]);
		assert_eq!(feed.seen(15.0), [None, None, None, Some(0.5), usdt, usdc]);
		assert_eq!(feed.market(15.0)[1], Some(125.0));
		assert_eq!(feed.held(), [None, eth, None, None, usdt, usdc]);
		assert_eq!(feed.relative(20.0), [50.0, 100.0]);
	}

	#[test]
	fn in_the_dark_nobody_reports_anything() {
		let text = "unix_seconds,asset,price\n0,ETH,200\n10,ETH,\n20,ETH,100\n";
		let prices = Prices::read(text.as_bytes()).unwrap();
		let tokens = Genesis::new().tokens().to_vec();
		let feed = Feed {
			prices: &prices,
			tokens,
		};
		assert_eq!(feed.seen(15.0), [None; 6]);
	}
}
