//! The folder of state, partial downloads and content folders: ours alone, or refused.
//!
//! ```text
//! <root>/Content/Incoming/<mac hex>.partial | .journal | .lock    downloads that are under way
//! <root>/Content/Manifests/<key>.jsonl | .lock                    what was unpacked where
//! <root>/Cache/<app>_<revision>/                                  content folders
//! <root>/Logs/
//! ```
//!
//! Files directly in it are the agent's ([`Root::file`]).

mod default_path;
#[cfg(windows)]
mod ownership;
mod private_folder;

use crate::durable_file;
use intunewin::EntryName;
use sha2::{Digest as _, Sha256};
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use waybill_schemas::Mac;
use waybill_schemas::codes::{self, Classified, Code};

/// Why a folder cannot be the root.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RootError {
    /// It, or a folder in it, cannot be made or opened.
    #[error("cannot use {} for state and downloads", path.display())]
    Io {
        /// The folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// It, or a folder in it, is not ours alone.
    #[error("{} is not used for state and downloads: {why}", path.display())]
    Foreign {
        /// The folder.
        path: PathBuf,
        /// What is wrong with it.
        why: &'static str,
    },
}

impl Classified for RootError {
    fn code(&self) -> &'static Code {
        &codes::root::ROOT_UNUSABLE
    }
}

/// An app or revision that names no folder of the cache.
#[derive(Debug, thiserror::Error)]
#[error("{app:?}, revision {revision:?}, cannot name a folder of the cache")]
pub struct CacheNameError {
    /// The app.
    pub app: String,
    /// Its revision.
    pub revision: String,
}

impl Classified for CacheNameError {
    fn code(&self) -> &'static Code {
        &codes::root::CACHE_NAME
    }
}

/// The folder of state and partial downloads, and of the content folders that have no other place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Root {
    path: PathBuf,
}

impl Root {
    /// Where it is unless `--root` or `WAYBILL_ROOT` says otherwise: `%ProgramData%\Waybill` on Windows; elsewhere
    /// `$XDG_STATE_HOME/waybill`, else `/var/lib/waybill` for root and `~/.local/state/waybill` for everybody else.
    pub fn default_path() -> PathBuf {
        default_path::of_this_process()
    }

    /// Opens the root at `path`, and makes it and its folders where they are missing, for their owner alone.
    ///
    /// On Unix each must belong to this process's user, and nobody else may write to it; none may be a link. On
    /// Windows it must belong to the system, to administrators or to this process's user; made by one of the first two
    /// it is closed to everybody else (`docs/security.md`).
    ///
    /// # Errors
    /// A folder that is not ours alone, is a link, or cannot be made.
    pub fn open(path: &Path) -> Result<Self, RootError> {
        let path =
            std::path::absolute(path).map_err(|source| RootError::Io { path: path.to_owned(), source })?;
        let root = private_folder::open(&path)?;
        let content = root.folder("Content")?;
        content.folder("Incoming")?;
        content.folder("Manifests")?;
        root.folder("Cache")?;
        root.folder("Logs")?;
        Ok(Self { path })
    }

    /// The folder itself.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Opens a file directly in the root, for its owner alone, or makes it; what it holds stays, its mode is set right.
    ///
    /// # Errors
    /// A link, or I/O.
    pub fn file(&self, name: &str) -> io::Result<File> {
        let file = durable_file::open_or_create(&self.path.join(name))?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            file.set_permissions(std::fs::Permissions::from_mode(0o600))?;
        }
        Ok(file)
    }

    /// The files of the download of the content with this MAC.
    pub(crate) fn incoming(&self, mac: &Mac) -> Incoming {
        Incoming { stem: self.incoming_folder().join(mac.to_hex()) }
    }

    /// The files of the download whose names begin so; `None` where that is no MAC.
    pub(crate) fn incoming_of(&self, stem: &str) -> Option<Incoming> {
        let is_digit = |c: char| matches!(c, '0'..='9' | 'a'..='f');
        let is_mac = stem.len() == 2 * Mac::LENGTH && stem.chars().all(is_digit);
        is_mac.then(|| Incoming { stem: self.incoming_folder().join(stem) })
    }

    /// Where downloads that are under way lie.
    pub(crate) fn incoming_folder(&self) -> PathBuf {
        self.path.join("Content").join("Incoming")
    }

    /// Where the manifests lie.
    pub(crate) fn manifest_folder(&self) -> PathBuf {
        self.path.join("Content").join("Manifests")
    }

    /// Where content folders lie that have no other place.
    pub(crate) fn cache(&self) -> PathBuf {
        self.path.join("Cache")
    }

    /// `Cache/<app>_<revision>`. Both: letters, digits, `-` and `.`, the app `_` too, so that no two pairs share a
    /// folder; up to 100 characters.
    ///
    /// # Errors
    /// Other characters, or a name that is no folder's on every host.
    pub fn cache_folder(&self, app: &str, revision: &str) -> Result<PathBuf, CacheNameError> {
        let is_word = |text: &str| {
            let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
            (1..=100).contains(&text.len()) && text.chars().all(is_plain)
        };
        let name = format!("{app}_{revision}");
        let is_name = is_word(app)
            && is_word(revision)
            && !app.starts_with('.')
            && !revision.contains('_')
            && [app, &name].into_iter().all(|name| EntryName::parse(name.as_bytes(), true).is_ok());
        if is_name {
            Ok(self.cache().join(name))
        } else {
            Err(CacheNameError { app: app.to_owned(), revision: revision.to_owned() })
        }
    }

    /// The manifest of what is unpacked at `destination`: its name is made of the destination's absolute path, links
    /// in it followed, so that one folder has one manifest and one lock whichever way it is named.
    pub(crate) fn manifest_path(&self, destination: &Path) -> PathBuf {
        let digest = Sha256::digest(identity(destination).as_os_str().as_encoded_bytes());
        let key: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        self.manifest_folder().join(key).with_extension("jsonl")
    }

    /// The lock of what is unpacked at `destination`.
    pub(crate) fn destination_lock(&self, destination: &Path) -> PathBuf {
        self.manifest_path(destination).with_extension("lock")
    }
}

/// The absolute path of a folder that may not be there yet: what is there of it by its real name.
fn identity(destination: &Path) -> PathBuf {
    let absolute = std::path::absolute(destination).unwrap_or_else(|_| destination.to_owned());
    let real = absolute.parent().into_iter().flat_map(Path::ancestors).find_map(|there| {
        let rest = absolute.strip_prefix(there).ok()?;
        Some(std::fs::canonicalize(there).ok()?.join(rest))
    });
    let path: PathBuf = real.unwrap_or(absolute).components().collect(); // without a separator at the end
    if cfg!(windows) { intunewin::fold_name(&path.to_string_lossy()).into() } else { path }
}

/// The files of one download. The partial file is the content from its first byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Incoming {
    stem: PathBuf,
}

impl Incoming {
    /// The bytes that are held.
    pub(crate) fn partial(&self) -> PathBuf {
        self.stem.with_extension("partial")
    }

    /// What is known of the bytes that are held.
    pub(crate) fn journal(&self) -> PathBuf {
        self.stem.with_extension("journal")
    }

    /// Held by whoever works on this content.
    pub(crate) fn lock(&self) -> PathBuf {
        self.stem.with_extension("lock")
    }
}

#[cfg(test)]
mod tests;
