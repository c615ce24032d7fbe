//! The binary `cairn-bench`. What it does is in the library.

use cairn_bench::{run, Options};
use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
	match run(Options::parse()) {
		Ok(()) => ExitCode::SUCCESS,
		Err(error) => {
			eprintln!("error: {error}");
			ExitCode::FAILURE
		}
	}
}
