use crate::{SignedInUser, Unanswered};
use std::time::SystemTime;

/// Files and folders. Paths are the system's own, absolute, with variables expanded and views mapped already.
pub trait Files: Send + Sync {
    /// What is at `path`; `None` where nothing is. Links are followed.
    ///
    /// # Errors
    /// Access is denied, or the disk fails.
    fn look(&self, path: &str) -> Result<Option<FileFacts>, Unanswered>;

    /// The version resource of the file at `path`; `None` where it has none. Read on every host.
    ///
    /// # Errors
    /// It is not there or cannot be read.
    fn version(&self, path: &str) -> Result<Option<FileVersion>, Unanswered>;

    /// Whether somebody who is no administrator may write into the folder `path`, so that a SYSTEM process must not start a
    /// bare name from there.
    ///
    /// # Errors
    /// Its rights cannot be read.
    fn others_may_write(&self, path: &str) -> Result<bool, Unanswered>;

    /// Whether the file at `path` may be executed by this program. On Windows every file may, as far as its name goes.
    ///
    /// # Errors
    /// It is not there, or cannot be asked.
    fn is_executable(&self, path: &str) -> Result<bool, Unanswered> {
        let _ = path;
        Ok(true)
    }

    /// Lets the user read the folder `path` and run what is in it, with everything below it. Where files are not closed
    /// to users there is nothing to do.
    ///
    /// # Errors
    /// The system refuses.
    fn let_user_read(&self, path: &str, user: &SignedInUser) -> Result<(), Unanswered> {
        let _ = (path, user);
        Ok(())
    }

    /// The names in the folder `path`, sorted; empty where there is no such folder.
    ///
    /// # Errors
    /// It cannot be read.
    fn list(&self, path: &str) -> Result<Vec<String>, Unanswered>;
}

/// What a file or folder is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileFacts {
    /// A file or a folder.
    pub kind: FileKind,
    /// Bytes; 0 for folders.
    pub size: u64,
    /// When it was last written.
    pub modified: SystemTime,
    /// When it was created, where the file system keeps it.
    pub created: Option<SystemTime>,
}

/// A file or a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// A file, or anything else that is no folder.
    File,
    /// A folder.
    Folder,
}

/// A file's version resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileVersion {
    /// The numbers of VS_FIXEDFILEINFO, which rules compare; absent in a damaged resource.
    pub numbers: Option<[u16; 4]>,
    /// `FileVersion` as text, which people see.
    pub text: Option<String>,
}
