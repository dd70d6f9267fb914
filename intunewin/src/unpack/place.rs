//! The destination, the hidden siblings that carry its name, and the rename that fills it.

use super::UnpackError;
use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Path, PathBuf};
use waybill_context::{Context, failpoint};
use waybill_disk::{rename, sync_folder};

/// Private staging: `.<name>.waybill-<random>`.
pub(super) const STAGING: &str = ".waybill-";
/// What a forced replacement moved aside: `.<name>.old-<random>`.
const OLD: &str = ".old-";
/// What is being removed and must never come back: `.<name>.trash-<random>`.
pub(super) const TRASH: &str = ".trash-";

/// Where a payload is unpacked to.
pub(super) struct Place {
    path: PathBuf,
}

impl Place {
    /// The absolute form of a path that has a name of its own.
    pub(super) fn of(destination: &Path) -> Result<Self, UnpackError> {
        let unusable = |why| UnpackError::Destination { path: destination.to_owned(), why };
        let path = std::path::absolute(destination).map_err(|_| unusable("not a path"))?;
        if path.parent().is_none() || path.file_name().is_none() {
            return Err(unusable("it has no name of its own"));
        }
        Ok(Self { path })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The folder around it; [`Place::of`] has seen that there is one.
    pub(super) fn parent(&self) -> &Path {
        self.path.parent().unwrap_or(&self.path)
    }

    /// `.<name><kind>`: hidden, and beside the destination, so on its volume.
    pub(super) fn sibling(&self, kind: &str) -> OsString {
        let mut sibling = OsString::from(".");
        sibling.push(self.path.file_name().unwrap_or_default());
        sibling.push(kind);
        sibling
    }

    /// A sibling that is not there yet.
    pub(super) fn new_sibling(&self, kind: &str) -> io::Result<PathBuf> {
        let mut random = [0; 8];
        getrandom::fill(&mut random).map_err(io::Error::other)?;
        let random: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(self.parent().join(self.sibling(&format!("{kind}{random}"))))
    }

    /// Our folders of one kind beside the destination. None where its folder may not be listed.
    pub(super) fn siblings(&self, kind: &str) -> Vec<PathBuf> {
        let prefix = self.sibling(kind);
        let Ok(entries) = fs_err::read_dir(self.parent()) else { return Vec::new() };
        let ours = entries.filter_map(Result::ok).map(|entry| entry.path());
        ours.filter(|path| path.file_name().is_some_and(|name| is_named(name, &prefix)) && is_ours(path))
            .collect()
    }

    /// Whether it can be a destination; touches nothing.
    pub(super) fn check(&self, force: bool) -> Result<(), UnpackError> {
        let path = || self.path.clone();
        match self.path.symlink_metadata() {
            Err(_) => Ok(()), // not there; if it is something else, the rename will say so
            Ok(metadata) if metadata.is_symlink() => {
                Err(UnpackError::Destination { path: path(), why: "it is a link" })
            }
            Ok(metadata) if !metadata.is_dir() => {
                Err(UnpackError::Destination { path: path(), why: "it is a file" })
            }
            Ok(_) if !force && self.is_filled() => Err(UnpackError::Exists { path: path() }),
            Ok(_) => Ok(()),
        }
    }

    pub(super) fn is_filled(&self) -> bool {
        std::fs::read_dir(&self.path).is_ok_and(|mut entries| entries.next().is_some())
    }

    /// A forced replacement that was cut between its two renames left only the old folder: it gets its name back.
    pub(super) fn recover(&self) -> io::Result<()> {
        if self.path.symlink_metadata().is_ok() {
            return Ok(());
        }
        let left = self.siblings(OLD);
        let [old] = left.as_slice() else { return Ok(()) }; // of several, none is the one
        tracing::info!(folder = %old.display(), "a replacement was cut short: the old folder is back");
        fs_err::rename(old, &self.path)
    }

    /// Renames `content` into the destination's place; what a forced replacement moves aside is removed.
    pub(super) fn fill(&self, content: &Path, force: bool, context: &Context<'_>) -> io::Result<()> {
        let old = if force && self.is_filled() { Some(self.set_aside(context)?) } else { None };
        if old.is_none() && self.path.is_dir() {
            fs_err::remove_dir(&self.path)?; // refuses unless it is empty
        }
        failpoint::reach("unpack-renaming");
        if let Err(error) = rename(content, &self.path, context) {
            let Some(old) = old else { return Err(error) };
            return Err(self.put_back(&old, error, context));
        }
        failpoint::reach("unpack-renamed");
        sync_folder(self.parent());
        failpoint::reach("unpack-parent-synced");
        if let Some(old) = old {
            self.discard(&old);
        }
        Ok(())
    }

    fn set_aside(&self, context: &Context<'_>) -> io::Result<PathBuf> {
        let old = self.new_sibling(OLD)?;
        failpoint::reach("unpack-setting-aside");
        rename(&self.path, &old, context)?;
        failpoint::reach("unpack-set-aside");
        Ok(old)
    }

    /// The replacement failed with `error`.
    fn put_back(&self, old: &Path, error: io::Error, context: &Context<'_>) -> io::Error {
        match rename(old, &self.path, context) {
            Ok(()) => error,
            Err(_) => io::Error::other(format!("{error}; the folder that was there is {}", old.display())),
        }
    }

    /// Removes a folder of ours; what of it cannot be removed now is only litter. It loses its name first, or a
    /// half-removed folder could come back as a whole one.
    pub(super) fn discard(&self, folder: &Path) {
        let trashed = self.new_sibling(TRASH).and_then(|trash| {
            fs_err::rename(folder, &trash)?;
            failpoint::reach("unpack-trashed");
            Ok(trash)
        });
        if let Err(error) = trashed.and_then(fs_err::remove_dir_all) {
            tracing::warn!(%error, "a folder that is not needed any more could not be removed");
        }
    }

    /// What a forced replacement moved aside, and a run that died after the new folder came into place left.
    pub(super) fn replaced(&self) -> Option<PathBuf> {
        let mut old = self.siblings(OLD);
        let one = old.pop();
        one.filter(|_| old.is_empty() && self.is_filled())
    }
}

/// `prefix` and a random part of letters and digits: a name that starts alike by chance is not ours.
fn is_named(name: &OsStr, prefix: &OsStr) -> bool {
    let random = name.as_encoded_bytes().strip_prefix(prefix.as_encoded_bytes());
    random.is_some_and(|random| !random.is_empty() && random.iter().all(u8::is_ascii_alphanumeric))
}

/// A real folder, and not somebody else's: a destination may lie in a folder where others write, too.
fn is_ours(folder: &Path) -> bool {
    folder.symlink_metadata().is_ok_and(|metadata| {
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt;
            if metadata.uid() != rustix::process::geteuid().as_raw() {
                return false;
            }
        }
        metadata.is_dir()
    })
}
