//! What people call, and their transactions.

use super::{
	accounts::{account_of, owner_account, owner_pair},
	debug,
	market::{collateral_asset, worth},
};
use crate::Result;
use cairn_math::Price;
use cairn_primitives::{AssetId, LotId, Nonce};
use cairn_runtime::{
	units::{CRN, CUSD},
	Runtime, RuntimeCall, System, TxExtension, UncheckedExtrinsic,
};
use cairn_vaults::types::{Adjustment, Limits};
use codec::Encode;
use frame_system::{offchain::CreateAuthorizedTransaction, CheckNonce};
use sp_core::{sr25519, Pair};
use sp_runtime::{generic::SignedPayload, MultiAddress, MultiSignature};

/// A transaction of `owner` for the block after the present one.
pub fn signed(owner: u32, call: RuntimeCall) -> Result<UncheckedExtrinsic> {
	let pair = owner_pair(owner);
	let nonce = System::account_nonce(account_of(pair.public()));
	signed_by(&pair, nonce, call)
}

/// A transaction with the nonce that is named.
pub(super) fn signed_by(
	pair: &sr25519::Pair,
	nonce: Nonce,
	call: RuntimeCall,
) -> Result<UncheckedExtrinsic> {
	let account = account_of(pair.public());
	let mut extension: TxExtension =
		<Runtime as CreateAuthorizedTransaction<RuntimeCall>>::create_extension();
	extension.6 = CheckNonce::from(nonce);
	let payload = SignedPayload::new(call, extension).map_err(debug)?;
	let signature: MultiSignature = payload.using_encoded(|bytes| pair.sign(bytes)).into();
	let (call, extension, _) = payload.deconstruct();
	Ok(UncheckedExtrinsic::new_signed(
		call,
		MultiAddress::Id(account),
		signature,
		extension,
	))
}

/// The transaction of a call that says itself why it is valid.
pub(super) fn authorized(call: RuntimeCall) -> UncheckedExtrinsic {
	<Runtime as CreateAuthorizedTransaction<RuntimeCall>>::create_authorized_transaction(call)
}

/// Moves a thousandth of a CRN to another owner.
pub fn transfer_keep_alive(to: u32) -> RuntimeCall {
	RuntimeCall::Balances(pallet_balances::Call::transfer_keep_alive {
		dest: MultiAddress::Id(owner_account(to)),
		value: CRN / 1_000,
	})
}

/// What an `adjust` does. Each is for a vault of one leg.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Movement {
	/// Deposits collateral and borrows against it.
	DepositAndBorrow,
	/// Deposits collateral.
	Deposit,
	/// Borrows.
	Borrow,
	/// Repays part of the debt.
	Repay,
}

impl Movement {
	/// All of them, the one that does most first.
	pub const ALL: [Self; 4] = [
		Self::DepositAndBorrow,
		Self::Deposit,
		Self::Borrow,
		Self::Repay,
	];

	/// Its name in results.
	pub fn name(self) -> &'static str {
		match self {
			Self::DepositAndBorrow => "deposit+borrow",
			Self::Deposit => "deposit",
			Self::Borrow => "borrow",
			Self::Repay => "repay",
		}
	}
}

/// Adjusts the first vault of `owner`.
pub fn adjust(owner: u32, movement: Movement) -> Result<RuntimeCall> {
	let asset = collateral_asset(owner);
	let deposit = vec![(asset.clone(), worth(&asset, 100.0))];
	let deposit = deposit.try_into().map_err(|_| "too many legs")?;
	let adjustment = match movement {
		Movement::DepositAndBorrow => Adjustment {
			deposit,
			borrow: 20 * CUSD,
			..Default::default()
		},
		Movement::Deposit => Adjustment {
			deposit,
			..Default::default()
		},
		Movement::Borrow => Adjustment {
			borrow: 2 * CUSD,
			..Default::default()
		},
		Movement::Repay => Adjustment {
			repay: 20 * CUSD,
			..Default::default()
		},
	};
	Ok(RuntimeCall::Vaults(cairn_vaults::Call::adjust {
		vault: owner.into(),
		adjustment,
		limits: Limits::default(),
	}))
}

/// Buys collateral of the value of so many dollars from a lot at whatever price.
pub fn take(lot: LotId, asset: &AssetId, usd: f64) -> RuntimeCall {
	RuntimeCall::Auctions(cairn_auctions::Call::take {
		lot,
		max_amount: worth(asset, usd),
		max_price: Price::MAX,
		recipient: None,
	})
}
