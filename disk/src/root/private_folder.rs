//! A folder for its owner alone, judged by the opened handle and never through a link.

use super::RootError;
use std::path::{Path, PathBuf};

/// One that was judged.
pub(super) struct PrivateFolder {
    path: PathBuf,
    #[cfg(unix)]
    handle: std::os::fd::OwnedFd,
}

/// Opens the folder at `path`; it and those above it are made where they are missing.
#[cfg(unix)]
pub(super) fn open(path: &Path) -> Result<PrivateFolder, RootError> {
    use std::os::unix::fs::DirBuilderExt as _;
    let failed = |source| RootError::Io { path: path.to_owned(), source };
    if path.symlink_metadata().is_err() {
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(failed)?;
    }
    PrivateFolder::judge(path.to_owned(), rustix::fs::CWD, path)
}

#[cfg(unix)]
impl PrivateFolder {
    /// The folder `name` in this one.
    pub(super) fn folder(&self, name: &str) -> Result<Self, RootError> {
        use rustix::io::Errno;
        let path = self.path.join(name);
        match rustix::fs::mkdirat(&self.handle, name, rustix::fs::Mode::RWXU) {
            Ok(()) | Err(Errno::EXIST) => Self::judge(path, &self.handle, Path::new(name)),
            Err(error) => Err(RootError::Io { path, source: error.into() }),
        }
    }

    /// Opens `name` relative to `folder`, and asks the handle whose it is.
    fn judge(path: PathBuf, folder: impl std::os::fd::AsFd, name: &Path) -> Result<Self, RootError> {
        use rustix::fs::{Mode, OFlags};
        use rustix::io::Errno;
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

/// Opens the folder at `path`; it and those above it are made where they are missing. One that is made by the system or an
/// elevated administrator is closed to everybody else; one that belongs to somebody else is refused: whoever owns it
/// may change what is run from it.
#[cfg(windows)]
pub(super) fn open(path: &Path) -> Result<PrivateFolder, RootError> {
    let failed = |source| RootError::Io { path: path.to_owned(), source };
    if path.symlink_metadata().is_err() {
        super::ownership::create(path).map_err(failed)?;
    }
    let folder = PrivateFolder::judge(path.to_owned())?;
    match super::ownership::is_ours(path).map_err(failed)? {
        true => Ok(folder),
        false => Err(RootError::Foreign { path: path.to_owned(), why: "it belongs to another user" }),
    }
}

/// What is below the root inherits its access list. Links are refused here too.
#[cfg(windows)]
impl PrivateFolder {
    /// The folder `name` in this one.
    pub(super) fn folder(&self, name: &str) -> Result<Self, RootError> {
        let path = self.path.join(name);
        match std::fs::create_dir(&path) {
            Err(source) if source.kind() != std::io::ErrorKind::AlreadyExists => {
                Err(RootError::Io { path, source })
            }
            _ => Self::judge(path),
        }
    }

    /// Opens the folder itself, whatever it is, and asks the handle.
    fn judge(path: PathBuf) -> Result<Self, RootError> {
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
