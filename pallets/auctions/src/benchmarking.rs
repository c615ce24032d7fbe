use cairn_math::Price;
use cairn_primitives::{
	AssetId, Balance, BalanceSheet, BlockNumber, CreateAsset, Exchange, Issuance, LiquidationLots,
	LotId, MintReason, PriceSource, Reserve, Seizure, Standing,
};
use frame_benchmarking::v2::*;
use frame_support::{
	traits::{
		tokens::{fungible::NativeOrWithId, fungibles::Mutate},
		EnsureOrigin, Get,
	},
	weights::{Weight, WeightMeter},
	BoundedVec,
};
use frame_system::RawOrigin;

use crate::{
	curve::band,
	room::{is_time_for_more, PATIENCE},
	Agenda, AgendaCursor, Call, ClosedLots, Config, Limits, Lot, LotLimits, Lots, Mark, Markets,
	Pallet, Place, StockLot, StockLots, SurplusNotBefore, SystemLot, SystemLotKind, SystemLots,
	SystemTerms, Terms, Watched, Watches,
};

const DEBT_ASSET: AssetId = NativeOrWithId::WithId(900_001);
const COLLATERAL: AssetId = NativeOrWithId::WithId(900_002);
const UNIT: Balance = 1_000_000_000_000;

/// How many full slots an event meets before it finds room.
const FULL_SLOTS: BlockNumber = 4;

/// A lot of 1,000 tokens at a dollar each for a debt of 500 and a fee of 10, and somebody who can
/// pay it. Part of the debt asset is in the reserve, as it always is. Everything may be on sale, and all
/// other debt assets have had lots.
fn lot<T: Config>(buyer: &T::AccountId) -> Result<LotId, BenchmarkError> {
	prepare::<T>(buyer)?;
	let id = put_up::<T>();
	crowd::<T>(id)?;
	Ok(id)
}

/// What [`lot`] says, but for the lot.
fn prepare<T: Config>(buyer: &T::AccountId) -> Result<(), BenchmarkError> {
	LotLimits::<T>::put(Limits {
		lot: Balance::MAX,
		total: Balance::MAX,
		most: Balance::MAX,
	});
	T::BenchmarkHelper::create_asset(&DEBT_ASSET, 12);
	T::BenchmarkHelper::create_asset(&COLLATERAL, 12);
	T::Prices::set_quote(&DEBT_ASSET, Price::ONE);
	T::Prices::set_quote(&COLLATERAL, Price::ONE);
	T::Issuance::enable(&DEBT_ASSET)?;
	T::Issuance::mint(&DEBT_ASSET, buyer, 1_000 * UNIT, MintReason::Borrow)?;
	T::Issuance::mint_to_reserve(&DEBT_ASSET, UNIT, MintReason::Interest)?;
	T::Fungibles::mint_into(COLLATERAL, &T::Custody::get(), 2_000 * UNIT)?;
	for other in other_debt_assets::<T>() {
		Pallet::<T>::change_market(&other, |market| market.room = UNIT);
	}
	Ok(())
}

/// As many as there can be beside [`DEBT_ASSET`].
fn other_debt_assets<T: Config>() -> impl Iterator<Item = AssetId> {
	(1..T::MaxDebtAssets::get()).map(|id| NativeOrWithId::WithId(900_100 + id))
}

/// The lot of [`lot`], on sale or where it waits for that.
fn put_up<T: Config>() -> LotId {
	T::Sheet::debt_seized(&DEBT_ASSET, 500 * UNIT);
	let id = Pallet::<T>::current_lot(0, &COLLATERAL);
	let seizure = Seizure {
		collateral: 1_000 * UNIT,
		debt: 500 * UNIT,
		fee: 10 * UNIT,
	};
	Pallet::<T>::put_up(id, 0, &DEBT_ASSET, &COLLATERAL, seizure);
	id
}

/// Numbers that are no lots, as many as are on sale with one more.
fn others<T: Config>() -> impl Iterator<Item = LotId> {
	(1..T::MaxLots::get()).map(|i| LotId::MAX - LotId::from(i))
}

/// Makes the list on which `lot` is watched as long as it can be, with the lot at its end.
fn crowd<T: Config>(lot: LotId) -> Result<(), BenchmarkError> {
	let sale = row::<T>(lot)?.sale.ok_or("the lot is not on sale")?;
	let list: alloc::vec::Vec<_> = others::<T>().chain([lot]).collect();
	Watched::<T>::insert(COLLATERAL, sale.mark, BoundedVec::truncate_from(list));
	Ok(())
}

fn row<T: Config>(lot: LotId) -> Result<Lot, BenchmarkError> {
	Ok(Lots::<T>::get(lot).ok_or("the lot is not open")?)
}

/// The slot of the agenda that `lot` is in.
fn due<T: Config>(lot: LotId) -> Result<BlockNumber, BenchmarkError> {
	match row::<T>(lot)?.place {
		Place::Agenda(at) => Ok(at),
		Place::Queue(_) => Err("the lot is in the queue".into()),
	}
}

/// Lets time pass until `lot` is due, with a price that has not moved.
fn pass_until_due<T: Config>(lot: LotId) -> Result<BlockNumber, BenchmarkError> {
	let due = due::<T>(lot)?;
	frame_system::Pallet::<T>::set_block_number(due.into());
	AgendaCursor::<T>::put(due);
	T::Prices::set_quote(&DEBT_ASSET, Price::ONE);
	T::Prices::set_quote(&COLLATERAL, Price::ONE);
	Ok(due)
}

/// Fills the slots of the agenda that are wanted first from `at` on; returns the one with room.
fn fill_from<T: Config>(mut at: BlockNumber) -> BlockNumber {
	for stride in 1..=FULL_SLOTS {
		fill::<T>(at);
		at += stride;
	}
	at
}

/// Fills the slot of the agenda at `at` with numbers that are no lots, around what is there.
fn fill<T: Config>(at: BlockNumber) {
	let filler = (0..T::MaxEventsPerBlock::get()).map(|i| LotId::MAX - LotId::from(i));
	let here = Agenda::<T>::get(at);
	let room = T::MaxEventsPerBlock::get() as usize - here.len();
	let full: alloc::vec::Vec<_> = filler.take(room).chain(here).collect();
	Agenda::<T>::insert(at, BoundedVec::truncate_from(full));
}

/// A debt asset, a quote of it and of the native token at a dollar each, and a million of both for
/// the buyer.
fn system<T: Config>(buyer: &T::AccountId) -> Result<(), BenchmarkError> {
	T::BenchmarkHelper::create_asset(&DEBT_ASSET, 12);
	T::Prices::set_quote(&DEBT_ASSET, Price::ONE);
	T::Prices::set_quote(&T::NativeToken::get(), Price::ONE);
	T::Issuance::enable(&DEBT_ASSET)?;
	T::Fungibles::mint_into(T::NativeToken::get(), buyer, 1_000_000 * UNIT)?;
	T::Issuance::mint(&DEBT_ASSET, buyer, 1_000_000 * UNIT, MintReason::Borrow)?;
	Ok(())
}

/// The reserve of [`system`] has far more than its target.
fn surplus<T: Config>() -> Result<(), BenchmarkError> {
	T::Issuance::mint_to_reserve(&DEBT_ASSET, 1_000_000 * UNIT, MintReason::Interest)?;
	assert!(matches!(
		T::Reserve::standing(&DEBT_ASSET),
		Standing::Surplus(_)
	));
	Ok(())
}

/// What was lent in [`system`] is lost, and the reserve has nothing.
fn deficit<T: Config>(amount: Balance) {
	T::Sheet::debt_seized(&DEBT_ASSET, amount);
	T::Sheet::debt_lost(&DEBT_ASSET, amount);
	assert_eq!(T::Reserve::standing(&DEBT_ASSET), Standing::Deficit(amount));
}

/// The reserve of [`system`] has a thousand tokens of collateral, at a dollar each.
fn stock<T: Config>() -> Result<(), BenchmarkError> {
	T::BenchmarkHelper::create_asset(&COLLATERAL, 12);
	T::Prices::set_quote(&COLLATERAL, Price::ONE);
	let reserve = T::Issuance::reserve_account();
	T::Fungibles::mint_into(COLLATERAL, &reserve, 1_000 * UNIT)?;
	T::Reserve::add_stock(&DEBT_ASSET, &COLLATERAL, 1_000 * UNIT)?;
	Ok(())
}

fn open_system_lots<T: Config>() {
	Pallet::<T>::advance_system_lots(&mut WeightMeter::with_limit(Weight::MAX));
}

#[benchmarks]
mod benchmarks {
	use super::*;

	/// Closes the lot with leftover, pays debt and fee, opens the recipient's account, and takes the
	/// lot off a full slot and a full list in which it comes last.
	#[benchmark]
	fn take() -> Result<(), BenchmarkError> {
		let buyer: T::AccountId = whitelisted_caller();
		let recipient: T::AccountId = account("recipient", 0, 0);
		frame_system::Pallet::<T>::inc_providers(&recipient);
		let id = lot::<T>(&buyer)?;
		fill::<T>(due::<T>(id)?);
		#[extrinsic_call]
		_(
			RawOrigin::Signed(buyer),
			id,
			Balance::MAX,
			Price::MAX,
			Some(recipient),
		);
		assert!(ClosedLots::<T>::contains_key(id));
		Ok(())
	}

	/// Buys a part; the recipient's account is new.
	#[benchmark]
	fn take_part() -> Result<(), BenchmarkError> {
		let buyer: T::AccountId = whitelisted_caller();
		let recipient: T::AccountId = account("recipient", 0, 0);
		frame_system::Pallet::<T>::inc_providers(&recipient);
		let id = lot::<T>(&buyer)?;
		#[extrinsic_call]
		take(
			RawOrigin::Signed(buyer),
			id,
			100 * UNIT,
			Price::MAX,
			Some(recipient),
		);
		assert_eq!(row::<T>(id)?.remaining, 900 * UNIT);
		Ok(())
	}

	/// As `take`, on the longest way through the exchange. The price has come down below the
	/// market's.
	#[benchmark]
	fn take_with_swap() -> Result<(), BenchmarkError> {
		let buyer: T::AccountId = whitelisted_caller();
		let recipient: T::AccountId = account("recipient", 0, 0);
		frame_system::Pallet::<T>::inc_providers(&recipient);
		let id = lot::<T>(&buyer)?;
		T::Exchange::set_up(&COLLATERAL, &DEBT_ASSET, 1_000_000 * UNIT);
		let due = due::<T>(id)?;
		fill::<T>(due);
		frame_system::Pallet::<T>::set_block_number((due - 1).into());
		T::Prices::set_quote(&DEBT_ASSET, Price::ONE);
		T::Prices::set_quote(&COLLATERAL, Price::ONE);
		#[extrinsic_call]
		_(
			RawOrigin::Signed(buyer),
			id,
			Balance::MAX,
			Price::MAX,
			1,
			Some(recipient),
		);
		assert!(!Lots::<T>::contains_key(id));
		Ok(())
	}

	#[benchmark]
	fn set_terms() -> Result<(), BenchmarkError> {
		let origin =
			T::AdminOrigin::try_successful_origin().map_err(|_| BenchmarkError::Weightless)?;
		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, Terms::default());
		Ok(())
	}

	#[benchmark]
	fn set_limits() -> Result<(), BenchmarkError> {
		let origin =
			T::AdminOrigin::try_successful_origin().map_err(|_| BenchmarkError::Weightless)?;
		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, T::DefaultLimits::get());
		Ok(())
	}

	/// Nothing is due, not even a slot; lots of all debt assets are on sale, others wait for them, and it is
	/// time to make room for these and to look at all the queues; there is not enough room for any.
	#[benchmark]
	fn advance_base() {
		let time_for_more = PATIENCE.saturating_mul(2);
		assert!(is_time_for_more(time_for_more));
		frame_system::Pallet::<T>::set_block_number(time_for_more.into());
		AgendaCursor::<T>::put(BlockNumber::MAX);
		LotLimits::<T>::put(Limits {
			lot: UNIT,
			total: UNIT,
			most: Balance::MAX,
		});
		for debt_asset in other_debt_assets::<T>().chain([DEBT_ASSET]) {
			T::Prices::set_quote(&debt_asset, Price::ONE);
			Pallet::<T>::change_market(&debt_asset, |market| {
				market.lots = 1;
				market.on_sale = Balance::MAX;
				market.next_ticket = 1;
			});
		}
		#[block]
		{
			Pallet::<T>::advance(&mut WeightMeter::with_limit(Weight::MAX));
		}
		let markets = Markets::<T>::get();
		assert_eq!(markets.len() as u32, T::MaxDebtAssets::get());
		assert!(markets
			.values()
			.all(|market| market.room > UNIT && !market.stirred));
	}

	/// A full slot, of which nothing is worked off: it is read.
	#[benchmark]
	fn advance_slot() {
		let now = Pallet::<T>::now();
		AgendaCursor::<T>::put(now);
		fill::<T>(now);
		let weight = <T::WeightInfo as crate::WeightInfo>::advance_base()
			.saturating_add(<T::WeightInfo as crate::WeightInfo>::advance_slot());
		#[block]
		{
			Pallet::<T>::advance(&mut WeightMeter::with_limit(weight));
		}
		assert_eq!(
			Agenda::<T>::get(now).len(),
			T::MaxEventsPerBlock::get() as usize
		);
	}

	/// The oracle falls silent for a collateral of which lots are on sale.
	#[benchmark]
	fn advance_watch() -> Result<(), BenchmarkError> {
		let id = lot::<T>(&whitelisted_caller())?;
		Watches::<T>::mutate(|watches| {
			if let Some(watch) = watches.get_mut(&COLLATERAL) {
				watch.dark_since = Some(0);
			}
		});
		#[block]
		{
			Pallet::<T>::advance_watches(&mut WeightMeter::with_limit(
				<T::WeightInfo as crate::WeightInfo>::advance_watch(),
			));
		}
		assert!(Watches::<T>::get()[&COLLATERAL].dark_since.is_none());
		assert!(row::<T>(id)?.sale.is_some());
		Ok(())
	}

	/// One lot starts again, and the first slots it wants are full.
	#[benchmark]
	fn advance_restart() -> Result<(), BenchmarkError> {
		let id = lot::<T>(&whitelisted_caller())?;
		let sale = row::<T>(id)?.sale.ok_or("the lot is not on sale")?;
		let due = pass_until_due::<T>(id)?;
		let terms = row::<T>(id)?.terms;
		let free = fill_from::<T>(due + terms.lifetime(sale.start_price, false));
		#[block]
		{
			Pallet::<T>::advance(&mut WeightMeter::with_limit(Weight::MAX));
		}
		let sale = row::<T>(id)?.sale.ok_or("the lot is not on sale")?;
		assert_eq!((sale.started_at, self::due::<T>(id)?), (due, free));
		Ok(())
	}

	/// One lot that has waited in the queue starts in a crowded agenda, as the last that its list takes, and
	/// the first that is watched at the oracle's present price.
	#[benchmark]
	fn advance_queued() -> Result<(), BenchmarkError> {
		// The block in which all benchmarks run whose set-up leaves it at none.
		frame_system::Pallet::<T>::set_block_number(1u32.into());
		prepare::<T>(&whitelisted_caller())?;
		Pallet::<T>::change_market(&DEBT_ASSET, |market| {
			market.lots = 1;
			market.on_sale = Balance::MAX;
		});
		let id = put_up::<T>();
		assert!(matches!(row::<T>(id)?.place, Place::Queue(_)));
		Pallet::<T>::change_market(&DEBT_ASSET, |market| {
			market.lots = 0;
			market.on_sale = 0;
		});
		let mark = Mark {
			era: 0,
			band: band(Price::ONE),
		};
		let list: alloc::vec::Vec<_> = others::<T>().collect();
		Watched::<T>::insert(COLLATERAL, mark, BoundedVec::truncate_from(list));
		let now = Pallet::<T>::now();
		AgendaCursor::<T>::put(now.saturating_add(1));
		let terms = row::<T>(id)?.terms;
		let start = terms.start_price(Price::ONE);
		let free = fill_from::<T>(now + terms.lifetime(start, false));
		#[block]
		{
			Pallet::<T>::advance(&mut WeightMeter::with_limit(Weight::MAX));
		}
		let sale = row::<T>(id)?.sale.ok_or("the lot is not on sale")?;
		assert_eq!((sale.started_at, due::<T>(id)?), (now, free));
		Ok(())
	}

	/// The reserve buys all that a lot offers, part of what it is worth with what it has, and the
	/// rest of the lot starts anew in a crowded agenda.
	#[benchmark]
	fn advance_takeover() -> Result<(), BenchmarkError> {
		let id = lot::<T>(&whitelisted_caller())?;
		let due = pass_until_due::<T>(id)?;
		Lots::<T>::mutate(id, |row| {
			if let Some(row) = row {
				row.round = row.terms.rounds;
				if let Some(sale) = &mut row.sale {
					sale.offered = 200 * UNIT;
				}
			}
		});
		Pallet::<T>::change_market(&DEBT_ASSET, |market| market.on_sale = 200 * UNIT);
		let terms = row::<T>(id)?.terms;
		let start = terms.start_price(Price::ONE);
		fill_from::<T>(due + terms.lifetime(start, false));
		#[block]
		{
			Pallet::<T>::advance(&mut WeightMeter::with_limit(Weight::MAX));
		}
		let sale = row::<T>(id)?.sale.ok_or("the lot is not on sale")?;
		assert_eq!((sale.started_at, sale.offered), (due, 310 * UNIT));
		Ok(())
	}

	/// All of the lot, for another account, which is opened with it.
	#[benchmark]
	fn buy_surplus() -> Result<(), BenchmarkError> {
		let buyer: T::AccountId = whitelisted_caller();
		let recipient: T::AccountId = account("recipient", 0, 0);
		frame_system::Pallet::<T>::inc_providers(&recipient);
		system::<T>(&buyer)?;
		surplus::<T>()?;
		open_system_lots::<T>();
		assert!(SystemLots::<T>::contains_key(DEBT_ASSET));
		#[extrinsic_call]
		_(
			RawOrigin::Signed(buyer),
			DEBT_ASSET,
			Balance::MAX,
			Price::MIN,
			Some(recipient),
		);
		assert!(!SystemLots::<T>::contains_key(DEBT_ASSET));
		Ok(())
	}

	/// All of the lot, for another account, which is opened with it.
	#[benchmark]
	fn recapitalise() -> Result<(), BenchmarkError> {
		let buyer: T::AccountId = whitelisted_caller();
		let recipient: T::AccountId = account("recipient", 0, 0);
		system::<T>(&buyer)?;
		deficit::<T>(1_000 * UNIT);
		open_system_lots::<T>();
		assert!(SystemLots::<T>::contains_key(DEBT_ASSET));
		#[extrinsic_call]
		_(
			RawOrigin::Signed(buyer),
			DEBT_ASSET,
			Balance::MAX,
			Price::MAX,
			Some(recipient),
		);
		assert!(!SystemLots::<T>::contains_key(DEBT_ASSET));
		Ok(())
	}

	#[benchmark]
	fn set_system_terms() -> Result<(), BenchmarkError> {
		let origin =
			T::AdminOrigin::try_successful_origin().map_err(|_| BenchmarkError::Weightless)?;
		#[extrinsic_call]
		_(
			origin as T::RuntimeOrigin,
			alloc::boxed::Box::new(SystemTerms::default()),
		);
		Ok(())
	}

	/// A collateral whose last lot is sold: what is left is valued, and some of it put up.
	#[benchmark]
	fn system_stock() -> Result<(), BenchmarkError> {
		system::<T>(&whitelisted_caller())?;
		deficit::<T>(1_000 * UNIT);
		stock::<T>()?;
		let sold = StockLot {
			remaining: 0,
			opened_at: 0,
			curve: SystemTerms::default().stock.curve,
		};
		StockLots::<T>::insert(DEBT_ASSET, COLLATERAL, sold);
		let later = SystemTerms::default().stock.pause.saturating_add(1);
		frame_system::Pallet::<T>::set_block_number(later.into());
		T::Prices::set_quote(&DEBT_ASSET, Price::ONE);
		T::Prices::set_quote(&COLLATERAL, Price::ONE);
		let stock = T::Reserve::stock(&DEBT_ASSET);
		#[block]
		{
			T::Reserve::standing(&DEBT_ASSET);
			Pallet::<T>::advance_stock(&DEBT_ASSET, stock, later);
		}
		assert!(StockLots::<T>::get(DEBT_ASSET, COLLATERAL).is_some_and(|lot| lot.remaining > 0));
		Ok(())
	}

	/// All of it, for another account, which is opened with it.
	#[benchmark]
	fn buy_stock() -> Result<(), BenchmarkError> {
		let buyer: T::AccountId = whitelisted_caller();
		let recipient: T::AccountId = account("recipient", 0, 0);
		frame_system::Pallet::<T>::inc_providers(&recipient);
		system::<T>(&buyer)?;
		stock::<T>()?;
		open_system_lots::<T>();
		#[extrinsic_call]
		_(
			RawOrigin::Signed(buyer),
			DEBT_ASSET,
			COLLATERAL,
			Balance::MAX,
			Price::MAX,
			Some(recipient),
		);
		assert!(T::Reserve::stock(&DEBT_ASSET).is_empty());
		Ok(())
	}

	#[benchmark]
	fn system_base() {
		let weight = <T::WeightInfo as crate::WeightInfo>::system_base();
		#[block]
		{
			Pallet::<T>::advance_system_lots(&mut WeightMeter::with_limit(weight));
		}
	}

	/// A lot of native tokens has lost its reason, and there is surplus for a lot.
	#[benchmark]
	fn system_asset() -> Result<(), BenchmarkError> {
		system::<T>(&whitelisted_caller())?;
		surplus::<T>()?;
		let terms = SystemTerms::default();
		let stale = SystemLot {
			kind: SystemLotKind::Recapitalisation,
			remaining: UNIT,
			opened_at: Pallet::<T>::now(),
			curve: terms.recapitalisation.curve,
		};
		SystemLots::<T>::insert(DEBT_ASSET, stale);
		SurplusNotBefore::<T>::insert(DEBT_ASSET, Pallet::<T>::now());
		#[block]
		{
			open_system_lots::<T>();
		}
		assert!(
			SystemLots::<T>::get(DEBT_ASSET).is_some_and(|lot| lot.kind == SystemLotKind::Surplus)
		);
		Ok(())
	}

	impl_benchmark_test_suite!(Pallet, crate::mock::new_ext(), crate::mock::Test);
}
