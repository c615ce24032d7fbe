//! Calls of the auctions, the treasury and the oracle.

use super::{vaults::alice_borrows, By, Case, Planned, Scene, Stage};
use crate::{
	ledger::{
		calls::take,
		market::{report_calls, two_reports, worth, Market},
		DEBT_ASSET,
	},
	Result,
};
use cairn_math::Price;
use cairn_primitives::{AssetId, Balance, LotId};
use cairn_runtime::{units::CUSD, Auctions, Runtime, RuntimeCall};
use cairn_treasury::Policy;

/// The lots on sale, with what is in them.
fn lots_for_sale() -> Vec<(LotId, AssetId)> {
	let lots = Auctions::lots(None, 100).into_iter();
	lots.filter(|view| view.price.is_some())
		.map(|view| (view.id, view.lot.collateral))
		.collect()
}

/// Buys all of every lot.
pub fn buy_all() -> Vec<Planned> {
	let all = lots_for_sale().into_iter();
	all.map(|(lot, _)| {
		let call = cairn_auctions::Call::take {
			lot,
			max_amount: Balance::MAX,
			max_price: Price::MAX,
			recipient: None,
		};
		(By::Alice, RuntimeCall::Auctions(call))
	})
	.collect()
}

/// Many times what governance does.
fn many_times(stage: &Stage, call: impl Fn() -> RuntimeCall) -> Result<Vec<Planned>> {
	let times = stage.count.min(20);
	Ok((0..times).map(|_| (By::Root, call())).collect())
}

fn largest_lot() -> Result<(LotId, AssetId)> {
	crate::ledger::lot_for_sale().ok_or("no lot is for sale".into())
}

/// A pool of CUSD and what the largest lot sells.
fn pool() -> Result<Vec<Planned>> {
	let (_, collateral) = largest_lot()?;
	let (asset1, asset2) = (Box::new(collateral.clone()), Box::new(DEBT_ASSET));
	let create = pallet_asset_conversion::Call::create_pool {
		asset1: asset1.clone(),
		asset2: asset2.clone(),
	};
	let fill = pallet_asset_conversion::Call::add_liquidity {
		asset1,
		asset2,
		amount1_desired: worth(&collateral, 100_000.0),
		amount2_desired: 100_000 * CUSD,
		amount1_min: 1,
		amount2_min: 1,
		mint_to: sp_keyring::Sr25519Keyring::Alice.to_account_id(),
	};
	let mut planned = alice_borrows()?;
	for call in [create, fill] {
		planned.push((By::Alice, RuntimeCall::AssetConversion(call)));
	}
	Ok(planned)
}

/// Of each call that can be measured at least one.
pub const AUCTIONS: &[Case] = &[
	Case::new("take", Scene::ForSale, |stage| {
		let (lot, asset) = largest_lot()?;
		stage.each(|_| Ok(take(lot, &asset, 10.0)))
	})
	.way("in part"),
	Case::new("take", Scene::ForSale, |_| Ok(buy_all()))
		.way("all of it")
		.after(|_| alice_borrows()),
	Case::new("take_with_swap", Scene::ForSale, |stage| {
		let (lot, asset) = largest_lot()?;
		stage.each(|_| {
			let call = cairn_auctions::Call::take_with_swap {
				lot,
				max_amount: worth(&asset, 10.0),
				max_price: Price::MAX,
				min_kept: 0,
				recipient: None,
			};
			Ok(RuntimeCall::Auctions(call))
		})
	})
	.after(|_| pool()),
	Case::new("set_terms", Scene::Calm, |stage| {
		let terms = cairn_auctions::LotTerms::<Runtime>::get();
		many_times(stage, || {
			RuntimeCall::Auctions(cairn_auctions::Call::set_terms { terms })
		})
	}),
	Case::new("set_limits", Scene::Calm, |stage| {
		let limits = cairn_auctions::LotLimits::<Runtime>::get();
		many_times(stage, || {
			RuntimeCall::Auctions(cairn_auctions::Call::set_limits { limits })
		})
	}),
	Case::new("set_system_terms", Scene::Calm, |stage| {
		let terms = cairn_auctions::SystemSaleTerms::<Runtime>::get();
		many_times(stage, || {
			let terms = Box::new(terms);
			RuntimeCall::Auctions(cairn_auctions::Call::set_system_terms { terms })
		})
	}),
];

fn policy() -> Result<Policy> {
	let policy = cairn_treasury::Policies::<Runtime>::get(DEBT_ASSET);
	Ok(policy.ok_or("CUSD has no policy")?)
}

fn fuse(call: cairn_treasury::Call<Runtime>) -> Result<Vec<Planned>> {
	Ok(vec![(By::Root, RuntimeCall::Treasury(call))])
}

/// Of each call that can be measured one.
pub const TREASURY: &[Case] = &[
	Case::new("set_policy", Scene::Calm, |stage| {
		let policy = policy()?;
		many_times(stage, || {
			RuntimeCall::Treasury(cairn_treasury::Call::set_policy {
				asset: DEBT_ASSET,
				policy,
			})
		})
	}),
	Case::new("tighten", Scene::Calm, |stage| {
		let policy = policy()?;
		many_times(stage, || {
			RuntimeCall::Treasury(cairn_treasury::Call::tighten {
				asset: DEBT_ASSET,
				policy,
			})
		})
	}),
	Case::new("blow_fuse", Scene::Calm, |_| {
		fuse(cairn_treasury::Call::blow_fuse { asset: DEBT_ASSET })
	}),
	Case::new("reset_fuse", Scene::Calm, |_| {
		fuse(cairn_treasury::Call::reset_fuse { asset: DEBT_ASSET })
	})
	.after(|_| fuse(cairn_treasury::Call::blow_fuse { asset: DEBT_ASSET })),
];

fn oracle(call: cairn_oracle::Call<Runtime>) -> Planned {
	(By::Root, RuntimeCall::Oracle(call))
}

/// The feeds that validators report, by their assets.
fn reported_assets() -> Vec<AssetId> {
	let feeds = cairn_oracle::ReportedFeeds::<Runtime>::get().into_iter();
	feeds.map(|feed| feed.asset).collect()
}

/// The feeds anew as they are.
fn set_feeds() -> Result<Vec<Planned>> {
	reported_assets()
		.into_iter()
		.map(|asset| {
			let feed = cairn_oracle::Feeds::<Runtime>::get(&asset).ok_or("no such feed")?;
			Ok(oracle(cairn_oracle::Call::set_feed { asset, feed }))
		})
		.collect()
}

fn of_each_feed(call: impl Fn(AssetId) -> cairn_oracle::Call<Runtime>) -> Result<Vec<Planned>> {
	let assets = reported_assets().into_iter();
	Ok(assets.map(|asset| oracle(call(asset))).collect())
}

/// Of each call that can be measured one.
pub const ORACLE: &[Case] = &[
	Case::new("report", Scene::Calm, |_| {
		let calls = report_calls(Market::all(1.001))?.into_iter();
		Ok(calls.map(|call| (By::Itself, call)).collect())
	}),
	Case::new("prove_two_reports", Scene::Calm, |_| {
		let calls = two_reports()?.into_iter();
		Ok(calls.map(|call| (By::Itself, call)).collect())
	}),
	Case::new("set_feed", Scene::Calm, |_| set_feeds()),
	Case::new("withdraw_shadow", Scene::Calm, |_| {
		of_each_feed(|asset| cairn_oracle::Call::withdraw_shadow { asset })
	})
	.after(|_| set_feeds()),
	Case::new("halt_feed", Scene::Calm, |_| {
		of_each_feed(|asset| cairn_oracle::Call::halt_feed { asset })
	}),
	Case::new("resume_feed", Scene::Calm, |_| {
		of_each_feed(|asset| cairn_oracle::Call::resume_feed { asset })
	})
	.after(|_| of_each_feed(|asset| cairn_oracle::Call::halt_feed { asset })),
	Case::new("remove_feed", Scene::Calm, |_| {
		of_each_feed(|asset| cairn_oracle::Call::remove_feed { asset })
	}),
];
