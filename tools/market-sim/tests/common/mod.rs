//! A server on a free port, and the smallest HTTP client that shows what went over the wire.

use market_sim::{
	asset::default_prices,
	market::{Market, Mode},
	serve, AppState,
};
use std::{net::SocketAddr, time::Duration};
use tokio::{
	io::{AsyncReadExt, AsyncWriteExt},
	net::{TcpListener, TcpStream},
	time::timeout,
};

/// No test waits longer than this for a complete answer.
const PATIENCE: Duration = Duration::from_secs(10);

pub struct Server {
	pub address: SocketAddr,
}

pub struct Answer {
	pub status: u16,
	/// Status line and headers, in lower case.
	pub head: String,
	pub body: Vec<u8>,
}

impl Answer {
	pub fn text(&self) -> &str {
		std::str::from_utf8(&self.body).unwrap()
	}

	pub fn json(&self) -> serde_json::Value {
		serde_json::from_slice(&self.body).unwrap()
	}
}

impl Server {
	/// With the default prices, which stay.
	pub async fn start() -> Server {
		Server::with(Mode::Fixed).await
	}

	pub async fn with(mode: Mode) -> Server {
		let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
		let address = listener.local_addr().unwrap();
		tokio::spawn(serve(
			listener,
			AppState::new(Market::new(default_prices(), mode)),
		));
		Server { address }
	}

	/// Sends a request and leaves the connection to the test.
	pub async fn open(&self, method: &str, path: &str, body: &str) -> TcpStream {
		let mut stream = TcpStream::connect(self.address).await.unwrap();
		let request = format!(
			"{method} {path} HTTP/1.1\r\nHost: sim\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
			body.len()
		);
		stream.write_all(request.as_bytes()).await.unwrap();
		stream
	}

	pub async fn request(&self, method: &str, path: &str, body: &str) -> Answer {
		let mut stream = self.open(method, path, body).await;
		let mut bytes = Vec::new();
		timeout(PATIENCE, stream.read_to_end(&mut bytes))
			.await
			.unwrap()
			.unwrap();
		let end = bytes
			.windows(4)
			.position(|window| window == b"\r\n\r\n")
			.unwrap();
		let head = String::from_utf8(bytes[..end].to_vec())
			.unwrap()
			.to_lowercase();
		let status = head.split(' ').nth(1).unwrap().parse().unwrap();
		Answer {
			status,
			head,
			body: bytes[end + 4..].to_vec(),
		}
	}

	pub async fn get(&self, path: &str) -> Answer {
		self.request("GET", path, "").await
	}

	/// A request to an admin endpoint that has to go well.
	pub async fn admin(&self, endpoint: &str, body: &str) -> serde_json::Value {
		let answer = self
			.request("POST", &format!("/admin/{endpoint}"), body)
			.await;
		assert_eq!(answer.status, 200, "{}", answer.text());
		answer.json()
	}
}
