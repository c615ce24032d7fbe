//! Every chain that a preset describes can start.

use super::*;
use cairn_runtime::{Historical, Vaults};
use sp_core::crypto::KeyTypeId;

#[test]
fn every_preset_builds_and_its_books_are_right() {
	for preset in genesis_presets::preset_names() {
		chain(&genesis_json(preset.as_ref())).execute_with(|| {
			cairn_runtime::invariants::check().expect("the books are right");
			assert!(Vaults::facility(0).is_some() && Vaults::facility(1).is_some());
		});
	}
}

#[test]
fn a_chain_without_sudo_builds() {
	let mut genesis = genesis_json(genesis_presets::LOCAL_TESTNET);
	genesis["sudo"] = serde_json::json!({ "key": null });
	chain(&genesis).execute_with(|| {
		assert!(pallet_sudo::Key::<Runtime>::get().is_none());
		cairn_runtime::invariants::check().expect("the books are right");
	});
}

#[test]
fn an_unknown_preset_does_not_exist() {
	assert!(genesis_presets::get_preset(&"mainnet".into()).is_none());
}

#[test]
fn every_validator_has_all_four_keys_and_each_can_be_proven() {
	use frame_support::traits::KeyOwnerProofSystem;
	chain(&genesis_json(genesis_presets::LOCAL_TESTNET)).execute_with(|| {
		let validators = pallet_session::Validators::<Runtime>::get();
		assert_eq!(validators.len(), 4);
		assert_eq!(cairn_oracle::Authorities::<Runtime>::get().len(), 4);
		for validator in &validators {
			let keys = pallet_session::NextKeys::<Runtime>::get(validator).unwrap();
			for (id, key) in [
				(*b"babe", keys.babe.encode()),
				(*b"gran", keys.grandpa.encode()),
				(*b"audi", keys.authority_discovery.encode()),
				(*b"orcl", keys.oracle.encode()),
			] {
				let proof = Historical::prove((KeyTypeId(id), key.clone())).expect("a proof");
				let owner = Historical::check_proof((KeyTypeId(id), key), proof).expect("valid");
				assert_eq!(owner.0, *validator);
			}
		}
	});
}

#[test]
fn every_collateral_has_a_feed_with_at_least_three_exchanges() {
	development().execute_with(|| {
		for id in 0..2 {
			for (asset, _) in Vaults::facility(id).unwrap().collateral {
				let feed = cairn_oracle::Feeds::<Runtime>::get(&asset).expect("a feed");
				let cairn_oracle::types::Feed::Reported(feed) = feed else {
					panic!("{asset:?}")
				};
				assert!(feed.sources.len() >= 3, "{asset:?}");
			}
		}
	});
}

#[test]
fn every_feed_survives_the_failure_of_any_one_exchange() {
	use cairn_oracle::types::{Feed, QuoteCurrency, MIN_SOURCES};
	use std::collections::{BTreeMap, BTreeSet};
	development().execute_with(|| {
		let feeds: BTreeMap<_, _> = cairn_oracle::Feeds::<Runtime>::iter()
			.filter_map(|(asset, feed)| match feed {
				Feed::Reported(feed) => Some((asset, feed.sources)),
				Feed::Par | Feed::Derived(_) => None,
			})
			.collect();
		let exchanges: BTreeSet<_> = feeds
			.values()
			.flatten()
			.map(|source| source.name.clone())
			.collect();
		for failing in &exchanges {
			let direct = |asset: &AssetId| {
				let left = feeds[asset].iter().filter(|source| source.name != *failing);
				left.filter(|source| source.quote == QuoteCurrency::Usd)
					.count()
			};
			for (asset, sources) in &feeds {
				let usable = sources.iter().filter(|source| {
					source.name != *failing
						&& match &source.quote {
							QuoteCurrency::Usd | QuoteCurrency::Plain => true,
							QuoteCurrency::Asset(other) => direct(other) >= MIN_SOURCES,
						}
				});
				assert!(
					usable.count() >= MIN_SOURCES,
					"{asset:?} without {failing:?}"
				);
			}
		}
	});
}
