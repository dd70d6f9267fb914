//! What is known of the content that is measured.

use serde::{Deserialize, Serialize};

/// Bytes at each stage of its making.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Facts {
    /// Files.
    pub(crate) files: u64,
    /// Bytes of the files.
    pub(crate) source: u64,
    /// Of them, bytes of files that are deflated.
    pub(crate) deflated: u64,
    /// Bytes of the payload.
    pub(crate) payload: u64,
    /// Bytes of the content.
    pub(crate) content: u64,
}
