//! What `waybill fetch` did, phase by phase.

use serde::{Deserialize, Serialize};

/// A content that is in its folder.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct FetchReport {
    /// What the document or package calls it.
    pub name: String,
    /// The content's MAC in hex: what identifies a download.
    pub mac: String,
    /// The content folder.
    pub folder: String,
    /// False where the folder was there and whole already.
    pub changed: bool,
    /// The setup file, relative to the folder, where the document says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub setup_file: Option<String>,
    /// Files in the folder.
    pub files: u64,
    /// Bytes of these files.
    pub bytes: u64,
    /// Phase 1; absent where nothing had to be fetched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub download: Option<DownloadReport>,
    /// Phase 2: MAC and digest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validate: Option<ValidateReport>,
    /// Phase 3: files in place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unpack: Option<PhaseReport>,
    /// What the servers did out of the ordinary, and the rule that acted; in order.
    pub observations: Vec<Observation>,
}

/// Bytes and seconds of a phase.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct PhaseReport {
    /// Bytes that went through.
    pub bytes: u64,
    /// Wall time.
    pub seconds: f64,
}

/// Phase 1.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct DownloadReport {
    /// Bytes of the content.
    pub size: u64,
    /// Bytes of bodies that arrived, those thrown away included.
    pub received: u64,
    /// Bytes that were held at the start.
    pub resumed_from: u64,
    /// Requests for the content that were sent, redirects not counted.
    pub requests: u64,
    /// Requests after the first that a fault made necessary.
    pub retries: u64,
    /// Wall time, waits included.
    pub seconds: f64,
    /// Seconds of it spent waiting between requests.
    pub waited: f64,
}

/// Phase 2.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ValidateReport {
    /// Bytes of the payload.
    pub payload: u64,
    /// Wall time after the last byte had arrived.
    pub seconds: f64,
    /// Pieces that were fetched once more because their bytes were wrong.
    pub pieces_mended: u64,
    /// Clean restarts after a mismatch.
    pub restarts: u64,
}

/// Something a server did, and the rule that acted on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct Observation {
    /// The rule's name, as in docs/delivery.md: e.g. `short-body`.
    pub rule: String,
    /// What was seen, one sentence; URLs without their query.
    pub seen: String,
    /// How often.
    pub times: u64,
}
