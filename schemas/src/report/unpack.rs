//! What `waybill unpack` wrote.

use serde::{Deserialize, Serialize};

/// What was unpacked, and where to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct UnpackReport {
    /// The package, as it was named.
    pub package: String,
    /// The folder that holds the files now; with `--payload-only` the inner zip itself.
    pub output: String,
    /// Whether the payload was written as it is, an ordinary zip, instead of its files.
    pub payload_only: bool,
    /// Files that were written.
    pub files: u64,
    /// Bytes that were written.
    pub bytes: u64,
    /// The setup file, relative to the folder, where the package says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub setup_file: Option<String>,
}
