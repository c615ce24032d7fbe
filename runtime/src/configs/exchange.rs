//! The exchange on the chain: constant-product pools between any two tokens.
//!
//! Buyers of seized collateral pay with it: see [`Pools`]. Nothing else depends on it, and its prices
//! are believed by nobody: what collateral is worth, the oracle says.

use super::{assets::Fungibles, governance::Admin};
use crate::{
	units::{deposit, CRN},
	AccountId, AssetConversion, AssetId, Balance, Balances, PoolAssets, Runtime, RuntimeEvent,
};
use alloc::{vec, vec::Vec};
use cairn_primitives::Exchange;
use frame_support::{
	instances::Instance1,
	parameter_types,
	traits::{AsEnsureOriginWithArg, ConstU128, ConstU32},
	PalletId,
};
use frame_system::EnsureNever;
use pallet_asset_conversion::{AccountIdConverter, Ascending, Swap};
use sp_runtime::{DispatchError, Permill};

/// Shares of the pools. The exchange alone makes them.
impl pallet_assets::Config<Instance1> for Runtime {
	type ApprovalDeposit = ConstU128<{ deposit(1, 64) }>;
	type AssetAccountDeposit = ConstU128<{ deposit(1, 64) }>;
	type AssetDeposit = ConstU128<0>;
	type AssetId = u32;
	type AssetIdAllocator = ();
	type AssetIdParameter = u32;
	type Balance = Balance;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = ();
	type CallbackHandle = ();
	type CreateOrigin = AsEnsureOriginWithArg<EnsureNever<AccountId>>;
	type Currency = Balances;
	type Extra = ();
	type ForceOrigin = Admin;
	type Freezer = ();
	type Holder = ();
	type MetadataDepositBase = ConstU128<{ deposit(1, 68) }>;
	type MetadataDepositPerByte = ConstU128<{ deposit(0, 1) }>;
	type RemoveItemsLimit = ConstU32<1_000>;
	type ReserveData = ();
	type RuntimeEvent = RuntimeEvent;
	type StringLimit = ConstU32<50>;
	type WeightInfo = pallet_assets::weights::SubstrateWeight<Runtime>;
}

parameter_types! {
	pub const ExchangeId: PalletId = PalletId(*b"cairn/ex");
	pub const Native: AssetId = AssetId::Native;
	pub const PoolFee: Permill = Permill::from_parts(3_000);
	pub const HighestPoolFee: Permill = Permill::from_percent(5);
	pub const NoFee: Permill = Permill::zero();
}

type PoolId = (AssetId, AssetId);
type PoolLocator = Ascending<AccountId, AssetId, AccountIdConverter<ExchangeId, PoolId>>;

impl pallet_asset_conversion::Config for Runtime {
	type AdminOrigin = Admin;
	type AssetKind = AssetId;
	type Assets = Fungibles;
	type Balance = Balance;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = pallet_asset_conversion::NativeOrWithIdFactory<u32>;
	type HigherPrecisionBalance = sp_core::U256;
	type LPFee = PoolFee;
	type LiquidityWithdrawalFee = NoFee;
	type MaxSwapFee = HighestPoolFee;
	type MaxSwapPathLength = ConstU32<4>;
	type MintMinLiquidity = ConstU128<100>;
	type PalletId = ExchangeId;
	type PoolAssetId = u32;
	type PoolAssets = PoolAssets;
	type PoolId = PoolId;
	type PoolLocator = PoolLocator;
	// Burned. What a pool occupies is paid for, and no pool is made for fun.
	type PoolSetupFee = ConstU128<{ 10 * CRN }>;
	type PoolSetupFeeAsset = Native;
	type PoolSetupFeeTarget = ();
	type RuntimeEvent = RuntimeEvent;
	type WeightInfo = pallet_asset_conversion::weights::SubstrateWeight<Runtime>;
}

/// Pays for collateral with collateral, in the pool of the two tokens or in two pools over CRN,
/// whichever is cheaper.
pub struct Pools;

impl Pools {
	fn paths(sold: &AssetId, bought: &AssetId) -> Vec<Vec<AssetId>> {
		let direct = vec![sold.clone(), bought.clone()];
		if [sold, bought].contains(&&AssetId::Native) {
			return vec![direct];
		}
		vec![direct, vec![sold.clone(), AssetId::Native, bought.clone()]]
	}

	/// What has to be put in at the beginning of `path` for `amount` to come out at its end.
	fn cost_of(path: &[AssetId], amount: Balance) -> Option<Balance> {
		path.windows(2)
			.rev()
			.try_fold(amount, |amount, pair| match pair {
				[from, to] => AssetConversion::quote_price_tokens_for_exact_tokens(
					from.clone(),
					to.clone(),
					amount,
					true,
				),
				_ => None,
			})
	}

	fn cheapest(
		sold: &AssetId,
		bought: &AssetId,
		amount: Balance,
	) -> Option<(Balance, Vec<AssetId>)> {
		Self::paths(sold, bought)
			.into_iter()
			.filter_map(|path| Some((Self::cost_of(&path, amount)?, path)))
			.min_by_key(|(cost, _)| *cost)
	}
}

impl Exchange<AccountId, AssetId> for Pools {
	fn buy_exact(
		who: &AccountId,
		sold: &AssetId,
		bought: &AssetId,
		amount: Balance,
		most: Balance,
	) -> Result<Balance, DispatchError> {
		let (_, path) = Self::cheapest(sold, bought, amount)
			.ok_or(pallet_asset_conversion::Error::<Runtime>::PoolNotFound)?;
		<AssetConversion as Swap<AccountId>>::swap_tokens_for_exact_tokens(
			who.clone(),
			path,
			amount,
			Some(most),
			who.clone(),
			false,
		)
	}

	fn cost(sold: &AssetId, bought: &AssetId, amount: Balance) -> Option<Balance> {
		Self::cheapest(sold, bought, amount).map(|(cost, _)| cost)
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn set_up(sold: &AssetId, bought: &AssetId, amount: Balance) {
		use alloc::boxed::Box;
		use cairn_primitives::{Issuance, MintReason};
		use frame_support::traits::fungibles::Mutate;

		let maker: AccountId = frame_benchmarking::account("maker", 0, 0);
		let origin = || frame_system::RawOrigin::Signed(maker.clone()).into();
		let plenty = amount.saturating_mul(10);
		Fungibles::mint_into(AssetId::Native, &maker, plenty.saturating_add(1_000 * CRN))
			.expect("he can hold CRN");
		Fungibles::mint_into(sold.clone(), &maker, plenty).expect("he can hold what is sold");
		let unlimited = cairn_treasury::Policy {
			reserve_target: Default::default(),
			growth: None,
			keeper: Default::default(),
		};
		let root = frame_system::RawOrigin::Root.into();
		crate::Treasury::set_policy(root, bought.clone(), unlimited).expect("root may");
		crate::Treasury::mint(bought, &maker, plenty, MintReason::Borrow)
			.expect("he can hold what is bought");
		for token in [sold, bought] {
			let (crn, token) = (Box::new(AssetId::Native), Box::new(token.clone()));
			AssetConversion::create_pool(origin(), crn.clone(), token.clone())
				.expect("there is no such pool yet");
			let half = plenty / 4;
			AssetConversion::add_liquidity(
				origin(),
				crn,
				token,
				half,
				half,
				half,
				half,
				maker.clone(),
			)
			.expect("he has as much");
		}
	}
}
