//! What is told. Imported into the pallet's module, whose names it uses.

#[frame_support::pallet_macros::pallet_section]
mod events {
	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// Collateral is for sale.
		LotOpened {
			/// The number of the lot.
			lot: LotId,
			/// Whose vaults it was seized from.
			facility: FacilityId,
			/// What is for sale.
			collateral: AssetId,
			/// How much of it, in smallest units.
			amount: Balance,
			/// Debt to recover, in smallest units of the debt asset.
			debt: Balance,
			/// What is to raise for the reserve, in smallest units of the debt asset.
			fee: Balance,
			/// Where the price starts, in 1e-18 USD per whole token; `None` if it cannot start yet, for
			/// want of a quote or of room.
			start_price: Option<Price>,
		},
		/// More went into a lot.
		LotToppedUp {
			/// The number of the lot.
			lot: LotId,
			/// Collateral added, in smallest units.
			amount: Balance,
			/// Debt added, in smallest units of the debt asset.
			debt: Balance,
			/// Fee added, in smallest units of the debt asset.
			fee: Balance,
		},
		/// Somebody bought from a lot.
		LotTaken {
			/// The number of the lot.
			lot: LotId,
			/// Who paid.
			buyer: T::AccountId,
			/// Who got the collateral.
			recipient: T::AccountId,
			/// Collateral sold, in smallest units.
			collateral: Balance,
			/// What was paid, in smallest units of the debt asset.
			paid: Balance,
			/// The price, in 1e-18 USD per whole token.
			price: Price,
			/// Collateral left in the lot, in smallest units.
			remaining: Balance,
		},
		/// The buyer has sold part of what he bought, and paid with that. What he bought follows in
		/// [`Event::LotTaken`].
		PaidBySwap {
			/// The number of the lot.
			lot: LotId,
			/// Collateral sold, in smallest units.
			sold: Balance,
			/// Collateral that was left for the recipient, in smallest units.
			kept: Balance,
		},
		/// Nobody bought from a lot in its last round, but the reserve.
		LotTakenByReserve {
			/// The number of the lot.
			lot: LotId,
			/// Collateral bought, in smallest units.
			collateral: Balance,
			/// What it was worth at the price, in smallest units of the debt asset.
			worth: Balance,
			/// What the reserve had to pay it with, in smallest units of the debt asset. The rest of
			/// the debt is bad debt, against which it holds the collateral.
			paid: Balance,
			/// The price, in 1e-18 USD per whole token.
			price: Price,
			/// Collateral left in the lot, in smallest units.
			remaining: Balance,
		},
		/// The price of a lot started again, or for the first time if it had to wait for that.
		LotReset {
			/// The number of the lot.
			lot: LotId,
			/// Where it started, in 1e-18 USD per whole token.
			start_price: Price,
			/// How much may be raised at it, in smallest units of the debt asset.
			offered: Balance,
		},
		/// A lot waits for room to be put on sale.
		LotQueued {
			/// The number of the lot.
			lot: LotId,
		},
		/// The price of a lot should start again, but there is no quote to start from. It is not for
		/// sale until there is one.
		LotSuspended {
			/// The number of the lot.
			lot: LotId,
		},
		/// A lot is paid or sold out.
		LotClosed {
			/// The number of the lot.
			lot: LotId,
			/// Collateral that goes back to the vaults, in smallest units.
			leftover: Balance,
			/// Debt that was not recovered, in smallest units of the debt asset.
			shortfall: Balance,
		},
		/// More, or less, may be for sale at once from now on.
		LimitsSet {
			/// The limits.
			limits: Limits,
		},
		/// Lots that are opened from now on are sold on other terms.
		TermsSet {
			/// The terms.
			terms: Terms,
		},
		/// The system sells, or raises, a debt asset.
		SystemLotOpened {
			/// The debt asset.
			asset: AssetId,
			/// Which of the two.
			kind: SystemLotKind,
			/// How much, in smallest units.
			amount: Balance,
		},
		/// A system lot is sold out, or has lost its reason.
		SystemLotClosed {
			/// The debt asset.
			asset: AssetId,
			/// Which way it went.
			kind: SystemLotKind,
			/// What of it was not sold or raised, in smallest units of the debt asset.
			unsold: Balance,
		},
		/// Somebody got surplus for native tokens, which are burned.
		SurplusSold {
			/// The debt asset.
			asset: AssetId,
			/// Who paid.
			buyer: T::AccountId,
			/// Who got the debt asset.
			recipient: T::AccountId,
			/// Debt asset sold, in smallest units.
			amount: Balance,
			/// Native tokens burned, in smallest units.
			burned: Balance,
			/// What a whole native token was taken at, in 1e-18 USD.
			price: Price,
			/// Debt asset left in the lot, in smallest units.
			remaining: Balance,
		},
		/// Somebody covered bad debt and got new native tokens for it.
		Recapitalised {
			/// The debt asset.
			asset: AssetId,
			/// Who paid.
			buyer: T::AccountId,
			/// Who got the native tokens.
			recipient: T::AccountId,
			/// Debt asset burned, in smallest units.
			paid: Balance,
			/// Native tokens made, in smallest units.
			made: Balance,
			/// What a whole native token was sold at, in 1e-18 USD.
			price: Price,
			/// Debt asset that is still to be raised by the lot, in smallest units.
			remaining: Balance,
		},
		/// Collateral that the reserve has bought is for sale.
		StockPutUp {
			/// The debt asset of the reserve.
			asset: AssetId,
			/// What is for sale.
			collateral: AssetId,
			/// How much of it, in smallest units.
			amount: Balance,
		},
		/// Somebody bought collateral from the reserve.
		StockSold {
			/// The debt asset of the reserve.
			asset: AssetId,
			/// What was sold.
			collateral: AssetId,
			/// Who paid.
			buyer: T::AccountId,
			/// Who got the collateral.
			recipient: T::AccountId,
			/// Collateral sold, in smallest units.
			amount: Balance,
			/// What was paid into the reserve, in smallest units of the debt asset.
			paid: Balance,
			/// The price, in 1e-18 USD per whole token.
			price: Price,
			/// Collateral left in the lot, in smallest units.
			remaining: Balance,
		},
		/// System lots are sold in another way from now on.
		SystemTermsSet {
			/// How.
			terms: SystemTerms,
		},
	}
}
