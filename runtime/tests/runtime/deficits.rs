//! That a settled facility takes note of what the reserve has covered twice in every block: before the
//! block can lose anything, and after it has covered what it can. Each test fails without one of the two.

use super::{
	block::prices,
	treasury::{lending, sudo},
	*,
};
use cairn_auctions::{NextEvent, Terms};
use cairn_primitives::{Balance, BalanceSheet, BurnReason, FacilityId, Issuance, VaultId};
use cairn_runtime::{units::CUSD, Auctions, Treasury};
use cairn_vaults::Settlements;
use frame_support::{assert_ok, BoundedVec};
use sp_runtime::Perbill;

const CUSD_ASSET: AssetId = AssetId::WithId(1);
const ETH: AssetId = AssetId::WithId(3);
const USDT: AssetId = AssetId::WithId(5);

fn open(who: Sr25519Keyring, facility: FacilityId, deposit: (AssetId, Balance), borrow: Balance) {
	assert_ok!(dispatch(who, opening(facility, &[deposit], borrow)));
}

/// Winds facility 0 up with ETH at 100 dollars, and settles one of its vaults, which loses something.
fn settle(vault: VaultId) {
	let price = Price::new(100 * 10u128.pow(18)).unwrap();
	assert_ok!(sudo(RuntimeCall::Vaults(
		cairn_vaults::Call::settle_facility {
			facility: 0,
			prices: BoundedVec::truncate_from(vec![(ETH, price)]),
		}
	)));
	let call = cairn_vaults::Call::settle_vault { vault };
	assert_ok!(dispatch(Sr25519Keyring::Dave, RuntimeCall::Vaults(call)));
}

/// As it is in the state. The view notes by itself what is covered now.
fn uncovered() -> Balance {
	Settlements::<Runtime>::get(0).unwrap().uncovered
}

/// The bad debt that the reserve cannot cover.
fn deficit() -> Balance {
	let reserve = <Treasury as BalanceSheet<_>>::reserve(&CUSD_ASSET);
	Treasury::bad_debt(&CUSD_ASSET).saturating_sub(reserve)
}

/// The next block as far as its start, which its first transaction, a report, comes after.
fn start_block(eth: u128) {
	open_block();
	Executive::apply_extrinsic(report(&prices(eth)))
		.unwrap()
		.unwrap();
}

/// The interest that the start of a block brings the reserve covers the last unit of a loss.
#[test]
fn what_the_start_of_a_block_covers_is_noted_before_its_first_transaction() {
	lending(|| {
		let charlie = Sr25519Keyring::Charlie;
		open(charlie, 1, (USDT, 2_000_000_000_000), 1_000_000 * CUSD);
		settle(0);
		let lost = uncovered();
		// 2,000 owed, 1 ETH there.
		assert_eq!(lost / CUSD, 1_900);
		block(vec![report(&prices(3_000))]);
		let to_reserve = pallet_assets::Call::transfer {
			id: 1.into(),
			target: Treasury::account().into(),
			amount: deficit() - 1,
		};
		assert_ok!(dispatch(charlie, RuntimeCall::Assets(to_reserve)));
		assert_eq!(deficit(), 1);
		assert!(uncovered() > 1);
		start_block(3_000);
		assert_eq!((Treasury::bad_debt(&CUSD_ASSET), uncovered()), (0, 0));
		Executive::finalize_block();
		cairn_runtime::invariants::check().unwrap();
	});
}

/// A transaction covers all of a loss, and the start of the next block loses something else: a lot goes to
/// a reserve that cannot pay for it.
#[test]
fn what_a_transaction_covers_is_noted_before_the_next_block_loses_anything() {
	lending(|| {
		// One short round.
		let terms = Terms {
			cut: Perbill::from_percent(50),
			reset_below: Perbill::from_percent(50),
			reset_after: 10,
			rounds: 1,
			floor: Perbill::from_percent(90),
			..Default::default()
		};
		assert_ok!(sudo(RuntimeCall::Auctions(
			cairn_auctions::Call::set_terms { terms }
		)));
		let alice = Sr25519Keyring::Alice;
		open(alice, 0, (ETH, 10 * 10u128.pow(18)), 2_000 * CUSD);
		let next_block = || block(vec![report(&prices(2_300))]);
		for _ in 0..3 {
			next_block();
		}
		let lot = Auctions::lots_of(0, None, 10)[0].id;
		settle(1);
		next_block();
		assert!(uncovered() > 900 * CUSD);
		let goes = || match Auctions::lot(lot).unwrap().next {
			NextEvent::GoesToReserve(block) => block,
			next => panic!("the lot does not go to the reserve: {next:?}"),
		};
		while goes() > System::block_number() + 1 {
			next_block();
		}
		// As a sale of native tokens does it.
		let reason = BurnReason::Recapitalised;
		assert_ok!(Treasury::burn(
			&CUSD_ASSET,
			&account(alice),
			deficit(),
			reason
		));
		assert_eq!(deficit(), 0);
		assert!(uncovered() > 900 * CUSD);
		// What is left over of a block settles the other vault, which loses too: not looked at here.
		start_block(2_300);
		assert!(deficit() > 100 * CUSD);
		assert_eq!(uncovered(), 0);
		Executive::finalize_block();
		cairn_runtime::invariants::check().unwrap();
	});
}
