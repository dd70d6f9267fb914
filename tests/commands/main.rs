//! Commands that are resolved and then really started: what their programs receive.
//!
//! The program is `waybill_puppet`. `ci/command-lines.sh` runs all 20,000 lines of `lines`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stderr,
    reason = "a test that cannot go on has failed; counts are printed"
)]

#[cfg(windows)]
mod batch;
mod content;
mod hostile;
#[cfg(windows)]
mod lines;
#[cfg(windows)]
mod random_tails;
