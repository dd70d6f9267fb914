//! What must reach the disk before a rename may make it visible (`docs/architecture.md`, "Crash safety").

use std::io;
use std::path::Path;

/// Above so many files each file's own flush costs more than it is worth.
#[cfg(windows)]
const MOST_FLUSHES: u64 = 1_000;

/// Windows has no call for a whole volume that we may use: every file is flushed by itself, up to a number.
#[cfg(windows)]
pub(super) fn each_file(files: u64) -> bool {
    files <= MOST_FLUSHES
}

/// One `syncfs` at the end serves all files.
#[cfg(not(windows))]
pub(super) fn each_file(_files: u64) -> bool {
    false
}

/// Whether so many files survive a loss of power once they were synced as they are here: on Windows those that were
/// flushed one by one. `sync` of macOS and the BSDs may return before it is done.
pub(super) fn is_settled(files: u64) -> bool {
    cfg!(target_os = "linux") || each_file(files)
}

/// Settles everything below `folder`.
#[cfg(target_os = "linux")]
pub(super) fn folder_tree(folder: &Path) -> io::Result<()> {
    let folder = std::fs::File::open(folder)?;
    Ok(rustix::fs::syncfs(&folder)?)
}

/// macOS and the BSDs know no `syncfs`; `sync` settles every volume.
#[cfg(all(unix, not(target_os = "linux")))]
pub(super) fn folder_tree(_folder: &Path) -> io::Result<()> {
    rustix::fs::sync();
    Ok(())
}

/// Done file by file.
#[cfg(windows)]
pub(super) fn folder_tree(_folder: &Path) -> io::Result<()> {
    Ok(())
}
