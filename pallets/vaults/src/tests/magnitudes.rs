//! What a liquidation takes and repays, compared with fractions, for amounts, decimals and prices at
//! the ends of their range.

use super::{
	exact,
	extremes::{limitless, magnitude, price},
};
use crate::{mock::*, Event};
use cairn_primitives::{Balance, VaultId};
use primitive_types::U512;
use proptest::prelude::*;

/// A value in 1e-18 USD, exactly.
#[derive(Clone, Copy, Debug)]
struct Fraction {
	numerator: U512,
	denominator: U512,
}

impl Fraction {
	fn whole(value: U512) -> Self {
		Self {
			numerator: value,
			denominator: U512::one(),
		}
	}

	fn exceeds(self, other: Self) -> bool {
		self.numerator * other.denominator > other.numerator * self.denominator
	}

	fn max(self, other: Self) -> Self {
		if other.exceeds(self) {
			other
		} else {
			self
		}
	}

	fn min(self, other: Self) -> Self {
		if other.exceeds(self) {
			self
		} else {
			other
		}
	}

	fn plus(self, units: u64) -> Self {
		Self {
			numerator: self.numerator + self.denominator * units,
			..self
		}
	}

	fn floor(self) -> U512 {
		self.numerator / self.denominator
	}

	fn ceil(self) -> U512 {
		(self.numerator + self.denominator - 1) / self.denominator
	}
}

/// The values of the pallet are whole numbers of 1e-18 USD. Rounding the weighted value down twice, what
/// is repaid up, and the penalty on it up, makes a sale worth no more than so many of them dearer.
const ROUNDED: u64 = 8;

/// A vault of one leg in a facility of `limitless` terms: a liquidation factor of 60 %, a penalty of
/// 8 %, a target health of 1.1.
struct Leg {
	/// Smallest units.
	amount: U512,
	/// Of a whole token.
	price: U512,
	/// Smallest units of a whole token.
	one: U512,
}

/// What a liquidation comes to: collateral between two amounts, and what is repaid for that much.
struct Expected {
	least: U512,
	most: U512,
	wanted: Fraction,
	sells_all: bool,
}

impl Leg {
	/// `(H*·D − W) / (H* − L·(1 + π))` of a debt in 1e-18 USD.
	fn to_target(&self, debt: U512) -> Fraction {
		Fraction {
			numerator: debt * self.one * 1_100u32 - self.amount * self.price * 600u32,
			denominator: self.one * 452u32,
		}
	}

	/// How much of it is worth a value and the penalty on it, rounded up.
	fn worth_ceil(&self, value: Fraction) -> U512 {
		let amount = Fraction {
			numerator: value.numerator * self.one * 108u32,
			denominator: value.denominator * self.price * 100u32,
		};
		amount.ceil()
	}

	/// What so much of it repays.
	fn repays(&self, amount: U512) -> Fraction {
		Fraction {
			numerator: amount * self.price * 100u32,
			denominator: self.one * 108u32,
		}
	}

	fn sale(&self, wanted: Fraction) -> Expected {
		let least = self.worth_ceil(wanted);
		let most = self.worth_ceil(wanted.plus(ROUNDED));
		Expected {
			sells_all: least > self.amount,
			least: least.min(self.amount),
			most: most.min(self.amount),
			wanted,
		}
	}

	/// What a sale of so much repays of a debt.
	fn repaid(&self, sale: &Expected, amount: U512, debt: U512) -> Fraction {
		let repays = self.repays(amount);
		if sale.sells_all {
			repays.min(sale.wanted)
		} else {
			repays.max(sale.wanted).min(Fraction::whole(debt))
		}
	}
}

/// Whether two values are so close that rounding may decide between them.
fn is_close(one: U512, other: U512) -> bool {
	let distance = one.max(other) - one.min(other);
	distance <= U512::from(10_000_000u64)
}

fn seized_and_repaid(of: VaultId) -> (Balance, Balance) {
	let found = events().into_iter().find_map(|event| match event {
		Event::Liquidated {
			vault,
			seized,
			repaid,
			..
		} if vault == of => Some((seized[0].1, repaid)),
		_ => None,
	});
	found.expect("it is liquidated")
}

/// A vault at the ends of the range.
#[derive(Clone, Debug)]
pub struct Extreme {
	decimals: u8,
	amount: Balance,
	price: u128,
	/// Of the most that can be borrowed, in per cent.
	share: u128,
	/// What becomes of the price, in parts of a hundred times the share.
	fall: u128,
}

pub fn extreme() -> impl Strategy<Value = Extreme> {
	let decimals = prop_oneof![
		Just(0u8),
		Just(6u8),
		Just(8u8),
		Just(12u8),
		Just(18u8),
		Just(24u8),
	];
	(
		decimals,
		magnitude(40..120),
		price(),
		1u128..=100,
		1u128..84,
	)
		.prop_map(|(decimals, amount, price, share, fall)| Extreme {
			decimals,
			amount,
			price,
			share,
			fall,
		})
}

/// Opens a vault, and compares its liquidation with fractions. Whether there was one, and rounding has
/// not decided how much of it is sold.
pub fn liquidate_and_compare(extreme: Extreme) -> bool {
	let Extreme {
		decimals,
		amount,
		price,
		share,
		fall,
	} = extreme;
	let mut is_compared = false;
	run(|| {
		let facility = create_facility(limitless(decimals));
		let asset = exact::token(decimals);
		Prices::set_raw(asset.clone(), price);
		let vault = open(ALICE, facility, &[(asset.clone(), amount)], 0).unwrap();
		let most = Vaults::vault(vault).unwrap().max_borrow;
		let borrowed = if share == 100 {
			most
		} else {
			most / 100 * share
		};
		if borrow(ALICE, vault, borrowed).is_err() {
			return;
		}
		let price = (price / 10_000 * fall * share).max(1);
		Prices::set_raw(asset.clone(), price);
		if exact::is_safe(vault) || !exact::is_nearly_unsafe(vault) {
			return;
		}
		let leg_before = Leg {
			amount: amount.into(),
			price: price.into(),
			one: U512::from(10u8).pow(decimals.into()),
		};
		let debt_before = debt(vault);
		let value = U512::from(debt_before) * 1_000_000u32;
		let minimum = U512::from(MINIMUM_DEBT) * 1_000_000u32;
		assert_eq!(next_block(), 1);
		let (seized, repaid) = seized_and_repaid(vault);

		// Nothing is lost on the way.
		assert_eq!(leg(vault, asset) + seized, amount);
		assert_eq!(debt(vault) + repaid, debt_before);
		let lot = lots().pop().unwrap().1;
		assert_eq!((lot.contributed, lot.debt), (seized, repaid));

		let to_target = leg_before.to_target(value).min(Fraction::whole(value));
		let mut sale = leg_before.sale(to_target);
		let part = leg_before.repaid(&sale, sale.least, value);
		let left = value - part.floor().min(value);
		if is_close(left, minimum) {
			return;
		}
		if !left.is_zero() && left < minimum {
			sale = leg_before.sale(Fraction::whole(value));
		}
		let taken = U512::from(seized);
		assert!(
			sale.least <= taken && taken <= sale.most,
			"{seized} is not from {} to {}",
			sale.least,
			sale.most
		);
		let all = taken == leg_before.amount;
		let expected = leg_before.repaid(&sale, taken, value);
		let units = Fraction {
			denominator: expected.denominator * 1_000_000u32,
			..expected
		};
		let repaid = U512::from(repaid);
		// Whatever the last unit of collateral does not repay goes with it.
		let exactly = repaid >= units.floor() && repaid <= units.ceil() + 1;
		assert!(
			if all {
				repaid == U512::from(debt_before) || exactly
			} else {
				exactly
			},
			"{repaid} is repaid, not {}",
			units.ceil()
		);
		if sale.sells_all {
			assert_eq!(debt(vault), 0);
		}
		is_compared = true;
	});
	is_compared
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(fuzz_cases(1_000)))]

	#[test]
	fn a_liquidation_takes_and_repays_what_fractions_say(extreme in extreme()) {
		liquidate_and_compare(extreme);
	}
}

#[test]
fn fractions_are_compared_as_they_are() {
	let third = Fraction {
		numerator: U512::one(),
		denominator: U512::from(3u8),
	};
	assert!(Fraction::whole(U512::one()).exceeds(third) && !third.exceeds(third));
	assert_eq!((third.floor(), third.ceil()), (U512::zero(), U512::one()));
	assert_eq!(third.plus(2).ceil(), U512::from(3u8));
}
