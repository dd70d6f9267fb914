//! The folder that is being filled: new files only, nothing through a link, any depth.

use std::fs::File;
use std::io;
use std::path::Path;

/// Writes below one folder. Paths are relative and come from names that the archive policy allows.
pub(super) struct Tree(Root);

/// A directory handle; the kernel itself keeps every path below it.
#[cfg(unix)]
type Root = cap_std::fs::Dir;

/// Windows opens nothing relative to a handle without unsafe calls, and what is built on handles there turns them into
/// paths again. The folder is private and new, and names hold no `..`; the `\\?\` form lifts the limit of 260.
#[cfg(windows)]
type Root = std::path::PathBuf;

impl Tree {
    #[cfg(unix)]
    pub(super) fn open(folder: &Path) -> io::Result<Self> {
        Root::open_ambient_dir(folder, cap_std::ambient_authority()).map(Self)
    }

    #[cfg(windows)]
    pub(super) fn open(folder: &Path) -> io::Result<Self> {
        std::fs::canonicalize(folder).map(Self)
    }

    /// Makes a folder and those above it; one that is there is fine.
    #[cfg(unix)]
    pub(super) fn create_folder(&self, path: &Path) -> io::Result<()> {
        self.0.create_dir_all(path)
    }

    #[cfg(windows)]
    pub(super) fn create_folder(&self, path: &Path) -> io::Result<()> {
        std::fs::create_dir_all(self.0.join(path))
    }

    #[cfg(unix)]
    fn open_new(&self, path: &Path) -> io::Result<File> {
        let mut options = cap_std::fs::OpenOptions::new();
        self.0.open_with(path, options.write(true).create_new(true)).map(cap_std::fs::File::into_std)
    }

    #[cfg(windows)]
    fn open_new(&self, path: &Path) -> io::Result<File> {
        File::options().write(true).create_new(true).open(self.0.join(path))
    }

    /// A new file, never an existing one; its folders are made when they turn out missing.
    pub(super) fn create_file(&self, path: &Path) -> io::Result<File> {
        match (self.open_new(path), path.parent()) {
            (Err(error), Some(parent)) if error.kind() == io::ErrorKind::NotFound => {
                self.create_folder(parent)?;
                self.open_new(path)
            }
            (opened, _) => opened,
        }
    }
}
