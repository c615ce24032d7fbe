//! The balance sheet with the real ledger of vaults beside it.

use super::{
	block::{open_vault, prices},
	*,
};
use cairn_auctions::SystemLotKind;
use cairn_primitives::{BalanceSheet, DebtLedger, Issuance, MintReason, Reserve, Standing};
use cairn_runtime::{
	configs::{assets::Fungibles, collateral::DefaultPolicy},
	units::{CRN, CUSD, DAYS},
	Auctions, Balance, StartOfBlock, Treasury, Vaults,
};
use cairn_treasury::{Cause, Policy};
use frame_support::{
	assert_ok,
	storage::with_storage_layer,
	traits::{tokens::fungibles::Mutate, PostInherents},
};

const CUSD_ASSET: AssetId = AssetId::WithId(1);
/// 8,000,000 USDT.
const LEG: (AssetId, Balance) = (AssetId::WithId(5), 8_000_000_000_000);

fn cause() -> Option<Cause> {
	let sheet = Treasury::balance_sheet(CUSD_ASSET).unwrap();
	sheet.fuse.map(|blown| blown.cause)
}

/// A chain with live prices and 2,000 CUSD lent to Bob.
pub(super) fn lending(test: impl FnOnce()) {
	development().execute_with(|| {
		block(vec![]);
		block(vec![report(&prices(3_000))]);
		block(vec![]);
		open_vault();
		block(vec![report(&prices(3_000))]);
		test();
	});
}

fn borrow_more() -> sp_runtime::DispatchResult {
	let call = cairn_vaults::Call::borrow {
		vault: 0,
		amount: CUSD,
	};
	with_storage_layer(|| dispatch(Sr25519Keyring::Bob, RuntimeCall::Vaults(call)))
}

#[test]
fn the_vaults_count_what_the_treasury_has_booked() {
	lending(|| {
		let sheet = Treasury::balance_sheet(CUSD_ASSET).unwrap();
		assert_eq!(sheet.issued_by_vaults, Some(sheet.backed_by_vaults));
		assert_eq!(
			Vaults::issued(),
			Some(vec![(CUSD_ASSET, sheet.backed_by_vaults)])
		);
		assert_eq!(sheet.issuance, sheet.backed_by_vaults);
		assert_eq!(cause(), None);
		assert!(Treasury::proof_of_reserves().whole);
	});
}

#[test]
fn collateral_is_proven_to_be_there() {
	lending(|| {
		let proof = Treasury::proof_of_reserves();
		let eth = proof
			.held
			.iter()
			.find(|holding| holding.asset == AssetId::WithId(3))
			.unwrap();
		assert_eq!((eth.in_vaults, eth.in_lots), (10u128.pow(18), 0));
		assert!(eth.in_custody > eth.in_vaults);
		let custody = cairn_runtime::configs::collateral::Custody::get();
		let all_but_a_bit = eth.in_custody - eth.in_vaults + 1;
		Fungibles::burn_from(
			eth.asset.clone(),
			&custody,
			all_but_a_bit,
			frame_support::traits::tokens::Preservation::Preserve,
			frame_support::traits::tokens::Precision::Exact,
			frame_support::traits::tokens::Fortitude::Force,
		)
		.unwrap();
		assert!(!Treasury::proof_of_reserves().whole);
	});
}

#[test]
fn a_unit_made_past_the_treasury_stops_lending_and_not_repaying() {
	lending(|| {
		assert_ok!(borrow_more());
		Fungibles::mint_into(CUSD_ASSET, &account(Sr25519Keyring::Eve), 1).unwrap();
		assert!(borrow_more().is_err());
		let broken = "treasury: issuance of a debt asset is not what stands behind it";
		assert_eq!(cairn_runtime::invariants::check(), Err(broken.into()));
		StartOfBlock::post_inherents();
		assert!(matches!(cause(), Some(Cause::Issuance { .. })));
		assert_eq!(
			borrow_more(),
			Err(cairn_treasury::Error::<Runtime>::FuseBlown.into())
		);
		let repay = cairn_vaults::Call::repay {
			vault: 0,
			amount: 100 * CUSD,
		};
		assert_ok!(dispatch(Sr25519Keyring::Bob, RuntimeCall::Vaults(repay)));
		let close = cairn_vaults::Call::close {
			vault: 0,
			max_repay: Balance::MAX,
		};
		// A unit of interest is missing to pay back all of it.
		Fungibles::mint_into(CUSD_ASSET, &account(Sr25519Keyring::Bob), CUSD).unwrap();
		assert_ok!(dispatch(Sr25519Keyring::Bob, RuntimeCall::Vaults(close)));
	});
}

#[test]
fn a_unit_made_through_the_treasury_that_no_vault_owes_is_found_by_the_vaults_own_count() {
	lending(|| {
		let eve = account(Sr25519Keyring::Eve);
		assert_ok!(Treasury::mint(&CUSD_ASSET, &eve, 1, MintReason::Borrow));
		assert_eq!(Treasury::balance_sheet(CUSD_ASSET).unwrap().difference, 0);
		let broken = "treasury: facilities and treasury disagree on what was issued";
		assert_eq!(cairn_runtime::invariants::check(), Err(broken.into()));
		StartOfBlock::post_inherents();
		assert!(matches!(cause(), Some(Cause::Vaults { .. })));
		// Put right: what nobody owes is bad debt, and the reserve pays for it.
		let call = cairn_treasury::Call::recognise_loss { asset: CUSD_ASSET };
		assert_ok!(sudo(RuntimeCall::Treasury(call)));
		let call = cairn_treasury::Call::reset_fuse { asset: CUSD_ASSET };
		assert_ok!(sudo(RuntimeCall::Treasury(call)));
		StartOfBlock::post_inherents();
		assert_eq!(cause(), None);
		assert_eq!(Treasury::bad_debt(&CUSD_ASSET), 0);
		cairn_runtime::invariants::check().unwrap();
	});
}

fn charlie(call: impl Into<RuntimeCall>) -> sp_runtime::DispatchResult {
	with_storage_layer(|| dispatch(Sr25519Keyring::Charlie, call))
}

pub(super) fn sudo(call: RuntimeCall) -> sp_runtime::DispatchResult {
	let call = pallet_sudo::Call::sudo {
		call: Box::new(call),
	};
	dispatch(Sr25519Keyring::Alice, RuntimeCall::Sudo(call))
}

#[test]
fn presets_keep_a_reserve_and_limit_growth() {
	for preset in genesis_presets::preset_names() {
		chain(&genesis_json(preset.as_ref())).execute_with(|| {
			assert_eq!(Treasury::policy(CUSD_ASSET), Some(DefaultPolicy::get()));
		});
	}
	development().execute_with(|| {
		block(vec![]);
		let room = Treasury::balance_sheet(CUSD_ASSET).unwrap().growth_room;
		assert_eq!(room, Some(4_750_000 * CUSD));
	});
}

#[test]
fn whoever_borrows_too_much_at_once_has_to_wait() {
	lending(|| {
		let open = |borrow| charlie(opening(0, &[LEG], borrow));
		let refused = cairn_treasury::Error::<Runtime>::GrowthCapReached;
		assert_eq!(open(4_751_000 * CUSD), Err(refused.into()));
		assert_ok!(open(4_749_000 * CUSD));
		// 5,000,000 an hour come back: 4,166 with each block.
		let more = || {
			let call = cairn_vaults::Call::borrow {
				vault: 1,
				amount: 5_000 * CUSD,
			};
			charlie(call)
		};
		let refused = cairn_treasury::Error::<Runtime>::GrowthCapReached;
		assert_eq!(more(), Err(refused.into()));
		block(vec![report(&prices(3_000))]);
		assert_ok!(more());
	});
}

#[test]
fn what_a_wallet_is_told_it_can_borrow_is_what_the_treasury_lets_it() {
	lending(|| {
		assert_ok!(charlie(opening(0, &[LEG], 4_000_000 * CUSD)));
		let shown = || {
			let most = Vaults::vault(1).unwrap().max_borrow;
			(most, Vaults::facility(0).unwrap().room)
		};
		let borrow = |amount| charlie(cairn_vaults::Call::borrow { vault: 1, amount });
		let growth = Treasury::balance_sheet(CUSD_ASSET).unwrap().growth_room;
		let (most, room) = shown();
		assert_eq!((Some(most), room), (growth, most));
		// His collateral would carry three million more.
		assert!(most > 740_000 * CUSD && most < 760_000 * CUSD);
		let refused = cairn_treasury::Error::<Runtime>::GrowthCapReached;
		assert_eq!(borrow(most + 1), Err(refused.into()));
		assert_ok!(borrow(most - CUSD));
		assert_eq!(shown(), (CUSD, CUSD));
		assert_ok!(sudo(RuntimeCall::Treasury(
			cairn_treasury::Call::blow_fuse { asset: CUSD_ASSET }
		)));
		assert_eq!(shown(), (0, 0));
		let refused = cairn_treasury::Error::<Runtime>::FuseBlown;
		assert_eq!(borrow(1), Err(refused.into()));
	});
}

#[test]
fn an_era_is_a_day() {
	development().execute_with(|| {
		block(vec![]);
		System::set_block_number(DAYS);
		StartOfBlock::post_inherents();
		let closed = System::events().iter().any(|record| {
			matches!(
				record.event,
				cairn_runtime::RuntimeEvent::Treasury(cairn_treasury::Event::EraClosed { .. })
			)
		});
		assert!(closed);
	});
}

/// The whole way: interest fills the reserve beyond its target, what is beyond is sold for CRN, and
/// the CRN are gone.
#[test]
fn surplus_is_sold_for_native_tokens_that_are_burned() {
	use frame_support::traits::fungibles::Inspect;
	lending(|| {
		let policy = Policy::default();
		let call = cairn_treasury::Call::set_policy {
			asset: CUSD_ASSET,
			policy,
		};
		assert_ok!(sudo(RuntimeCall::Treasury(call)));
		// Bob gives what he has, which is more than enough after the lot's size is lowered.
		assert_ok!(Treasury::pay_reserve(
			&CUSD_ASSET,
			&account(Sr25519Keyring::Bob),
			1_000 * CUSD
		));
		let mut terms = cairn_auctions::SystemTerms::default();
		terms.surplus.lot = 500 * CUSD;
		let call = cairn_auctions::Call::set_system_terms {
			terms: Box::new(terms),
		};
		assert_ok!(sudo(RuntimeCall::Auctions(call)));
		block(vec![report(&prices(3_000))]);
		let view = Auctions::system_lot(CUSD_ASSET).unwrap();
		assert_eq!(view.lot.kind, SystemLotKind::Surplus);
		assert!(matches!(
			<Treasury as Reserve<_, _>>::standing(&CUSD_ASSET),
			Standing::Surplus(_)
		));
		let before = Fungibles::total_issuance(AssetId::Native);
		let call = cairn_auctions::Call::buy_surplus {
			asset: CUSD_ASSET,
			max_amount: Balance::MAX,
			min_price: Price::MIN,
			recipient: None,
		};
		assert_ok!(dispatch(Sr25519Keyring::Dave, RuntimeCall::Auctions(call)));
		let burned = before - Fungibles::total_issuance(AssetId::Native);
		// 500 CUSD at 50 cents · 0.95.
		assert_eq!(burned / CRN, 1_052);
		assert_eq!(
			Fungibles::balance(CUSD_ASSET, &account(Sr25519Keyring::Dave)),
			500 * CUSD
		);
		block(vec![]);
	});
}
