//! The binary `cairn-node`. What it does is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
	match cairn_node::command::run() {
		Ok(()) => ExitCode::SUCCESS,
		Err(error) => {
			// As a sentence. Returning the error would print it the way a debugger shows it.
			eprintln!("Error: {error}");
			ExitCode::FAILURE
		}
	}
}
