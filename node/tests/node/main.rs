//! What the node is without a network: its command line, and the chains it knows.

mod chain_spec;
mod command_line;
