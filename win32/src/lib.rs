//! The few calls of Windows that are not safe in Rust, each wrapped once: processes and jobs, Windows Installer, tokens,
//! device facts. Empty on other systems.
//!
//! No decision is made here. Every function takes and gives owned Rust values, closes what it opens, and turns what the
//! system says into an [`std::io::Error`].

#![cfg(windows)]

pub mod access;
pub mod device;
pub mod installer;
mod library;
pub mod mutex;
mod sid;
pub mod token;
mod wide;

pub use sid::account_name;
