//! What `waybill serve --json` prints: JSON lines, first where it listens, then one line a request.

use serde::{Deserialize, Serialize};

/// The first line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ServeStarted {
    /// Where the folder is served, with the port that was taken, e.g. `http://127.0.0.1:8080/`.
    pub listening: String,
}

/// Every line that follows: a request that was answered, or broken off in the middle of its answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ServedRequest {
    /// The method, e.g. `GET`.
    pub method: String,
    /// The path as it was asked for, without its query.
    pub path: String,
    /// The status of the answer.
    pub status: u16,
    /// Bytes of the body that were handed to the connection.
    pub bytes: u64,
    /// Milliseconds from the request's head to the end of the answer.
    pub ms: u64,
    /// Whether the whole answer was handed over; false where the client left or the file shrank.
    pub complete: bool,
}
