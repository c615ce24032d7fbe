//! What a proxy can do with the tokens of the account that it acts for.

use super::{
	block::{open_vault, prices},
	*,
};
use cairn_runtime::{
	configs::{assets::Fungibles, governance::ProxyType},
	units::{CRN, CUSD},
	RuntimeEvent,
};
use cairn_vaults::types::{Breaker, Expected, FacilityChange, FacilityTerms};
use frame_support::{
	assert_ok, hypothetically,
	traits::{fungibles::Inspect, GetCallName},
	BoundedVec,
};
use sp_runtime::DispatchResult;
use std::collections::BTreeSet;
use Sr25519Keyring::{Alice, Bob, Charlie, Dave};

type VaultsCall = cairn_vaults::Call<Runtime>;

/// Bob owns vault 0, Alice vault 1; the bot is Charlie, whom Bob has made his proxy of this type.
fn with_proxy(kind: ProxyType, test: impl FnOnce()) {
	development().execute_with(|| {
		block(vec![]);
		block(vec![report(&prices(3_000))]);
		block(vec![]);
		open_vault();
		let call = opening(0, &[(AssetId::WithId(3), 10u128.pow(18))], 1_000 * CUSD);
		assert_ok!(dispatch(Alice, call));
		let add = pallet_proxy::Call::add_proxy {
			delegate: account(Charlie).into(),
			proxy_type: kind,
			delay: 0,
		};
		assert_ok!(dispatch(Bob, RuntimeCall::Proxy(add)));
		test();
	});
}

fn proxy(real: Sr25519Keyring, call: impl Into<RuntimeCall>) -> RuntimeCall {
	RuntimeCall::Proxy(pallet_proxy::Call::proxy {
		real: account(real).into(),
		force_proxy_type: None,
		call: Box::new(call.into()),
	})
}

/// What becomes of a call that the bot makes in Bob's name. Nothing of it stays.
fn outcome(call: impl Into<RuntimeCall>) -> DispatchResult {
	hypothetically!({
		System::reset_events();
		assert_ok!(dispatch(Charlie, proxy(Bob, call)));
		let mut results = System::events()
			.into_iter()
			.filter_map(|record| match record.event {
				RuntimeEvent::Proxy(pallet_proxy::Event::ProxyExecuted { result }) => Some(result),
				_ => None,
			});
		// That of the outermost comes last.
		results.next_back().expect("it was executed")
	})
}

fn is_filtered(outcome: &DispatchResult) -> bool {
	*outcome == Err(frame_system::Error::<Runtime>::CallFiltered.into())
}

fn batch_all(calls: Vec<RuntimeCall>) -> RuntimeCall {
	RuntimeCall::Utility(pallet_utility::Call::batch_all { calls })
}

fn transfer() -> RuntimeCall {
	RuntimeCall::Balances(pallet_balances::Call::transfer_keep_alive {
		dest: account(Charlie).into(),
		value: CRN,
	})
}

fn remark() -> RuntimeCall {
	RuntimeCall::System(frame_system::Call::remark { remark: vec![] })
}

/// Each call that there is, as Bob could make it for his vault or, where anybody may, for Alice's.
fn calls_of_vaults() -> Vec<VaultsCall> {
	let (facility, mine, other) = (0, 0, 1);
	let asset = AssetId::WithId(3);
	let adjustment = Adjustment {
		repay: CUSD,
		..Default::default()
	};
	let limits = Limits::default();
	let terms = FacilityTerms {
		debt_asset: AssetId::WithId(1),
		collaterals: BoundedVec::new(),
		ceiling: 0,
		fill_limit: 0,
		minimum_debt: 0,
		target_health: Default::default(),
		annual_rate: cairn_math::Ray::ONE,
	};
	vec![
		VaultsCall::open {
			facility,
			adjustment: Adjustment::default(),
			limits: limits.clone(),
		},
		VaultsCall::adjust {
			vault: mine,
			adjustment,
			limits: limits.clone(),
		},
		VaultsCall::deposit {
			vault: other,
			asset: asset.clone(),
			amount: 1,
		},
		VaultsCall::withdraw {
			vault: mine,
			asset,
			amount: 1,
		},
		VaultsCall::borrow {
			vault: mine,
			amount: CUSD,
		},
		VaultsCall::repay {
			vault: other,
			amount: CUSD,
		},
		VaultsCall::close {
			vault: mine,
			max_repay: Balance::MAX,
		},
		VaultsCall::claim { vault: mine },
		VaultsCall::liquidate { vault: mine },
		VaultsCall::enforce_backlog { max: 1 },
		VaultsCall::create_facility { terms },
		VaultsCall::set_ceiling {
			facility,
			ceiling: 0,
		},
		VaultsCall::set_breaker {
			facility,
			breaker: Breaker::AllEnabled,
		},
		VaultsCall::change_facility {
			facility,
			change: FacilityChange::Ceiling(0),
		},
		VaultsCall::set_guard {
			vault: mine,
			guard: None,
		},
		VaultsCall::offer {
			vault: mine,
			to: Some(account(Charlie)),
		},
		VaultsCall::accept {
			vault: other,
			expected: Expected {
				debt_at_most: Balance::MAX,
				..Default::default()
			},
			limits,
		},
		VaultsCall::settle_facility {
			facility,
			prices: BoundedVec::new(),
		},
		VaultsCall::settle_vault { vault: mine },
		VaultsCall::redeem {
			facility,
			amount: CUSD,
		},
	]
}

#[test]
fn a_proxy_for_vaults_has_these_calls_and_no_others() {
	const ALLOWED: [&str; 9] = [
		"open",
		"adjust",
		"withdraw",
		"borrow",
		"close",
		"claim",
		"liquidate",
		"enforce_backlog",
		"set_guard",
	];
	with_proxy(ProxyType::Vaults, || {
		let mut seen = BTreeSet::new();
		for call in calls_of_vaults() {
			let name = call.get_call_name();
			assert!(seen.insert(name), "{name} is there twice");
			let refused = is_filtered(&outcome(call));
			assert_eq!(refused, !ALLOWED.contains(&name), "{name}");
		}
		// A new one has to be decided on.
		let all: BTreeSet<_> = VaultsCall::get_call_names().iter().copied().collect();
		assert_eq!(seen, all);
	});
}

#[test]
fn a_proxy_for_vaults_does_what_an_owner_does() {
	with_proxy(ProxyType::Vaults, || {
		for name in ["open", "adjust", "withdraw", "borrow", "set_guard"] {
			let mut calls = calls_of_vaults().into_iter();
			let call = calls.find(|call| call.get_call_name() == name).unwrap();
			assert_eq!(outcome(call), Ok(()), "{name}");
		}
	});
}

#[test]
fn a_proxy_for_vaults_has_nothing_else_in_a_batch_either() {
	with_proxy(ProxyType::Vaults, || {
		let borrow = || {
			RuntimeCall::Vaults(VaultsCall::borrow {
				vault: 0,
				amount: CUSD,
			})
		};
		assert_ok!(outcome(borrow()));
		for call in [
			batch_all(vec![borrow()]),
			batch_all(vec![RuntimeCall::Vaults(VaultsCall::repay {
				vault: 1,
				amount: CUSD,
			})]),
			batch_all(vec![transfer()]),
			proxy(Bob, transfer()),
			transfer(),
			remark(),
		] {
			assert!(is_filtered(&outcome(call.clone())), "{call:?}");
		}
	});
}

/// The ways to have a call made in Bob's own name. Each fails if the call does.
fn wrapped(call: RuntimeCall) -> Vec<RuntimeCall> {
	let boxed = || Box::new(call.clone());
	let if_else = || {
		RuntimeCall::Utility(pallet_utility::Call::if_else {
			main: boxed(),
			fallback: boxed(),
		})
	};
	vec![
		batch_all(vec![call.clone()]),
		// A batch of this kind takes no other of its kind.
		batch_all(vec![remark(), if_else()]),
		RuntimeCall::Utility(pallet_utility::Call::as_derivative {
			index: 0,
			call: boxed(),
		}),
		if_else(),
	]
}

/// What a filter on Bob's origin would not reach.
fn in_another_name(call: RuntimeCall) -> Vec<RuntimeCall> {
	let call = || Box::new(call.clone());
	vec![
		proxy(Dave, *call()),
		RuntimeCall::Proxy(pallet_proxy::Call::proxy_announced {
			delegate: account(Bob).into(),
			real: account(Dave).into(),
			force_proxy_type: None,
			call: call(),
		}),
		RuntimeCall::Multisig(pallet_multisig::Call::as_multi_threshold_1 {
			other_signatories: vec![account(Dave)],
			call: call(),
		}),
		RuntimeCall::Multisig(pallet_multisig::Call::as_multi {
			threshold: 2,
			other_signatories: vec![account(Dave)],
			maybe_timepoint: None,
			call: call(),
			max_weight: max_block(),
		}),
		RuntimeCall::Sudo(pallet_sudo::Call::sudo { call: call() }),
	]
}

#[test]
fn a_proxy_without_transfers_moves_no_tokens_in_whatever_a_call_is_wrapped() {
	let moving = || {
		let pool = || (Box::new(AssetId::Native), Box::new(AssetId::WithId(1)));
		let vaults = calls_of_vaults().into_iter().map(RuntimeCall::Vaults);
		let others = [
			transfer(),
			RuntimeCall::Assets(pallet_assets::Call::transfer {
				id: 1.into(),
				target: account(Charlie).into(),
				amount: CUSD,
			}),
			RuntimeCall::PoolAssets(pallet_assets::Call::transfer {
				id: 0,
				target: account(Charlie).into(),
				amount: 1,
			}),
			RuntimeCall::AssetConversion(pallet_asset_conversion::Call::create_pool {
				asset1: pool().0,
				asset2: pool().1,
			}),
			RuntimeCall::Auctions(cairn_auctions::Call::take {
				lot: 0,
				max_amount: 1,
				max_price: Price::MAX,
				recipient: Some(account(Charlie)),
			}),
		];
		vaults.chain(others).collect::<Vec<_>>()
	};
	with_proxy(ProxyType::NonTransfer, || {
		for call in moving() {
			assert!(is_filtered(&outcome(call.clone())), "{call:?}");
			for call in wrapped(call) {
				assert!(is_filtered(&outcome(call.clone())), "{call:?}");
			}
		}
		for call in in_another_name(remark()) {
			assert!(is_filtered(&outcome(call.clone())), "{call:?}");
		}
		// What moves nothing goes through.
		for call in wrapped(remark()) {
			assert_ok!(outcome(call));
		}
	});
}

/// The ways out of a filter are real: Bob, who may act for Dave, could do it himself.
#[test]
fn a_proxy_of_a_proxy_gets_no_further_than_its_own_type() {
	with_proxy(ProxyType::NonTransfer, || {
		let add = pallet_proxy::Call::add_proxy {
			delegate: account(Bob).into(),
			proxy_type: ProxyType::Any,
			delay: 0,
		};
		assert_ok!(dispatch(Dave, RuntimeCall::Proxy(add)));
		let balance = || Fungibles::balance(AssetId::Native, &account(Dave));
		let before = balance();
		assert!(is_filtered(&outcome(proxy(Dave, transfer()))));
		assert!(is_filtered(&outcome(batch_all(vec![proxy(
			Dave,
			transfer()
		)]))));
		assert_ok!(dispatch(Bob, proxy(Dave, transfer())));
		assert_eq!(balance(), before - CRN);
	});
}

#[test]
fn a_proxy_for_everything_may_do_all_of_it() {
	with_proxy(ProxyType::Any, || {
		for call in wrapped(transfer()) {
			assert!(!is_filtered(&outcome(call)));
		}
		for call in calls_of_vaults() {
			assert!(!is_filtered(&outcome(call)));
		}
	});
}
