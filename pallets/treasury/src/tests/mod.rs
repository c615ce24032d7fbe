//! Tests by topic.

mod books;
mod corruption;
mod eras;
mod fuse;
mod growth;
mod incidents;
mod issuing;
mod keepers;
mod long_run;
mod model;
mod netting;
mod policies;
mod standing;
mod stock;
