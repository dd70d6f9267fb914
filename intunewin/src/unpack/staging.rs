//! Private staging beside the destination, locked for as long as a run fills it.

use super::place::{Place, STAGING};
use super::sweep;
use super::tree::Tree;
use super::{UnpackError, UnpackRecord, sync};
use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use waybill_context::{Context, failpoint};

/// In a staging folder: held by the run that fills it, so that the next one can tell a dead run's folder.
pub(super) const LOCK: &str = "lock";
/// In a staging folder: what will be renamed, with the permissions that any new folder has.
pub(super) const CONTENT: &str = "content";

/// A folder being filled. Dropped before [`Staging::publish`], it and everything in it vanish.
pub(super) struct Staging {
    tree: Tree, // closed first: Windows removes no folder in which something is open
    private: Private,
    place: Place,
    force: bool,
}

/// The staging folder itself, removed when dropped.
struct Private {
    _lock: File, // given back first
    /// `.<name>.waybill-<random>`, readable by its owner alone, on the destination's volume.
    folder: TempDir,
}

impl Staging {
    /// Whether the destination can be one; touches nothing.
    pub(super) fn check(destination: &Path, force: bool) -> Result<(), UnpackError> {
        Place::of(destination)?.check(force)
    }

    /// Checks the destination, sweeps what dead runs left beside it and makes the staging folder.
    pub(super) fn create(
        destination: &Path,
        force: bool,
        context: &Context<'_>,
    ) -> Result<Self, UnpackError> {
        let place = Place::of(destination)?;
        let failed = |source| UnpackError::Staging { folder: place.parent().to_owned(), source };
        fs_err::create_dir_all(place.parent()).map_err(failed)?;
        sweep::everything(&place, context);
        place.check(force)?;
        let private = Private::create(&place).map_err(failed)?;
        let tree = Tree::open(&private.content()).map_err(failed)?;
        Ok(Self { tree, private, place, force })
    }

    /// Where everything is written.
    pub(super) fn tree(&self) -> &Tree {
        &self.tree
    }

    /// Settles the files, tells the record, renames the folder into place and settles that.
    pub(super) fn publish(
        self,
        files: u64,
        record: Option<&dyn UnpackRecord>,
        context: &Context<'_>,
    ) -> Result<PathBuf, UnpackError> {
        let Self { tree, private, place, force } = self;
        drop(tree); // Windows renames no folder that is open
        let content = private.content();
        failpoint::reach("unpack-syncing");
        sync::folder_tree(&content).map_err(|source| UnpackError::Settle { source })?;
        failpoint::reach("unpack-synced");
        if let Some(record) = record {
            record.settled(sync::is_settled(files)).map_err(UnpackError::Record)?;
        }
        let filled = move_into_place(&place, &content, force, context);
        if matches!(filled, Err(UnpackError::Move { .. })) {
            let _ = private.folder.keep();
        }
        filled
    }
}

/// Renames a staged `content` into place, and tells what kind of failure one is.
pub(super) fn move_into_place(
    place: &Place,
    content: &Path,
    force: bool,
    context: &Context<'_>,
) -> Result<PathBuf, UnpackError> {
    let destination = place.path().to_owned();
    match place.fill(content, force, context) {
        Ok(()) => Ok(destination),
        Err(source) if !force && place.is_filled() => {
            tracing::debug!(%source, "the destination was filled meanwhile");
            Err(UnpackError::Exists { path: destination })
        }
        Err(source) => Err(UnpackError::Move { staging: content.to_owned(), destination, source }),
    }
}

/// Tries to make a staging folder: a sweep of another run may take one for dead before it is locked.
const ATTEMPTS: usize = 4;

impl Private {
    fn create(place: &Place) -> io::Result<Self> {
        let mut builder = tempfile::Builder::new();
        let prefix = place.sibling(STAGING);
        builder.prefix(&prefix).rand_bytes(8);
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
        let mut last = io::Error::from(io::ErrorKind::NotFound);
        for _ in 0..ATTEMPTS {
            let folder = builder.tempdir_in(place.parent())?;
            match furnish(folder.path()) {
                Ok(lock) => return Ok(Self { _lock: lock, folder }),
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    fn content(&self) -> PathBuf {
        self.folder.path().join(CONTENT)
    }
}

/// Locks a new staging folder, then makes what will hold the files: whoever swept it meanwhile is noticed there.
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

/// Never through a link.
pub(super) fn lock_options() -> OpenOptions {
    let mut options = File::options();
    options.read(true).write(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.custom_flags(rustix::fs::OFlags::NOFOLLOW.bits().cast_signed());
    }
    options
}
