//! Files and folders.

use crate::{FileFacts, FileVersion, Files, Unanswered};

/// Files of this machine.
pub(super) struct WindowsFiles;

#[allow(clippy::todo)]
impl Files for WindowsFiles {
    fn look(&self, _: &str) -> Result<Option<FileFacts>, Unanswered> {
        todo!()
    }
    fn version(&self, _: &str) -> Result<Option<FileVersion>, Unanswered> {
        todo!()
    }
    fn others_may_write(&self, _: &str) -> Result<bool, Unanswered> {
        todo!()
    }
    fn list(&self, _: &str) -> Result<Vec<String>, Unanswered> {
        todo!()
    }
}
