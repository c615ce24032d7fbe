mod aggregation;
mod averages;
mod corruption;
mod decimal;
mod derived;
mod discipline;
mod feeds;
mod fetching;
mod json;
mod network;
mod outage;
mod quotes;
mod report;
mod rests;
mod sanity;
mod session;
mod shadow;
mod sources;
mod status;
mod worker;

/// How many cases a property test runs: `usual`, or what `CAIRN_FUZZ_CASES` says.
fn cases(usual: u32) -> proptest::prelude::ProptestConfig {
	let asked = std::env::var("CAIRN_FUZZ_CASES").ok();
	let cases = asked.and_then(|cases| cases.parse().ok()).unwrap_or(usual);
	proptest::prelude::ProptestConfig::with_cases(cases)
}
