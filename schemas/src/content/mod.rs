//! What publishing writes: content.json with the keys, pieces.json without.

mod document;
mod pieces;
mod url;

pub use document::ContentDocument;
pub use pieces::{PIECE_SIZE, PiecesDocument};
pub use url::{ContentUrl, ContentUrlFault};

use crate::json_document::DocumentError;

/// A content or payload larger than this (256 GiB) is absurd: eight times what Intune takes.
pub const CONTENT_LIMIT: u64 = 256 * 1024 * 1024 * 1024;

/// Unpacked files of more bytes than this (1 TiB) are absurd: sixteen times what a device takes unless it is told to.
pub const UNPACKED_LIMIT: u64 = 4 * CONTENT_LIMIT;

/// MAC and IV, which a content begins with.
const CONTENT_HEADER: u64 = 48;
/// AES's block; PKCS#7 fills up the last one or adds a whole one.
const BLOCK: u64 = 16;
/// The shortest content: one block behind the header.
const CONTENT_MINIMUM: u64 = CONTENT_HEADER + BLOCK;

/// Whether `size` is the length of a content: at least one block behind the header, whole blocks, not absurd.
fn check_content_size(field: &'static str, size: u64) -> Result<(), DocumentError> {
    let has_whole_blocks = (size % BLOCK) == CONTENT_HEADER % BLOCK;
    if (CONTENT_MINIMUM..=CONTENT_LIMIT).contains(&size) && has_whole_blocks {
        return Ok(());
    }
    let reason = format!("is {size}; a content has 48 bytes and whole blocks of 16, at most {CONTENT_LIMIT}");
    Err(DocumentError::Value { field, reason })
}
