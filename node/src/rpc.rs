//! The JSON-RPC methods this node adds to those every node serves.
//!
//! `sc-service` itself registers `author`, `chain`, `state`, `system`, `offchain`, and of the newer
//! specification `chainSpec_v1`, `chainHead_v1`, `transaction_v1`, `transactionWatch_v1` and (on
//! archive nodes) `archive_v1`.

use std::sync::Arc;

use jsonrpsee::RpcModule;
use pallet_transaction_payment_rpc::{TransactionPayment, TransactionPaymentApiServer};
use sc_consensus_babe::BabeWorkerHandle;
use sc_consensus_babe_rpc::{Babe, BabeApiServer};
use sc_consensus_grandpa::{
	FinalityProofProvider, GrandpaJustificationStream, SharedAuthoritySet, SharedVoterState,
};
use sc_consensus_grandpa_rpc::{Grandpa, GrandpaApiServer};
use sc_rpc::SubscriptionTaskExecutor;
use sc_sync_state_rpc::{SyncState, SyncStateApiServer};
use sp_keystore::KeystorePtr;
use substrate_frame_rpc_system::{System, SystemApiServer};

use cairn_primitives::{BlockNumber, Hash};
use cairn_runtime::opaque::Block;

use crate::service::{FullBackend, FullClient, FullPool, FullSelectChain};

/// What the methods look at. Built once, used for each server the node opens.
pub struct RpcBuilder {
	pub client: Arc<FullClient>,
	pub transaction_pool: Arc<FullPool>,
	pub select_chain: FullSelectChain,
	pub chain_spec: Box<dyn sc_chain_spec::ChainSpec>,
	pub keystore: KeystorePtr,
	pub babe_worker: BabeWorkerHandle<Block>,
	pub grandpa: GrandpaView,
}

/// What can be seen of the finality gadget from outside.
pub struct GrandpaView {
	pub voter_state: SharedVoterState,
	pub authority_set: SharedAuthoritySet<Hash, BlockNumber>,
	pub justifications: GrandpaJustificationStream<Block>,
	pub finality_proofs: Arc<FinalityProofProvider<FullBackend, Block>>,
}

impl RpcBuilder {
	/// Assembles the methods; subscriptions run on `executor`.
	pub fn build(
		&self,
		executor: SubscriptionTaskExecutor,
	) -> Result<RpcModule<()>, Box<dyn std::error::Error + Send + Sync>> {
		let mut module = RpcModule::new(());

		let system = System::<_, _, Block>::new(self.client.clone(), self.transaction_pool.clone());
		module.merge(system.into_rpc())?;

		let payment = TransactionPayment::<_, Block>::new(self.client.clone());
		module.merge(payment.into_rpc())?;

		let babe = Babe::new(
			self.client.clone(),
			self.babe_worker.clone(),
			self.keystore.clone(),
			self.select_chain.clone(),
		);
		module.merge(babe.into_rpc())?;

		let grandpa = Grandpa::new(
			executor,
			self.grandpa.authority_set.clone(),
			self.grandpa.voter_state.clone(),
			self.grandpa.justifications.clone(),
			self.grandpa.finality_proofs.clone(),
		);
		module.merge(grandpa.into_rpc())?;

		let sync_state = SyncState::new(
			self.chain_spec.cloned_box(),
			self.client.clone(),
			self.grandpa.authority_set.clone(),
			self.babe_worker.clone(),
		)?;
		module.merge(sync_state.into_rpc())?;

		Ok(module)
	}
}
