//! Applying an app on a machine in memory, with the state on the disk.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod bench;
mod content;
mod schedule;
