use super::network::{Network, Pool, Server};
use crate::{
	mock::*,
	types::*,
	worker::{
		local::{header_key, override_key, sent, Sent},
		run, Outcome, FETCH_TIME,
	},
	Call, LatestReports,
};
use cairn_math::Price;
use cairn_primitives::{oracle::sr25519::AuthorityId, PriceSource};
use codec::{Decode, Encode};
use frame_support::traits::ConstU32;
use sp_application_crypto::AppCrypto;
use sp_core::offchain::{
	testing::TestOffchainExt, Duration, OffchainDbExt, OffchainWorkerExt, StorageKind,
	TransactionPoolExt,
};
use sp_keystore::{testing::MemoryKeystore, Keystore, KeystoreExt};

/// A validator's node: its network, its pool and its keys.
pub struct Node {
	pub chain: sp_io::TestExternalities,
	pub network: Network,
	pool: Pool,
}

/// A node of the validators with keys 1 to `own`, on a chain of four.
pub fn node(own: u8) -> Node {
	let mut chain = chain(4);
	let network = Network::default();
	network.0.lock().unwrap().clock = 1_700_000_000_000;
	let pool = Pool::default();
	let keystore = MemoryKeystore::new();
	for seed in 1..=own {
		let secret = format!("0x{}", sp_core::hexdisplay::HexDisplay::from(&[seed; 32]));
		keystore
			.sr25519_generate_new(AuthorityId::ID, Some(&secret))
			.unwrap();
	}
	chain.register_extension(OffchainWorkerExt::new(network.clone()));
	chain.register_extension(OffchainDbExt::new(TestOffchainExt::new().0));
	chain.register_extension(TransactionPoolExt::new(pool.clone()));
	chain.register_extension(KeystoreExt::new(keystore));
	Node {
		chain,
		network,
		pool,
	}
}

pub fn ticker(price: &str) -> Server {
	Server::Answers(format!(
		r#"{{"bid":"{price}","ask":"{price}","last":{price}}}"#
	))
}

pub const DOT_URLS: [&str; 4] = [
	"https://alpha.example/dot",
	"https://beta.example/dot?pair=DOTUSD",
	"http://gamma.example/dot",
	"https://delta.example/dotusdt",
];
pub const USDT_URLS: [&str; 3] = [
	"https://alpha.example/usdt",
	"https://beta.example/usdt",
	"http://gamma.example/usdt",
];

impl Node {
	/// All sources are well: DOT at 5 dollars, and at 5.263… tethers of 95 cents.
	pub fn with_fair_weather(self) -> Self {
		for url in DOT_URLS {
			self.serve(url, ticker("5"));
		}
		self.serve(DOT_URLS[3], ticker("5.2631578947368421"));
		for url in USDT_URLS {
			self.serve(url, ticker("0.95"));
		}
		self
	}

	pub fn serve(&self, url: &str, server: Server) {
		self.network
			.0
			.lock()
			.unwrap()
			.servers
			.insert(url.into(), server);
	}

	pub fn run(&mut self) -> Outcome {
		self.chain
			.execute_with(|| run::<Test>(System::block_number()))
	}

	/// What the pool was given since the last time.
	pub fn submitted(
		&self,
	) -> Vec<(
		Report<ConstU32<8>>,
		cairn_primitives::oracle::sr25519::AuthoritySignature,
	)> {
		std::mem::take(&mut self.pool.0.lock().unwrap().transactions)
			.into_iter()
			.map(|bytes| {
				let extrinsic = Extrinsic::decode(&mut &bytes[..]).unwrap();
				let RuntimeCall::Oracle(Call::report { report, signature }) = extrinsic.function
				else {
					panic!("not a report");
				};
				(report, signature)
			})
			.collect()
	}

	/// What the worker reports now: prices by feed.
	pub fn prices(&mut self) -> Vec<(FeedId, Price, u8)> {
		assert_eq!(self.run(), Outcome::Sent(1));
		let (report, _) = self.submitted().pop().unwrap();
		report
			.prices
			.into_iter()
			.map(|price| (price.feed, price.price, price.sources))
			.collect()
	}

	/// The block's own clock goes on, and the node's with it.
	pub fn next_block(&mut self) {
		self.chain.execute_with(next_block);
		self.network.0.lock().unwrap().clock += BLOCK_TIME;
	}

	pub fn override_source(&mut self, name: &str, base: &[u8]) {
		self.set_local(&override_key(name), base);
	}

	fn set_local(&mut self, key: &str, value: &[u8]) {
		self.chain.execute_with(|| {
			sp_io::offchain::local_storage_set(StorageKind::PERSISTENT, key.as_bytes(), value);
		});
	}

	/// The note on what was last sent.
	fn note(&mut self) -> Option<Sent<ConstU32<8>>> {
		self.chain.execute_with(|| sent(&genesis_hash().0.encode()))
	}

	/// The addresses that were asked since the last time.
	pub fn asked(&self) -> Vec<String> {
		std::mem::take(&mut self.network.0.lock().unwrap().asked)
	}

	pub fn time_taken<R>(&mut self, work: impl FnOnce(&mut Self) -> R) -> (R, u64) {
		let before = self.network.0.lock().unwrap().clock;
		let result = work(self);
		(result, self.network.0.lock().unwrap().clock - before)
	}
}

#[test]
fn what_the_worker_reports_becomes_the_price() {
	let mut node = node(4).with_fair_weather();
	assert_eq!(node.run(), Outcome::Sent(4));
	let reports = node.submitted();
	assert_eq!(reports.len(), 4);
	node.next_block();
	node.chain.execute_with(|| {
		for (report, signature) in reports {
			validate(report.clone(), signature.clone()).unwrap();
			apply(report, signature).unwrap().unwrap();
		}
		next_block();
		let quote = <Oracle as PriceSource<_>>::quote(&DOT).unwrap();
		assert_eq!(quote.price, usd(5));
		assert_eq!(
			<Oracle as PriceSource<_>>::quote(&USDT).unwrap().price,
			milli(950)
		);
	});
}

#[test]
fn a_report_holds_all_feeds_and_names_its_round() {
	let mut node = node(1).with_fair_weather();
	node.next_block();
	assert_eq!(node.run(), Outcome::Sent(1));
	let (report, _) = node.submitted().pop().unwrap();
	assert_eq!(
		(report.set_id, report.round, report.authority_index),
		(0, 2, 0)
	);
	let feeds: Vec<_> = report
		.prices
		.iter()
		.map(|price| (price.feed, price.sources))
		.collect();
	assert_eq!(feeds, [(DOT_FEED, 4), (USDT_FEED, 3)]);
}

#[test]
fn a_node_without_a_validators_key_asks_nobody() {
	for seed in [0, 9] {
		let mut node = node(0).with_fair_weather();
		if seed > 0 {
			node.chain.execute_with(|| {
				use sp_application_crypto::RuntimeAppPublic;
				AuthorityId::generate_pair(None);
			});
		}
		assert_eq!(node.run(), Outcome::NoKey);
		assert!(node.network.0.lock().unwrap().asked.is_empty());
	}
}

#[test]
fn a_round_is_reported_once() {
	let mut node = node(1).with_fair_weather();
	assert_eq!(node.run(), Outcome::Sent(1));
	assert_eq!(node.run(), Outcome::Done);
	node.next_block();
	assert_eq!(node.run(), Outcome::Sent(1));
}

#[test]
fn a_report_that_does_not_arrive_is_sent_again_while_its_round_lasts() {
	RoundLength::set(10);
	let mut node = node(1).with_fair_weather();
	assert_eq!(node.run(), Outcome::Sent(1));
	for expected in [
		Outcome::Done,
		Outcome::Done,
		Outcome::Sent(1),
		Outcome::Done,
	] {
		node.next_block();
		assert_eq!(node.run(), expected);
	}
	let (report, signature) = node.submitted().pop().unwrap();
	node.chain
		.execute_with(|| apply(report, signature).unwrap().unwrap());
	for _ in 0..4 {
		node.next_block();
		assert_eq!(node.run(), Outcome::Done, "it has arrived");
	}
	node.next_block();
	assert_eq!(node.run(), Outcome::Sent(1), "the next round begins");
	RoundLength::set(1);
}

#[test]
fn reports_that_never_arrive_are_counted() {
	let mut node = node(1).with_fair_weather();
	let lost = |node: &mut Node| node.note().unwrap().lost;
	for expected in 0..7 {
		assert_eq!(
			node.run(),
			Outcome::Sent(1),
			"that they are lost is no reason to stop"
		);
		assert_eq!(lost(&mut node), expected);
		node.next_block();
	}
	let (report, signature) = node.submitted().pop().unwrap();
	node.chain
		.execute_with(|| apply(report, signature).unwrap().unwrap());
	node.run();
	assert_eq!(lost(&mut node), 0);
}

#[test]
fn a_report_that_the_pool_refuses_is_tried_again_at_the_next_block() {
	let mut node = node(1).with_fair_weather();
	node.pool.0.lock().unwrap().refuses = true;
	assert_eq!(node.run(), Outcome::Refused);
	assert_eq!(node.run(), Outcome::Refused);
	node.pool.0.lock().unwrap().refuses = false;
	assert_eq!(node.run(), Outcome::Sent(1));
}

#[test]
fn what_is_sent_again_is_what_was_signed() {
	RoundLength::set(10);
	let mut node = node(2).with_fair_weather();
	assert_eq!(node.run(), Outcome::Sent(2));
	let first = node.submitted();
	for url in DOT_URLS {
		node.serve(url, ticker("6"));
	}
	for _ in 0..3 {
		node.next_block();
		node.run();
	}
	// Two different reports for one round would be misconduct.
	assert_eq!(node.submitted(), first);
	RoundLength::set(1);
}

#[test]
fn nothing_is_signed_for_a_round_that_is_not_later() {
	let mut node = node(1).with_fair_weather();
	for _ in 0..5 {
		node.next_block();
	}
	assert_eq!(node.run(), Outcome::Sent(1));
	node.submitted();
	// Another fork, or a chain that was reverted.
	for earlier in [2, 5] {
		let outcome = node.chain.execute_with(|| run::<Test>(earlier));
		assert_eq!(outcome, Outcome::Waiting);
	}
	assert!(node.submitted().is_empty());
	node.next_block();
	assert_eq!(node.run(), Outcome::Sent(1));
}

#[test]
fn a_change_of_the_set_within_a_round_costs_one_round() {
	let mut node = node(1).with_fair_weather();
	assert_eq!(node.run(), Outcome::Sent(1));
	node.submitted();
	node.chain.execute_with(|| rotate(&[1, 2, 3]));
	assert_eq!(node.run(), Outcome::Done, "the round is signed");
	node.next_block();
	assert_eq!(node.run(), Outcome::Sent(1));
	let (report, signature) = node.submitted().pop().unwrap();
	assert_eq!(report.set_id, 1);
	node.chain
		.execute_with(|| apply(report, signature).unwrap().unwrap());
}

#[test]
fn what_is_signed_is_kept_before_it_is_sent() {
	let mut node = node(1).with_fair_weather();
	node.pool.0.lock().unwrap().refuses = true;
	assert_eq!(node.run(), Outcome::Refused);
	let kept = node.note().unwrap().reports;
	node.pool.0.lock().unwrap().refuses = false;
	node.serve(DOT_URLS[0], ticker("5.001"));
	assert_eq!(node.run(), Outcome::Sent(1));
	assert_eq!(node.submitted(), kept);
}

#[test]
fn a_note_from_another_chain_or_rubbish_does_not_silence_the_worker() {
	let mut node = node(1).with_fair_weather();
	for _ in 0..5 {
		node.next_block();
	}
	node.run();
	let mut note = node.note().unwrap();
	note.genesis = vec![9; 32];
	note.round = 1_000;
	node.set_local("cairn-oracle::sent", &note.encode());
	assert_eq!(node.run(), Outcome::Sent(1));
	node.next_block();
	for key in ["sent", "lock", "state", "rests"] {
		node.set_local(&format!("cairn-oracle::{key}"), b"\xff");
	}
	assert_eq!(node.run(), Outcome::Sent(1));
}

#[test]
fn two_runs_do_not_go_at_once() {
	let mut node = node(1).with_fair_weather();
	node.chain.execute_with(|| {
		use sp_runtime::offchain::storage_lock::{StorageLock, Time};
		let lock_time = Duration::from_millis(6_000);
		let mut other = StorageLock::<Time>::with_deadline(b"cairn-oracle::lock", lock_time);
		other.try_lock().map_err(|_| ()).unwrap().forget();
	});
	assert_eq!(node.run(), Outcome::Busy);
	node.next_block();
	assert_eq!(node.run(), Outcome::Busy);
	node.next_block();
	node.next_block();
	assert_eq!(
		node.run(),
		Outcome::Sent(1),
		"a run that crashed does not hold the lock for ever"
	);
}

#[test]
fn too_few_sources_leave_a_feed_out_and_only_that() {
	let mut node = node(1).with_fair_weather();
	node.serve(USDT_URLS[0], Server::Unreachable);
	// Without a price of USDT there are still three sources of DOT in dollars.
	assert_eq!(node.prices(), [(DOT_FEED, usd(5), 3)]);
}

#[test]
fn without_any_price_there_is_no_report() {
	let mut node = node(1);
	assert_eq!(node.run(), Outcome::NoPrices);
	assert!(node.submitted().is_empty());
	node.next_block();
	let mut node = node.with_fair_weather();
	assert_eq!(node.run(), Outcome::Sent(1));
}

#[test]
fn every_failure_is_contained_to_its_source() {
	let failures = [
		Server::Silent,
		Server::Drips(1),
		Server::Drips(100),
		Server::Stalls,
		Server::Floods,
		Server::Breaks,
		Server::Unreachable,
		Server::Refuses,
		Server::Late(2_500, r#"{"bid":"1","ask":"1","last":"1"}"#.into()),
		Server::Status(429, r#"{"bid":"1","ask":"1","last":"1"}"#.into()),
		Server::Status(500, String::new()),
		Server::Status(204, String::new()),
		Server::Answers(String::new()),
		Server::Answers("<html>Bad gateway</html>".into()),
		Server::Answers(r#"{"bid":"1","ask":"1"}"#.into()),
		Server::Answers(r#"{"bid":"1","ask":"1","last":"NaN"}"#.into()),
		Server::Answers(r#"{"bid":"0","ask":"0","last":"0"}"#.into()),
		Server::Answers(r#"{"bid":"-5","ask":"5","last":"5"}"#.into()),
		Server::Answers(r#"{"bid":"6","ask":"4","last":"5"}"#.into()),
		Server::Answers(r#"{"bid":"1e9999999999","ask":"5","last":"5"}"#.into()),
		Server::Answers("[".repeat(60_000)),
	];
	for failure in failures {
		let mut node = node(1).with_fair_weather();
		// The first in any order that there is, so that it could hold up all others.
		node.serve(USDT_URLS[2], ticker("0.95"));
		node.serve(DOT_URLS[0], failure.clone());
		let (prices, time) = node.time_taken(Node::prices);
		let feeds: Vec<_> = prices
			.iter()
			.map(|(feed, _, sources)| (*feed, *sources))
			.collect();
		assert_eq!(feeds, [(DOT_FEED, 3), (USDT_FEED, 3)], "{failure:?}");
		assert!(
			prices[0].1 > milli(4_999) && prices[0].1 <= usd(5),
			"{failure:?}"
		);
		assert!(time <= FETCH_TIME.millis() + 1, "{failure:?}: {time}");
	}
}

#[test]
fn a_source_that_lies_is_outvoted() {
	let mut node = node(1).with_fair_weather();
	node.serve(DOT_URLS[0], ticker("500"));
	let (_, price, sources) = node.prices()[0];
	assert!(price <= usd(5) && price > milli(4_999));
	assert_eq!(sources, 4);
}

#[test]
fn a_price_out_of_bounds_is_left_out_so_that_the_rest_arrives() {
	let mut node = node(1).with_fair_weather();
	for url in DOT_URLS {
		node.serve(url, ticker("5000"));
	}
	let feeds: Vec<_> = node.prices().iter().map(|(feed, ..)| *feed).collect();
	assert_eq!(feeds, [USDT_FEED]);
}

#[test]
fn a_price_on_par_with_a_broken_dollar_is_converted() {
	let mut node = node(1).with_fair_weather();
	for url in USDT_URLS {
		node.serve(url, ticker("0.5"));
	}
	node.serve(DOT_URLS[0], Server::Unreachable);
	node.serve(DOT_URLS[3], ticker("10"));
	assert_eq!(node.prices()[0], (DOT_FEED, usd(5), 3));
}

#[test]
fn the_operator_can_have_a_source_asked_elsewhere() {
	let mut node = node(1).with_fair_weather();
	node.override_source("beta", b"http://127.0.0.1:9000/beta/");
	node.serve("http://127.0.0.1:9000/beta/dot?pair=DOTUSD", ticker("5.5"));
	node.serve("http://127.0.0.1:9000/beta/usdt", ticker("0.95"));
	node.prices();
	let network = node.network.0.lock().unwrap();
	assert!(network
		.asked
		.iter()
		.any(|url| url == "http://127.0.0.1:9000/beta/dot?pair=DOTUSD"));
	assert!(!network.asked.iter().any(|url| url.contains("beta.example")));
}

#[test]
fn the_operators_headers_are_sent_to_the_host_they_are_for() {
	let mut node = node(1).with_fair_weather();
	let text = b"https://beta.example\nX-Api-Key: secret\n\nnot a header\nbad name: x\nX-Two:2";
	node.set_local(&header_key("beta"), text);
	node.prices();
	let sent = |node: &Node| {
		let headers = std::mem::take(&mut node.network.0.lock().unwrap().headers);
		let own = headers
			.into_iter()
			.filter(|(name, _)| name.starts_with("X-"));
		own.map(|(_, value)| value).collect::<Vec<_>>()
	};
	assert_eq!(
		sent(&node),
		["secret", "2", "secret", "2"],
		"for both feeds"
	);
	// Had governance named another host, or the operator a mirror, nothing would be given away.
	node.override_source("beta", b"http://mirror");
	node.next_block();
	node.serve("http://mirror/dot?pair=DOTUSD", ticker("5"));
	node.serve("http://mirror/usdt", ticker("0.95"));
	node.prices();
	assert!(sent(&node).is_empty());
	for rubbish in [&b""[..], b"\xff", b"X-Api-Key: secret", b"https://"] {
		node.set_local(&header_key("beta"), rubbish);
		node.next_block();
		assert_eq!(node.prices()[0].2, 4);
		assert!(sent(&node).is_empty());
	}
}

#[test]
fn an_override_that_is_no_address_is_ignored() {
	for base in [&b"nonsense"[..], b"", b"\xff\xfe", b"ftp://a"] {
		let mut node = node(1).with_fair_weather();
		node.override_source("beta", base);
		assert_eq!(node.prices()[0].2, 4, "{base:?}");
	}
}

#[test]
fn an_address_is_asked_once_and_told_who_asks() {
	let mut node = node(1).with_fair_weather();
	// Two sources behind one address.
	node.override_source("alpha", b"http://mirror");
	node.override_source("gamma", b"http://mirror");
	node.serve("http://mirror/dot", ticker("5"));
	node.serve("http://mirror/usdt", ticker("0.95"));
	node.prices();
	let network = node.network.0.lock().unwrap();
	let asked = network
		.asked
		.iter()
		.filter(|url| url.starts_with("http://mirror"))
		.count();
	assert_eq!((asked, network.asked.len()), (2, 5));
	let agent = ("User-Agent".to_string(), "cairn-oracle/1".to_string());
	assert!(network.headers.contains(&agent));
}

#[test]
fn what_the_worker_reports_is_what_the_chain_lets_in() {
	let mut node = node(1).with_fair_weather();
	node.next_block();
	node.run();
	let (report, signature) = node.submitted().pop().unwrap();
	node.chain.execute_with(|| {
		apply(report, signature).unwrap().unwrap();
		assert_eq!(LatestReports::<Test>::get(0).unwrap().round, 2);
	});
}
