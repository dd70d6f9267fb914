//! The folder of everything that a rehearsal writes for itself.

use crate::{RehearsalError, RehearsalRequest};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// Named by whoever asked, or temporary.
pub(crate) struct Root {
    path: PathBuf,
    temporary: Option<TempDir>,
}

impl Root {
    /// Makes it, for this user alone.
    pub(crate) fn make(request: &RehearsalRequest) -> Result<Self, RehearsalError> {
        match &request.root {
            Some(path) => {
                let failed = |source| RehearsalError::Root { path: path.clone(), source };
                let path = std::path::absolute(path).map_err(failed)?;
                fs_err::create_dir_all(path.parent().unwrap_or(&path)).map_err(failed)?;
                Ok(Self { path, temporary: None })
            }
            None => {
                let failed = |source| RehearsalError::Root { path: std::env::temp_dir(), source };
                let mut builder = tempfile::Builder::new();
                builder.prefix("waybill-try-");
                // A whole package lies in it, and a package carries its keys.
                #[cfg(unix)]
                builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
                let folder = builder.tempdir().map_err(failed)?;
                Ok(Self { path: folder.path().to_owned(), temporary: Some(folder) })
            }
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether it stays: one that somebody named does; a temporary one where it is to be kept.
    pub(crate) fn end(self, keep: bool) -> bool {
        match self.temporary {
            None => true,
            Some(folder) if keep => {
                let _ = folder.keep();
                true
            }
            // What cannot be removed now is the system's to sweep.
            Some(folder) => folder.close().is_err(),
        }
    }
}
