//! Whatever must always hold is noticed when it does not.

use crate::{
	mock::*, types::*, Conducts, Convictions, Disabled, Feeds, LatestReports, NextFeedId, Quotes,
	ReportedFeeds, Reporters, ShadowFeeds, Shadows,
};
use cairn_math::{Perbill, Price};
use cairn_primitives::AssetId;
use codec::{Decode, Encode};
use frame_support::{assert_ok, storage::storage_prefix, traits::OneSessionHandler};
use sp_runtime::TryRuntimeError;

const NEW: AssetId = AssetId::WithId(99);

/// A chain in which there is one of everything.
fn sound() -> sp_io::TestExternalities {
	let mut chain = chain(4);
	chain.execute_with(|| {
		everyone_reports(4, &[(DOT_FEED, usd(5)), (USDT_FEED, usd(1))]);
		next_block();
		let feed = Feeds::<Test>::get(DOT).unwrap();
		assert_ok!(Oracle::set_feed(RuntimeOrigin::root(), DOT, feed));
		Oracle::on_disabled(1);
		Oracle::on_disabled(2);
		assert_ok!(Oracle::do_try_state());
	});
	chain
}

/// Breaks one thing, and expects that to be what is found.
fn noticed(why: &'static str, break_it: impl FnOnce()) {
	sound().execute_with(|| {
		break_it();
		let found = Oracle::do_try_state();
		assert_eq!(found, Err(TryRuntimeError::Other(why)));
	});
}

/// A price that only the wire can carry.
fn wire(raw: u128) -> Price {
	Price::decode(&mut &raw.encode()[..]).unwrap()
}

fn quoted(change: impl FnOnce(&mut AgreedPrice)) {
	Quotes::<Test>::mutate(|book| change(book.quotes.get_mut(&DOT).unwrap().agreed_mut().unwrap()));
}

fn quote(asset: AssetId, quote: StoredQuote) {
	Quotes::<Test>::mutate(|book| assert!(book.quotes.try_insert(asset, quote).is_ok()));
}

fn listed(change: impl FnOnce(&mut FeedIndex)) {
	ReportedFeeds::<Test>::mutate(|feeds| change(&mut feeds[0]));
}

fn kept(change: impl FnOnce(&mut ReportedFeed<frame_support::traits::ConstU32<5>>)) {
	Feeds::<Test>::mutate(DOT, |feed| match feed {
		Some(Feed::Reported(feed)) => change(feed),
		_ => panic!("it is reported"),
	});
}

/// A feed of [`NEW`] that is derived from these.
fn derived(one: AssetId, other: AssetId) {
	let derivation = Derivation::Minimum { one, other };
	Feeds::<Test>::insert(NEW, Feed::Derived(derivation.clone()));
	let derived = DerivedQuote {
		derivation,
		halted: false,
		announced: None,
	};
	quote(NEW, StoredQuote::Derived(derived));
}

#[test]
fn feeds_that_are_not_listed_as_they_are() {
	noticed("oracle: feed ids do not ascend", || {
		ReportedFeeds::<Test>::mutate(|feeds| feeds.as_mut().reverse())
	});
	noticed("oracle: a feed id was not given out", || {
		NextFeedId::<Test>::put(FeedId(1))
	});
	noticed("oracle: a feed that cannot be set", || {
		kept(|feed| feed.thresholds.recovery = 0)
	});
	let unlisted = "oracle: a reported feed is not listed once as it is";
	noticed(unlisted, || listed(|feed| feed.bounds.min = milli(1)));
	noticed(unlisted, || listed(|feed| feed.unit = Unit::Rate));
	noticed(unlisted, || listed(|feed| feed.thresholds.recovery = 1));
	noticed(unlisted, || listed(|feed| feed.shadow = true));
	noticed(unlisted, || {
		listed(|feed| {
			feed.sanity = Some(Sanity {
				against: USDT,
				tolerance: Perbill::from_percent(10),
				rounds: 5,
			})
		})
	});
	noticed("oracle: a listed feed is not reported", || {
		Feeds::<Test>::remove(DOT)
	});
	noticed("oracle: the feeds are miscounted", || {
		let counter = storage_prefix(b"Oracle", b"CounterForFeeds");
		sp_io::storage::set(&counter, &7u32.encode())
	});
	noticed("oracle: too many feeds", || {
		(100..110).for_each(|id| Feeds::<Test>::insert(AssetId::WithId(id), Feed::Par))
	});
	for against in [NEW, CUSD] {
		noticed(
			"oracle: a feed is compared with what it cannot be compared with",
			|| {
				let sanity = Some(Sanity {
					against: against.clone(),
					tolerance: Perbill::from_percent(10),
					rounds: 5,
				});
				kept(|feed| feed.sanity = sanity.clone());
				listed(|feed| feed.sanity = sanity.clone());
			},
		);
	}
}

#[test]
fn quotes_that_are_of_nothing_or_say_what_cannot_be() {
	noticed("oracle: a quote without a feed", || {
		quote(NEW, StoredQuote::Par)
	});
	noticed("oracle: a quote does not fit its feed", || {
		quote(DOT, StoredQuote::Par)
	});
	noticed("oracle: a quote does not fit its feed", || {
		let agreed = *Quotes::<Test>::get().quotes[&DOT].agreed().unwrap();
		quote(DOT, StoredQuote::Rate(agreed))
	});
	for raw in [0, u128::MAX] {
		noticed("oracle: not a price", || {
			quoted(|quote| quote.price = wire(raw))
		});
		noticed("oracle: not a price", || {
			quoted(|quote| quote.slow = wire(raw))
		});
		noticed("oracle: not a price", || {
			quoted(|quote| quote.day = wire(raw))
		});
	}
	noticed("oracle: more doubt than price", || {
		quoted(|quote| quote.confidence = usd(5).raw() + 1)
	});
	noticed("oracle: a price is agreed in the future", || {
		quoted(|quote| quote.agreed += 1)
	});
	noticed("oracle: a price is observed in the future", || {
		quoted(|quote| quote.observed += 3)
	});
	let changes: [fn(&mut AgreedPrice); 2] = [
		|quote| quote.updated_at += 2 * BLOCK_TIME,
		|quote| quote.awake_at += 1,
	];
	for change in changes {
		noticed("oracle: a price is later than the last look", || {
			quoted(change)
		});
	}
	noticed("oracle: a feed that needs no reports has no quote", || {
		Quotes::<Test>::mutate(|book| book.quotes.remove(&CUSD));
	});
	noticed("oracle: derived from nothing", || {
		derived(DOT, AssetId::WithId(98))
	});
	noticed(
		"oracle: derived from what it cannot be derived from",
		|| derived(DOT, NEW),
	);
}

#[test]
fn dates_that_are_out_of_order_or_of_the_future() {
	let book = |change: fn(&mut crate::BookOf<Test>)| Quotes::<Test>::mutate(change);
	noticed("oracle: dates do not ascend", || {
		book(|book| book.dates.as_mut().reverse())
	});
	noticed("oracle: a later block is dated earlier", || {
		book(|book| book.dates.last_mut().unwrap().time = 1)
	});
	let changes: [fn(&mut crate::BookOf<Test>); 2] = [
		|book| book.dates.last_mut().unwrap().block += 1,
		|book| book.dates.last_mut().unwrap().time += 1,
	];
	for change in changes {
		noticed("oracle: a block of the future is dated", || book(change));
	}
	noticed("oracle: a quorum looked in the future", || {
		book(|book| book.looked_at += 2 * BLOCK_TIME)
	});
	noticed("oracle: it was awake for longer than there is time", || {
		book(|book| book.awake = book.looked_at + 1)
	});
}

#[test]
fn shadows_that_are_of_nothing_or_do_not_fit() {
	noticed("oracle: shadows are miscounted", || {
		ShadowFeeds::<Test>::insert(USDT, Feed::Par)
	});
	noticed("oracle: a shadow of nothing", || {
		Shadows::<Test>::mutate(|shadows| {
			let shadow = shadows.remove(&DOT).unwrap();
			shadows.try_insert(USDT, shadow).unwrap();
		})
	});
	let shadow = |change: fn(&mut Shadow)| {
		Shadows::<Test>::mutate(|shadows| change(shadows.get_mut(&DOT).unwrap()))
	};
	noticed("oracle: a shadow does not fit its feed", || {
		shadow(|shadow| shadow.feed = None)
	});
	noticed("oracle: a shadow does not fit its feed", || {
		shadow(|shadow| shadow.quote = Some(StoredQuote::Par))
	});
	noticed("oracle: more doubt than price", || {
		let mut agreed = *Quotes::<Test>::get().quotes[&DOT].agreed().unwrap();
		agreed.confidence = u128::MAX;
		Shadows::<Test>::mutate(|shadows| {
			let shadow = shadows.get_mut(&DOT).unwrap();
			shadow.quote = Some(StoredQuote::Agreed(agreed));
		})
	});
}

#[test]
fn reports_of_nobody_or_from_the_future() {
	let report = |index: u32, change: fn(&mut StoredReport<_>)| {
		let mut report = LatestReports::<Test>::get(0).unwrap();
		change(&mut report);
		LatestReports::<Test>::insert(index, report);
	};
	noticed("oracle: a report of nobody", || report(4, |_| ()));
	noticed("oracle: a report from the future", || {
		report(0, |report| report.round += 3)
	});
	noticed("oracle: a report is not in order", || {
		report(0, |report| report.prices.as_mut().reverse())
	});
}

#[test]
fn a_set_that_is_not_one() {
	noticed("oracle: disabled authorities are not in order", || {
		Disabled::<Test>::mutate(|disabled| (disabled[0], disabled[1]) = (2, 1))
	});
	noticed("oracle: nobody is disabled", || {
		Disabled::<Test>::mutate(|disabled| disabled[1] = 4)
	});
	noticed("oracle: not every authority has a weight", || {
		Reporters::<Test>::mutate(|reporters| {
			reporters.remove(0);
		})
	});
	noticed("oracle: an authority counts for nothing", || {
		Reporters::<Test>::mutate(|reporters| reporters[0].weight = 0)
	});
	noticed("oracle: conduct of nobody", || {
		Conducts::<Test>::mutate(|conducts| {
			assert_ok!(conducts.try_push(Conduct::default()));
		})
	});
	noticed("oracle: a conviction of a set that is forgotten", || {
		Convictions::<Test>::insert(7, 0, 1)
	});
}
