//! Tests by topic.

mod agenda;
mod closed;
mod corruption;
mod incidents;
mod model;
mod putting_up;
mod taking;
mod terms;
mod viewing;
