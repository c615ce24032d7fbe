//! What validators do wrong with prices goes on record, and costs nobody anything.

use super::{block::prices, *};
use cairn_primitives::oracle::{Misconduct, OnMisconduct};
use cairn_runtime::{
	configs::{
		consensus::{ReportSessions, EPOCH_BLOCKS},
		offences::{Contradiction, OnRecord, Recorded, Silence, Straying},
	},
	RuntimeEvent, Session,
};
use codec::Decode;
use frame_support::dispatch::GetDispatchInfo;
use sp_runtime::Perbill;
use Sr25519Keyring::{Alice, Bob, Charlie, Dave};

const EPOCH: u64 = EPOCH_BLOCKS as u64;

pub(super) fn network() -> sp_io::TestExternalities {
	chain(&genesis_json(genesis_presets::LOCAL_TESTNET))
}

/// The first blocks of a session, in which Alice and Bob see ether at 3,000 dollars, Charlie sees it at
/// so many, and Dave sees nothing.
fn session_of_reports(charlie: u128) {
	block(vec![]);
	for _ in 0..30 {
		let seen = [(Alice, 3_000), (Bob, 3_001), (Charlie, charlie)];
		let reports = seen.map(|(who, dollars)| {
			let (report, signature) = signed_report(who, &prices(dollars));
			authorized(cairn_oracle::Call::report { report, signature })
		});
		block(reports.to_vec());
	}
}

/// A block in the first slot of the next session.
pub(super) fn next_session(transactions: Vec<UncheckedExtrinsic>) {
	let now = pallet_babe::CurrentSlot::<Runtime>::get();
	let begun = *pallet_babe::GenesisSlot::<Runtime>::get();
	let slot = begun + ((*now - begun) / EPOCH + 1) * EPOCH;
	block_in_slot(slot, transactions);
}

/// Whoever is on record for a kind of offence in a session.
fn on_record<K: Recorded>(session: u32) -> Vec<AccountId> {
	let ids = pallet_offences::ConcurrentReportsIndex::<Runtime>::get(K::KIND, session.encode());
	ids.into_iter()
		.map(|id| {
			let details = pallet_offences::Reports::<Runtime>::get(id).expect("it is there");
			assert!(details.reporters.is_empty());
			details.offender.0
		})
		.collect()
}

/// The kinds and sessions of the offences that the last block has told.
fn told() -> Vec<([u8; 16], u32)> {
	let offence = |event| match event {
		RuntimeEvent::Offences(pallet_offences::Event::Offence { kind, slot }) => {
			Some((kind, u32::decode(&mut &slot[..]).unwrap()))
		}
		_ => None,
	};
	let events = System::events().into_iter();
	events.filter_map(|record| offence(record.event)).collect()
}

fn nobody_is_disabled() {
	assert!(pallet_session::DisabledValidators::<Runtime>::get().is_empty());
	assert!(cairn_oracle::Disabled::<Runtime>::get().is_empty());
}

#[test]
fn whoever_is_silent_or_astray_for_a_session_is_on_record() {
	network().execute_with(|| {
		session_of_reports(1_500);
		assert!(told().is_empty());
		assert_eq!(Session::current_index(), 0);
		next_session(vec![]);
		assert_eq!(Session::current_index(), 1);
		assert_eq!(told(), [(Silence::KIND, 0), (Straying::KIND, 0)]);
		assert_eq!(on_record::<Silence>(0), [account(Dave)]);
		assert_eq!(on_record::<Straying>(0), [account(Charlie)]);
		// The next is too short to be judged.
		next_session(vec![]);
		assert!(told().is_empty());
		nobody_is_disabled();
	});
}

#[test]
fn whoever_does_its_part_is_on_no_record() {
	network().execute_with(|| {
		session_of_reports(3_002);
		next_session(vec![]);
		assert_eq!(told(), [(Silence::KIND, 0)]);
		assert_eq!(pallet_offences::Reports::<Runtime>::iter().count(), 1);
	});
}

/// A proof that a validator contradicts itself in the round of the last block.
pub(super) fn proof(who: Sr25519Keyring) -> UncheckedExtrinsic {
	let (first, first_signature) = signed_report(who, &prices(3_000));
	let (second, second_signature) = signed_report(who, &prices(2_000));
	authorized(cairn_oracle::Call::prove_two_reports {
		first,
		first_signature,
		second,
		second_signature,
	})
}

#[test]
fn a_contradiction_is_on_record_once_a_session() {
	network().execute_with(|| {
		block(vec![]);
		block(vec![proof(Charlie)]);
		assert_eq!(told(), [(Contradiction::KIND, 0)]);
		assert_eq!(on_record::<Contradiction>(0), [account(Charlie)]);
		// Another one, of a later round, is proven too, but says nothing new.
		for _ in 0..3 {
			block(vec![]);
		}
		block(vec![proof(Charlie)]);
		let misconduct = System::events().into_iter().filter(|record| {
			matches!(
				record.event,
				RuntimeEvent::Oracle(cairn_oracle::Event::Misconduct {
					misconduct: Misconduct::TwoReports { .. },
					..
				})
			)
		});
		assert_eq!(misconduct.count(), 1);
		assert!(told().is_empty());
		// Somebody else's is news.
		block(vec![proof(Bob)]);
		assert_eq!(
			on_record::<Contradiction>(0),
			[account(Charlie), account(Bob)]
		);
		nobody_is_disabled();
	});
}

#[test]
fn what_is_on_record_is_put_there_once() {
	network().execute_with(|| {
		block(vec![]);
		let silent = Misconduct::Silent {
			missed: 30,
			rounds: 31,
		};
		OnRecord::on_misconduct(&[(account(Dave), silent)], 4);
		OnRecord::on_misconduct(&[(account(Dave), silent)], 4);
		assert_eq!(on_record::<Silence>(0), [account(Dave)]);
		assert_eq!(told().len(), 1);
	});
}

#[test]
fn what_is_on_record_is_forgotten_after_a_week() {
	network().execute_with(|| {
		session_of_reports(1_500);
		let (begun, kept) = (Session::current_index(), ReportSessions::get() as u32);
		block(vec![proof(Bob)]);
		for _ in 0..=kept {
			next_session(vec![]);
			if Session::current_index() <= begun + kept {
				assert_eq!(pallet_offences::Reports::<Runtime>::iter().count(), 3);
			}
		}
		assert_eq!(Session::current_index(), begun + kept + 1);
		assert_eq!(pallet_offences::Reports::<Runtime>::iter().count(), 0);
		let index = pallet_offences::ConcurrentReportsIndex::<Runtime>::iter();
		assert_eq!(index.count(), 0);
	});
}

#[test]
fn only_what_is_proven_would_cost_anything() {
	assert_eq!(Silence::slash_fraction(3, 4), Perbill::zero());
	assert_eq!(Straying::slash_fraction(3, 4), Perbill::zero());
	assert_eq!(
		Contradiction::slash_fraction(1, 100),
		Perbill::from_parts(900_000)
	);
	assert_eq!(Contradiction::slash_fraction(2, 4), Perbill::one());
	assert_eq!(Contradiction::slash_fraction(1, 0), Perbill::one());
}

#[test]
fn a_proof_is_charged_for_the_record() {
	network().execute_with(|| {
		block(vec![]);
		let (report, signature) = signed_report(Charlie, &prices(3_000));
		let call = RuntimeCall::Oracle(cairn_oracle::Call::prove_two_reports {
			first: report.clone(),
			first_signature: signature.clone(),
			second: report,
			second_signature: signature,
		});
		let charged = call.get_dispatch_info().call_weight;
		assert!(charged.all_gte(OnRecord::weight()));
		assert!(OnRecord::weight().ref_time() < max_block().ref_time() / 50);
	});
}
