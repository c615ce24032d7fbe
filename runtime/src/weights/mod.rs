//! What our pallets weigh, measured in the WASM runtime. All but this file is written by
//! `make weights`.

use frame_support::weights::Weight;

pub mod cairn_auctions;
pub mod cairn_oracle;
pub mod cairn_treasury;
pub mod cairn_vaults;

/// How many times as long as on the machine that weights were measured on (each file names it) a validator
/// may take: a fast core of today, and one half as fast.
const MARGIN: u64 = 2;

/// What it weighs that takes so many picoseconds on the machine that it was measured on.
const fn measured(picoseconds: u64, proof_size: u64) -> Weight {
	Weight::from_parts(picoseconds.saturating_mul(MARGIN), proof_size)
}
