//! What Prometheus is told of enforcement: how far it is behind, by facility.
//!
//! The figures are those of the view functions that anybody can ask, read from each new best block
//! once it is imported. A block costs two calls of the runtime a facility; the longer one, of the
//! backlog, looks at no more than a thousand pages of each book, and at hardly any while there is
//! none. It runs on a thread of its own. If it falls behind, it leaves out blocks.

use std::{
	collections::{BTreeMap, BTreeSet},
	mem::{discriminant, Discriminant},
	sync::Arc,
	time::Instant,
};

use codec::{Decode, DecodeAll, Encode};
use frame_support::view_functions::{
	runtime_api::RuntimeViewFunction, ViewFunction, ViewFunctionDispatchError,
};
use futures::StreamExt;
use sc_client_api::BlockchainEvents;
use sc_service::SpawnTaskHandle;
use sp_api::{ApiError, ProvideRuntimeApi};
use sp_consensus::SyncOracle;
use substrate_prometheus_endpoint::{register, GaugeVec, Opts, PrometheusError, Registry, U64};

use cairn_primitives::{FacilityId, Hash};
use cairn_runtime::{
	apis::{BacklogView, FacilityView},
	opaque::Block,
};

/// Target of all log lines.
const LOG_TARGET: &str = "cairn::metrics";
/// Facilities that are looked at, at most. No runtime has nearly as many; it is here so that an answer
/// without sense cannot keep the thread for ever.
const MOST_FACILITIES: FacilityId = 1_000;
/// Imported blocks that are taken from the queue at once, at most. Of these only the last one counts.
const MOST_BLOCKS: usize = 256;

/// What is behind in a facility after a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Behind {
	/// Entries that enforcement has still to look at; at least so many if there are more than the view
	/// counts. `None` without a price of what the facility lends.
	pub backlog: Option<u64>,
	/// Vaults that were found unsafe when nothing of them could be sold.
	pub waiting: u64,
}

/// Why there are no figures.
#[derive(Debug)]
pub enum Problem {
	/// The runtime could not be called.
	NotAsked(ApiError),
	/// The runtime has no such view, or does not take what it was asked.
	Refused(ViewFunctionDispatchError),
	/// The runtime's answer is not what this node knows: the node is older or newer.
	Unreadable(codec::Error),
}

/// Asks for a view as of the state after block `at`.
fn ask<View>(
	api: &impl RuntimeViewFunction<Block>,
	at: Hash,
	view: View,
) -> Result<View::ReturnType, Problem>
where
	View: ViewFunction + Encode,
	View::ReturnType: Decode,
{
	let answer = api
		.execute_view_function(at, View::id(), view.encode())
		.map_err(Problem::NotAsked)?
		.map_err(Problem::Refused)?;
	DecodeAll::decode_all(&mut answer.as_slice()).map_err(Problem::Unreadable)
}

/// What is behind in every facility after block `at`. Facilities are numbered from zero without a gap.
pub fn read(
	api: &impl RuntimeViewFunction<Block>,
	at: Hash,
) -> Result<BTreeMap<FacilityId, Behind>, Problem> {
	let mut facilities = BTreeMap::new();
	for id in 0..MOST_FACILITIES {
		let Some(facility) = ask(api, at, FacilityView::new(id))? else {
			break;
		};
		let backlog = ask(api, at, BacklogView::new(id))?.map(|backlog| {
			let entries = backlog.entries.iter();
			entries.map(|(_, entries)| u64::from(*entries)).sum()
		});
		let waiting = facility.waiting.into();
		facilities.insert(id, Behind { backlog, waiting });
	}
	Ok(facilities)
}

/// A gauge that every facility has one of.
struct PerFacility {
	gauge: GaugeVec<U64>,
	/// Those that have one now.
	shown: BTreeSet<FacilityId>,
}

impl PerFacility {
	fn register(name: &str, help: &str, registry: &Registry) -> Result<Self, PrometheusError> {
		let gauge = GaugeVec::new(Opts::new(name, help), &["facility"])?;
		Ok(Self {
			gauge: register(gauge, registry)?,
			shown: BTreeSet::new(),
		})
	}

	/// Shows these and no others. What stays is never gone in between, so that nobody who looks just
	/// then misses it.
	fn show(&mut self, values: &BTreeMap<FacilityId, u64>) {
		for (id, value) in values {
			self.gauge.with_label_values(&[&id.to_string()]).set(*value);
		}
		let present: BTreeSet<_> = values.keys().copied().collect();
		for id in self.shown.difference(&present) {
			// It fails if there is none, and then there is nothing to remove.
			let _ = self.gauge.remove_label_values(&[&id.to_string()]);
		}
		self.shown = present;
	}
}

/// The gauges.
pub struct Gauges {
	backlog: PerFacility,
	waiting: PerFacility,
}

impl Gauges {
	/// Fails if the registry has other metrics of these names.
	pub fn register(registry: &Registry) -> Result<Self, PrometheusError> {
		Ok(Self {
			backlog: PerFacility::register(
				"cairn_vaults_backlog",
				"Entries of the risk index that enforcement has still to look at, by facility",
				registry,
			)?,
			waiting: PerFacility::register(
				"cairn_vaults_waiting",
				"Unsafe vaults of which nothing can be sold for the time being, by facility",
				registry,
			)?,
		})
	}

	/// Shows these facilities and no others.
	pub fn show(&mut self, facilities: &BTreeMap<FacilityId, Behind>) {
		let backlogs = facilities
			.iter()
			.filter_map(|(id, behind)| Some((*id, behind.backlog?)));
		self.backlog.show(&backlogs.collect());
		let waiting = facilities.iter().map(|(id, behind)| (*id, behind.waiting));
		self.waiting.show(&waiting.collect());
	}
}

/// Keeps the gauges up to date.
pub struct Watcher<Client, Oracle> {
	client: Arc<Client>,
	sync: Oracle,
	gauges: Gauges,
	/// The kind of problem that is in the log already.
	problem: Option<Discriminant<Problem>>,
}

impl<Client, Oracle> Watcher<Client, Oracle>
where
	Client: ProvideRuntimeApi<Block>,
	Client::Api: RuntimeViewFunction<Block>,
	Oracle: SyncOracle,
{
	/// Fails if the registry has other metrics of these names.
	pub fn new(
		client: Arc<Client>,
		sync: Oracle,
		registry: &Registry,
	) -> Result<Self, PrometheusError> {
		Ok(Self {
			client,
			sync,
			gauges: Gauges::register(registry)?,
			problem: None,
		})
	}

	/// Shows what is behind after a block, which is imported. Does nothing while the node catches up
	/// with the network.
	///
	/// Without figures there are no gauges: those of an earlier block would look as if all were well.
	pub fn look(&mut self, block: Hash) {
		if self.sync.is_major_syncing() {
			return;
		}
		let start = Instant::now();
		match read(&*self.client.runtime_api(), block) {
			Ok(facilities) => {
				log::debug!(
					target: LOG_TARGET,
					"{} facilities after {block:?}, read in {:?}",
					facilities.len(),
					start.elapsed(),
				);
				if self.problem.take().is_some() {
					log::info!(target: LOG_TARGET, "metrics of vaults are shown again");
				}
				self.gauges.show(&facilities);
			}
			Err(problem) => {
				let kind = Some(discriminant(&problem));
				if self.problem != kind {
					log::warn!(
						target: LOG_TARGET,
						"no metrics of vaults, from block {block:?} on: {problem:?}",
					);
				}
				self.problem = kind;
				self.gauges.show(&BTreeMap::new());
			}
		}
	}

	/// Looks at each new best block until the client is gone.
	async fn run(mut self)
	where
		Client: BlockchainEvents<Block>,
	{
		let imported = self.client.import_notification_stream();
		let mut bursts = imported.ready_chunks(MOST_BLOCKS);
		while let Some(burst) = bursts.next().await {
			if let Some(best) = burst.iter().rfind(|imported| imported.is_new_best) {
				self.look(best.hash);
			}
		}
	}
}

/// Keeps the gauges of `registry` up to date from now on; does nothing without one. The node does not
/// depend on it: what fails is told in the log.
pub fn start<Client, Oracle>(
	registry: Option<&Registry>,
	client: Arc<Client>,
	sync: Oracle,
	spawner: &SpawnTaskHandle,
) where
	Client: ProvideRuntimeApi<Block> + BlockchainEvents<Block> + Send + Sync + 'static,
	Client::Api: RuntimeViewFunction<Block>,
	Oracle: SyncOracle + Send + 'static,
{
	let Some(registry) = registry else {
		return;
	};
	match Watcher::new(client, sync, registry) {
		Ok(watcher) => spawner.spawn_blocking("vault-metrics", None, watcher.run()),
		Err(error) => log::warn!(target: LOG_TARGET, "no metrics of vaults: {error}"),
	}
}
