//! The published content, as a file and as what it is.

use super::Outcome;
use crate::ground::Ground;
use intunewin::{ArchivePolicy, EncryptedContent, FileSource};
use std::path::PathBuf;
use waybill_schemas::ContentDocument;

/// What was published.
pub(super) struct Published {
    pub(super) document: ContentDocument,
    /// The content file.
    pub(super) file: PathBuf,
    /// Where it lies below a server's address.
    pub(super) path: String,
}

impl Published {
    pub(super) fn read(ground: &Ground) -> Outcome<Self> {
        let document = ContentDocument::read(&std::fs::read(ground.document())?)?;
        let mac = document.file_encryption_info.mac.to_hex();
        let file = ground.public().join(&mac).join("content.bin");
        Ok(Self { document, file, path: format!("{mac}/content.bin") })
    }

    /// The content, not yet authenticated.
    pub(super) fn open(&self) -> Outcome<EncryptedContent> {
        let source = FileSource::open(&self.file)?;
        let info = self.document.file_encryption_info.clone();
        Ok(EncryptedContent::new(source, info, Some(self.document.size), &ArchivePolicy::default())?)
    }
}
