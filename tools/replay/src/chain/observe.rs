//! What can be seen of the chain, in a market's numbers: events and views.

use super::{
	tokens::{dollars, whole, CUSD},
	Token, View,
};
use cairn_math::Price;
use cairn_primitives::{AccountId, AssetId, Balance, FacilityId, LotId, VaultId};
use cairn_runtime::{Auctions, Oracle, Runtime, RuntimeEvent, System, Treasury, Vaults};
use cairn_vaults::valuation;
use sp_runtime::{DispatchError, FixedPointNumber};

/// Something that happened in a block. Amounts in whole tokens, tokens by their number.
#[derive(Clone, Debug)]
pub enum Happened {
	/// A vault was opened.
	Opened {
		/// Its number.
		vault: VaultId,
		/// Its owner.
		owner: AccountId,
	},
	/// A vault was liquidated.
	Liquidated {
		/// Its number.
		vault: VaultId,
		/// Debt that left it.
		debt: f64,
		/// Collateral that left it.
		seized: Vec<(usize, f64)>,
	},
	/// Collateral was put up for sale, in a new lot or one that was open.
	PutUp {
		/// The lot.
		lot: LotId,
		/// The facility and the collateral, if the lot is new.
		book: Option<(FacilityId, usize)>,
		/// How much collateral; in the token's smallest units.
		amount: Balance,
	},
	/// Somebody bought.
	Taken {
		/// The lot.
		lot: LotId,
		/// Collateral, in the token's smallest units.
		amount: Balance,
		/// What was paid.
		paid: f64,
		/// At which price.
		price: Price,
	},
	/// Somebody pays for what he buys next by selling part of it on the chain's own exchange.
	PaidBySwap {
		/// The lot.
		lot: LotId,
		/// Collateral that he sells there, in the token's smallest units.
		sold: Balance,
	},
	/// The reserve bought what nobody bought.
	TakenByReserve {
		/// The lot.
		lot: LotId,
		/// Collateral, in the token's smallest units.
		amount: Balance,
		/// What it is worth at the price.
		worth: f64,
		/// What the reserve had to pay it with.
		paid: f64,
		/// At which price.
		price: Price,
	},
	/// A lot is gone.
	Closed {
		/// The lot.
		lot: LotId,
		/// Collateral that goes back to the vaults, in the token's smallest units.
		leftover: Balance,
		/// Debt that was not recovered.
		shortfall: f64,
	},
}

/// What happened in the last block.
pub fn happened(tokens: &[Token]) -> Vec<Happened> {
	let number = |asset: &AssetId| tokens.iter().position(|token| token.asset == *asset);
	System::read_events_no_consensus()
		.filter_map(|record| match record.event {
			RuntimeEvent::Vaults(cairn_vaults::Event::Opened { vault, owner, .. }) => {
				Some(Happened::Opened { vault, owner })
			}
			RuntimeEvent::Vaults(cairn_vaults::Event::Liquidated {
				vault,
				repaid,
				seized,
				..
			}) => Some(Happened::Liquidated {
				vault,
				debt: dollars(repaid),
				seized: seized
					.iter()
					.filter_map(|(asset, amount)| {
						let token = number(asset)?;
						Some((token, whole(tokens.get(token)?, *amount)))
					})
					.collect(),
			}),
			RuntimeEvent::Auctions(event) => auction(event, number),
			_ => None,
		})
		.collect()
}

fn auction(
	event: cairn_auctions::Event<Runtime>,
	number: impl Fn(&AssetId) -> Option<usize>,
) -> Option<Happened> {
	use cairn_auctions::Event;
	match event {
		Event::LotOpened {
			lot,
			facility,
			collateral,
			amount,
			..
		} => Some(Happened::PutUp {
			lot,
			book: number(&collateral).map(|token| (facility, token)),
			amount,
		}),
		Event::LotToppedUp { lot, amount, .. } => Some(Happened::PutUp {
			lot,
			book: None,
			amount,
		}),
		Event::LotTaken {
			lot,
			collateral,
			paid,
			price,
			..
		} => Some(Happened::Taken {
			lot,
			amount: collateral,
			paid: dollars(paid),
			price,
		}),
		Event::PaidBySwap { lot, sold, .. } => Some(Happened::PaidBySwap { lot, sold }),
		Event::LotTakenByReserve {
			lot,
			collateral,
			worth,
			paid,
			price,
			..
		} => Some(Happened::TakenByReserve {
			lot,
			amount: collateral,
			worth: dollars(worth),
			paid: dollars(paid),
			price,
		}),
		Event::LotClosed {
			lot,
			leftover,
			shortfall,
		} => Some(Happened::Closed {
			lot,
			leftover,
			shortfall: dollars(shortfall),
		}),
		_ => None,
	}
}

/// An error as the chain names it.
pub fn sentence(error: DispatchError) -> String {
	match error {
		DispatchError::Module(module) => module.message.unwrap_or("?").into(),
		error => format!("{error:?}"),
	}
}

/// What the oracle says about a token.
#[derive(Clone, Copy, Debug)]
pub struct Quote {
	/// The price.
	pub price: Price,
	/// Whether collateral may be sold at it.
	pub sells: bool,
	/// What collateral counts when a liquidation is decided, in USD; nothing if it counts nothing.
	pub counts: f64,
}

/// A lot that can be bought from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lot {
	/// Its number.
	pub id: LotId,
	/// What is sold.
	pub token: usize,
	/// How much of it, in smallest units.
	pub remaining: Balance,
	/// The price; `None` while it is not for sale.
	pub price: Option<Price>,
}

/// The balance sheet of CUSD, in whole ones.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Sheet {
	/// What exists.
	pub issuance: f64,
	/// What lots have to recover.
	pub in_auction: f64,
	/// Issued with nothing behind it.
	pub bad_debt: f64,
	/// What the treasury holds.
	pub reserve: f64,
}

impl View<'_> {
	/// What the oracle says about each token.
	pub fn quotes(&self) -> Vec<Option<Quote>> {
		let quotes = Oracle::quotes();
		self.tokens
			.iter()
			.map(|token| {
				let (_, quote) = quotes.iter().find(|(asset, _)| *asset == token.asset)?;
				let counted = valuation::counted(Some(quote));
				Some(Quote {
					price: quote.price,
					sells: quote.status.allows_liquidation(),
					counts: counted.price.map_or(0.0, usd),
				})
			})
			.collect()
	}

	/// What one unit of normalised debt owes in each facility.
	pub fn accumulators(&self) -> Vec<f64> {
		(0..)
			.map_while(cairn_vaults::FacilityStates::<Runtime>::get)
			.map(|state| state.accumulator.0 as f64 / cairn_math::Ray::ONE.0 as f64)
			.collect()
	}

	/// Health of a vault as the chain sees it; `None` without debt. Below one if and only if the
	/// chain would liquidate it.
	pub fn health(&self, vault: VaultId) -> Option<f64> {
		let health = Vaults::health(vault)?;
		let one = cairn_math::FixedU128::DIV;
		let float = health.into_inner() as f64 / one as f64;
		// A float cannot tell the last digits: the side of one is what must be right.
		Some(if health.into_inner() < one {
			float.min(1.0 - f64::EPSILON)
		} else {
			float.max(1.0)
		})
	}

	/// All open lots.
	pub fn lots(&self) -> Vec<Lot> {
		let mut lots = Vec::new();
		let mut after = None;
		loop {
			let page = Auctions::lots(after, 100);
			let Some(last) = page.last() else { break };
			after = Some(last.id);
			lots.extend(page.iter().filter_map(|view| {
				Some(Lot {
					id: view.id,
					token: self
						.tokens
						.iter()
						.position(|token| token.asset == view.lot.collateral)?,
					remaining: view.lot.remaining,
					price: view.price,
				})
			}));
		}
		lots
	}

	/// What taking so much of a lot would come to: collateral in smallest units, and CUSD. `None`
	/// if it would be refused.
	pub fn quote_take(&self, lot: LotId, amount: Balance) -> Option<(Balance, f64)> {
		let quote = Auctions::quote_take(lot, amount).ok()?;
		Some((quote.purchase.collateral, dollars(quote.purchase.payment)))
	}

	/// The price below which nothing may be sold while the oracle says `price`.
	pub fn floor(&self, price: Price) -> Price {
		cairn_auctions::LotTerms::<Runtime>::get().floor_price(price)
	}

	/// The books.
	pub fn sheet(&self) -> Sheet {
		Treasury::balance_sheet(AssetId::WithId(CUSD))
			.map(|sheet| Sheet {
				issuance: dollars(sheet.issuance),
				in_auction: dollars(sheet.in_auction),
				bad_debt: dollars(sheet.bad_debt),
				reserve: dollars(sheet.reserve),
			})
			.unwrap_or_default()
	}

	/// CUSD that an account has.
	pub fn cusd_of(&self, who: &AccountId) -> f64 {
		dollars(cairn_runtime::Assets::balance(CUSD, who))
	}

	/// Every invariant of the runtime, and one that only an outsider can check: all CUSD that
	/// exists is in somebody's account, and every unit of it is in the books.
	///
	/// # Errors
	///
	/// Which one is broken.
	pub fn check(&self) -> Result<(), String> {
		cairn_runtime::invariants::check()?;
		let held: Balance = pallet_assets::Account::<Runtime>::iter_prefix(CUSD)
			.map(|(who, _)| cairn_runtime::Assets::balance(CUSD, who))
			.sum();
		let sheet = Treasury::balance_sheet(AssetId::WithId(CUSD)).ok_or("CUSD has no books")?;
		if held != sheet.issuance || sheet.difference != 0 {
			return Err(format!(
				"of {} units of CUSD {held} are in accounts, and the books are off by {}",
				sheet.issuance, sheet.difference
			));
		}
		Ok(())
	}
}

/// A price in USD.
pub fn usd(price: Price) -> f64 {
	price.raw() as f64 / 1e18
}
