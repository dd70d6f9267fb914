//! Apps that are really installed on this machine, by the puppet: content that is fetched for them, and runners that
//! are killed.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

mod child;
mod device;
mod fetched;
mod installers;
mod kills;
mod points;
