//! What views show of vaults that are in danger, against what the naive ledger knows of them.

use super::{ledger::Ledger, ledger_rules::Case};
use crate::mock::*;
use cairn_math::FixedU128;
use cairn_primitives::{FacilityId, VaultId};

/// How many of the riskiest are asked for.
const ASKED: u32 = 3;

impl Ledger {
	/// The vault as views show it: with what closed lots have left over.
	pub fn shown_case(&self, vault: VaultId) -> Case {
		let legs = self.with_leftovers(vault).legs;
		let terms = self.terms(self.vaults[&vault].facility);
		Case::new(terms, &legs, self.owed(vault))
	}

	/// The health that is shown is that of the rules, rounded down.
	pub fn compare_health(&self, vault: VaultId, shown: Option<FixedU128>) {
		assert_eq!(
			shown.is_some(),
			self.vaults[&vault].debt > 0,
			"vault {vault}"
		);
		let Some(shown) = shown.map(FixedU128::into_inner) else {
			return;
		};
		let case = self.shown_case(vault);
		let is_shown = !case.is_below(shown) && case.is_nearly_below(shown.saturating_add(1));
		assert!(is_shown, "a health of {shown} is shown of vault {vault}");
	}

	/// Each vault that is left behind for sure is somewhere in the backlog of its facility.
	pub fn compare_backlogs(&self, behind: &[(VaultId, FacilityId)]) {
		for id in self.lines.keys() {
			let backlog = Vaults::backlog(*id).expect("it has a price");
			assert!(backlog.complete);
			let entries: u32 = backlog.entries.iter().map(|(_, entries)| entries).sum();
			let least = behind.iter().filter(|(_, facility)| facility == id).count();
			assert!(
				entries as usize >= least,
				"{entries} of {least} left behind"
			);
		}
	}

	/// Nobody who owes is less healthy than those who are listed as the riskiest, for sure.
	pub fn compare_riskiest(&self) {
		for id in self.lines.keys() {
			let riskiest = Vaults::riskiest(*id, ASKED).expect("it has a price");
			assert!(riskiest.complete);
			let owe = self
				.vaults
				.iter()
				.filter(|(_, account)| account.facility == *id && account.debt > 0);
			let listed: Vec<_> = riskiest.vaults.iter().map(|risky| risky.vault).collect();
			assert_eq!(listed.len(), owe.clone().count().min(ASKED as usize));
			let Some(last) = riskiest.vaults.last().map(|risky| risky.health) else {
				continue;
			};
			for risky in &riskiest.vaults {
				assert!(risky.health <= last && self.vaults[&risky.vault].facility == *id);
				self.compare_health(risky.vault, Some(risky.health));
			}
			for (vault, _) in owe.filter(|(vault, _)| !listed.contains(vault)) {
				let is_riskier = self.shown_case(*vault).is_below(last.into_inner());
				assert!(!is_riskier, "vault {vault} is not among the riskiest");
			}
		}
	}
}
