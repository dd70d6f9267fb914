//! Fetching in bad weather: see README.md beside this file.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]
