//! Buying, on the chain and on paper.

use cairn_math::Price;
use cairn_primitives::{AssetDecimals, AssetId, LotId};
use proptest::prelude::*;

use super::{fail, price_of, Model};
use crate::{mock::*, Event, Lots, MarketView};

impl Model {
	/// That `paid` at `price` has changed the room under the limits as `room.rs` says.
	fn compare_room(
		&mut self,
		before: MarketView,
		asset: &AssetId,
		price: Price,
		paid: u128,
	) -> Result<(), TestCaseError> {
		let MarketView { room, limits, .. } = before;
		// 1.15 to 0.45 of that, halved.
		let halfway = price_of(asset).raw() as f64 * 1.15 * 1.45 / 2.0;
		let price = price.raw() as f64;
		if (price / halfway - 1.0).abs() < 1e-9 {
			return Ok(());
		}
		let expected = if price < halfway {
			self.saw("room narrows");
			let narrowed = room.min(before.on_sale).saturating_sub(paid / 2);
			narrowed.max(room.saturating_sub(paid.saturating_mul(8)))
		} else if before.queued > 0 {
			self.saw("room widens");
			room + paid / 2
		} else {
			room
		};
		let expected = expected.min(limits.most).max(limits.total);
		prop_assert_eq!(Auctions::market(CUSD).room, expected);
		Ok(())
	}

	pub(super) fn take(
		&mut self,
		pick: usize,
		share: u16,
		swap: bool,
	) -> Result<(), TestCaseError> {
		match self.pick(pick) {
			Some(id) => self.take_lot(id, share, swap),
			None => Ok(()),
		}
	}

	pub(super) fn take_lot(
		&mut self,
		id: LotId,
		share: u16,
		swap: bool,
	) -> Result<(), TestCaseError> {
		let row = Lots::<Test>::get(id).ok_or_else(|| fail("an open lot is gone"))?;
		let paper = self.lots.get_mut(&id).ok_or_else(|| fail("unknown lot"))?;
		let asset = paper.collateral.clone();
		let wanted = match share {
			1_000..1_100 => paper.remaining,
			1_100.. => paper.remaining.saturating_sub(1),
			_ => cairn_math::mul_div_floor(paper.remaining, share.into(), 1_000).unwrap(),
		};
		let holdings = || {
			let of = |who| (balance(CUSD, who), balance(asset.clone(), who));
			(of(BUYER), of(DEALER))
		};
		let before = holdings();
		let market = Auctions::market(CUSD);
		let asked = Auctions::price(id);
		let (signed, most) = (RuntimeOrigin::signed(BUYER), Price::MAX);
		let done = if swap {
			let done = Auctions::take_with_swap(signed, id, wanted, most, 0, None);
			if done == Err(crate::Error::<Test>::TooLittleKept.into())
				|| done == Err(sp_runtime::DispatchError::Other("the dealer wants more"))
			{
				// The lot is dearer than the market.
				self.saw("swap too dear");
				return Ok(());
			}
			done
		} else {
			take(id, wanted)
		};
		let Some(price) = Auctions::price(id).filter(|_| done.is_err()).or_else(|| {
			// What it was when it was taken.
			let sale = row.sale?;
			done.is_ok()
				.then(|| Auctions::curve_price(&row, &sale, System::block_number()))
		}) else {
			prop_assert!(done.is_err());
			return Ok(());
		};
		if let Err(refusal) = done {
			// Everything must be possible, except to take nothing or to leave a crumb.
			let refusals = [
				crate::Error::<Test>::RemainderTooSmall.into(),
				crate::Error::<Test>::ZeroAmount.into(),
				crate::Error::<Test>::DebtNotQuoted.into(),
			];
			prop_assert!(refusals.contains(&refusal), "{refusal:?} at {price:?}");
			prop_assert!(wanted < paper.remaining, "{refusal:?}");
			return Ok(());
		}
		let after = holdings();
		// With a swap the dealer pays, and keeps what was sold.
		let paid = before.0 .0 + before.1 .0 - after.0 .0 - after.1 .0;
		let bought = after.0 .1 + after.1 .1 - before.0 .1 - before.1 .1;
		prop_assert!(paid > 0 && bought > 0 && bought <= wanted);
		if swap {
			prop_assert_eq!(before.0 .0, after.0 .0);
			self.saw("swap");
		}

		// I28: nothing is sold below the curve nor below the floor; in floating point, as a check on
		// the integers.
		let sale = row.sale.ok_or_else(|| fail("sold while not on sale"))?;
		let steps = (System::block_number() - sale.started_at) / 12;
		let curve = sale.start_price.raw() as f64 * 0.99f64.powi(steps as i32);
		let floor = price_of(&asset).raw() as f64 * 0.40;
		check_price(&asset, bought, paid, curve.max(floor))?;

		let asked = asked.ok_or_else(|| fail("sold without a price"))?;
		// Whoever would have left a crumb pays more than the curve asks for, and that is the price.
		let price = System::events()
			.into_iter()
			.rev()
			.find_map(|record| match record.event {
				RuntimeEvent::Auctions(Event::LotTaken { price, .. }) => Some(price),
				_ => None,
			});
		let price = price.ok_or_else(|| fail("sold without an event"))?;
		prop_assert!(price == asked || (price > asked && paid < 200 * ONE_CUSD));
		self.compare_room(market, &asset, price, paid)?;
		let paper = self.lots.get_mut(&id).ok_or_else(|| fail("unknown lot"))?;
		let tab = paper.debt + paper.fee;
		prop_assert!(paid <= tab || bought == 1);
		// No more than was offered, but for what would have been too little to leave.
		prop_assert!(paid <= sale.offered + 100 * ONE_CUSD || bought == 1);
		let (recovered, lost) = paper.sell(bought, paid);
		let goes_on = paper.open && paid >= sale.offered;
		if paper.open {
			// I27: what is left is enough for somebody to come for it.
			let whole = 10f64.powi(Decimals::decimals(&asset).unwrap().into());
			let start = sale.start_price.max(asked).raw() as f64 / 1e18;
			let worth = paper.remaining as f64 / whole * start;
			prop_assert!(paper.debt + paper.fee >= 100 * ONE_CUSD);
			prop_assert!(worth >= 100.0 * (1.0 - 1e-9), "{worth}");
		}
		self.reserve += paid - recovered;
		self.bad_debt += lost;
		if goes_on {
			self.saw("offer sold, lot goes on");
		}
		Ok(())
	}
}

/// That `bought` for `paid` is not below `price`, in floating point.
pub fn check_price(
	asset: &AssetId,
	bought: u128,
	paid: u128,
	price: f64,
) -> Result<(), TestCaseError> {
	let decimals = Decimals::decimals(asset).unwrap();
	let whole = 10f64.powi(i32::from(decimals));
	let average = paid as f64 * 10f64.powi(18 - 12) / (bought as f64 / whole);
	prop_assert!(average >= price * (1.0 - 1e-9), "{average} {price}");
	Ok(())
}
