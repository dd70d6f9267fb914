//! Temporary folders that the next run of the same kind removes where a run is killed.

use crate::private_file;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};
use tempfile::TempDir;

const LOCK: &str = "lock";
/// The age up to which a folder is left alone, because it may not be locked yet.
const YOUNG: Duration = Duration::from_secs(60);

/// A temporary folder of this user alone, named by a prefix and a random part. Its file `lock` is locked until the value is
/// dropped, which removes the folder. That of a killed run is removed when the next one with this prefix is made.
#[derive(Debug)]
pub struct TemporaryFolder {
    lock: File,
    folder: TempDir,
}

impl TemporaryFolder {
    /// Makes a folder in `within`, and removes those that killed runs left there. The prefix belongs to one kind of run.
    ///
    /// # Errors
    /// I/O.
    pub fn create(within: &Path, prefix: &str) -> io::Result<Self> {
        sweep(within, prefix);
        let mut builder = tempfile::Builder::new();
        builder.prefix(prefix);
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
        let folder = builder.tempdir_in(within)?;
        let lock = private_file::create(&folder.path().join(LOCK))?;
        // Where the file system has no locks, as on some network drives, `sweep` removes nothing either.
        let _ = lock.try_lock();
        Ok(Self { lock, folder })
    }

    /// The path of the folder.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Removes the folder and reports an error; dropping the value ignores errors.
    ///
    /// # Errors
    /// I/O; what could not be removed is left to the next run.
    pub fn close(self) -> io::Result<()> {
        drop(self.lock); // an open file cannot be removed on Windows
        self.folder.close()
    }

    /// Leaves the folder where it is, for good.
    pub fn keep(self) -> PathBuf {
        drop(self.lock);
        let path = self.folder.keep();
        // Without it no later run takes the folder for a dead one's.
        let _ = std::fs::remove_file(path.join(LOCK));
        path
    }
}

/// Removes the folders of killed runs. A folder that cannot be removed is left for a later run.
fn sweep(within: &Path, prefix: &str) {
    let Ok(entries) = std::fs::read_dir(within) else { return };
    for entry in entries.flatten() {
        let folder = entry.path();
        if entry.file_name().to_string_lossy().starts_with(prefix) && is_dead(&folder) {
            let removed = std::fs::remove_dir_all(&folder);
            tracing::debug!(folder = %folder.display(), ?removed, "a killed run's folder");
        }
    }
}

/// Whether the folder belongs to a killed run of this user: its lock file exists, is older than a minute, and nobody
/// holds it.
fn is_dead(folder: &Path) -> bool {
    // The folder of temporary files is everybody's.
    if !crate::target_folder::is_ours(folder) {
        return false;
    }
    // A folder without a lock file may belong to somebody else and only have such a name, or is kept.
    let Ok(lock) = private_file::open(&folder.join(LOCK)) else { return false };
    let made = lock.metadata().and_then(|lock| lock.modified()).ok();
    let age = made.and_then(|made| SystemTime::now().duration_since(made).ok());
    age.is_some_and(|age| age > YOUNG) && lock.try_lock().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PREFIX: &str = "waybill-test-";

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
        std::fs::create_dir(within.path().join(format!("{PREFIX}not-ours"))).unwrap();
        let folder = TemporaryFolder::create(within.path(), PREFIX).unwrap();
        let there = |name: &str| within.path().join(format!("{PREFIX}{name}")).exists();
        assert_eq!(["dead", "live", "young", "not-ours"].map(there), [false, true, true, true]);
        let path = folder.path().to_owned();
        folder.close().unwrap();
        assert!(!path.exists());
        drop(live);
    }

    #[test]
    fn a_kept_folder_is_nobodys_to_sweep() {
        let within = tempfile::tempdir().unwrap();
        let kept = TemporaryFolder::create(within.path(), PREFIX).unwrap();
        kept.lock.set_modified(SystemTime::now() - Duration::from_secs(3600)).unwrap();
        let kept = kept.keep();
        TemporaryFolder::create(within.path(), PREFIX).unwrap().close().unwrap();
        assert!(kept.exists());
    }
}
