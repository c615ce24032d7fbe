//! What others than owners do, on the pallet and on the naive ledger: buyers and keepers.

use super::{
	ledger::Ledger,
	ledger_fuzz::part,
	ledger_rules::{floor, Bounds},
};
use crate::{mock::*, Call};
use cairn_math::{Perbill, Price};
use cairn_primitives::{AssetDecimals, Balance, VaultId};
use cairn_treasury::KeeperTerms;
use frame_support::traits::fungibles::Inspect;
use primitive_types::U512;

const BILLION: u128 = 1_000_000_000;

/// What keepers are promised.
pub fn rewards() -> KeeperTerms {
	KeeperTerms {
		flat: ONE_CUSD,
		share: Perbill::from_percent(40),
		cap: 1_000 * ONE_CUSD,
	}
}

/// For a whole token, by whoever has just bought something.
fn price_paid() -> Price {
	let mut events = System::events().into_iter();
	let price = events.find_map(|record| match record.event {
		RuntimeEvent::Auctions(cairn_auctions::Event::LotTaken { price, .. }) => Some(price),
		_ => None,
	});
	price.expect("it is told")
}

impl Ledger {
	pub fn buy(&mut self, who: AccountId, lot: usize, share: u8) {
		let lots = lots();
		let Some(number) = lot.checked_rem(lots.len()) else {
			return;
		};
		let (id, lot) = lots[number].clone();
		let reserve = Treasury::account_id();
		let before = (balance(CUSD, who), balance(CUSD, reserve));
		let got = balance(lot.collateral.clone(), who);
		let wanted = if share == 100 {
			Balance::MAX
		} else {
			part(lot.remaining, share)
		};
		// At what price they buy is the auctions' business. For that they get what was for sale, and not a
		// unit more than they pay for, nor less than a unit short of it.
		if take(who, id, wanted).is_ok() {
			let got = balance(lot.collateral.clone(), who) - got;
			assert!(got <= wanted && got <= lot.remaining);
			let paid = before.0 - balance(CUSD, who);
			let fee = balance(CUSD, reserve) - before.1;
			let decimals = Decimals::decimals(&lot.collateral).expect("it has some");
			let one = U512::from(10u8).pow(decimals.into());
			let dollar = U512::from(10u8).pow(18u8.into());
			let price = U512::from(price_paid().raw()) * U512::from(ONE_CUSD);
			let paid_for = U512::from(paid) * one * dollar;
			let worth = |amount: Balance| U512::from(amount) * price;
			// Whoever pays for the next unit as well would have got it.
			let roundings = one * dollar * 2;
			assert!(worth(got) <= paid_for, "{got} for {paid}");
			assert!(paid_for <= worth(got + 1) + roundings, "{got} for {paid}");
			assert_eq!(self.sell(id, got, paid), fee);
			*self.for_sale.get_mut(&lot.collateral).unwrap() -= got;
			*self.cusd.get_mut(&who).unwrap() -= paid;
			*self.cusd.get_mut(&reserve).unwrap() += fee;
		}
	}

	/// What a keeper is paid for what his last call has liquidated, at least and at most: `flat` and a
	/// share of each fee, but half of it at most, all of it no more than the cap of a block leaves, nor than
	/// the reserve has beyond bad debt. Nothing for facilities that the start of the block was done with.
	///
	/// `before` is what had been paid in the block before that call.
	fn rewards_due(&self, before: Balance) -> Bounds {
		let KeeperTerms { flat, share, cap } = rewards();
		let due = |fee: Balance| {
			(floor(fee, u128::from(share.deconstruct()), BILLION) + flat).min(fee / 2)
		};
		let (mut least, mut most) = (0, 0);
		for (facility, fees) in &self.fees {
			if self.left_behind.contains(facility) {
				least += fees.iter().map(|fee| due(fee.0)).sum::<Balance>();
			}
			if self.is_hurried {
				most += fees.iter().map(|fee| due(fee.1)).sum::<Balance>();
			}
		}
		let reserve = self.cusd[&Treasury::account_id()] + self.rewarded - before;
		let payable = (cap - before).min(reserve.saturating_sub(self.bad_debt));
		(least.min(payable), most.min(payable))
	}

	/// A keeper's call: what it does is followed, and he is paid out of the reserve if the start of the
	/// block has left something behind.
	pub fn keep(&mut self, keeper: AccountId, call_of: Call<Test>) -> bool {
		if call(keeper, call_of).is_err() {
			return false;
		}
		let before = self.rewarded;
		self.follow();
		self.wait(false);
		let rewarded = self.rewarded - before;
		let (least, most) = self.rewards_due(before);
		// Less than the least balance there is cannot be paid to somebody who has nothing.
		let has = self.cusd[&keeper] - rewarded;
		let can_be_paid = has + least >= Tokens::minimum_balance(CUSD);
		assert!(
			(least..=most).contains(&rewarded) || rewarded == 0 && !can_be_paid,
			"{rewarded} to the keeper, not {least} to {most}"
		);
		true
	}

	/// The reserve pays a keeper.
	pub fn reward(&mut self, event: cairn_treasury::Event<Test>) {
		if let cairn_treasury::Event::KeeperRewarded { keeper, amount, .. } = event {
			*self.cusd.get_mut(&keeper).unwrap() += amount;
			*self.cusd.get_mut(&Treasury::account_id()).unwrap() -= amount;
			self.rewarded += amount;
		}
	}

	pub fn liquidate_for(&mut self, keeper: AccountId, vault: VaultId) {
		let account = &self.vaults[&vault];
		let goes_on = self.goes_on(account.facility);
		let level = account.guard.map_or(0, |guard| guard.level.into_inner());
		let may_have_more = !row(vault).claims.is_empty();
		let case = self.case(vault);
		// A guard that does not save its vault is not spent on nothing: the call fails as a whole if
		// nothing can be sold, or nothing that repays anything.
		let is_safe = !case.is_nearly_unsafe();
		let must = case.is_unsafe() && case.repays_something(self.accumulator(account.facility))
			|| case.is_below(level) && is_safe;
		let may = case.is_nearly_unsafe() || case.is_nearly_below(level);
		let done = self.keep(keeper, Call::liquidate { vault });
		assert!(
			done || !must || !goes_on || may_have_more,
			"{vault} is not liquidated"
		);
		assert!(
			!done || may && goes_on,
			"it was safe, or all is switched off"
		);
	}
}
