//! Wires client, pool, network, consensus and workers into a node.
//!
//! [`new_partial`] builds what every command on a database needs; [`start`] adds the network and
//! everything that runs on it.

use std::{path::Path, sync::Arc, time::Duration};

use futures::StreamExt;
use sc_authority_discovery::{Role as DiscoveryRole, WorkerConfig as DiscoveryConfig};
use sc_basic_authorship::ProposerFactory;
use sc_client_api::{Backend, HeaderBackend};
use sc_consensus::{DefaultImportQueue, LongestChain};
use sc_consensus_babe::{
	BabeBlockImport, BabeLink, BabeParams, BabeWorkerHandle, ImportQueueParams, SlotProportion,
};
use sc_consensus_grandpa::{
	FinalityProofProvider, GrandpaBlockImport, GrandpaParams, GrandpaPruningFilter, LinkHalf,
	SharedVoterState, VotingRulesBuilder,
};
use sc_consensus_slots::BackoffAuthoringOnFinalizedHeadLagging;
use sc_executor::WasmExecutor;
use sc_network::{
	config::{FullNetworkConfiguration, NetworkBackendType},
	service::traits::NetworkService,
	Event, Litep2pNetworkBackend, NetworkBackend, NetworkWorker, NotificationService, ProtocolName,
};
use sc_network_sync::SyncingService;
use sc_offchain::{OffchainWorkerOptions, OffchainWorkers};
use sc_service::{
	BuildNetworkParams, Configuration, Error, KeystoreContainer, Role, SpawnTasksParams,
	TaskManager, WarpSyncConfig,
};
use sc_storage_monitor::{StorageMonitorParams, StorageMonitorService};
use sc_telemetry::{Telemetry, TelemetryHandle, TelemetryWorker};
use sc_transaction_pool::TransactionPoolHandle;
use sc_transaction_pool_api::OffchainTransactionPoolFactory;
use substrate_prometheus_endpoint::Registry;

use cairn_primitives::Hash;
use cairn_runtime::{opaque::Block, RuntimeApi};

use crate::{
	inherents::SlotInherents,
	metrics,
	offchain_pool::EveryView,
	rpc::{GrandpaView, RpcBuilder},
};

/// The functions the runtime may import from its host.
#[cfg(not(feature = "runtime-benchmarks"))]
pub type HostFunctions = sp_io::SubstrateHostFunctions;

/// The functions the runtime may import from its host, those of its benchmarks included.
#[cfg(feature = "runtime-benchmarks")]
pub type HostFunctions = (
	sp_io::SubstrateHostFunctions,
	frame_benchmarking::benchmarking::HostFunctions,
);

pub type FullClient = sc_service::TFullClient<Block, RuntimeApi, WasmExecutor<HostFunctions>>;
pub type FullBackend = sc_service::TFullBackend<Block>;
pub type FullPool = TransactionPoolHandle<Block, FullClient>;
pub type FullSelectChain = LongestChain<FullBackend, Block>;

type GrandpaImport = GrandpaBlockImport<FullBackend, Block, FullClient, FullSelectChain>;
type GrandpaLink = LinkHalf<Block, FullClient, FullSelectChain>;
type BlockImport =
	BabeBlockImport<Block, FullClient, GrandpaImport, SlotInherents, FullSelectChain>;

/// A justification is stored at least every so many blocks, besides those that change the set of
/// authorities. Nodes that sync ask for these; between them finality is proven by gossip alone.
const JUSTIFICATION_PERIOD: u32 = 512;

/// How long a GRANDPA message may take through the network. A third of a second leaves a round well
/// within a slot of three.
const GOSSIP_DURATION: Duration = Duration::from_millis(333);

/// The part of a slot a block may be built in. The other half is for sending and executing it:
/// every validator enforces vaults again before it builds on the block.
const PROPOSAL_PORTION: f32 = 0.5;

/// What there is without a network.
pub struct Partial {
	pub client: Arc<FullClient>,
	pub backend: Arc<FullBackend>,
	pub task_manager: TaskManager,
	pub import_queue: DefaultImportQueue<Block>,
	keystore: KeystoreContainer,
	select_chain: FullSelectChain,
	transaction_pool: Arc<FullPool>,
	block_import: BlockImport,
	babe_link: BabeLink<Block>,
	babe_worker: BabeWorkerHandle<Block>,
	grandpa_link: GrandpaLink,
	inherents: SlotInherents,
	telemetry: Option<Telemetry>,
}

/// Opens the database and prepares block import.
pub fn new_partial(config: &Configuration) -> Result<Partial, Error> {
	let registry = config.prometheus_registry();
	let telemetry_worker = new_telemetry(config)?;

	// Without this filter a node with `--blocks-pruning <n>` throws away the headers of which the
	// proofs for warp sync are made, and newcomers find fewer and fewer peers to sync from.
	let pruning_filters: Vec<Arc<dyn sc_service::PruningFilter>> =
		vec![Arc::new(GrandpaPruningFilter)];
	let (client, backend, keystore, task_manager) =
		sc_service::new_full_parts::<Block, RuntimeApi, _>(
			config,
			telemetry_worker
				.as_ref()
				.map(|(_, telemetry)| telemetry.handle()),
			sc_service::new_wasm_executor::<HostFunctions>(&config.executor),
			pruning_filters,
		)?;
	let client = Arc::new(client);

	let telemetry = telemetry_worker.map(|(worker, telemetry)| {
		task_manager
			.spawn_handle()
			.spawn("telemetry", None, worker.run());
		telemetry
	});
	let telemetry_handle = telemetry.as_ref().map(Telemetry::handle);

	let select_chain = LongestChain::new(backend.clone());
	let transaction_pool = Arc::from(
		sc_transaction_pool::Builder::new(
			task_manager.spawn_essential_handle(),
			client.clone(),
			config.role.is_authority().into(),
		)
		.with_options(config.transaction_pool.clone())
		.with_prometheus(registry)
		.build(),
	);

	let (grandpa_import, grandpa_link) = sc_consensus_grandpa::block_import(
		client.clone(),
		JUSTIFICATION_PERIOD,
		&client,
		select_chain.clone(),
		telemetry_handle.clone(),
	)?;

	let babe_config = sc_consensus_babe::configuration(&*client)?;
	let slot_duration = babe_config.slot_duration();
	let inherents = SlotInherents::new(slot_duration);
	// A validator that signs two blocks for one slot is noticed while the second one is imported.
	// The report goes to the pool as a transaction, hence the factory.
	let (block_import, babe_link) = sc_consensus_babe::block_import(
		babe_config,
		grandpa_import.clone(),
		client.clone(),
		inherents.clone(),
		select_chain.clone(),
		OffchainTransactionPoolFactory::new(transaction_pool.clone()),
	)?;

	let (import_queue, babe_worker) = sc_consensus_babe::import_queue(ImportQueueParams {
		link: babe_link.clone(),
		block_import: block_import.clone(),
		justification_import: Some(Box::new(grandpa_import)),
		client: client.clone(),
		slot_duration,
		spawner: &task_manager.spawn_essential_handle(),
		registry,
		telemetry: telemetry_handle,
	})?;

	Ok(Partial {
		client,
		backend,
		task_manager,
		import_queue,
		keystore,
		select_chain,
		transaction_pool,
		block_import,
		babe_link,
		babe_worker,
		grandpa_link,
		inherents,
		telemetry,
	})
}

fn new_telemetry(config: &Configuration) -> Result<Option<(TelemetryWorker, Telemetry)>, Error> {
	/// Messages that may wait for a slow telemetry server before they are dropped.
	const BUFFER: usize = 16;

	let Some(endpoints) = config
		.telemetry_endpoints
		.clone()
		.filter(|list| !list.is_empty())
	else {
		return Ok(None);
	};
	let worker = TelemetryWorker::new(BUFFER)?;
	let telemetry = worker.handle().new_telemetry(endpoints);
	Ok(Some((worker, telemetry)))
}

/// Starts a node on the network backend the operator chose.
///
/// Both backends speak the same protocols and find each other; `litep2p` is the default of the SDK.
pub fn start(
	config: Configuration,
	storage_monitor: StorageMonitorParams,
) -> Result<TaskManager, Error> {
	match config.network.network_backend {
		NetworkBackendType::Libp2p => {
			start_on::<NetworkWorker<Block, Hash>>(config, storage_monitor)
		}
		NetworkBackendType::Litep2p => start_on::<Litep2pNetworkBackend>(config, storage_monitor),
	}
}

fn start_on<N: NetworkBackend<Block, Hash>>(
	config: Configuration,
	storage_monitor: StorageMonitorParams,
) -> Result<TaskManager, Error> {
	let Partial {
		client,
		backend,
		mut task_manager,
		import_queue,
		keystore,
		select_chain,
		transaction_pool,
		block_import,
		babe_link,
		babe_worker,
		grandpa_link,
		inherents,
		mut telemetry,
	} = new_partial(&config)?;

	if let Some(path) = config.database.path() {
		watch_disk(storage_monitor, path, &task_manager)?;
	}

	let registry = config.prometheus_registry().cloned();
	let notification_metrics = N::register_notification_metrics(registry.as_ref());
	let mut net_config =
		FullNetworkConfiguration::<Block, Hash, N>::new(&config.network, registry.clone());
	let grandpa_protocol = sc_consensus_grandpa::protocol_standard_name(
		&client.info().genesis_hash,
		&config.chain_spec,
	);
	let (grandpa_peers, grandpa_notifications) =
		sc_consensus_grandpa::grandpa_peers_set_config::<_, N>(
			grandpa_protocol.clone(),
			notification_metrics.clone(),
			net_config.peer_store_handle(),
		);
	net_config.add_notification_protocol(grandpa_peers);

	let warp_sync = sc_consensus_grandpa::warp_proof::NetworkProvider::new(
		backend.clone(),
		grandpa_link.shared_authority_set().clone(),
		Vec::new(),
	);
	let (network, system_rpc_tx, tx_handler_controller, sync_service, bitswap) =
		sc_service::build_network(BuildNetworkParams {
			config: &config,
			net_config,
			client: client.clone(),
			transaction_pool: transaction_pool.clone(),
			spawn_handle: task_manager.spawn_handle(),
			spawn_essential_handle: task_manager.spawn_essential_handle(),
			import_queue,
			block_announce_validator_builder: None,
			warp_sync_config: Some(WarpSyncConfig::WithProvider(Arc::new(warp_sync))),
			block_relay: None,
			metrics: notification_metrics,
			gap_sync_body_policy: None,
		})?;
	// There only with `--ipfs-server`, and ends when its handle is dropped.
	task_manager.keep_alive(bitswap);

	let services = Services {
		role: config.role,
		node_name: config.network.node_name.clone(),
		client: client.clone(),
		transaction_pool: transaction_pool.clone(),
		keystore: keystore.keystore(),
		network: network.clone(),
		sync: sync_service.clone(),
		registry,
		telemetry: telemetry.as_ref().map(Telemetry::handle),
	};
	let discovery = DiscoveryConfig {
		publish_non_global_ips: config.network.allow_non_globals_in_dht,
		public_addresses: config.network.public_addresses.clone(),
		persisted_cache_directory: config.network.net_config_path.clone(),
		// Unsigned records were written by releases older than this network.
		strict_record_validation: true,
		..Default::default()
	};
	let (force_authoring, disable_grandpa) = (config.force_authoring, config.disable_grandpa);

	if config.offchain_worker.enabled {
		services.spawn_offchain_workers(&backend, &task_manager)?;
	}

	metrics::start(
		services.registry.as_ref(),
		client.clone(),
		services.sync.clone(),
		&task_manager.spawn_handle(),
	);

	let voter_state = SharedVoterState::empty();
	let rpc = RpcBuilder {
		client: client.clone(),
		transaction_pool: transaction_pool.clone(),
		select_chain: select_chain.clone(),
		chain_spec: config.chain_spec.cloned_box(),
		keystore: keystore.keystore(),
		babe_worker,
		grandpa: GrandpaView {
			voter_state: voter_state.clone(),
			authority_set: grandpa_link.shared_authority_set().clone(),
			justifications: grandpa_link.justification_stream(),
			finality_proofs: FinalityProofProvider::new_for_service(
				backend.clone(),
				Some(grandpa_link.shared_authority_set().clone()),
			),
		},
	};

	// Before consensus, because this also puts the development keys into the keystore, where
	// consensus looks for them when it starts.
	sc_service::spawn_tasks(SpawnTasksParams {
		config,
		client,
		backend,
		task_manager: &mut task_manager,
		keystore: keystore.keystore(),
		transaction_pool,
		rpc_builder: Box::new(move |executor| rpc.build(executor).map_err(Error::from)),
		network,
		system_rpc_tx,
		tx_handler_controller,
		sync_service,
		telemetry: telemetry.as_mut(),
		tracing_execute_block: None,
	})?;

	if services.role.is_authority() {
		services.spawn_authority_discovery(discovery, &task_manager);
		services.spawn_authoring(
			&task_manager,
			select_chain,
			block_import,
			babe_link,
			inherents,
			force_authoring,
		)?;
	}
	if !disable_grandpa {
		services.spawn_finality(
			&task_manager,
			grandpa_link,
			grandpa_protocol,
			grandpa_notifications,
			voter_state,
		)?;
	}

	Ok(task_manager)
}

/// Ends the node while there is still room to end it in order.
fn watch_disk(
	params: StorageMonitorParams,
	path: &Path,
	task_manager: &TaskManager,
) -> Result<(), Error> {
	StorageMonitorService::try_spawn(
		params,
		path.to_path_buf(),
		&task_manager.spawn_essential_handle(),
	)
	.map_err(|error| Error::Application(Box::new(error)))
}

/// What the workers of a running node share.
struct Services {
	role: Role,
	node_name: String,
	client: Arc<FullClient>,
	transaction_pool: Arc<FullPool>,
	keystore: sp_keystore::KeystorePtr,
	network: Arc<dyn NetworkService>,
	sync: Arc<SyncingService<Block>>,
	registry: Option<Registry>,
	telemetry: Option<TelemetryHandle>,
}

impl Services {
	/// Runs the runtime's offchain workers, which is how validators report prices.
	fn spawn_offchain_workers(
		&self,
		backend: &FullBackend,
		task_manager: &TaskManager,
	) -> Result<(), Error> {
		let workers = OffchainWorkers::new(OffchainWorkerOptions {
			runtime_api_provider: self.client.clone(),
			keystore: Some(self.keystore.clone()),
			offchain_db: backend.offchain_storage(),
			transaction_pool: Some(OffchainTransactionPoolFactory::new(EveryView(
				self.transaction_pool.clone(),
			))),
			network_provider: Arc::new(self.network.clone()),
			is_validator: self.role.is_authority(),
			enable_http_requests: true,
			custom_extensions: |_| Vec::new(),
		})
		.map_err(|error| {
			Error::Other(format!(
				"The offchain worker cannot make HTTPS requests, because this host has no CA \
				certificates. Install ca-certificates; a node that is not meant to report prices \
				can do without: `--offchain-worker never`. Cause: {error}"
			))
		})?;
		task_manager.spawn_handle().spawn(
			"offchain-workers",
			"offchain-worker",
			workers.run(self.client.clone(), task_manager.spawn_handle()),
		);
		Ok(())
	}

	/// Publishes where this validator is reached and finds the others, so that votes and blocks
	/// need not travel through strangers.
	fn spawn_authority_discovery(&self, config: DiscoveryConfig, task_manager: &TaskManager) {
		let events = self
			.network
			.event_stream("authority-discovery")
			.filter_map(|event| async {
				match event {
					Event::Dht(event) => Some(event),
					_ => None,
				}
			});
		let (worker, _) = sc_authority_discovery::new_worker_and_service_with_config(
			config,
			self.client.clone(),
			Arc::new(self.network.clone()),
			Box::pin(events),
			DiscoveryRole::PublishAndDiscover(self.keystore.clone()),
			self.registry.clone(),
			task_manager.spawn_handle(),
		);
		task_manager
			.spawn_handle()
			.spawn("authority-discovery", Some("networking"), worker.run());
	}

	/// Builds blocks in the slots that fall to the keys in the keystore.
	fn spawn_authoring(
		&self,
		task_manager: &TaskManager,
		select_chain: FullSelectChain,
		block_import: BlockImport,
		babe_link: BabeLink<Block>,
		inherents: SlotInherents,
		force_authoring: bool,
	) -> Result<(), Error> {
		let proposer = ProposerFactory::new(
			task_manager.spawn_handle(),
			self.client.clone(),
			self.transaction_pool.clone(),
			self.registry.as_ref(),
			self.telemetry.clone(),
		);
		let babe = sc_consensus_babe::start_babe(BabeParams {
			keystore: self.keystore.clone(),
			client: self.client.clone(),
			select_chain,
			env: proposer,
			block_import,
			sync_oracle: self.sync.clone(),
			justification_sync_link: self.sync.clone(),
			create_inherent_data_providers: inherents,
			force_authoring,
			// From 50 blocks without finality on, authoring slows down (to one block in 100 slots
			// at worst), so that a stalled GRANDPA leaves a short chain to agree on, not a long one.
			backoff_authoring_blocks: Some(BackoffAuthoringOnFinalizedHeadLagging::default()),
			babe_link,
			block_proposal_slot_portion: SlotProportion::new(PROPOSAL_PORTION),
			max_block_proposal_slot_portion: None,
			telemetry: self.telemetry.clone(),
		})?;
		task_manager.spawn_essential_handle().spawn_blocking(
			"babe-proposer",
			Some("block-authoring"),
			babe,
		);
		Ok(())
	}

	/// Votes with the keys in the keystore; a node that is no authority follows the votes.
	fn spawn_finality(
		&self,
		task_manager: &TaskManager,
		link: GrandpaLink,
		protocol_name: ProtocolName,
		notification_service: Box<dyn NotificationService>,
		shared_voter_state: SharedVoterState,
	) -> Result<(), Error> {
		let voter = sc_consensus_grandpa::run_grandpa_voter(GrandpaParams {
			config: sc_consensus_grandpa::Config {
				gossip_duration: GOSSIP_DURATION,
				justification_generation_period: JUSTIFICATION_PERIOD,
				observer_enabled: false,
				local_role: self.role,
				name: Some(self.node_name.clone()),
				keystore: self.role.is_authority().then(|| self.keystore.clone()),
				telemetry: self.telemetry.clone(),
				protocol_name,
			},
			link,
			network: self.network.clone(),
			sync: self.sync.clone(),
			notification_service,
			voting_rule: VotingRulesBuilder::default().build(),
			prometheus_registry: self.registry.clone(),
			shared_voter_state,
			telemetry: self.telemetry.clone(),
			// Double votes are reported from here, as double blocks are from block import.
			offchain_tx_pool_factory: OffchainTransactionPoolFactory::new(
				self.transaction_pool.clone(),
			),
		})?;
		// Essential: an authority that no longer votes had better be seen to be down.
		task_manager
			.spawn_essential_handle()
			.spawn_blocking("grandpa-voter", None, voter);
		Ok(())
	}
}
