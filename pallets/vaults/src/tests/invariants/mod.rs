//! The invariants that other systems have been proven, or broken, by: each after every step of a
//! random life of three facilities. Numbers are those by which the survey of those systems lists
//! them; those of stability pools, redemptions and the like concern other pallets.

mod books;
mod index;
pub mod life;
mod rules;

use super::exact::TRADED;
use crate::{
	mock::*,
	types::{Claim, Vault},
	NextFacility, Vaults as Rows,
};
use cairn_primitives::{Balance, FacilityId, Leftover, LiquidationLots, PriceSource, VaultId};
use frame_support::{storage::with_transaction, traits::fungibles::Mutate, weights::WeightMeter};
use sp_runtime::{DispatchError, TransactionOutcome};

/// Where other tests have so many lives, each of these has one: there are twenty, and what would come of this
/// and that is tried in each of their steps, which takes its time.
const SHARED: u32 = 250;

/// What would come of it.
fn what_if<R>(what: impl FnOnce() -> R) -> R {
	// Quotes do not roll back with the storage.
	let quotes = TRADED.map(|asset| <Prices as PriceSource<_>>::quote(&asset));
	let is_down = Prices::is_down();
	let come = with_transaction(|| {
		let come = what();
		TransactionOutcome::Rollback(Ok::<_, DispatchError>(come))
	});
	for (asset, quote) in TRADED.into_iter().zip(quotes) {
		let quote = quote.expect("it has one, in every life");
		Prices::set_raw(asset.clone(), quote.price.raw());
		Prices::alter(asset, |now| *now = quote);
	}
	Prices::set_down(is_down);
	come.unwrap()
}

fn facilities() -> impl Iterator<Item = FacilityId> {
	0..NextFacility::<Test>::get()
}

fn rows() -> Vec<(VaultId, Vault<Test>)> {
	Rows::<Test>::iter().collect()
}

/// `⌈A·R⌉`: what all vaults of a facility owe.
fn backing(id: FacilityId) -> Balance {
	let state = state(id);
	state.normalized_debt.owed_ceil(state.accumulator).unwrap()
}

/// Whether the lot of a claim is closed, so that what it leaves can be fetched.
fn is_ready(claim: &Claim) -> bool {
	let leftover = <Auctions as LiquidationLots<_>>::leftover(claim.lot, claim.contributed);
	leftover != Leftover::Pending
}

/// Gives somebody CUSD that nobody has borrowed: for what would be only.
fn endow(who: AccountId, amount: Balance) {
	Tokens::mint_into(CUSD, &who, amount).unwrap();
}

/// No more than so much of all lots may be on sale at once.
fn limit_lots(total: Balance) {
	let limits = cairn_auctions::Limits {
		lot: total,
		total,
		most: total,
	};
	Auctions::set_limits(RuntimeOrigin::root(), limits).expect("they are good");
}

/// Carol buys what is on sale. Whatever lots have left over is to be claimed then.
fn buy_all_lots() {
	endow(CAROL, 1_000_000_000_000 * ONE_CUSD);
	for (lot, _) in lots() {
		// Some wait for room, or for a price.
		let _ = take(CAROL, lot, Balance::MAX);
	}
}

/// Sells all that is for sale to Carol, at prices and with limits that are all as at first. What had no
/// price, or no room, or was left behind, has to wait for some blocks; nothing but lots is looked after in
/// them.
fn sell_all_lots() {
	limit_lots(1_000_000_000 * ONE_CUSD);
	for (asset, cents) in [(DOT, 6_00), (ETH, 3_000_00), (BTC, 60_000_00), (USDT, 1_00)] {
		Prices::set_cents(asset, cents);
	}
	Prices::set_down(false);
	endow(CAROL, 1_000_000_000_000 * ONE_CUSD);
	let not_yet = cairn_auctions::Error::<Test>::AwaitingReset.into();
	for _ in 0..1_000 {
		for (lot, _) in lots() {
			let taken = take(CAROL, lot, Balance::MAX);
			assert!(taken.is_ok() || taken == Err(not_yet), "{taken:?}");
		}
		if lots().is_empty() {
			return;
		}
		begin_block_unchecked();
		<Auctions as LiquidationLots<_>>::advance(&mut WeightMeter::new());
	}
	panic!("a lot is never for sale");
}
