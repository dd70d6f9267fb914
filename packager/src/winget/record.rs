//! What `init --winget` remembers beside app.json, so that an update can tell its own values and files from edits.

use super::WingetError;
use intunewin::EntryName;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use waybill_disk::{FileAccess, NewFile};
use waybill_schemas::{DOCUMENT_LIMIT, JsonFault, read_regular};

/// The name of the record, beside app.json.
pub const WINGET_RECORD: &str = "app.winget.json";

/// The record of one run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Record {
    pub(super) package_identifier: String,
    pub(super) package_version: String,
    pub(super) manifest_version: String,
    pub(super) installer: RecordedInstaller,
    /// The files that were written into the sources, and the SHA-256 of each.
    pub(super) files: BTreeMap<String, String>,
    /// The document as it was drafted.
    pub(super) app: Value,
}

/// The installer that was chosen. An update takes the same again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RecordedInstaller {
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) architecture: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) scope: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) locale: Option<String>,
    /// Without its query.
    pub(super) url: String,
    pub(super) sha256: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) silent: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) install_location: Option<String>,
}

impl Record {
    pub(super) fn read(path: &Path) -> Result<Self, WingetError> {
        let refused = |why: String| WingetError::Record { path: path.to_path_buf(), why };
        let bytes = read_regular(path, DOCUMENT_LIMIT).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => refused(
                "it is not there, so nothing tells how the app was made: init --winget writes it, and it belongs with \
                 app.json"
                    .to_owned(),
            ),
            _ => refused(error.to_string()),
        })?;
        let record: Self = serde_json::from_slice(&bytes).map_err(|error| {
            refused(format!("it is not the record of init --winget: {}", JsonFault::from(&error)))
        })?;
        // Files of these names are removed by an update.
        for name in record.files.keys() {
            EntryName::parse(name.as_bytes(), true)
                .map_err(|fault| refused(format!("it names a file that cannot be of the app's: {fault}")))?;
        }
        Ok(record)
    }

    pub(super) fn write(&self, path: &Path) -> Result<(), WingetError> {
        let text = serde_json::to_value(self).map(|value| format!("{value:#}\n"));
        let text = text.map_err(|error| WingetError::io(path)(error.into()))?;
        let write = || {
            let new = NewFile::create(path, FileAccess::AsReplaced)?;
            std::io::Write::write_all(&mut new.file(), text.as_bytes())?;
            new.put(true, &waybill_context::Context::silent())
        };
        write().map_err(WingetError::io(path))
    }
}
