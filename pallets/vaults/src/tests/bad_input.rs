//! Everything that can be wrong with a call: it is refused for that reason, and nothing changes.

use super::because;
use crate::{
	mock::*,
	types::{Adjustment, Breaker, Limits},
	Call, Error,
};
use cairn_math::FixedU128;
use cairn_primitives::{AssetId, Balance, VaultId};
use frame_support::{
	assert_noop, assert_ok,
	traits::{fungible::NativeOrWithId, fungibles::Inspect},
};
use sp_runtime::{DispatchError, TokenError};

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
fn an_unknown_facility() {
	run(|| {
		assert_noop!(open(ALICE, 2, &[], 0), Error::<Test>::UnknownFacility);
		let breaker = Breaker::Frozen;
		assert_noop!(
			govern(Call::set_breaker {
				facility: 2,
				breaker
			}),
			Error::<Test>::UnknownFacility
		);
		assert_noop!(
			govern(Call::set_ceiling {
				facility: 2,
				ceiling: 0
			}),
			Error::<Test>::UnknownFacility
		);
	});
}

#[test]
fn an_unknown_vault() {
	run(|| {
		let closed = open(ALICE, MIXED, &[], 0).unwrap();
		assert_ok!(close(ALICE, closed));
		for vault in [closed, closed + 1, VaultId::MAX] {
			let unknown = because(Error::UnknownVault);
			assert_noop!(deposit(ALICE, vault, ETH, 1), unknown);
			assert_noop!(withdraw(ALICE, vault, ETH, 1), unknown);
			assert_noop!(borrow(ALICE, vault, 1), unknown);
			assert_noop!(repay(ALICE, vault, 1), unknown);
			assert_noop!(close(ALICE, vault), unknown);
			assert_noop!(claim(ALICE, vault), unknown);
			assert_noop!(liquidate(ALICE, vault), unknown);
		}
	});
}

#[test]
fn a_token_that_the_facility_does_not_accept() {
	run(|| {
		let vault = alices();
		for asset in [ODD, CUSD, NativeOrWithId::WithId(77)] {
			let refused = because(Error::CollateralNotAccepted);
			assert_noop!(deposit(ALICE, vault, asset.clone(), 1), refused);
			assert_noop!(withdraw(ALICE, vault, asset, 1), refused);
		}
		// Accepted by one facility is not accepted by all.
		let stable = open(ALICE, STABLE, &[], 0).unwrap();
		assert_noop!(
			deposit(ALICE, stable, ETH, 1),
			Error::<Test>::CollateralNotAccepted
		);
	});
}

#[test]
fn nothing_at_all_and_amounts_of_zero() {
	run(|| {
		let vault = alices();
		let zero = because(Error::ZeroAmount);
		assert_noop!(deposit(ALICE, vault, ETH, 0), zero);
		assert_noop!(withdraw(ALICE, vault, ETH, 0), zero);
		assert_noop!(borrow(ALICE, vault, 0), zero);
		assert_noop!(repay(ALICE, vault, 0), zero);
		assert_noop!(
			adjust(ALICE, vault, Adjustment::default(), no_limits()),
			zero
		);
		assert_noop!(
			adjust(ALICE, vault, depositing(&[(ETH, 1), (DOT, 0)]), no_limits()),
			zero
		);
		assert_noop!(
			adjust(
				ALICE,
				vault,
				withdrawing(&[(ETH, 1), (DOT, 0)]),
				no_limits()
			),
			zero
		);
		assert_noop!(open(ALICE, MIXED, &[(ETH, 0)], 0), zero);
	});
}

#[test]
fn a_token_named_twice() {
	run(|| {
		let vault = alices();
		let twice = [(ETH, 1), (DOT, 1), (ETH, 2)];
		let error = because(Error::DuplicateAsset);
		assert_noop!(adjust(ALICE, vault, depositing(&twice), no_limits()), error);
		assert_noop!(
			adjust(ALICE, vault, withdrawing(&twice), no_limits()),
			error
		);
	});
}

#[test]
fn nine_legs() {
	run(|| {
		let assets: Vec<AssetId> = (20..32).map(NativeOrWithId::WithId).collect();
		let listed = assets
			.iter()
			.map(|asset| terms(asset.clone(), 50, 60, 0))
			.collect();
		let facility = create_facility(facility_terms(listed));
		let eight: Vec<_> = assets
			.iter()
			.take(8)
			.map(|asset| (asset.clone(), 10))
			.collect();
		let vault = open(ALICE, facility, &eight, 0).unwrap();
		let ninth = assets[8].clone();
		assert_noop!(
			deposit(ALICE, vault, ninth.clone(), 1),
			Error::<Test>::TooManyLegs
		);
		// More of one of the eight is no further leg, and one that goes makes room for another.
		assert_ok!(deposit(BOB, vault, assets[7].clone(), 1));
		assert_ok!(withdraw(ALICE, vault, assets[0].clone(), 10));
		assert_ok!(deposit(ALICE, vault, ninth, 1));
		assert_eq!(row(vault).legs.len(), 8);
	});
}

#[test]
fn more_than_the_vault_holds() {
	run(|| {
		let vault = open(ALICE, MIXED, &[(ETH, ONE_ETH)], 0).unwrap();
		// Others hold more, which is none of this vault's business.
		open(BOB, MIXED, &[(ETH, 10 * ONE_ETH), (DOT, ONE_DOT)], 0).unwrap();
		let error = because(Error::NotEnoughCollateral);
		assert_noop!(withdraw(ALICE, vault, ETH, ONE_ETH + 1), error);
		assert_noop!(withdraw(ALICE, vault, DOT, 1), error);
		assert_noop!(withdraw(ALICE, vault, ETH, Balance::MAX), error);
	});
}

#[test]
fn more_than_the_caller_has() {
	run(|| {
		let vault = alices();
		let (eth, crn) = (balance(ETH, ALICE), balance(CRN, ALICE));
		assert!(deposit(ALICE, vault, ETH, eth + 1).is_err());
		assert_noop!(
			deposit(ALICE, vault, CRN, crn + 1),
			TokenError::FundsUnavailable
		);
		assert!(deposit(ALICE, vault, ETH, Balance::MAX).is_err());
		assert!(repay(BOB, vault, ONE_CUSD).is_err());
		send(CUSD, ALICE, BOB, 900 * ONE_CUSD);
		let before = row(vault);
		assert!(close(ALICE, vault).is_err());
		assert_eq!((row(vault), balance(CUSD, ALICE)), (before, 100 * ONE_CUSD));
		// A vault needs its deposit in the native token.
		send(CRN, PAUPER, BOB, 10 * ONE_CRN - VAULT_DEPOSIT);
		assert!(open(PAUPER, MIXED, &[], 0).is_err());
		assert!(Vaults::vaults_of(PAUPER).is_empty());
	});
}

#[test]
fn a_refusal_at_the_last_step_undoes_all_steps_before_it() {
	run(|| {
		let vault = alices();
		lend(ALICE, 500 * ONE_CUSD);
		let adjustment = Adjustment {
			deposit: basket(&[(DOT, ONE_DOT)]),
			repay: 100 * ONE_CUSD,
			withdraw: basket(&[(ETH, ONE_ETH / 2)]),
			borrow: 1_000 * ONE_CUSD,
		};
		let error = because(Error::Undercollateralized);
		assert_noop!(adjust(ALICE, vault, adjustment, no_limits()), error);
	});
}

#[test]
fn somebody_elses_vault() {
	run(|| {
		let vault = alices();
		let error = because(Error::NotOwner);
		assert_noop!(withdraw(BOB, vault, ETH, 1), error);
		assert_noop!(borrow(BOB, vault, ONE_CUSD), error);
		assert_noop!(close(BOB, vault), error);
		let adjustment = Adjustment {
			borrow: 1,
			..depositing(&[(ETH, ONE_ETH)])
		};
		assert_noop!(adjust(BOB, vault, adjustment, no_limits()), error);
		// Whoever acts for the owner's account may not be lured into spending on another's vault.
		lend(BOB, 100 * ONE_CUSD);
		let repaying = Adjustment {
			repay: 100 * ONE_CUSD,
			..Default::default()
		};
		for adjustment in [depositing(&[(ETH, ONE_ETH)]), repaying] {
			assert_noop!(adjust(BOB, vault, adjustment, no_limits()), error);
		}
		assert_ok!(deposit(BOB, vault, ETH, ONE_ETH));
		assert_ok!(repay(BOB, vault, 100 * ONE_CUSD));
	});
}

#[test]
fn a_deadline_that_has_passed() {
	run(|| {
		let vault = alices();
		run_blocks(3);
		let limits = Limits {
			min_health: None,
			deadline: Some(System::block_number() - 1),
		};
		let error = because(Error::DeadlinePassed);
		assert_noop!(
			adjust(ALICE, vault, depositing(&[(ETH, 1)]), limits.clone()),
			error
		);
		for adjustment in [Adjustment::default(), depositing(&[(ETH, 1)])] {
			let limits = limits.clone();
			assert_noop!(
				call(
					BOB,
					Call::open {
						facility: MIXED,
						adjustment,
						limits
					}
				),
				error
			);
		}
	});
}

#[test]
fn a_health_below_the_callers_limit() {
	run(|| {
		let vault = alices();
		let limits = Limits {
			min_health: Some(FixedU128::from_rational(24, 10)),
			deadline: None,
		};
		let error = because(Error::HealthBelowLimit);
		let borrowing = Adjustment {
			borrow: 1,
			..Default::default()
		};
		assert_noop!(adjust(ALICE, vault, borrowing, limits.clone()), error);
		// A limit is for whatever the call does, also for what only improves the vault.
		Prices::set_cents(ETH, 2_000_00);
		assert_noop!(adjust(ALICE, vault, depositing(&[(ETH, 1)]), limits), error);
	});
}

#[test]
fn calls_without_an_origin_or_with_the_wrong_one() {
	run(|| {
		let (vault, limits) = (alices(), no_limits());
		let adjustment = Adjustment::default();
		let calls = vec![
			Call::open {
				facility: MIXED,
				adjustment,
				limits,
			},
			Call::deposit {
				vault,
				asset: ETH,
				amount: 1,
			},
			Call::close {
				vault,
				max_repay: Balance::MAX,
			},
			Call::liquidate { vault },
			Call::enforce_backlog { max: 1 },
			Call::claim { vault },
			Call::adjust {
				vault,
				adjustment: depositing(&[(ETH, 1)]),
				limits: no_limits(),
			},
			Call::withdraw {
				vault,
				asset: ETH,
				amount: 1,
			},
			Call::borrow { vault, amount: 1 },
			Call::repay { vault, amount: 1 },
			Call::set_guard { vault, guard: None },
			Call::offer { vault, to: None },
			Call::accept {
				vault,
				expected: expected(vault),
				limits: no_limits(),
			},
			Call::settle_vault { vault },
			Call::redeem {
				facility: MIXED,
				amount: 1,
			},
		];
		for call in calls {
			assert_noop!(govern(call), DispatchError::BadOrigin);
		}
		let administrations = vec![
			Call::set_breaker {
				facility: MIXED,
				breaker: Breaker::Frozen,
			},
			Call::set_ceiling {
				facility: MIXED,
				ceiling: 0,
			},
			Call::create_facility {
				terms: facility_terms(vec![terms(ETH, 50, 60, 0)]),
			},
		];
		for administration in administrations {
			assert_noop!(call(ALICE, administration), DispatchError::BadOrigin);
		}
	});
}

#[test]
fn closing_an_empty_vault_that_a_lot_may_still_return_something_to() {
	run(|| {
		let vault = alices();
		Prices::set_cents(ETH, 1_200_00);
		assert_eq!(next_block(), 1);
		lend(ALICE, 1_000 * ONE_CUSD);
		assert_ok!(close(ALICE, vault));
		assert_noop!(close(ALICE, vault), Error::<Test>::ClaimsPending);
		assert_noop!(claim(BOB, vault), Error::<Test>::NothingToClaim);
		let lot = lots()[0].0;
		assert_ok!(take(ALICE, lot, Balance::MAX));
		assert_ok!(close(ALICE, vault));
		assert_noop!(close(ALICE, vault), Error::<Test>::UnknownVault);
	});
}

#[test]
fn liquidating_a_safe_vault() {
	run(|| {
		let vault = alices();
		let free = open(ALICE, MIXED, &[(ETH, ONE_ETH)], 0).unwrap();
		let empty = open(ALICE, MIXED, &[], 0).unwrap();
		for vault in [vault, free, empty] {
			assert_noop!(liquidate(BOB, vault), Error::<Test>::VaultIsSafe);
		}
		assert_noop!(
			call(BOB, Call::enforce_backlog { max: 100 }),
			Error::<Test>::NothingToEnforce
		);
	});
}

#[test]
fn liquidating_what_cannot_be_sold() {
	run(|| {
		let vault = alices();
		Prices::set_stale(ETH, 24 * 3_600_000);
		assert_noop!(liquidate(BOB, vault), Error::<Test>::NothingToSell);
		Prices::forget(ETH);
		assert_noop!(liquidate(BOB, vault), Error::<Test>::NothingToSell);
		Prices::set_cents(ETH, 1_00);
		Prices::set_down(true);
		assert_noop!(liquidate(BOB, vault), Error::<Test>::SwitchedOff);
	});
}

#[test]
fn amounts_beyond_all_numbers() {
	run(|| {
		let vault = alices();
		assert!(borrow(ALICE, vault, Balance::MAX).is_err());
		assert_noop!(
			borrow(ALICE, vault, Balance::MAX / 2),
			Error::<Test>::CeilingReached
		);
		assert_noop!(
			borrow(ALICE, vault, Balance::MAX - 1_000 * ONE_CUSD + 1),
			Error::<Test>::Overflow
		);
		assert_eq!(Tokens::total_issuance(CUSD), 1_000 * ONE_CUSD);
	});
}
