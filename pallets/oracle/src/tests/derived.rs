use super::cases;
use crate::{derived::derive, mock::*, types::*, Error, Quotes};
use cairn_math::Price;
use cairn_primitives::{
	AssetId, PriceSource, Quote,
	QuoteStatus::{self, Degraded, Halted, Jump, Live, Stale},
};
use frame_support::{assert_noop, assert_ok, traits::ConstU32};
use proptest::prelude::*;

fn product() -> Derivation {
	Derivation::Product {
		price: DOT,
		rate: RATE,
	}
}

fn ratio() -> Derivation {
	Derivation::Ratio {
		price: DOT,
		rate: RATE,
	}
}

fn minimum() -> Derivation {
	Derivation::Minimum {
		one: DOT,
		other: USDT,
	}
}

/// A rate: so many DOT for one of the token.
const RATE: AssetId = AssetId::WithId(100);
/// What is priced by it.
const STAKED: AssetId = AssetId::WithId(101);

fn quote_of(price: Price, confidence: u128, status: QuoteStatus) -> Quote {
	Quote {
		price,
		confidence,
		slow: price,
		status,
		updated_at: 1_000,
		age: 0,
		silent_for: 0,
	}
}

#[test]
fn a_derived_price_is_computed_with_its_doubts() {
	let dot = quote_of(usd(5), usd(1).raw(), Live);
	let rate = quote_of(milli(1_500), milli(500).raw(), Live);
	let made = derive(&product(), &dot, &rate).unwrap();
	// 6 · 2 is farther from 7.5 than 4 · 1.
	assert_eq!(
		(made.price, made.confidence),
		(milli(7_500), milli(4_500).raw())
	);
	let rate = quote_of(usd(2), usd(1).raw(), Live);
	let made = derive(&ratio(), &dot, &rate).unwrap();
	// 6 / 1 against 4 / 3
	assert_eq!(
		(made.price, made.confidence),
		(milli(2_500), milli(3_500).raw())
	);
	let other = quote_of(milli(5_500), usd(2).raw(), Live);
	let made = derive(&minimum(), &dot, &other).unwrap();
	// From 3.5 to 6.
	assert_eq!((made.price, made.confidence), (usd(5), milli(1_500).raw()));
}

#[test]
fn a_derived_price_is_as_good_as_the_worse_of_two() {
	let statuses = [Live, Degraded, Jump, Stale, Halted];
	for (worse, one) in statuses.into_iter().enumerate() {
		for (other_worse, other) in statuses.into_iter().enumerate() {
			let made = derive(
				&product(),
				&quote_of(usd(1), 0, one),
				&quote_of(usd(1), 0, other),
			);
			assert_eq!(made.unwrap().status, statuses[worse.max(other_worse)]);
		}
	}
	let old = Quote {
		updated_at: 400,
		age: 600,
		silent_for: 500,
		..quote_of(usd(1), 0, Live)
	};
	let made = derive(&product(), &quote_of(usd(1), 0, Live), &old).unwrap();
	assert_eq!(
		(made.updated_at, made.age, made.silent_for),
		(400, 600, 500)
	);
}

#[test]
fn what_is_no_price_is_no_quote() {
	let dear = quote_of(Price::MAX, 0, Live);
	assert_eq!(derive(&product(), &dear, &dear), None);
	assert_eq!(
		derive(
			&product(),
			&quote_of(Price::MIN, 0, Live),
			&quote_of(Price::MIN, 0, Live)
		),
		None
	);
	// A rate that may be zero could make any price.
	let rate = quote_of(usd(1), usd(1).raw(), Live);
	assert_eq!(derive(&ratio(), &quote_of(usd(5), 0, Live), &rate), None);
}

proptest! {
	#![proptest_config(cases(256))]

	#[test]
	fn the_confidence_covers_all_that_both_allow(
		one in 1_000_000u128..1u128 << 80,
		other in 1_000_000u128..1u128 << 80,
		doubts in (0u128..900, 0u128..900),
		places in (0u128..=1_000, 0u128..=1_000),
		kind in 0usize..3,
	) {
		let doubt = (one / 1_000 * doubts.0, other / 1_000 * doubts.1);
		let derivation = [product(), ratio(), minimum()][kind].clone();
		let quotes = |one: u128, other: u128, doubt: (u128, u128)| {
			let price = |raw| Price::new(raw).unwrap();
			derive(
				&derivation,
				&quote_of(price(one), doubt.0, Live),
				&quote_of(price(other), doubt.1, Live),
			)
		};
		// Any price that both quotes allow.
		let place = |price: u128, doubt: u128, place: u128| price - doubt + doubt / 500 * place;
		let inside = quotes(place(one, doubt.0, places.0), place(other, doubt.1, places.1), (0, 0));
		if let (Some(made), Some(inside)) = (quotes(one, other, doubt), inside) {
			prop_assert!(inside.price.raw() <= made.price.raw() + made.confidence);
			prop_assert!(inside.price.raw() + made.confidence + 1 >= made.price.raw());
		}
	}
}

fn rate_feed() -> Feed<ConstU32<5>> {
	let sources = ["alpha", "beta", "gamma"]
		.map(|name| source(name, &format!("https://{name}.example/staked"), None))
		.to_vec();
	GenesisFeedKind::Reported {
		min: "0.5".into(),
		max: "5".into(),
		sources,
		unit: Unit::Rate,
		thresholds: Default::default(),
		sanity: None,
	}
	.into_feed()
	.unwrap()
}

/// A chain of one validator with a rate, and a token that is priced by it.
fn derived_chain() -> (sp_io::TestExternalities, FeedId) {
	let mut chain = chain(1);
	let rate = chain.execute_with(|| {
		assert_ok!(Oracle::set_feed(RuntimeOrigin::root(), RATE, rate_feed()));
		let rate = FeedId(2);
		everyone_reports(
			1,
			&[
				(DOT_FEED, usd(5)),
				(USDT_FEED, usd(1)),
				(rate, milli(1_200)),
			],
		);
		next_block();
		assert_ok!(Oracle::promote_feed(RuntimeOrigin::root(), RATE));
		let derived = Feed::Derived(product());
		assert_ok!(Oracle::set_feed(RuntimeOrigin::root(), STAKED, derived));
		assert_ok!(Oracle::promote_feed(RuntimeOrigin::root(), STAKED));
		rate
	});
	(chain, rate)
}

fn quote(asset: AssetId) -> Option<Quote> {
	<Oracle as PriceSource<_>>::quote(&asset)
}

#[test]
fn a_rate_is_never_quoted_as_a_price() {
	let (mut chain, _) = derived_chain();
	chain.execute_with(|| {
		assert!(Quotes::<Test>::get().quotes.contains_key(&RATE));
		assert_eq!(quote(RATE), None);
		assert!(Oracle::quotes().iter().all(|(asset, _)| *asset != RATE));
		assert_eq!(Oracle::status(RATE).unwrap().status, Live);
	});
}

#[test]
fn a_derived_feed_follows_both_and_needs_both() {
	let (mut chain, rate) = derived_chain();
	chain.execute_with(|| {
		assert_eq!(quote(STAKED).unwrap().price, usd(6));
		everyone_reports(1, &[(DOT_FEED, milli(5_050)), (rate, milli(1_200))]);
		next_block();
		assert_eq!(quote(STAKED).unwrap().price, milli(6_060));
		// DOT is reported on, the rate is not.
		for _ in 0..5 {
			everyone_reports(1, &[(DOT_FEED, milli(5_050))]);
			next_block();
		}
		assert_eq!(quote(DOT).unwrap().status, Live);
		assert_eq!(quote(STAKED).unwrap().status, Degraded);
		let status = Oracle::status(STAKED).unwrap();
		assert_eq!(
			(status.status, status.reason),
			(Degraded, crate::status::Reason::Derived)
		);
		let told = System::events().len();
		assert_eq!(told, 0, "it was told when it happened, not again");
	});
}

#[test]
fn a_derived_feed_can_be_stopped_by_itself() {
	let (mut chain, _) = derived_chain();
	chain.execute_with(|| {
		assert_ok!(Oracle::halt_feed(RuntimeOrigin::signed(77), STAKED));
		assert_eq!(quote(STAKED).unwrap().status, Halted);
		assert_eq!(quote(DOT).unwrap().status, Live);
		next_block();
		assert_ok!(Oracle::resume_feed(RuntimeOrigin::root(), STAKED));
		assert_eq!(quote(STAKED).unwrap().status, Live);
		next_block();
	});
}

#[test]
fn a_leg_is_not_taken_away_or_derived_itself() {
	let (mut chain, _) = derived_chain();
	chain.execute_with(|| {
		let root = RuntimeOrigin::root;
		for leg in [DOT, RATE] {
			assert_noop!(Oracle::remove_feed(root(), leg), Error::<Test>::FeedInUse);
		}
		assert_noop!(
			Oracle::set_feed(root(), DOT, Feed::Derived(minimum())),
			Error::<Test>::InvalidDerivation
		);
		assert_ok!(Oracle::remove_feed(root(), STAKED));
		assert_ok!(Oracle::remove_feed(root(), RATE));
	});
}

#[test]
fn what_does_not_fit_cannot_be_derived() {
	let (mut chain, _) = derived_chain();
	chain.execute_with(|| {
		let new = AssetId::WithId(102);
		let cases = [
			// A price for a rate, and the other way round.
			Derivation::Product {
				price: DOT,
				rate: USDT,
			},
			Derivation::Ratio {
				price: RATE,
				rate: RATE,
			},
			Derivation::Minimum {
				one: DOT,
				other: RATE,
			},
			// Of itself, of one twice, of nothing, of a derived one.
			Derivation::Product {
				price: new.clone(),
				rate: RATE,
			},
			Derivation::Minimum {
				one: DOT,
				other: DOT,
			},
			Derivation::Minimum {
				one: DOT,
				other: AssetId::WithId(103),
			},
			Derivation::Minimum {
				one: DOT,
				other: STAKED,
			},
		];
		for derivation in cases {
			let feed = Feed::Derived(derivation.clone());
			let set = Oracle::set_feed(RuntimeOrigin::root(), new.clone(), feed);
			assert_eq!(
				set,
				Err(Error::<Test>::InvalidDerivation.into()),
				"{derivation:?}"
			);
		}
	});
}

#[test]
fn a_feed_on_trial_that_is_derived_keeps_its_legs() {
	chain(1).execute_with(|| {
		assert_ok!(Oracle::set_feed(
			RuntimeOrigin::root(),
			STAKED,
			Feed::Derived(minimum())
		));
		assert_noop!(
			Oracle::remove_feed(RuntimeOrigin::root(), USDT),
			Error::<Test>::FeedInUse
		);
		let nested = Derivation::Minimum {
			one: STAKED,
			other: DOT,
		};
		assert_noop!(
			Oracle::set_feed(
				RuntimeOrigin::root(),
				AssetId::Native,
				Feed::Derived(nested)
			),
			Error::<Test>::InvalidDerivation
		);
		assert_ok!(Oracle::withdraw_shadow(RuntimeOrigin::root(), STAKED));
		assert_ok!(Oracle::remove_feed(RuntimeOrigin::root(), USDT));
	});
}

#[test]
fn a_price_does_not_become_a_rate() {
	chain(1).execute_with(|| {
		assert_noop!(
			Oracle::set_feed(RuntimeOrigin::root(), DOT, rate_feed()),
			Error::<Test>::UnitChanged
		);
	});
}

#[test]
fn the_sources_of_a_rate_quote_no_currency() {
	chain(1).execute_with(|| {
		let Feed::Reported(mut feed) = rate_feed() else {
			panic!()
		};
		feed.sources[0].quote = QuoteCurrency::Usd;
		assert_noop!(
			Oracle::set_feed(RuntimeOrigin::root(), RATE, Feed::Reported(feed.clone())),
			Error::<Test>::InvalidCurrency
		);
		feed.sources[0].quote = QuoteCurrency::Plain;
		feed.unit = Unit::Dollars;
		assert_noop!(
			Oracle::set_feed(RuntimeOrigin::root(), RATE, Feed::Reported(feed)),
			Error::<Test>::InvalidCurrency
		);
	});
}
