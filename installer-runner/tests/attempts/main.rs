//! Attempts on a machine in memory: which decisions are made, what is started, and what the journal holds afterwards.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

mod bench;
mod deviations;
mod earlier;
mod exit_codes;
mod gates;
mod model;
mod own_codes;
mod restarts;
mod run;
