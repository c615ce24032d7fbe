use crate::{mock::*, types::*, Error, Event, Feeds, NextFeedId, ReportedFeeds};
use cairn_math::Price;
use cairn_primitives::{AssetId, PriceSource, Quote};
use codec::{Decode, Encode};
use frame_support::{assert_noop, assert_ok, traits::ConstU32};
use sp_runtime::DispatchError::BadOrigin;

type Sources = ConstU32<5>;

fn dot_feed() -> GenesisFeedKind {
	genesis_feeds().swap_remove(1).feed
}

fn with_sources(change: impl FnOnce(&mut Vec<GenesisSource>)) -> Feed<Sources> {
	let GenesisFeedKind::Reported {
		min,
		max,
		mut sources,
		unit,
		thresholds,
		sanity,
	} = dot_feed()
	else {
		panic!()
	};
	change(&mut sources);
	GenesisFeedKind::Reported {
		min,
		max,
		sources,
		unit,
		thresholds,
		sanity,
	}
	.into_feed()
	.unwrap()
}

fn set(asset: AssetId, feed: Feed<Sources>) -> frame_support::dispatch::DispatchResult {
	Oracle::set_feed(RuntimeOrigin::root(), asset, feed)
}

fn assert_unfit(feed: Feed<Sources>, error: Error<Test>) {
	chain(1).execute_with(|| {
		assert_noop!(set(DOT, feed), error);
	});
}

#[test]
fn the_genesis_sets_every_feed() {
	chain(1).execute_with(|| {
		assert_eq!(Feeds::<Test>::get(CUSD), Some(Feed::Par));
		let index = ReportedFeeds::<Test>::get();
		let ids: Vec<_> = index
			.iter()
			.map(|feed| (feed.id, feed.asset.clone()))
			.collect();
		assert_eq!(ids, [(DOT_FEED, DOT), (USDT_FEED, USDT)]);
		assert_eq!(
			index[0].bounds,
			Bounds {
				min: milli(10),
				max: usd(1_000)
			}
		);
		let Some(Feed::Reported(feed)) = Feeds::<Test>::get(DOT) else {
			panic!()
		};
		assert_eq!(feed.sources[3].quote, QuoteCurrency::Asset(USDT));
	});
}

#[test]
fn a_genesis_reads_as_an_operator_would_write_it() {
	let text = r#"[
		{ "asset": { "WithId": 1 }, "feed": "par" },
		{ "asset": "Native", "feed": { "reported": { "min": "0.001", "max": "1e6", "sources": [
			{ "name": "kraken", "url": "https://api.kraken.com/0/public/Ticker?pair=XBTUSD",
			  "bid": "/result/*/b/0", "ask": "/result/*/a/0", "last": "/result/*/c/0",
			  "error": { "pointer": "/error", "none": "[]" } },
			{ "name": "coinbase", "url": "https://api.coinbase.com/v2/prices/BTC-USD/spot",
			  "last": "/data/amount" },
			{ "name": "okx", "url": "https://www.okx.com/api/v5/market/ticker?instId=BTC-USDT",
			  "bid": "/data/0/bidPx", "ask": "/data/0/askPx", "error": { "pointer": "/code", "none": "0" },
			  "quotedIn": { "WithId": 3 } }
		], "thresholds": { "jump": 50000000 },
		"sanity": { "against": { "WithId": 2 }, "tolerance": 100000000, "rounds": 20 } } } }
	]"#;
	let feeds: Vec<GenesisFeed> = serde_json::from_str(text).unwrap();
	let again: Vec<GenesisFeed> =
		serde_json::from_str(&serde_json::to_string(&feeds).unwrap()).unwrap();
	assert_eq!(feeds, again);
	let Ok(Feed::Reported(feed)) = feeds[1].feed.clone().into_feed::<Sources>() else {
		panic!()
	};
	assert_eq!(feed.validate(&AssetId::Native), Ok(()));
	let sanity = feed.sanity.as_ref().map(|sanity| {
		let tolerance = sanity.tolerance.deconstruct();
		(sanity.against.clone(), tolerance, sanity.rounds)
	});
	assert_eq!(sanity, Some((DOT, 100_000_000, 20)));
	assert_eq!(
		feed.bounds,
		Bounds {
			min: milli(1),
			max: usd(1_000_000)
		}
	);
	assert!(
		serde_json::from_str::<GenesisFeed>(r#"{"asset":"Native","feed":"par","x":1}"#).is_err()
	);
}

#[test]
#[should_panic(expected = "has two feeds")]
fn a_genesis_with_two_feeds_of_an_asset_is_refused() {
	use sp_runtime::BuildStorage;
	let mut feeds = genesis_feeds();
	feeds.push(feeds[1].clone());
	let genesis = crate::GenesisConfig::<Test> {
		feeds,
		..Default::default()
	};
	let _ = genesis.build_storage();
}

#[test]
fn only_the_admin_sets_and_removes() {
	chain(1).execute_with(|| {
		let feed = dot_feed().into_feed().unwrap();
		let origin = || RuntimeOrigin::signed(1);
		assert_noop!(Oracle::set_feed(origin(), DOT, feed), BadOrigin);
		assert_noop!(Oracle::remove_feed(origin(), DOT), BadOrigin);
	});
}

#[test]
fn a_removed_feed_leaves_no_quote_and_its_id_is_not_used_again() {
	chain(1).execute_with(|| {
		everyone_reports(1, &[(DOT_FEED, usd(5))]);
		next_block();
		everyone_reports(1, &[(DOT_FEED, usd(6))]);
		assert_ok!(Oracle::remove_feed(RuntimeOrigin::root(), DOT));
		System::assert_last_event(Event::FeedRemoved { asset: DOT }.into());
		assert_ok!(set(AssetId::Native, with_sources(|_| ())));
		assert_eq!(NextFeedId::<Test>::get(), FeedId(3));
		next_block();
		for asset in [DOT, AssetId::Native] {
			assert_eq!(<Oracle as PriceSource<_>>::quote(&asset), None, "{asset:?}");
		}
		assert_noop!(
			Oracle::remove_feed(RuntimeOrigin::root(), DOT),
			Error::<Test>::NoFeed
		);
	});
}

#[test]
fn a_feed_can_come_to_par_and_leave_it() {
	chain(1).execute_with(|| {
		let promote = || Oracle::promote_feed(RuntimeOrigin::root(), USDT);
		everyone_reports(1, &[(USDT_FEED, milli(999))]);
		next_block();
		assert_ok!(set(USDT, Feed::Par));
		assert_ok!(promote());
		assert_eq!(<Oracle as PriceSource<_>>::quote(&USDT), Some(Quote::par()));
		next_block();
		assert_ok!(set(USDT, with_sources(|sources| drop(sources.pop()))));
		everyone_reports(1, &[(FeedId(2), milli(970))]);
		next_block();
		assert_noop!(promote(), Error::<Test>::ShadowApart);
		everyone_reports(1, &[(FeedId(2), milli(985))]);
		next_block();
		assert_ok!(promote());
		assert_eq!(
			<Oracle as PriceSource<_>>::quote(&USDT).unwrap().price,
			milli(985)
		);
		next_block();
	});
}

#[test]
fn there_is_room_for_so_many_feeds() {
	chain(1).execute_with(|| {
		let promote = |id| Oracle::promote_feed(RuntimeOrigin::root(), AssetId::WithId(id));
		// Three there are, eight there can be.
		for id in 10..15 {
			assert_ok!(set(AssetId::WithId(id), Feed::Par));
			assert_ok!(promote(id));
		}
		let another = AssetId::WithId(9);
		for feed in [Feed::Par, with_sources(|_| ())] {
			assert_noop!(set(another.clone(), feed), Error::<Test>::TooManyFeeds);
		}
		// Those in shadow are reported, too.
		for id in 10..15 {
			assert_ok!(set(AssetId::WithId(id), with_sources(|_| ())));
		}
		assert_ok!(set(DOT, with_sources(|_| ())));
		assert_eq!(ReportedFeeds::<Test>::get().len(), 8);
		let another = with_sources(|sources| drop(sources.pop()));
		assert_noop!(set(USDT, another), Error::<Test>::TooManyFeeds);
		assert_ok!(set(DOT, with_sources(|_| ())));
		Oracle::do_try_state().unwrap();
	});
}

#[test]
fn a_feed_that_lost_its_room_in_shadow_is_not_promoted() {
	chain(1).execute_with(|| {
		let promote = |id| Oracle::promote_feed(RuntimeOrigin::root(), AssetId::WithId(id));
		for id in 10..16 {
			assert_ok!(set(AssetId::WithId(id), Feed::Par));
		}
		for id in 10..15 {
			assert_ok!(promote(id));
		}
		assert_noop!(promote(15), Error::<Test>::TooManyFeeds);
	});
}

#[test]
fn ids_that_are_used_up_are_not_used_again() {
	chain(1).execute_with(|| {
		NextFeedId::<Test>::put(FeedId(u16::MAX));
		assert_noop!(
			set(AssetId::Native, with_sources(|_| ())),
			Error::<Test>::NoFeedId
		);
	});
}

#[test]
fn a_genesis_may_derive_a_feed_from_those_before_it() {
	use sp_runtime::BuildStorage;
	let text = r#"{ "asset": { "WithId": 9 }, "feed": { "derived": { "minimum": {
		"one": { "WithId": 2 }, "other": { "WithId": 3 } } } } }"#;
	let mut feeds = genesis_feeds();
	feeds.push(serde_json::from_str(text).unwrap());
	let genesis = crate::GenesisConfig::<Test> {
		feeds,
		..Default::default()
	};
	let mut chain: sp_io::TestExternalities = genesis.build_storage().unwrap().into();
	chain.execute_with(|| {
		let derived = Feeds::<Test>::get(AssetId::WithId(9));
		assert!(matches!(
			derived,
			Some(Feed::Derived(Derivation::Minimum { .. }))
		));
		Oracle::do_try_state().unwrap();
	});
}

#[test]
fn a_feed_needs_three_different_sources() {
	assert_unfit(
		with_sources(|sources| sources.truncate(2)),
		Error::TooFewSources,
	);
	// One exchange under the name of another, or under two names.
	let twice = |sources: &mut Vec<GenesisSource>| sources[2].name = sources[0].name.clone();
	assert_unfit(with_sources(twice), Error::DuplicateSource);
	let twice = |sources: &mut Vec<GenesisSource>| sources[2].url = sources[0].url.clone();
	assert_unfit(with_sources(twice), Error::DuplicateSource);
}

#[test]
fn a_source_needs_a_name_an_address_and_a_price() {
	for name in ["", "two words", "naïve"] {
		assert_unfit(
			with_sources(|sources| sources[1].name = name.into()),
			Error::InvalidName,
		);
	}
	for url in [
		"",
		"ftp://a.example",
		"https://",
		"https:///path",
		"http://?q",
		"//a",
		"https://a b",
	] {
		assert_unfit(
			with_sources(|sources| sources[1].url = url.into()),
			Error::InvalidUrl,
		);
	}
	let silent = |sources: &mut Vec<GenesisSource>| {
		sources[1] = GenesisSource {
			bid: None,
			ask: None,
			last: None,
			..sources[1].clone()
		}
	};
	assert_unfit(with_sources(silent), Error::NoPricePointer);
	for pointer in ["bid", "/a~", "/~2"] {
		assert_unfit(
			with_sources(|s| s[1].bid = Some(pointer.into())),
			Error::InvalidPointer,
		);
		let check = GenesisErrorCheck {
			pointer: pointer.into(),
			none: "0".into(),
		};
		assert_unfit(
			with_sources(|s| s[1].error = Some(check)),
			Error::InvalidPointer,
		);
	}
}

#[test]
fn an_asset_is_not_quoted_in_itself() {
	let circular = |sources: &mut Vec<GenesisSource>| sources[0].quoted_in = Some(DOT);
	assert_unfit(with_sources(circular), Error::QuotedInItself);
}

#[test]
fn thresholds_have_to_be_in_order() {
	let Feed::Reported(mut feed) = with_sources(|_| ()) else {
		panic!()
	};
	feed.thresholds.recovery = 0;
	assert_unfit(Feed::Reported(feed), Error::InvalidThresholds);
}

#[test]
fn bounds_are_prices_in_order() {
	let bounded = |min: Price, max: Price| {
		let Feed::Reported(feed) = with_sources(|_| ()) else {
			panic!()
		};
		Feed::Reported(ReportedFeed {
			bounds: Bounds { min, max },
			..feed
		})
	};
	let wire = |raw: u128| Price::decode(&mut &raw.encode()[..]).unwrap();
	assert_unfit(bounded(usd(2), usd(1)), Error::InvalidBounds);
	assert_unfit(bounded(wire(0), usd(1)), Error::InvalidBounds);
	assert_unfit(bounded(usd(1), wire(u128::MAX)), Error::InvalidBounds);
}
