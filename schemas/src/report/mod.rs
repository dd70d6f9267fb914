//! What commands report: data for `--json`, for CI and for tests.

#[cfg(feature = "full")]
pub mod benchmark;
#[cfg(feature = "full")]
pub mod delivery;
#[cfg(feature = "full")]
pub mod install;
#[cfg(feature = "full")]
pub mod lint;
#[cfg(feature = "full")]
pub mod pack;
pub mod package;
#[cfg(feature = "full")]
pub mod rehearsal;

use serde::{Deserialize, Serialize};

/// The one document on stdout where a command fails under `--json` and has nothing else to report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct ErrorReport {
    /// The error that stopped the command.
    pub error: ReportedError,
}

/// An error as it is reported: never with key material.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct ReportedError {
    /// Its stable id, e.g. `mac-mismatch`; `waybill explain` has a page for it.
    pub code: String,
    /// What `waybill` exits with for it.
    pub exit: u8,
    /// What happened, one sentence that names the object.
    pub message: String,
    /// The errors that caused it, outermost first.
    pub causes: Vec<String>,
    /// What to do next.
    pub hint: String,
}

/// Writes seconds with whole milliseconds: more digits say nothing and change with every run.
#[cfg(feature = "full")]
fn in_milliseconds<S: serde::Serializer>(seconds: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64((seconds * 1000.0).round() / 1000.0)
}

/// Every meaning of one code: a number may stand in several tables.
#[cfg(feature = "full")]
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ExplainReport {
    /// The code, as it was asked for.
    pub code: String,
    /// At least one, the likeliest first.
    pub meanings: Vec<crate::codes::CodeMeaning>,
}
