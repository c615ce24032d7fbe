//! The oracle falls silent, or the chain stands still: what prices from before say afterwards.

use super::cases;
use crate::{clock::Pace, mock::*, status::Reason, Quotes};
use cairn_math::Price;
use cairn_primitives::{
	AssetId, Moment, PriceSource, Quote,
	QuoteStatus::{Degraded, Jump, Live, Stale},
};
use frame_support::traits::Time;
use proptest::prelude::*;

const SECOND: Moment = 1_000;
const HOUR: Moment = 3_600 * SECOND;

fn quote(asset: AssetId) -> Quote {
	<Oracle as PriceSource<_>>::quote(&asset).unwrap()
}

fn is_down() -> bool {
	<Oracle as PriceSource<AssetId>>::is_down()
}

fn now() -> Moment {
	<Timestamp as Time>::now()
}

/// As validators do it: they look after the block before this one, and this one brings the reports.
fn seen_after_the_last_block(validators: u8, prices: &[(crate::types::FeedId, Price)]) {
	for index in 0..validators {
		let mut report = report(index.into(), prices);
		report.round -= 1;
		let signature = sign(&report, index + 1);
		apply(report, signature).unwrap().unwrap();
	}
}

fn both(dot: u128) {
	seen_after_the_last_block(4, &[(DOT_FEED, usd(dot)), (USDT_FEED, usd(1))]);
}

fn only_usdt() {
	seen_after_the_last_block(4, &[(USDT_FEED, usd(1))]);
}

/// A chain in which both feeds are Live, and each block has brought reports.
fn reporting() -> sp_io::TestExternalities {
	let mut chain = chain(4);
	chain.execute_with(|| {
		for _ in 0..5 {
			next_block();
			both(100);
		}
	});
	chain
}

/// Blocks without reports, for so long.
fn silence(time: Moment) {
	for _ in 0..time / (600 * SECOND) {
		next_block_after(600 * SECOND);
	}
}

/// Blocks that bring reports, until some of them count again.
fn until_heard(mut reports: impl FnMut()) {
	for _ in 0..5 {
		reports();
		next_block();
		if !is_down() {
			return;
		}
	}
	panic!("nobody is heard");
}

#[test]
fn a_price_is_dated_by_the_block_after_which_a_quorum_looked() {
	reporting().execute_with(|| {
		for gap in [BLOCK_TIME, 4 * BLOCK_TIME, 10 * BLOCK_TIME, BLOCK_TIME] {
			let looked = now();
			next_block_after(gap);
			both(101);
			next_block();
			let quote = quote(DOT);
			assert_eq!((quote.price, quote.status), (usd(101), Live));
			assert_eq!((quote.updated_at, quote.age), (looked, gap + BLOCK_TIME));
			assert_eq!(quote.silent_for, quote.age);
		}
	});
}

/// A feed that moved while nobody was heard waits for its confirmation, or is late. It is no older
/// than all the others, and must not be taken for lost in the block in which they come back.
#[test]
fn what_all_were_silent_for_does_not_count_against_one() {
	reporting().execute_with(|| {
		next_block();
		silence(30 * HOUR);
		assert!(is_down());
		let before = quote(DOT);
		assert!(before.age >= 30 * HOUR && before.silent_for < 60 * SECOND);
		until_heard(|| both(110));
		let (dot, usdt) = (quote(DOT), quote(USDT));
		assert_eq!((dot.status, usdt.status), (Stale, Live));
		assert!(matches!(
			Quotes::<Test>::get().quotes[&DOT]
				.agreed()
				.unwrap()
				.standing,
			crate::types::Standing::Jump(_)
		));
		assert!(dot.age >= 30 * HOUR);
		assert!(dot.silent_for < 60 * SECOND, "{}", dot.silent_for);
		both(110);
		next_block();
		let dot = quote(DOT);
		assert_eq!((dot.price, dot.status), (usd(110), Live));
		assert_eq!(dot.silent_for, dot.age);
	});
}

#[test]
fn a_feed_that_is_late_after_an_outage_counts_from_its_end() {
	reporting().execute_with(|| {
		next_block();
		silence(10 * HOUR);
		until_heard(only_usdt);
		let (at_first, began) = (quote(DOT).silent_for, now());
		for _ in 0..250 {
			only_usdt();
			next_block_after(36 * SECOND);
		}
		let silent = quote(DOT).silent_for;
		assert_eq!(silent - at_first, now() - began);
		assert!(silent > 2 * HOUR && silent < 3 * HOUR);
	});
}

#[test]
fn a_feed_that_was_silent_before_goes_on_from_where_it_was_after_every_outage() {
	reporting().execute_with(|| {
		next_block();
		let mut awake = 0;
		for hours in [5, 26, 1] {
			let began = now();
			for _ in 0..200 {
				only_usdt();
				next_block_after(36 * SECOND);
			}
			assert!(!is_down());
			awake += now() - began;
			let before = quote(DOT).silent_for;
			// Nothing is lost of what it was silent for alone, but for what it takes to notice.
			let beyond = before.abs_diff(awake);
			assert!(beyond < 400 * SECOND, "{hours}: {beyond}");
			silence(hours * HOUR);
			assert!(is_down());
			let during = quote(DOT).silent_for;
			assert!(during <= before && before - during < 120 * SECOND);
			next_block_after(HOUR);
			assert_eq!(quote(DOT).silent_for, during, "it stands still");
			until_heard(only_usdt);
			let after = quote(DOT).silent_for;
			assert!(after >= during && after - during < 30 * SECOND);
		}
	});
}

#[test]
fn the_clock_makes_a_price_old_when_there_are_no_rounds() {
	let pace = Pace {
		slot: 3_000,
		blocks: 1,
	};
	for (seconds, rounds) in [(60, 0), (66, 1), (78, 3), (120, 10), (360, 50)] {
		assert_eq!(pace.rounds_ceil(seconds * SECOND), rounds, "{seconds}");
		assert_eq!(pace.rounds_ceil(seconds * SECOND + 1), rounds + 1);
	}
	let slower = Pace { blocks: 5, ..pace };
	assert_eq!(slower.rounds_ceil(90 * SECOND), 1);
	assert_eq!(slower.rounds_ceil(Moment::MAX), u32::MAX);
}

#[test]
fn the_longer_the_chain_stands_still_the_less_its_last_prices_are_good_for() {
	// As seconds since validators looked.
	let cases = [
		(9, Live, 1, false),
		(78, Live, 1, false),
		(79, Degraded, 2, false),
		(120, Degraded, 2, false),
		(121, Degraded, 4, false),
		(360, Degraded, 4, false),
		(361, Stale, 4, true),
		(21_600, Stale, 4, true),
	];
	for (seconds, status, doubt, down) in cases {
		reporting().execute_with(|| {
			next_block();
			let before = quote(DOT);
			next_block_after(seconds * SECOND - before.age);
			let after = quote(DOT);
			assert_eq!(after.age, seconds * SECOND);
			assert_eq!((after.status, is_down()), (status, down), "{seconds}");
			assert_eq!(after.confidence, before.confidence * doubt, "{seconds}");
			if status != Live {
				let told = Oracle::status(DOT).unwrap();
				assert_eq!(
					told.reason,
					Reason::Old {
						rounds: told.rounds.unwrap()
					}
				);
			}
		});
	}
}

/// Reports from before a halt stand in the last block and wait in the pool for the first one after it.
/// Neither makes a price: otherwise whoever is first after the halt borrows at prices of before.
#[test]
fn after_a_halt_of_the_chain_nothing_is_live_until_validators_have_looked_again() {
	for halt in [7 * 60 * SECOND, 6 * HOUR, 48 * HOUR] {
		reporting().execute_with(|| {
			// The last block has brought reports. It is the last for long.
			next_block_after(halt);
			assert_eq!((quote(DOT).status, is_down()), (Stale, true));
			assert!(quote(DOT).age >= halt);
			// Validators looked after the last block before the halt.
			both(100);
			next_block();
			assert_eq!((quote(DOT).status, is_down()), (Stale, true));
			// They look after the first one.
			both(88);
			next_block();
			assert!(!is_down());
			let (dot, usdt) = (quote(DOT), quote(USDT));
			assert_eq!((usdt.status, usdt.age), (Live, 2 * BLOCK_TIME));
			assert_eq!(dot.price, usd(100));
			assert!(matches!(
				Oracle::status(DOT).unwrap().reason,
				Reason::Old { .. } | Reason::Jump { .. }
			));
			assert!(dot.silent_for < 60 * SECOND);
			both(88);
			next_block();
			assert_eq!((quote(DOT).price, quote(DOT).status), (usd(88), Live));
		});
	}
}

#[test]
fn a_third_that_is_late_by_a_halt_is_not_asked() {
	reporting().execute_with(|| {
		next_block_after(6 * HOUR);
		// The fourth looked after the last block before the halt; the others look after the first since.
		let mut late = report(3, &[(USDT_FEED, usd(1))]);
		late.round -= 1;
		let signature = sign(&late, 4);
		apply(late, signature).unwrap().unwrap();
		next_block();
		seen_after_the_last_block(3, &[(USDT_FEED, milli(1_001))]);
		next_block();
		let quotes = Quotes::<Test>::get().quotes;
		assert_eq!(quotes[&USDT].agreed().unwrap().reporters, 3);
		assert_eq!(quote(USDT).price, milli(1_001));
	});
}

#[test]
fn what_was_seen_before_a_halt_confirms_nothing_after_it() {
	reporting().execute_with(|| {
		next_block();
		both(70);
		next_block();
		assert_eq!(quote(DOT).status, Jump);
		next_block_after(80 * SECOND);
		both(69);
		next_block();
		both(60);
		next_block();
		// It lies on the same side and farther on. Had the first counted, 70 would be the price now.
		let dot = quote(DOT);
		assert_eq!((dot.price, dot.status), (usd(100), Jump));
		both(60);
		next_block();
		assert_eq!((quote(DOT).price, quote(DOT).status), (usd(60), Live));
	});
}

#[test]
fn a_report_from_a_longer_branch_is_no_newer_than_the_block_that_brought_it() {
	reporting().execute_with(|| {
		next_block();
		for index in 0..4 {
			let mut ahead = report(index, &[(DOT_FEED, usd(100)), (USDT_FEED, usd(1))]);
			ahead.round += 1;
			let signature = sign(&ahead, index as u8 + 1);
			apply(ahead, signature).unwrap().unwrap();
		}
		next_block_after(6 * HOUR);
		assert_eq!((quote(DOT).status, is_down()), (Stale, true));
	});
}

/// A third of the validators is away: their slots have no block, and nobody hears their reports.
#[test]
fn a_chain_that_misses_many_slots_does_not_lose_its_prices() {
	chain(6).execute_with(|| {
		let mut seed = 1u64;
		let mut random = |below: u64| {
			seed = seed
				.wrapping_mul(6_364_136_223_846_793_005)
				.wrapping_add(1_442_695_040_888_963_407);
			(seed >> 33) % below
		};
		let (mut slots, mut longest) = (0, 0);
		for block in 0..3_000 {
			let mut missed = 0;
			while random(3) == 0 {
				missed += 1;
			}
			if block % 50 == 0 {
				missed = 10;
			}
			(slots, longest) = (slots + missed + 1, longest.max(missed));
			next_block_after((missed + 1) * BLOCK_TIME);
			if block > 2 {
				assert_eq!(quote(DOT).status, Live, "{block}");
				assert!(!is_down());
			}
			seen_after_the_last_block(4, &[(DOT_FEED, usd(100))]);
		}
		assert!(slots > 4_500 && longest >= 10);
	});
}

#[test]
fn a_silence_with_many_missed_slots_ends_like_any_other() {
	chain(4).execute_with(|| {
		next_block();
		both(100);
		for _ in 0..1_000 {
			next_block_after(4 * BLOCK_TIME);
		}
		// What the first two blocks bring cannot be dated well enough.
		both(100);
		next_block();
		both(100);
		next_block();
		assert!(is_down());
		both(100);
		next_block();
		assert_eq!((quote(DOT).status, is_down()), (Live, false));
	});
}

#[test]
fn rounds_of_several_blocks_are_dated_too() {
	RoundLength::set(4);
	chain(3).execute_with(|| {
		for block in 2..200u32 {
			next_block_after(if block % 5 == 0 { 9_000 } else { 3_000 });
			if block % 4 == 1 {
				everyone_reports(3, &[(DOT_FEED, usd(5))]);
			}
			if block > 10 {
				assert_eq!(quote(DOT).status, Live, "{block}");
				assert!(quote(DOT).age <= 60 * SECOND);
			}
		}
		next_block_after(6 * HOUR);
		assert_eq!((quote(DOT).status, is_down()), (Stale, true));
	});
	RoundLength::set(1);
}

#[derive(Clone, Copy, Debug)]
struct Step {
	gap: Moment,
	/// Of each feed, by how many rounds the reports are late; none if there are none.
	reports: Option<(u32, bool, bool)>,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
	let gap = prop_oneof![
		8 => (1u64..4).prop_map(|slots| slots * BLOCK_TIME),
		2 => (4u64..130).prop_map(|slots| slots * BLOCK_TIME),
		1 => (1u64..30).prop_map(|hours| hours * HOUR),
	];
	let reports = prop::option::weighted(0.8, (1u32..3, any::<bool>(), any::<bool>()));
	let step = (gap, reports).prop_map(|(gap, reports)| Step { gap, reports });
	prop::collection::vec(step, 1..120)
}

proptest! {
	#![proptest_config(cases(64))]

	/// Whenever blocks come and reports are in them: no price is taken for newer than it is, what is
	/// Live was seen a moment ago, and silence counts against a feed only while others are heard.
	#[test]
	fn no_price_is_newer_than_the_look_that_it_is_of(steps in steps()) {
		chain(1).execute_with(|| {
			// When each block was, by its number.
			let mut times = vec![now(), now()];
			let mut last: Option<(Moment, Quote, bool)> = None;
			for Step { gap, reports } in steps {
				next_block_after(gap);
				times.push(now());
				let stored = Quotes::<Test>::get().quotes;
				for asset in [DOT, USDT] {
					let Some(agreed) = stored.get(&asset).and_then(|quote| quote.agreed()) else {
						continue;
					};
					let quote = quote(asset);
					let looked = times[agreed.observed as usize];
					assert!(quote.updated_at <= looked);
					if quote.status == Live {
						assert!(now() - looked <= 78 * SECOND);
					}
					if quote.status.allows_liquidation() {
						assert!(now() - looked <= 360 * SECOND);
						assert!(!is_down());
					}
					assert!(quote.silent_for <= quote.age);
				}
				if let Some(dot) = stored.get(&DOT).map(|_| quote(DOT)) {
					if let Some((then, before, was_down)) = last {
						if before.updated_at == dot.updated_at {
							let grown = dot.silent_for.saturating_sub(before.silent_for);
							// When it is back, what has passed since that look counts.
							let look = if was_down { 78 * SECOND } else { 0 };
							assert!(grown <= now() - then + look);
							let fallen = before.silent_for.saturating_sub(dot.silent_for);
							assert!(fallen <= 360 * SECOND);
							if was_down && is_down() {
								assert_eq!(grown + fallen, 0);
							}
						}
					}
					last = Some((now(), dot, is_down()));
				}
				if let Some((late, dot, usdt)) = reports {
					let prices: Vec<_> = [(dot, DOT_FEED, usd(5)), (usdt, USDT_FEED, usd(1))]
						.into_iter()
						.filter_map(|(is_in, feed, price)| is_in.then_some((feed, price)))
						.collect();
					let mut made = report(0, &prices);
					made.round = made.round.saturating_sub(late);
					let signature = sign(&made, 1);
					// It may be no later than one before.
					let _ = apply(made, signature);
				}
			}
		});
	}
}
