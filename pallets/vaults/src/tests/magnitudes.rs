//! What a liquidation takes and repays, to the last unit, for amounts, decimals, prices and
//! accumulators at the ends of their range: worked out from the rules in 512 bits.

use super::{
	exact,
	extremes::{amount, decimals, ends_of, price},
};
use crate::{
	mock::*,
	types::{CollateralTerms, FacilityTerms},
	Event,
};
use cairn_math::{Perbill, Price, Ray};
use cairn_primitives::{AssetId, Balance, FacilityId, VaultId};
use frame_support::{assert_ok, weights::Weight};
use primitive_types::U512;
use proptest::prelude::*;

const RAY: u128 = 1_000_000_000_000_000_000_000_000_000;

/// `⌊a · b / c⌋`
fn down(a: impl Into<U512>, b: impl Into<U512>, c: impl Into<U512>) -> U512 {
	a.into() * b.into() / c.into()
}

/// `⌈a · b / c⌉`
fn up(a: impl Into<U512>, b: impl Into<U512>, c: impl Into<U512>) -> U512 {
	let (quotient, rest) = (a.into() * b.into()).div_mod(c.into());
	quotient + U512::from(u8::from(!rest.is_zero()))
}

fn pow10(exponent: u8) -> U512 {
	U512::from(10u8).pow(exponent.into())
}

fn sum(parts: impl Iterator<Item = U512>) -> U512 {
	parts.fold(U512::zero(), |sum, part| sum + part)
}

/// A leg. Values are whole numbers of 1e-18 USD.
#[derive(Clone, Debug)]
struct Held {
	asset: AssetId,
	amount: Balance,
	decimals: u8,
	price: u128,
	/// In per cent.
	factor: u32,
	/// In per cent.
	penalty: u32,
}

impl Held {
	fn value(&self, amount: U512) -> U512 {
		down(amount, self.price, pow10(self.decimals))
	}

	fn weighted(&self, amount: U512) -> U512 {
		down(self.value(amount), self.factor, 100)
	}

	/// What so much of it repays.
	fn repays(&self, amount: U512) -> U512 {
		down(self.value(amount), 100, 100 + self.penalty)
	}

	/// How much of it repays so much.
	fn amount_for(&self, repaid: U512) -> U512 {
		let with_penalty = repaid + up(repaid, self.penalty, 100);
		up(with_penalty, pow10(self.decimals), self.price)
	}

	fn terms(&self, rank: u8) -> CollateralTerms {
		CollateralTerms {
			penalty: Perbill::from_percent(self.penalty),
			cap: u128::MAX,
			..terms(self.asset.clone(), 50, self.factor, rank)
		}
	}
}

/// A debt, its facility and the collateral, the riskiest first.
#[derive(Clone, Debug)]
struct Case {
	legs: Vec<Held>,
	debt_asset: AssetId,
	debt_decimals: u8,
	debt_price: u128,
	minimum: Balance,
	accumulator: u128,
	normalized: u128,
	/// Issued against it.
	minted: Balance,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Sold {
	amount: U512,
	/// In units of the debt asset.
	repaid: U512,
}

/// What becomes of a vault.
#[derive(Clone, Debug)]
enum Expected {
	Safe,
	/// All that it has repays nothing.
	Forfeited,
	Liquidated {
		/// Of each leg, as far as it goes.
		sold: Vec<Sold>,
		cleared: U512,
		moved: U512,
	},
}

impl Case {
	fn owed(&self, normalized: U512) -> U512 {
		up(normalized, self.accumulator, RAY)
	}

	/// The value of so many units of the debt asset.
	fn worth(&self, units: U512) -> U512 {
		up(units, self.debt_price, pow10(self.debt_decimals))
	}

	/// The value of the debt.
	fn debt(&self) -> U512 {
		self.worth(self.owed(self.normalized.into()))
	}

	/// How many units of the debt asset a value pays for.
	fn paid_for(&self, value: U512) -> U512 {
		down(value, pow10(self.debt_decimals), self.debt_price)
	}

	/// How much of the normalised debt a payment clears.
	fn clears(&self, repaid: U512) -> U512 {
		down(repaid, RAY, self.accumulator).min(self.normalized.into())
	}

	fn weighted(&self) -> U512 {
		sum(self.legs.iter().map(|leg| leg.weighted(leg.amount.into())))
	}

	/// The most that may be borrowed on it: half of its value, in whole units of normalised debt.
	fn carried(&self) -> U512 {
		let halves = self
			.legs
			.iter()
			.map(|leg| down(leg.value(leg.amount.into()), 1, 2));
		let units = down(sum(halves), pow10(self.debt_decimals), self.debt_price);
		let normalized = down(units.min(u128::MAX.into()), RAY, self.accumulator);
		down(normalized, self.accumulator, RAY)
	}

	/// `Σ q·L·P ≥ d·R·P_debt`, nothing rounded.
	fn is_safe(&self) -> bool {
		let legs = self.legs.iter().map(|leg| {
			let weighted = U512::from(leg.amount) * U512::from(leg.price) * U512::from(leg.factor);
			weighted * pow10(24 - leg.decimals)
		});
		let debt = U512::from(self.normalized) * U512::from(self.accumulator);
		let debt = debt * U512::from(self.debt_price) * pow10(26);
		sum(legs) * pow10(self.debt_decimals) * U512::from(RAY) >= debt
	}

	/// What is sold for as much as restores a health of 1.1 with whole units of normalised debt, or for all of
	/// the debt; and how much of the normalised debt that repays.
	fn plan(&self, whole: bool) -> (Vec<Sold>, U512) {
		let normalized = U512::from(self.normalized);
		let (mut repaid, mut weighted) = (U512::zero(), self.weighted());
		let mut sales = Vec::new();
		for leg in &self.legs {
			// `(H*·D − W) / (H* − L·(1 + π))`, both in 1e-4. One unit is for rounding apart.
			let apart = u8::from(self.accumulator > RAY);
			let left = self.worth(self.owed(normalized - self.clears(repaid)) + apart);
			let (target, held) = (left * 11_000u32, weighted * 10_000u32);
			let counted_off = leg.factor * (100 + leg.penalty);
			if !whole && held >= target {
				break;
			}
			let cleared = if whole || counted_off >= 11_000 {
				normalized
			} else {
				let more = up(target - held, 1, 11_000 - counted_off).min(left);
				normalized - self.clears(self.paid_for(left - more))
			};
			let all = self.owed(normalized);
			let wanted = self.owed(cleared).saturating_sub(repaid);
			if wanted.is_zero() {
				break;
			}
			let fitting = leg.amount_for(self.worth(wanted));
			let amount = fitting.min(leg.amount.into());
			let sold = Sold {
				amount,
				repaid: self.paid_for(leg.repays(amount)).min(all - repaid),
			};
			repaid += sold.repaid;
			weighted -= leg.weighted(amount).min(weighted);
			sales.push(sold);
			if fitting <= leg.amount.into() {
				break;
			}
		}
		(sales, self.clears(repaid))
	}

	fn expected(&self) -> Expected {
		if self.weighted() >= self.debt() {
			return Expected::Safe;
		}
		let normalized = U512::from(self.normalized);
		let (mut sold, mut cleared) = self.plan(false);
		if cleared < normalized && self.owed(normalized - cleared) < self.minimum.into() {
			(sold, cleared) = self.plan(true);
		}
		let all_sold = sold.len() == self.legs.len()
			&& sold
				.iter()
				.zip(&self.legs)
				.all(|(sold, leg)| sold.amount == leg.amount.into());
		if all_sold {
			cleared = normalized;
		}
		if cleared.is_zero() {
			return Expected::Forfeited;
		}
		Expected::Liquidated {
			sold,
			cleared,
			moved: self.owed(cleared).min(self.minted.into()),
		}
	}

	/// Debt and fee of the lot that each leg goes into.
	fn lots(&self, sold: &[Sold], moved: U512) -> Vec<(U512, U512)> {
		let mut unassigned = moved;
		let short = u8::from(sum(sold.iter().map(|sale| sale.repaid)) < moved);
		let mut lots = Vec::new();
		for (number, sale) in sold.iter().enumerate() {
			let repaid = sale.repaid.min(unassigned);
			let is_last = number + 1 == sold.len();
			let debt = if is_last {
				unassigned
			} else {
				(sale.repaid + short).min(unassigned)
			};
			unassigned -= debt;
			lots.push((debt, up(repaid, 2, 100)));
		}
		lots
	}
}

/// What a case comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum End {
	/// It is no debt that anybody could take.
	Refused,
	Safe,
	/// It is safe, but not when everything is rounded against it; and it has been left alone.
	Between,
	Forfeited,
	/// Of one leg, or of two.
	Part(usize),
	All(usize),
}

#[derive(Clone, Debug)]
struct Inputs {
	/// Of two collaterals: decimals, amount, price, and factor with penalty.
	legs: [(u8, Balance, u128, (u32, u32)); 2],
	both: bool,
	debt_decimals: u8,
	debt_price: u128,
	annual_percent: u128,
	age: u64,
	/// Of what can be borrowed, in per cent: the minimum debt, and what is.
	minimum_share: u128,
	share: u128,
	/// What prices become, in per cent: the collaterals', of what the share leaves, and the debt's.
	falls: [u128; 2],
	rise: u128,
}

prop_compose! {
	fn inputs()(
		decimals in prop::array::uniform3(decimals()),
		amounts in prop::array::uniform2(amount()),
		prices in prop::array::uniform3(price()),
		// With the last one, selling does not help to reach the target.
		risks in prop::array::uniform2(
			prop_oneof![Just((60u32, 8u32)), Just((75, 12)), Just((95, 20))]
		),
		both: bool,
		annual_percent in prop_oneof![Just(0u128), Just(4), Just(100), Just(900)],
		// Up to ten years.
		age in 1u64..315_576_000,
		(minimum_share, share) in (prop_oneof![Just(0u128), 0u128..100], 1u128..=100),
		falls in prop::array::uniform2(prop_oneof![1 => 1u128..60, 3 => 60u128..84]),
		rise in 100u128..150,
	) -> Inputs {
		let decimals_of_second = if decimals[0] == decimals[1] {
			(decimals[1] + 1) % 25
		} else {
			decimals[1]
		};
		Inputs {
			legs: [
				(decimals[0], amounts[0], prices[0], risks[0]),
				(decimals_of_second, amounts[1], prices[1], risks[1]),
			],
			both,
			debt_decimals: decimals[2],
			debt_price: prices[2],
			annual_percent,
			age,
			minimum_share,
			share,
			falls,
			rise,
		}
	}
}

impl Inputs {
	fn case(&self) -> Case {
		let held =
			|(decimals, amount, price, (factor, penalty)): (u8, u128, u128, (u32, u32))| Held {
				asset: exact::token(decimals),
				amount,
				decimals,
				price,
				factor,
				penalty,
			};
		let legs = self.legs.into_iter().map(held);
		let mut case = Case {
			legs: legs.take(if self.both { 2 } else { 1 }).collect(),
			debt_asset: debt_token(self.debt_decimals),
			debt_decimals: self.debt_decimals,
			debt_price: self.debt_price,
			minimum: 1,
			accumulator: RAY,
			normalized: 0,
			minted: 0,
		};
		case.minimum = (case.carried().as_u128() / 100 * self.minimum_share).max(1);
		case
	}
}

impl Case {
	/// Listed the other way round than it is sold.
	fn create(&self, annual_percent: u128) -> FacilityId {
		let ranked = (0u8..).zip(&self.legs);
		let mut listed: Vec<_> = ranked.map(|(rank, leg)| leg.terms(rank)).collect();
		listed.reverse();
		create_facility(FacilityTerms {
			debt_asset: self.debt_asset.clone(),
			minimum_debt: self.minimum,
			ceiling: u128::MAX,
			annual_rate: Ray(RAY / 100 * annual_percent),
			..facility_terms(listed)
		})
	}

	fn quote(&self) {
		for leg in &self.legs {
			Prices::set_raw(leg.asset.clone(), leg.price);
		}
		Prices::set_raw(self.debt_asset.clone(), self.debt_price);
	}

	fn read(&mut self, vault: VaultId) {
		let (row, state) = (row(vault), state(row(vault).facility));
		self.accumulator = state.accumulator.0;
		self.normalized = row.debt.0;
		self.minted = state.minted;
	}

	fn check_liquidated(&self, vault: VaultId, sold: &[Sold], cleared: U512, moved: U512) {
		let lots = lots();
		let of_legs = self.lots(sold, moved);
		// What has nothing to raise is not for sale: it goes back.
		let for_sale = of_legs
			.iter()
			.filter(|(debt, fee)| !(*debt + *fee).is_zero());
		assert_eq!(lots.len(), for_sale.count());
		for ((leg, sale), (debt, fee)) in self.legs.iter().zip(sold).zip(&of_legs) {
			let found = lots.iter().find(|(_, lot)| lot.collateral == leg.asset);
			let Some((_, lot)) = found else { continue };
			assert_eq!(U512::from(lot.contributed), sale.amount);
			assert_eq!((U512::from(lot.debt), U512::from(lot.fee)), (*debt, *fee));
		}
		assert_eq!(
			U512::from(row(vault).debt.0) + cleared,
			self.normalized.into()
		);
		let (repaid, seized) = repaid_and_seized(vault);
		assert_eq!(U512::from(repaid), moved);
		assert_eq!(seized.len(), sold.len());
		assert_eq!(
			U512::from(state(row(vault).facility).minted) + moved,
			self.minted.into()
		);
		// What stays.
		for (number, held) in self.legs.iter().enumerate() {
			let sold = sold.get(number).map_or(U512::zero(), |sold| sold.amount);
			assert_eq!(
				U512::from(leg(vault, held.asset.clone())) + sold,
				held.amount.into()
			);
		}
	}

	/// Whether the vault has reached its target, but for a unit of the last leg that is sold. Everything else
	/// that is rounded comes to less than the slack.
	fn check_target(&self, vault: VaultId, last: &Held) {
		let mut after = self.clone();
		after.read(vault);
		for held in &mut after.legs {
			held.amount = leg(vault, held.asset.clone());
		}
		let slack = last.weighted(U512::one()) + 12u8;
		assert!(
			(after.weighted() + slack) * 100u8 >= after.debt() * 110u8,
			"{after:?}"
		);
	}
}

fn repaid_and_seized(of: VaultId) -> (Balance, Vec<(AssetId, Balance)>) {
	let found = events().into_iter().find_map(|event| match event {
		Event::Liquidated {
			vault,
			seized,
			repaid,
			..
		} if vault == of => Some((repaid, seized.into_inner())),
		_ => None,
	});
	found.expect("it is liquidated")
}

fn live(inputs: &Inputs) -> End {
	let mut case = inputs.case();
	case.quote();
	let facility = case.create(inputs.annual_percent);
	begin_block(inputs.age * 1_000);
	end_of_begin();
	let held = case.legs.iter().map(|leg| (leg.asset.clone(), leg.amount));
	let vault = open(ALICE, facility, &held.collect::<Vec<_>>(), 0).unwrap();
	case.read(vault);
	assert_eq!(case.accumulator > RAY, inputs.annual_percent > 0);
	let most = Vaults::vault(vault).unwrap().max_borrow;
	assert_eq!(U512::from(most), case.carried());
	if let Some(more) = most.checked_add(1) {
		assert!(borrow(ALICE, vault, more).is_err());
	}
	if most < case.minimum {
		assert!(borrow(ALICE, vault, most).is_err());
		return End::Refused;
	}
	assert_ok!(borrow(
		ALICE,
		vault,
		(most / 100 * inputs.share).clamp(case.minimum, most)
	));

	for (leg, fall) in case.legs.iter_mut().zip(inputs.falls) {
		leg.price = (leg.price / 10_000 * fall * inputs.share).max(1);
	}
	let risen = (case.debt_price / 100).saturating_mul(inputs.rise);
	case.debt_price = risen.clamp(1, Price::MAX.raw()).max(case.debt_price);
	case.quote();
	begin_block(SLOT);
	// So much may be owed that with a block's interest it would be no number any more.
	forgive("an accumulator has reached its end");
	case.read(vault);
	let liquidated = enforce_with(Weight::MAX);
	end_of_begin();

	let expected = case.expected();
	let before = row(vault);
	let untouched = before.debt.0 == case.normalized
		&& case
			.legs
			.iter()
			.all(|held| leg(vault, held.asset.clone()) == held.amount);
	match expected {
		Expected::Safe => {
			assert!(liquidated == 0 && untouched, "it was safe");
			End::Safe
		}
		_ if case.is_safe() && untouched => End::Between,
		Expected::Forfeited => {
			assert!(liquidated == 0 && before.debt.0 == case.normalized);
			let is_gone = |held: &Held| leg(vault, held.asset.clone()) == 0;
			assert!(case.legs.iter().all(is_gone));
			End::Forfeited
		}
		Expected::Liquidated {
			sold,
			cleared,
			moved,
		} => {
			assert_eq!(liquidated, 1, "{case:?}");
			case.check_liquidated(vault, &sold, cleared, moved);
			if cleared < case.normalized.into() {
				case.check_target(vault, &case.legs[sold.len() - 1]);
				End::Part(sold.len())
			} else {
				End::All(sold.len())
			}
		}
	}
}

#[test]
fn a_liquidation_takes_and_repays_to_the_unit_what_the_rules_say() {
	let cases = fuzz_cases(2_000).max(500);
	let ends = ends_of(cases, inputs(), |inputs| {
		let mut end = None;
		run(|| end = Some(live(&inputs)));
		end.unwrap()
	});
	let share = |wanted: &[End]| {
		let came = wanted.iter().filter_map(|end| ends.get(end));
		f64::from(came.sum::<u32>()) / f64::from(cases)
	};
	// Most of them end with an answer, and each answer is given.
	assert!(share(&[End::Refused]) < 0.4, "{ends:?}");
	assert!(
		share(&[End::Part(1), End::Part(2), End::All(1), End::All(2)]) > 0.3,
		"{ends:?}"
	);
	for end in [End::Part(1), End::Part(2), End::All(1), End::All(2)] {
		assert!(share(&[end]) > 0.005, "{ends:?}");
	}
}
