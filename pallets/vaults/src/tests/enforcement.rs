//! Who is liquidated, when, how much of him, and in what order.

use crate::{
	mock::*,
	types::{Breaker, Claim, FacilityTerms},
	Error, Event, MAX_CLAIMS_PER_COLLATERAL,
};
use cairn_math::{FixedU128, Price, SECONDS_PER_YEAR};
use cairn_primitives::{AssetId, Balance, BalanceSheet, PriceSource, QuoteStatus, VaultId};
use frame_support::{assert_noop, assert_ok, weights::Weight};

const USD: u128 = 1_000_000_000_000_000_000;

/// 10 ETH for 20,000 CUSD without interest: unsafe below 2,500 USD.
fn tens() -> VaultId {
	open(
		ALICE,
		create_still(),
		&[(ETH, 10 * ONE_ETH)],
		20_000 * ONE_CUSD,
	)
	.unwrap()
}

fn seized_of(vault: VaultId) -> Vec<(AssetId, Balance)> {
	let found = events().into_iter().find_map(|event| match event {
		Event::Liquidated {
			vault: other,
			seized,
			..
		} if other == vault => Some(seized),
		_ => None,
	});
	found.expect("it was liquidated in this block").into_inner()
}

#[test]
fn a_vault_is_liquidated_in_the_very_block_in_which_the_price_takes_effect() {
	run(|| {
		let vault = tens();
		assert_eq!(next_block(), 0);
		Prices::set_cents(ETH, 2_400_00);
		assert_eq!(next_block(), 1);
		assert_eq!(next_block(), 0);
		assert!(debt(vault) < 20_000 * ONE_CUSD);
	});
}

#[test]
fn a_liquidation_restores_the_target_health_and_takes_no_more_than_that() {
	run(|| {
		let vault = tens();
		Prices::set_cents(ETH, 2_400_00);
		next_block();
		// x = (1.1 · 20,000 − 19,200) / (1.1 − 0.8 · 1.08) = 11,864.406…, rounded up to a unit, and 1.08 times
		// that is sold.
		let (repaid, seized) = (11_864_406_779_661_017, 5_338_983_050_847_457_650);
		assert_eq!(debt(vault), 20_000 * ONE_CUSD - repaid);
		assert_eq!(leg(vault, ETH), 10 * ONE_ETH - seized);
		let lot = lots()[0].1.clone();
		assert_eq!((lot.remaining, lot.debt), (seized, repaid));
		// 2 % of what is repaid.
		assert_eq!(lot.fee, 237_288_135_593_221);
		let target = FixedU128::from_rational(11, 10).into_inner();
		let reached = health(vault).unwrap().into_inner();
		assert!(reached.abs_diff(target) < 1_000_000, "{reached}");
		let owner = ALICE;
		let debt = debt(vault);
		let seized = basket(&[(ETH, seized)]);
		assert!(events().contains(&Event::Liquidated {
			vault,
			owner,
			repaid,
			seized,
			debt
		}));
	});
}

#[test]
fn a_vault_at_exactly_one_is_safe_and_one_unit_below_it_is_not() {
	run(|| {
		let vault = tens();
		Prices::set_raw(ETH, 2_500 * USD);
		assert_eq!(health(vault), Some(FixedU128::from_u32(1)));
		assert_eq!(next_block(), 0);
		assert_noop!(liquidate(BOB, vault), Error::<Test>::VaultIsSafe);
		let view = Vaults::vault(vault).unwrap();
		assert_eq!(view.legs[0].liquidation_price, Some(2_500 * USD));
		Prices::set_raw(ETH, 2_500 * USD - 1);
		assert_eq!(next_block(), 1);
	});
}

#[test]
fn each_leg_of_a_basket_shows_the_price_below_which_it_is_liquidated() {
	run(|| {
		let basket = [(ETH, ONE_ETH), (DOT, 333 * ONE_DOT), (BTC, 1_234_567)];
		let vault = open(ALICE, create_still(), &basket, 3_333 * ONE_CUSD).unwrap();
		for (position, asset) in [(0, ETH), (1, DOT), (2, BTC)] {
			let before = <Prices as PriceSource<_>>::quote(&asset).unwrap();
			let view = Vaults::vault(vault).unwrap();
			let Some(price) = view.legs[position].liquidation_price else {
				// The others carry the debt without it.
				assert_eq!(asset, BTC);
				continue;
			};
			Prices::set_raw(asset.clone(), price);
			assert_noop!(liquidate(BOB, vault), Error::<Test>::VaultIsSafe);
			assert_eq!(next_block(), 0);
			Prices::set_raw(asset.clone(), price - price / 1_000_000_000);
			frame_support::storage::with_transaction(|| {
				assert_ok!(liquidate(BOB, vault));
				sp_runtime::TransactionOutcome::Rollback(Ok::<_, sp_runtime::DispatchError>(()))
			})
			.unwrap();
			Prices::set_raw(asset, before.price.raw());
		}
	});
}

#[test]
fn the_riskiest_collateral_of_a_basket_is_sold_first() {
	run(|| {
		let basket = [(ETH, ONE_ETH), (DOT, 100 * ONE_DOT), (USDT, 100 * ONE_USDT)];
		let vault = open(ALICE, create_still(), &basket, 2_590 * ONE_CUSD).unwrap();
		Prices::set_cents(ETH, 2_500_00);
		assert_eq!(next_block(), 1);
		// DOT does not suffice: it goes whole, and a part of the ETH follows; USDT stays.
		let seized = seized_of(vault);
		assert_eq!(seized[0], (DOT, 100 * ONE_DOT));
		assert_eq!((seized[1].0.clone(), seized.len()), (ETH, 2));
		assert_eq!((leg(vault, DOT), leg(vault, USDT)), (0, 100 * ONE_USDT));
		assert!(leg(vault, ETH) > 0);
		let reached = health(vault).unwrap();
		assert!(reached >= FixedU128::from_rational(1_099_999_999, 1_000_000_000));
		assert!(reached <= FixedU128::from_rational(1_100_000_001, 1_000_000_000));
		// 600 USD of DOT repay 600 / 1.08.
		let lots = lots();
		assert_eq!((lots.len(), lots[0].1.debt), (2, 555_555_555_555_555));
	});
}

#[test]
fn no_crumb_of_a_second_leg_is_sold_when_the_first_suffices() {
	run(|| {
		let basket = [(ETH, 10 * ONE_ETH), (DOT, 3_000 * ONE_DOT)];
		let vault = open(ALICE, create_still(), &basket, 32_000 * ONE_CUSD).unwrap();
		Prices::set_cents(ETH, 2_400_00);
		assert_eq!(next_block(), 1);
		assert_eq!(seized_of(vault).len(), 1);
		assert_eq!(leg(vault, ETH), 10 * ONE_ETH);
	});
}

#[test]
fn all_debt_is_repaid_if_less_than_the_minimum_would_be_left() {
	run(|| {
		let facility = create_still();
		let vault = open(ALICE, facility, &[(ETH, ONE_ETH / 10)], 150 * ONE_CUSD).unwrap();
		Prices::set_cents(ETH, 1_850_00);
		assert_eq!(next_block(), 1);
		assert_eq!(debt(vault), 0);
		// 162 USD of 185 are sold; the rest is free, and out of the index.
		assert_eq!(leg(vault, ETH), ONE_ETH / 10 - 87_567_567_567_567_568);
		assert!(row(vault).legs[0].entry.is_none());
		assert_ok!(withdraw(ALICE, vault, ETH, 1));
	});
}

#[test]
fn exactly_the_minimum_debt_may_be_left() {
	// As long as the minimum allows it: 11,864.406… are repaid.
	let left = 20_000 * ONE_CUSD - 11_864_406_779_661_017;
	for (minimum_debt, stays) in [(left, left), (left + 1, 0)] {
		run(|| {
			let facility = create_facility(FacilityTerms {
				minimum_debt,
				..still(vec![terms(ETH, 72, 80, 0)])
			});
			let vault = open(ALICE, facility, &[(ETH, 10 * ONE_ETH)], 20_000 * ONE_CUSD).unwrap();
			Prices::set_cents(ETH, 2_400_00);
			assert_eq!(next_block(), 1);
			assert_eq!(debt(vault), stays);
		});
	}
}

#[test]
fn under_water_all_collateral_goes_and_what_it_does_not_raise_is_bad_debt() {
	run(|| {
		let vault = open(ALICE, create_still(), &[(ETH, ONE_ETH)], 2_000 * ONE_CUSD).unwrap();
		lend(BOB, 2_000 * ONE_CUSD);
		Prices::set_cents(ETH, 1_000_00);
		assert_eq!(next_block(), 1);
		assert!(row(vault).legs.is_empty());
		assert_eq!(
			(debt(vault), Treasury::in_auction(&CUSD)),
			(0, 2_000 * ONE_CUSD)
		);
		let (id, lot) = lots()[0].clone();
		assert_eq!((lot.remaining, lot.debt), (ONE_ETH, 2_000 * ONE_CUSD));
		// The fee is on the 1,000 / 1.08 that the collateral repays.
		assert_eq!(lot.fee, 18_518_518_518_519);
		// Sold at once for 1,020 USD.
		assert_ok!(take(BOB, id, Balance::MAX));
		assert_eq!(balance(CUSD, BOB), 980 * ONE_CUSD);
		assert_eq!(
			(Treasury::in_auction(&CUSD), Treasury::bad_debt(&CUSD)),
			(0, 980 * ONE_CUSD)
		);
		assert_eq!(claim(ALICE, vault), Ok(()));
		assert!(row(vault).claims.is_empty());
		assert_ok!(close(ALICE, vault));
	});
}

#[test]
fn the_favourable_side_of_the_quote_decides() {
	run(|| {
		let vault = tens();
		Prices::set_cents(ETH, 2_400_00);
		Prices::alter(ETH, |quote| quote.confidence = 100 * USD);
		assert_eq!(next_block(), 0);
		Prices::alter(ETH, |quote| quote.confidence = 100 * USD - 1);
		assert_eq!(next_block(), 1);
		assert!(debt(vault) < 20_000 * ONE_CUSD);
	});
}

#[test]
fn a_degraded_quote_liquidates_and_an_unconfirmed_jump_does_not() {
	run(|| {
		tens();
		Prices::set_cents(ETH, 2_400_00);
		for status in [QuoteStatus::Jump, QuoteStatus::Stale, QuoteStatus::Halted] {
			Prices::alter(ETH, |quote| quote.status = status);
			assert_eq!(next_block(), 0);
		}
		Prices::alter(ETH, |quote| quote.status = QuoteStatus::Degraded);
		assert_eq!(next_block(), 1);
	});
}

#[test]
fn interest_alone_makes_a_vault_unsafe() {
	run(|| {
		let vault = open(ALICE, MIXED, &[(ETH, ONE_ETH)], 2_160 * ONE_CUSD).unwrap();
		// 0.8 / 0.72 = 1.111: reached between the second and the third year.
		let year = SECONDS_PER_YEAR * 1_000;
		assert_eq!(next_block_with(Weight::MAX, year), 0);
		assert_eq!(next_block_with(Weight::MAX, year), 0);
		let before = debt(vault);
		assert_eq!(next_block_with(Weight::MAX, year), 1);
		assert!(debt(vault) < before);
	});
}

#[test]
fn nothing_decays_and_nothing_is_liquidated_while_the_whole_oracle_is_down() {
	run(|| {
		let vault = tens();
		Prices::set_cents(ETH, 2_550_00);
		let before = health(vault);
		Prices::set_down(true);
		for hours in [1, 20, 30, 1_000] {
			// What the oracle says meanwhile: older and older, and no more silent than the others.
			Prices::set_stale(ETH, 0);
			Prices::alter(ETH, |quote| quote.age = hours * 3_600_000);
			assert_eq!(health(vault), before);
			assert_eq!(next_block(), 0);
		}
		Prices::set_cents(ETH, 1_00);
		assert_eq!(next_block(), 0);
		assert_noop!(liquidate(BOB, vault), Error::<Test>::SwitchedOff);
		Prices::set_down(false);
		assert_eq!(next_block(), 1);
	});
}

#[test]
fn the_breaker_stops_enforcement_and_lets_it_go_on() {
	run(|| {
		let vault = tens();
		set_breaker(row(vault).facility, Breaker::NoNewLiquidations);
		Prices::set_cents(ETH, 2_000_00);
		assert_eq!(next_block(), 0);
		set_breaker(row(vault).facility, Breaker::NoNewRisk);
		assert_eq!(next_block(), 1);
	});
}

#[test]
fn anybody_may_liquidate_what_the_budget_left_over() {
	run(|| {
		let vault = tens();
		Prices::set_cents(ETH, 2_400_00);
		assert_eq!(next_block_with(Weight::zero(), SLOT), 0);
		let by_call = frame_support::storage::with_transaction(|| {
			assert_ok!(liquidate(PAUPER, vault));
			let vault = row(vault);
			sp_runtime::TransactionOutcome::Rollback(Ok::<_, sp_runtime::DispatchError>(vault))
		})
		.unwrap();
		assert_eq!(next_block(), 1);
		// By call and by block it is the same.
		assert_eq!(
			(row(vault).debt, row(vault).legs),
			(by_call.debt, by_call.legs)
		);
		assert_noop!(liquidate(PAUPER, vault), Error::<Test>::VaultIsSafe);
	});
}

#[test]
fn a_price_of_next_to_nothing_takes_everything_and_breaks_nothing() {
	run(|| {
		let vault = tens();
		Prices::set_raw(ETH, 1);
		assert_eq!(next_block(), 1);
		assert_eq!((debt(vault), row(vault).legs.len()), (0, 0));
		assert_eq!(Treasury::in_auction(&CUSD), 20_000 * ONE_CUSD);
		run_blocks(20);
		lend(BOB, 1_000 * ONE_CUSD);
		assert_ok!(take(BOB, lots()[0].0, Balance::MAX));
		assert!(Treasury::bad_debt(&CUSD) > 19_999 * ONE_CUSD);
	});
}

#[test]
fn a_vault_liquidated_twice_in_a_block_has_one_claim_on_one_lot() {
	run(|| {
		let vault = tens();
		Prices::set_cents(ETH, 2_400_00);
		assert_eq!(next_block(), 1);
		let first = row(vault).claims;
		Prices::set_cents(ETH, 2_100_00);
		assert_ok!(liquidate(BOB, vault));
		let claims = row(vault).claims;
		assert_eq!((claims.len(), lots().len()), (1, 1));
		let Claim {
			lot, contributed, ..
		} = claims[0];
		assert_eq!((lot, lots()[0].1.remaining), (first[0].lot, contributed));
		assert_eq!(contributed + leg(vault, ETH), 10 * ONE_ETH);
	});
}

#[test]
fn twenty_liquidations_without_a_bid_leave_two_claims_and_never_block() {
	run(|| {
		let mut mild = still(vec![terms(ETH, 72, 80, 0), terms(DOT, 62, 70, 1)]);
		mild.target_health = FixedU128::from_rational(102, 100);
		let facility = create_facility(mild);
		let all = [(ETH, 1_000 * ONE_ETH), (DOT, 1)];
		let vault = open(ALICE, facility, &all, 2_000_000 * ONE_CUSD).unwrap();
		let mut raw = 3_000 * USD;
		for round in 0..20 {
			let before = debt(vault);
			let health = health(vault).unwrap().into_inner();
			raw = Price::new(raw * 1_000_000 / (health / 1_000_000_000_000))
				.unwrap()
				.raw();
			raw = raw / 10_000 * 9_995;
			Prices::set_raw(ETH, raw);
			assert_eq!(next_block(), 1, "{round}");
			assert!(debt(vault) < before);
			let on_eth = row(vault)
				.claims
				.iter()
				.filter(|claim| claim.collateral == 0)
				.count();
			assert!(on_eth <= MAX_CLAIMS_PER_COLLATERAL as usize);
		}
		let contributed: Balance = row(vault)
			.claims
			.iter()
			.map(|claim| claim.contributed)
			.sum();
		assert_eq!(contributed + leg(vault, ETH), 1_000 * ONE_ETH);
		let for_sale: Balance = lots().iter().map(|(_, lot)| lot.remaining).sum();
		assert_eq!(for_sale, contributed);
		// When bidders come at last everything is settled.
		send(CUSD, ALICE, BOB, 2_000_000 * ONE_CUSD);
		// What joined a lot is offered once the rest of it is sold.
		while let Some((lot, _)) = lots().first() {
			assert_ok!(take(BOB, *lot, Balance::MAX));
		}
		assert_ok!(claim(PAUPER, vault));
		assert!(row(vault).claims.is_empty());
	});
}
