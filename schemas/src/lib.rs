//! The documents that cross a boundary between a packager, a server, a device and a script, and the one table of codes.
//! It holds data only: nothing is printed, and no file is opened but by [`open_regular`] for whoever reads a document.
//!
//! - A package's metadata: [`ApplicationInfo`], read leniently and written exactly as Microsoft's tool does.
//! - What publishing writes: [`ContentDocument`] with the keys, [`PiecesDocument`] without.
//! - Keys that are wiped and never printed: [`EncryptionInfo`] and what it is made of.
//! - Every error of Waybill by its id: [`codes`].
//! - With the feature `full`: an app's document, what the commands report, exit codes and states by number.
//! - With the feature `json-schema`: the JSON Schema of each document.
//!
//! ```
//! use waybill_schemas::codes::{Classified as _, documents};
//! use waybill_schemas::{ContentDocument, encryption_info_from};
//!
//! let key = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";
//! let text = format!(
//!     r#"{{ "name": "Notes", "url": "00ff/content.bin", "size": 32, "sizeEncrypted": 96,
//!         "fileEncryptionInfo": {{ "encryptionKey": "{key}", "macKey": "{key}",
//!             "initializationVector": "AAAAAAAAAAAAAAAAAAAAAA==", "mac": "{key}",
//!             "profileIdentifier": "ProfileVersion1", "fileDigest": "{key}", "fileDigestAlgorithm": "SHA256" }} }}"#
//! );
//! let document = ContentDocument::read(text.as_bytes())?;
//! assert!(!document.url.is_absolute());
//! assert_eq!(format!("{:?}", document.file_encryption_info.mac_key), "[redacted]");
//!
//! // The same keys, from any document that holds them.
//! let given = encryption_info_from(text.as_bytes()).expect("it holds keys");
//! assert_eq!(given.encryption_info, document.file_encryption_info);
//!
//! // A document that is cut off is refused, and the error knows its place in the table of codes.
//! let error = ContentDocument::read(&text.as_bytes()[..40]).unwrap_err();
//! assert_eq!(error.code(), &documents::DOCUMENT_NOT_JSON);
//! # Ok::<(), waybill_schemas::DocumentError>(())
//! ```

/// Implements `JsonSchema` for a type whose JSON differs from its fields; expands to nothing without the feature
/// `json-schema`.
macro_rules! own_schema {
    ($name:ident, inline, { $($schema:tt)* }) => { own_schema!(@ $name, true, { $($schema)* }); };
    ($name:ident, referenced, { $($schema:tt)* }) => { own_schema!(@ $name, false, { $($schema)* }); };
    (@ $name:ident, $inline:literal, { $($schema:tt)* }) => {
        #[cfg(feature = "json-schema")]
        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }
            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ $($schema)* })
            }
            fn inline_schema() -> bool {
                $inline
            }
        }
    };
}

#[cfg(feature = "full")]
pub mod app;
pub mod codes;
mod content;
mod detection_xml;
mod given_encryption_info;
mod json_document;
mod json_fault;
#[cfg(feature = "json-schema")]
pub mod json_schema;
mod json_text;
mod keys;
mod numbers;
mod regular_file;
pub mod report;
pub mod secrets;

pub use content::{
    CONTENT_LIMIT, ContentDocument, ContentUrl, ContentUrlFault, PIECE_SIZE, PiecesDocument, UNPACKED_LIMIT,
};
pub use detection_xml::{
    ApplicationInfo, CONTENT_FILE_NAME, ContentNameFault, DETECTION_XML_LIMIT, DetectionXml,
    DetectionXmlError, DetectionXmlNote, DetectionXmlWriteError, MsiExecutionContext, MsiInfo, TOOL_VERSION,
};
pub use given_encryption_info::{
    EncryptionInfoError, EncryptionInfoSource, GivenEncryptionInfo, encryption_info_from,
};
pub use json_document::{DOCUMENT_LIMIT, DocumentError, read_bounded};
pub use json_fault::JsonFault;
pub use json_text::{Quoted, controls_terminal, is_invisible, write_json};
pub use keys::{
    Blake3Digest, BytesError, DigestAlgorithm, EncryptionInfo, EncryptionKey, FILE_DIGEST_ALGORITHM,
    FileDigest, InitializationVector, Mac, MacKey, PROFILE_IDENTIFIER, Profile, Sha256Digest,
};
pub use numbers::{Bytes, counted, exactly, grouped};
pub use regular_file::{open_regular, read_regular, refuse_others};
