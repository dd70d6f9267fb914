use super::url::ContentUrl;
use super::{BLOCK, CONTENT_HEADER, CONTENT_LIMIT, UNPACKED_LIMIT, check_content_size};
use crate::bytes::Sha256Digest;
use crate::encryption_info::EncryptionInfo;
use crate::json_document::{self, DocumentError};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use zeroize::Zeroizing;

/// content.json: where a content lies and what is needed to authenticate and decrypt it. **It carries the keys.**
///
/// Names are those of Graph's `mobileAppContentFile` and `fileEncryptionInfo`, so `size` is the payload's and
/// `sizeEncrypted` the content's. Unknown fields survive.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ContentDocument {
    /// What to call it: the package's name without its extension.
    pub name: String,
    /// The content: an http(s) URL, or a path below this document.
    pub url: ContentUrl,
    /// Bytes of the payload (the inner zip).
    #[cfg_attr(feature = "json-schema", schemars(range(max = CONTENT_LIMIT)))]
    pub size: u64,
    /// Bytes of the content file.
    #[cfg_attr(feature = "json-schema", schemars(range(min = super::CONTENT_MINIMUM, max = CONTENT_LIMIT)))]
    pub size_encrypted: u64,
    /// Bytes of all files when unpacked, where the publisher knew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "json-schema", schemars(range(max = UNPACKED_LIMIT)))]
    pub size_unpacked: Option<u64>,
    /// Keys, IV, MAC and digest.
    pub file_encryption_info: EncryptionInfo,
    /// SHA-256 of the pieces.json beside the content, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pieces_digest: Option<Sha256Digest>,
    /// What else stands in the document.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl ContentDocument {
    /// Reads a content.json.
    ///
    /// # Errors
    /// Too large, not JSON, a field missing or wrong, or sizes that contradict one another.
    pub fn read(bytes: &[u8]) -> Result<Self, DocumentError> {
        let document: Self = json_document::read(bytes)?;
        document.check().map(|()| document)
    }

    /// Writes it, indented.
    ///
    /// # Errors
    /// What [`Self::read`] would refuse.
    pub fn write(&self) -> Result<Zeroizing<Vec<u8>>, DocumentError> {
        self.check()?;
        json_document::write(self, true)
    }

    fn check(&self) -> Result<(), DocumentError> {
        if self.size > CONTENT_LIMIT {
            let reason = format!("is {}; at most {CONTENT_LIMIT} bytes are read", self.size);
            return Err(DocumentError::Value { field: "size", reason });
        }
        check_content_size("sizeEncrypted", self.size_encrypted)?;
        if let Some(unpacked) = self.size_unpacked.filter(|unpacked| *unpacked > UNPACKED_LIMIT) {
            let reason = format!("is {unpacked}; at most {UNPACKED_LIMIT} bytes are unpacked");
            return Err(DocumentError::Value { field: "sizeUnpacked", reason });
        }
        let expected = CONTENT_HEADER + (self.size / BLOCK + 1) * BLOCK;
        if self.size_encrypted == expected {
            return Ok(());
        }
        let reason =
            format!("is {} where a payload of {} bytes makes {expected}", self.size_encrypted, self.size);
        Err(DocumentError::Value { field: "sizeEncrypted", reason })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn sample() -> Value {
        let key = Sha256Digest::new([7; 32]).to_base64();
        json!({
            "name": "7-Zip", "url": "00ff/content.bin", "size": 32, "sizeEncrypted": 96,
            "fileEncryptionInfo": {
                "@odata.type": "#microsoft.graph.fileEncryptionInfo",
                "encryptionKey": key, "macKey": key, "initializationVector": "AAAAAAAAAAAAAAAAAAAAAA==", "mac": key,
                "profileIdentifier": "ProfileVersion1", "fileDigest": key, "fileDigestAlgorithm": "SHA256",
            },
            "piecesDigest": key, "manifest": null, "isDependency": false,
        })
    }

    fn read(value: &Value) -> Result<ContentDocument, DocumentError> {
        ContentDocument::read(value.to_string().as_bytes())
    }

    #[test]
    fn unknown_fields_survive() {
        let document = read(&sample()).unwrap();
        assert_eq!(document.other["isDependency"], false);
        let written = document.write().unwrap();
        assert_eq!(ContentDocument::read(&written).unwrap(), document);
        assert!(!format!("{document:?}").contains(&Sha256Digest::new([7; 32]).to_base64()));
    }

    #[test]
    fn the_unpacked_size_may_be_left_out() {
        assert_eq!(read(&sample()).unwrap().size_unpacked, None);
        let mut document = sample();
        document["sizeUnpacked"] = json!(UNPACKED_LIMIT);
        let document = read(&document).unwrap();
        assert_eq!(document.size_unpacked, Some(UNPACKED_LIMIT));
        assert_eq!(ContentDocument::read(&document.write().unwrap()).unwrap(), document);
    }

    #[test]
    fn contradictions_and_absurdities_are_refused() {
        for (field, value) in [
            ("size", json!(33 * 16)),
            ("size", json!(-1)),
            ("size", json!(1e300)),
            ("sizeEncrypted", json!(97)),
            ("sizeEncrypted", json!(48)),
            ("sizeEncrypted", json!(u64::MAX)),
            ("sizeUnpacked", json!(UNPACKED_LIMIT + 1)),
            ("sizeUnpacked", json!(-1)),
            ("sizeUnpacked", json!("5")),
            ("url", json!("../secret")),
            ("piecesDigest", json!("AAAA")),
            ("fileEncryptionInfo", json!({})),
        ] {
            let mut document = sample();
            document[field] = value;
            assert!(read(&document).is_err(), "{document}");
        }
        let mut document = sample();
        document["size"] = json!(u64::MAX);
        document["sizeEncrypted"] = json!(64);
        assert!(matches!(read(&document), Err(DocumentError::Value { field: "size", .. })));
    }
}
