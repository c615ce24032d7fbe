//! A runtime of tokens, lots, the real treasury, and prices that tests set.

use std::{cell::RefCell, collections::BTreeMap};

use cairn_math::{Perbill, Price, Value};
use cairn_primitives::{
	AssetDecimals, AssetId, Balance, BalanceSheet, BlockNumber, Exchange, FacilityId, Issuance,
	LiquidationLots, LotId, MintReason, PriceSource, Quote, QuoteStatus, Seizure,
};
use frame_support::{
	derive_impl, parameter_types,
	traits::{
		fungible::{NativeFromLeft, NativeOrWithId, UnionOf},
		tokens::{
			fungibles::{Inspect, Mutate},
			Preservation,
		},
		AsEnsureOriginWithArg, ConstU128, ConstU32,
	},
	weights::{Weight, WeightMeter},
	PalletId,
};
use frame_system::{EnsureRoot, EnsureSigned};
use sp_runtime::{traits::IdentityLookup, BuildStorage, DispatchError};

use crate::{Limits, LotTerms, Lots, Place, Sale, Terms};

mod sheet;

pub use sheet::ToldSheet;

pub type AccountId = u64;

pub const ISSUER: AccountId = 1;
pub const BUYER: AccountId = 2;
pub const OTHER: AccountId = 3;
/// An account that does not exist.
pub const NOBODY: AccountId = 4;
/// Sells CUSD for anything, as long as it has some.
pub const DEALER: AccountId = 5;
pub const CUSTODY: AccountId = 100;

/// Two facilities, both of CUSD.
pub const MAJORS: FacilityId = 0;
pub const STABLES: FacilityId = 1;

pub const CRN: AssetId = NativeOrWithId::Native;
pub const CUSD: AssetId = NativeOrWithId::WithId(1);
pub const DOT: AssetId = NativeOrWithId::WithId(2);
pub const ETH: AssetId = NativeOrWithId::WithId(3);
/// Its minimum balance is 1,000 units.
pub const BTC: AssetId = NativeOrWithId::WithId(4);
/// Nobody has said how many decimals it has.
pub const ODD: AssetId = NativeOrWithId::WithId(5);

pub const ONE_CRN: Balance = 1_000_000_000_000;
pub const ONE_CUSD: Balance = 1_000_000_000_000;
pub const ONE_DOT: Balance = 10_000_000_000;
pub const ONE_ETH: Balance = 1_000_000_000_000_000_000;
pub const ONE_BTC: Balance = 100_000_000;

/// What is in custody beyond all vaults and lots: the endowment of native tokens.
pub const ENDOWMENT: Balance = 1_000;

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
	pub type Treasury = cairn_treasury;
	#[runtime::pallet_index(4)]
	pub type Auctions = crate;
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

pub type Tokens = UnionOf<Balances, Assets, NativeFromLeft, AssetId, AccountId>;

/// A slow and simple curve: 8 minutes to the oracle's price, 48 to where it starts again, and three
/// rounds.
pub const TERMS: Terms = Terms {
	premium: Perbill::from_percent(15),
	cut: Perbill::from_percent(99),
	step: 12,
	reset_below: Perbill::from_percent(45),
	reset_after: 1_800,
	rounds: 3,
	floor: Perbill::from_percent(40),
	retry_after: 20,
};

parameter_types! {
	pub const TreasuryPalletId: PalletId = PalletId(*b"crn/trsy");
	pub const Custody: AccountId = CUSTODY;
	pub const NativeToken: AssetId = CRN;
	pub const MinimumRemainder: Balance = 100 * ONE_CUSD;
	pub const DefaultLimits: Limits = Limits {
		lot: 1_000_000_000 * ONE_CUSD,
		total: 1_000_000_000_000 * ONE_CUSD,
		most: 1_000_000_000_000 * ONE_CUSD,
	};
	pub static MaxLots: u32 = 2_000;
}

impl cairn_treasury::Config for Test {
	type AdminOrigin = EnsureRoot<AccountId>;
	type BlocksPerHour = ConstU32<1_200>;
	type DefaultPolicy = ();
	type EraLength = ConstU32<28_800>;
	type GuardianOrigin = EnsureRoot<AccountId>;
	type Ledger = ();
	type Fungibles = Tokens;
	type PalletId = TreasuryPalletId;
	type Lots = Auctions;
	type MaxDebtAssets = ConstU32<4>;
	type MaxStock = ConstU32<16>;
	type WeightInfo = ();
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = CreateAssets;
}

impl crate::Config for Test {
	type NativeToken = NativeToken;
	type Reserve = Treasury;
	type AdminOrigin = EnsureRoot<AccountId>;
	type Fungibles = Tokens;
	type Decimals = Decimals;
	type Prices = Prices;
	type Issuance = Treasury;
	type Sheet = ToldSheet;
	type Custody = Custody;
	type MinimumRemainder = MinimumRemainder;
	type DefaultLimits = DefaultLimits;
	type Exchange = Dealer;
	type MaxCollaterals = ConstU32<8>;
	type MaxDebtAssets = ConstU32<4>;
	type MaxEventsPerBlock = ConstU32<4>;
	type MaxLots = MaxLots;
	type WeightInfo = ();
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = CreateAssets;
}

#[cfg(feature = "runtime-benchmarks")]
pub struct CreateAssets;
#[cfg(feature = "runtime-benchmarks")]
impl cairn_primitives::CreateAsset<AssetId> for CreateAssets {
	fn create_asset(asset: &AssetId, decimals: u8) {
		DECIMALS.with_borrow_mut(|known| known.insert(asset.clone(), decimals));
		if let NativeOrWithId::WithId(id) = asset {
			// Fails if it exists.
			let _ = Assets::force_create(RuntimeOrigin::root(), *id, ISSUER, true, 1);
		}
	}
}

thread_local! {
	static QUOTES: RefCell<BTreeMap<AssetId, Quote>> = const { RefCell::new(BTreeMap::new()) };
	static DECIMALS: RefCell<BTreeMap<AssetId, u8>> = const { RefCell::new(BTreeMap::new()) };
}

pub struct Decimals;
impl AssetDecimals<AssetId> for Decimals {
	fn decimals(asset: &AssetId) -> Option<u8> {
		DECIMALS.with_borrow(|decimals| decimals.get(asset).copied())
	}
}

/// Buys anything for what it has, at the oracle's price less 1 %.
pub struct Dealer;
impl Exchange<AccountId, AssetId> for Dealer {
	fn buy_exact(
		who: &AccountId,
		sold: &AssetId,
		bought: &AssetId,
		amount: Balance,
		most: Balance,
	) -> Result<Balance, DispatchError> {
		let cost = Self::cost(sold, bought, amount).ok_or(DispatchError::Unavailable)?;
		if cost > most {
			return Err(DispatchError::Other("the dealer wants more"));
		}
		let preservation = Preservation::Expendable;
		Tokens::transfer(sold.clone(), who, &DEALER, cost, preservation)?;
		Tokens::transfer(bought.clone(), &DEALER, who, amount, preservation)?;
		Ok(cost)
	}

	fn cost(sold: &AssetId, bought: &AssetId, amount: Balance) -> Option<Balance> {
		if balance(bought.clone(), DEALER) < amount {
			return None;
		}
		let price = |asset| Some(Prices::quote(asset)?.price);
		let worth = Value::of_ceil(amount, Decimals::decimals(bought)?, price(bought)?);
		let cost = worth.to_amount_ceil(Decimals::decimals(sold)?, price(sold)?)?;
		Some(cost + cost.div_ceil(100))
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn set_up(sold: &AssetId, bought: &AssetId, amount: Balance) {
		Tokens::mint_into(sold.clone(), &DEALER, 1).unwrap();
		Treasury::mint(bought, &DEALER, amount, MintReason::Borrow).unwrap();
	}
}

/// Prices as tests set them.
pub struct Prices;
impl PriceSource<AssetId> for Prices {
	fn quote(asset: &AssetId) -> Option<Quote> {
		QUOTES.with_borrow(|quotes| quotes.get(asset).copied())
	}

	fn is_down() -> bool {
		false
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn set_quote(asset: &AssetId, price: Price) {
		set_price(asset, price);
	}
}

/// Makes `asset` quote `price`, Live, without spread.
pub fn set_price(asset: &AssetId, price: Price) {
	let quote = Quote {
		price,
		slow: price,
		..Quote::par()
	};
	QUOTES.with_borrow_mut(|quotes| quotes.insert(asset.clone(), quote));
}

/// Changes how far the quote of `asset` can be trusted.
pub fn set_status(asset: &AssetId, status: QuoteStatus) {
	QUOTES.with_borrow_mut(|quotes| {
		if let Some(quote) = quotes.get_mut(asset) {
			quote.status = status;
		}
	});
}

/// Makes the oracle forget `asset`.
pub fn forget_price(asset: &AssetId) {
	QUOTES.with_borrow_mut(|quotes| quotes.remove(asset));
}

/// Whole dollars.
pub fn usd(dollars: u128) -> Price {
	cents(dollars * 100)
}

/// Hundredths of a dollar.
pub fn cents(cents: u128) -> Price {
	Price::new(cents * Price::ONE.raw() / 100).unwrap()
}

/// No lots. CUSD is enabled; DOT is at $5, ETH at $2,000, BTC at $50,000, CRN at 10 cents.
pub fn new_ext() -> sp_io::TestExternalities {
	for (asset, price) in [
		(CUSD, usd(1)),
		(DOT, usd(5)),
		(ETH, usd(2_000)),
		(BTC, usd(50_000)),
		(CRN, cents(10)),
		(ODD, usd(1)),
	] {
		set_price(&asset, price);
	}
	DECIMALS.with_borrow_mut(|decimals| {
		*decimals = [(CRN, 12), (CUSD, 12), (DOT, 10), (ETH, 18), (BTC, 8)].into();
	});
	let storage = RuntimeGenesisConfig {
		balances: pallet_balances::GenesisConfig {
			balances: vec![
				(ISSUER, ONE_CRN),
				(BUYER, ONE_CRN),
				(OTHER, ONE_CRN),
				(DEALER, ONE_CRN),
				(CUSTODY, ENDOWMENT),
			],
			..Default::default()
		},
		assets: pallet_assets::GenesisConfig {
			assets: vec![
				(1, ISSUER, false, 1),
				(2, ISSUER, true, 1),
				(3, ISSUER, true, 1),
				(4, ISSUER, true, 1_000),
				(5, ISSUER, true, 1),
			],
			..Default::default()
		},
		..Default::default()
	};
	let mut ext = sp_io::TestExternalities::new(storage.build_storage().unwrap());
	ext.execute_with(|| {
		System::set_block_number(1);
		MaxLots::set(2_000);
		ToldSheet::tells_the_truth();
		Treasury::enable(&CUSD).unwrap();
		LotTerms::<Test>::put(TERMS);
	});
	ext
}

/// Runs `test` and checks all books after it.
pub fn run<R>(test: impl FnOnce() -> R) -> R {
	new_ext().execute_with(|| {
		let result = test();
		check();
		result
	})
}

/// All books are right.
pub fn check() {
	Auctions::do_try_state().unwrap();
	Treasury::do_try_state().unwrap();
	// What `do_try_state` cannot see when there is no lot left.
	let debt = Auctions::debt_in_lots()
		.unwrap()
		.get(&CUSD)
		.copied()
		.unwrap_or(0);
	assert_eq!(Treasury::in_auction(&CUSD), debt);
}

/// Ends this block and starts the next, as a runtime does; all books are checked at its end.
pub fn next_block() {
	next_block_with(Weight::MAX);
}

/// The next block, with `limit` for its agenda.
pub fn next_block_with(limit: Weight) -> Weight {
	check();
	System::set_block_number(System::block_number() + 1);
	let mut meter = WeightMeter::with_limit(limit);
	Auctions::advance(&mut meter);
	Treasury::settle(&mut WeightMeter::with_limit(Weight::MAX));
	check();
	meter.consumed()
}

/// Block by block up to `block`.
pub fn run_to(block: BlockNumber) {
	while System::block_number() < block {
		next_block();
	}
}

/// Gives `who` CUSD that somebody has borrowed.
pub fn lend(who: AccountId, amount: Balance) {
	Treasury::mint(&CUSD, &who, amount, MintReason::Borrow).unwrap();
}

/// What the vaults do when they liquidate: `amount` of `collateral`, that they have in custody, is
/// put up for `debt` and `fee`. Somebody holds the CUSD that were borrowed against it.
pub fn seize(
	facility: FacilityId,
	collateral: &AssetId,
	amount: Balance,
	debt: Balance,
	fee: Balance,
) -> LotId {
	let lot = Auctions::current_lot(facility, collateral);
	seize_into(lot, facility, collateral, amount, debt, fee);
	lot
}

/// [`seize`], into a lot of the vault's choice.
pub fn seize_into(
	lot: LotId,
	facility: FacilityId,
	collateral: &AssetId,
	amount: Balance,
	debt: Balance,
	fee: Balance,
) {
	lend(OTHER, debt);
	if amount > 0 {
		Tokens::mint_into(collateral.clone(), &CUSTODY, amount).unwrap();
	}
	Treasury::debt_seized(&CUSD, debt);
	let seizure = Seizure {
		collateral: amount,
		debt,
		fee,
	};
	Auctions::put_up(lot, facility, &CUSD, collateral, seizure);
}

/// 1,000 DOT, $5 each, for 4,000 CUSD and a fee of 80.
pub fn dot_lot() -> LotId {
	seize(
		MAJORS,
		&DOT,
		1_000 * ONE_DOT,
		4_000 * ONE_CUSD,
		80 * ONE_CUSD,
	)
}

/// Takes from a lot at any price.
pub fn take(lot: LotId, amount: Balance) -> frame_support::dispatch::DispatchResult {
	Auctions::take(RuntimeOrigin::signed(BUYER), lot, amount, Price::MAX, None)
		.map(|_| ())
		.map_err(|failed| failed.error)
}

/// The sale of `lot` that is under way.
pub fn sale(lot: LotId) -> Sale {
	Lots::<Test>::get(lot).unwrap().sale.unwrap()
}

/// The block in which the chain looks after `lot`.
pub fn due(lot: LotId) -> BlockNumber {
	match Lots::<Test>::get(lot).unwrap().place {
		Place::Agenda(at) => at,
		Place::Queue(ticket) => panic!("lot {lot} is in the queue with ticket {ticket}"),
	}
}

/// Whether `lot` waits for room.
pub fn is_queued(lot: LotId) -> bool {
	matches!(Lots::<Test>::get(lot).unwrap().place, Place::Queue(_))
}

/// At most so many CUSD of a lot, and of all lots, are on sale at once, whatever buyers do.
pub fn limit(lot: Balance, total: Balance) {
	limit_between(lot, total, total);
}

/// At most so many CUSD of a lot and of all lots are on sale at once until buyers show that they take
/// more, and at most `most`.
pub fn limit_between(lot: Balance, total: Balance, most: Balance) {
	let limits = Limits {
		lot: lot * ONE_CUSD,
		total: total * ONE_CUSD,
		most: most * ONE_CUSD,
	};
	Auctions::set_limits(RuntimeOrigin::root(), limits).unwrap();
}

/// What `who` has of `asset`.
pub fn balance(asset: AssetId, who: AccountId) -> Balance {
	Tokens::balance(asset, &who)
}

/// How many cases a property test runs: `usual`, or what `CAIRN_FUZZ_CASES` says.
pub fn fuzz_cases(usual: u32) -> u32 {
	std::env::var("CAIRN_FUZZ_CASES")
		.ok()
		.and_then(|cases| cases.parse().ok())
		.unwrap_or(usual)
}

/// Changes the confidence of the quote of `asset`, in units of 1e-18 USD.
pub fn set_spread(asset: &AssetId, confidence: u128) {
	QUOTES.with_borrow_mut(|quotes| {
		if let Some(quote) = quotes.get_mut(asset) {
			quote.confidence = confidence;
		}
	});
}
