//! Tests across crates: one binary, one module a topic.
