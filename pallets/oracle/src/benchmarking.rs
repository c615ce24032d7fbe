//! What the calls and the hook cost at their worst.

use super::*;
use alloc::vec::Vec;
use cairn_math::Price;
use cairn_primitives::{
	oracle::sr25519::{AuthorityId, AuthoritySignature},
	AssetId, QuoteStatus,
};
use frame_benchmarking::v2::*;
use frame_support::{
	pallet_prelude::TransactionSource,
	traits::{Authorize, EnsureOrigin, Get},
	weights::WeightMeter,
	BoundedVec, WeakBoundedVec,
};
use sp_application_crypto::RuntimeAppPublic;

/// As long as it can be, beginning with `start`.
fn filled<S: Get<u32>>(start: &[u8]) -> BoundedVec<u8, S> {
	let filler = core::iter::repeat(b'x').take(S::get() as usize);
	BoundedVec::truncate_from(start.iter().copied().chain(filler).collect())
}

/// The largest source that there can be. `number` below 26 makes it different from others.
fn source(number: u8) -> Source {
	let pointer: Pointer = filled(b"/");
	Source {
		name: filled(&[b'a'.saturating_add(number)]),
		url: filled(b"https://"),
		bid: Some(pointer.clone()),
		ask: Some(pointer.clone()),
		last: Some(pointer.clone()),
		error: Some(ErrorCheck {
			pointer,
			none: filled(b""),
		}),
		quote: QuoteCurrency::Asset(AssetId::Native),
	}
}

fn largest_feed<T: Config>() -> Feed<T::MaxSources> {
	let sources: Vec<Source> = (0..T::MaxSources::get() as u8).map(source).collect();
	Feed::Reported(ReportedFeed {
		bounds: Bounds {
			min: Price::MIN,
			max: Price::MAX,
		},
		sources: BoundedVec::truncate_from(sources),
	})
}

fn clear<T: Config>() {
	let _ = Feeds::<T>::clear(u32::MAX, None);
	let _ = LatestReports::<T>::clear(u32::MAX, None);
	ReportedFeeds::<T>::kill();
	Quotes::<T>::kill();
	NewReports::<T>::kill();
}

/// `count` feeds and nothing else.
fn feeds<T: Config>(count: u32) -> Vec<FeedId> {
	clear::<T>();
	for number in 0..count {
		let set = Pallet::<T>::do_set_feed(AssetId::WithId(number), largest_feed::<T>());
		assert!(set.is_ok());
	}
	ReportedFeeds::<T>::get()
		.into_iter()
		.map(|feed| feed.id)
		.collect()
}

/// As many authorities as there can be, the last of whom this node has the key of.
fn authorities<T: Config>(count: u32) -> AuthorityId {
	let key = AuthorityId::generate_pair(None);
	let keys = alloc::vec![key.clone(); count as usize];
	Authorities::<T>::put(WeakBoundedVec::force_from(keys, None));
	let disabled: Vec<u32> = Vec::new();
	Disabled::<T>::put(WeakBoundedVec::force_from(disabled, None));
	key
}

fn report_on<T: Config>(authority_index: u32, feeds: &[FeedId], seed: u128) -> Report<T::MaxFeeds> {
	let price = |number: u128| {
		// Neither in order nor equal.
		let raw = 1_000_000u128.saturating_add(number.saturating_mul(7_919) % 1_009);
		Price::new(raw).unwrap_or(Price::ONE)
	};
	let prices = feeds
		.iter()
		.zip(seed..)
		.map(|(feed, number)| ReportedPrice {
			feed: *feed,
			price: price(number),
			confidence: 1_000,
			sources: 3,
		})
		.collect();
	Report {
		set_id: SetId::<T>::get(),
		round: Pallet::<T>::current_round(),
		authority_index,
		prices: BoundedVec::truncate_from(prices),
	}
}

/// An older report of the same authority, so that reading it costs what it can.
fn earlier_report<T: Config>(report: &Report<T::MaxFeeds>) {
	let prices = report.prices.clone();
	let stored = StoredReport {
		round: 0,
		reports_in_session: 1,
		prices,
	};
	LatestReports::<T>::insert(report.authority_index, stored);
}

fn signed<T: Config>(
	report: &Report<T::MaxFeeds>,
	key: &AuthorityId,
) -> Result<AuthoritySignature, BenchmarkError> {
	key.sign(&Pallet::<T>::report_payload(report))
		.ok_or(BenchmarkError::Stop("no signature"))
}

fn set_round<T: Config>(round: u32) {
	let block = round.saturating_mul(T::RoundLength::get());
	frame_system::Pallet::<T>::set_block_number(block.into());
}

#[benchmarks]
mod benchmarks {
	use super::*;

	#[benchmark]
	fn authorize_report(f: Linear<1, { T::MaxFeeds::get() }>) -> Result<(), BenchmarkError> {
		set_round::<T>(5);
		let feeds = feeds::<T>(f);
		let count = T::MaxAuthorities::get();
		let key = authorities::<T>(count);
		let made = report_on::<T>(count.saturating_sub(1), &feeds, 0);
		earlier_report::<T>(&made);
		let signature = signed::<T>(&made, &key)?;
		let call = Call::<T>::report {
			report: made,
			signature,
		};
		#[block]
		{
			call.authorize(TransactionSource::External)
				.ok_or("no authorization")??;
		}
		Ok(())
	}

	#[benchmark]
	fn report(f: Linear<1, { T::MaxFeeds::get() }>) -> Result<(), BenchmarkError> {
		set_round::<T>(5);
		let feeds = feeds::<T>(f);
		let key = authorities::<T>(1);
		let made = report_on::<T>(0, &feeds, 0);
		earlier_report::<T>(&made);
		let signature = signed::<T>(&made, &key)?;
		#[extrinsic_call]
		_(frame_system::Origin::<T>::Authorized, made, signature);
		assert_eq!(LatestReports::<T>::get(0).map(|kept| kept.round), Some(5));
		Ok(())
	}

	/// Every quote goes stale at once.
	#[benchmark]
	fn aggregate_idle() {
		let feeds = feeds::<T>(T::MaxFeeds::get());
		authorities::<T>(1);
		set_round::<T>(1);
		Pallet::<T>::store_report(report_on::<T>(0, &feeds, 0));
		Pallet::<T>::aggregate(&mut WeightMeter::new());
		set_round::<T>(T::StaleRounds::get().saturating_add(2));
		#[block]
		{
			Pallet::<T>::aggregate(&mut WeightMeter::new());
		}
		assert!(Quotes::<T>::get().values().all(|quote| matches!(
			quote,
			StoredQuote::Agreed(price) if price.announced == QuoteStatus::Stale
		)));
	}

	/// All validators report different prices of all feeds, each for the first time.
	#[benchmark]
	fn aggregate(v: Linear<1, { T::MaxAuthorities::get() }>, f: Linear<1, { T::MaxFeeds::get() }>) {
		let feeds = feeds::<T>(f);
		authorities::<T>(v);
		set_round::<T>(5);
		for index in 0..v {
			Pallet::<T>::store_report(report_on::<T>(index, &feeds, index.into()));
		}
		#[block]
		{
			Pallet::<T>::aggregate(&mut WeightMeter::new());
		}
		assert_eq!(Quotes::<T>::get().len() as u32, f);
	}

	/// The last feed that there is room for.
	#[benchmark]
	fn set_feed() -> Result<(), BenchmarkError> {
		let origin = T::AdminOrigin::try_successful_origin()
			.map_err(|_| BenchmarkError::Stop("no admin"))?;
		let others = T::MaxFeeds::get().saturating_sub(1);
		feeds::<T>(others);
		let asset = AssetId::WithId(others);
		let feed = largest_feed::<T>();
		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, asset.clone(), feed);
		assert!(Feeds::<T>::contains_key(asset));
		Ok(())
	}

	#[benchmark]
	fn remove_feed() -> Result<(), BenchmarkError> {
		let origin = T::AdminOrigin::try_successful_origin()
			.map_err(|_| BenchmarkError::Stop("no admin"))?;
		let feeds = feeds::<T>(T::MaxFeeds::get());
		authorities::<T>(1);
		set_round::<T>(5);
		Pallet::<T>::store_report(report_on::<T>(0, &feeds, 0));
		Pallet::<T>::aggregate(&mut WeightMeter::new());
		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, AssetId::WithId(0));
		assert!(!Feeds::<T>::contains_key(AssetId::WithId(0)));
		Ok(())
	}

	impl_benchmark_test_suite!(
		Pallet,
		crate::mock::chain_with_keystore(),
		crate::mock::Test
	);
}
