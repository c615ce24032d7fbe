//! A chain as a file: what a node loads with `--chain`, so that its own tools measure on a state of
//! that size. `make weights` measures the database so.

use crate::{ledger, spec::grouped, Result, Spec};
use sc_chain_spec::{ChainSpec as _, ChainType, GenericChainSpec, NoExtension};
use sp_core::storage::well_known_keys::CODE;
use std::{fs::File, io::Write, path::Path, time::Instant};

/// Writes the chain of `spec`, with `code` as its runtime, as a raw chain specification.
pub fn write(spec: &Spec, code: &[u8], path: &Path) -> Result<()> {
	let started = Instant::now();
	eprintln!(
		"==> Making a chain of {} vaults: {}",
		grouped(spec.vaults),
		spec.name()
	);
	let mut storage = ledger::genesis(spec)?;
	storage.top.insert(CODE.to_vec(), code.to_vec());
	let (items, seconds) = (storage.top.len() as u32, started.elapsed().as_secs_f64());
	eprintln!(
		"    {} items in {seconds:.1} s, now into {}",
		grouped(items),
		path.display()
	);
	let mut chain = GenericChainSpec::<NoExtension>::builder(code, None)
		.with_name("Cairn, for measuring")
		.with_id("cairn_bench")
		.with_chain_type(ChainType::Development)
		.build();
	chain.set_storage(storage);
	let mut file = File::create(path).map_err(|error| format!("{}: {error}", path.display()))?;
	file.write_all(chain.as_json(true)?.as_bytes())?;
	eprintln!("    made in {:.1} s", started.elapsed().as_secs_f64());
	Ok(())
}
