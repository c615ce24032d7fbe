//! The command line of the crash replays.

use cairn_replay::{
	alarms,
	bidders::Kind,
	chain::{genesis::Genesis, SLOT_SECONDS},
	notes, paths,
	prices::Prices,
	replay::{run, Progress, Replay, Settings},
};
use clap::Parser;
use indicatif::{ProgressBar, ProgressStyle};
use std::{
	fs::{self, File},
	io::IsTerminal,
	path::{Path, PathBuf},
	process::ExitCode,
};

/// Runs the chain's real runtime, in memory, through a path of prices.
///
/// Prints a table for people and, last, one JSON object. What the figures mean is in docs/replay.md.
#[derive(Parser)]
#[command(version)]
struct Cli {
	/// CSV file with the header unix_seconds,asset,price.
	#[arg(long, value_name = "FILE", required_unless_present = "write_paths")]
	prices: Option<PathBuf>,

	/// How many vaults.
	#[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..=200_000))]
	vaults: u32,

	/// Seed of vaults and bidders.
	#[arg(long, default_value_t = 1)]
	seed: u64,

	/// Who buys seized collateral.
	#[arg(long, value_enum, default_value_t = Kind::Normal)]
	bidders: Kind,

	/// Blocks by which the oracle sees prices late, beside the one that it always takes.
	#[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=10_000))]
	latency_blocks: u32,

	/// Seconds from block to block, a multiple of 3: the slots between have no block.
	#[arg(long, default_value_t = SLOT_SECONDS, value_parser = block_seconds)]
	block_seconds: u64,

	/// What is in the reserve before the path, in per cent of all CUSD.
	#[arg(long, default_value_t = 0.0, value_parser = percent)]
	reserve_percent: f64,

	/// Seconds for which the chain goes on after the path, at its last prices.
	#[arg(long, default_value_t = 7_200)]
	after_seconds: u64,

	/// Blocks between two checks of all books.
	#[arg(long, default_value_t = 1_200, value_parser = clap::value_parser!(u32).range(1..))]
	check_every: u32,

	/// Where the JSON object goes too; a picture of the same name is put beside it.
	#[arg(long, value_name = "FILE")]
	out: Option<PathBuf>,

	/// Writes the paths that come with this tool into a folder, and does nothing else.
	#[arg(long, value_name = "FOLDER", conflicts_with = "prices")]
	write_paths: Option<PathBuf>,
}

/// With fewer blocks than one in so many seconds no price is fresh when it comes into effect.
const LONGEST_STEP: u64 = 30;

fn block_seconds(text: &str) -> Result<u64, String> {
	text.parse()
		.ok()
		.filter(|seconds: &u64| (SLOT_SECONDS..=LONGEST_STEP).contains(seconds))
		.filter(|seconds| seconds.is_multiple_of(SLOT_SECONDS))
		.ok_or_else(|| format!("a multiple of {SLOT_SECONDS}, at most {LONGEST_STEP}"))
}

fn percent(text: &str) -> Result<f64, String> {
	text.parse()
		.ok()
		.filter(|percent: &f64| (0.0..=50.0).contains(percent))
		.ok_or_else(|| "between 0 and 50".into())
}

fn main() -> ExitCode {
	let cli = Cli::parse();
	match execute(&cli) {
		Ok(()) => ExitCode::SUCCESS,
		Err(why) => {
			eprintln!("error: {why}");
			ExitCode::FAILURE
		}
	}
}

fn execute(cli: &Cli) -> Result<(), String> {
	if let Some(folder) = &cli.write_paths {
		return write_paths(folder);
	}
	let file = cli.prices.as_ref().ok_or("there is no price file")?;
	let name = file.display().to_string();
	let opened = File::open(file).map_err(|why| format!("cannot open {name}: {why}"))?;
	let mut prices = Prices::read(opened).map_err(|why| format!("{name}: {why}"))?;
	let assets: Vec<String> = prices.assets().map(String::from).collect();
	for (asset, why) in Genesis::new().without_room(&assets) {
		prices.leave_out(&asset, &why);
	}
	tell(&name, &prices);
	if prices.assets().next().is_none() {
		return Err(format!("{name}: no asset of the file is a collateral"));
	}
	if let Some(out) = &cli.out {
		// Before the work, not after it.
		write(out, "")?;
	}
	let settings = Settings {
		name,
		vaults: cli.vaults as usize,
		seed: cli.seed,
		bidders: cli.bidders,
		latency_blocks: cli.latency_blocks.into(),
		block_seconds: cli.block_seconds,
		reserve_percent: cli.reserve_percent,
		after_seconds: cli.after_seconds,
		check_every: cli.check_every.into(),
	};
	let mut bar = Bar::new();
	alarms::listen();
	let mut replay = run(&prices, &settings, |progress| bar.show(&progress))?;
	bar.end();
	let (alarms, first) = alarms::heard();
	replay.summary.invariant_violations += alarms;
	replay.details.first_violation = replay.details.first_violation.or(first);
	println!("{}", replay.summary.table(&replay.details));
	put_out(cli, &replay)
}

/// Says what the file holds, and which of its rows are not used.
fn tell(name: &str, prices: &Prices) {
	let assets: Vec<_> = prices.assets().collect();
	let hours = (prices.end() - prices.start()) / 3_600.0;
	eprintln!(
		"{name}: {} rows, {}, {hours:.1} hours",
		prices.rows,
		assets.join(", ")
	);
	for note in notes::told(&prices.notes) {
		eprintln!("  {note}");
	}
}

fn put_out(cli: &Cli, replay: &Replay) -> Result<(), String> {
	let json = serde_json::to_string(&replay.summary).map_err(|why| why.to_string())?;
	if let Some(out) = &cli.out {
		write(out, &format!("{json}\n"))?;
		let title = format!("{}, {} bidders", replay.summary.prices, cli.bidders);
		let picture = out.with_extension("svg");
		write(&picture, &replay.series.svg(&title)?)?;
		eprintln!("written: {} and {}", out.display(), picture.display());
	}
	println!("{json}");
	Ok(())
}

fn write_paths(folder: &Path) -> Result<(), String> {
	for (name, text) in paths::all() {
		let file = folder.join(name);
		write(&file, &text)?;
		eprintln!("written: {}", file.display());
	}
	Ok(())
}

fn write(file: &Path, text: &str) -> Result<(), String> {
	let cannot = |why| format!("cannot write {}: {why}", file.display());
	if let Some(folder) = file
		.parent()
		.filter(|folder| !folder.as_os_str().is_empty())
	{
		fs::create_dir_all(folder).map_err(cannot)?;
	}
	fs::write(file, text).map_err(cannot)
}

/// A progress bar; a line for every tenth where there is no terminal.
struct Bar {
	bar: Option<ProgressBar>,
	tenths: u64,
}

impl Bar {
	fn new() -> Self {
		let style = "{bar:40} {percent:>3} % of {len} blocks, {eta} left · {msg}";
		let bar = std::io::stderr().is_terminal().then(|| {
			let style = ProgressStyle::with_template(style);
			let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
			ProgressBar::new(0).with_style(style)
		});
		Self { bar, tenths: 0 }
	}

	fn show(&mut self, progress: &Progress) {
		if let Some(bar) = &self.bar {
			bar.set_length(progress.blocks);
			bar.set_position(progress.done);
			bar.set_message(progress.what.clone());
			return;
		}
		let tenths = progress.done * 10 / progress.blocks.max(1);
		if tenths > self.tenths {
			self.tenths = tenths;
			eprintln!(
				"{:>3} %  block {} · {}",
				tenths * 10,
				progress.done,
				progress.what
			);
		}
	}

	fn end(&self) {
		if let Some(bar) = &self.bar {
			bar.finish_and_clear();
		}
	}
}
