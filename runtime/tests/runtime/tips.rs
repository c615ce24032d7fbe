//! What a tip buys, and that it does not keep reports of prices out.

use super::{
	block::prices,
	offences::{network, next_session, proof},
	*,
};
use cairn_runtime::{
	configs::consensus::EquivocationPriority,
	payment::{ChargePayment, MOST_FOR_A_TIP},
	units::CRN,
	Balance, TxExtension,
};
use frame_support::{
	dispatch::{DispatchClass, GetDispatchInfo},
	pallet_prelude::{InvalidTransaction, TransactionSource, ValidTransaction},
	storage::{with_transaction, TransactionOutcome},
};
use frame_system::{CheckEra, CheckNonce};
use pallet_transaction_payment::ChargeTransactionPayment;
use sp_runtime::{
	generic::{Era, SignedPayload},
	traits::TransactionExtension,
	DispatchError, MultiAddress, MultiSignature,
};
use Sr25519Keyring::{Alice, Bob};

/// More than half of what Bob has.
const FORTUNE: Balance = 9_000_000 * CRN;

/// Expires as soon as any that can be included.
const SHORT: u64 = 4;

/// Bob's next transaction, with a tip.
fn tipped(call: RuntimeCall, tip: Balance, era: Era) -> UncheckedExtrinsic {
	let who = account(Bob);
	let mut extension: TxExtension =
		<Runtime as CreateAuthorizedTransaction<RuntimeCall>>::create_extension();
	extension.5 = CheckEra::from(era);
	extension.6 = CheckNonce::from(System::account_nonce(&who));
	extension.8 = ChargePayment::with_tip(tip);
	let payload = SignedPayload::new(call, extension).unwrap();
	let signature: MultiSignature = payload.using_encoded(|bytes| Bob.sign(bytes)).into();
	let (call, extension, _) = payload.deconstruct();
	UncheckedExtrinsic::new_signed(call, MultiAddress::Id(who), signature, extension)
}

/// An ordinary call of so many bytes.
fn remark(bytes: usize) -> RuntimeCall {
	let remark = vec![0; bytes];
	RuntimeCall::System(frame_system::Call::remark { remark })
}

/// A call of the class of reports. It fails, and that costs what it costs.
fn operational() -> RuntimeCall {
	RuntimeCall::System(frame_system::Call::set_heap_pages { pages: 1 })
}

/// What the pool says of a transaction after the last block. As in a node, it leaves no trace.
fn validity(transaction: UncheckedExtrinsic) -> ValidTransaction {
	let parent = System::block_hash(System::block_number());
	with_transaction(|| {
		let source = TransactionSource::External;
		let validity = Executive::validate_transaction(source, transaction, parent);
		TransactionOutcome::Rollback(Ok::<_, DispatchError>(validity))
	})
	.unwrap()
	.unwrap()
}

fn report_validity() -> ValidTransaction {
	validity(report(&prices(3_000)))
}

#[test]
fn no_tip_makes_a_transaction_as_urgent_as_a_report() {
	development().execute_with(|| {
		block(vec![]);
		for call in [remark(10), operational()] {
			// By itself such a tip is worth as much as there is.
			let info = call.get_dispatch_info();
			let uncapped =
				ChargeTransactionPayment::<Runtime>::get_priority(&info, 150, FORTUNE, FORTUNE);
			assert_eq!(uncapped, u64::MAX);
			let before = u64::from(System::block_number() - 1);
			for era in [Era::Immortal, Era::mortal(SHORT, before)] {
				let tipped = validity(tipped(call.clone(), FORTUNE, era));
				assert_eq!(tipped.priority, MOST_FOR_A_TIP);
				let report = report_validity();
				assert_eq!((report.priority, report.longevity), (u64::MAX, 5));
				// Among equals what expires first goes first, so this would be in front of the report.
				assert_eq!(tipped.longevity < report.longevity, era != Era::Immortal);
			}
		}
		assert!(validity(proof(Alice)).priority > MOST_FOR_A_TIP);
		assert!(EquivocationPriority::get() > MOST_FOR_A_TIP);
	});
}

#[test]
fn a_larger_tip_is_still_worth_more_than_a_smaller_one() {
	development().execute_with(|| {
		block(vec![]);
		let priority = |tip| validity(tipped(remark(10), tip, Era::Immortal)).priority;
		let (none, some, more) = (priority(0), priority(CRN / 1_000), priority(CRN));
		assert!(none < some && some < more && more < MOST_FOR_A_TIP);
	});
}

/// Fills the present block with a call until it takes no more, and says with how many.
fn fill(call: &RuntimeCall) -> u32 {
	let mut count = 0;
	loop {
		match Executive::apply_extrinsic(tipped(call.clone(), CRN, Era::Immortal)) {
			Ok(_) => count += 1,
			Err(error) => {
				assert_eq!(error, InvalidTransaction::ExhaustsResources.into());
				return count;
			}
		}
	}
}

#[test]
fn a_block_that_is_full_of_ordinary_transactions_has_room_for_reports() {
	let transfer = pallet_balances::Call::transfer_keep_alive {
		dest: MultiAddress::Id(account(Alice)),
		value: CRN,
	};
	let weighty = RuntimeCall::Utility(pallet_utility::Call::batch {
		calls: vec![transfer.into(); 200],
	});
	for call in [remark(1_000_000), weighty] {
		assert_eq!(call.get_dispatch_info().class, DispatchClass::Normal);
		network().execute_with(|| {
			block(vec![]);
			let reports = network_reports();
			open_block();
			assert!(fill(&call) > 0);
			for report in reports {
				Executive::apply_extrinsic(report).unwrap().unwrap();
			}
		});
	}
}

#[test]
fn the_first_block_of_a_session_has_room_for_reports() {
	network().execute_with(|| {
		block(vec![]);
		let reports = network_reports();
		next_session(reports);
		// The change of the session is charged as a whole block.
		let mandatory = System::block_weight()
			.get(DispatchClass::Mandatory)
			.ref_time();
		assert!(mandatory >= max_block().ref_time());
	});
}

/// Reports of all four validators for the last block.
fn network_reports() -> Vec<UncheckedExtrinsic> {
	use Sr25519Keyring::{Charlie, Dave};
	let report = |who| {
		let (report, signature) = signed_report(who, &prices(3_000));
		authorized(cairn_oracle::Call::report { report, signature })
	};
	[Alice, Bob, Charlie, Dave].map(report).to_vec()
}

#[test]
fn wallets_see_the_extension_that_they_know() {
	let ours = <ChargePayment as TransactionExtension<RuntimeCall>>::metadata();
	let known =
		<ChargeTransactionPayment<Runtime> as TransactionExtension<RuntimeCall>>::metadata();
	assert_eq!(ours.len(), 1);
	assert_eq!(ours[0].identifier, "ChargeTransactionPayment");
	assert_eq!(
		(ours[0].ty, ours[0].implicit),
		(known[0].ty, known[0].implicit)
	);
	let tip = 5 * CRN;
	assert_eq!(
		ChargePayment::with_tip(tip).encode(),
		ChargeTransactionPayment::<Runtime>::from(tip).encode()
	);
}
