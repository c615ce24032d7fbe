//! Prices from before an outage, and what may be done at them.

use super::*;
use cairn_primitives::{PriceSource, QuoteStatus};
use cairn_runtime::{units::CUSD, Vaults};
use frame_support::{assert_noop, assert_ok};

const DOT: AssetId = AssetId::WithId(2);
const ETH: AssetId = AssetId::WithId(3);
const USDC: AssetId = AssetId::WithId(6);
/// Slots in an hour.
const HOUR: u64 = 1_200;

/// ETH at so many dollars, USDC at so many cents.
fn prices(eth: u128, usdc: u128) -> Vec<(AssetId, u128)> {
	let mut prices = super::block::prices(eth);
	prices.retain(|(asset, _)| *asset != USDC);
	prices.push((USDC, usdc));
	prices
}

fn is_down() -> bool {
	<Oracle as PriceSource<_>>::is_down()
}

fn open(legs: &[(AssetId, u128)], borrow: u128) -> sp_runtime::DispatchResult {
	dispatch(Sr25519Keyring::Bob, opening(0, legs, borrow * CUSD))
}

/// Blocks, each so many slots after the one before.
struct Slots(u64);

impl Slots {
	fn block_after(&mut self, slots: u64, transactions: Vec<UncheckedExtrinsic>) {
		self.0 += slots;
		block_in_slot(self.0, transactions);
	}
}

/// A chain with prices in effect, whose last block brought reports.
fn reporting() -> Slots {
	let mut slots = Slots(FIRST_SLOT);
	slots.block_after(1, vec![]);
	for _ in 0..3 {
		slots.block_after(1, vec![report(&prices(3_000, 100))]);
	}
	slots
}

fn liquidated() -> bool {
	System::events().iter().any(|record| {
		matches!(
			record.event,
			cairn_runtime::RuntimeEvent::Vaults(cairn_vaults::Event::Liquidated { .. })
		)
	})
}

/// 1 ETH at 3,000 and 500 DOT at 6 for 4,000 CUSD, and nobody is heard for seven hours. Then ETH is at
/// 3,080, which is a jump, and DOT is as before: the vault is better than it was.
#[test]
fn the_end_of_an_outage_liquidates_nobody_who_is_safe() {
	development().execute_with(|| {
		let mut slots = reporting();
		assert_ok!(open(
			&[(ETH, 10u128.pow(18)), (DOT, 500 * 10u128.pow(10))],
			4_000
		));
		for _ in 0..7 * 60 {
			slots.block_after(HOUR / 60, vec![]);
			assert!(!liquidated());
		}
		assert!(is_down());
		let mut was_jump = false;
		for _ in 0..6 {
			slots.block_after(1, vec![report(&prices(3_080, 100))]);
			assert!(!liquidated());
			let (eth, dot) = (Oracle::quote(ETH).unwrap(), Oracle::quote(DOT).unwrap());
			was_jump |= dot.status == QuoteStatus::Live && eth.status != QuoteStatus::Live;
		}
		assert!(
			was_jump,
			"there was a block in which DOT alone could be sold"
		);
		assert_eq!(Oracle::quote(ETH).unwrap().status, QuoteStatus::Live);
		let health = Vaults::health(0).unwrap().into_inner();
		assert!(health > 114 * 10u128.pow(16), "{health}");
	});
}

/// The chain stands still for six hours, and USDC has fallen to 0.88 meanwhile.
#[test]
fn nobody_borrows_at_prices_from_before_a_halt_of_the_chain() {
	development().execute_with(|| {
		let mut slots = reporting();
		let legs = [(USDC, 10_000 * 10u128.pow(6))];
		assert_ok!(frame_support::storage::with_storage_layer(|| {
			open(&legs, 9_000)?;
			Err::<(), _>(sp_runtime::DispatchError::Other(
				"only to see that it can be",
			))
		})
		.or_else(|error| match error {
			sp_runtime::DispatchError::Other(_) => Ok(()),
			error => Err(error),
		}));
		// The last block before brought reports, and others wait in the pool for this one.
		let waiting = report(&prices(3_000, 100));
		slots.block_after(6 * HOUR, vec![waiting]);
		let refused = cairn_vaults::Error::<Runtime>::PriceNotLive;
		assert!(is_down());
		assert_noop!(open(&legs, 9_000), refused);
		slots.block_after(1, vec![report(&prices(3_000, 88))]);
		assert!(is_down());
		let refused = cairn_vaults::Error::<Runtime>::PriceNotLive;
		assert_noop!(open(&legs, 9_000), refused);
		slots.block_after(1, vec![report(&prices(3_000, 88))]);
		// ETH is where it was; USDC has jumped.
		assert!(!is_down());
		assert_eq!(Oracle::quote(ETH).unwrap().status, QuoteStatus::Live);
		let refused = cairn_vaults::Error::<Runtime>::PriceNotLive;
		assert_noop!(open(&legs, 9_000), refused);
		slots.block_after(1, vec![]);
		let usdc = Oracle::quote(USDC).unwrap();
		assert_eq!(usdc.status, QuoteStatus::Live);
		assert_eq!(usdc.price.raw(), 88 * 10u128.pow(16));
	});
}
