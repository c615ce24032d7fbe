//! Tokens and amounts, between the chain's integers and a market's numbers.

use cairn_primitives::{AssetId, Balance};

/// Decimals of the debt asset.
pub const CUSD_DECIMALS: u8 = 12;
/// The debt asset in `pallet-assets`.
pub const CUSD: u32 = 1;

/// A token that vaults may hold.
#[derive(Clone, Debug)]
pub struct Token {
	/// Its name in price files.
	pub symbol: String,
	/// Its name on chain.
	pub asset: AssetId,
	/// Decimals of its amounts.
	pub decimals: u8,
	/// What an account holds of it at least, in smallest units.
	pub minimum: Balance,
	/// Whether it is meant to be worth a dollar.
	pub stable: bool,
}

/// An amount in whole tokens.
pub fn whole(token: &Token, amount: Balance) -> f64 {
	amount as f64 / 10f64.powi(token.decimals.into())
}

/// Whole tokens in smallest units, rounded down. Nothing for what is no amount.
pub fn units(token: &Token, amount: f64) -> Balance {
	// A cast from `f64` ends at the ends of the range, and takes what is no number for zero.
	(amount * 10f64.powi(token.decimals.into())) as Balance
}

/// An amount of CUSD in whole ones.
pub fn dollars(amount: Balance) -> f64 {
	amount as f64 / 10f64.powi(CUSD_DECIMALS.into())
}

/// Whole CUSD in smallest units, rounded down.
pub fn cusd(amount: f64) -> Balance {
	(amount * 10f64.powi(CUSD_DECIMALS.into())) as Balance
}
