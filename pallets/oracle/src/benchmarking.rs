//! What the calls and the hook cost at their worst.

use super::*;
use crate::status::Validity;
use alloc::vec::Vec;
use cairn_math::{Perbill, Price};
use cairn_primitives::{
	oracle::sr25519::{AuthorityId, AuthoritySignature},
	AssetId, QuoteStatus,
};
use frame_benchmarking::v2::*;
use frame_support::{
	pallet_prelude::TransactionSource,
	traits::{Authorize, EnsureOrigin, Get, UnfilteredDispatchable},
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
	let letter = b'a'.saturating_add(number);
	Source {
		name: filled(&[letter]),
		url: filled(&[b"https://".as_slice(), &[letter]].concat()),
		bid: Some(pointer.clone()),
		ask: Some(pointer.clone()),
		last: Some(pointer.clone()),
		error: Some(ErrorCheck {
			pointer,
			none: filled(b""),
		}),
		quote: QuoteCurrency::Asset(AssetId::WithId(u32::MAX)),
	}
}

/// The largest feed that there can be: all but the first two are compared with the second.
fn largest_feed<T: Config>(number: u32) -> Feed<T::MaxSources> {
	let sanity = Sanity {
		against: AssetId::WithId(1),
		tolerance: Perbill::one(),
		rounds: 1,
	};
	let sources: Vec<Source> = (0..T::MaxSources::get() as u8).map(source).collect();
	Feed::Reported(ReportedFeed {
		unit: Unit::Dollars,
		thresholds: Default::default(),
		bounds: Bounds {
			min: Price::MIN,
			max: Price::MAX,
		},
		sources: BoundedVec::truncate_from(sources),
		sanity: (number > 1).then_some(sanity),
	})
}

fn clear<T: Config>() {
	let _ = Feeds::<T>::clear(u32::MAX, None);
	let _ = ShadowFeeds::<T>::clear(u32::MAX, None);
	let _ = LatestReports::<T>::clear(u32::MAX, None);
	ReportedFeeds::<T>::kill();
	Quotes::<T>::kill();
	Shadows::<T>::kill();
	Conducts::<T>::kill();
	NewReports::<T>::kill();
}

/// `count` feeds and nothing else.
fn feeds<T: Config>(count: u32) -> Vec<FeedId> {
	clear::<T>();
	for number in 0..count {
		let set =
			Pallet::<T>::do_set_genesis_feed(AssetId::WithId(number), largest_feed::<T>(number));
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
	let reporter = |index| Reporter {
		who: account("reporter", index, 0),
		weight: 1,
	};
	let reporters = (0..count).map(reporter).collect();
	Reporters::<T>::put(WeakBoundedVec::force_from(reporters, None));
	key
}

/// One validator has reported all `feeds` in this round, and the chain has seen it.
fn quoted<T: Config>(feeds: &[FeedId]) {
	Pallet::<T>::store_report(report_on::<T>(0, feeds, 0));
	Pallet::<T>::aggregate(&mut WeightMeter::new());
}

/// As many feeds as there can be, the last of which has the largest shadow, and all a Live price.
fn with_shadow<T: Config>() -> AssetId {
	let count = T::MaxFeeds::get().saturating_sub(1);
	feeds::<T>(count);
	let last = count.saturating_sub(1);
	let asset = AssetId::WithId(last);
	let set = Pallet::<T>::do_set_feed(asset.clone(), largest_feed::<T>(last));
	assert!(set.is_ok());
	let feeds: Vec<FeedId> = ReportedFeeds::<T>::get()
		.iter()
		.map(|feed| feed.id)
		.collect();
	authorities::<T>(1);
	set_round::<T>(5);
	// The same price for both feeds of the asset.
	let mut report = report_on::<T>(0, &feeds, 0);
	if let [.., quoted, shadow] = report.prices.as_mut() {
		shadow.price = quoted.price;
	}
	Pallet::<T>::store_report(report);
	Pallet::<T>::aggregate(&mut WeightMeter::new());
	asset
}

fn admin<T: Config>() -> Result<T::RuntimeOrigin, BenchmarkError> {
	T::AdminOrigin::try_successful_origin().map_err(|_| BenchmarkError::Stop("no admin"))
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

/// A proof against the last of as many authorities as there can be, made of reports of all feeds.
fn proof<T: Config>() -> Result<Call<T>, BenchmarkError> {
	set_round::<T>(5);
	let feeds = feeds::<T>(T::MaxFeeds::get());
	let count = T::MaxAuthorities::get();
	let key = authorities::<T>(count);
	let made = |seed| -> Result<_, BenchmarkError> {
		let report = report_on::<T>(count.saturating_sub(1), &feeds, seed);
		let signature = signed::<T>(&report, &key)?;
		Ok((report, signature))
	};
	let (first, first_signature) = made(0)?;
	let (second, second_signature) = made(1)?;
	Ok(Call::<T>::prove_two_reports {
		first,
		first_signature,
		second,
		second_signature,
	})
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
		quoted::<T>(&feeds);
		set_round::<T>(u32::from(Validity::default().stale).saturating_add(2));
		#[block]
		{
			Pallet::<T>::aggregate(&mut WeightMeter::new());
		}
		assert!(Quotes::<T>::get().quotes.values().all(|quote| {
			quote.agreed().map(|price| price.announced) == Some(QuoteStatus::Stale)
		}));
	}

	/// All validators report different prices of all feeds; half of the feeds are in shadow, each
	/// beside what it is to replace, and all have a price from before.
	#[benchmark]
	fn aggregate(v: Linear<1, { T::MaxAuthorities::get() }>, f: Linear<1, { T::MaxFeeds::get() }>) {
		feeds::<T>(f.div_ceil(2));
		for number in 0..f / 2 {
			let set = Pallet::<T>::do_set_feed(AssetId::WithId(number), largest_feed::<T>(number));
			assert!(set.is_ok());
		}
		let feeds: Vec<FeedId> = ReportedFeeds::<T>::get()
			.iter()
			.map(|feed| feed.id)
			.collect();
		authorities::<T>(v);
		for round in [4, 5] {
			set_round::<T>(round);
			for index in 0..v {
				Pallet::<T>::store_report(report_on::<T>(index, &feeds, index.into()));
			}
			if round == 4 {
				Pallet::<T>::aggregate(&mut WeightMeter::new());
			}
		}
		#[block]
		{
			Pallet::<T>::aggregate(&mut WeightMeter::new());
		}
		assert_eq!(Quotes::<T>::get().quotes.len() as u32, f.div_ceil(2));
		assert!(Quotes::<T>::get()
			.quotes
			.values()
			.all(|quote| { quote.agreed().map(|price| price.observed) == Some(5) }));
		assert!(Shadows::<T>::get().values().all(|shadow| shadow.close == 2));
	}

	/// The last feed that there is room for, in place of a former shadow.
	#[benchmark]
	fn set_feed() -> Result<(), BenchmarkError> {
		let origin = admin::<T>()?;
		let asset = with_shadow::<T>();
		let feed = largest_feed::<T>(T::MaxFeeds::get());
		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, asset.clone(), feed);
		assert!(Shadows::<T>::get()
			.get(&asset)
			.is_some_and(|shadow| shadow.quote.is_none()));
		Ok(())
	}

	#[benchmark]
	fn remove_feed() -> Result<(), BenchmarkError> {
		let origin = admin::<T>()?;
		let asset = with_shadow::<T>();
		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, asset.clone());
		assert!(!Feeds::<T>::contains_key(asset));
		Ok(())
	}

	#[benchmark]
	fn promote_feed() -> Result<(), BenchmarkError> {
		let origin = admin::<T>()?;
		let asset = with_shadow::<T>();
		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, asset);
		assert!(Shadows::<T>::get().is_empty());
		Ok(())
	}

	#[benchmark]
	fn withdraw_shadow() -> Result<(), BenchmarkError> {
		let origin = admin::<T>()?;
		let asset = with_shadow::<T>();
		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, asset);
		assert!(Shadows::<T>::get().is_empty());
		Ok(())
	}

	#[benchmark]
	fn halt_feed() -> Result<(), BenchmarkError> {
		let origin = T::GuardianOrigin::try_successful_origin()
			.map_err(|_| BenchmarkError::Stop("no guardian"))?;
		let asset = with_shadow::<T>();
		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, asset.clone());
		let status = Pallet::<T>::current_quote(&asset).map(|quote| quote.status);
		assert_eq!(status, Some(QuoteStatus::Halted));
		Ok(())
	}

	#[benchmark]
	fn resume_feed() -> Result<(), BenchmarkError> {
		let origin = admin::<T>()?;
		let asset = with_shadow::<T>();
		assert!(Pallet::<T>::do_halt(asset.clone()).is_ok());
		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, asset.clone());
		assert!(Pallet::<T>::do_resume(asset).is_err());
		Ok(())
	}

	/// Of all feeds, by the last of as many authorities as there can be.
	#[benchmark]
	fn authorize_prove_two_reports() -> Result<(), BenchmarkError> {
		let call = proof::<T>()?;
		#[block]
		{
			call.authorize(TransactionSource::External)
				.ok_or("no authorization")??;
		}
		Ok(())
	}

	#[benchmark]
	fn prove_two_reports() -> Result<(), BenchmarkError> {
		let call = proof::<T>()?;
		#[block]
		{
			call.dispatch_bypass_filter(frame_system::Origin::<T>::Authorized.into())?;
		}
		assert_eq!(Convictions::<T>::iter().count(), 1);
		Ok(())
	}

	impl_benchmark_test_suite!(
		Pallet,
		crate::mock::chain_with_keystore(),
		crate::mock::Test
	);
}
