//! Tests across crates, in one binary with a module for each topic.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

mod golden;
mod openssl_agrees;
mod other_readers;
mod real_servers;
mod round_trips;
mod tampering;
mod vectors;
mod witnesses;
