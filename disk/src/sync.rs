//! What must reach the disk before a rename may make it visible (`docs/architecture.md`, "Crash safety").

use std::io;
use std::path::Path;

/// Above so many files each file's own flush costs more than it is worth.
#[cfg(windows)]
const MOST_FLUSHES: u64 = 1_000;

/// Whether each of so many files is to be flushed by itself: Windows has no call for a whole volume that we may use, so it
/// is done there up to a number of files. Elsewhere one call at the end serves all.
#[cfg(windows)]
pub fn flushes_each_file(files: u64) -> bool {
    files <= MOST_FLUSHES
}

/// Whether each of so many files is to be flushed by itself: never, one `syncfs` at the end serves all.
#[cfg(not(windows))]
pub fn flushes_each_file(_files: u64) -> bool {
    false
}

/// Whether so many files survive a loss of power once they were flushed and the tree was synced: on Windows those that
/// were flushed one by one. `sync` of macOS and the BSDs may return before it is done.
pub fn is_tree_settled(files: u64) -> bool {
    cfg!(target_os = "linux") || flushes_each_file(files)
}

/// Settles everything below `folder`.
#[cfg(target_os = "linux")]
pub(crate) fn sync_tree(folder: &Path) -> io::Result<()> {
    let folder = std::fs::File::open(folder)?;
    Ok(rustix::fs::syncfs(&folder)?)
}

/// macOS and the BSDs know no `syncfs`; `sync` settles every volume.
#[cfg(all(unix, not(target_os = "linux")))]
pub(crate) fn sync_tree(_folder: &Path) -> io::Result<()> {
    rustix::fs::sync();
    Ok(())
}

/// Done file by file.
#[cfg(windows)]
pub(crate) fn sync_tree(_folder: &Path) -> io::Result<()> {
    Ok(())
}

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
