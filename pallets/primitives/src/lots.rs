//! How seized collateral gets from a vault to a buyer, and what is left of it back again.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::weights::WeightMeter;
use scale_info::TypeInfo;

use crate::{Balance, FacilityId, LotId};

/// What was seized for one lot: the sum over all vaults of a batch.
#[derive(
	Clone,
	Copy,
	Debug,
	Default,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct Seizure {
	/// Collateral to sell, in its smallest units.
	pub collateral: Balance,
	/// Debt that the sale must recover, in smallest units of the debt asset.
	pub debt: Balance,
	/// What the sale must raise beyond the debt for the reserve.
	pub fee: Balance,
}

impl Seizure {
	/// What the sale must raise.
	pub fn tab(&self) -> Balance {
		self.debt.saturating_add(self.fee)
	}
}

/// What became of a contribution to a lot.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub enum Leftover {
	/// The lot is still for sale.
	Pending,
	/// The lot is closed, and this much of the collateral comes back to whoever contributed.
	Ready(Balance),
}

/// The market for seized collateral, as the vaults see it.
///
/// The collateral itself does not move when it is seized: it stays in the custody account, and the
/// books say that it belongs to the lot. So seizing needs no token transfer and cannot fail.
pub trait LiquidationLots<AssetId> {
	/// The lot into which everything goes that is seized in this block from `facility` in
	/// `collateral`: the same answer all block long, unless the lot is bought up within the block,
	/// after which it is a new one. While the last lot of the book waits for its first sale, that is
	/// the answer in later blocks as well.
	fn current_lot(facility: FacilityId, collateral: &AssetId) -> LotId;

	/// Puts what was seized up for sale in `lot`: opens it, or tops it up.
	///
	/// `lot` is the answer of [`LiquidationLots::current_lot`] in this block, or any lot of the same
	/// facility and collateral whose [`LiquidationLots::leftover`] is [`Leftover::Pending`] (a vault
	/// whose list of claims is full joins a lot it already has a claim on). What joins a lot whose
	/// price is falling already waits in it for the next start of the price: nothing is sold at a
	/// price that was not started for it.
	fn put_up(
		lot: LotId,
		facility: FacilityId,
		debt_asset: &AssetId,
		collateral: &AssetId,
		seizure: Seizure,
	);

	/// What comes back to a contribution of `contributed` to `lot`.
	fn leftover(lot: LotId, contributed: Balance) -> Leftover;

	/// Takes [`Leftover::Ready`] out of the lot's books. From then on the amount belongs to the
	/// vault again. Nothing happens if the lot is still for sale.
	fn settle(lot: LotId, contributed: Balance) -> Leftover;

	/// Advances the lots whose time has come, as far as the meter allows.
	fn advance(meter: &mut WeightMeter);

	/// Collateral that lots hold in the custody account, open or waiting to be settled.
	fn held(collateral: &AssetId) -> Balance;
}
