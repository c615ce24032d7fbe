use crate::{mock::*, types::*, Event, LatestReports, NewReports, Quotes};
use cairn_math::Price;
use cairn_primitives::{
	AssetId, PriceSource, Quote,
	QuoteStatus::{self, Degraded, Live, Stale},
};
use frame_support::{
	traits::{OneSessionHandler, Time},
	weights::{Weight, WeightMeter},
};

fn quote(asset: AssetId) -> Option<Quote> {
	<Oracle as PriceSource<_>>::quote(&asset)
}

fn price(asset: AssetId) -> Option<Price> {
	quote(asset).map(|quote| quote.price)
}

fn reports(index: u32, seed: u8, price: Price) {
	let report = report(index, &[(DOT_FEED, price)]);
	let signature = sign(&report, seed);
	apply(report, signature).unwrap().unwrap();
}

fn status_changes() -> Vec<(AssetId, Option<QuoteStatus>, QuoteStatus)> {
	System::read_events_for_pallet::<Event<Test>>()
		.into_iter()
		.filter_map(|event| match event {
			Event::StatusChanged { asset, from, to } => Some((asset, from, to)),
			_ => None,
		})
		.collect()
}

#[test]
fn the_unit_of_account_is_a_dollar_from_the_first_block() {
	chain(4).execute_with(|| {
		assert_eq!(quote(CUSD), Some(Quote::par()));
		run_to(100);
		assert_eq!(quote(CUSD), Some(Quote::par()));
	});
}

#[test]
fn an_asset_without_an_agreed_price_has_no_quote() {
	chain(4).execute_with(|| {
		assert_eq!(quote(DOT), None);
		assert_eq!(quote(AssetId::Native), None);
		assert!(<Oracle as PriceSource<_>>::is_down());
	});
}

#[test]
fn two_thirds_make_a_price_in_the_next_block() {
	chain(6).execute_with(|| {
		for index in 0..3u8 {
			reports(index.into(), index + 1, usd(5));
		}
		next_block();
		assert_eq!(quote(DOT), None, "three of six are too few");
		reports(3, 4, milli(5_010));
		assert_eq!(quote(DOT), None, "a price does not change within a block");
		next_block();
		let quote = quote(DOT).unwrap();
		assert_eq!(
			(quote.price, quote.slow, quote.status),
			(usd(5), usd(5), Live)
		);
		assert_eq!(
			(quote.updated_at, quote.age),
			(<Timestamp as Time>::now() - 2 * BLOCK_TIME, 2 * BLOCK_TIME),
			"it is as old as the oldest report that a quorum needs"
		);
		assert!(!<Oracle as PriceSource<_>>::is_down());
	});
}

#[test]
fn every_feed_has_its_own_quorum() {
	chain(3).execute_with(|| {
		everyone_reports(1, &[(DOT_FEED, usd(5)), (USDT_FEED, usd(1))]);
		for index in 1..3u8 {
			reports(index.into(), index + 1, usd(5));
		}
		next_block();
		assert_eq!((price(DOT), price(USDT)), (Some(usd(5)), None));
	});
}

#[test]
fn a_price_follows_the_validators_without_a_limit() {
	chain(4).execute_with(|| {
		everyone_reports(4, &[(DOT_FEED, usd(100))]);
		next_block();
		// A feed that stops at a floor, or lags, in a crash is a wrong price served with confidence.
		let mut before = usd(100);
		for dollars in [90, 50, 10, 1] {
			everyone_reports(4, &[(DOT_FEED, usd(dollars))]);
			next_block();
			assert_eq!(price(DOT), Some(before), "one round behind");
			before = usd(dollars);
		}
		everyone_reports(4, &[(DOT_FEED, usd(1))]);
		next_block();
		assert_eq!(price(DOT), Some(usd(1)));
		assert_eq!(quote(DOT).unwrap().status, Live);
	});
}

#[test]
fn one_of_four_may_lie_while_another_is_silent() {
	for lie in [milli(10), usd(900), milli(5_100)] {
		chain(4).execute_with(|| {
			for _ in 0..10 {
				reports(0, 1, usd(5));
				reports(1, 2, usd(5));
				reports(2, 3, lie);
				next_block();
				let quote = quote(DOT).unwrap();
				assert_eq!((quote.price, quote.status), (usd(5), Live), "{lie:?}");
				assert!(quote.confidence <= usd(5).raw() / 50, "{lie:?}");
			}
		});
	}
}

#[test]
fn honest_ones_below_a_quorum_make_no_price_without_the_others() {
	chain(4).execute_with(|| {
		everyone_reports(4, &[(DOT_FEED, usd(5))]);
		next_block();
		for round in 1..60 {
			// One sees too few exchanges to report this feed, one is silent.
			reports(0, 1, usd(4));
			reports(1, 2, usd(4));
			let report = report(2, &[(USDT_FEED, usd(1))]);
			let signature = sign(&report, 3);
			apply(report, signature).unwrap().unwrap();
			next_block();
			// The first reports of all count for three rounds more, but nobody has looked again.
			let quote = quote(DOT).unwrap();
			assert_eq!(quote.price, usd(5));
			assert_eq!(quote.status == Live, round <= 3, "{round}");
		}
		assert_eq!(quote(DOT).unwrap().status, Stale);
	});
}

#[test]
fn a_quote_ages_from_live_through_degraded_to_stale_and_back() {
	chain(4).execute_with(|| {
		everyone_reports(4, &[(DOT_FEED, usd(5))]);
		next_block();
		let agreed = System::block_number();
		let confidence = quote(DOT).unwrap().confidence;
		assert!(confidence > 0);
		let cases = [
			(3, Live, 1),
			(4, Degraded, 2),
			(10, Degraded, 2),
			(11, Degraded, 4),
			(50, Degraded, 4),
			(51, Stale, 4),
		];
		for (rounds, status, doubt) in cases {
			run_to(agreed + rounds);
			let quote = quote(DOT).unwrap();
			assert_eq!((quote.price, quote.status), (usd(5), status), "{rounds}");
			assert_eq!(quote.confidence, confidence * doubt, "{rounds}");
			assert_eq!(quote.age, u64::from(rounds + 1) * BLOCK_TIME);
			assert_eq!(<Oracle as PriceSource<_>>::is_down(), status == Stale);
		}
		everyone_reports(4, &[(DOT_FEED, usd(6))]);
		next_block();
		assert_eq!(
			quote(DOT).unwrap().status,
			Stale,
			"it is far, and waits for its confirmation"
		);
		everyone_reports(4, &[(DOT_FEED, usd(6))]);
		next_block();
		let quote = quote(DOT).unwrap();
		assert_eq!(
			(quote.price, quote.status, quote.age),
			(usd(6), Live, BLOCK_TIME)
		);
	});
}

#[test]
fn each_change_of_status_is_told_once() {
	chain(4).execute_with(|| {
		let mut told = Vec::new();
		let mut run_to = |block| {
			while System::block_number() < block {
				next_block();
				told.extend(status_changes());
			}
		};
		everyone_reports(4, &[(DOT_FEED, usd(5))]);
		run_to(80);
		everyone_reports(4, &[(DOT_FEED, usd(5))]);
		run_to(82);
		assert_eq!(
			told,
			[
				(DOT, None, Live),
				(DOT, Some(Live), Degraded),
				(DOT, Some(Degraded), Stale),
				(DOT, Some(Stale), Live),
			]
		);
	});
}

#[test]
fn a_single_validator_does_not_keep_a_price_alive() {
	chain(4).execute_with(|| {
		everyone_reports(4, &[(DOT_FEED, usd(5))]);
		next_block();
		for _ in 0..5 {
			reports(0, 1, usd(5));
			next_block();
		}
		// The other three's reports counted for some of these rounds, but nobody looked again.
		assert_eq!(quote(DOT).unwrap().status, Degraded);
	});
}

#[test]
fn a_single_validator_does_not_move_a_price() {
	chain(4).execute_with(|| {
		everyone_reports(4, &[(DOT_FEED, usd(5))]);
		next_block();
		reports(0, 1, usd(900));
		next_block();
		assert_eq!(price(DOT), Some(usd(5)));
	});
}

#[test]
fn validators_that_take_turns_agree() {
	chain(4).execute_with(|| {
		for round in 0..12u8 {
			let index = round % 4;
			reports(index.into(), index + 1, usd(5));
			next_block();
		}
		assert_eq!(quote(DOT).unwrap().status, Live);
	});
}

#[test]
fn a_report_counts_for_three_rounds_after_its_own() {
	chain(3).execute_with(|| {
		reports(0, 1, usd(5));
		run_to(4);
		reports(1, 2, usd(5));
		next_block();
		assert_eq!(price(DOT), None, "the first report is four rounds old");
		reports(0, 1, usd(5));
		next_block();
		assert_eq!(price(DOT), Some(usd(5)));
	});
}

#[test]
fn a_disabled_validators_report_no_longer_counts() {
	chain(3).execute_with(|| {
		reports(0, 1, usd(5));
		reports(1, 2, usd(5));
		Oracle::on_disabled(0);
		next_block();
		assert_eq!(price(DOT), None);
		reports(2, 3, milli(5_010));
		next_block();
		assert_eq!(price(DOT), Some(milli(5_005)));
	});
}

#[test]
fn the_slow_average_follows_slowly() {
	chain(4).execute_with(|| {
		everyone_reports(4, &[(DOT_FEED, usd(10))]);
		next_block();
		// Half an hour after the block in which they saw the first.
		next_block_after(HALF_AN_HOUR - BLOCK_TIME);
		everyone_reports(4, &[(DOT_FEED, milli(10_200))]);
		next_block();
		let quote = quote(DOT).unwrap();
		assert_eq!((quote.price, quote.slow), (milli(10_200), milli(10_100)));
		assert!(quote.collateral_for_new_risk() <= milli(10_100));
	});
}

#[test]
fn a_quiet_block_writes_nothing() {
	chain(4).execute_with(|| {
		everyone_reports(4, &[(DOT_FEED, usd(5))]);
		next_block();
		assert!(!NewReports::<Test>::exists());
		let root = sp_io::storage::root(sp_runtime::StateVersion::V1);
		Oracle::aggregate(&mut WeightMeter::new());
		assert_eq!(sp_io::storage::root(sp_runtime::StateVersion::V1), root);
	});
}

#[test]
fn without_weight_the_reports_wait() {
	chain(4).execute_with(|| {
		everyone_reports(4, &[(DOT_FEED, usd(5))]);
		let idle = <() as crate::WeightInfo>::aggregate_idle();
		for limit in [Weight::zero(), idle] {
			let mut meter = WeightMeter::with_limit(limit);
			Oracle::aggregate(&mut meter);
			assert!(NewReports::<Test>::exists());
			assert_eq!(price(DOT), None);
		}
		Oracle::aggregate(&mut WeightMeter::new());
		assert_eq!(price(DOT), Some(usd(5)));
	});
}

#[test]
fn no_more_weight_is_used_than_there_is() {
	chain(4).execute_with(|| {
		everyone_reports(4, &[(DOT_FEED, usd(5))]);
		let mut meter = WeightMeter::new();
		Oracle::aggregate(&mut meter);
		let charged = meter.consumed();
		let expected = <() as crate::WeightInfo>::aggregate_idle()
			+ <() as crate::WeightInfo>::aggregate(4, 2);
		assert_eq!(charged, expected);
	});
}

#[test]
fn a_round_can_last_several_blocks() {
	RoundLength::set(4);
	chain(3).execute_with(|| {
		run_to(7);
		everyone_reports(3, &[(DOT_FEED, usd(5))]);
		assert_eq!(LatestReports::<Test>::get(0).unwrap().round, 1);
		next_block();
		assert_eq!(price(DOT), Some(usd(5)));
		run_to(8 + 3 * 4 + 3);
		assert_eq!(quote(DOT).unwrap().status, Live);
		next_block();
		assert_eq!(quote(DOT).unwrap().status, Degraded);
	});
	RoundLength::set(1);
}

#[test]
fn views_tell_what_consumers_are_told() {
	chain(3).execute_with(|| {
		everyone_reports(2, &[(DOT_FEED, usd(5)), (USDT_FEED, usd(1))]);
		next_block();
		assert_eq!(Oracle::quote(DOT), quote(DOT));
		let quotes = Oracle::quotes();
		let assets: Vec<_> = quotes.iter().map(|(asset, _)| asset.clone()).collect();
		assert_eq!(assets, [CUSD, DOT, USDT]);
		for (asset, told) in quotes {
			assert_eq!(Some(told), quote(asset));
		}
		let stored = Quotes::<Test>::get().quotes;
		let agreed = stored.get(&DOT).and_then(StoredQuote::agreed).unwrap();
		assert_eq!(
			(agreed.reporters, agreed.observed, agreed.agreed),
			(2, 1, 2)
		);
	});
}

#[test]
fn views_tell_who_reported_what_and_when() {
	chain(3).execute_with(|| {
		everyone_reports(2, &[(USDT_FEED, usd(1))]);
		run_to(5);
		Oracle::on_disabled(1);
		let reports = Oracle::reports();
		assert_eq!(reports.len(), 3);
		assert_eq!(
			(reports[0].round, reports[0].rounds_ago),
			(Some(1), Some(4))
		);
		assert_eq!(
			(reports[0].reports_in_session, reports[0].rounds_in_session),
			(1, 6)
		);
		assert_eq!(reports[0].prices[0].0, USDT);
		assert!(reports[1].disabled && !reports[0].disabled);
		assert_eq!((reports[2].round, reports[2].reports_in_session), (None, 0));
	});
}
