//! What our pallets weigh, measured in the WASM runtime. All but this file is written by
//! `make weights`.

pub mod cairn_auctions;
pub mod cairn_oracle;
pub mod cairn_treasury;
pub mod cairn_vaults;
