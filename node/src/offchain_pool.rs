//! The transaction pool as offchain workers see it.

use std::sync::Arc;

use futures::executor::block_on;
use sc_transaction_pool_api::{
	LocalTransactionFor, LocalTransactionPool, TransactionPool, TransactionSource,
};
use sp_runtime::traits::Block as BlockT;

/// Gives what a worker sends to every view of the pool.
///
/// The fork-aware pool has a view for each block that may become the parent of the next one. Its own
/// `submit_local` stops at the first view that takes the transaction, whichever that is: after a fork,
/// every fourth slot or so, a validator's report would be missing on the branch that wins, and come
/// a block late. `submit_one` goes to all of them.
pub struct EveryView<Pool>(pub Arc<Pool>);

impl<Pool: TransactionPool> LocalTransactionPool for EveryView<Pool> {
	type Block = Pool::Block;
	type Error = Pool::Error;
	type Hash = Pool::Hash;

	fn submit_local(
		&self,
		at: <Self::Block as BlockT>::Hash,
		transaction: LocalTransactionFor<Self>,
	) -> Result<Self::Hash, Self::Error> {
		// Workers have threads of their own.
		block_on(self.0.submit_one(at, TransactionSource::Local, transaction))
	}
}
