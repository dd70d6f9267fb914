//! Folders whose entries must survive a loss of power.

use std::path::Path;

/// Settles renames and removals in `folder`. They have happened by then, and some network file systems settle no
/// directory: a failure is logged, and is no reason to call the work undone.
#[cfg(unix)]
pub fn sync_folder(folder: &Path) {
    if let Err(error) = std::fs::File::open(folder).and_then(|folder| folder.sync_all()) {
        tracing::warn!(folder = %folder.display(), %error, "the folder could not be synced");
    }
}

/// NTFS journals renames by itself; a directory cannot be flushed.
#[cfg(windows)]
pub fn sync_folder(_folder: &Path) {}

/// The folder that `path` lies in; the current one for a bare name.
pub fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}
