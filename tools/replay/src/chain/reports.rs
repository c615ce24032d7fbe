//! The validators' price reports.

use super::Token;
use cairn_math::Price;
use cairn_oracle::types::{FeedIndex, Report, ReportedPrice};
use cairn_runtime::{Oracle, Runtime, RuntimeCall, System, UncheckedExtrinsic};
use frame_system::offchain::CreateAuthorizedTransaction;
use sp_core::{sr25519, Pair};
use sp_keyring::Sr25519Keyring;

/// Validators see prices this far from each other, at most, in parts of a million.
const SPREAD: u64 = 500;

/// A validator's place in the set, and its session key.
pub struct Validator {
	index: u32,
	pair: sr25519::Pair,
}

/// The validators of the genesis block: people whose keys everybody has.
pub fn validators() -> Vec<Validator> {
	let keys: Vec<_> = Sr25519Keyring::well_known().map(|key| key.pair()).collect();
	let authorities = cairn_oracle::Authorities::<Runtime>::get();
	let known = (0u32..)
		.zip(authorities.iter())
		.filter_map(|(index, authority)| {
			let bytes: &[u8] = authority.as_ref();
			let pair = keys.iter().find(|key| key.public().0 == bytes)?.clone();
			Some(Validator { index, pair })
		});
	known.collect()
}

/// A report of every validator for the round of the last block, in which each sees the price a
/// little differently. None if there is nothing to report.
pub fn sign(
	validators: &[Validator],
	tokens: &[Token],
	prices: &[Option<f64>],
) -> Vec<UncheckedExtrinsic> {
	let feeds = cairn_oracle::ReportedFeeds::<Runtime>::get();
	let (set_id, round) = (
		cairn_oracle::SetId::<Runtime>::get(),
		Oracle::current_round(),
	);
	let genesis = System::block_hash(0);
	let mut reports = Vec::new();
	for validator in validators {
		// Feeds ascend by id, and so must the report.
		let seen: Vec<_> = feeds
			.iter()
			.filter_map(|feed| {
				let token = tokens.iter().position(|token| token.asset == feed.asset)?;
				let usd = (*prices.get(token)?)?;
				reported(feed, usd, noise(round, validator.index, feed.id.0))
			})
			.collect();
		if seen.is_empty() {
			continue;
		}
		let report = Report::<<Runtime as cairn_oracle::Config>::MaxFeeds> {
			set_id,
			round,
			authority_index: validator.index,
			prices: seen
				.try_into()
				.expect("there are no more prices than feeds"),
		};
		let signature = validator.pair.sign(&report.payload(&genesis));
		let call = RuntimeCall::Oracle(cairn_oracle::Call::report {
			report,
			signature: signature.into(),
		});
		reports.push(
			<Runtime as CreateAuthorizedTransaction<RuntimeCall>>::create_authorized_transaction(
				call,
			),
		);
	}
	reports
}

/// What a validator reports who sees `usd` and a millionth of it `noise` times beside. `None` if the
/// feed does not believe it.
fn reported(feed: &FeedIndex, usd: f64, noise: i64) -> Option<ReportedPrice> {
	let seen = usd * (1.0 + noise as f64 / 1e6);
	// From dollars with the precision of a float to 1e-18 dollars.
	let price = Price::new((seen * 1e18) as u128)?;
	let confidence = price.raw() / 1_000_000 * u128::from(SPREAD);
	feed.bounds.contain(price).then_some(ReportedPrice {
		feed: feed.id,
		price,
		confidence,
		sources: 3,
	})
}

/// A number between plus and minus [`SPREAD`], the same in every run.
fn noise(round: u32, validator: u32, feed: u16) -> i64 {
	let hash = sp_io::hashing::twox_64(
		&[
			round.to_le_bytes().as_slice(),
			&validator.to_le_bytes(),
			&feed.to_le_bytes(),
		]
		.concat(),
	);
	let number = u64::from_le_bytes(hash) % (2 * SPREAD + 1);
	number as i64 - SPREAD as i64
}
