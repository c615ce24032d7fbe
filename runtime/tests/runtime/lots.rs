//! Buying seized collateral, with the chain's own exchange.

use super::{block::prices, *};
use cairn_primitives::Exchange;
use cairn_runtime::{configs::exchange::Pools, units::CUSD, Auctions, RuntimeEvent};
use frame_support::{assert_noop, assert_ok, traits::fungibles::Inspect};
use pallet_asset_conversion::Call as ExchangeCall;

const CUSD_TOKEN: AssetId = AssetId::WithId(1);
const ETH: AssetId = AssetId::WithId(3);
const ONE_ETH: Balance = 1_000_000_000_000_000_000;
const ONE_CRN: Balance = cairn_runtime::units::CRN;

fn open_vault(who: Sr25519Keyring, eth: Balance, borrow: Balance) {
	dispatch(who, opening(0, &[(ETH, eth * ONE_ETH)], borrow * CUSD)).unwrap();
}

fn make_pool(one: (AssetId, Balance), other: (AssetId, Balance)) {
	let maker = Sr25519Keyring::Alice;
	let (asset1, asset2) = (Box::new(one.0), Box::new(other.0));
	let create = ExchangeCall::create_pool {
		asset1: asset1.clone(),
		asset2: asset2.clone(),
	};
	dispatch(maker, RuntimeCall::AssetConversion(create)).unwrap();
	let add = ExchangeCall::add_liquidity {
		asset1,
		asset2,
		amount1_desired: one.1,
		amount2_desired: other.1,
		amount1_min: 1,
		amount2_min: 1,
		mint_to: account(maker),
	};
	dispatch(maker, RuntimeCall::AssetConversion(add)).unwrap();
}

/// Bob is liquidated at $2,300, his lot is for sale, and its price has come down below the market's.
fn cheap_lot() -> u64 {
	block(vec![]);
	block(vec![report(&prices(3_000))]);
	block(vec![]);
	open_vault(Sr25519Keyring::Bob, 1, 2_000);
	open_vault(Sr25519Keyring::Alice, 200, 200_000);
	for _ in 0..200 {
		block(vec![report(&prices(2_300))]);
		let oracle = Oracle::quote(ETH).unwrap().price;
		let lots = Auctions::lots_of(0, None, 10);
		let price = lots.first().and_then(|lot| lot.price);
		if price.is_some_and(|price| price.raw() < oracle.raw() * 93 / 100) {
			assert_eq!(lots.len(), 1);
			return lots[0].id;
		}
	}
	panic!("the lot does not come down");
}

fn held(who: Sr25519Keyring, asset: AssetId) -> Balance {
	cairn_runtime::configs::assets::Fungibles::balance(asset, &account(who))
}

#[test]
fn a_bidder_with_nothing_but_the_fee_buys_collateral_with_collateral() {
	development().execute_with(|| {
		let lot = cheap_lot();
		let buyer = Sr25519Keyring::Dave;
		let call = |min_kept| {
			RuntimeCall::Auctions(cairn_auctions::Call::take_with_swap {
				lot,
				max_amount: ONE_ETH / 4,
				max_price: Price::MAX,
				min_kept,
				recipient: None,
			})
		};
		assert_noop!(
			dispatch(buyer, call(0)),
			pallet_asset_conversion::Error::<Runtime>::PoolNotFound
		);
		// Over CRN, at 50 cents.
		make_pool(
			(CUSD_TOKEN, 50_000 * CUSD),
			(AssetId::Native, 100_000 * ONE_CRN),
		);
		make_pool((ETH, 50 * ONE_ETH), (AssetId::Native, 230_000 * ONE_CRN));
		let before = (held(buyer, CUSD_TOKEN), held(buyer, ETH));
		let quote = Auctions::quote_take_with_swap(lot, ONE_ETH / 4).unwrap();
		assert_eq!(quote.take.purchase.collateral, ONE_ETH / 4);
		let refused =
			frame_support::storage::with_storage_layer(|| dispatch(buyer, call(quote.kept + 1)));
		assert!(refused.is_err());
		assert_ok!(dispatch(buyer, call(quote.kept)));
		assert_eq!(
			(held(buyer, CUSD_TOKEN), held(buyer, ETH)),
			(before.0, before.1 + quote.kept)
		);
		assert!(quote.kept > 0);
		cairn_runtime::invariants::check().unwrap();
		assert!(System::events().iter().any(|record| matches!(
			&record.event,
			RuntimeEvent::Auctions(cairn_auctions::Event::PaidBySwap { .. })
		)));
	});
}

#[test]
fn the_cheaper_way_through_the_pools_is_taken() {
	development().execute_with(|| {
		cheap_lot();
		let cost = || Pools::cost(&ETH, &CUSD_TOKEN, 100 * CUSD);
		assert_eq!(cost(), None);
		make_pool(
			(CUSD_TOKEN, 10_000 * CUSD),
			(AssetId::Native, 20_000 * ONE_CRN),
		);
		make_pool((ETH, 10 * ONE_ETH), (AssetId::Native, 46_000 * ONE_CRN));
		let over_crn = cost().unwrap();
		// A direct pool at a worse price changes nothing, one with a better price does.
		make_pool((ETH, 10 * ONE_ETH), (CUSD_TOKEN, 15_000 * CUSD));
		assert_eq!(cost(), Some(over_crn));
		let add = ExchangeCall::swap_exact_tokens_for_tokens {
			path: vec![Box::new(CUSD_TOKEN), Box::new(ETH)],
			amount_in: 10_000 * CUSD,
			amount_out_min: 1,
			send_to: account(Sr25519Keyring::Alice),
			keep_alive: false,
		};
		dispatch(Sr25519Keyring::Alice, RuntimeCall::AssetConversion(add)).unwrap();
		let direct = cost().unwrap();
		assert!(direct < over_crn);
		let alice = account(Sr25519Keyring::Alice);
		let before = (
			held(Sr25519Keyring::Alice, ETH),
			held(Sr25519Keyring::Alice, CUSD_TOKEN),
		);
		assert_eq!(
			Pools::buy_exact(&alice, &ETH, &CUSD_TOKEN, 100 * CUSD, direct),
			Ok(direct)
		);
		let after = (
			held(Sr25519Keyring::Alice, ETH),
			held(Sr25519Keyring::Alice, CUSD_TOKEN),
		);
		assert_eq!(before.0 - after.0, direct);
		assert_eq!(after.1 - before.1, 100 * CUSD);
		cairn_runtime::invariants::check().unwrap();
	});
}

/// Enforcement may use all of the budget but what one lot needs.
#[test]
fn lots_always_have_their_share_of_the_budget() {
	let least = Auctions::least_weight();
	assert!(
		least.all_lte(cairn_runtime::StartOfBlock::budget() / 10),
		"{least:?}"
	);
}
