//! What delivery reports: what `publish` wrote, what `serve --json` prints (where it listens, then a line for each
//! request), and what `fetch` did, phase by phase.

use serde::{Deserialize, Serialize};

/// What publishing wrote. It holds neither a key nor the query of a URL.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct PublishReport {
    /// The package, as it was named.
    pub package: String,
    /// The content's MAC in hexadecimal digits: its identity, and the name of its public folder.
    pub mac: String,
    /// The content's public folder.
    pub public_folder: String,
    /// The encrypted content in it.
    pub content: String,
    /// The digests of its pieces, beside it.
    pub pieces: String,
    /// Pieces of the content, 1 MiB each but for the last.
    pub piece_count: u64,
    /// Bytes of the payload (the inner zip).
    pub size: u64,
    /// Bytes of the content file.
    pub size_encrypted: u64,
    /// Bytes of all files when unpacked.
    pub size_unpacked: u64,
    /// The document, which carries the keys.
    pub document: String,
    /// Where the document says that the content lies, without its query.
    pub url: String,
    /// Whether the content was published before, and is whole: nothing of it was written anew.
    pub already_there: bool,
    /// Whether what was published before was damaged, and was repaired.
    pub mended: bool,
    /// Whether the document was there before and says the same: it was not written anew.
    pub document_already_there: bool,
    /// Whether the keys lie in the public tree too.
    pub with_keys: bool,
    /// What to know, most important first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// The first line of `serve --json`.
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

/// A content that is in its folder.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct FetchReport {
    /// What the document or package calls it.
    pub name: String,
    /// The content's MAC in hex: what identifies a download.
    pub mac: String,
    /// The path of the content folder.
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
    /// Phase 1, the download; absent where nothing had to be fetched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub download: Option<DownloadReport>,
    /// Phase 2, authentication: MAC and file digest; absent where the folder was there already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validate: Option<ValidateReport>,
    /// Phase 3, unpacking and moving into place; absent where nothing was unpacked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unpack: Option<PhaseReport>,
    /// What the servers did out of the ordinary, and the rule that acted on it; in the order of the first occurrence.
    pub observations: Vec<Observation>,
}

/// Bytes and seconds of a phase.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct PhaseReport {
    /// Bytes that went through.
    pub bytes: u64,
    /// Wall time in seconds.
    #[serde(serialize_with = "super::in_milliseconds")]
    pub seconds: f64,
}

/// Phase 1 of a fetch: downloading the content.
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
    /// Wall time in seconds, waits included.
    #[serde(serialize_with = "super::in_milliseconds")]
    pub seconds: f64,
    /// Seconds of it spent waiting between requests.
    #[serde(serialize_with = "super::in_milliseconds")]
    pub waited: f64,
}

/// Phase 2 of a fetch: authenticating the content.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ValidateReport {
    /// Bytes of the payload.
    pub payload: u64,
    /// Wall time in seconds after the last byte had arrived.
    #[serde(serialize_with = "super::in_milliseconds")]
    pub seconds: f64,
    /// Pieces that were fetched once more because their bytes were wrong.
    pub pieces_mended: u64,
    /// Downloads that were begun anew after a mismatch.
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
    /// How many times the rule acted.
    pub times: u64,
}
