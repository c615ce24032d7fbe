//! Which pallets are benchmarked in this runtime, and what their benchmarks need of it.

use crate::{
	configs::collateral::TreasuryId, AccountId, AllPalletsWithSystem, AssetId, Assets, Runtime,
};
use alloc::{string::String, vec::Vec};
use cairn_primitives::CreateAsset;
use frame_benchmarking::{BenchmarkBatch, BenchmarkConfig, BenchmarkList};
use frame_support::traits::{
	fungibles::{Create, Inspect},
	StorageInfo, StorageInfoTrait, WhitelistedStorageKeys,
};
use frame_system::RawOrigin;
use frame_system_benchmarking::{
	extensions::Pallet as SystemExtensionsBench, Pallet as SystemBench,
};
use sp_runtime::traits::AccountIdConversion;

frame_benchmarking::define_benchmarks!(
	[frame_system, SystemBench::<Runtime>]
	[frame_system_extensions, SystemExtensionsBench::<Runtime>]
	[pallet_asset_conversion, crate::AssetConversion]
	[pallet_assets, Assets]
	[pallet_balances, crate::Balances]
	[pallet_membership, crate::Guardians]
	[pallet_multisig, crate::Multisig]
	[pallet_preimage, crate::Preimage]
	[pallet_proxy, crate::Proxy]
	[pallet_scheduler, crate::Scheduler]
	[pallet_sudo, crate::Sudo]
	[pallet_timestamp, crate::Timestamp]
	[pallet_transaction_payment, crate::TransactionPayment]
	[pallet_utility, crate::Utility]
	[cairn_auctions, crate::Auctions]
	[cairn_oracle, crate::Oracle]
	[cairn_treasury, crate::Treasury]
	[cairn_vaults, crate::Vaults]
);

impl frame_system_benchmarking::Config for Runtime {}
impl pallet_transaction_payment::BenchmarkConfig for Runtime {}

/// Makes tokens of `pallet-assets`, owned by the treasury as those of the presets are.
pub struct Tokens;

impl CreateAsset<AssetId> for Tokens {
	fn create_asset(asset: &AssetId, decimals: u8) {
		let AssetId::WithId(id) = asset else { return };
		if Assets::asset_exists(*id) {
			return;
		}
		let owner: AccountId = TreasuryId::get().into_account_truncating();
		<Assets as Create<AccountId>>::create(*id, owner.clone(), true, 1)
			.expect("the token is new");
		// By force, because the treasury has nothing to pay a deposit with.
		let (name, symbol) = (b"Token".to_vec(), b"TKN".to_vec());
		Assets::force_set_metadata(
			RawOrigin::Root.into(),
			(*id).into(),
			name,
			symbol,
			decimals,
			false,
		)
		.expect("root sets metadata");
	}
}

/// What can be benchmarked.
pub fn metadata(extra: bool) -> (Vec<BenchmarkList>, Vec<StorageInfo>) {
	let mut list = Vec::<BenchmarkList>::new();
	list_benchmarks!(list, extra);
	(list, AllPalletsWithSystem::storage_info())
}

/// Runs one benchmark.
pub fn dispatch(config: BenchmarkConfig) -> Result<Vec<BenchmarkBatch>, String> {
	let whitelist = AllPalletsWithSystem::whitelisted_storage_keys();
	let mut batches = Vec::<BenchmarkBatch>::new();
	let params = (&config, &whitelist);
	add_benchmarks!(params, batches);
	Ok(batches)
}
