//! The server over real sockets, by requests written byte for byte.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod conditions;
mod endings;
mod keys;
mod load;
mod paths;
mod ranges;
mod raw_client;
mod requests;
