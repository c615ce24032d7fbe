//! What still works without prices and with parts switched off, and what does not.

use super::because;
use crate::{
	mock::*,
	types::{Adjustment, Breaker, Limits},
	Error, Event,
};
use cairn_math::FixedU128;
use cairn_primitives::{AssetId, Balance, QuoteStatus, VaultId};
use frame_support::{assert_noop, assert_ok, traits::fungible::InspectHold};

const BREAKERS: [Breaker; 4] = [
	Breaker::AllEnabled,
	Breaker::NoNewRisk,
	Breaker::NoNewLiquidations,
	Breaker::Frozen,
];

/// 1 ETH for 1,000 CUSD.
fn alices() -> VaultId {
	open(ALICE, MIXED, &[(ETH, ONE_ETH)], 1_000 * ONE_CUSD).unwrap()
}

fn depositing(amounts: &[(AssetId, Balance)]) -> Adjustment {
	Adjustment {
		deposit: basket(amounts),
		..Default::default()
	}
}

fn withdrawing(amounts: &[(AssetId, Balance)]) -> Adjustment {
	Adjustment {
		withdraw: basket(amounts),
		..Default::default()
	}
}

#[test]
fn a_price_that_is_missing_or_not_live() {
	run(|| {
		let vault = alices();
		let refused = || {
			let error = because(Error::PriceNotLive);
			assert_noop!(borrow(ALICE, vault, ONE_CUSD), error);
			assert_noop!(withdraw(ALICE, vault, ETH, 1), error);
			assert_noop!(open(BOB, MIXED, &[(ETH, ONE_ETH)], MINIMUM_DEBT), error);
			assert_eq!(Vaults::vault(vault).unwrap().max_borrow, 0);
		};
		for status in [
			QuoteStatus::Degraded,
			QuoteStatus::Jump,
			QuoteStatus::Stale,
			QuoteStatus::Halted,
		] {
			Prices::alter(ETH, |quote| quote.status = status);
			refused();
		}
		Prices::forget(ETH);
		refused();
	});
}

#[test]
fn depositing_repaying_and_closing_need_no_quote_at_all() {
	run(|| {
		let basket = [(ETH, ONE_ETH), (DOT, 100 * ONE_DOT)];
		let vault = open(ALICE, MIXED, &basket, 1_000 * ONE_CUSD).unwrap();
		for asset in [CRN, DOT, ETH, BTC, USDT] {
			Prices::forget(asset);
		}
		assert_ok!(deposit(BOB, vault, ETH, ONE_ETH));
		assert_ok!(deposit(ALICE, vault, BTC, ONE_BTC));
		assert_ok!(repay(ALICE, vault, 500 * ONE_CUSD));
		next_block();
		assert_eq!(health(vault), Some(FixedU128::from_u32(0)));
		// No health can be promised without a price.
		let limits = Limits {
			min_health: Some(FixedU128::from_u32(1)),
			deadline: None,
		};
		assert_noop!(
			adjust(ALICE, vault, depositing(&[(ETH, 1)]), limits),
			Error::<Test>::HealthBelowLimit
		);
		// Without debt withdrawing and opening need none either.
		let other = open(BOB, MIXED, &[(ETH, ONE_ETH)], 0).unwrap();
		assert_ok!(withdraw(BOB, other, ETH, ONE_ETH / 2));
		Prices::set_cents(USDT, 1_00);
		lend(ALICE, 100 * ONE_CUSD);
		Prices::forget(USDT);
		assert_ok!(close(ALICE, vault));
	});
}

#[test]
fn what_the_breaker_has_switched_off_and_only_that() {
	for breaker in BREAKERS {
		run(|| {
			let owing = alices();
			let free = open(ALICE, MIXED, &[(ETH, ONE_ETH)], 0).unwrap();
			let unsafe_one = open(BOB, MIXED, &[(BTC, ONE_BTC)], 40_000 * ONE_CUSD).unwrap();
			set_breaker(MIXED, breaker);
			let expect = |outcome: sp_runtime::DispatchResult, works| {
				let expected = if works {
					Ok(())
				} else {
					Err(Error::<Test>::SwitchedOff.into())
				};
				assert_eq!(outcome, expected, "{breaker:?}");
			};
			let (new_risk, liquidations, withdrawals) = (
				breaker < Breaker::NoNewRisk,
				breaker < Breaker::NoNewLiquidations,
				breaker < Breaker::Frozen,
			);
			expect(open(CAROL, MIXED, &[], 0).map(|_| ()), new_risk);
			expect(
				open(CAROL, MIXED, &[(ETH, ONE_ETH)], MINIMUM_DEBT).map(|_| ()),
				new_risk,
			);
			expect(borrow(ALICE, owing, ONE_CUSD), new_risk);
			expect(withdraw(ALICE, owing, ETH, 1), new_risk);
			expect(withdraw(ALICE, free, ETH, 1), withdrawals);
			Prices::set_cents(BTC, 45_000_00);
			expect(liquidate(CAROL, unsafe_one), liquidations);
			// The start of the block does what the call does.
			let before = debt(unsafe_one);
			Prices::set_cents(BTC, 30_000_00);
			next_block();
			assert_eq!(debt(unsafe_one) < before, liquidations, "{breaker:?}");
			// Never switched off.
			assert_ok!(deposit(BOB, owing, ETH, 1));
			assert_ok!(deposit(ALICE, owing, DOT, ONE_DOT));
			assert_ok!(repay(ALICE, owing, 10 * ONE_CUSD));
			send(CUSD, BOB, ALICE, 1_000 * ONE_CUSD);
			assert_ok!(close(ALICE, owing));
			assert_ok!(close(ALICE, free));
			// Another facility has a breaker of its own.
			assert_ok!(open(
				CAROL,
				STABLE,
				&[(USDT, 1_000 * ONE_USDT)],
				MINIMUM_DEBT
			));
			set_breaker(MIXED, Breaker::AllEnabled);
			assert_ok!(open(CAROL, MIXED, &[], 0));
		});
	}
}

#[test]
fn who_leaves_gets_all_there_is_at_every_level_and_the_rest_when_his_lots_are_closed() {
	for breaker in BREAKERS {
		run(|| {
			let vault = open(ALICE, MIXED, &[(ETH, 10 * ONE_ETH)], 20_000 * ONE_CUSD).unwrap();
			Prices::set_cents(ETH, 2_400_00);
			assert_eq!(next_block(), 1);
			lend(ALICE, 20_000 * ONE_CUSD);
			lend(BOB, 20_000 * ONE_CUSD);
			set_breaker(MIXED, breaker);
			Prices::set_down(true);
			let (owed, held, before) = (debt(vault), leg(vault, ETH), balance(ETH, ALICE));
			assert!(owed > 0 && held > 0);
			assert_ok!(close(ALICE, vault));
			assert_eq!((debt(vault), leg(vault, ETH)), (0, 0));
			assert_eq!(balance(ETH, ALICE), before + held);
			assert!(events().contains(&Event::Adjusted {
				vault,
				by: ALICE,
				deposited: basket(&[]),
				withdrawn: basket(&[(ETH, held)]),
				borrowed: 0,
				repaid: owed,
				debt: 0,
			}));
			// The vault is there for what is still to come, and its deposit with it.
			assert!(!row(vault).claims.is_empty());
			assert_eq!(Balances::total_balance_on_hold(&ALICE), VAULT_DEPOSIT);
			Prices::set_down(false);
			assert_ok!(take(BOB, lots()[0].0, Balance::MAX));
			assert_ok!(close(ALICE, vault));
			assert!(balance(ETH, ALICE) > before + held);
			assert_eq!(Balances::total_balance_on_hold(&ALICE), 0);
		});
	}
}

#[test]
fn paying_all_back_and_withdrawing_at_once_is_no_new_risk() {
	run(|| {
		let vault = alices();
		set_breaker(MIXED, Breaker::NoNewLiquidations);
		Prices::forget(ETH);
		let adjustment = Adjustment {
			repay: Balance::MAX,
			..withdrawing(&[(ETH, ONE_ETH)])
		};
		assert_ok!(adjust(ALICE, vault, adjustment, no_limits()));
		assert_eq!((debt(vault), leg(vault, ETH)), (0, 0));
	});
}
