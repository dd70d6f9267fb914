//! Phase 3: a content's files in their place, and what dead runs left out of the way.
//!
//! ```text
//! Place::of               where, and which lock and manifest belong to it
//! Place::already_there    nothing to fetch: the folder is whole, or a dead run's staging is, and is taken up
//! Place::unpack           files beside their place, their manifest, one rename
//! remove_content          the encrypted content, which nobody needs any more
//! sweep                   what no run will ever take up again
//! ```

mod sweep;

use crate::error::{FolderFault, PlaceError};
use crate::journal::Journal;
use crate::layout::{self, Incoming};
use crate::manifest::{Depth, Described, Manifest, ManifestWriter, Summary};
use crate::{Destination, FetchOptions};
use intunewin::{AuthenticatedContent, EntryName, UnpackOptions};
use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Path, PathBuf};
pub(crate) use sweep::sweep;
use waybill_context::{Context, failpoint};
use waybill_disk::{Root, StagingError, TargetFolder, folder_of, private_file, space, sync_folder};
use waybill_schemas::Mac;

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

    /// Held while this folder is worked on, taken after the content's lock.
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

/// A content folder that is there and whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Present {
    /// Files in it.
    pub(crate) files: u64,
    /// Bytes of all files.
    pub(crate) bytes: u64,
    /// Its setup file, where the document said.
    pub(crate) setup_file: Option<String>,
    /// True where a dead run had unpacked it and this one moved it into place.
    pub(crate) taken_up: bool,
}

impl Present {
    fn new(summary: &Summary, taken_up: bool) -> Self {
        let Summary { files, bytes, ref setup_file, .. } = *summary;
        Self { files, bytes, setup_file: setup_file.clone(), taken_up }
    }
}

impl Place {
    /// Finds the content with this MAC unpacked: in its place and whole by its manifest, or in the staging folder of a
    /// run that died before its rename, and then it is moved into place. The caller holds [`Place::lock`].
    ///
    /// `None`: there is something to fetch, and the place is free for it. A folder of the cache that is something else
    /// was moved aside then.
    ///
    /// # Errors
    /// A folder elsewhere that is filled with something else or was changed, without `options.force`; I/O; interruption.
    pub(crate) fn already_there(
        &self,
        mac: &Mac,
        options: &FetchOptions,
        context: &Context<'_>,
    ) -> Result<Option<Present>, PlaceError> {
        let manifest = Manifest::open(&self.manifest).filter(|manifest| manifest.summary().mac == *mac);
        let depth = if options.check_in_full { Depth::Full } else { Depth::Names };
        let check =
            |manifest: &Manifest, folder: &Path| manifest.check(folder, depth, options.threads, context);
        let state = self.look()?;
        let fault = match &manifest {
            Some(manifest) if state != State::Missing => {
                let fault = check(manifest, &self.path)?;
                if fault.is_none() {
                    // The folder is whole, so nobody needs what dead runs left beside it.
                    TargetFolder::new(&self.path, false)?.sweep(context);
                    return Ok(Some(Present::new(manifest.summary(), false)));
                }
                fault
            }
            _ => None,
        };
        if state == State::Filled {
            self.make_way(fault, options, context)?;
        }
        // A check that fails for another reason counts as damage: the content is fetched again, which costs
        // traffic and nothing else. An interruption ends the run right after this.
        let is_whole = |staged: &Path| {
            manifest.as_ref().is_some_and(|manifest| matches!(check(manifest, staged), Ok(None)))
        };
        let taken_up = TargetFolder::new(&self.path, options.force)?.take_up(&is_whole, context)?;
        context.check()?;
        match (taken_up, &manifest) {
            (Some(_), Some(manifest)) => Ok(Some(Present::new(manifest.summary(), true))),
            // A replacement that was cut short may just have been undone.
            _ if self.look()? == State::Filled && !options.force => self.exists(),
            _ => Ok(None),
        }
    }

    fn exists<T>(&self) -> Result<T, PlaceError> {
        Err(StagingError::Exists { path: self.path.clone() }.into())
    }

    /// The folder is filled, and not with this content as it was unpacked.
    fn make_way(
        &self,
        fault: Option<FolderFault>,
        options: &FetchOptions,
        context: &Context<'_>,
    ) -> Result<(), PlaceError> {
        if self.in_cache {
            let aside = self
                .move_aside(context)
                .map_err(|source| PlaceError::Aside { path: self.path.clone(), source })?;
            let why =
                fault.map_or_else(|| "another content, or no manifest".into(), |fault| fault.to_string());
            tracing::warn!(folder = %self.path.display(), aside = %aside.display(), why, "a content folder is moved aside");
            return Ok(());
        }
        match fault {
            _ if options.force => Ok(()), // replaced once its successor is unpacked
            Some(fault) => Err(PlaceError::Damaged { path: self.path.clone(), fault }),
            None => self.exists(),
        }
    }

    /// One damaged folder of each name is kept for a person to look at.
    fn move_aside(&self, context: &Context<'_>) -> io::Result<PathBuf> {
        let mut prefix = OsString::from(".");
        prefix.push(self.path.file_name().unwrap_or_default());
        prefix.push(BAD);
        let parent = self.path.parent().unwrap_or(&self.path);
        for entry in fs_err::read_dir(parent)?.filter_map(Result::ok) {
            if is_named(&entry.file_name(), &prefix) {
                let _ = std::fs::remove_dir_all(entry.path())
                    .inspect_err(|error| tracing::debug!(%error, "an older damaged folder stays"));
            }
        }
        let mut random = [0; 8];
        getrandom::fill(&mut random).map_err(io::Error::other)?;
        prefix.push(random.iter().map(|byte| format!("{byte:02x}")).collect::<String>());
        let aside = parent.join(prefix);
        private_file::rename(&self.path, &aside, context)?;
        sync_folder(folder_of(&aside));
        // Sweeping counts from now; where the time cannot be set, it goes earlier.
        let _ = std::fs::File::open(&aside).and_then(|folder| folder.set_modified(context.clock().now()));
        Ok(aside)
    }
}

/// `prefix` and a random part, nothing else: another app's name may begin so.
fn is_named(name: &OsStr, prefix: &OsStr) -> bool {
    let random = name.as_encoded_bytes().strip_prefix(prefix.as_encoded_bytes());
    random.is_some_and(|random| random.iter().all(u8::is_ascii_hexdigit))
}

/// `.<name>.bad-<random>` in the cache.
pub(super) const BAD: &str = ".bad-";

/// What an entry takes on the disk beside its bytes: half a block, on an average.
const OVERHEAD: u64 = 2 << 10;

impl Place {
    /// Unpacks `content` beside its place and renames it there, with a manifest that is whole before that. The caller
    /// holds [`Place::lock`] and has asked [`Place::already_there`].
    ///
    /// # Errors
    /// Too little room, found before the first byte is written; rules that the payload breaks; I/O; a place that was filled
    /// meanwhile; interruption. Nothing half-done stays, and the encrypted content does.
    pub(crate) fn unpack(
        &self,
        content: AuthenticatedContent,
        setup_file: Option<&str>,
        options: &FetchOptions,
        context: &Context<'_>,
    ) -> Result<Placed, PlaceError> {
        let archive = content.archive(&options.policy, context)?;
        let entries = archive.file_count() + archive.folder_count();
        let needed = archive.unpacked_size().saturating_add(entries.saturating_mul(OVERHEAD));
        drop(archive);
        // The check before the download went by the size that the document claims. Only the authenticated
        // archive knows the sizes of the files and how many there are.
        space::check(self.path.parent().unwrap_or(&self.path), needed)?;
        let is_name = |name: &&str| EntryName::parse(name.as_bytes(), true).is_ok();
        let described = Described {
            mac: content.encryption_info().mac,
            destination: self.path.clone(),
            setup_file: setup_file.filter(is_name).map(str::to_owned),
        };
        let manifest = ManifestWriter::create(&self.manifest, described, context)?;
        let folder =
            content.unpack_recorded(&self.path, &Self::unpack_options(options), &manifest, context)?;
        Ok(Placed { files: folder.files, bytes: folder.bytes })
    }
}
