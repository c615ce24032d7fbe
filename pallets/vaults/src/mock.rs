//! A runtime of tokens, vaults, the real treasury and auctions, and prices that tests set.
//!
//! After every block, and at the end of every test, all invariants of all pallets are checked, and that
//! the runtime has logged no error.

mod alarms;
mod calls;

pub use alarms::*;
pub use calls::*;

use std::{cell::RefCell, collections::BTreeMap};

use crate::types::{CollateralTerms, FacilityTerms};
use cairn_math::{FixedU128, Perbill, Price, Ray};
use cairn_primitives::{
	AssetDecimals, AssetId, Balance, FacilityId, LiquidationLots, Moment, PriceSource, Quote,
	QuoteStatus,
};
use frame_support::{
	derive_impl, parameter_types,
	traits::{
		fungible::{NativeFromLeft, NativeOrWithId, UnionOf},
		AsEnsureOriginWithArg, ConstU128, ConstU32, ConstU64,
	},
	weights::{RuntimeDbWeight, Weight, WeightMeter},
	BoundedVec, PalletId,
};
use frame_system::{EnsureRoot, EnsureSigned, EnsureSignedBy};
use sp_runtime::{traits::IdentityLookup, BuildStorage};

pub type AccountId = u64;

pub const ISSUER: AccountId = 1;
pub const ALICE: AccountId = 10;
pub const BOB: AccountId = 11;
pub const CAROL: AccountId = 12;
/// Has CRN for fees and deposits, and nothing else.
pub const PAUPER: AccountId = 13;
pub const CUSTODY: AccountId = 100;
pub const GUARDIAN: AccountId = 101;

/// Accepts all of CRN, DOT, ETH, BTC and USDT.
pub const MIXED: FacilityId = 0;
/// Accepts USDT only.
pub const STABLE: FacilityId = 1;

pub const CRN: AssetId = NativeOrWithId::Native;
pub const CUSD: AssetId = NativeOrWithId::WithId(1);
pub const DOT: AssetId = NativeOrWithId::WithId(2);
pub const ETH: AssetId = NativeOrWithId::WithId(3);
pub const BTC: AssetId = NativeOrWithId::WithId(4);
pub const USDT: AssetId = NativeOrWithId::WithId(5);
/// A token that no facility accepts.
pub const ODD: AssetId = NativeOrWithId::WithId(9);

pub const ONE_CRN: Balance = 1_000_000_000_000;
pub const ONE_CUSD: Balance = 1_000_000_000_000;
pub const ONE_DOT: Balance = 10_000_000_000;
pub const ONE_ETH: Balance = 1_000_000_000_000_000_000;
pub const ONE_BTC: Balance = 100_000_000;
pub const ONE_USDT: Balance = 1_000_000;

pub const MINIMUM_DEBT: Balance = 100 * ONE_CUSD;
pub const VAULT_DEPOSIT: Balance = ONE_CRN / 10;
pub const RECEIPT_DEPOSIT: Balance = ONE_CRN / 20;
/// A day, in milliseconds.
pub const DAY: Moment = 86_400_000;
pub const RAMP_DELAY: Moment = DAY;
pub const RAMP_LENGTH: Moment = 7 * DAY;
/// A slot, in milliseconds.
pub const SLOT: Moment = 3_000;

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
	pub type Timestamp = pallet_timestamp;
	#[runtime::pallet_index(2)]
	pub type Balances = pallet_balances;
	#[runtime::pallet_index(3)]
	pub type Assets = pallet_assets;
	#[runtime::pallet_index(4)]
	pub type Treasury = cairn_treasury;
	#[runtime::pallet_index(5)]
	pub type Auctions = cairn_auctions;
	#[runtime::pallet_index(6)]
	pub type Vaults = crate;
}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = frame_system::mocking::MockBlockU32<Test>;
	type AccountId = AccountId;
	type Lookup = IdentityLookup<AccountId>;
	type AccountData = pallet_balances::AccountData<Balance>;
	type DbWeight = DbWeight;
}

impl pallet_timestamp::Config for Test {
	type Moment = Moment;
	type OnTimestampSet = ();
	type MinimumPeriod = ConstU64<{ SLOT / 2 }>;
	type WeightInfo = ();
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
	type Balance = Balance;
	type ExistentialDeposit = ConstU128<1_000>;
	type AccountStore = System;
	type RuntimeHoldReason = RuntimeHoldReason;
}

#[derive_impl(pallet_assets::config_preludes::TestDefaultConfig)]
impl pallet_assets::Config for Test {
	type Balance = Balance;
	type Currency = Balances;
	type CreateOrigin = AsEnsureOriginWithArg<EnsureSigned<AccountId>>;
	type ForceOrigin = EnsureRoot<AccountId>;
}

pub type Tokens = UnionOf<Balances, Assets, NativeFromLeft, AssetId, AccountId>;

parameter_types! {
	/// Like the steps in `weights.rs`: neither weighs nothing, nor as much as the other.
	pub const DbWeight: RuntimeDbWeight = RuntimeDbWeight { read: 110, write: 370 };
	pub const TreasuryPalletId: PalletId = PalletId(*b"cairn/tr");
	pub const Custody: AccountId = CUSTODY;
	pub const NativeToken: AssetId = CRN;
	pub const LotLimits: cairn_auctions::Limits = cairn_auctions::Limits {
		lot: 100_000_000 * ONE_CUSD,
		total: 1_000_000_000 * ONE_CUSD,
		most: 1_000_000_000 * ONE_CUSD,
	};
}

frame_support::ord_parameter_types! {
	pub const Guardian: AccountId = GUARDIAN;
}

impl cairn_treasury::Config for Test {
	type AdminOrigin = EnsureRoot<AccountId>;
	type BlocksPerHour = ConstU32<1_200>;
	type DefaultPolicy = ();
	type EraLength = ConstU32<28_800>;
	type GuardianOrigin = EnsureRoot<AccountId>;
	type Ledger = Vaults;
	type Fungibles = Tokens;
	type PalletId = TreasuryPalletId;
	type Lots = Auctions;
	type MaxDebtAssets = ConstU32<4>;
	type MaxStock = ConstU32<16>;
	type WeightInfo = ();
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = CreateAssets;
}

impl cairn_auctions::Config for Test {
	type NativeToken = NativeToken;
	type Reserve = Treasury;
	type AdminOrigin = EnsureRoot<AccountId>;
	type Fungibles = Tokens;
	type Decimals = Decimals;
	type Prices = Prices;
	type Issuance = Treasury;
	type Sheet = Treasury;
	type Custody = Custody;
	type MinimumRemainder = ConstU128<MINIMUM_DEBT>;
	type DefaultLimits = LotLimits;
	type Exchange = ();
	type MaxCollaterals = ConstU32<64>;
	type MaxDebtAssets = ConstU32<4>;
	type MaxEventsPerBlock = ConstU32<8>;
	type MaxLots = ConstU32<1_000>;
	type WeightInfo = ();
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = CreateAssets;
}

impl crate::Config for Test {
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = CreateAssets;
	type RuntimeHoldReason = RuntimeHoldReason;
	type AdminOrigin = EnsureRoot<AccountId>;
	type GuardianOrigin = EnsureSignedBy<Guardian, AccountId>;
	type Fungibles = Tokens;
	type Native = Balances;
	type Decimals = Decimals;
	type Prices = Prices;
	type Issuance = Treasury;
	type Sheet = Treasury;
	type Lots = Auctions;
	type Keepers = Treasury;
	type Time = Timestamp;
	type Custody = Custody;
	type VaultDeposit = ConstU128<VAULT_DEPOSIT>;
	type ReceiptDeposit = ConstU128<RECEIPT_DEPOSIT>;
	type RampDelay = ConstU64<RAMP_DELAY>;
	type RampLength = ConstU64<RAMP_LENGTH>;
	type MaxFacilities = ConstU32<8>;
	type MaxCollaterals = ConstU32<12>;
	type WeightInfo = ();
}

#[cfg(feature = "runtime-benchmarks")]
pub struct CreateAssets;
#[cfg(feature = "runtime-benchmarks")]
impl cairn_primitives::CreateAsset<AssetId> for CreateAssets {
	fn create_asset(_: &AssetId, _: u8) {}
}

/// Decimals as in the runtime's presets.
pub struct Decimals;

impl AssetDecimals<AssetId> for Decimals {
	fn decimals(asset: &AssetId) -> Option<u8> {
		match asset {
			NativeOrWithId::Native | NativeOrWithId::WithId(1) => Some(12),
			NativeOrWithId::WithId(2) => Some(10),
			NativeOrWithId::WithId(3) => Some(18),
			NativeOrWithId::WithId(4) => Some(8),
			NativeOrWithId::WithId(5) => Some(6),
			// Tokens for tests of many legs and odd decimals: 0 to 24, and 25, which is too many.
			NativeOrWithId::WithId(id) if (20..46).contains(id) => Some(*id as u8 - 20),
			// Tokens that nobody has, to be borrowed.
			NativeOrWithId::WithId(id) if (160..185).contains(id) => Some((*id - 160) as u8),
			_ => None,
		}
	}
}

thread_local! {
	static QUOTES: RefCell<BTreeMap<AssetId, Quote>> = const { RefCell::new(BTreeMap::new()) };
	static DOWN: RefCell<bool> = const { RefCell::new(false) };
}

/// A token of the given decimals that nobody has: a debt asset.
pub fn debt_token(decimals: u8) -> AssetId {
	NativeOrWithId::WithId(160 + u32::from(decimals))
}

/// Quotes that tests set.
pub struct Prices;

impl Prices {
	/// `asset` quotes `raw` · 1e-18 USD, Live, without spread, with the same slow average.
	pub fn set_raw(asset: AssetId, raw: u128) {
		let price = Price::new(raw).expect("a price");
		let quote = Quote {
			price,
			confidence: 0,
			slow: price,
			status: QuoteStatus::Live,
			updated_at: 0,
			age: 0,
			silent_for: 0,
		};
		QUOTES.with(|quotes| quotes.borrow_mut().insert(asset, quote));
	}

	/// `asset` quotes `cents` / 100 USD.
	pub fn set_cents(asset: AssetId, cents: u128) {
		Self::set_raw(asset, cents * 10_000_000_000_000_000);
	}

	/// Changes a quote in place.
	pub fn alter(asset: AssetId, change: impl FnOnce(&mut Quote)) {
		QUOTES.with(|quotes| change(quotes.borrow_mut().get_mut(&asset).expect("a quote")));
	}

	/// The last price of `asset` is `age` old and too old to act on, and others were heard all the time.
	pub fn set_stale(asset: AssetId, age: Moment) {
		Self::alter(asset, |quote| {
			quote.status = QuoteStatus::Stale;
			quote.age = age;
			quote.silent_for = age;
		});
	}

	/// `asset` has no quote at all.
	pub fn forget(asset: AssetId) {
		QUOTES.with(|quotes| quotes.borrow_mut().remove(&asset));
	}

	/// Whether the oracle as a whole is silent.
	pub fn set_down(down: bool) {
		DOWN.with(|is| *is.borrow_mut() = down);
	}
}

impl PriceSource<AssetId> for Prices {
	fn quote(asset: &AssetId) -> Option<Quote> {
		if *asset == CUSD {
			return Some(Quote::par());
		}
		QUOTES.with(|quotes| quotes.borrow().get(asset).copied())
	}

	fn is_down() -> bool {
		DOWN.with(|down| *down.borrow())
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn set_quote(asset: &AssetId, price: Price) {
		Self::set_raw(asset.clone(), price.raw());
	}
}

/// A collateral with factors in per cent and a penalty of 8 % of which 2 % are the fee.
pub fn terms(asset: AssetId, borrow: u32, liquidation: u32, risk_rank: u8) -> CollateralTerms {
	CollateralTerms {
		asset,
		borrow_factor: Perbill::from_percent(borrow),
		liquidation_factor: Perbill::from_percent(liquidation),
		penalty: Perbill::from_percent(8),
		fee: Perbill::from_percent(2),
		cap: u128::MAX / 4,
		risk_rank,
	}
}

pub fn facility_terms(collaterals: Vec<CollateralTerms>) -> FacilityTerms<Test> {
	FacilityTerms {
		debt_asset: CUSD,
		collaterals: BoundedVec::truncate_from(collaterals),
		ceiling: 100_000_000 * ONE_CUSD,
		fill_limit: u128::MAX,
		minimum_debt: MINIMUM_DEBT,
		target_health: FixedU128::from_rational(11, 10),
		annual_rate: Ray(Ray::ONE.0 / 25),
	}
}

/// Starts a chain at block 1 with the two facilities; BTC 60,000, ETH 3,000, DOT 6, CRN 0.50 and
/// USDT 1 USD; Alice, Bob and Carol have plenty of everything but CUSD.
pub fn new_test_ext() -> sp_io::TestExternalities {
	listen();
	let users = [ALICE, BOB, CAROL];
	let mut storage = frame_system::GenesisConfig::<Test>::default()
		.build_storage()
		.unwrap();
	let mut balances: Vec<_> = users
		.iter()
		.map(|who| (*who, 1_000_000 * ONE_CRN))
		.collect();
	let treasury = cairn_treasury::Pallet::<Test>::account_id();
	balances.extend([(PAUPER, 10 * ONE_CRN), (ISSUER, ONE_CRN), (CUSTODY, 1_000)]);
	balances.push((treasury, 1_000));
	pallet_balances::GenesisConfig::<Test> {
		balances,
		..Default::default()
	}
	.assimilate_storage(&mut storage)
	.unwrap();
	let tokens = [
		(2, 100, 10_000_000 * ONE_DOT),
		(3, 1_000, 100_000 * ONE_ETH),
		(4, 1, 10_000 * ONE_BTC),
		(5, 10, 100_000_000 * ONE_USDT),
		(9, 1, 1_000_000),
	];
	let mut assets = vec![(1, ISSUER, false, 1)];
	let mut accounts = Vec::new();
	for (id, minimum, amount) in tokens {
		assets.push((id, ISSUER, true, minimum));
		accounts.push((id, CUSTODY, minimum));
		accounts.extend(users.iter().map(|who| (id, *who, amount)));
	}
	for id in 20..46 {
		assets.push((id, ISSUER, true, 1));
		accounts.push((id, CUSTODY, 1));
		accounts.extend(users.iter().map(|who| (id, *who, 1u128 << 120)));
	}
	assets.extend((160..185).map(|id| (id, ISSUER, true, 1)));
	pallet_assets::GenesisConfig::<Test> {
		assets,
		accounts,
		..Default::default()
	}
	.assimilate_storage(&mut storage)
	.unwrap();
	crate::GenesisConfig::<Test> {
		facilities: vec![
			facility_terms(vec![
				terms(CRN, 40, 50, 0),
				terms(DOT, 62, 70, 1),
				terms(ETH, 72, 80, 2),
				terms(BTC, 72, 80, 3),
				terms(USDT, 92, 95, 4),
			]),
			facility_terms(vec![terms(USDT, 92, 95, 0)]),
		],
	}
	.assimilate_storage(&mut storage)
	.unwrap();
	// Written and not built in: what is read from a trie takes several times as long.
	let mut ext = sp_io::TestExternalities::default();
	ext.execute_with(|| {
		for (key, value) in &storage.top {
			sp_io::storage::set(key, value);
		}
		Prices::set_down(false);
		QUOTES.with(|quotes| quotes.borrow_mut().clear());
		Prices::set_cents(CRN, 50);
		Prices::set_cents(DOT, 6_00);
		Prices::set_cents(ETH, 3_000_00);
		Prices::set_cents(BTC, 60_000_00);
		Prices::set_cents(USDT, 1_00);
		System::set_block_number(0);
		Timestamp::set_timestamp(1_700_000_000_000);
		next_block();
	});
	ext
}

/// Runs a test and checks all invariants afterwards.
pub fn run(test: impl FnOnce()) {
	new_test_ext().execute_with(|| {
		test();
		check_all();
	});
}

/// All invariants of all pallets. The sweep would have nothing to mend, and nothing has happened that must
/// not.
pub fn check_all() {
	Vaults::do_try_state().expect("vaults");
	Auctions::do_try_state().expect("auctions");
	Treasury::do_try_state().expect("treasury");
	for id in crate::Vaults::<Test>::iter_keys() {
		let position = crate::position::Position::<Test>::load(id).expect("it has a facility");
		for (book, entry) in position.entries() {
			let leads = crate::index::Index::<Test>::leads_to(book, entry, id);
			assert!(leads, "the index does not lead to vault {id}");
		}
	}
	check_alarms();
}

/// The next block, one slot later: the start-of-block work in the runtime's order, with all the
/// weight it wants. Returns how many vaults were liquidated.
pub fn next_block() -> u32 {
	next_block_with(Weight::MAX, SLOT)
}

/// The next block with a budget for enforcement, and a time step in milliseconds.
pub fn next_block_with(budget: Weight, step: Moment) -> u32 {
	begin_block(step);
	let liquidated = enforce_with(budget);
	end_of_begin();
	liquidated
}

/// The first part of [`next_block_with`]: a new block whose interest is charged.
pub fn begin_block(step: Moment) {
	check_all();
	begin_unchecked(step);
}

/// [`begin_block`] for states that are not as they should be.
pub fn begin_block_unchecked() {
	begin_unchecked(SLOT);
}

fn begin_unchecked(step: Moment) {
	System::set_block_number(System::block_number() + 1);
	System::reset_events();
	Timestamp::set_timestamp(Timestamp::get() + step);
	Vaults::note_deficits(&mut WeightMeter::new());
	Vaults::accrue(&mut WeightMeter::new());
}

/// The second part: enforcement, which never takes more than its budget.
pub fn enforce_with(budget: Weight) -> u32 {
	let mut meter = WeightMeter::with_limit(budget);
	let liquidated = Vaults::enforce(&mut meter);
	assert!(
		meter.consumed().all_lte(budget),
		"enforcement has exceeded its budget"
	);
	liquidated
}

/// The last part: what comes after enforcement and before the first user.
pub fn end_of_begin() {
	let mut plenty = WeightMeter::new();
	<Auctions as LiquidationLots<_>>::advance(&mut plenty);
	Treasury::settle(&mut plenty);
	Vaults::note_deficits(&mut plenty);
	check_all();
}

/// Lets `blocks` blocks pass.
pub fn run_blocks(blocks: u32) {
	for _ in 0..blocks {
		next_block();
	}
}
