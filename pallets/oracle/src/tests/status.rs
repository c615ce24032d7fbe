use super::cases;
use crate::{
	aggregation::Agreement,
	clock::{Clock, Pace},
	mock::*,
	status::*,
	types::{AgreedPrice, Halt, Round, Standing},
	Error, Event, Quotes,
};
use cairn_math::{Perbill, Price};
use cairn_primitives::{
	AssetId, PriceSource, Quote,
	QuoteStatus::{self, Degraded, Halted, Jump, Live, Stale},
};
use frame_support::{assert_noop, assert_ok};
use proptest::prelude::*;
use sp_runtime::DispatchError::BadOrigin;

const PACE: Pace = Pace {
	slot: BLOCK_TIME,
	blocks: 1,
};

fn agreed_on(price: Price, confidence: u128, round: Round) -> Found {
	Found {
		agreement: Agreement {
			price,
			confidence,
			observed: round,
		},
		reporters: 4,
		round,
		time: at(round).time,
		awake: at(round).awake,
		pace: PACE,
	}
}

/// The block of this round, in a chain whose oracle is never down.
fn at(round: Round) -> Clock {
	let time = u64::from(round) * BLOCK_TIME;
	Clock {
		block: round,
		round,
		time,
		pace: PACE,
		is_down: false,
		awake: time,
	}
}

/// Feeds a price after the other, each agreed on a round later, and returns price and status.
struct Feed {
	thresholds: Thresholds,
	round: Round,
	price: Option<AgreedPrice>,
}

impl Feed {
	fn new(thresholds: Thresholds) -> Self {
		Self {
			thresholds,
			round: 0,
			price: None,
		}
	}

	fn sees_with(&mut self, price: Price, confidence: u128) -> (Price, QuoteStatus) {
		self.round += 1;
		let found = agreed_on(price, confidence, self.round);
		if let Some(next) = advance(self.price.as_ref(), found, &self.thresholds) {
			self.price = Some(next);
		}
		let now = self.price.as_ref().unwrap();
		(now.price, now.status(&at(self.round)))
	}

	fn sees(&mut self, price: Price) -> (Price, QuoteStatus) {
		self.sees_with(price, price.raw() / 1_000)
	}
}

fn major() -> Feed {
	let mut feed = Feed::new(Thresholds::default());
	assert_eq!(feed.sees(usd(100)), (usd(100), Live));
	feed
}

#[test]
fn a_price_moves_freely_up_to_the_threshold() {
	let mut feed = major();
	for price in [usd(102), milli(100_000), milli(98_000), milli(99_960)] {
		assert_eq!(feed.sees(price), (price, Live));
	}
	let mut stable = Feed::new(Thresholds::stable());
	stable.sees(usd(1));
	assert_eq!(stable.sees(milli(995)), (milli(995), Live));
	assert_eq!(stable.sees(milli(989)), (milli(995), Jump));
	let mut thin = Feed::new(Thresholds::thin());
	thin.sees(usd(100));
	assert_eq!(thin.sees(usd(95)), (usd(95), Live));
	assert_eq!(thin.sees(usd(90)), (usd(95), Jump));
}

#[test]
fn a_jump_is_believed_when_the_next_round_confirms_it() {
	for far in [usd(70), usd(140)] {
		let mut feed = major();
		assert_eq!(feed.sees(far), (usd(100), Jump));
		let confirmed = milli(far.raw() / 10u128.pow(15) + 500);
		assert_eq!(feed.sees(confirmed), (confirmed, Live));
	}
}

#[test]
fn a_jump_that_is_not_confirmed_is_forgotten() {
	let mut feed = major();
	assert_eq!(feed.sees(usd(70)), (usd(100), Jump));
	assert_eq!(feed.sees(usd(101)), (usd(101), Live));
	assert_eq!(
		feed.sees(usd(70)),
		(usd(101), Jump),
		"it has to be confirmed anew"
	);
}

#[test]
fn a_jump_to_the_other_side_confirms_nothing() {
	let mut feed = major();
	assert_eq!(feed.sees(usd(70)), (usd(100), Jump));
	assert_eq!(feed.sees(usd(140)), (usd(100), Jump));
	assert_eq!(feed.sees(usd(70)), (usd(100), Jump));
	assert_eq!(feed.sees(usd(70)), (usd(70), Live));
}

#[test]
fn a_jump_is_confirmed_by_the_next_round_only() {
	let mut feed = major();
	feed.sees(usd(70));
	feed.round += 3;
	assert_eq!(feed.sees(usd(70)), (usd(100), Jump));
	assert_eq!(feed.sees(usd(70)), (usd(70), Live));
}

#[test]
fn half_way_back_is_where_both_rounds_were() {
	let mut feed = major();
	feed.sees(usd(70));
	assert_eq!(feed.sees(usd(85)), (usd(85), Live));
}

/// Terra's LUNA lost nine tenths within a day; here within ten rounds. A feed that stops at a floor,
/// or waits for calm, serves the price of before to whoever mints against it.
#[test]
fn a_fall_to_a_tenth_in_ten_rounds_passes_through_jump_and_is_never_frozen() {
	let mut feed = major();
	let path: Vec<Price> = (1..=10)
		.scan(100_000f64, |price, _| {
			*price *= 0.1f64.powf(0.1);
			Some(milli(*price as u128))
		})
		.collect();
	assert_eq!(feed.sees(path[0]), (usd(100), Jump));
	for pair in path.windows(2) {
		// One round behind, and it says so.
		assert_eq!(feed.sees(pair[1]), (pair[0], Degraded));
	}
	assert_eq!(feed.sees(path[9]), (path[9], Live));
	assert!(path[9] < milli(10_010) && path[9] > milli(9_980));
}

#[test]
fn what_moves_a_lot_may_move_further_unconfirmed() {
	// 1 % every five minutes: σ is 0.1 % over a round, and 12 σ are less than the 2 % that it may move
	// anyhow; but after five minutes without an agreement they are 12 %.
	let mut feed = major();
	for step in 0..1_000 {
		feed.round += 99;
		feed.sees(if step % 2 == 0 { usd(101) } else { usd(100) });
	}
	assert_eq!(feed.sees(usd(103)), (usd(100), Jump));
	feed.sees(usd(100));
	feed.round += 99;
	assert_eq!(feed.sees(usd(110)), (usd(110), Live));
	feed.round += 99;
	assert_eq!(feed.sees(usd(140)).0, usd(110));
	assert!(matches!(feed.price.unwrap().standing, Standing::Jump(_)));
}

#[test]
fn doubt_makes_a_price_degraded_and_more_of_it_no_price() {
	let mut feed = major();
	assert_eq!(
		feed.sees_with(usd(101), milli(1_010).raw()),
		(usd(101), Live)
	);
	assert_eq!(
		feed.sees_with(usd(101), milli(1_011).raw()),
		(usd(101), Degraded)
	);
	assert_eq!(feed.sees_with(usd(100), usd(3).raw()), (usd(100), Degraded));
	assert_eq!(
		feed.sees_with(usd(101), milli(3_031).raw()),
		(usd(100), Stale)
	);
	assert_eq!(feed.sees(usd(101)), (usd(101), Live));
	// Nor does what is in doubt confirm anything.
	assert_eq!(feed.sees(usd(70)), (usd(101), Jump));
	assert_eq!(feed.sees_with(usd(70), usd(10).raw()), (usd(101), Stale));
	assert_eq!(feed.sees(usd(70)), (usd(101), Jump));
	assert_eq!(feed.sees(usd(70)), (usd(70), Live));
}

#[test]
fn a_first_price_in_doubt_is_none() {
	let doubtful = agreed_on(usd(100), usd(4).raw(), 1);
	assert_eq!(advance(None, doubtful, &Thresholds::default()), None);
	let doubtful = agreed_on(usd(100), usd(2).raw(), 1);
	let first = advance(None, doubtful, &Thresholds::default()).unwrap();
	assert_eq!(
		(first.status(&at(1)), first.announced),
		(Degraded, Degraded)
	);
}

#[test]
fn an_agreement_that_no_quorum_looked_at_again_is_none() {
	let feed = major();
	let again = agreed_on(usd(101), 0, 1);
	assert_eq!(advance(feed.price.as_ref(), again, &feed.thresholds), None);
}

#[test]
fn of_several_doubts_the_worst_counts() {
	let mut feed = major();
	feed.sees(usd(70));
	let price = feed.price.unwrap();
	let after = |rounds: u32| price.assess(&at(1 + rounds));
	assert_eq!(after(1), (Jump, Reason::Jump { candidate: usd(70) }));
	assert_eq!(after(10).0, Jump);
	assert_eq!(after(51), (Stale, Reason::Old { rounds: 51 }));
	let halted = AgreedPrice {
		halt: Some(Halt::Stopped),
		..price
	};
	assert_eq!(halted.assess(&at(60)), (Halted, Reason::Stopped));
}

#[test]
fn a_stopped_feed_keeps_its_price_and_comes_back_after_ten_settled_rounds() {
	let mut feed = major();
	feed.price.as_mut().unwrap().halt = Some(Halt::Stopped);
	for _ in 0..30 {
		assert_eq!(feed.sees(usd(50)), (usd(100), Halted));
	}
	feed.price.as_mut().unwrap().halt = Some(Halt::Resuming { settled: 0 });
	assert_eq!(feed.sees(usd(50)), (usd(100), Halted));
	for settled in 1..10 {
		assert_eq!(feed.sees(usd(50)), (usd(50), Halted));
		let reason = feed.price.unwrap().assess(&at(feed.round)).1;
		assert_eq!(reason, Reason::Resuming { settled });
	}
	assert_eq!(feed.sees(usd(50)), (usd(50), Live));
}

#[test]
fn a_feed_that_is_not_settled_proves_nothing() {
	let mut feed = major();
	feed.price.as_mut().unwrap().halt = Some(Halt::Resuming { settled: 9 });
	assert_eq!(feed.sees_with(usd(100), usd(2).raw()).1, Halted);
	for _ in 0..9 {
		assert_eq!(feed.sees(usd(100)).1, Halted);
	}
	feed.round += 4;
	assert_eq!(feed.sees(usd(100)).1, Halted, "nor does one that pauses");
	for _ in 0..8 {
		assert_eq!(feed.sees(usd(100)).1, Halted);
	}
	assert_eq!(feed.sees(usd(100)).1, Live);
}

#[test]
fn a_quote_ages_from_live_to_stale() {
	let validity = Validity::default();
	let cases = [
		(0, Live, 1),
		(3, Live, 1),
		(4, Degraded, 2),
		(10, Degraded, 2),
		(11, Degraded, 4),
		(50, Degraded, 4),
		(51, Stale, 4),
		(u32::MAX, Stale, 4),
	];
	for (rounds, status, doubt) in cases {
		assert_eq!(
			(validity.status(rounds), validity.doubt(rounds)),
			(status, doubt),
			"{rounds}"
		);
	}
}

#[test]
fn thresholds_are_in_order() {
	for valid in [
		Thresholds::default(),
		Thresholds::thin(),
		Thresholds::stable(),
	] {
		assert!(valid.are_valid());
	}
	let changes: [fn(&mut Thresholds); 8] = [
		|t| t.validity.live = 0,
		|t| t.validity.live = 11,
		|t| t.validity.stale = 9,
		|t| t.live_confidence = Perbill::zero(),
		|t| t.live_confidence = Perbill::from_percent(4),
		|t| t.jump = Perbill::zero(),
		|t| t.jump = Perbill::from_percent(51),
		|t| t.recovery = 0,
	];
	for (number, change) in changes.into_iter().enumerate() {
		let mut thresholds = Thresholds::default();
		change(&mut thresholds);
		assert!(!thresholds.are_valid(), "{number}");
	}
	let text = r#"{ "jump": 50000000, "validity": { "stale": 100 } }"#;
	let read: Thresholds = serde_json::from_str(text).unwrap();
	assert_eq!(
		(read.jump, read.validity.stale, read.validity.live),
		(Perbill::from_percent(5), 100, 3)
	);
}

proptest! {
	#![proptest_config(cases(512))]

	/// Whatever the validators agree on, what is quoted is one of the last two prices that they agreed
	/// on as well as ever, or the last that was quoted; Live means that it is the latest, and near it.
	#[test]
	fn what_is_quoted_was_agreed_on(
		path in prop::collection::vec((1u128..1_000_000, 0u128..60, 0u32..6), 1..60),
	) {
		let mut feed = Feed::new(Thresholds::default());
		let mut before: Option<Price> = None;
		let mut quoted: Option<Price> = None;
		for (price, doubt, pause) in path {
			feed.round += pause;
			let price = milli(price);
			let confidence = price.raw() / 1_000 * doubt;
			if feed.price.is_none() && doubt > 30 {
				continue;
			}
			let (now, status) = feed.sees_with(price, confidence);
			let known = [Some(price), before, quoted];
			prop_assert!(known.contains(&Some(now)));
			if status == Live {
				prop_assert_eq!(now, price);
			}
			if doubt > 30 {
				prop_assert!(status >= Stale && Some(now) == quoted);
			}
			if status <= Degraded && Some(now) != quoted && quoted.is_some() {
				// What is new is within reach, or two in succession went that far.
				let from = quoted.unwrap().raw();
				let reach = |price: Price| price.raw().abs_diff(from);
				let near = reach(now) <= from / 50;
				let confirmed = before.is_some_and(|before| {
					let side = (before.raw() < from) == (price.raw() < from);
					side && reach(before) + before.raw() / 50 + 1 >= reach(now)
				});
				let moved = feed.price.unwrap().volatility.variance > 0;
				prop_assert!(near || confirmed || moved);
			}
			(before, quoted) = (Some(price), Some(now));
		}
	}

	/// The same prices for long enough are believed, whatever was before.
	#[test]
	fn what_stays_is_believed(
		path in prop::collection::vec((1u128..1_000_000, 0u128..60), 0..20),
		last in 1u128..1_000_000,
	) {
		let mut feed = Feed::new(Thresholds::default());
		for (price, doubt) in path {
			if feed.price.is_some() || doubt <= 30 {
				feed.sees_with(milli(price), milli(price).raw() / 1_000 * doubt);
			}
		}
		feed.sees(milli(last));
		prop_assert_eq!(feed.sees(milli(last)), (milli(last), Live));
	}

	#[test]
	fn nothing_is_too_much(
		thresholds in (any::<u16>(), any::<u16>(), any::<u16>(), 0u32..=1_000_000_000, any::<u8>()),
		path in prop::collection::vec((1..=Price::MAX.raw(), any::<u128>(), any::<u32>(), any::<u64>()), 1..10),
	) {
		let (live, degraded, stale, share, deviations) = thresholds;
		let share = Perbill::from_parts(share);
		let thresholds = Thresholds {
			validity: Validity { live, degraded, stale },
			live_confidence: share,
			most_confidence: share,
			jump: share,
			jump_deviations: deviations,
			recovery: live,
		};
		let mut price = None;
		for (raw, confidence, round, time) in path {
			let found = Found { time, ..agreed_on(Price::new(raw).unwrap(), confidence, round) };
			price = advance(price.as_ref(), found, &thresholds).or(price);
			if let Some(price) = &price {
				price.assess(&Clock { time, ..at(round) });
			}
		}
	}
}

// On chain.

fn quote(asset: AssetId) -> Quote {
	<Oracle as PriceSource<_>>::quote(&asset).unwrap()
}

fn agree_on(dollars: u128) {
	everyone_reports(4, &[(DOT_FEED, usd(dollars)), (USDT_FEED, usd(1))]);
	next_block();
}

#[test]
fn a_jump_is_seen_by_all_who_ask() {
	chain(4).execute_with(|| {
		agree_on(100);
		agree_on(70);
		let now = quote(DOT);
		assert_eq!((now.price, now.status), (usd(100), Jump));
		let told = Event::StatusChanged {
			asset: DOT,
			from: Some(Live),
			to: Jump,
		};
		System::assert_last_event(told.into());
		let status = Oracle::status(DOT).unwrap();
		assert_eq!(status.reason, Reason::Jump { candidate: usd(70) });
		assert_eq!((status.rounds, status.reporters), (Some(1), Some(4)));
		assert_eq!(quote(USDT).status, Live, "other feeds go on");
		agree_on(70);
		let now = quote(DOT);
		assert_eq!(
			(now.price, now.status, now.age),
			(usd(70), Live, BLOCK_TIME)
		);
	});
}

#[test]
fn the_guardian_only_stops_and_the_admin_resumes() {
	let guardian = || RuntimeOrigin::signed(77);
	chain(4).execute_with(|| {
		assert_noop!(Oracle::halt_feed(guardian(), DOT), Error::<Test>::NoPrice);
		agree_on(100);
		assert_noop!(Oracle::halt_feed(RuntimeOrigin::signed(1), DOT), BadOrigin);
		assert_noop!(
			Oracle::halt_feed(guardian(), CUSD),
			Error::<Test>::NotStoppable
		);
		assert_ok!(Oracle::halt_feed(guardian(), DOT));
		let told = Event::StatusChanged {
			asset: DOT,
			from: Some(Live),
			to: Halted,
		};
		System::assert_last_event(told.into());
		assert_eq!(quote(DOT).status, Halted, "at once");
		for _ in 0..5 {
			agree_on(100);
		}
		assert_eq!(
			(quote(DOT).status, quote(DOT).age),
			(Halted, 6 * BLOCK_TIME)
		);
		assert!(!<Oracle as PriceSource<_>>::is_down());

		assert_noop!(Oracle::resume_feed(guardian(), DOT), BadOrigin);
		assert_noop!(
			Oracle::resume_feed(RuntimeOrigin::root(), USDT),
			Error::<Test>::NotHalted
		);
		assert_ok!(Oracle::resume_feed(RuntimeOrigin::root(), DOT));
		for _ in 0..9 {
			agree_on(100);
			assert_eq!(quote(DOT).status, Halted);
		}
		agree_on(100);
		assert_eq!(quote(DOT).status, Live);
		assert_ok!(Oracle::halt_feed(RuntimeOrigin::root(), DOT));
	});
}

#[test]
fn the_guardian_can_do_nothing_else() {
	let guardian = || RuntimeOrigin::signed(77);
	chain(4).execute_with(|| {
		let feed = crate::Feeds::<Test>::get(USDT).unwrap();
		assert_noop!(Oracle::set_feed(guardian(), USDT, feed), BadOrigin);
		assert_noop!(Oracle::remove_feed(guardian(), USDT), BadOrigin);
		assert_noop!(Oracle::promote_feed(guardian(), USDT), BadOrigin);
		assert_noop!(Oracle::withdraw_shadow(guardian(), USDT), BadOrigin);
		assert_noop!(Oracle::resume_feed(guardian(), USDT), BadOrigin);
	});
}

#[test]
fn while_validators_look_the_oracle_is_not_down() {
	chain(4).execute_with(|| {
		agree_on(100);
		// They look, and disagree beyond measure: nothing decays because of silence.
		for _ in 0..60 {
			for index in 0..4u8 {
				let price = usd(80 + 10 * u128::from(index));
				let report = report(index.into(), &[(DOT_FEED, price)]);
				let signature = sign(&report, index + 1);
				apply(report, signature).unwrap().unwrap();
			}
			next_block();
		}
		assert_eq!(quote(DOT).status, Stale);
		assert!(matches!(
			Oracle::status(DOT).unwrap().reason,
			Reason::Disputed { .. } | Reason::Old { .. }
		));
		assert!(!<Oracle as PriceSource<_>>::is_down());
		run_to(System::block_number() + 60);
		assert!(<Oracle as PriceSource<_>>::is_down());
	});
}

#[test]
fn risk_models_learn_how_a_price_has_moved() {
	use cairn_primitives::PriceHistory;
	chain(4).execute_with(|| {
		assert_eq!(Oracle::movement(&DOT), None);
		assert_eq!(Oracle::movement(&CUSD), None);
		agree_on(100);
		for _ in 0..2 {
			for dollars in [101, 100] {
				next_block_after(300_000);
				everyone_reports(4, &[(DOT_FEED, usd(dollars))]);
				next_block();
			}
		}
		let moved = Oracle::movement(&DOT).unwrap();
		assert!(moved.variance > 0);
		assert!(moved.slow > usd(100) && moved.slow < usd(101));
		assert!(moved.day > usd(100) && moved.day < moved.slow);
		assert_eq!(Oracle::status(DOT).unwrap().movement, Some(moved));
	});
}

#[test]
fn a_settled_standing_is_what_is_stored() {
	chain(4).execute_with(|| {
		agree_on(100);
		let quotes = Quotes::<Test>::get().quotes;
		assert_eq!(
			quotes.get(&DOT).unwrap().agreed().unwrap().standing,
			Standing::Settled
		);
	});
}
