//! The transaction pool as offchain workers see it.

use std::{sync::Arc, time::Duration};

use futures::{
	executor::block_on,
	future::{select, Either},
};
use futures_timer::Delay;
use sc_transaction_pool_api::{
	LocalTransactionFor, LocalTransactionPool, TransactionPool, TransactionSource,
};
use sp_runtime::traits::Block as BlockT;

/// Target of all log lines.
const LOG_TARGET: &str = "cairn::pool";
/// So long the pool may take to make the view of the block after which a worker runs.
const VIEW_TIME: Duration = Duration::from_secs(1);

/// Gives what a worker sends to every view of the pool, that of the worker's own block included.
///
/// The fork-aware pool has a view for each block that may become the parent of the next one. Its own
/// `submit_local` stops at the first view that takes the transaction, whichever that is: after a fork,
/// every fourth slot or so, a validator's report would be missing on the branch that wins, and come
/// a block late. `submit_one` goes to all of them.
///
/// To all there are, that is. What comes while the pool makes the view of a new block, which takes a full
/// pool a while, is not in that view, and so not in the next block. Therefore it is waited for.
pub struct EveryView<Pool>(pub Arc<Pool>);

impl<Pool: TransactionPool> EveryView<Pool> {
	/// Waits until the pool has a view of `block`, and no longer than [`VIEW_TIME`].
	async fn until_view_of(&self, block: <Pool::Block as BlockT>::Hash) {
		let view = self.0.ready_at(block);
		if let Either::Right(_) = select(view, Delay::new(VIEW_TIME)).await {
			log::debug!(target: LOG_TARGET, "no view of {block:?} after {VIEW_TIME:?}");
		}
	}
}

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
		block_on(async {
			self.until_view_of(at).await;
			let source = TransactionSource::Local;
			self.0.submit_one(at, source, transaction).await
		})
	}
}
