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

mod private_folder;

use crate::private_file;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
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

/// The folder of state and partial downloads, and of the content folders that have no other place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Root {
    path: PathBuf,
}

impl Root {
    /// Where it is unless `--root` or `WAYBILL_ROOT` says otherwise: `%ProgramData%\Waybill` on Windows; elsewhere
    /// `$XDG_STATE_HOME/waybill`, else `/var/lib/waybill` for root and `~/.local/state/waybill` for everybody else.
    pub fn default_path() -> PathBuf {
        default_path()
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
        let file = private_file::open_or_create(&self.path.join(name))?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            file.set_permissions(std::fs::Permissions::from_mode(0o600))?;
        }
        Ok(file)
    }

    /// Where downloads that are under way lie.
    pub fn incoming_folder(&self) -> PathBuf {
        self.path.join("Content").join("Incoming")
    }

    /// Where the manifests lie.
    pub fn manifest_folder(&self) -> PathBuf {
        self.path.join("Content").join("Manifests")
    }

    /// Where content folders lie that have no other place.
    pub fn cache(&self) -> PathBuf {
        self.path.join("Cache")
    }
}

/// The directory that packages' state goes to by the Filesystem Hierarchy Standard.
#[cfg(unix)]
const OF_THE_MACHINE: &str = "/var/lib/waybill";

#[cfg(unix)]
fn default_path() -> PathBuf {
    let state = std::env::var_os("XDG_STATE_HOME").map(PathBuf::from);
    choose(state, std::env::home_dir(), rustix::process::geteuid().is_root())
}

/// By the XDG Base Directory Specification a relative path counts as unset. Root's home is no place for state of
/// the machine, and under sudo it may be another user's.
#[cfg(unix)]
fn choose(state: Option<PathBuf>, home: Option<PathBuf>, is_root: bool) -> PathBuf {
    match (state.filter(|state| state.is_absolute()), home.filter(|home| home.is_absolute())) {
        (Some(state), _) => state.join("waybill"),
        (None, Some(home)) if !is_root => home.join(".local").join("state").join("waybill"),
        _ => OF_THE_MACHINE.into(),
    }
}

#[cfg(windows)]
fn default_path() -> PathBuf {
    choose(std::env::var_os("ProgramData").map(PathBuf::from))
}

#[cfg(windows)]
fn choose(program_data: Option<PathBuf>) -> PathBuf {
    program_data
        .filter(|folder| folder.is_absolute())
        .unwrap_or_else(|| r"C:\ProgramData".into())
        .join("Waybill")
}

#[cfg(test)]
mod tests;
