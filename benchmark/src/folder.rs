//! The temporary folder of a benchmark. It is removed at the end; that of a killed run is removed by the next one.

use crate::options::{BenchError, failed};
use serde::{Deserialize, Serialize};
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};
use tempfile::TempDir;

const PREFIX: &str = "waybill-bench-";
const LOCK: &str = "lock";
/// The age up to which a folder is left alone, because it may not be locked yet.
const YOUNG: Duration = Duration::from_secs(60);

/// The temporary folder of a running benchmark. Its lock file is locked until the value is dropped.
pub(crate) struct Folder {
    lock: File,
    folder: TempDir,
}

impl Folder {
    /// Creates a folder in `within`, and removes those that killed runs left there.
    pub(crate) fn new(within: &Path) -> Result<Self, BenchError> {
        std::fs::create_dir_all(within).map_err(failed("make", within))?;
        sweep(within);
        let folder = tempfile::Builder::new().prefix(PREFIX).tempdir_in(within);
        let folder = folder.map_err(failed("make a folder in", within))?;
        let path = folder.path().join(LOCK);
        let lock = File::create_new(&path).map_err(failed("make", &path))?;
        // Where the file system has no locks, as on some network drives, `sweep` removes nothing either.
        let _ = lock.try_lock();
        Ok(Self { lock, folder })
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Removes the folder and reports an error; dropping the value ignores errors.
    pub(crate) fn close(self) -> Result<(), BenchError> {
        drop(self.lock); // an open file cannot be removed on Windows
        let path = self.folder.path().to_owned();
        self.folder.close().map_err(failed("remove", &path))
    }
}

/// Removes the folders of killed runs. A folder that cannot be removed is left for a later run.
fn sweep(within: &Path) {
    let Ok(entries) = std::fs::read_dir(within) else { return };
    for entry in entries.flatten() {
        let folder = entry.path();
        if entry.file_name().to_string_lossy().starts_with(PREFIX) && is_dead(&folder) {
            let _ = std::fs::remove_dir_all(&folder);
        }
    }
}

/// Whether the folder belongs to a killed run: its lock file exists, is older than a minute, and nobody holds it.
fn is_dead(folder: &Path) -> bool {
    // A folder without a lock file may belong to somebody else and only have such a name.
    let Ok(lock) = File::open(folder.join(LOCK)) else { return false };
    let made = lock.metadata().and_then(|lock| lock.modified()).unwrap_or_else(|_| SystemTime::now());
    let is_young = SystemTime::now().duration_since(made).is_ok_and(|age| age < YOUNG);
    !is_young && !matches!(lock.try_lock(), Err(TryLockError::WouldBlock))
}

/// The path of the benchmark's folder, which only holds files of the benchmark.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Ground(PathBuf);

impl Ground {
    pub(crate) fn at(folder: &Path) -> Self {
        Self(folder.to_owned())
    }

    /// The files that are packed.
    pub(crate) fn source(&self) -> PathBuf {
        self.0.join("source")
    }

    /// The package whose content is published.
    pub(crate) fn package(&self) -> PathBuf {
        self.0.join("package.intunewin")
    }

    /// The folder with the published objects that the lab server serves.
    pub(crate) fn public(&self) -> PathBuf {
        self.0.join("public")
    }

    /// The document of the published content.
    pub(crate) fn document(&self) -> PathBuf {
        self.0.join("package.content.json")
    }

    /// The package, file or folder that a stage makes; [`clear`](Self::clear) removes it after the stage.
    pub(crate) fn output(&self) -> PathBuf {
        self.0.join("output")
    }

    /// State and partial downloads of a fetch; [`clear`](Self::clear) removes it after the stage.
    pub(crate) fn root(&self) -> PathBuf {
        self.0.join("root")
    }

    /// Removes the output and root of a stage, if they exist.
    pub(crate) fn clear(&self) -> std::io::Result<()> {
        for left in [self.output(), self.root()] {
            let removed = match left.symlink_metadata() {
                Ok(there) if there.is_dir() => std::fs::remove_dir_all(&left),
                Ok(_) => std::fs::remove_file(&left),
                Err(_) => Ok(()),
            };
            removed?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_killed_run_left_is_swept_and_a_live_ones_is_not() {
        let within = tempfile::tempdir().unwrap();
        let make = |name: &str, age| {
            let folder = within.path().join(format!("{PREFIX}{name}"));
            std::fs::create_dir(&folder).unwrap();
            let lock = File::create(folder.join(LOCK)).unwrap();
            lock.set_modified(SystemTime::now() - Duration::from_secs(age)).unwrap();
            lock
        };
        make("dead", 3600);
        let live = make("live", 3600);
        live.lock().unwrap();
        make("young", 0);
        std::fs::create_dir(within.path().join("waybill-bench-not-ours")).unwrap();
        let folder = Folder::new(within.path()).unwrap();
        let there = |name: &str| within.path().join(format!("{PREFIX}{name}")).exists();
        assert_eq!(
            [there("dead"), there("live"), there("young"), there("not-ours")],
            [false, true, true, true]
        );
        let path = folder.path().to_owned();
        assert!(path.is_dir());
        folder.close().unwrap();
        assert!(!path.exists());
    }
}
