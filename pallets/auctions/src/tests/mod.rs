//! Tests by topic.

mod agenda;
mod backstop;
mod closed;
mod corrupt_lots;
mod corrupt_markets;
mod corrupt_system;
mod corruption;
mod incidents;
mod invariants;
mod limits;
mod long_run;
mod model;
mod purchasing;
mod putting_up;
mod queue;
mod sequence;
mod swap;
mod system_incidents;
mod system_model;
mod system_recapitalisation;
mod system_stock;
mod system_surplus;
mod taking;
mod terms;
mod viewing;
mod watch;

/// Helpers of the tests of system lots.
mod system {
	use cairn_math::Perbill;
	use cairn_primitives::{Balance, BalanceSheet, Issuance, LiquidationLots, MintReason};
	use cairn_treasury::Policy;
	use frame_support::weights::{Weight, WeightMeter};

	use crate::mock::*;

	/// Lets `blocks` blocks pass, of which the last is complete. Its system lots take no more than
	/// they say.
	pub fn skip(blocks: u32) {
		check();
		System::set_block_number(System::block_number() + blocks);
		let mut plenty = WeightMeter::with_limit(Weight::MAX);
		Treasury::audit(&mut plenty);
		Auctions::advance(&mut plenty);
		Treasury::settle(&mut plenty);
		let mut meter = WeightMeter::with_limit(Auctions::weight_of_system_lots());
		Auctions::advance_system_lots(&mut meter);
		check();
	}

	/// So much of the issuance is kept in the reserve, in per cent.
	pub fn set_target(percent: u32) {
		let policy = Policy {
			reserve_target: Perbill::from_percent(percent),
			growth: None,
			..Default::default()
		};
		Treasury::set_policy(RuntimeOrigin::root(), CUSD, policy).unwrap();
	}

	/// Interest comes in.
	pub fn earn(amount: Balance) {
		Treasury::mint_to_reserve(&CUSD, amount, MintReason::Interest).unwrap();
	}

	/// Somebody borrows, is liquidated, and nothing of it is recovered.
	pub fn lose(amount: Balance) {
		lend(OTHER, amount);
		Treasury::debt_seized(&CUSD, amount);
		Treasury::debt_lost(&CUSD, amount);
	}

	/// Gives `who` native tokens.
	pub fn endow(who: AccountId, amount: Balance) {
		use frame_support::traits::tokens::fungibles::Mutate;
		Tokens::mint_into(CRN, &who, amount).unwrap();
	}

	/// All native tokens there are.
	pub fn native() -> Balance {
		use frame_support::traits::tokens::fungibles::Inspect;
		Tokens::total_issuance(CRN)
	}
}
