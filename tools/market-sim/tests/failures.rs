//! Each way to fail, seen from the other end of the wire.

mod common;

use common::Server;
use std::time::Duration;
use tokio::{
	io::AsyncReadExt,
	time::{timeout, Instant},
};

/// A bitcoin market of each exchange.
const BITCOIN: [(&str, &str); 5] = [
	(
		"binance",
		"/binance/api/v3/ticker/bookTicker?symbol=BTCUSDT",
	),
	("kraken", "/kraken/0/public/Ticker?pair=XBTUSD"),
	("coinbase", "/coinbase/products/BTC-USD/ticker"),
	("okx", "/okx/api/v5/market/ticker?instId=BTC-USDT"),
	("bitstamp", "/bitstamp/api/v2/ticker/btcusd/"),
];

const KRAKEN: &str = BITCOIN[1].1;

/// Tells an exchange to fail on all its markets.
async fn fail(server: &Server, exchange: &str, mode: &str) {
	server
		.admin(
			"fail",
			&format!(r#"{{"exchange":"{exchange}","mode":"{mode}"}}"#),
		)
		.await;
}

#[tokio::test]
async fn http_429_and_500_have_the_bodies_of_their_exchange() {
	let server = Server::start().await;
	for (exchange, path) in BITCOIN {
		fail(&server, exchange, "http429").await;
		let answer = server.get(path).await;
		assert_eq!(answer.status, 429);
		assert!(answer.head.contains("retry-after: 10"));
		assert!(answer.json().is_object());

		fail(&server, exchange, "http500").await;
		let answer = server.get(path).await;
		assert_eq!(answer.status, 500);
		assert!(answer.json().is_object());

		fail(&server, exchange, "none").await;
		assert_eq!(server.get(path).await.status, 200);
	}
}

#[tokio::test]
async fn an_error_with_status_200_looks_like_success_until_it_is_read() {
	let server = Server::start().await;
	for ((exchange, path), body) in BITCOIN.into_iter().zip([
		r#"{"code":-1001,"msg":"Internal error; unable to process your request. Please try again."}"#,
		r#"{"error":["EService:Unavailable"]}"#,
		r#"{"message":"Service unavailable"}"#,
		r#"{"code":"50001","msg":"Service temporarily unavailable. Please try again later.","data":[]}"#,
		r#"{"status":"error","reason":"Service unavailable.","response_code":"503.001"}"#,
	]) {
		fail(&server, exchange, "error_200").await;
		let answer = server.get(path).await;
		assert_eq!((answer.status, answer.text()), (200, body));
	}
}

#[tokio::test]
async fn a_hanging_exchange_says_nothing_and_hinders_no_other() {
	let server = Server::start().await;
	fail(&server, "kraken", "hang").await;
	let mut hanging = server.open("GET", KRAKEN, "").await;
	let mut byte = [0];
	assert!(timeout(Duration::from_millis(300), hanging.read(&mut byte))
		.await
		.is_err());
	assert_eq!(server.get(BITCOIN[0].1).await.status, 200);
}

#[tokio::test]
async fn hanging_answers_are_bounded_and_free_again_when_the_client_leaves() {
	let server = Server::start().await;
	fail(&server, "kraken", "hang").await;
	let mut hanging = Vec::new();
	for _ in 0..market_sim::failures::MAX_SLOW_ANSWERS {
		hanging.push(server.open("GET", KRAKEN, "").await);
	}
	// The requests are taken up in parallel, so give the last of them a moment.
	let refused = async {
		loop {
			let mut stream = server.open("GET", KRAKEN, "").await;
			let mut bytes = [0; 12];
			let read = timeout(Duration::from_millis(200), stream.read_exact(&mut bytes)).await;
			if read.is_ok() {
				return String::from_utf8(bytes.to_vec()).unwrap();
			}
		}
	};
	assert_eq!(
		timeout(Duration::from_secs(10), refused).await.unwrap(),
		"HTTP/1.1 503"
	);

	drop(hanging);
	let hangs_again = async {
		loop {
			let mut stream = server.open("GET", KRAKEN, "").await;
			let mut byte = [0];
			if timeout(Duration::from_millis(200), stream.read(&mut byte))
				.await
				.is_err()
			{
				return;
			}
		}
	};
	timeout(Duration::from_secs(10), hangs_again).await.unwrap();
}

#[tokio::test]
async fn a_dripping_exchange_sends_headers_at_once_and_a_byte_each_second() {
	let server = Server::start().await;
	fail(&server, "bitstamp", "drip").await;
	let started = Instant::now();
	let mut stream = server.open("GET", BITCOIN[4].1, "").await;
	let mut seen = Vec::new();
	let mut head_at = None;
	// Chunks of one byte, `1\r\n{\r\n`, until the second of them.
	while !seen.ends_with(b"1\r\n\"\r\n") {
		let mut buffer = [0; 1024];
		let read = timeout(Duration::from_secs(5), stream.read(&mut buffer))
			.await
			.unwrap();
		seen.extend_from_slice(&buffer[..read.unwrap()]);
		head_at.get_or_insert(started.elapsed());
	}
	assert!(seen.starts_with(b"HTTP/1.1 200 OK\r\n"));
	assert!(head_at.unwrap() < Duration::from_millis(900), "{head_at:?}");
	assert!(
		started.elapsed() >= Duration::from_millis(1_900),
		"{:?}",
		started.elapsed()
	);
}

#[tokio::test]
async fn a_huge_body_is_one_mebibyte_of_valid_json() {
	let server = Server::start().await;
	for (exchange, path) in BITCOIN {
		fail(&server, exchange, "huge").await;
		let answer = server.get(path).await;
		assert_eq!((answer.status, answer.body.len()), (200, 1024 * 1024));
		assert!(answer.json().is_object());
	}
}

#[tokio::test]
async fn bad_json_and_html_come_with_status_200() {
	let server = Server::start().await;
	for (exchange, path) in BITCOIN {
		fail(&server, exchange, "bad_json").await;
		let answer = server.get(path).await;
		assert_eq!(answer.status, 200);
		assert!(answer.text().starts_with('{'));
		assert!(serde_json::from_slice::<serde_json::Value>(&answer.body).is_err());

		fail(&server, exchange, "html").await;
		let answer = server.get(path).await;
		assert_eq!(answer.status, 200);
		assert!(answer.head.contains("content-type: text/html"));
		assert!(answer.text().starts_with("<!DOCTYPE html>"));
	}
}

#[tokio::test]
async fn a_wrong_symbol_is_a_good_answer_about_another_market() {
	let server = Server::start().await;
	for (exchange, _) in BITCOIN {
		fail(&server, exchange, "wrong_symbol").await;
	}
	assert_eq!(server.get(BITCOIN[0].1).await.json()["symbol"], "ETHUSDT");
	let kraken = server.get(KRAKEN).await.json();
	assert!(kraken["result"]["XXBTZUSD"].is_null());
	assert_eq!(kraken["result"]["XETHZUSD"]["c"][0], "3000.00000");
	assert_eq!(server.get(BITCOIN[2].1).await.json()["price"], "3000.3");
	assert_eq!(
		server.get(BITCOIN[3].1).await.json()["data"][0]["instId"],
		"ETH-USDT"
	);
	assert_eq!(server.get(BITCOIN[4].1).await.json()["pair"], "ETH/USD");
}

#[tokio::test]
async fn a_wrong_price_is_the_right_one_times_the_factor() {
	let server = Server::start().await;
	let kraken = |answer: common::Answer| answer.json()["result"]["XXBTZUSD"]["c"][0].clone();
	fail(&server, "kraken", "wrong_price").await;
	assert_eq!(kraken(server.get(KRAKEN).await), "30000.00000");
	let body = r#"{"exchange":"kraken","mode":"wrong_price","factor":"1.1"}"#;
	let state = server.admin("fail", body).await;
	assert_eq!(
		state["failures"],
		serde_json::json!([{"exchange":"kraken","mode":"wrong_price","factor":"1.1"}])
	);
	assert_eq!(kraken(server.get(KRAKEN).await), "66000.00000");
	server.admin("reset", "").await;
	assert_eq!(kraken(server.get(KRAKEN).await), "60000.00000");
}

#[tokio::test]
async fn a_failure_can_be_limited_to_one_symbol() {
	let server = Server::start().await;
	let body = r#"{"exchange":"kraken","mode":"http500","symbol":"BTC"}"#;
	let state = server.admin("fail", body).await;
	assert_eq!(
		state["failures"],
		serde_json::json!([{"exchange":"kraken","mode":"http500","symbol":"BTC"}])
	);
	assert_eq!(server.get(KRAKEN).await.status, 500);
	assert_eq!(
		server
			.get("/kraken/0/public/Ticker?pair=ETHUSD")
			.await
			.status,
		200
	);
	assert_eq!(
		server
			.get("/kraken/0/public/Ticker?pair=ETHUSD,XBTUSD")
			.await
			.status,
		500
	);
	assert_eq!(
		server.get("/bitstamp/api/v2/ticker/btcusd/").await.status,
		200
	);
	server
		.admin(
			"fail",
			r#"{"exchange":"kraken","mode":"none","symbol":"BTC"}"#,
		)
		.await;
	assert_eq!(server.get(KRAKEN).await.status, 200);
}
