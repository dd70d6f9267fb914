//! The documents that cross a boundary, and the one table of codes. Data only: no I/O, no terminal.

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
mod bytes;
pub mod codes;
mod content;
mod content_url;
mod detection_xml;
mod encryption_info;
mod given_encryption_info;
mod json_document;
#[cfg(feature = "json-schema")]
pub mod json_schema;
pub mod report;
pub mod secrets;

pub use bytes::{
    Blake3Digest, BytesError, EncryptionKey, FileDigest, InitializationVector, Mac, MacKey, Sha256Digest,
};
pub use content::{CONTENT_LIMIT, ContentDocument, PIECE_SIZE, PiecesDocument, UNPACKED_LIMIT};
pub use content_url::{ContentUrl, ContentUrlFault};
pub use detection_xml::{
    ApplicationInfo, CONTENT_FILE_NAME, ContentNameFault, DETECTION_XML_LIMIT, DetectionXml,
    DetectionXmlError, DetectionXmlWriteError, MsiExecutionContext, MsiInfo, Note as DetectionXmlNote,
    TOOL_VERSION,
};
pub use encryption_info::{
    DigestAlgorithm, EncryptionInfo, FILE_DIGEST_ALGORITHM, PROFILE_IDENTIFIER, Profile,
};
pub use given_encryption_info::{
    EncryptionInfoError, EncryptionInfoSource, GivenEncryptionInfo, encryption_info_from,
};
pub use json_document::{DOCUMENT_LIMIT, DocumentError, read_bounded};
