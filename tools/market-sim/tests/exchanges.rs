//! The routes answer with the shapes of their exchanges, and admin requests move what they quote.

mod common;

use common::Server;
use market_sim::{decimal::Decimal, market::Mode, path::PricePath};

/// A bitcoin market of each exchange, and where in its answer the last price stands.
const BITCOIN: [(&str, &str); 7] = [
	("/binance/api/v3/ticker/price?symbol=BTCUSDT", "/price"),
	(
		"/binance/api/v3/ticker/bookTicker?symbol=BTCUSDT",
		"/bidPrice",
	),
	("/binance/api/v3/ticker/24hr?symbol=BTCUSDT", "/lastPrice"),
	(
		"/kraken/0/public/Ticker?pair=XBTUSD",
		"/result/XXBTZUSD/c/0",
	),
	("/coinbase/products/BTC-USD/ticker", "/price"),
	("/okx/api/v5/market/ticker?instId=BTC-USDT", "/data/0/last"),
	("/bitstamp/api/v2/ticker/btcusd/", "/last"),
];

async fn quotes(server: &Server) -> Vec<String> {
	let mut quotes = Vec::new();
	for (path, pointer) in BITCOIN {
		let answer = server.get(path).await;
		assert_eq!(answer.status, 200, "{path}");
		assert!(
			answer.head.contains("content-type: application/json"),
			"{}",
			answer.head
		);
		quotes.push(
			answer
				.json()
				.pointer(pointer)
				.unwrap()
				.as_str()
				.unwrap()
				.to_owned(),
		);
	}
	quotes
}

#[tokio::test]
async fn every_exchange_quotes_around_the_price() {
	let server = Server::start().await;
	assert_eq!(
		quotes(&server).await,
		[
			"60012.00000000",
			"60005.99000000",
			"60012.00000000",
			"60000.00000",
			"60006",
			"59988",
			"59994"
		]
	);
}

#[tokio::test]
async fn every_exchange_refuses_an_unlisted_symbol_in_its_own_way() {
	let server = Server::start().await;
	for (path, status, body) in [
		(
			"/binance/api/v3/ticker/price?symbol=USDTUSDT",
			400,
			r#"{"code":-1121,"msg":"Invalid symbol."}"#,
		),
		(
			"/kraken/0/public/Ticker?pair=XBTUSD,DOGEUSD",
			200,
			r#"{"error":["EQuery:Unknown asset pair"]}"#,
		),
		(
			"/coinbase/products/DOGE-USD/ticker",
			404,
			r#"{"message":"NotFound"}"#,
		),
		(
			"/okx/api/v5/market/ticker?instId=DOGE-USDT",
			200,
			r#"{"code":"51001","msg":"Instrument ID, Instrument ID code, or Spread ID doesn't exist.","data":[]}"#,
		),
		(
			"/bitstamp/api/v2/ticker/dogeusd/",
			404,
			r#"{"status":"error","reason":"Currency pair not found.","response_code":"404.002"}"#,
		),
	] {
		let answer = server.get(path).await;
		assert_eq!((answer.status, answer.text()), (status, body), "{path}");
	}
}

#[tokio::test]
async fn lists_are_served_where_the_exchange_has_them() {
	let server = Server::start().await;
	let path = "/binance/api/v3/ticker/price?symbols=%5B%22BTCUSDT%22,%22ETHUSDT%22%5D";
	assert_eq!(
		server.get(path).await.text(),
		r#"[{"symbol":"BTCUSDT","price":"60012.00000000"},{"symbol":"ETHUSDT","price":"3000.60000000"}]"#
	);
	let kraken = server
		.get("/kraken/0/public/Ticker?pair=ETHUSD,USDTUSD")
		.await
		.json();
	assert_eq!(kraken["result"]["XETHZUSD"]["c"][0], "3000.00000");
	assert_eq!(kraken["result"]["USDTZUSD"]["c"][0], "1.00000");
	let bitstamp = server.get("/bitstamp/api/v2/ticker/").await.json();
	assert_eq!(bitstamp.as_array().unwrap().len(), 6);
}

#[tokio::test]
async fn the_native_token_is_quoted_everywhere() {
	let server = Server::start().await;
	for (path, pointer, price) in [
		(
			"/binance/api/v3/ticker/price?symbol=CRNUSDT",
			"/price",
			"0.50010000",
		),
		(
			"/kraken/0/public/Ticker?pair=CRNUSD",
			"/result/CRNUSD/c/0",
			"0.50000",
		),
		("/coinbase/products/CRN-USD/ticker", "/price", "0.50005"),
		(
			"/okx/api/v5/market/ticker?instId=CRN-USDT",
			"/data/0/last",
			"0.4999",
		),
		("/bitstamp/api/v2/ticker/crnusd/", "/last", "0.49995"),
	] {
		assert_eq!(
			server.get(path).await.json().pointer(pointer).unwrap(),
			price,
			"{path}"
		);
	}
}

#[tokio::test]
async fn prices_are_set_and_moved_at_run_time() {
	let server = Server::start().await;
	let state = server
		.admin("price", r#"{"BTC":"54000.5","USDT":0.5}"#)
		.await;
	assert_eq!(state["prices"]["BTC"], "54000.5");
	assert_eq!(state["prices"]["USDT"], "0.5");
	let quoted = quotes(&server).await;
	assert_eq!(quoted[3], "54000.50000");
	// A tether market shows twice the number when a tether is half a dollar.
	assert_eq!(quoted[0], "108022.60000000");

	let state = server.admin("move", r#"{"ETH":"-20"}"#).await;
	assert_eq!(state["prices"]["ETH"], "2400");
	let put = server
		.request("PUT", "/admin/price", r#"{"ETH":"2000"}"#)
		.await;
	assert_eq!(put.json()["prices"]["ETH"], "2000");

	let state = server.admin("reset", "").await;
	assert_eq!(state["prices"]["BTC"], "60000");
	assert_eq!(state["prices"]["ETH"], "3000");
}

#[tokio::test]
async fn the_state_counts_requests_to_each_exchange() {
	let server = Server::start().await;
	quotes(&server).await;
	server.get("/kraken/0/public/Ticker?pair=DOGEUSD").await;
	let state = server.get("/admin/state").await.json();
	assert_eq!(state["mode"], "fixed");
	assert_eq!(
		state["requests"],
		serde_json::json!({"binance":3,"kraken":2,"coinbase":1,"okx":1,"bitstamp":1})
	);
	let state = server.admin("reset", "").await;
	assert_eq!(state["requests"]["binance"], 0);
}

#[tokio::test]
async fn a_path_is_followed_until_a_price_is_set() {
	let path = PricePath::parse("unix_seconds,asset,price\n0,BTC,100\n1,BTC,200").unwrap();
	let server = Server::with(Mode::Path {
		path,
		speed: Decimal::whole(1_000_000),
	})
	.await;
	tokio::time::sleep(std::time::Duration::from_millis(5)).await;
	let state = server.get("/admin/state").await.json();
	assert_eq!(state["mode"], "path");
	assert_eq!(state["prices"]["BTC"], "200");
	assert_eq!(
		(&state["moved_by"]["BTC"], &state["moved_by"]["ETH"]),
		(&"path".into(), &"fixed".into())
	);
	let state = server.admin("price", r#"{"BTC":"150"}"#).await;
	assert_eq!(state["prices"]["BTC"], "150");
	assert_eq!(state["moved_by"]["BTC"], "fixed");
}

#[tokio::test]
async fn bad_admin_requests_change_nothing_and_say_what_to_do() {
	let server = Server::start().await;
	for (endpoint, body, hint) in [
		(
			"price",
			r#"{"BTC":"1","DOGE":"2"}"#,
			"use one of BTC, ETH, DOT, USDT, USDC, CRN",
		),
		(
			"price",
			r#"{"BTC":"1","ETH":"-2"}"#,
			"write it like 54000.5",
		),
		("price", "BTC=1", "not JSON"),
		(
			"move",
			r#"{"BTC":"50","ETH":"-100"}"#,
			"cannot fall by 100 per cent",
		),
		(
			"fail",
			r#"{"exchange":"kraken","mode":"explode"}"#,
			"use one of none, http429",
		),
		(
			"fail",
			r#"{"exchange":"ftx","mode":"hang"}"#,
			"use one of binance, kraken",
		),
	] {
		let answer = server
			.request("POST", &format!("/admin/{endpoint}"), body)
			.await;
		assert_eq!(answer.status, 400);
		let error = answer.json()["error"].as_str().unwrap().to_owned();
		assert!(error.contains(hint), "{error}");
	}
	let state = server.get("/admin/state").await.json();
	assert_eq!(state["prices"]["BTC"], "60000");
	assert_eq!(state["failures"], serde_json::json!([]));
	let huge = "x".repeat(20_000);
	assert_eq!(
		server.request("POST", "/admin/price", &huge).await.status,
		413
	);
}

#[tokio::test]
async fn health_is_answered() {
	let server = Server::start().await;
	assert_eq!(server.get("/health").await.text(), r#"{"status":"ok"}"#);
}
