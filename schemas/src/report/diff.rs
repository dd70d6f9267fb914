//! What `waybill inspect --diff` finds between two packages.

use serde::{Deserialize, Serialize};

/// How one package differs from another. Keys, MAC and digest differ always and are not compared.
///
/// `E` is how the changes come, as in [`InspectReport`](super::inspect::InspectReport).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct DiffReport<E = Vec<EntryChange>> {
    /// The older package, as it was named.
    pub old: String,
    /// The newer one.
    pub new: String,
    /// True where both payloads are the same, byte for byte.
    pub same_payload: bool,
    /// What differs in Detection.xml and in the sizes.
    pub metadata: Vec<FieldChange>,
    /// How many files differ.
    pub files: ChangeCounts,
    /// Every file that differs.
    pub changes: E,
}

/// One value that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct FieldChange {
    /// Its element in Detection.xml, or the size that differs.
    pub field: String,
    /// What it was; absent where it was not there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub old: Option<String>,
    /// What it is now; absent where it is gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub new: Option<String>,
}

/// How many entries were added, removed and changed, folders that are entries of their own among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ChangeCounts {
    /// Only in the newer package.
    pub added: u64,
    /// Only in the older one.
    pub removed: u64,
    /// In both, with another size or CRC.
    pub changed: u64,
    /// In both, the same.
    pub unchanged: u64,
}

/// What became of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum Change {
    /// Only in the newer package.
    Added,
    /// Only in the older one.
    Removed,
    /// In both, with another size or CRC.
    Changed,
}

/// One entry that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct EntryChange {
    /// What became of it.
    pub change: Change,
    /// Its name, with `/`; a folder's ends in one.
    pub name: String,
    /// Unpacked bytes in the older package.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub old_size: Option<u64>,
    /// Unpacked bytes in the newer one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub new_size: Option<u64>,
}
