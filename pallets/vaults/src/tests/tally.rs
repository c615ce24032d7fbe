//! How often things happen in random runs. Most of what is done in them at random is refused, and a check
//! of what never happens always passes: so each of them has a test of how often it happens, over runs
//! that are the same ones each time.

use super::{
	brute_force, exact, guard_fuzz,
	invariants::life,
	ledger_fuzz,
	settlement_fuzz::{crashed, settle_after_a_crash, settle_in_any_order, settled},
};
use crate::{mock::*, Event};
use proptest::{
	strategy::{Strategy, ValueTree},
	test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use std::collections::BTreeMap;

/// So many inputs of a property test, the same ones each time.
pub fn seeded<S: Strategy>(strategy: S, count: usize) -> Vec<S::Value> {
	let random = TestRng::from_seed(RngAlgorithm::ChaCha, &[17; 32]);
	let mut runner = TestRunner::new_with_rng(Config::default(), random);
	let mut draw = || {
		strategy
			.new_tree(&mut runner)
			.expect("it has one")
			.current()
	};
	(0..count).map(|_| draw()).collect()
}

/// What has happened, and how often.
#[derive(Debug, Default)]
pub struct Tally(BTreeMap<&'static str, usize>);

impl Tally {
	/// So often more.
	pub fn add(&mut self, what: &'static str, times: usize) {
		*self.0.entry(what).or_default() += times;
	}

	/// What the events of this block, or those since they were last reset, tell.
	pub fn hear(&mut self) {
		for record in System::events() {
			match record.event {
				RuntimeEvent::Vaults(event) => self.hear_of(event),
				RuntimeEvent::Auctions(cairn_auctions::Event::LotTaken { .. }) => {
					self.add("sale", 1)
				}
				RuntimeEvent::Treasury(cairn_treasury::Event::KeeperRewarded { .. }) => {
					self.add("reward", 1);
				}
				_ => {}
			}
		}
	}

	fn hear_of(&mut self, event: Event<Test>) {
		let what = match event {
			Event::Opened { .. } => "opening",
			Event::Adjusted {
				deposited,
				withdrawn,
				borrowed,
				repaid,
				..
			} => {
				self.add("deposit", usize::from(!deposited.is_empty()));
				self.add("withdrawal", usize::from(!withdrawn.is_empty()));
				self.add("loan", usize::from(borrowed > 0));
				self.add("repayment", usize::from(repaid > 0));
				return;
			}
			Event::Closed { .. } => "closing",
			Event::Liquidated { debt: 0, .. } => "liquidation of all debt",
			Event::Liquidated { .. } => "liquidation of a part",
			Event::LiquidationDeferred { .. } => "wait",
			Event::LeftoverReturned { .. } => "leftover",
			Event::GuardSet { guard: Some(_), .. } => "guard",
			Event::GuardActed { repaid: 0, .. } => "guard in vain",
			Event::GuardActed { .. } => "guard that pays",
			Event::Offered { .. } => "offer",
			Event::Transferred { .. } => "transfer",
			Event::FacilityChanged { .. } => "change of terms",
			Event::Forfeited { .. } => "forfeit",
			Event::VaultSettled { lost: 0, .. } => "settled vault",
			Event::VaultSettled { .. } => "settled vault with a loss",
			Event::Redeemed { .. } => "redemption",
			_ => return,
		};
		self.add(what, 1);
	}

	/// Each of these has happened at least so often.
	pub fn has(&self, least: &[(&str, usize)]) {
		for (what, least) in least {
			let times = self.0.get(what).copied().unwrap_or_default();
			assert!(times >= *least, "{what}: {times} times only of {self:#?}");
		}
	}
}

#[test]
fn lives_have_in_them_what_invariants_are_about() {
	let mut tally = Tally::default();
	for deeds in seeded(life::deeds(80), 80) {
		life::after_each(deeds, |step| life::count(&mut tally, &step));
	}
	tally.has(&[
		("opening", 200),
		("loan", 200),
		("withdrawal", 5),
		("repayment", 20),
		("closing", 20),
		("transfer", 30),
		("guard that pays", 3),
		("liquidation of a part", 20),
		("liquidation of all debt", 10),
		("sale", 10),
		("leftover", 2),
		("basket with debt", 3_000),
		("basket placed anew by a block", 40),
		("unsafe vault that can be sold", 200),
		("vault that waits", 20),
		("vault with a guard", 300),
		("vault with something to claim", 50),
		("debt below the minimum", 5),
		("lot", 600),
		("lot that waits for room", 200),
		("oracle that is down", 100),
	]);
}

#[test]
fn there_is_something_for_enforcement_to_find() {
	let mut tally = Tally::default();
	for doings in seeded(brute_force::doings(80), 60) {
		brute_force::live(doings, || {
			tally.hear();
			let all = exact::all();
			let owe = all.iter().filter(|vault| debt(**vault) > 0);
			let baskets = owe.clone().filter(|vault| row(**vault).legs.len() > 1);
			tally.add("basket with debt", baskets.count());
			let wait = owe.filter(|vault| row(**vault).is_waiting());
			tally.add("vault that waits", wait.count());
		});
	}
	tally.has(&[
		("basket with debt", 7_000),
		("guard that pays", 10),
		("liquidation of a part", 30),
		("wait", 10),
		("vault that waits", 80),
	]);
}

#[test]
fn guards_pay_and_spare_vaults_and_pay_in_vain() {
	let mut tally = Tally::default();
	for world in seeded(guard_fuzz::world(), 150) {
		let [guarded, unguarded] = guard_fuzz::compared(&world);
		guarded.count(&unguarded, &mut tally);
	}
	tally.has(&[
		("guard that pays", 50),
		("guard in vain", 5),
		("guard that rests", 40),
		("liquidation that a guard has spared", 12),
		("liquidation beside guards", 60),
	]);
}

#[test]
fn the_ledger_has_something_to_keep_books_of() {
	let mut tally = Tally::default();
	for life in seeded(ledger_fuzz::lives(50), 200) {
		ledger_fuzz::keep_books(life, &mut tally);
	}
	tally.has(&[
		("opening", 100),
		("loan", 100),
		("withdrawal", 50),
		("repayment", 50),
		("closing", 8),
		("transfer", 5),
		("change of terms", 100),
		("guard that pays", 4),
		("liquidation of a part", 5),
		("liquidation of all debt", 3),
		("sale", 3),
		("leftover", 2),
		("guard in vain", 1),
		("wait", 3),
		("vault that waits", 3),
		("forfeit", 3),
		("reward", 3),
		("vault while the oracle is silent", 200),
		("call that comes too late", 10),
		("call that leaves too little health", 10),
		("closing that costs too much", 3),
	]);
}

#[test]
fn vaults_are_settled_and_redeemed_against_in_many_orders() {
	let mut tally = Tally::default();
	for settled in seeded(settled(50), 60) {
		settle_in_any_order(settled, &mut tally);
	}
	tally.has(&[
		("settled vault", 100),
		("settled vault with a loss", 5),
		("redemption", 100),
		("repayment", 20),
		("withdrawal", 25),
		("closing", 40),
	]);
}

#[test]
fn vaults_are_settled_while_lots_of_theirs_are_sold() {
	let mut tally = Tally::default();
	for crashed in seeded(crashed(50), 60) {
		settle_after_a_crash(crashed, &mut tally);
	}
	tally.has(&[
		("liquidation of a part", 5),
		("lot after a settlement", 600),
		("sale", 10),
		("leftover", 2),
		("settled vault", 100),
		("settled vault with a loss", 5),
		("redemption", 100),
	]);
}
