//! Phase 3: a content's files in their place, and what dead runs left out of the way.
//!
//! ```text
//! Place::of               where, and which lock and manifest belong to it
//! Place::already_there    nothing to fetch: the folder is whole, or a dead run's staging is, and is taken up
//! Place::unpack           files beside their place, their manifest, one rename
//! remove_content          the encrypted content, which nobody needs any more
//! sweep                   what no run will ever take up again
//! ```

mod error;
mod present;
mod sweep;
mod unpacked;

pub use error::PlaceError;

pub(crate) use sweep::sweep;

use crate::journal::Journal;
use crate::layout::{self, Incoming};
use crate::{Destination, FetchOptions};
use intunewin::UnpackOptions;
use std::io;
use std::path::{Path, PathBuf};
use waybill_context::failpoint;
use waybill_disk::private_file;
use waybill_disk::{Root, StagingError};

/// Where a content folder shall be.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    path: PathBuf,
    manifest: PathBuf,
    /// In the cache everything is ours: what is damaged is moved aside without being asked.
    in_cache: bool,
}

/// A content folder that was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Placed {
    /// Files in it.
    pub(crate) files: u64,
    /// Bytes of all files.
    pub(crate) bytes: u64,
}

impl Place {
    /// The place of `destination`, which need not be there yet.
    ///
    /// # Errors
    /// A name that is no folder's; a file or link that lies there.
    pub(crate) fn of(root: &Root, destination: &Destination) -> Result<Self, PlaceError> {
        let (path, in_cache) = match destination {
            Destination::Folder(path) => (absolute(path)?, false),
            Destination::Cache { app, revision } => (layout::cache_folder(root, app, revision)?, true),
        };
        let manifest = layout::manifest_path(root, &path);
        let place = Self { path, manifest, in_cache };
        place.look()?;
        Ok(place)
    }

    /// The folder, absolute.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Held by whoever works on this folder, taken after the content's lock.
    pub(crate) fn lock(&self) -> PathBuf {
        self.manifest.with_extension("lock")
    }

    fn look(&self) -> Result<State, PlaceError> {
        let unusable = |why| StagingError::Unusable { path: self.path.clone(), why };
        match self.path.symlink_metadata() {
            Err(_) => Ok(State::Missing), // if it is something else, making it will say so
            Ok(metadata) if metadata.is_symlink() => Err(unusable("it is a link").into()),
            Ok(metadata) if !metadata.is_dir() => Err(unusable("it is a file").into()),
            Ok(_) => {
                let is_filled = std::fs::read_dir(&self.path).is_ok_and(|mut inside| inside.next().is_some());
                Ok(if is_filled { State::Filled } else { State::Empty })
            }
        }
    }

    fn unpack_options(options: &FetchOptions) -> UnpackOptions {
        UnpackOptions::default()
            .with_policy(options.policy.clone())
            .with_force(options.force)
            .with_threads(options.threads)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Missing,
    Empty,
    Filled,
}

fn absolute(path: &Path) -> Result<PathBuf, StagingError> {
    let unusable = |why| StagingError::Unusable { path: path.to_owned(), why };
    let absolute = std::path::absolute(path).map_err(|_| unusable("not a path"))?;
    if absolute.file_name().is_none() {
        return Err(unusable("it has no name of its own"));
    }
    Ok(absolute)
}

/// Removes an encrypted content whose files are in place, and its journal.
///
/// The content first: a death in between leaves a few hundred bytes that count as none, and that the next run sweeps.
/// The other way round it would leave gigabytes that look like a download to go on with.
///
/// # Errors
/// I/O; the files are in place all the same.
pub(crate) fn remove_content(incoming: &Incoming) -> io::Result<()> {
    failpoint::reach("partial-removing");
    private_file::remove(&incoming.partial())?;
    failpoint::reach("partial-removed");
    Journal::remove(&incoming.journal())?;
    failpoint::reach("journal-removed");
    Ok(())
}

#[cfg(test)]
mod tests;
