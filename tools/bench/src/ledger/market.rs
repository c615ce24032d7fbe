//! What collateral costs, and how the chain comes to know it.

use super::{accounts::validator_pair, calls::authorized, debug};
use crate::Result;
use cairn_math::Price;
use cairn_oracle::types::{Report, ReportedPrice};
use cairn_primitives::{oracle::sr25519::AuthoritySignature, AssetId, Balance};
use cairn_runtime::{Oracle, Runtime, RuntimeCall, System, UncheckedExtrinsic};
use frame_support::traits::UnfilteredDispatchable;
use frame_system::RawOrigin;
use sp_core::{sr25519, Pair};
use sp_keyring::Sr25519Keyring;
use std::collections::HashMap;

/// The collaterals of vaults, with whole dollars a token and decimals.
pub(super) const COLLATERALS: [(u32, f64, i32); 3] =
	[(4, 60_000.0, 8), (3, 3_000.0, 18), (2, 6.0, 10)];

/// What everything costs: the prices of the preset's assets, with those of BTC, ETH and DOT each
/// multiplied by something.
#[derive(Clone, Copy, Debug)]
pub struct Market(pub [f64; 3]);

impl Market {
	/// Where all chains start.
	pub const STILL: Self = Self::all(1.0);

	/// All volatile prices multiplied by `factor`.
	pub const fn all(factor: f64) -> Self {
		Self([factor; 3])
	}

	pub(super) fn usd(&self, asset: &AssetId) -> f64 {
		let AssetId::WithId(id) = asset else {
			return 0.5;
		};
		let volatile = COLLATERALS.iter().zip(self.0).find(|(c, _)| c.0 == *id);
		volatile.map_or(1.0, |((_, usd, _), factor)| usd * factor)
	}

	/// What validator `index` reports: each sees prices a little differently.
	fn price(&self, asset: &AssetId, index: u32) -> Result<Price> {
		let usd = self.usd(asset) * (1.0 + f64::from(index % 11) * 1e-6);
		Price::new((usd * 1e18) as u128).ok_or_else(|| format!("{usd} is no price").into())
	}
}

/// Positions in [`COLLATERALS`] of what an owner's vaults hold.
pub(super) fn collaterals_of(owner: u32, legs: u32) -> impl Iterator<Item = usize> {
	let first = if legs == 1 { owner as usize % 3 } else { 0 };
	first..first + legs.min(3) as usize
}

/// The asset of which an owner of one-legged vaults has some to spare.
pub fn collateral_asset(owner: u32) -> AssetId {
	AssetId::WithId(COLLATERALS[owner as usize % 3].0)
}

/// So much of a collateral as so many dollars buy when the chain starts.
pub fn worth(asset: &AssetId, usd: f64) -> Balance {
	let found = COLLATERALS.iter().find(|c| AssetId::WithId(c.0) == *asset);
	found.map_or(0, |(_, price, decimals)| {
		(usd / price * 10f64.powi(*decimals)) as Balance
	})
}

type OracleReport = Report<<Runtime as cairn_oracle::Config>::MaxFeeds>;

fn report_of(index: u32, market: Market, round: u32) -> Result<OracleReport> {
	let mut prices = Vec::new();
	for feed in cairn_oracle::ReportedFeeds::<Runtime>::get() {
		let price = market.price(&feed.asset, index)?;
		prices.push(ReportedPrice {
			feed: feed.id,
			price,
			confidence: price.raw() / 100_000,
			sources: 3,
		});
	}
	Ok(Report {
		set_id: cairn_oracle::SetId::<Runtime>::get(),
		round,
		authority_index: index,
		prices: prices.try_into().map_err(|_| "too many feeds")?,
	})
}

/// Reports of all validators for `round`, stored as if their transactions had been let in.
pub fn report_natively(market: Market, round: u32) -> Result<()> {
	let validators = cairn_oracle::Authorities::<Runtime>::get().len() as u32;
	for index in 0..validators {
		let call = cairn_oracle::Call::<Runtime>::report {
			report: report_of(index, market, round)?,
			signature: sr25519::Signature::default().into(),
		};
		call.dispatch_bypass_filter(RawOrigin::Authorized.into())
			.map_err(debug)?;
	}
	Ok(())
}

/// The keys of the validators that there are, in the order of the set.
fn reporters() -> Result<Vec<sr25519::Pair>> {
	let authorities = cairn_oracle::Authorities::<Runtime>::get();
	let pairs = (0..authorities.len() as u32).map(validator_pair);
	let pairs: HashMap<_, _> = pairs
		.chain([Sr25519Keyring::Alice.pair()])
		.map(|pair| (pair.public().0, pair))
		.collect();
	authorities
		.iter()
		.map(|authority| {
			let key = sr25519::Public::from(authority.clone());
			let pair = pairs.get(&key.0).cloned();
			pair.ok_or_else(|| "a validator's key is unknown".into())
		})
		.collect()
}

/// A report for the block after the present one with its signature.
fn signed_report(
	(index, pair): (u32, &sr25519::Pair),
	market: Market,
) -> Result<(OracleReport, AuthoritySignature)> {
	let report = report_of(index, market, System::block_number() + 1)?;
	let genesis = System::block_hash(0);
	let signature = pair.sign(&report.payload(&genesis)).into();
	Ok((report, signature))
}

/// The calls by which all validators report in the block after the present one.
pub fn report_calls(market: Market) -> Result<Vec<RuntimeCall>> {
	let pairs = reporters()?;
	(0u32..)
		.zip(&pairs)
		.map(|by| {
			let (report, signature) = signed_report(by, market)?;
			let call = cairn_oracle::Call::report { report, signature };
			Ok(RuntimeCall::Oracle(call))
		})
		.collect()
}

/// The transactions by which all validators report in the block after the present one.
pub fn reports(market: Market) -> Result<Vec<UncheckedExtrinsic>> {
	Ok(report_calls(market)?.into_iter().map(authorized).collect())
}

/// The calls that prove of each validator that he reports two prices for one round.
pub fn two_reports() -> Result<Vec<RuntimeCall>> {
	let pairs = reporters()?;
	(0u32..)
		.zip(&pairs)
		.map(|by| {
			let (first, first_signature) = signed_report(by, Market::STILL)?;
			let (second, second_signature) = signed_report(by, Market::all(1.01))?;
			let call = cairn_oracle::Call::prove_two_reports {
				first,
				first_signature,
				second,
				second_signature,
			};
			Ok(RuntimeCall::Oracle(call))
		})
		.collect()
}

/// What the chain takes BTC to cost, in dollars.
pub fn price_of_bitcoin() -> Option<f64> {
	let quote = Oracle::quote(AssetId::WithId(COLLATERALS[0].0))?;
	Some(quote.price.raw() as f64 / 1e18)
}
