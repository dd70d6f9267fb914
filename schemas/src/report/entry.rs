//! One entry of a payload.

use serde::{Deserialize, Serialize};

/// A file or folder in a payload, as its central directory declares it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct EntryReport {
    /// Its name, with `/`; a folder's ends in one.
    pub name: String,
    /// Unpacked bytes.
    pub size: u64,
    /// Bytes in the payload.
    pub compressed_size: u64,
    /// CRC-32 of the unpacked bytes, eight hexadecimal digits.
    pub crc32: String,
    /// When it was last changed, in UTC; absent where the entry does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub modified: Option<String>,
}
