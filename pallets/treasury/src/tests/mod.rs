//! Tests by topic.

mod books;
mod issuing;
mod model;
mod netting;
