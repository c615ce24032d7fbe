//! Tests by topic.

mod agenda;
mod backstop;
mod closed;
mod corruption;
mod incidents;
mod limits;
mod long_run;
mod model;
mod putting_up;
mod sequence;
mod swap;
mod taking;
mod terms;
mod viewing;
mod watch;
