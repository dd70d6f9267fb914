//! The folder of state, partial downloads and content folders: ours alone, or refused.
//!
//! ```text
//! <root>/Content/Incoming/<mac hex>.partial | .journal | .lock    downloads that are under way
//! <root>/Content/Manifests/<key>.jsonl | .lock                    what was unpacked where
//! <root>/Cache/<app>_<revision>/                                  content folders; of the machine's root on Windows:
//!                                                                 %ProgramFiles%\Waybill\Content\<app>_<revision>\
//! <root>/Logs/                                                    output of installers
//! <root>/Scratch/rule-<random>/                                   a script while it runs
//! ```
//!
//! Files directly in it are the agent's ([`Root::file`]).

use crate::private_file;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use waybill_schemas::codes::{self, Classified, Code};
#[cfg(windows)]
use waybill_win32::{access, token::Token};

/// Why a folder cannot be the root of state and downloads.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RootError {
    /// The root, or a folder in it, cannot be made or opened.
    #[error("cannot use {} for state and downloads", path.display())]
    Io {
        /// The folder that failed: the root or one of its subfolders.
        path: PathBuf,
        /// The system's error.
        #[source]
        source: io::Error,
    },
    /// The root, or a folder in it, does not belong to this user or machine alone.
    #[error("{} is not used for state and downloads: {why}", path.display())]
    Foreign {
        /// The folder that was refused: the root or one of its subfolders.
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
    cache: PathBuf,
}

impl Root {
    /// The root unless `--root` or `WAYBILL_ROOT` names another one: `%ProgramData%\Waybill` on Windows; elsewhere
    /// `$XDG_STATE_HOME/waybill`, else `/var/lib/waybill` for root and `~/.local/state/waybill` for every other user.
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
        Self::open_with(path, content_of_the_machine(path)?)
    }

    /// As [`Root::open`], with the content folders in `cache` instead of below the root. That folder is made and checked as
    /// the root is.
    ///
    /// # Errors
    /// As [`Root::open`].
    pub fn open_with_cache(path: &Path, cache: &Path) -> Result<Self, RootError> {
        Self::open_with(path, Some(cache.to_owned()))
    }

    fn open_with(path: &Path, cache: Option<PathBuf>) -> Result<Self, RootError> {
        let path =
            std::path::absolute(path).map_err(|source| RootError::Io { path: path.to_owned(), source })?;
        // Without a separator at its end: with one, a link would be followed before it is looked at.
        let path: PathBuf = path.components().collect();
        let root = open_root(&path)?;
        let content = root.folder("Content")?;
        content.folder("Incoming")?;
        content.folder("Manifests")?;
        root.folder("Logs")?;
        let cache = match cache {
            Some(cache) => open_root(&cache)?,
            None => root.folder(CACHE)?,
        };
        Ok(Self { path, cache: cache.path })
    }

    /// The absolute path of the root.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Opens a file directly in the root, or makes it. Its bytes are kept, and its mode is set so that only its owner
    /// may use it.
    ///
    /// # Errors
    /// A link, or I/O.
    pub fn file(&self, name: &str) -> io::Result<File> {
        let file = private_file::open_or_create(&self.path.join(name))?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            // A file that was there keeps the mode it was made with.
            file.set_permissions(std::fs::Permissions::from_mode(0o600))?;
        }
        Ok(file)
    }

    /// The folder of downloads that are under way.
    pub fn incoming_folder(&self) -> PathBuf {
        self.path.join("Content").join("Incoming")
    }

    /// The folder of manifests.
    pub fn manifest_folder(&self) -> PathBuf {
        self.path.join("Content").join("Manifests")
    }

    /// The folder of logs.
    pub fn logs(&self) -> PathBuf {
        self.path.join("Logs")
    }

    /// The folder of scratch folders, made and checked as the others are.
    pub(crate) fn scratch_parent(&self) -> Result<PathBuf, RootError> {
        Ok(open_root(&self.path)?.folder("Scratch")?.path)
    }

    /// The folder of content folders that were given no destination of their own.
    pub fn cache(&self) -> PathBuf {
        self.cache.clone()
    }

    /// Where earlier versions kept the content folders that now lie elsewhere; `None` where they lie below the root.
    pub fn former_cache(&self) -> Option<PathBuf> {
        Some(self.path.join(CACHE)).filter(|former| *former != self.cache)
    }
}

/// The folder of content folders below a root.
const CACHE: &str = "Cache";

/// The state folder of a system-wide program by the Filesystem Hierarchy Standard.
#[cfg(unix)]
const OF_THE_MACHINE: &str = "/var/lib/waybill";

#[cfg(unix)]
fn default_path() -> PathBuf {
    let state = std::env::var_os("XDG_STATE_HOME").map(PathBuf::from);
    choose(state, std::env::home_dir(), rustix::process::geteuid().is_root())
}

/// By the XDG Base Directory Specification a relative path counts as unset. The machine's state does not belong in
/// root's home, which under sudo may be another user's.
#[cfg(unix)]
fn choose(state: Option<PathBuf>, home: Option<PathBuf>, is_root: bool) -> PathBuf {
    match (state.filter(|state| state.is_absolute()), home.filter(|home| home.is_absolute())) {
        (Some(state), _) => state.join("waybill"),
        (None, Some(home)) if !is_root => home.join(".local").join("state").join("waybill"),
        _ => OF_THE_MACHINE.into(),
    }
}

/// Elsewhere than on Windows content folders always lie below the root.
#[cfg(unix)]
#[allow(clippy::unnecessary_wraps, reason = "on Windows it can fail")]
fn content_of_the_machine(_root: &Path) -> Result<Option<PathBuf>, RootError> {
    Ok(None)
}

/// The content folders of the machine's own root: `%ProgramFiles%\Waybill\Content`. By AppLocker's default rules users may
/// run programs from there and from Windows alone, so an app in the user's context could not be installed from
/// `%ProgramData%`. It is closed like the root; the user of such an app gets access to its folder alone. `None` for a
/// root that was named, and for a user who may not write there: their content folders lie below the root.
#[cfg(windows)]
fn content_of_the_machine(root: &Path) -> Result<Option<PathBuf>, RootError> {
    let failed = |source| RootError::Io { path: root.to_owned(), source };
    let absolute = std::path::absolute(root).map_err(failed)?;
    if !absolute.as_os_str().eq_ignore_ascii_case(default_path().as_os_str()) {
        return Ok(None);
    }
    let token = Token::own().map_err(failed)?;
    if token.account().map_err(failed)? != SYSTEM && !token.is_elevated().map_err(failed)? {
        return Ok(None);
    }
    Ok(Some(program_files().join("Waybill").join("Content")))
}

/// The folder of programs, from the registry: the variable of this process could name another one, and in a 32-bit
/// process does.
#[cfg(windows)]
fn program_files() -> PathBuf {
    const WINDOWS: &str = r"SOFTWARE\Microsoft\Windows\CurrentVersion";
    let read = |name| windows_registry::LOCAL_MACHINE.open(WINDOWS).ok()?.get_string(name).ok();
    let named = read("ProgramW6432Dir").or_else(|| read("ProgramFilesDir")).map(PathBuf::from);
    named.filter(|folder| folder.is_absolute()).unwrap_or_else(|| r"C:\Program Files".into())
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

/// A folder that belongs to this user or machine alone, as its handle has shown.
struct PrivateFolder {
    path: PathBuf,
    #[cfg(unix)]
    handle: std::os::fd::OwnedFd,
}

/// Opens the folder at `path`; it and its ancestors are made where they are missing.
#[cfg(unix)]
fn open_root(path: &Path) -> Result<PrivateFolder, RootError> {
    use std::os::unix::fs::DirBuilderExt as _;
    let failed = |source| RootError::Io { path: path.to_owned(), source };
    if path.symlink_metadata().is_err() {
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(failed)?;
    }
    PrivateFolder::open_at(path.to_owned(), rustix::fs::CWD, path)
}

#[cfg(unix)]
impl PrivateFolder {
    /// Opens the subfolder `name`, and makes it where it is missing.
    fn folder(&self, name: &str) -> Result<Self, RootError> {
        use rustix::io::Errno;
        let path = self.path.join(name);
        match rustix::fs::mkdirat(&self.handle, name, rustix::fs::Mode::RWXU) {
            Ok(()) | Err(Errno::EXIST) => Self::open_at(path, &self.handle, Path::new(name)),
            Err(error) => Err(RootError::Io { path, source: error.into() }),
        }
    }

    /// Opens `name` relative to `folder`, and checks owner and mode by the handle.
    fn open_at(path: PathBuf, folder: impl std::os::fd::AsFd, name: &Path) -> Result<Self, RootError> {
        use rustix::fs::{Mode, OFlags};
        use rustix::io::Errno;
        // By the handle, because the path could lead elsewhere by the next call.
        let flags = OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::RDONLY;
        let handle = match rustix::fs::openat(folder, name, flags, Mode::empty()) {
            Ok(handle) => handle,
            Err(Errno::LOOP | Errno::NOTDIR) => {
                return Err(RootError::Foreign { path, why: "it is a link or a file" });
            }
            Err(error) => return Err(RootError::Io { path, source: error.into() }),
        };
        match rustix::fs::fstat(&handle) {
            Err(error) => Err(RootError::Io { path, source: error.into() }),
            Ok(stat) if stat.st_uid != rustix::process::geteuid().as_raw() => {
                Err(RootError::Foreign { path, why: "it belongs to another user" })
            }
            Ok(stat) if stat.st_mode & 0o022 != 0 => {
                Err(RootError::Foreign { path, why: "others may write to it" })
            }
            Ok(_) => Ok(Self { path, handle }),
        }
    }
}

/// Opens the folder at `path`; it and its ancestors are made where they are missing. One that is made by the system or
/// an elevated administrator is closed to everybody else. One that belongs to another user is refused, because its
/// owner could change what is run from it.
#[cfg(windows)]
fn open_root(path: &Path) -> Result<PrivateFolder, RootError> {
    let failed = |source| RootError::Io { path: path.to_owned(), source };
    if path.symlink_metadata().is_err() {
        create_closed(path).map_err(failed)?;
    }
    let folder = PrivateFolder::open_at(path.to_owned())?;
    match is_our_own(path).map_err(failed)? {
        true => Ok(folder),
        false => Err(RootError::Foreign { path: path.to_owned(), why: "it belongs to another user" }),
    }
}

/// A folder below the root inherits the root's access list. Links are refused here too.
#[cfg(windows)]
impl PrivateFolder {
    /// Opens the subfolder `name`, and makes it where it is missing.
    fn folder(&self, name: &str) -> Result<Self, RootError> {
        let path = self.path.join(name);
        match std::fs::create_dir(&path) {
            Err(source) if source.kind() != std::io::ErrorKind::AlreadyExists => {
                Err(RootError::Io { path, source })
            }
            _ => Self::open_at(path),
        }
    }

    /// Opens whatever is at `path`, without following a link, and checks the handle.
    fn open_at(path: PathBuf) -> Result<Self, RootError> {
        use std::os::windows::fs::OpenOptionsExt as _;
        const BACKUP_SEMANTICS: u32 = 0x0200_0000; // without it no folder is opened
        const OPEN_REPARSE_POINT: u32 = 0x0020_0000;
        let mut options = std::fs::OpenOptions::new();
        options.read(true).custom_flags(BACKUP_SEMANTICS | OPEN_REPARSE_POINT);
        match options.open(&path).and_then(|handle| handle.metadata()) {
            Err(source) => Err(RootError::Io { path, source }),
            Ok(metadata) if metadata.is_symlink() || !metadata.is_dir() => {
                Err(RootError::Foreign { path, why: "it is a link or a file" })
            }
            Ok(_) => Ok(Self { path }),
        }
    }
}

#[cfg(windows)]
const SYSTEM: &str = "S-1-5-18";
#[cfg(windows)]
const ADMINISTRATORS: &str = "S-1-5-32-544";

/// Whether the folder belongs to the system, to administrators or to the user of this process.
#[cfg(windows)]
pub(crate) fn is_our_own(folder: &Path) -> io::Result<bool> {
    let owner = access::for_path(&folder.to_string_lossy())?.owner;
    let own = Token::own()?.account()?;
    Ok(owner.is_some_and(|owner| [SYSTEM, ADMINISTRATORS, &own].contains(&owner.as_str())))
}

/// Makes a folder, and its ancestors where they are missing. Where this process is the system or an administrator, the
/// folder is closed to everybody else from its first moment; any other user's folder inherits the access list of its
/// parent.
#[cfg(windows)]
fn create_closed(folder: &Path) -> io::Result<()> {
    let token = Token::own()?;
    if token.account()? != SYSTEM && !token.is_elevated()? {
        return std::fs::create_dir_all(folder);
    }
    if let Some(above) = folder.parent() {
        std::fs::create_dir_all(above)?;
    }
    match access::create_closed_folder(folder) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()), // another run made it: it is checked like any that is there
        made => made,
    }
}

#[cfg(test)]
mod tests;
