//! Encryption info from a file of its own, for a bare content (`docs/package-format.md`, reader case 10).

use crate::codes::{Classified, Code, documents};
use crate::detection_xml::{ApplicationInfo, DetectionXmlError};
use crate::json_document::{self, DocumentError};
use crate::keys::EncryptionInfo;
use serde::Deserialize;

/// Encryption info that was given beside a content, and what else its document says.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct GivenEncryptionInfo {
    /// Keys, IV, MAC and digest.
    pub encryption_info: EncryptionInfo,
    /// Bytes of the payload, where the document says.
    pub payload_size: Option<u64>,
    /// Bytes of the content file, where the document says.
    pub content_size: Option<u64>,
    /// The setup file, where the document says.
    pub setup_file: Option<String>,
    /// What kind of document it was.
    pub source: EncryptionInfoSource,
}

/// The kinds of document that give encryption info.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum EncryptionInfoSource {
    /// The Detection.xml of a package.
    DetectionXml,
    /// Graph's `fileEncryptionInfo` itself.
    FileEncryptionInfo,
    /// An object with a `fileEncryptionInfo`: content.json, Graph's `mobileAppContentFile` or the body of its `commit`.
    ContentFile,
}

/// Why a document gives no encryption info.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EncryptionInfoError {
    /// A Detection.xml that is refused.
    #[error("the encryption info cannot be read from this Detection.xml")]
    DetectionXml(#[from] DetectionXmlError),
    /// A JSON document that is refused.
    #[error("the encryption info cannot be read from this JSON document")]
    Json(#[from] DocumentError),
    /// A package or another zip archive.
    #[error("this is a zip archive; give the Detection.xml that is in it")]
    Archive,
    /// Neither XML nor a JSON object nor an archive.
    #[error("this is neither a Detection.xml nor a JSON object")]
    Unrecognised,
}

impl Classified for EncryptionInfoError {
    fn code(&self) -> &'static Code {
        match self {
            Self::DetectionXml(error) => error.code(),
            Self::Json(error) => error.code(),
            Self::Archive | Self::Unrecognised => &documents::ENCRYPTION_INFO_UNRECOGNISED,
        }
    }
}

/// Reads encryption info from a Detection.xml, a content.json, Graph's `fileEncryptionInfo` or an object with one.
///
/// # Errors
/// The document is none of these, or is refused; no message holds key material.
pub fn encryption_info_from(bytes: &[u8]) -> Result<GivenEncryptionInfo, EncryptionInfoError> {
    let text = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes).trim_ascii_start();
    match text {
        [b'{', ..] => from_json(bytes),
        // UTF-16 is refused there, too, but by a reader that can say so: told that it is no Detection.xml at
        // all, its owner would look for the wrong fault.
        [b'<', ..] | [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] | [0, b'<', ..] => from_detection_xml(bytes),
        // An archive begins with its first entry, and an empty one with its end record.
        [b'P', b'K', 3 | 5, 4 | 6, ..] => Err(EncryptionInfoError::Archive),
        _ => Err(EncryptionInfoError::Unrecognised),
    }
}

fn from_detection_xml(bytes: &[u8]) -> Result<GivenEncryptionInfo, EncryptionInfoError> {
    let info = ApplicationInfo::read(bytes)?.info;
    Ok(GivenEncryptionInfo {
        encryption_info: info.encryption_info,
        payload_size: Some(info.unencrypted_content_size),
        content_size: None,
        setup_file: Some(info.setup_file),
        source: EncryptionInfoSource::DetectionXml,
    })
}

/// The fields of `mobileAppContentFile` that matter; whatever else is there is ignored.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ContentFile {
    file_encryption_info: Option<EncryptionInfo>,
    size: Option<u64>,
    size_encrypted: Option<u64>,
}

fn from_json(bytes: &[u8]) -> Result<GivenEncryptionInfo, EncryptionInfoError> {
    // Every document that holds a `fileEncryptionInfo` fits this type, Graph's `fileEncryptionInfo` itself with nothing
    // set: so the shape is known before the keys are asked for, and a fault is reported in the right one.
    let file: ContentFile = json_document::read(bytes)?;
    let (encryption_info, source) = match file.file_encryption_info {
        Some(info) => (info, EncryptionInfoSource::ContentFile),
        None => (json_document::read(bytes)?, EncryptionInfoSource::FileEncryptionInfo),
    };
    let (payload_size, content_size) = (file.size, file.size_encrypted);
    Ok(GivenEncryptionInfo { encryption_info, payload_size, content_size, setup_file: None, source })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn info() -> Value {
        let key = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=";
        json!({
            "encryptionKey": key, "macKey": key, "initializationVector": "AAAAAAAAAAAAAAAAAAAAAA==", "mac": key,
            "profileIdentifier": "ProfileVersion1", "fileDigest": key, "fileDigestAlgorithm": "SHA256",
        })
    }

    #[test]
    fn json_is_taken_bare_and_wrapped() {
        let bare = encryption_info_from(info().to_string().as_bytes()).unwrap();
        assert_eq!((bare.source, bare.payload_size), (EncryptionInfoSource::FileEncryptionInfo, None));
        let wrapped =
            json!({"fileEncryptionInfo": info(), "size": 5, "sizeEncrypted": 64, "uploadState": "x"});
        let wrapped = encryption_info_from(format!("\u{FEFF}\r\n{wrapped}").as_bytes()).unwrap();
        assert_eq!(wrapped.source, EncryptionInfoSource::ContentFile);
        assert_eq!((wrapped.payload_size, wrapped.content_size), (Some(5), Some(64)));
        assert_eq!(wrapped.encryption_info, bare.encryption_info);
    }

    #[test]
    fn other_files_are_told_apart() {
        assert_eq!(encryption_info_from(b"PK\x03\x04...."), Err(EncryptionInfoError::Archive));
        for bytes in [&b""[..], b"  ", b"MZ\x90", b"[1]", b"\xEF\xBB\xBF", b"\0\0"] {
            assert_eq!(encryption_info_from(bytes), Err(EncryptionInfoError::Unrecognised));
        }
        let error = encryption_info_from(br#"{"value": []}"#).unwrap_err();
        assert!(matches!(error, EncryptionInfoError::Json(DocumentError::Shape { .. })));
        let error = encryption_info_from(b"<html></html>").unwrap_err();
        assert!(matches!(error, EncryptionInfoError::DetectionXml(DetectionXmlError::WrongRoot { .. })));
    }
}
