//! Attempts on a machine in memory: what is decided, what is started, what is remembered.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

mod bench;
mod earlier;
mod exit_codes;
mod gates;
mod own_codes;
mod restarts;
mod run;
