use super::worker::node;
use crate::{mock::*, Authorities, Disabled, LatestReports, Quotes, ReportError, SetId};
use cairn_primitives::{PriceSource, QuoteStatus};
use frame_support::traits::OneSessionHandler;
use sp_core::Pair;

fn dot() -> Option<cairn_math::Price> {
	<Oracle as PriceSource<_>>::quote(&DOT).map(|quote| quote.price)
}

#[test]
fn whoever_stays_keeps_the_latest_report_under_the_new_index() {
	chain(4).execute_with(|| {
		for index in 0..4u8 {
			let price = milli(10_000 + 20 * u128::from(index));
			let report = report(index.into(), &[(DOT_FEED, price)]);
			let signature = sign(&report, index + 1);
			apply(report, signature).unwrap().unwrap();
		}
		rotate(&[4, 9, 2]);
		assert_eq!(SetId::<Test>::get(), 1);
		assert_eq!(Authorities::<Test>::get()[1], pair(9).public());
		let price = |index| LatestReports::<Test>::get(index).map(|report| report.prices[0].price);
		assert_eq!(
			[0, 1, 2, 3].map(price),
			[Some(milli(10_060)), None, Some(milli(10_020)), None]
		);
		Oracle::do_try_state().unwrap();
		next_block();
		assert_eq!(
			dot(),
			Some(milli(10_040)),
			"the two that stay are two thirds of the new set"
		);
	});
}

#[test]
fn reports_of_those_who_leave_do_not_count() {
	chain(4).execute_with(|| {
		everyone_reports(4, &[(DOT_FEED, usd(5))]);
		rotate(&[5, 6, 7, 8]);
		assert_eq!(LatestReports::<Test>::iter().count(), 0);
		next_block();
		assert_eq!(dot(), None);
	});
}

#[test]
fn a_price_outlives_the_set_that_agreed_on_it() {
	chain(4).execute_with(|| {
		everyone_reports(4, &[(DOT_FEED, usd(5))]);
		next_block();
		rotate(&[5, 6, 7, 8]);
		next_block();
		let quote = <Oracle as PriceSource<_>>::quote(&DOT).unwrap();
		assert_eq!((quote.price, quote.status), (usd(5), QuoteStatus::Live));
	});
}

/// The set changes while reports for the old one are on their way.
#[test]
fn a_change_of_the_set_in_the_middle_of_a_round_costs_that_round_and_no_more() {
	RoundLength::set(3);
	let mut node = node(4).with_fair_weather();
	let mut observed = Vec::new();
	while node.chain.execute_with(System::block_number) < 19 {
		node.run();
		let reports = node.submitted();
		node.next_block();
		node.chain.execute_with(|| {
			let block = System::block_number();
			if block == 7 {
				assert_eq!((Oracle::current_round(), reports.len()), (2, 4));
				rotate(&[3, 1, 9, 2]);
				for (report, signature) in reports {
					assert_refused(report, signature, ReportError::WrongSet);
				}
				return;
			}
			for (report, signature) in reports {
				apply(report, signature).unwrap().unwrap();
			}
			let Some(quote) = <Oracle as PriceSource<_>>::quote(&DOT) else {
				assert_eq!(block, 2, "the first price comes with the third block");
				return;
			};
			assert_eq!(quote.status, QuoteStatus::Live, "block {block}");
			let quotes = Quotes::<Test>::get().quotes;
			observed.push(quotes.get(&DOT).unwrap().agreed().unwrap().observed);
		});
	}
	observed.dedup();
	assert_eq!(observed, [0, 1, 3, 4, 5]);
	RoundLength::set(1);
}

#[test]
fn a_session_of_the_same_validators_changes_no_set() {
	chain(4).execute_with(|| {
		everyone_reports(4, &[(DOT_FEED, usd(5))]);
		rotate(&[1, 2, 3, 4]);
		assert_eq!(SetId::<Test>::get(), 0);
		assert_eq!(LatestReports::<Test>::iter().count(), 4);
		rotate(&[2, 1, 3, 4]);
		assert_eq!(SetId::<Test>::get(), 1, "another order is another set");
		assert_eq!(LatestReports::<Test>::iter().count(), 4);
	});
}

#[test]
fn a_new_key_of_the_same_validator_starts_afresh() {
	chain(2).execute_with(|| {
		everyone_reports(2, &[(DOT_FEED, usd(5))]);
		rotate(&[1, 7]);
		assert!(LatestReports::<Test>::contains_key(0) && !LatestReports::<Test>::contains_key(1));
	});
}

#[test]
fn reports_are_counted_by_session() {
	chain(2).execute_with(|| {
		let count = || Oracle::reports()[0].reports_in_session;
		for expected in 1..4 {
			everyone_reports(1, &[(DOT_FEED, usd(5))]);
			assert_eq!(count(), expected);
			next_block();
		}
		rotate(&[1, 2]);
		assert_eq!((count(), Oracle::reports()[0].rounds_in_session), (0, 1));
		everyone_reports(1, &[(DOT_FEED, usd(5))]);
		assert_eq!(count(), 1);
	});
}

#[test]
fn whoever_is_disabled_is_so_until_the_set_changes() {
	chain(4).execute_with(|| {
		for index in [3, 1, 3] {
			Oracle::on_disabled(index);
		}
		assert_eq!(Disabled::<Test>::get()[..], [1, 3]);
		let keys: Vec<_> = (1..=4u8)
			.map(|seed| (u64::from(seed), pair(seed).public()))
			.collect();
		let validators = || keys.iter().map(|(who, key)| (who, key.clone()));
		Oracle::on_new_session(false, validators(), validators());
		assert_eq!(Disabled::<Test>::get()[..], [1, 3]);
		assert_eq!(
			Authorities::<Test>::get().len(),
			4,
			"nothing changes without a change"
		);
		rotate(&[1, 2, 3, 4]);
		assert!(Disabled::<Test>::get().is_empty());
	});
}

#[test]
fn no_validator_is_dropped_because_there_are_many() {
	chain(4).execute_with(|| {
		let seeds: Vec<u8> = (1..=20).collect();
		rotate(&seeds);
		assert_eq!(Authorities::<Test>::get().len(), 20);
		everyone_reports(20, &[(DOT_FEED, usd(5))]);
		next_block();
		assert_eq!(dot(), Some(usd(5)));
	});
}

#[test]
fn a_chain_without_validators_stands() {
	chain(0).execute_with(|| {
		run_to(5);
		assert_eq!(dot(), None);
		assert!(Oracle::reports().is_empty());
	});
}
