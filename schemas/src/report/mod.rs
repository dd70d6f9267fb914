//! What commands report: data for `--json`, for CI and for tests.

pub mod lint;
pub mod sarif;
