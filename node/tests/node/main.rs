//! What the node is without a network: its command line, the chains it knows, and what it tells Prometheus.

mod chain_spec;
mod command_line;
mod metrics;
