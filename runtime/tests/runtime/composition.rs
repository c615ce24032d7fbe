//! What must stay as it is, because something outside relies on it.

use super::*;
use cairn_runtime::{AllPalletsWithSystem, SessionKeys};
use frame_support::{
	assert_noop, assert_ok,
	traits::{Contains, PalletInfoAccess, PalletsInfoAccess},
};
use sp_keystore::{testing::MemoryKeystore, KeystoreExt};
use sp_runtime::traits::OpaqueKeys;

#[test]
fn pallet_indices_are_for_ever() {
	let mut infos = AllPalletsWithSystem::infos();
	infos.sort_by_key(|info| info.index);
	let indices: Vec<_> = infos.iter().map(|info| (info.index, info.name)).collect();
	assert_eq!(
		indices,
		[
			(0, "System"),
			(1, "Timestamp"),
			(10, "Babe"),
			(11, "Authorship"),
			(12, "Offences"),
			(13, "Historical"),
			(14, "Session"),
			(15, "Grandpa"),
			(16, "AuthorityDiscovery"),
			(20, "Balances"),
			(21, "Assets"),
			(22, "TransactionPayment"),
			(23, "PoolAssets"),
			(24, "AssetConversion"),
			(30, "Utility"),
			(31, "Multisig"),
			(32, "Proxy"),
			(40, "Preimage"),
			(41, "Scheduler"),
			(42, "Sudo"),
			(43, "Guardians"),
			(50, "Oracle"),
			(51, "Treasury"),
			(52, "Auctions"),
			(53, "Vaults"),
		]
	);
	assert_eq!(cairn_runtime::Vaults::index(), 53);
}

#[test]
fn session_keys_are_babe_grandpa_discovery_and_oracle() {
	let ids: Vec<_> = SessionKeys::key_ids().iter().map(|id| id.0).collect();
	assert_eq!(ids, [*b"babe", *b"gran", *b"audi", *b"orcl"]);
}

#[test]
fn nobody_burns_a_debt_asset_past_the_books() {
	let refund = |allow_burn| {
		RuntimeCall::Assets(pallet_assets::Call::refund {
			id: 1.into(),
			allow_burn,
		})
	};
	assert!(!cairn_runtime::configs::system::CallFilter::contains(
		&refund(true)
	));
	assert!(cairn_runtime::configs::system::CallFilter::contains(
		&refund(false)
	));
	development().execute_with(|| {
		block(vec![]);
		// Nor inside a batch.
		let batch = pallet_utility::Call::batch_all {
			calls: vec![refund(true)],
		};
		assert_noop!(
			dispatch(Sr25519Keyring::Alice, RuntimeCall::Utility(batch)),
			frame_system::Error::<Runtime>::CallFiltered
		);
	});
}

#[test]
fn nobody_has_a_key_to_the_debt_asset_or_to_any_collateral() {
	development().execute_with(|| {
		for id in 1..=6u32 {
			for who in Sr25519Keyring::iter() {
				let mint = pallet_assets::Call::mint {
					id: id.into(),
					beneficiary: account(who).into(),
					amount: 1,
				};
				assert!(dispatch(who, RuntimeCall::Assets(mint)).is_err());
				let freeze = pallet_assets::Call::freeze {
					id: id.into(),
					who: cairn_runtime::configs::collateral::Custody::get().into(),
				};
				assert!(dispatch(who, RuntimeCall::Assets(freeze)).is_err());
			}
		}
	});
}

#[test]
fn only_a_validator_sets_session_keys() {
	let mut ext = development();
	ext.register_extension(KeystoreExt::new(MemoryKeystore::new()));
	ext.execute_with(|| {
		block(vec![]);
		let set_keys = |who: Sr25519Keyring| {
			let generated = SessionKeys::generate(&account(who).encode(), None);
			let call = pallet_session::Call::set_keys {
				keys: generated.keys,
				proof: generated.proof.encode(),
			};
			dispatch(who, RuntimeCall::Session(call))
		};
		assert_noop!(
			set_keys(Sr25519Keyring::Ferdie),
			pallet_session::Error::<Runtime>::NoAssociatedValidatorId
		);
		assert_ok!(set_keys(Sr25519Keyring::Alice));
	});
}
