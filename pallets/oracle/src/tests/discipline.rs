use crate::{
	discipline::{judge, LEAST_ROUNDS},
	mock::*,
	types::*,
	Conducts, Convictions, Event, PreviousSet, ReportError, Reporters, WeightInfo,
};
use cairn_math::Price;
use cairn_primitives::oracle::{sr25519::AuthoritySignature, Misconduct};
use frame_support::{
	dispatch::GetDispatchInfo,
	traits::{ConstU32, OneSessionHandler},
};
use sp_core::Pair;
use sp_runtime::transaction_validity::{InvalidTransaction, TransactionValidityError};

type TheReport = Report<ConstU32<8>>;

fn offences() -> Vec<(u64, Misconduct)> {
	Offences::take()
}

fn reports(index: u8, price: Price) {
	let report = report(index.into(), &[(DOT_FEED, price)]);
	let signature = sign(&report, index + 1);
	apply(report, signature).unwrap().unwrap();
}

/// A new session of the same validators.
fn next_session(validators: u8) {
	rotate(&(1..=validators).collect::<Vec<_>>());
}

#[test]
fn whoever_does_its_part_is_not_named() {
	chain(4).execute_with(|| {
		next_session(4);
		for _ in 0..30 {
			everyone_reports(4, &[(DOT_FEED, usd(5))]);
			next_block();
		}
		next_session(4);
		assert_eq!(offences(), []);
	});
}

#[test]
fn silence_in_more_than_half_of_the_rounds_is_named() {
	chain(4).execute_with(|| {
		next_session(4);
		for round in 0..30 {
			(0..3).for_each(|index| reports(index, usd(5)));
			if round < 14 {
				reports(3, usd(5));
			}
			next_block();
		}
		next_session(4);
		let silent = Misconduct::Silent {
			missed: 16,
			rounds: 30,
		};
		assert_eq!(offences(), [(4, silent)]);
		let told = Event::Misconduct {
			who: 4,
			misconduct: silent,
		};
		System::assert_has_event(told.into());
		// Counted by session: from now on it reports.
		for _ in 0..30 {
			everyone_reports(4, &[(DOT_FEED, usd(5))]);
			next_block();
		}
		next_session(4);
		assert_eq!(offences(), []);
	});
}

#[test]
fn reports_far_from_the_agreement_are_counted_and_named() {
	chain(4).execute_with(|| {
		next_session(4);
		for round in 0..30 {
			(0..3).for_each(|index| reports(index, usd(100)));
			// Three per cent is no lie.
			reports(
				3,
				if round % 6 == 0 {
					milli(103_001)
				} else {
					usd(103)
				},
			);
			next_block();
		}
		let view = Oracle::reports();
		assert_eq!(
			(view[3].compared_in_session, view[3].outliers_in_session),
			(30, 5)
		);
		assert_eq!(view[0].outliers_in_session, 0);
		next_session(4);
		let astray = Misconduct::Astray {
			outliers: 5,
			compared: 30,
		};
		assert_eq!(offences(), [(4, astray)]);
		assert!(Conducts::<Test>::get().is_empty());
	});
}

#[test]
fn a_report_is_compared_once_however_long_it_counts() {
	chain(4).execute_with(|| {
		reports(3, usd(500));
		for _ in 0..4 {
			(0..3).for_each(|index| reports(index, usd(100)));
			next_block();
		}
		let view = Oracle::reports();
		assert_eq!(
			(view[3].compared_in_session, view[3].outliers_in_session),
			(1, 1)
		);
		assert_eq!(view[0].compared_in_session, 4);
	});
}

#[test]
fn without_a_quorum_nobody_is_right() {
	chain(6).execute_with(|| {
		for _ in 0..5 {
			(0..3).for_each(|index| reports(index, usd(100 * (1 + u128::from(index)))));
			next_block();
		}
		assert!(Conducts::<Test>::get().is_empty());
	});
}

#[test]
fn whoever_is_disabled_is_not_heard_and_not_judged() {
	chain(4).execute_with(|| {
		next_session(4);
		Oracle::on_disabled(3);
		for _ in 0..30 {
			(0..3).for_each(|index| reports(index, usd(5)));
			next_block();
		}
		next_session(4);
		assert_eq!(offences(), []);
	});
}

#[test]
fn a_short_session_is_not_judged() {
	let silent = |rounds| judge(rounds, 0, &Conduct::default());
	assert_eq!(silent(LEAST_ROUNDS - 1), None);
	assert!(silent(LEAST_ROUNDS).is_some());
}

#[test]
fn half_and_a_tenth_are_the_limits() {
	let conduct = |compared, outliers| Conduct {
		last: 0,
		compared,
		outliers,
	};
	assert_eq!(judge(100, 50, &conduct(50, 5)), None);
	assert!(matches!(
		judge(100, 49, &conduct(49, 0)),
		Some(Misconduct::Silent { missed: 51, .. })
	));
	assert!(matches!(
		judge(100, 50, &conduct(50, 6)),
		Some(Misconduct::Astray { outliers: 6, .. })
	));
}

#[test]
fn weights_are_those_of_the_beginning_of_the_session_and_capped() {
	chain(6).execute_with(|| {
		let weights =
			|| -> Vec<u64> { Reporters::<Test>::get().iter().map(|r| r.weight).collect() };
		assert_eq!(weights(), [1; 6]);
		Weights::set(vec![
			(1, 900),
			(2, 100),
			(3, 100),
			(4, 100),
			(5, 100),
			(6, 100),
		]);
		assert_eq!(weights(), [1; 6], "not within a session");
		// Of the same validators with the same keys, too.
		let keys: Vec<_> = (1..=6u8)
			.map(|seed| (u64::from(seed), pair(seed).public()))
			.collect();
		let validators = || keys.iter().map(|(who, key)| (who, key.clone()));
		Oracle::on_new_session(false, validators(), validators());
		// A fifth of 625.
		assert_eq!(weights(), [125, 100, 100, 100, 100, 100]);
		assert_eq!(Oracle::reports()[0].weight, 125);
		Weights::set(vec![]);
	});
}

#[test]
fn the_quorum_and_the_median_are_of_weight() {
	use cairn_primitives::PriceSource;
	chain(0).execute_with(|| {
		Weights::set(vec![
			(1, 30),
			(2, 30),
			(3, 30),
			(4, 30),
			(5, 30),
			(6, 1),
			(7, 1),
		]);
		rotate(&[1, 2, 3, 4, 5, 6, 7]);
		let price = || <Oracle as PriceSource<_>>::quote(&DOT).map(|quote| quote.price);
		// Five of seven, but not two thirds of the weight.
		for index in [0, 1, 2, 5, 6] {
			reports(index, usd(100));
		}
		next_block();
		assert_eq!(price(), None);
		for (index, dollars) in [(0, 100), (1, 101), (2, 101), (3, 102), (5, 1), (6, 1)] {
			reports(index, usd(dollars));
		}
		next_block();
		assert_eq!(price(), Some(usd(101)));
		Weights::set(vec![]);
	});
}

// Two reports for one round.

fn signed(report: TheReport, seed: u8) -> (TheReport, AuthoritySignature) {
	let signature = sign(&report, seed);
	(report, signature)
}

fn two_reports() -> [(TheReport, AuthoritySignature); 2] {
	[usd(5), usd(6)].map(|price| signed(report(0, &[(DOT_FEED, price)]), 1))
}

fn proof([first, second]: [(TheReport, AuthoritySignature); 2]) -> crate::Call<Test> {
	crate::Call::prove_two_reports {
		first: first.0,
		first_signature: first.1,
		second: second.0,
		second_signature: second.1,
	}
}

fn prove(reports: [(TheReport, AuthoritySignature); 2]) -> Result<(), TransactionValidityError> {
	let valid = validate_call(proof(reports.clone()).into()).map(|_| ());
	let applied = apply_call(proof(reports).into()).map(|done| {
		done.unwrap();
	});
	assert_eq!(valid, applied, "the pool and the block agree");
	applied
}

fn refused(error: ReportError) -> Result<(), TransactionValidityError> {
	Err(InvalidTransaction::Custom(error as u8).into())
}

#[test]
fn two_reports_for_one_round_are_proven_by_anybody_for_free() {
	chain(4).execute_with(|| {
		let [first, second] = two_reports();
		// Only one of them ever got on chain.
		apply(first.0.clone(), first.1.clone()).unwrap().unwrap();
		next_block();
		let validity = validate_call(proof([first.clone(), second.clone()]).into()).unwrap();
		assert!(validity.propagate && validity.priority < u64::MAX && validity.longevity < 100);
		assert_eq!(prove([first, second]), Ok(()));
		let misconduct = Misconduct::TwoReports { round: 1 };
		assert_eq!(offences(), [(1, misconduct)]);
		System::assert_last_event(Event::Misconduct { who: 1, misconduct }.into());
		next_block();
	});
}

#[test]
fn a_proof_counts_once_and_settles_what_was_before() {
	chain(4).execute_with(|| {
		let early = two_reports();
		next_block();
		let [first, second] = two_reports();
		assert_eq!(prove([first.clone(), second.clone()]), Ok(()));
		let known = refused(ReportError::AlreadyProven);
		assert_eq!(prove([first.clone(), second.clone()]), known);
		assert_eq!(prove([second, first]), known, "nor the other way round");
		assert_eq!(prove(early), known);
		assert_eq!(offences().len(), 1);
		// But who goes on is convicted again.
		run_to(System::block_number() + 2);
		assert_eq!(prove(two_reports()), Ok(()));
		assert_eq!(offences().len(), 1);
	});
}

#[test]
fn what_is_no_contradiction_proves_nothing() {
	chain(4).execute_with(|| {
		let [first, second] = two_reports();
		let with = |change: fn(&mut TheReport)| {
			let mut report = second.0.clone();
			change(&mut report);
			signed(report, 1)
		};
		let none = refused(ReportError::NoContradiction);
		// The same report twice: signatures differ, what is said does not.
		assert_eq!(prove([first.clone(), signed(first.0.clone(), 1)]), none);
		assert_eq!(
			prove([first.clone(), with(|report| report.round = 0)]),
			none
		);
		assert_eq!(
			prove([first.clone(), with(|report| report.set_id = 1)]),
			none
		);
		assert_eq!(
			prove([first.clone(), with(|report| report.authority_index = 1)]),
			none
		);
		assert_eq!(offences(), []);
	});
}

#[test]
fn a_proof_needs_both_signatures_for_this_chain() {
	chain(4).execute_with(|| {
		let [first, second] = two_reports();
		let bad = refused(ReportError::BadSignature);
		assert_eq!(prove([first.clone(), signed(second.0.clone(), 2)]), bad);
		assert_eq!(prove([signed(first.0.clone(), 2), second.clone()]), bad);
		let elsewhere = pair(1).sign(&second.0.payload(&sp_core::H256::repeat_byte(8)));
		assert_eq!(prove([first.clone(), (second.0.clone(), elsewhere)]), bad);
		let nobody = |report: &TheReport| {
			let authority_index = 9;
			signed(
				Report {
					authority_index,
					..report.clone()
				},
				1,
			)
		};
		let unknown = refused(ReportError::UnknownAuthority);
		assert_eq!(prove([nobody(&first.0), nobody(&second.0)]), unknown);
		let ahead = |report: &TheReport| {
			signed(
				Report {
					round: 99,
					..report.clone()
				},
				1,
			)
		};
		let early = refused(ReportError::RoundInFuture);
		assert_eq!(prove([ahead(&first.0), ahead(&second.0)]), early);
	});
}

#[test]
fn a_former_set_can_be_convicted_until_the_next_change() {
	chain(4).execute_with(|| {
		let reports = two_reports();
		let later = {
			next_block();
			two_reports()
		};
		rotate(&[5, 6, 7]);
		assert_eq!(PreviousSet::<Test>::get().unwrap().set_id, 0);
		assert_eq!(prove(reports), Ok(()));
		assert_eq!(offences(), [(1, Misconduct::TwoReports { round: 1 })]);
		assert_eq!(Convictions::<Test>::iter().count(), 1);
		rotate(&[8, 9]);
		rotate(&[1, 2]);
		assert_eq!(Convictions::<Test>::iter().count(), 0);
		assert_eq!(prove(later), refused(ReportError::UnknownAuthority));
		next_block();
	});
}

#[test]
fn a_proof_is_charged_for_what_follows_from_it() {
	chain(4).execute_with(|| {
		let [(first, first_signature), (second, second_signature)] = two_reports();
		let call = RuntimeCall::Oracle(crate::Call::prove_two_reports {
			first,
			first_signature,
			second,
			second_signature,
		});
		let proving = <() as WeightInfo>::prove_two_reports();
		let charged = call.get_dispatch_info().call_weight;
		assert_eq!(charged.ref_time(), proving.ref_time() + TRIAL);
	});
}

#[test]
fn nobody_proves_by_an_ordinary_transaction() {
	chain(4).execute_with(|| {
		let [(first, one), (second, other)] = two_reports();
		for origin in [
			RuntimeOrigin::signed(1),
			RuntimeOrigin::none(),
			RuntimeOrigin::root(),
		] {
			let result = Oracle::prove_two_reports(
				origin,
				first.clone(),
				one.clone(),
				second.clone(),
				other.clone(),
			);
			assert_eq!(result, Err(sp_runtime::DispatchError::BadOrigin));
		}
	});
}
