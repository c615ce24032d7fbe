//! What calls are charged: beforehand for the most that it could come to, afterwards for what it was.

use crate::{
	index::ROWS_OF_ENTRY,
	mock::*,
	types::{Adjustment, Guard},
	Call, LeftBehind, WeightInfo, MAX_CLAIMS, MAX_LEGS,
};
use cairn_math::FixedU128;
use cairn_primitives::{AssetId, Balance, FacilityId, KeeperReward, VaultId};
use frame_support::{
	assert_ok,
	dispatch::GetDispatchInfo,
	traits::Get,
	weights::{RuntimeDbWeight, Weight},
};
use sp_runtime::traits::Dispatchable;

type Step = ();

/// What a call that succeeds is charged before and after.
fn charged(who: AccountId, call: Call<Test>) -> (Weight, Weight) {
	let call = RuntimeCall::from(call);
	let before = call.get_dispatch_info().call_weight;
	let done = call
		.dispatch(RuntimeOrigin::signed(who))
		.expect("it succeeds");
	let after = done.actual_weight.unwrap_or(before);
	assert!(after.all_lte(before), "more is charged than was reserved");
	(before, after)
}

/// Three legs and some debt.
fn basket_of_three() -> VaultId {
	let legs = [(ETH, ONE_ETH), (DOT, 100 * ONE_DOT), (USDT, 500 * ONE_USDT)];
	open(ALICE, create_still(), &legs, 2_000 * ONE_CUSD).unwrap()
}

/// A vault of one leg with a claim on a lot, which is sold or not.
fn with_claim(is_sold: bool) -> VaultId {
	let vault = open(ALICE, create_still(), &[(ETH, ONE_ETH)], 2_000 * ONE_CUSD).unwrap();
	Prices::set_cents(ETH, 2_400_00);
	assert_eq!(next_block(), 1);
	assert_eq!(row(vault).claims.len(), 1);
	if is_sold {
		lend(BOB, 5_000 * ONE_CUSD);
		while let Some((lot, _)) = lots().first() {
			assert_ok!(take(BOB, *lot, Balance::MAX));
		}
	}
	vault
}

fn adjusting(
	vault: VaultId,
	deposit: &[(AssetId, Balance)],
	withdraw: &[(AssetId, Balance)],
) -> Call<Test> {
	let adjustment = Adjustment {
		deposit: basket(deposit),
		withdraw: basket(withdraw),
		..Default::default()
	};
	let limits = no_limits();
	Call::adjust {
		vault,
		adjustment,
		limits,
	}
}

/// What an adjustment weighs that moves so many collaterals and indexes so many others anew.
fn adjusted(moved: u32, others: u32) -> Weight {
	let indexing = match others {
		0 => Weight::zero(),
		_ => Step::set_guard(others),
	};
	Step::adjust(moved) + indexing
}

#[test]
fn an_adjustment_is_charged_for_what_moves_and_for_the_other_legs_of_the_vault() {
	run(|| {
		let vault = basket_of_three();
		let most = |moved| adjusted(moved, MAX_LEGS - moved) + Step::claim(MAX_CLAIMS);
		for (deposit, withdraw, moved) in [
			(vec![ETH], vec![], 1),
			(vec![ETH, DOT], vec![], 2),
			(vec![], vec![USDT], 1),
			(vec![DOT], vec![DOT], 1),
			(vec![ETH, DOT], vec![DOT, USDT], 3),
		] {
			let of = |assets: Vec<AssetId>| -> Vec<_> {
				assets.into_iter().map(|asset| (asset, 1_000)).collect()
			};
			let call = adjusting(vault, &of(deposit), &of(withdraw));
			assert_eq!(
				charged(ALICE, call),
				(most(moved), adjusted(moved, 3 - moved))
			);
		}
	});
}

#[test]
fn the_short_forms_are_charged_as_adjustments_of_one_collateral_or_none() {
	run(|| {
		let vault = basket_of_three();
		let most = |moved| adjusted(moved, MAX_LEGS - moved) + Step::claim(MAX_CLAIMS);
		let (asset, amount) = (ETH, 1_000);
		let call = Call::deposit {
			vault,
			asset,
			amount,
		};
		assert_eq!(charged(BOB, call), (most(1), adjusted(1, 2)));
		let (asset, amount) = (DOT, 1_000);
		let call = Call::withdraw {
			vault,
			asset,
			amount,
		};
		assert_eq!(charged(ALICE, call), (most(1), adjusted(1, 2)));
		let amount = ONE_CUSD;
		assert_eq!(
			charged(ALICE, Call::borrow { vault, amount }),
			(most(0), adjusted(0, 3))
		);
		assert_eq!(
			charged(ALICE, Call::repay { vault, amount }),
			(most(0), adjusted(0, 3))
		);
	});
}

#[test]
fn a_leg_that_is_emptied_and_one_that_is_new_are_legs() {
	run(|| {
		let vault = basket_of_three();
		let call = adjusting(vault, &[(BTC, 1_000)], &[(DOT, 100 * ONE_DOT)]);
		assert_eq!(charged(ALICE, call).1, adjusted(2, 2));
		assert_eq!(row(vault).legs.len(), 3);
	});
}

#[test]
fn claims_are_charged_whether_their_lots_are_closed_or_not() {
	for is_sold in [true, false] {
		run(|| {
			let vault = with_claim(is_sold);
			let amount = ONE_CUSD;
			let (_, after) = charged(ALICE, Call::repay { vault, amount });
			assert_eq!(row(vault).claims.is_empty(), is_sold);
			assert_eq!(after, adjusted(0, 1) + Step::claim(1));
		});
	}
}

#[test]
fn claiming_is_charged_for_the_claims_and_for_the_legs_that_are_there_then() {
	run(|| {
		let vault = with_claim(true);
		let (before, after) = charged(CAROL, Call::claim { vault });
		assert_eq!(before, Step::set_guard(MAX_LEGS) + Step::claim(MAX_CLAIMS));
		assert_eq!(after, Step::set_guard(1) + Step::claim(1));
	});
}

#[test]
fn opening_is_charged_beforehand_for_what_it_deposits() {
	run(|| {
		let opening = |legs: &[(AssetId, Balance)], borrow| Call::open {
			facility: MIXED,
			adjustment: Adjustment {
				deposit: basket(legs),
				borrow,
				..Default::default()
			},
			limits: no_limits(),
		};
		let exactly = |weight| (weight, weight);
		assert_eq!(charged(ALICE, opening(&[], 0)), exactly(Step::open(0)));
		let legs = [(ETH, ONE_ETH), (DOT, ONE_DOT)];
		let call = opening(&legs, 1_000 * ONE_CUSD);
		assert_eq!(charged(ALICE, call), exactly(Step::open(2)));
		// Taking some of it out again in the same call is as good as adjusting it.
		let mut call = opening(&legs, 0);
		if let Call::open { adjustment, .. } = &mut call {
			adjustment.withdraw = basket(&[(DOT, 1)]);
		}
		assert_eq!(
			charged(ALICE, call),
			exactly(Step::open(2) + Step::adjust(2))
		);
	});
}

#[test]
fn closing_is_charged_for_legs_and_claims() {
	run(|| {
		let closing = |vault| Call::close {
			vault,
			max_repay: Balance::MAX,
		};
		let most = Step::close(MAX_LEGS) + Step::claim(MAX_CLAIMS);
		let vault = basket_of_three();
		assert_eq!(charged(ALICE, closing(vault)), (most, Step::close(3)));
		let vault = with_claim(true);
		let one = Step::close(1) + Step::claim(1);
		assert_eq!(charged(ALICE, closing(vault)), (most, one));
	});
}

fn guarding(vault: VaultId, is_set: bool) -> Call<Test> {
	let guard = is_set.then_some(Guard {
		level: FixedU128::from_rational(11, 10),
		amount: 100 * ONE_CUSD,
	});
	Call::set_guard { vault, guard }
}

#[test]
fn a_guard_is_paid_for_when_it_is_set_and_by_the_legs_of_its_vault() {
	run(|| {
		let acting = |legs, claims| {
			Vaults::weight_of_vault(legs, claims)
				+ Vaults::weight_of_rows(legs * ROWS_OF_ENTRY * 2)
				+ Step::run_guard()
		};
		let settling = Step::claim(MAX_CLAIMS);
		let most = Step::set_guard(MAX_LEGS) + settling + acting(MAX_LEGS, MAX_CLAIMS);
		let vault = basket_of_three();
		let three = Step::set_guard(3) + acting(3, 0);
		assert_eq!(charged(ALICE, guarding(vault, true)), (most, three));
		let claiming = with_claim(false);
		Prices::set_cents(ETH, 3_000_00);
		let one = Step::set_guard(1) + Step::claim(1) + acting(1, 1);
		assert_eq!(charged(ALICE, guarding(claiming, true)), (most, one));
		// Without a guard there is nothing to be done later.
		let cancelling = (Step::set_guard(MAX_LEGS), Step::set_guard(3));
		assert_eq!(charged(ALICE, guarding(vault, false)), cancelling);
	});
}

#[test]
fn what_is_paid_for_a_guard_covers_what_its_acting_is_charged() {
	run(|| {
		let vault = open(ALICE, create_still(), &[(ETH, ONE_ETH)], 2_000 * ONE_CUSD).unwrap();
		lend(ALICE, 1_000 * ONE_CUSD);
		let (_, paid) = charged(ALICE, guarding(vault, true));
		Prices::set_cents(ETH, 2_600_00);
		begin_block(SLOT);
		let mut meter = frame_support::weights::WeightMeter::new();
		Vaults::enforce(&mut meter);
		assert!(row(vault).guard.is_none(), "it has acted");
		// The page is the price of the index, which everybody's vaults need.
		let acting = meter.consumed() - looking(3) - Step::visit_page();
		assert!(paid.all_gte(Step::set_guard(1) + acting));
	});
}

#[test]
fn accepting_is_charged_for_legs_and_claims() {
	run(|| {
		let accepting = |vault| {
			assert_ok!(offer(ALICE, vault, Some(BOB)));
			let (expected, limits) = (expected(vault), no_limits());
			let call = Call::accept {
				vault,
				expected,
				limits,
			};
			charged(BOB, call)
		};
		let most = Step::accept(MAX_LEGS) + Step::claim(MAX_CLAIMS);
		assert_eq!(accepting(basket_of_three()), (most, Step::accept(3)));
		for is_sold in [true, false] {
			let one = Step::accept(1) + Step::claim(1);
			assert_eq!(accepting(with_claim(is_sold)), (most, one));
			Prices::set_cents(ETH, 3_000_00);
		}
	});
}

#[test]
fn offering_is_charged_for_its_row_whatever_is_in_it() {
	run(|| {
		let to = Some(BOB);
		for vault in [basket_of_three(), open(ALICE, MIXED, &[], 0).unwrap()] {
			let one = (Step::offer(), Step::offer());
			assert_eq!(charged(ALICE, Call::offer { vault, to }), one);
		}
	});
}

/// What it weighs to find out whether a keeper is paid, and to pay him so many times.
fn rewards(count: u64) -> Weight {
	let paying = <Treasury as KeeperReward<AccountId, AssetId>>::reward_weight();
	<DbWeight as Get<RuntimeDbWeight>>::get().reads(1) + paying * count
}

#[test]
fn a_liquidation_is_charged_for_legs_claims_a_guard_and_a_reward() {
	let most = Step::liquidate(MAX_LEGS) + Step::claim(MAX_CLAIMS) + Step::run_guard() + rewards(1);
	run(|| {
		let vault = basket_of_three();
		Prices::set_cents(ETH, 1_000_00);
		let liquidating = Call::liquidate { vault };
		let three = Step::liquidate(3) + rewards(0);
		assert_eq!(charged(CAROL, liquidating), (most, three));
	});
	run(|| {
		let vault = with_claim(false);
		lend(ALICE, 1_000 * ONE_CUSD);
		Prices::set_cents(ETH, 2_450_00);
		assert_ok!(call(ALICE, guarding(vault, true)));
		// So low that the guard cannot save it.
		Prices::set_cents(ETH, 1_500_00);
		let noting_it = <DbWeight as Get<RuntimeDbWeight>>::get().writes(1);
		assert_eq!(next_block_with(looking(0) + noting_it, SLOT), 0);
		assert!(LeftBehind::<Test>::exists());
		let liquidating = Call::liquidate { vault };
		let one = Step::liquidate(1) + Step::claim(1) + Step::run_guard() + rewards(1);
		assert_eq!(charged(CAROL, liquidating), (most, one));
	});
}

#[test]
fn a_liquidation_is_charged_for_the_legs_that_claims_bring() {
	run(|| {
		let legs = [(ETH, ONE_ETH), (DOT, 100 * ONE_DOT)];
		let vault = open(ALICE, create_still(), &legs, 2_200 * ONE_CUSD).unwrap();
		Prices::set_cents(ETH, 2_000_00);
		assert_eq!(next_block(), 1);
		lend(BOB, 5_000 * ONE_CUSD);
		while let Some((lot, _)) = lots().first() {
			assert_ok!(take(BOB, *lot, Balance::MAX));
		}
		// All DOT was sold, and some of it has been left over.
		let before = row(vault);
		assert_eq!((before.legs.len(), before.claims.len()), (1, 2));
		Prices::set_cents(ETH, 1_000_00);
		let (_, two) = charged(CAROL, Call::liquidate { vault });
		assert_eq!(two, Step::liquidate(2) + Step::claim(2) + rewards(0));
	});
}

#[test]
fn working_off_a_backlog_is_charged_for_what_was_done() {
	run(|| {
		let facility = create_still();
		for number in 0..3 {
			let debt = (2_000 + number) * ONE_CUSD;
			open(ALICE, facility, &[(ETH, ONE_ETH)], debt).unwrap();
		}
		Prices::set_cents(ETH, 2_400_00);
		let by_block = {
			let mut meter = frame_support::weights::WeightMeter::new();
			frame_support::storage::with_transaction(|| {
				Vaults::enforce(&mut meter);
				let back = Ok::<_, sp_runtime::DispatchError>(());
				sp_runtime::TransactionOutcome::Rollback(back)
			})
			.unwrap();
			meter.consumed()
		};
		let (before, after) = charged(CAROL, Call::enforce_backlog { max: 100 });
		let all_facilities = Step::visit_facility(12) * 8;
		let most = room_for_one() * 100 + all_facilities + Step::list_facilities() + rewards(16);
		assert_eq!(before, most);
		assert_eq!(after, by_block + rewards(0));
	});
}

fn settled() -> (FacilityId, VaultId) {
	let legs = [(ETH, ONE_ETH), (DOT, 100 * ONE_DOT), (USDT, 500 * ONE_USDT)];
	let facility = create_still();
	let vault = open(ALICE, facility, &legs, 2_000 * ONE_CUSD).unwrap();
	assert_ok!(settle(facility, &[]));
	(facility, vault)
}

#[test]
fn settling_a_vault_is_charged_for_its_legs_and_claims() {
	let most = Step::settle_vault(MAX_LEGS) + Step::claim(MAX_CLAIMS);
	run(|| {
		let (_, vault) = settled();
		let settling = Call::settle_vault { vault };
		assert_eq!(charged(CAROL, settling), (most, Step::settle_vault(3)));
	});
	run(|| {
		let vault = with_claim(true);
		assert_ok!(settle(row(vault).facility, &[]));
		let settling = Call::settle_vault { vault };
		let one = Step::settle_vault(1) + Step::claim(1);
		assert_eq!(charged(CAROL, settling), (most, one));
	});
}

#[test]
fn redeeming_is_charged_for_each_collateral_that_is_due() {
	run(|| {
		let (facility, vault) = settled();
		assert_ok!(settle_vault(CAROL, vault));
		let amount = 100 * ONE_CUSD;
		// The facility has five, the vault had three.
		let redeeming = Call::redeem { facility, amount };
		assert_eq!(
			charged(ALICE, redeeming),
			(Step::redeem(12), Step::redeem(3))
		);
	});
}

#[test]
fn what_governance_does_is_charged_as_it_is() {
	let info = |call: Call<Test>| RuntimeCall::from(call).get_dispatch_info().call_weight;
	let created = facility_terms(vec![terms(ETH, 72, 80, 0)]);
	assert_eq!(
		info(Call::create_facility { terms: created }),
		Step::create_facility()
	);
	let facility = MIXED;
	let ceiling = Call::set_ceiling {
		facility,
		ceiling: 0,
	};
	let breaker = Call::set_breaker {
		facility,
		breaker: Default::default(),
	};
	let change = Call::change_facility {
		facility,
		change: crate::types::FacilityChange::Ceiling(0),
	};
	for call in [ceiling, breaker, change] {
		assert_eq!(info(call), Step::change_facility());
	}
	// A collateral more is looked up in more places than a number that changes.
	let change = crate::types::FacilityChange::AddCollateral(terms(BTC, 72, 80, 1));
	let adding = Call::change_facility { facility, change };
	assert_eq!(info(adding), Step::add_collateral());
	assert_ne!(Step::add_collateral(), Step::change_facility());
	let settling = Call::settle_facility {
		facility,
		prices: Default::default(),
	};
	assert_eq!(info(settling), Step::settle_facility());
}
