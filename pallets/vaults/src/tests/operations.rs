//! What users do with their vaults.

use crate::{mock::*, Error};
use frame_support::{assert_noop, assert_ok};

#[test]
fn a_vault_is_opened_adjusted_and_closed() {
	run(|| {
		let before = balance(ETH, ALICE);
		let vault = open(ALICE, MIXED, &[(ETH, ONE_ETH), (DOT, 100 * ONE_DOT)], 1_000 * ONE_CUSD)
			.unwrap();
		assert_eq!(balance(CUSD, ALICE), 1_000 * ONE_CUSD);
		assert_eq!(debt(vault), 1_000 * ONE_CUSD);
		run_blocks(10);
		assert!(debt(vault) > 1_000 * ONE_CUSD);
		// Interest has to come from somewhere.
		let other = open(BOB, MIXED, &[(ETH, ONE_ETH)], 500 * ONE_CUSD).unwrap();
		assert_ok!(Tokens::transfer_cusd(BOB, ALICE, ONE_CUSD));
		assert_ok!(Vaults::close(RuntimeOrigin::signed(ALICE), vault, u128::MAX));
		assert_eq!(balance(ETH, ALICE), before);
		assert!(Vaults::vault(vault).is_none());
		assert_ok!(Vaults::repay(RuntimeOrigin::signed(BOB), other, ONE_CUSD));
		assert_noop!(
			Vaults::repay(RuntimeOrigin::signed(BOB), vault, ONE_CUSD),
			Error::<Test>::UnknownVault
		);
	});
}

trait TransferCusd {
	fn transfer_cusd(from: AccountId, to: AccountId, amount: u128) -> sp_runtime::DispatchResult;
}

impl TransferCusd for Tokens {
	fn transfer_cusd(from: AccountId, to: AccountId, amount: u128) -> sp_runtime::DispatchResult {
		use frame_support::traits::{fungibles::Mutate, tokens::Preservation};
		<Tokens as Mutate<_>>::transfer(CUSD, &from, &to, amount, Preservation::Expendable)?;
		Ok(())
	}
}
