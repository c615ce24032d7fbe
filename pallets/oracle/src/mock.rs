//! A chain with nothing but the oracle, whose blocks run as the real ones do.

use cairn_math::{Perbill, Price};
use cairn_primitives::{
	oracle::{
		sr25519::{AuthorityId, AuthorityPair, AuthoritySignature},
		Misconduct, OnMisconduct, ReporterWeights,
	},
	AssetId, Moment,
};
use codec::Encode;
use frame_support::{
	derive_impl,
	dispatch::{DispatchInfo, GetDispatchInfo, PostDispatchInfo},
	ord_parameter_types, parameter_types,
	traits::{ConstU32, ConstU64, Hooks, OneSessionHandler, Time},
	weights::{Weight, WeightMeter},
};
use frame_system::{
	offchain::{CreateAuthorizedTransaction, CreateTransaction, CreateTransactionBase},
	EnsureRoot, EnsureSignedBy,
};
use sp_core::{Pair, H256};
use sp_runtime::{
	generic,
	testing::UintAuthorityId,
	traits::{Applyable, BlakeTwo256, Checkable},
	transaction_validity::{
		InvalidTransaction, TransactionSource, TransactionValidityError, ValidTransaction,
	},
	ApplyExtrinsicResultWithInfo, BuildStorage,
};

use crate::{self as cairn_oracle, averages, types::*, ReportError};

pub type TxExtension = (
	frame_system::AuthorizeCall<Test>,
	frame_system::CheckWeight<Test>,
);
pub type Extrinsic = generic::UncheckedExtrinsic<u64, RuntimeCall, UintAuthorityId, TxExtension>;
pub type Block = generic::Block<generic::Header<u32, BlakeTwo256>, Extrinsic>;

frame_support::construct_runtime!(
	pub enum Test {
		System: frame_system,
		Timestamp: pallet_timestamp,
		Oracle: cairn_oracle,
	}
);

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = Block;
}

impl pallet_timestamp::Config for Test {
	type Moment = Moment;
	type OnTimestampSet = ();
	type MinimumPeriod = ConstU64<1>;
	type WeightInfo = ();
}

parameter_types! {
	pub static RoundLength: u32 = 1;
	pub static ShadowRounds: u32 = 20;
	/// What misconduct led to, oldest first.
	pub static Offences: Vec<(u64, Misconduct)> = Vec::new();
	/// Weights other than one, by account.
	pub static Weights: Vec<(u64, u64)> = Vec::new();
	pub const Quorum: (u32, u32) = (2, 3);
	pub const ShadowTolerance: Perbill = Perbill::from_percent(2);
}

ord_parameter_types! {
	pub const Guardian: u64 = 77;
}

/// What the validators have at stake, as far as [`Weights`] says.
pub struct Stakes;

impl ReporterWeights<u64> for Stakes {
	fn weight(who: &u64) -> u64 {
		let weights = Weights::get();
		let weight = weights.iter().find(|(account, _)| account == who);
		weight.map_or(1, |(_, weight)| *weight)
	}
}

/// What a trial weighs, in picoseconds.
pub const TRIAL: u64 = 1_000_000_000;

/// Writes down what it is told.
pub struct Court;

impl OnMisconduct<u64> for Court {
	fn on_misconduct(offenders: &[(u64, Misconduct)], _: u32) {
		Offences::mutate(|known| known.extend_from_slice(offenders));
	}

	fn weight() -> Weight {
		Weight::from_parts(TRIAL, 0)
	}
}

impl cairn_oracle::Config for Test {
	type AdminOrigin = EnsureRoot<u64>;
	type GuardianOrigin = EnsureSignedBy<Guardian, u64>;
	type Stakes = Stakes;
	type OnMisconduct = Court;
	type Time = Timestamp;
	type MaxAuthorities = ConstU32<10>;
	type MaxFeeds = ConstU32<8>;
	type MaxSources = ConstU32<5>;
	type RoundLength = RoundLength;
	type SlotLength = ConstU64<BLOCK_TIME>;
	type Quorum = Quorum;
	type MaxReportAge = ConstU32<3>;
	type ShadowRounds = ShadowRounds;
	type ShadowTolerance = ShadowTolerance;
	type ReportPriority = ConstU64<{ u64::MAX }>;
	type ReportLongevity = ConstU64<5>;
	type WeightInfo = ();
}

impl<C> CreateTransactionBase<C> for Test
where
	RuntimeCall: From<C>,
{
	type Extrinsic = Extrinsic;
	type RuntimeCall = RuntimeCall;
}

impl<C> CreateTransaction<C> for Test
where
	RuntimeCall: From<C>,
{
	type Extension = TxExtension;
	fn create_transaction(call: RuntimeCall, extension: TxExtension) -> Extrinsic {
		Extrinsic::new_transaction(call, extension)
	}
}

impl<C> CreateAuthorizedTransaction<C> for Test
where
	RuntimeCall: From<C>,
{
	fn create_extension() -> TxExtension {
		(
			frame_system::AuthorizeCall::new(),
			frame_system::CheckWeight::new(),
		)
	}
}

/// Milliseconds from a block to the next.
pub const BLOCK_TIME: Moment = 3_000;

pub const CUSD: AssetId = AssetId::WithId(1);
pub const DOT: AssetId = AssetId::WithId(2);
pub const USDT: AssetId = AssetId::WithId(3);

/// Ids of the feeds of the genesis.
pub const DOT_FEED: FeedId = FeedId(0);
pub const USDT_FEED: FeedId = FeedId(1);

/// A price in thousandths of a dollar.
pub fn milli(price: u128) -> Price {
	Price::new(price * 10u128.pow(15)).unwrap()
}

/// A price in whole dollars.
pub fn usd(price: u128) -> Price {
	milli(price * 1_000)
}

pub fn source(name: &str, url: &str, quoted_in: Option<AssetId>) -> GenesisSource {
	GenesisSource {
		name: name.into(),
		url: url.into(),
		bid: Some("/bid".into()),
		ask: Some("/ask".into()),
		last: Some("/last".into()),
		error: None,
		quoted_in,
	}
}

pub fn genesis_feeds() -> Vec<GenesisFeed> {
	let reported = |asset, max: &str, sources| GenesisFeed {
		asset,
		feed: GenesisFeedKind::Reported {
			min: "0.01".into(),
			max: max.into(),
			sources,
			unit: Unit::Dollars,
			thresholds: Default::default(),
			sanity: None,
		},
	};
	vec![
		GenesisFeed {
			asset: CUSD,
			feed: GenesisFeedKind::Par,
		},
		reported(
			DOT,
			"1000",
			vec![
				source("alpha", "https://alpha.example/dot", None),
				source("beta", "https://beta.example/dot?pair=DOTUSD", None),
				source("gamma", "http://gamma.example/dot", None),
				source("delta", "https://delta.example/dotusdt", Some(USDT)),
			],
		),
		reported(
			USDT,
			"2",
			vec![
				source("alpha", "https://alpha.example/usdt", None),
				source("beta", "https://beta.example/usdt", None),
				source("gamma", "http://gamma.example/usdt", None),
			],
		),
	]
}

pub fn pair(seed: u8) -> AuthorityPair {
	AuthorityPair::from_seed(&[seed; 32])
}

fn keys(seeds: &[u8]) -> Vec<(u64, AuthorityId)> {
	seeds
		.iter()
		.map(|seed| (u64::from(*seed), pair(*seed).public()))
		.collect()
}

/// A chain at block 1 whose validators have the keys 1, 2, … `validators`.
pub fn chain(validators: u8) -> sp_io::TestExternalities {
	let genesis = RuntimeGenesisConfig {
		oracle: cairn_oracle::GenesisConfig {
			feeds: genesis_feeds(),
			..Default::default()
		},
		..Default::default()
	};
	let mut chain: sp_io::TestExternalities = genesis.build_storage().unwrap().into();
	chain.execute_with(|| {
		let keys = keys(&(1..=validators).collect::<Vec<_>>());
		Oracle::on_genesis_session(keys.iter().map(|(who, key)| (who, key.clone())));
		next_block();
	});
	chain
}

/// A new session with validators of these keys.
pub fn rotate(seeds: &[u8]) {
	let keys = keys(seeds);
	let validators = || keys.iter().map(|(who, key)| (who, key.clone()));
	Oracle::on_before_session_ending();
	Oracle::on_new_session(true, validators(), validators());
}

/// Ends the block and begins the next as the executive does: inherents, then the aggregation, then
/// transactions. Everything that always holds is checked in between.
pub fn next_block() {
	next_block_after(BLOCK_TIME)
}

pub fn next_block_after(time: Moment) {
	let number = System::block_number() + 1;
	if number > 1 {
		Oracle::do_try_state().unwrap();
		Oracle::on_finalize(number - 1);
		System::finalize();
	}
	System::reset_events();
	System::initialize(&number, &genesis_hash(), &Default::default());
	System::note_finished_initialize();
	let now = if number == 1 {
		1_700_000_000_000
	} else {
		<Timestamp as Time>::now() + time
	};
	pallet_timestamp::Now::<Test>::put(now);
	let mut meter = WeightMeter::new();
	Oracle::aggregate(&mut meter);
	Oracle::do_try_state().unwrap();
}

pub fn run_to(block: u32) {
	while System::block_number() < block {
		next_block();
	}
}

pub fn genesis_hash() -> H256 {
	H256::repeat_byte(7)
}

/// A report of the present round by the validator at `index`.
pub fn report(index: u32, prices: &[(FeedId, Price)]) -> Report<ConstU32<8>> {
	Report {
		set_id: crate::SetId::<Test>::get(),
		round: Oracle::current_round(),
		authority_index: index,
		prices: prices
			.iter()
			.map(|(feed, price)| ReportedPrice {
				feed: *feed,
				price: *price,
				confidence: price.raw() / 1_000,
				sources: 3,
			})
			.collect::<Vec<_>>()
			.try_into()
			.unwrap(),
	}
}

pub fn sign(report: &Report<ConstU32<8>>, seed: u8) -> AuthoritySignature {
	pair(seed).sign(&report.payload(&genesis_hash()))
}

fn check(call: RuntimeCall) -> (Extrinsic, DispatchInfo) {
	let extension =
		<Test as CreateAuthorizedTransaction<cairn_oracle::Call<Test>>>::create_extension();
	let extrinsic = Extrinsic::new_transaction(call, extension);
	let info = extrinsic.get_dispatch_info();
	(extrinsic, info)
}

/// What the transaction pool says of a call that needs no sender.
pub fn validate_call(call: RuntimeCall) -> Result<ValidTransaction, TransactionValidityError> {
	let (extrinsic, info) = check(call);
	let length = extrinsic.encoded_size();
	let checked = extrinsic.check(&frame_system::ChainContext::<Test>::default())?;
	checked.validate::<Test>(TransactionSource::External, &info, length)
}

/// What a block does with a call that needs no sender.
pub fn apply_call(call: RuntimeCall) -> ApplyExtrinsicResultWithInfo<PostDispatchInfo> {
	let (extrinsic, info) = check(call);
	let length = extrinsic.encoded_size();
	let checked = extrinsic.check(&frame_system::ChainContext::<Test>::default())?;
	checked.apply::<Test>(&info, length)
}

/// What the transaction pool says of a report.
pub fn validate(
	report: Report<ConstU32<8>>,
	signature: AuthoritySignature,
) -> Result<ValidTransaction, TransactionValidityError> {
	validate_call(cairn_oracle::Call::report { report, signature }.into())
}

/// What a block does with a report.
pub fn apply(
	report: Report<ConstU32<8>>,
	signature: AuthoritySignature,
) -> ApplyExtrinsicResultWithInfo<PostDispatchInfo> {
	apply_call(cairn_oracle::Call::report { report, signature }.into())
}

/// Reports of the present round by the validators with keys 1, 2, … of a set that is in that order.
pub fn everyone_reports(validators: u8, prices: &[(FeedId, Price)]) {
	for index in 0..validators {
		let report = report(index.into(), prices);
		let signature = sign(&report, index + 1);
		apply(report, signature).unwrap().unwrap();
	}
}

/// Asserts that neither the pool nor a block lets the report in, why, and that nothing changes.
pub fn assert_refused(
	report: Report<ConstU32<8>>,
	signature: AuthoritySignature,
	error: ReportError,
) {
	let root = || sp_io::storage::root(sp_runtime::StateVersion::V1);
	let before = root();
	let refused = TransactionValidityError::Invalid(InvalidTransaction::Custom(error as u8));
	assert_eq!(validate(report.clone(), signature.clone()), Err(refused));
	assert_eq!(apply(report, signature), Err(refused));
	assert_eq!(root(), before);
}

/// As long as the slow average's time constant.
pub const HALF_AN_HOUR: Moment = averages::HALF_HOUR;

/// A chain whose blocks can sign, as the benchmarks do.
#[cfg(feature = "runtime-benchmarks")]
pub fn chain_with_keystore() -> sp_io::TestExternalities {
	let mut chain = chain(1);
	chain.register_extension(sp_keystore::KeystoreExt::new(
		sp_keystore::testing::MemoryKeystore::new(),
	));
	chain
}
