//! The few calls of Windows that are not safe in Rust, each wrapped once: processes and jobs, Windows Installer,
//! tokens, device facts. Empty on other systems.
//!
//! No decision is made here. Every function takes and gives owned Rust values, closes what it opens, and turns what the
//! system says into an [`std::io::Error`].

#![cfg(windows)]

pub mod access;
mod call;
pub mod command_line;
pub mod create;
pub mod device;
pub mod file_id;
pub mod installer;
pub mod job;
pub mod mutex;
pub mod process;
mod sid;
pub mod token;
mod wide;

pub use sid::account_name;
