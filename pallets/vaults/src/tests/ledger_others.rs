//! What others than owners do, on the pallet and on the naive ledger: buyers and keepers.

use super::{ledger::Ledger, ledger_fuzz::part};
use crate::{mock::*, Call, Event};
use cairn_math::Price;
use cairn_primitives::{AssetDecimals, Balance, BalanceSheet, VaultId};
use primitive_types::U512;

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
		if take(who, id, wanted).is_ok() {
			// At what price they buy is the auctions' business. They get what was for sale, and not a unit
			// more than they pay for; and that is burned against the lot's debt or is the reserve's.
			let got = balance(lot.collateral.clone(), who) - got;
			assert!(got <= wanted && got <= lot.remaining);
			let left = cairn_auctions::Lots::<Test>::get(id).map(|lot| lot.remaining);
			assert!(left.is_none_or(|left| left == lot.remaining - got));
			*self.for_sale.get_mut(&lot.collateral).unwrap() -= got;
			self.lots.get_mut(&id).unwrap().left -= got;
			let paid = before.0 - balance(CUSD, who);
			let fee = balance(CUSD, reserve) - before.1;
			let worth = U512::from(got) * U512::from(price_paid().raw()) * U512::from(ONE_CUSD);
			let decimals = Decimals::decimals(&lot.collateral).expect("it has some");
			let one = U512::from(10u8).pow(decimals.into());
			let dollar = U512::from(10u8).pow(18u8.into());
			assert!(worth <= U512::from(paid) * one * dollar, "{got} for {paid}");
			*self.cusd.get_mut(&who).unwrap() -= paid;
			*self.cusd.get_mut(&reserve).unwrap() += fee;
			self.in_auction -= paid - fee;
			self.lose();
		}
	}

	/// What lots have lost meanwhile moves from one line to the other.
	fn lose(&mut self) {
		let lost = Treasury::bad_debt(&CUSD) - self.bad_debt;
		self.in_auction -= lost;
		self.bad_debt += lost;
	}

	/// A keeper's call: what it does is followed, and he is paid out of the reserve if the start of the
	/// block has left something behind, and never as much as is taken for it.
	pub fn keep(&mut self, keeper: AccountId, call_of: Call<Test>) -> bool {
		let reserve = Treasury::account_id();
		let mut fees: Balance = 0;
		if call(keeper, call_of).is_err() {
			return false;
		}
		for event in events() {
			if let Event::Liquidated { repaid, .. } = event {
				// No fee is as high as what is repaid.
				fees += repaid;
			}
		}
		let rewarded: Balance = System::events()
			.into_iter()
			.filter_map(|record| match record.event {
				RuntimeEvent::Treasury(cairn_treasury::Event::KeeperRewarded {
					amount, ..
				}) => Some(amount),
				_ => None,
			})
			.sum();
		assert!(rewarded == 0 || self.is_hurried, "nothing was left behind");
		assert!(rewarded <= fees / 2);
		self.follow(events());
		self.wait(false);
		*self.cusd.get_mut(&keeper).unwrap() += rewarded;
		*self.cusd.get_mut(&reserve).unwrap() -= rewarded;
		true
	}

	pub fn liquidate_for(&mut self, keeper: AccountId, vault: VaultId) {
		let account = &self.vaults[&vault];
		let goes_on = self.goes_on(account.facility);
		let level = account.guard.map_or(0, |guard| guard.level.into_inner());
		let may_have_more = !row(vault).claims.is_empty();
		let case = self.case(vault);
		// A guard that does not save its vault is not spent on nothing: the call fails as a whole if
		// nothing can be sold.
		let is_safe = !case.is_nearly_unsafe();
		let must = case.is_unsafe() && case.is_sellable() || case.is_below(level) && is_safe;
		let may = case.is_nearly_unsafe() || case.is_nearly_below(level);
		let done = self.keep(keeper, Call::liquidate { vault });
		assert!(
			done || !must || !goes_on || may_have_more,
			"it is not liquidated"
		);
		assert!(
			!done || may && goes_on,
			"it was safe, or all is switched off"
		);
	}
}
