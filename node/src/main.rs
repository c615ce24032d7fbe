//! The Cairn node.
//!
//! The binary authors, finalises and serves blocks; what a block means is the runtime's business.
//! Everything here speaks to the runtime through its runtime APIs, and to no pallet.

// The errors of `sc-service` and `sc-cli` are large. They occur once, at the end of the process.
#![allow(clippy::result_large_err)]

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
mod chain_spec;
mod cli;
mod command;
mod inherents;
mod offchain_pool;
mod rpc;
mod service;

use std::process::ExitCode;

fn main() -> ExitCode {
	match command::run() {
		Ok(()) => ExitCode::SUCCESS,
		Err(error) => {
			// As a sentence. Returning the error would print it the way a debugger shows it.
			eprintln!("Error: {error}");
			ExitCode::FAILURE
		}
	}
}
