use crate::{mock::*, types::*, Event, LatestReports, NewReports, ReportError, SetId};
use cairn_math::Price;
use cairn_primitives::PriceSource;
use codec::{Decode, Encode};
use frame_support::{
	assert_noop, assert_ok,
	dispatch::{DispatchClass, GetDispatchInfo, Pays},
	traits::{ConstU32, OneSessionHandler},
};
use sp_core::{Pair, H256};
use sp_runtime::{transaction_validity::TransactionTag, DispatchError};

fn valid() -> Report<ConstU32<8>> {
	report(0, &[(DOT_FEED, usd(5)), (USDT_FEED, usd(1))])
}

/// Refused although the validator signed it as it is.
fn assert_refused_as(report: Report<ConstU32<8>>, error: ReportError) {
	let signature = sign(&report, 1);
	assert_refused(report, signature, error);
}

#[test]
fn a_validators_report_is_let_in_and_kept() {
	chain(4).execute_with(|| {
		let report = valid();
		let signature = sign(&report, 1);
		assert_ok!(validate(report.clone(), signature.clone()));
		assert_ok!(apply(report.clone(), signature).unwrap());
		let kept = LatestReports::<Test>::get(0).unwrap();
		assert_eq!(
			(kept.round, kept.prices, kept.reports_in_session),
			(1, report.prices, 1)
		);
		assert!(NewReports::<Test>::exists());
	});
}

#[test]
fn a_report_is_free_urgent_short_lived_and_one_of_its_kind() {
	chain(4).execute_with(|| {
		let report = valid();
		let signature = sign(&report, 1);
		let validity = validate(report.clone(), signature.clone()).unwrap();
		assert_eq!(
			(validity.priority, validity.longevity, validity.propagate),
			(u64::MAX, 5, true)
		);
		let tag: TransactionTag = ("CairnOracle", (0u64, 1u32, 0u32)).encode();
		assert_eq!(validity.provides, vec![tag]);
		assert!(validity.requires.is_empty());

		let info = crate::Call::<Test>::report { report, signature }.get_dispatch_info();
		assert_eq!(
			(info.class, info.pays_fee),
			(DispatchClass::Operational, Pays::Yes)
		);
	});
}

#[test]
fn nobody_can_report_by_an_ordinary_transaction() {
	chain(4).execute_with(|| {
		let report = valid();
		let signature = sign(&report, 1);
		for origin in [
			RuntimeOrigin::signed(1),
			RuntimeOrigin::none(),
			RuntimeOrigin::root(),
		] {
			assert_noop!(
				Oracle::report(origin, report.clone(), signature.clone()),
				DispatchError::BadOrigin
			);
		}
	});
}

#[test]
fn a_signature_by_a_non_validator_is_refused() {
	chain(4).execute_with(|| {
		let report = valid();
		let signature = sign(&report, 9);
		assert_refused(report, signature, ReportError::BadSignature);
	});
}

#[test]
fn a_signature_by_another_validator_is_refused() {
	chain(4).execute_with(|| {
		let report = valid();
		let signature = sign(&report, 2);
		assert_refused(report, signature, ReportError::BadSignature);
	});
}

#[test]
fn a_signature_under_another_report_is_refused() {
	chain(4).execute_with(|| {
		let signature = sign(&valid(), 1);
		let mut report = valid();
		report.prices[0].price = usd(6);
		assert_refused(report, signature, ReportError::BadSignature);
	});
}

#[test]
fn a_signature_for_another_chain_is_refused() {
	chain(4).execute_with(|| {
		let report = valid();
		let signature = pair(1).sign(&report.payload(&H256::repeat_byte(8)));
		assert_refused(report, signature, ReportError::BadSignature);
	});
}

#[test]
fn a_signature_is_for_one_set_one_round_and_one_validator() {
	chain(4).execute_with(|| {
		let report = valid();
		let signature = sign(&report, 1);
		let replayed = |change: fn(&mut Report<ConstU32<8>>), error| {
			let mut changed = report.clone();
			change(&mut changed);
			assert_refused(changed, signature.clone(), error);
		};
		replayed(|report| report.round += 1, ReportError::BadSignature);
		replayed(
			|report| report.authority_index = 1,
			ReportError::BadSignature,
		);
		// The same validator, with the same key, at the same place of the next set.
		rotate(&[1, 2, 3, 5]);
		replayed(|_| (), ReportError::WrongSet);
		replayed(|report| report.set_id = 1, ReportError::BadSignature);
		replayed(
			|report| (report.set_id, report.round) = (1, report.round + 1),
			ReportError::BadSignature,
		);
		// Which is heard as soon as it signs for that.
		let anew = Report {
			set_id: 1,
			..report.clone()
		};
		let signature = sign(&anew, 1);
		assert_ok!(apply(anew, signature).unwrap());
	});
}

#[test]
fn a_signature_without_the_domain_is_refused() {
	chain(4).execute_with(|| {
		let report = valid();
		let signature = pair(1).sign(&(genesis_hash(), &report).encode());
		assert_refused(report, signature, ReportError::BadSignature);
	});
}

#[test]
fn an_index_without_a_validator_is_refused() {
	chain(4).execute_with(|| {
		for index in [4, u32::MAX] {
			assert_refused_as(
				Report {
					authority_index: index,
					..valid()
				},
				ReportError::UnknownAuthority,
			);
		}
	});
}

#[test]
fn a_replayed_report_is_refused() {
	chain(4).execute_with(|| {
		let first = valid();
		let signature = sign(&first, 1);
		assert_ok!(apply(first.clone(), signature.clone()).unwrap());
		assert_refused(
			first.clone(),
			signature.clone(),
			ReportError::AlreadyReported,
		);
		next_block();
		assert_refused(
			first.clone(),
			signature.clone(),
			ReportError::AlreadyReported,
		);
		// A second opinion on the same round is no better.
		let other = Report {
			round: first.round,
			..report(0, &[(DOT_FEED, usd(9))])
		};
		assert_refused_as(other, ReportError::AlreadyReported);
		// Nor is an older one that comes late.
		let late = valid();
		next_block();
		let newest = valid();
		let newest_signature = sign(&newest, 1);
		assert_ok!(apply(newest, newest_signature).unwrap());
		assert_refused_as(late, ReportError::AlreadyReported);
		// When it would be the latest again, it is too old.
		run_to(20);
		assert_refused(first, signature, ReportError::RoundTooOld);
	});
}

#[test]
fn a_report_counts_from_three_rounds_back_to_one_ahead() {
	chain(4).execute_with(|| {
		run_to(20);
		let at = |round| Report { round, ..valid() };
		assert_refused_as(at(22), ReportError::RoundInFuture);
		assert_refused_as(at(u32::MAX), ReportError::RoundInFuture);
		assert_refused_as(at(16), ReportError::RoundTooOld);
		assert_refused_as(at(0), ReportError::RoundTooOld);
		for round in [17, 20, 21] {
			assert_ok!(apply(at(round), sign(&at(round), 1)).unwrap());
		}
	});
}

#[test]
fn a_report_for_another_set_is_refused() {
	chain(4).execute_with(|| {
		assert_refused_as(
			Report {
				set_id: 1,
				..valid()
			},
			ReportError::WrongSet,
		);
		let before = valid();
		rotate(&[1, 2, 3]);
		assert_eq!(SetId::<Test>::get(), 1);
		assert_refused_as(before, ReportError::WrongSet);
		let after = valid();
		assert_ok!(apply(after.clone(), sign(&after, 1)).unwrap());
	});
}

#[test]
fn a_disabled_validator_is_refused() {
	chain(4).execute_with(|| {
		Oracle::on_disabled(0);
		assert_refused_as(valid(), ReportError::Disabled);
		let other = report(1, &[(DOT_FEED, usd(5))]);
		assert_ok!(apply(other.clone(), sign(&other, 2)).unwrap());
	});
}

#[test]
fn a_report_of_nothing_is_refused() {
	chain(4).execute_with(|| assert_refused_as(report(0, &[]), ReportError::Empty));
}

#[test]
fn a_feed_cannot_be_reported_twice_or_out_of_order() {
	chain(4).execute_with(|| {
		for feeds in [[DOT_FEED, DOT_FEED], [USDT_FEED, DOT_FEED]] {
			let report = report(0, &feeds.map(|feed| (feed, usd(1))));
			assert_refused_as(report, ReportError::Unordered);
		}
	});
}

#[test]
fn a_feed_that_never_was_cannot_be_reported() {
	chain(4).execute_with(|| {
		let unknown = report(0, &[(DOT_FEED, usd(5)), (FeedId(2), usd(1))]);
		assert_refused_as(unknown, ReportError::UnknownFeed);
	});
}

#[test]
fn a_feed_that_goes_while_reports_are_under_way_costs_the_others_nothing() {
	chain(4).execute_with(|| {
		let under_way = valid();
		assert_ok!(Oracle::remove_feed(RuntimeOrigin::root(), USDT));
		for index in 0..4u8 {
			let report = Report {
				authority_index: index.into(),
				..under_way.clone()
			};
			let signature = sign(&report, index + 1);
			assert_ok!(apply(report, signature).unwrap());
		}
		next_block();
		assert_eq!(
			<Oracle as PriceSource<_>>::quote(&DOT).unwrap().price,
			usd(5)
		);
		assert_eq!(<Oracle as PriceSource<_>>::quote(&USDT), None);
	});
}

#[test]
fn a_price_out_of_bounds_is_refused() {
	chain(4).execute_with(|| {
		for price in [milli(9), milli(1_000_001)] {
			let report = report(0, &[(DOT_FEED, price), (USDT_FEED, usd(1))]);
			assert_refused_as(report, ReportError::OutOfBounds);
		}
		let edges = report(0, &[(DOT_FEED, milli(10)), (USDT_FEED, usd(2))]);
		assert_ok!(validate(edges.clone(), sign(&edges, 1)));
	});
}

#[test]
fn a_price_of_zero_is_refused() {
	chain(4).execute_with(|| {
		// `Price::new` makes none, but the wire can carry one.
		let zero = Price::decode(&mut &0u128.encode()[..]).unwrap();
		assert_refused_as(report(0, &[(DOT_FEED, zero)]), ReportError::OutOfBounds);
	});
}

#[test]
fn more_doubt_than_price_is_refused() {
	chain(4).execute_with(|| {
		let mut doubtful = valid();
		doubtful.prices[1].confidence = usd(1).raw() + 1;
		assert_refused_as(doubtful, ReportError::Doubtful);
	});
}

#[test]
fn a_price_from_two_sources_is_refused() {
	chain(4).execute_with(|| {
		let mut thin = valid();
		thin.prices[0].sources = 2;
		assert_refused_as(thin, ReportError::TooFewSources);
	});
}

#[test]
fn refusals_leave_no_trace_in_the_price() {
	chain(4).execute_with(|| {
		everyone_reports(4, &[(DOT_FEED, usd(5))]);
		next_block();
		let before = <Oracle as PriceSource<_>>::quote(&DOT);
		for index in 0..4 {
			let lie = report(index, &[(DOT_FEED, usd(900))]);
			assert!(apply(lie.clone(), sign(&lie, 9)).is_err());
		}
		next_block();
		let after = <Oracle as PriceSource<_>>::quote(&DOT);
		assert_eq!(
			before.map(|quote| quote.price),
			after.map(|quote| quote.price)
		);
	});
}

#[test]
fn no_event_is_emitted_for_a_report() {
	chain(4).execute_with(|| {
		everyone_reports(4, &[(DOT_FEED, usd(5))]);
		assert!(System::events().is_empty());
		next_block();
		let to = cairn_primitives::QuoteStatus::Live;
		System::assert_last_event(
			Event::StatusChanged {
				asset: DOT,
				from: None,
				to,
			}
			.into(),
		);
		assert_eq!(System::events().len(), 1);
	});
}
