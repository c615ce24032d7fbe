//! The command line of the market simulator.

use clap::{ArgGroup, Parser};
use market_sim::{
	asset::{default_prices, parse_price, Asset},
	decimal::Decimal,
	market::{Market, Mode},
	path::PricePath,
	serve_until, AppState,
};
use std::{fs, io::ErrorKind, net::SocketAddr, path::PathBuf, process::ExitCode, time::Duration};
use tokio::{net::TcpListener, sync::watch, time::sleep};

/// How long answers under way may take after Ctrl-C. Hanging ones would take a minute.
const FAREWELL: Duration = Duration::from_secs(1);

/// The fastest a market may run: eleven days in a second.
const MAX_SPEED: Decimal = Decimal::whole(1_000_000);

/// One HTTP server that answers like Binance, Kraken, Coinbase Exchange, OKX and Bitstamp.
///
/// Prices stay as they are unless --walk-volatility or --path moves them. While the server runs,
/// /admin/price, /admin/move and /admin/fail change prices and make exchanges fail.
#[derive(Parser)]
#[command(version, group(ArgGroup::new("movement").args(["walk_volatility", "path"])))]
struct Cli {
	/// Address and port to listen on; port 0 takes a free one.
	#[arg(long, default_value = "127.0.0.1:8088")]
	listen: SocketAddr,

	/// Initial price in USD, for example BTC=60000. May be given for each of BTC, ETH, DOT, USDT,
	/// USDC and CRN.
	#[arg(long = "price", value_name = "ASSET=USD", value_parser = parse_assignment)]
	prices: Vec<(Asset, Decimal)>,

	/// Let prices walk randomly with this volatility a year; 0.9 is 90 %. Stable assets stay.
	#[arg(long, value_name = "VOLATILITY")]
	walk_volatility: Option<f64>,

	/// Seed of the walk; the same seed gives the same walk.
	#[arg(long, default_value_t = 0, requires = "walk_volatility")]
	seed: u64,

	/// Let prices follow a CSV file with the header unix_seconds,asset,price.
	#[arg(long, value_name = "FILE")]
	path: Option<PathBuf>,

	/// Simulated seconds in a second, for a walk or a path.
	#[arg(long, default_value = "1", value_parser = parse_speed, requires = "movement")]
	speed: Decimal,
}

fn parse_assignment(text: &str) -> Result<(Asset, Decimal), String> {
	let (asset, price) = text.split_once('=').ok_or("write it like BTC=60000")?;
	Ok((asset.parse()?, parse_price(price)?))
}

fn parse_speed(text: &str) -> Result<Decimal, String> {
	let speed = text.parse::<Decimal>()?;
	if speed == Decimal::ZERO || speed > MAX_SPEED {
		return Err(format!(
			"the speed must be above zero and at most {MAX_SPEED}"
		));
	}
	Ok(speed)
}

impl Cli {
	fn market(&self) -> Result<Market, String> {
		let mut initial = default_prices();
		for (asset, price) in &self.prices {
			initial[*asset as usize] = *price;
		}
		let mode = match (self.walk_volatility, &self.path) {
			(Some(volatility), _) => Mode::walk(volatility, self.seed, self.speed)?,
			(None, Some(file)) => {
				let text = fs::read_to_string(file)
					.map_err(|why| format!("cannot read {}: {why}", file.display()))?;
				let path = PricePath::parse(&text)
					.map_err(|why| format!("cannot use {}: {why}", file.display()))?;
				Mode::Path {
					path,
					speed: self.speed,
				}
			}
			(None, None) => Mode::Fixed,
		};
		Ok(Market::new(initial, mode))
	}
}

#[tokio::main]
async fn main() -> ExitCode {
	match run(Cli::parse()).await {
		Ok(()) => ExitCode::SUCCESS,
		Err(why) => {
			eprintln!("error: {why}");
			ExitCode::FAILURE
		}
	}
}

async fn run(cli: Cli) -> Result<(), String> {
	let market = cli.market()?;
	let listener = TcpListener::bind(cli.listen)
		.await
		.map_err(|why| match why.kind() {
			ErrorKind::AddrInUse => format!(
				"{} is in use by another program; stop it or choose another port with --listen",
				cli.listen
			),
			_ => format!("cannot listen on {}: {why}", cli.listen),
		})?;
	let address = listener.local_addr().map_err(|why| why.to_string())?;
	println!("market-sim listening on http://{address}");

	let (leave, mut leaving) = watch::channel(false);
	let mut overdue = leave.subscribe();
	tokio::spawn(async move {
		stop_signal().await;
		let _ = leave.send(true);
		// Kept until the process ends: a closed channel would look like a signal.
		std::future::pending::<()>().await;
	});
	let stop = async move {
		let _ = leaving.wait_for(|now| *now).await;
	};
	tokio::select! {
		served = serve_until(listener, AppState::new(market), stop) => {
			served.map_err(|why| format!("the server stopped: {why}"))
		},
		_ = async { let _ = overdue.wait_for(|now| *now).await; sleep(FAREWELL).await } => Ok(()),
	}
}

/// Waits for Ctrl-C, or for the polite signal by which service managers stop a program.
async fn stop_signal() {
	let interrupt = async {
		// Without the handler there is nothing to wait for; the system then ends the process.
		if tokio::signal::ctrl_c().await.is_err() {
			std::future::pending::<()>().await;
		}
	};
	#[cfg(unix)]
	let terminate = async {
		use tokio::signal::unix::{signal, SignalKind};
		match signal(SignalKind::terminate()) {
			Ok(mut signal) => drop(signal.recv().await),
			Err(_) => std::future::pending::<()>().await,
		}
	};
	#[cfg(not(unix))]
	let terminate = std::future::pending::<()>();
	tokio::select! {
		() = interrupt => (),
		() = terminate => (),
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use clap::CommandFactory;

	fn cli(args: &[&str]) -> Result<Cli, String> {
		let args = [&["market-sim"], args].concat();
		Cli::try_parse_from(args).map_err(|why| why.to_string())
	}

	fn refused(args: &[&str]) -> String {
		cli(args).err().expect("these arguments are wrong")
	}

	#[test]
	fn the_command_line_is_well_formed() {
		Cli::command().debug_assert();
		assert_eq!(cli(&[]).unwrap().listen.to_string(), "127.0.0.1:8088");
	}

	#[test]
	fn prices_are_set_by_flag_and_default_otherwise() {
		let cli = cli(&["--price", "BTC=54000.5", "--price", "crn=0.7"]).unwrap();
		let prices = cli.market().unwrap().prices(Duration::ZERO);
		assert_eq!(prices[Asset::Btc as usize].to_string(), "54000.5");
		assert_eq!(prices[Asset::Crn as usize].to_string(), "0.7");
		assert_eq!(prices[Asset::Eth as usize].to_string(), "3000");
	}

	#[test]
	fn wrong_arguments_are_refused_with_a_reason() {
		assert!(refused(&["--price", "BTC"]).contains("write it like BTC=60000"));
		assert!(refused(&["--price", "DOGE=1"]).contains("use one of BTC, ETH"));
		assert!(refused(&["--price", "BTC=-1"]).contains("not a decimal number"));
		assert!(refused(&["--listen", "8088"]).contains("invalid"));
		assert!(refused(&["--walk-volatility", "1", "--path", "x"]).contains("cannot be used with"));
		assert!(refused(&["--seed", "7"]).contains("--walk-volatility"));
		assert!(refused(&["--speed", "7"]).contains("required"));
		assert!(refused(&["--path", "x", "--speed", "0"]).contains("above zero"));
	}

	#[test]
	fn a_file_that_cannot_be_used_is_named_with_the_line() {
		let why = cli(&["--path", "/nowhere.csv"])
			.unwrap()
			.market()
			.err()
			.unwrap();
		assert!(why.starts_with("cannot read /nowhere.csv: "), "{why}");

		let file = std::env::temp_dir().join(format!("market-sim-{}.csv", std::process::id()));
		fs::write(&file, "unix_seconds,asset,price\n1,BTC,x\n").unwrap();
		let why = cli(&["--path", file.to_str().unwrap()])
			.unwrap()
			.market()
			.err()
			.unwrap();
		fs::remove_file(&file).unwrap();
		assert!(why.ends_with(".csv: line 2: `x` is not a decimal number; write it like 54000.5"));
	}
}
