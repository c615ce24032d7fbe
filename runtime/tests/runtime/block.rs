//! What happens in a block, and in which order.

use super::*;
use cairn_primitives::QuoteStatus;
use cairn_runtime::{units::CUSD, StartOfBlock, Vaults};
use frame_support::dispatch::DispatchClass;

const ETH: AssetId = AssetId::WithId(3);
const BTC: AssetId = AssetId::WithId(4);

/// Prices in cents, with ETH at so many dollars.
pub(super) fn prices(eth: u128) -> Vec<(AssetId, u128)> {
	vec![
		(AssetId::Native, 50),
		(AssetId::WithId(2), 600),
		(ETH, eth * 100),
		(BTC, 6_000_000),
		(AssetId::WithId(5), 100),
		(AssetId::WithId(6), 100),
	]
}

pub(super) fn open_vault() {
	let call = opening(0, &[(ETH, 10u128.pow(18))], 2_000 * CUSD);
	dispatch(Sr25519Keyring::Bob, call).unwrap();
}

#[test]
fn a_price_and_its_liquidations_share_a_block() {
	development().execute_with(|| {
		block(vec![]);
		block(vec![report(&prices(3_000))]);
		block(vec![]);
		assert_eq!(Oracle::quote(ETH).unwrap().status, QuoteStatus::Live);
		open_vault();
		block(vec![report(&prices(2_300))]);
		// The report is in, the price is not in effect yet.
		assert_eq!(
			Oracle::quote(ETH).unwrap().price.raw(),
			3_000 * 10u128.pow(18)
		);
		assert!(!liquidated());
		block(vec![report(&prices(2_300))]);
		// It has jumped, and waits for the next round to confirm it.
		assert_eq!(Oracle::quote(ETH).unwrap().status, QuoteStatus::Jump);
		assert!(!liquidated());
		block(vec![]);
		assert_eq!(Oracle::quote(ETH).unwrap().status, QuoteStatus::Live);
		assert_eq!(
			Oracle::quote(ETH).unwrap().price.raw(),
			2_300 * 10u128.pow(18)
		);
		assert!(liquidated());
		// Exactly as much as was needed: 1.10, but for the rounding of a unit.
		let health = Vaults::health(0).unwrap().into_inner();
		let target = 11 * 10u128.pow(17);
		assert!(
			health >= target && health < target + 10u128.pow(6),
			"{health}"
		);
	});
}

fn liquidated() -> bool {
	System::events().iter().any(|record| {
		matches!(
			record.event,
			cairn_runtime::RuntimeEvent::Vaults(cairn_vaults::Event::Liquidated { vault: 0, .. })
		)
	})
}

#[test]
fn an_idle_block_is_charged_and_leaves_room() {
	development().execute_with(|| {
		for _ in 0..3 {
			block(vec![report(&prices(3_000))]);
		}
		block(vec![]);
		let weight = System::block_weight();
		let mandatory = weight.get(DispatchClass::Mandatory);
		assert!(mandatory.ref_time() > 0);
		// Far below the budget while nothing is to be done.
		assert!(
			mandatory.ref_time() < max_block().ref_time() / 20,
			"{mandatory:?}"
		);
		println!("idle block: {mandatory:?} of {:?}", max_block());
	});
}

#[test]
fn the_start_of_a_block_takes_at_most_a_quarter_of_it() {
	assert_eq!(
		StartOfBlock::budget().ref_time(),
		max_block().ref_time() / 4
	);
}

#[test]
fn a_block_without_reports_lets_quotes_grow_stale() {
	development().execute_with(|| {
		block(vec![]);
		block(vec![report(&prices(3_000))]);
		for _ in 0..60 {
			block(vec![]);
		}
		assert_eq!(Oracle::quote(ETH).unwrap().status, QuoteStatus::Stale);
		// New risk is refused by its name, the rest works.
		let call = opening(0, &[(ETH, 10u128.pow(18))], 100 * CUSD);
		let refused =
			frame_support::storage::with_storage_layer(|| dispatch(Sr25519Keyring::Bob, call));
		assert_eq!(
			refused,
			Err(cairn_vaults::Error::<Runtime>::PriceNotLive.into())
		);
	});
}

#[test]
fn an_hour_of_interest_on_a_debt_is_what_four_per_cent_a_year_come_to() {
	development().execute_with(|| {
		block(vec![]);
		block(vec![report(&prices(3_000))]);
		block(vec![]);
		open_vault();
		for _ in 0..1_200 {
			block(vec![]);
		}
		// 2,000 · (1.04 ^ (3600 / 31,557,600) − 1) = 0.008948395…
		let debt = Vaults::vault(0).unwrap().debt;
		assert_eq!((debt - 2_000 * CUSD) / 1_000_000, 8_948);
	});
}
