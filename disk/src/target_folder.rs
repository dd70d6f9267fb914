//! A folder that must appear whole: its hidden siblings, which carry its name, and the rename that fills it.

use crate::{rename, sync_folder};
use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Path, PathBuf};
use waybill_context::{Cancelled, Context, failpoint};
use waybill_schemas::codes::{Classified, Code, package};

/// Private staging: `.<name>.waybill-<random>`.
pub(crate) const STAGING: &str = ".waybill-";
/// The folder that a forced replacement moved aside: `.<name>.old-<random>`.
const OLD: &str = ".old-";
/// A folder that is being removed and must never come back: `.<name>.trash-<random>`.
pub(crate) const TRASH: &str = ".trash-";

/// Why a folder did not get into its place. Except after [`StagingError::Move`] no staged file is left behind.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StagingError {
    /// The path cannot be a destination: it ends without a name, or a file or a link is there.
    #[error("{} cannot be the destination: {why}", path.display())]
    Unusable {
        /// The destination as the caller gave it, or absolute once [`TargetFolder::new`] accepted it.
        path: PathBuf,
        /// What is wrong with it.
        why: &'static str,
    },
    /// The destination is a folder that is not empty, and the caller did not allow it to be replaced.
    #[error("{} is there already and is not empty", path.display())]
    Exists {
        /// The absolute destination.
        path: PathBuf,
    },
    /// The staging folder beside the destination could not be made.
    #[error("cannot make a staging folder in {}", folder.display())]
    Staging {
        /// The destination's parent, in which the staging folder was to be made.
        folder: PathBuf,
        /// The system's error.
        #[source]
        source: io::Error,
    },
    /// The unpacked files could not be made to survive a loss of power.
    #[error("cannot settle the unpacked files on the disk")]
    Settle {
        /// The system's error.
        #[source]
        source: io::Error,
    },
    /// Everything is staged, but the staged folder could not be moved into place; it is kept.
    #[error("cannot move {} to {}; the unpacked files stay there", staging.display(), destination.display())]
    Move {
        /// The staged folder with the files.
        staging: PathBuf,
        /// The absolute destination.
        destination: PathBuf,
        /// The system's error; after a replacement that could not be undone its text says so.
        #[source]
        source: io::Error,
    },
    /// The caller's cancel flag was set.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

impl Classified for StagingError {
    fn code(&self) -> &'static Code {
        match self {
            Self::Unusable { .. } => &package::DESTINATION_UNUSABLE,
            Self::Exists { .. } => &package::DESTINATION_EXISTS,
            Self::Staging { .. } => &package::STAGING_FAILED,
            Self::Settle { .. } => &package::UNPACK_FAILED,
            Self::Move { .. } => &package::MOVE_FAILED,
            Self::Cancelled(_) => &package::INTERRUPTED,
        }
    }
}

/// A destination for a folder, and whether it may replace one that is not empty.
#[derive(Debug, Clone)]
pub struct TargetFolder {
    path: PathBuf,
    replace: bool,
}

impl TargetFolder {
    /// The folder at `path`, which need not exist. With `replace` a folder that is not empty is moved aside first, and
    /// removed once the new one is in place.
    ///
    /// # Errors
    /// [`StagingError::Unusable`] where `path` ends without a name.
    pub fn new(path: &Path, replace: bool) -> Result<Self, StagingError> {
        Ok(Self { path: absolute_destination(path)?, replace })
    }

    /// The absolute path of the destination.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Checks that a folder may come here, and changes nothing.
    ///
    /// # Errors
    /// A file or a link at the destination; a folder that is not empty, unless it may be replaced.
    pub fn check(&self) -> Result<(), StagingError> {
        let unusable = |why| Err(StagingError::Unusable { path: self.path.clone(), why });
        // Without following a link: what it leads to is not ours to replace.
        match self.path.symlink_metadata() {
            Err(_) => Ok(()), // not there; if it is something else, the rename will say so
            Ok(metadata) if metadata.is_symlink() => unusable("it is a link"),
            Ok(metadata) if !metadata.is_dir() => unusable("it is a file"),
            Ok(_) if !self.replace && self.is_filled() => {
                Err(StagingError::Exists { path: self.path.clone() })
            }
            Ok(_) => Ok(()),
        }
    }

    /// Whether a folder that is not empty is there.
    pub fn is_filled(&self) -> bool {
        std::fs::read_dir(&self.path).is_ok_and(|mut entries| entries.next().is_some())
    }

    /// The folder that holds the target; [`TargetFolder::new`] made sure that there is one.
    pub(crate) fn parent(&self) -> &Path {
        self.path.parent().unwrap_or(&self.path)
    }

    /// `.<name><kind>`: hidden, and beside the target so that it is on the same volume.
    pub(crate) fn sibling(&self, kind: &str) -> OsString {
        let mut sibling = OsString::from(".");
        sibling.push(self.path.file_name().unwrap_or_default());
        sibling.push(kind);
        sibling
    }

    /// A new name for a sibling of this kind, with 64 random bits.
    ///
    /// # Errors
    /// The system has no random bytes.
    pub fn new_sibling(&self, kind: &str) -> io::Result<PathBuf> {
        let mut random = [0; 8];
        // Random, so that nobody else can make the folder first.
        getrandom::fill(&mut random).map_err(io::Error::other)?;
        let random: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(self.parent().join(self.sibling(&format!("{kind}{random}"))))
    }

    /// This user's folders of one kind beside the target; empty where the parent cannot be listed.
    pub fn siblings(&self, kind: &str) -> Vec<PathBuf> {
        let prefix = self.sibling(kind);
        // Staging folders are named by tempfile, the others by `new_sibling`.
        let is_random = if kind == STAGING { u8::is_ascii_alphanumeric } else { u8::is_ascii_hexdigit };
        let Ok(entries) = fs_err::read_dir(self.parent()) else { return Vec::new() };
        let ours = entries.filter_map(Result::ok).map(|entry| entry.path());
        ours.filter(|path| {
            path.file_name().is_some_and(|name| is_named(name, &prefix, is_random)) && is_ours(path)
        })
        .collect()
    }

    /// Gives the old folder its name back where a forced replacement was cut between its two renames.
    pub(crate) fn recover(&self) -> io::Result<()> {
        if self.path.symlink_metadata().is_ok() {
            return Ok(());
        }
        let left = self.siblings(OLD);
        let [old] = left.as_slice() else { return Ok(()) }; // of several, none is the one
        tracing::info!(folder = %old.display(), "a replacement was cut short: the old folder is back");
        fs_err::rename(old, &self.path)
    }

    /// Renames `content` into place, and makes that durable.
    pub(crate) fn fill(&self, content: &Path, context: &Context<'_>) -> Result<(), StagingError> {
        self.replace_by(content, context).map_err(|source| {
            if !self.replace && self.is_filled() {
                tracing::debug!(%source, "the destination was filled meanwhile");
                return StagingError::Exists { path: self.path.clone() };
            }
            StagingError::Move { staging: content.to_owned(), destination: self.path.clone(), source }
        })
    }

    /// Replaces the target. The folder that was moved aside is removed at the end, so that only a whole folder ever
    /// comes back.
    fn replace_by(&self, content: &Path, context: &Context<'_>) -> io::Result<()> {
        let old = if self.replace && self.is_filled() { Some(self.set_aside(context)?) } else { None };
        // Windows renames no folder over another one, not even an empty one.
        if old.is_none() && self.path.is_dir() {
            fs_err::remove_dir(&self.path)?; // refuses unless it is empty
        }
        failpoint::reach("unpack-renaming");
        if let Err(error) = rename(content, &self.path, context) {
            // A refused replacement must not leave the destination empty.
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

    /// Moves the old folder back after the replacement failed with `error`, which is returned.
    fn put_back(&self, old: &Path, error: io::Error, context: &Context<'_>) -> io::Error {
        match rename(old, &self.path, context) {
            Ok(()) => error,
            Err(_) => io::Error::other(format!("{error}; the folder that was there is {}", old.display())),
        }
    }

    /// Removes one of our folders; what cannot be removed now is left to a sweep. The folder is renamed first, or half
    /// of it could come back as a whole one.
    pub(crate) fn discard(&self, folder: &Path) {
        // On Windows the rename fails where a file in the folder is open, and then nothing was removed yet.
        let trashed = self.new_sibling(TRASH).and_then(|trash| {
            fs_err::rename(folder, &trash)?;
            failpoint::reach("unpack-trashed");
            Ok(trash)
        });
        if let Err(error) = trashed.and_then(fs_err::remove_dir_all) {
            tracing::warn!(%error, "a folder that is not needed any more could not be removed");
        }
    }

    /// The one folder that a forced replacement moved aside, and that a run left which died after the new folder was in
    /// place.
    pub(crate) fn replaced(&self) -> Option<PathBuf> {
        let mut old = self.siblings(OLD);
        let one = old.pop();
        one.filter(|_| old.is_empty() && self.is_filled())
    }
}

/// The absolute path of a new file or folder, which must end in a name.
///
/// # Errors
/// [`StagingError::Unusable`] where `path` ends without a name.
pub fn absolute_destination(path: &Path) -> Result<PathBuf, StagingError> {
    let unusable = |why| StagingError::Unusable { path: path.to_owned(), why };
    let absolute = std::path::absolute(path).map_err(|_| unusable("not a path"))?;
    match absolute.file_name() {
        // Without a separator at its end: with one, a link would be followed before it is looked at.
        Some(_) => Ok(absolute.components().collect()),
        None => Err(unusable("it has no name of its own")),
    }
}

/// The name of the target that a hidden sibling of ours belongs to: `7zip_3` of `.7zip_3.waybill-0123…`.
pub fn target_of_sibling(name: &str) -> Option<&str> {
    let name = name.strip_prefix('.')?;
    let at = [STAGING, OLD, TRASH].into_iter().filter_map(|kind| name.rfind(kind)).max()?;
    (at > 0).then(|| &name[..at])
}

/// Whether `name` is `prefix` and a random part. Another name that begins alike is not ours: somebody may have renamed a
/// folder to keep it.
pub(crate) fn is_named(name: &OsStr, prefix: &OsStr, is_random: impl Fn(&u8) -> bool) -> bool {
    let random = name.as_encoded_bytes().strip_prefix(prefix.as_encoded_bytes());
    random.is_some_and(|random| !random.is_empty() && random.iter().all(is_random))
}

/// A real folder of this user: other users may write to the folder that holds a destination, too.
#[cfg(unix)]
pub(crate) fn is_ours(folder: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let own = rustix::process::geteuid().as_raw();
    folder.symlink_metadata().is_ok_and(|there| there.is_dir() && there.uid() == own)
}

/// A real folder of this user, or of the system or administrators: other users may write to the folder that holds a
/// destination, too.
#[cfg(windows)]
pub(crate) fn is_ours(folder: &Path) -> bool {
    folder.symlink_metadata().is_ok_and(|there| there.is_dir())
        && crate::root::is_our_own(folder).unwrap_or(false)
}
