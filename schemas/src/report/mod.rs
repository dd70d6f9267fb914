//! What commands report: data for `--json`, for CI and for tests.

pub mod benchmark;
pub mod diff;
pub mod entry;
pub mod error;
pub mod explain;
pub mod fetch;
pub mod init;
pub mod inspect;
pub mod install;
pub mod lint;
pub mod pack;
pub mod publish;
pub mod rehearsal;
pub mod sarif;
pub mod serve;
pub mod unpack;
pub mod verify;
