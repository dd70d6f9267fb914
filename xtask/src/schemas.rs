//! Makes the JSON Schemas under `schemas/json` from the types.

use super::generated::Generated;
use waybill_schemas::json_schema::{DocumentSchema, documents};

/// The schemas of all documents as generated files.
pub(crate) fn generated() -> Generated {
    let file = |document: &DocumentSchema| (document.file_name().into(), document.to_json().into_bytes());
    Generated {
        chore: "schemas",
        folder: "schemas/json",
        owns: |_| true,
        files: documents().iter().map(file).collect(),
    }
}
