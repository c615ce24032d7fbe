use crate::{mock::*, types::*, Error, Event, Feeds, ReportedFeeds, ShadowFeeds, Shadows};
use cairn_math::Price;
use cairn_primitives::{
	AssetId, PriceSource, Quote,
	QuoteStatus::{Degraded, Halted, Live},
};
use frame_support::{assert_noop, assert_ok, traits::ConstU32, weights::WeightMeter};

/// The id that the next feed gets in a chain of [`genesis_feeds`].
const NEW_FEED: FeedId = FeedId(2);
const NEW: AssetId = AssetId::WithId(50);

fn feed(unit: Unit) -> Feed<ConstU32<5>> {
	let sources = ["alpha", "beta", "zeta"]
		.map(|name| source(name, &format!("https://{name}.example/new"), None))
		.to_vec();
	GenesisFeedKind::Reported {
		min: "0.001".into(),
		max: "10000".into(),
		sources,
		unit,
		thresholds: Default::default(),
		sanity: None,
	}
	.into_feed()
	.unwrap()
}

fn set(asset: AssetId) {
	assert_ok!(Oracle::set_feed(
		RuntimeOrigin::root(),
		asset,
		feed(Unit::Dollars)
	));
}

fn promote(asset: AssetId) -> frame_support::dispatch::DispatchResult {
	Oracle::promote_feed(RuntimeOrigin::root(), asset)
}

fn quote(asset: AssetId) -> Option<Quote> {
	<Oracle as PriceSource<_>>::quote(&asset)
}

/// A round before there is a feed in shadow.
fn first_round() {
	everyone_reports(3, &[(DOT_FEED, usd(5)), (USDT_FEED, usd(1))]);
	next_block();
}

/// A round in which the quoted feed says one thing and the one in shadow another.
fn round(quoted: Price, shadow: Price) {
	everyone_reports(
		3,
		&[(DOT_FEED, quoted), (USDT_FEED, usd(1)), (NEW_FEED, shadow)],
	);
	next_block();
}

fn told(event: Event<Test>) -> bool {
	System::read_events_for_pallet::<Event<Test>>().contains(&event)
}

#[test]
fn a_new_feed_is_reported_but_not_quoted() {
	chain(3).execute_with(|| {
		set(NEW);
		let feed = Some(NEW_FEED);
		System::assert_last_event(Event::ShadowStarted { asset: NEW, feed }.into());
		for _ in 0..30 {
			round(usd(5), usd(7));
		}
		assert_eq!(quote(NEW), None);
		assert!(Oracle::quotes().iter().all(|(asset, _)| *asset != NEW));
		assert!(Oracle::reports()[0]
			.prices
			.iter()
			.all(|(asset, _)| *asset != NEW));
		let shadow = Oracle::shadows().pop().unwrap();
		assert_eq!((shadow.asset, shadow.feed), (NEW, feed));
		assert_eq!((shadow.price, shadow.quoted), (Some(usd(7)), None));
		assert_eq!((shadow.status, shadow.close), (Some(Live), 0));
	});
}

#[test]
fn governance_promotes_a_new_feed_once_it_has_a_price() {
	chain(3).execute_with(|| {
		assert_noop!(promote(NEW), Error::<Test>::NoShadow);
		set(NEW);
		assert_noop!(promote(NEW), Error::<Test>::ShadowNotLive);
		round(usd(5), usd(7));
		assert_ok!(promote(NEW));
		let feed = Some(NEW_FEED);
		assert!(told(Event::FeedPromoted { asset: NEW, feed }));
		let (from, to) = (None, Live);
		assert!(told(Event::StatusChanged {
			asset: NEW,
			from,
			to
		}));
		assert_eq!(quote(NEW).unwrap().price, usd(7));
		assert!(Oracle::shadows().is_empty());
		round(usd(5), milli(7_070));
		assert_eq!(quote(NEW).unwrap().price, milli(7_070));
		assert_noop!(promote(NEW), Error::<Test>::NoShadow);
	});
}

#[test]
fn a_changed_feed_takes_over_by_itself_after_so_many_rounds() {
	chain(3).execute_with(|| {
		first_round();
		set(DOT);
		for close in 1..20 {
			round(usd(5), milli(5_100));
			assert_eq!(
				quote(DOT).unwrap().price,
				usd(5),
				"what is quoted does not change"
			);
			assert_eq!(Oracle::shadows()[0].close, close);
		}
		round(usd(5), milli(5_100));
		let feed = Some(NEW_FEED);
		assert!(told(Event::FeedPromoted { asset: DOT, feed }));
		let now = quote(DOT).unwrap();
		assert_eq!((now.price, now.status), (milli(5_100), Live));
		assert_eq!(now.slow, usd(5), "the memory of the old feed is kept");
		// Reports under way hold the former feed. That costs nobody anything.
		round(usd(9), milli(5_100));
		assert_eq!(quote(DOT).unwrap().price, milli(5_100));
		assert_eq!(quote(USDT).unwrap().age, BLOCK_TIME);
		let index = ReportedFeeds::<Test>::get();
		assert!(index.iter().all(|feed| feed.id != DOT_FEED && !feed.shadow));
	});
}

/// Moonwell's cbETH was priced at its rate in ether, without the price of ether: 1.12 dollars.
#[test]
fn a_feed_that_multiplies_the_wrong_way_is_caught_in_shadow() {
	chain(3).execute_with(|| {
		let rate = AssetId::WithId(100);
		let feed = feed(Unit::Rate);
		assert_ok!(Oracle::set_feed(RuntimeOrigin::root(), rate.clone(), feed));
		let staked = AssetId::WithId(101);
		let price = |staked: Price| {
			let rate = milli(1_120);
			everyone_reports(
				3,
				&[
					(DOT_FEED, usd(100)),
					(USDT_FEED, usd(1)),
					(NEW_FEED, rate),
					(FeedId(3), staked),
				],
			);
			next_block();
		};
		assert_ok!(Oracle::set_feed(
			RuntimeOrigin::root(),
			staked.clone(),
			self::feed(Unit::Dollars)
		));
		price(usd(112));
		for asset in [&rate, &staked] {
			assert_ok!(promote(asset.clone()));
		}
		// The right way is through the price of one of 1.12; the wrong one divides.
		let wrong = Derivation::Ratio {
			price: DOT,
			rate: rate.clone(),
		};
		assert_ok!(Oracle::set_feed(
			RuntimeOrigin::root(),
			staked.clone(),
			Feed::Derived(wrong)
		));
		for _ in 0..50 {
			price(usd(112));
			assert_eq!(quote(staked.clone()).unwrap().price, usd(112));
		}
		assert_noop!(promote(staked.clone()), Error::<Test>::ShadowApart);
		let shadow = Oracle::shadows().pop().unwrap();
		assert_eq!((shadow.close, shadow.quoted), (0, Some(usd(112))));

		let right = Derivation::Product { price: DOT, rate };
		assert_ok!(Oracle::set_feed(
			RuntimeOrigin::root(),
			staked.clone(),
			Feed::Derived(right)
		));
		for _ in 0..20 {
			price(usd(112));
		}
		assert!(Oracle::shadows().is_empty(), "it has taken over");
		assert_eq!(
			Feeds::<Test>::get(&staked).map(|feed| matches!(feed, Feed::Derived(_))),
			Some(true)
		);
		assert_eq!(quote(staked).unwrap().price, usd(112));
	});
}

#[test]
fn one_round_apart_begins_the_count_anew_and_is_told_once() {
	chain(3).execute_with(|| {
		first_round();
		set(DOT);
		for _ in 0..19 {
			round(usd(5), usd(5));
		}
		round(usd(5), milli(4_899));
		// It is a jump by itself: unconfirmed, it is not compared.
		assert_eq!(Oracle::shadows()[0].close, 19);
		round(usd(5), milli(4_899));
		assert_eq!(Oracle::shadows()[0].close, 0);
		let apart = Event::ShadowApart {
			asset: DOT,
			price: milli(4_899),
			quoted: usd(5),
		};
		assert!(told(apart.clone()));
		round(usd(5), milli(4_899));
		assert!(!told(apart.clone()));
		round(usd(5), milli(4_910));
		assert_eq!(Oracle::shadows()[0].close, 1);
		assert_eq!(quote(DOT).unwrap().price, usd(5));
	});
}

#[test]
fn rounds_in_which_either_is_silent_do_not_count() {
	chain(3).execute_with(|| {
		first_round();
		set(DOT);
		round(usd(5), usd(5));
		for _ in 0..5 {
			everyone_reports(3, &[(NEW_FEED, usd(5))]);
			next_block();
		}
		assert_eq!(quote(DOT).unwrap().status, Degraded);
		// The quoted one was Live for three rounds more.
		assert_eq!(Oracle::shadows()[0].close, 4);
		run_to(System::block_number() + 10);
		assert_eq!(
			Oracle::shadows()[0].close,
			4,
			"blocks without agreements are no rounds"
		);
	});
}

#[test]
fn governance_cannot_promote_what_is_apart_from_a_price_that_is_good() {
	chain(3).execute_with(|| {
		first_round();
		set(DOT);
		round(usd(5), usd(6));
		assert_noop!(promote(DOT), Error::<Test>::ShadowApart);
		// Silver that is priced as gold: the guardian stops it, and governance puts it right.
		assert_ok!(Oracle::halt_feed(RuntimeOrigin::signed(77), DOT));
		assert_eq!(quote(DOT).unwrap().status, Halted);
		assert_ok!(promote(DOT));
		let now = quote(DOT).unwrap();
		assert_eq!((now.price, now.slow, now.status), (usd(6), usd(6), Live));
		let (from, to) = (Some(Halted), Live);
		assert!(told(Event::StatusChanged {
			asset: DOT,
			from,
			to
		}));
		next_block();
	});
}

#[test]
fn a_dead_feed_is_replaced_without_comparison() {
	chain(3).execute_with(|| {
		first_round();
		set(DOT);
		for _ in 0..55 {
			everyone_reports(3, &[(NEW_FEED, usd(8))]);
			next_block();
		}
		assert_ok!(promote(DOT));
		assert_eq!(quote(DOT).unwrap().price, usd(8));
	});
}

#[test]
fn a_second_feed_in_shadow_takes_the_place_of_the_first() {
	chain(3).execute_with(|| {
		first_round();
		set(DOT);
		for _ in 0..10 {
			round(usd(5), usd(5));
		}
		set(DOT);
		assert_eq!(Oracle::shadows()[0].feed, Some(FeedId(3)));
		assert_eq!(Oracle::shadows()[0].close, 0);
		assert_eq!(ReportedFeeds::<Test>::get().len(), 3);
		next_block();
		assert_ok!(Oracle::set_feed(RuntimeOrigin::root(), DOT, Feed::Par));
		assert_eq!(ReportedFeeds::<Test>::get().len(), 2);
		assert_eq!(Oracle::shadows()[0].feed, None);
		next_block();
	});
}

#[test]
fn a_feed_in_shadow_can_be_withdrawn() {
	chain(3).execute_with(|| {
		set(DOT);
		assert_ok!(Oracle::withdraw_shadow(RuntimeOrigin::root(), DOT));
		System::assert_last_event(Event::ShadowWithdrawn { asset: DOT }.into());
		assert!(Shadows::<Test>::get().is_empty());
		assert_eq!(ShadowFeeds::<Test>::iter().count(), 0);
		assert_noop!(
			Oracle::withdraw_shadow(RuntimeOrigin::root(), DOT),
			Error::<Test>::NoShadow
		);
		set(DOT);
		assert_ok!(Oracle::remove_feed(RuntimeOrigin::root(), DOT));
		assert!(Shadows::<Test>::get().is_empty());
		next_block();
	});
}

#[test]
fn without_weight_a_ripe_shadow_waits() {
	ShadowRounds::set(1);
	chain(3).execute_with(|| {
		first_round();
		set(DOT);
		everyone_reports(
			3,
			&[(DOT_FEED, usd(5)), (USDT_FEED, usd(1)), (NEW_FEED, usd(5))],
		);
		System::set_block_number(System::block_number() + 1);
		let weights = <() as crate::WeightInfo>::aggregate_idle()
			+ <() as crate::WeightInfo>::aggregate(3, 3);
		let mut meter = WeightMeter::with_limit(weights);
		Oracle::aggregate(&mut meter);
		assert_eq!(Oracle::shadows()[0].close, 1);
		round(usd(5), usd(5));
		assert!(Oracle::shadows().is_empty());
	});
	ShadowRounds::set(20);
}

#[test]
fn the_worker_asks_for_feeds_in_shadow_too() {
	use super::worker::{node, ticker};
	let mut node = node(1).with_fair_weather();
	for name in ["alpha", "beta", "zeta"] {
		node.serve(&format!("https://{name}.example/new"), ticker("7"));
	}
	node.chain.execute_with(|| set(NEW));
	let prices = node.prices();
	assert_eq!(prices[2], (NEW_FEED, usd(7), 3));
}
