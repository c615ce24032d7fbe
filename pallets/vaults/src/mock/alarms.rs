//! Errors that the runtime logs.
//!
//! What its authors took for impossible is logged, by FRAME's `defensive!` or by us, and goes on. In a test
//! it is a failure, unless the test has broken something on purpose and says so.

use sp_tracing::tracing::{
	field::{Field, Visit},
	span::{Attributes, Id, Record},
	subscriber::set_default,
	Event, Level, Metadata, Subscriber,
};
use std::{
	cell::{Cell, RefCell},
	fmt::Debug,
	mem::forget,
};

thread_local! {
	/// What has been logged since the last look. Each test has a thread of its own.
	static ALARMS: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
	/// How many [`ExpectedAlarms`] there are.
	static EXPECTING: Cell<u32> = const { Cell::new(0) };
	static LISTENING: Cell<bool> = const { Cell::new(false) };
}

/// What a thread logs.
struct Alarms;

impl Subscriber for Alarms {
	fn enabled(&self, metadata: &Metadata<'_>) -> bool {
		*metadata.level() == Level::ERROR && metadata.is_event()
	}

	fn event(&self, event: &Event<'_>) {
		let mut line = Line::default();
		event.record(&mut line);
		ALARMS.with(|alarms| alarms.borrow_mut().push(line.0));
	}

	fn new_span(&self, _: &Attributes<'_>) -> Id {
		Id::from_u64(1)
	}

	fn record(&self, _: &Id, _: &Record<'_>) {}

	fn record_follows_from(&self, _: &Id, _: &Id) {}

	fn enter(&self, _: &Id) {}

	fn exit(&self, _: &Id) {}
}

/// The message, and who says it.
#[derive(Default)]
struct Line(String);

impl Visit for Line {
	fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
		if ["message", "log.target"].contains(&field.name()) {
			self.0 += &format!("{value:?} ");
		}
	}
}

fn take() -> Vec<String> {
	ALARMS.with(|alarms| alarms.take())
}

/// Listens from now on to what this thread logs, and forgets what there has been in a world before this
/// one.
pub fn listen() {
	if !LISTENING.replace(true) {
		// What is logged goes the way of traces, as FRAME's own tests in this process have it too.
		sp_tracing::try_init_simple();
		log::set_max_level(log::LevelFilter::Error);
		// Until the thread ends.
		forget(set_default(Alarms));
	}
	take();
}

/// Nothing has been logged that nobody expects.
pub fn check_alarms() {
	if EXPECTING.get() == 0 {
		let alarms = take();
		assert!(alarms.is_empty(), "errors were logged: {alarms:#?}");
	}
}

/// Forgets what was logged of one kind, which the numbers of a world may bring about.
pub fn forgive(kind: &str) {
	ALARMS.with(|alarms| alarms.borrow_mut().retain(|line| !line.contains(kind)));
}

/// While it lives, errors may be logged; when it goes, some must have been.
#[must_use]
pub struct ExpectedAlarms;

/// Something is broken on purpose from here on, and the runtime has to notice it.
pub fn expect_alarms() -> ExpectedAlarms {
	check_alarms();
	EXPECTING.set(EXPECTING.get() + 1);
	ExpectedAlarms
}

impl Drop for ExpectedAlarms {
	fn drop(&mut self) {
		EXPECTING.set(EXPECTING.get() - 1);
		let alarms = take();
		if !std::thread::panicking() {
			assert!(!alarms.is_empty(), "no error was logged");
		}
	}
}

mod tests {
	use super::*;
	use crate::mock::run;
	use std::panic::catch_unwind;

	#[test]
	fn what_is_taken_for_impossible_fails_a_test() {
		let failed = |test: fn()| catch_unwind(|| run(test)).is_err();
		assert!(!failed(|| log::warn!("nothing")));
		assert!(failed(|| log::error!("impossible")));
		assert!(failed(
			|| log::error!(target: "runtime::defensive", "impossible")
		));
		// It is not held against the next one.
		assert!(!failed(|| {}));
	}

	#[test]
	fn what_is_expected_must_happen_and_is_expected_no_longer_than_it_is() {
		let failed = |test: fn()| catch_unwind(|| run(test)).is_err();
		assert!(!failed(|| {
			let _expected = expect_alarms();
			log::error!("expected");
			check_alarms();
		}));
		assert!(failed(|| drop(expect_alarms())));
		assert!(failed(|| {
			let expected = expect_alarms();
			log::error!("expected");
			drop(expected);
			log::error!("impossible");
		}));
		assert!(failed(|| {
			log::error!("impossible");
			drop(expect_alarms());
		}));
	}
}
