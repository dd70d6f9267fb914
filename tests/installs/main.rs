//! Apps that are installed on this machine, by an installer that does as it is told: content that is fetched for them, and
//! runners that are killed.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

mod child;
mod device;
mod fetched;
mod installers;
mod kills;
mod points;
