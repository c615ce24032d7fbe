//! Nothing takes longer than it is charged for: no call of our pallets, and nothing that a block does
//! by itself. Measured in the runtime in WASM on ParityDB, state roots included.
//!
//! A figure is how much longer a block takes than one from which it differs in nothing else, each executed
//! right after the other: the median of several turns. A machine that is busy only ever adds to a figure, so
//! one that is too high is measured again before it counts.
//!
//! Weights are times of the machine that they were measured on. Another one may be three times as slow, and the
//! same one half as fast an hour later. So a block of transfers is executed in the same turns, and a figure
//! is divided by how much longer these take than on that machine: a faster one has to be as much faster.

use cairn_bench::{
	benches::{
		calls::{filled, Pair, CASES},
		liquidate::reports,
	},
	chain::{Built, Chain, Workshop},
	ledger::{
		self,
		cases::{transactions, By, Planned, Stage},
	},
	scenes::Scenes,
	spec::Spec,
	Result,
};
use cairn_math::FixedU128;
use cairn_primitives::Hash;
use cairn_runtime::{units::CUSD, Runtime, RuntimeCall, RuntimeEvent};
use cairn_vaults::types::Guard;
use frame_support::traits::GetCallName;
use std::{
	collections::BTreeSet,
	io::Write as _,
	path::PathBuf,
	sync::{Mutex, MutexGuard, PoisonError},
};

/// Vaults of a chain.
const VAULTS: u32 = 2_000;
/// Validators of a chain: each makes a report, and an offence.
const VALIDATORS: u32 = 7;
/// Calls in a block, if there can be as many.
const CALLS: u32 = 40;
/// How often a block is executed before its figure counts,
const REPEAT: usize = 7;
/// and how often all of that is done if the figure is too high.
const ATTEMPTS: usize = 6;

/// What a transfer takes in these tests on the machine that weights were measured on, in microseconds. Each test
/// prints what it takes now: `make weights` on another machine wants that to be put in here.
const TRANSFER_US: f64 = 155.0;

/// Calls that are not measured here, and why.
const NOT_MEASURED: &[(&str, &str, &str)] = &[
	(
		"auctions",
		"buy_surplus",
		"there is no surplus to sell before a reserve has grown",
	),
	(
		"auctions",
		"recapitalise",
		"nothing has to be raised before a reserve is used up",
	),
	(
		"auctions",
		"buy_stock",
		"the reserve has stock only of lots that nobody has bought",
	),
	(
		"treasury",
		"recognise_loss",
		"there is no loss while the books are right",
	),
	(
		"oracle",
		"promote_feed",
		"a feed has to run in shadow for a day before",
	),
];

/// The calls of a pallet, as the runtime knows them.
fn calls_of(pallet: &str) -> BTreeSet<&'static str> {
	let names = match pallet {
		"vaults" => cairn_vaults::Call::<Runtime>::get_call_names(),
		"auctions" => cairn_auctions::Call::<Runtime>::get_call_names(),
		"treasury" => cairn_treasury::Call::<Runtime>::get_call_names(),
		"oracle" => cairn_oracle::Call::<Runtime>::get_call_names(),
		other => panic!("{other} is none of ours"),
	};
	names.iter().copied().collect()
}

#[test]
fn every_call_is_measured_or_it_is_said_why_not() {
	for (pallet, cases) in CASES {
		let measured = cases.iter().map(|case| case.call);
		let of_it = NOT_MEASURED.iter().filter(|(of, ..)| *of == pallet);
		let excused: BTreeSet<_> = of_it.map(|(_, call, _)| *call).collect();
		let measured: BTreeSet<_> = measured.collect();
		assert!(measured.is_disjoint(&excused), "{pallet}: {excused:?}");
		let known: BTreeSet<_> = measured.union(&excused).copied().collect();
		assert_eq!(known, calls_of(pallet), "{pallet}");
		// Whatever a user or a governor can do with a vault is measured.
		assert!(pallet != "vaults" || excused.is_empty());
	}
}

/// Where chains are made, for one test after the other: two at once would measure each other.
struct Bench {
	workshop: Workshop,
	folder: PathBuf,
	_alone: MutexGuard<'static, ()>,
}

impl Bench {
	/// `None` if the runtime was not compiled to WASM: then there is nothing to measure. On a machine
	/// of CI that is a failure.
	fn open() -> Option<Self> {
		static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
		let alone = ONE_AT_A_TIME.lock();
		let Some(code) = cairn_runtime::WASM_BINARY else {
			let mut err = std::io::stderr();
			let _ = writeln!(
				err,
				"\n*** NOTHING IS MEASURED: the runtime was built without WASM (SKIP_WASM_BUILD). \
				 Weights are not compared with times. 'make test' does it. ***\n"
			);
			assert!(
				std::env::var_os("CI").is_none(),
				"CI measures what is charged"
			);
			return None;
		};
		let number = std::process::id();
		let folder = std::env::temp_dir().join(format!("cairn-charges-{number}"));
		let workshop = Workshop::new(folder.clone(), code.to_vec()).expect("a workshop");
		Some(Self {
			workshop,
			folder,
			_alone: alone.unwrap_or_else(PoisonError::into_inner),
		})
	}
}

impl Drop for Bench {
	fn drop(&mut self) {
		let _ = std::fs::remove_dir_all(&self.folder);
	}
}

fn stage(legs: u32) -> Stage {
	Stage {
		spec: Spec {
			legs,
			validators: VALIDATORS,
			..Spec::vaults(VAULTS)
		},
		count: CALLS,
	}
}

/// What says how fast the machine is.
struct Yardstick<'a, 'b> {
	chain: &'a Chain<'b>,
	none: Built,
	transfers: Built,
}

impl<'a, 'b> Yardstick<'a, 'b> {
	fn of(chain: &'a Chain<'b>) -> Result<Self> {
		let owners = ledger::owners(VAULTS);
		let transfer = |_, other| Ok(ledger::transfer_keep_alive(other));
		Ok(Self {
			chain,
			none: filled(chain, 0, 0, transfer)?,
			transfers: filled(chain, owners, CALLS, transfer)?,
		})
	}

	/// What a block takes, less what `without` does if there is one, in microseconds of the machine that
	/// weights were measured on; measured again as long as it is more than `charged`.
	fn measure(&self, block: &Built, without: Option<&Built>, charged: f64) -> Result<f64> {
		let mut least = f64::INFINITY;
		for _ in 0..ATTEMPTS {
			let blocks = [&self.none, &self.transfers, without.unwrap_or(block), block];
			let [none, transfers, without_it, all] = self.chain.measure_warm(blocks, REPEAT)?;
			let transfer = transfers.beyond(&none) / self.transfers.transactions as f64;
			let took = match without {
				Some(_) => all.beyond(&without_it),
				None => all.least,
			};
			println!("a transfer: {transfer:.1} µs");
			least = least.min(took / (transfer / TRANSFER_US));
			if least <= charged {
				break;
			}
		}
		Ok(least)
	}
}

/// Says what was measured, and whether it was too much.
fn compare(what: &str, took: f64, charged: f64) -> Option<String> {
	let share = took / charged * 100.0;
	let line = format!("{what}: {took:.1} µs of {charged:.1} µs charged, {share:.0} %");
	println!("{line}");
	(took > charged).then_some(line)
}

fn no_call_takes_longer(legs: u32) {
	let Some(bench) = Bench::open() else { return };
	let stage = stage(legs);
	let chain = bench.workshop.chain(&stage.spec).expect("a chain");
	let yardstick = Yardstick::of(&chain).expect("transfers");
	let mut scenes = Scenes::default();
	let mut too_long = Vec::new();
	for (pallet, cases) in CASES {
		for case in cases {
			let name = format!("{pallet}.{} {}", case.call, case.way);
			let mut measure = || -> Result<Option<String>> {
				let pair = Pair::build(&chain, &mut scenes, &stage, case)?;
				let charged = pair.charged_us();
				let all = charged * pair.count as f64;
				let took = yardstick.measure(&pair.with, Some(&pair.without), all)?;
				Ok(compare(&name, took / pair.count as f64, charged))
			};
			// The others are measured all the same: so one run says all that is wrong.
			let verdict = measure();
			too_long.extend(verdict.unwrap_or_else(|error| Some(format!("{name}: {error}"))));
		}
	}
	assert!(too_long.is_empty(), "{too_long:#?}");
}

#[test]
fn no_call_on_vaults_of_one_leg_takes_longer_than_it_is_charged_for() {
	no_call_takes_longer(1);
}

#[test]
fn no_call_on_vaults_of_three_legs_takes_longer_than_it_is_charged_for() {
	no_call_takes_longer(3);
}

/// Two blocks with as many reports before them: in one the fall of prices from `before` to `after`
/// takes effect, in the other nothing does. A fall has to be reported until it is believed.
fn fall(chain: &Chain, from: Hash, before: f64, after: f64) -> Result<[Built; 2]> {
	let mut parent = from;
	for _ in 0..100 {
		let fallen = chain.extend(parent, reports(chain, parent, after)?)?;
		let block = chain.build(fallen, Vec::new())?;
		if happened(&block) > 0 {
			let still = chain.extend(parent, reports(chain, parent, before)?)?;
			let idle = chain.build(still, Vec::new())?;
			assert_eq!(happened(&idle), 0, "something happens without a fall");
			return Ok([block, idle]);
		}
		parent = fallen;
	}
	Err("prices fall, and nothing happens".into())
}

/// How many vaults were liquidated, or saved by their guards.
fn happened(block: &Built) -> u32 {
	let saved = block.events.iter().filter(|event| {
		matches!(
			event,
			RuntimeEvent::Vaults(cairn_vaults::Event::GuardActed { .. })
		)
	});
	ledger::liquidated(&block.events) + saved.count() as u32
}

/// Compares a fall with what the start of its block was charged. The last block of the fall.
fn compare_fall(
	yardstick: &Yardstick,
	what: &str,
	[block, idle]: [Built; 2],
) -> Result<(Hash, Option<String>)> {
	let chain = yardstick.chain;
	let count = f64::from(happened(&block));
	let charged_of = |block: &Built| -> Result<f64> {
		let hash = block.hash();
		Ok(chain.at(hash, ledger::mandatory_weight)? as f64 / 1e6)
	};
	// They are imported to see what they have charged, and executed on their parents all the same.
	let (again, idle_again) = (
		chain.build(block.parent, Vec::new())?,
		chain.build(idle.parent, Vec::new())?,
	);
	let hash = chain.import(again)?;
	chain.import(idle_again)?;
	let charged = charged_of(&block)? - charged_of(&idle)?;
	let took = yardstick.measure(&block, Some(&idle), charged)?;
	let what = format!("{what}, {count} vaults");
	Ok((hash, compare(&what, took / count, charged / count)))
}

/// Goes on with the same prices until there is nothing left to do.
fn settle_down(chain: &Chain, from: Hash, share: f64) -> Result<Hash> {
	let mut parent = from;
	for _ in 0..100 {
		let block = chain.build(parent, reports(chain, parent, share)?)?;
		let is_done = happened(&block) == 0;
		parent = chain.import(block)?;
		if is_done {
			return Ok(parent);
		}
	}
	Err("liquidations do not end".into())
}

/// Many owners have guards set, each a little below the health of his vault.
fn guard_all(chain: &Chain, stage: &Stage) -> Result<Hash> {
	let genesis = chain.genesis()?;
	let plan = |owner: u32| -> Option<Planned> {
		let vault = owner.into();
		let health = cairn_runtime::Vaults::health(vault)?;
		let guard = Some(Guard {
			level: FixedU128::from_inner(health.into_inner() / 100 * 95),
			amount: 1_000 * CUSD,
		});
		let call = cairn_vaults::Call::set_guard { vault, guard };
		Some((By::Owner(owner), RuntimeCall::Vaults(call)))
	};
	let transactions = chain.at(genesis, || {
		transactions((0..stage.count).filter_map(plan).collect())
	})??;
	chain.extend(genesis, transactions)
}

fn enforcement_takes_no_longer(legs: u32) -> Result<()> {
	let Some(bench) = Bench::open() else {
		return Ok(());
	};
	let stage = Stage {
		count: 200,
		..stage(legs)
	};
	let chain = bench.workshop.chain(&stage.spec)?;
	let (genesis, yardstick) = (chain.genesis()?, Yardstick::of(&chain)?);
	let mut too_long = Vec::new();

	let first = fall(&chain, genesis, 1.0, 0.7)?;
	let (crashed, verdict) = compare_fall(&yardstick, "a crash", first)?;
	too_long.extend(verdict);
	// Nobody has bought what was seized: the vaults have claims, which are looked at.
	let crashed = settle_down(&chain, crashed, 0.7)?;
	let second = fall(&chain, crashed, 0.7, 0.5)?;
	let (_, verdict) = compare_fall(&yardstick, "a second crash", second)?;
	too_long.extend(verdict);

	let guarded = guard_all(&chain, &stage)?;
	// A health of 1.2 is left with 1.08: below its guard, and above one.
	let decline = fall(&chain, guarded, 1.0, 0.9)?;
	assert_eq!(
		ledger::liquidated(&decline[0].events),
		0,
		"nobody is unsafe"
	);
	let (_, verdict) = compare_fall(&yardstick, "guards", decline)?;
	too_long.extend(verdict);

	// Where vaults are few, most of what they are charged is for rows of the index that each has for
	// itself. These share theirs, so that the rest has to suffice.
	let dense = Spec {
		legs,
		health: (1.3, 1.32),
		..Spec::vaults(2 * VAULTS)
	};
	let chain = bench.workshop.chain(&dense)?;
	let yardstick = Yardstick::of(&chain)?;
	let crash = fall(&chain, chain.genesis()?, 1.0, 0.7)?;
	let (_, verdict) = compare_fall(&yardstick, "a crash of vaults that share pages", crash)?;
	too_long.extend(verdict);

	assert!(too_long.is_empty(), "{too_long:#?}");
	Ok(())
}

#[test]
fn enforcing_vaults_of_one_leg_takes_no_longer_than_it_is_charged_for() {
	enforcement_takes_no_longer(1).expect("it can be measured");
}

#[test]
fn enforcing_vaults_of_three_legs_takes_no_longer_than_it_is_charged_for() {
	enforcement_takes_no_longer(3).expect("it can be measured");
}

#[test]
fn a_block_in_which_nothing_happens_takes_no_longer_than_it_is_charged_for() {
	let Some(bench) = Bench::open() else { return };
	let measure = || -> Result<Option<String>> {
		let chain = bench.workshop.chain(&stage(1).spec)?;
		let genesis = chain.genesis()?;
		let parent = chain.extend(genesis, reports(&chain, genesis, 0.99)?)?;
		let block = chain.build(parent, Vec::new())?;
		let hash = chain.import(chain.build(parent, Vec::new())?)?;
		let charged = chain.at(hash, ledger::block_us)?;
		let took = Yardstick::of(&chain)?.measure(&block, None, charged)?;
		Ok(compare("an idle block", took, charged))
	};
	assert_eq!(measure().expect("it can be measured"), None);
}
