//! Private staging folders beside a target, each locked while a run fills it, and the staging that dead runs left.
//!
//! A live run holds the `lock` file of its staging folder, and the system releases it however the process ends. So a
//! staging folder whose lock can be taken belongs to a dead run: where it is whole it is taken up, else it is removed.

use crate::MadeFolders;
use crate::private_file;
use crate::rename::sync_tree;
use crate::target_folder::{STAGING, StagingError, TRASH, TargetFolder};
use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tempfile::TempDir;
use waybill_context::{Context, failpoint};

/// The lock file in a staging folder, held by the run that fills it, so that the next run recognises a dead one's
/// folder.
const LOCK: &str = "lock";
/// The folder in a staging folder that will be renamed, with the permissions that any new folder has.
const CONTENT: &str = "content";
/// How often to try to make a staging folder: another run's sweep may take it for a dead run's before it is locked.
const ATTEMPTS: usize = 4;
/// The age at which a staging folder without a lock counts as a dead run's. A younger one may be about to be locked.
const UNLOCKED: Duration = Duration::from_secs(60);

/// A folder that is being filled. Unless [`StagedFolder::publish`] is called, dropping this removes it and all its
/// files.
#[derive(Debug)]
pub struct StagedFolder {
    _lock: File, // given back first
    /// `.<name>.waybill-<random>`, readable by its owner alone, on the target's volume.
    private: TempDir,
    /// Whether the next run takes it up.
    is_kept: bool,
    /// The ancestors of the target that this made.
    made: MadeFolders,
    target: TargetFolder,
}

impl StagedFolder {
    /// Sweeps what dead runs left beside the target, checks the target and makes the staging folder. Ancestors of the
    /// target are made where they are missing, and removed again where the target is not filled.
    ///
    /// # Errors
    /// Those of [`TargetFolder::check`]; I/O.
    pub fn create(target: TargetFolder, context: &Context<'_>) -> Result<Self, StagingError> {
        let folder = target.parent().to_owned();
        let failed = |source| StagingError::Staging { folder: folder.clone(), source };
        let made = MadeFolders::make(&folder).map_err(failed)?;
        target.sweep(context);
        target.check()?;
        let mut staged = Self::beside(target).map_err(failed)?;
        staged.made = made;
        Ok(staged)
    }

    /// As [`StagedFolder::create`], without the sweep and the check, for a caller that does both itself or that
    /// replaces single files of a folder that exists.
    ///
    /// # Errors
    /// I/O.
    pub fn beside(target: TargetFolder) -> io::Result<Self> {
        let mut builder = tempfile::Builder::new();
        let prefix = target.sibling(STAGING);
        builder.prefix(&prefix).rand_bytes(8);
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
        let mut attempts = 1..=ATTEMPTS;
        loop {
            let private = builder.tempdir_in(target.parent())?;
            let error = match furnish(private.path()) {
                Ok(lock) => {
                    return Ok(Self {
                        _lock: lock,
                        private,
                        is_kept: false,
                        made: MadeFolders::default(),
                        target,
                    });
                }
                Err(error) => error,
            };
            clear(private.path());
            // A sweep that finds the folder in the instant before it is locked takes it for a dead run's.
            let was_swept = matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::WouldBlock);
            if !was_swept || attempts.next().is_none() {
                return Err(error);
            }
        }
    }

    /// The folder to fill. Every handle on something in it must be closed before [`StagedFolder::publish`]: Windows
    /// neither renames nor removes a folder in which something is open.
    pub fn content(&self) -> PathBuf {
        self.private.path().join(CONTENT)
    }

    /// Makes all its files survive a loss of power, as far as [`is_tree_settled`](crate::is_tree_settled) says.
    ///
    /// # Errors
    /// [`StagingError::Settle`].
    pub fn settle(&self) -> Result<(), StagingError> {
        failpoint::reach("unpack-syncing");
        sync_tree(&self.content()).map_err(|source| StagingError::Settle { source })?;
        failpoint::reach("unpack-synced");
        Ok(())
    }

    /// Renames the folder into place, makes that durable and returns the absolute destination.
    ///
    /// # Errors
    /// [`StagingError::Exists`] where the target was filled meanwhile; [`StagingError::Move`], after which the staging
    /// folder is kept.
    pub fn publish(mut self, context: &Context<'_>) -> Result<PathBuf, StagingError> {
        let placed = self.place(context);
        if matches!(placed, Err(StagingError::Move { .. })) {
            // It holds everything that was unpacked, and the next run takes it up.
            self.private.disable_cleanup(true);
            self.is_kept = true;
        }
        if placed.is_ok() || self.is_kept {
            self.made.keep();
        }
        placed
    }

    /// As [`StagedFolder::publish`], for a caller whose next run takes nothing up: after an error the content is still in
    /// staging, and is removed when this is dropped.
    ///
    /// # Errors
    /// As [`StagedFolder::publish`].
    pub fn place(&self, context: &Context<'_>) -> Result<PathBuf, StagingError> {
        self.target.fill(&self.content(), context)?;
        Ok(self.target.path().to_owned())
    }
}

/// The content goes first and the lock file last. Where the content cannot be removed (a process may be out of handles,
/// one of which each level of folders needs), the lock file stays: by it the next run knows at once that nobody works
/// here.
impl Drop for StagedFolder {
    fn drop(&mut self) {
        // The folder is kept where it is to be taken up; once it was moved into place, there is no content.
        let content = self.content();
        if self.is_kept || !content.exists() {
            return;
        }
        if let Err(error) = std::fs::remove_dir_all(&content) {
            tracing::debug!(%error, folder = %content.display(), "left to the next run's sweep");
            self.private.disable_cleanup(true);
        }
    }
}

/// Empties a staging folder that could not be furnished, without opening anything: its process may be out of handles, and
/// what has no lock file is not swept before it is old.
fn clear(private: &Path) {
    let _ = std::fs::remove_file(private.join(LOCK));
    let _ = std::fs::remove_dir(private.join(CONTENT));
    let _ = std::fs::remove_dir(private);
}

/// The name of the staging folder that holds this content folder: its own, or one that
/// [`TargetFolder::take_up`] asks about. It is random, so a manifest that has it was written for this very staging, or
/// for one that somebody copied.
pub fn staging_name(content: &Path) -> Option<&str> {
    content.parent()?.file_name()?.to_str()
}

/// Locks a new staging folder, then makes the folder for the files. Fails where another run swept the folder meanwhile.
fn furnish(private: &Path) -> io::Result<File> {
    let lock = lock_options().create_new(true).open(private.join(LOCK))?;
    match lock.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(io::ErrorKind::WouldBlock.into()),
        Err(TryLockError::Error(error)) => tracing::debug!(%error, "no locks here: no sweep will touch it"),
    }
    fs_err::create_dir(private.join(CONTENT))?;
    Ok(lock)
}

fn lock_options() -> OpenOptions {
    let mut options = private_file::options();
    options.read(true).write(true);
    options
}

/// A staging folder of a run that has ended.
struct DeadStaging {
    private: PathBuf,
    /// Held, so that no other run takes it for dead as well.
    lock: Option<File>,
}

impl DeadStaging {
    /// Takes the lock. `None` while a run works in the folder, and where that cannot be determined.
    fn claim(private: PathBuf, context: &Context<'_>) -> Option<Self> {
        match lock_options().open(private.join(LOCK)) {
            Ok(lock) => match lock.try_lock() {
                Ok(()) => Some(Self { private, lock: Some(lock) }),
                Err(TryLockError::WouldBlock) => None,
                Err(TryLockError::Error(error)) => {
                    tracing::debug!(%error, folder = %private.display(), "cannot tell whether a run works here");
                    None
                }
            },
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let modified = private.symlink_metadata().and_then(|metadata| metadata.modified()).ok()?;
                // A folder with a time in the future has no age: it is left alone.
                let age = context.clock().now().duration_since(modified).ok()?;
                (age > UNLOCKED).then_some(Self { private, lock: None })
            }
            Err(_) => None,
        }
    }

    fn content(&self) -> PathBuf {
        self.private.join(CONTENT)
    }

    /// Renames the folder before removing it, so that no run takes up half of it. On Unix the lock is held meanwhile.
    /// Windows does not rename a folder in which a file is open: there the rename fails if another run has opened the
    /// lock.
    fn remove(mut self, target: &TargetFolder) {
        if cfg!(windows) {
            self.lock = None;
        }
        let renamed = target.new_sibling(TRASH).and_then(|trash| {
            std::fs::rename(&self.private, &trash)?;
            failpoint::reach("sweep-renamed");
            Ok(trash)
        });
        match renamed.and_then(std::fs::remove_dir_all) {
            Ok(()) => tracing::info!(folder = %self.private.display(), "a dead run's folder is removed"),
            Err(error) => {
                tracing::debug!(%error, folder = %self.private.display(), "a dead run's folder stays");
            }
        }
        failpoint::reach("sweep-removed");
    }
}

impl TargetFolder {
    /// Removes what dead runs left beside the target: their staging folders, and folders that they were about to
    /// remove. A forced replacement that was cut between its two renames is undone. What cannot be removed is left to
    /// the next sweep.
    ///
    /// [`StagedFolder::create`] calls it; call it yourself where there is nothing to stage.
    pub fn sweep(&self, context: &Context<'_>) {
        self.tidied(context).into_iter().for_each(|dead| dead.remove(self));
    }

    /// Moves into place what a dead run staged whole, and removes everything else that dead runs left beside the
    /// target.
    ///
    /// A run may die before its rename, or end with [`StagingError::Move`]. `is_whole` is called with the path of each
    /// staged folder until it returns true. Names and sizes are no evidence: a loss of power leaves files of the right
    /// size that are full of zeros. A manifest is, where it was written when the files of this very folder were settled
    /// ([`staging_name`], [`folder_identity`](crate::folder_identity)). A live run's staging is locked and never touched. Call this before [`StagedFolder::create`], which only
    /// sweeps. Returns the folder, or `None` where there was nothing to take up.
    ///
    /// # Errors
    /// A destination that is unusable or filled (unless it may be replaced); a whole folder that cannot be moved, which
    /// is kept for the next run; interruption, after which every staged folder is where it was.
    pub fn take_up(
        &self,
        is_whole: &dyn Fn(&Path) -> bool,
        context: &Context<'_>,
    ) -> Result<Option<PathBuf>, StagingError> {
        let mut dead = self.tidied(context);
        // The locks of all dead runs are held from here on, so two runs cannot take up the same folder.
        let whole = dead.iter().position(|dead| {
            let content = dead.content();
            content.is_dir() && is_whole(&content)
        });
        context.check()?; // `is_whole` may have said no because it was interrupted: then nothing is swept
        let whole = whole.map(|index| dead.swap_remove(index));
        dead.into_iter().for_each(|dead| dead.remove(self));
        let Some(whole) = whole else { return Ok(None) };
        self.check()?;
        self.fill(&whole.content(), context)?;
        tracing::info!(folder = %self.path().display(), "what a dead run unpacked is taken up");
        whole.remove(self);
        Ok(Some(self.path().to_owned()))
    }

    /// The staging of dead runs. Trash is removed, and a replacement that was cut short is undone or finished, except
    /// while another run may be working on it.
    fn tidied(&self, context: &Context<'_>) -> Vec<DeadStaging> {
        let staging = self.siblings(STAGING);
        let count = staging.len();
        let dead: Vec<_> =
            staging.into_iter().filter_map(|private| DeadStaging::claim(private, context)).collect();
        for trash in self.siblings(TRASH) {
            if let Err(error) = std::fs::remove_dir_all(&trash) {
                tracing::debug!(%error, folder = %trash.display(), "trash stays");
            }
        }
        // A live run may be between its two renames: the folder that it moved aside is its own.
        if dead.len() < count {
            return dead;
        }
        if let Err(error) = self.recover() {
            tracing::warn!(%error, "the folder that a replacement moved aside could not be moved back");
        }
        // Where a staged folder still waits, the folder in place may be another one than that run meant to put there.
        if let Some(old) = self.replaced().filter(|_| !dead.iter().any(|dead| dead.content().is_dir())) {
            self.discard(&old);
        }
        dead
    }
}

#[cfg(test)]
mod tests;
