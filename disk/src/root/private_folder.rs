//! A folder for its owner alone, checked by its opened handle and never through a link.

use super::RootError;
#[cfg(windows)]
use std::io;
use std::path::{Path, PathBuf};
#[cfg(windows)]
use waybill_win32::{access, token::Token};

/// A folder that was checked.
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
    PrivateFolder::open_at(path.to_owned(), rustix::fs::CWD, path)
}

#[cfg(unix)]
impl PrivateFolder {
    /// The folder `name` in this one.
    pub(super) fn folder(&self, name: &str) -> Result<Self, RootError> {
        use rustix::io::Errno;
        let path = self.path.join(name);
        match rustix::fs::mkdirat(&self.handle, name, rustix::fs::Mode::RWXU) {
            Ok(()) | Err(Errno::EXIST) => Self::open_at(path, &self.handle, Path::new(name)),
            Err(error) => Err(RootError::Io { path, source: error.into() }),
        }
    }

    /// Opens `name` relative to `folder`, and checks by the handle whose it is.
    fn open_at(path: PathBuf, folder: impl std::os::fd::AsFd, name: &Path) -> Result<Self, RootError> {
        use rustix::fs::{Mode, OFlags};
        use rustix::io::Errno;
        // By the handle, never by the path again: between two looks a path could come to lead elsewhere.
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
/// elevated administrator is closed to everybody else; one that belongs to another user is refused, because its owner
/// may change what is run from it.
#[cfg(windows)]
pub(super) fn open(path: &Path) -> Result<PrivateFolder, RootError> {
    let failed = |source| RootError::Io { path: path.to_owned(), source };
    if path.symlink_metadata().is_err() {
        create(path).map_err(failed)?;
    }
    let folder = PrivateFolder::open_at(path.to_owned())?;
    match is_ours(path).map_err(failed)? {
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
            _ => Self::open_at(path),
        }
    }

    /// Opens the folder itself, whatever it is, and checks the handle.
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

/// Whether it belongs to the system, to administrators or to the user of this process.
#[cfg(windows)]
fn is_ours(folder: &Path) -> io::Result<bool> {
    let owner = access::of(&folder.to_string_lossy())?.owner;
    let own = Token::own()?.account()?;
    Ok(owner.is_some_and(|owner| [SYSTEM, ADMINISTRATORS, &own].contains(&owner.as_str())))
}

/// Makes a folder, and those above it where they are missing. It is closed to everybody but the system and
/// administrators from its first moment; where we are neither, it is as its parent has it: then it is a user's own folder.
#[cfg(windows)]
fn create(folder: &Path) -> io::Result<()> {
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

#[cfg(all(test, windows))]
mod tests {
    use super::*;

    #[test]
    fn what_we_make_is_ours() {
        let folder = tempfile::tempdir().unwrap();
        assert!(is_ours(folder.path()).unwrap());
        let made = folder.path().join("new").join("root");
        create(&made).unwrap();
        create(&made).unwrap();
        assert!(made.is_dir() && is_ours(&made).unwrap());
        assert!(is_ours(&folder.path().join("absent")).is_err());
    }
}
