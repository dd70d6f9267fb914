//! Whether there is nothing to fetch.

use super::{Place, PlaceError, State};
use crate::FetchOptions;
use crate::manifest::{Depth, FolderFault, Manifest, Summary};
use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Path, PathBuf};
use waybill_context::Context;
use waybill_disk::{StagingError, TargetFolder, folder_of, private_file, sync_folder};
use waybill_schemas::Mac;

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

    /// One damaged folder of each name is kept for whoever wants to look at it.
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
