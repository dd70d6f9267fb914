//! Links: followed inside the source folder, refused out of it.

use super::finding::Problem;
use std::fs::Metadata;
use std::io;
use std::path::{Path, PathBuf};

/// Where a link leads.
pub(super) struct Target {
    pub(super) real: PathBuf,
    pub(super) metadata: Metadata,
}

/// Follows the symbolic link or junction at `path` to its end, which must lie below the canonical `root`.
pub(super) fn follow(path: &Path, root: &Path) -> Result<Target, Problem> {
    let real = std::fs::canonicalize(path).map_err(broken)?;
    if !real.starts_with(root) {
        return Err(Problem::LinkOutside { target: real });
    }
    let metadata = std::fs::metadata(&real).map_err(Problem::Unreadable)?;
    Ok(Target { real, metadata })
}

/// A link to itself ends with an error of the system's own ("too many levels"): it leads to nothing, too.
fn broken(error: io::Error) -> Problem {
    match error.kind() {
        io::ErrorKind::PermissionDenied => Problem::Unreadable(error),
        _ => Problem::LinkBroken(error),
    }
}
