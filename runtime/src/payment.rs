//! Fees and tips, and what a tip cannot buy.

use crate::{configs::consensus::EquivocationPriority, Balance, Runtime, RuntimeCall};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode};
use frame_support::weights::Weight;
use pallet_transaction_payment::ChargeTransactionPayment;
use scale_info::{Type, TypeInfo};
use sp_runtime::{
	traits::{
		DispatchInfoOf, DispatchOriginOf, Implication, PostDispatchInfoOf, TransactionExtension,
		TransactionExtensionMetadata, ValidateResult,
	},
	transaction_validity::{TransactionPriority, TransactionSource, TransactionValidityError},
	DispatchResult,
};

type Charge = ChargeTransactionPayment<Runtime>;

/// No tip lifts a transaction above this: what validators report goes first, whatever others pay.
///
/// By itself a tip of some thousand CRN is worth as much as there is. A transaction that has as much
/// as a report, and expires earlier, comes into a block before it; and of a pool that is full of
/// such transactions the oldest goes, which is the report. They would cost next to nothing: only
/// what is included pays.
pub const MOST_FOR_A_TIP: TransactionPriority = EquivocationPriority::get() - 1;

/// [`ChargeTransactionPayment`] in everything, also to wallets, but that the priority ends at
/// [`MOST_FOR_A_TIP`].
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking)]
pub struct ChargePayment(Charge);

impl ChargePayment {
	/// The fee, and this `tip`.
	pub fn with_tip(tip: Balance) -> Self {
		Self(Charge::from(tip))
	}
}

impl TypeInfo for ChargePayment {
	type Identity = Charge;

	fn type_info() -> Type {
		Charge::type_info()
	}
}

impl TransactionExtension<RuntimeCall> for ChargePayment {
	const IDENTIFIER: &'static str = <Charge as TransactionExtension<RuntimeCall>>::IDENTIFIER;
	type Implicit = <Charge as TransactionExtension<RuntimeCall>>::Implicit;
	type Val = <Charge as TransactionExtension<RuntimeCall>>::Val;
	type Pre = <Charge as TransactionExtension<RuntimeCall>>::Pre;

	fn implicit(&self) -> Result<Self::Implicit, TransactionValidityError> {
		self.0.implicit()
	}

	fn metadata() -> Vec<TransactionExtensionMetadata> {
		Charge::metadata()
	}

	fn weight(&self, call: &RuntimeCall) -> Weight {
		self.0.weight(call)
	}

	fn validate(
		&self,
		origin: DispatchOriginOf<RuntimeCall>,
		call: &RuntimeCall,
		info: &DispatchInfoOf<RuntimeCall>,
		len: usize,
		implicit: Self::Implicit,
		implication: &impl Implication,
		source: TransactionSource,
	) -> ValidateResult<Self::Val, RuntimeCall> {
		let (mut valid, val, origin) =
			self.0
				.validate(origin, call, info, len, implicit, implication, source)?;
		valid.priority = valid.priority.min(MOST_FOR_A_TIP);
		Ok((valid, val, origin))
	}

	fn prepare(
		self,
		val: Self::Val,
		origin: &DispatchOriginOf<RuntimeCall>,
		call: &RuntimeCall,
		info: &DispatchInfoOf<RuntimeCall>,
		len: usize,
	) -> Result<Self::Pre, TransactionValidityError> {
		self.0.prepare(val, origin, call, info, len)
	}

	fn post_dispatch_details(
		pre: Self::Pre,
		info: &DispatchInfoOf<RuntimeCall>,
		post_info: &PostDispatchInfoOf<RuntimeCall>,
		len: usize,
		result: &DispatchResult,
	) -> Result<Weight, TransactionValidityError> {
		Charge::post_dispatch_details(pre, info, post_info, len, result)
	}
}
