//! The folder for what is not whole yet, in the app's folder. One run holds it at a time; what a broken download left in
//! it is gone on with, and a run that is refused leaves nothing.

use super::WingetError;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;
use waybill_context::Context;
use waybill_disk::{Lock, LockError, MadeFolders};

const NAME: &str = ".waybill-init";
const LOCK: &str = "run.lock";

/// The folder. Dropped before [`Work::keep`], it goes, and so do the folders that were made for it and are empty.
pub(super) struct Work {
    path: PathBuf,
    lock: Option<Lock>,
    is_kept: bool,
    /// Dropped last, when the folder within is gone.
    _made: MadeFolders,
}

impl Work {
    /// Makes the folder in the app's folder, or takes up the one that is there.
    ///
    /// # Errors
    /// Another run that holds it; I/O.
    pub(super) fn begin(folder: &Path, context: &Context<'_>) -> Result<Self, WingetError> {
        let path = folder.join(NAME);
        let made = MadeFolders::make(folder).map_err(WingetError::io(folder))?;
        let lock = Self::locked(&path, context)?;
        Ok(Self { path, lock: Some(lock), is_kept: false, _made: made })
    }

    /// Locks the folder. A run that ends removes its lock file, and the lock of a removed file holds nobody off: then the
    /// one that is there now is locked.
    fn locked(path: &Path, context: &Context<'_>) -> Result<Lock, WingetError> {
        const MOST: usize = 100;
        let file = path.join(LOCK);
        for _ in 0..MOST {
            match fs::create_dir(path) {
                Err(error) if !path.symlink_metadata().is_ok_and(|metadata| metadata.is_dir()) => {
                    return Err(WingetError::io(path)(error));
                }
                _ => {}
            }
            let lock = match Lock::acquire(&file, Duration::ZERO, context) {
                // The folder went with the run that ended.
                Err(LockError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => continue,
                lock => lock?,
            };
            if lock.is_of(&file) {
                return Ok(lock);
            }
        }
        Err(LockError::Held { path: file, holder: None }.into())
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Leaves the folder for the next run where a download has begun.
    pub(super) fn keep(&mut self) {
        let has_begun = |entry: fs::DirEntry| {
            entry.path().extension().is_some_and(|end| end == "part")
                && entry.metadata().is_ok_and(|metadata| metadata.len() > 0)
        };
        let entries = fs::read_dir(&self.path);
        self.is_kept = entries.is_ok_and(|mut entries| entries.any(|entry| entry.is_ok_and(has_begun)));
    }

    /// Removes everything in the folder, on Unix the lock's file, too: who waits for it sees that it is gone.
    fn empty(&self) {
        for entry in fs::read_dir(&self.path).into_iter().flatten().flatten() {
            let path = entry.path();
            let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
            let removed = if is_folder { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
            if let Err(error) = removed {
                tracing::debug!(%error, "{} stays", path.display());
            }
        }
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        if self.is_kept {
            return;
        }
        let lock = self.lock.take();
        if !cfg!(windows) {
            self.empty();
        }
        // Windows removes no file that is open.
        drop(lock);
        if cfg!(windows) {
            self.empty();
        }
        // Refused where another run has come meanwhile.
        if let Err(error) = fs::remove_dir(&self.path) {
            tracing::debug!(%error, "{} stays", self.path.display());
        }
    }
}
