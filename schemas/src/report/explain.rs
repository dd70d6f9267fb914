//! What `waybill explain` knows of a code.

use crate::codes::Entry;
use serde::Serialize;

/// Every meaning of one code: a number may stand in several tables.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ExplainReport {
    /// The code, as it was asked for.
    pub code: String,
    /// At least one, the likeliest first.
    pub meanings: Vec<Entry>,
}
