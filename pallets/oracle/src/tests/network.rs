//! A network whose servers misbehave on demand, on a clock of its own.

use sp_core::offchain::{
	Externalities, HttpError, HttpRequestId, HttpRequestStatus, OpaqueNetworkState, Timestamp,
	TransactionPool,
};
use std::{
	collections::BTreeMap,
	sync::{Arc, Mutex},
};

/// What a server does when it is asked.
#[derive(Clone, Debug)]
pub enum Server {
	/// Answers at once.
	Answers(String),
	/// Answers after so many milliseconds.
	Late(u64, String),
	/// Answers with this status.
	Status(u16, String),
	/// Answers with status 429 and, if there is one, this header `Retry-After`.
	TooOften(Option<String>),
	/// Never says anything.
	Silent,
	/// Sends one byte in so many milliseconds, for ever.
	Drips(u64),
	/// Sends its headers and nothing more.
	Stalls,
	/// Sends as fast as it can, for ever.
	Floods,
	/// Breaks the connection after the headers.
	Breaks,
	/// Cannot be reached.
	Unreachable,
	/// Refuses the request before it is sent.
	Refuses,
}

struct Request {
	server: Server,
	began: u64,
	read: usize,
	next_byte: u64,
}

/// What the network looks like, and what happened in it.
#[derive(Default)]
pub struct State {
	/// Milliseconds.
	pub clock: u64,
	/// The clock does not go on.
	pub stopped: bool,
	/// By address. Others are unreachable.
	pub servers: BTreeMap<String, Server>,
	/// The addresses that were asked.
	pub asked: Vec<String>,
	/// Headers of all requests.
	pub headers: Vec<(String, String)>,
	requests: Vec<Option<Request>>,
}

#[derive(Clone, Default)]
pub struct Network(pub Arc<Mutex<State>>);

impl State {
	fn status(&self, id: &HttpRequestId) -> HttpRequestStatus {
		let Some(Some(request)) = self.requests.get(usize::from(id.0)) else {
			return HttpRequestStatus::Invalid;
		};
		match &request.server {
			Server::Silent => HttpRequestStatus::DeadlineReached,
			Server::Late(delay, _) if self.clock < request.began + delay => {
				HttpRequestStatus::DeadlineReached
			}
			Server::Unreachable | Server::Refuses => HttpRequestStatus::IoError,
			Server::Status(code, _) => HttpRequestStatus::Finished(*code),
			Server::TooOften(_) => HttpRequestStatus::Finished(429),
			_ => HttpRequestStatus::Finished(200),
		}
	}
}

/// Until when a call waits. One without a deadline hangs for ever against some servers; one whose
/// deadline is over takes what is there.
fn end(deadline: Option<Timestamp>, clock: u64) -> u64 {
	let deadline = deadline.expect("every call has a deadline");
	deadline.unix_millis().max(clock)
}

impl Externalities for Network {
	fn is_validator(&self) -> bool {
		true
	}

	fn network_state(&self) -> Result<OpaqueNetworkState, ()> {
		Err(())
	}

	fn timestamp(&mut self) -> Timestamp {
		Timestamp::from_unix_millis(self.0.lock().unwrap().clock)
	}

	fn sleep_until(&mut self, deadline: Timestamp) {
		let mut state = self.0.lock().unwrap();
		if !state.stopped {
			state.clock = state.clock.max(deadline.unix_millis());
		}
	}

	fn random_seed(&mut self) -> [u8; 32] {
		[0; 32]
	}

	fn http_request_start(
		&mut self,
		method: &str,
		uri: &str,
		_: &[u8],
	) -> Result<HttpRequestId, ()> {
		assert_eq!(method, "GET");
		let mut state = self.0.lock().unwrap();
		state.asked.push(uri.into());
		let server = state
			.servers
			.get(uri)
			.cloned()
			.unwrap_or(Server::Unreachable);
		if matches!(server, Server::Refuses) {
			return Err(());
		}
		let began = state.clock;
		state.requests.push(Some(Request {
			server,
			began,
			read: 0,
			next_byte: began,
		}));
		Ok(HttpRequestId(state.requests.len() as u16 - 1))
	}

	fn http_request_add_header(
		&mut self,
		_: HttpRequestId,
		name: &str,
		value: &str,
	) -> Result<(), ()> {
		self.0
			.lock()
			.unwrap()
			.headers
			.push((name.into(), value.into()));
		Ok(())
	}

	fn http_request_write_body(
		&mut self,
		_: HttpRequestId,
		chunk: &[u8],
		deadline: Option<Timestamp>,
	) -> Result<(), HttpError> {
		assert!(chunk.is_empty());
		end(deadline, 0);
		Ok(())
	}

	fn http_response_wait(
		&mut self,
		ids: &[HttpRequestId],
		deadline: Option<Timestamp>,
	) -> Vec<HttpRequestStatus> {
		let mut state = self.0.lock().unwrap();
		let end = end(deadline, state.clock);
		loop {
			let statuses: Vec<_> = ids.iter().map(|id| state.status(id)).collect();
			if state.clock >= end || !statuses.contains(&HttpRequestStatus::DeadlineReached) {
				// As in a node, a failed request is gone once it is told.
				for (id, status) in ids.iter().zip(&statuses) {
					if *status == HttpRequestStatus::IoError {
						state.requests[usize::from(id.0)] = None;
					}
				}
				return statuses;
			}
			state.clock += 1;
		}
	}

	fn http_response_headers(&mut self, id: HttpRequestId) -> Vec<(Vec<u8>, Vec<u8>)> {
		let state = self.0.lock().unwrap();
		match state.requests.get(usize::from(id.0)) {
			Some(Some(Request {
				server: Server::TooOften(Some(wait)),
				..
			})) => vec![
				(b"content-type".to_vec(), b"text/plain".to_vec()),
				(b"Retry-After".to_vec(), wait.as_bytes().to_vec()),
			],
			_ => Vec::new(),
		}
	}

	fn http_response_read_body(
		&mut self,
		id: HttpRequestId,
		buffer: &mut [u8],
		deadline: Option<Timestamp>,
	) -> Result<usize, HttpError> {
		let mut state = self.0.lock().unwrap();
		let clock = state.clock;
		let end = end(deadline, clock);
		let request = state.requests[usize::from(id.0)]
			.as_mut()
			.ok_or(HttpError::Invalid)?;
		match request.server.clone() {
			Server::Answers(body) | Server::Late(_, body) | Server::Status(_, body) => {
				let rest = &body.as_bytes()[request.read..];
				let count = rest.len().min(buffer.len()).min(7);
				buffer[..count].copy_from_slice(&rest[..count]);
				request.read += count;
				Ok(count)
			}
			Server::Drips(pause) => {
				let ready = request.next_byte.max(clock);
				if ready > end {
					state.clock = end;
					return Err(HttpError::DeadlineReached);
				}
				request.next_byte = ready + pause;
				state.clock = ready;
				buffer[0] = b' ';
				Ok(1)
			}
			Server::Stalls => {
				state.clock = state.clock.max(end);
				Err(HttpError::DeadlineReached)
			}
			Server::Floods => {
				buffer.fill(b'[');
				Ok(buffer.len())
			}
			_ => {
				state.requests[usize::from(id.0)] = None;
				Err(HttpError::IoError)
			}
		}
	}

	fn set_authorized_nodes(&mut self, _: Vec<sp_core::OpaquePeerId>, _: bool) {}
}

/// A pool that keeps what it is given, unlooked at.
#[derive(Clone, Default)]
pub struct Pool(pub Arc<Mutex<PoolState>>);

/// What a [`Pool`] holds.
#[derive(Default)]
pub struct PoolState {
	pub transactions: Vec<Vec<u8>>,
	/// Takes nothing more.
	pub refuses: bool,
}

impl TransactionPool for Pool {
	fn submit_transaction(&mut self, extrinsic: Vec<u8>) -> Result<(), ()> {
		let mut state = self.0.lock().unwrap();
		if state.refuses {
			return Err(());
		}
		state.transactions.push(extrinsic);
		Ok(())
	}
}
