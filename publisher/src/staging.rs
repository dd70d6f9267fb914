//! A private folder beside the final one, in which a content becomes whole before it appears.

use super::error::PublishError;
use super::layout;
use super::there::Published;
use crate::into_place::{self, NotMoved, sync_folder};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use waybill_context::Context;

/// Between the final name and what is random.
const MARK: &str = ".waybill-";
/// Held as long as somebody works here.
const LOCK: &str = "lock";
/// What will be renamed into place, with the permissions of any new folder.
const TREE: &str = "content";

/// `.<mac>.waybill-<random>`, readable by its owner alone. Dropped, it and everything in it vanish.
pub(super) struct Staging {
    _lock: Option<File>, // closed before the folder goes: Windows removes none that holds an open file
    private: TempDir,
}

impl Staging {
    /// Removes what dead runs left in `public`, and makes a folder for the content called `name` and its file, which
    /// is to be closed before this is dropped.
    pub(super) fn create(public: &Path, name: &str) -> Result<(Self, File), PublishError> {
        sweep(public);
        let failed = |error| PublishError::write(public, error);
        let private = private_folder(public, name).map_err(failed)?;
        let staging = Self { _lock: lock(private.path()), private };
        fs::create_dir(staging.tree()).map_err(failed)?;
        let content = File::create_new(staging.content()).map_err(failed)?;
        Ok((staging, content))
    }

    fn tree(&self) -> PathBuf {
        self.private.path().join(TREE)
    }

    /// The content's path, for messages.
    pub(super) fn content(&self) -> PathBuf {
        self.tree().join(layout::CONTENT)
    }

    /// Closes the content, writes pieces.json beside it, makes both durable.
    pub(super) fn settle(&self, content: File, pieces: &[u8]) -> Result<(), PublishError> {
        let (tree, at) = (self.tree(), self.tree().join(layout::PIECES));
        content.sync_all().map_err(|error| PublishError::write(&self.content(), error))?;
        drop(content); // Windows renames no folder that holds an open file
        let written = File::create_new(&at).and_then(|mut file| {
            file.write_all(pieces)?;
            file.sync_all()
        });
        written.map_err(|error| PublishError::write(&at, error))?;
        sync_folder(&tree);
        Ok(())
    }

    /// Renames the settled folder to `destination`; false where something lies there.
    pub(super) fn place(&self, destination: &Path, context: &Context<'_>) -> Result<bool, PublishError> {
        match into_place::move_folder(&self.tree(), destination, context) {
            Ok(()) => Ok(true),
            Err(NotMoved::Io(_)) if destination.symlink_metadata().is_ok() => Ok(false),
            Err(refused) => Err(PublishError::not_moved(destination, refused)),
        }
    }

    /// Renames each settled file over its damaged namesake. Both follow from the content alone, so whoever reads
    /// meanwhile sees an old or a new file, never one that contradicts the other.
    pub(super) fn mend(
        &self,
        destination: &Path,
        found: &Published,
        context: &Context<'_>,
    ) -> Result<(), PublishError> {
        let damaged = [(found.content.is_err(), layout::CONTENT), (found.pieces.is_err(), layout::PIECES)];
        for (_, name) in damaged.into_iter().filter(|(is_damaged, _)| *is_damaged) {
            let to = destination.join(name);
            into_place::replace_file(&self.tree().join(name), &to, context)
                .map_err(|refused| PublishError::not_moved(&to, refused))?;
        }
        Ok(())
    }
}

fn private_folder(public: &Path, name: &str) -> io::Result<TempDir> {
    let mut builder = tempfile::Builder::new();
    let prefix = format!(".{name}{MARK}");
    builder.prefix(&prefix).rand_bytes(8);
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
    builder.tempdir_in(public)
}

/// Tells others that somebody works here. It gets its name when it is held, so nobody finds it free in between; where
/// the file system knows no locks there is none, and what a dead run leaves stays.
fn lock(private: &Path) -> Option<File> {
    let (early, lock) = (private.join("lock.new"), private.join(LOCK));
    let locked = File::create_new(&early).and_then(|file| {
        file.try_lock()?;
        fs::rename(&early, &lock)?;
        Ok(file)
    });
    locked.inspect_err(|error| tracing::debug!(%error, "the staging folder is not locked")).ok()
}

/// Removes the staging folders of runs that are dead: those whose lock can be had.
fn sweep(public: &Path) {
    let Ok(entries) = fs::read_dir(public) else { return }; // one may write there and not list
    for entry in entries.filter_map(Result::ok) {
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        if is_folder && is_staging(&entry.file_name().to_string_lossy()) && is_dead(&entry.path()) {
            let path = entry.path();
            match fs::remove_dir_all(&path) {
                Ok(()) => tracing::info!(folder = %path.display(), "removed what a dead run left"),
                Err(error) => tracing::warn!(folder = %path.display(), %error, "a dead run's folder stays"),
            }
        }
    }
}

/// `.<64 hexadecimal digits>.waybill-…`
fn is_staging(name: &str) -> bool {
    let mac = name.strip_prefix('.').and_then(|name| name.split_once(MARK)).map(|(mac, _)| mac);
    mac.is_some_and(|mac| mac.len() == 64 && mac.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

fn is_dead(staging: &Path) -> bool {
    let lock = OpenOptions::new().read(true).write(true).open(staging.join(LOCK));
    lock.is_ok_and(|lock| lock.try_lock().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_staging_folders_are_taken_for_such() {
        let mac = "0f".repeat(32);
        assert!(is_staging(&format!(".{mac}.waybill-Ab12Cd34")));
        for other in [format!(".{mac}"), mac.clone(), format!("{mac}.waybill-x"), ".app.waybill-x".to_owned()]
        {
            assert!(!is_staging(&other), "{other}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_reads_what_is_not_whole() {
        use std::os::unix::fs::PermissionsExt as _;
        let public = tempfile::tempdir().unwrap();
        let (staging, _file) = Staging::create(public.path(), &"0f".repeat(32)).unwrap();
        assert_eq!(staging.private.path().metadata().unwrap().permissions().mode() & 0o777, 0o700);
    }

    #[test]
    fn the_living_are_left_alone_and_the_dead_removed() {
        let public = tempfile::tempdir().unwrap();
        let names = || fs::read_dir(public.path()).unwrap().count();
        let (living, file) = Staging::create(public.path(), &"0f".repeat(32)).unwrap();
        let (dead, dead_file) = Staging::create(public.path(), &"ee".repeat(32)).unwrap();
        drop(dead_file);
        let Staging { _lock, private } = dead;
        let _ = private.keep(); // its process died: the lock goes, the folder stays
        drop(_lock);
        assert_eq!(names(), 2);
        let (third, third_file) = Staging::create(public.path(), &"0f".repeat(32)).unwrap();
        assert_eq!(names(), 2, "the dead one is gone, the living one is not");
        assert!(living.content().is_file());
        drop((third_file, file)); // before their folders
        drop((third, living));
        assert_eq!(names(), 0);
    }
}
