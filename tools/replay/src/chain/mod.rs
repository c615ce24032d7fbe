//! The real runtime, natively and in memory, and everything that this tool knows about its inside.
//!
//! Blocks are made as a node makes them: the pre-digest of BABE, the timestamp inherent, then
//! transactions with real signatures, through `frame_executive`. Prices enter as the validators'
//! signed reports and become quotes at the start of the next block. Only the state root is left
//! out (see `memory`).

pub mod genesis;
mod memory;
mod observe;
mod reports;
pub mod tokens;

pub use memory::Memory;
pub use observe::{usd, Happened, Lot, Quote, Sheet};
pub use tokens::Token;

use cairn_math::Price;
use cairn_primitives::{AccountId, AssetId, Balance, FacilityId, Hash, LotId, Signature};
use cairn_runtime::{
	units::SLOT_MILLISECONDS, Executive, Header, Runtime, RuntimeCall, System, UncheckedExtrinsic,
};
use cairn_vaults::types::{Adjustment, Limits};
use codec::Encode;
use frame_support::storage::with_transaction_unchecked;
use frame_system::offchain::{CreateAuthorizedTransaction, CreateBare};
use reports::Validator;
use sp_consensus_babe::{
	digests::{PreDigest, SecondaryPlainPreDigest},
	BABE_ENGINE_ID,
};
use sp_core::{sr25519, Pair};
use sp_runtime::{
	generic::{DigestItem, SignedPayload},
	traits::{Header as _, IdentifyAccount, Verify},
	transaction_validity::{InvalidTransaction, TransactionValidityError},
	ApplyExtrinsicResult, Digest, MultiSigner, TransactionOutcome,
};
use std::collections::BTreeMap;

/// Seconds of a slot.
pub const SLOT_SECONDS: u64 = SLOT_MILLISECONDS / 1_000;

/// Somebody with a key.
#[derive(Clone)]
pub struct Account {
	pair: sr25519::Pair,
	/// The account on chain.
	pub id: AccountId,
}

impl Account {
	/// The account of this name; the same name is always the same account.
	pub fn new(name: &str) -> Self {
		let pair = sr25519::Pair::from_seed(&sp_io::hashing::blake2_256(name.as_bytes()));
		let id = MultiSigner::from(pair.public()).into_account();
		Self { pair, id }
	}
}

/// A call, and who signs it.
pub struct Order<'a> {
	/// Who signs.
	pub from: &'a Account,
	/// What he wants.
	pub call: RuntimeCall,
}

/// What became of a transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
	/// It did what it was to do.
	Done,
	/// It is in the block, and failed there.
	Failed(String),
	/// The block is full.
	NoRoom,
}

/// What a block came to.
pub struct Block {
	/// What became of each order.
	pub outcomes: Vec<Outcome>,
	/// What happened, in order.
	pub happened: Vec<Happened>,
}

/// A chain.
pub struct Chain {
	memory: Memory,
	tokens: Vec<Token>,
	validators: Vec<Validator>,
	slot: u64,
	/// Hash of the last block.
	parent: Hash,
}

impl Chain {
	/// A chain whose first block will be made after `slot`.
	pub fn new(genesis: genesis::Genesis, slot: u64) -> Self {
		let tokens = genesis.tokens().to_vec();
		let mut memory = genesis.build();
		let validators = memory.execute_with(reports::validators);
		Self {
			memory,
			tokens,
			validators,
			slot,
			parent: genesis::HASH,
		}
	}

	/// The tokens that vaults may hold.
	pub fn tokens(&self) -> &[Token] {
		&self.tokens
	}

	/// The slot of the last block.
	pub fn slot(&self) -> u64 {
		self.slot
	}

	/// Makes the next block, in `slot`, with the validators' reports of what each token is worth in
	/// USD (`None`: nobody can see it) and with these orders.
	///
	/// The reports are in effect with the start of the block after it. A price outside of what the
	/// chain's feed believes is not reported, as by a validator's worker.
	pub fn block(&mut self, slot: u64, prices: &[Option<f64>], orders: &[Order<'_>]) -> Block {
		assert!(slot > self.slot, "time goes forward");
		self.slot = slot;
		let (tokens, validators, parent) = (&self.tokens, &self.validators, &mut self.parent);
		self.memory.execute_with(|| {
			let reports = reports::sign(validators, tokens, prices);
			start_block(slot, *parent);
			for report in reports {
				let applied = Executive::apply_extrinsic(report);
				assert!(
					matches!(applied, Ok(Ok(()))),
					"a report is refused: {applied:?}"
				);
			}
			let mut nonces = BTreeMap::new();
			let outcomes = orders
				.iter()
				.map(|order| apply(order, &mut nonces))
				.collect();
			*parent = Executive::finalize_block().hash();
			Block {
				outcomes,
				happened: observe::happened(tokens),
			}
		})
	}

	/// Looks at the state after the last block.
	pub fn look<R>(&mut self, f: impl FnOnce(&View<'_>) -> R) -> R {
		let view = View {
			tokens: &self.tokens,
		};
		self.memory.execute_with(|| f(&view))
	}
}

/// What can be seen of a chain; the views are methods.
pub struct View<'a> {
	tokens: &'a [Token],
}

/// `vaults.open` with these deposits and this debt, all of which goes on to `recipient`.
pub fn open(
	facility: FacilityId,
	deposits: &[(AssetId, Balance)],
	debt: Balance,
	recipient: &AccountId,
) -> RuntimeCall {
	let adjustment = Adjustment {
		deposit: deposits.to_vec().try_into().unwrap_or_default(),
		borrow: debt,
		..Default::default()
	};
	let open = cairn_vaults::Call::open {
		facility,
		adjustment,
		limits: Limits::default(),
	};
	RuntimeCall::Utility(pallet_utility::Call::batch_all {
		calls: vec![open.into(), pay(recipient, debt)],
	})
}

/// A transfer of CUSD.
pub fn pay(recipient: &AccountId, amount: Balance) -> RuntimeCall {
	RuntimeCall::Assets(pallet_assets::Call::transfer {
		id: tokens::CUSD.into(),
		target: recipient.clone().into(),
		amount,
	})
}

/// Several calls of which each may fail by itself.
pub fn each(calls: Vec<RuntimeCall>) -> RuntimeCall {
	RuntimeCall::Utility(pallet_utility::Call::force_batch { calls })
}

/// `auctions.take`.
pub fn take(lot: LotId, amount: Balance, max_price: Price) -> RuntimeCall {
	RuntimeCall::Auctions(cairn_auctions::Call::take {
		lot,
		max_amount: amount,
		max_price,
		recipient: None,
	})
}

/// The account that holds the reserve.
pub fn treasury() -> AccountId {
	cairn_runtime::Treasury::account_id()
}

fn start_block(slot: u64, parent: Hash) {
	let number = System::block_number() + 1;
	let pre_digest = PreDigest::SecondaryPlain(SecondaryPlainPreDigest {
		authority_index: 0,
		slot: slot.into(),
	});
	let digest = Digest {
		logs: vec![DigestItem::PreRuntime(BABE_ENGINE_ID, pre_digest.encode())],
	};
	let header = Header::new(
		number,
		Default::default(),
		Default::default(),
		parent,
		digest,
	);
	Executive::initialize_block(&header);
	let now = slot * SLOT_MILLISECONDS;
	let set = pallet_timestamp::Call::set { now };
	let timestamp = <Runtime as CreateBare<RuntimeCall>>::create_bare(set.into());
	let applied = Executive::apply_extrinsic(timestamp);
	assert!(
		matches!(applied, Ok(Ok(()))),
		"the time is refused: {applied:?}"
	);
}

/// Signs an order as a wallet does, and puts it into the block.
fn apply(order: &Order<'_>, nonces: &mut BTreeMap<AccountId, u32>) -> Outcome {
	let nonce = *nonces
		.entry(order.from.id.clone())
		.or_insert_with(|| System::account_nonce(&order.from.id));
	let mut extension = <Runtime as CreateAuthorizedTransaction<RuntimeCall>>::create_extension();
	extension.6 = frame_system::CheckNonce::from(nonce);
	let payload = SignedPayload::new(order.call.clone(), extension)
		.expect("what is signed beside the call is known");
	let signature = payload.using_encoded(|bytes| order.from.pair.sign(bytes));
	let signature = Signature::from(signature);
	debug_assert!(payload.using_encoded(|bytes| signature.verify(bytes, &order.from.id)));
	let (call, extension, _) = payload.deconstruct();
	let address = order.from.id.clone().into();
	let transaction = UncheckedExtrinsic::new_signed(call, address, signature, extension);
	let full = TransactionValidityError::Invalid(InvalidTransaction::ExhaustsResources);
	match include(transaction) {
		Ok(result) => {
			nonces.insert(order.from.id.clone(), nonce + 1);
			match result {
				Ok(()) => Outcome::Done,
				Err(error) => Outcome::Failed(observe::sentence(error)),
			}
		}
		Err(error) if error == full => Outcome::NoRoom,
		Err(error) => Outcome::Failed(format!("{error:?}")),
	}
}

/// Applies a transaction as a block's author does: one that turns out not to be valid leaves nothing
/// behind, not even its nonce.
fn include(transaction: UncheckedExtrinsic) -> ApplyExtrinsicResult {
	with_transaction_unchecked(|| match Executive::apply_extrinsic(transaction) {
		Ok(result) => TransactionOutcome::Commit(Ok(result)),
		Err(error) => TransactionOutcome::Rollback(Err(error)),
	})
}
