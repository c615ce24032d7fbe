//! Lines of results, where they are kept, and the goals they are held against.

use crate::{goals::Goal, Result};
use serde::{ser::SerializeMap, Serialize, Serializer};
use serde_json::Value;
use std::{
	fs,
	io::Write as _,
	path::{Path, PathBuf},
};

/// One result: a JSON object whose fields keep their order.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
	fields: Vec<(&'static str, Value)>,
}

impl Line {
	/// A result of the benchmark of this name.
	pub fn new(bench: &str) -> Self {
		Self {
			fields: vec![("bench", bench.into())],
		}
	}

	/// With a field more.
	pub fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
		self.fields.push((name, value.into()));
		self
	}

	/// With a number more, rounded to `digits` decimals.
	pub fn with_rounded(self, name: &'static str, value: f64, digits: i32) -> Self {
		let unit = 10f64.powi(digits);
		self.with(name, (value * unit).round() / unit)
	}

	/// A field by its name.
	pub fn get(&self, name: &str) -> Option<&Value> {
		self.fields
			.iter()
			.find(|(field, _)| *field == name)
			.map(|(_, value)| value)
	}

	/// A number by its name.
	pub fn number(&self, name: &str) -> Option<f64> {
		self.get(name)?.as_f64()
	}

	/// Whether it is a result of `bench`.
	pub fn is_of(&self, bench: &str) -> bool {
		self.get("bench").is_some_and(|name| name == bench)
	}
}

impl Serialize for Line {
	fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
		let mut map = serializer.serialize_map(Some(self.fields.len()))?;
		for (name, value) in &self.fields {
			map.serialize_entry(name, value)?;
		}
		map.end()
	}
}

/// The results of a run.
pub struct Results {
	path: PathBuf,
	/// All of this run.
	pub lines: Vec<Line>,
}

impl Results {
	/// Collects into `path`. What is there of the benchmarks that run now is removed; results of
	/// others stay.
	pub fn new(path: &Path, benches: &[&str]) -> Result<Self> {
		if let Some(folder) = path.parent() {
			fs::create_dir_all(folder)?;
		}
		let before = fs::read_to_string(path).unwrap_or_default();
		let kept = before.lines().filter(|line| {
			let of = serde_json::from_str::<Value>(line)
				.ok()
				.and_then(|value| value.get("bench")?.as_str().map(ToString::to_string));
			of.is_some_and(|bench| !benches.contains(&bench.as_str()))
		});
		let kept: String = kept.map(|line| format!("{line}\n")).collect();
		fs::write(path, kept)?;
		Ok(Self {
			path: path.to_path_buf(),
			lines: Vec::new(),
		})
	}

	/// Prints a result and keeps it.
	pub fn add(&mut self, line: Line) -> Result<()> {
		let json = serde_json::to_string(&line)?;
		println!("{json}");
		let mut file = fs::OpenOptions::new()
			.append(true)
			.create(true)
			.open(&self.path)?;
		writeln!(file, "{json}")?;
		self.lines.push(line);
		Ok(())
	}

	/// The goals and whether they were met, for people.
	pub fn summary(&self, goals: &[Goal]) -> String {
		let rows: Vec<[String; 4]> = goals
			.iter()
			.map(|goal| {
				let outcome = match &goal.outcome {
					None => ["not measured".into(), "–".into()],
					Some((measured, true)) => [measured.clone(), "met".into()],
					Some((measured, false)) => [measured.clone(), "MISSED".into()],
				};
				let [measured, verdict] = outcome;
				[goal.what.clone(), goal.wanted.clone(), measured, verdict]
			})
			.collect();
		let header = ["what", "goal", "measured", ""].map(String::from);
		let mut widths = [0; 4];
		for row in rows.iter().chain([&header]) {
			for (width, cell) in widths.iter_mut().zip(row) {
				*width = (*width).max(cell.chars().count());
			}
		}
		let mut table = String::new();
		for row in [&header].into_iter().chain(&rows) {
			let cells = row.iter().zip(widths);
			let cells = cells.map(|(cell, width)| format!("{cell:<width$}"));
			table.push_str(cells.collect::<Vec<_>>().join("  ").trim_end());
			table.push('\n');
		}
		table
	}
}
