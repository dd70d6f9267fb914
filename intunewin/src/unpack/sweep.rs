//! What dead runs left beside a destination: taken up where it is whole, else removed.

use super::place::{Place, STAGING, TRASH};
use super::staging::{CONTENT, LOCK, lock_options, move_into_place};
use super::{UnpackError, UnpackOptions};
use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;
use waybill_context::{Context, failpoint};

/// A staging folder without a lock is being made, or its maker died before it came to it; after this it is the latter.
const UNLOCKED: Duration = Duration::from_secs(60);

/// A staging folder whose run is dead.
struct Dead {
    private: PathBuf,
    /// Held, so that no other run takes it for dead as well.
    lock: Option<File>,
}

impl Dead {
    /// `None` while a run works in it, and where nobody can tell.
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
                let age = context.clock().now().duration_since(modified).ok()?;
                (age > UNLOCKED).then_some(Self { private, lock: None })
            }
            Err(_) => None,
        }
    }

    fn content(&self) -> PathBuf {
        self.private.join(CONTENT)
    }

    /// Renamed first: nobody takes up half a folder. While the lock is held on Unix; Windows renames no folder in
    /// which a file is open, which tells a run that opened the lock meanwhile.
    fn remove(mut self, place: &Place) {
        if cfg!(windows) {
            self.lock = None;
        }
        let renamed = place.new_sibling(TRASH).and_then(|trash| {
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

/// What lies beside a destination.
struct Found {
    dead: Vec<Dead>,
    /// Another run works for the same destination.
    live: bool,
}

fn find(place: &Place, context: &Context<'_>) -> Found {
    let staging = place.siblings(STAGING);
    let count = staging.len();
    let dead: Vec<_> = staging.into_iter().filter_map(|private| Dead::claim(private, context)).collect();
    Found { live: dead.len() < count, dead }
}

/// A replacement that was cut short is undone or ended; trash is removed. Not while another run may be about it.
fn tidy(place: &Place, found: &Found) {
    for trash in place.siblings(TRASH) {
        if let Err(error) = std::fs::remove_dir_all(&trash) {
            tracing::debug!(%error, folder = %trash.display(), "trash stays");
        }
    }
    if found.live {
        return;
    }
    if let Err(error) = place.recover() {
        tracing::warn!(%error, "the folder that a replacement moved aside could not be moved back");
    }
    // Where a staged folder still waits, the one in place may be another than the run meant to put there.
    if let Some(old) = place.replaced().filter(|_| !found.dead.iter().any(|dead| dead.content().is_dir())) {
        place.discard(&old);
    }
}

/// Removes everything that dead runs left.
pub(super) fn everything(place: &Place, context: &Context<'_>) {
    let found = find(place, context);
    tidy(place, &found);
    found.dead.into_iter().for_each(|dead| dead.remove(place));
}

/// Removes what dead runs left beside `destination`: their staging folders, and what they were about to remove. A
/// forced replacement that was cut between its two renames is undone.
///
/// [`AuthenticatedContent::unpack`](crate::AuthenticatedContent::unpack) does so by itself; this is for whoever finds
/// that there is nothing to unpack. What cannot be removed is left to the next sweep.
///
/// # Errors
/// Only a path that can be no destination.
pub fn sweep_staging(destination: &Path, context: &Context<'_>) -> Result<(), UnpackError> {
    everything(&Place::of(destination)?, context);
    Ok(())
}

/// Moves into place what a dead run unpacked whole, and removes the rest that dead runs left beside `destination`.
///
/// A run may die before its rename, or end with [`UnpackError::Move`]. `is_whole` is asked of each staged folder (with
/// its path) until it says yes, by a manifest that was written when the files were settled
/// ([`UnpackRecord::settled`](crate::UnpackRecord::settled)), say. A live run's staging is locked and never touched.
/// Call it before [`AuthenticatedContent::unpack`](crate::AuthenticatedContent::unpack), which only sweeps. Returns the
/// destination, or `None` where there was nothing to take up.
///
/// # Errors
/// A destination that cannot be one or is filled (without `options.force`); a folder that is whole and cannot be moved,
/// which then stays for the next time; interruption, with everything where it was.
pub fn take_up_staging(
    destination: &Path,
    is_whole: &dyn Fn(&Path) -> bool,
    options: &UnpackOptions,
    context: &Context<'_>,
) -> Result<Option<PathBuf>, UnpackError> {
    let place = Place::of(destination)?;
    let mut found = find(&place, context);
    tidy(&place, &found);
    let whole = found.dead.iter().position(|dead| {
        let content = dead.content();
        content.is_dir() && is_whole(&content)
    });
    context.check()?; // `is_whole` may have said no because it was interrupted: nothing is swept on such a word
    let whole = whole.map(|index| found.dead.swap_remove(index));
    found.dead.into_iter().for_each(|dead| dead.remove(&place));
    let Some(whole) = whole else { return Ok(None) };
    place.check(options.force)?;
    let moved = move_into_place(&place, &whole.content(), options.force, context)?;
    tracing::info!(folder = %moved.display(), "what a dead run unpacked is taken up");
    whole.remove(&place);
    Ok(Some(moved))
}
