//! What each asset costs, and how that changes: fixed, as a random walk, along a path from a file,
//! and by hand.

use crate::{
	asset::{Asset, Prices, ASSETS},
	decimal::Decimal,
	path::PricePath,
};
use rand_chacha::{
	rand_core::{RngCore, SeedableRng},
	ChaCha8Rng,
};
use std::time::Duration;

/// Seconds of the year by which volatility is annualised.
const YEAR_SECONDS: f64 = 365.0 * 86_400.0;

/// The largest standard deviation of one step of a walk. A draw is at most six of them, so that a
/// step never takes a price below a tenth of what it was.
const MAX_STEP_DEVIATION: f64 = 0.15;

/// Where a walk stops falling: small enough to be a crash to nothing, large enough to be quoted.
const WALK_FLOOR: Decimal = Decimal::from_units(1_000_000);

/// How the market moves by itself.
#[derive(Clone, Debug)]
pub enum Mode {
	/// Not at all.
	Fixed,
	/// Each asset but the stable ones walks randomly and independently, one step a second.
	Walk {
		/// Standard deviation of a year's return; 0.9 is 90 %.
		volatility: f64,
		/// The same seed gives the same walk.
		seed: u64,
		/// Simulated seconds in a second.
		speed: Decimal,
	},
	/// The assets a file names follow it; the others stay.
	Path {
		/// What the file says.
		path: PricePath,
		/// Simulated seconds in a second.
		speed: Decimal,
	},
}

impl Mode {
	/// A walk, or a sentence saying why there can be none with these numbers.
	pub fn walk(volatility: f64, seed: u64, speed: Decimal) -> Result<Mode, String> {
		if !volatility.is_finite() || volatility <= 0.0 {
			return Err(
				"the volatility must be above zero, for example 0.9 for 90 % a year".into(),
			);
		}
		let deviation = step_deviation(volatility, speed);
		if deviation > MAX_STEP_DEVIATION {
			return Err(format!(
				"a volatility of {volatility} at speed {speed} would move prices by {:.0} % in each \
				 step; lower one of them until it is at most {:.0} %",
				deviation * 100.0,
				MAX_STEP_DEVIATION * 100.0,
			));
		}
		Ok(Mode::Walk {
			volatility,
			seed,
			speed,
		})
	}

	/// The word for it in `/admin/state`.
	pub fn name(&self) -> &'static str {
		match self {
			Mode::Fixed => "fixed",
			Mode::Walk { .. } => "walk",
			Mode::Path { .. } => "path",
		}
	}
}

/// What one asset's price does.
enum Track {
	Fixed(Decimal),
	Walking {
		price: Decimal,
		random: Box<ChaCha8Rng>,
	},
	Following {
		scale: Decimal,
	},
}

/// All prices. Time is handed in as the duration since the market's start, so that the same calls
/// give the same prices.
pub struct Market {
	mode: Mode,
	initial: Prices,
	tracks: [Track; ASSETS],
	/// Steps the walk has done.
	steps: u64,
}

impl Market {
	/// A market at its start.
	pub fn new(initial: Prices, mode: Mode) -> Market {
		let tracks = Asset::ALL.map(|asset| start_track(&mode, &initial, asset));
		Market {
			mode,
			initial,
			tracks,
			steps: 0,
		}
	}

	/// As it was at the start, walk and path included.
	pub fn reset(&mut self) {
		*self = Market::new(self.initial, self.mode.clone());
	}

	/// How the market moves by itself.
	pub fn mode(&self) -> &Mode {
		&self.mode
	}

	/// What this one asset does now: `fixed`, `walk` or `path`.
	pub fn track_name(&self, asset: Asset) -> &'static str {
		match self.tracks[asset as usize] {
			Track::Fixed(_) => "fixed",
			Track::Walking { .. } => "walk",
			Track::Following { .. } => "path",
		}
	}

	/// All prices at `elapsed` since the start. Time does not run backwards: a walk stays where it
	/// is when asked for an earlier moment.
	pub fn prices(&mut self, elapsed: Duration) -> Prices {
		self.walk_to(elapsed.as_secs());
		Asset::ALL.map(|asset| self.price(asset, elapsed))
	}

	/// Sets an asset's price and keeps it there.
	pub fn set(&mut self, asset: Asset, price: Decimal) {
		self.tracks[asset as usize] = Track::Fixed(price);
	}

	/// Multiplies an asset's price. What walked goes on walking from there, and what follows a path
	/// follows it multiplied.
	pub fn scale(&mut self, asset: Asset, factor: Decimal, elapsed: Duration) {
		self.walk_to(elapsed.as_secs());
		let (Track::Fixed(value)
		| Track::Walking { price: value, .. }
		| Track::Following { scale: value }) = &mut self.tracks[asset as usize];
		*value = value.times(factor);
	}

	fn price(&self, asset: Asset, elapsed: Duration) -> Decimal {
		match (&self.tracks[asset as usize], &self.mode) {
			(Track::Fixed(price) | Track::Walking { price, .. }, _) => *price,
			(Track::Following { scale }, Mode::Path { path, speed }) => {
				let after = Decimal::from_units(elapsed.as_millis())
					.times(*speed)
					.units();
				let after = u64::try_from(after).unwrap_or(u64::MAX);
				let price = path
					.price(asset, after)
					.unwrap_or(self.initial[asset as usize]);
				// A scaled price may round to nothing, and no market quotes nothing.
				price.times(*scale).max(Decimal::from_units(1))
			}
			(Track::Following { .. }, _) => self.initial[asset as usize],
		}
	}

	fn walk_to(&mut self, steps: u64) {
		let Mode::Walk {
			volatility, speed, ..
		} = self.mode
		else {
			return;
		};
		let deviation = step_deviation(volatility, speed);
		for track in &mut self.tracks {
			if let Track::Walking { price, random } = track {
				for _ in self.steps..steps {
					*price = step(*price, deviation, random);
				}
			}
		}
		self.steps = self.steps.max(steps);
	}
}

fn start_track(mode: &Mode, initial: &Prices, asset: Asset) -> Track {
	let price = initial[asset as usize];
	match mode {
		Mode::Walk { seed, .. } if !asset.is_stable() => {
			// One stream an asset: setting one by hand leaves the others' walks as they were.
			let mut random = ChaCha8Rng::seed_from_u64(*seed);
			random.set_stream(asset as u64);
			Track::Walking {
				price,
				random: Box::new(random),
			}
		}
		Mode::Path { path, .. } if path.names(asset) => Track::Following {
			scale: Decimal::ONE,
		},
		_ => Track::Fixed(price),
	}
}

/// Standard deviation of one step: `σ·√(speed / year)`.
fn step_deviation(volatility: f64, speed: Decimal) -> f64 {
	let seconds = speed.units() as f64 / Decimal::ONE.units() as f64;
	volatility * (seconds / YEAR_SECONDS).sqrt()
}

/// One step: `price · (1 + deviation·z)`, which has no drift.
///
/// `z` is the sum of twelve uniform draws less six. Unlike with logarithms and cosines, every
/// operation here is defined to the last bit, so a seed gives the same walk on every machine.
fn step(price: Decimal, deviation: f64, random: &mut ChaCha8Rng) -> Decimal {
	const UNIT: f64 = 1.0 / (1u64 << 53) as f64;
	let z = (0..12)
		.map(|_| (random.next_u64() >> 11) as f64 * UNIT)
		.sum::<f64>()
		- 6.0;
	let factor = (1.0 + deviation * z) * Decimal::ONE.units() as f64;
	price
		.times(Decimal::from_units(factor as u128))
		.max(WALK_FLOOR)
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::asset::default_prices;

	fn walk(seed: u64, speed: u64) -> Market {
		let mode = Mode::walk(0.9, seed, Decimal::whole(speed)).unwrap();
		Market::new(default_prices(), mode)
	}

	fn seconds(n: u64) -> Duration {
		Duration::from_secs(n)
	}

	#[test]
	fn fixed_prices_stay_and_can_be_set_and_moved() {
		let mut market = Market::new(default_prices(), Mode::Fixed);
		assert_eq!(market.prices(seconds(9_999)), default_prices());
		market.set(Asset::Btc, Decimal::whole(54_000));
		market.scale(Asset::Eth, "0.8".parse().unwrap(), seconds(1));
		let prices = market.prices(seconds(2));
		assert_eq!(prices[Asset::Btc as usize].to_string(), "54000");
		assert_eq!(prices[Asset::Eth as usize].to_string(), "2400");
		market.reset();
		assert_eq!(market.prices(seconds(3)), default_prices());
	}

	#[test]
	fn a_seed_gives_one_walk_however_often_it_is_looked_at() {
		let mut often = walk(7, 60);
		for second in 0..=500 {
			often.prices(seconds(second));
		}
		let at_once = walk(7, 60).prices(seconds(500));
		assert_eq!(often.prices(seconds(500)), at_once);
		assert_ne!(walk(8, 60).prices(seconds(500)), at_once);
		// Pinned: a change of this number changes everybody's recorded scenario.
		assert_eq!(
			at_once[Asset::Btc as usize].to_string(),
			"60221.776986649726"
		);
	}

	#[test]
	fn a_walk_moves_all_but_the_stable_assets_and_each_by_itself() {
		let mut market = walk(7, 1);
		let prices = market.prices(seconds(100));
		let started = default_prices();
		for asset in Asset::ALL {
			let moved = prices[asset as usize] != started[asset as usize];
			assert_eq!(moved, !asset.is_stable(), "{asset}");
			assert_eq!(market.track_name(asset) == "walk", !asset.is_stable());
		}
		let up = |asset: Asset| prices[asset as usize].over(started[asset as usize]);
		assert_ne!(up(Asset::Btc), up(Asset::Eth));
	}

	#[test]
	fn setting_one_asset_leaves_the_other_walks_alone() {
		let mut touched = walk(7, 1);
		touched.prices(seconds(10));
		touched.set(Asset::Btc, Decimal::ONE);
		let touched = touched.prices(seconds(50));
		let untouched = walk(7, 1).prices(seconds(50));
		assert_eq!(touched[Asset::Btc as usize], Decimal::ONE);
		assert_eq!(touched[Asset::Eth as usize], untouched[Asset::Eth as usize]);
	}

	#[test]
	fn a_moved_walk_goes_on_from_where_it_was_moved_to() {
		let mut moved = walk(7, 1);
		moved.scale(Asset::Eth, "0.5".parse().unwrap(), seconds(10));
		let half = moved.prices(seconds(50))[Asset::Eth as usize];
		let full = walk(7, 1).prices(seconds(50))[Asset::Eth as usize];
		let twice = half.times(Decimal::whole(2));
		// Rounding of forty steps at the twelfth decimal.
		assert!(
			twice.distance(full) < "0.0000000001".parse().unwrap(),
			"{twice} {full}"
		);
		assert_eq!(moved.track_name(Asset::Eth), "walk");
	}

	#[test]
	fn a_walk_has_about_the_volatility_asked_for() {
		// 4,000 steps of six hours; the sum of squared returns over their time is the variance.
		let mut market = walk(1, 21_600);
		let (mut squares, mut last) = (0.0, 60_000.0);
		for step in 1..=4_000 {
			let now = market.prices(seconds(step))[Asset::Btc as usize].units() as f64 / 1e12;
			squares += (now / last - 1.0f64).powi(2);
			last = now;
		}
		let volatility = (squares / (4_000.0 * 21_600.0) * YEAR_SECONDS).sqrt();
		assert!((0.85..0.95).contains(&volatility), "{volatility}");
	}

	#[test]
	fn a_walk_that_could_reach_below_zero_is_refused() {
		assert!(Mode::walk(0.9, 0, Decimal::whole(86_400)).is_ok());
		let why = Mode::walk(9.0, 0, Decimal::whole(86_400)).unwrap_err();
		assert!(
			why.contains("47 % in each step; lower one of them"),
			"{why}"
		);
		assert!(Mode::walk(0.0, 0, Decimal::ONE).is_err());
		assert!(Mode::walk(f64::NAN, 0, Decimal::ONE).is_err());
	}

	#[test]
	fn a_path_is_followed_at_its_speed_and_can_be_scaled_and_left() {
		let path = PricePath::parse("unix_seconds,asset,price\n0,BTC,100\n600,BTC,700").unwrap();
		let mut market = Market::new(
			default_prices(),
			Mode::Path {
				path,
				speed: Decimal::whole(60),
			},
		);
		let btc = |market: &mut Market, millis| {
			market.prices(Duration::from_millis(millis))[Asset::Btc as usize].to_string()
		};
		assert_eq!(btc(&mut market, 0), "100");
		assert_eq!(btc(&mut market, 5_000), "400");
		assert_eq!(btc(&mut market, 5_500), "430");
		market.scale(Asset::Btc, "0.5".parse().unwrap(), seconds(6));
		assert_eq!(btc(&mut market, 5_000), "200");
		assert_eq!(market.track_name(Asset::Btc), "path");
		assert_eq!(market.track_name(Asset::Eth), "fixed");
		market.set(Asset::Btc, Decimal::ONE);
		assert_eq!(btc(&mut market, 9_000), "1");
		market.reset();
		assert_eq!(btc(&mut market, 10_000), "700");
	}
}
