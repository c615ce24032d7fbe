//! Many requests at once under one deadline.
//!
//! The host's calls block, each until its own deadline, and answer in the order asked. A server that
//! never sends its headers, or that sends its body byte by byte, would so use up the time of all the
//! others. Therefore no call waits: in turn after turn each request is asked for what is there, and
//! between two turns the worker sleeps. So it does not matter to one server how many others are slow,
//! and the whole ends at the deadline.

use alloc::{string::String, vec::Vec};
use sp_core::offchain::{Duration, HttpError, HttpRequestId, HttpRequestStatus, Timestamp};
use sp_runtime::offchain::http::Request;

/// Answers longer than this are refused.
pub const MAX_BODY: usize = 64 * 1024;
/// Between two turns.
const PAUSE: Duration = Duration::from_millis(5);
/// Ends the turns even if the clock should stand still.
const MAX_TURNS: u32 = 1_000;

/// What is asked, and with which headers beside the usual ones.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Question {
	/// The address.
	pub url: String,
	/// Names and values.
	pub headers: Vec<(String, String)>,
}

/// Why a request brought nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FetchError {
	/// It could not be sent.
	NotSent,
	/// The connection failed.
	Io,
	/// It took too long.
	Deadline,
	/// The server answered with something else than 200.
	Status(u16),
	/// The server does not want to be asked again so soon (429 or 418), or for so many seconds.
	TooOften(Option<u32>),
	/// The answer is longer than [`MAX_BODY`].
	TooLong,
}

/// The answer's body.
pub type Fetched = Result<Vec<u8>, FetchError>;

/// Asks all `questions` and returns what was answered, in the same order, not later than `deadline`.
pub fn fetch_all<'a>(
	questions: impl Iterator<Item = &'a Question>,
	deadline: Timestamp,
) -> Vec<Fetched> {
	let mut fetches: Vec<Fetch> = questions
		.map(|question| Fetch::start(question, deadline))
		.collect();
	for _ in 0..MAX_TURNS {
		if sp_io::offchain::timestamp() >= deadline {
			break;
		}
		take_headers(&mut fetches);
		for fetch in &mut fetches {
			fetch.take_body();
		}
		if fetches.iter().all(Fetch::is_done) {
			break;
		}
		let next = sp_io::offchain::timestamp().add(PAUSE);
		sp_io::offchain::sleep_until(next.min(deadline));
	}
	fetches.into_iter().map(Fetch::finish).collect()
}

enum Fetch {
	Waiting(HttpRequestId),
	Reading(HttpRequestId, Vec<u8>),
	Done(Fetched),
}

impl Fetch {
	fn start(question: &Question, deadline: Timestamp) -> Self {
		// Some exchanges refuse clients that do not say who they are.
		let mut request = Request::get(&question.url)
			.add_header("User-Agent", "cairn-oracle/1")
			.add_header("Accept", "application/json");
		for (name, value) in &question.headers {
			request = request.add_header(name, value);
		}
		request
			.deadline(deadline)
			.send()
			.map_or(Self::Done(Err(FetchError::NotSent)), |pending| {
				Self::Waiting(pending.id)
			})
	}

	fn is_done(&self) -> bool {
		matches!(self, Self::Done(_))
	}

	fn finish(self) -> Fetched {
		match self {
			Self::Done(fetched) => fetched,
			_ => Err(FetchError::Deadline),
		}
	}

	fn headers(&mut self, status: HttpRequestStatus) {
		let Self::Waiting(id) = *self else { return };
		*self = match status {
			HttpRequestStatus::DeadlineReached => return,
			HttpRequestStatus::Finished(200) => Self::Reading(id, Vec::new()),
			HttpRequestStatus::Finished(418 | 429) => {
				Self::Done(Err(FetchError::TooOften(retry_after(id))))
			}
			HttpRequestStatus::Finished(code) => Self::Done(Err(FetchError::Status(code))),
			HttpRequestStatus::IoError | HttpRequestStatus::Invalid => {
				Self::Done(Err(FetchError::Io))
			}
		};
	}

	/// Reads what is there.
	fn take_body(&mut self) {
		let Self::Reading(id, body) = self else {
			return;
		};
		let mut buffer = [0u8; 4096];
		let done = loop {
			match sp_io::offchain::http_response_read_body(*id, &mut buffer, Some(at_once())) {
				Ok(0) => break Ok(core::mem::take(body)),
				Ok(read) => {
					let Some(chunk) = buffer.get(..read as usize) else {
						break Err(FetchError::Io);
					};
					// So this loop ends, too, however much there is.
					if body.len().saturating_add(chunk.len()) > MAX_BODY {
						break Err(FetchError::TooLong);
					}
					body.extend_from_slice(chunk);
				}
				Err(HttpError::DeadlineReached) => return,
				Err(HttpError::IoError | HttpError::Invalid) => break Err(FetchError::Io),
			}
		};
		*self = Self::Done(done);
	}
}

/// Asks the host which servers have begun to answer.
fn take_headers(fetches: &mut [Fetch]) {
	let mut waiting: Vec<(HttpRequestId, &mut Fetch)> = fetches
		.iter_mut()
		.filter_map(|fetch| match *fetch {
			Fetch::Waiting(id) => Some((id, fetch)),
			_ => None,
		})
		.collect();
	if waiting.is_empty() {
		return;
	}
	let ids: Vec<HttpRequestId> = waiting.iter().map(|(id, _)| *id).collect();
	let statuses = sp_io::offchain::http_response_wait(&ids, Some(at_once()));
	for ((_, fetch), status) in waiting.iter_mut().zip(statuses) {
		fetch.headers(status);
	}
}

/// A deadline that is over: the host looks for what has come, and does not wait for more.
fn at_once() -> Timestamp {
	Timestamp::from_unix_millis(0)
}

/// The seconds in the header `Retry-After`. (It may be a date instead, which counts as nothing said.)
fn retry_after(id: HttpRequestId) -> Option<u32> {
	let headers = sp_io::offchain::http_response_headers(id);
	let (_, value) = headers
		.iter()
		.find(|(name, _)| name.eq_ignore_ascii_case(b"retry-after"))?;
	core::str::from_utf8(value).ok()?.trim().parse().ok()
}
