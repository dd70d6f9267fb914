//! Removes the new files that killed runs left beside their place.

use crate::{folder_of, private_file};
use std::ffi::OsString;
use std::path::Path;
use std::time::{Duration, SystemTime};

/// The age at which a new file without a lock counts as a dead run's. A younger one may be about to be locked.
const UNLOCKED: Duration = Duration::from_secs(60);

/// How the name of a file begins that will be renamed to `path`: `.<name>.waybill-`, which a random part follows.
pub(crate) fn prefix(path: &Path) -> OsString {
    let mut prefix = OsString::from(".");
    prefix.push(path.file_name().unwrap_or_default());
    prefix.push(crate::target_folder::STAGING);
    prefix
}

/// Removes what killed runs wrote for `path` and did not put there. A live run holds a lock on its file. What cannot be
/// removed is left to the next sweep.
pub(crate) fn sweep(path: &Path) {
    let prefix = prefix(path);
    let Ok(entries) = std::fs::read_dir(folder_of(path)) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        if crate::target_folder::is_named(&name, &prefix, u8::is_ascii_alphanumeric) && is_dead(&entry.path())
        {
            let removed = std::fs::remove_file(entry.path());
            tracing::debug!(file = %entry.path().display(), ?removed, "a killed run's file");
        }
    }
}

/// Whether it is a real file of this user that no run has written to for a minute and none holds.
fn is_dead(path: &Path) -> bool {
    let Ok(there) = path.symlink_metadata() else { return false };
    // A file with a time in the future has no age: it is left alone.
    let age = there.modified().ok().and_then(|modified| SystemTime::now().duration_since(modified).ok());
    let is_old = age.is_some_and(|age| age > UNLOCKED);
    // Where there are no locks, nothing tells a dead run's file from that of a slow one.
    is_old && is_own_file(&there) && private_file::open(path).is_ok_and(|file| file.try_lock().is_ok())
}

/// Other users may write to the folder, too.
#[cfg(unix)]
fn is_own_file(there: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    there.is_file() && there.uid() == rustix::process::geteuid().as_raw()
}

#[cfg(not(unix))]
fn is_own_file(there: &std::fs::Metadata) -> bool {
    there.is_file()
}

#[cfg(test)]
mod tests {
    use crate::{FileAccess, NewFile};
    use std::fs::{self, File};
    use std::path::Path;
    use std::time::{Duration, SystemTime};
    use waybill_context::Context;

    fn left(folder: &Path, name: &str, seconds: u64) -> File {
        let file = File::create(folder.join(name)).unwrap();
        file.set_modified(SystemTime::now() - Duration::from_secs(seconds)).unwrap();
        file
    }

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn what_killed_runs_left_is_removed_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let within = folder.path();
        drop(left(within, ".x.intunewin.waybill-dEad01", 3600));
        drop(left(within, ".x.intunewin.waybill-young1", 1));
        drop(left(within, ".x.intunewin.waybill-renamed by somebody", 3600));
        drop(left(within, ".y.intunewin.waybill-other1", 3600));
        let live = left(within, ".x.intunewin.waybill-live01", 3600);
        live.lock().unwrap();
        fs::create_dir(within.join(".x.intunewin.waybill-folder")).unwrap();
        #[cfg(unix)]
        std::os::unix::fs::symlink(
            within.join(".y.intunewin.waybill-other1"),
            within.join(".x.intunewin.waybill-link01"),
        )
        .unwrap();
        let before = names(within);
        let new = NewFile::create(&within.join("x.intunewin"), FileAccess::Usual).unwrap();
        new.put(false, &Context::silent()).unwrap();
        let gone: Vec<_> = before.into_iter().filter(|name| !within.join(name).exists()).collect();
        assert_eq!(gone, [".x.intunewin.waybill-dEad01"]);
        drop(live);
        drop(NewFile::create(&within.join("x.intunewin"), FileAccess::Usual).unwrap());
        assert!(!within.join(".x.intunewin.waybill-live01").exists());
    }

    #[test]
    fn a_file_that_is_being_written_is_not_a_dead_runs() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        let slow = NewFile::create(&path, FileAccess::Usual).unwrap();
        slow.file().set_modified(SystemTime::now() - Duration::from_secs(3600)).unwrap();
        drop(NewFile::create(&path, FileAccess::Usual).unwrap());
        slow.put(false, &Context::silent()).unwrap();
        assert_eq!(names(folder.path()), ["x"]);
    }
}
