//! Programs that are really started: how they end, what they receive, and what happens to them and their descendants.
//!
//! The program is `waybill_puppet`. Every process that a test leaves running is killed by its id.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

mod daemons;
mod ends;
mod given;
mod launcher;
mod puppet;
mod refusals;
mod starter;
mod trees;
