//! A price that its second opinion contradicts is stopped.

use crate::{mock::*, types::*, Error, Event, Feeds};
use cairn_math::{Perbill, Price};
use cairn_primitives::{
	AssetId, PriceSource,
	QuoteStatus::{self, Degraded, Halted, Jump, Live},
};
use frame_support::{assert_noop, assert_ok, traits::ConstU32};

/// Prices the same token as DOT, by other exchanges.
const SECOND: AssetId = AssetId::WithId(50);
const SECOND_FEED: FeedId = FeedId(2);
/// DOT, once it is compared with the second.
const COMPARED_FEED: FeedId = FeedId(3);

fn sanity(against: AssetId) -> Sanity {
	Sanity {
		against,
		tolerance: Perbill::from_percent(10),
		rounds: 5,
	}
}

fn feed(sanity: Option<Sanity>) -> Feed<ConstU32<5>> {
	let sources = ["alpha", "beta", "zeta"]
		.map(|name| source(name, &format!("https://{name}.example/other"), None))
		.to_vec();
	GenesisFeedKind::Reported {
		min: "0.001".into(),
		max: "10000".into(),
		sources,
		unit: Unit::Dollars,
		thresholds: Default::default(),
		sanity,
	}
	.into_feed()
	.unwrap()
}

fn set(asset: AssetId, feed: Feed<ConstU32<5>>) -> frame_support::dispatch::DispatchResult {
	Oracle::set_feed(RuntimeOrigin::root(), asset, feed)
}

/// A round in which DOT and its second opinion, if it is heard, are at so much.
fn round(price: Price, other: Option<Price>) -> QuoteStatus {
	let mut prices = vec![(COMPARED_FEED, price)];
	prices.extend(other.map(|other| (SECOND_FEED, other)));
	prices.sort();
	everyone_reports(3, &prices);
	next_block();
	<Oracle as PriceSource<_>>::quote(&DOT).unwrap().status
}

fn agree() -> QuoteStatus {
	round(usd(10), Some(usd(10)))
}

/// A chain whose DOT is compared with a second opinion.
fn compared() -> sp_io::TestExternalities {
	let mut chain = chain(3);
	chain.execute_with(|| {
		assert_ok!(set(SECOND, feed(None)));
		everyone_reports(3, &[(SECOND_FEED, usd(10))]);
		next_block();
		assert_ok!(Oracle::promote_feed(RuntimeOrigin::root(), SECOND));
		assert_ok!(set(DOT, feed(Some(sanity(SECOND)))));
		everyone_reports(3, &[(SECOND_FEED, usd(10)), (COMPARED_FEED, usd(10))]);
		next_block();
		assert_ok!(Oracle::promote_feed(RuntimeOrigin::root(), DOT));
		assert_eq!(agree(), Live);
	});
	chain
}

/// How long the two have been apart.
fn apart() -> u16 {
	Oracle::status(DOT).unwrap().apart.unwrap()
}

#[test]
fn a_price_that_is_contradicted_for_five_rounds_is_stopped() {
	compared().execute_with(|| {
		// The second opinion jumps, which has to be confirmed, and is apart from then on.
		for _ in 0..2 {
			assert_eq!(round(usd(10), Some(milli(9_000))), Live);
		}
		assert_eq!(apart(), 1);
		for expected in 2..5 {
			assert_eq!(round(usd(10), Some(milli(9_000))), Live);
			assert_eq!(apart(), expected);
		}
		assert_eq!(round(usd(10), Some(milli(9_000))), Halted);
		let events = System::read_events_for_pallet::<Event<Test>>();
		let contradicted = Event::Contradicted {
			asset: DOT,
			price: usd(10),
			against: SECOND,
			other: milli(9_000),
		};
		let told = Event::StatusChanged {
			asset: DOT,
			from: Some(Live),
			to: Halted,
		};
		assert_eq!(events, [contradicted, told]);
		// The second opinion itself is as good as before, and the first stays as it is.
		assert_eq!(
			<Oracle as PriceSource<_>>::quote(&SECOND).unwrap().status,
			Live
		);
		assert_eq!(agree(), Halted);
	});
}

#[test]
fn ten_per_cent_are_not_too_much() {
	compared().execute_with(|| {
		let down = |other: u128| round(usd(10), Some(milli(other)));
		down(9_091);
		for _ in 0..10 {
			assert_eq!(down(9_091), Live);
			assert_eq!(apart(), 0);
		}
	});
}

#[test]
fn one_round_together_begins_the_count_anew() {
	compared().execute_with(|| {
		round(usd(10), Some(usd(9)));
		for _ in 0..4 {
			assert_eq!(round(usd(10), Some(usd(9))), Live);
		}
		assert_eq!(apart(), 4);
		assert_eq!(round(milli(9_850), Some(usd(9))), Live);
		assert_eq!(apart(), 0);
	});
}

#[test]
fn a_second_opinion_that_is_old_or_jumps_says_nothing() {
	compared().execute_with(|| {
		// It jumps to and fro, and is never confirmed.
		for _ in 0..6 {
			assert_eq!(round(usd(10), Some(usd(20))), Live);
			assert_eq!(round(usd(10), Some(usd(5))), Live);
		}
		// It falls silent, and then is wrong, but no longer Live.
		round(usd(10), Some(usd(20)));
		for _ in 0..20 {
			assert_eq!(round(usd(10), None), Live);
		}
		assert_eq!(apart(), 0);
	});
}

#[test]
fn a_price_that_waits_for_confirmation_is_not_compared() {
	compared().execute_with(|| {
		for _ in 0..6 {
			assert_eq!(round(usd(20), Some(usd(10))), Jump);
			assert_eq!(round(usd(5), Some(usd(10))), Jump);
		}
		assert_eq!(apart(), 0);
	});
}

/// Or a reporter's doubt would be a way around.
#[test]
fn a_price_in_doubt_is_compared_as_it_is_in_use() {
	compared().execute_with(|| {
		let doubtful = |status| {
			for (index, price) in [9_850, 10_000, 10_150].into_iter().enumerate() {
				let prices = [(SECOND_FEED, milli(9_000)), (COMPARED_FEED, milli(price))];
				let report = report(index as u32, &prices);
				let signature = sign(&report, index as u8 + 1);
				apply(report, signature).unwrap().unwrap();
			}
			next_block();
			let quote = <Oracle as PriceSource<_>>::quote(&DOT).unwrap();
			assert_eq!(quote.status, status);
		};
		for _ in 0..5 {
			doubtful(Degraded);
		}
		doubtful(Halted);
	});
}

#[test]
fn what_was_stopped_comes_back_as_after_the_guardian() {
	compared().execute_with(|| {
		for _ in 0..6 {
			round(usd(10), Some(usd(9)));
		}
		assert_eq!(agree(), Halted);
		assert_ok!(Oracle::resume_feed(RuntimeOrigin::root(), DOT));
		agree();
		for _ in 0..8 {
			assert_eq!(agree(), Halted);
		}
		assert_eq!(agree(), Live);
		// It is stopped again if nothing has changed.
		round(usd(10), Some(usd(9)));
		for _ in 0..4 {
			assert_eq!(round(usd(10), Some(usd(9))), Live);
		}
		assert_eq!(round(usd(10), Some(usd(9))), Halted);
	});
}

#[test]
fn a_feed_is_compared_with_another_that_is_reported() {
	compared().execute_with(|| {
		let refused = |against: AssetId| {
			let feed = feed(Some(sanity(against)));
			assert_noop!(set(USDT, feed), Error::<Test>::InvalidSanity);
		};
		// With itself, with what there is not, with the unit of account.
		refused(USDT);
		refused(AssetId::WithId(99));
		refused(CUSD);
		let nothing = Sanity {
			rounds: 0,
			..sanity(DOT)
		};
		let none = Sanity {
			tolerance: Perbill::zero(),
			..sanity(DOT)
		};
		for useless in [nothing, none] {
			let feed = feed(Some(useless));
			assert_noop!(set(USDT, feed), Error::<Test>::InvalidSanity);
		}
		assert_ok!(set(USDT, feed(Some(sanity(DOT)))));
	});
}

#[test]
fn a_second_opinion_is_not_taken_away_or_derived() {
	compared().execute_with(|| {
		assert_noop!(
			Oracle::remove_feed(RuntimeOrigin::root(), SECOND),
			Error::<Test>::FeedInUse
		);
		let derived = Feed::Derived(Derivation::Minimum {
			one: DOT,
			other: USDT,
		});
		assert_noop!(set(SECOND, derived), Error::<Test>::InvalidDerivation);
		// Nor is it made a constant, which would contradict nothing.
		assert_noop!(set(SECOND, Feed::Par), Error::<Test>::FeedInUse);
		// Nor is one chosen that is about to be, or is still on trial.
		let third = AssetId::WithId(51);
		assert_ok!(set(third.clone(), feed(None)));
		let derived = Feed::Derived(Derivation::Minimum {
			one: DOT,
			other: SECOND,
		});
		assert_ok!(set(USDT, derived));
		for against in [third.clone(), USDT] {
			let feed = feed(Some(sanity(against)));
			assert_noop!(set(DOT, feed), Error::<Test>::InvalidSanity);
		}
		assert_ok!(set(USDT, Feed::Par));
		assert_noop!(
			set(third, feed(Some(sanity(USDT)))),
			Error::<Test>::InvalidSanity
		);
		assert_ok!(Oracle::withdraw_shadow(RuntimeOrigin::root(), USDT));
		// Without the comparison it may go.
		assert_ok!(set(DOT, feed(None)));
		everyone_reports(3, &[(COMPARED_FEED, usd(10)), (FeedId(5), usd(10))]);
		next_block();
		assert_ok!(Oracle::promote_feed(RuntimeOrigin::root(), DOT));
		assert_ok!(Oracle::remove_feed(RuntimeOrigin::root(), SECOND));
		assert!(!Feeds::<Test>::contains_key(&SECOND));
	});
}
