//! Folders for the files of one short task, below the root: private, locked while they are used, and swept where a run
//! died.

use crate::private_file;
use crate::root::{Root, RootError};
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;
use waybill_context::Clock;

/// The start of the names; the rest is random.
const PREFIX: &str = "rule-";
/// The file that a live run holds locked in its folder.
const LOCK: &str = "lock";
/// How often to try to make a folder: another run's sweep may take it for a dead run's before it is locked.
const ATTEMPTS: usize = 4;
/// The age at which a folder without a lock file counts as a dead run's. Earlier versions made no lock file, and their
/// scripts ran for an hour at most.
const UNLOCKED: Duration = Duration::from_secs(2 * 3600);
/// How often removing a folder is tried, and the pause after each try: a second and a half in all.
const REMOVALS: u32 = 30;
const BETWEEN_REMOVALS: Duration = Duration::from_millis(50);

/// A new folder `<root>/Scratch/rule-<random>` for its owner alone, removed with all its files when it is dropped.
///
/// Only [`Root::scratch`] makes one, so its parents were checked as everything below the root is.
pub struct ScratchFolder<'a> {
    lock: Option<File>,
    path: PathBuf,
    clock: &'a dyn Clock,
}

impl Root {
    /// Makes a new scratch folder, and removes those that dead runs left. `clock` gives the pauses while the folder is
    /// removed.
    ///
    /// # Errors
    /// `Scratch` is not ours alone or is a link; I/O.
    pub fn scratch<'a>(&self, clock: &'a dyn Clock) -> Result<ScratchFolder<'a>, RootError> {
        let parent = self.scratch_parent()?;
        sweep(&parent, clock);
        let made = (0..ATTEMPTS).find_map(|attempt| match make(&parent) {
            Err(_) if attempt + 1 < ATTEMPTS => None,
            outcome => Some(outcome),
        });
        match made {
            Some(Ok((lock, path))) => Ok(ScratchFolder { lock: Some(lock), path, clock }),
            Some(Err(source)) => Err(RootError::Io { path: parent, source }),
            None => Err(RootError::Io { path: parent, source: io::ErrorKind::NotFound.into() }),
        }
    }
}

impl ScratchFolder<'_> {
    /// The absolute path of the folder.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// Removing is retried: on Windows a file stays in its folder until its last handle is closed, which may be that of a
/// virus scanner or of a process that is about to end. What stays all the same is removed by a later sweep.
impl Drop for ScratchFolder<'_> {
    fn drop(&mut self) {
        self.lock = None;
        for _ in 0..REMOVALS {
            match fs::remove_dir_all(&self.path) {
                Ok(()) => return,
                Err(error) if error.kind() == io::ErrorKind::NotFound => return,
                Err(error) => tracing::debug!(%error, "a scratch folder could not be removed"),
            }
            self.clock.sleep(BETWEEN_REMOVALS);
        }
    }
}

fn make(parent: &Path) -> io::Result<(File, PathBuf)> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(PREFIX);
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
    let folder = builder.tempdir_in(parent)?;
    let path = folder.path().join(LOCK);
    let mut options = private_file::options();
    let lock = options.read(true).write(true).create_new(true).open(&path)?;
    match lock.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(io::ErrorKind::WouldBlock.into()),
        Err(TryLockError::Error(error)) => tracing::debug!(%error, "no locks here: no sweep will touch it"),
    }
    // A sweep that held the lock a moment ago has removed the file, and the folder with it.
    path.symlink_metadata()?;
    Ok((lock, folder.keep()))
}

/// Removes the folders of dead runs. What cannot be removed is left to the next sweep.
fn sweep(parent: &Path, clock: &dyn Clock) {
    let Ok(entries) = fs::read_dir(parent) else { return };
    for entry in entries.flatten() {
        let is_ours = entry.file_name().to_string_lossy().starts_with(PREFIX)
            && entry.file_type().is_ok_and(|kind| kind.is_dir());
        let folder = entry.path();
        let Some(lock) = is_ours.then(|| claim(&folder, clock)).flatten() else { continue };
        // Held while the folder goes, but on Windows, where a folder with an open file in it stays.
        let _lock = lock.filter(|_| !cfg!(windows));
        match fs::remove_dir_all(&folder) {
            Ok(()) => tracing::info!(folder = %folder.display(), "a dead run's folder is removed"),
            Err(error) => tracing::debug!(%error, folder = %folder.display(), "a dead run's folder stays"),
        }
    }
}

/// Takes the lock of a dead run's folder; the inner `None` stands for a folder that has none. `None` while a run works
/// there, and where that cannot be determined.
#[allow(clippy::option_option, reason = "whether it is a dead run's, and the lock that is held then")]
fn claim(folder: &Path, clock: &dyn Clock) -> Option<Option<File>> {
    match private_file::options().read(true).write(true).open(folder.join(LOCK)) {
        Ok(lock) => lock.try_lock().is_ok().then_some(Some(lock)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let modified = folder.symlink_metadata().and_then(|metadata| metadata.modified()).ok()?;
            let age = clock.now().duration_since(modified).ok()?; // one from the future has no age: it is left alone
            (age > UNLOCKED).then_some(None)
        }
        Err(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::SystemTime;
    use waybill_context::SystemClock;

    fn names(root: &Root) -> Vec<String> {
        let entries = fs::read_dir(root.path().join("Scratch")).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_scratch_folder_is_private_and_goes_with_its_files() {
        let folder = tempfile::tempdir().unwrap();
        let root = Root::open(&folder.path().join("root")).unwrap();
        let scratch = root.scratch(&SystemClock).unwrap();
        fs::write(scratch.path().join("script.ps1"), "").unwrap();
        assert_eq!(scratch.path().parent(), Some(root.path().join("Scratch").as_path()));
        #[cfg(unix)]
        for path in [scratch.path(), scratch.path().parent().unwrap()] {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o700, "{}", path.display());
        }
        drop(scratch);
        assert_eq!(names(&root), Vec::<String>::new());
    }

    #[test]
    fn what_dead_runs_left_is_swept_and_what_live_ones_use_stays() {
        let folder = tempfile::tempdir().unwrap();
        let root = Root::open(&folder.path().join("root")).unwrap();
        let live = root.scratch(&SystemClock).unwrap();
        let scratch = root.path().join("Scratch");
        let make = |name: &str, lock: bool| {
            fs::create_dir(scratch.join(name)).unwrap();
            fs::write(scratch.join(name).join("script.ps1"), "").unwrap();
            if lock {
                fs::write(scratch.join(name).join(LOCK), "").unwrap();
            }
        };
        make("rule-killed", true);
        make("rule-without-a-lock", false);
        make("somebody-elses", true);
        fs::write(scratch.join("rule-file"), "").unwrap();
        let stay = |folders: &[&ScratchFolder<'_>], more: &[&str]| {
            let name =
                |folder: &&ScratchFolder<'_>| folder.path().file_name().unwrap().to_str().unwrap().to_owned();
            let mut expected: Vec<String> = folders.iter().map(name).collect();
            expected.extend(more.iter().map(|&name| name.to_owned()));
            expected.sort();
            assert_eq!(names(&root), expected);
        };
        let again = root.scratch(&SystemClock).unwrap();
        stay(&[&live, &again], &["rule-file", "rule-without-a-lock", "somebody-elses"]);
        // It may be about to be locked; after two hours it is not.
        let later = waybill_support::clock::TestClock::default();
        later.set(SystemTime::now() + UNLOCKED + Duration::from_secs(60));
        let last = root.scratch(&later).unwrap();
        stay(&[&live, &again, &last], &["rule-file", "somebody-elses"]);
    }

    #[cfg(unix)]
    #[test]
    fn a_scratch_that_is_not_ours_alone_is_refused() {
        use std::os::unix::fs::{PermissionsExt as _, symlink};
        let folder = tempfile::tempdir().unwrap();
        let root = Root::open(&folder.path().join("root")).unwrap();
        let scratch = root.path().join("Scratch");
        let refused = || root.scratch(&SystemClock).err().unwrap().to_string();
        fs::create_dir(&scratch).unwrap();
        fs::set_permissions(&scratch, fs::Permissions::from_mode(0o777)).unwrap();
        assert!(refused().ends_with("others may write to it"));
        fs::remove_dir(&scratch).unwrap();
        symlink(folder.path(), &scratch).unwrap();
        assert!(refused().ends_with("it is a link or a file"));
    }
}
