//! What the naive ledger expects of a liquidation and of a guard, from their rules alone.
//!
//! Values are in 1e-18 USD with 120 binary places below that: exact for all that could be seen. The
//! pallet's are whole. It rounds the weighted value of each leg down twice, and what a leg repays down
//! once, the price of what is no longer quoted to a billionth of it, and everything else by less than
//! a unit: so much, and what follows from it, is what it may differ by.

use super::ledger_terms::Terms;
use crate::mock::*;
use cairn_primitives::{AssetDecimals, AssetId, Balance, PriceSource, QuoteStatus};
use frame_support::traits::fungible::NativeOrWithId;
use primitive_types::U512;
use std::collections::BTreeMap;

/// What the ledger deals in: more than a vault has room for. The fifth has no decimals, so that a smallest
/// unit is worth dollars and nobody could overlook a rounding; those after it have 3, 9, 12 and 24.
pub const DEALT: [AssetId; 9] = [
	DOT,
	ETH,
	BTC,
	USDT,
	NativeOrWithId::WithId(20),
	NativeOrWithId::WithId(23),
	NativeOrWithId::WithId(29),
	NativeOrWithId::WithId(32),
	NativeOrWithId::WithId(44),
];

pub const RAY: u128 = 1_000_000_000_000_000_000_000_000_000;
const ONE: u64 = 1_000_000_000_000_000_000;
const BILLION: u64 = 1_000_000_000;
const HOUR: u64 = 3_600_000;
const BINARY_PLACES: usize = 120;
/// What a smallest unit of CUSD is worth, in 1e-18 USD.
const UNIT_OF_DEBT: u64 = 1_000_000;

pub fn div_ceil(numerator: U512, denominator: U512) -> U512 {
	let (quotient, rest) = numerator.div_mod(denominator);
	quotient + U512::from(u8::from(!rest.is_zero()))
}

/// `⌈a · b / c⌉`
pub fn ceil(a: u128, b: u128, c: u128) -> u128 {
	div_ceil(U512::from(a) * U512::from(b), U512::from(c)).as_u128()
}

/// `⌊a · b / c⌋`
pub fn floor(a: u128, b: u128, c: u128) -> u128 {
	(U512::from(a) * U512::from(b) / U512::from(c)).as_u128()
}

/// A value of so many 1e-18 USD.
fn whole(units: impl Into<U512>) -> U512 {
	units.into() << BINARY_PLACES
}

/// What a factor of a second makes of an accumulator in so many of them: each square and each product is
/// rounded up.
pub fn compound(accumulator: u128, factor: u128, seconds: u64) -> u128 {
	let (mut growth, mut square, mut left) = (RAY, factor, seconds);
	while left > 0 {
		if left % 2 == 1 {
			growth = ceil(growth, square, RAY);
		}
		left /= 2;
		if left > 0 {
			square = ceil(square, square, RAY);
		}
	}
	let grown = ceil(accumulator, growth, RAY);
	let (exactly, products) = exact_power(accumulator, factor, seconds);
	// Up: by a unit of 1e-27 of the whole for each product, and what is rounded in a square counts once
	// for each second that it stands for.
	let units = U512::from(products + seconds);
	let most = exactly + (exactly * units) / U512::from(RAY) + U512::from(accumulator / RAY + 2);
	assert!(U512::from(grown) + 1 >= exactly && U512::from(grown) <= most);
	grown
}

/// The same with 150 binary places, rounded down, and out of how many products.
fn exact_power(accumulator: u128, factor: u128, seconds: u64) -> (U512, u64) {
	const PLACES: usize = 150;
	let one = U512::one() << PLACES;
	let mut square = (U512::from(factor) << PLACES) / U512::from(RAY);
	let (mut growth, mut left, mut products) = (one, seconds, 1u64);
	while left > 0 {
		if left % 2 == 1 {
			growth = (growth * square) >> PLACES;
		}
		left /= 2;
		square = (square * square) >> PLACES;
		products += 2;
	}
	((U512::from(accumulator) * growth) >> PLACES, products)
}

/// What may be left of a debt that was `before`, if nothing is borrowed.
pub fn may_be_left(left: Balance, before: Balance, minimum: Balance) -> bool {
	left == 0 || left >= minimum || before < minimum
}

/// How many units of debt a value pays for.
fn paid_for(value: U512) -> u128 {
	(value / whole(UNIT_OF_DEBT)).as_u128()
}

/// How much normalised debt a payment clears.
fn clears(repaid: u128, accumulator: u128) -> u128 {
	floor(repaid, RAY, accumulator)
}

/// A leg with all that matters about it.
#[derive(Clone, Debug)]
pub struct Held {
	pub asset: AssetId,
	pub amount: Balance,
	/// Smallest units of a whole token.
	one: U512,
	/// In 1e-18 USD; zero if it counts for nothing.
	price: U512,
	is_sellable: bool,
	/// `L`, `π` and the reserve's part of that, in 1e-9.
	factor: u64,
	penalty: u64,
	fee: u64,
	/// The riskiest comes first, and of equal ones whichever was listed first.
	turn: (u8, usize),
}

impl Held {
	fn value_of(&self, amount: Balance) -> U512 {
		whole(U512::from(amount) * self.price) / self.one
	}

	fn weighted(&self, value: U512) -> U512 {
		value * self.factor / BILLION
	}

	fn with_penalty(&self) -> u64 {
		BILLION + self.penalty
	}

	/// The value of the debt that so much of it repays.
	fn repays(&self, amount: Balance) -> U512 {
		self.value_of(amount) * BILLION / self.with_penalty()
	}

	/// How many units of debt so much of it pays for, from the least to the most: the pallet rounds values
	/// down twice.
	fn pays(&self, amount: Balance) -> Bounds {
		let most = self.repays(amount);
		(paid_for(most.saturating_sub(whole(2u8))), paid_for(most))
	}

	/// How much of it repays a value, rounded up to a smallest unit.
	fn amount_for(&self, repaid: U512) -> U512 {
		let value = repaid * self.with_penalty() * self.one;
		div_ceil(value, whole(self.price * BILLION))
	}
}

/// The price that counts in a liquidation, and whether it can be sold at.
fn counted(asset: &AssetId) -> (u128, bool) {
	let Some(quote) = <Prices as PriceSource<_>>::quote(asset) else {
		return (0, false);
	};
	let high = (quote.price.raw() + quote.confidence).min(cairn_math::Price::MAX.raw());
	if matches!(quote.status, QuoteStatus::Live | QuoteStatus::Degraded) {
		return (high, true);
	}
	// From an hour to twenty-five hours of its own silence it counts less and less, in billionths.
	let left = (25 * HOUR).saturating_sub(quote.silent_for.max(HOUR));
	let share = u128::from(left) * u128::from(BILLION) / u128::from(24 * HOUR);
	(floor(high, share, BILLION.into()), false)
}

/// The price that counts when new risk is taken on: none unless it is Live.
fn counted_strictly(asset: &AssetId) -> (u128, bool) {
	let quote = <Prices as PriceSource<_>>::quote(asset).filter(|q| q.status == QuoteStatus::Live);
	let price = quote.map_or(0, |quote| {
		let low = quote.price.raw().saturating_sub(quote.confidence).max(1);
		low.min(quote.slow.raw())
	});
	(price, price > 0)
}

/// What collateral counts, and by which factor.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Measure {
	/// As much as is still believed, and the liquidation factor.
	Liquidation,
	/// As little as is possible, and the borrow factor.
	NewRisk,
}

/// A vault to be liquidated, or saved by its guard.
pub struct Case {
	legs: Vec<Held>,
	/// In CUSD.
	pub owed: Balance,
	minimum: Balance,
	/// `H*`, in 1e-18.
	target: u128,
}

/// From the least to the most.
pub type Bounds = (Balance, Balance);

/// What is sold of each leg.
type Range = BTreeMap<AssetId, Bounds>;

/// What a lot has to raise for what is seized of a leg, in CUSD.
#[derive(Clone, Copy, Debug, Default)]
pub struct Due {
	pub debt: Bounds,
	pub fee: Bounds,
}

impl Due {
	pub fn add(&mut self, other: Self) {
		let sum = |a: Bounds, b: Bounds| (a.0 + b.0, a.1 + b.1);
		self.debt = sum(self.debt, other.debt);
		self.fee = sum(self.fee, other.fee);
	}
}

/// What a liquidation comes to beside what is seized, in CUSD.
pub struct Dues {
	pub of_legs: BTreeMap<AssetId, Due>,
	/// What it brings the reserve if the collateral is sold at the price of now.
	pub fees: Bounds,
}

struct Sold {
	amounts: BTreeMap<AssetId, Balance>,
	/// In CUSD.
	repaid: Balance,
}

impl Case {
	pub fn new(terms: &Terms, legs: &BTreeMap<AssetId, Balance>, owed: Balance) -> Self {
		Self::measured(terms, legs, owed, Measure::Liquidation)
	}

	pub fn measured(
		terms: &Terms,
		legs: &BTreeMap<AssetId, Balance>,
		owed: Balance,
		measure: Measure,
	) -> Self {
		let held = |(asset, amount): (&AssetId, &Balance)| {
			let listed = terms.listed(asset).expect("it is listed");
			let strictly = measure == Measure::NewRisk;
			let ((price, is_sellable), factor) = if strictly {
				(counted_strictly(asset), listed.borrow_factor)
			} else {
				(counted(asset), listed.liquidation_factor)
			};
			let decimals = Decimals::decimals(asset).unwrap();
			Held {
				asset: asset.clone(),
				amount: *amount,
				one: U512::from(10u8).pow(decimals.into()),
				price: price.into(),
				is_sellable: is_sellable && price > 0,
				factor,
				penalty: listed.penalty,
				fee: listed.fee,
				turn: (listed.rank, listed.place),
			}
		};
		let mut legs: Vec<_> = legs.iter().map(held).collect();
		legs.sort_by_key(|leg| leg.turn);
		Self {
			legs,
			owed,
			minimum: terms.minimum_debt(),
			target: terms.target_health(),
		}
	}

	fn debt(&self) -> U512 {
		whole(U512::from(self.owed) * UNIT_OF_DEBT)
	}

	/// `Σ q·L·P`.
	fn weighted(&self) -> U512 {
		self.legs
			.iter()
			.map(|leg| leg.weighted(leg.value_of(leg.amount)))
			.fold(U512::zero(), |sum, weighted| sum + weighted)
	}

	/// What the collateral is worth.
	fn worth(&self) -> U512 {
		let values = self.legs.iter().map(|leg| leg.value_of(leg.amount));
		values.fold(U512::zero(), |sum, value| sum + value)
	}

	/// Whether that is less than what is owed, for sure.
	pub fn is_under_water(&self) -> bool {
		self.worth() + self.last_places() < self.debt()
	}

	/// Whether it may pass for that.
	pub fn is_nearly_under_water(&self) -> bool {
		self.worth() < self.debt() + self.lost() + whole(1u8)
	}

	/// What the pallet may have lost of the weighted value: two units a leg.
	fn lost(&self) -> U512 {
		whole(2 * self.legs.len() as u64)
	}

	/// What the sums above have lost at most: two units of the last place a leg.
	fn last_places(&self) -> U512 {
		U512::from(2 * self.legs.len())
	}

	/// Whether its health is below `level` (in 1e-18) for sure.
	pub fn is_below(&self, level: u128) -> bool {
		self.weighted() + self.last_places() < self.debt() * U512::from(level) / ONE
	}

	/// Whether it may pass for that.
	pub fn is_nearly_below(&self, level: u128) -> bool {
		let debt = self.debt() * U512::from(level) / ONE;
		self.weighted() < debt + self.lost() + whole(1u8)
	}

	pub fn is_unsafe(&self) -> bool {
		self.is_below(ONE.into())
	}

	pub fn is_nearly_unsafe(&self) -> bool {
		self.is_nearly_below(ONE.into())
	}

	/// Whether something of it can be sold.
	pub fn is_sellable(&self) -> bool {
		self.legs.iter().any(|leg| leg.is_sellable)
	}

	/// Leg by leg in the order of their ranks: as much as brings the vault to its target with whole units of
	/// normalised debt, or all of it. With `slack` everything that may be rounded is, so that more is sold.
	fn sell(&self, everything: bool, slack: bool, debt: u128, accumulator: u128) -> Sold {
		let (mut repaid, mut weighted) = (0, self.weighted());
		let mut amounts = BTreeMap::new();
		let slack_of = |units: u64| if slack { whole(units) } else { U512::zero() };
		for leg in self.legs.iter().filter(|leg| leg.is_sellable) {
			// What is cleared and what is left are rounded up apart, which may come to one more.
			let cleared = clears(repaid, accumulator).min(debt);
			let left = ceil(debt - cleared, accumulator, RAY) + u128::from(accumulator > RAY);
			let left = whole(U512::from(left) * UNIT_OF_DEBT);
			let to_target = left * U512::from(self.target) / ONE;
			let held = weighted - slack_of(2 * self.legs.len() as u64).min(weighted);
			// `H* − L·(1 + π)`, in 1e-18.
			let counted_off = u128::from(leg.factor) * u128::from(leg.with_penalty());
			let goal = if everything {
				self.owed
			} else if held >= to_target {
				break;
			} else if self.target > counted_off {
				let helped = U512::from(self.target - counted_off);
				let more = (to_target - held) * ONE / helped + slack_of(2);
				let kept = clears(paid_for(left.saturating_sub(more)), accumulator);
				ceil(debt - kept.min(debt), accumulator, RAY)
			} else {
				self.owed
			};
			let wanted = goal.saturating_sub(repaid);
			if wanted == 0 {
				break;
			}
			let fitting = leg.amount_for(whole(U512::from(wanted) * UNIT_OF_DEBT) + slack_of(1));
			let is_enough = fitting <= U512::from(leg.amount);
			let amount = fitting.min(leg.amount.into()).as_u128();
			amounts.insert(leg.asset.clone(), amount);
			let (least, most) = leg.pays(amount);
			repaid = (repaid + if slack { least } else { most }).min(self.owed);
			weighted -= leg.weighted(leg.value_of(amount)).min(weighted);
			if is_enough {
				break;
			}
		}
		Sold { amounts, repaid }
	}

	/// What is sold, and how much of the debt is left, from the least to the most.
	fn range(&self, everything: bool, debt: u128, accumulator: u128) -> (Range, Bounds) {
		let [least, most] =
			[false, true].map(|slack| self.sell(everything, slack, debt, accumulator));
		let amounts = self.legs.iter().map(|leg| {
			let of = |sold: &Sold| sold.amounts.get(&leg.asset).copied().unwrap_or_default();
			(leg.asset.clone(), (of(&least), of(&most)))
		});
		// Of each leg a unit more or less.
		let rounding = self.legs.len() as u128;
		let left = |repaid: u128| {
			let cleared = clears(repaid.min(self.owed), accumulator).min(debt);
			ceil(debt - cleared, accumulator, RAY)
		};
		let least_left = left(most.repaid + rounding);
		let most_left = left(least.repaid.saturating_sub(rounding));
		(amounts.collect(), (least_left, most_left))
	}

	/// What may be sold: to the target, or, where less than the minimum debt would be left, for all of
	/// the debt. Both where rounding decides.
	fn sales(&self, debt: u128, accumulator: u128) -> Vec<Range> {
		let (to_target, (least, most)) = self.range(false, debt, accumulator);
		let mut sales = Vec::new();
		if least == 0 || most >= self.minimum {
			sales.push(to_target);
		}
		if least < self.minimum {
			sales.push(self.range(true, debt, accumulator).0);
		}
		sales
	}

	/// Whether so much of a leg may repay less than a unit of normalised debt.
	pub fn repays_nothing(&self, asset: &AssetId, amount: Balance, accumulator: u128) -> bool {
		let mut legs = self.legs.iter();
		let leg = legs.find(|leg| leg.asset == *asset).expect("it has it");
		clears(leg.pays(amount).0, accumulator) == 0
	}

	/// Whether what can be sold repays a unit of normalised debt for sure. Otherwise there may be nothing to
	/// liquidate.
	pub fn repays_something(&self, accumulator: u128) -> bool {
		let can_be_sold = self.legs.iter().filter(|leg| leg.is_sellable);
		clears(
			can_be_sold.map(|leg| leg.pays(leg.amount).0).sum(),
			accumulator,
		) > 0
	}

	/// Nothing is sold of a leg while something is left of one whose turn is before.
	fn check_turns(&self, seized: &BTreeMap<AssetId, Balance>) {
		let can_be_sold = self.legs.iter().filter(|leg| leg.is_sellable);
		let mut after = can_be_sold.skip_while(|leg| seized.get(&leg.asset) == Some(&leg.amount));
		// Of one of them some is left. What comes after is not sold.
		after.next();
		let out_of_turn: Vec<_> = after
			.filter(|leg| seized.contains_key(&leg.asset))
			.collect();
		assert!(out_of_turn.is_empty(), "{out_of_turn:?} out of turn");
	}

	/// Whether this is what a liquidation takes for a normalised debt of `debt`.
	pub fn check_seized(&self, debt: u128, accumulator: u128, seized: &BTreeMap<AssetId, Balance>) {
		assert!(self.is_nearly_unsafe(), "it was safe");
		self.check_turns(seized);
		let of = |asset: &AssetId| seized.get(asset).copied().unwrap_or_default();
		let sales = self.sales(debt, accumulator);
		let fits = |sale: &Range| {
			sale.iter()
				.all(|(asset, (least, most))| (*least..=*most).contains(&of(asset)))
		};
		assert!(
			sales.iter().any(fits) && seized.keys().all(|asset| sales[0].contains_key(asset)),
			"{seized:?} is seized, not {sales:?}"
		);
	}

	/// What has to be raised for what is seized, if it is seized for `moved` of debt: of each leg what it
	/// repays, rounded down, or a unit more where all of it does not come to `moved`; of the last one what is
	/// missing to that. The fee is on what is repaid.
	pub fn dues(&self, seized: &BTreeMap<AssetId, Balance>, moved: Balance) -> Dues {
		let sold: Vec<_> = self
			.legs
			.iter()
			.filter_map(|leg| Some((leg, *seized.get(&leg.asset)?)))
			.collect();
		let mut left = (moved, moved);
		let paid = sold.iter().map(|(leg, amount)| leg.pays(*amount));
		let (least, most) = paid.fold((0, 0), |sum, pays| (sum.0 + pays.0, sum.1 + pays.1));
		let short = (u128::from(most < moved), u128::from(least < moved));
		let (mut fees, mut brings) = ((0, 0), (0, 0));
		let mut of_legs = BTreeMap::new();
		for (number, (leg, amount)) in sold.iter().enumerate() {
			let (least, most) = leg.pays(*amount);
			let repaid = (least.min(left.0), most.min(left.1));
			let is_last = number + 1 == sold.len();
			let debt = if is_last {
				left
			} else {
				((least + short.0).min(left.0), (most + short.1).min(left.1))
			};
			left = (left.0 - debt.1.min(left.0), left.1 - debt.0.min(left.1));
			let share = |amount, share: u64| ceil(amount, share.into(), BILLION.into());
			let fee = (share(repaid.0, leg.fee), share(repaid.1, leg.fee));
			let penalty = |amount| floor(amount, leg.penalty.into(), BILLION.into());
			fees = (fees.0 + fee.0, fees.1 + fee.1);
			brings.0 += repaid.0 + penalty(repaid.0);
			brings.1 += repaid.1 + penalty(repaid.1);
			of_legs.insert(leg.asset.clone(), Due { debt, fee });
		}
		// The fee comes after all of the debt.
		let beyond = |brings: Balance| brings.saturating_sub(moved);
		let fees = (fees.0.min(beyond(brings.0)), fees.1.min(beyond(brings.1)));
		Dues { of_legs, fees }
	}

	/// The normalised debts of which one is taken off a debt of `debt` if this is seized: what the
	/// collateral repays, rounded down, or all of it if nothing is left.
	pub fn cleared(
		&self,
		debt: u128,
		accumulator: u128,
		seized: &BTreeMap<AssetId, Balance>,
	) -> Vec<u128> {
		let all_gone = self
			.legs
			.iter()
			.all(|leg| seized.get(&leg.asset) == Some(&leg.amount));
		if all_gone {
			return vec![debt];
		}
		let sold = self
			.legs
			.iter()
			.filter_map(|leg| Some(leg.pays(*seized.get(&leg.asset)?)));
		let (least, most) = sold.fold((0, 0), |sum, pays| (sum.0 + pays.0, sum.1 + pays.1));
		let of = |repaid: u128| clears(repaid.min(self.owed), accumulator).min(debt);
		(of(least)..=of(most)).collect()
	}
}
