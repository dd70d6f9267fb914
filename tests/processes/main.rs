//! Programs that are started for real: how they end, what they are given, what becomes of their trees and of ours.
//!
//! What they start is `waybill_puppet`. Every process that is left on purpose is killed by its id.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

mod bench;
mod deaths;
mod ends;
mod given;
mod puppet;
mod refusals;
mod starter;
mod trees;
