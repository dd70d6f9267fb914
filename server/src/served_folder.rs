//! The folder that is served, held by a handle: nothing outside it is ever opened.

use intunewin::EntryName;
use std::fs::File;
use std::io;
use std::path::Path;

/// Opens files below one folder.
pub(crate) struct ServedFolder(Root);

/// A directory handle; the kernel itself (or cap-std, component by component) keeps every path below it, links included.
#[cfg(unix)]
type Root = cap_std::fs::Dir;

/// Windows opens nothing relative to a handle without unsafe calls. The whole path of what a name leads to is compared
/// with the folder's instead.
#[cfg(windows)]
type Root = std::path::PathBuf;

impl ServedFolder {
    #[cfg(unix)]
    pub(crate) fn open(folder: &Path) -> io::Result<Self> {
        Root::open_ambient_dir(folder, cap_std::ambient_authority()).map(Self)
    }

    #[cfg(windows)]
    pub(crate) fn open(folder: &Path) -> io::Result<Self> {
        let folder = std::fs::canonicalize(folder)?;
        std::fs::read_dir(&folder)?; // a file is no folder
        Ok(Self(folder))
    }

    /// Opens a file to read. What is opened may be a folder: the caller looks.
    #[cfg(unix)]
    pub(crate) fn open_file(&self, name: &EntryName) -> io::Result<File> {
        use cap_std::fs::OpenOptionsExt as _;
        // Opening a pipe would wait for its other end, and a terminal would become ours.
        let flags = rustix::fs::OFlags::NONBLOCK | rustix::fs::OFlags::NOCTTY;
        let mut options = cap_std::fs::OpenOptions::new();
        options.read(true).custom_flags(flags.bits().cast_signed());
        self.0.open_with(name.to_path(), &options).map(cap_std::fs::File::into_std)
    }

    #[cfg(windows)]
    pub(crate) fn open_file(&self, name: &EntryName) -> io::Result<File> {
        let path = std::fs::canonicalize(self.0.join(name.to_path()))?;
        let inside = path.strip_prefix(&self.0).map_err(|_| io::ErrorKind::PermissionDenied)?;
        // A short name (SECRET~1) may stand for one that is not served.
        let shown = inside.to_str().map(|inside| inside.replace('\\', "/"));
        let served = shown.as_deref().is_some_and(|inside| {
            !inside.split('/').any(|component| component.starts_with('.'))
                && crate::key_material::KeyMaterial::by_name(inside)
                    == crate::key_material::KeyMaterial::by_name(name.as_str())
        });
        if served { File::open(path) } else { Err(io::ErrorKind::PermissionDenied.into()) }
    }
}
