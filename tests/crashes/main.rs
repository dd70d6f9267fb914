//! What a fetch leaves when it is killed, when the power goes, when the disk is full, and when two run at once.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]
#![allow(clippy::print_stdout, reason = "the campaigns tell how much they did")]

mod child;
mod clock;
mod device;
#[cfg(target_os = "linux")]
mod disk_full;
#[cfg(target_os = "linux")]
mod disk_image;
mod kills;
mod lab;
mod points;
mod power_loss;
mod two_at_once;
