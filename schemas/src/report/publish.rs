//! What `publish` wrote and where, and what `serve --json` prints: where it listens, then one line for each request.

use serde::{Deserialize, Serialize};

/// What was published. Holds no key and no query of a URL.
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
