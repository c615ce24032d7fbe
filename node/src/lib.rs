//! The Cairn node.
//!
//! It authors, finalises and serves blocks; what a block means is the runtime's business.
//! Everything here speaks to the runtime through its runtime APIs, views among them, and to no pallet.
//!
//! A library, so that its tests need not compile a second node.

// The errors of `sc-service` and `sc-cli` are large. They occur once, at the end of the process.
#![allow(clippy::result_large_err)]

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
pub mod chain_spec;
pub mod cli;
pub mod command;
mod inherents;
pub mod metrics;
mod offchain_pool;
mod rpc;
mod service;
