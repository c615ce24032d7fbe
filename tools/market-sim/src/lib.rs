//! One HTTP server that answers like Binance, Kraken, Coinbase Exchange, OKX and Bitstamp, with
//! prices that can be moved and failures that can be switched on while it runs.

pub mod admin;
pub mod asset;
pub mod decimal;
pub mod exchanges;
pub mod failures;
pub mod market;
pub mod path;
pub mod quote;

use asset::Prices;
use axum::{routing::get, Router};
use exchanges::{binance, bitstamp, coinbase, kraken, okx, Reply, EXCHANGES};
use failures::{Failures, MAX_SLOW_ANSWERS};
use market::Market;
use std::{
	future::Future,
	io,
	sync::{Arc, Mutex, MutexGuard, PoisonError},
	time::{Duration, Instant},
};
use tokio::{net::TcpListener, sync::Semaphore};

/// Everything that can change while the server runs.
pub struct Simulation {
	/// The prices.
	pub market: Market,
	/// How each exchange fails.
	pub failures: Failures,
	/// Requests to each exchange.
	pub requests: [u64; EXCHANGES],
	started: Instant,
}

impl Simulation {
	/// The time since the start or the last reset.
	pub fn elapsed(&self) -> Duration {
		self.started.elapsed()
	}

	/// The prices now.
	pub fn prices(&mut self) -> Prices {
		self.market.prices(self.started.elapsed())
	}

	/// Everything as it was at the start.
	pub fn reset(&mut self) {
		self.market.reset();
		self.failures = Failures::default();
		self.requests = [0; EXCHANGES];
		self.started = Instant::now();
	}
}

/// What all requests share. Cheap to clone.
#[derive(Clone)]
pub struct AppState {
	simulation: Arc<Mutex<Simulation>>,
	/// A permit for each hanging or dripping answer.
	pub slow_answers: Arc<Semaphore>,
}

impl AppState {
	/// Starts the market's clock.
	pub fn new(market: Market) -> AppState {
		let simulation = Simulation {
			market,
			failures: Failures::default(),
			requests: [0; EXCHANGES],
			started: Instant::now(),
		};
		AppState {
			simulation: Arc::new(Mutex::new(simulation)),
			slow_answers: Arc::new(Semaphore::new(MAX_SLOW_ANSWERS)),
		}
	}

	/// The simulation, for a moment.
	pub fn lock(&self) -> MutexGuard<'_, Simulation> {
		// Nothing is left half-changed where a panic could come from, so go on.
		self.simulation
			.lock()
			.unwrap_or_else(PoisonError::into_inner)
	}
}

/// All routes.
fn router(state: AppState) -> Router {
	Router::new()
		.merge(binance::routes())
		.merge(kraken::routes())
		.merge(coinbase::routes())
		.merge(okx::routes())
		.merge(bitstamp::routes())
		.merge(admin::routes())
		.route(
			"/health",
			get(|| async { Reply::ok(r#"{"status":"ok"}"#.into()) }),
		)
		.with_state(state)
}

/// Serves until the listener fails.
pub async fn serve(listener: TcpListener, state: AppState) -> io::Result<()> {
	axum::serve(listener, router(state)).await
}

/// Serves until `stop` is done and the answers under way are sent.
pub async fn serve_until(
	listener: TcpListener,
	state: AppState,
	stop: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
	axum::serve(listener, router(state))
		.with_graceful_shutdown(stop)
		.await
}
