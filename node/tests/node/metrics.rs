//! What Prometheus is told of enforcement. The views are those of the runtime, on a chain at its
//! genesis whose storage is changed by hand.

use std::{
	cell::Cell,
	sync::{Arc, Mutex, MutexGuard, Once},
};

use cairn_node::metrics::Watcher;
use cairn_primitives::{FacilityId, Hash, VaultId};
use cairn_runtime::{
	apis::BacklogView, genesis_presets, opaque::Block, Runtime, RuntimeGenesisConfig,
};
use cairn_vaults::{
	index::Index,
	rows::Rows,
	types::{BookKind, CollateralIndex},
	Facilities, FacilityStates,
};
use codec::Encode;
use frame_support::{
	genesis_builder_helper::{build_state, get_preset},
	view_functions::{
		runtime_api::RuntimeViewFunction, ViewFunction, ViewFunctionDispatchError, ViewFunctionId,
	},
};
use sc_chain_spec::json_merge;
use serde_json::Value;
use sp_api::{ApiError, ApiRef, ProvideRuntimeApi};
use sp_consensus::SyncOracle;
use sp_io::TestExternalities;
use substrate_prometheus_endpoint::{prometheus::TextEncoder, Registry};

/// What goes wrong when the runtime is asked.
#[derive(Clone, Copy, PartialEq)]
enum Fault {
	/// It cannot be called.
	Unavailable,
	/// It has other views than the node knows.
	Changed,
	/// It answers something else than it used to.
	Garbled,
	/// Every number is that of a facility.
	Endless,
}

/// A chain and a node that has it.
#[derive(Clone)]
struct Chain {
	state: Arc<Mutex<TestExternalities>>,
	fault: Arc<Mutex<Option<Fault>>>,
	syncing: Arc<Mutex<bool>>,
	/// After which blocks the backlog of the first facility was asked for.
	asked: Arc<Mutex<Vec<Hash>>>,
}

sp_api::mock_impl_runtime_apis! {
	impl RuntimeViewFunction<Block> for Chain {
		#[advanced]
		fn execute_view_function(
			&self,
			at: Hash,
			id: ViewFunctionId,
			input: Vec<u8>,
		) -> Result<Result<Vec<u8>, ViewFunctionDispatchError>, ApiError> {
			let is_backlog = id.encode() == BacklogView::id().encode();
			if is_backlog && input == first().encode() {
				lock(&self.asked).push(at);
			}
			let input = match *lock(&self.fault) {
				Some(Fault::Unavailable) => return Err(ApiError::StateBackendIsNotTrie),
				Some(Fault::Changed) => return Ok(Err(ViewFunctionDispatchError::NotFound(id))),
				Some(Fault::Garbled) if is_backlog => return Ok(Ok(vec![1, 2, 3])),
				Some(Fault::Endless) => first().encode(),
				_ => input,
			};
			let mut state = lock(&self.state);
			Ok(state.execute_with(|| Runtime::execute_view_function(id, input)))
		}
	}
}

impl ProvideRuntimeApi<Block> for Chain {
	type Api = Self;

	fn runtime_api(&self) -> ApiRef<'_, Self> {
		self.clone().into()
	}
}

impl SyncOracle for Chain {
	fn is_major_syncing(&self) -> bool {
		*lock(&self.syncing)
	}

	fn is_offline(&self) -> bool {
		false
	}
}

impl Chain {
	/// The development chain at its genesis: two facilities, and no price but that of CUSD.
	fn development() -> Self {
		let parse = |json: Option<Vec<u8>>| -> Value {
			serde_json::from_slice(&json.expect("the preset exists")).expect("it is JSON")
		};
		let mut genesis = parse(get_preset::<RuntimeGenesisConfig>(&None, |_| None));
		let preset = genesis_presets::get_preset(&genesis_presets::DEVELOPMENT.into());
		json_merge(&mut genesis, parse(preset));
		let mut state = TestExternalities::default();
		state.execute_with(|| {
			build_state::<RuntimeGenesisConfig>(genesis.to_string().into_bytes())
				.expect("it builds");
		});
		Self {
			state: Arc::new(Mutex::new(state)),
			fault: Default::default(),
			syncing: Default::default(),
			asked: Default::default(),
		}
	}

	fn change(&self, change: impl FnOnce()) {
		lock(&self.state).execute_with(change);
	}

	/// Has so many vaults of a facility wait.
	fn wait(&self, facility: FacilityId, vaults: u32) {
		self.change(|| {
			FacilityStates::<Runtime>::mutate(facility, |state| {
				state.as_mut().expect("it is there").waiting = vaults;
			});
		});
	}

	/// Puts entries into the index that enforcement has to look at, whatever the price.
	fn fall_behind(&self, facility: FacilityId, collateral: CollateralIndex, vaults: VaultId) {
		self.change(|| {
			let mut rows = Rows::direct();
			for vault in 0..vaults {
				let book = BookKind::Risk.book(facility, collateral);
				Index::<Runtime>::insert(book, cairn_math::Trigger::MAX, vault, &mut rows);
			}
		});
	}
}

/// No test goes on after it has failed with one of these in its hands.
fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
	shared.lock().expect("nobody has panicked")
}

fn first() -> FacilityId {
	0
}

fn block(number: u8) -> Hash {
	Hash::repeat_byte(number)
}

/// A watcher of the chain, and where it shows what it sees.
fn watch(chain: &Chain) -> (Watcher<Chain, Chain>, Registry) {
	let registry = Registry::new();
	let watcher = Watcher::new(Arc::new(chain.clone()), chain.clone(), &registry);
	(watcher.expect("the names are free"), registry)
}

/// The text that Prometheus reads.
fn text(registry: &Registry) -> String {
	let encoder = TextEncoder::new();
	encoder
		.encode_to_string(&registry.gather())
		.expect("it is text")
}

/// The same without what is said about it.
fn figures(registry: &Registry) -> Vec<String> {
	text(registry)
		.lines()
		.filter(|line| !line.starts_with('#'))
		.map(Into::into)
		.collect()
}

#[test]
fn every_facility_shows_its_backlog_and_who_waits() {
	let chain = Chain::development();
	chain.fall_behind(0, 0, 3);
	chain.fall_behind(0, 1, 2);
	chain.fall_behind(1, 0, 70);
	chain.wait(1, 4);
	let (mut watcher, registry) = watch(&chain);
	assert_eq!(text(&registry), "");
	watcher.look(block(1));
	assert_eq!(
		text(&registry),
		"\
# HELP cairn_vaults_backlog Entries of the risk index that enforcement has still to look at, by facility
# TYPE cairn_vaults_backlog gauge
cairn_vaults_backlog{facility=\"0\"} 5
cairn_vaults_backlog{facility=\"1\"} 70
# HELP cairn_vaults_waiting Unsafe vaults of which nothing can be sold for the time being, by facility
# TYPE cairn_vaults_waiting gauge
cairn_vaults_waiting{facility=\"0\"} 0
cairn_vaults_waiting{facility=\"1\"} 4
"
	);
}

#[test]
fn facilities_come_and_go() {
	let chain = Chain::development();
	let (mut watcher, registry) = watch(&chain);
	watcher.look(block(1));
	assert_eq!(figures(&registry).len(), 4);
	// As on a fork on which there is one more.
	chain.change(|| {
		Facilities::<Runtime>::set(2, Facilities::<Runtime>::get(0));
		FacilityStates::<Runtime>::set(2, FacilityStates::<Runtime>::get(0));
	});
	chain.fall_behind(2, 0, 1);
	watcher.look(block(2));
	let shown = figures(&registry);
	assert_eq!(shown.len(), 6);
	assert!(shown.contains(&"cairn_vaults_backlog{facility=\"2\"} 1".into()));
	assert!(shown.contains(&"cairn_vaults_waiting{facility=\"2\"} 0".into()));
	// And back again.
	chain.change(|| Facilities::<Runtime>::remove(2));
	watcher.look(block(3));
	assert_eq!(figures(&registry).len(), 4);
	assert!(!text(&registry).contains("facility=\"2\""));
}

#[test]
fn a_figure_that_falls_is_shown() {
	let chain = Chain::development();
	let (mut watcher, registry) = watch(&chain);
	for waiting in [9, 1, 0] {
		chain.wait(0, waiting);
		watcher.look(block(1));
		let expected = format!("cairn_vaults_waiting{{facility=\"0\"}} {waiting}");
		assert!(figures(&registry).contains(&expected));
	}
}

#[test]
fn without_a_price_of_the_debt_nobody_knows_the_backlog_but_who_waits() {
	let chain = Chain::development();
	let (mut watcher, registry) = watch(&chain);
	watcher.look(block(1));
	assert!(text(&registry).contains("cairn_vaults_backlog"));
	chain.wait(0, 6);
	chain.change(cairn_oracle::Quotes::<Runtime>::kill);
	watcher.look(block(2));
	assert_eq!(
		figures(&registry),
		[
			"cairn_vaults_waiting{facility=\"0\"} 6",
			"cairn_vaults_waiting{facility=\"1\"} 0",
		]
	);
}

#[test]
fn each_block_is_asked_once_and_none_while_the_node_catches_up() {
	let chain = Chain::development();
	let (mut watcher, registry) = watch(&chain);
	*lock(&chain.syncing) = true;
	watcher.look(block(1));
	assert_eq!(text(&registry), "");
	*lock(&chain.syncing) = false;
	watcher.look(block(2));
	watcher.look(block(3));
	assert_eq!(*lock(&chain.asked), [block(2), block(3)]);
}

#[test]
fn a_problem_takes_the_figures_away_and_is_told_once() {
	let chain = Chain::development();
	let (mut watcher, registry) = watch(&chain);
	watcher.look(block(1));
	assert_eq!(logged(), 0, "all is well");
	for fault in [Fault::Unavailable, Fault::Changed, Fault::Garbled] {
		*lock(&chain.fault) = Some(fault);
		for number in 2..5 {
			watcher.look(block(number));
			assert_eq!(text(&registry), "");
		}
		assert_eq!(logged(), 1, "a problem is not told once");
	}
	*lock(&chain.fault) = None;
	for number in 5..8 {
		watcher.look(block(number));
		assert_eq!(figures(&registry).len(), 4);
	}
	assert_eq!(logged(), 1, "its end is not told once");
	*lock(&chain.fault) = Some(Fault::Garbled);
	watcher.look(block(8));
	assert_eq!(logged(), 1, "a problem that comes back is not told");
}

#[test]
fn an_answer_without_end_has_an_end() {
	let chain = Chain::development();
	let (mut watcher, registry) = watch(&chain);
	*lock(&chain.fault) = Some(Fault::Endless);
	watcher.look(block(1));
	assert_eq!(figures(&registry).len(), 2_000);
}

#[test]
fn names_that_are_taken_are_an_error() {
	let chain = Chain::development();
	let (_, registry) = watch(&chain);
	let again = Watcher::new(Arc::new(chain.clone()), chain, &registry);
	assert!(again.is_err());
}

thread_local! {
	/// What this thread has told at level info or above.
	static LINES: Cell<usize> = const { Cell::new(0) };
}

/// Counts what is told about metrics, for each thread and so for each test.
struct Counter;

impl log::Log for Counter {
	fn enabled(&self, _: &log::Metadata) -> bool {
		true
	}

	fn log(&self, record: &log::Record) {
		if record.target() == "cairn::metrics" && record.level() <= log::Level::Info {
			LINES.with(|lines| lines.set(lines.get() + 1));
		}
	}

	fn flush(&self) {}
}

/// How many lines this thread has logged since it last asked. Those before the first time do not count.
fn logged() -> usize {
	static START: Once = Once::new();
	START.call_once(|| {
		log::set_logger(&Counter).expect("no other test has a logger");
		log::set_max_level(log::LevelFilter::Info);
	});
	LINES.with(|lines| lines.replace(0))
}
