//! Tests by topic.

mod operations;
