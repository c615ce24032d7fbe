//! Random lives for the pallet and the naive ledger: facilities of every kind, and what is done in them.

use super::{exact::worth, ledger::Ledger, ledger_rules::DEALT};
use crate::{
	mock::*,
	types::{Basket, CollateralTerms, Limits, LimitsOf},
};
use cairn_math::{FixedU128, Perbill, Ray};
use cairn_primitives::{AssetId, Balance, FacilityId, VaultId};
use proptest::prelude::*;

const TOKENS: usize = DEALT.len();

/// `B`, `L` and `π` of each of [`DEALT`], in per cent. One has such a penalty that selling it does not bring
/// a vault nearer to a target of 1.10.
const FACTORS: [(u32, u32, u32); TOKENS] = [
	(62, 70, 8),
	(72, 80, 8),
	(72, 80, 5),
	(92, 95, 3),
	(50, 60, 12),
	(80, 95, 25),
	(40, 50, 8),
	(65, 75, 10),
	(85, 90, 1),
];

/// What of a facility differs from life to life.
#[derive(Clone, Debug)]
pub struct Founding {
	/// Of each of [`DEALT`]: none goes with their order, and some are equal.
	ranks: [u8; TOKENS],
	/// Hundreds of dollars of each that all vaults may hold, if there is a limit.
	caps: [Option<u16>; TOKENS],
	/// In CUSD.
	ceiling: u32,
	minimum: u16,
}

pub fn founding() -> impl Strategy<Value = Founding> {
	let cap = || prop::option::weighted(0.15, 1u16..3_000);
	(
		prop::array::uniform9(0u8..4),
		prop::array::uniform9(cap()),
		prop_oneof![2 => Just(100_000_000u32), 1 => 10_000u32..500_000],
		prop_oneof![2 => Just(100u16), 1 => 100u16..10_000],
	)
		.prop_map(|(ranks, caps, ceiling, minimum)| Founding {
			ranks,
			caps,
			ceiling,
			minimum,
		})
}

impl Founding {
	fn listed(&self, number: usize) -> CollateralTerms {
		let (borrow, liquidation, penalty) = FACTORS[number];
		let asset = DEALT[number].clone();
		let cap = self.caps[number].map_or(u128::MAX / 4, |hundreds| worth(&asset, hundreds));
		CollateralTerms {
			penalty: Perbill::from_percent(penalty),
			fee: Perbill::from_percent(penalty) / 4,
			cap,
			..terms(asset, borrow, liquidation, self.ranks[number])
		}
	}

	/// With so many of [`DEALT`], the last of them first if `backwards`.
	fn found(&self, tokens: usize, backwards: bool, rate: Ray, target: FixedU128) -> FacilityId {
		let mut numbers: Vec<_> = (0..tokens).collect();
		if backwards {
			numbers.reverse();
		}
		let listed = numbers.into_iter().map(|number| self.listed(number));
		let mut terms = facility_terms(listed.collect());
		terms.ceiling = Balance::from(self.ceiling) * ONE_CUSD;
		terms.minimum_debt = Balance::from(self.minimum) * ONE_CUSD;
		(terms.annual_rate, terms.target_health) = (rate, target);
		create_facility(terms)
	}
}

/// Three facilities: one as they are, one without interest where tokens are still to be added, and a dear
/// one with a high target.
pub fn found(foundings: &[Founding; 3]) -> [FacilityId; 3] {
	for (number, asset) in DEALT.into_iter().enumerate().skip(4) {
		// Of some, a unit is worth dollars, and of others nothing that anybody could see.
		Prices::set_raw(asset, (number as u128 * 7 - 21) * 10u128.pow(18));
	}
	let target = |percent| FixedU128::from_rational(percent, 100);
	let year = Ray::ONE.0;
	[
		foundings[0].found(TOKENS, false, Ray(year / 25), target(110)),
		foundings[1].found(4, false, Ray(0), target(110)),
		foundings[2].found(TOKENS, true, Ray(50 * year), target(130)),
	]
}

/// Tokens of a facility, and how many hundreds of dollars of each.
pub type Legs = Vec<(usize, u16)>;

/// Numbers are shares of what there is, or out of reach when above a hundred per cent.
#[derive(Clone, Debug)]
pub enum Doing {
	Open {
		who: usize,
		facility: usize,
		legs: Legs,
		share: u8,
	},
	Deposit {
		who: usize,
		vault: usize,
		legs: Legs,
	},
	Withdraw {
		vault: usize,
		leg: usize,
		share: u8,
	},
	Borrow {
		vault: usize,
		share: u8,
	},
	Repay {
		who: usize,
		vault: usize,
		share: u8,
		odd: u8,
	},
	All {
		vault: usize,
		legs: Legs,
		leg: usize,
		repaid: u8,
		taken: u8,
		borrowed: u8,
	},
	Close {
		vault: usize,
	},
	Claim {
		vault: usize,
	},
	Guard {
		vault: usize,
		percent: u16,
		share: u8,
	},
	Offer {
		vault: usize,
		to: usize,
	},
	/// By one of three, or by whom a vault is offered to.
	Accept {
		vault: usize,
		who: usize,
		/// What of it is wished otherwise than it is: nothing if zero.
		wish: usize,
	},
	Govern {
		facility: usize,
		asset: usize,
		what: u8,
		percent: u8,
	},
	Send {
		from: usize,
		to: usize,
		share: u8,
	},
	Donate {
		who: usize,
		asset: usize,
	},
	Buy {
		who: usize,
		lot: usize,
		share: u8,
	},
	Liquidate {
		who: usize,
		vault: usize,
	},
	Enforce {
		who: usize,
		most: u32,
	},
	Price {
		asset: usize,
		percent: u8,
	},
	/// Of all prices.
	Fall {
		percent: u8,
	},
	/// A fall that a block has not the weight for, and a keeper who has.
	Crash {
		percent: u8,
		budget: u32,
		who: usize,
		most: u32,
	},
	Quote {
		asset: usize,
		status: usize,
		hours: u8,
		spread: u8,
	},
	/// No leg of a vault can be sold any more, but for the least that there is of a token; if `dust`, it
	/// gets that if it can.
	Strand {
		vault: usize,
		hours: u8,
		dust: bool,
	},
	Block {
		budget: u32,
		seconds: u32,
	},
	/// The oracle as a whole falls silent, or speaks again.
	Silence {
		down: bool,
	},
}

/// What whoever does something insists on.
#[derive(Clone, Copy, Debug)]
pub struct Insisting {
	/// On this health, in per cent.
	pub health: Option<u16>,
	/// That it is done within so many blocks from the last one: not in this one if it is none.
	pub blocks: Option<u32>,
	/// That no more of the debt is paid, in per cent of it.
	pub repaid: Option<u8>,
}

fn insisting() -> impl Strategy<Value = Insisting> {
	let health = prop::option::weighted(0.2, 90u16..300);
	let blocks = prop::option::weighted(0.1, 0u32..4);
	let repaid = prop::option::weighted(0.4, 95u8..105);
	(health, blocks, repaid).prop_map(|(health, blocks, repaid)| Insisting {
		health,
		blocks,
		repaid,
	})
}

impl Insisting {
	pub fn limits(self) -> LimitsOf<Test> {
		let hundredth = |percent: u16| FixedU128::from_rational(percent.into(), 100);
		Limits {
			min_health: self.health.map(hundredth),
			deadline: self
				.blocks
				.map(|blocks| System::block_number() - 1 + blocks),
		}
	}
}

/// What is done, and what is insisted on.
pub fn insistent() -> impl Strategy<Value = (Doing, Insisting)> {
	(doing(), insisting())
}

fn legs(most: usize) -> impl Strategy<Value = Legs> {
	prop::collection::vec((any::<usize>(), 1u16..2_000), 1..=most)
}

fn doing() -> impl Strategy<Value = Doing> {
	let (n, who, asset) = (any::<usize>, 0..3usize, 0..TOKENS);
	let share = 0u8..=110;
	prop_oneof![
		8 => (who.clone(), 0..3usize, prop_oneof![1 => legs(1), 2 => legs(8)],
			prop_oneof![1 => 0u8..=100, 2 => 10u8..60])
			.prop_map(|(who, facility, legs, share)| Doing::Open { who, facility, legs, share }),
		2 => (who.clone(), n(), legs(3))
			.prop_map(|(who, vault, legs)| Doing::Deposit { who, vault, legs }),
		2 => (n(), n(), share.clone())
			.prop_map(|(vault, leg, share)| Doing::Withdraw { vault, leg, share }),
		2 => (n(), share.clone()).prop_map(|(vault, share)| Doing::Borrow { vault, share }),
		3 => (who.clone(), n(), share.clone(), any::<u8>())
			.prop_map(|(who, vault, share, odd)| Doing::Repay { who, vault, share, odd }),
		2 => (n(), legs(2), n(), 0u8..=100, 0u8..=100, 0u8..=100).prop_map(
			|(vault, legs, leg, repaid, taken, borrowed)|
				Doing::All { vault, legs, leg, repaid, taken, borrowed }),
		1 => n().prop_map(|vault| Doing::Close { vault }),
		2 => n().prop_map(|vault| Doing::Claim { vault }),
		3 => (n(), 95u16..180, prop_oneof![1 => 1u8..15, 1 => share.clone(), 2 => 85u8..100])
			.prop_map(|(vault, percent, share)| Doing::Guard { vault, percent, share }),
		1 => (n(), 0..4usize).prop_map(|(vault, to)| Doing::Offer { vault, to }),
		2 => (n(), 0..9usize, prop_oneof![2 => Just(0), 1 => 1usize..10])
			.prop_map(|(vault, who, wish)| Doing::Accept { vault, who, wish }),
		3 => (0..3usize, asset.clone(), prop_oneof![2 => 0u8..12, 1 => 6u8..8], 1u8..100)
			.prop_map(|(facility, asset, what, percent)| Doing::Govern { facility, asset, what, percent }),
		2 => (0..4usize, n()).prop_map(|(who, vault)| Doing::Liquidate { who, vault }),
		1 => (0..4usize, 0u32..4).prop_map(|(who, most)| Doing::Enforce { who, most }),
		1 => (who.clone(), who.clone(), share.clone())
			.prop_map(|(from, to, share)| Doing::Send { from, to, share }),
		1 => (who.clone(), asset.clone()).prop_map(|(who, asset)| Doing::Donate { who, asset }),
		6 => (who, n(), prop_oneof![1 => 0u8..=100, 1 => Just(100)])
			.prop_map(|(who, lot, share)| Doing::Buy { who, lot, share }),
		3 => (asset.clone(), 0..5usize, 0u8..30, 0u8..=5)
			.prop_map(|(asset, status, hours, spread)| Doing::Quote { asset, status, hours, spread }),
		3 => (asset, 70u8..125).prop_map(|(asset, percent)| Doing::Price { asset, percent }),
		3 => (60u8..100).prop_map(|percent| Doing::Fall { percent }),
		3 => (70u8..100, 0u32..4, 0..4usize, 0u32..6)
			.prop_map(|(percent, budget, who, most)| Doing::Crash { percent, budget, who, most }),
		4 => (prop_oneof![3 => Just(u32::MAX), 1 => 0u32..15], 1u16..600)
			.prop_map(|(budget, seconds)| Doing::Block { budget, seconds: seconds.into() }),
		2 => (n(), 6u8..60, any::<bool>())
			.prop_map(|(vault, hours, dust)| Doing::Strand { vault, hours, dust }),
		1 => prop::bool::weighted(0.35).prop_map(|down| Doing::Silence { down }),
		// Up to a month: ramps pass, and interest adds up.
		1 => (600u32..2_600_000).prop_map(|seconds| Doing::Block { budget: u32::MAX, seconds }),
	]
}

impl Ledger {
	/// One of the tokens that a facility lists; now and then one that it perhaps does not.
	fn token(&self, facility: FacilityId, number: usize) -> AssetId {
		let (any, number) = (number.is_multiple_of(32), number / 32);
		let listed = &self.lines[&facility].terms.assets;
		if any {
			DEALT[number % TOKENS].clone()
		} else {
			listed[number % listed.len()].clone()
		}
	}

	/// What `who` gives to a vault that is not his: of the tokens that it holds, but for what he tries now
	/// and then all the same.
	pub fn gift(&self, who: AccountId, vault: VaultId, legs: &Legs) -> Basket {
		let account = &self.vaults[&vault];
		let mut gift = self.basket(account.facility, legs);
		let tries = legs
			.first()
			.is_some_and(|(number, _)| number.is_multiple_of(4));
		if account.owner != who && !tries {
			gift.retain(|(asset, _)| account.legs.contains_key(asset));
		}
		gift
	}

	/// Each token once.
	pub fn basket(&self, facility: FacilityId, legs: &Legs) -> Basket {
		let mut amounts = Vec::<(AssetId, Balance)>::new();
		for (number, hundreds) in legs {
			let asset = self.token(facility, *number);
			if amounts.iter().all(|(other, _)| *other != asset) {
				let amount = worth(&asset, *hundreds);
				amounts.push((asset, amount));
			}
		}
		basket(&amounts)
	}

	/// One of the legs of a vault; now and then a token that it perhaps has not.
	pub fn leg(&self, vault: VaultId, number: usize) -> AssetId {
		let account = &self.vaults[&vault];
		let held = account.legs.len();
		if number.is_multiple_of(16) || held == 0 {
			return self.token(account.facility, number);
		}
		let mut legs = account.legs.keys();
		legs.nth(number / 16 % held).cloned().expect("it is there")
	}
}
