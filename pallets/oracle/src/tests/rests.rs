use super::{
	network::Server,
	worker::{node, ticker, Node, DOT_URLS, USDT_URLS},
};
use crate::{
	mock::*,
	types::GenesisFeedKind,
	worker::{
		http::FetchError,
		rests::{Resting, Rests},
		Outcome,
	},
};
use sp_core::offchain::Timestamp;
use std::collections::BTreeSet;

const A: &str = "https://a.example/one";
const B: &str = "https://a.example/two";

fn at(seconds: u64) -> Timestamp {
	Timestamp::from_unix_millis(1_700_000_000_000 + seconds * 1_000)
}

#[test]
fn each_failure_on_end_doubles_the_rest() {
	let mut rests = Rests::default();
	let mut now = 0;
	for expected in [0, 8, 16, 32, 64, 128, 128, 128] {
		rests.failed(A, Some(FetchError::Io), at(now));
		let lasts = (0..300).find(|seconds| rests.of(A, at(now + seconds)).is_none());
		assert_eq!(lasts, Some(expected));
		assert_eq!(
			rests.of(B, at(now)),
			None,
			"another address of that server is well"
		);
		now += expected + 1;
	}
	rests.well(A);
	assert_eq!(rests.of(A, at(now)), None);
	rests.failed(A, None, at(now));
	assert_eq!(rests.of(A, at(now)), None, "it begins anew");
}

#[test]
fn a_server_is_left_alone_as_long_as_it_says() {
	let cases = [
		(None, 60),
		(Some(10), 10),
		(Some(0), 0),
		(Some(u32::MAX), 600),
	];
	for (asked, expected) in cases {
		let mut rests = Rests::default();
		rests.failed(A, Some(FetchError::TooOften(asked)), at(0));
		let lasts = (0..1_000).find(|seconds| rests.of(A, at(*seconds)).is_none());
		assert_eq!(lasts, Some(expected));
		if expected > 0 {
			assert_eq!(rests.of(B, at(0)), Some(Resting::Forbidden));
		}
		rests.well(B);
		assert_eq!(rests.of(A, at(0)), None);
	}
}

#[test]
fn a_clock_that_goes_back_wakes_everyone() {
	let mut rests = Rests::default();
	for _ in 0..5 {
		rests.failed(A, None, at(10_000));
	}
	assert_eq!(rests.of(A, at(10_000)), Some(Resting::Failing));
	assert_eq!(rests.of(A, at(0)), None);
}

#[test]
fn what_is_no_longer_asked_is_forgotten() {
	let mut rests = Rests::default();
	rests.failed(A, None, at(0));
	rests.failed(
		"https://b.example/",
		Some(FetchError::TooOften(None)),
		at(0),
	);
	rests.retain(&BTreeSet::new());
	assert_eq!(rests, Rests::default());
}

/// What DOT's first source was asked in each of so many rounds.
fn rounds(node: &mut Node, count: usize) -> Vec<bool> {
	let round = |node: &mut Node| {
		assert_eq!(node.run(), Outcome::Sent(1));
		node.submitted();
		node.next_block();
		node.asked().iter().any(|url| url == DOT_URLS[0])
	};
	(0..count).map(|_| round(node)).collect()
}

fn a_fifth_source(node: &mut Node) {
	// Of DOT, so that four are left when one rests.
	node.chain.execute_with(|| {
		let GenesisFeedKind::Reported {
			min,
			max,
			mut sources,
			unit,
			thresholds,
			sanity,
		} = genesis_feeds().swap_remove(1).feed
		else {
			panic!()
		};
		sources.push(source("epsilon", "https://epsilon.example/dot", None));
		let feed = GenesisFeedKind::Reported {
			min,
			max,
			sources,
			unit,
			thresholds,
			sanity,
		};
		crate::Feeds::<Test>::insert(DOT, feed.into_feed().unwrap());
	});
	node.serve("https://epsilon.example/dot", ticker("5"));
}

#[test]
fn a_source_that_keeps_failing_is_asked_ever_less() {
	let mut node = node(1).with_fair_weather();
	a_fifth_source(&mut node);
	node.serve(DOT_URLS[0], Server::Status(500, String::new()));
	let asked = rounds(&mut node, 20);
	// At once after the first failure, then after 8, 16 and 32 seconds, in rounds of three seconds.
	let times: Vec<_> = (0..20).filter(|round| asked[*round]).collect();
	assert_eq!(times, [0, 1, 4, 10]);
	node.serve(DOT_URLS[0], ticker("5"));
	let asked = rounds(&mut node, 10);
	assert!(
		asked[5..].iter().all(|asked| *asked),
		"it is well: {asked:?}"
	);
}

#[test]
fn a_source_that_is_needed_is_asked_although_it_fails() {
	let mut node = node(1).with_fair_weather();
	node.serve(DOT_URLS[0], Server::Unreachable);
	assert_eq!(
		rounds(&mut node, 10),
		[true; 10],
		"three others are left, and no more"
	);
}

#[test]
fn an_outage_of_everything_is_over_when_it_is_over() {
	let mut node = node(1);
	for _ in 0..30 {
		assert_eq!(node.run(), Outcome::NoPrices);
		node.next_block();
	}
	let mut node = node.with_fair_weather();
	assert_eq!(node.run(), Outcome::Sent(1));
	assert_eq!(node.submitted()[0].0.prices.len(), 2);
}

#[test]
fn a_server_that_is_asked_too_often_is_left_alone_even_if_it_is_needed() {
	let mut node = node(1).with_fair_weather();
	a_fifth_source(&mut node);
	// One pair's answer stands for all of the server.
	node.serve(USDT_URLS[0], Server::TooOften(Some("10".into())));
	assert_eq!(
		rounds(&mut node, 6),
		[true, false, false, false, true, false]
	);
	node.serve(
		USDT_URLS[0],
		Server::TooOften(Some("Wed, 21 Oct 2026 07:28:00 GMT".into())),
	);
	let asked = rounds(&mut node, 24);
	assert_eq!(asked.iter().filter(|asked| **asked).count(), 2, "{asked:?}");
}
