//! Many servers at once, of which some never answer.

use super::{
	network::Server,
	worker::{node, Node},
};
use crate::worker::{
	http::{fetch_all, FetchError, Fetched, Question, MAX_BODY},
	FETCH_TIME,
};
use sp_core::offchain::Timestamp;

/// A network of these servers, by address.
fn network(servers: Vec<(String, Server)>) -> Node {
	let node = node(1);
	for (url, server) in servers {
		node.serve(&url, server);
	}
	node
}

/// Asks all of these at once, and says how long it took.
fn fetch(node: &mut Node, urls: &[&str], deadline: Option<Timestamp>) -> (Vec<Fetched>, u64) {
	let question = |url: &&str| Question {
		url: url.to_string(),
		headers: Vec::new(),
	};
	let questions: Vec<Question> = urls.iter().map(question).collect();
	node.time_taken(|node| {
		node.chain.execute_with(|| {
			let usual = sp_io::offchain::timestamp().add(FETCH_TIME);
			fetch_all(questions.iter(), deadline.unwrap_or(usual))
		})
	})
}

const LATE: FetchError = FetchError::Deadline;

#[test]
fn many_servers_that_hang_do_not_starve_one_that_is_slow() {
	let servers = [
		("http://a", Server::Drips(1)),
		("http://b", Server::Stalls),
		("http://c", Server::Silent),
		("http://d", Server::Drips(30)),
		("http://e", Server::Stalls),
		("http://slow", Server::Late(1_000, "late but well".into())),
	];
	let urls = servers.clone().map(|(url, _)| url);
	let mut node = network(servers.map(|(url, server)| (url.into(), server)).to_vec());
	let (fetched, time) = fetch(&mut node, &urls, None);
	assert_eq!(fetched[5].as_deref(), Ok(&b"late but well"[..]));
	assert_eq!(fetched[..5], vec![Err(LATE); 5]);
	assert_eq!(time, FETCH_TIME.millis());
}

/// Two exchanges that drip, asked for thirty feeds each, do not cost the answers of the others.
#[test]
fn it_does_not_matter_how_many_servers_are_slow() {
	let slow = [Server::Drips(1), Server::Stalls, Server::Silent];
	let mut servers: Vec<(String, Server)> = (0..200)
		.map(|number| (format!("http://a{number}"), slow[number % 3].clone()))
		.collect();
	servers.push((
		"http://well".into(),
		Server::Late(1_900, "x".repeat(MAX_BODY)),
	));
	let mut node = network(servers.clone());
	let urls: Vec<&str> = servers.iter().map(|(url, _)| url.as_str()).collect();
	let (fetched, time) = fetch(&mut node, &urls, None);
	assert_eq!(fetched[200].as_ref().map(Vec::len), Ok(MAX_BODY));
	assert_eq!(fetched[..200], vec![Err(LATE); 200]);
	assert_eq!(time, FETCH_TIME.millis());
}

#[test]
fn a_body_is_read_to_its_limit_and_no_further() {
	let mut node = network(vec![
		("http://full".into(), Server::Answers("x".repeat(MAX_BODY))),
		(
			"http://over".into(),
			Server::Answers("x".repeat(MAX_BODY + 1)),
		),
		("http://flood".into(), Server::Floods),
	]);
	let urls = ["http://full", "http://over", "http://flood"];
	let (fetched, time) = fetch(&mut node, &urls, None);
	assert_eq!(fetched[0].as_ref().map(Vec::len), Ok(MAX_BODY));
	assert_eq!(fetched[1..], vec![Err(FetchError::TooLong); 2]);
	assert_eq!(time, 0, "all of it is there at once");
}

#[test]
fn after_the_deadline_nothing_is_waited_for() {
	let mut node = network(vec![("http://silent".into(), Server::Silent)]);
	let past = Timestamp::from_unix_millis(5);
	let outcome = fetch(&mut node, &["http://silent"], Some(past));
	assert_eq!(outcome, (vec![Err(LATE)], 0));
}

#[test]
fn a_clock_that_stands_still_does_not_make_it_wait_for_ever() {
	let mut node = network(vec![("http://silent".into(), Server::Silent)]);
	node.network.0.lock().unwrap().stopped = true;
	let outcome = fetch(&mut node, &["http://silent"], None);
	assert_eq!(outcome, (vec![Err(LATE)], 0));
}
