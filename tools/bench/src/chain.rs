//! A chain as a node has it: a client with the compiled WASM runtime on ParityDB.

use crate::{ledger, spec::grouped, Result, Spec};
use cairn_primitives::{BlockNumber, Hash};
use cairn_runtime::{opaque::Block, Runtime, RuntimeApi, RuntimeCall, RuntimeEvent};
use codec::Encode;
use frame_system::offchain::CreateBare;
use sc_block_builder::BlockBuilderBuilder;
use sc_client_api::{execution_extensions::ExecutionExtensions, Backend as _, HeaderBackend};
use sc_client_db::{BlocksPruning, DatabaseSettings, DatabaseSource, PruningMode};
use sc_consensus::{BlockImport, BlockImportParams, ForkChoiceStrategy, ImportResult, StateAction};
use sc_executor::WasmExecutor;
use sc_service::{ClientConfig, GenesisBlockBuilder, TFullBackend, TFullClient};
use sp_api::{ApiExt, Core, ProvideRuntimeApi};
use sp_consensus::BlockOrigin;
use sp_consensus_babe::{
	digests::{PreDigest, SecondaryPlainPreDigest},
	BABE_ENGINE_ID,
};
use sp_core::{
	storage::{well_known_keys::CODE, Storage},
	testing::TaskExecutor,
	traits::CallContext,
};
use sp_runtime::{
	traits::{Block as _, Header as _},
	Digest, DigestItem, OpaqueExtrinsic,
};
use sp_state_machine::{Ext, OverlayedChanges, StorageChanges};
use std::{
	cell::{Cell, RefCell},
	collections::HashSet,
	fs,
	panic::resume_unwind,
	path::{Path, PathBuf},
	sync::Arc,
	thread::{self, sleep},
	time::{Duration, Instant},
};

type Executor = WasmExecutor<sp_io::SubstrateHostFunctions>;
type Backend = TFullBackend<Block>;
type Client = TFullClient<Block, RuntimeApi, Executor>;
type Changes = StorageChanges<sp_runtime::traits::HashingFor<Block>>;

/// The node's default.
const TRIE_CACHE_BYTES: usize = 1024 * 1024 * 1024;

/// Says that a database holds a whole genesis state.
const COMPLETE: &str = "complete";

/// What chains are made with.
pub struct Workshop {
	folder: PathBuf,
	code: Vec<u8>,
	/// Of the code and of this program: what a database was made with.
	fingerprint: String,
	executor: Executor,
	spawner: TaskExecutor,
	/// How long chains have been in the making.
	making: Cell<Duration>,
	/// The names of those that were made,
	made: RefCell<HashSet<String>>,
	/// and whether there was any before.
	kept: Cell<bool>,
}

impl Workshop {
	/// Databases go into `folder`, and `code` is the runtime in WASM.
	pub fn new(folder: PathBuf, code: Vec<u8>) -> Result<Self> {
		let program = fs::read(std::env::current_exe()?)?;
		let hashes = (
			sp_io::hashing::twox_64(&code),
			sp_io::hashing::twox_64(&program),
		)
			.encode();
		let configuration = sc_service::config::ExecutorConfiguration::default();
		Ok(Self {
			folder,
			code,
			fingerprint: hashes.iter().map(|byte| format!("{byte:02x}")).collect(),
			executor: sc_service::new_wasm_executor(&configuration),
			spawner: TaskExecutor::new(),
			making: Cell::default(),
			made: RefCell::default(),
			kept: Cell::default(),
		})
	}

	/// How long chains have been in the making since this was created.
	pub fn making(&self) -> Duration {
		self.making.get()
	}

	/// Whether no chain that was asked for was there from an earlier run.
	pub fn has_made_all(&self) -> bool {
		!self.kept.get()
	}

	/// The chain of `spec`. Its genesis state is made if it is not there from an earlier run.
	pub fn chain(&self, spec: &Spec) -> Result<Chain<'_>> {
		fs::create_dir_all(&self.folder)?;
		let name = format!("{}-{}", spec.name(), self.fingerprint);
		let path = self.folder.join(&name);
		if !path.join(COMPLETE).exists() {
			self.forget(&format!("{}-", spec.name()))?;
			self.make(spec, &path)?;
			self.made.borrow_mut().insert(name);
		} else if !self.made.borrow().contains(&name) {
			self.kept.set(true);
		}
		let open = self.reopen(&path)?;
		Ok(Chain {
			workshop: self,
			path,
			open: Some(open),
		})
	}

	/// Removes databases that other programs or runtimes made for the same purpose.
	fn forget(&self, prefix: &str) -> Result<()> {
		for entry in fs::read_dir(&self.folder)? {
			let entry = entry?;
			let of_this = |rest: &str| rest.len() == self.fingerprint.len();
			let name = entry.file_name().to_string_lossy().into_owned();
			if name.strip_prefix(prefix).is_some_and(of_this) {
				fs::remove_dir_all(entry.path())?;
			}
		}
		Ok(())
	}

	fn make(&self, spec: &Spec, path: &Path) -> Result<()> {
		let started = Instant::now();
		eprintln!(
			"==> Making a chain of {} vaults: {}",
			grouped(spec.vaults),
			spec.name()
		);
		let mut storage = ledger::genesis(spec)?;
		let books = storage.clone();
		storage.top.insert(CODE.to_vec(), self.code.clone());
		eprintln!(
			"    {} items in {:.1} s, now into ParityDB",
			grouped(storage.top.len() as u32),
			started.elapsed().as_secs_f64()
		);
		// Meanwhile the other core sees to it that the books are right.
		thread::scope(|scope| {
			let check = scope.spawn(|| ledger::check_state(books));
			// Dropped at once: then all is on the disk, and the database has nothing to do but to answer.
			let opened = self.open(path, storage, None).map(drop);
			let checked = check.join().unwrap_or_else(|panic| resume_unwind(panic));
			opened.and(checked)
		})?;
		fs::write(path.join(COMPLETE), b"")?;
		let took = started.elapsed();
		self.making.set(self.making.get() + took);
		eprintln!("    made and checked in {:.1} s", took.as_secs_f64());
		Ok(())
	}

	/// Opens the database at `path` as a node does.
	fn reopen(&self, path: &Path) -> Result<Open> {
		self.open(path, Storage::default(), Some(TRIE_CACHE_BYTES))
	}

	/// Opens the database at `path`. `genesis` is used if it has no genesis block yet. Of the trie, so many
	/// bytes are cached.
	fn open(&self, path: &Path, genesis: Storage, cache: Option<usize>) -> Result<Open> {
		let settings = || DatabaseSettings {
			trie_cache_maximum_size: cache,
			// So that any number of blocks can be built on the genesis block.
			state_pruning: Some(PruningMode::ArchiveAll),
			source: DatabaseSource::ParityDb {
				path: path.to_path_buf(),
			},
			blocks_pruning: BlocksPruning::KeepAll,
			pruning_filters: Vec::new(),
			metrics_registry: None,
		};
		// The tasks of the client before may hold the database for some moments.
		let mut tries = 0;
		let backend = loop {
			match sc_service::new_db_backend::<Block>(settings()) {
				Ok(backend) => break backend,
				Err(error) if tries == 200 => return Err(error.into()),
				Err(_) => sleep(Duration::from_millis(50)),
			}
			tries += 1;
		};
		let executor = self.executor.clone();
		let client = sc_service::new_client::<_, _, RuntimeApi, _>(
			backend.clone(),
			executor.clone(),
			GenesisBlockBuilder::new_with_storage(
				genesis,
				true,
				backend.clone(),
				executor.clone(),
			)?,
			None,
			None,
			ExecutionExtensions::new(None, Arc::new(executor)),
			Box::new(self.spawner.clone()),
			None,
			None,
			ClientConfig::default(),
		)?;
		// Compiles the runtime, if it has not been yet.
		let client: Arc<Client> = Arc::new(client);
		client.runtime_api().version(client.info().genesis_hash)?;
		Ok(Open { backend, client })
	}
}

struct Open {
	backend: Arc<Backend>,
	client: Arc<Client>,
}

/// A chain that blocks can be built on, each on any other.
pub struct Chain<'a> {
	workshop: &'a Workshop,
	path: PathBuf,
	/// `None` only while it is opened anew.
	open: Option<Open>,
}

/// A block that has been built, and what its execution wrote.
pub struct Built {
	/// The block it was built on.
	pub parent: Hash,
	/// The block.
	pub block: Block,
	/// What happened in it.
	pub events: Vec<RuntimeEvent>,
	/// How many of the transactions offered are in it.
	pub transactions: usize,
	/// How many keys it changes.
	pub keys_changed: usize,
	/// What finalising it took: the state root, for the most part. Microseconds.
	pub finalize_us: f64,
	changes: Changes,
}

impl Built {
	/// The block's hash.
	pub fn hash(&self) -> Hash {
		self.block.hash()
	}
}

/// How long something took, in microseconds.
#[derive(Clone, Debug)]
pub struct Timing {
	/// The first time after the database was opened: all caches of the node are empty.
	pub cold: f64,
	/// The least of the later times: what the code takes, without what else the machine was doing.
	pub least: f64,
	/// Half of the later times took longer.
	pub median: f64,
	/// The later times, round by round.
	rounds: Vec<f64>,
}

impl Timing {
	fn of(cold: f64, rounds: Vec<f64>) -> Self {
		Self {
			cold,
			least: least(&rounds),
			median: median(&mut rounds.clone()),
			rounds,
		}
	}

	/// How much longer this took than `base`, executed in turns with it: the median of what it was in
	/// each round, in which one was executed right after the other. The least times of two blocks need
	/// not be of moments at which the machine was equally fast; of a block with little in it, what that
	/// makes is more than what is in it.
	pub fn beyond(&self, base: &Self) -> f64 {
		let rounds = self.rounds.iter().zip(&base.rounds);
		median(&mut rounds.map(|(this, base)| this - base).collect::<Vec<_>>())
	}

	/// How many times `other` this took, both less `base`: the median of what it was in each round, as
	/// for [`Timing::beyond`].
	pub fn times(&self, other: &Self, base: &Self) -> f64 {
		let rounds = self.rounds.iter().zip(&other.rounds).zip(&base.rounds);
		let ratios = rounds.map(|((this, other), base)| (this - base) / (other - base));
		median(&mut ratios.collect::<Vec<_>>())
	}
}

impl Chain<'_> {
	fn opened(&self) -> Result<&Open> {
		self.open
			.as_ref()
			.ok_or_else(|| "the chain is closed".into())
	}

	/// The client.
	pub fn client(&self) -> Result<&Client> {
		Ok(&self.opened()?.client)
	}

	/// The genesis block.
	pub fn genesis(&self) -> Result<Hash> {
		Ok(self.client()?.info().genesis_hash)
	}

	/// Runs `read` natively on the state after block `at`. What it writes is forgotten.
	pub fn at<R>(&self, at: Hash, read: impl FnOnce() -> R) -> Result<R> {
		let genesis = self.genesis()?;
		let backend = &self.opened()?.backend;
		let state = backend.state_at(at, CallContext::Offchain.into())?;
		let mut overlay = OverlayedChanges::default();
		let mut ext = Ext::new(&mut overlay, &state, None);
		Ok(sp_externalities::set_and_run_with_externalities(
			&mut ext,
			|| {
				// The first block writes it. Transactions are signed for it before.
				frame_system::BlockHash::<Runtime>::insert(0, genesis);
				read()
			},
		))
	}

	/// Builds a block on `parent` with as many of the transactions as it takes, in WASM. A transaction
	/// that fails is an error.
	pub fn build(
		&self,
		parent: Hash,
		transactions: Vec<cairn_runtime::UncheckedExtrinsic>,
	) -> Result<Built> {
		let client = self.client()?;
		let number: BlockNumber = client.number(parent)?.ok_or("no such parent")? + 1;
		let slot = ledger::GENESIS_SLOT + u64::from(number);
		let pre_digest = PreDigest::SecondaryPlain(SecondaryPlainPreDigest {
			authority_index: 0,
			slot: slot.into(),
		});
		let digest = Digest {
			logs: vec![DigestItem::PreRuntime(BABE_ENGINE_ID, pre_digest.encode())],
		};
		let mut builder = BlockBuilderBuilder::new(client)
			.on_parent_block(parent)
			.with_parent_block_number(number - 1)
			.with_inherent_digests(digest)
			.build()?;
		let now = ledger::time_of(slot);
		let timestamp = <Runtime as CreateBare<RuntimeCall>>::create_bare(RuntimeCall::Timestamp(
			pallet_timestamp::Call::set { now },
		));
		builder.push(timestamp.into())?;
		let mut included = 0;
		for transaction in transactions {
			match builder.push(OpaqueExtrinsic::from(transaction)) {
				Ok(()) => included += 1,
				// A full block is no failure as long as there is something in it.
				Err(error) if included == 0 || !is_full(&error) => return Err(error.into()),
				Err(_) => break,
			}
		}
		let started = Instant::now();
		let (block, changes) = builder.build()?.into_inner();
		let finalize_us = micros(started);
		let events = ledger::events(&changes.main_storage_changes)?;
		if let Some(failure) = ledger::first_failure(&events) {
			return Err(format!("a transaction failed: {failure}").into());
		}
		Ok(Built {
			parent,
			block,
			events,
			transactions: included,
			keys_changed: changes.main_storage_changes.len(),
			finalize_us,
			changes,
		})
	}

	/// Puts a block into the database.
	pub fn import(&self, built: Built) -> Result<Hash> {
		let hash = built.hash();
		let (header, body) = built.block.deconstruct();
		let mut params = BlockImportParams::new(BlockOrigin::Own, header);
		params.body = Some(body);
		params.state_action =
			StateAction::ApplyChanges(sc_consensus::StorageChanges::Changes(built.changes));
		// The genesis block stays the best one, so that the next run finds the chain as this one did.
		params.fork_choice = Some(ForkChoiceStrategy::Custom(false));
		match futures::executor::block_on(self.client()?.import_block(params))? {
			// It is there already if an earlier run has built it.
			ImportResult::Imported(_) | ImportResult::AlreadyInChain => Ok(hash),
			refused => Err(format!("block {hash} is refused: {refused:?}").into()),
		}
	}

	/// Builds a block and puts it into the database.
	pub fn extend(
		&self,
		parent: Hash,
		transactions: Vec<cairn_runtime::UncheckedExtrinsic>,
	) -> Result<Hash> {
		self.import(self.build(parent, transactions)?)
	}

	/// Executes blocks as a node does that imports them, `repeat` times after the first time, in
	/// turns, so that whatever else the machine does meets all of them; and throws the outcomes away.
	pub fn measure<const N: usize>(
		&mut self,
		blocks: [&Built; N],
		repeat: usize,
	) -> Result<[Timing; N]> {
		let mut cold = [f64::NAN; N];
		for (block, cold) in blocks.iter().zip(&mut cold) {
			self.reopen()?;
			*cold = self.execute(block)?;
		}
		let mut times = self.execute_in_turns(blocks, repeat)?;
		Ok(std::array::from_fn(|block| {
			Timing::of(cold[block], std::mem::take(&mut times[block]))
		}))
	}

	/// As [`Chain::measure`], but for the time with empty caches, which is not a number.
	pub fn measure_warm<const N: usize>(
		&self,
		blocks: [&Built; N],
		repeat: usize,
	) -> Result<[Timing; N]> {
		let times = self.execute_in_turns(blocks, repeat)?;
		Ok(times.map(|rounds| Timing::of(f64::NAN, rounds)))
	}

	fn execute_in_turns<const N: usize>(
		&self,
		blocks: [&Built; N],
		repeat: usize,
	) -> Result<[Vec<f64>; N]> {
		let mut times: [Vec<f64>; N] = std::array::from_fn(|_| Vec::with_capacity(repeat));
		// The first round fills the caches for all of them.
		for round in 0..=repeat {
			for (block, times) in blocks.iter().zip(&mut times) {
				let took = self.execute(block)?;
				if round > 0 {
					times.push(took);
				}
			}
		}
		Ok(times)
	}

	/// As [`Chain::measure`], with a block of each of several chains: whatever else the machine does meets
	/// all of them.
	pub fn measure_in_turns(
		pairs: &mut [(Chain<'_>, Built)],
		repeat: usize,
	) -> Result<Vec<Timing>> {
		let mut cold = Vec::with_capacity(pairs.len());
		for (chain, block) in pairs.iter_mut() {
			chain.reopen()?;
			cold.push(chain.execute(block)?);
		}
		let mut times = vec![Vec::with_capacity(repeat); pairs.len()];
		// The first round fills the caches for all of them.
		for round in 0..=repeat {
			for ((chain, block), times) in pairs.iter().zip(&mut times) {
				let took = chain.execute(block)?;
				if round > 0 {
					times.push(took);
				}
			}
		}
		let pairs = cold.into_iter().zip(times);
		Ok(pairs.map(|(cold, times)| Timing::of(cold, times)).collect())
	}

	fn execute(&self, built: &Built) -> Result<f64> {
		let Open { backend, client } = self.opened()?;
		let block = built.block.clone();
		let context = CallContext::Onchain { import: true };
		let started = Instant::now();
		let mut api = client.runtime_api();
		api.set_call_context(context);
		api.execute_block(built.parent, block.into())?;
		let state = backend.state_at(built.parent, context.into())?;
		let changes = api.into_storage_changes(&state, built.parent)?;
		let took = micros(started);
		if changes.transaction_storage_root != *built.block.header().state_root() {
			return Err("the state root is not that of the block".into());
		}
		Ok(took)
	}

	/// Closes the database and opens it again: then all of it is on the disk, and nothing is cached
	/// but by the operating system.
	fn reopen(&mut self) -> Result<()> {
		self.open = None;
		self.open = Some(self.workshop.reopen(&self.path)?);
		Ok(())
	}
}

fn is_full(error: &sp_blockchain::Error) -> bool {
	use sp_blockchain::{ApplyExtrinsicFailed::Validity, Error::ApplyExtrinsicFailed};
	matches!(error, ApplyExtrinsicFailed(Validity(why)) if why.exhausted_resources())
}

/// Microseconds since then.
pub fn micros(since: Instant) -> f64 {
	since.elapsed().as_secs_f64() * 1e6
}

fn least(times: &[f64]) -> f64 {
	times.iter().copied().fold(f64::INFINITY, f64::min)
}

/// The value that half of the values are below: the middle one, or the upper one of the two in the
/// middle.
pub fn median(values: &mut [f64]) -> f64 {
	quantile(values, 1, 2)
}

/// The value that `part` of `whole` of the values are below.
pub fn quantile(values: &mut [f64], part: usize, whole: usize) -> f64 {
	values.sort_unstable_by(f64::total_cmp);
	let position = values.len() * part / whole;
	values.get(position).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
	use super::*;

	/// What blocks of 1,000, 1,100 and 1,200 µs take, executed in turns on a machine that becomes slower
	/// by half after the first of them, and stays so: only the first has ever been fast.
	fn timings() -> [Timing; 3] {
		let cost = [1_000.0, 1_100.0, 1_200.0];
		std::array::from_fn(|block| {
			let slowness = |round| if round + block == 0 { 1.0 } else { 1.5 };
			Timing::of(
				0.0,
				(0..8).map(|round| cost[block] * slowness(round)).collect(),
			)
		})
	}

	#[test]
	fn what_a_machine_does_between_two_blocks_is_not_in_their_difference() {
		let [none, one, two] = timings();
		assert_eq!(one.beyond(&none), 150.0);
		assert_eq!(two.beyond(&none), 300.0);
		assert_eq!(one.least - none.least, 650.0);
		assert_eq!(two.times(&one, &none), 2.0);
	}
}
