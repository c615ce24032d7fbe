//! History.

use cairn_primitives::{BalanceSheet, BurnReason, Issuance, MintReason};
use frame_support::assert_ok;

use crate::{mock::*, Books, EraReport, Event, Flows, Sheet};

fn closed() -> Vec<Event<Test>> {
	System::events()
		.into_iter()
		.filter_map(|record| match record.event {
			RuntimeEvent::Treasury(event @ Event::EraClosed { .. }) => Some(event),
			_ => None,
		})
		.collect()
}

#[test]
fn an_era_tells_all_that_has_moved() {
	with_books(|| {
		assert_ok!(Treasury::mint(&CUSD, &ALICE, 1_000, MintReason::Borrow));
		skip(ERA);
		assert_eq!(closed().len(), 2, "one for each debt asset");
		System::reset_events();
		let opening = Treasury::balance_sheet(CUSD).unwrap();
		assert_eq!(opening.era_began, 1 + ERA);
		assert_eq!(opening.flows, Flows::default());

		assert_ok!(Treasury::mint(&CUSD, &ALICE, 500, MintReason::Borrow));
		assert_ok!(Treasury::mint_to_reserve(&CUSD, 40, MintReason::Interest));
		assert_ok!(Treasury::burn(&CUSD, &ALICE, 300, BurnReason::Repay));
		Treasury::debt_seized(&CUSD, 200);
		assert_ok!(Treasury::burn(&CUSD, &ALICE, 120, BurnReason::Recovered));
		assert_ok!(Treasury::pay_reserve(&CUSD, &ALICE, 3));
		Treasury::debt_lost(&CUSD, 60);
		skip(ERA);
		let flows = Flows {
			borrowed: 500,
			interest: 40,
			repaid: 300,
			seized: 200,
			recovered: 120,
			lost: 60,
			covered: 43,
			paid_in: 3,
			..Default::default()
		};
		let era = EraReport {
			began: 1 + ERA,
			opening: Sheet {
				vaults: 1_000,
				..Default::default()
			},
			flows,
			closing: Sheet {
				vaults: 1_040,
				in_auction: 20,
				bad_debt: 17,
			},
			issuance: 1_077,
			reserve: 0,
		};
		let event = Event::EraClosed {
			asset: CUSD,
			era: Box::new(era),
		};
		assert!(closed().contains(&event), "{:?}", closed());
	});
}

#[test]
fn an_era_ends_once_and_late_if_no_block_had_room() {
	with_books(|| {
		skip(ERA - 1);
		assert!(closed().is_empty());
		// Two eras and a half go by without a block that settles.
		System::set_block_number(System::block_number() + 2 * ERA + ERA / 2);
		next_block();
		assert_eq!(closed().len(), 2);
		next_block();
		assert_eq!(closed().len(), 2);
		let began = Books::<Test>::get(CUSD).unwrap().era_began;
		assert_eq!(began, System::block_number() - 1);
	});
}
