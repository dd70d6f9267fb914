//! Puts a content's files into their place, and removes what dead runs left.
//!
//! ```text
//! DestinationFolder::new             the path, and the lock and manifest that belong to it
//! DestinationFolder::already_there   nothing to fetch: the folder is whole, or a dead run's staging is and is moved into place
//! DestinationFolder::unpack          stages the files beside their place, writes their manifest, renames once
//! remove_content                     removes the encrypted content once its files are in place
//! sweep                              removes what no run will continue with
//! ```

mod sweep;

use crate::error::{FolderFault, PlaceError};
use crate::journal::Journal;
use crate::layout::{self, Incoming};
use crate::manifest::{Depth, Described, Manifest, ManifestWriter, Summary};
use crate::{Destination, FetchOptions};
use intunewin::{AuthenticatedContent, ContentFolder, EntryName, UnpackOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;
pub(crate) use sweep::sweep;
use waybill_context::{Context, failpoint};
use waybill_disk::{
    Lock, Root, StagingError, TargetFolder, absolute_destination, folder_of, private_file, space, sync_folder,
};
use waybill_schemas::Mac;

/// The place of a content folder.
#[derive(Debug, Clone)]
pub(crate) struct DestinationFolder {
    path: PathBuf,
    manifest: PathBuf,
    /// Whether it is in the cache, where a damaged folder is moved aside without asking.
    in_cache: bool,
    /// Where an earlier version would have put it, and the manifest of that folder.
    former: Option<(PathBuf, PathBuf)>,
}

impl DestinationFolder {
    /// The folder of `destination`, which need not exist yet.
    ///
    /// # Errors
    /// An app or revision that cannot name a folder; a file or link at the destination.
    pub(crate) fn new(root: &Root, destination: &Destination) -> Result<Self, PlaceError> {
        let (path, in_cache) = match destination {
            Destination::Folder(path) => (absolute_destination(path)?, false),
            Destination::Cache { app, revision } => (layout::cache_folder(root, app, revision)?, true),
        };
        let manifest = layout::manifest_path(root, &path);
        let former = root.former_cache().filter(|_| in_cache).zip(path.file_name());
        let former = former.map(|(cache, name)| cache.join(name));
        let former = former.map(|folder| (folder.clone(), layout::manifest_path(root, &folder)));
        let folder = Self { path, manifest, in_cache, former };
        folder.target()?;
        Ok(folder)
    }

    /// The folder's absolute path.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The lock that is held while this folder is changed; it is taken after the content's.
    pub(crate) fn lock(&self) -> PathBuf {
        self.manifest.with_extension("lock")
    }

    /// Moves the folder that an earlier version unpacked to another place here, with its manifest, so that it need not be
    /// fetched again. Where this place is filled already, or the other one lies on another volume, that folder is
    /// removed. The caller holds [`DestinationFolder::lock`]; a folder in which an earlier version works is left alone.
    pub(crate) fn take_over(&self, context: &Context<'_>) {
        let Some((folder, manifest)) = &self.former else { return };
        if !folder.symlink_metadata().is_ok_and(|found| found.is_dir()) {
            return;
        }
        let Ok(_lock) = Lock::acquire(&manifest.with_extension("lock"), Duration::ZERO, context) else {
            return;
        };
        let is_free = self.path.symlink_metadata().is_err();
        // The manifest first: alone it describes a folder that is not there, which is harmless.
        let moved = is_free
            && private_file::rename(manifest, &self.manifest, context).is_ok()
            && private_file::rename(folder, &self.path, context).is_ok();
        if moved {
            tracing::info!(from = %folder.display(), to = %self.path.display(), "a content folder is taken over");
            [folder, &self.path].into_iter().for_each(|path| sync_folder(folder_of(path)));
        } else if let Err(error) = std::fs::remove_dir_all(folder) {
            tracing::warn!(%error, folder = %folder.display(), "an earlier version's content folder stays");
        }
    }

    /// The destination as one that may be replaced. A file or a link at its path is refused.
    fn target(&self) -> Result<TargetFolder, StagingError> {
        let target = TargetFolder::new(&self.path, true)?;
        target.check()?;
        Ok(target)
    }

    /// Looks for the unpacked content with this MAC: in its place and whole by its manifest, or staged whole by a run
    /// that died before its rename, which is then moved into place. The caller holds [`DestinationFolder::lock`].
    ///
    /// Returns `None` where the content has to be fetched and the place is free for it. Any other folder of the cache
    /// in that place was moved aside then.
    ///
    /// # Errors
    /// A folder outside the cache that holds something else or was changed, unless `options.force`; I/O; interruption.
    pub(crate) fn already_there(
        &self,
        mac: &Mac,
        options: &FetchOptions,
        context: &Context<'_>,
    ) -> Result<Option<Present>, PlaceError> {
        let manifest = Manifest::open(&self.manifest).filter(|manifest| manifest.summary.mac == *mac);
        let depth = if options.check_in_full { Depth::Full } else { Depth::Names };
        let check =
            |manifest: &Manifest, folder: &Path| manifest.check(folder, depth, options.threads, context);
        let target = self.target()?;
        let fault = match &manifest {
            Some(manifest) if self.path.is_dir() => {
                let fault = check(manifest, &self.path)?;
                if fault.is_none() {
                    // The folder is whole, so what dead runs left beside it is not needed.
                    target.sweep(context);
                    return Ok(Some(Present::new(&manifest.summary, false)));
                }
                fault
            }
            _ => None,
        };
        if target.is_filled() {
            self.make_way(&target, fault, options, context)?;
        }
        // Only the manifest of this very staging says that its files were settled; the one of an earlier folder in this place
        // says nothing about it. Every byte is read all the same, which costs less than one wrong byte. A check that fails
        // for another reason counts as a fault: unpacking the content again only costs time. An interruption ends the run
        // right after this.
        let is_whole = |staged: &Path| {
            manifest.as_ref().is_some_and(|manifest| {
                let outcome = || manifest.check(staged, Depth::Full, options.threads, context);
                manifest.is_of_staging(staged) && matches!(outcome(), Ok(None))
            })
        };
        let taken_up = TargetFolder::new(&self.path, options.force)?.take_up(&is_whole, context)?;
        context.check()?;
        match (taken_up, &manifest) {
            (Some(_), Some(manifest)) => Ok(Some(Present::new(&manifest.summary, true))),
            // A replacement that was cut short may just have been undone.
            _ if target.is_filled() && !options.force => self.exists(),
            _ => Ok(None),
        }
    }

    fn exists<T>(&self) -> Result<T, PlaceError> {
        Err(StagingError::Exists { path: self.path.clone() }.into())
    }

    /// Frees the place of a folder that is not this content as it was unpacked.
    fn make_way(
        &self,
        target: &TargetFolder,
        fault: Option<FolderFault>,
        options: &FetchOptions,
        context: &Context<'_>,
    ) -> Result<(), PlaceError> {
        if self.in_cache {
            let aside = self
                .move_aside(target, context)
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

    /// Moves the folder aside. One damaged folder of each name is kept for a person to look at.
    fn move_aside(&self, target: &TargetFolder, context: &Context<'_>) -> io::Result<PathBuf> {
        for older in target.siblings(BAD) {
            let _ = std::fs::remove_dir_all(older)
                .inspect_err(|error| tracing::debug!(%error, "an older damaged folder stays"));
        }
        let aside = target.new_sibling(BAD)?;
        private_file::rename(&self.path, &aside, context)?;
        sync_folder(folder_of(&aside));
        // A sweep counts its age from now; where the time cannot be set, it is removed earlier.
        let _ = std::fs::File::open(&aside).and_then(|folder| folder.set_modified(context.clock().now()));
        Ok(aside)
    }

    /// Unpacks `content` beside its place and renames it into place once its manifest is complete. The caller holds
    /// [`DestinationFolder::lock`] and called [`DestinationFolder::already_there`].
    ///
    /// # Errors
    /// Too little free space, found before the first byte is written; a payload that breaks the policy; I/O; a place
    /// that was filled meanwhile; interruption. No half-unpacked folder stays, and the encrypted content does.
    pub(crate) fn unpack(
        &self,
        content: AuthenticatedContent,
        setup_file: Option<&str>,
        options: &FetchOptions,
        context: &Context<'_>,
    ) -> Result<ContentFolder, PlaceError> {
        let archive = content.archive(&options.policy, context)?;
        let entries = archive.file_count() + archive.folder_count();
        let needed = archive.unpacked_size().saturating_add(entries.saturating_mul(OVERHEAD));
        drop(archive);
        // The check before the download used the size that the document claims. Only the authenticated archive has the
        // sizes and the number of files.
        space::check(self.path.parent().unwrap_or(&self.path), needed)?;
        let is_name = |name: &&str| EntryName::parse(name.as_bytes(), true).is_ok();
        let described = Described {
            mac: content.encryption_info().mac,
            destination: self.path.clone(),
            setup_file: setup_file.filter(is_name).map(str::to_owned),
        };
        let manifest = ManifestWriter::create(&self.manifest, described, context)?;
        let mut unpack = UnpackOptions::default();
        unpack.policy = options.policy.clone();
        (unpack.force, unpack.threads) = (options.force, options.threads);
        Ok(content.unpack_recorded(&self.path, &unpack, &manifest, context)?)
    }
}

/// Removes an encrypted content whose files are in place, and its journal.
///
/// The content goes first: a death in between leaves a journal, which counts as none and which the next run removes. In
/// the other order it would leave gigabytes that look like a download to continue.
///
/// # Errors
/// I/O; the files are in place nevertheless.
pub(crate) fn remove_content(incoming: &Incoming) -> io::Result<()> {
    failpoint::reach("partial-removing");
    private_file::remove(&incoming.partial())?;
    failpoint::reach("partial-removed");
    Journal::remove(&incoming.journal())?;
    failpoint::reach("journal-removed");
    Ok(())
}

/// A content folder that is in its place and whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Present {
    /// Number of files.
    pub(crate) files: u64,
    /// Sum of all files' sizes in bytes.
    pub(crate) bytes: u64,
    /// The setup file's name, where the document gave it.
    pub(crate) setup_file: Option<String>,
    /// Whether a dead run had unpacked it and this one moved it into place.
    pub(crate) taken_up: bool,
}

impl Present {
    fn new(summary: &Summary, taken_up: bool) -> Self {
        let Summary { files, bytes, ref setup_file, .. } = *summary;
        Self { files, bytes, setup_file: setup_file.clone(), taken_up }
    }
}

/// The name of a damaged folder in the cache: `.<name>.bad-<random>`.
pub(super) const BAD: &str = ".bad-";

/// The space that an entry takes besides its bytes: half a block on average.
const OVERHEAD: u64 = 2 << 10;

#[cfg(test)]
mod tests;
