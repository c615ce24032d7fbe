//! States of the chain in which calls can be made, each reached by blocks on the genesis block.

use crate::{
	benches::liquidate::{crash_block, reports},
	chain::Chain,
	ledger::{
		self,
		cases::{self, transactions, Planned, Scene, Stage},
	},
	Result,
};
use cairn_primitives::Hash;
use std::collections::HashMap;

/// Rounds within which a fall of prices must be believed, and lots be sold.
const PATIENCE: u32 = 100;

/// What is left of all volatile prices in a crash.
const CRASH: f64 = 0.7;

/// How many vaults a smaller fall should make unsafe: so few that all their lots are on sale at once.
const UNSAFE: f64 = 50.0;

/// The scenes of one chain, made when they are first asked for.
#[derive(Default)]
pub struct Scenes {
	made: HashMap<Scene, Hash>,
}

impl Scenes {
	/// The last block of a scene.
	pub fn get(&mut self, chain: &Chain, stage: &Stage, scene: Scene) -> Result<Hash> {
		if let Some(made) = self.made.get(&scene) {
			return Ok(*made);
		}
		let genesis = chain.genesis()?;
		let made = match scene {
			Scene::Calm => genesis,
			Scene::Crashed => crashed(chain, genesis)?,
			Scene::ForSale => for_sale(chain, stage)?,
			Scene::Sold => {
				let parent = self.get(chain, stage, Scene::ForSale)?;
				sold(chain, parent)?
			}
			Scene::Settled => with(chain, genesis, || Ok(vec![cases::settle_facility(0)]))?,
			Scene::Redeemable => {
				let parent = self.get(chain, stage, Scene::Settled)?;
				with(chain, parent, || Ok(cases::settle_vaults(stage)))?
			}
		};
		self.made.insert(scene, made);
		Ok(made)
	}
}

/// One block more, with these calls.
fn with(chain: &Chain, parent: Hash, planned: impl Fn() -> Result<Vec<Planned>>) -> Result<Hash> {
	let transactions = chain.at(parent, || transactions(planned()?))??;
	chain.extend(parent, transactions)
}

fn crashed(chain: &Chain, genesis: Hash) -> Result<Hash> {
	let before = chain.at(genesis, ledger::price_of_bitcoin)?;
	let before = before.ok_or("bitcoin has no price")?;
	let mut parent = with(chain, genesis, || Ok(vec![cases::stop_liquidations()]))?;
	for _ in 0..PATIENCE {
		parent = chain.extend(parent, reports(chain, parent, CRASH)?)?;
		let now = chain.at(parent, ledger::price_of_bitcoin)?;
		if now.is_some_and(|now| now < before * (CRASH + 0.05)) {
			return Ok(parent);
		}
	}
	Err(format!("prices have not fallen within {PATIENCE} blocks").into())
}

fn for_sale(chain: &Chain, stage: &Stage) -> Result<Hash> {
	let (low, high) = stage.spec.health;
	let part = (UNSAFE / f64::from(stage.spec.vaults)).min(1.0);
	let share = 1.0 / (low + (high - low) * part);
	let mut parent = chain.import(crash_block(chain, share)?)?;
	for _ in 0..PATIENCE {
		let block = chain.build(parent, reports(chain, parent, share)?)?;
		let is_done = ledger::liquidated(&block.events) == 0;
		parent = chain.import(block)?;
		if is_done {
			return Ok(parent);
		}
	}
	Err(format!("liquidations have not ended within {PATIENCE} blocks").into())
}

fn sold(chain: &Chain, parent: Hash) -> Result<Hash> {
	let mut parent = with(chain, parent, cases::alice_borrows)?;
	for _ in 0..PATIENCE {
		let buying = chain.at(parent, cases::buy_all)?;
		if buying.is_empty() {
			return Ok(parent);
		}
		parent = with(chain, parent, || Ok(cases::buy_all()))?;
	}
	Err(format!("lots are not sold within {PATIENCE} blocks").into())
}
