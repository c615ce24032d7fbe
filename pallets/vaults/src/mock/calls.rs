//! What tests do, and what they look at.

use super::*;
use crate::{
	types::{Adjustment, Basket, Breaker, Expected, FacilityChange, Guard, LimitsOf},
	WeightInfo,
};
use cairn_math::FixedU128;
use cairn_primitives::{LotId, VaultId};
use frame_support::traits::{
	fungibles::{Inspect, Mutate},
	tokens::Preservation,
};
use proptest::prelude::*;
use sp_runtime::{traits::Dispatchable, DispatchError, DispatchResult};

pub fn basket(amounts: &[(AssetId, Balance)]) -> Basket {
	BoundedVec::try_from(amounts.to_vec()).expect("at most eight")
}

pub fn no_limits() -> LimitsOf<Test> {
	Default::default()
}

/// Dispatches a call of this pallet as a block would: what fails leaves nothing behind.
pub fn call(who: AccountId, call: crate::Call<Test>) -> DispatchResult {
	dispatch(RuntimeOrigin::signed(who), call)
}

/// [`call`] with governance's origin.
pub fn govern(call: crate::Call<Test>) -> DispatchResult {
	dispatch(RuntimeOrigin::root(), call)
}

pub fn dispatch(origin: RuntimeOrigin, call: impl Into<RuntimeCall>) -> DispatchResult {
	call.into()
		.dispatch(origin)
		.map(|_| ())
		.map_err(|error| error.error)
}

/// Opens a vault with collateral and debt in one call, and returns its number.
pub fn open(
	owner: AccountId,
	facility: FacilityId,
	deposit: &[(AssetId, Balance)],
	borrow: Balance,
) -> Result<VaultId, DispatchError> {
	let adjustment = Adjustment {
		deposit: basket(deposit),
		borrow,
		..Default::default()
	};
	let id = crate::NextVault::<Test>::get();
	call(
		owner,
		crate::Call::open {
			facility,
			adjustment,
			limits: no_limits(),
		},
	)?;
	Ok(id)
}

pub fn adjust(
	who: AccountId,
	vault: VaultId,
	adjustment: Adjustment,
	limits: LimitsOf<Test>,
) -> DispatchResult {
	call(
		who,
		crate::Call::adjust {
			vault,
			adjustment,
			limits,
		},
	)
}

pub fn deposit(who: AccountId, vault: VaultId, asset: AssetId, amount: Balance) -> DispatchResult {
	call(
		who,
		crate::Call::deposit {
			vault,
			asset,
			amount,
		},
	)
}

pub fn withdraw(who: AccountId, vault: VaultId, asset: AssetId, amount: Balance) -> DispatchResult {
	call(
		who,
		crate::Call::withdraw {
			vault,
			asset,
			amount,
		},
	)
}

pub fn borrow(who: AccountId, vault: VaultId, amount: Balance) -> DispatchResult {
	call(who, crate::Call::borrow { vault, amount })
}

pub fn repay(who: AccountId, vault: VaultId, amount: Balance) -> DispatchResult {
	call(who, crate::Call::repay { vault, amount })
}

/// Closes a vault whatever it owes.
pub fn close(who: AccountId, vault: VaultId) -> DispatchResult {
	call(
		who,
		crate::Call::close {
			vault,
			max_repay: Balance::MAX,
		},
	)
}

pub fn claim(who: AccountId, vault: VaultId) -> DispatchResult {
	call(who, crate::Call::claim { vault })
}

pub fn liquidate(who: AccountId, vault: VaultId) -> DispatchResult {
	call(who, crate::Call::liquidate { vault })
}

pub fn set_breaker(facility: FacilityId, breaker: Breaker) {
	govern(crate::Call::set_breaker { facility, breaker }).expect("governance may");
}

/// Creates a facility and returns its number.
pub fn create_facility(terms: FacilityTerms<Test>) -> FacilityId {
	let id = crate::NextFacility::<Test>::get();
	govern(crate::Call::create_facility { terms }).expect("the terms are good");
	id
}

/// Buys from a lot at whatever it costs.
pub fn take(who: AccountId, lot: LotId, max_amount: Balance) -> DispatchResult {
	let max_price = Price::MAX;
	let call = cairn_auctions::Call::take {
		lot,
		max_amount,
		max_price,
		recipient: None,
	};
	dispatch(RuntimeOrigin::signed(who), call)
}

/// The lots for sale, in the order of their numbers.
pub fn lots() -> Vec<(LotId, cairn_auctions::Lot)> {
	let mut lots: Vec<_> = cairn_auctions::Lots::<Test>::iter().collect();
	lots.sort_by_key(|(id, _)| *id);
	lots
}

/// Moves tokens from one account to another.
pub fn send(asset: AssetId, from: AccountId, to: AccountId, amount: Balance) {
	Tokens::transfer(asset, &from, &to, amount, Preservation::Expendable).expect("he has it");
}

/// Terms without interest, so that numbers stay round.
pub fn still(collaterals: Vec<CollateralTerms>) -> FacilityTerms<Test> {
	FacilityTerms {
		annual_rate: Ray(0),
		..facility_terms(collaterals)
	}
}

/// A facility like [`MIXED`], without interest.
pub fn create_still() -> FacilityId {
	create_facility(still(vec![
		terms(CRN, 40, 50, 0),
		terms(DOT, 62, 70, 1),
		terms(ETH, 72, 80, 2),
		terms(BTC, 72, 80, 3),
		terms(USDT, 92, 95, 4),
	]))
}

/// Lets Carol borrow `amount` of CUSD for `to` with far more collateral than it takes.
pub fn lend(to: AccountId, amount: Balance) {
	open(
		CAROL,
		STABLE,
		&[(USDT, amount / ONE_CUSD * 3 * ONE_USDT)],
		amount,
	)
	.expect("she can");
	send(CUSD, CAROL, to, amount);
}

/// The row of a vault.
pub fn row(vault: VaultId) -> crate::types::Vault<Test> {
	crate::Vaults::<Test>::get(vault).expect("the vault is there")
}

/// The terms of a facility as they are now.
pub fn facility_now(facility: FacilityId) -> crate::types::Facility<Test> {
	Vaults::facility_now(facility).expect("the facility is there")
}

/// Changes a facility as governance.
pub fn change_facility(facility: FacilityId, change: FacilityChange) -> DispatchResult {
	govern(crate::Call::change_facility { facility, change })
}

pub fn set_guard(who: AccountId, vault: VaultId, percent: u32, amount: Balance) -> DispatchResult {
	let level = FixedU128::from_rational(percent.into(), 100);
	let guard = Some(Guard { level, amount });
	call(who, crate::Call::set_guard { vault, guard })
}

pub fn offer(who: AccountId, vault: VaultId, to: Option<AccountId>) -> DispatchResult {
	call(who, crate::Call::offer { vault, to })
}

/// What a view shows of a vault, to the last unit.
pub fn expected(vault: VaultId) -> Expected {
	let Some(view) = Vaults::vault(vault) else {
		return Expected::default();
	};
	let legs = view.legs.into_iter().map(|leg| (leg.asset, leg.amount));
	Expected {
		debt_at_most: view.debt,
		collateral_at_least: basket(&legs.collect::<Vec<_>>()),
	}
}

/// Accepts a vault as it is.
pub fn accept(who: AccountId, vault: VaultId) -> DispatchResult {
	accept_if(who, vault, expected(vault), no_limits())
}

pub fn accept_if(
	who: AccountId,
	vault: VaultId,
	expected: Expected,
	limits: LimitsOf<Test>,
) -> DispatchResult {
	call(
		who,
		crate::Call::accept {
			vault,
			expected,
			limits,
		},
	)
}

/// The totals of a facility.
pub fn state(facility: FacilityId) -> crate::types::FacilityState<Test> {
	crate::FacilityStates::<Test>::get(facility).expect("the facility is there")
}

/// What a vault holds of a collateral.
pub fn leg(vault: VaultId, asset: AssetId) -> Balance {
	let view = Vaults::vault(vault).expect("the vault is there");
	view.legs
		.iter()
		.find(|leg| leg.asset == asset)
		.map_or(0, |leg| leg.amount)
}

/// What looking at so many facilities weighs.
pub fn looking(facilities: u64) -> Weight {
	let each = <() as WeightInfo>::visit_facility(12) * facilities;
	<() as WeightInfo>::list_facilities() + each
}

/// What there has to be for one vault more, whatever it turns out to be: it is got at, and is reserved
/// for at its worst.
pub fn room_for_one() -> Weight {
	Vaults::weight_of_one()
}

/// What so many vaults of one leg weigh that are liquidated, at most: each in a page of its own, and
/// each into a lot of its own.
pub fn liquidations(count: u64) -> Weight {
	let rows = Vaults::weight_of_rows(2 * crate::index::ROWS_OF_ENTRY);
	let others = <() as WeightInfo>::visit_page() + <() as WeightInfo>::put_up();
	(Vaults::weight_of_vault(1, 0) + rows + others) * count
}

/// How many cases a property test runs: `usual`, or what `CAIRN_FUZZ_CASES` says.
pub fn fuzz_cases(usual: u32) -> u32 {
	std::env::var("CAIRN_FUZZ_CASES")
		.ok()
		.and_then(|cases| cases.parse().ok())
		.unwrap_or(usual)
}

/// [`fuzz_cases`] of one of so many property tests that share them.
pub fn fuzz_cases_of(parts: u32, usual: u32) -> u32 {
	fuzz_cases(usual * parts).div_ceil(parts)
}

/// How many steps a run of a property test has at most: `usual`, or what `CAIRN_FUZZ_STEPS` says.
pub fn fuzz_steps(usual: usize) -> usize {
	std::env::var("CAIRN_FUZZ_STEPS")
		.ok()
		.and_then(|steps| steps.parse().ok())
		.unwrap_or(usual)
}

/// Lives of `steps` doings. One in a thousand doings is left out, so that a life that fails can be
/// made shorter by leaving out more.
pub fn life<S>(doing: S, steps: usize) -> impl Strategy<Value = Vec<S::Value>>
where
	S: Strategy<Value: Clone>,
{
	let doing = prop::option::weighted(0.999, doing);
	prop::collection::vec(doing, steps).prop_map(|doings| doings.into_iter().flatten().collect())
}

/// Events of this pallet in this block.
pub fn events() -> Vec<crate::Event<Test>> {
	let records = System::events().into_iter();
	records
		.filter_map(|record| match record.event {
			RuntimeEvent::Vaults(event) => Some(event),
			_ => None,
		})
		.collect()
}

pub fn balance(asset: AssetId, who: AccountId) -> Balance {
	Tokens::balance(asset, &who)
}

/// What a vault owes now.
pub fn debt(vault: VaultId) -> Balance {
	Vaults::vault(vault).expect("the vault is there").debt
}

/// Health of a vault now, `None` without debt.
pub fn health(vault: VaultId) -> Option<FixedU128> {
	Vaults::health(vault)
}

/// Settles a facility as governance, at the oracle's prices but for those named in cents.
pub fn settle(facility: FacilityId, named: &[(AssetId, u128)]) -> DispatchResult {
	let price = |cents: u128| Price::new(cents * 10_000_000_000_000_000).expect("a price");
	let named = named
		.iter()
		.map(|(asset, cents)| (asset.clone(), price(*cents)));
	let prices = BoundedVec::truncate_from(named.collect());
	govern(crate::Call::settle_facility { facility, prices })
}

pub fn settle_vault(who: AccountId, vault: VaultId) -> DispatchResult {
	call(who, crate::Call::settle_vault { vault })
}

pub fn redeem(who: AccountId, facility: FacilityId, amount: Balance) -> DispatchResult {
	call(who, crate::Call::redeem { facility, amount })
}

/// The settlement of a facility.
pub fn settlement(facility: FacilityId) -> crate::settlement::Settlement<Test> {
	crate::Settlements::<Test>::get(facility).expect("the facility is settled")
}

/// What the treasury finds wrong at the start of a block.
pub fn audit() {
	System::reset_events();
	Treasury::audit(&mut WeightMeter::new());
	let is_blown = |event| {
		matches!(
			event,
			RuntimeEvent::Treasury(cairn_treasury::Event::FuseBlown { .. })
		)
	};
	assert!(
		!System::events()
			.into_iter()
			.any(|record| is_blown(record.event)),
		"the treasury finds the books wrong"
	);
}
