use super::cases;
use crate::aggregation::*;
use cairn_math::Price;
use proptest::prelude::*;

fn price(raw: u128) -> Price {
	Price::new(raw).unwrap()
}

fn vote(raw: u128, weight: u64) -> Vote {
	Vote {
		authority: 0,
		price: price(raw),
		confidence: 0,
		round: 1,
		weight,
	}
}

fn doubtful(raw: u128, confidence: u128) -> Vote {
	Vote {
		confidence,
		..vote(raw, 1)
	}
}

#[test]
fn a_quorum_of_two_thirds_is_rounded_up() {
	let quorum = |validators| quorum_ceil(validators, (2, 3));
	let expected = [1, 1, 2, 2, 3, 4, 4, 5, 6, 6, 7];
	assert_eq!((0..=10).map(quorum).collect::<Vec<_>>(), expected);
	assert_eq!(quorum(u64::MAX), u64::MAX / 3 * 2);
}

#[test]
fn one_less_than_a_quorum_agrees_on_nothing() {
	let votes = [vote(10, 1), vote(10, 1), vote(10, 1)];
	assert_eq!(agree(&votes[..2], 3), None);
	assert_eq!(agree(&votes, 3).unwrap().price, price(10));
	assert_eq!(agree(&[], 1), None);
}

#[test]
fn an_even_number_of_reporters_meets_in_the_middle() {
	assert_eq!(weighted_median(vec![(10, 1), (20, 1)]), Some(15));
	assert_eq!(
		weighted_median(vec![(10, 1), (20, 2), (30, 1), (40, 4)]),
		Some(35)
	);
	assert_eq!(weighted_median(vec![(10, 1), (20, 2), (30, 1)]), Some(20));
	assert_eq!(weighted_median(vec![(10, 5), (20, 1), (30, 1)]), Some(10));
	assert_eq!(weighted_median(vec![]), None);
}

#[test]
fn one_reporter_is_the_median() {
	for weight in [1, 7, u64::MAX] {
		assert_eq!(weighted_median(vec![(10, weight)]), Some(10));
		assert_eq!(agree(&[vote(10, weight)], 1).unwrap().price, price(10));
	}
}

#[test]
fn whoever_weighs_nothing_says_nothing() {
	let values = [(1, 0), (10, 1), (15, 0), (20, 1), (99, 0)];
	assert_eq!(weighted_median(values.to_vec()), Some(15));
	let votes = [vote(1, 0), vote(10, 2), vote(90, 0)];
	assert_eq!(agree(&votes, 2).unwrap().price, price(10));
	// Not even all of them together.
	assert_eq!(agree(&[vote(10, 0); 9], 1), None);
}

#[test]
fn confidence_is_the_wider_quartile_of_three_opinions() {
	// Opinions 90, 100, 110 three times over: the quartiles are 90 and 110.
	let votes = [doubtful(100, 10); 3];
	assert_eq!(agree(&votes, 2).unwrap().confidence, 10);
	// 95 97 99 | 98 100 102 | 114 117 120: a quarter of nine is the third from either end.
	let votes = [doubtful(97, 2), doubtful(100, 2), doubtful(117, 3)];
	let agreed = agree(&votes, 2).unwrap();
	assert_eq!((agreed.price, agreed.confidence), (price(100), 14));
	// Certain reporters who do not agree are no certain price.
	let votes = [vote(90, 1), vote(100, 1), vote(110, 1)];
	assert_eq!(agree(&votes, 2).unwrap().confidence, 10);
}

#[test]
fn a_quarter_of_the_weight_cannot_make_a_price_seem_disputed() {
	let honest = doubtful(10_000, 10);
	for liar in [
		doubtful(1, 1),
		doubtful(90_000, 0),
		doubtful(10_000, 10_000),
	] {
		let votes = [honest, honest, honest, liar];
		let agreed = agree(&votes, 3).unwrap();
		assert_eq!(agreed.price, price(10_000));
		assert!(agreed.confidence <= 50, "{liar:?}: {}", agreed.confidence);
		// Nor when one of the others is silent.
		let agreed = agree(&votes[1..], 3).unwrap();
		assert!(agreed.confidence <= 50, "{liar:?}: {}", agreed.confidence);
	}
	// But those who cannot agree have no price without doubt.
	let votes = [8_000, 9_000, 10_000, 11_000].map(|price| doubtful(price, 10));
	assert!(agree(&votes, 3).unwrap().confidence > 1_000);
}

#[test]
fn confidence_is_never_more_than_the_price() {
	assert_eq!(
		agree(&[doubtful(10, u128::MAX); 3], 2).unwrap().confidence,
		10
	);
}

#[test]
fn a_price_is_as_old_as_the_quorum_behind_it() {
	let at = |round| Vote {
		round,
		..vote(10, 1)
	};
	assert_eq!(agree(&[at(7), at(4), at(5), at(6)], 3).unwrap().observed, 5);
	assert_eq!(agree(&[at(9), at(4), at(4)], 2).unwrap().observed, 4);
}

#[test]
fn no_weight_is_more_than_a_fifth() {
	let cap = |weights: &[u64]| {
		let mut weights = weights.to_vec();
		cap_weights(&mut weights);
		weights
	};
	assert_eq!(cap(&[1; 7]), [1; 7]);
	// 100 of 110 becomes 2.5 of 12.5, in whole numbers 2.
	assert_eq!(
		cap(&[100, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]),
		[2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]
	);
	assert_eq!(
		cap(&[900, 800, 100, 100, 100, 100, 100, 100]),
		[200, 200, 100, 100, 100, 100, 100, 100]
	);
	// Up to five, everyone counts the same: a fifth is less than a share, or just that.
	assert_eq!(cap(&[9, 2]), [2, 2]);
	assert_eq!(cap(&[50, 40, 30, 20, 10]), [10; 5]);
	assert_eq!(cap(&[7]), [7]);
	assert_eq!(cap(&[0, 3, 3]), [1, 1, 1]);
	assert_eq!(cap(&[]), Vec::<u64>::new());
}

#[test]
fn an_outlier_is_beyond_three_per_cent_and_five_times_the_confidence() {
	let agreed = |confidence| Agreement {
		price: price(10_000),
		confidence,
		observed: 1,
	};
	assert!(!is_outlier(&vote(10_300, 1), &agreed(0)));
	assert!(is_outlier(&vote(10_301, 1), &agreed(0)));
	assert!(is_outlier(&vote(9_699, 1), &agreed(59)));
	assert!(!is_outlier(&vote(9_500, 1), &agreed(100)));
	assert!(is_outlier(&vote(9_499, 1), &agreed(100)));
}

/// Writes every value out as often as it weighs, and takes the middle.
fn naive_median(values: &[(u128, u64)]) -> Option<u128> {
	let mut all: Vec<u128> = values
		.iter()
		.flat_map(|(value, weight)| vec![*value; *weight as usize])
		.collect();
	all.sort();
	let count = all.len();
	(count > 0).then(|| {
		let (lower, upper) = (all[(count - 1) / 2], all[count / 2]);
		lower + (upper - lower) / 2
	})
}

proptest! {
	#![proptest_config(cases(256))]

	#[test]
	fn the_weighted_median_is_the_middle_of_all_weights(
		values in prop::collection::vec((0u128..100, 0u64..20), 0..20),
	) {
		prop_assume!(values.is_empty() || values.iter().any(|(_, weight)| *weight > 0));
		prop_assert_eq!(weighted_median(values.clone()), naive_median(&values));
	}

	#[test]
	fn so_it_is_if_many_say_the_same(
		values in prop::collection::vec((0u128..4, 0u64..4), 1..20),
	) {
		prop_assume!(values.iter().any(|(_, weight)| *weight > 0));
		prop_assert_eq!(weighted_median(values.clone()), naive_median(&values));
	}

	#[test]
	fn the_order_of_reports_does_not_matter(
		votes in prop::collection::vec((1u128..1_000, 0u128..50, 0u32..5, 1u64..9), 1..20)
			.prop_flat_map(|votes| (Just(votes.clone()), Just(votes).prop_shuffle())),
	) {
		let (one, other) = votes;
		prop_assert_eq!(agree(&votes_of(one), 1), agree(&votes_of(other), 1));
	}

	/// Of stakes as they may be, capped; whoever is silent, as long as there is a quorum.
	#[test]
	fn less_than_a_third_of_the_weight_cannot_move_the_price_out_of_the_honest_range(
		set in prop::collection::vec((1u64..1_000_000, any::<bool>(), any::<bool>(), 900u128..1_100), 1..40),
		lies in prop::collection::vec((1u128..1_000_000, 0u128..1_000_000), 40),
	) {
		let mut weights: Vec<u64> = set.iter().map(|(stake, ..)| *stake).collect();
		cap_weights(&mut weights);
		let total: u64 = weights.iter().sum();
		let quorum = quorum_ceil(total, (2, 3));
		let mut lying = 0;
		let mut votes = Vec::new();
		let mut honest = Vec::new();
		for (((_, lies_if_it_can, silent, price), weight), (lie, doubt)) in
			set.iter().zip(&weights).zip(&lies)
		{
			if *lies_if_it_can && (lying + weight) * 3 < total {
				lying += weight;
				votes.push(Vote { weight: *weight, ..doubtful(*lie, *doubt) });
			} else if !silent {
				honest.push(*price);
				votes.push(vote(*price, *weight));
			}
		}
		if let Some(agreed) = agree(&votes, quorum) {
			prop_assert!(agreed.price.raw() >= *honest.iter().min().unwrap());
			prop_assert!(agreed.price.raw() <= *honest.iter().max().unwrap());
			// Nor can they widen its confidence beyond what the honest differ by: they are certain.
			let range = honest.iter().max().unwrap() - honest.iter().min().unwrap();
			prop_assert!(agreed.confidence <= 12 * range + agreed.price.raw() / 100 + 2);
		}
	}

	#[test]
	fn capped_weights_keep_their_order_and_nobody_rules(
		weights in prop::collection::vec(0u64..1_000_000_000, 1..40),
	) {
		let mut capped = weights.clone();
		cap_weights(&mut capped);
		let total: u64 = capped.iter().sum();
		let shares = 5.min(weights.len() as u64);
		for (before, after) in weights.iter().zip(&capped) {
			prop_assert!(*after >= 1 && *after <= (*before).max(1));
			// Whole numbers round a cap of less than one up to one.
			prop_assert!(*after == 1 || after * shares <= total + shares);
		}
		let mut pairs: Vec<_> = weights.iter().zip(&capped).collect();
		pairs.sort();
		prop_assert!(pairs.is_sorted_by_key(|(_, after)| *after));
	}
}

fn votes_of(votes: Vec<(u128, u128, u32, u64)>) -> Vec<Vote> {
	let vote = |(raw, confidence, round, weight)| Vote {
		authority: 0,
		price: price(raw),
		confidence,
		round,
		weight,
	};
	votes.into_iter().map(vote).collect()
}
