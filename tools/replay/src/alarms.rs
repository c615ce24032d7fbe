//! Errors that the runtime logs.
//!
//! What its authors took for impossible is logged by FRAME's `defensive!` and goes on. In a replay
//! it is a violation.

use log::{Level, LevelFilter, Log, Metadata, Record};
use std::sync::{
	atomic::{AtomicU64, Ordering},
	Mutex,
};

/// Lines that are shown; the others are only counted.
const SHOWN: u64 = 10;

struct Alarms {
	count: AtomicU64,
	first: Mutex<Option<String>>,
}

static ALARMS: Alarms = Alarms {
	count: AtomicU64::new(0),
	first: Mutex::new(None),
};

impl Log for Alarms {
	fn enabled(&self, metadata: &Metadata<'_>) -> bool {
		metadata.level() == Level::Error
	}

	fn log(&self, record: &Record<'_>) {
		if !self.enabled(record.metadata()) {
			return;
		}
		let line = format!("{}: {}", record.target(), record.args());
		if self.count.fetch_add(1, Ordering::Relaxed) < SHOWN {
			eprintln!("{line}");
		}
		if let Ok(mut first) = self.first.lock() {
			first.get_or_insert(line);
		}
	}

	fn flush(&self) {}
}

/// Listens from now on, for the whole process.
pub fn listen() {
	if log::set_logger(&ALARMS).is_ok() {
		log::set_max_level(LevelFilter::Error);
	}
}

/// How many errors were logged, and the first of them.
pub fn heard() -> (u64, Option<String>) {
	let first = ALARMS.first.lock().ok().and_then(|first| first.clone());
	(ALARMS.count.load(Ordering::Relaxed), first)
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn what_is_taken_for_impossible_is_heard() {
		listen();
		log::info!("nothing");
		assert_eq!(heard(), (0, None));
		log::error!(target: "runtime::defensive", "impossible");
		assert_eq!(heard(), (1, Some("runtime::defensive: impossible".into())));
	}
}
