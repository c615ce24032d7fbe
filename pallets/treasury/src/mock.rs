//! A runtime with nothing but tokens and the treasury.

use std::{
	cell::{Cell, RefCell},
	collections::BTreeMap,
};

use crate::{GrowthCap, KeeperTerms, Policy};
use cairn_math::Perbill;
use cairn_primitives::{AssetId, Balance, DebtLedger, Holding, LotLedger};
use frame_support::{
	derive_impl, parameter_types,
	traits::{
		fungible::{NativeFromLeft, NativeOrWithId, UnionOf},
		AsEnsureOriginWithArg, ConstU128, ConstU32,
	},
	weights::{Weight, WeightMeter},
	PalletId,
};
use frame_system::{EnsureRoot, EnsureSigned, EnsureSignedBy};
use sp_runtime::{traits::IdentityLookup, BuildStorage};

pub type AccountId = u64;

/// Who owns the assets and is free to mint and burn them: what a real runtime must not have.
pub const ISSUER: AccountId = 1;
pub const ALICE: AccountId = 2;
pub const BOB: AccountId = 3;
pub const GUARDIAN: AccountId = 4;

/// The debt asset of most tests.
pub const CUSD: AssetId = NativeOrWithId::WithId(1);
/// Another one.
pub const CEUR: AssetId = NativeOrWithId::WithId(2);
/// One too many.
pub const CGBP: AssetId = NativeOrWithId::WithId(3);
/// An asset with a minimum balance above one unit.
pub const DUSTY: AssetId = NativeOrWithId::WithId(4);
/// An asset that exists nowhere.
pub const NOWHERE: AssetId = NativeOrWithId::WithId(99);

pub const UNIT: Balance = 1_000_000_000_000;

/// Blocks of an hour.
pub const HOUR: u32 = 1_200;
/// Blocks of an era.
pub const ERA: u32 = 5_000;

#[frame_support::runtime]
mod runtime {
	#[runtime::runtime]
	#[runtime::derive(
		RuntimeCall,
		RuntimeEvent,
		RuntimeError,
		RuntimeOrigin,
		RuntimeFreezeReason,
		RuntimeHoldReason,
		RuntimeSlashReason,
		RuntimeLockId,
		RuntimeTask,
		RuntimeViewFunction
	)]
	pub struct Test;

	#[runtime::pallet_index(0)]
	pub type System = frame_system;
	#[runtime::pallet_index(1)]
	pub type Balances = pallet_balances;
	#[runtime::pallet_index(2)]
	pub type Assets = pallet_assets;
	#[runtime::pallet_index(3)]
	pub type Treasury = crate;
}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = frame_system::mocking::MockBlockU32<Test>;
	type AccountId = AccountId;
	type Lookup = IdentityLookup<AccountId>;
	type AccountData = pallet_balances::AccountData<Balance>;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
	type Balance = Balance;
	type ExistentialDeposit = ConstU128<1_000>;
	type AccountStore = System;
}

#[derive_impl(pallet_assets::config_preludes::TestDefaultConfig)]
impl pallet_assets::Config for Test {
	type Balance = Balance;
	type Currency = Balances;
	type CreateOrigin = AsEnsureOriginWithArg<EnsureSigned<AccountId>>;
	type ForceOrigin = EnsureRoot<AccountId>;
}

parameter_types! {
	pub const TreasuryPalletId: PalletId = PalletId(*b"crn/trsy");
	/// No target and no growth limit: tests that are about them set their own.
	pub const DefaultPolicy: Policy = Policy {
		reserve_target: Perbill::from_parts(0),
		growth: None,
		keeper: KeeperTerms::NONE,
	};
}

thread_local! {
	static COUNTED: RefCell<Option<BTreeMap<AssetId, Balance>>> = const { RefCell::new(None) };
	static HOLDINGS: RefCell<Vec<Holding<AssetId>>> = const { RefCell::new(Vec::new()) };
	static OPEN: RefCell<Option<BTreeMap<AssetId, Balance>>> = const { RefCell::new(None) };
	static VALUES: RefCell<BTreeMap<AssetId, Balance>> = const { RefCell::new(BTreeMap::new()) };
	static WAVERING: Cell<bool> = const { Cell::new(false) };
}

/// A ledger of vaults that says what tests make it say. At first it says nothing.
pub struct Ledger;

impl Ledger {
	/// The vaults have issued `amount` of `asset`, and what they said before of others.
	pub fn counts(asset: AssetId, amount: Balance) {
		COUNTED.with_borrow_mut(|counted| counted.get_or_insert_default().insert(asset, amount));
	}

	/// All collateral there is.
	pub fn holds(holdings: Vec<Holding<AssetId>>) {
		HOLDINGS.replace(holdings);
	}
}

impl DebtLedger<AssetId> for Ledger {
	fn issued() -> Option<Vec<(AssetId, Balance)>> {
		COUNTED.with_borrow(|counted| Some(counted.clone()?.into_iter().collect()))
	}

	fn issued_weight() -> Weight {
		Weight::from_parts(10, 0)
	}

	fn holdings() -> Vec<Holding<AssetId>> {
		HOLDINGS.with_borrow(Clone::clone)
	}
}

/// Lots that say what tests make them say. At first they say nothing.
pub struct Lots;

impl Lots {
	/// The lots have `amount` of `asset` to recover, and what they said before of others.
	pub fn count(asset: AssetId, amount: Balance) {
		OPEN.with_borrow_mut(|open| open.get_or_insert_default().insert(asset, amount));
	}

	/// Each unit of `collateral` is worth `value` of any debt asset.
	pub fn value(collateral: AssetId, value: Balance) {
		VALUES.with_borrow_mut(|values| values.insert(collateral, value));
	}

	/// Each unit is worth one more from now on whenever somebody has asked.
	pub fn waver() {
		WAVERING.set(true);
	}
}

impl LotLedger<AssetId> for Lots {
	fn debt_in_lots(asset: &AssetId) -> Option<Balance> {
		OPEN.with_borrow(|open| Some(open.as_ref()?.get(asset).copied().unwrap_or(0)))
	}

	fn debt_in_lots_weight() -> Weight {
		Weight::from_parts(5, 0)
	}

	fn floor_value(_: &AssetId, collateral: &AssetId, amount: Balance) -> Balance {
		VALUES.with_borrow_mut(|values| {
			values.get_mut(collateral).map_or(0, |value| {
				let said = *value * amount;
				*value += Balance::from(WAVERING.get());
				said
			})
		})
	}
}

impl crate::Config for Test {
	type AdminOrigin = EnsureRoot<AccountId>;
	type BlocksPerHour = ConstU32<HOUR>;
	type DefaultPolicy = DefaultPolicy;
	type EraLength = ConstU32<ERA>;
	type GuardianOrigin = EnsureSignedBy<GuardianOnly, AccountId>;
	type Ledger = Ledger;
	type Fungibles = UnionOf<Balances, Assets, NativeFromLeft, AssetId, AccountId>;
	type PalletId = TreasuryPalletId;
	type Lots = Lots;
	type MaxDebtAssets = ConstU32<2>;
	type MaxStock = ConstU32<2>;
	type WeightInfo = ();
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = CreateAssets;
}

/// The guardian.
pub struct GuardianOnly;
impl frame_support::traits::SortedMembers<AccountId> for GuardianOnly {
	fn sorted_members() -> Vec<AccountId> {
		vec![GUARDIAN]
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn add(_: &AccountId) {}
}

#[cfg(feature = "runtime-benchmarks")]
pub struct CreateAssets;
#[cfg(feature = "runtime-benchmarks")]
impl cairn_primitives::CreateAsset<AssetId> for CreateAssets {
	fn create_asset(asset: &AssetId, _decimals: u8) {
		if let NativeOrWithId::WithId(id) = asset {
			// Fails if it exists.
			let _ = Assets::force_create(RuntimeOrigin::root(), *id, ISSUER, true, 1);
		}
	}
}

/// Tokens, but no debt asset yet.
pub fn empty() -> sp_io::TestExternalities {
	COUNTED.replace(None);
	HOLDINGS.replace(Vec::new());
	OPEN.replace(None);
	VALUES.with_borrow_mut(BTreeMap::clear);
	WAVERING.set(false);
	let storage = RuntimeGenesisConfig {
		balances: pallet_balances::GenesisConfig {
			balances: vec![(ISSUER, UNIT), (ALICE, UNIT), (BOB, UNIT)],
			..Default::default()
		},
		assets: pallet_assets::GenesisConfig {
			assets: vec![
				(1, ISSUER, false, 1),
				(2, ISSUER, true, 1),
				(3, ISSUER, true, 1),
				(4, ISSUER, true, 2),
			],
			..Default::default()
		},
		..Default::default()
	};
	let mut ext = sp_io::TestExternalities::new(storage.build_storage().unwrap());
	ext.execute_with(|| System::set_block_number(1));
	ext
}

/// Runs `test` with CUSD and CEUR enabled, and checks the books after it.
pub fn with_books<R>(test: impl FnOnce() -> R) -> R {
	use cairn_primitives::Issuance;
	empty().execute_with(|| {
		Treasury::enable(&CUSD).unwrap();
		Treasury::enable(&CEUR).unwrap();
		let result = test();
		Treasury::do_try_state().unwrap();
		result
	})
}

/// Starts the next block, and checks the books at the end of the last and at the start of this.
pub fn next_block() {
	Treasury::do_try_state().unwrap();
	next_block_unchecked();
	Treasury::do_try_state().unwrap();
}

/// Starts the next block with books that may be wrong. Neither part weighs more than it says.
pub fn next_block_unchecked() {
	System::set_block_number(System::block_number() + 1);
	let mut audit = WeightMeter::with_limit(Treasury::weight_of_audit());
	Treasury::audit(&mut audit);
	let mut settling = WeightMeter::with_limit(Treasury::weight_of_settling());
	Treasury::settle(&mut settling);
}

/// Lets `blocks` blocks pass, of which the last is complete.
pub fn skip(blocks: u32) {
	System::set_block_number(System::block_number() + blocks - 1);
	next_block();
}

/// A reserve of `target` per cent; growth of `share` per cent an hour, but at least `least`.
pub fn policy(target: u32, share: u32, least: Balance) -> Policy {
	Policy {
		reserve_target: Perbill::from_percent(target),
		growth: Some(GrowthCap {
			share: Perbill::from_percent(share),
			least,
		}),
		keeper: KeeperTerms::NONE,
	}
}

/// Sets the policy of `asset`.
pub fn set_policy(asset: AssetId, policy: Policy) {
	Treasury::set_policy(RuntimeOrigin::root(), asset, policy).unwrap();
}

pub fn balance(asset: AssetId, who: AccountId) -> Balance {
	use frame_support::traits::tokens::fungibles::Inspect;
	<Test as crate::Config>::Fungibles::balance(asset, &who)
}

/// How many cases a property test runs: `usual`, or what `CAIRN_FUZZ_CASES` says.
pub fn fuzz_cases(usual: u32) -> u32 {
	std::env::var("CAIRN_FUZZ_CASES")
		.ok()
		.and_then(|cases| cases.parse().ok())
		.unwrap_or(usual)
}

pub fn issuance(asset: AssetId) -> Balance {
	use frame_support::traits::tokens::fungibles::Inspect;
	<Test as crate::Config>::Fungibles::total_issuance(asset)
}
